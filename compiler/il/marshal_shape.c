/* compiler/il/marshal_shape.c - decides how a value looks to native code: from its type, its MarshalAs,
 * the CharSet, and where it stands (contract/runtime.md 5.3, checked against CoreCLR on Linux). */
#include "compiler/il/marshal_priv.h"

#include <string.h>

static bool
no(const char **problem, const char *why)
{
    *problem = why;
    return false;
}

static bool
is_core_type(const struct ty_type *t, const char *name)
{
    return t->form == TY_FORM_DEF && t->def->assembly->is_core && strcmp(t->def->full_name, name) == 0;
}

bool
il_is_handle_type(struct il_context *il, struct ty_type *t, bool critical)
{
    struct ty_type *base = critical ? il_core_type(il, CRITICAL_HANDLE) : ty_well_known_type(il->ty, WK_SAFE_HANDLE);

    return base && t->form == TY_FORM_DEF && !t->is_value_type && ty_is_subclass(il->ty, t, base);
}

static bool
take(struct il_shape *out, enum il_marshal_kind kind, struct ty_type *native)
{
    out->kind = kind;
    out->native = native;
    return true;
}

/* ---- values ------------------------------------------------------------------------------------------- */

static bool
number_allows(enum ty_element e, enum il_native_type as)
{
    switch ((int)e) {
    case TY_EL_I1:
    case TY_EL_U1:
        return as == NATIVE_I1 || as == NATIVE_U1;
    case TY_EL_I2:
    case TY_EL_U2:
        return as == NATIVE_I2 || as == NATIVE_U2;
    case TY_EL_I4:
    case TY_EL_U4:
        return as == NATIVE_I4 || as == NATIVE_U4 || as == NATIVE_ERROR;
    case TY_EL_I8:
    case TY_EL_U8:
        return as == NATIVE_I8 || as == NATIVE_U8;
    case TY_EL_I:
    case TY_EL_U:
        return as == NATIVE_INT || as == NATIVE_UINT;
    case TY_EL_R4:
        return as == NATIVE_R4;
    case TY_EL_R8:
        return as == NATIVE_R8;
    default:
        return false;
    }
}

static bool
shape_of_primitive(struct il_context *il, const struct il_shape_query *q, struct il_shape *out, const char **problem)
{
    enum il_native_type as = q->as.type;
    struct ty_type *t = q->type;

    if (t->element == TY_EL_BOOL) {
        if (as == NATIVE_NONE || as == NATIVE_BOOLEAN)
            return take(out, IL_MARSHAL_BOOL4, il->ty->t_i4);
        if (as == NATIVE_I1 || as == NATIVE_U1)
            return take(out, IL_MARSHAL_BOOL1, il->ty->t_u1);
        return no(problem, "bool goes as I1, U1 or Bool");
    }
    if (t->element == TY_EL_CHAR) {
        if (as == NATIVE_I1 || as == NATIVE_U1 || (as == NATIVE_NONE && !q->wide))
            return take(out, IL_MARSHAL_CHAR1, il->ty->t_u1);
        if (as == NATIVE_NONE || as == NATIVE_I2 || as == NATIVE_U2)
            return take(out, IL_MARSHAL_PLAIN, t);
        return no(problem, "char goes as I1, U1, I2 or U2");
    }
    if (as != NATIVE_NONE && !number_allows(t->element, as))
        return no(problem, "MarshalAs does not fit the number's size");
    return take(out, IL_MARSHAL_PLAIN, t);
}

static bool
shape_of_decimal(struct il_context *il, const struct il_shape_query *q, struct il_shape *out, const char **problem)
{
    if (q->as.type == NATIVE_CURRENCY && (q->place == IL_PLACE_RESULT || q->place == IL_PLACE_ELEMENT))
        return no(problem, "Currency is for parameters and fields only");
    if (q->as.type == NATIVE_CURRENCY)
        return take(out, IL_MARSHAL_CURRENCY, il->ty->t_i8);
    if (q->as.type == NATIVE_LPSTRUCT && q->place == IL_PLACE_PARAM)
        return take(out, IL_MARSHAL_VALUE_POINTER, q->type);
    if (q->as.type != NATIVE_NONE && q->as.type != NATIVE_STRUCT)
        return no(problem, "decimal goes as Struct, LPStruct or Currency");
    return take(out, IL_MARSHAL_PLAIN, q->type);
}

