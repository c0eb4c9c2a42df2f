/* tests/host/check_ends.c - how managed threads end: at shutdown whatever they do, by
 * Environment.Exit, FailFast and unhandled exceptions; the host's thread hook; many threads under
 * stops. */
#include "tests/host/check_host.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { KINDS = 10 }; /* of Threads.cs */

static corert_config
config_of(uint32_t shutdown_ms)
{
    corert_config config = said_config();

    config.shutdown_ms = shutdown_ms;
    return config;
}

static corert_module *
start(const corert_config *config)
{
    return said_load(config, THREADS_MODULE);
}

/* A thread that has left the engine may still be on its way out of the system. */
static void
expect_tasks(unsigned count)
{
    const struct timespec ms = {0, 1000000};

    for (int i = 0; i < 60000 && task_count() != count; i++)
        nanosleep(&ms, NULL);
    ck_assert_uint_eq(task_count(), count);
}

/* ---- shutdown ---- */

START_TEST(shutdown_ends_managed_threads_whatever_they_do)
{
    corert_config config = config_of(20000);
    unsigned tasks = task_count();
    corert_module *m;
    int (*go)(int, int), (*begun)(void), (*pool)(void);

    if (_i)
        config.stop_signal = SIGRTMIN + 5;
    m = start(&config);
    BIND(m, "threads_start", go);
    BIND(m, "threads_started", begun);
    BIND(m, "threads_pool", pool);
    for (int kind = 0; kind < KINDS; kind++)
        ck_assert_int_eq(go(kind, kind % 2), 1);
    ck_assert_int_eq(pool(), 5);
    while (begun() < KINDS)
        sched_yield();
    ck_assert_msg(corert_shutdown() == CORERT_OK, "%s", said.log);
    ck_assert_str_eq(said.log, "");
    expect_tasks(tasks);
}
END_TEST

static int told[8], told_count;

static void
tell_number(int number)
{
    told[told_count++ % 8] = number;
}

struct caller {
    pthread_t thread;
    int (*stay)(int);
    int kind, result;
    corert_status pending, pending_later;
    int later;
};

static void *
caller_main(void *argument)
{
    struct caller *c = argument;

    c->result = c->stay(c->kind);
    c->pending = corert_pending_status();
    return NULL;
}

START_TEST(threads_of_the_host_come_out_of_their_exports)
{
    corert_config config = config_of(20000);
    corert_module *m = start(&config);
    struct caller callers[KINDS];
    int (*stay)(int), (*begun)(void);

    BIND(m, "threads_stay", stay);
    BIND(m, "threads_started", begun);
    for (int kind = 0; kind < KINDS; kind++) {
        callers[kind] = (struct caller){.stay = stay, .kind = kind, .result = -1};
        ck_assert_int_eq(pthread_create(&callers[kind].thread, NULL, caller_main, &callers[kind]),
                         0);
    }
    while (begun() < KINDS)
        sched_yield();
    ck_assert_msg(corert_shutdown() == CORERT_OK, "%s", said.log);
    for (int kind = 0; kind < KINDS; kind++) {
        pthread_join(callers[kind].thread, NULL);
        ck_assert_int_eq(callers[kind].result, 0);
        ck_assert_int_eq(callers[kind].pending, CORERT_E_CLOSED);
    }
}
END_TEST

/* What they wait for may be the thread that ended the module. `_i`: the kinds of end. */
START_TEST(threads_of_the_host_come_out_of_a_module_that_ends)
{
    corert_config config = config_of(20000);
    corert_module *m = start(&config);
    struct caller callers[KINDS];
    int (*stay)(int), (*begun)(void);
    void (*at_exit)(void (*)(int), int), (*end)(int);

    told_count = 0;
    BIND(m, "threads_at_exit", at_exit);
    BIND(m, "threads_stay", stay);
    BIND(m, "threads_started", begun);
    BIND(m, "threads_end_in_pool", end);
    at_exit(tell_number, 0);
    for (int kind = 0; kind < KINDS; kind++) {
        callers[kind] = (struct caller){.stay = stay, .kind = kind, .result = -1};
        ck_assert_int_eq(pthread_create(&callers[kind].thread, NULL, caller_main, &callers[kind]),
                         0);
    }
    while (begun() < KINDS)
        sched_yield();
    end(_i);
    for (int kind = 0; kind < KINDS; kind++) {
        pthread_join(callers[kind].thread, NULL);
        ck_assert_int_eq(callers[kind].result, 0);
        ck_assert_int_eq(callers[kind].pending, CORERT_E_CLOSED);
    }
    ck_assert_int_eq(begun(), 0); /* closed */
    ck_assert_msg(corert_shutdown() == CORERT_OK, "%s", said.log);
    ck_assert_int_eq(told_count, 2);
}
END_TEST

