/* compiler/base/vec.c - growing arrays. Capacity doubles; failure to grow ends the run. */
#include "compiler/base/vec.h"

#include "compiler/base/diag.h"
#include "pal/pal.h"

#include <string.h>

/* Makes room for `needed` elements of `size` bytes; the block may move. */
static void *
grow(void *block, size_t *capacity, size_t needed, size_t size)
{
    size_t wanted = *capacity < 8 ? 8 : *capacity, bytes;

    while (wanted < needed) {
        if (__builtin_mul_overflow(wanted, (size_t)2, &wanted))
            diag_fatal("out of memory (an array of %zu elements)", needed);
    }
    if (__builtin_mul_overflow(wanted, size, &bytes))
        diag_fatal("out of memory (an array of %zu elements)", needed);
    block = pal_realloc(block, bytes);
    if (!block)
        diag_fatal("out of memory (%zu bytes)", bytes);
    *capacity = wanted;
    return block;
}

void
ptr_vec_push(struct ptr_vec *v, void *item)
{
    if (v->count == v->capacity)
        v->at = grow(v->at, &v->capacity, v->count + 1, sizeof *v->at);
    v->at[v->count++] = item;
}

void *
ptr_vec_pop(struct ptr_vec *v)
{
    CC_ASSERT(v->count > 0);
    return v->at[--v->count];
}

void
ptr_vec_free(struct ptr_vec *v)
{
    pal_free(v->at);
    memset(v, 0, sizeof *v);
}

/* Room for `size` more bytes, counted as used; where they begin. */
static uint8_t *
extend(struct byte_vec *v, size_t size)
{
    size_t needed;
    uint8_t *at;

    if (__builtin_add_overflow(v->count, size, &needed))
        diag_fatal("out of memory (%zu bytes)", size);
    if (needed > v->capacity || !v->at)
        v->at = grow(v->at, &v->capacity, needed, 1);
    at = v->at + v->count;
    v->count = needed;
    return at;
}

void
byte_vec_put(struct byte_vec *v, const void *bytes, size_t size)
{
    if (size > 0)
        memcpy(extend(v, size), bytes, size);
}

void
byte_vec_u8(struct byte_vec *v, uint8_t x)
{
    *extend(v, 1) = x;
}

void
byte_vec_u16(struct byte_vec *v, uint16_t x)
{
    byte_vec_put(v, &x, sizeof x);
}

void
byte_vec_u32(struct byte_vec *v, uint32_t x)
{
    byte_vec_put(v, &x, sizeof x);
}

void
byte_vec_u64(struct byte_vec *v, uint64_t x)
{
    byte_vec_put(v, &x, sizeof x);
}

void
byte_vec_align(struct byte_vec *v, size_t alignment)
{
    size_t pad;

    CC_ASSERT(alignment > 0 && (alignment & (alignment - 1)) == 0);
    pad = -v->count & (alignment - 1);
    if (pad > 0)
        memset(extend(v, pad), 0, pad);
}

void
byte_vec_free(struct byte_vec *v)
{
    pal_free(v->at);
    memset(v, 0, sizeof *v);
}
