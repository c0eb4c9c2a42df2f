/* tests/gc/gc_model.c - the world, the model's own collection, and the comparison. */
#include "tests/gc/gc_model.h"

struct gc_model w;
uint64_t seed;

uint32_t
below(uint32_t n)
{
    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)(seed >> 33) % n;
}

/* ---- objects ---- */
const struct gc_mt *
type_of(enum kind kind)
{
    static const struct gc_mt *const types[KINDS] = {
        &test_leaf,    &test_pair.mt,    &test_final.mt, &test_critical.mt,
        &test_refs.mt, &test_structs.mt, &test_bytes};

    return types[kind];
}

size_t
bytes_of(const struct model_object *m)
{
    return gc_align8(type_of(m->kind)->base_size +
                     (size_t)m->length * gc_mt_component_size(type_of(m->kind)));
}

size_t
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

void **
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
uint32_t *
stamp_of(uint8_t *o, enum kind kind)
{
    return (uint32_t *)(void *)(o + (kind >= REFS ? 12 : 8));
}

uint64_t
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

const struct gc_world model_world = {.run_native = run_native,
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

void
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
             "object %u slot %zu holds %p, not object %u at %p", id, i, *slot_of(m->at, m->kind, i),
             m->link[i], (void *)w.o[m->link[i]].at);
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

void
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

void
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
