/* gc/gc_priv.h - what the files of gc/ share. */
#ifndef GC_GC_PRIV_H
#define GC_GC_PRIV_H

#include "gc/gc.h"
#include "pal/pal.h"

/* A bump region that threads share under the heap lock. */
struct gc_shared {
    uint8_t *ptr;
    uint8_t *limit;
};

enum { GC_SPARE_BUFFERS = 16 };

/* The heap. Guarded by `lock` but for the fields marked fixed, which change only at start/stop. */
struct gc_heap {
    struct pal_mutex lock;
    uint8_t *base;            /* fixed: first block; aligned to GC_BLOCK_BYTES */
    size_t blocks;            /* fixed: blocks in the reservation */
    size_t cap_blocks;        /* fixed: most blocks handed out at a time */
    void *reservation;        /* fixed: owned */
    size_t reservation_bytes; /* fixed */
    struct gc_block *block;   /* fixed address: block records, committed up to committed_blocks */
    size_t committed_blocks;
    size_t fresh; /* blocks before it have been handed out at least once */
    size_t used_blocks;
    uint64_t allocated_bytes;
    uint64_t retired_bytes; /* of allocated_bytes: never became objects */
    uint64_t refused;
    struct gc_shared spare[GC_SPARE_BUFFERS]; /* left by threads that detached; ptr NULL: empty */
    struct gc_shared medium;
    struct gc_shared pinned;
    bool started;
};

extern struct gc_heap gc_heap;

/* Takes `count` neighbouring fresh blocks, zeroed; NULL over the cap or without memory.
 * Lock held. */
uint8_t *gc_blocks_take(size_t count, enum gc_block_state state);

void gc_roots_reset(void);
void gc_finalize_reset(void);
size_t gc_finalize_count(void);

#endif
