/* engine/thr_cancel.c - asking threads to end, and closing entries.
 * A thread that is asked unwinds at its next check, return from native code, throw or wait: finally
 * and fault blocks run, nothing catches, and its entry from native code returns zero. While a
 * finally block that such an unwinding entered runs, only THR_CANCEL_FORCED interrupts it. The word
 * of a thread (thr_thread.cancel) is written first, then its limit is raised and its wait woken;
 * the thread publishes its wait first and then reads the word. */
#include "engine/thr_priv.h"

#include "corert.h"
#include "engine/dbg.h"
#include "engine/eh.h"
#include "engine/engine.h"

#include <stdio.h>

enum { PENDING_SHIFT = 16 };

static struct {
    _Atomic(uint32_t) asked; /* threads whose cancel word is set */
    _Atomic(uint32_t)
        closing; /* enum thr_cancel: what threads that attach get; set under THREADS */
    _Atomic(bool) forked;
} cancel;

/* ---- asking ---- */

static void
ask(struct thr_thread *t, enum thr_cancel how)
{
    uint32_t before = atomic_load(&t->cancel);

    while (before < (uint32_t)how &&
           !atomic_compare_exchange_weak(&t->cancel, &before, (uint32_t)how))
        ;
    if (before == THR_CANCEL_NONE) {
        atomic_fetch_add(&cancel.asked, 1);
        atomic_fetch_or(&thr_stop_request, THR_REQUEST_CANCEL);
    }
    thr_limit_reset(t);
}

void
thr_cancel_forget(struct thr_thread *t)
{
    if (atomic_exchange(&t->cancel, THR_CANCEL_NONE) == THR_CANCEL_NONE)
        return;
    if (atomic_fetch_sub(&cancel.asked, 1) == 1) {
        atomic_fetch_and(&thr_stop_request, ~(uint32_t)THR_REQUEST_CANCEL);
        if (atomic_load(&cancel.asked)) /* somebody was asked in between */
            atomic_fetch_or(&thr_stop_request, THR_REQUEST_CANCEL);
    }
}

void
thr_cancel_self(enum thr_cancel how)
{
    ask(corert_thread.thread, how);
}

void
thr_cancel_attached(struct thr_thread *t)
{
    uint32_t how = atomic_load(&cancel.closing);

    if (how)
        ask(t, (enum thr_cancel)how);
}

bool
thr_cancel_nudge(void)
{
    struct thr_thread *t;
    bool all = true;

    thr_list_lock();
    for (t = thr_list.first; t; t = t->next) {
        struct thr_monitor *waits = atomic_load(&t->waits);

        if (waits && atomic_load(&t->cancel))
            all &= thr_monitor_nudge(waits);
    }
    thr_list_unlock();
    return all;
}

void
thr_cancel_all(enum thr_cancel how)
{
    struct thr_thread *t;

    thr_list_lock();
    atomic_store(&cancel.closing, (uint32_t)how);
    for (t = thr_list.first; t; t = t->next) {
        if (t != corert_thread.thread)
            ask(t, how);
    }
    thr_list_unlock();
    (void)thr_cancel_nudge();
}

void
thr_cancel_inside(void)
{
    enum { TRIES = 1000 /* a millisecond apart; shutdown would wake them again */ };
    struct thr_thread *t;

    thr_list_lock();
    for (t = thr_list.first; t; t = t->next) {
        if (t != corert_thread.thread && !atomic_load(&t->managed) &&
            (intptr_t)atomic_load(&t->block->transition) != THREAD_STATE_NO_FRAMES)
            ask(t, THR_CANCEL_ASKED);
    }
    thr_list_unlock();
    for (unsigned i = 0; i < TRIES && !thr_cancel_nudge(); i++) {
        if (thr_coro_is_mine())
            thr_coro_yield();
        pal_thread_sleep_ns(1000000);
    }
}

void
thr_cancel_entering(void)
{
    struct thr_thread *t = corert_thread.thread;

    if (!(atomic_load(&thr_entry_request) & THR_REQUEST_CLOSED) || !atomic_load(&t->cancel))
        return;
    if ((intptr_t)t->block->transition == THREAD_STATE_NO_FRAMES && !t->managed && !thr_is_closing()) {
        thr_cancel_forget(t);
        thr_limit_reset(t);
    }
}