/* ---- a host function that does not return ---- */

static _Atomic(int) inside, may_go;
static int (*add)(int, int);
static _Atomic(int) nested_result = -1, nested_pending = -1;

static int
stays(void)
{
    const struct timespec ms = {0, 1000000};

    inside = 1;
    while (!may_go)
        nanosleep(&ms, NULL);
    nested_result = add(1, 2); /* closed meanwhile */
    nested_pending = corert_pending_status();
    return 5;
}

static void *
around_main(void *argument)
{
    int (*around)(int (*)(void));
    static int result;

    memcpy(&around, argument, sizeof around);
    result = around(stays);
    ck_assert_int_eq(corert_pending_status(), CORERT_E_CLOSED);
    return &result;
}

START_TEST(a_thread_in_a_host_function_makes_shutdown_busy)
{
    corert_config config = config_of(80);
    corert_module *m = start(&config), *again;
    void *address, *result;
    pthread_t thread;

    inside = may_go = 0;
    BIND(m, "threads_add", add);
    ck_assert_int_eq(corert_module_export(m, "threads_around", &address), CORERT_OK);
    ck_assert_int_eq(pthread_create(&thread, NULL, around_main, &address), 0);
    while (!inside)
        sched_yield();
    ck_assert_int_eq(corert_shutdown(), CORERT_E_BUSY);
    ck_assert_msg(strstr(said.log, "in native code, called by ") != NULL, "%s", said.log);
    ck_assert_int_eq(add(1, 2), 0);
    ck_assert_int_eq(corert_pending_status(), CORERT_E_CLOSED);
    ck_assert_int_eq(corert_module_load(SECOND_MODULE, &again, NULL, 0), CORERT_E_CLOSED);
    ck_assert_int_eq(corert_init(NULL), CORERT_E_MISUSE);
    ck_assert_int_eq(corert_shutdown(), CORERT_E_BUSY);
    may_go = 1;
    pthread_join(thread, &result);
    ck_assert_int_eq(*(int *)result, 0);
    ck_assert_int_eq(nested_result, 0);
    ck_assert_int_eq(nested_pending, CORERT_E_CLOSED);
    ck_assert_int_eq(corert_shutdown(), CORERT_OK);
}
END_TEST

START_TEST(exit_handlers_run_after_the_threads_and_cannot_hang_shutdown)
{
    corert_config config = config_of(3000); /* the time that one which blocks takes */
    corert_module *m = start(&config);
    void (*at_exit)(void (*)(int), int);
    int (*go)(int, int);

    told_count = 0;
    BIND(m, "threads_at_exit", at_exit);
    BIND(m, "threads_start", go);
    at_exit(tell_number, _i);
    ck_assert_int_eq(go(2, 1), 1);
    ck_assert_int_eq(corert_shutdown(), CORERT_OK);
    ck_assert_int_eq(told_count, _i ? 1 : 2);
}
END_TEST

/* ---- ends by managed code ---- */

static void
expect_ended(const char *text)
{
    ck_assert_msg(said.unhandled.count == 1, "%u: %s\n%s", said.unhandled.count, said.unhandled.last, said.log);
    ck_assert_msg(strstr(said.unhandled.last, text) != NULL, "%s", said.unhandled.last);
}

static void
expect_closed(void)
{
    ck_assert_int_eq(add(1, 2), 0);
    ck_assert_int_eq(corert_pending_status(), CORERT_E_CLOSED);
}

