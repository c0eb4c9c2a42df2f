/* loader/loader_priv.h - what the files of loader/ share. */
#ifndef LOADER_LOADER_PRIV_H
#define LOADER_LOADER_PRIV_H

#include "loader/elf.h"
#include "loader/loader.h"
#include "pal/pal.h"

/* Reads and checks a module's file before it is mapped: ELF structure, header, digest.
 * CORERT_OK: it may be given to the dynamic linker. */
corert_status ldr_file_check(const char *path, struct ldr_diag *diag);
/* The same for a file's bytes; `name` is for the text. */
corert_status ldr_bytes_check(const uint8_t *bytes, size_t size, const char *name,
                              struct ldr_diag *diag);

/* Where a mapped image lies: to check pointers that it contains. */
struct ldr_image {
    uint64_t bias;
    struct ldr_segment segment[LDR_SEGMENTS_MAX];
    uint32_t segments;
};

/* [start, start + bytes) in one segment that has all of `flags`. */
bool ldr_image_holds(const struct ldr_image *image, const void *start, uint64_t bytes,
                     uint32_t flags);
/* A NUL-terminated string inside the image. */
bool ldr_image_holds_text(const struct ldr_image *image, const char *text);

/* Checks header and rows of a mapped image; nothing is written. */
corert_status ldr_sections_check(const struct corert_module_header *header,
                                 const struct ldr_image *image, const char *path,
                                 struct ldr_diag *diag);
/* Resolves every import first, then fills the slots and the dispatch cells. */
corert_status ldr_bind(const struct ldr_module *module, const struct ldr_host *host,
                       struct ldr_diag *diag);

#endif
