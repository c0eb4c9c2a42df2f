/* compiler/codegen/llvm/arith.c - constants, arithmetic, comparisons, conversions.
 * Floating point is strict IEEE: no fast-math flag is ever set, nothing is contracted. */
#include "compiler/codegen/llvm/cg_priv.h"

/* ---- constants ---------------------------------------------------------------------------------------- */

cg_value
cg_int(struct cg_fn *fn, enum cg_type t, int64_t v)
{
    LLVMValueRef c;

    if (!fn)
        return NULL;
    if (t == CG_PTR) {
        c = LLVMConstInt(fn->unit->types[CG_I64], (unsigned long long)v, 1);
        return cg_w(LLVMConstIntToPtr(c, fn->unit->types[CG_PTR]));
    }
    if (t == CG_F32 || t == CG_F64 || t == CG_VOID || t == CG_STRUCT) {
        cg_fault(fn->unit, fn, "no integer constant of type %d", (int)t);
        t = CG_I32;
    }
    return cg_w(LLVMConstInt(cg_llvm_type(fn->unit, t), (unsigned long long)v, 1));
}

cg_value
cg_f64(struct cg_fn *fn, double v)
{
    return fn ? cg_w(LLVMConstReal(fn->unit->types[CG_F64], v)) : NULL;
}

cg_value
cg_f32(struct cg_fn *fn, float v)
{
    return fn ? cg_w(LLVMConstReal(fn->unit->types[CG_F32], (double)v)) : NULL;
}

cg_value
cg_null(struct cg_fn *fn)
{
    return fn ? cg_w(LLVMConstNull(fn->unit->types[CG_PTR])) : NULL;
}

/* ---- binary operations --------------------------------------------------------------------------------- */

static bool
arith_is(LLVMValueRef v, LLVMTypeKind kind)
{
    return LLVMGetTypeKind(LLVMTypeOf(v)) == kind;
}

/* Brings both operands to one type: pointers become integers, the narrower integer or float is
 * widened. IL allows int32 beside native int (sign-extended) and float32 beside float64. */
static void
arith_unify(struct cg_fn *fn, LLVMValueRef *a, LLVMValueRef *b)
{
    LLVMTypeRef word = fn->unit->types[CG_I64], ta, tb;

    if (arith_is(*a, LLVMPointerTypeKind))
        *a = LLVMBuildPtrToInt(fn->b, *a, word, "");
    if (arith_is(*b, LLVMPointerTypeKind))
        *b = LLVMBuildPtrToInt(fn->b, *b, word, "");
    ta = LLVMTypeOf(*a);
    tb = LLVMTypeOf(*b);
    if (ta == tb)
        return;
    if (arith_is(*a, LLVMIntegerTypeKind) && arith_is(*b, LLVMIntegerTypeKind)) {
        if (LLVMGetIntTypeWidth(ta) < LLVMGetIntTypeWidth(tb))
            *a = cg_coerce(fn, *a, tb, true);
        else
            *b = cg_coerce(fn, *b, ta, true);
    } else if (arith_is(*a, LLVMFloatTypeKind)) {
        *a = cg_coerce(fn, *a, tb, true);
    } else {
        *b = cg_coerce(fn, *b, ta, true);
    }
}

/* Pointer plus or minus integer keeps the pointer's provenance for alias analysis. */
static LLVMValueRef
arith_pointer(struct cg_fn *fn, enum cg_op op, LLVMValueRef p, LLVMValueRef index)
{
    index = cg_coerce(fn, index, fn->unit->types[CG_I64], true);
    if (op == CG_SUB)
        index = LLVMBuildNeg(fn->b, index, "");
    return LLVMBuildGEP2(fn->b, fn->unit->types[CG_I8], p, &index, 1, "");
}

/* Flag-free LLVM opcode of an operation. */
static const LLVMOpcode opcodes[] = {
    [CG_ADD] = LLVMAdd,   [CG_SUB] = LLVMSub,   [CG_MUL] = LLVMMul,   [CG_SDIV] = LLVMSDiv,
    [CG_UDIV] = LLVMUDiv, [CG_SREM] = LLVMSRem, [CG_UREM] = LLVMURem, [CG_AND] = LLVMAnd,
    [CG_OR] = LLVMOr,     [CG_XOR] = LLVMXor,   [CG_SHL] = LLVMShl,   [CG_ASHR] = LLVMAShr,
    [CG_LSHR] = LLVMLShr, [CG_FADD] = LLVMFAdd, [CG_FSUB] = LLVMFSub, [CG_FMUL] = LLVMFMul,
    [CG_FDIV] = LLVMFDiv, [CG_FREM] = LLVMFRem,
};

