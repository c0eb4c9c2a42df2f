/* compiler/types/relations.c - bases, kinds of types, and which type converts to which. */
#include "compiler/types/ty_priv.h"

bool
ty_is_ref(const struct ty_type *t)
{
    if (t->form == TY_FORM_SZARRAY || t->form == TY_FORM_MDARRAY)
        return true;
    return t->form == TY_FORM_DEF && !t->is_value_type;
}

bool
ty_is_nullable(const struct ty_type *t)
{
    return t->form == TY_FORM_DEF && t->element == TY_EL_NULLABLE;
}

bool
ty_is_delegate(const struct ty_type *t)
{
    return t->form == TY_FORM_DEF && t->def->is_delegate;
}

struct ty_type *
ty_enum_underlying(struct ty_context *ctx, struct ty_type *t)
{
    switch (t->element) {
    case TY_EL_BOOL:
        return ctx->t_bool;
    case TY_EL_CHAR:
        return ctx->t_char;
    case TY_EL_I1:
        return ctx->t_i1;
    case TY_EL_U1:
        return ctx->t_u1;
    case TY_EL_I2:
        return ctx->t_i2;
    case TY_EL_U2:
        return ctx->t_u2;
    case TY_EL_I4:
        return ctx->t_i4;
    case TY_EL_U4:
        return ctx->t_u4;
    case TY_EL_I8:
        return ctx->t_i8;
    case TY_EL_U8:
        return ctx->t_u8;
    case TY_EL_I:
        return ctx->t_i;
    case TY_EL_U:
        return ctx->t_u;
    case TY_EL_R4:
        return ctx->t_r4;
    case TY_EL_R8:
        return ctx->t_r8;
    case TY_EL_UNKNOWN:
    case TY_EL_VOID:
    case TY_EL_VALUETYPE:
    case TY_EL_NULLABLE:
    case TY_EL_CLASS:
    case TY_EL_INTERFACE:
    case TY_EL_SYSTEM_ARRAY:
    case TY_EL_ARRAY:
    case TY_EL_SZARRAY:
    case TY_EL_BYREF:
    case TY_EL_POINTER:
    case TY_EL_FNPTR:
        break;
    }
    return t;
}

struct ty_type *
ty_reduced(struct ty_context *ctx, struct ty_type *t)
{
    return ty_is_def(t) && t->def->is_enum ? ty_enum_underlying(ctx, t) : t;
}

/* ---- bases -------------------------------------------------------------------------------------
 */

static bool
vars_within(const struct ty_type *t, uint32_t count)
{
    if (t->form == TY_FORM_TYPE_VAR)
        return t->var_index < count;
    if (t->form == TY_FORM_METHOD_VAR || (t->param && !vars_within(t->param, count)))
        return false;
    for (uint16_t i = 0; i < t->arg_count; i++)
        if (!vars_within(t->args[i], count))
            return false;
    return true;
}

bool
ty_vars_within(struct ty_context *ctx, const struct ty_type *t, const struct ty_def *def)
{
    if (!t->has_vars || vars_within(t, def->generic_count))
        return true;
    ty_fail(ctx, TY_FAIL_TYPE_LOAD, "%s, %s: a base or interface mentions a generic parameter that it has not", def->full_name, def->assembly->path);
    return false;
}

/* Also looks at all further bases, so that no walk along them can go round in circles. */
static bool
base_open_load(struct ty_context *ctx, struct ty_def *def)
{
    struct ty_type *base;
    bool ok = true;

    if (def->base_state == 2)
        return true;
    if (def->base_state == 1) {
        ty_fail(ctx, TY_FAIL_TYPE_LOAD, "%s, %s: inherits from itself", def->full_name,
                def->assembly->path);
        return false;
    }
    if (!def->extends || def->is_interface) {
        def->base_state = 2;
        return true;
    }
    if (!ty_enter(ctx, def->full_name))
        return false;
    def->base_state = 1;
    base = ty_type_from_token(ctx, def->assembly, def->extends);
    if (!base) {
        ok = false;
    } else if (!ty_is_def(base) || base->is_value_type || base->def->is_interface) {
        ty_fail(ctx, TY_FAIL_TYPE_LOAD, "%s, %s: its base %s is not a class", def->full_name,
                def->assembly->path, ty_name(ctx, base));
        if (ty_is_def(base) && base->def->is_interface)
            ty_say_type(ctx, def, "the parent type is an interface");
        ok = false;
    } else {
        ok = ty_vars_within(ctx, base, def) && base_open_load(ctx, base->def);
    }
    ty_leave(ctx);
    def->base_open = ok ? base : NULL;
    def->base_state = ok ? 2 : 0;
    return ok;
}

