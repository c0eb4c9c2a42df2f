/* tests/codegen/check_abi.c - struct arguments and results against the C compiler, both ways.
 * For each shape and number of registers already taken: a C caller of our callee, our caller of a C
 * callee. The C compiler's idea of the System V convention is the oracle. */
#include <stdint.h>
#include <string.h>

#include "tests/codegen/abi_patterns.h"
#include "tests/codegen/check_codegen.h"

#define SHAPE(n, members, s, al, mem, c0, c1, mask)                                                \
    struct shape_##n {                                                                             \
        members                                                                                    \
    };                                                                                             \
    _Static_assert(sizeof(struct shape_##n) == s && _Alignof(struct shape_##n) == al, #n);
#include "tests/codegen/abi_shapes.def"
#undef SHAPE

/* Parameters, values and sums of the prefixes. */
#define I4 int64_t i0, int64_t i1, int64_t i2, int64_t i3,
#define I5 I4 int64_t i4,
#define I6 I5 int64_t i5,
#define D7 double d0, double d1, double d2, double d3, double d4, double d5, double d6,
#define D8 D7 double d7,
#define PARAMS_0_0
#define PARAMS_4_0 I4
#define PARAMS_5_0 I5
#define PARAMS_6_0 I6
#define PARAMS_0_7 D7
#define PARAMS_0_8 D8
#define PARAMS_5_7 I5 D7
#define PARAMS_6_8 I6 D8
#define VI4 1, 2, 3, 4,
#define VI5 VI4 5,
#define VI6 VI5 6,
#define VD7 0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5,
#define VD8 VD7 7.5,
#define VALUES_0_0
#define VALUES_4_0 VI4
#define VALUES_5_0 VI5
#define VALUES_6_0 VI6
#define VALUES_0_7 VD7
#define VALUES_0_8 VD8
#define VALUES_5_7 VI5 VD7
#define VALUES_6_8 VI6 VD8
#define SUM_I0 0
#define SUM_I4 (i0 + i1 + i2 + i3)
#define SUM_I5 (SUM_I4 + i4)
#define SUM_I6 (SUM_I5 + i5)
#define SUM_D0 0
#define SUM_D7 (d0 + d1 + d2 + d3 + d4 + d5 + d6)
#define SUM_D8 (SUM_D7 + d7)

/* The C callees, and the prototypes of ours. */
#define DEFINE(n, i, d)                                                                            \
    static void c_take_##n##_##i##_##d(PARAMS_##i##_##d struct shape_##n a, int64_t z,             \
                                       struct shape_##n b, double w, struct abi_report *r)         \
    {                                                                                              \
        memcpy(r->a, &a, sizeof a);                                                                \
        memcpy(r->b, &b, sizeof b);                                                                \
        r->z = z;                                                                                  \
        r->w = w;                                                                                  \
        r->integers = SUM_I##i;                                                                    \
        r->doubles = SUM_D##d;                                                                     \
    }                                                                                              \
    void o0_take_##n##_##i##_##d(PARAMS_##i##_##d struct shape_##n a, int64_t z,                   \
                                 struct shape_##n b, double w, struct abi_report *r);              \
    void o2_take_##n##_##i##_##d(PARAMS_##i##_##d struct shape_##n a, int64_t z,                   \
                                 struct shape_##n b, double w, struct abi_report *r);              \
    void o0_call_##n##_##i##_##d(void *target, void *a, void *b, struct abi_report *r);            \
    void o2_call_##n##_##i##_##d(void *target, void *a, void *b, struct abi_report *r);
#define SHAPE(n, members, s, al, mem, c0, c1, mask)                                                \
    ABI_PATTERNS(DEFINE, n)                                                                        \
    static struct shape_##n c_give_##n(struct shape_##n *from)                                     \
    {                                                                                              \
        return *from;                                                                              \
    }                                                                                              \
    struct shape_##n o0_give_##n(struct shape_##n *from);                                          \
    struct shape_##n o2_give_##n(struct shape_##n *from);                                          \
    void o0_fetch_##n(void *target, void *from, void *to);                                         \
    void o2_fetch_##n(void *target, void *from, void *to);
#include "tests/codegen/abi_shapes.def"
#undef SHAPE

static void
same_bytes(const unsigned char *got, const void *want, const char *mask, const char *where)
{
    const unsigned char *w = want;
    size_t i;

    for (i = 0; mask[i]; i++) {
        if (mask[i] == 'x')
            ck_assert_msg(got[i] == w[i], "%s: byte %zu is %d, not %d", where, i, got[i], w[i]);
    }
}

static void
same_report(const struct abi_report *r, const void *a, const void *b, const char *mask, int integers,
            int doubles, const char *where)
{
    same_bytes(r->a, a, mask, where);
    same_bytes(r->b, b, mask, where);
    ck_assert_msg(r->z == 77 && r->w == 3.25, "%s: scalars between and after", where);
    ck_assert_msg(r->integers == integers * (integers + 1) / 2, "%s: integers before", where);
    ck_assert_msg(r->doubles == doubles * doubles / 2.0, "%s: doubles before", where);
}

static void
fill(void *p, size_t size, unsigned char from)
{
    unsigned char *b = p;
    size_t i;

    for (i = 0; i < size; i++)
        b[i] = (unsigned char)(from + 7 * i);
}

/* Float bytes stay away from NaN patterns only as far as fill's values go; bits are compared. */
#define CHECK_ONE(n, i, d, mask, level)                                                            \
    do {                                                                                           \
        struct shape_##n a, b;                                                                     \
        struct abi_report r;                                                                       \
        fill(&a, sizeof a, 3);                                                                     \
        fill(&b, sizeof b, 101);                                                                   \
        memset(&r, 0, sizeof r);                                                                   \
        level##_take_##n##_##i##_##d(VALUES_##i##_##d a, 77, b, 3.25, &r);                         \
        same_report(&r, &a, &b, mask, i, d, #level "_take_" #n "_" #i "_" #d);                     \
        memset(&r, 0, sizeof r);                                                                   \
        level##_call_##n##_##i##_##d((void *)(uintptr_t)c_take_##n##_##i##_##d, &a, &b, &r);                  \
        same_report(&r, &a, &b, mask, i, d, #level "_call_" #n "_" #i "_" #d);                     \
    } while (0);
#define CHECK_O0(n, i, d) CHECK_ONE(n, i, d, mask_##n, o0)
#define CHECK_O2(n, i, d) CHECK_ONE(n, i, d, mask_##n, o2)

#define SHAPE(n, members, s, al, mem, c0, c1, mask) static const char mask_##n[] = mask;
#include "tests/codegen/abi_shapes.def"
#undef SHAPE

START_TEST(struct_arguments_agree_with_c_without_optimisation)
{
#define SHAPE(n, members, s, al, mem, c0, c1, mask) ABI_PATTERNS(CHECK_O0, n)
#include "tests/codegen/abi_shapes.def"
#undef SHAPE
}
END_TEST

START_TEST(struct_arguments_agree_with_c_optimised)
{
#define SHAPE(n, members, s, al, mem, c0, c1, mask) ABI_PATTERNS(CHECK_O2, n)
#include "tests/codegen/abi_shapes.def"
#undef SHAPE
}
END_TEST

#define CHECK_GIVE(n, mask, level)                                                                 \
    do {                                                                                           \
        struct shape_##n a, b;                                                                     \
        fill(&a, sizeof a, 9);                                                                     \
        b = level##_give_##n(&a);                                                                  \
        same_bytes((unsigned char *)&b, &a, mask, #level "_give_" #n);                             \
        memset(&b, 0, sizeof b);                                                                   \
        level##_fetch_##n((void *)(uintptr_t)c_give_##n, &a, &b);                                             \
        same_bytes((unsigned char *)&b, &a, mask, #level "_fetch_" #n);                            \
    } while (0);

START_TEST(struct_results_agree_with_c)
{
#define SHAPE(n, members, s, al, mem, c0, c1, mask)                                                \
    CHECK_GIVE(n, mask_##n, o0) CHECK_GIVE(n, mask_##n, o2)
#include "tests/codegen/abi_shapes.def"
#undef SHAPE
}
END_TEST

void *o0_buffer_after_this(void *self, void *buffer, int64_t x);
void *o2_buffer_after_this(void *self, void *buffer, int64_t x);

START_TEST(return_buffer_comes_after_this_and_is_returned)
{
    int64_t buffer[3];

    ck_assert_ptr_eq(o0_buffer_after_this(&buffer[2], buffer, 5), buffer);
    ck_assert(buffer[0] == 5 && buffer[1] == (int64_t)(uintptr_t)&buffer[2]);
    ck_assert_ptr_eq(o2_buffer_after_this(&buffer[1], buffer, 6), buffer);
    ck_assert(buffer[0] == 6 && buffer[1] == (int64_t)(uintptr_t)&buffer[1]);
}
END_TEST

TCase *
case_abi(void)
{
    TCase *c = tcase_create("abi");

    tcase_add_test(c, struct_arguments_agree_with_c_without_optimisation);
    tcase_add_test(c, struct_arguments_agree_with_c_optimised);
    tcase_add_test(c, struct_results_agree_with_c);
    tcase_add_test(c, return_buffer_comes_after_this_and_is_returned);
    return c;
}
