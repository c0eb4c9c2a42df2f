/* engine/thr_range.c - which parts of a stopped thread's stack hold managed frames.
 * A range begins at a transition record (or the stack pointer it tells, whichever is lower) and
 * ends with the frame of the method that was entered from native code. Engine functions that call
 * managed code lie inside: they run in managed state and their locals are roots too. */
#include "engine/eh.h"
#include "engine/thr.h"

void
thr_for_each_range(const struct thr_thread *thread,
                   void (*visit)(uintptr_t low, uintptr_t high, void *context), void *context)
{
    const void *state = thread->block->transition;

    while (state && (intptr_t)state != THREAD_STATE_NO_FRAMES) {
        const struct thr_transition *record = state;
        const struct thr_reverse_frame *entry = record->reverse;
        uintptr_t low = (uintptr_t)record < record->rsp ? (uintptr_t)record : record->rsp;
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
