/* engine/thr_stop.c - stopping the world, and where stopped threads wait.
 * The stopper sets thr_stop_request, issues a process-wide barrier and raises every stack limit;
 * after that each thread either sees the request when it comes back from native code, or is still
 * managed and comes to a check (or is held by the stop signal, thr_signal.c). A thread that waits
 * has its old transition word, so its frames can be scanned.
 * Stoppers are in native state, so one that waits for THREADS counts as stopped for the other. */
#include "engine/thr_priv.h"

#include <errno.h>
#include <stdio.h>

_Atomic(uint32_t) thr_stop_request;
_Atomic(uint32_t) thr_entry_request;

/* Guarded by THREADS. */
static struct {
    uint64_t patience_ns;    /* until a thread that does not come is named; 0: PATIENCE_NS */
    _Atomic(uint64_t) owner; /* system's number of the thread that has stopped the world; 0: none */
    /* Whom the stopper sleeps for, and what it sleeps on. */
    _Atomic(const struct thr_thread *) wanted;
    _Atomic(uint32_t) arrivals;
    _Atomic(bool) standing; /* all threads stand */
} stop;

static const uint64_t PATIENCE_NS = 10000000000;

/* ---- the stopped ---- */

/* A short collection takes less time than falling asleep and waking up. Before all stand, others
 * may need this processor to come to their checks; with a single one the stopper needs it. */
static bool
is_soon_over(void)
{
    enum { STANDING_SPINS = 100, SPINS = 4000 };
    static _Atomic(unsigned) processors;
    unsigned i;

    if (atomic_load_explicit(&processors, memory_order_relaxed) == 0)
        atomic_store_explicit(&processors, pal_cpu_count(), memory_order_relaxed);
    if (atomic_load_explicit(&processors, memory_order_relaxed) == 1)
        return false;
    for (i = 0; i < SPINS; i++) {
        if (!(atomic_load(&thr_stop_request) & THR_REQUEST_STOP))
            return true;
        if (i > STANDING_SPINS && !atomic_load(&stop.standing))
            return false;
        __builtin_ia32_pause();
    }
    return false;
}

void
thr_wait_for_resume(void)
{
    uint32_t now;

    if (atomic_load(&stop.wanted) == corert_thread.thread) {
        atomic_fetch_add(&stop.arrivals, 1);
        pal_word_wake_all(&stop.arrivals);
    }
    if (is_soon_over())
        return;
    while ((now = atomic_load(&thr_stop_request)) & THR_REQUEST_STOP)
        pal_word_wait(&thr_stop_request, now);
}

/* Goes from `state` (native) to managed; waits while the world is stopped, but for the stopper
 * itself, whose collection calls managed code now and then (gc_world.c). errno survives, because
 * compiled code reads it after RhpPInvokeReturn. */
void
thr_become_managed(void *state)
{
    struct thread_block *tb = &corert_thread;
    int saved_errno = errno;

    for (;;) {
        atomic_store(&tb->transition, NULL); /* pairs with the barrier in thr_stop_world */
        if (!(atomic_load(&thr_stop_request) & THR_REQUEST_STOP) || thr_stopped_by_me())
            break;
        atomic_store(&tb->transition, state);
        thr_wait_for_resume();
    }
    errno = saved_errno;
}

/* `record` is where native code was entered, `here` where managed code goes on now: the
 * callee-saved registers may have changed in between. */
static void
return_to_managed(struct thr_transition *record, struct thr_transition *here,
                  void (*deliver)(struct thr_transition *here))
{
    int saved_errno = errno;

    thr_become_managed(record);
    deliver(here);
    errno = saved_errno;
}

void
thr_return_to_managed_slow(struct thr_transition *record, struct thr_transition *here)
{
    return_to_managed(record, here, thr_cancel_deliver);
}

void
thr_return_to_managed_calm(struct thr_transition *record, struct thr_transition *here)
{
    return_to_managed(record, here, thr_cancel_deliver_calm);
}

static void
wait_at(struct thr_transition *record)
{
    thr_entry_set(record);
    if (!(atomic_load(&thr_stop_request) & THR_REQUEST_STOP))
        return;
    atomic_store(&corert_thread.transition, (void *)record);
    thr_become_managed(record);
}

void
thr_poll_slow(struct thr_transition *record)
{
    if (thr_coro_is_on())
        thr_coro_poll(record, false);
    wait_at(record);
    thr_cancel_deliver(record);
}

void
thr_poll_calm(struct thr_transition *record)
{
    if (thr_coro_is_on())
        thr_coro_poll(record, true);
    wait_at(record);
    thr_cancel_deliver_calm(record);
}

/* ---- the stopper ---- */

void
thr_limit_raise(struct thr_thread *t)
{
    atomic_store(&t->block->slice_limit, UINTPTR_MAX);
    atomic_store(&t->block->stack_limit, UINTPTR_MAX);
    atomic_store(&t->block->wanted, UINTPTR_MAX);
}

/* Who asks sets the word first and then raises the limit; so either the word is seen here, or the
 * limit is raised after our store. */
void
thr_limit_reset(struct thr_thread *t)
{
    bool sliced = thr_coro_is_sliced(t);
    uintptr_t limit = sliced ? UINTPTR_MAX : t->stack_limit;

    atomic_store(&t->block->slice_limit, sliced ? t->stack_limit : UINTPTR_MAX);
    atomic_store(&t->block->stack_limit, limit);
    atomic_store(&t->block->wanted, limit == UINTPTR_MAX ? UINTPTR_MAX : 0);
    if ((atomic_load(&thr_stop_request) & THR_REQUEST_STOP) ||
        atomic_load(&t->cancel) != THR_CANCEL_NONE)
        thr_limit_raise(t);
}

