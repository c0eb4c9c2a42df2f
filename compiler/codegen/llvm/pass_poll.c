/* compiler/codegen/llvm/pass_poll.c - the one check in loops: every cycle of a function's control
 * flow comes to a check sooner or later.
 * Loops whose every iteration calls a function that checks itself, goes native and back, or that
 * end after a few iterations are left alone. Of the others, those with a bound that a step moves
 * towards are cut into pieces (pass_strip.c), those that leave where something is zero poll by that
 * compare (pass_zero.c); the rest gets a compare at its back-edges.
 * needs: cg_pass_check has run   gives: see above   keeps: SSA form, debug locations */
#include "compiler/codegen/llvm/cg_priv.h"
#include "compiler/codegen/llvm/flow.h"
#include "compiler/codegen/llvm/pass_poll.h"

#include <string.h>

enum { FEW_ITERATIONS = 1024, FEW_OUTER_ITERATIONS = 16 };

/* ---- editing edges --------------------------------------------------------------------------- */

/* LLVM's C API cannot change the block of a phi's value, so the phi is made anew. */
static void
phi_retarget(struct cg_unit *u, LLVMValueRef phi, LLVMBasicBlockRef from, LLVMBasicBlockRef *to,
             unsigned count)
{
    unsigned n = LLVMCountIncoming(phi), i, k;
    bool done = false;
    LLVMValueRef made;

    LLVMPositionBuilderBefore(u->pad_builder, phi);
    made = LLVMBuildPhi(u->pad_builder, LLVMTypeOf(phi), "");
    for (i = 0; i < n; i++) {
        LLVMBasicBlockRef bb = LLVMGetIncomingBlock(phi, i);
        LLVMValueRef v = LLVMGetIncomingValue(phi, i);

        if (bb != from)
            LLVMAddIncoming(made, &v, &bb, 1);
        for (k = 0; bb == from && !done && k < count; k++)
            LLVMAddIncoming(made, &v, &to[k], 1);
        done |= bb == from;
    }
    LLVMReplaceAllUsesWith(phi, made);
    LLVMInstructionEraseFromParent(phi);
}

void
cg_edge_retarget(struct cg_unit *u, LLVMBasicBlockRef block, LLVMBasicBlockRef from,
                 LLVMBasicBlockRef *to, unsigned count)
{
    LLVMValueRef i = LLVMGetFirstInstruction(block), next;

    for (; i && LLVMIsAPHINode(i); i = next) {
        next = LLVMGetNextInstruction(i);
        phi_retarget(u, i, from, to, count);
    }
}

static void
poll_edge(struct cg_unit *u, struct flow *f, uint32_t from_block, uint32_t to_block)
{
    LLVMBasicBlockRef from = f->blocks[from_block].bb, to = f->blocks[to_block].bb;
    LLVMBuilderRef b = u->pad_builder;
    LLVMBasicBlockRef blocks[2];
    LLVMValueRef last = LLVMGetBasicBlockTerminator(from);
    unsigned i, n = LLVMGetNumSuccessors(last);
    bool found = false;

    for (i = 0; i < n; i++)
        found |= LLVMGetSuccessor(last, i) == to;
    if (!found || LLVMIsALandingPadInst(LLVMGetFirstInstruction(to)))
        return; /* taken by a throw, which is an engine call */
    blocks[0] = LLVMInsertBasicBlockInContext(u->context, to, "poll");
    blocks[1] = LLVMInsertBasicBlockInContext(u->context, to, "poll.slow");
    LLVMMoveBasicBlockAfter(blocks[0], from);
    flow_alias(f, blocks[0], from);
    flow_alias(f, blocks[1], from);
    cg_edge_retarget(u, to, from, blocks, 2);
    for (i = 0; i < n; i++) {
        if (LLVMGetSuccessor(last, i) == to)
            LLVMSetSuccessor(last, i, blocks[0]);
    }
    LLVMPositionBuilderAtEnd(b, blocks[0]);
    LLVMSetCurrentDebugLocation2(b, LLVMInstructionGetDebugLoc(last));
    cg_check_branch(u, b, cg_check_low(u, b, NULL), blocks[1], to);
    LLVMPositionBuilderAtEnd(b, blocks[1]);
    cg_check_call(u, b, NULL);
    LLVMBuildBr(b, to);
    LLVMSetCurrentDebugLocation2(b, NULL);
}

/* ---- which loops ----------------------------------------------------------------------------- */

/* The way back from native code (transition.c), which looks whether somebody waits. */
static bool
comes_back(LLVMValueRef call)
{
    unsigned n = LLVMGetNumArgOperands(call), i;

    for (i = 0; i < n; i++) {
        LLVMValueRef v = LLVMGetOperand(call, i);
        size_t length;

        if (LLVMIsALoadInst(v) && LLVMIsAGlobalVariable(LLVMGetOperand(v, 0)) &&
            strcmp(LLVMGetValueName2(LLVMGetOperand(v, 0), &length),
                   CG_IMPORT_PREFIX "RhpTrapThreads") == 0)
            return true;
    }
    return false;
}