bool
thr_is_closing(void)
{
    return atomic_load(&cancel.closing) != THR_CANCEL_NONE;
}

void
thr_cancel_reset(void)
{
    atomic_store(&cancel.closing, THR_CANCEL_NONE);
    atomic_fetch_and(&thr_entry_request, ~(uint32_t)THR_REQUEST_CLOSED);
}

/* ---- being asked ---- */

static bool
wanted_now(const struct thr_thread *t)
{
    uint32_t how = t ? atomic_load(&t->cancel) : THR_CANCEL_NONE;

    if (how == THR_CANCEL_NONE || (t->block->flags & THR_FLAG_EXITING))
        return false;
    return how == THR_CANCEL_FORCED || !eh_cancel_is_under_way();
}

bool
thr_cancel_wanted(void)
{
    return wanted_now(corert_thread.thread);
}

void
thr_cancel_deliver(struct thr_transition *record)
{
    struct thread_block *tb = &corert_thread;
    uint32_t forced = THR_CANCEL_FORCED;

    if (!wanted_now(tb->thread))
        return;
    thr_entry_set(record);
    if (!eh_cancel_is_possible(record))
        return;
    /* The finally blocks of this unwinding get their time again. */
    atomic_compare_exchange_strong(&tb->thread->cancel, &forced, THR_CANCEL_ASKED);
    eh_cancel_from(record);
}

void
thr_cancel_deliver_calm(struct thr_transition *record)
{
    const struct thr_thread *t = corert_thread.thread;

    if (t && atomic_load(&t->cancel) == THR_CANCEL_FORCED)
        thr_cancel_deliver(record);
}

void
thr_end_from(struct thr_transition *record)
{
    struct thr_thread *t = corert_thread.thread;

    ask(t, THR_CANCEL_FORCED);
    thr_cancel_deliver(record);
    thr_cancel_forget(t);
    thr_limit_reset(t);
}

void
thr_cancel_left(const struct thr_reverse_frame *entry)
{
    struct thread_block *tb = &corert_thread;

    if (!(tb->flags >> PENDING_SHIFT))
        thr_pending_set(CORERT_E_CLOSED);
    /* A managed thread and one inside other entries are not done yet. */
    if ((intptr_t)entry->transition == THREAD_STATE_NO_FRAMES && !tb->thread->managed &&
        !thr_is_closing()) {
        thr_cancel_forget(tb->thread);
        thr_limit_reset(tb->thread);
    }
}

/* ---- closed entries ---- */

void
thr_close_entries(void)
{
    atomic_fetch_or(&thr_entry_request, THR_REQUEST_CLOSED);
    if (!pal_thread_barrier()) /* who entered before is visible in its state word now */
        pal_fail_fast("the system has no process-wide memory barrier");
}

int
thr_closed_status(uintptr_t pc)
{
    const struct thr_thread *t = corert_thread.thread;

    if (thr_forked())
        return CORERT_E_MISUSE;
    if (thr_is_closing())
        return CORERT_E_CLOSED;
    if (t && atomic_load(&t->cancel) && (intptr_t)t->block->transition != THREAD_STATE_NO_FRAMES)
        return CORERT_E_CLOSED; /* it is unwinding; native code in between calls again */
    return thr_list.hooks.closed ? thr_list.hooks.closed(pc) : 0;
}

void
thr_pending_set(int status)
{
    struct thread_block *tb = &corert_thread;

    tb->flags = (tb->flags & ((1u << PENDING_SHIFT) - 1)) | (uint64_t)(unsigned)status
                                                                << PENDING_SHIFT;
}

int
thr_pending_take(void)
{
    int status = (int)(corert_thread.flags >> PENDING_SHIFT);

    thr_pending_set(0);
    return status;
}

/* ---- a child of fork ---- */

static void
in_child(void)
{
    if (!thr_list.key)
        return; /* the engine was not started: it may be in the child */
    atomic_store(&cancel.forked, true);
    engine.started = false; /* what every function of the API asks first */
    /* The thread that forked may be in native code called by managed code: it can go on, and must
     * not wait for a stopper that is not here. */
    atomic_store(&thr_stop_request, 0);
    atomic_store(&thr_entry_request, THR_REQUEST_CLOSED);
}

