/* compiler/il/synth_delegate.c - delegates (contract/compiler.md 7.4): construction, Invoke, the
 * thunks between Invoke's convention and the target's, GetThunk.
 * Invoke always calls _functionPointer with _firstParameter as `this`. Where that is not how the
 * target wants to be called, _firstParameter is the delegate itself and _functionPointer one of the
 * thunks. Thunks are shared by the exact types of one canonical delegate type. */
#include "compiler/il/special.h"

#include <string.h>

#define DELEGATE "System.Delegate"

static const struct {
    const char *name;
} thunk_kinds[] = {
    {"InvokeMulticastThunk"},    {"InvokeClosedStaticThunk"}, {"InvokeOpenStaticThunk"},
    {"InvokeInstanceClosedOverGenericMethodThunk"}, {"InvokeOpenInstanceThunk"},
};

enum thunk { THUNK_MULTICAST, THUNK_CLOSED_STATIC, THUNK_OPEN_STATIC, THUNK_CLOSED_GENERIC, THUNK_OPEN_INSTANCE, THUNK_COUNT };

static struct ty_method *
invoke_of(struct il_context *il, struct ty_type *delegate)
{
    return ty_method_named(il->ty, delegate, "Invoke", -1);
}

static void
put_field_of_this(struct il_builder *b, const char *field)
{
    il_put_args(b, 0, 1);
    il_put_core_field(b, IL_CEE_ldfld, DELEGATE, field);
}

/* The first parameter as the object that OpenMethodResolver looks at; false: no such thunk. */
static bool
put_open_this(struct il_builder *b, struct ty_sig *sig)
{
    struct ty_type *first = sig->params[0];

    il_put_args(b, 1, 1);
    if (ty_is_ref(first))
        return true;
    il_put_type(b, IL_CEE_ldobj, first->param);
    il_put_type(b, IL_CEE_box, first->param);
    return true;
}

static bool
has_open_instance(const struct ty_sig *sig)
{
    struct ty_type *first = sig->param_count ? sig->params[0] : NULL;

    if (!first)
        return false;
    return ty_is_ref(first) || (first->form == TY_FORM_BYREF && first->param->is_value_type && !first->param->is_canon &&
                                !(first->param->def && first->param->def->is_byref_like));
}

/* The list is an array of Wrapper; at least one entry. The last result counts. */
static void
multicast_body(struct il_builder *b, struct ty_method *invoke)
{
    struct ty_type *wrapper = il_core_type(b->il, "System.Delegate/Wrapper");
    uint32_t list = il_builder_local(b, ty_array(b->il->ty, wrapper), false);
    uint32_t i = il_builder_local(b, b->il->ty->t_i4, false), again = il_builder_label(b);
    bool has_result = il_kind_of(invoke->sig->ret) != IL_VOID;
    uint32_t result = has_result ? il_builder_local(b, invoke->sig->ret, false) : 0;

    put_field_of_this(b, "_helperObject");
    il_put_u16(b, IL_CEE_stloc, list);
    il_put_label(b, again);
    il_put_u16(b, IL_CEE_ldloc, list);
    il_put_u16(b, IL_CEE_ldloc, i);
    il_put_type(b, IL_CEE_ldelema, wrapper);
    il_put_core_field(b, IL_CEE_ldfld, "System.Delegate/Wrapper", "Value");
    il_put_args(b, 1, invoke->sig->param_count);
    il_put_method(b, IL_CEE_callvirt, invoke);
    if (has_result)
        il_put_u16(b, IL_CEE_stloc, result);
    il_put_u16(b, IL_CEE_ldloc, i);
    il_put_i4(b, 1);
    il_put(b, IL_CEE_add);
    il_put_u16(b, IL_CEE_stloc, i);
    il_put_u16(b, IL_CEE_ldloc, i);
    put_field_of_this(b, "_extraFunctionPointerOrData");
    il_put(b, IL_CEE_conv_i4);
    il_put_branch(b, IL_CEE_blt, again);
    if (has_result)
        il_put_u16(b, IL_CEE_ldloc, result);
}

static struct ty_sig *
with_first(struct il_context *il, const struct ty_sig *sig, struct ty_type *first)
{
    struct ty_type **params = arena_array(il->arena, sig->param_count + 1u, sizeof *params);

    params[0] = first;
    if (sig->param_count)
        memcpy(params + 1, sig->params, sig->param_count * sizeof *params);
    return il_synth_sig(il, sig->ret, false, params, sig->param_count + 1);
}

