/* compiler/codegen/llvm/pass_version.c - short loops inside others without a poll.
 * An inner loop of a few iterations that starts often pays for its first stop at each start, with instructions and
 * with a register. Such a loop gets a twin that is as LLVM's pipeline left it: where the distance to the bound is known
 * to be small the twin runs, else the loop that polls (pass_strip.c), which is out of the way then. Or, where the first
 * compare of an iteration is a bounds check whose stop depends on nothing that changes in the loop around, the twin
 * makes that compare with the stop itself and leaves for the loop that polls, which finds out what the matter is.
 * Either way the twin has at most so many iterations as lie between two polls, and no loop inside.
 * needs: a strip of the loop, nothing rewritten yet   gives: the strip's loop is entered rarely
 * keeps: SSA form, debug locations, numbers of blocks (new ones count as those they copy) */
#include "compiler/codegen/llvm/pass_poll.h"

#include "compiler/base/vec.h"

enum { LARGEST_TWIN = 48 }; /* instructions */

/* ---- which loops ----------------------------------------------------------------------------- */

static bool
can_copy(LLVMValueRef i)
{
    LLVMOpcode op = LLVMGetInstructionOpcode(i);

    if (op == LLVMCall)
        return cg_is_intrinsic(i) && LLVMGetIntrinsicID(LLVMGetCalledValue(i)) !=
                                         LLVMLookupIntrinsicID("llvm.read_register", 18);
    return op != LLVMInvoke && op != LLVMAlloca && op != LLVMLandingPad && op != LLVMIndirectBr && op != LLVMCallBr;
}

static bool
is_header(const struct flow *f, uint32_t block)
{
    return f->blocks[block].loop != FLOW_NONE && f->loops[f->blocks[block].loop].header == block;
}

/* Exits lead forwards and not straight into another loop, so that its entries stay what they are. */
static bool
exits_are_plain(const struct flow *f, uint32_t loop, uint32_t block)
{
    const struct flow_edges *s = &f->blocks[block].succs;
    uint32_t k;

    for (k = 0; k < s->count; k++) {
        if (!flow_loop_holds(f, loop, s->to[k]) && (s->to[k] <= block || is_header(f, s->to[k])))
            return false;
    }
    return true;
}

static bool
loop_is_small(const struct flow *f, uint32_t loop)
{
    uint32_t b, count = 0;
    LLVMValueRef i;

    for (b = f->loops[loop].header; b < f->count; b++) {
        if (f->blocks[b].loop != loop)
            continue;
        if (!exits_are_plain(f, loop, b))
            return false;
        for (i = LLVMGetFirstInstruction(f->blocks[b].bb); i; i = LLVMGetNextInstruction(i)) {
            if (!can_copy(i) || ++count > LARGEST_TWIN)
                return false;
        }
    }
    return true;
}

/* The iteration may begin anew from here: nothing has happened yet. */
static bool
begins_calmly(LLVMBasicBlockRef header)
{
    LLVMValueRef i;

    for (i = LLVMGetFirstInstruction(header); i; i = LLVMGetNextInstruction(i)) {
        LLVMOpcode op = LLVMGetInstructionOpcode(i);

        if (op == LLVMStore || op == LLVMCall || op == LLVMAtomicRMW || op == LLVMAtomicCmpXchg ||
            op == LLVMFence || (op == LLVMLoad && LLVMGetVolatile(i)))
            return false;
    }
    return true;
}

/* From zero or above: what is left to do is at most the bound. */
static bool
bound_is_enough(const struct flow *f, const struct cg_strip *s)
{
    LLVMBasicBlockRef from;

    if (s->stay == LLVMIntULT || s->stay == LLVMIntULE)
        return s->step > 0;
    return (s->stay == LLVMIntSLT || s->stay == LLVMIntSLE) && s->step > 0 &&
           cg_is_positive(cg_strip_start(f, s, &from));
}

static uint64_t
step_size(const struct cg_strip *s)
{
    return s->step < 0 ? -(uint64_t)s->step : (uint64_t)s->step;
}

/* The value comes to the bound exactly, after as many iterations as lie between: by ones, or, where the way turns out
 * to be a multiple of the step, by a power of two. */
