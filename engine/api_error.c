/* engine/api_error.c - what ended an export, told to the host.
 * The boundary of an export leaves a handle to the exception with the thread; texts are made only
 * when the host asks. */
#include "engine/engine.h"
#include "engine/hnd.h"
#include "engine/rh.h"
#include "engine/thr.h"

#include <string.h>

struct corert_error {
    char *type, *message, *stack; /* owned */
    int32_t hresult;
    corert_error **inner; /* owned array of borrowed errors */
    size_t inner_count, inner_capacity;
    corert_error *next; /* owned: the one made after it, in the same call of corert_error_take */
};

/* Where RhErrorAdd appends. */
struct error_sink {
    corert_error *first, *last; /* in the order of making */
    corert_error *outer;        /* whose inner the next one is; NULL: the last one's */
};

void
corert_error_free(corert_error *error)
{
    while (error) {
        corert_error *next = error->next;

        pal_free(error->type);
        pal_free(error->message);
        pal_free(error->stack);
        pal_free(error->inner);
        pal_free(error);
        error = next;
    }
}

static bool
inner_append(corert_error *outer, corert_error *inner)
{
    if (outer->inner_count == outer->inner_capacity) {
        size_t capacity = outer->inner_capacity ? outer->inner_capacity * 2 : 1;
        corert_error **grown = pal_alloc(capacity * sizeof *grown);

        if (!grown)
            return false;
        if (outer->inner_count)
            memcpy(grown, outer->inner, outer->inner_count * sizeof *grown);
        pal_free(outer->inner);
        outer->inner = grown;
        outer->inner_capacity = capacity;
    }
    outer->inner[outer->inner_count++] = inner;
    return true;
}

/* Native state: the companion's P/Invoke. */
int32_t
RhErrorAdd(void *sink, const uint16_t *type, int32_t type_length, int32_t hresult,
           const uint16_t *message, int32_t message_length, const uint16_t *stack,
           int32_t stack_length)
{
    struct error_sink *s = sink;
    corert_error *e = pal_alloc_zero(sizeof *e), *outer = s->outer ? s->outer : s->last;

    if (!e)
        return CORERT_E_NOMEM;
    if (outer && !inner_append(outer, e)) {
        pal_free(e);
        return CORERT_E_NOMEM;
    }
    if (s->last)
        s->last->next = e;
    else
        s->first = e;
    s->last = e;
    e->hresult = hresult;
    e->type = rh_utf8_from_utf16(type, type_length);
    e->message = rh_utf8_from_utf16(message, message_length);
    e->stack = rh_utf8_from_utf16(stack, stack_length);
    return e->type && e->message && e->stack ? CORERT_OK : CORERT_E_NOMEM;
}

/* Native state: the companion's P/Invoke. */
void
RhErrorOuterNext(void *sink)
{
    struct error_sink *s = sink;

    s->outer = s->outer ? s->outer->next : s->first;
}

void
RhKeepError(void *exception)
{
    struct thr_thread *t = corert_thread.thread;
    struct engine_thread *e = t ? t->gc_private : NULL;

    if (!e)
        return;
    hnd_free(e->error);
    e->error = hnd_new(HND_NORMAL, exception, NULL);
}

corert_status
corert_error_take(corert_error **out)
{
    struct thr_thread *t = corert_thread.thread;
    struct engine_thread *e = t ? t->gc_private : NULL;
    int32_t (*describe)(intptr_t, void *);
    struct error_sink sink = {NULL, NULL, NULL};
    corert_status status;

    if (out)
        *out = NULL;
    if (!out || !engine.started || !thr_frames_settle(THR_HERE()))
        return CORERT_E_MISUSE;
    if (!e || e->pending == CORERT_OK)
        return (corert_status)thr_pending_take();
    status = e->pending;
    e->pending = CORERT_OK;
    describe =
        (int32_t(*)(intptr_t, void *))(uintptr_t)engine_value_function(LDR_CLASSLIB_DESCRIBE_EXCEPTION);
    if (e->error && describe && describe((intptr_t)e->error, &sink) != CORERT_OK) {
        corert_error_free(sink.first);
        sink.first = NULL;
    }
    hnd_free(e->error);
    e->error = NULL;
    *out = sink.first;
    return status;
}

const char *
corert_error_type(const corert_error *error)
{
    return error ? error->type : "";
}

const char *
corert_error_message(const corert_error *error)
{
    return error ? error->message : "";
}

const char *
corert_error_stack(const corert_error *error)
{
    return error ? error->stack : "";
}

int32_t
corert_error_hresult(const corert_error *error)
{
    return error ? error->hresult : 0;
}

const corert_error *
corert_error_inner(const corert_error *error)
{
    return corert_error_inner_at(error, 0);
}

size_t
corert_error_inner_count(const corert_error *error)
{
    return error ? error->inner_count : 0;
}

const corert_error *
corert_error_inner_at(const corert_error *error, size_t index)
{
    return error && index < error->inner_count ? error->inner[index] : NULL;
}
