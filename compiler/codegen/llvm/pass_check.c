/* compiler/codegen/llvm/pass_check.c - the one check in prologues: stack overflow, stop requests.
 * The stack pointer is compared with the thread block's limit; whoever wants the thread raises it.
 * Checked are functions that call something this unit does not know, one function of every cycle of
 * known calls, and large frames. What LLVM inlined away needs nothing.
 * needs: LLVM's pipeline has run, functions to look at carry "corert-stack-check"
 * gives: those that need it start with the compare and carry "corert-checked"
 * keeps: allocas of small frames in the entry block; those of large frames come after the compare */
#include "compiler/codegen/llvm/cg_priv.h"

#include "engine/thread_block.h"

#include <string.h>

enum {
    LARGE_FRAME = 4096,  /* bytes of locals that are a reason for a check by themselves */
    HUGE_FRAME = 16384,  /* taken from the stack after a check for this size, not before */
};

static const char wanted_attr[] = "corert-stack-check", done_attr[] = "corert-checked";

/* ---- building the compare -------------------------------------------------------------------- */

static LLVMValueRef
check_stack_pointer(struct cg_unit *u, LLVMBuilderRef b)
{
    LLVMTypeRef type, word = u->types[CG_I64];
    LLVMValueRef f = cg_intrinsic_get(u, INTR_READ_REGISTER, &word, 1, &type), name;
    LLVMMetadataRef text = LLVMMDStringInContext2(u->context, "rsp", 3);

    name = LLVMMetadataAsValue(u->context, LLVMMDNodeInContext2(u->context, &text, 1));
    return LLVMBuildCall2(b, type, f, &name, 1, "");
}

LLVMValueRef
cg_thread_word(struct cg_unit *u, LLVMBuilderRef b, uint32_t offset, LLVMTypeRef type)
{
    LLVMValueRef v = LLVMBuildLoad2(b, type, cg_thread_address(u, b, offset), "");

    LLVMSetAlignment(v, 8);
    LLVMSetOrdering(v, LLVMAtomicOrderingUnordered);
    if (!u->optimized) /* else the pipeline would take it out of loops */
        LLVMSetVolatile(v, 1);
    return v;
}

LLVMValueRef
cg_check_low(struct cg_unit *u, LLVMBuilderRef b, LLVMValueRef need)
{
    LLVMValueRef rsp = check_stack_pointer(u, b), limit = cg_thread_word(u, b, THREAD_STACK_LIMIT, u->types[CG_I64]), room, enough;

    if (!need)
        return LLVMBuildICmp(b, LLVMIntULT, rsp, limit, "");
    room = LLVMBuildSub(b, rsp, limit, "");
    enough = LLVMBuildICmp(b, LLVMIntUGE, room, need, "");
    /* Below the limit already: the difference has wrapped. */
    enough = LLVMBuildAnd(b, enough, LLVMBuildICmp(b, LLVMIntUGE, rsp, limit, ""), "");
    return LLVMBuildNot(b, enough, "");
}

LLVMTypeRef
cg_check_slow_type(struct cg_unit *u, bool has_need)
{
    return LLVMFunctionType(u->types[CG_VOID], &u->types[CG_I64], has_need, 0);
}

bool
cg_is_library(LLVMValueRef f)
{
    return LLVMGetStringAttributeAtIndex(f, (LLVMAttributeIndex)LLVMAttributeFunctionIndex,
                                         "corert-library", 14) != NULL;
}

/* Code of the core library may hold locks that no finally block gives back. */
const char *
cg_check_slow_name(LLVMValueRef f)
{
    return cg_is_library(f) ? "RhpLimitSlowInLibrary" : "RhpLimitSlow";
}

void
cg_check_call(struct cg_unit *u, LLVMBuilderRef b, LLVMValueRef need)
{
    LLVMValueRef f = LLVMGetBasicBlockParent(LLVMGetInsertBlock(b));
    LLVMValueRef target = cg_import_load(u, b, need ? "RhpLimitSlowFor" : cg_check_slow_name(f),
                                         u->types[CG_PTR]);
    LLVMValueRef call = LLVMBuildCall2(b, cg_check_slow_type(u, need != NULL), target, &need,
                                       need != NULL, "");

    LLVMAddCallSiteAttribute(call, (LLVMAttributeIndex)LLVMAttributeFunctionIndex, u->attrs.cold);
    /* The engine's stub keeps every register, so the fast path keeps them all where they are. */
    LLVMSetInstructionCallConv(call, LLVMPreserveAllCallConv);
}

void
cg_check_branch(struct cg_unit *u, LLVMBuilderRef b, LLVMValueRef low, LLVMBasicBlockRef slow,
                LLVMBasicBlockRef go_on)
{
    LLVMSetMetadata(LLVMBuildCondBr(b, low, slow, go_on), u->md_prof, u->unlikely);
}

