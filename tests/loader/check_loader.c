/* tests/loader/check_loader.c - loading good and bad modules through the public API. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "corert.h"
#include "engine/dispatch.h"
#include "engine/engine.h"
#include "engine/rh.h"
#include "engine/thr.h"
#include "gc/gc.h"
#include "loader/module_format.h"

static char message[512];
static char unhandled_text[256];

static void
on_unhandled(void *context, const char *text)
{
    (void)context;
    snprintf(unhandled_text, sizeof unhandled_text, "%s", text);
}

static void
start(uint64_t cap)
{
    corert_config c = {.struct_size = sizeof c, .heap_cap_bytes = cap, .unhandled = on_unhandled};

    unhandled_text[0] = 0;
    ck_assert_int_eq(corert_init(&c), CORERT_OK);
}

static void
stop(void)
{
    ck_assert_int_eq(corert_shutdown(), CORERT_OK);
}

static corert_status
load(const char *name, corert_module **out)
{
    char path[1024];

    snprintf(path, sizeof path, "%s/%s.so", MODULES, name);
    return corert_module_load(path, out, message, sizeof message);
}

static void *
export_of(const corert_module *m, const char *name)
{
    void *f;

    ck_assert_int_eq(corert_module_export(m, name, &f), CORERT_OK);
    return f;
}

/* ---- core ---- */

START_TEST(module_exports_can_be_called)
{
    corert_module *m;
    void *f;
    int32_t (*add)(int32_t, int32_t);

    start(64 << 20);
    ck_assert_int_eq(load("good", &m), CORERT_OK);
    ck_assert_str_eq(message, "");
    add = (int32_t(*)(int32_t, int32_t))(uintptr_t)export_of(m, "add");
    ck_assert_int_eq(add(40, 2), 42);
    ck_assert_uint_eq(thr_count(), 1);
    ck_assert_int_eq(corert_module_export(m, "absent", &f), CORERT_E_NOT_FOUND);
    ck_assert_ptr_null(f);
    ck_assert_int_eq(corert_pending_status(), CORERT_OK);
    stop();
}
END_TEST

START_TEST(init_after_shutdown_starts_afresh)
{
    int i;

    for (i = 0; i < 3; i++) {
        corert_module *m;
        int64_t (*small)(int64_t);

        start(64 << 20);
        ck_assert_int_eq(load("good", &m), CORERT_OK);
        small = (int64_t(*)(int64_t))(uintptr_t)export_of(m, "allocate_small");
        ck_assert_int_eq(small(10000), 10000);
        stop();
        ck_assert(!gc_is_started());
    }
}
END_TEST

START_TEST(thread_block_offset_and_dispatch_stub_are_bound)
{
    corert_module *m;
    void *(*code)(void);

    start(64 << 20);
    ck_assert_int_eq(load("good", &m), CORERT_OK);
    code = (void *(*)(void))(uintptr_t)export_of(m, "cell_code");
    ck_assert_ptr_eq(code(), (void *)(uintptr_t)RhpInitialDynamicInterfaceDispatch);
    stop();
}
END_TEST

START_TEST(blobs_are_found_from_both_sides)
{
    corert_module *m;
    const void *p;
    size_t size;
    int32_t (*find)(uint32_t);

    start(64 << 20);
    ck_assert_int_eq(load("good", &m), CORERT_OK);
    find = (int32_t(*)(uint32_t))(uintptr_t)export_of(m, "find_blob");
    ck_assert_int_eq(find(13), 5);
    ck_assert_int_eq(find(12), -1);
    ck_assert_int_eq(find(0xFFFFFFF0u), -1);
    ck_assert_int_eq(corert_module_blob(m, 13, &p, &size), CORERT_OK);
    ck_assert_uint_eq(size, 5);
    ck_assert_mem_eq(p, "\1\2\3\4\5", 5);
    ck_assert_int_eq(corert_module_blob(m, 99, &p, &size), CORERT_E_NOT_FOUND);
    ck_assert_int_eq(corert_module_blob(m, UINT32_MAX - 299, &p, &size), CORERT_E_NOT_FOUND);
    stop();
}
END_TEST

static void
count_roots(void *context, void **first, size_t count)
{
    (void)first;
    *(size_t *)context += count;
}

