/* compiler/types/arrays.c - the methods that arrays have without any metadata row.
 * One definition for each (name, parameter count), shared by all element types: their signatures
 * are in terms of !0 = the element type (ty_env_of_type gives an array's element for it). */
#include "compiler/types/ty_priv.h"

static struct ty_sig *
array_method_sig(struct ty_context *ctx, unsigned pseudo, uint32_t ints)
{
    struct ty_type *element = ty_type_var(ctx, 0);
    struct ty_sig sig = {.conv = TY_CC_DEFAULT, .has_this = true};
    uint32_t i;

    sig.params = arena_array(ctx->arena, ints + 1, sizeof(void *));
    for (i = 0; i < ints; i++)
        sig.params[i] = ctx->t_i4;
    sig.param_count = ints;
    sig.ret = ctx->t_void;
    if (pseudo == TY_PSEUDO_ARRAY_GET)
        sig.ret = element;
    if (pseudo == TY_PSEUDO_ARRAY_ADDRESS)
        sig.ret = ty_byref(ctx, element);
    if (pseudo == TY_PSEUDO_ARRAY_SET)
        sig.params[sig.param_count++] = element;
    return ty_sig_make(ctx, &sig);
}

static struct ty_method_def *
array_method_make(struct ty_context *ctx, const char *name, unsigned pseudo, uint32_t ints)
{
    struct ty_method_def *def = arena_alloc(ctx->arena, sizeof *def);

    def->assembly = ctx->core;
    def->name = arena_strdup(ctx->arena, name);
    def->flags = MD_METHOD_PUBLIC;
    def->pseudo = (uint8_t)pseudo;
    def->is_ctor = pseudo == TY_PSEUDO_ARRAY_CTOR;
    def->attributes_loaded = true;
    def->open_sig = array_method_sig(ctx, pseudo, ints);
    return def;
}

/* The kind of method `name` is on arrays of that rank; TY_PSEUDO_NONE for all others. */
static unsigned
array_method_kind(const struct ty_type *array, const char *name, uint32_t params, uint32_t *ints)
{
    uint32_t rank = array->form == TY_FORM_SZARRAY ? 1 : array->rank;

    *ints = params;
    if (strcmp(name, ".ctor") == 0 && (params == rank || params == 2 * rank))
        return TY_PSEUDO_ARRAY_CTOR;
    if (strcmp(name, "Get") == 0 && params == rank)
        return TY_PSEUDO_ARRAY_GET;
    if (strcmp(name, "Address") == 0 && params == rank)
        return TY_PSEUDO_ARRAY_ADDRESS;
    if (strcmp(name, "Set") == 0 && params == rank + 1) {
        *ints = rank;
        return TY_PSEUDO_ARRAY_SET;
    }
    return TY_PSEUDO_NONE;
}

/* NULL, without a failure, when arrays have no such method. */
struct ty_method_def *
ty_array_method(struct ty_context *ctx, struct ty_type *array, const char *name,
                uint32_t param_count)
{
    uint32_t ints;
    unsigned kind = array_method_kind(array, name, param_count, &ints);
    struct ty_method_def *def;
    const char *key;

    if (kind == TY_PSEUDO_NONE)
        return NULL;
    key = arena_printf(ctx->arena, "%s/%u", name, (unsigned)param_count);
    def = str_map_get(&ctx->priv->array_methods, key);
    if (!def) {
        def = array_method_make(ctx, name, kind, ints);
        str_map_put(&ctx->priv->array_methods, key, def);
    }
    return def;
}
