/* compiler/metadata/md_read.c - cells, owned rows, key lookups and heaps of an open image.
 * Relies on md_check.c: no cell needs checking again. Offsets that come from elsewhere are. */
#include "compiler/metadata/md.h"
#include "compiler/metadata/md_priv.h"

#include <stdarg.h>
#include <string.h>

bool
md_fail(struct md_error *err, const char *path, const char *place, const char *format, ...)
{
    char fact[320];
    va_list args;

    if (!err)
        return false;
    va_start(args, format);
    vsnprintf(fact, sizeof fact, format, args);
    va_end(args);
    /* the fact is what must survive truncation, so the path is cut first */
    snprintf(err->text, sizeof err->text, "%.120s: %.64s: %s", path, place, fact);
    for (char *p = err->text; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7F)
            *p = '?';
    return false;
}

const char *
md_path(const struct md_image *img)
{
    return img->path;
}

uint32_t
md_entry_point(const struct md_image *img)
{
    return img->entry_point;
}

/* ---- coded indexes ------------------------------------------------------------------------ */

uint32_t
md_coded_decode(unsigned coded, uint32_t raw)
{
    const struct md_coded_info *info = &md_coded_infos[coded];
    uint32_t row = raw >> info->bits;

    if (!row)
        return 0;
    return md_token((enum md_table)info->tables[raw & ((1u << info->bits) - 1)], row);
}

bool
md_coded_encode(unsigned coded, uint32_t token, uint32_t *raw)
{
    const struct md_coded_info *info = &md_coded_infos[coded];

    for (unsigned tag = 0; tag < info->count; tag++) {
        if (info->tables[tag] == token >> 24) {
            *raw = md_token_row(token) << info->bits | tag;
            return true;
        }
    }
    return false;
}

/* ---- cells -------------------------------------------------------------------------------- */

uint32_t
md_row_count(const struct md_image *img, enum md_table table)
{
    return (unsigned)table < MD_TABLE_COUNT ? img->tables[table].count : 0;
}

uint32_t
md_cell(const struct md_image *img, enum md_table table, uint32_t row, unsigned column)
{
    const struct md_rows *rows = &img->tables[table];
    const struct md_column_info *info;
    uint32_t raw;

    if (row - 1 >= rows->count)
        return 0;
    raw = md_raw(rows, row, column);
    info = &md_table_infos[table].column[column];
    if (info->kind >= MD_KIND_CODED)
        return md_coded_decode(info->argument, raw);
    return info->kind == MD_KIND_U1 ? raw & 0xFF : raw;
}

bool
md_token_exists(const struct md_image *img, uint32_t token)
{
    uint32_t row = md_token_row(token);

    return token >> 24 < MD_TABLE_COUNT && row && row <= md_rows_known(img, token >> 24);
}

static uint32_t
list_start(const struct md_rows *rows, uint32_t row, unsigned column)
{
    uint32_t first = md_raw(rows, row, column);

    return first ? first : 1;
}

void
md_list(const struct md_image *img, enum md_table table, uint32_t row, unsigned column,
        uint32_t *first, uint32_t *end)
{
    const struct md_rows *rows = &img->tables[table];
    unsigned owned = md_table_infos[table].column[column].argument;

    *first = *end = 1;
    if (row - 1 >= rows->count)
        return;
    *first = list_start(rows, row, column);
    *end = row < rows->count ? list_start(rows, row + 1, column) : img->tables[owned].count + 1;
}

