/* engine/thr_frames.c - frames that native code left behind, and other stacks.
 * longjmp, a C++ exception or a switch of stacks takes a thread out of native code that managed code
 * called, without a return to it: records, entries and exceptions under way then belong to frames that
 * are gone, or parked. On the thread's own stack what lies below the stack pointer is gone; it may have
 * been overwritten, so nothing there is believed that does not fit together. Of a thread that was seen on
 * another stack too (a *stray*) only places are known: its stacks are scanned whole, as copies, because
 * the host may unmap one any time, and the entry around a frame is found by walking to it. */
#include "engine/eh_priv.h"
#include "engine/engine.h"
#include "engine/thr_priv.h"

/* A stack, or the part of one that managed code may use. Lives as long as its thread is attached. */
struct thr_stray {
    struct thr_stray *_Atomic next;
    uintptr_t low, high;
};

static bool
is_record(const void *state)
{
    return state && (intptr_t)state != THREAD_STATE_NO_FRAMES;
}

static bool
is_home(const struct thr_thread *t, uintptr_t at)
{
    return at >= t->home_low && at < t->home_high;
}

bool
thr_is_on_stack(const struct thr_thread *t, const void *at, size_t bytes)
{
    uintptr_t a = (uintptr_t)at;

    if (!t->home_high)
        return true; /* nothing is known */
    return a % 8 == 0 && a >= t->stack_low && a < t->stack_high && bytes <= t->stack_high - a;
}

__attribute__((no_sanitize_address)) bool
thr_entry_fits(const struct thr_thread *t, const struct thr_reverse_frame *entry, uintptr_t above)
{
    return (uintptr_t)entry >= above && !t->strays && thr_is_on_stack(t, entry, sizeof *entry) &&
           entry->thread == t;
}

__attribute__((no_sanitize_address)) bool
thr_record_stands(const struct thr_thread *t, const struct thr_transition *record)
{
    uintptr_t back;

    if (!thr_is_on_stack(t, record, sizeof *record) || !thr_is_on_stack(t, (void *)(record->rsp - 8), 8))
        return false;
    back = *(const uintptr_t *)(record->rsp - 8); /* a stub's record has that itself */
    return !t->home_high || back == record->pc || eh_module_find(back - 1);
}

/* ---- the entry around a frame ---------------------------------------------------------------- */

__attribute__((no_sanitize_address)) static struct thr_reverse_frame *
entry_find(const struct thr_thread *t, const struct thr_transition *at)
{
    uintptr_t low = 0, cfa = 0;
    struct eh_regs regs;
    struct eh_row row;

    eh_regs_load(&regs, at);
    while (eh_row_get(regs.pc, &row)) {
        low = regs.rsp;
        cfa = eh_row_cfa(&row, &regs);
        eh_regs_step(&regs, &row, cfa);
    }
    if (regs.pc == (uintptr_t)eh_guard_return)
        return *(struct thr_reverse_frame **)regs.rsp;
    for (; low + sizeof(struct thr_reverse_frame) <= cfa; low += 8) {
        struct thr_reverse_frame *entry = (struct thr_reverse_frame *)low;

        if (entry->thread == t && !entry->guard_rsp && eh_entry_cfa(entry) == cfa)
            return entry;
    }
    return NULL;
}

void
thr_entry_set(struct thr_transition *at)
{
    struct thread_block *tb = &corert_thread;
    struct thr_thread *t = tb->thread;

    if (t && t->strays)
        (void)thr_stack_switch(at->rsp);
    if (t && (t->strays || (tb->reverse_head && (uintptr_t)tb->reverse_head < at->rsp))) {
        t->frames_left = true;
        tb->reverse_head = entry_find(t, at);
    }
    at->reverse = tb->reverse_head;
}

/* ---- frames that are gone -------------------------------------------------------------------- */

/* An entry lies above, or what looks like one. Below `here` nothing is left to read: the calls that led
 * here have overwritten it. */
