/* tests/programs/native/corert_interop_calls.c - what the programs interop_* and the benchmark Calls
 * call: plain functions, functions that call back, functions that keep a callback for later. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <uchar.h>

#define EXPORT __attribute__((visibility("default")))

/* ---- plain ---- */

EXPORT int32_t
calls_add(int32_t a, int32_t b)
{
    return a + b;
}

EXPORT double
calls_mix(int8_t a, uint16_t b, int64_t c, float d, double e, void *f)
{
    return (double)a + b + (double)c + (double)d + e + (f ? 1000 : 0);
}

struct calls_pair {
    int32_t a;
    double b;
};

struct calls_big {
    int64_t a, b, c, d;
};

EXPORT struct calls_pair
calls_pair_twice(struct calls_pair p)
{
    p.a *= 2;
    p.b *= 2;
    return p;
}

EXPORT struct calls_big
calls_big_next(struct calls_big p)
{
    p.a++;
    p.b++;
    p.c++;
    p.d++;
    return p;
}

EXPORT int32_t
calls_errno(int32_t value)
{
    errno = value;
    return -1;
}

EXPORT int32_t
calls_sum9(int32_t a, int32_t b, int32_t c, int32_t d, int32_t e, int32_t f, int32_t g, int32_t h, int32_t i)
{
    return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + 9 * i;
}

EXPORT const char *calls_version_text = "calls 1";

/* ---- callbacks of many signatures ---- */

EXPORT int32_t
calls_back(int32_t (*f)(int32_t, int32_t), int32_t a, int32_t b)
{
    return f ? f(a, b) : -12345;
}

EXPORT int64_t
calls_back_times(int32_t (*f)(int32_t, int32_t), int32_t times)
{
    int64_t sum = 0;

    for (int32_t i = 0; i < times; i++)
        sum += f(i, 1);
    return sum;
}

EXPORT void
calls_back_void(void (*f)(void))
{
    f();
}

EXPORT double
calls_back_mix(double (*f)(int8_t, uint16_t, int64_t, float, double, void *))
{
    return f(-1, 65535, INT64_C(1) << 40, 0.5f, 0.25, NULL);
}

EXPORT int32_t
calls_back_narrow(int8_t (*f)(int8_t, uint8_t, int16_t, uint16_t))
{
    return f(-128, 255, -32768, 65535);
}

EXPORT int32_t
calls_back_sum9(int32_t (*f)(int32_t, int32_t, int32_t, int32_t, int32_t, int32_t, int32_t, int32_t, int32_t))
{
    return f(1, 2, 3, 4, 5, 6, 7, 8, 9);
}

EXPORT struct calls_pair
calls_back_pair(struct calls_pair (*f)(struct calls_pair))
{
    struct calls_pair p = {7, 1.5};

    return f(p);
}

EXPORT int64_t
calls_back_big(struct calls_big (*f)(struct calls_big))
{
    struct calls_big p = {1, 2, 3, 4};

    p = f(p);
    return p.a * 1000 + p.b * 100 + p.c * 10 + p.d;
}

EXPORT int32_t
calls_back_bool(int32_t (*f)(int32_t), int32_t value)
{
    return f(value);
}

EXPORT int32_t
calls_back_bool1(uint8_t (*f)(uint8_t), uint8_t value)
{
    return f(value);
}

EXPORT int32_t
calls_back_ref(void (*f)(int32_t *, int32_t *), int32_t value)
{
    int32_t out = -1;

    f(&value, &out);
    return value * 1000 + out;
}

EXPORT int32_t
calls_back_refbool(void (*f)(int32_t *), int32_t value)
{
    f(&value);
    return value;
}

EXPORT int32_t
calls_back_text(char *(*f)(const char *, const char16_t *))
{
    static const char16_t wide[] = u"w\u00e4\u20ac";
    char *result = f("n\xc3\xa4", wide);
    int32_t n = result ? (int32_t)strlen(result) : -1;

    free(result);
    return n;
}

EXPORT int32_t
calls_back_text_null(char *(*f)(const char *, const char16_t *))
{
    char *result = f(NULL, NULL);
    int32_t was_null = result == NULL;

    free(result);
    return was_null;
}

EXPORT int32_t
calls_back_array(int32_t (*f)(const int32_t *, int32_t))
{
    static const int32_t values[] = {3, 1, 4, 1, 5};

    return f(values, 5);
}

EXPORT int32_t
calls_back_array_out(void (*f)(int32_t *, int32_t))
{
    int32_t values[] = {1, 2, 3};

    f(values, 3);
    return values[0] * 100 + values[1] * 10 + values[2];
}

EXPORT int32_t
calls_back_chars(uint8_t (*f)(uint8_t))
{
    return f('a');
}

EXPORT int32_t
calls_back_wchars(uint16_t (*f)(uint16_t))
{
    return f(0x20ac);
}

typedef int32_t (*calls_operation)(int32_t, int32_t);

/* Hands a function of its own to the callback, which gives one back. */
EXPORT int32_t
calls_back_function(calls_operation (*f)(calls_operation))
{
    calls_operation g = f(calls_add);

    return g ? g(20, 22) : -1;
}

/* ---- kept for later ---- */

static calls_operation kept;

EXPORT void
calls_keep(calls_operation f)
{
    kept = f;
}

EXPORT calls_operation
calls_kept(void)
{
    return kept;
}

EXPORT int32_t
calls_kept_call(int32_t a, int32_t b)
{
    return kept ? kept(a, b) : -1;
}

struct calls_table {
    int32_t tag;
    calls_operation first, second;
};

EXPORT int32_t
calls_table_run(const struct calls_table *t, int32_t a, int32_t b)
{
    return t->first(a, b) * 100 + t->second(a, b) + t->tag;
}

EXPORT calls_operation
calls_adder(void)
{
    return calls_add;
}

/* ---- from a thread of its own ---- */

struct thread_call {
    calls_operation f;
    int32_t a, b, result;
};

static void *
thread_main(void *argument)
{
    struct thread_call *c = argument;

    c->result = c->f(c->a, c->b);
    return NULL;
}

EXPORT int32_t
calls_back_on_thread(calls_operation f, int32_t a, int32_t b)
{
    struct thread_call c = {f, a, b, 0};
    pthread_t t;

    if (pthread_create(&t, NULL, thread_main, &c) != 0)
        return -1;
    pthread_join(t, NULL);
    return c.result;
}

/* C -> managed -> C -> managed ... */
EXPORT int32_t
calls_nest(int32_t (*f)(int32_t), int32_t depth)
{
    return depth == 0 ? 0 : 1 + f(depth - 1);
}
