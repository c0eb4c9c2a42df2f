/* compiler/il/homes.c - where arguments and locals live.
 * Everything has a home in memory (LLVM makes values of most). Methods with filters keep all homes in
 * one frame, because a filter is a function of its own that runs while the method's frame still stands:
 * the method and its filters compute the same offsets. */
#include "compiler/il/il_priv.h"

static bool
home_init(struct il_import *im, struct il_home *h, struct ty_type *open)
{
    h->type = il_close(im, open);
    if (!h->type)
        return false;
    h->kind = il_kind_of(h->type);
    h->cg = il_storage(h->type);
    if (h->kind == IL_VOID) {
        il_invalid(im, "a local or parameter of type void");
        return false;
    }
    il_size_of(im, h->type);
    return !im->failed;
}

static bool
args_make(struct il_import *im)
{
    struct ty_method *m = im->method;
    struct ty_sig *sig = m->sig;
    uint32_t at = 0;

    im->has_this = sig->has_this && !sig->explicit_this;
    im->arg_count = sig->param_count + (im->has_this ? 1 : 0);
    im->args = arena_array(im->arena, im->arg_count + 1u, sizeof *im->args);
    if (im->has_this) {
        struct ty_type *owner = m->owner ? m->owner : im->ty->t_object;

        if (!home_init(im, &im->args[at++], owner->is_value_type ? ty_byref(im->ty, owner) : owner))
            return false;
    }
    for (uint32_t i = 0; i < sig->param_count; i++)
        if (!home_init(im, &im->args[at++], sig->params[i]))
            return false;
    im->ret = sig->ret;
    return true;
}

static void
mark(struct il_import *im, bool arg, int64_t index, bool address)
{
    uint32_t count = arg ? im->arg_count : im->local_count;
    struct il_home *homes = arg ? im->args : im->locals;

    if ((uint64_t)index >= count)
        return;
    homes[index].written = true;
    if (address)
        homes[index].address_taken = true;
    if (arg && index == 0)
        im->this_written = true;
}

/* Which homes are written or have their address taken, anywhere in the body. */
static void
usage_scan(struct il_import *im)
{
    struct il_insn in;

    for (uint32_t at = 0; il_decode(im->body.code, im->body.size, at, &in); at = in.next) {
        switch (in.op) {
        case IL_CEE_ldarga:
        case IL_CEE_ldarga_s:
            mark(im, true, in.i, true);
            break;
        case IL_CEE_starg:
        case IL_CEE_starg_s:
            mark(im, true, in.i, false);
            break;
        case IL_CEE_ldloca:
        case IL_CEE_ldloca_s:
            mark(im, false, in.i, true);
            break;
        default:
            break;
        }
    }
}

static uint32_t
place(struct il_import *im, uint32_t size, uint32_t align)
{
    uint32_t at = (im->frame_size + align - 1) / align * align;

    im->frame_size = at + size;
    return at;
}

/* Offsets in the shared frame; word 0 is the generic context (or `this`). */
static void
frame_layout(struct il_import *im)
{
    im->frame_size = 8;
    for (uint32_t i = 0; i < im->arg_count; i++)
        im->args[i].frame_offset = place(im, il_size_of(im, im->args[i].type), il_align_of(im, im->args[i].type));
    for (uint32_t i = 0; i < im->local_count; i++)
        im->locals[i].frame_offset = place(im, il_size_of(im, im->locals[i].type), il_align_of(im, im->locals[i].type));
}

bool
il_homes_make(struct il_import *im)
{
    if (!args_make(im))
        return false;
    im->local_count = im->body.local_count;
    im->locals = arena_array(im->arena, im->local_count + 1u, sizeof *im->locals);
    for (uint32_t i = 0; i < im->local_count; i++) {
        if (!home_init(im, &im->locals[i], im->body.locals[i]))
            return false;
        im->locals[i].pinned = im->body.pinned && im->body.pinned[i];
    }
    usage_scan(im);
    frame_layout(im);
    return !im->failed;
}

static void
home_place(struct il_import *im, struct il_home *h)
{
    if (im->frame)
        h->at = cg_offset(im->fn, im->frame, h->frame_offset);
    else
        h->at = cg_alloca(im->fn, il_size_of(im, h->type), il_align_of(im, h->type));
}

