/* gc/alloc.c - giving out objects.
 * Small objects come from the thread's buffer: a hole (free lines between live ones) of a block the
 * thread goes through, else a whole block; medium and pinned ones from shared regions; large ones
 * from runs of blocks of their own. What does not fit a hole goes to the shared region, so that no
 * hole is given up for one object.
 * Invariants: memory given out is zero and its lines are FRESH; an object's MT word is stored last,
 * when its memory belongs to it. */
#include "gc/gc_priv.h"

#include <string.h>

enum outcome {
    DONE,
    DUE, /* a collection is due */
    FULL /* over the cap, or no memory */
};

enum {
    HOLE_OBJECT_BYTES = 1024, /* larger ones do not go into holes */
    HOLE_REST_BYTES = 256,    /* so much of a hole is given up for an object that does not fit */
    TAIL_REST_BYTES = 1024,   /* likewise of a whole block */
    OPEN_STEPS = 2,           /* of GC_OPEN_BYTES at a time */
    CHAIN_BLOCKS = 7,         /* that a thread takes beside one */
    LOCK_TRIES = 200,
    GROWTH_TRIES = 3,
    CAP_TRIES = 4
};

static void *
object_at(uint8_t *header, const struct gc_mt *mt)
{
    struct gc_object *o = (struct gc_object *)(void *)(header + GC_OBJECT_HEADER_BYTES);

    o->mt = mt;
    return o;
}

/* ---- lines ---- */
/* The next hole of `bytes` or more in lines [from, ..): [*first, *end). */
static bool
hole_next(const uint8_t *lines, size_t from, size_t bytes, size_t *first, size_t *end)
{
    for (;;) {
        while (from < GC_BLOCK_LINES && lines[from])
            from++;
        if (from == GC_BLOCK_LINES)
            return false;
        *first = from;
        while (from < GC_BLOCK_LINES && !lines[from])
            from++;
        *end = from;
        if ((*end - *first) << GC_LINE_SHIFT >= bytes)
            return true;
    }
}

/* Lines [first, end) of a block are a new run. `zero`: they read as zeros already. */
static struct gc_shared
run_begin(uint8_t *block, size_t first, size_t end, bool zero)
{
    uint8_t *lines = gc_block_lines(gc_offset(block) >> GC_BLOCK_SHIFT);
    struct gc_shared s = {block + (first << GC_LINE_SHIFT), block + (end << GC_LINE_SHIFT)};

    memset(lines + first, GC_LINE_FRESH, end - first);
    lines[first] |= GC_LINE_START;
    if (!zero)
        memset(s.ptr, 0, (size_t)(s.limit - s.ptr));
    return s;
}

/* The lock is held for less than it costs to sleep. */
static void
heap_lock(void)
{
    unsigned i;

    for (i = 0; i < LOCK_TRIES; i++) {
        if (pal_mutex_try_lock(&gc_heap.lock))
            return;
        __builtin_ia32_pause();
    }
    pal_mutex_lock(&gc_heap.lock);
}

/* ---- blocks; lock held ---- */
static bool
is_due(size_t bytes)
{
    uint64_t budget = gc_heap.budget_bytes;

    /* Until the world is asked to stand, who does not collect goes on. */
    if (__atomic_load_n(&gc_heap.stopping, __ATOMIC_RELAXED))
        budget += budget / 8;
    return gc_heap.since_bytes > 0 && gc_heap.since_bytes + bytes > budget &&
           gc_collect_is_allowed();
}

static void
count_taken(size_t bytes)
{
    gc_heap.since_bytes += bytes;
    gc_heap.allocated_bytes += bytes;
}

/* What a detached thread left of its buffer, so that threads which come and go do not take a block
 * each. */
static bool
spare_take(struct gc_shared *out, size_t bytes)
{
    size_t i;

    for (i = 0; i < GC_SPARE_BUFFERS; i++) {
        struct gc_shared *s = &gc_heap.spare[i];

        if (s->ptr && bytes <= (size_t)(s->limit - s->ptr)) {
            *out = *s;
            s->ptr = NULL;
            __atomic_fetch_sub(&gc_heap.retired_bytes, (size_t)(out->limit - out->ptr),
                               __ATOMIC_RELAXED);
            return true;
        }
    }
    return false;
}

