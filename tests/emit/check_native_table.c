/* tests/emit/check_native_table.c - hash tables as the class library's NativeReader reads them: the reader below
 * follows its rules, independently of the writer. */
#include "compiler/emit/native_table.h"

#include <check.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    const uint8_t *at;
    size_t size;
};

static uint32_t
read_word(const struct reader *r, size_t at)
{
    uint32_t v;

    ck_assert_uint_le(at + 4, r->size);
    memcpy(&v, r->at + at, 4);
    return v;
}

/* Forms by the low bits of the first byte: 0, 01, 011, 0111 and one to four bytes; 01111 and four more. */
static uint32_t
read_unsigned(const struct reader *r, size_t *at)
{
    unsigned n = 0, first;
    uint32_t v = 0;

    ck_assert_uint_lt(*at, r->size);
    first = r->at[*at];
    while (n < 4 && first >> n & 1)
        n++;
    if (n == 4) {
        v = read_word(r, *at + 1);
        *at += 5;
        return v;
    }
    ck_assert_uint_le(*at + n + 1, r->size);
    memcpy(&v, r->at + *at, n + 1);
    *at += n + 1;
    return v >> (n + 1);
}

/* Place of the n-th entry with this hash's low byte in its bucket; 0: none. */
static size_t
find(const struct reader *r, uint32_t hash, unsigned n)
{
    uint32_t buckets = UINT32_C(1) << (r->at[0] >> 2), bucket = hash >> 8 & (buckets - 1);
    size_t at = 1 + read_word(r, 1 + 4 * bucket), end = 1 + read_word(r, 1 + 4 * (bucket + 1));

    ck_assert_uint_eq(r->at[0] & 3, 2);
    while (at < end) {
        size_t field = at + 1, place = field;
        uint8_t low = r->at[at];

        ck_assert_uint_eq(r->at[field], 15);
        place += read_word(r, field + 1);
        if (low > (uint8_t)hash)
            return 0;
        if (low == (uint8_t)hash && n-- == 0)
            return place;
        at = field + 5;
    }
    return 0;
}

START_TEST(integers_take_the_shortest_form)
{
    static const struct {
        uint32_t value;
        size_t bytes;
    } cases[] = {{0, 1}, {127, 1}, {128, 2}, {16383, 2}, {16384, 3}, {2097151, 3}, {2097152, 4}, {268435455, 4}, {268435456, 5}, {UINT32_MAX, 5}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct byte_vec v = {0};
        struct reader r;
        size_t at = 0;

        native_unsigned(&v, cases[i].value);
        ck_assert_uint_eq(v.count, cases[i].bytes);
        r = (struct reader){v.at, v.count};
        ck_assert_uint_eq(read_unsigned(&r, &at), cases[i].value);
        ck_assert_uint_eq(at, v.count);
        byte_vec_free(&v);
    }
}
END_TEST

static uint32_t
hash_of(uint32_t i)
{
    return i * UINT32_C(2654435761);
}

/* _i: number of entries. */
START_TEST(every_entry_is_found_by_its_hash)
{
    struct native_table table = {0};
    struct byte_vec out = {0};
    struct reader r;

    for (uint32_t i = 0; i < (uint32_t)_i; i++)
        native_unsigned(native_table_add(&table, hash_of(i)), i * 37);
    native_table_write(&table, &out);
    r = (struct reader){out.at, out.count};
    for (uint32_t i = 0; i < (uint32_t)_i; i++) {
        bool found = false;
        size_t at;

        for (unsigned n = 0; !found && (at = find(&r, hash_of(i), n)) != 0; n++)
            found = read_unsigned(&r, &at) == i * 37;
        ck_assert_msg(found, "entry %u of %d", i, _i);
    }
    native_table_free(&table);
    byte_vec_free(&out);
}
END_TEST

START_TEST(entries_of_one_hash_keep_their_order)
{
    struct native_table table = {0};
    struct byte_vec out = {0};
    struct reader r;

    for (uint32_t i = 0; i < 5; i++)
        native_unsigned(native_table_add(&table, 0xabcd1234), i);
    native_table_write(&table, &out);
    r = (struct reader){out.at, out.count};
    for (unsigned n = 0; n < 5; n++) {
        size_t at = find(&r, 0xabcd1234, n);

        ck_assert_uint_ne(at, 0);
        ck_assert_uint_eq(read_unsigned(&r, &at), n);
    }
    ck_assert_uint_eq(find(&r, 0xabcd1234, 5), 0);
    ck_assert_uint_eq(find(&r, 0xabcd1235, 0), 0);
    native_table_free(&table);
    byte_vec_free(&out);
}
END_TEST

int
main(void)
{
    Suite *s = suite_create("native_table");
    TCase *core = tcase_create("core");
    SRunner *runner;
    int failed;

    tcase_add_test(core, integers_take_the_shortest_form);
    tcase_add_loop_test(core, every_entry_is_found_by_its_hash, 1, 70);
    tcase_add_loop_test(core, every_entry_is_found_by_its_hash, 1000, 1001);
    tcase_add_test(core, entries_of_one_hash_keep_their_order);
    suite_add_tcase(s, core);
    runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
