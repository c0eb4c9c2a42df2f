/* tests/engine/check_thr.c - attaching, transitions, stopping the world, thunks. */
#include "tests/engine/managed.h"

#include "pal/pal.h"

#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

START_TEST(first_entry_attaches_and_the_end_of_the_thread_detaches)
{
    ck_assert_uint_eq(thr_count(), 0);
    ck_assert_int_eq(enter(t_catch, NULL), 101);
    ck_assert_uint_eq(thr_count(), 1);
    ck_assert_int_eq((intptr_t)corert_thread.transition, THREAD_STATE_NO_FRAMES);
    thr_detach();
    ck_assert_uint_eq(thr_count(), 0);
    ck_assert_uint_eq(corert_thread.stack_limit, 0);
}
END_TEST

static _Atomic(int) exits;

static void
exit_callback(void)
{
    /* as OnThreadExit does: managed code on the way out */
    if ((intptr_t)corert_thread.transition == THREAD_STATE_NO_FRAMES &&
        enter(t_catch, next_exception) == 100)
        exits++;
    exception_free(next_exception);
    next_exception = NULL;
}

static void
attach_and_end(void *argument)
{
    (void)argument;
    next_exception = exception_new(&mt_base);
    enter(t_catch, next_exception);
}

START_TEST(exit_callback_runs_on_the_ending_thread)
{
    struct pal_thread *t;

    RhSetThreadExitCallback(exit_callback);
    ck_assert_int_eq(pal_thread_start(&t, attach_and_end, NULL, 0, "ends"), PAL_OK);
    pal_thread_join(t);
    ck_assert_int_eq(exits, 1);
    ck_assert_uint_eq(thr_count(), 0);
}
END_TEST

START_TEST(unmanaged_entry_from_managed_code_aborts)
{
    /* calls `enter` without leaving managed state first */
    enter((managed_fn *)(uintptr_t)native_calls_back, (void *)(uintptr_t)takes_trace);
    (void)native_calls_back;
    corert_thread.transition = NULL;
    enter(t_catch, next_exception);
}
END_TEST

/* ---- stopping ---- */

struct spinner {
    _Atomic(int32_t) done;
    _Atomic(int64_t) turns;
};

static void
spin_main(void *argument)
{
    enter(spin_until, argument);
}

struct range_check {
    const struct thr_thread *self;
    unsigned threads;
    unsigned ranges;
    bool fine;
};

static void
check_range(uintptr_t low, uintptr_t high, void *context)
{
    struct range_check *c = context;

    c->ranges++;
    if (high <= low || high - low > 4096)
        c->fine = false;
}

static bool
check_thread(struct thr_thread *t, void *context)
{
    struct range_check *c = context;

    c->threads++;
    if (t != c->self)
        thr_for_each_range(t, check_range, c);
    return true;
}

START_TEST(stopped_threads_stand_still_and_go_on)
{
    enum { N = 3, ROUNDS = 50 };
    static struct spinner spinners[N];
    struct pal_thread *threads[N];
    unsigned i, round;

    ck_assert(thr_attach());
    for (i = 0; i < N; i++)
        ck_assert_int_eq(pal_thread_start(&threads[i], spin_main, &spinners[i], 0, "spin"), PAL_OK);
    for (i = 0; i < N; i++)
        while (!spinners[i].turns)
            pal_thread_yield();
    for (round = 0; round < ROUNDS; round++) {
        struct range_check check = {thr_current(), 0, 0, true};
        int64_t before[N];

        thr_stop_world();
        for (i = 0; i < N; i++)
            before[i] = spinners[i].turns;
        thr_for_each(check_thread, &check);
        pal_thread_sleep_ns(100000);
        for (i = 0; i < N; i++)
            ck_assert_int_eq(spinners[i].turns, before[i]);
        thr_resume_world();
        ck_assert_uint_eq(check.threads, N + 1);
        ck_assert_uint_eq(check.ranges, N);
        ck_assert(check.fine);
    }
    for (i = 0; i < N; i++) {
        spinners[i].done = 1;
        pal_thread_join(threads[i]);
    }
    ck_assert_uint_eq(thr_count(), 1);
}
END_TEST

static void
throw_until(void *argument)
{
    struct spinner *s = argument;
    struct test_exception *mine = exception_new(&mt_derived);

    while (!s->done) {
        enter(t_finally, mine);
        log_reset();
        s->turns++;
    }
    exception_free(mine);
}

START_TEST(world_stops_while_threads_cross_the_border)
{
    static struct spinner s[2];
    struct pal_thread *t[2];
    unsigned i;

    for (i = 0; i < 2; i++)
        ck_assert_int_eq(pal_thread_start(&t[i], throw_until, &s[i], 0, "throw"), PAL_OK);
    for (i = 0; i < 300; i++) {
        thr_stop_world();
        errno = 0;
        thr_resume_world();
    }
    for (i = 0; i < 2; i++) {
        int64_t seen = s[i].turns;

        while (s[i].turns == seen)
            pal_thread_yield();
        s[i].done = 1;
        pal_thread_join(t[i]);
    }
}
END_TEST