static const char *const end_text[] = {"Environment.Exit(3)", "going down", "the cause",
                                       "nobody catches"};

START_TEST(an_end_in_an_export_gives_zero_and_closes_the_module)
{
    corert_config config = config_of(0);
    corert_module *m = start(&config);
    int (*end)(int);

    BIND(m, "threads_add", add);
    BIND(m, "threads_end", end);
    ck_assert_int_eq(add(1, 2), 3);
    ck_assert_int_eq(end(_i), 0);
    ck_assert_int_eq(corert_pending_status(), CORERT_E_CLOSED);
    expect_ended(end_text[_i]);
    expect_closed();
    ck_assert_int_eq(corert_shutdown(), CORERT_OK);
}
END_TEST

struct wide {
    int64_t a, b, c;
};

START_TEST(an_end_gives_zero_through_memory_too)
{
    corert_config config = config_of(0);
    corert_module *m = start(&config);
    struct wide (*end)(int), w;

    BIND(m, "threads_end_wide", end);
    memset(&w, 0x55, sizeof w);
    w = end(_i);
    ck_assert(w.a == 0 && w.b == 0 && w.c == 0);
    ck_assert_int_eq(corert_pending_status(), CORERT_E_CLOSED);
    memset(&w, 0x55, sizeof w);
    w = end(_i); /* closed */
    ck_assert(w.a == 0 && w.b == 0 && w.c == 0);
    ck_assert_int_eq(corert_shutdown(), CORERT_OK);
}
END_TEST

START_TEST(an_end_on_a_managed_thread_ends_it_and_closes_the_module)
{
    corert_config config = config_of(0);
    corert_module *m = start(&config);
    int (*end)(int);

    BIND(m, "threads_add", add);
    BIND(m, "threads_end_in_thread", end);
    /* 1: the other thread's finally block, and this one came to its end before it was asked for. */
    if (end(_i) == 0)
        ck_assert_int_eq(corert_pending_status(), CORERT_E_CLOSED);
    expect_ended(end_text[_i]);
    expect_closed();
    ck_assert_int_eq(corert_shutdown(), CORERT_OK);
}
END_TEST

START_TEST(an_end_in_the_pool_does_not_end_the_host)
{
    corert_config config = config_of(0);
    corert_module *m = start(&config);
    void (*end)(int);

    BIND(m, "threads_end_in_pool", end);
    end(_i);
    while (!*(volatile unsigned *)&said.unhandled.count)
        sched_yield();
    ck_assert_int_eq(corert_shutdown(), CORERT_OK);
    expect_ended(end_text[_i]);
}
END_TEST

START_TEST(an_end_in_a_filter_is_an_exception_there)
{
    corert_config config = config_of(0);
    corert_module *m = start(&config);
    int (*end)(int);

    BIND(m, "threads_end_in_filter", end);
    BIND(m, "threads_add", add);
    ck_assert_int_eq(end(0), 2);
    expect_closed();
    ck_assert_int_eq(corert_shutdown(), CORERT_OK);
}
END_TEST

static int (*nested_end)(int);

static int
ends_inside(void)
{
    return nested_end(0) == 0 && corert_pending_status() == CORERT_E_CLOSED ? 5 : 6;
}

START_TEST(an_end_goes_through_the_hosts_frames)
{
    corert_config config = config_of(0);
    corert_module *m = start(&config);
    int (*around)(int (*)(void));

    BIND(m, "threads_around", around);
    BIND(m, "threads_end", nested_end);
    ck_assert_int_eq(around(ends_inside), 0);
    ck_assert_int_eq(corert_pending_status(), CORERT_E_CLOSED);
    ck_assert_int_eq(corert_shutdown(), CORERT_OK);
}
END_TEST

/* ---- the host's threads ---- */

struct hook {
    int calls, refuse;
    size_t stack_bytes;
    char name[32];
};

static char seen_name[16];
static void (*named)(int, void (*)(void));

static void
look(void)
{
    ck_assert_int_eq(pthread_getname_np(pthread_self(), seen_name, sizeof seen_name), 0);
}

