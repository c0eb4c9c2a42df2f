/* compiler/il/ops_conv.c - conv.* (ECMA-335 III.3.27-29; float to integer saturates as in .NET 9). */
#include "compiler/il/il_priv.h"

struct number { /* a conversion's target */
    unsigned bits;
    bool is_signed;
    enum il_kind kind;
};

static const struct number i1 = {8, true, IL_I4}, u1 = {8, false, IL_I4}, i2 = {16, true, IL_I4}, u2 = {16, false, IL_I4},
                           i4 = {32, true, IL_I4}, u4 = {32, false, IL_I4}, i8 = {64, true, IL_I8},
                           u8 = {64, false, IL_I8}, in = {64, true, IL_I}, un = {64, false, IL_I};

static enum cg_type
narrow_type(unsigned bits)
{
    return bits == 8 ? CG_I8 : bits == 16 ? CG_I16 : bits == 32 ? CG_I32 : CG_I64;
}

static int64_t
wrap(int64_t i, struct number n)
{
    switch (n.bits) {
    case 8:
        return n.is_signed ? (int64_t)(int8_t)i : (int64_t)(uint8_t)i;
    case 16:
        return n.is_signed ? (int64_t)(int16_t)i : (int64_t)(uint16_t)i;
    case 32:
        return (int32_t)i; /* the stack's int32 has no sign of its own */
    default:
        return i;
    }
}

/* An integer of the stack to a smaller or wider one. */
static cg_value
int_convert(struct il_import *im, cg_value x, enum cg_type from, struct number n, bool extend_signed)
{
    cg_value r;

    if (n.bits < 32) {
        r = cg_int_cast(im->fn, x, narrow_type(n.bits), false);
        return cg_int_cast(im->fn, r, CG_I32, n.is_signed);
    }
    if (from == narrow_type(n.bits))
        return x;
    return cg_int_cast(im->fn, x, narrow_type(n.bits), extend_signed);
}

static cg_value
float_convert(struct il_import *im, const struct il_value *v, struct number n)
{
    cg_value x = il_use(im, v), r;

    if (n.bits >= 32)
        return cg_float_to_int_sat(im->fn, x, n.is_signed, narrow_type(n.bits));
    r = cg_float_to_int_sat(im->fn, x, true, CG_I32); /* small ones: saturate to int32, then cut */
    return int_convert(im, r, CG_I32, n, true);
}

static bool
is_float(const struct il_value *v)
{
    return v->kind == IL_F4 || v->kind == IL_F8;
}

static bool
bad_operand(struct il_import *im, const struct il_value *v)
{
    if (v->kind != IL_STRUCT)
        return false;
    il_invalid(im, "conversion of a struct");
    return true;
}

/* conv.u and conv.i of pointers keep them pointers: nothing is gained by going through integers. */
static bool
keep_pointer(struct il_import *im, struct il_value *v, struct number n)
{
    if (n.kind != IL_I || (v->kind != IL_BYREF && v->kind != IL_PTR && v->kind != IL_REF))
        return false;
    v->v = il_use(im, v);
    v->kind = IL_PTR;
    v->type = NULL;
    if (v->fact != IL_FACT_LOCAL && v->fact != IL_FACT_INT)
        v->fact = IL_FACT_NONE;
    il_push(im, v);
    return true;
}

static void
conv(struct il_import *im, struct number n)
{
    struct il_value v = il_pop(im);
    enum cg_type t;
    cg_value x;
    int64_t i;

    if (bad_operand(im, &v))
        return;
    if (is_float(&v)) {
        il_push_kind(im, n.kind, float_convert(im, &v, n));
        return;
    }
    if (il_is_const(&v, &i)) {
        if (v.kind == IL_I4)
            i = n.is_signed || n.bits <= 32 ? (int32_t)i : (int64_t)(uint32_t)i;
        il_push_const(im, n.kind, wrap(i, n));
        return;
    }
    if (keep_pointer(im, &v, n))
        return;
    t = v.kind == IL_I4 ? CG_I32 : CG_I64;
    x = il_use_as(im, &v, t);
    il_push_kind(im, n.kind, int_convert(im, x, t, n, n.is_signed));
}

static void
conv_float(struct il_import *im, enum il_kind kind, bool is_unsigned)
{
    struct il_value v = il_pop(im);
    enum cg_type t = kind == IL_F4 ? CG_F32 : CG_F64;

    if (bad_operand(im, &v))
        return;
    if (is_float(&v)) {
        il_push_kind(im, kind, il_use_as(im, &v, t));
        return;
    }
    if (is_unsigned && im->insn.next < im->block->end && im->body.code[im->insn.next] == IL_CEE_conv_r4) {
        kind = IL_F4; /* conv.r.un conv.r4 rounds once */
        t = CG_F32;
    }
    il_push_kind(im, kind,
                 cg_int_to_float(im->fn, il_use_as(im, &v, v.kind == IL_I4 ? CG_I32 : CG_I64), !is_unsigned, t));
}

