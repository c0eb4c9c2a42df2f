/* engine/hnd_table.c - the handle slots, in chunks of 64 KiB aligned to their size.
 * The chunk of a slot is found by masking its address, so a type byte a slot is all the
 * bookkeeping there is. Free slots are chained through `secondary` and have a NULL primary, which
 * the collector may see at any time. Chunks are given back only by hnd_reset.
 * Values that come back from native or careless managed code are looked up in a hash set of chunk
 * addresses before they are read. */
#include "engine/hnd.h"

#include "pal/pal.h"

#include <stdatomic.h>
#include <string.h>

#define CHUNK_BYTES ((size_t)64 * 1024)
#define CHUNK_SLOTS 3840u
#define HND_TYPES   8u
#define TYPES_A_WORD sizeof(uint64_t)
#define ALL_FREE     UINT64_MAX /* a word of HND_FREE */

struct chunk {
    struct chunk *next; /* owned */
    uint32_t used; /* slots */
    uint32_t top;  /* no slot from here on was ever in use; a multiple of 8 */
    uint8_t type[CHUNK_SLOTS]; /* enum hnd_type */
    struct hnd_slot slot[CHUNK_SLOTS];
};

static_assert(sizeof(struct chunk) <= CHUNK_BYTES, "a handle chunk fits its alignment");
static_assert(CHUNK_SLOTS % TYPES_A_WORD == 0, "whole words of types");
static_assert(HND_DEPENDENT < HND_TYPES && HND_FREE == 0xFF, "types");

static struct {
    struct pal_mutex lock; /* HANDLES */
    struct chunk *chunks;  /* owned */
    struct chunk **set;    /* owned: open addressing, NULL: free; at most half full */
    size_t set_size;       /* a power of two, or 0 */
    size_t chunk_count;
    struct hnd_slot *free;
    size_t count;
    size_t of_type[HND_TYPES];
} table;

static struct chunk *
chunk_of(const struct hnd_slot *slot)
{
    return (struct chunk *)((uintptr_t)slot & ~(uintptr_t)(CHUNK_BYTES - 1));
}

static size_t
index_of(const struct hnd_slot *slot)
{
    return (size_t)(slot - chunk_of(slot)->slot);
}

/* ---- the set of chunks; lock held ---- */

/* Where it is, or the free place where it belongs. */
static struct chunk **
set_place(struct chunk **set, size_t size, const struct chunk *c)
{
    size_t at = ((uintptr_t)c / CHUNK_BYTES * UINT64_C(0x9E3779B97F4A7C15) >> 32) & (size - 1);

    while (set[at] && set[at] != c)
        at = (at + 1) & (size - 1);
    return &set[at];
}

/* Room for one more. */
static bool
set_grow(void)
{
    size_t size = table.set_size ? table.set_size * 2 : 16;
    struct chunk **set, *c;

    if ((table.chunk_count + 1) * 2 <= table.set_size)
        return true;
    set = pal_alloc_zero(size * sizeof *set);
    if (!set)
        return false;
    for (c = table.chunks; c; c = c->next)
        *set_place(set, size, c) = c;
    pal_free(table.set);
    table.set = set;
    table.set_size = size;
    return true;
}

/* Any value may be asked; lock held. */
static bool
slot_is_used(const struct hnd_slot *s)
{
    const struct chunk *c = chunk_of(s);
    uintptr_t distance;

    if (!table.set_size || !*set_place(table.set, table.set_size, c) ||
        (uintptr_t)s < (uintptr_t)c->slot)
        return false;
    distance = (uintptr_t)s - (uintptr_t)c->slot;
    return distance % sizeof *s == 0 && distance / sizeof *s < CHUNK_SLOTS &&
           c->type[distance / sizeof *s] != HND_FREE;
}

/* Lock held. */
static bool
table_grow(void)
{
    struct chunk *c = set_grow() ? pal_mem_reserve(CHUNK_BYTES, CHUNK_BYTES) : NULL;
    size_t i;

    if (!c)
        return false;
    if (!pal_mem_commit(c, CHUNK_BYTES)) {
        pal_mem_release(c, CHUNK_BYTES);
        return false;
    }
    memset(c->type, HND_FREE, sizeof c->type);
    c->used = c->top = 0;
    for (i = 0; i + 1 < CHUNK_SLOTS; i++)
        atomic_store_explicit(&c->slot[i].secondary, &c->slot[i + 1], memory_order_relaxed);
    c->next = table.chunks;
    table.chunks = c;
    table.chunk_count++;
    *set_place(table.set, table.set_size, c) = c;
    table.free = &c->slot[0];
    return true;
}

