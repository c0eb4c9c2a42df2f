/* tests/host/check_callbacks.c - delegates of the guest as function pointers of the host: they work on any
 * thread, their exceptions and their end reach the host as those of exports do. */
#include "tests/host/check_host.h"

#include <pthread.h>

typedef int operation(int a, int b);

static operation *
bind_operation(corert_module *m, const char *name)
{
    intptr_t (*make)(void);
    intptr_t address;
    operation *f;

    BIND(m, name, make);
    address = make();
    memcpy(&f, &address, sizeof f);
    return f;
}

static void *
call_main(void *argument)
{
    operation *f;

    memcpy(&f, argument, sizeof f);
    return (void *)(intptr_t)f(1, 2);
}

START_TEST(a_callback_runs_on_any_thread_after_collections)
{
    struct host_reports reports = {0};
    corert_module *m = guest_start(&reports, 0);
    operation *f = bind_operation(m, "cb_kept");
    pthread_t thread;
    void *result;

    ck_assert_int_eq(f(1, 2), 103);
    ck_assert_int_eq(corert_gc_collect(CORERT_GC_COMPACT), CORERT_OK);
    ck_assert_int_eq(f(3, 4), 107);
    ck_assert_int_eq(pthread_create(&thread, NULL, call_main, &f), 0);
    pthread_join(thread, &result);
    ck_assert_int_eq((intptr_t)result, 103);
    ck_assert_uint_eq(reports.count, 0);
    guest_stop();
}
END_TEST

START_TEST(an_exception_in_a_callback_gives_zero_and_a_status)
{
    struct host_reports reports = {0};
    operation *f = bind_operation(guest_start(&reports, 0), "cb_throwing");

    ck_assert_int_eq(f(1, 2), 0);
    ck_assert_uint_eq(reports.count, 1);
    ck_assert_ptr_nonnull(strstr(reports.last, "out of a callback"));
    ck_assert_int_eq(corert_pending_status(), CORERT_E_EXCEPTION);
    guest_stop();
}
END_TEST

/* 0: a delegate over an instance method, 1: over a static one with its first argument. */
START_TEST(a_callback_of_a_collected_delegate_gives_zero_and_a_status)
{
    struct host_reports reports = {0};
    corert_module *m = guest_start(&reports, 0);
    intptr_t (*forgotten)(int);
    operation *f[200];
    unsigned dead = 0;

    BIND(m, "cb_forgotten", forgotten);
    for (int i = 0; i < 200; i++) {
        intptr_t address = forgotten(_i);

        memcpy(&f[i], &address, sizeof f[i]);
    }
    for (int round = 0; round < 2; round++) { /* collected, then its thunk is freed as well */
        ck_assert_int_eq(corert_gc_collect(0), CORERT_OK);
        for (int i = 0; i < 200; i++) {
            reports.count = 0;
            ck_assert_int_eq(f[i](5, 6), reports.count ? 0 : _i ? 30 : 11);
            if (!reports.count)
                continue;
            dead++;
            ck_assert_ptr_nonnull(strstr(reports.last, "garbage collected delegate of type"));
            ck_assert_ptr_nonnull(strstr(reports.last, "GuestCallbacks+Operation::Invoke"));
            ck_assert_int_eq(corert_pending_status(), CORERT_E_EXCEPTION);
        }
        ck_assert_int_eq(corert_run_finalizers(0, NULL), CORERT_OK);
    }
    ck_assert_uint_gt(dead, 200);
    guest_stop();
}
END_TEST

TCase *
case_callbacks(void)
{
    TCase *c = tcase_create("callbacks");

    tcase_set_timeout(c, 60);
    tcase_add_test(c, a_callback_runs_on_any_thread_after_collections);
    tcase_add_test(c, an_exception_in_a_callback_gives_zero_and_a_status);
    tcase_add_loop_test(c, a_callback_of_a_collected_delegate_gives_zero_and_a_status, 0, 2);
    return c;
}
