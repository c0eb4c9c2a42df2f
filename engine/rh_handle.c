/* engine/rh_handle.c - the class library's handle functions, over engine/hnd_table.c. */
#include "engine/hnd.h"
#include "engine/rh.h"

#include <stdatomic.h>

struct hnd_slot *
RhpHandleAlloc(void *object, int32_t type)
{
    return hnd_new((enum hnd_type)type, object, NULL);
}

struct hnd_slot *
RhpHandleAllocDependent(void *primary, void *secondary)
{
    return hnd_new(HND_DEPENDENT, primary, secondary);
}

void
RhHandleFree(struct hnd_slot *handle)
{
    hnd_free(handle);
}

void *
RhHandleGet(const struct hnd_slot *handle)
{
    return atomic_load_explicit(&handle->primary, memory_order_acquire);
}

void *
RhHandleGetDependent(const struct hnd_slot *handle, void **secondary)
{
    void *primary = atomic_load_explicit(&handle->primary, memory_order_acquire);

    *secondary = primary ? atomic_load_explicit(&handle->secondary, memory_order_acquire) : NULL;
    return primary;
}

struct hnd_slot *
RhHandleSet(struct hnd_slot *handle, void *object)
{
    atomic_store_explicit(&handle->primary, object, memory_order_release);
    return handle;
}

void
RhHandleSetDependentSecondary(struct hnd_slot *handle, void *secondary)
{
    atomic_store_explicit(&handle->secondary, secondary, memory_order_release);
}

/* Reference-counted handles exist for COM only, which this platform does not have. */
bool
RhRegisterRefCountedHandleCallback(void *callback, const struct gc_mt *filter)
{
    (void)callback;
    (void)filter;
    return true;
}

void
RhUnregisterRefCountedHandleCallback(void *callback, const struct gc_mt *filter)
{
    (void)callback;
    (void)filter;
}

void *
RhGetIUnknownAddRef(void)
{
    return NULL;
}
