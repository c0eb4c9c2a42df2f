/* engine/dbg_elf.c - names of addresses, from the symbol tables of the files that are mapped.
 * Files are untrusted here (they may have been replaced since): every offset is checked against the
 * file's size, and a file whose program headers are not those in memory is not used. */
#include "engine/dbg.h"

#include "pal/pal.h"

#include <string.h>

enum {
    HEADER_BYTES = 64,
    PROGRAM_HEADER_BYTES = 56,
    SECTION_HEADER_BYTES = 64,
    SYMBOL_BYTES = 24,
    SECTION_SYMTAB = 2,
    SECTION_NOBITS = 8,
    SECTION_DYNSYM = 11,
    SECTION_FLAG_COMPRESSED = 0x800,
    SYMBOL_FUNCTION = 2,
    SYMBOL_IFUNC = 10
};

static uint64_t
number(const uint8_t *at, size_t bytes)
{
    uint64_t x = 0;

    memcpy(&x, at, bytes); /* little endian */
    return x;
}

static struct dbg_part
file_part(const struct dbg_image *image, uint64_t offset, uint64_t size)
{
    struct dbg_part none = {NULL, 0};

    if (!image->file.bytes || offset > image->file.size || size > image->file.size - offset)
        return none;
    return (struct dbg_part){image->file.bytes + offset, (size_t)size};
}

/* The program headers say where each byte of the code came from: another build has others. */
static bool
same_file(const struct dbg_image *image)
{
    uint8_t mapped[HEADER_BYTES], header[PROGRAM_HEADER_BYTES];
    uint64_t offset, count;

    if (image->file.size < HEADER_BYTES || memcmp(image->file.bytes, "\177ELF\2\1", 6) != 0 ||
        !dbg_read(image->start, mapped, sizeof mapped) || memcmp(mapped, image->file.bytes, 40) != 0)
        return false;
    offset = number(image->file.bytes + 32, 8);
    count = number(image->file.bytes + 56, 2);
    if (number(image->file.bytes + 54, 2) != PROGRAM_HEADER_BYTES ||
        !file_part(image, offset, count * PROGRAM_HEADER_BYTES).at)
        return false;
    for (; count > 0; count--, offset += PROGRAM_HEADER_BYTES) {
        if (!dbg_read(image->start + offset, header, sizeof header) ||
            memcmp(header, image->file.bytes + offset, sizeof header) != 0)
            return false;
    }
    return true;
}

/* ---- sections ---- */

struct section {
    const char *name; /* "" if it has none */
    uint64_t type;
    uint64_t flags;
    uint32_t link;
    struct dbg_part part;
};

static uint32_t
section_count(const struct dbg_image *image)
{
    uint64_t offset, count;

    if (!image->file.bytes || image->file.size < HEADER_BYTES)
        return 0;
    offset = number(image->file.bytes + 40, 8);
    count = number(image->file.bytes + 60, 2);
    if (number(image->file.bytes + 58, 2) != SECTION_HEADER_BYTES ||
        !file_part(image, offset, count * SECTION_HEADER_BYTES).at)
        return 0;
    return (uint32_t)count;
}

/* A text that ends inside its part, or "". */
static const char *
text_at(struct dbg_part part, uint64_t offset)
{
    if (!part.at || offset >= part.size || !memchr(part.at + offset, 0, part.size - offset))
        return "";
    return (const char *)part.at + offset;
}

/* `index` is below section_count. */
static const uint8_t *
section_header(const struct dbg_image *image, uint32_t index)
{
    return image->file.bytes + number(image->file.bytes + 40, 8) + (size_t)index * SECTION_HEADER_BYTES;
}

static struct dbg_part
section_part(const struct dbg_image *image, const uint8_t *header)
{
    struct dbg_part none = {NULL, 0};

    if (number(header + 4, 4) == SECTION_NOBITS ||
        (number(header + 8, 8) & SECTION_FLAG_COMPRESSED))
        return none;
    return file_part(image, number(header + 24, 8), number(header + 32, 8));
}

