/* tests/gc/gc_types.h - types of objects that the collector's tests make, with their descriptors.
 */
#ifndef TESTS_GC_GC_TYPES_H
#define TESTS_GC_GC_TYPES_H

#include "gc/gc.h"

/* Every object's first field is its stamp: fields[0], or array elements after the length. */
struct test_series_type {
    struct gc_desc_series series[2];
    int64_t count;
    struct gc_mt mt;
};

struct test_struct_type {
    struct gc_desc_item item[2]; /* the second one is nearer to the MT and comes first */
    uint64_t first;
    int64_t count;
    struct gc_mt mt;
};

/* {stamp, ref, ref, number, ref}: two series. */
static const struct test_series_type test_pair = {
    {{8 - 56, 40}, {16 - 56, 16}}, 2, {.flags = GC_MT_HAS_POINTERS, .base_size = 56}};
/* {stamp, number} */
static const struct gc_mt test_leaf = {.base_size = 32};
/* The same with finalizers. */
static const struct test_series_type test_final = {
    {{8 - 56, 40}, {16 - 56, 16}},
    2,
    {.flags = GC_MT_HAS_POINTERS | GC_MT_HAS_FINALIZER, .base_size = 56}};
static const struct test_series_type test_critical = {
    {{8 - 56, 40}, {16 - 56, 16}},
    2,
    {.flags = GC_MT_HAS_POINTERS | GC_MT_HAS_FINALIZER | GC_MT_EXT_CRITICAL_FINALIZER,
     .base_size = 56}};
/* object[] */
static const struct test_series_type test_refs = {
    {{0, 0}, {-24, 16}},
    1,
    {.flags = GC_MT_HAS_POINTERS | GC_MT_HAS_COMPONENT_SIZE | 8, .base_size = 24}};
/* struct {ref, ref, number, ref, number}[]: 40 bytes an element */
static const struct test_struct_type test_structs = {
    {{1, 8}, {2, 8}},
    16,
    -2,
    {.flags = GC_MT_HAS_POINTERS | GC_MT_HAS_COMPONENT_SIZE | 40, .base_size = 24}};
/* byte[] */
static const struct gc_mt test_bytes = {.flags = GC_MT_HAS_COMPONENT_SIZE | 1, .base_size = 24};

#endif
