/* tests/host/abi.c - every kind of value goes to managed code and back, by argument, by result, by
 * memory and through callbacks; built by two C compilers, which define what is right.
 * usage: abi MODULE.so */
#include "tests/host/host.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

typedef int callback(int);

#define COMMA  ,
#define PACKED __attribute__((packed))

#define SCALAR(name, c, cs, bytes) typedef c type_##name;
#define SHAPE(name, attribute, c, cs_attribute, cs, bytes)                                         \
    struct name {                                                                                  \
        c                                                                                          \
    } attribute;                                                                                   \
    typedef struct name type_##name;
#include "tests/host/shapes.def"
#undef SCALAR
#undef SHAPE

static unsigned checks, failures;

static void
check(bool ok, const char *what, const char *name, unsigned pattern)
{
    checks++;
    if (ok)
        return;
    failures++;
    fprintf(stderr, "abi: %s_%s, pattern %u\n", what, name, pattern);
}

/* Bytes that tell each position and each value apart. */
static void
fill(void *value, size_t bytes, unsigned pattern, unsigned salt)
{
    static const uint8_t constant[] = {0x00, 0xFF, 0x80, 0x7F, 0x01};
    uint8_t *at = value;

    for (size_t i = 0; i < bytes; i++)
        at[i] = pattern < sizeof constant ? (uint8_t)(constant[pattern] ^ salt)
                                          : (uint8_t)((i + 1) * (2 * pattern + 37) + salt * 101);
}

enum { PATTERNS = 9 };

static bool
same(const void *a, const void *b, const char *bytes)
{
    const uint8_t *x = a, *y = b;

    for (size_t i = 0; bytes[i]; i++)
        if (bytes[i] == 'x' && x[i] != y[i])
            return false;
    return true;
}

/* What the mixed callback got besides the values. */
static bool
mixed_right(int8_t a, double b, int c, float d, uint16_t e, int64_t f, double g)
{
    return a == -1 && b == 2.5 && c == -3 && d == 4.5f && e == 65535 && f == INT64_MIN && g == -6.5;
}