static bool
distance_is_enough(const struct cg_strip *s)
{
    uint64_t step = step_size(s);

    if (s->stay == LLVMIntNE)
        return (step & (step - 1)) == 0;
    return step == 1 && s->stay != LLVMIntULE && s->stay != LLVMIntSLE && s->stay != LLVMIntUGE &&
           s->stay != LLVMIntSGE;
}

enum cg_twin
cg_twin_find(const struct flow *f, const struct cg_strip *s)
{
    const struct flow_loop *l = &f->loops[s->loop];
    bool is_early = cg_strip_is_early(f, s);

    if (l->parent == FLOW_NONE || f->irregular_count || !loop_is_small(f, s->loop))
        return TWIN_NONE;
    if (is_early && s->cold_exit) /* else the first stop costs one instruction */
        return s->block == l->header && begins_calmly(f->blocks[s->block].bb) ? TWIN_STOPS : TWIN_NONE;
    return bound_is_enough(f, s) || distance_is_enough(s) ? TWIN_CHOSEN : TWIN_NONE;
}

/* ---- values used behind the loop ------------------------------------------------------------- */

/* The block all ends of the loop lead to that do not throw, if only they do; FLOW_NONE if there is no such. */
static uint32_t
common_exit(const struct flow *f, uint32_t loop)
{
    uint32_t exit = FLOW_NONE, b, k;

    for (b = f->loops[loop].header; b < f->count; b++) {
        const struct flow_edges *s = &f->blocks[b].succs;

        for (k = 0; f->blocks[b].loop == loop && k < s->count; k++) {
            if (flow_loop_holds(f, loop, s->to[k]) || s->to[k] == exit ||
                cg_only_throws(f->blocks[s->to[k]].bb))
                continue;
            if (exit != FLOW_NONE)
                return FLOW_NONE;
            exit = s->to[k];
        }
    }
    for (k = 0; exit != FLOW_NONE && k < f->blocks[exit].preds.count; k++) {
        if (f->blocks[f->blocks[exit].preds.to[k]].loop != loop)
            return FLOW_NONE;
    }
    return exit;
}

/* Uses of `v` behind the loop that are not phis of its exits, as user and operand number. */
static void
collect_uses(const struct flow *f, uint32_t loop, LLVMValueRef v, struct ptr_vec *out)
{
    LLVMUseRef use;

    for (use = LLVMGetFirstUse(v); use; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);
        int n = LLVMGetNumOperands(user), i;
        bool is_phi = LLVMIsAPHINode(user) != NULL;

        if (!is_phi && flow_loop_holds(f, loop, flow_number(f, LLVMGetInstructionParent(user))))
            continue;
        for (i = 0; i < n; i++) {
            if (LLVMGetOperand(user, (unsigned)i) != v ||
                (is_phi && flow_loop_holds(f, loop, flow_number(f, LLVMGetIncomingBlock(user, (unsigned)i)))))
                continue;
            ptr_vec_push(out, user);
            ptr_vec_push(out, (void *)(uintptr_t)i);
        }
    }
}

static bool
is_behind(const struct flow *f, uint32_t exit, LLVMValueRef user, unsigned operand)
{
    LLVMBasicBlockRef bb = LLVMIsAPHINode(user) ? LLVMGetIncomingBlock(user, operand)
                                                : LLVMGetInstructionParent(user);
    uint32_t n = flow_number(f, bb);

    return n != FLOW_NONE && flow_dominates(f, exit, n);
}

/* All uses of `v` behind the loop can have a phi in `exit` instead. */
static bool
uses_are_behind(const struct flow *f, uint32_t exit, LLVMValueRef v, const struct ptr_vec *uses)
{
    uint32_t def = flow_number(f, LLVMGetInstructionParent(v)), k;

    if (!uses->count)
        return true;
    if (exit == FLOW_NONE)
        return false;
    for (k = 0; k < f->blocks[exit].preds.count; k++) {
        if (!flow_dominates(f, def, f->blocks[exit].preds.to[k]))
            return false;
    }
    for (k = 0; k < uses->count; k += 2) {
        if (!is_behind(f, exit, uses->at[k], (unsigned)(uintptr_t)uses->at[k + 1]))
            return false;
    }
    return true;
}

