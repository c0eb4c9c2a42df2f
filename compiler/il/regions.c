/* compiler/il/regions.c - try regions as landing pads (docs/abi.md, "Exceptions").
 * A pad belongs to the innermost clause of a place. It leaves record and selector in two allocas and
 * goes to that clause's dispatch block, which enters the handler or goes on to the next clause
 * outwards. A finally exists once: `resume_at` tells where it continues, 0 = the exception goes on. */
#include "compiler/il/il_priv.h"

#include "engine/thread_block.h"

enum { RECORD_PREV = 0, RECORD_CLAUSE = 8, RECORD_FRAME = 16, RECORD_SIZE = 24 }; /* struct eh_filter_record */

static bool
in_try(const struct il_clause *c, uint32_t offset)
{
    return offset >= c->try_start && offset < c->try_end;
}

static bool
is_cleanup(const struct il_clause *c)
{
    return c->kind == IL_CLAUSE_FINALLY || c->kind == IL_CLAUSE_FAULT || c->kind == IL_CLAUSE_SYNC;
}

/* A filter function only knows regions inside it; the method itself none of those. */
static bool
is_ours(const struct il_import *im, const struct il_clause *c)
{
    if (im->in_filter)
        return c->kind != IL_CLAUSE_SYNC && c->try_start >= im->range_start && c->try_end <= im->range_end;
    return c->try_start >= im->range_start && c->try_start < im->range_end;
}

static bool
inside_some_filter(const struct il_import *im, const struct il_clause *c)
{
    for (uint32_t i = 0; i < im->body.clause_count; i++) {
        const struct il_clause *f = &im->body.clauses[i];

        if (f->kind == IL_CLAUSE_FILTER && c->try_start >= f->filter_start && c->try_start < f->handler_start)
            return true;
    }
    return false;
}

static bool
clause_valid(const struct il_import *im, const struct il_clause *c)
{
    if (c->try_start >= c->try_end || c->try_end > im->body.size)
        return false;
    if (c->kind == IL_CLAUSE_SYNC)
        return true;
    if (c->handler_start >= c->handler_end || c->handler_end > im->body.size || !im->block_at[c->handler_start])
        return false;
    return c->kind != IL_CLAUSE_FILTER || c->filter_start < c->handler_start;
}

static int
outer_of(const struct il_import *im, uint32_t index)
{
    const struct il_clause *c = im->regions[index].clause;

    for (uint32_t j = index + 1; j < im->region_count; j++) {
        const struct il_clause *o = im->regions[j].clause;

        if (o->try_start <= c->try_start && o->try_end >= c->try_end)
            return (int)j;
    }
    return -1;
}

bool
il_regions_make(struct il_import *im)
{
    im->regions = arena_array(im->arena, im->body.clause_count + 1u, sizeof *im->regions);
    for (uint32_t i = 0; i < im->body.clause_count; i++) {
        struct il_clause *c = &im->body.clauses[i];
        struct il_region *r;

        if (!clause_valid(im, c)) {
            il_invalid(im, "a malformed exception clause");
            return false;
        }
        if (!is_ours(im, c) || (!im->in_filter && inside_some_filter(im, c)))
            continue;
        r = &im->regions[im->region_count++];
        r->clause = c;
        r->index = i;
        if (c->kind != IL_CLAUSE_SYNC) {
            r->handler = im->block_at[c->handler_start];
            r->handler->is_handler = true;
        }
        r->is_filtered = c->kind == IL_CLAUSE_FILTER || (c->kind == IL_CLAUSE_CATCH && il_is_shared(im, c->type));
        im->has_records |= r->is_filtered;
    }
    for (uint32_t i = 0; i < im->region_count; i++)
        im->regions[i].outer = outer_of(im, i);
    return !im->failed;
}

int
il_region_at(struct il_import *im, uint32_t offset)
{
    for (uint32_t i = 0; i < im->region_count; i++)
        if (in_try(im->regions[i].clause, offset))
            return (int)i;
    return -1;
}

/* ---- survey ------------------------------------------------------------------------------------------------ */

