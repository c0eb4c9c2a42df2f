/* compiler/il/ops_object.c - casts, boxes, tokens and typed references
 * (ECMA-335 III.4.1, 4.3, 4.6, 4.17, 4.22-23, 4.25, 4.32-33). */
#include "compiler/il/il_priv.h"

/* ---- casts ------------------------------------------------------------------------------------------------------------ */

/* Instances have exactly this MethodTable: equality decides. */
static bool
is_sealed_class(const struct ty_type *t)
{
    return t->form == TY_FORM_DEF && !t->is_canon && t->element != TY_EL_NULLABLE &&
           (t->is_value_type || (t->def->is_sealed && !t->def->has_variance && !t->def->is_interface));
}

/* An ordinary class: the class helpers walk its bases. */
static bool
is_plain_class(const struct ty_type *t)
{
    return t->form == TY_FORM_DEF && !t->is_canon && !t->def->is_interface && t->element != TY_EL_NULLABLE &&
           !t->def->has_variance && t->def->well_known != WK_ARRAY;
}

static bool
is_plain_interface(const struct ty_type *t)
{
    if (t->form != TY_FORM_DEF || t->is_canon || !t->def->is_interface || t->def->has_variance)
        return false;
    return !t->arg_count; /* arrays answer for generic ones */
}

bool
il_cast_known(struct il_import *im, const struct il_value *v, struct ty_type *closed, bool *always)
{
    if (v->kind != IL_REF)
        return false;
    if (v->fact == IL_FACT_NULL) {
        *always = true;
        return true;
    }
    if (closed == im->ty->t_object) {
        *always = true;
        return true;
    }
    if (!v->type || v->type->is_canon || closed->is_canon || v->type->form == TY_FORM_OPEN_DEF)
        return false;
    if (closed->element == TY_EL_NULLABLE)
        closed = closed->args[0];
    if (v->exact) {
        *always = v->type == closed || (!closed->is_value_type && ty_is_assignable(im->ty, v->type, closed));
        return true;
    }
    if (!closed->is_value_type && ty_is_assignable(im->ty, v->type, closed)) {
        *always = true;
        return true;
    }
    /* Two sealed or unrelated classes: no object can be both. */
    if (is_plain_class(v->type) && is_plain_class(closed) && !v->type->is_value_type &&
        !ty_is_subclass(im->ty, closed, v->type)) {
        *always = false;
        return true;
    }
    return false;
}

static enum il_helper
cast_helper(const struct ty_type *closed, bool is_inst)
{
    if (is_plain_class(closed) && !closed->is_value_type)
        return is_inst ? IL_HELPER_IS_CLASS : IL_HELPER_CAST_CLASS;
    if (is_plain_interface(closed))
        return is_inst ? IL_HELPER_IS_INTERFACE : IL_HELPER_CAST_INTERFACE;
    return is_inst ? IL_HELPER_IS_ANY : IL_HELPER_CAST_ANY;
}

static struct il_value
cast_result(const struct il_value *v, struct ty_type *closed, cg_value x, bool is_inst)
{
    struct il_value r = {.kind = IL_REF, .v = x};

    r.type = closed->is_value_type ? (closed->element == TY_EL_NULLABLE ? NULL : closed) : closed;
    r.exact = r.type && (closed->is_value_type || is_sealed_class(closed));
    r.nonnull = !is_inst && v->nonnull;
    if (v->exact && v->type) {
        r.type = v->type;
        r.exact = true;
    }
    return r;
}

/* Fast path inline: null, or the very class; else the helper. */
static void
cast_emit(struct il_import *im, struct ty_type *open, struct ty_type *closed, const struct il_value *v, bool is_inst)
{
    bool sealed = is_sealed_class(closed), fast = is_plain_class(closed);
    cg_value object = il_use_as(im, v, CG_PTR), mt, home, args[2], slow;
    cg_block test, other, done;
    struct il_value r;

    mt = il_type_ref(im, closed->element == TY_EL_NULLABLE ? REF_TYPE_UNWRAPPED : REF_TYPE, open);
    args[0] = mt;
    args[1] = object;
    if (!fast) {
        r = cast_result(v, closed, il_call_helper(im, cast_helper(closed, is_inst), args), is_inst);
        il_push(im, &r);
        return;
    }
    home = cg_alloca(im->fn, 8, 8);
    test = il_new_block(im, "cast");
    other = il_new_block(im, "other");
    done = il_new_block(im, "done");
    cg_store(im->fn, CG_PTR, home, object, CG_MEM_PLAIN);
    cg_cond_br(im->fn, cg_compare(im->fn, CG_EQ, object, cg_null(im->fn)), done, test, CG_EVEN);
    cg_block_set(im->fn, test);
    cg_cond_br(im->fn, cg_compare(im->fn, CG_EQ, il_load_mt(im, object), mt), done, other, CG_EVEN);
    cg_block_set(im->fn, other);
    slow = sealed && is_inst ? cg_null(im->fn) : il_call_helper(im, cast_helper(closed, is_inst), args);
    cg_store(im->fn, CG_PTR, home, slow, CG_MEM_PLAIN);
    cg_br(im->fn, done);
    cg_block_set(im->fn, done);
    r = cast_result(v, closed, cg_load(im->fn, CG_PTR, home, CG_MEM_PLAIN), is_inst);
    il_push(im, &r);
}

