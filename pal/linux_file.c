/* pal/linux_file.c - whole files.
 * A reader sees the old content or the new one, never a part: writing goes through a temporary
 * file in the target's folder and ends with a rename. */
#include "pal/linux_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const size_t chunk_bytes = 64 * 1024;

/* Reads up to `size` bytes; the number read, or -1. */
static ssize_t
read_fully(int file, uint8_t *bytes, size_t size)
{
    size_t done = 0;

    while (done < size) {
        ssize_t got = read(file, bytes + done, size - done);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        done += (size_t)got;
    }
    return (ssize_t)done;
}

static bool
write_fully(int file, const uint8_t *bytes, size_t size)
{
    while (size > 0) {
        ssize_t put = write(file, bytes, size);

        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return false;
        bytes += put;
        size -= (size_t)put;
    }
    return true;
}

/* Reads to the end, whatever the size said: a file may grow, and pipes have none. */
static enum pal_status
read_to_end(int file, size_t expected, size_t limit, struct pal_file *out)
{
    size_t capacity = expected + 1;
    uint8_t *bytes = pal_alloc(capacity + 1);
    size_t size = 0;

    if (!bytes)
        return PAL_E_NOMEM;
    for (;;) {
        ssize_t got = read_fully(file, bytes + size, capacity - size);
        uint8_t *larger;

        if (got < 0 || size + (size_t)got > limit) {
            pal_free(bytes);
            return got < 0 ? pal_status_of_errno(errno) : PAL_E_TOO_BIG;
        }
        size += (size_t)got;
        if (size < capacity)
            break;
        capacity += capacity / 2 + chunk_bytes;
        larger = pal_realloc(bytes, capacity + 1);
        if (!larger) {
            pal_free(bytes);
            return PAL_E_NOMEM;
        }
        bytes = larger;
    }
    bytes[size] = 0;
    out->bytes = bytes;
    out->size = size;
    return PAL_OK;
}

enum pal_status
pal_file_read_open(int descriptor, size_t limit_bytes, struct pal_file *out)
{
    enum pal_status status;
    struct stat info;

    out->bytes = NULL;
    out->size = 0;
    if (fstat(descriptor, &info) != 0)
        status = pal_status_of_errno(errno);
    else if (S_ISDIR(info.st_mode))
        status = PAL_E_KIND;
    else if (info.st_size > 0 && (uint64_t)info.st_size > limit_bytes)
        status = PAL_E_TOO_BIG;
    else
        status = read_to_end(descriptor, info.st_size > 0 ? (size_t)info.st_size : 0, limit_bytes,
                             out);
    if (descriptor >= 0)
        close(descriptor);
    return status;
}

enum pal_status
pal_file_read(const char *path, size_t limit_bytes, struct pal_file *out)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);

    out->bytes = NULL;
    out->size = 0;
    return file < 0 ? pal_status_of_errno(errno) : pal_file_read_open(file, limit_bytes, out);
}

void
pal_file_free(struct pal_file *file)
{
    pal_free(file->bytes);
    file->bytes = NULL;
    file->size = 0;
}

/* An open file beside `path` with a name nobody else has; *name is owned by the caller. The system
 * applies the umask, which a library cannot ask for without changing it for all threads. */
static int
temporary_beside(const char *path, bool executable, char **name)
{
    size_t size = strlen(path) + sizeof ".0123456789abcdef";
    int file = -1, attempt;

    *name = pal_alloc(size);
    if (!*name) {
        errno = ENOMEM;
        return -1;
    }
    for (attempt = 0; file < 0 && attempt < 16; attempt++) {
        uint64_t x = pal_time_ns() ^ (uint64_t)getpid() << 32;

        pal_random(&x, sizeof x); /* without it the clock serves */
        snprintf(*name, size, "%s.%016llx", path, (unsigned long long)x);
        file = open(*name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, executable ? 0777 : 0666);
        if (file < 0 && errno != EEXIST)
            break;
    }
    if (file < 0) {
        int error = errno;

        pal_free(*name);
        *name = NULL;
        errno = error;
    }
    return file;
}

