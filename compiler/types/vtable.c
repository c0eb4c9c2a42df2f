/* compiler/types/vtable.c - virtual method tables.
 * The table of a definition is worked out once, in terms of its own variables: the base's table,
 * then a dictionary entry if the definition is generic, then new virtual methods in metadata
 * order; then overrides by name and signature, then MethodImpl rows. An instance's table is that
 * one with arguments put in; dictionary entries become slots only where code is shared
 * (contract/compiler.md 3.1). Generic virtual methods and Object.Finalize have no slot, but the
 * same chains of overrides: entries of kind HIDDEN. */
#include "compiler/types/ty_priv.h"

static struct ty_virtual *
entry_add(struct ty_context *ctx, struct ty_virtuals *v, enum ty_virtual_kind kind)
{
    struct ty_virtual *e;

    if (v->count == v->capacity) {
        uint32_t capacity = v->capacity ? v->capacity * 2 : 16;
        struct ty_virtual *at = arena_array(ctx->arena, capacity, sizeof *at);

        if (v->count)
            memcpy(at, v->at, v->count * sizeof *at);
        v->at = at;
        v->capacity = capacity;
    }
    e = &v->at[v->count++];
    e->kind = kind;
    e->follows = -1;
    return e;
}

bool
ty_impls_load(struct ty_context *ctx, struct ty_def *def)
{
    const struct md_image *img = def->assembly->image;
    uint32_t first, end, row, count = 0;
    struct ty_impl *list;

    if (def->impls_loaded)
        return true;
    if (!md_find_rows(img, MD_METHODIMPL, MD_METHODIMPL_CLASS, def->row, &first, &end)) {
        def->impls_loaded = true;
        return true;
    }
    list = arena_array(ctx->arena, end - first, sizeof *list);
    for (row = first; row < end; row++) {
        struct ty_impl *impl = &list[count++];
        uint32_t body = md_cell(img, MD_METHODIMPL, row, MD_METHODIMPL_BODY);
        uint32_t decl = md_cell(img, MD_METHODIMPL, row, MD_METHODIMPL_DECLARATION);

        impl->body = ty_method_from_token(ctx, def->assembly, body);
        impl->decl = impl->body ? ty_method_from_token(ctx, def->assembly, decl) : NULL;
        if (!impl->decl)
            return false;
        if (impl->body->def->pseudo || impl->decl->def->pseudo ||
            impl->body->def->generic_count != impl->decl->def->generic_count ||
            impl->body->def->is_static != impl->decl->def->is_static ||
            !impl->decl->def->is_virtual) {
            ty_fail(ctx, TY_FAIL_TYPE_LOAD, "%s, %s: %s cannot implement %s", def->full_name,
                    def->assembly->path, ty_method_name(ctx, impl->body),
                    ty_method_name(ctx, impl->decl));
            return false;
        }
    }
    def->impls = list;
    def->impl_count = count;
    def->impls_loaded = true;
    return true;
}

/* Sets what entry `index` runs, and all entries that follow it. */
static void
override_entry(struct ty_virtuals *v, uint32_t index, struct ty_method *impl, unsigned depth)
{
    uint32_t i;

    v->at[index].impl = impl;
    for (i = 0; i < v->count && depth < v->count; i++)
        if (v->at[i].follows == (int32_t)index && i != index)
            override_entry(v, i, impl, depth + 1);
}

/* The entry a method without newslot overrides: the most derived of that name and signature. */
static int32_t
entry_by_signature(const struct ty_virtuals *v, uint32_t inherited, const struct ty_method *m)
{
    uint32_t i;

    for (i = inherited; i-- > 0;) {
        const struct ty_virtual *e = &v->at[i];

        if (e->kind != TY_VIRTUAL_DICTIONARY && e->decl->sig == m->sig &&
            strcmp(e->decl->def->name, m->def->name) == 0)
            return (int32_t)i;
    }
    return -1;
}

static int32_t
entry_by_decl(const struct ty_virtuals *v, const struct ty_method *decl)
{
    uint32_t i;

    for (i = 0; i < v->count; i++)
        if (v->at[i].kind != TY_VIRTUAL_DICTIONARY && v->at[i].decl == decl)
            return (int32_t)i;
    return -1;
}

