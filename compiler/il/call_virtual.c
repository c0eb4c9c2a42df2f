/* compiler/il/call_virtual.c - callvirt: class slots, dispatch cells, generic virtual methods,
 * constrained calls (ECMA-335 III.2.1, III.4.2), and what is known before run time. */
#include "compiler/il/il_priv.h"

#include <string.h>

enum { MT_VTABLE = 24 };

/* A cell per call site; shared code has one per dictionary. */
static cg_value
dispatch_cell(struct il_import *im, struct ty_method *open, struct ty_method *closed)
{
    struct ref ref = {.kind = REF_CELL, .method = open};

    if (!closed->is_canon && !closed->owner->is_canon)
        ref.number = im->method->id << 14 | (im->insn.offset & 0x3fff);
    return il_ref(im, &ref);
}

static cg_value
slot_pointer(struct il_import *im, struct ty_method *closed, cg_value object)
{
    int slot = ty_vtable_slot(im->ty, closed);

    if (slot < 0) {
        il_invalid(im, "a virtual call of a method without a slot");
        return NULL;
    }
    il_virtual(im, closed);
    return cg_load(im->fn, CG_PTR, cg_offset(im->fn, il_load_mt(im, object), MT_VTABLE + 8 * (int64_t)slot), CG_MEM_INVARIANT);
}

cg_value
il_virtual_pointer(struct il_import *im, struct ty_method *open, const struct il_value *self)
{
    static const enum cg_type types[] = {CG_PTR, CG_PTR};
    struct ty_method *closed = il_close_method(im, open);
    struct ref gvm = {.kind = REF_GVM, .method = open};
    cg_value args[2];

    if (!closed)
        return NULL;
    args[0] = il_null_check(im, self);
    if (closed->def->generic_count) {
        args[1] = il_ref(im, &gvm);
        return il_call_engine(im, "corert_gvm_lookup", CG_PTR, types, args, 2, CG_CALL_NOUNWIND);
    }
    if (!closed->owner->def->is_interface)
        return slot_pointer(im, closed, args[0]);
    args[1] = dispatch_cell(im, open, closed);
    il_virtual(im, closed);
    return il_call_helper(im, IL_HELPER_RESOLVE_INTERFACE, args);
}

/* ---- guarded direct calls --------------------------------------------------------------------------- */

struct guard {
    struct ty_type *type;
    struct ty_method *impl;
};

/* All classes of which instances exist under the receiver's static type, when they are few: their own
 * methods are called directly (and inlined) after a compare of the MethodTable. Only while emitting:
 * the methods are in the vtables anyway. */
static uint32_t
find_guards(struct il_import *im, struct ty_method *closed, const struct il_value *self, struct guard out[REACH_SUBTYPES_MAX])
{
    struct ty_type *known = closed->owner, *const *types;
    uint32_t count;

    if (!im->fn || im->prefix.is_tail || closed->is_canon || closed->owner->is_canon) /* a tail call stays one call */
        return 0;
    if (self->type && self->type->form == TY_FORM_DEF && !self->type->is_canon && ty_is_subclass(im->ty, self->type, closed->owner))
        known = self->type;
    count = reach_subtypes(im->reach, known, &types);
    if (count > REACH_SUBTYPES_MAX)
        return 0;
    for (uint32_t i = 0; i < count; i++) {
        struct ref ref = {.kind = REF_METHOD};

        out[i].type = types[i];
        out[i].impl = types[i]->form == TY_FORM_DEF && !types[i]->is_value_type ? ty_resolve_virtual(im->ty, types[i], closed) : NULL;
        if (!out[i].impl || out[i].impl->def->is_abstract)
            return 0;
        ref.method = ty_method_canon(im->ty, out[i].impl);
        if (!reach_has(im->reach, &ref) || il_redirect(im->il, out[i].impl) != out[i].impl)
            return 0;
    }
    return count;
}

/* The stack of arguments is used once for each guard. What is none of the others is the last: a call
 * through the slot behind them, which nothing takes, would keep LLVM from hoisting what it might change. */