/* Not those of the host, and no character is cut. */
START_TEST(threads_of_the_engine_have_their_names_in_the_system)
{
    static const char *const expected[] = {".NET thread", "before the star", "Grüße an geh",
                                           ".NET thread", ".NET TP Worker", "check"};
    corert_config config = config_of(20000);
    corert_module *m;

    ck_assert_int_eq(pthread_setname_np(pthread_self(), "check"), 0);
    m = start(&config);
    BIND(m, "threads_named", named);
    for (int way = 0; way < 6; way++) {
        named(way, look);
        ck_assert_msg(strcmp(seen_name, expected[way]) == 0, "%d: '%s'", way, seen_name);
    }
    ck_assert_int_eq(corert_shutdown(), CORERT_OK);
}
END_TEST

struct hook_start {
    void (*run)(void *);
    void *argument;
};

static void *
hook_main(void *opaque)
{
    struct hook_start s = *(struct hook_start *)opaque;

    free(opaque);
    s.run(s.argument);
    return NULL;
}

static int
hook(void *context, void (*run)(void *), void *argument, size_t stack_bytes, const char *name)
{
    struct hook *h = context;
    struct hook_start *s;
    pthread_t thread;

    h->calls++;
    h->stack_bytes = stack_bytes;
    snprintf(h->name, sizeof h->name, "%s", name);
    if (h->refuse)
        return 1;
    s = malloc(sizeof *s);
    *s = (struct hook_start){run, argument};
    if (pthread_create(&thread, NULL, hook_main, s) != 0) {
        free(s);
        return 1;
    }
    pthread_detach(thread);
    return 0;
}

START_TEST(managed_threads_are_made_by_the_host_who_may_refuse)
{
    struct hook h = {0};
    corert_config config = config_of(0);
    corert_module *m;
    int (*go)(int, int), (*round)(int);

    config.thread_start = hook;
    config.context = &h;
    ck_assert_int_eq(pthread_setname_np(pthread_self(), "check"), 0); /* threads inherit it */
    m = start(&config);
    BIND(m, "threads_named", named);
    named(2, look);
    ck_assert_str_eq(h.name, "before the star");
    ck_assert_str_eq(seen_name, "check"); /* a thread of the host keeps its name */
    h.calls = 0;
    BIND(m, "threads_start", go);
    BIND(m, "threads_round", round);
    ck_assert_int_eq(round(4), 5);
    ck_assert_int_eq(h.calls, 1);
    h.refuse = 1;
    ck_assert_int_eq(go(2, 1), 0);
    ck_assert_int_eq(h.calls, 2);
    h.refuse = 0;
    ck_assert_int_eq(go(2, 1), 1);
    ck_assert_int_eq(corert_shutdown(), CORERT_OK);
}
END_TEST

START_TEST(a_stop_signal_that_is_taken_is_refused)
{
    corert_config config = config_of(0);

    config.stop_signal = SIGUSR1;
    signal(SIGUSR1, SIG_IGN);
    ck_assert_int_eq(corert_init(&config), CORERT_E_MISUSE);
    signal(SIGUSR1, SIG_DFL);
    config.stop_signal = SIGSEGV;
    ck_assert_int_eq(corert_init(&config), CORERT_E_MISUSE);
    config.stop_signal = SIGUSR1;
    ck_assert_int_eq(corert_init(&config), CORERT_OK);
    ck_assert_int_eq(corert_shutdown(), CORERT_OK);
    ck_assert(signal(SIGUSR1, SIG_DFL) == SIG_DFL);
}
END_TEST

/* ---- small stacks, blocked signals ---- */

static void *
add_once(void *result)
{
    sigset_t all;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, NULL);
    *(int *)result = add(20, 22);
    return NULL;
}

