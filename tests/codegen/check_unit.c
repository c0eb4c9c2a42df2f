/* tests/codegen/check_unit.c - units as a whole: same bytes every time, faults as messages, imports. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/codegen/cg.h"
#include "tests/codegen/check_codegen.h"

static struct cg_param p_ptr = {.type = CG_PTR};
static const struct cg_sig nothing = {.ret = {.type = CG_VOID}};
static const struct cg_sig takes_ptr = {.ret = {.type = CG_VOID}, .params = &p_ptr, .count = 1};

static struct cg_unit *
open_unit(int level)
{
    struct cg_options o = {.opt_level = level, .debug = true, .cpu = "x86-64-v2"};

    return cg_unit_new("unit", &o);
}

/* void f(void (*g)(void)) { try { g(); } catch (T) { } finally { } } and an allocation */
static void
fill_unit(struct cg_unit *u)
{
    struct cg_fn *fn = cg_fn_begin(u, "f", &takes_ptr, 0);
    cg_clause clause = cg_clause_new(fn, CG_CLAUSE_TYPE, "T");
    cg_block pad = cg_pad_new(fn, &clause, 1, true);
    struct cg_call call = {.sig = &nothing, .target = cg_arg(fn, 0)};

    cg_fn_debug(fn, "N.C.F()", "F.cs", 3);
    cg_line(fn, 4);
    cg_pad_set(fn, pad);
    cg_call(fn, &call);
    cg_new_object(fn, cg_symbol(fn, "T", false, 0), 24);
    cg_pad_set(fn, NULL);
    cg_slot(fn, CG_IMPORT_PREFIX "RhpGcPoll");
    cg_ret(fn, NULL);
    cg_block_set(fn, pad);
    cg_call(fn, &call);
    cg_resume(fn, cg_pad_record(fn, pad), cg_pad_selector(fn, pad));
    cg_fn_end(fn);
}

static bool
contains(const uint8_t *bytes, size_t size, const char *text)
{
    size_t n = strlen(text), i;

    for (i = 0; i + n <= size; i++) {
        if (memcmp(bytes + i, text, n) == 0)
            return true;
    }
    return false;
}

START_TEST(objects_are_the_same_every_time)
{
    uint8_t *object[2], hash[2][16];
    size_t size[2];
    char *message;
    int level, i;

    for (level = 0; level <= 2; level += 2) {
        for (i = 0; i < 2; i++) {
            struct cg_unit *u = open_unit(level);

            fill_unit(u);
            cg_unit_hash(u, hash[i]);
            ck_assert_msg(cg_unit_finish(u, &object[i], &size[i], &message), "%s", message);
            cg_unit_free(u);
        }
        ck_assert(size[0] == size[1] && memcmp(object[0], object[1], size[0]) == 0);
        ck_assert_mem_eq(hash[0], hash[1], 16);
        free(object[0]);
        free(object[1]);
    }
}
END_TEST

START_TEST(hash_depends_on_level)
{
    uint8_t hash[2][16];
    int i;

    for (i = 0; i < 2; i++) {
        struct cg_unit *u = open_unit(i * 2);

        cg_unit_hash(u, hash[i]);
        cg_unit_free(u);
    }
    ck_assert(memcmp(hash[0], hash[1], 16) != 0);
}
END_TEST

START_TEST(pads_give_exception_tables_and_no_foreign_symbol)
{
    struct cg_unit *u = open_unit(2);
    uint8_t *object;
    size_t size;
    char *message;

    fill_unit(u);
    ck_assert_msg(cg_unit_finish(u, &object, &size, &message), "%s", message);
    cg_unit_free(u);
    ck_assert(contains(object, size, ".gcc_except_table"));
    ck_assert(contains(object, size, "corert_eh_personality"));
    ck_assert(contains(object, size, "corert_import.corert_eh_resume"));
    ck_assert(!contains(object, size, "_Unwind_Resume"));
    ck_assert(contains(object, size, "N.C.F()"));
    free(object);
}
END_TEST

static void
note_import(void *context, const char *name)
{
    strcat(context, name);
    strcat(context, " ");
}

