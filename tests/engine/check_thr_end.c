/* tests/engine/check_thr_end.c - ending threads: cancel, closed entries, waits, forgetting, fork.
 */
#include "tests/engine/managed_thr.h"

#include "corert.h"
#include "pal/pal.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static _Atomic(int) boundary_calls;
static _Atomic(void *) boundary_exception;
static char warnings[4096];

void
boundary_caught(void *exception)
{
    boundary_calls++;
    boundary_exception = exception;
}

static int64_t (*native_action)(void); /* NULL: blocks */

/* In native code until it is told to go. */
int64_t
native_blocks(void *o)
{
    struct spinner *s = o;

    if (native_action)
        return native_action();

    s->turns++;
    while (!s->done)
        pal_thread_sleep_ns(200000);
    return 8;
}

static void
warn(const char *line)
{
    if (strlen(warnings) + strlen(line) + 2 < sizeof warnings)
        strcat(strcat(warnings, line), "\n");
}

/* One thread that enters managed code in some way, and how it came out. */
struct guest {
    struct spinner spinner; /* first: what the managed function sees */
    managed_fn *function;
    bool plain;
    int64_t result;
    double plain_result;
    int pending;
    int log[8];
    unsigned logged;
    struct pal_thread *thread;
};

static void
guest_main(void *argument)
{
    struct guest *g = argument;

    if (g->plain)
        g->plain_result = plain_enter(g->function, g);
    else
        g->result = export_enter(g->function, g);
    g->pending = thr_pending_take();
    g->logged = log_count < 8 ? log_count : 8;
    for (unsigned i = 0; i < g->logged; i++)
        g->log[i] = (int)log_events[i];
}

static void
guest_start(struct guest *g, managed_fn *function, bool plain)
{
    memset(g, 0, sizeof *g);
    g->function = function;
    g->plain = plain;
    g->result = -1;
    g->plain_result = -1;
    ck_assert_int_eq(pal_thread_start(&g->thread, guest_main, g, 0, "guest"), PAL_OK);
    while (!g->spinner.turns)
        pal_thread_yield();
}

static const uint64_t LONG = 20000000000, SHORT = 60000000;

START_TEST(a_spinning_export_runs_its_finally_and_returns_zero)
{
    struct guest g;

    guest_start(&g, guarded_spin, false);
    ck_assert(thr_attach());
    ck_assert(thr_end_others(LONG));
    pal_thread_join(g.thread);
    ck_assert_int_eq(g.result, 0);
    ck_assert_int_eq(g.pending, CORERT_E_CLOSED);
    ck_assert_uint_eq(g.logged, 1);
    ck_assert_int_eq(g.log[0], 200); /* not 100: nothing catches */
    ck_assert_int_eq(boundary_calls, 1);
    ck_assert_ptr_null(boundary_exception);
}
END_TEST

START_TEST(a_thread_entry_without_boundary_is_left_with_zero)
{
    struct guest g;

    guest_start(&g, guarded_spin, true);
    ck_assert(thr_attach());
    ck_assert(thr_end_others(LONG));
    pal_thread_join(g.thread);
    ck_assert(g.plain_result == 0.0);
    ck_assert_int_eq(g.log[0], 200);
    ck_assert_int_eq(boundary_calls, 0);
}
END_TEST

START_TEST(a_thread_in_native_code_unwinds_when_it_returns)
{
    struct guest g;

    guest_start(&g, guarded_native, false);
    ck_assert(thr_attach());
    ck_assert(!thr_end_others(SHORT));
    ck_assert_ptr_nonnull(strstr(warnings, "does not end: in native code, called by "));
    ck_assert_ptr_nonnull(strstr(warnings, "\"guest\""));
    ck_assert_int_eq(g.result, -1);
    g.spinner.done = 1;
    ck_assert(thr_end_others(LONG)); /* again, with success */
    pal_thread_join(g.thread);
    ck_assert_int_eq(g.result, 0);
    ck_assert_int_eq(g.pending, CORERT_E_CLOSED);
    ck_assert_int_eq(g.log[0], 200);
}
END_TEST

