/* compiler/codegen/llvm/pass_barrier.c - the log's byte behind each store of a reference (gc/logged.c).
 * Put in after LLVM's pipeline, so that it costs no optimisation: reference stores are the release
 * stores of pointers. The address and the words of the thread block say where the byte is; outside of a
 * cycle that is a byte of the thread's own, so that nothing has to be asked.
 * Without a byte: null and constants, which are no objects of the heap; stack and static slots, which are
 * roots; objects that nobody else can have seen, if no stop lies between the allocation and the store.
 * needs: polls are in, because no stop may come between reference and byte
 * gives: see above   keeps: SSA form, control flow, debug locations */
#include "compiler/codegen/llvm/cg_priv.h"

#include "engine/thread_block.h"

enum { LOG_SHIFT = 6, LOG_STORED = 1, STEPS_MOST = 300 };

static bool
is_reference_store(LLVMValueRef i)
{
    return LLVMIsAStoreInst(i) && LLVMGetOrdering(i) == LLVMAtomicOrderingRelease &&
           LLVMGetTypeKind(LLVMTypeOf(LLVMGetOperand(i, 0))) == LLVMPointerTypeKind &&
           LLVMGetPointerAddressSpace(LLVMTypeOf(LLVMGetOperand(i, 1))) == 0;
}

static LLVMValueRef
base_of(LLVMValueRef p)
{
    while (LLVMIsAGetElementPtrInst(p) ||
           (LLVMIsAConstantExpr(p) && LLVMGetConstOpcode(p) == LLVMGetElementPtr))
        p = LLVMGetOperand(p, 0);
    return p;
}

/* A call that says its result is new (cg_call_is_new). */
static bool
is_allocation_call(struct cg_unit *u, LLVMValueRef v)
{
    unsigned kind = LLVMGetEnumAttributeKind(u->attrs.noalias);

    return (LLVMIsACallInst(v) || LLVMIsAInvokeInst(v)) &&
           LLVMGetCallSiteEnumAttribute(v, LLVMAttributeReturnIndex, kind);
}

/* A word of the thread block: the allocation pointer, nothing else that is volatile there gets an offset. */
static bool
is_thread_word(LLVMValueRef v)
{
    LLVMValueRef at;

    if (!LLVMIsALoadInst(v) || !LLVMGetVolatile(v))
        return false;
    at = LLVMGetOperand(v, 0);
    if (LLVMGetPointerAddressSpace(LLVMTypeOf(at)) != 0)
        return true;
    at = base_of(at);
    return LLVMIsAGlobalVariable(at) && LLVMIsThreadLocal(at);
}

/* What cg_new_object made: a call's result, or the buffer's. */
static bool
is_allocation(struct cg_unit *u, LLVMValueRef v)
{
    unsigned n, i, calls = 0;

    if (!LLVMIsAPHINode(v))
        return is_allocation_call(u, v);
    n = LLVMCountIncoming(v);
    for (i = 0; i < n; i++) {
        LLVMValueRef from = LLVMGetIncomingValue(v, i), base = base_of(from);

        if (is_allocation_call(u, from))
            calls++;
        else if (base == from || !is_thread_word(base))
            return false;
    }
    return calls > 0;
}

/* Whether nothing from the allocation to the store, in one block, could have stopped or have shown the
 * object to anybody. */
static bool
is_unseen(LLVMValueRef object, LLVMValueRef store)
{
    LLVMValueRef i = LLVMGetPreviousInstruction(store);
    unsigned steps = 0;

    if (LLVMIsAInvokeInst(object) || LLVMGetInstructionParent(object) != LLVMGetInstructionParent(store))
        return false;
    for (; i && i != object; i = LLVMGetPreviousInstruction(i)) {
        if (++steps > STEPS_MOST)
            return false;
        if (LLVMIsAPHINode(i))
            continue;
        if (LLVMIsAStoreInst(i) && base_of(LLVMGetOperand(i, 0)) == object)
            return false;
        if (LLVMIsACallInst(i) && !LLVMIsADbgInfoIntrinsic(i))
            return false;
        if (LLVMIsAAtomicCmpXchgInst(i) || LLVMIsAAtomicRMWInst(i))
            return false;
    }
    return true;
}

static bool
needs_none(struct cg_unit *u, LLVMValueRef store)
{
    LLVMValueRef base = base_of(LLVMGetOperand(store, 1));

    if (LLVMIsConstant(LLVMGetOperand(store, 0)) || LLVMIsAAllocaInst(base) ||
        LLVMIsAGlobalVariable(base))
        return true;
    return LLVMIsAInstruction(base) && is_allocation(u, base) && is_unseen(base, store);
}

static LLVMValueRef
word_load(struct cg_unit *u, LLVMTypeRef type, uint32_t offset)
{
    LLVMValueRef v = LLVMBuildLoad2(u->pad_builder, type,
                                    cg_thread_address(u, u->pad_builder, offset), "");

    LLVMSetAlignment(v, 8);
    LLVMSetVolatile(v, 1); /* a cycle begins at any stop */
    return v;
}

static void
byte_store(struct cg_unit *u, LLVMValueRef store)
{
    LLVMBuilderRef b = u->pad_builder;
    LLVMTypeRef i64 = u->types[CG_I64], i8 = u->types[CG_I8];
    LLVMValueRef at, byte;

    LLVMPositionBuilderBefore(b, LLVMGetNextInstruction(store));
    LLVMSetCurrentDebugLocation2(b, LLVMInstructionGetDebugLoc(store));
    at = LLVMBuildPtrToInt(b, LLVMGetOperand(store, 1), i64, "");
    at = LLVMBuildLShr(b, at, LLVMConstInt(i64, LOG_SHIFT, 0), "");
    at = LLVMBuildAnd(b, at, word_load(u, i64, THREAD_LOG_MASK), "");
    at = LLVMBuildGEP2(b, i8, word_load(u, u->types[CG_PTR], THREAD_LOG), &at, 1, "");
    byte = LLVMBuildStore(b, LLVMConstInt(i8, LOG_STORED, 0), at);
    LLVMSetAlignment(byte, 1);
    LLVMSetVolatile(byte, 1);
    LLVMSetOrdering(byte, LLVMAtomicOrderingRelease);
    LLVMSetCurrentDebugLocation2(b, NULL);
}

void
cg_pass_barrier(struct cg_unit *u)
{
    LLVMValueRef f, i;
    LLVMBasicBlockRef bb;

    for (f = LLVMGetFirstFunction(u->module); f; f = LLVMGetNextFunction(f)) {
        if (LLVMGetLinkage(f) == LLVMAvailableExternallyLinkage)
            continue;
        for (bb = LLVMGetFirstBasicBlock(f); bb; bb = LLVMGetNextBasicBlock(bb)) {
            for (i = LLVMGetFirstInstruction(bb); i; i = LLVMGetNextInstruction(i)) {
                if (is_reference_store(i) && !needs_none(u, i))
                    byte_store(u, i);
            }
        }
    }
}
