/* compiler/types/resolve.c - which method runs for an interface method.
 * The order is the one the class library's run-time resolver uses (contract/compiler.md 3.3): from
 * the most derived class to Object, on each level the exact interface and then those that convert
 * to it by variance; default implementations only when no class has one. */
#include "compiler/types/ty_priv.h"

struct query {
    struct ty_context *ctx;
    struct ty_type *type;      /* whose instances are asked about */
    struct ty_method *decl;    /* interface method with its own variables as arguments */
    struct ty_type *interface; /* decl->owner */
};

/* ---- MethodImpl rows and names ---- */

/* The body a MethodImpl row of exactly this type gives for the declaration; NULL if none. */
static bool
impl_find(struct ty_context *ctx, struct ty_type *t, const struct ty_method *decl,
          struct ty_method **body)
{
    struct ty_env env = ty_env_of_type(t);
    uint32_t i;

    *body = NULL;
    if (!ty_impls_load(ctx, t->def))
        return false;
    for (i = 0; i < t->def->impl_count; i++) {
        const struct ty_impl *impl = &t->def->impls[i];
        struct ty_type *owner;

        if (impl->decl->def != decl->def)
            continue;
        owner = ty_subst(ctx, impl->decl->owner, &env);
        if (!owner)
            return false;
        if (owner != decl->owner)
            continue;
        *body = ty_subst_method(ctx, impl->body, &env);
        return *body != NULL;
    }
    return true;
}

/* A public virtual method of exactly this class with the declaration's name and signature. */
static bool
name_find(struct ty_context *ctx, struct ty_type *t, const struct ty_method *decl,
          struct ty_method **found)
{
    uint32_t i;

    *found = NULL;
    for (i = 0; i < t->def->method_count; i++) {
        struct ty_method_def *m = t->def->methods[i];
        struct ty_method *candidate;

        if (!m->is_virtual || m->is_static || m->generic_count != decl->def->generic_count ||
            (m->flags & MD_METHOD_ACCESS_MASK) != MD_METHOD_PUBLIC ||
            strcmp(m->name, decl->def->name) != 0)
            continue;
        candidate = ty_method_on(ctx, t, m, NULL);
        if (!candidate)
            return false;
        if (candidate->sig == decl->sig) {
            *found = candidate;
            return true;
        }
    }
    return true;
}

/* The same along `t` and its bases. */
static bool
name_find_up(struct ty_context *ctx, struct ty_type *t, const struct ty_method *decl,
             struct ty_method **found)
{
    *found = NULL;
    while (t && !*found) {
        if (!name_find(ctx, t, decl, found) || !ty_base_find(ctx, t, &t))
            return false;
    }
    return true;
}

/* True if the class itself lists the interface (or one that has it as a base). */
static bool
declares(struct ty_context *ctx, struct ty_type *t, struct ty_type *interface)
{
    struct ty_env env = ty_env_of_type(t);
    uint32_t i;

    if (!ty_interfaces_load(ctx, t->def))
        return false;
    for (i = 0; i < t->def->interface_count; i++) {
        struct ty_type *own = ty_subst(ctx, t->def->interfaces_open[i], &env);

        if (own && (own == interface || ty_implements(ctx, own, interface)))
            return true;
    }
    return false;
}

/* ---- one class level ---- */

static bool class_find_up(struct ty_context *ctx, struct ty_type *t, struct ty_method *decl,
                          struct ty_method **found);
static bool default_find(struct ty_context *ctx, struct ty_type *t, struct ty_method *decl,
                         struct ty_method **found, enum ty_dispatch *how);

/* Instance methods: what class `t` newly provides for the exact declaration. */
static bool
instance_find(struct ty_context *ctx, struct ty_type *t, struct ty_method *decl,
              struct ty_method **found)
{
    struct ty_method *inherited = NULL, *inherited_default = NULL;
    enum ty_dispatch how = TY_DISPATCH_NONE;
    struct ty_type *base;

