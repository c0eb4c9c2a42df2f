/* tests/programs/native/corert_interop_types/handles.c - handles, error numbers, and what is passed as it is. */
#include "types.h"

/* ---- handles, errors ---- */

static int32_t open_handles;

EXPORT intptr_t
types_handle_open(int32_t number)
{
    open_handles++;
    return number;
}

EXPORT void
types_handle_close(intptr_t h)
{
    (void)h;
    open_handles--;
}

EXPORT int32_t
types_handle_count(void)
{
    return open_handles;
}

EXPORT int32_t
types_handle_use(intptr_t h)
{
    return (int32_t)h * 2;
}

EXPORT void
types_handle_out(intptr_t *h, int32_t number)
{
    *h = types_handle_open(number);
}

EXPORT void
types_handle_swap(intptr_t *h, int32_t change)
{
    if (change) {
        types_handle_close(*h);
        *h = types_handle_open(change);
    }
}

EXPORT int32_t
types_handle_peek(const intptr_t *h)
{
    return (int32_t)*h;
}

struct with_handle {
    int32_t a;
    intptr_t handle;
    char *name;
};

EXPORT int32_t
types_handle_in_struct(struct with_handle w)
{
    return w.a + (int32_t)w.handle * 10 + (int32_t)strlen(w.name) * 1000;
}

EXPORT void
types_handle_in_struct_at(struct with_handle *w, intptr_t change)
{
    w->a++;
    if (change)
        w->handle = change;
}

EXPORT int32_t
types_set_errno(int32_t value)
{
    errno = value;
    return value + 1;
}

EXPORT char *
types_set_errno_text(const char *text, int32_t value)
{
    char *r = strdup(text);

    errno = value;
    return r;
}

EXPORT int32_t
types_hresult(int32_t hr, int32_t in, int32_t *out)
{
    *out = in * 2;
    return hr;
}

EXPORT int32_t
types_hresult_text(int32_t hr, char **out)
{
    *out = strdup("given");
    return hr;
}

EXPORT int32_t
types_hresult_void(int32_t hr)
{
    return hr;
}

EXPORT int32_t
types_suffix(void)
{
    return 0;
}

EXPORT int32_t
types_suffixA(void)
{
    return 1;
}

EXPORT int32_t
types_suffixW(void)
{
    return 2;
}

EXPORT int32_t
types_raw(uint8_t flag, char16_t letter, struct point *p)
{
    p->x += flag;
    return letter;
}
