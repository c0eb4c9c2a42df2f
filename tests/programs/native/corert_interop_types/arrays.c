/* tests/programs/native/corert_interop_types/arrays.c - arrays of everything. */
#include "types.h"

/* ---- arrays ---- */

EXPORT int32_t
types_sum(int32_t *a, int32_t count)
{
    int32_t sum = 0, i;

    if (!a)
        return -1;
    for (i = 0; i < count; i++) {
        sum += a[i];
        a[i] = -a[i];
    }
    return sum;
}

EXPORT int32_t
types_bool_array(int32_t *a, int32_t count)
{
    int32_t bits = 0, i;

    if (!a)
        return -1;
    for (i = 0; i < count; i++) {
        bits = bits * 2 + a[i];
        a[i] = a[i] ? 0 : 9;
    }
    return bits;
}

EXPORT int32_t
types_bool1_array(uint8_t *a, int32_t count)
{
    int32_t bits = 0, i;

    for (i = 0; i < count; i++) {
        bits = bits * 2 + a[i];
        a[i] = !a[i];
    }
    return bits;
}

EXPORT int32_t
types_char_array(char *a, int32_t count)
{
    int32_t hash = 0, i;

    if (!a)
        return -1;
    for (i = 0; i < count; i++) {
        hash = hash * 31 + (unsigned char)a[i];
        a[i] = (char)('a' + i);
    }
    return hash;
}

EXPORT int32_t
types_wide_array(char16_t *a, int32_t count)
{
    int32_t hash = 0, i;

    for (i = 0; i < count; i++) {
        hash = hash * 31 + a[i];
        a[i] = (char16_t)('A' + i);
    }
    return hash;
}

EXPORT int32_t
types_text_array(char **a, int32_t count)
{
    int32_t hash = 0, i;

    if (!a)
        return -1;
    for (i = 0; i < count; i++) {
        hash = hash * 7 + types_text_bytes(a[i]);
        free(a[i]);
        a[i] = text_of("t%d", i);
    }
    return hash;
}

EXPORT int32_t
types_text_array_read(char **a, int32_t count)
{
    int32_t hash = 0, i;

    if (!a)
        return -1;
    for (i = 0; i < count; i++)
        hash = hash * 7 + types_text_bytes(a[i]);
    return hash;
}

EXPORT int32_t
types_wide_text_array(char16_t **a, int32_t count)
{
    int32_t hash = 0, i;

    for (i = 0; i < count; i++)
        hash = hash * 7 + types_text_units(a[i]);
    return hash;
}

/* Gives a new block; the old one, if any, is ours now. */
EXPORT void
types_array_replace(int32_t **a, int32_t *count)
{
    int32_t n = *count + 2, i;
    int32_t *r = malloc((size_t)n * sizeof *r);

    for (i = 0; i < n; i++)
        r[i] = *a && i < *count ? (*a)[i] * 10 : i;
    free(*a);
    *a = r;
    *count = n;
}

EXPORT void
types_text_array_out(char ***a, int32_t *count)
{
    *count = 3;
    *a = malloc(3 * sizeof **a);
    (*a)[0] = strdup("one");
    (*a)[1] = NULL;
    (*a)[2] = strdup("tr\xc3\xa8s");
}

EXPORT void
types_array_none(int32_t **a)
{
    free(*a);
    *a = NULL;
}

EXPORT int32_t
types_grid(const int32_t *a, int32_t rows, int32_t columns)
{
    int32_t r, c, hash = 0;

    for (r = 0; r < rows; r++)
        for (c = 0; c < columns; c++)
            hash = hash * 10 + a[r * columns + c];
    return hash;
}

EXPORT int32_t
types_is_null(const void *p)
{
    return p == NULL;
}
