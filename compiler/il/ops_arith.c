/* compiler/il/ops_arith.c - arithmetic, logic, shifts and comparisons (ECMA-335 III.1.5). */
#include "compiler/il/il_priv.h"

static bool
is_int(enum il_kind k)
{
    return k == IL_I4 || k == IL_I8 || k == IL_I;
}

static bool
is_float(enum il_kind k)
{
    return k == IL_F4 || k == IL_F8;
}

static bool
is_pointer(enum il_kind k)
{
    return k == IL_BYREF || k == IL_PTR || k == IL_REF;
}

/* The kind of a binary operation's result; IL_VOID when the operands do not go together. */
static enum il_kind
result_kind(enum il_kind a, enum il_kind b, bool is_sub)
{
    if (is_float(a) && is_float(b))
        return a == IL_F4 && b == IL_F4 ? IL_F4 : IL_F8;
    if (is_int(a) && is_int(b)) {
        if (a == b)
            return a;
        return a == IL_I8 || b == IL_I8 ? IL_I8 : IL_I;
    }
    if (is_pointer(a) && is_pointer(b))
        return is_sub || (a == IL_PTR && b == IL_PTR) ? IL_I : IL_BYREF;
    if (is_pointer(a) && is_int(b))
        return a == IL_REF ? IL_BYREF : a;
    if (is_int(a) && is_pointer(b))
        return is_sub ? IL_I : b == IL_REF ? IL_BYREF : b;
    return IL_VOID;
}

static enum cg_op
float_op(enum cg_op op)
{
    switch ((int)op) {
    case CG_ADD:
        return CG_FADD;
    case CG_SUB:
        return CG_FSUB;
    case CG_MUL:
        return CG_FMUL;
    case CG_SDIV:
        return CG_FDIV;
    default:
        return CG_FREM;
    }
}

static bool
fold(enum cg_op op, enum il_kind kind, int64_t a, int64_t b, int64_t *out)
{
    uint64_t x = (uint64_t)a, y = (uint64_t)b;
    bool wide = kind != IL_I4;

    switch ((int)op) {
    case CG_ADD:
        x += y;
        break;
    case CG_SUB:
        x -= y;
        break;
    case CG_MUL:
        x *= y;
        break;
    case CG_AND:
        x &= y;
        break;
    case CG_OR:
        x |= y;
        break;
    case CG_XOR:
        x ^= y;
        break;
    case CG_SDIV:
        if (b == 0 || b == -1)
            return false;
        x = (uint64_t)(a / b);
        break;
    case CG_UDIV:
        if (b == 0)
            return false;
        x = wide ? x / y : (uint32_t)x / (uint32_t)y;
        break;
    default:
        return false;
    }
    *out = wide ? (int64_t)x : (int32_t)(uint32_t)x;
    return true;
}

static void
pointer_op(struct il_import *im, enum cg_op op, enum il_kind kind, const struct il_value *a, const struct il_value *b)
{
    struct il_value r = {.kind = kind, .nonnull = kind == IL_BYREF}; /* a place inside something */

    if (kind != IL_I && is_pointer(a->kind) && !is_pointer(b->kind)) {
        r.v = cg_bin(im->fn, op, il_use(im, a), il_use_as(im, b, CG_I64));
        r.type = a->kind == kind ? a->type : NULL;
    } else if (kind != IL_I && op == CG_ADD && is_pointer(b->kind) && !is_pointer(a->kind)) {
        r.v = cg_bin(im->fn, op, il_use(im, b), il_use_as(im, a, CG_I64));
        r.type = b->kind == kind ? b->type : NULL;
    } else {
        r.v = cg_bin(im->fn, op, il_use_as(im, a, CG_I64), il_use_as(im, b, CG_I64));
        if (kind != IL_I)
            r.v = cg_int_to_ptr(im->fn, r.v);
    }
    il_push(im, &r);
}

