/* compiler/codegen/llvm/pass_resume.c - `resume` becomes a call of the engine.
 * needs: LLVM's pipeline has run (the inliner understands `resume` only)
 * gives: no `resume` is left   keeps: everything else */
#include "compiler/codegen/llvm/cg_priv.h"

static void
resume_replace(struct cg_unit *u, LLVMValueRef resume)
{
    LLVMBuilderRef b = u->pad_builder;
    LLVMTypeRef type = LLVMFunctionType(u->types[CG_VOID], &u->types[CG_PTR], 1, 0);
    LLVMTypeRef trap_type;
    LLVMValueRef record, target, trap;

    LLVMPositionBuilderBefore(b, resume);
    LLVMSetCurrentDebugLocation2(b, LLVMInstructionGetDebugLoc(resume));
    record = LLVMBuildExtractValue(b, LLVMGetOperand(resume, 0), 0, "");
    target = cg_import_load(u, b, "corert_eh_resume", u->types[CG_PTR]);
    LLVMBuildCall2(b, type, target, &record, 1, "");
    /* Keeps the return address inside the function. */
    trap = cg_intrinsic_get(u, INTR_TRAP, NULL, 0, &trap_type);
    LLVMBuildCall2(b, trap_type, trap, NULL, 0, "");
    LLVMBuildUnreachable(b);
    LLVMSetCurrentDebugLocation2(b, NULL);
    LLVMInstructionEraseFromParent(resume);
}

void
cg_pass_resume(struct cg_unit *u)
{
    LLVMValueRef f, last;
    LLVMBasicBlockRef bb;

    for (f = LLVMGetFirstFunction(u->module); f; f = LLVMGetNextFunction(f)) {
        for (bb = LLVMGetFirstBasicBlock(f); bb; bb = LLVMGetNextBasicBlock(bb)) {
            last = LLVMGetBasicBlockTerminator(bb);
            if (last && LLVMIsAResumeInst(last))
                resume_replace(u, last);
        }
    }
}
