/* tests/host/check_late.c - ends that come where nobody calls: in finalizers, timers, async code, and in
 * the start-up code of a module and the static constructor of a type. */
#include "tests/host/check_host.h"

#include <sched.h>
#include <stdatomic.h>
#include <time.h>

enum end { UNHANDLED, OVERFLOWS, EXITS, FAILS_FAST, ENDS };

static const char *const end_text[ENDS] = {"nobody catches", "stack", "Environment.Exit(3)",
                                           "going down"};

static _Atomic(unsigned) told;
static char last[2048];
static int (*add)(int, int), (*endings)(void), (*wait_all)(void);
static void (*finalizers)(int, int);

static void
on_unhandled(void *context, const char *message)
{
    (void)context;
    snprintf(last, sizeof last, "%s", message);
    told++;
}

static corert_config
config_of(corert_finalizers who)
{
    told = 0;
    last[0] = 0;
    return (corert_config){.struct_size = sizeof(corert_config),
                           .unhandled = on_unhandled,
                           .finalizers = who,
                           .shutdown_ms = 20000};
}

static corert_module *
begin(corert_finalizers who)
{
    corert_config config = config_of(who);
    corert_module *m;
    char text[256];

    ck_assert_int_eq(corert_init(&config), CORERT_OK);
    ck_assert_msg(corert_module_load(FAULTS_MODULE, &m, text, sizeof text) == CORERT_OK, "%s", text);
    BIND(m, "faults_add", add);
    BIND(m, "faults_endings", endings);
    BIND(m, "faults_wait", wait_all);
    BIND(m, "faults_finalizers", finalizers);
    return m;
}

static void
expect_text(const char *text)
{
    ck_assert_msg(strstr(last, text) != NULL, "'%s' instead of '%s'", last, text);
}

static void
wait_until_told(void)
{
    const struct timespec ms = {0, 1000000};

    for (int i = 0; i < 200000 && !told; i++)
        nanosleep(&ms, NULL);
    ck_assert_uint_ge(told, 1);
}

/* ---- finalizers ---- */

/* An exception, also that of an overflow: told, the next finalizer runs, the module goes on. */
START_TEST(exceptions_in_finalizers_end_nothing)
{
    begin(_i % 2 ? CORERT_FINALIZERS_THREAD : CORERT_FINALIZERS_HOST);
    finalizers(_i / 2, 30);
    ck_assert_int_gt(wait_all(), 10);
    ck_assert_uint_eq(told, (unsigned)endings());
    expect_text(end_text[_i / 2]);
    (void)corert_pending_status();
    ck_assert_int_eq(add(1, 2), 3);
    ck_assert_int_eq(corert_pending_status(), CORERT_OK);
    ck_assert_int_eq(corert_shutdown(), CORERT_OK);
}
END_TEST

START_TEST(an_end_in_a_finalizer_closes_the_module)
{
    int kind = EXITS + _i / 2;

    begin(_i % 2 ? CORERT_FINALIZERS_THREAD : CORERT_FINALIZERS_HOST);
    finalizers(kind, 30);
    if (_i % 2)
        wait_until_told();
    else
        (void)corert_run_finalizers(0, NULL);
    expect_text(end_text[kind]);
    (void)corert_pending_status();
    ck_assert_int_eq(add(1, 2), 0);
    ck_assert_int_eq(corert_pending_status(), CORERT_E_CLOSED);
    ck_assert_int_eq(corert_shutdown(), CORERT_OK);
}
END_TEST

/* ---- timers, async code, tasks ---- */

START_TEST(an_end_in_a_timer_does_not_end_the_host)
{
    corert_module *m = begin(CORERT_FINALIZERS_HOST);
    void (*end)(int);

    BIND(m, _i / ENDS ? "faults_async" : "faults_timer", end);
    end(_i % ENDS);
    wait_until_told();
    expect_text(end_text[_i % ENDS]);
    ck_assert_int_eq(corert_shutdown(), CORERT_OK);
}
END_TEST

START_TEST(a_task_that_nobody_looks_at_ends_nothing)
{
    corert_module *m = begin(CORERT_FINALIZERS_THREAD);
    int (*task)(void);

    BIND(m, "faults_task", task);
    for (int i = 0; i < 5; i++) {
        (void)task();
        ck_assert_int_eq(corert_gc_collect(0), CORERT_OK);
        wait_all();
    }
    ck_assert_int_eq(add(1, 2), 3);
    ck_assert_uint_eq(told, 0);
    ck_assert_int_eq(corert_shutdown(), CORERT_OK);
}
END_TEST

