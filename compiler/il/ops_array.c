/* compiler/il/ops_array.c - newarr, ldlen, ldelem, ldelema, stelem (ECMA-335 III.4.7-4.9, 4.12, 4.20, 4.26).
 * One-dimensional zero-based arrays: uint32 length at 8, elements at 16. */
#include "compiler/il/il_priv.h"

enum { ARRAY_LENGTH = 8, ARRAY_DATA = 16 };

static cg_value
load_length(struct il_import *im, cg_value array)
{
    return cg_load(im->fn, CG_I32, cg_offset_inside(im->fn, array, ARRAY_LENGTH), CG_MEM_INVARIANT);
}

/* The element type that the static type of the array promises, or NULL. */
static struct ty_type *
static_element(const struct il_value *array)
{
    return array->type && array->type->form == TY_FORM_SZARRAY ? array->type->param : NULL;
}

/* Null check, bounds check, address. */
static cg_value
element_address(struct il_import *im, const struct il_value *array, const struct il_value *index, uint32_t size)
{
    cg_value a = il_null_check(im, array), length = load_length(im, a), i;

    if (index->kind == IL_I4) {
        i = il_use_as(im, index, CG_I32);
        il_throw_if(im, cg_compare(im->fn, CG_UGE, i, length), IL_THROW_RANGE);
        i = cg_int_cast(im->fn, i, CG_I64, false);
    } else {
        i = il_use_as(im, index, CG_I64);
        il_throw_if(im, cg_compare(im->fn, CG_UGE, i, cg_int_cast(im->fn, length, CG_I64, false)), IL_THROW_RANGE);
    }
    return cg_index_inside(im->fn, cg_offset_inside(im->fn, a, ARRAY_DATA), i, size);
}

static bool
check_array(struct il_import *im, const struct il_value *array, const struct il_value *index)
{
    if (array->kind == IL_REF && (!index || index->kind == IL_I4 || index->kind == IL_I || index->kind == IL_PTR))
        return true;
    il_invalid(im, "an array instruction without an array or an index");
    return false;
}

/* ---- newarr, ldlen ----------------------------------------------------------------------------------- */

static void
new_array(struct il_import *im)
{
    static const enum cg_type types[] = {CG_PTR, CG_I64};
    struct ty_type *open = il_token_type(im, (uint32_t)im->insn.i), *closed;
    struct il_value length = il_pop(im), result = {.kind = IL_REF, .exact = true, .nonnull = true};
    cg_value args[2];

    if (!open || im->failed)
        return;
    closed = il_close(im, open);
    if (!closed)
        return;
    if (closed->element == TY_EL_VOID || closed->form == TY_FORM_BYREF || (closed->def && closed->def->is_byref_like)) {
        il_fail_with(im, TY_FAIL_TYPE_LOAD, "an array of void, byrefs or ref structs");
        return;
    }
    args[0] = il_type_ref(im, REF_TYPE_NEW, ty_array(im->ty, open));
    args[1] = length.kind == IL_I4 ? cg_int_cast(im->fn, il_use_as(im, &length, CG_I32), CG_I64, true) : il_use_as(im, &length, CG_I64);
    result.type = ty_array(im->ty, closed);
    result.v = il_call_engine(im, "RhpNewArray", CG_PTR, types, args, 2, CG_CALL_NEW);
    il_push(im, &result);
}

static void
length(struct il_import *im)
{
    struct il_value array = il_pop(im);
    cg_value n;

    if (!check_array(im, &array, NULL))
        return;
    n = load_length(im, il_null_check(im, &array));
    il_push_kind(im, IL_I, cg_int_cast(im->fn, n, CG_I64, false));
}

/* ---- loads ----------------------------------------------------------------------------------------------- */

static void
load_element(struct il_import *im, struct ty_type *closed)
{
    struct il_value index = il_pop(im), array = il_pop(im);
    cg_value at;

    if (!closed || im->failed || !check_array(im, &array, &index))
        return;
    at = element_address(im, &array, &index, il_size_of(im, closed));
    il_load_push(im, closed, at, CG_MEM_PLAIN);
}

static void
load_ref(struct il_import *im)
{
    const struct il_value *array = il_peek(im, 1);
    struct ty_type *element = array ? static_element(array) : NULL;

    load_element(im, element && ty_is_ref(element) ? element : im->ty->t_object);
}

/* Element references of a class other than sealed ones need the array's exact element type. */
static bool
needs_type_check(struct il_import *im, struct ty_type *closed)
{
    return ty_is_ref(closed) && !im->prefix.is_readonly && !il_is_exact_type(closed);
}