/* Who it is, and where it was last known to be. */
static void
stuck_report(const struct thr_thread *t, uint64_t waited_ns)
{
    char line[256], doing[80];
    const struct thr_reverse_frame *entry =
        __atomic_load_n(&t->block->reverse_head, __ATOMIC_RELAXED);
    uintptr_t pc = atomic_load(&t->seen_pc);

    if (!thr_list.hooks.warn)
        return;
    pal_thread_state(t->os_id, doing, sizeof doing);
    /* The entry's frame may be left while we look; a stack of its own stays mapped because the thread
     * cannot detach now, so at worst the number is wrong. */
    if (t->strays)
        entry = NULL;
    snprintf(line, sizeof line, "thread %llu, %s, has not come to a check for %llu ms, %s %#llx",
             (unsigned long long)t->os_id, doing, (unsigned long long)(waited_ns / 1000000),
             pc ? "last seen at" : "entered managed code at",
             (unsigned long long)(pc      ? pc
                                  : entry ? entry->pc
                                          : 0));
    thr_list.hooks.warn(line);
}

/* All at once, after a moment in which most come to a check. */
static void
signal_the_others(const struct thr_thread *self)
{
    enum { SPINS = 200 };
    const struct thr_thread *t;
    unsigned i;

    for (i = 0; i < SPINS; i++)
        __builtin_ia32_pause();
    for (t = thr_list.first; t; t = t->next) {
        if (t != self && !atomic_load(&t->block->transition))
            thr_signal_send(t);
    }
}

/* A thread that comes to a check wakes us; one on its way into native code tells nobody, so that
 * we look again after a while. Spinning would keep a processor from the wanted one, and so would
 * yielding: the scheduler makes who yields wait its turn later. */
static void
wait_until_native(const struct thr_thread *t)
{
    enum { SPINS = 100, FIRST_SLEEP_NS = 50000, LONGEST_SLEEP_NS = 1000000 };
    uint64_t begin, named, sleep_ns = FIRST_SLEEP_NS;
    unsigned tries;

    for (tries = 0; tries < SPINS; tries++) {
        if (atomic_load(&t->block->transition))
            return;
        __builtin_ia32_pause();
    }
    begin = named = pal_time_ns();
    atomic_store(&stop.wanted, t);
    for (;;) {
        uint32_t arrivals = atomic_load(&stop.arrivals);

        if (atomic_load(&t->block->transition))
            break;
        pal_word_wait_ns(&stop.arrivals, arrivals, sleep_ns);
        if (atomic_load(&t->block->transition))
            break;
        if (thr_signal_is_used())
            thr_signal_send(t); /* its last one may have met the engine's own code */
        if (sleep_ns < LONGEST_SLEEP_NS)
            sleep_ns *= 2;
        if (pal_time_ns() - named >= (stop.patience_ns ? stop.patience_ns : PATIENCE_NS)) {
            named = pal_time_ns();
            stuck_report(t, named - begin);
        }
    }
    atomic_store(&stop.wanted, (const struct thr_thread *)NULL);
}

void
thr_stop_world(void)
{
    struct thr_thread *self = corert_thread.thread;
    struct thr_thread *t;

    CORERT_ASSERT(!self || corert_thread.transition != NULL);
    thr_list_lock();
    atomic_store(&stop.owner, pal_thread_id());
    atomic_store(&stop.standing, false);
    atomic_fetch_or(&thr_stop_request, THR_REQUEST_STOP);
    atomic_fetch_or(&thr_entry_request, THR_REQUEST_STOP);
    /* The others run on meanwhile: the barrier takes longer than their way to a check. */
    if (!pal_thread_barrier())
        pal_fail_fast("the system has no process-wide memory barrier");
    for (t = thr_list.first; t; t = t->next)
        thr_limit_raise(t);
    if (thr_signal_is_used())
        signal_the_others(self);
    for (t = thr_list.first; t; t = t->next) {
        if (t != self)
            wait_until_native(t);
    }
    atomic_store(&stop.standing, true);
}

void
thr_resume_world(void)
{
    struct thr_thread *t;

    atomic_fetch_and(&thr_entry_request, ~(uint32_t)THR_REQUEST_STOP);
    atomic_fetch_and(&thr_stop_request, ~(uint32_t)THR_REQUEST_STOP);
    for (t = thr_list.first; t; t = t->next)
        thr_limit_reset(t);
    atomic_store(&stop.owner, 0);
    pal_word_wake_all(&thr_stop_request);
    thr_list_unlock();
}

bool
thr_world_is_stopped(void)
{
    return (atomic_load(&thr_stop_request) & THR_REQUEST_STOP) != 0;
}

bool
thr_stopped_by_me(void)
{
    return atomic_load(&stop.owner) == pal_thread_id();
}

void
thr_stop_patience_set(uint64_t ns)
{
    stop.patience_ns = ns;
}

void
thr_for_each(bool (*visit)(struct thr_thread *thread, void *context), void *context)
{
    bool locked = !thr_stopped_by_me();
    struct thr_thread *t;

    if (locked)
        thr_list_lock();
    for (t = thr_list.first; t && visit(t, context); t = t->next)
        ;
    if (locked)
        thr_list_unlock();
}

void
thr_run_native(void (*function)(void *context), void *context)
{
    if (corert_thread.transition)
        function(context);
    else
        thr_run_native_spilled(function, context);
}