START_TEST(a_stubborn_finally_is_left_in_the_end)
{
    struct guest g;

    guest_start(&g, stubborn, false);
    ck_assert(thr_attach());
    ck_assert(thr_end_others(LONG / 5)); /* forced after half of it */
    pal_thread_join(g.thread);
    ck_assert_int_eq(g.result, 0);
    ck_assert_uint_eq(g.logged, 1);
    ck_assert_int_eq(g.log[0], 300);
}
END_TEST

START_TEST(a_throw_is_the_end_of_an_asked_thread)
{
    struct test_exception *e = exception_new(&mt_base);

    ck_assert(thr_attach());
    thr_cancel_self(THR_CANCEL_ASKED);
    ck_assert_int_eq(enter(guarded_throw, e), 0);
    ck_assert_int_eq(thr_pending_take(), CORERT_E_CLOSED);
    ck_assert_int_eq(log_events[0], 200);
    ck_assert_uint_eq(inflight_count(), 0);
    /* It has left managed code: nothing is asked any more. */
    ck_assert_int_eq(export_enter(plain_number, NULL), 42);
    ck_assert_uint_eq(corert_thread.stack_limit == UINTPTR_MAX, 0);
    ck_assert_uint_eq(thr_stop_request, 0);
    exception_free(e);
}
END_TEST

START_TEST(a_thread_can_end_itself)
{
    ck_assert_int_eq(export_enter(guarded_end, NULL), 0);
    ck_assert_int_eq(thr_pending_take(), CORERT_E_CLOSED);
    ck_assert_uint_eq(log_count, 1);
    ck_assert_int_eq(log_events[0], 200);
    ck_assert_int_eq(export_enter(plain_number, NULL), 42);
}
END_TEST

static int64_t
call_back(void)
{
    return export_enter(guarded_end, NULL) == 0 ? 3 : 4; /* as a host's function would */
}

START_TEST(an_end_goes_through_all_entries_of_the_thread)
{
    native_action = call_back;
    ck_assert_int_eq(export_enter(guarded_native, NULL), 0);
    native_action = NULL;
    ck_assert_int_eq(thr_pending_take(), CORERT_E_CLOSED);
    ck_assert_int_eq(boundary_calls, 2);
    ck_assert_uint_eq(log_count, 2);
    ck_assert_int_eq((intptr_t)corert_thread.transition, THREAD_STATE_NO_FRAMES);
    ck_assert_ptr_null(corert_thread.reverse_head);
    ck_assert_int_eq(export_enter(plain_number, NULL), 42);
}
END_TEST

/* ---- when a module ends: the others inside ---- */

static int64_t
back_at_once(void)
{
    return 9;
}

START_TEST(who_is_inside_has_to_leave_and_who_is_outside_may_come_back)
{
    struct guest g;

    guest_start(&g, guarded_spin, false);
    ck_assert_int_eq(export_enter(plain_number, NULL), 42);
    thr_close_entries();
    thr_cancel_inside();
    pal_thread_join(g.thread);
    ck_assert_int_eq(g.result, 0);
    ck_assert_int_eq(g.pending, CORERT_E_CLOSED);
    ck_assert_int_eq(g.log[0], 200);
    ck_assert_uint_eq(thr_stop_request, 0);
    /* The caller was outside. Had it been leaving just then, it would have been asked too late: */
    thr_cancel_self(THR_CANCEL_ASKED);
    native_action = back_at_once;
    ck_assert_int_ne(export_enter(guarded_native, NULL), 0);
    native_action = NULL;
    ck_assert_int_eq(thr_pending_take(), 0);
    ck_assert_uint_eq(log_count, 1); /* its finally block, as always */
    ck_assert_uint_eq(thr_stop_request, 0);
}
END_TEST

