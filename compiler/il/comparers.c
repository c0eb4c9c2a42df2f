/* compiler/il/comparers.c - the class behind EqualityComparer<T>.Default and Comparer<T>.Default,
 * chosen for each exact T (contract/compiler.md 7.3). Shared code reads it from its dictionary. */
#include "compiler/il/special.h"

static struct ty_type *
instance(struct il_context *il, enum ty_well_known wk, struct ty_type *arg)
{
    struct ty_def *def = il->ty->well_known[wk];

    return def ? ty_instantiate(il->ty, def, &arg, 1) : NULL;
}

/* T implements `wk`<T>. */
static bool
implements_of_self(struct il_context *il, struct ty_type *t, enum ty_well_known wk)
{
    struct ty_type *wanted = instance(il, wk, t);
    const struct ty_interfaces *all = wanted ? ty_interfaces_of(il->ty, t) : NULL;

    for (uint32_t i = 0; all && i < all->count; i++)
        if (all->at[i] == wanted)
            return true;
    return wanted && !t->is_value_type && ty_is_assignable(il->ty, t, wanted); /* through variance */
}

static struct ty_type *
equality_comparer(struct il_context *il, struct ty_type *t)
{
    if (t == il->ty->t_string)
        return ty_well_known_type(il->ty, WK_STRING_EQUALITY_COMPARER);
    if (ty_is_nullable(t))
        return instance(il, WK_NULLABLE_EQUALITY_COMPARER, t->args[0]);
    if (t->def && t->def->is_enum)
        return instance(il, WK_ENUM_EQUALITY_COMPARER, t);
    if (implements_of_self(il, t, WK_IEQUATABLE_OF_T))
        return instance(il, WK_GENERIC_EQUALITY_COMPARER, t);
    return instance(il, WK_OBJECT_EQUALITY_COMPARER, t);
}

static struct ty_type *
ordering_comparer(struct il_context *il, struct ty_type *t)
{
    if (ty_is_nullable(t))
        return instance(il, WK_NULLABLE_COMPARER, t->args[0]);
    if (t->def && t->def->is_enum)
        return instance(il, WK_ENUM_COMPARER, t);
    if (implements_of_self(il, t, WK_ICOMPARABLE_OF_T))
        return instance(il, WK_GENERIC_COMPARER, t);
    return instance(il, WK_OBJECT_COMPARER, t);
}

struct ty_type *
il_default_comparer(struct il_context *il, struct ty_type *exact, bool ordering)
{
    struct ptr_map *known = &il->special->comparers[ordering];
    struct ty_type *c = ptr_map_get(known, exact);

    if (c)
        return c;
    c = ordering ? ordering_comparer(il, exact) : equality_comparer(il, exact);
    if (!c)
        c = instance(il, ordering ? WK_OBJECT_COMPARER : WK_OBJECT_EQUALITY_COMPARER, exact);
    if (!c)
        diag_fatal("%s: the default comparers are missing: this is not the class library of NativeAOT 9.0",
                   il->ty->core->path);
    ptr_map_put(known, exact, c);
    return c;
}
