/* compiler/il/synth.c - the builder of hand-made bodies. */
#include "compiler/il/synth.h"

#include <string.h>

/* Doubles an arena array when it is full. */
static void *
grown(struct il_builder *b, void *items, uint32_t count, uint32_t *capacity, size_t size)
{
    void *more;

    if (count < *capacity)
        return items;
    *capacity = *capacity ? *capacity * 2 : 8;
    more = arena_array(b->arena, *capacity, size);
    if (count)
        memcpy(more, items, count * size);
    return more;
}

void
il_builder_begin(struct il_builder *b, struct il_context *il, struct arena *a)
{
    memset(b, 0, sizeof *b);
    b->il = il;
    b->arena = a;
}

static void
patch_branches(struct il_builder *b)
{
    for (uint32_t i = 0; i < b->use_count; i++) {
        const struct il_label_use *u = &b->uses[i];
        uint32_t delta = b->labels[u->label] - u->base;

        CC_ASSERT(b->labels[u->label] != UINT32_MAX);
        for (unsigned k = 0; k < 4; k++)
            b->code.at[u->at + k] = (uint8_t)(delta >> (8 * k));
    }
}

bool
il_builder_finish(struct il_builder *b, struct il_body *out)
{
    bool ok = !b->failed;

    if (ok) {
        patch_branches(b);
        memset(out, 0, sizeof *out);
        out->tokens = b->tokens ? b->tokens : arena_alloc(b->arena, sizeof *b->tokens);
        out->token_count = b->token_count;
        out->size = (uint32_t)b->code.count;
        out->code = arena_memdup(b->arena, b->code.at, b->code.count);
        out->max_stack = 64;
        out->locals = b->locals;
        out->pinned = b->pinned;
        out->local_count = b->local_count;
        out->init_locals = true;
        out->clauses = b->clauses;
        out->clause_count = b->clause_count;
    }
    byte_vec_free(&b->code);
    return ok;
}

bool
il_synth_body(struct il_context *il, struct ty_method *m, struct arena *a, struct il_body *out)
{
    struct il_builder b;

    il_builder_begin(&b, il, a);
    if (!m->def->synth->build(&b, m, m->def->synth))
        b.failed = true;
    if (!il_builder_finish(&b, out))
        return false;
    out->is_native = m->def->synth->is_native;
    out->init_locals = !out->is_native; /* entries set what they read */
    return true;
}

struct ty_method *
il_synth_method(struct il_context *il, struct ty_type *owner, const char *name, struct ty_sig *sig,
                const struct il_synth *recipe)
{
    return ty_method_synth(il->ty, owner, name, sig, arena_memdup(il->arena, recipe, sizeof *recipe));
}

struct ty_sig *
il_synth_sig(struct il_context *il, struct ty_type *ret, bool has_this, struct ty_type *const *params, uint32_t count)
{
    struct ty_sig probe = {.conv = TY_CC_DEFAULT, .has_this = has_this, .param_count = count, .ret = ret};

    probe.params = arena_array(il->arena, count + 1u, sizeof *probe.params);
    if (count)
        memcpy(probe.params, params, count * sizeof *params);
    return ty_sig_make(il->ty, &probe);
}

/* ---- instructions ---------------------------------------------------------------------------------- */

void
il_put(struct il_builder *b, enum il_opcode op)
{
    if ((unsigned)op > 0xff)
        byte_vec_u8(&b->code, (uint8_t)((unsigned)op >> 8));
    byte_vec_u8(&b->code, (uint8_t)op);
}

void
il_put_u16(struct il_builder *b, enum il_opcode op, uint32_t operand)
{
    il_put(b, op);
    byte_vec_u16(&b->code, (uint16_t)operand);
}

void
il_put_i4(struct il_builder *b, int32_t v)
{
    il_put(b, IL_CEE_ldc_i4);
    byte_vec_u32(&b->code, (uint32_t)v);
}

void
il_put_i8(struct il_builder *b, int64_t v)
{
    il_put(b, IL_CEE_ldc_i8);
    byte_vec_u64(&b->code, (uint64_t)v);
}

/* Token tables differ by the kind byte only for readers of metadata; here the row alone counts. */
static struct il_token *
put_token(struct il_builder *b, enum il_opcode op, enum il_token_kind kind)
{
    struct il_token *t;

    b->tokens = grown(b, b->tokens, b->token_count, &b->token_capacity, sizeof *b->tokens);
    t = &b->tokens[b->token_count];
    memset(t, 0, sizeof *t);
    t->kind = kind;
    il_put(b, op);
    byte_vec_u32(&b->code, b->token_count++);
    return t;
}

void
il_put_type(struct il_builder *b, enum il_opcode op, struct ty_type *type)
{
    if (!type)
        b->failed = true;
    put_token(b, op, IL_TOKEN_TYPE)->type = type;
}

void
il_put_method(struct il_builder *b, enum il_opcode op, struct ty_method *m)
{
    if (!m)
        b->failed = true;
    put_token(b, op, IL_TOKEN_METHOD)->method = m;
}

void
il_put_field(struct il_builder *b, enum il_opcode op, struct ty_field *f)
{
    if (!f)
        b->failed = true;
    put_token(b, op, IL_TOKEN_FIELD)->field = f;
}

void
il_put_calli(struct il_builder *b, struct ty_sig *sig)
{
    if (!sig)
        b->failed = true;
    put_token(b, IL_CEE_calli, IL_TOKEN_SIG)->sig = sig;
}

void
il_put_string(struct il_builder *b, const void *utf16, uint32_t bytes)
{
    struct il_token *t = put_token(b, IL_CEE_ldstr, IL_TOKEN_STRING);

    t->data = utf16;
    t->size = bytes;
}

