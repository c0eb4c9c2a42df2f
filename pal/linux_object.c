/* pal/linux_object.c - looking at our own process: which image holds an address, which memory can
 * be read, a file's bytes. For reports of what went wrong, so nothing here allocates or takes a
 * lock, and all of it may run in a signal handler. */
#include "pal/linux_priv.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

bool
pal_dl_object(const void *address, struct pal_object *out)
{
    union { /* dlfcn.h wants an address it may write to; it does not */
        const void *given;
        void *taken;
    } at = {.given = address};
    struct dl_find_object found;

    *out = (struct pal_object){.path = NULL};
    if (_dl_find_object(at.taken, &found) != 0)
        return false;
    out->start = (uintptr_t)found.dlfo_map_start;
    out->end = (uintptr_t)found.dlfo_map_end;
    out->eh_frame_hdr = found.dlfo_eh_frame;
    if (found.dlfo_link_map) {
        out->bias = found.dlfo_link_map->l_addr;
        out->path = found.dlfo_link_map->l_name;
    }
    if (!out->path || !out->path[0]) { /* the program itself has no name there */
        uintptr_t header = getauxval(AT_PHDR) & ~(uintptr_t)0xFFF;

        out->path = "/proc/self/exe";
        out->name = (const char *)(uintptr_t)getauxval(AT_EXECFN);
        if (header && header < out->start) /* of a static program only the code was named */
            out->start = header;
    }
    if (!out->name)
        out->name = out->path;
    return true;
}

/* The system reads the new mask before it sees that the first argument makes no sense: EFAULT
 * tells that it could not. */
bool
pal_mem_readable(const void *at)
{
    enum { NO_SUCH_HOW = 77, MASK_BYTES = 8 };
    uintptr_t word = (uintptr_t)at & ~(uintptr_t)(MASK_BYTES - 1);
    int saved = errno;
    bool readable;

    if (word == 0) /* no mask at all would be well */
        return false;
    syscall(SYS_rt_sigprocmask, NO_SUCH_HOW, word, NULL, MASK_BYTES);
    readable = errno != EFAULT;
    errno = saved;
    return readable;
}

size_t
pal_mem_copy(const void *from, void *to, size_t bytes)
{
    struct iovec there = {(void *)(uintptr_t)from, bytes}, here = {to, bytes};
    size_t page_left = 4096 - (uintptr_t)from % 4096;
    int saved = errno;
    ssize_t got = process_vm_readv(getpid(), &here, 1, &there, 1, 0);

    if (got < 0 && errno != EFAULT && pal_mem_readable(from)) {
        /* A sandbox forbids it: a page at a time, not safe from who unmaps just now. */
        got = (ssize_t)(bytes < page_left ? bytes : page_left);
        memcpy(to, from, (size_t)got);
    }
    errno = saved;
    return got > 0 ? (size_t)got : 0;
}

/* Lines of "low-high rwxp ..." in hexadecimal digits. */
bool
pal_mem_extent(const void *at, void **low, void **high)
{
    int file = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    uintptr_t bound[2] = {0, 0}, wanted = (uintptr_t)at;
    unsigned field = 0;
    bool found = false;
    char text[512];
    ssize_t got, i;

    while (file >= 0 && !found && (got = read(file, text, sizeof text)) > 0) {
        for (i = 0; i < got && !found; i++) {
            if (text[i] == '\n')
                bound[0] = bound[1] = field = 0;
            else if (field < 2 && text[i] != '-' && text[i] != ' ')
                bound[field] =
                    bound[field] * 16 + (uintptr_t)(text[i] & 15) + (text[i] > '9' ? 9 : 0);
            else
                found = ++field == 2 && bound[0] <= wanted && wanted < bound[1];
        }
    }
    if (file >= 0)
        close(file);
    *low = (void *)bound[0];
    *high = (void *)bound[1];
    return found;
}

bool
pal_file_map_open(int descriptor, const uint8_t **bytes, size_t *size)
{
    void *at = MAP_FAILED;
    struct stat st;

    *bytes = NULL;
    *size = 0;
    if (descriptor >= 0 && fstat(descriptor, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0)
        at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (descriptor >= 0)
        close(descriptor);
    if (at == MAP_FAILED)
        return false;
    *bytes = at;
    *size = (size_t)st.st_size;
    return true;
}

bool
pal_file_map(const char *path, const uint8_t **bytes, size_t *size)
{
    int saved = errno;
    bool mapped = pal_file_map_open(open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), bytes, size);

    errno = saved;
    return mapped;
}

void
pal_file_unmap(const uint8_t *bytes, size_t size)
{
    union {
        const void *given;
        void *taken;
    } at = {.given = bytes};

    if (bytes)
        munmap(at.taken, size);
}

void
pal_write_error(const char *text, size_t bytes)
{
    while (bytes > 0) {
        ssize_t put = write(STDERR_FILENO, text, bytes);

        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return; /* nobody is left to be told */
        text += put;
        bytes -= (size_t)put;
    }
}
