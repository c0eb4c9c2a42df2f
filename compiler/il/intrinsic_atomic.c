/* compiler/il/intrinsic_atomic.c - Interlocked on integers and floats; object and generic overloads
 * have bodies that lead to these or to the engine. */
#include "compiler/il/intrinsics.h"

/* What the first parameter points at, when it is a scalar without references. */
static struct ty_type *
cell_type(const struct il_expansion *x)
{
    struct ty_type *t = x->closed->sig->params[0]->param;

    if (x->closed->def->generic_count || !t)
        return NULL;
    return t->is_value_type && il_kind_of(t) != IL_STRUCT ? t : NULL;
}

/* Floats are exchanged as the integers of their size. */
static enum cg_type
cell_width(const struct ty_type *t)
{
    enum cg_type w = il_storage(t);

    return w == CG_F32 ? CG_I32 : w == CG_F64 ? CG_I64 : w;
}

static cg_value
to_cell(struct il_import *im, const struct ty_type *t, const struct il_value *v)
{
    enum cg_type w = il_storage(t);

    if (w == CG_F32 || w == CG_F64)
        return cg_bitcast(im->fn, il_use_as(im, v, w), cell_width(t));
    return il_use_as(im, v, w == CG_I64 ? CG_I64 : CG_I32);
}

static cg_value
from_cell(struct il_import *im, const struct ty_type *t, cg_value v)
{
    enum cg_type w = il_storage(t);

    if (w == CG_F32 || w == CG_F64)
        return cg_bitcast(im->fn, v, w);
    if (w == CG_I8 || w == CG_I16)
        return cg_int_cast(im->fn, cg_int_cast(im->fn, v, w, false), CG_I32, il_is_signed(t));
    return v;
}

static cg_value
address(struct il_import *im, const struct il_value *v)
{
    cg_value p = il_use_as(im, v, CG_PTR);

    if (!v->nonnull && v->fact != IL_FACT_LOCAL)
        il_throw_if(im, cg_compare(im->fn, CG_EQ, p, cg_null(im->fn)), IL_THROW_NULL);
    return p;
}

static void
push_cell(struct il_import *im, const struct il_expansion *x, cg_value v)
{
    il_push_typed(im, x->closed->sig->ret, v);
}

bool
il_expand_exchange(struct il_import *im, const struct il_expansion *x)
{
    struct ty_type *t = cell_type(x);
    struct il_value v, at;

    if (!t)
        return false;
    v = il_pop(im);
    at = il_pop(im);
    push_cell(im, x, from_cell(im, t, cg_atomic(im->fn, CG_ATOMIC_XCHG, cell_width(t), address(im, &at), to_cell(im, t, &v))));
    return true;
}

bool
il_expand_compare_exchange(struct il_import *im, const struct il_expansion *x)
{
    struct ty_type *t = cell_type(x);
    struct il_value comparand, v, at;
    cg_value p, wanted, next;

    if (!t)
        return false;
    comparand = il_pop(im);
    v = il_pop(im);
    at = il_pop(im);
    p = address(im, &at);
    wanted = to_cell(im, t, &comparand);
    next = to_cell(im, t, &v);
    push_cell(im, x, from_cell(im, t, cg_cmpxchg(im->fn, cell_width(t), p, wanted, next)));
    return true;
}

/* Adds and gives the new value (`want_new`) or the old one. */
static void
add(struct il_import *im, const struct il_expansion *x, struct ty_type *t, const struct il_value *at, cg_value addend,
    bool want_new)
{
    cg_value old = cg_atomic(im->fn, CG_ATOMIC_ADD, cell_width(t), address(im, at), addend);

    push_cell(im, x, from_cell(im, t, want_new ? cg_bin(im->fn, CG_ADD, old, addend) : old));
}

bool
il_expand_atomic_step(struct il_import *im, const struct il_expansion *x)
{
    struct ty_type *t = cell_type(x);
    struct il_value at;

    if (!t)
        return false;
    at = il_pop(im);
    add(im, x, t, &at, cg_int(im->fn, cell_width(t), x->argument), true);
    return true;
}

bool
il_expand_atomic_add(struct il_import *im, const struct il_expansion *x)
{
    struct ty_type *t = cell_type(x);
    struct il_value v, at;

    if (!t)
        return false;
    v = il_pop(im);
    at = il_pop(im);
    add(im, x, t, &at, to_cell(im, t, &v), x->argument != 0);
    return true;
}

bool
il_expand_atomic_bits(struct il_import *im, const struct il_expansion *x)
{
    struct ty_type *t = cell_type(x);
    struct il_value v, at;

    if (!t)
        return false;
    v = il_pop(im);
    at = il_pop(im);
    push_cell(im, x,
              from_cell(im, t, cg_atomic(im->fn, (enum cg_atomic)x->argument, cell_width(t), address(im, &at),
                                         to_cell(im, t, &v))));
    return true;
}

bool
il_expand_atomic_read(struct il_import *im, const struct il_expansion *x)
{
    struct ty_type *t = cell_type(x);
    struct il_value at;

    if (!t)
        return false;
    at = il_pop(im);
    push_cell(im, x, from_cell(im, t, cg_load(im->fn, cell_width(t), address(im, &at), CG_MEM_VOLATILE)));
    return true;
}

bool
il_expand_fence(struct il_import *im, const struct il_expansion *x)
{
    cg_fence(im->fn, x->argument != 0);
    return true;
}
