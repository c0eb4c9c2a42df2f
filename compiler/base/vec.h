/* compiler/base/vec.h - growing arrays of pointers and of bytes, on the C heap (mimalloc).
 * Zero-initialise before use; release with the _free twin. Growth failure ends the run. */
#ifndef COMPILER_BASE_VEC_H
#define COMPILER_BASE_VEC_H

#include <stddef.h>
#include <stdint.h>

struct ptr_vec {
    void **at; /* owned */
    size_t count, capacity;
};

void ptr_vec_push(struct ptr_vec *v, void *item);
void *ptr_vec_pop(struct ptr_vec *v); /* the last item; count must be > 0 */
void ptr_vec_free(struct ptr_vec *v);

struct byte_vec {
    uint8_t *at; /* owned */
    size_t count, capacity;
};

void byte_vec_put(struct byte_vec *v, const void *bytes, size_t size);
void byte_vec_u8(struct byte_vec *v, uint8_t x);
void byte_vec_u16(struct byte_vec *v, uint16_t x);
void byte_vec_u32(struct byte_vec *v, uint32_t x);
void byte_vec_u64(struct byte_vec *v, uint64_t x);
void byte_vec_align(struct byte_vec *v, size_t alignment); /* pads with zeros */
void byte_vec_free(struct byte_vec *v);

#endif
