/* compiler/il/substitutions_apply.c - ILLink.Substitutions.xml and [FeatureSwitchDefinition] of each
 * assembly, read when the first of its methods is asked for, with the conditions already decided. */
#include "compiler/il/special.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool
conditions_hold(struct il_context *il, const struct md_substitution *row)
{
    for (uint32_t i = 0; i < row->condition_count; i++) {
        const struct md_condition *c = &row->conditions[i];
        const char *value = il_feature_value(il, c->feature);

        if (value ? strcasecmp(value, c->value) != 0 : !c->is_default)
            return false;
    }
    return true;
}

/* The end of the parameter that starts at `at`: a comma outside brackets, or the end of the list. */
static const char *
parameter_end(const char *at, const char *end)
{
    int depth = 0;

    for (; at < end; at++) {
        depth += *at == '<' || *at == '[';
        depth -= *at == '>' || *at == ']';
        if (*at == ',' && depth == 0)
            return at;
    }
    return end;
}

/* Only plain names are compared: what is spelled with arguments or brackets counts as equal. */
static bool
parameter_fits(const struct ty_type *t, const char *at, size_t size)
{
    if (t->form != TY_FORM_DEF || t->arg_count || memchr(at, '<', size))
        return true;
    return strlen(t->def->full_name) == size && memcmp(t->def->full_name, at, size) == 0;
}

static bool
parameters_fit(const struct ty_sig *sig, const char *open, const char *close)
{
    const char *at = open + 1;

    for (uint32_t i = 0; i < sig->param_count; i++) {
        const char *end = parameter_end(at, close);

        if (at >= close || !parameter_fits(sig->params[i], at, (size_t)(end - at)))
            return false;
        at = end < close ? end + 1 : end;
    }
    return at >= close;
}

/* "Ret Name(Args)" among the type's methods. */
static struct ty_method_def *
method_by_signature(struct il_context *il, struct ty_def *type, const char *text)
{
    const char *open = strchr(text, '('), *close = strrchr(text, ')'), *name;

    if (!open || !close || close < open)
        return NULL;
    for (name = open; name > text && name[-1] != ' '; name--)
        continue;
    for (uint32_t i = 0; i < type->method_count; i++) {
        struct ty_method_def *m = type->methods[i];
        struct ty_sig *sig;

        if (strlen(m->name) != (size_t)(open - name) || memcmp(m->name, name, (size_t)(open - name)) != 0)
            continue;
        sig = ty_method_def_sig(il->ty, m);
        if (sig && parameters_fit(sig, open, close))
            return m;
    }
    return NULL;
}

static void
row_apply(struct il_context *il, struct ty_assembly *as, struct il_substitutions *s, struct md_substitution *row)
{
    struct ty_def *type;
    void *member;

    if ((row->assembly && strcmp(row->assembly, as->name) != 0) || !conditions_hold(il, row))
        return;
    if (row->kind == MD_SUBSTITUTE_RESOURCE_REMOVE)
        str_map_put(&s->removed, row->member, row);
    if (!row->type)
        return;
    type = ty_def_find(il->ty, as, row->type);
    if (!type || type->assembly != as)
        return;
    /* The members of a definition are read with its first lookup by name. */
    if (row->kind == MD_SUBSTITUTE_FIELD) {
        member = ty_field_def_named(il->ty, type, row->member);
        if (member)
            ptr_map_put(&s->fields, member, row);
        return;
    }
    ty_method_def_named(il->ty, type, "", -1);
    member = method_by_signature(il, type, row->member);
    if (member)
        ptr_map_put(&s->methods, member, row);
}

/* The getter of a property, 0 when it has none. */
static uint32_t
getter_of(const struct md_image *img, uint32_t property)
{
    uint32_t row, end;

    if (!md_find_rows(img, MD_METHODSEMANTICS, MD_METHODSEMANTICS_ASSOCIATION, property, &row, &end))
        return 0;
    for (; row < end; row++)
        if (md_cell(img, MD_METHODSEMANTICS, row, MD_METHODSEMANTICS_SEMANTICS) & 2)
            return md_cell(img, MD_METHODSEMANTICS, row, MD_METHODSEMANTICS_METHOD);
    return 0;
}

static void
switch_add(struct il_context *il, struct ty_assembly *as, struct il_substitutions *s, uint32_t attribute)
{
    uint32_t parent = md_cell(as->image, MD_CUSTOMATTRIBUTE, attribute, MD_CUSTOMATTRIBUTE_PARENT), getter;
    struct md_attr_reader reader;
    struct md_attr_value name;
    struct ty_method_def *def;

    if (md_token_table(parent) != MD_PROPERTY || !md_attr_open(as->image, attribute, NULL, NULL, &reader) ||
        !md_attr_fixed(&reader, &name) || name.kind != MD_VALUE_STRING || !name.text.at)
        return;
    getter = getter_of(as->image, parent);
    def = getter ? ty_method_def_at(il->ty, as, getter) : NULL;
    if (def && def->is_static)
        ptr_map_put(&s->switches, def, arena_strndup(il->arena, name.text.at, name.text.size));
}

