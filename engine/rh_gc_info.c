/* engine/rh_gc_info.c - GC.GetGCMemoryInfo and GC.GetConfigurationVariables.
 * The structures are the class library's (contract/runtime.md 1.3). */
#include "engine/engine.h"
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

void
RhGetMemoryInfo(struct rh_gc_info *info, int32_t kind)
{
    struct gc_counters c;

    (void)kind; /* no collection has happened: every kind sees the heap of now */
    gc_counters_get(&c);
    memset(info, 0, sizeof *info);
    info->total_available = c.cap_bytes;
    info->high_memory_load_threshold = c.cap_bytes / 10 * 9;
    info->memory_load = c.committed_bytes;
    info->heap_size = c.live_bytes;
    info->total_committed = c.committed_bytes;
    info->generations[0].size_after = c.live_bytes;
}

/* The cap is fixed at start. */
int32_t
RhRefreshMemoryLimit(struct rh_heap_limits limits)
{
    (void)limits;
    return 0;
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
}
