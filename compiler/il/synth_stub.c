/* compiler/il/synth_stub.c - entries that fetch what the body wants: the value inside a box, the
 * hidden generic context.
 * `this` of a stub is an ordinary object, so stubs belong to System.Object; their name carries what
 * they lead to. They end in tail calls and so leave no frame in traces. */
#include "compiler/il/special.h"

/* A callee that writes its result through a pointer into our frame cannot be called last. */
static void
put_tail(struct il_builder *b, const struct ty_method *target)
{
    if (il_kind_of(target->sig->ret) != IL_STRUCT)
        il_put(b, IL_CEE_tail);
}

static bool
unboxing_build(struct il_builder *b, struct ty_method *self, const struct il_synth *s)
{
    struct ty_method *target = s->target, *canon = ty_method_canon(b->il->ty, target);
    struct ref dictionary = {.kind = REF_METHOD_DICT, .method = target};
    enum ty_generic_context context = ty_method_context(b->il->ty, canon);

    il_put_args(b, 0, 1);
    il_put_core_field(b, IL_CEE_ldflda, "System.Runtime.CompilerServices.RawData", "Data");
    switch (context) {
    case TY_CTX_MT:
        il_put_args(b, 0, 1);
        il_put_core_field(b, IL_CEE_ldfld, "System.Object", "m_pEEType");
        break;
    case TY_CTX_METHOD:
        il_put_ref(b, &dictionary);
        break;
    case TY_CTX_NONE:
    case TY_CTX_THIS:
        break;
    }
    il_put_args(b, 1, self->sig->param_count);
    put_tail(b, target);
    if (context == TY_CTX_MT || context == TY_CTX_METHOD)
        il_put_raw_call(b, canon);
    else
        il_put_method(b, IL_CEE_call, canon);
    il_put(b, IL_CEE_ret);
    return true;
}

/* The stub's parameters are the target's; `this` is the box. */
static struct ty_sig *
boxed_sig(struct il_context *il, const struct ty_method *target)
{
    return il_synth_sig(il, target->sig->ret, true, target->sig->params, target->sig->param_count);
}

struct ty_method *
il_unboxing_stub(struct il_context *il, struct ty_method *exact)
{
    struct ty_method *canon = ty_method_canon(il->ty, exact), *target, *stub;
    struct il_synth recipe = {.build = unboxing_build};

    /* Only a method dictionary differs between the instances of one canonical body. */
    target = ty_method_context(il->ty, canon) == TY_CTX_METHOD ? exact : canon;
    stub = ptr_map_get(&il->special->unboxing, target);
    if (stub)
        return stub;
    recipe.target = target;
    stub = il_synth_method(il, il->ty->t_object, arena_printf(il->arena, "unbox:%s", ty_method_symbol(il->ty, target)),
                           boxed_sig(il, canon), &recipe);
    ptr_map_put(&il->special->unboxing, target, stub);
    return stub;
}

static bool
default_build(struct il_builder *b, struct ty_method *self, const struct il_synth *s)
{
    struct ref context = {.kind = REF_TYPE_CONTEXT, .type = s->target->owner};
    struct ty_method *canon = ty_method_canon(b->il->ty, s->target);

    if (ty_method_context(b->il->ty, canon) == TY_CTX_METHOD) {
        context.kind = REF_METHOD_DICT;
        context.type = NULL;
        context.method = s->target;
    }
    il_put_args(b, 0, 1);
    il_put_ref(b, &context);
    il_put_args(b, 1, self->sig->param_count);
    put_tail(b, canon);
    il_put_raw_call(b, canon);
    il_put(b, IL_CEE_ret);
    return true;
}

/* The interface instance is known, so the type that runs it makes no difference. */
struct ty_method *
il_default_method_stub(struct il_context *il, struct ty_type *type, struct ty_method *exact)
{
    struct ty_method *stub = ptr_map_get(&il->special->default_stubs, exact);
    struct il_synth recipe = {.build = default_build, .target = exact};

    (void)type;
    if (stub)
        return stub;
    stub = il_synth_method(il, il->ty->t_object, arena_printf(il->arena, "default:%s", ty_method_symbol(il->ty, exact)),
                           boxed_sig(il, ty_method_canon(il->ty, exact)), &recipe);
    ptr_map_put(&il->special->default_stubs, exact, stub);
    return stub;
}