bool
ty_base_find(struct ty_context *ctx, struct ty_type *t, struct ty_type **base)
{
    *base = NULL;
    if (t->base_known) {
        *base = t->base_cache;
        return true;
    }
    if (t->form == TY_FORM_SZARRAY || t->form == TY_FORM_MDARRAY) {
        t->base_cache = ty_well_known_type(ctx, WK_ARRAY);
    } else if (t->form == TY_FORM_DEF || t->form == TY_FORM_OPEN_DEF) {
        struct ty_env env = ty_env_of_type(t);

        if (!base_open_load(ctx, t->def))
            return false;
        if (t->def->base_open) {
            t->base_cache = ty_subst(ctx, t->def->base_open, &env);
            if (!t->base_cache)
                return false;
        }
    }
    t->base_known = true;
    *base = t->base_cache;
    return true;
}

struct ty_type *
ty_base(struct ty_context *ctx, struct ty_type *t)
{
    struct ty_type *base;

    return ty_base_find(ctx, t, &base) ? base : NULL;
}

struct ty_type *
ty_class_of(struct ty_context *ctx, struct ty_type *t)
{
    enum ty_form inner;

    if (t->form == TY_FORM_DEF)
        return t;
    if (t->form == TY_FORM_MDARRAY)
        return ty_well_known_type(ctx, WK_ARRAY);
    if (t->form != TY_FORM_SZARRAY)
        return NULL;
    inner = t->param->form;
    if (inner == TY_FORM_POINTER || inner == TY_FORM_FNPTR)
        return ty_well_known_type(ctx, WK_ARRAY);
    return ty_def_instance(ctx, ctx->well_known[WK_ARRAY_OF_T], &t->param);
}

bool
ty_is_subclass(struct ty_context *ctx, struct ty_type *t, struct ty_type *base)
{
    while (t && t != base)
        t = ty_base(ctx, t);
    return t != NULL;
}

/* ---- conversion ---- */

/* Integers of one size are interchangeable as array elements, whatever their sign. */
static enum ty_element
unsigned_twin(const struct ty_type *t)
{
    switch ((unsigned)t->element) {
    case TY_EL_I1:
        return TY_EL_U1;
    case TY_EL_I2:
        return TY_EL_U2;
    case TY_EL_I4:
        return TY_EL_U4;
    case TY_EL_I8:
        return TY_EL_U8;
    case TY_EL_I:
        return TY_EL_U;
    default:
        return t->element;
    }
}

static bool
is_integer(enum ty_element e)
{
    return e == TY_EL_U1 || e == TY_EL_U2 || e == TY_EL_U4 || e == TY_EL_U8 || e == TY_EL_U;
}

static bool
elements_compatible(struct ty_context *ctx, struct ty_type *from, struct ty_type *to)
{
    if (from == to)
        return true;
    if (ty_is_ref(from) && ty_is_ref(to))
        return ty_is_assignable(ctx, from, to);
    if (from->is_value_type && to->is_value_type)
        return is_integer(unsigned_twin(to)) && unsigned_twin(from) == unsigned_twin(to);
    return false;
}

static bool
argument_converts(struct ty_context *ctx, struct ty_type *from, struct ty_type *to,
                  unsigned variance, bool of_array)
{
    if (from == to)
        return true;
    if (of_array && elements_compatible(ctx, from, to))
        return true;
    if (!ty_is_ref(from) || !ty_is_ref(to))
        return false;
    if (variance == MD_GENERIC_COVARIANT)
        return ty_is_assignable(ctx, from, to);
    if (variance == MD_GENERIC_CONTRAVARIANT)
        return ty_is_assignable(ctx, to, from);
    return false;
}