void
cg_check_room(struct cg_fn *fn, LLVMValueRef need)
{
    struct cg_unit *u = fn->unit;
    LLVMBasicBlockRef slow, enough;
    LLVMValueRef target, call;

    if (!u->options.stack_check)
        return;
    enough = cg_block_after(fn, "room");
    slow = cg_block_after(fn, "room.slow");
    cg_check_branch(u, fn->b, cg_check_low(u, fn->b, need), slow, enough);
    LLVMPositionBuilderAtEnd(fn->b, slow);
    target = cg_import_load(u, fn->b, "RhpLimitSlowFor", u->types[CG_PTR]);
    call = cg_call_emit(fn, cg_check_slow_type(u, true), target, &need, 1, false);
    LLVMAddCallSiteAttribute(call, (LLVMAttributeIndex)LLVMAttributeFunctionIndex, u->attrs.cold);
    LLVMBuildBr(fn->b, enough);
    LLVMPositionBuilderAtEnd(fn->b, enough);
}

/* ---- frames ---------------------------------------------------------------------------------- */

static uint64_t
alloca_bytes(struct cg_unit *u, LLVMValueRef i)
{
    LLVMValueRef count;

    if (!LLVMIsAAllocaInst(i))
        return 0;
    count = LLVMGetOperand(i, 0);
    if (!LLVMIsAConstantInt(count))
        return 0;
    return LLVMABISizeOfType(u->layout, LLVMGetAllocatedType(i)) * LLVMConstIntGetZExtValue(count);
}

static uint64_t
frame_bytes(struct cg_unit *u, LLVMValueRef f)
{
    LLVMValueRef i;
    uint64_t sum = 0;

    for (i = LLVMGetFirstInstruction(LLVMGetEntryBasicBlock(f)); i; i = LLVMGetNextInstruction(i))
        sum += alloca_bytes(u, i);
    return sum;
}

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

/* ---- who needs it ---------------------------------------------------------------------------- */

struct node {
    LLVMValueRef f;
    struct ptr_vec callees; /* of LLVMValueRef: bodies of this unit; owned */
    uint32_t next;          /* callee to look at */
    enum { NODE_NEW, NODE_OPEN, NODE_DONE } state;
    bool wanted;  /* managed code */
    bool checked;
};

struct graph {
    struct node *nodes;
    struct ptr_map by_function;
    uint32_t count;
};

bool
cg_has_attr(LLVMValueRef f, const char *name)
{
    return LLVMGetStringAttributeAtIndex(f, (LLVMAttributeIndex)LLVMAttributeFunctionIndex, name,
                                         (unsigned)strlen(name)) != NULL;
}

static bool
is_emitted(LLVMValueRef f)
{
    return LLVMGetFirstBasicBlock(f) && LLVMGetLinkage(f) != LLVMAvailableExternallyLinkage;
}

bool
cg_is_checked(LLVMValueRef f)
{
    return LLVMIsAFunction(f) && cg_has_attr(f, done_attr);
}

const char *
cg_imported_callee(LLVMValueRef call)
{
    LLVMValueRef target = LLVMGetCalledValue(call);
    const char *name;
    size_t length;

    if (!LLVMIsALoadInst(target) || !LLVMIsAGlobalVariable(LLVMGetOperand(target, 0)))
        return NULL;
    name = LLVMGetValueName2(LLVMGetOperand(target, 0), &length);
    return strncmp(name, CG_IMPORT_PREFIX, sizeof CG_IMPORT_PREFIX - 1) == 0
               ? name + sizeof CG_IMPORT_PREFIX - 1
               : NULL;
}

bool
cg_is_intrinsic(LLVMValueRef call)
{
    LLVMValueRef callee = LLVMGetCalledValue(call);

    return LLVMIsAFunction(callee) && LLVMGetIntrinsicID(callee);
}

/* Throw helpers: what they call is cut off from the frames above by its own checks. */
bool
cg_does_not_return(LLVMValueRef call)
{
    LLVMValueRef next = LLVMGetNextInstruction(call);

    if (LLVMIsAInvokeInst(call)) {
        LLVMValueRef last = LLVMGetBasicBlockTerminator(LLVMGetNormalDest(call));

        return LLVMGetFirstInstruction(LLVMGetNormalDest(call)) == last &&
               LLVMIsAUnreachableInst(last);
    }
    if (next && LLVMIsACallInst(next) && cg_is_intrinsic(next))
        next = LLVMGetNextInstruction(next); /* the trap behind it */
    return next && LLVMIsAUnreachableInst(next);
}

