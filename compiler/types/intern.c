/* compiler/types/intern.c - makes types and signatures, each once.
 * Equal is identical: the tables are keyed by form, definition and the ids of the parts. */
#include "compiler/types/ty_priv.h"

bool
ty_same_args(struct ty_type *const *a, struct ty_type *const *b, size_t count)
{
    return count == 0 || memcmp(a, b, count * sizeof *a) == 0;
}

static uint32_t
type_key(const struct ty_type *t)
{
    uint32_t key = hash_combine((uint32_t)t->form, t->rank ^ t->var_index << 8), i;

    if (t->def)
        key = hash_combine(key, hash_combine(t->def->assembly->id, t->def->row));
    if (t->param)
        key = hash_combine(key, t->param->id);
    if (t->fnptr)
        key = hash_combine(key, t->fnptr->id);
    for (i = 0; i < t->arg_count; i++)
        key = hash_combine(key, t->args[i]->id);
    return key;
}

static bool
type_equal(const void *item, const void *probe)
{
    const struct ty_type *a = item, *b = probe;

    return a->form == b->form && a->def == b->def && a->param == b->param && a->rank == b->rank &&
           a->var_index == b->var_index && a->fnptr == b->fnptr && a->arg_count == b->arg_count &&
           ty_same_args(a->args, b->args, a->arg_count);
}

/* The interned twin of `probe`; made, with a copy of its arguments, when it is new. */
static struct ty_type *
intern(struct ty_context *ctx, const struct ty_type *probe)
{
    uint32_t key = type_key(probe);
    struct ty_type *t = intern_find(&ctx->priv->types, key, type_equal, probe);

    if (t)
        return t;
    t = arena_memdup(ctx->arena, probe, sizeof *probe);
    if (t->arg_count)
        t->args = arena_memdup(ctx->arena, probe->args, t->arg_count * sizeof *t->args);
    t->id = (uint32_t)ctx->types.count;
    ptr_vec_push(&ctx->types, t);
    intern_add(&ctx->priv->types, key, t);
    return t;
}

static void
from_def(struct ty_type *t, struct ty_def *def)
{
    t->def = def;
    t->element = def->element;
    t->is_value_type = def->is_value_type;
    t->is_canon = def->well_known == WK_CANON;
    t->hash = def->hash;
}

struct ty_type *
ty_type_of_def(struct ty_context *ctx, struct ty_def *def)
{
    if (!def->definition) {
        struct ty_type probe = {.form = def->generic_count ? TY_FORM_OPEN_DEF : TY_FORM_DEF};

        from_def(&probe, def);
        def->definition = intern(ctx, &probe);
    }
    return def->definition;
}

/* As ty_instantiate, for callers that know that the count fits. */
struct ty_type *
ty_def_instance(struct ty_context *ctx, struct ty_def *def, struct ty_type **args)
{
    struct ty_type probe = {.form = TY_FORM_DEF};
    uint16_t i;

    if (!def->generic_count)
        return ty_type_of_def(ctx, def);
    from_def(&probe, def);
    probe.args = args;
    probe.arg_count = def->generic_count;
    for (i = 0; i < probe.arg_count; i++) {
        probe.has_vars |= args[i]->has_vars;
        probe.is_canon |= args[i]->is_canon;
    }
    probe.hash = ty_hash_instance(def->hash, args, probe.arg_count);
    return intern(ctx, &probe);
}

struct ty_type *
ty_type_open(struct ty_context *ctx, struct ty_def *def)
{
    if (!def->open) {
        struct ty_type **vars = arena_array(ctx->arena, def->generic_count, sizeof *vars);
        uint16_t i;

        for (i = 0; i < def->generic_count; i++)
            vars[i] = ty_type_var(ctx, i);
        def->open = ty_def_instance(ctx, def, vars);
    }
    return def->open;
}

struct ty_type *
ty_instantiate(struct ty_context *ctx, struct ty_def *def, struct ty_type **args, uint16_t count)
{
    if (count != def->generic_count) {
        ty_fail(ctx, TY_FAIL_TYPE_LOAD, "%s takes %u generic arguments, not %u", def->full_name,
                (unsigned)def->generic_count, (unsigned)count);
        return NULL;
    }
    return ty_def_instance(ctx, def, args);
}

struct ty_type *
ty_native_struct(struct ty_context *ctx, const struct ty_def *like, struct ty_layout *layout)
{
    struct ty_def *def = arena_alloc(ctx->arena, sizeof *def);
    struct ty_type *t = arena_alloc(ctx->arena, sizeof *t);

    def->assembly = like->assembly;
    def->ns = like->ns;
    def->name = arena_printf(ctx->arena, "native:%s", like->name);
    def->full_name = arena_printf(ctx->arena, "native:%s", like->full_name);
    def->well_known = -1;
    def->element = TY_EL_VALUETYPE;
    def->is_value_type = def->is_sealed = def->members_loaded = true;
    def->is_sequential_layout = true;
    t->form = TY_FORM_DEF;
    from_def(t, def);
    t->layout = layout;
    t->id = (uint32_t)ctx->types.count;
    ptr_vec_push(&ctx->types, t);
    def->definition = def->open = t;
    return t;
}

