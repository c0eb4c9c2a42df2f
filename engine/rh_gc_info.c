/* engine/rh_gc_info.c - GC.GetGCMemoryInfo and GC.GetConfigurationVariables.
 * The structures are the class library's (contract/runtime.md 1.3). */
#include "engine/engine.h"
#include "engine/gc_world.h"
#include "engine/rh.h"
#include "pal/pal.h"

#include <assert.h>
#include <string.h>

struct rh_generation_info {
    uint64_t size_before;
    uint64_t fragmentation_before;
    uint64_t size_after;
    uint64_t fragmentation_after;
};

struct rh_gc_info {
    uint64_t high_memory_load_threshold;
    uint64_t total_available;
    uint64_t memory_load;
    uint64_t heap_size;
    uint64_t fragmentation;
    uint64_t total_committed;
    uint64_t promoted;
    uint64_t pinned_count;
    uint64_t finalization_pending;
    uint64_t index;
    uint32_t generation;
    uint32_t pause_percent_x100;
    uint8_t compacted;
    uint8_t concurrent;
    uint8_t padding[6];
    struct rh_generation_info generations[5];
    int64_t pause_ticks[2];
};

static_assert(offsetof(struct rh_gc_info, generation) == 80, "RH_GH_MEMORY_INFO");
static_assert(offsetof(struct rh_gc_info, compacted) == 88, "RH_GH_MEMORY_INFO");
static_assert(offsetof(struct rh_gc_info, generations) == 96, "RH_GH_MEMORY_INFO");
static_assert(sizeof(struct rh_gc_info) == 272, "RH_GH_MEMORY_INFO");

struct rh_heap_limits {
    uint64_t value[8];
};

enum { CONFIG_INT64 = 0, CONFIG_BOOLEAN = 2 };

enum { KIND_ANY = 0, KIND_FULL_BLOCKING = 2 };

static void
collection_fill(struct rh_gc_info *info, const struct gcw_snapshot *s)
{
    const struct gc_collection *c = &s->collection;
    uint64_t held = s->counters.block_bytes, run_ns = s->end_ns - gcw_start_ns();
    struct rh_generation_info *g = &info->generations[GC_GENERATION_OLD];

    g->size_before = c->bytes_before;
    g->size_after = held;
    g->fragmentation_after = held > c->bytes_after ? held - c->bytes_after : 0;
    info->memory_load = s->counters.committed_bytes;
    info->heap_size = held;
    info->fragmentation = g->fragmentation_after;
    info->total_committed = s->counters.committed_bytes;
    info->promoted = c->bytes_after;
    info->pinned_count = c->pinned_objects;
    info->finalization_pending = s->pending_finalizers;
    info->index = c->number;
    info->generation = GC_GENERATION_OLD;
    info->pause_percent_x100 = run_ns ? (uint32_t)(s->total_pause_ns * 10000 / run_ns) : 0;
    info->compacted = c->compacted;
    info->pause_ticks[0] = (int64_t)(c->pause_ns / 100);
}

/* About the latest collection of the kind; all are full and blocking. Before the first, and for
 * other kinds, only the limits are told. The memory load is the heap's own, because the heap's cap
 * is what it may grow to. */
void
RhGetMemoryInfo(struct rh_gc_info *info, int32_t kind)
{
    struct gcw_snapshot s;
    struct gc_counters c;

    gc_counters_get(&c);
    gcw_snapshot_get(&s);
    memset(info, 0, sizeof *info);
    info->total_available = c.cap_bytes;
    info->high_memory_load_threshold = c.cap_bytes / 10 * 9;
    if (s.collection.number && (kind == KIND_ANY || kind == KIND_FULL_BLOCKING))
        collection_fill(info, &s);
}

/* The cap is fixed at start; asking for no limit, or for the one there is, is no change. */
int32_t
RhRefreshMemoryLimit(struct rh_heap_limits limits)
{
    enum { LIMIT_OK = 0, LIMIT_INVALID = 2 };
    struct gc_counters c;
    size_t i;

    gc_counters_get(&c);
    for (i = 0; i < sizeof limits.value / sizeof limits.value[0]; i++) {
        if (limits.value[i] != UINT64_MAX && !(i == 0 && limits.value[i] == c.cap_bytes))
            return LIMIT_INVALID;
    }
    return LIMIT_OK;
}

void
RhEnumerateConfigurationValues(void *context, rh_config_callback *callback)
{
    struct gc_counters c;

    gc_counters_get(&c);
    callback(context, "GCHeapHardLimit", "System.GC.HeapHardLimit", CONFIG_INT64,
             (int64_t)c.cap_bytes);
    callback(context, "ServerGC", "System.GC.Server", CONFIG_BOOLEAN, 0);
    callback(context, "ConcurrentGC", "System.GC.Concurrent", CONFIG_BOOLEAN, 0);
    callback(context, "RetainVM", "System.GC.RetainVM", CONFIG_BOOLEAN, 0);
}
