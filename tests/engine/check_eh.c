/* tests/engine/check_eh.c - exceptions: search, unwind, filters, traces, boundaries. */
#include "tests/engine/managed.h"

#include "pal/pal.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct test_exception *e;

static void
setup(void)
{
    managed_setup();
    e = exception_new(&mt_derived);
}

static void
teardown(void)
{
    ck_assert_uint_eq(inflight_count(), 0);
    ck_assert_ptr_null(corert_thread.filter_head);
    ck_assert_ptr_null(corert_thread.reverse_head);
    exception_free(e);
    managed_teardown();
}

/* Method of the i-th entry of a trace. */
static void *
trace_method(const struct test_exception *of, unsigned i)
{
    return RhFindMethodStartAddress((void *)exception_trace(of)->data[i]);
}

#define ASSERT_METHOD(of, i, f) ck_assert_ptr_eq(trace_method(of, i), (void *)(uintptr_t)(f))

START_TEST(catch_in_the_calling_method)
{
    ck_assert_int_eq(enter(t_catch, e), 100);
    ck_assert(log_is(1, 100));
    ck_assert_int_eq(e->trace_count, 2);
    ASSERT_METHOD(e, 0, throw_it);
    ASSERT_METHOD(e, 1, catch_base_of);
}
END_TEST

START_TEST(catch_two_frames_up)
{
    ck_assert_int_eq(enter(t_catch_deep, e), 100);
    ck_assert_int_eq(e->trace_count, 3);
}
END_TEST

START_TEST(null_becomes_null_reference_exception)
{
    exception_free(next_exception);
    next_exception = exception_new(&mt_base);
    ck_assert_int_eq(enter(t_catch, NULL), 101);
    ck_assert(log_is(2, 1000 + EH_ID_NULL_REFERENCE, 100));
}
END_TEST

START_TEST(runtime_error_is_made_by_the_class_library)
{
    exception_free(next_exception);
    next_exception = exception_new(&mt_base);
    ck_assert_int_eq(enter(t_catch_runtime, NULL), 101);
    ck_assert(log_is(2, 1008, 100));
}
END_TEST

START_TEST(nested_tries_pick_the_innermost_that_matches)
{
    struct test_exception *other = exception_new(&mt_other);
    struct test_exception *base = exception_new(&mt_base);

    ck_assert_int_eq(enter(t_nested, e), 2);
    ck_assert_int_eq(enter(t_nested, other), 1);
    ck_assert_int_eq(enter(t_nested, base), 3);
    exception_free(other);
    exception_free(base);
}
END_TEST

START_TEST(finally_blocks_run_inside_out_before_the_catch)
{
    ck_assert_int_eq(enter(t_finally, e), 100);
    ck_assert(log_is(3, 1, 3, 100));
}
END_TEST

START_TEST(rethrow_keeps_the_trace_and_lists_the_catcher_once)
{
    ck_assert_int_eq(enter(t_rethrow, e), 100);
    ck_assert(log_is(2, 5, 100));
    ck_assert_int_eq(e->trace_count, 4);
    ASSERT_METHOD(e, 0, throw_it);
    ASSERT_METHOD(e, 1, throw_deep);
    ASSERT_METHOD(e, 2, catches_and_rethrows);
    ASSERT_METHOD(e, 3, catch_base_of);
}
END_TEST

START_TEST(second_throw_resets_the_trace)
{
    enter(t_catch_deep, e);
    enter(t_catch, e);
    ck_assert_int_eq(e->trace_count, 2);
    ASSERT_METHOD(e, 0, throw_it);
}
END_TEST

START_TEST(second_throw_keeps_a_trace_that_ends_in_a_separator)
{
    struct test_array *trace;

    enter(t_catch, e);
    trace = e->trace;
    trace->data[e->trace_count++] = 1;
    enter(t_catch, e);
    ck_assert_int_eq(e->trace_count, 5);
    ck_assert_uint_eq(trace->data[2], 1);
    ASSERT_METHOD(e, 3, throw_it);
}
END_TEST

START_TEST(preallocated_exception_gets_no_trace)
{
    static void *oom;

    oom = e;
    eh_classlib_set(&(struct eh_classlib){.preallocated_oom = &oom},
                    &(struct eh_exception_layout){16, 24});
    ck_assert_int_eq(enter(t_catch, e), 100);
    ck_assert_int_eq(e->trace_count, 0);
}
END_TEST

