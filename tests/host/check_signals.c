/* tests/host/check_signals.c - a host that lives by signals: it has a SIGSEGV handler of its own with
 * which it recovers from faults, SIGUSR1 and SIGUSR2, three kinds of timers, an alternate stack on each
 * thread, and handlers that interrupt system calls. Managed code meets null references, divisions by
 * zero and the like meanwhile, and none of it is the handlers' business. */
#include "tests/host/check_host.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 6, ROUNDS = 60, OWN_FAULTS = 20, ALT_BYTES = 64 * 1024 };

static _Atomic(unsigned) usr_signals, timer_signals, prof_signals, faults, off_stack;
static _Atomic(int) wrong, done;
static _Thread_local sigjmp_buf recover;
static _Thread_local uint8_t *alternate;
static int (*provoke)(int), (*nap)(int), (*work)(int, int), (*add)(int, int);
static volatile uint8_t *no_access;

/* Handlers run on the thread's alternate stack where it has one. */
static void
count_stack(void)
{
    uint8_t here;

    if (alternate && (&here < alternate || &here >= alternate + ALT_BYTES))
        off_stack++;
}

static void
on_usr(int number)
{
    (void)number;
    count_stack();
    usr_signals++;
}

static void
on_timer(int number)
{
    (void)number;
    count_stack();
    timer_signals++;
}

static void
on_prof(int number)
{
    (void)number;
    prof_signals++;
}

static void
on_segv(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)context;
    count_stack();
    faults++;
    if (info->si_addr != (void *)(uintptr_t)no_access)
        wrong++; /* not the host's own fault */
    siglongjmp(recover, 1);
}

static const int numbers[] = {SIGUSR1, SIGUSR2, SIGALRM, SIGPROF, SIGSEGV};
enum { NUMBERS = sizeof numbers / sizeof *numbers };

static void
handlers_set(struct sigaction *before, struct sigaction *set)
{
    for (int i = 0; i < NUMBERS; i++) {
        struct sigaction a;

        memset(&a, 0, sizeof a);
        sigemptyset(&a.sa_mask);
        a.sa_flags = SA_ONSTACK; /* system calls are interrupted */
        a.sa_handler = numbers[i] == SIGALRM ? on_timer : numbers[i] == SIGPROF ? on_prof : on_usr;
        if (numbers[i] == SIGSEGV) {
            a.sa_sigaction = on_segv;
            a.sa_flags |= SA_SIGINFO;
        }
        ck_assert_int_eq(sigaction(numbers[i], &a, &before[i]), 0);
        ck_assert_int_eq(sigaction(numbers[i], NULL, &set[i]), 0);
    }
    ck_assert_int_eq(sigaction(SIGRTMIN + 3, &set[2], NULL), 0);
}

static void
expect_handlers(const struct sigaction *set)
{
    for (int i = 0; i < NUMBERS; i++) {
        struct sigaction now;

        ck_assert_int_eq(sigaction(numbers[i], NULL, &now), 0);
        ck_assert(now.sa_sigaction == set[i].sa_sigaction);
        ck_assert_int_eq(now.sa_flags, set[i].sa_flags);
        ck_assert_mem_eq(&now.sa_mask, &set[i].sa_mask, NSIG / 8);
    }
}

static void
own_fault(void)
{
    if (sigsetjmp(recover, 1) == 0) {
        *no_access = 1;
        wrong++;
    }
}

static void *
thread_main(void *argument)
{
    stack_t alt = {.ss_size = ALT_BYTES}, now, before;

    alternate = malloc(ALT_BYTES);
    alt.ss_sp = alternate;
    sigaltstack(&alt, &before);
    for (int i = 0; i < ROUNDS; i++) {
        wrong += provoke(200) != 0;
        wrong += add(i, 1) != i + 1;
        if (i % (ROUNDS / OWN_FAULTS) == 0)
            own_fault();
        wrong += work(i % 24, 40) == -1;
        if (i == ROUNDS / 2)
            wrong += nap(20) < 39;
    }
    sigaltstack(NULL, &now);
    wrong += now.ss_sp != (void *)alternate || now.ss_size != ALT_BYTES;
    sigaltstack(&before, NULL);
    free(alternate);
    alternate = NULL;
    done++;
    return argument;
}

static timer_t
timer_begin(int interval_us)
{
    struct sigevent event;
    struct itimerspec each = {{0, interval_us * 1000L}, {0, interval_us * 1000L}};
    timer_t t;

    memset(&event, 0, sizeof event);
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGRTMIN + 3;
    ck_assert_int_eq(timer_create(CLOCK_MONOTONIC, &event, &t), 0);
    ck_assert_int_eq(timer_settime(t, 0, &each, NULL), 0);
    return t;
}

static void
run_threads(void)
{
    const struct timespec ms = {0, 1000000};
    pthread_t threads[THREADS];

    done = 0;
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, thread_main, NULL), 0);
    for (unsigned i = 0; done < THREADS; i++) {
        kill(getpid(), i % 2 ? SIGUSR1 : SIGUSR2);
        nanosleep(&ms, NULL);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

static void
load(const corert_config *config)
{
    corert_module *m;
    char text[256];

    ck_assert_int_eq(corert_init(config), CORERT_OK);
    ck_assert_msg(corert_module_load(FAULTS_MODULE, &m, text, sizeof text) == CORERT_OK, "%s", text);
    BIND(m, "faults_provoke", provoke);
    BIND(m, "faults_sleep", nap);
    BIND(m, "faults_work", work);
    BIND(m, "faults_add", add);
}

/* `_i`: without and with the engine's stop signal; start and shutdown happen under fire too. */
START_TEST(a_host_that_lives_by_signals_keeps_its_own)
{
    corert_config config = {.struct_size = sizeof config,
                            .gc_stress_interval = 500,
                            .gc_verify = 1,
                            .stop_signal = _i ? SIGRTMIN + 5 : 0};
    struct itimerval real = {{0, 3000}, {0, 3000}}, prof = {{0, 5000}, {0, 5000}}, off;
    struct sigaction before[NUMBERS], set[NUMBERS];
    timer_t t;

    memset(&off, 0, sizeof off);
    no_access = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    usr_signals = timer_signals = prof_signals = faults = off_stack = 0;
    wrong = 0;
    handlers_set(before, set);
    setitimer(ITIMER_REAL, &real, NULL);
    setitimer(ITIMER_PROF, &prof, NULL);
    t = timer_begin(2000);
    for (int life = 0; life < 2; life++) {
        load(&config);
        expect_handlers(set);
        run_threads();
        expect_handlers(set);
        ck_assert_int_eq(corert_shutdown(), CORERT_OK);
        expect_handlers(set);
    }
    timer_delete(t);
    setitimer(ITIMER_REAL, &off, NULL);
    setitimer(ITIMER_PROF, &off, NULL);
    ck_assert_int_eq(wrong, 0);
    ck_assert_uint_eq(faults, 2 * THREADS * OWN_FAULTS);
    ck_assert_uint_eq(off_stack, 0);
    ck_assert(usr_signals > 20 && timer_signals > 20 && prof_signals > 0);
    for (int i = 0; i < NUMBERS; i++)
        sigaction(numbers[i], &before[i], NULL);
    munmap((void *)(uintptr_t)no_access, 4096);
}
END_TEST

TCase *
case_signals(void)
{
    TCase *c = tcase_create("signals");

    tcase_set_timeout(c, 120);
    tcase_add_loop_test(c, a_host_that_lives_by_signals_keeps_its_own, 0, 2);
    return c;
}
