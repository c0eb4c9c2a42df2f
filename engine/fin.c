/* engine/fin.c - who runs finalizers.
 * In a program a thread of the engine does, started when the first object is ready. A host decides
 * (corert_config.finalizers): such a thread, or its own calls of corert_run_finalizers, and then
 * GC.WaitForPendingFinalizers runs them on the thread that waits. In the mode without threads a
 * coroutine does.
 * A pass empties the queue; fin_wait wants one that began after it asked, because the pass under
 * way may have looked already. */
#include "engine/engine.h"
#include "engine/gc_world.h"
#include "engine/thr_priv.h"

enum { BATCH = 16 }; /* finalizers between two looks at `quit` or the clock */

static struct {
    struct pal_mutex lock;     /* FINALIZER */
    struct pal_cond wake;      /* wanted or quit */
    struct pal_cond done;      /* a pass ended, or the last active thread left */
    struct pal_thread *thread; /* owned; NULL: none, or the host made it */
    bool running;              /* it has been started and has not ended */
    struct fin_work *work;     /* owned by their callbacks; newest first */
    uint64_t begun, finished;  /* passes */
    size_t active;             /* threads inside fin_run */
    corert_finalizers who;
    bool wanted;
    bool quit;
} fin;

/* Lock held. */
static void
fin_sleep(struct pal_cond *until)
{
    (void)thr_cond_wait(until, &fin.lock, THR_NEVER, false);
}

static struct engine_thread *
own_thread(void)
{
    struct thr_thread *t = corert_thread.thread;

    return t ? t->gc_private : NULL;
}

bool
fin_is_inside(void)
{
    const struct engine_thread *e = own_thread();

    return e && e->finalizing;
}

/* ---- work ---- */

void
fin_work_add(struct fin_work *work)
{
    pal_mutex_lock(&fin.lock);
    work->next = fin.work;
    fin.work = work;
    pal_mutex_unlock(&fin.lock);
}

static bool
work_run_one(void)
{
    struct fin_work *work;

    pal_mutex_lock(&fin.lock);
    work = fin.work;
    if (work)
        fin.work = work->next;
    pal_mutex_unlock(&fin.lock);
    if (work)
        work->callback(work);
    return work != NULL;
}

static bool
is_idle(void)
{
    bool idle;

    pal_mutex_lock(&fin.lock);
    idle = !fin.work;
    pal_mutex_unlock(&fin.lock);
    return idle && !gc_finalize_ready_count();
}

/* ---- running ---- */

/* Runs at most `most` finalizers; gives how many. */
static int32_t
finalizers_run(int32_t most)
{
    const struct ldr_module *library = engine.library;
    int32_t (*run)(int32_t);

    if (!library || library->closed || !gc_finalize_ready_count())
        return 0;
    run = (int32_t(*)(int32_t))(uintptr_t)library->classlib[LDR_CLASSLIB_RUN_FINALIZERS];
    return run ? run(most) : 0;
}

static void
active_add(int step)
{
    pal_mutex_lock(&fin.lock);
    fin.active += (size_t)(ptrdiff_t)step;
    if (!fin.active)
        thr_cond_wake_all(&fin.done);
    pal_mutex_unlock(&fin.lock);
}

static bool
quits(void)
{
    bool quit;

    pal_mutex_lock(&fin.lock);
    quit = fin.quit;
    pal_mutex_unlock(&fin.lock);
    return quit;
}

void
fin_run(uint64_t deadline_ns)
{
    struct engine_thread *e;

    if (!thr_attach())
        return; /* no memory; they stay ready */
    e = own_thread();
    if (!e || e->finalizing)
        return;
    e->finalizing = true;
    active_add(1);
    while (work_run_one() || finalizers_run(deadline_ns ? 1 : BATCH) > 0) {
        if (quits() || (deadline_ns && pal_time_ns() >= deadline_ns))
            break;
    }
    active_add(-1);
    e->finalizing = false;
}

/* ---- the thread ---- */

