/* tests/host/check_frames.c - host functions that never return to the managed frames that called them:
 * longjmp, ends of threads, signal handlers. A collection comes at every few allocations, moves what it
 * can and checks the heap. */
#include "tests/host/check_host.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

typedef int host_fn(int);

static corert_module *module;
static int (*down)(int, host_fn *, int), (*flat)(host_fn *, int), (*guarded)(host_fn *, int);
static int (*filter)(host_fn *, int), (*unhandled)(host_fn *, int);
static int (*finallies)(void), (*own)(void), (*add)(int, int), (*churn)(int), (*spin)(volatile int *);
static int (*spin_quiet)(volatile int *), (*nap)(int);

static void
frames_begin(void)
{
    corert_config config = said_config();

    config.gc_stress_interval = 13;
    config.gc_stress_evacuate = 1;
    config.gc_verify = 1;
    module = said_load(&config, FRAMES_MODULE);
    BIND(module, "frames_down", down);
    BIND(module, "frames_flat", flat);
    BIND(module, "frames_guarded", guarded);
    BIND(module, "frames_filter", filter);
    BIND(module, "frames_unhandled", unhandled);
    BIND(module, "frames_finallies", finallies);
    BIND(module, "frames_own", own);
    BIND(module, "frames_add", add);
    BIND(module, "frames_churn", churn);
    BIND(module, "frames_spin", spin);
    BIND(module, "frames_spin_quiet", spin_quiet);
    BIND(module, "frames_nap", nap);
}

static unsigned
told(const char *what)
{
    unsigned n = 0;

    for (const char *at = said.log; (at = strstr(at, what)); at++)
        n++;
    return n;
}

static void
frames_end(void)
{
    ck_assert_int_eq(corert_shutdown(), CORERT_OK);
}

static _Thread_local jmp_buf back;

static int
jumps(int value)
{
    longjmp(back, value);
}

static int
plain(int value)
{
    return value;
}

static int
collects(int value)
{
    ck_assert_int_eq(corert_gc_collect(CORERT_GC_COMPACT), CORERT_OK);
    return value;
}

/* Overwrites what lies below: addresses of the stack itself among it, as frames have them. */
__attribute__((noinline)) static void
trash(int kind)
{
    volatile uintptr_t words[4096];

    for (size_t i = 0; i < 4096; i++)
        words[i] = kind == 0 ? 0 : kind == 1 ? (uintptr_t)&words[i] + 64 : kind == 2 ? UINTPTR_MAX : i;
}

/* Jumps out of `depth` frames; true: it came back that way. */
__attribute__((noinline)) static bool
jump_out(int depth)
{
    if (setjmp(back) == 0) {
        if (depth)
            down(depth, jumps, 1);
        else
            flat(jumps, 1);
        return false;
    }
    return true;
}

START_TEST(a_host_may_jump_out_of_managed_frames)
{
    frames_begin();
    for (int i = 0; i < 60; i++) {
        ck_assert(jump_out(i % 30));
        if (i % 3 == 0)
            trash(i / 3 % 4);
        ck_assert_int_eq(down(4, collects, 10), 14);
        ck_assert_int_eq(corert_gc_collect(0), CORERT_OK);
        ck_assert_int_eq(guarded(plain, 3), 31);
        ck_assert_int_eq(flat(plain, 3), 4);
    }
    ck_assert_uint_eq(told("left managed frames"), 1);
    frames_end();
}
END_TEST

/* Without any call of an export in between. */
START_TEST(after_a_jump_the_thread_may_detach_and_the_engine_end)
{
    for (int i = 0; i < 4; i++) {
        frames_begin();
        ck_assert(jump_out(12));
        if (i & 1)
            ck_assert_int_eq(corert_thread_detach(), CORERT_OK);
        if (i & 2)
            ck_assert_int_eq(corert_gc_collect(0), CORERT_OK);
        frames_end();
    }
}
END_TEST

/* ---- to a host function with managed frames above it ---- */

