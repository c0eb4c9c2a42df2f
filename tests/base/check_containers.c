/* tests/base/check_containers.c - growing arrays, hash tables and hash functions. */
#include "compiler/base/map.h"
#include "compiler/base/vec.h"
#include "tests/base/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { many = 50000 };

static char cells[many]; /* their addresses serve as keys */

START_TEST(ptr_vec_keeps_order_and_pops_the_last)
{
    struct ptr_vec v = {0};
    size_t i;

    for (i = 0; i < many; i++)
        ptr_vec_push(&v, &cells[i]);
    ck_assert_uint_eq(v.count, many);
    ck_assert_uint_ge(v.capacity, v.count);
    for (i = 0; i < many; i++)
        ck_assert(v.at[i] == &cells[i]);
    for (i = many; i > 0; i--)
        ck_assert(ptr_vec_pop(&v) == &cells[i - 1]);
    ptr_vec_free(&v);
    ck_assert_ptr_null(v.at);
    ptr_vec_free(&v);
}
END_TEST

START_TEST(byte_vec_writes_little_endian_and_pads_with_zeros)
{
    static const uint8_t expected[] = {1, 0, 3, 2, 7, 6, 5, 4, 0x18, 0x17, 0x16, 0x15,
                                       0x14, 0x13, 0x12, 0x11, 9, 0, 0, 0};
    struct byte_vec v = {0};

    byte_vec_align(&v, 16); /* nothing to do at 0 */
    byte_vec_u8(&v, 1);
    byte_vec_align(&v, 2);
    byte_vec_u16(&v, 0x0203);
    byte_vec_u32(&v, 0x04050607);
    byte_vec_u64(&v, 0x1112131415161718);
    byte_vec_put(&v, NULL, 0);
    byte_vec_u8(&v, 9);
    byte_vec_align(&v, 4);
    byte_vec_align(&v, 4);
    ck_assert_uint_eq(v.count, sizeof expected);
    ck_assert_mem_eq(v.at, expected, sizeof expected);
    byte_vec_free(&v);
    ck_assert_uint_eq(v.count, 0);
}
END_TEST

START_TEST(byte_vec_grows_for_one_large_write)
{
    struct byte_vec v = {0};

    byte_vec_u8(&v, 1);
    byte_vec_put(&v, cells, sizeof cells);
    ck_assert_uint_eq(v.count, sizeof cells + 1);
    byte_vec_free(&v);
}
END_TEST

START_TEST(ptr_map_finds_replaces_and_iterates_in_insertion_order)
{
    struct ptr_map m = {0};
    size_t i;

    ck_assert_ptr_null(ptr_map_get(&m, cells));
    ck_assert(!ptr_map_has(&m, cells));
    for (i = 0; i < many; i += 2)
        ck_assert_ptr_null(ptr_map_put(&m, &cells[i], &cells[many - 1 - i]));
    for (i = 0; i < many; i++) {
        ck_assert(ptr_map_has(&m, &cells[i]) == (i % 2 == 0));
        ck_assert(ptr_map_get(&m, &cells[i]) == (i % 2 == 0 ? &cells[many - 1 - i] : NULL));
    }
    ck_assert(ptr_map_put(&m, &cells[4], NULL) == &cells[many - 5]);
    ck_assert_ptr_null(ptr_map_get(&m, &cells[4]));
    ck_assert(ptr_map_has(&m, &cells[4])); /* a NULL value is there, unlike a missing key */
    ck_assert_uint_eq(m.count, many / 2);
    for (i = 0; i < m.count; i++)
        ck_assert(m.entries[i].key == &cells[2 * i]);
    ptr_map_free(&m);
    ck_assert_ptr_null(ptr_map_get(&m, cells));
}
END_TEST

START_TEST(str_map_copies_keys_and_replaces)
{
    struct str_map m = {0};
    char key[32];
    size_t i;

    ck_assert_ptr_null(str_map_get(&m, ""));
    for (i = 0; i < many; i++) {
        snprintf(key, sizeof key, "key %zu", i);
        ck_assert_ptr_null(str_map_put(&m, key, &cells[i]));
    }
    for (i = 0; i < many; i++) {
        snprintf(key, sizeof key, "key %zu", i);
        ck_assert(str_map_get(&m, key) == &cells[i]);
    }
    ck_assert(str_map_put(&m, "key 7", &cells[0]) == &cells[7]);
    ck_assert(str_map_get(&m, "key 7") == &cells[0]);
    ck_assert_ptr_null(str_map_get(&m, "key"));
    ck_assert_ptr_null(str_map_put(&m, "", &cells[1]));
    ck_assert(str_map_get(&m, "") == &cells[1]);
    ck_assert_uint_eq(m.set.count, many + 1);
    str_map_free(&m);
}
END_TEST

