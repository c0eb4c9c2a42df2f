/* tests/host/check_host.c - runner of the life-cycle suite. */
#include "tests/host/check_host.h"

int
main(void)
{
    Suite *s = suite_create("host");
    SRunner *runner;
    int failed;

    suite_add_tcase(s, case_misuse());
    suite_add_tcase(s, case_files());
    suite_add_tcase(s, case_process());
    suite_add_tcase(s, case_exceptions());
    suite_add_tcase(s, case_gc());
    suite_add_tcase(s, case_callbacks());
    suite_add_tcase(s, case_memory());
    suite_add_tcase(s, case_threads());
    suite_add_tcase(s, case_values());
    suite_add_tcase(s, case_stack());
    suite_add_tcase(s, case_cycles());
    suite_add_tcase(s, case_ends());
    suite_add_tcase(s, case_overflow());
    runner = srunner_create(s);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
