/* tests/emit/elf_image.h - an ELF64 file as flat memory with names.
 * A linked image keeps its addresses; of a relocatable object each allocated section gets an
 * address of its own and the relocations are applied, so that both read the same way. Undefined
 * symbols get addresses behind everything. */
#ifndef TESTS_EMIT_ELF_IMAGE_H
#define TESTS_EMIT_ELF_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf_name {
    const char *name; /* borrowed from `file` */
    uint64_t address, size;
    bool is_defined;
};

struct elf_image {
    uint8_t *file; /* owned */
    size_t file_bytes;
    uint8_t *memory; /* owned; starts at address 0 */
    uint64_t memory_bytes;
    struct elf_name *names; /* owned; by address, then name */
    size_t name_count;
    bool is_relocatable;
};

/* Ends the program with a message on any failure. */
void elf_image_open(struct elf_image *image, const char *path);
void elf_image_close(struct elf_image *image);
/* Host address of `bytes` bytes at `address`; NULL if they are not in the image. */
const void *elf_image_at(const struct elf_image *image, uint64_t address, size_t bytes);
/* First name at exactly this address, or NULL. */
const char *elf_image_name_of(const struct elf_image *image, uint64_t address);
/* NULL if there is none. */
const struct elf_name *elf_image_find(const struct elf_image *image, const char *name);

#endif
