/* compiler/il/statics.c - static fields and the checks that run static constructors
 * (contract/compiler.md 4.3: before-field-init types at the access, others also at entry of static
 * methods and constructors). */
#include "compiler/il/il_priv.h"

/* The check at the method's entry, or the running constructor itself, covers the body. */
static bool
is_covered(struct il_import *im, struct ty_type *closed)
{
    const struct ty_method_def *m = im->method->def;

    if (im->method->owner != closed)
        return false;
    if (m->is_cctor)
        return true;
    return !closed->def->is_before_field_init && (m->is_static || m->is_ctor);
}

/* Once a block is enough: what has run stays run. */
static bool
was_checked(struct il_import *im, struct ty_type *open)
{
    for (size_t i = 0; i < im->cctors_done.count; i++)
        if (im->cctors_done.at[i] == open)
            return true;
    ptr_vec_push(&im->cctors_done, open);
    return false;
}

/* The type's static fields can be laid out: another one than the one at hand may be malformed. */
static bool
has_statics(struct il_import *im, struct ty_type *closed)
{
    if (ty_statics_of(im->ty, closed))
        return true;
    il_fail(im);
    return false;
}

void
il_cctor_run(struct il_import *im, struct ty_type *open)
{
    struct ty_type *closed = il_close(im, open);
    struct ref helper = {.kind = REF_METHOD, .method = il_helper(im->il, IL_HELPER_CCTOR)};
    cg_value context, pending;
    cg_block run, go_on;

    if (!closed || !ty_has_lazy_cctor(im->ty, closed) || was_checked(im, open))
        return;
    if (!has_statics(im, closed))
        return;
    context = il_type_ref(im, REF_CCTOR, open);
    il_need(im, &helper);
    if (!im->fn)
        return;
    pending = cg_load(im->fn, CG_PTR, context, CG_MEM_VOLATILE);
    run = il_new_block(im, "cctor");
    go_on = il_new_block(im, "initialised");
    cg_cond_br(im->fn, cg_compare(im->fn, CG_NE, pending, cg_null(im->fn)), run, go_on, CG_UNLIKELY);
    cg_block_set(im->fn, run);
    il_call_core(im, helper.method, &context, CG_CALL_COLD);
    cg_br(im->fn, go_on);
    cg_block_set(im->fn, go_on);
}

void
il_cctor_check(struct il_import *im, struct ty_type *open)
{
    struct ty_type *closed = il_close(im, open);

    if (closed && !is_covered(im, closed))
        il_cctor_run(im, open);
}

static cg_value
thread_static_base(struct il_import *im, struct ty_type *open)
{
    cg_value cell = il_type_ref(im, REF_THREAD_STATICS, open), args[2];

    args[0] = cg_load(im->fn, CG_PTR, cell, CG_MEM_INVARIANT);
    args[1] = cg_int_cast(im->fn, cg_load(im->fn, CG_I64, cg_offset(im->fn, cell, 8), CG_MEM_INVARIANT), CG_I32, true);
    return cg_offset(im->fn, il_call_helper(im, IL_HELPER_THREAD_STATICS, args), 8);
}

cg_value
il_static_address(struct il_import *im, struct ty_field *open)
{
    struct ty_field *closed = il_close_field(im, open);
    struct ref rva = {.kind = REF_RVA, .field = open};
    cg_value base = NULL;

    if (!closed)
        return NULL;
    if (ty_field_static_kind(im->ty, closed) == TY_STATIC_RVA)
        return il_ref(im, &rva);
    if (!has_statics(im, closed->owner))
        return NULL;
    switch (ty_field_static_kind(im->ty, closed)) {
    case TY_STATIC_RVA:
        break;
    case TY_STATIC_LITERAL:
        il_fail_with(im, TY_FAIL_MISSING_FIELD, "a literal field has no storage");
        return NULL;
    case TY_STATIC_NONGC:
        il_cctor_check(im, open->owner);
        base = il_type_ref(im, REF_NONGC_STATICS, open->owner);
        break;
    case TY_STATIC_GC:
        il_cctor_check(im, open->owner);
        base = il_type_ref(im, REF_GC_STATICS, open->owner);
        break;
    case TY_STATIC_THREAD:
        il_cctor_check(im, open->owner);
        base = thread_static_base(im, open->owner);
        break;
    }
    il_debug_statics(im, closed);
    return cg_offset(im->fn, base, ty_field_offset(im->ty, closed));
}
