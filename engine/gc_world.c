/* engine/gc_world.c - what a collection asks of the engine (struct gc_world, gc/gc.h).
 * Every place outside the heap that holds references is visited here: stacks and the class
 * library's own reports as ambiguous words; thread statics, exceptions under way and handles as
 * slots that are rewritten when their object moves. Static fields, the out-of-memory exception and
 * other registered runs are known to gc/ itself. Nothing else may hold a reference while a thread
 * is in native state. */
#include "engine/gc_world.h"

#include "engine/engine.h"
#include "engine/hnd.h"
#include "engine/rh.h"
#include "engine/thr.h"

#include <inttypes.h>
#include <stdio.h>

enum { CALLOUTS_MAX = 8, COUNTED_MAX = 4 };

struct counted {
    gcw_counted_fn *function; /* NULL: free */
    const struct gc_mt *type;
};

static struct {
    struct pal_mutex lock;        /* GC_SNAPSHOT: snapshot, and writers of the tables below */
    struct gcw_snapshot snapshot; /* of the latest collection */
    uint64_t start_ns;
    gcw_callout_fn *callout[GCW_CALLOUTS][CALLOUTS_MAX]; /* NULL: free */
    struct counted counted[COUNTED_MAX];
} world;

/* ---- buffers ---- */

struct buffer_visit {
    void (*visit)(void *context, struct gc_buffer *buffer, bool torn);
    void *context;
};

/* A buffer is taken away from its thread: what is left of it was not allocated by the thread. */
static bool
buffer_of(struct thr_thread *t, void *context)
{
    const struct buffer_visit *v = context;
    struct gc_buffer *b = (struct gc_buffer *)(void *)t->block;
    struct engine_thread *e = t->gc_private;
    size_t left = (size_t)(b->limit - b->ptr);

    /* Where the stop signal holds it, it may be between reserving an object and its MT word. */
    v->visit(v->context, b, t->held != NULL);
    if (e)
        e->taken_bytes -= left - (size_t)(b->limit - b->ptr);
    return true;
}

static void
each_buffer(void (*visit)(void *context, struct gc_buffer *buffer, bool torn), void *context)
{
    struct buffer_visit v = {visit, context};

    thr_for_each(buffer_of, &v);
}

/* ---- ambiguous words ---- */

static void
range_scan(uintptr_t low, uintptr_t high, void *context)
{
    (void)context;
    gc_ambiguous(low, high);
}

static bool
thread_scan_ambiguous(struct thr_thread *t, void *context)
{
    thr_for_each_range(t, range_scan, context);
    rh_reports_each(t, range_scan, context);
    return true;
}

static void
handle_scan_ambiguous(void *context, struct hnd_slot *slot, enum hnd_type type)
{
    (void)context;
    if (type == HND_PINNED)
        gc_ambiguous((uintptr_t)&slot->primary, (uintptr_t)(&slot->primary + 1));
}

/* ---- slots ---- */

static void
slot_scan(void **slot, void *context)
{
    (void)context;
    gc_root(slot);
}

static bool
thread_scan_roots(struct thr_thread *t, void *context)
{
    struct eh_record *r;

    gc_root(&t->block->thread_statics);
    rh_inlined_statics_each(t, slot_scan, context);
    for (r = t->block->eh_inflight; r; r = r->older)
        gc_root(&r->exception);
    return true;
}

/* The world is stopped, so the atomic words are plain ones. */
static void **
primary_of(struct hnd_slot *slot)
{
    return (void **)(uintptr_t)&slot->primary;
}

static void **
secondary_of(struct hnd_slot *slot)
{
    return (void **)(uintptr_t)&slot->secondary;
}

/* A reference-counted handle's second word says since counted_ask whether it is strong. */
static void
handle_scan_roots(void *context, struct hnd_slot *slot, enum hnd_type type)
{
    (void)context;
    if (type == HND_NORMAL || (type == HND_REF_COUNTED && *secondary_of(slot)))
        gc_root(primary_of(slot));
}

