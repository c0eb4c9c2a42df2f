/* tests/gc/check_limits.c - the cap, memory that comes and goes, native memory that is refused.
 * The program wraps the pal's allocation functions (-Wl,--wrap), so that the n-th call can fail. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "pal/pal.h"
#include "tests/gc/gc_types.h"

/* ---- refused memory ---- */
static long fail_after = -1; /* so many calls succeed; -1: all */
static bool fail_on;

static bool
fails(void)
{
    if (fail_after < 0)
        return false;
    if (fail_after > 0) {
        fail_after--;
        return false;
    }
    return fail_on;
}

bool __real_pal_mem_commit(void *at, size_t bytes);
bool __wrap_pal_mem_commit(void *at, size_t bytes);
void *__real_pal_mem_reserve(size_t bytes, size_t alignment);
void *__wrap_pal_mem_reserve(size_t bytes, size_t alignment);
void *__real_pal_realloc(void *block, size_t bytes);
void *__wrap_pal_realloc(void *block, size_t bytes);
enum pal_status __real_pal_thread_start(struct pal_thread **out, pal_thread_main *main,
                                        void *argument, size_t stack_bytes, const char *name);
enum pal_status __wrap_pal_thread_start(struct pal_thread **out, pal_thread_main *main,
                                        void *argument, size_t stack_bytes, const char *name);

bool
__wrap_pal_mem_commit(void *at, size_t bytes)
{
    return !fails() && __real_pal_mem_commit(at, bytes);
}

void *
__wrap_pal_mem_reserve(size_t bytes, size_t alignment)
{
    return fails() ? NULL : __real_pal_mem_reserve(bytes, alignment);
}

void *
__wrap_pal_realloc(void *block, size_t bytes)
{
    return fails() ? NULL : __real_pal_realloc(block, bytes);
}

enum pal_status
__wrap_pal_thread_start(struct pal_thread **out, pal_thread_main *main, void *argument,
                        size_t stack_bytes, const char *name)
{
    *out = NULL;
    return fails() ? PAL_E_NOMEM : __real_pal_thread_start(out, main, argument, stack_bytes, name);
}

/* ---- the world ---- */
enum { ROOTS = 64 };

static void *root[ROOTS];
static struct gc_buffer buffer;
static unsigned limit_calls, collections;
static uint64_t limit_answer; /* 0: no */

static void
run_native(void (*function)(void *context), void *context)
{
    function(context);
}

static void
nothing(void)
{
}

static void
each_buffer(void (*visit)(void *context, struct gc_buffer *b, bool torn), void *context)
{
    visit(context, &buffer, false);
}

static void
scan_roots(void)
{
    size_t i;

    for (i = 0; i < ROOTS; i++)
        gc_root(&root[i]);
}

static void
after(const struct gc_collection *c)
{
    (void)c;
    collections++;
}

static uint64_t
near_limit(uint64_t cap, uint64_t wanted)
{
    ck_assert_uint_gt(wanted, 0);
    limit_calls++;
    return limit_answer ? limit_answer : cap;
}

static void
verify_failed(const char *text)
{
    ck_abort_msg("%s", text);
}

static const struct gc_world world = {.run_native = run_native,
                                      .stop = nothing,
                                      .each_buffer = each_buffer,
                                      .scan_roots = scan_roots,
                                      .resume = nothing,
                                      .after = after,
                                      .near_limit = near_limit,
                                      .verify_failed = verify_failed};

static bool
start(uint64_t cap)
{
    struct gc_config c = {.cap_bytes = cap, .world = &world, .verify = true};

    memset(root, 0, sizeof root);
    memset(&buffer, 0, sizeof buffer);
    limit_calls = 0;
    limit_answer = 0;
    collections = 0;
    return gc_start(&c);
}

static void *
array(const struct gc_mt *mt, uint32_t length, uint32_t flags)
{
    struct gc_array *a =
        gc_alloc(&buffer, NULL, mt, 24 + (size_t)length * gc_mt_component_size(mt), flags);

    if (a)
        a->length = length;
    return a;
}

/* Makes a list below root[i] until memory or `most` ends it. */
static size_t
list_grow(size_t i, size_t most)
{
    size_t n;

    for (n = 0; n < most; n++) {
        void **o = gc_alloc(&buffer, NULL, &test_pair.mt, 56, 0);

        if (!o)
            break;
        o[2] = root[i];
        root[i] = o;
    }
    return n;
}

static size_t
list_length(size_t i)
{
    size_t n = 0;
    void **o;

    for (o = root[i]; o; o = o[2])
        n++;
    return n;
}

