/* compiler/il/marshal_array.c - elements of arrays, one after the other. Plain elements are copied as a block. */
#include "compiler/il/marshal_priv.h"

static uint32_t
element_size(struct il_builder *b, const struct il_shape *element)
{
    uint32_t align;

    return il_shape_size(b->il, element, &align);
}

void
il_put_array_block(struct il_builder *b, const struct il_shape *element, uint32_t count)
{
    il_put_u16(b, IL_CEE_ldloc, count);
    il_put_i4(b, (int32_t)element_size(b, element));
    il_put(b, IL_CEE_mul_ovf);
    il_put_core_call(b, INTEROP, "CoTaskMemAllocAndZeroMemory", 1);
}

/* Destination, source (in either order by to_native), bytes; nothing for no elements. */
static void
copy_block(struct il_builder *b, const struct il_shape *element, uint32_t array, uint32_t memory, uint32_t count,
           bool to_native)
{
    uint32_t empty = il_builder_label(b);

    il_put_u16(b, IL_CEE_ldloc, count);
    il_put_branch(b, IL_CEE_brfalse, empty);
    if (to_native)
        il_put_u16(b, IL_CEE_ldloc, memory);
    il_put_u16(b, IL_CEE_ldloc, array);
    il_put_i4(b, 0);
    il_put_type(b, IL_CEE_ldelema, element->managed);
    if (!to_native)
        il_put_u16(b, IL_CEE_ldloc, memory);
    il_put_u16(b, IL_CEE_ldloc, count);
    il_put_type(b, IL_CEE_sizeof, element->managed);
    il_put(b, IL_CEE_mul);
    il_put(b, IL_CEE_cpblk);
    il_put_label(b, empty);
}

struct loop {
    uint32_t index, at, top, end; /* locals: index, address of the native element; labels */
};

static void
loop_begin(struct il_builder *b, struct loop *l, uint32_t memory, uint32_t count)
{
    l->index = il_builder_local(b, b->il->ty->t_i4, false);
    l->at = il_builder_local(b, b->il->ty->t_void_ptr, false);
    l->top = il_builder_label(b);
    l->end = il_builder_label(b);
    il_put_i4(b, 0);
    il_put_u16(b, IL_CEE_stloc, l->index);
    il_put_u16(b, IL_CEE_ldloc, memory);
    il_put_u16(b, IL_CEE_stloc, l->at);
    il_put_label(b, l->top);
    il_put_u16(b, IL_CEE_ldloc, l->index);
    il_put_u16(b, IL_CEE_ldloc, count);
    il_put_branch(b, IL_CEE_bge, l->end);
}

static void
loop_end(struct il_builder *b, const struct loop *l, uint32_t size)
{
    il_put_u16(b, IL_CEE_ldloc, l->at);
    il_put_i4(b, (int32_t)size);
    il_put(b, IL_CEE_add);
    il_put_u16(b, IL_CEE_stloc, l->at);
    il_put_u16(b, IL_CEE_ldloc, l->index);
    il_put_i4(b, 1);
    il_put(b, IL_CEE_add);
    il_put_u16(b, IL_CEE_stloc, l->index);
    il_put_branch(b, IL_CEE_br, l->top);
    il_put_label(b, l->end);
}

void
il_elements_to_native(struct il_builder *b, const struct il_shape *element, uint32_t array, uint32_t memory, uint32_t count)
{
    uint32_t managed, native;
    struct loop l;

    if (element->kind == IL_MARSHAL_PLAIN) {
        copy_block(b, element, array, memory, count, true);
        return;
    }
    managed = il_builder_local(b, element->managed, false);
    native = il_builder_local(b, element->native, false);
    loop_begin(b, &l, memory, count);
    il_put_u16(b, IL_CEE_ldloc, array);
    il_put_u16(b, IL_CEE_ldloc, l.index);
    il_put_type(b, IL_CEE_ldelem, element->managed);
    il_put_u16(b, IL_CEE_stloc, managed);
    il_put_u16(b, IL_CEE_ldloca, native);
    il_put_type(b, IL_CEE_initobj, element->native);
    il_value_to_native(b, element, managed, native);
    il_put_u16(b, IL_CEE_ldloc, l.at);
    il_put_u16(b, IL_CEE_ldloc, native);
    il_put_type(b, IL_CEE_stobj, element->native);
    loop_end(b, &l, element_size(b, element));
}

void
il_elements_to_managed(struct il_builder *b, const struct il_shape *element, uint32_t memory, uint32_t array, uint32_t count)
{
    uint32_t managed, native;
    struct loop l;

    if (element->kind == IL_MARSHAL_PLAIN) {
        copy_block(b, element, array, memory, count, false);
        return;
    }
    managed = il_builder_local(b, element->managed, false);
    native = il_builder_local(b, element->native, false);
    loop_begin(b, &l, memory, count);
    il_put_u16(b, IL_CEE_ldloc, l.at);
    il_put_type(b, IL_CEE_ldobj, element->native);
    il_put_u16(b, IL_CEE_stloc, native);
    il_value_to_managed(b, element, native, managed, 0);
    il_put_u16(b, IL_CEE_ldloc, array);
    il_put_u16(b, IL_CEE_ldloc, l.index);
    il_put_u16(b, IL_CEE_ldloc, managed);
    il_put_type(b, IL_CEE_stelem, element->managed);
    loop_end(b, &l, element_size(b, element));
}

void
il_elements_cleanup(struct il_builder *b, const struct il_shape *element, uint32_t memory, uint32_t count)
{
    uint32_t native;
    struct loop l;

    if (!il_value_has_cleanup(element))
        return;
    native = il_builder_local(b, element->native, false);
    loop_begin(b, &l, memory, count);
    il_put_u16(b, IL_CEE_ldloc, l.at);
    il_put_type(b, IL_CEE_ldobj, element->native);
    il_put_u16(b, IL_CEE_stloc, native);
    il_value_cleanup(b, element, native, 0);
    loop_end(b, &l, element_size(b, element));
}
