/* tests/gc/stopping.c */
#include "tests/gc/stopping.h"

#include "pal/pal.h"

#include <pthread.h>

static _Thread_local struct stop_state *self;
static atomic_uint requested;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t runs = PTHREAD_COND_INITIALIZER;

void
stop_enter(struct stop_state *mine)
{
    self = mine;
}

void
stop_native_begin(void)
{
    atomic_store(&self->native, true);
}

void
stop_native_end(void)
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
        stop_native_begin();
        stop_native_end();
    }
}

void
stop_run_native(void (*function)(void *context), void *context)
{
    stop_native_begin();
    function(context);
    stop_native_end();
}

void
stop_request(void)
{
    atomic_store(&requested, 1);
}

void
stop_wait(struct stop_state *one)
{
    while (!atomic_load(&one->native))
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
