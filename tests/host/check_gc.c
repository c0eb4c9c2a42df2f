/* tests/host/check_gc.c - collections and finalizers as a host controls and sees them. */
#include "tests/host/check_host.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

enum { PLAIN, THROWS, SLOW, CALLS };

static struct {
    unsigned gc_lines, warnings, unhandled, limits;
    char last[1024];
} seen;

static void
on_log(void *context, corert_log_level level, const char *message)
{
    (void)context;
    if (strncmp(message, "gc ", 3) == 0)
        seen.gc_lines++;
    if (level == CORERT_LOG_WARNING)
        seen.warnings++;
    snprintf(seen.last, sizeof seen.last, "%s", message);
}

static void
on_unhandled(void *context, const char *message)
{
    (void)context;
    (void)message;
    seen.unhandled++;
}

static uint64_t
on_limit(void *context, uint64_t cap_bytes, uint64_t wanted_bytes)
{
    (void)context;
    ck_assert_uint_gt(wanted_bytes, 0);
    seen.limits++;
    return cap_bytes + (4 << 20);
}

static corert_config
config_new(void)
{
    memset(&seen, 0, sizeof seen);
    return (corert_config){.struct_size = sizeof(corert_config),
                           .heap_cap_bytes = 64 << 20,
                           .log = on_log,
                           .unhandled = on_unhandled};
}

static struct {
    int (*make)(int, int);
    int (*ran)(void);
    int (*thread)(void);
    int (*this_thread)(void);
    void (*callback)(corert_status (*)(void));
    int (*answer)(void);
    void (*wait)(void);
    int (*collections)(void);
    int (*hold)(int, int);
    void (*drop)(void);
    int (*free)(intptr_t);
    intptr_t (*handle)(void);
    int (*churn)(int);
    int (*weak)(int);
    int (*notify)(void);
} gc;

static void
start(const corert_config *config)
{
    corert_module *m;

    ck_assert_int_eq(corert_init(config), CORERT_OK);
    m = guest_load();
    BIND(m, "gcg_make", gc.make);
    BIND(m, "gcg_ran", gc.ran);
    BIND(m, "gcg_thread", gc.thread);
    BIND(m, "gcg_this_thread", gc.this_thread);
    BIND(m, "gcg_callback", gc.callback);
    BIND(m, "gcg_answer", gc.answer);
    BIND(m, "gcg_wait", gc.wait);
    BIND(m, "gcg_collections", gc.collections);
    BIND(m, "gcg_hold", gc.hold);
    BIND(m, "gcg_drop", gc.drop);
    BIND(m, "gcg_free", gc.free);
    BIND(m, "gcg_handle", gc.handle);
    BIND(m, "gcg_churn", gc.churn);
    BIND(m, "gcg_weak", gc.weak);
    BIND(m, "gcg_notify", gc.notify);
}

static struct corert_gc_stats
stats(void)
{
    struct corert_gc_stats s = {.struct_size = sizeof s};

    ck_assert_int_eq(corert_gc_stats(&s), CORERT_OK);
    return s;
}

