/* compiler/codegen/llvm/pass_check.c - the one check in prologues: stack overflow, stop requests.
 * The stack pointer is compared with the thread block's limit; whoever wants the thread raises it.
 * needs: LLVM's pipeline has run, functions to check carry "corert-stack-check"
 * gives: those functions start with the compare   keeps: static allocas in the entry block */
#include "compiler/codegen/llvm/cg_priv.h"

#include "engine/thread_block.h"

/* Allocas of constant size must be in the entry block to stay part of the fixed frame. */
static void
check_move_allocas(LLVMBuilderRef b, LLVMBasicBlockRef from)
{
    LLVMValueRef i, next;

    for (i = LLVMGetFirstInstruction(from); i; i = next) {
        next = LLVMGetNextInstruction(i);
        if (LLVMIsAAllocaInst(i) && LLVMIsAConstantInt(LLVMGetOperand(i, 0))) {
            LLVMInstructionRemoveFromParent(i);
            LLVMInsertIntoBuilder(b, i);
        }
    }
}

static LLVMValueRef
check_stack_pointer(struct cg_unit *u, LLVMBuilderRef b)
{
    LLVMTypeRef type, word = u->types[CG_I64];
    LLVMValueRef f = cg_intrinsic_get(u, INTR_READ_REGISTER, &word, 1, &type), name;
    LLVMMetadataRef text = LLVMMDStringInContext2(u->context, "rsp", 3);

    name = LLVMMetadataAsValue(u->context, LLVMMDNodeInContext2(u->context, &text, 1));
    return LLVMBuildCall2(b, type, f, &name, 1, "");
}

static LLVMValueRef
check_limit(struct cg_unit *u, LLVMBuilderRef b)
{
    LLVMTypeRef word = u->types[CG_I64];
    LLVMValueRef at = cg_import_load(u, b, "corert_thread_block_offset", word), limit;

    at = LLVMBuildAdd(b, at, LLVMConstInt(word, THREAD_STACK_LIMIT, 0), "");
    limit = LLVMBuildLoad2(b, word, LLVMBuildIntToPtr(b, at, u->thread_ptr, ""), "");
    LLVMSetAlignment(limit, 8);
    LLVMSetOrdering(limit, LLVMAtomicOrderingUnordered);
    return limit;
}

static void
check_insert(struct cg_unit *u, LLVMValueRef f)
{
    LLVMBuilderRef b = u->pad_builder;
    LLVMBasicBlockRef old = LLVMGetEntryBasicBlock(f);
    LLVMBasicBlockRef slow = LLVMInsertBasicBlockInContext(u->context, old, "check.slow");
    LLVMBasicBlockRef entry = LLVMInsertBasicBlockInContext(u->context, slow, "check");
    LLVMMetadataRef scope = LLVMGetSubprogram(f);
    LLVMTypeRef type = LLVMFunctionType(u->types[CG_VOID], NULL, 0, 0);
    LLVMValueRef low, br, target;

    LLVMPositionBuilderAtEnd(b, entry);
    check_move_allocas(b, old);
    if (scope)
        LLVMSetCurrentDebugLocation2(b, LLVMDIBuilderCreateDebugLocation(
                                            u->context, LLVMDISubprogramGetLine(scope), 0, scope,
                                            NULL));
    low = LLVMBuildICmp(b, LLVMIntULT, check_stack_pointer(u, b), check_limit(u, b), "");
    br = LLVMBuildCondBr(b, low, slow, old);
    LLVMSetMetadata(br, u->md_prof, u->unlikely);
    LLVMPositionBuilderAtEnd(b, slow);
    target = cg_import_load(u, b, "RhpLimitSlow", u->types[CG_PTR]);
    LLVMAddCallSiteAttribute(LLVMBuildCall2(b, type, target, NULL, 0, ""),
                             (LLVMAttributeIndex)LLVMAttributeFunctionIndex, u->attrs.cold);
    LLVMBuildBr(b, old);
    LLVMSetCurrentDebugLocation2(b, NULL);
}

void
cg_pass_check(struct cg_unit *u)
{
    LLVMValueRef f;

    if (!u->options.stack_check)
        return;
    for (f = LLVMGetFirstFunction(u->module); f; f = LLVMGetNextFunction(f)) {
        if (LLVMGetFirstBasicBlock(f) && LLVMGetLinkage(f) != LLVMAvailableExternallyLinkage &&
            LLVMGetStringAttributeAtIndex(f, (LLVMAttributeIndex)LLVMAttributeFunctionIndex,
                                          "corert-stack-check", 18))
            check_insert(u, f);
    }
}