START_TEST(statics_frozen_objects_and_knobs_are_registered)
{
    corert_module *m;
    struct ldr_module *l;
    const char **keys, **values;
    size_t roots = 0;

    start(64 << 20);
    ck_assert_int_eq(load("good", &m), CORERT_OK);
    gc_roots_each(count_roots, &roots);
    ck_assert_uint_eq(roots, 4 + 2); /* and the preallocated exception's slot */
    l = ldr_module_of_handle(m);
    ck_assert(gc_frozen_contains(l->frozen_start));
    ck_assert_int_eq(gc_generation(l->frozen_start), INT32_MAX);
    ck_assert_uint_eq(RhGetKnobValues(&keys, &values), 2);
    ck_assert_str_eq(keys[0], "System.Test");
    ck_assert_str_eq(values[1], "1");
    ck_assert_ptr_eq(RhGetOSModuleFromPointer(l->code_start), l->base);
    ck_assert_ptr_null(RhGetOSModuleFromPointer(&roots));
    ck_assert_int_gt(RhGetModuleFileName(l->base, keys), 0);
    stop();
}
END_TEST

START_TEST(failed_allocations_end_in_the_class_library)
{
    corert_module *m;
    int64_t (*allocate)(int64_t, int64_t);
    int64_t (*small)(int64_t);
    int32_t (*overflow)(void);
    int64_t n;

    start(4 << 20);
    ck_assert_int_eq(load("good", &m), CORERT_OK);
    allocate = (int64_t(*)(int64_t, int64_t))(uintptr_t)export_of(m, "allocate");
    small = (int64_t(*)(int64_t))(uintptr_t)export_of(m, "allocate_small");
    overflow = (int32_t(*)(void))(uintptr_t)export_of(m, "overflow_seen");
    ck_assert_int_eq(allocate(1, -1), 0);
    ck_assert_int_eq(overflow(), 1);
    ck_assert_int_eq(allocate(1, INT64_C(0x80000000)), 0);
    ck_assert_int_eq(overflow(), 1);
    ck_assert_int_eq(allocate(1, 0x7FFFFFFF), 0);
    ck_assert_int_eq(overflow(), 0);
    n = small(1 << 20);
    ck_assert_int_eq(n, 1 << 20); /* eight times what fits: nobody keeps them */
    ck_assert_int_eq(overflow(), 0);
    stop();
}
END_TEST

START_TEST(unhandled_exception_is_told_and_pending_once)
{
    static const uint16_t text[] = {'a', 0xE9, 0xD83D, 0xDE00, 0xD800};

    start(64 << 20);
    ck_assert(thr_attach());
    RhUnhandledAtExport(text, 5);
    ck_assert_str_eq(unhandled_text, "a\xC3\xA9\xF0\x9F\x98\x80\xEF\xBF\xBD");
    ck_assert_int_eq(corert_pending_status(), CORERT_E_EXCEPTION);
    ck_assert_int_eq(corert_pending_status(), CORERT_OK);
    stop();
}
END_TEST