static void
scan_roots(void)
{
    thr_for_each(thread_scan_roots, NULL);
    hnd_each(1u << HND_NORMAL | 1u << HND_REF_COUNTED, handle_scan_roots, NULL);
}

/* ---- dependent and weak handles ---- */

static void
dependent_scan(void *context, struct hnd_slot *slot, enum hnd_type type)
{
    bool *news = context;
    void *secondary = *secondary_of(slot);

    if (type != HND_DEPENDENT || !secondary || !gc_is_live(*primary_of(slot)))
        return;
    if (!gc_is_live(secondary))
        *news = true;
    gc_root(secondary_of(slot));
}

static bool
scan_dependents(void)
{
    bool news = false;

    hnd_each(1u << HND_DEPENDENT, dependent_scan, &news);
    return news;
}

static void
short_clear(void *context, struct hnd_slot *slot, enum hnd_type type)
{
    (void)context;
    if (type == HND_WEAK_SHORT)
        gc_weak(primary_of(slot));
}

static void
long_clear(void *context, struct hnd_slot *slot, enum hnd_type type)
{
    (void)context;
    if (type != HND_WEAK_LONG && type != HND_DEPENDENT && type != HND_REF_COUNTED)
        return;
    gc_weak(primary_of(slot));
    if (type == HND_DEPENDENT && !*primary_of(slot))
        *secondary_of(slot) = NULL;
}

/* A dead WeakReference gives its handle back; WeakReference<T> has no other finalizer than this.
 * Its one field is the handle, with two bits for itself. */
static void
finalize_eager(void *object)
{
    uintptr_t *field = (uintptr_t *)((uintptr_t)object + GC_OBJECT_DATA_OFFSET);
    uintptr_t handle = *field & ~(uintptr_t)3;

    *field &= 3;
    (void)hnd_free((struct hnd_slot *)handle);
}

/* ---- reference-counted handles and callouts ---- */

/* Managed code is called on the collecting thread while the world is stopped; it allocates
 * nothing. */
static void
callouts_call(enum gcw_callout kind)
{
    size_t i;

    for (i = 0; i < CALLOUTS_MAX; i++) {
        if (world.callout[kind][i])
            world.callout[kind][i]((int32_t)RhGetMaxGcGeneration());
    }
}

static bool
counted_is_rooted(void *object)
{
    const struct gc_mt *mt = ((const struct gc_object *)object)->mt;
    size_t i;

    for (i = 0; i < COUNTED_MAX; i++) {
        if (world.counted[i].function && world.counted[i].type == mt)
            return world.counted[i].function(object);
    }
    return false;
}

static void
counted_ask(void *context, struct hnd_slot *slot, enum hnd_type type)
{
    (void)context;
    if (type == HND_REF_COUNTED && *primary_of(slot))
        *secondary_of(slot) = counted_is_rooted(*primary_of(slot)) ? slot : NULL;
}

static bool
has_managed_callbacks(void)
{
    size_t i, k;

    for (i = 0; i < COUNTED_MAX; i++) {
        if (world.counted[i].function)
            return true;
    }
    for (k = 0; k < GCW_CALLOUTS; k++) {
        for (i = 0; i < CALLOUTS_MAX; i++) {
            if (world.callout[k][i])
                return true;
        }
    }
    return false;
}

/* The first thing after the stop: objects are asked before any has moved. */
static void
scan_ambiguous(void)
{
    if (has_managed_callbacks()) {
        callouts_call(GCW_CALLOUT_START);
        hnd_each(1u << HND_REF_COUNTED, counted_ask, NULL);
    }
    thr_for_each(thread_scan_ambiguous, NULL);
    hnd_each(1u << HND_PINNED, handle_scan_ambiguous, NULL);
}

static bool
stack_scan_ambiguous(struct thr_thread *t, void *context)
{
    (void)context;
    thr_for_each_range(t, range_scan, NULL);
    return true;
}

/* The class library's reports and pinned handles can wait for the end. */
static void
begin(uint8_t *log, uintptr_t mask)
{
    thr_log_set(log, mask);
    thr_for_each(stack_scan_ambiguous, NULL);
    scan_roots();
}

