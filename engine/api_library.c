/* engine/api_library.c - native libraries as managed code loads them, and the functions that a host
 * offers instead.
 * The class library's P/Invoke binding and NativeLibrary come here through the four functions of
 * libSystem.Native that load, search and free libraries. The library "host" is no file: its
 * functions are the table which the module's load was given. */
#include "engine/engine.h"
#include "engine/rh.h"
#include "engine/thr.h"

#include <stdio.h>
#include <string.h>

static const char host_library; /* its address is the handle of library "host" */

static struct {
    corert_host_function *function; /* owned, the names too */
    size_t count;
    corert_allow_fn *allow;
    void *context;
} host;

static void
functions_free(corert_host_function *f, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++)
        pal_free((void *)(uintptr_t)f[i].name);
    pal_free(f);
}

static bool
functions_copy(const corert_load_options *o, corert_host_function **out)
{
    corert_host_function *copy = pal_alloc_zero((o->function_count + 1) * sizeof *copy);
    size_t i;

    if (!copy)
        return false;
    for (i = 0; i < o->function_count; i++) {
        copy[i].name = pal_strdup(o->functions[i].name);
        copy[i].address = o->functions[i].address;
        if (!copy[i].name) {
            functions_free(copy, o->function_count);
            return false;
        }
    }
    *out = copy;
    return true;
}

corert_status
engine_natives_set(const corert_load_options *o, struct ldr_diag *diag)
{
    corert_host_function *copy;
    size_t i;

    for (i = 0; i < o->function_count; i++)
        if (!o->functions || !o->functions[i].name || !o->functions[i].address) {
            ldr_diag_set(diag, "host function %zu has no name or no address", i);
            return CORERT_E_MISUSE;
        }
    if (!functions_copy(o, &copy))
        return CORERT_E_NOMEM;
    engine_natives_clear();
    host.function = copy;
    host.count = o->function_count;
    host.allow = o->allow;
    host.context = o->context;
    return CORERT_OK;
}

void
engine_natives_clear(void)
{
    functions_free(host.function, host.count);
    memset(&host, 0, sizeof host);
}

/* "host", also as the names that the class library tries first: libhost.so, host.so, libhost. */
static bool
is_host(const char *name)
{
    size_t bytes = strlen(name);

    if (strncmp(name, "lib", 3) == 0) {
        name += 3;
        bytes -= 3;
    }
    if (bytes > 3 && strcmp(name + bytes - 3, ".so") == 0)
        bytes -= 3;
    return bytes == 4 && strncmp(name, "host", 4) == 0;
}

static void
error_set(const char *text)
{
    struct thr_thread *t = corert_thread.thread;
    struct engine_thread *e = t ? t->gc_private : NULL;

    if (!e)
        return;
    pal_free(e->library_error);
    e->library_error = pal_strdup(text);
}

void *
rh_library_load(const char *name)
{
    char text[512] = "";
    void *library = NULL;

    /* "libc" is the name programs use on every system; the file of that name is a linker script */
    if (host.count && is_host(name))
        return (void *)(uintptr_t)&host_library;
    if (host.allow && !host.allow(host.context, name))
        snprintf(text, sizeof text, "%s: the host does not allow this library", name);
    else if (pal_dl_open(&library, strcmp(name, "libc") == 0 ? PAL_LIBC : name, text, sizeof text) == PAL_OK)
        return library;
    error_set(text);
    return NULL;
}

const char *
rh_library_error(void)
{
    struct thr_thread *t = corert_thread.thread;
    struct engine_thread *e = t ? t->gc_private : NULL;

    return e && e->library_error ? e->library_error : "no memory for the reason";
}

void *
rh_library_find(void *library, const char *name)
{
    size_t i;

    if (library != (const void *)&host_library)
        return pal_dl_find(library, name);
    for (i = 0; i < host.count; i++)
        if (strcmp(host.function[i].name, name) == 0)
            return (void *)(uintptr_t)host.function[i].address;
    return NULL;
}

void
rh_library_free(void *library)
{
    if (library != (const void *)&host_library)
        pal_dl_close(library);
}
