/* compiler/types/loads.c - what keeps a class from being loaded although its tables can be read,
 * and failures in the words of the CLR's loader. */
#include "compiler/types/ty_priv.h"

#include <stdarg.h>
#include <stdio.h>

void
ty_say(struct ty_context *ctx, const char *format, ...)
{
    char text[2048];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    ctx->failure.message = arena_strdup(ctx->arena, text);
}

bool
ty_is_library(const struct ty_context *ctx, const struct ty_assembly *as)
{
    const char *core = ctx->core->path, *end = strstr(core, "sdk/System.Private.CoreLib.dll");

    return as->is_core || (end && strncmp(as->path, core, (size_t)(end - core)) == 0);
}

/* ---- names ---- */

static bool
is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* A part of a full name, quoted and escaped as AssemblyName does it. */
static const char *
escaped(struct arena *a, const char *text)
{
    size_t n = strlen(text);
    char *out = arena_alloc(a, 2 * n + 3), *p = out;
    bool quoted = n && (is_blank(text[0]) || is_blank(text[n - 1]) || strpbrk(text, "\"'"));

    if (quoted)
        *p++ = '"';
    for (; *text; text++) {
        const char *plain = "\t\r\n", *at = strchr(plain, *text);

        if (at || strchr("\\,='\"", *text))
            *p++ = '\\';
        *p++ = at ? "trn"[at - plain] : *text;
    }
    if (quoted)
        *p++ = '"';
    *p = 0;
    return out;
}

const char *
ty_assembly_full_name(struct ty_context *ctx, const struct ty_assembly *as)
{
    struct md_image *img = as->image;
    struct md_version v = md_assembly_version(img);
    const char *culture = md_row_count(img, MD_ASSEMBLY)
                              ? md_cell_string(img, MD_ASSEMBLY, 1, MD_ASSEMBLY_CULTURE)
                              : "";
    char text[17] = "null";
    uint8_t token[8];

    if (md_assembly_key_token(img, token))
        for (int i = 0; i < 8; i++) {
            text[2 * i] = "0123456789abcdef"[token[i] >> 4];
            text[2 * i + 1] = "0123456789abcdef"[token[i] & 15];
        }
    text[16] = 0;
    return arena_printf(ctx->arena, "%s, Version=%u.%u.%u.%u, Culture=%s, PublicKeyToken=%s",
                        escaped(ctx->arena, md_assembly_name(img)), v.major, v.minor, v.build,
                        v.revision, culture[0] ? escaped(ctx->arena, culture) : "neutral", text);
}

/* "Namespace.Outer+Inner" */
static const char *
def_name(struct ty_context *ctx, const struct ty_def *def)
{
    char *name = arena_strdup(ctx->arena, def->full_name);

    for (char *c = name; *c; c++)
        if (*c == '/')
            *c = '+';
    return name;
}

void
ty_say_type(struct ty_context *ctx, const struct ty_def *def, const char *why)
{
    ty_say(ctx, "Could not load type '%s' from assembly '%s'%s%s.", def_name(ctx, def),
           ty_assembly_full_name(ctx, def->assembly), *why ? " because " : "", why);
}

/* ---- members ---- */

static bool
is_primitive(const struct ty_type *t)
{
    static const char *const names[] = {
        "Void",   "Boolean", "Char",   "SByte",  "Byte",   "Int16",  "UInt16",  "Int32",
        "UInt32", "Int64",   "UInt64", "Single", "Double", "IntPtr", "UIntPtr", "TypedReference"};

    if (!t->def->assembly->is_core || strcmp(t->def->ns, "System") != 0)
        return false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(t->def->name, names[i]) == 0)
            return true;
    return false;
}

static const char *sig_type(struct ty_context *ctx, const struct ty_type *t);

static const char *
sig_types(struct ty_context *ctx, struct ty_type *const *types, uint32_t count,
          const char *separator)
{
    const char *text = "";

    for (uint32_t i = 0; i < count; i++)
        text =
            arena_printf(ctx->arena, "%s%s%s", text, i ? separator : "", sig_type(ctx, types[i]));
    return text;
}

