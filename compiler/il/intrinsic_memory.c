/* compiler/il/intrinsic_memory.c - Unsafe, spans, strings, array data: addresses and copies. */
#include "compiler/il/intrinsics.h"

#include <string.h>

enum { STRING_LENGTH = 8, STRING_CHARS = 12, ARRAY_DATA = 16, MT_BASE_SIZE = 4 };

/* The method's own type argument. */
static struct ty_type *
argument_type(const struct il_expansion *x, uint32_t index)
{
    return x->closed->args[index];
}

/* What the method returns, as a value of that type. */
static void
push_result(struct il_import *im, const struct il_expansion *x, cg_value v)
{
    il_push_typed(im, x->closed->sig->ret, v);
}

bool
il_expand_as_pointer(struct il_import *im, const struct il_expansion *x)
{
    struct il_value v = il_pop(im);

    push_result(im, x, il_use_as(im, &v, CG_PTR));
    return true;
}

/* As<T>(object) and As<TFrom, TTo>(ref TFrom): the same bits under another type. */
bool
il_expand_unsafe_as(struct il_import *im, const struct il_expansion *x)
{
    struct il_value v = il_pop(im), result = {.type = x->closed->sig->ret};

    if (v.fact == IL_FACT_NULL && x->closed->def->generic_count == 1) {
        il_push(im, &v);
        return true;
    }
    result.v = il_use_as(im, &v, CG_PTR);
    result.kind = il_kind_of(result.type);
    result.nonnull = v.nonnull || v.fact == IL_FACT_LOCAL;
    if (result.kind != IL_REF && result.kind != IL_BYREF && result.kind != IL_PTR) {
        il_invalid(im, "Unsafe.As<T>(object) of a value type");
        return true;
    }
    il_push(im, &result);
    return true;
}

bool
il_expand_as_ref(struct il_import *im, const struct il_expansion *x)
{
    return il_expand_as_pointer(im, x);
}

/* Pointer arithmetic yields a place inside something: no null check of its own. */
static void
mark_place(struct il_import *im)
{
    if (!im->failed && il_peek(im, 0) && il_peek(im, 0)->kind == IL_BYREF)
        il_peek(im, 0)->nonnull = true;
}

bool
il_expand_unsafe_add(struct il_import *im, const struct il_expansion *x)
{
    uint32_t scale = il_size_of(im, argument_type(x, 0));
    struct il_value index = il_pop(im), base = il_pop(im);
    cg_value offset = il_use_as(im, &index, CG_I64);

    if (x->argument)
        offset = cg_un(im->fn, CG_NEG, offset);
    push_result(im, x, cg_index(im->fn, il_use_as(im, &base, CG_PTR), offset, scale));
    mark_place(im);
    return true;
}

bool
il_expand_byte_add(struct il_import *im, const struct il_expansion *x)
{
    struct il_value index = il_pop(im), base = il_pop(im);
    cg_value offset = il_use_as(im, &index, CG_I64);

    if (x->argument)
        offset = cg_un(im->fn, CG_NEG, offset);
    push_result(im, x, cg_index(im->fn, il_use_as(im, &base, CG_PTR), offset, 1));
    mark_place(im);
    return true;
}

bool
il_expand_byte_offset(struct il_import *im, const struct il_expansion *x)
{
    struct il_value target = il_pop(im), origin = il_pop(im);
    cg_value from = cg_ptr_to_int(im->fn, il_use_as(im, &origin, CG_PTR));
    cg_value to = cg_ptr_to_int(im->fn, il_use_as(im, &target, CG_PTR));

    push_result(im, x, cg_bin(im->fn, CG_SUB, to, from));
    return true;
}

bool
il_expand_address_compare(struct il_import *im, const struct il_expansion *x)
{
    struct il_value b = il_pop(im), a = il_pop(im);
    cg_value pa = cg_ptr_to_int(im->fn, il_use_as(im, &a, CG_PTR)), pb = cg_ptr_to_int(im->fn, il_use_as(im, &b, CG_PTR));

    il_push_bool(im, cg_compare(im->fn, (enum cg_cmp)x->argument, pa, pb));
    return true;
}

bool
il_expand_null_ref(struct il_import *im, const struct il_expansion *x)
{
    struct il_value v = {.kind = IL_BYREF, .fact = IL_FACT_INT, .type = x->closed->sig->ret};

    il_push(im, &v);
    return true;
}

bool
il_expand_is_null_ref(struct il_import *im, const struct il_expansion *x)
{
    struct il_value v = il_pop(im);
    int64_t known;

    (void)x;
    if (il_is_const(&v, &known))
        il_push_const(im, IL_I4, known == 0);
    else
        il_push_bool(im, cg_compare(im->fn, CG_EQ, il_use_as(im, &v, CG_PTR), cg_null(im->fn)));
    return true;
}

bool
il_expand_skip_init(struct il_import *im, const struct il_expansion *x)
{
    (void)x;
    il_pop(im);
    return true;
}

