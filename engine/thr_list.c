/* engine/thr_list.c - attaching and detaching threads.
 * A thread is in the list from thr_attach to thr_detach; its block is in the static TLS area and
 * so outlives the entry. A thread that ends while attached is detached by the key's destructor. */
#include "engine/thr_priv.h"

#include "corert.h"

/* Of threads that are not attached. */
static uint8_t no_log[1];

_Thread_local struct thread_block corert_thread
    __attribute__((tls_model("initial-exec"), visibility("hidden"))) = {
        .transition = (void *)(intptr_t)THREAD_STATE_NO_FRAMES,
        .slice_limit = UINTPTR_MAX,
        .log = no_log};

struct thr_list thr_list;

void
thr_inside_begin(void)
{
    corert_thread.flags += THR_FLAG_INSIDE_ONE;
    corert_thread.stack_bytes = 0; /* entries take the slow path */
}

void
thr_inside_end(void)
{
    struct thread_block *tb = &corert_thread;

    tb->flags -= THR_FLAG_INSIDE_ONE;
    if (tb->thread && !(tb->flags & THR_FLAG_INSIDE))
        thr_stack_words(tb->thread);
}

void
thr_list_lock(void)
{
    thr_inside_begin();
    pal_mutex_lock(&thr_list.lock);
}

void
thr_list_unlock(void)
{
    pal_mutex_unlock(&thr_list.lock);
    thr_inside_end();
}

void
thr_log_apply(struct thread_block *tb)
{
    tb->log = thr_list.log ? thr_list.log : tb->no_log;
    tb->log_mask = thr_list.log ? thr_list.log_mask : 0;
}

void
thr_log_set(uint8_t *log, uintptr_t mask)
{
    struct thr_thread *t;

    thr_list.log = log;
    thr_list.log_mask = mask;
    for (t = thr_list.first; t; t = t->next)
        thr_log_apply(t->block);
}

static void
list_insert(struct thr_thread *t)
{
    struct thread_block *tb = t->block;

    thr_list_lock();
    t->next = thr_list.first;
    if (t->next)
        t->next->prev = t;
    thr_list.first = t;
    thr_list.count++;
    tb->thread = t;
    thr_log_apply(tb);
    thr_limit_reset(t);
    thr_cancel_attached(t);
    thr_list_unlock();
}

static void
list_remove(struct thr_thread *t)
{
    thr_list_lock();
    if (t->prev)
        t->prev->next = t->next;
    else
        thr_list.first = t->next;
    if (t->next)
        t->next->prev = t->prev;
    thr_list.count--;
    t->block->thread = NULL;
    thr_list_unlock();
}

static void
block_clear(struct thread_block *tb)
{
    tb->alloc_ptr = NULL;
    tb->alloc_limit = NULL;
    tb->thread_statics = NULL;
    tb->filter_head = NULL;
    tb->eh_inflight = NULL;
    tb->thunk_context = NULL;
    tb->reverse_head = NULL;
    tb->flags = 0;
    tb->stack_bytes = 0;
    tb->transition = (void *)(intptr_t)THREAD_STATE_NO_FRAMES;
    tb->stack_limit = 0;
    tb->wanted = 0;
    tb->slice_limit = UINTPTR_MAX;
}

/* With less below, managed code and the engine's own would not come far. */
static bool
is_too_small(const struct thr_thread *t, uintptr_t here)
{
    enum { STACK_LEAST = 28 * 1024 };

    return here >= t->home_low && here < t->home_high && here - t->home_low < STACK_LEAST;
}

