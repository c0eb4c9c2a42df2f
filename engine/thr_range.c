/* engine/thr_range.c - which parts of a stopped thread's stack hold managed frames.
 * A range begins at a transition record (or the stack pointer it tells, whichever is lower) and
 * ends with the frame of the method that was entered from native code. Engine functions that call
 * managed code lie inside: they run in managed state and their locals are roots too.
 * Of a thread that the stop signal holds, the saved registers come first, and its stack begins
 * below the stack pointer, where a leaf function may keep things.
 * A record may be one that its frames have been left with (thr_frames.c): then what it says is
 * anything. What does not fit together is taken for that, and all of the stack above is scanned. */
#include "engine/eh.h"
#include "engine/thr_priv.h"

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

/* The end of the range that holds `above`, with the entry there; NULL: unknown, all that is left. */
__attribute__((no_sanitize_address)) static uintptr_t
range_high(const struct thr_thread *t, uintptr_t above, const struct thr_reverse_frame **entry)
{
    uintptr_t high;

    while (thr_entry_fits(t, *entry, above) && (*entry)->guard_rsp) {
        above = (uintptr_t)(*entry + 1);
        *entry = (*entry)->prev;
    }
    high = thr_entry_fits(t, *entry, above) ? eh_entry_cfa(*entry) : 0;
    if (high > (uintptr_t)*entry && (high <= t->home_high || !t->home_high))
        return high;
    *entry = NULL;
    return t->home_high;
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
    uintptr_t floor = 0; /* what lies below has been visited */

    if (thread->strays) {
        if (held)
            held_registers(held, visit, context);
        thr_strays_scan(thread, visit, context);
        return;
    }
    while (state && (intptr_t)state != THREAD_STATE_NO_FRAMES) {
        const struct thr_transition *record = state;
        bool is_held = held && record == &held->transition;
        const struct thr_reverse_frame *entry;
        uintptr_t low;

        if (!is_held && ((uintptr_t)record < floor || !thr_record_stands(thread, record))) {
            low = (uintptr_t)record < floor ? floor : (uintptr_t)record;
            visit(low, low >= thread->home_low ? thread->home_high : low, context);
            return;
        }
        entry = record->reverse;
        low = is_held ? held_registers(held, visit, context) : range_low(record);
        if (low < floor)
            low = floor;
        floor = range_high(thread, record->rsp, &entry);
        visit(low, floor, context);
        state = entry ? entry->transition : NULL;
    }
}
