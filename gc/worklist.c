/* gc/worklist.c - the mark stack: chunks of entries, shared between marking threads; the threads.
 * Chunks come from address space reserved at start; the first of them are committed there, so that
 * marking can always begin. Without memory for more, the marker drops the entry and the block is
 * looked at again (gc/mark.c). */
#include "gc/gc_priv.h"

#include <stdatomic.h>

#define FIRST_BYTES ((size_t)256 * 1024) /* committed at start: a few chunks a marker */
#define STEP_BYTES  ((size_t)256 * 1024)
#define KEEP_BYTES  ((size_t)1024 * 1024) /* more than that goes back after a collection */
#define SHARE_LEAST 4

static_assert(sizeof(struct gc_chunk) <= 4096, "a chunk is a page");
enum { CHUNK_BYTES = 4096 };
static_assert(FIRST_BYTES >= 2 * GC_MARKERS_MAX * CHUNK_BYTES, "marking can begin");

struct gc_marker gc_markers[GC_MARKERS_MAX];

static struct {
    struct pal_mutex lock;
    struct gc_chunk *free;
    struct gc_chunk *_Atomic shared; /* full ones to be taken; written under the lock */
    size_t made;                     /* bytes of the pool that were given out */
    size_t committed;
    atomic_size_t waiting; /* markers that look for entries */
} pool;

/* ---- chunks ---- */
/* Lock held. */
static struct gc_chunk *
chunk_new(void)
{
    struct gc_chunk *c = pool.free;

    if (c) {
        pool.free = c->next;
    } else {
        if (pool.made == pool.committed) {
            if (pool.committed + STEP_BYTES > gc_heap.pool_bytes ||
                !pal_mem_commit(gc_heap.pool + pool.committed, STEP_BYTES))
                return NULL;
            pool.committed += STEP_BYTES;
        }
        c = (struct gc_chunk *)(void *)(gc_heap.pool + pool.made);
        pool.made += CHUNK_BYTES;
    }
    c->count = 0;
    c->next = NULL;
    return c;
}

void
gc_pool_lock(void)
{
    pal_mutex_lock(&pool.lock);
}

void
gc_pool_unlock(void)
{
    pal_mutex_unlock(&pool.lock);
}

void
gc_pool_begin(size_t markers)
{
    size_t i;

    pool.free = NULL;
    pool.made = 0;
    atomic_store(&pool.shared, NULL);
    for (i = 0; i < markers; i++)
        gc_markers[i] = (struct gc_marker){.top = chunk_new()};
}

void
gc_pool_end(void)
{
    if (pool.committed > KEEP_BYTES &&
        pal_mem_decommit(gc_heap.pool + KEEP_BYTES, pool.committed - KEEP_BYTES))
        pool.committed = KEEP_BYTES;
}

bool
gc_pool_more(struct gc_marker *m)
{
    struct gc_chunk *c;

    gc_pool_lock();
    c = chunk_new();
    gc_pool_unlock();
    if (!c)
        return false;
    m->top->next = m->full;
    m->full = m->top;
    m->top = c;
    return true;
}

bool
gc_pool_less(struct gc_marker *m)
{
    struct gc_chunk *c = m->full;

    if (!c)
        return false;
    gc_pool_lock();
    m->top->next = pool.free;
    pool.free = m->top;
    gc_pool_unlock();
    m->full = c->next;
    c->next = NULL;
    m->top = c;
    return true;
}

/* ---- sharing ---- */
bool
gc_pool_is_wanted(void)
{
    return atomic_load_explicit(&pool.waiting, memory_order_relaxed) != 0 &&
           atomic_load_explicit(&pool.shared, memory_order_relaxed) == NULL;
}

/* Lock held. */
static void
publish(struct gc_chunk *c)
{
    c->next = atomic_load_explicit(&pool.shared, memory_order_relaxed);
    atomic_store(&pool.shared, c);
}

/* A full chunk if there is one; else the older half of the top: the older an entry is, the more
 * hangs on it. */
void
gc_pool_share(struct gc_marker *m)
{
    struct gc_chunk *c = m->full;
    size_t i;

    if (!c && m->top->count < SHARE_LEAST)
        return;
    gc_pool_lock();
    if (c) {
        m->full = c->next;
        publish(c);
    } else if ((c = chunk_new()) != NULL) {
        c->count = m->top->count / 2;
        m->top->count -= c->count;
        for (i = 0; i < c->count; i++)
            c->entry[i] = m->top->entry[i];
        for (i = 0; i < m->top->count; i++)
            m->top->entry[i] = m->top->entry[c->count + i];
        publish(c);
    }
    gc_pool_unlock();
}