static bool
inherit(struct ty_context *ctx, struct ty_virtuals *v, struct ty_type *base)
{
    const struct ty_virtuals *from = ty_virtuals_of(ctx, base->def);
    struct ty_env env = ty_env_of_type(base);
    uint32_t i;

    if (!from)
        return false;
    for (i = 0; i < from->count; i++) {
        const struct ty_virtual *b = &from->at[i];
        struct ty_virtual *e = entry_add(ctx, v, b->kind);

        e->follows = b->follows;
        e->follows_always = b->follows_always;
        if (b->kind == TY_VIRTUAL_DICTIONARY) {
            e->dictionary_of = ty_subst(ctx, b->dictionary_of, &env);
            if (!e->dictionary_of)
                return false;
            continue;
        }
        e->decl = ty_subst_method(ctx, b->decl, &env);
        e->impl = ty_subst_method(ctx, b->impl, &env);
        if (!e->decl || !e->impl)
            return false;
    }
    return true;
}

static bool
is_hidden(const struct ty_method_def *m)
{
    return m->generic_count ||
           (m->owner->well_known == WK_OBJECT && strcmp(m->name, "Finalize") == 0);
}

static bool
add_own(struct ty_context *ctx, struct ty_virtuals *v, struct ty_def *def)
{
    uint32_t inherited = v->count, i;

    if (def->generic_count)
        entry_add(ctx, v, TY_VIRTUAL_DICTIONARY)->dictionary_of = ty_type_open(ctx, def);
    for (i = 0; i < def->method_count; i++) {
        struct ty_method_def *m = def->methods[i];
        struct ty_method *open;
        struct ty_virtual *e;
        int32_t at = -1;

        if (!m->is_virtual || m->is_static)
            continue;
        open = ty_method_open(ctx, m);
        if (!open)
            return false;
        if (!m->is_newslot)
            at = entry_by_signature(v, inherited, open);
        if (at >= 0 && v->at[at].impl->def->is_final && v->at[at].impl->def->owner != def) {
            ty_fail(ctx, TY_FAIL_TYPE_LOAD, "%s overrides a final method",
                    ty_method_name(ctx, open));
            return false;
        }
        if (at >= 0) {
            override_entry(v, (uint32_t)at, open, 0);
            if (!v->at[at].follows_always)
                v->at[at].follows = -1;
            m->slot_decl = v->at[at].decl;
            continue;
        }
        e = entry_add(ctx, v, is_hidden(m) ? TY_VIRTUAL_HIDDEN : TY_VIRTUAL_SLOT);
        e->decl = e->impl = m->slot_decl = open;
    }
    return true;
}

/* Root of the override chain of `m`, a class method in terms of some definition's variables. */
static struct ty_method *
root_of(struct ty_context *ctx, struct ty_method *m)
{
    struct ty_env env = ty_env_of_type(m->owner);

    /* being worked out for its own type: slot_decl is set already */
    if (!m->def->slot_decl && !m->def->owner->virtuals_busy)
        if (!ty_virtuals_of(ctx, m->def->owner))
            return NULL;
    if (!m->def->slot_decl)
        return m;
    return ty_subst_method(ctx, m->def->slot_decl, &env);
}

static bool
preserves_base_overrides(const struct ty_method_def *m)
{
    return ty_attribute_find(m->assembly, md_token(MD_METHODDEF, m->row),
                             "System.Runtime.CompilerServices",
                             "PreserveBaseOverridesAttribute") != 0;
}

static bool
apply_impl(struct ty_context *ctx, struct ty_virtuals *v, struct ty_def *def,
           const struct ty_impl *impl)
{
    struct ty_method *root, *body_root;
    int32_t at;

    if (impl->decl->def->owner->is_interface || impl->decl->def->is_static)
        return true;
    root = root_of(ctx, impl->decl);
    at = root ? entry_by_decl(v, root) : -1;
    if (at < 0) {
        if (root)
            ty_fail(ctx, TY_FAIL_TYPE_LOAD, "%s, %s: overrides %s, which it does not inherit",
                    def->full_name, def->assembly->path, ty_method_name(ctx, impl->decl));
        return false;
    }
    override_entry(v, (uint32_t)at, impl->body, 0);
    body_root = root_of(ctx, impl->body);
    if (!body_root)
        return false;
    /* The declaration's slot now holds a method of another slot: what overrides that one takes this
     * slot too, until something overrides the declaration itself (as CoreCLR does). */
    if (body_root != root) {
        v->at[at].follows = entry_by_decl(v, body_root);
        v->at[at].follows_always = preserves_base_overrides(impl->body->def);
    }
    return true;
}