/* The slow half behind it is the core library's, which does not end the thread. */
static bool
comes_back_calmly(LLVMValueRef call)
{
    LLVMValueRef last = LLVMGetBasicBlockTerminator(LLVMGetInstructionParent(call)), i;
    unsigned n = LLVMGetNumSuccessors(last), k;

    for (k = 0; k < n; k++) {
        for (i = LLVMGetFirstInstruction(LLVMGetSuccessor(last, k)); i; i = LLVMGetNextInstruction(i)) {
            const char *import =
                LLVMIsACallInst(i) || LLVMIsAInvokeInst(i) ? cg_imported_callee(i) : NULL;

            if (import && strcmp(import, "RhpPInvokeReturnInLibrary") == 0)
                return true;
        }
    }
    return false;
}

/* In user code only a check counts at which a thread can also be ended. */
static bool
call_polls(LLVMValueRef call)
{
    LLVMValueRef callee = LLVMGetCalledValue(call);
    const char *import = cg_imported_callee(call);
    bool library = cg_is_library(LLVMGetBasicBlockParent(LLVMGetInstructionParent(call)));

    if (import)
        return strcmp(import, "RhpPInvokeReturn") == 0 || strcmp(import, "RhpGcPoll") == 0 ||
               (library && strcmp(import, "RhpPInvokeReturnInLibrary") == 0);
    if (LLVMIsAInlineAsm(callee))
        return comes_back(call) && (library || !comes_back_calmly(call));
    if (!LLVMIsAFunction(callee))
        return false;
    /* A check that was built before the pipeline reads the stack pointer. */
    return (cg_is_checked(callee) && (library || !cg_is_library(callee))) ||
           LLVMGetIntrinsicID(callee) == LLVMLookupIntrinsicID("llvm.read_register", 18);
}

static bool
block_polls(LLVMBasicBlockRef bb)
{
    LLVMValueRef i;

    for (i = LLVMGetFirstInstruction(bb); i; i = LLVMGetNextInstruction(i)) {
        if ((LLVMIsACallInst(i) || LLVMIsAInvokeInst(i)) && call_polls(i))
            return true;
    }
    return false;
}

/* `known` remembers block_polls: 0 not asked, 1 no, 2 yes. */
static bool
loop_polls(const struct flow *f, uint32_t loop, uint8_t *known)
{
    const struct flow_edges *latches = &f->loops[loop].latches;
    uint32_t header = f->loops[loop].header, b, k;

    for (b = latches->to[0];; b = f->blocks[b].idom) {
        bool all = true;

        for (k = 1; k < latches->count; k++)
            all &= flow_dominates(f, b, latches->to[k]);
        if (!known[b])
            known[b] = block_polls(f->blocks[b].bb) ? 2 : 1;
        if (all && known[b] == 2)
            return true;
        if (b == header)
            return false;
    }
}

struct plan {
    struct cg_unit *u;
    struct flow flow;
    uint8_t *known;
    struct cg_strip *strips;
    uint32_t strip_count;
    struct cg_zero *zeros;
    uint32_t zero_count;
    struct flow_irregular *edges; /* to poll */
    uint32_t edge_count;
};

static void
plan_loop(struct plan *p, uint32_t loop)
{
    const struct flow_loop *l = &p->flow.loops[loop];
    struct cg_strip strip;
    bool simple = p->u->options.opt_level >= 1 && !p->u->options.optimize_size;
    uint32_t k, few = l->has_inner ? FEW_OUTER_ITERATIONS : FEW_ITERATIONS;

    if (loop_polls(&p->flow, loop, p->known))
        return;
    if (cg_strip_find(&p->flow, loop, &strip)) {
        if (cg_strip_is_short(&strip, few))
            return;
        strip.iterations = few;
        if (simple && !l->has_inner && cg_strip_is_possible(&p->flow, &strip)) {
            strip.twin = cg_twin_find(&p->flow, &strip);
            p->strips[p->strip_count++] = strip;
            return;
        }
    }
    if (simple && cg_zero_find(&p->flow, loop, &p->zeros[p->zero_count])) {
        p->zero_count++;
        return;
    }
    for (k = 0; k < l->latches.count; k++)
        p->edges[p->edge_count++] = (struct flow_irregular){l->latches.to[k], l->header};
}

