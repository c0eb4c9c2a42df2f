/* engine/rh_finalize.c - what the class library asks about finalization: registration here, running
 * in engine/fin.c. */
#include "engine/engine.h"
#include "engine/gc_world.h"
#include "engine/rh.h"

static const struct gc_mt *
type_of(const void *object)
{
    return ((const struct gc_object *)object)->mt;
}

void
RhSuppressFinalize(void *object)
{
    if (gc_mt_has_finalizer(type_of(object)))
        __atomic_fetch_or(gc_object_sync_word(object), GC_SYNC_GC_FINALIZER_RUN, __ATOMIC_RELAXED);
}

/* A suppressed object is still registered: its bit is enough. One whose finalizer has run, or that
 * the queue skipped, is not, and its bit is clear. */
bool
RhReRegisterForFinalize(void *object)
{
    uint32_t before;

    if (!gc_mt_has_finalizer(type_of(object)))
        return true;
    before = __atomic_fetch_and(gc_object_sync_word(object), ~GC_SYNC_GC_FINALIZER_RUN,
                                __ATOMIC_RELAXED);
    return (before & GC_SYNC_GC_FINALIZER_RUN) != 0 || gc_finalize_register(object);
}

void *
RhpGetNextFinalizableObject(void)
{
    return gc_finalize_ready();
}

/* The next three serve the class library's own loop, ProcessFinalizers, which fin.c's thread
 * replaces. */
uint32_t
RhpWaitForFinalizerRequest(void)
{
    fin_request_wait();
    return 1;
}

void
RhpSignalFinalizationComplete(uint32_t count, int32_t observed_full_gc_count)
{
    (void)count;
    (void)observed_full_gc_count; /* fin_wait wants a pass that began after the wait did */
    fin_pass_done();
}

void
RhInitializeFinalizerThread(void)
{
    fin_wake();
}

/* The finalizer's own wait would never end; that is what a re-entrant one is about too. */
void
RhWaitForPendingFinalizers(int32_t allow_reentrant_wait)
{
    (void)allow_reentrant_wait;
    fin_wait();
}

void *
RhNextFinalizableAtStop(void)
{
    return gc_finalize_next();
}
