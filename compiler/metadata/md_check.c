/* compiler/metadata/md_check.c - checks every cell of an image once, when it is opened.
 * Afterwards: heap offsets lie in their heap, blob lengths too, row ids and coded tokens name
 * existing rows, owned runs do not overlap, keyed tables are sorted and nesting has no cycles. */
#include "compiler/metadata/md.h"
#include "compiler/metadata/md_priv.h"

#include <inttypes.h>
#include <string.h>

/* One column of one table, while it is checked. */
struct column {
    struct md_image *img;
    const struct md_rows *rows;
    unsigned table, index;
    const struct md_column_info *info;
};

static bool
cell_fail(const struct column *c, uint32_t row, struct md_error *err, const char *fact)
{
    char place[96];

    snprintf(place, sizeof place, "%s row %" PRIu32 ", column %s", md_table_infos[c->table].name,
             row, c->info->name);
    return md_fail(err, c->img->path, place, "%s (0x%" PRIx32 ")", fact,
                   md_raw(c->rows, row, c->index));
}

static bool
strings_check(const struct column *c, struct md_error *err)
{
    struct md_heap heap = c->img->strings;

    for (uint32_t row = 1; row <= c->rows->count; row++) {
        uint32_t at = md_raw(c->rows, row, c->index);

        if (at == 0)
            continue;
        if (at >= heap.size)
            return cell_fail(c, row, err, "string offset outside #Strings");
        if ((heap.at[at] & 0xC0) == 0x80)
            return cell_fail(c, row, err, "string offset inside a UTF-8 character");
    }
    return true;
}

static bool
blobs_check(const struct column *c, struct md_error *err)
{
    struct md_heap heap = c->img->blobs;

    for (uint32_t row = 1; row <= c->rows->count; row++) {
        uint32_t at = md_raw(c->rows, row, c->index);
        uint32_t size;
        unsigned n;

        if (at == 0)
            continue;
        if (at >= heap.size)
            return cell_fail(c, row, err, "blob offset outside #Blob");
        n = md_uint_decode(heap.at + at, heap.size - at, &size);
        if (!n || size > heap.size - at - n)
            return cell_fail(c, row, err, "blob extends past #Blob");
    }
    return true;
}

static bool
guids_check(const struct column *c, struct md_error *err)
{
    for (uint32_t row = 1; row <= c->rows->count; row++)
        if (md_raw(c->rows, row, c->index) > c->img->guids.size / 16)
            return cell_fail(c, row, err, "index outside #GUID");
    return true;
}

static bool
row_ids_check(const struct column *c, bool may_be_null, struct md_error *err)
{
    uint32_t known = md_rows_known(c->img, c->info->argument);

    for (uint32_t row = 1; row <= c->rows->count; row++) {
        uint32_t id = md_raw(c->rows, row, c->index);

        if (id > known)
            return cell_fail(c, row, err, "names a row that does not exist");
        if (id == 0 && !may_be_null)
            return cell_fail(c, row, err, "must not be null");
    }
    return true;
}

static bool
lists_check(const struct column *c, struct md_error *err)
{
    uint32_t known = c->img->tables[c->info->argument].count;
    uint32_t former = 1;

    for (uint32_t row = 1; row <= c->rows->count; row++) {
        uint32_t id = md_raw(c->rows, row, c->index);

        if (id == 0)
            id = 1; /* some writers do so while the list is empty */
        if (id > known + 1)
            return cell_fail(c, row, err, "starts past the end of the owned table");
        if (id < former)
            return cell_fail(c, row, err, "starts before the run of the row above");
        former = id;
    }
    return true;
}

static bool
coded_check(const struct column *c, bool may_be_null, struct md_error *err)
{
    const struct md_coded_info *info = &md_coded_infos[c->info->argument];
    uint32_t known[32] = {0};
    uint32_t mask = (UINT32_C(1) << info->bits) - 1;

    for (unsigned tag = 0; tag < info->count; tag++)
        if (info->tables[tag] != MD_CODED_NONE)
            known[tag] = md_rows_known(c->img, info->tables[tag]);
    for (uint32_t row = 1; row <= c->rows->count; row++) {
        uint32_t raw = md_raw(c->rows, row, c->index);
        uint32_t tag = raw & mask;

        if (tag >= info->count || info->tables[tag] == MD_CODED_NONE)
            return cell_fail(c, row, err, "coded index with an unknown tag");
        if (raw >> info->bits > known[tag])
            return cell_fail(c, row, err, "names a row that does not exist");
        if (raw >> info->bits == 0 && !may_be_null)
            return cell_fail(c, row, err, "must not be null");
    }
    return true;
}

static bool
column_check(const struct column *c, struct md_error *err)
{
    switch ((enum md_kind)c->info->kind) {
    case MD_KIND_U1:
    case MD_KIND_U2:
    case MD_KIND_U4:
        return true;
    case MD_KIND_STR:
        return strings_check(c, err);
    case MD_KIND_BLOB:
        return blobs_check(c, err);
    case MD_KIND_GUID:
        return guids_check(c, err);
    case MD_KIND_ROW:
        return row_ids_check(c, true, err);
    case MD_KIND_REF:
        return row_ids_check(c, false, err);
    case MD_KIND_LIST:
        return lists_check(c, err);
    case MD_KIND_CODED:
        return coded_check(c, true, err);
    case MD_KIND_CODED_REF:
        return coded_check(c, false, err);
    }
    return false;
}