__attribute__((no_sanitize_address)) static bool
has_entry(const struct thr_thread *t, uintptr_t here)
{
    const struct thr_reverse_frame *entry = (const struct thr_reverse_frame *)here;

    for (; (uintptr_t)(entry + 1) <= t->home_high; entry = (const void *)((uintptr_t)entry + 8)) {
        if (entry->thread == t && !entry->guard_rsp && eh_entry_cfa(entry) > (uintptr_t)entry)
            return true;
    }
    return false;
}

bool
thr_frames_settle(uintptr_t here)
{
    struct thread_block *tb = &corert_thread;
    struct thr_thread *t = tb->thread;
    void *state = tb->transition, *left = (void *)(intptr_t)THREAD_STATE_NO_FRAMES;

    if (tb->flags & THR_FLAG_INSIDE)
        return false;
    here &= ~(uintptr_t)7;
    if (!t || state == left || t->strays || !is_home(t, here) || (uintptr_t)state >= here)
        return state != NULL;
    /* A record lies below. In managed state the entry has to, else a handler has interrupted that. */
    if (!state && (!tb->reverse_head || (uintptr_t)tb->reverse_head >= here))
        return false;
    if (!t->frames_left && thr_list.hooks.warn)
        thr_list.hooks.warn("native code left managed frames (longjmp, C++ exception): their finally "
                            "blocks do not run, and locks that they hold stay taken");
    t->frames_left = true;
    if (has_entry(t, here)) {
        if (state)
            return true; /* it does not stand, which thr_range.c sees; the return to the others sets it right */
        left = (void *)here; /* no record either */
    }
    thr_become_managed(left); /* a collection goes through what is dropped */
    eh_frames_left(here);
    if ((intptr_t)left == THREAD_STATE_NO_FRAMES)
        tb->reverse_head = NULL;
    atomic_store(&tb->transition, left);
    engine_scopes_left(t, here);
    if (!tb->reverse_head && !t->managed && !thr_is_closing()) {
        thr_cancel_forget(t);
        thr_limit_reset(t);
    }
    return true;
}

/* ---- other stacks ---------------------------------------------------------------------------- */

/* The words with which an entry asks whether it is where the thread was seen last. */
void
thr_stack_words(const struct thr_thread *t)
{
    t->block->stack_low = t->stack_low;
    t->block->stack_bytes = t->stack_high - t->stack_low;
}

static struct thr_stray *
stray_new(struct thr_thread *t, uintptr_t low, uintptr_t high)
{
    struct thr_stray *s = pal_alloc_zero(sizeof *s);

    if (s) {
        *s = (struct thr_stray){t->strays, low, high};
        t->strays = s; /* last: a collection may read the list now */
    }
    return s;
}

/* Those whose memory is gone. In native state, because a collection holds THREADS. */
static void
strays_prune(struct thr_thread *t)
{
    struct thr_stray *_Atomic *link = &t->strays;

    if (!corert_thread.transition)
        return;
    thr_list_lock();
    while (*link) {
        struct thr_stray *s = *link;

        if (s->high == t->home_high || pal_mem_readable((void *)(s->high - 8)) || pal_mem_readable((void *)s->low))
            link = &s->next;
        else {
            *link = s->next;
            pal_free(s);
        }
    }
    thr_list_unlock();
}

/* So much of a stack whose ends are not known; the overflow check keeps managed code within. */
static struct thr_stray *
stray_make(struct thr_thread *t, uintptr_t sp)
{
    enum { BELOW_MOST = 8 << 20, ABOVE_MOST = 256 << 10, BELOW_UNKNOWN = 64 << 10 };
    void *first, *end;
    uintptr_t low = sp - BELOW_UNKNOWN, high = sp + 8;

    strays_prune(t);
    if (pal_mem_extent((void *)sp, &first, &end)) {
        low = (uintptr_t)first;
        high = (uintptr_t)end;
    }
    low = sp - low > BELOW_MOST ? sp - BELOW_MOST : low;
    high = high - sp > ABOVE_MOST ? sp + ABOVE_MOST : high;
    return stray_new(t, low & ~(uintptr_t)7, high);
}

