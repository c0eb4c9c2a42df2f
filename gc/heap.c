/* gc/heap.c - the reservation, its division and the counters.
 * Invariants: fresh <= committed_blocks <= blocks; used_blocks <= cap_blocks. */
#include "gc/gc_priv.h"

#include <string.h>

struct gc_heap gc_heap;

/* To whole pages, or huge ones if the heap can become so large that it uses them. */
static size_t
page_up(size_t bytes)
{
    size_t page = gc_heap.huge_bytes ? gc_heap.huge_bytes : gc_heap.page_bytes;

    return (bytes + page - 1) / page * page;
}

/* Lays out the metadata from `at` (NULL: only counts); returns the bytes it takes. */
static size_t
meta_layout(uint8_t *at, size_t blocks)
{
    size_t map = page_up((blocks + 63) / 64 * 8);
    size_t kinds[] = {page_up(sizeof(struct gc_block) * blocks), /* 0 */
                      page_up(GC_META_LINE_BYTES * blocks),      /* 1 */
                      page_up(GC_META_START_BYTES * blocks),     /* 2 */
                      page_up(GC_META_MARK_BYTES * blocks),      /* 3 */
                      map,
                      map,
                      map,
                      page_up(blocks * (GC_BLOCK_BYTES / 16) + (1 << 20))}; /* 7: mark stacks */
    uint8_t *where[sizeof kinds / sizeof kinds[0]];
    size_t total = 0, i;

    for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        where[i] = at ? at + total : NULL;
        total += kinds[i];
    }
    gc_heap.block = (struct gc_block *)(void *)where[0];
    gc_heap.line = where[1];
    gc_heap.start = (uint64_t *)(void *)where[2];
    gc_heap.mark = (uint64_t *)(void *)where[3];
    gc_heap.free_map = (uint64_t *)(void *)where[4];
    gc_heap.holes_map = (uint64_t *)(void *)where[5];
    gc_heap.pinned_map = (uint64_t *)(void *)where[6];
    gc_heap.pool = where[7];
    gc_heap.pool_bytes = kinds[7];
    return total;
}

/* Reserves blocks and metadata; the blocks come first so that they are aligned. */
static bool
heap_reserve(size_t blocks)
{
    size_t block_bytes = blocks * GC_BLOCK_BYTES;
    size_t bytes, maps;

    gc_heap.huge_bytes = blocks > GC_HUGE_BLOCKS ? pal_mem_huge_bytes() : 0;
    bytes = page_up(page_up(block_bytes) + meta_layout(NULL, blocks));
    gc_heap.reservation =
        pal_mem_reserve(bytes, gc_heap.huge_bytes ? gc_heap.huge_bytes : GC_BLOCK_BYTES);
    if (!gc_heap.reservation)
        return false;
    gc_heap.reservation_bytes = bytes;
    gc_heap.base = gc_heap.reservation;
    gc_heap.blocks = blocks;
    gc_heap.span_bytes = block_bytes;
    meta_layout(gc_heap.base + page_up(block_bytes), blocks);
    maps = (size_t)(gc_heap.pool - (uint8_t *)gc_heap.free_map);
    if (pal_mem_commit(gc_heap.free_map, maps))
        return true;
    pal_mem_release(gc_heap.reservation, bytes);
    gc_heap.reservation = NULL;
    return false;
}

/* Modules and stacks need some of a small address space too. */
static bool
is_room_left(void)
{
    enum { ROOM_BYTES = 16 << 20 };
    void *trial = pal_stack_new(ROOM_BYTES);

    pal_stack_free(trial, ROOM_BYTES);
    return trial != NULL;
}

/* Twice the cap lets runs of large objects find room although the space is in pieces; where that is too
 * much, half as long as there has to be, and the cap with it. */
