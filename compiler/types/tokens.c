/* compiler/types/tokens.c - metadata tokens to definitions, types, methods and fields.
 * Results are in open form and cached a row; failures are not cached. References to other
 * assemblies open them, and follow type forwarders. */
#include "compiler/types/ty_priv.h"

enum { FORWARDER_HOPS_MAX = 16 };

static void *
bad_token(struct ty_context *ctx, struct ty_assembly *as, uint32_t token, const char *expected)
{
    ty_fail(ctx, TY_FAIL_BAD_IMAGE, "%s: token %08x: not %s", as->path, (unsigned)token, expected);
    return NULL;
}

bool
ty_token_names(const struct ty_assembly *as, uint32_t token, const char **ns, const char **name)
{
    uint32_t row = md_token_row(token);

    if (row && md_token_table(token) == MD_TYPEREF) {
        *ns = md_cell_string(as->image, MD_TYPEREF, row, MD_TYPEREF_NAMESPACE);
        *name = md_cell_string(as->image, MD_TYPEREF, row, MD_TYPEREF_NAME);
        return true;
    }
    if (row && md_token_table(token) == MD_TYPEDEF) {
        *ns = md_typedef_namespace(as->image, row);
        *name = md_typedef_name(as->image, row);
        return true;
    }
    return false;
}

/* ---- assemblies and definitions -------------------------------------------------------------- */

static struct ty_assembly *
assembly_of_ref(struct ty_context *ctx, struct ty_assembly *as, uint32_t row)
{
    struct ty_assembly **slot = &as->refs[row - 1];

    if (!*slot) {
        const char *name = md_assemblyref_name(as->image, row);

        *slot = ty_assembly_find(ctx, name);
        if (!*slot) /* a damaged file is as good as none */
            ty_fail(ctx, TY_FAIL_FILE_NOT_FOUND, "%s: token %08x: %s", as->path,
                    (unsigned)md_token(MD_ASSEMBLYREF, row), ctx->failure.text);
    }
    return *slot;
}

/* A top-level type, through forwarders. */
struct ty_def *
ty_def_lookup(struct ty_context *ctx, struct ty_assembly *as, const char *ns, const char *name,
              unsigned hops)
{
    uint32_t row = md_typedef_find(as->image, ns, name);
    uint32_t exported, ref;
    struct ty_assembly *target;

    if (row)
        return ty_def_at(ctx, as, row);
    exported = md_exported_find(as->image, ns, name);
    ref = exported ? md_exported_assembly(as->image, exported) : 0;
    if (!ref || hops >= FORWARDER_HOPS_MAX) {
        ty_fail(ctx, TY_FAIL_TYPE_LOAD, "%s%s%s, %s: no such type", ns, *ns ? "." : "", name,
                as->path);
        return NULL;
    }
    target = assembly_of_ref(ctx, as, ref);
    return target ? ty_def_lookup(ctx, target, ns, name, hops + 1) : NULL;
}

static struct ty_def *
nested_lookup(struct ty_context *ctx, struct ty_def *outer, const char *name)
{
    uint32_t row = md_typedef_find_nested(outer->assembly->image, outer->row, name);

    if (!row) {
        ty_fail(ctx, TY_FAIL_TYPE_LOAD, "%s/%s, %s: no such type", outer->full_name, name,
                outer->assembly->path);
        return NULL;
    }
    return ty_def_at(ctx, outer->assembly, row);
}

struct ty_def *
ty_def_find(struct ty_context *ctx, struct ty_assembly *as, const char *full_name)
{
    char *copy = arena_strdup(ctx->arena, full_name);
    char *next = strchr(copy, '/');
    struct ty_def *def;
    char *dot;

    if (next)
        *next++ = 0;
    dot = strrchr(copy, '.');
    if (dot && dot != copy) {
        *dot = 0;
        def = ty_def_lookup(ctx, as, copy, dot + 1, 0);
    } else {
        def = ty_def_lookup(ctx, as, "", copy, 0);
    }
    while (def && next) {
        char *name = next;

        next = strchr(name, '/');
        if (next)
            *next++ = 0;
        def = nested_lookup(ctx, def, name);
    }
    return def;
}

