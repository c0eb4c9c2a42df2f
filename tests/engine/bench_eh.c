/* tests/engine/bench_eh.c - cost of throw and catch, transitions and interface calls.
 * Prints one line each; not a test. */
#include "tests/engine/managed.h"

#include "pal/pal.h"

#include <stdio.h>

static double
best_ns(int64_t (*f)(void *, int64_t), struct test_exception *e, int64_t depth, int64_t times)
{
    double best = 1e18;
    int round;

    for (round = 0; round < 7; round++) {
        uint64_t start = pal_time_ns();
        double ns;

        repeat_catch(f, e, depth, times);
        ns = (double)(pal_time_ns() - start) / (double)times;
        best = ns < best ? ns : best;
    }
    return best;
}

static int64_t
nothing(void *this)
{
    return *(const int64_t *)this == 0;
}

static void *
resolve_nothing(void *object, const void *itf, uint16_t slot)
{
    (void)object;
    (void)itf;
    (void)slot;
    return (void *)(uintptr_t)nothing;
}

static void
bench_dispatch(void)
{
    static struct test_type types[128];
    static void *objects[128], *pointers[128];
    static struct dispatch_cell cells[4];
    static const int64_t counts[] = {1, 4, 32, 128};
    enum { TIMES = 2000000 };
    unsigned i, k;

    resolver = resolve_nothing;
    dispatch_init(resolve);
    for (i = 0; i < 128; i++) {
        objects[i] = &types[i];
        pointers[i] = &objects[i];
    }
    for (k = 0; k < 4; k++) {
        uint64_t start;

        cells[k].code = (void *)(uintptr_t)RhpInitialDynamicInterfaceDispatch;
        dispatch_repeat(&cells[k], pointers, counts[k] - 1, 10000);
        start = pal_time_ns();
        dispatch_repeat(&cells[k], pointers, counts[k] - 1, TIMES);
        printf("interface call, %3d types      %8.2f ns\n", (int)counts[k],
               (double)(pal_time_ns() - start) / TIMES);
    }
    dispatch_flush();
}

int
main(void)
{
    static const int depths[] = {1, 10, 100};
    struct test_exception *e;
    uint64_t start;
    unsigned i;

    managed_setup();
    e = exception_new(&mt_derived);
    for (i = 0; i < 3; i++)
        printf("throw and catch, depth %3d     %8.1f ns, with finally in each %8.1f ns\n",
               depths[i], best_ns(recurse, e, depths[i], 200000 / depths[i]),
               best_ns(recurse_finally, e, depths[i], 200000 / depths[i]));
    repeat_pinvoke(1000);
    start = pal_time_ns();
    repeat_pinvoke(5000000);
    printf("P/Invoke                       %8.2f ns\n", (double)(pal_time_ns() - start) / 5000000);
    start = pal_time_ns();
    for (i = 0; i < 5000000; i++)
        enter((managed_fn *)(uintptr_t)number, NULL);
    printf("export call                    %8.2f ns\n", (double)(pal_time_ns() - start) / 5000000);
    bench_dispatch();
    exception_free(e);
    managed_teardown();
    return 0;
}
