/* tests/engine/bench_stop.c - how long it takes to stop and resume threads: median and 90th
 * percentile in microseconds, for busy threads (checks, then the stop signal) and sleeping ones.
 * bench_stop [ROUNDS] */
#include "tests/engine/managed_thr.h"

#include "pal/pal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS_MAX = 8, ROUNDS = 400, SIGNAL = 39 /* SIGRTMIN + 5 */ };

void
boundary_caught(void *exception)
{
    (void)exception;
}

int64_t
native_blocks(void *o)
{
    struct spinner *s = o;

    while (!s->done) {
        s->turns++;
        pal_thread_sleep_ns(1000000);
    }
    return 0;
}

struct busy {
    struct spinner spinner; /* first */
    managed_fn *function;
    struct pal_thread *thread;
};

static void
busy_main(void *argument)
{
    struct busy *b = argument;

    thr_signal_allow();
    enter(b->function, b);
}

static int
compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

static void
print_times(const char *what, uint64_t *ns, size_t count)
{
    qsort(ns, count, sizeof *ns, compare);
    printf("  %s %7.1f %7.1f", what, (double)ns[count / 2] / 1000.0,
           (double)ns[count * 9 / 10] / 1000.0);
}

static void
measure(const char *name, managed_fn *function, int threads, size_t rounds)
{
    static struct busy busy[THREADS_MAX];
    uint64_t *stop = calloc(rounds, sizeof *stop), *resume = calloc(rounds, sizeof *resume);

    memset(busy, 0, sizeof busy);
    for (int i = 0; i < threads; i++) {
        busy[i].function = function;
        if (pal_thread_start(&busy[i].thread, busy_main, &busy[i], 0, "busy") != PAL_OK)
            exit(1);
        while (!busy[i].spinner.turns)
            pal_thread_yield();
    }
    for (size_t i = 0; i < rounds; i++) {
        uint64_t begin;

        pal_thread_sleep_ns(300000);
        begin = pal_time_ns();
        thr_stop_world();
        stop[i] = pal_time_ns() - begin;
        begin = pal_time_ns();
        thr_resume_world();
        resume[i] = pal_time_ns() - begin;
    }
    for (int i = 0; i < threads; i++) {
        busy[i].spinner.done = 1;
        pal_thread_join(busy[i].thread);
    }
    printf("%-24s %d:", name, threads);
    print_times("stop", stop, rounds);
    print_times("resume", resume, rounds);
    printf("\n");
    free(stop);
    free(resume);
}

int
main(int argc, char **argv)
{
    size_t rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : ROUNDS;

    managed_setup();
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("us, median and 90th percentile of %zu rounds\n", rounds);
    measure("busy, checks", spin_checked, 1, rounds);
    measure("busy, checks", spin_checked, THREADS_MAX, rounds);
    measure("sleeping in native code", calls_blocking, THREADS_MAX, rounds);
    if (thr_signal_start(SIGNAL) == PAL_OK) {
        measure("busy, signal", spin_blind, 1, rounds);
        measure("busy, signal", spin_blind, THREADS_MAX, rounds);
        thr_signal_stop();
    }
    managed_teardown();
    return 0;
}