static void
exit_phi_make(struct cg_unit *u, const struct flow *f, uint32_t exit, LLVMValueRef v, const struct ptr_vec *uses)
{
    const struct flow_edges *p = &f->blocks[exit].preds;
    LLVMValueRef phi;
    uint32_t k;

    LLVMPositionBuilderBefore(u->pad_builder, LLVMGetFirstInstruction(f->blocks[exit].bb));
    LLVMSetCurrentDebugLocation2(u->pad_builder, NULL);
    phi = LLVMBuildPhi(u->pad_builder, LLVMTypeOf(v), "");
    for (k = 0; k < p->count; k++)
        LLVMAddIncoming(phi, &v, &f->blocks[p->to[k]].bb, 1);
    for (k = 0; k < uses->count; k += 2)
        LLVMSetOperand(uses->at[k], (unsigned)(uintptr_t)uses->at[k + 1], phi);
}

/* Whether each value used behind the loop comes, or with `make` now comes, through phis of its exits. */
static bool
loop_is_closed(struct cg_unit *u, const struct flow *f, uint32_t loop, bool make)
{
    uint32_t exit = common_exit(f, loop), b;
    bool closed = true;
    LLVMValueRef i;

    for (b = f->loops[loop].header; closed && b < f->count; b++) {
        if (f->blocks[b].loop != loop)
            continue;
        for (i = LLVMGetFirstInstruction(f->blocks[b].bb); closed && i; i = LLVMGetNextInstruction(i)) {
            struct ptr_vec uses = {0};

            collect_uses(f, loop, i, &uses);
            if (make && uses.count)
                exit_phi_make(u, f, exit, i, &uses);
            else
                closed = uses_are_behind(f, exit, i, &uses);
            ptr_vec_free(&uses);
        }
    }
    return closed;
}

/* ---- the copy -------------------------------------------------------------------------------- */

struct twin {
    struct cg_unit *u;
    struct flow *f;
    const struct cg_strip *s;
    struct ptr_map copies; /* of values and blocks (as values) */
    LLVMBasicBlockRef before, header, slow; /* slow: the way into the loop that polls */
};

static LLVMValueRef
copy_of(const struct twin *t, LLVMValueRef v)
{
    LLVMValueRef copy = ptr_map_get(&t->copies, v);

    return copy ? copy : v;
}

static LLVMBasicBlockRef
copy_of_block(const struct twin *t, LLVMBasicBlockRef bb)
{
    return LLVMValueAsBasicBlock(copy_of(t, LLVMBasicBlockAsValue(bb)));
}

static void
copy_instructions(struct twin *t, LLVMBasicBlockRef bb)
{
    LLVMBuilderRef b = t->u->pad_builder;
    LLVMValueRef i, copy;

    LLVMPositionBuilderAtEnd(b, copy_of_block(t, bb));
    LLVMSetCurrentDebugLocation2(b, NULL);
    for (i = LLVMGetFirstInstruction(bb); i; i = LLVMGetNextInstruction(i)) {
        if (LLVMIsAPHINode(i)) {
            copy = LLVMBuildPhi(b, LLVMTypeOf(i), "");
        } else {
            copy = LLVMInstructionClone(i);
            LLVMInsertIntoBuilder(b, copy);
            LLVMInstructionSetDebugLoc(copy, LLVMInstructionGetDebugLoc(i));
        }
        ptr_map_put(&t->copies, i, copy);
    }
}

static void
connect_phi(struct twin *t, LLVMValueRef phi)
{
    unsigned n = LLVMCountIncoming(phi), i;

    for (i = 0; i < n; i++) {
        LLVMValueRef v = copy_of(t, LLVMGetIncomingValue(phi, i));
        LLVMBasicBlockRef from = copy_of_block(t, LLVMGetIncomingBlock(phi, i));

        LLVMAddIncoming(copy_of(t, phi), &v, &from, 1);
    }
}

static void
connect_instructions(struct twin *t, LLVMBasicBlockRef bb)
{
    LLVMValueRef i;
    int n, k;

    for (i = LLVMGetFirstInstruction(bb); i; i = LLVMGetNextInstruction(i)) {
        if (LLVMIsAPHINode(i)) {
            connect_phi(t, i);
            continue;
        }
        n = LLVMGetNumOperands(i);
        for (k = 0; k < n; k++)
            LLVMSetOperand(copy_of(t, i), (unsigned)k, copy_of(t, LLVMGetOperand(i, (unsigned)k)));
    }
}