/* What was asked of the thread before: shutdown runs managed code on it at last. */
START_TEST(who_ends_the_others_does_not_end_itself)
{
    ck_assert(thr_attach());
    thr_cancel_self(THR_CANCEL_ASKED);
    ck_assert(thr_end_others(LONG));
    ck_assert(plain_enter(plain_number, NULL) == 77.0);
}
END_TEST

/* ---- entries ---- */

static int closed_status;

static int
closed(uintptr_t pc)
{
    (void)pc;
    return closed_status;
}

START_TEST(a_closed_export_is_not_entered)
{
    ck_assert_int_eq(export_enter(plain_number, NULL), 42);
    closed_status = CORERT_E_CLOSED;
    ck_assert_int_eq(export_enter(plain_number, NULL), 42); /* nobody asks yet */
    thr_close_entries();
    ck_assert_int_eq(export_enter(plain_number, NULL), 0);
    ck_assert_int_eq(thr_pending_take(), CORERT_E_CLOSED);
    ck_assert_int_eq(thr_pending_take(), 0);
    closed_status = 0; /* another module's */
    ck_assert_int_eq(export_enter(plain_number, NULL), 42);
    ck_assert(plain_enter(plain_number, NULL) == 77.0);
}
END_TEST

static void
closed_from_outside(void *result)
{
    *(int64_t *)result = export_enter(plain_number, NULL);
    ck_assert_int_eq(thr_pending_take(), CORERT_E_CLOSED);
    ck_assert_ptr_null(thr_current()); /* refused before it was attached */
}

START_TEST(unknown_threads_are_refused_without_being_attached)
{
    struct pal_thread *t;
    int64_t result = -1;

    ck_assert(thr_attach());
    ck_assert(thr_end_others(LONG));
    ck_assert_int_eq(pal_thread_start(&t, closed_from_outside, &result, 0, "late"), PAL_OK);
    pal_thread_join(t);
    ck_assert_int_eq(result, 0);
}
END_TEST

/* ---- waits ---- */

static struct thr_monitor *monitor;
static _Atomic(int) wait_result;

static void
wait_in_monitor(void *timeout)
{
    ck_assert(thr_attach());
    RhMonitorAcquire(monitor);
    wait_result = 10;
    wait_result = RhMonitorWait(monitor, *(int32_t *)timeout, 1);
    RhMonitorRelease(monitor);
}

static void
expect_cancelled_wait(int32_t timeout)
{
    struct pal_thread *t;

    wait_result = 99;
    ck_assert_int_eq(pal_thread_start(&t, wait_in_monitor, &timeout, 0, "waits"), PAL_OK);
    while (wait_result == 99)
        pal_thread_yield();
    thr_cancel_all(THR_CANCEL_ASKED);
    while (wait_result == 10) {
        thr_cancel_nudge();
        pal_thread_yield();
    }
    ck_assert(wait_result == THR_MONITOR_END || wait_result == THR_MONITOR_WOKEN_END);
    pal_thread_join(t);
}

START_TEST(a_wait_ends_when_its_thread_has_to)
{
    ck_assert(thr_attach());
    monitor = RhMonitorCreate();
    ck_assert_ptr_nonnull(monitor);
    expect_cancelled_wait(-1);
    expect_cancelled_wait(1000000000);
    RhMonitorDestroy(monitor);
}
END_TEST

START_TEST(a_deadline_ends_the_own_wait)
{
    ck_assert(thr_attach());
    monitor = RhMonitorCreate();
    thr_deadline_set(5000000);
    RhMonitorAcquire(monitor);
    ck_assert_int_eq(RhMonitorWait(monitor, 0, 1), 0);
    ck_assert_int_eq(RhMonitorWait(monitor, -1, 1), THR_MONITOR_WOKEN_END);
    ck_assert_int_eq(RhMonitorWait(monitor, -1, 1), THR_MONITOR_END); /* without waiting */
    ck_assert_int_eq(RhMonitorWait(monitor, 1, 0), 0); /* one that must not end */
    RhMonitorRelease(monitor);
    RhMonitorDestroy(monitor);
}
END_TEST

