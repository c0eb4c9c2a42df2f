/* compiler/types/subst.c - replaces variables by arguments.
 * A variable for which the environment has no arguments at all stays; one past their end is a
 * malformed reference. What has no variables comes back as it is. */
#include "compiler/types/ty_priv.h"

static struct ty_type *
subst_variable(struct ty_context *ctx, struct ty_type *t, const struct ty_env *env)
{
    bool of_method = t->form == TY_FORM_METHOD_VAR;
    struct ty_type **args = of_method ? env->method_args : env->type_args;
    uint32_t count = of_method ? env->method_arg_count : env->type_arg_count;

    if (!args)
        return t;
    if (t->var_index >= count) {
        ty_fail(ctx, TY_FAIL_BAD_IMAGE, "generic parameter %s%u where there are only %u",
                of_method ? "!!" : "!", (unsigned)t->var_index, (unsigned)count);
        return NULL;
    }
    return args[t->var_index];
}

static struct ty_type **
subst_all(struct ty_context *ctx, struct ty_type *const *types, uint32_t count,
          const struct ty_env *env)
{
    struct ty_type **out = arena_array(ctx->arena, count, sizeof *out);
    uint32_t i;

    for (i = 0; i < count; i++) {
        out[i] = ty_subst(ctx, types[i], env);
        if (!out[i])
            return NULL;
    }
    return out;
}

static struct ty_type *
subst_instance(struct ty_context *ctx, struct ty_type *t, const struct ty_env *env)
{
    struct ty_type *few[8], **out = few;
    uint32_t i;

    if (t->arg_count > 8)
        out = arena_array(ctx->arena, t->arg_count, sizeof *out);
    for (i = 0; i < t->arg_count; i++) {
        out[i] = ty_subst(ctx, t->args[i], env);
        if (!out[i])
            return NULL;
    }
    return ty_def_instance(ctx, t->def, out);
}

static struct ty_type *
subst_constructed(struct ty_context *ctx, struct ty_type *t, const struct ty_env *env)
{
    struct ty_type *param = NULL;
    struct ty_sig *sig;

    if (t->param) {
        param = ty_subst(ctx, t->param, env);
        if (!param)
            return NULL;
    }
    switch (t->form) {
    case TY_FORM_DEF:
        return subst_instance(ctx, t, env);
    case TY_FORM_SZARRAY:
        return ty_array(ctx, param);
    case TY_FORM_MDARRAY:
        return ty_md_array(ctx, param, t->rank);
    case TY_FORM_POINTER:
        return ty_pointer(ctx, param);
    case TY_FORM_BYREF:
        return ty_byref(ctx, param);
    case TY_FORM_FNPTR:
        sig = ty_subst_sig(ctx, t->fnptr, env);
        return sig ? ty_fnptr(ctx, sig) : NULL;
    case TY_FORM_OPEN_DEF:
    case TY_FORM_TYPE_VAR:
    case TY_FORM_METHOD_VAR:
        break;
    }
    return t;
}

struct ty_type *
ty_subst(struct ty_context *ctx, struct ty_type *t, const struct ty_env *env)
{
    struct ty_type *result;

    if (!t->has_vars || !env)
        return t;
    if (t->form == TY_FORM_TYPE_VAR || t->form == TY_FORM_METHOD_VAR)
        return subst_variable(ctx, t, env);
    if (!ty_enter(ctx, "generic arguments"))
        return NULL;
    result = subst_constructed(ctx, t, env);
    ty_leave(ctx);
    return result;
}

struct ty_sig *
ty_subst_sig(struct ty_context *ctx, struct ty_sig *s, const struct ty_env *env)
{
    struct ty_sig probe = *s;

    if (!s->has_vars || !env)
        return s;
    probe.ret = ty_subst(ctx, s->ret, env);
    probe.params = subst_all(ctx, s->params, s->param_count, env);
    if (!probe.ret || !probe.params)
        return NULL;
    return ty_sig_make(ctx, &probe);
}

struct ty_env
ty_env_of_type(const struct ty_type *t)
{
    struct ty_env env = {NULL, NULL, 0, 0};

    if (t && t->arg_count) {
        env.type_args = t->args;
        env.type_arg_count = t->arg_count;
    } else if (t && (t->form == TY_FORM_SZARRAY || t->form == TY_FORM_MDARRAY)) {
        /* the pseudo methods of arrays have signatures in terms of the element type */
        env.type_args = (struct ty_type **)(uintptr_t)&t->param;
        env.type_arg_count = 1;
    }
    return env;
}

struct ty_env
ty_env_of_method(const struct ty_method *m)
{
    struct ty_env env = ty_env_of_type(m->owner);

    if (m->def->generic_count) {
        env.method_args = m->args;
        env.method_arg_count = m->def->generic_count;
    }
    return env;
}

struct ty_method *
ty_subst_method(struct ty_context *ctx, struct ty_method *m, const struct ty_env *env)
{
    struct ty_type *owner, **args = NULL;

    if (!m->has_vars || !env || m->def->pseudo == TY_PSEUDO_SYNTH)
        return m;
    owner = ty_subst(ctx, m->owner, env);
    if (!owner)
        return NULL;
    if (m->def->generic_count) {
        args = subst_all(ctx, m->args, m->def->generic_count, env);
        if (!args)
            return NULL;
    }
    return ty_method_on(ctx, owner, m->def, args);
}

struct ty_field *
ty_subst_field(struct ty_context *ctx, struct ty_field *f, const struct ty_env *env)
{
    struct ty_type *owner = ty_subst(ctx, f->owner, env);

    return owner ? ty_field_on(ctx, owner, f->def) : NULL;
}
