/* compiler/il/special.c - bodies that are not the method's metadata, in order of precedence:
 * synthesised methods, array and delegate members, substitutions, replacement rows, P/Invokes,
 * methods that every call site expands. */
#include "compiler/il/special.h"

#include <string.h>

struct il_special *
il_special_new(struct il_context *il, const char *const *features, size_t feature_count)
{
    struct il_special *s = arena_alloc(il->arena, sizeof *s);

    il->special = s;
    il_features_init(il, features, feature_count);
    il_replacements_init(il);
    il_intrinsics_init(il);
    return s;
}

const struct ptr_vec *
il_feature_names(struct il_context *il)
{
    return &il->special->feature_names;
}

const char *
il_feature(struct il_context *il, const char *name)
{
    return il_feature_value(il, name);
}

static void
put_constant(struct il_builder *b, struct ty_type *type, int64_t value)
{
    uint32_t local;

    switch (il_kind_of(type)) {
    case IL_VOID:
        return;
    case IL_I4:
        il_put_i4(b, (int32_t)value);
        return;
    case IL_I8:
    case IL_I:
        il_put_i8(b, value);
        if (il_kind_of(type) == IL_I)
            il_put(b, IL_CEE_conv_i);
        return;
    case IL_F4:
    case IL_F8:
    case IL_REF:
    case IL_BYREF:
    case IL_PTR:
    case IL_STRUCT:
        break;
    }
    local = il_builder_local(b, type, false);
    il_put_u16(b, IL_CEE_ldloc, local);
}

static bool
substitution_body(struct il_context *il, const struct md_substitution *s, struct ty_method *m, struct arena *a,
                  struct il_body *out)
{
    struct il_builder b;
    int64_t value;

    il_builder_begin(&b, il, a);
    if (s->kind == MD_SUBSTITUTE_STUB && il_substitution_value(s, &value)) {
        put_constant(&b, m->sig->ret, value);
        il_put(&b, IL_CEE_ret);
    } else {
        il_put_throw_call(&b, "ThrowFeatureBodyRemoved");
    }
    return il_builder_finish(&b, out);
}

static bool
constant_body(struct il_context *il, struct ty_method *m, int64_t value, struct arena *a, struct il_body *out)
{
    struct il_builder b;

    il_builder_begin(&b, il, a);
    put_constant(&b, m->sig->ret, value);
    il_put(&b, IL_CEE_ret);
    return il_builder_finish(&b, out);
}

static bool
literal_body(struct il_context *il, const char *text, uint32_t size, struct arena *a, struct il_body *out)
{
    struct il_builder b;
    uint32_t bytes;
    uint16_t *utf16 = il_utf16(il->arena, text, size, &bytes);

    il_builder_begin(&b, il, a);
    il_put_string(&b, utf16, bytes);
    il_put(&b, IL_CEE_ret);
    return il_builder_finish(&b, out);
}

/* A method that call sites expand, taken as a pointer: its own call expands in turn. */
static bool
forward_body(struct il_context *il, struct ty_method *m, struct arena *a, struct il_body *out)
{
    struct il_builder b;

    il_builder_begin(&b, il, a);
    il_put_args(&b, 0, m->sig->param_count + (m->sig->has_this ? 1 : 0));
    il_put_method(&b, IL_CEE_call, ty_method_open(il->ty, m->def));
    il_put(&b, IL_CEE_ret);
    return il_builder_finish(&b, out);
}