/* Instead of the smallest. */
static void
spare_put(uint8_t *ptr, uint8_t *limit)
{
    struct gc_shared *least = &gc_heap.spare[0];
    size_t i;

    for (i = 0; i < GC_SPARE_BUFFERS; i++) {
        struct gc_shared *s = &gc_heap.spare[i];

        if (!s->ptr) {
            least = s;
            break;
        }
        if (s->limit - s->ptr < least->limit - least->ptr)
            least = s;
    }
    if (!least->ptr || limit - ptr > least->limit - least->ptr)
        *least = (struct gc_shared){ptr, limit};
}

/* ---- the thread's buffer ---- */
static size_t
buffer_block(const struct gc_buffer *b)
{
    return gc_offset(b->limit - 1) >> GC_BLOCK_SHIFT;
}

size_t
gc_buffer_tail(const struct gc_buffer *b)
{
    if (!b->limit || !gc_block_opened_lines(&gc_heap.block[buffer_block(b)]))
        return 0;
    return (size_t)-gc_offset(b->limit) & (GC_BLOCK_BYTES - 1);
}

size_t
gc_buffer_chain(const struct gc_buffer *b)
{
    return b->limit ? __atomic_load_n(&gc_heap.block[buffer_block(b)].chain, __ATOMIC_RELAXED) *
                          GC_BLOCK_BYTES
                    : 0;
}

size_t
gc_buffer_left(const struct gc_buffer *b)
{
    return (size_t)(b->limit - b->ptr) + gc_buffer_tail(b) + gc_buffer_chain(b);
}

/* The next `steps` of a block that was free, or what is left of it. The next object's header will be
 * `rest` bytes before it. */
static struct gc_shared
block_open(size_t block, size_t steps, size_t rest, bool zero)
{
    struct gc_block *b = &gc_heap.block[block];
    size_t from = b->opened, to = steps > GC_OPEN_STEPS - from ? GC_OPEN_STEPS : from + steps, i;
    struct gc_shared s = {gc_block_at(block) + from * GC_OPEN_BYTES,
                          gc_block_at(block) + to * GC_OPEN_BYTES};

    if (from == 0)
        b->walked = 0;
    else
        b->first[from - 1] = (uint8_t)(rest / 8 < GC_STEP_UNKNOWN ? rest / 8 : GC_STEP_UNKNOWN);
    for (i = from + 1; i < to; i++)
        b->first[i - 1] = GC_STEP_UNKNOWN;
    if (!zero)
        memset(s.ptr, 0, (size_t)(s.limit - s.ptr));
    __atomic_store_n(&b->opened, (uint8_t)to, __ATOMIC_RELAXED);
    return s;
}

/* The first steps, or all of it. */
static struct gc_shared
block_begin(size_t block, bool zero)
{
    return block_open(block, zero ? GC_OPEN_STEPS : OPEN_STEPS, 0, zero);
}

struct region {
    uint8_t *block; /* NULL: `run` is ready */
    struct gc_shared run;
    bool holes;
    bool zero;
};

/* Not what would bring the next collection nearer. */
static size_t
chain_length(void)
{
    uint64_t left = gc_heap.since_bytes < gc_heap.budget_bytes
                        ? (gc_heap.budget_bytes - gc_heap.since_bytes) / GC_BLOCK_BYTES
                        : 0;

    return left > CHAIN_BLOCKS ? CHAIN_BLOCKS : (size_t)left;
}

/* Lock held. */
static enum outcome
region_take(struct region *out, size_t bytes, bool force)
{
    size_t index;

    if (spare_take(&out->run, bytes))
        return DONE;
    if (!force && is_due(GC_BLOCK_BYTES))
        return DUE;
    if (bytes <= HOLE_OBJECT_BYTES && (index = gc_blocks_take_holes(false)) != SIZE_MAX) {
        struct gc_block *b = &gc_heap.block[index];

        out->block = gc_block_at(index);
        out->holes = true;
        count_taken((GC_BLOCK_LINES - b->used_lines) * GC_LINE_BYTES);
        b->used_lines = GC_BLOCK_LINES;
        return DONE;
    }
    out->block = gc_blocks_take_chain(chain_length(), &out->zero);
    if (!out->block)
        return FULL;
    index = gc_offset(out->block) >> GC_BLOCK_SHIFT;
    count_taken((1 + (size_t)gc_heap.block[index].chain) * GC_BLOCK_BYTES);
    return DONE;
}

static void
retired(size_t bytes)
{
    if (bytes)
        __atomic_fetch_add(&gc_heap.retired_bytes, bytes, __ATOMIC_RELAXED);
}

