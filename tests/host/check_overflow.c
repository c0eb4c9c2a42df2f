/* tests/host/check_overflow.c - stack overflow behind an export, and loops that have to be stopped. */
#include "tests/host/check_host.h"

#include <pthread.h>
#include <time.h>

static struct host_reports reports;
static int (*overflow)(int), (*caught)(void), (*finallies)(void), (*add)(int, int);
static int (*bounce)(int (*)(int), int);
static void (*collect)(void);

static corert_module *
begin(void)
{
    corert_module *m = guest_start(&reports, 0);

    BIND(m, "guest_overflow", overflow);
    BIND(m, "guest_overflow_caught", caught);
    BIND(m, "guest_overflow_finallies", finallies);
    BIND(m, "guest_bounce", bounce);
    BIND(m, "guest_add", add);
    BIND(m, "guest_collect", collect);
    return m;
}

/* Runs `body` on a thread with a stack of so many KiB. */
static void
on_stack(size_t kib, void *(*body)(void *))
{
    pthread_attr_t attr;
    pthread_t thread;

    ck_assert_int_eq(pthread_attr_init(&attr), 0);
    ck_assert_int_eq(pthread_attr_setstacksize(&attr, kib * 1024), 0);
    ck_assert_int_eq(pthread_create(&thread, &attr, body, NULL), 0);
    pthread_attr_destroy(&attr);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
}

static void
expect_overflow(int result)
{
    ck_assert_int_eq(result, 0);
    ck_assert_int_eq(corert_pending_status(), CORERT_E_EXCEPTION);
    ck_assert_msg(strstr(reports.last, "Insufficient") != NULL, "%s", reports.last);
}

static void *
a_thousand(void *unused)
{
    size_t before = 0;
    int i;

    (void)unused;
    for (i = 0; i < 1000; i++) {
        expect_overflow(overflow(i & 1));
        ck_assert_int_eq(add(i, 1), i + 1);
        ck_assert_int_eq(caught(), 7);
        if (i % 50 == 0)
            collect();
        if (i == 500)
            before = resident_kib();
    }
    ck_assert_uint_eq(reports.count, 1000);
    ck_assert_int_gt(finallies(), 1000);
    ck_assert_msg(resident_kib() < before + GROWTH_KIB, "%zu KiB, then %zu", before, resident_kib());
    return NULL;
}

START_TEST(overflow_ends_the_export_a_thousand_times)
{
    begin();
    on_stack(192, a_thousand);
    guest_stop();
}
END_TEST

static void *
once(void *unused)
{
    (void)unused;
    expect_overflow(overflow(0));
    expect_overflow(overflow(1));
    ck_assert_int_eq(caught(), 7);
    ck_assert_int_eq(add(1, 2), 3);
    return NULL;
}

START_TEST(overflow_on_stacks_of_many_sizes)
{
    static const size_t kib[] = {64, 96, 128, 256, 512, 1024, 8192};
    size_t i;

    begin();
    for (i = 0; i < sizeof kib / sizeof *kib; i++)
        on_stack(kib[i], once);
    once(NULL);
    guest_stop();
}
END_TEST

static int depth;

/* The stack ends in managed code, the export below returns 0 to us; we go on from there. */
static int
back(int n)
{
    depth = n;
    return bounce(back, n);
}

static void *
through_native(void *unused)
{
    int result, i;

    (void)unused;
    for (i = 0; i < 20; i++) {
        depth = 0;
        result = back(0);
        ck_assert_int_gt(depth, 100);
        /* Each frame adds 1 to what the innermost one gave: 0, with a pending status. */
        ck_assert_int_ge(result, depth - 1);
        ck_assert_int_eq(corert_pending_status(), CORERT_E_EXCEPTION);
        ck_assert_int_eq(add(i, 1), i + 1);
    }
    return NULL;
}

START_TEST(overflow_through_native_code)
{
    begin();
    on_stack(256, through_native);
    guest_stop();
}
END_TEST

static int (*spin)(int);

static void *
spinner(void *kind)
{
    return (void *)(intptr_t)spin((int)(intptr_t)kind);
}

/* A collection has to stop the loop. */
START_TEST(loops_without_calls_can_be_stopped)
{
    corert_module *m = begin();
    int (*spins)(void), i;
    void (*release)(int);
    pthread_t thread;
    void *result;

    BIND(m, "guest_spin", spin);
    BIND(m, "guest_spins", spins);
    BIND(m, "guest_release", release);
    release(0);
    ck_assert_int_eq(pthread_create(&thread, NULL, spinner, (void *)(intptr_t)_i), 0);
    while (spins() == 0)
        ;
    for (i = 0; i < 20; i++)
        collect(); /* for ever, if it cannot */
    release(1);
    ck_assert_int_eq(pthread_join(thread, &result), 0);
    ck_assert_int_eq((int)(intptr_t)result, _i);
    guest_stop();
}
END_TEST

TCase *
case_overflow(void)
{
    TCase *c = tcase_create("overflow");

    tcase_set_timeout(c, 120);
    tcase_add_test(c, overflow_ends_the_export_a_thousand_times);
    tcase_add_test(c, overflow_on_stacks_of_many_sizes);
    tcase_add_test(c, overflow_through_native_code);
    tcase_add_loop_test(c, loops_without_calls_can_be_stopped, 0, 5);
    return c;
}
