/* gc/alloc.c - giving out objects.
 * Small objects come from the thread's buffer (gc/buffer.c), medium and pinned ones from shared
 * regions; large ones from runs of blocks of their own. What does not fit a hole goes to the shared
 * region, so that no hole is given up for one object.
 * Invariants: memory given out is zero and its lines are FRESH; an object's MT word is stored last,
 * when its memory belongs to it. */
#include "gc/gc_priv.h"

#include <string.h>

enum {
    HOLE_REST_BYTES = 256,  /* so much of a hole is given up for an object that does not fit */
    TAIL_REST_BYTES = 1024, /* likewise of a whole block */
    LOCK_TRIES = 200,
    GROWTH_TRIES = 3,
    CAP_TRIES = 4,
    STRESS_OBJECTS = 7
};

static void *
object_at(uint8_t *header, const struct gc_mt *mt)
{
    struct gc_object *o = (struct gc_object *)(void *)(header + GC_OBJECT_HEADER_BYTES);

    o->mt = mt;
    return o;
}

/* The lock is held for less than it costs to sleep. */
void
gc_heap_lock(void)
{
    unsigned i;

    for (i = 0; i < LOCK_TRIES; i++) {
        if (pal_mutex_try_lock(&gc_heap.lock))
            return;
        __builtin_ia32_pause();
    }
    pal_mutex_lock(&gc_heap.lock);
}

/* ---- counters; lock held ---- */
bool
gc_alloc_is_due(size_t bytes)
{
    uint64_t due = __atomic_load_n(&gc_heap.due_bytes, __ATOMIC_RELAXED);

    /* Until the world is asked to stand, who does not collect goes on. */
    if (__atomic_load_n(&gc_heap.stopping, __ATOMIC_RELAXED))
        due += gc_heap.budget_bytes / 8;
    return gc_heap.since_bytes > 0 && gc_heap.since_bytes + bytes > due &&
           gc_collect_is_allowed();
}

void
gc_alloc_count(size_t bytes)
{
    gc_heap.since_bytes += bytes;
    gc_heap.allocated_bytes += bytes;
}

/* ---- shared regions and large objects; lock held ---- */
static enum gc_outcome
shared_refill(struct gc_shared *s, size_t bytes, enum gc_block_state state)
{
    bool zero;
    uint8_t *block;
    size_t index, first, end;

    while (state == GC_BLOCK_PINNED && (index = gc_blocks_take_holes(true)) != SIZE_MAX) {
        gc_heap.block[index].used_lines = GC_BLOCK_LINES;
        if (gc_hole_next(gc_block_lines(index), 0, bytes, &first, &end)) {
            *s = gc_run_begin(gc_block_at(index), first, end, false);
            return GC_TAKEN;
        }
    }
    block = gc_blocks_take(1, state, &zero);
    if (!block)
        return GC_FULL;
    *s = gc_run_begin(block, 0, GC_BLOCK_LINES, zero);
    return GC_TAKEN;
}

static enum gc_outcome
shared_take(struct gc_shared *s, size_t bytes, enum gc_block_state state, bool force, uint8_t **out)
{
    if (bytes > (size_t)(s->limit - s->ptr)) {
        enum gc_outcome outcome;

        if (!force && gc_alloc_is_due(bytes))
            return GC_DUE;
        outcome = shared_refill(s, bytes, state);
        if (outcome != GC_TAKEN)
            return outcome;
    }
    *out = s->ptr;
    s->ptr += bytes;
    gc_alloc_count(bytes);
    return GC_TAKEN;
}

static enum gc_outcome
large_take(size_t bytes, bool force, uint8_t **out, bool *zero)
{
    size_t blocks = (bytes - 1) / GC_BLOCK_BYTES + 1;

    if (!force && gc_alloc_is_due(blocks * GC_BLOCK_BYTES))
        return GC_DUE;
    *out = gc_blocks_take(blocks, GC_BLOCK_LARGE, zero);
    if (!*out)
        return GC_FULL;
    gc_alloc_count(bytes);
    return GC_TAKEN;
}

