/* compiler/codegen/llvm/pass_inline.c - what must not be inlined so that checks stay where they work.
 * needs: the unit is built, LLVM's pipeline has not run   gives: call sites with "noinline"
 * keeps: everything else */
#include "compiler/codegen/llvm/cg_priv.h"
#include "compiler/codegen/llvm/flow.h"

static bool
makes_calls(LLVMValueRef f)
{
    LLVMBasicBlockRef bb;
    LLVMValueRef i;

    for (bb = LLVMGetFirstBasicBlock(f); bb; bb = LLVMGetNextBasicBlock(bb)) {
        for (i = LLVMGetFirstInstruction(bb); i; i = LLVMGetNextInstruction(i)) {
            if (LLVMIsAInvokeInst(i))
                return true;
            if (LLVMIsACallInst(i) && !LLVMIsAInlineAsm(LLVMGetCalledValue(i)) &&
                !cg_is_intrinsic(i) && !cg_does_not_return(i))
                return true;
        }
    }
    return false;
}

static bool
has_loop(LLVMValueRef f)
{
    struct flow flow;
    bool found;

    if (LLVMCountBasicBlocks(f) < 2)
        return false;
    flow_make(&flow, f);
    found = flow.loop_count || flow.irregular_count;
    flow_free(&flow);
    return found;
}

/* The function, or what may be inlined into it, has a loop whose poll may end the thread. Those of
 * the core library never do. */
static bool
has_deep_loop(struct ptr_map *known, LLVMValueRef f)
{
    static char yes, no;
    LLVMBasicBlockRef bb;
    LLVMValueRef i;
    bool found;

    if (ptr_map_has(known, f))
        return ptr_map_get(known, f) == &yes;
    ptr_map_put(known, f, &no);
    if (!LLVMGetFirstBasicBlock(f) || cg_has_attr(f, "corert-library"))
        return false;
    found = has_loop(f);
    for (bb = LLVMGetFirstBasicBlock(f); bb && !found; bb = LLVMGetNextBasicBlock(bb)) {
        for (i = LLVMGetFirstInstruction(bb); i && !found; i = LLVMGetNextInstruction(i))
            found = (LLVMIsACallInst(i) || LLVMIsAInvokeInst(i)) &&
                    LLVMIsAFunction(LLVMGetCalledValue(i)) &&
                    has_deep_loop(known, LLVMGetCalledValue(i));
    }
    if (found)
        ptr_map_put(known, f, &yes);
    return found;
}

/* An entry from native code has no check of its own: before it has told the engine of the thread
 * nothing can be thrown. The method behind it has one, unless it is inlined; so only those that need
 * none are. And a loop that is inlined into a protected region would get polls without the region's
 * handlers. */
static bool
must_stay(struct ptr_map *known, LLVMValueRef call, bool in_entry)
{
    LLVMValueRef callee = LLVMGetCalledValue(call);

    if (!LLVMIsAFunction(callee) || !LLVMGetFirstBasicBlock(callee))
        return false;
    if (in_entry && makes_calls(callee))
        return true;
    return LLVMIsAInvokeInst(call) && has_deep_loop(known, callee);
}

void
cg_pass_inline(struct cg_unit *u)
{
    struct ptr_map known = {NULL};
    LLVMBasicBlockRef bb;
    LLVMValueRef f, i;

    if (!u->options.stack_check)
        return;
    for (f = LLVMGetFirstFunction(u->module); f; f = LLVMGetNextFunction(f)) {
        bool is_entry = cg_has_attr(f, "corert-native");

        for (bb = LLVMGetFirstBasicBlock(f); bb; bb = LLVMGetNextBasicBlock(bb)) {
            for (i = LLVMGetFirstInstruction(bb); i; i = LLVMGetNextInstruction(i)) {
                if ((LLVMIsACallInst(i) || LLVMIsAInvokeInst(i)) && must_stay(&known, i, is_entry))
                    LLVMAddCallSiteAttribute(i, (LLVMAttributeIndex)LLVMAttributeFunctionIndex,
                                             u->attrs.noinline_);
            }
        }
    }
    ptr_map_free(&known);
}
