/* tests/host/check_misuse.c - calls that are not allowed: a status, a sentence, nothing changed. */
#include "tests/host/check_host.h"

typedef int add_fn(int, int);

static void
still_works(const corert_module *m)
{
    add_fn *add;

    BIND(m, "guest_add", add);
    ck_assert_int_eq(add(20, 22), 42);
}

START_TEST(second_init_is_refused)
{
    corert_module *m = guest_start(NULL, 0);
    corert_config config = {.struct_size = sizeof config};

    ck_assert_int_eq(corert_init(NULL), CORERT_E_MISUSE);
    ck_assert_int_eq(corert_init(&config), CORERT_E_MISUSE);
    still_works(m);
    guest_stop();
}
END_TEST

START_TEST(a_config_of_unknown_size_is_refused)
{
    static const size_t bad[] = {0, 1, sizeof(size_t) - 1, sizeof(corert_config) + 1, SIZE_MAX};
    static const size_t good[] = {sizeof(size_t), offsetof(corert_config, log),
                                  sizeof(corert_config)};
    corert_config config;

    memset(&config, 0, sizeof config);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        config.struct_size = bad[i];
        ck_assert_int_eq(corert_init(&config), CORERT_E_MISUSE);
        ck_assert_int_eq(corert_shutdown(), CORERT_E_MISUSE);
    }
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        config.struct_size = good[i];
        ck_assert_int_eq(corert_init(&config), CORERT_OK);
        guest_stop();
    }
}
END_TEST

START_TEST(nothing_works_before_init)
{
    corert_module *m = (corert_module *)(void *)&m;
    const void *blob = &m;
    void *address = &m;
    size_t bytes = 1;
    char text[128] = "?";

    ck_assert_int_eq(corert_module_load(GUEST_MODULE, &m, text, sizeof text), CORERT_E_MISUSE);
    ck_assert_ptr_null(m);
    ck_assert_ptr_nonnull(strstr(text, "corert_init"));
    ck_assert_int_eq(corert_module_export((corert_module *)(void *)text, "x", &address),
                     CORERT_E_MISUSE);
    ck_assert_ptr_null(address);
    ck_assert_int_eq(corert_module_blob((corert_module *)(void *)text, 1, &blob, &bytes),
                     CORERT_E_MISUSE);
    ck_assert(!blob && !bytes);
    ck_assert_int_eq(corert_thread_detach(), CORERT_E_MISUSE);
    ck_assert_int_eq(corert_shutdown(), CORERT_E_MISUSE);
    ck_assert_int_eq(corert_pending_status(), CORERT_OK);
    ck_assert_str_eq(corert_version(), "0.2.0");
    ck_assert_str_ne(corert_status_text(CORERT_E_BUSY), "");
    ck_assert_ptr_nonnull(corert_status_text((corert_status)99));
}
END_TEST

START_TEST(null_arguments_are_refused)
{
    corert_module *m = guest_start(NULL, 0), *none = m;
    const void *blob;
    void *address = m;
    size_t bytes;
    char text[64];

    ck_assert_int_eq(corert_module_load(NULL, &none, text, sizeof text), CORERT_E_MISUSE);
    ck_assert(!none && text[0]);
    ck_assert_int_eq(corert_module_load(GUEST_MODULE, NULL, NULL, 0), CORERT_E_MISUSE);
    ck_assert_int_eq(corert_module_export(NULL, "guest_add", &address), CORERT_E_MISUSE);
    ck_assert_ptr_null(address);
    ck_assert_int_eq(corert_module_export(m, NULL, &address), CORERT_E_MISUSE);
    ck_assert_int_eq(corert_module_export(m, "guest_add", NULL), CORERT_E_MISUSE);
    ck_assert_int_eq(corert_module_blob(NULL, 1, &blob, &bytes), CORERT_E_MISUSE);
    ck_assert_int_eq(corert_module_blob(m, 1, NULL, &bytes), CORERT_E_MISUSE);
    ck_assert_int_eq(corert_module_blob(m, 1, &blob, NULL), CORERT_E_MISUSE);
    still_works(m);
    guest_stop();
}
END_TEST

START_TEST(a_missing_export_is_not_found)
{
    static const char *const names[] = {"", "guest", "guest_addd", "zzz", "Guest.Add"};
    corert_module *m = guest_start(NULL, 0);
    const void *blob = m;
    size_t bytes = 1;
    void *address;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        address = m;
        ck_assert_int_eq(corert_module_export(m, names[i], &address), CORERT_E_NOT_FOUND);
        ck_assert_ptr_null(address);
    }
    ck_assert_int_eq(corert_module_blob(m, 0xFFFFFFFF, &blob, &bytes), CORERT_E_NOT_FOUND);
    ck_assert(!blob && !bytes);
    guest_stop();
}
END_TEST

