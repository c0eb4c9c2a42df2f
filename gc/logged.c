/* gc/logged.c - the log of a cycle: a byte for every 64 bytes of the heap that says whether a reference
 * was stored there and not looked at since. Who stores writes GC_LOG_STORED behind it; these slots of
 * marked objects are looked at again.
 * The table has a power of two of bytes, at least one for each place committed when the cycle begins;
 * an address has the byte (address / 64) modulo the size, so that who stores need not ask whether it is
 * one of the heap. Places of a heap that has grown since may share bytes; all of them are looked at.
 * The byte comes after the reference and is cleared before the slot is read, so that a store is either
 * seen or still logged; a thread that stands at a check has written both. */
#include "gc/gc_priv.h"

#include <string.h>

static struct {
    uint8_t *table; /* owned; NULL: none yet */
    size_t bytes;   /* a power of two; from 64 KiB on */
} heap_log;

enum { LOG_LEAST_BYTES = 64 * 1024 };

uint8_t *
gc_log_table(void)
{
    return heap_log.table;
}

uintptr_t
gc_log_mask(void)
{
    return heap_log.bytes - 1;
}

void
gc_log_release(void)
{
    if (heap_log.table)
        pal_mem_release(heap_log.table, heap_log.bytes);
    heap_log.table = NULL;
    heap_log.bytes = 0;
}

bool
gc_log_make(void)
{
    size_t want = gc_heap.committed_blocks * GC_META_LOG_BYTES, bytes = LOG_LEAST_BYTES;

    while (bytes < want)
        bytes *= 2;
    if (bytes <= heap_log.bytes)
        return true;
    gc_log_release();
    heap_log.table = pal_mem_reserve(bytes, gc_heap.page_bytes);
    if (!heap_log.table)
        return false;
    heap_log.bytes = bytes;
    if (pal_mem_commit(heap_log.table, bytes))
        return true;
    gc_log_release();
    return false;
}

void
gc_log_clear(void)
{
    memset(heap_log.table, 0, heap_log.bytes);
}

/* The marked objects with bytes in [low, high) of a block of small ones. */
static void
small_part(size_t block, uint8_t *low, uint8_t *high)
{
    size_t first = block << (GC_BLOCK_SHIFT - 3), bit = gc_offset(low) >> 3, end = gc_offset(high) >> 3;
    size_t i = bit >> 6;
    uint64_t word = gc_heap.mark[i] & ~(UINT64_MAX << (bit & 63));

    while (!word && i > first >> 6)
        word = gc_heap.mark[--i];
    if (word) {
        size_t at = (i << 6) + 63 - (size_t)__builtin_clzll(word);

        gc_mark_part((struct gc_object *)(void *)(gc_heap.base + (at << 3)), low, high);
    }
    while ((bit = gc_bits_next_set(gc_heap.mark, bit, end)) < end) {
        gc_mark_part((struct gc_object *)(void *)(gc_heap.base + (bit << 3)), low, high);
        bit++;
    }
}

/* A block may be given out while we look: then nothing in it is marked. */
GC_UNCHECKED static void
part_visit(size_t block, uint8_t *low, uint8_t *high)
{
    const struct gc_block *b = &gc_heap.block[block];
    uint8_t state = __atomic_load_n(&b->state, __ATOMIC_RELAXED);

    if (state == GC_BLOCK_LARGE || state == GC_BLOCK_LARGE_REST) {
        size_t first = state == GC_BLOCK_LARGE
                           ? block
                           : block - __atomic_load_n(&b->run_blocks, __ATOMIC_RELAXED);
        uint8_t *o = gc_block_at(first) + GC_OBJECT_HEADER_BYTES;

        if (gc_is_marked(o))
            gc_mark_part((struct gc_object *)(void *)o, low, high);
    } else if (state >= GC_BLOCK_LOCAL && state <= GC_BLOCK_PINNED) {
        small_part(block, low, high);
    }
}

/* Blocks that share log bytes are a table's length apart. Whoever is marked there is in a block that was
 * given out before it was marked, so that `fresh` counts it. */
GC_UNCHECKED static void
parts_visit(size_t block, size_t first, size_t end)
{
    size_t fresh = __atomic_load_n(&gc_heap.fresh, __ATOMIC_RELAXED);

    for (; block < fresh; block += gc_log_blocks())
        part_visit(block, gc_block_at(block) + (first << GC_LOG_SHIFT),
                   gc_block_at(block) + (end << GC_LOG_SHIFT));
}

size_t
gc_log_blocks(void)
{
    return heap_log.bytes / GC_META_LOG_BYTES;
}

GC_UNCHECKED size_t
gc_log_visit(size_t block)
{
    uintptr_t index = (uintptr_t)gc_block_at(block) >> GC_LOG_SHIFT & gc_log_mask();
    volatile uint8_t *log = heap_log.table + index;
    size_t i = 0, first, found = 0;

    while (i < GC_META_LOG_BYTES) {
        if (i % 8 == 0 && *(const volatile uint64_t *)(const volatile void *)(log + i) == 0) {
            i += 8;
            continue;
        }
        for (first = i; i < GC_META_LOG_BYTES && log[i]; i++)
            log[i] = 0;
        if (i > first) {
            __atomic_thread_fence(__ATOMIC_SEQ_CST);
            parts_visit(block, first, i);
            found += i - first;
        } else {
            i++;
        }
    }
    if (found)
        gc_mark_parts_end();
    return found;
}
