/* compiler/codegen/llvm/flow.c - control flow of one function: order, dominators, natural loops.
 * Dominators by the iterative method over reverse post-order; loops from the edges whose target
 * dominates their source, walked backwards, inner loops first. */
#include "compiler/codegen/llvm/flow.h"

#include <string.h>

/* ---- order ----------------------------------------------------------------------------------- */

struct visit {
    LLVMBasicBlockRef bb;
    unsigned next; /* successor to look at */
};

static unsigned
successor_count(LLVMBasicBlockRef bb)
{
    LLVMValueRef last = LLVMGetBasicBlockTerminator(bb);

    return last ? LLVMGetNumSuccessors(last) : 0;
}

/* Fills `order` backwards from its end with the blocks in post-order; gives how many there are. */
static uint32_t
post_order(struct flow *f, LLVMBasicBlockRef entry, LLVMBasicBlockRef *order, uint32_t total)
{
    struct visit *stack = arena_array(f->arena, total, sizeof *stack);
    uint32_t depth = 1, at = total;

    stack[0] = (struct visit){entry, 0};
    ptr_map_put(&f->numbers, entry, f);
    while (depth) {
        struct visit *top = &stack[depth - 1];

        if (top->next < successor_count(top->bb)) {
            LLVMBasicBlockRef s =
                LLVMGetSuccessor(LLVMGetBasicBlockTerminator(top->bb), top->next++);

            if (!ptr_map_has(&f->numbers, s)) {
                ptr_map_put(&f->numbers, s, f);
                stack[depth++] = (struct visit){s, 0};
            }
        } else {
            order[--at] = top->bb;
            depth--;
        }
    }
    return total - at;
}

static void
number_blocks(struct flow *f, LLVMValueRef function)
{
    uint32_t total = LLVMCountBasicBlocks(function), i;
    LLVMBasicBlockRef *order = arena_array(f->arena, total, sizeof *order);

    f->count = post_order(f, LLVMGetEntryBasicBlock(function), order, total);
    f->blocks = arena_array(f->arena, f->count, sizeof *f->blocks);
    for (i = 0; i < f->count; i++) {
        f->blocks[i].bb = order[total - f->count + i];
        f->blocks[i].loop = FLOW_NONE;
        ptr_map_put(&f->numbers, f->blocks[i].bb, (void *)(uintptr_t)(i + 1));
    }
}

static void
edges_make(struct flow *f)
{
    uint32_t i, k;

    for (i = 0; i < f->count; i++) {
        struct flow_block *b = &f->blocks[i];
        LLVMValueRef last = LLVMGetBasicBlockTerminator(b->bb);

        b->succs.count = successor_count(b->bb);
        b->succs.to = arena_array(f->arena, b->succs.count + 1u, sizeof *b->succs.to);
        for (k = 0; k < b->succs.count; k++) {
            b->succs.to[k] = flow_number(f, LLVMGetSuccessor(last, k));
            f->blocks[b->succs.to[k]].preds.count++;
        }
    }
    for (i = 0; i < f->count; i++) {
        struct flow_edges *p = &f->blocks[i].preds;

        p->to = arena_array(f->arena, p->count + 1u, sizeof *p->to);
        p->count = 0;
    }
    for (i = 0; i < f->count; i++) {
        for (k = 0; k < f->blocks[i].succs.count; k++) {
            struct flow_edges *p = &f->blocks[f->blocks[i].succs.to[k]].preds;

            p->to[p->count++] = i;
        }
    }
}

/* ---- dominators ------------------------------------------------------------------------------ */

static uint32_t
common_dominator(const struct flow *f, uint32_t a, uint32_t b)
{
    while (a != b) {
        if (a > b)
            a = f->blocks[a].idom;
        else
            b = f->blocks[b].idom;
    }
    return a;
}

static void
dominators_make(struct flow *f)
{
    bool changed = true;
    uint32_t i, k;

    for (i = 1; i < f->count; i++)
        f->blocks[i].idom = FLOW_NONE;
    while (changed) {
        changed = false;
        for (i = 1; i < f->count; i++) {
            const struct flow_edges *p = &f->blocks[i].preds;
            uint32_t idom = FLOW_NONE;

            for (k = 0; k < p->count; k++) {
                if (p->to[k] != 0 && f->blocks[p->to[k]].idom == FLOW_NONE)
                    continue;
                idom = idom == FLOW_NONE ? p->to[k] : common_dominator(f, idom, p->to[k]);
            }
            changed |= idom != f->blocks[i].idom;
            f->blocks[i].idom = idom;
        }
    }
}

/* ---- loops ----------------------------------------------------------------------------------- */

/* Every block that the walk back from the latches finds, up to the header. Of an inner loop only
 * its header is looked at again. */
