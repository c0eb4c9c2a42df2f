/* compiler/emit/elf_view.h - reading and changing ELF64 files that our own linker run wrote.
 * Every offset is checked once, in elf_view_open; accessors then stay inside the bytes. */
#ifndef COMPILER_EMIT_ELF_VIEW_H
#define COMPILER_EMIT_ELF_VIEW_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf_view {
    uint8_t *bytes; /* borrowed, writable, 8-aligned */
    size_t size;
    Elf64_Ehdr *header;
    Elf64_Shdr *sections;
    uint32_t section_count;
    uint32_t symtab; /* section number, 0: none */
    Elf64_Sym *symbols;
    size_t symbol_count;
    const char *strings;
    size_t string_bytes;
};

/* false: not a complete little-endian ELF64 file. */
bool elf_view_open(struct elf_view *v, uint8_t *bytes, size_t size);
const char *elf_view_section_name(const struct elf_view *v, uint32_t index); /* "" when it has none */
const char *elf_view_symbol_name(const struct elf_view *v, const Elf64_Sym *s);
/* The section that holds the symbol, 0: undefined, absolute or common. */
uint32_t elf_view_symbol_section(const struct elf_view *v, const Elf64_Sym *s);

#endif