static void
signal_monitor(void *unused)
{
    (void)unused;
    RhMonitorAcquire(monitor);
    RhMonitorSignalRelease(monitor);
}

START_TEST(a_monitor_wakes_and_times_out)
{
    struct pal_thread *t;
    struct thr_monitor *again;

    monitor = RhMonitorCreate();
    RhMonitorAcquire(monitor);
    ck_assert_int_eq(RhMonitorWait(monitor, 1, 1), 0);
    ck_assert_int_eq(pal_thread_start(&t, signal_monitor, NULL, 0, "wakes"), PAL_OK);
    ck_assert_int_eq(RhMonitorWait(monitor, -1, 1), 1);
    RhMonitorRelease(monitor);
    pal_thread_join(t);
    RhMonitorDestroy(monitor);
    again = RhMonitorCreate();
    ck_assert_ptr_eq(again, monitor); /* memory is used again */
    RhMonitorDestroy(again);
}
END_TEST

/* ---- threads of managed code ---- */

static _Atomic(int) entered, hook_calls;
static bool hook_refuses;

static void *
thread_entry(void *argument)
{
    if (plain_enter(plain_number, argument) == 77.0)
        entered++;
    return NULL;
}

static int
hook(void *context, void (*run)(void *argument), void *argument, size_t stack_bytes,
     const char *name)
{
    struct pal_thread *t;

    (void)context;
    hook_calls++;
    if (hook_refuses || pal_thread_start(&t, run, argument, stack_bytes, name) != PAL_OK)
        return 1;
    pal_thread_detach(t);
    return 0;
}

static void
expect_thread(int32_t started)
{
    int before = entered;

    ck_assert_int_eq(RhThreadCreate(0, (void *)(uintptr_t)thread_entry, NULL, NULL), started);
    while (started && (entered == before || thr_busy_count()))
        pal_thread_yield();
    ck_assert_uint_eq(thr_starting_count(), 0);
}

START_TEST(managed_code_gets_threads_from_us_or_from_the_host)
{
    struct thr_hooks hooks = {.thread_start = hook};

    ck_assert(thr_attach());
    expect_thread(1);
    ck_assert(thr_init(&hooks));
    expect_thread(1);
    ck_assert_int_eq(hook_calls, 1);
    hook_refuses = true;
    expect_thread(0);
    hook_refuses = false;
    ck_assert(thr_end_others(LONG));
    expect_thread(0); /* going down */
    ck_assert_int_eq(hook_calls, 2);
    ck_assert_uint_eq(thr_count(), 1);
}
END_TEST

/* ---- forgetting ---- */

struct idle {
    _Atomic(int) step;
    struct thr_thread *seen;
};

static void
idle_main(void *argument)
{
    struct idle *i = argument;

    export_enter(plain_number, NULL);
    i->step = 1;
    while (i->step < 2)
        pal_thread_yield();
    i->seen = thr_current();
}

START_TEST(idle_threads_are_forgotten)
{
    struct idle idle = {0};
    struct pal_thread *t;

    ck_assert(thr_attach());
    ck_assert_int_eq(pal_thread_start(&t, idle_main, &idle, 0, "idle"), PAL_OK);
    while (!idle.step)
        pal_thread_yield();
    ck_assert_uint_eq(thr_count(), 2);
    ck_assert(thr_end_others(LONG));
    thr_forget_others();
    ck_assert_uint_eq(thr_count(), 1);
    idle.step = 2;
    pal_thread_join(t); /* its end finds nothing to do */
    ck_assert_ptr_null(idle.seen);
    ck_assert_uint_eq(thr_count(), 1);
}
END_TEST

