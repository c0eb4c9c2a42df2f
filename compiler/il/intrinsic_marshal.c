/* compiler/il/intrinsic_marshal.c - Marshal on delegates and structs. Sizes are constants, and structs whose native form
 * is the managed one are just copied; the rest keeps the library's way, which asks for data that is then needed. */
#include "compiler/il/intrinsics.h"
#include "compiler/il/marshal_priv.h"

/* What is known here about T's native form; NULL: nothing, or it has none, which the library says. */
static const struct il_native_struct *
native_form(struct il_import *im, struct ty_type *t)
{
    const struct il_native_struct *s;

    if (!t || t->form != TY_FORM_DEF || t->is_canon || t->arg_count || t->def->is_enum || t->element < TY_EL_VALUETYPE)
        return NULL;
    s = il_native_struct_of(im->il, t);
    return s->problem ? NULL : s;
}

/* Size of T in native memory; 0: not known here. */
static uint32_t
native_size(struct il_import *im, struct ty_type *t)
{
    const struct il_native_struct *s = native_form(im, t);
    const struct ty_layout *l;

    if (s)
        return s->size;
    if (!t || t->form != TY_FORM_DEF || !t->is_value_type || t->def->is_enum || t->element >= TY_EL_VALUETYPE)
        return 0;
    if (t == im->ty->t_bool)
        return 4;
    if (t == im->ty->t_char)
        return 1;
    l = ty_layout_of(im->ty, t);
    return l ? l->size : 0;
}

static bool
has_same_form(struct il_import *im, struct ty_type *t)
{
    const struct il_native_struct *s = native_form(im, t);

    return s ? s->is_same && t->is_value_type : t != im->ty->t_bool && t != im->ty->t_char && native_size(im, t) != 0;
}

/* The type that a call of Marshal is about: its type argument or the typeof on top of the stack. */
static struct ty_type *
subject(struct il_import *im, const struct il_expansion *x, uint32_t depth)
{
    const struct il_value *v = il_peek(im, depth);

    if (x->closed->def->generic_count == 1)
        return x->closed->args[0];
    return v && v->fact == IL_FACT_RUNTIME_TYPE ? il_close(im, v->open) : NULL;
}

/* The library will look the type up. */
static void
need_map(struct il_import *im, struct ty_type *t)
{
    struct ref need = {.kind = REF_TYPE_STRUCT, .type = t};

    if (t && il_can_have_struct_map(im->il, t))
        il_need(im, &need);
}

/* SizeOf<T>(), SizeOf<T>(T), SizeOf(Type). */
bool
il_expand_marshal_size(struct il_import *im, const struct il_expansion *x)
{
    struct ty_type *t = subject(im, x, 0);
    uint32_t size = native_size(im, t);

    if (!size || (x->closed->sig->param_count && t && !t->is_value_type && x->closed->def->generic_count)) {
        need_map(im, t);
        return false;
    }
    if (x->closed->sig->param_count)
        il_pop(im);
    il_push_const(im, IL_I4, size);
    return true;
}

static void
check_pointer(struct il_import *im, cg_value p)
{
    il_throw_if(im, cg_compare(im->fn, CG_EQ, p, cg_null(im->fn)), IL_THROW_NULL);
}

/* PtrToStructure<T>(nint) */
bool
il_expand_marshal_read(struct il_import *im, const struct il_expansion *x)
{
    struct ty_type *t = x->closed->def->generic_count == 1 ? x->closed->args[0] : NULL;
    const struct il_native_struct *s = native_form(im, t);
    cg_value p;

    if (!t || (!s && !has_same_form(im, t))) {
        need_map(im, t);
        return false;
    }
    p = il_use_as(im, il_peek(im, 0), CG_PTR);
    if (t->is_value_type)
        check_pointer(im, p);
    if (has_same_form(im, t)) {
        il_pop(im);
        il_load_push(im, t, p, CG_MEM_UNALIGNED);
    } else {
        il_call(im, il_struct_stub(im->il, s, IL_STRUCT_READ), IL_CALL_NO_INTRINSIC);
    }
    return true;
}

/* PtrToStructure(nint, Type), PtrToStructure(nint, object), PtrToStructure<T>(nint, T) */
bool
il_expand_marshal_read_object(struct il_import *im, const struct il_expansion *x)
{
    struct ty_type *t = subject(im, x, 0);
    const struct il_native_struct *s = native_form(im, t);

    if (!s || x->closed->def->generic_count || (!t->is_value_type && t->def->is_abstract)) {
        need_map(im, t);
        return false;
    }
    il_pop(im);
    il_call(im, il_struct_stub(im->il, s, IL_STRUCT_READ_OBJECT), IL_CALL_NO_INTRINSIC);
    return true;
}

/* StructureToPtr<T>(T, nint, bool): nothing in the old contents wants freeing. */
bool
il_expand_marshal_write(struct il_import *im, const struct il_expansion *x)
{
    struct il_value pointer, v;
    cg_value p;

    if (x->closed->def->generic_count != 1 || !has_same_form(im, x->closed->args[0])) {
        need_map(im, x->closed->def->generic_count == 1 ? x->closed->args[0] : NULL);
        return false;
    }
    il_pop(im);
    pointer = il_pop(im);
    v = il_pop(im);
    p = il_use_as(im, &pointer, CG_PTR);
    check_pointer(im, p);
    il_store(im, x->closed->args[0], NULL, p, &v, CG_MEM_UNALIGNED, false);
    return true;
}

/* OffsetOf<T>(string), OffsetOf(Type, string), DestroyStructure<T>(nint), DestroyStructure(nint, Type): the library's,
 * with the type's data. argument: depth of the Type. */
bool
il_expand_marshal_lookup(struct il_import *im, const struct il_expansion *x)
{
    need_map(im, subject(im, x, (uint32_t)x->argument));
    return false;
}

/* GetFunctionPointerForDelegate(Delegate), GetDelegateForFunctionPointer(nint, Type): nothing to expand, but the type
 * that the argument shows (argument of the row: as System.Type) gets its stubs. The library's own calls of these
 * serve the generic forms, whose instances say the type. */
bool
il_expand_marshal_delegate(struct il_import *im, const struct il_expansion *x)
{
    const struct il_value *v = il_peek(im, 0);
    struct ref need = {.kind = REF_TYPE_DELEGATE};

    if (!v || x->closed->def->generic_count || im->method->def->owner == x->closed->def->owner)
        return false;
    if (x->argument == 0)
        need.type = v->type;
    else if (v->fact == IL_FACT_RUNTIME_TYPE)
        need.type = il_close(im, v->open);
    if (need.type && (!ty_is_delegate(need.type) || need.type->def->is_abstract || need.type->is_canon))
        need.type = NULL;
    il_need(im, &need);
    return false;
}
