/* compiler/il/marshal.c - parameters and results of P/Invokes: the stages of a stub (contract/runtime.md 5.2, 5.3).
 * What has no native form here makes the stub throw MarshalDirectiveException with the reason. */
#include "compiler/il/marshal_priv.h"

#include <string.h>

/* ---- planning ---------------------------------------------------------------------------------------- */

static uint32_t
param_row(const struct il_pinvoke *p, uint32_t sequence)
{
    const struct md_image *img = p->method->def->assembly->image;
    uint32_t row, end;

    md_list(img, MD_METHODDEF, p->method->def->row, MD_METHODDEF_PARAMLIST, &row, &end);
    for (; row < end; row++)
        if (md_cell(img, MD_PARAM, row, MD_PARAM_SEQUENCE) == sequence)
            return row;
    return 0;
}

static void
refuse(struct il_marshal *m, const char *why)
{
    m->kind = IL_MARSHAL_UNSUPPORTED;
    m->problem = why;
}

/* Without runtime marshalling everything goes as it is. */
static void
plan_raw(struct il_context *il, struct il_marshal *m, struct ty_type *t)
{
    const struct ty_layout *l = t->is_value_type ? ty_layout_of(il->ty, t) : NULL;

    if (t->form == TY_FORM_BYREF) {
        m->kind = IL_MARSHAL_PINNED;
        m->native = il->ty->t_void_ptr;
    } else if (t->form == TY_FORM_POINTER || t->form == TY_FORM_FNPTR || (l && !l->has_refs)) {
        m->kind = IL_MARSHAL_PLAIN;
        m->native = t;
    } else {
        refuse(m, "the assembly disables runtime marshalling, which this type would need");
    }
}

static bool
is_handle(enum il_marshal_kind kind)
{
    return kind == IL_MARSHAL_SAFE_HANDLE || kind == IL_MARSHAL_CRITICAL_HANDLE || kind == IL_MARSHAL_HANDLE_REF;
}

static void
plan_reference(struct il_context *il, struct il_marshal *m)
{
    struct ty_type *t = m->managed->param;

    m->native = il->ty->t_void_ptr;
    switch ((int)m->shape.kind) {
    case IL_MARSHAL_PLAIN:
        m->kind = IL_MARSHAL_PINNED;
        return;
    case IL_MARSHAL_SAFE_HANDLE:
    case IL_MARSHAL_CRITICAL_HANDLE:
        m->kind = m->shape.kind;
        if (m->out && t->def->is_abstract)
            refuse(m, "ref and out handles cannot be of an abstract class");
        return;
    case IL_MARSHAL_HANDLE_REF:
    case IL_MARSHAL_BUILDER_NARROW:
    case IL_MARSHAL_BUILDER_WIDE:
    case IL_MARSHAL_ANY_DELEGATE:
    case IL_MARSHAL_AS_ANY:
    case IL_MARSHAL_VALUE_POINTER:
        refuse(m, "it cannot be passed by reference");
        return;
    default:
        break;
    }
    if (m->shape.kind == IL_MARSHAL_ARRAY && t->form == TY_FORM_MDARRAY)
        refuse(m, "arrays of more than one dimension cannot be passed by reference");
    else
        m->kind = IL_MARSHAL_BY_REFERENCE;
}

/* C passes these in registers of their own, which signatures cannot say. */
static bool
is_wide_number(const struct ty_type *t)
{
    switch (t->form == TY_FORM_DEF ? t->def->well_known : -1) {
    case WK_INT128:
    case WK_UINT128:
    case WK_VECTOR64_OF_T:
    case WK_VECTOR128_OF_T:
    case WK_VECTOR256_OF_T:
    case WK_VECTOR512_OF_T:
    case WK_VECTOR_OF_T:
        return true;
    default:
        return false;
    }
}

static void
plan_value(struct il_context *il, struct il_marshal *m, bool is_result)
{
    m->kind = m->shape.kind;
    m->native = m->shape.native;
    if (m->kind == IL_MARSHAL_VALUE_POINTER)
        m->native = il->ty->t_void_ptr;
    if (m->kind == IL_MARSHAL_CLASS && m->shape.layout->is_same && !is_result)
        m->kind = IL_MARSHAL_CLASS_PINNED;
    if (is_wide_number(m->managed))
        refuse(m, "vectors and 128-bit integers cannot be passed by value");
    if (is_result && is_handle(m->kind) && m->managed->def->is_abstract)
        refuse(m, "a handle of an abstract class cannot be returned");
}

