/* tests/metadata/recipe.c - the writer behind recipe.h (ECMA-335 II.24 and II.25).
 * One section at RVA 0x2000: CLI header, data, resources, metadata. */
#include "tests/metadata/recipe.h"

#include <stdlib.h>
#include <string.h>

enum {
    SECTION_RVA = 0x2000,
    SECTION_AT = 0x200,
    CLI_HEADER_SIZE = 72,
    PE_AT = 0x80,
    OPTIONAL_SIZE = 224,
};

/* Stored width of each kind while all indexes are narrow. */
enum {
    WIDTH_U1 = 2,
    WIDTH_U2 = 2,
    WIDTH_U4 = 4,
    WIDTH_STR = 2,
    WIDTH_BLOB = 2,
    WIDTH_GUID = 2,
    WIDTH_ROW = 2,
    WIDTH_REF = 2,
    WIDTH_LIST = 2,
    WIDTH_CODED = 2,
    WIDTH_CODED_REF = 2,
};

static const uint8_t widths[MD_TABLE_COUNT][10] = {
#define MD_TABLE(id, number, name, key, clause) [number] = {
#define MD_COL(table, id, kind, argument)       WIDTH_##kind,
#define MD_END(table)                                                                              \
    0                                                                                              \
    }                                                                                              \
    ,
#include "compiler/metadata/md_tables.def"
#undef MD_TABLE
#undef MD_COL
#undef MD_END
};

void
recipe_begin(struct recipe *r)
{
    memset(r, 0, sizeof *r);
    r->tables_stream = "#~";
    byte_vec_u8(&r->strings, 0);
    byte_vec_u8(&r->user_strings, 0);
    byte_vec_u8(&r->blobs, 0);
}

void
recipe_free(struct recipe *r)
{
    byte_vec_free(&r->strings);
    byte_vec_free(&r->user_strings);
    byte_vec_free(&r->blobs);
    byte_vec_free(&r->guids);
    byte_vec_free(&r->data);
    byte_vec_free(&r->resources);
    for (unsigned t = 0; t < MD_TABLE_COUNT; t++)
        byte_vec_free(&r->rows[t]);
}

uint32_t
recipe_string(struct recipe *r, const char *text)
{
    uint32_t at = (uint32_t)r->strings.count;

    if (!*text)
        return 0;
    byte_vec_put(&r->strings, text, strlen(text) + 1);
    return at;
}

static void
compressed_put(struct byte_vec *v, size_t x)
{
    if (x >= 0x80)
        byte_vec_u8(v, (uint8_t)(0x80 | x >> 8));
    byte_vec_u8(v, (uint8_t)x);
}

uint32_t
recipe_blob(struct recipe *r, const void *bytes, size_t size)
{
    uint32_t at = (uint32_t)r->blobs.count;

    compressed_put(&r->blobs, size);
    byte_vec_put(&r->blobs, bytes, size);
    return at;
}

uint32_t
recipe_user_string(struct recipe *r, const char *ascii)
{
    uint32_t at = (uint32_t)r->user_strings.count;

    compressed_put(&r->user_strings, 2 * strlen(ascii) + 1);
    for (; *ascii; ascii++)
        byte_vec_u16(&r->user_strings, (uint8_t)*ascii);
    byte_vec_u8(&r->user_strings, 0);
    return 0x70000000u | at;
}

uint32_t
recipe_data(struct recipe *r, const void *bytes, size_t size)
{
    uint32_t at;

    byte_vec_align(&r->data, 4);
    at = (uint32_t)r->data.count;
    byte_vec_put(&r->data, bytes, size);
    return SECTION_RVA + CLI_HEADER_SIZE + at;
}

uint32_t
recipe_resource(struct recipe *r, const void *bytes, size_t size)
{
    uint32_t at;

    byte_vec_align(&r->resources, 8);
    at = (uint32_t)r->resources.count;
    byte_vec_u32(&r->resources, (uint32_t)size);
    byte_vec_put(&r->resources, bytes, size);
    return at;
}

uint32_t
recipe_row(struct recipe *r, enum md_table table, const uint32_t *cells)
{
    for (unsigned i = 0; widths[table][i]; i++) {
        if (widths[table][i] == 2)
            byte_vec_u16(&r->rows[table], (uint16_t)cells[i]);
        else
            byte_vec_u32(&r->rows[table], cells[i]);
    }
    return ++r->counts[table];
}

void
recipe_patch(struct recipe *r, enum md_table table, uint32_t row, unsigned column, uint32_t value)
{
    size_t at = 0, row_size = 0;

    for (unsigned i = 0; widths[table][i]; i++) {
        if (i < column)
            at += widths[table][i];
        row_size += widths[table][i];
    }
    memcpy(r->rows[table].at + (row - 1) * row_size + at, &value, widths[table][column]);
}

/* ---- metadata ----------------------------------------------------------------------------- */

static void
tables_put(const struct recipe *r, struct byte_vec *out)
{
    uint64_t valid = 0;

    for (unsigned t = 0; t < MD_TABLE_COUNT; t++)
        if (r->counts[t])
            valid |= UINT64_C(1) << t;
    byte_vec_u32(out, 0);
    byte_vec_u8(out, 2);
    byte_vec_u8(out, 0);
    byte_vec_u8(out, 0); /* narrow heaps */
    byte_vec_u8(out, 1);
    byte_vec_u64(out, valid);
    byte_vec_u64(out, 0);
    for (unsigned t = 0; t < MD_TABLE_COUNT; t++)
        if (r->counts[t])
            byte_vec_u32(out, r->counts[t]);
    for (unsigned t = 0; t < MD_TABLE_COUNT; t++)
        byte_vec_put(out, r->rows[t].at, r->rows[t].count);
    byte_vec_align(out, 4);
}

