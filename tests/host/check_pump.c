/* tests/host/check_pump.c - the mode without threads: managed threads run where the host pumps and
 * where its own thread waits, and the process never has a second thread. */
#include "tests/host/check_host.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

enum { WAITS = 15, SECOND_US = 1000000 }; /* of Pump.cs */

static corert_config
config_of(uint32_t stress)
{
    corert_config config = said_config();

    config.gc_mark_threads = 4; /* counts for nothing here */
    config.gc_stress_interval = stress;
    config.gc_stress_evacuate = stress != 0;
    config.gc_verify = stress != 0;
    config.no_threads = 1;
    config.shutdown_ms = 100000; /* of the coroutines' own time, whatever else runs */
    return config;
}

static corert_module *
start(uint32_t stress)
{
    corert_config config = config_of(stress);

    return said_load(&config, PUMP_MODULE);
}

static uint64_t
now_us(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * SECOND_US + (uint64_t)t.tv_nsec / 1000;
}

/* Sleeps as long as a host would that has nothing else to do. */
static void
pump_and_sleep(uint64_t budget_us)
{
    struct timespec nap = {0, 0};
    uint64_t due_us;
    size_t ready;

    ck_assert_int_eq(corert_pump(budget_us, &ready, &due_us), CORERT_OK);
    ck_assert((due_us == 0) == (ready > 0));
    if (due_us > 5000)
        due_us = 5000;
    nap.tv_nsec = (long)due_us * 1000;
    nanosleep(&nap, NULL);
}

static void
stop_engine(void)
{
    ck_assert_msg(corert_shutdown() == CORERT_OK, "%s", said.log);
    ck_assert_str_eq(said.log, "");
    ck_assert_uint_eq(said.unhandled.count, 0);
}

/* ---- waits ---- */

static const uint32_t stresses[] = {0, 97, 1};

START_TEST(the_host_thread_waits_for_managed_threads)
{
    unsigned tasks = task_count();
    corert_module *m = start(stresses[_i]);
    int (*wait)(int);

    BIND(m, "pump_wait", wait);
    for (int kind = 0; kind < WAITS; kind++) {
        ck_assert_msg(wait(kind) == 1, "kind %d", kind);
        ck_assert_uint_eq(task_count(), tasks);
        ck_assert_int_eq(corert_pump(100, NULL, NULL), CORERT_OK);
    }
    stop_engine();
    ck_assert_uint_eq(task_count(), tasks);
}
END_TEST

START_TEST(a_wait_that_nobody_can_end_throws)
{
    corert_module *m = start(0);
    int (*deadlock)(int), (*wait)(int);

    if (task_count() > 1)
        return; /* a sanitizer's thread could end it, as far as the engine knows */
    BIND(m, "pump_deadlock", deadlock);
    BIND(m, "pump_wait", wait);
    for (int round = 0; round < 2; round++) {
        for (int kind = 0; kind < 4; kind++)
            ck_assert_msg(deadlock(kind) == 1, "kind %d", kind);
        ck_assert_int_eq(wait(0), 1);
        ck_assert_int_eq(wait(2), 1);
    }
    stop_engine();
}
END_TEST

/* ---- pumping ---- */

START_TEST(nothing_runs_until_it_is_pumped)
{
    corert_module *m = start(0);
    uint64_t due_us = 1;
    int (*steps)(void);
    void (*delay)(void), (*reset)(void);
    size_t ready = 1;

    BIND(m, "pump_steps", steps);
    BIND(m, "pump_delay", delay);
    BIND(m, "pump_reset", reset);
    ck_assert_int_eq(corert_pump(0, &ready, &due_us), CORERT_OK);
    ck_assert_uint_eq(ready, 0);
    ck_assert(due_us == UINT64_MAX);
    reset();
    delay();
    usleep(10000);
    ck_assert_int_eq(steps(), 0);
    ck_assert_int_eq(corert_pump(0, &ready, &due_us), CORERT_OK);
    ck_assert_uint_eq(ready, 0);
    if (steps() < 5) /* all can be due by now */
        ck_assert(due_us > 0 && due_us < SECOND_US);
    while (steps() < 5)
        pump_and_sleep(0);
    stop_engine();
}
END_TEST