START_TEST(throw_out_of_finally_supersedes)
{
    ck_assert_int_eq(enter(t_supersede, e), (intptr_t)next_exception);
    ck_assert(log_is(1, 7));
}
END_TEST

START_TEST(superseding_within_one_frame_leaks_no_record)
{
    ck_assert_int_eq(enter(t_supersede_loop, e), 100);
    ck_assert_uint_le(inflight_count(), 1); /* one whose frame was still running */
    thr_detach();
    ck_assert_uint_eq(inflight_count(), 0);
}
END_TEST

START_TEST(exception_caught_inside_a_finally_leaves_the_outer_one_alone)
{
    ck_assert_int_eq(enter(t_finally_catches, e), 100);
    ck_assert(log_is(2, 8, 100));
}
END_TEST

START_TEST(filter_runs_before_finally_and_shares_locals)
{
    /* captured 1, made 1001 by the filter, 200 added by the handler */
    ck_assert_int_eq(enter(t_filter_true, e), 1201);
    ck_assert(log_is(3, 20, 1, 23));
}
END_TEST

START_TEST(refusing_filter_leaves_the_exception_to_the_outer_catch)
{
    ck_assert_int_eq(enter(t_filter_false, e), 100);
    ck_assert(log_is(3, 20, 1, 100));
}
END_TEST

START_TEST(exception_in_a_filter_means_no)
{
    ck_assert_int_eq(enter(t_filter_throws, e), 100);
    ck_assert(log_is(4, 21, 22, 1, 100));
}
END_TEST

START_TEST(two_filters_refusing_then_accepting)
{
    ck_assert_int_eq(enter(t_filter_nested, e), 1201);
    ck_assert(log_is(4, 20, 20, 1, 23));
}
END_TEST

START_TEST(stack_trace_in_a_filter_reaches_past_the_throw)
{
    ck_assert_int_eq(enter(t_filter_walks, e), 100);
    /* without filter_that_walks, whose frame asked */
    ck_assert_int_eq(trace_found, 6);
    ck_assert_ptr_eq(RhFindMethodStartAddress(trace_frames[0]), (void *)(uintptr_t)throw_it);
    ck_assert_ptr_eq(RhFindMethodStartAddress(trace_frames[1]), (void *)(uintptr_t)filtered);
    ck_assert_ptr_eq(RhFindMethodStartAddress(trace_frames[2]), (void *)(uintptr_t)filter_walks);
    ck_assert_ptr_eq(RhFindMethodStartAddress(trace_frames[5]), (void *)(uintptr_t)enter);
}
END_TEST

START_TEST(frames_of_variable_size_are_walked)
{
    ck_assert_int_eq(enter(t_dynamic_frame, e), 100);
    ck_assert(log_is(2, 7, 100));
}
END_TEST

START_TEST(hundred_frames)
{
    ck_assert_int_ge(repeat_catch(recurse, e, 100, 3), 0);
    ck_assert_int_eq(e->trace_count, 102);
    ck_assert_uint_eq(exception_trace(e)->length, 128);
    ck_assert_int_ge(repeat_catch(recurse_finally, e, 100, 2), 0);
    ck_assert_uint_eq(log_count, 200);
}
END_TEST

static unsigned chances;

/* C code in the place of managed code: notes the call. */
static void
first_chance_logs(void *exception)
{
    ck_assert_ptr_eq(exception, e);
    chances++;
    log_event(50);
}

START_TEST(first_chance_is_called_for_throw_and_rethrow)
{
    struct eh_classlib with = test_classlib;

    with.first_chance = first_chance_logs;
    eh_classlib_set(&with, &(struct eh_exception_layout){16, 24});
    enter(t_rethrow, e);
    ck_assert(log_is(4, 50, 5, 50, 100));
}
END_TEST

/* Throws only the first time, so that its own exception ends. */
static void
first_chance_once(void *exception)
{
    if (chances++ == 0)
        first_chance_throws(exception);
}

START_TEST(exception_of_a_first_chance_handler_is_dropped)
{
    struct eh_classlib with = test_classlib;

    chances = 0;
    with.first_chance = first_chance_once;
    eh_classlib_set(&with, &(struct eh_exception_layout){16, 24});
    ck_assert_int_eq(enter(t_catch, e), 100);
    ck_assert_uint_eq(chances, 2);
    ck_assert(log_is(2, 40, 100));
}
END_TEST

/* ---- unhandled ---- */

static void
unhandled_exits(void *exception)
{
    /* exit 70: no finally ran before this */
    if (exception != e || log_count != 0)
        _exit(1);
    log_event(60);
}

