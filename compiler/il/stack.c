/* compiler/il/stack.c - the evaluation stack and conversions between stack and storage.
 * Invariant: a STRUCT on the stack is an address whose contents do not change while it is there
 * (aliases of locals are copied before the local is written). */
#include "compiler/il/il_priv.h"

#include <string.h>

enum il_kind
il_kind_of(const struct ty_type *t)
{
    switch (t->form) {
    case TY_FORM_POINTER:
    case TY_FORM_FNPTR:
        return IL_PTR;
    case TY_FORM_BYREF:
        return IL_BYREF;
    case TY_FORM_DEF:
    case TY_FORM_OPEN_DEF:
    case TY_FORM_SZARRAY:
    case TY_FORM_MDARRAY:
    case TY_FORM_TYPE_VAR:
    case TY_FORM_METHOD_VAR:
        break;
    }
    if (t->element == TY_EL_VOID)
        return IL_VOID;
    if (!t->is_value_type)
        return IL_REF;
    switch ((int)t->element) {
    case TY_EL_BOOL:
    case TY_EL_CHAR:
    case TY_EL_I1:
    case TY_EL_U1:
    case TY_EL_I2:
    case TY_EL_U2:
    case TY_EL_I4:
    case TY_EL_U4:
        return IL_I4;
    case TY_EL_I8:
    case TY_EL_U8:
        return IL_I8;
    case TY_EL_I:
    case TY_EL_U:
        return IL_I;
    case TY_EL_R4:
        return IL_F4;
    case TY_EL_R8:
        return IL_F8;
    default:
        return IL_STRUCT;
    }
}

enum cg_type
il_storage(const struct ty_type *t)
{
    switch (il_kind_of(t)) {
    case IL_I4:
        if (t->element == TY_EL_BOOL || t->element == TY_EL_I1 || t->element == TY_EL_U1)
            return CG_I8;
        return t->element == TY_EL_I4 || t->element == TY_EL_U4 ? CG_I32 : CG_I16;
    case IL_I8:
    case IL_I:
        return CG_I64;
    case IL_F4:
        return CG_F32;
    case IL_F8:
        return CG_F64;
    case IL_REF:
    case IL_BYREF:
    case IL_PTR:
        return CG_PTR;
    case IL_STRUCT:
        return CG_STRUCT;
    case IL_VOID:
        break;
    }
    return CG_VOID;
}

bool
il_is_signed(const struct ty_type *t)
{
    switch ((int)t->element) {
    case TY_EL_I1:
    case TY_EL_I2:
    case TY_EL_I4:
    case TY_EL_I8:
    case TY_EL_I:
        return true;
    default:
        return false;
    }
}

enum cg_type
il_kind_cg(enum il_kind kind)
{
    switch (kind) {
    case IL_I4:
        return CG_I32;
    case IL_I8:
    case IL_I:
        return CG_I64;
    case IL_F4:
        return CG_F32;
    case IL_F8:
        return CG_F64;
    case IL_REF:
    case IL_BYREF:
    case IL_PTR:
        return CG_PTR;
    case IL_STRUCT:
        return CG_STRUCT;
    case IL_VOID:
        break;
    }
    return CG_VOID;
}

static const struct ty_layout *
layout(struct il_import *im, struct ty_type *closed)
{
    const struct ty_layout *l = ty_layout_of(im->ty, closed);

    if (!l)
        il_fail(im);
    return l;
}

uint32_t
il_size_of(struct il_import *im, struct ty_type *closed)
{
    const struct ty_layout *l;

    switch (il_storage(closed)) {
    case CG_I8:
        return 1;
    case CG_I16:
        return 2;
    case CG_I32:
    case CG_F32:
        return 4;
    case CG_VOID:
    case CG_I1:
    case CG_I64:
    case CG_F64:
    case CG_PTR:
        return 8;
    case CG_STRUCT:
        break;
    }
    l = layout(im, closed);
    return l ? l->size : 8;
}

uint32_t
il_align_of(struct il_import *im, struct ty_type *closed)
{
    const struct ty_layout *l;

    if (il_storage(closed) != CG_STRUCT)
        return il_size_of(im, closed);
    l = layout(im, closed);
    return l && l->align ? l->align : 8;
}

cg_value
il_temp(struct il_import *im, struct ty_type *closed)
{
    return cg_alloca(im->fn, il_size_of(im, closed), il_align_of(im, closed));
}

/* ---- pushing and popping -------------------------------------------------------------------------------- */

enum { STACK_LIMIT = 1 << 14 };

void
il_push(struct il_import *im, const struct il_value *v)
{
    if (im->depth == im->capacity) {
        uint32_t capacity = im->capacity ? im->capacity * 2 : 16;
        struct il_value *more = arena_array(im->arena, capacity, sizeof *more);

        if (capacity > STACK_LIMIT) {
            il_invalid(im, "the evaluation stack grows without end");
            return;
        }
        if (im->depth)
            memcpy(more, im->stack, im->depth * sizeof *more);
        im->stack = more;
        im->capacity = capacity;
    }
    im->stack[im->depth++] = *v;
}

