/* engine/managed/publicise.c - copies an assembly and makes every type, method and field public.
 * Build tool: the companion assembly is compiled against such a copy of System.Private.CoreLib,
 * because C# offers no other way to name a library's internals. Only visibility bits change; the
 * copy is never compiled to native code.
 * Usage: publicise INPUT OUTPUT */
#include <stdio.h>
#include <string.h>

#include "pal/cursor.h"
#include "pal/pal.h"

enum table { TABLE_MODULE, TABLE_TYPE_REF, TABLE_TYPE_DEF, TABLE_FIELD = 4, TABLE_METHOD = 6 };

enum {
    TABLE_PARAM = 8,
    TABLE_MODULE_REF = 0x1A,
    TABLE_TYPE_SPEC = 0x1B,
    TABLE_ASSEMBLY_REF = 0x23
};

struct image {
    uint8_t *bytes;
    size_t size;
    uint32_t rows[64];
    uint32_t string_bytes, guid_bytes, blob_bytes; /* sizes of heap indices */
    size_t tables;                                 /* offset of the first row */
};

static uint32_t
u16_at(const struct image *im, size_t at)
{
    struct cursor c = cursor_over(im->bytes, im->size);

    cursor_seek(&c, at);
    return cursor_u16(&c);
}

static uint32_t
u32_at(const struct image *im, size_t at)
{
    struct cursor c = cursor_over(im->bytes, im->size);

    cursor_seek(&c, at);
    return cursor_u32(&c);
}

/* File offset of a virtual address; 0: in no section. */
static size_t
offset_of(const struct image *im, size_t pe, uint32_t rva)
{
    uint32_t sections = u16_at(im, pe + 6), i;
    size_t at = pe + 24 + u16_at(im, pe + 20);

    for (i = 0; i < sections; i++, at += 40) {
        uint32_t start = u32_at(im, at + 12);

        if (rva >= start && rva - start < u32_at(im, at + 16))
            return u32_at(im, at + 20) + (rva - start);
    }
    return 0;
}

/* Offset of the metadata root; 0: not an assembly. */
static size_t
metadata_find(const struct image *im)
{
    size_t pe = u32_at(im, 0x3C), cli;
    bool wide;

    if (u16_at(im, 0) != 0x5A4D || u32_at(im, pe) != 0x4550)
        return 0;
    wide = u16_at(im, pe + 24) == 0x20B;
    cli = offset_of(im, pe, u32_at(im, pe + 24 + (wide ? 112 : 96) + 14 * 8));
    return cli ? offset_of(im, pe, u32_at(im, cli + 8)) : 0;
}

/* Offset of the #~ stream; 0: none. */
static size_t
stream_find(const struct image *im, size_t root)
{
    size_t at = root + 16 + u32_at(im, root + 12);
    uint32_t count = u16_at(im, at + 2), i;

    at += 4;
    for (i = 0; i < count && at + 12 < im->size; i++) {
        const char *name = (const char *)im->bytes + at + 8;
        const char *end = memchr(name, 0, im->size - at - 8);

        if (!end)
            return 0;
        if (strcmp(name, "#~") == 0)
            return root + u32_at(im, at);
        at += 8 + ((size_t)(end - name) + 4) / 4 * 4;
    }
    return 0;
}

static bool
tables_read(struct image *im, size_t stream)
{
    uint32_t heaps = u32_at(im, stream + 4) >> 16 & 0xFF;
    uint64_t valid = u32_at(im, stream + 8) | (uint64_t)u32_at(im, stream + 12) << 32;
    size_t at = stream + 24;
    int t;

    im->string_bytes = heaps & 1 ? 4 : 2;
    im->guid_bytes = heaps & 2 ? 4 : 2;
    im->blob_bytes = heaps & 4 ? 4 : 2;
    for (t = 0; t < 64; t++)
        if (valid >> t & 1) {
            im->rows[t] = u32_at(im, at);
            at += 4;
        }
    im->tables = at;
    /* Uncompressed pointer tables would shift the rows; nobody writes them for release builds. */
    return im->rows[3] == 0 && im->rows[5] == 0;
}

