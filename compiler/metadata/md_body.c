/* compiler/metadata/md_body.c - method bodies: headers, code and exception clauses (II.25.4).
 * What it gives has been checked: ranges lie in the code, tokens exist. The IL itself has not. */
#include "compiler/metadata/md.h"
#include "compiler/metadata/md_priv.h"

#include <inttypes.h>

enum {
    FORMAT_MASK = 0x3,
    FORMAT_TINY = 0x2,
    FORMAT_FAT = 0x3,
    FAT_MORE_SECTIONS = 0x8,
    FAT_INIT_LOCALS = 0x10,
    FAT_HEADER_WORDS = 3,
    SECTION_EH = 0x1,
    SECTION_FAT = 0x40,
    SECTION_MORE = 0x80,
    CLAUSE_SMALL_SIZE = 12,
    CLAUSE_FAT_SIZE = 24,
    TINY_MAX_STACK = 8,
};

/* One body while it is read. */
struct reader {
    const struct md_image *img;
    uint32_t method_row;
    struct cursor cursor;
    struct md_body *body;
    struct arena *arena;
    struct md_error *err;
};

static bool
body_fail(const struct reader *r, const char *fact)
{
    char place[64];

    snprintf(place, sizeof place, "method %08" PRIx32, md_token(MD_METHODDEF, r->method_row));
    return md_fail(r->err, r->img->path, place, "%s", fact);
}

static bool
fat_header_read(struct reader *r, bool *more_sections)
{
    unsigned flags = cursor_u16(&r->cursor);
    unsigned words = flags >> 12;
    uint32_t locals;

    r->body->max_stack = cursor_u16(&r->cursor);
    r->body->code_size = cursor_u32(&r->cursor);
    locals = cursor_u32(&r->cursor);
    if (words < FAT_HEADER_WORDS || !cursor_take(&r->cursor, (words - FAT_HEADER_WORDS) * 4))
        return body_fail(r, "the fat header is malformed");
    if (locals && (md_token_table(locals) != MD_STANDALONESIG || !md_token_exists(r->img, locals)))
        return body_fail(r, "the token of the locals' signature names no signature");
    r->body->local_sig_token = locals;
    r->body->init_locals = (flags & FAT_INIT_LOCALS) != 0;
    *more_sections = (flags & FAT_MORE_SECTIONS) != 0;
    return true;
}

static bool
range_inside(uint32_t offset, uint32_t length, uint32_t size)
{
    return offset <= size && length <= size - offset;
}

static bool
clause_check(const struct reader *r, struct md_clause *clause, uint32_t kind, uint32_t last)
{
    uint32_t size = r->body->code_size;

    if (!range_inside(clause->try_offset, clause->try_length, size) ||
        !range_inside(clause->handler_offset, clause->handler_length, size))
        return body_fail(r, "an exception clause lies outside the code");
    if (clause->try_length == 0 || clause->handler_length == 0)
        return body_fail(r, "an exception clause has an empty range");
    switch (kind) {
    case MD_CLAUSE_CATCH:
        if ((md_token_table(last) != MD_TYPEDEF && md_token_table(last) != MD_TYPEREF &&
             md_token_table(last) != MD_TYPESPEC) ||
            !md_token_exists(r->img, last))
            return body_fail(r, "a catch clause names no type");
        clause->class_token = last;
        break;
    case MD_CLAUSE_FILTER:
        if (last >= size)
            return body_fail(r, "a filter lies outside the code");
        clause->filter_offset = last;
        break;
    case MD_CLAUSE_FINALLY:
    case MD_CLAUSE_FAULT:
        break;
    default:
        return body_fail(r, "an exception clause of unknown kind");
    }
    clause->kind = (enum md_clause_kind)kind;
    return true;
}