static void
pdb_stream_put(const struct recipe *r, struct byte_vec *out)
{
    for (unsigned i = 0; i < 20; i++)
        byte_vec_u8(out, (uint8_t)(0xA0 + i));
    byte_vec_u32(out, 0);
    byte_vec_u64(out, UINT64_C(1) << MD_METHODDEF);
    byte_vec_u32(out, r->pdb_methods);
}

struct stream {
    const char *name;
    struct byte_vec bytes;
};

static void
root_put(const struct stream *streams, unsigned count, struct byte_vec *out)
{
    size_t base = out->count;
    uint32_t at = 20 + 12;

    for (unsigned i = 0; i < count; i++)
        at += 8 + ((uint32_t)strlen(streams[i].name) + 4) / 4 * 4;
    byte_vec_u32(out, 0x424A5342);
    byte_vec_u32(out, 0x00010001);
    byte_vec_u32(out, 0);
    byte_vec_u32(out, 12);
    byte_vec_put(out, "v4.0.30319\0", 12);
    byte_vec_u16(out, 0);
    byte_vec_u16(out, (uint16_t)count);
    for (unsigned i = 0; i < count; i++) {
        size_t name_size = strlen(streams[i].name) + 1;

        byte_vec_u32(out, at);
        byte_vec_u32(out, (uint32_t)streams[i].bytes.count);
        byte_vec_put(out, streams[i].name, name_size);
        while ((out->count - base) % 4)
            byte_vec_u8(out, 0);
        at += (uint32_t)(streams[i].bytes.count + 3) / 4 * 4;
    }
    for (unsigned i = 0; i < count; i++) {
        byte_vec_put(out, streams[i].bytes.at, streams[i].bytes.count);
        byte_vec_align(out, 4);
    }
}

static void
metadata_put(const struct recipe *r, bool pdb, struct byte_vec *out)
{
    struct stream streams[6] = {{r->tables_stream, {0}},  {"#Strings", r->strings},
                                {"#US", r->user_strings}, {"#Blob", r->blobs},
                                {"#GUID", r->guids},      {"#Pdb", {0}}};

    tables_put(r, &streams[0].bytes);
    if (pdb)
        pdb_stream_put(r, &streams[5].bytes);
    root_put(streams, pdb ? 6 : 5, out);
    byte_vec_free(&streams[0].bytes);
    byte_vec_free(&streams[5].bytes);
}

struct byte_vec
recipe_pdb(const struct recipe *r)
{
    struct byte_vec out = {0};

    metadata_put(r, true, &out);
    return out;
}

/* ---- the file around it ------------------------------------------------------------------- */

static void
headers_put(struct byte_vec *out, size_t section_size)
{
    byte_vec_put(out, "MZ", 2);
    while (out->count < 0x3C)
        byte_vec_u8(out, 0);
    byte_vec_u32(out, PE_AT);
    byte_vec_align(out, PE_AT);
    byte_vec_put(out, "PE\0\0", 4);
    byte_vec_u16(out, 0x14C);
    byte_vec_u16(out, 1); /* sections */
    byte_vec_u32(out, 0);
    byte_vec_u64(out, 0);
    byte_vec_u16(out, OPTIONAL_SIZE);
    byte_vec_u16(out, 0x2022);
    byte_vec_u16(out, 0x10B);
    for (unsigned i = 2; i < 92; i++)
        byte_vec_u8(out, 0);
    byte_vec_u32(out, 16);
    for (unsigned i = 0; i < 16; i++) {
        byte_vec_u32(out, i == 14 ? SECTION_RVA : 0);
        byte_vec_u32(out, i == 14 ? CLI_HEADER_SIZE : 0);
    }
    byte_vec_put(out, ".text\0\0\0", 8);
    byte_vec_u32(out, (uint32_t)section_size);
    byte_vec_u32(out, SECTION_RVA);
    byte_vec_u32(out, (uint32_t)section_size);
    byte_vec_u32(out, SECTION_AT);
    for (unsigned i = 0; i < 16; i++)
        byte_vec_u8(out, 0);
    byte_vec_align(out, SECTION_AT);
}

struct byte_vec
recipe_image(const struct recipe *r)
{
    struct byte_vec metadata = {0}, out = {0};
    uint32_t data_size = ((uint32_t)r->data.count + 7) / 8 * 8;
    uint32_t resources_rva = SECTION_RVA + CLI_HEADER_SIZE + data_size;
    uint32_t resources_size = ((uint32_t)r->resources.count + 7) / 8 * 8;
    uint32_t metadata_rva = resources_rva + resources_size;

    metadata_put(r, false, &metadata);
    headers_put(&out, metadata_rva - SECTION_RVA + metadata.count);
    byte_vec_u32(&out, CLI_HEADER_SIZE);
    byte_vec_u32(&out, 0x00050002);
    byte_vec_u32(&out, metadata_rva);
    byte_vec_u32(&out, (uint32_t)metadata.count);
    byte_vec_u32(&out, 1); /* IL only */
    byte_vec_u32(&out, r->entry_point);
    byte_vec_u32(&out, resources_size ? resources_rva : 0);
    byte_vec_u32(&out, resources_size);
    for (unsigned i = 0; i < 5; i++)
        byte_vec_u64(&out, 0);
    byte_vec_put(&out, r->data.at, r->data.count);
    byte_vec_align(&out, 8);
    byte_vec_put(&out, r->resources.at, r->resources.count);
    byte_vec_align(&out, 8);
    byte_vec_put(&out, metadata.at, metadata.count);
    byte_vec_free(&metadata);
    return out;
}
