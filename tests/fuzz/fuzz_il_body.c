/* tests/fuzz/fuzz_il_body.c - any bytes as the body of a method of Subject.cs: its code, locals and
 * exception clauses, imported and compiled.
 * Input: choices (subject.c), method, flags and stack, locals (count, bytes, signature), clauses
 * (count; 11 bytes each), code. Tokens are brought near to rows that exist. */
#include "tests/fuzz/subject.h"

#include <string.h>

#include "compiler/il/il_priv.h"

enum { LOCALS_MAX = 200, CLAUSES_MAX = 16, CLAUSE_BYTES = 24, CLAUSE_INPUT = 11, HEAD_BYTES = 12, CODE_MAX = 6000 };

static void
put32(uint8_t *at, uint32_t v)
{
    for (unsigned i = 0; i < 4; i++)
        at[i] = (uint8_t)(v >> 8 * i);
}

/* A token that is not there becomes one that nearly is: one row too many stays possible. */
static uint32_t
near_token(const struct subject *s, uint32_t token)
{
    enum md_table table = md_token_table(token);
    uint32_t rows, row = md_token_row(token);

    if (table == MD_USERSTRING)
        return md_token(table, row % (s->image->user_strings.size + 8));
    if (table >= MD_TABLE_COUNT)
        return token;
    rows = subject_rows(s, table);
    return row <= rows ? token : md_token(table, 1 + row % (rows + 1));
}

static void
tokens_mend(const struct subject *s, uint8_t *code, uint32_t size)
{
    struct il_insn insn;

    for (uint32_t at = 0; il_decode(code, size, at, &insn); at = insn.next)
        if (insn.form == IL_OP_TOKEN)
            put32(code + insn.next - 4, near_token(s, (uint32_t)insn.i));
}

/* A signature of the locals; 0: none. */
static uint32_t
locals_put(struct subject *s, struct subject_input *in)
{
    uint8_t count = subject_u8(in), bytes = subject_u8(in), sig[2 + LOCALS_MAX] = {7, count};
    uint32_t index;

    if (bytes > LOCALS_MAX || bytes > subject_left(in) / 2)
        bytes = 0;
    for (unsigned i = 0; i < bytes; i++)
        sig[2 + i] = subject_u8(in);
    index = count ? subject_blob(s, sig, 2u + bytes) : 0;
    if (!index)
        return 0;
    subject_cell(s, MD_STANDALONESIG, 1, MD_STANDALONESIG_SIGNATURE, index);
    return md_token(MD_STANDALONESIG, 1);
}

static unsigned
clauses_take(struct subject *s, struct subject_input *in, uint8_t *to)
{
    static const enum md_table tables[] = {MD_TYPEDEF, MD_TYPEREF, MD_TYPESPEC, MD_TYPEREF};
    unsigned count = subject_u8(in);

    if (count > CLAUSES_MAX || count > subject_left(in) / CLAUSE_INPUT)
        count = 0;
    for (unsigned i = 0; i < count; i++, to += CLAUSE_BYTES) {
        uint32_t what;

        put32(to, subject_u8(in));
        for (unsigned k = 1; k < 5; k++)
            put32(to + 4 * k, subject_u16(in));
        what = subject_u16(in);
        put32(to + 20, to[0] ? what : near_token(s, md_token(tables[what >> 14], what & 0x3FFF)));
    }
    return count;
}

