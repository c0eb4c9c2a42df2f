/* gc/collect.c - a collection from beginning to end, and when one is due.
 * Order: native state, lock COLLECT, world stop, lock HEAP, buffers, ambiguous words, lines
 * cleared, precise roots, trace, dependents, weak handles, finalization, sweep, unlock, resume.
 * The end of a cycle (gc/cycle.c) is the same, with what was stored meanwhile among the roots. */
#include "gc/gc_priv.h"

#include <string.h>

/* How much is allocated between two collections: little when little lives, because what is reused
 * soon is still in the cache; so many percent of the first live bytes and of the others, because
 * each collection traces them all. */
#define BUDGET_BASE_BYTES    (UINT64_C(6) << 20)
#define BUDGET_THREAD_BYTES  (UINT64_C(6) << 20) /* more for each further thread that allocates.. */
#define BUDGET_THREADS       UINT64_C(4)         /* ..up to so many, or as there are processors */
#define BUDGET_FIRST_BYTES   (UINT64_C(16) << 20)
#define BUDGET_FIRST_PERCENT 250
#define BUDGET_PERCENT       75
/* Free memory kept beside the budget: a quarter of what lives and some megabytes. */
#define KEEP_MIN_BYTES (UINT64_C(8) << 20)

static struct {
    struct pal_mutex lock; /* COLLECT */
    struct pal_mutex record_lock;
    uint64_t number;           /* of collections so far; atomic */
    struct gc_collection last; /* record_lock, as totals */
    struct gc_totals totals;
    /* HEAP: the region without collections. */
    bool without;
    uint64_t without_since; /* allocated_bytes at its begin */
    uint64_t without_bytes;
    uint64_t without_number;
    uint64_t allocating; /* threads with a buffer at the last collection; HEAP */
    uint64_t processors; /* fixed at start */
} collect;

struct request {
    enum gc_reason reason;
    uint32_t flags;
    uint64_t seen;
    bool satisfied_by_others;
    bool done;
    struct gc_collection record;
};

/* ---- budget ---- */
static uint64_t
budget_of(uint64_t live)
{
    uint64_t cap = (uint64_t)gc_heap.cap_blocks * GC_BLOCK_BYTES;
    uint64_t most = collect.processors < BUDGET_THREADS ? collect.processors : BUDGET_THREADS;
    uint64_t at_once = collect.allocating < most ? collect.allocating : most;
    uint64_t want = BUDGET_BASE_BYTES + (at_once > 1 ? at_once - 1 : 0) * BUDGET_THREAD_BYTES;
    uint64_t base = cap / 4 < want ? cap / 4 : want;
    uint64_t first = live < BUDGET_FIRST_BYTES ? live : BUDGET_FIRST_BYTES;
    uint64_t room = live < cap ? (cap - live) / 8 * 7 : 0;
    uint64_t budget =
        base + first / 100 * BUDGET_FIRST_PERCENT + (live - first) / 100 * BUDGET_PERCENT;

    if (budget > room)
        budget = room;
    return budget > base ? budget : base;
}

static void
budget_set(uint64_t live)
{
    gc_heap.budget_bytes = budget_of(live);
    gc_cycle_plan();
}

uint64_t
gc_collect_number(void)
{
    return __atomic_load_n(&collect.number, __ATOMIC_ACQUIRE);
}

bool
gc_collect_is_allowed(void)
{
    return gc_heap.world && (!collect.without || gc_heap.allocated_bytes - collect.without_since >=
                                                     collect.without_bytes);
}

void
gc_collect_start(void)
{
    collect.number = 0;
    collect.last = (struct gc_collection){0};
    collect.totals = (struct gc_totals){0};
    collect.without = false;
    collect.allocating = 0;
    collect.processors = pal_cpu_count();
    budget_set(0);
}

/* ---- buffers ---- */
static void
mark_held(void *context, void *object, size_t bytes)
{
    size_t header = gc_offset(object) - GC_OBJECT_HEADER_BYTES;

    (void)context;
    (void)bytes;
    if (gc_heap.line[header >> GC_LINE_SHIFT] & GC_LINE_FRESH)
        gc_mark_pinned(object);
}

