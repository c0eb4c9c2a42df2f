/* compiler/il/intrinsic_type.c - types as values: typeof comparisons and properties that fold, type
 * tables by address, comparers, construction through Activator. */
#include "compiler/il/intrinsics.h"

#include <string.h>

bool
il_expand_method_table_of(struct il_import *im, const struct il_expansion *x)
{
    struct il_value v = {.kind = IL_PTR, .fact = IL_FACT_TYPE_HANDLE, .nonnull = true};

    v.type = x->closed->sig->ret;
    v.open = x->open->args[0];
    if (im->method->owner && im->method->owner->def && im->method->owner->def->well_known == WK_FROZEN_OBJECT_HEAP_MANAGER)
        il_type_ref(im, REF_TYPE_NEW, v.open); /* what it allocates by hand: RuntimeType */
    il_push(im, &v);
    return true;
}

bool
il_expand_type_from_handle(struct il_import *im, const struct il_expansion *x)
{
    const struct il_value *v = il_peek(im, 0);
    struct ty_type *open;

    (void)x;
    if (!v || v->fact != IL_FACT_TYPE_HANDLE || v->kind != IL_STRUCT)
        return false;
    open = v->open;
    il_pop(im);
    il_push_type_handle(im, IL_FACT_RUNTIME_TYPE, open);
    return true;
}

bool
il_expand_type_handle(struct il_import *im, const struct il_expansion *x)
{
    const struct il_value *v = il_peek(im, 0);
    struct ty_type *open;

    (void)x;
    if (!v || v->fact != IL_FACT_RUNTIME_TYPE)
        return false;
    open = v->open;
    il_pop(im);
    il_push_type_handle(im, IL_FACT_TYPE_HANDLE, open);
    return true;
}

/* Are these Type objects the same? 1, 0, or -1. */
static int
known_equality(struct il_import *im, const struct il_value *a, const struct il_value *b)
{
    struct ty_type *ta, *tb;

    if (a->fact == IL_FACT_NULL && b->fact == IL_FACT_NULL)
        return 1;
    if ((a->fact == IL_FACT_NULL && b->nonnull) || (b->fact == IL_FACT_NULL && a->nonnull))
        return 0;
    if (a->fact != IL_FACT_RUNTIME_TYPE || b->fact != IL_FACT_RUNTIME_TYPE)
        return -1;
    if (a->open == b->open)
        return 1;
    ta = il_close(im, a->open);
    tb = il_close(im, b->open);
    return ta && tb ? il_type_equal(im->ty, ta, tb) : -1;
}

bool
il_expand_type_equality(struct il_import *im, const struct il_expansion *x)
{
    struct il_value b = il_pop(im), a = il_pop(im);
    enum cg_cmp c = x->argument ? CG_NE : CG_EQ;
    int known = known_equality(im, &a, &b);
    cg_value pa, pb;

    if (known >= 0) {
        il_push_const(im, IL_I4, known ^ x->argument);
        return true;
    }
    if (a.fact == IL_FACT_RUNTIME_TYPE && b.fact == IL_FACT_RUNTIME_TYPE) {
        pa = il_type_ref(im, REF_TYPE, a.open);
        pb = il_type_ref(im, REF_TYPE, b.open);
    } else {
        pa = il_use_as(im, &a, CG_PTR);
        pb = il_use_as(im, &b, CG_PTR);
    }
    il_push_bool(im, cg_compare(im->fn, c, pa, pb));
    return true;
}

bool
il_expand_type_is(struct il_import *im, const struct il_expansion *x)
{
    const struct il_value *v = il_peek(im, 0);
    struct ty_type *t;
    int known;

    if (!v || v->fact != IL_FACT_RUNTIME_TYPE)
        return false;
    t = il_close(im, v->open);
    known = t ? il_type_is(t, (enum il_type_fact)x->argument) : -1;
    if (known < 0)
        return false;
    il_pop(im);
    il_push_const(im, IL_I4, known);
    return true;
}

