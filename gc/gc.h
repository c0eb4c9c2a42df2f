/* gc/gc.h - the managed heap: allocation, collection, counters, roots that others register.
 * Mark-region heap (Immix, PLDI 2008) with conservative roots: objects found from ambiguous words
 * never move, others may when their block is sparse. Collections stop the world, or mark beside it.
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

/* ---- what a collection asks of the rest of the engine; installed at start ----
 * All but stop, resume, run_native and after are called with the world stopped, on the collecting
 * thread, in the order in which they stand here. Each may be NULL but stop, resume and
 * run_native. */
enum gc_weak_phase {
    GC_WEAK_SHORT, /* before finalizable objects are kept alive */
    GC_WEAK_LONG   /* after it: long weak and dependent handles */
};

struct gc_collection;

struct gc_world {
    /* Calls function(context) at once in native state, from managed state with the frames of the
     * caller published, so that a collection inside finds its references. */
    void (*run_native)(void (*function)(void *context), void *context);
    void (*stop)(void);
    /* Every attached thread's buffer, the caller's too. `torn`: the
     * thread was interrupted at any instruction. Its last object may have no MT word yet, or it may
     * be about to take the next bytes: ptr, limit and the bytes between them must stay as they are,
     * and objects that its registers name count as written to. */
    void (*each_buffer)(void (*visit)(void *context, struct gc_buffer *buffer, bool torn),
                        void *context);
    void (*scan_ambiguous)(void);  /* calls gc_ambiguous() for stacks, registers, pinned handles */
    void (*scan_roots)(void);      /* calls gc_root() for every other strong slot */
    bool (*scan_dependents)(void); /* gc_is_live(primary) -> gc_root(secondary); true: some was new */
    void (*clear_weak)(enum gc_weak_phase phase); /* gc_weak() for each slot of the phase */
    /* A dead object whose type says GC_MT_EXT_EAGER_FINALIZER: finalizes it at once, without managed
     * code. NULL: they are finalized like others. */
    void (*finalize_eager)(void *object);
    /* World stopped, no `torn` thread. From now on who stores a reference (not NULL, and not into an
     * object that only its own code has seen, with no stop in between) writes GC_LOG_STORED to
     * log[address >> GC_LOG_SHIFT & mask] behind it. Then calls gc_ambiguous() for stacks and gc_root()
     * for other strong slots, without callouts. NULL, as `end`: no cycles. */
    void (*begin)(uint8_t *log, uintptr_t mask);
    void (*end)(void); /* World stopped: nobody logs any more */
    void (*resume)(void);
    /* The world runs again: log, wake the finalizer thread, callouts. */
    void (*after)(const struct gc_collection *collection);
    /* The cap would be passed even after a collection. Returns the new cap in bytes, or the old
     * one: then the allocation fails. Native state. */
    uint64_t (*near_limit)(uint64_t cap_bytes, uint64_t wanted_bytes);
    /* Verification found a bad slot; the heap cannot be used any more. World stopped. */
    void (*verify_failed)(const char *text);
    /* Whether an address can be a MethodTable; asked by verification only. */
    bool (*is_method_table)(const void *address);
};

struct gc_config {
    uint64_t cap_bytes;           /* most bytes of blocks in use; 0 = three quarters of the memory */
    const struct gc_world *world; /* borrowed until gc_stop; NULL: never collect */
    uint32_t mark_threads;        /* threads that mark, the collecting one counted; 0 = 1 */
    uint64_t mark_helper_bytes;   /* the further ones only when the last collection found so much
                                     alive; 0: at 4 MiB in use */
    uint32_t stress_interval;     /* collect at every n-th slow allocation; 0 = off */
    bool stress_evacuate;         /* each collection moves everything movable */
    bool verify;                  /* walk the heap before and after each collection */
    bool concurrent;              /* collections for growth mark beside the program (gc/cycle.c) */
    uint64_t concurrent_bytes;    /* but only with so much alive */
    bool stress_concurrent;       /* with stress_interval: every other time a cycle begins, which the
                                     next time ends; each slow allocation marks a little */
};

/* Start and stop; not thread-safe. stop frees everything: no object may be used afterwards. */
/* contract: none of the heap's functions may run concurrently | locks: none */
bool gc_start(const struct gc_config *config);
void gc_stop(void);
/* No more cycles; no thread of the heap's looks at MethodTables from here on. As gc_stop. */
void gc_stop_concurrent(void);
bool gc_is_started(void);

/* An object of `bytes` (header included; a multiple of 8 is made of it), zeroed, its MT word set.
 * NULL: over the cap or no memory. `taken` counts the thread's bytes (struct gc_buffer's fill
 * included); NULL when nobody counts. Objects with flags or of medium size leave `buffer` alone. */
/* contract: coop, may-gc | locks: HEAP | suspended: no */
void *gc_alloc(struct gc_buffer *buffer, uint64_t *taken, const struct gc_mt *mt, size_t bytes,
               uint32_t flags);