/* An interrupted thread goes on with its buffer: all that was made in the block since the last
 * collection stays, the last object although its MT or length may be missing. */
static void
hold(const struct gc_buffer *buffer)
{
    size_t block = gc_offset(buffer->limit - 1) >> GC_BLOCK_SHIFT;

    gc_heap.block[block].flags |= GC_BLOCK_HELD;
    gc_heap.block[block].flags &= (uint8_t)~GC_BLOCK_CANDIDATE;
    gc_find_settle_block(block);
    gc_find_each_in_block(block, mark_held, NULL);
}

static void
retire(void *context, struct gc_buffer *buffer, bool torn)
{
    size_t unused = gc_buffer_tail(buffer) + gc_buffer_chain(buffer);

    collect.allocating += buffer->limit != NULL;
    gc_heap.since_bytes -= unused;
    gc_heap.allocated_bytes -= unused;
    (void)context;
    if (torn && buffer->limit) {
        hold(buffer);
        return;
    }
    buffer->ptr = NULL;
    buffer->limit = NULL;
}

/* ---- phases ---- */
static void
verify(bool (*check)(char *text, size_t size))
{
    char text[512];

    if (!gc_heap.config.verify || check(text, sizeof text))
        return;
    if (gc_heap.world->verify_failed)
        gc_heap.world->verify_failed(text);
    else
        pal_fail_fast(text);
}

static void
scan_registered(void *context, void **first, size_t count)
{
    size_t i;

    (void)context;
    for (i = 0; i < count; i++)
        gc_root(&first[i]);
}

static void
prepare_blocks(void)
{
    size_t i;

    for (i = 0; i < gc_heap.fresh; i++)
        gc_heap.block[i].flags &= (uint8_t) ~(GC_BLOCK_CANDIDATE | GC_BLOCK_HELD | GC_BLOCK_RESCAN);
}

static void
scan_all(const struct gc_world *w, bool cycle)
{
    if (w->scan_ambiguous)
        w->scan_ambiguous();
    gc_sweep_prepare(cycle);
    if (w->scan_roots)
        w->scan_roots();
    gc_roots_each(scan_registered, NULL);
    gc_finalize_scan_ready();
    if (cycle)
        gc_cycle_log_visit();
}

static void
trace_with_dependents(const struct gc_world *w, bool large)
{
    gc_mark_drain(large);
    while (w->scan_dependents && w->scan_dependents())
        gc_mark_drain(false);
}

static uint64_t
weak_and_finalizable(const struct gc_world *w)
{
    uint64_t ready;

    if (w->clear_weak)
        w->clear_weak(GC_WEAK_SHORT);
    ready = gc_finalize_find_dead();
    trace_with_dependents(w, false);
    gc_finalize_update();
    if (w->clear_weak)
        w->clear_weak(GC_WEAK_LONG);
    return ready;
}

/* Marking, or the rest of a cycle's. */
static void
begin(const struct request *r, const struct gc_collection *c)
{
    bool moving;

    prepare_blocks();
    if (c->concurrent) {
        gc_mark_go_alone((uint32_t)c->number);
        return;
    }
    gc_sweep_begin();
    moving = gc_evacuate_choose(r->flags, r->reason);
    gc_mark_begin(moving, (uint32_t)c->number);
}