/* The body, in the room for it. */
static void
body_put(struct subject *s, struct subject_input *in)
{
    uint8_t *head = s->bytes + s->body_at, *code = head + HEAD_BYTES, clauses[CLAUSES_MAX * CLAUSE_BYTES];
    uint8_t flags = subject_u8(in);
    uint32_t locals = locals_put(s, in), size, at;
    unsigned count = clauses_take(s, in, clauses);

    size = (uint32_t)subject_left(in);
    if (size > CODE_MAX)
        size = CODE_MAX;
    if (HEAD_BYTES + size + 8 + sizeof clauses > s->body_room)
        __builtin_trap();
    memcpy(code, in->at, size);
    tokens_mend(s, code, size);
    head[0] = (uint8_t)(3 | (count ? 8 : 0) | (flags & 1 ? 0x10 : 0));
    head[1] = 0x30;
    head[2] = flags >> 1;
    head[3] = 0;
    put32(head + 4, size);
    put32(head + 8, locals);
    at = (HEAD_BYTES + size + 3) & ~3u;
    put32(head + at, 0x41u | (4u + count * CLAUSE_BYTES) << 8);
    memcpy(head + at + 4, clauses, (size_t)count * CLAUSE_BYTES);
}

/* The row of the n-th method with a body, around. */
static uint32_t
method_of(const struct md_image *img, uint32_t n)
{
    uint32_t rows = md_row_count(img, MD_METHODDEF), row = n % rows + 1;

    while (!md_cell(img, MD_METHODDEF, row, MD_METHODDEF_RVA))
        row = row % rows + 1;
    return row;
}

static uint32_t
damage(struct subject *s, struct subject_input *in)
{
    uint32_t row = method_of(s->image, subject_u16(in));

    body_put(s, in);
    return row;
}

static const struct subject_target target = {.damage = damage, .one_body = true};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size <= CODE_MAX)
        subject_run(&target, data, size);
    return 0;
}

/* ---- seeds: the bodies that are there ---------------------------------------------------------- */

static void
clause_seed(struct byte_vec *out, const struct md_clause *c)
{
    uint32_t table = md_token_table(c->class_token) == MD_TYPEDEF ? 0 : md_token_table(c->class_token) == MD_TYPEREF ? 1 : 2;
    const uint32_t words[] = {c->try_offset, c->try_length, c->handler_offset, c->handler_length,
                              c->kind == MD_CLAUSE_FILTER ? c->filter_offset : table << 14 | md_token_row(c->class_token)};

    byte_vec_u8(out, (uint8_t)c->kind);
    for (unsigned i = 0; i < 5; i++) {
        byte_vec_u8(out, (uint8_t)words[i]);
        byte_vec_u8(out, (uint8_t)(words[i] >> 8));
    }
}

static void
body_seed(const struct md_image *img, uint32_t row, struct byte_vec *out, struct arena *a)
{
    struct md_body body;
    struct md_error err;
    struct md_blob sig = {0};

    if (!md_body_read(img, row, &body, a, &err) || !body.code)
        __builtin_trap();
    if (body.local_sig_token)
        sig = md_cell_blob(img, MD_STANDALONESIG, md_token_row(body.local_sig_token), MD_STANDALONESIG_SIGNATURE);
    byte_vec_u8(out, (uint8_t)(row & 1));
    byte_vec_u8(out, (uint8_t)(row - 1));
    byte_vec_u8(out, (uint8_t)((row - 1) >> 8));
    byte_vec_u8(out, (uint8_t)(body.init_locals | (body.max_stack & 0x7F) << 1));
    if (sig.size > 2 && sig.size < LOCALS_MAX) {
        byte_vec_u8(out, sig.at[1]);
        byte_vec_u8(out, (uint8_t)(sig.size - 2));
        byte_vec_put(out, sig.at + 2, sig.size - 2);
    } else {
        byte_vec_u8(out, 0);
        byte_vec_u8(out, 0);
    }
    byte_vec_u8(out, (uint8_t)body.clause_count);
    for (uint32_t i = 0; i < body.clause_count; i++)
        clause_seed(out, &body.clauses[i]);
    byte_vec_put(out, body.code, body.code_size);
}

bool
fuzz_seed(unsigned n, struct byte_vec *out)
{
    const struct md_image *img = subject_image();
    struct arena *a;

    if (n >= md_row_count(img, MD_METHODDEF))
        return false;
    a = arena_new();
    body_seed(img, method_of(img, n), out, a);
    arena_free(a);
    return true;
}
