/* compiler/reach/virtuals.c - which implementations run: constructed types x used declarations.
 *
 * Each declaration has a key: class methods by the canonical form of the slot's declaration,
 * interface methods likewise, but by definition alone where variance can connect instances. A
 * constructed type registers under the key of everything it could be asked to run; the pair is
 * resolved once the declaration is also called somewhere. */
#include "compiler/base/diag.h"
#include "compiler/reach/reach_priv.h"

static const void *
key_of(struct reach *r, struct ty_method *decl)
{
    struct ty_def *def = decl->owner->def;

    if (def && def->is_interface) {
        if (def->has_variance || ty_is_array_interface(def))
            return decl->def;
        return ty_method_canon(r->ty, decl);
    }
    decl = ty_slot_decl(r->ty, decl);
    return ty_method_canon(r->ty, decl);
}

static struct virtual_use *
use_of(struct reach *r, const void *key)
{
    struct virtual_use *u = ptr_map_get(&r->virtuals, key);

    if (!u) {
        u = arena_alloc(r->arena, sizeof *u);
        u->key = key;
        ptr_map_put(&r->virtuals, key, u);
    }
    return u;
}

struct ty_method *
reach_slot_impl(struct reach *r, struct ty_type *type, uint32_t index)
{
    const struct ty_vtable *vt = ty_vtable_of(r->ty, type);
    const struct ty_slot *slot = &vt->slots[index];
    struct ty_method *special = NULL;

    if (!slot->decl)
        return NULL;
    if (ty_is_delegate(type))
        special = il_get_thunk_override(r->il, type);
    else if (type->is_value_type)
        special = il_field_helper_override(r->il, type);
    if (special && (int)index == ty_vtable_slot(r->ty, slot->decl) && special->def->name[0] && slot->decl->def->owner &&
        (slot->decl->def->owner->well_known == WK_DELEGATE || slot->decl->def->owner->well_known == WK_VALUETYPE) &&
        __builtin_strcmp(special->def->name, slot->decl->def->name) == 0)
        return special;
    return slot->impl;
}

static bool
has_code(const struct ty_method *m)
{
    return m && !m->def->is_abstract;
}

/* A default implementation runs with the object itself; shared bodies get their interface instance
 * through a stub of the type. */
static void
need_default(struct reach *r, struct ty_type *t, struct ty_method *impl)
{
    enum ty_generic_context c = ty_method_context(r->ty, ty_method_canon(r->ty, impl));

    reach_need_method(r, REF_METHOD, c == TY_CTX_NONE ? impl : il_default_method_stub(r->il, t, impl));
}

static void
candidate_run(struct reach *r, const struct virtual_candidate *c)
{
    enum ty_dispatch how = TY_DISPATCH_CLASS;
    struct ty_method *impl;

    impl = c->slot >= 0 ? reach_slot_impl(r, c->type, (uint32_t)c->slot)
                        : ty_resolve_interface(r->ty, c->type, c->decl, &how);
    if (!has_code(impl))
        return;
    if (how == TY_DISPATCH_DEFAULT) {
        need_default(r, c->type, impl);
    } else {
        int slot = c->slot >= 0 ? c->slot : ty_vtable_slot(r->ty, impl);

        /* The dispatch map names a vtable slot; the code is what that slot of this type holds. */
        if (slot >= 0 && c->slot < 0)
            impl = reach_slot_impl(r, c->type, (uint32_t)slot);
        if (has_code(impl))
            reach_need_method(r, REF_METHOD_BOXED, impl);
    }
}

/* ---- which instances of one interface variance can connect -------------------------------------------- */

static uint32_t
integer_bytes(struct reach *r, struct ty_type *t)
{
    const struct ty_layout *l;

    if (t->form != TY_FORM_DEF || t->element < TY_EL_BOOL || t->element > TY_EL_U)
        return 0;
    l = ty_layout_of(r->ty, t);
    return l ? l->size : 0;
}

/* References may be related by variance or array covariance; value types are themselves only, but for
 * the integers of one size that array interfaces confuse (ECMA-335 I.8.7.1). */
static bool
may_connect(struct reach *r, struct ty_type *a, struct ty_type *b)
{
    for (uint16_t i = 0; i < a->arg_count; i++) {
        struct ty_type *x = a->args[i], *y = b->args[i];

        if (x == y || (!x->is_value_type && !y->is_value_type))
            continue;
        if (x->is_value_type && y->is_value_type && (x->is_canon || y->is_canon) && x->def == y->def)
            continue;
        if (integer_bytes(r, x) == 0 || integer_bytes(r, x) != integer_bytes(r, y))
            return false;
    }
    return true;
}

static void
candidate_try(struct reach *r, const struct virtual_use *u, struct virtual_candidate *c)
{
    for (size_t i = 0; !c->ran && i < u->owners.count; i++) {
        if (c->slot >= 0 || may_connect(r, c->decl->owner, u->owners.at[i])) {
            c->ran = true;
            candidate_run(r, c);
        }
    }
}

