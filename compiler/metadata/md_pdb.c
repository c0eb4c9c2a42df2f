/* compiler/metadata/md_pdb.c - sequence points, documents and local scopes of a portable PDB.
 * Portable PDB specification, "Sequence points blob" and "Document name blob". */
#include "compiler/metadata/md.h"
#include "compiler/metadata/md_priv.h"

#include <inttypes.h>
#include <string.h>

enum { DOCUMENT_PATH_MAX = 1 << 16, LINE_MAX_VALUE = 0x20000000 };

const uint8_t *
md_pdb_id(const struct md_image *pdb)
{
    return pdb->pdb_id;
}

/* What the deltas are relative to. */
struct state {
    struct md_sig sig;
    uint32_t document, il_offset;
    uint32_t line, column;
    bool any, any_visible;
};

/* start += delta; false when it leaves the range of a line or column. */
static bool
delta_apply(uint32_t *start, int64_t delta)
{
    int64_t next = (int64_t)*start + delta;

    if (next < 0 || next >= LINE_MAX_VALUE)
        return false;
    *start = (uint32_t)next;
    return true;
}

static bool
place_read(struct state *s, struct md_point *point)
{
    uint32_t lines = md_sig_uint(&s->sig);
    int64_t columns = lines ? (int64_t)md_sig_int(&s->sig) : (int64_t)md_sig_uint(&s->sig);

    if (lines == 0 && columns == 0) {
        point->hidden = true;
        return true;
    }
    if (!s->any_visible) {
        s->line = md_sig_uint(&s->sig);
        s->column = md_sig_uint(&s->sig);
        s->any_visible = true;
    } else if (!delta_apply(&s->line, md_sig_int(&s->sig)) ||
               !delta_apply(&s->column, md_sig_int(&s->sig))) {
        return false;
    }
    point->line = point->end_line = s->line;
    point->column = point->end_column = s->column;
    return delta_apply(&point->end_line, lines) && delta_apply(&point->end_column, columns);
}

/* Reads one record; *is_point is false for a change of the document. */
static bool
record_read(const struct md_image *pdb, struct state *s, struct md_point *point, bool *is_point)
{
    uint32_t delta = md_sig_uint(&s->sig);

    *is_point = delta != 0 || !s->any;
    if (!*is_point) {
        s->document = md_sig_uint(&s->sig);
        return s->document && s->document <= md_row_count(pdb, MD_DOCUMENT);
    }
    if (delta > UINT32_MAX - s->il_offset)
        return false;
    s->il_offset += delta;
    s->any = true;
    *point = (struct md_point){.il_offset = s->il_offset, .document = s->document};
    return place_read(s, point) && !md_sig_failed(&s->sig);
}

static bool
points_fail(const struct md_image *pdb, uint32_t method_row, struct md_error *err)
{
    char place[64];

    snprintf(place, sizeof place, "method %08" PRIx32, md_token(MD_METHODDEF, method_row));
    return md_fail(err, pdb->path, place, "the sequence points are malformed");
}

bool
md_pdb_points(const struct md_image *pdb, uint32_t method_row, struct arena *a,
              struct md_point **points, uint32_t *count, struct md_error *err)
{
    struct md_blob blob = md_cell_blob(pdb, MD_METHODDEBUGINFORMATION, method_row,
                                       MD_METHODDEBUGINFORMATION_SEQUENCEPOINTS);
    struct state s = {.sig = md_sig_over(pdb, blob)};
    struct md_point *out;
    uint32_t n = 0;

    *points = NULL;
    *count = 0;
    if (blob.size == 0)
        return true;
    s.document =
        md_cell(pdb, MD_METHODDEBUGINFORMATION, method_row, MD_METHODDEBUGINFORMATION_DOCUMENT);
    md_sig_uint(&s.sig); /* local signature */
    if (s.document == 0) {
        s.document = md_sig_uint(&s.sig);
        if (s.document == 0 || s.document > md_row_count(pdb, MD_DOCUMENT))
            return points_fail(pdb, method_row, err);
    }
    out = arena_array(a, blob.size / 3 + 1, sizeof *out); /* a point takes three bytes at least */
    while (!md_sig_at_end(&s.sig)) {
        bool is_point;

        if (!record_read(pdb, &s, &out[n], &is_point))
            return points_fail(pdb, method_row, err);
        n += is_point;
    }
    if (md_sig_failed(&s.sig))
        return points_fail(pdb, method_row, err);
    *points = out;
    *count = n;
    return true;
}