/* ---- checked ------------------------------------------------------------------------------------------------------ */

static int64_t
biggest(struct number n)
{
    if (n.bits == 64)
        return INT64_MAX;
    return n.is_signed ? ((int64_t)1 << (n.bits - 1)) - 1 : ((int64_t)1 << n.bits) - 1;
}

/* The I1 that tells "does not fit"; NULL with *never when every value fits. */
static cg_value
misfit(struct il_import *im, cg_value x, enum cg_type from, struct number n, bool from_unsigned, bool *never)
{
    unsigned bits = from == CG_I32 ? 32 : 64;
    cg_value zero = cg_int(im->fn, from, 0), back;

    *never = false;
    if (n.bits >= bits) {
        *never = from_unsigned ? n.bits > bits || !n.is_signed : n.is_signed;
        return *never ? NULL : cg_compare(im->fn, CG_SLT, x, zero);
    }
    if (!n.is_signed || from_unsigned)
        return cg_compare(im->fn, CG_UGT, x, cg_int(im->fn, from, biggest(n)));
    back = cg_int_cast(im->fn, cg_int_cast(im->fn, x, narrow_type(n.bits), true), from, true);
    return cg_compare(im->fn, CG_NE, back, x);
}

static void
checked_int(struct il_import *im, cg_value x, enum cg_type from, struct number n, bool from_unsigned)
{
    bool never;
    cg_value bad = misfit(im, x, from, n, from_unsigned, &never);

    if (!never)
        il_throw_if(im, bad, IL_THROW_OVERFLOW);
    il_push_kind(im, n.kind, int_convert(im, x, from, n, !from_unsigned && n.is_signed));
}

static void
checked_float(struct il_import *im, const struct il_value *v, struct number n)
{
    cg_value x = il_use_as(im, v, CG_F64);

    if (n.bits == 64) {
        x = il_call_helper(im, n.is_signed ? IL_HELPER_TO_I8_CHECKED : IL_HELPER_TO_U8_CHECKED, &x);
        il_push_kind(im, n.kind, x);
    } else if (n.bits == 32) {
        x = il_call_helper(im, n.is_signed ? IL_HELPER_TO_I4_CHECKED : IL_HELPER_TO_U4_CHECKED, &x);
        il_push_kind(im, n.kind, x);
    } else {
        x = il_call_helper(im, IL_HELPER_TO_I4_CHECKED, &x);
        checked_int(im, x, CG_I32, n, false);
    }
}

static bool
fits(int64_t i, enum il_kind kind, struct number n, bool from_unsigned)
{
    if (from_unsigned) {
        uint64_t u = kind == IL_I4 ? (uint32_t)i : (uint64_t)i;

        return (n.bits == 64 && !n.is_signed) || u <= (uint64_t)biggest(n);
    }
    if (!n.is_signed)
        return i >= 0 && i <= biggest(n);
    return n.bits == 64 || (i >= -biggest(n) - 1 && i <= biggest(n));
}

static void
conv_ovf(struct il_import *im, struct number n, bool from_unsigned)
{
    struct il_value v = il_pop(im);
    enum cg_type t;
    int64_t i;

    if (bad_operand(im, &v))
        return;
    if (is_float(&v)) {
        checked_float(im, &v, n);
        return;
    }
    if (il_is_const(&v, &i) && fits(i, v.kind, n, from_unsigned)) {
        if (v.kind == IL_I4 && from_unsigned)
            i = (uint32_t)i;
        il_push_const(im, n.kind, i);
        return;
    }
    t = v.kind == IL_I4 ? CG_I32 : CG_I64;
    checked_int(im, il_use_as(im, &v, t), t, n, from_unsigned);
}

bool
il_op_conv(struct il_import *im)
{
    switch (im->insn.op) {
#define CONV(name, number)                                                                                             \
    case IL_CEE_conv_##name:                                                                                           \
        conv(im, number);                                                                                              \
        return true;                                                                                                   \
    case IL_CEE_conv_ovf_##name:                                                                                       \
        conv_ovf(im, number, false);                                                                                   \
        return true;                                                                                                   \
    case IL_CEE_conv_ovf_##name##_un:                                                                                  \
        conv_ovf(im, number, true);                                                                                    \
        return true;
        CONV(i1, i1)
        CONV(u1, u1)
        CONV(i2, i2)
        CONV(u2, u2)
        CONV(i4, i4)
        CONV(u4, u4)
        CONV(i8, i8)
        CONV(u8, u8)
        CONV(i, in)
        CONV(u, un)
#undef CONV
    case IL_CEE_conv_r4:
        conv_float(im, IL_F4, false);
        return true;
    case IL_CEE_conv_r8:
        conv_float(im, IL_F8, false);
        return true;
    case IL_CEE_conv_r_un:
        conv_float(im, IL_F8, true);
        return true;
    default:
        return false;
    }
}