bool
il_expand_unsafe_unbox(struct il_import *im, const struct il_expansion *x)
{
    struct il_value object = il_pop(im);
    cg_value args[2];

    args[0] = il_type_ref(im, REF_TYPE, x->open->args[0]);
    args[1] = il_use_as(im, &object, CG_PTR);
    push_result(im, x, il_call_helper(im, IL_HELPER_UNBOX, args));
    return true;
}

/* ---- copies ----------------------------------------------------------------------------------------- */

bool
il_expand_unsafe_copy(struct il_import *im, const struct il_expansion *x)
{
    struct il_value source = il_pop(im), target = il_pop(im), v;

    il_load_push(im, argument_type(x, 0), il_use_as(im, &source, CG_PTR), CG_MEM_UNALIGNED);
    v = il_pop(im);
    il_store(im, argument_type(x, 0), NULL, il_use_as(im, &target, CG_PTR), &v, CG_MEM_UNALIGNED, true);
    return true;
}

/* Sizes are uint. */
static cg_value
block_size(struct il_import *im, const struct il_value *v)
{
    int64_t known;

    if (il_is_const(v, &known))
        return cg_int(im->fn, CG_I64, (int64_t)(uint32_t)known);
    return cg_int_cast(im->fn, il_use_as(im, v, CG_I32), CG_I64, false);
}

bool
il_expand_copy_block(struct il_import *im, const struct il_expansion *x)
{
    struct il_value size = il_pop(im), source = il_pop(im), target = il_pop(im);
    cg_value to = il_use_as(im, &target, CG_PTR), from = il_use_as(im, &source, CG_PTR);

    (void)x;
    cg_copy_dynamic(im->fn, to, from, block_size(im, &size), true);
    return true;
}

bool
il_expand_init_block(struct il_import *im, const struct il_expansion *x)
{
    struct il_value size = il_pop(im), byte = il_pop(im), target = il_pop(im);
    cg_value to = il_use_as(im, &target, CG_PTR), value = il_use_as(im, &byte, CG_I32);

    (void)x;
    cg_fill_dynamic(im->fn, to, value, block_size(im, &size));
    return true;
}

bool
il_expand_unaligned_read(struct il_import *im, const struct il_expansion *x)
{
    struct il_value address = il_pop(im);

    il_load_push(im, argument_type(x, 0), il_use_as(im, &address, CG_PTR), CG_MEM_UNALIGNED);
    return true;
}

bool
il_expand_unaligned_write(struct il_import *im, const struct il_expansion *x)
{
    struct il_value v = il_pop(im), address = il_pop(im);

    il_store(im, argument_type(x, 0), NULL, il_use_as(im, &address, CG_PTR), &v, CG_MEM_UNALIGNED, true);
    return true;
}

bool
il_expand_bit_cast(struct il_import *im, const struct il_expansion *x)
{
    struct ty_type *from = argument_type(x, 0), *to = argument_type(x, 1);
    struct il_value v;
    cg_value at;

    if (!from->is_value_type || !to->is_value_type || il_size_of(im, from) != il_size_of(im, to))
        return false; /* the body throws */
    v = il_pop(im);
    at = il_coerce(im, &v, from);
    if (il_storage(from) != CG_STRUCT) {
        cg_value temp = cg_alloca(im->fn, il_size_of(im, from), il_align_of(im, to) > il_align_of(im, from)
                                                                    ? il_align_of(im, to)
                                                                    : il_align_of(im, from));

        cg_store(im->fn, il_storage(from), temp, at, CG_MEM_PLAIN);
        at = temp;
    }
    il_load_push(im, to, at, CG_MEM_UNALIGNED);
    return true;
}

/* ---- arrays and spans ---------------------------------------------------------------------------------- */

/* Address of the first element of an array whose rank may not be known. */
static cg_value
first_element(struct il_import *im, const struct il_value *array)
{
    cg_value object = il_null_check(im, array), size;

    if (array->type && array->type->form == TY_FORM_SZARRAY)
        return cg_offset(im->fn, object, ARRAY_DATA);
    if (array->type && array->type->form == TY_FORM_MDARRAY)
        return cg_offset(im->fn, object, ARRAY_DATA + 8 * (int64_t)array->type->rank);
    size = cg_load(im->fn, CG_I32, cg_offset(im->fn, il_load_mt(im, object), MT_BASE_SIZE), CG_MEM_INVARIANT);
    return cg_offset(im->fn, cg_index(im->fn, object, cg_int_cast(im->fn, size, CG_I64, false), 1), -8);
}

static cg_value
field_data(struct il_import *im, struct ty_field *field)
{
    struct ref ref = {.kind = REF_RVA, .field = field};

    return il_ref(im, &ref);
}

bool
il_expand_initialize_array(struct il_import *im, const struct il_expansion *x)
{
    const struct il_value *handle = il_peek(im, 0);
    struct ty_field *field;
    struct il_value array;

    (void)x;
    if (!handle || handle->fact != IL_FACT_FIELD_HANDLE || !handle->field->def->has_rva)
        return false;
    field = handle->field;
    il_pop(im);
    array = il_pop(im);
    cg_copy(im->fn, first_element(im, &array), field_data(im, field), il_size_of(im, field->type), 1);
    return true;
}