/* Stored values, not tokens: II.22 orders keyed tables by them. */
static bool
sorted_check(const struct column *c, struct md_error *err)
{
    uint32_t former = 0;

    for (uint32_t row = 1; row <= c->rows->count; row++) {
        uint32_t key = md_raw(c->rows, row, c->index);

        if (key < former)
            return cell_fail(c, row, err, "the table is not sorted by this column");
        former = key;
    }
    return true;
}

static bool
table_check(struct md_image *img, unsigned table, struct md_error *err)
{
    const struct md_table_info *info = &md_table_infos[table];
    struct column c = {img, &img->tables[table], table, 0, NULL};

    for (c.index = 0; c.index < info->columns; c.index++) {
        c.info = &info->column[c.index];
        if (!column_check(&c, err))
            return false;
        if (info->key == (int)c.index && !sorted_check(&c, err))
            return false;
    }
    return true;
}

/* II.22.20: the parameters of one owner are numbered 0, 1, 2 ... in row order. */
static bool
generic_numbers_check(struct md_image *img, struct md_error *err)
{
    const struct md_rows *rows = &img->tables[MD_GENERICPARAM];
    struct column c = {img, rows, MD_GENERICPARAM, MD_GENERICPARAM_NUMBER,
                       &md_table_infos[MD_GENERICPARAM].column[MD_GENERICPARAM_NUMBER]};
    uint32_t owner = 0, next = 0;

    for (uint32_t row = 1; row <= rows->count; row++) {
        uint32_t now = md_raw(rows, row, MD_GENERICPARAM_OWNER);

        if (now != owner)
            next = 0;
        owner = now;
        if (md_raw(rows, row, MD_GENERICPARAM_NUMBER) != next++)
            return cell_fail(&c, row, err, "generic parameters are not numbered in order");
    }
    return true;
}

/* Walks every chain row -> parent[row] -> ... once; false if one comes back to itself. */
static bool
chains_end(const uint32_t *parent, uint32_t count, uint32_t *mark, uint32_t *bad)
{
    for (uint32_t start = 1; start <= count; start++) {
        uint32_t at = start;

        while (at && !mark[at]) {
            mark[at] = start;
            at = parent[at];
        }
        if (at && mark[at] == start) {
            *bad = start;
            return false;
        }
    }
    return true;
}

static bool
chain_check(struct md_image *img, enum md_table table, const uint32_t *parent, struct md_error *err)
{
    uint32_t count = img->tables[table].count;
    uint32_t *mark = arena_array(img->arena, (size_t)count + 1, sizeof *mark);
    uint32_t bad;
    char place[64];

    if (chains_end(parent, count, mark, &bad))
        return true;
    snprintf(place, sizeof place, "%s row %" PRIu32, md_table_infos[table].name, bad);
    return md_fail(err, img->path, place, "the type is nested in itself");
}

static bool
enclosing_build(struct md_image *img, struct md_error *err)
{
    const struct md_rows *nested = &img->tables[MD_NESTEDCLASS];
    uint32_t count = img->tables[MD_TYPEDEF].count;

    img->enclosing = arena_array(img->arena, (size_t)count + 1, sizeof *img->enclosing);
    if (!count)
        return true;
    for (uint32_t row = 1; row <= nested->count; row++)
        img->enclosing[md_raw(nested, row, MD_NESTEDCLASS_NESTED)] =
            md_raw(nested, row, MD_NESTEDCLASS_ENCLOSING);
    return chain_check(img, MD_TYPEDEF, img->enclosing, err);
}

/* Tables whose coded column may name a row of the same table (TypeRef, ExportedType). */
static bool
self_nesting_check(struct md_image *img, enum md_table table, unsigned column, struct md_error *err)
{
    uint32_t count = img->tables[table].count;
    uint32_t *parent = arena_array(img->arena, (size_t)count + 1, sizeof *parent);
    bool any = false;

    for (uint32_t row = 1; row <= count; row++) {
        uint32_t token = md_cell(img, table, row, column);

        if (md_token_table(token) == table && token) {
            parent[row] = md_token_row(token);
            any = true;
        }
    }
    return !any || chain_check(img, table, parent, err);
}

bool
md_check(struct md_image *img, struct md_error *err)
{
    for (unsigned t = 0; t < MD_TABLE_COUNT; t++)
        if (img->tables[t].count && !table_check(img, t, err))
            return false;
    return generic_numbers_check(img, err) && enclosing_build(img, err) &&
           self_nesting_check(img, MD_TYPEREF, MD_TYPEREF_RESOLUTIONSCOPE, err) &&
           self_nesting_check(img, MD_EXPORTEDTYPE, MD_EXPORTEDTYPE_IMPLEMENTATION, err);
}
