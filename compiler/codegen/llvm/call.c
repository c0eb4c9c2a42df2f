/* compiler/codegen/llvm/call.c - calls: arguments into ABI order, invoke where a pad is set, results
 * back to the caller's form. */
#include "compiler/codegen/llvm/cg_priv.h"

static void
call_attr(LLVMValueRef call, LLVMAttributeRef a)
{
    LLVMAddCallSiteAttribute(call, (LLVMAttributeIndex)LLVMAttributeFunctionIndex, a);
}

LLVMValueRef
cg_call_emit(struct cg_fn *fn, LLVMTypeRef type, LLVMValueRef callee, LLVMValueRef *args,
             unsigned count, bool nounwind)
{
    LLVMBasicBlockRef next;
    LLVMValueRef call;

    if (!fn->pad || nounwind) {
        call = LLVMBuildCall2(fn->b, type, callee, args, count, "");
        if (nounwind)
            call_attr(call, fn->unit->attrs.nounwind);
        return call;
    }
    next = cg_block_after(fn, "next");
    call = LLVMBuildInvoke2(fn->b, type, callee, args, count, next, fn->pad->bb, "");
    LLVMPositionBuilderAtEnd(fn->b, next);
    return call;
}

/* ---- arguments -------------------------------------------------------------------------------------- */

static void
call_struct_arg(struct cg_fn *fn, const struct cg_param *p, const struct abi_value *v,
                LLVMValueRef address, LLVMValueRef *out)
{
    uint32_t i;

    if (v->kind == ABI_MEMORY)
        out[v->index] = address; /* byval: the copy is made by the call */
    for (i = 0; v->kind == ABI_PARTS && i < v->part_count; i++)
        out[v->index + i] = abi_part_load(fn->unit, fn->b, &v->parts[i], address, p->align);
}

/* C's bool is 0 or 1, whatever the IL stack holds. */
static LLVMValueRef
call_scalar_arg(struct cg_fn *fn, const struct cg_param *p, LLVMTypeRef type, LLVMValueRef v)
{
    if (p->type == CG_I1 && LLVMTypeOf(v) != fn->unit->types[CG_I1])
        v = LLVMBuildIsNotNull(fn->b, v, "");
    return cg_coerce(fn, v, type, p->is_signed);
}

static LLVMValueRef *
call_arguments(struct cg_fn *fn, const struct cg_call *c, const struct abi_sig *abi,
               LLVMValueRef ret_address)
{
    LLVMValueRef *out = arena_array(fn->unit->arena, abi->param_count + 1u, sizeof *out);
    uint32_t i;

    for (i = 0; i < c->sig->count; i++) {
        const struct cg_param *p = &c->sig->params[i];
        const struct abi_value *v = &abi->args[i];

        if (p->type == CG_STRUCT)
            call_struct_arg(fn, p, v, cg_v(c->args[i]), out);
        else if (v->kind == ABI_SCALAR)
            out[v->index] = call_scalar_arg(fn, p, abi->params[v->index], cg_v(c->args[i]));
    }
    if (abi->sret_index >= 0)
        out[abi->sret_index] = ret_address;
    if (abi->nest_index >= 0)
        out[abi->nest_index] = cg_coerce(fn, cg_v(c->nest), fn->unit->types[CG_PTR], false);
    return out;
}

/* ---- the call --------------------------------------------------------------------------------------- */

static LLVMValueRef
call_callee(struct cg_fn *fn, const struct cg_call *c, const struct abi_sig *abi)
{
    LLVMValueRef f;
    bool is_new;

    if (!c->symbol)
        return cg_coerce(fn, cg_v(c->target), fn->unit->types[CG_PTR], false);
    f = cg_sym_function(fn->unit, c->symbol, abi->type, false, &is_new);
    if (is_new) {
        abi_attributes(fn->unit, c->sig, abi, f, false);
        if (c->flags & CG_CALL_EXTERNAL)
            LLVMSetVisibility(f, LLVMDefaultVisibility);
    }
    return f;
}

static void
call_flags(struct cg_fn *fn, const struct cg_call *c, LLVMValueRef call)
{
    const struct cg_attrs *a = &fn->unit->attrs;

    if (c->symbol) /* a symbol that happens to be called "free" is not the C library's */
        call_attr(call, a->nobuiltin);
    if (c->flags & (CG_CALL_COLD | CG_CALL_NORETURN))
        call_attr(call, a->cold);
    if (c->flags & CG_CALL_NEW)
        cg_call_is_new(fn->unit, call);
    if (c->flags & CG_CALL_PURE) {
        call_attr(call, a->memory_none);
        call_attr(call, a->willreturn);
    }
    if ((c->flags & CG_CALL_TAIL) && LLVMIsACallInst(call)) {
        LLVMSetTailCallKind(call, LLVMTailCallKindTail);
        fn->has_tail = true;
    }
}

static cg_value
call_scalar_result(struct cg_fn *fn, const struct cg_param *ret, LLVMValueRef v)
{
    if (ret->type == CG_I1 || ret->type == CG_I8 || ret->type == CG_I16)
        v = cg_coerce(fn, v, fn->unit->types[CG_I32], ret->is_signed && ret->type != CG_I1);
    return cg_w(v);
}

static void
call_struct_result(struct cg_fn *fn, const struct cg_param *ret, const struct abi_value *r,
                   LLVMValueRef v, LLVMValueRef address)
{
    uint32_t i;

    for (i = 0; i < r->part_count; i++) {
        LLVMValueRef part = r->part_count == 1 ? v : LLVMBuildExtractValue(fn->b, v, i, "");

        abi_part_store(fn->unit, fn->b, &r->parts[i], part, address, ret->align);
    }
}

cg_value
cg_call(struct cg_fn *fn, const struct cg_call *c)
{
    struct abi_sig abi;
    LLVMValueRef call, callee, *args, ret_address = NULL;
    const struct cg_param *ret;

    if (!cg_ready(fn))
        return NULL;
    ret = &c->sig->ret;
    abi_lower(fn->unit, c->sig, c->nest != NULL, &abi);
    callee = call_callee(fn, c, &abi);
    if (c->ret_address)
        ret_address = cg_v(c->ret_address);
    else if (abi.ret.kind == ABI_MEMORY) /* the caller drops the result */
        ret_address = cg_entry_alloca(fn, ret->size, ret->align);
    args = call_arguments(fn, c, &abi, ret_address);
    call = cg_call_emit(fn, abi.type, callee, args, abi.param_count,
                        (c->flags & CG_CALL_NOUNWIND) != 0);
    abi_attributes(fn->unit, c->sig, &abi, call, true);
    call_flags(fn, c, call);
    if (c->flags & CG_CALL_NORETURN) {
        cg_unreachable(fn);
        return ret->type == CG_VOID || ret->type == CG_STRUCT
                   ? NULL
                   : call_scalar_result(fn, ret, LLVMGetPoison(LLVMGetReturnType(abi.type)));
    }
    if (abi.ret.kind == ABI_SCALAR)
        return call_scalar_result(fn, ret, call);
    if (abi.ret.kind == ABI_PARTS && ret_address)
        call_struct_result(fn, ret, &abi.ret, call, ret_address);
    return NULL;
}