static bool
clause_read(struct reader *r, bool fat, struct md_clause *clause)
{
    struct cursor *c = &r->cursor;
    uint32_t kind, last;

    kind = fat ? cursor_u32(c) : cursor_u16(c);
    clause->try_offset = fat ? cursor_u32(c) : cursor_u16(c);
    clause->try_length = fat ? cursor_u32(c) : cursor_u8(c);
    clause->handler_offset = fat ? cursor_u32(c) : cursor_u16(c);
    clause->handler_length = fat ? cursor_u32(c) : cursor_u8(c);
    last = cursor_u32(c);
    if (c->failed)
        return body_fail(r, "the exception clauses are truncated");
    return clause_check(r, clause, kind, last);
}

/* Some writers leave the section's own header out of its size; dividing hides the difference. */
static bool
section_read(struct reader *r, bool *more)
{
    struct cursor *c = &r->cursor;
    uint32_t header, size, count;
    bool fat;

    cursor_take(c, -c->at & 3); /* fat bodies begin at a multiple of four */
    header = cursor_u32(c);
    if (c->failed)
        return body_fail(r, "the section after the code is truncated");
    fat = (header & SECTION_FAT) != 0;
    *more = (header & SECTION_MORE) != 0;
    size = fat ? header >> 8 : header >> 8 & 0xFF;
    if (!(header & SECTION_EH))
        return cursor_take(c, size < 4 ? 0 : size - 4) || body_fail(r, "a section is truncated");
    count = size / (fat ? CLAUSE_FAT_SIZE : CLAUSE_SMALL_SIZE);
    if (count > cursor_left(c) / (fat ? CLAUSE_FAT_SIZE : CLAUSE_SMALL_SIZE))
        return body_fail(r, "the exception clauses are truncated");
    if (r->body->clause_count)
        return body_fail(r, "a second table of exception clauses");
    r->body->clauses = arena_array(r->arena, count, sizeof *r->body->clauses);
    for (uint32_t i = 0; i < count; i++) {
        if (!clause_read(r, fat, &r->body->clauses[i]))
            return false;
        r->body->clause_count++;
    }
    return true;
}

static bool
body_read(struct reader *r)
{
    bool more = false;
    uint8_t first = md_sig_peek(&(struct md_sig){r->cursor, r->img});

    if ((first & FORMAT_MASK) == FORMAT_TINY) {
        cursor_u8(&r->cursor);
        r->body->code_size = first >> 2;
        r->body->max_stack = TINY_MAX_STACK;
    } else if ((first & FORMAT_MASK) == FORMAT_FAT) {
        if (!fat_header_read(r, &more))
            return false;
    } else {
        return body_fail(r, "the method header is of unknown format");
    }
    r->body->code = cursor_take(&r->cursor, r->body->code_size);
    if (!r->body->code)
        return body_fail(r, "the code extends past its section");
    if (r->body->code_size == 0)
        return body_fail(r, "the code is empty");
    while (more)
        if (!section_read(r, &more))
            return false;
    return true;
}

bool
md_body_read(const struct md_image *img, uint32_t method_row, struct md_body *out, struct arena *a,
             struct md_error *err)
{
    uint32_t rva = md_cell(img, MD_METHODDEF, method_row, MD_METHODDEF_RVA);
    uint32_t flags = md_cell(img, MD_METHODDEF, method_row, MD_METHODDEF_IMPLFLAGS);
    struct reader r = {.img = img, .method_row = method_row, .body = out, .arena = a, .err = err};
    const uint8_t *bytes;
    uint32_t available;

    *out = (struct md_body){0};
    if (rva == 0 || (flags & MD_IMPL_CODE_TYPE_MASK) != MD_IMPL_IL)
        return true;
    bytes = md_rva(img, rva, &available);
    if (!bytes)
        return body_fail(&r, "the body's RVA lies outside the file");
    r.cursor = cursor_over(bytes, available);
    if (body_read(&r))
        return true;
    *out = (struct md_body){0};
    return false;
}