static bool
shared_take(struct gc_marker *m)
{
    struct gc_chunk *c = atomic_load_explicit(&pool.shared, memory_order_relaxed);

    if (!c)
        return false;
    atomic_store(&pool.shared, c->next);
    m->top->next = pool.free;
    pool.free = m->top;
    c->next = NULL;
    m->top = c;
    return true;
}

/* A marker that waits has no entries and shares none, so when all wait there are none left. */
bool
gc_pool_steal(struct gc_marker *m, size_t markers)
{
    unsigned tries = 0;

    atomic_fetch_add(&pool.waiting, 1);
    for (;;) {
        bool over;

        gc_pool_lock();
        if (shared_take(m)) {
            atomic_fetch_sub(&pool.waiting, 1);
            gc_pool_unlock();
            return true;
        }
        over = atomic_load(&pool.waiting) == markers;
        gc_pool_unlock();
        if (over)
            return false;
        while (!atomic_load_explicit(&pool.shared, memory_order_relaxed) &&
               atomic_load_explicit(&pool.waiting, memory_order_relaxed) != markers) {
            if (++tries % 64 == 0)
                pal_thread_yield();
            else
                __builtin_ia32_pause();
        }
    }
}

/* ---- helper threads ---- */
static struct {
    struct pal_mutex lock;
    struct pal_cond changed;
    struct pal_thread *thread[GC_MARKERS_MAX]; /* owned; [0] is never used */
    size_t threads;                            /* started */
    void (*work)(size_t index);
    size_t wanted; /* of this round */
    size_t running;
    uint64_t round;
    bool stopping;
} helpers;

static void
helper_main(void *argument)
{
    size_t index = (size_t)(uintptr_t)argument;
    uint64_t round = 0;

    pal_mutex_lock(&helpers.lock);
    for (;;) {
        while (!helpers.stopping && (helpers.round == round || index >= helpers.wanted))
            pal_cond_wait(&helpers.changed, &helpers.lock);
        if (helpers.stopping)
            break;
        round = helpers.round;
        pal_mutex_unlock(&helpers.lock);
        helpers.work(index);
        pal_mutex_lock(&helpers.lock);
        if (--helpers.running == 0)
            pal_cond_wake_all(&helpers.changed);
    }
    pal_mutex_unlock(&helpers.lock);
}

static bool
helpers_ensure(size_t markers)
{
    while (helpers.threads + 1 < markers) {
        size_t index = helpers.threads + 1;

        if (pal_thread_start(&helpers.thread[index], helper_main, (void *)(uintptr_t)index,
                             256 * 1024, "gc mark") != PAL_OK)
            return false;
        helpers.threads = index;
    }
    return true;
}

bool
gc_pool_run(size_t markers, void (*work)(size_t index))
{
    if (!helpers_ensure(markers))
        return false;
    atomic_store(&pool.waiting, 0);
    pal_mutex_lock(&helpers.lock);
    helpers.work = work;
    helpers.wanted = markers;
    helpers.running = markers - 1;
    helpers.round++;
    pal_cond_wake_all(&helpers.changed);
    pal_mutex_unlock(&helpers.lock);
    work(0);
    pal_mutex_lock(&helpers.lock);
    while (helpers.running)
        pal_cond_wait(&helpers.changed, &helpers.lock);
    helpers.wanted = 0;
    pal_mutex_unlock(&helpers.lock);
    atomic_store(&pool.waiting, 0);
    return true;
}

bool
gc_pool_start(void)
{
    pool.committed = 0;
    if (!pal_mem_commit(gc_heap.pool, FIRST_BYTES))
        return false;
    pool.committed = FIRST_BYTES;
    return true;
}

void
gc_pool_stop(void)
{
    size_t i;

    pal_mutex_lock(&helpers.lock);
    helpers.stopping = true;
    pal_cond_wake_all(&helpers.changed);
    pal_mutex_unlock(&helpers.lock);
    for (i = 1; i <= helpers.threads; i++)
        pal_thread_join(helpers.thread[i]);
    helpers.threads = 0;
    helpers.round = 0;
    helpers.stopping = false;
}
