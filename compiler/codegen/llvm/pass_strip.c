/* compiler/codegen/llvm/pass_strip.c - polls in counted loops without a cost in each iteration.
 * Where the loop compares a moving value with a fixed bound, it compares with `stop` instead, which
 * is the bound or a nearer value some iterations ahead. When the compare says "leave", a block
 * outside the hot path asks the true condition again; if it says "stay", that block polls, moves
 * `stop` on and lets the loop continue. The loop's body stays as LLVM's pipeline left it, vectors
 * included. A compare whose other way leads to a throw (a bounds check) is the best one: then even
 * the end of the loop costs nothing more. */
#include "compiler/codegen/llvm/pass_poll.h"

/* ---- bounds ---------------------------------------------------------------------------------- */

static bool
is_signed(LLVMIntPredicate p)
{
    return p == LLVMIntSLT || p == LLVMIntSLE || p == LLVMIntSGT || p == LLVMIntSGE;
}

static bool
takes_equal(LLVMIntPredicate p)
{
    return p == LLVMIntSLE || p == LLVMIntULE || p == LLVMIntSGE || p == LLVMIntUGE;
}

LLVMValueRef
cg_strip_bound(const struct cg_strip *s)
{
    return LLVMGetOperand(s->compare, 1 - s->moving);
}

static LLVMValueRef
strip_phi(const struct cg_strip *s)
{
    LLVMValueRef v = LLVMGetOperand(s->compare, s->moving);

    return s->next ? LLVMGetOperand(v, 0) : v;
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
    return is_signed(stop_predicate(s));
}

/* How far before the end of its type the bound must lie, so that the moving value cannot step over the end and
 * go on from the other one: the loop `i <= int.MaxValue` never ends, and no compare with the bound would tell. */
static uint64_t
strip_margin(const struct cg_strip *s)
{
    uint64_t step = s->step < 0 ? -(uint64_t)s->step : (uint64_t)s->step;

    return step - !takes_equal(s->stay);
}

/* The last safe value of the bound; `*beyond`: one with which every compare says "leave". */
static uint64_t
strip_edge(const struct cg_strip *s, uint64_t *beyond)
{
    unsigned width = LLVMGetIntTypeWidth(LLVMTypeOf(cg_strip_bound(s)));
    uint64_t all = width == 64 ? UINT64_MAX : (1ull << width) - 1, least = 0, greatest = all;

    if (stop_is_signed(s)) {
        least = 1ull << (width - 1);
        greatest = least - 1;
    }
    *beyond = s->step > 0 ? least : greatest;
    return (s->step > 0 ? greatest - strip_margin(s) : least + strip_margin(s)) & all;
}

/* Far from the ends of 64 bits, which nobody counts to. */
static bool
is_small_start(LLVMValueRef phi)
{
    unsigned n = LLVMCountIncoming(phi), i;

    for (i = 0; i < n; i++) {
        LLVMValueRef v = LLVMGetIncomingValue(phi, i);
        int64_t value;

        if (cg_step_of(v, phi))
            continue;
        if (!LLVMIsAConstantInt(v))
            return false;
        value = LLVMConstIntGetSExtValue(v);
        if (value < 0 || value > INT32_MAX)
            return false;
    }
    return true;
}

static bool
bound_is_safe(const struct cg_strip *s)
{
    LLVMValueRef bound = cg_strip_bound(s);
    unsigned width = LLVMGetIntTypeWidth(LLVMTypeOf(bound));
    uint64_t beyond, edge = strip_edge(s, &beyond), value;

    if (!strip_margin(s))
        return true;
    if (!LLVMIsAConstantInt(bound))
        return width == 64 && s->step > 0 &&
               ((LLVMIsAInstruction(bound) && LLVMGetInstructionOpcode(bound) == LLVMZExt) ||
                is_small_start(strip_phi(s)));
    value = LLVMConstIntGetZExtValue(bound);
    if (stop_is_signed(s)) { /* in the order of unsigned numbers */
        value ^= 1ull << (width - 1);
        edge ^= 1ull << (width - 1);
    }
    return s->step > 0 ? value <= edge : value >= edge;
}

