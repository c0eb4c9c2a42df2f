/* compiler/il/marshal_custom.c - ICustomMarshaler. The class library keeps one instance for a parameter type,
 * marshaler type and cookie; a marshaler never sees null. */
#include "compiler/il/marshal_priv.h"

#include <string.h>

#define CUSTOM "System.Runtime.InteropServices.ICustomMarshaler"

static void
put_instance(struct il_builder *b, const struct il_shape *s)
{
    uint32_t bytes;
    uint16_t *cookie = il_utf16(b->il->arena, s->cookie, strlen(s->cookie), &bytes);

    il_put_type(b, IL_CEE_ldtoken, s->managed);
    il_put_type(b, IL_CEE_ldtoken, s->custom->owner);
    il_put_string(b, cookie, bytes);
    il_put_method(b, IL_CEE_ldftn, s->custom);
    il_put_core_call(b, INTEROP, "InitializeCustomMarshaller", 4);
}

/* The marshaler, in a local. */
static uint32_t
instance(struct il_builder *b, const struct il_shape *s)
{
    uint32_t local = il_builder_local(b, b->il->ty->t_object, false);

    put_instance(b, s);
    il_put_u16(b, IL_CEE_stloc, local);
    return local;
}

static void
put_call(struct il_builder *b, uint32_t marshaler, const char *method, uint32_t argument)
{
    il_put_u16(b, IL_CEE_ldloc, marshaler);
    il_put_u16(b, IL_CEE_ldloc, argument);
    il_put_method(b, IL_CEE_callvirt, il_core_method(b->il, CUSTOM, method, 1));
}

void
il_custom_to_native(struct il_builder *b, const struct il_shape *s, uint32_t managed, uint32_t native)
{
    uint32_t null = il_builder_label(b), marshaler = instance(b, s);

    il_put_u16(b, IL_CEE_ldloc, managed);
    il_put_branch(b, IL_CEE_brfalse, null);
    put_call(b, marshaler, "MarshalManagedToNative", managed);
    il_put_u16(b, IL_CEE_stloc, native);
    il_put_label(b, null);
}

void
il_custom_to_managed(struct il_builder *b, const struct il_shape *s, uint32_t native, uint32_t managed)
{
    uint32_t null = il_builder_label(b), marshaler = instance(b, s);

    il_put(b, IL_CEE_ldnull);
    il_put_u16(b, IL_CEE_stloc, managed);
    il_put_u16(b, IL_CEE_ldloc, native);
    il_put_branch(b, IL_CEE_brfalse, null);
    put_call(b, marshaler, "MarshalNativeToManaged", native);
    il_put_type(b, IL_CEE_castclass, s->managed);
    il_put_u16(b, IL_CEE_stloc, managed);
    il_put_label(b, null);
}

void
il_custom_cleanup(struct il_builder *b, const struct il_shape *s, uint32_t native)
{
    uint32_t null = il_builder_label(b);

    il_put_u16(b, IL_CEE_ldloc, native);
    il_put_branch(b, IL_CEE_brfalse, null);
    put_call(b, instance(b, s), "CleanUpNativeData", native);
    il_put_label(b, null);
}
