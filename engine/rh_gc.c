/* engine/rh_gc.c - what System.GC asks of the collector (contract/runtime.md 1.3).
 * Every collection covers the whole heap, so each counts for all generations. There are three by
 * number, because programs ask for generation 2 by name (GC.Collect(2), GC.Collect(2, Aggressive),
 * CollectionCount(2)) and MaxGeneration must agree with that; objects are in 0 until a collection
 * has seen them and in 2 from then on. */
#include "engine/engine.h"
#include "engine/gc_world.h"
#include "engine/rh.h"
#include "engine/thr.h"

#include <stdatomic.h>

enum { LATENCY_INTERACTIVE = 1, LATENCY_NO_GC_REGION = 4 };
enum { LARGE_COMPACTION_DEFAULT = 1 };
enum { COLLECT_COMPACTING = 8, COLLECT_AGGRESSIVE = 16 };
enum { NS_PER_TICK = 100 }; /* TimeSpan */

/* Of threads that have detached. */
static _Atomic(uint64_t) detached_bytes;

static struct {
    _Atomic(int32_t) latency;
    _Atomic(int32_t) compaction;
} settings = {LATENCY_INTERACTIVE, LARGE_COMPACTION_DEFAULT};

/* ---- frozen segments ---- */

/* A range that the class library has mapped and never gives back: we do it at the end. */
struct mapped {
    struct mapped *next; /* owned */
    void *start;
    size_t bytes;
};

static struct mapped *_Atomic mapped;

void *
RhRegisterFrozenSegment(void *start, size_t allocated, size_t committed, size_t reserved)
{
    struct mapped *m = pal_alloc(sizeof *m);
    void *segment = m ? gc_frozen_add(start, allocated) : NULL;

    (void)committed;
    if (!segment) {
        pal_free(m);
        return NULL;
    }
    *m = (struct mapped){atomic_load(&mapped), start, reserved};
    while (!atomic_compare_exchange_weak(&mapped, &m->next, m))
        ;
    return segment;
}