    if (!impl_find(ctx, t, decl, found) || *found)
        return *found != NULL;
    if (!ty_implements(ctx, t, decl->owner))
        return true;
    if (!ty_base_find(ctx, t, &base))
        return false;
    if (declares(ctx, t, decl->owner)) {
        if (!name_find(ctx, t, decl, found) || *found)
            return *found != NULL;
        if (!base || ty_implements(ctx, base, decl->owner))
            return true;
        return name_find_up(ctx, base, decl, found);
    }
    /* Listed by a base only: methods added here count when the base has no implementation at all,
     * not even a default one. */
    if (base && (!class_find_up(ctx, base, decl, &inherited) ||
                 !default_find(ctx, base, decl, &inherited_default, &how)))
        return false;
    if (inherited || how != TY_DISPATCH_NONE)
        return true;
    return name_find_up(ctx, t, decl, found);
}

static bool
class_find(struct ty_context *ctx, struct ty_type *t, struct ty_method *decl,
           struct ty_method **found)
{
    *found = NULL;
    if (t->def->is_interface)
        return true;
    return decl->def->is_static ? impl_find(ctx, t, decl, found)
                                : instance_find(ctx, t, decl, found);
}

static bool
class_find_up(struct ty_context *ctx, struct ty_type *t, struct ty_method *decl,
              struct ty_method **found)
{
    *found = NULL;
    while (t && !*found) {
        if (!class_find(ctx, t, decl, found) || !ty_base_find(ctx, t, &t))
            return false;
    }
    return true;
}

/* ---- default implementations ---- */

struct best {
    struct ty_type *interface;
    struct ty_method *impl;
    bool diamond;
};

/* Weighs what one interface of the type says about the declaration. */
static bool
consider(struct ty_context *ctx, struct ty_type *candidate, struct ty_method *decl,
         struct best *best)
{
    struct ty_method *body;

    if (candidate == decl->owner) {
        if (!best->interface && !decl->def->is_abstract) {
            best->interface = candidate;
            best->impl = decl;
        }
        return true;
    }
    if (!ty_implements(ctx, candidate, decl->owner))
        return true;
    if (!impl_find(ctx, candidate, decl, &body))
        return false;
    if (!body)
        return true;
    if (!best->interface || ty_implements(ctx, candidate, best->interface)) {
        best->interface = candidate;
        best->impl = body;
        best->diamond = false;
    } else if (!ty_implements(ctx, best->interface, candidate)) {
        best->diamond = true;
    }
    return true;
}

/* The most specific default implementation for the exact declaration. */
static bool
default_find(struct ty_context *ctx, struct ty_type *t, struct ty_method *decl,
             struct ty_method **found, enum ty_dispatch *how)
{
    const struct ty_interfaces *list = ty_interfaces_of(ctx, t);
    struct best best = {NULL, NULL, false};
    uint32_t i;

    *found = NULL;
    *how = TY_DISPATCH_NONE;
    if (!list)
        return false;
    for (i = 0; i < list->count; i++)
        if (!consider(ctx, list->at[i], decl, &best))
            return false;
    if (ty_is_def(t) && t->def->is_interface && !consider(ctx, t, decl, &best))
        return false;
    if (!best.impl)
        return true;
    *how = best.diamond                  ? TY_DISPATCH_DIAMOND
           : best.impl->def->is_abstract ? TY_DISPATCH_REABSTRACTED
                                         : TY_DISPATCH_DEFAULT;
    if (*how == TY_DISPATCH_DEFAULT)
        *found = best.impl;
    return true;
}

/* ---- the whole search ---- */

/* The declaration on another instance of its interface. */
static struct ty_method *
decl_on(struct ty_context *ctx, struct ty_type *interface, const struct ty_method *decl)
{
    return ty_method_on(ctx, interface, decl->def, NULL);
}

typedef bool level_search(struct ty_context *ctx, struct ty_type *t, struct ty_method *decl,
                          struct ty_method **found, enum ty_dispatch *how);

static bool
level_class(struct ty_context *ctx, struct ty_type *t, struct ty_method *decl,
            struct ty_method **found, enum ty_dispatch *how)
{
    bool ok = class_find(ctx, t, decl, found);

    *how = *found ? TY_DISPATCH_CLASS : TY_DISPATCH_NONE;
    return ok;
}