static void
loop_fill(struct flow *f, uint32_t loop, uint32_t *work)
{
    struct flow_loop *l = &f->loops[loop];
    uint32_t depth = 0, k;

    for (k = 0; k < l->latches.count; k++)
        work[depth++] = l->latches.to[k];
    while (depth) {
        uint32_t b = work[--depth], inner = f->blocks[b].loop;
        const struct flow_edges *p;

        if (inner == FLOW_NONE) {
            f->blocks[b].loop = loop;
        } else {
            while (inner != loop && f->loops[inner].parent != FLOW_NONE)
                inner = f->loops[inner].parent;
            if (inner == loop)
                continue;
            f->loops[inner].parent = loop;
            l->has_inner = true;
            b = f->loops[inner].header;
        }
        p = &f->blocks[b].preds;
        for (k = 0; b != l->header && k < p->count; k++) {
            if (flow_dominates(f, l->header, p->to[k]))
                work[depth++] = p->to[k];
        }
    }
}

static uint32_t
back_edges_of(const struct flow *f, uint32_t header, uint32_t *latches)
{
    const struct flow_edges *p = &f->blocks[header].preds;
    uint32_t count = 0, k;

    for (k = 0; k < p->count; k++) {
        if (p->to[k] >= header && flow_dominates(f, header, p->to[k])) {
            if (latches)
                latches[count] = p->to[k];
            count++;
        }
    }
    return count;
}

static void
irregular_find(struct flow *f, uint32_t edges)
{
    uint32_t i, k;

    f->irregular = arena_array(f->arena, edges + 1u, sizeof *f->irregular);
    for (i = 0; i < f->count; i++) {
        const struct flow_edges *s = &f->blocks[i].succs;

        for (k = 0; k < s->count; k++) {
            if (s->to[k] <= i && !flow_dominates(f, s->to[k], i))
                f->irregular[f->irregular_count++] = (struct flow_irregular){i, s->to[k]};
        }
    }
}

static void
loops_make(struct flow *f)
{
    uint32_t *work, edges = 0, i;

    for (i = 0; i < f->count; i++)
        edges += f->blocks[i].preds.count;
    f->loops = arena_array(f->arena, f->count, sizeof *f->loops);
    work = arena_array(f->arena, edges * 2u + f->count, sizeof *work);
    for (i = f->count; i-- > 0;) {
        uint32_t count = back_edges_of(f, i, NULL);
        struct flow_loop *l = &f->loops[f->loop_count];

        if (!count)
            continue;
        l->header = i;
        l->parent = FLOW_NONE;
        l->latches.to = arena_array(f->arena, count, sizeof *l->latches.to);
        l->latches.count = back_edges_of(f, i, l->latches.to);
        loop_fill(f, f->loop_count++, work);
    }
    irregular_find(f, edges);
}

/* ---- questions ------------------------------------------------------------------------------- */

uint32_t
flow_number(const struct flow *f, LLVMBasicBlockRef bb)
{
    uintptr_t n = (uintptr_t)ptr_map_get(&f->numbers, bb);

    return n ? (uint32_t)(n - 1) : FLOW_NONE;
}

void
flow_alias(struct flow *f, LLVMBasicBlockRef bb, LLVMBasicBlockRef from)
{
    ptr_map_put(&f->numbers, bb, ptr_map_get(&f->numbers, from));
}

bool
flow_dominates(const struct flow *f, uint32_t a, uint32_t b)
{
    while (b > a)
        b = f->blocks[b].idom;
    return a == b;
}

bool
flow_loop_holds(const struct flow *f, uint32_t loop, uint32_t block)
{
    uint32_t l = block == FLOW_NONE ? FLOW_NONE : f->blocks[block].loop;

    while (l != FLOW_NONE && l != loop)
        l = f->loops[l].parent;
    return l == loop;
}

bool
flow_every_iteration(const struct flow *f, uint32_t loop, uint32_t block)
{
    const struct flow_edges *latches = &f->loops[loop].latches;
    uint32_t k;

    if (!flow_loop_holds(f, loop, block))
        return false;
    for (k = 0; k < latches->count; k++) {
        if (!flow_dominates(f, block, latches->to[k]))
            return false;
    }
    return true;
}

bool
flow_is_invariant(const struct flow *f, uint32_t loop, LLVMValueRef v)
{
    if (!LLVMIsAInstruction(v))
        return true;
    return !flow_loop_holds(f, loop, flow_number(f, LLVMGetInstructionParent(v)));
}

void
flow_make(struct flow *f, LLVMValueRef function)
{
    memset(f, 0, sizeof *f);
    f->arena = arena_new();
    number_blocks(f, function);
    edges_make(f);
    dominators_make(f);
    loops_make(f);
}

void
flow_free(struct flow *f)
{
    ptr_map_free(&f->numbers);
    arena_free(f->arena);
}
