/* compiler/il/ops_eh.c - throw, rethrow, leave, endfinally, and the monitor of synchronized methods. */
#include "compiler/il/il_priv.h"

#include <string.h>

static void
op_throw(struct il_import *im)
{
    static const enum cg_type types[] = {CG_PTR};
    struct il_value v = il_pop(im);
    cg_value object = il_use_as(im, &v, CG_PTR);

    il_call_engine(im, "RhpThrowEx", CG_VOID, types, &object, 1, CG_CALL_NORETURN);
    im->ended = true;
}

/* The innermost catch or filter handler that holds the instruction. */
static struct il_region *
catch_at(struct il_import *im, uint32_t offset)
{
    for (uint32_t i = 0; i < im->region_count; i++) {
        const struct il_clause *c = im->regions[i].clause;

        if ((c->kind == IL_CLAUSE_CATCH || c->kind == IL_CLAUSE_FILTER) && offset >= c->handler_start &&
            offset < c->handler_end)
            return &im->regions[i];
    }
    return NULL;
}

static void
op_rethrow(struct il_import *im)
{
    static const enum cg_type types[] = {CG_PTR};
    struct il_region *r = catch_at(im, im->insn.offset);
    cg_value object;

    if (!r) {
        il_invalid(im, "rethrow outside a catch handler");
        return;
    }
    object = cg_load(im->fn, CG_PTR, r->exception, CG_MEM_PLAIN);
    il_call_engine(im, "RhpRethrow", CG_VOID, types, &object, 1, CG_CALL_NORETURN);
    im->ended = true;
}

/* ---- leave -------------------------------------------------------------------------------------------------- */

static bool
leaves(const struct il_clause *c, uint32_t from, uint32_t to)
{
    return c->kind == IL_CLAUSE_FINALLY && from >= c->try_start && from < c->try_end &&
           !(to >= c->try_start && to < c->try_end);
}

static struct il_region *
next_finally(struct il_import *im, uint32_t after, uint32_t from, uint32_t to)
{
    for (uint32_t i = after; i < im->region_count; i++)
        if (leaves(im->regions[i].clause, from, to))
            return &im->regions[i];
    return NULL;
}

static void
go_to(struct il_import *im, uint32_t region, uint32_t from, uint32_t target);

/* Number of the continuation of finally r towards `target`; makes its block on first use. */
static uint32_t
continuation(struct il_import *im, struct il_region *r, uint32_t region, uint32_t from, uint32_t target)
{
    struct il_continuation *c;

    for (uint32_t i = 0; i < r->continuation_count; i++)
        if (r->continuations[i].target == target)
            return i + 1;
    if (r->continuation_count == r->continuation_capacity) {
        uint32_t capacity = r->continuation_capacity ? r->continuation_capacity * 2 : 4;
        struct il_continuation *more = arena_array(im->arena, capacity, sizeof *more);

        if (r->continuation_count)
            memcpy(more, r->continuations, r->continuation_count * sizeof *more);
        r->continuations = more;
        r->continuation_capacity = capacity;
    }
    c = &r->continuations[r->continuation_count++];
    c->target = target;
    c->code = il_new_block(im, "left");
    cg_block_set(im->fn, c->code);
    go_to(im, region + 1, from, target);
    return r->continuation_count;
}

/* Ends the code at hand: to the handler of the next finally on the way, or to the target itself. */
static void
go_to(struct il_import *im, uint32_t region, uint32_t from, uint32_t target)
{
    struct il_region *r = next_finally(im, region, from, target);
    cg_block here, b;
    uint32_t number;

    if (!r) {
        b = il_edge(im, target);
        if (!im->failed)
            cg_br(im->fn, b);
        return;
    }
    here = il_new_block(im, "leave");
    cg_br(im->fn, here);
    number = continuation(im, r, (uint32_t)(r - im->regions), from, target);
    cg_block_set(im->fn, here);
    cg_store(im->fn, CG_I32, r->resume_at, cg_int(im->fn, CG_I32, number), CG_MEM_PLAIN);
    cg_br(im->fn, r->handler->code);
}

