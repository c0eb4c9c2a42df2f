/* tests/gc/check_concurrent.c - cycles: marking beside a program that moves references from places that
 * were not looked at to places that were. Every object of a table has a number; the table, which is one
 * of several forms, must hold each number once, whatever was marked when. */
#include <check.h>
#include <string.h>

#include "pal/pal.h"
#include "tests/gc/gc_types.h"
#include "tests/gc/stopping.h"

enum { NODES = 12000, GROWTH_MIB = 96 };
enum form { REFS, STRUCTS, SMALL_ARRAYS, FORMS };
enum { SMALL_SLOTS = 50 };

struct thread {
    struct stop_thread stop; /* first */
    void *root[3];           /* the table, one node on its way, what is to live for a while */
};

static struct thread mutator;
static enum form form;
static bool torn;
static bool (*until)(void);

/* Like ck_assert, which writes a line to a file whenever it holds. */
static void
must(bool holds, const char *what)
{
    if (!holds)
        ck_abort_msg("%s", what);
}

static void *
make(const struct gc_mt *mt, size_t bytes)
{
    void *o = gc_alloc(&mutator.stop.buffer, &mutator.stop.taken, mt, gc_align8(bytes), 0);

    must(o != NULL, "no memory");
    return o;
}

static struct gc_array *
make_array(const struct gc_mt *mt, size_t element, uint32_t length)
{
    struct gc_array *a = make(mt, 24 + element * length);

    a->length = length;
    return a;
}

/* Each struct has two slots at the front and one behind a number. */
static void **
slot_of(uint32_t i)
{
    uint8_t *table = mutator.root[0];

    if (form == STRUCTS)
        return (void **)(void *)(table + 16 + i / 3 * 40 + (i % 3 < 2 ? i % 3 * 8 : 24));
    if (form == REFS)
        return (void **)(void *)(table + 16 + i * 8);
    table = *(void **)(void *)(table + 16 + i / SMALL_SLOTS * 8);
    return (void **)(void *)(table + 16 + i % SMALL_SLOTS * 8);
}

static void
table_make(void)
{
    uint32_t i;

    if (form == SMALL_ARRAYS)
        mutator.root[0] = make_array(&test_refs.mt, 8, NODES / SMALL_SLOTS);
    else
        mutator.root[0] = form == REFS ? make_array(&test_refs.mt, 8, NODES)
                                       : make_array(&test_structs.mt, 40, NODES / 3 + 1);
    for (i = 0; form == SMALL_ARRAYS && i < NODES / SMALL_SLOTS; i++) {
        mutator.root[1] = make_array(&test_refs.mt, 8, SMALL_SLOTS);
        stop_store((void **)(void *)((uint8_t *)mutator.root[0] + 16 + i * 8), mutator.root[1]);
    }
    for (i = 0; i < NODES; i++) {
        uint64_t *node = make(&test_leaf, 32);

        node[1] = i;
        stop_store(slot_of(i), node);
        stop_poll();
    }
}

static void
table_check(void)
{
    static bool there[NODES];
    uint32_t i;

    memset(there, 0, sizeof there);
    for (i = 0; i < NODES; i++) {
        const uint64_t *node = *slot_of(i);

        must(node && ((const struct gc_object *)(const void *)node)->mt == &test_leaf, "no node");
        must(node[1] < NODES && !there[node[1]], "a number is there twice");
        there[node[1]] = true;
    }
}

/* Two nodes change places: for a moment one is nowhere but in a root that is looked at in stops only. */
static void
swap(void)
{
    void **a = slot_of(stop_below(NODES)), **b = slot_of(stop_below(NODES));

    mutator.root[1] = *a;
    stop_store(a, *b);
    stop_store(b, mutator.root[1]);
    mutator.root[1] = NULL;
}

/* The same with a new node for an old one. */
static void
replace(void)
{
    uint32_t i = stop_below(NODES);
    uint64_t *node = make(&test_leaf, 32);

    node[1] = ((const uint64_t *)*slot_of(i))[1];
    stop_store(slot_of(i), node);
}

static void
body(struct stop_thread *me)
{
    uint32_t i = 0;

    (void)me;
    table_make();
    while (!until()) {
        stop_poll();
        swap();
        swap();
        replace();
        (void)make(&test_leaf, 32);
        if (++i % 200000 == 0)
            table_check();
    }
    table_check();
}

static void
torn_buffer(void (*visit)(void *context, struct gc_buffer *b, bool torn), void *context)
{
    visit(context, &mutator.stop.buffer, torn);
}

