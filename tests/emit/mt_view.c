/* tests/emit/mt_view.c - see the header. */
#include "tests/emit/mt_view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void
fail(const char *name, const char *fact)
{
    fprintf(stderr, "%s: %s\n", name, fact);
    exit(2);
}

struct mt_view *
mt_views(const struct elf_image *image, const char *prefix, bool is_relative, size_t *count)
{
    struct mt_view *views = calloc(image->name_count + 1, sizeof *views);
    size_t n = 0;

    if (!views)
        fail("memory", "not enough");
    for (size_t i = 0; i < image->name_count; i++) {
        const struct elf_name *s = &image->names[i];
        const void *at = elf_image_at(image, s->address, sizeof(struct gc_mt));

        if (!s->is_defined || strncmp(s->name, prefix, strlen(prefix)) != 0)
            continue;
        if (!at || s->address % 8)
            fail(s->name, "is not aligned or not in the image");
        views[n++] = (struct mt_view){image, at, s->address, s->name, is_relative};
    }
    *count = n;
    return views;
}

bool
mt_view_at(const struct mt_view *from, uint64_t address, struct mt_view *out)
{
    const void *at = address % 8 ? NULL : elf_image_at(from->image, address, sizeof(struct gc_mt));

    if (!at)
        return false;
    *out = (struct mt_view){from->image, at, address, elf_image_name_of(from->image, address),
                            from->is_relative};
    return true;
}

static uint64_t
read_pointer(const struct mt_view *v, uint64_t address)
{
    const void *at = elf_image_at(v->image, address, 8);
    uint64_t value = 0;

    if (!at)
        fail(v->name, "reaches out of the image");
    memcpy(&value, at, 8);
    return value;
}

static uint64_t
read_relative(const struct mt_view *v, uint64_t address)
{
    const void *at = elf_image_at(v->image, address, 4);
    int32_t distance;

    if (!at)
        fail(v->name, "reaches out of the image");
    memcpy(&distance, at, 4);
    return distance ? address + (uint64_t)(int64_t)distance : 0;
}

uint64_t
mt_trailing(const struct mt_view *v, enum gc_mt_field field)
{
    size_t base = gc_mt_trailing_offset(v->mt), at;

    if (!gc_mt_has_field(v->mt, field))
        return 0;
    at = gc_mt_field_offset(v->mt, field);
    if (v->is_relative)
        return read_relative(v, v->address + base + (at - base) / 2);
    return read_pointer(v, v->address + at);
}

uint64_t
mt_related(const struct mt_view *v)
{
    return read_pointer(v, v->address + offsetof(struct gc_mt, related));
}

uint64_t
mt_slot(const struct mt_view *v, unsigned i)
{
    return read_pointer(v, v->address + GC_MT_VTABLE_OFFSET + 8u * i);
}

uint64_t
mt_interface(const struct mt_view *v, unsigned i)
{
    return read_pointer(v, v->address + GC_MT_VTABLE_OFFSET + 8u * (v->mt->vtable_slots + i));
}

uint64_t
mt_argument(const struct mt_view *v, unsigned arity, unsigned i)
{
    uint64_t table = mt_trailing(v, GC_MT_FIELD_GENERIC_ARGUMENTS);

    if (arity == 1)
        return table;
    return v->is_relative ? read_relative(v, table + 4u * i) : read_pointer(v, table + 8u * i);
}

bool
mt_is_full(const struct mt_view *v)
{
    return v->mt->vtable_slots > 1 ||
           (v->mt->vtable_slots == 1 && !(v->mt->flags & GC_MT_IS_GENERIC));
}

const uint8_t *
mt_gc_desc(const struct mt_view *v, size_t *bytes)
{
    *bytes = gc_mt_desc_bytes(v->mt);
    if (*bytes > v->address)
        fail(v->name, "has a GC descriptor that begins before the image");
    return elf_image_at(v->image, v->address - *bytes, *bytes);
}