/* One class level: the exact interface, then the others that convert to it. */
static bool
level_find(const struct query *q, struct ty_type *level, level_search *search,
           struct ty_method **found, enum ty_dispatch *how)
{
    const struct ty_interfaces *list;
    bool of_array = q->type->form == TY_FORM_SZARRAY;
    uint32_t i;

    if (!search(q->ctx, level, q->decl, found, how))
        return false;
    if (*how != TY_DISPATCH_NONE)
        return true;
    list = ty_interfaces_of(q->ctx, level);
    for (i = 0; list && i < list->count && *how == TY_DISPATCH_NONE; i++) {
        struct ty_method *decl;

        if (list->at[i] == q->interface || list->at[i]->def != q->interface->def ||
            !ty_variant(q->ctx, list->at[i], q->interface, of_array))
            continue;
        decl = decl_on(q->ctx, list->at[i], q->decl);
        if (!decl || !search(q->ctx, level, decl, found, how))
            return false;
    }
    return list != NULL;
}

static bool
levels_find(const struct query *q, struct ty_type *level, level_search *search,
            struct ty_method **found, enum ty_dispatch *how)
{
    *found = NULL;
    *how = TY_DISPATCH_NONE;
    while (level && *how == TY_DISPATCH_NONE) {
        if (!level_find(q, level, search, found, how) || !ty_base_find(q->ctx, level, &level))
            return false;
    }
    return true;
}

/* The found method as instances of `type` run it, with the declaration's own arguments. */
static struct ty_method *
finish(struct ty_context *ctx, struct ty_type *type, const struct ty_method *decl,
       struct ty_method *found, enum ty_dispatch how)
{
    if (!found)
        return NULL;
    if (decl->def->generic_count) {
        found = ty_method_on(ctx, found->owner, found->def, decl->args);
        if (!found)
            return NULL;
    }
    if (how == TY_DISPATCH_CLASS && !found->def->is_static)
        return ty_resolve_virtual(ctx, type, found);
    return found;
}

static bool
query_open(struct query *q, struct ty_context *ctx, struct ty_type *type, struct ty_method *decl)
{
    q->ctx = ctx;
    q->type = type;
    q->decl = decl->def->generic_count ? ty_method_on(ctx, decl->owner, decl->def, NULL) : decl;
    q->interface = decl->owner;
    return q->decl != NULL;
}

struct ty_method *
ty_resolve_interface(struct ty_context *ctx, struct ty_type *type, struct ty_method *decl,
                     enum ty_dispatch *how)
{
    struct ty_type *class = ty_class_of(ctx, type);
    struct ty_method *found = NULL;
    struct query q;

    *how = TY_DISPATCH_NONE;
    if (!decl->def->owner || !decl->def->owner->is_interface) {
        *how = TY_DISPATCH_CLASS;
        return ty_resolve_virtual(ctx, type, decl);
    }
    if (!class || !query_open(&q, ctx, type, decl))
        return NULL;
    if (!levels_find(&q, class, level_class, &found, how))
        return NULL;
    if (*how == TY_DISPATCH_NONE && !levels_find(&q, class, default_find, &found, how))
        return NULL;
    return finish(ctx, type, decl, found, *how);
}

struct ty_method *
ty_resolve_interface_here(struct ty_context *ctx, struct ty_type *type, struct ty_method *decl,
                          enum ty_dispatch *how)
{
    struct ty_type *class = ty_class_of(ctx, type), *base;
    struct ty_method *found = NULL, *inherited = NULL;
    struct query q;

    *how = TY_DISPATCH_NONE;
    if (!class || !query_open(&q, ctx, type, decl))
        return NULL;
    if (!level_class(ctx, class, q.decl, &found, how) || !ty_base_find(ctx, class, &base))
        return NULL;
    if (*how == TY_DISPATCH_NONE) {
        if (base && !class_find_up(ctx, base, q.decl, &inherited))
            return NULL;
        if (!inherited && !default_find(ctx, class, q.decl, &found, how))
            return NULL;
    }
    return finish(ctx, type, decl, found, *how);
}