static void
switches_load(struct il_context *il, struct ty_assembly *as, struct il_substitutions *s)
{
    uint32_t count = md_row_count(as->image, MD_CUSTOMATTRIBUTE);

    for (uint32_t row = 1; row <= count; row++)
        if (md_attribute_is(as->image, row, "System.Diagnostics.CodeAnalysis", "FeatureSwitchDefinitionAttribute"))
            switch_add(il, as, s, row);
}

static struct il_substitutions *
substitutions_of(struct il_context *il, struct ty_assembly *as)
{
    struct il_substitutions *s = ptr_map_get(&il->special->assemblies, as);
    struct md_substitution *rows;
    struct md_error err;
    uint32_t count;

    if (s)
        return s;
    s = arena_alloc(il->arena, sizeof *s);
    ptr_map_put(&il->special->assemblies, as, s);
    if (!md_substitutions_read(as->image, il->arena, &rows, &count, &err)) {
        diag_warning("%s", err.text);
        count = 0;
    }
    for (uint32_t i = 0; i < count; i++)
        row_apply(il, as, s, &rows[i]);
    switches_load(il, as, s);
    return s;
}

const struct md_substitution *
il_substitution_of(struct il_context *il, struct ty_method_def *def)
{
    if (!def->row)
        return NULL;
    return ptr_map_get(&substitutions_of(il, def->assembly)->methods, def);
}

/* The linker's own instructions are none of the program's. */
bool
il_keeps_resource(struct il_context *il, struct ty_assembly *as, const char *name)
{
    return strncmp(name, "ILLink.", 7) != 0 && !str_map_get(&substitutions_of(il, as)->removed, name);
}

bool
il_substitution_value(const struct md_substitution *s, int64_t *value)
{
    char *end;

    *value = 0;
    if (!s->value)
        return true;
    if (strcasecmp(s->value, "true") == 0 || strcasecmp(s->value, "false") == 0) {
        *value = strcasecmp(s->value, "true") == 0;
        return true;
    }
    *value = strtoll(s->value, &end, 0);
    return *s->value && !*end;
}

/* Instruction sets beyond the baseline are not offered: every path has a portable twin. */
static bool
is_hardware_query(const struct ty_method_def *def)
{
    const char *type;

    if (!def->owner || !def->assembly->is_core || !def->is_static)
        return false;
    type = def->owner->full_name;
    if (strcmp(def->name, "get_IsHardwareAccelerated") == 0)
        return strncmp(type, "System.Runtime.Intrinsics.", 26) == 0 || strcmp(type, "System.Numerics.Vector") == 0;
    if (strcmp(def->name, "get_IsSupported") != 0)
        return false;
    return strncmp(type, "System.Runtime.Intrinsics.X86.", 30) == 0 ||
           strncmp(type, "System.Runtime.Intrinsics.Arm.", 30) == 0 ||
           strncmp(type, "System.Runtime.Intrinsics.Wasm.", 31) == 0;
}

bool
il_fixed_value(struct il_context *il, struct ty_method *m, int64_t *value)
{
    struct ty_method_def *def = m->def;
    const struct md_substitution *s;
    const char *feature;

    if (!def->row)
        return false;
    if (is_hardware_query(def)) {
        *value = 0;
        return true;
    }
    s = il_substitution_of(il, def);
    if (s)
        return s->kind == MD_SUBSTITUTE_STUB && il_substitution_value(s, value);
    feature = ptr_map_get(&substitutions_of(il, def->assembly)->switches, def);
    if (!feature || !il_feature_value(il, feature))
        return false;
    *value = il_feature_is(il, feature, false);
    return true;
}

bool
il_constant_field(struct il_import *im, struct ty_field *closed, struct il_value *out)
{
    struct ty_field_def *def = closed->def;
    const struct md_substitution *s;
    int64_t value;
    enum il_kind kind = il_kind_of(closed->type);

    if (!def->is_static || kind == IL_STRUCT || kind == IL_F4 || kind == IL_F8)
        return false;
    s = ptr_map_get(&substitutions_of(im->il, def->owner->assembly)->fields, def);
    if (s) {
        if (!il_substitution_value(s, &value))
            return false;
    } else if ((def->owner->well_known == WK_INTPTR || def->owner->well_known == WK_UINTPTR) &&
               strcmp(def->name, "Zero") == 0) {
        value = 0;
    } else {
        return false;
    }
    memset(out, 0, sizeof *out);
    out->kind = kind;
    out->fact = kind == IL_REF ? IL_FACT_NULL : IL_FACT_INT;
    out->type = closed->type;
    out->i = value;
    return kind != IL_REF || value == 0;
}