static void
handler_reached(struct il_import *im, struct il_region *r)
{
    struct il_block *b = r->handler;
    bool object = r->clause->kind == IL_CLAUSE_CATCH || r->clause->kind == IL_CLAUSE_FILTER;
    struct ty_type *type = im->ty->t_object;

    if (!b || b->entry_known)
        return;
    if (r->clause->kind == IL_CLAUSE_CATCH && !(type = il_close(im, r->clause->type)))
        return;
    b->entry_known = b->reachable = b->queued = true;
    b->entry = arena_array(im->arena, 1, sizeof *b->entry);
    b->homes = arena_array(im->arena, 1, sizeof *b->homes);
    b->depth = object ? 1 : 0;
    b->entry[0].kind = IL_REF;
    b->entry[0].type = type;
    b->entry[0].nonnull = true;
    ptr_vec_push(&im->queue, b);
}

void
il_region_handlers_reached(struct il_import *im, uint32_t offset)
{
    for (int i = il_region_at(im, offset); i >= 0; i = im->regions[i].outer)
        handler_reached(im, &im->regions[i]);
}

/* ---- prologue ------------------------------------------------------------------------------------------------ */

static void
clause_emit(struct il_import *im, struct il_region *r)
{
    struct ref ref = {.kind = REF_TYPE};

    if (r->is_filtered) {
        const char *symbol = r->clause->kind == IL_CLAUSE_FILTER ? il_filter_symbol(im, r) : il_type_filter_symbol(im);

        r->code = cg_clause_new(im->fn, CG_CLAUSE_FILTER, symbol);
        return;
    }
    if (r->clause->is_boundary) {
        r->code = cg_clause_new(im->fn, CG_CLAUSE_BOUNDARY, NULL);
        return;
    }
    ref.type = il_close(im, r->clause->type);
    if (!ref.type)
        return;
    il_need(im, &ref);
    if (im->fn)
        r->code = cg_clause_new(im->fn, CG_CLAUSE_TYPE, reach_target_direct(im->reach, &ref).symbol);
}

/* The first filtered clause that protects a place: its record heads the list there. */
static struct il_region *
filtered_at(struct il_import *im, uint32_t offset)
{
    for (uint32_t i = 0; i < im->region_count; i++)
        if (im->regions[i].is_filtered && in_try(im->regions[i].clause, offset))
            return &im->regions[i];
    return NULL;
}

/* Links between the records of one method never change, so all are filled at entry. */
static void
record_fill(struct il_import *im, struct il_region *r)
{
    struct il_region *next = NULL;
    cg_value prev, frame;

    for (int i = r->outer; i >= 0 && !next; i = im->regions[i].outer)
        if (im->regions[i].is_filtered)
            next = &im->regions[i];
    prev = next ? next->filter_record : cg_load(im->fn, CG_PTR, im->filter_entry_head, CG_MEM_PLAIN);
    if (r->clause->kind == IL_CLAUSE_FILTER) {
        frame = im->frame;
    } else { /* a class that only the dictionary knows: the type filter finds its MethodTable here */
        frame = cg_alloca(im->fn, 8, 8);
        cg_store(im->fn, CG_PTR, frame, il_type_ref(im, REF_TYPE, r->clause->type), CG_MEM_PLAIN);
    }
    cg_store(im->fn, CG_PTR, cg_offset(im->fn, r->filter_record, RECORD_PREV), prev, CG_MEM_PLAIN);
    cg_store(im->fn, CG_PTR, cg_offset(im->fn, r->filter_record, RECORD_CLAUSE), cg_clause_address(im->fn, r->code),
             CG_MEM_PLAIN);
    cg_store(im->fn, CG_PTR, cg_offset(im->fn, r->filter_record, RECORD_FRAME), frame, CG_MEM_PLAIN);
}

