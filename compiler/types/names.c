/* compiler/types/names.c - texts for people and symbols for the linker.
 * Both come from one writer. Symbols keep the arity suffixes and prefix definitions outside
 * System.Private.CoreLib by "[Assembly]", so that two things never share a symbol; they depend on
 * names and signatures only, never on row numbers, ids or addresses, but for methods that nothing
 * else tells apart, and for definitions that share a name where none may. */
#include "compiler/types/ty_priv.h"

#include <stdio.h>

struct writer {
    struct ty_context *ctx;
    struct byte_vec out;
    bool symbol;
};

static void write_type(struct writer *w, const struct ty_type *t);

static void
write_text(struct writer *w, const char *text)
{
    byte_vec_put(&w->out, text, strlen(text));
}

static void
write_number(struct writer *w, uint32_t number)
{
    char text[16];

    snprintf(text, sizeof text, "%u", (unsigned)number);
    write_text(w, text);
}

/* "Ns.Outer`1/Inner`2" -> "Ns.Outer.Inner" */
static void
write_plain(struct writer *w, const char *name)
{
    while (*name) {
        if (*name == '`' && name[1] >= '0' && name[1] <= '9') {
            name++;
            while (*name >= '0' && *name <= '9')
                name++;
            continue;
        }
        byte_vec_u8(&w->out, (uint8_t)(*name == '/' ? '.' : *name));
        name++;
    }
}

static void
write_def(struct writer *w, const struct ty_def *def)
{
    if (!w->symbol) {
        write_plain(w, def->full_name);
        return;
    }
    if (!def->assembly->is_core) {
        write_text(w, "[");
        write_text(w, def->assembly->name);
        write_text(w, "]");
    }
    write_text(w, def->full_name);
}

static void
write_list(struct writer *w, struct ty_type *const *types, uint32_t count)
{
    uint32_t i;

    for (i = 0; i < count; i++) {
        if (i)
            write_text(w, w->symbol ? "," : ", ");
        write_type(w, types[i]);
    }
}

static void
write_fnptr(struct writer *w, const struct ty_sig *sig)
{
    static const char *const conventions[] = {
        [TY_CC_DEFAULT] = "",
        [TY_CC_C] = " cdecl",
        [TY_CC_STDCALL] = " stdcall",
        [TY_CC_THISCALL] = " thiscall",
        [TY_CC_FASTCALL] = " fastcall",
        [TY_CC_VARARG] = " vararg",
        [TY_CC_UNMANAGED] = " unmanaged",
    };

    write_text(w, "delegate*");
    write_text(w, conventions[sig->conv]);
    if (sig->suppress_gc_transition)
        write_text(w, " nogc");
    if (sig->has_this)
        write_text(w, " instance");
    write_text(w, "<");
    write_list(w, sig->params, sig->param_count);
    write_text(w, sig->param_count ? (w->symbol ? "," : ", ") : "");
    write_type(w, sig->ret);
    write_text(w, ">");
}

static void
write_variable(struct writer *w, const char *mark, uint32_t index)
{
    write_text(w, mark);
    write_number(w, index);
}

static void
write_md_array(struct writer *w, uint32_t rank)
{
    uint32_t i;

    write_text(w, "[");
    if (rank == 1)
        write_text(w, "*");
    for (i = 1; i < rank; i++)
        write_text(w, ",");
    write_text(w, "]");
}

static void
write_type(struct writer *w, const struct ty_type *t)
{
    switch (t->form) {
    case TY_FORM_DEF:
        write_def(w, t->def);
        if (t->arg_count) {
            write_text(w, "<");
            write_list(w, t->args, t->arg_count);
            write_text(w, ">");
        }
        return;
    case TY_FORM_OPEN_DEF:
        write_def(w, t->def);
        write_text(w, "<>");
        return;
    case TY_FORM_SZARRAY:
        write_type(w, t->param);
        write_text(w, "[]");
        return;
    case TY_FORM_MDARRAY:
        write_type(w, t->param);
        write_md_array(w, t->rank);
        return;
    case TY_FORM_POINTER:
        write_type(w, t->param);
        write_text(w, "*");
        return;
    case TY_FORM_BYREF:
        write_type(w, t->param);
        write_text(w, "&");
        return;
    case TY_FORM_FNPTR:
        write_fnptr(w, t->fnptr);
        return;
    case TY_FORM_TYPE_VAR:
        write_variable(w, "!", t->var_index);
        return;
    case TY_FORM_METHOD_VAR:
        write_variable(w, "!!", t->var_index);
        return;
    }
}

