/* gc/gc.h - the managed heap: allocation, counters, roots that others register.
 * This stage never collects: memory grows up to the cap, then allocation fails. Everything a
 * collector will need from others (static ranges, frozen ranges, finalizable objects, buffers) is
 * registered here already.
 * One heap a process. "coop" functions are called by threads in managed state. */
#ifndef GC_GC_H
#define GC_GC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gc/heap_format.h"
#include "gc/object_format.h"

/* A thread's allocation buffer: the first two words of its thread block, which compiled code bumps.
 * ptr is the first free byte, that is the header of the next object: an object of `size` bytes
 * (header counted) is at ptr + 8 and ends at ptr + size, allowed if ptr + size <= limit. The bytes
 * between ptr and limit are zero. Both NULL: no buffer. */
struct gc_buffer {
    uint8_t *ptr;
    uint8_t *limit;
};

enum gc_alloc_flag {
    GC_ALLOC_FINALIZE = 0x01,         /* register for finalization */
    GC_ALLOC_ZEROING_OPTIONAL = 0x10, /* contents need not be zero (now always are) */
    GC_ALLOC_PINNED = 0x40            /* the object never moves */
};

struct gc_config {
    uint64_t cap_bytes; /* most bytes of blocks in use; 0 = three quarters of the memory */
};

/* Start and stop; not thread-safe. stop frees everything: no object may be used afterwards. */
/* contract: none of the heap's functions may run concurrently | locks: none */
bool gc_start(const struct gc_config *config);
void gc_stop(void);
bool gc_is_started(void);

/* An object of `bytes` (header included; a multiple of 8 is made of it), zeroed, its MT word set.
 * NULL: over the cap or no memory. `taken` counts the thread's bytes (struct gc_buffer's fill
 * included); NULL when nobody counts. Objects with flags or of medium size leave `buffer` alone. */
/* contract: coop, may-gc | locks: HEAP | suspended: no */
void *gc_alloc(struct gc_buffer *buffer, uint64_t *taken, const struct gc_mt *mt, size_t bytes,
               uint32_t flags);
/* The thread ends: what is left of its buffer is given up. */
/* contract: any | locks: HEAP | suspended: no */
void gc_buffer_retire(struct gc_buffer *buffer);

/* ---- counters; approximate while other threads allocate ---- */
struct gc_counters {
    uint64_t cap_bytes;
    uint64_t committed_bytes;
    uint64_t block_bytes;     /* in blocks handed out */
    uint64_t allocated_bytes; /* ever given to objects, buffers counted whole */
    uint64_t live_bytes;      /* in use now: what is not known to be free */
    uint64_t refused;         /* allocations that failed */
    uint64_t collections;     /* 0 at this stage */
    uint64_t finalizable;     /* objects registered for finalization */
};

/* contract: any | locks: HEAP | suspended: yes */
void gc_counters_get(struct gc_counters *out);

/* ---- addresses ---- */
/* Inside the heap's reservation, whether or not an object is there. */
bool gc_heap_contains(const void *address);
/* INT32_MAX for frozen objects and foreign addresses, else 0: one generation. */
int32_t gc_generation(const void *object);

/* ---- roots and ranges registered by others ----
 * Locks: ROOTS. Allowed in any state. Registered ranges are borrowed until removed. */
struct gc_roots;  /* one registered run of reference slots */
struct gc_frozen; /* one registered range of immortal objects */

struct gc_roots *gc_roots_add(void **first, size_t count); /* NULL: no memory */
void gc_roots_remove(struct gc_roots *roots);              /* accepts NULL */
/* `size` bytes from `start`; the first word is an object header. NULL: no memory. */
struct gc_frozen *gc_frozen_add(void *start, size_t size);
void gc_frozen_update(struct gc_frozen *frozen, void *end);
void gc_frozen_remove(struct gc_frozen *frozen); /* accepts NULL */
bool gc_frozen_contains(const void *address);
/* For tests and the collector: calls `visit` for each registered run. */
void gc_roots_each(void (*visit)(void *context, void **first, size_t count), void *context);

/* ---- finalization: registered; nothing runs before the end ---- */
/* false: no memory. */
bool gc_finalize_register(void *object);
/* At the end of the heap: takes out, one by one, the objects registered before the first call whose
 * finalizers are not suppressed; critical ones come last. NULL: no more.
 * contract: coop | locks: FINALIZE */
void *gc_finalize_next(void);

#endif