/* Lock held, as for the next one. */
static void
count_in(struct hnd_slot *s, enum hnd_type type)
{
    struct chunk *c = chunk_of(s);
    size_t index = index_of(s);

    c->type[index] = (uint8_t)type;
    c->used++;
    if (c->top <= index)
        c->top = (uint32_t)(index / TYPES_A_WORD + 1) * TYPES_A_WORD;
    table.of_type[type]++;
}

static void
count_out(struct hnd_slot *s)
{
    struct chunk *c = chunk_of(s);
    size_t index = index_of(s);

    table.of_type[c->type[index]]--;
    c->type[index] = HND_FREE;
    c->used--;
}

struct hnd_slot *
hnd_new(enum hnd_type type, void *primary, void *secondary)
{
    struct hnd_slot *s = NULL;

    pal_mutex_lock(&table.lock);
    if (table.free || table_grow()) {
        s = table.free;
        table.free = atomic_load_explicit(&s->secondary, memory_order_relaxed);
        table.count++;
        atomic_store_explicit(&s->secondary, secondary, memory_order_relaxed);
        atomic_store_explicit(&s->primary, primary, memory_order_release);
        count_in(s, type);
    }
    pal_mutex_unlock(&table.lock);
    return s;
}

bool
hnd_free(struct hnd_slot *s)
{
    bool used;

    if (!s)
        return true;
    pal_mutex_lock(&table.lock);
    used = slot_is_used(s);
    if (used) {
        count_out(s);
        atomic_store_explicit(&s->primary, NULL, memory_order_relaxed);
        atomic_store_explicit(&s->secondary, table.free, memory_order_relaxed);
        table.free = s;
        table.count--;
    }
    pal_mutex_unlock(&table.lock);
    return used;
}

bool
hnd_is_used(const void *handle)
{
    bool used;

    pal_mutex_lock(&table.lock);
    used = slot_is_used(handle);
    pal_mutex_unlock(&table.lock);
    return used;
}

enum hnd_type
hnd_type_of(const struct hnd_slot *s)
{
    return (enum hnd_type)chunk_of(s)->type[index_of(s)];
}

size_t
hnd_count(void)
{
    size_t count;

    pal_mutex_lock(&table.lock);
    count = table.count;
    pal_mutex_unlock(&table.lock);
    return count;
}

/* Slots [from, from + TYPES_A_WORD) of a chunk. */
static void
visit_word(struct chunk *c, size_t from, unsigned types,
           void (*visit)(void *context, struct hnd_slot *slot, enum hnd_type type), void *context)
{
    size_t i;

    for (i = from; i < from + TYPES_A_WORD; i++) {
        if (c->type[i] != HND_FREE && (types >> c->type[i] & 1))
            visit(context, &c->slot[i], (enum hnd_type)c->type[i]);
    }
}

static bool
is_any_of(unsigned types)
{
    size_t found = 0, i;

    for (i = 0; i < HND_TYPES; i++)
        found += types >> i & 1 ? table.of_type[i] : 0;
    return found != 0;
}

void
hnd_each(unsigned types, void (*visit)(void *context, struct hnd_slot *slot, enum hnd_type type),
         void *context)
{
    struct chunk *c;
    size_t i;

    pal_mutex_lock(&table.lock);
    for (c = is_any_of(types) ? table.chunks : NULL; c; c = c->next) {
        for (i = 0; c->used && i < c->top; i += TYPES_A_WORD) {
            uint64_t word;

            memcpy(&word, &c->type[i], sizeof word);
            if (word != ALL_FREE)
                visit_word(c, i, types, visit, context);
        }
    }
    pal_mutex_unlock(&table.lock);
}

void
hnd_reset(void)
{
    pal_mutex_lock(&table.lock);
    while (table.chunks) {
        struct chunk *next = table.chunks->next;

        pal_mem_release(table.chunks, CHUNK_BYTES);
        table.chunks = next;
    }
    pal_free(table.set);
    table.set = NULL;
    table.set_size = 0;
    table.chunk_count = 0;
    table.free = NULL;
    table.count = 0;
    memset(table.of_type, 0, sizeof table.of_type);
    pal_mutex_unlock(&table.lock);
}
