/* tests/engine/check_dispatch.c - interface cells: first call, growing caches, NULL, failures. */
#include "tests/engine/managed.h"

#include "pal/pal.h"

#include <check.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { TYPES = 200, INTERFACE_SLOT = 3 };

static struct test_type types[TYPES];
static struct test_object {
    const struct test_type *type;
    int64_t number;
} objects[TYPES];
static void *pointers[TYPES];
static const struct test_type interface_type;
static struct dispatch_cell cell;
static _Atomic(unsigned) resolved;

/* Every argument has to arrive. */
static int64_t
target(struct test_object *this, int64_t a, int64_t b, int64_t c, int64_t d, int64_t f, int64_t g,
       double x, double y)
{
    if (a != 1 || b != 2 || c != 3 || d != 4 || f != 5 || g != 6 || x != 7.0 || y != 8.0)
        return -1000000;
    return this->number;
}

static int64_t
other_target(struct test_object *this, int64_t a, int64_t b, int64_t c, int64_t d, int64_t f,
             int64_t g, double x, double y)
{
    return target(this, a, b, c, d, f, g, x, y) * 2;
}

/* Types with an odd number get the other target; number -1 has no answer, -2 throws. */
static void *
resolve_by_number(void *object, const void *itf, uint16_t slot)
{
    const struct test_object *o = object;

    ck_assert_ptr_eq(itf, &interface_type);
    ck_assert_uint_eq(slot, INTERFACE_SLOT);
    resolved++;
    if (o->number == -1)
        return NULL;
    if (o->number == -2)
        return (void *)1;
    return o->number & 1 ? (void *)(uintptr_t)other_target : (void *)(uintptr_t)target;
}

static int64_t
expected(unsigned i)
{
    return i & 1 ? 2 * (int64_t)i : (int64_t)i;
}

static void
setup(void)
{
    unsigned i;

    managed_setup();
    resolver = resolve_by_number;
    resolved = 0;
    dispatch_init(resolve);
    for (i = 0; i < TYPES; i++) {
        objects[i].type = &types[i];
        objects[i].number = (int64_t)i;
        types[i].flags = 0;
        pointers[i] = &objects[i];
    }
    cell.code = (void *)(uintptr_t)RhpInitialDynamicInterfaceDispatch;
    cell.cache = NULL;
    cell.interface_type = &interface_type;
    cell.slot = INTERFACE_SLOT;
}

static void
teardown(void)
{
    ck_assert_uint_eq(inflight_count(), 0);
    dispatch_flush();
    ck_assert_ptr_null(cell.cache);
    managed_teardown();
}

START_TEST(first_call_resolves_and_later_ones_do_not)
{
    unsigned i;

    for (i = 0; i < 5; i++)
        ck_assert_int_eq(dispatch_entry(&cell, &objects[7]), 14);
    ck_assert_uint_eq(resolved, 1);
    ck_assert_ptr_eq(cell.code, (void *)(uintptr_t)RhpInterfaceDispatch1);
}
END_TEST

START_TEST(caches_grow_with_the_types)
{
    unsigned n, i;

    for (n = 1; n <= TYPES; n++) {
        for (i = 0; i < n; i++)
            ck_assert_int_eq(dispatch_entry(&cell, &objects[i]), expected(i));
        if (n <= 64)
            ck_assert_uint_eq(resolved, n);
    }
    ck_assert_uint_eq(((struct dispatch_cache *)cell.cache)->capacity, DISPATCH_CACHE_MAX);
    ck_assert_uint_lt(resolved, 64 + 60 * (TYPES - 64)); /* the shared table has few collisions */
}
END_TEST

START_TEST(null_this_throws_at_the_call)
{
    ck_assert_int_eq(dispatch_entry(&cell, NULL), (intptr_t)next_exception);
    ck_assert(log_is(1, 1000 + EH_ID_NULL_REFERENCE));
    dispatch_entry(&cell, &objects[0]);
    ck_assert_int_eq(dispatch_entry(&cell, NULL), (intptr_t)next_exception);
    ck_assert_int_eq(next_exception->trace_count, 2);
}
END_TEST

START_TEST(no_target_is_entry_point_not_found)
{
    objects[0].number = -1;
    ck_assert_int_eq(dispatch_entry(&cell, &objects[0]), (intptr_t)next_exception);
    ck_assert(log_is(1, 1000 + EH_ID_ENTRYPOINT_NOT_FOUND));
    ck_assert_ptr_null(cell.cache);
}
END_TEST

