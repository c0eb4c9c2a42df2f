/* compiler/codegen/llvm/pass_strip.c - polls in counted loops without a cost in each iteration.
 * Where the loop compares a moving value with a fixed bound, it compares with `stop` instead, which
 * is the bound or a nearer value some iterations ahead. When the compare says "leave", a block
 * outside the hot path asks the true condition again; if it says "stay", that block polls, moves
 * `stop` on and lets the loop continue. The loop's body stays as LLVM's pipeline left it, vectors
 * included. A compare whose other way leads to a throw (a bounds check) is the best one: then even
 * the end of the loop costs nothing more. */
#include "compiler/codegen/llvm/pass_poll.h"

enum { LARGEST_STEP = 1 << 16 };

/* ---- finding the compare --------------------------------------------------------------------- */

static LLVMIntPredicate
predicate_inverse(LLVMIntPredicate p)
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

/* `phi + constant`: gives the constant, 0 if it is something else. */
static int64_t
step_of(LLVMValueRef v, LLVMValueRef phi)
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
        s = step_of(LLVMGetIncomingValue(phi, i), phi);
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
        if (!out->step || (out->next && step_of(v, phi) != out->step))
            continue;
        out->stay = stay ? p : predicate_inverse(p);
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

/* Follows straight lines only. */
static bool
only_throws(LLVMBasicBlockRef bb)
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
    out->cold_exit = only_throws(LLVMGetSuccessor(last, first ? 1 : 0));
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

/* ---- bounds ---------------------------------------------------------------------------------- */

static LLVMValueRef
strip_bound(const struct cg_strip *s)
{
    return LLVMGetOperand(s->compare, 1 - s->moving);
}

static LLVMValueRef
strip_phi(const struct cg_strip *s)
{
    LLVMValueRef v = LLVMGetOperand(s->compare, s->moving);

    return s->next ? LLVMGetOperand(v, 0) : v;
}

bool
cg_strip_is_short(const struct cg_strip *s, uint32_t iterations)
{
    LLVMValueRef phi = strip_phi(s), bound = strip_bound(s);
    unsigned n = LLVMCountIncoming(phi), i;
    uint64_t step = s->step < 0 ? -(uint64_t)s->step : (uint64_t)s->step;

    if (!LLVMIsAConstantInt(bound))
        return false;
    for (i = 0; i < n; i++) {
        LLVMValueRef start = LLVMGetIncomingValue(phi, i);
        int64_t distance;

        if (step_of(start, phi))
            continue;
        if (!LLVMIsAConstantInt(start))
            return false;
        distance = (int64_t)((uint64_t)LLVMConstIntGetSExtValue(bound) -
                             (uint64_t)LLVMConstIntGetSExtValue(start));
        if (s->step < 0)
            distance = -distance;
        /* Past the bound already: unsigned and wrapping loops may still run long. */
        if (distance < 0 || (uint64_t)distance % step ||
            (uint64_t)distance / step > iterations)
            return false;
    }
    return true;
}

/* The only way into the loop from outside, or NULL. */
static LLVMBasicBlockRef
preheader(const struct flow *f, uint32_t loop)
{
    const struct flow_edges *p = &f->blocks[f->loops[loop].header].preds;
    uint32_t found = FLOW_NONE, k;

    for (k = 0; k < p->count; k++) {
        if (flow_loop_holds(f, loop, p->to[k]))
            continue;
        if (found != FLOW_NONE)
            return NULL;
        found = p->to[k];
    }
    return found == FLOW_NONE ? NULL : f->blocks[found].bb;
}

/* The value from outside, and the block it comes from. */
static LLVMValueRef
strip_start(const struct flow *f, const struct cg_strip *s, LLVMBasicBlockRef *from)
{
    LLVMValueRef phi = strip_phi(s);
    unsigned n = LLVMCountIncoming(phi), i;

    for (i = 0; i < n; i++) {
        *from = LLVMGetIncomingBlock(phi, i);
        if (!flow_loop_holds(f, s->loop, flow_number(f, *from)))
            return LLVMGetIncomingValue(phi, i);
    }
    return NULL;
}

/* An invoke's result exists on its normal edge only. */
static bool
usable_at_end(LLVMBasicBlockRef bb, LLVMValueRef v)
{
    return v != LLVMGetBasicBlockTerminator(bb);
}

bool
cg_strip_is_possible(const struct flow *f, const struct cg_strip *s)
{
    LLVMBasicBlockRef before = preheader(f, s->loop), from;

    return before && usable_at_end(before, strip_bound(s)) &&
           usable_at_end(before, strip_start(f, s, &from));
}