bool
ty_variant(struct ty_context *ctx, struct ty_type *from, struct ty_type *to, bool of_array)
{
    uint16_t i;

    if (from == to)
        return true;
    if (!ty_is_def(from) || !ty_is_def(to) || from->def != to->def || from->arg_count == 0)
        return false;
    of_array = of_array && from->arg_count == 1;
    if (!from->def->has_variance && !of_array)
        return false;
    for (i = 0; i < from->arg_count; i++)
        if (!argument_converts(ctx, from->args[i], to->args[i], from->def->variance[i], of_array))
            return false;
    return true;
}

static bool
converts_to_interface(struct ty_context *ctx, struct ty_type *from, struct ty_type *to)
{
    const struct ty_interfaces *list = ty_interfaces_of(ctx, from);
    bool of_array = from->form == TY_FORM_SZARRAY;
    uint32_t i;

    if (ty_variant(ctx, from, to, false))
        return true;
    for (i = 0; list && i < list->count; i++)
        if (ty_variant(ctx, list->at[i], to, of_array))
            return true;
    return false;
}

static bool
assignable(struct ty_context *ctx, struct ty_type *from, struct ty_type *to)
{
    if (from->form != to->form || to->form == TY_FORM_DEF) {
        if (to->form != TY_FORM_DEF)
            return false;
        if (from->form != TY_FORM_DEF && !ty_is_ref(from))
            return false;
        if (to->def->is_interface)
            return converts_to_interface(ctx, from, to);
        if (to == ctx->t_object)
            return true;
        if (ty_is_delegate(from) && ty_variant(ctx, from, to, false))
            return true;
        return ty_is_subclass(ctx, from, to);
    }
    if (to->form == TY_FORM_SZARRAY || (to->form == TY_FORM_MDARRAY && from->rank == to->rank))
        return elements_compatible(ctx, from->param, to->param);
    return false;
}

bool
ty_is_assignable(struct ty_context *ctx, struct ty_type *from, struct ty_type *to)
{
    bool yes;

    if (from == to)
        return true;
    if (!ty_enter(ctx, "conversion"))
        return false;
    yes = assignable(ctx, from, to);
    ty_leave(ctx);
    return yes;
}

/* ---- static constructors and finalizers ---- */

static bool
is_eager(struct ty_def *def)
{
    if (!def->eager_state)
        def->eager_state = ty_attribute_find(def->assembly, md_token(MD_TYPEDEF, def->row),
                                             "System.Runtime.CompilerServices",
                                             "EagerStaticClassConstructionAttribute")
                               ? 2
                               : 1;
    return def->eager_state == 2;
}

/* The <Module> type's is the module initialiser, which nothing triggers. */
bool
ty_has_lazy_cctor(struct ty_context *ctx, struct ty_type *t)
{
    (void)ctx;
    return ty_is_def(t) && t->def->cctor && !t->def->is_global && !is_eager(t->def);
}

bool
ty_has_eager_cctor(struct ty_context *ctx, struct ty_type *t)
{
    (void)ctx;
    return ty_is_def(t) && t->def->cctor && !t->def->is_global && is_eager(t->def);
}

struct ty_method *
ty_finalizer_of(struct ty_context *ctx, struct ty_type *t)
{
    const struct ty_vtable *v;
    uint32_t i;

    if (!ty_is_def(t) || t->is_value_type || t->def->is_interface)
        return NULL;
    v = ty_vtable_of(ctx, t);
    for (i = 0; v && i < v->hidden_count; i++) {
        const struct ty_slot *s = &v->hidden[i];

        if (s->decl->owner == ctx->t_object && s->impl != s->decl && !s->impl->def->is_abstract)
            return s->impl;
    }
    return NULL;
}

bool
ty_has_finalizer(struct ty_context *ctx, struct ty_type *t)
{
    return ty_finalizer_of(ctx, t) != NULL;
}

bool
ty_is_array_interface(const struct ty_def *def)
{
    switch (def->well_known) {
    case WK_IENUMERABLE_OF_T:
    case WK_ICOLLECTION_OF_T:
    case WK_ILIST_OF_T:
    case WK_IREADONLYCOLLECTION_OF_T:
    case WK_IREADONLYLIST_OF_T:
        return true;
    default:
        return false;
    }
}
