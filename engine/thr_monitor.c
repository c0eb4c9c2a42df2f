/* engine/thr_monitor.c - the lock and condition under the class library's waits.
 * The same as its own shim has, but a thread that must end can be woken: a waiting thread publishes
 * its monitor. Memory of monitors is given back at shutdown only, so that who wakes may look at one
 * that has just been destroyed; at worst somebody wakes for no reason. */
#include "engine/thr_priv.h"

struct thr_monitor {
    struct pal_mutex lock;
    struct pal_cond changed;
    struct thr_monitor *next_free; /* guarded by pool.lock */
    struct thr_monitor *next;      /* of all; guarded by pool.lock */
};

static struct {
    struct pal_mutex lock;
    struct thr_monitor *all; /* owned */
    struct thr_monitor *free;
} pool;

struct thr_monitor *
RhMonitorCreate(void)
{
    struct thr_monitor *m;

    pal_mutex_lock(&pool.lock);
    m = pool.free;
    if (m)
        pool.free = m->next_free;
    pal_mutex_unlock(&pool.lock);
    if (m)
        return m;
    m = pal_alloc_zero(sizeof *m);
    if (!m)
        return NULL;
    pal_mutex_lock(&pool.lock);
    m->next = pool.all;
    pool.all = m;
    pal_mutex_unlock(&pool.lock);
    return m;
}

void
RhMonitorDestroy(struct thr_monitor *m)
{
    pal_mutex_lock(&pool.lock);
    m->next_free = pool.free;
    pool.free = m;
    pal_mutex_unlock(&pool.lock);
}

void
thr_monitor_free_all(void)
{
    while (pool.all) {
        struct thr_monitor *m = pool.all;

        pool.all = m->next;
        pal_free(m);
    }
    pool.free = NULL;
}

void
RhMonitorAcquire(struct thr_monitor *m)
{
    thr_lock(&m->lock);
}

void
RhMonitorRelease(struct thr_monitor *m)
{
    thr_unlock(&m->lock);
}

void
RhMonitorSignalRelease(struct thr_monitor *m)
{
    thr_cond_wake_one(&m->changed);
    thr_unlock(&m->lock);
}

/* 1, 0 or THR_MONITOR_DEADLOCK, as RhMonitorWait. */
static int32_t
wait(struct thr_monitor *m, int32_t timeout_ms, bool may_fail)
{
    uint64_t ns = timeout_ms < 0 ? THR_NEVER : (uint64_t)timeout_ms * 1000000;
    enum thr_wait_end end = thr_cond_wait(&m->changed, &m->lock, ns, may_fail);

    return end == THR_WAIT_DEADLOCK ? THR_MONITOR_DEADLOCK : end == THR_WOKEN;
}

/* Waits no longer than until the thread's deadline, at which it is asked to end. */
static int32_t
wait_until_deadline(struct thr_monitor *m, int32_t timeout_ms, uint64_t deadline_ns)
{
    uint64_t now = pal_time_ns();
    uint64_t left_ms = deadline_ns > now ? (deadline_ns - now) / 1000000 + 1 : 0;
    int32_t woken = 0;

    if (!deadline_ns || (timeout_ms >= 0 && (uint64_t)timeout_ms <= left_ms))
        return wait(m, timeout_ms, true);
    if (left_ms)
        woken = wait(m, left_ms > INT32_MAX ? INT32_MAX : (int32_t)left_ms, false);
    if (!woken)
        thr_cancel_self(THR_CANCEL_ASKED);
    return woken;
}

int32_t
RhMonitorWait(struct thr_monitor *m, int32_t timeout_ms, int32_t can_cancel)
{
    struct thr_thread *t = corert_thread.thread;
    int32_t woken = 0;
    bool cancelled;

    if (!can_cancel || !t)
        return wait(m, timeout_ms, false);
    atomic_store(&t->waits, m); /* before the look; pairs with thr_cancel_nudge */
    cancelled = thr_cancel_wanted();
    if (!cancelled)
        woken = wait_until_deadline(m, timeout_ms, t->deadline_ns);
    atomic_store(&t->waits, (struct thr_monitor *)NULL);
    if (cancelled)
        return THR_MONITOR_END;
    return thr_cancel_wanted() ? THR_MONITOR_WOKEN_END : woken;
}

/* Looks often while something happens, and ever less often when nothing does. */
int32_t
RhDescriptorWait(int32_t descriptor)
{
    const uint64_t shortest_ns = 500000, longest_ns = 16000000;
    struct pal_mutex lock = {{0}};
    struct pal_cond never = {{0}};
    uint64_t ns = shortest_ns;

    if (!thr_coro_is_mine())
        return 0;
    while (!pal_descriptor_is_ready(descriptor)) {
        if (thr_cancel_wanted())
            return -1;
        pal_mutex_lock(&lock);
        (void)thr_cond_wait(&never, &lock, ns, false);
        pal_mutex_unlock(&lock);
        ns = ns < longest_ns ? 2 * ns : ns;
    }
    return 0;
}

/* A monitor that is held is tried again: its holder may itself wait for THREADS, which we hold. */
bool
thr_monitor_nudge(struct thr_monitor *m)
{
    if (!pal_mutex_try_lock(&m->lock))
        return false;
    thr_cond_wake_all(&m->changed);
    thr_unlock(&m->lock);
    return true;
}