static bool
arith_kinds_fit(struct cg_fn *fn, enum cg_op op, LLVMValueRef a)
{
    bool is_float = !arith_is(a, LLVMIntegerTypeKind);

    if (is_float == (op >= CG_FADD))
        return true;
    cg_fault(fn->unit, fn, "operation %d on the wrong kind of value", (int)op);
    return false;
}

cg_value
cg_bin(struct cg_fn *fn, enum cg_op op, cg_value left, cg_value right)
{
    LLVMValueRef a, b;

    if (!cg_ready(fn))
        return NULL;
    a = cg_v(left);
    b = cg_v(right);
    if ((op == CG_ADD || op == CG_SUB) && arith_is(a, LLVMPointerTypeKind) &&
        arith_is(b, LLVMIntegerTypeKind))
        return cg_w(arith_pointer(fn, op, a, b));
    if (op == CG_ADD && arith_is(a, LLVMIntegerTypeKind) && arith_is(b, LLVMPointerTypeKind))
        return cg_w(arith_pointer(fn, op, b, a));
    if (op == CG_SHL || op == CG_ASHR || op == CG_LSHR) { /* the count has its own width */
        if (arith_is(a, LLVMPointerTypeKind))
            a = LLVMBuildPtrToInt(fn->b, a, fn->unit->types[CG_I64], "");
        if (arith_is(a, LLVMIntegerTypeKind))
            b = cg_coerce(fn, b, LLVMTypeOf(a), false);
    } else {
        arith_unify(fn, &a, &b);
    }
    if (!arith_kinds_fit(fn, op, a))
        return cg_w(a);
    return cg_w(LLVMBuildBinOp(fn->b, opcodes[op], a, b, ""));
}

cg_value
cg_un(struct cg_fn *fn, enum cg_unop op, cg_value v)
{
    LLVMValueRef a;

    if (!cg_ready(fn))
        return NULL;
    a = cg_v(v);
    if (op != CG_FNEG && arith_is(a, LLVMPointerTypeKind))
        a = LLVMBuildPtrToInt(fn->b, a, fn->unit->types[CG_I64], "");
    if (!arith_kinds_fit(fn, op == CG_FNEG ? CG_FADD : CG_ADD, a))
        return cg_w(a);
    switch (op) {
    case CG_NEG:
        return cg_w(LLVMBuildNeg(fn->b, a, ""));
    case CG_NOT:
        return cg_w(LLVMBuildNot(fn->b, a, ""));
    case CG_FNEG:
        return cg_w(LLVMBuildFNeg(fn->b, a, ""));
    }
    return v;
}

cg_value
cg_bin_ovf(struct cg_fn *fn, enum cg_op op, bool is_signed, cg_value left, cg_value right,
           cg_value *overflow)
{
    static const enum cg_intrinsic table[3][2] = {
        {INTR_UADD_O, INTR_SADD_O}, {INTR_USUB_O, INTR_SSUB_O}, {INTR_UMUL_O, INTR_SMUL_O}};
    LLVMValueRef args[2], pair;
    LLVMTypeRef type;

    *overflow = NULL;
    if (!cg_ready(fn))
        return NULL;
    args[0] = cg_v(left);
    args[1] = cg_v(right);
    arith_unify(fn, &args[0], &args[1]);
    type = LLVMTypeOf(args[0]);
    if (op > CG_MUL || !arith_kinds_fit(fn, op, args[0])) {
        cg_fault(fn->unit, fn, "no overflow test for operation %d", (int)op);
        *overflow = cg_int(fn, CG_I1, 0);
        return left;
    }
    pair = cg_intrinsic_call(fn, table[op][is_signed], &type, 1, args, 2);
    *overflow = cg_w(LLVMBuildExtractValue(fn->b, pair, 1, ""));
    return cg_w(LLVMBuildExtractValue(fn->b, pair, 0, ""));
}

/* ---- comparison ------------------------------------------------------------------------------------------ */

static const LLVMIntPredicate int_predicates[] = {
    [CG_EQ] = LLVMIntEQ,   [CG_NE] = LLVMIntNE,   [CG_SLT] = LLVMIntSLT, [CG_SLE] = LLVMIntSLE,
    [CG_SGT] = LLVMIntSGT, [CG_SGE] = LLVMIntSGE, [CG_ULT] = LLVMIntULT, [CG_ULE] = LLVMIntULE,
    [CG_UGT] = LLVMIntUGT, [CG_UGE] = LLVMIntUGE,
};
static const LLVMRealPredicate real_predicates[] = {
    [CG_FEQ] = LLVMRealOEQ,    [CG_FNE_UN] = LLVMRealUNE, [CG_FLT] = LLVMRealOLT,
    [CG_FLE] = LLVMRealOLE,    [CG_FGT] = LLVMRealOGT,    [CG_FGE] = LLVMRealOGE,
    [CG_FLT_UN] = LLVMRealULT, [CG_FLE_UN] = LLVMRealULE, [CG_FGT_UN] = LLVMRealUGT,
    [CG_FGE_UN] = LLVMRealUGE,
};

