/* compiler/il/marshal_value.c - converts one value between a local of its managed and one of its native type.
 * A native local that was never written is zero, and cleaning up zero does nothing: a conversion may fail
 * half way. What is allocated for native code is CoTaskMem (or a BSTR); what native code gives is freed as such. */
#include "compiler/il/marshal_priv.h"

#include <string.h>

void
il_put_message_throw(struct il_builder *b, const char *exception, const char *text)
{
    struct ty_type *type = il_core_type(b->il, exception);
    struct ty_method *ctor = NULL;
    uint32_t bytes;
    uint16_t *utf16 = il_utf16(b->il->arena, text, strlen(text), &bytes);

    for (uint32_t i = 0; !ctor && i < type->def->method_count; i++) {
        struct ty_method *m = type->def->methods[i]->is_ctor ? ty_method_on(b->il->ty, type, type->def->methods[i], NULL) : NULL;

        if (m && m->sig->param_count == 1 && m->sig->params[0] == b->il->ty->t_string)
            ctor = m;
    }
    il_put_string(b, utf16, bytes);
    il_put_method(b, IL_CEE_newobj, ctor);
    il_put(b, IL_CEE_throw);
}

/* ---- text ------------------------------------------------------------------------------------------------- */

static void
text_to_native(struct il_builder *b, enum il_marshal_kind kind)
{
    if (kind == IL_MARSHAL_STRING_NARROW) {
        il_put_i4(b, 1);
        il_put_i4(b, 0);
        il_put_core_call(b, INTEROP, "StringToAnsiString", 3);
    } else if (kind == IL_MARSHAL_STRING_WIDE) {
        il_put_core_call(b, INTEROP, "StringToUnicodeBuffer", 1);
    } else if (kind == IL_MARSHAL_STRING_BSTR) {
        il_put_core_call(b, MARSHAL, "StringToBSTR", 1);
    } else {
        il_put_core_call(b, INTEROP, "StringToAnsiBstrBuffer", 1);
    }
}

static void
text_to_managed(struct il_builder *b, enum il_marshal_kind kind)
{
    if (kind == IL_MARSHAL_STRING_NARROW)
        il_put_core_call(b, INTEROP, "AnsiStringToString", 1);
    else if (kind == IL_MARSHAL_STRING_WIDE)
        il_put_core_call(b, MARSHAL, "PtrToStringUni", 1);
    else if (kind == IL_MARSHAL_STRING_BSTR)
        il_put_core_call(b, INTEROP, "BstrBufferToString", 1);
    else
        il_put_core_call(b, INTEROP, "AnsiBstrBufferToString", 1);
}

/* StringBuilder results: the block's text. */
static void
builder_to_managed(struct il_builder *b, const struct il_shape *s, uint32_t native, uint32_t managed)
{
    uint32_t null = il_builder_label(b);

    il_put_u16(b, IL_CEE_ldloc, native);
    il_put_branch(b, IL_CEE_brfalse, null);
    il_put_method(b, IL_CEE_newobj, ty_method_named(b->il->ty, s->managed, ".ctor", 0));
    il_put_u16(b, IL_CEE_stloc, managed);
    il_put_u16(b, IL_CEE_ldloc, native);
    il_put_u16(b, IL_CEE_ldloc, managed);
    il_put_core_call(b, INTEROP,
                     s->kind == IL_MARSHAL_BUILDER_WIDE ? "UnicodeStringToStringBuilder" : "AnsiStringToStringBuilder", 2);
    il_put_label(b, null);
}

/* ---- structs and classes with layout ------------------------------------------------------------------------- */

static void
struct_call(struct il_builder *b, const struct il_shape *s, enum il_struct_stub which)
{
    il_put_method(b, IL_CEE_call, il_struct_stub(b->il, s->layout, which));
}

/* A block of its own, because native code may keep or replace it. */
static void
class_to_native(struct il_builder *b, const struct il_shape *s, uint32_t managed, uint32_t native)
{
    uint32_t null = il_builder_label(b);

    il_put_u16(b, IL_CEE_ldloc, managed);
    il_put_branch(b, IL_CEE_brfalse, null);
    il_put_i4(b, (int32_t)s->layout->size);
    il_put_core_call(b, INTEROP, "CoTaskMemAllocAndZeroMemory", 1);
    il_put_u16(b, IL_CEE_stloc, native);
    il_put_u16(b, IL_CEE_ldloc, managed);
    il_put_u16(b, IL_CEE_ldloc, native);
    struct_call(b, s, IL_STRUCT_TO_NATIVE);
    il_put_label(b, null);
}

static void
class_to_managed(struct il_builder *b, const struct il_shape *s, uint32_t native, uint32_t managed)
{
    uint32_t null = il_builder_label(b);

    il_put(b, IL_CEE_ldnull);
    il_put_u16(b, IL_CEE_stloc, managed);
    il_put_u16(b, IL_CEE_ldloc, native);
    il_put_branch(b, IL_CEE_brfalse, null);
    il_put_u16(b, IL_CEE_ldloc, native);
    struct_call(b, s, IL_STRUCT_NEW);
    il_put_u16(b, IL_CEE_stloc, managed);
    il_put_label(b, null);
}