static void
note_state(void *context)
{
    void *state = corert_thread.transition;
    struct range_check check = {NULL, 0, 0, true};

    thr_for_each_range(thr_current(), check_range, &check);
    *(int *)context = state && (intptr_t)state != THREAD_STATE_NO_FRAMES && check.ranges == 1;
}

static int64_t
runs_native(void *o)
{
    thr_run_native(note_state, o);
    return corert_thread.transition == NULL;
}

START_TEST(run_native_leaves_managed_state_for_the_call)
{
    int was_native = 0;

    ck_assert_int_eq(enter(runs_native, &was_native), 1);
    ck_assert_int_eq(was_native, 1);
}
END_TEST

static int64_t
overflows(void *o)
{
    char here;

    (void)o;
    corert_thread.thread->stack_low = (uintptr_t)&here - 8192;
    corert_thread.thread->stack_high = (uintptr_t)&here + (1 << 20);
    RhpLimitSlow();
    return 0;
}

static int64_t
has_room(void *o)
{
    RhpLimitSlow();
    RhpLimitSlowFor(65536);
    return o != NULL;
}

START_TEST(checks_with_room_return)
{
    ck_assert_int_eq(enter(has_room, &corert_thread), 1);
}
END_TEST

/* Without a class library there is no exception to throw. */
START_TEST(stack_overflow_ends_the_process)
{
    enter(overflows, NULL);
}
END_TEST

/* ---- contract functions ---- */

START_TEST(thread_facts)
{
    void *low, *high;
    uint64_t before = RhpGetTickCount64();
    char here;

    ck_assert(thr_attach());
    RhGetCurrentThreadStackBounds(&low, &high);
    ck_assert((uintptr_t)low < (uintptr_t)&here && (uintptr_t)&here < (uintptr_t)high);
    ck_assert_uint_eq(RhCurrentOSThreadId(), pal_thread_id());
    ck_assert_ptr_eq(RhGetThreadStaticStorage(), &corert_thread.thread_statics);
    RhSpinWait(1000);
    ck_assert_int_eq(RhYield(), 1);
    RhFlushProcessWriteBuffers();
    pal_thread_sleep_ns(3000000);
    ck_assert_uint_gt(RhpGetTickCount64(), before);
}
END_TEST

static int64_t
thunk_target(int64_t a, int64_t b, int64_t c, int64_t d, int64_t f, int64_t g)
{
    return RhGetCurrentThunkContext() + a + 10 * b + 100 * c + 1000 * d + 10000 * f + 100000 * g;
}

START_TEST(thunks_reach_their_target_with_their_context)
{
    uint8_t *mapping = RhAllocateThunksMapping();
    int32_t block, i;

    ck_assert_ptr_nonnull(mapping);
    for (block = 0; block < RhpGetNumThunkBlocksPerMapping(); block++) {
        uint8_t *stubs = mapping + block * RhpGetThunkBlockSize();
        uintptr_t *data = RhpGetThunkDataBlockAddress(stubs + 5);

        ck_assert_ptr_eq(RhpGetThunkStubsBlockAddress(&data[9]), stubs);
        for (i = 0; i < RhpGetNumThunksPerBlock(); i += 29) {
            int64_t (*thunk)(int64_t, int64_t, int64_t, int64_t, int64_t, int64_t);
            uintptr_t address = (uintptr_t)(stubs + i * RhpGetThunkSize());

            data[2 * i] = (uintptr_t)(block * 1000000 + i * 1000000);
            data[2 * i + 1] = (uintptr_t)thunk_target;
            __builtin_memcpy(&thunk, &address, sizeof thunk);
            ck_assert_int_eq(thunk(1, 2, 3, 4, 5, 6), (block + i) * 1000000 + 654321);
        }
    }
    pal_mem_release(mapping, 65536);
}
END_TEST

static void
setup(void)
{
    managed_setup();
    exception_free(next_exception);
    next_exception = exception_new(&mt_base);
}

static Suite *
thr_suite(void)
{
    Suite *s = suite_create("thr");
    TCase *core = tcase_create("core");

    tcase_add_checked_fixture(core, setup, managed_teardown);
    tcase_add_test(core, first_entry_attaches_and_the_end_of_the_thread_detaches);
    tcase_add_test(core, exit_callback_runs_on_the_ending_thread);
    tcase_add_test(core, stopped_threads_stand_still_and_go_on);
    tcase_add_test(core, world_stops_while_threads_cross_the_border);
    tcase_add_test(core, run_native_leaves_managed_state_for_the_call);
    tcase_add_test(core, checks_with_room_return);
    tcase_add_test(core, thread_facts);
    tcase_add_test(core, thunks_reach_their_target_with_their_context);
    suite_add_tcase(s, core);
    if (!getenv("CK_FORK")) {
        TCase *faults = tcase_create("faults");

        tcase_add_checked_fixture(faults, setup, NULL);
        tcase_add_test_raise_signal(faults, unmanaged_entry_from_managed_code_aborts, SIGABRT);
        tcase_add_test_raise_signal(faults, stack_overflow_ends_the_process, SIGABRT);
        suite_add_tcase(s, faults);
    }
    return s;
}

int
main(void)
{
    SRunner *runner = srunner_create(thr_suite());
    int failed;

    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
