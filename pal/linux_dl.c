/* pal/linux_dl.c - dynamic libraries.
 * dlerror's text belongs to the thread, so it is copied at once. */
#include "pal/linux_priv.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The first image is the program. */
static int
program_look(struct dl_phdr_info *info, size_t size, void *context)
{
    const void **base = context;

    (void)size;
    *base = (const void *)((uintptr_t)info->dlpi_phdr & ~(uintptr_t)(pal_page_bytes() - 1));
    for (int i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_INTERP)
            *base = NULL;
    return 1;
}

/* Where a static program is mapped; NULL: this one has a dynamic linker. */
static const void *
static_base(void)
{
    const void *base = NULL;

    dl_iterate_phdr(program_look, &base);
    return base;
}

bool
pal_program_is_static(void)
{
    return static_base() != NULL;
}

enum pal_status
pal_dl_open(void **out, const char *path, char *message, size_t message_bytes)
{
    const char *error;

    if (message && message_bytes > 0)
        message[0] = '\0';
    *out = NULL;
    if (path && pal_program_is_static()) { /* a second C library would come with it */
        error = "not supported: loading a library in a static executable";
    } else {
        *out = dlopen(path, RTLD_NOW | RTLD_LOCAL);
        if (*out)
            return PAL_OK;
        error = dlerror();
    }
    if (message && message_bytes > 0)
        snprintf(message, message_bytes, "%s", error ? error : "dlopen failed");
    return path && strchr(path, '/') && !pal_file_exists(path) ? PAL_E_NOT_FOUND : PAL_E_IO;
}

static bool
write_all(int fd, const uint8_t *bytes, size_t size)
{
    while (size > 0) {
        ssize_t n = write(fd, bytes, size);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes += n;
        size -= (size_t)n;
    }
    return true;
}

/* The dynamic linker knows libraries by their path first, so the descriptor stays open: no other
 * library can get its number, that is its path. */
enum pal_status
pal_dl_open_bytes(void **out, int *descriptor, const void *bytes, size_t size, char *message,
                  size_t message_bytes)
{
    char path[64];
    int fd = memfd_create("corert-module", MFD_CLOEXEC);
    enum pal_status status;

    *out = NULL;
    *descriptor = -1;
    if (fd < 0 || !write_all(fd, bytes, size)) {
        if (message && message_bytes > 0)
            snprintf(message, message_bytes, "a file in memory: %s", strerror(errno));
        status = errno == ENOMEM || errno == ENOSPC ? PAL_E_NOMEM : PAL_E_IO;
        pal_dl_bytes_close(fd);
        return status;
    }
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    status = pal_dl_open(out, path, message, message_bytes);
    if (status == PAL_OK)
        *descriptor = fd;
    else
        pal_dl_bytes_close(fd);
    return status;
}

void
pal_dl_bytes_close(int descriptor)
{
    if (descriptor >= 0)
        close(descriptor);
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
pal_dl_pin(const char *path)
{
    return dlopen(path, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE) != NULL;
}

bool
pal_dl_address(const void *address, struct pal_symbol *out)
{
    Dl_info info;

    memset(out, 0, sizeof *out);
    if (dladdr(address, &info) == 0) { /* a static program need not have the symbols it looks at */
        out->base = static_base();
        return out->base != NULL;
    }
    out->library = info.dli_fname;
    out->name = info.dli_sname;
    out->base = info.dli_fbase;
    out->address = info.dli_saddr;
    return true;
}
