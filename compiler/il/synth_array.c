/* compiler/il/synth_array.c - Get, Set and Address of multi-dimensional arrays (contract/compiler.md
 * 7.5): each index unsigned against its length, elements in row-major order. Bodies are in terms of
 * !0, the element type. Arrays of rank one may really be vectors, which have no length list. */
#include "compiler/il/special.h"

enum {
    VECTOR_LENGTH = 8,
    VECTOR_DATA = 16,
    MD_LENGTHS = 16,
    MT_BASE_SIZE = 4,
    VECTOR_BASE_SIZE = 24,
};

/* A byref to `offset` bytes behind the object's start. */
static void
put_place(struct il_builder *b, uint32_t offset)
{
    il_put_args(b, 0, 1);
    il_put_core_field(b, IL_CEE_ldflda, "System.Object", "m_pEEType");
    il_put_i4(b, (int32_t)offset);
    il_put(b, IL_CEE_add);
}

/* linear = linear * length + index, after the check of the index. */
static void
put_dimension(struct il_builder *b, uint32_t dimension, uint32_t length_offset, uint32_t linear, uint32_t out_of_range)
{
    il_put_args(b, 1 + dimension, 1);
    put_place(b, length_offset);
    il_put(b, IL_CEE_ldind_i4);
    il_put_branch(b, IL_CEE_bge_un, out_of_range);
    if (dimension == 0) {
        il_put_args(b, 1, 1);
    } else {
        il_put_u16(b, IL_CEE_ldloc, linear);
        put_place(b, length_offset);
        il_put(b, IL_CEE_ldind_i4);
        il_put(b, IL_CEE_mul);
        il_put_args(b, 1 + dimension, 1);
        il_put(b, IL_CEE_add);
    }
    il_put_u16(b, IL_CEE_stloc, linear);
}

/* Reads, writes or returns the element at `linear`. */
static void
put_access(struct il_builder *b, struct ty_method *m, uint32_t rank, uint32_t data, uint32_t linear)
{
    struct ty_type *element = ty_type_var(b->il->ty, 0);

    put_place(b, data);
    il_put_u16(b, IL_CEE_ldloc, linear);
    il_put(b, IL_CEE_conv_i);
    il_put_type(b, IL_CEE_sizeof, element);
    il_put(b, IL_CEE_mul);
    il_put(b, IL_CEE_add);
    if (m->def->pseudo == TY_PSEUDO_ARRAY_GET) {
        il_put_type(b, IL_CEE_ldobj, element);
    } else if (m->def->pseudo == TY_PSEUDO_ARRAY_SET) {
        il_put_args(b, 1 + rank, 1);
        il_put_type(b, IL_CEE_stobj, element);
    }
    il_put(b, IL_CEE_ret);
}

static void
put_elements(struct il_builder *b, struct ty_method *m, uint32_t rank, bool is_vector, uint32_t linear,
             uint32_t out_of_range)
{
    if (is_vector) {
        put_dimension(b, 0, VECTOR_LENGTH, linear, out_of_range);
        put_access(b, m, 1, VECTOR_DATA, linear);
        return;
    }
    for (uint32_t i = 0; i < rank; i++)
        put_dimension(b, i, MD_LENGTHS + 4 * i, linear, out_of_range);
    put_access(b, m, rank, MD_LENGTHS + 8 * rank, linear);
}

bool
il_array_body(struct il_context *il, struct ty_method *m, struct arena *a, struct il_body *out)
{
    struct ty_type *array = m->owner;
    uint32_t rank = array->form == TY_FORM_SZARRAY ? 1 : array->rank, linear, out_of_range, vector;
    struct il_builder b;

    il_builder_begin(&b, il, a);
    if (m->def->pseudo == TY_PSEUDO_ARRAY_CTOR) { /* newobj calls ArrayHelpers.NewObjArray */
        il_put_throw_call(&b, "ThrowPlatformNotSupportedException");
        return il_builder_finish(&b, out);
    }
    linear = il_builder_local(&b, il->ty->t_i4, false);
    out_of_range = il_builder_label(&b);
    vector = il_builder_label(&b);
    if (m->def->pseudo == TY_PSEUDO_ARRAY_SET && ty_is_ref(array->param)) {
        il_put_args(&b, 0, 1);
        il_put_args(&b, 1 + rank, 1);
        il_put_core_call(&b, "System.Runtime.TypeCast", "CheckArrayStore", 2);
    }
    if (array->form == TY_FORM_MDARRAY && rank == 1) {
        il_put_args(&b, 0, 1);
        il_put_core_field(&b, IL_CEE_ldfld, "System.Object", "m_pEEType");
        il_put_i4(&b, MT_BASE_SIZE);
        il_put(&b, IL_CEE_add);
        il_put(&b, IL_CEE_ldind_i4);
        il_put_i4(&b, VECTOR_BASE_SIZE);
        il_put_branch(&b, IL_CEE_beq, vector);
    }
    put_elements(&b, m, rank, array->form == TY_FORM_SZARRAY, linear, out_of_range);
    if (array->form == TY_FORM_MDARRAY && rank == 1) {
        il_put_label(&b, vector);
        put_elements(&b, m, 1, true, linear, out_of_range);
    }
    il_put_label(&b, out_of_range);
    il_put_throw_call(&b, "ThrowIndexOutOfRangeException");
    return il_builder_finish(&b, out);
}
