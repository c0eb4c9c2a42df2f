/* compiler/il/intrinsic_marshal.c - Marshal on structs whose native form is the managed one: sizes and
 * copies need no marshalling data then. Other structs keep the library's way, which asks for that data. */
#include "compiler/il/intrinsics.h"

/* Size of T in native memory when that is known without converting; 0: not known here. */
static uint32_t
native_size(struct il_import *im, struct ty_type *t)
{
    const struct ty_layout *l;

    if (t->form != TY_FORM_DEF || !t->is_value_type || t->is_canon || t->arg_count || t->def->is_enum)
        return 0;
    if (t == im->ty->t_bool)
        return 4;
    if (t == im->ty->t_char)
        return 1;
    l = ty_layout_of(im->ty, t);
    return l && l->is_blittable ? l->size : 0;
}

static bool
has_same_form(struct il_import *im, struct ty_type *t)
{
    return t != im->ty->t_bool && t != im->ty->t_char && native_size(im, t) != 0;
}

/* SizeOf<T>(), SizeOf<T>(T), SizeOf(Type). */
bool
il_expand_marshal_size(struct il_import *im, const struct il_expansion *x)
{
    struct ty_type *t = NULL;
    const struct il_value *v = il_peek(im, 0);
    uint32_t size;

    if (x->closed->def->generic_count == 1)
        t = x->closed->args[0];
    else if (v && v->fact == IL_FACT_RUNTIME_TYPE)
        t = il_close(im, v->open);
    size = t ? native_size(im, t) : 0;
    if (!size)
        return false;
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
    struct ty_type *t;
    struct il_value pointer;
    cg_value p;

    if (x->closed->def->generic_count != 1 || !has_same_form(im, x->closed->args[0]))
        return false;
    t = x->closed->args[0];
    pointer = il_pop(im);
    p = il_use_as(im, &pointer, CG_PTR);
    check_pointer(im, p);
    il_load_push(im, t, p, CG_MEM_UNALIGNED);
    return true;
}

/* StructureToPtr<T>(T, nint, bool): nothing in the old contents wants freeing. */
bool
il_expand_marshal_write(struct il_import *im, const struct il_expansion *x)
{
    struct il_value pointer, v;
    cg_value p;

    if (x->closed->def->generic_count != 1 || !has_same_form(im, x->closed->args[0]))
        return false;
    il_pop(im);
    pointer = il_pop(im);
    v = il_pop(im);
    p = il_use_as(im, &pointer, CG_PTR);
    check_pointer(im, p);
    il_store(im, x->closed->args[0], NULL, p, &v, CG_MEM_UNALIGNED, false);
    return true;
}
