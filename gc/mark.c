/* gc/mark.c - marks everything reachable from what the roots name.
 * Invariant: an object whose mark bit is set is on a mark stack, or has been scanned, or lies in a
 * block with the flag RESCAN, or `rescan_all` is set. Its lines are marked when it is scanned.
 * The loops exist three times, for one marker, for several, and for moving objects, because they are
 * most of a collection's time. Memory is the bottleneck: references wait in a short queue
 * between the request for their mark word and the use of it, objects in another one between the
 * request for their first lines and the scan. World stopped; allocates nothing but
 * mark stack chunks, and does without when there are none.
 * In a cycle (gc/cycle.c) the loop for one marker runs beside the program, in slices. What it reads may
 * change meanwhile: references come with what was stored into the object before. */
#include "gc/gc_priv.h"

enum {
    EDGE_ENTRIES = 16,             /* references whose mark words come; a power of two */
    QUEUE_ENTRIES = 16,            /* objects prefetched ahead; a power of two */
    AHEAD_BYTES = 32,              /* prefetched of an object beside its MT word */
    PIECE_BYTES = 8 * 1024,        /* of a large object are looked at in one go */
    SHARE_EVERY = 64,              /* objects between two looks for idle markers */
    PARALLEL_LEAST_BYTES = 4 << 20 /* of objects, for helpers to be worth their start */
};

static struct {
    bool moving;
    bool any_rescan; /* atomic: a block has the flag RESCAN */
    bool beside;     /* the world runs */
    bool rescan_all; /* as any_rescan, while flags of blocks are not ours */
    uint32_t epoch;
    size_t markers;
    uint64_t pinned;
    uint64_t words;
} state;

/* References that were found, from the oldest at `at` on; NULL: none. */
struct edges {
    uint8_t *entry[EDGE_ENTRIES];
    unsigned at;
};

/* What the loops look at all the time, kept in registers. */
struct view {
    uint8_t *base;
    size_t span;
    uint64_t *mark;
    uint8_t *line;
    struct gc_block *block;
    struct edges *edges; /* NULL: marked at once */
    uint8_t live;        /* bit of a line */
};

GC_INLINE struct view
view_get(void)
{
    return (struct view){gc_heap.base,  gc_heap.span_bytes, gc_heap.mark,     gc_heap.line,
                         gc_heap.block, NULL,               gc_heap.line_live};
}

/* true: it was not marked before. */
GC_INLINE bool
mark_set(const struct view *v, size_t offset, const bool parallel)
{
    uint64_t bit = UINT64_C(1) << (offset >> 3 & 63), *word = &v->mark[offset >> 9];

    if (__atomic_load_n(word, __ATOMIC_RELAXED) & bit)
        return false;
    if (parallel)
        return !(__atomic_fetch_or(word, bit, __ATOMIC_RELAXED) & bit);
    *word |= bit;
    return true;
}

static __attribute__((noinline)) void
entry_drop(uintptr_t entry)
{
    size_t block = gc_offset((void *)entry) >> GC_BLOCK_SHIFT;
    struct gc_block *b = &gc_heap.block[block];

    if (state.beside) {
        state.rescan_all = true;
        return;
    }
    if (b->state == GC_BLOCK_LARGE_REST)
        b -= b->run_blocks;
    __atomic_fetch_or(&b->flags, GC_BLOCK_RESCAN, __ATOMIC_RELAXED);
    __atomic_store_n(&state.any_rescan, true, __ATOMIC_RELAXED);
}

GC_INLINE void
push(struct gc_marker *m, uintptr_t entry)
{
    if (m->top->count == GC_CHUNK_ENTRIES && !gc_pool_more(m)) {
        entry_drop(entry);
        return;
    }
    m->top->entry[m->top->count++] = entry;
}

GC_INLINE uintptr_t
pop(struct gc_marker *m)
{
    if (m->top->count == 0 && !gc_pool_less(m))
        return 0;
    return m->top->entry[--m->top->count];
}

GC_INLINE void
edge_mark(struct gc_marker *m, const struct view *v, uint8_t *o, const bool parallel)
{
    if (mark_set(v, (size_t)(o - v->base), parallel))
        push(m, (uintptr_t)o);
}