/* The assembly that a reference and those around it ask. */
static struct ty_assembly *
scope_of(struct ty_context *ctx, struct ty_assembly *as, uint32_t row)
{
    struct ty_assembly *target = NULL;
    uint32_t scope = 0;

    for (int depth = 0; row && depth < TY_DEPTH_MAX; depth++) {
        scope = md_cell(as->image, MD_TYPEREF, row, MD_TYPEREF_RESOLUTIONSCOPE);
        row = md_token_table(scope) == MD_TYPEREF ? md_token_row(scope) : 0;
    }
    if (md_token_row(scope) && md_token_table(scope) == MD_ASSEMBLYREF)
        target = assembly_of_ref(ctx, as, md_token_row(scope));
    return target ? target : as;
}

/* In the CLR's words: of a nested type the simple name. */
static struct ty_def *
found(struct ty_context *ctx, struct ty_assembly *as, uint32_t row, struct ty_def *def)
{
    const char *ns = md_cell_string(as->image, MD_TYPEREF, row, MD_TYPEREF_NAMESPACE);
    const char *name = md_cell_string(as->image, MD_TYPEREF, row, MD_TYPEREF_NAME);

    if (!def && ctx->failure.kind == TY_FAIL_TYPE_LOAD)
        ty_say(ctx, "Could not load type '%s%s%s' from assembly '%s'.", ns, *ns ? "." : "", name,
               ty_assembly_full_name(ctx, scope_of(ctx, as, row)));
    return def;
}

static struct ty_def *
typeref_resolve(struct ty_context *ctx, struct ty_assembly *as, uint32_t row)
{
    uint32_t scope = md_cell(as->image, MD_TYPEREF, row, MD_TYPEREF_RESOLUTIONSCOPE);
    const char *ns = md_cell_string(as->image, MD_TYPEREF, row, MD_TYPEREF_NAMESPACE);
    const char *name = md_cell_string(as->image, MD_TYPEREF, row, MD_TYPEREF_NAME);
    struct ty_assembly *target = as;
    struct ty_def *outer;

    if (md_token_row(scope) && md_token_table(scope) == MD_TYPEREF) {
        if (!ty_enter(ctx, "a type reference"))
            return NULL;
        outer = ty_def_from_token(ctx, as, scope);
        ty_leave(ctx);
        return outer ? found(ctx, as, row, nested_lookup(ctx, outer, name)) : NULL;
    }
    if (md_token_row(scope) && md_token_table(scope) == MD_MODULEREF) {
        ty_fail(ctx, TY_FAIL_FILE_NOT_FOUND, "%s: %s.%s is in another module of the assembly",
                as->path, ns, name);
        return NULL;
    }
    if (md_token_row(scope) && md_token_table(scope) == MD_ASSEMBLYREF)
        target = assembly_of_ref(ctx, as, md_token_row(scope));
    return target ? found(ctx, as, row, ty_def_lookup(ctx, target, ns, name, 0)) : NULL;
}

/* TypeDef or TypeRef. */
struct ty_def *
ty_def_from_token(struct ty_context *ctx, struct ty_assembly *as, uint32_t token)
{
    uint32_t row = md_token_row(token);
    struct ty_def **slot;

    if (!md_token_exists(as->image, token))
        return bad_token(ctx, as, token, "a type");
    if (md_token_table(token) == MD_TYPEDEF)
        return ty_def_at(ctx, as, row);
    if (md_token_table(token) != MD_TYPEREF)
        return bad_token(ctx, as, token, "a type definition or reference");
    slot = &as->typerefs[row - 1];
    if (!*slot)
        *slot = typeref_resolve(ctx, as, row);
    return *slot;
}

struct ty_type *
ty_type_from_token(struct ty_context *ctx, struct ty_assembly *as, uint32_t token)
{
    struct ty_type **slot;
    struct ty_def *def;

    if (md_token_table(token) == MD_TYPESPEC && md_token_exists(as->image, token)) {
        slot = &as->typespecs[md_token_row(token) - 1];
        if (!*slot)
            *slot = ty_type_parse(
                ctx, as,
                md_cell_blob(as->image, MD_TYPESPEC, md_token_row(token), MD_TYPESPEC_SIGNATURE),
                "a type specification");
        return *slot;
    }
    def = ty_def_from_token(ctx, as, token);
    return def ? ty_type_of_def(ctx, def) : NULL;
}

/* ---- members -----------------------------------------------------------------------------------
 */

