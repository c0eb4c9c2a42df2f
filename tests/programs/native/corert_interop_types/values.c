/* tests/programs/native/corert_interop_types/values.c - text in and out, and plain values by reference. */
#include "types.h"

/* ---- text ---- */

EXPORT int32_t
types_text_bytes(const char *s)
{
    int32_t hash = 0;

    if (!s)
        return -1;
    for (; *s; s++)
        hash = hash * 31 + (unsigned char)*s;
    return hash;
}

EXPORT int32_t
types_text_units(const char16_t *s)
{
    int32_t hash = 0;

    if (!s)
        return -1;
    for (; *s; s++)
        hash = hash * 31 + *s;
    return hash;
}

/* The length word of a BSTR lies before it. */
EXPORT int32_t
types_bstr_bytes(const uint8_t *s)
{
    uint32_t n;

    if (!s)
        return -1;
    memcpy(&n, s - 4, 4);
    return (int32_t)(n * 1000 + s[n - 1] + s[n]);
}

EXPORT char *
types_text_back(const char *s)
{
    return s ? text_of("[%s]", s) : NULL;
}

EXPORT char16_t *
types_wide_back(const char16_t *s)
{
    char16_t *r;
    size_t n = 0, i;

    if (!s)
        return NULL;
    while (s[n])
        n++;
    r = malloc(2 * (n + 1));
    for (i = 0; i < n; i++)
        r[i] = s[n - 1 - i];
    r[n] = 0;
    return r;
}

EXPORT void
types_text_replace(char **s)
{
    char *old = *s;

    *s = old ? text_of("%s+", old) : strdup("new");
    free(old);
}

EXPORT void
types_wide_replace(char16_t **s)
{
    free(*s);
    *s = wide_of("wide new");
}

EXPORT void
types_text_clear(char **s)
{
    free(*s);
    *s = NULL;
}

EXPORT void
types_text_out(char **s)
{
    *s = strdup("out \xc3\xa9");
}

EXPORT int32_t
types_text_peek(char *const *s)
{
    return types_text_bytes(*s);
}

EXPORT int32_t
types_builder(char *buffer, int32_t capacity)
{
    int32_t n = (int32_t)strlen(buffer);

    snprintf(buffer, (size_t)capacity, "%d \xc3\xa9 bytes", n);
    return n;
}

EXPORT int32_t
types_wide_builder(char16_t *buffer, int32_t capacity)
{
    int32_t n = 0, i;

    while (buffer[n])
        n++;
    for (i = 0; i < capacity - 1 && i < 5; i++)
        buffer[i] = (char16_t)(0xe0 + i);
    buffer[i] = 0;
    return n;
}

/* ---- plain values by reference ---- */

struct decimal { /* as OLE has it */
    uint16_t reserved;
    uint8_t scale, sign;
    uint32_t high;
    uint64_t low;
};

#define REF(name, type) \
    EXPORT type types_ref_##name(type *v, type add) \
    { \
        type old = *v; \
        *v = (type)(old + add); \
        return old; \
    }
REF(i1, int8_t)
REF(u1, uint8_t)
REF(i2, int16_t)
REF(u2, uint16_t)
REF(i4, int32_t)
REF(u4, uint32_t)
REF(i8, int64_t)
REF(u8, uint64_t)
REF(r4, float)
REF(r8, double)
REF(ptr, intptr_t)

EXPORT void
types_out_all(int32_t *flag4, uint8_t *flag1, char *narrow, char16_t *wide, double *date, int64_t *money)
{
    *flag4 = 256;
    *flag1 = 2;
    *narrow = 'n';
    *wide = 0x20ac;
    *date = 2.5;
    *money = 12345;
}

EXPORT int32_t
types_flags(int32_t a, uint8_t b, char c, char16_t d)
{
    return a * 1000000 + b * 100000 + c * 100 + d;
}

EXPORT int32_t
types_flag4_is(int32_t v)
{
    return v;
}

EXPORT uint8_t
types_flag1_give(int32_t v)
{
    return (uint8_t)v;
}

EXPORT int32_t
types_flag4_give(int32_t v)
{
    return v;
}

EXPORT char16_t
types_wide_char(char16_t c)
{
    return (char16_t)(c + 1);
}

EXPORT char
types_narrow_char(char c)
{
    return (char)(c + 1);
}

EXPORT uint32_t
types_decimal_low(struct decimal d, int32_t *scale)
{
    *scale = d.scale * (d.sign ? -1 : 1);
    return (uint32_t)d.low;
}

EXPORT double
types_date(double d)
{
    return d + 1;
}

EXPORT int64_t
types_money_value(int64_t m)
{
    return m * 3;
}