bool
thr_stack_switch(uintptr_t sp)
{
    struct thr_thread *t = corert_thread.thread;
    void *state = corert_thread.transition;
    const struct thr_stray *s;

    if (!t->home_high || (sp >= t->stack_low && sp < t->stack_high))
        return true;
    if (is_record(state) && is_home(t, (uintptr_t)state))
        t->home_record = state;
    if (!t->strays && !stray_new(t, t->home_low, t->home_high))
        return false;
    for (s = t->strays; s && (sp < s->low || sp >= s->high); s = s->next)
        ;
    if (!s && !(s = stray_make(t, sp)))
        return false;
    t->stack_low = s->low;
    t->stack_high = s->high;
    thr_stack_words(t);
    thr_overflow_begin(t);
    thr_limit_reset(t);
    return true;
}

void
thr_strays_scan(const struct thr_thread *t, void (*visit)(uintptr_t low, uintptr_t high, void *context),
                void *context)
{
    static uint64_t copy[2048]; /* the world's stopper is the only one here */
    const struct thr_stray *s;

    for (s = t->strays; s; s = s->next) {
        uintptr_t at = s->low;
        void *low, *high;

        /* Most of the first thread's does not exist yet. */
        if (s->high == t->home_high && pal_mem_extent((void *)(s->high - 8), &low, &high) && (uintptr_t)low > at)
            at = (uintptr_t)low;
        while (at < s->high) {
            size_t wanted = s->high - at < sizeof copy ? s->high - at : sizeof copy;
            size_t got = pal_mem_copy((void *)at, copy, wanted);

            visit((uintptr_t)copy, (uintptr_t)copy + got, context);
            at = got ? at + got : (at | 4095) + 1;
        }
    }
}

void
thr_strays_free(struct thr_thread *t)
{
    while (t->strays) {
        struct thr_stray *s = t->strays;

        t->strays = s->next;
        pal_free(s);
    }
}

/* ---- entries and calls of the API ------------------------------------------------------------ */

/* What frames of the thread lie around `here`: a record, or THREAD_STATE_NO_FRAMES. */
static void *
state_around(struct thr_thread *t, uintptr_t here)
{
    void *state = corert_thread.transition;
    uintptr_t record = (uintptr_t)t->home_record;

    if (!t->strays || (is_record(state) && thr_is_on_stack(t, state, TRANSITION_SIZE) && (uintptr_t)state >= here))
        return state;
    if (is_home(t, here) && record >= here)
        return t->home_record;
    return (void *)(intptr_t)THREAD_STATE_NO_FRAMES;
}

bool
thr_frames_enter(struct thr_reverse_frame *frame)
{
    struct thread_block *tb = &corert_thread;
    uintptr_t cfa = eh_entry_cfa(frame), here = cfa ? cfa : frame->rsp;

    frame->thread = tb->thread;
    frame->transition = tb->transition;
    frame->prev = tb->reverse_head;
    /* A collection calls managed code; what comes as an export is a signal handler's. */
    if (tb->flags & THR_FLAG_INSIDE)
        return !frame->exception && thr_stopped_by_me();
    /* In managed state on a stack of its own that is one too. */
    if ((tb->transition && !thr_stack_switch(frame->rsp)) || !thr_frames_settle(here))
        return false;
    frame->transition = state_around(tb->thread, here);
    frame->prev = is_record(frame->transition) ? tb->reverse_head : NULL;
    return true;
}

bool
thr_frames_inside(uintptr_t here)
{
    struct thr_thread *t = corert_thread.thread;

    if (!thr_frames_settle(here))
        return true;
    if (!t || !t->strays)
        return is_record(corert_thread.transition);
    /* On another stack it may be a parked frame: as long as nobody has entered from here since. */
    return is_record(state_around(t, here)) ||
           (is_record(corert_thread.transition) && !is_home(t, (uintptr_t)corert_thread.transition));
}
