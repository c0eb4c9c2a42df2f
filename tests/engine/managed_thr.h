/* tests/engine/managed_thr.h - managed_thr.ll and what it calls in the tests. */
#ifndef TESTS_ENGINE_MANAGED_THR_H
#define TESTS_ENGINE_MANAGED_THR_H

#include "tests/engine/managed.h"

#include <stdatomic.h>

/* What the spinning functions look at and count in. */
struct spinner {
    _Atomic(int32_t) done;
    int32_t filler;
    _Atomic(int64_t) turns;
};

managed_fn spin_blind, spin_in_registers, spin_checked, guarded_spin, stubborn, calls_blocking,
    guarded_native, guarded_throw, guarded_end, plain_number;
int64_t export_enter(managed_fn *f, void *o); /* an export: with a boundary */
double plain_enter(managed_fn *f, void *o);   /* a thread's entry: 77, or 0 after a cancel */

/* Called by managed_thr.ll. */
void boundary_caught(void *exception);
int64_t native_blocks(void *o);

#endif