/* a.IsAssignableFrom(b), or a.IsAssignableTo(b). */
bool
il_expand_type_assignable(struct il_import *im, const struct il_expansion *x)
{
    const struct il_value *b = il_peek(im, 0), *a = il_peek(im, 1);
    struct ty_type *from, *to;

    if (!a || !b || a->fact != IL_FACT_RUNTIME_TYPE || b->fact != IL_FACT_RUNTIME_TYPE)
        return false;
    to = il_close(im, x->argument ? b->open : a->open);
    from = il_close(im, x->argument ? a->open : b->open);
    if (!from || !to || from->is_canon || to->is_canon || from->form != TY_FORM_DEF || to->form != TY_FORM_DEF)
        return false;
    il_pop(im);
    il_pop(im);
    il_push_const(im, IL_I4, ty_is_assignable(im->ty, from, to));
    return true;
}

bool
il_expand_type_code(struct il_import *im, const struct il_expansion *x)
{
    const struct il_value *v = il_peek(im, 0);
    struct ty_type *t;
    int code;

    if (!v || v->fact != IL_FACT_RUNTIME_TYPE)
        return false;
    t = il_close(im, v->open);
    code = t ? il_type_code(im->ty, t) : -1;
    if (code < 0)
        return false;
    il_pop(im);
    (void)x;
    il_push_const(im, IL_I4, code);
    return true;
}

bool
il_expand_object_get_type(struct il_import *im, const struct il_expansion *x)
{
    struct il_value v;
    const struct il_value *top = il_peek(im, 0);

    (void)x;
    if (!top || top->kind != IL_REF || !top->type || top->type->is_canon ||
        (!top->exact && !il_is_exact_type(top->type)) || top->type->is_value_type)
        return false;
    v = il_pop(im);
    il_null_check(im, &v);
    il_push_type_handle(im, IL_FACT_RUNTIME_TYPE, v.type);
    return true;
}

/* ---- names and reflection ------------------------------------------------------------------------------ */

/* The literal that lies below `above` constants of one byte; NULL: there is none. */
static const char *
literal_below(struct il_import *im, uint32_t above)
{
    const uint8_t *at = im->literal_data;
    char *text, *to;

    if (!at || im->literal.offset < im->block->start || im->literal.next + above != im->insn.offset)
        return NULL;
    text = to = arena_alloc(im->arena, im->literal_size / 2 * 3 + 1);
    for (uint32_t i = 0; i < im->literal_size; i += 2) {
        uint32_t c = at[i] | (uint32_t)at[i + 1] << 8;

        if (!c || (c >= 0xD800 && c < 0xE000))
            return NULL;
        if (c >= 0x800)
            *to++ = (char)(0xE0 | c >> 12);
        if (c >= 0x80)
            *to++ = (char)(c >= 0x800 ? 0x80 | (c >> 6 & 0x3F) : 0xC0 | c >> 6);
        *to++ = (char)(c >= 0x80 ? 0x80 | (c & 0x3F) : c);
    }
    *to = 0;
    return text;
}

/* A literal name is looked up now: there are no names of types to look through later. */
static bool
type_by_literal(struct il_import *im, uint32_t count)
{
    const char *text = literal_below(im, count - 1);
    bool is_name = false, must = false;
    struct ty_type *t;

    for (uint32_t i = 0; i + 1 < count; i++) {
        const struct il_value *flag = il_peek(im, i);
        bool is_case = count == 3 && i == 0;

        if (!flag || flag->fact != IL_FACT_INT || (is_case && flag->i))
            return false;
        must |= !is_case && flag->i;
    }
    t = text ? ty_type_by_text(im->ty, im->method->def->assembly, text, &is_name) : NULL;
    if (!is_name || (!t && must))
        return false;
    for (uint32_t i = 0; i < count; i++)
        il_pop(im);
    if (t)
        il_push_type_handle(im, IL_FACT_RUNTIME_TYPE, t);
    else
        il_push_null(im);
    return true;
}

