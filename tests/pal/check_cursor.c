/* tests/pal/check_cursor.c - the byte cursor, at and past its limits. */
#include "pal/cursor.h"
#include "tests/pal/suites.h"

static const uint8_t bytes[] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,
                                0x11, 0x12, 0x13, 0x14, 0x21, 0x22, 0x31};

START_TEST(cursor_reads_little_endian_and_advances)
{
    struct cursor c = cursor_over(bytes, sizeof bytes);

    ck_assert_uint_eq(cursor_u64(&c), 0x0807060504030201u);
    ck_assert_uint_eq(cursor_u32(&c), 0x14131211u);
    ck_assert_uint_eq(cursor_u16(&c), 0x2221u);
    ck_assert_uint_eq(cursor_left(&c), 1);
    ck_assert_uint_eq(cursor_u8(&c), 0x31u);
    ck_assert_uint_eq(cursor_left(&c), 0);
    ck_assert(!c.failed);
}
END_TEST

START_TEST(cursor_read_past_end_fails_for_good_and_stays)
{
    struct cursor c = cursor_over(bytes, 3);

    ck_assert_uint_eq(cursor_u16(&c), 0x0201u);
    ck_assert_uint_eq(cursor_u16(&c), 0);
    ck_assert(c.failed);
    ck_assert_uint_eq(c.at, 2);
    ck_assert_uint_eq(cursor_left(&c), 0);
    ck_assert_uint_eq(cursor_u8(&c), 0); /* one byte is there, but the failure is sticky */
    ck_assert(!cursor_seek(&c, 0));
    ck_assert_uint_eq(c.at, 2);
}
END_TEST

START_TEST(cursor_each_width_fails_one_byte_short)
{
    size_t size;

    for (size = 0; size < 8; size++) {
        struct cursor c = cursor_over(bytes, size);

        ck_assert_uint_eq(cursor_u64(&c), 0);
        ck_assert(c.failed);
        c = cursor_over(bytes, size);
        (void)cursor_u32(&c);
        ck_assert(c.failed == (size < 4));
        c = cursor_over(bytes, size);
        (void)cursor_u8(&c);
        ck_assert(c.failed == (size < 1));
    }
}
END_TEST

START_TEST(cursor_take_refuses_sizes_that_would_wrap)
{
    struct cursor c = cursor_over(bytes, sizeof bytes);

    ck_assert(cursor_take(&c, 4) == bytes);
    ck_assert(cursor_take(&c, SIZE_MAX) == NULL);
    ck_assert(c.failed);
    c = cursor_over(bytes, sizeof bytes);
    (void)cursor_u64(&c);
    ck_assert(cursor_take(&c, SIZE_MAX - 7) == NULL); /* at + size wraps to 0 */
    ck_assert_uint_eq(c.at, 8);
}
END_TEST

START_TEST(cursor_seek_allows_the_end_but_not_beyond)
{
    struct cursor c = cursor_over(bytes, 5);

    ck_assert(cursor_seek(&c, 5));
    ck_assert_uint_eq(cursor_left(&c), 0);
    ck_assert(cursor_seek(&c, 1));
    ck_assert_uint_eq(cursor_u8(&c), 0x02u);
    ck_assert(!cursor_seek(&c, 6));
    ck_assert(c.failed);
}
END_TEST

START_TEST(cursor_over_nothing_fails_on_first_read_only)
{
    struct cursor c = cursor_over(NULL, 0);

    ck_assert(cursor_seek(&c, 0));
    ck_assert(!c.failed);
    ck_assert_uint_eq(cursor_u8(&c), 0);
    ck_assert(c.failed);
}
END_TEST

START_TEST(size_mul_reports_overflow)
{
    size_t product;

    ck_assert(size_mul_ok(3, 5, &product));
    ck_assert_uint_eq(product, 15);
    ck_assert(size_mul_ok(0, SIZE_MAX, &product));
    ck_assert(size_mul_ok(SIZE_MAX, 1, &product));
    ck_assert(!size_mul_ok(SIZE_MAX, 2, &product));
    ck_assert(!size_mul_ok(SIZE_MAX / 2 + 1, 2, &product));
}
END_TEST

TCase *
cursor_cases(void)
{
    TCase *cases = tcase_create("cursor");

    tcase_add_test(cases, cursor_reads_little_endian_and_advances);
    tcase_add_test(cases, cursor_read_past_end_fails_for_good_and_stays);
    tcase_add_test(cases, cursor_each_width_fails_one_byte_short);
    tcase_add_test(cases, cursor_take_refuses_sizes_that_would_wrap);
    tcase_add_test(cases, cursor_seek_allows_the_end_but_not_beyond);
    tcase_add_test(cases, cursor_over_nothing_fails_on_first_read_only);
    tcase_add_test(cases, size_mul_reports_overflow);
    return cases;
}
