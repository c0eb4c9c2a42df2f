/* compiler/il/marshal.c - parameters and results of P/Invokes: the stages of a stub (contract/runtime.md 5.2, 5.3).
 * What has no native form here makes the stub throw MarshalDirectiveException with the reason. */
#include "compiler/il/marshal_priv.h"

#include <string.h>

/* ---- before: pinned things ----------------------------------------------------------------------------- */

static void
pin_text(struct il_builder *b, struct il_marshal *m)
{
    uint32_t null = il_builder_label(b);

    m->local = il_builder_local(b, ty_byref(b->il->ty, b->il->ty->t_char), true);
    il_put_args(b, m->arg, 1);
    il_put_branch(b, IL_CEE_brfalse, null);
    il_put_args(b, m->arg, 1);
    il_put_core_call(b, "System.String", "GetPinnableReference", 0);
    il_put_u16(b, IL_CEE_stloc, m->local);
    il_put_label(b, null);
}

/* The first byte of an object's or array's data. */
static void
pin_data(struct il_builder *b, struct il_marshal *m, const char *type, struct ty_method_def *method, struct ty_type *element)
{
    uint32_t null = il_builder_label(b);
    struct ty_type *owner = il_core_type(b->il, type);

    m->local = il_builder_local(b, ty_byref(b->il->ty, element ? element : b->il->ty->t_u1), true);
    il_put_args(b, m->arg, 1);
    il_put_branch(b, IL_CEE_brfalse, null);
    il_put_args(b, m->arg, 1);
    il_put_method(b, IL_CEE_call, ty_method_on(b->il->ty, owner, method, element ? &element : NULL));
    il_put_u16(b, IL_CEE_stloc, m->local);
    il_put_label(b, null);
}

static struct ty_method_def *
method_def(struct il_builder *b, const char *type, const char *name, uint16_t generic_count)
{
    struct ty_type *owner = il_core_type(b->il, type);

    ty_method_def_named(b->il->ty, owner->def, "", -1); /* members are read on demand */
    for (uint32_t i = 0; i < owner->def->method_count; i++) {
        struct ty_method_def *m = owner->def->methods[i];

        if (m->generic_count == generic_count && strcmp(m->name, name) == 0)
            return m;
    }
    diag_fatal("%s: method %s.%s is missing: this is not the class library of NativeAOT 9.0", b->il->ty->core->path, type, name);
}

static void
pin_array(struct il_builder *b, struct il_marshal *m)
{
    static const char type[] = "System.Runtime.InteropServices.MemoryMarshal";
    bool flat = m->managed->form == TY_FORM_SZARRAY;

    pin_data(b, m, type, method_def(b, type, "GetArrayDataReference", flat), flat ? m->managed->param : NULL);
}

static void
pin_class(struct il_builder *b, struct il_marshal *m)
{
    static const char type[] = "System.Runtime.CompilerServices.RuntimeHelpers";

    pin_data(b, m, type, method_def(b, type, "GetRawData", 0), NULL);
}

/* ---- before: converted things ----------------------------------------------------------------------------- */

static void
before_builder(struct il_builder *b, struct il_marshal *m)
{
    bool wide = m->kind == IL_MARSHAL_BUILDER_WIDE;

    m->local = il_builder_local(b, b->il->ty->t_void_ptr, false);
    il_put_args(b, m->arg, 1);
    il_put_core_call(b, INTEROP, wide ? "AllocMemoryForUnicodeStringBuilder" : "AllocMemoryForAnsiStringBuilder", 1);
    il_put_u16(b, IL_CEE_stloc, m->local);
    if (!m->in)
        return;
    il_put_args(b, m->arg, 1);
    il_put_u16(b, IL_CEE_ldloc, m->local);
    if (!wide) {
        il_put_i4(b, 1);
        il_put_i4(b, 0);
    }
    il_put_core_call(b, INTEROP, wide ? "StringBuilderToUnicodeString" : "StringBuilderToAnsiString", wide ? 2 : 4);
}

