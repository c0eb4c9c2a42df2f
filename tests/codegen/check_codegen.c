/* tests/codegen/check_codegen.c - runs what make_object built, at both levels.
 * Stands in for the engine: the thread block, the import slots, the slow paths. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/codegen/cg.h"
#include "engine/thread_block.h"
#include "tests/codegen/check_codegen.h"

/* ---- stand-ins -------------------------------------------------------------------------------------------- */

static uint8_t no_log[1];
_Thread_local struct thread_block corert_thread = {.log = no_log};
int64_t test_copied(void);
void test_note(void *record);
int64_t test_type[4];
static int slow_news;
int limit_hits;   /* used by limit_slow, below */
int64_t limit_next; /* what it leaves as the limit */

int64_t
test_copied(void)
{
    return 41;
}

void
test_note(void *record)
{
    (void)record;
}

static void *
slow_new(void *mt)
{
    void **object = calloc(1, 32);

    slow_news++;
    object[0] = mt;
    return object;
}

/* Keeps every register, as the engine's stub does. */
void limit_slow(void);
__asm__(".text\n"
        ".type limit_slow, @function\n"
        "limit_slow:\n"
        "        pushq %rax\n"
        "        pushq %rcx\n"
        "        incl limit_hits(%rip)\n"
        "        movq corert_thread@gottpoff(%rip), %rax\n"
        "        movq limit_next(%rip), %rcx\n"
        "        movq %rcx, %fs:16(%rax)\n"
        "        popq %rcx\n"
        "        popq %rax\n"
        "        ret\n"
        ".size limit_slow, . - limit_slow\n");

#define SLOT(type, c_name, name) type c_name __asm__("corert_import." name)
extern SLOT(void *, slot_new, "RhpNewFast");
extern SLOT(void *, slot_resume, "corert_eh_resume");
extern SLOT(void *, slot_limit, "RhpLimitSlow");
extern SLOT(void *, slot_limit_library, "RhpLimitSlowInLibrary");
extern SLOT(void *, slot_limit_for, "RhpLimitSlowFor");
extern SLOT(int64_t, slot_block, "corert_thread_block_offset");
void *slot_new, *slot_resume, *slot_limit, *slot_limit_library, *slot_limit_for;
int64_t slot_block;

static void
fill_slots(void)
{
    slot_new = (void *)(uintptr_t)slow_new;
    slot_limit = (void *)(uintptr_t)limit_slow;
    slot_block = thread_block_fs_offset();
}

/* ---- arithmetic ---------------------------------------------------------------------------------------------- */

