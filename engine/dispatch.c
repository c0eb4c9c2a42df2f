/* engine/dispatch.c - what interface calls do when their stub does not know the type.
 * A cell's cache is a block of 1, 2, 4 .. 64 entries that is filled in place (target first, then
 * type) and replaced by one twice as big when it is full; code and cache of the cell are published
 * in an order that keeps a stub inside its block. Beyond 64 types a cell uses the shared table.
 * Outgrown blocks stay readable until the next flush. */
#include "engine/dispatch.h"

#include "engine/eh.h"
#include "engine/thr.h"
#include "pal/pal.h"

#include <stdatomic.h>

enum {
    SHARED_SLOTS = 1024,
    MT_FLAG_COMPONENT_SIZE = (int)0x80000000, /* the low half is no flags then */
    MT_FLAG_DYNAMIC_CASTABLE = 0x0008         /* IDynamicInterfaceCastable */
};

/* Targets of cells with too many types. Sequence odd: being written. */
struct shared_slot {
    _Atomic(uint64_t) sequence;
    _Atomic(uintptr_t) type; /* 0: free */
    _Atomic(uintptr_t) interface_type;
    _Atomic(uint64_t) slot;
    _Atomic(uintptr_t) target;
};

static struct {
    struct pal_mutex lock; /* DISPATCH: writers of caches and of the list */
    struct dispatch_cache *all;
    dispatch_resolve_fn *resolve;
    struct shared_slot shared[SHARED_SLOTS];
} dispatch;

void
dispatch_init(dispatch_resolve_fn *resolve)
{
    dispatch.resolve = resolve;
}

static const void *
object_type(const void *object)
{
    const void *type;

    __builtin_memcpy(&type, object, sizeof type);
    return type;
}

/* Such an object may answer differently each time. */
static bool
type_is_cacheable(const void *type)
{
    uint32_t flags;

    __builtin_memcpy(&flags, type, sizeof flags);
    return (flags & (uint32_t)MT_FLAG_COMPONENT_SIZE) || !(flags & MT_FLAG_DYNAMIC_CASTABLE);
}

/* ---- the shared table ---- */

static struct shared_slot *
shared_slot_of(const struct dispatch_cell *cell, const void *type)
{
    uint64_t hash = ((uint64_t)(uintptr_t)type ^ ((uint64_t)(uintptr_t)cell->interface_type << 17) ^
                     (cell->slot << 7)) *
                    0x9e3779b97f4a7c15u;

    return &dispatch.shared[hash >> 54];
}

static_assert(SHARED_SLOTS == 1 << 10, "shared_slot_of takes 10 bits");

static void *
shared_find(const struct dispatch_cell *cell, const void *type)
{
    struct shared_slot *s = shared_slot_of(cell, type);
    uint64_t before = atomic_load_explicit(&s->sequence, memory_order_acquire);
    uintptr_t target = atomic_load_explicit(&s->target, memory_order_relaxed);
    bool same = atomic_load_explicit(&s->type, memory_order_relaxed) == (uintptr_t)type &&
                atomic_load_explicit(&s->interface_type, memory_order_relaxed) ==
                    (uintptr_t)cell->interface_type &&
                atomic_load_explicit(&s->slot, memory_order_relaxed) == cell->slot;

    atomic_thread_fence(memory_order_acquire);
    if (!same || (before & 1) || atomic_load_explicit(&s->sequence, memory_order_relaxed) != before)
        return NULL;
    return (void *)target;
}

/* DISPATCH is held. */
static void
shared_store(const struct dispatch_cell *cell, const void *type, void *target)
{
    struct shared_slot *s = shared_slot_of(cell, type);

    atomic_fetch_add_explicit(&s->sequence, 1, memory_order_relaxed);
    atomic_thread_fence(memory_order_release);
    atomic_store_explicit(&s->type, (uintptr_t)type, memory_order_relaxed);
    atomic_store_explicit(&s->interface_type, (uintptr_t)cell->interface_type,
                          memory_order_relaxed);
    atomic_store_explicit(&s->slot, cell->slot, memory_order_relaxed);
    atomic_store_explicit(&s->target, (uintptr_t)target, memory_order_relaxed);
    atomic_fetch_add_explicit(&s->sequence, 1, memory_order_release);
}

