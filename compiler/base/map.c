/* compiler/base/map.c - hash tables that iterate in insertion order.
 * Entries lie in a plain array; `slots` is an open-addressed index over it (a power of two, at
 * most three quarters full), each slot an entry's number + 1. Nothing is ever removed. */
#include "compiler/base/map.h"

#include "compiler/base/diag.h"
#include "pal/pal.h"

#include <string.h>

struct str_map_entry {
    char *key; /* owned */
    void *value;
};

static void *
resized(void *block, size_t count, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes))
        diag_fatal("out of memory (a table of %zu entries)", count);
    block = pal_realloc(block, bytes);
    if (!block)
        diag_fatal("out of memory (%zu bytes)", bytes);
    return block;
}

/* An empty index of `count` slots. */
static uint32_t *
slots_new(size_t count)
{
    uint32_t *slots = pal_alloc_zero(count * sizeof *slots);

    if (!slots)
        diag_fatal("out of memory (%zu slots)", count);
    return slots;
}

/* Puts entry `number` in the first free slot of its hash. */
static void
slots_put(uint32_t *slots, size_t slot_count, uint32_t hash, size_t number)
{
    size_t i = hash & (slot_count - 1);

    while (slots[i])
        i = (i + 1) & (slot_count - 1);
    slots[i] = (uint32_t)(number + 1);
}

/* True when one more entry would fill the index beyond three quarters. */
static bool
slots_full(size_t count, size_t slot_count)
{
    return (count + 1) * 4 > slot_count * 3;
}

static void
check_count(size_t count)
{
    if (count >= UINT32_MAX - 1)
        diag_fatal("a table of more than four thousand million entries");
}

/* The entry of `key`, or NULL. */
static struct ptr_map_entry *
entry_find(const struct ptr_map *m, const void *key)
{
    size_t i;

    if (m->count == 0)
        return NULL;
    i = hash_pointer(key) & (m->slot_count - 1);
    while (m->slots[i]) {
        struct ptr_map_entry *e = &m->entries[m->slots[i] - 1];

        if (e->key == key)
            return e;
        i = (i + 1) & (m->slot_count - 1);
    }
    return NULL;
}

void *
ptr_map_get(const struct ptr_map *m, const void *key)
{
    const struct ptr_map_entry *e = entry_find(m, key);

    return e ? e->value : NULL;
}

bool
ptr_map_has(const struct ptr_map *m, const void *key)
{
    return entry_find(m, key) != NULL;
}

static void
ptr_map_grow(struct ptr_map *m)
{
    size_t i;

    check_count(m->count);
    if (m->count == m->capacity) {
        m->capacity = m->capacity ? m->capacity * 2 : 8;
        m->entries = resized(m->entries, m->capacity, sizeof *m->entries);
    }
    if (!slots_full(m->count, m->slot_count))
        return;
    pal_free(m->slots);
    m->slot_count = m->slot_count ? m->slot_count * 2 : 16;
    m->slots = slots_new(m->slot_count);
    for (i = 0; i < m->count; i++)
        slots_put(m->slots, m->slot_count, hash_pointer(m->entries[i].key), i);
}

void *
ptr_map_put(struct ptr_map *m, const void *key, void *value)
{
    struct ptr_map_entry *e = entry_find(m, key);
    void *former;

    CC_ASSERT(key);
    if (e) {
        former = e->value;
        e->value = value;
        return former;
    }
    ptr_map_grow(m);
    m->entries[m->count].key = key;
    m->entries[m->count].value = value;
    slots_put(m->slots, m->slot_count, hash_pointer(key), m->count);
    m->count++;
    return NULL;
}

void
ptr_map_free(struct ptr_map *m)
{
    pal_free(m->entries);
    pal_free(m->slots);
    memset(m, 0, sizeof *m);
}

void *
intern_find(const struct intern_set *s, uint32_t hash, intern_equal *equal, const void *probe)
{
    size_t i;

    if (s->count == 0)
        return NULL;
    i = hash & (s->slot_count - 1);
    while (s->slots[i]) {
        uint32_t number = s->slots[i] - 1;

        if (s->hashes[number] == hash && equal(s->items[number], probe))
            return s->items[number];
        i = (i + 1) & (s->slot_count - 1);
    }
    return NULL;
}

static void
intern_grow(struct intern_set *s)
{
    size_t i;

    check_count(s->count);
    if (s->count == s->capacity) {
        s->capacity = s->capacity ? s->capacity * 2 : 8;
        s->items = resized(s->items, s->capacity, sizeof *s->items);
        s->hashes = resized(s->hashes, s->capacity, sizeof *s->hashes);
    }
    if (!slots_full(s->count, s->slot_count))
        return;
    pal_free(s->slots);
    s->slot_count = s->slot_count ? s->slot_count * 2 : 16;
    s->slots = slots_new(s->slot_count);
    for (i = 0; i < s->count; i++)
        slots_put(s->slots, s->slot_count, s->hashes[i], i);
}

void
intern_add(struct intern_set *s, uint32_t hash, void *item)
{
    intern_grow(s);
    s->items[s->count] = item;
    s->hashes[s->count] = hash;
    slots_put(s->slots, s->slot_count, hash, s->count);
    s->count++;
}

void
intern_free(struct intern_set *s)
{
    pal_free(s->items);
    pal_free(s->hashes);
    pal_free(s->slots);
    memset(s, 0, sizeof *s);
}

static bool
key_equal(const void *item, const void *probe)
{
    const struct str_map_entry *e = item;

    return strcmp(e->key, probe) == 0;
}

void *
str_map_get(const struct str_map *m, const char *key)
{
    const struct str_map_entry *e = intern_find(&m->set, hash_string(key), key_equal, key);

    return e ? e->value : NULL;
}

void *
str_map_put(struct str_map *m, const char *key, void *value)
{
    uint32_t hash = hash_string(key);
    struct str_map_entry *e = intern_find(&m->set, hash, key_equal, key);
    void *former = NULL;

    if (e) {
        former = e->value;
    } else {
        e = resized(NULL, 1, sizeof *e);
        e->key = pal_strdup(key);
        if (!e->key)
            diag_fatal("out of memory (a table's key)");
        intern_add(&m->set, hash, e);
    }
    e->value = value;
    return former;
}

const char *
str_map_key(const struct str_map *m, size_t index)
{
    const struct str_map_entry *e = m->set.items[index];

    return e->key;
}

void
str_map_free(struct str_map *m)
{
    size_t i;

    for (i = 0; i < m->set.count; i++) {
        struct str_map_entry *e = m->set.items[i];

        pal_free(e->key);
        pal_free(e);
    }
    intern_free(&m->set);
}