void
il_regions_emit(struct il_import *im)
{
    if (!im->region_count)
        return;
    im->eh_record = cg_alloca(im->fn, 8, 8);
    im->eh_selector = cg_alloca(im->fn, 4, 4);
    for (uint32_t i = 0; i < im->region_count; i++) {
        struct il_region *r = &im->regions[i];

        if (is_cleanup(r->clause)) {
            r->record = cg_alloca(im->fn, 8, 8);
            r->selector = cg_alloca(im->fn, 4, 4);
            r->resume_at = cg_alloca(im->fn, 4, 4);
            r->finish = il_new_block(im, "endfinally");
        } else {
            r->exception = cg_alloca(im->fn, 8, 8);
            clause_emit(im, r);
        }
    }
    if (!im->has_records)
        return;
    im->filter_entry_head = cg_alloca(im->fn, 8, 8);
    cg_store(im->fn, CG_PTR, im->filter_entry_head, cg_thread_load(im->fn, CG_PTR, THREAD_FILTER_HEAD), CG_MEM_PLAIN);
    for (uint32_t i = im->region_count; i-- > 0;)
        if (im->regions[i].is_filtered)
            im->regions[i].filter_record = cg_alloca(im->fn, RECORD_SIZE, 8);
    for (uint32_t i = 0; i < im->region_count; i++)
        if (im->regions[i].is_filtered)
            record_fill(im, &im->regions[i]);
}

/* The head of the thread's filter list is a function of the place: stored at each block's start. */
void
il_filter_head_store(struct il_import *im, uint32_t offset)
{
    struct il_region *r;
    cg_value head;

    if (!im->has_records || !im->fn)
        return;
    r = filtered_at(im, offset);
    head = r ? r->filter_record : cg_load(im->fn, CG_PTR, im->filter_entry_head, CG_MEM_PLAIN);
    cg_thread_store(im->fn, CG_PTR, THREAD_FILTER_HEAD, head);
}

/* ---- pads and dispatch ------------------------------------------------------------------------------------------ */

cg_block
il_pad_at(struct il_import *im, uint32_t offset)
{
    int first = il_region_at(im, offset);
    cg_clause *clauses;
    uint32_t count = 0;
    bool cleanup = false;

    if (first < 0 || !im->fn)
        return NULL;
    if (im->regions[first].pad)
        return im->regions[first].pad;
    clauses = arena_array(im->arena, im->region_count, sizeof *clauses);
    for (int i = first; i >= 0; i = im->regions[i].outer) {
        if (is_cleanup(im->regions[i].clause))
            cleanup = true;
        else
            clauses[count++] = im->regions[i].code;
    }
    im->regions[first].pad = cg_pad_new(im->fn, clauses, count, cleanup);
    return im->regions[first].pad;
}

static cg_block
dispatch_block(struct il_import *im, struct il_region *r)
{
    if (!r->dispatch)
        r->dispatch = il_new_block(im, "dispatch");
    return r->dispatch;
}

/* Some instruction of the try is reached. */
static bool
is_live(const struct il_region *r)
{
    return !r->handler || r->handler->reachable;
}

/* The exception goes on past clause r of this method. */
static void
go_outwards(struct il_import *im, struct il_region *r)
{
    if (r->outer >= 0)
        cg_br(im->fn, dispatch_block(im, &im->regions[r->outer]));
    else
        cg_resume(im->fn, cg_load(im->fn, CG_PTR, im->eh_record, CG_MEM_PLAIN),
                  cg_load(im->fn, CG_I32, im->eh_selector, CG_MEM_PLAIN));
}

static void
pad_finish(struct il_import *im, struct il_region *r)
{
    cg_block_set(im->fn, r->pad);
    cg_store(im->fn, CG_PTR, im->eh_record, cg_pad_record(im->fn, r->pad), CG_MEM_PLAIN);
    cg_store(im->fn, CG_I32, im->eh_selector, cg_pad_selector(im->fn, r->pad), CG_MEM_PLAIN);
    cg_br(im->fn, dispatch_block(im, r));
}

static void
dispatch_cleanup(struct il_import *im, struct il_region *r)
{
    cg_store(im->fn, CG_PTR, r->record, cg_load(im->fn, CG_PTR, im->eh_record, CG_MEM_PLAIN), CG_MEM_PLAIN);
    cg_store(im->fn, CG_I32, r->selector, cg_load(im->fn, CG_I32, im->eh_selector, CG_MEM_PLAIN), CG_MEM_PLAIN);
    cg_store(im->fn, CG_I32, r->resume_at, cg_int(im->fn, CG_I32, 0), CG_MEM_PLAIN);
    if (r->clause->kind == IL_CLAUSE_SYNC) {
        il_sync_exit(im);
        cg_br(im->fn, r->finish);
    } else {
        cg_br(im->fn, r->handler->code);
    }
}