/* ---- caches of cells ---- */

static void *
cache_find(const struct dispatch_cache *cache, const void *type)
{
    uint32_t i;

    for (i = 0; i < cache->capacity; i++) {
        const struct dispatch_entry *e = &cache->entries[i];

        if (atomic_load_explicit(&e->type, memory_order_acquire) == type)
            return atomic_load_explicit(&e->target, memory_order_relaxed);
    }
    return NULL;
}

/* False: the cache is full. */
static bool
cache_add(struct dispatch_cache *cache, const void *type, void *target)
{
    uint32_t i;

    for (i = 0; i < cache->capacity; i++) {
        struct dispatch_entry *e = &cache->entries[i];
        const void *there = atomic_load_explicit(&e->type, memory_order_relaxed);

        if (there == type)
            return true;
        if (!there) {
            atomic_store_explicit(&e->target, target, memory_order_relaxed);
            atomic_store_explicit(&e->type, type, memory_order_release);
            return true;
        }
    }
    return false;
}

static void *
stub_for(uint32_t capacity)
{
    switch (capacity) {
    case 1:
        return (void *)(uintptr_t)RhpInterfaceDispatch1;
    case 2:
        return (void *)(uintptr_t)RhpInterfaceDispatch2;
    case 4:
        return (void *)(uintptr_t)RhpInterfaceDispatch4;
    default:
        return (void *)(uintptr_t)RhpInterfaceDispatchN;
    }
}

/* A cache of `capacity` with the entries of `old` (may be NULL). */
static struct dispatch_cache *
cache_new(struct dispatch_cell *cell, uint32_t capacity, const struct dispatch_cache *old)
{
    struct dispatch_cache *cache =
        pal_alloc_zero(sizeof *cache + capacity * sizeof cache->entries[0]);
    uint32_t i;

    if (!cache)
        return NULL;
    cache->cell = cell;
    cache->capacity = capacity;
    for (i = 0; old && i < old->capacity; i++)
        cache_add(cache, atomic_load_explicit(&old->entries[i].type, memory_order_relaxed),
                  atomic_load_explicit(&old->entries[i].target, memory_order_relaxed));
    cache->all_next = dispatch.all;
    dispatch.all = cache;
    return cache;
}

/* DISPATCH is held. No memory: nothing is cached, which is only slower. */
static void
cell_learn(struct dispatch_cell *cell, const void *type, void *target)
{
    struct dispatch_cache *cache = atomic_load_explicit(&cell->cache, memory_order_relaxed);
    struct dispatch_cache *bigger;

    if (cache && cache_add(cache, type, target))
        return;
    if (cache && cache->capacity == DISPATCH_CACHE_MAX) {
        shared_store(cell, type, target);
        return;
    }
    bigger = cache_new(cell, cache ? cache->capacity * 2 : 1, cache);
    if (!bigger)
        return;
    cache_add(bigger, type, target);
    if (cache)
        cache->retired = 1;
    atomic_store_explicit(&cell->cache, bigger, memory_order_release);
    atomic_store_explicit(&cell->code, stub_for(bigger->capacity), memory_order_release);
}

static void *
cell_find(const struct dispatch_cell *cell, const void *type)
{
    const struct dispatch_cache *cache = atomic_load_explicit(&cell->cache, memory_order_acquire);
    void *target = cache ? cache_find(cache, type) : NULL;

    if (!target && cache && cache->capacity == DISPATCH_CACHE_MAX)
        target = shared_find(cell, type);
    return target;
}

