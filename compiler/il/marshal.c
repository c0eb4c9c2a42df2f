/* compiler/il/marshal.c - conversions of P/Invoke parameters and results on Unix (contract/runtime.md
 * 5.3). What is not listed there as supported, or not done yet, is refused: the stub then throws
 * MarshalDirectiveException. */
#include "compiler/il/marshal.h"

#include <string.h>

#define INTEROP "Internal.Runtime.CompilerHelpers.InteropHelpers"
#define SAFE_HANDLE "System.Runtime.InteropServices.SafeHandle"

enum { /* II.23.4, native types */
    NATIVE_NONE = 0,
    NATIVE_BOOLEAN = 0x02,
    NATIVE_I1 = 0x03,
    NATIVE_U1 = 0x04,
    NATIVE_R8 = 0x0c,
    NATIVE_LPSTR = 0x14,
    NATIVE_LPWSTR = 0x15,
    NATIVE_LPTSTR = 0x16,
    NATIVE_STRUCT = 0x1b,
    NATIVE_INT = 0x1f,
    NATIVE_UINT = 0x20,
    NATIVE_FUNC = 0x26,
    NATIVE_LPARRAY = 0x2a,
    NATIVE_LPUTF8STR = 0x30,
};

/* ---- what the metadata says ----------------------------------------------------------------------- */

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

static unsigned
native_type(const struct il_pinvoke *p, uint32_t row)
{
    const struct md_image *img = p->method->def->assembly->image;
    uint32_t marshal = row ? md_find_row(img, MD_FIELDMARSHAL, MD_FIELDMARSHAL_PARENT, md_token(MD_PARAM, row)) : 0;
    struct md_blob blob;

    if (!marshal)
        return NATIVE_NONE;
    blob = md_cell_blob(img, MD_FIELDMARSHAL, marshal, MD_FIELDMARSHAL_NATIVETYPE);
    return blob.size ? blob.at[0] : NATIVE_NONE;
}

static bool
is_wide(const struct il_pinvoke *p)
{
    return (p->flags & MD_PINVOKE_CHARSET_MASK) == MD_PINVOKE_CHARSET_UNICODE;
}

/* Bit for bit what native code expects. */
static bool
is_blittable(struct il_context *il, const struct il_pinvoke *p, struct ty_type *t)
{
    const struct ty_layout *l;

    if (t->form == TY_FORM_POINTER || t->form == TY_FORM_FNPTR)
        return true;
    if (!t->is_value_type)
        return false;
    if (il_kind_of(t) != IL_STRUCT) {
        if (!p->runtime_marshalling)
            return true;
        if (t->def && t->def->is_enum)
            return true;
        return t->element != TY_EL_BOOL && (t->element != TY_EL_CHAR || is_wide(p));
    }
    l = ty_layout_of(il->ty, t);
    return l && (p->runtime_marshalling ? l->is_blittable : !l->has_refs);
}

/* ---- planning ---------------------------------------------------------------------------------------- */

static bool
is_safe_handle(struct il_context *il, struct ty_type *t)
{
    struct ty_type *base = ty_well_known_type(il->ty, WK_SAFE_HANDLE);

    return base && t->form == TY_FORM_DEF && !t->is_value_type && ty_is_subclass(il->ty, t, base);
}

static void
plan_text(const struct il_pinvoke *p, struct il_marshal *m, unsigned native, bool is_builder)
{
    bool wide = is_wide(p);

    if (native == NATIVE_LPWSTR)
        wide = true;
    else if (native == NATIVE_LPSTR || native == NATIVE_LPUTF8STR || native == NATIVE_LPTSTR)
        wide = false;
    else if (native != NATIVE_NONE)
        return; /* BSTR and its kin */
    if (is_builder)
        m->kind = wide ? IL_MARSHAL_BUILDER_WIDE : IL_MARSHAL_BUILDER_NARROW;
    else
        m->kind = wide ? IL_MARSHAL_STRING_WIDE : IL_MARSHAL_STRING_NARROW;
}

