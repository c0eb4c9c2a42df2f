/* compiler/il/blocks.c - basic blocks and the stack they begin with.
 * During the survey an edge merges the stack into its target; in the pass an edge stores it into the
 * target's homes. Both see the same edges, so the homes' kinds are settled before code is made. */
#include "compiler/il/il_priv.h"

#include <string.h>

static bool
leader(struct il_import *im, uint8_t *leaders, int64_t offset)
{
    if (offset < 0 || offset > im->body.size) {
        il_invalid(im, "a branch leaves the body");
        return false;
    }
    leaders[offset] = 1;
    return true;
}

static bool
ends_block(uint32_t op)
{
    switch (op) {
    case IL_CEE_ret:
    case IL_CEE_throw:
    case IL_CEE_rethrow:
    case IL_CEE_endfinally:
    case IL_CEE_endfilter:
    case IL_CEE_jmp:
        return true;
    default:
        return false;
    }
}

static bool
insn_leaders(struct il_import *im, uint8_t *leaders, const struct il_insn *in)
{
    if (in->form == IL_OP_BRANCH1 || in->form == IL_OP_BRANCH4) {
        if (in->i <= in->offset)
            im->info->has_loop = true;
        return leader(im, leaders, in->i) && leader(im, leaders, in->next);
    }
    if (in->form == IL_OP_SWITCH) {
        for (uint32_t i = 0; i < in->count; i++)
            if (!leader(im, leaders, (int32_t)il_switch_target(im->body.code, in, i)))
                return false;
        return leader(im, leaders, in->next);
    }
    return !ends_block(in->op) || leader(im, leaders, in->next);
}

static bool
clause_leaders(struct il_import *im, uint8_t *leaders)
{
    for (uint32_t i = 0; i < im->body.clause_count; i++) {
        const struct il_clause *c = &im->body.clauses[i];

        if (!leader(im, leaders, c->try_start) || !leader(im, leaders, c->try_end) ||
            !leader(im, leaders, c->handler_start) || !leader(im, leaders, c->handler_end))
            return false;
        if (c->kind == IL_CLAUSE_FILTER && !leader(im, leaders, c->filter_start))
            return false;
    }
    return true;
}

static void
make_blocks(struct il_import *im, const uint8_t *leaders)
{
    struct il_block *last = NULL;

    for (uint32_t at = 0; at < im->body.size; at++) {
        struct il_block *b;

        if (!leaders[at])
            continue;
        b = arena_alloc(im->arena, sizeof *b);
        b->start = at;
        b->end = im->body.size;
        if (last)
            last->end = at;
        last = b;
        im->block_at[at] = b;
        ptr_vec_push(&im->blocks, b);
    }
}

bool
il_blocks_make(struct il_import *im)
{
    uint8_t *leaders = arena_alloc(im->arena, im->body.size + 1u);
    struct il_insn in;

    im->block_at = arena_array(im->arena, im->body.size + 1u, sizeof *im->block_at);
    if (!im->body.size) {
        il_invalid(im, "an empty body");
        return false;
    }
    leaders[0] = 1;
    for (uint32_t at = 0; il_decode(im->body.code, im->body.size, at, &in); at = in.next)
        if (!insn_leaders(im, leaders, &in))
            return false;
    if (!clause_leaders(im, leaders))
        return false;
    make_blocks(im, leaders);
    return true;
}

struct il_block *
il_block_get(struct il_import *im, uint32_t offset)
{
    struct il_block *b = offset < im->body.size ? im->block_at[offset] : NULL;

    if (!b)
        il_invalid(im, offset == im->body.size ? "control falls off the end of the body" : "a branch into an instruction");
    else if (offset < im->range_start || offset >= im->range_end)
        il_invalid(im, "a branch into or out of a filter");
    else
        return b;
    return NULL;
}

/* ---- merging of stacks ------------------------------------------------------------------------------------ */

static bool
same_fact(const struct il_value *a, const struct il_value *b)
{
    if (a->fact != b->fact || a->kind != b->kind)
        return false;
    switch (a->fact) {
    case IL_FACT_INT:
    case IL_FACT_LOCAL:
        return a->i == b->i;
    case IL_FACT_TYPE_HANDLE:
    case IL_FACT_RUNTIME_TYPE:
        return a->open == b->open;
    case IL_FACT_FIELD_HANDLE:
        return a->field == b->field;
    case IL_FACT_METHOD_HANDLE:
    case IL_FACT_COMPARER:
        return a->method == b->method;
    case IL_FACT_METHOD:
        return !a->is_virtual && !b->is_virtual && a->method == b->method && a->open == b->open;
    case IL_FACT_NONE:
    case IL_FACT_NULL:
        return true;
    }
    return false;
}

