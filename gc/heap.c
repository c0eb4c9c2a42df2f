/* gc/heap.c - the reservation, its blocks and the counters.
 * Invariants: blocks are handed out in address order (nothing is recycled at this stage);
 * fresh <= committed_blocks <= blocks; used_blocks <= cap_blocks; a block handed out reads as
 * zeros. */
#include "gc/gc_priv.h"

#include <string.h>

struct gc_heap gc_heap;

/* Address space of the metadata kinds for `blocks` blocks, each kind page aligned. The block
 * records come first; the collector's kinds follow and stay uncommitted. */
static size_t
meta_bytes(size_t blocks)
{
    size_t page = pal_page_bytes();
    size_t kinds[] = {sizeof(struct gc_block), GC_META_LINE_BYTES, GC_META_START_BYTES,
                      GC_META_MARK_BYTES, GC_META_LOG_BYTES};
    size_t total = 0, i;

    for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        total += (kinds[i] * blocks + page - 1) / page * page;
    return total;
}

/* Reserves blocks and metadata; the blocks come first so that they are aligned. */
static bool
heap_reserve(size_t blocks)
{
    size_t bytes = blocks * GC_BLOCK_BYTES + meta_bytes(blocks);
    size_t page = pal_page_bytes();

    bytes = (bytes + page - 1) / page * page;
    gc_heap.reservation = pal_mem_reserve(bytes, GC_BLOCK_BYTES);
    if (!gc_heap.reservation)
        return false;
    gc_heap.reservation_bytes = bytes;
    gc_heap.base = gc_heap.reservation;
    gc_heap.blocks = blocks;
    gc_heap.block = (struct gc_block *)(void *)(gc_heap.base + blocks * GC_BLOCK_BYTES);
    return true;
}

bool
gc_start(const struct gc_config *config)
{
    uint64_t cap = config->cap_bytes;
    size_t blocks;

    if (gc_heap.started)
        return false;
    memset(&gc_heap, 0, sizeof gc_heap);
    if (cap == 0)
        cap = pal_mem_limit_bytes() / 4 * 3;
    if (cap == 0)
        cap = UINT64_C(1) << 30; /* a machine that does not tell */
    if (cap > UINT64_C(1) << 44)
        cap = UINT64_C(1) << 44;
    blocks = (size_t)(cap / GC_BLOCK_BYTES);
    if (blocks == 0)
        blocks = 1;
    gc_heap.cap_blocks = blocks;
    /* Twice the cap lets runs of large objects find room although the space is in pieces. */
    if (!heap_reserve(2 * blocks) && !heap_reserve(blocks))
        return false;
    gc_heap.started = true;
    return true;
}

void
gc_stop(void)
{
    if (!gc_heap.started)
        return;
    gc_roots_reset();
    gc_finalize_reset();
    pal_mem_release(gc_heap.reservation, gc_heap.reservation_bytes);
    memset(&gc_heap, 0, sizeof gc_heap);
}

bool
gc_is_started(void)
{
    return gc_heap.started;
}

static bool
records_commit(size_t blocks)
{
    size_t page = pal_page_bytes();
    size_t have = gc_heap.committed_blocks * sizeof(struct gc_block);
    size_t want = blocks * sizeof(struct gc_block);

    have = (have + page - 1) / page * page;
    want = (want + page - 1) / page * page;
    return want <= have || pal_mem_commit((uint8_t *)gc_heap.block + have, want - have);
}

/* Makes the first `blocks` blocks usable, in whole groups. */
static bool
heap_commit(size_t blocks)
{
    size_t want = (blocks + GC_COMMIT_BLOCKS - 1) / GC_COMMIT_BLOCKS * GC_COMMIT_BLOCKS;
    size_t have = gc_heap.committed_blocks;

    if (blocks <= have)
        return true;
    if (want > gc_heap.blocks)
        want = gc_heap.blocks;
    if (!records_commit(want))
        return false;
    if (!pal_mem_commit(gc_heap.base + have * GC_BLOCK_BYTES, (want - have) * GC_BLOCK_BYTES))
        return false;
    gc_heap.committed_blocks = want;
    return true;
}

uint8_t *
gc_blocks_take(size_t count, enum gc_block_state state)
{
    size_t at = gc_heap.fresh, i;

    if (count > gc_heap.cap_blocks - gc_heap.used_blocks || count > gc_heap.blocks - at)
        return NULL;
    if (!heap_commit(at + count))
        return NULL;
    for (i = 0; i < count; i++) {
        struct gc_block *b = &gc_heap.block[at + i];

        b->state = (uint8_t)(i && state == GC_BLOCK_LARGE ? GC_BLOCK_LARGE_REST : state);
        b->run_blocks = (uint32_t)(i ? i : count);
    }
    gc_heap.fresh += count;
    gc_heap.used_blocks += count;
    return gc_heap.base + at * GC_BLOCK_BYTES;
}

void
gc_counters_get(struct gc_counters *out)
{
    memset(out, 0, sizeof *out);
    if (!gc_heap.started)
        return;
    pal_mutex_lock(&gc_heap.lock);
    out->cap_bytes = (uint64_t)gc_heap.cap_blocks * GC_BLOCK_BYTES;
    out->committed_bytes = (uint64_t)gc_heap.committed_blocks * GC_BLOCK_BYTES;
    out->block_bytes = (uint64_t)gc_heap.used_blocks * GC_BLOCK_BYTES;
    out->allocated_bytes = gc_heap.allocated_bytes;
    out->live_bytes = gc_heap.allocated_bytes - gc_heap.retired_bytes;
    out->refused = gc_heap.refused;
    pal_mutex_unlock(&gc_heap.lock);
    out->finalizable = gc_finalize_count();
}

bool
gc_heap_contains(const void *address)
{
    uintptr_t at = (uintptr_t)address - (uintptr_t)gc_heap.base;

    return gc_heap.started && at < gc_heap.blocks * GC_BLOCK_BYTES;
}

int32_t
gc_generation(const void *object)
{
    return gc_heap_contains(object) ? 0 : INT32_MAX;
}
