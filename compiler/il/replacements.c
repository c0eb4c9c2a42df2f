/* compiler/il/replacements.c - the rows of replacements.def, and where a named method really leads. */
#include "compiler/il/special.h"

#include <stdlib.h>
#include <string.h>

enum replacement_kind { REPLACE_CONSTANT, REPLACE_NOTHING, REPLACE_THROW, REPLACE_ENGINE, REPLACE_COMPANION };

struct il_replacement {
    const char *type, *method;
    int params; /* -1: any */
    enum replacement_kind kind;
    const char *argument;
};

static const struct il_replacement rows[] = {
#define REPLACE(type, method, params, kind, argument) {type, method, params, REPLACE_##kind, argument},
#include "compiler/il/replacements.def"
#undef REPLACE
};

void
il_replacements_init(struct il_context *il)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *key = arena_printf(il->arena, "%s::%s", rows[i].type, rows[i].method);

        str_map_put(&il->special->replacements, key, (void *)(uintptr_t)&rows[i]);
    }
}

/* Only assemblies of the class library that rows speak of are patched. */
static bool
is_library(const struct ty_assembly *as)
{
    return as->is_core || strncmp(as->name, "System.Private.", 15) == 0 || strcmp(as->name, "System.Console") == 0 ||
           strcmp(as->name, "System.Net.Sockets") == 0;
}

const struct il_replacement *
il_replacement_of(struct il_context *il, struct ty_method_def *def)
{
    const struct il_replacement *r;
    struct ty_sig *sig;
    char key[256];
    int n;

    if (!def->row || !def->owner || !is_library(def->assembly))
        return NULL;
    n = snprintf(key, sizeof key, "%s::%s", def->owner->full_name, def->name);
    if (n < 0 || (size_t)n >= sizeof key)
        return NULL;
    r = str_map_get(&il->special->replacements, key);
    if (!r || r->params < 0)
        return r;
    sig = ty_method_def_sig(il->ty, def);
    return sig && sig->param_count == (uint32_t)r->params ? r : NULL;
}

bool
il_replacement_constant(const struct il_replacement *r, int64_t *value)
{
    if (r->kind != REPLACE_CONSTANT)
        return false;
    *value = strtoll(r->argument, NULL, 0);
    return true;
}

/* The engine's view of a parameter: one-word structs are words. */
static struct ty_type *
engine_type(struct il_context *il, struct ty_type *t)
{
    return il_kind_of(t) == IL_STRUCT ? il->ty->t_i : t;
}

static void
engine_body(struct il_builder *b, const struct il_replacement *r, struct ty_method *m)
{
    struct ty_type *types[8];

    CC_ASSERT(m->sig->param_count <= 8 && !m->sig->has_this);
    for (uint32_t i = 0; i < m->sig->param_count; i++) {
        types[i] = engine_type(b->il, m->sig->params[i]);
        il_put_u16(b, types[i] == m->sig->params[i] ? IL_CEE_ldarg : IL_CEE_ldarga, i);
        if (types[i] != m->sig->params[i])
            il_put(b, IL_CEE_ldind_i);
    }
    il_put_engine_call(b, r->argument,
                       il_synth_sig(b->il, engine_type(b->il, m->sig->ret), false, types, m->sig->param_count));
    il_put(b, IL_CEE_ret);
}

/* Returns the default of the method's type. */
static void
default_body(struct il_builder *b, struct ty_method *m)
{
    if (m->sig->ret->element != TY_EL_VOID || m->sig->ret->form != TY_FORM_DEF) {
        uint32_t local = il_builder_local(b, m->sig->ret, false);

        il_put_u16(b, IL_CEE_ldloc, local);
    }
    il_put(b, IL_CEE_ret);
}

struct ty_method *
il_companion_method(struct il_context *il, const char *name, int params)
{
    const char *colons = strstr(name, "::");
    char *type = arena_strndup(il->arena, name, (size_t)(colons - name));

    for (size_t i = 0; i < il->ty->assemblies.count; i++) {
        struct ty_assembly *as = il->ty->assemblies.at[i];
        struct ty_def *def = as->is_core ? NULL : ty_def_find(il->ty, as, type);

        if (def)
            return ty_method_named(il->ty, ty_type_of_def(il->ty, def), colons + 2, params);
    }
    return NULL;
}

/* Of the companion's static method that stands for `m`. */
static int
parameters(const struct ty_method *m)
{
    return (int)m->sig->param_count + m->sig->has_this;
}

/* An instance method keeps its place in vtables and calls the static one. */
static void
companion_body(struct il_builder *b, const struct il_replacement *r, struct ty_method *m)
{
    struct ty_method *to = il_companion_method(b->il, r->argument, parameters(m));

    if (!to) {
        ty_fail(b->il->ty, TY_FAIL_MISSING_METHOD, "the companion assembly has no %s", r->argument);
        b->failed = true;
        return;
    }
    for (uint32_t i = 0; i < to->sig->param_count; i++)
        il_put_u16(b, IL_CEE_ldarg, i);
    il_put_method(b, IL_CEE_call, to);
    il_put(b, IL_CEE_ret);
}

bool
il_replacement_body(struct il_context *il, const struct il_replacement *r, struct ty_method *m, struct arena *a,
                    struct il_body *out)
{
    struct il_builder b;
    int64_t value = 0;

    il_builder_begin(&b, il, a);
    switch (r->kind) {
    case REPLACE_CONSTANT:
        il_replacement_constant(r, &value);
        il_put_i4(&b, (int32_t)value);
        il_put(&b, IL_CEE_ret);
        break;
    case REPLACE_NOTHING:
        default_body(&b, m);
        break;
    case REPLACE_THROW:
        il_put_throw_call(&b, r->argument);
        break;
    case REPLACE_ENGINE:
        engine_body(&b, r, m);
        break;
    case REPLACE_COMPANION: /* a static one is redirected: here only when the companion lacks it */
        companion_body(&b, r, m);
        break;
    }
    return il_builder_finish(&b, out);
}

/* ---- redirection ---------------------------------------------------------------------------------- */

static struct ty_method *
redirect_find(struct il_context *il, struct ty_method *m)
{
    const struct il_replacement *r;
    struct ty_method *to = NULL;

    if (m->def->runtime_import)
        to = str_map_get(&il->exports, m->def->runtime_import);
    else if (!m->def->generic_count && m->owner && !m->owner->arg_count && (r = il_replacement_of(il, m->def)) != NULL &&
             r->kind == REPLACE_COMPANION && !m->sig->has_this)
        to = il_companion_method(il, r->argument, parameters(m));
    return to ? to : m;
}

struct ty_method *
il_redirect(struct il_context *il, struct ty_method *m)
{
    struct ty_method *to;

    if (m->def->pseudo || (!m->def->runtime_import && !m->def->row))
        return m;
    to = ptr_map_get(&il->special->redirects, m);
    if (!to) {
        to = redirect_find(il, m);
        ptr_map_put(&il->special->redirects, m, to);
    }
    return to;
}
