/* pal/linux_old_libc.c - functions that the class library's native helpers ask for by names of an
 * older C library. libc.so still answers to them, libc.a does not. An archive of its own, which
 * corertc puts into objects of --static; there the names become local. */
#include <sys/stat.h>
#include <sys/types.h>

int __xmknod(int version, const char *path, mode_t mode, const dev_t *device);

int
__xmknod(int version, const char *path, mode_t mode, const dev_t *device)
{
    (void)version; /* of struct stat, which is not in it */
    return mknod(path, mode, *device);
}