static bool
build(struct ty_context *ctx, struct ty_virtuals *v, struct ty_def *def)
{
    struct ty_type *base;
    uint32_t i;

    if (!ty_base_find(ctx, ty_type_open(ctx, def), &base))
        return false;
    if (base && !inherit(ctx, v, base))
        return false;
    if (!add_own(ctx, v, def) || !ty_impls_load(ctx, def))
        return false;
    for (i = 0; i < def->impl_count; i++)
        if (!apply_impl(ctx, v, def, &def->impls[i]))
            return false;
    return true;
}

const struct ty_virtuals *
ty_virtuals_of(struct ty_context *ctx, struct ty_def *def)
{
    struct ty_virtuals *v;
    bool ok;

    if (def->virtuals)
        return def->virtuals;
    if (def->virtuals_busy) {
        ty_fail(ctx, TY_FAIL_TYPE_LOAD, "%s, %s: its virtual methods refer to themselves",
                def->full_name, def->assembly->path);
        return NULL;
    }
    if (!ty_enter(ctx, def->full_name))
        return NULL;
    v = arena_alloc(ctx->arena, sizeof *v);
    def->virtuals_busy = true;
    ok = build(ctx, v, def);
    def->virtuals_busy = false;
    ty_leave(ctx);
    if (!ok)
        return NULL;
    def->virtuals = v;
    return v;
}

/* ---- instances ---- */

static struct ty_vtable *
vtable_new(struct ty_context *ctx, uint32_t most)
{
    struct ty_vtable *v = arena_alloc(ctx->arena, sizeof *v);

    v->slots = arena_array(ctx->arena, most, sizeof *v->slots);
    v->hidden = arena_array(ctx->arena, most, sizeof *v->hidden);
    return v;
}

static struct ty_vtable *
interface_vtable(struct ty_context *ctx, struct ty_type *t)
{
    struct ty_vtable *v = vtable_new(ctx, 1);

    if (t->arg_count)
        v->slots[v->count++].dictionary_of = t;
    return v;
}

static struct ty_vtable *
class_vtable(struct ty_context *ctx, struct ty_type *t)
{
    const struct ty_virtuals *all = ty_virtuals_of(ctx, t->def);
    struct ty_env env = ty_env_of_type(t);
    struct ty_vtable *v;
    uint32_t i;

    if (!all)
        return NULL;
    v = vtable_new(ctx, all->count);
    for (i = 0; i < all->count; i++) {
        const struct ty_virtual *e = &all->at[i];
        struct ty_slot *s =
            e->kind == TY_VIRTUAL_HIDDEN ? &v->hidden[v->hidden_count] : &v->slots[v->count];

        if (e->kind == TY_VIRTUAL_DICTIONARY) {
            s->dictionary_of = ty_subst(ctx, e->dictionary_of, &env);
            if (!s->dictionary_of)
                return NULL;
            if (ty_has_dictionary(ctx, s->dictionary_of))
                v->count++;
            else
                s->dictionary_of = NULL;
            continue;
        }
        s->decl = ty_subst_method(ctx, e->decl, &env);
        s->impl = ty_subst_method(ctx, e->impl, &env);
        if (!s->decl || !s->impl)
            return NULL;
        if (e->kind == TY_VIRTUAL_HIDDEN)
            v->hidden_count++;
        else
            v->count++;
    }
    return v;
}

const struct ty_vtable *
ty_vtable_of(struct ty_context *ctx, struct ty_type *t)
{
    static const struct ty_vtable none;
    struct ty_type *class = ty_class_of(ctx, t);

    if (!class)
        return &none;
    if (!class->vtable) {
        class->vtable =
            class->def->is_interface ? interface_vtable(ctx, class) : class_vtable(ctx, class);
    }
    return class->vtable;
}

