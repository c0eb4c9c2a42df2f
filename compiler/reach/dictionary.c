/* compiler/reach/dictionary.c - dictionaries of shared code.
 * A layout belongs to a canonical type or generic method and only grows; every exact instance that
 * is used as a context follows it, so an instance's entry i always answers the layout's slot i. */
#include "compiler/reach/reach_priv.h"

#include "compiler/base/diag.h"

static struct dictionary_layout *
layout_of(struct reach *r, const void *owner)
{
    struct dictionary_layout *l = ptr_map_get(&r->layouts, owner);

    if (!l) {
        l = arena_alloc(r->arena, sizeof *l);
        l->owner = owner;
        ptr_map_put(&r->layouts, owner, l);
    }
    return l;
}

/* Brings one instance up to its layout. */
static void
instance_extend(struct reach *r, struct dictionary_instance *x)
{
    while (x->entries->count < x->layout->entries.count) {
        struct ref_node *open = x->layout->entries.at[x->entries->count];
        struct ref *closed = arena_alloc(r->arena, sizeof *closed);
        struct ty_env env = x->method ? ty_env_of_method(x->method) : ty_env_of_type(x->type);

        if (!ref_subst(r, &open->ref, &env, closed) || !growth_dictionary(r, x->type, x->method, &open->ref, closed)) {
            ptr_vec_push(x->entries, NULL);
            reach_need_method(r, REF_METHOD, il_gap_helper(r->il));
            continue;
        }
        ptr_vec_push(x->entries, closed);
        reach_need(r, closed);
    }
}

static void
instance_add(struct reach *r, struct dictionary_layout *l, struct ty_type *type, struct ty_method *method, struct ptr_vec **entries)
{
    struct dictionary_instance *x;

    if (*entries)
        return;
    *entries = arena_alloc(r->arena, sizeof **entries);
    x = arena_alloc(r->arena, sizeof *x);
    x->layout = l;
    x->type = type;
    x->method = method;
    x->entries = *entries;
    ptr_vec_push(&l->instances, x);
    instance_extend(r, x);
}

void
dictionary_add_type(struct reach *r, struct reach_type *t)
{
    instance_add(r, layout_of(r, ty_canon_of(r->ty, t->type)), t->type, NULL, &t->dictionary);
}

void
dictionary_add_method(struct reach *r, struct reach_method *m)
{
    instance_add(r, layout_of(r, ty_method_canon(r->ty, m->method)), NULL, m->method, &m->dictionary);
}

/* Of the dictionary that a shared body reads. */
static struct dictionary_layout *
layout_read_by(struct reach *r, struct ty_method *canon)
{
    return layout_of(r, canon->def->generic_count ? (const void *)canon : (const void *)canon->owner);
}

bool
reach_dictionary_has_gap(struct reach *r, struct ty_method *canon, uint32_t index)
{
    const struct dictionary_layout *l = layout_read_by(r, canon);

    for (size_t i = 0; i < l->instances.count; i++) {
        const struct dictionary_instance *x = l->instances.at[i];

        if (!x->entries->at[index])
            return true;
    }
    return false;
}

uint32_t
reach_dictionary_index(struct reach *r, struct ty_method *canon, const struct ref *open)
{
    struct dictionary_layout *l = layout_read_by(r, canon);
    bool is_new;
    struct ref_node *node = ref_intern(r, &r->open, open, &is_new);
    uintptr_t index = (uintptr_t)ptr_map_get(&l->index_of, node);

    if (index)
        return (uint32_t)(index - 1);
    if (!r->scanning)
        diag_bug(__FILE__, __LINE__, arena_printf(r->arena, "%s asks for a dictionary slot (kind %d) that its scan did not",
                                                  ty_method_name(r->ty, canon), (int)open->kind));
    ptr_vec_push(&l->entries, node);
    ptr_map_put(&l->index_of, node, (void *)(uintptr_t)l->entries.count);
    for (size_t i = 0; i < l->instances.count; i++)
        instance_extend(r, l->instances.at[i]);
    return (uint32_t)(l->entries.count - 1);
}