static void
call_guarded(struct il_import *im, struct ty_method *closed, const struct guard *guards, uint32_t count)
{
    uint32_t arguments = closed->sig->param_count + 1u, before = im->depth - arguments;
    struct il_value *saved = arena_array(im->arena, arguments, sizeof *saved);
    struct ty_type *ret = closed->sig->ret;
    bool is_void = ret->element == TY_EL_VOID && ret->form == TY_FORM_DEF;
    cg_value home = is_void ? NULL : il_temp(im, ret), object = il_null_check(im, &im->stack[before]), mt = il_load_mt(im, object);
    cg_block done = il_new_block(im, "called");
    struct il_value result;

    im->stack[before].nonnull = true;
    memcpy(saved, &im->stack[before], arguments * sizeof *saved);
    for (uint32_t i = 0; i < count; i++) {
        cg_block next = NULL;

        memcpy(&im->stack[before], saved, arguments * sizeof *saved);
        im->depth = before + arguments;
        if (i + 1 < count) {
            cg_block match = il_new_block(im, "guess");

            next = il_new_block(im, "other");
            cg_cond_br(im->fn, cg_compare(im->fn, CG_EQ, mt, il_type_ref(im, REF_TYPE, guards[i].type)), match, next, CG_EVEN);
            cg_block_set(im->fn, match);
        }
        il_call_value(im, guards[i].impl, guards[i].impl, NULL, NULL, false, false);
        if (im->failed)
            return;
        if (!is_void) {
            result = il_pop(im);
            il_store(im, ret, NULL, home, &result, CG_MEM_PLAIN, false);
        }
        cg_br(im->fn, done);
        if (next)
            cg_block_set(im->fn, next);
    }
    cg_block_set(im->fn, done);
    if (!is_void)
        il_load_push(im, ret, home, CG_MEM_PLAIN);
}

/* Only instances of exactly this interface answer to it: not through variance, and not as arrays do. */
static bool
is_exact_interface(const struct ty_type *t)
{
    if (!t->def->has_variance)
        return !ty_is_array_interface(t->def);
    for (uint16_t i = 0; i < t->arg_count; i++)
        if (!t->args[i]->is_value_type)
            return false;
    return !ty_is_array_interface(t->def);
}

/* The method of the only class in the image that implements the interface, or NULL. Classes that answer for
 * interfaces they do not list rule it out. */
static struct ty_method *
only_implementation(struct il_import *im, struct ty_method *closed)
{
    struct ty_type *const *types, *dynamic = ty_well_known_type(im->ty, WK_IDYNAMIC_INTERFACE_CASTABLE);
    struct ref ref = {.kind = REF_METHOD};
    enum ty_dispatch how = TY_DISPATCH_CLASS;
    struct ty_method *impl;

    if (!im->fn || closed->is_canon || closed->owner->is_canon || !is_exact_interface(closed->owner) ||
        reach_subtypes(im->reach, closed->owner, &types) != 1 || types[0]->form != TY_FORM_DEF ||
        types[0]->element != TY_EL_CLASS || ty_is_delegate(types[0]))
        return NULL;
    impl = ty_resolve_interface(im->ty, types[0], closed, &how);
    if (impl && how == TY_DISPATCH_CLASS && impl->def->is_virtual)
        impl = ty_resolve_virtual(im->ty, types[0], impl);
    if (!impl || how != TY_DISPATCH_CLASS || impl->def->is_abstract)
        return NULL;
    ref.method = ty_method_canon(im->ty, impl);
    if (!reach_has(im->reach, &ref) || il_redirect(im->il, impl) != impl || (dynamic && reach_subtypes(im->reach, dynamic, &types)))
        return NULL;
    return impl;
}

