/* compiler/reach/ref.c - interning, normalising and substituting refs. */
#include "compiler/reach/reach_priv.h"

#include <string.h>

static uint32_t
ref_hash(const struct ref *ref)
{
    uint32_t h = hash_combine((uint32_t)ref->kind, ref->number);

    if (ref->type)
        h = hash_combine(h, ref->type->id);
    if (ref->method)
        h = hash_combine(h, ref->method->id + 0x10000u);
    if (ref->field)
        h = hash_combine(h, ref->field->id + 0x20000u);
    if (ref->name)
        h = hash_combine(h, hash_string(ref->name));
    if (ref->data)
        h = hash_combine(h, hash_bytes(ref->data, ref->size));
    return h;
}

static bool
ref_equal(const void *item, const void *probe)
{
    const struct ref *a = &((const struct ref_node *)item)->ref;
    const struct ref *b = probe;

    return a->kind == b->kind && a->type == b->type && a->method == b->method &&
           a->field == b->field && a->number == b->number && a->size == b->size &&
           !a->data == !b->data && !a->name == !b->name &&
           (!a->data || memcmp(a->data, b->data, a->size) == 0) &&
           (!a->name || strcmp(a->name, b->name) == 0);
}

struct ref_node *
ref_find(struct intern_set *set, const struct ref *ref)
{
    return intern_find(set, ref_hash(ref), ref_equal, ref);
}

struct ref_node *
ref_intern(struct reach *r, struct intern_set *set, const struct ref *ref, bool *is_new)
{
    struct ref_node *node = ref_find(set, ref);

    *is_new = node == NULL;
    if (node)
        return node;
    node = arena_alloc(r->arena, sizeof *node);
    node->ref = *ref;
    node->index = (uint32_t)set->count;
    if (ref->name)
        node->ref.name = arena_strdup(r->arena, ref->name);
    if (ref->data)
        node->ref.data = arena_memdup(r->arena, ref->data, ref->size);
    intern_add(set, ref_hash(ref), node);
    return node;
}

/* Kinds whose symbol is the body of a canonical method. */
static bool
is_entry(enum ref_kind kind)
{
    return kind == REF_METHOD;
}

void
ref_normalise(struct reach *r, struct ref *ref)
{
    switch ((int)ref->kind) {
    case REF_METHOD:
    case REF_METHOD_PTR:
    case REF_METHOD_BOXED:
        ref->method = il_redirect(r->il, ref->method);
        break;
    default:
        break;
    }
    if (is_entry(ref->kind))
        ref->method = ty_method_canon(r->ty, ref->method);
    if (ref->kind == REF_TYPE_UNWRAPPED) {
        ref->kind = REF_TYPE;
        if (ty_is_nullable(ref->type))
            ref->type = ref->type->args[0];
    }
    if (ref->kind == REF_TYPE_ARRAY_NEW) {
        ref->kind = REF_TYPE_NEW;
        ref->type = ty_array(r->ty, ref->type);
    }
    if (ref->kind == REF_TYPE_COMPARER) {
        ref->type = il_default_comparer(r->il, ref->type, ref->number == 1);
        ref->kind = REF_TYPE_NEW;
        ref->number = 0;
    }
}

bool
ref_subst(struct reach *r, const struct ref *open, const struct ty_env *env, struct ref *out)
{
    *out = *open;
    if (open->type && !(out->type = ty_subst(r->ty, open->type, env)))
        return false;
    if (open->method && !(out->method = ty_subst_method(r->ty, open->method, env)))
        return false;
    return !open->field || (out->field = ty_subst_field(r->ty, open->field, env)) != NULL;
}
