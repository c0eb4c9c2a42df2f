/* gc/gc_priv.h - what the files of gc/ share.
 * Locks, in the order in which they are taken: COLLECT (one collection at a time), MARKS (a cycle's
 * marking, gc/cycle.c), HEAP (blocks,
 * shared regions, counters; held for the whole of a collection), POOL (mark stack chunks, blocks
 * to copy into; helper threads take it), FINALIZE and ROOTS. */
#ifndef GC_GC_PRIV_H
#define GC_GC_PRIV_H

#include "gc/gc.h"
#include "pal/pal.h"

#define GC_INLINE static inline __attribute__((always_inline))
/* Reads words that may be anything, or that other threads write: not for sanitizers. */
#if defined(__clang__)
#define GC_UNCHECKED __attribute__((no_sanitize("address", "thread", "memory")))
#else
#define GC_UNCHECKED __attribute__((no_sanitize_address, no_sanitize_thread))
#endif

/* A word of a stack may never have been written; what looks like a reference is checked anyway. */
#ifdef CORERT_VALGRIND
#include <valgrind/memcheck.h>
#define GC_TAKE_AS_WRITTEN(word) ((void)VALGRIND_MAKE_MEM_DEFINED(&(word), sizeof(word)))
#else
#define GC_TAKE_AS_WRITTEN(word) ((void)0)
#endif

/* A bump region that threads share under the heap lock. */
struct gc_shared {
    uint8_t *ptr;
    uint8_t *limit;
};

enum { GC_SPARE_BUFFERS = 16 };

/* From so many blocks on (64 MiB) huge pages hold blocks, marks and lines: tracing touches them in
 * any order, and a smaller heap would waste too much of one. */
enum { GC_HUGE_BLOCKS = 2048 };

/* The heap. Guarded by `lock` but for the fields marked fixed, which change only at start/stop,
 * and those marked stopped, which change only while the world is stopped. */
struct gc_heap {
    struct pal_mutex lock;
    uint8_t *base;                /* fixed: first block; aligned to GC_BLOCK_BYTES */
    size_t span_bytes;            /* fixed: from base to the end of the last block */
    size_t blocks;                /* fixed: blocks in the reservation */
    void *reservation;            /* fixed: owned */
    size_t reservation_bytes;     /* fixed */
    size_t page_bytes;            /* fixed */
    size_t huge_bytes;            /* fixed: of a huge page; 0: none are asked for */
    const struct gc_world *world; /* fixed, borrowed; NULL: never collect */
    struct gc_config config;      /* fixed */
    struct gc_block *block;       /* fixed address; as the next ones committed up to
                                     committed_blocks */
    uint8_t *line;                /* fixed address */
    uint64_t *start;              /* stopped: object-start bits */
    uint64_t *mark;               /* stopped: mark bits; zero between collections */
    uint64_t *free_map;           /* fixed address: one bit a block */
    uint64_t *holes_map;          /* likewise: LOCAL and SHARED blocks with free lines */
    uint64_t *pinned_map;         /* likewise: PINNED blocks with free lines */
    uint8_t *pool;                /* fixed: address space for mark stack chunks */
    size_t pool_bytes;            /* fixed */

    size_t cap_blocks; /* most blocks handed out at a time */
    size_t committed_blocks;
    size_t fresh;                       /* blocks before it have been handed out at least once */
    size_t free_cursor;                 /* no free block before it */
    size_t own_cursor[GC_BLOCK_OWNERS]; /* none before it that its processors had last */
    size_t holes_cursor;                /* no bit of holes_map before it */
    size_t pinned_cursor;
    size_t no_run; /* no free run has so many blocks */
    size_t used_blocks;
    size_t zero_blocks; /* of those before `fresh`: without memory */

    uint64_t allocated_bytes;
    uint64_t retired_bytes; /* of allocated_bytes: never became objects */
    uint64_t since_bytes;   /* handed out since the last collection */
    uint64_t budget_bytes;  /* the next collection is to come when since_bytes comes to it */
    uint64_t due_bytes;     /* atomic: something is to be done when since_bytes comes to it */
    uint64_t live_bytes;    /* marked by the last collection */
    uint64_t refused;
    uint32_t stress_count;
    bool stopping; /* atomic: a thread has begun a collection, the world runs still */
    uint8_t line_live; /* stopped: GC_LINE_LIVE or GC_LINE_LIVE_TOO: what marking sets, or has set */
    struct gc_shared spare[GC_SPARE_BUFFERS]; /* left by threads that detached; ptr NULL: empty */
    struct gc_shared medium;
    struct gc_shared pinned;
    bool started;
};