/* What the thread may still allocate without asking for more; it was counted as given out. */
size_t gc_buffer_left(const struct gc_buffer *buffer);
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
    uint64_t collections;
    uint64_t finalizable;     /* objects registered for finalization */
    uint64_t since_bytes;     /* allocated since the last collection */
    uint64_t budget_bytes;    /* the next one is due when since_bytes comes to it */
};

/* contract: any | locks: HEAP | suspended: yes */
void gc_counters_get(struct gc_counters *out);

/* ---- collection ---- */
enum gc_reason { GC_REASON_GROWTH, GC_REASON_LIMIT, GC_REASON_INDUCED, GC_REASON_STRESS, GC_REASON_LOW_MEMORY };

enum gc_collect_flag {
    GC_COLLECT_COMPACT = 1,   /* evacuate what can be moved out of sparse blocks */
    GC_COLLECT_AGGRESSIVE = 2 /* and give all unused memory back to the system */
};

/* One collection, times in nanoseconds of the monotonic clock. */
struct gc_collection {
    uint64_t number; /* from 1 */
    enum gc_reason reason;
    uint64_t start_ns; /* request; the world stops from here on */
    uint64_t stop_ns;  /* until all threads stood */
    uint64_t roots_ns;
    uint64_t mark_ns;
    uint64_t weak_ns; /* weak handles, dependents, finalization */
    uint64_t sweep_ns;
    uint64_t pause_ns; /* whole; of a cycle the second stop */
    uint64_t begin_ns, beside_ns; /* of a cycle: the first stop; marking between both */
    uint64_t bytes_before, bytes_after; /* of objects; after: marked */
    uint64_t moved_bytes, pinned_objects, ambiguous_words;
    uint64_t ready_finalizers;
    bool compacted;
    bool concurrent; /* a cycle */
};

/* Collects. Any state (goes through run_native); waits for a collection under way and then makes
 * one of its own unless GC_REASON_GROWTH/LIMIT was satisfied by the other. */
/* contract: any, may-gc | locks: GC, then the world's, then HEAP */
void gc_collect(enum gc_reason reason, uint32_t flags);
/* Copies the latest record and the sums over all. */
void gc_last_collection(struct gc_collection *out);
struct gc_totals {
    uint64_t collections, pause_ns, max_pause_ns, moved_bytes, finalized;
};
void gc_totals_get(struct gc_totals *out);

/* Called from within scan_* and clear_weak only. */
/* Aligned words in [low, high) may be references, also interior ones: an address p belongs to the
 * object with start <= p <= start + size - 8. What they name is kept and does not move. */
void gc_ambiguous(uintptr_t low, uintptr_t high);
/* `slot` holds a reference or NULL; it is followed, and written when the object moved. */
void gc_root(void **slot);
/* Whether the object (or NULL: false) is marked, immortal or foreign. */
bool gc_is_live(const void *object);
/* Writes the new address when the slot's object moved, NULL when it is dead. */
void gc_weak(void **slot);

/* Allocation without collections until `bytes` have been allocated. */
bool gc_no_collect_begin(uint64_t bytes); /* false: not enough memory */
/* true: no collection happened since begin. */
bool gc_no_collect_end(void);
bool gc_no_collect_active(void);

/* Walks every block, object and slot. false: `text` (size bytes) names the bad slot and object.
 * World stopped, or single-threaded tests. */
bool gc_verify(char *text, size_t size);
/* After marking: what marked objects refer to is marked. As above. */
bool gc_verify_marks(char *text, size_t size);
/* Calls visit for every object: marked ones after a collection, all that can be walked in between.
 * World stopped. */
void gc_each_object(void (*visit)(void *context, void *object, size_t bytes), void *context);

/* ---- addresses ---- */
/* Inside the heap's reservation, whether or not an object is there. */
bool gc_heap_contains(const void *address);
/* Every collection covers all objects. INT32_MAX: frozen objects and foreign addresses; 0: made
 * since the last collection; GC_GENERATION_OLD: older, or large. */
enum { GC_GENERATION_OLD = 2 };
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

/* ---- finalization ----
 * A registered object that a collection finds dead goes to the ready queue, with all it refers to
 * alive; critical ones behind the others. */
/* false: no memory. */
bool gc_finalize_register(void *object);
/* Takes the next ready object; skips suppressed ones and clears their bit. NULL: none now. */
/* contract: coop | locks: FINALIZE */
void *gc_finalize_ready(void);
size_t gc_finalize_ready_count(void);
/* At the end of the heap: takes out, one by one, the ready objects and then those registered before
 * the first call, critical ones last in both. What is registered from now on is forgotten. NULL: no
 * more.
 * contract: coop | locks: FINALIZE */
void *gc_finalize_next(void);

#endif
