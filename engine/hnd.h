/* engine/hnd.h - GC handles.
 * A handle is the address of a 16-byte slot {primary, secondary}: managed code reads the primary
 * reference through it directly, so a slot never moves. Bit 0 of a handle belongs to GCHandle and
 * is never set here. All functions may be called in any state; slots are read and written by
 * managed code without our lock. */
#ifndef CORERT_ENGINE_HND_H
#define CORERT_ENGINE_HND_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum hnd_type {
    HND_WEAK_SHORT = 0,
    HND_WEAK_LONG = 1,
    HND_NORMAL = 2,
    HND_PINNED = 3,
    HND_REF_COUNTED = 5,
    HND_DEPENDENT = 6,
    HND_FREE = 0xFF
};

struct hnd_slot {
    _Atomic(void *) primary;
    _Atomic(void *) secondary; /* dependent handles only; links free slots */
};

static_assert(sizeof(struct hnd_slot) == 16, "handle slot");

/* NULL: no memory. Locks: HANDLES */
struct hnd_slot *hnd_new(enum hnd_type type, void *primary, void *secondary);
/* Accepts NULL and any other value: false, and nothing is done, if it is no slot in use. A slot that
 * was freed and given out again cannot be told from the new one. Locks: HANDLES */
bool hnd_free(struct hnd_slot *slot);
/* Whether it is the address of a slot in use; any value may be asked. Locks: HANDLES */
bool hnd_is_used(const void *handle);
enum hnd_type hnd_type_of(const struct hnd_slot *slot);
size_t hnd_count(void);
/* Calls `visit` for every slot in use whose type is in `types` (bits 1 << type); for the collector,
 * the world stopped, and tests. */
enum { HND_ALL = 0xFF };
void hnd_each(unsigned types,
              void (*visit)(void *context, struct hnd_slot *slot, enum hnd_type type),
              void *context);
/* Gives all tables back; no handle may be used afterwards. */
void hnd_reset(void);

#endif
