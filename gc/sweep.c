/* gc/sweep.c - before marking the lines are cleared, but for the bit that says what this collection
 * found alive; after it the blocks are sorted by what lives in them. Reads the lines, not the objects: about 100 ns a block, nothing of one in which
 * nothing lives.
 * After it the mark bits have become the start bits, and the mark table is zero. */
#include "gc/gc_priv.h"

#include <string.h>

/* A block with fewer free lines is not handed out again. */
enum { HOLES_LEAST_LINES = 8 };

static void
lines_keep(uint8_t *lines, uint8_t bits)
{
    size_t i;

    for (i = 0; i < GC_BLOCK_LINES; i++)
        lines[i] &= bits;
}

void
gc_sweep_begin(void)
{
    gc_heap.line_live ^= GC_LINE_LIVE | GC_LINE_LIVE_TOO;
}

void
gc_sweep_begin_beside(void)
{
    size_t i;

    gc_sweep_begin();
    for (i = 0; i < gc_heap.fresh; i++) {
        if (gc_block_is_small(&gc_heap.block[i]))
            gc_heap.block[i].live = 0;
    }
}

void
gc_sweep_abandon(void)
{
    size_t i;

    for (i = 0; i < gc_heap.fresh; i++) {
        struct gc_block *b = &gc_heap.block[i];
        uint64_t *marks = &gc_heap.mark[i * (GC_META_MARK_BYTES / 8)];

        if (b->state == GC_BLOCK_LARGE)
            marks[0] = 0;
        if (!gc_block_is_small(b))
            continue;
        memset(marks, 0, GC_META_MARK_BYTES);
        if (b->live)
            lines_keep(gc_block_lines(i), (uint8_t)~gc_heap.line_live);
        b->live = 0;
    }
    gc_sweep_begin(); /* the bit of the collection before is in force again */
}

void
gc_sweep_prepare(bool cycle)
{
    size_t i;

    for (i = 0; i < gc_heap.fresh; i++) {
        struct gc_block *b = &gc_heap.block[i];

        if (!gc_block_is_small(b))
            continue;
        if (!cycle)
            b->live = 0;
        if ((!b->opened || b->live) && !(b->flags & GC_BLOCK_ZERO))
            lines_keep(gc_block_lines(i),
                       gc_heap.line_live |
                           (b->flags & GC_BLOCK_HELD ? GC_LINE_FRESH | GC_LINE_START : 0));
        b->live |= (b->flags & GC_BLOCK_HELD) != 0;
        b->opened = 0;
        b->chain = 0;
    }
}

static size_t
lines_used(const uint8_t *lines)
{
    const uint64_t low = UINT64_C(0x7F7F7F7F7F7F7F7F);
    size_t used = 0, i;

    for (i = 0; i < GC_BLOCK_LINES; i += 8) {
        uint64_t w;

        memcpy(&w, lines + i, sizeof w);
        w = ((w & low) + low) & ~low; /* bit 7 of every byte that is not 0; they are small */
        used += (size_t)((w >> 7) * UINT64_C(0x0101010101010101) >> 56);
    }
    return used;
}

static void
sweep_small(size_t i, struct gc_sweep_result *out)
{
    struct gc_block *b = &gc_heap.block[i];
    size_t used;

    if (b->starts)
        memset(gc_heap.start + i * (GC_META_START_BYTES / 8), 0, GC_META_START_BYTES);
    b->starts = b->live;
    used = b->live ? lines_used(gc_block_lines(i)) : 0;
    if (used == 0) {
        gc_blocks_sweep(i, 1);
        out->freed_blocks++;
        return;
    }
    b->used_lines = (uint16_t)used;
    out->free_lines += GC_BLOCK_LINES - used;
    if (b->flags & GC_BLOCK_HELD)
        return;
    b->flags &= (uint8_t)~GC_BLOCK_HOLES;
    if (GC_BLOCK_LINES - used >= HOLES_LEAST_LINES)
        gc_bit_set(b->state == GC_BLOCK_PINNED ? gc_heap.pinned_map : gc_heap.holes_map, i);
}

static void
sweep_large(size_t i, struct gc_sweep_result *out)
{
    size_t count = gc_heap.block[i].run_blocks;
    size_t word = i * (GC_META_START_BYTES / 8);

    gc_heap.start[word] = 0;
    if (gc_heap.mark[word] == 0) {
        gc_blocks_sweep(i, count);
        out->freed_blocks += count;
    }
}

void
gc_sweep(struct gc_sweep_result *out)
{
    size_t map_bytes = (gc_heap.fresh + 63) / 64 * 8, i, next;
    uint64_t *marks = gc_heap.mark;

    *out = (struct gc_sweep_result){0};
    memset(gc_heap.holes_map, 0, map_bytes);
    memset(gc_heap.pinned_map, 0, map_bytes);
    for (i = 0; i < gc_heap.fresh; i = next) {
        const struct gc_block *b = &gc_heap.block[i];

        next = i + 1;
        if (b->state == GC_BLOCK_LARGE) {
            next = i + b->run_blocks;
            sweep_large(i, out);
        } else if (gc_block_is_small(b)) {
            sweep_small(i, out);
        }
    }
    gc_blocks_freed();
    gc_heap.mark = gc_heap.start;
    gc_heap.start = marks;
    gc_heap.holes_cursor = 0;
    gc_heap.pinned_cursor = 0;
    out->used_blocks = gc_heap.used_blocks;
}