cg_value
cg_compare(struct cg_fn *fn, enum cg_cmp c, cg_value left, cg_value right)
{
    LLVMValueRef a, b;

    if (!cg_ready(fn))
        return NULL;
    a = cg_v(left);
    b = cg_v(right);
    if (LLVMTypeOf(a) != LLVMTypeOf(b))
        arith_unify(fn, &a, &b);
    if ((arith_is(a, LLVMFloatTypeKind) || arith_is(a, LLVMDoubleTypeKind)) != (c >= CG_FEQ)) {
        cg_fault(fn->unit, fn, "comparison %d of the wrong kind of value", (int)c);
        return cg_int(fn, CG_I1, 0);
    }
    return cg_w(c >= CG_FEQ ? LLVMBuildFCmp(fn->b, real_predicates[c], a, b, "")
                            : LLVMBuildICmp(fn->b, int_predicates[c], a, b, ""));
}

cg_value
cg_select(struct cg_fn *fn, cg_value condition, cg_value a, cg_value b)
{
    LLVMValueRef c;

    if (!cg_ready(fn))
        return NULL;
    c = cg_v(condition);
    if (LLVMTypeOf(c) != fn->unit->types[CG_I1])
        c = LLVMBuildIsNotNull(fn->b, c, "");
    return cg_w(LLVMBuildSelect(fn->b, c, cg_v(a),
                                cg_coerce(fn, cg_v(b), LLVMTypeOf(cg_v(a)), true), ""));
}

/* ---- conversion --------------------------------------------------------------------------------------------- */

cg_value
cg_int_cast(struct cg_fn *fn, cg_value v, enum cg_type to, bool sign_extend)
{
    if (!cg_ready(fn))
        return NULL;
    return cg_w(cg_coerce(fn, cg_v(v), cg_llvm_type(fn->unit, to), sign_extend));
}

cg_value
cg_ptr_to_int(struct cg_fn *fn, cg_value v)
{
    return cg_int_cast(fn, v, CG_I64, true);
}

cg_value
cg_int_to_ptr(struct cg_fn *fn, cg_value v)
{
    return cg_int_cast(fn, v, CG_PTR, true);
}

cg_value
cg_float_cast(struct cg_fn *fn, cg_value v, enum cg_type to)
{
    return cg_int_cast(fn, v, to, true);
}

cg_value
cg_int_to_float(struct cg_fn *fn, cg_value v, bool is_signed, enum cg_type to)
{
    LLVMValueRef x;
    LLVMTypeRef type;

    if (!cg_ready(fn))
        return NULL;
    x = cg_v(v);
    type = cg_llvm_type(fn->unit, to);
    if (!arith_is(x, LLVMIntegerTypeKind))
        x = cg_coerce(fn, x, fn->unit->types[CG_I64], is_signed);
    return cg_w(is_signed ? LLVMBuildSIToFP(fn->b, x, type, "") : LLVMBuildUIToFP(fn->b, x, type, ""));
}

cg_value
cg_float_to_int_sat(struct cg_fn *fn, cg_value v, bool is_signed, enum cg_type to)
{
    LLVMTypeRef types[2];
    LLVMValueRef x;

    if (!cg_ready(fn))
        return NULL;
    x = cg_v(v);
    if (!arith_kinds_fit(fn, CG_FADD, x))
        return cg_int(fn, to, 0);
    types[0] = cg_llvm_type(fn->unit, to);
    types[1] = LLVMTypeOf(x);
    return cg_w(cg_intrinsic_call(fn, is_signed ? INTR_FPTOSI_SAT : INTR_FPTOUI_SAT, types, 2, &x, 1));
}

cg_value
cg_bitcast(struct cg_fn *fn, cg_value v, enum cg_type to)
{
    LLVMTypeRef type, from;

    if (!cg_ready(fn))
        return NULL;
    type = cg_llvm_type(fn->unit, to);
    from = LLVMTypeOf(cg_v(v));
    if (from == type)
        return v;
    if (arith_is(cg_v(v), LLVMPointerTypeKind) || to == CG_PTR ||
        LLVMSizeOfTypeInBits(fn->unit->layout, from) != LLVMSizeOfTypeInBits(fn->unit->layout, type))
        return cg_w(cg_coerce(fn, cg_v(v), type, false));
    return cg_w(LLVMBuildBitCast(fn->b, cg_v(v), type, ""));
}
