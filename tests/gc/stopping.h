/* tests/gc/stopping.h - threads of a suite that stop for a collection: each is in native state or comes
 * to a poll. Each has a buffer and a table of exact roots, which are the heap's world. */
#ifndef TESTS_GC_STOPPING_H
#define TESTS_GC_STOPPING_H

#include "gc/gc.h"

#include <stdatomic.h>
#include <stdbool.h>

/* The first member of what a suite keeps for a thread. */
struct stop_thread {
    _Alignas(128) struct gc_buffer buffer;
    uint64_t taken, seed;
    void **root; /* borrowed: `roots` slots */
    size_t roots;
    atomic_bool native; /* stopped, as far as a collection is concerned */
};

/* Starts the heap, runs `body` on a thread for each of `threads`, checks the heap and that there were
 * more than `collections_least` collections; the caller stops it. */
void stop_run(const struct gc_config *config, struct stop_thread *const *threads, size_t count,
              void (*body)(struct stop_thread *self), unsigned collections_least);

/* A world of the threads of stop_run(). A suite may put its own functions in place of some, and call
 * these from there. */
struct gc_world stop_world(void);
void stop_all(void);
void stop_release(void);
void stop_scan_roots(void);

/* A store into an object that others may know. */
void stop_store(void **slot, void *value);
/* World stopped: between the beginning of a cycle and its end. */
bool stop_is_cycle(void);
unsigned stop_cycles(void); /* so many have ended, since the run began */

/* On such a thread. */
void stop_poll(void);
uint32_t stop_below(uint32_t n); /* any number less than n */

#endif
