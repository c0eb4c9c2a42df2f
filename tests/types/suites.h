/* tests/types/suites.h - the cases of the types suite, and the context they share. */
#ifndef TESTS_TYPES_SUITES_H
#define TESTS_TYPES_SUITES_H

#include "compiler/types/ty.h"

#include <check.h>

/* A context with the class library on its search path and CoreLib loaded; made by the fixture. */
extern struct ty_context *types_ctx;
void types_setup(void);
void types_teardown(void);

/* By full name in CoreLib; the test fails when it is missing. */
struct ty_type *types_core(const char *full_name);
struct ty_type *types_instance(const char *full_name, struct ty_type *a, struct ty_type *b);

TCase *types_core_case(void);
TCase *types_shapes_case(void);
TCase *types_sweep_case(void);
TCase *types_damage_case(void);

#endif
