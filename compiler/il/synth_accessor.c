/* compiler/il/synth_accessor.c - methods with [UnsafeAccessor]: they reach members that C# does not let through.
 * The attribute names the member and its kind; the first parameter (of a constructor the result) is the
 * type that declares it. Only that type itself is searched, and signatures must be equal. What cannot be
 * found or is declared wrongly becomes a body that throws as in CoreCLR. */
#include "compiler/il/special.h"

#include <string.h>

enum { KIND_CONSTRUCTOR, KIND_METHOD, KIND_STATIC_METHOD, KIND_FIELD, KIND_STATIC_FIELD };

struct accessor {
    struct ty_method_def *self;
    struct ty_sig *sig; /* open */
    int64_t kind;
    const char *name;       /* arena */
    struct ty_type *target; /* open */
};

static bool
invalid(struct il_context *il, const struct accessor *x, const char *fact)
{
    ty_fail(il->ty, TY_FAIL_BAD_IMAGE, "UnsafeAccessor method %s.%s: %s", x->self->owner->full_name, x->self->name, fact);
    return false;
}

static bool
attribute_read(struct il_context *il, struct accessor *x)
{
    const struct md_image *img = x->self->assembly->image;
    uint32_t row = ty_attribute_find(x->self->assembly, md_token(MD_METHODDEF, x->self->row), "System.Runtime.CompilerServices",
                                     "UnsafeAccessorAttribute");
    struct md_attr_reader reader;
    struct md_attr_value v;

    x->name = NULL;
    if (!row || !md_attr_open(img, row, NULL, NULL, &reader) || !md_attr_fixed(&reader, &v))
        return false;
    x->kind = v.integer;
    while (md_attr_named(&reader, &v))
        if (v.kind == MD_VALUE_STRING && v.text.at && v.name.size == 4 && memcmp(v.name.at, "Name", 4) == 0)
            x->name = arena_strndup(il->arena, (const char *)v.text.at, v.text.size);
    return !md_attr_failed(&reader);
}

/* The type that declares the member. Values are given by reference where the member is theirs. */
static bool
target_find(struct il_context *il, struct accessor *x)
{
    bool is_static = x->kind == KIND_STATIC_METHOD || x->kind == KIND_STATIC_FIELD;
    struct ty_type *t;
    bool by_reference;

    if (x->kind == KIND_CONSTRUCTOR) {
        x->target = x->sig->ret;
    } else {
        if (!x->sig->param_count)
            return invalid(il, x, "the first parameter, which tells the type, is missing");
        t = x->sig->params[0];
        by_reference = t->form == TY_FORM_BYREF;
        x->target = by_reference ? t->param : t;
        if (!is_static && x->target->form == TY_FORM_DEF && x->target->is_value_type != by_reference)
            return invalid(il, x, "its first parameter has to be a reference to a value, or an object");
    }
    if (x->target->form != TY_FORM_DEF || x->target->element == TY_EL_VOID)
        return invalid(il, x, "there is no class or struct whose member it could be");
    return true;
}

static bool
same_signature(struct il_context *il, const struct accessor *x, struct ty_method_def *candidate)
{
    uint32_t skip = x->kind == KIND_CONSTRUCTOR ? 0 : 1;
    struct ty_env env = ty_env_of_type(x->target);
    struct ty_sig *s = ty_method_def_sig(il->ty, candidate);

    s = s ? ty_subst_sig(il->ty, s, &env) : NULL;
    if (!s || s->param_count + skip != x->sig->param_count || (x->kind != KIND_CONSTRUCTOR && s->ret != x->sig->ret))
        return false;
    for (uint32_t i = 0; i < s->param_count; i++)
        if (s->params[i] != x->sig->params[i + skip])
            return false;
    return true;
}

static bool
method_body(struct il_builder *b, const struct accessor *x)
{
    const char *name = x->kind == KIND_CONSTRUCTOR ? ".ctor" : x->name;
    struct ty_def *def = x->target->def;
    uint32_t first = x->kind == KIND_STATIC_METHOD ? 1 : 0;

    for (uint32_t i = 0; i < def->method_count; i++) {
        struct ty_method_def *m = def->methods[i];

        if (strcmp(m->name, name) != 0 || m->is_static != (x->kind == KIND_STATIC_METHOD) || m->generic_count != x->self->generic_count ||
            !same_signature(b->il, x, m))
            continue;
        il_put_args(b, first, x->sig->param_count - first);
        il_put_method(b, x->kind == KIND_CONSTRUCTOR ? IL_CEE_newobj : x->kind == KIND_METHOD && !def->is_value_type ? IL_CEE_callvirt : IL_CEE_call,
                      ty_method_on(b->il->ty, x->target, m, NULL));
        il_put(b, IL_CEE_ret);
        return true;
    }
    ty_fail(b->il->ty, TY_FAIL_MISSING_METHOD, "%s.%s", def->full_name, name);
    return false;
}

static bool
field_body(struct il_builder *b, const struct accessor *x)
{
    struct ty_def *def = x->target->def;
    bool is_static = x->kind == KIND_STATIC_FIELD;

    if (x->sig->param_count != 1 || x->sig->ret->form != TY_FORM_BYREF)
        return invalid(b->il, x, "of a field it takes one parameter and gives a reference");
    for (uint32_t i = 0; i < def->field_count; i++) {
        struct ty_field *f;

        if (strcmp(def->fields[i]->name, x->name) != 0 || def->fields[i]->is_static != is_static)
            continue;
        f = ty_field_on(b->il->ty, x->target, def->fields[i]);
        if (!f || f->type != x->sig->ret->param)
            continue;
        if (!is_static)
            il_put_args(b, 0, 1);
        il_put_field(b, is_static ? IL_CEE_ldsflda : IL_CEE_ldflda, f);
        il_put(b, IL_CEE_ret);
        return true;
    }
    ty_fail(b->il->ty, TY_FAIL_MISSING_FIELD, "%s.%s", def->full_name, x->name);
    return false;
}

bool
il_is_accessor(const struct ty_method_def *def)
{
    return def->row && ty_attribute_find(def->assembly, md_token(MD_METHODDEF, def->row), "System.Runtime.CompilerServices",
                                         "UnsafeAccessorAttribute") != 0;
}

bool
il_accessor_body(struct il_context *il, struct ty_method *m, struct arena *a, struct il_body *out)
{
    struct accessor x = {.self = m->def, .sig = ty_method_def_sig(il->ty, m->def)};
    struct il_builder b;

    if (!x.sig)
        return false;
    if (!attribute_read(il, &x) || x.kind < KIND_CONSTRUCTOR || x.kind > KIND_STATIC_FIELD)
        return invalid(il, &x, "its attribute cannot be read");
    if (!m->def->is_static)
        return invalid(il, &x, "it is not static");
    if (x.kind == KIND_CONSTRUCTOR && x.name && *x.name)
        return invalid(il, &x, "constructors have no name");
    if (!x.name || !*x.name)
        x.name = m->def->name;
    if (!target_find(il, &x))
        return false;
    il_builder_begin(&b, il, a);
    b.failed = !(x.kind == KIND_FIELD || x.kind == KIND_STATIC_FIELD ? field_body(&b, &x) : method_body(&b, &x));
    return il_builder_finish(&b, out);
}
