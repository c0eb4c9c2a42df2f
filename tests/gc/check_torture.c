/* tests/gc/check_torture.c - several threads allocate short-lived, long-lived, large, pinned and
 * finalizable objects, tie them to graphs of their own with weak references beside, and collect. Each
 * thread has a model of its graph. When the world stands the models say what is reachable; before it runs
 * again every reachable object must be there with its contents and references, and a weak slot must hold
 * its object or, if that was not reachable, nothing. */
#include <check.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pal/pal.h"
#include "tests/gc/gc_types.h"
#include "tests/gc/stopping.h"

enum { THREADS = 4, ROOTS = 24, WEAKS = 48, LINKS = 3, IDS = 12000 };
enum kind { LEAF, PAIR, FINAL, BYTES, KINDS };

struct model {
    uint8_t *at; /* as far as it is known */
    uint32_t link[LINKS];
    uint32_t length; /* BYTES */
    uint8_t kind;
    bool pinned, registered, ready, reached, seen;
    bool maybe; /* dead since a cycle, which may have seen it alive: ready or registered */
    bool may;   /* reachable from such */
};

struct thread {
    struct stop_thread stop; /* first */
    void *root[ROOTS], *weak[WEAKS];
    uint32_t root_id[ROOTS], weak_id[WEAKS];
    uint32_t weak_expected[WEAKS];
    struct model *o; /* [1..count] */
    uint32_t *stack;
    uint32_t count, number;
};

static struct thread threads[THREADS];
static _Thread_local struct thread *self;
static atomic_uint finalized, cleared;
static bool collected, cycle;

static void
must(bool holds, const struct thread *t, const char *what, uint32_t id)
{
    char text[120];

    if (holds)
        return;
    snprintf(text, sizeof text, "thread %u: %s, object %u", t->number, what, id);
    pal_fail_fast(text);
}

/* ---- objects ---- */

static const struct gc_mt *
type_of(uint8_t kind)
{
    static const struct gc_mt *const types[KINDS] = {&test_leaf, &test_pair.mt, &test_final.mt,
                                                     &test_bytes};

    return types[kind];
}

static size_t
bytes_of(const struct model *m)
{
    return m->kind == BYTES ? gc_align8(24 + m->length) : m->kind == LEAF ? 32 : 56;
}

static void **
slot_of(uint8_t *o, size_t i)
{
    static const size_t offset[LINKS] = {16, 24, 40};

    return (void **)(void *)(o + offset[i]);
}

/* Owner and number; in arrays of bytes the first eight bytes. */
static uint64_t *
stamp_of(uint8_t *o, uint8_t kind)
{
    return (uint64_t *)(void *)(o + (kind == BYTES ? 16 : 8));
}

static uint64_t
stamp(const struct thread *t, uint32_t id)
{
    return (uint64_t)t->number << 32 | id;
}

/* ---- the model's collection: the world stands ---- */

static bool
is_reached(const struct model *m, bool may)
{
    return m->reached || (may && m->may);
}

static void
reached_set(struct model *m, bool may)
{
    m->reached |= !may;
    m->may |= may;
}

/* Sets `reached`, or `may`. */
static void
reach(struct thread *t, uint32_t id, bool may)
{
    size_t depth = 0, i;

    if (!id || is_reached(&t->o[id], may))
        return;
    reached_set(&t->o[id], may);
    t->stack[depth++] = id;
    while (depth) {
        const struct model *m = &t->o[t->stack[--depth]];

        for (i = 0; i < LINKS; i++)
            if (m->link[i] && !is_reached(&t->o[m->link[i]], may)) {
                reached_set(&t->o[m->link[i]], may);
                t->stack[depth++] = m->link[i];
            }
    }
}

static void
expect(struct thread *t)
{
    uint32_t id, i;

    for (id = 1; id <= t->count; id++)
        t->o[id].reached = t->o[id].seen = t->o[id].may = false;
    for (i = 0; i < ROOTS; i++)
        reach(t, t->root_id[i], false);
    for (id = 1; id <= t->count; id++)
        if (t->o[id].ready)
            reach(t, id, false);
    for (id = 1; id <= t->count; id++)
        if (t->o[id].maybe)
            reach(t, id, true);
    for (i = 0; i < WEAKS; i++)
        t->weak_expected[i] = t->o[t->weak_id[i]].reached ? t->weak_id[i] : 0;
}

static void
finalize(struct thread *t)
{
    uint32_t id;

    for (id = 1; id <= t->count; id++)
        if (t->o[id].registered && !t->o[id].reached) {
            t->o[id].maybe = cycle || t->o[id].may;
            t->o[id].ready = !t->o[id].maybe;
            t->o[id].registered = t->o[id].maybe;
        }
}

/* ---- comparison ---- */

