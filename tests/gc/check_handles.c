/* tests/gc/check_handles.c - handles and reference stores as the class library uses them. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "engine/hnd.h"
#include "engine/rh.h"

static int object_a, object_b;

START_TEST(handle_is_a_slot_that_holds_the_reference)
{
    struct hnd_slot *h = RhpHandleAlloc(&object_a, HND_NORMAL);

    ck_assert_ptr_nonnull(h);
    ck_assert_uint_eq((uintptr_t)h & 1, 0);
    ck_assert_ptr_eq(*(void **)(void *)h, &object_a);
    ck_assert_ptr_eq(RhHandleGet(h), &object_a);
    RhHandleSet(h, &object_b);
    ck_assert_ptr_eq(*(void **)(void *)h, &object_b);
    ck_assert_int_eq(hnd_type_of(h), HND_NORMAL);
    RhHandleFree(h);
    ck_assert_uint_eq(hnd_count(), 0);
    hnd_reset();
}
END_TEST

START_TEST(dependent_handle_hides_its_secondary_with_the_primary)
{
    struct hnd_slot *h = RhpHandleAllocDependent(&object_a, &object_b);
    void *second = NULL;

    ck_assert_ptr_eq(RhHandleGetDependent(h, &second), &object_a);
    ck_assert_ptr_eq(second, &object_b);
    RhHandleSetDependentSecondary(h, &object_a);
    RhHandleGetDependent(h, &second);
    ck_assert_ptr_eq(second, &object_a);
    RhHandleSet(h, NULL);
    ck_assert_ptr_null(RhHandleGetDependent(h, &second));
    ck_assert_ptr_null(second);
    hnd_reset();
}
END_TEST

static void
sum_types(void *context, struct hnd_slot *slot, enum hnd_type type)
{
    (void)slot;
    ((size_t *)context)[type]++;
}

START_TEST(freed_slots_are_reused_and_tables_grow)
{
    enum { COUNT = 10000 };
    static struct hnd_slot *h[COUNT];
    size_t types[8] = {0};
    int i, round;

    for (round = 0; round < 3; round++) {
        for (i = 0; i < COUNT; i++) {
            h[i] = RhpHandleAlloc(&object_a, i % 4);
            ck_assert_ptr_nonnull(h[i]);
        }
        ck_assert_uint_eq(hnd_count(), COUNT);
        for (i = 0; i < COUNT; i += 2)
            RhHandleFree(h[i]);
        RhHandleFree(h[0]); /* a second time: ignored */
        ck_assert_uint_eq(hnd_count(), COUNT / 2);
        memset(types, 0, sizeof types);
        hnd_each(HND_ALL, sum_types, types);
        ck_assert_uint_eq(types[HND_WEAK_LONG], COUNT / 4);
        ck_assert_uint_eq(types[HND_NORMAL], 0);
        for (i = 1; i < COUNT; i += 2)
            RhHandleFree(h[i]);
    }
    ck_assert_uint_eq(hnd_count(), 0);
    hnd_reset();
}
END_TEST

START_TEST(bulk_move_handles_overlap_both_ways)
{
    uint64_t w[16], expected[16];
    int i, shift;

    for (shift = -4; shift <= 4; shift++) {
        for (i = 0; i < 16; i++)
            w[i] = expected[i] = (uint64_t)i * 0x0101010101010101u;
        memmove(expected + 4 + shift, expected + 4, 64);
        RhBulkMoveWithWriteBarrier(w + 4 + shift, w + 4, 64);
        ck_assert_mem_eq(w, expected, sizeof w);
    }
    RhBulkMoveWithWriteBarrier((char *)w + 1, w, 13);
    memmove((char *)expected + 1, expected, 13);
    ck_assert_mem_eq(w, expected, sizeof w);
}
END_TEST

START_TEST(exchanges_and_zeroing_do_what_they_say)
{
    void *slot = &object_a;
    uint8_t bytes[40];

    ck_assert_ptr_eq(RhpCheckedLockCmpXchg(&slot, &object_b, &object_b), &object_a);
    ck_assert_ptr_eq(slot, &object_a);
    ck_assert_ptr_eq(RhpCheckedLockCmpXchg(&slot, &object_b, &object_a), &object_a);
    ck_assert_ptr_eq(slot, &object_b);
    ck_assert_ptr_eq(RhpCheckedXchg(&slot, NULL), &object_b);
    memset(bytes, 1, sizeof bytes);
    ck_assert_ptr_eq(RhpGcSafeZeroMemory(bytes + 3, 30), bytes + 3);
    ck_assert_uint_eq(bytes[2], 1);
    ck_assert_uint_eq(bytes[3] | bytes[32], 0);
    ck_assert_uint_eq(bytes[33], 1);
}
END_TEST

START_TEST(conversions_saturate)
{
    ck_assert_int_eq(RhpDbl2Int(1e10), INT32_MAX);
    ck_assert_int_eq(RhpDbl2Int(-1e10), INT32_MIN);
    ck_assert_int_eq(RhpDbl2Int(-2.9), -2);
    ck_assert_int_eq(RhpDbl2Lng(-1e30), INT64_MIN);
    ck_assert_uint_eq(RhpDbl2ULng(1e30), UINT64_MAX);
    ck_assert_uint_eq(RhpDbl2UInt(-1.0), 0);
    ck_assert_int_eq(RhpDbl2Int(0.0 / 0.0), 0);
}
END_TEST

START_TEST(values_that_are_no_slots_are_refused)
{
    struct hnd_slot *h = hnd_new(HND_NORMAL, &object_a, NULL), local;
    size_t i;

    ck_assert(hnd_is_used(h));
    ck_assert(hnd_free(NULL));
    ck_assert(!hnd_free(&local));
    ck_assert(!hnd_free((struct hnd_slot *)((uintptr_t)h + 8)));
    ck_assert(!hnd_free(h + 1));
    for (i = 1; i < 64; i++) {
        uintptr_t wild = (uintptr_t)h ^ (UINT64_C(1) << i);

        ck_assert(!hnd_is_used((void *)wild));
        ck_assert(!hnd_free((struct hnd_slot *)wild));
    }
    ck_assert(!hnd_is_used((void *)((uintptr_t)h & ~(uintptr_t)0xFFFF)));
    ck_assert(hnd_free(h));
    ck_assert(!hnd_free(h));
    ck_assert_uint_eq(hnd_count(), 0);
    ck_assert_ptr_null(RhpHandleAlloc(&object_a, 4));
    ck_assert_ptr_null(RhpHandleAlloc(&object_a, HND_DEPENDENT));
    ck_assert_ptr_null(RhpHandleAlloc(&object_a, -1));
    hnd_reset();
    ck_assert(!hnd_free(h));
}
END_TEST

int
main(void)
{
    Suite *s = suite_create("handles");
    TCase *core = tcase_create("core");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_add_test(core, handle_is_a_slot_that_holds_the_reference);
    tcase_add_test(core, dependent_handle_hides_its_secondary_with_the_primary);
    tcase_add_test(core, freed_slots_are_reused_and_tables_grow);
    tcase_add_test(core, values_that_are_no_slots_are_refused);
    tcase_add_test(core, bulk_move_handles_overlap_both_ways);
    tcase_add_test(core, exchanges_and_zeroing_do_what_they_say);
    tcase_add_test(core, conversions_saturate);
    suite_add_tcase(s, core);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
