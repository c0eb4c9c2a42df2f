/* tests/gc/check_collect.c - collections against a model (gc_model.h): a graph made and changed at
 * random, with ambiguous words, pins, weak slots, dependents and finalizable objects. */
#include "tests/gc/gc_model.h"

/* ---- changes ---- */
static uint32_t
length_random(enum kind kind)
{
    switch (below(12)) {
    case 0:
        return kind == BYTES ? below(40000) : below(1200);
    case 1:
        return kind == BYTES ? below(9000) : below(400);
    case 2:
        return below(100);
    default:
        return below(8);
    }
}

static uint32_t
make(enum kind kind, uint32_t length, uint32_t flags)
{
    struct model_object *m;
    uint8_t *o;
    uint32_t i;

    if (w.count + 1 == OBJECTS)
        return 0;
    m = &w.o[w.count + 1];
    memset(m, 0, sizeof *m);
    m->kind = kind;
    m->length = kind >= REFS ? length : 0;
    m->links = links_of(kind, m->length);
    m->link = m->links ? calloc(m->links, sizeof *m->link) : NULL;
    m->pinned = (flags & GC_ALLOC_PINNED) != 0;
    o = gc_alloc(&w.buffer, &w.taken, type_of(kind), bytes_of(m), flags);
    if (!o) {
        free(m->link);
        return 0;
    }
    if (kind >= REFS)
        *(uint32_t *)(void *)(o + 8) = length;
    *stamp_of(o, kind) = w.count + 1;
    for (i = 0; kind == BYTES && i < length; i++) {
        must(o[16 + i] == 0, "fresh object is not zero");
        o[16 + i] = (uint8_t)below(256);
    }
    m->sum = kind == BYTES ? contents_sum(o, length) : 0;
    m->registered = (flags & GC_ALLOC_FINALIZE) != 0;
    m->at = o;
    return ++w.count;
}

static uint32_t
make_random(void)
{
    enum kind kind = (enum kind)below(KINDS);
    uint32_t flags = kind == FINAL || kind == CRITICAL ? GC_ALLOC_FINALIZE : 0;

    if (below(20) == 0)
        flags |= GC_ALLOC_PINNED;
    return make(kind, length_random(kind), flags);
}

static uint32_t
existing(void)
{
    int tries;

    for (tries = 0; tries < 20 && w.count > 0; tries++) {
        uint32_t id = 1 + below(w.count);

        if (w.o[id].at)
            return id;
    }
    return 0;
}

static void
link_random(uint32_t id, uint32_t to)
{
    struct model_object *m = &w.o[id];
    size_t i;

    if (!id || !m->links)
        return;
    i = below((uint32_t)m->links);
    m->link[i] = to;
    *slot_of(m->at, m->kind, i) = w.o[to].at;
}

static void
root_set(size_t i, uint32_t id)
{
    w.root_id[i] = id;
    w.root[i] = w.o[id].at;
}

static void
words_change(void)
{
    size_t i;

    for (i = 0; i < WORDS; i++) {
        uint32_t id = existing();
        const struct model_object *m = &w.o[id];

        switch (below(id ? 8 : 1)) {
        case 0:
        case 1: /* somewhere in the heap */
            w.word[i] = (uintptr_t)w.o[1].at + below(4 << 20);
            break;
        case 2: /* inside */
            w.word[i] = (uintptr_t)m->at + below((uint32_t)bytes_of(m) - 7);
            break;
        case 3: /* one past its data */
            w.word[i] = (uintptr_t)m->at + bytes_of(m) - 8;
            break;
        case 4:
            w.word[i] = (uintptr_t)m->at;
            break;
        case 5:
            w.word[i] = below(UINT32_MAX);
            break;
        default: /* what it was: perhaps the place of an object that is dead */
            break;
        }
    }
}

static void
change(void)
{
    uint32_t id;
    size_t i;

    switch (below(12)) {
    case 0:
        root_set(below(ROOTS), below(4) ? existing() : 0);
        break;
    case 1:
        i = below(WEAKS);
        w.weak_id[i] = existing();
        w.weak_short[i] = w.weak_long[i] = w.o[w.weak_id[i]].at;
        break;
    case 2:
        i = below(PAIRS);
        w.primary_id[i] = existing();
        w.secondary_id[i] = w.primary_id[i] ? existing() : 0;
        w.primary[i] = w.o[w.primary_id[i]].at;
        w.secondary[i] = w.o[w.secondary_id[i]].at;
        break;
    case 3:
        id = existing();
        if (id && w.o[id].registered && below(4) == 0) {
            w.o[id].suppressed = true;
            *gc_object_sync_word((void *)w.o[id].at) |= GC_SYNC_GC_FINALIZER_RUN;
        }
        break;
    case 4:
        link_random(existing(), 0);
        break;
    default:
        link_random(existing(), existing());
    }
}