START_TEST(a_collection_is_counted_and_measured)
{
    corert_config config = config_new();
    struct corert_gc_stats before, after, small = {.struct_size = 16};

    config.gc_log = 1;
    start(&config);
    ck_assert_int_eq(gc.churn(200), 0);
    ck_assert_int_ne(gc.handle(), 0);
    before = stats();
    ck_assert_int_eq(corert_gc_collect(CORERT_GC_COMPACT), CORERT_OK);
    after = stats();
    ck_assert_uint_eq(after.collections, before.collections + 1);
    ck_assert_uint_eq(after.heap_cap_bytes, 64 << 20);
    ck_assert_int_eq(after.last_reason, CORERT_GC_REASON_INDUCED);
    ck_assert_uint_lt(after.live_bytes, before.live_bytes);
    ck_assert_uint_lt(after.last_after_bytes, after.last_before_bytes);
    ck_assert_uint_ge(after.last_pause_ns,
                      after.last_stop_ns + after.last_roots_ns + after.last_mark_ns);
    ck_assert_uint_ge(after.total_pause_ns, after.max_pause_ns);
    ck_assert_uint_ge(after.committed_bytes, after.live_bytes);
    ck_assert_uint_gt(after.handles, 0);
    ck_assert_uint_eq(seen.gc_lines, after.collections);
    ck_assert_int_eq(gc.collections(), (int)after.collections);
    ck_assert_int_eq(corert_gc_stats(&small), CORERT_OK);
    ck_assert_uint_eq(small.heap_cap_bytes, 64 << 20);
    ck_assert_uint_eq(small.committed_bytes, 0);
    small.struct_size = sizeof small + 8;
    ck_assert_int_eq(corert_gc_stats(&small), CORERT_E_MISUSE);
    ck_assert_int_eq(corert_gc_stats(NULL), CORERT_E_MISUSE);
    ck_assert_int_eq(corert_gc_collect(64), CORERT_E_MISUSE);
    guest_stop();
    config.finalizers = (corert_finalizers)7;
    ck_assert_int_eq(corert_init(&config), CORERT_E_MISUSE);
    ck_assert_int_eq(corert_gc_collect(0), CORERT_E_MISUSE);
    ck_assert_int_eq(corert_gc_stats(&after), CORERT_E_MISUSE);
    ck_assert_int_eq(corert_run_finalizers(0, NULL), CORERT_E_MISUSE);
}
END_TEST

START_TEST(the_host_runs_finalizers)
{
    corert_config config = config_new();
    size_t left = 1;

    start(&config);
    gc.make(PLAIN, 100);
    ck_assert_int_eq(corert_gc_collect(0), CORERT_OK);
    ck_assert_int_eq(gc.ran(), 0);
    ck_assert_uint_gt(stats().ready_finalizers, 70);
    ck_assert_int_eq(corert_run_finalizers(0, &left), CORERT_OK);
    ck_assert_uint_eq(left, 0);
    ck_assert_int_gt(gc.ran(), 70);
    ck_assert_int_eq(gc.thread(), gc.this_thread());
    guest_stop();
}
END_TEST

START_TEST(a_budget_ends_between_finalizers)
{
    corert_config config = config_new();
    size_t left = 0;
    int calls = 0;

    start(&config);
    gc.make(SLOW, 40);
    ck_assert_int_eq(corert_gc_collect(0), CORERT_OK);
    do {
        ck_assert_int_eq(corert_run_finalizers(10000, &left), CORERT_OK);
        calls++;
    } while (left);
    ck_assert_int_gt(calls, 3);
    ck_assert_int_gt(gc.ran(), 20);
    guest_stop();
}
END_TEST

START_TEST(who_waits_runs_them_where_there_is_no_thread)
{
    corert_config config = config_new();

    start(&config);
    gc.make(PLAIN, 100);
    gc.wait();
    ck_assert_int_gt(gc.ran(), 70);
    ck_assert_int_eq(gc.thread(), gc.this_thread());
    guest_stop();
}
END_TEST

START_TEST(a_thread_runs_them_if_the_host_says_so)
{
    for (int i = 0; i < 3; i++) {
        corert_config config = config_new();

        config.finalizers = CORERT_FINALIZERS_THREAD;
        start(&config);
        gc.make(PLAIN, 100);
        gc.wait();
        ck_assert_int_gt(gc.ran(), 70);
        ck_assert_int_ne(gc.thread(), gc.this_thread());
        gc.make(SLOW, 10);
        corert_gc_collect(0);
        guest_stop(); /* with some under way */
    }
}
END_TEST

START_TEST(an_exception_in_a_finalizer_is_told_and_the_next_one_runs)
{
    corert_config config = config_new();

    start(&config);
    gc.make(THROWS, 40);
    ck_assert_int_eq(corert_gc_collect(0), CORERT_OK);
    ck_assert_int_eq(corert_run_finalizers(0, NULL), CORERT_OK);
    ck_assert_int_gt(gc.ran(), 20);
    ck_assert_uint_eq(seen.unhandled, (unsigned)gc.ran());
    (void)corert_pending_status();
    guest_stop();
}
END_TEST