static void
dispatch_catch(struct il_import *im, struct il_region *r)
{
    static const enum cg_type types[] = {CG_PTR};
    cg_block caught = il_new_block(im, "catch"), other = il_new_block(im, "outwards");
    cg_value record, object;

    cg_cond_br(im->fn,
               cg_compare(im->fn, CG_EQ, cg_load(im->fn, CG_I32, im->eh_selector, CG_MEM_PLAIN),
                          cg_clause_id(im->fn, r->code)),
               caught, other, CG_EVEN);
    cg_block_set(im->fn, caught);
    record = cg_load(im->fn, CG_PTR, im->eh_record, CG_MEM_PLAIN);
    object = il_call_engine(im, "corert_eh_begin_catch", CG_PTR, types, &record, 1, CG_CALL_NOUNWIND);
    cg_store(im->fn, CG_PTR, r->exception, object, CG_MEM_PLAIN);
    cg_br(im->fn, r->handler->code);
    cg_block_set(im->fn, other);
    go_outwards(im, r);
}

static void
dispatch_finish(struct il_import *im, struct il_region *r)
{
    cg_block_set(im->fn, r->dispatch);
    if (!is_live(r))
        cg_unreachable(im->fn);
    else if (is_cleanup(r->clause))
        dispatch_cleanup(im, r);
    else
        dispatch_catch(im, r);
}

static void
cleanup_finish(struct il_import *im, struct il_region *r)
{
    cg_block exceptional;
    int64_t *keys = arena_array(im->arena, r->continuation_count + 1u, sizeof *keys);
    cg_block *targets = arena_array(im->arena, r->continuation_count + 1u, sizeof *targets);

    cg_block_set(im->fn, r->finish);
    if (!is_live(r)) {
        cg_unreachable(im->fn);
        return;
    }
    exceptional = il_new_block(im, "rethrown");
    for (uint32_t i = 0; i < r->continuation_count; i++) {
        keys[i] = i + 1;
        targets[i] = r->continuations[i].code;
    }
    if (r->continuation_count)
        cg_switch(im->fn, cg_load(im->fn, CG_I32, r->resume_at, CG_MEM_PLAIN), exceptional, r->continuation_count, keys,
                  targets);
    else
        cg_br(im->fn, exceptional);
    cg_block_set(im->fn, exceptional);
    cg_store(im->fn, CG_PTR, im->eh_record, cg_load(im->fn, CG_PTR, r->record, CG_MEM_PLAIN), CG_MEM_PLAIN);
    cg_store(im->fn, CG_I32, im->eh_selector, cg_load(im->fn, CG_I32, r->selector, CG_MEM_PLAIN), CG_MEM_PLAIN);
    go_outwards(im, r);
}

void
il_regions_finish(struct il_import *im)
{
    struct ref begin = {.kind = REF_ENGINE, .name = "corert_eh_begin_catch"};

    if (!im->region_count)
        return;
    il_need(im, &begin);
    if (!im->fn) {
        for (uint32_t i = 0; i < im->region_count; i++)
            if (im->regions[i].clause->kind == IL_CLAUSE_SYNC)
                il_sync_exit(im);
        return;
    }
    cg_line(im->fn, 0);
    cg_pad_set(im->fn, NULL);
    im->insn.offset = im->body.size; /* code below is protected by no region */
    for (uint32_t i = 0; i < im->region_count; i++)
        if (is_cleanup(im->regions[i].clause))
            cleanup_finish(im, &im->regions[i]);
    for (uint32_t i = 0; i < im->region_count; i++)
        if (im->regions[i].pad)
            pad_finish(im, &im->regions[i]);
    for (uint32_t i = 0; i < im->region_count; i++) /* outer clauses come later */
        if (im->regions[i].dispatch)
            dispatch_finish(im, &im->regions[i]);
}
