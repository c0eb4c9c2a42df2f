/* tests/pal/suites.h - the cases of the pal suite, one function a file. */
#ifndef TESTS_PAL_SUITES_H
#define TESTS_PAL_SUITES_H

#include <check.h>

TCase *cursor_cases(void);
TCase *file_cases(void);
TCase *group_cases(void);
TCase *memory_cases(void);
TCase *thread_cases(void);

#endif