static void
class_cleanup(struct il_builder *b, const struct il_shape *s, uint32_t native)
{
    uint32_t null = il_builder_label(b);

    il_put_u16(b, IL_CEE_ldloc, native);
    il_put_branch(b, IL_CEE_brfalse, null);
    if (s->layout->needs_cleanup) {
        il_put_u16(b, IL_CEE_ldloc, native);
        struct_call(b, s, IL_STRUCT_CLEANUP);
    }
    il_put_u16(b, IL_CEE_ldloc, native);
    il_put_core_call(b, MARSHAL, "FreeCoTaskMem", 1);
    il_put_label(b, null);
}

/* ---- arrays ---------------------------------------------------------------------------------------------------- */

static void
array_to_native(struct il_builder *b, const struct il_shape *s, uint32_t managed, uint32_t native)
{
    uint32_t null = il_builder_label(b), count = il_builder_local(b, b->il->ty->t_i4, false);

    il_put_u16(b, IL_CEE_ldloc, managed);
    il_put_branch(b, IL_CEE_brfalse, null);
    il_put_u16(b, IL_CEE_ldloc, managed);
    il_put(b, IL_CEE_ldlen);
    il_put(b, IL_CEE_conv_i4);
    il_put_u16(b, IL_CEE_stloc, count);
    il_put_array_block(b, s->element, count);
    il_put_u16(b, IL_CEE_stloc, native);
    il_elements_to_native(b, s->element, managed, native, count);
    il_put_label(b, null);
}

static void
array_to_managed(struct il_builder *b, const struct il_shape *s, uint32_t native, uint32_t managed, uint32_t length)
{
    uint32_t null = il_builder_label(b);

    il_put(b, IL_CEE_ldnull);
    il_put_u16(b, IL_CEE_stloc, managed);
    il_put_u16(b, IL_CEE_ldloc, native);
    il_put_branch(b, IL_CEE_brfalse, null);
    il_put_u16(b, IL_CEE_ldloc, length);
    il_put_type(b, IL_CEE_newarr, s->element->managed);
    il_put_u16(b, IL_CEE_stloc, managed);
    il_elements_to_managed(b, s->element, native, managed, length);
    il_put_label(b, null);
}

static void
array_cleanup(struct il_builder *b, const struct il_shape *s, uint32_t native, uint32_t length)
{
    uint32_t null = il_builder_label(b);

    il_put_u16(b, IL_CEE_ldloc, native);
    il_put_branch(b, IL_CEE_brfalse, null);
    il_elements_cleanup(b, s->element, native, length);
    il_put_u16(b, IL_CEE_ldloc, native);
    il_put_core_call(b, MARSHAL, "FreeCoTaskMem", 1);
    il_put_label(b, null);
}

/* ---- all kinds --------------------------------------------------------------------------------------------------- */

void
il_value_to_native(struct il_builder *b, const struct il_shape *s, uint32_t managed, uint32_t native)
{
    switch ((int)s->kind) {
    case IL_MARSHAL_STRUCT:
        il_put_u16(b, IL_CEE_ldloca, managed);
        il_put_u16(b, IL_CEE_ldloca, native);
        struct_call(b, s, s->held ? IL_STRUCT_TO_NATIVE_HELD : IL_STRUCT_TO_NATIVE);
        return;
    case IL_MARSHAL_CLASS:
        class_to_native(b, s, managed, native);
        return;
    case IL_MARSHAL_ARRAY:
    case IL_MARSHAL_ARRAY_COPY:
        array_to_native(b, s, managed, native);
        return;
    case IL_MARSHAL_CUSTOM:
        il_put_i4(b, 0);
        il_put(b, IL_CEE_conv_i);
        il_put_u16(b, IL_CEE_stloc, native);
        il_custom_to_native(b, s, managed, native);
        return;
    default:
        break;
    }
    il_put_u16(b, IL_CEE_ldloc, managed);
    switch ((int)s->kind) {
    case IL_MARSHAL_BOOL4:
    case IL_MARSHAL_BOOL1:
        il_put_i4(b, 0);
        il_put(b, IL_CEE_cgt_un);
        break;
    case IL_MARSHAL_CHAR1:
        il_put_i4(b, 1);
        il_put_i4(b, 0);
        il_put_core_call(b, INTEROP, "WideCharToAnsiChar", 3);
        break;
    case IL_MARSHAL_STRING_NARROW:
    case IL_MARSHAL_STRING_WIDE:
    case IL_MARSHAL_STRING_BSTR:
    case IL_MARSHAL_STRING_ANSI_BSTR:
        text_to_native(b, s->kind);
        break;
    case IL_MARSHAL_DELEGATE:
        il_marshal_delegate_to_native(b, s->managed);
        break;
    case IL_MARSHAL_ANY_DELEGATE:
        il_put_core_call(b, "System.Runtime.InteropServices.PInvokeMarshal", "GetFunctionPointerForDelegate", 1);
        break;
    case IL_MARSHAL_DATE:
        il_put_core_call(b, INTEROP, "DateTimeToOleDateTime", 1);
        break;
    case IL_MARSHAL_CURRENCY:
        il_put_core_call(b, INTEROP, "DecimalToOleCurrency", 1);
        break;
    default:
        break;
    }
    il_put_u16(b, IL_CEE_stloc, native);
}