/* As the CLR writes types in signatures; what it does not get here has the compiler's own name. */
static const char *
sig_type(struct ty_context *ctx, const struct ty_type *t)
{
    switch (t->form) {
    case TY_FORM_DEF:
    case TY_FORM_OPEN_DEF:
        if (t->arg_count)
            return arena_printf(ctx->arena, "%s<%s>", def_name(ctx, t->def),
                                sig_types(ctx, t->args, t->arg_count, ","));
        return is_primitive(t) ? t->def->name : def_name(ctx, t->def);
    case TY_FORM_SZARRAY:
        return arena_printf(ctx->arena, "%s[]", sig_type(ctx, t->param));
    case TY_FORM_MDARRAY:
        return arena_printf(ctx->arena, "%s[%.*s]", sig_type(ctx, t->param), (int)t->rank - 1,
                            ",,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,");
    case TY_FORM_POINTER:
        return arena_printf(ctx->arena, "%s*", sig_type(ctx, t->param));
    case TY_FORM_BYREF:
        return arena_printf(ctx->arena, "%s ByRef", sig_type(ctx, t->param));
    case TY_FORM_TYPE_VAR:
        return arena_printf(ctx->arena, "!%u", (unsigned)t->var_index);
    case TY_FORM_METHOD_VAR:
        return arena_printf(ctx->arena, "!!%u", (unsigned)t->var_index);
    case TY_FORM_FNPTR:
        break;
    }
    return "FNPTR";
}

static const char *
owner_name(struct ty_context *ctx, struct ty_type *t)
{
    return t->def ? def_name(ctx, t->def) : ty_name(ctx, t);
}

void
ty_say_method(struct ty_context *ctx, struct ty_type *owner, const char *name,
              const struct ty_sig *sig)
{
    ty_say(ctx, "Method not found: '%s %s.%s(%s)'.", sig_type(ctx, sig->ret),
           owner_name(ctx, owner), name, sig_types(ctx, sig->params, sig->param_count, ", "));
}

void
ty_say_field(struct ty_context *ctx, struct ty_type *owner, const char *name)
{
    ty_say(ctx, "Field not found: '%s.%s'.", owner_name(ctx, owner), name);
}

/* ---- classes ---- */

static bool
lacks(struct ty_context *ctx, const struct ty_type *t, const struct ty_method_def *method)
{
    ty_fail(ctx, TY_FAIL_TYPE_LOAD, "%s does not implement %s.%s", t->def->full_name,
            method->owner->full_name, method->name);
    ty_say(ctx, "Method '%s' in type '%s' from assembly '%s' does not have an implementation.",
           method->name, def_name(ctx, t->def), ty_assembly_full_name(ctx, t->def->assembly));
    return false;
}

static bool
has_virtuals(struct ty_context *ctx, struct ty_type *t)
{
    const struct ty_vtable *vt = ty_vtable_of(ctx, t);

    if (!vt)
        return false;
    for (uint32_t i = 0; i < vt->count; i++)
        if (vt->slots[i].impl && vt->slots[i].impl->def->is_abstract)
            return lacks(ctx, t, vt->slots[i].impl->def);
    return true;
}

/* The abstract instance methods that are not generic: those have slots. */
static bool
has_methods_of(struct ty_context *ctx, struct ty_type *t, struct ty_type *interface)
{
    const struct ty_def *def = interface->def;

    for (uint32_t i = 0; i < def->method_count; i++) {
        struct ty_method_def *m = def->methods[i];
        struct ty_method *decl;
        enum ty_dispatch how;

        if (!m->is_virtual || !m->is_abstract || m->is_static || m->generic_count)
            continue;
        decl = ty_method_on(ctx, interface, m, NULL);
        if (!decl)
            return false;
        if (!ty_resolve_interface(ctx, t, decl, &how) && how == TY_DISPATCH_NONE)
            return lacks(ctx, t, m);
    }
    return true;
}

static bool
has_interfaces(struct ty_context *ctx, struct ty_type *t)
{
    const struct ty_interfaces *itf = ty_interfaces_of(ctx, t);

    if (!itf)
        return false;
    for (uint32_t i = 0; i < itf->count; i++)
        if (!has_methods_of(ctx, t, itf->at[i]))
            return false;
    return true;
}

static bool
has_open_base(struct ty_context *ctx, struct ty_type *t)
{
    struct ty_type *base;

    if (!ty_base_find(ctx, t, &base))
        return false;
    if (!base || !base->def->is_sealed)
        return true;
    ty_fail(ctx, TY_FAIL_TYPE_LOAD, "%s: its base %s is sealed", t->def->full_name,
            base->def->full_name);
    ty_say_type(ctx, t->def, "the parent type is sealed");
    return false;
}

bool
ty_loads(struct ty_context *ctx, struct ty_type *t)
{
    if (t->loads || t->form != TY_FORM_DEF || t->has_vars || t->def->is_abstract ||
        t->def->is_interface || t->def->is_delegate || t->def->is_enum ||
        (t->def->flags & MD_TYPE_IMPORT) || ty_is_library(ctx, t->def->assembly))
        return true;
    t->loads = has_open_base(ctx, t) && has_virtuals(ctx, t) && has_interfaces(ctx, t);
    return t->loads;
}
