/* tests/engine/managed.h - the stand-in for a compiled module, and what it needs from the tests. */
#ifndef TESTS_ENGINE_MANAGED_H
#define TESTS_ENGINE_MANAGED_H

#include "engine/dispatch.h"
#include "engine/eh.h"
#include "engine/thr.h"

/* As much of a MethodTable as the engine looks at. */
struct test_type {
    uint32_t flags;
    uint32_t base_size;
    const struct test_type *base;
    uint64_t rest;
};

extern const struct test_type mt_base, mt_derived, mt_other;

/* An exception object. */
struct test_exception {
    const struct test_type *type;
    uint64_t filler;
    void *trace; /* nint[] */
    int32_t trace_count;
};

/* An nint[]. */
struct test_array {
    const void *type;
    uint32_t length;
    uint32_t padding;
    uintptr_t data[];
};

typedef int64_t managed_fn(void *);

/* managed_eh.ll */
int64_t enter(managed_fn *f, void *o);
int64_t repeat_catch(int64_t (*f)(void *, int64_t), void *o, int64_t depth, int64_t times);
int64_t recurse(void *o, int64_t n);
int64_t recurse_finally(void *o, int64_t n);
int64_t repeat_pinvoke(int64_t times);
int64_t dispatch_entry(struct dispatch_cell *cell, void *object);
int64_t dispatch_repeat(struct dispatch_cell *cell, void **objects, int64_t mask, int64_t times);
void *resolve(void *object, const void *interface_type, uint16_t slot);
void first_chance_throws(void *exception);
managed_fn throw_it, throw_deep, t_catch, t_catch_deep, t_catch_runtime, t_nested, t_finally,
    t_rethrow, t_supersede, t_supersede_loop, t_finally_catches, t_filter_true, t_filter_false,
    t_filter_throws, t_filter_walks, t_filter_nested, t_dynamic_frame, t_throw_across_native,
    t_trace_across_native, takes_trace, calls_native, catch_base_of, catches_and_rethrows,
    finally_logs, filtered, filter_walks, filter_that_walks, finally_outer, spin_until;

/* Called by managed_eh.ll. */
void log_event(int64_t event);
void *made_exception(void);
int64_t native_calls_back(managed_fn *f, void *o);
int64_t native_takes_trace(void *address_in_frame);
int64_t number(int64_t x);
void *resolve_in_c(void *object, const void *interface_type, uint16_t slot);

/* managed.c */
#define LOG_MAX 4096
extern _Thread_local int64_t log_events[LOG_MAX];
extern _Thread_local unsigned log_count;
void log_reset(void);
bool log_is(unsigned count, ...);                           /* int64_t each */
extern _Thread_local struct test_exception *next_exception; /* what made_exception gives */
extern _Thread_local void *trace_frames[64];
extern _Thread_local int32_t trace_found;
extern uint32_t trace_capacity;
extern void (*native_hook)(void); /* called by native_takes_trace; may be NULL */
extern void *(*resolver)(void *object, const void *interface_type, uint16_t slot);
extern struct eh_classlib test_classlib;

/* Starts the engine's parts and registers section "managed". Call in each (forked) test. */
void managed_setup(void);
void managed_teardown(void);
struct test_exception *exception_new(const struct test_type *type);
void exception_free(struct test_exception *e);
const struct test_array *exception_trace(const struct test_exception *e);
unsigned inflight_count(void);

#endif