/* Ready objects come ordinary ones first. */
static void
take_ready(void)
{
    bool critical = false;
    size_t ready = gc_finalize_ready_count();
    uint8_t *o;

    while (ready-- > 0 && (o = gc_finalize_ready()) != NULL) {
        uint32_t id = *stamp_of(o, PAIR);

        ck_assert(w.o[id].ready);
        ck_assert_ptr_eq(w.o[id].at, o);
        ck_assert(!critical || w.o[id].kind == CRITICAL);
        critical = w.o[id].kind == CRITICAL;
        w.o[id].ready = false;
        if (below(3) == 0) {
            ck_assert(gc_finalize_register(o));
            w.o[id].registered = true;
            root_set(below(ROOTS), id);
        }
    }
}

static void
start(const struct gc_config *given)
{
    struct gc_config config = *given;

    memset(&w, 0, sizeof w);
    config.world = &model_world;
    ck_assert(gc_start(&config));
}

static void
stop(void)
{
    uint32_t id;

    gc_stop();
    for (id = 1; id <= w.count; id++)
        free(w.o[id].link);
}

/* ---- tests ---- */
static void
random_rounds(const struct gc_config *config, int rounds, uint32_t flags)
{
    int round, i;

    start(config);
    for (round = 0; round < rounds; round++) {
        for (i = 0; i < 400; i++) {
            uint32_t id = make_random();

            if (id && below(3) == 0)
                root_set(below(ROOTS), id);
            else
                link_random(existing(), id);
            change();
        }
        words_change();
        collect_and_compare(below(2) ? flags : 0);
        if (below(3) == 0)
            take_ready();
    }
    for (i = 0; i < ROOTS; i++)
        root_set((size_t)i, 0);
    memset(w.word, 0, sizeof w.word);
    stop();
}

START_TEST(random_graph_is_what_the_model_says)
{
    struct gc_config c = {.cap_bytes = 64 << 20};

    seed = (uint64_t)_i;
    random_rounds(&c, 40, GC_COLLECT_COMPACT);
}
END_TEST

START_TEST(random_graph_when_all_moves)
{
    struct gc_config c = {.cap_bytes = 64 << 20, .stress_evacuate = true, .verify = true};

    seed = 100 + (uint64_t)_i;
    random_rounds(&c, 40, GC_COLLECT_COMPACT);
}
END_TEST

START_TEST(random_graph_with_two_markers)
{
    struct gc_config c = {
        .cap_bytes = 64 << 20, .stress_evacuate = _i & 1, .mark_threads = 2, .verify = true};

    seed = 200 + (uint64_t)_i;
    random_rounds(&c, 30, GC_COLLECT_COMPACT | GC_COLLECT_AGGRESSIVE);
}
END_TEST

/* In stress mode the collection is inside gc_alloc. */
START_TEST(random_graph_under_stress)
{
    struct gc_config c = {.cap_bytes = 64 << 20,
                          .stress_interval = 1 + (uint32_t)_i,
                          .stress_evacuate = _i & 1,
                          .verify = true};
    int i;

    start(&c);
    seed = 300 + (uint64_t)_i;
    for (i = 0; i < 300; i++) {
        static struct expected e;
        static uint8_t *before[OBJECTS];
        bool due = (i + 1) % (_i + 1) == 0;
        uint32_t id;

        for (id = 1; id <= w.count; id++)
            before[id] = w.o[id].at;
        if (due)
            model_collect(&e);
        id = make_random();
        ck_assert_uint_ne(id, 0);
        ck_assert_ptr_null(w.buffer.ptr);
        if (due) {
            w.o[id].reached = true;
            before[id] = w.o[id].at;
            compare(&e, before);
        }
        root_set(below(ROOTS), id);
        change();
        words_change();
    }
    ck_assert_uint_eq(w.collections, 300 / (unsigned)(1 + _i));
    stop();
}
END_TEST