/* Marks the oldest instead; the new one's mark word comes meanwhile. */
GC_INLINE void
edge_add(struct gc_marker *m, const struct view *v, uint8_t *o, const bool parallel)
{
    struct edges *e = v->edges;
    uint8_t *oldest = e->entry[e->at];

    __builtin_prefetch(&v->mark[(size_t)(o - v->base) >> 9], 1);
    e->entry[e->at] = o;
    e->at = (e->at + 1) & (EDGE_ENTRIES - 1);
    if (oldest)
        edge_mark(m, v, oldest, parallel);
}

static __attribute__((noinline)) void
edges_flush(struct gc_marker *m, const struct view *v, const bool parallel)
{
    unsigned i;

    for (i = 0; i < EDGE_ENTRIES; i++) {
        uint8_t *o = v->edges->entry[i];

        v->edges->entry[i] = NULL;
        if (o)
            edge_mark(m, v, o, parallel);
    }
}

/* One reference. */
GC_INLINE void
visit(struct gc_marker *m, const struct view *v, void **slot, const bool parallel,
      const bool moving)
{
    uint8_t *o = __atomic_load_n((uint8_t **)(void *)slot, __ATOMIC_ACQUIRE);
    size_t offset = (size_t)((uintptr_t)o - (uintptr_t)v->base);

    if (offset >= v->span)
        return;
    if (moving && (__atomic_load_n(&v->block[offset >> GC_BLOCK_SHIFT].flags, __ATOMIC_RELAXED) &
                   GC_BLOCK_CANDIDATE)) {
        bool fresh;
        void *to = gc_evacuate(m, (struct gc_object *)(void *)o, state.epoch, &fresh);

        if (to != o)
            __atomic_store_n(slot, to, __ATOMIC_RELAXED);
        if (fresh)
            push(m, (uintptr_t)to);
        return;
    }
    if (v->edges)
        edge_add(m, v, o, parallel);
    else
        edge_mark(m, v, o, parallel);
}

GC_INLINE void
lines_set(const struct view *v, size_t header, size_t bytes)
{
    uint8_t *line = v->line + (header >> GC_LINE_SHIFT);
    uint8_t *last = v->line + ((header + bytes - 1) >> GC_LINE_SHIFT);
    uint8_t *live = &v->block[header >> GC_BLOCK_SHIFT].live;
    bool first = false;

    for (; line <= last; line++) {
        uint8_t now = __atomic_load_n(line, __ATOMIC_RELAXED);

        if (now & v->live)
            continue;
        first = true;
        __atomic_store_n(line, now | v->live, __ATOMIC_RELAXED);
    }
    if (first && !__atomic_load_n(live, __ATOMIC_RELAXED))
        __atomic_store_n(live, 1, __ATOMIC_RELAXED);
}

/* References [at, end). A large object's rest waits on the stack. */
GC_INLINE void
scan_series(struct gc_marker *m, const struct view *v, uint8_t *at, uint8_t *end, bool large,
            const bool parallel, const bool moving)
{
    if (large && end - at > PIECE_BYTES) {
        end = at + PIECE_BYTES;
        push(m, (uintptr_t)end | 1);
    }
    for (; at < end; at += 8)
        visit(m, v, (void **)(void *)at, parallel, moving);
}

/* Structs from `at` on, in an array that ends at `end`. */
GC_INLINE void
scan_structs(struct gc_marker *m, const struct view *v, const struct gc_mt *mt, uint8_t *at,
             uint8_t *end, bool large, const bool parallel, const bool moving)
{
    int64_t n = ((const int64_t *)(const void *)mt)[-1], i;
    uint8_t *stop = large && end - at > PIECE_BYTES ? at + PIECE_BYTES : end;

    while (at < stop) {
        const struct gc_desc_item *item =
            (const struct gc_desc_item *)(const void *)((const uint64_t *)(const void *)mt - 2);

        for (i = 0; i > n; i--) {
            uint32_t k;

            item--;
            for (k = item->references; k > 0; k--, at += 8)
                visit(m, v, (void **)(void *)at, parallel, moving);
            at += item->skip_bytes;
        }
    }
    if (at < end)
        push(m, (uintptr_t)at | 1);
}

GC_INLINE size_t
raw_bytes(const struct gc_object *o, const struct gc_mt *mt)
{
    size_t raw = mt->base_size;

    if (gc_mt_has_component_size(mt))
        raw += (size_t)((const struct gc_array *)(const void *)o)->length *
               (mt->flags & GC_MT_COMPONENT_SIZE_MASK);
    return raw;
}

