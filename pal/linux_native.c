/* pal/linux_native.c - the functions of libSystem.Native which the engine has instead.
 * The class library's numbers are translated here and nowhere else. errno is a result, as its
 * callers read it. */
#include "pal/linux_priv.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static_assert(sizeof(struct pal_native_stat) == 120, "FileStatus");
static_assert(offsetof(struct pal_native_stat, size) == 16, "FileStatus.Size");
static_assert(offsetof(struct pal_native_stat, device) == 88, "FileStatus.Dev");
static_assert(offsetof(struct pal_native_stat, user_flags) == 112, "FileStatus.UserFlags");
static_assert(sizeof(struct pal_native_entry) == 16, "DirectoryEntry");
static_assert(offsetof(struct pal_native_entry, bytes) == 8, "DirectoryEntry.NameLength");
static_assert(offsetof(struct pal_native_entry, kind) == 12, "DirectoryEntry.InodeType");

enum { LIBRARY_EIO = 0x1001D }; /* Interop.Error */
enum { SECOND_NS = 1000000000, READ_ONLY_FILE = 0444, READ_ONLY_FOLDER = 0555 };

static const struct {
    int32_t native;
    int system;
} open_flag[] = {{0x010, O_CLOEXEC}, {0x020, O_CREAT}, {0x040, O_EXCL},
                 {0x080, O_TRUNC},   {0x100, O_SYNC},  {0x200, O_NOFOLLOW}};

intptr_t
pal_native_open(const char *path, int32_t flags, int32_t mode)
{
    static const int access[] = {O_RDONLY, O_WRONLY, O_RDWR};
    int32_t left = flags & ~PAL_NATIVE_ACCESS;
    int how, file;

    if ((flags & PAL_NATIVE_ACCESS) > 2) {
        errno = EINVAL;
        return -1;
    }
    how = access[flags & PAL_NATIVE_ACCESS];
    for (size_t i = 0; i < sizeof open_flag / sizeof *open_flag; i++)
        if (flags & open_flag[i].native) {
            how |= open_flag[i].system;
            left &= ~open_flag[i].native;
        }
    if (left) {
        errno = EINVAL;
        return -1;
    }
    while ((file = open(path, how, (mode_t)mode)) < 0 && errno == EINTR)
        ;
    return file;
}

static void
stat_convert(const struct stat *s, struct pal_native_stat *out)
{
    *out = (struct pal_native_stat){
        .mode = (int32_t)s->st_mode,
        .uid = s->st_uid,
        .gid = s->st_gid,
        .size = s->st_size,
        .access_s = s->st_atim.tv_sec,
        .access_ns = s->st_atim.tv_nsec,
        .modified_s = s->st_mtim.tv_sec,
        .modified_ns = s->st_mtim.tv_nsec,
        .change_s = s->st_ctim.tv_sec,
        .change_ns = s->st_ctim.tv_nsec,
        .device = (int64_t)s->st_dev,
        .special = (int64_t)s->st_rdev,
        .inode = (int64_t)s->st_ino,
    };
}

int32_t
pal_native_stat(const char *path, bool follow, struct pal_native_stat *out)
{
    struct stat s;
    int result;

    while ((result = follow ? stat(path, &s) : lstat(path, &s)) < 0 && errno == EINTR)
        ;
    if (result == 0)
        stat_convert(&s, out);
    return result;
}

int32_t
pal_native_stat_open(int descriptor, struct pal_native_stat *out)
{
    struct stat s;
    int result = fstat(descriptor, &s), error = errno;

    if (result == 0) {
        stat_convert(&s, out);
        close(descriptor);
    }
    errno = error;
    return result;
}

/* Seconds and the nanoseconds after them, also before 1970. */
static struct timespec
time_split(int64_t ns)
{
    struct timespec t = {.tv_sec = ns / SECOND_NS, .tv_nsec = ns % SECOND_NS};

    if (t.tv_nsec < 0) {
        t.tv_sec--;
        t.tv_nsec += SECOND_NS;
    }
    return t;
}

void
pal_native_stat_of(bool folder, uint64_t size, int64_t modified_ns, struct pal_native_stat *out)
{
    struct timespec t = time_split(modified_ns);
    struct stat s;

    memset(&s, 0, sizeof s);
    s.st_mode = folder ? S_IFDIR | READ_ONLY_FOLDER : S_IFREG | READ_ONLY_FILE;
    s.st_size = (off_t)size;
    s.st_atim = s.st_mtim = s.st_ctim = t;
    stat_convert(&s, out);
}

static bool
fill(int file, const void *bytes, size_t size, int64_t modified_ns)
{
    struct timespec t = time_split(modified_ns), times[2] = {t, t};
    const char *at = bytes;

    while (size > 0) {
        ssize_t put = write(file, at, size);

        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        at += put;
        size -= (size_t)put;
    }
    return lseek(file, 0, SEEK_SET) == 0 && fchmod(file, READ_ONLY_FILE) == 0 &&
           futimens(file, times) == 0 &&
           fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) == 0;
}

intptr_t
pal_native_file(const void *bytes, size_t size, int64_t modified_ns)
{
    int file = memfd_create("corert-file", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    int error;

    if (file < 0 || fill(file, bytes, size, modified_ns))
        return file;
    error = errno;
    close(file);
    errno = error;
    return -1;
}

intptr_t
pal_native_take(int descriptor)
{
    return fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 ? descriptor : -1;
}

void
pal_native_error(enum pal_native_error error)
{
    switch (error) {
    case PAL_NATIVE_MISSING:
        errno = ENOENT;
        return;
    case PAL_NATIVE_DENIED:
        errno = EACCES;
        return;
    case PAL_NATIVE_READ_ONLY:
        errno = EROFS;
        return;
    case PAL_NATIVE_NO_MEMORY:
        errno = ENOMEM;
        return;
    case PAL_NATIVE_FAILED:
        errno = EIO;
        return;
    }
}

/* ---- folders ---- */

void *
pal_native_folder_open(const char *path)
{
    DIR *folder;

    while (!(folder = opendir(path)) && errno == EINTR)
        ;
    return folder;
}

int32_t
pal_native_folder_read(void *folder, char *buffer, int32_t size, struct pal_native_entry *out)
{
    const struct dirent *e;
    size_t bytes;

    *out = (struct pal_native_entry){.name = NULL};
    errno = 0;
    e = readdir(folder);
    if (!e)
        return errno ? LIBRARY_EIO : PAL_NATIVE_END;
    bytes = strlen(e->d_name);
    *out = (struct pal_native_entry){e->d_name, (int32_t)bytes, e->d_type};
    if (size > 0 && bytes < (size_t)size)
        out->name = memcpy(buffer, e->d_name, bytes + 1);
    return 0;
}

void
pal_native_folder_close(void *folder)
{
    closedir(folder);
}
