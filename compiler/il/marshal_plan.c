/* compiler/il/marshal_plan.c - decides how a parameter or result travels: its shape (marshal_shape.c), and what being
 * by value, by reference or a result makes of that. */
#include "compiler/il/marshal_priv.h"

#include <string.h>

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
    if (is_result && il_marshal_is_handle(m) && m->managed->def->is_abstract)
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