/* A device, pipe or socket is written to: a new file must not take its place. */
bool
pal_file_is_special(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode);
}

/* The number in /proc/self/fd/N, which /dev/stdout and /dev/fd/N lead to; -1: `path` names no
 * descriptor. */
static int
descriptor_of(const char *path)
{
    char at[PATH_MAX], target[PATH_MAX], folder[PATH_MAX], own[64];

    snprintf(own, sizeof own, "/proc/%ld/fd", (long)getpid());
    snprintf(at, sizeof at, "%s", path);
    for (int links = 0; links < 8; links++) {
        char *slash = strrchr(at, '/'), *end;
        ssize_t n = readlink(at, target, sizeof target - 1);

        if (n <= 0 || !slash || slash == at)
            return -1;
        target[n] = '\0';
        *slash = '\0';
        if (!realpath(at, folder))
            return -1;
        if (strcmp(folder, own) == 0) {
            unsigned long number = strtoul(slash + 1, &end, 10);

            return *end == '\0' && number <= INT_MAX ? (int)number : -1;
        }
        n = target[0] == '/' ? snprintf(at, sizeof at, "%s", target)
                             : snprintf(at, sizeof at, "%s/%s", folder, target);
        if (n < 0 || (size_t)n >= sizeof at)
            return -1;
    }
    return -1;
}

bool
pal_file_is_stream(const char *path)
{
    return pal_file_is_special(path) || descriptor_of(path) >= 0;
}

enum pal_status
pal_file_fill(const char *path, const void *bytes, size_t size)
{
    int number = descriptor_of(path), error = 0;
    int file = number >= 0 ? fcntl(number, F_DUPFD_CLOEXEC, 0)
                           : open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);

    if (file < 0)
        return pal_status_of_errno(errno);
    if (!write_fully(file, bytes, size))
        error = errno;
    if (close(file) != 0 && error == 0)
        error = errno; /* a full disk may show only here */
    return pal_status_of_errno(error);
}

enum pal_status
pal_file_write(const char *path, const void *bytes, size_t size, bool executable)
{
    char *name;
    int file, error = 0;

    if (pal_file_is_special(path))
        return pal_file_fill(path, bytes, size);
    file = temporary_beside(path, executable, &name);
    if (file < 0)
        return pal_status_of_errno(errno);
    if (!write_fully(file, bytes, size))
        error = errno;
    if (close(file) != 0 && error == 0)
        error = errno; /* a full disk may show only here */
    if (error == 0 && rename(name, path) != 0)
        error = errno;
    if (error != 0)
        unlink(name);
    pal_free(name);
    return pal_status_of_errno(error);
}

enum pal_status
pal_file_reserve(const char *path, bool executable, char **name)
{
    int file = temporary_beside(path, executable, name);

    return file < 0 || close(file) != 0 ? pal_status_of_errno(errno) : PAL_OK;
}

enum pal_status
pal_file_move(const char *from, const char *to)
{
    struct pal_file content;
    enum pal_status status;

    if (!pal_file_is_stream(to)) {
        if (rename(from, to) == 0)
            return PAL_OK;
        if (errno != EXDEV)
            return pal_status_of_errno(errno);
    }
    status = pal_file_read(from, SIZE_MAX, &content);
    if (status != PAL_OK)
        return status;
    status = pal_file_fill(to, content.bytes, content.size);
    pal_file_free(&content);
    if (status == PAL_OK)
        unlink(from);
    return status;
}

enum pal_status
pal_file_swap(const char *a, const char *b)
{
    return renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE) == 0 ? PAL_OK
                                                                     : pal_status_of_errno(errno);
}

bool
pal_file_exists(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

void
pal_file_delete(const char *path)
{
    unlink(path);
}

bool
pal_descriptor_is_ready(int descriptor)
{
    struct pollfd p = {.fd = descriptor, .events = POLLIN};

    return poll(&p, 1, 0) != 0; /* an error is for the reader to see */
}