static bool
leads_to(LLVMBasicBlockRef from, LLVMBasicBlockRef to)
{
    LLVMValueRef last = LLVMGetBasicBlockTerminator(from);
    unsigned n = LLVMGetNumSuccessors(last), i;

    for (i = 0; i < n; i++) {
        if (LLVMGetSuccessor(last, i) == to)
            return true;
    }
    return false;
}

/* Where the first stop is computed: before the outermost loop in which nothing of it changes. */
static LLVMBasicBlockRef
first_stop_place(const struct flow *f, const struct cg_strip *s, LLVMValueRef start,
                 LLVMBasicBlockRef place)
{
    uint32_t loop = f->loops[s->loop].parent;
    LLVMBasicBlockRef outer;

    for (; loop != FLOW_NONE; loop = f->loops[loop].parent) {
        outer = preheader(f, loop);
        if (!outer || !leads_to(outer, f->blocks[f->loops[loop].header].bb) ||
            !flow_is_invariant(f, loop, start) ||
            !flow_is_invariant(f, loop, strip_bound(s)) ||
            !usable_at_end(outer, start) || !usable_at_end(outer, strip_bound(s)))
            break;
        place = outer;
    }
    return place;
}

/* ---- rewriting ------------------------------------------------------------------------------- */

/* The value `reach` beyond `v` if the bound is farther away than that, else the bound. `sure`: the
 * loop is known to go on from here. */
static LLVMValueRef
stop_build(LLVMBuilderRef b, const struct cg_strip *s, LLVMValueRef v, bool sure)
{
    LLVMValueRef bound = strip_bound(s), distance, far, is_far, reach;
    uint64_t step = s->step < 0 ? -(uint64_t)s->step : (uint64_t)s->step;

    reach = LLVMConstInt(LLVMTypeOf(v), step * s->iterations, 0);
    if (s->step > 0) {
        distance = LLVMBuildSub(b, bound, v, "");
        far = LLVMBuildAdd(b, v, reach, "");
    } else {
        distance = LLVMBuildSub(b, v, bound, "");
        far = LLVMBuildSub(b, v, reach, "");
    }
    is_far = LLVMBuildICmp(b, LLVMIntUGT, distance, reach, "");
    if (!sure && s->stay != LLVMIntNE)
        is_far = LLVMBuildAnd(b, is_far, LLVMBuildICmp(b, s->stay, v, bound, ""), "");
    return LLVMBuildSelect(b, is_far, far, bound, "");
}

/* ---- the first stop ---- */

static bool is_positive(LLVMValueRef v, unsigned depth);

static bool
phi_is_positive(LLVMValueRef phi, unsigned depth)
{
    unsigned n = LLVMCountIncoming(phi), i;

    for (i = 0; i < n; i++) {
        LLVMValueRef in = LLVMGetIncomingValue(phi, i);
        int64_t step = step_of(in, phi);

        if (step > 0 && (LLVMGetNSW(in) || LLVMGetIntTypeWidth(LLVMTypeOf(phi)) == 64))
            continue; /* nobody counts to 2^63 */
        if (step || !is_positive(in, depth))
            return false;
    }
    return true;
}

/* Surely >= 0 as a signed number. */
static bool
is_positive(LLVMValueRef v, unsigned depth)
{
    LLVMOpcode op;

    if (LLVMIsAConstantInt(v))
        return LLVMConstIntGetSExtValue(v) >= 0;
    if (!LLVMIsAInstruction(v) || depth == 0)
        return false;
    op = LLVMGetInstructionOpcode(v);
    if (op == LLVMZExt)
        return true;
    if (op == LLVMPHI)
        return phi_is_positive(v, depth - 1);
    if (op != LLVMAnd && op != LLVMAdd)
        return false;
    if (op == LLVMAnd)
        return is_positive(LLVMGetOperand(v, 0), depth - 1) ||
               is_positive(LLVMGetOperand(v, 1), depth - 1);
    return LLVMGetNSW(v) && is_positive(LLVMGetOperand(v, 0), depth - 1) &&
           is_positive(LLVMGetOperand(v, 1), depth - 1);
}

/* The compare that the loop makes with `stop`. One that is taken for not going on by mistake asks
 * the true condition and finds a better stop, so that != may become <. */
static LLVMIntPredicate
stop_predicate(const struct cg_strip *s)
{
    if (s->stay != LLVMIntNE)
        return s->stay;
    return s->step > 0 ? LLVMIntSLT : LLVMIntSGT;
}

static bool
stop_is_signed(const struct cg_strip *s)
{
    LLVMIntPredicate p = stop_predicate(s);

    return p == LLVMIntSLT || p == LLVMIntSLE;
}

/* Upwards from a start that is not negative, a bound of at most `reach` is the stop; one that is
 * farther away is left to the first compare, which fails against the least number. So the stop
 * depends on the bound alone and is computed outside the loops around. NULL: not such a loop. */
