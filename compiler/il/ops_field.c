/* compiler/il/ops_field.c - ldfld, ldflda, stfld and their static twins (ECMA-335 III.4.10-11,
 * 4.14-15, 4.28, 4.30). */
#include "compiler/il/il_priv.h"

static struct ty_field *
operand(struct il_import *im, struct ty_field **closed)
{
    struct ty_field *open = il_token_field(im, (uint32_t)im->insn.i);

    *closed = open ? il_close_field(im, open) : NULL;
    if (*closed && !ty_layout_of(im->ty, (*closed)->owner)) {
        il_fail(im);
        *closed = NULL;
    }
    return *closed ? open : NULL;
}

/* Only fields of packed and explicit layouts can lie askew in an aligned object. */
static unsigned
mem_of(struct il_import *im, const struct ty_field *closed, const struct il_value *base)
{
    const struct ty_def *def = closed->def->owner;

    if (im->prefix.is_volatile)
        return CG_MEM_VOLATILE;
    if (def->pack || def->is_explicit_layout || im->prefix.unaligned || base->kind == IL_PTR || base->kind == IL_I ||
        (base->kind == IL_BYREF && base->fact != IL_FACT_LOCAL))
        return CG_MEM_UNALIGNED;
    return CG_MEM_PLAIN;
}

/* Address of an instance field; *object is the containing object when there is one. */
static cg_value
address(struct il_import *im, struct ty_field *closed, const struct il_value *base, cg_value *object)
{
    uint32_t offset = ty_field_offset(im->ty, closed);
    cg_value p;

    *object = NULL;
    if (base->kind == IL_STRUCT) {
        p = il_use(im, base);
    } else if (base->kind == IL_F4 || base->kind == IL_F8) {
        il_invalid(im, "a field of a number");
        return NULL;
    } else {
        p = il_null_check(im, base);
    }
    if (base->kind == IL_REF) {
        *object = p;
        if (closed->owner->is_value_type) /* a boxed value: fields follow the MethodTable */
            offset += 8;
        return cg_offset_inside(im->fn, p, offset);
    }
    return cg_offset(im->fn, p, offset);
}

static void
load_static(struct il_import *im, struct ty_field *open, struct ty_field *closed)
{
    struct il_value constant = {0};
    cg_value p;

    if (il_constant_field(im, closed, &constant)) {
        il_push(im, &constant);
        return;
    }
    p = il_static_address(im, open);
    if (!im->failed)
        il_load_push(im, closed->type, p, im->prefix.is_volatile ? (unsigned)CG_MEM_VOLATILE : (unsigned)CG_MEM_PLAIN);
}

static void
load_field(struct il_import *im)
{
    struct ty_field *closed, *open = operand(im, &closed);
    struct il_value base = il_pop(im);
    cg_value p, object;

    if (!open || im->failed)
        return;
    if (closed->def->is_static) {
        load_static(im, open, closed);
        return;
    }
    if (base.type == closed->owner && base.kind == il_kind_of(closed->owner) && base.kind != IL_STRUCT &&
        base.kind != IL_REF) { /* the one field of a primitive type, of its value */
        il_push_typed(im, closed->type, il_coerce(im, &base, closed->type));
        return;
    }
    p = address(im, closed, &base, &object);
    if (!im->failed)
        il_load_push(im, closed->type, p, mem_of(im, closed, &base));
}

static void
load_field_address(struct il_import *im)
{
    struct ty_field *closed, *open = operand(im, &closed);
    struct il_value base = il_pop(im), r = {.kind = IL_BYREF, .nonnull = true};
    cg_value object;

    if (!open || im->failed)
        return;
    if (closed->def->is_static) {
        r.v = il_static_address(im, open);
    } else {
        if (base.kind == IL_PTR || base.kind == IL_I) {
            r.kind = IL_PTR;
            r.nonnull = false;
        }
        r.v = address(im, closed, &base, &object);
    }
    r.type = r.kind == IL_BYREF && closed->type->form != TY_FORM_BYREF ? ty_byref(im->ty, closed->type) : NULL;
    il_push(im, &r);
}

static void
store_static(struct il_import *im, struct ty_field *open, struct ty_field *closed, const struct il_value *v)
{
    cg_value p = il_static_address(im, open);

    if (!im->failed)
        il_store(im, closed->type, NULL, p, v, im->prefix.is_volatile ? (unsigned)CG_MEM_VOLATILE : (unsigned)CG_MEM_PLAIN,
                 true);
}

static void
store_field(struct il_import *im)
{
    struct ty_field *closed, *open = operand(im, &closed);
    struct il_value v = il_pop(im), base = il_pop(im);
    cg_value p, object;

    if (!open || im->failed)
        return;
    if (closed->def->is_static) {
        store_static(im, open, closed, &v);
        return;
    }
    if (base.kind == IL_STRUCT) {
        il_invalid(im, "stfld on a struct value");
        return;
    }
    p = address(im, closed, &base, &object);
    if (!im->failed)
        il_store(im, closed->type, object, p, &v, mem_of(im, closed, &base), base.fact != IL_FACT_LOCAL);
}

static void
op_static(struct il_import *im)
{
    struct ty_field *closed, *open = operand(im, &closed);
    struct il_value v = {0};

    if (im->insn.op == IL_CEE_stsfld)
        v = il_pop(im);
    if (!open || im->failed)
        return;
    if (!closed->def->is_static) {
        il_fail_with(im, TY_FAIL_MISSING_FIELD, "a static access of an instance field");
        return;
    }
    if (im->insn.op == IL_CEE_ldsfld) {
        load_static(im, open, closed);
    } else if (im->insn.op == IL_CEE_stsfld) {
        store_static(im, open, closed, &v);
    } else {
        struct il_value r = {.kind = IL_BYREF, .nonnull = true};

        r.v = il_static_address(im, open);
        r.type = closed->type->form != TY_FORM_BYREF ? ty_byref(im->ty, closed->type) : NULL;
        il_push(im, &r);
    }
}

bool
il_op_field(struct il_import *im)
{
    switch (im->insn.op) {
    case IL_CEE_ldfld:
        load_field(im);
        return true;
    case IL_CEE_ldflda:
        load_field_address(im);
        return true;
    case IL_CEE_stfld:
        store_field(im);
        return true;
    case IL_CEE_ldsfld:
    case IL_CEE_ldsflda:
    case IL_CEE_stsfld:
        op_static(im);
        return true;
    default:
        return false;
    }
}