/* Structs and arrays may hold delegates that native code calls: pinned, they stay in the frame to its end. */
static void
copy_argument(struct il_builder *b, struct il_marshal *m)
{
    m->value = il_builder_local(b, m->managed, m->kind == IL_MARSHAL_STRUCT || m->kind == IL_MARSHAL_ARRAY_COPY || m->kind == IL_MARSHAL_CLASS);
    il_put_args(b, m->arg, 1);
    il_put_u16(b, IL_CEE_stloc, m->value);
}

static bool
is_narrow_text(const struct il_marshal *m)
{
    return m->shape.element->kind == IL_MARSHAL_CHAR1;
}

static void
before_array(struct il_builder *b, struct il_marshal *m)
{
    uint32_t null = il_builder_label(b);

    copy_argument(b, m);
    m->local = il_builder_local(b, b->il->ty->t_void_ptr, false);
    m->extra = il_builder_local(b, b->il->ty->t_i4, false);
    il_put_args(b, m->arg, 1);
    il_put_branch(b, IL_CEE_brfalse, null);
    il_put_args(b, m->arg, 1);
    il_put(b, IL_CEE_ldlen);
    il_put(b, IL_CEE_conv_i4);
    il_put_u16(b, IL_CEE_stloc, m->extra);
    if (is_narrow_text(m)) { /* as a whole: a character may take three bytes */
        il_put_args(b, m->arg, 1);
        il_put_core_call(b, INTEROP, "AllocMemoryForAnsiCharArray", 1);
    } else {
        il_put_array_block(b, m->shape.element, m->extra);
    }
    il_put_u16(b, IL_CEE_stloc, m->local);
    if (m->in && is_narrow_text(m)) {
        il_put_args(b, m->arg, 1);
        il_put_u16(b, IL_CEE_ldloc, m->local);
        il_put_i4(b, 1);
        il_put_i4(b, 0);
        il_put_core_call(b, INTEROP, "WideCharArrayToAnsiCharArray", 4);
    } else if (m->in) {
        il_elements_to_native(b, m->shape.element, m->value, m->local, m->extra);
    }
    il_put_label(b, null);
}

/* The native form lies in the stub's frame: native code may not keep it. */
/* Calls HOLD or RELEASE for m->value. */
static void
put_held(struct il_builder *b, const struct il_marshal *m, enum il_struct_stub which)
{
    il_put_u16(b, m->shape.managed->is_value_type ? IL_CEE_ldloca : IL_CEE_ldloc, m->value);
    il_put_u16(b, IL_CEE_ldloca, m->held);
    il_put_method(b, IL_CEE_call, il_struct_stub(b->il, m->shape.layout, which));
}

static void
hold_handles(struct il_builder *b, struct il_marshal *m)
{
    if (!m->shape.held)
        return;
    m->held = il_builder_local(b, b->il->ty->t_i4, false);
    put_held(b, m, IL_STRUCT_HOLD);
}

static void
before_class(struct il_builder *b, struct il_marshal *m)
{
    uint32_t null = il_builder_label(b);

    copy_argument(b, m);
    m->spare = il_builder_local(b, m->shape.layout->native == m->managed ? b->il->ty->t_void_ptr : m->shape.layout->native, false);
    m->local = il_builder_local(b, b->il->ty->t_void_ptr, false);
    il_put_args(b, m->arg, 1);
    il_put_branch(b, IL_CEE_brfalse, null);
    il_put_u16(b, IL_CEE_ldloca, m->spare);
    il_put(b, IL_CEE_conv_u);
    il_put_u16(b, IL_CEE_stloc, m->local);
    if (m->in) {
        hold_handles(b, m);
        il_put_args(b, m->arg, 1);
        il_put_u16(b, IL_CEE_ldloc, m->local);
        il_put_method(b, IL_CEE_call,
                      il_struct_stub(b->il, m->shape.layout, m->shape.held ? IL_STRUCT_TO_NATIVE_HELD : IL_STRUCT_TO_NATIVE));
    }
    il_put_label(b, null);
}