static void
run(struct gc_config config, bool (*stop)(void), unsigned collections)
{
    static struct gc_world world; /* used until the heap stops */
    struct stop_thread *all[1] = {&mutator.stop};

    memset(&mutator, 0, sizeof mutator);
    mutator.stop.seed = 5;
    mutator.stop.root = mutator.root;
    mutator.stop.roots = 3;
    world = stop_world();
    world.each_buffer = torn_buffer;
    config.world = &world;
    config.concurrent = true;
    config.concurrent_bytes = 1;
    until = stop;
    stop_run(&config, all, 1, body, collections);
}

static bool
after_some_cycles(void)
{
    return stop_cycles() >= 15;
}

START_TEST(references_that_move_while_marking_are_found)
{
    form = (enum form)(_i % FORMS);
    torn = false;
    run((struct gc_config){.cap_bytes = 64 << 20,
                           .verify = true,
                           .stress_interval = _i >= FORMS ? 2000 : 0,
                           .stress_concurrent = _i >= FORMS},
        after_some_cycles, 3);
    gc_stop();
}
END_TEST

/* The log was made for the heap of the cycle's beginning, and places share its bytes. */
static bool
after_growth(void)
{
    struct gc_counters c;
    void *old = mutator.root[2];

    gc_counters_get(&c);
    if (stop_below(100) == 0) {
        mutator.root[2] = make_array(&test_refs.mt, 8, 1 << 13);
        stop_store((void **)(void *)((uint8_t *)mutator.root[2] + 16), old);
    }
    return c.block_bytes >= (uint64_t)GROWTH_MIB << 20;
}

START_TEST(a_heap_that_grows_while_marking_loses_nothing)
{
    form = REFS;
    torn = false;
    run((struct gc_config){.cap_bytes = (uint64_t)4 * GROWTH_MIB << 20, .verify = true}, after_growth, 1);
    gc_stop();
}
END_TEST

/* A thread that was interrupted anywhere may have stored without having logged. */
static bool
after_some_collections(void)
{
    struct gc_totals t;

    gc_totals_get(&t);
    torn = t.collections % 4 == 3;
    return t.collections >= 40;
}

START_TEST(cycles_give_way_to_threads_interrupted_anywhere)
{
    form = REFS;
    torn = false;
    run((struct gc_config){.cap_bytes = 64 << 20, .verify = true}, after_some_collections, 3);
    ck_assert_uint_gt(stop_cycles(), 0);
    ck_assert_uint_lt(stop_cycles(), 38);
    gc_stop();
}
END_TEST

/* Whatever is under way when somebody asks for a collection, or when there are to be none. */
static bool
after_some_requests(void)
{
    static unsigned calls;
    struct gc_totals t;

    calls++;
    if (calls % 3000 == 0)
        gc_collect(GC_REASON_INDUCED, calls % 2000 ? 0 : GC_COLLECT_COMPACT);
    if (calls % 5000 == 0 && gc_no_collect_begin(100000)) {
        while (stop_below(2000))
            replace();
        (void)gc_no_collect_end();
    }
    gc_totals_get(&t);
    return t.collections >= 40;
}

START_TEST(requests_end_what_is_under_way)
{
    form = SMALL_ARRAYS;
    torn = false;
    run((struct gc_config){.cap_bytes = 64 << 20, .verify = true}, after_some_requests, 3);
    gc_stop();
}
END_TEST

static bool
in_a_cycle(void)
{
    return stop_is_cycle() && stop_cycles() > 0;
}

START_TEST(the_heap_may_end_in_a_cycle)
{
    form = REFS;
    torn = false;
    run((struct gc_config){.cap_bytes = 64 << 20}, in_a_cycle, 0);
    gc_stop_concurrent(); /* once more: harmless */
    gc_stop();
}
END_TEST

int
main(void)
{
    Suite *s = suite_create("concurrent");
    TCase *core = tcase_create("core");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_set_timeout(core, 300);
    tcase_add_loop_test(core, references_that_move_while_marking_are_found, 0, 2 * FORMS);
    tcase_add_test(core, a_heap_that_grows_while_marking_loses_nothing);
    tcase_add_test(core, cycles_give_way_to_threads_interrupted_anywhere);
    tcase_add_test(core, requests_end_what_is_under_way);
    tcase_add_loop_test(core, the_heap_may_end_in_a_cycle, 0, 3);
    suite_add_tcase(s, core);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
