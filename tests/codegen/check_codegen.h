/* tests/codegen/check_codegen.h - the suite's parts. */
#ifndef TESTS_CODEGEN_CHECK_CODEGEN_H
#define TESTS_CODEGEN_CHECK_CODEGEN_H

#include <check.h>

TCase *case_abi(void);
TCase *case_unit(void);

#endif
