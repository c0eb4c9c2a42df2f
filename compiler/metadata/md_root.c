/* compiler/metadata/md_root.c - metadata root, streams and the layout of the table stream.
 * II.24.2; the #Pdb stream follows the Portable PDB specification.
 * Gives heaps and tables that lie inside the bytes; their contents are checked in md_check.c. */
#include "compiler/metadata/md.h"
#include "compiler/metadata/md_priv.h"

#include <inttypes.h>
#include <string.h>

enum {
    ROOT_MAGIC = 0x424A5342, /* "BSJB" */
    VERSION_MAX = 256,
    HEAP_WIDE_STRINGS = 0x01,
    HEAP_WIDE_GUIDS = 0x02,
    HEAP_WIDE_BLOBS = 0x04,
    HEAP_EXTRA_DATA = 0x40,
    ROWS_MAX = 0xFFFFFF, /* a token has 24 bits for the row */
    PDB_ID_SIZE = 20,
};

static const uint64_t tables_uncompressed =
    UINT64_C(1) << 0x03 | UINT64_C(1) << 0x05 | UINT64_C(1) << 0x07 | UINT64_C(1) << 0x13 |
    UINT64_C(1) << 0x16 | UINT64_C(1) << 0x1E | UINT64_C(1) << 0x1F;

/* Streams found in the root; `at` is NULL until seen. */
struct streams {
    struct md_heap tables, strings, user_strings, blobs, guids, pdb;
};

static struct md_heap *
stream_by_name(struct streams *s, const char *name)
{
    struct {
        const char *name;
        struct md_heap *heap;
    } known[] = {
        {"#~", &s->tables},   {"#Strings", &s->strings}, {"#US", &s->user_strings},
        {"#Blob", &s->blobs}, {"#GUID", &s->guids},      {"#Pdb", &s->pdb},
    };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].name, name) == 0)
            return known[i].heap;
    return NULL;
}

/* A stream name: NUL-terminated, padded to four bytes, at most 32 bytes. */
static bool
stream_name_read(struct cursor *c, char name[33])
{
    unsigned n = 0;

    while (n < 32) {
        const uint8_t *p = cursor_take(c, 4);

        if (!p)
            return false;
        memcpy(name + n, p, 4);
        n += 4;
        if (memchr(p, 0, 4))
            break;
    }
    name[n] = 0;
    return memchr(name, 0, 32) != NULL;
}

static bool
streams_read(struct md_image *img, struct cursor *c, unsigned count, struct streams *out,
             struct md_error *err)
{
    for (unsigned i = 0; i < count; i++) {
        uint32_t offset = cursor_u32(c);
        uint32_t size = cursor_u32(c);
        char name[33];
        struct md_heap *heap;

        if (!stream_name_read(c, name))
            return md_fail(err, img->path, "metadata root", "stream header %u is truncated", i);
        if (offset > c->size || size > c->size - offset)
            return md_fail(err, img->path, "metadata root", "stream %s lies outside the metadata",
                           name);
        if (strcmp(name, "#-") == 0)
            return md_fail(err, img->path, "metadata root",
                           "uncompressed metadata (stream #-) is not supported");
        heap = stream_by_name(out, name);
        if (!heap)
            continue;
        if (heap->at)
            return md_fail(err, img->path, "metadata root", "stream %s appears twice", name);
        heap->at = c->base + offset;
        heap->size = size;
    }
    return true;
}

static bool
root_header_read(struct md_image *img, struct cursor *c, struct streams *streams,
                 struct md_error *err)
{
    uint32_t magic = cursor_u32(c);
    uint32_t version_size;
    unsigned count;

    if (c->failed || magic != ROOT_MAGIC)
        return md_fail(err, img->path, "metadata root", "the signature BSJB is missing");
    cursor_take(c, 8); /* major, minor, reserved */
    version_size = cursor_u32(c);
    if (c->failed || version_size > VERSION_MAX)
        return md_fail(err, img->path, "metadata root", "the version string is malformed");
    cursor_take(c, (version_size + 3u) & ~3u);
    cursor_u16(c); /* flags */
    count = cursor_u16(c);
    if (c->failed)
        return md_fail(err, img->path, "metadata root", "truncated");
    return streams_read(img, c, count, streams, err);
}

/* Row counts of the assembly that a PDB describes. */
static bool
pdb_stream_read(struct md_image *img, struct md_heap heap, struct md_error *err)
{
    struct cursor c = cursor_over(heap.at, heap.size);
    uint64_t mask;

    img->pdb_id = cursor_take(&c, PDB_ID_SIZE);
    cursor_u32(&c); /* entry point: the assembly tells */
    mask = cursor_u64(&c);
    for (unsigned t = 0; t < 64; t++) {
        uint32_t rows;

        if (!(mask >> t & 1))
            continue;
        rows = cursor_u32(&c);
        if (t >= MD_DOCUMENT || !md_table_name(t) || rows > ROWS_MAX)
            return md_fail(err, img->path, "stream #Pdb", "bad row count for table 0x%02x", t);
        img->external[t] = rows;
    }
    if (c.failed)
        return md_fail(err, img->path, "stream #Pdb", "truncated");
    return true;
}