#define EXCHANGE(name, bytes)                                                                      \
    static type_##name first_##name, second_##name;                                                \
    static bool right_##name;                                                                      \
    static type_##name back_##name(type_##name v)                                                  \
    {                                                                                              \
        right_##name = same(&v, &first_##name, bytes);                                             \
        return second_##name;                                                                      \
    }                                                                                              \
    static type_##name mixed_##name(int8_t a, double b, type_##name v, int c, type_##name w,       \
                                    float d, uint16_t e, int64_t f, double g, type_##name x)       \
    {                                                                                              \
        right_##name = mixed_right(a, b, c, d, e, f, g) && same(&v, &first_##name, bytes) &&       \
                       same(&w, &second_##name, bytes) && same(&x, &first_##name, bytes);          \
        return w;                                                                                  \
    }                                                                                              \
    static void results_##name(const corert_module *m, unsigned p)                                 \
    {                                                                                              \
        type_##name (*echo)(type_##name), (*kept)(void), (*load)(const type_##name *), r;          \
        void (*keep)(type_##name), (*store)(type_##name, type_##name *);                           \
        HOST_BIND(m, "echo_" #name, echo);                                                         \
        HOST_BIND(m, "keep_" #name, keep);                                                         \
        HOST_BIND(m, "kept_" #name, kept);                                                         \
        HOST_BIND(m, "load_" #name, load);                                                         \
        HOST_BIND(m, "store_" #name, store);                                                       \
        r = echo(first_##name);                                                                    \
        check(same(&r, &first_##name, bytes), "echo", #name, p);                                   \
        keep(first_##name);                                                                        \
        r = kept();                                                                                \
        check(same(&r, &first_##name, bytes), "kept", #name, p);                                   \
        store(second_##name, &r);                                                                  \
        check(same(&r, &second_##name, bytes), "store", #name, p);                                 \
        r = load(&second_##name);                                                                  \
        check(same(&r, &second_##name, bytes), "load", #name, p);                                  \
    }                                                                                              \
    static void places_##name(const corert_module *m, unsigned p)                                  \
    {                                                                                              \
        type_##name (*late)(int8_t, double, int64_t, float, int, uint64_t, type_##name, double,    \
                            type_##name, int16_t, float, int64_t, type_##name *);                  \
        type_##name (*floats)(double, double, double, double, double, double, double, type_##name, \
                              double, type_##name, double, type_##name *);                         \
        type_##name r, s;                                                                          \
        HOST_BIND(m, "late_" #name, late);                                                         \
        HOST_BIND(m, "floats_" #name, floats);                                                     \
        r = late(-1, 2.5, INT64_MIN, -4.25f, 5, UINT64_MAX, first_##name, 7, second_##name, -8, 9, \
                 10, &s);                                                                          \
        check(same(&r, &first_##name, bytes), "late", #name, p);                                   \
        check(same(&s, &second_##name, bytes), "late second", #name, p);                           \
        r = floats(1, 2, 3, 4, 5, 6, 7, first_##name, 8, second_##name, 9, &s);                    \
        check(same(&r, &first_##name, bytes), "floats", #name, p);                                 \
        check(same(&s, &second_##name, bytes), "floats second", #name, p);                         \
    }                                                                                              \
    static void callbacks_##name(const corert_module *m, unsigned p)                               \
    {                                                                                              \
        type_##name (*call)(type_##name(*)(type_##name), type_##name), r;                          \
        type_##name (*callmix)(type_##name(*)(int8_t, double, type_##name, int, type_##name,       \
                                              float, uint16_t, int64_t, double, type_##name),      \
                               type_##name, type_##name);                                          \
        HOST_BIND(m, "call_" #name, call);                                                         \
        HOST_BIND(m, "callmix_" #name, callmix);                                                   \
        right_##name = false;                                                                      \
        r = call(back_##name, first_##name);                                                       \
        check(right_##name &&same(&r, &second_##name, bytes), "call", #name, p);                   \
        right_##name = false;                                                                      \
        r = callmix(mixed_##name, first_##name, second_##name);                                    \
        check(right_##name &&same(&r, &second_##name, bytes), "callmix", #name, p);                \
    }                                                                                              \
    static void exchange_##name(const corert_module *m)                                            \
    {                                                                                              \
        int (*size)(void);                                                                         \
        HOST_BIND(m, "size_" #name, size);                                                         \
        check(size() == (int)sizeof(type_##name) && strlen(bytes) == sizeof(type_##name), "size",  \
              #name, 0);                                                                           \
        for (unsigned p = 0; p < PATTERNS; p++) {                                                  \
            fill(&first_##name, sizeof first_##name, p, 0);                                        \
            fill(&second_##name, sizeof second_##name, p, 0x55);                                   \
            results_##name(m, p);                                                                  \
            places_##name(m, p);                                                                   \
            callbacks_##name(m, p);                                                                \
        }                                                                                          \
    }
#define SCALAR(name, c, cs, bytes)                         EXCHANGE(name, bytes)
#define SHAPE(name, attribute, c, cs_attribute, cs, bytes) EXCHANGE(name, bytes)
#include "tests/host/shapes.def"
#undef SCALAR
#undef SHAPE

#define SCALAR(name, c, cs, bytes)                         exchange_##name(m);
#define SHAPE(name, attribute, c, cs_attribute, cs, bytes) exchange_##name(m);
static void
exchange_all(const corert_module *m)
{
#include "tests/host/shapes.def"
}

/* ---- more than single values ---- */

#define EXPECT(condition) check((condition), #condition, "", 0)

static void
attributes(const corert_module *m)
{
    int (*add)(int, int), (*total)(void);
    void (*count)(void);

    HOST_BIND(m, "native_callable_add", add);
    HOST_BIND(m, "native_callable_void", count);
    HOST_BIND(m, "total", total);
    EXPECT(add(INT_MAX, -1) == INT_MAX - 1 && add(INT_MAX, 1) == INT_MIN);
    count();
    count();
    EXPECT(total() == 2);
}

/* Callers and callees owe nothing about the upper bits of a narrow value, so these lie. */
static int64_t
noisy_result(void)
{
    return INT64_C(0x123456789ABCF0FE);
}

static void
narrow(const corert_module *m)
{
    int64_t (*widen_i1)(int64_t), (*widen_u2)(int64_t), (*widen_u4)(int64_t);
    int64_t (*result_i1)(int64_t(*)(void)), (*result_u2)(int64_t(*)(void));
    int8_t (*neg)(int8_t);
    uint8_t (*inc)(uint8_t), (*is_set)(uint8_t);
    int16_t (*inc2)(int16_t);

    HOST_BIND(m, "widen_i1", widen_i1);
    HOST_BIND(m, "widen_u2", widen_u2);
    HOST_BIND(m, "widen_u4", widen_u4);
    HOST_BIND(m, "widen_result_i1", result_i1);
    HOST_BIND(m, "widen_result_u2", result_u2);
    HOST_BIND(m, "neg_i1", neg);
    HOST_BIND(m, "inc_u1", inc);
    HOST_BIND(m, "inc_i2", inc2);
    HOST_BIND(m, "is_set", is_set);
    EXPECT(neg(-128) == -128 && neg(127) == -127);
    EXPECT(inc(255) == 0 && inc2(32767) == -32768);
    EXPECT(is_set(0) == 0 && is_set(1) == 1 && is_set(0x80) == 1);
    EXPECT(widen_i1(INT64_C(0x7777777777777780)) == -128);
    EXPECT(widen_u2(INT64_C(0x777777777777FFFF)) == 65535);
    EXPECT(widen_u4(INT64_C(0x77777777FFFFFFFF)) == UINT32_MAX);
    EXPECT(result_i1(noisy_result) == -2);
    EXPECT(result_u2(noisy_result) == 0xF0FE);
}

static void
many(const corert_module *m)
{
    double (*thirty)(int8_t, double, int16_t, float, int32_t, double, int64_t, float, uint8_t,
                     double, uint16_t, float, uint32_t, double, uint64_t, float, int8_t, double,
                     int16_t, float, int32_t, double, int64_t, float, uint8_t, double, uint16_t,
                     float, uint32_t, double);
    int64_t (*split)(int64_t, int64_t, int64_t, int64_t, int64_t, struct ll, int64_t, struct ld,
                     double);
    struct lll (*big)(int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t), r;
    int64_t (*fields)(struct nest, struct udd, struct fixi, struct inf);

    HOST_BIND(m, "thirty", thirty);
    HOST_BIND(m, "split", split);
    HOST_BIND(m, "big_result", big);
    HOST_BIND(m, "fields", fields);
    EXPECT(thirty(-1, 1, -2, 2, -3, 3, -4, 4, 5, 5, 6, 6, 7, 7, 8, 8, -9, 9, -10, 10, -11, 11, -12,
                  12, 13, 13, 14, 14, 15, 15) == 3040);
    EXPECT(split(1, 2, 3, 4, 5, (struct ll){6, 7}, 8, (struct ld){9, 10}, 11) == 506);
    r = big(1, 2, 3, 4, 5, 6, 7);
    EXPECT(r.a == 5 && r.b == 31 && r.c == 20);
    EXPECT(fields((struct nest){{1, 2}, {3, 4}}, (struct udd){.u = {.b = {6, 7}}, .c = 5},
                  (struct fixi){{8, 0, 0, 9}}, (struct inf){{10, 0, 11}}) == 506);
}

static int (*ping)(int (*)(int), int);

static int
pong(int depth)
{
    return 1 + ping(pong, depth);
}

static int
descending(int a, int b)
{
    return a < b ? 1 : a > b ? -1 : 0;
}

static void
calls_back(const corert_module *m)
{
    void (*sort)(int *, int, int (*)(int, int));
    int values[] = {3, -1, 40, 7, 0, 12};
    double (*(*address)(void))(int64_t);

    HOST_BIND(m, "ping", ping);
    HOST_BIND(m, "sort", sort);
    HOST_BIND(m, "export_address", address);
    EXPECT(ping(pong, 200) == 400);
    sort(values, 6, descending);
    EXPECT(values[0] == 40 && values[1] == 12 && values[4] == 0 && values[5] == -1);
    EXPECT(address()(7) == 3.5);
}

int
main(int argc, char **argv)
{
    corert_module *m;

    if (argc != 2) {
        fprintf(stderr, "usage: abi MODULE.so\n");
        return 2;
    }
    host_init(NULL);
    m = host_load(argv[1]);
    exchange_all(m);
    attributes(m);
    narrow(m);
    many(m);
    calls_back(m);
    EXPECT(corert_pending_status() == CORERT_OK);
    EXPECT(corert_shutdown() == CORERT_OK);
    printf("%u checks, %u failures\n", checks, failures);
    return failures != 0;
}
