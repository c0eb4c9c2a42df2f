/* engine/eh_module.c - the modules whose frames may be walked, found by address.
 * A sorted array behind a sequence number: writers hold the mutex and make the number odd, readers
 * take no lock and repeat when it moved. An outgrown array stays allocated until shutdown because a
 * reader may still look at it (all arrays together are at most twice the last one). */
#include "engine/eh_priv.h"

#include "pal/pal.h"

#include <stdatomic.h>

struct module_entry {
    _Atomic(uintptr_t) start;
    _Atomic(uintptr_t) end;
    _Atomic(const struct eh_module *) module; /* borrowed (registered) */
};

struct module_array {
    struct module_array *older; /* owned; outgrown */
    size_t capacity;
    struct module_entry entries[];
};

static struct {
    struct pal_mutex lock; /* EH_MODULES */
    _Atomic(uint64_t) sequence;
    _Atomic(struct module_array *) array; /* owned */
    _Atomic(size_t) count;
} modules;

static void
entry_set(struct module_entry *e, const struct eh_module *m)
{
    atomic_store_explicit(&e->start, (uintptr_t)m->code_start, memory_order_relaxed);
    atomic_store_explicit(&e->end, (uintptr_t)m->code_end, memory_order_relaxed);
    atomic_store_explicit(&e->module, m, memory_order_relaxed);
}

static const struct eh_module *
entry_module(const struct module_entry *e)
{
    return atomic_load_explicit(&e->module, memory_order_relaxed);
}

static void
write_begin(void)
{
    /* release fence: nobody sees an entry change before the odd number */
    atomic_fetch_add_explicit(&modules.sequence, 1, memory_order_relaxed);
    atomic_thread_fence(memory_order_release);
}

static void
write_end(void)
{
    atomic_fetch_add_explicit(&modules.sequence, 1, memory_order_release);
}

/* Index of the first entry that ends after `pc`. */
static size_t
entries_search(const struct module_array *array, size_t count, uintptr_t pc)
{
    size_t low = 0;
    size_t high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (atomic_load_explicit(&array->entries[middle].end, memory_order_relaxed) <= pc)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct eh_module *
eh_module_find(uintptr_t pc)
{
    for (;;) {
        const struct eh_module *found = NULL;
        uint64_t before = atomic_load_explicit(&modules.sequence, memory_order_acquire);
        const struct module_array *array =
            atomic_load_explicit(&modules.array, memory_order_acquire);
        size_t count = atomic_load_explicit(&modules.count, memory_order_relaxed);

        /* During a change `count` may belong to another array: never look past this one. */
        if (array && count <= array->capacity) {
            size_t i = entries_search(array, count, pc);

            if (i < count &&
                atomic_load_explicit(&array->entries[i].start, memory_order_relaxed) <= pc)
                found = entry_module(&array->entries[i]);
        }
        atomic_thread_fence(memory_order_acquire);
        if (!(before & 1) &&
            atomic_load_explicit(&modules.sequence, memory_order_relaxed) == before)
            return found;
    }
}

/* Version 1, pointer to .eh_frame, a count and the table: what every linker we use writes. */
static bool
header_usable(const struct eh_module *m)
{
    uint32_t count;

    if (!m->eh_frame_hdr || m->eh_frame_hdr_bytes < 12)
        return false;
    if (m->eh_frame_hdr[0] != 1 || m->eh_frame_hdr[2] != 0x03 || m->eh_frame_hdr[3] != 0x3b)
        return false;
    __builtin_memcpy(&count, m->eh_frame_hdr + 8, sizeof count);
    return count <= (m->eh_frame_hdr_bytes - 12) / 8;
}

static struct module_array *
array_grow(struct module_array *old, size_t count)
{
    size_t capacity = old ? old->capacity * 2 : 16;
    struct module_array *array;
    size_t i;

    array = pal_alloc_zero(sizeof *array + capacity * sizeof array->entries[0]);
    if (!array)
        return NULL;
    array->older = old;
    array->capacity = capacity;
    for (i = 0; i < count; i++)
        entry_set(&array->entries[i], entry_module(&old->entries[i]));
    return array;
}

static bool
register_locked(const struct eh_module *m)
{
    struct module_array *array = atomic_load_explicit(&modules.array, memory_order_relaxed);
    size_t count = atomic_load_explicit(&modules.count, memory_order_relaxed);
    struct module_array *grown = array;
    size_t at, i;

    if (!array || count == array->capacity) {
        grown = array_grow(array, count);
        if (!grown)
            return false;
    }
    at = entries_search(grown, count, (uintptr_t)m->code_start);
    if (at < count && atomic_load_explicit(&grown->entries[at].start, memory_order_relaxed) <
                          (uintptr_t)m->code_end) {
        if (grown != array)
            pal_free(grown);
        return false;
    }
    write_begin();
    for (i = count; i > at; i--)
        entry_set(&grown->entries[i], entry_module(&grown->entries[i - 1]));
    entry_set(&grown->entries[at], m);
    atomic_store_explicit(&modules.array, grown, memory_order_release);
    atomic_store_explicit(&modules.count, count + 1, memory_order_relaxed);
    write_end();
    return true;
}

bool
eh_module_register(const struct eh_module *module)
{
    bool done;

    if ((uintptr_t)module->code_start >= (uintptr_t)module->code_end || !header_usable(module))
        return false;
    pal_mutex_lock(&modules.lock);
    done = register_locked(module);
    pal_mutex_unlock(&modules.lock);
    return done;
}

void
eh_module_unregister(const struct eh_module *module)
{
    struct module_array *array;
    size_t count, i;

    pal_mutex_lock(&modules.lock);
    array = atomic_load_explicit(&modules.array, memory_order_relaxed);
    count = atomic_load_explicit(&modules.count, memory_order_relaxed);
    for (i = 0; i < count && entry_module(&array->entries[i]) != module; i++)
        ;
    if (i < count) {
        write_begin();
        for (; i + 1 < count; i++)
            entry_set(&array->entries[i], entry_module(&array->entries[i + 1]));
        atomic_store_explicit(&modules.count, count - 1, memory_order_relaxed);
        write_end();
    }
    pal_mutex_unlock(&modules.lock);
    eh_row_flush();
}

void
eh_shutdown(void)
{
    struct module_array *array;

    pal_mutex_lock(&modules.lock);
    write_begin();
    array = atomic_load_explicit(&modules.array, memory_order_relaxed);
    atomic_store_explicit(&modules.array, NULL, memory_order_relaxed);
    atomic_store_explicit(&modules.count, 0, memory_order_relaxed);
    write_end();
    pal_mutex_unlock(&modules.lock);
    while (array) {
        struct module_array *older = array->older;

        pal_free(array);
        array = older;
    }
    eh_row_flush();
}
