/* engine/rh_thread.c - per-thread lists of roots, and thread abort, which is not supported. */
#include "engine/rh.h"
#include "engine/thr.h"
#include "engine/thr_coro.h"
#include "pal/pal.h"

/* Node of a thread's inlined thread statics; lies in the module's TLS. */
struct rh_inlined_root {
    void *base; /* object, a root; NULL while it is registered */
    struct rh_inlined_root *next;
    void *type_manager;
};

/* References that the class library holds in memory the collector does not know. */
struct rh_gc_report {
    struct thr_thread *thread;
    struct rh_gc_report *next;
    void **references;
    uint32_t count;
    int32_t maybe_interior;
};

static_assert(sizeof(struct rh_inlined_root) == 24, "InlinedThreadStaticRoot");
static_assert(sizeof(struct rh_gc_report) == 32, "GCFrameRegistration");

uintptr_t
RhCurrentNativeThreadId(void)
{
    /* Coroutines of one system thread must differ. */
    return (uintptr_t)__builtin_thread_pointer() + thr_coro_number();
}

void *
RhpGetCurrentThread(void)
{
    return corert_thread.thread;
}

/* Only ControlledExecution.Run uses these three; it cannot be carried out. */
void
RhpInitiateThreadAbort(void *thread, void *exception, bool rude)
{
    (void)thread;
    (void)exception;
    (void)rude;
    pal_fail_fast("aborting a managed thread (ControlledExecution) is not supported");
}

void
RhpCancelThreadAbort(void *thread)
{
    (void)thread;
}

void *
RhpGetThreadAbortException(void)
{
    return NULL;
}

void
RhRegisterInlinedThreadStaticRoot(struct rh_inlined_root *root, void *type_manager)
{
    struct thr_thread *t = corert_thread.thread;

    root->next = t->inlined_statics;
    root->type_manager = type_manager;
    t->inlined_statics = root;
}

void
RhRegisterForGCReporting(struct rh_gc_report *report)
{
    struct thr_thread *t = corert_thread.thread;

    report->thread = t;
    report->next = t->gc_reports;
    t->gc_reports = report;
}

void
rh_inlined_statics_each(struct thr_thread *t, void (*visit)(void **slot, void *context),
                        void *context)
{
    struct rh_inlined_root *at;

    for (at = t->inlined_statics; at; at = at->next)
        visit(&at->base, context);
}

void
rh_reports_each(struct thr_thread *t, void (*visit)(uintptr_t low, uintptr_t high, void *context),
                void *context)
{
    const struct rh_gc_report *at;

    for (at = t->gc_reports; at; at = at->next)
        visit((uintptr_t)at->references, (uintptr_t)(at->references + at->count), context);
}

/* Nearly always the one registered last. */
void
RhUnregisterForGCReporting(struct rh_gc_report *report)
{
    struct thr_thread *t = corert_thread.thread;
    struct rh_gc_report *at = t->gc_reports;

    if (at == report) {
        t->gc_reports = report->next;
        return;
    }
    while (at && at->next != report)
        at = at->next;
    if (at)
        at->next = report->next;
}
