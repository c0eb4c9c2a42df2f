/* gc/evacuate.c - moving objects out of sparse blocks.
 * Who sets the mark bit at the old place decides: it copies the object and leaves the new address
 * in the MT word (tag GC_FORWARDED), or writes the collection's number into the stay word. Others
 * wait for one or the other. A moved object's old mark bit is cleared again, so that the bits of
 * the old block are those of what stays there. Invariant: a block that is copied into has no FRESH
 * lines and is no candidate. */
#include "gc/gc_priv.h"

#include <string.h>

/* Emptied at most: blocks with so many used lines. */
enum { SPARSE_LINES = 64, SPARSE_LINES_COMPACT = 192 };

static bool
can_move(const struct gc_block *b)
{
    return (b->state == GC_BLOCK_LOCAL || b->state == GC_BLOCK_SHARED) &&
           !(b->flags & GC_BLOCK_HELD);
}

/* Blocks that can be taken to copy into. */
static size_t
room_blocks(void)
{
    size_t room =
        gc_heap.cap_blocks > gc_heap.used_blocks ? gc_heap.cap_blocks - gc_heap.used_blocks : 0;
    size_t space = gc_heap.blocks - gc_heap.used_blocks;

    return room < space ? room : space;
}

/* Blocks of up to so many used lines find room together. */
static size_t
threshold_find(size_t most)
{
    size_t with[GC_BLOCK_LINES + 1] = {0};
    size_t room = room_blocks() * (GC_BLOCK_LINES - GC_BLOCK_LINES / 8), lines, i;

    for (i = 0; i < gc_heap.fresh; i++) {
        if (can_move(&gc_heap.block[i]))
            with[gc_heap.block[i].used_lines]++;
    }
    for (lines = 1; lines <= most && lines * with[lines] <= room; lines++)
        room -= lines * with[lines];
    return lines - 1;
}

/* Whether enough memory lies in holes. */
static bool
is_fragmented(void)
{
    size_t used = 0, sparse = 0, i;

    for (i = 0; i < gc_heap.fresh; i++) {
        const struct gc_block *b = &gc_heap.block[i];

        if (!can_move(b))
            continue;
        used++;
        sparse += b->used_lines <= SPARSE_LINES;
    }
    return used > 256 && sparse > used / 4;
}

bool
gc_evacuate_is_due(void)
{
    return gc_heap.config.stress_evacuate || is_fragmented();
}

bool
gc_evacuate_choose(uint32_t collect_flags, enum gc_reason reason)
{
    bool all = gc_heap.config.stress_evacuate, compact = (collect_flags & GC_COLLECT_COMPACT) != 0;
    size_t most, chosen = 0, i;

    (void)reason;
    if (!all && !compact && !is_fragmented())
        return false;
    most = all ? GC_BLOCK_LINES : threshold_find(compact ? SPARSE_LINES_COMPACT : SPARSE_LINES);
    for (i = 0; i < gc_heap.fresh; i++) {
        struct gc_block *b = &gc_heap.block[i];

        if (can_move(b) && b->used_lines <= most) {
            b->flags |= GC_BLOCK_CANDIDATE;
            chosen++;
        }
    }
    return chosen > 0;
}

static uint8_t *
copy_room(struct gc_marker *m, size_t bytes)
{
    uint8_t *at;
    bool zero;

    if (bytes > (size_t)(m->copy.limit - m->copy.ptr)) {
        if (m->copy_full)
            return NULL;
        gc_pool_lock();
        at = gc_blocks_take(1, GC_BLOCK_LOCAL, &zero);
        gc_pool_unlock();
        if (!at) {
            m->copy_full = true;
            return NULL;
        }
        m->copy.ptr = at;
        m->copy.limit = at + GC_BLOCK_BYTES;
    }
    at = m->copy.ptr;
    m->copy.ptr += bytes;
    return at;
}

/* The caller set the mark bit at the old place. */
static void *
move(struct gc_marker *m, struct gc_object *o, uint32_t epoch)
{
    size_t bytes = gc_heap_bytes(o), bit;
    uint8_t *room = copy_room(m, bytes), *to;

    if (!room) {
        __atomic_store_n(gc_stay_word(o), epoch, __ATOMIC_RELEASE);
        return o;
    }
    to = room + GC_OBJECT_HEADER_BYTES;
    memcpy(room, (uint8_t *)o - GC_OBJECT_HEADER_BYTES, bytes);
    bit = gc_offset(to) >> 3;
    __atomic_fetch_or(&gc_heap.mark[bit >> 6], UINT64_C(1) << (bit & 63), __ATOMIC_RELAXED);
    __atomic_store_n((uintptr_t *)(void *)o, (uintptr_t)to | GC_FORWARDED, __ATOMIC_RELEASE);
    bit = gc_offset(o) >> 3;
    __atomic_fetch_and(&gc_heap.mark[bit >> 6], ~(UINT64_C(1) << (bit & 63)), __ATOMIC_RELEASE);
    m->moved_bytes += bytes;
    return to;
}

/* Waits until the one who set the bit has decided. */
static void *
decision(struct gc_object *o, uint32_t epoch)
{
    for (;;) {
        uintptr_t mt = __atomic_load_n((uintptr_t *)(void *)o, __ATOMIC_ACQUIRE);

        if (mt & GC_FORWARDED)
            return (void *)(mt & ~(uintptr_t)GC_FORWARDED);
        if (__atomic_load_n(gc_stay_word(o), __ATOMIC_ACQUIRE) == epoch)
            return o;
        __builtin_ia32_pause();
    }
}

void *
gc_evacuate(struct gc_marker *m, struct gc_object *o, uint32_t epoch, bool *fresh)
{
    size_t bit = gc_offset(o) >> 3;
    uint64_t mask = UINT64_C(1) << (bit & 63);
    uintptr_t mt = __atomic_load_n((uintptr_t *)(void *)o, __ATOMIC_ACQUIRE);

    *fresh = false;
    if (mt & GC_FORWARDED)
        return (void *)(mt & ~(uintptr_t)GC_FORWARDED);
    if (__atomic_fetch_or(&gc_heap.mark[bit >> 6], mask, __ATOMIC_ACQUIRE) & mask)
        return decision(o, epoch);
    mt = __atomic_load_n((uintptr_t *)(void *)o, __ATOMIC_ACQUIRE);
    if (mt & GC_FORWARDED) { /* moved and its bit cleared in between */
        __atomic_fetch_and(&gc_heap.mark[bit >> 6], ~mask, __ATOMIC_RELAXED);
        return (void *)(mt & ~(uintptr_t)GC_FORWARDED);
    }
    *fresh = true;
    return move(m, o, epoch);
}