/* Structs and classes whose handle fields the stub has to keep open. */
static bool
has_handles(const struct il_marshal *m)
{
    return (m->kind == IL_MARSHAL_STRUCT || m->kind == IL_MARSHAL_CLASS ||
            (m->kind == IL_MARSHAL_BY_REFERENCE && m->inner == IL_MARSHAL_STRUCT)) &&
           m->shape.layout->has_handles;
}

static void
plan_size(const struct il_pinvoke *p, const struct il_marshal_as *as, struct il_marshal *m)
{
    const struct ty_sig *sig = p->method->sig;

    m->size_param = as->type == NATIVE_LPARRAY ? as->param : -1;
    m->size_const = as->has_count ? as->count : m->size_param < 0;
    if (m->size_param < 0)
        return;
    if ((uint32_t)m->size_param >= sig->param_count) {
        refuse(m, "SizeParamIndex names no parameter");
        return;
    }
    m->size_arg = (uint32_t)m->size_param + p->is_delegate;
    m->size_type = sig->params[m->size_param];
    m->size_is_ref = m->size_type->form == TY_FORM_BYREF;
    if (m->size_is_ref)
        m->size_type = m->size_type->param;
    if (il_kind_of(m->size_type) != IL_I4 && il_kind_of(m->size_type) != IL_I8 && il_kind_of(m->size_type) != IL_I)
        refuse(m, "the parameter that SizeParamIndex names is no integer");
}

static bool
names_bad_type(const struct il_shape_query *q, const char *why)
{
    return q->type->is_value_type && strncmp(why, "field '", 7) == 0;
}

void
il_marshal_plan(struct il_context *il, const struct il_pinvoke *p, uint32_t sequence, struct ty_type *t,
                struct il_marshal *m)
{
    const struct md_image *img = p->method->def->assembly->image;
    uint32_t row = param_row(p, sequence), flags = row ? md_cell(img, MD_PARAM, row, MD_PARAM_FLAGS) : 0;
    struct il_shape_query q = {.assembly = p->method->def->assembly, .place = sequence ? IL_PLACE_PARAM : IL_PLACE_RESULT};

    memset(m, 0, sizeof *m);
    m->kind = IL_MARSHAL_UNSUPPORTED;
    m->managed = t;
    m->arg = sequence ? sequence - 1 : 0;
    m->is_ref = t->form == TY_FORM_BYREF;
    m->out = (flags & 2) != 0 || (m->is_ref && !(flags & 3));
    m->in = (flags & 1) != 0 || !(flags & 2);
    if (il_kind_of(t) == IL_VOID) {
        m->kind = IL_MARSHAL_PLAIN;
        m->native = t;
        return;
    }
    if (!sequence && m->is_ref) {
        refuse(m, "references cannot be returned");
        return;
    }
    if (!p->runtime_marshalling) {
        plan_raw(il, m, t);
        return;
    }
    q.type = m->is_ref ? t->param : t;
    q.wide = (p->flags & MD_PINVOKE_CHARSET_MASK) == MD_PINVOKE_CHARSET_UNICODE;
    q.as.param = -1;
    if (row)
        il_marshal_as(il, img, md_token(MD_PARAM, row), &q.as);
    if (!il_shape_of(il, &q, &m->shape, &m->problem)) {
        m->problem_is_type = names_bad_type(&q, m->problem);
        return;
    }
    if (m->is_ref)
        plan_reference(il, m);
    else
        plan_value(il, m, !sequence);
    m->inner = m->shape.kind;
    m->shape.held = m->in && sequence && has_handles(m);
    if (m->kind != IL_MARSHAL_UNSUPPORTED && m->shape.element)
        plan_size(p, &q.as, m);
}

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

bool
il_marshal_is_handle(const struct il_marshal *m)
{
    return is_handle(m->kind);
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
    if (is_handle(m->kind)) {
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
    if (is_handle(m->kind))
        il_handle_result_before(b, m);
    else if (m->kind != IL_MARSHAL_PLAIN)
        m->value = il_builder_local(b, m->managed, false);
}

void
il_marshal_result(struct il_builder *b, const struct il_marshal *m)
{
    if (il_kind_of(m->managed) == IL_VOID)
        return;
    if (is_handle(m->kind)) {
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
