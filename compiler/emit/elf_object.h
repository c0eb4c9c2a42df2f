/* compiler/emit/elf_object.h - writes an ELF64 relocatable for x86-64.
 * Sections are filled in any order; symbols are named and may be referred to before they are
 * defined; what is never defined becomes an undefined symbol. Output is deterministic. */
#ifndef COMPILER_EMIT_ELF_OBJECT_H
#define COMPILER_EMIT_ELF_OBJECT_H

#include <stdbool.h>
#include <stdint.h>

#include "compiler/base/map.h"
#include "compiler/base/vec.h"

enum elf_kind { ELF_CODE, ELF_RODATA, ELF_DATA, ELF_RELRO, ELF_BSS };

struct elf_section {
    const char *name; /* borrowed */
    enum elf_kind kind;
    struct byte_vec bytes; /* not BSS */
    uint64_t size;         /* BSS */
    uint32_t align;
    struct ptr_vec relocations; /* of struct elf_relocation */
    uint32_t index;
};

struct elf_relocation {
    uint64_t offset;
    struct elf_symbol *symbol;
    int64_t addend;
    bool pc32; /* else 64-bit absolute */
};

struct elf_symbol {
    const char *name;            /* arena */
    struct elf_section *section; /* NULL: undefined */
    uint64_t offset, size;
    bool is_function, is_exported;
    uint32_t index;
};

struct elf_object {
    struct arena *arena;
    struct ptr_vec sections; /* of struct elf_section */
    struct ptr_vec symbols;  /* of struct elf_symbol, in order of first mention */
    struct str_map by_name;
};

struct elf_object *elf_object_new(struct arena *a);
struct elf_section *elf_section_new(struct elf_object *o, const char *name, enum elf_kind kind, uint32_t align);
struct elf_symbol *elf_symbol(struct elf_object *o, const char *name);
/* Defines `name` at the section's current end. Ends the run if it is defined already. */
struct elf_symbol *elf_define(struct elf_object *o, const char *name, struct elf_section *s);
uint64_t elf_at(const struct elf_section *s); /* current end */
void elf_align(struct elf_section *s, uint32_t align);
void elf_u16(struct elf_section *s, uint16_t v);
void elf_u32(struct elf_section *s, uint32_t v);
void elf_u64(struct elf_section *s, uint64_t v);
void elf_bytes(struct elf_section *s, const void *bytes, size_t size);
void elf_reserve(struct elf_section *s, uint64_t size); /* zeros; the only way to fill BSS */
/* 8 bytes holding symbol + addend; a NULL name writes zero. */
void elf_pointer(struct elf_object *o, struct elf_section *s, const char *name, int64_t addend);
/* A 4-byte pc-relative relocation over bytes already written at `offset`. */
void elf_pc32(struct elf_object *o, struct elf_section *s, uint64_t offset, const char *name, int64_t addend);
void elf_object_write(struct elf_object *o, uint8_t **bytes, size_t *size); /* pal_free */

#endif
