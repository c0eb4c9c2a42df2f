/* compiler/types/interfaces.c - the flattened list of interfaces a type implements.
 * Order (contract/compiler.md 1.1): the base class's list, then each declared interface after its
 * own bases; duplicates are dropped. */
#include "compiler/types/ty_priv.h"

bool
ty_interfaces_load(struct ty_context *ctx, struct ty_def *def)
{
    const struct md_image *img = def->assembly->image;
    uint32_t first, end, row, count = 0;
    struct ty_type **list;

    if (def->interfaces_loaded)
        return true;
    if (!md_find_rows(img, MD_INTERFACEIMPL, MD_INTERFACEIMPL_CLASS, def->row, &first, &end)) {
        def->interfaces_loaded = true;
        return true;
    }
    list = arena_array(ctx->arena, end - first, sizeof *list);
    for (row = first; row < end; row++) {
        uint32_t token = md_cell(img, MD_INTERFACEIMPL, row, MD_INTERFACEIMPL_INTERFACE);
        struct ty_type *t = ty_type_from_token(ctx, def->assembly, token);

        if (!t)
            return false;
        if (!ty_is_def(t) || !t->def->is_interface) {
            ty_fail(ctx, TY_FAIL_TYPE_LOAD, "%s, %s: %s is not an interface", def->full_name,
                    def->assembly->path, ty_name(ctx, t));
            return false;
        }
        if (!ty_vars_within(ctx, t, def))
            return false;
        list[count++] = t;
    }
    def->interfaces_open = list;
    def->interface_count = count;
    def->interfaces_loaded = true;
    return true;
}

static void
add(struct ptr_vec *list, struct ty_type *t)
{
    size_t i;

    for (i = 0; i < list->count; i++)
        if (list->at[i] == t)
            return;
    ptr_vec_push(list, t);
}

static void
add_all(struct ptr_vec *list, const struct ty_interfaces *more)
{
    uint32_t i;

    for (i = 0; i < more->count; i++)
        add(list, more->at[i]);
}

static bool
collect(struct ty_context *ctx, struct ty_type *t, struct ptr_vec *list)
{
    struct ty_env env = ty_env_of_type(t);
    const struct ty_interfaces *inner;
    struct ty_type *base;
    uint32_t i;

    if (!ty_base_find(ctx, t, &base) || !ty_interfaces_load(ctx, t->def))
        return false;
    if (base) {
        inner = ty_interfaces_of(ctx, base);
        if (!inner)
            return false;
        add_all(list, inner);
    }
    for (i = 0; i < t->def->interface_count; i++) {
        struct ty_type *own = ty_subst(ctx, t->def->interfaces_open[i], &env);

        inner = own ? ty_interfaces_of(ctx, own) : NULL;
        if (!inner)
            return false;
        add_all(list, inner);
        add(list, own);
    }
    return true;
}

static struct ty_interfaces *
interfaces_make(struct ty_context *ctx, struct ty_type *t)
{
    struct ty_interfaces *out = NULL;
    struct ptr_vec list = {0};

    if (!ty_enter(ctx, t->def->full_name))
        return NULL;
    if (collect(ctx, t, &list)) {
        out = arena_alloc(ctx->arena, sizeof *out);
        out->count = (uint32_t)list.count;
        if (list.count)
            out->at = arena_memdup(ctx->arena, list.at, list.count * sizeof *out->at);
    }
    ptr_vec_free(&list);
    ty_leave(ctx);
    return out;
}

const struct ty_interfaces *
ty_interfaces_of(struct ty_context *ctx, struct ty_type *t)
{
    static const struct ty_interfaces none;
    struct ty_type *class = ty_class_of(ctx, t);

    if (!class)
        return &none;
    if (!class->interfaces)
        class->interfaces = interfaces_make(ctx, class);
    return class->interfaces;
}

/* The exact instance is in the list. */
bool
ty_implements(struct ty_context *ctx, struct ty_type *t, struct ty_type *interface)
{
    const struct ty_interfaces *list = ty_interfaces_of(ctx, t);
    uint32_t i;

    for (i = 0; list && i < list->count; i++)
        if (list->at[i] == interface)
            return true;
    return false;
}
