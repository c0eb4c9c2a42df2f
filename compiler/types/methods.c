/* compiler/types/methods.c - methods and fields on types, each once. */
#include "compiler/types/ty_priv.h"

static uint32_t
def_key(const struct ty_method_def *def)
{
    /* array methods have no row: their (few) definitions differ in name length and address only */
    return def->row ? hash_combine(def->assembly->id, def->row) : hash_string(def->name);
}

static uint32_t
method_key(const struct ty_method *m)
{
    uint32_t key = hash_combine(m->owner->id, def_key(m->def));
    uint16_t i;

    for (i = 0; i < m->def->generic_count; i++)
        key = hash_combine(key, m->args[i]->id);
    return key;
}

static bool
method_equal(const void *item, const void *probe)
{
    const struct ty_method *a = item, *b = probe;

    return a->owner == b->owner && a->def == b->def &&
           ty_same_args(a->args, b->args, a->def->generic_count);
}

static struct ty_type **
own_variables(struct ty_context *ctx, const struct ty_method_def *def)
{
    struct ty_type **vars = arena_array(ctx->arena, def->generic_count, sizeof *vars);
    uint16_t i;

    for (i = 0; i < def->generic_count; i++)
        vars[i] = ty_method_var(ctx, i);
    return vars;
}

static struct ty_method *
method_make(struct ty_context *ctx, const struct ty_method *probe, uint32_t key)
{
    struct ty_method_def *def = probe->def;
    struct ty_env env = ty_env_of_method(probe);
    struct ty_sig *sig = ty_method_def_sig(ctx, def);
    struct ty_method *m;
    uint16_t i;

    if (sig)
        sig = ty_subst_sig(ctx, sig, &env);
    if (!sig)
        return NULL;
    ty_method_attributes_load(ctx, def);
    m = arena_memdup(ctx->arena, probe, sizeof *probe);
    m->sig = sig;
    m->has_vars = m->owner->has_vars;
    m->is_canon = m->owner->is_canon;
    if (def->generic_count)
        m->args = arena_memdup(ctx->arena, probe->args, def->generic_count * sizeof *m->args);
    for (i = 0; i < def->generic_count; i++) {
        m->has_vars |= m->args[i]->has_vars;
        m->is_canon |= m->args[i]->is_canon;
    }
    m->id = (uint32_t)ctx->methods.count;
    ptr_vec_push(&ctx->methods, m);
    intern_add(&ctx->priv->methods, key, m);
    return m;
}

struct ty_method *
ty_method_on(struct ty_context *ctx, struct ty_type *owner, struct ty_method_def *def,
             struct ty_type **args)
{
    struct ty_method probe = {.owner = owner, .def = def, .args = args};
    struct ty_method *m;
    uint32_t key;

    if (owner->form == TY_FORM_OPEN_DEF)
        probe.owner = ty_type_open(ctx, owner->def);
    if (!def->generic_count)
        probe.args = NULL;
    else if (!args)
        probe.args = own_variables(ctx, def);
    key = method_key(&probe);
    m = intern_find(&ctx->priv->methods, key, method_equal, &probe);
    return m ? m : method_make(ctx, &probe, key);
}

struct ty_method *
ty_method_open(struct ty_context *ctx, struct ty_method_def *def)
{
    if (!def->open)
        def->open = ty_method_on(ctx, ty_type_open(ctx, def->owner), def, NULL);
    return def->open;
}

struct ty_method *
ty_method_named(struct ty_context *ctx, struct ty_type *owner, const char *name, int param_count)
{
    struct ty_method_def *def = NULL;

    if (owner->form == TY_FORM_SZARRAY || owner->form == TY_FORM_MDARRAY)
        def = ty_array_method(ctx, owner, name, (uint32_t)param_count);
    else if (owner->def)
        def = ty_method_def_named(ctx, owner->def, name, param_count);
    if (!def) {
        ty_fail(ctx, TY_FAIL_MISSING_METHOD, "%s has no method %s", ty_name(ctx, owner), name);
        return NULL;
    }
    return ty_method_on(ctx, owner, def, NULL);
}

struct ty_method *
ty_method_synth(struct ty_context *ctx, struct ty_type *owner, const char *name, struct ty_sig *sig,
                struct il_synth *synth)
{
    struct ty_method_def *def = arena_alloc(ctx->arena, sizeof *def);
    struct ty_method *m = arena_alloc(ctx->arena, sizeof *m);

    def->assembly = owner && owner->def ? owner->def->assembly : ctx->core;
    def->owner = owner ? owner->def : NULL;
    def->name = arena_strdup(ctx->arena, name);
    def->pseudo = TY_PSEUDO_SYNTH;
    def->is_static = !sig->has_this;
    def->flags = (uint16_t)(MD_METHOD_PUBLIC | (def->is_static ? MD_METHOD_STATIC : 0));
    def->attributes_loaded = true;
    def->synth = synth;
    def->open_sig = sig;
    def->open = m;
    m->id = (uint32_t)ctx->methods.count;
    m->owner = owner;
    m->def = def;
    m->sig = sig;
    m->is_canon = owner && owner->is_canon;
    m->canon = m;
    ptr_vec_push(&ctx->methods, m);
    return m;
}

static bool
field_equal(const void *item, const void *probe)
{
    const struct ty_field *a = item, *b = probe;

    return a->owner == b->owner && a->def == b->def;
}

struct ty_field *
ty_field_on(struct ty_context *ctx, struct ty_type *owner, struct ty_field_def *def)
{
    struct ty_field probe = {.owner = owner, .def = def}, *f;
    struct ty_env env;
    uint32_t key;

    if (owner->form == TY_FORM_OPEN_DEF)
        probe.owner = ty_type_open(ctx, owner->def);
    key = hash_combine(probe.owner->id, hash_combine(def->owner->assembly->id, def->row));
    f = intern_find(&ctx->priv->fields, key, field_equal, &probe);
    if (f)
        return f;
    env = ty_env_of_type(probe.owner);
    probe.type = ty_field_def_type(ctx, def);
    if (probe.type)
        probe.type = ty_subst(ctx, probe.type, &env);
    if (!probe.type)
        return NULL;
    f = arena_memdup(ctx->arena, &probe, sizeof probe);
    f->id = (uint32_t)ctx->fields.count;
    ptr_vec_push(&ctx->fields, f);
    intern_add(&ctx->priv->fields, key, f);
    return f;
}

struct ty_field *
ty_field_named(struct ty_context *ctx, struct ty_type *owner, const char *name)
{
    struct ty_field_def *def = owner->def ? ty_field_def_named(ctx, owner->def, name) : NULL;

    if (!def) {
        ty_fail(ctx, TY_FAIL_MISSING_FIELD, "%s has no field %s", ty_name(ctx, owner), name);
        return NULL;
    }
    return ty_field_on(ctx, owner, def);
}