START_TEST(import_hashes_are_those_of_the_names_and_sorted)
{
    uint64_t last = 0;

#define IMPORT(hash, name)                                                                         \
    ck_assert_uint_eq(ldr_import_hash(#name), hash);                                               \
    ck_assert_uint_gt(hash, last);                                                                 \
    last = hash;
#include "tests/loader/module_imports.def"
#undef IMPORT
}
END_TEST

START_TEST(every_exported_name_has_an_address_and_its_own_hash)
{
    size_t i;

    for (i = 0; i < rh_table_count(); i++) {
        void *address;
        const char *name = rh_table_row(i, &address);

        ck_assert_msg(address != NULL, "%s", name);
        ck_assert_msg(rh_table_find(ldr_import_hash(name)) == address, "%s", name);
    }
    ck_assert_ptr_null(rh_table_find(ldr_import_hash("RhNoSuchThing")));
}
END_TEST

/* ---- misuse ---- */

START_TEST(api_refuses_calls_in_the_wrong_order)
{
    corert_config c = {.struct_size = 3};
    corert_module *m = (corert_module *)1;
    void *f;

    ck_assert_int_eq(corert_shutdown(), CORERT_E_MISUSE);
    ck_assert_int_eq(load("good", &m), CORERT_E_MISUSE);
    ck_assert_ptr_null(m);
    ck_assert_int_eq(corert_init(&c), CORERT_E_MISUSE);
    c.struct_size = sizeof c + 8;
    ck_assert_int_eq(corert_init(&c), CORERT_E_MISUSE);
    ck_assert_int_eq(corert_init(NULL), CORERT_OK);
    ck_assert_int_eq(corert_init(NULL), CORERT_E_MISUSE);
    ck_assert_int_eq(corert_module_load(NULL, &m, NULL, 0), CORERT_E_MISUSE);
    ck_assert_int_eq(corert_module_export((corert_module *)(void *)&c, "add", &f), CORERT_E_MISUSE);
    stop();
}
END_TEST

START_TEST(second_class_library_is_refused_in_words)
{
    corert_module *m, *n;
    int32_t (*add)(int32_t, int32_t);

    start(64 << 20);
    ck_assert_int_eq(load("good", &m), CORERT_OK);
    ck_assert_int_eq(load("second", &n), CORERT_E_UNSUPPORTED);
    ck_assert_ptr_null(n);
    ck_assert_ptr_nonnull(strstr(message, "one self-contained module"));
    ck_assert_int_eq(load("good", &n), CORERT_E_MISUSE);
    ck_assert_ptr_nonnull(strstr(message, "loaded already"));
    add = (int32_t(*)(int32_t, int32_t))(uintptr_t)export_of(m, "add");
    ck_assert_int_eq(add(1, 2), 3);
    stop();
}
END_TEST

/* ---- faults ---- */

static const struct {
    const char *name;
    corert_status status;
    const char *says;
} bad[] = {
    {"rows_unsorted", CORERT_E_FORMAT, "not sorted"},
    {"row_outside", CORERT_E_FORMAT, "section 1009"},
    {"row_unknown", CORERT_E_FORMAT, "section 2000"},
    {"row_no_end", CORERT_E_FORMAT, "no valid end"},
    {"classlib_short", CORERT_E_FORMAT, "number of entries"},
    {"export_not_code", CORERT_E_FORMAT, "not code"},
    {"exports_unsorted", CORERT_E_FORMAT, "not sorted"},
    {"import_missing", CORERT_E_LINK, "RhpDoesNotExist"},
    {"import_lengths", CORERT_E_FORMAT, "import tables"},
    {"future_format", CORERT_E_VERSION, "rebuild"},
    {"other_abi", CORERT_E_VERSION, "ABI"},
    {"bad_magic", CORERT_E_FORMAT, "magic"},
    {"roots_outside", CORERT_E_FORMAT, "static fields"},
    {"not_self_contained", CORERT_E_LINK, "class library"},
    {"many_sections", CORERT_E_FORMAT, "section"},
    {"assembly_no_name", CORERT_E_FORMAT, "section 1013: a name"},
    {"assembly_types", CORERT_E_FORMAT, "section 1013: types"},
    {"assembly_key", CORERT_E_FORMAT, "section 1013: a key"},
};

START_TEST(bad_module_is_refused_and_the_host_goes_on)
{
    corert_module *m = (corert_module *)1;

    start(64 << 20);
    ck_assert_int_eq(load(bad[_i].name, &m), bad[_i].status);
    ck_assert_ptr_null(m);
    ck_assert_msg(strstr(message, bad[_i].says) != NULL, "%s", message);
    ck_assert_ptr_nonnull(strstr(message, bad[_i].name));
    ck_assert_int_eq(load("good", &m), CORERT_OK);
    stop();
}
END_TEST

START_TEST(failing_start_up_code_closes_the_module)
{
    corert_module *m;

    start(64 << 20);
    ck_assert_int_eq(load("start_fails", &m), CORERT_E_EXCEPTION);
    ck_assert_ptr_null(m);
    ck_assert_ptr_nonnull(strstr(message, "no\xC3\xA9!"));
    ck_assert_str_eq(unhandled_text, "");
    stop();
}
END_TEST

static struct pal_file good_file;
static char temporary[1024];

static void
good_read(void)
{
    char path[1024];

    snprintf(path, sizeof path, "%s/good.so", MODULES);
    ck_assert_int_eq(pal_file_read(path, (size_t)1 << 28, &good_file), PAL_OK);
    snprintf(temporary, sizeof temporary, "%s/damaged-%u.so", MODULES, (unsigned)pal_thread_id());
}

static corert_status
load_bytes(const uint8_t *bytes, size_t size)
{
    corert_module *m;
    corert_status status;

    ck_assert_int_eq(pal_file_write(temporary, bytes, size, false), PAL_OK);
    status = corert_module_load(temporary, &m, message, sizeof message);
    pal_file_delete(temporary);
    return status;
}

START_TEST(truncated_module_is_refused_at_every_length)
{
    size_t size;

    good_read();
    start(64 << 20);
    for (size = 0; size < good_file.size; size += size < 4096 ? 61 : 509) {
        corert_status s = load_bytes(good_file.bytes, size);

        /* Past the segments only debug sections are missing. */
        if (s == CORERT_OK || s == CORERT_E_MISUSE)
            break;
        ck_assert_msg(s == CORERT_E_FORMAT, "%zu: %d %s", size, s, message);
    }
    ck_assert_uint_gt(size, 8192);
    pal_file_free(&good_file);
    stop();
}
END_TEST

START_TEST(flipped_bit_is_found_or_harmless)
{
    unsigned seed = 12345, i, refused = 0;

    good_read();
    start(64 << 20);
    for (i = 0; i < 400; i++) {
        size_t at;
        corert_status s;

        seed = seed * 1103515245u + 12345u;
        at = (size_t)(seed >> 3) % good_file.size;
        if (i < 64)
            at = i; /* the ELF header itself */
        good_file.bytes[at] ^= (uint8_t)(1u << (seed >> 28 & 7u));
        s = load_bytes(good_file.bytes, good_file.size);
        good_file.bytes[at] ^= (uint8_t)(1u << (seed >> 28 & 7u));
        if (s == CORERT_OK) {
            stop(); /* section headers or debug data: start over */
            start(64 << 20);
        } else {
            refused++;
        }
    }
    ck_assert_uint_gt(refused, 64);
    pal_file_free(&good_file);
    stop();
}
END_TEST

START_TEST(foreign_files_are_refused)
{
    static const char text[] = "\177ELF but not really, only a text that begins like one ........";
    corert_module *m;

    start(64 << 20);
    ck_assert_int_eq(corert_module_load("/does/not/exist.so", &m, message, sizeof message),
                     CORERT_E_NOT_FOUND);
    ck_assert_int_eq(corert_module_load(MODULES, &m, message, sizeof message), CORERT_E_IO);
    ck_assert_int_eq(corert_module_load("/bin/sh", &m, message, sizeof message), CORERT_E_FORMAT);
    ck_assert_int_eq(corert_module_load("/proc/self/exe", &m, message, sizeof message),
                     CORERT_E_FORMAT);
    good_read();
    ck_assert_int_eq(load_bytes((const uint8_t *)text, sizeof text), CORERT_E_FORMAT);
    ck_assert_int_eq(load_bytes((const uint8_t *)"", 0), CORERT_E_FORMAT);
    ck_assert_int_eq(corert_module_load("/lib/x86_64-linux-gnu/libm.so.6", &m, message, 8),
                     CORERT_E_FORMAT);
    ck_assert_uint_eq(strlen(message), 7);
    pal_file_free(&good_file);
    stop();
}
END_TEST

int
main(void)
{
    Suite *s = suite_create("loader");
    TCase *core = tcase_create("core"), *limits = tcase_create("limits"),
          *faults = tcase_create("faults");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_add_test(core, module_exports_can_be_called);
    tcase_add_test(core, init_after_shutdown_starts_afresh);
    tcase_add_test(core, thread_block_offset_and_dispatch_stub_are_bound);
    tcase_add_test(core, blobs_are_found_from_both_sides);
    tcase_add_test(core, statics_frozen_objects_and_knobs_are_registered);
    tcase_add_test(core, unhandled_exception_is_told_and_pending_once);
    tcase_add_test(core, import_hashes_are_those_of_the_names_and_sorted);
    tcase_add_test(core, every_exported_name_has_an_address_and_its_own_hash);
    tcase_add_test(limits, failed_allocations_end_in_the_class_library);
    tcase_add_test(limits, second_class_library_is_refused_in_words);
    tcase_add_test(faults, api_refuses_calls_in_the_wrong_order);
    tcase_add_loop_test(faults, bad_module_is_refused_and_the_host_goes_on, 0,
                        (int)(sizeof bad / sizeof bad[0]));
    tcase_add_test(faults, failing_start_up_code_closes_the_module);
#ifdef CORERT_VALGRIND
    /* It reads what it can of every file that is mapped, and a damaged one ends it. */
    (void)truncated_module_is_refused_at_every_length;
    (void)flipped_bit_is_found_or_harmless;
    (void)foreign_files_are_refused;
#else
    tcase_add_test(faults, truncated_module_is_refused_at_every_length);
    tcase_add_test(faults, flipped_bit_is_found_or_harmless);
    tcase_add_test(faults, foreign_files_are_refused);
#endif
    tcase_set_timeout(faults, 60);
    suite_add_tcase(s, core);
    suite_add_tcase(s, limits);
    suite_add_tcase(s, faults);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