static int way; /* what `lands` does after the jump */

static int
lands(int value)
{
    jmp_buf outer;
    corert_module *m;
    char text[64];

    memcpy(outer, back, sizeof back);
    if (setjmp(back) == 0) {
        if (way & 8)
            guarded(jumps, 1);
        down(9, jumps, 1);
        abort();
    }
    memcpy(back, outer, sizeof back);
    if (way & 1)
        trash(way / 16);
    if (way & 2)
        ck_assert_int_eq(down(3, collects, 5), 8);
    if (way & 4) {
        ck_assert_int_eq(corert_thread_detach(), CORERT_E_MISUSE);
        ck_assert_int_eq(corert_module_load(FRAMES_MODULE, &m, text, sizeof text), CORERT_E_MISUSE);
        ck_assert_int_eq(corert_shutdown(), CORERT_E_MISUSE);
    }
    return value;
}

START_TEST(frames_outside_a_jump_go_on)
{
    frames_begin();
    for (way = 0; way < 64; way++) {
        ck_assert_msg(down(6, lands, 5) == 11, "way %d", way);
        ck_assert_msg(guarded(lands, 5) == 5 * 8 + 7, "way %d", way);
        ck_assert_msg(filter(lands, 5) == 1, "way %d", way);
        ck_assert_int_eq(unhandled(lands, 5), 0);
        ck_assert_int_eq(corert_pending_status(), CORERT_E_EXCEPTION);
        ck_assert_msg(flat(lands, 5) == 6, "way %d", way);
    }
    frames_end();
}
END_TEST

/* The stack pointer lies below the frames that are gone when managed code is called next. */
__attribute__((noinline)) static int
far_below(int value)
{
    volatile uint8_t room[200000];

    room[0] = room[sizeof room - 1] = (uint8_t)value;
    ck_assert_int_eq(guarded(collects, 2), 23);
    ck_assert_int_eq(down(5, collects, room[0]), value + 5);
    return room[sizeof room - 1];
}

START_TEST(calls_from_below_what_was_left_are_ordinary_ones)
{
    frames_begin();
    for (int i = 0; i < 20; i++) {
        ck_assert(jump_out(20));
        ck_assert_int_eq(far_below(i), i);
        ck_assert_int_eq(churn(20), 55);
    }
    ck_assert_int_eq(corert_thread_detach(), CORERT_OK);
    frames_end();
}
END_TEST

/* Another thread collects while this one, in native code, has stale records. */
static _Atomic(int) stop_collecting;

static void *
collector(void *unused)
{
    while (!stop_collecting) {
        ck_assert_int_eq(corert_gc_collect(0), CORERT_OK);
        ck_assert_int_eq(churn(3), 55);
    }
    return unused;
}

START_TEST(collections_of_others_bear_stale_records)
{
    pthread_t thread;

    frames_begin();
    stop_collecting = 0;
    ck_assert_int_eq(pthread_create(&thread, NULL, collector, NULL), 0);
    for (int i = 0; i < 300; i++) {
        ck_assert(jump_out(1 + i % 20));
        trash(i % 4);
        if (i % 5 == 0) {
            way = i % 64;
            ck_assert_int_eq(down(6, lands, 5), 11);
        }
    }
    stop_collecting = 1;
    pthread_join(thread, NULL);
    frames_end();
}
END_TEST

/* ---- what they kept ---- */

static uint64_t
handle_count(void)
{
    struct corert_gc_stats s = {.struct_size = sizeof s};

    ck_assert_int_eq(corert_gc_stats(&s), CORERT_OK);
    return s.handles;
}

static int
jumps_from_a_scope(int value)
{
    corert_scope scope;
    corert_handle h;

    ck_assert_int_eq(corert_scope_open(&scope), CORERT_OK);
    ck_assert_int_eq(corert_string_from_utf8("inner", 5, &h), CORERT_OK);
    longjmp(back, value);
}