static void
open_instance_body(struct il_builder *b, struct ty_sig *sig)
{
    uint32_t pointer = il_builder_local(b, b->il->ty->t_i, false);

    il_put_args(b, 0, 1);
    put_open_this(b, sig);
    il_put_core_call(b, DELEGATE, "GetActualTargetFunctionPointer", 1);
    il_put_u16(b, IL_CEE_stloc, pointer);
    il_put_args(b, 1, sig->param_count);
    il_put_u16(b, IL_CEE_ldloc, pointer);
    il_put_calli(b, il_synth_sig(b->il, sig->ret, true, sig->params + 1, sig->param_count - 1));
}

static bool
thunk_build(struct il_builder *b, struct ty_method *self, const struct il_synth *s)
{
    struct ty_method *invoke = invoke_of(b->il, s->type);
    struct ty_sig *sig = invoke ? invoke->sig : NULL;

    (void)self;
    if (!sig)
        return false;
    switch ((enum thunk)s->number) {
    case THUNK_MULTICAST:
        multicast_body(b, invoke);
        break;
    case THUNK_CLOSED_STATIC:
        put_field_of_this(b, "_helperObject");
        il_put_args(b, 1, sig->param_count);
        put_field_of_this(b, "_extraFunctionPointerOrData");
        il_put_calli(b, with_first(b->il, sig, b->il->ty->t_object));
        break;
    case THUNK_OPEN_STATIC:
        il_put_args(b, 1, sig->param_count);
        put_field_of_this(b, "_extraFunctionPointerOrData");
        il_put_calli(b, il_synth_sig(b->il, sig->ret, false, sig->params, sig->param_count));
        break;
    case THUNK_CLOSED_GENERIC:
        put_field_of_this(b, "_helperObject");
        il_put_args(b, 1, sig->param_count);
        put_field_of_this(b, "_extraFunctionPointerOrData");
        il_put_calli(b, il_synth_sig(b->il, sig->ret, true, sig->params, sig->param_count));
        break;
    case THUNK_OPEN_INSTANCE:
        open_instance_body(b, sig);
        break;
    case THUNK_COUNT:
        break;
    }
    il_put(b, IL_CEE_ret);
    return true;
}

/* The owner is System.Delegate whatever the type: code may then name a thunk without a dictionary. */
static struct ty_method *
thunk_of(struct il_context *il, struct ty_type *delegate, enum thunk kind)
{
    struct ty_type *canon = ty_canon_of(il->ty, delegate);
    const char *name = arena_printf(il->arena, "%s:%s", thunk_kinds[kind].name, ty_symbol(il->ty, canon));
    struct il_synth recipe = {.build = thunk_build, .type = canon, .number = kind};
    struct ty_method *m = str_map_get(&il->special->thunks, name), *invoke;

    if (m)
        return m;
    invoke = invoke_of(il, canon);
    if (!invoke)
        return NULL;
    m = il_synth_method(il, ty_well_known_type(il->ty, WK_DELEGATE), name, invoke->sig, &recipe);
    str_map_put(&il->special->thunks, name, m);
    return m;
}

/* ---- GetThunk ------------------------------------------------------------------------------------- */

static bool
get_thunk_build(struct il_builder *b, struct ty_method *self, const struct il_synth *s)
{
    struct ty_method *invoke = invoke_of(b->il, s->type);
    uint32_t labels[THUNK_COUNT], count = THUNK_COUNT;

    (void)self;
    if (!invoke)
        return false;
    if (!has_open_instance(invoke->sig))
        count = THUNK_OPEN_INSTANCE;
    for (uint32_t i = 0; i < count; i++)
        labels[i] = il_builder_label(b);
    il_put_args(b, 1, 1);
    il_put_switch(b, labels, count);
    il_put_i4(b, 0);
    il_put(b, IL_CEE_conv_i);
    il_put(b, IL_CEE_ret);
    for (uint32_t i = 0; i < count; i++) {
        il_put_label(b, labels[i]);
        il_put_method(b, IL_CEE_ldftn, thunk_of(b->il, s->type, (enum thunk)i));
        il_put(b, IL_CEE_ret);
    }
    return true;
}

