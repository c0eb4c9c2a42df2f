/* pal/linux_fail.c - status words and the end of the process.
 * pal_fail_fast runs where anything may be broken: no lock, no allocation, no stdio. */
#include "pal/linux_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/uio.h>
#include <unistd.h>

const char *
pal_status_text(enum pal_status status)
{
    switch (status) {
    case PAL_OK:
        return "no error";
    case PAL_E_NOMEM:
        return "out of memory";
    case PAL_E_NOT_FOUND:
        return "no such file";
    case PAL_E_ACCESS:
        return "permission denied";
    case PAL_E_TOO_BIG:
        return "too large";
    case PAL_E_KIND:
        return "not a regular file";
    case PAL_E_FULL:
        return "no space left";
    case PAL_E_IO:
        return "input/output error";
    }
    return "unknown error";
}

enum pal_status
pal_status_of_errno(int error)
{
    switch (error) {
    case 0:
        return PAL_OK;
    case ENOMEM:
    case EAGAIN:
        return PAL_E_NOMEM;
    case ENOENT:
        return PAL_E_NOT_FOUND;
    case EACCES:
    case EPERM:
    case EROFS:
        return PAL_E_ACCESS;
    case EFBIG:
    case EOVERFLOW:
        return PAL_E_TOO_BIG;
    case ENOSPC:
    case EDQUOT:
        return PAL_E_FULL;
    case EISDIR:
    case ENOTDIR:
        return PAL_E_KIND;
    default:
        return PAL_E_IO;
    }
}

bool
pal_random(void *bytes, size_t size)
{
    uint8_t *at = bytes;

    while (size > 0) {
        ssize_t got = getrandom(at, size, 0);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        at += got;
        size -= (size_t)got;
    }
    return true;
}

noreturn void
pal_fail_fast(const char *reason)
{
    static char head[] = "corert: fatal: ", tail[] = "\n", none[] = "no reason given";
    struct iovec parts[3];
    ssize_t written;

    parts[0].iov_base = head;
    parts[0].iov_len = sizeof head - 1;
    parts[1].iov_base = none;
    parts[1].iov_len = sizeof none - 1;
    if (reason) {
        memcpy(&parts[1].iov_base, &reason, sizeof reason); /* writev reads only */
        parts[1].iov_len = strlen(reason);
    }
    parts[2].iov_base = tail;
    parts[2].iov_len = 1;
    written = writev(STDERR_FILENO, parts, 3);
    (void)written; /* nobody is left to be told */
    abort();
}
