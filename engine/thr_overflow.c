/* engine/thr_overflow.c - the slow path of the one check, and stack overflow as an exception.
 * A thread's limit lies some way above the end of its stack. Who comes to it gets
 * InsufficientExecutionStackException; meanwhile, and in handlers close to the limit, a part of the
 * reserve may be used: the limit is lowered twice at most. Behind the last one only the engine's own
 * C code runs, which throws an exception made in advance. */
#include "engine/eh_priv.h"
#include "engine/rh.h"
#include "engine/thr_priv.h"

#include <cpuid.h>

enum {
    RESERVE = 128 * 1024, /* of usual stacks: room for class library calls and handlers */
    RESERVE_LEAST = 24 * 1024,
    FLOOR_LEAST = 12 * 1024, /* RhpLimitSlow, the throw and libc */
    LEVELS = 2,
    STACK_MOST = 256 * 1024 * 1024,
    LIBRARY_MARGIN = 128 * 1024, /* what the library's own test adds to the low bound */
};

uint32_t thr_vector_mask;

/* What RhpLimitSlow has to save: the vector parts of XSAVE that the system uses; 0: it has none and
 * FXSAVE does. The standard format of these ends at byte 2688. */
static uint32_t
vector_mask(void)
{
    enum { XSAVE_USED = 1 << 27, VECTOR_PARTS = 0xE6 }; /* SSE, AVX, AVX-512 */
    uint32_t a, b, c, d, low, high;

    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & XSAVE_USED))
        return 0;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low & VECTOR_PARTS;
}

/* ---- the limits ------------------------------------------------------------------------------ */

static uintptr_t
reserve_of(const struct thr_thread *t)
{
    uintptr_t size = t->stack_high - t->stack_low, reserve = size / 4;

    if (reserve < RESERVE_LEAST)
        reserve = RESERVE_LEAST;
    if (reserve > RESERVE)
        reserve = RESERVE;
    return reserve > size / 2 ? size / 2 : reserve;
}

static uintptr_t
limit_at(const struct thr_thread *t, unsigned level)
{
    uintptr_t reserve = reserve_of(t), floor = reserve / 4;

    if (floor < FLOOR_LEAST)
        floor = FLOOR_LEAST < reserve / 2 ? FLOOR_LEAST : reserve / 2;
    return t->stack_low + reserve - (reserve - floor) * level / LEVELS;
}

void
thr_overflow_attach(struct thr_thread *t)
{
    uintptr_t here = (uintptr_t)&t;
    void *low, *high;

    __atomic_store_n(&thr_vector_mask, vector_mask(), __ATOMIC_RELAXED);
    if (!thr_coro_stack(&t->home_low, &t->home_high)) {
        if (!pal_thread_stack(&low, &high))
            return; /* all 0: no overflow check */
        t->home_low = (uintptr_t)low;
        t->home_high = (uintptr_t)high;
        /* Without a limit of the system a runaway recursion would take all memory first. */
        if (here > t->home_low && here < t->home_high && here - t->home_low > STACK_MOST)
            t->home_low = here - STACK_MOST;
    }
    t->stack_low = t->home_low;
    t->stack_high = t->home_high;
    t->stack_limit = limit_at(t, 0);
}

void
thr_overflow_begin(struct thr_thread *t)
{
    t->overflow_level = 0;
    t->stack_limit = limit_at(t, 0);
}

/* With a lowered limit every check comes here, so that the first one high enough restores it: the
 * return from a handler tells nobody. */
static void
level_set(struct thr_thread *t, unsigned level)
{
    t->overflow_level = (uint8_t)level;
    t->stack_limit = level ? UINTPTR_MAX : limit_at(t, 0);
    thr_limit_reset(t);
}

static bool
is_far_enough(const struct thr_thread *t, uintptr_t rsp)
{
    return rsp >= limit_at(t, 0) + reserve_of(t) / 2;
}

/* The class library calls the stack sufficient down to LIBRARY_MARGIN above the low bound; that is
 * to be some way before the check fails. */
void
RhGetCurrentThreadStackBounds(void **low, void **high)
{
    const struct thr_thread *t = corert_thread.thread;
    uintptr_t least;

    *low = *high = NULL;
    if (!t || !t->stack_high)
        return;
    least = limit_at(t, 0) + reserve_of(t) / 2;
    *low = (void *)(least - LIBRARY_MARGIN);
    *high = (void *)t->stack_high;
}

/* ---- the exception --------------------------------------------------------------------------- */

static noreturn void
overflow_throw(struct thr_thread *t, struct thr_transition *record)
{
    const void *make = rh_insufficient_stack_maker();
    struct eh_call_result result = {0, NULL};

    if (t->overflow_level < LEVELS) {
        level_set(t, t->overflow_level + 1u);
        if (make)
            result = eh_call_managed(record, make, 0, 0, 0, 0);
    }
    if (!result.value || result.exception)
        result.value = (uintptr_t)*rh_preallocated(RH_INSUFFICIENT_STACK);
    if (!result.value)
        pal_fail_fast("stack overflow in managed code");
    eh_throw_from(record, (void *)result.value, EH_OVERFLOW);
}

/* Without memory to note it, a thread may be on another stack than the one the limits are of. */
static bool
is_overflow(const struct thr_thread *t, uintptr_t rsp, uintptr_t need)
{
    if (rsp < t->stack_low || rsp >= t->stack_high)
        return false;
    return rsp < limit_at(t, t->overflow_level) ||
           rsp - limit_at(t, t->overflow_level) < need;
}

/* In managed code; `record`: where it goes on. Returns if it may. */
void
thr_limit_slow(struct thr_transition *record, uintptr_t need)
{
    struct thr_thread *t = corert_thread.thread;

    if (!t || atomic_load(&corert_thread.transition))
        return; /* native code made by corertc: its way into managed code looks by itself */
    if (need == THR_NEED_LIBRARY)
        thr_poll_calm(record);
    else
        thr_poll_slow(record);
    need = need == THR_NEED_LIBRARY ? 0 : need;
    (void)thr_stack_switch(record->rsp);
    if (t->overflow_level && is_far_enough(t, record->rsp))
        level_set(t, 0);
    thr_limit_reset(t);
    if (is_overflow(t, record->rsp, need))
        overflow_throw(t, record);
}
