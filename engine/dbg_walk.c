/* engine/dbg_walk.c - the calling thread's stack, host and managed frames alike.
 * Unwind data leads from frame to frame: ours by eh_row_get, the host's by libunwind. The chain of
 * transition records runs beside: it says where the next managed frame is when a host frame cannot
 * be walked. Every address of the chain is checked before use, since a damaged stack is a likely
 * reason to be here. */
#include "engine/dbg.h"

#include <string.h>

enum { FRAMES_MAX = 100000 }; /* no stack is deeper; ends a walk in circles */

/* The records still ahead. */
struct chain {
    bool any;
    struct thr_transition record; /* copy of the innermost one ahead */
    uintptr_t at;                 /* its address */
};

static bool
is_record(const void *transition)
{
    return transition && (intptr_t)transition != THREAD_STATE_NO_FRAMES;
}

/* Makes the first record from `state` outwards that lies above `above` the next one. A state
 * without record goes on with the entry that led there. */
static void
chain_from(struct chain *c, const void *state, const struct thr_reverse_frame *entry,
           uintptr_t above)
{
    struct thr_reverse_frame frame;
    uintptr_t entry_floor = 0;
    unsigned steps = 0;

    c->any = false;
    while (steps++ < FRAMES_MAX) {
        if (is_record(state)) {
            if ((uintptr_t)state % 8 || !dbg_read((uintptr_t)state, &c->record, sizeof c->record))
                return;
            c->at = (uintptr_t)state;
            if (c->record.rsp > above) {
                c->any = true;
                return;
            }
            entry = c->record.reverse;
        }
        /* entries lie further out each time */
        if (!entry || (uintptr_t)entry <= entry_floor || (uintptr_t)entry % 8 ||
            !dbg_read((uintptr_t)entry, &frame, sizeof frame))
            return;
        entry_floor = (uintptr_t)entry;
        state = frame.transition;
        entry = frame.prev;
    }
}

static void
chain_begin(struct chain *c, uintptr_t rsp)
{
    const struct thread_block *tb = &corert_thread;

    c->any = false;
    if (tb->thread)
        chain_from(c, tb->transition, tb->reverse_head, rsp - 1);
}

static void
chain_next(struct chain *c)
{
    chain_from(c, NULL, c->record.reverse, c->record.rsp);
}

/* eh_regs_step on a stack that may be damaged. */
static enum dbg_step
managed_step(struct dbg_regs *at)
{
    struct eh_row row;
    uintptr_t cfa;

    if (!eh_row_get(at->regs.pc + at->exact, &row))
        return DBG_STEP_UNKNOWN;
    cfa = eh_row_cfa(&row, &at->regs);
    if (cfa % 8 || !dbg_read(cfa - 8, &at->regs.pc, 8))
        return DBG_STEP_UNKNOWN;
    for (unsigned i = 0; i < EH_REGISTERS; i++) {
        if (row.saved_at[i] && !dbg_read(cfa + 8 * (uintptr_t)(intptr_t)row.saved_at[i],
                                         &at->regs.saved[i], sizeof(uintptr_t)))
            return DBG_STEP_UNKNOWN;
    }
    at->regs.rsp = cfa;
    at->exact = false;
    return DBG_STEP_DONE;
}

/* One frame up. Nonsense counts as unknown: the stack grows, but for a handler's own stack, and
 * does not jump over the next record. */
static enum dbg_step
step(struct dbg_regs *at, bool managed, const struct chain *ahead)
{
    struct dbg_regs above = *at;
    enum dbg_step result = managed ? managed_step(&above) : dbg_host_step(&above);

    if (result != DBG_STEP_DONE)
        return result;
    if (!above.exact && above.regs.rsp <= at->regs.rsp)
        return DBG_STEP_UNKNOWN;
    if (ahead->any && at->regs.rsp < ahead->record.rsp && above.regs.rsp > ahead->record.rsp &&
        !above.exact)
        return DBG_STEP_UNKNOWN;
    if (above.regs.pc < 2)
        return DBG_STEP_OUTERMOST;
    *at = above;
    return DBG_STEP_DONE;
}

void
dbg_walk(const struct dbg_regs *start, dbg_visitor *visit, void *context)
{
    static const struct dbg_frame gap = {.pc = 0};
    struct dbg_regs at = *start;
    struct chain ahead;

    chain_begin(&ahead, at.regs.rsp);
    for (unsigned count = 0; count < FRAMES_MAX; count++) {
        struct dbg_frame frame = {.pc = at.regs.pc - !at.exact, .rsp = at.regs.rsp};
        enum dbg_step result;

        frame.managed = eh_module_find(frame.pc) != NULL;
        if (!visit(&frame, context))
            return;
        while (ahead.any && ahead.record.rsp <= at.regs.rsp)
            chain_next(&ahead);
        result = step(&at, frame.managed, &ahead);
        if (result == DBG_STEP_DONE)
            continue;
        if (result == DBG_STEP_UNKNOWN && !visit(&gap, context))
            return;
        if (!ahead.any)
            return;
        at = dbg_regs_of(&ahead.record);
    }
}

struct dbg_regs
dbg_regs_of(const struct thr_transition *from)
{
    struct dbg_regs at = {.exact = false};

    eh_regs_load(&at.regs, from);
    return at;
}