/* DivideByZeroException, and OverflowException for the one quotient that does not fit. */
static void
division_checks(struct il_import *im, bool is_signed, enum cg_type t, const struct il_value *a, const struct il_value *b,
                cg_value x, cg_value y)
{
    int64_t k, n;
    bool known = il_is_const(b, &k), n_known = il_is_const(a, &n);
    int64_t least = t == CG_I32 ? INT32_MIN : INT64_MIN;
    cg_value minus, low;

    if (!known || k == 0)
        il_throw_if(im, cg_compare(im->fn, CG_EQ, y, cg_int(im->fn, t, 0)), IL_THROW_DIVIDE);
    if (!is_signed || (known && k != -1) || (n_known && n != least))
        return;
    minus = cg_compare(im->fn, CG_EQ, y, cg_int(im->fn, t, -1));
    low = cg_compare(im->fn, CG_EQ, x, cg_int(im->fn, t, least));
    il_throw_if(im, cg_bin(im->fn, CG_AND, minus, low), IL_THROW_OVERFLOW);
}

static void
binary(struct il_import *im, enum cg_op op)
{
    struct il_value b = il_pop(im), a = il_pop(im);
    enum il_kind kind = result_kind(a.kind, b.kind, op == CG_SUB);
    bool division = op == CG_SDIV || op == CG_UDIV || op == CG_SREM || op == CG_UREM;
    bool logic = op == CG_AND || op == CG_OR || op == CG_XOR;
    int64_t i, j, r;
    enum cg_type t;
    cg_value x, y;

    if (kind == IL_VOID || (is_float(kind) && logic)) {
        il_invalid(im, "operands of unlike kinds");
        return;
    }
    if (is_float(kind)) {
        t = il_kind_cg(kind);
        x = il_use_as(im, &a, t);
        y = il_use_as(im, &b, t);
        il_push_kind(im, kind, cg_bin(im->fn, float_op(op), x, y));
        return;
    }
    if (is_int(a.kind) && is_int(b.kind) && il_is_const(&a, &i) && il_is_const(&b, &j) && fold(op, kind, i, j, &r)) {
        il_push_const(im, kind, r);
        return;
    }
    if ((is_pointer(a.kind) || is_pointer(b.kind)) && (op == CG_ADD || op == CG_SUB)) {
        pointer_op(im, op, kind, &a, &b);
        return;
    }
    if (!is_int(kind))
        kind = IL_I;
    t = il_kind_cg(kind);
    x = il_use_as(im, &a, t);
    y = il_use_as(im, &b, t);
    if (division)
        division_checks(im, op == CG_SDIV || op == CG_SREM, t, &a, &b, x, y);
    il_push_kind(im, kind, cg_bin(im->fn, op, x, y));
}

static void
binary_ovf(struct il_import *im, enum cg_op op, bool is_signed)
{
    struct il_value b = il_pop(im), a = il_pop(im);
    enum il_kind kind = result_kind(a.kind, b.kind, op == CG_SUB);
    enum il_kind work = is_int(kind) ? kind : IL_I;
    enum cg_type t = il_kind_cg(work);
    cg_value overflow = NULL, r, x, y;

    if (kind == IL_VOID || is_float(kind)) {
        il_invalid(im, "operands of unlike kinds");
        return;
    }
    x = il_use_as(im, &a, t);
    y = il_use_as(im, &b, t);
    r = cg_bin_ovf(im->fn, op, is_signed, x, y, &overflow);
    il_throw_if(im, overflow, IL_THROW_OVERFLOW);
    if (kind != work)
        r = cg_int_to_ptr(im->fn, r);
    il_push_kind(im, kind, r);
}

static void
shift(struct il_import *im, enum cg_op op)
{
    struct il_value n = il_pop(im), a = il_pop(im);
    enum il_kind kind = is_int(a.kind) ? a.kind : IL_I;
    enum cg_type t = il_kind_cg(kind);
    int64_t bits = t == CG_I32 ? 31 : 63, i, j;
    cg_value x, count;

    if (is_float(a.kind) || is_float(n.kind) || a.kind == IL_STRUCT || n.kind == IL_STRUCT) {
        il_invalid(im, "operands of unlike kinds");
        return;
    }
    if (is_int(a.kind) && il_is_const(&a, &i) && il_is_const(&n, &j)) {
        uint64_t u = kind == IL_I4 ? (uint32_t)i : (uint64_t)i;

        j &= bits;
        il_push_const(im, kind,
                      op == CG_SHL    ? (int64_t)(u << j)
                      : op == CG_LSHR ? (int64_t)(u >> j)
                                      : (kind == IL_I4 ? (int32_t)i >> j : i >> j));
        return;
    }
    x = il_use_as(im, &a, t);
    count = il_use_as(im, &n, t);
    count = cg_bin(im->fn, CG_AND, count, cg_int(im->fn, t, bits));
    il_push_kind(im, kind, cg_bin(im->fn, op, x, count));
}

