/* tests/codegen/check_throw.c - the code generator's exception regions under the real engine: inlined
 * finally blocks, clause order, filters, resume. Each case runs at -O0 and -O2. */
#include <check.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/eh.h"
#include "engine/thr.h"

struct type {
    uint32_t flags, base_size;
    const struct type *base;
    uint64_t rest;
};
struct object {
    const struct type *type;
    uint64_t filler[7];
};

extern const struct type test_base, test_other;
const struct type test_base = {0, 24, NULL, 0}, test_other = {0, 24, NULL, 0};
static const struct type derived = {0, 24, &test_base, 0};
static char events[64];
static struct eh_module module[2];

extern void *slot_resume __asm__("corert_import.corert_eh_resume");
extern int64_t slot_block __asm__("corert_import.corert_thread_block_offset");
void *slot_resume;
int64_t slot_block;

void test_log(uintptr_t event);

void
test_log(uintptr_t event)
{
    char text[8];

    snprintf(text, sizeof text, "%d ", (int)event);
    strcat(events, text);
}

typedef int64_t managed(void *o);
#define LEVEL(l)                                                                                   \
    void l##_throw_begin(void);                                                                    \
    void l##_throw_end(void);                                                                      \
    int64_t l##_enter(managed *f, void *o);                                                        \
    managed l##_outer, l##_filtered_yes, l##_filtered_no, l##_refused;
LEVEL(o0)
LEVEL(o2)

static int64_t (*const enter[2])(managed *f, void *o) = {o0_enter, o2_enter};
static managed *const outer[2] = {o0_outer, o2_outer};
static managed *const filtered_yes[2] = {o0_filtered_yes, o2_filtered_yes};
static managed *const refused[2] = {o0_refused, o2_refused};

static int
find_rows(struct dl_phdr_info *info, size_t size, void *context)
{
    int i;

    (void)size;
    (void)context;
    for (i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *p = &info->dlpi_phdr[i];

        if (p->p_type == PT_GNU_EH_FRAME) {
            module[0].eh_frame_hdr = (const uint8_t *)(info->dlpi_addr + p->p_vaddr);
            module[0].eh_frame_hdr_bytes = p->p_memsz;
        }
    }
    return 1; /* the first one is the program itself */
}

static void
setup(void)
{
    static const struct eh_exception_layout layout = {0, 0};
    static const struct eh_classlib classlib;

    dl_iterate_phdr(find_rows, NULL);
    module[1] = module[0];
    module[0].code_start = (const void *)(uintptr_t)o0_throw_begin;
    module[0].code_end = (const void *)(uintptr_t)o0_throw_end;
    module[1].code_start = (const void *)(uintptr_t)o2_throw_begin;
    module[1].code_end = (const void *)(uintptr_t)o2_throw_end;
    if (!eh_module_register(&module[0]) || !eh_module_register(&module[1]) || !thr_init(NULL))
        abort();
    eh_classlib_set(&classlib, &layout);
    slot_resume = (void *)(uintptr_t)corert_eh_resume;
    slot_block = thread_block_fs_offset();
    events[0] = '\0';
}

static void
teardown(void)
{
    ck_assert_ptr_null(corert_thread.eh_inflight);
    ck_assert_ptr_null(corert_thread.filter_head);
    eh_module_unregister(&module[0]);
    eh_module_unregister(&module[1]);
    eh_shutdown();
    thr_shutdown();
}

START_TEST(finally_of_the_callee_runs_before_the_catch)
{
    struct object o = {&derived, {0}};

    ck_assert_int_eq(enter[_i](outer[_i], &o), 100);
    ck_assert_str_eq(events, "1 3 ");
}
END_TEST

START_TEST(inner_clause_is_tried_first)
{
    struct object o = {&test_other, {0}};

    ck_assert_int_eq(enter[_i](outer[_i], &o), 5);
    ck_assert_str_eq(events, "1 ");
}
END_TEST

START_TEST(filter_runs_before_the_finally)
{
    struct object o = {&derived, {0}};

    ck_assert_int_eq(enter[_i](filtered_yes[_i], &o), 7);
    ck_assert_str_eq(events, "4 1 ");
}
END_TEST

START_TEST(refusing_filter_passes_the_exception_on)
{
    struct object o = {&derived, {0}};

    ck_assert_int_eq(enter[_i](refused[_i], &o), 9);
    ck_assert_str_eq(events, "4 1 ");
}
END_TEST

int
main(void)
{
    Suite *s = suite_create("codegen_throw");
    TCase *c = tcase_create("core");
    SRunner *r;
    int failed;

    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_loop_test(c, finally_of_the_callee_runs_before_the_catch, 0, 2);
    tcase_add_loop_test(c, inner_clause_is_tried_first, 0, 2);
    tcase_add_loop_test(c, filter_runs_before_the_finally, 0, 2);
    tcase_add_loop_test(c, refusing_filter_passes_the_exception_on, 0, 2);
    suite_add_tcase(s, c);
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
