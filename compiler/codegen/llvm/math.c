/* compiler/codegen/llvm/math.c - bit and float intrinsics, wide multiplication, atomics. */
#include "compiler/codegen/llvm/cg_priv.h"

#include <llvm-c/Target.h>

cg_value
cg_math(struct cg_fn *fn, enum cg_math1 op, cg_value v)
{
    static const enum cg_intrinsic table[] = {
        [CG_SQRT] = INTR_SQRT,   [CG_FABS] = INTR_FABS,     [CG_FLOOR] = INTR_FLOOR,
        [CG_CEIL] = INTR_CEIL,   [CG_TRUNC] = INTR_TRUNC,   [CG_RINT] = INTR_ROUNDEVEN,
        [CG_POPCNT] = INTR_CTPOP, [CG_CTLZ] = INTR_CTLZ,    [CG_CTTZ] = INTR_CTTZ,
        [CG_BSWAP] = INTR_BSWAP,
    };
    LLVMValueRef args[2];
    LLVMTypeRef type;

    if (!cg_ready(fn))
        return NULL;
    args[0] = cg_v(v);
    type = LLVMTypeOf(args[0]);
    if ((LLVMGetTypeKind(type) == LLVMIntegerTypeKind) != (op >= CG_POPCNT)) {
        cg_fault(fn->unit, fn, "math operation %d on the wrong kind of value", (int)op);
        return v;
    }
    args[1] = LLVMConstInt(fn->unit->types[CG_I1], 0, 0); /* zero is a defined input */
    return cg_w(cg_intrinsic_call(fn, table[op], &type, 1, args,
                                  op == CG_CTLZ || op == CG_CTTZ ? 2 : 1));
}

cg_value
cg_fma(struct cg_fn *fn, cg_value a, cg_value b, cg_value c)
{
    LLVMValueRef args[3];
    LLVMTypeRef type;

    if (!cg_ready(fn))
        return NULL;
    type = LLVMTypeOf(cg_v(a));
    args[0] = cg_v(a);
    args[1] = cg_coerce(fn, cg_v(b), type, true);
    args[2] = cg_coerce(fn, cg_v(c), type, true);
    return cg_w(cg_intrinsic_call(fn, INTR_FMA, &type, 1, args, 3));
}

cg_value
cg_copysign(struct cg_fn *fn, cg_value magnitude, cg_value sign)
{
    LLVMValueRef args[2];
    LLVMTypeRef type;

    if (!cg_ready(fn))
        return NULL;
    type = LLVMTypeOf(cg_v(magnitude));
    args[0] = cg_v(magnitude);
    args[1] = cg_coerce(fn, cg_v(sign), type, true);
    return cg_w(cg_intrinsic_call(fn, INTR_COPYSIGN, &type, 1, args, 2));
}

cg_value
cg_rotl(struct cg_fn *fn, cg_value v, cg_value count)
{
    LLVMValueRef args[3];
    LLVMTypeRef type;

    if (!cg_ready(fn))
        return NULL;
    type = LLVMTypeOf(cg_v(v));
    args[0] = args[1] = cg_v(v);
    args[2] = cg_coerce(fn, cg_v(count), type, false);
    return cg_w(cg_intrinsic_call(fn, INTR_FSHL, &type, 1, args, 3));
}

cg_value
cg_mul_high(struct cg_fn *fn, cg_value a, cg_value b, bool is_signed)
{
    LLVMTypeRef wide, word;
    LLVMValueRef x, y;

    if (!cg_ready(fn))
        return NULL;
    word = fn->unit->types[CG_I64];
    wide = LLVMInt128TypeInContext(fn->unit->context);
    x = cg_coerce(fn, cg_coerce(fn, cg_v(a), word, is_signed), wide, is_signed);
    y = cg_coerce(fn, cg_coerce(fn, cg_v(b), word, is_signed), wide, is_signed);
    x = LLVMBuildLShr(fn->b, LLVMBuildMul(fn->b, x, y, ""), LLVMConstInt(wide, 64, 0), "");
    return cg_w(LLVMBuildTrunc(fn->b, x, word, ""));
}

/* ---- atomics --------------------------------------------------------------------------------------------- */

/* The old value as the IL stack holds it. */
static cg_value
math_old_value(struct cg_fn *fn, enum cg_type t, LLVMValueRef old)
{
    if (t == CG_I1 || t == CG_I8 || t == CG_I16)
        return cg_w(cg_coerce(fn, old, fn->unit->types[CG_I32], false));
    return cg_w(old);
}

cg_value
cg_atomic(struct cg_fn *fn, enum cg_atomic op, enum cg_type t, cg_value address, cg_value v)
{
    static const LLVMAtomicRMWBinOp table[] = {
        [CG_ATOMIC_XCHG] = LLVMAtomicRMWBinOpXchg,
        [CG_ATOMIC_ADD] = LLVMAtomicRMWBinOpAdd,
        [CG_ATOMIC_AND] = LLVMAtomicRMWBinOpAnd,
        [CG_ATOMIC_OR] = LLVMAtomicRMWBinOpOr,
    };
    LLVMTypeRef type;
    LLVMValueRef p, x;

    if (!cg_ready(fn))
        return NULL;
    type = fn->unit->types[t == CG_I1 ? CG_I8 : t];
    p = cg_coerce(fn, cg_v(address), fn->unit->types[CG_PTR], false);
    x = cg_coerce(fn, cg_v(v), type, true);
    return math_old_value(fn, t, LLVMBuildAtomicRMW(fn->b, table[op], p, x,
                                                    LLVMAtomicOrderingSequentiallyConsistent, 0));
}

cg_value
cg_cmpxchg(struct cg_fn *fn, enum cg_type t, cg_value address, cg_value expected, cg_value desired)
{
    struct cg_unit *u;
    LLVMTypeRef type;
    LLVMValueRef p, e, d, pair;
    enum cg_type cell;

    if (!cg_ready(fn))
        return NULL;
    u = fn->unit;
    cell = t == CG_I1 ? CG_I8 : t == CG_F32 ? CG_I32 : t == CG_F64 ? CG_I64 : t;
    type = u->types[cell];
    p = cg_coerce(fn, cg_v(address), u->types[CG_PTR], false);
    e = cell == t || t == CG_I1 ? cg_v(expected) : cg_v(cg_bitcast(fn, expected, cell));
    d = cell == t || t == CG_I1 ? cg_v(desired) : cg_v(cg_bitcast(fn, desired, cell));
    pair = LLVMBuildAtomicCmpXchg(fn->b, p, cg_coerce(fn, e, type, true),
                                  cg_coerce(fn, d, type, true),
                                  LLVMAtomicOrderingSequentiallyConsistent,
                                  LLVMAtomicOrderingSequentiallyConsistent, 0);
    pair = LLVMBuildExtractValue(fn->b, pair, 0, "");
    if (t == CG_F32 || t == CG_F64)
        return cg_bitcast(fn, cg_w(pair), t);
    return math_old_value(fn, t, pair);
}

void
cg_fence(struct cg_fn *fn, bool full)
{
    if (!cg_ready(fn))
        return;
    LLVMBuildFence(fn->b, full ? LLVMAtomicOrderingSequentiallyConsistent : LLVMAtomicOrderingAcquire,
                   0, "");
}

void
cg_breakpoint(struct cg_fn *fn)
{
    if (!cg_ready(fn))
        return;
    cg_intrinsic_call(fn, INTR_DEBUGTRAP, NULL, 0, NULL, 0);
}
