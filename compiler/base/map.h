/* compiler/base/map.h - hash tables with deterministic iteration (insertion order).
 * Keys are hashed by the caller: a table never calls back for a hash. Zero-initialise before use. */
#ifndef COMPILER_BASE_MAP_H
#define COMPILER_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Pointer -> pointer. NULL is not a key; a missing key reads as NULL. */
struct ptr_map {
    struct ptr_map_entry {
        const void *key;
        void *value;
    } *entries; /* owned; insertion order */
    uint32_t *slots; /* owned; index + 1 into entries, 0 = free */
    size_t count, capacity, slot_count;
};

void *ptr_map_get(const struct ptr_map *m, const void *key);
bool ptr_map_has(const struct ptr_map *m, const void *key);
/* Stores (replacing) and returns the former value or NULL. */
void *ptr_map_put(struct ptr_map *m, const void *key, void *value);
void ptr_map_free(struct ptr_map *m);

/* Set of items that are equal by content: the interning tables. */
struct intern_set {
    void **items; /* owned; insertion order */
    uint32_t *hashes; /* owned */
    uint32_t *slots; /* owned */
    size_t count, capacity, slot_count;
};

typedef bool intern_equal(const void *item, const void *probe);
/* The item equal to `probe`, or NULL. */
void *intern_find(const struct intern_set *s, uint32_t hash, intern_equal *equal, const void *probe);
/* Adds an item that is known to be missing. */
void intern_add(struct intern_set *s, uint32_t hash, void *item);
void intern_free(struct intern_set *s);

/* String -> pointer; keys are copied into the table. */
struct str_map {
    struct intern_set set; /* of struct str_map_entry */
};

void *str_map_get(const struct str_map *m, const char *key);
void *str_map_put(struct str_map *m, const char *key, void *value);
/* Key number `index` in insertion order; index < m->set.count. */
const char *str_map_key(const struct str_map *m, size_t index);
void str_map_free(struct str_map *m);

uint32_t hash_bytes(const void *bytes, size_t size);
uint32_t hash_string(const char *text);
uint32_t hash_combine(uint32_t a, uint32_t b);
uint32_t hash_pointer(const void *p); /* not stable between runs: never let order depend on it */
uint64_t hash64_bytes(const void *bytes, size_t size, uint64_t seed);

#endif
