/* engine/thr_wait.c - locks and conditions on which a coroutine can wait.
 * The driver must never sleep in a lock or condition that another of its own contexts would free,
 * so there its contexts wait in a table keyed by the object's address; a system thread waits in the
 * object itself. Who unlocks or wakes looks at both. A context that waits for a lock is in the
 * table before it tries the lock again, and an unlocker looks at the table after it has unlocked,
 * so none is missed. */
#include "engine/thr_coro.h"
#include "engine/thr_priv.h"

enum { BUCKETS = 64 };

/* Guarded by the scheduler's lock. */
static struct {
    struct thr_waiter *bucket[BUCKETS];
    struct thr_waiter *soonest, *latest; /* of those with a time */
    _Atomic(size_t) count;               /* read without the lock: 0 is nearly always the answer */
} table;

static struct thr_waiter **
bucket_of(const void *key)
{
    return &table.bucket[(uintptr_t)key / sizeof(struct pal_cond) % BUCKETS];
}

/* ---- the table ---- */

/* Times mostly come in their order. */
static void
timed_add(struct thr_waiter *w)
{
    struct thr_waiter *before = table.latest;

    while (before && before->end_ns > w->end_ns)
        before = before->sooner;
    w->sooner = before;
    w->later = before ? before->later : table.soonest;
    if (before)
        before->later = w;
    else
        table.soonest = w;
    if (w->later)
        w->later->sooner = w;
    else
        table.latest = w;
}

static void
timed_remove(struct thr_waiter *w)
{
    if (w->sooner)
        w->sooner->later = w->later;
    else
        table.soonest = w->later;
    if (w->later)
        w->later->sooner = w->sooner;
    else
        table.latest = w->sooner;
}

/* At the end of its bucket, so that who waits longest is woken first. */
static void
waiter_add(struct thr_waiter *w)
{
    struct thr_waiter **link = bucket_of(w->key), *last = NULL;

    while (*link) {
        last = *link;
        link = &last->next;
    }
    *link = w;
    w->prev = last;
    w->next = NULL;
    w->state = THR_WAITS;
    if (w->end_ns != THR_NEVER)
        timed_add(w);
    atomic_fetch_add(&table.count, 1);
}

static void
waiter_remove(struct thr_waiter *w)
{
    if (w->prev)
        w->prev->next = w->next;
    else
        *bucket_of(w->key) = w->next;
    if (w->next)
        w->next->prev = w->prev;
    if (w->end_ns != THR_NEVER)
        timed_remove(w);
    atomic_fetch_sub(&table.count, 1);
}

void
thr_waiter_end(struct thr_waiter *w, enum thr_wait_end how)
{
    waiter_remove(w);
    w->state = how;
    thr_coro_ready(w->who);
}

void
thr_waiters_expire(uint64_t now_ns)
{
    while (table.soonest && table.soonest->end_ns <= now_ns)
        thr_waiter_end(table.soonest, THR_WAIT_OVER);
}

uint64_t
thr_waiters_due(void)
{
    return table.soonest ? table.soonest->end_ns : THR_NEVER;
}

/* Wakes at most `most` contexts that wait for `key`; true: some. */
static bool
wake(const void *key, size_t most)
{
    struct thr_waiter *w, *next;
    size_t woken = 0;

    atomic_thread_fence(memory_order_seq_cst); /* what the caller did before the look; see above */
    if (!atomic_load_explicit(&table.count, memory_order_relaxed))
        return false;
    thr_coro_lock();
    for (w = *bucket_of(key); w && woken < most; w = next) {
        next = w->next;
        if (w->key != key)
            continue;
        thr_waiter_end(w, THR_WOKEN);
        woken++;
    }
    thr_coro_unlock();
    if (woken)
        thr_coro_nudge();
    return woken > 0;
}

/* ---- locks ---- */

/* The lock is held by another context or by a system thread. True: it is ours now. */
static bool
lock_wait(struct pal_mutex *m)
{
    struct thr_waiter w = {.key = m, .who = thr_coro_current(), .end_ns = THR_NEVER};
    bool taken;

    thr_coro_lock();
    waiter_add(&w);
    taken = pal_mutex_try_lock(m);
    if (taken)
        waiter_remove(&w);
    thr_coro_unlock();
    if (!taken)
        thr_coro_block(&w);
    return taken;
}

void
thr_lock(struct pal_mutex *m)
{
    if (!thr_coro_is_mine())
        pal_mutex_lock(m);
    else if (!pal_mutex_try_lock(m)) {
        while (!lock_wait(m) && !pal_mutex_try_lock(m))
            ;
    }
}

void
thr_unlock(struct pal_mutex *m)
{
    pal_mutex_unlock(m);
    if (thr_coro_is_on())
        (void)wake(m, 1);
}

/* ---- conditions ---- */

static enum thr_wait_end
wait_in_system(struct pal_cond *c, struct pal_mutex *m, uint64_t timeout_ns)
{
    if (timeout_ns != THR_NEVER)
        return pal_cond_wait_ns(c, m, timeout_ns) ? THR_WOKEN : THR_WAIT_OVER;
    pal_cond_wait(c, m);
    return THR_WOKEN;
}

static uint64_t
time_after(uint64_t ns)
{
    uint64_t now = pal_time_ns();

    return ns < THR_NEVER - now ? now + ns : THR_NEVER;
}

enum thr_wait_end
thr_cond_wait(struct pal_cond *c, struct pal_mutex *m, uint64_t timeout_ns, bool may_fail)
{
    struct thr_waiter w = {.key = c, .may_fail = may_fail};

    if (!thr_coro_is_mine())
        return wait_in_system(c, m, timeout_ns);
    w.who = thr_coro_current();
    w.end_ns = timeout_ns == THR_NEVER ? THR_NEVER : time_after(timeout_ns);
    thr_coro_lock();
    waiter_add(&w);
    thr_coro_unlock();
    thr_unlock(m);
    thr_coro_block(&w);
    thr_lock(m);
    return w.state;
}

void
thr_cond_wake_one(struct pal_cond *c)
{
    if (!thr_coro_is_on() || !wake(c, 1))
        pal_cond_wake_one(c);
}

void
thr_cond_wake_all(struct pal_cond *c)
{
    if (thr_coro_is_on())
        (void)wake(c, SIZE_MAX);
    pal_cond_wake_all(c);
}