static bool
shape_of_struct(struct il_context *il, const struct il_shape_query *q, struct il_shape *out, const char **problem)
{
    struct il_native_struct *s;

    if (is_core_type(q->type, "System.Decimal"))
        return shape_of_decimal(il, q, out, problem);
    if (is_core_type(q->type, "System.DateTime") && (q->as.type == NATIVE_NONE || q->as.type == NATIVE_STRUCT))
        return take(out, IL_MARSHAL_DATE, il->ty->t_r8);
    if (is_core_type(q->type, "System.Runtime.InteropServices.HandleRef")) {
        if (q->place != IL_PLACE_PARAM)
            return no(problem, "HandleRef is for parameters by value only");
        return take(out, IL_MARSHAL_HANDLE_REF, il->ty->t_i);
    }
    if (q->as.type == NATIVE_LPSTRUCT && q->place == IL_PLACE_PARAM && is_core_type(q->type, "System.Guid"))
        return take(out, IL_MARSHAL_VALUE_POINTER, q->type);
    if (q->as.type != NATIVE_NONE && q->as.type != NATIVE_STRUCT)
        return no(problem, "this value type goes as Struct");
    if (q->type->def->is_byref_like && ty_layout_of(il->ty, q->type) && ty_layout_of(il->ty, q->type)->has_refs)
        return no(problem, "it holds managed references");
    s = il_native_struct_of(il, q->type);
    if (s->problem)
        return no(problem, s->problem);
    if (s->is_generic && !s->is_same && q->place != IL_PLACE_FIELD)
        return no(problem, "a generic type whose native form differs");
    out->layout = s;
    return take(out, s->is_same ? IL_MARSHAL_PLAIN : IL_MARSHAL_STRUCT, s->native);
}

/* ---- objects --------------------------------------------------------------------------------------------- */

static bool
shape_of_string(struct il_context *il, const struct il_shape_query *q, struct il_shape *out, const char **problem)
{
    bool field = q->place == IL_PLACE_FIELD;

    out->native = il->ty->t_void_ptr;
    switch ((int)q->as.type) {
    case NATIVE_NONE:
        return take(out, q->wide ? IL_MARSHAL_STRING_WIDE : IL_MARSHAL_STRING_NARROW, out->native);
    case NATIVE_LPSTR:
    case NATIVE_LPUTF8STR:
        return take(out, IL_MARSHAL_STRING_NARROW, out->native);
    case NATIVE_LPWSTR:
    case NATIVE_LPTSTR:
        return take(out, IL_MARSHAL_STRING_WIDE, out->native);
    case NATIVE_BSTR:
    case NATIVE_TBSTR:
        return take(out, IL_MARSHAL_STRING_BSTR, out->native);
    case NATIVE_ANSIBSTR:
        return take(out, IL_MARSHAL_STRING_ANSI_BSTR, out->native);
    case NATIVE_FIXEDSYSSTRING:
        out->count = q->as.count;
        if (field && out->count)
            return take(out, q->wide ? IL_MARSHAL_FIELD_TEXT_WIDE : IL_MARSHAL_FIELD_TEXT_NARROW, NULL);
        break;
    default:
        break;
    }
    return no(problem, field ? "string fields go as LPStr, LPWStr, LPTStr, LPUTF8Str, BStr or ByValTStr with SizeConst"
                             : "strings go as LPStr, LPWStr, LPTStr, LPUTF8Str or a BStr");
}

static bool
shape_of_builder(struct il_context *il, const struct il_shape_query *q, struct il_shape *out, const char **problem)
{
    bool wide = q->as.type == NATIVE_LPWSTR || q->as.type == NATIVE_LPTSTR || (q->as.type == NATIVE_NONE && q->wide);

    if (q->place == IL_PLACE_FIELD || q->place == IL_PLACE_ELEMENT)
        return no(problem, "StringBuilder is for parameters and results only");
    if (q->as.type != NATIVE_NONE && q->as.type != NATIVE_LPSTR && q->as.type != NATIVE_LPWSTR &&
        q->as.type != NATIVE_LPTSTR && q->as.type != NATIVE_LPUTF8STR)
        return no(problem, "StringBuilder goes as LPStr, LPWStr or LPTStr");
    return take(out, wide ? IL_MARSHAL_BUILDER_WIDE : IL_MARSHAL_BUILDER_NARROW, il->ty->t_void_ptr);
}