static void
unary(struct il_import *im, enum cg_unop op)
{
    struct il_value a = il_pop(im);
    enum il_kind kind = a.kind;
    int64_t i;

    if (is_float(kind) && op == CG_NEG) {
        il_push_kind(im, kind, cg_un(im->fn, CG_FNEG, il_use(im, &a)));
        return;
    }
    if (is_float(kind) || kind == IL_STRUCT) {
        il_invalid(im, "an operand of the wrong kind");
        return;
    }
    if (!is_int(kind))
        kind = IL_I;
    if (il_is_const(&a, &i)) {
        il_push_const(im, kind, op == CG_NEG ? (int64_t)(0 - (uint64_t)i) : ~i);
        return;
    }
    il_push_kind(im, kind, cg_un(im->fn, op, il_use_as(im, &a, il_kind_cg(kind))));
}

/* ---- comparisons ------------------------------------------------------------------------------------------------- */

static bool
fold_compare(enum cg_cmp c, enum il_kind kind, int64_t a, int64_t b, bool *out)
{
    uint64_t x = kind == IL_I4 ? (uint32_t)a : (uint64_t)a, y = kind == IL_I4 ? (uint32_t)b : (uint64_t)b;

    switch ((int)c) {
    case CG_EQ:
        *out = x == y;
        return true;
    case CG_NE:
        *out = x != y;
        return true;
    case CG_SLT:
        *out = a < b;
        return true;
    case CG_SLE:
        *out = a <= b;
        return true;
    case CG_SGT:
        *out = a > b;
        return true;
    case CG_SGE:
        *out = a >= b;
        return true;
    case CG_ULT:
        *out = x < y;
        return true;
    case CG_ULE:
        *out = x <= y;
        return true;
    case CG_UGT:
        *out = x > y;
        return true;
    case CG_UGE:
        *out = x >= y;
        return true;
    default:
        return false;
    }
}

static bool
never_null(const struct il_value *v)
{
    return v->kind == IL_REF && v->fact != IL_FACT_NULL && (v->nonnull || v->fact == IL_FACT_RUNTIME_TYPE);
}

static bool
is_null(const struct il_value *v)
{
    return v->fact == IL_FACT_NULL || (v->fact == IL_FACT_INT && v->i == 0 && v->kind != IL_F4 && v->kind != IL_F8);
}

/* A comparison of what is known: constants, null against an object. */
static bool
known_compare(enum cg_cmp c, const struct il_value *a, const struct il_value *b, bool *out)
{
    int64_t i, j;

    if (il_is_const(a, &i) && il_is_const(b, &j))
        return fold_compare(c, a->kind == b->kind ? a->kind : IL_I, i, j, out);
    if (!(never_null(a) && is_null(b)) && !(never_null(b) && is_null(a)))
        return false;
    if (c == CG_EQ)
        *out = false;
    else if (c == CG_NE || (c == CG_UGT && is_null(b)) || (c == CG_ULT && is_null(a)))
        *out = true;
    else
        return false;
    return true;
}

static enum cg_cmp
float_compare(enum cg_cmp c)
{
    switch (c) {
    case CG_EQ:
        return CG_FEQ;
    case CG_NE:
        return CG_FNE_UN;
    case CG_SLT:
        return CG_FLT;
    case CG_SLE:
        return CG_FLE;
    case CG_SGT:
        return CG_FGT;
    case CG_SGE:
        return CG_FGE;
    case CG_ULT:
        return CG_FLT_UN;
    case CG_ULE:
        return CG_FLE_UN;
    case CG_UGT:
        return CG_FGT_UN;
    case CG_UGE:
        return CG_FGE_UN;
    case CG_FEQ:
    case CG_FNE_UN:
    case CG_FLT:
    case CG_FLE:
    case CG_FGT:
    case CG_FGE:
    case CG_FLT_UN:
    case CG_FLE_UN:
    case CG_FGT_UN:
    case CG_FGE_UN:
        break;
    }
    return c;
}