void
il_put_raw_call(struct il_builder *b, struct ty_method *m)
{
    if (!m)
        b->failed = true;
    put_token(b, IL_CEE_call, IL_TOKEN_RAW_METHOD)->method = m;
}

void
il_put_engine_call(struct il_builder *b, const char *name, struct ty_sig *sig)
{
    struct il_token *t = put_token(b, IL_CEE_call, IL_TOKEN_ENGINE);

    t->name = name;
    t->sig = sig;
}

void
il_put_native_call(struct il_builder *b, const char *name, struct ty_sig *sig, bool no_transition, bool is_external)
{
    struct il_token *t = put_token(b, IL_CEE_call, IL_TOKEN_NATIVE);

    t->name = name;
    t->sig = sig;
    t->no_transition = no_transition;
    t->is_external = is_external;
}

void
il_put_ref(struct il_builder *b, const struct ref *ref)
{
    put_token(b, IL_CEE_ldtoken, IL_TOKEN_REF)->ref = *ref;
}

void
il_put_type_ref(struct il_builder *b, enum ref_kind kind, struct ty_type *type)
{
    struct ref ref = {.kind = kind, .type = type};

    il_put_ref(b, &ref);
}

void
il_put_args(struct il_builder *b, uint32_t first, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        il_put_u16(b, IL_CEE_ldarg, first + i);
}

void
il_put_core_call(struct il_builder *b, const char *type, const char *method, int params)
{
    il_put_method(b, IL_CEE_call, il_core_method(b->il, type, method, params));
}

void
il_put_core_field(struct il_builder *b, enum il_opcode op, const char *type, const char *field)
{
    struct ty_field *f = ty_field_named(b->il->ty, il_core_type(b->il, type), field);

    if (!f)
        diag_fatal("%s: field %s.%s is missing: this is not the class library of NativeAOT 9.0", b->il->ty->core->path,
                   type, field);
    il_put_field(b, op, f);
}

void
il_put_throw_call(struct il_builder *b, const char *helper)
{
    il_put_core_call(b, "Internal.Runtime.CompilerHelpers.ThrowHelpers", helper, 0);
    il_put(b, IL_CEE_ldnull);
    il_put(b, IL_CEE_throw);
}

/* ---- locals, labels, clauses ------------------------------------------------------------------------- */

uint32_t
il_builder_local(struct il_builder *b, struct ty_type *type, bool pinned)
{
    uint32_t capacity = b->local_capacity;

    if (!type)
        b->failed = true;
    b->locals = grown(b, b->locals, b->local_count, &capacity, sizeof(struct ty_type *));
    b->pinned = grown(b, b->pinned, b->local_count, &b->local_capacity, sizeof(bool));
    b->locals[b->local_count] = type;
    b->pinned[b->local_count] = pinned;
    return b->local_count++;
}

uint32_t
il_builder_label(struct il_builder *b)
{
    b->labels = grown(b, b->labels, b->label_count, &b->label_capacity, sizeof *b->labels);
    b->labels[b->label_count] = UINT32_MAX;
    return b->label_count++;
}

uint32_t
il_builder_here(const struct il_builder *b)
{
    return (uint32_t)b->code.count;
}

void
il_put_label(struct il_builder *b, uint32_t label)
{
    b->labels[label] = il_builder_here(b);
}

static void
use_label(struct il_builder *b, uint32_t label, uint32_t base)
{
    b->uses = grown(b, b->uses, b->use_count, &b->use_capacity, sizeof *b->uses);
    b->uses[b->use_count].at = il_builder_here(b);
    b->uses[b->use_count].base = base;
    b->uses[b->use_count++].label = label;
    byte_vec_u32(&b->code, 0);
}

void
il_put_branch(struct il_builder *b, enum il_opcode op, uint32_t label)
{
    il_put(b, op);
    use_label(b, label, il_builder_here(b) + 4);
}

void
il_put_switch(struct il_builder *b, const uint32_t *labels, uint32_t count)
{
    uint32_t base;

    il_put(b, IL_CEE_switch);
    byte_vec_u32(&b->code, count);
    base = il_builder_here(b) + 4 * count;
    for (uint32_t i = 0; i < count; i++)
        use_label(b, labels[i], base);
}

static struct il_clause *
add_clause(struct il_builder *b, uint32_t try_start, uint32_t handler_start, uint32_t handler_end)
{
    struct il_clause *c;

    b->clauses = grown(b, b->clauses, b->clause_count, &b->clause_capacity, sizeof *b->clauses);
    c = &b->clauses[b->clause_count++];
    memset(c, 0, sizeof *c);
    c->try_start = try_start;
    c->try_end = c->handler_start = handler_start;
    c->handler_end = handler_end;
    return c;
}

void
il_builder_finally(struct il_builder *b, uint32_t try_start, uint32_t handler_start, uint32_t handler_end)
{
    add_clause(b, try_start, handler_start, handler_end)->kind = IL_CLAUSE_FINALLY;
}

void
il_builder_catch(struct il_builder *b, struct ty_type *type, uint32_t try_start, uint32_t handler_start,
                 uint32_t handler_end)
{
    struct il_clause *c = add_clause(b, try_start, handler_start, handler_end);

    c->kind = IL_CLAUSE_CATCH;
    c->type = type;
}

void
il_builder_boundary(struct il_builder *b, uint32_t try_start, uint32_t handler_start, uint32_t handler_end)
{
    struct il_clause *c = add_clause(b, try_start, handler_start, handler_end);

    c->kind = IL_CLAUSE_CATCH;
    c->type = b->il->ty->t_object;
    c->is_boundary = true;
}