void
rh_frozen_release(void)
{
    struct mapped *m = atomic_exchange(&mapped, (struct mapped *)NULL);

    while (m) {
        struct mapped *next = m->next;

        pal_mem_release(m->start, m->bytes);
        pal_free(m);
        m = next;
    }
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

/* ---- collections ---- */

void
RhpCollect(uint32_t generation, uint32_t mode, int32_t low_memory)
{
    uint32_t flags = 0;

    (void)generation; /* all are collected */
    if (mode & COLLECT_COMPACTING)
        flags |= GC_COLLECT_COMPACT;
    if (mode & COLLECT_AGGRESSIVE)
        flags |= GC_COLLECT_COMPACT | GC_COLLECT_AGGRESSIVE;
    gc_collect(low_memory ? GC_REASON_LOW_MEMORY : GC_REASON_INDUCED, flags);
}

void
rh_gc_collected(const struct gc_collection *collection)
{
    gcw_region_broken(collection->reason);
    gcw_notify_complete();
    atomic_store(&settings.compaction, LARGE_COMPACTION_DEFAULT); /* "once" has been */
}

void
rh_gc_reset(void)
{
    atomic_store(&settings.latency, LATENCY_INTERACTIVE);
    atomic_store(&settings.compaction, LARGE_COMPACTION_DEFAULT);
    atomic_store(&detached_bytes, 0);
    gcw_region_reset();
    gcw_notify_reset();
}

int32_t
RhGetMaxGcGeneration(void)
{
    return GC_GENERATION_OLD;
}

/* special: background and other partial collections, of which there are none. */
int32_t
RhGetGcCollectionCount(int32_t generation, bool special)
{
    struct gc_totals totals;

    if (special || generation > GC_GENERATION_OLD)
        return 0;
    gc_totals_get(&totals);
    return (int32_t)totals.collections;
}

int32_t
RhGetGeneration(const void *object)
{
    return gc_generation(object);
}

/* ---- sizes ---- */

/* Of a thread that may be running: its two words are read one after the other, and what cannot be
 * is taken for nothing. */
static uint64_t
buffer_left(const struct thr_thread *thread)
{
    const uint8_t *limit = __atomic_load_n(&thread->block->alloc_limit, __ATOMIC_RELAXED);
    const uint8_t *at = __atomic_load_n(&thread->block->alloc_ptr, __ATOMIC_RELAXED);
    uint64_t left = (uint64_t)((uintptr_t)limit - (uintptr_t)at);

    return left <= GC_BLOCK_BYTES ? left : 0;
}

static bool
buffer_add(struct thr_thread *thread, void *context)
{
    struct gc_buffer copy = {__atomic_load_n(&thread->block->alloc_ptr, __ATOMIC_RELAXED),
                             __atomic_load_n(&thread->block->alloc_limit, __ATOMIC_RELAXED)};
    uint64_t *left = context;

    if (copy.ptr <= copy.limit && (size_t)(copy.limit - copy.ptr) <= GC_BLOCK_BYTES)
        *left += gc_buffer_left(&copy);
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

static uint64_t
thread_allocated(const struct thr_thread *thread)
{
    const struct engine_thread *e = thread->gc_private;

    return e ? e->taken_bytes - buffer_left(thread) : 0;
}

void
rh_gc_thread_ends(const struct thr_thread *thread)
{
    atomic_fetch_add(&detached_bytes, thread_allocated(thread));
}

static bool
allocated_add(struct thr_thread *thread, void *context)
{
    uint64_t *sum = context;

    *sum += thread_allocated(thread);
    return true;
}

static uint64_t
live_bytes(void)
{
    struct gc_counters c;

    gc_counters_get(&c);
    return c.live_bytes;
}

int64_t
RhpGetGcTotalMemory(void)
{
    uint64_t live = live_bytes(), left = buffers_left();

    return (int64_t)(live > left ? live - left : 0);
}

int64_t
RhGetCurrentObjSize(void)
{
    return (int64_t)live_bytes();
}

int64_t
RhGetGenerationSize(int32_t generation)
{
    return generation == GC_GENERATION_OLD ? (int64_t)live_bytes() : 0;
}

int64_t
RhGetAllocatedBytesForCurrentThread(void)
{
    return corert_thread.thread ? (int64_t)thread_allocated(corert_thread.thread) : 0;
}

int64_t
RhGetTotalAllocatedBytes(void)
{
    struct gc_counters c;

    gc_counters_get(&c);
    return (int64_t)c.allocated_bytes;
}

/* The sum over all threads; each counts its own objects. Native state. */
int64_t
RhGetTotalAllocatedBytesPrecise(void)
{
    uint64_t sum = atomic_load(&detached_bytes);

    thr_for_each(allocated_add, &sum);
    return (int64_t)sum;
}

uint64_t
RhGetGCSegmentSize(void)
{
    return GC_BLOCK_BYTES;
}

/* How much may be allocated before the cap; the whole heap is one generation. */
int64_t
RhGetGenerationBudget(int32_t generation)
{
    struct gc_counters c;

    gc_counters_get(&c);
    return generation == 0 ? (int64_t)(c.cap_bytes - c.block_bytes) : 0;
}

/* ---- times, all from the monotonic clock in microseconds unless said otherwise ---- */

int64_t
RhGetGCNow(void)
{
    return (int64_t)(pal_time_ns() / 1000);
}

int64_t
RhGetLastGCStartTime(int32_t generation)
{
    struct gc_collection last;

    (void)generation;
    gc_last_collection(&last);
    return (int64_t)(last.start_ns / 1000);
}

int64_t
RhGetLastGCDuration(int32_t generation)
{
    struct gc_collection last;

    (void)generation;
    gc_last_collection(&last);
    return (int64_t)(last.pause_ns / 1000);
}

int64_t
RhGetTotalPauseDuration(void)
{
    struct gc_totals totals;

    gc_totals_get(&totals);
    return (int64_t)(totals.pause_ns / NS_PER_TICK);
}

int64_t
RhGetLastGCPercentTimeInGC(void)
{
    struct gcw_snapshot s;
    uint64_t run_ns;

    gcw_snapshot_get(&s);
    run_ns = s.end_ns - gcw_start_ns();
    return s.collection.number && run_ns ? (int64_t)(s.total_pause_ns * 100 / run_ns) : 0;
}

/* ---- modes ---- */

int32_t
RhGetGcLatencyMode(void)
{
    return gcw_region_active() ? LATENCY_NO_GC_REGION : atomic_load(&settings.latency);
}

/* Kept and given back; it changes nothing yet. */
int32_t
RhSetGcLatencyMode(int32_t mode)
{
    if (gcw_region_active())
        return 1;
    atomic_store(&settings.latency, mode);
    return 0;
}

bool
RhIsServerGc(void)
{
    return false;
}

/* Asked by callouts after marking. */
bool
RhIsPromoted(const void *object)
{
    return gc_is_live(object);
}

int32_t
RhGetLohCompactionMode(void)
{
    return atomic_load(&settings.compaction);
}

/* Large objects have pages of their own, which go back whole: there is nothing to compact. */
void
RhSetLohCompactionMode(int32_t mode)
{
    atomic_store(&settings.compaction, mode);
}

/* ---- callouts ---- */

bool
RhRegisterGcCallout(int32_t kind, void *function)
{
    return kind >= 0 && kind < GCW_CALLOUTS &&
           gcw_callout_add((enum gcw_callout)kind, (gcw_callout_fn *)(uintptr_t)function);
}

void
RhUnregisterGcCallout(int32_t kind, void *function)
{
    if (kind >= 0 && kind < GCW_CALLOUTS)
        gcw_callout_remove((enum gcw_callout)kind, (gcw_callout_fn *)(uintptr_t)function);
}
