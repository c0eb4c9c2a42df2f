/* gc/cycle.c - mostly parallel marking (Boehm, Demers, Shenker, PLDI 1991): a cycle begins with a short
 * stop in which the roots are looked at and logging begins; a thread marks while the program runs; a
 * second stop looks at the roots again, at the places where a reference was stored and that the thread
 * has not looked at since (gc/logged.c), and marks what is left.
 * Nothing dies before the second stop, and what was allocated in between is marked only when something
 * marked refers to it, so a cycle keeps little that a stopped collection would not.
 * A cycle begins and ends on threads that allocate. Phases change under COLLECT but for MARKING to
 * MARKED and CLEARING to IDLE, which the marking thread does under MARKS. */
#include "gc/gc_priv.h"

enum {
    SLICE_OBJECTS = 128,
    PASSES_MOST = 8, /* over the log, while they find much */
    PASS_LEAST = 256
};

static struct {
    struct pal_mutex marks; /* MARKS: mark stack and mark bits in a cycle, the log's contents */
    struct pal_cond changed;
    struct pal_thread *thread; /* owned; NULL: not started */
    uint32_t phase;            /* enum gc_cycle_phase; atomic */
    bool stopping;             /* MARKS */
    bool claimed;              /* atomic: a collector wants MARKS */
    size_t block;              /* of the pass over the log that is under way */
    size_t found;              /* by it */
    unsigned passes;           /* over the log */
    uint64_t allocated;        /* when it began, and in the last one's marking */
    uint64_t while_marking;
    uint64_t begin_ns, begin_pause_ns;
} cycle;

enum gc_cycle_phase
gc_cycle_phase(void)
{
    return (enum gc_cycle_phase)__atomic_load_n(&cycle.phase, __ATOMIC_ACQUIRE);
}

static void
phase_set(enum gc_cycle_phase phase)
{
    __atomic_store_n(&cycle.phase, (uint32_t)phase, __ATOMIC_RELEASE);
}

/* ---- when ---- */
/* A cycle that still marks is ended by then: an eighth of the budget later. */
uint64_t
gc_cycle_stop_bytes(void)
{
    return gc_heap.budget_bytes / 8 * 9;
}

/* HEAP held, or nobody else there. A cycle begins so early that what is allocated while it marks fits
 * into the budget. */
void
gc_cycle_plan(void)
{
    uint64_t budget = gc_heap.budget_bytes, ahead = cycle.while_marking / 4 * 5 + budget / 16;
    uint64_t due = budget;

    switch (gc_cycle_phase()) {
    case GC_CYCLE_IDLE:
    case GC_CYCLE_CLEARING:
        if (gc_cycle_is_worth_it())
            due = ahead < budget / 16 * 15 ? budget - ahead : budget / 16;
        break;
    case GC_CYCLE_MARKING:
        due = gc_cycle_stop_bytes();
        break;
    case GC_CYCLE_MARKED:
        due = 0;
        break;
    }
    __atomic_store_n(&gc_heap.due_bytes, due, __ATOMIC_RELAXED);
}

bool
gc_cycle_is_worth_it(void)
{
    return gc_heap.config.concurrent && gc_heap.world && gc_heap.world->begin &&
           (gc_heap.live_bytes >= gc_heap.config.concurrent_bytes || gc_heap.config.stress_concurrent);
}

/* ---- marking ---- */
GC_UNCHECKED static size_t
logged_blocks(void)
{
    size_t fresh = __atomic_load_n(&gc_heap.fresh, __ATOMIC_RELAXED);

    return fresh < gc_log_blocks() ? fresh : gc_log_blocks();
}

/* MARKS held. A step of a pass. true: it is through. */
static bool
pass_step(void)
{
    enum { BLOCKS = 64 };
    size_t all = logged_blocks(), end = cycle.block + BLOCKS;

    for (; cycle.block < end && cycle.block < all; cycle.block++)
        cycle.found += gc_log_visit(cycle.block);
    return cycle.block >= all;
}

/* MARKS held. false: there is nothing more to do beside the program. */
static bool
mark_step(size_t objects)
{
    if (!gc_mark_slice(objects))
        return true;
    if (!pass_step())
        return true;
    cycle.block = 0;
    cycle.passes++;
    if (cycle.found >= PASS_LEAST && cycle.passes < PASSES_MOST) {
        cycle.found = 0;
        return true;
    }
    return !gc_mark_slice(objects);
}

/* MARKS held, phase MARKING. */
static void
step(size_t objects)
{
    if (mark_step(objects))
        return;
    phase_set(GC_CYCLE_MARKED);
    __atomic_store_n(&gc_heap.due_bytes, (uint64_t)0, __ATOMIC_RELAXED);
}

/* A collector need not wait for longer than a slice. */
static void
give_way(void)
{
    if (!__atomic_load_n(&cycle.claimed, __ATOMIC_RELAXED))
        return;
    pal_mutex_unlock(&cycle.marks);
    while (__atomic_load_n(&cycle.claimed, __ATOMIC_RELAXED))
        pal_thread_yield();
    pal_mutex_lock(&cycle.marks);
}

static void
thread_main(void *argument)
{
    (void)argument;
    pal_mutex_lock(&cycle.marks);
    while (!cycle.stopping) {
        switch (gc_cycle_phase()) {
        case GC_CYCLE_MARKING:
            step(SLICE_OBJECTS);
            give_way();
            break;
        case GC_CYCLE_CLEARING:
            gc_log_clear();
            phase_set(GC_CYCLE_IDLE);
            break;
        case GC_CYCLE_IDLE:
        case GC_CYCLE_MARKED:
            pal_cond_wait(&cycle.changed, &cycle.marks);
            break;
        }
    }
    pal_mutex_unlock(&cycle.marks);
}

