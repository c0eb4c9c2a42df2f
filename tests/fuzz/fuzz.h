/* tests/fuzz/fuzz.h - what a fuzz harness offers. Under libFuzzer (preset fuzz) the library's main
 * drives it; in other builds tests/fuzz/driver.c does, over files and over mutated seeds. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include "compiler/base/vec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Any bytes; must neither crash nor hang. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The n-th good input to start from, in a vector the caller frees; false after the last. */
bool fuzz_seed(unsigned n, struct byte_vec *out);

#endif
