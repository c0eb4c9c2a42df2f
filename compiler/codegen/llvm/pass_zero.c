/* compiler/codegen/llvm/pass_zero.c - polls in loops that every iteration may leave because something is zero: the end
 * of a chain or of a text, a found element, a null check. The loop asks whether the value is at most the thread's word
 * `wanted`, which is 0 unless somebody wants the thread: the compare costs what it cost before. When it says yes, a
 * block outside the hot path asks the true condition, and polls if that says no. Where zero means to go on, the
 * compare cannot serve: a loop that sees nothing but zeros would never poll. */
#include "compiler/codegen/llvm/pass_poll.h"

#include "engine/thread_block.h"

/* Machine code tests bits without a register for the result; a compare would need one. */
static bool
is_bit_test(LLVMValueRef v)
{
    return LLVMIsAInstruction(v) && LLVMGetInstructionOpcode(v) == LLVMAnd;
}

static bool
is_comparable(LLVMValueRef v)
{
    LLVMTypeRef t = LLVMTypeOf(v);
    unsigned width;

    if (LLVMGetTypeKind(t) == LLVMPointerTypeKind)
        return LLVMGetPointerAddressSpace(t) == 0;
    if (LLVMGetTypeKind(t) != LLVMIntegerTypeKind)
        return false;
    width = LLVMGetIntTypeWidth(t);
    return (width == 8 || width == 16 || width == 32 || width == 64) && !is_bit_test(v);
}

static bool
match_block(const struct flow *f, uint32_t loop, uint32_t block, struct cg_zero *out)
{
    const struct flow_block *b = &f->blocks[block];
    LLVMValueRef last = LLVMGetBasicBlockTerminator(b->bb), c;
    LLVMIntPredicate p;

    if (b->loop != loop || !LLVMIsABranchInst(last) || !LLVMIsConditional(last))
        return false;
    c = LLVMGetCondition(last);
    if (!LLVMIsAICmpInst(c) || !LLVMIsNull(LLVMGetOperand(c, 1)) || !is_comparable(LLVMGetOperand(c, 0)))
        return false;
    p = LLVMGetICmpPredicate(c);
    if (p != LLVMIntEQ && p != LLVMIntNE)
        return false;
    *out = (struct cg_zero){.block = block, .other_edge = p == LLVMIntEQ ? 1 : 0};
    return flow_loop_holds(f, loop, flow_number(f, LLVMGetSuccessor(last, out->other_edge))) &&
           !flow_loop_holds(f, loop, flow_number(f, LLVMGetSuccessor(last, 1 - out->other_edge)));
}

bool
cg_zero_find(const struct flow *f, uint32_t loop, struct cg_zero *out)
{
    const struct flow_loop *l = &f->loops[loop];
    uint32_t b;

    for (b = l->latches.to[0];; b = f->blocks[b].idom) {
        if (flow_every_iteration(f, loop, b) && match_block(f, loop, b, out))
            return true;
        if (b == l->header)
            return false;
    }
}

void
cg_zero_apply(struct cg_unit *u, struct flow *f, const struct cg_zero *z)
{
    LLVMBuilderRef b = u->pad_builder;
    LLVMBasicBlockRef block = f->blocks[z->block].bb, zero, other, merge, again, slow;
    LLVMValueRef last = LLVMGetBasicBlockTerminator(block), c = LLVMGetCondition(last), maybe, branch;

    other = LLVMGetSuccessor(last, z->other_edge);
    zero = LLVMGetSuccessor(last, 1 - z->other_edge);
    merge = LLVMInsertBasicBlockInContext(u->context, other, "zero.not");
    LLVMMoveBasicBlockAfter(merge, block);
    again = LLVMAppendBasicBlockInContext(u->context, LLVMGetBasicBlockParent(block), "zero.again");
    slow = LLVMAppendBasicBlockInContext(u->context, LLVMGetBasicBlockParent(block), "zero.slow");
    flow_alias(f, merge, block);
    flow_alias(f, again, block);
    cg_edge_retarget(u, other, block, &merge, 1);
    cg_edge_retarget(u, zero, block, &again, 1);

    LLVMPositionBuilderBefore(b, last);
    LLVMSetCurrentDebugLocation2(b, LLVMInstructionGetDebugLoc(last));
    maybe = LLVMBuildICmp(b, LLVMIntULE, LLVMGetOperand(c, 0),
                          cg_thread_word(u, b, THREAD_WANTED, LLVMTypeOf(LLVMGetOperand(c, 0))), "");
    branch = LLVMBuildCondBr(b, maybe, again, merge);
    LLVMSetMetadata(branch, u->md_prof, u->unlikely);
    LLVMInstructionEraseFromParent(last);
    LLVMPositionBuilderAtEnd(b, again);
    branch = LLVMBuildCondBr(b, c, zero, slow);
    if (LLVMGetICmpPredicate(c) == LLVMIntNE) {
        LLVMSetSuccessor(branch, 0, slow);
        LLVMSetSuccessor(branch, 1, zero);
    }
    LLVMPositionBuilderAtEnd(b, slow);
    cg_check_call(u, b, NULL);
    LLVMBuildBr(b, merge);
    LLVMPositionBuilderAtEnd(b, merge);
    LLVMBuildBr(b, other);
    LLVMSetCurrentDebugLocation2(b, NULL);
}
