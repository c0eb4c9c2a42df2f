/* tests/host/check_exceptions.c - exceptions that leave an export: zero, a pending status, a
 * report; then everything goes on. */
#include "tests/host/check_host.h"

#include <pthread.h>

struct triple {
    int64_t a, b, c;
};

static struct host_reports reports;

static void
expect_failure(unsigned count, const char *text)
{
    ck_assert_uint_eq(reports.count, count);
    ck_assert_msg(strstr(reports.last, text) != NULL, "%s", reports.last);
    ck_assert_int_eq(corert_pending_status(), CORERT_E_EXCEPTION);
    ck_assert_int_eq(corert_pending_status(), CORERT_OK);
}

START_TEST(every_result_is_zero_after_an_exception)
{
    corert_module *m = guest_start(&reports, 0);
    int (*throws)(int), (*finallies)(void);
    double (*fail_double)(int);
    void (*fail_void)(int);
    struct triple (*fail_triple)(int), t;

    BIND(m, "guest_fail", throws);
    BIND(m, "guest_fail_double", fail_double);
    BIND(m, "guest_fail_void", fail_void);
    BIND(m, "guest_fail_triple", fail_triple);
    BIND(m, "guest_finallies", finallies);
    ck_assert_int_eq(throws(1), 0);
    expect_failure(1, "seventh seal");
    ck_assert(fail_double(1) == 0);
    expect_failure(2, "seventh seal");
    fail_void(1);
    expect_failure(3, "seventh seal");
    memset(&t, 0x55, sizeof t);
    t = fail_triple(1);
    expect_failure(4, "seventh seal");
    ck_assert(t.a == 0 && t.b == 0 && t.c == 0);
    ck_assert_int_eq(finallies(), 4);
    ck_assert_int_eq(throws(0), 7);
    ck_assert(fail_double(0) == 7.5);
    t = fail_triple(0);
    ck_assert(t.a == 1 && t.b == 2 && t.c == 3);
    ck_assert_int_eq(corert_pending_status(), CORERT_OK);
    guest_stop();
}
END_TEST

START_TEST(every_kind_of_exception_is_reported)
{
    static const char *const text[] = {"",
                                       "seventh seal",
                                       "inner",
                                       "Object reference not set",
                                       "divide by zero",
                                       "Environment.Exit",
                                       "bounds of the array",
                                       "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"};
    corert_module *m = guest_start(&reports, 0);
    int (*throws)(int), (*add)(int, int);
    unsigned count = 0;

    BIND(m, "guest_fail", throws);
    BIND(m, "guest_add", add);
    for (unsigned round = 0; round < 100; round++)
        for (int kind = 1; kind < 8; kind++) {
            if (kind == 5)
                continue; /* ends the module: a_guest_cannot_exit_the_process */
            ck_assert_int_eq(throws(kind), 0);
            expect_failure(++count, text[kind]);
            ck_assert_int_eq(add(kind, 1), kind + 1);
        }
    guest_stop();
}
END_TEST

/* Environment.Exit must not end the host's process: it ends the module (more in check_ends.c). */
START_TEST(a_guest_cannot_exit_the_process)
{
    corert_module *m = guest_start(&reports, 0);
    int (*throws)(int);

    BIND(m, "guest_fail", throws);
    ck_assert_int_eq(throws(5), 0);
    ck_assert_uint_eq(reports.count, 1);
    ck_assert_str_eq(reports.last, "Environment.Exit(3)");
    ck_assert_int_eq(corert_pending_status(), CORERT_E_CLOSED);
    ck_assert_int_eq(throws(0), 0);
    ck_assert_int_eq(corert_pending_status(), CORERT_E_CLOSED);
    guest_stop();
}
END_TEST

static int (*inner_fail)(int);

static int
host_function(int kind)
{
    int result = inner_fail(kind);

    return corert_pending_status() == CORERT_E_EXCEPTION ? 2 : result;
}

START_TEST(an_exception_ends_at_the_innermost_export)
{
    corert_module *m = guest_start(&reports, 0);
    int (*around)(int (*)(int), int);

    BIND(m, "guest_fail", inner_fail);
    BIND(m, "guest_around", around);
    ck_assert_int_eq(around(host_function, 1), 42);
    ck_assert_uint_eq(reports.count, 1);
    ck_assert_int_eq(around(host_function, 0), 47);
    ck_assert_int_eq(corert_pending_status(), CORERT_OK);
    guest_stop();
}
END_TEST

static corert_status pending_elsewhere[2];

static void *
fail_on_thread(void *kind)
{
    pending_elsewhere[0] = corert_pending_status();
    inner_fail(*(const int *)kind);
    pending_elsewhere[1] = corert_pending_status();
    return NULL;
}

