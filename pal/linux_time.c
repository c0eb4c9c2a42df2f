/* pal/linux_time.c - clocks. */
#include "pal/linux_priv.h"

#include <time.h>

static uint64_t
clock_ns(clockid_t clock)
{
    struct timespec t = {0, 0};

    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t
pal_time_ns(void)
{
    return clock_ns(CLOCK_MONOTONIC);
}

uint64_t
pal_time_ms(void)
{
    return clock_ns(CLOCK_MONOTONIC) / 1000000u;
}

int64_t
pal_time_utc_ns(void)
{
    return (int64_t)clock_ns(CLOCK_REALTIME);
}

uint64_t
pal_time_cpu_ns(void)
{
    return clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}