/* false: the thread has to end. */
static bool
request_take(void)
{
    bool go_on;

    pal_mutex_lock(&fin.lock);
    while (!fin.wanted && !fin.quit)
        fin_sleep(&fin.wake);
    go_on = !fin.quit;
    fin.wanted = false;
    if (go_on)
        fin.begun++;
    pal_mutex_unlock(&fin.lock);
    return go_on;
}

void
fin_request_wait(void)
{
    (void)request_take();
}

void
fin_pass_done(void)
{
    pal_mutex_lock(&fin.lock);
    fin.finished = fin.begun;
    thr_cond_wake_all(&fin.done);
    pal_mutex_unlock(&fin.lock);
}

static void
thread_main(void *argument)
{
    if (argument == &fin) /* ours, not the host's */
        thr_signal_allow();
    while (request_take()) {
        if (thr_attach())
            corert_thread.flags |= THR_FLAG_NO_CALLBACK;
        fin_run(0);
        fin_pass_done();
    }
    thr_detach();
    pal_mutex_lock(&fin.lock);
    fin.running = false;
    thr_cond_wake_all(&fin.done);
    pal_mutex_unlock(&fin.lock);
}

/* Lock held. A thread that cannot be started now is tried again at the next request. */
static bool
thread_ensure(void)
{
    static const char name[] = "finalizer";

    if (fin.running)
        return true;
    if (thr_coro_is_on())
        fin.running = thr_coro_new(thread_main, NULL, 0);
    else if (thr_list.hooks.thread_start)
        fin.running =
            thr_list.hooks.thread_start(thr_list.hooks.context, thread_main, NULL, 0, name) == 0;
    else
        fin.running = pal_thread_start(&fin.thread, thread_main, &fin, 0, name) == PAL_OK;
    return fin.running;
}

/* Lock held. */
static bool
pass_request(void)
{
    if (!thread_ensure())
        return false;
    fin.wanted = true;
    thr_cond_wake_one(&fin.wake);
    return true;
}

void
fin_wake(void)
{
    pal_mutex_lock(&fin.lock);
    if (fin.who == CORERT_FINALIZERS_THREAD && !fin.quit)
        (void)pass_request();
    pal_mutex_unlock(&fin.lock);
}

/* ---- waiting ---- */

static void
wait_for_thread(void)
{
    uint64_t wanted;

    pal_mutex_lock(&fin.lock);
    wanted = fin.begun + 1;
    if (!fin.quit && pass_request()) {
        while (fin.finished < wanted && !fin.quit)
            fin_sleep(&fin.done);
    }
    pal_mutex_unlock(&fin.lock);
}

static void
wait_for_others(void)
{
    pal_mutex_lock(&fin.lock);
    while (fin.active && !fin.quit)
        fin_sleep(&fin.done);
    pal_mutex_unlock(&fin.lock);
}

void
fin_wait(void)
{
    bool quiet;

    if (fin_is_inside())
        return;
    if (fin.who != CORERT_FINALIZERS_THREAD) {
        fin_run(0);
        wait_for_others();
        return;
    }
    pal_mutex_lock(&fin.lock);
    quiet = fin.begun == fin.finished && !fin.wanted;
    pal_mutex_unlock(&fin.lock);
    if (!quiet || !is_idle())
        wait_for_thread();
}

/* ---- start and stop ---- */

void
fin_start(corert_finalizers who)
{
    fin.who = thr_coro_is_on() ? CORERT_FINALIZERS_THREAD : who;
    fin.quit = false;
    fin.wanted = false;
}

void
fin_quit(void)
{
    pal_mutex_lock(&fin.lock);
    fin.quit = true;
    thr_cond_wake_all(&fin.wake);
    thr_cond_wake_all(&fin.done);
    pal_mutex_unlock(&fin.lock);
}

void
fin_stop(void)
{
    fin_quit();
    pal_mutex_lock(&fin.lock);
    while (fin.running)
        fin_sleep(&fin.done);
    pal_mutex_unlock(&fin.lock);
    if (fin.thread)
        pal_thread_join(fin.thread);
    fin.thread = NULL;
    fin.quit = false;
    fin.finished = fin.begun;
}