/* Type.GetType(name[, throwOnError[, ignoreCase]]): unqualified names belong to the caller's assembly. */
bool
il_expand_type_by_name(struct il_import *im, const struct il_expansion *x)
{
    uint32_t count = x->closed->sig->param_count;
    struct il_value args[3], assembly = {.kind = IL_REF, .type = im->ty->t_string, .nonnull = true};

    if (!x->closed->def->is_static || x->closed->sig->params[0] != im->ty->t_string ||
        (count > 1 && x->closed->sig->params[1] != im->ty->t_bool))
        return false;
    if (type_by_literal(im, count))
        return true;
    for (uint32_t i = count; i-- > 0;)
        args[i] = il_pop(im);
    assembly.v = il_string_utf8(im, im->method->def->assembly->name);
    il_push(im, &args[0]);
    il_push(im, &assembly);
    for (uint32_t i = 1; i < 3; i++)
        if (i < count)
            il_push(im, &args[i]);
        else
            il_push_const(im, IL_I4, 0);
    il_call(im, il_core_method(im->il, "Internal.Runtime.CompilerHelpers.ReflectionHelpers", "GetType", 4), 0);
    return true;
}

bool
il_expand_executing_assembly(struct il_import *im, const struct il_expansion *x)
{
    struct ty_def *module = ty_def_at(im->ty, im->method->def->assembly, 1);

    (void)x;
    if (!module)
        return false;
    il_push_type_handle(im, IL_FACT_TYPE_HANDLE, ty_type_of_def(im->ty, module));
    il_call(im, il_core_method(im->il, "Internal.Runtime.CompilerHelpers.ReflectionHelpers", "GetExecutingAssembly", 1), 0);
    return true;
}

/* The core library asks for others only. */
bool
il_expand_resources(struct il_import *im, const struct il_expansion *x)
{
    (void)x;
    if (!im->method->def->assembly->is_core)
        im->method->def->assembly->opens_resources = true;
    return false;
}

bool
il_expand_current_method(struct il_import *im, const struct il_expansion *x)
{
    struct il_value handle = {.kind = IL_STRUCT, .fact = IL_FACT_METHOD_HANDLE};

    (void)x;
    if (im->method->def->pseudo || im->method->is_canon || im->method->def->generic_count ||
        (im->method->owner && im->method->owner->arg_count))
        return false;
    handle.type = ty_well_known_type(im->ty, WK_RUNTIME_METHOD_HANDLE);
    handle.method = im->method;
    il_push(im, &handle);
    il_call(im, il_core_method(im->il, "Internal.Runtime.CompilerHelpers.ReflectionHelpers", "GetCurrentMethodNonGeneric", 1),
            0);
    return true;
}

/* ---- construction -------------------------------------------------------------------------------------- */

bool
il_expand_default_ctor_of(struct il_import *im, const struct il_expansion *x)
{
    il_push_typed(im, x->closed->sig->ret, cg_ptr_to_int(im->fn, il_type_ref(im, REF_DEFAULT_CTOR, x->open->args[0])));
    return true;
}

/* What the allocator makes exists from then on. */
bool
il_expand_allocator_of(struct il_import *im, const struct il_expansion *x)
{
    il_type_ref(im, REF_TYPE_NEW, x->open->args[0]);
    il_push_typed(im, x->closed->sig->ret, cg_ptr_to_int(im->fn, il_type_ref(im, REF_ALLOCATOR, x->open->args[0])));
    return true;
}

/* CreateInstance<T> of a struct without a constructor of its own is default(T). */
bool
il_expand_create_instance(struct il_import *im, const struct il_expansion *x)
{
    struct ty_type *t;
    cg_value temp;

    if (x->closed->def->generic_count != 1)
        return false;
    t = x->closed->args[0];
    if (!t->is_value_type || il_has_default_ctor(im->il, t))
        return false;
    temp = il_temp(im, t);
    cg_zero(im->fn, temp, il_size_of(im, t), il_align_of(im, t));
    il_load_push(im, t, temp, CG_MEM_PLAIN);
    return true;
}

bool
il_expand_comparer_create(struct il_import *im, const struct il_expansion *x)
{
    struct ref ref = {.kind = REF_TYPE_COMPARER, .type = x->open->owner->args[0], .number = (uint32_t)x->argument};
    struct il_value v = {.kind = IL_REF, .type = x->closed->sig->ret, .nonnull = true};
    cg_value mt = il_ref(im, &ref);

    v.v = il_call_helper(im, IL_HELPER_NEW_OBJECT, &mt);
    il_push(im, &v);
    return true;
}

