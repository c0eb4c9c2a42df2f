/* compiler/il/filter.c - exception filters: int32 filter(void *frame, Object *exception).
 * A filter is imported as a function of its own over the method's IL range; its homes are those of
 * the method, found through `frame`. The search phase calls it while the method's frame stands. */
#include "compiler/il/il_priv.h"

#include <string.h>

static const struct cg_sig *
filter_sig(struct il_import *im)
{
    struct cg_sig *s = arena_alloc(im->il->arena, sizeof *s);

    s->ret.type = CG_I32;
    s->count = 2;
    s->params = arena_array(im->il->arena, 2, sizeof *s->params);
    s->params[0].type = s->params[1].type = CG_PTR;
    return s;
}

const char *
il_filter_symbol(struct il_import *im, struct il_region *r)
{
    return arena_printf(im->arena, "%s.filter%u", ty_method_symbol(im->ty, im->method), r->index);
}

const char *
il_type_filter_symbol(struct il_import *im)
{
    return arena_printf(im->arena, "%s.catch", ty_method_symbol(im->ty, im->method));
}

/* frame points at the MethodTable of the clause's class. */
static void
type_filter(struct il_import *im)
{
    struct il_import f;
    cg_value args[2], object;

    memset(&f, 0, sizeof f);
    f.il = im->il;
    f.ty = im->ty;
    f.reach = im->reach;
    f.unit = im->unit;
    f.arena = im->arena;
    f.method = im->method;
    f.info = im->info;
    f.throw_region = -2;
    if (im->fn)
        f.fn = cg_fn_begin(im->unit, il_type_filter_symbol(im), filter_sig(im), CG_FN_NOINLINE | CG_FN_STACK_CHECK);
    args[0] = cg_load(f.fn, CG_PTR, cg_arg(f.fn, 0), CG_MEM_PLAIN);
    args[1] = cg_arg(f.fn, 1);
    object = il_call_helper(&f, IL_HELPER_IS_EXCEPTION, args);
    if (!f.fn)
        return;
    cg_ret(f.fn, cg_int_cast(f.fn, cg_compare(f.fn, CG_NE, object, cg_null(f.fn)), CG_I32, false));
    cg_fn_end(f.fn);
}

static void
filter_blocks(struct il_import *f, const struct il_clause *c)
{
    struct il_block *b = f->block_at[c->filter_start];

    b->entry_known = b->reachable = b->queued = b->is_handler = true;
    b->entry = arena_array(f->arena, 1, sizeof *b->entry);
    b->homes = arena_array(f->arena, 1, sizeof *b->homes);
    b->depth = 1;
    b->entry[0].kind = IL_REF;
    b->entry[0].type = f->ty->t_object;
    b->entry[0].nonnull = true;
    ptr_vec_push(&f->queue, b);
}

static void
filter_import(struct il_import *im, struct il_region *r)
{
    struct il_import f;

    memset(&f, 0, sizeof f);
    f.il = im->il;
    f.ty = im->ty;
    f.reach = im->reach;
    f.unit = im->unit;
    f.arena = im->arena;
    f.method = im->method;
    f.env = im->env;
    f.context = im->context;
    f.info = im->info;
    f.body = im->body;
    f.in_filter = true;
    f.range_start = r->clause->filter_start;
    f.range_end = r->clause->handler_start;
    if (!il_homes_make(&f) || !il_blocks_make(&f) || !il_regions_make(&f)) {
        im->failed = true;
    } else {
        filter_blocks(&f, r->clause);
        il_survey(&f);
        if (!f.failed && im->fn)
            f.fn = cg_fn_begin(im->unit, il_filter_symbol(im, r), filter_sig(im), CG_FN_NOINLINE | CG_FN_STACK_CHECK);
        if (!f.failed && !im->quiet)
            il_pass(&f, f.range_start);
        if (f.fn)
            cg_fn_end(f.fn);
        im->failed |= f.failed;
        if (f.failed)
            im->insn = f.insn;
    }
    ptr_vec_free(&f.blocks);
    ptr_vec_free(&f.queue);
    ptr_vec_free(&f.cctors_done);
}

void
il_filters_import(struct il_import *im)
{
    bool types = false;

    if (im->in_filter)
        return;
    for (uint32_t i = 0; i < im->region_count && !im->failed; i++) {
        struct il_region *r = &im->regions[i];

        if (!r->is_filtered)
            continue;
        if (r->clause->kind == IL_CLAUSE_FILTER)
            filter_import(im, r);
        else
            types = true;
    }
    if (types && !im->quiet)
        type_filter(im);
}
