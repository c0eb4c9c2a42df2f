/* compiler/il/body.c - where bodies and the meaning of their tokens come from. */
#include "compiler/il/il_priv.h"

#include <string.h>

static bool
clause_convert(struct ty_context *ty, struct ty_assembly *as, const struct md_clause *from, struct il_clause *to)
{
    to->try_start = from->try_offset;
    to->try_end = from->try_offset + from->try_length;
    to->handler_start = from->handler_offset;
    to->handler_end = from->handler_offset + from->handler_length;
    to->filter_start = from->filter_offset;
    switch (from->kind) {
    case MD_CLAUSE_CATCH:
        to->kind = IL_CLAUSE_CATCH;
        to->type = ty_type_from_token(ty, as, from->class_token);
        return to->type != NULL;
    case MD_CLAUSE_FILTER:
        to->kind = IL_CLAUSE_FILTER;
        return true;
    case MD_CLAUSE_FINALLY:
        to->kind = IL_CLAUSE_FINALLY;
        return true;
    case MD_CLAUSE_FAULT:
        to->kind = IL_CLAUSE_FAULT;
        return true;
    }
    ty_fail(ty, TY_FAIL_INVALID_PROGRAM, "unknown kind of exception clause");
    return false;
}

/* synchronized: one more region around everything that leaves the monitor. */
static void
add_sync_clause(struct il_body *out, struct arena *a)
{
    struct il_clause *more = arena_array(a, out->clause_count + 1u, sizeof *more);
    struct il_clause *c = &more[out->clause_count];

    if (out->clause_count)
        memcpy(more, out->clauses, out->clause_count * sizeof *more);
    c->kind = IL_CLAUSE_SYNC;
    c->try_end = out->size;
    c->handler_start = c->handler_end = out->size;
    out->clauses = more;
    out->clause_count++;
}

static bool
locals_read(struct ty_context *ty, const struct md_body *md, struct il_body *out)
{
    if (!md->local_sig_token)
        return true;
    return ty_locals_from_token(ty, out->assembly, md->local_sig_token, &out->locals, &out->pinned, &out->local_count);
}

bool
il_body_metadata(struct il_context *il, struct ty_method *canon, struct arena *a, struct il_body *out)
{
    struct ty_method_def *def = canon->def;
    struct md_error err;
    struct md_body md;

    memset(out, 0, sizeof *out);
    out->method = canon;
    out->assembly = def->assembly;
    if (!def->row || !md_body_read(def->assembly->image, def->row, &md, a, &err)) {
        ty_fail(il->ty, TY_FAIL_INVALID_PROGRAM, "%s", def->row ? err.text : "a method without a metadata row");
        return false;
    }
    if (!md.code) {
        ty_fail(il->ty, def->is_abstract ? TY_FAIL_INVALID_PROGRAM : TY_FAIL_TYPE_LOAD, "%s has no body",
                ty_method_name(il->ty, canon));
        return false;
    }
    out->code = md.code;
    out->size = md.code_size;
    out->max_stack = md.max_stack;
    out->init_locals = md.init_locals;
    if (!locals_read(il->ty, &md, out))
        return false;
    out->clause_count = md.clause_count;
    out->clauses = arena_array(a, md.clause_count + 1u, sizeof *out->clauses);
    for (uint32_t i = 0; i < md.clause_count; i++)
        if (!clause_convert(il->ty, out->assembly, &md.clauses[i], &out->clauses[i]))
            return false;
    return true;
}

bool
il_body_get(struct il_context *il, struct ty_method *canon, struct arena *a, struct il_body *out)
{
    bool failed = false;

    memset(out, 0, sizeof *out);
    if (il_special_body(il, canon, a, out, &failed)) {
        out->method = canon;
        return true;
    }
    if (failed || !il_body_metadata(il, canon, a, out))
        return false;
    if (canon->def->is_synchronized)
        add_sync_clause(out, a);
    return true;
}

/* ---- instructions ------------------------------------------------------------------------------------- */

static const uint8_t *
operand_forms(void)
{
    static uint8_t forms[512]; /* form + 1 */

    if (!forms[0]) {
#define IL_OPCODE(id, code, operand) forms[((code) & 0xff) + ((code) > 0xff ? 256 : 0)] = (uint8_t)((operand) + 1);
#include "compiler/il/opcodes.def"
#undef IL_OPCODE
    }
    return forms;
}

static uint64_t
little(const uint8_t *at, unsigned bytes)
{
    uint64_t v = 0;

    for (unsigned i = 0; i < bytes; i++)
        v |= (uint64_t)at[i] << (8 * i);
    return v;
}

static const uint8_t operand_bytes[] = {
    [IL_OP_NONE] = 0, [IL_OP_I1] = 1, [IL_OP_U1] = 1,    [IL_OP_U2] = 2,      [IL_OP_I4] = 4,      [IL_OP_I8] = 8,
    [IL_OP_R4] = 4,   [IL_OP_R8] = 8, [IL_OP_TOKEN] = 4, [IL_OP_BRANCH1] = 1, [IL_OP_BRANCH4] = 4, [IL_OP_SWITCH] = 4,
};