START_TEST(timers_tick_while_the_host_sleeps_no_longer_than_told)
{
    unsigned tasks = task_count(); /* a sanitizer has one of its own */
    corert_module *m = start(97);
    uint64_t begin = now_us(CLOCK_MONOTONIC);
    int (*steps)(void);
    void (*timer)(int), (*reset)(void);

    BIND(m, "pump_steps", steps);
    BIND(m, "pump_timer", timer);
    BIND(m, "pump_reset", reset);
    reset();
    timer(3);
    while (steps() < 10)
        pump_and_sleep(1000);
    timer(0);
    /* Ten times three, and the class library's clock has whole milliseconds. */
    ck_assert_uint_ge(now_us(CLOCK_MONOTONIC) - begin, 28000);
    ck_assert_uint_eq(task_count(), tasks);
    stop_engine();
}
END_TEST

/* Kinds 0 to 2 of threads never wait. */
START_TEST(threads_that_never_wait_keep_to_the_budget)
{
    enum { BUDGET_US = 3000, PUMPS = 10 };
    corert_module *m = start(0);
    uint64_t before, spent, least = UINT64_MAX, due_us;
    int (*go)(int, int);
    void (*reset)(void), (*end)(void);
    size_t ready;

    BIND(m, "pump_start", go);
    BIND(m, "pump_reset", reset);
    BIND(m, "pump_stop", end);
    reset();
    go(_i, 3);
    for (int i = 0; i < PUMPS; i++) {
        before = now_us(CLOCK_THREAD_CPUTIME_ID);
        ck_assert_int_eq(corert_pump(BUDGET_US, &ready, &due_us), CORERT_OK);
        spent = now_us(CLOCK_THREAD_CPUTIME_ID) - before;
        least = spent < least ? spent : least;
        ck_assert_uint_eq(ready, 3);
        ck_assert_uint_eq(due_us, 0);
    }
    ck_assert_msg(least < 3 * BUDGET_US, "%" PRIu64 " us", least);
    end();
    ck_assert_int_eq(corert_pump(0, &ready, &due_us), CORERT_OK);
    ck_assert_uint_eq(ready, 0);
    stop_engine();
}
END_TEST

/* A thread that ticks, beside one that does not wait. */
START_TEST(busy_threads_do_not_starve_others)
{
    corert_module *m = start(0);
    int (*go)(int, int), (*steps)(void);
    void (*reset)(void), (*end)(void);

    BIND(m, "pump_start", go);
    BIND(m, "pump_steps", steps);
    BIND(m, "pump_reset", reset);
    BIND(m, "pump_stop", end);
    reset();
    go(0, 2);
    go(4, 1);
    while (steps() < 3)
        ck_assert_int_eq(corert_pump(2000, NULL, NULL), CORERT_OK);
    end();
    stop_engine();
}
END_TEST

START_TEST(locks_are_fair_to_threads_that_are_pumped)
{
    corert_module *m = start(97);
    int (*go)(int, int), (*steps)(void);
    void (*reset)(void);

    BIND(m, "pump_start", go);
    BIND(m, "pump_steps", steps);
    BIND(m, "pump_reset", reset);
    reset();
    go(5, 6);
    while (steps() < 6000)
        pump_and_sleep(500);
    ck_assert_int_eq(corert_pump(0, NULL, NULL), CORERT_OK);
    ck_assert_int_eq(steps(), 6000);
    stop_engine();
}
END_TEST

/* The thread sanitizer keeps a history for each, which makes a thousand very slow. */
#if defined(__SANITIZE_THREAD__)
enum { MANY = 50 };
#else
enum { MANY = 1000 };
#endif

START_TEST(many_threads_at_once)
{
    unsigned tasks = task_count();
    corert_module *m = start(0);
    int (*go)(int, int), (*finallies)(void);
    size_t before;

    BIND(m, "pump_start", go);
    BIND(m, "pump_finallies", finallies);
    before = resident_kib();
    go(3, MANY);
    ck_assert_int_eq(corert_pump(0, NULL, NULL), CORERT_OK);
    ck_assert_uint_le(resident_kib(), before + 64 * 1024 + GROWTH_KIB);
    ck_assert_uint_eq(task_count(), tasks);
    stop_engine();
}
END_TEST

