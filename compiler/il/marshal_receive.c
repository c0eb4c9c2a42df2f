/* compiler/il/marshal_receive.c - the other direction: values that native code passes to managed code, and managed
 * results that it gets. marshal_delegate.c handles numbers, text and plain arrays itself; the rest goes through here. */
#include "compiler/il/marshal_priv.h"

static bool
is_value(const struct il_shape *s)
{
    switch ((int)s->kind) {
    case IL_MARSHAL_STRING_BSTR:
    case IL_MARSHAL_STRING_ANSI_BSTR:
    case IL_MARSHAL_DATE:
    case IL_MARSHAL_CURRENCY:
    case IL_MARSHAL_STRUCT:
    case IL_MARSHAL_CLASS:
    case IL_MARSHAL_CUSTOM:
        return true;
    default:
        return false;
    }
}

bool
il_marshal_can_receive(const struct il_marshal *m)
{
    if (m->kind == IL_MARSHAL_VALUE_POINTER || m->kind == IL_MARSHAL_ARRAY_COPY)
        return true;
    return m->kind != IL_MARSHAL_UNSUPPORTED && is_value(&m->shape);
}

static void
put_length(struct il_builder *b, struct il_marshal *m)
{
    m->extra = il_builder_local(b, b->il->ty->t_i4, false);
    il_put_i4(b, (int32_t)m->size_const);
    if (m->size_param >= 0) {
        il_put_args(b, (uint32_t)m->size_param, 1);
        if (m->size_is_ref)
            il_put_type(b, IL_CEE_ldobj, m->size_type);
        il_put(b, IL_CEE_conv_ovf_i4);
        il_put(b, IL_CEE_add_ovf);
    }
    il_put_u16(b, IL_CEE_stloc, m->extra);
}

void
il_marshal_receive(struct il_builder *b, struct il_marshal *m, uint32_t arg)
{
    struct ty_type *managed = m->is_ref ? m->managed->param : m->managed;

    if (m->kind == IL_MARSHAL_VALUE_POINTER)
        return;
    m->value = il_builder_local(b, managed, false);
    m->local = il_builder_local(b, m->shape.native, false);
    if (m->is_ref && !m->in)
        return;
    il_put_args(b, arg, 1);
    if (m->is_ref)
        il_put_type(b, IL_CEE_ldobj, m->shape.native);
    il_put_u16(b, IL_CEE_stloc, m->local);
    if (m->kind == IL_MARSHAL_ARRAY_COPY)
        put_length(b, m);
    il_value_to_managed(b, &m->shape, m->local, m->value, m->extra);
}

void
il_marshal_receive_push(struct il_builder *b, const struct il_marshal *m, uint32_t arg)
{
    if (m->kind == IL_MARSHAL_VALUE_POINTER) {
        il_put_args(b, arg, 1);
        il_put_type(b, IL_CEE_ldobj, m->managed);
    } else {
        il_put_u16(b, m->is_ref ? IL_CEE_ldloca : IL_CEE_ldloc, m->value);
    }
}

/* Into what native code passed: the fields of a class, the elements of an array. What was there came in and goes. */
static void
refill(struct il_builder *b, const struct il_marshal *m)
{
    uint32_t null = il_builder_label(b);

    il_put_u16(b, IL_CEE_ldloc, m->local);
    il_put_branch(b, IL_CEE_brfalse, null);
    if (m->kind == IL_MARSHAL_ARRAY_COPY) {
        if (m->in)
            il_elements_cleanup(b, m->shape.element, m->local, m->extra);
        il_elements_to_native(b, m->shape.element, m->value, m->local, m->extra);
    } else {
        if (m->in && m->shape.layout->needs_cleanup) {
            il_put_u16(b, IL_CEE_ldloc, m->local);
            il_put_method(b, IL_CEE_call, il_struct_stub(b->il, m->shape.layout, IL_STRUCT_CLEANUP));
        }
        il_put_u16(b, IL_CEE_ldloc, m->value);
        il_put_u16(b, IL_CEE_ldloc, m->local);
        il_put_method(b, IL_CEE_call, il_struct_stub(b->il, m->shape.layout, IL_STRUCT_TO_NATIVE));
    }
    il_put_label(b, null);
}

/* What a reference held before belongs to native code, which gave it away with the reference. */
void
il_marshal_receive_after(struct il_builder *b, const struct il_marshal *m, uint32_t arg)
{
    uint32_t native;

    if (!m->out || m->kind == IL_MARSHAL_VALUE_POINTER)
        return;
    if (!m->is_ref) {
        if (m->kind == IL_MARSHAL_ARRAY_COPY || m->shape.kind == IL_MARSHAL_CLASS)
            refill(b, m);
        return;
    }
    if (m->in)
        il_value_cleanup(b, &m->shape, m->local, m->extra);
    native = il_builder_local(b, m->shape.native, false);
    il_value_to_native(b, &m->shape, m->value, native);
    il_put_args(b, arg, 1);
    il_put_u16(b, IL_CEE_ldloc, native);
    il_put_type(b, IL_CEE_stobj, m->shape.native);
}

void
il_marshal_receive_result(struct il_builder *b, const struct il_marshal *m)
{
    uint32_t managed = il_builder_local(b, m->managed, false), native = il_builder_local(b, m->shape.native, false);

    il_put_u16(b, IL_CEE_stloc, managed);
    il_value_to_native(b, &m->shape, managed, native);
    il_put_u16(b, IL_CEE_ldloc, native);
}