struct il_value
il_pop(struct il_import *im)
{
    struct il_value zero = {.kind = IL_I4, .fact = IL_FACT_INT};

    if (im->depth)
        return im->stack[--im->depth];
    il_invalid(im, "stack underflow");
    return zero;
}

struct il_value *
il_peek(struct il_import *im, uint32_t depth)
{
    return depth < im->depth ? &im->stack[im->depth - 1 - depth] : NULL;
}

void
il_push_kind(struct il_import *im, enum il_kind kind, cg_value v)
{
    struct il_value x = {.kind = kind, .v = v};

    il_push(im, &x);
}

void
il_push_i4(struct il_import *im, cg_value v)
{
    il_push_kind(im, IL_I4, v);
}

void
il_push_const(struct il_import *im, enum il_kind kind, int64_t i)
{
    struct il_value x = {.kind = kind, .fact = IL_FACT_INT, .i = i};

    if (kind == IL_I4)
        x.i = (int32_t)i;
    il_push(im, &x);
}

void
il_push_bool(struct il_import *im, cg_value i1)
{
    il_push_i4(im, cg_int_cast(im->fn, i1, CG_I32, false));
}

void
il_push_null(struct il_import *im)
{
    struct il_value x = {.kind = IL_REF, .fact = IL_FACT_NULL};

    il_push(im, &x);
}

bool
il_is_exact_type(const struct ty_type *t)
{
    if (t->is_canon)
        return false;
    if (t->form == TY_FORM_SZARRAY)
        return t->param->is_value_type || (t->param->form == TY_FORM_DEF && il_is_exact_type(t->param));
    return t->form == TY_FORM_DEF && (t->is_value_type || (t->def->is_sealed && !t->def->has_variance));
}

void
il_push_typed(struct il_import *im, struct ty_type *type, cg_value v)
{
    struct il_value x = {.kind = il_kind_of(type), .type = type, .v = v};

    if (x.kind == IL_VOID)
        return;
    il_push(im, &x);
}

void
il_push_type_handle(struct il_import *im, enum il_fact fact, struct ty_type *open)
{
    struct il_value x = {.fact = fact, .open = open, .nonnull = true};

    if (fact == IL_FACT_RUNTIME_TYPE) {
        x.kind = IL_REF;
        x.type = il_core_type(im->il, "System.RuntimeType");
        x.exact = true;
    } else {
        x.kind = IL_STRUCT;
        x.type = il_core_type(im->il, "System.RuntimeTypeHandle");
    }
    il_push(im, &x);
}

bool
il_is_const(const struct il_value *v, int64_t *i)
{
    if (v->fact == IL_FACT_NULL) {
        *i = 0;
        return true;
    }
    if (v->fact != IL_FACT_INT)
        return false;
    *i = v->i;
    return true;
}

/* ---- code for facts --------------------------------------------------------------------------------------- */

static cg_value
constant(struct il_import *im, const struct il_value *v)
{
    enum cg_type t = il_kind_cg(v->kind);

    if (t == CG_PTR)
        return v->i ? cg_int_to_ptr(im->fn, cg_int(im->fn, CG_I64, v->i)) : cg_null(im->fn);
    return cg_int(im->fn, t, v->i);
}

static cg_value
in_handle(struct il_import *im, cg_value pointer)
{
    cg_value temp = cg_alloca(im->fn, 8, 8);

    cg_store(im->fn, CG_PTR, temp, pointer, CG_MEM_PLAIN);
    return temp;
}

static cg_value
method_pointer(struct il_import *im, const struct il_value *v)
{
    struct ref ref = {.kind = REF_METHOD_PTR, .method = v->method};

    ty_method_attributes_load(im->ty, v->method->def);
    if (v->is_virtual)
        return v->v;
    if (v->open) {
        ref.kind = REF_METHOD_CONSTRAINED;
        ref.type = v->open;
    } else if (v->method->def->is_unmanaged_callers_only) {
        ref.kind = REF_METHOD_NATIVE;
    }
    return il_ref(im, &ref);
}

static cg_value
handle_of(struct il_import *im, enum il_helper h, const struct ref *ref, struct ty_type *type)
{
    cg_value cell = il_ref(im, ref);
    struct ty_method *m = il_helper(im->il, h);
    const struct cg_sig *sig = il_managed_sig(im->il, m);
    cg_value temp = il_temp(im, type), result = il_call_core(im, m, &cell, 0);

    cg_store(im->fn, sig->ret.type == CG_STRUCT ? CG_PTR : sig->ret.type, temp,
             sig->ret.type == CG_STRUCT ? cg_load(im->fn, CG_PTR, result, CG_MEM_PLAIN) : result, CG_MEM_PLAIN);
    return temp;
}

