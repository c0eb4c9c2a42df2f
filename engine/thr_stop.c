/* engine/thr_stop.c - stopping the world, and where stopped threads wait.
 * The stopper sets thr_stop_request, raises every stack limit and issues a process-wide barrier;
 * after it each thread either sees the request when it comes back from native code, or is still
 * managed and comes to a check. A thread that waits has its old transition word, so its frames can
 * be scanned. */
#include "engine/thr_priv.h"

#include <errno.h>

_Atomic(uint32_t) thr_stop_request;

static struct {
    struct pal_mutex lock; /* THREAD_STOP, taken after THREADS */
    struct pal_cond resumed;
} stop;

static void
wait_for_resume(void)
{
    pal_mutex_lock(&stop.lock);
    while (atomic_load(&thr_stop_request))
        pal_cond_wait(&stop.resumed, &stop.lock);
    pal_mutex_unlock(&stop.lock);
}

/* Goes from `state` (native) to managed; waits while the world is stopped. errno survives, because
 * compiled code reads it after RhpPInvokeReturn. */
static void
become_managed(void *state)
{
    struct thread_block *tb = &corert_thread;
    int saved_errno = errno;

    for (;;) {
        atomic_store(&tb->transition, NULL); /* pairs with the barrier in thr_stop_world */
        if (!atomic_load(&thr_stop_request))
            break;
        atomic_store(&tb->transition, state);
        wait_for_resume();
    }
    errno = saved_errno;
}

void
thr_return_to_managed_slow(struct thr_transition *record)
{
    become_managed(record);
}

void
thr_poll_slow(struct thr_transition *record)
{
    record->reverse = corert_thread.reverse_head;
    atomic_store(&corert_thread.transition, (void *)record);
    become_managed(record);
}

void
thr_limit_slow(struct thr_transition *record)
{
    struct thr_thread *t = corert_thread.thread;

    if (t && record->rsp < t->stack_limit)
        pal_fail_fast("stack overflow in managed code");
    if (atomic_load(&thr_stop_request))
        thr_poll_slow(record);
}

static bool
request_one(struct thr_thread *t)
{
    atomic_store(&t->block->stack_limit, UINTPTR_MAX);
    return true;
}

/* Looks again and again: a thread on its way into native code tells nobody. */
static void
wait_until_native(const struct thr_thread *t)
{
    unsigned tries = 0;

    while (!atomic_load(&t->block->transition)) {
        if (++tries < 100)
            __builtin_ia32_pause();
        else if (tries < 200)
            pal_thread_yield();
        else
            pal_thread_sleep_ns(20000);
    }
}

void
thr_stop_world(void)
{
    struct thr_thread *self = corert_thread.thread;
    struct thr_thread *t;

    pal_mutex_lock(&thr_list.lock);
    atomic_store(&thr_stop_request, 1);
    for (t = thr_list.first; t; t = t->next)
        request_one(t);
    if (!pal_thread_barrier())
        pal_fail_fast("the system has no process-wide memory barrier");
    for (t = thr_list.first; t; t = t->next) {
        if (t != self)
            wait_until_native(t);
    }
}

void
thr_resume_world(void)
{
    struct thr_thread *t;

    for (t = thr_list.first; t; t = t->next)
        atomic_store(&t->block->stack_limit, t->stack_limit);
    pal_mutex_lock(&stop.lock);
    atomic_store(&thr_stop_request, 0);
    pal_cond_wake_all(&stop.resumed);
    pal_mutex_unlock(&stop.lock);
    pal_mutex_unlock(&thr_list.lock);
}

bool
thr_world_is_stopped(void)
{
    return atomic_load(&thr_stop_request) != 0;
}

void
thr_for_each(bool (*visit)(struct thr_thread *thread, void *context), void *context)
{
    bool locked = !thr_world_is_stopped();
    struct thr_thread *t;

    if (locked)
        pal_mutex_lock(&thr_list.lock);
    for (t = thr_list.first; t && visit(t, context); t = t->next)
        ;
    if (locked)
        pal_mutex_unlock(&thr_list.lock);
}

void
thr_run_native(void (*function)(void *context), void *context)
{
    if (corert_thread.transition)
        function(context);
    else
        thr_run_native_spilled(function, context);
}
