/* compiler/il/intrinsic_math.c - arithmetic that is one or a few machine instructions. */
#include "compiler/il/intrinsics.h"

static bool
is_float(const struct ty_type *t)
{
    return il_kind_of(t) == IL_F4 || il_kind_of(t) == IL_F8;
}

static bool
is_integer(const struct ty_type *t)
{
    return il_kind_of(t) == IL_I4 || il_kind_of(t) == IL_I8 || il_kind_of(t) == IL_I;
}

static cg_value
pop_as(struct il_import *im, const struct ty_type *t)
{
    struct il_value v = il_pop(im);

    return il_use_as(im, &v, il_kind_cg(il_kind_of(t)));
}

bool
il_expand_float_math(struct il_import *im, const struct il_expansion *x)
{
    struct ty_type *t = x->closed->sig->ret;

    if (!is_float(t))
        return false;
    il_push_typed(im, t, cg_math(im->fn, (enum cg_math1)x->argument, pop_as(im, t)));
    return true;
}

static cg_value
one(struct il_import *im, const struct ty_type *t)
{
    return il_kind_of(t) == IL_F4 ? cg_f32(im->fn, 1.0f) : cg_f64(im->fn, 1.0);
}

bool
il_expand_reciprocal(struct il_import *im, const struct il_expansion *x)
{
    struct ty_type *t = x->closed->sig->ret;
    cg_value v = pop_as(im, t);

    if (x->argument)
        v = cg_math(im->fn, CG_SQRT, v);
    il_push_typed(im, t, cg_bin(im->fn, CG_FDIV, one(im, t), v));
    return true;
}

bool
il_expand_copy_sign(struct il_import *im, const struct il_expansion *x)
{
    struct ty_type *t = x->closed->sig->ret;
    cg_value sign = pop_as(im, t), magnitude = pop_as(im, t);

    il_push_typed(im, t, cg_copysign(im->fn, magnitude, sign));
    return true;
}

/* Floats have their own rules about NaN and zeros; their bodies do it. */
bool
il_expand_integer_minmax(struct il_import *im, const struct il_expansion *x)
{
    struct ty_type *t = x->closed->sig->ret;
    enum cg_cmp c;
    cg_value a, b;

    if (!is_integer(t))
        return false;
    b = pop_as(im, t);
    a = pop_as(im, t);
    if (x->argument)
        c = il_is_signed(t) ? CG_SGE : CG_UGE;
    else
        c = il_is_signed(t) ? CG_SLE : CG_ULE;
    il_push_typed(im, t, cg_select(im->fn, cg_compare(im->fn, c, a, b), a, b));
    return true;
}

/* BigMul(a, b, out low): the high half. */
bool
il_expand_big_mul(struct il_import *im, const struct il_expansion *x)
{
    struct ty_type *t = x->closed->sig->ret, *low = x->closed->sig->params[2]->param;
    struct il_value out, product = {.kind = IL_I8};
    cg_value a, b;

    if (il_kind_of(t) != IL_I8 || !low)
        return false;
    out = il_pop(im);
    b = pop_as(im, t);
    a = pop_as(im, t);
    product.v = cg_bin(im->fn, CG_MUL, a, b);
    il_store(im, low, NULL, il_use_as(im, &out, CG_PTR), &product, CG_MEM_UNALIGNED, false);
    il_push_typed(im, t, cg_mul_high(im->fn, a, b, il_is_signed(t)));
    return true;
}

bool
il_expand_multiply_add(struct il_import *im, const struct il_expansion *x)
{
    struct ty_type *t = x->closed->sig->ret;
    cg_value addend = pop_as(im, t), b = pop_as(im, t), a = pop_as(im, t);

    il_push_typed(im, t, cg_bin(im->fn, CG_FADD, cg_bin(im->fn, CG_FMUL, a, b), addend));
    return true;
}

bool
il_expand_convert_native(struct il_import *im, const struct il_expansion *x)
{
    struct ty_type *to = x->closed->sig->ret, *from = x->closed->sig->params[0];
    enum cg_type w = is_integer(to) ? il_kind_cg(il_kind_of(to)) : CG_VOID;
    cg_value v;

    if (w == CG_VOID || !is_float(from))
        return false; /* wide or user-made integers: the body asks them */
    v = cg_float_to_int_sat(im->fn, pop_as(im, from), il_is_signed(to), w);
    if (il_storage(to) != w)
        v = cg_int_cast(im->fn, cg_int_cast(im->fn, v, il_storage(to), false), w, il_is_signed(to));
    il_push_typed(im, to, v);
    return true;
}

/* ---- bits ------------------------------------------------------------------------------------------- */

static void
push_count(struct il_import *im, const struct il_expansion *x, cg_value v)
{
    il_push_typed(im, x->closed->sig->ret, cg_int_cast(im->fn, v, CG_I32, false));
}

bool
il_expand_count_bits(struct il_import *im, const struct il_expansion *x)
{
    struct ty_type *t = x->closed->sig->params[0];

    if (!is_integer(t) || il_size_of(im, t) < 4)
        return false;
    push_count(im, x, cg_math(im->fn, (enum cg_math1)x->argument, pop_as(im, t)));
    return true;
}

/* Of zero it is zero, as if the lowest bit were set. */
bool
il_expand_bit_log2(struct il_import *im, const struct il_expansion *x)
{
    struct ty_type *t = x->closed->sig->params[0];
    enum cg_type w;
    cg_value v;

    if (!is_integer(t) || il_size_of(im, t) < 4)
        return false;
    w = il_kind_cg(il_kind_of(t));
    v = cg_bin(im->fn, CG_OR, pop_as(im, t), cg_int(im->fn, w, 1));
    v = cg_bin(im->fn, CG_XOR, cg_math(im->fn, CG_CTLZ, v), cg_int(im->fn, w, w == CG_I64 ? 63 : 31));
    push_count(im, x, v);
    return true;
}

bool
il_expand_rotate(struct il_import *im, const struct il_expansion *x)
{
    struct ty_type *t = x->closed->sig->ret;
    enum cg_type w;
    struct il_value count;
    cg_value v, n;

    if (!is_integer(t) || il_size_of(im, t) < 4)
        return false;
    w = il_kind_cg(il_kind_of(t));
    count = il_pop(im);
    v = pop_as(im, t);
    n = il_use_as(im, &count, w);
    il_push_typed(im, t, cg_rotl(im->fn, v, x->argument ? cg_un(im->fn, CG_NEG, n) : n));
    return true;
}

bool
il_expand_byte_swap(struct il_import *im, const struct il_expansion *x)
{
    struct ty_type *t = x->closed->sig->ret;
    uint32_t size = is_integer(t) ? il_size_of(im, t) : 0;
    cg_value v;

    if (size != 2 && size != 4 && size != 8)
        return false;
    v = cg_math(im->fn, CG_BSWAP, pop_as(im, t));
    if (size == 2)
        v = cg_bin(im->fn, il_is_signed(t) ? CG_ASHR : CG_LSHR, v, cg_int(im->fn, CG_I32, 16));
    il_push_typed(im, t, v);
    return true;
}

bool
il_expand_bits_of(struct il_import *im, const struct il_expansion *x)
{
    struct ty_type *to = x->closed->sig->ret, *from = x->closed->sig->params[0];

    il_push_typed(im, to, cg_bitcast(im->fn, pop_as(im, from), il_kind_cg(il_kind_of(to))));
    return true;
}
