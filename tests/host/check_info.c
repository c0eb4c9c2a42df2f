/* tests/host/check_info.c - what the library and a module say about themselves. */
#include "tests/host/check_host.h"

#include <stdbool.h>

START_TEST(versions_agree)
{
    char text[64];

    snprintf(text, sizeof text, "%d.%d.%d", CORERT_VERSION_MAJOR, CORERT_VERSION_MINOR,
             CORERT_VERSION_PATCH);
    ck_assert_str_eq(corert_version(), text);
    ck_assert_uint_eq(corert_version_number(), CORERT_VERSION_NUMBER);
    ck_assert_uint_eq(CORERT_VERSION_OF(1, 2, 3), 1002003);
}
END_TEST

START_TEST(features_are_known_by_name)
{
    static const char *const needed[] = {
        "threads", "host-threads", "no-threads", "stop-signal", "near-limit", "host-memory", "host-files",
        "host-functions", "library-filter", "module-memory", "attach", "drop-in", "handles",
        "scopes", "strings", "arrays", "boxes", "delegates", "errors", "inner-errors", "statics", "finalizers",
        "pinvoke", "compaction", "parallel-marking", "stack-text", "lines"};
    const char *name;
    size_t i, k;

    for (i = 0; i < sizeof needed / sizeof *needed; i++)
        ck_assert_msg(corert_has_feature(needed[i]) == 1, "%s", needed[i]);
    ck_assert_int_eq(corert_has_feature(NULL), 0);
    ck_assert_int_eq(corert_has_feature(""), 0);
    ck_assert_int_eq(corert_has_feature("Threads"), 0);
    ck_assert_int_eq(corert_has_feature("com"), 0);
    for (i = 0; (name = corert_feature_name(i)) != NULL; i++) {
        ck_assert_int_eq(corert_has_feature(name), 1);
        for (k = 0; k < i; k++)
            ck_assert_str_ne(corert_feature_name(k), name);
    }
    ck_assert_uint_ge(i, sizeof needed / sizeof *needed);
    ck_assert_ptr_null(corert_feature_name(SIZE_MAX));
}
END_TEST

START_TEST(the_engine_tells_what_it_is)
{
    struct corert_engine_info info = {.struct_size = sizeof info};
    size_t part = offsetof(struct corert_engine_info, class_library);

    ck_assert_int_eq(corert_engine_info_get(&info), CORERT_OK);
    ck_assert_uint_eq(info.version, CORERT_VERSION_NUMBER);
    ck_assert_uint_ge(info.format_major, 1);
    ck_assert_uint_ge(info.engine_abi, 1);
    ck_assert_int_eq(strncmp(info.class_library, "9.0.", 4), 0);
    ck_assert_ptr_nonnull(strstr(info.build, "linux"));
    memset(&info, 0xAB, sizeof info); /* an older host's struct ends earlier */
    info.struct_size = part;
    ck_assert_int_eq(corert_engine_info_get(&info), CORERT_OK);
    ck_assert_uint_eq(info.version, CORERT_VERSION_NUMBER);
    ck_assert_uint_ge(info.engine_abi, 1);
    ck_assert_uint_eq((uintptr_t)info.class_library, UINT64_C(0xABABABABABABABAB));
    for (size_t cut = 1; cut < 8; cut++) { /* no compiler gives a struct such a size: it ends inside a field */
        info.struct_size = part + cut;
        ck_assert_int_eq(corert_engine_info_get(&info), CORERT_E_MISUSE);
    }
    info.struct_size = 0;
    ck_assert_int_eq(corert_engine_info_get(&info), CORERT_E_MISUSE);
    info.struct_size = sizeof info + 8;
    ck_assert_int_eq(corert_engine_info_get(&info), CORERT_E_MISUSE);
    ck_assert_int_eq(corert_engine_info_get(NULL), CORERT_E_MISUSE);
}
END_TEST

