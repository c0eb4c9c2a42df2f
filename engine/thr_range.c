/* engine/thr_range.c - which parts of a stopped thread's stack hold managed frames.
 * A range begins at a transition record (or the stack pointer it tells, whichever is lower) and
 * ends with the frame of the method that was entered from native code. Engine functions that call
 * managed code lie inside: they run in managed state and their locals are roots too.
 * Of a thread that the stop signal holds, the saved registers come first, and its stack begins
 * below the stack pointer, where a leaf function may keep things. */
#include "engine/eh.h"
#include "engine/thr.h"
#include "pal/pal.h"

#include <stdatomic.h>

typedef void range_visitor(uintptr_t low, uintptr_t high, void *context);

enum { RED_ZONE = 128 };

static uintptr_t
held_registers(const struct thr_held *held, range_visitor *visit, void *context)
{
    visit(held->registers_low, held->registers_high, context);
    if (held->vectors_high > held->vectors_low)
        visit(held->vectors_low, held->vectors_high, context);
    return (held->transition.rsp - RED_ZONE) & ~(uintptr_t)7;
}

static uintptr_t
range_low(const struct thr_transition *record)
{
    return (uintptr_t)record < record->rsp ? (uintptr_t)record : record->rsp;
}

/* A stopped thread that comes back from native code writes NULL, sees the request and takes it back:
 * what stood there before is its state, and will stand there again in a moment. */
static const void *
stopped_state(const struct thr_thread *thread)
{
    for (;;) {
        const void *state = atomic_load(&thread->block->transition);

        if (state || thread->block == &corert_thread)
            return state;
        pal_thread_yield();
    }
}

void
thr_for_each_range(const struct thr_thread *thread, range_visitor *visit, void *context)
{
    const void *state = stopped_state(thread);
    const struct thr_held *held = atomic_load(&thread->held);

    while (state && (intptr_t)state != THREAD_STATE_NO_FRAMES) {
        const struct thr_transition *record = state;
        const struct thr_reverse_frame *entry = record->reverse;
        uintptr_t low = held && record == &held->transition ? held_registers(held, visit, context)
                                                            : range_low(record);
        uintptr_t high;

        while (entry && entry->guard_rsp)
            entry = entry->prev;
        high = entry ? eh_entry_cfa(entry) : 0;
        if (high <= low)
            high = thread->stack_high; /* unknown extent: rather too much than too little */
        visit(low, high, context);
        state = entry ? entry->transition : NULL;
    }
}
