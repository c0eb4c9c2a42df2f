/* compiler/codegen/llvm/pass_strip_find.c - which compare of a loop can tell where to poll: one of a value that moves by
 * a constant step with a bound that does not move, in a block that every iteration comes through. A bounds check is
 * the best one (pass_strip.c). */
#include "compiler/codegen/llvm/pass_poll.h"

enum { LARGEST_STEP = 1 << 16 };

LLVMIntPredicate
cg_predicate_inverse(LLVMIntPredicate p)
{
    switch (p) {
    case LLVMIntEQ: return LLVMIntNE;
    case LLVMIntNE: return LLVMIntEQ;
    case LLVMIntUGT: return LLVMIntULE;
    case LLVMIntUGE: return LLVMIntULT;
    case LLVMIntULT: return LLVMIntUGE;
    case LLVMIntULE: return LLVMIntUGT;
    case LLVMIntSGT: return LLVMIntSLE;
    case LLVMIntSGE: return LLVMIntSLT;
    case LLVMIntSLT: return LLVMIntSGE;
    case LLVMIntSLE: return LLVMIntSGT;
    }
    return p;
}

static LLVMIntPredicate
predicate_swapped(LLVMIntPredicate p)
{
    switch (p) {
    case LLVMIntUGT: return LLVMIntULT;
    case LLVMIntUGE: return LLVMIntULE;
    case LLVMIntULT: return LLVMIntUGT;
    case LLVMIntULE: return LLVMIntUGE;
    case LLVMIntSGT: return LLVMIntSLT;
    case LLVMIntSGE: return LLVMIntSLE;
    case LLVMIntSLT: return LLVMIntSGT;
    case LLVMIntSLE: return LLVMIntSGE;
    case LLVMIntEQ:
    case LLVMIntNE: return p;
    }
    return p;
}

int64_t
cg_step_of(LLVMValueRef v, LLVMValueRef phi)
{
    if (!LLVMIsAInstruction(v) || LLVMGetInstructionOpcode(v) != LLVMAdd ||
        LLVMGetOperand(v, 0) != phi || !LLVMIsAConstantInt(LLVMGetOperand(v, 1)))
        return 0;
    return LLVMConstIntGetSExtValue(LLVMGetOperand(v, 1));
}

/* The step of a header phi that moves the same way at every latch, or 0. */
static int64_t
phi_step(const struct flow *f, uint32_t loop, LLVMValueRef phi)
{
    unsigned n = LLVMCountIncoming(phi), i;
    int64_t step = 0;

    for (i = 0; i < n; i++) {
        int64_t s;

        if (!flow_loop_holds(f, loop, flow_number(f, LLVMGetIncomingBlock(phi, i))))
            continue;
        s = cg_step_of(LLVMGetIncomingValue(phi, i), phi);
        if (!s || (step && s != step))
            return 0;
        step = s;
    }
    return step >= -LARGEST_STEP && step <= LARGEST_STEP ? step : 0;
}

static bool
is_header_phi(const struct flow *f, uint32_t loop, LLVMValueRef v)
{
    return LLVMIsAPHINode(v) &&
           LLVMGetInstructionParent(v) == f->blocks[f->loops[loop].header].bb;
}

static bool
goes_towards(LLVMIntPredicate stay, int64_t step)
{
    switch (stay) {
    case LLVMIntNE: return true;
    case LLVMIntULT: case LLVMIntULE: case LLVMIntSLT: case LLVMIntSLE: return step > 0;
    case LLVMIntUGT: case LLVMIntUGE: case LLVMIntSGT: case LLVMIntSGE: return step < 0;
    case LLVMIntEQ: return false;
    }
    return false;
}