static void
cast(struct il_import *im, struct ty_type *open, bool is_inst)
{
    struct ty_type *closed = il_close(im, open);
    struct il_value v = il_pop(im);
    bool always;

    if (!closed || im->failed)
        return;
    if (v.kind != IL_REF) {
        il_invalid(im, "a cast of something that is no object reference");
        return;
    }
    if (il_cast_known(im, &v, closed, &always) && (always || is_inst)) {
        if (always)
            il_push(im, &v);
        else
            il_push_null(im);
        return;
    }
    cast_emit(im, open, closed, &v, is_inst);
}

/* ---- boxes -------------------------------------------------------------------------------------------------------------- */

/* Address of a value that may be a scalar. */
static cg_value
spilled(struct il_import *im, struct ty_type *closed, const struct il_value *v)
{
    cg_value temp, x = il_coerce(im, v, closed);

    if (il_kind_of(closed) == IL_STRUCT)
        return x;
    temp = il_temp(im, closed);
    cg_store(im->fn, il_storage(closed), temp, x, CG_MEM_PLAIN);
    return temp;
}

cg_value
il_box(struct il_import *im, struct ty_type *open, const struct il_value *v)
{
    struct ty_type *closed = il_close(im, open);
    cg_value args[2], object;

    if (!closed)
        return NULL;
    if (!closed->is_value_type)
        return il_use_as(im, v, CG_PTR);
    if (closed->def->is_byref_like) {
        il_invalid(im, "box of a ref struct");
        return NULL;
    }
    if (closed->element == TY_EL_NULLABLE) {
        args[1] = spilled(im, closed, v);
        /* what the helper makes */
        il_type_ref(im, REF_TYPE_NEW,
                    open->arg_count ? open->args[0] : closed->args[0]->is_canon ? open : closed->args[0]);
        args[0] = il_type_ref(im, REF_TYPE, open);
        return il_call_helper(im, IL_HELPER_BOX, args);
    }
    object = il_new_object(im, open);
    il_store(im, closed, object, cg_offset(im->fn, object, 8), v, CG_MEM_PLAIN, true);
    return object;
}

static bool
peek_insn(struct il_import *im, uint32_t at, struct il_insn *out)
{
    return at < im->block->end && il_decode(im->body.code, im->body.size, at, out) && out->next <= im->block->end;
}

static bool
is_null_test(uint32_t op)
{
    return op == IL_CEE_brtrue || op == IL_CEE_brtrue_s || op == IL_CEE_brfalse || op == IL_CEE_brfalse_s;
}

/* Generic code asks questions by boxing: `box T; brtrue`, `box T; isinst C; brtrue`, `box T; ldnull; ceq`.
 * For value types the answer needs no box. Only what is known is consumed here. */
static bool
box_pattern(struct il_import *im, struct ty_type *closed, const struct il_value *v)
{
    struct il_value boxed = {.kind = IL_REF, .type = closed, .exact = true, .nonnull = true};
    struct il_insn next, after;
    struct ty_type *target;
    bool always;

    (void)v;
    if (closed->element == TY_EL_NULLABLE || !peek_insn(im, im->insn.next, &next))
        return false;
    if (is_null_test(next.op)) {
        il_push_const(im, IL_I4, 1);
        return true;
    }
    if (next.op == IL_CEE_isinst && peek_insn(im, next.next, &after) &&
        (is_null_test(after.op) || after.op == IL_CEE_ldnull)) {
        target = il_token_type(im, (uint32_t)next.i);
        target = target ? il_close(im, target) : NULL;
        if (!target || !il_cast_known(im, &boxed, target, &always))
            return false;
        im->insn.next = next.next;
        if (!always) {
            il_push_null(im);
            return true;
        }
        if (!is_null_test(after.op)) {
            im->insn.next = next.offset;
            return false;
        }
        il_push_const(im, IL_I4, 1);
        return true;
    }
    return false;
}

