/* engine/rh_finalize.c - finalization as far as it goes without collections: registrations and
 * suppressions are recorded, nothing ever becomes ready. */
#include "engine/rh.h"
#include "gc/gc.h"

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

bool
RhReRegisterForFinalize(void *object)
{
    uint32_t before;

    if (!gc_mt_has_finalizer(type_of(object)))
        return true;
    /* A suppressed object is still in the list; one whose finalizer ran is not, but none has. */
    before = __atomic_fetch_and(gc_object_sync_word(object), ~GC_SYNC_GC_FINALIZER_RUN,
                                __ATOMIC_RELAXED);
    return (before & GC_SYNC_GC_FINALIZER_RUN) != 0 || gc_finalize_register(object);
}

void *
RhpGetNextFinalizableObject(void)
{
    return NULL;
}

uint32_t
RhpWaitForFinalizerRequest(void)
{
    return 1;
}

void
RhpSignalFinalizationComplete(uint32_t count, int32_t observed_full_gc_count)
{
    (void)count;
    (void)observed_full_gc_count;
}

void
RhWaitForPendingFinalizers(int32_t allow_reentrant_wait)
{
    (void)allow_reentrant_wait;
}

void *
RhNextFinalizableAtStop(void)
{
    return gc_finalize_next();
}

void
RhInitializeFinalizerThread(void)
{
}