static void
end(void)
{
    thr_log_set(NULL, 0);
}

static void
clear_weak(enum gc_weak_phase phase)
{
    if (phase == GC_WEAK_LONG) {
        hnd_each(1u << HND_WEAK_LONG | 1u << HND_DEPENDENT | 1u << HND_REF_COUNTED, long_clear, NULL);
        callouts_call(GCW_CALLOUT_END);
        return;
    }
    callouts_call(GCW_CALLOUT_AFTER_MARK);
    hnd_each(1u << HND_WEAK_SHORT, short_clear, NULL);
}

bool
gcw_callout_add(enum gcw_callout kind, gcw_callout_fn *function)
{
    size_t i = 0;

    pal_mutex_lock(&world.lock);
    while (i < CALLOUTS_MAX && world.callout[kind][i])
        i++;
    if (i < CALLOUTS_MAX)
        world.callout[kind][i] = function;
    pal_mutex_unlock(&world.lock);
    return i < CALLOUTS_MAX;
}

void
gcw_callout_remove(enum gcw_callout kind, gcw_callout_fn *function)
{
    size_t i;

    pal_mutex_lock(&world.lock);
    for (i = 0; i < CALLOUTS_MAX; i++) {
        if (world.callout[kind][i] == function)
            world.callout[kind][i] = NULL;
    }
    pal_mutex_unlock(&world.lock);
}

bool
gcw_counted_add(gcw_counted_fn *function, const struct gc_mt *type)
{
    size_t i = 0;

    pal_mutex_lock(&world.lock);
    while (i < COUNTED_MAX && world.counted[i].function)
        i++;
    if (i < COUNTED_MAX)
        world.counted[i] = (struct counted){function, type};
    pal_mutex_unlock(&world.lock);
    return i < COUNTED_MAX;
}

void
gcw_counted_remove(gcw_counted_fn *function, const struct gc_mt *type)
{
    size_t i;

    pal_mutex_lock(&world.lock);
    for (i = 0; i < COUNTED_MAX; i++) {
        if (world.counted[i].function == function && world.counted[i].type == type)
            world.counted[i] = (struct counted){NULL, NULL};
    }
    pal_mutex_unlock(&world.lock);
}

/* ---- allocations that look up ---- */

uint32_t gcw_watched;

void
gcw_watch_set(enum gcw_watch what, bool on)
{
    if (on)
        __atomic_fetch_or(&gcw_watched, (uint32_t)what, __ATOMIC_RELAXED);
    else
        __atomic_fetch_and(&gcw_watched, ~(uint32_t)what, __ATOMIC_RELAXED);
}

static void
watch_poll(void *context)
{
    uint32_t watched = __atomic_load_n(&gcw_watched, __ATOMIC_RELAXED);

    (void)context;
    if (watched & GCW_WATCH_REGION)
        gcw_region_poll();
    if (watched & GCW_WATCH_APPROACH)
        gcw_notify_poll();
}

void
gcw_watch_poll(void)
{
    thr_run_native(watch_poll, NULL);
}

/* ---- afterwards ---- */

static const char *
reason_text(enum gc_reason reason)
{
    switch (reason) {
    case GC_REASON_GROWTH:
        return "growth";
    case GC_REASON_LIMIT:
        return "limit";
    case GC_REASON_INDUCED:
        return "induced";
    case GC_REASON_STRESS:
        return "stress";
    case GC_REASON_LOW_MEMORY:
        return "low memory";
    }
    return "unknown";
}

static double
ms(uint64_t ns)
{
    return (double)ns / 1e6;
}

static double
mib(uint64_t bytes)
{
    return (double)bytes / (1024.0 * 1024.0);
}

