/* tests/gc/check_collect.c - collections against a model.
 * A single-threaded world makes a random graph and changes it at random. The model knows for every
 * object what it refers to; after each collection exactly those objects must be there which the
 * model calls reachable, with their contents, and every slot must lead to the right one. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/gc/gc_types.h"

enum { OBJECTS = 30000, ROOTS = 40, WORDS = 64, WEAKS = 64, PAIRS = 32, LINKS = 2048 };

enum kind { LEAF, PAIR, FINAL, CRITICAL, REFS, STRUCTS, BYTES, KINDS };

struct model_object {
    uint8_t *at; /* NULL: not there any more */
    enum kind kind;
    uint32_t length;
    bool pinned; /* by allocation */
    bool registered, suppressed, ready;
    bool reached;
    uint32_t *link; /* ids of what the slots hold; 0: NULL; owned */
    size_t links;
    uint64_t sum; /* BYTES: of the contents */
};

static struct {
    struct model_object o[OBJECTS]; /* [0] is never used */
    uint32_t count;
    void *root[ROOTS];
    uint32_t root_id[ROOTS];
    uintptr_t word[WORDS];
    void *weak_short[WEAKS], *weak_long[WEAKS];
    uint32_t weak_id[WEAKS];
    void *primary[PAIRS], *secondary[PAIRS];
    uint32_t primary_id[PAIRS], secondary_id[PAIRS];
    struct gc_buffer buffer;
    bool torn;
    uint64_t taken;
    uint64_t collections, seen;
    uint32_t reach_stack[OBJECTS];
} w;

static uint64_t seed;

static uint32_t
below(uint32_t n)
{
    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)(seed >> 33) % n;
}

/* Like ck_assert_msg, which writes a line to a file whenever it holds. */
#define must(condition, ...)                                                                       \
    do {                                                                                           \
        if (!(condition))                                                                          \
            ck_abort_msg(__VA_ARGS__);                                                             \
    } while (0)

/* ---- objects ---- */
static const struct gc_mt *
type_of(enum kind kind)
{
    static const struct gc_mt *const types[KINDS] = {
        &test_leaf,    &test_pair.mt,    &test_final.mt, &test_critical.mt,
        &test_refs.mt, &test_structs.mt, &test_bytes};

    return types[kind];
}

static size_t
bytes_of(const struct model_object *m)
{
    return gc_align8(type_of(m->kind)->base_size +
                     (size_t)m->length * gc_mt_component_size(type_of(m->kind)));
}

static size_t
links_of(enum kind kind, uint32_t length)
{
    switch (kind) {
    case PAIR:
    case FINAL:
    case CRITICAL:
        return 3;
    case REFS:
        return length;
    case STRUCTS:
        return 3 * (size_t)length;
    case LEAF:
    case BYTES:
    case KINDS:
        break;
    }
    return 0;
}

static void **
slot_of(uint8_t *o, enum kind kind, size_t i)
{
    static const size_t pair[] = {16, 24, 40}, element[] = {0, 8, 24};

    if (kind == REFS)
        return (void **)(void *)(o + 16 + 8 * i);
    if (kind == STRUCTS)
        return (void **)(void *)(o + 16 + 40 * (i / 3) + element[i % 3]);
    return (void **)(void *)(o + pair[i]);
}

/* The stamp of arrays of references is in the word that the layout calls padding. */
static uint32_t *
stamp_of(uint8_t *o, enum kind kind)
{
    return (uint32_t *)(void *)(o + (kind >= REFS ? 12 : 8));
}

static uint64_t
contents_sum(const uint8_t *o, uint32_t length)
{
    uint64_t sum = 0;
    uint32_t i;

    for (i = 0; i < length; i++)
        sum = sum * 31 + o[16 + i];
    return sum;
}

static enum kind
kind_of(const uint8_t *o)
{
    const struct gc_mt *mt = ((const struct gc_object *)(const void *)o)->mt;
    int kind;

    for (kind = 0; kind < KINDS; kind++)
        if (mt == type_of((enum kind)kind))
            return (enum kind)kind;
    ck_abort_msg("an object with a type that no object was made with");
    return KINDS;
}

/* ---- the world ---- */
static void
run_native(void (*function)(void *context), void *context)
{
    function(context);
}

static void
nothing(void)
{
}

static void
each_buffer(void (*visit)(void *context, struct gc_buffer *buffer, bool torn), void *context)
{
    visit(context, &w.buffer, w.torn);
}

static void
scan_ambiguous(void)
{
    gc_ambiguous((uintptr_t)w.word, (uintptr_t)(w.word + WORDS));
}

static void
scan_roots(void)
{
    size_t i;

    for (i = 0; i < ROOTS; i++)
        gc_root(&w.root[i]);
}