static uint32_t
simple_index(const struct image *im, int table)
{
    return im->rows[table] > 0xFFFF ? 4 : 2;
}

static uint32_t
coded_index(const struct image *im, const int *tables, int count, int tag_bits)
{
    int i;

    for (i = 0; i < count; i++)
        if (im->rows[tables[i]] >= 1u << (16 - tag_bits))
            return 4;
    return 2;
}

static uint32_t
row_bytes(const struct image *im, enum table table)
{
    static const int scope[] = {TABLE_MODULE, TABLE_MODULE_REF, TABLE_ASSEMBLY_REF, TABLE_TYPE_REF};
    static const int type[] = {TABLE_TYPE_DEF, TABLE_TYPE_REF, TABLE_TYPE_SPEC};

    switch (table) {
    case TABLE_MODULE:
        return 2 + im->string_bytes + 3 * im->guid_bytes;
    case TABLE_TYPE_REF:
        return coded_index(im, scope, 4, 2) + 2 * im->string_bytes;
    case TABLE_TYPE_DEF:
        return 4 + 2 * im->string_bytes + coded_index(im, type, 3, 2) +
               simple_index(im, TABLE_FIELD) + simple_index(im, TABLE_METHOD);
    case TABLE_FIELD:
        return 2 + im->string_bytes + im->blob_bytes;
    case TABLE_METHOD:
        return 8 + im->string_bytes + im->blob_bytes + simple_index(im, TABLE_PARAM);
    }
    return 0;
}

/* Sets the visibility (the low 3 bits of the flags at `at` in each row) to public. */
static bool
rows_open(struct image *im, size_t *start, enum table table, size_t flags_at)
{
    uint32_t bytes = row_bytes(im, table), i;

    if (im->size < *start || (im->size - *start) / bytes < im->rows[table])
        return false;
    for (i = 0; flags_at != SIZE_MAX && i < im->rows[table]; i++) {
        uint8_t *flags = im->bytes + *start + (size_t)i * bytes + flags_at;
        uint8_t visibility = *flags & 7u;
        uint8_t open = 6; /* members: public */

        if (table == TABLE_TYPE_DEF)
            open = visibility < 2 ? 1 : 2; /* public, or nested public */
        else if (visibility == 0)
            open = 0; /* compiler controlled: has no name */
        *flags = (uint8_t)((*flags & ~7u) | open);
    }
    *start += (size_t)bytes * im->rows[table];
    return true;
}

static bool
publicise(struct image *im)
{
    size_t root = metadata_find(im), stream = root ? stream_find(im, root) : 0, at;

    if (!stream || !tables_read(im, stream))
        return false;
    at = im->tables;
    return rows_open(im, &at, TABLE_MODULE, SIZE_MAX) &&
           rows_open(im, &at, TABLE_TYPE_REF, SIZE_MAX) && rows_open(im, &at, TABLE_TYPE_DEF, 0) &&
           rows_open(im, &at, TABLE_FIELD, 0) && rows_open(im, &at, TABLE_METHOD, 6);
}

int
main(int argc, char **argv)
{
    struct pal_file file;
    struct image im = {0};
    enum pal_status status;

    if (argc != 3) {
        fprintf(stderr, "usage: publicise INPUT OUTPUT\n");
        return 2;
    }
    status = pal_file_read(argv[1], (size_t)1 << 30, &file);
    if (status != PAL_OK) {
        fprintf(stderr, "%s: %s\n", argv[1], pal_status_text(status));
        return 1;
    }
    im.bytes = file.bytes;
    im.size = file.size;
    if (!publicise(&im)) {
        fprintf(stderr, "%s: is no assembly with compressed metadata tables\n", argv[1]);
        return 1;
    }
    status = pal_file_write(argv[2], file.bytes, file.size, false);
    pal_file_free(&file);
    if (status != PAL_OK) {
        fprintf(stderr, "%s: %s\n", argv[2], pal_status_text(status));
        return 1;
    }
    return 0;
}
