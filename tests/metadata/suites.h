/* tests/metadata/suites.h - the cases of the metadata suite and what they share. */
#ifndef TESTS_METADATA_SUITES_H
#define TESTS_METADATA_SUITES_H

#include "tests/metadata/recipe.h"

#include <check.h>

TCase *read_cases(void);
TCase *fault_cases(void);
TCase *signature_cases(void);
TCase *attribute_cases(void);
TCase *document_cases(void);
TCase *classlib_cases(void);

/* The library recipe, opened anew for each test that uses the fixture. */
extern struct arena *test_arena;
extern struct recipe test_recipe;
extern struct byte_vec test_bytes;
extern struct md_image *test_image;
void library_open(void);
void library_close(void);
/* Opens `r` from exactly sized memory; NULL and *err on failure. */
struct md_image *recipe_open(const struct recipe *r, struct md_error *err);

#endif