/* Is the handler's end ever reached? A finally that always throws never comes to the target. */
static void
op_leave(struct il_import *im)
{
    uint32_t target = (uint32_t)im->insn.i;

    im->depth = 0;
    if (im->quiet) {
        il_edge(im, target);
    } else if (im->fn) {
        cg_pad_set(im->fn, NULL);
        go_to(im, 0, im->insn.offset, target);
    }
    im->ended = true;
}

static void
op_endfinally(struct il_import *im)
{
    struct il_region *found = NULL;

    for (uint32_t i = 0; i < im->region_count && !found; i++) {
        const struct il_clause *c = im->regions[i].clause;

        if ((c->kind == IL_CLAUSE_FINALLY || c->kind == IL_CLAUSE_FAULT) && im->insn.offset >= c->handler_start &&
            im->insn.offset < c->handler_end)
            found = &im->regions[i];
    }
    if (!found) {
        il_invalid(im, "endfinally outside a finally or fault handler");
        return;
    }
    cg_br(im->fn, found->finish);
    im->ended = true;
}

static void
op_endfilter(struct il_import *im)
{
    struct il_value v = il_pop(im);

    if (!im->in_filter) {
        il_invalid(im, "endfilter outside a filter");
        return;
    }
    il_filter_head_store(im, im->range_end); /* records of tries inside the filter are gone */
    cg_ret(im->fn, il_use_as(im, &v, CG_I32));
    im->ended = true;
}

/* ---- synchronized methods ---------------------------------------------------------------------------------------- */

static bool
is_synchronized(const struct il_import *im)
{
    return !im->in_filter && im->body.clause_count &&
           im->body.clauses[im->body.clause_count - 1].kind == IL_CLAUSE_SYNC;
}

static struct ty_type *
open_owner(struct il_import *im)
{
    return im->method->owner->arg_count ? ty_type_open(im->ty, im->method->owner->def) : im->method->owner;
}

static cg_value
sync_object(struct il_import *im)
{
    if (im->method->def->is_static)
        return il_type_ref(im, REF_TYPE, open_owner(im));
    return cg_load(im->fn, CG_PTR, im->args[0].at, CG_MEM_PLAIN);
}

void
il_sync_enter(struct il_import *im)
{
    bool is_static = im->method->def->is_static;
    cg_value args[2];

    if (!is_synchronized(im))
        return;
    im->sync_taken = cg_alloca(im->fn, 1, 1);
    im->sync_object = cg_alloca(im->fn, 8, 8);
    cg_store(im->fn, CG_I8, im->sync_taken, cg_int(im->fn, CG_I32, 0), CG_MEM_PLAIN);
    args[0] = sync_object(im);
    cg_store(im->fn, CG_PTR, im->sync_object, args[0], CG_MEM_PLAIN);
    args[1] = im->sync_taken;
    il_call_helper(im, is_static ? IL_HELPER_MONITOR_ENTER_STATIC : IL_HELPER_MONITOR_ENTER, args);
}

void
il_sync_exit(struct il_import *im)
{
    cg_value args[2];

    if (!is_synchronized(im))
        return;
    args[0] = cg_load(im->fn, CG_PTR, im->sync_object, CG_MEM_PLAIN);
    args[1] = im->sync_taken;
    il_call_helper(im, im->method->def->is_static ? IL_HELPER_MONITOR_EXIT_STATIC : IL_HELPER_MONITOR_EXIT, args);
}

bool
il_op_eh(struct il_import *im)
{
    switch (im->insn.op) {
    case IL_CEE_throw:
        op_throw(im);
        return true;
    case IL_CEE_rethrow:
        op_rethrow(im);
        return true;
    case IL_CEE_leave:
    case IL_CEE_leave_s:
        op_leave(im);
        return true;
    case IL_CEE_endfinally:
        op_endfinally(im);
        return true;
    case IL_CEE_endfilter:
        op_endfilter(im);
        return true;
    default:
        return false;
    }
}