static void
fail_fast_exits(int32_t reason, void *exception, void *ip, void *context)
{
    (void)context;
    _exit(reason == EH_FAIL_UNHANDLED && exception == e && ip && log_is(1, 60) ? 70 : 2);
}

static void
unhandled_setup(void)
{
    struct eh_classlib with = test_classlib;

    with.unhandled = unhandled_exits;
    with.fail_fast = fail_fast_exits;
    eh_classlib_set(&with, &(struct eh_exception_layout){16, 24});
}

START_TEST(unhandled_runs_no_finally)
{
    unhandled_setup();
    enter(finally_outer, e);
}
END_TEST

START_TEST(exception_does_not_cross_native_code)
{
    unhandled_setup();
    enter(t_throw_across_native, e);
}
END_TEST

START_TEST(unhandled_without_a_class_library_aborts)
{
    eh_classlib_set(&(struct eh_classlib){0}, &(struct eh_exception_layout){0, 0});
    enter(throw_it, e);
}
END_TEST

/* ---- current stack trace ---- */

START_TEST(stack_trace_crosses_native_code)
{
    ck_assert_int_eq(enter(t_trace_across_native, (void *)(uintptr_t)takes_trace), 5);
    ck_assert_int_eq(trace_found, 4);
    ck_assert_ptr_eq(RhFindMethodStartAddress(trace_frames[0]), (void *)(uintptr_t)enter);
    ck_assert_ptr_eq(RhFindMethodStartAddress(trace_frames[1]), (void *)(uintptr_t)calls_native);
    ck_assert_ptr_eq(RhFindMethodStartAddress(trace_frames[2]),
                     (void *)(uintptr_t)t_trace_across_native);
    ck_assert_ptr_eq(RhFindMethodStartAddress(trace_frames[3]), (void *)(uintptr_t)enter);
}
END_TEST

START_TEST(too_small_a_buffer_gets_the_needed_size)
{
    trace_capacity = 3;
    enter(t_trace_across_native, (void *)(uintptr_t)takes_trace);
    ck_assert_int_eq(trace_found, -4);
    trace_capacity = 0;
    enter(takes_trace, NULL);
    ck_assert_int_eq(trace_found, -1);
}
END_TEST

START_TEST(native_addresses_belong_to_no_method)
{
    ck_assert_ptr_nonnull(eh_module_find((uintptr_t)enter));
    ck_assert_ptr_null(eh_module_find((uintptr_t)number));
    ck_assert_ptr_null(RhFindMethodStartAddress((void *)(uintptr_t)number));
    ck_assert_ptr_null(RhFindMethodStartAddress(NULL));
}
END_TEST

/* ---- registration ---- */

START_TEST(overlapping_and_broken_modules_are_refused)
{
    struct eh_module m = *eh_module_find((uintptr_t)enter);
    static const uint8_t broken[12] = {1, 0x1b, 0x03, 0x1b};

    ck_assert(!eh_module_register(&m));
    m.code_start = broken;
    m.code_end = broken + 1;
    m.eh_frame_hdr = broken;
    m.eh_frame_hdr_bytes = sizeof broken;
    ck_assert(!eh_module_register(&m));
    m.code_end = m.code_start;
    ck_assert(!eh_module_register(&m));
}
END_TEST

START_TEST(many_modules_are_found_by_address)
{
    enum { N = 100 };
    static struct eh_module all[N];
    static uint8_t space[N * 16];
    struct eh_module own = *eh_module_find((uintptr_t)enter);
    unsigned i;

    for (i = 0; i < N; i++) {
        unsigned at = (i * 37) % N; /* every one once, in disorder */

        all[at] = own;
        all[at].code_start = space + at * 16;
        all[at].code_end = space + at * 16 + 8;
        ck_assert(eh_module_register(&all[at]));
    }
    for (i = 0; i < N; i++) {
        ck_assert_ptr_eq(eh_module_find((uintptr_t)(space + i * 16)), &all[i]);
        ck_assert_ptr_eq(eh_module_find((uintptr_t)(space + i * 16 + 7)), &all[i]);
        ck_assert_ptr_null(eh_module_find((uintptr_t)(space + i * 16 + 8)));
    }
    ck_assert_int_eq(enter(t_catch, e), 100);
    for (i = 0; i < N; i++)
        eh_module_unregister(&all[i]);
    ck_assert_ptr_null(eh_module_find((uintptr_t)space));
    ck_assert_int_eq(enter(t_catch, e), 100);
}
END_TEST