uint32_t
md_list_owner(const struct md_image *img, enum md_table table, unsigned column, uint32_t member)
{
    const struct md_rows *rows = &img->tables[table];
    unsigned owned = md_table_infos[table].column[column].argument;
    uint32_t low = 0, high = rows->count; /* rows up to `low` start at or before `member` */

    if (member - 1 >= img->tables[owned].count)
        return 0;
    while (low < high) {
        uint32_t middle = low + (high - low + 1) / 2;

        if (list_start(rows, middle, column) <= member)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

/* ---- lookups by key ----------------------------------------------------------------------- */

/* The first row in [1, count + 1] whose stored key is at least `key`. */
static uint32_t
lower_bound(const struct md_rows *rows, unsigned column, uint64_t key)
{
    uint32_t low = 1, high = rows->count + 1;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (md_raw(rows, middle, column) < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void
linear_run(const struct md_rows *rows, unsigned column, uint32_t key, uint32_t *first,
           uint32_t *end)
{
    uint32_t row = 1;

    while (row <= rows->count && md_raw(rows, row, column) != key)
        row++;
    *first = row;
    while (row <= rows->count && md_raw(rows, row, column) == key)
        row++;
    *end = row;
}

bool
md_find_rows(const struct md_image *img, enum md_table table, unsigned column, uint32_t key,
             uint32_t *first, uint32_t *end)
{
    const struct md_rows *rows = &img->tables[table];
    const struct md_table_info *info = &md_table_infos[table];
    const struct md_column_info *column_info = &info->column[column];
    uint32_t raw = key;

    *first = *end = 1;
    if (!rows->count)
        return false;
    if (column_info->kind >= MD_KIND_CODED && !md_coded_encode(column_info->argument, key, &raw))
        return false;
    if (info->key == (int)column) {
        *first = lower_bound(rows, column, raw);
        *end = lower_bound(rows, column, (uint64_t)raw + 1);
    } else {
        linear_run(rows, column, raw, first, end);
    }
    return *first < *end;
}

uint32_t
md_find_row(const struct md_image *img, enum md_table table, unsigned column, uint32_t key)
{
    uint32_t first, end;

    return md_find_rows(img, table, column, key, &first, &end) ? first : 0;
}

/* ---- heaps -------------------------------------------------------------------------------- */

unsigned
md_uint_decode(const uint8_t *p, size_t left, uint32_t *out)
{
    if (left >= 1 && p[0] < 0x80) {
        *out = p[0];
        return 1;
    }
    if (left >= 2 && p[0] < 0xC0) {
        *out = (uint32_t)(p[0] & 0x3F) << 8 | p[1];
        return 2;
    }
    if (left >= 4 && p[0] < 0xE0 && p[0] >= 0xC0) {
        *out = (uint32_t)(p[0] & 0x1F) << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
        return 4;
    }
    *out = 0;
    return 0;
}

const char *
md_string(const struct md_image *img, uint32_t offset)
{
    return offset < img->strings.size ? (const char *)img->strings.at + offset : "";
}

static struct md_blob
blob_at(struct md_heap heap, uint32_t offset, bool *ok)
{
    struct md_blob blob = {heap.at, 0};
    uint32_t size;
    unsigned n;

    *ok = false;
    if (offset >= heap.size)
        return blob;
    n = md_uint_decode(heap.at + offset, heap.size - offset, &size);
    if (!n || size > heap.size - offset - n)
        return blob;
    *ok = true;
    return (struct md_blob){heap.at + offset + n, size};
}

struct md_blob
md_blob(const struct md_image *img, uint32_t offset)
{
    bool ok;

    return blob_at(img->blobs, offset, &ok);
}

bool
md_user_string(const struct md_image *img, uint32_t token, struct md_utf16 *out)
{
    bool ok;
    struct md_blob blob = blob_at(img->user_strings, md_token_row(token), &ok);

    /* a last byte says whether special characters occur; the empty entry has none */
    *out = (struct md_utf16){blob.at, blob.size / 2};
    return ok;
}

const uint8_t *
md_guid(const struct md_image *img, uint32_t index)
{
    if (index == 0 || index > img->guids.size / 16)
        return NULL;
    return img->guids.at + (size_t)(index - 1) * 16;
}

const char *
md_cell_string(const struct md_image *img, enum md_table table, uint32_t row, unsigned column)
{
    return md_string(img, md_cell(img, table, row, column));
}

struct md_blob
md_cell_blob(const struct md_image *img, enum md_table table, uint32_t row, unsigned column)
{
    return md_blob(img, md_cell(img, table, row, column));
}

/* ---- UTF-8 -------------------------------------------------------------------------------- */

/* Length of the character at p[0..left), 0 if it is not well-formed (Unicode table 3-7). */
static unsigned
utf8_length(const uint8_t *p, size_t left)
{
    uint8_t low = 0x80, high = 0xBF;
    unsigned n = p[0] < 0x80 ? 1 : p[0] < 0xC2 ? 0 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;

    if (n == 0 || n > left || p[0] > 0xF4)
        return 0;
    if (p[0] == 0xE0)
        low = 0xA0;
    else if (p[0] == 0xED)
        high = 0x9F;
    else if (p[0] == 0xF0)
        low = 0x90;
    else if (p[0] == 0xF4)
        high = 0x8F;
    if (n > 1 && (p[1] < low || p[1] > high))
        return 0;
    for (unsigned i = 2; i < n; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    return n;
}

bool
md_utf8_valid(const uint8_t *at, size_t size)
{
    size_t i = 0;

    while (i < size) {
        uint64_t eight;
        unsigned n;

        if (size - i >= sizeof eight) {
            memcpy(&eight, at + i, sizeof eight);
            if (!(eight & UINT64_C(0x8080808080808080))) {
                i += sizeof eight;
                continue;
            }
        }
        n = utf8_length(at + i, size - i);
        if (!n)
            return false;
        i += n;
    }
    return true;
}
