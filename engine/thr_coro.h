/* engine/thr_coro.h - the mode without threads: managed threads as coroutines of one host thread.
 * The host's thread that started the engine is the *driver*. Its own stack is one context, every
 * managed thread is another with a stack of its own; exactly one of them is current, and the thread
 * block in the driver's TLS is the current one's (the others' lie in their struct thr_coro). A
 * context is left in native state only, so a collection sees it as a thread that waits in the
 * system. Other threads of the host may run managed code too; they wait as always.
 * Out of this mode thr_lock and the thr_cond_* functions are the pal_ ones. */
#ifndef CORERT_ENGINE_THR_CORO_H
#define CORERT_ENGINE_THR_CORO_H

#include "engine/thread_block.h"
#include "pal/pal.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define THR_NEVER UINT64_MAX

struct thr_coro;
struct thr_thread;

/* ---- the mode ---- */
/* The calling thread becomes the driver. No managed thread exists. contract: preempt */
void thr_coro_start(void);
/* No coroutine is left; gives back what they used. */
void thr_coro_stop(void);
bool thr_coro_is_on(void);
/* The calling thread is the driver: where it would wait, others run. */
bool thr_coro_is_mine(void);
/* The driver runs a coroutine now, not its own stack. Driver only. */
bool thr_coro_is_inside(void);

/* ---- coroutines ---- */
/* A coroutine that calls `run(argument)` when it gets its turn, with a stack of its own; 0 bytes:
 * the default. false: no memory. contract: preempt, any thread */
bool thr_coro_new(void (*run)(void *argument), void *argument, size_t stack_bytes);
/* The bounds of the current coroutine's stack; false: the caller is on no coroutine. */
bool thr_coro_stack(uintptr_t *low, uintptr_t *high);
/* A number for the caller's context, 0 for a system thread's own stack. */
uint32_t thr_coro_number(void);
/* Lets others run that can. contract: preempt */
void thr_coro_yield(void);
/* In a check of managed code that goes on at `record`: yields if the time slice is over.
 * contract: coop */
void thr_coro_poll(struct thr_transition *record, bool in_library);
/* The checks of `t`, which is current or whose block is not in use, look at the time. THREADS held
 * or own thread. */
bool thr_coro_is_sliced(const struct thr_thread *t);

/* What a turn of the driver left behind. */
struct thr_coro_left {
    size_t ready;    /* contexts that could go on at once */
    uint64_t due_ns; /* from now until the first timed wait is over; THR_NEVER: none */
};

/* Runs coroutines until none can go on or the time is over (THR_NEVER: no limit). On the driver's
 * own stack. contract: preempt */
void thr_coro_pump(uint64_t budget_ns, struct thr_coro_left *left);
/* Runs coroutines for at most `ns`, and sleeps while none can go on. Elsewhere it just sleeps. */
void thr_coro_run_or_sleep(uint64_t ns);

/* ---- waiting (thr_wait.c) ---- */
enum thr_wait_end {
    THR_WAITS, /* not over yet */
    THR_WOKEN,
    THR_WAIT_OVER,    /* the time is over */
    THR_WAIT_DEADLOCK /* nobody can ever wake it */
};

/* A context that waits; lies on its stack. Guarded by the scheduler's lock. */
struct thr_waiter {
    struct thr_waiter *next, *prev;    /* of its bucket */
    struct thr_waiter *sooner, *later; /* of those with a time, sorted by it */
    const void *key;
    struct thr_coro *who;
    uint64_t end_ns; /* THR_NEVER: none */
    enum thr_wait_end state;
    bool may_fail; /* it can be told of a deadlock */
};

/* As pal_mutex_lock and _unlock, for locks that are held across managed code or a wait. */
void thr_lock(struct pal_mutex *m);
void thr_unlock(struct pal_mutex *m);
/* As pal_cond_*. `timeout_ns` THR_NEVER: no limit. THR_WAIT_DEADLOCK only if `may_fail`. */
enum thr_wait_end thr_cond_wait(struct pal_cond *c, struct pal_mutex *m, uint64_t timeout_ns,
                                bool may_fail);
void thr_cond_wake_one(struct pal_cond *c);
void thr_cond_wake_all(struct pal_cond *c);

/* Between the two files; the scheduler's lock is held. */
void thr_waiters_expire(uint64_t now_ns); /* makes those ready whose time is over */
uint64_t thr_waiters_due(void);           /* when the first is; THR_NEVER: none has a time */
void thr_waiter_end(struct thr_waiter *w, enum thr_wait_end how); /* takes it out, makes it ready */
void thr_coro_ready(struct thr_coro *who);
/* Without the lock, on the driver: returns when `w` is no longer waiting and it is its turn. */
void thr_coro_block(struct thr_waiter *w);
struct thr_coro *thr_coro_current(void);
void thr_coro_lock(void);
void thr_coro_unlock(void);
/* After something became ready, without the lock: wakes a driver that sleeps. */
void thr_coro_nudge(void);

/* ---- thr_coro_asm.S ---- */
/* Saves where the caller stands, its stack pointer in *save, and goes on at `load`. */
void thr_coro_switch(uintptr_t *save, uintptr_t load);
/* Writes what thr_coro_switch loads for a stack that begins at `high`: it calls thr_coro_main. */
uintptr_t thr_coro_prepare(uintptr_t high);
void thr_coro_main(void);

#endif