/* A large object's memory, taken and not all zeros: what has no memory behind it gets none. */
static void
large_clear(uint8_t *at, size_t bytes)
{
    struct gc_block *b = &gc_heap.block[gc_offset(at) >> GC_BLOCK_SHIFT];
    uint8_t *end = at + bytes;

    for (; at < end; at += GC_BLOCK_BYTES, b++) {
        if (!(b->flags & GC_BLOCK_ZERO))
            memset(at, 0, (size_t)(end - at) < GC_BLOCK_BYTES ? (size_t)(end - at) : GC_BLOCK_BYTES);
        b->flags &= (uint8_t)~GC_BLOCK_ZERO;
    }
}

/* ---- one attempt ---- */
struct request {
    struct gc_buffer *buffer;
    uint64_t *taken;
    size_t bytes;
    bool pinned;
    bool force; /* no collection for growth */
};

/* Medium, pinned, large and overflowing objects. */
static enum gc_outcome
take_shared(const struct request *r, uint8_t **out)
{
    bool zero = true;
    enum gc_outcome outcome;

    gc_heap_lock();
    if (r->bytes > GC_LARGE_BYTES)
        outcome = large_take(r->bytes, r->force, out, &zero);
    else if (r->pinned)
        outcome = shared_take(&gc_heap.pinned, r->bytes, GC_BLOCK_PINNED, r->force, out);
    else
        outcome = shared_take(&gc_heap.medium, r->bytes, GC_BLOCK_SHARED, r->force, out);
    pal_mutex_unlock(&gc_heap.lock);
    if (outcome != GC_TAKEN)
        return outcome;
    if (!zero && r->bytes > GC_LARGE_BYTES)
        large_clear(*out, r->bytes);
    else if (!zero)
        memset(*out, 0, r->bytes);
    if (r->taken)
        *r->taken += r->bytes;
    return GC_TAKEN;
}

static bool
is_for_buffer(const struct request *r)
{
    const struct gc_buffer *b = r->buffer;
    size_t left = (size_t)(b->limit - b->ptr) + gc_buffer_tail(b), at = gc_offset(b->limit);

    if (r->bytes >= GC_MEDIUM_BYTES || r->pinned || gc_heap.config.stress_interval)
        return false;
    if (r->bytes <= left || r->bytes <= GC_LINE_BYTES || !b->limit)
        return true;
    if ((at & (GC_BLOCK_BYTES - 1)) && (gc_heap.block[at >> GC_BLOCK_SHIFT].flags & GC_BLOCK_HOLES))
        return left < HOLE_REST_BYTES && r->bytes <= GC_HOLE_OBJECT_BYTES;
    return left < TAIL_REST_BYTES;
}

static enum gc_outcome
take(const struct request *r, uint8_t **out)
{
    struct gc_buffer *b = r->buffer;
    enum gc_outcome outcome;

    if (!is_for_buffer(r))
        return take_shared(r, out);
    if (r->bytes > (size_t)(b->limit - b->ptr)) {
        outcome = gc_buffer_refill(b, r->taken, r->bytes, r->force);
        if (outcome != GC_TAKEN)
            return outcome;
        if (r->bytes > (size_t)(b->limit - b->ptr))
            return take_shared(r, out);
    }
    *out = b->ptr;
    b->ptr += r->bytes;
    return GC_TAKEN;
}

/* ---- when there is no room ---- */
struct limit_call {
    uint64_t wanted;
    bool raised;
};

static void
ask_limit(void *context)
{
    struct limit_call *call = context;
    uint64_t cap, blocks;

    pal_mutex_lock(&gc_heap.lock);
    cap = (uint64_t)gc_heap.cap_blocks * GC_BLOCK_BYTES;
    pal_mutex_unlock(&gc_heap.lock);
    blocks = gc_heap.world->near_limit(cap, call->wanted) / GC_BLOCK_BYTES;
    pal_mutex_lock(&gc_heap.lock);
    if (blocks > gc_heap.blocks)
        blocks = gc_heap.blocks;
    call->raised = blocks > gc_heap.cap_blocks;
    if (call->raised)
        gc_heap.cap_blocks = (size_t)blocks;
    pal_mutex_unlock(&gc_heap.lock);
}