static void
buffer_set(struct gc_buffer *b, uint64_t *taken, struct gc_shared run)
{
    if (taken)
        *taken += (size_t)(run.limit - run.ptr) - (size_t)(b->limit - b->ptr);
    b->ptr = run.ptr;
    b->limit = run.limit;
}

/* The next hole of the block the thread goes through that has room. */
static bool
buffer_next_hole(struct gc_buffer *b, uint64_t *taken, size_t bytes)
{
    size_t at = gc_offset(b->limit), block = at >> GC_BLOCK_SHIFT, first, end;

    if (!b->limit || !(at & (GC_BLOCK_BYTES - 1)) || !(gc_heap.block[block].flags & GC_BLOCK_HOLES))
        return false;
    if (!hole_next(gc_block_lines(block), at >> GC_LINE_SHIFT & (GC_BLOCK_LINES - 1), bytes, &first,
                   &end))
        return false;
    buffer_set(b, taken, run_begin(gc_block_at(block), first, end, false));
    return true;
}

/* More of the block, behind what there is. */
static bool
buffer_extend(struct gc_buffer *b, uint64_t *taken, size_t bytes)
{
    size_t left = (size_t)(b->limit - b->ptr), tail = gc_buffer_tail(b), steps, block;
    struct gc_shared run;

    if (tail == 0 || bytes > left + tail)
        return false;
    steps = (bytes - left + GC_OPEN_BYTES - 1) / GC_OPEN_BYTES;
    block = buffer_block(b);
    run = block_open(block, steps > OPEN_STEPS ? steps : OPEN_STEPS, left, false);
    run.ptr = b->ptr;
    buffer_set(b, taken, run);
    return true;
}

/* The block behind, which is the thread's already. */
static bool
buffer_next_block(struct gc_buffer *b, uint64_t *taken)
{
    struct gc_block *last, *next;
    size_t block;
    bool zero;

    if (!b->limit)
        return false;
    block = buffer_block(b);
    last = &gc_heap.block[block];
    if (last->chain == 0)
        return false;
    next = last + 1;
    __atomic_store_n(&next->chain, (uint8_t)(last->chain - 1), __ATOMIC_RELAXED);
    __atomic_store_n(&last->chain, 0, __ATOMIC_RELAXED);
    zero = (next->flags & GC_BLOCK_ZERO) != 0;
    next->flags &= (uint8_t)~GC_BLOCK_ZERO;
    retired((size_t)(b->limit - b->ptr) + gc_buffer_tail(b));
    buffer_set(b, taken, block_begin(block + 1, zero));
    return true;
}

/* DONE: there is a new region; in a block with holes it may be too small all the same. */
static enum outcome
buffer_refill(struct gc_buffer *b, uint64_t *taken, size_t bytes, bool force)
{
    struct region region = {0};
    size_t first = 0, end = GC_BLOCK_LINES;
    enum outcome outcome;

    if (buffer_extend(b, taken, bytes) || buffer_next_hole(b, taken, bytes) ||
        buffer_next_block(b, taken))
        return DONE;
    heap_lock();
    outcome = region_take(&region, bytes, force);
    if (outcome == DONE)
        retired((size_t)(b->limit - b->ptr) + gc_buffer_tail(b));
    pal_mutex_unlock(&gc_heap.lock);
    if (outcome != DONE)
        return outcome;
    if (region.block && region.holes) {
        const uint8_t *lines = gc_block_lines(gc_offset(region.block) >> GC_BLOCK_SHIFT);

        if (!hole_next(lines, 0, bytes, &first, &end))
            hole_next(lines, 0, GC_LINE_BYTES, &first, &end);
        region.run = run_begin(region.block, first, end, false);
    } else if (region.block) {
        region.run = block_begin(gc_offset(region.block) >> GC_BLOCK_SHIFT, region.zero);
    }
    buffer_set(b, taken, region.run);
    return DONE;
}

/* ---- shared regions and large objects; lock held ---- */
static enum outcome
shared_refill(struct gc_shared *s, size_t bytes, enum gc_block_state state)
{
    bool zero;
    uint8_t *block;
    size_t index, first, end;

    while (state == GC_BLOCK_PINNED && (index = gc_blocks_take_holes(true)) != SIZE_MAX) {
        gc_heap.block[index].used_lines = GC_BLOCK_LINES;
        if (hole_next(gc_block_lines(index), 0, bytes, &first, &end)) {
            *s = run_begin(gc_block_at(index), first, end, false);
            return DONE;
        }
    }
    block = gc_blocks_take(1, state, &zero);
    if (!block)
        return FULL;
    *s = run_begin(block, 0, GC_BLOCK_LINES, zero);
    return DONE;
}

