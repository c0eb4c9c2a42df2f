/* compiler/metadata/md_pe.c - the PE file around the metadata, and md_open.
 * II.25.2 (headers), II.25.3 (CLI header). Only file data counts: the loader's zero-filled tails
 * of sections cannot hold anything that metadata points to. */
#include "compiler/metadata/md.h"
#include "compiler/metadata/md_priv.h"

#include <string.h>

enum {
    DOS_MAGIC = 0x5A4D,
    DOS_NEW_HEADER_AT = 0x3C,
    PE_MAGIC = 0x4550,
    OPTIONAL_PE32 = 0x10B,
    OPTIONAL_PE32_PLUS = 0x20B,
    DIRECTORY_DEBUG = 6,
    DIRECTORY_CLI = 14,
    SECTION_HEADER_SIZE = 40,
    CLI_HEADER_SIZE = 72,
    CLI_NATIVE_ENTRY_POINT = 0x10,
};

struct directory {
    uint32_t rva, size;
};

static struct directory
directory_read(struct cursor *c)
{
    struct directory d;

    d.rva = cursor_u32(c);
    d.size = cursor_u32(c);
    return d;
}

const uint8_t *
md_rva(const struct md_image *img, uint32_t rva, uint32_t *available)
{
    for (uint32_t i = 0; i < img->section_count; i++) {
        const struct md_section *s = &img->sections[i];

        if (rva >= s->rva && rva - s->rva < s->raw_size) {
            *available = s->raw_size - (rva - s->rva);
            return img->bytes + s->raw_at + (rva - s->rva);
        }
    }
    *available = 0;
    return NULL;
}

static bool
sections_read(struct md_image *img, struct cursor *c, unsigned count, struct md_error *err)
{
    if (count > cursor_left(c) / SECTION_HEADER_SIZE)
        return md_fail(err, img->path, "PE header", "the section table is truncated");
    img->sections = arena_array(img->arena, count, sizeof *img->sections);
    for (unsigned i = 0; i < count; i++) {
        struct md_section *s = &img->sections[i];

        cursor_take(c, 12); /* name, size in memory */
        s->rva = cursor_u32(c);
        s->raw_size = cursor_u32(c);
        s->raw_at = cursor_u32(c);
        cursor_take(c, 16);
        if (s->raw_at > img->size || s->raw_size > img->size - s->raw_at)
            return md_fail(err, img->path, "PE header", "section %u lies outside the file", i);
    }
    img->section_count = count;
    return true;
}

/* Finds the CLI header's directory, the debug directory's, and reads the sections. */
static bool
pe_read(struct md_image *img, struct directory *cli, struct directory *debug, struct md_error *err)
{
    struct cursor c = cursor_over(img->bytes, img->size);
    unsigned section_count, optional_size, magic;
    size_t optional_at, directories_at;
    uint32_t directory_count;

    if (cursor_u16(&c) != DOS_MAGIC || !cursor_seek(&c, DOS_NEW_HEADER_AT) ||
        !cursor_seek(&c, cursor_u32(&c)) || cursor_u32(&c) != PE_MAGIC)
        return md_fail(err, img->path, "PE header", "not a PE file");
    cursor_u16(&c); /* machine */
    section_count = cursor_u16(&c);
    cursor_take(&c, 12);
    optional_size = cursor_u16(&c);
    cursor_u16(&c); /* characteristics */
    optional_at = c.at;
    magic = cursor_u16(&c);
    if (c.failed || (magic != OPTIONAL_PE32 && magic != OPTIONAL_PE32_PLUS))
        return md_fail(err, img->path, "PE header", "the optional header is malformed");
    directories_at = magic == OPTIONAL_PE32 ? 96 : 112;
    cursor_seek(&c, optional_at + directories_at - 4);
    directory_count = cursor_u32(&c);
    if (directory_count <= DIRECTORY_CLI ||
        optional_size < directories_at + (DIRECTORY_CLI + 1) * sizeof(struct directory))
        return md_fail(err, img->path, "PE header", "no CLI header: not a .NET assembly");
    cursor_seek(&c, optional_at + directories_at + DIRECTORY_DEBUG * sizeof(struct directory));
    *debug = directory_read(&c);
    cursor_seek(&c, optional_at + directories_at + DIRECTORY_CLI * sizeof(struct directory));
    *cli = directory_read(&c);
    if (!cursor_seek(&c, optional_at + optional_size))
        return md_fail(err, img->path, "PE header", "truncated");
    return sections_read(img, &c, section_count, err);
}

static bool
directory_bytes(const struct md_image *img, struct directory d, struct md_heap *out)
{
    uint32_t available;

    out->at = md_rva(img, d.rva, &available);
    out->size = d.size;
    return out->at && d.size <= available;
}

struct cli_header {
    struct directory metadata, resources;
    uint32_t flags, entry_point;
};

