/* gc/find.c - from an address to the object, and walks over objects and their references.
 * Objects that survived the last collection have their start bits; those made since are found by
 * walking the run of lines in which they were made, once, when somebody asks. World stopped. */
#include "gc/gc_priv.h"

#include <string.h>

enum { WALK_AHEAD_BYTES = 1024 };

/* Sets the start bits of the objects of a block whose headers are in bytes [from, stop); the run ends
 * at `end`. */
static void
bytes_walk(size_t block, size_t from, size_t stop, size_t end)
{
    uint8_t *at = gc_block_at(block) + from, *limit = gc_block_at(block) + end;
    const uint8_t *beyond = gc_block_at(block) + stop;

    gc_heap.block[block].starts = 1;
    while (at < beyond && at + GC_OBJECT_MIN_BYTES <= limit) {
        struct gc_object *o = (struct gc_object *)(void *)(at + GC_OBJECT_HEADER_BYTES);
        size_t bytes;

        __builtin_prefetch(at + WALK_AHEAD_BYTES); /* it was written by another processor */
        if (!o->mt)
            return;
        gc_bit_set(gc_heap.start, gc_offset(o) >> 3);
        bytes = gc_heap_bytes(o);
        if (bytes >= (size_t)(limit - at))
            return;
        at += bytes;
    }
}

/* The same of lines. */
static void
run_walk(size_t block, size_t first, size_t end)
{
    bytes_walk(block, first << GC_LINE_SHIFT, end << GC_LINE_SHIFT, end << GC_LINE_SHIFT);
}

/* Where an object begins, at or before the beginning of a step; SIZE_MAX: not known. */
static size_t
step_from(const struct gc_block *b, size_t step)
{
    if (step == 0)
        return 0;
    if (b->first[step - 1] == GC_STEP_UNKNOWN)
        return SIZE_MAX;
    return step * GC_OPEN_BYTES - (size_t)b->first[step - 1] * 8;
}

/* The steps around one, from one of which that is known to the beginning of the next. The last
 * object there may be the one that the next is known by. */
static void
step_walk(size_t block, size_t step)
{
    struct gc_block *b = &gc_heap.block[block];
    size_t low = step, high = step + 1;

    while (step_from(b, low) == SIZE_MAX)
        low--;
    if (b->walked >> low & 1)
        return;
    b->walked |= (uint8_t)(1u << low);
    while (high < b->opened && step_from(b, high) == SIZE_MAX)
        high++;
    bytes_walk(block, step_from(b, low), high * GC_OPEN_BYTES, b->opened * GC_OPEN_BYTES);
}

static size_t
run_end(const uint8_t *lines, size_t first)
{
    size_t end = first + 1;

    while (end < GC_BLOCK_LINES && (lines[end] & (GC_LINE_FRESH | GC_LINE_START)) == GC_LINE_FRESH)
        end++;
    return end;
}

/* Makes sure that the start bits of the objects in `line` are set. */
static void
line_walk(size_t block, size_t line)
{
    uint8_t *lines = gc_block_lines(block);
    struct gc_block *b = &gc_heap.block[block];

    if (b->opened) {
        step_walk(block, (line << GC_LINE_SHIFT) / GC_OPEN_BYTES);
        return;
    }
    if (!(lines[line] & GC_LINE_FRESH))
        return;
    while (!(lines[line] & GC_LINE_START) && line > 0)
        line--;
    if (lines[line] & GC_LINE_WALKED)
        return;
    lines[line] |= GC_LINE_WALKED;
    run_walk(block, line, run_end(lines, line));
}

void
gc_find_walk_block(size_t block)
{
    const uint8_t *lines = gc_block_lines(block);
    size_t i;

    if (gc_heap.block[block].opened) {
        run_walk(block, 0, gc_block_opened_lines(&gc_heap.block[block]));
        return;
    }
    for (i = 0; i < GC_BLOCK_LINES; i++) {
        if (lines[i] & GC_LINE_START)
            run_walk(block, i, run_end(lines, i));
    }
}

void
gc_find_settle_block(size_t block)
{
    struct gc_block *b = &gc_heap.block[block];
    uint8_t *lines = gc_block_lines(block);
    size_t i;

    b->chain = 0;
    if (!b->opened)
        return;
    for (i = 0; i < gc_block_opened_lines(b); i++) /* in a cycle some are marked */
        lines[i] |= GC_LINE_FRESH;
    lines[0] |= GC_LINE_START;
    b->opened = 0;
}

/* The last start bit of the block up to `bit`. */
static struct gc_object *
start_before(size_t block, size_t bit)
{
    size_t low = block << (GC_BLOCK_SHIFT - 3 - 6), i = bit >> 6;
    uint64_t word = gc_heap.start[i] & (UINT64_MAX >> (63 - (bit & 63)));

    while (!word) {
        if (i == low)
            return NULL;
        word = gc_heap.start[--i];
    }
    bit = (i << 6) + 63 - (size_t)__builtin_clzll(word);
    return (struct gc_object *)(void *)(gc_heap.base + (bit << 3));
}

