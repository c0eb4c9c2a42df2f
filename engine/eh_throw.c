/* engine/eh_throw.c - the two phases of a dispatch.
 * Search: walk up from the throw, append each frame to the trace, test clauses, run filters.
 * Nothing is unwound until a handler is known; without one no finally runs. Unwind: walk the same
 * frames again and enter each pad that has to run; a finally comes back through corert_eh_resume, a
 * catch through corert_eh_begin_catch. Records under way hang on the thread block, newest first.
 * One dies when its catch begins, or when a newer exception lands in a frame outside the finally
 * that it was running (superseded). */
#include "engine/eh_priv.h"

#include <stdatomic.h>

#include "engine/thr_priv.h"

struct eh_classlib eh_classlib;
struct eh_exception_layout eh_exception_layout;

#define SEARCHING UINTPTR_MAX

/* Target of an exception that a guard stops: no frame has this CFA. */
#define TARGET_GUARD UINTPTR_MAX

void
eh_classlib_set(const struct eh_classlib *classlib, const struct eh_exception_layout *layout)
{
    eh_classlib = *classlib;
    eh_exception_layout = *layout;
}

bool
eh_is_instance(const void *type, const void *exception)
{
    enum { RELATED_TYPE = 8 }; /* of a MethodTable: the base class */
    const void *mt;

    __builtin_memcpy(&mt, exception, sizeof mt);
    while (mt && mt != type)
        __builtin_memcpy(&mt, (const uint8_t *)mt + RELATED_TYPE, sizeof mt);
    return mt != NULL;
}

/* ---- records ---- */

static struct eh_record *
record_push(struct thread_block *tb, void *exception, enum eh_throw_kind kind, uintptr_t rsp)
{
    struct eh_record *r = thr_record_take(tb->thread);

    *r = (struct eh_record){.exception = exception,
                            .older = tb->eh_inflight,
                            .current_cfa = SEARCHING,
                            .kind = (uint32_t)kind,
                            .thrown_rsp = rsp,
                            .pooled = r->pooled};
    tb->eh_inflight = r;
    return r;
}

static void
record_drop(struct thread_block *tb, struct eh_record **link)
{
    struct eh_record *r = *link;

    *link = r->older;
    thr_record_give(tb->thread, r);
}

/* An exception lands at (cfa, pad): those whose finally ran, or that were searched for, in a frame below
 * are superseded, and so is one that runs the same pad of the same frame. */
static void
records_supersede(struct thread_block *tb, const struct eh_record *winner, uintptr_t cfa,
                  uintptr_t pad)
{
    struct eh_record **link = &tb->eh_inflight;

    while (*link) {
        const struct eh_record *r = *link;
        uintptr_t at = r->current_cfa == SEARCHING ? r->thrown_rsp : r->current_cfa;

        if (r != winner && (at < cfa || (at == cfa && pad && r->current_pad == pad)))
            record_drop(tb, link);
        else
            link = &(*link)->older;
    }
}

void *
corert_eh_begin_catch(void *record)
{
    struct thread_block *tb = &corert_thread;
    struct eh_record **link = &tb->eh_inflight;
    void *exception = ((struct eh_record *)record)->exception;

    while (*link && *link != record)
        link = &(*link)->older;
    CORERT_ASSERT(*link);
    if (*link)
        record_drop(tb, link);
    return exception;
}

/* ---- calls into managed code ---- */

struct eh_call_result
eh_call_managed(struct thr_transition *from, const void *function, uintptr_t a, uintptr_t b,
                uintptr_t c, uintptr_t d)
{
    struct thread_block *tb = &corert_thread;
    struct thr_reverse_frame guard = {.transition = from ? (void *)from
                                                         : (void *)(intptr_t)THREAD_STATE_NO_FRAMES,
                                      .thread = tb->thread,
                                      .prev = tb->reverse_head};
    struct eh_call_result result;

    CORERT_ASSERT(tb->transition == NULL);
    tb->reverse_head = &guard;
    result.value = eh_call_guarded(&guard, function, a, b, c, d);
    tb->reverse_head = guard.prev;
    result.exception = guard.exception;
    return result;
}

