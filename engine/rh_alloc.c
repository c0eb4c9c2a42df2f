/* engine/rh_alloc.c - allocation behind the inline path.
 * Sizes are computed in 64 bits: 2^31 elements of 65,535 bytes do not overflow. gc_alloc may
 * collect: it publishes the frames from its own outwards (thr_run_native), these functions' and the
 * callers' included, so that nothing need be done here. What came as a P/Invoke becomes managed
 * again for the time of the allocation. */
#include "engine/engine.h"
#include "engine/gc_world.h"
#include "engine/rh.h"
#include "engine/thr_priv.h"
#include "pal/pal.h"

#include <stdatomic.h>

static_assert(offsetof(struct thread_block, alloc_ptr) == offsetof(struct gc_buffer, ptr),
              "the buffer is the beginning of the thread block");
static_assert(offsetof(struct thread_block, alloc_limit) == offsetof(struct gc_buffer, limit),
              "the buffer is the beginning of the thread block");

void *rh_failed_allocation;

static struct engine_thread *
own_thread(void)
{
    struct thr_thread *t = corert_thread.thread;

    return t ? t->gc_private : NULL;
}

static void *
allocate(const struct gc_mt *mt, size_t bytes, uint32_t flags)
{
    struct engine_thread *e = own_thread();
    void *o;

    if (__atomic_load_n(&gcw_watched, __ATOMIC_RELAXED))
        gcw_watch_poll();
    o = gc_alloc((struct gc_buffer *)(void *)&corert_thread, e ? &e->taken_bytes : NULL, mt,
                       bytes, flags);

    if (o && e)
        e->out_of_memory = false;
    return o;
}

static void *
failure(int kind)
{
    return (void *)(uintptr_t)kind;
}

void *
rh_new_fast_slow(const struct gc_mt *mt)
{
    return allocate(mt, mt->base_size, 0);
}

void *
rh_new_finalizable_slow(const struct gc_mt *mt)
{
    return allocate(mt, mt->base_size, GC_ALLOC_FINALIZE);
}

void *
rh_array_new(const struct gc_mt *mt, uint32_t length, uint32_t flags)
{
    uint64_t bytes = mt->base_size + (uint64_t)length * gc_mt_component_size(mt);
    struct gc_array *array;

    if (length > GC_VECTOR_MAX_LENGTH && mt->base_size == GC_ARRAY_BASE_SIZE)
        return NULL;
    array = allocate(mt, bytes, flags);
    if (array)
        array->length = length;
    return array;
}

void *
rh_new_array_slow(const struct gc_mt *mt, int64_t length)
{
    if ((uint64_t)length > GC_ARRAY_MAX_LENGTH)
        return failure(RH_ALLOC_OVERFLOW);
    return rh_array_new(mt, (uint32_t)length, 0);
}

void *
rh_new_string_slow(const struct gc_mt *mt, int64_t length)
{
    if ((uint64_t)length > GC_STRING_MAX_LENGTH)
        return failure(RH_ALLOC_NO_MEMORY);
    return rh_array_new(mt, (uint32_t)length, 0);
}

/* Making an OutOfMemoryException allocates: the object, the thread's statics. When that fails too,
 * and until something can be allocated again, the answer is the exception made in advance. NULL:
 * this is the first failure, or there is no such exception yet. */
void *
rh_alloc_last_resort(void)
{
    struct engine_thread *e = own_thread();

    if (e && e->out_of_memory)
        return *rh_preallocated(RH_OUT_OF_MEMORY);
    if (e)
        e->out_of_memory = true;
    return NULL;
}

/* Without a class library nobody can make the exception. */
void
rh_alloc_fatal(void)
{
    pal_fail_fast("an allocation failed before the class library was registered");
}

/* ---- P/Invokes ---- */

void *
rh_managed_begin(void)
{
    void *state = corert_thread.transition;

    thr_become_managed(state);
    return state;
}

void
rh_managed_end(void *state)
{
    atomic_store_explicit(&corert_thread.transition, state, memory_order_release);
}

/* `result` lies in the caller's frame. It is written in managed state: between the store and a
 * collection there is no moment at which only native code knows the object. */
void
RhAllocateNewArray(const struct gc_mt *mt, uint32_t length, uint32_t flags, void **result)
{
    void *state = rh_managed_begin();

    flags &= GC_ALLOC_ZEROING_OPTIONAL | GC_ALLOC_PINNED;
    *result = length > GC_ARRAY_MAX_LENGTH ? NULL : rh_array_new(mt, length, flags);
    rh_managed_end(state);
}

void
RhAllocateNewObject(const struct gc_mt *mt, uint32_t flags, void **result)
{
    void *state = rh_managed_begin();

    flags &= GC_ALLOC_FINALIZE | GC_ALLOC_ZEROING_OPTIONAL | GC_ALLOC_PINNED;
    *result = allocate(mt, mt->base_size, flags);
    rh_managed_end(state);
}