GC_INLINE void
scan_references(struct gc_marker *m, const struct view *v, struct gc_object *o,
                const struct gc_mt *mt, size_t raw, bool large, const bool parallel,
                const bool moving)
{
    const uint64_t *desc = (const uint64_t *)(const void *)mt - 1;
    int64_t n = (int64_t)*desc;
    uint8_t *from = (uint8_t *)o;

    if (n < 0) {
        scan_structs(m, v, mt, from + desc[-1], from + raw - GC_OBJECT_HEADER_BYTES, large,
                     parallel, moving);
        return;
    }
    large = large && n == 1 && gc_mt_has_component_size(mt);
    for (; n > 0; n--) {
        uint8_t *at;

        desc -= 2;
        at = from + desc[1];
        scan_series(m, v, at, at + (ptrdiff_t)(raw + desc[0]), large, parallel, moving);
    }
}

GC_INLINE void
scan_object(struct gc_marker *m, const struct view *v, struct gc_object *o, const bool parallel,
            const bool moving)
{
    const struct gc_mt *mt = o->mt;
    size_t raw = raw_bytes(o, mt), bytes = gc_align8(raw);
    size_t header = (size_t)((uintptr_t)o - (uintptr_t)v->base) - GC_OBJECT_HEADER_BYTES;
    /* Compiled code may make one that large in a thread's buffer. */
    bool large =
        bytes > GC_LARGE_BYTES && v->block[header >> GC_BLOCK_SHIFT].state == GC_BLOCK_LARGE;

    m->marked_bytes += bytes;
    if (!large)
        lines_set(v, header, bytes);
    if (mt->flags & GC_MT_HAS_POINTERS)
        scan_references(m, v, o, mt, raw, large, parallel, moving);
}

/* References [at, end), those in [low, high). */
static __attribute__((noinline)) void
visit_part(struct gc_marker *m, const struct view *v, uint8_t *at, uint8_t *end, uint8_t *low,
           uint8_t *high)
{
    for (at = at < low ? low : at, end = end > high ? high : end; at < end; at += 8)
        visit(m, v, (void **)(void *)at, false, false);
}

/* The structs of an array from `from` on that reach into [low, high). */
static void
structs_part(struct gc_marker *m, const struct view *v, const struct gc_mt *mt, uint8_t *from,
             uint8_t *end, uint8_t *low, uint8_t *high)
{
    int64_t n = ((const int64_t *)(const void *)mt)[-1], i;
    size_t bytes = mt->flags & GC_MT_COMPONENT_SIZE_MASK;
    uint8_t *at = low > from ? low - (size_t)(low - from) % bytes : from;

    while (at < end && at < high) {
        const struct gc_desc_item *item =
            (const struct gc_desc_item *)(const void *)((const uint64_t *)(const void *)mt - 2);

        for (i = 0; i > n; i--) {
            item--;
            visit_part(m, v, at, at + item->references * (size_t)8, low, high);
            at += item->references * (size_t)8 + item->skip_bytes;
        }
    }
}

static struct edges part_edges;

void
gc_mark_parts_end(void)
{
    struct view v = view_get();

    v.edges = &part_edges;
    edges_flush(&gc_markers[0], &v, false);
}

void
gc_mark_part(struct gc_object *o, uint8_t *low, uint8_t *high)
{
    struct view v = view_get();
    struct gc_marker *m = &gc_markers[0];
    const struct gc_mt *mt = o->mt;
    const uint64_t *desc = (const uint64_t *)(const void *)mt - 1;
    size_t raw = raw_bytes(o, mt);
    uint8_t *from = (uint8_t *)o;
    int64_t n;

    if (!(mt->flags & GC_MT_HAS_POINTERS))
        return;
    v.edges = &part_edges;
    n = (int64_t)*desc;
    if (n < 0) {
        structs_part(m, &v, mt, from + desc[-1], from + raw - GC_OBJECT_HEADER_BYTES, low, high);
        return;
    }
    for (; n > 0; n--) {
        uint8_t *at;

        desc -= 2;
        at = from + desc[1];
        visit_part(m, &v, at, at + (ptrdiff_t)(raw + desc[0]), low, high);
    }
}