/* Engine functions do not call managed code, but for the one that lets native code run. */
static void
note_call(struct graph *g, struct node *n, LLVMValueRef call)
{
    LLVMValueRef callee = LLVMGetCalledValue(call);
    const char *import = cg_imported_callee(call);

    if (LLVMIsAInlineAsm(callee) || cg_does_not_return(call))
        return;
    if (import)
        n->checked |= n->wanted && strcmp(import, "RhpPInvoke") == 0;
    else if (cg_is_intrinsic(call))
        return;
    else if (ptr_map_has(&g->by_function, callee))
        ptr_vec_push(&n->callees, callee);
    else
        n->checked |= n->wanted;
}

static void
note_function(struct cg_unit *u, struct graph *g, struct node *n)
{
    LLVMBasicBlockRef bb;
    LLVMValueRef i;

    n->wanted = cg_has_attr(n->f, wanted_attr);
    n->checked = n->wanted && frame_bytes(u, n->f) > LARGE_FRAME;
    for (bb = LLVMGetFirstBasicBlock(n->f); bb; bb = LLVMGetNextBasicBlock(bb)) {
        for (i = LLVMGetFirstInstruction(bb); i; i = LLVMGetNextInstruction(i)) {
            if (LLVMIsACallInst(i) || LLVMIsAInvokeInst(i))
                note_call(g, n, i);
        }
    }
}

/* A depth-first walk over functions without a check: each cycle of them has an edge back to one that
 * is under way, which then gets the check. */
static void
cut_cycles(struct graph *g, uint32_t start, uint32_t *stack)
{
    uint32_t depth = 1;

    stack[0] = start;
    g->nodes[start].state = NODE_OPEN;
    while (depth) {
        struct node *n = &g->nodes[stack[depth - 1]], *callee;

        if (n->next == n->callees.count || n->checked) {
            n->state = NODE_DONE;
            depth--;
            continue;
        }
        callee = ptr_map_get(&g->by_function, n->callees.at[n->next++]);
        if (callee->state == NODE_OPEN && !callee->checked) {
            callee->checked = callee->wanted;
            n->checked |= !callee->wanted && n->wanted;
        } else if (callee->state == NODE_NEW && !callee->checked) {
            callee->state = NODE_OPEN;
            stack[depth++] = (uint32_t)(callee - g->nodes);
        }
    }
}

static void
graph_make(struct cg_unit *u, struct graph *g, struct arena *a)
{
    LLVMValueRef f;
    uint32_t i;

    memset(g, 0, sizeof *g);
    for (f = LLVMGetFirstFunction(u->module); f; f = LLVMGetNextFunction(f))
        g->count += is_emitted(f);
    g->nodes = arena_array(a, g->count + 1u, sizeof *g->nodes);
    for (f = LLVMGetFirstFunction(u->module), i = 0; f; f = LLVMGetNextFunction(f)) {
        if (is_emitted(f)) {
            g->nodes[i].f = f;
            ptr_map_put(&g->by_function, f, &g->nodes[i++]);
        }
    }
}

/* ---- insertion ------------------------------------------------------------------------------- */

static void
check_insert(struct cg_unit *u, LLVMValueRef f)
{
    LLVMBuilderRef b = u->pad_builder;
    LLVMBasicBlockRef old = LLVMGetEntryBasicBlock(f);
    uint64_t frame = frame_bytes(u, f);
    LLVMBasicBlockRef slow = LLVMInsertBasicBlockInContext(u->context, old, "check.slow");
    LLVMBasicBlockRef entry = LLVMInsertBasicBlockInContext(u->context, slow, "check");
    LLVMValueRef need = NULL;

    LLVMPositionBuilderAtEnd(b, entry);
    /* It belongs to the line of the definition and has no place of its own: a debugger stops at the
     * second one of a function, where the arguments must be in their homes (cg_prologue). */
    LLVMSetCurrentDebugLocation2(b, NULL);
    if (frame > HUGE_FRAME)
        need = LLVMConstInt(u->types[CG_I64], frame, 0);
    else
        check_move_allocas(b, old);
    cg_check_branch(u, b, cg_check_low(u, b, need), slow, old);
    LLVMPositionBuilderAtEnd(b, slow);
    cg_check_call(u, b, need);
    LLVMBuildBr(b, old);
    cg_attr_fn(f, u->attrs.checked);
}

void
cg_pass_check(struct cg_unit *u)
{
    struct arena *a;
    struct graph g;
    uint32_t *stack, i;

    if (!u->options.stack_check)
        return;
    a = arena_new();
    graph_make(u, &g, a);
    for (i = 0; i < g.count; i++)
        note_function(u, &g, &g.nodes[i]);
    stack = arena_array(a, g.count + 1u, sizeof *stack);
    for (i = 0; i < g.count; i++) {
        if (g.nodes[i].state == NODE_NEW)
            cut_cycles(&g, i, stack);
    }
    for (i = 0; i < g.count; i++) {
        if (g.nodes[i].checked)
            check_insert(u, g.nodes[i].f);
        ptr_vec_free(&g.nodes[i].callees);
    }
    ptr_map_free(&g.by_function);
    arena_free(a);
}
