/* tests/host/check_hard.c - runner of the tests of hard times: bad arguments, no memory, signals, ends
 * that come late, ten thousand lives. */
#include "tests/host/check_host.h"

int
main(void)
{
    Suite *s = suite_create("hard");
    SRunner *runner;
    int failed;

    suite_add_tcase(s, case_arguments());
    suite_add_tcase(s, case_starve());
    suite_add_tcase(s, case_signals());
    suite_add_tcase(s, case_late());
    suite_add_tcase(s, case_lives());
    runner = srunner_create(s);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