START_TEST(a_module_tells_what_it_is)
{
    corert_module *m = guest_start(NULL, 0);
    struct corert_module_info info = {.struct_size = sizeof info};
    struct corert_engine_info own = {.struct_size = sizeof own};
    uint8_t zero[32] = {0};

    ck_assert_int_eq(corert_engine_info_get(&own), CORERT_OK);
    ck_assert_int_eq(corert_module_info_get(m, &info), CORERT_OK);
    ck_assert_ptr_nonnull(strstr(info.path, "guest.so"));
    ck_assert_uint_eq(info.flags & ~(uint32_t)CORERT_MODULE_REFLECTION, CORERT_MODULE_SELF_CONTAINED);
    ck_assert_uint_eq(info.format_major, own.format_major);
    ck_assert_uint_le(info.format_minor, own.format_minor);
    ck_assert_uint_eq(info.engine_abi, own.engine_abi);
    ck_assert_str_eq(info.compiler, corert_version());
    ck_assert_str_eq(info.class_library, own.class_library);
    ck_assert_uint_gt(info.exports, 20);
    ck_assert_uint_gt(info.code_bytes, 100000);
    ck_assert_int_ne(memcmp(info.digest, zero, sizeof zero), 0);
    info.struct_size = sizeof info + 8;
    ck_assert_int_eq(corert_module_info_get(m, &info), CORERT_E_MISUSE);
    info.struct_size = sizeof info;
    ck_assert_int_eq(corert_module_info_get(NULL, &info), CORERT_E_MISUSE);
    ck_assert_int_eq(corert_module_info_get(m, NULL), CORERT_E_MISUSE);
    ck_assert_int_eq(corert_module_info_get((corert_module *)(void *)&info, &info), CORERT_E_MISUSE);
    guest_stop();
    ck_assert_int_eq(corert_module_info_get(m, &info), CORERT_E_MISUSE);
}
END_TEST

START_TEST(exports_are_listed_in_order)
{
    corert_module *m = guest_start(NULL, 0);
    struct corert_module_info info = {.struct_size = sizeof info};
    const char *name, *before = "";
    bool found = false;

    ck_assert_int_eq(corert_module_info_get(m, &info), CORERT_OK);
    for (size_t i = 0; i < info.exports; i++) {
        void *function;

        ck_assert_int_eq(corert_module_export_at(m, i, &name), CORERT_OK);
        ck_assert_int_lt(strcmp(before, name), 0);
        ck_assert_int_eq(corert_module_export(m, name, &function), CORERT_OK);
        found |= strcmp(name, "guest_add") == 0;
        before = name;
    }
    ck_assert(found);
    ck_assert_int_eq(corert_module_export_at(m, info.exports, &name), CORERT_E_RANGE);
    ck_assert_ptr_null(name);
    ck_assert_int_eq(corert_module_export_at(m, SIZE_MAX, &name), CORERT_E_RANGE);
    ck_assert_int_eq(corert_module_export_at(m, 0, NULL), CORERT_E_MISUSE);
    ck_assert_int_eq(corert_module_export_at(NULL, 0, &name), CORERT_E_MISUSE);
    guest_stop();
    ck_assert_int_eq(corert_module_export_at(m, 0, &name), CORERT_E_MISUSE);
}
END_TEST

/* Without a cast between data and functions, which pedantic C does not know. */
START_TEST(exports_are_functions)
{
    corert_module *m = guest_start(NULL, 0);
    corert_function *function;

    ck_assert_int_eq(corert_module_function(m, "guest_add", &function), CORERT_OK);
    ck_assert_int_eq(((int (*)(int, int))function)(40, 2), 42);
    ck_assert_int_eq(corert_module_function(m, "no such", &function), CORERT_E_NOT_FOUND);
    ck_assert(function == NULL);
    ck_assert_int_eq(corert_module_function(m, "guest_add", NULL), CORERT_E_MISUSE);
    ck_assert_int_eq(corert_module_function(NULL, "guest_add", &function), CORERT_E_MISUSE);
    guest_stop();
}
END_TEST

START_TEST(a_module_that_has_ended_is_closed)
{
    corert_module *m = guest_start(NULL, 0);
    struct corert_module_info info = {.struct_size = sizeof info};
    int (*leave)(int);

    BIND(m, "guest_fail", leave);
    ck_assert_int_eq(leave(5), 0); /* Environment.Exit */
    ck_assert_int_eq(corert_pending_status(), CORERT_E_CLOSED);
    ck_assert_int_eq(corert_module_info_get(m, &info), CORERT_OK);
    ck_assert_uint_ne(info.flags & CORERT_MODULE_CLOSED, 0);
    guest_stop();
}
END_TEST