static uint32_t
span_offset(struct il_import *im, struct ty_type *span, const char *field)
{
    struct ty_field *f = ty_field_named(im->ty, span, field);

    if (f)
        return ty_field_offset(im->ty, f);
    il_fail(im);
    return 0;
}

bool
il_expand_create_span(struct il_import *im, const struct il_expansion *x)
{
    const struct il_value *handle = il_peek(im, 0);
    struct ty_type *span = x->closed->sig->ret;
    uint32_t element = il_size_of(im, argument_type(x, 0));
    struct ty_field *field;
    cg_value temp;

    if (!handle || handle->fact != IL_FACT_FIELD_HANDLE || !handle->field->def->has_rva || !element)
        return false;
    field = handle->field;
    il_pop(im);
    temp = il_temp(im, span);
    cg_store(im->fn, CG_PTR, cg_offset(im->fn, temp, span_offset(im, span, "_reference")), field_data(im, field),
             CG_MEM_PLAIN);
    cg_store(im->fn, CG_I32, cg_offset(im->fn, temp, span_offset(im, span, "_length")),
             cg_int(im->fn, CG_I32, il_size_of(im, field->type) / element), CG_MEM_PLAIN);
    push_result(im, x, temp);
    return true;
}

/* The other overload, for any array, has a body. */
bool
il_expand_array_data(struct il_import *im, const struct il_expansion *x)
{
    struct il_value array, result = {.kind = IL_BYREF, .nonnull = true, .type = x->closed->sig->ret};

    if (x->closed->def->generic_count != 1)
        return false;
    array = il_pop(im);
    result.v = cg_offset(im->fn, il_null_check(im, &array), ARRAY_DATA);
    il_push(im, &result);
    return true;
}

bool
il_expand_string_length(struct il_import *im, const struct il_expansion *x)
{
    struct il_value self = il_pop(im);
    cg_value object = il_null_check(im, &self);

    push_result(im, x, cg_load(im->fn, CG_I32, cg_offset(im->fn, object, STRING_LENGTH), CG_MEM_PLAIN));
    return true;
}

bool
il_expand_string_chars(struct il_import *im, const struct il_expansion *x)
{
    struct il_value index = il_pop(im), self = il_pop(im);
    cg_value object = il_null_check(im, &self), i = il_use_as(im, &index, CG_I32);
    cg_value length = cg_load(im->fn, CG_I32, cg_offset(im->fn, object, STRING_LENGTH), CG_MEM_PLAIN);
    cg_value at;

    il_throw_if(im, cg_compare(im->fn, CG_UGE, i, length), IL_THROW_RANGE);
    at = cg_index(im->fn, cg_offset(im->fn, object, STRING_CHARS), cg_int_cast(im->fn, i, CG_I64, false), 2);
    il_load_push(im, x->closed->sig->ret, at, CG_MEM_PLAIN);
    return true;
}

bool
il_expand_span_length(struct il_import *im, const struct il_expansion *x)
{
    struct il_value self = il_pop(im);
    cg_value at = cg_offset(im->fn, il_use_as(im, &self, CG_PTR), span_offset(im, x->closed->owner, "_length"));

    push_result(im, x, cg_load(im->fn, CG_I32, at, CG_MEM_PLAIN));
    return true;
}

bool
il_expand_span_item(struct il_import *im, const struct il_expansion *x)
{
    struct ty_type *span = x->closed->owner;
    struct il_value index = il_pop(im), self = il_pop(im), result = {.kind = IL_BYREF, .nonnull = true};
    cg_value at = il_use_as(im, &self, CG_PTR), i = il_use_as(im, &index, CG_I32), length, base;

    length = cg_load(im->fn, CG_I32, cg_offset(im->fn, at, span_offset(im, span, "_length")), CG_MEM_PLAIN);
    il_throw_if(im, cg_compare(im->fn, CG_UGE, i, length), IL_THROW_RANGE);
    base = cg_load(im->fn, CG_PTR, cg_offset(im->fn, at, span_offset(im, span, "_reference")), CG_MEM_PLAIN);
    result.type = x->closed->sig->ret;
    result.v = cg_index(im->fn, base, cg_int_cast(im->fn, i, CG_I64, false), il_size_of(im, span->args[0]));
    il_push(im, &result);
    return true;
}

bool
il_expand_keep_alive(struct il_import *im, const struct il_expansion *x)
{
    struct il_value v = il_pop(im);

    (void)x;
    if (v.fact == IL_FACT_NONE)
        cg_keep_alive(im->fn, il_use_as(im, &v, CG_PTR));
    return true;
}

bool
il_expand_debug_break(struct il_import *im, const struct il_expansion *x)
{
    (void)x;
    cg_breakpoint(im->fn);
    return true;
}
