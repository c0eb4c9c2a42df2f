/* engine/thr_rh.c - the class library's thread functions (contract/runtime.md 1.6). */
#include "engine/thr_priv.h"

void
RhSetThreadExitCallback(void (*callback)(void))
{
    thr_list.exit_callback = callback;
}

uint64_t
RhCurrentOSThreadId(void)
{
    const struct thr_thread *t = corert_thread.thread;

    /* Coroutines of one system thread must differ. */
    return t ? t->os_id | (uint64_t)t->coroutine << 32 : pal_thread_id();
}

int32_t
RhYield(void)
{
    if (thr_coro_is_mine() && !thr_stopped_by_me())
        thr_coro_yield();
    else
        pal_thread_yield();
    return 1;
}

/* One iteration is meant to last about 37 ns on every machine; the pause instruction alone takes
 * from 3 to 50. Returns how many of them make one. */
static uint32_t
pauses_per_iteration(void)
{
    enum { SAMPLE = 256, WANTED_NS = 37 };
    static _Atomic(uint32_t) measured;
    uint32_t result = atomic_load_explicit(&measured, memory_order_relaxed);
    uint64_t start, ns;
    unsigned i;

    if (result)
        return result;
    start = pal_time_ns();
    for (i = 0; i < SAMPLE; i++)
        __builtin_ia32_pause();
    ns = pal_time_ns() - start;
    result = ns ? (uint32_t)(WANTED_NS * SAMPLE / ns) : 8;
    result = result < 1 ? 1 : result > 16 ? 16 : result;
    atomic_store_explicit(&measured, result, memory_order_relaxed);
    return result;
}

static void
pause_for(int32_t iterations)
{
    uint64_t pauses = iterations > 0 ? (uint64_t)iterations * pauses_per_iteration() : 0;

    while (pauses--)
        __builtin_ia32_pause();
}

static void
yield_in_native(void *unused)
{
    (void)unused;
    thr_coro_yield();
}

/* May be called in managed state. What a coroutine spins for, another one has to do. */
void
RhSpinWait(int32_t iterations)
{
    if (thr_coro_is_mine() && !thr_stopped_by_me())
        thr_run_native(yield_in_native, NULL);
    else
        pause_for(iterations);
}

uint64_t
RhpGetTickCount64(void)
{
    return pal_time_ms();
}

void **
RhGetThreadStaticStorage(void)
{
    return &corert_thread.thread_statics;
}

void
RhFlushProcessWriteBuffers(void)
{
    if (!pal_thread_barrier())
        pal_fail_fast("the system has no process-wide memory barrier");
}