static bool
scan_dependents(void)
{
    bool more = false;
    size_t i;

    for (i = 0; i < PAIRS; i++) {
        if (gc_is_live(w.primary[i]) && w.secondary[i] && !gc_is_live(w.secondary[i])) {
            gc_root(&w.secondary[i]);
            more = true;
        }
    }
    return more;
}

static void
clear_weak(enum gc_weak_phase phase)
{
    size_t i;

    for (i = 0; i < WEAKS; i++)
        gc_weak(phase == GC_WEAK_SHORT ? &w.weak_short[i] : &w.weak_long[i]);
    if (phase == GC_WEAK_SHORT)
        return;
    for (i = 0; i < PAIRS; i++) {
        gc_weak(&w.primary[i]);
        if (w.primary[i])
            gc_root(&w.secondary[i]); /* live: only its new address */
        else
            w.secondary[i] = NULL;
    }
}

static void
after(const struct gc_collection *c)
{
    ++w.collections;
    must(c->number == w.collections, "collection out of turn");
}

static void
verify_failed(const char *text)
{
    ck_abort_msg("%s", text);
}

static bool
is_method_table(const void *address)
{
    int kind;

    for (kind = 0; kind < KINDS; kind++)
        if (address == type_of((enum kind)kind))
            return true;
    return false;
}

static const struct gc_world world = {.run_native = run_native,
                                      .stop = nothing,
                                      .each_buffer = each_buffer,
                                      .scan_ambiguous = scan_ambiguous,
                                      .scan_roots = scan_roots,
                                      .scan_dependents = scan_dependents,
                                      .clear_weak = clear_weak,
                                      .resume = nothing,
                                      .after = after,
                                      .verify_failed = verify_failed,
                                      .is_method_table = is_method_table};

/* ---- the model's own collection ---- */
static void
reach(uint32_t id)
{
    size_t depth = 0, i;

    if (id == 0 || w.o[id].reached)
        return;
    w.o[id].reached = true;
    w.reach_stack[depth++] = id;
    while (depth > 0) {
        const struct model_object *m = &w.o[w.reach_stack[--depth]];

        for (i = 0; i < m->links; i++) {
            struct model_object *to = &w.o[m->link[i]];

            if (m->link[i] && !to->reached) {
                to->reached = true;
                w.reach_stack[depth++] = m->link[i];
            }
        }
    }
}

static void
reach_dependents(void)
{
    bool more = true;
    size_t i;

    while (more) {
        more = false;
        for (i = 0; i < PAIRS; i++) {
            if (w.primary_id[i] && w.o[w.primary_id[i]].reached && w.secondary_id[i] &&
                !w.o[w.secondary_id[i]].reached) {
                reach(w.secondary_id[i]);
                more = true;
            }
        }
    }
}

/* What an ambiguous word names, by the rule in gc.h. */
static uint32_t
named_by(uintptr_t word)
{
    uint32_t id;

    for (id = 1; id <= w.count; id++) {
        const struct model_object *m = &w.o[id];

        if (m->at && word >= (uintptr_t)m->at && word <= (uintptr_t)m->at + bytes_of(m) - 8)
            return id;
    }
    return 0;
}

struct expected {
    uint32_t weak_short[WEAKS], weak_long[WEAKS];
    uint32_t named[WORDS];
};

static void
model_finalize(void)
{
    uint32_t id;

    /* All dead ones are found before any is kept alive. */
    for (id = 1; id <= w.count; id++) {
        struct model_object *m = &w.o[id];

        if (!m->at || !m->registered || m->reached)
            continue;
        m->registered = false;
        m->ready = !m->suppressed;
        m->suppressed = false;
    }
    for (id = 1; id <= w.count; id++) {
        if (w.o[id].ready)
            reach(id);
    }
}

static void
model_collect(struct expected *e)
{
    uint32_t id;
    size_t i;

    for (id = 1; id <= w.count; id++)
        w.o[id].reached = false;
    for (i = 0; i < WORDS; i++) {
        e->named[i] = named_by(w.word[i]);
        reach(e->named[i]);
    }
    for (i = 0; i < ROOTS; i++)
        reach(w.root_id[i]);
    for (id = 1; id <= w.count; id++) {
        if (w.o[id].ready)
            reach(id);
    }
    reach_dependents();
    for (i = 0; i < WEAKS; i++)
        e->weak_short[i] = w.o[w.weak_id[i]].reached ? w.weak_id[i] : 0;
    model_finalize();
    reach_dependents();
    for (i = 0; i < WEAKS; i++)
        e->weak_long[i] = w.o[w.weak_id[i]].reached ? w.weak_id[i] : 0;
}