static struct section
section_get(const struct dbg_image *image, uint32_t index)
{
    const uint8_t *header = section_header(image, index);
    uint32_t names = (uint32_t)number(image->file.bytes + 62, 2);
    struct section s = {.name = "",
                        .type = number(header + 4, 4),
                        .flags = number(header + 8, 8),
                        .link = (uint32_t)number(header + 40, 4),
                        .part = section_part(image, header)};

    if (names < section_count(image))
        s.name = text_at(section_part(image, section_header(image, names)), number(header, 4));
    return s;
}

struct dbg_part
dbg_section(const struct dbg_image *image, const char *name)
{
    struct dbg_part none = {NULL, 0};
    uint32_t i, count = section_count(image);

    for (i = 0; i < count; i++) {
        struct section s = section_get(image, i);

        if (strcmp(s.name, name) == 0)
            return s.part;
    }
    return none;
}

/* ---- symbols ---- */

/* The function that covers `address`; of several with one start the first wins. */
static void
symbols_search(struct dbg_part symbols, struct dbg_part names, uintptr_t address,
               struct dbg_place *out)
{
    const uint8_t *at = symbols.at;
    size_t left;

    for (left = symbols.size / SYMBOL_BYTES; left > 0; left--, at += SYMBOL_BYTES) {
        unsigned kind = at[4] & 0xfu;
        uint64_t value = number(at + 8, 8), size = number(at + 16, 8);

        if ((kind != SYMBOL_FUNCTION && kind != SYMBOL_IFUNC) || number(at + 6, 2) == 0 ||
            address < value || address - value >= (size ? size : 1))
            continue;
        if (out->symbol && address - value >= out->offset)
            continue;
        out->symbol = text_at(names, number(at, 4));
        out->offset = address - value;
        if (!out->symbol[0])
            out->symbol = NULL;
    }
}

static void
symbol_find(const struct dbg_image *image, uintptr_t address, struct dbg_place *out)
{
    static const unsigned kinds[] = {SECTION_SYMTAB, SECTION_DYNSYM};
    uint32_t i, count = section_count(image);

    for (size_t k = 0; k < sizeof kinds / sizeof *kinds && !out->symbol; k++) {
        for (i = 0; i < count; i++) {
            struct section s = section_get(image, i);

            if (s.type == kinds[k] && s.link < count && s.part.at)
                symbols_search(s.part, section_get(image, s.link).part, address, out);
        }
    }
}

/* ---- images ---- */

static struct dbg_image *
image_of(struct dbg_images *images, uintptr_t pc)
{
    struct dbg_image *image;
    struct pal_object object;

    for (unsigned i = 0; i < DBG_IMAGES; i++) {
        image = &images->image[i];
        if (pc >= image->start && pc < image->end)
            return image;
    }
    if (!pal_dl_object((const void *)pc, &object))
        return NULL;
    image = &images->image[images->next++ % DBG_IMAGES];
    engine_file_unmap(&image->file);
    *image = (struct dbg_image){
        .start = object.start, .end = object.end, .bias = object.bias, .name = object.name};
    if (engine_file_map(object.path, &image->file) && !same_file(image))
        engine_file_unmap(&image->file);
    return image;
}

void
dbg_place_find(struct dbg_images *images, uintptr_t pc, struct dbg_place *out)
{
    const struct dbg_image *image = image_of(images, pc);

    *out = (struct dbg_place){.image = NULL};
    if (!image)
        return;
    out->image = image->name;
    out->address = pc - image->bias;
    symbol_find(image, out->address, out);
    dbg_line_find(image, out->address, out);
}

void
dbg_images_close(struct dbg_images *images)
{
    for (unsigned i = 0; i < DBG_IMAGES; i++)
        engine_file_unmap(&images->image[i].file);
    *images = (struct dbg_images){.next = 0};
}