START_TEST(small_stacks_and_blocked_signals_serve)
{
    corert_config config = config_of(0);
    corert_module *m;

    config.stop_signal = SIGRTMIN + 5;
    m = start(&config);
    BIND(m, "threads_add", add);
    for (int i = 0; i < 20; i++) {
        pthread_attr_t attributes;
        pthread_t thread;
        int result = 0;

        pthread_attr_init(&attributes);
        ck_assert_int_eq(pthread_attr_setstacksize(&attributes, 64 * 1024), 0);
        ck_assert_int_eq(pthread_create(&thread, &attributes, add_once, &result), 0);
        pthread_join(thread, NULL);
        pthread_attr_destroy(&attributes);
        ck_assert_int_eq(result, 42);
    }
    ck_assert_int_eq(corert_shutdown(), CORERT_OK);
}
END_TEST

/* ---- fork ---- */

START_TEST(a_child_of_fork_cannot_use_the_engine_and_does_not_hang)
{
    corert_config config = config_of(0);
    corert_module *m = start(&config), *other;
    int status;
    pid_t child;

    BIND(m, "threads_add", add);
    ck_assert_int_eq(add(1, 2), 3);
    child = fork();
    if (child == 0) {
        int wrong = 0;

        alarm(300);
        wrong |= (add(1, 2) != 0) << 0;
        wrong |= (corert_pending_status() != CORERT_E_MISUSE) << 1;
        wrong |= (corert_module_load(SECOND_MODULE, &other, NULL, 0) != CORERT_E_MISUSE) << 2;
        wrong |= (corert_shutdown() != CORERT_E_MISUSE) << 3;
        wrong |= (corert_thread_detach() != CORERT_E_MISUSE) << 4;
        wrong |= (corert_init(&config) != CORERT_E_MISUSE) << 5;
        wrong |= (corert_gc_collect(0) != CORERT_E_MISUSE) << 6;
        _exit(wrong);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), 0);
    ck_assert_int_eq(add(1, 2), 3);
    ck_assert_int_eq(corert_shutdown(), CORERT_OK);
}
END_TEST

/* ---- many threads, many signals ---- */

enum { HAMMERS = 64, HAMMER_ROUNDS = 150 };

static int (*allocate)(int), (*throws)(int);
static _Atomic(int) own_signals, wrong_results, hammers_done;

static void
own_handler(int number)
{
    (void)number;
    own_signals++;
}

static void *
hammer(void *unused)
{
    for (int i = 0; i < HAMMER_ROUNDS; i++) {
        wrong_results += add(i, 1) != i + 1;
        wrong_results += allocate(i) != i;
        wrong_results += throws(i) != 6 + i;
        if (i % 50 == 49)
            wrong_results += corert_thread_detach() != CORERT_OK;
    }
    hammers_done++;
    return unused;
}

/* Collections stop the world at every n-th allocation. `_i`: without and with the stop signal. */
START_TEST(sixty_four_threads_under_stops_and_signals)
{
    corert_config config = config_of(20000);
    struct sigaction own, segv, now;
    struct itimerval interval = {{0, 2000}, {0, 2000}}, off = {{0, 0}, {0, 0}};
    pthread_t threads[HAMMERS];
    corert_module *m;
    int (*go)(int, int);

    memset(&own, 0, sizeof own);
    own.sa_handler = own_handler;
    own.sa_flags = SA_RESTART;
    sigaction(SIGUSR1, &own, NULL);
    sigaction(SIGALRM, &own, NULL);
    sigaction(SIGSEGV, &own, NULL);
    config.gc_stress_interval = 200;
    config.stop_signal = _i ? SIGRTMIN + 5 : 0;
    m = start(&config);
    BIND(m, "threads_add", add);
    BIND(m, "threads_allocate", allocate);
    BIND(m, "threads_throw", throws);
    BIND(m, "threads_start", go);
    ck_assert_int_eq(go(1, 1), 1);
    ck_assert_int_eq(go(0, 1), 1);
    setitimer(ITIMER_REAL, &interval, NULL);
    wrong_results = hammers_done = 0;
    for (int i = 0; i < HAMMERS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, hammer, NULL), 0);
    while (hammers_done < HAMMERS) {
        const struct timespec ms = {0, 1000000};

        kill(getpid(), SIGUSR1);
        nanosleep(&ms, NULL);
    }
    for (int i = 0; i < HAMMERS; i++)
        pthread_join(threads[i], NULL);
    setitimer(ITIMER_REAL, &off, NULL);
    ck_assert_int_eq(wrong_results, 0);
    ck_assert_int_gt(own_signals, 0);
    sigaction(SIGSEGV, NULL, &segv);
    ck_assert(segv.sa_handler == own_handler);
    sigaction(SIGUSR1, NULL, &now);
    ck_assert(now.sa_handler == own_handler);
    ck_assert_msg(corert_shutdown() == CORERT_OK, "%s", said.log);
    if (_i) {
        sigaction(SIGRTMIN + 5, NULL, &now);
        ck_assert(now.sa_handler == SIG_DFL);
    }
}
END_TEST