static void
element_reference(struct il_import *im)
{
    struct ty_type *open = il_token_type(im, (uint32_t)im->insn.i), *closed = open ? il_close(im, open) : NULL;
    struct il_value index = il_pop(im), array = il_pop(im), result = {.kind = IL_BYREF, .nonnull = true};
    cg_value args[3];

    if (!closed || im->failed || !check_array(im, &array, &index))
        return;
    result.readonly = im->prefix.is_readonly;
    result.type = ty_byref(im->ty, closed);
    if (needs_type_check(im, closed)) {
        args[0] = il_null_check(im, &array);
        args[1] = il_use_as(im, &index, CG_I64);
        args[2] = il_type_ref(im, REF_TYPE, open);
        result.v = il_call_helper(im, IL_HELPER_LDELEMA_REF, args);
    } else {
        result.v = element_address(im, &array, &index, il_size_of(im, closed));
    }
    il_push(im, &result);
}

/* ---- stores ------------------------------------------------------------------------------------------------- */

static void
store_checked(struct il_import *im, const struct il_value *array, const struct il_value *index, const struct il_value *v)
{
    cg_value args[3];

    args[0] = il_use_as(im, array, CG_PTR);
    args[1] = il_use_as(im, index, CG_I64);
    args[2] = il_use_as(im, v, CG_PTR);
    il_call_helper(im, IL_HELPER_STELEM_REF, args);
}

static void
store_element(struct il_import *im, struct ty_type *closed)
{
    struct il_value v = il_pop(im), index = il_pop(im), array = il_pop(im);
    struct ty_type *element;
    cg_value at;

    if (!closed || im->failed || !check_array(im, &array, &index))
        return;
    element = static_element(&array);
    if (ty_is_ref(closed) && v.fact != IL_FACT_NULL && !(element && il_is_exact_type(element))) {
        store_checked(im, &array, &index, &v);
        return;
    }
    at = element_address(im, &array, &index, il_size_of(im, closed));
    il_store(im, closed, il_use_as(im, &array, CG_PTR), at, &v, CG_MEM_PLAIN, true);
}

/* ---- dispatch --------------------------------------------------------------------------------------------------- */

static struct ty_type *
primitive_of(struct il_import *im)
{
    struct ty_context *ty = im->ty;

    switch (im->insn.op) {
    case IL_CEE_ldelem_i1:
    case IL_CEE_stelem_i1:
        return ty->t_i1;
    case IL_CEE_ldelem_u1:
        return ty->t_u1;
    case IL_CEE_ldelem_i2:
    case IL_CEE_stelem_i2:
        return ty->t_i2;
    case IL_CEE_ldelem_u2:
        return ty->t_u2;
    case IL_CEE_ldelem_i4:
    case IL_CEE_stelem_i4:
        return ty->t_i4;
    case IL_CEE_ldelem_u4:
        return ty->t_u4;
    case IL_CEE_ldelem_i8:
    case IL_CEE_stelem_i8:
        return ty->t_i8;
    case IL_CEE_ldelem_i:
    case IL_CEE_stelem_i:
        return ty->t_i;
    case IL_CEE_ldelem_r4:
    case IL_CEE_stelem_r4:
        return ty->t_r4;
    case IL_CEE_ldelem_r8:
    case IL_CEE_stelem_r8:
        return ty->t_r8;
    default:
        return NULL;
    }
}

static struct ty_type *
token_closed(struct il_import *im)
{
    struct ty_type *open = il_token_type(im, (uint32_t)im->insn.i);

    return open ? il_close(im, open) : NULL;
}

bool
il_op_array(struct il_import *im)
{
    struct ty_type *primitive = primitive_of(im);

    switch (im->insn.op) {
    case IL_CEE_newarr:
        new_array(im);
        return true;
    case IL_CEE_ldlen:
        length(im);
        return true;
    case IL_CEE_ldelema:
        element_reference(im);
        return true;
    case IL_CEE_ldelem:
        load_element(im, token_closed(im));
        return true;
    case IL_CEE_ldelem_ref:
        load_ref(im);
        return true;
    case IL_CEE_stelem:
        store_element(im, token_closed(im));
        return true;
    case IL_CEE_stelem_ref:
        store_element(im, im->ty->t_object);
        return true;
    default:
        break;
    }
    if (!primitive)
        return false;
    if (im->insn.op >= IL_CEE_stelem_i && im->insn.op <= IL_CEE_stelem_r8)
        store_element(im, primitive);
    else
        load_element(im, primitive);
    return true;
}