/* The next part of a document name, each an offset into #Blob. */
static bool
name_part(const struct md_image *pdb, struct md_sig *s, struct md_blob *out)
{
    if (md_sig_at_end(s))
        return false;
    *out = md_blob(pdb, md_sig_uint(s));
    return !md_sig_failed(s);
}

/* The separator is one UTF-8 character, or a zero byte for none. */
static unsigned
separator_read(struct md_sig *s, uint8_t out[4])
{
    unsigned n = 0;

    out[n++] = md_sig_u8(s);
    while (n < 4 && (md_sig_peek(s) & 0xC0) == 0x80 && out[0] >= 0xC0)
        out[n++] = md_sig_u8(s);
    return out[0] ? n : 0;
}

const char *
md_pdb_document(const struct md_image *pdb, uint32_t document_row, struct arena *a)
{
    struct md_blob name = md_cell_blob(pdb, MD_DOCUMENT, document_row, MD_DOCUMENT_NAME);
    struct md_sig s = md_sig_over(pdb, name);
    uint8_t separator[4];
    unsigned separator_size;
    struct md_sig start;
    struct md_blob part;
    size_t size = 0;
    char *text, *at;

    if (name.size == 0)
        return "";
    separator_size = separator_read(&s, separator);
    start = s;
    while (name_part(pdb, &s, &part)) {
        size += part.size + separator_size;
        if (size > DOCUMENT_PATH_MAX)
            return "";
    }
    if (md_sig_failed(&s))
        return "";
    text = at = arena_alloc(a, size + 1);
    for (bool first = true; name_part(pdb, &start, &part); first = false) {
        if (!first) {
            memcpy(at, separator, separator_size);
            at += separator_size;
        }
        if (part.size)
            memcpy(at, part.at, part.size);
        at += part.size;
    }
    *at = 0;
    return text;
}

/* ---- local scopes ---- */

static bool
scopes_fail(const struct md_image *pdb, uint32_t method_row, struct md_error *err)
{
    char place[64];

    snprintf(place, sizeof place, "method %08" PRIx32, md_token(MD_METHODDEF, method_row));
    return md_fail(err, pdb->path, place, "the local scopes are malformed");
}

/* The scope before `index` that holds it: the one before it, or one around that. */
static uint32_t
scope_parent(const struct md_scope *scopes, uint32_t index)
{
    uint32_t i = index ? index - 1 : MD_NO_SCOPE;

    while (i != MD_NO_SCOPE &&
           (scopes[index].start < scopes[i].start || scopes[index].end > scopes[i].end))
        i = scopes[i].parent;
    return i;
}

bool
md_pdb_scopes(const struct md_image *pdb, uint32_t method_row, struct arena *a,
              struct md_scopes *out, struct md_error *err)
{
    uint32_t first, end, row, capacity = 0, at, last;

    *out = (struct md_scopes){.scopes = NULL};
    if (!md_find_rows(pdb, MD_LOCALSCOPE, MD_LOCALSCOPE_METHOD, method_row, &first, &end))
        return true;
    for (row = first; row < end; row++) {
        md_list(pdb, MD_LOCALSCOPE, row, MD_LOCALSCOPE_VARIABLELIST, &at, &last);
        capacity += last - at;
    }
    out->scopes = arena_array(a, end - first, sizeof *out->scopes);
    out->locals = arena_array(a, capacity + 1u, sizeof *out->locals);
    for (row = first; row < end; row++) {
        struct md_scope *s = &out->scopes[out->scope_count];
        uint32_t length = md_cell(pdb, MD_LOCALSCOPE, row, MD_LOCALSCOPE_LENGTH);

        s->start = md_cell(pdb, MD_LOCALSCOPE, row, MD_LOCALSCOPE_STARTOFFSET);
        if (length > UINT32_MAX - s->start)
            return scopes_fail(pdb, method_row, err);
        s->end = s->start + length;
        s->parent = scope_parent(out->scopes, out->scope_count);
        md_list(pdb, MD_LOCALSCOPE, row, MD_LOCALSCOPE_VARIABLELIST, &at, &last);
        for (; at < last && out->local_count < capacity; at++)
            out->locals[out->local_count++] = (struct md_local){
                .name = md_cell_string(pdb, MD_LOCALVARIABLE, at, MD_LOCALVARIABLE_NAME),
                .index = md_cell(pdb, MD_LOCALVARIABLE, at, MD_LOCALVARIABLE_INDEX),
                .scope = out->scope_count,
                .hidden = md_cell(pdb, MD_LOCALVARIABLE, at, MD_LOCALVARIABLE_ATTRIBUTES) & 1};
        out->scope_count++;
    }
    return true;
}