/* Nobody asks for the pending status: the next good call must not be taken for the failed one. */
START_TEST(a_status_that_nobody_asks_for_stays_until_asked)
{
    corert_module *m = begin(CORERT_FINALIZERS_HOST);
    int (*starve)(int, int, int);

    BIND(m, "faults_starve_out", starve);
    for (int i = 0; i < 1000; i++)
        ck_assert_int_eq(starve(99, -1, -1), 0); /* an exception: a negative count */
    ck_assert_int_eq(add(1, 2), 3);
    ck_assert_int_eq(corert_pending_status(), CORERT_E_EXCEPTION);
    ck_assert_int_eq(corert_pending_status(), CORERT_OK);
    ck_assert_uint_eq(told, 1000);
    ck_assert_int_eq(starve(99, -1, -1), 0); /* left behind */
    ck_assert_int_eq(corert_shutdown(), CORERT_OK);
    ck_assert_int_eq(corert_pending_status(), CORERT_OK);
}
END_TEST

/* ---- start-up code ---- */

static const struct {
    const char *how, *text;
} starts[] = {{"exit", "Environment.Exit(3)"},
              {"failfast", "going down"},
              {"throw", "no start"},
              {"overflow", "stack"}};

START_TEST(an_end_in_start_up_code_refuses_the_load)
{
    corert_config config = config_of(CORERT_FINALIZERS_HOST);
    corert_module *m = (corert_module *)(void *)&config;
    corert_status status;
    char text[1024];
    int (*answer)(void);

    for (int round = 0; round < 3; round++) {
        setenv("STARTS_END", starts[_i].how, 1);
        told = 0;
        ck_assert_int_eq(corert_init(&config), CORERT_OK);
        status = corert_module_load(STARTS_MODULE, &m, text, sizeof text);
        unsetenv("STARTS_END");
        ck_assert_msg(status == CORERT_E_EXCEPTION || status == CORERT_E_CLOSED, "%d %s",
                      (int)status, text);
        ck_assert_ptr_null(m);
        ck_assert_str_ne(text, "");
        /* An exception's text is in the message, which is all that is told then. */
        ck_assert_uint_eq(told, _i < 2);
        ck_assert_msg(strstr(_i < 2 ? last : text, starts[_i].text) != NULL, "%s, %s", last, text);
        (void)corert_pending_status();
        ck_assert_int_eq(corert_shutdown(), CORERT_OK);
        /* and without that it starts */
        ck_assert_int_eq(corert_init(&config), CORERT_OK);
        ck_assert_int_eq(corert_module_load(STARTS_MODULE, &m, text, sizeof text), CORERT_OK);
        BIND(m, "starts_answer", answer);
        ck_assert_int_eq(answer(), 42);
        ck_assert_int_eq(corert_shutdown(), CORERT_OK);
    }
}
END_TEST

/* 0 and 1 end the module, 2 and 3 are exceptions that leave the export. */
START_TEST(an_end_in_a_static_constructor_is_one_of_the_export)
{
    corert_config config = config_of(CORERT_FINALIZERS_HOST);
    corert_module *m;
    char text[1024];
    int (*answer)(void);

    ck_assert_int_eq(corert_init(&config), CORERT_OK);
    setenv("STARTS_TYPE_END", starts[_i].how, 1);
    ck_assert_msg(corert_module_load(STARTS_MODULE, &m, text, sizeof text) == CORERT_OK, "%s", text);
    BIND(m, "starts_answer", answer);
    ck_assert_int_eq(answer(), 0);
    ck_assert_int_eq(corert_pending_status(), _i < 2 ? CORERT_E_CLOSED : CORERT_E_EXCEPTION);
    ck_assert_uint_eq(told, 1);
    expect_text(starts[_i].text);
    unsetenv("STARTS_TYPE_END");
    ck_assert_int_eq(answer(), 0); /* closed, or the type stays as it is */
    ck_assert_int_eq(corert_pending_status(), _i < 2 ? CORERT_E_CLOSED : CORERT_E_EXCEPTION);
    ck_assert_int_eq(corert_shutdown(), CORERT_OK);
}
END_TEST

TCase *
case_late(void)
{
    TCase *c = tcase_create("late");

    tcase_set_timeout(c, 60);
    tcase_add_loop_test(c, exceptions_in_finalizers_end_nothing, 0, 4);
    tcase_add_loop_test(c, an_end_in_a_finalizer_closes_the_module, 0, 4);
    tcase_add_loop_test(c, an_end_in_a_timer_does_not_end_the_host, 0, 2 * ENDS);
    tcase_add_test(c, a_task_that_nobody_looks_at_ends_nothing);
    tcase_add_test(c, a_status_that_nobody_asks_for_stays_until_asked);
    tcase_add_loop_test(c, an_end_in_start_up_code_refuses_the_load, 0, 4);
    tcase_add_loop_test(c, an_end_in_a_static_constructor_is_one_of_the_export, 0, 4);
    return c;
}