/* Does the stream's class override BeginRead/EndRead (BeginWrite/EndWrite)? */
static bool
stream_body(struct il_context *il, bool write, struct arena *a, struct il_body *out)
{
    struct ty_method *begin = il_core_method(il, "System.IO.Stream", write ? "BeginWrite" : "BeginRead", 5);
    struct ty_method *end = il_core_method(il, "System.IO.Stream", write ? "EndWrite" : "EndRead", 1);
    struct il_builder b;
    uint32_t yes;

    il_builder_begin(&b, il, a);
    yes = il_builder_label(&b);
    for (int i = 0; i < 2; i++) {
        il_put_args(&b, 0, 1);
        il_put_method(&b, IL_CEE_ldvirtftn, i ? end : begin);
        il_put_method(&b, IL_CEE_ldftn, i ? end : begin);
        il_put_branch(&b, IL_CEE_bne_un, yes);
    }
    il_put_i4(&b, 0);
    il_put(&b, IL_CEE_ret);
    il_put_label(&b, yes);
    il_put_i4(&b, 1);
    il_put(&b, IL_CEE_ret);
    return il_builder_finish(&b, out);
}

static bool
bodyless(struct il_context *il, struct ty_method *m, struct arena *a, struct il_body *out)
{
    struct il_builder b;

    if (m->def->assembly->is_core && strcmp(m->def->owner->full_name, "System.IO.Stream") == 0) {
        if (strcmp(m->def->name, "HasOverriddenBeginEndRead") == 0)
            return stream_body(il, false, a, out);
        if (strcmp(m->def->name, "HasOverriddenBeginEndWrite") == 0)
            return stream_body(il, true, a, out);
    }
    if (il_is_accessor(m->def))
        return il_accessor_body(il, m, a, out);
    if (m->def->is_ctor && m->def->owner->well_known == WK_STRING) {
        /* newobj calls String.Ctor; anything else that runs a string's constructor is a mistake of its caller */
        il_builder_begin(&b, il, a);
        il_put_throw_call(&b, "ThrowNotSupportedException");
        return il_builder_finish(&b, out);
    }
    ty_fail(il->ty, TY_FAIL_TYPE_LOAD, "%s has no body and nothing that stands for it", ty_method_name(il->ty, m));
    return false;
}

/* Gives the result of a maker: true with a body, or a failure. */
static bool
made(bool ok, bool *failed)
{
    *failed = !ok;
    return ok;
}

static bool
metadata_special(struct il_context *il, struct ty_method *m, struct arena *a, struct il_body *out, bool *failed)
{
    struct ty_method_def *def = m->def;
    const struct md_substitution *s = il_substitution_of(il, def);
    const struct il_replacement *r = il_replacement_of(il, def);
    const char *text;
    uint32_t size;
    int64_t value;

    if (s)
        return made(substitution_body(il, s, m, a, out), failed);
    if (r)
        return made(il_replacement_body(il, r, m, a, out), failed);
    if (il_fixed_value(il, m, &value))
        return made(constant_body(il, m, value, a, out), failed);
    text = il_resource_text(il, def, &size);
    if (text)
        return made(literal_body(il, text, size, a, out), failed);
    if (def->is_pinvoke && !def->has_body)
        return made(il_pinvoke_body(il, m, a, out), failed);
    if (il_intrinsic_must_expand(il, def))
        return made(forward_body(il, m, a, out), failed);
    if (!def->has_body && !def->is_abstract)
        return made(bodyless(il, m, a, out), failed);
    return false;
}

bool
il_special_body(struct il_context *il, struct ty_method *m, struct arena *a, struct il_body *out, bool *failed)
{
    struct ty_method_def *def = m->def;

    *failed = false;
    switch (def->pseudo) {
    case TY_PSEUDO_SYNTH:
        return made(il_synth_body(il, m, a, out), failed);
    case TY_PSEUDO_ARRAY_GET:
    case TY_PSEUDO_ARRAY_SET:
    case TY_PSEUDO_ARRAY_ADDRESS:
    case TY_PSEUDO_ARRAY_CTOR:
        return made(il_array_body(il, m, a, out), failed);
    default:
        break;
    }
    if (def->is_runtime_impl && def->owner->is_delegate)
        return made(il_delegate_body(il, m, a, out), failed);
    return metadata_special(il, m, a, out, failed);
}
