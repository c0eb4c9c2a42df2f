/* compiler/il/marshal_map.c - what the class library's StructMarshallingStubMap tells about a type. */
#include "compiler/il/marshal_priv.h"

#include <string.h>

static struct ty_type *
plain_type(struct ty_type *t)
{
    return t && t->form == TY_FORM_DEF && !t->is_canon && !t->has_vars && !t->def->is_interface ? t : NULL;
}

bool
il_wants_struct_map(struct il_context *il, struct ty_type *t)
{
    (void)il;
    return plain_type(t) && !t->arg_count && !t->def->assembly->disable_runtime_marshalling && !t->def->is_enum &&
           !t->def->is_byref_like && t->element >= TY_EL_VALUETYPE && (t->def->is_sequential_layout || t->def->is_explicit_layout);
}

bool
il_can_have_struct_map(struct il_context *il, struct ty_type *t)
{
    (void)il;
    return plain_type(t) != NULL;
}

void
il_struct_map(struct il_context *il, struct ty_type *t, struct il_struct_map *out)
{
    const struct il_native_struct *s = il_native_struct_of(il, t);

    *out = (struct il_struct_map){.is_invalid = s->problem != NULL};
    if (s->problem)
        return;
    out->size = s->size;
    out->field_count = s->count;
    out->fields = arena_array(il->arena, s->count + 1u, sizeof *out->fields);
    for (uint32_t i = 0; i < s->count; i++) {
        out->fields[i].name = s->fields[i].field->def->name;
        out->fields[i].offset = s->fields[i].offset;
    }
    if (s->is_same && t->is_value_type)
        return;
    out->to_native = il_struct_stub(il, s, IL_STRUCT_TO_NATIVE);
    out->to_managed = il_struct_stub(il, s, IL_STRUCT_TO_MANAGED);
    out->cleanup = il_struct_stub(il, s, IL_STRUCT_CLEANUP);
}

struct ty_method *
il_struct_reader(struct il_context *il)
{
    return il_core_method(il, "Internal.Runtime.CompilerHelpers.RuntimeInteropData", "TryGetStructData", 3);
}

bool
il_marshals_struct(const struct ty_method *exact)
{
    static const char *const names[] = {"SizeOf", "OffsetOf", "PtrToStructure", "StructureToPtr", "DestroyStructure"};
    const struct ty_method_def *def = exact->def;

    if (def->generic_count != 1 || !def->assembly->is_core || !def->owner || !plain_type(exact->args[0]) ||
        strcmp(def->owner->full_name, MARSHAL) != 0)
        return false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(def->name, names[i]) == 0)
            return true;
    return false;
}
