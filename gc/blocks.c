/* gc/blocks.c - which blocks are free, and giving them out.
 * Invariants: a set bit of free_map names a block of state FREE whose lines and bits are zero;
 * blocks are given out from low addresses up, so that the top stays unused and can go back to the
 * system; the flag ZERO is right for every FREE and never used block.
 * A processor gets the blocks back that it had before, in groups, as long as there are any: what is
 * left of them in caches is in its own. Zeroing them is twice as fast as when it takes turns. */
#include "gc/gc_priv.h"

#include <string.h>

enum {
    OWNED_BLOCKS = 16, /* a group: prefetching does not stop at a block's end */
    OTHERS_BLOCKS = 64 /* fewer are left to the processors that had them */
};

size_t
gc_bits_next_set(const uint64_t *table, size_t from, size_t limit)
{
    size_t i = from >> 6;
    uint64_t word;

    if (from >= limit)
        return limit;
    word = table[i] & (UINT64_MAX << (from & 63));
    while (!word) {
        if (++i << 6 >= limit)
            return limit;
        word = table[i];
    }
    from = (i << 6) + (size_t)__builtin_ctzll(word);
    return from < limit ? from : limit;
}

size_t
gc_bits_next_clear(const uint64_t *table, size_t from, size_t limit)
{
    size_t i = from >> 6;
    uint64_t word;

    if (from >= limit)
        return limit;
    word = ~table[i] & (UINT64_MAX << (from & 63));
    while (!word) {
        if (++i << 6 >= limit)
            return limit;
        word = ~table[i];
    }
    from = (i << 6) + (size_t)__builtin_ctzll(word);
    return from < limit ? from : limit;
}

/* Bytes of a table's first `blocks` entries in whole pages, or in huge ones. */
static size_t
table_bytes(size_t per_block, size_t blocks, bool huge)
{
    size_t page = huge && blocks > GC_HUGE_BLOCKS ? gc_heap.huge_bytes : gc_heap.page_bytes;

    return (blocks * per_block + page - 1) / page * page;
}

/* Makes bytes [0, per_block * have) of a table into [0, per_block * want). `huge`: it is large and
 * tracing reads it in any order. */
static bool
table_commit(void *table, size_t per_block, size_t have, size_t want, bool huge)
{
    size_t from, to;

    huge = huge && gc_heap.huge_bytes;
    from = table_bytes(per_block, have, huge);
    to = table_bytes(per_block, want, huge);
    if (to > from && !pal_mem_commit((uint8_t *)table + from, to - from))
        return false;
    if (!huge || want <= GC_HUGE_BLOCKS || to <= from)
        return true;
    pal_mem_prefer_huge(table, to, false);
    if (have > 0 && have <= GC_HUGE_BLOCKS)
        pal_mem_prefer_huge(table, table_bytes(per_block, GC_HUGE_BLOCKS + 1, true), true);
    return true;
}

/* New blocks beyond the first GC_HUGE_BLOCKS; the reservation begins at a huge page. */
static void
blocks_prefer_huge(size_t have, size_t want)
{
    size_t per_page = gc_heap.huge_bytes / GC_BLOCK_BYTES;

    if (per_page == 0)
        return;
    if (have < GC_HUGE_BLOCKS)
        have = GC_HUGE_BLOCKS;
    have = have / per_page * per_page;
    want = want / per_page * per_page;
    if (want > have)
        pal_mem_prefer_huge(gc_block_at(have), (want - have) * GC_BLOCK_BYTES, false);
}

/* Makes the first `blocks` blocks usable, in whole groups. After a failure part of it may be
 * committed, which is harmless. */
bool
gc_blocks_commit(size_t blocks)
{
    size_t group = gc_heap.committed_blocks < 256 ? GC_COMMIT_BLOCKS : 4 * GC_COMMIT_BLOCKS;
    size_t want = (blocks + group - 1) / group * group;
    size_t have = gc_heap.committed_blocks, i;

    if (blocks <= have)
        return true;
    if (want > gc_heap.blocks)
        want = gc_heap.blocks;
    if (!table_commit(gc_heap.block, sizeof(struct gc_block), have, want, false) ||
        !table_commit(gc_heap.line, GC_META_LINE_BYTES, have, want, true) ||
        !table_commit(gc_heap.start, GC_META_START_BYTES, have, want, true) ||
        !table_commit(gc_heap.mark, GC_META_MARK_BYTES, have, want, true) ||
        !pal_mem_commit(gc_block_at(have), (want - have) * GC_BLOCK_BYTES))
        return false;
    blocks_prefer_huge(have, want);
    for (i = have; i < want; i++)
        gc_heap.block[i].flags = GC_BLOCK_ZERO;
    gc_heap.committed_blocks = want;
    return true;
}