/* Whether a collection that moves nothing can be expected to help: only if it was not tried just
 * now. Dropped references help one that moves as well. */
static bool
is_plain_worth_it(void)
{
    bool worth;

    pal_mutex_lock(&gc_heap.lock);
    worth = gc_heap.since_bytes >= (uint64_t)gc_heap.cap_blocks * (GC_BLOCK_BYTES / 32);
    pal_mutex_unlock(&gc_heap.lock);
    return worth;
}

/* Makes room in the next way that is left. false: there is no more to try. */
static bool
make_room(unsigned *tried, size_t bytes, uint64_t seen)
{
    struct limit_call call = {.wanted = bytes};

    if (!gc_heap.world)
        return false;
    if (*tried == 0 && !is_plain_worth_it())
        ++*tried;
    if (++*tried <= 2 && bytes / GC_BLOCK_BYTES < gc_heap.cap_blocks) {
        gc_collect_since(GC_REASON_LIMIT, *tried > 1 ? GC_COLLECT_COMPACT : 0, seen);
        return true;
    }
    if (*tried > 2 + CAP_TRIES || !gc_heap.world->near_limit)
        return false;
    gc_heap.world->run_native(ask_limit, &call);
    return call.raised;
}

static uint8_t *
take_or_collect(struct request *r)
{
    unsigned grown = 0, tried = 0;

    for (;;) {
        uint64_t seen = gc_collect_number();
        uint8_t *at = NULL;
        enum gc_outcome outcome = take(r, &at);

        if (outcome == GC_TAKEN)
            return at;
        if (outcome == GC_DUE) {
            gc_collect_since(GC_REASON_GROWTH, 0, seen);
            r->force = ++grown >= GROWTH_TRIES;
            continue;
        }
        if (!make_room(&tried, r->bytes, seen))
            return NULL;
    }
}

static void
stress(void)
{
    bool now;

    pal_mutex_lock(&gc_heap.lock);
    now = ++gc_heap.stress_count >= gc_heap.config.stress_interval;
    if (now)
        gc_heap.stress_count = 0;
    pal_mutex_unlock(&gc_heap.lock);
    if (now && gc_collect_is_allowed())
        gc_collect(GC_REASON_STRESS, 0);
}

void *
gc_alloc(struct gc_buffer *buffer, uint64_t *taken, const struct gc_mt *mt, size_t bytes,
         uint32_t flags)
{
    struct request r = {buffer, taken, 0, (flags & GC_ALLOC_PINNED) != 0, false};
    uint8_t *at;
    void *o;

    if (!gc_heap.started || bytes > SIZE_MAX - GC_BLOCK_BYTES)
        return NULL;
    r.bytes = gc_align8(bytes);
    if (r.bytes < GC_OBJECT_MIN_BYTES)
        r.bytes = GC_OBJECT_MIN_BYTES;
    if (gc_heap.config.stress_interval) {
        gc_cycle_help(STRESS_OBJECTS);
        stress();
    }
    at = take_or_collect(&r);
    if (!at) {
        pal_mutex_lock(&gc_heap.lock);
        gc_heap.refused++;
        pal_mutex_unlock(&gc_heap.lock);
        return NULL;
    }
    o = object_at(at, mt);
    /* An object that cannot be registered is abandoned: nobody has seen it. */
    if ((flags & GC_ALLOC_FINALIZE) && !gc_finalize_register(o))
        return NULL;
    return o;
}

void
gc_alloc_reset_regions(void)
{
    memset(gc_heap.spare, 0, sizeof gc_heap.spare);
    gc_heap.medium = (struct gc_shared){0};
    gc_heap.pinned = (struct gc_shared){0};
}