static void
plan_scalar(struct il_context *il, const struct il_pinvoke *p, struct il_marshal *m, struct ty_type *t, unsigned native)
{
    if (t->element == TY_EL_BOOL && il_kind_of(t) == IL_I4 && !t->def->is_enum) {
        if (native == NATIVE_NONE || native == NATIVE_BOOLEAN) {
            m->kind = IL_MARSHAL_BOOL4;
            m->native = il->ty->t_i4;
        } else if (native == NATIVE_I1 || native == NATIVE_U1) {
            m->kind = IL_MARSHAL_BOOL1;
            m->native = il->ty->t_u1;
        }
    } else if (t->element == TY_EL_CHAR && !t->def->is_enum) {
        if (native == NATIVE_I1 || native == NATIVE_U1 || (native == NATIVE_NONE && !is_wide(p))) {
            m->kind = IL_MARSHAL_CHAR1;
            m->native = il->ty->t_u1;
        } else {
            m->kind = IL_MARSHAL_PLAIN;
            m->native = t;
        }
    } else if (is_blittable(il, p, t)) {
        m->kind = IL_MARSHAL_PLAIN;
        m->native = t;
    }
}

static void
plan_object(struct il_context *il, const struct il_pinvoke *p, struct il_marshal *m, struct ty_type *t, unsigned native)
{
    m->native = il->ty->t_void_ptr;
    if (t == il->ty->t_string) {
        plan_text(p, m, native, false);
    } else if (t->def && strcmp(t->def->full_name, "System.Text.StringBuilder") == 0) {
        plan_text(p, m, native, true);
    } else if (t->form == TY_FORM_SZARRAY && (native == NATIVE_NONE || native == NATIVE_LPARRAY)) {
        if (is_blittable(il, p, t->param))
            m->kind = IL_MARSHAL_ARRAY;
    } else if (is_safe_handle(il, t)) {
        m->kind = IL_MARSHAL_SAFE_HANDLE;
        m->native = il->ty->t_i;
    } else if (ty_is_delegate(t) && (native == NATIVE_NONE || native == NATIVE_FUNC)) {
        m->kind = IL_MARSHAL_DELEGATE;
        m->native = il->ty->t_i;
    }
}

static void
plan_byref(struct il_context *il, const struct il_pinvoke *p, struct il_marshal *m, struct ty_type *t, unsigned native)
{
    struct il_marshal inner = {.kind = IL_MARSHAL_UNSUPPORTED};

    if (t->is_value_type)
        plan_scalar(il, p, &inner, t, native);
    else
        plan_object(il, p, &inner, t, native);
    m->native = il->ty->t_void_ptr;
    m->inner = inner.kind;
    if (inner.kind == IL_MARSHAL_PLAIN)
        m->kind = IL_MARSHAL_PINNED;
    else if (inner.kind == IL_MARSHAL_BOOL4 || inner.kind == IL_MARSHAL_BOOL1 || inner.kind == IL_MARSHAL_CHAR1 ||
             inner.kind == IL_MARSHAL_STRING_NARROW)
        m->kind = IL_MARSHAL_BY_REFERENCE;
}

void
il_marshal_plan(struct il_context *il, const struct il_pinvoke *p, uint32_t sequence, struct ty_type *t,
                struct il_marshal *m)
{
    uint32_t row = param_row(p, sequence);
    uint32_t flags = row ? md_cell(p->method->def->assembly->image, MD_PARAM, row, MD_PARAM_FLAGS) : 0;
    unsigned native = p->runtime_marshalling ? native_type(p, row) : NATIVE_NONE;

    memset(m, 0, sizeof *m);
    m->kind = IL_MARSHAL_UNSUPPORTED;
    m->managed = t;
    m->arg = sequence ? sequence - 1 : 0;
    m->out = (flags & 2) != 0;
    m->in = (flags & 1) != 0 || !m->out;
    if (il_kind_of(t) == IL_VOID || !p->runtime_marshalling) {
        if (il_kind_of(t) == IL_VOID || t->form == TY_FORM_BYREF || is_blittable(il, p, t)) {
            m->kind = t->form == TY_FORM_BYREF ? IL_MARSHAL_PINNED : IL_MARSHAL_PLAIN;
            m->native = t->form == TY_FORM_BYREF ? il->ty->t_void_ptr : t;
        }
        return;
    }
    if (t->form == TY_FORM_BYREF) {
        plan_byref(il, p, m, t->param, native);
        if (!(flags & 3))
            m->in = m->out = true;
    } else if (t->is_value_type || t->form == TY_FORM_POINTER || t->form == TY_FORM_FNPTR) {
        plan_scalar(il, p, m, t, native);
    } else {
        plan_object(il, p, m, t, native);
    }
}

/* ---- scalars ---------------------------------------------------------------------------------------- */

