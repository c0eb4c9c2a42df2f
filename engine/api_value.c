/* engine/api_value.c - handles, strings, arrays, boxes and delegates for hosts.
 * The work is done by managed code (engine/managed/Values.cs); here are the argument checks and the
 * handle scopes, which are lists of handles on the calling thread. */
#include "engine/engine.h"
#include "engine/hnd.h"
#include "engine/thr.h"

#include <string.h>

/* A word of `scoped` is a handle, 0, or a scope's address and SCOPE_BIT: what follows belongs to that. */
enum { PIN_BIT = 1, SCOPE_BIT = 2, SCOPE_FIRST = 16 };

/* The managed function of a hosted row, or NULL if there is no library that could be called. */
#define VALUE_FUNCTION(type, id)                                                                   \
    ((type)(uintptr_t)engine_value_function(LDR_CLASSLIB_##id))

void *
engine_value_function(enum ldr_classlib_function f)
{
    const struct ldr_module *m = engine.started ? engine.library : NULL;

    if (!m || m->closed || !thr_frames_settle(THR_HERE()) || !thr_attach())
        return NULL;
    return m->classlib[f];
}

static struct hnd_slot *
slot_of(corert_handle h)
{
    return (struct hnd_slot *)(h & ~(corert_handle)PIN_BIT);
}

/* 0 is the null reference. */
static bool
is_handle(corert_handle h)
{
    return h == 0 || hnd_is_used(slot_of(h));
}

/* ---- scopes ---- */

static struct engine_thread *
own_thread(void)
{
    struct thr_thread *t = corert_thread.thread;

    return t ? t->gc_private : NULL;
}

static bool
scoped_push(struct engine_thread *e, corert_handle word)
{
    if (e->scoped_count == e->scoped_capacity) {
        size_t capacity = e->scoped_capacity ? e->scoped_capacity * 2 : SCOPE_FIRST;
        corert_handle *grown = pal_realloc(e->scoped, capacity * sizeof *grown);

        if (!grown)
            return false;
        e->scoped = grown;
        e->scoped_capacity = capacity;
    }
    e->scoped[e->scoped_count++] = word;
    return true;
}

static bool
scope_add(corert_handle h)
{
    struct engine_thread *e = own_thread();

    return !e || !e->scoped_count || !h || scoped_push(e, h);
}

static bool
scope_take(corert_handle h)
{
    struct engine_thread *e = own_thread();
    bool innermost = true;
    size_t i;

    for (i = e ? e->scoped_count : 0; i-- > 0;) {
        if (e->scoped[i] == h) {
            /* Those of outer scopes stay where they are. */
            e->scoped[i] = innermost ? e->scoped[--e->scoped_count] : 0;
            return true;
        }
        innermost &= !(e->scoped[i] & SCOPE_BIT);
    }
    return false;
}

static void
scoped_free(struct engine_thread *e, size_t first)
{
    while (e->scoped_count > first) {
        corert_handle h = e->scoped[--e->scoped_count];

        if (h && !(h & SCOPE_BIT))
            hnd_free(slot_of(h));
    }
}

void
engine_scopes_end(struct engine_thread *e)
{
    scoped_free(e, 0);
    pal_free(e->scoped);
    e->scoped = NULL;
    e->scoped_capacity = 0;
}

void
engine_scopes_left(struct thr_thread *t, uintptr_t here)
{
    struct engine_thread *e = t->gc_private;
    size_t i;

    for (i = 0; e && here < t->home_high && i < e->scoped_count; i++) {
        uintptr_t at = (uintptr_t)e->scoped[i];

        if ((at & SCOPE_BIT) && at >= t->home_low && at < here)
            scoped_free(e, i);
    }
}

static corert_handle
scope_word(const corert_scope *scope)
{
    return (corert_handle)scope | SCOPE_BIT;
}

/* Its place in the list; the end: none. */
static size_t
scope_find(const struct engine_thread *e, const corert_scope *scope)
{
    size_t i = 0;

    while (i < e->scoped_count && e->scoped[i] != scope_word(scope))
        i++;
    return i;
}

corert_status
corert_scope_open(corert_scope *scope)
{
    struct engine_thread *e;

    if (!scope || !engine.started || !thr_frames_settle(THR_HERE()))
        return CORERT_E_MISUSE;
    if (!corert_thread.thread && !thr_attach())
        return CORERT_E_NOMEM;
    e = own_thread();
    if (!e)
        return CORERT_E_NOMEM;
    memset(scope, 0, sizeof *scope);
    engine_scopes_left(corert_thread.thread, THR_HERE());
    scoped_free(e, scope_find(e, scope)); /* left open before, at the same place */
    return scoped_push(e, scope_word(scope)) ? CORERT_OK : CORERT_E_NOMEM;
}

corert_status
corert_scope_keep(corert_handle handle)
{
    return handle && scope_take(handle) ? CORERT_OK : CORERT_E_NOT_FOUND;
}

corert_status
corert_scope_close(corert_scope *scope)
{
    struct engine_thread *e = own_thread();
    size_t first, i;

    if (!engine.started || !scope || !e || !thr_frames_settle(THR_HERE()))
        return CORERT_E_MISUSE;
    engine_scopes_left(corert_thread.thread, THR_HERE());
    first = scope_find(e, scope);
    for (i = e->scoped_count; i-- > first + 1;) {
        if (e->scoped[i] & SCOPE_BIT)
            return CORERT_E_MISUSE;
    }
    if (first == e->scoped_count)
        return CORERT_E_MISUSE;
    scoped_free(e, first);
    return CORERT_OK;
}

/* A handle that managed code made goes to the host; without room in the scope it ends. */
static corert_status
give(corert_status status, corert_handle made, corert_handle *out)
{
    if (status == CORERT_OK && !scope_add(made)) {
        hnd_free(slot_of(made));
        status = CORERT_E_NOMEM;
    }
    *out = status == CORERT_OK ? made : 0;
    return status;
}

/* ---- handles ---- */

corert_status
corert_handle_new(corert_handle handle, corert_handle_kind kind, corert_handle *out)
{
    int32_t (*run)(intptr_t, int32_t, intptr_t *) =
        VALUE_FUNCTION(int32_t(*)(intptr_t, int32_t, intptr_t *), HANDLE_NEW);
    intptr_t made = 0;
    corert_status status;

    if (out)
        *out = 0;
    if (!run || !out || !is_handle(handle) || kind < CORERT_HANDLE_WEAK ||
        kind > CORERT_HANDLE_STRONG)
        return CORERT_E_MISUSE;
    status = (corert_status)run(handle, (int32_t)kind, &made);
    return give(status, made, out);
}

corert_status
corert_handle_free(corert_handle handle)
{
    if (!engine.started || !is_handle(handle))
        return CORERT_E_MISUSE;
    if (handle) {
        scope_take(handle);
        hnd_free(slot_of(handle));
    }
    return CORERT_OK;
}

corert_status
corert_handle_same(corert_handle a, corert_handle b, int *same)
{
    int32_t (*run)(intptr_t, intptr_t) = VALUE_FUNCTION(int32_t(*)(intptr_t, intptr_t), HANDLE_SAME);

    if (same)
        *same = 0;
    if (!run || !same || !is_handle(a) || !is_handle(b))
        return CORERT_E_MISUSE;
    *same = run(a, b);
    return CORERT_OK;
}

corert_status
corert_handle_kind_of(corert_handle handle, corert_kind *kind, corert_kind *element)
{
    int32_t (*run)(intptr_t, int32_t *, int32_t *) =
        VALUE_FUNCTION(int32_t(*)(intptr_t, int32_t *, int32_t *), KIND_OF);
    int32_t k = 0, e = 0;

    if (kind)
        *kind = CORERT_KIND_NULL;
    if (element)
        *element = CORERT_KIND_NULL;
    if (!run || !kind || !is_handle(handle))
        return CORERT_E_MISUSE;
    run(handle, &k, &e);
    *kind = (corert_kind)k;
    if (element)
        *element = (corert_kind)e;
    return CORERT_OK;
}

/* ---- strings ---- */

corert_status
corert_string_from_utf8(const char *text, size_t bytes, corert_handle *out)
{
    int32_t (*run)(const char *, size_t, intptr_t *) =
        VALUE_FUNCTION(int32_t(*)(const char *, size_t, intptr_t *), STRING_FROM_UTF8);
    intptr_t made = 0;
    corert_status status;

    if (out)
        *out = 0;
    if (!run || !out || (!text && bytes))
        return CORERT_E_MISUSE;
    if (bytes == SIZE_MAX)
        bytes = strlen(text);
    status = (corert_status)run(text, bytes, &made);
    return give(status, made, out);
}

corert_status
corert_string_from_utf16(const uint16_t *text, size_t units, corert_handle *out)
{
    int32_t (*run)(const uint16_t *, size_t, intptr_t *) =
        VALUE_FUNCTION(int32_t(*)(const uint16_t *, size_t, intptr_t *), STRING_FROM_UTF16);
    intptr_t made = 0;
    size_t n = units;
    corert_status status;

    if (out)
        *out = 0;
    if (!run || !out || (!text && units))
        return CORERT_E_MISUSE;
    if (units == SIZE_MAX)
        for (n = 0; text[n]; n++)
            ;
    status = (corert_status)run(text, n, &made);
    return give(status, made, out);
}

/* Both widths: `unit_bytes` is the size of one unit of `buffer`. */
static corert_status
string_out(int32_t (*run)(intptr_t, void *, size_t, size_t *), corert_handle string, void *buffer,
           size_t size, size_t unit_bytes, size_t *needed)
{
    size_t all = 0;
    corert_status status;

    if (needed)
        *needed = 0;
    if (buffer && size)
        memset(buffer, 0, unit_bytes);
    if (!run || (!buffer && size) || !is_handle(string))
        return CORERT_E_MISUSE;
    status = (corert_status)run(string, buffer, size, &all);
    if (needed)
        *needed = all;
    return status;
}

corert_status
corert_string_to_utf8(corert_handle string, char *buffer, size_t size, size_t *needed)
{
    return string_out(VALUE_FUNCTION(int32_t(*)(intptr_t, void *, size_t, size_t *), STRING_TO_UTF8),
                      string, buffer, size, sizeof *buffer, needed);
}

corert_status
corert_string_to_utf16(corert_handle string, uint16_t *buffer, size_t size, size_t *needed)
{
    return string_out(
        VALUE_FUNCTION(int32_t(*)(intptr_t, void *, size_t, size_t *), STRING_TO_UTF16), string,
        buffer, size, sizeof *buffer, needed);
}

/* ---- boxes ---- */

corert_status
corert_box(corert_kind kind, const void *value, corert_handle *out)
{
    int32_t (*run)(int32_t, const void *, intptr_t *) =
        VALUE_FUNCTION(int32_t(*)(int32_t, const void *, intptr_t *), BOX);
    intptr_t made = 0;
    corert_status status;

    if (out)
        *out = 0;
    if (!run || !out || !value)
        return CORERT_E_MISUSE;
    status = (corert_status)run((int32_t)kind, value, &made);
    return give(status, made, out);
}

corert_status
corert_unbox(corert_handle box, corert_kind kind, void *value)
{
    int32_t (*run)(intptr_t, int32_t, void *) =
        VALUE_FUNCTION(int32_t(*)(intptr_t, int32_t, void *), UNBOX);

    if (!run || !value || !is_handle(box))
        return CORERT_E_MISUSE;
    return (corert_status)run(box, (int32_t)kind, value);
}

/* ---- arrays ---- */

corert_status
corert_array_new(corert_kind element, size_t length, corert_handle *out)
{
    int32_t (*run)(int32_t, size_t, intptr_t *) =
        VALUE_FUNCTION(int32_t(*)(int32_t, size_t, intptr_t *), ARRAY_NEW);
    intptr_t made = 0;
    corert_status status;

    if (out)
        *out = 0;
    if (!run || !out)
        return CORERT_E_MISUSE;
    status = (corert_status)run((int32_t)element, length, &made);
    return give(status, made, out);
}

corert_status
corert_array_length(corert_handle array, size_t *length)
{
    int32_t (*run)(intptr_t, size_t *) =
        VALUE_FUNCTION(int32_t(*)(intptr_t, size_t *), ARRAY_LENGTH);

    if (length)
        *length = 0;
    if (!run || !length || !is_handle(array))
        return CORERT_E_MISUSE;
    return (corert_status)run(array, length);
}

corert_status
corert_array_pin(corert_handle array, corert_handle *pin, void **data, size_t *bytes)
{
    corert_kind kind = CORERT_KIND_NULL;

    if (pin && data && corert_handle_kind_of(array, &kind, NULL) == CORERT_OK &&
        kind != CORERT_KIND_ARRAY) {
        *pin = 0;
        *data = NULL;
        if (bytes)
            *bytes = 0;
        return CORERT_E_TYPE;
    }
    return corert_handle_pin(array, pin, data, bytes);
}

corert_status
corert_handle_pin(corert_handle array, corert_handle *pin, void **data, size_t *bytes)
{
    int32_t (*run)(intptr_t, intptr_t *, void **, size_t *) =
        VALUE_FUNCTION(int32_t(*)(intptr_t, intptr_t *, void **, size_t *), ARRAY_PIN);
    intptr_t made = 0;
    void *first = NULL;
    size_t all = 0;
    corert_status status;

    if (pin)
        *pin = 0;
    if (data)
        *data = NULL;
    if (bytes)
        *bytes = 0;
    if (!run || !pin || !data || !is_handle(array))
        return CORERT_E_MISUSE;
    status = (corert_status)run(array, &made, &first, &all);
    status = give(status, made, pin);
    if (status != CORERT_OK)
        return status;
    *data = first;
    if (bytes)
        *bytes = all;
    return CORERT_OK;
}

static corert_status
array_copy(corert_handle array, size_t start, size_t count, void *memory, bool into)
{
    int32_t (*run)(intptr_t, size_t, size_t, void *, int32_t) =
        VALUE_FUNCTION(int32_t(*)(intptr_t, size_t, size_t, void *, int32_t), ARRAY_COPY);

    if (!run || (!memory && count) || !is_handle(array))
        return CORERT_E_MISUSE;
    return (corert_status)run(array, start, count, memory, into);
}

corert_status
corert_array_read(corert_handle array, size_t start, size_t count, void *memory)
{
    return array_copy(array, start, count, memory, false);
}

corert_status
corert_array_write(corert_handle array, size_t start, size_t count, const void *memory)
{
    return array_copy(array, start, count, (void *)(uintptr_t)memory, true);
}

corert_status
corert_array_get(corert_handle array, size_t index, corert_handle *out)
{
    int32_t (*run)(intptr_t, size_t, intptr_t *) =
        VALUE_FUNCTION(int32_t(*)(intptr_t, size_t, intptr_t *), ARRAY_GET);
    intptr_t made = 0;
    corert_status status;

    if (out)
        *out = 0;
    if (!run || !out || !is_handle(array))
        return CORERT_E_MISUSE;
    status = (corert_status)run(array, index, &made);
    return give(status, made, out);
}

corert_status
corert_array_set(corert_handle array, size_t index, corert_handle element)
{
    int32_t (*run)(intptr_t, size_t, intptr_t) =
        VALUE_FUNCTION(int32_t(*)(intptr_t, size_t, intptr_t), ARRAY_SET);

    if (!run || !is_handle(array) || !is_handle(element))
        return CORERT_E_MISUSE;
    return (corert_status)run(array, index, element);
}

/* ---- delegates ---- */

corert_status
corert_delegate_pointer(corert_handle delegate, void **out)
{
    int32_t (*run)(intptr_t, void **) =
        VALUE_FUNCTION(int32_t(*)(intptr_t, void **), DELEGATE_POINTER);

    if (out)
        *out = NULL;
    if (!run || !out || !is_handle(delegate))
        return CORERT_E_MISUSE;
    return (corert_status)run(delegate, out);
}