static void
before_any(struct il_builder *b, struct il_marshal *m)
{
    uint32_t null = il_builder_label(b);

    m->local = il_builder_local(b, b->il->ty->t_i, false);
    il_put_args(b, m->arg, 1);
    il_put_branch(b, IL_CEE_brfalse, null);
    il_put_args(b, m->arg, 1);
    il_put_core_call(b, INTEROP, "AsAnyGetNativeSize", 1);
    il_put_core_call(b, INTEROP, "CoTaskMemAllocAndZeroMemory", 1);
    il_put_u16(b, IL_CEE_stloc, m->local);
    if (m->in) {
        il_put_args(b, m->arg, 1);
        il_put_u16(b, IL_CEE_ldloc, m->local);
        il_put_core_call(b, INTEROP, "AsAnyMarshalManagedToNative", 2);
    }
    il_put_label(b, null);
}

static void
before_value(struct il_builder *b, struct il_marshal *m)
{
    copy_argument(b, m);
    m->local = il_builder_local(b, m->shape.native, false);
    hold_handles(b, m);
    if (m->in)
        il_value_to_native(b, &m->shape, m->value, m->local);
}

static void
before_reference(struct il_builder *b, struct il_marshal *m)
{
    uint32_t null = il_builder_label(b);

    m->value = il_builder_local(b, m->managed->param, m->inner == IL_MARSHAL_STRUCT);
    m->local = il_builder_local(b, m->shape.native, false);
    if (m->shape.element)
        m->extra = il_builder_local(b, b->il->ty->t_i4, false);
    if (!m->in)
        return;
    il_put_args(b, m->arg, 1);
    il_put_type(b, IL_CEE_ldobj, m->managed->param);
    il_put_u16(b, IL_CEE_stloc, m->value);
    hold_handles(b, m);
    il_value_to_native(b, &m->shape, m->value, m->local);
    if (m->shape.element) {
        il_put_u16(b, IL_CEE_ldloc, m->value);
        il_put_branch(b, IL_CEE_brfalse, null);
        il_put_u16(b, IL_CEE_ldloc, m->value);
        il_put(b, IL_CEE_ldlen);
        il_put(b, IL_CEE_conv_i4);
        il_put_u16(b, IL_CEE_stloc, m->extra);
    }
    il_put_label(b, null);
}

void
il_marshal_before(struct il_builder *b, struct il_marshal *m)
{
    switch (m->kind) {
    case IL_MARSHAL_PLAIN:
    case IL_MARSHAL_VALUE_POINTER:
    case IL_MARSHAL_UNSUPPORTED:
    case IL_MARSHAL_FIELD_ARRAY:
    case IL_MARSHAL_FIELD_TEXT_NARROW:
    case IL_MARSHAL_FIELD_TEXT_WIDE:
    case IL_MARSHAL_FIELD_CLASS:
        break;
    case IL_MARSHAL_PINNED:
        m->local = il_builder_local(b, m->managed, true);
        il_put_args(b, m->arg, 1);
        il_put_u16(b, IL_CEE_stloc, m->local);
        break;
    case IL_MARSHAL_STRING_WIDE:
        pin_text(b, m);
        break;
    case IL_MARSHAL_BUILDER_NARROW:
    case IL_MARSHAL_BUILDER_WIDE:
        before_builder(b, m);
        break;
    case IL_MARSHAL_ARRAY:
        pin_array(b, m);
        break;
    case IL_MARSHAL_ARRAY_COPY:
        before_array(b, m);
        break;
    case IL_MARSHAL_SAFE_HANDLE:
    case IL_MARSHAL_CRITICAL_HANDLE:
    case IL_MARSHAL_HANDLE_REF:
        il_handle_before(b, m);
        break;
    case IL_MARSHAL_CLASS:
        before_class(b, m);
        break;
    case IL_MARSHAL_CLASS_PINNED:
        pin_class(b, m);
        break;
    case IL_MARSHAL_AS_ANY:
        before_any(b, m);
        break;
    case IL_MARSHAL_BY_REFERENCE:
        before_reference(b, m);
        break;
    case IL_MARSHAL_BOOL4:
    case IL_MARSHAL_BOOL1:
    case IL_MARSHAL_CHAR1:
    case IL_MARSHAL_STRING_NARROW:
    case IL_MARSHAL_STRING_BSTR:
    case IL_MARSHAL_STRING_ANSI_BSTR:
    case IL_MARSHAL_DELEGATE:
    case IL_MARSHAL_ANY_DELEGATE:
    case IL_MARSHAL_DATE:
    case IL_MARSHAL_CURRENCY:
    case IL_MARSHAL_STRUCT:
    case IL_MARSHAL_CUSTOM:
        before_value(b, m);
        break;
    }
}