/* ---- threads ---- */

static void
throws_a_lot(void *argument)
{
    struct test_exception *mine = exception_new(&mt_derived);
    int64_t *failures = argument;
    int i;

    next_exception = exception_new(&mt_other);
    for (i = 0; i < 500; i++) {
        log_reset();
        *failures += repeat_catch(recurse, mine, i % 60, 4) < 0;
        *failures += enter(t_finally, mine) != 100 || !log_is(3, 1, 3, 100);
        log_reset();
        *failures += enter(t_filter_true, mine) != 1201;
        *failures += enter(t_supersede, mine) != (intptr_t)next_exception;
    }
    exception_free(mine);
    exception_free(next_exception);
}

START_TEST(threads_throw_at_once)
{
    enum { N = 6 };
    struct pal_thread *threads[N];
    int64_t failures[N] = {0};
    unsigned i;

    for (i = 0; i < N; i++)
        ck_assert_int_eq(pal_thread_start(&threads[i], throws_a_lot, &failures[i], 0, "thrower"),
                         PAL_OK);
    for (i = 0; i < N; i++) {
        pal_thread_join(threads[i]);
        ck_assert_int_eq(failures[i], 0);
    }
    ck_assert_uint_eq(thr_count(), corert_thread.thread ? 1 : 0);
}
END_TEST

static Suite *
eh_suite(void)
{
    Suite *s = suite_create("eh");
    TCase *core = tcase_create("core");
    TCase *limits = tcase_create("limits");

    tcase_add_checked_fixture(core, setup, teardown);
    tcase_add_test(core, catch_in_the_calling_method);
    tcase_add_test(core, catch_two_frames_up);
    tcase_add_test(core, null_becomes_null_reference_exception);
    tcase_add_test(core, runtime_error_is_made_by_the_class_library);
    tcase_add_test(core, nested_tries_pick_the_innermost_that_matches);
    tcase_add_test(core, finally_blocks_run_inside_out_before_the_catch);
    tcase_add_test(core, rethrow_keeps_the_trace_and_lists_the_catcher_once);
    tcase_add_test(core, second_throw_resets_the_trace);
    tcase_add_test(core, second_throw_keeps_a_trace_that_ends_in_a_separator);
    tcase_add_test(core, preallocated_exception_gets_no_trace);
    tcase_add_test(core, throw_out_of_finally_supersedes);
    tcase_add_test(core, superseding_within_one_frame_leaks_no_record);
    tcase_add_test(core, exception_caught_inside_a_finally_leaves_the_outer_one_alone);
    tcase_add_test(core, filter_runs_before_finally_and_shares_locals);
    tcase_add_test(core, refusing_filter_leaves_the_exception_to_the_outer_catch);
    tcase_add_test(core, exception_in_a_filter_means_no);
    tcase_add_test(core, two_filters_refusing_then_accepting);
    tcase_add_test(core, stack_trace_in_a_filter_reaches_past_the_throw);
    tcase_add_test(core, first_chance_is_called_for_throw_and_rethrow);
    tcase_add_test(core, exception_of_a_first_chance_handler_is_dropped);
    tcase_add_test(core, stack_trace_crosses_native_code);
    suite_add_tcase(s, core);

    tcase_add_checked_fixture(limits, setup, teardown);
    tcase_add_test(limits, frames_of_variable_size_are_walked);
    tcase_add_test(limits, hundred_frames);
    tcase_add_test(limits, too_small_a_buffer_gets_the_needed_size);
    tcase_add_test(limits, native_addresses_belong_to_no_method);
    tcase_add_test(limits, overlapping_and_broken_modules_are_refused);
    tcase_add_test(limits, many_modules_are_found_by_address);
    tcase_add_test(limits, threads_throw_at_once);
    suite_add_tcase(s, limits);

    /* These end the process, which needs fork. */
    if (!getenv("CK_FORK")) {
        TCase *faults = tcase_create("faults");

        tcase_add_checked_fixture(faults, setup, NULL);
        tcase_add_exit_test(faults, unhandled_runs_no_finally, 70);
        tcase_add_exit_test(faults, exception_does_not_cross_native_code, 70);
        tcase_add_test_raise_signal(faults, unhandled_without_a_class_library_aborts, SIGABRT);
        suite_add_tcase(s, faults);
    }
    return s;
}

int
main(void)
{
    SRunner *runner = srunner_create(eh_suite());
    int failed;

    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