/* Managed scalar on the stack -> native. */
static void
put_to_native(struct il_builder *b, enum il_marshal_kind kind)
{
    if (kind == IL_MARSHAL_BOOL4 || kind == IL_MARSHAL_BOOL1) {
        il_put_i4(b, 0);
        il_put(b, IL_CEE_cgt_un);
    } else if (kind == IL_MARSHAL_CHAR1) {
        il_put_i4(b, 1);
        il_put_i4(b, 0);
        il_put_core_call(b, INTEROP, "WideCharToAnsiChar", 3);
    } else if (kind == IL_MARSHAL_STRING_NARROW) {
        il_put_i4(b, 1);
        il_put_i4(b, 0);
        il_put_core_call(b, INTEROP, "StringToAnsiString", 3);
    }
}

static void
put_to_managed(struct il_builder *b, enum il_marshal_kind kind)
{
    if (kind == IL_MARSHAL_BOOL4 || kind == IL_MARSHAL_BOOL1) {
        il_put_i4(b, 0);
        il_put(b, IL_CEE_cgt_un);
    } else if (kind == IL_MARSHAL_CHAR1) {
        il_put_core_call(b, INTEROP, "AnsiCharToWideChar", 1);
    } else if (kind == IL_MARSHAL_STRING_NARROW) {
        il_put_core_call(b, INTEROP, "AnsiStringToString", 1);
    }
}

static void
put_free(struct il_builder *b, uint32_t local)
{
    il_put_u16(b, IL_CEE_ldloc, local);
    il_put_core_call(b, "System.Runtime.InteropServices.Marshal", "FreeCoTaskMem", 1);
}

static struct ty_type *
scalar_native(struct il_builder *b, enum il_marshal_kind kind)
{
    struct ty_context *ty = b->il->ty;

    return kind == IL_MARSHAL_BOOL4 ? ty->t_i4 : kind == IL_MARSHAL_STRING_NARROW ? ty->t_void_ptr : ty->t_u1;
}

/* ---- before ----------------------------------------------------------------------------------------- */

static void
before_wide_string(struct il_builder *b, struct il_marshal *m)
{
    uint32_t null = il_builder_label(b);

    m->local = il_builder_local(b, ty_byref(b->il->ty, b->il->ty->t_char), true);
    il_put_u16(b, IL_CEE_ldarg, m->arg);
    il_put_branch(b, IL_CEE_brfalse, null);
    il_put_u16(b, IL_CEE_ldarg, m->arg);
    il_put_core_call(b, "System.String", "GetPinnableReference", 0);
    il_put_u16(b, IL_CEE_stloc, m->local);
    il_put_label(b, null);
}

static void
before_array(struct il_builder *b, struct il_marshal *m)
{
    uint32_t empty = il_builder_label(b);

    m->local = il_builder_local(b, ty_byref(b->il->ty, m->managed->param), true);
    il_put_u16(b, IL_CEE_ldarg, m->arg);
    il_put_branch(b, IL_CEE_brfalse, empty);
    il_put_u16(b, IL_CEE_ldarg, m->arg);
    il_put(b, IL_CEE_ldlen);
    il_put_branch(b, IL_CEE_brfalse, empty);
    il_put_u16(b, IL_CEE_ldarg, m->arg);
    il_put_i4(b, 0);
    il_put_type(b, IL_CEE_ldelema, m->managed->param);
    il_put_u16(b, IL_CEE_stloc, m->local);
    il_put_label(b, empty);
}

static void
before_builder(struct il_builder *b, struct il_marshal *m)
{
    bool wide = m->kind == IL_MARSHAL_BUILDER_WIDE;

    m->local = il_builder_local(b, b->il->ty->t_void_ptr, false);
    il_put_u16(b, IL_CEE_ldarg, m->arg);
    il_put_core_call(b, INTEROP, wide ? "AllocMemoryForUnicodeStringBuilder" : "AllocMemoryForAnsiStringBuilder", 1);
    il_put_u16(b, IL_CEE_stloc, m->local);
    if (!m->in)
        return;
    il_put_u16(b, IL_CEE_ldarg, m->arg);
    il_put_u16(b, IL_CEE_ldloc, m->local);
    if (!wide) {
        il_put_i4(b, 1);
        il_put_i4(b, 0);
    }
    il_put_core_call(b, INTEROP, wide ? "StringBuilderToUnicodeString" : "StringBuilderToAnsiString", wide ? 2 : 4);
}