START_TEST(unit_lists_its_imports_once)
{
    struct cg_unit *u = open_unit(2);
    char names[256] = "";

    fill_unit(u);
    cg_unit_imports(u, note_import, names);
    cg_unit_free(u);
    ck_assert_str_eq(names, "corert_thread_block_offset RhpNewFast RhpGcPoll corert_eh_resume ");
}
END_TEST

/* Finishing `u` must fail with a message that has all of `text`. */
static void
expect_fault(struct cg_unit *u, const char *text)
{
    uint8_t *object;
    size_t size;
    char *message;

    ck_assert(!cg_unit_finish(u, &object, &size, &message));
    ck_assert_ptr_nonnull(message);
    ck_assert_msg(strstr(message, text) != NULL, "%s", message);
    ck_assert_ptr_null(object);
    free(message);
    cg_unit_free(u);
}

START_TEST(open_block_is_a_fault_that_names_the_function)
{
    struct cg_unit *u = open_unit(2);

    cg_fn_end(cg_fn_begin(u, "forgot", &nothing, 0));
    expect_fault(u, "function forgot");
}
END_TEST

START_TEST(second_definition_is_a_fault)
{
    struct cg_unit *u = open_unit(2);
    int i;

    for (i = 0; i < 2; i++) {
        struct cg_fn *fn = cg_fn_begin(u, "twice", &nothing, 0);

        cg_ret(fn, NULL);
        cg_fn_end(fn);
    }
    expect_fault(u, "twice");
}
END_TEST

START_TEST(float_where_a_pointer_belongs_is_a_fault)
{
    struct cg_unit *u = open_unit(2);
    struct cg_fn *fn = cg_fn_begin(u, "wrong", &nothing, 0);

    cg_load(fn, CG_I32, cg_f64(fn, 1), 0);
    cg_ret(fn, NULL);
    cg_fn_end(fn);
    expect_fault(u, "function wrong");
}
END_TEST

START_TEST(value_used_before_its_definition_is_a_fault)
{
    struct cg_unit *u = open_unit(2);
    struct cg_fn *fn = cg_fn_begin(u, "early", &takes_ptr, 0);
    cg_block a = cg_block_new(fn, "a"), b = cg_block_new(fn, "b");
    cg_value v;

    cg_cond_br(fn, cg_arg(fn, 0), a, b, CG_EVEN);
    cg_block_set(fn, a);
    v = cg_load(fn, CG_I32, cg_arg(fn, 0), 0);
    cg_ret(fn, NULL);
    cg_block_set(fn, b);
    cg_store(fn, CG_I32, cg_arg(fn, 0), v, 0);
    cg_ret(fn, NULL);
    cg_fn_end(fn);
    expect_fault(u, "function early");
}
END_TEST

START_TEST(everything_accepts_no_function)
{
    struct cg_call call = {.sig = &nothing};
    cg_value overflow;

    ck_assert_ptr_null(cg_call(NULL, &call));
    ck_assert_ptr_null(cg_bin_ovf(NULL, CG_ADD, true, NULL, NULL, &overflow));
    ck_assert_ptr_null(cg_pad_new(NULL, NULL, 0, true));
    ck_assert_ptr_null(cg_new_object(NULL, NULL, 24));
    ck_assert(cg_block_open(NULL));
    cg_ret(NULL, NULL);
    cg_copy_refs(NULL, NULL, NULL, NULL, 8, 8, NULL, 0);
    cg_fn_end(NULL);
}
END_TEST

TCase *
case_unit(void)
{
    TCase *c = tcase_create("unit");

    tcase_add_test(c, objects_are_the_same_every_time);
    tcase_add_test(c, hash_depends_on_level);
    tcase_add_test(c, pads_give_exception_tables_and_no_foreign_symbol);
    tcase_add_test(c, unit_lists_its_imports_once);
    tcase_add_test(c, open_block_is_a_fault_that_names_the_function);
    tcase_add_test(c, second_definition_is_a_fault);
    tcase_add_test(c, float_where_a_pointer_belongs_is_a_fault);
    tcase_add_test(c, value_used_before_its_definition_is_a_fault);
    tcase_add_test(c, everything_accepts_no_function);
    return c;
}
