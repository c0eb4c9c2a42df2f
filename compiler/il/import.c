/* compiler/il/import.c - the two walks over a body, and the doors il_scan and il_emit. */
#include "compiler/il/il_priv.h"
#include "compiler/il/special.h"

#include <string.h>

static bool
is_prefix(uint32_t op)
{
    switch (op) {
    case IL_CEE_unaligned:
    case IL_CEE_volatile:
    case IL_CEE_tail:
    case IL_CEE_constrained:
    case IL_CEE_no:
    case IL_CEE_readonly:
        return true;
    default:
        return false;
    }
}

static void
prefix(struct il_import *im)
{
    switch (im->insn.op) {
    case IL_CEE_unaligned:
        im->prefix.unaligned = (uint32_t)im->insn.i;
        break;
    case IL_CEE_volatile:
        im->prefix.is_volatile = true;
        break;
    case IL_CEE_tail:
        im->prefix.is_tail = true;
        break;
    case IL_CEE_readonly:
        im->prefix.is_readonly = true;
        break;
    case IL_CEE_constrained:
        im->prefix.constrained = il_token_type(im, (uint32_t)im->insn.i);
        break;
    default: /* no. is a hint */
        break;
    }
}

static void
insn(struct il_import *im)
{
    if (im->insn.op == IL_CEE_nop)
        return;
    if (im->insn.op == IL_CEE_break) {
        cg_breakpoint(im->fn);
        return;
    }
    if (!il_op_load_store(im) && !il_op_branch(im) && !il_op_call(im) && !il_op_field(im) && !il_op_arith(im) &&
        !il_op_conv(im) && !il_op_object(im) && !il_op_array(im) && !il_op_eh(im))
        il_invalid(im, "an instruction that is not supported");
}

static void
block_import(struct il_import *im, struct il_block *b)
{
    il_block_enter(im, b);
    for (uint32_t at = b->start; at < b->end && !im->ended && !im->failed; at = im->insn.next) {
        if (!il_decode(im->body.code, im->body.size, at, &im->insn)) {
            im->insn.offset = at;
            il_invalid(im, "an unknown or truncated instruction");
            return;
        }
        if (im->insn.next > b->end) {
            il_invalid(im, "a branch into an instruction");
            return;
        }
        il_debug_line(im);
        if (is_prefix(im->insn.op)) {
            prefix(im);
            continue;
        }
        insn(im);
        memset(&im->prefix, 0, sizeof im->prefix);
    }
    if (!im->ended && !im->failed)
        il_branch_to(im, b->end);
}

void
il_survey(struct il_import *im)
{
    struct cg_fn *fn = im->fn;

    im->quiet = true;
    im->fn = NULL;
    while (im->queue.count && !im->failed) {
        struct il_block *b = ptr_vec_pop(&im->queue);

        b->queued = false;
        block_import(im, b);
    }
    im->quiet = false;
    im->fn = fn;
}

/* Types that are not beforefieldinit run their constructor on entry of static methods and constructors. */
static void
entry_check(struct il_import *im)
{
    struct ty_method_def *def = im->method->def;
    struct ty_type *owner = im->method->owner;

    if (!def->owner || !owner || owner->form != TY_FORM_DEF || owner->def->is_before_field_init || def->is_cctor ||
        def->pseudo != TY_PSEUDO_NONE || !(def->is_static || def->is_ctor) || !ty_has_lazy_cctor(im->ty, owner))
        return;
    il_cctor_run(im, owner->arg_count ? ty_type_open(im->ty, owner->def) : owner);
}

static void
blocks_begin(struct il_import *im)
{
    for (size_t i = 0; i < im->blocks.count; i++) {
        struct il_block *b = im->blocks.at[i];

        if (b->reachable)
            b->code = cg_block_new(im->fn, "il");
    }
}

void
il_pass(struct il_import *im, uint32_t entry)
{
    im->ended = false;
    im->throw_region = -2;
    im->insn.offset = im->body.size; /* the prologue is in no region */
    cg_prologue(im->fn, true);
    il_homes_emit(im);
    cg_prologue(im->fn, false);
    il_debug_vars(im);
    if (!im->in_filter) {
        entry_check(im);
        il_sync_enter(im);
    }
    blocks_begin(im);
    il_regions_emit(im);
    if (!im->failed)
        cg_br(im->fn, im->block_at[entry]->code);
    for (size_t i = 0; i < im->blocks.count && !im->failed; i++) {
        struct il_block *b = im->blocks.at[i];

        if (b->reachable)
            block_import(im, b);
    }
    if (!im->failed)
        il_regions_finish(im);
}

/* ---- imports ----------------------------------------------------------------------------------------------------- */

static void
begin(struct il_import *im, struct il_context *il, struct reach *r, struct ty_method *canon, struct arena *a)
{
    memset(im, 0, sizeof *im);
    im->il = il;
    im->ty = il->ty;
    im->reach = r;
    im->arena = a;
    im->method = canon;
    im->env = ty_env_of_method(canon);
    im->context = ty_method_context(il->ty, canon);
    im->info = il_info(il, canon);
    im->throw_region = -2;
    im->ty->failure.kind = TY_FAIL_NONE;
    im->ty->failure.text = NULL;
}