static const char *
finish(struct writer *w)
{
    struct byte_vec text = {0};
    const char *result;

    for (size_t i = 0; i < w->out.count; i++)
        if (w->symbol && (w->out.at[i] == '@' || w->out.at[i] == '%'))
            byte_vec_put(&text, w->out.at[i] == '@' ? "%40" : "%25", 3); /* what follows @ is a version to linkers */
        else
            byte_vec_u8(&text, w->out.at[i]);
    result = arena_strndup(w->ctx->arena, text.at ? (const char *)text.at : "", text.count);
    byte_vec_free(&text);
    byte_vec_free(&w->out);
    return result;
}

/* The text, numbered when something else has it. */
static const char *
finish_symbol(struct writer *w, void *owner)
{
    const char *text = finish(w), *symbol = text;

    for (unsigned n = 2; str_map_get(&w->ctx->priv->symbols, symbol); n++)
        symbol = arena_printf(w->ctx->arena, "%s#%u", text, n);
    str_map_put(&w->ctx->priv->symbols, symbol, owner);
    return symbol;
}

const char *
ty_name(struct ty_context *ctx, struct ty_type *t)
{
    if (!t->name_cache) {
        struct writer w = {.ctx = ctx};

        write_type(&w, t);
        t->name_cache = finish(&w);
    }
    return t->name_cache;
}

const char *
ty_symbol(struct ty_context *ctx, struct ty_type *t)
{
    if (!t->symbol_cache) {
        struct writer w = {.ctx = ctx, .symbol = true};

        write_type(&w, t);
        t->symbol_cache = finish_symbol(&w, t);
    }
    return t->symbol_cache;
}

static void
write_method(struct writer *w, const struct ty_method *m)
{
    if (m->owner) {
        write_type(w, m->owner);
        write_text(w, w->symbol ? "::" : ".");
    } else if (w->symbol) {
        write_text(w, "::");
    }
    write_text(w, m->def->name);
    if (m->def->generic_count) {
        write_text(w, "<");
        write_list(w, m->args, m->def->generic_count);
        write_text(w, ">");
    }
    write_text(w, "(");
    write_list(w, m->sig->params, m->sig->param_count);
    write_text(w, ")");
}

const char *
ty_method_name(struct ty_context *ctx, struct ty_method *m)
{
    if (!m->name_cache) {
        struct writer w = {.ctx = ctx};

        write_method(&w, m);
        m->name_cache = finish(&w);
    }
    return m->name_cache;
}

enum { TWIN_NONE, TWIN_IN_RETURN, TWIN_IN_NOTHING };

/* Whether another method of the type would get the same text up to the parameters: judged on the
 * instance, where different open signatures can meet. */
static int
twin_of(struct ty_context *ctx, const struct ty_method *m)
{
    const struct ty_def *def = m->def->owner;
    struct ty_env env = ty_env_of_type(m->owner);
    int worst = TWIN_NONE;
    uint32_t i;

    if (!def || m->def->pseudo)
        return TWIN_NONE;
    if (strncmp(m->def->name, "op_", 3) == 0)
        worst = TWIN_IN_RETURN;
    for (i = 0; i < def->method_count; i++) {
        struct ty_method_def *other = def->methods[i];
        struct ty_sig *sig;

        if (other == m->def || other->generic_count != m->def->generic_count ||
            strcmp(other->name, m->def->name) != 0)
            continue;
        env.method_args = m->args;
        env.method_arg_count = m->def->generic_count;
        sig = ty_method_def_sig(ctx, other);
        if (sig)
            sig = ty_subst_sig(ctx, sig, &env);
        if (!sig || sig->param_count != m->sig->param_count ||
            !ty_same_args(sig->params, m->sig->params, sig->param_count))
            continue;
        if (sig == m->sig)
            return TWIN_IN_NOTHING;
        worst = TWIN_IN_RETURN;
    }
    return worst;
}

/* Generic arguments can make two open signatures one: the open signature tells them apart, and
 * the row does when a compiler made two methods of one name and signature (privatescope). */
static void
write_distinction(struct writer *w, struct ty_method *m, int twin)
{
    struct ty_method *open = ty_method_open(w->ctx, m->def);

    if (twin == TWIN_IN_NOTHING && open && open != m && twin_of(w->ctx, open) < TWIN_IN_NOTHING) {
        write_text(w, "|(");
        write_list(w, open->sig->params, open->sig->param_count);
        write_text(w, ")");
        write_type(w, open->sig->ret);
    } else if (twin == TWIN_IN_NOTHING) {
        write_text(w, "#");
        write_number(w, m->def->row);
    }
}

const char *
ty_method_symbol(struct ty_context *ctx, struct ty_method *m)
{
    if (!m->symbol_cache) {
        struct writer w = {.ctx = ctx, .symbol = true};
        int twin = twin_of(ctx, m);

        write_method(&w, m);
        if (twin != TWIN_NONE) {
            write_text(&w, m->def->is_static ? "static " : "");
            write_type(&w, m->sig->ret);
            write_distinction(&w, m, twin);
        }
        m->symbol_cache = finish_symbol(&w, m);
    }
    return m->symbol_cache;
}