static enum outcome
shared_take(struct gc_shared *s, size_t bytes, enum gc_block_state state, bool force, uint8_t **out)
{
    if (bytes > (size_t)(s->limit - s->ptr)) {
        enum outcome outcome;

        if (!force && is_due(bytes))
            return DUE;
        outcome = shared_refill(s, bytes, state);
        if (outcome != DONE)
            return outcome;
    }
    *out = s->ptr;
    s->ptr += bytes;
    count_taken(bytes);
    return DONE;
}

static enum outcome
large_take(size_t bytes, bool force, uint8_t **out, bool *zero)
{
    size_t blocks = (bytes - 1) / GC_BLOCK_BYTES + 1;

    if (!force && is_due(blocks * GC_BLOCK_BYTES))
        return DUE;
    *out = gc_blocks_take(blocks, GC_BLOCK_LARGE, zero);
    if (!*out)
        return FULL;
    count_taken(bytes);
    return DONE;
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
static enum outcome
take_shared(const struct request *r, uint8_t **out)
{
    bool zero = true;
    enum outcome outcome;

    heap_lock();
    if (r->bytes > GC_LARGE_BYTES)
        outcome = large_take(r->bytes, r->force, out, &zero);
    else if (r->pinned)
        outcome = shared_take(&gc_heap.pinned, r->bytes, GC_BLOCK_PINNED, r->force, out);
    else
        outcome = shared_take(&gc_heap.medium, r->bytes, GC_BLOCK_SHARED, r->force, out);
    pal_mutex_unlock(&gc_heap.lock);
    if (outcome != DONE)
        return outcome;
    if (!zero && r->bytes > GC_LARGE_BYTES)
        large_clear(*out, r->bytes);
    else if (!zero)
        memset(*out, 0, r->bytes);
    if (r->taken)
        *r->taken += r->bytes;
    return DONE;
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
        return left < HOLE_REST_BYTES && r->bytes <= HOLE_OBJECT_BYTES;
    return left < TAIL_REST_BYTES;
}

static enum outcome
take(const struct request *r, uint8_t **out)
{
    struct gc_buffer *b = r->buffer;
    enum outcome outcome;

    if (!is_for_buffer(r))
        return take_shared(r, out);
    if (r->bytes > (size_t)(b->limit - b->ptr)) {
        outcome = buffer_refill(b, r->taken, r->bytes, r->force);
        if (outcome != DONE)
            return outcome;
        if (r->bytes > (size_t)(b->limit - b->ptr))
            return take_shared(r, out);
    }
    *out = b->ptr;
    b->ptr += r->bytes;
    return DONE;
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
        enum outcome outcome = take(r, &at);

        if (outcome == DONE)
            return at;
        if (outcome == DUE) {
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
    if (gc_heap.config.stress_interval)
        stress();
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

/* Lock held, as for the next one. */
static void
chain_return(const struct gc_buffer *b)
{
    size_t block = buffer_block(b), count = gc_heap.block[block].chain;

    if (count == 0)
        return;
    gc_heap.block[block].chain = 0;
    gc_heap.since_bytes -= count * GC_BLOCK_BYTES;
    gc_heap.allocated_bytes -= count * GC_BLOCK_BYTES;
    gc_blocks_free(block + 1, count);
}

static void
give_back(struct gc_buffer *b)
{
    size_t left = (size_t)(b->limit - b->ptr);

    chain_return(b);
    if (gc_buffer_tail(b))
        b->limit = block_open(buffer_block(b), GC_OPEN_STEPS, left, false).limit;
    left = (size_t)(b->limit - b->ptr);
    if (left) {
        retired(left);
        spare_put(b->ptr, b->limit);
    }
}

void
gc_buffer_retire(struct gc_buffer *buffer)
{
    if (gc_heap.started) {
        pal_mutex_lock(&gc_heap.lock); /* from here on no collection takes the buffer away */
        if (buffer->limit)
            give_back(buffer);
        pal_mutex_unlock(&gc_heap.lock);
    }
    buffer->ptr = NULL;
    buffer->limit = NULL;
}

void
gc_alloc_reset_regions(void)
{
    memset(gc_heap.spare, 0, sizeof gc_heap.spare);
    gc_heap.medium = (struct gc_shared){0};
    gc_heap.pinned = (struct gc_shared){0};
}
