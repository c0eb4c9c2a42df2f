/* pal/linux_dl.c - dynamic libraries.
 * dlerror's text belongs to the thread, so it is copied at once. */
#include "pal/linux_priv.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

enum pal_status
pal_dl_open(void **out, const char *path, char *message, size_t message_bytes)
{
    const char *error;

    if (message && message_bytes > 0)
        message[0] = '\0';
    *out = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (*out)
        return PAL_OK;
    error = dlerror();
    if (message && message_bytes > 0)
        snprintf(message, message_bytes, "%s", error ? error : "dlopen failed");
    return path && strchr(path, '/') && !pal_file_exists(path) ? PAL_E_NOT_FOUND : PAL_E_IO;
}

void *
pal_dl_find(void *library, const char *name)
{
    return dlsym(library, name);
}

void
pal_dl_close(void *library)
{
    if (library)
        dlclose(library);
}

bool
pal_dl_address(const void *address, struct pal_symbol *out)
{
    Dl_info info;

    memset(out, 0, sizeof *out);
    if (dladdr(address, &info) == 0)
        return false;
    out->library = info.dli_fname;
    out->name = info.dli_sname;
    out->base = info.dli_fbase;
    out->address = info.dli_saddr;
    return true;
}