/* The first free run of `count` blocks, or one that ends where the fresh blocks begin. */
static size_t
run_find(size_t count)
{
    size_t at = gc_heap.free_cursor, end;

    for (;;) {
        at = gc_bits_next_set(gc_heap.free_map, at, gc_heap.fresh);
        if (at == gc_heap.fresh)
            return at;
        end = gc_bits_next_clear(gc_heap.free_map, at, gc_heap.fresh);
        if (end - at >= count || end == gc_heap.fresh)
            return at;
        at = end;
    }
}

/* Free blocks of a group go to `owner`, from `at` on. */
static void
group_claim(size_t at, unsigned owner)
{
    size_t end = (at / OWNED_BLOCKS + 1) * OWNED_BLOCKS;

    for (; at < end && at < gc_heap.fresh; at++) {
        struct gc_block *b = &gc_heap.block[at];

        if (gc_bit_get(gc_heap.free_map, at))
            b->flags =
                (uint8_t)((b->flags & ~(unsigned)GC_BLOCK_OWNER) | owner << GC_BLOCK_OWNER_SHIFT);
    }
}

/* The rest of the first group that was never used becomes free. */
static bool
group_add(unsigned owner)
{
    size_t at = gc_heap.fresh, end = (at / OWNED_BLOCKS + 1) * OWNED_BLOCKS;

    if (end > gc_heap.blocks || !gc_blocks_commit(end))
        return false;
    for (; gc_heap.fresh < end; gc_heap.fresh++) {
        gc_heap.block[gc_heap.fresh].state = GC_BLOCK_FREE;
        gc_bit_set(gc_heap.free_map, gc_heap.fresh);
        gc_heap.zero_blocks++;
    }
    gc_heap.no_run = SIZE_MAX;
    group_claim(at, owner);
    return true;
}

static size_t
own_find(unsigned owner)
{
    size_t at = gc_heap.own_cursor[owner];

    for (;; at++) {
        at = gc_bits_next_set(gc_heap.free_map, at, gc_heap.fresh);
        if (at == gc_heap.fresh || gc_heap.block[at].flags >> GC_BLOCK_OWNER_SHIFT == owner)
            return gc_heap.own_cursor[owner] = at;
    }
}

/* A free block that `owner` had last; without one a new group, unless the others have many. */
static size_t
single_find(unsigned owner)
{
    size_t at = own_find(owner);

    if (at < gc_heap.fresh)
        return at;
    if (gc_heap.fresh - gc_heap.used_blocks < OTHERS_BLOCKS && group_add(owner))
        return own_find(owner);
    at = gc_heap.free_cursor =
        gc_bits_next_set(gc_heap.free_map, gc_heap.free_cursor, gc_heap.fresh);
    group_claim(at, owner);
    if (at < gc_heap.own_cursor[owner])
        gc_heap.own_cursor[owner] = at;
    return at;
}

static size_t
place_find(size_t count, unsigned owner)
{
    if (count == 1)
        return single_find(owner);
    if (count >= gc_heap.no_run)
        return gc_heap.fresh;
    return run_find(count);
}

/* Takes one block. true: it reads as zeros. */
static bool
block_take(size_t at, enum gc_block_state state, unsigned owner, uint32_t run_blocks)
{
    struct gc_block *b = &gc_heap.block[at];
    bool zero = (b->flags & GC_BLOCK_ZERO) != 0;

    if (at < gc_heap.fresh) {
        gc_heap.zero_blocks -= zero;
        gc_bit_clear(gc_heap.free_map, at);
    }
    b->flags = (uint8_t)(owner << GC_BLOCK_OWNER_SHIFT);
    b->used_lines = GC_BLOCK_LINES;
    b->state = (uint8_t)state;
    b->run_blocks = run_blocks;
    return zero;
}

/* Reads as zeros only if all of it does; else the blocks of a large object that do keep ZERO. */
static bool
run_mark_taken(size_t at, size_t count, enum gc_block_state state, unsigned owner)
{
    size_t zeros = 0, i;

    if (state != GC_BLOCK_LARGE)
        return block_take(at, state, owner, 0);
    for (i = 0; i < count; i++)
        if (block_take(at + i, i ? GC_BLOCK_LARGE_REST : GC_BLOCK_LARGE, owner,
                       (uint32_t)(i ? i : count))) {
            gc_heap.block[at + i].flags |= GC_BLOCK_ZERO;
            zeros++;
        }
    if (zeros == count)
        for (i = 0; i < count; i++)
            gc_heap.block[at + i].flags &= (uint8_t)~GC_BLOCK_ZERO;
    return zeros == count;
}