START_TEST(scopes_of_frames_that_were_left_are_closed)
{
    corert_scope scope;
    corert_handle h;
    uint64_t before;

    frames_begin();
    before = handle_count();
    for (int i = 0; i < 10; i++) {
        ck_assert_int_eq(corert_scope_open(&scope), CORERT_OK);
        ck_assert_int_eq(corert_string_from_utf8("outer", 5, &h), CORERT_OK);
        if (setjmp(back) == 0)
            down(5, jumps_from_a_scope, 1);
        if (i % 2)
            ck_assert_int_eq(corert_scope_close(&scope), CORERT_OK);
    }
    ck_assert_uint_eq(handle_count(), before);
    ck_assert_int_eq(corert_scope_close(&scope), CORERT_E_MISUSE);
    frames_end();
}
END_TEST

/* ---- ends of threads ---- */

static int
exits(int value)
{
    pthread_exit((void *)(intptr_t)value);
}

static int
waits_for_ever(int value)
{
    for (;;)
        pause();
    return value;
}

static void *
thread_that_exits(void *how)
{
    ck_assert_int_eq(own(), 1);
    if (how)
        down(10, exits, 3);
    else
        down(10, waits_for_ever, 3);
    return NULL;
}

START_TEST(a_thread_may_end_inside_a_host_function)
{
    frames_begin();
    for (int i = 0; i < 20; i++) {
        pthread_t thread;
        void *result = NULL;

        ck_assert_int_eq(pthread_create(&thread, NULL, thread_that_exits, i & 1 ? &i : NULL), 0);
        if (!(i & 1))
            pthread_cancel(thread);
        ck_assert_int_eq(corert_gc_collect(0), CORERT_OK);
        pthread_join(thread, &result);
        ck_assert(result == (i & 1 ? (void *)3 : PTHREAD_CANCELED));
        ck_assert_int_eq(churn(20), 55);
    }
    frames_end();
}
END_TEST

/* A wait of the engine is no place to be cancelled in: its locks would stay taken. */
static _Atomic(int) napping, naps;

static void *
thread_that_naps(void *unused)
{
    napping = 1;
    naps += nap(400);
    for (;;)
        pause();
    return unused;
}

START_TEST(a_cancel_waits_for_the_host_s_own_code)
{
    const struct timespec ms = {0, 1000000};
    pthread_t thread;
    void *result = NULL;

    frames_begin();
    napping = naps = 0;
    ck_assert_int_eq(pthread_create(&thread, NULL, thread_that_naps, NULL), 0);
    while (!napping)
        nanosleep(&ms, NULL);
    for (int i = 0; i < 100; i++)
        nanosleep(&ms, NULL);
    pthread_cancel(thread);
    pthread_join(thread, &result);
    ck_assert(result == PTHREAD_CANCELED);
    ck_assert_int_eq(naps, 1);
    ck_assert_int_eq(nap(1), 1);
    frames_end();
}
END_TEST

/* ---- signal handlers ---- */

static _Atomic(unsigned) refused, worked, handled;
static _Atomic(int) wrong;
static volatile int word;
static pthread_t main_thread;

static void
calls_from_handler(int number)
{
    int saved = corert_pending_status(), sum, status;
    corert_handle h;

    (void)number;
    if (!pthread_equal(pthread_self(), main_thread))
        return;
    handled++;
    sum = add(40, 2);
    status = corert_pending_status();
    if (sum == 42 && status == CORERT_OK) {
        worked++;
        return;
    }
    wrong += sum != 0 || status != CORERT_E_MISUSE;
    wrong += corert_gc_collect(0) != CORERT_E_MISUSE;
    wrong += corert_thread_detach() != CORERT_E_MISUSE;
    wrong += corert_shutdown() != CORERT_E_MISUSE;
    wrong += corert_string_from_utf8("x", 1, &h) != CORERT_E_MISUSE;
    wrong += saved != CORERT_OK;
    if (++refused == 40)
        word = 1;
}

