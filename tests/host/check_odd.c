/* tests/host/check_odd.c - runner of the tests of odd hosts and machines: functions that never return, other
 * stacks, signal handlers, little room. */
#include "tests/host/check_host.h"

int
main(void)
{
    Suite *s = suite_create("odd");
    SRunner *runner;
    int failed;

    suite_add_tcase(s, case_frames());
    if (!SANITIZED) { /* which knows no other stacks, takes more of each and needs what sandboxes forbid */
        suite_add_tcase(s, case_fibers());
        suite_add_tcase(s, case_small());
    }
    runner = srunner_create(s);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