extern struct gc_heap gc_heap;

/* ---- addresses and bits ---- */
GC_INLINE size_t
gc_offset(const void *address)
{
    return (size_t)((uintptr_t)address - (uintptr_t)gc_heap.base);
}

GC_INLINE uint8_t *
gc_block_at(size_t index)
{
    return gc_heap.base + (index << GC_BLOCK_SHIFT);
}

GC_INLINE uint8_t *
gc_block_lines(size_t index)
{
    return gc_heap.line + index * GC_BLOCK_LINES;
}

GC_INLINE bool
gc_bit_get(const uint64_t *table, size_t bit)
{
    return (__atomic_load_n(&table[bit >> 6], __ATOMIC_RELAXED) >> (bit & 63) & 1) != 0;
}

GC_INLINE void
gc_bit_set(uint64_t *table, size_t bit)
{
    table[bit >> 6] |= UINT64_C(1) << (bit & 63);
}

GC_INLINE void
gc_bit_clear(uint64_t *table, size_t bit)
{
    table[bit >> 6] &= ~(UINT64_C(1) << (bit & 63));
}

/* First bit from `from` on that is set (clear), or `limit`. */
size_t gc_bits_next_set(const uint64_t *table, size_t from, size_t limit);
size_t gc_bits_next_clear(const uint64_t *table, size_t from, size_t limit);

/* Bytes of an object as the heap counts them. */
GC_INLINE size_t
gc_heap_bytes(const struct gc_object *o)
{
    size_t bytes = gc_object_bytes(o);

    return bytes < GC_OBJECT_MIN_BYTES ? GC_OBJECT_MIN_BYTES : bytes;
}

GC_INLINE bool
gc_block_is_small(const struct gc_block *b)
{
    return b->state >= GC_BLOCK_LOCAL && b->state <= GC_BLOCK_PINNED;
}

/* Lines of the run from the block's start on, if it was given out free. The owner opens more
 * without a lock. */
GC_INLINE size_t
gc_block_opened_lines(const struct gc_block *b)
{
    return (size_t)__atomic_load_n(&b->opened, __ATOMIC_RELAXED) * (GC_OPEN_BYTES / GC_LINE_BYTES);
}

/* ---- blocks.c; HEAP held, or the world stopped and POOL held ---- */
bool gc_blocks_commit(size_t blocks);
/* Takes `count` neighbouring blocks; NULL over the cap or without memory. `*zero`: they read as
 * zeros. */
uint8_t *gc_blocks_take(size_t count, enum gc_block_state state, bool *zero);
/* A block for a thread's buffer, and up to `most` behind it as its chain; those keep the flag
 * ZERO. */
uint8_t *gc_blocks_take_chain(size_t most, bool *zero);
/* All lines and bits of the blocks must be zero. */
void gc_blocks_free(size_t first, size_t count);
/* The same in a sweep, which ends with gc_blocks_freed(). */
void gc_blocks_sweep(size_t first, size_t count);
void gc_blocks_freed(void);
/* A block with free lines, or SIZE_MAX. */
size_t gc_blocks_take_holes(bool pinned);
/* Gives memory of free blocks back to the system, but for about `keep_bytes`. */
void gc_blocks_trim(uint64_t keep_bytes);

/* ---- find.c ---- */
/* The object to which an address belongs, by the rule of gc_ambiguous(); NULL: none. World
 * stopped. */
struct gc_object *gc_find_object(uintptr_t address);
/* The same, but only objects that are older than the last collection. */
struct gc_object *gc_find_old_object(uintptr_t address);
/* Sets the start bits of all objects in the runs handed out since the last collection. */
void gc_find_walk_block(size_t block);
/* Writes down in the lines what was opened; the thread cannot go on opening the block. */
void gc_find_settle_block(size_t block);
void gc_find_each_in_block(size_t block, void (*visit)(void *context, void *object, size_t bytes),
                           void *context);
