/* tests/emit/mt_view.h - MethodTables in an ELF file, read by gc/object_format.h.
 * NativeAOT's own objects hold the same structure with 4-byte self-relative trailing pointers. */
#ifndef TESTS_EMIT_MT_VIEW_H
#define TESTS_EMIT_MT_VIEW_H

#include "gc/object_format.h"
#include "tests/emit/elf_image.h"

struct mt_view {
    const struct elf_image *image; /* borrowed */
    const struct gc_mt *mt;        /* in the image's memory; pointers inside are image addresses */
    uint64_t address;
    const char *name; /* borrowed, with the symbol's prefix */
    bool is_relative; /* trailing pointers are self-relative 4-byte values */
};

/* All MethodTables whose symbols begin with `prefix`; owned by the caller (free). */
struct mt_view *mt_views(const struct elf_image *image, const char *prefix, bool is_relative,
                         size_t *count);
/* The MethodTable at an address; false when it is outside the image. */
bool mt_view_at(const struct mt_view *from, uint64_t address, struct mt_view *out);
/* Address a trailing field leads to; 0 without the field. */
uint64_t mt_trailing(const struct mt_view *v, enum gc_mt_field field);
uint64_t mt_related(const struct mt_view *v);
uint64_t mt_slot(const struct mt_view *v, unsigned i);
uint64_t mt_interface(const struct mt_view *v, unsigned i);
/* Address of argument i of a generic instance of `arity` arguments. */
uint64_t mt_argument(const struct mt_view *v, unsigned arity, unsigned i);
/* Has a vtable of its own kind: not merely compared with. */
bool mt_is_full(const struct mt_view *v);
/* Bytes of the GC descriptor in front of the MethodTable, checked to lie in the image. */
const uint8_t *mt_gc_desc(const struct mt_view *v, size_t *bytes);

#endif
