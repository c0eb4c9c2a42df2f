/* compiler/codegen/llvm/object.c - what touches the managed heap: the funnel every reference store
 * goes through, copies of structs that hold references, allocation, keeping objects alive. */
#include "compiler/codegen/llvm/cg_priv.h"

#include "compiler/base/diag.h"
#include "engine/thread_block.h"

enum { HEADER_BYTES = 8 }; /* before the MethodTable word */

/* Release: whoever sees the reference also sees the object's MethodTable and fields. */
void
cg_store_ref(struct cg_fn *fn, cg_value object, cg_value slot, cg_value v, unsigned mem)
{
    struct cg_unit *u;
    LLVMValueRef store;

    (void)object; /* what a barrier will need */
    if (!cg_ready(fn))
        return;
    u = fn->unit;
    store = LLVMBuildStore(fn->b, cg_coerce(fn, cg_v(v), u->types[CG_PTR], false),
                           cg_coerce(fn, cg_v(slot), u->types[CG_PTR], false));
    LLVMSetAlignment(store, 8);
    LLVMSetOrdering(store, LLVMAtomicOrderingRelease);
    if (mem & CG_MEM_CXX_VOLATILE)
        LLVMSetVolatile(store, 1);
}

static void
object_copy_plain(struct cg_fn *fn, cg_value to, cg_value from, uint32_t at, uint32_t end,
                  uint32_t align)
{
    if (at >= end)
        return;
    while (align > 1 && at % align)
        align /= 2;
    cg_copy(fn, cg_offset(fn, to, at), cg_offset(fn, from, at), end - at, align);
}

void
cg_copy_refs(struct cg_fn *fn, cg_value object, cg_value to, cg_value from, uint32_t size,
             uint32_t align, const uint32_t *ref_offsets, uint32_t ref_count)
{
    uint32_t at = 0, i;

    if (!cg_ready(fn))
        return;
    for (i = 0; i < ref_count; i++) {
        cg_value v;

        CC_ASSERT(ref_offsets[i] >= at && ref_offsets[i] + 8 <= size); /* ascending, inside */
        object_copy_plain(fn, to, from, at, ref_offsets[i], align);
        v = cg_load(fn, CG_PTR, cg_offset(fn, from, ref_offsets[i]), CG_MEM_UNORDERED);
        cg_store_ref(fn, object, cg_offset(fn, to, ref_offsets[i]), v, 0);
        at = ref_offsets[i] + 8;
    }
    object_copy_plain(fn, to, from, at, size, align);
}

/* A known length or field of an array or object may be read wherever the object is known. */
void
cg_call_is_new(struct cg_unit *u, LLVMValueRef call)
{
    LLVMAddCallSiteAttribute(call, LLVMAttributeReturnIndex, u->attrs.noalias);
    LLVMAddCallSiteAttribute(call, LLVMAttributeReturnIndex, u->attrs.nonnull);
    LLVMAddCallSiteAttribute(call, LLVMAttributeReturnIndex, u->attrs.dereferenceable);
    LLVMAddCallSiteAttribute(call, LLVMAttributeReturnIndex, u->attrs.object_align);
}

static LLVMValueRef
object_new_slow(struct cg_fn *fn, LLVMValueRef mt)
{
    struct cg_unit *u = fn->unit;
    LLVMTypeRef type = LLVMFunctionType(u->types[CG_PTR], &u->types[CG_PTR], 1, 0);
    LLVMValueRef target = cg_import_load(u, fn->b, "RhpNewFast", u->types[CG_PTR]);
    LLVMValueRef call = cg_call_emit(fn, type, target, &mt, 1, false);

    cg_call_is_new(u, call);
    return call;
}

/* docs/abi.md, "Allocation": the buffer's first free byte is the next object's header word, the object
 * begins after it. The buffer is zeroed, so only the MethodTable is stored. Without a buffer both
 * words are 0 and the compare fails. */
cg_value
cg_new_object(struct cg_fn *fn, cg_value mt, uint32_t bytes)
{
    struct cg_unit *u;
    LLVMBasicBlockRef fast, slow, done, from[2];
    LLVMValueRef p, end, ok, size, br, phi, result[2], table, header;

    if (!cg_ready(fn))
        return NULL;
    u = fn->unit;
    table = cg_coerce(fn, cg_v(mt), u->types[CG_PTR], false);
    if (u->options.opt_level == 0 || u->options.optimize_size || (fn->flags & CG_FN_COLD))
        return cg_w(object_new_slow(fn, table));
    p = cg_v(cg_thread_load(fn, CG_PTR, THREAD_ALLOC_PTR));
    size = LLVMConstInt(u->types[CG_I64], bytes, 0);
    end = LLVMBuildGEP2(fn->b, u->types[CG_I8], p, &size, 1, "");
    ok = LLVMBuildICmp(fn->b, LLVMIntULE, end,
                       cg_v(cg_thread_load(fn, CG_PTR, THREAD_ALLOC_LIMIT)), "");
    done = cg_block_after(fn, "new.done");
    slow = cg_block_after(fn, "new.slow");
    fast = cg_block_after(fn, "new.fast");
    br = LLVMBuildCondBr(fn->b, ok, fast, slow);
    LLVMSetMetadata(br, u->md_prof, u->likely);

    LLVMPositionBuilderAtEnd(fn->b, fast);
    cg_thread_store(fn, CG_PTR, THREAD_ALLOC_PTR, cg_w(end));
    header = LLVMConstInt(u->types[CG_I64], HEADER_BYTES, 0);
    result[0] = LLVMBuildGEP2(fn->b, u->types[CG_I8], p, &header, 1, "");
    LLVMSetAlignment(LLVMBuildStore(fn->b, table, result[0]), 8);
    LLVMBuildBr(fn->b, done);
    from[0] = fast;

    LLVMPositionBuilderAtEnd(fn->b, slow);
    result[1] = object_new_slow(fn, table);
    from[1] = LLVMGetInsertBlock(fn->b); /* an invoke has opened another block */
    LLVMBuildBr(fn->b, done);

    LLVMPositionBuilderAtEnd(fn->b, done);
    phi = LLVMBuildPhi(fn->b, u->types[CG_PTR], "");
    LLVMAddIncoming(phi, result, from, 2);
    return cg_w(phi);
}

void
cg_keep_alive(struct cg_fn *fn, cg_value p)
{
    LLVMTypeRef type;
    LLVMValueRef use, call, v;

    if (!cg_ready(fn))
        return;
    v = cg_v(p);
    type = LLVMTypeOf(v);
    type = LLVMFunctionType(fn->unit->types[CG_VOID], &type, 1, 0);
    use = LLVMGetInlineAsm(type, "", 0, "r", 1, 1, 0, LLVMInlineAsmDialectATT, 0);
    call = LLVMBuildCall2(fn->b, type, use, &v, 1, "");
    LLVMAddCallSiteAttribute(call, (LLVMAttributeIndex)LLVMAttributeFunctionIndex,
                             fn->unit->attrs.nounwind);
}