/* A large array from one of its slots on. */
GC_INLINE void
scan_rest(struct gc_marker *m, const struct view *v, uint8_t *at, const bool parallel,
          const bool moving)
{
    size_t block = (size_t)(at - v->base) >> GC_BLOCK_SHIFT;
    struct gc_object *o;
    const struct gc_mt *mt;
    const uint64_t *desc;
    size_t raw;

    if (v->block[block].state == GC_BLOCK_LARGE_REST)
        block -= v->block[block].run_blocks;
    o = (struct gc_object *)(void *)(v->base + (block << GC_BLOCK_SHIFT) + GC_OBJECT_HEADER_BYTES);
    mt = o->mt;
    raw = raw_bytes(o, mt);
    desc = (const uint64_t *)(const void *)mt - 1;
    if ((int64_t)*desc < 0)
        scan_structs(m, v, mt, at, (uint8_t *)o + raw - GC_OBJECT_HEADER_BYTES, true, parallel,
                     moving);
    else
        scan_series(m, v, at, (uint8_t *)o + desc[-1] + (ptrdiff_t)(raw + desc[-2]), true, parallel,
                    moving);
}

/* Puts back what waits in the queue. */
static void
queue_return(struct gc_marker *m, struct gc_object *const *queue)
{
    unsigned i;

    for (i = 0; i < QUEUE_ENTRIES; i++) {
        if (queue[i])
            push(m, (uintptr_t)queue[i]);
    }
}

/* Until the marker's own entries are gone (true), or `most` objects have been looked at. */
GC_INLINE bool
drain(struct gc_marker *m, size_t most, const bool parallel, const bool moving)
{
    struct edges edges = {.at = 0};
    struct view v = view_get();
    struct gc_object *queue[QUEUE_ENTRIES] = {NULL};
    unsigned at = 0, waiting = 0, until_share = SHARE_EVERY;

    v.edges = &edges;
    for (;;) {
        uintptr_t entry = pop(m);
        struct gc_object *o;

        if (!entry) {
            edges_flush(m, &v, parallel);
            entry = pop(m);
        }
        if (entry & 1) {
            scan_rest(m, &v, (uint8_t *)(entry - 1), parallel, moving);
            continue;
        }
        if (entry) {
            __builtin_prefetch((void *)entry);
            __builtin_prefetch((void *)(entry + AHEAD_BYTES));
            __builtin_prefetch(
                v.line + (((size_t)(entry - (uintptr_t)v.base) - 1) >> GC_LINE_SHIFT), 1);
            waiting++;
        } else if (waiting == 0) {
            return true;
        }
        o = queue[at];
        queue[at] = (struct gc_object *)entry;
        at = (at + 1) & (QUEUE_ENTRIES - 1);
        if (!o)
            continue;
        waiting--;
        scan_object(m, &v, o, parallel, moving);
        if (--most == 0) {
            edges_flush(m, &v, parallel);
            queue_return(m, queue);
            return false;
        }
        if (parallel && --until_share == 0) {
            until_share = SHARE_EVERY;
            if (gc_pool_is_wanted())
                gc_pool_share(m);
        }
    }
}

bool
gc_mark_slice(size_t most)
{
    return drain(&gc_markers[0], most, false, false);
}


static void
drain_shared(size_t index)
{
    struct gc_marker *m = &gc_markers[index];

    do
        drain(m, SIZE_MAX, true, false);
    while (gc_pool_steal(m, state.markers));
}

static __attribute__((noinline)) void
drain_moving(struct gc_marker *m)
{
    (void)drain(m, SIZE_MAX, true, true);
}

static void
drain_shared_moving(size_t index)
{
    struct gc_marker *m = &gc_markers[index];

    do
        drain_moving(m);
    while (gc_pool_steal(m, state.markers));
}

static void
drain_alone(void)
{
    if (state.moving)
        drain_moving(&gc_markers[0]);
    else
        (void)gc_mark_slice(SIZE_MAX);
}

/* Looks again at the marked objects of blocks whose entries were dropped, one after the other: for one
 * there is room. */
static void
rescan(void)
{
    size_t i;

    for (i = 0; i < gc_heap.fresh; i++) {
        struct gc_block *b = &gc_heap.block[i];
        size_t bit = i << (GC_BLOCK_SHIFT - 3), end = (i + 1) << (GC_BLOCK_SHIFT - 3);

        if (!(b->flags & GC_BLOCK_RESCAN))
            continue;
        b->flags &= (uint8_t)~GC_BLOCK_RESCAN;
        while ((bit = gc_bits_next_set(gc_heap.mark, bit, end)) < end) {
            push(&gc_markers[0], (uintptr_t)gc_heap.base + (bit << 3));
            drain_alone();
            bit++;
        }
    }
}

static void
rescan_order_all(void)
{
    size_t i;

    for (i = 0; i < gc_heap.fresh; i++)
        gc_heap.block[i].flags |= GC_BLOCK_RESCAN;
    state.any_rescan = true;
}