static bool
heap_reserve_most(size_t blocks)
{
    size_t least = (4 << 20) / GC_BLOCK_BYTES, take = 2 * blocks;

    pal_free(pal_alloc(1)); /* the C heap takes its first part before */
    while (!heap_reserve(take) || !is_room_left()) {
        pal_mem_release(gc_heap.reservation, gc_heap.reservation ? gc_heap.reservation_bytes : 0);
        gc_heap.reservation = NULL;
        if (take <= least || take == 1)
            return false;
        take /= 2;
    }
    if (take < blocks)
        gc_heap.cap_blocks = take;
    return true;
}

static uint64_t
cap_default(void)
{
    uint64_t cap = pal_mem_limit_bytes() / 4 * 3;

    return cap ? cap : UINT64_C(1) << 30; /* a machine that does not tell */
}

bool
gc_start(const struct gc_config *config)
{
    uint64_t cap = config->cap_bytes ? config->cap_bytes : cap_default();
    size_t blocks;

    if (gc_heap.started)
        return false;
    memset(&gc_heap, 0, sizeof gc_heap);
    gc_heap.page_bytes = pal_page_bytes();
    gc_heap.config = *config;
    gc_heap.world = config->world;
    gc_heap.no_run = SIZE_MAX;
    if (cap > UINT64_C(1) << 44)
        cap = UINT64_C(1) << 44;
    blocks = (size_t)(cap / GC_BLOCK_BYTES);
    if (blocks == 0)
        blocks = 1;
    gc_heap.cap_blocks = blocks;
    if (!heap_reserve_most(blocks))
        return false;
    /* Start-up code cannot handle a missing first block yet. */
    if (!gc_pool_start() || !gc_blocks_commit(1)) {
        pal_mem_release(gc_heap.reservation, gc_heap.reservation_bytes);
        memset(&gc_heap, 0, sizeof gc_heap);
        return false;
    }
    gc_heap.line_live = GC_LINE_LIVE;
    gc_heap.started = true;
    gc_collect_start();
    return true;
}

void
gc_stop(void)
{
    if (!gc_heap.started)
        return;
    gc_stop_concurrent();
    gc_log_release();
    gc_pool_stop();
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

void
gc_counters_get(struct gc_counters *out)
{
    memset(out, 0, sizeof *out);
    if (!gc_heap.started)
        return;
    pal_mutex_lock(&gc_heap.lock);
    out->cap_bytes = (uint64_t)gc_heap.cap_blocks * GC_BLOCK_BYTES;
    out->committed_bytes = (uint64_t)(gc_heap.fresh - gc_heap.zero_blocks) * GC_BLOCK_BYTES;
    out->block_bytes = (uint64_t)gc_heap.used_blocks * GC_BLOCK_BYTES;
    out->allocated_bytes = gc_heap.allocated_bytes;
    out->live_bytes = gc_heap.live_bytes + gc_heap.since_bytes;
    out->live_bytes -= __atomic_load_n(&gc_heap.retired_bytes, __ATOMIC_RELAXED);
    out->refused = gc_heap.refused;
    out->since_bytes = gc_heap.since_bytes;
    out->budget_bytes = gc_heap.budget_bytes;
    out->collections = gc_collect_number();
    pal_mutex_unlock(&gc_heap.lock);
    out->finalizable = gc_finalize_count();
}

bool
gc_heap_contains(const void *address)
{
    return gc_heap.started && gc_offset(address) < gc_heap.span_bytes;
}

int32_t
gc_generation(const void *object)
{
    size_t header = gc_offset(object) - GC_OBJECT_HEADER_BYTES;
    const struct gc_block *b = &gc_heap.block[header >> GC_BLOCK_SHIFT];

    if (!gc_heap_contains(object))
        return INT32_MAX;
    if (!gc_block_is_small(b))
        return GC_GENERATION_OLD;
    if (gc_block_opened_lines(b))
        return 0;
    return gc_heap.line[header >> GC_LINE_SHIFT] & GC_LINE_FRESH ? 0 : GC_GENERATION_OLD;
}
