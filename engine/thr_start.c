/* engine/thr_start.c - threads that managed code starts (Thread.Start, the pool, timers).
 * The host makes them where it has said so, else we do, or they are coroutines (thr_coro.c); all run
 * the same function once. */
#include "engine/thr_priv.h"

/* Owned by the new thread. */
struct start {
    void *(*entry)(void *argument); /* the class library's ThreadEntryPoint */
    void *argument;
    struct answer *answer; /* NULL: we did not make the thread, or nobody waits */
};

/* On the starter's stack: whether there was memory to attach. */
struct answer {
    struct pal_mutex lock;
    struct pal_cond changed;
    bool given, attached;
};

enum { ATTACH_TRIES = 100 /* a millisecond apart */ };

static _Atomic(size_t) starting;

size_t
thr_starting_count(void)
{
    return atomic_load(&starting);
}

void
thr_start_reset(void)
{
    atomic_store(&starting, 0);
}

static void
answer_give(struct answer *answer, bool attached)
{
    pal_mutex_lock(&answer->lock);
    answer->given = true;
    answer->attached = attached;
    pal_cond_wake_one(&answer->changed);
    pal_mutex_unlock(&answer->lock);
}

static bool
answer_wait(struct answer *answer)
{
    pal_mutex_lock(&answer->lock);
    while (!answer->given)
        pal_cond_wait(&answer->changed, &answer->lock);
    pal_mutex_unlock(&answer->lock);
    return answer->attached;
}

/* The starter of a thread of the host's or of a coroutine spins until that is there: then giving up is
 * not possible. */
static bool
attach(const struct answer *answer)
{
    for (unsigned i = 0; !thr_attach(); i++) {
        if (answer && i == ATTACH_TRIES)
            return false;
        if (thr_coro_is_mine())
            thr_coro_yield();
        pal_thread_sleep_ns(1000000);
    }
    return true;
}

static void
run(void *opaque)
{
    struct start start = *(struct start *)opaque;
    bool ours = start.answer != NULL, attached;

    pal_free(opaque);
    if (ours)
        thr_signal_allow();
    attached = attach(start.answer);
    if (attached) {
        corert_thread.thread->ours = ours;
        atomic_store(&corert_thread.thread->managed, true);
        atomic_fetch_sub(&starting, 1); /* from here on the list counts us */
    }
    if (ours)
        answer_give(start.answer, attached);
    if (!attached)
        return;
    start.entry(start.argument);
    thr_detach();
}

/* Less than the system's minimum is allowed to ask for, and less than this would not do. */
static size_t
stack_size(intptr_t wanted)
{
    enum { LEAST = 128 * 1024 };

    return wanted <= 0 ? 0 : wanted < LEAST ? LEAST : (size_t)wanted;
}

/* false: `start` is still the caller's. */
static bool
make_thread(struct start *start, size_t stack_bytes, const char *name, struct answer *answer)
{
    struct pal_thread *thread;

    if (thr_coro_is_on())
        return thr_coro_new(run, start, stack_bytes);
    if (thr_list.hooks.thread_start)
        return thr_list.hooks.thread_start(thr_list.hooks.context, run, start, stack_bytes, name) == 0;
    start->answer = answer;
    if (pal_thread_start(&thread, run, start, stack_bytes, name) != PAL_OK)
        return false;
    pal_thread_detach(thread);
    return true;
}

int32_t
RhThreadCreate(intptr_t stack_bytes, void *entry, void *argument, const char *name)
{
    struct start *start = pal_alloc_zero(sizeof *start);
    struct answer answer = {.given = false};

    if (!start)
        return 0;
    __builtin_memcpy(&start->entry, &entry, sizeof entry);
    start->argument = argument;
    atomic_fetch_add(&starting, 1); /* before the look: shutdown closes first and then counts */
    if (!thr_is_closing() && make_thread(start, stack_size(stack_bytes), name && *name ? name : ".NET thread", &answer)) {
        start = NULL;
        if (thr_coro_is_on() || thr_list.hooks.thread_start || answer_wait(&answer))
            return 1;
    }
    atomic_fetch_sub(&starting, 1);
    pal_free(start);
    return 0;
}

void
RhThreadName(const char *name)
{
    if (corert_thread.thread->ours)
        pal_thread_name(*name ? name : ".NET thread");
}