static LLVMValueRef
early_stop_build(LLVMBuilderRef b, const struct cg_strip *s, LLVMValueRef start)
{
    LLVMValueRef bound = strip_bound(s), reach, least, is_near;
    LLVMTypeRef type = LLVMTypeOf(bound);

    if (s->step < 0 || (stop_is_signed(s) && !is_positive(start, 6)))
        return NULL;
    reach = LLVMConstInt(type, (uint64_t)s->step * s->iterations, 0);
    least = LLVMConstInt(type, 0, 0);
    if (stop_is_signed(s))
        least = LLVMConstInt(type, 1ull << (LLVMGetIntTypeWidth(type) - 1), 0);
    is_near = LLVMBuildICmp(b, LLVMIntULE, bound, reach, "");
    return LLVMBuildSelect(b, is_near, bound, least, "");
}

/* With a constant start the first stop is just the lesser of two values, if nothing can wrap. */
static LLVMValueRef
constant_stop_build(LLVMBuilderRef b, const struct cg_strip *s, LLVMValueRef v)
{
    int64_t start = LLVMConstIntGetSExtValue(v), far = start + s->step * (int64_t)s->iterations;
    LLVMValueRef bound = strip_bound(s), value;

    if (s->step < 0 || start < 0 || far > INT32_MAX)
        return NULL;
    value = LLVMConstInt(LLVMTypeOf(v), (unsigned long long)far, 0);
    return LLVMBuildSelect(
        b, LLVMBuildICmp(b, stop_is_signed(s) ? LLVMIntSLT : LLVMIntULT, bound, value, ""), bound,
        value, "");
}

static LLVMValueRef
first_stop(struct cg_unit *u, const struct flow *f, const struct cg_strip *s)
{
    LLVMBuilderRef b = u->pad_builder;
    LLVMBasicBlockRef from;
    LLVMValueRef start = strip_start(f, s, &from), v = start, stop;

    LLVMPositionBuilderBefore(
        b, LLVMGetBasicBlockTerminator(first_stop_place(f, s, strip_bound(s), from)));
    if (s->next && LLVMIsAConstantInt(start))
        v = LLVMConstInt(LLVMTypeOf(v),
                         (uint64_t)LLVMConstIntGetSExtValue(start) + (uint64_t)s->step, 1);
    stop = LLVMIsAConstantInt(v) ? constant_stop_build(b, s, v) : early_stop_build(b, s, start);
    if (stop)
        return stop;
    LLVMPositionBuilderBefore(b,
                              LLVMGetBasicBlockTerminator(first_stop_place(f, s, start, from)));
    if (s->next)
        v = LLVMBuildAdd(b, start, LLVMConstInt(LLVMTypeOf(v), (unsigned long long)s->step, 1), "");
    return stop_build(b, s, v, false);
}

/* The condition once more, with `with` in place of the compare. */
static LLVMValueRef
condition_build(LLVMBuilderRef b, LLVMValueRef condition, LLVMValueRef compare, LLVMValueRef with)
{
    LLVMValueRef copy;
    int n, i;

    if (condition == compare)
        return with;
    if (LLVMIsAICmpInst(condition) || !LLVMIsAInstruction(condition) ||
        (!LLVMIsASelectInst(condition) && LLVMGetInstructionOpcode(condition) != LLVMAnd &&
         LLVMGetInstructionOpcode(condition) != LLVMOr))
        return condition;
    copy = LLVMInstructionClone(condition);
    n = LLVMGetNumOperands(condition);
    for (i = 0; i < n; i++)
        LLVMSetOperand(copy, (unsigned)i,
                       condition_build(b, LLVMGetOperand(condition, (unsigned)i), compare, with));
    LLVMInsertIntoBuilder(b, copy);
    return copy;
}

/* In the sense of the compare it stands for. */
static LLVMValueRef
compare_build(LLVMBuilderRef b, const struct cg_strip *s, LLVMIntPredicate stay, LLVMValueRef bound)
{
    return LLVMBuildICmp(b, s->when ? stay : predicate_inverse(stay),
                         LLVMGetOperand(s->compare, s->moving), bound, "");
}

/* Blocks of one rewritten loop. `block` branches to `merge` or `again`; `again` to `move` or out;
 * `move` and `slow` come back to `merge`. */
struct rewrite {
    LLVMBasicBlockRef block, merge, again, move, slow, stay, out;
    LLVMValueRef branch, condition, stop;
};