static corert_status
run_inside(void)
{
    return corert_run_finalizers(0, NULL);
}

START_TEST(a_finalizer_cannot_run_finalizers)
{
    corert_config config = config_new();

    start(&config);
    gc.callback(run_inside);
    gc.make(CALLS, 10);
    gc.wait();
    ck_assert_int_gt(gc.ran(), 0);
    ck_assert_int_eq(gc.answer(), CORERT_E_MISUSE);
    guest_stop();
}
END_TEST

static unsigned counted;

static corert_status
count_one(void)
{
    counted++;
    return CORERT_OK;
}

START_TEST(shutdown_runs_what_is_left)
{
    corert_config config = config_new();

    start(&config);
    counted = 0;
    gc.callback(count_one);
    gc.make(CALLS, 20);
    ck_assert_int_eq(corert_gc_collect(0), CORERT_OK); /* these are ready */
    gc.make(CALLS, 20);
    ck_assert_uint_eq(counted, 0);
    guest_stop();
    ck_assert_uint_eq(counted, 40);
}
END_TEST

START_TEST(the_cap_can_be_raised_when_it_is_reached)
{
    corert_config config = config_new();
    int without, with;

    config.heap_cap_bytes = 16 << 20;
    start(&config);
    without = gc.hold(100000, 1000);
    ck_assert_int_lt(without, 170);
    guest_stop();
    config.near_limit = on_limit;
    start(&config);
    with = gc.hold(100000, without + 10);
    ck_assert_int_eq(with, without + 10);
    ck_assert_uint_gt(seen.limits, 0);
    ck_assert_uint_gt(stats().heap_cap_bytes, 16 << 20);
    guest_stop();
}
END_TEST

START_TEST(dropped_memory_is_used_again)
{
    corert_config config = config_new();
    int first, again;

    config.heap_cap_bytes = 16 << 20;
    start(&config);
    first = gc.hold(10000, 100000);
    for (int i = 0; i < 5; i++) {
        gc.drop();
        again = gc.hold(10000, 100000);
        ck_assert_int_gt(again, first / 10 * 9);
    }
    gc.drop();
    ck_assert_int_eq(gc.churn(2000), 0);
    guest_stop();
}
END_TEST

START_TEST(values_that_are_no_handles_do_no_harm)
{
    corert_config config = config_new();
    intptr_t h, local = 0;

    start(&config);
    h = gc.handle();
    ck_assert_int_eq(gc.free(h), 0);
    ck_assert_uint_eq(seen.warnings, 0);
    ck_assert_int_eq(gc.free(h), 0);
    ck_assert_uint_eq(seen.warnings, 1);
    gc.free((intptr_t)&local);
    gc.free(h + 8);
    gc.free(h + 0x10000000);
    gc.free(0x7FFFFFFF0000);
    gc.free(16);
    ck_assert_int_eq(gc.free(0), 1);
    ck_assert_uint_eq(seen.warnings, 6);
    ck_assert_int_eq(gc.churn(100), 0);
    guest_stop();
}
END_TEST

/* Also where nobody runs finalizers: a WeakReference<T> has none that does it. */
START_TEST(dead_weak_references_give_their_handles_back)
{
    corert_config config = config_new();
    uint64_t before;

    start(&config);
    ck_assert_int_eq(corert_gc_collect(0), CORERT_OK);
    before = stats().handles;
    gc.weak(5000);
    ck_assert_uint_ge(stats().handles, before + 9000);
    ck_assert_int_eq(corert_gc_collect(0), CORERT_OK);
    ck_assert_uint_lt(stats().handles, before + 20);
    guest_stop();
}
END_TEST

START_TEST(a_collection_is_announced)
{
    corert_config config = config_new();

    start(&config);
    ck_assert_int_eq(gc.notify(), 0);
    ck_assert_int_eq(gc.churn(100), 0);
    guest_stop();
}
END_TEST

