/* tests/engine/check_thr_signal.c - the stop signal: threads that never come to a check stop, what
 * their registers hold is seen, and the host keeps what is its own. */
#include "tests/engine/managed_thr.h"

#include "pal/pal.h"

#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void
boundary_caught(void *exception)
{
    (void)exception;
}

int64_t
native_blocks(void *o)
{
    (void)o;
    return 0;
}

static int
stop_number(void)
{
    return SIGRTMIN + 5;
}

struct spinning {
    struct spinner spinner; /* first */
    managed_fn *function;
    void *alternate; /* NULL, or a signal stack */
    bool blocked;    /* runs with every signal blocked */
    pthread_t thread;
};

static void *
spin_main(void *argument)
{
    struct spinning *s = argument;
    stack_t alternate = {.ss_sp = s->alternate, .ss_size = 65536}, before;

    if (s->alternate)
        sigaltstack(&alternate, &before);
    if (s->blocked) {
        sigset_t all;

        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, NULL);
    }
    enter(s->function, s);
    if (s->alternate) /* a sanitizer has one */
        sigaltstack(&before, NULL);
    return NULL;
}

static void
spin_start(struct spinning *s, managed_fn *function)
{
    s->function = function;
    ck_assert_int_eq(pthread_create(&s->thread, NULL, spin_main, s), 0);
    while (!s->spinner.turns)
        pal_thread_yield();
}

static void
spin_end(struct spinning *s)
{
    s->spinner.done = 1;
    pthread_join(s->thread, NULL);
}

/* ---- stopping ---- */

static void
expect_stopped(struct spinning *s, int count, int rounds)
{
    for (int round = 0; round < rounds; round++) {
        int64_t before[8];

        thr_stop_world();
        for (int i = 0; i < count; i++)
            before[i] = s[i].spinner.turns;
        pal_thread_sleep_ns(50000);
        for (int i = 0; i < count; i++)
            ck_assert_int_eq(s[i].spinner.turns, before[i]);
        thr_resume_world();
    }
    for (int i = 0; i < count; i++) {
        int64_t seen = s[i].spinner.turns;

        while (s[i].spinner.turns == seen)
            pal_thread_yield();
    }
}

START_TEST(threads_without_checks_stop_and_go_on)
{
    enum { N = 4 };
    struct spinning s[N];

    memset(s, 0, sizeof s);
    s[1].alternate = malloc(65536);
    for (int i = 0; i < N; i++)
        spin_start(&s[i], i == 2 ? spin_checked : spin_blind);
    expect_stopped(s, N, 50);
    for (int i = 0; i < N; i++)
        spin_end(&s[i]);
    free(s[1].alternate);
}
END_TEST

START_TEST(a_thread_that_blocks_the_signal_stops_at_checks)
{
    struct spinning s = {.blocked = true};

    spin_start(&s, spin_checked);
    expect_stopped(&s, 1, 10);
    spin_end(&s);
}
END_TEST

/* ---- what the registers hold ---- */

struct hunt {
    uintptr_t wanted;
    unsigned found;
};

static void
hunt_range(uintptr_t low, uintptr_t high, void *context)
{
    struct hunt *h = context;

    ck_assert_uint_eq(low % 8, 0);
    ck_assert_uint_lt(low, high);
    for (; low + 8 <= high; low += 8)
        h->found += *(const uintptr_t *)low == h->wanted;
}

static bool
hunt_thread(struct thr_thread *t, void *context)
{
    if (t != thr_current())
        thr_for_each_range(t, hunt_range, context);
    return true;
}

START_TEST(general_and_vector_registers_are_in_the_ranges)
{
    enum { ROUNDS = 200 };
    struct spinning s;
    unsigned seen = 0;

    memset(&s, 0, sizeof s);
    spin_start(&s, spin_in_registers);
    for (int i = 0; i < ROUNDS; i++) {
        struct hunt hunt = {~(uintptr_t)&s, 0};

        thr_stop_world();
        thr_for_each(hunt_thread, &hunt);
        thr_resume_world();
        seen += hunt.found >= 2; /* rbx and xmm7 */
    }
    spin_end(&s);
    ck_assert_uint_gt(seen, ROUNDS / 2); /* nearly all its time it holds the number */
}
END_TEST

START_TEST(a_held_thread_says_so)
{
    struct spinning s;
    const struct thr_held *held = NULL;
    struct thr_thread *t;

    memset(&s, 0, sizeof s);
    ck_assert(thr_attach());
    spin_start(&s, spin_blind);
    thr_stop_world();
    t = thr_current()->next ? thr_current()->next : thr_current()->prev;
    held = t->held;
    ck_assert_ptr_nonnull(held);
    ck_assert_ptr_eq(t->block->transition, &held->transition);
    ck_assert_ptr_nonnull(eh_module_find(held->transition.pc));
    thr_resume_world();
    spin_end(&s);
}
END_TEST

/* ---- the host's signals ---- */

static _Atomic(int) own_signals;

static void
own_handler(int number)
{
    (void)number;
    own_signals++;
}

START_TEST(the_hosts_signals_go_on_under_stops)
{
    enum { ROUNDS = 300 };
    struct sigaction own, now;
    struct spinning s;

    memset(&own, 0, sizeof own);
    own.sa_handler = own_handler;
    sigaction(SIGUSR1, &own, NULL);
    memset(&s, 0, sizeof s);
    spin_start(&s, spin_blind);
    for (int i = 0; i < ROUNDS; i++) {
        pthread_kill(s.thread, SIGUSR1);
        thr_stop_world();
        pthread_kill(s.thread, SIGUSR1);
        thr_resume_world();
    }
    spin_end(&s);
    ck_assert_int_gt(own_signals, 1);
    sigaction(SIGUSR1, NULL, &now);
    ck_assert(now.sa_handler == own_handler);
}
END_TEST