struct ty_method *
il_get_thunk_override(struct il_context *il, struct ty_type *delegate)
{
    struct ty_type *canon = ty_canon_of(il->ty, delegate);
    struct ty_method *m = ptr_map_get(&il->special->get_thunk, canon), *base;
    struct il_synth recipe = {.build = get_thunk_build, .type = canon};

    if (m || canon->def->is_abstract || canon->def->well_known == WK_DELEGATE ||
        canon->def->well_known == WK_MULTICAST_DELEGATE)
        return m;
    base = il_core_method(il, DELEGATE, "GetThunk", 1);
    m = il_synth_method(il, canon, base->def->name, base->sig, &recipe);
    ptr_map_put(&il->special->get_thunk, canon, m);
    return m;
}

/* ---- Invoke and the other members the runtime implements --------------------------------------------- */

bool
il_delegate_body(struct il_context *il, struct ty_method *m, struct arena *a, struct il_body *out)
{
    struct il_builder b;

    il_builder_begin(&b, il, a);
    if (strcmp(m->def->name, "Invoke") == 0) {
        il_put_args(&b, 0, m->sig->param_count + 1);
        il_put_method(&b, IL_CEE_callvirt, ty_method_open(il->ty, m->def)); /* expanded: il_delegate_invoke */
        il_put(&b, IL_CEE_ret);
    } else {
        il_put_throw_call(&b, "ThrowPlatformNotSupportedException");
    }
    return il_builder_finish(&b, out);
}

static cg_value
delegate_field(struct il_import *im, cg_value delegate, const char *name, enum cg_type t)
{
    struct ty_field *f = ty_field_named(im->ty, ty_well_known_type(im->ty, WK_DELEGATE), name);

    if (!f) {
        il_fail(im);
        return NULL;
    }
    return cg_load(im->fn, t, cg_offset(im->fn, delegate, ty_field_offset(im->ty, f)), CG_MEM_PLAIN);
}

void
il_delegate_invoke(struct il_import *im, struct ty_method *open, struct ty_method *closed)
{
    struct il_value *self = il_peek(im, closed->sig->param_count), first = {.kind = IL_REF};
    cg_value delegate, target;

    if (!self) {
        il_invalid(im, "stack underflow");
        return;
    }
    delegate = il_null_check(im, self);
    target = delegate_field(im, delegate, "_functionPointer", CG_PTR);
    first.v = delegate_field(im, delegate, "_firstParameter", CG_PTR);
    first.type = im->ty->t_object;
    *self = first;
    il_call_value(im, open, closed, target, NULL, true, false);
}

/* ---- construction ---------------------------------------------------------------------------------- */

static void
initialise(struct il_import *im, const char *method, cg_value delegate, cg_value a, cg_value b, cg_value c)
{
    struct ty_method *m = il_core_method(im->il, DELEGATE, method, strstr(method, "Static") ? 3 : 2);
    cg_value args[4] = {delegate, a, b, c};

    il_call_core(im, m, args, 0);
}

static cg_value
thunk_address(struct il_import *im, struct ty_type *delegate, enum thunk kind)
{
    struct ty_method *m = thunk_of(im->il, delegate, kind);

    if (!m) {
        il_fail(im);
        return NULL;
    }
    return cg_ptr_to_int(im->fn, il_method_ref(im, REF_METHOD_PTR, m));
}

static cg_value
pointer_int(struct il_import *im, const struct il_value *pointer)
{
    return il_use_as(im, pointer, CG_I64);
}

/* Bound to an object: instance methods. */
static void
bind_instance(struct il_import *im, cg_value delegate, struct ty_method *closed, const struct il_value *object,
              const struct il_value *pointer)
{
    cg_value self = il_use_as(im, object, CG_PTR);
    enum ty_generic_context c;

    if (pointer->is_virtual) {
        /* ldvirtftn found the code; only generic virtual methods can need a context */
        initialise(im, closed->def->generic_count ? "InitializeClosedInstanceSlow" : "InitializeClosedInstance", delegate,
                   self, pointer_int(im, pointer), NULL);
        return;
    }
    if (closed->owner->is_value_type) {
        initialise(im, "InitializeClosedInstance", delegate, self,
                   cg_ptr_to_int(im->fn, il_method_ref(im, REF_METHOD_BOXED, pointer->method)), NULL);
        return;
    }
    c = ty_method_context(im->ty, ty_method_canon(im->ty, closed));
    initialise(im, c == TY_CTX_NONE || c == TY_CTX_THIS ? "InitializeClosedInstance" : "InitializeClosedInstanceSlow",
               delegate, self, pointer_int(im, pointer), NULL);
}

