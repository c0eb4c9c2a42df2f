/* engine/gc_notify.c - GC.RegisterForFullGCNotification: telling that a collection is near, and that
 * it is over. Every collection is a full one. "Near" is when so many percent of what may be
 * allocated until the next one are left; one that somebody asked for is no news and is not told.
 * Waits run in native state. */
#include "engine/engine.h"
#include "engine/gc_world.h"
#include "engine/rh.h"
#include "engine/thr.h"
#include "engine/thr_coro.h"

/* GCNotificationStatus */
enum { SUCCEEDED = 0, CANCELED = 2, TIMED_OUT = 3, NOT_APPLICABLE = 4 };

static struct {
    struct pal_mutex lock; /* GC_NOTIFY */
    struct pal_cond changed;
    uint32_t percent; /* of the budget that is left when a collection is near; 0: nobody asked */
    uint64_t asked;   /* counts registrations and cancellations */
    bool approaching; /* announced, not begun */
    bool complete;    /* the announced one is over */
} notify;

bool
RhRegisterForFullGCNotification(int32_t generation_threshold, int32_t large_threshold)
{
    pal_mutex_lock(&notify.lock);
    notify.percent =
        (uint32_t)(generation_threshold > large_threshold ? generation_threshold : large_threshold);
    notify.asked++;
    notify.approaching = false;
    notify.complete = false;
    gcw_watch_set(GCW_WATCH_APPROACH, true);
    pal_mutex_unlock(&notify.lock);
    return true;
}

bool
RhCancelFullGCNotification(void)
{
    gcw_notify_reset();
    return true;
}

/* ---- events ---- */

static void
approach(void)
{
    pal_mutex_lock(&notify.lock);
    if (notify.percent && !notify.approaching) {
        notify.approaching = true;
        notify.complete = false;
        gcw_watch_set(GCW_WATCH_APPROACH, false);
        thr_cond_wake_all(&notify.changed);
    }
    pal_mutex_unlock(&notify.lock);
}

void
gcw_notify_poll(void)
{
    struct gc_counters c;
    uint64_t percent;

    gc_counters_get(&c);
    pal_mutex_lock(&notify.lock);
    percent = notify.percent;
    pal_mutex_unlock(&notify.lock);
    if (percent && c.since_bytes >= c.budget_bytes / 100 * (100 - percent))
        approach();
}

void
gcw_notify_complete(void)
{
    pal_mutex_lock(&notify.lock);
    if (notify.approaching) {
        notify.approaching = false;
        notify.complete = true;
        gcw_watch_set(GCW_WATCH_APPROACH, true);
        thr_cond_wake_all(&notify.changed);
    }
    pal_mutex_unlock(&notify.lock);
}

void
gcw_notify_reset(void)
{
    pal_mutex_lock(&notify.lock);
    notify.percent = 0;
    notify.asked++;
    notify.approaching = false;
    notify.complete = false;
    gcw_watch_set(GCW_WATCH_APPROACH, false);
    thr_cond_wake_all(&notify.changed);
    pal_mutex_unlock(&notify.lock);
}

/* ---- waits ---- */

struct wait {
    const bool *event;
    int32_t timeout_ms; /* -1: for ever */
    int32_t status;
};

/* Lock held. */
static int32_t
wait_locked(const struct wait *w)
{
    uint64_t asked = notify.asked, now = pal_time_ns();
    uint64_t end = w->timeout_ms < 0 ? UINT64_MAX : now + (uint64_t)w->timeout_ms * 1000000;

    if (!notify.percent)
        return NOT_APPLICABLE;
    while (!*w->event && notify.asked == asked) {
        now = pal_time_ns();
        if (now >= end)
            return TIMED_OUT;
        (void)thr_cond_wait(&notify.changed, &notify.lock,
                            w->timeout_ms < 0 ? THR_NEVER : end - now, false);
    }
    return notify.asked == asked ? SUCCEEDED : CANCELED;
}

static void
wait(void *context)
{
    struct wait *w = context;

    pal_mutex_lock(&notify.lock);
    w->status = wait_locked(w);
    pal_mutex_unlock(&notify.lock);
}

int32_t
RhWaitForFullGCApproach(int32_t timeout_ms)
{
    struct wait w = {&notify.approaching, timeout_ms, TIMED_OUT};

    thr_run_native(wait, &w);
    return w.status;
}

int32_t
RhWaitForFullGCComplete(int32_t timeout_ms)
{
    struct wait w = {&notify.complete, timeout_ms, TIMED_OUT};

    thr_run_native(wait, &w);
    return w.status;
}