static void
found(struct thread *t, uint32_t id, uint8_t *at)
{
    struct model *m = &t->o[id];

    must(!m->pinned || m->at == at, t, "a pinned object moved", id);
    must(((struct gc_object *)(void *)at)->mt == type_of(m->kind), t, "another type", id);
    must(*stamp_of(at, m->kind) == stamp(t, id), t, "another stamp", id);
    if (m->kind == BYTES) {
        must(((struct gc_array *)(void *)at)->length == m->length, t, "another length", id);
        must(at[16 + m->length - 1] == (uint8_t)id, t, "the last byte changed", id);
    }
    m->at = at;
    m->seen = true;
}

static void
visit(struct thread *t, uint32_t id, void *at, size_t *depth)
{
    must(at != NULL, t, "a reference is gone", id);
    if (t->o[id].seen) {
        must(t->o[id].at == at, t, "two places", id);
        return;
    }
    found(t, id, at);
    t->stack[(*depth)++] = id;
}

static void
compare(struct thread *t)
{
    size_t depth = 0, i;

    for (i = 0; i < ROOTS; i++) {
        if (t->root_id[i])
            visit(t, t->root_id[i], t->root[i], &depth);
        else
            must(t->root[i] == NULL, t, "a root appeared", 0);
        while (depth) {
            const struct model *m = &t->o[t->stack[--depth]];
            size_t k;

            for (k = 0; m->kind != LEAF && m->kind != BYTES && k < LINKS; k++) {
                void *to = *slot_of(m->at, k);

                if (m->link[k])
                    visit(t, m->link[k], to, &depth);
                else
                    must(to == NULL, t, "a reference appeared", 0);
            }
        }
    }
    for (i = 0; i < WEAKS; i++) {
        uint32_t id = t->weak_expected[i];

        if (!t->weak[i] && t->weak_id[i])
            atomic_fetch_add(&cleared, 1);
        must(id || !t->weak[i] || cycle || t->o[t->weak_id[i]].may, t,
             "a weak reference holds what is dead", t->weak_id[i]);
        must(!id || t->weak[i], t, "a weak reference lost its object", id);
        must(!id || !t->o[id].seen || t->weak[i] == t->o[id].at, t, "a weak reference is wrong", id);
        if (!t->weak[i])
            t->weak_id[i] = 0;
    }
}

/* ---- stopping ---- */

static void
world_stop(void)
{
    size_t i;

    stop_all();
    collected = false;
    for (i = 0; i < THREADS; i++)
        expect(&threads[i]);
}

static void
world_resume(void)
{
    size_t i;

    for (i = 0; collected && i < THREADS; i++) {
        compare(&threads[i]);
        finalize(&threads[i]);
    }
    stop_release();
}

static void
clear_weak(enum gc_weak_phase phase)
{
    size_t i, k;

    collected = true;
    cycle = stop_is_cycle();
    for (i = 0; phase == GC_WEAK_SHORT && i < THREADS; i++)
        for (k = 0; k < WEAKS; k++)
            gc_weak(&threads[i].weak[k]);
}

/* ---- what a thread does ---- */

/* Any object that the thread can reach; 0: none. */
static uint32_t
some_object(void)
{
    uint32_t id = self->root_id[stop_below(ROOTS)], steps = stop_below(8);

    while (id && steps--) {
        uint32_t next = self->o[id].link[stop_below(LINKS)];

        if (!next)
            break;
        id = next;
    }
    return id;
}

static void
root_set(size_t i, uint32_t id)
{
    self->root_id[i] = id;
    self->root[i] = id ? self->o[id].at : NULL;
}

/* The object is in root `i` afterwards. */
static void
make(size_t i, uint8_t kind, bool pinned, uint32_t length)
{
    struct model m = {.kind = kind, .pinned = pinned, .length = length};
    uint32_t flags = (pinned ? GC_ALLOC_PINNED : 0) | (kind == FINAL ? GC_ALLOC_FINALIZE : 0), id;

    if (self->count + 1 >= IDS)
        return;
    m.at = gc_alloc(&self->stop.buffer, &self->stop.taken, type_of(kind), bytes_of(&m), flags);
    if (!m.at)
        return;
    id = ++self->count;
    m.registered = kind == FINAL;
    *stamp_of(m.at, kind) = stamp(self, id);
    if (kind == BYTES) {
        ((struct gc_array *)(void *)m.at)->length = length;
        m.at[16 + length - 1] = (uint8_t)id;
    }
    self->o[id] = m;
    root_set(i, id);
}

static void
link_objects(void)
{
    uint32_t from = some_object(), to = stop_below(4) ? some_object() : 0;
    size_t k = stop_below(LINKS);

    if (!from || self->o[from].kind == LEAF || self->o[from].kind == BYTES)
        return;
    self->o[from].link[k] = to;
    stop_store(slot_of(self->o[from].at, k), to ? self->o[to].at : NULL);
}

static void
weak_set(void)
{
    size_t i = stop_below(WEAKS);

    self->weak_id[i] = some_object();
    self->weak[i] = self->weak_id[i] ? self->o[self->weak_id[i]].at : NULL;
}