static void
bind_static(struct il_import *im, cg_value delegate, struct ty_type *type, uint32_t invoke_params,
            struct ty_method *closed, const struct il_value *object, const struct il_value *pointer)
{
    bool is_open = closed->sig->param_count == invoke_params;
    cg_value target = pointer_int(im, pointer);
    cg_value thunk = thunk_address(im, type, is_open ? THUNK_OPEN_STATIC : THUNK_CLOSED_STATIC);
    cg_value first = is_open ? cg_null(im->fn) : il_use_as(im, object, CG_PTR);

    initialise(im, is_open ? "InitializeOpenStaticThunk" : "InitializeClosedStaticThunk", delegate, first, target, thunk);
}

/* ---- open instance delegates ------------------------------------------------------------------------ */

/* Their first argument is the target's `this`: a static method in between takes it, so that they are like delegates
 * over that. Virtual methods are looked up in the argument's class. */
static bool
open_build(struct il_builder *b, struct ty_method *self, const struct il_synth *s)
{
    bool virtual = s->target->def->is_virtual && !s->target->owner->is_value_type;

    il_put_args(b, 0, self->sig->param_count);
    il_put_method(b, virtual ? IL_CEE_callvirt : IL_CEE_call, s->target);
    il_put(b, IL_CEE_ret);
    return true;
}

/* NULL: the target's context is known at run time only. */
static struct ty_method *
open_target(struct il_context *il, struct ty_method *closed)
{
    struct ty_method *canon = ty_method_canon(il->ty, closed), *m;
    enum ty_generic_context c = ty_method_context(il->ty, canon);
    const char *name = arena_printf(il->arena, "open:%s", ty_method_symbol(il->ty, closed));
    struct il_synth recipe = {.build = open_build, .target = closed};
    struct ty_type *first = closed->owner->is_value_type ? ty_byref(il->ty, closed->owner) : closed->owner;

    if (closed->is_canon && c != TY_CTX_NONE && c != TY_CTX_THIS)
        return NULL;
    m = str_map_get(&il->special->thunks, name);
    if (!m) {
        m = il_synth_method(il, ty_well_known_type(il->ty, WK_DELEGATE), name, with_first(il, closed->sig, first), &recipe);
        str_map_put(&il->special->thunks, name, m);
    }
    return m;
}

static bool
is_open_instance(const struct ty_method *closed, uint32_t invoke_params)
{
    return !closed->def->is_static && closed->sig->param_count + 1 == invoke_params;
}

static void
bind_open(struct il_import *im, cg_value delegate, struct ty_type *type, struct ty_method *closed)
{
    struct ty_method *target = open_target(im->il, closed);

    if (!target) {
        il_call_helper(im, IL_HELPER_THROW_PLATFORM, NULL);
        return;
    }
    initialise(im, "InitializeOpenStaticThunk", delegate, cg_null(im->fn),
               cg_ptr_to_int(im->fn, il_method_ref(im, REF_METHOD_PTR, target)), thunk_address(im, type, THUNK_OPEN_STATIC));
}

/* What the delegate is bound to is known: a method whose shape fits Invoke. */
static bool
is_bindable(const struct ty_method *closed, uint32_t invoke_params)
{
    uint32_t n = closed->sig->param_count;

    return closed->def->is_static ? n == invoke_params || n == invoke_params + 1 : n == invoke_params;
}

void
il_new_delegate(struct il_import *im, struct ty_type *open, struct ty_method *ctor, const struct il_value *object,
                const struct il_value *pointer)
{
    struct ty_type *type = il_close(im, open);
    struct ty_method *invoke = type ? invoke_of(im->il, type) : NULL, *closed;
    struct il_value result = {.kind = IL_REF, .type = type, .exact = true, .nonnull = true};

    (void)ctor;
    closed = pointer->fact == IL_FACT_METHOD ? il_close_method(im, pointer->method) : NULL;
    if (!invoke || im->failed) {
        il_fail(im);
        return;
    }
    result.v = il_new_object(im, open);
    if (closed && pointer->open && closed->def->is_static) {
        bind_static(im, result.v, type, invoke->sig->param_count, closed, object, pointer);
    } else if (closed && !pointer->open && is_open_instance(closed, invoke->sig->param_count)) {
        bind_open(im, result.v, type, closed);
    } else if (!closed || !is_bindable(closed, invoke->sig->param_count)) {
        il_call_helper(im, IL_HELPER_THROW_PLATFORM, NULL);
    } else if (closed->def->is_static) {
        bind_static(im, result.v, type, invoke->sig->param_count, closed, object, pointer);
    } else {
        bind_instance(im, result.v, closed, object, pointer);
    }
    il_push(im, &result);
}