/* ---- filters ---- */

/* A record of frames that native code has left may say anything; a chain goes across stacks, which may
 * be gone. */
__attribute__((noinline)) static struct eh_filter_record *
filter_valid(struct eh_filter_record *f)
{
    const struct thr_thread *t = corert_thread.thread;

    return !t->strays && thr_is_on_stack(t, f, sizeof *f) ? f : NULL;
}

__attribute__((no_sanitize_address)) static struct eh_filter_record *
filter_outer(const struct eh_filter_record *f)
{
    return f->prev > f ? filter_valid(f->prev) : NULL;
}

__attribute__((noinline)) static void
filters_pop(uintptr_t below)
{
    struct eh_filter_record *f = filter_valid(corert_thread.filter_head);

    while (f && (uintptr_t)f < below)
        f = filter_outer(f);
    corert_thread.filter_head = f;
}

void
eh_frames_left(uintptr_t here)
{
    filters_pop(here);
    records_supersede(&corert_thread, NULL, here, 0);
}

/* ---- search ---- */

/* The n-th filter record of this frame for this clause, counted from the innermost. The chain may have
 * been cut where frames were left: then what lies in the frame counts. */
static const struct eh_filter_record *
filter_record_find(uintptr_t rsp, uintptr_t cfa, const struct eh_clause *clause, unsigned n)
{
    const struct eh_filter_record *f = filter_valid(corert_thread.filter_head);
    unsigned left = n;

    for (; f && (uintptr_t)f < cfa; f = filter_outer(f)) {
        if ((uintptr_t)f >= rsp && f->clause == clause && left-- == 0)
            return f;
    }
    if (!corert_thread.thread->frames_left)
        return NULL;
    for (; rsp + sizeof *f <= cfa; rsp += 8) {
        f = (const struct eh_filter_record *)rsp;
        if (f->clause == clause && n-- == 0)
            return f;
    }
    return NULL;
}

/* How often the chain named this clause before the one that was given last. */
static unsigned
clause_repeats(const struct eh_row *row, const struct eh_actions *until,
               const struct eh_clause *clause)
{
    struct eh_actions actions = eh_actions_of(row);
    const struct eh_clause *each;
    unsigned n = 0;

    while (actions.given + 1 < until->given && eh_actions_next(&actions, &each))
        n += each == clause;
    return n;
}

/* What one frame of the search looks like. */
struct search_frame {
    struct thr_transition *thrown_at; /* borrowed: where the dispatch began */
    const struct eh_row *row;
    uintptr_t rsp;
    uintptr_t cfa;
};

static bool
filter_accepts(const struct search_frame *frame, const struct eh_actions *at,
               const struct eh_clause *clause, void *exception)
{
    unsigned repeats = clause_repeats(frame->row, at, clause);
    const struct eh_filter_record *record =
        filter_record_find(frame->rsp, frame->cfa, clause, repeats);
    struct eh_call_result result;

    if (!record)
        return false; /* the try was left already: its pad is shared with the code behind it */
    result = eh_call_managed(frame->thrown_at, clause->type_or_filter, (uintptr_t)record->frame,
                             (uintptr_t)exception, 0, 0);
    return !result.exception && (int32_t)result.value != 0;
}

static bool
clause_accepts(const struct search_frame *frame, const struct eh_actions *at,
               const struct eh_clause *clause, void *exception)
{
    if (!clause)
        return true;
    switch ((enum eh_clause_kind)clause->kind) {
    case EH_CLAUSE_TYPED:
        return eh_is_instance(clause->type_or_filter, exception);
    case EH_CLAUSE_FILTER:
        return filter_accepts(frame, at, clause, exception);
    case EH_CLAUSE_ALL:
    case EH_CLAUSE_BOUNDARY:
        return true;
    }
    return false;
}