/* ---- push ------------------------------------------------------------------------------------------------------ */

void
il_marshal_push(struct il_builder *b, const struct il_marshal *m)
{
    switch (m->kind) {
    case IL_MARSHAL_PLAIN:
    case IL_MARSHAL_UNSUPPORTED:
    case IL_MARSHAL_FIELD_ARRAY:
    case IL_MARSHAL_FIELD_TEXT_NARROW:
    case IL_MARSHAL_FIELD_TEXT_WIDE:
    case IL_MARSHAL_FIELD_CLASS:
        il_put_args(b, m->arg, 1);
        break;
    case IL_MARSHAL_VALUE_POINTER:
        il_put_u16(b, IL_CEE_ldarga, m->arg);
        il_put(b, IL_CEE_conv_u);
        break;
    case IL_MARSHAL_PINNED:
    case IL_MARSHAL_STRING_WIDE:
    case IL_MARSHAL_ARRAY:
    case IL_MARSHAL_CLASS_PINNED:
        il_put_u16(b, IL_CEE_ldloc, m->local);
        il_put(b, IL_CEE_conv_u);
        break;
    case IL_MARSHAL_SAFE_HANDLE:
    case IL_MARSHAL_CRITICAL_HANDLE:
    case IL_MARSHAL_HANDLE_REF:
        il_handle_push(b, m);
        break;
    case IL_MARSHAL_BY_REFERENCE:
        il_put_u16(b, IL_CEE_ldloca, m->local);
        il_put(b, IL_CEE_conv_u);
        break;
    case IL_MARSHAL_BOOL4:
    case IL_MARSHAL_BOOL1:
    case IL_MARSHAL_CHAR1:
    case IL_MARSHAL_STRING_NARROW:
    case IL_MARSHAL_STRING_BSTR:
    case IL_MARSHAL_STRING_ANSI_BSTR:
    case IL_MARSHAL_BUILDER_NARROW:
    case IL_MARSHAL_BUILDER_WIDE:
    case IL_MARSHAL_ARRAY_COPY:
    case IL_MARSHAL_DELEGATE:
    case IL_MARSHAL_ANY_DELEGATE:
    case IL_MARSHAL_DATE:
    case IL_MARSHAL_CURRENCY:
    case IL_MARSHAL_STRUCT:
    case IL_MARSHAL_CLASS:
    case IL_MARSHAL_AS_ANY:
    case IL_MARSHAL_CUSTOM:
        il_put_u16(b, IL_CEE_ldloc, m->local);
        break;
    }
}

/* ---- after ------------------------------------------------------------------------------------------------------ */

/* How many elements native code says there are. */
static void
put_length(struct il_builder *b, const struct il_marshal *m)
{
    il_put_i4(b, (int32_t)m->size_const);
    if (m->size_param >= 0) {
        il_put_args(b, m->size_arg, 1);
        if (m->size_is_ref)
            il_put_type(b, IL_CEE_ldobj, m->size_type);
        il_put(b, IL_CEE_conv_ovf_i4);
        il_put(b, IL_CEE_add_ovf);
    }
    il_put_u16(b, IL_CEE_stloc, m->extra);
}