uint8_t *
gc_blocks_take(size_t count, enum gc_block_state state, bool *zero)
{
    unsigned owner = pal_cpu_number() % GC_BLOCK_OWNERS;
    size_t at;

    *zero = false;
    if (gc_heap.used_blocks > gc_heap.cap_blocks ||
        count > gc_heap.cap_blocks - gc_heap.used_blocks)
        return NULL;
    at = place_find(count, owner);
    if (count > 1 && count < gc_heap.no_run && at + count > gc_heap.fresh)
        gc_heap.no_run = count;
    if (count > gc_heap.blocks - at || !gc_blocks_commit(at + count))
        return NULL;
    *zero = run_mark_taken(at, count, state, owner);
    if (at + count > gc_heap.fresh)
        gc_heap.fresh = at + count;
    gc_heap.used_blocks += count;
    return gc_block_at(at);
}

/* Further blocks at `at` for the chain of `first`. */
static void
chain_take(size_t first, size_t at, size_t end, unsigned owner)
{
    struct gc_block *b = &gc_heap.block[first];

    for (; at < end && gc_bit_get(gc_heap.free_map, at) &&
           gc_heap.block[at].flags >> GC_BLOCK_OWNER_SHIFT == owner;
         at++) {
        if (block_take(at, GC_BLOCK_LOCAL, owner, 0))
            gc_heap.block[at].flags |= GC_BLOCK_ZERO;
        gc_heap.used_blocks++;
        b->chain++;
    }
}

uint8_t *
gc_blocks_take_chain(size_t most, bool *zero)
{
    size_t room = (gc_heap.cap_blocks - gc_heap.used_blocks) / 8, at;
    uint8_t *block = gc_blocks_take(1, GC_BLOCK_LOCAL, zero);

    if (!block)
        return NULL;
    at = gc_offset(block) >> GC_BLOCK_SHIFT;
    most = most < room ? most : room;
    if (most > gc_heap.fresh - at - 1)
        most = gc_heap.fresh - at - 1;
    chain_take(at, at + 1, at + 1 + most, gc_heap.block[at].flags >> GC_BLOCK_OWNER_SHIFT);
    return block;
}

void
gc_blocks_sweep(size_t first, size_t count)
{
    size_t i;

    for (i = first; i < first + count; i++) {
        struct gc_block *b = &gc_heap.block[i];

        gc_heap.zero_blocks += b->flags & GC_BLOCK_ZERO;
        b->state = GC_BLOCK_FREE;
        b->flags &= GC_BLOCK_OWNER | GC_BLOCK_ZERO;
        b->used_lines = 0;
        b->run_blocks = 0;
        gc_bit_set(gc_heap.free_map, i);
    }
    gc_heap.used_blocks -= count;
}

void
gc_blocks_freed(void)
{
    gc_heap.no_run = SIZE_MAX;
    gc_heap.free_cursor = 0;
    memset(gc_heap.own_cursor, 0, sizeof gc_heap.own_cursor);
}

void
gc_blocks_free(size_t first, size_t count)
{
    size_t i;

    gc_blocks_sweep(first, count);
    gc_heap.no_run = SIZE_MAX;
    if (first < gc_heap.free_cursor)
        gc_heap.free_cursor = first;
    for (i = 0; i < GC_BLOCK_OWNERS; i++) {
        if (first < gc_heap.own_cursor[i])
            gc_heap.own_cursor[i] = first;
    }
}

size_t
gc_blocks_take_holes(bool pinned)
{
    uint64_t *map = pinned ? gc_heap.pinned_map : gc_heap.holes_map;
    size_t *cursor = pinned ? &gc_heap.pinned_cursor : &gc_heap.holes_cursor;
    size_t at = gc_bits_next_set(map, *cursor, gc_heap.fresh);

    *cursor = at;
    if (at == gc_heap.fresh)
        return SIZE_MAX;
    gc_bit_clear(map, at);
    gc_heap.block[at].flags |= GC_BLOCK_HOLES;
    return at;
}

/* From the top down, in whole runs. */
void
gc_blocks_trim(uint64_t keep_bytes)
{
    size_t keep = (size_t)(keep_bytes / GC_BLOCK_BYTES), backed, end = gc_heap.fresh, at;

    backed = gc_heap.fresh - gc_heap.used_blocks - gc_heap.zero_blocks;
    while (backed > keep && end > 0) {
        for (at = end; at > 0 && backed > keep && gc_bit_get(gc_heap.free_map, at - 1) &&
                       !(gc_heap.block[at - 1].flags & GC_BLOCK_ZERO);
             at--)
            backed--;
        if (at == end) {
            end--;
            continue;
        }
        if (!pal_mem_reset(gc_block_at(at), (end - at) * GC_BLOCK_BYTES))
            return;
        gc_heap.zero_blocks += end - at;
        for (; end > at; end--)
            gc_heap.block[end - 1].flags |= GC_BLOCK_ZERO;
    }
}
