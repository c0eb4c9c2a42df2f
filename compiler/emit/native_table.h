/* compiler/emit/native_table.h - the hash tables that the class library reads with NativeReader
 * (contract/runtime.md 7.3, 7.6): entries are runs of variable-length integers, found by a 32-bit hash. */
#ifndef COMPILER_EMIT_NATIVE_TABLE_H
#define COMPILER_EMIT_NATIVE_TABLE_H

#include "compiler/base/vec.h"

struct native_entry {
    uint32_t hash;
    struct byte_vec bytes; /* owned */
};

struct native_table {
    struct ptr_vec entries; /* of struct native_entry, owned */
};

void native_unsigned(struct byte_vec *v, uint32_t value);
void native_string(struct byte_vec *v, const char *utf8);
/* A new entry to fill; valid until native_table_free. */
struct byte_vec *native_table_add(struct native_table *t, uint32_t hash);
/* The table's bytes, to the end of `out`. It must start a blob: offsets count from its own start. */
void native_table_write(struct native_table *t, struct byte_vec *out);
void native_table_free(struct native_table *t);

#endif
