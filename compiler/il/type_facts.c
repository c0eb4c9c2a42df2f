/* compiler/il/type_facts.c - what is known about types at compile time, shared ones included: a form
 * that mentions __Canon stands for many types, so some answers are "not before run time". */
#include "compiler/il/special.h"

#include <string.h>

int
il_type_equal(struct ty_context *ty, struct ty_type *a, struct ty_type *b)
{
    if (a == b)
        return a->is_canon ? -1 : 1;
    if (!a->is_canon && !b->is_canon)
        return 0;
    if (a == ty->t_canon || b == ty->t_canon) {
        struct ty_type *other = a == ty->t_canon ? b : a;

        return ty_is_ref(other) ? -1 : 0;
    }
    return ty_canon_of(ty, a) == ty_canon_of(ty, b) ? -1 : 0;
}

int
il_type_is(struct ty_type *t, enum il_type_fact fact)
{
    bool is_canon = t->form == TY_FORM_DEF && t->def->well_known == WK_CANON;

    if (t->form == TY_FORM_TYPE_VAR || t->form == TY_FORM_METHOD_VAR)
        return -1;
    switch (fact) {
    case IL_TYPE_IS_VALUE_TYPE:
        return t->is_value_type || t->element == TY_EL_VOID;
    case IL_TYPE_IS_ENUM:
        return t->is_value_type && t->def && t->def->is_enum;
    case IL_TYPE_IS_PRIMITIVE:
        return t->is_value_type && t->def && !t->def->is_enum && t->element >= TY_EL_BOOL && t->element <= TY_EL_R8;
    case IL_TYPE_IS_POINTER:
        return t->form == TY_FORM_POINTER;
    case IL_TYPE_IS_BYREF:
        return t->form == TY_FORM_BYREF;
    case IL_TYPE_IS_INTERFACE:
        return is_canon ? -1 : t->def && t->def->is_interface;
    case IL_TYPE_IS_ARRAY:
        return is_canon ? -1 : t->form == TY_FORM_SZARRAY || t->form == TY_FORM_MDARRAY;
    case IL_TYPE_IS_GENERIC:
        return is_canon ? -1 : t->form == TY_FORM_OPEN_DEF ? t->def->generic_count > 0 : t->arg_count > 0;
    }
    return -1;
}

/* System.TypeCode; -1: depends on the instance or is not decided here. */
int
il_type_code(struct ty_context *ty, struct ty_type *t)
{
    static const int8_t codes[] = {
        [TY_EL_BOOL] = 3, [TY_EL_CHAR] = 4, [TY_EL_I1] = 5,  [TY_EL_U1] = 6,  [TY_EL_I2] = 7,  [TY_EL_U2] = 8,
        [TY_EL_I4] = 9,   [TY_EL_U4] = 10,  [TY_EL_I8] = 11, [TY_EL_U8] = 12, [TY_EL_R4] = 13, [TY_EL_R8] = 14,
    };

    if (t->form != TY_FORM_DEF || t == ty->t_canon)
        return t == ty->t_canon ? -1 : 1;
    if (t->is_value_type && (size_t)t->element < sizeof codes && codes[t->element])
        return codes[t->element];
    if (t == ty->t_string)
        return 18;
    if (t->def->well_known == WK_DECIMAL)
        return 15;
    if (t->def->well_known == WK_DATETIME)
        return 16;
    if (strcmp(t->def->full_name, "System.DBNull") == 0)
        return 2;
    return 1; /* Object */
}

static bool
has_references(struct ty_context *ty, struct ty_type *t, bool *known)
{
    const struct ty_layout *l;

    *known = true;
    if (t->form == TY_FORM_POINTER || t->form == TY_FORM_FNPTR)
        return false;
    if (!t->is_value_type)
        return true;
    l = ty_layout_of(ty, t);
    *known = l != NULL;
    return l && l->has_refs;
}

/* Equality of values is equality of their bits: integers, characters and what wraps one of them. */
static bool
is_bitwise_equatable(const struct ty_type *t)
{
    if (t->form != TY_FORM_DEF || !t->is_value_type)
        return false;
    return t->element >= TY_EL_BOOL && t->element <= TY_EL_U;
}

bool
il_type_query(struct il_context *il, struct ty_method *m, int64_t *value)
{
    const struct ty_method_def *def = m->def;
    struct ty_type *t;
    bool known;

    if (!def->owner || !def->assembly->is_core || def->generic_count != 1 || !def->is_static || m->sig->param_count)
        return false;
    t = m->args[0];
    if (def->owner->well_known == WK_RUNTIME_HELPERS) {
        if (strcmp(def->name, "IsReferenceOrContainsReferences") == 0) {
            *value = has_references(il->ty, t, &known);
            return known;
        }
        if (strcmp(def->name, "IsReference") == 0) {
            *value = !t->is_value_type && t->form != TY_FORM_POINTER && t->form != TY_FORM_FNPTR;
            return true;
        }
        if (strcmp(def->name, "IsBitwiseEquatable") == 0) {
            *value = is_bitwise_equatable(t);
            return true;
        }
    }
    if (def->owner->well_known == WK_UNSAFE && strcmp(def->name, "SizeOf") == 0) {
        const struct ty_layout *l = ty_layout_of(il->ty, t);

        *value = l ? l->size : 0;
        return l != NULL;
    }
    return false;
}
