/* engine/thr_coro.c - coroutines: their stacks, whose turn it is, and the driver's sleep.
 * Ready contexts stand in one queue, first come first served, but the driver's own stack goes to
 * its head. A turn ends by a wait, by a yield, or at a check when its time slice is over. While the
 * host pumps, its stack does not wait: it is where a turn ends that finds nothing ready or the
 * budget used up. What others than the driver touch (queue, spare stacks, waiters) is guarded by
 * sched.lock, the innermost lock of all; thread blocks change hands under THREADS, because a
 * stopper reads them. */
#include "engine/thr_coro.h"
#include "engine/thr_priv.h"

#include <errno.h>
#include <stdio.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

enum {
    STACK_BYTES = 1 << 20, /* of a thread that asks for nothing */
    SPARE_STACKS = 8,
    POLLS_MOST = 1024 /* checks between two looks at the clock */
};

static const uint64_t SLICE_NS = 1000000;       /* of a coroutine */
static const uint64_t GRACE_NS = 200000;        /* for library code to give its locks back */
static const uint64_t HOST_SLICE_NS = 10000000; /* of an export */
static const uint64_t AWAY_NS = 1000000;        /* no look for longer: the host was elsewhere */
static const uint64_t CLOSE_NS = 20000, FAR_NS = 100000; /* wanted between two looks */
static const uint64_t PATIENCE_NS = 10000000000;

/* One context. Owned by the scheduler. */
struct thr_coro {
    struct thr_coro *next;     /* of the queue or of the spare ones */
    uintptr_t rsp;             /* while it does not run */
    struct thread_block block; /* likewise */
    void *stack;               /* owned; NULL: the driver's own */
    size_t stack_bytes;
    void (*run)(void *argument);
    void *argument; /* owned by run */
    uint32_t number;
#if defined(__SANITIZE_ADDRESS__)
    void *fake_stack;
    const void *bottom; /* the stack as the sanitizer is told of it */
    size_t bottom_bytes;
#endif
#if defined(__SANITIZE_THREAD__)
    void *fiber;
#endif
};

static struct {
    struct pal_mutex lock;
    struct thr_coro *first, *last; /* the queue */
    size_t ready;                  /* its length */
    struct thr_coro *spare;        /* with stacks of STACK_BYTES */
    size_t spares;
    uint32_t numbers;
    _Atomic(uint32_t) word; /* changes when a sleeping driver has to look */
    _Atomic(bool) on;
    _Atomic(uint64_t) driver; /* the system's number of the thread */
    /* The driver's own. */
    struct thr_coro host; /* its own stack */
    struct thr_coro *current;
    struct thr_coro *left;         /* whom `current` was switched from */
    struct thr_coro *dead;         /* has ended; its stack is given back on the next one */
    struct thr_waiter *host_waits; /* what the host's stack waits for, or NULL */
    bool pumping;
    uint64_t pump_end_ns;
    uint64_t slice_end_ns, looked_ns; /* the end of a coroutine's; the last look at the clock */
    uint64_t slice_left_ns;           /* of the host's */
    int32_t polls;                    /* what a look at the clock lets pass */
} sched;

/* ---- the mode -------------------------------------------------------------------------------- */

bool
thr_coro_is_on(void)
{
    return atomic_load_explicit(&sched.on, memory_order_relaxed);
}

bool
thr_coro_is_mine(void)
{
    return thr_coro_is_on() &&
           atomic_load_explicit(&sched.driver, memory_order_relaxed) == pal_thread_id();
}

bool
thr_coro_is_inside(void)
{
    return sched.current != &sched.host;
}

struct thr_coro *
thr_coro_current(void)
{
    return sched.current;
}

void
thr_coro_lock(void)
{
    pal_mutex_lock(&sched.lock);
}

void
thr_coro_unlock(void)
{
    pal_mutex_unlock(&sched.lock);
}

void
thr_coro_start(void)
{
    sched.current = &sched.host;
    sched.numbers = 0;
    sched.polls = 1;
#if defined(__SANITIZE_THREAD__)
    sched.host.fiber = __tsan_get_current_fiber();
#endif
    atomic_store(&sched.driver, pal_thread_id());
    atomic_store(&sched.on, true);
}

static void
coro_free(struct thr_coro *c)
{
#if defined(__SANITIZE_THREAD__)
    __tsan_destroy_fiber(c->fiber);
#endif
    pal_stack_free(c->stack, c->stack_bytes);
    pal_free(c);
}

