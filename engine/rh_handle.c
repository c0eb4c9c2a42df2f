/* engine/rh_handle.c - the class library's handle functions, over engine/hnd_table.c.
 * They run in managed state and so never while the collector looks at the slots. Values come from
 * GCHandle.FromIntPtr too: one that is no handle in use is refused, and reported where somebody
 * listens, instead of being written through. */
#include "engine/engine.h"
#include "engine/gc_world.h"
#include "engine/hnd.h"
#include "engine/rh.h"

#include <stdatomic.h>

struct hnd_slot *
RhpHandleAlloc(void *object, int32_t type)
{
    bool known = (type >= HND_WEAK_SHORT && type <= HND_PINNED) || type == HND_REF_COUNTED;

    return known ? hnd_new((enum hnd_type)type, object, NULL) : NULL;
}

struct hnd_slot *
RhpHandleAllocDependent(void *primary, void *secondary)
{
    return hnd_new(HND_DEPENDENT, primary, secondary);
}

void
RhHandleFree(struct hnd_slot *handle)
{
    if (!hnd_free(handle))
        engine_log(CORERT_LOG_WARNING, "GCHandle.Free: %p is no handle in use (freed twice?)",
                   (void *)handle);
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

/* ComWrappers, which work everywhere: the handle of a wrapper keeps it alive while native code has
 * counted references to it. */
bool
RhRegisterRefCountedHandleCallback(void *callback, const struct gc_mt *filter)
{
    return gcw_counted_add((gcw_counted_fn *)(uintptr_t)callback, filter);
}

void
RhUnregisterRefCountedHandleCallback(void *callback, const struct gc_mt *filter)
{
    gcw_counted_remove((gcw_counted_fn *)(uintptr_t)callback, filter);
}

/* What a native reference to a managed object points to, and the wrapper behind it
 * (ComWrappers.InternalComInterfaceDispatch, ManagedObjectWrapper). */
struct com_wrapper {
    void *holder;
    uint64_t count; /* atomic; native references in the low half */
};

struct com_reference {
    void *vtable;
    struct com_wrapper *wrapper;
};

/* In C, because native code may count while the world is stopped. */
static uint32_t
com_add_ref(const struct com_reference *reference)
{
    return (uint32_t)__atomic_add_fetch(&reference->wrapper->count, 1, __ATOMIC_SEQ_CST) &
           0x7FFFFFFF;
}

void *
RhGetIUnknownAddRef(void)
{
    return (void *)(uintptr_t)com_add_ref;
}
