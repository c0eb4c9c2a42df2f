/* engine/rh_gc.c - what System.GC asks, answered for a heap that does not collect yet: one
 * generation, no collection counted, no pause. Nothing is invented: numbers that only a collection
 * could produce are 0 (docs/limits.md). */
#include "engine/engine.h"
#include "engine/rh.h"
#include "engine/thr.h"

#include <stdatomic.h>

enum { LATENCY_INTERACTIVE = 1, LATENCY_NO_GC_REGION = 4 };
enum { NO_GC_OK = 0, NO_GC_TOO_LARGE = 2, NO_GC_IN_PROGRESS = 3 };
enum { NO_GC_END_OK = 0, NO_GC_END_NOT_IN_PROGRESS = 1 };
enum { NOTIFICATION_NOT_APPLICABLE = 4 };

static struct {
    _Atomic(int32_t) latency;
    _Atomic(int32_t) compaction;
    atomic_bool no_gc_region;
} settings = {LATENCY_INTERACTIVE, 1, false};

void *
RhRegisterFrozenSegment(void *start, size_t allocated, size_t committed, size_t reserved)
{
    (void)committed;
    (void)reserved;
    return gc_frozen_add(start, allocated);
}

void
RhUpdateFrozenSegment(void *segment, void *allocated, void *committed)
{
    (void)committed;
    gc_frozen_update(segment, allocated);
}

void
RhUnregisterFrozenSegment(void *segment)
{
    gc_frozen_remove(segment);
}

void
RhpCollect(uint32_t generation, uint32_t mode, int32_t low_memory)
{
    (void)generation;
    (void)mode;
    (void)low_memory;
}

static bool
buffer_add(struct thr_thread *thread, void *context)
{
    uint64_t *left = context;

    *left += (uint64_t)(thread->block->alloc_limit - thread->block->alloc_ptr);
    return true;
}

/* Bytes that threads hold in buffers and have not made objects of. Native state. */
static uint64_t
buffers_left(void)
{
    uint64_t left = 0;

    thr_for_each(buffer_add, &left);
    return left;
}

int64_t
RhpGetGcTotalMemory(void)
{
    struct gc_counters c;

    gc_counters_get(&c);
    return (int64_t)(c.live_bytes - buffers_left());
}

int32_t
RhpStartNoGCRegion(int64_t total, int32_t has_large, int64_t large, int32_t no_full)
{
    struct gc_counters c;

    (void)has_large;
    (void)large;
    (void)no_full;
    gc_counters_get(&c);
    if (atomic_load(&settings.no_gc_region))
        return NO_GC_IN_PROGRESS;
    if (total < 0 || (uint64_t)total > c.cap_bytes - c.block_bytes)
        return NO_GC_TOO_LARGE;
    atomic_store(&settings.no_gc_region, true);
    return NO_GC_OK;
}

int32_t
RhpEndNoGCRegion(void)
{
    return atomic_exchange(&settings.no_gc_region, false) ? NO_GC_END_OK
                                                          : NO_GC_END_NOT_IN_PROGRESS;
}

int32_t
RhEnableNoGCRegionCallback(void *callback, int64_t total)
{
    (void)callback;
    (void)total;
    return 1; /* not started */
}

int32_t
RhGetMaxGcGeneration(void)
{
    return 0;
}

int32_t
RhGetGcCollectionCount(int32_t generation, bool special)
{
    (void)generation;
    (void)special;
    return 0;
}

int32_t
RhGetGeneration(const void *object)
{
    return gc_generation(object);
}

int64_t
RhGetGenerationSize(int32_t generation)
{
    struct gc_counters c;

    gc_counters_get(&c);
    return generation == 0 ? (int64_t)c.live_bytes : 0;
}

int64_t
RhGetLastGCPercentTimeInGC(void)
{
    return 0;
}

int32_t
RhGetGcLatencyMode(void)
{
    return atomic_load(&settings.no_gc_region) ? LATENCY_NO_GC_REGION
                                               : atomic_load(&settings.latency);
}

int32_t
RhSetGcLatencyMode(int32_t mode)
{
    if (atomic_load(&settings.no_gc_region))
        return 1;
    atomic_store(&settings.latency, mode);
    return 0;
}

bool
RhIsServerGc(void)
{
    return false;
}

bool
RhIsPromoted(const void *object)
{
    (void)object;
    return true;
}

int32_t
RhGetLohCompactionMode(void)
{
    return atomic_load(&settings.compaction);
}

void
RhSetLohCompactionMode(int32_t mode)
{
    atomic_store(&settings.compaction, mode);
}

int64_t
RhGetCurrentObjSize(void)
{
    struct gc_counters c;

    gc_counters_get(&c);
    return (int64_t)c.live_bytes;
}

int64_t
RhGetGCNow(void)
{
    return (int64_t)RhpGetTickCount64();
}

int64_t
RhGetLastGCStartTime(int32_t generation)
{
    (void)generation;
    return 0;
}

int64_t
RhGetLastGCDuration(int32_t generation)
{
    (void)generation;
    return 0;
}

/* false: the class library throws InvalidOperationException, as with a concurrent collector. */
bool
RhRegisterForFullGCNotification(int32_t generation_threshold, int32_t large_threshold)
{
    (void)generation_threshold;
    (void)large_threshold;
    return false;
}

bool
RhCancelFullGCNotification(void)
{
    return false;
}

int32_t
RhWaitForFullGCApproach(int32_t timeout_ms)
{
    (void)timeout_ms;
    return NOTIFICATION_NOT_APPLICABLE;
}

int32_t
RhWaitForFullGCComplete(int32_t timeout_ms)
{
    (void)timeout_ms;
    return NOTIFICATION_NOT_APPLICABLE;
}

uint64_t
RhGetGCSegmentSize(void)
{
    return GC_BLOCK_BYTES;
}

int64_t
RhGetAllocatedBytesForCurrentThread(void)
{
    const struct thr_thread *t = corert_thread.thread;
    const struct engine_thread *e = t ? t->gc_private : NULL;

    return e ? (int64_t)e->taken_bytes - (corert_thread.alloc_limit - corert_thread.alloc_ptr) : 0;
}

int64_t
RhGetTotalAllocatedBytes(void)
{
    struct gc_counters c;

    gc_counters_get(&c);
    return (int64_t)c.live_bytes;
}

int64_t
RhGetTotalAllocatedBytesPrecise(void)
{
    return RhpGetGcTotalMemory();
}

int64_t
RhGetTotalPauseDuration(void)
{
    return 0;
}

int64_t
RhGetGenerationBudget(int32_t generation)
{
    (void)generation;
    return 0;
}

bool
RhRegisterGcCallout(int32_t kind, void *function)
{
    (void)kind;
    (void)function;
    return true;
}

void
RhUnregisterGcCallout(int32_t kind, void *function)
{
    (void)kind;
    (void)function;
}