/* What the search leaves for the second phase: its first frame whose pad has to run, so that the
 * frames below need not be walked again. */
struct search_result {
    bool found;
    bool has_pad;
    struct eh_regs first_pad;
};

/* True: `rec` names the frame and clause that catch it. */
static bool
frame_catches(const struct search_frame *frame, struct eh_record *rec)
{
    struct eh_actions actions = eh_actions_of(frame->row);
    const struct eh_clause *clause;

    while (eh_actions_next(&actions, &clause)) {
        if (clause_accepts(frame, &actions, clause, rec->exception)) {
            rec->target_cfa = frame->cfa;
            rec->target_clause = clause;
            return true;
        }
    }
    return false;
}

static void
first_pad_note(struct search_result *result, const struct eh_regs *regs)
{
    if (!result->has_pad) {
        result->has_pad = true;
        result->first_pad = *regs;
    }
}

static void
search(struct thr_transition *at, struct eh_record *rec, struct search_result *result)
{
    struct search_frame frame = {.thrown_at = at};
    const struct thr_reverse_frame *entry = at->reverse;
    bool first = true;
    struct eh_regs regs;
    struct eh_row row;

    result->found = false;
    result->has_pad = false;
    frame.row = &row;
    eh_regs_load(&regs, at);
    while (eh_row_get(regs.pc, &row)) {
        uintptr_t cfa = eh_row_cfa(&row, &regs);

        eh_trace_append(rec->exception, regs.pc, first, (enum eh_throw_kind)rec->kind);
        first = false;
        if (row.action) {
            frame.rsp = regs.rsp;
            frame.cfa = cfa;
            result->found = frame_catches(&frame, rec);
        }
        if (result->found || (row.flags & EH_ROW_CLEANUP))
            first_pad_note(result, &regs);
        if (result->found || (entry && (uintptr_t)entry < cfa))
            return;
        eh_regs_step(&regs, &row, cfa);
    }
}

/* ---- unwind ---- */

/* Selector of the target clause at this call site, 0 if the site does not have it. */
static int64_t
target_selector(const struct eh_row *row, const struct eh_record *rec)
{
    struct eh_actions actions = eh_actions_of(row);
    const struct eh_clause *clause;

    while (eh_actions_next(&actions, &clause)) {
        if (clause == rec->target_clause)
            return actions.selector;
    }
    return 0;
}

static noreturn void
land(struct eh_record *rec, struct eh_regs *regs, const struct eh_row *row, uintptr_t cfa,
     int64_t selector)
{
    struct thread_block *tb = &corert_thread;

    filters_pop(regs->rsp);
    if (tb->eh_inflight != rec || rec->older)
        records_supersede(tb, rec, cfa, row->pad);
    rec->current_cfa = cfa;
    rec->current_pad = row->pad;
    regs->rsp += 8 * (uintptr_t)row->pushed_words;
    eh_land(regs, row->pad, rec, (uint64_t)selector);
}

/* The walk came to the engine function that holds the innermost guard. */
static noreturn void
guard_stop(struct eh_record *rec)
{
    struct thread_block *tb = &corert_thread;
    struct thr_reverse_frame *guard = tb->reverse_head;

    filters_pop((uintptr_t)guard);
    guard->exception = rec->exception;
    records_supersede(tb, rec, (uintptr_t)guard, 0);
    corert_eh_begin_catch(rec);
    eh_guard_leave(guard);
}

/* The frame with this CFA is the method that was entered from native code. */
static bool
is_entry_frame(uintptr_t cfa)
{
    const struct thr_reverse_frame *entry = corert_thread.reverse_head;

    return entry && (uintptr_t)entry < cfa;
}

/* Selector of the export's boundary at this call site, 0: it has none. */
static int64_t
boundary_selector(const struct eh_row *row)
{
    struct eh_actions actions = eh_actions_of(row);
    const struct eh_clause *clause;

    while (eh_actions_next(&actions, &clause)) {
        if (clause && clause->kind == EH_CLAUSE_BOUNDARY)
            return actions.selector;
    }
    return 0;
}