int
il_compare(struct il_import *im, enum cg_cmp c, const struct il_value *a, const struct il_value *b, cg_value *out)
{
    enum cg_type t;
    bool known;

    *out = NULL;
    if (known_compare(c, a, b, &known))
        return known;
    if (is_float(a->kind) && is_float(b->kind)) {
        t = a->kind == IL_F4 && b->kind == IL_F4 ? CG_F32 : CG_F64;
        c = float_compare(c);
    } else if (a->kind == IL_STRUCT || b->kind == IL_STRUCT || is_float(a->kind) || is_float(b->kind)) {
        il_invalid(im, "operands of unlike kinds");
        return -1;
    } else if (is_pointer(a->kind) && is_pointer(b->kind)) {
        t = CG_PTR;
    } else {
        t = a->kind == IL_I4 && b->kind == IL_I4 ? CG_I32 : CG_I64;
    }
    {
        cg_value x = il_use_as(im, a, t), y = il_use_as(im, b, t);

        *out = cg_compare(im->fn, c, x, y);
    }
    return -1;
}

static void
compare(struct il_import *im, enum cg_cmp c)
{
    struct il_value b = il_pop(im), a = il_pop(im);
    cg_value i1;
    int known = il_compare(im, c, &a, &b, &i1);

    if (known >= 0)
        il_push_const(im, IL_I4, known);
    else
        il_push_bool(im, i1);
}

static void
ckfinite(struct il_import *im)
{
    struct il_value v = il_pop(im);
    cg_value x, d;

    if (!is_float(v.kind)) {
        il_invalid(im, "ckfinite of an integer");
        return;
    }
    x = il_use(im, &v);
    d = cg_bin(im->fn, CG_FSUB, x, x); /* NaN for infinities and NaN */
    il_throw_if(im, cg_compare(im->fn, CG_FNE_UN, d, d), IL_THROW_OVERFLOW);
    il_push_kind(im, v.kind, x);
}

bool
il_op_arith(struct il_import *im)
{
    switch (im->insn.op) {
#define BINARY(op, cg)                                                                                                 \
    case IL_CEE_##op:                                                                                                  \
        binary(im, cg);                                                                                                \
        return true;
        BINARY(add, CG_ADD)
        BINARY(sub, CG_SUB)
        BINARY(mul, CG_MUL)
        BINARY(div, CG_SDIV)
        BINARY(div_un, CG_UDIV)
        BINARY(rem, CG_SREM)
        BINARY(rem_un, CG_UREM)
        BINARY(and, CG_AND)
        BINARY(or, CG_OR)
        BINARY(xor, CG_XOR)
#undef BINARY
#define OVERFLOWING(op, cg, is_signed)                                                                                 \
    case IL_CEE_##op:                                                                                                  \
        binary_ovf(im, cg, is_signed);                                                                                 \
        return true;
        OVERFLOWING(add_ovf, CG_ADD, true)
        OVERFLOWING(add_ovf_un, CG_ADD, false)
        OVERFLOWING(sub_ovf, CG_SUB, true)
        OVERFLOWING(sub_ovf_un, CG_SUB, false)
        OVERFLOWING(mul_ovf, CG_MUL, true)
        OVERFLOWING(mul_ovf_un, CG_MUL, false)
#undef OVERFLOWING
#define COMPARE(op, cg)                                                                                                \
    case IL_CEE_##op:                                                                                                  \
        compare(im, cg);                                                                                               \
        return true;
        COMPARE(ceq, CG_EQ)
        COMPARE(cgt, CG_SGT)
        COMPARE(cgt_un, CG_UGT)
        COMPARE(clt, CG_SLT)
        COMPARE(clt_un, CG_ULT)
#undef COMPARE
    case IL_CEE_shl:
        shift(im, CG_SHL);
        return true;
    case IL_CEE_shr:
        shift(im, CG_ASHR);
        return true;
    case IL_CEE_shr_un:
        shift(im, CG_LSHR);
        return true;
    case IL_CEE_neg:
        unary(im, CG_NEG);
        return true;
    case IL_CEE_not:
        unary(im, CG_NOT);
        return true;
    case IL_CEE_ckfinite:
        ckfinite(im);
        return true;
    default:
        return false;
    }
}
