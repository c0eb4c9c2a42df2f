/* tests/gc/check_gc.c - allocation up to the cap, counters, registered ranges, object layouts. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "gc/gc.h"

static const struct gc_mt plain = {.flags = 0x50000000u, .base_size = 32};
static const struct gc_mt array_of_bytes = {.flags = 0xE0020001u, .base_size = 24};

static void
start(uint64_t cap)
{
    struct gc_config c = {.cap_bytes = cap};

    ck_assert(gc_start(&c));
}

static bool
is_zero(const void *from, size_t bytes)
{
    const uint8_t *p = from;
    size_t i;

    for (i = 0; i < bytes; i++)
        if (p[i])
            return false;
    return true;
}

START_TEST(objects_are_zeroed_aligned_and_apart)
{
    struct gc_buffer b = {0};
    uint64_t taken = 0;
    char *last = NULL;
    int i;

    start(16 << 20);
    for (i = 0; i < 5000; i++) {
        char *o = gc_alloc(&b, &taken, &plain, plain.base_size, 0);

        ck_assert_ptr_nonnull(o);
        ck_assert_uint_eq((uintptr_t)o % 8, 0);
        ck_assert_ptr_eq(((struct gc_object *)(void *)o)->mt, &plain);
        ck_assert(is_zero(o + 8, 16) && is_zero(o - 8, 8));
        ck_assert(!last || o - last >= 32 || last - o >= 32);
        ck_assert(gc_heap_contains(o));
        memset(o + 8, 0xEE, 16);
        memset(o - 8, 0xEE, 8);
        last = o;
    }
    ck_assert_uint_eq(taken % GC_BLOCK_BYTES, 0);
    ck_assert_uint_ge(taken, 5000 * 32);
    gc_stop();
}
END_TEST

START_TEST(sizes_around_every_border_work)
{
    static const size_t sizes[] = {8,     24,    25,    8184,  8191,  8192,   8200,
                                   32760, 32768, 32776, 65536, 65544, 1000000};
    struct gc_buffer b = {0};
    size_t i;

    start(64 << 20);
    for (i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        uint32_t flags;

        for (flags = 0; flags <= GC_ALLOC_PINNED; flags += GC_ALLOC_PINNED) {
            char *o = gc_alloc(&b, NULL, &array_of_bytes, sizes[i], flags);
            size_t bytes = sizes[i] < 24 ? 24 : gc_align8(sizes[i]);

            ck_assert_ptr_nonnull(o);
            ck_assert(is_zero(o + 8, bytes - 16) && is_zero(o - 8, 8));
            memset(o + 8, 0xEE, bytes - 16);
        }
    }
    gc_stop();
}
END_TEST

START_TEST(cap_is_kept_and_refusals_counted)
{
    struct gc_buffer b = {0};
    struct gc_counters c;
    uint64_t n = 0;

    start(1 << 20);
    ck_assert_ptr_null(gc_alloc(&b, NULL, &array_of_bytes, 2 << 20, 0));
    ck_assert_ptr_null(gc_alloc(&b, NULL, &array_of_bytes, SIZE_MAX, 0));
    while (gc_alloc(&b, NULL, &plain, 32, 0))
        n++;
    ck_assert_uint_eq(n, (1 << 20) / 32);
    gc_counters_get(&c);
    ck_assert_uint_eq(c.block_bytes, 1 << 20);
    ck_assert_uint_eq(c.cap_bytes, 1 << 20);
    ck_assert_uint_eq(c.refused, 2);
    ck_assert_uint_eq(c.live_bytes, 1 << 20);
    gc_stop();
}
END_TEST

START_TEST(retired_buffer_is_not_counted_as_live)
{
    struct gc_buffer b = {0};
    struct gc_counters c;

    start(1 << 20);
    ck_assert_ptr_nonnull(gc_alloc(&b, NULL, &plain, 32, 0));
    gc_buffer_retire(&b);
    ck_assert_ptr_null(b.ptr);
    gc_counters_get(&c);
    ck_assert_uint_eq(c.live_bytes, 32);
    gc_stop();
}
END_TEST

START_TEST(heap_starts_again_after_stop)
{
    struct gc_config c = {.cap_bytes = 1 << 20};
    struct gc_buffer b;
    int i;

    for (i = 0; i < 3; i++) {
        memset(&b, 0, sizeof b);
        ck_assert(gc_start(&c));
        ck_assert(!gc_start(&c));
        ck_assert_ptr_nonnull(gc_alloc(&b, NULL, &plain, 32, GC_ALLOC_FINALIZE));
        gc_stop();
        ck_assert_ptr_null(gc_alloc(&b, NULL, &plain, 32, 0));
    }
}
END_TEST

START_TEST(default_cap_follows_the_machine)
{
    struct gc_config c = {0};
    struct gc_counters k;

    ck_assert(gc_start(&c));
    gc_counters_get(&k);
    ck_assert_uint_gt(k.cap_bytes, 64 << 20);
    gc_stop();
}
END_TEST

static void
count_slots(void *context, void **first, size_t count)
{
    (void)first;
    *(size_t *)context += count;
}

START_TEST(roots_and_frozen_ranges_come_and_go)
{
    void *slots[10];
    uint64_t words[16];
    struct gc_roots *a, *b, *c;
    struct gc_frozen *f;
    size_t n = 0;

    start(1 << 20);
    a = gc_roots_add(slots, 3);
    b = gc_roots_add(slots + 3, 4);
    c = gc_roots_add(slots + 7, 1);
    gc_roots_each(count_slots, &n);
    ck_assert_uint_eq(n, 8);
    gc_roots_remove(b);
    gc_roots_remove(NULL);
    n = 0;
    gc_roots_each(count_slots, &n);
    ck_assert_uint_eq(n, 4);
    gc_roots_remove(c);
    gc_roots_remove(a);
    f = gc_frozen_add(words, 8);
    ck_assert(!gc_frozen_contains(&words[4]));
    gc_frozen_update(f, &words[8]);
    ck_assert(gc_frozen_contains(&words[4]));
    ck_assert(!gc_frozen_contains(&words[8]));
    ck_assert_int_eq(gc_generation(words), INT32_MAX);
    gc_stop();
    ck_assert(!gc_frozen_contains(&words[4]));
}
END_TEST

START_TEST(method_table_fields_are_found_in_order)
{
    struct {
        struct gc_mt mt;
        const void *words[12];
    } t = {.mt = {.flags = GC_MT_HAS_DISPATCH_MAP | GC_MT_HAS_FINALIZER | GC_MT_IS_GENERIC,
                  .base_size = 24,
                  .vtable_slots = 3,
                  .interfaces = 2}};

    ck_assert_uint_eq(gc_mt_trailing_offset(&t.mt), 24 + 40);
    ck_assert_uint_eq(gc_mt_field_offset(&t.mt, GC_MT_FIELD_WRITABLE_DATA), 72);
    ck_assert_uint_eq(gc_mt_field_offset(&t.mt, GC_MT_FIELD_FINALIZER), 88);
    ck_assert(!gc_mt_has_field(&t.mt, GC_MT_FIELD_SEALED_SLOTS));
    ck_assert_uint_eq(gc_mt_field_offset(&t.mt, GC_MT_FIELD_GENERIC_DEFINITION), 96);
    t.words[9] = &t;
    ck_assert_ptr_eq(gc_mt_field(&t.mt, GC_MT_FIELD_GENERIC_DEFINITION), &t);
    ck_assert_ptr_null(gc_mt_field(&t.mt, GC_MT_FIELD_SEALED_SLOTS));
    ck_assert_ptr_eq(gc_mt_interfaces(&t.mt), &t.words[3]);
}
END_TEST

START_TEST(object_and_descriptor_sizes_follow_the_contract)
{
    struct {
        struct gc_desc_series series[2];
        int64_t count;
        struct gc_mt mt;
    } fixed = {.count = 2, .mt = {.flags = GC_MT_HAS_POINTERS, .base_size = 40}};
    struct {
        struct gc_desc_item item;
        uint64_t first;
        int64_t count;
        struct gc_mt mt;
    } structs = {.count = -1, .mt = {.flags = 0xE1020010u, .base_size = 24}};
    struct {
        uint64_t header;
        struct gc_array array;
        uint8_t data[16];
    } a = {.array = {.mt = &array_of_bytes, .length = 3}};

    ck_assert_uint_eq(gc_mt_desc_bytes(&fixed.mt), 40);
    ck_assert_uint_eq(gc_mt_desc_bytes(&structs.mt), 24);
    ck_assert_uint_eq(gc_mt_desc_bytes(&plain), 0);
    ck_assert_uint_eq(gc_object_bytes((const struct gc_object *)(const void *)&a.array), 32);
}
END_TEST

int
main(void)
{
    Suite *s = suite_create("gc");
    TCase *core = tcase_create("core"), *limits = tcase_create("limits");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_add_test(core, objects_are_zeroed_aligned_and_apart);
    tcase_add_test(core, retired_buffer_is_not_counted_as_live);
    tcase_add_test(core, heap_starts_again_after_stop);
    tcase_add_test(core, roots_and_frozen_ranges_come_and_go);
    tcase_add_test(core, method_table_fields_are_found_in_order);
    tcase_add_test(core, object_and_descriptor_sizes_follow_the_contract);
    tcase_add_test(limits, sizes_around_every_border_work);
    tcase_add_test(limits, cap_is_kept_and_refusals_counted);
    tcase_add_test(limits, default_cap_follows_the_machine);
    suite_add_tcase(s, core);
    suite_add_tcase(s, limits);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
