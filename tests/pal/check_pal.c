/* tests/pal/check_pal.c - runs the suite of pal/. */
#include "tests/pal/suites.h"

#include <stdlib.h>

int
main(void)
{
    Suite *suite = suite_create("pal");
    SRunner *runner;
    int failed;

    suite_add_tcase(suite, cursor_cases());
    suite_add_tcase(suite, memory_cases());
    suite_add_tcase(suite, thread_cases());
    suite_add_tcase(suite, file_cases());
    suite_add_tcase(suite, group_cases());
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