bool
thr_attach(void)
{
    struct thread_block *tb = &corert_thread;
    struct thr_thread *t;

    if (tb->thread)
        return true;
    t = pal_alloc_zero(sizeof *t);
    if (!t)
        return false;
    t->block = tb;
    t->os_id = pal_thread_id();
    t->coroutine = thr_coro_number();
    thr_overflow_attach(t);
    if (is_too_small(t, (uintptr_t)__builtin_frame_address(0)))
        goto fail;
    if (!t->coroutine && !pal_key_set(thr_list.key, t))
        goto fail;
    list_insert(t);
    if (thr_list.hooks.attached && !thr_list.hooks.attached(t)) {
        list_remove(t);
        goto fail;
    }
    return true;
fail:
    if (!t->coroutine)
        pal_key_set(thr_list.key, NULL);
    pal_free(t);
    return false;
}

/* Managed code's last words on this thread: Join waits for them. */
static void
exit_callback_run(struct thread_block *tb)
{
    void (*callback)(void) = thr_list.exit_callback;

    if (!callback || (tb->flags & (THR_FLAG_NO_CALLBACK | THR_FLAG_EXITING)))
        return;
    tb->flags |= THR_FLAG_EXITING;
    callback();
}

/* false: shutdown has forgotten the thread meanwhile. From now on it waits for us. */
static bool
ending_begin(struct thread_block *tb)
{
    bool known;

    thr_list_lock();
    known = tb->thread != NULL;
    if (known)
        tb->thread->ending = true;
    thr_list_unlock();
    return known;
}

void
thr_detach(void)
{
    struct thread_block *tb = &corert_thread;
    struct thr_thread *t;

    if (!tb->thread || thr_forked() || !ending_begin(tb))
        return;
    t = tb->thread;
    /* A thread ended from within native code has frames that will never be returned to. */
    tb->reverse_head = NULL;
    tb->filter_head = NULL;
    tb->transition = (void *)(intptr_t)THREAD_STATE_NO_FRAMES;
    exit_callback_run(tb);
    if (tb->eh_inflight) /* in managed state, because a collection goes through the list */
        thr_become_managed(tb->transition);
    while (tb->eh_inflight) {
        struct eh_record *r = tb->eh_inflight;

        tb->eh_inflight = r->older;
        thr_record_give(t, r);
    }
    tb->transition = (void *)(intptr_t)THREAD_STATE_NO_FRAMES;
    if (thr_list.hooks.detaching)
        thr_list.hooks.detaching(t);
    thr_cancel_forget(t);
    if (!t->coroutine) /* the key is for threads of the system: a coroutine detaches itself */
        pal_key_set(thr_list.key, NULL);
    list_remove(t); /* from here on shutdown does not wait for us: only what is ours is touched */
    block_clear(tb);
    thr_strays_free(t);
    pal_free(t);
}

/* Key destructor, on the thread that ends. */
static void
thread_ends(void *value)
{
    (void)value;
    thr_detach();
}

bool
thr_init(const struct thr_hooks *hooks)
{
    if (hooks)
        thr_list.hooks = *hooks;
    if (thr_list.key)
        return true;
    (void)pal_thread_barrier(); /* registers for it, so that the first stop is not slow */
    thr_fork_watch();
    return pal_key_new(&thr_list.key, thread_ends) == PAL_OK;
}

void
thr_start_hook_set(bool (*start)(void))
{
    thr_list.start = start;
}

/* Takes a thread out whose own code runs no managed code and cannot enter any. Its exit callback is
 * not called: nobody is left to be told. */
static void
forget(struct thr_thread *t)
{
    struct thread_block *tb = t->block;

    if (thr_list.hooks.detaching)
        thr_list.hooks.detaching(t);
    thr_cancel_forget(t);
    if (t->prev)
        t->prev->next = t->next;
    else
        thr_list.first = t->next;
    if (t->next)
        t->next->prev = t->prev;
    thr_list.count--;
    tb->thread = NULL;
    block_clear(tb);
    thr_strays_free(t);
    pal_free(t);
}

void
thr_forget_others(void)
{
    struct thr_thread *t, *next;

    thr_list_lock();
    for (t = thr_list.first; t; t = next) {
        next = t->next;
        if (t != corert_thread.thread)
            forget(t);
    }
    thr_list_unlock();
}