/* What an edge may carry: no code, no aliases. */
static struct il_value
carried(const struct il_value *v)
{
    struct il_value c = *v;

    c.v = NULL;
    c.object = NULL;
    c.alias = 0;
    c.readonly = false;
    if (c.fact == IL_FACT_METHOD && c.is_virtual)
        c.fact = IL_FACT_NONE;
    return c;
}

static bool
merge_kinds(struct il_import *im, enum il_kind a, enum il_kind b, enum il_kind *out)
{
    if (a == b) {
        *out = a;
        return true;
    }
    if ((a == IL_F4 || a == IL_F8) && (b == IL_F4 || b == IL_F8)) {
        *out = IL_F8;
        return true;
    }
    if (a == IL_STRUCT || b == IL_STRUCT || a == IL_F4 || a == IL_F8 || b == IL_F4 || b == IL_F8) {
        il_invalid(im, "paths meet with unlike stacks");
        return false;
    }
    if (a == IL_REF || b == IL_REF)
        *out = IL_REF;
    else if (a == IL_BYREF || b == IL_BYREF)
        *out = IL_BYREF;
    else if (a == IL_PTR || b == IL_PTR)
        *out = IL_PTR;
    else
        *out = IL_I; /* 4 and 8 bytes: widened */
    return true;
}

static struct ty_type *
common_type(struct il_import *im, const struct il_value *a, const struct il_value *b)
{
    if (a->fact == IL_FACT_NULL)
        return b->type;
    if (b->fact == IL_FACT_NULL || a->type == b->type)
        return a->type;
    if (!a->type || !b->type)
        return NULL;
    if (a->kind != IL_REF)
        return a->kind == IL_STRUCT ? a->type : NULL;
    if (ty_is_assignable(im->ty, a->type, b->type))
        return b->type;
    return ty_is_assignable(im->ty, b->type, a->type) ? a->type : im->ty->t_object;
}

/* Lowers *have to what both values are. Returns true when it changed. */
static bool
merge_value(struct il_import *im, struct il_value *have, const struct il_value *more)
{
    struct il_value was = *have;

    if (!merge_kinds(im, have->kind, more->kind, &have->kind))
        return false;
    have->type = common_type(im, &was, more);
    if (was.kind != more->kind || !same_fact(&was, more)) {
        have->fact = IL_FACT_NONE;
        have->open = NULL;
        have->method = NULL;
        have->field = NULL;
        have->i = 0;
    }
    have->exact = was.exact && more->exact && was.type == more->type;
    have->nonnull = was.nonnull && more->nonnull;
    have->is_this = was.is_this && more->is_this;
    return have->kind != was.kind || have->type != was.type || have->fact != was.fact || have->exact != was.exact ||
           have->nonnull != was.nonnull || have->is_this != was.is_this;
}

static bool
edge_first(struct il_import *im, struct il_block *b)
{
    b->entry_known = true;
    b->depth = im->depth;
    b->entry = arena_array(im->arena, im->depth + 1u, sizeof *b->entry);
    b->homes = arena_array(im->arena, im->depth + 1u, sizeof *b->homes);
    for (uint32_t i = 0; i < im->depth; i++)
        b->entry[i] = carried(&im->stack[i]);
    return true;
}

static bool
edge_merge(struct il_import *im, struct il_block *b)
{
    bool changed = false;

    if (b->depth != im->depth) {
        il_invalid(im, "paths meet with stacks of different depth");
        return false;
    }
    for (uint32_t i = 0; i < im->depth; i++) {
        struct il_value v = carried(&im->stack[i]);

        changed |= merge_value(im, &b->entry[i], &v);
    }
    return changed;
}

static void
edge_survey(struct il_import *im, struct il_block *b)
{
    bool changed = b->entry_known ? edge_merge(im, b) : edge_first(im, b);

    if (!changed || b->queued || im->failed)
        return;
    b->queued = true;
    b->reachable = true;
    ptr_vec_push(&im->queue, b);
}

/* ---- code of edges ------------------------------------------------------------------------------------------ */

static void
home_of_entry(struct il_import *im, struct il_block *b, uint32_t i)
{
    struct il_value *e = &b->entry[i];

    if (b->homes[i] || e->fact != IL_FACT_NONE)
        return;
    b->homes[i] = e->kind == IL_STRUCT ? il_temp(im, e->type) : cg_alloca(im->fn, 8, 8);
}