static void
after_reference(struct il_builder *b, const struct il_marshal *m)
{
    if (!m->out)
        return;
    if (m->shape.element)
        put_length(b, m);
    il_value_to_managed(b, &m->shape, m->local, m->value, m->extra);
    il_put_args(b, m->arg, 1);
    il_put_u16(b, IL_CEE_ldloc, m->value);
    il_put_type(b, IL_CEE_stobj, m->managed->param);
}

static void
after_array(struct il_builder *b, const struct il_marshal *m)
{
    uint32_t null = il_builder_label(b);

    if (!m->out)
        return;
    il_put_u16(b, IL_CEE_ldloc, m->value);
    il_put_branch(b, IL_CEE_brfalse, null);
    if (is_narrow_text(m)) {
        il_put_u16(b, IL_CEE_ldloc, m->local);
        il_put_u16(b, IL_CEE_ldloc, m->value);
        il_put_core_call(b, INTEROP, "AnsiCharArrayToWideCharArray", 2);
    } else {
        il_elements_to_managed(b, m->shape.element, m->local, m->value, m->extra);
    }
    il_put_label(b, null);
}

static void
after_object(struct il_builder *b, const struct il_marshal *m)
{
    uint32_t null = il_builder_label(b);

    if (!m->out)
        return;
    il_put_u16(b, IL_CEE_ldloc, m->local);
    il_put_branch(b, IL_CEE_brfalse, null);
    il_put_u16(b, IL_CEE_ldloc, m->local);
    il_put_args(b, m->arg, 1);
    if (m->kind == IL_MARSHAL_AS_ANY)
        il_put_core_call(b, INTEROP, "AsAnyMarshalNativeToManaged", 2);
    else
        il_put_method(b, IL_CEE_call,
                      il_struct_stub(b->il, m->shape.layout, m->shape.held ? IL_STRUCT_TO_MANAGED_HELD : IL_STRUCT_TO_MANAGED));
    il_put_label(b, null);
}

static void
after_builder(struct il_builder *b, const struct il_marshal *m)
{
    uint32_t null = il_builder_label(b);

    il_put_u16(b, IL_CEE_ldloc, m->local);
    il_put_branch(b, IL_CEE_brfalse, null);
    il_put_u16(b, IL_CEE_ldloc, m->local);
    il_put_args(b, m->arg, 1);
    il_put_core_call(b, INTEROP,
                     m->kind == IL_MARSHAL_BUILDER_WIDE ? "UnicodeStringToStringBuilder" : "AnsiStringToStringBuilder", 2);
    il_put_label(b, null);
}

void
il_marshal_after(struct il_builder *b, const struct il_marshal *m)
{
    switch ((int)m->kind) {
    case IL_MARSHAL_BY_REFERENCE:
        after_reference(b, m);
        break;
    case IL_MARSHAL_ARRAY_COPY:
        after_array(b, m);
        break;
    case IL_MARSHAL_CLASS:
    case IL_MARSHAL_AS_ANY:
        after_object(b, m);
        break;
    case IL_MARSHAL_BUILDER_NARROW:
    case IL_MARSHAL_BUILDER_WIDE:
        after_builder(b, m);
        break;
    case IL_MARSHAL_CUSTOM: /* the object stays; the marshaler may want to see what came back */
        if (m->out)
            il_value_to_managed(b, &m->shape, m->local, m->value, 0);
        break;
    default:
        break;
    }
}

void
il_marshal_handle_after(struct il_builder *b, const struct il_marshal *m)
{
    il_handle_after(b, m);
}

/* ---- cleanup ------------------------------------------------------------------------------------------------------ */

