/* tests/pal/check_memory.c - the native heap and address space. */
#include "pal/pal.h"
#include "tests/pal/suites.h"

#include <stdlib.h>
#include <string.h>

static bool
all_zero(const uint8_t *at, size_t size)
{
    size_t i;

    for (i = 0; i < size; i++) {
        if (at[i])
            return false;
    }
    return true;
}

START_TEST(heap_blocks_are_aligned_and_zero_size_is_a_block)
{
    size_t size;

    for (size = 0; size < 200; size++) {
        uint8_t *block = pal_alloc_zero(size);

        ck_assert_ptr_nonnull(block);
        ck_assert_uint_eq((uintptr_t)block & 15, 0);
        ck_assert(all_zero(block, size));
        memset(block, 0xa5, size);
        block = pal_realloc(block, size + 300);
        ck_assert_ptr_nonnull(block);
        ck_assert(size == 0 || block[size - 1] == 0xa5);
        pal_free(block);
    }
    pal_free(NULL);
}
END_TEST

START_TEST(heap_refuses_an_impossible_size)
{
    volatile size_t impossible = SIZE_MAX / 2;

    ck_assert_ptr_null(pal_alloc(impossible));
    ck_assert_ptr_null(pal_alloc_zero(impossible));
}
END_TEST

START_TEST(a_character_cut_at_the_end_goes)
{
    static const char *const texts[][2] = {{"", ""},
                                           {"a", "a"},
                                           {"a\xC3", "a"},
                                           {"a\xC3\xA9", "a\xC3\xA9"},
                                           {"\xE2\x82", ""},
                                           {"\xE2\x82\xAC", "\xE2\x82\xAC"},
                                           {"\xF0\x9F\x98", ""},
                                           {"b\xF0", "b"},
                                           {"\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80"}};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char text[8];

        strcpy(text, texts[i][0]);
        pal_text_trim(text);
        ck_assert_str_eq(text, texts[i][1]);
    }
}
END_TEST

START_TEST(reservation_is_aligned_and_usable_when_committed)
{
    const size_t size = (size_t)1 << 20, alignment = (size_t)4 << 20;
    size_t page = pal_page_bytes();
    uint8_t *at = pal_mem_reserve(size, alignment);

    ck_assert_ptr_nonnull(at);
    ck_assert_uint_eq((uintptr_t)at & (alignment - 1), 0);
    ck_assert(pal_mem_commit(at + page, 2 * page));
    ck_assert(all_zero(at + page, 2 * page));
    memset(at + page, 7, 2 * page);
    ck_assert(pal_mem_reset(at + page, page));
    ck_assert(all_zero(at + page, page));
    ck_assert_uint_eq(at[2 * page], 7);
    ck_assert(pal_mem_decommit(at + page, 2 * page));
    ck_assert(pal_mem_commit(at + page, 2 * page));
    ck_assert(all_zero(at + page, 2 * page));
    pal_mem_release(at, size);
}
END_TEST

START_TEST(reservation_refuses_nonsense)
{
    ck_assert_ptr_null(pal_mem_reserve(0, 4096));
    ck_assert_ptr_null(pal_mem_reserve(4096, 3 * 4096)); /* no power of two */
    ck_assert_ptr_null(pal_mem_reserve(SIZE_MAX - 4095, 1 << 20));
    ck_assert_ptr_null(pal_mem_reserve((size_t)1 << 60, 4096));
}
END_TEST

START_TEST(protection_follows_the_pages_a_range_touches)
{
    size_t page = pal_page_bytes();
    uint8_t *at = pal_mem_reserve(2 * page, page);

    ck_assert_ptr_nonnull(at);
    ck_assert(pal_mem_commit(at, 2 * page));
    at[0] = 1;
    ck_assert(pal_mem_protect(at + page - 1, 1, PAL_ACCESS_READ));
    ck_assert_uint_eq(at[0], 1);
    at[page] = 2; /* the next page is untouched */
    ck_assert(pal_mem_protect(at + page - 1, 2, PAL_ACCESS_WRITE));
    at[0] = 3;
    ck_assert(pal_mem_protect(at, 0, PAL_ACCESS_NONE)); /* nothing */
    at[0] = 4;
    pal_mem_release(at, 2 * page);
}
END_TEST

START_TEST(machine_facts_are_plausible)
{
    uint8_t a[32] = {0}, b[32] = {0};

    ck_assert(pal_mem_limit_bytes() > (uint64_t)16 << 20);
    ck_assert_uint_ge(pal_cpu_count(), 1);
    ck_assert(pal_random(a, sizeof a) && pal_random(b, sizeof b));
    ck_assert(memcmp(a, b, sizeof a) != 0);
}
END_TEST

TCase *
memory_cases(void)
{
    TCase *cases = tcase_create("memory");

    tcase_add_test(cases, heap_blocks_are_aligned_and_zero_size_is_a_block);
    tcase_add_test(cases, heap_refuses_an_impossible_size);
    tcase_add_test(cases, a_character_cut_at_the_end_goes);
    tcase_add_test(cases, reservation_is_aligned_and_usable_when_committed);
    tcase_add_test(cases, reservation_refuses_nonsense);
    tcase_add_test(cases, protection_follows_the_pages_a_range_touches);
    tcase_add_test(cases, machine_facts_are_plausible);
    return cases;
}