struct ty_method *
ty_slot_decl(struct ty_context *ctx, struct ty_method *m)
{
    struct ty_env env = ty_env_of_method(m);

    if (m->def->owner->is_interface || m->def->pseudo)
        return m;
    if (!m->def->slot_decl && !ty_virtuals_of(ctx, m->def->owner))
        return NULL;
    return m->def->slot_decl ? ty_subst_method(ctx, m->def->slot_decl, &env) : m;
}

static int
slot_index(struct ty_vtable *v, const struct ty_method *decl)
{
    uint32_t i;

    if (v->count && v->by_decl.count == 0)
        for (i = 0; i < v->count; i++)
            if (v->slots[i].decl)
                ptr_map_put(&v->by_decl, v->slots[i].decl, (void *)(uintptr_t)(i + 1));
    return (int)(uintptr_t)ptr_map_get(&v->by_decl, decl) - 1;
}

int
ty_vtable_slot(struct ty_context *ctx, struct ty_method *m)
{
    struct ty_method *decl = ty_slot_decl(ctx, m);

    if (!decl || !decl->owner || !ty_vtable_of(ctx, decl->owner))
        return -1;
    return slot_index(ty_class_of(ctx, decl->owner)->vtable, decl);
}

int
ty_dictionary_slot(struct ty_context *ctx, struct ty_type *owner)
{
    const struct ty_vtable *v = ty_vtable_of(ctx, owner);
    struct ty_type *class = ty_class_of(ctx, owner);
    uint32_t i;

    for (i = 0; v && i < v->count; i++)
        if (v->slots[i].dictionary_of && v->slots[i].dictionary_of == class)
            return (int)i;
    return -1;
}

int
ty_interface_slot(struct ty_context *ctx, struct ty_method *decl)
{
    const struct ty_def *def = decl->def->owner;
    int number = decl->owner->arg_count ? 1 : 0;
    uint32_t i;

    (void)ctx;
    if (!def || !def->is_interface || decl->def->generic_count)
        return -1;
    for (i = 0; i < def->method_count; i++) {
        if (def->methods[i] == decl->def)
            return decl->def->is_virtual ? number : -1;
        if (def->methods[i]->is_virtual && !def->methods[i]->generic_count)
            number++;
    }
    return -1;
}

/* The slot of `decl` in `v`; a canonical declaration also finds the slot of an exact one. */
static const struct ty_slot *
slot_find(struct ty_vtable *v, const struct ty_method *decl)
{
    int at = slot_index(v, decl);
    uint32_t i;

    if (at >= 0)
        return &v->slots[at];
    for (i = 0; i < v->hidden_count; i++)
        if (v->hidden[i].decl == decl)
            return &v->hidden[i];
    for (i = 0; i < v->count; i++)
        if (v->slots[i].decl && v->slots[i].decl->def == decl->def)
            return &v->slots[i];
    for (i = 0; i < v->hidden_count; i++)
        if (v->hidden[i].decl->def == decl->def)
            return &v->hidden[i];
    return NULL;
}

struct ty_method *
ty_resolve_virtual(struct ty_context *ctx, struct ty_type *type, struct ty_method *decl)
{
    struct ty_type *class = ty_class_of(ctx, type);
    const struct ty_slot *s;
    struct ty_method *root = decl;

    if (!decl->def->is_virtual || decl->def->is_static || decl->def->pseudo)
        return decl;
    if (class && class->def->is_interface)
        class = ctx->t_object;
    if (decl->def->generic_count)
        root = ty_method_on(ctx, decl->owner, decl->def, NULL);
    if (root)
        root = ty_slot_decl(ctx, root);
    if (!class || !root || !ty_vtable_of(ctx, class))
        return NULL;
    s = slot_find(class->vtable, root);
    if (!s) {
        ty_fail(ctx, TY_FAIL_MISSING_METHOD, "%s does not have the virtual method %s",
                ty_name(ctx, type), ty_method_name(ctx, decl));
        return NULL;
    }
    if (!decl->def->generic_count)
        return s->impl;
    return ty_method_on(ctx, s->impl->owner, s->impl->def, decl->args);
}