#define BOTH(ret, name, params)                                                                    \
    ret o0_##name params;                                                                          \
    ret o2_##name params;                                                                          \
    static ret(*const name[2]) params = {o0_##name, o2_##name};

BOTH(int64_t, bin64, (int32_t op, int64_t a, int64_t b))
BOTH(int32_t, bin32, (int32_t op, int32_t a, int32_t b))
BOTH(double, fop, (int32_t op, double a, double b))
BOTH(int64_t, ovf64, (int32_t op, int64_t a, int64_t b))
BOTH(_Bool, cmp64, (int32_t op, int64_t a, int64_t b))
BOTH(_Bool, fcmp, (int32_t op, double a, double b))
BOTH(int64_t, sat, (int32_t op, double a, double b))
BOTH(double, fmath, (int32_t op, double a, double b))
BOTH(int64_t, bits, (int32_t op, int64_t a, int64_t b))

START_TEST(integer_operations)
{
    int64_t a = -7000000000000003, b = 12;
    int l = _i;

    ck_assert_int_eq(bin64[l](CG_ADD, INT64_MAX, 1), INT64_MIN);
    ck_assert_int_eq(bin64[l](CG_SUB, a, b), a - b);
    ck_assert_int_eq(bin64[l](CG_MUL, a, b), a * b);
    ck_assert_int_eq(bin64[l](CG_SDIV, a, b), a / b);
    ck_assert_int_eq(bin64[l](CG_UDIV, a, b), (int64_t)((uint64_t)a / 12));
    ck_assert_int_eq(bin64[l](CG_SREM, a, b), a % b);
    ck_assert_int_eq(bin64[l](CG_UREM, a, b), (int64_t)((uint64_t)a % 12));
    ck_assert_int_eq(bin64[l](CG_AND, a, b), a & b);
    ck_assert_int_eq(bin64[l](CG_OR, a, b), a | b);
    ck_assert_int_eq(bin64[l](CG_XOR, a, b), a ^ b);
    ck_assert_int_eq(bin64[l](CG_SHL, 3, 40), (int64_t)3 << 40);
    ck_assert_int_eq(bin64[l](CG_ASHR, a, 3), a >> 3);
    ck_assert_int_eq(bin64[l](CG_LSHR, a, 3), (int64_t)((uint64_t)a >> 3));
    ck_assert_int_eq(bin32[l](CG_ADD, INT32_MAX, 1), INT32_MIN);
    ck_assert_int_eq(bin32[l](CG_UDIV, -2, 3), (int32_t)(0xFFFFFFFEu / 3));
    ck_assert_int_eq(bin32[l](CG_LSHR, -1, 28), 15);
    ck_assert_int_eq(bin32[l](CG_MUL, 65536, 65537), 65536);
}
END_TEST

START_TEST(float_operations)
{
    int l = _i;

    ck_assert(fop[l](0, 0.1, 0.2) == 0.1 + 0.2);
    ck_assert(fop[l](1, 1, 3) == -2);
    ck_assert(fop[l](2, 3, 7) == 21);
    ck_assert(isinf(fop[l](3, 1, 0)) && isnan(fop[l](3, 0, 0)));
    ck_assert(fop[l](4, 7.5, -2) == fmod(7.5, -2) && isnan(fop[l](4, 1, 0)));
    ck_assert(fmath[l](CG_SQRT, 2, 0) == sqrt(2) && fmath[l](CG_FABS, -3, 0) == 3);
    ck_assert(fmath[l](CG_FLOOR, -1.5, 0) == -2 && fmath[l](CG_CEIL, -1.5, 0) == -1);
    ck_assert(fmath[l](CG_TRUNC, -1.5, 0) == -1 && fmath[l](CG_RINT, 2.5, 0) == 2);
    ck_assert(fmath[l](CG_RINT, 3.5, 0) == 4 && signbit(fmath[l](CG_RINT, -0.5, 0)));
    ck_assert(fmath[l](6, 3, -1) == -3);
    ck_assert(fmath[l](7, 1e308, 10) == INFINITY && fmath[l](7, 2, 3) == 7);
}
END_TEST

START_TEST(overflow_tests)
{
    int l = _i;

    ck_assert_int_eq(ovf64[l](0, 2, 3), 5);
    ck_assert_int_eq(ovf64[l](6, INT64_MAX, 1), 1);
    ck_assert_int_eq(ovf64[l](6, INT64_MAX, -1), 0);
    ck_assert_int_eq(ovf64[l](7, INT64_MIN, 1), 1);
    ck_assert_int_eq(ovf64[l](8, INT64_MIN, -1), 1);
    ck_assert_int_eq(ovf64[l](8, 3037000499, 3037000499), 0);
    ck_assert_int_eq(ovf64[l](9, -1, 1), 1);
    ck_assert_int_eq(ovf64[l](10, 1, 2), 1);
    ck_assert_int_eq(ovf64[l](11, INT64_C(1) << 32, INT64_C(1) << 32), 1);
    ck_assert_int_eq(ovf64[l](11, INT64_C(1) << 32, (INT64_C(1) << 32) - 1), 0);
}
END_TEST

START_TEST(comparisons)
{
    static const struct {
        double a, b;
        int want[10]; /* EQ, NE_UN, LT, LE, GT, GE, LT_UN, LE_UN, GT_UN, GE_UN */
    } t[] = {
        {1, 2, {0, 1, 1, 1, 0, 0, 1, 1, 0, 0}},
        {2, 2, {1, 0, 0, 1, 0, 1, 0, 1, 0, 1}},
        {3, 2, {0, 1, 0, 0, 1, 1, 0, 0, 1, 1}},
        {NAN, 2, {0, 1, 0, 0, 0, 0, 1, 1, 1, 1}},
    };
    int l = _i, op;
    size_t i;

    for (i = 0; i < sizeof t / sizeof *t; i++) {
        for (op = 0; op < 10; op++)
            ck_assert_msg(fcmp[l](op, t[i].a, t[i].b) == t[i].want[op], "row %zu op %d", i, op);
    }
    ck_assert(cmp64[l](CG_SLT, -1, 1) && !cmp64[l](CG_ULT, -1, 1));
    ck_assert(cmp64[l](CG_UGE, -1, 1) && !cmp64[l](CG_SGE, -1, 1));
    ck_assert(cmp64[l](CG_EQ, 4, 4) && cmp64[l](CG_NE, 4, 5) && cmp64[l](CG_ULE, 4, 4));
}
END_TEST

START_TEST(float_to_integer_saturates)
{
    int l = _i;

    ck_assert_int_eq(sat[l](0, 1e10, 0), INT32_MAX);
    ck_assert_int_eq(sat[l](0, -1e10, 0), INT32_MIN);
    ck_assert_int_eq(sat[l](0, NAN, 0), 0);
    ck_assert_int_eq(sat[l](0, -1.9, 0), -1);
    ck_assert_int_eq(sat[l](1, -5, 0), 0);
    ck_assert_int_eq(sat[l](1, 1e10, 0), UINT32_MAX);
    ck_assert_int_eq(sat[l](2, 1e30, 0), INT64_MAX);
    ck_assert_int_eq(sat[l](2, -INFINITY, 0), INT64_MIN);
    ck_assert_int_eq(sat[l](3, 1e30, 0), -1);
    ck_assert_int_eq(sat[l](3, 18446744073709549568.0, 0), -2048);
}
END_TEST

START_TEST(bit_operations)
{
    int l = _i;

    ck_assert_int_eq(bits[l](0, 0xF0F0, 0), 8);
    ck_assert_int_eq(bits[l](1, 1, 0), 63);
    ck_assert_int_eq(bits[l](1, 0, 0), 64);
    ck_assert_int_eq(bits[l](2, 0, 0), 64);
    ck_assert_int_eq(bits[l](2, 8, 0), 3);
    ck_assert_int_eq(bits[l](3, 0x0102030405060708, 0), 0x0807060504030201);
    ck_assert_int_eq(bits[l](4, INT64_MIN + 1, 1), 3);
    ck_assert_int_eq(bits[l](5, -1, 2), -1);
    ck_assert_int_eq(bits[l](6, -1, 2), 1);
    ck_assert_int_eq(bits[l](7, 5, 0), -5);
    ck_assert_int_eq(bits[l](8, 5, 0), ~5);
    ck_assert_int_eq(bits[l](9, -1, 5), 5);
    ck_assert_int_eq(bits[l](10, 100, 5), 95);
}
END_TEST

/* ---- calls ----------------------------------------------------------------------------------------------------- */

BOTH(int64_t, small, (int8_t a, uint8_t b, int16_t c, uint16_t d, _Bool e))
BOTH(int64_t, call_small, (void *target, int32_t x))
BOTH(int8_t, narrow, (int32_t x))
BOTH(int64_t, call_narrow, (void *target, int32_t x))
BOTH(int64_t, call_nest, (void *target, void *cell, int64_t x))
BOTH(int32_t, call_variadic, (void *target, char *buffer, size_t size, const char *format, double x))
BOTH(int64_t, use_copy, (void))
BOTH(int64_t, use_late, (void))
BOTH(int64_t, count_down, (int64_t n, int64_t acc))

static int64_t
c_small(int8_t a, uint8_t b, int16_t c, uint16_t d, _Bool e)
{
    return (((a * INT64_C(1000) + b) * 1000 + c) * 1000 + d) * 1000 + e;
}

static int8_t
c_narrow(int32_t x)
{
    return (int8_t)x;
}

/* What a dispatch stub sees: the cell in r10, the argument in rdi. */
__asm__(".text\ntest_nest: leaq (%r10,%rdi), %rax\nret\n");
extern char test_nest[];

START_TEST(narrow_arguments_and_results_are_extended)
{
    int l = _i;

    ck_assert_int_eq(small[l](-3, 200, -300, 60000, 1), c_small(-3, 200, -300, 60000, 1));
    ck_assert_int_eq(call_small[l]((void *)(uintptr_t)c_small, 0x1FFFF), c_small(-1, 255, -1, 65535, 1));
    ck_assert_int_eq(narrow[l](0x1FF), -1);
    ck_assert_int_eq(call_narrow[l]((void *)(uintptr_t)c_narrow, 0x180), -128);
}
END_TEST

START_TEST(special_calls)
{
    char text[32];
    int l = _i;

    ck_assert_int_eq(call_nest[l](test_nest, (void *)1000, 24), 1024);
    ck_assert_int_eq(call_variadic[l]((void *)(uintptr_t)snprintf, text, sizeof text, "%.2f", 1.25), 4);
    ck_assert_str_eq(text, "1.25");
    ck_assert_int_eq(use_copy[l](), l == 0 ? 41 : 42);
    ck_assert_int_eq(use_late[l](), 12);
    ck_assert_int_eq(count_down[l](l == 0 ? 1000 : 10000000, 0),
                     l == 0 ? 500500 : INT64_C(50000005000000));
}
END_TEST

/* ---- memory ----------------------------------------------------------------------------------------------------- */

BOTH(void, copy_refs, (void *to, void *from))
BOTH(int64_t, odd_access, (void *p))
BOTH(int64_t, atomics, (void *p))
BOTH(void, store_refs, (void *to, void *value))
BOTH(void, store_fresh, (void *to, void *value))
BOTH(void *, thread_filter, (void))
BOTH(void *, new_object, (void *mt))
BOTH(int64_t, guarded, (int64_t (*g)(void)))
BOTH(int64_t, checked, (int64_t x))
BOTH(int64_t, unchecked, (int64_t x))
BOTH(void, spin, (int *flag))
BOTH(int64_t, up, (int64_t start, int64_t end))
BOTH(int64_t, up_unsigned, (int64_t start, int64_t end))
BOTH(int64_t, up_narrow, (int32_t start, int32_t end))
BOTH(int64_t, until, (int32_t start, int32_t end))
BOTH(int64_t, down, (int64_t start, int64_t end))
BOTH(int64_t, down_narrow, (int32_t start, int32_t end))
BOTH(int64_t, down_until, (int64_t start, int64_t end))

START_TEST(memory_accesses)
{
    unsigned char from[40], to[40], odd[48], want[48];
    struct {
        int64_t word;
        uint8_t byte;
        uint16_t half;
    } cell = {10, 200, 7};
    int l = _i;
    size_t i;

    fill_slots();
    for (i = 0; i < sizeof from; i++)
        from[i] = (unsigned char)i;
    memset(to, 0xEE, sizeof to);
    copy_refs[l](to, from);
    ck_assert_mem_eq(to, from, 37);
    ck_assert(to[37] == 0xEE);
    for (i = 0; i < sizeof odd; i++)
        odd[i] = want[i] = (unsigned char)(0xC0 + i);
    memcpy(want + 17, want + 1, 8);
    want[32] = 0x78;
    want[33] = 0x56;
    ck_assert_int_eq(odd_access[l](odd), (int8_t)0xC2);
    ck_assert_mem_eq(odd, want, sizeof odd);
    ck_assert_int_eq(atomics[l](&cell), 10 + 200 + 7);
    ck_assert(cell.word == 15 && cell.byte == 0xFF && cell.half == 9);
}
END_TEST

/* Byte i is for addresses 64 * i + 64 * 64 * k. */
static unsigned
logged(uint8_t *log, const void *address)
{
    uint8_t *byte = &log[(uintptr_t)address >> 6 & 63];
    unsigned was = *byte;

    *byte = 0;
    return was;
}

START_TEST(reference_stores_are_logged)
{
    static _Alignas(64) uint64_t to[24], buffer[24];
    static uint8_t log[64], none[64];
    int l = _i;

    fill_slots();
    corert_thread.log = log;
    corert_thread.log_mask = 63;
    store_refs[l](to, to);
    ck_assert_uint_eq(logged(log, to), 1);
    ck_assert_mem_eq(log, none, sizeof log);
    copy_refs[l](to, buffer);
    ck_assert_uint_eq(logged(log, to + 1), 1);
    ck_assert_mem_eq(log, none, sizeof log);
    memset(buffer, 0, sizeof buffer);
    corert_thread.alloc_ptr = (uint8_t *)buffer;
    corert_thread.alloc_limit = (uint8_t *)(buffer + 24);
    store_fresh[l](to, to);
    ck_assert_uint_eq(logged(log, to), 1);
    if (l) { /* -O0 calls the allocator, which is no allocation that the test can place */
        ck_assert_uint_eq(logged(log, buffer + 10), 1);
        ck_assert_mem_eq(log, none, sizeof log);
    }
    corert_thread.log = no_log;
    corert_thread.log_mask = 0;
    corert_thread.alloc_ptr = corert_thread.alloc_limit = NULL;
}
END_TEST

START_TEST(thread_block_and_allocation)
{
    static uint64_t buffer[16];
    void *first, *second;
    int l = _i;

    fill_slots();
    corert_thread.filter_head = (void *)100;
    ck_assert_ptr_eq(thread_filter[l](), (void *)100);
    ck_assert_ptr_eq(corert_thread.filter_head, (void *)101);
    slow_news = 0;
    corert_thread.alloc_ptr = corert_thread.alloc_limit = NULL;
    first = new_object[l](test_type);
    ck_assert(slow_news == 1 && *(void **)first == test_type);
    free(first);
    if (l == 0)
        return; /* without optimisation the engine is always asked */
    corert_thread.alloc_ptr = (uint8_t *)&buffer[0];
    corert_thread.alloc_limit = (uint8_t *)&buffer[8];
    first = new_object[l](test_type);
    second = new_object[l](test_type);
    ck_assert(first == (void *)&buffer[1] && second == (void *)&buffer[5] && slow_news == 1);
    ck_assert(buffer[1] == (uintptr_t)test_type && buffer[5] == (uintptr_t)test_type);
    free(new_object[l](test_type));
    ck_assert_int_eq(slow_news, 2);
}
END_TEST

static int64_t
gives_17(void)
{
    return 17;
}

START_TEST(normal_path_of_a_try)
{
    ck_assert_int_eq(guarded[_i](gives_17), 17);
}
END_TEST

START_TEST(prologue_check_calls_the_engine_below_the_limit)
{
    fill_slots();
    limit_hits = 0;
    corert_thread.stack_limit = 0;
    ck_assert_int_eq(checked[_i](8), 8);
    ck_assert_int_eq(limit_hits, 0);
    corert_thread.stack_limit = UINTPTR_MAX;
    limit_next = 0;
    ck_assert_int_eq(checked[_i](9), 9);
    ck_assert_int_eq(limit_hits, 1);
    corert_thread.stack_limit = UINTPTR_MAX;
    ck_assert_int_eq(unchecked[_i](9), 18);
    ck_assert_int_eq(limit_hits, 1);
    corert_thread.stack_limit = 0;
}
END_TEST

/* Nothing but the poll ends it: the stand-in counts in the flag itself. */
START_TEST(an_endless_loop_polls)
{
    fill_slots();
    limit_hits = 0;
    limit_next = 0;
    corert_thread.stack_limit = UINTPTR_MAX;
    spin[_i](&limit_hits);
    ck_assert_int_eq(limit_hits, 1);
}
END_TEST

static int64_t
add(int64_t sum, int64_t i)
{
    return (int64_t)((uint64_t)sum * 31 + (uint64_t)i);
}

/* The result is that of the plain loop, and polls come often enough. */
#define EXPECT_COUNT(f, start, end, condition, step, type)                                         \
    do {                                                                                           \
        int64_t sum_ = 0, n_ = 0;                                                                  \
        for (type i = (start); condition; i = (type)(i + (step)), n_++)                            \
            sum_ = add(sum_, (int64_t)i);                                                          \
        limit_hits = 0;                                                                            \
        ck_assert_int_eq(f[_i](start, end), sum_);                                                 \
        /* LLVM may make one iteration of up to eight. */                                          \
        ck_assert_int_ge(limit_hits, n_ / (8 * 1024) - 1);                                         \
        ck_assert_int_le(limit_hits, _i == 0 ? n_ + 1 : n_ / 1000 + 2);                            \
    } while (0)

START_TEST(counted_loops_poll_and_count_right)
{
    static const int ends[] = {-7, -1, 0, 1, 2, 5, 1022, 1023, 1024, 1025, 1026, 1027, 2049, 5000, 50000};
    size_t k;

    fill_slots();
    limit_next = -1;
    corert_thread.stack_limit = UINTPTR_MAX;
    for (k = 0; k < sizeof ends / sizeof *ends; k++) {
        int e = ends[k];

        for (int s = -2; s < 3; s++) {
            EXPECT_COUNT(up, s, e, i < e, 1, int64_t);
            EXPECT_COUNT(up_narrow, s, e, i <= e, 1, int32_t);
            EXPECT_COUNT(down, e, s, i >= s, -1, int64_t);
            EXPECT_COUNT(down_narrow, e, s, i > s, -5, int32_t);
            if (e >= 0 && s >= 0)
                EXPECT_COUNT(up_unsigned, s, e, (uint64_t)i < (uint64_t)e, 3, int64_t);
            if (e >= s) {
                EXPECT_COUNT(until, s, e, i != e, 1, int32_t);
                EXPECT_COUNT(down_until, e, s, i != s, -1, int64_t);
            }
        }
    }
    EXPECT_COUNT(up, INT64_MAX - 3000, INT64_MAX, i < INT64_MAX, 1, int64_t);
    EXPECT_COUNT(up_narrow, INT32_MAX - 3000, INT32_MAX - 1, i <= INT32_MAX - 1, 1, int32_t);
    EXPECT_COUNT(down, INT64_MIN + 3000, INT64_MIN + 1, i >= INT64_MIN + 1, -1, int64_t);
    EXPECT_COUNT(up_unsigned, -3000, -4, (uint64_t)i < (uint64_t)-4, 3, int64_t);
    corert_thread.stack_limit = 0;
}
END_TEST

int
main(void)
{
    Suite *s = suite_create("codegen");
    TCase *c = tcase_create("core");
    SRunner *r;
    int failed;

    tcase_add_loop_test(c, integer_operations, 0, 2);
    tcase_add_loop_test(c, float_operations, 0, 2);
    tcase_add_loop_test(c, overflow_tests, 0, 2);
    tcase_add_loop_test(c, comparisons, 0, 2);
    tcase_add_loop_test(c, float_to_integer_saturates, 0, 2);
    tcase_add_loop_test(c, bit_operations, 0, 2);
    tcase_add_loop_test(c, narrow_arguments_and_results_are_extended, 0, 2);
    tcase_add_loop_test(c, special_calls, 0, 2);
    tcase_add_loop_test(c, memory_accesses, 0, 2);
    tcase_add_loop_test(c, thread_block_and_allocation, 0, 2);
    tcase_add_loop_test(c, reference_stores_are_logged, 0, 2);
    tcase_add_loop_test(c, normal_path_of_a_try, 0, 2);
    tcase_add_loop_test(c, prologue_check_calls_the_engine_below_the_limit, 0, 2);
    tcase_add_loop_test(c, an_endless_loop_polls, 0, 2);
    tcase_add_loop_test(c, counted_loops_poll_and_count_right, 0, 2);
    suite_add_tcase(s, c);
    suite_add_tcase(s, case_abi());
    suite_add_tcase(s, case_unit());
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