static void
before_handle(struct il_builder *b, struct il_marshal *m)
{
    m->local = il_builder_local(b, b->il->ty->t_i, false);
    m->extra = il_builder_local(b, b->il->ty->t_bool, false);
    il_put_u16(b, IL_CEE_ldarg, m->arg);
    il_put_u16(b, IL_CEE_ldloca, m->extra);
    il_put_method(b, IL_CEE_callvirt, il_core_method(b->il, SAFE_HANDLE, "DangerousAddRef", 1));
    il_put_u16(b, IL_CEE_ldarg, m->arg);
    il_put_method(b, IL_CEE_callvirt, il_core_method(b->il, SAFE_HANDLE, "DangerousGetHandle", 0));
    il_put_u16(b, IL_CEE_stloc, m->local);
}

static void
before_reference(struct il_builder *b, struct il_marshal *m)
{
    m->local = il_builder_local(b, scalar_native(b, m->inner), false);
    if (!m->in)
        return;
    il_put_u16(b, IL_CEE_ldarg, m->arg);
    il_put_type(b, IL_CEE_ldobj, m->managed->param);
    put_to_native(b, m->inner);
    il_put_u16(b, IL_CEE_stloc, m->local);
}

void
il_marshal_before(struct il_builder *b, struct il_marshal *m)
{
    switch (m->kind) {
    case IL_MARSHAL_PLAIN:
    case IL_MARSHAL_BOOL4:
    case IL_MARSHAL_BOOL1:
    case IL_MARSHAL_CHAR1:
    case IL_MARSHAL_UNSUPPORTED:
        break;
    case IL_MARSHAL_PINNED:
        m->local = il_builder_local(b, m->managed, true);
        il_put_u16(b, IL_CEE_ldarg, m->arg);
        il_put_u16(b, IL_CEE_stloc, m->local);
        break;
    case IL_MARSHAL_STRING_NARROW:
        m->local = il_builder_local(b, b->il->ty->t_void_ptr, false);
        il_put_u16(b, IL_CEE_ldarg, m->arg);
        put_to_native(b, m->kind);
        il_put_u16(b, IL_CEE_stloc, m->local);
        break;
    case IL_MARSHAL_STRING_WIDE:
        before_wide_string(b, m);
        break;
    case IL_MARSHAL_BUILDER_NARROW:
    case IL_MARSHAL_BUILDER_WIDE:
        before_builder(b, m);
        break;
    case IL_MARSHAL_ARRAY:
        before_array(b, m);
        break;
    case IL_MARSHAL_SAFE_HANDLE:
        before_handle(b, m);
        break;
    case IL_MARSHAL_DELEGATE:
        m->local = il_builder_local(b, b->il->ty->t_i, false);
        il_put_u16(b, IL_CEE_ldarg, m->arg);
        il_put_core_call(b, "System.Runtime.InteropServices.PInvokeMarshal", "GetFunctionPointerForDelegate", 1);
        il_put_u16(b, IL_CEE_stloc, m->local);
        break;
    case IL_MARSHAL_BY_REFERENCE:
        before_reference(b, m);
        break;
    }
}

/* ---- push, after, cleanup ----------------------------------------------------------------------------- */

void
il_marshal_push(struct il_builder *b, const struct il_marshal *m)
{
    switch (m->kind) {
    case IL_MARSHAL_PLAIN:
    case IL_MARSHAL_UNSUPPORTED:
        il_put_u16(b, IL_CEE_ldarg, m->arg);
        break;
    case IL_MARSHAL_BOOL4:
    case IL_MARSHAL_BOOL1:
    case IL_MARSHAL_CHAR1:
        il_put_u16(b, IL_CEE_ldarg, m->arg);
        put_to_native(b, m->kind);
        break;
    case IL_MARSHAL_PINNED:
    case IL_MARSHAL_STRING_WIDE:
    case IL_MARSHAL_ARRAY:
        il_put_u16(b, IL_CEE_ldloc, m->local);
        il_put(b, IL_CEE_conv_u);
        break;
    case IL_MARSHAL_STRING_NARROW:
    case IL_MARSHAL_BUILDER_NARROW:
    case IL_MARSHAL_BUILDER_WIDE:
    case IL_MARSHAL_SAFE_HANDLE:
    case IL_MARSHAL_DELEGATE:
        il_put_u16(b, IL_CEE_ldloc, m->local);
        break;
    case IL_MARSHAL_BY_REFERENCE:
        il_put_u16(b, IL_CEE_ldloca, m->local);
        il_put(b, IL_CEE_conv_u);
        break;
    }
}

