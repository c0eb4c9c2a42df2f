/* engine/rh_companion.c - what the companion assembly tells the engine. */
#include "engine/dbg.h"
#include "engine/engine.h"
#include "engine/rh.h"
#include "engine/thr.h"
#include "engine/thr_coro.h"
#include "pal/pal.h"

#include <string.h>

/* Roots while the engine runs. */
static void *preallocated[RH_PREALLOCATED];
static const void *insufficient_stack_maker; /* managed: object() */

/* One code point of `text` at `*at`; unpaired surrogates and NUL, which would end the text for C, become U+FFFD. */
static uint32_t
code_point(const uint16_t *text, int32_t length, int32_t *at)
{
    uint32_t a = text[(*at)++], b;

    if (a < 0xD800 || a > 0xDFFF)
        return a ? a : 0xFFFD;
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

char *
rh_utf8_from_utf16(const uint16_t *text, int32_t length)
{
    char *copy = pal_alloc((size_t)length * 3 + 1), *to = copy;
    int32_t at = 0;

    if (!copy)
        return NULL;
    while (at < length)
        to = utf8_put(to, code_point(text, length, &at));
    *to = 0;
    return copy;
}

void
RhUnhandledAtExport(const uint16_t *text, int32_t length)
{
    char *message = rh_utf8_from_utf16(text, length);

    engine_unhandled(message ? message : "an exception, and no memory for its text");
    pal_free(message);
}

/* Of the innermost export on the calling thread, whose module managed code means by "the program";
 * 0: it was started by managed code. */
static uintptr_t
export_pc(void)
{
    const struct thr_reverse_frame *entry;

    thr_entry_set(corert_thread.transition); /* the caller's P/Invoke */
    entry = corert_thread.reverse_head;
    while (entry && (entry->guard_rsp || (uintptr_t)entry->exception != REVERSE_IS_EXPORT))
        entry = thr_entry_fits(corert_thread.thread, entry->prev, (uintptr_t)(entry + 1)) ? entry->prev : NULL;
    return entry ? entry->pc : 0;
}

void
RhModuleEnded(const uint16_t *text, int32_t length)
{
    char *message = rh_utf8_from_utf16(text, length);

    engine_tell(message ? message : "a module has ended itself, and no memory for why");
    pal_free(message);
    engine_module_ended(export_pc());
}

void
RhUnhandledTrace(void *const *trace, int32_t count)
{
    dbg_report_trace((const uintptr_t *)(const void *)trace, count > 0 ? (uint32_t)count : 0);
}

void
RhSetPreallocatedOutOfMemory(void *exception)
{
    __atomic_store_n(&preallocated[RH_OUT_OF_MEMORY], exception, __ATOMIC_RELEASE);
}

void
RhSetInsufficientStack(void *exception, const void *make)
{
    __atomic_store_n(&insufficient_stack_maker, make, __ATOMIC_RELEASE);
    __atomic_store_n(&preallocated[RH_INSUFFICIENT_STACK], exception, __ATOMIC_RELEASE);
}

void *const *
rh_preallocated(enum rh_preallocated which)
{
    return &preallocated[which];
}

const void *
rh_insufficient_stack_maker(void)
{
    return __atomic_load_n(&insufficient_stack_maker, __ATOMIC_ACQUIRE);
}

bool
RhIsHosted(void)
{
    return !engine.executable;
}

bool
RhHasThreads(void)
{
    return !thr_coro_is_on();
}

void
rh_companion_reset(void)
{
    memset(preallocated, 0, sizeof preallocated);
    insufficient_stack_maker = NULL;
}