static void
operand_read(const uint8_t *at, struct il_insn *out)
{
    uint64_t raw = little(at, operand_bytes[out->form]);
    uint32_t bits32;
    float single;

    switch (out->form) {
    case IL_OP_NONE:
        break;
    case IL_OP_I1:
        out->i = (int8_t)raw;
        break;
    case IL_OP_I4:
        out->i = (int32_t)raw;
        break;
    case IL_OP_U1:
    case IL_OP_U2:
    case IL_OP_TOKEN:
    case IL_OP_I8:
        out->i = (int64_t)raw;
        break;
    case IL_OP_R4:
        bits32 = (uint32_t)raw;
        memcpy(&single, &bits32, sizeof single);
        out->r = (double)single;
        out->i = (int64_t)raw;
        break;
    case IL_OP_R8:
        memcpy(&out->r, &raw, sizeof out->r);
        break;
    case IL_OP_BRANCH1:
        out->i = (int64_t)out->next + (int8_t)raw;
        break;
    case IL_OP_BRANCH4:
        out->i = (int64_t)out->next + (int32_t)raw;
        break;
    case IL_OP_SWITCH:
        out->count = (uint32_t)raw;
        break;
    }
}

bool
il_decode(const uint8_t *code, uint32_t size, uint32_t offset, struct il_insn *out)
{
    const uint8_t *forms = operand_forms();
    uint32_t at = offset, form;

    memset(out, 0, sizeof *out);
    if (at >= size)
        return false;
    out->offset = offset;
    out->op = code[at++];
    form = forms[out->op];
    if (out->op == 0xfe) {
        if (at >= size)
            return false;
        form = forms[256u + code[at]];
        out->op = 0xfe00u | code[at++];
    }
    if (!form)
        return false;
    out->form = (enum il_operand)(form - 1);
    if (size - at < operand_bytes[out->form])
        return false;
    out->next = at + operand_bytes[out->form];
    operand_read(code + at, out);
    if (out->form != IL_OP_SWITCH)
        return true;
    if (out->count > (size - out->next) / 4)
        return false;
    out->targets_at = out->next;
    out->next += 4 * out->count;
    return true;
}

uint32_t
il_switch_target(const uint8_t *code, const struct il_insn *in, uint32_t index)
{
    return in->next + (uint32_t)little(code + in->targets_at + 4u * index, 4);
}

/* ---- tokens -------------------------------------------------------------------------------------------- */

const struct il_token *
il_token_special(struct il_import *im, uint32_t token)
{
    uint32_t row = md_token_row(token);

    if (!im->body.tokens)
        return NULL;
    CC_ASSERT(row < im->body.token_count);
    return &im->body.tokens[row];
}

struct ty_type *
il_token_any_type(struct il_import *im, uint32_t token)
{
    const struct il_token *t = il_token_special(im, token);
    struct ty_type *type = t ? t->type : ty_type_from_token(im->ty, im->body.assembly, token);

    if (!type)
        il_fail(im);
    return type;
}

struct ty_type *
il_token_type(struct il_import *im, uint32_t token)
{
    struct ty_type *type = il_token_any_type(im, token);

    if (type && type->form == TY_FORM_OPEN_DEF) {
        il_invalid(im, "a generic type without arguments");
        return NULL;
    }
    return type;
}

struct ty_method *
il_token_method(struct il_import *im, uint32_t token)
{
    const struct il_token *t = il_token_special(im, token);
    struct ty_method *m = t ? t->method : ty_method_from_token(im->ty, im->body.assembly, token);

    if (!m)
        il_fail(im);
    return m;
}

struct ty_field *
il_token_field(struct il_import *im, uint32_t token)
{
    const struct il_token *t = il_token_special(im, token);
    struct ty_field *f = t ? t->field : ty_field_from_token(im->ty, im->body.assembly, token);

    if (!f)
        il_fail(im);
    return f;
}

struct ty_sig *
il_token_sig(struct il_import *im, uint32_t token)
{
    const struct il_token *t = il_token_special(im, token);
    struct ty_sig *s = t ? t->sig : ty_sig_from_standalone(im->ty, im->body.assembly, token);

    if (!s)
        il_fail(im);
    return s;
}

/* Damaged: code that is not generic mentions !0. */
static void
no_parameter(struct il_import *im)
{
    il_fail_with(im, TY_FAIL_BAD_IMAGE, "a generic parameter where there is none");
}

struct ty_type *
il_close(struct il_import *im, struct ty_type *open)
{
    struct ty_type *t = open ? ty_subst(im->ty, open, &im->env) : NULL;

    if (!t)
        il_fail(im);
    else if (t->has_vars)
        no_parameter(im);
    else if (!reach_mention_type(im->reach, im->method, open, t))
        il_fail_grown(im);
    return t && !t->has_vars ? t : NULL;
}

struct ty_method *
il_close_method(struct il_import *im, struct ty_method *open)
{
    struct ty_method *m = ty_subst_method(im->ty, open, &im->env);

    if (!m)
        il_fail(im);
    else if (m->has_vars)
        no_parameter(im);
    else if (!reach_mention_method(im->reach, im->method, open, m))
        il_fail_grown(im);
    return m && !m->has_vars ? m : NULL;
}

struct ty_field *
il_close_field(struct il_import *im, struct ty_field *open)
{
    struct ty_field *f = ty_subst_field(im->ty, open, &im->env);

    if (!f)
        il_fail(im);
    else if (f->owner->has_vars)
        no_parameter(im);
    else if (!reach_mention_type(im->reach, im->method, open->owner, f->owner))
        il_fail_grown(im);
    return f && !f->owner->has_vars ? f : NULL;
}

struct ty_sig *
il_close_sig(struct il_import *im, struct ty_sig *open)
{
    struct ty_sig *s = ty_subst_sig(im->ty, open, &im->env);

    if (!s)
        il_fail(im);
    return s;
}