void gc_find_each_slot(struct gc_object *o, void (*visit)(void *context, void **slot),
                       void *context);

/* ---- worklist.c: the mark stack, in chunks from a pool ---- */
enum { GC_CHUNK_ENTRIES = 510 };

struct gc_chunk {
    struct gc_chunk *next;
    size_t count;
    uintptr_t entry[GC_CHUNK_ENTRIES];
};

/* What one marking thread owns. An entry is an object's address, or with bit 0 the address of the
 * first reference in a large object that has not been looked at. */
struct gc_marker {
    struct gc_chunk *top; /* where entries come and go; never NULL in a collection */
    struct gc_chunk *full;
    struct gc_shared copy; /* moved objects go here */
    uint64_t marked_bytes;
    uint64_t moved_bytes;
    bool copy_full; /* no more blocks to copy into */
};

enum { GC_MARKERS_MAX = 16 };

extern struct gc_marker gc_markers[GC_MARKERS_MAX];

bool gc_pool_start(void);
void gc_pool_stop(void);
/* Gives each marker its chunk. */
void gc_pool_begin(size_t markers);
void gc_pool_end(void);
/* The top chunk is full: another one. false: no memory. */
bool gc_pool_more(struct gc_marker *m);
/* The top chunk is empty: takes a full one. false: the marker has nothing left. */
bool gc_pool_less(struct gc_marker *m);
/* Hands half of the marker's entries to others. */
void gc_pool_share(struct gc_marker *m);
/* Waits for entries of others. false: no marker of `markers` has any. */
bool gc_pool_steal(struct gc_marker *m, size_t markers);
bool gc_pool_is_wanted(void); /* another marker waits */
void gc_pool_lock(void);
void gc_pool_unlock(void);
/* Helper threads: runs work(1), work(2).. beside work(0) on the caller. */
bool gc_pool_run(size_t markers, void (*work)(size_t index));

/* ---- mark.c ---- */
void gc_mark_begin(bool moving, uint32_t epoch);
/* Marks all that is reachable from what was found so far. */
void gc_mark_drain(bool large);
/* The same by one marker that does not move anything; stops after `most` objects. true: all is done. */
bool gc_mark_slice(size_t most);
/* Marks what the slots of the object in [low, high) refer to, at the latest when parts end. */
void gc_mark_part(struct gc_object *o, uint8_t *low, uint8_t *high);
void gc_mark_parts_end(void);
/* From here on the world runs while we mark; and stands again. */
void gc_mark_go_beside(void);
void gc_mark_go_alone(uint32_t epoch);
void gc_mark_end(struct gc_collection *record);
/* Marks the object, which does not move. */
void gc_mark_pinned(struct gc_object *o);

/* Whether the marks say that it stays; for objects inside the heap. */
GC_INLINE bool
gc_is_marked(const void *object)
{
    return gc_bit_get(gc_heap.mark, gc_offset(object) >> 3);
}

/* ---- evacuate.c ---- */
enum { GC_FORWARDED = 1 }; /* in an MT word: the rest is the object's new address */

/* A word in front of every object that the class library does not use. The collection in which the
 * object was found to stay in a block that is being emptied. */
GC_INLINE uint32_t *
gc_stay_word(const void *object)
{
    return (uint32_t *)((uintptr_t)object - 8);
}

/* Whether a collection by itself would move objects. */
bool gc_evacuate_is_due(void);
/* Chooses blocks to empty. false: none is worth it. */
bool gc_evacuate_choose(uint32_t collect_flags, enum gc_reason reason);
/* Where a live object of a candidate block is to be from now on. `*fresh`: the caller is the first
 * to reach it and must scan it. Its mark bit is set. */
void *gc_evacuate(struct gc_marker *m, struct gc_object *o, uint32_t epoch, bool *fresh);

/* ---- sweep.c; world stopped ---- */
void gc_sweep_begin(void);        /* another bit of lines means alive from now on */
void gc_sweep_begin_beside(void); /* the same for a cycle */
void gc_sweep_abandon(void);      /* as if that cycle had not been */
/* What lines say but for that bit is cleared. `cycle`: marking has begun. */
void gc_sweep_prepare(bool cycle);
struct gc_sweep_result {
    size_t used_blocks;
    size_t free_lines; /* in blocks that are in use */
    size_t freed_blocks;
};
void gc_sweep(struct gc_sweep_result *out);