/* `_i` & 1: on an alternate stack; & 2: another thread stops this one all the time. */
START_TEST(a_handler_that_interrupts_managed_code_is_refused)
{
    struct itimerval each = {{0, 2000}, {0, 2000}}, off;
    stack_t alt = {.ss_size = 128 * 1024}, none = {.ss_flags = SS_DISABLE};
    struct sigaction a, before;
    pthread_t thread;

    memset(&off, 0, sizeof off);
    memset(&a, 0, sizeof a);
    frames_begin();
    ck_assert_int_eq(add(1, 1), 2);
    main_thread = pthread_self();
    alt.ss_sp = malloc(alt.ss_size);
    a.sa_handler = calls_from_handler;
    a.sa_flags = SA_RESTART | (_i & 1 ? SA_ONSTACK : 0);
    if (_i & 1)
        sigaltstack(&alt, NULL);
    refused = worked = handled = 0;
    wrong = word = 0;
    sigaction(SIGALRM, &a, &before);
    stop_collecting = 0;
    if (_i & 2)
        ck_assert_int_eq(pthread_create(&thread, NULL, collector, NULL), 0);
    setitimer(ITIMER_REAL, &each, NULL);
    ck_assert_int_gt(spin(&word), 0);
    setitimer(ITIMER_REAL, &off, NULL);
    sigaction(SIGALRM, &before, NULL);
    stop_collecting = 1;
    if (_i & 2)
        pthread_join(thread, NULL);
    sigaltstack(&none, NULL);
    ck_assert_int_eq(wrong, 0);
    ck_assert_uint_ge(refused, 40);
    free(alt.ss_sp);
    frames_end();
}
END_TEST

static sigjmp_buf from_handler;

static volatile int words[2];

/* Once managed code runs that calls nothing: the engine is not interrupted. */
static void
jumps_from_handler(int number)
{
    (void)number;
    if (words[1])
        siglongjmp(from_handler, 1);
}

START_TEST(a_handler_may_jump_out_of_managed_code)
{
    struct itimerval each = {{0, 3000}, {0, 3000}}, off;
    struct sigaction a, before;

    memset(&off, 0, sizeof off);
    memset(&a, 0, sizeof a);
    a.sa_handler = jumps_from_handler;
    frames_begin();
    sigaction(SIGALRM, &a, &before);
    for (int i = 0; i < 10; i++) {
        words[0] = words[1] = 0;
        if (sigsetjmp(from_handler, 1) == 0) {
            setitimer(ITIMER_REAL, &each, NULL);
            spin_quiet(words);
            abort();
        }
        words[1] = 0;
        setitimer(ITIMER_REAL, &off, NULL);
        if (i % 2)
            trash(i % 4);
        if (i % 3 == 0)
            ck_assert_int_eq(corert_gc_collect(0), CORERT_OK);
        ck_assert_int_eq(down(4, collects, 10), 14);
        ck_assert_int_eq(corert_thread_detach(), CORERT_OK);
    }
    sigaction(SIGALRM, &before, NULL);
    frames_end();
}
END_TEST

TCase *
case_frames(void)
{
    TCase *c = tcase_create("frames");

    tcase_set_timeout(c, 300);
    tcase_add_test(c, a_host_may_jump_out_of_managed_frames);
    tcase_add_test(c, after_a_jump_the_thread_may_detach_and_the_engine_end);
    tcase_add_test(c, frames_outside_a_jump_go_on);
    tcase_add_test(c, calls_from_below_what_was_left_are_ordinary_ones);
    tcase_add_test(c, collections_of_others_bear_stale_records);
    tcase_add_test(c, scopes_of_frames_that_were_left_are_closed);
    tcase_add_test(c, a_thread_may_end_inside_a_host_function);
    tcase_add_test(c, a_cancel_waits_for_the_host_s_own_code);
    tcase_add_loop_test(c, a_handler_that_interrupts_managed_code_is_refused, 0, 4);
    tcase_add_test(c, a_handler_may_jump_out_of_managed_code);
    return c;
}