/* ---- comparison ---- */
static void
found_object(void *context, void *object, size_t bytes)
{
    enum kind kind = kind_of(object);
    uint32_t id = *stamp_of(object, kind);
    struct model_object *m;

    must(id >= 1 && id <= w.count, "an object with the stamp %u", id);
    m = &w.o[id];
    must(m->reached, "object %u (kind %d) should be gone", id, kind);
    must(m->kind == kind && bytes == bytes_of(m), "object %u changed", id);
    m->reached = false; /* found */
    m->at = object;
    ++*(size_t *)context;
}

static void
check_contents(uint32_t id)
{
    struct model_object *m = &w.o[id];
    size_t i;

    if (m->kind == BYTES)
        must(contents_sum(m->at, m->length) == m->sum, "the bytes of object %u changed", id);
    for (i = 0; i < m->links; i++)
        must(*slot_of(m->at, m->kind, i) == w.o[m->link[i]].at,
                      "object %u slot %zu holds %p, not object %u at %p", id, i,
                      *slot_of(m->at, m->kind, i), m->link[i], (void *)w.o[m->link[i]].at);
}

static void
check_slots(const struct expected *e)
{
    size_t i;

    for (i = 0; i < ROOTS; i++)
        must(w.root[i] == w.o[w.root_id[i]].at, "root %zu is wrong", i);
    for (i = 0; i < WEAKS; i++) {
        must(w.weak_short[i] == w.o[e->weak_short[i]].at, "short weak slot %zu is wrong", i);
        must(w.weak_long[i] == w.o[e->weak_long[i]].at, "long weak slot %zu is wrong", i);
        if (!w.weak_short[i] || !w.weak_long[i])
            w.weak_short[i] = w.weak_long[i] = NULL, w.weak_id[i] = 0;
    }
    for (i = 0; i < PAIRS; i++) {
        if (!w.o[w.primary_id[i]].at)
            w.primary_id[i] = w.secondary_id[i] = 0;
        must(w.primary[i] == w.o[w.primary_id[i]].at, "primary %zu is wrong", i);
        must(w.secondary[i] == w.o[w.secondary_id[i]].at, "secondary %zu is wrong", i);
    }
}

static void
compare(const struct expected *e, uint8_t *const *before)
{
    char text[300];
    size_t found = 0, i;
    uint32_t id;

    for (id = 1; id <= w.count; id++)
        w.o[id].at = NULL;
    gc_each_object(found_object, &found);
    for (id = 1; id <= w.count; id++) {
        must(!w.o[id].reached, "object %u (kind %d) is gone", id, w.o[id].kind);
        if (w.o[id].at && w.o[id].pinned)
            must(w.o[id].at == before[id], "pinned object %u moved", id);
    }
    for (i = 0; i < WORDS; i++)
        must(!e->named[i] || w.o[e->named[i]].at == before[e->named[i]],
             "object %u moved although a word names it", e->named[i]);
    for (id = 1; id <= w.count; id++) {
        if (w.o[id].at)
            check_contents(id);
    }
    check_slots(e);
    must(gc_verify(text, sizeof text), "%s", text);
}

static void
collect_and_compare(uint32_t flags)
{
    static struct expected e;
    static uint8_t *before[OBJECTS];
    uint32_t id;

    for (id = 1; id <= w.count; id++)
        before[id] = w.o[id].at;
    model_collect(&e);
    gc_collect(GC_REASON_INDUCED, flags);
    compare(&e, before);
}

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
    config.world = &world;
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
    *(const struct gc_mt **)(void *)late = &test_leaf;
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
    w.root[0] = gc_alloc(&w.buffer, NULL, &test_refs.mt, 24 + 8 * wide, 0);
    *(uint32_t *)(void *)((uint8_t *)w.root[0] + 8) = wide;
    for (i = 0; i < wide; i++) {
        o = gc_alloc(&w.buffer, NULL, &test_pair.mt, 56, 0);
        *slot_of(o, PAIR, 2) = i % 3 ? *slot_of(w.root[0], REFS, i - 1) : NULL;
        *slot_of(w.root[0], REFS, i) = o;
    }
    w.root[1] = gc_alloc(&w.buffer, NULL, &test_structs.mt, 24 + 40 * 5000, 0);
    *(uint32_t *)(void *)((uint8_t *)w.root[1] + 8) = 5000;
    for (i = 0; i < 15000; i++)
        *slot_of(w.root[1], STRUCTS, i) = gc_alloc(&w.buffer, NULL, &test_leaf, 32, 0);
    for (i = 0; i < 200000; i++) {
        o = gc_alloc(&w.buffer, NULL, &test_pair.mt, 56, 0);
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
