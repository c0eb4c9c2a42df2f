/* tests/base/suites.h - the cases of the base suite. */
#ifndef TESTS_BASE_SUITES_H
#define TESTS_BASE_SUITES_H

#include <check.h>

TCase *vec_cases(void);
TCase *map_cases(void);

#endif