START_TEST(strings_and_boxes_can_be_used_in_place)
{
    static const uint16_t units[] = {'p', 0x00E4, 0xD83D, 0xDE00, 0};
    corert_handle text = 0, box = 0, pin = 0, array = 0;
    double value = 2.5;
    size_t bytes = 99;
    void *data = NULL;

    guest_start(NULL, 0);
    ck_assert_int_eq(corert_string_from_utf16(units, 4, &text), CORERT_OK);
    ck_assert_int_eq(corert_handle_pin(text, &pin, &data, &bytes), CORERT_OK);
    ck_assert_uint_eq(bytes, 8);
    ck_assert_int_eq(corert_handle_free(text), CORERT_OK);
    ck_assert_int_eq(corert_gc_collect(CORERT_GC_COMPACT), CORERT_OK);
    ck_assert_int_eq(memcmp(data, units, sizeof units), 0);
    ck_assert_int_eq(corert_handle_free(pin), CORERT_OK);

    ck_assert_int_eq(corert_box(CORERT_KIND_DOUBLE, &value, &box), CORERT_OK);
    ck_assert_int_eq(corert_handle_pin(box, &pin, &data, &bytes), CORERT_OK);
    ck_assert_uint_eq(bytes, 8);
    memcpy(&value, data, sizeof value);
    ck_assert_double_eq(value, 2.5);
    value = -1;
    memcpy(data, &value, sizeof value);
    ck_assert_int_eq(corert_unbox(box, CORERT_KIND_DOUBLE, &value), CORERT_OK);
    ck_assert_double_eq(value, -1);
    ck_assert_int_eq(corert_handle_free(pin), CORERT_OK);
    ck_assert_int_eq(corert_array_pin(box, &pin, &data, &bytes), CORERT_E_TYPE);
    ck_assert(pin == 0 && data == NULL && bytes == 0);

    ck_assert_int_eq(corert_array_new(CORERT_KIND_INT16, 3, &array), CORERT_OK);
    ck_assert_int_eq(corert_handle_pin(array, &pin, &data, &bytes), CORERT_OK);
    ck_assert_uint_eq(bytes, 6);
    ck_assert_int_eq(corert_handle_free(pin), CORERT_OK);
    ck_assert_int_eq(corert_handle_free(array), CORERT_OK);
    ck_assert_int_eq(corert_array_new(CORERT_KIND_STRING, 3, &array), CORERT_OK);
    ck_assert_int_eq(corert_handle_pin(array, &pin, &data, &bytes), CORERT_E_TYPE);
    ck_assert_int_eq(corert_handle_pin(0, &pin, &data, NULL), CORERT_E_TYPE);
    ck_assert_int_eq(corert_handle_pin(box, NULL, &data, NULL), CORERT_E_MISUSE);
    ck_assert_int_eq(corert_handle_pin(box + 4096, &pin, &data, NULL), CORERT_E_MISUSE);
    guest_stop();
}
END_TEST

START_TEST(weak_handles_let_go)
{
    corert_handle text = 0, weak[2] = {0, 0}, again = 0;
    corert_kind kind;

    guest_start(NULL, 0);
    ck_assert_int_eq(corert_string_from_utf8("a text of its own", SIZE_MAX, &text), CORERT_OK);
    ck_assert_int_eq(corert_handle_new(text, CORERT_HANDLE_WEAK, &weak[0]), CORERT_OK);
    ck_assert_int_eq(corert_handle_new(text, CORERT_HANDLE_WEAK_LONG, &weak[1]), CORERT_OK);
    ck_assert_int_eq(corert_gc_collect(CORERT_GC_COMPACT), CORERT_OK);
    for (size_t i = 0; i < 2; i++) {
        ck_assert_int_eq(corert_handle_kind_of(weak[i], &kind, NULL), CORERT_OK);
        ck_assert_int_eq(kind, CORERT_KIND_STRING);
    }
    ck_assert_int_eq(corert_handle_free(text), CORERT_OK);
    ck_assert_int_eq(corert_gc_collect(0), CORERT_OK);
    for (size_t i = 0; i < 2; i++) {
        ck_assert_int_eq(corert_handle_kind_of(weak[i], &kind, NULL), CORERT_OK);
        ck_assert_int_eq(kind, CORERT_KIND_NULL);
        ck_assert_int_eq(corert_handle_new(weak[i], CORERT_HANDLE_STRONG, &again), CORERT_OK);
        ck_assert_int_eq(again, 0);
        ck_assert_int_eq(corert_handle_free(weak[i]), CORERT_OK);
    }
    guest_stop();
}
END_TEST

TCase *
case_info(void)
{
    TCase *c = tcase_create("info");

    tcase_set_timeout(c, 60);
    tcase_add_test(c, versions_agree);
    tcase_add_test(c, features_are_known_by_name);
    tcase_add_test(c, the_engine_tells_what_it_is);
    tcase_add_test(c, a_module_tells_what_it_is);
    tcase_add_test(c, exports_are_listed_in_order);
    tcase_add_test(c, exports_are_functions);
    tcase_add_test(c, a_module_that_has_ended_is_closed);
    tcase_add_test(c, weak_handles_let_go);
    tcase_add_test(c, strings_and_boxes_can_be_used_in_place);
    return c;
}