/* World stopped, HEAP held, and MARKS for a cycle. */
static void
collect_stopped(const struct request *r, struct gc_collection *c)
{
    const struct gc_world *w = gc_heap.world;
    struct gc_sweep_result swept;
    uint64_t at = pal_time_ns(), now;

    begin(r, c);
    collect.allocating = 0;
    if (w->each_buffer)
        w->each_buffer(retire, NULL);
    c->bytes_before = gc_heap.live_bytes + gc_heap.since_bytes - gc_heap.retired_bytes;
    gc_alloc_reset_regions();
    verify(gc_verify);
    scan_all(w, c->concurrent);
    now = pal_time_ns();
    c->roots_ns = now - at;
    at = now;
    trace_with_dependents(w, !c->concurrent || gc_cycle_phase() == GC_CYCLE_MARKING);
    now = pal_time_ns();
    c->mark_ns = now - at;
    at = now;
    c->ready_finalizers = weak_and_finalizable(w);
    now = pal_time_ns();
    c->weak_ns = now - at;
    at = now;
    gc_mark_end(c);
    verify(gc_verify_marks);
    if (c->concurrent)
        gc_cycle_end(c);
    gc_sweep(&swept);
    gc_heap.live_bytes = c->bytes_after;
    gc_heap.since_bytes = 0;
    gc_heap.retired_bytes = 0;
    budget_set(gc_heap.live_bytes);
    verify(gc_verify);
    c->sweep_ns = pal_time_ns() - at;
}

/* The world runs. Memory that the next round of allocation will not need goes back. */
static void
trim(const struct request *r)
{
    uint64_t keep = 0;

    pal_mutex_lock(&gc_heap.lock);
    if (!(r->flags & GC_COLLECT_AGGRESSIVE))
        keep = gc_heap.budget_bytes + gc_heap.live_bytes / 4 + KEEP_MIN_BYTES;
    gc_blocks_trim(keep);
    pal_mutex_unlock(&gc_heap.lock);
}

static void
record_keep(struct gc_collection *c)
{
    pal_mutex_lock(&collect.record_lock);
    collect.last = *c;
    collect.totals.collections++;
    collect.totals.pause_ns += c->pause_ns + c->begin_ns;
    if (c->pause_ns > collect.totals.max_pause_ns)
        collect.totals.max_pause_ns = c->pause_ns;
    if (c->begin_ns > collect.totals.max_pause_ns)
        collect.totals.max_pause_ns = c->begin_ns;
    collect.totals.moved_bytes += c->moved_bytes;
    collect.totals.finalized += c->ready_finalizers;
    pal_mutex_unlock(&collect.record_lock);
}

/* false: another thread has collected. Waits awake for as long as a short collection takes. */
static bool
collect_lock(const struct request *r)
{
    enum { TRIES = 2500 };
    unsigned i;

    for (i = 0; !pal_mutex_try_lock(&collect.lock); i++) {
        if (r->satisfied_by_others && gc_collect_number() != r->seen)
            return false;
        if (i == TRIES) {
            pal_mutex_lock(&collect.lock);
            break;
        }
        __builtin_ia32_pause();
    }
    if (!r->satisfied_by_others || gc_collect_number() == r->seen)
        return true;
    pal_mutex_unlock(&collect.lock);
    return false;
}

/* COLLECT held. What is to be done for growth, or under stress. */
enum step { STEP_NOTHING, STEP_BEGIN, STEP_END, STEP_STOPPED };