/* ---- alloc.c ---- */
enum gc_outcome {
    GC_TAKEN,
    GC_DUE, /* a collection is due */
    GC_FULL /* over the cap, or no memory */
};

void gc_alloc_reset_regions(void); /* world stopped */
void gc_heap_lock(void);           /* spins for a while; pal_mutex_unlock() gives it back */
bool gc_alloc_is_due(size_t bytes); /* HEAP held, as for the next one */
void gc_alloc_count(size_t bytes);

/* ---- buffer.c ---- */
enum { GC_HOLE_OBJECT_BYTES = 1024 }; /* larger objects do not go into holes */

/* The next hole of `bytes` or more in lines [from, ..): [*first, *end). */
bool gc_hole_next(const uint8_t *lines, size_t from, size_t bytes, size_t *first, size_t *end);
/* Lines [first, end) of a block are a new run. `zero`: they read as zeros already. */
struct gc_shared gc_run_begin(uint8_t *block, size_t first, size_t end, bool zero);
/* GC_TAKEN: there is a new region; in a block with holes it may be too small all the same. `force`:
 * no collection for growth. */
enum gc_outcome gc_buffer_refill(struct gc_buffer *buffer, uint64_t *taken, size_t bytes, bool force);
/* Bytes of the buffer's block behind its limit, and of its chain, that the thread may still use. */
size_t gc_buffer_tail(const struct gc_buffer *buffer);
size_t gc_buffer_chain(const struct gc_buffer *buffer);

/* ---- logged.c; MARKS held ---- */
uint8_t *gc_log_table(void);
uintptr_t gc_log_mask(void);
bool gc_log_make(void); /* large enough for the heap; between cycles. false: no memory */
void gc_log_release(void);
void gc_log_clear(void);
/* Blocks with log bytes of their own; those behind them share theirs. */
size_t gc_log_blocks(void);
/* Looks at what was stored in a block, and those that share its bytes, since it was looked at last.
 * Returns how many bytes said so. */
size_t gc_log_visit(size_t block);

/* ---- cycle.c ---- */
enum gc_cycle_phase {
    GC_CYCLE_IDLE,
    GC_CYCLE_MARKING,
    GC_CYCLE_MARKED,  /* the rest is for the stop */
    GC_CYCLE_CLEARING /* the log is made ready for the next */
};

enum gc_cycle_phase gc_cycle_phase(void);
bool gc_cycle_is_worth_it(void);
void gc_cycle_plan(void); /* HEAP held: when gc_alloc_is_due() */
uint64_t gc_cycle_stop_bytes(void);
/* COLLECT held, native state. false: this collection has to be one that stops the world. */
bool gc_cycle_begin(void);
/* A collector takes MARKS, if there is a cycle (true), before it stops the world; then it ends or
 * abandons it. */
bool gc_cycle_claim(void);
/* World stopped: false: a thread may be between a reference and the log. */
bool gc_cycle_can_end(void);
void gc_cycle_log_visit(void);
void gc_cycle_end(struct gc_collection *record);
void gc_cycle_abandon(void);
void gc_cycle_release(void);
/* Marks a little, if there is something. */
void gc_cycle_help(size_t objects);

/* ---- collect.c ---- */
void gc_collect_start(void);
bool gc_collect_is_allowed(void);
uint64_t gc_collect_number(void);
/* After a collection by another thread since number `seen` nothing is done. */
void gc_collect_since(enum gc_reason reason, uint32_t flags, uint64_t seen);

/* ---- roots.c, finalize.c ---- */
void gc_roots_reset(void);
void gc_finalize_reset(void);
size_t gc_finalize_count(void);
/* In a collection: visits the ready objects; moves dead ones to the ready queue and visits them;
 * forgets dead suppressed ones; returns how many became ready. */
void gc_finalize_scan_ready(void);
uint64_t gc_finalize_find_dead(void);
void gc_finalize_update(void); /* new addresses of registered objects */
void gc_finalize_each(void (*visit)(void *context, void **slot), void *context);

#endif