START_TEST(a_module_loads_once)
{
    corert_module *m = guest_start(NULL, 0), *again = m;
    char text[512];

    ck_assert_int_eq(corert_module_load(GUEST_MODULE, &again, text, sizeof text), CORERT_E_MISUSE);
    ck_assert_ptr_null(again);
    ck_assert_ptr_nonnull(strstr(text, "loaded already"));
    still_works(m);
    guest_stop();
}
END_TEST

START_TEST(a_second_self_contained_module_is_refused_in_words)
{
    corert_module *m = guest_start(NULL, 0), *second = m;
    char text[1024];

    ck_assert_int_eq(corert_module_load(SECOND_MODULE, &second, text, sizeof text),
                     CORERT_E_UNSUPPORTED);
    ck_assert_ptr_null(second);
    ck_assert_ptr_nonnull(strstr(text, SECOND_MODULE));
    ck_assert_ptr_nonnull(strstr(text, GUEST_MODULE));
    ck_assert_ptr_nonnull(strstr(text, "self-contained"));
    still_works(m);
    guest_stop();
}
END_TEST

/* A refused module leaves nothing behind: it can be the first one afterwards. */
START_TEST(another_module_may_come_after_a_shutdown)
{
    corert_module *m = guest_start(NULL, 0), *second;
    int (*two)(void);

    ck_assert_int_eq(corert_module_load(SECOND_MODULE, &second, NULL, 0), CORERT_E_UNSUPPORTED);
    guest_stop();
    ck_assert_int_eq(corert_init(NULL), CORERT_OK);
    ck_assert_int_eq(corert_module_load(SECOND_MODULE, &second, NULL, 0), CORERT_OK);
    BIND(second, "second", two);
    ck_assert_int_eq(two(), 2);
    if (second != m) /* the allocator may give the old one's place to the new one */
        ck_assert_int_eq(corert_module_export(m, "guest_add", (void **)&two), CORERT_E_MISUSE);
    guest_stop();
}
END_TEST

START_TEST(messages_are_cut_and_terminated)
{
    corert_module *m;
    char text[16];

    guest_start(NULL, 0);
    memset(text, '?', sizeof text);
    ck_assert_int_eq(corert_module_load("/no/such/file.so", &m, text, 8), CORERT_E_NOT_FOUND);
    ck_assert_uint_eq(strlen(text), 7);
    ck_assert_int_eq(text[8], '?');
    text[0] = '?';
    ck_assert_int_eq(corert_module_load("/no/such/file.so", &m, text, 0), CORERT_E_NOT_FOUND);
    ck_assert_int_eq(text[0], '?');
    ck_assert_int_eq(corert_module_load("/no/such/file.so", &m, text, 1), CORERT_E_NOT_FOUND);
    ck_assert_int_eq(text[0], 0);
    guest_stop();
}
END_TEST

/* ---- from inside ---- */

static const corert_module *inside_module;
static corert_status inside[4];

static int
from_managed_code(int unused)
{
    corert_module *m;
    void *address;

    inside[0] = corert_shutdown();
    inside[1] = corert_thread_detach();
    inside[2] = corert_module_load(SECOND_MODULE, &m, NULL, 0);
    inside[3] = corert_module_export(inside_module, "guest_add", &address);
    return unused;
}

START_TEST(managed_code_cannot_stop_the_engine)
{
    corert_module *m = guest_start(NULL, 0);
    int (*around)(int (*)(int), int);

    inside_module = m;
    BIND(m, "guest_around", around);
    ck_assert_int_eq(around(from_managed_code, 2), 42);
    ck_assert_int_eq(inside[0], CORERT_E_MISUSE);
    ck_assert_int_eq(inside[1], CORERT_E_MISUSE);
    ck_assert_int_eq(inside[2], CORERT_E_MISUSE);
    ck_assert_int_eq(inside[3], CORERT_OK);
    still_works(m);
    guest_stop();
}
END_TEST

TCase *
case_misuse(void)
{
    TCase *c = tcase_create("misuse");

    tcase_set_timeout(c, 30);
    tcase_add_test(c, nothing_works_before_init);
    tcase_add_test(c, second_init_is_refused);
    tcase_add_test(c, a_config_of_unknown_size_is_refused);
    tcase_add_test(c, null_arguments_are_refused);
    tcase_add_test(c, a_missing_export_is_not_found);
    tcase_add_test(c, a_module_loads_once);
    tcase_add_test(c, a_second_self_contained_module_is_refused_in_words);
    tcase_add_test(c, another_module_may_come_after_a_shutdown);
    tcase_add_test(c, messages_are_cut_and_terminated);
    tcase_add_test(c, managed_code_cannot_stop_the_engine);
    return c;
}
