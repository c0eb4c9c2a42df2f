/* engine/gc_regions.c - GC.TryStartNoGCRegion, EndNoGCRegion and RegisterNoGCRegionCallback.
 * The heap keeps the promise (gc_no_collect_*); here is what the class library wants to know: why
 * a region ended before its time, and when its callback is due. The callback's item belongs to the
 * library, which frees it when it is called, by the thread that runs finalizers. */
#include "engine/gc_world.h"

#include "engine/engine.h"
#include "engine/rh.h"

enum { START_OK, START_NOT_ENOUGH, START_TOO_LARGE, START_IN_PROGRESS };
enum { END_OK, END_NOT_IN_PROGRESS, END_INDUCED, END_EXCEEDED };
enum { CALLBACK_OK, CALLBACK_NOT_STARTED, CALLBACK_TOO_LARGE, CALLBACK_REGISTERED };

static struct {
    struct pal_mutex lock; /* GC_REGION */
    struct fin_work *work; /* owned by its callback; NULL: none, or it was scheduled */
    uint64_t start_bytes;  /* allocated before the region */
    uint64_t budget_bytes;
    uint64_t callback_bytes; /* allocated when `work` is due */
    bool started;
    bool induced;  /* somebody asked for a collection meanwhile */
    bool callback; /* one was registered */
} region;

static uint64_t
allocated_bytes(void)
{
    struct gc_counters c;

    gc_counters_get(&c);
    return c.allocated_bytes;
}

/* Lock held. */
static void
work_schedule(bool abandoned)
{
    struct fin_work *work = region.work;

    region.work = NULL;
    gcw_watch_set(GCW_WATCH_REGION, false);
    if (!work)
        return;
    work->scheduled = 1;
    work->abandoned = abandoned;
    fin_work_add(work);
    fin_wake();
}

static bool
begin(uint64_t bytes, bool may_collect)
{
    if (gc_no_collect_begin(bytes))
        return true;
    if (!may_collect)
        return false;
    gc_collect(GC_REASON_INDUCED, GC_COLLECT_COMPACT);
    return gc_no_collect_begin(bytes);
}

int32_t
RhpStartNoGCRegion(int64_t total, int32_t has_large, int64_t large, int32_t no_full)
{
    struct gc_counters c;
    int32_t status = START_OK;

    (void)has_large; /* part of the total: small and large objects share the heap */
    (void)large;
    gc_counters_get(&c);
    pal_mutex_lock(&region.lock);
    if (region.started)
        status = START_IN_PROGRESS;
    else if (total <= 0 || (uint64_t)total > c.cap_bytes)
        status = START_TOO_LARGE;
    else if (!begin((uint64_t)total, !no_full))
        status = START_NOT_ENOUGH;
    if (status == START_OK) {
        region.started = true;
        region.induced = false;
        region.callback = false;
        region.budget_bytes = (uint64_t)total;
        region.start_bytes = allocated_bytes();
    }
    pal_mutex_unlock(&region.lock);
    return status;
}

int32_t
RhpEndNoGCRegion(void)
{
    int32_t status = END_NOT_IN_PROGRESS;

    pal_mutex_lock(&region.lock);
    if (region.started) {
        status = gc_no_collect_end() ? END_OK : region.induced ? END_INDUCED : END_EXCEEDED;
        region.started = false;
        work_schedule(true);
    }
    pal_mutex_unlock(&region.lock);
    return status;
}

int32_t
RhEnableNoGCRegionCallback(void *item, int64_t total)
{
    int32_t status = CALLBACK_OK;

    pal_mutex_lock(&region.lock);
    if (!region.started || !gc_no_collect_active())
        status = CALLBACK_NOT_STARTED;
    else if (region.callback)
        status = CALLBACK_REGISTERED;
    else if (total <= 0 || (uint64_t)total > region.budget_bytes)
        status = CALLBACK_TOO_LARGE;
    if (status == CALLBACK_OK) {
        region.callback = true;
        region.work = item;
        region.callback_bytes = region.start_bytes + (uint64_t)total;
        gcw_watch_set(GCW_WATCH_REGION, true);
    }
    pal_mutex_unlock(&region.lock);
    return status;
}

void
gcw_region_poll(void)
{
    pal_mutex_lock(&region.lock);
    if (region.work && allocated_bytes() >= region.callback_bytes)
        work_schedule(false);
    pal_mutex_unlock(&region.lock);
}

/* The lock may be held by this very thread, which collects in order to begin a region: then there
 * is none yet. */
void
gcw_region_broken(enum gc_reason reason)
{
    if (!pal_mutex_try_lock(&region.lock))
        return;
    if (region.started) {
        if (reason == GC_REASON_INDUCED)
            region.induced = true;
        work_schedule(true);
    }
    pal_mutex_unlock(&region.lock);
}

bool
gcw_region_active(void)
{
    return gc_no_collect_active();
}

void
gcw_region_reset(void)
{
    pal_mutex_lock(&region.lock);
    region.started = false;
    region.work = NULL;
    gcw_watch_set(GCW_WATCH_REGION, false);
    pal_mutex_unlock(&region.lock);
}