/* ---- over and over ---- */

static size_t
map_lines(void)
{
    FILE *f = fopen("/proc/self/maps", "r");
    size_t lines = 0;
    int c;

    ck_assert_ptr_nonnull(f);
    while ((c = getc(f)) != EOF)
        lines += c == '\n';
    fclose(f);
    return lines;
}

/* CORERT_LIVES overrides the number: 10000 before a release. */
START_TEST(lives_with_threads_leave_nothing)
{
    const char *wanted = getenv("CORERT_LIVES");
    int lives = wanted ? atoi(wanted) : 60, warm = lives / 3;
    corert_config config = config_of(20000);
    size_t kib = 0, maps = 0;
    unsigned tasks = task_count();

    for (int i = 0; i < lives; i++) {
        corert_module *m = start(&config);
        int (*go)(int, int), (*round)(int);

        if (i == warm) {
            kib = resident_kib();
            maps = map_lines();
        }
        BIND(m, "threads_start", go);
        BIND(m, "threads_round", round);
        ck_assert_int_eq(round(i), i + 1);
        ck_assert_int_eq(go(i % KINDS, 1), 1);
        ck_assert_msg(corert_shutdown() == CORERT_OK, "%s", said.log);
        expect_tasks(tasks);
    }
    ck_assert_uint_le(resident_kib(), kib + GROWTH_KIB);
    ck_assert_uint_le(map_lines(), maps + 8); /* the C library keeps some stacks of ended threads */
}
END_TEST

TCase *
case_ends(void)
{
    TCase *c = tcase_create("ends");

    tcase_set_timeout(c, 120);
    tcase_add_loop_test(c, shutdown_ends_managed_threads_whatever_they_do, 0, 2);
    tcase_add_test(c, threads_of_the_host_come_out_of_their_exports);
    tcase_add_loop_test(c, threads_of_the_host_come_out_of_a_module_that_ends, 0, 4);
    tcase_add_test(c, a_thread_in_a_host_function_makes_shutdown_busy);
    tcase_add_loop_test(c, exit_handlers_run_after_the_threads_and_cannot_hang_shutdown, 0, 2);
    tcase_add_loop_test(c, an_end_in_an_export_gives_zero_and_closes_the_module, 0, 3);
    tcase_add_loop_test(c, an_end_gives_zero_through_memory_too, 0, 3);
    tcase_add_loop_test(c, an_end_on_a_managed_thread_ends_it_and_closes_the_module, 0, 4);
    tcase_add_loop_test(c, an_end_in_the_pool_does_not_end_the_host, 0, 4);
    tcase_add_test(c, an_end_in_a_filter_is_an_exception_there);
    tcase_add_test(c, an_end_goes_through_the_hosts_frames);
    tcase_add_test(c, threads_of_the_engine_have_their_names_in_the_system);
    tcase_add_test(c, managed_threads_are_made_by_the_host_who_may_refuse);
    tcase_add_test(c, a_stop_signal_that_is_taken_is_refused);
    tcase_add_test(c, small_stacks_and_blocked_signals_serve);
    tcase_add_test(c, a_child_of_fork_cannot_use_the_engine_and_does_not_hang);
    tcase_add_loop_test(c, sixty_four_threads_under_stops_and_signals, 0, 2);
    tcase_add_test(c, lives_with_threads_leave_nothing);
    return c;
}