/* One of the objects that wait for their finalizer, of whatever thread. */
static void
take_ready(void)
{
    uint8_t *o = gc_finalize_ready();
    struct thread *t;
    uint64_t s;

    if (!o)
        return;
    s = *stamp_of(o, FINAL);
    must(s >> 32 < THREADS, self, "no thread of ours made what is ready", (uint32_t)s);
    t = &threads[s >> 32];
    must(t->o[(uint32_t)s].ready || t->o[(uint32_t)s].maybe, t, "finalized though it lives",
         (uint32_t)s);
    t->o[(uint32_t)s].registered &= !t->o[(uint32_t)s].maybe;
    t->o[(uint32_t)s].ready = t->o[(uint32_t)s].maybe = false;
    atomic_fetch_add(&finalized, 1);
}

static void
step(void)
{
    size_t i = stop_below(ROOTS);

    stop_poll();
    switch (stop_below(24)) {
    case 0: /* large */
        make(i, BYTES, false, 40000 + stop_below(260000));
        break;
    case 1:
        make(i, stop_below(2) ? PAIR : BYTES, true, 300 + stop_below(2000));
        break;
    case 2:
    case 3:
        make(i, FINAL, false, 0);
        break;
    case 4:
    case 5:
        make(i, BYTES, false, 24 + stop_below(3000));
        break;
    case 6:
    case 7:
        weak_set();
        break;
    case 8:
        root_set(i, 0);
        break;
    case 9:
        take_ready();
        break;
    case 10:
        root_set(i, some_object());
        break;
    case 11:
        if (stop_below(60) == 0)
            gc_collect(GC_REASON_INDUCED, stop_below(2) ? GC_COLLECT_COMPACT : 0);
        break;
    case 12:
        make(i, LEAF, false, 0); /* mostly short-lived: the root is soon taken again */
        break;
    case 13:
    case 14:
        make(i, PAIR, false, 0);
        break;
    default:
        link_objects();
    }
}

static void
thread_body(struct stop_thread *me)
{
    self = (struct thread *)(void *)me;
    while (self->count + 1 < IDS)
        step();
    gc_collect(GC_REASON_INDUCED, GC_COLLECT_COMPACT);
}

static void
run(struct gc_config config, uint64_t seed)
{
    struct gc_world world = stop_world();
    struct stop_thread *all[THREADS];
    size_t i;

    memset(threads, 0, sizeof threads);
    atomic_store(&finalized, 0);
    atomic_store(&cleared, 0);
    for (i = 0; i < THREADS; i++) {
        all[i] = &threads[i].stop;
        all[i]->seed = seed * 31 + i;
        all[i]->root = threads[i].root;
        all[i]->roots = ROOTS;
        threads[i].number = (uint32_t)i;
        threads[i].o = calloc(IDS + 1, sizeof *threads[i].o);
        threads[i].stack = calloc(IDS + 1, sizeof *threads[i].stack);
    }
    world.stop = world_stop;
    world.clear_weak = clear_weak;
    world.resume = world_resume;
    config.world = &world;
    stop_run(&config, all, THREADS, thread_body, 20);
    ck_assert_uint_gt(atomic_load(&finalized), 50);
    ck_assert_uint_gt(atomic_load(&cleared), 50);
    gc_stop();
    for (i = 0; i < THREADS; i++) {
        free(threads[i].o);
        free(threads[i].stack);
    }
}

START_TEST(threads_and_models_agree)
{
    run((struct gc_config){.cap_bytes = 96 << 20, .mark_threads = 1 + (uint32_t)_i % 2}, (uint64_t)_i);
}
END_TEST

START_TEST(threads_and_models_agree_when_all_moves)
{
    run((struct gc_config){.cap_bytes = 96 << 20,
                           .mark_threads = 1 + (uint32_t)_i % 2,
                           .stress_interval = 97,
                           .stress_evacuate = true,
                           .verify = true},
        10 + (uint64_t)_i);
}
END_TEST

/* Cycles begin and end at allocations, whatever the marking thread has done. */
START_TEST(threads_and_models_agree_in_cycles)
{
    run((struct gc_config){.cap_bytes = 96 << 20,
                           .mark_threads = 1 + (uint32_t)_i % 2,
                           .stress_interval = _i % 3 ? 41 + (uint32_t)_i : 0,
                           .stress_concurrent = _i % 3 != 0,
                           .concurrent = true,
                           .concurrent_bytes = 1,
                           .verify = true},
        20 + (uint64_t)_i);
    if (_i % 3)
        ck_assert_uint_gt(stop_cycles(), 0);
}
END_TEST

int
main(void)
{
    Suite *s = suite_create("torture");
    TCase *core = tcase_create("core");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_set_timeout(core, 100);
    tcase_add_loop_test(core, threads_and_models_agree, 0, 12);
    tcase_add_loop_test(core, threads_and_models_agree_when_all_moves, 0, 6);
    tcase_add_loop_test(core, threads_and_models_agree_in_cycles, 0, 9);
    suite_add_tcase(s, core);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