static struct ty_type *
around(struct ty_context *ctx, enum ty_form form, enum ty_element element, struct ty_type *param,
       uint32_t rank, uint32_t hash)
{
    struct ty_type probe = {.form = form, .element = element, .param = param, .rank = rank};

    probe.has_vars = param->has_vars;
    probe.is_canon = param->is_canon;
    probe.hash = hash;
    return intern(ctx, &probe);
}

struct ty_type *
ty_array(struct ty_context *ctx, struct ty_type *element)
{
    return around(ctx, TY_FORM_SZARRAY, TY_EL_SZARRAY, element, 0, ty_hash_array(element->hash));
}

struct ty_type *
ty_md_array(struct ty_context *ctx, struct ty_type *element, uint32_t rank)
{
    if (rank == 0 || rank > TY_RANK_MAX) {
        ty_fail(ctx, TY_FAIL_TYPE_LOAD, "%s: arrays have 1 to %d dimensions, not %u",
                ty_name(ctx, element), TY_RANK_MAX, (unsigned)rank);
        return NULL;
    }
    return around(ctx, TY_FORM_MDARRAY, TY_EL_ARRAY, element, rank,
                  ty_hash_md_array(element->hash, rank));
}

struct ty_type *
ty_pointer(struct ty_context *ctx, struct ty_type *pointee)
{
    return around(ctx, TY_FORM_POINTER, TY_EL_POINTER, pointee, 0, ty_hash_pointer(pointee->hash));
}

struct ty_type *
ty_byref(struct ty_context *ctx, struct ty_type *pointee)
{
    return around(ctx, TY_FORM_BYREF, TY_EL_BYREF, pointee, 0, ty_hash_byref(pointee->hash));
}

struct ty_type *
ty_fnptr(struct ty_context *ctx, struct ty_sig *sig)
{
    struct ty_type probe = {.form = TY_FORM_FNPTR, .element = TY_EL_FNPTR, .fnptr = sig};
    uint32_t i;

    probe.has_vars = sig->has_vars;
    probe.is_canon = sig->ret->is_canon;
    for (i = 0; i < sig->param_count; i++)
        probe.is_canon |= sig->params[i]->is_canon;
    probe.hash = ty_hash_fnptr(sig);
    return intern(ctx, &probe);
}

static struct ty_type *
variable(struct ty_context *ctx, enum ty_form form, uint32_t index)
{
    struct ty_type probe = {.form = form, .var_index = index, .has_vars = true};

    probe.hash = ty_hash_variable(form == TY_FORM_METHOD_VAR, index);
    return intern(ctx, &probe);
}

struct ty_type *
ty_type_var(struct ty_context *ctx, uint32_t index)
{
    return variable(ctx, TY_FORM_TYPE_VAR, index);
}

struct ty_type *
ty_method_var(struct ty_context *ctx, uint32_t index)
{
    return variable(ctx, TY_FORM_METHOD_VAR, index);
}

static uint32_t
sig_key(const struct ty_sig *s)
{
    uint32_t key = hash_combine((uint32_t)s->conv, s->generic_count), i;

    key = hash_combine(key, (uint32_t)s->has_this | (uint32_t)s->explicit_this << 1 |
                                (uint32_t)s->suppress_gc_transition << 2);
    key = hash_combine(key, s->ret->id);
    for (i = 0; i < s->param_count; i++)
        key = hash_combine(key, s->params[i]->id);
    return key;
}

static bool
sig_equal(const void *item, const void *probe)
{
    const struct ty_sig *a = item, *b = probe;

    return a->conv == b->conv && a->has_this == b->has_this &&
           a->explicit_this == b->explicit_this &&
           a->suppress_gc_transition == b->suppress_gc_transition &&
           a->generic_count == b->generic_count && a->ret == b->ret &&
           a->param_count == b->param_count && ty_same_args(a->params, b->params, a->param_count);
}

struct ty_sig *
ty_sig_make(struct ty_context *ctx, const struct ty_sig *probe)
{
    uint32_t key = sig_key(probe), i;
    struct ty_sig *s = intern_find(&ctx->priv->sigs, key, sig_equal, probe);

    if (s)
        return s;
    s = arena_memdup(ctx->arena, probe, sizeof *probe);
    if (s->param_count)
        s->params = arena_memdup(ctx->arena, probe->params, s->param_count * sizeof *s->params);
    s->has_vars = s->ret->has_vars;
    for (i = 0; i < s->param_count; i++)
        s->has_vars |= s->params[i]->has_vars;
    s->id = (uint32_t)ctx->priv->sigs.count;
    intern_add(&ctx->priv->sigs, key, s);
    return s;
}
