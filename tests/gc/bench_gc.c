/* tests/gc/bench_gc.c - allocation and collection by themselves, without compiled code: the tree
 * building of tests/bench/BinaryTrees.cs and the slowly replaced heap of GcPause.cs.
 * bench_gc trees|pause [depth|objects] [marking threads]. Not a test; prints times. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gc/gc.h"
#include "pal/pal.h"

struct node {
    const struct gc_mt *mt;
    struct node *left, *right;
};

struct entity {
    const struct gc_mt *mt;
    struct entity *next, *other;
    struct gc_array *data;
    int64_t id;
};

static const struct {
    struct gc_desc_series series;
    int64_t count;
    struct gc_mt mt;
} node_type = {{16 - 32, 8}, 1, {.flags = GC_MT_HAS_POINTERS, .base_size = 32}},
  entity_type = {{24 - 48, 8}, 1, {.flags = GC_MT_HAS_POINTERS, .base_size = 48}},
  references_type = {
      {-24, 16}, 1, {.flags = GC_MT_HAS_POINTERS | GC_MT_HAS_COMPONENT_SIZE | 8, .base_size = 24}};
static const struct gc_mt bytes_type = {.flags = GC_MT_HAS_COMPONENT_SIZE | 1, .base_size = 24};

static struct gc_buffer buffer;
static uint8_t *stack_top;
static void *keep[4];

static void
run_native(void (*function)(void *), void *context)
{
    __builtin_unwind_init();
    function(context);
    __asm__ volatile("" ::: "memory");
}

static void
nothing(void)
{
}

static void
each_buffer(void (*visit)(void *, struct gc_buffer *, bool), void *context)
{
    visit(context, &buffer, false);
}

static __attribute__((noinline)) void
scan_stack(void)
{
    gc_ambiguous((uintptr_t)__builtin_frame_address(0), (uintptr_t)stack_top);
}

static void
scan_roots(void)
{
    size_t i;

    for (i = 0; i < 4; i++)
        gc_root(&keep[i]);
}

static void
after(const struct gc_collection *c)
{
    if (getenv("GC_LOG"))
        fprintf(stderr,
                "gc %2ju: %6.1f -> %6.1f MB, pause %7.0f us = roots %.0f mark %.0f weak %.0f sweep "
                "%.0f, moved %.1f MB\n",
                (uintmax_t)c->number, (double)c->bytes_before / 1e6, (double)c->bytes_after / 1e6,
                (double)c->pause_ns / 1e3, (double)c->roots_ns / 1e3, (double)c->mark_ns / 1e3,
                (double)c->weak_ns / 1e3, (double)c->sweep_ns / 1e3, (double)c->moved_bytes / 1e6);
}

static inline void *
new_object(const struct gc_mt *mt, size_t bytes)
{
    uint8_t *at = buffer.ptr;
    struct gc_object *o;

    if ((uintptr_t)at + bytes > (uintptr_t)buffer.limit) {
        o = gc_alloc(&buffer, NULL, mt, bytes, 0);
        if (!o)
            abort();
        return o;
    }
    buffer.ptr = at + bytes;
    o = (struct gc_object *)(void *)(at + 8);
    o->mt = mt;
    return o;
}

static struct node *
build(int depth)
{
    struct node *n = new_object(&node_type.mt, 32), *child;

    if (depth > 0) {
        child = build(depth - 1);
        n->left = child;
        child = build(depth - 1);
        n->right = child;
    }
    return n;
}

static long
count(const struct node *n)
{
    return n->left ? 1 + count(n->left) + count(n->right) : 1;
}

static void
trees(int depth)
{
    long sum = count(build(depth + 1));
    int d, i;

    keep[0] = build(depth);
    for (d = 4; d <= depth; d += 4)
        for (i = 0; i < 1 << (depth - d + 4); i++)
            sum += count(build(d));
    sum += count(keep[0]);
    printf("check %ld\n", sum);
}

static struct gc_array *
array_new(const struct gc_mt *mt, uint32_t length)
{
    struct gc_array *a = new_object(mt, gc_align8(24 + (size_t)length * gc_mt_component_size(mt)));

    a->length = length;
    return a;
}

static struct entity *
entity_new(uint32_t id)
{
    struct entity *e = new_object(&entity_type.mt, 48);

    e->id = id;
    e->data = array_new(&bytes_type, 32);
    return e;
}

static void
pause_frames(uint32_t live, int frames)
{
    struct entity **world = NULL;
    uint64_t worst = 0, start;
    uint32_t seed = 7, i;
    int f, k;

    keep[1] = array_new(&references_type.mt, live);
#define WORLD ((struct entity **)((uint8_t *)keep[1] + 16))
    for (i = 0; i < live; i++) {
        struct entity *e = entity_new(i);

        world = WORLD;
        e->other = i ? world[i / 2] : NULL;
        world[i] = e;
    }
    for (f = 0; f < frames; f++) {
        start = pal_time_ns();
        for (k = 0; k < 2000; k++) {
            struct entity *e;

            seed = seed * 1664525 + 1013904223;
            i = (seed >> 3) % live;
            e = entity_new(i);
            world = WORLD;
            e->next = world[(i + 1) % live];
            world[i] = e;
            world[(i + 1) % live]->next = NULL;
            array_new(&bytes_type, 64 + (uint32_t)k % 64);
        }
        start = pal_time_ns() - start;
        if (start > worst)
            worst = start;
    }
    printf("worst frame %ju us\n", (uintmax_t)(worst / 1000));
}

int
main(int argc, char **argv)
{
    static const struct gc_world world = {.run_native = run_native,
                                          .stop = nothing,
                                          .each_buffer = each_buffer,
                                          .scan_ambiguous = scan_stack,
                                          .scan_roots = scan_roots,
                                          .resume = nothing,
                                          .after = after};
    struct gc_config config = {.world = &world};
    struct gc_totals totals;
    uint64_t start;

    stack_top = __builtin_frame_address(0);
    config.mark_threads = argc > 3 ? (uint32_t)atoi(argv[3]) : 1;
    config.verify = getenv("GC_VERIFY") != NULL;
    config.stress_evacuate = getenv("GC_EVACUATE") != NULL;
    if (!gc_start(&config))
        return 1;
    start = pal_time_ns();
    if (argc > 1 && strcmp(argv[1], "pause") == 0)
        pause_frames(argc > 2 ? (uint32_t)atoi(argv[2]) : 1000000, 3000);
    else
        trees(argc > 2 ? atoi(argv[2]) : 18);
    gc_totals_get(&totals);
    printf("ms %ju; %ju collections, %ju ms, longest %ju us\n",
           (uintmax_t)((pal_time_ns() - start) / 1000000), (uintmax_t)totals.collections,
           (uintmax_t)(totals.pause_ns / 1000000), (uintmax_t)(totals.max_pause_ns / 1000));
    gc_stop();
    return 0;
}
