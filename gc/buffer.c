/* gc/buffer.c - the thread's buffer, from which small objects come without a lock: a hole (free lines
 * between live ones) of a block the thread goes through, else a whole block, opened in steps, with a
 * chain of blocks behind it that are the thread's already.
 * Invariant: what lies between a buffer's ptr and limit is zero, its lines are FRESH, and nobody else
 * has it. */
#include "gc/gc_priv.h"

#include <string.h>

enum {
    OPEN_STEPS = 2,  /* of GC_OPEN_BYTES at a time */
    CHAIN_BLOCKS = 7 /* that a thread takes beside one */
};

/* ---- lines ---- */
/* A line in use may be marked meanwhile. */
GC_INLINE bool
is_free(const uint8_t *line)
{
    return __atomic_load_n(line, __ATOMIC_RELAXED) == 0;
}

/* The next hole of `bytes` or more in lines [from, ..): [*first, *end). */
bool
gc_hole_next(const uint8_t *lines, size_t from, size_t bytes, size_t *first, size_t *end)
{
    for (;;) {
        while (from < GC_BLOCK_LINES && !is_free(&lines[from]))
            from++;
        if (from == GC_BLOCK_LINES)
            return false;
        *first = from;
        while (from < GC_BLOCK_LINES && is_free(&lines[from]))
            from++;
        *end = from;
        if ((*end - *first) << GC_LINE_SHIFT >= bytes)
            return true;
    }
}

/* Lines [first, end) of a block are a new run. `zero`: they read as zeros already. */
struct gc_shared
gc_run_begin(uint8_t *block, size_t first, size_t end, bool zero)
{
    uint8_t *lines = gc_block_lines(gc_offset(block) >> GC_BLOCK_SHIFT);
    struct gc_shared s = {block + (first << GC_LINE_SHIFT), block + (end << GC_LINE_SHIFT)};

    memset(lines + first, GC_LINE_FRESH, end - first);
    lines[first] |= GC_LINE_START;
    if (!zero)
        memset(s.ptr, 0, (size_t)(s.limit - s.ptr));
    return s;
}

/* ---- what detached threads left; lock held ---- */
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
static enum gc_outcome
region_take(struct region *out, size_t bytes, bool force)
{
    size_t index;

    if (spare_take(&out->run, bytes))
        return GC_TAKEN;
    if (!force && gc_alloc_is_due(GC_BLOCK_BYTES))
        return GC_DUE;
    if (bytes <= GC_HOLE_OBJECT_BYTES && (index = gc_blocks_take_holes(false)) != SIZE_MAX) {
        struct gc_block *b = &gc_heap.block[index];

        out->block = gc_block_at(index);
        out->holes = true;
        gc_alloc_count((GC_BLOCK_LINES - b->used_lines) * GC_LINE_BYTES);
        b->used_lines = GC_BLOCK_LINES;
        return GC_TAKEN;
    }
    out->block = gc_blocks_take_chain(chain_length(), &out->zero);
    if (!out->block)
        return GC_FULL;
    index = gc_offset(out->block) >> GC_BLOCK_SHIFT;
    gc_alloc_count((1 + (size_t)gc_heap.block[index].chain) * GC_BLOCK_BYTES);
    return GC_TAKEN;
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
    if (!gc_hole_next(gc_block_lines(block), at >> GC_LINE_SHIFT & (GC_BLOCK_LINES - 1), bytes, &first,
                   &end))
        return false;
    buffer_set(b, taken, gc_run_begin(gc_block_at(block), first, end, false));
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

/* GC_TAKEN: there is a new region; in a block with holes it may be too small all the same. */
enum gc_outcome
gc_buffer_refill(struct gc_buffer *b, uint64_t *taken, size_t bytes, bool force)
{
    struct region region = {0};
    size_t first = 0, end = GC_BLOCK_LINES;
    enum gc_outcome outcome;

    if (buffer_extend(b, taken, bytes) || buffer_next_hole(b, taken, bytes) ||
        buffer_next_block(b, taken))
        return GC_TAKEN;
    gc_heap_lock();
    outcome = region_take(&region, bytes, force);
    if (outcome == GC_TAKEN)
        retired((size_t)(b->limit - b->ptr) + gc_buffer_tail(b));
    pal_mutex_unlock(&gc_heap.lock);
    if (outcome != GC_TAKEN)
        return outcome;
    if (region.block && region.holes) {
        const uint8_t *lines = gc_block_lines(gc_offset(region.block) >> GC_BLOCK_SHIFT);

        if (!gc_hole_next(lines, 0, bytes, &first, &end))
            gc_hole_next(lines, 0, GC_LINE_BYTES, &first, &end);
        region.run = gc_run_begin(region.block, first, end, false);
    } else if (region.block) {
        region.run = block_begin(gc_offset(region.block) >> GC_BLOCK_SHIFT, region.zero);
    }
    buffer_set(b, taken, region.run);
    return GC_TAKEN;
}

/* ---- giving it back ---- */
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