/* What the exits' phis have from the loop they have from the twin as well. */
static void
connect_exit(struct twin *t, LLVMBasicBlockRef exit)
{
    LLVMValueRef phi;

    for (phi = LLVMGetFirstInstruction(exit); phi && LLVMIsAPHINode(phi); phi = LLVMGetNextInstruction(phi)) {
        unsigned n = LLVMCountIncoming(phi), i;

        for (i = 0; i < n; i++) {
            LLVMBasicBlockRef from = LLVMGetIncomingBlock(phi, i), copy = copy_of_block(t, from);
            LLVMValueRef v = copy_of(t, LLVMGetIncomingValue(phi, i));

            if (copy != from)
                LLVMAddIncoming(phi, &v, &copy, 1);
        }
    }
}

static void
connect_exits(struct twin *t)
{
    struct ptr_map seen = {0};
    uint32_t b, k;

    for (b = 0; b < t->f->count; b++) {
        const struct flow_edges *s = &t->f->blocks[b].succs;

        for (k = 0; t->f->blocks[b].loop == t->s->loop && k < s->count; k++) {
            LLVMBasicBlockRef to = t->f->blocks[s->to[k]].bb;

            if (flow_loop_holds(t->f, t->s->loop, s->to[k]) || ptr_map_has(&seen, to))
                continue;
            ptr_map_put(&seen, to, t);
            connect_exit(t, to);
        }
    }
    ptr_map_free(&seen);
}

/* Behind this the twin leads where the loop leads, and comes from where it comes from; nothing leads to it. */
static void
twin_copy(struct twin *t)
{
    const struct flow *f = t->f;
    LLVMBasicBlockRef header = f->blocks[f->loops[t->s->loop].header].bb, made;
    uint32_t b;

    for (b = 0; b < f->count; b++) {
        if (f->blocks[b].loop != t->s->loop)
            continue;
        made = LLVMInsertBasicBlockInContext(t->u->context, header, "short");
        ptr_map_put(&t->copies, LLVMBasicBlockAsValue(f->blocks[b].bb), LLVMBasicBlockAsValue(made));
        flow_alias(t->f, made, f->blocks[b].bb);
    }
    for (b = 0; b < f->count; b++) {
        if (f->blocks[b].loop == t->s->loop)
            copy_instructions(t, f->blocks[b].bb);
    }
    for (b = 0; b < f->count; b++) {
        if (f->blocks[b].loop == t->s->loop)
            connect_instructions(t, f->blocks[b].bb);
    }
    connect_exits(t);
    t->header = copy_of_block(t, header);
}

/* ---- the ways in ----------------------------------------------------------------------------- */

/* The loop's entry is `slow` now, and `before` leads to `to`. */
static void
enter_by(struct twin *t, LLVMBasicBlockRef to)
{
    LLVMBasicBlockRef header = t->f->blocks[t->f->loops[t->s->loop].header].bb;
    LLVMValueRef last = LLVMGetBasicBlockTerminator(t->before);
    unsigned n = LLVMGetNumSuccessors(last), i;

    t->slow = LLVMAppendBasicBlockInContext(t->u->context, LLVMGetBasicBlockParent(header), "long");
    flow_alias(t->f, t->slow, t->before);
    for (i = 0; i < n; i++) {
        if (LLVMGetSuccessor(last, i) == header)
            LLVMSetSuccessor(last, i, to);
    }
    cg_edge_retarget(t->u, header, t->before, &t->slow, 1);
    LLVMPositionBuilderAtEnd(t->u->pad_builder, t->slow);
    LLVMBuildBr(t->u->pad_builder, header);
}

