/* tests/gc/check_gc_threads.c - several threads allocate, share objects and collect.
 * They stop cooperatively: a thread is either in native state or comes to a poll. References are in
 * slots of the thread, since everything may move; some are ambiguous words as well. */
#include <check.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "pal/pal.h"
#include "tests/gc/gc_types.h"
#include "tests/gc/stopping.h"

enum { THREADS = 4, SLOTS = 32, SHARED = 16, LIST_MOST = 60 };

struct thread {
    _Alignas(128) struct gc_buffer buffer;
    uint64_t taken;
    void *slot[SLOTS];
    uintptr_t word[4];
    struct stop_state stop;
    uint64_t seed;
    uint64_t bytes;
    bool attached;
};

static struct thread threads[THREADS];
static _Thread_local struct thread *self;
static _Atomic(void *) shared[SHARED];
static int rounds;
static atomic_uint collections;

static uint32_t
below(uint32_t n)
{
    self->seed = self->seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)(self->seed >> 33) % n;
}

/* ---- stopping ---- */
static void
world_stop(void)
{
    size_t i;

    stop_request();
    for (i = 0; i < THREADS; i++)
        stop_wait(&threads[i].stop);
}

static void
world_resume(void)
{
    stop_release();
}

/* ---- roots ---- */
static void
each_buffer(void (*visit)(void *context, struct gc_buffer *b, bool torn), void *context)
{
    size_t i;

    for (i = 0; i < THREADS; i++)
        visit(context, &threads[i].buffer, false);
}

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
    size_t i, k;

    for (i = 0; i < THREADS; i++)
        for (k = 0; k < SLOTS; k++)
            gc_root(&threads[i].slot[k]);
    for (i = 0; i < SHARED; i++) {
        void *o = atomic_load(&shared[i]);

        gc_root(&o);
        atomic_store(&shared[i], o);
    }
}

static void
after(const struct gc_collection *c)
{
    (void)c;
    atomic_fetch_add(&collections, 1);
}

static void
verify_failed(const char *text)
{
    pal_fail_fast(text);
}

static const struct gc_world world = {.run_native = stop_run_native,
                                      .stop = world_stop,
                                      .each_buffer = each_buffer,
                                      .scan_ambiguous = scan_ambiguous,
                                      .scan_roots = scan_roots,
                                      .resume = world_resume,
                                      .after = after,
                                      .verify_failed = verify_failed};

/* ---- objects: {type, stamp, next, other, check, third} ---- */
static void *
fresh(const struct gc_mt *mt, size_t bytes)
{
    uint8_t *at = self->buffer.ptr;
    struct gc_object *o;

    self->bytes += bytes;
    if ((uintptr_t)at + bytes > (uintptr_t)self->buffer.limit)
        return gc_alloc(&self->buffer, &self->taken, mt, bytes, 0);
    self->buffer.ptr = at + bytes;
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
    o[1] = self->seed;
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
    uint32_t length = below(20) ? 1 + below(300) : 1 + below(60000);
    struct gc_array *a = fresh(&test_bytes, gc_align8(24 + length));

    if (!a)
        return;
    a->length = length;
    ((uint8_t *)a)[16] = (uint8_t)length;
    if (self->slot[i])
        ((void **)self->slot[i])[3] = a;
}

static void
step(void)
{
    size_t i = below(SLOTS), k;

    stop_poll();
    switch (below(40)) {
    case 0:
        self->slot[i] = atomic_exchange(&shared[below(SHARED)], self->slot[i]);
        break;
    case 1:
        list_check(i);
        break;
    case 2:
        self->slot[i] = NULL;
        break;
    case 3:
        self->word[below(4)] = (uintptr_t)self->slot[i] + below(56);
        break;
    case 4:
        gc_buffer_retire(&self->buffer);
        break;
    case 5:
        if (below(200) == 0)
            gc_collect(GC_REASON_INDUCED, GC_COLLECT_COMPACT);
        break;
    case 6:
        array_attach(i);
        break;
    default:
        for (k = below(LIST_MOST / 20); k > 0 && node_push(i); k--)
            ;
    }
}

static void *
thread_main(void *argument)
{
    int i;

    self = argument;
    stop_enter(&self->stop);
    stop_native_end();
    for (i = 0; i < rounds; i++)
        step();
    for (i = 0; i < SLOTS; i++)
        list_check((size_t)i);
    gc_buffer_retire(&self->buffer);
    stop_native_begin();
    return NULL;
}

static void
run(struct gc_config config)
{
    pthread_t handle[THREADS];
    char text[300];
    size_t i;

    memset(threads, 0, sizeof threads);
    for (i = 0; i < SHARED; i++)
        atomic_store(&shared[i], NULL);
    atomic_store(&collections, 0);
    config.world = &world;
    ck_assert(gc_start(&config));
    for (i = 0; i < THREADS; i++) {
        threads[i].seed = 77 + i;
        atomic_store(&threads[i].stop.native, true);
        ck_assert_int_eq(pthread_create(&handle[i], NULL, thread_main, &threads[i]), 0);
    }
    for (i = 0; i < THREADS; i++)
        pthread_join(handle[i], NULL);
    ck_assert_msg(gc_verify(text, sizeof text), "%s", text);
    ck_assert_uint_gt(atomic_load(&collections), 3);
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
    suite_add_tcase(s, core);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
