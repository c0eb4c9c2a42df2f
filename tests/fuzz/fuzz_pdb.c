/* tests/fuzz/fuzz_pdb.c - the portable PDB of Subject.cs with changed cells and blobs, read whole.
 * Input: changes: what; 0: table, row (2), column, value (2); 1: offset in the blob heap (2), byte;
 * 2: offset in the file (4), byte; 3: table, row (2), column, size, and a blob of that many bytes,
 * which replaces the document's or method's own where it fits. */
#include <stdlib.h>
#include <string.h>

#include "compiler/metadata/md_priv.h"
#include "pal/pal.h"
#include "tests/fuzz/fuzz.h"

enum { INPUT_MAX = 600, ROWS_READ_MAX = 4096 };

static const uint8_t tables[] = {MD_DOCUMENT, MD_METHODDEBUGINFORMATION, MD_LOCALSCOPE, MD_LOCALVARIABLE, MD_LOCALCONSTANT,
                                 MD_IMPORTSCOPE, MD_STATEMACHINEMETHOD, MD_CUSTOMDEBUGINFORMATION};

static struct {
    struct pal_file file;
    struct md_image *image;
} good;

struct input {
    const uint8_t *at, *end;
};

static uint32_t
take(struct input *in, unsigned bytes)
{
    uint32_t v = 0;

    for (unsigned i = 0; i < bytes; i++)
        v |= (uint32_t)(in->at < in->end ? *in->at++ : 0) << 8 * i;
    return v;
}

static void
good_open(void)
{
    struct md_error err;

    if (good.image)
        return;
    if (pal_file_read(SUBJECT_FOLDER "/SubjectB.pdb", 1 << 20, &good.file) != PAL_OK)
        abort();
    good.image = md_pdb_open(arena_new(), "good", good.file.bytes, good.file.size, &err);
    if (!good.image)
        abort();
}

static size_t
offset_of(const void *at)
{
    return (size_t)((const uint8_t *)at - good.file.bytes);
}

/* Gives the column's kind; *at is its place, NULL when the table is empty. */
static uint8_t *
cell(uint8_t *bytes, struct input *in, unsigned *width)
{
    unsigned table = tables[take(in, 1) % sizeof tables];
    const struct md_rows *t = &good.image->tables[table];
    uint32_t row = take(in, 2);
    unsigned column = take(in, 1) % md_table_infos[table].columns;

    *width = t->width[column];
    return t->count ? bytes + offset_of(t->at) + (size_t)(row % t->count) * t->row_size + t->offset[column] : NULL;
}

/* A blob over the one the cell names, its length included; nothing when it is longer. */
static void
blob_put(uint8_t *bytes, struct input *in)
{
    unsigned width;
    const uint8_t *at = cell(bytes, in, &width);
    uint32_t size = take(in, 1) & 0x7F, index = 0;
    struct md_blob old;

    for (unsigned i = 0; at && i < width; i++)
        index |= (uint32_t)at[i] << 8 * i;
    old = md_blob(good.image, index);
    for (uint32_t i = 0; i < size; i++) {
        uint8_t b = (uint8_t)take(in, 1);

        if (size <= old.size && old.size < 0x80)
            bytes[offset_of(old.at) + i] = b;
    }
    if (size <= old.size && old.size && old.size < 0x80)
        bytes[offset_of(old.at) - 1] = (uint8_t)size;
}

static void
change(uint8_t *bytes, struct input *in)
{
    const struct md_heap *blobs = &good.image->blobs;
    unsigned width;
    uint8_t *at;
    uint32_t value;

    switch (take(in, 1) & 3) {
    case 0:
        at = cell(bytes, in, &width);
        value = take(in, 2);
        for (unsigned i = 0; at && i < width; i++)
            at[i] = (uint8_t)(value >> 8 * i);
        break;
    case 1:
        value = take(in, 2) % blobs->size;
        bytes[offset_of(blobs->at) + value] = (uint8_t)take(in, 1);
        break;
    case 2:
        value = take(in, 4) % (uint32_t)good.file.size;
        bytes[value] = (uint8_t)take(in, 1);
        break;
    default:
        blob_put(bytes, in);
    }
}

static uint32_t
rows_to_read(const struct md_image *img, enum md_table table)
{
    uint32_t n = md_row_count(img, table);

    return n < ROWS_READ_MAX ? n : ROWS_READ_MAX;
}

static void
read_all(const struct md_image *pdb, struct arena *a)
{
    struct md_error err;
    struct md_point *points;
    struct md_scopes scopes;
    uint32_t count;

    for (uint32_t row = 1; row <= rows_to_read(pdb, MD_METHODDEBUGINFORMATION); row++) {
        if (md_pdb_points(pdb, row, a, &points, &count, &err))
            for (uint32_t i = 1; i < count; i++)
                if (points[i - 1].il_offset > points[i].il_offset)
                    __builtin_trap(); /* in IL order, says md.h */
        if (!md_pdb_scopes(pdb, row, a, &scopes, &err))
            continue;
        for (uint32_t i = 0; i < scopes.scope_count; i++)
            if (scopes.scopes[i].parent != MD_NO_SCOPE && scopes.scopes[i].parent >= i)
                __builtin_trap();
        for (uint32_t i = 0; i < scopes.local_count; i++)
            if (scopes.locals[i].scope >= scopes.scope_count || !scopes.locals[i].name)
                __builtin_trap();
    }
    for (uint32_t row = 1; row <= rows_to_read(pdb, MD_DOCUMENT); row++)
        md_pdb_document(pdb, row, a);
    if (!md_pdb_id(pdb))
        __builtin_trap();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {data, data + size};
    struct arena *a;
    struct md_error err;
    struct md_image *pdb;
    uint8_t *bytes;

    if (size > INPUT_MAX)
        return 0;
    good_open();
    a = arena_new();
    bytes = malloc(good.file.size);
    if (!bytes)
        abort();
    memcpy(bytes, good.file.bytes, good.file.size);
    while (in.at < in.end)
        change(bytes, &in);
    pdb = md_pdb_open(a, "fuzz", bytes, good.file.size, &err);
    if (pdb)
        read_all(pdb, a);
    free(bytes);
    arena_free(a);
    return 0;
}

/* No change, each column of each table, and some blobs. */
bool
fuzz_seed(unsigned n, struct byte_vec *out)
{
    const uint8_t start[] = {3, (uint8_t)(n % sizeof tables), (uint8_t)n, 0, (uint8_t)(n / 8 % 6), (uint8_t)(n / 8), 0, 0, 0, 9, 12, 5, 3};

    if (n >= 64)
        return false;
    byte_vec_put(out, start, n ? sizeof start - n % 4 : 0);
    return true;
}