static void
end(struct il_import *im)
{
    ptr_vec_free(&im->blocks);
    ptr_vec_free(&im->queue);
    ptr_vec_free(&im->cctors_done);
}

static void
facts_of_body(struct il_import *im)
{
    im->info->code_size = im->body.size;
    im->info->has_clauses = im->body.clause_count != 0;
    im->info->has_filters = false;
    if (im->body.warning)
        reach_warn(im->reach, im->method, 0, im->body.warning);
    for (uint32_t i = 0; i < im->body.clause_count; i++)
        if (im->body.clauses[i].kind == IL_CLAUSE_FILTER)
            im->info->has_filters = true;
}

/* The scan's answer stands for the emission, which may see more (the analysis has gone on since) or
 * less (it ends before the instruction at fault): only what the throw needs has been marked. */
static bool
failed_in_scan(struct il_import *im)
{
    if (!im->info->scanned || !im->info->failed)
        return false;
    im->ty->failure = im->info->failure;
    im->failed = true;
    return true;
}

/* Body, homes, blocks, regions and the survey. */
static bool
prepare(struct il_import *im)
{
    bool has_body = il_body_get(im->il, im->method, im->arena, &im->body);

    if (failed_in_scan(im))
        return false;
    if (!has_body) {
        il_fail(im);
        return false;
    }
    facts_of_body(im);
    im->range_end = im->body.size;
    if (!il_homes_make(im) || !il_blocks_make(im) || !il_regions_make(im))
        return false;
    im->quiet = true;
    il_edge(im, 0);
    il_survey(im);
    if (!im->failed) {
        im->quiet = true;
        il_filters_import(im);
        im->quiet = false;
    }
    return !im->failed;
}

void
il_scan(struct il_context *il, struct reach *r, struct ty_method *canon)
{
    struct arena *a = arena_new();
    struct il_import im;

    begin(&im, il, r, canon, a);
    if (prepare(&im)) {
        il_pass(&im, 0);
        if (!im.failed)
            il_filters_import(&im);
    }
    im.info->failed = im.failed;
    im.info->failure = im.ty->failure;
    im.info->scanned = true;
    if (im.failed)
        il_failure_body(&im);
    end(&im);
    arena_free(a);
}

static unsigned
function_flags(struct il_import *im)
{
    const struct ty_method_def *def = im->method->def;
    unsigned flags = 0;

    if (def->no_inlining || im->has_records || im->info->has_filters)
        flags |= CG_FN_NOINLINE;
    if (def->aggressive_inlining && !im->has_records)
        flags |= CG_FN_ALWAYSINLINE;
    if (def->no_optimization)
        flags |= CG_FN_OPTNONE | CG_FN_NOINLINE;
    if (im->body.is_native)
        flags |= CG_FN_NATIVE | CG_FN_NOINLINE;
    if (im->body.export_name)
        flags |= CG_FN_EXPORTED;
    if (im->makes_calls && !im->body.is_native)
        flags |= CG_FN_STACK_CHECK;
    if (il_knows_engine(def->assembly))
        flags |= CG_FN_LIBRARY;
    return flags;
}

void
il_emit(struct il_context *il, struct reach *r, struct ty_method *canon, struct cg_unit *u, bool copy)
{
    const struct cg_sig *sig = il_managed_sig(il, canon);
    struct arena *a = arena_new();
    struct il_import im;
    bool good;

    begin(&im, il, r, canon, a);
    im.unit = u;
    good = prepare(&im);
    im.fn = cg_fn_begin(u, ty_method_symbol(il->ty, canon), sig, function_flags(&im) | (copy ? CG_FN_COPY : 0u));
    il_debug_begin(&im);
    if (good) {
        il_pass(&im, 0);
        if (im.failed)
            diag_bug(__FILE__, __LINE__,
                     arena_printf(a, "%s: IL_%04x: the emission fails where the scan did not: %s",
                                  ty_method_name(il->ty, canon), im.insn.offset, il->ty->failure.text));
    } else {
        il_failure_body(&im);
    }
    cg_fn_end(im.fn);
    if (good)
        il_filters_import(&im);
    end(&im);
    arena_free(a);
}

enum { INLINE_SIZE = 64, INLINE_AGGRESSIVE = 400 };

bool
il_is_inline_candidate(struct il_context *il, struct ty_method *canon)
{
    const struct il_method_info *info = il_info(il, canon);
    const struct ty_method_def *def = canon->def;

    if (!info->scanned || info->failed || info->has_filters || info->has_clauses || def->no_inlining ||
        def->no_optimization || def->is_synchronized)
        return false;
    if (def->aggressive_inlining)
        return info->code_size <= INLINE_AGGRESSIVE;
    return info->code_size <= INLINE_SIZE && !info->has_loop;
}

const struct ptr_vec *
il_direct_callees(struct il_context *il, struct ty_method *canon)
{
    return &il_info(il, canon)->callees;
}
