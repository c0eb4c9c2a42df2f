/* loader/elf.h - reading a shared object's file before anybody maps it.
 * Every offset is checked against the bytes present, so that a truncated or foreign file is refused
 * here and the dynamic linker never sees it. */
#ifndef LOADER_ELF_H
#define LOADER_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LDR_SEGMENTS_MAX 16

/* One PT_LOAD segment. Addresses are relative to the load address. */
struct ldr_segment {
    uint64_t address;
    uint64_t memory_bytes;
    uint64_t offset; /* in the file */
    uint64_t file_bytes;
    uint32_t flags; /* LDR_SEGMENT_* */
};

enum ldr_segment_flag { LDR_SEGMENT_EXEC = 1, LDR_SEGMENT_WRITE = 2, LDR_SEGMENT_READ = 4 };

struct ldr_elf {
    const uint8_t *bytes; /* borrowed */
    size_t size;
    struct ldr_segment segment[LDR_SEGMENTS_MAX];
    uint32_t segments;
    uint64_t symbols; /* file offsets of the dynamic tables; 0 = absent */
    uint64_t strings;
    uint64_t strings_bytes;
    uint64_t gnu_hash;
    uint64_t sysv_hash;
};

/* false: refused, `*why` is a static text. */
bool ldr_elf_open(struct ldr_elf *elf, const uint8_t *bytes, size_t size, const char **why);
/* File offset of `bytes` bytes at `address` if one segment's file part holds them all. */
bool ldr_elf_offset(const struct ldr_elf *elf, uint64_t address, uint64_t bytes, uint64_t *offset);
/* Address of the defined dynamic symbol `name`; false if there is none. */
bool ldr_elf_symbol(const struct ldr_elf *elf, const char *name, uint64_t *address);

/* The segments of the image mapped at `base` (its ELF header is trusted, it runs already). */
uint32_t ldr_elf_mapped_segments(const void *base, struct ldr_segment segment[LDR_SEGMENTS_MAX],
                                 uint64_t *bias);
/* Where its PT_GNU_EH_FRAME header is, without bias; false if it has none. */
bool ldr_elf_mapped_unwind(const void *base, uint64_t *address, uint64_t *bytes);

#endif