static void
op_box(struct il_import *im)
{
    struct ty_type *open = il_token_type(im, (uint32_t)im->insn.i), *closed = open ? il_close(im, open) : NULL;
    struct il_value v = il_pop(im), r = {.kind = IL_REF, .nonnull = true};
    struct il_insn next;

    if (!closed || im->failed)
        return;
    if (!closed->is_value_type) {
        il_push(im, &v);
        return;
    }
    if (box_pattern(im, closed, &v) || im->failed)
        return;
    if (peek_insn(im, im->insn.next, &next) && next.op == IL_CEE_unbox_any && il_kind_of(closed) == v.kind) {
        struct ty_type *to = il_token_type(im, (uint32_t)next.i);

        if (to && il_close(im, to) == closed) {
            im->insn.next = next.next;
            il_push(im, &v);
            return;
        }
    }
    if (closed->element != TY_EL_NULLABLE) {
        r.type = closed;
        r.exact = !closed->is_canon;
    } else {
        r.nonnull = false;
    }
    r.v = il_box(im, open, &v);
    il_push(im, &r);
}

/* Address of the value in a box, after the type test. */
static cg_value
unbox_address(struct il_import *im, struct ty_type *open, const struct il_value *v)
{
    cg_value object = il_null_check(im, v), mt = il_type_ref(im, REF_TYPE, open), home, args[2];
    cg_block other, done;

    args[0] = mt;
    args[1] = object;
    home = cg_alloca(im->fn, 8, 8);
    other = il_new_block(im, "unbox");
    done = il_new_block(im, "unboxed");
    cg_store(im->fn, CG_PTR, home, cg_offset(im->fn, object, 8), CG_MEM_PLAIN);
    cg_cond_br(im->fn, cg_compare(im->fn, CG_EQ, il_load_mt(im, object), mt), done, other, CG_LIKELY);
    cg_block_set(im->fn, other);
    cg_store(im->fn, CG_PTR, home, il_call_helper(im, IL_HELPER_UNBOX, args), CG_MEM_PLAIN);
    cg_br(im->fn, done);
    cg_block_set(im->fn, done);
    return cg_load(im->fn, CG_PTR, home, CG_MEM_PLAIN);
}

static cg_value
unbox_nullable(struct il_import *im, struct ty_type *open, struct ty_type *closed, const struct il_value *v)
{
    cg_value temp = il_temp(im, closed), args[3];

    args[0] = temp;
    args[1] = il_type_ref(im, REF_TYPE, open);
    args[2] = il_use_as(im, v, CG_PTR);
    il_call_helper(im, IL_HELPER_UNBOX_NULLABLE, args);
    return temp;
}

static void
op_unbox(struct il_import *im, bool any)
{
    struct ty_type *open = il_token_type(im, (uint32_t)im->insn.i), *closed = open ? il_close(im, open) : NULL;
    struct il_value v, r = {.kind = IL_BYREF, .nonnull = true};
    cg_value p;

    if (!closed)
        return;
    if (!closed->is_value_type) {
        if (any)
            cast(im, open, false);
        else
            il_invalid(im, "unbox of a reference type");
        return;
    }
    v = il_pop(im);
    if (im->failed)
        return;
    if (v.kind != IL_REF) {
        il_invalid(im, "unbox of something that is no object reference");
        return;
    }
    p = closed->element == TY_EL_NULLABLE ? unbox_nullable(im, open, closed, &v) : unbox_address(im, open, &v);
    if (any) {
        il_load_push(im, closed, p, CG_MEM_PLAIN);
        return;
    }
    r.type = ty_byref(im->ty, closed);
    r.v = p;
    il_push(im, &r);
}

/* ---- tokens ----------------------------------------------------------------------------------------------------------------- */

static bool
names_field(struct il_import *im, uint32_t token)
{
    struct md_blob sig;

    if (md_token_table(token) == MD_FIELD)
        return true;
    if (md_token_table(token) != MD_MEMBERREF)
        return false;
    sig = md_cell_blob(im->body.assembly->image, MD_MEMBERREF, md_token_row(token), MD_MEMBERREF_SIGNATURE);
    return sig.size && sig.at[0] == 0x06;
}

static void
push_member_handle(struct il_import *im, struct ty_field *field, struct ty_method *method)
{
    struct il_value v = {.kind = IL_STRUCT, .field = field, .method = method};

    v.fact = field ? IL_FACT_FIELD_HANDLE : IL_FACT_METHOD_HANDLE;
    v.type = ty_well_known_type(im->ty, field ? WK_RUNTIME_FIELD_HANDLE : WK_RUNTIME_METHOD_HANDLE);
    if ((field || method) && v.type)
        il_push(im, &v);
}