struct number {
    int value;
};

static bool
number_equal(const void *item, const void *probe)
{
    return ((const struct number *)item)->value == *(const int *)probe;
}

START_TEST(intern_set_tells_items_of_equal_hash_apart)
{
    static struct number numbers[500];
    struct intern_set s = {0};
    int i, missing = -1;

    for (i = 0; i < 500; i++) {
        uint32_t hash = (uint32_t)i % 3; /* three hashes for all */

        numbers[i].value = i;
        ck_assert_ptr_null(intern_find(&s, hash, number_equal, &i));
        intern_add(&s, hash, &numbers[i]);
    }
    for (i = 0; i < 500; i++) {
        ck_assert(intern_find(&s, (uint32_t)i % 3, number_equal, &i) == &numbers[i]);
        ck_assert_ptr_null(intern_find(&s, (uint32_t)(i + 1) % 3, number_equal, &i));
        ck_assert(s.items[i] == &numbers[i]);
    }
    ck_assert_ptr_null(intern_find(&s, 0, number_equal, &missing));
    intern_free(&s);
    ck_assert_ptr_null(intern_find(&s, 0, number_equal, &missing));
}
END_TEST

static int
compare_u64(const void *a, const void *b)
{
    uint64_t x, y;

    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

START_TEST(hashes_of_near_texts_differ)
{
    enum { count = 20000 };
    static uint64_t hashes[count];
    char text[32];
    size_t i;

    for (i = 0; i < count; i++) {
        int size = snprintf(text, sizeof text, "M%zu", i);

        hashes[i] = hash64_bytes(text, (size_t)size, 0);
    }
    qsort(hashes, count, sizeof hashes[0], compare_u64);
    for (i = 1; i < count; i++)
        ck_assert_uint_ne(hashes[i - 1], hashes[i]);
}
END_TEST

/* The values are written into module files, so they may never change. */
static const uint64_t hash_empty = 0x0000000000000000u;
static const uint64_t hash_type = 0x04e8ef6798edcf69u;
static const uint64_t hash_type_seed_1 = 0x435288ad14b85ca9u;

START_TEST(hash_values_are_the_ones_stored_in_files)
{
    ck_assert_uint_eq(hash64_bytes("", 0, 0), hash_empty);
    ck_assert_uint_eq(hash64_bytes("System.String", 13, 0), hash_type);
    ck_assert_uint_eq(hash64_bytes("System.String", 13, 1), hash_type_seed_1);
    ck_assert_uint_eq(hash_string("System.String"), (uint32_t)hash_type);
    ck_assert_uint_eq(hash_bytes("System.String", 13), hash_string("System.String"));
}
END_TEST

START_TEST(hash_depends_on_length_seed_and_order)
{
    const uint8_t zeros[24] = {0};
    size_t i;

    for (i = 0; i < sizeof zeros; i++)
        ck_assert_uint_ne(hash64_bytes(zeros, i, 0), hash64_bytes(zeros, i + 1, 0));
    ck_assert_uint_ne(hash64_bytes("a", 1, 1), hash64_bytes("a", 1, 2));
    ck_assert_uint_ne(hash_combine(1, 2), hash_combine(2, 1));
    ck_assert_uint_ne(hash_combine(0, 0), 0);
    ck_assert_uint_ne(hash_pointer(&cells[0]), hash_pointer(&cells[1]));
}
END_TEST

TCase *
vec_cases(void)
{
    TCase *cases = tcase_create("vec");

    tcase_add_test(cases, ptr_vec_keeps_order_and_pops_the_last);
    tcase_add_test(cases, byte_vec_writes_little_endian_and_pads_with_zeros);
    tcase_add_test(cases, byte_vec_grows_for_one_large_write);
    return cases;
}

TCase *
map_cases(void)
{
    TCase *cases = tcase_create("map");

    tcase_add_test(cases, ptr_map_finds_replaces_and_iterates_in_insertion_order);
    tcase_add_test(cases, str_map_copies_keys_and_replaces);
    tcase_add_test(cases, intern_set_tells_items_of_equal_hash_apart);
    tcase_add_test(cases, hashes_of_near_texts_differ);
    tcase_add_test(cases, hash_values_are_the_ones_stored_in_files);
    tcase_add_test(cases, hash_depends_on_length_seed_and_order);
    return cases;
}