/* ---- the cap ---- */
START_TEST(live_heap_ends_at_the_cap_and_goes_on_after)
{
    struct gc_counters k;
    size_t n;
    int round;

    ck_assert(start(4 << 20));
    for (round = 0; round < 3; round++) {
        n = list_grow(0, SIZE_MAX);
        ck_assert_uint_gt(n * 56, 3 << 20);
        ck_assert_uint_eq(list_length(0), n);
        gc_counters_get(&k);
        ck_assert_uint_le(k.block_bytes, 4 << 20);
        ck_assert_uint_eq(k.refused, (unsigned)round + 1);
        root[0] = NULL;
    }
    ck_assert_uint_eq(limit_calls, 3);
    gc_stop();
}
END_TEST

START_TEST(garbage_never_reaches_the_cap)
{
    size_t i;

    ck_assert(start(4 << 20));
    for (i = 0; i < 200; i++) {
        ck_assert_ptr_nonnull(array(&test_bytes, 1 << 20, 0));
        ck_assert_ptr_nonnull(array(&test_bytes, 20000, GC_ALLOC_PINNED));
        ck_assert_ptr_nonnull(array(&test_bytes, 9000, 0));
        list_grow(0, 1000);
        root[0] = NULL;
    }
    ck_assert_uint_eq(limit_calls, 0);
    ck_assert_uint_gt(collections, 10);
    ck_assert_uint_lt(collections, 600);
    gc_stop();
}
END_TEST

START_TEST(host_can_raise_the_cap_within_the_reservation)
{
    struct gc_counters k;

    ck_assert(start(4 << 20));
    limit_answer = 6 << 20;
    ck_assert_uint_gt(list_grow(0, SIZE_MAX) * 56, 5 << 20);
    ck_assert_uint_eq(limit_calls, 2);
    limit_answer = UINT64_MAX;
    ck_assert_ptr_nonnull(array(&test_bytes, 1 << 20, 0));
    gc_counters_get(&k);
    ck_assert_uint_eq(k.cap_bytes, 8 << 20);
    ck_assert_ptr_null(array(&test_bytes, 16 << 20, 0));
    gc_stop();
}
END_TEST

START_TEST(compaction_makes_room_for_a_large_object)
{
    size_t i;

    ck_assert(start(4 << 20));
    /* Every 20th small object survives, in every block. */
    root[0] = array(&test_refs.mt, 3000, 0);
    for (i = 0; i < 48000; i++) {
        void **o = gc_alloc(&buffer, NULL, &test_pair.mt, 56, 0);

        ck_assert_ptr_nonnull(o);
        if (i % 20 == 0 && i / 20 < 3000)
            ((void **)root[0])[2 + i / 20] = o;
    }
    ck_assert_ptr_nonnull(array(&test_bytes, 3 << 20, 0));
    ck_assert_uint_le(collections, 6);
    gc_stop();
}
END_TEST

/* ---- memory ---- */
START_TEST(unused_memory_goes_back)
{
    struct gc_counters grown, shrunk, least;

    ck_assert(start(256 << 20));
    list_grow(0, 1000000);
    gc_counters_get(&grown);
    ck_assert_uint_ge(grown.committed_bytes, 56000000);
    root[0] = NULL;
    gc_collect(GC_REASON_INDUCED, 0);
    gc_counters_get(&shrunk);
    ck_assert_uint_lt(shrunk.committed_bytes, 48 << 20);
    gc_collect(GC_REASON_LOW_MEMORY, GC_COLLECT_AGGRESSIVE | GC_COLLECT_COMPACT);
    gc_counters_get(&least);
    ck_assert_uint_le(least.committed_bytes, 2 << 20);
    ck_assert_uint_eq(list_grow(0, 1000000), 1000000);
    ck_assert_uint_eq(list_length(0), 1000000);
    gc_stop();
}
END_TEST

START_TEST(churn_reuses_what_it_has)
{
    struct gc_counters k;
    size_t i;

    ck_assert(start(UINT64_C(1) << 30));
    for (i = 0; i < 100; i++) {
        root[0] = NULL;
        list_grow(0, 30000);
        root[1 + i % 8] = array(&test_bytes, 40000 + (uint32_t)i * 1000, 0);
    }
    gc_counters_get(&k);
    ck_assert_uint_lt(k.committed_bytes, 48 << 20);
    ck_assert_uint_gt(k.allocated_bytes, 160000000);
    ck_assert_uint_ge(k.collections, 3);
    gc_stop();
}
END_TEST

