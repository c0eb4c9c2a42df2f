/* tests/host/check_stack.c - stacks in words, through a host's functions and compiled methods. */
#include "tests/host/check_host.h"

#include <pthread.h>

static char text[32768];
static char lines[32768]; /* of the log, INFO only */
static int (*guest_fail)(int);

/* The words occur in this order. NULL ends. */
static void
expect_order(const char *in, const char *const *words)
{
    const char *at = in;

    for (; *words; words++) {
        at = strstr(at, *words);
        ck_assert_msg(at != NULL, "no %s in order in:\n%s", *words, in);
        at += strlen(*words);
    }
}

__attribute__((noinline)) static int
host_asks(int kind)
{
    ck_assert_int_eq(corert_stack_text(text, sizeof text, NULL), CORERT_OK);
    return kind;
}

START_TEST(a_stack_shows_host_functions_and_methods)
{
    static const char *const words[] = {"#0 ",
                                        "host_asks+0x",
                                        " Guest.Around(delegate* unmanaged<System.Int32,System.Int32>,"
                                        "System.Int32)+0x",
                                        "(guest.so)",
                                        "(from native) Guest.Around(",
                                        "a_stack_shows_host_functions_and_methods",
                                        "main+0x",
                                        NULL};
    corert_module *m = guest_start(NULL, 0);
    int (*around)(int (*)(int), int);

    BIND(m, "guest_around", around);
    ck_assert_int_eq(around(host_asks, 2), 42);
    expect_order(text, words);
    ck_assert_msg(!strstr(text, "(a gap"), "%s", text);
    guest_stop();
    ck_assert_int_eq(corert_stack_text(text, sizeof text, NULL), CORERT_OK);
    ck_assert_ptr_null(strstr(text, "Guest"));
}
END_TEST

static void
note_line(void *context, corert_log_level level, const char *message)
{
    (void)context;
    if (level != CORERT_LOG_INFO)
        return;
    ck_assert_uint_lt(strlen(lines) + strlen(message) + 2, sizeof lines);
    strcat(lines, message);
    strcat(lines, "\n");
}

__attribute__((noinline)) static int
host_calls(int kind)
{
    int result = guest_fail(kind);

    ck_assert_int_eq(corert_pending_status(), CORERT_E_EXCEPTION);
    return result;
}

START_TEST(the_log_tells_where_an_unhandled_exception_came_from)
{
    static const char *const words[] = {"#0 Guest.Fail(System.Int32)+0x",
                                        "Guest.FailExport(System.Int32)+0x",
                                        "host_calls+0x",
                                        " Guest.Around(",
                                        "the_log_tells_where_an_unhandled_exception_came_from",
                                        NULL};
    corert_config config = {.struct_size = sizeof config, .log = note_line};
    int (*around)(int (*)(int), int);
    corert_module *m;

    lines[0] = 0;
    ck_assert_int_eq(corert_init(&config), CORERT_OK);
    m = guest_load();
    BIND(m, "guest_fail", guest_fail);
    BIND(m, "guest_around", around);
    ck_assert_str_eq(lines, "");
    ck_assert_int_eq(around(host_calls, 1), 40);
    expect_order(lines, words);
    guest_stop();
}
END_TEST

static void *
ask_on_thread(void *unused)
{
    (void)unused;
    for (unsigned i = 0; i < 200; i++)
        host_asks(0);
    return NULL;
}

/* A foreign thread asks while modules come and go. */
START_TEST(stacks_are_told_during_start_and_stop)
{
    static char own[32768];
    pthread_t thread;

    ck_assert_int_eq(pthread_create(&thread, NULL, ask_on_thread, NULL), 0);
    for (unsigned i = 0; i < 5; i++) {
        guest_start(NULL, 0);
        ck_assert_int_eq(corert_stack_text(own, sizeof own, NULL), CORERT_OK);
        guest_stop();
    }
    pthread_join(thread, NULL);
}
END_TEST

TCase *
case_stack(void)
{
    TCase *c = tcase_create("stack");

    tcase_set_timeout(c, 30);
    tcase_add_test(c, a_stack_shows_host_functions_and_methods);
    tcase_add_test(c, the_log_tells_where_an_unhandled_exception_came_from);
    tcase_add_test(c, stacks_are_told_during_start_and_stop);
    return c;
}