void
thr_fork_watch(void)
{
    static bool done;

    if (!done)
        done = pal_fork_child_call(in_child);
}

bool
thr_forked(void)
{
    return atomic_load(&cancel.forked);
}

/* ---- who is busy ---- */

static bool
is_busy(const struct thr_thread *t)
{
    if (t == corert_thread.thread)
        return false;
    return t->managed || t->ending ||
           (intptr_t)atomic_load(&t->block->transition) != THREAD_STATE_NO_FRAMES;
}

size_t
thr_busy_count(void)
{
    size_t count = thr_starting_count();
    struct thr_thread *t;

    thr_list_lock();
    for (t = thr_list.first; t; t = t->next)
        count += is_busy(t);
    thr_list_unlock();
    return count;
}

static void
report_one(const struct thr_thread *t)
{
    const void *state = atomic_load(&t->block->transition);
    const char *where = state ? "at its end" : "in managed code";
    char line[512], doing[96], place[300] = "";

    if (t->coroutine)
        snprintf(doing, sizeof doing, "coroutine %u", (unsigned)t->coroutine);
    else
        pal_thread_state(t->os_id, doing, sizeof doing);
    if (state && (intptr_t)state != THREAD_STATE_NO_FRAMES) {
        struct dbg_images images = {.next = 0};

        struct thr_transition record = {.pc = 0};

        /* It may be left while we look, its stack given back. */
        (void)dbg_read((uintptr_t)state, &record, sizeof record);
        where = "in native code, called by ";
        dbg_pc_line(&images, 0, record.pc, place, sizeof place);
        dbg_images_close(&images);
    }
    snprintf(line, sizeof line, "%s thread %llu, %s, does not end: %s%s",
             atomic_load(&t->managed) ? "managed" : "host", (unsigned long long)t->os_id, doing,
             where, place);
    thr_list.hooks.warn(line);
}

void
thr_busy_report(void)
{
    struct thr_thread *t;

    if (!thr_list.hooks.warn)
        return;
    thr_list_lock();
    for (t = thr_list.first; t; t = t->next) {
        if (is_busy(t))
            report_one(t);
    }
    thr_list_unlock();
}

/* ---- ending all ---- */

void
thr_deadline_set(uint64_t from_now_ns)
{
    corert_thread.thread->deadline_ns = from_now_ns ? pal_time_ns() + from_now_ns : 0;
}

/* Of the limit: a machine that stood still for a while did not give the threads that time. Without
 * threads it is theirs. */
static uint64_t
time_given(uint64_t *last_ns, uint64_t limit_ns)
{
    enum { SHARES = 16 /* each is many sleeps of the loop below */ };
    uint64_t now = pal_time_ns(), passed = now - *last_ns;

    *last_ns = now;
    return thr_coro_is_on() || passed < limit_ns / SHARES ? passed : limit_ns / SHARES;
}

bool
thr_end_others(uint64_t limit_ns)
{
    enum { FIRST_SLEEP_NS = 20000, LONGEST_SLEEP_NS = 1000000 };
    uint64_t last = pal_time_ns(), sleep_ns = FIRST_SLEEP_NS, spent = 0;
    bool forced = false, woken = false;

    thr_cancel_forget(corert_thread.thread); /* asked before, it would run no managed code at the end */
    thr_limit_reset(corert_thread.thread);
    thr_close_entries();
    thr_cancel_all(THR_CANCEL_ASKED);
    thr_close_entries(); /* the order of both for who attaches in between */
    while (thr_busy_count()) {
        spent += time_given(&last, limit_ns);
        if (!forced && spent > limit_ns / 2) {
            thr_cancel_all(THR_CANCEL_FORCED);
            forced = true;
            woken = false;
            spent = limit_ns / 2;
        }
        if (spent > limit_ns) {
            thr_busy_report();
            return false;
        }
        thr_coro_run_or_sleep(sleep_ns);
        if (sleep_ns < LONGEST_SLEEP_NS)
            sleep_ns *= 2;
        /* A coroutine is either in its wait or sees before it what it is asked, so that once is enough: a
         * thousand that wake for no reason keep the one from its turn that has what they wait for. */
        if (!woken || !thr_coro_is_on())
            woken = thr_cancel_nudge();
    }
    return true;
}
