/* engine/thr_signal.c - the host's stop signal: a thread is stopped anywhere in compiled code.
 * The handler holds a thread only in managed state with its pc in a module's code, never in the
 * engine's: the stores that enter and leave managed state are the engine's, or they are single. It
 * publishes a transition record like a check's, so everybody else sees a thread that came to one;
 * the registers that calls would have saved are in struct thr_held.
 * Runs with all signals blocked: no lock, no allocation, only what is async-signal-safe. */
#include "engine/thr_priv.h"

#include "engine/eh.h"

static _Atomic(int) number; /* 0: none */

static void
held_fill(struct thr_held *held, const struct pal_interrupted *at)
{
    held->transition = (struct thr_transition){.reverse = corert_thread.reverse_head,
                                               .pc = at->pc,
                                               .rsp = at->rsp,
                                               .rbp = at->rbp,
                                               .rbx = at->rbx,
                                               .r12 = at->r12_to_r15[0],
                                               .r13 = at->r12_to_r15[1],
                                               .r14 = at->r12_to_r15[2],
                                               .r15 = at->r12_to_r15[3]};
    held->registers_low = (uintptr_t)at->registers;
    held->registers_high = held->registers_low + at->register_bytes;
    held->vectors_low = (uintptr_t)at->vectors;
    held->vectors_high = held->vectors_low + at->vector_bytes;
}

static void
interrupted(const struct pal_interrupted *at)
{
    struct thread_block *tb = &corert_thread;
    struct thr_thread *t = tb->thread;
    struct thr_held held;

    if (!t)
        return;
    atomic_store_explicit(&t->seen_pc, at->pc, memory_order_relaxed);
    if (atomic_load(&tb->transition) != NULL || !thr_world_is_stopped() || !eh_module_find(at->pc))
        return;
    held_fill(&held, at);
    atomic_store(&t->held, &held);
    atomic_store(&tb->transition, (void *)&held.transition);
    thr_wait_for_resume();
    thr_become_managed(&held.transition);
    atomic_store(&t->held, (const struct thr_held *)NULL);
}

enum pal_status
thr_signal_start(int wanted)
{
    enum pal_status status = pal_signal_take(wanted, interrupted);

    if (status == PAL_OK)
        atomic_store(&number, wanted);
    return status;
}

void
thr_signal_stop(void)
{
    int used = atomic_exchange(&number, 0);

    if (used)
        pal_signal_give_back(used);
}

bool
thr_signal_is_used(void)
{
    return atomic_load_explicit(&number, memory_order_relaxed) != 0;
}

/* A thread that blocks the signal is stopped by its checks, as without it. */
void
thr_signal_send(const struct thr_thread *thread)
{
    (void)pal_signal_send(thread->os_id, atomic_load_explicit(&number, memory_order_relaxed));
}

void
thr_signal_allow(void)
{
    if (thr_signal_is_used())
        pal_signal_allow(number);
}
