/* tests/host/check_threads.c - threads of the host: calling together, ending without a word,
 * attaching again and again. */
#include "tests/host/check_host.h"

#include <pthread.h>

enum { THREADS = 16, ROUNDS = 10000 };

typedef int work_fn(int thread, int round);

static work_fn *work;
static pthread_barrier_t together;

struct worker {
    pthread_t thread;
    int number;
    int wrong;
};

static void *
worker_run(void *context)
{
    struct worker *w = context;

    pthread_barrier_wait(&together);
    for (int i = 0; i < ROUNDS; i++)
        if (work(w->number, i) != i + 1)
            w->wrong++;
    return NULL; /* still attached */
}

START_TEST(many_threads_call_together_and_just_end)
{
    corert_module *m = guest_start(NULL, 0);
    struct worker workers[THREADS] = {0};
    long (*shared)(void);

    BIND(m, "guest_work", work);
    BIND(m, "guest_shared", shared);
    ck_assert_int_eq(pthread_barrier_init(&together, NULL, THREADS), 0);
    for (int i = 0; i < THREADS; i++) {
        workers[i].number = i;
        ck_assert_int_eq(pthread_create(&workers[i].thread, NULL, worker_run, &workers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(workers[i].thread, NULL);
        ck_assert_int_eq(workers[i].wrong, 0);
    }
    pthread_barrier_destroy(&together);
    ck_assert_int_eq(shared(), (long)THREADS * ROUNDS);
    guest_stop(); /* not busy: all are gone */
}
END_TEST

START_TEST(a_thread_attaches_ten_thousand_times)
{
    corert_module *m = guest_start(NULL, 0);
    int (*own_count)(void), (*thread_id)(void);
    size_t before = 0;

    BIND(m, "guest_own_count", own_count);
    BIND(m, "guest_thread_id", thread_id);
    for (int i = 0; i < ROUNDS; i++) {
        if (i == ROUNDS / 10)
            before = resident_kib();
        ck_assert_int_eq(own_count(), 1); /* fresh thread statics */
        ck_assert_int_eq(own_count(), 2);
        ck_assert_int_eq(corert_thread_detach(), CORERT_OK);
        ck_assert_int_eq(corert_thread_detach(), CORERT_OK); /* not attached is well too */
    }
    ck_assert_uint_le(resident_kib(), before + GROWTH_KIB);
    ck_assert_int_gt(thread_id(), 0);
    guest_stop();
}
END_TEST

static void *
one_call(void *result)
{
    int (*own_count)(void);

    memcpy(&own_count, result, sizeof own_count);
    return own_count() == 1 ? result : NULL;
}

START_TEST(short_threads_leave_nothing_behind)
{
    corert_module *m = guest_start(NULL, 0);
    size_t before = 0;
    void *address, *good;
    pthread_t thread;

    ck_assert_int_eq(corert_module_export(m, "guest_own_count", &address), CORERT_OK);
    for (int i = 0; i < ROUNDS / 5; i++) {
        if (i == ROUNDS / 50)
            before = resident_kib();
        ck_assert_int_eq(pthread_create(&thread, NULL, one_call, &address), 0);
        ck_assert_int_eq(pthread_join(thread, &good), 0);
        ck_assert_ptr_nonnull(good);
    }
    ck_assert_uint_le(resident_kib(), before + GROWTH_KIB);
    guest_stop();
}
END_TEST

/* ---- shutdown and attached threads: more in check_ends.c ---- */

static void *
stay(void *address)
{
    int (*own_count)(void);

    memcpy(&own_count, address, sizeof own_count);
    own_count();
    pthread_barrier_wait(&together);
    pthread_barrier_wait(&together);
    return NULL;
}

START_TEST(shutdown_forgets_threads_that_are_outside_managed_code)
{
    corert_module *m = guest_start(NULL, 0);
    void *address;
    pthread_t thread;

    ck_assert_int_eq(corert_module_export(m, "guest_own_count", &address), CORERT_OK);
    pthread_barrier_init(&together, NULL, 2);
    ck_assert_int_eq(pthread_create(&thread, NULL, stay, &address), 0);
    pthread_barrier_wait(&together);
    guest_stop();
    guest_start(NULL, 0); /* its end must not touch the next engine */
    pthread_barrier_wait(&together);
    pthread_join(thread, NULL);
    pthread_barrier_destroy(&together);
    guest_stop();
}
END_TEST

static void *
start_and_stop(void *unused)
{
    corert_module *m = guest_start(NULL, 0);
    int (*add)(int, int);

    BIND(m, "guest_add", add);
    ck_assert_int_eq(add(1, 2), 3);
    guest_stop();
    return unused;
}

START_TEST(any_thread_may_start_and_stop_the_engine)
{
    pthread_t thread;

    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(pthread_create(&thread, NULL, start_and_stop, NULL), 0);
        pthread_join(thread, NULL);
    }
    start_and_stop(NULL);
}
END_TEST

TCase *
case_threads(void)
{
    TCase *c = tcase_create("threads");

    tcase_set_timeout(c, 60);
    tcase_add_test(c, many_threads_call_together_and_just_end);
    tcase_add_test(c, a_thread_attaches_ten_thousand_times);
    tcase_add_test(c, short_threads_leave_nothing_behind);
    tcase_add_test(c, shutdown_forgets_threads_that_are_outside_managed_code);
    tcase_add_test(c, any_thread_may_start_and_stop_the_engine);
    return c;
}