static void
rewrite_edges(struct cg_unit *u, struct rewrite *w, struct flow *f, const struct cg_strip *s)
{
    w->block = f->blocks[s->block].bb;
    w->branch = LLVMGetBasicBlockTerminator(w->block);
    w->condition = LLVMGetCondition(w->branch);
    w->stay = LLVMGetSuccessor(w->branch, s->stay_edge);
    w->out = LLVMGetSuccessor(w->branch, 1 - s->stay_edge);
    w->merge = LLVMInsertBasicBlockInContext(u->context, w->stay, "strip");
    LLVMMoveBasicBlockAfter(w->merge, w->block);
    w->again = LLVMAppendBasicBlockInContext(u->context, LLVMGetBasicBlockParent(w->block),
                                             "strip.again");
    w->move = LLVMAppendBasicBlockInContext(u->context, LLVMGetBasicBlockParent(w->block),
                                            "strip.move");
    w->slow = LLVMAppendBasicBlockInContext(u->context, LLVMGetBasicBlockParent(w->block),
                                            "strip.slow");
    if (!s->cold_exit)
        LLVMMoveBasicBlockAfter(w->again, w->merge);
    flow_alias(f, w->merge, w->block);
    flow_alias(f, w->again, w->block);
    cg_edge_retarget(u, w->stay, w->block, &w->merge, 1);
    cg_edge_retarget(u, w->out, w->block, &w->again, 1);
}

/* The stop the loop has at its header: the first one from outside, else what `merge` gives. */
static void
rewrite_stop(struct cg_unit *u, struct rewrite *w, const struct flow *f, const struct cg_strip *s,
             LLVMValueRef first, LLVMValueRef merged)
{
    LLVMBuilderRef b = u->pad_builder;
    LLVMValueRef phi = strip_phi(s), v;
    unsigned n = LLVMCountIncoming(phi), i;

    LLVMPositionBuilderBefore(b, phi);
    w->stop = LLVMBuildPhi(b, LLVMTypeOf(first), "stop");
    for (i = 0; i < n; i++) {
        LLVMBasicBlockRef from = LLVMGetIncomingBlock(phi, i);
        v = flow_loop_holds(f, s->loop, flow_number(f, from)) ? merged : first;
        LLVMAddIncoming(w->stop, &v, &from, 1);
    }
}

static void
rewrite_branch(struct cg_unit *u, struct rewrite *w, const struct cg_strip *s)
{
    LLVMBuilderRef b = u->pad_builder;
    LLVMValueRef prof = LLVMGetMetadata(w->branch, u->md_prof), made, c;

    LLVMPositionBuilderBefore(b, w->branch);
    c = condition_build(b, w->condition, s->compare, compare_build(b, s, stop_predicate(s), w->stop));
    made = LLVMBuildCondBr(b, c, s->stay_edge ? w->again : w->merge,
                           s->stay_edge ? w->merge : w->again);
    if (prof)
        LLVMSetMetadata(made, u->md_prof, prof);
    LLVMInstructionEraseFromParent(w->branch);
}

static void
rewrite_again(struct cg_unit *u, struct rewrite *w, const struct cg_strip *s)
{
    LLVMBuilderRef b = u->pad_builder;
    LLVMValueRef c, br;

    LLVMPositionBuilderAtEnd(b, w->again);
    c = condition_build(b, w->condition, s->compare, compare_build(b, s, s->stay, strip_bound(s)));
    br = LLVMBuildCondBr(b, c, s->stay_edge ? w->out : w->move, s->stay_edge ? w->move : w->out);
    if (!s->cold_exit)
        LLVMSetMetadata(br, u->md_prof, s->stay_edge ? u->likely : u->unlikely);
}

void
cg_strip_apply(struct cg_unit *u, struct flow *f, const struct cg_strip *s)
{
    LLVMBuilderRef b = u->pad_builder;
    struct rewrite w;
    LLVMValueRef first, merged, moved, stops[3];
    LLVMBasicBlockRef from[3];

    rewrite_edges(u, &w, f, s);
    LLVMSetCurrentDebugLocation2(b, LLVMInstructionGetDebugLoc(w.branch));
    first = first_stop(u, f, s);
    LLVMPositionBuilderAtEnd(b, w.merge);
    merged = LLVMBuildPhi(b, LLVMTypeOf(first), "stop.next");
    LLVMBuildBr(b, w.stay);
    rewrite_stop(u, &w, f, s, first, merged);
    rewrite_again(u, &w, s);
    LLVMPositionBuilderAtEnd(b, w.move);
    moved = stop_build(b, s, LLVMGetOperand(s->compare, s->moving), true);
    cg_check_branch(u, b, cg_check_low(u, b, NULL), w.slow, w.merge);
    LLVMPositionBuilderAtEnd(b, w.slow);
    cg_check_call(u, b, NULL);
    LLVMBuildBr(b, w.merge);
    stops[0] = w.stop;
    stops[1] = stops[2] = moved;
    from[0] = w.block;
    from[1] = w.move;
    from[2] = w.slow;
    LLVMAddIncoming(merged, stops, from, 3);
    rewrite_branch(u, &w, s);
    LLVMSetCurrentDebugLocation2(b, NULL);
}