static int64_t
selector_at(const struct eh_row *row, const struct eh_record *rec, uintptr_t cfa)
{
    if (rec->kind != EH_CANCEL)
        return cfa == rec->target_cfa ? target_selector(row, rec) : 0;
    return is_entry_frame(cfa) ? boundary_selector(row) : 0;
}

/* A cancel has come to the entry, which has nothing more to run. */
static noreturn void
entry_leave(struct eh_record *rec, struct eh_regs *regs, const struct eh_row *row, uintptr_t cfa)
{
    struct thread_block *tb = &corert_thread;
    struct thr_reverse_frame *entry = tb->reverse_head;

    filters_pop(cfa);
    records_supersede(tb, rec, cfa, 0);
    corert_eh_begin_catch(rec);
    eh_regs_step(regs, row, cfa);
    thr_cancel_left(entry);
    tb->reverse_head = entry->prev;
    atomic_store_explicit(&tb->transition, entry->transition, memory_order_release);
    eh_leave(regs);
}

/* Enters the next pad from here on upwards. */
static noreturn void
unwind(struct eh_regs regs, struct eh_record *rec)
{
    struct eh_row row;

    while (eh_row_get(regs.pc, &row)) {
        uintptr_t cfa = eh_row_cfa(&row, &regs);

        if (row.pad) {
            int64_t selector = selector_at(&row, rec, cfa);

            if (selector && rec->kind == EH_CANCEL)
                thr_cancel_left(corert_thread.reverse_head);
            if (selector || (row.flags & EH_ROW_CLEANUP))
                land(rec, &regs, &row, cfa, selector);
        }
        if (rec->kind == EH_CANCEL && is_entry_frame(cfa))
            entry_leave(rec, &regs, &row, cfa);
        if (cfa == rec->target_cfa)
            pal_fail_fast("the frame that catches an exception lost its handler");
        eh_regs_step(&regs, &row, cfa);
    }
    if (rec->target_cfa != TARGET_GUARD)
        pal_fail_fast("the frame that catches an exception is gone");
    guard_stop(rec);
}

/* ---- entries ---- */

static noreturn void
unhandled(struct thr_transition *at, struct eh_record *rec, void *exception)
{
    if (eh_classlib.unhandled_hosted && eh_cancel_is_possible(at)) {
        (void)eh_call_managed(at, (const void *)(uintptr_t)eh_classlib.unhandled_hosted,
                              (uintptr_t)exception, 0, 0, 0);
        corert_eh_begin_catch(rec);
        if (eh_classlib.entry_failed)
            eh_classlib.entry_failed(at->reverse);
        eh_cancel_from(at);
    }
    if (eh_classlib.unhandled)
        (void)eh_call_managed(at, (const void *)(uintptr_t)eh_classlib.unhandled,
                              (uintptr_t)exception, 0, 0, 0);
    if (eh_classlib.report)
        eh_classlib.report(at);
    if (eh_classlib.fail_fast)
        (void)eh_call_managed(at, (const void *)(uintptr_t)eh_classlib.fail_fast, EH_FAIL_UNHANDLED,
                              (uintptr_t)exception, at->pc, 0);
    pal_fail_fast("unhandled exception");
}

static void *
runtime_exception(struct thr_transition *at, int32_t id)
{
    struct eh_call_result result = {0, NULL};

    if (eh_classlib.get_runtime_exception)
        result = eh_call_managed(at, (const void *)(uintptr_t)eh_classlib.get_runtime_exception,
                                 (uintptr_t)(intptr_t)id, 0, 0, 0);
    if (!result.exception && result.value)
        return (void *)result.value;
    /* The library made none: there was no memory for it. */
    if (eh_classlib.preallocated_oom && *eh_classlib.preallocated_oom)
        return *eh_classlib.preallocated_oom;
    if (eh_classlib.fail_fast)
        (void)eh_call_managed(at, (const void *)(uintptr_t)eh_classlib.fail_fast,
                              EH_FAIL_INTERNAL_ERROR, 0, at->pc, 0);
    pal_fail_fast("the class library has no exception for a run-time error");
}

