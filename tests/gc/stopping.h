/* tests/gc/stopping.h - threads of a suite that stop for a collection: each is in native state or comes
 * to a poll. A suite's gc_world takes stop_run_native, and stops and resumes by stop_all, stop_release. */
#ifndef TESTS_GC_STOPPING_H
#define TESTS_GC_STOPPING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* One thread's; true before it runs. */
struct stop_state {
    atomic_bool native; /* stopped, as far as a collection is concerned */
};

/* The calling thread is `mine` from here on; it begins in native state. */
void stop_enter(struct stop_state *mine);
void stop_native_begin(void);
void stop_native_end(void); /* waits while a stop is on */
void stop_poll(void);
void stop_run_native(void (*function)(void *context), void *context);

/* From one thread in native state: asks all to stop; then waits for each. */
void stop_request(void);
void stop_wait(struct stop_state *one);
void stop_release(void);

#endif
