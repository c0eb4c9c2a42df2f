/* pal/linux_group.c - the limits of our control group: the least of its own and those of every group
 * around it that can be seen. /proc/self/cgroup names our group in each hierarchy, mountinfo says where
 * which part of a hierarchy is mounted; in a container both may be parts of something larger. */
#include "pal/linux_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 1024 };

/* All of a file whose size the system does not tell; owned. NULL: it cannot be read. */
static char *
text_read(const char *root, const char *path)
{
    size_t size = 0, room = 8192;
    char name[PATH_BYTES], *text = NULL, *grown;
    ssize_t got = 1;
    int file;

    snprintf(name, sizeof name, "%s%s", root, path);
    file = open(name, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return NULL;
    while (got != 0 && (grown = pal_realloc(text, room)) != NULL) {
        text = grown;
        got = read(file, text + size, room - size - 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        size += (size_t)got;
        room *= 2;
    }
    close(file);
    if (text)
        text[size] = 0;
    return text;
}

/* The number at the beginning of a file of the folder, and what follows; 0: none ("max", -1). */
static uint64_t
number_read(const char *folder, const char *name, char text[64])
{
    char path[PATH_BYTES + 32], *end;
    long long n;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    (void)pal_small_read(path, text, 64);
    n = strtoll(text, &end, 10);
    memmove(text, end, strlen(end) + 1);
    return n > 0 ? (uint64_t)n : 0;
}

static void
least(uint64_t *kept, uint64_t found)
{
    if (found - 1 < *kept - 1) /* 0 is the greatest */
        *kept = found;
}

/* What is read of a hierarchy. */
enum kind { V2, V1_MEMORY, V1_CPU };

/* `folder` and all above it down to the first `base` bytes. */
static void
folders_walk(char *folder, size_t base, enum kind kind, struct pal_group *out)
{
    for (;;) {
        uint64_t quota = 0, period = 0;
        char text[64], *slash;

        if (kind != V1_CPU)
            least(&out->memory_bytes, number_read(folder, kind ? "memory.limit_in_bytes" : "memory.max", text));
        if (kind != V1_MEMORY) {
            quota = number_read(folder, kind ? "cpu.cfs_quota_us" : "cpu.max", text);
            period = strtoull(text, NULL, 10);
        }
        if (quota && kind == V1_CPU)
            period = number_read(folder, "cpu.cfs_period_us", text);
        if (quota && period)
            least(&out->cpus, (quota - 1) / period + 1);
        slash = strrchr(folder + base, '/');
        if (!slash)
            return;
        *slash = 0;
    }
}

/* The list, which ends with the character `end`, has the word. */
static bool
has_word(const char *list, char end, const char *word)
{
    size_t bytes = strlen(word);

    for (; *list && *list != end; list += strcspn(list, ",:"), list += *list == ',') {
        if (strncmp(list, word, bytes) == 0 && (list[bytes] == ',' || list[bytes] == end))
            return true;
    }
    return false;
}

/* One line of mountinfo against one of cgroup ("5:cpu,cpuacct:/path", "0::/path"), without their ends. */
static void
mount_look(const char *root, const char *mount, const char *group, struct pal_group *out)
{
    static const char names[][8] = {"", "memory", "cpu"};
    char part[PATH_BYTES], at[PATH_BYTES], folder[PATH_BYTES], options[512];
    const char *rest = strstr(mount, " - cgroup"), *list = strchr(group, ':'), *path;
    enum kind kind = V2;
    size_t base, whole;

    if (!rest || !list || !(path = strchr(++list, ':')) || sscanf(rest, " - %*s %*s %511s", options) != 1 ||
        sscanf(mount, "%*s %*s %*s %1023s %1023s", part, at) != 2)
        return;
    if (rest[9] != '2') {
        kind = has_word(list, ':', "memory") ? V1_MEMORY : V1_CPU;
        if (!has_word(list, ':', names[kind]) || !has_word(options, 0, names[kind]))
            return;
    } else if (path != list)
        return;
    path++;
    /* What is mounted is all of it, or the part that our group lies in, or we cannot tell. */
    whole = part[1] ? strlen(part) : 0;
    path = strncmp(path, part, whole) == 0 && (path[whole] == '/' || !path[whole]) ? path + whole : "";
    base = (size_t)snprintf(folder, sizeof folder, "%s%s", root, at);
    if (base >= sizeof folder)
        return;
    if (path[1] && strncmp(path, "/..", 3) != 0)
        snprintf(folder + base, sizeof folder - base, "%s", path);
    folders_walk(folder, base, kind, out);
}

/* Ends the line and gives the next one, or NULL. */
static char *
line_end(char *line)
{
    line += strcspn(line, "\n");
    if (!*line)
        return NULL;
    *line = 0;
    return line + 1;
}

void
pal_group_limits(const char *root, struct pal_group *out)
{
    static const char usual[][8] = {"", "/memory", "/cpu"}; /* of a sandbox without /proc; enum kind */
    char *mounts = text_read(root, "/proc/self/mountinfo"), *groups = text_read(root, "/proc/self/cgroup");
    char *mount, *next, *group, folder[PATH_BYTES];

    *out = (struct pal_group){0, 0};
    for (mount = groups ? mounts : NULL; mount; mount = next) {
        char *copy, *following;

        next = line_end(mount);
        if (!strstr(mount, " - cgroup"))
            continue;
        copy = pal_strdup(groups);
        for (group = copy; group; group = following) {
            following = line_end(group);
            mount_look(root, mount, group, out);
        }
        pal_free(copy);
    }
    for (unsigned i = V2; !(mounts && groups) && i <= V1_CPU; i++) {
        int n = snprintf(folder, sizeof folder, "%s/sys/fs/cgroup%s", root, usual[i]);

        folders_walk(folder, (size_t)n, (enum kind)i, out);
    }
    pal_free(mounts);
    pal_free(groups);
}

const struct pal_group *
pal_group_own(void)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static struct pal_group own;
    static bool known;

    pthread_mutex_lock(&lock);
    if (!known)
        pal_group_limits("", &own);
    known = true;
    pthread_mutex_unlock(&lock);
    return &own;
}