void
il_marshal_after(struct il_builder *b, const struct il_marshal *m)
{
    bool wide = m->kind == IL_MARSHAL_BUILDER_WIDE;

    if (m->kind == IL_MARSHAL_BY_REFERENCE && m->out) {
        il_put_u16(b, IL_CEE_ldarg, m->arg);
        il_put_u16(b, IL_CEE_ldloc, m->local);
        put_to_managed(b, m->inner);
        il_put_type(b, IL_CEE_stobj, m->managed->param);
    }
    if ((wide || m->kind == IL_MARSHAL_BUILDER_NARROW) && (m->out || m->in)) {
        il_put_u16(b, IL_CEE_ldloc, m->local);
        il_put_u16(b, IL_CEE_ldarg, m->arg);
        il_put_core_call(b, INTEROP, wide ? "UnicodeStringToStringBuilder" : "AnsiStringToStringBuilder", 2);
    }
}

bool
il_marshal_has_cleanup(const struct il_marshal *m)
{
    switch (m->kind) {
    case IL_MARSHAL_STRING_NARROW:
    case IL_MARSHAL_BUILDER_NARROW:
    case IL_MARSHAL_BUILDER_WIDE:
    case IL_MARSHAL_SAFE_HANDLE:
    case IL_MARSHAL_DELEGATE:
        return true;
    case IL_MARSHAL_BY_REFERENCE:
        return m->inner == IL_MARSHAL_STRING_NARROW;
    case IL_MARSHAL_PLAIN:
    case IL_MARSHAL_BOOL4:
    case IL_MARSHAL_BOOL1:
    case IL_MARSHAL_CHAR1:
    case IL_MARSHAL_PINNED:
    case IL_MARSHAL_STRING_WIDE:
    case IL_MARSHAL_ARRAY:
    case IL_MARSHAL_UNSUPPORTED:
        break;
    }
    return false;
}

void
il_marshal_cleanup(struct il_builder *b, const struct il_marshal *m)
{
    uint32_t skip;

    if (!il_marshal_has_cleanup(m))
        return;
    if (m->kind == IL_MARSHAL_SAFE_HANDLE) {
        skip = il_builder_label(b);
        il_put_u16(b, IL_CEE_ldloc, m->extra);
        il_put_branch(b, IL_CEE_brfalse, skip);
        il_put_u16(b, IL_CEE_ldarg, m->arg);
        il_put_method(b, IL_CEE_callvirt, il_core_method(b->il, SAFE_HANDLE, "DangerousRelease", 0));
        il_put_label(b, skip);
    } else if (m->kind == IL_MARSHAL_DELEGATE) {
        il_put_u16(b, IL_CEE_ldarg, m->arg);
        il_put_core_call(b, "System.GC", "KeepAlive", 1);
    } else {
        put_free(b, m->local); /* NULL is fine */
    }
}

/* ---- results ---------------------------------------------------------------------------------------------- */

void
il_marshal_result_before(struct il_builder *b, struct il_marshal *m)
{
    struct ty_method *ctor;

    if (il_kind_of(m->managed) == IL_VOID)
        return;
    m->local = il_builder_local(b, m->native, false);
    if (m->kind != IL_MARSHAL_SAFE_HANDLE)
        return;
    m->extra = il_builder_local(b, m->managed, false);
    ctor = ty_method_named(b->il->ty, m->managed, ".ctor", 0);
    il_put_method(b, IL_CEE_newobj, ctor);
    il_put_u16(b, IL_CEE_stloc, m->extra);
}

static void
result_text(struct il_builder *b, const struct il_marshal *m)
{
    il_put_u16(b, IL_CEE_ldloc, m->local);
    if (m->kind == IL_MARSHAL_STRING_WIDE)
        il_put_core_call(b, "System.Runtime.InteropServices.Marshal", "PtrToStringUni", 1);
    else
        il_put_core_call(b, INTEROP, "AnsiStringToString", 1);
    put_free(b, m->local);
}

void
il_marshal_result(struct il_builder *b, const struct il_marshal *m)
{
    if (il_kind_of(m->managed) == IL_VOID)
        return;
    if (m->kind == IL_MARSHAL_STRING_NARROW || m->kind == IL_MARSHAL_STRING_WIDE) {
        result_text(b, m);
    } else if (m->kind == IL_MARSHAL_SAFE_HANDLE) {
        il_put_u16(b, IL_CEE_ldloc, m->extra);
        il_put_u16(b, IL_CEE_ldloc, m->local);
        il_put_method(b, IL_CEE_callvirt, il_core_method(b->il, SAFE_HANDLE, "SetHandle", 1));
        il_put_u16(b, IL_CEE_ldloc, m->extra);
    } else {
        il_put_u16(b, IL_CEE_ldloc, m->local);
        put_to_managed(b, m->kind);
    }
}
