/* embed-examples/arena/arena.h - what the host and the C# plugin agree on.
 * Arena.cs declares the same struct; its size is checked when the plugin starts. */
#ifndef ARENA_H
#define ARENA_H

#include <stdint.h>

struct entity {
    float x, y;   /* pixels */
    float vx, vy; /* pixels a second */
    float energy; /* 0 dies */
    int32_t kind; /* enum entity_kind */
    uint32_t rgb;
    int32_t id;
};

enum entity_kind { ENTITY_GRAZER, ENTITY_HUNTER, ENTITY_DRIFTER, ENTITY_KINDS };

/* What a frame of the plugin did. */
struct frame_report {
    int32_t alive;
    int32_t caught;
    int32_t fainted; /* ended by an exception of its own */
    int32_t best;    /* id of the entity with most energy */
};

#endif