void
il_call_virtual(struct il_import *im, struct ty_method *open, struct ty_method *closed)
{
    const struct il_value *self = il_peek(im, closed->sig->param_count);
    struct ty_method *only;
    cg_value cell;

    if (!self) {
        il_invalid(im, "stack underflow at a call");
        return;
    }
    if (closed->def->generic_count) {
        struct il_value copy = *self;

        il_call_pointer(im, closed->sig, il_virtual_pointer(im, open, &copy));
        return;
    }
    if (!closed->owner->def->is_interface) {
        struct guard guards[REACH_SUBTYPES_MAX];
        uint32_t count = find_guards(im, closed, self, guards);

        if (count) {
            call_guarded(im, closed, guards, count);
            return;
        }
        il_call_value(im, open, closed, slot_pointer(im, closed, il_null_check(im, self)), NULL, true, false);
        return;
    }
    only = only_implementation(im, closed);
    if (only) {
        il_call_value(im, only, only, NULL, NULL, false, true);
        return;
    }
    cell = dispatch_cell(im, open, closed);
    il_virtual(im, closed);
    il_call_value(im, open, closed, cg_load(im->fn, CG_PTR, cell, CG_MEM_UNORDERED), cell, true, false);
}

/* ---- known targets ---------------------------------------------------------------------------------- */

static struct ty_method *
resolve_exact(struct il_import *im, struct ty_type *type, struct ty_method *closed)
{
    enum ty_dispatch how = TY_DISPATCH_CLASS;
    struct ty_method *impl;

    if (type->form != TY_FORM_DEF || type->is_value_type || type->is_canon || closed->is_canon || closed->owner->is_canon)
        return NULL;
    if (closed->owner->def->is_interface)
        impl = ty_resolve_interface(im->ty, type, closed, &how);
    else
        impl = ty_is_subclass(im->ty, type, closed->owner) ? ty_resolve_virtual(im->ty, type, closed) : NULL;
    if (!impl || how != TY_DISPATCH_CLASS || impl->def->is_abstract)
        return NULL;
    reach_override(im->reach, closed, impl);
    return impl;
}

struct ty_method *
il_devirtualise(struct il_import *im, const struct il_value *self, struct ty_method *open)
{
    struct ty_method *closed = il_close_method(im, open);
    const struct ty_method_def *def;

    if (!closed)
        return NULL;
    def = closed->def;
    if (!def->is_virtual)
        return open;
    if (!def->is_abstract && (def->is_final || (closed->owner->def && closed->owner->def->is_sealed && !closed->owner->def->is_interface)))
        return open;
    if (self && self->kind == IL_REF && self->type && (self->exact || il_is_exact_type(self->type)))
        return resolve_exact(im, self->type, closed);
    return NULL;
}

/* ---- constrained calls ---------------------------------------------------------------------------------- */

static void
call_constrained_static(struct il_import *im, struct ty_method *open, struct ty_method *closed, struct ty_type *constrained,
                        struct ty_type *type)
{
    struct ref ref = {.kind = REF_METHOD_CONSTRAINED, .type = constrained, .method = open};
    enum ty_dispatch how;
    struct ty_method *impl;

    if (type->is_canon || closed->is_canon || closed->owner->is_canon) {
        il_call_pointer(im, closed->sig, il_ref(im, &ref));
        return;
    }
    impl = ty_resolve_interface(im->ty, type, closed, &how);
    if (!impl || how == TY_DISPATCH_DIAMOND || impl->def->is_abstract) {
        if (!im->ty->failure.text || !impl)
            ty_fail(im->ty, TY_FAIL_TYPE_LOAD, "%s does not implement %s", ty_name(im->ty, type), ty_method_name(im->ty, closed));
        il_fail(im);
        return;
    }
    reach_override(im->reach, closed, impl);
    il_call(im, impl, 0);
}

/* What the value type itself runs for a virtual method, or NULL: box and dispatch. */
static struct ty_method *
own_override(struct il_import *im, struct ty_type *type, struct ty_method *decl)
{
    enum ty_dispatch how = TY_DISPATCH_CLASS;
    struct ty_method *impl;

    if (decl->owner->def->is_interface)
        impl = ty_resolve_interface(im->ty, type, decl, &how);
    else
        impl = ty_resolve_virtual(im->ty, type, decl);
    return impl && how == TY_DISPATCH_CLASS && impl->owner == type ? impl : NULL;
}