static void
edge_store(struct il_import *im, struct il_block *b)
{
    for (uint32_t i = 0; i < im->depth && i < b->depth; i++) {
        struct il_value *e = &b->entry[i];

        if (e->fact != IL_FACT_NONE)
            continue;
        home_of_entry(im, b, i);
        if (e->kind == IL_STRUCT)
            cg_copy(im->fn, b->homes[i], il_use(im, &im->stack[i]), il_size_of(im, e->type), il_align_of(im, e->type));
        else
            cg_store(im->fn, il_kind_cg(e->kind), b->homes[i], il_use_as(im, &im->stack[i], il_kind_cg(e->kind)),
                     CG_MEM_PLAIN);
    }
}

cg_block
il_edge(struct il_import *im, uint32_t offset)
{
    struct il_block *b = il_block_get(im, offset);

    if (!b)
        return NULL;
    if (im->quiet) {
        edge_survey(im, b);
        return NULL;
    }
    if (!b->reachable)
        diag_bug(__FILE__, __LINE__,
                 arena_printf(im->arena, "%s: IL_%04x goes to IL_%04x, which the survey did not reach",
                              ty_method_name(im->ty, im->method), im->insn.offset, offset));
    edge_store(im, b);
    return b->code;
}

static bool
crosses(uint32_t start, uint32_t end, uint32_t from, uint32_t to)
{
    return (from >= start && from < end) != (to >= start && to < end);
}

/* Only leave goes out of a protected block or handler, and only the first instruction of a protected
 * block is entered from outside (ECMA-335 III.1.7.5, I.12.4.2.8). */
bool
il_branch_check(struct il_import *im, uint32_t to)
{
    uint32_t from = im->insn.offset;

    for (uint32_t i = 0; i < im->body.clause_count; i++) {
        const struct il_clause *c = &im->body.clauses[i];

        if ((crosses(c->try_start, c->try_end, from, to) && to != c->try_start) ||
            crosses(c->handler_start, c->handler_end, from, to) ||
            (c->kind == IL_CLAUSE_FILTER && crosses(c->filter_start, c->handler_start, from, to))) {
            il_invalid(im, "a branch into or out of a protected block or handler");
            return false;
        }
    }
    return true;
}

void
il_branch_to(struct il_import *im, uint32_t offset)
{
    cg_block b = il_branch_check(im, offset) ? il_edge(im, offset) : NULL;

    im->ended = true;
    if (!im->failed)
        cg_br(im->fn, b);
}

void
il_branch_cond(struct il_import *im, cg_value i1, uint32_t then, uint32_t otherwise)
{
    bool good = il_branch_check(im, then) && il_branch_check(im, otherwise);
    cg_block a = good ? il_edge(im, then) : NULL, b = good ? il_edge(im, otherwise) : NULL;

    im->ended = true;
    if (!im->failed)
        cg_cond_br(im->fn, i1, a, b, CG_EVEN);
}

static void
push_entry(struct il_import *im, struct il_block *b, uint32_t i)
{
    struct il_value v = b->entry[i];
    int64_t index = v.i;

    if (v.fact == IL_FACT_LOCAL) {
        v.v = index >= 0 ? im->locals[index].at : im->args[-1 - index].at;
    } else if (v.fact == IL_FACT_NONE && im->fn) {
        home_of_entry(im, b, i);
        if (v.kind == IL_STRUCT) {
            v.v = il_temp(im, v.type);
            cg_copy(im->fn, v.v, b->homes[i], il_size_of(im, v.type), il_align_of(im, v.type));
        } else {
            v.v = cg_load(im->fn, il_kind_cg(v.kind), b->homes[i], CG_MEM_PLAIN);
        }
    }
    il_push(im, &v);
}

static cg_value
caught_object(struct il_import *im, struct il_block *b)
{
    for (uint32_t i = 0; i < im->region_count; i++)
        if (im->regions[i].handler == b && im->regions[i].exception)
            return cg_load(im->fn, CG_PTR, im->regions[i].exception, CG_MEM_PLAIN);
    return im->fn ? cg_arg(im->fn, 1) : NULL; /* the first block of a filter function */
}

void
il_block_enter(struct il_import *im, struct il_block *b)
{
    im->block = b;
    im->ended = false;
    im->depth = 0;
    memset(im->throw_blocks, 0, sizeof im->throw_blocks);
    im->throw_region = -2;
    memset(&im->prefix, 0, sizeof im->prefix);
    im->insn.offset = b->start;
    il_homes_forget(im);
    if (im->quiet) {
        il_region_handlers_reached(im, b->start);
    } else {
        cg_block_set(im->fn, b->code);
        cg_pad_set(im->fn, il_pad_at(im, b->start));
        il_filter_head_store(im, b->start);
    }
    for (uint32_t i = 0; i < b->depth; i++) {
        if (b->is_handler && i == 0 && !im->quiet) {
            struct il_value v = b->entry[0];

            v.v = caught_object(im, b);
            il_push(im, &v);
        } else {
            push_entry(im, b, i);
        }
    }
}
