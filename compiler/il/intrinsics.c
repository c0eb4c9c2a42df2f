/* compiler/il/intrinsics.c - finds what a call expands to. */
#include "compiler/il/intrinsics.h"

#include <stdio.h>
#include <string.h>

struct intrinsic {
    const char *type, *method;
    int params;
    il_expand *expand;
    int argument;
    bool must;
};

static const struct intrinsic rows[] = {
#define INTRINSIC(type, method, params, handler, argument, must) {type, method, params, il_expand_##handler, argument, must},
#include "compiler/il/intrinsics.def"
#undef INTRINSIC
};

enum { ROW_COUNT = sizeof rows / sizeof *rows };

static const char *
key_of(char *key, size_t size, const char *type, const char *method, uint32_t params)
{
    int n = snprintf(key, size, "%s::%s/%u", type, method, (unsigned)params);

    return n > 0 && (size_t)n < size ? key : NULL;
}

void
il_intrinsics_init(struct il_context *il)
{
    for (size_t i = 0; i < ROW_COUNT; i++) {
        char key[256];

        CC_ASSERT(key_of(key, sizeof key, rows[i].type, rows[i].method, (uint32_t)rows[i].params));
        if (!str_map_get(&il->special->intrinsics, key))
            str_map_put(&il->special->intrinsics, key, (void *)(uintptr_t)&rows[i]);
    }
}

/* Row number + 1 cached in the definition; -1: none. */
static const struct intrinsic *
intrinsic_of(struct il_context *il, struct ty_method_def *def)
{
    const struct intrinsic *row = NULL;
    struct ty_sig *sig;
    char key[256];

    if (def->intrinsic)
        return def->intrinsic > 0 ? &rows[def->intrinsic - 1] : NULL;
    def->intrinsic = -1;
    if (!def->row || !def->owner || (!def->assembly->is_core && strncmp(def->assembly->name, "System.Private.", 15) != 0))
        return NULL;
    sig = ty_method_def_sig(il->ty, def);
    if (sig && key_of(key, sizeof key, def->owner->full_name, def->name, sig->param_count))
        row = str_map_get(&il->special->intrinsics, key);
    if (row)
        def->intrinsic = (int)(row - rows) + 1;
    return row;
}

bool
il_intrinsic_must_expand(struct il_context *il, struct ty_method_def *def)
{
    const struct intrinsic *row = intrinsic_of(il, def);

    return row && row->must;
}

/* Array methods: `this` of their bodies is never NULL, so the check is here.
 * T[,]::Address: the array must hold exactly T unless the result is only read. The element type is known
 * here and not in the shared body. */
static void
check_array(struct il_import *im, struct ty_method *open, struct ty_method *closed)
{
    struct il_value *array = il_peek(im, closed->sig->param_count);
    cg_value object, element;

    if (closed->def->pseudo == TY_PSEUDO_SYNTH || closed->def->pseudo == TY_PSEUDO_ARRAY_CTOR || !array)
        return;
    object = il_null_check(im, array);
    if (array->fact == IL_FACT_NONE)
        array->nonnull = true;
    if (closed->def->pseudo != TY_PSEUDO_ARRAY_ADDRESS || im->prefix.is_readonly || closed->owner->param->is_value_type)
        return;
    element = cg_load(im->fn, CG_PTR, cg_offset(im->fn, il_load_mt(im, object), 8), CG_MEM_INVARIANT);
    il_throw_if(im, cg_compare(im->fn, CG_NE, element, il_type_ref(im, REF_TYPE, open->owner->param)), IL_THROW_ARRAY_TYPE);
}

static bool
expand_pinvoke(struct il_import *im, struct ty_method *closed)
{
    struct il_token t;

    if (!closed->def->is_pinvoke || !il_pinvoke_direct(im->il, closed, &t))
        return false;
    il_call_native(im, t.sig, NULL, &t, t.no_transition);
    return true;
}

static bool
expand_literal(struct il_import *im, struct ty_method *closed)
{
    uint32_t size, bytes;
    const char *text = il_resource_text(im->il, closed->def, &size);
    struct il_value v = {.kind = IL_REF, .type = im->ty->t_string, .exact = true, .nonnull = true};
    struct ref ref = {.kind = REF_STRING};

    if (!text)
        return false;
    ref.data = il_utf16(im->arena, text, size, &bytes);
    ref.size = bytes;
    v.v = il_ref(im, &ref);
    il_push(im, &v);
    return true;
}

bool
il_intrinsic_call(struct il_import *im, struct ty_method *open, struct ty_method *closed)
{
    struct il_expansion x = {.open = open, .closed = closed};
    const struct intrinsic *row;

    if (closed->def->pseudo) {
        check_array(im, open, closed);
        return false;
    }
    if (closed->def->is_runtime_impl && closed->def->owner->is_delegate && strcmp(closed->def->name, "Invoke") == 0) {
        il_delegate_invoke(im, open, closed);
        return true;
    }
    if (im->depth < closed->sig->param_count + (closed->sig->has_this ? 1u : 0u))
        return false; /* the ordinary path says so */
    if (expand_pinvoke(im, closed) || expand_literal(im, closed))
        return true;
    row = intrinsic_of(im->il, closed->def);
    if (!row)
        return false;
    x.argument = row->argument;
    return row->expand(im, &x);
}
