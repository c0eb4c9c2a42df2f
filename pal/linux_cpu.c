/* pal/linux_cpu.c - how many processors we may use, and which one this is.
 * The affinity mask bounds where we run, the control group's quota how much: the lesser counts. */
#include "pal/linux_priv.h"

#include <fcntl.h>
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool
pal_small_read(const char *path, char *text, size_t size)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got;

    text[0] = '\0';
    if (file < 0)
        return false;
    do {
        got = read(file, text, size);
    } while (got < 0 && errno == EINTR);
    close(file);
    if (got < 0 || (size_t)got >= size) {
        text[0] = '\0';
        return false;
    }
    text[got] = '\0';
    return true;
}

static unsigned
affinity_count(void)
{
    size_t cpus;

    /* The kernel refuses a mask smaller than its own, whatever the machine really has. */
    for (cpus = 1024; cpus <= 1u << 18; cpus *= 4) {
        cpu_set_t *set = CPU_ALLOC(cpus);
        size_t bytes = CPU_ALLOC_SIZE(cpus);
        int count = -1;

        if (!set)
            break;
        if (sched_getaffinity(0, bytes, set) == 0)
            count = CPU_COUNT_S(bytes, set);
        CPU_FREE(set);
        if (count > 0)
            return (unsigned)count;
    }
    return 0;
}

static unsigned
quota_count(long long quota, long long period)
{
    if (quota <= 0 || period <= 0)
        return 0;
    return (unsigned)((quota + period - 1) / period);
}

/* 0 = no limit known. */
static unsigned
cgroup_count(void)
{
    char text[128], *end;
    long long quota;

    if (pal_small_read("/sys/fs/cgroup/cpu.max", text, sizeof text)) {
        quota = strtoll(text, &end, 10); /* "max 100000" has no number in front */
        return end == text ? 0 : quota_count(quota, strtoll(end, NULL, 10));
    }
    if (!pal_small_read("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", text, sizeof text))
        return 0;
    quota = strtoll(text, NULL, 10); /* -1 = no limit */
    if (!pal_small_read("/sys/fs/cgroup/cpu/cpu.cfs_period_us", text, sizeof text))
        return 0;
    return quota_count(quota, strtoll(text, NULL, 10));
}

unsigned
pal_cpu_count(void)
{
    unsigned count = affinity_count(), group = cgroup_count();

    if (count == 0) {
        long online = sysconf(_SC_NPROCESSORS_ONLN);

        count = online > 0 ? (unsigned)online : 1;
    }
    return group > 0 && group < count ? group : count;
}

unsigned
pal_cpu_number(void)
{
    int number = sched_getcpu();

    return number > 0 ? (unsigned)number : 0;
}
