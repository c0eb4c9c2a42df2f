/* tests/host/check_product.c - runner of the suite about files of the host, versions and features. */
#include "tests/host/check_host.h"

int
main(void)
{
    Suite *s = suite_create("host_product");
    SRunner *runner;
    int failed;

    suite_add_tcase(s, case_archive());
    suite_add_tcase(s, case_info());
    runner = srunner_create(s);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