static void
arg_store(struct il_import *im, struct il_home *h, uint32_t index)
{
    if (h->kind != IL_STRUCT) {
        home_place(im, h);
        cg_store(im->fn, h->cg, h->at, cg_arg(im->fn, index), CG_MEM_PLAIN);
        return;
    }
    if (!im->frame) { /* the callee owns its copy */
        h->at = cg_arg_address(im->fn, index);
        return;
    }
    home_place(im, h);
    cg_copy(im->fn, h->at, cg_arg_address(im->fn, index), il_size_of(im, h->type), il_align_of(im, h->type));
}

static void
args_emit(struct il_import *im)
{
    bool hidden = im->context == TY_CTX_MT || im->context == TY_CTX_METHOD;
    uint32_t index = 0;

    if (im->context != TY_CTX_NONE)
        im->context_home = im->frame ? im->frame : cg_alloca(im->fn, 8, 8);
    for (uint32_t i = 0; i < im->arg_count; i++) {
        if (hidden && i == (im->has_this ? 1u : 0u))
            index++;
        arg_store(im, &im->args[i], index++);
    }
    if (hidden)
        cg_store(im->fn, CG_PTR, im->context_home, cg_arg(im->fn, im->has_this ? 1 : 0), CG_MEM_PLAIN);
    else if (im->context == TY_CTX_THIS)
        cg_store(im->fn, CG_PTR, im->context_home, cg_arg(im->fn, 0), CG_MEM_PLAIN);
}

static void
local_clear(struct il_import *im, struct il_home *h)
{
    if (h->kind == IL_STRUCT)
        cg_zero(im->fn, h->at, il_size_of(im, h->type), il_align_of(im, h->type));
    else if (h->cg == CG_F32)
        cg_store(im->fn, h->cg, h->at, cg_f32(im->fn, 0), CG_MEM_PLAIN);
    else if (h->cg == CG_F64)
        cg_store(im->fn, h->cg, h->at, cg_f64(im->fn, 0), CG_MEM_PLAIN);
    else if (h->cg == CG_PTR)
        cg_store(im->fn, h->cg, h->at, cg_null(im->fn), CG_MEM_PLAIN);
    else
        cg_store(im->fn, h->cg, h->at, cg_int(im->fn, h->cg, 0), CG_MEM_PLAIN);
}

/* References start as null in every local, also where the method does not ask for zeros: a struct whose fields are only
 * partly set may be copied into the heap (the state machine of an async method). */
static bool
starts_clear(struct il_import *im, const struct il_home *h)
{
    const struct ty_layout *l;

    if (im->body.init_locals || h->pinned)
        return true;
    if (im->body.is_native)
        return false;
    if (h->kind != IL_STRUCT)
        return h->kind == IL_REF || h->kind == IL_BYREF;
    l = ty_layout_of(im->ty, h->type);
    return !l || l->has_refs;
}

/* A filter function finds all homes through its frame argument. */
static void
filter_homes(struct il_import *im)
{
    im->frame = cg_arg(im->fn, 0);
    im->context_home = im->frame;
    for (uint32_t i = 0; i < im->arg_count; i++)
        home_place(im, &im->args[i]);
    for (uint32_t i = 0; i < im->local_count; i++)
        home_place(im, &im->locals[i]);
}

void
il_homes_emit(struct il_import *im)
{
    if (!im->fn)
        return;
    if (im->in_filter) {
        filter_homes(im);
        return;
    }
    if (im->info->has_filters)
        im->frame = cg_alloca(im->fn, im->frame_size, 16);
    args_emit(im);
    for (uint32_t i = 0; i < im->local_count; i++) {
        home_place(im, &im->locals[i]);
        if (starts_clear(im, &im->locals[i]))
            local_clear(im, &im->locals[i]);
    }
}

/* Block-local knowledge ends with the block. */
void
il_homes_forget(struct il_import *im)
{
    for (uint32_t i = 0; i < im->local_count; i++)
        im->locals[i].fact.fact = IL_FACT_NONE;
    for (uint32_t i = 0; i < im->arg_count; i++)
        im->args[i].fact.fact = IL_FACT_NONE;
    im->cctors_done.count = 0;
}