void
thr_coro_stop(void)
{
    if (!thr_coro_is_on())
        return;
    while (sched.spare) {
        struct thr_coro *c = sched.spare;

        sched.spare = c->next;
        coro_free(c);
    }
    sched.spares = 0;
    sched.pumping = false;
    atomic_store(&sched.on, false);
    atomic_store(&sched.driver, 0);
}

/* ---- the queue: lock held -------------------------------------------------------------------- */

static void
queue_push(struct thr_coro *c)
{
    c->next = NULL;
    if (sched.last)
        sched.last->next = c;
    else
        sched.first = c;
    sched.last = c;
    sched.ready++;
}

static struct thr_coro *
queue_pop(void)
{
    struct thr_coro *c = sched.first;

    if (!c)
        return NULL;
    sched.first = c->next;
    if (!sched.first)
        sched.last = NULL;
    sched.ready--;
    return c;
}

void
thr_coro_ready(struct thr_coro *who)
{
    if (who != &sched.host) {
        queue_push(who);
        return;
    }
    who->next = sched.first;
    sched.first = who;
    if (!sched.last)
        sched.last = who;
    sched.ready++;
}

void
thr_coro_nudge(void)
{
    struct thr_thread *t = corert_thread.thread;

    if (!thr_coro_is_mine()) {
        atomic_fetch_add(&sched.word, 1);
        pal_word_wake_all(&sched.word);
    } else if (t && sched.current == &sched.host)
        thr_limit_reset(t); /* an export's checks look at the time from now on */
}

/* ---- time slices ----------------------------------------------------------------------------- */

/* A coroutine always: nobody else can tell it that its time is over. The host's own stack only
 * while somebody could use the time. */
bool
thr_coro_is_sliced(const struct thr_thread *t)
{
    bool wanted;

    if (!thr_coro_is_on() || (!t->coroutine && t->block != &corert_thread))
        return false;
    if (t->coroutine)
        return true;
    if (!thr_coro_is_mine())
        return false;
    thr_coro_lock();
    wanted = sched.first || thr_waiters_due() != THR_NEVER;
    thr_coro_unlock();
    return wanted;
}

static void
slice_begin(uint64_t now)
{
    uint64_t end = now + SLICE_NS;

    if (sched.pumping && end > sched.pump_end_ns)
        end = sched.pump_end_ns;
    sched.slice_end_ns = end;
    sched.slice_left_ns = HOST_SLICE_NS;
    sched.looked_ns = now;
    sched.polls = 1;
}

/* Looks at the clock, and says after how many checks to look again. The host's time between its
 * exports does not count. */
static bool
slice_is_over(uint64_t grace_ns)
{
    uint64_t now = pal_time_ns(), since = now - sched.looked_ns;

    sched.looked_ns = now;
    if (since < CLOSE_NS && sched.polls < POLLS_MOST)
        sched.polls *= 2;
    else if (since > FAR_NS && sched.polls > 1)
        sched.polls /= 2;
    corert_thread.slice_polls = sched.polls;
    if (thr_coro_is_inside())
        return now >= sched.slice_end_ns + grace_ns;
    since = since < AWAY_NS ? since : AWAY_NS;
    sched.slice_left_ns -= since < sched.slice_left_ns ? since : sched.slice_left_ns;
    return !sched.slice_left_ns;
}

void
thr_coro_poll(struct thr_transition *record, bool in_library)
{
    uint64_t grace_ns = in_library ? GRACE_NS : 0;

    if (!thr_coro_is_mine() || thr_stopped_by_me() || !slice_is_over(grace_ns))
        return;
    thr_entry_set(record);
    atomic_store(&corert_thread.transition, (void *)record);
    thr_coro_yield();
    thr_become_managed(record);
}

/* ---- switching ------------------------------------------------------------------------------- */

/* The TLS block is the current context's. Both are in native state all the time, so a stop signal
 * leaves the thread alone. */
static void
blocks_swap(struct thr_coro *from, struct thr_coro *to)
{
    struct thread_block *tb = &corert_thread;

    pal_mutex_lock(&thr_list.lock);
    __builtin_memcpy(&from->block, tb, sizeof *tb);
    if (tb->thread)
        tb->thread->block = &from->block;
    __builtin_memcpy(tb, &to->block, sizeof *tb);
    if (tb->thread)
        tb->thread->block = tb;
    sched.current = to;
    thr_log_apply(tb);
    if (tb->thread)
        thr_limit_reset(tb->thread);
    tb->slice_polls = 0;
    pal_mutex_unlock(&thr_list.lock);
}