/* The type that a MemberRef's parent names, as an instance. NULL + failure. */
static struct ty_type *
parent_type(struct ty_context *ctx, struct ty_assembly *as, uint32_t token)
{
    struct ty_type *t;

    if (md_token_table(token) == MD_MODULEREF) {
        /* global functions of another module: the assembly has only one */
        return bad_token(ctx, as, token, "a type (global members of other modules are unknown)");
    }
    if (md_token_table(token) == MD_METHODDEF) {
        struct ty_method_def *def = ty_method_def_at(ctx, as, md_token_row(token));

        return def ? ty_type_open(ctx, def->owner) : NULL;
    }
    t = ty_type_from_token(ctx, as, token);
    if (t && t->form == TY_FORM_OPEN_DEF)
        t = ty_type_open(ctx, t->def);
    return t;
}

/* Compares without resolving first: most candidates differ in name. */
static struct ty_method_def *
method_match(struct ty_context *ctx, struct ty_type *open, const char *name, struct ty_sig *sig)
{
    struct ty_def *def = open->def;
    struct ty_env env = ty_env_of_type(open);
    uint32_t i;

    for (i = 0; i < def->method_count; i++) {
        struct ty_method_def *m = def->methods[i];
        struct ty_sig *candidate;

        if (m->generic_count != sig->generic_count || m->is_static == sig->has_this ||
            strcmp(m->name, name) != 0)
            continue;
        candidate = ty_method_def_sig(ctx, m);
        if (candidate)
            candidate = ty_subst_sig(ctx, candidate, &env);
        if (candidate == sig)
            return m;
    }
    return NULL;
}

static struct ty_method *
missing_method(struct ty_context *ctx, struct ty_assembly *as, uint32_t row, struct ty_type *owner,
               const char *name, const struct ty_sig *sig)
{
    ty_fail(ctx, TY_FAIL_MISSING_METHOD, "%s: token %08x: no method %s.%s with that signature",
            as->path, (unsigned)md_token(MD_MEMBERREF, row), ty_name(ctx, owner), name);
    ty_say_method(ctx, owner, name, sig);
    return NULL;
}

/* Looks along the base classes of `owner`'s definition, whose variables the reference's signature
 * is in terms of; the method found is then put on the actual instance. */
static struct ty_method *
method_along_bases(struct ty_context *ctx, struct ty_assembly *as, uint32_t row,
                   struct ty_type *owner, const char *name, struct ty_sig *sig)
{
    struct ty_env env = ty_env_of_type(owner);
    struct ty_type *level = ty_type_open(ctx, owner->def);

    while (level) {
        struct ty_method_def *def = method_match(ctx, level, name, sig);

        if (def) {
            level = ty_subst(ctx, level, &env);
            return level ? ty_method_on(ctx, level, def, NULL) : NULL;
        }
        if (!ty_base_find(ctx, level, &level))
            return NULL;
    }
    return missing_method(ctx, as, row, owner, name, sig);
}

static struct ty_method *
memberref_method(struct ty_context *ctx, struct ty_assembly *as, uint32_t row)
{
    const struct md_image *img = as->image;
    const char *name = md_cell_string(img, MD_MEMBERREF, row, MD_MEMBERREF_NAME);
    struct ty_type *owner =
        parent_type(ctx, as, md_cell(img, MD_MEMBERREF, row, MD_MEMBERREF_CLASS));
    struct ty_method_def *def;
    struct ty_sig *sig;

    if (!owner)
        return NULL;
    sig = ty_sig_parse(ctx, as, md_cell_blob(img, MD_MEMBERREF, row, MD_MEMBERREF_SIGNATURE), name);
    if (!sig)
        return NULL;
    if (owner->form == TY_FORM_SZARRAY || owner->form == TY_FORM_MDARRAY) {
        def = ty_array_method(ctx, owner, name, sig->param_count);
        if (def)
            return ty_method_on(ctx, owner, def, NULL);
        owner = ty_well_known_type(ctx, WK_ARRAY);
    }
    if (!ty_is_def(owner))
        return missing_method(ctx, as, row, owner, name, sig);
    return method_along_bases(ctx, as, row, owner, name, sig);
}