/* The same where shared code knows the interface in its shared form only, while the type may implement an exact instance
 * of it: I<__Canon> and I<string>. *several: the type runs more than one method under that form, so the dictionary tells. */
static struct ty_method *
own_shared(struct il_import *im, struct ty_type *type, struct ty_method *closed, bool *several)
{
    const struct ty_interfaces *list = ty_interfaces_of(im->ty, type);
    struct ty_type *form = ty_canon_of(im->ty, closed->owner);
    struct ty_method *found = NULL;
    uint32_t i;

    *several = false;
    for (i = 0; list && i < list->count; i++) {
        struct ty_type *interface = list->at[i];
        struct ty_method *decl, *impl;

        if (interface->def != closed->owner->def || ty_canon_of(im->ty, interface) != form)
            continue;
        decl = ty_method_on(im->ty, interface, closed->def, closed->def->generic_count ? closed->args : NULL);
        impl = decl ? own_override(im, type, decl) : NULL;
        if (!impl) { /* a default method of one of them: it wants a boxed value */
            *several = false;
            return NULL;
        }
        if (found && impl->def != found->def)
            *several = true;
        found = impl;
    }
    return found;
}

/* The method that the value type itself has for the call, in open form, or NULL. */
static struct ty_method *
own_method(struct il_import *im, struct ty_method *open, struct ty_method *closed, struct ty_type *constrained, struct ty_type *type,
           bool *several)
{
    struct ty_method *impl;

    *several = false;
    if (closed->owner == type)
        return open;
    if (!closed->def->is_virtual)
        return NULL;
    if (closed->owner->is_canon && closed->owner->def->is_interface)
        impl = own_shared(im, type, closed, several);
    else
        impl = own_override(im, type, closed);
    return impl ? ty_method_on(im->ty, constrained, impl->def, open->def->generic_count ? open->args : NULL) : NULL;
}

void
il_call_constrained(struct il_import *im, struct ty_method *open, struct ty_type *constrained)
{
    struct ty_type *type = il_close(im, constrained);
    struct ty_method *closed = il_close_method(im, open), *own;
    struct il_value *self, value = {.kind = IL_REF};
    bool several;

    im->prefix.constrained = NULL;
    if (!type || !closed)
        return;
    if (closed->def->is_static) {
        call_constrained_static(im, open, closed, constrained, type);
        return;
    }
    self = il_peek(im, closed->sig->param_count);
    if (!self || (self->kind != IL_BYREF && self->kind != IL_PTR && self->kind != IL_I)) {
        il_invalid(im, "a constrained call without a managed pointer");
        return;
    }
    if (!type->is_value_type) {
        value.type = type;
        value.v = cg_load(im->fn, CG_PTR, il_use_as(im, self, CG_PTR), CG_MEM_PLAIN);
        *self = value;
        il_call(im, open, IL_CALL_VIRTUAL);
        return;
    }
    own = own_method(im, open, closed, constrained, type, &several);
    if (own && several) {
        struct ref ref = {.kind = REF_METHOD_CONSTRAINED, .type = constrained, .method = open};

        il_call_pointer(im, closed->sig, il_ref(im, &ref));
        return;
    }
    if (own) {
        il_call(im, own, 0);
        return;
    }
    value.kind = il_kind_of(type);
    value.type = type;
    value.v = il_use_as(im, self, CG_PTR);
    if (value.kind != IL_STRUCT) {
        struct il_value loaded;

        il_load_push(im, type, value.v, CG_MEM_PLAIN);
        loaded = il_pop(im);
        value = loaded;
    }
    value = (struct il_value){.kind = IL_REF, .type = type->element == TY_EL_NULLABLE ? NULL : type, .v = il_box(im, constrained, &value)};
    value.exact = value.type != NULL;
    value.nonnull = value.type != NULL;
    self = il_peek(im, closed->sig->param_count); /* the stack may have moved */
    if (self)
        *self = value;
    il_call(im, open, IL_CALL_VIRTUAL);
}