START_TEST(exception_of_the_resolver_continues_at_the_call)
{
    objects[0].number = -2;
    ck_assert_int_eq(dispatch_entry(&cell, &objects[0]), (intptr_t)next_exception);
    /* throw_it, throw_deep, resolve, then dispatch_call and dispatch_entry */
    ck_assert_int_eq(next_exception->trace_count, 5);
}
END_TEST

START_TEST(types_that_answer_themselves_are_not_cached)
{
    types[4].flags = 8;
    ck_assert_int_eq(dispatch_entry(&cell, &objects[4]), 4);
    ck_assert_int_eq(dispatch_entry(&cell, &objects[4]), 4);
    ck_assert_uint_eq(resolved, 2);
    types[4].flags = 0x80000008u; /* an array: the low half is its component size */
    dispatch_entry(&cell, &objects[4]);
    dispatch_entry(&cell, &objects[4]);
    ck_assert_uint_eq(resolved, 3);
}
END_TEST

START_TEST(contract_functions_use_the_same_cache)
{
    struct dispatch_cell *made = RhNewInterfaceDispatchCell(&interface_type, INTERFACE_SLOT);
    struct dispatch_cell_info info;

    ck_assert_ptr_nonnull(made);
    RhpGetDispatchCellInfo(made, &info);
    ck_assert_int_eq(info.cell_type, 0);
    ck_assert_ptr_eq(info.interface_type, &interface_type);
    ck_assert_uint_eq(info.slot, INTERFACE_SLOT);
    ck_assert_uint_eq(info.has_cache, 0);
    ck_assert_ptr_null(RhpSearchDispatchCellCache(made, &types[2]));
    ck_assert_ptr_eq(RhpUpdateDispatchCellCache(made, (void *)(uintptr_t)target, &types[2], &info),
                     (void *)(uintptr_t)target);
    ck_assert_ptr_eq(RhpSearchDispatchCellCache(made, &types[2]), (void *)(uintptr_t)target);
    ck_assert_int_eq(dispatch_entry(made, &objects[2]), 2);
    ck_assert_uint_eq(resolved, 0);
    dispatch_forget_cells(made, made + 1);
    pal_free(made);
}
END_TEST

static void
dispatches_a_lot(void *argument)
{
    int64_t *wrong = argument;
    unsigned i;

    next_exception = exception_new(&mt_other);
    for (i = 0; i < 20; i++) {
        int64_t mask = (1 << (1 + i % 7)) - 1;
        int64_t sum = 0;
        unsigned k;

        for (k = 0; k <= mask; k++)
            sum += expected(k);
        *wrong += dispatch_repeat(&cell, pointers, mask, 64 * (mask + 1)) != 64 * sum;
    }
    exception_free(next_exception);
}

START_TEST(threads_share_a_cell)
{
    enum { N = 4 };
    struct pal_thread *threads[N];
    int64_t wrong[N] = {0};
    unsigned i;

    for (i = 0; i < N; i++)
        ck_assert_int_eq(pal_thread_start(&threads[i], dispatches_a_lot, &wrong[i], 0, "call"),
                         PAL_OK);
    for (i = 0; i < N; i++) {
        pal_thread_join(threads[i]);
        ck_assert_int_eq(wrong[i], 0);
    }
}
END_TEST

static Suite *
dispatch_suite(void)
{
    Suite *s = suite_create("dispatch");
    TCase *core = tcase_create("core");

    tcase_add_checked_fixture(core, setup, teardown);
    tcase_add_test(core, first_call_resolves_and_later_ones_do_not);
    tcase_add_test(core, caches_grow_with_the_types);
    tcase_add_test(core, null_this_throws_at_the_call);
    tcase_add_test(core, no_target_is_entry_point_not_found);
    tcase_add_test(core, exception_of_the_resolver_continues_at_the_call);
    tcase_add_test(core, types_that_answer_themselves_are_not_cached);
    tcase_add_test(core, contract_functions_use_the_same_cache);
    tcase_add_test(core, threads_share_a_cell);
    suite_add_tcase(s, core);
    return s;
}

int
main(void)
{
    SRunner *runner = srunner_create(dispatch_suite());
    int failed;

    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
