/* pal/cursor.h - bounds-checked reading of untrusted bytes.
 * Every read checks, then advances. A read past the end sets `failed` (sticky), returns 0 and
 * leaves `at` where it was, so a parser may read a whole record and check once. */
#ifndef PAL_CURSOR_H
#define PAL_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct cursor {
    const uint8_t *base; /* borrowed */
    size_t size;
    size_t at;
    bool failed;
};

static inline struct cursor
cursor_over(const void *bytes, size_t size)
{
    struct cursor c = {(const uint8_t *)bytes, size, 0, false};

    return c;
}

static inline size_t
cursor_left(const struct cursor *c)
{
    return c->failed ? 0 : c->size - c->at;
}

/* The next `size` bytes, or NULL. */
static inline const uint8_t *
cursor_take(struct cursor *c, size_t size)
{
    const uint8_t *p;

    if (c->failed || size > c->size - c->at) {
        c->failed = true;
        return NULL;
    }
    p = c->base + c->at;
    c->at += size;
    return p;
}

static inline bool
cursor_seek(struct cursor *c, size_t at)
{
    if (c->failed || at > c->size) {
        c->failed = true;
        return false;
    }
    c->at = at;
    return true;
}

static inline uint8_t
cursor_u8(struct cursor *c)
{
    const uint8_t *p = cursor_take(c, 1);

    return p ? p[0] : 0;
}

static inline uint16_t
cursor_u16(struct cursor *c)
{
    uint16_t x = 0;
    const uint8_t *p = cursor_take(c, sizeof x);

    if (p)
        memcpy(&x, p, sizeof x);
    return x;
}

static inline uint32_t
cursor_u32(struct cursor *c)
{
    uint32_t x = 0;
    const uint8_t *p = cursor_take(c, sizeof x);

    if (p)
        memcpy(&x, p, sizeof x);
    return x;
}

static inline uint64_t
cursor_u64(struct cursor *c)
{
    uint64_t x = 0;
    const uint8_t *p = cursor_take(c, sizeof x);

    if (p)
        memcpy(&x, p, sizeof x);
    return x;
}

/* count * size, false on overflow. */
static inline bool
size_mul_ok(size_t count, size_t size, size_t *out)
{
    return !__builtin_mul_overflow(count, size, out);
}

#endif