static noreturn void
dispatch(struct thr_transition *at, void *exception, enum eh_throw_kind kind)
{
    struct thread_block *tb = &corert_thread;
    struct search_result result;
    struct eh_record *rec;

    if (tb->eh_inflight) /* those whose frame has been left since */
        records_supersede(tb, NULL, at->rsp + 1, 0);
    rec = record_push(tb, exception, kind, at->rsp);
    /* Where there is no memory at all the notification would only fail in the same way. */
    if (eh_classlib.first_chance && kind != EH_PROPAGATE && !eh_is_preallocated(exception))
        (void)eh_call_managed(at, (const void *)(uintptr_t)eh_classlib.first_chance,
                              (uintptr_t)exception, 0, 0, 0);
    search(at, rec, &result);
    if (!result.found) {
        if (!at->reverse || !at->reverse->guard_rsp)
            unhandled(at, rec, exception);
        rec->target_cfa = TARGET_GUARD;
        if (!result.has_pad)
            guard_stop(rec);
    }
    unwind(result.first_pad, rec);
}

static void
throw_begin(struct thr_transition *at)
{
    struct thread_block *tb = &corert_thread;

    if (!tb->thread || tb->transition)
        pal_fail_fast("an exception was thrown by a thread that does not run managed code");
    thr_entry_set(at);
}

void
eh_throw_from(struct thr_transition *at, void *exception, enum eh_throw_kind kind)
{
    throw_begin(at);
    thr_cancel_deliver(at); /* a thread that has to end throws nothing more */
    if (!exception)
        exception = runtime_exception(at, kind == EH_PROPAGATE ? EH_ID_ENTRYPOINT_NOT_FOUND
                                                               : EH_ID_NULL_REFERENCE);
    dispatch(at, exception, kind);
}

void
eh_throw_runtime_from(struct thr_transition *at, int32_t exception_id)
{
    throw_begin(at);
    thr_cancel_deliver(at);
    dispatch(at, runtime_exception(at, exception_id), EH_THROW);
}

void
eh_resume_from(struct thr_transition *at, struct eh_record *record)
{
    struct eh_regs regs;

    throw_begin(at);
    record->current_cfa = SEARCHING;
    eh_regs_load(&regs, at);
    unwind(regs, record);
}

/* ---- ending a thread ---- */

bool
eh_cancel_is_under_way(void)
{
    const struct eh_record *r;

    for (r = corert_thread.eh_inflight; r; r = r->older) {
        if (r->kind == EH_CANCEL)
            return true;
    }
    return false;
}

bool
eh_cancel_is_possible(const struct thr_transition *at)
{
    const struct thr_reverse_frame *entry = at->reverse;
    struct eh_regs regs;
    struct eh_row row;

    if (!entry || entry->guard_rsp)
        return false;
    eh_regs_load(&regs, at);
    while (eh_row_get(regs.pc, &row)) {
        uintptr_t cfa = eh_row_cfa(&row, &regs);

        /* An export past its boundary is about to return. */
        if ((uintptr_t)entry < cfa)
            return !entry->exception || boundary_selector(&row) != 0;
        eh_regs_step(&regs, &row, cfa);
    }
    return false;
}

void
eh_cancel_from(struct thr_transition *at)
{
    struct thread_block *tb = &corert_thread;
    struct eh_record *rec;
    struct eh_regs regs;

    throw_begin(at);
    if (tb->eh_inflight)
        records_supersede(tb, NULL, at->rsp + 1, 0);
    rec = record_push(tb, NULL, EH_CANCEL, at->rsp);
    eh_regs_load(&regs, at);
    unwind(regs, rec);
}