/* `out` has loop, block and stay_edge; `stay`: the compare's outcome that keeps the loop going. */
static bool
match_compare(const struct flow *f, LLVMValueRef compare, bool stay, struct cg_strip *out)
{
    LLVMIntPredicate p = LLVMGetICmpPredicate(compare);
    unsigned m, width;

    if (LLVMGetTypeKind(LLVMTypeOf(LLVMGetOperand(compare, 0))) != LLVMIntegerTypeKind)
        return false;
    width = LLVMGetIntTypeWidth(LLVMTypeOf(LLVMGetOperand(compare, 0)));
    if (width != 32 && width != 64)
        return false;
    for (m = 0; m < 2; m++) {
        LLVMValueRef v = LLVMGetOperand(compare, m), phi = v;

        if (!flow_is_invariant(f, out->loop, LLVMGetOperand(compare, 1 - m)))
            continue;
        out->next = !is_header_phi(f, out->loop, v);
        if (out->next) {
            if (!LLVMIsAInstruction(v) || LLVMGetInstructionOpcode(v) != LLVMAdd)
                continue;
            phi = LLVMGetOperand(v, 0);
            if (!is_header_phi(f, out->loop, phi))
                continue;
        }
        out->step = phi_step(f, out->loop, phi);
        if (!out->step || (out->next && cg_step_of(v, phi) != out->step))
            continue;
        out->stay = stay ? p : cg_predicate_inverse(p);
        out->stay = m ? predicate_swapped(out->stay) : out->stay;
        if (!goes_towards(out->stay, out->step))
            continue;
        out->compare = compare;
        out->when = stay;
        out->moving = m;
        return true;
    }
    return false;
}

/* `a && b` and `a || b`, also as selects. */
static bool
is_junction(LLVMValueRef v, bool conjunction, LLVMValueRef parts[2])
{
    LLVMValueRef constant;

    if (!LLVMIsAInstruction(v))
        return false;
    if (LLVMGetInstructionOpcode(v) == (conjunction ? LLVMAnd : LLVMOr)) {
        parts[0] = LLVMGetOperand(v, 0);
        parts[1] = LLVMGetOperand(v, 1);
        return true;
    }
    if (!LLVMIsASelectInst(v))
        return false;
    constant = LLVMGetOperand(v, conjunction ? 2 : 1);
    if (!LLVMIsAConstantInt(constant) || LLVMConstIntGetZExtValue(constant) != !conjunction)
        return false;
    parts[0] = LLVMGetOperand(v, 0);
    parts[1] = LLVMGetOperand(v, conjunction ? 1 : 2);
    return true;
}

/* All parts of the condition must be `stay` for the loop to go on. */
static bool
match_condition(const struct flow *f, LLVMValueRef condition, bool stay, struct cg_strip *out)
{
    LLVMValueRef parts[2];

    if (LLVMIsAICmpInst(condition))
        return match_compare(f, condition, stay, out);
    if (!is_junction(condition, stay, parts))
        return false;
    return match_condition(f, parts[0], stay, out) || match_condition(f, parts[1], stay, out);
}

bool
cg_only_throws(LLVMBasicBlockRef bb)
{
    unsigned depth;

    for (depth = 0; depth < 4; depth++) {
        LLVMValueRef last = LLVMGetBasicBlockTerminator(bb);

        if (LLVMIsAUnreachableInst(last))
            return true;
        if (LLVMIsAInvokeInst(last))
            bb = LLVMGetNormalDest(last);
        else if (LLVMGetNumSuccessors(last) == 1)
            bb = LLVMGetSuccessor(last, 0);
        else
            return false;
    }
    return false;
}

static bool
match_block(const struct flow *f, uint32_t loop, uint32_t block, struct cg_strip *out)
{
    const struct flow_block *b = &f->blocks[block];
    LLVMValueRef last = LLVMGetBasicBlockTerminator(b->bb);
    bool first, second;

    if (b->loop != loop || !LLVMIsABranchInst(last) || !LLVMIsConditional(last))
        return false;
    first = flow_loop_holds(f, loop, b->succs.to[0]);
    second = flow_loop_holds(f, loop, b->succs.to[1]);
    if (first == second)
        return false;
    *out = (struct cg_strip){.loop = loop, .block = block, .stay_edge = first ? 0 : 1};
    out->cold_exit = cg_only_throws(LLVMGetSuccessor(last, first ? 1 : 0));
    return match_condition(f, LLVMGetCondition(last), first, out);
}

bool
cg_strip_find(const struct flow *f, uint32_t loop, struct cg_strip *out)
{
    const struct flow_loop *l = &f->loops[loop];
    struct cg_strip s;
    bool found = false;
    uint32_t b;

    /* Up the dominators of a latch: the blocks that every iteration may come through. */
    for (b = l->latches.to[0];; b = f->blocks[b].idom) {
        if (flow_every_iteration(f, loop, b) && match_block(f, loop, b, &s) &&
            (!found || cg_strip_is_short(&s, UINT32_MAX) ||
             (s.cold_exit && !out->cold_exit && !cg_strip_is_short(out, UINT32_MAX)))) {
            *out = s;
            found = true;
        }
        if (b == l->header)
            return found;
    }
}