static void
stack_give(struct thr_coro *c)
{
    bool kept;

    thr_coro_lock();
    kept = c->stack_bytes == STACK_BYTES && sched.spares < SPARE_STACKS;
    if (kept) {
        c->next = sched.spare;
        sched.spare = c;
        sched.spares++;
    }
    thr_coro_unlock();
    if (!kept)
        coro_free(c);
}

/* On the new stack. */
static void
arrive(void)
{
#if defined(__SANITIZE_ADDRESS__)
    const void *bottom;
    size_t bytes;

    __sanitizer_finish_switch_fiber(sched.current->fake_stack, &bottom, &bytes);
    if (sched.left == &sched.host) { /* nobody knows these before */
        sched.host.bottom = bottom;
        sched.host.bottom_bytes = bytes;
    }
#endif
    if (sched.dead)
        stack_give(sched.dead);
    sched.dead = NULL;
}

static void
switch_to(struct thr_coro *to)
{
    struct thr_coro *from = sched.current;
    int saved_errno = errno;

    CORERT_ASSERT(corert_thread.transition != NULL);
    blocks_swap(from, to);
    slice_begin(pal_time_ns());
    sched.left = from;
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_start_switch_fiber(from == sched.dead ? NULL : &from->fake_stack, to->bottom,
                                   to->bottom_bytes);
#endif
#if defined(__SANITIZE_THREAD__)
    __tsan_switch_to_fiber(to->fiber, 0);
#endif
    thr_coro_switch(&from->rsp, to->rsp);
    arrive();
    errno = saved_errno;
}

/* Whose turn it is; NULL: nobody's, and the host does not pump. */
static struct thr_coro *
choose(void)
{
    uint64_t now = pal_time_ns();
    struct thr_coro *next;

    thr_coro_lock();
    thr_waiters_expire(now);
    if (sched.pumping && (!sched.first || now >= sched.pump_end_ns))
        next = &sched.host;
    else
        next = queue_pop();
    thr_coro_unlock();
    return next;
}

void
thr_coro_yield(void)
{
    struct thr_coro *next;

    thr_coro_lock();
    queue_push(sched.current);
    thr_coro_unlock();
    next = choose();
    if (next != sched.current)
        switch_to(next);
    else
        slice_begin(pal_time_ns());
}

/* ---- sleeping -------------------------------------------------------------------------------- */

/* Nothing is ready: sleeps until something may be, `most_ns` at most. */
static void
driver_sleep(uint64_t most_ns)
{
    uint32_t word = atomic_load(&sched.word);
    uint64_t due, now = pal_time_ns();
    bool ready;

    thr_coro_lock(); /* who makes something ready changes the word after it has had the lock */
    ready = sched.first != NULL;
    due = thr_waiters_due();
    thr_coro_unlock();
    due = due == THR_NEVER ? most_ns : due > now ? due - now : 0;
    if (!ready && due)
        pal_word_wait_ns(&sched.word, word, due < most_ns ? due : most_ns);
}

static bool
nothing_is_due(void)
{
    bool nothing;

    thr_coro_lock();
    nothing = !sched.first && thr_waiters_due() == THR_NEVER;
    thr_coro_unlock();
    return nothing;
}

/* The host's stack and every managed thread wait, and no time ends a wait. If the process has no
 * other thread, nobody will come either: the host's wait is told, or goes on with a line in the
 * log.
 */
static void
stuck(uint64_t waited_ns, uint64_t *told_ns)
{
    struct thr_waiter *w = sched.host_waits;
    bool hopeless = pal_process_is_single(), over = false;

    if (hopeless && w && w->may_fail) {
        thr_coro_lock();
        over = w->state == THR_WAITS;
        if (over)
            thr_waiter_end(w, THR_WAIT_DEADLOCK);
        thr_coro_unlock();
    }
    if (over || !thr_list.hooks.warn || waited_ns - *told_ns < (hopeless ? 0 : PATIENCE_NS))
        return;
    *told_ns = hopeless ? THR_NEVER / 2 : waited_ns;
    thr_list.hooks.warn("no-threads mode: the host's thread and every managed thread wait for "
                        "something that none of them can do");
}

/* Until somebody is ready. */
static void
idle(void)
{
    const uint64_t longest_ns = 1000000000;
    uint64_t begin = pal_time_ns(), told_ns = 0;
    bool ready = false;

    while (!ready) {
        if (nothing_is_due())
            stuck(pal_time_ns() - begin, &told_ns);
        driver_sleep(longest_ns);
        thr_coro_lock();
        thr_waiters_expire(pal_time_ns());
        ready = sched.first != NULL;
        thr_coro_unlock();
    }
}