static bool
cli_read(struct md_image *img, struct directory where, struct cli_header *out, struct md_error *err)
{
    struct md_heap bytes;
    struct cursor c;

    if (where.rva == 0)
        return md_fail(err, img->path, "PE header", "no CLI header: not a .NET assembly");
    if (where.size < CLI_HEADER_SIZE || !directory_bytes(img, where, &bytes))
        return md_fail(err, img->path, "CLI header", "lies outside the file or is too small");
    c = cursor_over(bytes.at, bytes.size);
    cursor_take(&c, 8); /* size, runtime version */
    out->metadata = directory_read(&c);
    out->flags = cursor_u32(&c);
    out->entry_point = cursor_u32(&c);
    out->resources = directory_read(&c);
    return true;
}

static bool
cli_finish(struct md_image *img, const struct cli_header *cli, struct md_error *err)
{
    enum md_table table = md_token_table(cli->entry_point);

    if (!img->tables[MD_MODULE].count || !img->tables[MD_TYPEDEF].count)
        return md_fail(err, img->path, "stream #~", "there is no Module or no TypeDef row");
    if (cli->resources.size && !directory_bytes(img, cli->resources, &img->resources))
        return md_fail(err, img->path, "CLI header", "the resources lie outside the file");
    if (cli->entry_point == 0 || cli->flags & CLI_NATIVE_ENTRY_POINT)
        return true;
    if ((table != MD_METHODDEF && table != MD_FILE) || !md_token_exists(img, cli->entry_point))
        return md_fail(err, img->path, "CLI header", "the entry point token %08x names no method",
                       (unsigned)cli->entry_point);
    img->entry_point = cli->entry_point;
    return true;
}

static struct md_image *
image_new(struct arena *a, const char *path, const uint8_t *bytes, size_t size)
{
    struct md_image *img = arena_alloc(a, sizeof *img);

    img->arena = a;
    img->path = arena_strdup(a, path);
    img->bytes = bytes;
    img->size = size;
    return img;
}

struct md_image *
md_open(struct arena *a, const char *path, const uint8_t *bytes, size_t size, struct md_error *err)
{
    struct md_image *img = image_new(a, path, bytes, size);
    struct directory where = {0}, debug = {0};
    struct cli_header cli = {0};
    struct md_heap metadata;

    if (!pe_read(img, &where, &debug, err) || !cli_read(img, where, &cli, err))
        return NULL;
    if (!directory_bytes(img, cli.metadata, &metadata)) {
        md_fail(err, path, "CLI header", "the metadata lie outside the file");
        return NULL;
    }
    if (debug.rva && !directory_bytes(img, debug, &img->debug))
        img->debug.size = 0; /* a debugger's loss, not a compiler's */
    if (!md_root_read(img, metadata.at, metadata.size, err))
        return NULL;
    if (img->pdb_id) {
        md_fail(err, path, "metadata root", "the stream #Pdb does not belong in an assembly");
        return NULL;
    }
    if (!md_check(img, err) || !cli_finish(img, &cli, err))
        return NULL;
    md_names_index(img);
    return img;
}

struct md_image *
md_pdb_open(struct arena *a, const char *path, const uint8_t *bytes, size_t size,
            struct md_error *err)
{
    struct md_image *img = image_new(a, path, bytes, size);

    if (!md_root_read(img, bytes, size, err))
        return NULL;
    if (!img->pdb_id) {
        md_fail(err, path, "metadata root", "no stream #Pdb: not a portable PDB");
        return NULL;
    }
    return md_check(img, err) ? img : NULL;
}

/* ---- embedded resources (II.22.24) -------------------------------------------------------- */

bool
md_resource_row(const struct md_image *img, uint32_t row, struct md_blob *out)
{
    struct cursor c = cursor_over(img->resources.at, img->resources.size);
    uint32_t size;

    *out = (struct md_blob){img->bytes, 0};
    if (row - 1 >= img->tables[MD_MANIFESTRESOURCE].count || !img->resources.at ||
        md_cell(img, MD_MANIFESTRESOURCE, row, MD_MANIFESTRESOURCE_IMPLEMENTATION))
        return false;
    cursor_seek(&c, md_cell(img, MD_MANIFESTRESOURCE, row, MD_MANIFESTRESOURCE_OFFSET));
    size = cursor_u32(&c);
    if (size > cursor_left(&c) || c.failed)
        return false;
    *out = (struct md_blob){c.base + c.at, size};
    return true;
}

bool
md_resource(const struct md_image *img, const char *name, struct md_blob *out)
{
    uint32_t count = img->tables[MD_MANIFESTRESOURCE].count;

    *out = (struct md_blob){img->bytes, 0};
    for (uint32_t row = 1; row <= count; row++)
        if (strcmp(md_cell_string(img, MD_MANIFESTRESOURCE, row, MD_MANIFESTRESOURCE_NAME), name) ==
            0)
            return md_resource_row(img, row, out);
    return false;
}