static struct gc_object *
find_large(size_t block)
{
    if (gc_heap.block[block].state == GC_BLOCK_LARGE_REST)
        block -= gc_heap.block[block].run_blocks;
    return (struct gc_object *)(void *)(gc_block_at(block) + GC_OBJECT_HEADER_BYTES);
}

static struct gc_object *
find(uintptr_t address, bool old)
{
    /* One of the object's own bytes: an address just past its data is the next one's header. */
    size_t own = gc_offset((void *)(address & ~(uintptr_t)7)) - 8, block = own >> GC_BLOCK_SHIFT;
    struct gc_object *o = NULL;

    if (block >= gc_heap.fresh || own >= gc_heap.span_bytes)
        return NULL;
    switch ((enum gc_block_state)gc_heap.block[block].state) {
    case GC_BLOCK_UNUSED:
    case GC_BLOCK_FREE:
        return NULL;
    case GC_BLOCK_LARGE:
    case GC_BLOCK_LARGE_REST:
        o = find_large(block);
        break;
    case GC_BLOCK_LOCAL:
    case GC_BLOCK_SHARED:
    case GC_BLOCK_PINNED: {
        size_t line = own >> GC_LINE_SHIFT & (GC_BLOCK_LINES - 1);
        size_t bit = (own >> 3) + 1;

        if (!gc_block_lines(block)[line] &&
            line >= gc_block_opened_lines(&gc_heap.block[block]))
            return NULL;
        if (!old)
            line_walk(block, line);
        else if (gc_heap.block[block].opened || (gc_block_lines(block)[line] & GC_LINE_FRESH))
            return NULL;
        /* At the very end of the block the bit is the next block's. */
        if (bit >> (GC_BLOCK_SHIFT - 3) != block)
            bit--;
        o = start_before(block, bit);
        break;
    }
    }
    if (!o || !o->mt || address < (uintptr_t)o ||
        address > (uintptr_t)o + gc_heap_bytes(o) - GC_OBJECT_HEADER_BYTES)
        return NULL;
    return o;
}

struct gc_object *
gc_find_object(uintptr_t address)
{
    return find(address, false);
}

struct gc_object *
gc_find_old_object(uintptr_t address)
{
    return find(address, true);
}

void
gc_find_each_in_block(size_t block, void (*visit)(void *context, void *object, size_t bytes),
                      void *context)
{
    const struct gc_block *b = &gc_heap.block[block];
    size_t bit = block << (GC_BLOCK_SHIFT - 3), end = (block + 1) << (GC_BLOCK_SHIFT - 3);

    if (b->state == GC_BLOCK_LARGE) {
        struct gc_object *o = find_large(block);

        if (o->mt)
            visit(context, o, gc_heap_bytes(o));
        return;
    }
    if (!gc_block_is_small(b))
        return;
    gc_find_walk_block(block);
    while ((bit = gc_bits_next_set(gc_heap.start, bit, end)) < end) {
        struct gc_object *o = (struct gc_object *)(void *)(gc_heap.base + (bit << 3));

        visit(context, o, gc_heap_bytes(o));
        bit++;
    }
}

void
gc_each_object(void (*visit)(void *context, void *object, size_t bytes), void *context)
{
    size_t i;

    for (i = 0; i < gc_heap.fresh; i++)
        gc_find_each_in_block(i, visit, context);
}

void
gc_find_each_slot(struct gc_object *o, void (*visit)(void *context, void **slot), void *context)
{
    const struct gc_mt *mt = o->mt;
    int64_t n = gc_mt_desc_count(mt), i;
    size_t raw = mt->base_size;
    uint8_t *at = (uint8_t *)o, *end;

    if (n == 0)
        return;
    if (gc_mt_has_component_size(mt))
        raw +=
            (size_t)((const struct gc_array *)(const void *)o)->length * gc_mt_component_size(mt);
    if (n > 0) {
        const struct gc_desc_series *s =
            (const struct gc_desc_series *)((const uint64_t *)(const void *)mt - 1);

        for (i = 0; i < n; i++) {
            at = (uint8_t *)o + (--s)->offset;
            for (end = at + (int64_t)raw + s->bytes_less_base; at < end; at += 8)
                visit(context, (void **)(void *)at);
        }
        return;
    }
    at += ((const uint64_t *)(const void *)mt)[-2];
    end = (uint8_t *)o + raw - GC_OBJECT_HEADER_BYTES;
    while (at < end) {
        const struct gc_desc_item *item =
            (const struct gc_desc_item *)((const uint64_t *)(const void *)mt - 2);

        for (i = 0; i > n; i--) {
            uint32_t k;

            item--;
            for (k = 0; k < item->references; k++, at += 8)
                visit(context, (void **)(void *)at);
            at += item->skip_bytes;
        }
    }
}