START_TEST(finalizers_run_in_the_pump)
{
    corert_module *m = start(0);
    void (*drop)(int);
    int (*finalized)(void);

    BIND(m, "pump_drop", drop);
    BIND(m, "pump_finalized", finalized);
    drop(100);
    ck_assert_int_eq(finalized(), 0);
    ck_assert_int_eq(corert_pump(0, NULL, NULL), CORERT_OK);
    ck_assert_int_ge(finalized(), 90);
    drop(100);
    ck_assert_int_eq(corert_run_finalizers(0, NULL), CORERT_OK);
    ck_assert_int_ge(finalized(), 90);
    stop_engine();
}
END_TEST

/* ---- ends ---- */

START_TEST(shutdown_ends_what_waits_and_what_does_not)
{
    corert_module *m = start(0);
    int (*go)(int, int);
    void (*reset)(void), (*timer)(int), (*listen)(void);

    BIND(m, "pump_start", go);
    BIND(m, "pump_reset", reset);
    BIND(m, "pump_timer", timer);
    BIND(m, "pump_listen", listen);
    reset();
    timer(1);
    listen();
    for (int kind = 0; kind < 7; kind++)
        go(kind, 2);
    if (_i)
        ck_assert_int_eq(corert_pump(5000, NULL, NULL), CORERT_OK);
    stop_engine();
}
END_TEST

START_TEST(an_unhandled_exception_of_a_coroutine_closes_the_module)
{
    corert_module *m = start(0);
    void (*unhandled)(void);
    int (*steps)(void);

    BIND(m, "pump_unhandled", unhandled);
    BIND(m, "pump_steps", steps);
    unhandled();
    ck_assert_int_eq(corert_pump(0, NULL, NULL), CORERT_OK);
    ck_assert_uint_eq(said.unhandled.count, 1);
    ck_assert_ptr_nonnull(strstr(said.unhandled.last, "in a coroutine"));
    ck_assert_int_eq(steps(), 0);
    ck_assert_int_eq(corert_pending_status(), CORERT_E_CLOSED);
    ck_assert_int_eq(corert_shutdown(), CORERT_OK);
}
END_TEST

/* What the host's thread waits for will not come: another coroutine has ended the module. */
START_TEST(the_hosts_wait_ends_with_its_module)
{
    corert_module *m = start(0);
    int (*stay)(int);
    void (*end)(int);

    BIND(m, "threads_stay", stay);
    BIND(m, "threads_end_in_pool", end);
    end(_i);
    ck_assert_int_eq(stay(_i % 2 ? 2 : 5), 0);
    ck_assert_int_eq(corert_pending_status(), CORERT_E_CLOSED);
    ck_assert_uint_eq(said.unhandled.count, 1);
    ck_assert_int_eq(stay(5), 0);
    ck_assert_int_eq(corert_pending_status(), CORERT_E_CLOSED);
    ck_assert_msg(corert_shutdown() == CORERT_OK, "%s", said.log);
}
END_TEST

START_TEST(engines_with_and_without_threads_follow_each_other)
{
    corert_module *m;
    int (*wait)(int);
    unsigned tasks = task_count();

    for (int i = 0; i < 20; i++) {
        m = start(0);
        BIND(m, "pump_wait", wait);
        ck_assert_int_eq(wait(13), 1);
        ck_assert_uint_eq(task_count(), tasks);
        stop_engine();
        if (i % 10 == 0)
            guest_start(NULL, 0), guest_stop();
    }
}
END_TEST

/* ---- the wrong place ---- */

static int (*export_steps)(void);

/* In a coroutine. */
static int
host_function(void)
{
    uint64_t due_us = 0;
    size_t ready = 1;
    char stack_use[200 * 1024], text[4096];

    memset(stack_use, 1, sizeof stack_use);
    ck_assert_int_eq(corert_pump(0, &ready, &due_us), CORERT_E_MISUSE);
    ck_assert_uint_eq(ready, 0);
    ck_assert(due_us == UINT64_MAX);
    ck_assert_int_eq(corert_shutdown(), CORERT_E_MISUSE);
    ck_assert_int_eq(corert_thread_detach(), CORERT_E_MISUSE);
    ck_assert_int_eq(corert_gc_collect(CORERT_GC_COMPACT), CORERT_OK);
    ck_assert_int_eq(corert_stack_text(text, sizeof text, NULL), CORERT_OK);
    ck_assert_msg(strstr(text, "CallInThread") && strstr(text, "thr_coro_begin"), "%s", text);
    return stack_use[77] + export_steps();
}