void
il_value_to_managed(struct il_builder *b, const struct il_shape *s, uint32_t native, uint32_t managed, uint32_t length)
{
    switch ((int)s->kind) {
    case IL_MARSHAL_STRUCT:
        il_put_u16(b, IL_CEE_ldloca, native);
        il_put_u16(b, IL_CEE_ldloca, managed);
        struct_call(b, s, s->held ? IL_STRUCT_TO_MANAGED_HELD : IL_STRUCT_TO_MANAGED);
        return;
    case IL_MARSHAL_CLASS:
        class_to_managed(b, s, native, managed);
        return;
    case IL_MARSHAL_ARRAY:
    case IL_MARSHAL_ARRAY_COPY:
        array_to_managed(b, s, native, managed, length);
        return;
    case IL_MARSHAL_BUILDER_NARROW:
    case IL_MARSHAL_BUILDER_WIDE:
        builder_to_managed(b, s, native, managed);
        return;
    case IL_MARSHAL_CUSTOM:
        il_custom_to_managed(b, s, native, managed);
        return;
    default:
        break;
    }
    il_put_u16(b, IL_CEE_ldloc, native);
    switch ((int)s->kind) {
    case IL_MARSHAL_BOOL4:
    case IL_MARSHAL_BOOL1:
        il_put_i4(b, 0);
        il_put(b, IL_CEE_cgt_un);
        break;
    case IL_MARSHAL_CHAR1:
        il_put_core_call(b, INTEROP, "AnsiCharToWideChar", 1);
        break;
    case IL_MARSHAL_STRING_NARROW:
    case IL_MARSHAL_STRING_WIDE:
    case IL_MARSHAL_STRING_BSTR:
    case IL_MARSHAL_STRING_ANSI_BSTR:
        text_to_managed(b, s->kind);
        break;
    case IL_MARSHAL_DELEGATE:
        il_marshal_delegate_to_managed(b, s->managed);
        break;
    case IL_MARSHAL_DATE:
        il_put_core_call(b, INTEROP, "OleDateTimeToDateTime", 1);
        break;
    case IL_MARSHAL_CURRENCY:
        il_put_core_call(b, INTEROP, "OleCurrencyToDecimal", 1);
        break;
    default:
        break;
    }
    il_put_u16(b, IL_CEE_stloc, managed);
}

bool
il_value_has_cleanup(const struct il_shape *s)
{
    switch ((int)s->kind) {
    case IL_MARSHAL_STRING_NARROW:
    case IL_MARSHAL_STRING_WIDE:
    case IL_MARSHAL_STRING_BSTR:
    case IL_MARSHAL_STRING_ANSI_BSTR:
    case IL_MARSHAL_BUILDER_NARROW:
    case IL_MARSHAL_BUILDER_WIDE:
    case IL_MARSHAL_CLASS:
    case IL_MARSHAL_ARRAY:
    case IL_MARSHAL_ARRAY_COPY:
    case IL_MARSHAL_CUSTOM:
        return true;
    case IL_MARSHAL_STRUCT:
    case IL_MARSHAL_FIELD_CLASS:
        return s->layout->needs_cleanup;
    case IL_MARSHAL_FIELD_ARRAY:
        return il_value_has_cleanup(s->element);
    default:
        return false;
    }
}

void
il_value_cleanup(struct il_builder *b, const struct il_shape *s, uint32_t native, uint32_t length)
{
    if (!il_value_has_cleanup(s))
        return;
    switch ((int)s->kind) {
    case IL_MARSHAL_STRUCT:
        il_put_u16(b, IL_CEE_ldloca, native);
        struct_call(b, s, IL_STRUCT_CLEANUP);
        return;
    case IL_MARSHAL_CLASS:
        class_cleanup(b, s, native);
        return;
    case IL_MARSHAL_ARRAY:
    case IL_MARSHAL_ARRAY_COPY:
        array_cleanup(b, s, native, length);
        return;
    case IL_MARSHAL_CUSTOM:
        il_custom_cleanup(b, s, native);
        return;
    default:
        break;
    }
    il_put_u16(b, IL_CEE_ldloc, native);
    if (s->kind == IL_MARSHAL_STRING_BSTR || s->kind == IL_MARSHAL_STRING_ANSI_BSTR)
        il_put_core_call(b, MARSHAL, "FreeBSTR", 1);
    else
        il_put_core_call(b, MARSHAL, "FreeCoTaskMem", 1); /* NULL is fine */
}
