/* tests/engine/check_dbg.c - stacks as text: order, names, gaps, damage, signals. */
#include "corert.h"

#include "engine/dbg.h"
#include "tests/engine/managed.h"

#include <check.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void call_without_unwind_data(void (*function)(void));

static char text[65536];
static size_t needed;

__attribute__((noinline)) static void
take_text(void)
{
    ck_assert_int_eq(corert_stack_text(text, sizeof text, &needed), CORERT_OK);
}

__attribute__((noinline)) static void
take_text_behind_a_gap(void)
{
    call_without_unwind_data(take_text);
    __asm__ volatile(""); /* no tail call */
}

static void
setup(void)
{
    managed_setup();
    native_hook = NULL;
    text[0] = 0;
}

/* The words occur in this order, each on a later line than the one before. NULL ends. */
static void
expect_order(const char *first, ...)
{
    const char *at = text, *word = first;
    va_list list;

    va_start(list, first);
    while (word) {
        at = strstr(at, word);
        ck_assert_msg(at != NULL, "no %s in order in:\n%s", word, text);
        at = strchr(at, '\n');
        ck_assert_ptr_nonnull(at);
        word = va_arg(list, const char *);
    }
    va_end(list);
}

static void *
take_on_thread(void *unused)
{
    (void)unused;
    take_text();
    return NULL;
}

START_TEST(a_thread_without_managed_code_shows_its_host_functions)
{
    pthread_t thread;

    ck_assert_int_eq(pthread_create(&thread, NULL, take_on_thread, NULL), 0);
    pthread_join(thread, NULL);
    ck_assert_int_eq(strncmp(text, "#0 take_text+0x", 15), 0);
    expect_order("#0 take_text+", "#1 take_on_thread+", NULL);
    ck_assert_msg(strstr(text, "(a gap") == NULL, "%s", text);
    ck_assert_ptr_nonnull(strstr(text, "check_dbg.c:"));
    ck_assert_uint_eq(needed, strlen(text) + 1);
}
END_TEST

START_TEST(managed_and_host_frames_come_in_one_list)
{
    native_hook = take_text;
    enter(t_trace_across_native, NULL);
    expect_order("#0 take_text+", "#1 native_takes_trace+", "#2 takes_trace+", "#3 enter+",
                 "#4 native_calls_back+", "#5 calls_native+", "#6 t_trace_across_native+",
                 "#7 enter+", "managed_and_host_frames_come_in_one_list", NULL);
    ck_assert_msg(strstr(text, "(a gap") == NULL, "%s", text);
}
END_TEST

START_TEST(host_code_without_unwind_data_is_a_gap_and_the_list_goes_on)
{
    const char *gap;

    native_hook = take_text_behind_a_gap;
    enter(t_trace_across_native, NULL);
    expect_order("#0 take_text+", "#1 call_without_unwind_data+", "(a gap", "#2 takes_trace+",
                 "#3 enter+", "#4 native_calls_back+", "#5 calls_native+",
                 "#6 t_trace_across_native+", "#7 enter+", NULL);
    gap = strstr(text, "(a gap");
    ck_assert_ptr_nonnull(gap);
    ck_assert_ptr_null(strstr(gap + 1, "(a gap"));
}
END_TEST

START_TEST(without_a_record_the_list_ends_at_the_gap)
{
    call_without_unwind_data(take_text);
    expect_order("#0 take_text+", "#1 call_without_unwind_data+", "(a gap", NULL);
    ck_assert_ptr_null(strstr(text, "#2"));
}
END_TEST

START_TEST(the_text_is_cut_to_fit)
{
    char small[600];
    size_t all;

    native_hook = take_text;
    enter(takes_trace, NULL);
    ck_assert_int_eq(corert_stack_text(NULL, 0, &all), CORERT_OK);
    ck_assert_uint_gt(all, 40);
    for (size_t size = 1; size < sizeof small; size += 7) {
        memset(small, 'x', sizeof small);
        ck_assert_int_eq(corert_stack_text(small, size, &needed), CORERT_OK);
        ck_assert_uint_ge(needed + 1000, all);
        ck_assert_ptr_nonnull(memchr(small, 0, size));
        ck_assert_int_eq(small[size], 'x');
    }
    ck_assert_int_eq(corert_stack_text(NULL, 1, &needed), CORERT_E_MISUSE);
    ck_assert_uint_eq(needed, 0);
}
END_TEST

