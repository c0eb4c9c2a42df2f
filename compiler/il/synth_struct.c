/* compiler/il/synth_struct.c - ValueType.__GetFieldHelper overrides: how ValueType.Equals and
 * GetHashCode find the fields of structs that may not be compared as bytes (contract/compiler.md 7.5).
 * One method for each exact type: field types are exact MethodTables. */
#include "compiler/il/special.h"

/* The type whose MethodTable describes a field's value. */
static struct ty_type *
field_shape(struct ty_context *ty, struct ty_type *t)
{
    if (t->form == TY_FORM_POINTER || t->form == TY_FORM_FNPTR || t->form == TY_FORM_BYREF)
        return ty->t_i;
    if (ty_is_ref(t))
        return ty->t_object;
    return t->def && t->def->is_enum ? ty_enum_underlying(ty, t) : t;
}

static uint32_t
instance_fields(const struct ty_def *def)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < def->field_count; i++)
        n += !def->fields[i]->is_static;
    return n;
}

static void
put_field(struct il_builder *b, struct ty_type *owner, struct ty_field_def *def)
{
    struct ty_field *f = ty_field_on(b->il->ty, owner, def);
    struct ty_type *shape = f ? field_shape(b->il->ty, f->type) : NULL;

    if (!shape) {
        b->failed = true;
        return;
    }
    il_put_args(b, 2, 1);
    il_put_type_ref(b, shape->is_value_type ? REF_TYPE_NEW : REF_TYPE, shape);
    il_put(b, IL_CEE_stind_i);
    il_put_i4(b, (int32_t)ty_field_offset(b->il->ty, f));
    il_put(b, IL_CEE_ret);
}

static bool
helper_build(struct il_builder *b, struct ty_method *self, const struct il_synth *s)
{
    struct ty_def *def = s->type->def;
    uint32_t count = instance_fields(def), n = 0, *labels = arena_array(b->arena, count + 1u, sizeof *labels);

    (void)self;
    if (def->is_inline_array) {
        il_put_throw_call(b, "ThrowNotSupportedInlineArrayEqualsGetHashCode");
        return true;
    }
    for (uint32_t i = 0; i < count; i++)
        labels[i] = il_builder_label(b);
    il_put_args(b, 1, 1);
    il_put_switch(b, labels, count);
    il_put_i4(b, (int32_t)count);
    il_put(b, IL_CEE_ret);
    for (uint32_t i = 0; i < def->field_count; i++)
        if (!def->fields[i]->is_static) {
            il_put_label(b, labels[n++]);
            put_field(b, s->type, def->fields[i]);
        }
    return true;
}

static bool
wants_helper(struct il_context *il, struct ty_type *t)
{
    const struct ty_layout *l;

    if (t->form != TY_FORM_DEF || !t->is_value_type || t->def->is_enum || t->def->is_byref_like || ty_is_nullable(t))
        return false;
    l = ty_layout_of(il->ty, t);
    return l && !l->bitwise_comparable;
}

struct ty_method *
il_field_helper_override(struct il_context *il, struct ty_type *t)
{
    static const char none; /* remembers that there is none */
    void *known = ptr_map_get(&il->special->field_helpers, t);
    struct il_synth recipe = {.build = helper_build, .type = t};
    struct ty_method *base, *m;

    if (known)
        return known == (const void *)&none ? NULL : known;
    if (!wants_helper(il, t)) {
        ptr_map_put(&il->special->field_helpers, t, (void *)(uintptr_t)&none);
        return NULL;
    }
    base = il_core_method(il, "System.ValueType", "__GetFieldHelper", 2);
    m = il_synth_method(il, t, base->def->name, base->sig, &recipe);
    ptr_map_put(&il->special->field_helpers, t, m);
    return m;
}
