/* tests/gc/gc_model.h - a single-threaded world for the collector and a model of its objects.
 * The model knows for every object what it refers to; after each collection exactly those objects
 * must be there which the model calls reachable, with their contents, and every slot must lead to
 * the right one. */
#ifndef TESTS_GC_GC_MODEL_H
#define TESTS_GC_GC_MODEL_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/gc/gc_types.h"

enum { OBJECTS = 30000, ROOTS = 40, WORDS = 64, WEAKS = 64, PAIRS = 32, LINKS = 2048 };

enum kind { LEAF, PAIR, FINAL, CRITICAL, REFS, STRUCTS, BYTES, KINDS };

struct model_object {
    uint8_t *at; /* NULL: not there any more */
    enum kind kind;
    uint32_t length;
    bool pinned; /* by allocation */
    bool registered, suppressed, ready;
    bool reached;
    uint32_t *link; /* ids of what the slots hold; 0: NULL; owned */
    size_t links;
    uint64_t sum; /* BYTES: of the contents */
};

struct gc_model {
    struct model_object o[OBJECTS]; /* [0] is never used */
    uint32_t count;
    void *root[ROOTS];
    uint32_t root_id[ROOTS];
    uintptr_t word[WORDS];
    void *weak_short[WEAKS], *weak_long[WEAKS];
    uint32_t weak_id[WEAKS];
    void *primary[PAIRS], *secondary[PAIRS];
    uint32_t primary_id[PAIRS], secondary_id[PAIRS];
    struct gc_buffer buffer;
    bool torn;
    uint64_t taken;
    uint64_t collections, seen;
    uint32_t reach_stack[OBJECTS];
};

extern struct gc_model w;
extern uint64_t seed;
extern const struct gc_world model_world;

/* What the model says must be there after the collection that comes next. */
struct expected {
    uint32_t weak_short[WEAKS], weak_long[WEAKS];
    uint32_t named[WORDS];
};

/* Like ck_assert_msg, which writes a line to a file whenever it holds. */
#define must(condition, ...)                                                                       \
    do {                                                                                           \
        if (!(condition))                                                                          \
            ck_abort_msg(__VA_ARGS__);                                                             \
    } while (0)

uint32_t below(uint32_t n); /* a random number */
const struct gc_mt *type_of(enum kind kind);
size_t bytes_of(const struct model_object *m);
size_t links_of(enum kind kind, uint32_t length);
void **slot_of(uint8_t *o, enum kind kind, size_t i);
uint32_t *stamp_of(uint8_t *o, enum kind kind);
uint64_t contents_sum(const uint8_t *o, uint32_t length);
void model_collect(struct expected *e);
/* `before`: the objects' addresses before the collection. */
void compare(const struct expected *e, uint8_t *const *before);
void collect_and_compare(uint32_t flags);

#endif
