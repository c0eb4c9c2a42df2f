/* engine/thr_start.c - threads that managed code starts (Thread.Start, the pool, timers).
 * The host makes them where it has said so, else we do, or they are coroutines (thr_coro.c); all run
 * the same function once. */
#include "engine/thr_priv.h"

/* Owned by the new thread. */
struct start {
    void *(*entry)(void *argument); /* the class library's ThreadEntryPoint */
    void *argument;
    bool ours; /* we made the thread */
};

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
run(void *opaque)
{
    struct start start = *(struct start *)opaque;

    pal_free(opaque);
    if (start.ours)
        thr_signal_allow();
    /* Who started us spins until we are there, so giving up is not possible. */
    while (!thr_attach()) {
        if (thr_coro_is_mine())
            thr_coro_yield();
        pal_thread_sleep_ns(1000000);
    }
    atomic_store(&corert_thread.thread->managed, true);
    atomic_fetch_sub(&starting, 1); /* from here on the list counts us */
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

static bool
make_thread(struct start *start, size_t stack_bytes)
{
    struct pal_thread *thread;

    if (thr_coro_is_on())
        return thr_coro_new(run, start, stack_bytes);
    if (thr_list.hooks.thread_start)
        return thr_list.hooks.thread_start(thr_list.hooks.context, run, start, stack_bytes,
                                           ".NET thread") == 0;
    start->ours = true;
    if (pal_thread_start(&thread, run, start, stack_bytes, ".NET thread") != PAL_OK)
        return false;
    pal_thread_detach(thread);
    return true;
}

int32_t
RhThreadCreate(intptr_t stack_bytes, void *entry, void *argument)
{
    struct start *start = pal_alloc_zero(sizeof *start);

    if (!start)
        return 0;
    __builtin_memcpy(&start->entry, &entry, sizeof entry);
    start->argument = argument;
    atomic_fetch_add(&starting, 1); /* before the look: shutdown closes first and then counts */
    if (!thr_is_closing() && make_thread(start, stack_size(stack_bytes)))
        return 1;
    atomic_fetch_sub(&starting, 1);
    pal_free(start);
    return 0;
}
