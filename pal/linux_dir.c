/* pal/linux_dir.c - folders and path names.
 * Removal walks with openat, so that a link that appears meanwhile is never followed. */
#include "pal/linux_priv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { remove_depth_max = 64 }; /* each level holds a file descriptor */

bool
pal_dir_exists(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

enum pal_status
pal_dir_make(const char *path)
{
    char *copy = pal_strdup(path), *at;
    int error = 0;

    if (!copy)
        return PAL_E_NOMEM;
    for (at = copy + 1; copy[0] && *at && error == 0; at++) {
        if (*at != '/')
            continue;
        *at = '\0';
        if (mkdir(copy, 0777) != 0 && errno != EEXIST)
            error = errno;
        *at = '/';
    }
    pal_free(copy);
    if (error == 0 && mkdir(path, 0777) != 0)
        error = errno;
    if (error == EEXIST)
        return pal_dir_exists(path) ? PAL_OK : PAL_E_KIND;
    return pal_status_of_errno(error);
}

enum pal_status
pal_dir_temporary(const char *prefix, char **out)
{
    const char *parent = getenv("TMPDIR");
    size_t size;
    char *name;

    *out = NULL;
    if (!parent || !parent[0])
        parent = "/tmp";
    size = strlen(parent) + strlen(prefix) + sizeof "/.XXXXXX";
    name = pal_alloc(size);
    if (!name)
        return PAL_E_NOMEM;
    snprintf(name, size, "%s/%s.XXXXXX", parent, prefix);
    if (!mkdtemp(name)) {
        int error = errno;

        pal_free(name);
        return pal_status_of_errno(error);
    }
    *out = name;
    return PAL_OK;
}

static int remove_at(int parent, const char *name, unsigned depth);

/* Empties the folder behind `fd`, which it closes. The first error, or 0. */
static int
remove_content(int fd, unsigned depth)
{
    DIR *folder = fdopendir(fd);
    struct dirent *entry;
    int error = 0;

    if (!folder) {
        error = errno;
        close(fd);
        return error;
    }
    while ((entry = readdir(folder)) != NULL) {
        int failed;

        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        failed = remove_at(dirfd(folder), entry->d_name, depth + 1);
        if (failed && !error)
            error = failed;
    }
    closedir(folder);
    return error;
}

static int
remove_at(int parent, const char *name, unsigned depth)
{
    int fd, error;

    if (unlinkat(parent, name, 0) == 0)
        return 0;
    if (errno != EISDIR && errno != EPERM)
        return errno;
    if (depth >= remove_depth_max)
        return ELOOP;
    fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return errno;
    error = remove_content(fd, depth);
    if (!error && unlinkat(parent, name, AT_REMOVEDIR) != 0)
        error = errno;
    return error;
}

enum pal_status
pal_dir_remove(const char *path)
{
    return pal_status_of_errno(remove_at(AT_FDCWD, path, 0));
}

enum pal_status
pal_dir_list(const char *path, pal_dir_entry *entry, void *context)
{
    struct dirent **names;
    int count = scandir(path, &names, NULL, NULL), i, k;

    if (count < 0)
        return pal_status_of_errno(errno);
    /* strcmp, not alphasort, which follows the locale: folders are short, so insertion sort. */
    for (i = 1; i < count; i++) {
        struct dirent *moved = names[i];

        for (k = i; k > 0 && strcmp(names[k - 1]->d_name, moved->d_name) > 0; k--)
            names[k] = names[k - 1];
        names[k] = moved;
    }
    for (i = 0; i < count; i++) {
        const char *name = names[i]->d_name;

        if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
            entry(context, name);
        free(names[i]); /* from scandir, so not from our heap */
    }
    free(names);
    return PAL_OK;
}

char *
pal_path_real(const char *path)
{
    char *system = realpath(path, NULL), *copy;

    if (!system)
        return NULL;
    copy = pal_strdup(system);
    free(system);
    return copy;
}

char *
pal_path_self(void)
{
    char path[PATH_MAX];
    ssize_t size = readlink("/proc/self/exe", path, sizeof path - 1);

    if (size <= 0)
        return NULL;
    path[size] = '\0';
    return pal_strdup(path);
}