static bool
shape_of_array(struct il_context *il, const struct il_shape_query *q, struct il_shape *out, const char **problem)
{
    struct il_shape_query inner = {.type = q->type->param, .assembly = q->assembly, .place = IL_PLACE_ELEMENT, .wide = q->wide};
    struct il_shape *element = arena_alloc(il->arena, sizeof *element);

    if (q->place == IL_PLACE_RESULT)
        return no(problem, "arrays cannot be returned");
    if (q->place == IL_PLACE_ELEMENT || ty_is_delegate(inner.type) || inner.type->form == TY_FORM_SZARRAY ||
        inner.type->form == TY_FORM_MDARRAY)
        return no(problem, "arrays of arrays and of delegates are not supported");
    if (q->place == IL_PLACE_FIELD ? q->as.type != NATIVE_FIXEDARRAY : q->as.type != NATIVE_NONE && q->as.type != NATIVE_LPARRAY)
        return no(problem, q->place == IL_PLACE_FIELD ? "array fields go as ByValArray" : "arrays go as LPArray");
    inner.as.type = q->as.element;
    inner.as.param = -1;
    element->managed = inner.type;
    if (!il_shape_of(il, &inner, element, problem))
        return false;
    if (element->kind == IL_MARSHAL_SAFE_HANDLE || element->kind == IL_MARSHAL_CRITICAL_HANDLE || element->kind == IL_MARSHAL_CLASS)
        return no(problem, "arrays of objects are not supported");
    out->element = element;
    if (q->type->form == TY_FORM_MDARRAY && (element->kind != IL_MARSHAL_PLAIN || q->place != IL_PLACE_PARAM))
        return no(problem, "arrays of more than one dimension are passed when the elements are the same on both sides");
    if (q->place == IL_PLACE_FIELD) {
        out->count = q->as.count;
        return take(out, IL_MARSHAL_FIELD_ARRAY, NULL);
    }
    return take(out, element->kind == IL_MARSHAL_PLAIN ? IL_MARSHAL_ARRAY : IL_MARSHAL_ARRAY_COPY, il->ty->t_void_ptr);
}

static bool
shape_of_class(struct il_context *il, const struct il_shape_query *q, struct il_shape *out, const char **problem)
{
    struct il_native_struct *s;
    bool field = q->place == IL_PLACE_FIELD;

    if (q->type->form != TY_FORM_DEF || q->type->def->is_interface || q->type == il->ty->t_object ||
        !(q->type->def->is_sequential_layout || q->type->def->is_explicit_layout))
        return no(problem, "there are no COM objects and VARIANTs here, and the type has no sequential or explicit layout");
    if (q->as.type != NATIVE_NONE && q->as.type != NATIVE_STRUCT && (field || q->as.type != NATIVE_LPSTRUCT))
        return no(problem, field ? "this class goes as Struct" : "this class goes as LPStruct");
    s = il_native_struct_of(il, q->type);
    if (s->problem)
        return no(problem, s->problem);
    out->layout = s;
    return take(out, field ? IL_MARSHAL_FIELD_CLASS : IL_MARSHAL_CLASS, field ? NULL : il->ty->t_void_ptr);
}

static bool
shape_of_delegate(struct il_context *il, const struct il_shape_query *q, struct il_shape *out, const char **problem)
{
    if (q->as.type != NATIVE_NONE && q->as.type != NATIVE_FUNC)
        return no(problem, "delegates go as FunctionPtr");
    if (q->type->def->is_abstract) {
        if (q->place != IL_PLACE_PARAM)
            return no(problem, "native code cannot make a delegate of no particular type");
        return take(out, IL_MARSHAL_ANY_DELEGATE, il->ty->t_i);
    }
    if (q->type->arg_count)
        return no(problem, "generic delegates are not supported");
    return take(out, IL_MARSHAL_DELEGATE, il->ty->t_i);
}