/* In managed state the lock may be held by a thread that waits for the world to resume only while
 * that thread is inside cell_learn, which never waits: so it is taken without a state change. */
static void
cell_learn_locked(struct dispatch_cell *cell, const void *type, void *target)
{
    pal_mutex_lock(&dispatch.lock);
    cell_learn(cell, type, target);
    pal_mutex_unlock(&dispatch.lock);
}

struct dispatch_result
rh_dispatch_resolve(void *object, struct dispatch_cell *cell, struct thr_transition *at)
{
    const void *type = object_type(object);
    struct dispatch_result result = {cell_find(cell, type), NULL};
    struct eh_call_result call;

    if (result.target)
        return result;
    if (!dispatch.resolve)
        pal_fail_fast("an interface was called before the class library was registered");
    thr_entry_set(at);
    call = eh_call_managed(at, (const void *)(uintptr_t)dispatch.resolve, (uintptr_t)object,
                           (uintptr_t)cell->interface_type, (uintptr_t)cell->slot, 0);
    if (call.exception || !call.value) {
        result.exception = call.exception;
        return result;
    }
    result.target = (void *)call.value;
    if (type_is_cacheable(type))
        cell_learn_locked(cell, type, result.target);
    return result;
}

/* ---- flushing ---- */

static void
cell_reset(struct dispatch_cell *cell)
{
    atomic_store_explicit(&cell->code, (void *)(uintptr_t)RhpInitialDynamicInterfaceDispatch,
                          memory_order_relaxed);
    atomic_store_explicit(&cell->cache, NULL, memory_order_relaxed);
}

void
dispatch_flush(void)
{
    size_t i;

    pal_mutex_lock(&dispatch.lock);
    while (dispatch.all) {
        struct dispatch_cache *cache = dispatch.all;

        dispatch.all = cache->all_next;
        if (!cache->retired)
            cell_reset(cache->cell);
        pal_free(cache);
    }
    for (i = 0; i < SHARED_SLOTS; i++)
        atomic_store_explicit(&dispatch.shared[i].type, 0, memory_order_relaxed);
    pal_mutex_unlock(&dispatch.lock);
}

void
dispatch_forget_cells(const void *start, const void *end)
{
    struct dispatch_cache **link;

    pal_mutex_lock(&dispatch.lock);
    for (link = &dispatch.all; *link;) {
        struct dispatch_cache *cache = *link;

        if ((uintptr_t)cache->cell >= (uintptr_t)start && (uintptr_t)cache->cell < (uintptr_t)end) {
            *link = cache->all_next;
            pal_free(cache);
        } else {
            link = &cache->all_next;
        }
    }
    pal_mutex_unlock(&dispatch.lock);
}

/* ---- contract functions ---- */

void
RhpGetDispatchCellInfo(struct dispatch_cell *cell, struct dispatch_cell_info *out)
{
    *out = (struct dispatch_cell_info){
        .interface_type = cell->interface_type,
        .slot = (uint16_t)cell->slot,
        .has_cache = atomic_load_explicit(&cell->cache, memory_order_relaxed) != NULL};
}

void *
RhpSearchDispatchCellCache(struct dispatch_cell *cell, const void *type)
{
    return cell_find(cell, type);
}

void *
RhpUpdateDispatchCellCache(struct dispatch_cell *cell, void *code, const void *type,
                           const struct dispatch_cell_info *info)
{
    (void)info;
    if (code && type_is_cacheable(type))
        cell_learn_locked(cell, type, code);
    return code;
}

struct dispatch_cell *
RhNewInterfaceDispatchCell(const void *interface_type, int32_t slot)
{
    struct dispatch_cell *cell = pal_alloc_zero(sizeof *cell);

    if (!cell)
        return NULL;
    cell_reset(cell);
    cell->interface_type = interface_type;
    cell->slot = (uint64_t)(uint32_t)slot;
    return cell;
}