START_TEST(the_pending_status_belongs_to_the_thread)
{
    corert_module *m = guest_start(&reports, 0);
    pthread_t thread;
    int kind = 2;

    BIND(m, "guest_fail", inner_fail);
    inner_fail(1);
    ck_assert_int_eq(pthread_create(&thread, NULL, fail_on_thread, &kind), 0);
    pthread_join(thread, NULL);
    ck_assert_int_eq(pending_elsewhere[0], CORERT_OK);
    ck_assert_int_eq(pending_elsewhere[1], CORERT_E_EXCEPTION);
    ck_assert_int_eq(corert_pending_status(), CORERT_E_EXCEPTION);
    guest_stop();
}
END_TEST

static unsigned log_errors;

static void
count_log(void *context, corert_log_level level, const char *message)
{
    (void)context;
    if (level == CORERT_LOG_ERROR && strstr(message, "seventh seal"))
        log_errors++;
}

START_TEST(without_a_handler_the_log_is_told_and_else_nobody)
{
    corert_config config = {.struct_size = sizeof config};
    int (*throws)(int);
    char *text;

    capture_begin();
    ck_assert_int_eq(corert_init(&config), CORERT_OK);
    BIND(guest_load(), "guest_fail", throws);
    ck_assert_int_eq(throws(1), 0);
    ck_assert_int_eq(corert_pending_status(), CORERT_E_EXCEPTION);
    guest_stop();
    text = capture_end();
    ck_assert_str_eq(text, "");
    free(text);
    config.log = count_log;
    ck_assert_int_eq(corert_init(&config), CORERT_OK);
    BIND(guest_load(), "guest_fail", throws);
    ck_assert_int_eq(throws(1), 0);
    ck_assert_uint_eq(log_errors, 1);
    guest_stop();
}
END_TEST

#define EURO        "\xE2\x82\xAC"
#define REPLACEMENT "\xEF\xBF\xBD"

static struct {
    unsigned count; /* lines of errors */
    char line[3][4096];
} lines;

static void
keep_lines(void *context, corert_log_level level, const char *message)
{
    (void)context;
    ck_assert(strpbrk(message, "\r\n") == NULL);
    if (level != CORERT_LOG_ERROR || lines.count == 3)
        return;
    ck_assert_uint_lt(strlen(message), sizeof lines.line[0]);
    strcpy(lines.line[lines.count++], message);
}

/* Lines come one by one and whole; what C cannot hold or UTF-8 not say is replaced. */
START_TEST(a_text_of_several_lines_reaches_the_log_line_by_line)
{
    corert_config config = {.struct_size = sizeof config, .log = keep_lines};
    static const char type[] = "GuestOuter`1+Failed`1[System.Int32,System.String[]]";
    static const char second[] = "two " REPLACEMENT " " REPLACEMENT " end";
    const char *message;
    corert_error *error;
    int (*throws)(int);

    ck_assert_int_eq(corert_init(&config), CORERT_OK);
    BIND(guest_load(), "guest_fail", throws);
    ck_assert_int_eq(throws(8), 0);
    ck_assert_uint_eq(lines.count, 3);
    ck_assert_msg(strncmp(lines.line[0], "unhandled exception: GuestOuter`1+Failed`1[System.Int32,System.String[]]: one", 78) == 0, "%s",
                  lines.line[0]);
    ck_assert_str_eq(lines.line[1], second);
    ck_assert_uint_eq(strlen(lines.line[2]), 1000 * strlen(EURO));
    ck_assert_int_eq(corert_error_take(&error), CORERT_E_EXCEPTION);
    ck_assert_str_eq(corert_error_type(error), type);
    message = corert_error_message(error);
    ck_assert_uint_eq(strlen(message), strlen("one\n") + strlen(second) + strlen("\n") + 1000 * strlen(EURO));
    ck_assert(strncmp(message + strlen("one\n"), second, strlen(second)) == 0);
    corert_error_free(error);
    guest_stop();
}
END_TEST

TCase *
case_exceptions(void)
{
    TCase *c = tcase_create("exceptions");

    tcase_set_timeout(c, 30);
    tcase_add_test(c, every_result_is_zero_after_an_exception);
    tcase_add_test(c, every_kind_of_exception_is_reported);
    tcase_add_test(c, a_guest_cannot_exit_the_process);
    tcase_add_test(c, an_exception_ends_at_the_innermost_export);
    tcase_add_test(c, the_pending_status_belongs_to_the_thread);
    tcase_add_test(c, without_a_handler_the_log_is_told_and_else_nobody);
    tcase_add_test(c, a_text_of_several_lines_reaches_the_log_line_by_line);
    return c;
}