static cg_value
default_comparer(struct il_import *im, struct ty_method *getter)
{
    cg_value context = NULL;

    if (ty_method_context(im->ty, ty_method_canon(im->ty, getter)) == TY_CTX_MT)
        context = il_type_ref(im, REF_TYPE_CONTEXT, getter->owner);
    im->makes_calls = true;
    return il_call_core(im, getter, &context, 0);
}

cg_value
il_use(struct il_import *im, const struct il_value *v)
{
    struct ref ref = {.field = v->field};

    switch (v->fact) {
    case IL_FACT_NONE:
    case IL_FACT_LOCAL:
        return v->v;
    case IL_FACT_INT:
        return constant(im, v);
    case IL_FACT_NULL:
        return cg_null(im->fn);
    case IL_FACT_TYPE_HANDLE:
        if (v->kind == IL_STRUCT)
            return in_handle(im, il_type_ref(im, REF_TYPE, v->open));
        return il_type_ref(im, REF_TYPE, v->open);
    case IL_FACT_RUNTIME_TYPE:
        return il_runtime_type(im, v->open);
    case IL_FACT_METHOD:
        return method_pointer(im, v);
    case IL_FACT_COMPARER:
        return default_comparer(im, v->method);
    case IL_FACT_FIELD_HANDLE:
        ref.kind = REF_FIELD_HANDLE;
        return handle_of(im, IL_HELPER_FIELD_HANDLE, &ref, v->type);
    case IL_FACT_METHOD_HANDLE:
        ref.kind = REF_METHOD_HANDLE;
        ref.method = v->method;
        return handle_of(im, IL_HELPER_METHOD_HANDLE, &ref, v->type);
    }
    return NULL;
}

cg_value
il_use_as(struct il_import *im, const struct il_value *v, enum cg_type t)
{
    enum cg_type from = il_kind_cg(v->kind);
    cg_value x;

    if (v->fact == IL_FACT_INT && (t == CG_I32 || t == CG_I64))
        return cg_int(im->fn, t, t == CG_I32 ? (int32_t)v->i : v->i);
    x = il_use(im, v);
    if (from == t)
        return x;
    if ((from == CG_F32 || from == CG_F64) && (t == CG_F32 || t == CG_F64))
        return cg_float_cast(im->fn, x, t);
    if (from == CG_STRUCT || t == CG_STRUCT || from == CG_F32 || from == CG_F64 || t == CG_F32 || t == CG_F64) {
        il_invalid(im, "operands of unlike kinds");
        return x;
    }
    if (t == CG_PTR)
        return cg_int_to_ptr(im->fn, from == CG_I32 ? cg_int_cast(im->fn, x, CG_I64, true) : x);
    if (from == CG_PTR)
        x = cg_ptr_to_int(im->fn, x);
    return cg_int_cast(im->fn, x, t, true);
}

static bool
same_shape(struct il_import *im, struct ty_type *a, struct ty_type *b)
{
    return a == b || il_size_of(im, a) == il_size_of(im, b);
}

cg_value
il_coerce(struct il_import *im, const struct il_value *v, struct ty_type *to)
{
    enum cg_type t = il_kind_cg(il_kind_of(to));

    if (t == CG_VOID) {
        il_invalid(im, "a value is stored as void");
        return NULL;
    }
    if (t != CG_STRUCT) {
        if (v->kind == IL_STRUCT && v->type && il_size_of(im, v->type) == il_size_of(im, to)) /* enum-like wrappers */
            return cg_load(im->fn, t, il_use(im, v), CG_MEM_PLAIN);
        return il_use_as(im, v, t);
    }
    if (v->kind == IL_STRUCT) {
        if (v->type && !same_shape(im, v->type, to))
            il_invalid(im, "a struct of another type is stored");
        return il_use(im, v);
    }
    if (v->type && v->kind == il_kind_of(v->type) && v->type->is_value_type &&
        il_size_of(im, v->type) == il_size_of(im, to)) {
        cg_value temp = il_temp(im, to);

        cg_store(im->fn, il_storage(v->type), temp, il_use(im, v), CG_MEM_PLAIN);
        return temp;
    }
    /* Runtime handles are one pointer; bodies of the library treat them as native ints. */
    if (il_size_of(im, to) == 8 && (v->kind == IL_I || v->kind == IL_PTR || v->kind == IL_I8)) {
        cg_value temp = il_temp(im, to);

        cg_store(im->fn, il_kind_cg(v->kind), temp, il_use(im, v), CG_MEM_PLAIN);
        return temp;
    }
    il_invalid(im, "a scalar is stored as a struct");
    return il_temp(im, to);
}