/* The default comparer of an exact type is of a known class, so that its methods are called directly. Those that do
 * not look at `this` need no object at all (il_call): getting it has no other effect than to make it. */
bool
il_expand_comparer_default(struct il_import *im, const struct il_expansion *x)
{
    struct ty_type *t = x->closed->owner->args[0];
    struct il_value v = {.kind = IL_REF, .fact = IL_FACT_COMPARER, .method = x->closed, .exact = true, .nonnull = true};

    if (t->is_canon || t->has_vars)
        return false;
    v.type = il_default_comparer(im->il, t, x->argument != 0);
    il_push(im, &v);
    return true;
}

/* ---- comparer helpers ------------------------------------------------------------------------------------ */

static bool
is_enum(const struct ty_type *t)
{
    return t->is_value_type && t->def && t->def->is_enum && il_kind_of(t) != IL_STRUCT;
}

bool
il_expand_enum_equals(struct il_import *im, const struct il_expansion *x)
{
    struct ty_type *t = x->closed->args[0];
    struct il_value b, a;
    enum cg_type w;

    if (!is_enum(t))
        return false;
    w = il_kind_cg(il_kind_of(t));
    b = il_pop(im);
    a = il_pop(im);
    il_push_bool(im, cg_compare(im->fn, CG_EQ, il_use_as(im, &a, w), il_use_as(im, &b, w)));
    return true;
}

/* -1, 0 or 1. */
bool
il_expand_enum_compare(struct il_import *im, const struct il_expansion *x)
{
    struct ty_type *t = x->closed->args[0];
    struct il_value b, a;
    enum cg_type w;
    cg_value va, vb, less, greater;
    bool is_signed;

    if (!is_enum(t))
        return false;
    w = il_kind_cg(il_kind_of(t));
    is_signed = il_is_signed(t);
    b = il_pop(im);
    a = il_pop(im);
    va = il_use_as(im, &a, w);
    vb = il_use_as(im, &b, w);
    less = cg_int_cast(im->fn, cg_compare(im->fn, is_signed ? CG_SLT : CG_ULT, va, vb), CG_I32, false);
    greater = cg_int_cast(im->fn, cg_compare(im->fn, is_signed ? CG_SGT : CG_UGT, va, vb), CG_I32, false);
    il_push_i4(im, cg_bin(im->fn, CG_SUB, greater, less));
    return true;
}

/* The helper that fits the exact T. */
static struct ty_method *
struct_equals_of(struct il_import *im, struct ty_type *t)
{
    struct ty_type *helpers = ty_well_known_type(im->ty, WK_EQUALITY_COMPARER_HELPERS), *args[1] = {t};
    struct ty_type *chosen;
    const char *name = "StructOnlyNormalEquals";
    struct ty_method_def *def;

    if (ty_is_nullable(t)) {
        /* the helper for nullables calls IEquatable of what they hold */
        chosen = il_default_comparer(im->il, t->args[0], false);
        if (chosen->def->well_known == WK_GENERIC_EQUALITY_COMPARER) {
            name = "StructOnlyEqualsNullable";
            args[0] = t->args[0];
        }
    } else if (is_enum(t)) {
        name = "EnumOnlyEquals";
    } else {
        chosen = il_default_comparer(im->il, t, false);
        if (chosen->def->well_known == WK_GENERIC_EQUALITY_COMPARER)
            name = "StructOnlyEqualsIEquatable";
    }
    def = helpers ? ty_method_def_named(im->ty, helpers->def, name, 2) : NULL;
    return def ? ty_method_on(im->ty, helpers, def, args) : NULL;
}

bool
il_expand_struct_equals(struct il_import *im, const struct il_expansion *x)
{
    struct ty_type *t = x->closed->args[0];
    struct ty_method *m;

    if (!t->is_value_type || t->is_canon)
        return false;
    m = struct_equals_of(im, t);
    if (!m)
        return false;
    il_call(im, m, 0);
    return true;
}

bool
il_expand_reference_comparer(struct il_import *im, const struct il_expansion *x)
{
    if (!x->closed->args[0]->is_value_type)
        return false;
    il_push_null(im);
    return true;
}
