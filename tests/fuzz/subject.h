/* tests/fuzz/subject.h - the compiler from an opened assembly to LLVM IR, on damaged copies of
 * Subject.cs.
 * One process opens the class library, and compiles an undamaged Subject so that what it needs of
 * the library is known. Inputs run in a fork of it, some hundred in each: an input may end it with an
 * error message, but by no signal, no internal error, not late and not fat. */
#ifndef TESTS_FUZZ_SUBJECT_H
#define TESTS_FUZZ_SUBJECT_H

#include "compiler/metadata/md_priv.h"
#include "tests/fuzz/fuzz.h"

/* A copy of the assembly that an input damages. Offsets into `bytes`. */
struct subject {
    uint8_t *bytes;
    size_t size;
    const struct md_image *image; /* of the undamaged file: what is where */
    uint32_t body_rva, body_at, body_room;
    uint32_t blob_index, blob_at, blob_room; /* index: in the blob heap */
};

/* The input, taken from the front; zeros after its end. */
struct subject_input {
    const uint8_t *at, *end;
};

uint8_t subject_u8(struct subject_input *in);
uint16_t subject_u16(struct subject_input *in);
uint32_t subject_u32(struct subject_input *in);
static inline size_t
subject_left(const struct subject_input *in)
{
    return (size_t)(in->end - in->at);
}

struct subject_target {
    /* Damages `s` by the input; gives a MethodDef row. In the fork. */
    uint32_t (*damage)(struct subject *s, struct subject_input *in);
    /* Only the method in that row, which is in the room for bodies, is compiled; every input then works on
     * the same assembly. Otherwise each has a new one, and all of it is compiled. */
    bool one_body;
};

/* One input. Aborts when the compiler failed in a way it must not. */
void subject_run(const struct subject_target *target, const uint8_t *data, size_t size);
/* The undamaged image, for seeds. */
const struct md_image *subject_image(void);

/* Puts a blob into the room; gives its index in the heap, or 0 when it does not fit. */
uint32_t subject_blob(struct subject *s, const uint8_t *bytes, uint32_t size);
/* Overwrites a cell as it is stored. Rows and columns must exist. */
void subject_cell(struct subject *s, enum md_table table, uint32_t row, unsigned column, uint32_t raw);
uint32_t subject_rows(const struct subject *s, enum md_table table);

#endif