START_TEST(region_without_collections)
{
    ck_assert(start(64 << 20));
    ck_assert(!gc_no_collect_begin(100 << 20));
    ck_assert(gc_no_collect_begin(50 << 20));
    ck_assert(!gc_no_collect_begin(1 << 20));
    ck_assert(gc_no_collect_active());
    collections = 0;
    list_grow(0, 800000);
    ck_assert_uint_eq(collections, 0);
    ck_assert(gc_no_collect_end());
    ck_assert(!gc_no_collect_end());
    root[0] = NULL;
    ck_assert(gc_no_collect_begin(20 << 20));
    list_grow(0, 600000);
    root[0] = NULL;
    list_grow(0, 600000);
    ck_assert_uint_gt(collections, 0);
    ck_assert(!gc_no_collect_end());
    gc_stop();
}
END_TEST

/* ---- refusals ---- */
static void
check_lists(size_t a, size_t b)
{
    char text[300];

    ck_assert_uint_eq(list_length(0), a);
    ck_assert_uint_eq(list_length(1), b);
    ck_assert_msg(gc_verify(text, sizeof text), "%s", text);
}

START_TEST(any_refused_allocation_is_survived)
{
    struct gc_config c = {
        .cap_bytes = 64 << 20, .world = &world, .verify = true, .mark_threads = 2};
    long n;

    c.stress_evacuate = _i == 1;
    fail_on = true;
    for (n = 0; n < 40; n++) {
        size_t a, b, i;

        memset(root, 0, sizeof root);
        memset(&buffer, 0, sizeof buffer);
        fail_after = n;
        if (!gc_start(&c)) {
            fail_after = -1;
            continue;
        }
        a = list_grow(0, 20000);
        for (i = 0; i < 40; i++)
            root[2 + i % 60] = array(&test_refs.mt, 5000, 0);
        for (i = 0; i < 300; i++) {
            if (!gc_alloc(&buffer, NULL, &test_final.mt, 56, GC_ALLOC_FINALIZE))
                break;
        }
        gc_collect(GC_REASON_INDUCED, GC_COLLECT_COMPACT);
        b = list_grow(1, 60000);
        gc_collect(GC_REASON_INDUCED, 0);
        check_lists(a, b);
        fail_after = -1;
        gc_collect(GC_REASON_INDUCED, GC_COLLECT_COMPACT);
        list_grow(2, 1000);
        check_lists(a, b);
        gc_stop();
    }
}
END_TEST

/* The mark stack gets no memory beyond its first: blocks are looked at again. */
START_TEST(mark_stack_without_memory_still_marks_all)
{
    struct gc_config c = {.cap_bytes = 256 << 20, .world = &world, .verify = true};
    struct gc_collection record;
    const uint32_t wide = 200000;
    uint64_t expected;
    uint32_t i, k;

    memset(root, 0, sizeof root);
    memset(&buffer, 0, sizeof buffer);
    c.stress_evacuate = _i == 1;
    ck_assert(gc_start(&c));
    root[0] = array(&test_refs.mt, wide, 0);
    for (i = 0; i < wide; i++) {
        void **o = gc_alloc(&buffer, NULL, &test_pair.mt, 56, 0);

        ((void **)root[0])[2 + i] = o;
        for (k = 0; k < 3; k++) {
            void *leaf = gc_alloc(&buffer, NULL, &test_leaf, 32, 0);

            o = ((void ***)root[0])[2 + i]; /* it may have moved */
            o[k < 2 ? 2 + k : 5] = leaf;
        }
    }
    expected = 24 + 8 * wide + (56 + 96) * (uint64_t)wide;
    fail_on = true;
    fail_after = 0;
    for (i = 0; i < 2; i++) {
        gc_collect(GC_REASON_INDUCED, 0);
        gc_last_collection(&record);
        ck_assert_uint_ge(record.bytes_after, expected);
    }
    fail_after = -1;
    gc_collect(GC_REASON_INDUCED, 0);
    gc_last_collection(&record);
    ck_assert_uint_eq(record.bytes_after, expected);
    gc_stop();
}
END_TEST

int
main(void)
{
    Suite *s = suite_create("limits");
    TCase *cap = tcase_create("cap"), *memory = tcase_create("memory");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_set_timeout(memory, 60);
    tcase_add_test(cap, live_heap_ends_at_the_cap_and_goes_on_after);
    tcase_add_test(cap, garbage_never_reaches_the_cap);
    tcase_add_test(cap, host_can_raise_the_cap_within_the_reservation);
    tcase_add_test(cap, compaction_makes_room_for_a_large_object);
    tcase_add_test(memory, unused_memory_goes_back);
    tcase_add_test(memory, churn_reuses_what_it_has);
    tcase_add_test(memory, region_without_collections);
    tcase_add_loop_test(memory, any_refused_allocation_is_survived, 0, 2);
    tcase_add_loop_test(memory, mark_stack_without_memory_still_marks_all, 0, 2);
    suite_add_tcase(s, cap);
    suite_add_tcase(s, memory);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