void
thr_shutdown(void)
{
    thr_signal_stop();
    thr_list.exit_callback = NULL; /* what it would tell has been finalized */
    thr_detach();
    if (thr_list.key)
        pal_key_free(thr_list.key);
    thr_list.key = 0;
    thr_coro_stop();
    thr_list.hooks = (struct thr_hooks){.start = NULL};
    thr_monitor_free_all();
    thr_cancel_reset();
    thr_start_reset();
}

struct thr_thread *
thr_current(void)
{
    return corert_thread.thread;
}

size_t
thr_count(void)
{
    size_t count;

    thr_list_lock();
    count = thr_list.count;
    thr_list_unlock();
    return count;
}

/* ---- exception records ---- */

struct eh_record *
thr_record_take(struct thr_thread *thread)
{
    static const uint32_t all = (1u << THR_RECORD_POOL) - 1;
    uint32_t free_ones = ~thread->records_used & all;
    struct eh_record *r;

    if (free_ones) {
        unsigned i = (unsigned)__builtin_ctz(free_ones);

        thread->records_used |= 1u << i;
        r = &thread->records[i];
        r->pooled = 1;
        return r;
    }
    r = pal_alloc(sizeof *r);
    if (!r)
        pal_fail_fast("no memory for an exception that is being thrown");
    r->pooled = 0;
    return r;
}

void
thr_record_give(struct thr_thread *thread, struct eh_record *record)
{
    if (record->pooled)
        thread->records_used &= ~(1u << (record - thread->records));
    else
        pal_free(record);
}

/* ---- entering managed code for the first time ---- */

/* False: no memory for the thread. */
static bool
first_entry(void)
{
    bool (*start)(void) = thr_list.start ? thr_list.start : thr_list.hooks.start;

    if (!thr_list.key && (!start || !start()))
        pal_fail_fast("managed code was called before the engine was started");
    return thr_attach();
}

/* 0, or the corert_status for which nothing was entered. */
static int
enter(struct thr_reverse_frame *frame)
{
    struct thread_block *tb = &corert_thread;

    if (!tb->thread && (tb->flags & THR_FLAG_INSIDE))
        return CORERT_E_MISUSE;
    if (!tb->thread && !first_entry())
        return CORERT_E_NOMEM;
    if (!thr_frames_enter(frame))
        return CORERT_E_MISUSE;
    thr_cancel_entering();
    tb->reverse_head = frame;
    /* As if coming back from a call: waits with the old state while the world is stopped. */
    thr_become_managed(frame->transition);
    return 0;
}

void
thr_enter_managed_slow(struct thr_reverse_frame *frame, struct thr_transition *here)
{
    int status = enter(frame);

    if (status == CORERT_E_NOMEM) /* a callback: it has no way to say so */
        pal_fail_fast("no memory to attach a thread");
    if (status)
        pal_fail_fast("Invalid Program: attempted to call a UnmanagedCallersOnly method from managed code.");
    thr_cancel_deliver(here);
}

/* True: the export that `frame` belongs to must not run. The thread need not be attached. */
static bool
export_is_closed(const struct thr_reverse_frame *frame)
{
    int status;

    if (!(atomic_load(&thr_entry_request) & THR_REQUEST_CLOSED))
        return false;
    status = thr_closed_status(frame->pc);
    if (status)
        thr_pending_set(status);
    return status != 0;
}

int32_t
thr_export_enter_slow(struct thr_reverse_frame *frame)
{
    struct thread_block *tb = &corert_thread;
    int status;

    if (export_is_closed(frame)) {
        (void)thr_frames_settle(frame->rsp); /* shutdown need not wait for what is gone */
        return 1;
    }
    status = enter(frame);
    if (status) {
        thr_pending_set(status);
        return 1;
    }
    if (!export_is_closed(frame))
        return 0;
    /* Closed in between; whoever did it may be waiting for us to leave. */
    tb->reverse_head = frame->prev;
    atomic_store(&tb->transition, frame->transition);
    return 1;
}