bool
cg_strip_is_short(const struct cg_strip *s, uint32_t iterations)
{
    LLVMValueRef phi = strip_phi(s), bound = cg_strip_bound(s);
    unsigned n = LLVMCountIncoming(phi), i;
    uint64_t step = s->step < 0 ? -(uint64_t)s->step : (uint64_t)s->step;

    if (!LLVMIsAConstantInt(bound) || !bound_is_safe(s))
        return false;
    for (i = 0; i < n; i++) {
        LLVMValueRef start = LLVMGetIncomingValue(phi, i);
        int64_t distance;

        if (cg_step_of(start, phi))
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

LLVMValueRef
cg_strip_start(const struct flow *f, const struct cg_strip *s, LLVMBasicBlockRef *from)
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

    return before && usable_at_end(before, cg_strip_bound(s)) &&
           usable_at_end(before, cg_strip_start(f, s, &from));
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

    for (; !s->rare && loop != FLOW_NONE; loop = f->loops[loop].parent) {
        outer = preheader(f, loop);
        if (!outer || !leads_to(outer, f->blocks[f->loops[loop].header].bb) ||
            !flow_is_invariant(f, loop, start) ||
            !flow_is_invariant(f, loop, cg_strip_bound(s)) ||
            !usable_at_end(outer, start) || !usable_at_end(outer, cg_strip_bound(s)))
            break;
        place = outer;
    }
    return place;
}

/* ---- rewriting ------------------------------------------------------------------------------- */

/* The stop of the last piece: the bound, or a value that sends every iteration to the true condition. */
static LLVMValueRef
last_stop(struct cg_unit *u, const struct flow *f, const struct cg_strip *s)
{
    LLVMBuilderRef b = u->pad_builder;
    LLVMValueRef bound = cg_strip_bound(s), is_safe;
    LLVMTypeRef type = LLVMTypeOf(bound);
    LLVMBasicBlockRef from;
    LLVMIntPredicate p;
    uint64_t beyond, edge = strip_edge(s, &beyond);

    if (bound_is_safe(s))
        return bound;
    if (LLVMIsAConstantInt(bound))
        return LLVMConstInt(type, beyond, 0);
    cg_strip_start(f, s, &from);
    LLVMPositionBuilderBefore(b, LLVMGetBasicBlockTerminator(first_stop_place(f, s, bound, from)));
    if (s->step > 0)
        p = stop_is_signed(s) ? LLVMIntSLE : LLVMIntULE;
    else
        p = stop_is_signed(s) ? LLVMIntSGE : LLVMIntUGE;
    is_safe = LLVMBuildICmp(b, p, bound, LLVMConstInt(type, edge, 0), "");
    return LLVMBuildSelect(b, is_safe, bound, LLVMConstInt(type, beyond, 0), "");
}

/* The value `reach` beyond `v` if the bound is farther away than that, else `last`. `sure`: the
 * loop is known to go on from here. */
static LLVMValueRef
stop_build(LLVMBuilderRef b, const struct cg_strip *s, LLVMValueRef v, LLVMValueRef last, bool sure)
{
    LLVMValueRef bound = cg_strip_bound(s), distance, far, is_far, reach;
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
    return LLVMBuildSelect(b, is_far, far, last, "");
}

/* ---- the first stop ---- */

static bool is_positive(LLVMValueRef v, unsigned depth);

static bool
phi_is_positive(LLVMValueRef phi, unsigned depth)
{
    unsigned n = LLVMCountIncoming(phi), i;

    for (i = 0; i < n; i++) {
        LLVMValueRef in = LLVMGetIncomingValue(phi, i);
        int64_t step = cg_step_of(in, phi);

        if (step > 0 && (LLVMGetNSW(in) || LLVMGetIntTypeWidth(LLVMTypeOf(phi)) == 64))
            continue; /* nobody counts to 2^63 */
        if (step || !is_positive(in, depth))
            return false;
    }
    return true;
}

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

bool
cg_is_positive(LLVMValueRef v)
{
    return is_positive(v, 6);
}

static bool
has_early_stop(const struct cg_strip *s, LLVMValueRef start)
{
    return s->step > 0 && (!stop_is_signed(s) || cg_is_positive(start));
}

/* Upwards from a start that is not negative, a bound of at most `reach` is the stop; one that is
 * farther away is left to the first compare, which fails against the least number. So the stop
 * depends on the bound alone and is computed outside the loops around. NULL: not such a loop. */
static LLVMValueRef
early_stop_build(LLVMBuilderRef b, const struct cg_strip *s, LLVMValueRef start)
{
    LLVMValueRef bound = cg_strip_bound(s), reach, least, is_near;
    LLVMTypeRef type = LLVMTypeOf(bound);

    if (!has_early_stop(s, start))
        return NULL;
    reach = LLVMConstInt(type, (uint64_t)s->step * s->iterations, 0);
    least = LLVMConstInt(type, 0, 0);
    if (stop_is_signed(s))
        least = LLVMConstInt(type, 1ull << (LLVMGetIntTypeWidth(type) - 1), 0);
    is_near = LLVMBuildICmp(b, LLVMIntULE, bound, reach, "");
    return LLVMBuildSelect(b, is_near, bound, least, "");
}

static bool
constant_stop_is_possible(const struct cg_strip *s, LLVMValueRef v)
{
    int64_t start = LLVMConstIntGetSExtValue(v), far = start + s->step * (int64_t)s->iterations;

    return s->step > 0 && start >= 0 && far <= INT32_MAX - s->step;
}

/* With a constant start the first stop is just the lesser of two values, if nothing can wrap. */
static LLVMValueRef
constant_stop_build(LLVMBuilderRef b, const struct cg_strip *s, LLVMValueRef v)
{
    int64_t far = LLVMConstIntGetSExtValue(v) + s->step * (int64_t)s->iterations;
    LLVMValueRef bound = cg_strip_bound(s), value;

    if (!constant_stop_is_possible(s, v))
        return NULL;
    value = LLVMConstInt(LLVMTypeOf(v), (unsigned long long)far, 0);
    return LLVMBuildSelect(
        b, LLVMBuildICmp(b, stop_is_signed(s) ? LLVMIntSLT : LLVMIntULT, bound, value, ""), bound,
        value, "");
}

/* The first value compared, if it is a constant. */
static LLVMValueRef
constant_start(const struct cg_strip *s, LLVMValueRef start)
{
    int64_t v;

    if (!LLVMIsAConstantInt(start))
        return NULL;
    v = LLVMConstIntGetSExtValue(start);
    return LLVMConstInt(LLVMTypeOf(start), (uint64_t)v + (s->next ? (uint64_t)s->step : 0), 1);
}

LLVMValueRef
cg_strip_early_stop(struct cg_unit *u, const struct flow *f, const struct cg_strip *s)
{
    LLVMBuilderRef b = u->pad_builder;
    LLVMBasicBlockRef from;
    LLVMValueRef start = cg_strip_start(f, s, &from), v = constant_start(s, start), stop = NULL;

    LLVMPositionBuilderBefore(
        b, LLVMGetBasicBlockTerminator(first_stop_place(f, s, cg_strip_bound(s), from)));
    if (v)
        stop = constant_stop_build(b, s, v);
    return stop || v ? stop : early_stop_build(b, s, start);
}

bool
cg_strip_is_early(const struct flow *f, const struct cg_strip *s)
{
    LLVMBasicBlockRef from;
    LLVMValueRef start = cg_strip_start(f, s, &from), v = constant_start(s, start);

    if (v ? !constant_stop_is_possible(s, v) : !has_early_stop(s, start))
        return false;
    return first_stop_place(f, s, cg_strip_bound(s), from) != from;
}

static LLVMValueRef
first_stop(struct cg_unit *u, const struct flow *f, const struct cg_strip *s, LLVMValueRef last)
{
    LLVMBuilderRef b = u->pad_builder;
    LLVMBasicBlockRef from;
    LLVMValueRef start = cg_strip_start(f, s, &from), v = start, stop = cg_strip_early_stop(u, f, s);

    if (stop)
        return stop;
    LLVMPositionBuilderBefore(b,
                              LLVMGetBasicBlockTerminator(first_stop_place(f, s, start, from)));
    if (s->next)
        v = LLVMBuildAdd(b, start, LLVMConstInt(LLVMTypeOf(v), (unsigned long long)s->step, 1), "");
    return stop_build(b, s, v, last, false);
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
compare_build(LLVMBuilderRef b, const struct cg_strip *s, LLVMValueRef compare, LLVMIntPredicate stay,
              LLVMValueRef bound)
{
    return LLVMBuildICmp(b, s->when ? stay : cg_predicate_inverse(stay), LLVMGetOperand(compare, s->moving),
                         bound, "");
}

LLVMValueRef
cg_strip_condition(LLVMBuilderRef b, const struct cg_strip *s, LLVMValueRef condition, LLVMValueRef compare,
                   LLVMValueRef stop)
{
    return condition_build(b, condition, compare, compare_build(b, s, compare, stop_predicate(s), stop));
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
    c = cg_strip_condition(b, s, w->condition, s->compare, w->stop);
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
    c = condition_build(b, w->condition, s->compare, compare_build(b, s, s->compare, s->stay, cg_strip_bound(s)));
    br = LLVMBuildCondBr(b, c, s->stay_edge ? w->out : w->move, s->stay_edge ? w->move : w->out);
    if (!s->cold_exit)
        LLVMSetMetadata(br, u->md_prof, s->stay_edge ? u->likely : u->unlikely);
}

void
cg_strip_apply(struct cg_unit *u, struct flow *f, const struct cg_strip *s)
{
    LLVMBuilderRef b = u->pad_builder;
    struct rewrite w;
    LLVMValueRef first, last, merged, moved, stops[3];
    LLVMBasicBlockRef from[3];

    rewrite_edges(u, &w, f, s);
    LLVMSetCurrentDebugLocation2(b, LLVMInstructionGetDebugLoc(w.branch));
    last = last_stop(u, f, s);
    first = first_stop(u, f, s, last);
    LLVMPositionBuilderAtEnd(b, w.merge);
    merged = LLVMBuildPhi(b, LLVMTypeOf(first), "stop.next");
    LLVMBuildBr(b, w.stay);
    rewrite_stop(u, &w, f, s, first, merged);
    rewrite_again(u, &w, s);
    LLVMPositionBuilderAtEnd(b, w.move);
    moved = stop_build(b, s, LLVMGetOperand(s->compare, s->moving), last, true);
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