/* On the host's own stack, below an export. */
static int
pumps(void)
{
    ck_assert_int_eq(corert_gc_collect(CORERT_GC_COMPACT), CORERT_OK);
    return corert_pump(0, NULL, NULL) == CORERT_OK ? export_steps() : -1;
}

START_TEST(a_host_function_may_pump)
{
    corert_module *m = start(97);
    int (*around)(int (*)(void)), (*go)(int, int);
    void (*reset)(void);

    BIND(m, "pump_steps", export_steps);
    BIND(m, "pump_start", go);
    BIND(m, "pump_reset", reset);
    BIND(m, "threads_around", around);
    reset();
    go(5, 3);
    ck_assert_int_eq(around(pumps), 3000 + 1);
    stop_engine();
}
END_TEST

static void *
other_thread(void *release)
{
    void (*set)(void);
    const struct timespec ms = {0, 20000000};

    memcpy(&set, release, sizeof set);
    ck_assert_int_eq(corert_pump(0, NULL, NULL), CORERT_E_MISUSE);
    ck_assert_int_eq(corert_shutdown(), CORERT_E_MISUSE);
    nanosleep(&ms, NULL);
    set(); /* a thread of the host runs managed code and wakes the other one */
    return NULL;
}

START_TEST(a_pump_elsewhere_is_refused)
{
    corert_module *m = start(0);
    int (*call)(int (*)(void)), (*await)(void);
    void *release;
    pthread_t thread;

    BIND(m, "pump_steps", export_steps);
    BIND(m, "pump_call_in_thread", call);
    BIND(m, "pump_await_release", await);
    ck_assert_int_eq(call(host_function), 1);
    ck_assert_int_eq(corert_module_export(m, "pump_release", &release), CORERT_OK);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(pthread_create(&thread, NULL, other_thread, &release), 0);
        ck_assert_int_eq(await(), 1);
        pthread_join(thread, NULL);
    }
    stop_engine();
    ck_assert_int_eq(corert_pump(0, NULL, NULL), CORERT_E_MISUSE);
}
END_TEST

static int
no_thread(void *context, void (*run)(void *), void *argument, size_t stack_bytes, const char *name)
{
    (void)context, (void)run, (void)argument, (void)stack_bytes, (void)name;
    return 1;
}

START_TEST(contradicting_configurations_are_refused)
{
    corert_config config = config_of(0);

    config.no_threads = 2;
    ck_assert_int_eq(corert_init(&config), CORERT_E_MISUSE);
    config.no_threads = 1;
    config.thread_start = no_thread;
    ck_assert_int_eq(corert_init(&config), CORERT_E_MISUSE);
    guest_start(NULL, 0);
    ck_assert_int_eq(corert_pump(0, NULL, NULL), CORERT_E_MISUSE); /* not in this mode */
    guest_stop();
}
END_TEST

static TCase *
case_pump(void)
{
    TCase *c = tcase_create("pump");

    tcase_set_timeout(c, 60);
    tcase_add_loop_test(c, the_host_thread_waits_for_managed_threads, 0, 3);
    tcase_add_test(c, a_wait_that_nobody_can_end_throws);
    tcase_add_test(c, nothing_runs_until_it_is_pumped);
    tcase_add_test(c, timers_tick_while_the_host_sleeps_no_longer_than_told);
    tcase_add_loop_test(c, threads_that_never_wait_keep_to_the_budget, 0, 3);
    tcase_add_test(c, busy_threads_do_not_starve_others);
    tcase_add_test(c, locks_are_fair_to_threads_that_are_pumped);
    tcase_add_test(c, many_threads_at_once);
    tcase_add_test(c, finalizers_run_in_the_pump);
    tcase_add_loop_test(c, shutdown_ends_what_waits_and_what_does_not, 0, 2);
    tcase_add_test(c, an_unhandled_exception_of_a_coroutine_closes_the_module);
    tcase_add_loop_test(c, the_hosts_wait_ends_with_its_module, 0, 4);
    tcase_add_test(c, engines_with_and_without_threads_follow_each_other);
    tcase_add_test(c, a_host_function_may_pump);
    tcase_add_test(c, a_pump_elsewhere_is_refused);
    tcase_add_test(c, contradicting_configurations_are_refused);
    return c;
}

int
main(void)
{
    Suite *s = suite_create("pump");
    SRunner *runner;
    int failed;

    suite_add_tcase(s, case_pump());
    runner = srunner_create(s);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