static void
on_signal(int number_of_signal)
{
    (void)number_of_signal;
    take_text();
    __asm__ volatile(""); /* no tail call */
}

static void
raise_it(void)
{
    raise(SIGUSR1);
    __asm__ volatile("");
}

/* On a stack of its own, as crash handlers run. */
START_TEST(a_signal_handler_sees_what_it_interrupted)
{
    static char other_stack[65536];
    stack_t stack = {.ss_sp = other_stack, .ss_size = sizeof other_stack};
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK};

    dbg_start();
    ck_assert_int_eq(sigaltstack(&stack, NULL), 0);
    ck_assert_int_eq(sigaction(SIGUSR1, &action, NULL), 0);
    native_hook = raise_it;
    enter(t_trace_across_native, NULL);
    expect_order("#0 take_text+", "#1 on_signal+", "raise_it", "takes_trace+", "enter+",
                 "native_calls_back+", "calls_native+", "t_trace_across_native+", "enter+", NULL);
}
END_TEST

static bool
count_frame(const struct dbg_frame *frame, void *context)
{
    (void)frame;
    ++*(unsigned *)context;
    return true;
}

static uint64_t random_state = 88172645463325252u;

static uint64_t
random_word(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

/* Registers that point anywhere: into code, the stack, tables, nothing. */
static uintptr_t
random_address(void)
{
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);

    switch (random_word() % 6) {
    case 0:
        return here - 4096 + random_word() % 16384;
    case 1:
        return (uintptr_t)take_text + random_word() % 200000;
    case 2:
        return (uintptr_t)printf + random_word() % 500000;
    case 3:
        return (uintptr_t)enter + random_word() % 4096;
    case 4:
        return random_word() % 4096;
    default:
        return random_word();
    }
}

START_TEST(nonsense_does_no_harm)
{
    struct dbg_images images = {.next = 0};
    char line[300];

    for (unsigned i = 0; i < 3000; i++) {
        struct dbg_regs at = {.exact = random_word() & 1};
        unsigned frames = 0;

        at.regs.pc = random_address();
        at.regs.rsp = random_address();
        for (unsigned r = 0; r < EH_REGISTERS; r++)
            at.regs.saved[r] = random_address();
        dbg_walk(&at, count_frame, &frames);
        ck_assert_uint_gt(frames, 0);
        if (i % 16 == 0)
            dbg_pc_line(&images, i, at.regs.pc, line, sizeof line);
    }
    dbg_images_close(&images);
}
END_TEST

static void
walk_a_damaged_stack(void)
{
    struct thr_transition *record = corert_thread.transition;
    struct thr_transition saved = *record;

    for (unsigned i = 0; i < 500; i++) {
        uintptr_t *word = (uintptr_t *)record + random_word() % 9;

        *word = random_address();
        call_without_unwind_data(take_text); /* so that the record is needed */
        *record = saved;
    }
    take_text();
}

START_TEST(a_damaged_record_does_no_harm)
{
    native_hook = walk_a_damaged_stack;
    enter(t_trace_across_native, NULL);
    expect_order("takes_trace+", "t_trace_across_native+", NULL);
}
END_TEST

int
main(void)
{
    Suite *s = suite_create("engine_dbg");
    TCase *c = tcase_create("stack text");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(c, setup, managed_teardown);
    tcase_set_timeout(c, 30);
    tcase_add_test(c, a_thread_without_managed_code_shows_its_host_functions);
    tcase_add_test(c, managed_and_host_frames_come_in_one_list);
    tcase_add_test(c, host_code_without_unwind_data_is_a_gap_and_the_list_goes_on);
    tcase_add_test(c, without_a_record_the_list_ends_at_the_gap);
    tcase_add_test(c, the_text_is_cut_to_fit);
    tcase_add_test(c, a_signal_handler_sees_what_it_interrupted);
    tcase_add_test(c, nonsense_does_no_harm);
    tcase_add_test(c, a_damaged_record_does_no_harm);
    suite_add_tcase(s, c);
    runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
