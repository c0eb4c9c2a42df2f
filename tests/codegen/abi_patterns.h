/* tests/codegen/abi_patterns.h - what stands before the structs in the argument-passing tests:
 * PATTERN(integers, doubles) leaves every interesting number of registers. */
#ifndef TESTS_CODEGEN_ABI_PATTERNS_H
#define TESTS_CODEGEN_ABI_PATTERNS_H

#define ABI_PATTERNS(X, shape)                                                                     \
    X(shape, 0, 0) X(shape, 4, 0) X(shape, 5, 0) X(shape, 6, 0) X(shape, 0, 7) X(shape, 0, 8)      \
    X(shape, 5, 7) X(shape, 6, 8)

/* Where a callee reports what it received. */
struct abi_report {
    unsigned char a[64], b[64];
    int64_t z;
    double w;
    int64_t integers;
    double doubles;
};

#endif