START_TEST(torn_buffer_goes_on_in_its_block)
{
    struct gc_config c = {.cap_bytes = 16 << 20, .verify = true};
    struct gc_buffer was;
    uint8_t *late;
    uint32_t i;

    start(&c);
    for (i = 0; i < 100; i++)
        root_set(i % ROOTS, make(PAIR, 0, 0));
    /* Interrupted between moving the pointer and storing the MT word. */
    late = w.buffer.ptr + 8;
    w.buffer.ptr += 32;
    w.torn = true;
    was = w.buffer;
    gc_collect(GC_REASON_INDUCED, GC_COLLECT_COMPACT);
    ck_assert_ptr_eq(w.buffer.ptr, was.ptr);
    ck_assert_ptr_eq(w.buffer.limit, was.limit);
    w.torn = false;
    *(const struct gc_mt **)(void *)late = type_of(LEAF);
    *stamp_of(late, LEAF) = ++w.count;
    w.o[w.count].at = late;
    w.o[w.count].kind = LEAF;
    for (i = 0; i < 100; i++)
        root_set(i % (ROOTS - 1), make(PAIR, 0, 0));
    root_set(ROOTS - 1, 101);
    w.word[0] = (uintptr_t)w.o[150].at;
    collect_and_compare(GC_COLLECT_COMPACT);
    stop();
}
END_TEST

START_TEST(long_lists_and_wide_arrays_are_marked)
{
    struct gc_config c = {.cap_bytes = 256 << 20, .mark_threads = 1 + (uint32_t)_i};
    const uint32_t wide = 100000;
    uint32_t i;
    size_t found = 0;
    uint8_t *o;

    start(&c);
    w.root[0] = gc_alloc(&w.buffer, NULL, type_of(REFS), 24 + 8 * wide, 0);
    *(uint32_t *)(void *)((uint8_t *)w.root[0] + 8) = wide;
    for (i = 0; i < wide; i++) {
        o = gc_alloc(&w.buffer, NULL, type_of(PAIR), 56, 0);
        *slot_of(o, PAIR, 2) = i % 3 ? *slot_of(w.root[0], REFS, i - 1) : NULL;
        *slot_of(w.root[0], REFS, i) = o;
    }
    w.root[1] = gc_alloc(&w.buffer, NULL, type_of(STRUCTS), 24 + 40 * 5000, 0);
    *(uint32_t *)(void *)((uint8_t *)w.root[1] + 8) = 5000;
    for (i = 0; i < 15000; i++)
        *slot_of(w.root[1], STRUCTS, i) = gc_alloc(&w.buffer, NULL, type_of(LEAF), 32, 0);
    for (i = 0; i < 200000; i++) {
        o = gc_alloc(&w.buffer, NULL, type_of(PAIR), 56, 0);
        *slot_of(o, PAIR, 1) = w.root[2];
        w.root[2] = o;
    }
    for (i = 0; i < 3; i++) {
        struct gc_collection record;
        uint64_t bytes = 0;

        gc_collect(GC_REASON_INDUCED, i == 2 ? GC_COLLECT_COMPACT : 0);
        gc_last_collection(&record);
        bytes = (24 + 8 * wide) + 56 * wide + (24 + 40 * 5000) + 32 * 15000 + 56 * 200000;
        ck_assert_uint_eq(record.bytes_after, bytes);
    }
    for (o = w.root[2]; o; o = *slot_of(o, PAIR, 1))
        found++;
    ck_assert_uint_eq(found, 200000);
    gc_stop();
}
END_TEST

int
main(void)
{
    Suite *s = suite_create("collect");
    TCase *core = tcase_create("core"), *random = tcase_create("random");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_set_timeout(random, 100);
    tcase_set_timeout(core, 60);
    tcase_add_loop_test(random, random_graph_is_what_the_model_says, 0, 4);
    tcase_add_loop_test(random, random_graph_when_all_moves, 0, 4);
    tcase_add_loop_test(random, random_graph_with_two_markers, 0, 2);
    tcase_add_loop_test(random, random_graph_under_stress, 0, 4);
    tcase_add_test(core, torn_buffer_goes_on_in_its_block);
    tcase_add_loop_test(core, long_lists_and_wide_arrays_are_marked, 0, 2);
    suite_add_tcase(s, core);
    suite_add_tcase(s, random);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
