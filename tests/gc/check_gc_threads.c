/* tests/gc/check_gc_threads.c - several threads allocate, share objects and collect.
 * They stop cooperatively: a thread is either in native state or comes to a poll. References are in
 * slots of the thread, since everything may move; some are ambiguous words as well. */
#include <check.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "pal/pal.h"
#include "tests/gc/gc_types.h"
#include "tests/gc/stopping.h"

enum { THREADS = 4, SLOTS = 32, SHARED = 16, LIST_MOST = 60 };

struct thread {
    struct stop_thread stop; /* first */
    void *slot[SLOTS];
    uintptr_t word[4];
    uint64_t bytes;
};

static struct thread threads[THREADS];
static _Thread_local struct thread *self;
static _Atomic(void *) shared[SHARED];
static int rounds;

/* ---- roots ---- */
static void
scan_ambiguous(void)
{
    size_t i;

    for (i = 0; i < THREADS; i++)
        gc_ambiguous((uintptr_t)threads[i].word, (uintptr_t)(threads[i].word + 4));
}

static void
scan_roots(void)
{
    size_t i;

    stop_scan_roots();
    for (i = 0; i < SHARED; i++) {
        void *o = atomic_load(&shared[i]);

        gc_root(&o);
        atomic_store(&shared[i], o);
    }
}

/* ---- objects: {type, stamp, next, other, check, third} ---- */
static void *
fresh(const struct gc_mt *mt, size_t bytes)
{
    uint8_t *at = self->stop.buffer.ptr;
    struct gc_object *o;

    self->bytes += bytes;
    if ((uintptr_t)at + bytes > (uintptr_t)self->stop.buffer.limit)
        return gc_alloc(&self->stop.buffer, &self->stop.taken, mt, bytes, 0);
    self->stop.buffer.ptr = at + bytes;
    o = (struct gc_object *)(void *)(at + 8);
    o->mt = mt;
    return o;
}

static bool
node_push(size_t i)
{
    uint64_t *o = fresh(&test_pair.mt, 56);

    if (!o)
        return false;
    o[1] = self->stop.seed;
    o[4] = o[1] * 31 + 7;
    ((void **)(void *)o)[2] = self->slot[i];
    self->slot[i] = o;
    return true;
}

static void
list_check(size_t i)
{
    uint64_t *o = self->slot[i];
    size_t n = 0;

    for (; o; o = ((void **)(void *)o)[2]) {
        const struct gc_array *a = ((void **)(void *)o)[3];

        if (((struct gc_object *)(void *)o)->mt != &test_pair.mt || o[4] != o[1] * 31 + 7)
            pal_fail_fast("a node changed");
        if (a && (a->mt != &test_bytes || ((const uint8_t *)a)[16] != (a->length & 255)))
            pal_fail_fast("an array changed");
        if (++n > 100000)
            pal_fail_fast("a list has no end");
    }
}

static void
array_attach(size_t i)
{
    uint32_t length = stop_below(20) ? 1 + stop_below(300) : 1 + stop_below(60000);
    struct gc_array *a = fresh(&test_bytes, gc_align8(24 + length));

    if (!a)
        return;
    a->length = length;
    ((uint8_t *)a)[16] = (uint8_t)length;
    if (self->slot[i])
        stop_store(&((void **)self->slot[i])[3], a);
}

static void
step(void)
{
    size_t i = stop_below(SLOTS), k;

    stop_poll();
    switch (stop_below(40)) {
    case 0:
        self->slot[i] = atomic_exchange(&shared[stop_below(SHARED)], self->slot[i]);
        break;
    case 1:
        list_check(i);
        break;
    case 2:
        self->slot[i] = NULL;
        break;
    case 3:
        self->word[stop_below(4)] = (uintptr_t)self->slot[i] + stop_below(56);
        break;
    case 4:
        gc_buffer_retire(&self->stop.buffer);
        break;
    case 5:
        if (stop_below(200) == 0)
            gc_collect(GC_REASON_INDUCED, GC_COLLECT_COMPACT);
        break;
    case 6:
        array_attach(i);
        break;
    default:
        for (k = stop_below(LIST_MOST / 20); k > 0 && node_push(i); k--)
            ;
    }
}

static void
thread_body(struct stop_thread *me)
{
    int i;

    self = (struct thread *)(void *)me;
    for (i = 0; i < rounds; i++)
        step();
    for (i = 0; i < SLOTS; i++)
        list_check((size_t)i);
}

static void
run(struct gc_config config)
{
    struct gc_world world = stop_world();
    struct stop_thread *all[THREADS];
    size_t i;

    memset(threads, 0, sizeof threads);
    for (i = 0; i < SHARED; i++)
        atomic_store(&shared[i], NULL);
    for (i = 0; i < THREADS; i++) {
        all[i] = &threads[i].stop;
        all[i]->seed = 77 + i;
        all[i]->root = threads[i].slot;
        all[i]->roots = SLOTS;
    }
    world.scan_ambiguous = scan_ambiguous;
    world.scan_roots = scan_roots;
    config.world = &world;
    stop_run(&config, all, THREADS, thread_body, 3);
    gc_stop();
}

START_TEST(threads_share_a_heap)
{
    rounds = 60000;
    run((struct gc_config){.cap_bytes = 64 << 20, .mark_threads = 1 + (uint32_t)_i});
}
END_TEST

START_TEST(threads_share_a_heap_that_moves)
{
    rounds = 30000;
    run((struct gc_config){.cap_bytes = 48 << 20,
                           .mark_threads = 1 + (uint32_t)_i,
                           .stress_evacuate = true,
                           .verify = true});
}
END_TEST

START_TEST(threads_share_a_heap_under_stress)
{
    rounds = 300;
    run((struct gc_config){
        .cap_bytes = 48 << 20, .stress_interval = 3, .stress_evacuate = true, .verify = true});
}
END_TEST

START_TEST(threads_share_a_heap_in_cycles)
{
    rounds = 90000;
    run((struct gc_config){.cap_bytes = 64 << 20,
                           .mark_threads = 1 + (uint32_t)_i,
                           .stress_interval = 100,
                           .stress_concurrent = true,
                           .concurrent = true,
                           .concurrent_bytes = 1,
                           .verify = true});
    ck_assert_uint_gt(stop_cycles(), 0);
}
END_TEST

int
main(void)
{
    Suite *s = suite_create("threads");
    TCase *core = tcase_create("core");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_set_timeout(core, 60);
    tcase_add_loop_test(core, threads_share_a_heap, 0, 2);
    tcase_add_loop_test(core, threads_share_a_heap_that_moves, 0, 2);
    tcase_add_test(core, threads_share_a_heap_under_stress);
    tcase_add_loop_test(core, threads_share_a_heap_in_cycles, 0, 2);
    suite_add_tcase(s, core);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
