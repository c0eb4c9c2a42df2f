/* compiler/types/sharing.c - canonical forms: which instances share one body of code.
 * Each reference type among the arguments becomes System.__Canon; value types stay what they are
 * but for their own arguments (contract/compiler.md 5.1). */
#include "compiler/types/ty_priv.h"

/* What stands for `t` as an argument, an element type or a pointee of a canonical form. */
static struct ty_type *
canon_part(struct ty_context *ctx, struct ty_type *t)
{
    if (t->form == TY_FORM_OPEN_DEF)
        return t;
    return ty_is_ref(t) ? ctx->t_canon : ty_canon_of(ctx, t);
}

static struct ty_type **
canon_parts(struct ty_context *ctx, struct ty_type *const *types, uint32_t count)
{
    struct ty_type **out = arena_array(ctx->arena, count, sizeof *out);
    uint32_t i;

    for (i = 0; i < count; i++)
        out[i] = canon_part(ctx, types[i]);
    return out;
}

static struct ty_type *
canon_make(struct ty_context *ctx, struct ty_type *t)
{
    struct ty_sig sig;

    switch (t->form) {
    case TY_FORM_DEF:
        if (t->arg_count == 0)
            return t;
        return ty_def_instance(ctx, t->def, canon_parts(ctx, t->args, t->arg_count));
    case TY_FORM_SZARRAY:
        return ty_array(ctx, canon_part(ctx, t->param));
    case TY_FORM_MDARRAY:
        return ty_md_array(ctx, canon_part(ctx, t->param), t->rank);
    case TY_FORM_POINTER:
        return ty_pointer(ctx, canon_part(ctx, t->param));
    case TY_FORM_BYREF:
        return ty_byref(ctx, canon_part(ctx, t->param));
    case TY_FORM_FNPTR:
        sig = *t->fnptr;
        sig.ret = canon_part(ctx, sig.ret);
        sig.params = canon_parts(ctx, sig.params, sig.param_count);
        return ty_fnptr(ctx, ty_sig_make(ctx, &sig));
    case TY_FORM_OPEN_DEF:
    case TY_FORM_TYPE_VAR:
    case TY_FORM_METHOD_VAR:
        break;
    }
    return t;
}

struct ty_type *
ty_canon_of(struct ty_context *ctx, struct ty_type *t)
{
    if (!t->canon) {
        t->canon = canon_make(ctx, t);
        t->canon->canon = t->canon;
    }
    return t->canon;
}

struct ty_method *
ty_method_canon(struct ty_context *ctx, struct ty_method *m)
{
    struct ty_type *owner, **args = NULL;

    if (m->canon)
        return m->canon;
    owner = ty_canon_of(ctx, m->owner);
    if (m->def->generic_count)
        args = canon_parts(ctx, m->args, m->def->generic_count);
    m->canon = ty_method_on(ctx, owner, m->def, args);
    if (m->canon)
        m->canon->canon = m->canon;
    return m->canon;
}

enum ty_generic_context
ty_method_context(struct ty_context *ctx, const struct ty_method *canon)
{
    const struct ty_method_def *def = canon->def;

    (void)ctx;
    if (!canon->is_canon || def->pseudo || !canon->owner || !ty_is_def(canon->owner))
        return TY_CTX_NONE;
    if (def->generic_count)
        return TY_CTX_METHOD;
    if (def->is_static || canon->owner->is_value_type)
        return TY_CTX_MT;
    if (def->owner->is_interface)
        return def->is_abstract ? TY_CTX_NONE : TY_CTX_MT;
    return TY_CTX_THIS;
}

bool
ty_has_dictionary(struct ty_context *ctx, struct ty_type *t)
{
    if (!ty_is_def(t) || t->arg_count == 0)
        return false;
    return t->def->is_interface || t->has_vars || ty_canon_of(ctx, t)->is_canon;
}