static bool
shape_of_object(struct il_context *il, const struct il_shape_query *q, struct il_shape *out, const char **problem)
{
    struct ty_type *t = q->type;

    if (q->as.type == NATIVE_ASANY && q->place == IL_PLACE_PARAM)
        return take(out, IL_MARSHAL_AS_ANY, il->ty->t_i);
    if (t == il->ty->t_string)
        return shape_of_string(il, q, out, problem);
    if (is_core_type(t, "System.Text.StringBuilder"))
        return shape_of_builder(il, q, out, problem);
    if (t->form == TY_FORM_SZARRAY || t->form == TY_FORM_MDARRAY)
        return shape_of_array(il, q, out, problem);
    if (il_is_handle_type(il, t, false) || il_is_handle_type(il, t, true)) {
        if (q->as.type != NATIVE_NONE)
            return no(problem, "handles take no MarshalAs");
        return take(out, il_is_handle_type(il, t, true) ? IL_MARSHAL_CRITICAL_HANDLE : IL_MARSHAL_SAFE_HANDLE, il->ty->t_i);
    }
    if (ty_is_delegate(t) || is_core_type(t, "System.Delegate") || is_core_type(t, "System.MulticastDelegate"))
        return shape_of_delegate(il, q, out, problem);
    return shape_of_class(il, q, out, problem);
}

static bool
shape_of_custom(struct il_context *il, const struct il_shape_query *q, struct il_shape *out, const char **problem)
{
    if (q->place == IL_PLACE_FIELD || q->place == IL_PLACE_ELEMENT)
        return no(problem, "custom marshalers are for parameters and results only");
    if (q->type->is_value_type || q->type->form == TY_FORM_POINTER)
        return no(problem, "custom marshalers are for classes only");
    out->custom = il_custom_marshaler(il, q->assembly, q->as.custom);
    out->cookie = q->as.cookie;
    if (!out->custom)
        return no(problem, "its custom marshaler has no GetInstance(string)");
    return take(out, IL_MARSHAL_CUSTOM, il->ty->t_i);
}

bool
il_shape_of(struct il_context *il, const struct il_shape_query *q, struct il_shape *out, const char **problem)
{
    struct ty_type *t = q->type;

    memset(out, 0, sizeof *out);
    out->kind = IL_MARSHAL_UNSUPPORTED;
    out->managed = t;
    if (q->as.type == NATIVE_CUSTOM)
        return shape_of_custom(il, q, out, problem);
    if (t->form == TY_FORM_POINTER || t->form == TY_FORM_FNPTR) {
        if (q->as.type != NATIVE_NONE)
            return no(problem, "pointers take no MarshalAs");
        return take(out, IL_MARSHAL_PLAIN, t);
    }
    if (t->form == TY_FORM_BYREF)
        return no(problem, "references cannot be returned or nested");
    if (!t->is_value_type)
        return shape_of_object(il, q, out, problem);
    if (t->element < TY_EL_VALUETYPE) { /* enums go as their underlying type */
        struct il_shape_query inner = *q;
        bool ok;

        inner.type = t->def->is_enum ? ty_enum_underlying(il->ty, t) : t;
        ok = shape_of_primitive(il, &inner, out, problem);
        if (ok && out->kind == IL_MARSHAL_PLAIN)
            out->native = t;
        return ok;
    }
    return shape_of_struct(il, q, out, problem);
}

uint32_t
il_shape_size(struct il_context *il, const struct il_shape *s, uint32_t *align)
{
    const struct ty_layout *l;
    uint64_t size;

    switch ((int)s->kind) {
    case IL_MARSHAL_FIELD_ARRAY:
        size = (uint64_t)il_shape_size(il, s->element, align) * s->count;
        return size < UINT32_MAX ? (uint32_t)size : UINT32_MAX; /* which is too large */
    case IL_MARSHAL_FIELD_TEXT_NARROW:
        *align = 1;
        return s->count;
    case IL_MARSHAL_FIELD_TEXT_WIDE:
        *align = 2;
        return 2 * s->count;
    case IL_MARSHAL_FIELD_CLASS:
    case IL_MARSHAL_STRUCT:
        *align = s->layout->align;
        return s->layout->size;
    default:
        l = ty_layout_of(il->ty, s->native);
        *align = l ? l->align : 8;
        return l ? l->size : 8;
    }
}