START_TEST(stress_moves_everything_and_nothing_is_lost)
{
    corert_config config = config_new();
    struct corert_gc_stats s;

    config.gc_stress_interval = 13;
    config.gc_stress_evacuate = 1;
    config.gc_verify = 1;
    start(&config);
    ck_assert_int_eq(gc.churn(400), 0);
    s = stats();
    ck_assert_uint_gt(s.collections, 200);
    ck_assert_uint_gt(s.total_moved_bytes, 0);
    ck_assert_int_eq(s.last_reason, CORERT_GC_REASON_STRESS);
    guest_stop();
}
END_TEST

START_TEST(marking_beside_the_program_loses_nothing)
{
    corert_config config = config_new();

    config.gc_stress_interval = 13;
    config.gc_stress_concurrent = 1;
    config.gc_verify = 1;
    config.stop_signal = _i ? SIGRTMIN + 5 : 0;
    start(&config);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(gc.churn(400), 0);
    ck_assert_uint_gt(stats().collections, 200);
    guest_stop();
}
END_TEST

/* With little alive there are none; a mode that nobody knows is refused. */
START_TEST(a_host_may_ask_for_cycles)
{
    corert_config config = config_new();

    config.gc_concurrent = (corert_gc_concurrent)3;
    ck_assert_int_eq(corert_init(&config), CORERT_E_MISUSE);
    config.gc_concurrent = CORERT_GC_CONCURRENT_ON;
    config.gc_verify = 1;
    start(&config);
    ck_assert_int_eq(gc.churn(400), 0);
    guest_stop();
}
END_TEST

static atomic_int churners;

static void *
churn_main(void *unused)
{
    int wrong = 0;

    (void)unused;
    for (int i = 0; i < 20; i++)
        wrong += gc.churn(100);
    atomic_fetch_sub(&churners, 1);
    return (void *)(intptr_t)wrong;
}

START_TEST(an_unattached_thread_collects_while_others_run)
{
    corert_config config = config_new();
    pthread_t thread[3];
    unsigned collected = 0;

    start(&config);
    ck_assert_int_eq(corert_thread_detach(), CORERT_OK);
    atomic_store(&churners, 3);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(pthread_create(&thread[i], NULL, churn_main, NULL), 0);
    while (atomic_load(&churners)) {
        ck_assert_int_eq(corert_gc_collect(collected++ % 3), CORERT_OK);
    }
    for (int i = 0; i < 3; i++) {
        void *wrong;

        pthread_join(thread[i], &wrong);
        ck_assert_ptr_null(wrong);
    }
    ck_assert_uint_ge(stats().collections, collected);
    guest_stop();
}
END_TEST

TCase *
case_gc(void)
{
    TCase *c = tcase_create("gc");

    tcase_set_timeout(c, 60);
    tcase_add_test(c, a_collection_is_counted_and_measured);
    tcase_add_test(c, the_host_runs_finalizers);
    tcase_add_test(c, a_budget_ends_between_finalizers);
    tcase_add_test(c, who_waits_runs_them_where_there_is_no_thread);
    tcase_add_test(c, a_thread_runs_them_if_the_host_says_so);
    tcase_add_test(c, an_exception_in_a_finalizer_is_told_and_the_next_one_runs);
    tcase_add_test(c, a_finalizer_cannot_run_finalizers);
    tcase_add_test(c, shutdown_runs_what_is_left);
    tcase_add_test(c, the_cap_can_be_raised_when_it_is_reached);
    tcase_add_test(c, dropped_memory_is_used_again);
    tcase_add_test(c, values_that_are_no_handles_do_no_harm);
    tcase_add_test(c, dead_weak_references_give_their_handles_back);
    tcase_add_test(c, a_collection_is_announced);
    tcase_add_test(c, stress_moves_everything_and_nothing_is_lost);
    tcase_add_loop_test(c, marking_beside_the_program_loses_nothing, 0, 2);
    tcase_add_test(c, a_host_may_ask_for_cycles);
    tcase_add_test(c, an_unattached_thread_collects_while_others_run);
    return c;
}