bool
il_marshal_has_cleanup(const struct il_marshal *m)
{
    if (m->shape.held)
        return true;
    switch ((int)m->kind) {
    case IL_MARSHAL_SAFE_HANDLE:
    case IL_MARSHAL_CRITICAL_HANDLE:
    case IL_MARSHAL_HANDLE_REF:
        return il_handle_has_cleanup(m);
    case IL_MARSHAL_DELEGATE:
    case IL_MARSHAL_ANY_DELEGATE:
    case IL_MARSHAL_AS_ANY:
        return true;
    case IL_MARSHAL_STRING_WIDE:
    case IL_MARSHAL_ARRAY:
    case IL_MARSHAL_CLASS_PINNED:
        return false;
    case IL_MARSHAL_CLASS:
        return m->shape.layout->needs_cleanup;
    case IL_MARSHAL_BY_REFERENCE:
        return il_value_has_cleanup(&m->shape) || m->inner == IL_MARSHAL_DELEGATE;
    default:
        return il_value_has_cleanup(&m->shape);
    }
}

static void
cleanup_object(struct il_builder *b, const struct il_marshal *m)
{
    uint32_t null = il_builder_label(b);

    il_put_u16(b, IL_CEE_ldloc, m->local);
    il_put_branch(b, IL_CEE_brfalse, null);
    if (m->shape.held)
        put_held(b, m, IL_STRUCT_RELEASE);
    il_put_u16(b, IL_CEE_ldloc, m->local);
    if (m->kind == IL_MARSHAL_AS_ANY) {
        il_put_args(b, m->arg, 1);
        il_put_core_call(b, INTEROP, "AsAnyCleanupNative", 2);
        il_put_u16(b, IL_CEE_ldloc, m->local);
        il_put_core_call(b, MARSHAL, "FreeCoTaskMem", 1);
    } else {
        il_put_method(b, IL_CEE_call, il_struct_stub(b->il, m->shape.layout, IL_STRUCT_CLEANUP));
    }
    il_put_label(b, null);
}

void
il_marshal_cleanup(struct il_builder *b, const struct il_marshal *m)
{
    if (!il_marshal_has_cleanup(m))
        return;
    if (il_marshal_is_handle(m)) {
        il_handle_cleanup(b, m);
    } else if (m->kind == IL_MARSHAL_DELEGATE || m->kind == IL_MARSHAL_ANY_DELEGATE || m->inner == IL_MARSHAL_DELEGATE) {
        il_put_u16(b, IL_CEE_ldloc, m->value);
        il_put_core_call(b, "System.GC", "KeepAlive", 1);
    } else if (m->kind == IL_MARSHAL_CLASS || m->kind == IL_MARSHAL_AS_ANY) {
        cleanup_object(b, m);
    } else {
        il_value_cleanup(b, &m->shape, m->local, m->extra);
        if (m->shape.held)
            put_held(b, m, IL_STRUCT_RELEASE);
    }
}

/* ---- results ---------------------------------------------------------------------------------------------- */

void
il_marshal_result_before(struct il_builder *b, struct il_marshal *m)
{
    if (il_kind_of(m->managed) == IL_VOID)
        return;
    m->local = il_builder_local(b, m->native, false);
    if (il_marshal_is_handle(m))
        il_handle_result_before(b, m);
    else if (m->kind != IL_MARSHAL_PLAIN)
        m->value = il_builder_local(b, m->managed, false);
}

void
il_marshal_result(struct il_builder *b, const struct il_marshal *m)
{
    if (il_kind_of(m->managed) == IL_VOID)
        return;
    if (il_marshal_is_handle(m)) {
        il_handle_result(b, m);
    } else if (m->kind == IL_MARSHAL_PLAIN) {
        il_put_u16(b, IL_CEE_ldloc, m->local);
    } else {
        il_value_to_managed(b, &m->shape, m->local, m->value, 0);
        il_put_u16(b, IL_CEE_ldloc, m->value);
    }
}

bool
il_marshal_result_has_cleanup(const struct il_marshal *m)
{
    return il_kind_of(m->managed) != IL_VOID && il_value_has_cleanup(&m->shape);
}

void
il_marshal_result_cleanup(struct il_builder *b, const struct il_marshal *m)
{
    if (il_marshal_result_has_cleanup(m))
        il_value_cleanup(b, &m->shape, m->local, 0);
}
