/* pal/linux_cpu.c - how many processors we may use, and which one this is.
 * The affinity mask bounds where we run, the control group's quota how much: the lesser counts. */
#include "pal/linux_priv.h"

#include <fcntl.h>
#include <errno.h>
#include <sched.h>
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

unsigned
pal_cpu_count(void)
{
    uint64_t group = pal_group_own()->cpus;
    unsigned count = affinity_count();

    if (count == 0) {
        long online = sysconf(_SC_NPROCESSORS_ONLN);

        count = online > 0 ? (unsigned)online : 1;
    }
    return group > 0 && group < count ? (unsigned)group : count;
}

unsigned
pal_cpu_number(void)
{
    int number = sched_getcpu();

    return number > 0 ? (unsigned)number : 0;
}