static bool
thread_ensure(void)
{
    if (!cycle.thread && pal_thread_start(&cycle.thread, thread_main, NULL, 256 * 1024, "gc mark") != PAL_OK)
        cycle.thread = NULL;
    return cycle.thread != NULL;
}

/* Only a thread in managed state calls it, so a collector that holds MARKS may wait for this very one. */
void
gc_cycle_help(size_t objects)
{
    if (gc_cycle_phase() != GC_CYCLE_MARKING || !pal_mutex_try_lock(&cycle.marks))
        return;
    if (gc_cycle_phase() == GC_CYCLE_MARKING)
        step(objects);
    pal_mutex_unlock(&cycle.marks);
}

static void
marks_claim(void)
{
    __atomic_store_n(&cycle.claimed, true, __ATOMIC_RELAXED);
    pal_mutex_lock(&cycle.marks);
    __atomic_store_n(&cycle.claimed, false, __ATOMIC_RELAXED);
}

/* ---- beginning ---- */
static void
count_torn(void *context, struct gc_buffer *buffer, bool torn)
{
    bool *any = context;

    (void)buffer;
    *any |= torn;
}

/* A thread that was interrupted at any instruction may be between a reference and the log's byte. World
 * stopped. */
static bool
is_any_torn(void)
{
    bool any = false;

    if (gc_heap.world->each_buffer)
        gc_heap.world->each_buffer(count_torn, &any);
    return any;
}

/* World stopped; HEAP and MARKS held. */
static bool
begin_stopped(void)
{
    if (is_any_torn() || gc_evacuate_is_due()) /* what moves objects stops the world */
        return false;
    gc_sweep_begin_beside();
    gc_mark_begin(false, 0);
    gc_mark_go_beside();
    gc_heap.world->begin(gc_log_table(), gc_log_mask());
    cycle.block = cycle.found = cycle.passes = 0;
    cycle.allocated = gc_heap.allocated_bytes;
    phase_set(GC_CYCLE_MARKING);
    gc_cycle_plan();
    return true;
}

/* Until the budget is used up. */
static void
cycle_put_off(void)
{
    __atomic_store_n(&gc_heap.due_bytes, gc_heap.budget_bytes, __ATOMIC_RELAXED);
}

bool
gc_cycle_begin(void)
{
    const struct gc_world *w = gc_heap.world;
    bool begun;

    if (gc_cycle_phase() != GC_CYCLE_IDLE || !thread_ensure()) {
        cycle_put_off();
        return false;
    }
    marks_claim();
    cycle.begin_ns = pal_time_ns();
    w->stop();
    pal_mutex_lock(&gc_heap.lock);
    begun = gc_log_make() && begin_stopped();
    pal_mutex_unlock(&gc_heap.lock);
    cycle.begin_pause_ns = pal_time_ns() - cycle.begin_ns;
    w->resume();
    if (begun)
        pal_cond_wake_all(&cycle.changed);
    pal_mutex_unlock(&cycle.marks);
    if (!begun)
        cycle_put_off();
    return begun;
}

/* ---- end ---- */
bool
gc_cycle_claim(void)
{
    enum gc_cycle_phase phase = gc_cycle_phase();

    if (phase != GC_CYCLE_MARKING && phase != GC_CYCLE_MARKED)
        return false;
    marks_claim();
    return true;
}

bool
gc_cycle_can_end(void)
{
    return !is_any_torn();
}

void
gc_cycle_log_visit(void)
{
    size_t i;

    for (i = 0; i < logged_blocks(); i++)
        (void)gc_log_visit(i);
}

static void
end_stopped(void)
{
    gc_heap.world->end();
    phase_set(GC_CYCLE_CLEARING);
    pal_cond_wake_all(&cycle.changed);
}

void
gc_cycle_end(struct gc_collection *c)
{
    c->begin_ns = cycle.begin_pause_ns;
    c->beside_ns = c->start_ns - cycle.begin_ns - cycle.begin_pause_ns;
    /* One that was cut short should have begun as soon as it could. */
    cycle.while_marking = gc_cycle_phase() == GC_CYCLE_MARKED
                              ? gc_heap.allocated_bytes - cycle.allocated
                              : gc_heap.budget_bytes;
    end_stopped();
}

void
gc_cycle_abandon(void)
{
    gc_sweep_abandon();
    gc_pool_end();
    end_stopped();
}

void
gc_cycle_release(void)
{
    pal_mutex_unlock(&cycle.marks);
}

void
gc_stop_concurrent(void)
{
    pal_mutex_lock(&cycle.marks);
    cycle.stopping = true;
    pal_cond_wake_all(&cycle.changed);
    pal_mutex_unlock(&cycle.marks);
    if (cycle.thread)
        pal_thread_join(cycle.thread);
    cycle.thread = NULL;
    cycle.stopping = false;
    if (gc_cycle_phase() == GC_CYCLE_MARKING || gc_cycle_phase() == GC_CYCLE_MARKED)
        gc_cycle_abandon();
    phase_set(GC_CYCLE_IDLE);
    cycle.while_marking = 0;
    gc_heap.config.concurrent = false;
    gc_cycle_plan();
}