static void
log_collection(const struct gc_collection *c)
{
    char beside[80] = "";

    if (c->concurrent)
        snprintf(beside, sizeof beside, ", begun in %.3f, marked beside the program for %.3f",
                 ms(c->begin_ns), ms(c->beside_ns));
    engine_log(CORERT_LOG_INFO,
               "gc %" PRIu64 ": %s%s, %.3f ms (stop %.3f, roots %.3f, mark %.3f, weak %.3f, "
               "sweep %.3f%s), %.2f -> %.2f MiB, moved %.2f MiB, %" PRIu64 " pinned by %" PRIu64
               " words, %" PRIu64 " finalizers ready",
               c->number, reason_text(c->reason), c->compacted ? ", compacting" : "",
               ms(c->pause_ns), ms(c->stop_ns), ms(c->roots_ns), ms(c->mark_ns), ms(c->weak_ns),
               ms(c->sweep_ns), beside, mib(c->bytes_before), mib(c->bytes_after),
               mib(c->moved_bytes), c->pinned_objects, c->ambiguous_words, c->ready_finalizers);
}

static void
snapshot_take(const struct gc_collection *c)
{
    struct gcw_snapshot s = {.collection = *c, .end_ns = c->start_ns + c->pause_ns};
    struct gc_totals totals;

    gc_counters_get(&s.counters);
    gc_totals_get(&totals);
    s.total_pause_ns = totals.pause_ns;
    s.pending_finalizers = gc_finalize_ready_count();
    pal_mutex_lock(&world.lock);
    if (c->number > world.snapshot.collection.number)
        world.snapshot = s;
    pal_mutex_unlock(&world.lock);
}

static void
after_native(void *context)
{
    const struct gc_collection *c = context;

    if (engine.gc_log)
        log_collection(c);
    thr_inside_begin();
    snapshot_take(c);
    rh_gc_collected(c);
    if (gc_finalize_ready_count())
        fin_wake();
    thr_inside_end();
}

/* In whatever state the allocation was; what follows may wait and call the host. */
static void
after(const struct gc_collection *c)
{
    struct gc_collection copy = *c;

    thr_run_native(after_native, &copy);
}

/* With the heap's locks: no managed code but what the collection calls itself. */
static void
run_inside(void (*function)(void *context), void *context)
{
    thr_inside_begin();
    thr_run_native(function, context);
    thr_inside_end();
}

static uint64_t
near_limit(uint64_t cap_bytes, uint64_t wanted_bytes)
{
    return engine.near_limit ? engine.near_limit(engine.context, cap_bytes, wanted_bytes)
                             : cap_bytes;
}

/* Where an object was lost, everything that follows would be guesswork. */
static void
verify_failed(const char *text)
{
    char line[512];

    snprintf(line, sizeof line, "the heap is damaged: %s", text);
    engine_log(CORERT_LOG_ERROR, "%s", line);
    pal_fail_fast(line);
}

void
gcw_snapshot_get(struct gcw_snapshot *out)
{
    pal_mutex_lock(&world.lock);
    *out = world.snapshot;
    pal_mutex_unlock(&world.lock);
}

uint64_t
gcw_start_ns(void)
{
    return world.start_ns;
}

void
gcw_reset(void)
{
    static const struct gcw_snapshot nothing;
    static const struct counted none;
    size_t i, k;

    pal_mutex_lock(&world.lock);
    world.snapshot = nothing;
    world.start_ns = pal_time_ns();
    for (k = 0; k < GCW_CALLOUTS; k++) {
        for (i = 0; i < CALLOUTS_MAX; i++)
            world.callout[k][i] = NULL;
    }
    for (i = 0; i < COUNTED_MAX; i++)
        world.counted[i] = none;
    pal_mutex_unlock(&world.lock);
}

const struct gc_world *
gcw_table(void)
{
    static const struct gc_world table = {
        .run_native = run_inside,
        .stop = thr_stop_world,
        .each_buffer = each_buffer,
        .scan_ambiguous = scan_ambiguous,
        .scan_roots = scan_roots,
        .scan_dependents = scan_dependents,
        .clear_weak = clear_weak,
        .finalize_eager = finalize_eager,
        .begin = begin,
        .end = end,
        .resume = thr_resume_world,
        .after = after,
        .near_limit = near_limit,
        .verify_failed = verify_failed,
    };

    return &table;
}
