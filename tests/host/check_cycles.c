/* tests/host/check_cycles.c - starting and stopping over and over. */
#include "tests/host/check_host.h"

enum { CYCLES = 200, WARM = 50 };

static void
cycle(int number)
{
    corert_module *m = guest_start(NULL, 0);
    int (*add)(int, int), (*calls)(void), (*print)(int);

    BIND(m, "guest_add", add);
    BIND(m, "guest_calls", calls);
    BIND(m, "guest_print", print);
    ck_assert_int_eq(calls(), 0); /* statics are fresh */
    ck_assert_int_eq(add(number, 1), number + 1);
    ck_assert_int_eq(calls(), 1);
    ck_assert_int_eq(print(number), 1);
    guest_stop();
}

static void
expect_lines(const char *text)
{
    char line[64];

    for (int i = 0; i < CYCLES; i++) {
        snprintf(line, sizeof line, "guest %d %s\nerror text\n", i, i % 2 ? "two" : "one");
        ck_assert_msg(strncmp(text, line, strlen(line)) == 0, "cycle %d: %.40s", i, text);
        text += strlen(line);
    }
    ck_assert_str_eq(text, "");
}

START_TEST(two_hundred_lives_take_no_memory)
{
    size_t before = 0, after;
    char *text;

    capture_begin();
    for (int i = 0; i < CYCLES; i++) {
        if (i == WARM)
            before = resident_kib();
        cycle(i);
    }
    after = resident_kib();
    text = capture_end();
    expect_lines(text);
    free(text);
    ck_assert_msg(after <= before + GROWTH_KIB, "%zu KiB after %d lives, %zu after %d", before,
                  (int)WARM, after, (int)CYCLES);
}
END_TEST

TCase *
case_cycles(void)
{
    TCase *c = tcase_create("cycles");

    tcase_set_timeout(c, 60);
    tcase_add_test(c, two_hundred_lives_take_no_memory);
    return c;
}
