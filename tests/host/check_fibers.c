/* tests/host/check_fibers.c - hosts that switch stacks under managed frames (ucontext): one after the other,
 * one inside the other, and turn by turn. Collections as in check_frames.c. */
#include "tests/host/check_host.h"

#include <pthread.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <ucontext.h>

typedef int host_fn(int);

enum { FIBERS = 6, BYTES = 256 * 1024, PAGE = 4096 };

struct fiber {
    ucontext_t context;
    void *memory; /* the stack, with a guard page if it is mapped */
    bool mapped;
    bool done;
    int result;
};

static corert_module *module;
static int (*down)(int, host_fn *, int), (*guarded)(host_fn *, int), (*churn)(int), (*overflow)(void);
static ucontext_t scheduler;
static struct fiber fibers[FIBERS];
static int current, turns;

static void
fibers_begin(void)
{
    corert_config config = said_config();

    config.gc_stress_interval = 97;
    config.gc_stress_evacuate = 1;
    config.gc_verify = 1;
    module = said_load(&config, FRAMES_MODULE);
    BIND(module, "frames_down", down);
    BIND(module, "frames_guarded", guarded);
    BIND(module, "frames_churn", churn);
    BIND(module, "frames_overflow", overflow);
    current = turns = 0;
}

static void
fiber_make(struct fiber *f, bool mapped, void (*run)(void))
{
    uint8_t *stack;

    memset(f, 0, sizeof *f);
    f->mapped = mapped;
    f->memory = mapped ? mmap(NULL, BYTES + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
                       : malloc(BYTES + PAGE);
    stack = f->memory;
    if (mapped)
        ck_assert_int_eq(mprotect(stack, PAGE, PROT_NONE), 0);
    getcontext(&f->context);
    f->context.uc_stack.ss_sp = stack + PAGE;
    f->context.uc_stack.ss_size = BYTES;
    f->context.uc_link = &scheduler;
    makecontext(&f->context, run, 0);
}

static void
fiber_free(struct fiber *f)
{
    if (f->mapped)
        munmap(f->memory, BYTES + PAGE);
    else
        free(f->memory);
    f->memory = NULL;
}

static void
resume(int i)
{
    current = i;
    swapcontext(&scheduler, &fibers[i].context);
}

static int
yields(int value)
{
    int me = current;

    turns++;
    swapcontext(&fibers[me].context, &scheduler);
    return value;
}

static int
collects(int value)
{
    ck_assert_int_eq(corert_gc_collect(CORERT_GC_COMPACT), CORERT_OK);
    return value;
}

/* ---- one after the other ---- */

static void
runs_alone(void)
{
    struct fiber *f = &fibers[current];

    f->result = down(5, collects, 1) == 6 && guarded(collects, 2) == 23 && churn(30) == 55;
    f->result += overflow();
    f->result += guarded(collects, 3) == 31;
}

static void
all_alone(void)
{
    for (int i = 0; i < FIBERS; i++) {
        fiber_make(&fibers[i], true, runs_alone);
        resume(i);
        ck_assert_int_eq(fibers[i].result, 3);
        if (i % 2)
            ck_assert_int_eq(down(5, collects, 1), 6);
    }
    for (int i = 0; i < FIBERS; i++)
        fiber_free(&fibers[i]);
    ck_assert_int_eq(guarded(collects, 3), 31);
    ck_assert_int_eq(overflow(), 1);
    ck_assert_int_eq(corert_thread_detach(), CORERT_OK);
}

START_TEST(exports_run_on_any_stack)
{
    fibers_begin();
    all_alone();
    ck_assert_int_eq(corert_shutdown(), CORERT_OK);
}
END_TEST

/* ---- one inside the other ---- */

static int
runs_a_fiber(int value)
{
    ucontext_t saved = scheduler;
    struct fiber *f = &fibers[value];

    fiber_make(f, value & 1, runs_alone);
    if (value & 1) {
        resume(value);
        ck_assert_int_eq(f->result, 3);
    }
    ck_assert_int_eq(corert_thread_detach(), CORERT_E_MISUSE);
    ck_assert_int_eq(down(3, collects, 4), 7);
    ck_assert_int_eq(corert_thread_detach(), CORERT_E_MISUSE);
    ck_assert_int_eq(corert_shutdown(), CORERT_E_MISUSE);
    fiber_free(f);
    scheduler = saved;
    return value;
}

START_TEST(a_fiber_may_run_inside_a_host_function)
{
    fibers_begin();
    for (int i = 0; i < FIBERS; i++) {
        ck_assert_int_eq(down(7, runs_a_fiber, i), i + 7);
        ck_assert_int_eq(guarded(runs_a_fiber, i), i * 8 + 7);
    }
    ck_assert_int_eq(corert_thread_detach(), CORERT_OK);
    ck_assert_int_eq(corert_shutdown(), CORERT_OK);
}
END_TEST

/* ---- turn by turn ---- */

static void
runs_in_turns(void)
{
    struct fiber *f = &fibers[current];
    int me = current;

    f->result = 1;
    for (int round = 0; round < 4; round++) {
        f->result &= down(2 + me, yields, round) == round + 2 + me;
        f->result &= guarded(yields, round) == round * 8 + 7;
        f->result &= churn(10) == 55;
    }
    f->done = true;
}

/* `order`: which of them goes on, so that they do not end as they began. */
static void
all_in_turns(unsigned order)
{
    int left = FIBERS;
    unsigned seed = order * 2654435761u + 1;

    for (int i = 0; i < FIBERS; i++)
        fiber_make(&fibers[i], i & 1, runs_in_turns);
    while (left) {
        int i;

        seed = seed * 1664525 + 1013904223;
        i = (int)(seed >> 20) % FIBERS;
        if (fibers[i].done)
            continue;
        resume(i);
        if (seed % 3 == 0)
            ck_assert_int_eq(corert_gc_collect(0), CORERT_OK);
        if (seed % 5 == 0)
            ck_assert_int_eq(down(3, collects, 2), 5);
        if (fibers[i].done) {
            left--;
            ck_assert_int_eq(fibers[i].result, 1);
            fiber_free(&fibers[i]);
        }
    }
    ck_assert_int_eq(churn(30), 55);
    ck_assert_int_eq(corert_thread_detach(), CORERT_OK);
}

START_TEST(fibers_take_turns_under_managed_frames)
{
    fibers_begin();
    for (unsigned order = 0; order < 2; order++)
        all_in_turns(order);
    ck_assert_int_gt(turns, 60);
    ck_assert_int_eq(corert_shutdown(), CORERT_OK);
}
END_TEST

/* The stacks are older than the thread, so the system puts them above its own. */
static void *
thread_with_fibers(void *order)
{
    all_in_turns(*(unsigned *)order);
    all_alone();
    return NULL;
}

START_TEST(fibers_of_other_threads_do_too)
{
    fibers_begin();
    for (unsigned order = 2; order < 4; order++) {
        pthread_t thread;

        ck_assert_int_eq(pthread_create(&thread, NULL, thread_with_fibers, &order), 0);
        for (int i = 0; i < 20; i++)
            ck_assert_int_eq(corert_gc_collect(0), CORERT_OK);
        pthread_join(thread, NULL);
    }
    ck_assert_int_eq(corert_shutdown(), CORERT_OK);
}
END_TEST

/* Stacks go away with managed frames on them. */
START_TEST(abandoned_fibers_are_forgotten)
{
    fibers_begin();
    for (int i = 0; i < FIBERS; i++) {
        fiber_make(&fibers[i], i & 1, runs_in_turns);
        resume(i);
        ck_assert_int_eq(corert_gc_collect(0), CORERT_OK);
    }
    for (int i = 0; i < FIBERS; i++)
        fiber_free(&fibers[i]);
    ck_assert_int_eq(corert_gc_collect(0), CORERT_OK);
    ck_assert_int_eq(guarded(collects, 3), 31);
    ck_assert_int_eq(corert_thread_detach(), CORERT_OK);
    ck_assert_int_eq(corert_shutdown(), CORERT_OK);
}
END_TEST

TCase *
case_fibers(void)
{
    TCase *c = tcase_create("fibers");

    tcase_set_timeout(c, 300);
    tcase_add_test(c, exports_run_on_any_stack);
    tcase_add_test(c, a_fiber_may_run_inside_a_host_function);
    tcase_add_test(c, fibers_take_turns_under_managed_frames);
    tcase_add_test(c, fibers_of_other_threads_do_too);
    tcase_add_test(c, abandoned_fibers_are_forgotten);
    return c;
}
