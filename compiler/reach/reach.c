/* compiler/reach/reach.c - the work-list.
 * Invariant: a ref in `closed` was put on the queue exactly once; processing a ref or scanning a body
 * only adds refs, so the run ends when the queue is empty. */
#include "compiler/reach/reach.h"

#include "compiler/base/diag.h"
#include "compiler/reach/reach_priv.h"

struct reach *
reach_new(struct ty_context *ty, struct arena *a, const struct reach_options *options)
{
    struct reach *r = arena_alloc(a, sizeof *r);

    r->ty = ty;
    r->arena = a;
    r->options = *options;
    r->scanning = true;
    return r;
}

void
reach_attach(struct reach *r, struct il_context *il)
{
    r->il = il;
}

struct ty_context *
reach_types(struct reach *r)
{
    return r->ty;
}

bool
reach_is_scanning(const struct reach *r)
{
    return r->scanning;
}

struct reach_type *
reach_type_node(struct reach *r, struct ty_type *t)
{
    struct reach_type *node = ptr_map_get(&r->type_nodes, t);

    if (!node) {
        node = arena_alloc(r->arena, sizeof *node);
        node->type = t;
        ptr_map_put(&r->type_nodes, t, node);
        ptr_vec_push(&r->types, node);
    }
    return node;
}

struct reach_method *
reach_method_node(struct reach *r, struct ty_method *m)
{
    struct reach_method *node = ptr_map_get(&r->method_nodes, m);

    if (!node) {
        node = arena_alloc(r->arena, sizeof *node);
        node->method = m;
        ptr_map_put(&r->method_nodes, m, node);
        ptr_vec_push(&r->methods, node);
    }
    return node;
}

static struct work *
enqueue(struct reach *r, uint32_t level)
{
    struct work *w = arena_alloc(r->arena, sizeof *w);

    ptr_vec_push(&r->queues[level > GROWTH_LEVELS ? GROWTH_LEVELS : level].work, w);
    return w;
}

static struct work *
dequeue(struct reach *r)
{
    for (unsigned i = 0; i <= GROWTH_LEVELS; i++)
        if (r->queues[i].head < r->queues[i].work.count)
            return r->queues[i].work.at[r->queues[i].head++];
    return NULL;
}

struct ty_method *
reach_method_on(struct reach *r, struct ty_type *t, struct ty_method_def *def)
{
    struct ty_method *m = ty_method_on(r->ty, t, def, NULL);

    if (!m)
        diag_fatal("%s", r->ty->failure.text);
    return m;
}

void
reach_enqueue_scan(struct reach *r, struct ty_method *canon)
{
    struct ref entry = ref_of_method(REF_METHOD, canon);
    struct work *w = enqueue(r, growth_level(r, &entry));

    w->scan = canon;
    w->node = (struct ref_node *)(uintptr_t)r->from;
}

void
reach_need(struct reach *r, const struct ref *ref)
{
    struct ref normal = *ref;
    struct ref_node *node;
    bool is_new;

    ref_normalise(r, &normal);
    if (!r->scanning) {
        if (!ref_find(&r->closed, &normal))
            diag_bug(__FILE__, __LINE__, arena_printf(r->arena, "emission needs a ref (kind %d: %s) that no scan found", (int)normal.kind,
                                                      normal.method ? ty_method_name(r->ty, normal.method)
                                                      : normal.type ? ty_name(r->ty, normal.type)
                                                      : normal.name ? normal.name
                                                                    : "data"));
        return;
    }
    node = ref_intern(r, &r->closed, &normal, &is_new);
    if (!is_new)
        return;
    node->because = r->because;
    node->from = r->from;
    ptr_vec_push(&r->refs, &node->ref);
    enqueue(r, growth_level(r, &node->ref))->node = node;
}

void
reach_need_type(struct reach *r, enum ref_kind kind, struct ty_type *t)
{
    struct ref ref = ref_of_type(kind, t);

    reach_need(r, &ref);
}

void
reach_need_method(struct reach *r, enum ref_kind kind, struct ty_method *m)
{
    struct ref ref = ref_of_method(kind, m);

    reach_need(r, &ref);
}

void
reach_root(struct reach *r, const struct ref *ref)
{
    reach_need(r, ref);
}

static void
file_alive(struct reach *r, struct ty_type *under, struct ty_type *t)
{
    struct alive *a = ptr_map_get(&r->alive, under);

    if (!a) {
        a = arena_alloc(r->arena, sizeof *a);
        ptr_map_put(&r->alive, under, a);
    }
    if (a->count && a->count <= REACH_SUBTYPES_MAX && a->types[a->count - 1] == t)
        return; /* an interface that is listed twice */
    if (a->count < REACH_SUBTYPES_MAX)
        a->types[a->count] = t;
    a->count++;
}

/* Files every constructed type under itself, its bases and its interfaces. */
static void
mark_alive(struct reach *r)
{
    for (size_t i = 0; i < r->constructed.count; i++) {
        struct ty_type *t = r->constructed.at[i];
        const struct ty_interfaces *itf = ty_interfaces_of(r->ty, t);

        for (struct ty_type *b = t; b; b = ty_base(r->ty, b))
            file_alive(r, b, t);
        for (uint32_t k = 0; itf && k < itf->count; k++)
            file_alive(r, itf->at[k], t);
    }
}

uint32_t
reach_subtypes(struct reach *r, struct ty_type *type, struct ty_type *const **out)
{
    const struct alive *a = r->scanning ? NULL : ptr_map_get(&r->alive, type);

    *out = a ? a->types : NULL;
    return a ? a->count : 0;
}

void
reach_run(struct reach *r)
{
    struct work *w;
    size_t done = 0;

    while ((w = dequeue(r)) != NULL) {
        r->because = w->scan ? w->scan : w->node->because;
        r->from = w->node;
        if (r->options.progress && ++done % 256 == 0)
            r->options.progress(done, r->queues[0].work.count > done ? r->queues[0].work.count : done);
        if (w->scan)
            il_scan(r->il, r, w->scan);
        else
            reach_process(r, w->node);
    }
    r->scanning = false;
    mark_alive(r);
}

bool
reach_never_constructed(struct reach *r, struct ty_type *exact)
{
    if (r->scanning || exact->form != TY_FORM_DEF || exact->element != TY_EL_CLASS || exact->is_canon || exact->has_vars)
        return false;
    return !ptr_map_has(&r->alive, exact);
}

bool
reach_has(struct reach *r, const struct ref *ref)
{
    struct ref normal = *ref;

    ref_normalise(r, &normal);
    return ref_find(&r->closed, &normal) != NULL;
}

const struct reach_type *
reach_type_lookup(struct reach *r, struct ty_type *t)
{
    return ptr_map_get(&r->type_nodes, t);
}

const struct reach_method *
reach_method_lookup(struct reach *r, struct ty_method *m)
{
    return ptr_map_get(&r->method_nodes, m);
}

const struct ptr_vec *
reach_types_found(struct reach *r)
{
    return &r->types;
}

const struct ptr_vec *
reach_methods_found(struct reach *r)
{
    return &r->methods;
}

const struct ptr_vec *
reach_gvms_found(struct reach *r)
{
    return &r->gvms;
}

const struct ptr_vec *
reach_refs_found(struct reach *r)
{
    return &r->refs;
}

const struct ptr_vec *
reach_slots_found(struct reach *r)
{
    return &r->slots;
}