static unsigned
coded_width(const struct md_image *img, unsigned coded)
{
    const struct md_coded_info *info = &md_coded_infos[coded];
    uint32_t limit = UINT32_C(1) << (16 - info->bits);

    for (unsigned tag = 0; tag < info->count; tag++)
        if (info->tables[tag] != MD_CODED_NONE && md_rows_known(img, info->tables[tag]) >= limit)
            return 4;
    return 2;
}

static unsigned
column_width(const struct md_image *img, const struct md_column_info *column, unsigned heap_flags)
{
    switch ((enum md_kind)column->kind) {
    case MD_KIND_U1:
    case MD_KIND_U2:
        return 2;
    case MD_KIND_U4:
        return 4;
    case MD_KIND_STR:
        return heap_flags & HEAP_WIDE_STRINGS ? 4 : 2;
    case MD_KIND_BLOB:
        return heap_flags & HEAP_WIDE_BLOBS ? 4 : 2;
    case MD_KIND_GUID:
        return heap_flags & HEAP_WIDE_GUIDS ? 4 : 2;
    case MD_KIND_ROW:
    case MD_KIND_REF:
    case MD_KIND_LIST:
        return md_rows_known(img, column->argument) > 0xFFFF ? 4 : 2;
    case MD_KIND_CODED:
    case MD_KIND_CODED_REF:
        return coded_width(img, column->argument);
    }
    return 4;
}

static void
table_layout(struct md_image *img, unsigned table, unsigned heap_flags)
{
    const struct md_table_info *info = &md_table_infos[table];
    struct md_rows *rows = &img->tables[table];
    unsigned at = 0;

    for (unsigned i = 0; i < info->columns; i++) {
        unsigned width = column_width(img, &info->column[i], heap_flags);

        rows->offset[i] = (uint8_t)at;
        rows->width[i] = (uint8_t)width;
        at += width;
    }
    rows->row_size = at;
}

static bool
row_counts_read(struct md_image *img, struct cursor *c, uint64_t valid, struct md_error *err)
{
    if (valid & tables_uncompressed)
        return md_fail(err, img->path, "stream #~",
                       "pointer and edit-and-continue tables are not supported");
    for (unsigned t = 0; t < 64; t++) {
        uint32_t rows;

        if (!(valid >> t & 1))
            continue;
        rows = cursor_u32(c);
        if (!md_table_name(t))
            return md_fail(err, img->path, "stream #~", "unknown table 0x%02x", t);
        if (c->failed || rows > ROWS_MAX)
            return md_fail(err, img->path, "stream #~", "bad row count for table %s",
                           md_table_name(t));
        if (img->external[t] && rows)
            return md_fail(err, img->path, "stream #~", "table %s does not belong in a PDB",
                           md_table_name(t));
        img->tables[t].count = rows;
    }
    return true;
}

static bool
tables_read(struct md_image *img, struct md_heap heap, struct md_error *err)
{
    struct cursor c = cursor_over(heap.at, heap.size);
    unsigned heap_flags;
    uint64_t valid;

    cursor_take(&c, 6); /* reserved, major, minor */
    heap_flags = cursor_u8(&c);
    cursor_u8(&c);
    valid = cursor_u64(&c);
    cursor_u64(&c); /* the Sorted bits: md_check looks at the rows instead */
    if (c.failed)
        return md_fail(err, img->path, "stream #~", "truncated");
    if (!row_counts_read(img, &c, valid, err))
        return false;
    if (heap_flags & HEAP_EXTRA_DATA)
        cursor_u32(&c);
    for (unsigned t = 0; t < MD_TABLE_COUNT; t++) {
        struct md_rows *rows = &img->tables[t];
        size_t bytes;

        if (!rows->count)
            continue;
        table_layout(img, t, heap_flags);
        if (size_mul_ok(rows->count, rows->row_size, &bytes))
            rows->at = cursor_take(&c, bytes);
        if (!rows->at)
            return md_fail(err, img->path, "stream #~",
                           "table %s claims %" PRIu32 " rows, more than the stream holds",
                           md_table_name(t), rows->count);
    }
    return true;
}

static struct md_heap
heap_or_empty(struct md_heap heap)
{
    static const uint8_t nothing[1];

    if (!heap.at)
        heap = (struct md_heap){nothing, 0};
    return heap;
}

/* The string heap, cut after its last NUL, so that any offset inside it ends. */
static bool
strings_read(struct md_image *img, struct md_heap heap, struct md_error *err)
{
    while (heap.size && heap.at[heap.size - 1])
        heap.size--;
    if (!md_utf8_valid(heap.at, heap.size))
        return md_fail(err, img->path, "stream #Strings", "not valid UTF-8");
    img->strings = heap;
    return true;
}

bool
md_root_read(struct md_image *img, const uint8_t *bytes, size_t size, struct md_error *err)
{
    struct cursor c = cursor_over(bytes, size);
    struct streams streams = {0};

    if (!root_header_read(img, &c, &streams, err))
        return false;
    if (!streams.tables.at)
        return md_fail(err, img->path, "metadata root", "there is no stream #~");
    if (streams.pdb.at && !pdb_stream_read(img, streams.pdb, err))
        return false;
    if (!strings_read(img, heap_or_empty(streams.strings), err))
        return false;
    img->user_strings = heap_or_empty(streams.user_strings);
    img->blobs = heap_or_empty(streams.blobs);
    img->guids = heap_or_empty(streams.guids);
    return tables_read(img, streams.tables, err);
}