static void
poll_function(struct cg_unit *u, LLVMValueRef f)
{
    struct plan p = {.u = u};
    uint32_t i, latches = 0;

    flow_make(&p.flow, f);
    for (i = 0; i < p.flow.loop_count; i++)
        latches += p.flow.loops[i].latches.count;
    p.known = arena_array(p.flow.arena, p.flow.count, sizeof *p.known);
    p.strips = arena_array(p.flow.arena, p.flow.loop_count + 1u, sizeof *p.strips);
    p.zeros = arena_array(p.flow.arena, p.flow.loop_count + 1u, sizeof *p.zeros);
    p.edges = arena_array(p.flow.arena, latches + 1u, sizeof *p.edges);
    for (i = 0; i < p.flow.loop_count; i++)
        plan_loop(&p, i);
    for (i = 0; i < p.strip_count; i++) {
        if (p.strips[i].twin)
            cg_twin_apply(u, &p.flow, &p.strips[i]);
    }
    for (i = 0; i < p.flow.irregular_count; i++)
        poll_edge(u, &p.flow, p.flow.irregular[i].from, p.flow.irregular[i].to);
    for (i = 0; i < p.edge_count; i++)
        poll_edge(u, &p.flow, p.edges[i].from, p.edges[i].to);
    for (i = 0; i < p.zero_count; i++)
        cg_zero_apply(u, &p.flow, &p.zeros[i]);
    /* From the first loop to the last, so that a first stop that is computed on the way out of one
     * loop is computed outside it. */
    for (i = p.strip_count; i-- > 0;)
        cg_strip_apply(u, &p.flow, &p.strips[i]);
    flow_free(&p.flow);
}

/* ---- loops in protected regions ---------------------------------------------------------------- */

/* What such a poll throws must run the region's handlers, so it is an invoke and LLVM has to know of
 * it from the beginning. The stub is called as any C function: a handler sees the callee-saved
 * registers only. */
static void
poll_guarded(struct cg_unit *u, LLVMBasicBlockRef from, LLVMBasicBlockRef to, LLVMBasicBlockRef pad)
{
    LLVMBuilderRef b = u->pad_builder;
    LLVMBasicBlockRef blocks[2];
    LLVMValueRef last = LLVMGetBasicBlockTerminator(from), target;
    unsigned i, n = LLVMGetNumSuccessors(last);

    blocks[0] = LLVMInsertBasicBlockInContext(u->context, to, "poll");
    blocks[1] = LLVMInsertBasicBlockInContext(u->context, to, "poll.slow");
    cg_edge_retarget(u, to, from, blocks, 2);
    for (i = 0; i < n; i++) {
        if (LLVMGetSuccessor(last, i) == to)
            LLVMSetSuccessor(last, i, blocks[0]);
    }
    LLVMPositionBuilderAtEnd(b, blocks[0]);
    LLVMSetCurrentDebugLocation2(b, LLVMInstructionGetDebugLoc(last));
    cg_check_branch(u, b, cg_check_low(u, b, NULL), blocks[1], to);
    LLVMPositionBuilderAtEnd(b, blocks[1]);
    target = cg_import_load(u, b, cg_check_slow_name(LLVMGetBasicBlockParent(LLVMGetInsertBlock(b))),
                            u->types[CG_PTR]);
    LLVMAddCallSiteAttribute(
        LLVMBuildInvoke2(b, cg_check_slow_type(u, false), target, NULL, 0, to, pad, ""),
        (LLVMAttributeIndex)LLVMAttributeFunctionIndex, u->attrs.cold);
    LLVMSetCurrentDebugLocation2(b, NULL);
}

static void
guarded_edge(struct cg_fn *fn, const struct flow *f, uint32_t from, uint32_t to)
{
    LLVMBasicBlockRef bb = f->blocks[from].bb, pad = ptr_map_get(&fn->pads, bb);
    LLVMValueRef last = LLVMGetBasicBlockTerminator(bb);
    unsigned n = LLVMGetNumSuccessors(last), i;

    for (i = 0; pad && i < n; i++) {
        if (LLVMGetSuccessor(last, i) == f->blocks[to].bb) {
            poll_guarded(fn->unit, bb, f->blocks[to].bb, pad);
            return;
        }
    }
}

void
cg_pass_guarded_polls(struct cg_fn *fn)
{
    struct flow f;
    uint32_t i, k;

    if (!fn->pads.count)
        return;
    flow_make(&f, fn->f);
    for (i = 0; i < f.loop_count; i++) {
        for (k = 0; k < f.loops[i].latches.count; k++)
            guarded_edge(fn, &f, f.loops[i].latches.to[k], f.loops[i].header);
    }
    for (i = 0; i < f.irregular_count; i++)
        guarded_edge(fn, &f, f.irregular[i].from, f.irregular[i].to);
    flow_free(&f);
    ptr_map_free(&fn->pads);
}

/* ---- the pass ---------------------------------------------------------------------------------- */

void
cg_pass_poll(struct cg_unit *u)
{
    LLVMValueRef f;

    if (!u->options.stack_check)
        return;
    for (f = LLVMGetFirstFunction(u->module); f; f = LLVMGetNextFunction(f)) {
        if (LLVMGetFirstBasicBlock(f) && LLVMGetLinkage(f) != LLVMAvailableExternallyLinkage &&
            LLVMCountBasicBlocks(f) > 1)
            poll_function(u, f);
    }
}
