/* engine/rh_companion.c - what the companion assembly tells the engine. */
#include "engine/engine.h"
#include "engine/rh.h"
#include "pal/pal.h"

static void *preallocated_out_of_memory; /* a root while the engine runs */

/* One code point of `text` at `*at`; unpaired surrogates become U+FFFD. */
static uint32_t
code_point(const uint16_t *text, int32_t length, int32_t *at)
{
    uint32_t a = text[(*at)++], b;

    if (a < 0xD800 || a > 0xDFFF)
        return a;
    if (a > 0xDBFF || *at == length)
        return 0xFFFD;
    b = text[*at];
    if (b < 0xDC00 || b > 0xDFFF)
        return 0xFFFD;
    ++*at;
    return 0x10000 + ((a - 0xD800) << 10) + (b - 0xDC00);
}

static char *
utf8_put(char *to, uint32_t c)
{
    if (c < 0x80) {
        *to++ = (char)c;
        return to;
    }
    if (c < 0x800) {
        *to++ = (char)(0xC0 | c >> 6);
    } else {
        if (c < 0x10000) {
            *to++ = (char)(0xE0 | c >> 12);
        } else {
            *to++ = (char)(0xF0 | c >> 18);
            *to++ = (char)(0x80 | (c >> 12 & 0x3F));
        }
        *to++ = (char)(0x80 | (c >> 6 & 0x3F));
    }
    *to++ = (char)(0x80 | (c & 0x3F));
    return to;
}

void
RhUnhandledAtExport(const uint16_t *text, int32_t length)
{
    char *message = pal_alloc((size_t)length * 3 + 1), *to = message;
    int32_t at = 0;

    if (!message) {
        engine_unhandled("an exception, and no memory for its text");
        return;
    }
    while (at < length)
        to = utf8_put(to, code_point(text, length, &at));
    *to = 0;
    engine_unhandled(message);
    pal_free(message);
}

void
RhSetPreallocatedOutOfMemory(void *exception)
{
    __atomic_store_n(&preallocated_out_of_memory, exception, __ATOMIC_RELEASE);
}

void *const *
rh_preallocated_out_of_memory(void)
{
    return &preallocated_out_of_memory;
}

bool
RhIsHosted(void)
{
    return !engine.executable;
}

void
rh_companion_reset(void)
{
    preallocated_out_of_memory = NULL;
}