START_TEST(a_child_of_fork_is_refused_and_does_not_hang)
{
    int status;
    pid_t child;

    ck_assert_int_eq(export_enter(plain_number, NULL), 42);
    thr_stop_world();
    child = fork();
    if (child == 0) {
        bool fine = thr_forked() && export_enter(plain_number, NULL) == 0 &&
                    thr_pending_take() == CORERT_E_MISUSE;

        thr_detach();
        _exit(fine ? 7 : 8);
    }
    thr_resume_world();
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), 7);
    ck_assert_int_eq(export_enter(plain_number, NULL), 42);
}
END_TEST

/* ---- many ---- */

static void
hammer(void *argument)
{
    struct spinner *s = argument;
    struct test_exception *mine = exception_new(&mt_derived);

    while (!s->done) {
        ck_assert_int_eq(enter(t_catch, mine), 100);
        ck_assert_int_eq(export_enter(plain_number, NULL), 42);
        if (++s->turns % 64 == 0)
            thr_detach();
        log_reset();
    }
    exception_free(mine);
}

static void
stopper(void *argument)
{
    struct spinner *s = argument;

    while (!s->done) {
        thr_stop_world();
        ck_assert(thr_stopped_by_me());
        thr_resume_world();
        s->turns++;
    }
}

START_TEST(many_threads_and_stoppers_at_once)
{
    enum { N = 24, STOPPERS = 3, TURNS = 300 };
    static struct spinner s[N + STOPPERS];
    struct pal_thread *t[N + STOPPERS];
    int i;

    for (i = 0; i < N + STOPPERS; i++)
        ck_assert_int_eq(pal_thread_start(&t[i], i < N ? hammer : stopper, &s[i], 0, "many"),
                         PAL_OK);
    for (i = 0; i < N + STOPPERS; i++)
        while (s[i].turns < TURNS)
            pal_thread_sleep_ns(1000000);
    for (i = 0; i < N + STOPPERS; i++)
        s[i].done = 1;
    for (i = 0; i < N + STOPPERS; i++)
        pal_thread_join(t[i]);
    ck_assert_uint_eq(thr_count(), 0);
}
END_TEST

static void
setup(void)
{
    struct thr_hooks hooks = {.warn = warn, .closed = closed};

    managed_setup();
    ck_assert(thr_init(&hooks));
    boundary_calls = 0;
    closed_status = 0;
    warnings[0] = 0;
}

static Suite *
end_suite(void)
{
    Suite *s = suite_create("thr_end");
    TCase *core = tcase_create("core");

    tcase_set_timeout(core, 60);
    tcase_add_checked_fixture(core, setup, managed_teardown);
    tcase_add_test(core, a_spinning_export_runs_its_finally_and_returns_zero);
    tcase_add_test(core, a_thread_entry_without_boundary_is_left_with_zero);
    tcase_add_test(core, a_thread_in_native_code_unwinds_when_it_returns);
    tcase_add_test(core, a_stubborn_finally_is_left_in_the_end);
    tcase_add_test(core, a_throw_is_the_end_of_an_asked_thread);
    tcase_add_test(core, a_thread_can_end_itself);
    tcase_add_test(core, an_end_goes_through_all_entries_of_the_thread);
    tcase_add_test(core, who_is_inside_has_to_leave_and_who_is_outside_may_come_back);
    tcase_add_test(core, who_ends_the_others_does_not_end_itself);
    tcase_add_test(core, a_closed_export_is_not_entered);
    tcase_add_test(core, unknown_threads_are_refused_without_being_attached);
    tcase_add_test(core, a_wait_ends_when_its_thread_has_to);
    tcase_add_test(core, a_deadline_ends_the_own_wait);
    tcase_add_test(core, a_monitor_wakes_and_times_out);
    tcase_add_test(core, managed_code_gets_threads_from_us_or_from_the_host);
    tcase_add_test(core, idle_threads_are_forgotten);
    tcase_add_test(core, many_threads_and_stoppers_at_once);
    tcase_add_test(core, a_child_of_fork_is_refused_and_does_not_hang);
    suite_add_tcase(s, core);
    return s;
}

int
main(void)
{
    SRunner *runner = srunner_create(end_suite());
    int failed;

    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