static void
candidate_add(struct reach *r, struct ty_type *t, struct ty_method *decl, int slot)
{
    struct virtual_use *u = use_of(r, key_of(r, decl));
    struct virtual_candidate *c = arena_alloc(r->arena, sizeof *c);

    c->type = t;
    c->decl = decl;
    c->slot = slot;
    ptr_vec_push(&u->types, c);
    candidate_try(r, u, c);
}

static void
add_interface(struct reach *r, struct ty_type *t, struct ty_type *itf)
{
    for (uint32_t i = 0; i < itf->def->method_count; i++) {
        struct ty_method_def *d = itf->def->methods[i];

        if (d->is_virtual && !d->is_static && !d->generic_count)
            candidate_add(r, t, reach_method_on(r, itf, d), -1);
    }
}

struct ty_method *
gvm_target(struct reach *r, struct ty_type *t, struct ty_method *decl)
{
    enum ty_dispatch how;
    struct ty_method *impl;

    if (decl->owner->def->is_interface)
        impl = ty_resolve_interface(r->ty, t, decl, &how);
    else if (ty_is_subclass(r->ty, t, decl->owner))
        impl = ty_resolve_virtual(r->ty, t, decl);
    else
        return NULL;
    return has_code(impl) ? impl : NULL;
}

static void
gvm_pair(struct reach *r, struct reach_gvm *g, struct ty_type *t)
{
    struct ty_method *impl = gvm_target(r, t, g->decl);
    struct ref *ref;

    if (!impl)
        return;
    reach_override(r, g->decl, impl);
    ref = arena_alloc(r->arena, sizeof *ref);
    *ref = ref_of_method(impl->owner->is_value_type ? REF_METHOD_BOXED : REF_METHOD_PTR, impl);
    ptr_vec_push(&g->types, t);
    ptr_vec_push(&g->targets, ref);
    reach_need(r, ref);
}

/* Generic virtual methods of a definition that are called, and the constructed types that are, derive
 * from or implement an instance of it. */
struct def_uses {
    struct ptr_vec gvms;  /* of struct reach_gvm */
    struct ptr_vec types; /* of struct ty_type */
};

static struct def_uses *
uses_of(struct reach *r, const struct ty_def *def)
{
    struct def_uses *u = ptr_map_get(&r->by_def, def);

    if (!u) {
        u = arena_alloc(r->arena, sizeof *u);
        ptr_map_put(&r->by_def, def, u);
    }
    return u;
}

void
virtuals_gvm_added(struct reach *r, struct reach_gvm *g)
{
    struct def_uses *u = uses_of(r, g->decl->owner->def);

    ptr_vec_push(&u->gvms, g);
    for (size_t i = 0; i < u->types.count; i++)
        gvm_pair(r, g, u->types.at[i]);
}

/* Several instances of one definition may be among a type's interfaces: it is filed once. */
static void
file_under(struct reach *r, const struct ty_def *def, struct ty_type *t)
{
    struct def_uses *u;

    if (!def)
        return;
    u = uses_of(r, def);
    if (u->types.count && u->types.at[u->types.count - 1] == t)
        return;
    ptr_vec_push(&u->types, t);
    for (size_t i = 0; i < u->gvms.count; i++)
        gvm_pair(r, u->gvms.at[i], t);
}

void
virtuals_type_constructed(struct reach *r, struct ty_type *t)
{
    const struct ty_vtable *vt = ty_vtable_of(r->ty, t);
    const struct ty_interfaces *itf = ty_interfaces_of(r->ty, t);

    for (uint32_t i = 0; vt && i < vt->count; i++)
        if (vt->slots[i].decl)
            candidate_add(r, t, vt->slots[i].decl, (int)i);
    for (uint32_t i = 0; itf && i < itf->count; i++)
        add_interface(r, t, itf->at[i]);
    for (struct ty_type *b = t; b; b = ty_base(r->ty, b))
        file_under(r, b->def, t);
    for (uint32_t i = 0; itf && i < itf->count; i++)
        file_under(r, itf->at[i]->def, t);
}

void
reach_virtual(struct reach *r, struct ty_method *decl)
{
    struct virtual_use *u;

    if (decl->def->generic_count)
        diag_bug(__FILE__, __LINE__, "a generic virtual method is used through REF_GVM");
    u = use_of(r, key_of(r, decl));
    for (size_t i = 0; i < u->owners.count; i++)
        if (u->owners.at[i] == decl->owner)
            return;
    CC_ASSERT(r->scanning);
    ptr_vec_push(&u->owners, decl->owner);
    for (size_t i = 0; i < u->types.count; i++)
        candidate_try(r, u, u->types.at[i]);
}

bool
reach_virtual_used(struct reach *r, struct ty_method *decl)
{
    const struct virtual_use *u = ptr_map_get(&r->virtuals, key_of(r, decl));

    return u && u->owners.count;
}