void
thr_coro_block(struct thr_waiter *w)
{
    struct thr_coro *self = sched.current, *next;

    if (self == &sched.host)
        sched.host_waits = w;
    while (!(next = choose()))
        idle();
    if (next != self)
        switch_to(next);
    if (self == &sched.host)
        sched.host_waits = NULL;
}

/* ---- coroutines ------------------------------------------------------------------------------ */

bool
thr_coro_stack(uintptr_t *low, uintptr_t *high)
{
    const struct thr_coro *c = sched.current;

    if (!thr_coro_is_mine() || !c->stack)
        return false;
    *low = (uintptr_t)c->stack;
    *high = *low + c->stack_bytes;
    return true;
}

uint32_t
thr_coro_number(void)
{
    return thr_coro_is_mine() ? sched.current->number : 0;
}

void
thr_coro_main(void)
{
    struct thr_coro *self = sched.current, *next;

    arrive();
    self->run(self->argument);
    sched.dead = self;
    while (!(next = choose()))
        idle();
    switch_to(next);
}

static struct thr_coro *
spare_take(size_t stack_bytes)
{
    struct thr_coro *c = NULL;

    thr_coro_lock();
    if (stack_bytes == STACK_BYTES && sched.spare) {
        c = sched.spare;
        sched.spare = c->next;
        sched.spares--;
    }
    thr_coro_unlock();
    return c;
}

static struct thr_coro *
coro_make(size_t stack_bytes)
{
    struct thr_coro *c = spare_take(stack_bytes);

    if (c)
        return c;
    c = pal_alloc_zero(sizeof *c);
    if (!c)
        return NULL;
    c->stack_bytes = stack_bytes;
    c->stack = pal_stack_new(stack_bytes);
    if (!c->stack) {
        pal_free(c);
        return NULL;
    }
#if defined(__SANITIZE_ADDRESS__)
    c->bottom = c->stack;
    c->bottom_bytes = stack_bytes;
#endif
#if defined(__SANITIZE_THREAD__)
    c->fiber = __tsan_create_fiber(0);
#endif
    return c;
}

bool
thr_coro_new(void (*run)(void *argument), void *argument, size_t stack_bytes)
{
    static const struct thread_block fresh = {
        .transition = (void *)(intptr_t)THREAD_STATE_NO_FRAMES, .slice_limit = UINTPTR_MAX};
    size_t page = pal_page_bytes();
    struct thr_coro *c;

    if (stack_bytes > SIZE_MAX / 2)
        return false;
    c = coro_make(stack_bytes ? (stack_bytes + page - 1) / page * page : STACK_BYTES);
    if (!c)
        return false;
#if defined(__SANITIZE_ADDRESS__)
    c->fake_stack = NULL; /* a spare one has the last owner's */
#endif
    c->run = run;
    c->argument = argument;
    __builtin_memcpy(&c->block, &fresh, sizeof fresh);
    c->rsp = thr_coro_prepare((uintptr_t)c->stack + c->stack_bytes);
    thr_coro_lock();
    if (++sched.numbers == 0) /* 0 is no coroutine */
        sched.numbers = 1;
    c->number = sched.numbers;
    queue_push(c);
    thr_coro_unlock();
    thr_coro_nudge();
    return true;
}

/* ---- the host's turn ------------------------------------------------------------------------- */

void
thr_coro_pump(uint64_t budget_ns, struct thr_coro_left *out)
{
    uint64_t now = pal_time_ns(), due;
    struct thr_coro *next;

    sched.pump_end_ns = budget_ns < THR_NEVER - now ? now + budget_ns : THR_NEVER;
    sched.pumping = true;
    while ((next = choose()) != &sched.host)
        switch_to(next);
    sched.pumping = false;
    now = pal_time_ns();
    slice_begin(now);
    thr_coro_lock();
    due = thr_waiters_due();
    out->ready = sched.ready;
    out->due_ns = sched.first ? 0 : due == THR_NEVER ? THR_NEVER : due > now ? due - now : 0;
    thr_coro_unlock();
}

void
thr_coro_run_or_sleep(uint64_t ns)
{
    struct thr_coro_left state;
    uint64_t begin = pal_time_ns(), spent;

    if (!thr_coro_is_mine() || thr_coro_is_inside()) {
        pal_thread_sleep_ns(ns);
        return;
    }
    thr_coro_pump(ns, &state);
    spent = pal_time_ns() - begin;
    if (!state.ready && spent < ns)
        driver_sleep(ns - spent);
}
