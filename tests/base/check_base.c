/* tests/base/check_base.c - runs the suite of compiler/base; the arena's cases. */
#include "compiler/base/arena.h"
#include "tests/base/suites.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static struct arena *arena;

static void
arena_open(void)
{
    arena = arena_new();
}

static void
arena_close(void)
{
    arena_free(arena);
}

/* One assertion a block: Check writes down the place of each, which is slow a byte. */
static bool
filled_with(const uint8_t *block, size_t size, size_t value)
{
    size_t i;

    for (i = 0; i < size; i++) {
        if (block[i] != value)
            return false;
    }
    return true;
}

START_TEST(arena_gives_zeroed_aligned_blocks_that_do_not_overlap)
{
    enum { count = 3000 };
    static uint8_t *blocks[count];
    static size_t sizes[count];
    size_t i;

    for (i = 0; i < count; i++) {
        /* small ones mixed with some larger than a chunk's quarter and than a whole chunk */
        sizes[i] = i % 100 == 99 ? 70000 : i % 10 == 9 ? 9000 : i % 57;
        blocks[i] = arena_alloc(arena, sizes[i]);
        ck_assert_uint_eq((uintptr_t)blocks[i] & 15, 0);
        ck_assert(filled_with(blocks[i], sizes[i], 0));
        memset(blocks[i], (int)(i & 0xff), sizes[i]);
    }
    for (i = 0; i < count; i++)
        ck_assert(filled_with(blocks[i], sizes[i], i & 0xff));
}
END_TEST

START_TEST(arena_blocks_of_size_zero_are_distinct)
{
    void *a = arena_alloc(arena, 0), *b = arena_array(arena, 0, 8);

    ck_assert_ptr_nonnull(a);
    ck_assert_ptr_ne(a, b);
}
END_TEST

START_TEST(arena_copies_text_and_bytes)
{
    const uint8_t bytes[] = {1, 0, 2};
    char unterminated[3] = {'a', 'b', 'c'}, wide[5000];
    char *text;

    ck_assert_str_eq(arena_strdup(arena, "name"), "name");
    ck_assert_str_eq(arena_strdup(arena, ""), "");
    ck_assert_str_eq(arena_strndup(arena, unterminated, 3), "abc");
    ck_assert_str_eq(arena_strndup(arena, "ab\0cd", 5), "ab");
    ck_assert_str_eq(arena_strndup(arena, "abcdef", 2), "ab");
    ck_assert_str_eq(arena_strndup(arena, NULL, 0), "");
    ck_assert_mem_eq(arena_memdup(arena, bytes, sizeof bytes), bytes, sizeof bytes);
    ck_assert_str_eq(arena_printf(arena, "%s!%08x", "System", 0x1fu), "System!0000001f");
    memset(wide, 'x', sizeof wide - 1);
    wide[sizeof wide - 1] = '\0';
    text = arena_printf(arena, "<%s>", wide);
    ck_assert_uint_eq(strlen(text), sizeof wide + 1);
    ck_assert(text[0] == '<' && text[sizeof wide] == '>');
}
END_TEST

START_TEST(arena_free_accepts_null_and_unused)
{
    arena_free(NULL);
    arena_free(arena_new());
}
END_TEST

static TCase *
arena_cases(void)
{
    TCase *cases = tcase_create("arena");

    tcase_add_checked_fixture(cases, arena_open, arena_close);
    tcase_add_test(cases, arena_gives_zeroed_aligned_blocks_that_do_not_overlap);
    tcase_add_test(cases, arena_blocks_of_size_zero_are_distinct);
    tcase_add_test(cases, arena_copies_text_and_bytes);
    tcase_add_test(cases, arena_free_accepts_null_and_unused);
    return cases;
}

int
main(void)
{
    Suite *suite = suite_create("base");
    SRunner *runner;
    int failed;

    suite_add_tcase(suite, arena_cases());
    suite_add_tcase(suite, vec_cases());
    suite_add_tcase(suite, map_cases());
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