START_TEST(stray_signals_do_nothing)
{
    ck_assert(thr_attach());
    errno = 77;
    for (int i = 0; i < 100; i++)
        raise(stop_number());
    ck_assert_int_eq(errno, 77);
    ck_assert_ptr_null(thr_current()->held);
    ck_assert_int_eq(enter(t_catch, next_exception), 100);
}
END_TEST

/* ---- taking and giving back ---- */

START_TEST(a_used_or_unusable_signal_is_refused)
{
    struct sigaction own, now;

    thr_signal_stop();
    memset(&own, 0, sizeof own);
    own.sa_handler = own_handler;
    sigaction(SIGRTMIN + 6, &own, NULL);
    ck_assert_int_eq(thr_signal_start(SIGRTMIN + 6), PAL_E_ACCESS);
    sigaction(SIGRTMIN + 6, NULL, &now);
    ck_assert(now.sa_handler == own_handler);
    signal(SIGRTMIN + 7, SIG_IGN);
    ck_assert_int_eq(thr_signal_start(SIGRTMIN + 7), PAL_E_ACCESS);
    ck_assert_int_eq(thr_signal_start(SIGSEGV), PAL_E_KIND);
    ck_assert_int_eq(thr_signal_start(SIGKILL), PAL_E_KIND);
    ck_assert_int_eq(thr_signal_start(-1), PAL_E_KIND);
    ck_assert_int_eq(thr_signal_start(4000), PAL_E_KIND);
    ck_assert(!thr_signal_is_used());
    signal(SIGRTMIN + 6, SIG_DFL); /* all tests may run in one process */
    signal(SIGRTMIN + 7, SIG_DFL);
}
END_TEST

static void *
block_and_wait(void *blocked)
{
    sigset_t all;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, NULL);
    *(_Atomic(int) *)blocked = 1;
    while (*(_Atomic(int) *)blocked == 1)
        pal_thread_yield();
    sigemptyset(&all);
    pthread_sigmask(SIG_SETMASK, &all, NULL); /* one that still waited would end the process */
    return NULL;
}

START_TEST(the_signal_is_given_back_and_none_is_left)
{
    struct sigaction now;
    _Atomic(int) blocked = 0;
    pthread_t t;

    ck_assert_int_eq(pthread_create(&t, NULL, block_and_wait, &blocked), 0);
    while (!blocked)
        pal_thread_yield();
    pthread_kill(t, stop_number());
    thr_signal_stop();
    sigaction(stop_number(), NULL, &now);
    ck_assert(now.sa_handler == SIG_DFL);
    blocked = 2;
    pthread_join(t, NULL);
    ck_assert_int_eq(thr_signal_start(stop_number()), PAL_OK);
    signal(stop_number(), own_handler); /* the host takes it over: it stays the host's */
    thr_signal_stop();
    sigaction(stop_number(), NULL, &now);
    ck_assert(now.sa_handler == own_handler);
    signal(stop_number(), SIG_DFL);
}
END_TEST

/* ---- who does not come ---- */

static char warning[512];

static void
warn(const char *line)
{
    strncpy(warning, line, sizeof warning - 1);
}

static void *
let_go(void *s)
{
    while (!warning[0])
        pal_thread_sleep_ns(1000000);
    ((struct spinning *)s)->spinner.done = 1;
    return NULL;
}

START_TEST(a_thread_that_does_not_come_is_named)
{
    struct thr_hooks hooks = {.warn = warn};
    struct spinning s;
    pthread_t t;

    thr_signal_stop();
    ck_assert(thr_init(&hooks));
    thr_stop_patience_set(3000000);
    memset(&s, 0, sizeof s);
    spin_start(&s, spin_blind);
    ck_assert_int_eq(pthread_create(&t, NULL, let_go, &s), 0);
    thr_stop_world(); /* until it has come out */
    thr_resume_world();
    pthread_join(t, NULL);
    pthread_join(s.thread, NULL);
    ck_assert_ptr_nonnull(strstr(warning, "has not come to a check"));
    ck_assert_msg(strstr(warning, "entered managed code at 0x") != NULL, "%s", warning);
    thr_stop_patience_set(0);
}
END_TEST

static void
setup(void)
{
    managed_setup();
    exception_free(next_exception);
    next_exception = exception_new(&mt_base);
    ck_assert_int_eq(thr_signal_start(stop_number()), PAL_OK);
}

static Suite *
signal_suite(void)
{
    Suite *s = suite_create("thr_signal");
    TCase *core = tcase_create("core");

    tcase_set_timeout(core, 60);
    tcase_add_checked_fixture(core, setup, managed_teardown);
    tcase_add_test(core, threads_without_checks_stop_and_go_on);
    tcase_add_test(core, a_thread_that_blocks_the_signal_stops_at_checks);
    tcase_add_test(core, general_and_vector_registers_are_in_the_ranges);
    tcase_add_test(core, a_held_thread_says_so);
    tcase_add_test(core, the_hosts_signals_go_on_under_stops);
    tcase_add_test(core, stray_signals_do_nothing);
    tcase_add_test(core, a_used_or_unusable_signal_is_refused);
    tcase_add_test(core, the_signal_is_given_back_and_none_is_left);
    tcase_add_test(core, a_thread_that_does_not_come_is_named);
    suite_add_tcase(s, core);
    return s;
}

int
main(void)
{
    SRunner *runner = srunner_create(signal_suite());
    int failed;

    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