static struct ty_method *
methodspec_method(struct ty_context *ctx, struct ty_assembly *as, uint32_t row)
{
    const struct md_image *img = as->image;
    uint32_t token = md_cell(img, MD_METHODSPEC, row, MD_METHODSPEC_METHOD);
    struct ty_method *m = ty_method_from_token(ctx, as, token);
    struct ty_type **args;
    uint32_t count;

    if (!m)
        return NULL;
    args = ty_arguments_parse(
        ctx, as, md_cell_blob(img, MD_METHODSPEC, row, MD_METHODSPEC_INSTANTIATION), &count);
    if (!args)
        return NULL;
    if (count != m->def->generic_count) {
        ty_fail(ctx, TY_FAIL_BAD_IMAGE, "%s: token %08x: %s takes %u generic arguments, not %u",
                as->path, (unsigned)md_token(MD_METHODSPEC, row), m->def->name,
                (unsigned)m->def->generic_count, (unsigned)count);
        return NULL;
    }
    return ty_method_on(ctx, m->owner, m->def, args);
}

struct ty_method *
ty_method_from_token(struct ty_context *ctx, struct ty_assembly *as, uint32_t token)
{
    uint32_t row = md_token_row(token);
    struct ty_method_def *def;
    struct ty_method **slot;

    if (!md_token_exists(as->image, token))
        return bad_token(ctx, as, token, "a method");
    if (md_token_table(token) == MD_METHODDEF) {
        def = ty_method_def_at(ctx, as, row);
        return def ? ty_method_open(ctx, def) : NULL;
    }
    if (md_token_table(token) == MD_MEMBERREF) {
        slot = &as->memberrefs[row - 1];
        if (!*slot)
            *slot = memberref_method(ctx, as, row);
        return *slot;
    }
    if (md_token_table(token) == MD_METHODSPEC) {
        slot = &as->methodspecs[row - 1];
        if (!*slot)
            *slot = methodspec_method(ctx, as, row);
        return *slot;
    }
    return bad_token(ctx, as, token, "a method");
}

static struct ty_field_def *
field_match(struct ty_context *ctx, struct ty_type *open, const char *name, struct ty_type *type)
{
    struct ty_env env = ty_env_of_type(open);
    uint32_t i;

    for (i = 0; i < open->def->field_count; i++) {
        struct ty_field_def *f = open->def->fields[i];
        struct ty_type *candidate;

        if (strcmp(f->name, name) != 0)
            continue;
        candidate = ty_field_def_type(ctx, f);
        if (candidate)
            candidate = ty_subst(ctx, candidate, &env);
        if (candidate == type)
            return f;
    }
    return NULL;
}

static struct ty_field *
memberref_field(struct ty_context *ctx, struct ty_assembly *as, uint32_t row)
{
    const struct md_image *img = as->image;
    const char *name = md_cell_string(img, MD_MEMBERREF, row, MD_MEMBERREF_NAME);
    struct ty_type *owner =
        parent_type(ctx, as, md_cell(img, MD_MEMBERREF, row, MD_MEMBERREF_CLASS));
    struct ty_type *type, *level;
    struct ty_env env;

    if (!owner)
        return NULL;
    type = ty_field_parse(ctx, as, md_cell_blob(img, MD_MEMBERREF, row, MD_MEMBERREF_SIGNATURE),
                          name, NULL);
    if (!type)
        return NULL;
    env = ty_env_of_type(owner);
    level = ty_is_def(owner) ? ty_type_open(ctx, owner->def) : NULL;
    while (level) {
        struct ty_field_def *def = field_match(ctx, level, name, type);

        if (def) {
            level = ty_subst(ctx, level, &env);
            return level ? ty_field_on(ctx, level, def) : NULL;
        }
        if (!ty_base_find(ctx, level, &level))
            return NULL;
    }
    ty_fail(ctx, TY_FAIL_MISSING_FIELD, "%s: token %08x: no field %s.%s of that type", as->path,
            (unsigned)md_token(MD_MEMBERREF, row), ty_name(ctx, owner), name);
    ty_say_field(ctx, owner, name);
    return NULL;
}

struct ty_field *
ty_field_from_token(struct ty_context *ctx, struct ty_assembly *as, uint32_t token)
{
    uint32_t row = md_token_row(token);
    struct ty_field_def *def;
    struct ty_field **slot;

    if (!md_token_exists(as->image, token))
        return bad_token(ctx, as, token, "a field");
    if (md_token_table(token) == MD_FIELD) {
        def = ty_field_def_at(ctx, as, row);
        return def ? ty_field_on(ctx, ty_type_open(ctx, def->owner), def) : NULL;
    }
    if (md_token_table(token) == MD_MEMBERREF) {
        slot = &as->fieldrefs[row - 1];
        if (!*slot)
            *slot = memberref_field(ctx, as, row);
        return *slot;
    }
    return bad_token(ctx, as, token, "a field");
}