static LLVMValueRef
is_short_build(LLVMBuilderRef b, const struct flow *f, const struct cg_strip *s)
{
    uint64_t reach = step_size(s) * (s->iterations - 1);
    LLVMBasicBlockRef from;
    LLVMValueRef start = cg_strip_start(f, s, &from), way = cg_strip_bound(s);
    LLVMTypeRef type = LLVMTypeOf(start);

    if (!bound_is_enough(f, s)) {
        if (s->next)
            start = LLVMBuildAdd(b, start, LLVMConstInt(type, (unsigned long long)s->step, 1), "");
        way = s->step > 0 ? LLVMBuildSub(b, way, start, "") : LLVMBuildSub(b, start, way, "");
        if (step_size(s) > 1) { /* iterations is a power of two as well: no bit but those of the multiples */
            way = LLVMBuildAnd(b, way, LLVMConstInt(type, ~reach, 1), "");
            return LLVMBuildICmp(b, LLVMIntEQ, way, LLVMConstInt(type, 0, 0), "");
        }
    }
    return LLVMBuildICmp(b, LLVMIntULE, way, LLVMConstInt(type, reach, 0), "");
}

/* In front of both loops: which of them. */
static void
choose(struct twin *t)
{
    LLVMBuilderRef b = t->u->pad_builder;
    LLVMBasicBlockRef way = LLVMInsertBasicBlockInContext(t->u->context, t->header, "way");
    LLVMValueRef is_short, branch;

    LLVMPositionBuilderAtEnd(b, way);
    is_short = is_short_build(b, t->f, t->s);
    enter_by(t, way);
    flow_alias(t->f, way, t->before);
    LLVMPositionBuilderAtEnd(b, way);
    branch = LLVMBuildCondBr(b, is_short, t->header, t->slow);
    LLVMSetMetadata(branch, t->u->md_prof, t->u->likely);
    cg_edge_retarget(t->u, t->header, t->before, &way, 1);
}

/* What the phis of the loop's header get from `slow` is what those of the twin's have just then. */
static void
go_on_as(struct twin *t)
{
    LLVMBasicBlockRef header = t->f->blocks[t->f->loops[t->s->loop].header].bb;
    LLVMValueRef phi = LLVMGetFirstInstruction(header), copy = LLVMGetFirstInstruction(t->header);

    for (; phi && LLVMIsAPHINode(phi); phi = LLVMGetNextInstruction(phi), copy = LLVMGetNextInstruction(copy)) {
        unsigned n = LLVMCountIncoming(phi), i;

        for (i = 0; i < n; i++) {
            if (LLVMGetIncomingBlock(phi, i) == t->slow)
                LLVMSetOperand(phi, i, copy);
        }
    }
}

/* The twin's first compare is one with `stop`, and leads to the loop that polls. */
static void
leave_at_stop(struct twin *t)
{
    LLVMBuilderRef b = t->u->pad_builder;
    LLVMValueRef last = LLVMGetBasicBlockTerminator(t->header), stop;
    LLVMBasicBlockRef out = LLVMGetSuccessor(last, 1 - t->s->stay_edge);

    stop = cg_strip_early_stop(t->u, t->f, t->s);
    enter_by(t, t->header);
    go_on_as(t);
    cg_edge_retarget(t->u, out, t->header, NULL, 0);
    LLVMPositionBuilderBefore(b, last);
    LLVMSetCurrentDebugLocation2(b, LLVMInstructionGetDebugLoc(last));
    LLVMSetCondition(last, cg_strip_condition(b, t->s, LLVMGetCondition(last), copy_of(t, t->s->compare), stop));
    LLVMSetSuccessor(last, 1 - t->s->stay_edge, t->slow);
}

bool
cg_twin_apply(struct cg_unit *u, struct flow *f, struct cg_strip *s)
{
    struct twin t = {.u = u, .f = f, .s = s};
    LLVMValueRef last;
    unsigned ways = 0, i;

    cg_strip_start(f, s, &t.before);
    last = LLVMGetBasicBlockTerminator(t.before);
    for (i = 0; i < LLVMGetNumSuccessors(last); i++)
        ways += LLVMGetSuccessor(last, i) == f->blocks[f->loops[s->loop].header].bb;
    if (ways != 1 || !loop_is_closed(u, f, s->loop, false))
        return false;
    loop_is_closed(u, f, s->loop, true);
    twin_copy(&t);
    if (s->twin == TWIN_STOPS)
        leave_at_stop(&t);
    else
        choose(&t);
    s->rare = true;
    LLVMSetCurrentDebugLocation2(u->pad_builder, NULL);
    ptr_map_free(&t.copies);
    return true;
}
