/* tests/gc/stopping.c */
#include "tests/gc/stopping.h"

#include "pal/pal.h"

#include <check.h>
#include <pthread.h>

enum { THREADS_MAX = 8 };

static struct stop_thread *const *threads;
static size_t thread_count;
static void (*thread_body)(struct stop_thread *self);
static _Thread_local struct stop_thread *self;
static atomic_uint requested, collections, cycles;
static uint8_t *log_table; /* changed while the world stands */
static uintptr_t log_mask;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t runs = PTHREAD_COND_INITIALIZER;

/* ---- states ---- */
static void
native_begin(void)
{
    atomic_store(&self->native, true);
}

static void
native_end(void)
{
    for (;;) {
        atomic_store(&self->native, false);
        if (!atomic_load(&requested))
            return;
        atomic_store(&self->native, true);
        pthread_mutex_lock(&lock);
        while (atomic_load(&requested))
            pthread_cond_wait(&runs, &lock);
        pthread_mutex_unlock(&lock);
    }
}

void
stop_poll(void)
{
    if (atomic_load_explicit(&requested, memory_order_relaxed)) {
        native_begin();
        native_end();
    }
}

uint32_t
stop_below(uint32_t n)
{
    self->seed = self->seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)(self->seed >> 33) % n;
}

/* ---- the world ---- */
static void
run_native(void (*function)(void *context), void *context)
{
    native_begin();
    function(context);
    native_end();
}

void
stop_all(void)
{
    atomic_store(&requested, 1);
    for (size_t i = 0; i < thread_count; i++)
        while (!atomic_load(&threads[i]->native))
            pal_thread_yield();
}

void
stop_release(void)
{
    pthread_mutex_lock(&lock);
    atomic_store(&requested, 0);
    pthread_cond_broadcast(&runs);
    pthread_mutex_unlock(&lock);
}

static void
each_buffer(void (*visit)(void *context, struct gc_buffer *b, bool torn), void *context)
{
    for (size_t i = 0; i < thread_count; i++)
        visit(context, &threads[i]->buffer, false);
}

static void
scan_no_words(void)
{
}

void
stop_scan_roots(void)
{
    for (size_t i = 0; i < thread_count; i++)
        for (size_t k = 0; k < threads[i]->roots; k++)
            gc_root(&threads[i]->root[k]);
}

static void
begin(uint8_t *log, uintptr_t mask)
{
    log_table = log;
    log_mask = mask;
    stop_scan_roots();
}

static void
end(void)
{
    log_table = NULL;
}

bool
stop_is_cycle(void)
{
    return log_table != NULL;
}

unsigned
stop_cycles(void)
{
    return atomic_load(&cycles);
}

void
stop_store(void **slot, void *value)
{
    __atomic_store_n(slot, value, __ATOMIC_RELEASE);
    if (log_table)
        __atomic_store_n(&log_table[(uintptr_t)slot >> GC_LOG_SHIFT & log_mask],
                         (uint8_t)GC_LOG_STORED, __ATOMIC_RELEASE);
}

static void
after(const struct gc_collection *c)
{
    if (c->concurrent)
        atomic_fetch_add(&cycles, 1);
    atomic_fetch_add(&collections, 1);
}

static void
verify_failed(const char *text)
{
    pal_fail_fast(text);
}

struct gc_world
stop_world(void)
{
    return (struct gc_world){.run_native = run_native,
                             .stop = stop_all,
                             .each_buffer = each_buffer,
                             .scan_ambiguous = scan_no_words,
                             .scan_roots = stop_scan_roots,
                             .begin = begin,
                             .end = end,
                             .resume = stop_release,
                             .after = after,
                             .verify_failed = verify_failed};
}

/* ---- the run ---- */
static void *
thread_main(void *argument)
{
    self = argument;
    native_end();
    thread_body(self);
    gc_buffer_retire(&self->buffer);
    native_begin();
    return NULL;
}

void
stop_run(const struct gc_config *config, struct stop_thread *const *all, size_t count,
         void (*body)(struct stop_thread *self), unsigned collections_least)
{
    pthread_t handle[THREADS_MAX];
    char text[300];
    size_t i;

    ck_assert_uint_le(count, THREADS_MAX);
    threads = all;
    thread_count = count;
    thread_body = body;
    atomic_store(&collections, 0);
    atomic_store(&cycles, 0);
    for (i = 0; i < count; i++)
        atomic_store(&all[i]->native, true);
    ck_assert(gc_start(config));
    for (i = 0; i < count; i++)
        ck_assert_int_eq(pthread_create(&handle[i], NULL, thread_main, all[i]), 0);
    for (i = 0; i < count; i++)
        pthread_join(handle[i], NULL);
    gc_stop_concurrent(); /* whatever is under way; nobody may mark while the heap is walked */
    ck_assert_msg(gc_verify(text, sizeof text), "%s", text);
    ck_assert_uint_gt(atomic_load(&collections), collections_least);
}