static enum step
step_choose(const struct request *r)
{
    bool stress = r->reason == GC_REASON_STRESS && gc_heap.config.stress_concurrent, due;
    enum gc_cycle_phase phase = gc_cycle_phase();

    if (r->reason != GC_REASON_GROWTH && !stress)
        return STEP_STOPPED;
    pal_mutex_lock(&gc_heap.lock);
    due = stress || gc_heap.since_bytes + GC_BLOCK_BYTES >
                        (phase == GC_CYCLE_MARKING ? gc_cycle_stop_bytes() : gc_heap.budget_bytes);
    pal_mutex_unlock(&gc_heap.lock);
    if (phase == GC_CYCLE_MARKED || (phase == GC_CYCLE_MARKING && due))
        return STEP_END;
    if (phase == GC_CYCLE_MARKING)
        return STEP_NOTHING;
    if (!gc_cycle_is_worth_it())
        return STEP_STOPPED;
    if (gc_cycle_begin())
        return STEP_BEGIN;
    return due ? STEP_STOPPED : STEP_NOTHING;
}
static void
collect_native(void *context)
{
    struct request *r = context;
    struct gc_collection *c = &r->record;
    const struct gc_world *w = gc_heap.world;

    enum step step;
    bool claimed;

    if (!collect_lock(r))
        return;
    step = step_choose(r);
    if (step == STEP_NOTHING || step == STEP_BEGIN) {
        pal_mutex_unlock(&collect.lock);
        return;
    }
    claimed = gc_cycle_claim();
    c->concurrent = step == STEP_END;
    c->number = gc_collect_number() + 1;
    c->reason = r->reason;
    c->start_ns = pal_time_ns();
    __atomic_store_n(&gc_heap.stopping, true, __ATOMIC_RELAXED);
    w->stop();
    __atomic_store_n(&gc_heap.stopping, false, __ATOMIC_RELAXED);
    c->stop_ns = pal_time_ns() - c->start_ns;
    pal_mutex_lock(&gc_heap.lock);
    c->concurrent = c->concurrent && gc_cycle_can_end();
    if (claimed && !c->concurrent)
        gc_cycle_abandon();
    collect_stopped(r, c);
    __atomic_store_n(&collect.number, c->number, __ATOMIC_RELEASE);
    pal_mutex_unlock(&gc_heap.lock);
    c->pause_ns = pal_time_ns() - c->start_ns;
    record_keep(c);
    w->resume();
    if (claimed)
        gc_cycle_release();
    trim(r);
    pal_mutex_unlock(&collect.lock);
    r->done = true;
}

static void
collect_call(struct request *r)
{
    struct gc_collection record;

    if (!gc_heap.started || !gc_heap.world)
        return;
    gc_heap.world->run_native(collect_native, r);
    if (!r->done || !gc_heap.world->after)
        return;
    record = r->record;
    gc_heap.world->after(&record);
}

void
gc_collect_since(enum gc_reason reason, uint32_t flags, uint64_t seen)
{
    struct request r = {
        .reason = reason, .flags = flags, .seen = seen, .satisfied_by_others = true};

    collect_call(&r);
}

void
gc_collect(enum gc_reason reason, uint32_t flags)
{
    struct request r = {.reason = reason, .flags = flags, .seen = gc_collect_number()};

    r.satisfied_by_others = reason == GC_REASON_GROWTH || reason == GC_REASON_LIMIT;
    collect_call(&r);
}

void
gc_last_collection(struct gc_collection *out)
{
    pal_mutex_lock(&collect.record_lock);
    *out = collect.last;
    pal_mutex_unlock(&collect.record_lock);
}

void
gc_totals_get(struct gc_totals *out)
{
    pal_mutex_lock(&collect.record_lock);
    *out = collect.totals;
    pal_mutex_unlock(&collect.record_lock);
}

/* ---- the region without collections ---- */
static bool
room_for(uint64_t bytes)
{
    bool ok;

    pal_mutex_lock(&gc_heap.lock);
    ok = bytes <= ((uint64_t)gc_heap.cap_blocks - gc_heap.used_blocks) * GC_BLOCK_BYTES;
    pal_mutex_unlock(&gc_heap.lock);
    return ok;
}

bool
gc_no_collect_begin(uint64_t bytes)
{
    if (!gc_heap.started || collect.without)
        return false;
    if (!room_for(bytes)) {
        gc_collect(GC_REASON_INDUCED, GC_COLLECT_COMPACT);
        if (!room_for(bytes))
            return false;
    }
    pal_mutex_lock(&gc_heap.lock);
    collect.without_since = gc_heap.allocated_bytes;
    collect.without_bytes = bytes;
    collect.without_number = gc_collect_number();
    collect.without = true;
    pal_mutex_unlock(&gc_heap.lock);
    return true;
}

bool
gc_no_collect_end(void)
{
    bool ok;

    pal_mutex_lock(&gc_heap.lock);
    ok = collect.without && collect.without_number == gc_collect_number();
    collect.without = false;
    pal_mutex_unlock(&gc_heap.lock);
    return ok;
}

bool
gc_no_collect_active(void)
{
    bool active;

    pal_mutex_lock(&gc_heap.lock);
    active = collect.without;
    pal_mutex_unlock(&gc_heap.lock);
    return active;
}