/* A program's own type may be malformed. */
static bool
is_laid_out(struct il_import *im, struct ty_type *closed)
{
    if (!closed)
        return false;
    if (closed->form != TY_FORM_DEF || closed->def->is_interface || ty_is_library(im->ty, closed->def->assembly) ||
        ty_layout_of(im->ty, closed))
        return true;
    il_fail(im);
    return false;
}

static void
op_ldtoken(struct il_import *im)
{
    uint32_t token = (uint32_t)im->insn.i;
    const struct il_token *t = il_token_special(im, token);
    struct ty_type *type;

    if (t && t->kind == IL_TOKEN_REF) {
        il_push_kind(im, IL_I, cg_ptr_to_int(im->fn, il_ref(im, &t->ref)));
        return;
    }
    if (t ? t->kind == IL_TOKEN_FIELD : names_field(im, token)) {
        push_member_handle(im, il_token_field(im, token), NULL);
        return;
    }
    if (t ? t->kind == IL_TOKEN_METHOD
          : md_token_table(token) == MD_METHODDEF || md_token_table(token) == MD_MEMBERREF ||
                md_token_table(token) == MD_METHODSPEC) {
        push_member_handle(im, NULL, il_token_method(im, token));
        return;
    }
    type = il_token_any_type(im, token);
    if (type && is_laid_out(im, il_close(im, type)))
        il_push_type_handle(im, IL_FACT_TYPE_HANDLE, type);
}

static void
op_sizeof(struct il_import *im)
{
    struct ty_type *open = il_token_type(im, (uint32_t)im->insn.i), *closed = open ? il_close(im, open) : NULL;

    if (closed)
        il_push_const(im, IL_I4, il_size_of(im, closed));
}

/* ---- typed references: { byref, MethodTable } ------------------------------------------------------------------------------------ */

static void
op_mkrefany(struct il_import *im)
{
    struct ty_type *open = il_token_type(im, (uint32_t)im->insn.i), *type = ty_well_known_type(im->ty, WK_TYPED_REFERENCE);
    struct il_value p = il_pop(im);
    cg_value temp;

    if (!open || !type || im->failed) {
        il_fail(im);
        return;
    }
    temp = il_temp(im, type);
    cg_store(im->fn, CG_PTR, temp, il_use_as(im, &p, CG_PTR), CG_MEM_PLAIN);
    cg_store(im->fn, CG_PTR, cg_offset(im->fn, temp, 8), il_type_ref(im, REF_TYPE, open), CG_MEM_PLAIN);
    il_push_typed(im, type, temp);
}

static void
op_refanyval(struct il_import *im)
{
    struct ty_type *open = il_token_type(im, (uint32_t)im->insn.i);
    struct il_value ref = il_pop(im);

    if (!open || im->failed)
        return;
    il_push_type_handle(im, IL_FACT_TYPE_HANDLE, open);
    il_push(im, &ref);
    il_call(im, il_core_method(im->il, "Internal.Runtime.CompilerHelpers.TypedReferenceHelpers", "GetRefAny", 2), 0);
}

static void
op_refanytype(struct il_import *im)
{
    struct ty_type *type = ty_well_known_type(im->ty, WK_RUNTIME_TYPE_HANDLE);
    struct il_value ref = il_pop(im);

    if (ref.kind != IL_STRUCT || im->failed || !type) {
        il_invalid(im, "refanytype of something that is no typed reference");
        return;
    }
    il_load_push(im, type, cg_offset(im->fn, il_use(im, &ref), 8), CG_MEM_PLAIN);
}

bool
il_op_object(struct il_import *im)
{
    struct ty_type *open;
    struct ty_method *ctor;

    switch (im->insn.op) {
    case IL_CEE_newobj:
        ctor = il_token_method(im, (uint32_t)im->insn.i);
        if (ctor)
            il_new_instance(im, ctor);
        return true;
    case IL_CEE_castclass:
    case IL_CEE_isinst:
        open = il_token_type(im, (uint32_t)im->insn.i);
        if (open)
            cast(im, open, im->insn.op == IL_CEE_isinst);
        return true;
    case IL_CEE_box:
        op_box(im);
        return true;
    case IL_CEE_unbox:
    case IL_CEE_unbox_any:
        op_unbox(im, im->insn.op == IL_CEE_unbox_any);
        return true;
    case IL_CEE_ldtoken:
        op_ldtoken(im);
        return true;
    case IL_CEE_sizeof:
        op_sizeof(im);
        return true;
    case IL_CEE_mkrefany:
        op_mkrefany(im);
        return true;
    case IL_CEE_refanyval:
        op_refanyval(im);
        return true;
    case IL_CEE_refanytype:
        op_refanytype(im);
        return true;
    default:
        return false;
    }
}
