/* engine/eh_trace.c - stack traces: of exceptions while they are thrown, and of the current thread.
 * Entries are return addresses as they lie on the stack; nobody subtracts 1 before storing. The
 * trace words of an exception are written by the thread that throws it; two threads that throw one
 * object at once may mix their entries, but never write outside the array. */
#include "engine/eh_priv.h"
#include "engine/thr.h"

#include "pal/pal.h"

#include <string.h>

enum {
    TRACE_FIRST_LENGTH = 16,
    /* Of a stack overflow: frames where it happened, frames where the recursion came from. */
    TRACE_TOP = 100,
    TRACE_BOTTOM = 28,
    TRACE_SEPARATOR = 1, /* "end of stack trace from previous location" */
    ARRAY_LENGTH = 8,    /* offset of an array's length */
    ARRAY_DATA = 16
};

static uintptr_t *
trace_entries(void *array)
{
    return (uintptr_t *)((uint8_t *)array + ARRAY_DATA);
}

static uint32_t
trace_length(const void *array)
{
    uint32_t length;

    if (!array)
        return 0;
    __builtin_memcpy(&length, (const uint8_t *)array + ARRAY_LENGTH, sizeof length);
    return length;
}

/* A bigger array with the first `count` entries in it, already stored into the exception. */
static void *
trace_grow(void **slot, uint32_t count)
{
    uint32_t length = trace_length(*slot);
    uint32_t wanted = length ? length * 2 : TRACE_FIRST_LENGTH;
    void *grown;

    if (!eh_classlib.trace_new || wanted > INT32_MAX)
        return NULL;
    grown = eh_classlib.trace_new((int32_t)wanted);
    if (!grown)
        return NULL;
    if (count)
        __builtin_memcpy(trace_entries(grown), trace_entries(*slot), count * sizeof(uintptr_t));
    if (eh_classlib.store_ref)
        eh_classlib.store_ref(slot, grown);
    else
        *slot = grown;
    return grown;
}

bool
eh_is_preallocated(const void *exception)
{
    return (eh_classlib.preallocated_oom && *eh_classlib.preallocated_oom == exception) ||
           (eh_classlib.preallocated_stack && *eh_classlib.preallocated_stack == exception);
}

/* Makes room in a trace that has both its ends: the oldest entry of the second one goes. */
static uint32_t
trace_cut(uintptr_t *entries)
{
    memmove(entries + TRACE_TOP, entries + TRACE_TOP + 1, (TRACE_BOTTOM - 1) * sizeof *entries);
    return TRACE_TOP + TRACE_BOTTOM - 1;
}

void
eh_trace_append(void *exception, uintptr_t ip, bool first, enum eh_throw_kind kind)
{
    void **slot = (void **)((uint8_t *)exception + eh_exception_layout.trace_offset);
    int32_t *count_at = (int32_t *)((uint8_t *)exception + eh_exception_layout.trace_count_offset);
    void *array;
    uint32_t count;

    if (!eh_exception_layout.trace_offset || eh_is_preallocated(exception))
        return;
    array = *slot;
    count = *count_at > 0 ? (uint32_t)*count_at : 0;
    if (count > trace_length(array))
        count = trace_length(array);
    if (first && count) {
        uintptr_t last = trace_entries(array)[count - 1];

        if (kind == EH_RETHROW)
            count--; /* the catching frame is listed once, with the address of the rethrow */
        else if (kind == EH_THROW && last != TRACE_SEPARATOR)
            count = 0; /* `throw ex` begins a new trace */
    }
    if (kind == EH_OVERFLOW && count == TRACE_TOP + TRACE_BOTTOM)
        count = trace_cut(trace_entries(array));
    if (count == trace_length(array)) {
        array = trace_grow(slot, count);
        if (!array)
            return; /* no memory for it: the trace ends here */
    }
    trace_entries(array)[count] = ip;
    *count_at = (int32_t)(count + 1);
}

void
eh_walk(const struct thr_transition *from, eh_frame_visitor *visit, void *context)
{
    for (;;) {
        const struct thr_reverse_frame *entry = from->reverse;
        struct eh_regs regs;
        struct eh_row row;
        void *outer;

        eh_regs_load(&regs, from);
        while (eh_row_get(regs.pc, &row)) {
            uintptr_t cfa = eh_row_cfa(&row, &regs);

            if (!visit(regs.pc, regs.rsp, cfa, context))
                return;
            if (entry && (uintptr_t)entry < cfa)
                break;
            eh_regs_step(&regs, &row, cfa);
        }
        outer = entry ? entry->transition : NULL;
        if ((intptr_t)outer == THREAD_STATE_NO_FRAMES || (uintptr_t)outer <= (uintptr_t)entry ||
            !thr_record_stands(corert_thread.thread, outer))
            return; /* none, or those frames have been left */
        from = outer;
    }
}

uintptr_t
eh_entry_cfa(const struct thr_reverse_frame *frame)
{
    struct eh_row row;

    if (!frame->pc || !eh_row_get(frame->pc, &row))
        return 0;
    if (row.cfa_register == 0)
        return frame->rsp + (uintptr_t)(intptr_t)row.cfa_offset;
    if (row.cfa_register == 1 + EH_RBP)
        return frame->rbp + (uintptr_t)(intptr_t)row.cfa_offset;
    return 0;
}

struct collected {
    void **buffer;
    uint32_t capacity;
    uint32_t count;
    uintptr_t above; /* an address in the frame that asks, which is left out */
};

static bool
collect_frame(uintptr_t pc, uintptr_t rsp, uintptr_t cfa, void *context)
{
    struct collected *c = context;

    (void)cfa;
    if (rsp <= c->above)
        return true;
    if (c->count < c->capacity)
        c->buffer[c->count] = (void *)pc;
    c->count++;
    return c->count < INT32_MAX;
}

/* The caller is in native state: its frames begin at the innermost transition record. */
int32_t
RhpGetCurrentThreadStackTrace(void **buffer, uint32_t count, void *address_in_frame)
{
    struct collected c = {buffer, count, 0, (uintptr_t)address_in_frame};
    void *record = corert_thread.transition;

    if (record && (intptr_t)record != THREAD_STATE_NO_FRAMES) {
        thr_entry_set(record);
        eh_walk(record, collect_frame, &c);
    }
    return c.count <= count ? (int32_t)c.count : -(int32_t)c.count;
}

void *
RhFindMethodStartAddress(void *ip)
{
    uintptr_t start;

    return eh_method_start((uintptr_t)ip, &start) ? (void *)start : NULL;
}