static bool
is_worth_helpers(void)
{
    if (gc_heap.config.mark_helper_bytes)
        return gc_heap.live_bytes >= gc_heap.config.mark_helper_bytes;
    return gc_heap.live_bytes + gc_heap.since_bytes >= PARALLEL_LEAST_BYTES;
}

void
gc_mark_drain(bool large)
{
    bool parallel = large && state.markers > 1 && is_worth_helpers();

    if (!parallel || !gc_pool_run(state.markers, state.moving ? drain_shared_moving : drain_shared))
        drain_alone();
    if (state.rescan_all) {
        state.rescan_all = false;
        rescan_order_all();
    }
    while (state.any_rescan) {
        state.any_rescan = false;
        rescan();
    }
}

/* ---- roots ---- */
void
gc_root(void **slot)
{
    const struct view v = view_get();

    visit(&gc_markers[0], &v, slot, false, state.moving);
}

void
gc_mark_pinned(struct gc_object *o)
{
    const struct view v = view_get();

    if (!mark_set(&v, gc_offset(o), false))
        return;
    *gc_stay_word(o) = state.epoch;
    state.pinned++;
    push(&gc_markers[0], (uintptr_t)o);
}

GC_UNCHECKED void
gc_ambiguous(uintptr_t low, uintptr_t high)
{
    uintptr_t base = (uintptr_t)gc_heap.base, span = gc_heap.fresh << GC_BLOCK_SHIFT;
    const uintptr_t *at = (const uintptr_t *)((low + 7) & ~(uintptr_t)7);
    const uintptr_t *end = (const uintptr_t *)(high & ~(uintptr_t)7);

    for (; at < end; at++) {
        uintptr_t word = *(const volatile uintptr_t *)at;
        struct gc_object *o;

        GC_TAKE_AS_WRITTEN(word);
        if (word - base > span)
            continue;
        state.words++;
        o = state.beside ? gc_find_old_object(word) : gc_find_object(word);
        if (o)
            gc_mark_pinned(o);
    }
}

bool
gc_is_live(const void *object)
{
    const struct gc_block *b;
    uintptr_t mt;

    if (!object)
        return false;
    if (gc_offset(object) >= gc_heap.span_bytes)
        return true;
    b = &gc_heap.block[gc_offset(object) >> GC_BLOCK_SHIFT];
    if (b->flags & GC_BLOCK_CANDIDATE) {
        mt = *(const uintptr_t *)object;
        if (mt & GC_FORWARDED)
            return true;
    }
    return gc_is_marked(object);
}

void
gc_weak(void **slot)
{
    void *o = *slot;

    if (!o || gc_offset(o) >= gc_heap.span_bytes)
        return;
    if (!gc_is_live(o)) {
        *slot = NULL;
        return;
    }
    if (gc_heap.block[gc_offset(o) >> GC_BLOCK_SHIFT].flags & GC_BLOCK_CANDIDATE) {
        uintptr_t mt = *(const uintptr_t *)o;

        if (mt & GC_FORWARDED)
            *slot = (void *)(mt & ~(uintptr_t)GC_FORWARDED);
    }
}

/* ---- begin and end ---- */
void
gc_mark_begin(bool moving, uint32_t epoch)
{
    size_t markers = gc_heap.config.mark_threads;

    if (markers == 0)
        markers = 1;
    if (markers > GC_MARKERS_MAX)
        markers = GC_MARKERS_MAX;
    state.moving = moving;
    state.epoch = epoch;
    state.markers = markers;
    state.any_rescan = false;
    state.rescan_all = false;
    state.beside = false;
    state.pinned = 0;
    state.words = 0;
    gc_pool_begin(markers);
}

void
gc_mark_go_beside(void)
{
    state.beside = true;
}

/* The world stands again. */
void
gc_mark_go_alone(uint32_t epoch)
{
    state.beside = false;
    state.epoch = epoch;
    state.pinned = 0;
    state.words = 0;
}

void
gc_mark_end(struct gc_collection *record)
{
    size_t i;

    record->bytes_after = 0;
    record->moved_bytes = 0;
    for (i = 0; i < state.markers; i++) {
        record->bytes_after += gc_markers[i].marked_bytes;
        record->moved_bytes += gc_markers[i].moved_bytes;
    }
    record->pinned_objects = state.pinned;
    record->ambiguous_words = state.words;
    record->compacted = state.moving;
    gc_pool_end();
}
