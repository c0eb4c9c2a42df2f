/* tests/metadata/check_metadata.c - runs the suite of compiler/metadata; the shared fixture. */
#include "tests/metadata/suites.h"

#include <stdlib.h>
#include <string.h>

struct arena *test_arena;
struct recipe test_recipe;
struct byte_vec test_bytes;
struct md_image *test_image;

struct md_image *
recipe_open(const struct recipe *r, struct md_error *err)
{
    byte_vec_free(&test_bytes);
    test_bytes = recipe_image(r);
    return md_open(test_arena, "recipe.dll", test_bytes.at, test_bytes.count, err);
}

void
library_open(void)
{
    struct md_error err = {{0}};

    test_arena = arena_new();
    recipe_library(&test_recipe);
    test_image = recipe_open(&test_recipe, &err);
    ck_assert_msg(test_image != NULL, "%s", err.text);
}

void
library_close(void)
{
    arena_free(test_arena);
    recipe_free(&test_recipe);
    byte_vec_free(&test_bytes);
}

int
main(void)
{
    Suite *suite = suite_create("metadata");
    SRunner *runner;
    int failed;

    suite_add_tcase(suite, read_cases());
    suite_add_tcase(suite, fault_cases());
    suite_add_tcase(suite, signature_cases());
    suite_add_tcase(suite, attribute_cases());
    suite_add_tcase(suite, document_cases());
    suite_add_tcase(suite, classlib_cases());
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
