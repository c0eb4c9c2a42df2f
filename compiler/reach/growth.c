/* compiler/reach/growth.c - ends instantiations that grow for ever.
 *
 * The generic parameter graph (ECMA-335 II.9.2): a vertex is a parameter of a type or method; an edge
 * says that a mention in code or in a declaration hands one parameter to another, as it is or, on an
 * expanding edge, inside a larger type. A cycle with an expanding edge makes instances without end.
 *
 * Every mention adds its edges. Each instance has a level: how many expanding edges of such cycles
 * lie between it and code that is not generic, on the way that found it first. What is too deep is
 * refused, and whoever mentions it throws instead; the work-list takes lower levels first, so that a
 * limit on their number cuts the deepest. Depth alone is no fault: types that a program
 * writes down, however nested, are at level 0. */
#include "compiler/reach/reach_priv.h"

enum {
    LEVEL_FREE = 1,    /* up to here there is no limit on the number of instances */
    CROWD_MAX = 150,   /* so many may be deeper in one group of definitions that need each other */
    RECOMPUTE_MENTIONS = 512, /* expanding mentions between two looks for cycles, if there are new edges */
};

struct growth_def { /* of a generic type or method definition */
    uint32_t first, count; /* vertices of its parameters */
    uint32_t crowd;  /* instances beyond LEVEL_FREE */
    bool declared;   /* the edges of its base and interfaces are there */
    bool endless;    /* its base classes would never end */
    bool warned;
};

struct growth_edge {
    uint32_t to, next; /* next: index + 1 of the vertex's next edge */
    bool expanding, is_base; /* is_base: from the base of a definition */
};

struct growth_vertex {
    uint32_t edges; /* index + 1 */
    uint32_t group; /* strongly connected component; 0: without growth */
    /* of the search */
    uint32_t number, low, at;
    bool on_stack;
};

struct growth {
    struct growth_vertex *vertices;
    struct growth_edge *edges;
    uint32_t vertex_count, vertex_capacity, edge_count, edge_capacity;
    uint32_t edges_seen; /* when cycles were looked for last */
    uint32_t mentions;   /* expanding ones since then */
    uint32_t *crowds;    /* by group: those of its definitions together */
    struct ptr_map defs;   /* ty_def or ty_method_def -> growth_def */
    struct ptr_map known;  /* an edge, as a number -> itself */
    struct ptr_map levels; /* ty_type or ty_method -> level + 1 */
};

/* Whose parameters !n and !!n are, and the level of the instance that mentions. */
struct place {
    const struct ty_def *type;
    const struct ty_method_def *method;
    uint32_t level;
    bool is_base; /* a base class is mentioned */
};

struct verdict {
    uint32_t level;
    const void *def; /* what grows */
    bool refused;
};

/* ---- the graph ------------------------------------------------------------------------------------ */

static struct growth *
graph_of(struct reach *r)
{
    if (!r->growth)
        r->growth = arena_alloc(r->arena, sizeof *r->growth);
    return r->growth;
}

static void *
room(struct reach *r, void *items, uint32_t count, uint32_t *capacity, size_t size)
{
    void *larger;

    if (count < *capacity)
        return items;
    *capacity = *capacity ? *capacity * 2 : 1024;
    larger = arena_array(r->arena, *capacity, size);
    if (count)
        __builtin_memcpy(larger, items, count * size);
    return larger;
}

static struct growth_def *
def_of(struct reach *r, const void *key, uint32_t parameters)
{
    struct growth *g = graph_of(r);
    struct growth_def *d = ptr_map_get(&g->defs, key);

    if (d)
        return d;
    d = arena_alloc(r->arena, sizeof *d);
    d->first = g->vertex_count;
    d->count = parameters;
    for (uint32_t i = 0; i < parameters; i++) {
        g->vertices = room(r, g->vertices, g->vertex_count, &g->vertex_capacity, sizeof *g->vertices);
        __builtin_memset(&g->vertices[g->vertex_count++], 0, sizeof *g->vertices);
    }
    ptr_map_put(&g->defs, key, d);
    return d;
}

static void
edge_add(struct reach *r, uint32_t from, uint32_t to, bool expanding, bool is_base)
{
    struct growth *g = r->growth;
    const void *key = (const void *)(uintptr_t)(((uintptr_t)from << 34) + ((uintptr_t)to << 2) + (expanding ? 2u : 0u) + (is_base ? 1u : 0u) + 1u);
    struct growth_edge *e;

    if (ptr_map_has(&g->known, key))
        return;
    ptr_map_put(&g->known, key, g);
    g->edges = room(r, g->edges, g->edge_count, &g->edge_capacity, sizeof *g->edges);
    e = &g->edges[g->edge_count++];
    e->to = to;
    e->expanding = expanding;
    e->is_base = is_base;
    e->next = g->vertices[from].edges;
    g->vertices[from].edges = g->edge_count;
}

/* ---- cycles: Tarjan's algorithm, without recursion -------------------------------------------------- */

struct search {
    struct growth *g;
    uint32_t numbers, groups;
    uint32_t *path, *stack; /* arena */
    uint32_t path_count, stack_count;
};

static uint32_t *
group_at(const struct search *s, uint32_t v)
{
    return &s->g->vertices[v].group;
}

static void
vertex_enter(struct search *s, uint32_t v)
{
    struct growth_vertex *x = &s->g->vertices[v];

    x->number = x->low = ++s->numbers;
    x->at = x->edges;
    x->on_stack = true;
    s->path[s->path_count++] = v;
    s->stack[s->stack_count++] = v;
}

/* The component whose first vertex is `v`: a group of its own if one of its edges expands. */
static void
component_close(struct search *s, uint32_t v)
{
    uint32_t first = s->stack_count, group = ++s->groups;
    bool grows = false;

    do {
        first--;
        s->g->vertices[s->stack[first]].on_stack = false;
        *group_at(s, s->stack[first]) = group;
    } while (s->stack[first] != v);
    for (uint32_t i = first; i < s->stack_count; i++)
        for (uint32_t e = s->g->vertices[s->stack[i]].edges; e && !grows; e = s->g->edges[e - 1].next) {
            const struct growth_edge *x = &s->g->edges[e - 1];

            grows = x->expanding && *group_at(s, x->to) == group;
        }
    for (uint32_t i = first; i < s->stack_count && !grows; i++)
        *group_at(s, s->stack[i]) = UINT32_MAX; /* done, without growth; zero again below */
    s->stack_count = first;
}

static void
vertex_step(struct search *s, uint32_t v)
{
    struct growth_vertex *x = &s->g->vertices[v], *y;
    const struct growth_edge *e;

    if (x->at) {
        e = &s->g->edges[x->at - 1];
        x->at = e->next;
        y = &s->g->vertices[e->to];
        if (!y->number)
            vertex_enter(s, e->to);
        else if (y->on_stack && y->number < x->low)
            x->low = y->number;
        return;
    }
    s->path_count--;
    if (s->path_count && x->low < s->g->vertices[s->path[s->path_count - 1]].low)
        s->g->vertices[s->path[s->path_count - 1]].low = x->low;
    if (x->low == x->number)
        component_close(s, v);
}

static void
cycles_find(struct growth *g)
{
    struct arena *a = arena_new();
    struct search s = {.g = g};

    s.path = arena_array(a, g->vertex_count + 1u, sizeof *s.path);
    s.stack = arena_array(a, g->vertex_count + 1u, sizeof *s.stack);
    for (uint32_t v = 0; v < g->vertex_count; v++) {
        g->vertices[v].number = 0;
        *group_at(&s, v) = 0;
    }
    for (uint32_t v = 0; v < g->vertex_count; v++) {
        if (!g->vertices[v].number)
            vertex_enter(&s, v);
        while (s.path_count)
            vertex_step(&s, s.path[s.path_count - 1]);
    }
    for (uint32_t v = 0; v < g->vertex_count; v++)
        if (*group_at(&s, v) == UINT32_MAX)
            *group_at(&s, v) = 0;
    arena_free(a);
}

/* Of the group that the definition's parameters are in. */
static uint32_t *
crowd_of(const struct growth *g, const struct growth_def *d)
{
    uint32_t group = 0;

    for (uint32_t i = 0; i < d->count && !group; i++)
        group = g->vertices[d->first + i].group;
    return &g->crowds[group];
}

/* Looks again when the graph has grown by an eighth, and now and then as long as it grows at all. */
static void
cycles_refresh(struct reach *r)
{
    struct growth *g = r->growth;

    g->mentions++;
    if (g->edge_count == g->edges_seen || (g->mentions < RECOMPUTE_MENTIONS && g->edge_count - g->edges_seen <= g->edges_seen / 8))
        return;
    g->edges_seen = g->edge_count;
    g->mentions = 0;
    cycles_find(g);
    g->crowds = arena_array(r->arena, g->vertex_count + 1u, sizeof *g->crowds);
    for (size_t i = 0; i < g->defs.count; i++) {
        const struct growth_def *d = g->defs.entries[i].value;

        *crowd_of(g, d) += d->crowd;
    }
}

/* ---- mentions --------------------------------------------------------------------------------------- */

static bool
variable_vertex(struct reach *r, const struct place *from, const struct ty_type *var, uint32_t *out)
{
    uint32_t count = var->form == TY_FORM_TYPE_VAR ? (from->type ? from->type->generic_count : 0u)
                                                   : (from->method ? from->method->generic_count : 0u);
    const void *key = var->form == TY_FORM_TYPE_VAR ? (const void *)from->type : (const void *)from->method;

    if (var->var_index >= count)
        return false;
    *out = def_of(r, key, count)->first + var->var_index;
    return true;
}

/* Edges from every variable in `arg` to a parameter; true when one of them expands along a cycle. */
static bool
argument_flow(struct reach *r, const struct place *from, const struct ty_type *arg, uint32_t to, bool expanding)
{
    bool grows = false;
    uint32_t v;

    if (!arg->has_vars)
        return false;
    if (arg->form == TY_FORM_TYPE_VAR || arg->form == TY_FORM_METHOD_VAR) {
        if (!variable_vertex(r, from, arg, &v))
            return false;
        edge_add(r, v, to, expanding, from->is_base);
        if (!expanding)
            return false;
        cycles_refresh(r);
        return r->growth->vertices[v].group && r->growth->vertices[v].group == r->growth->vertices[to].group;
    }
    if (arg->param)
        grows = argument_flow(r, from, arg->param, to, true);
    for (uint16_t i = 0; i < arg->arg_count; i++)
        grows |= argument_flow(r, from, arg->args[i], to, true);
    if (arg->form == TY_FORM_FNPTR) {
        grows |= argument_flow(r, from, arg->fnptr->ret, to, true);
        for (uint32_t i = 0; i < arg->fnptr->param_count; i++)
            grows |= argument_flow(r, from, arg->fnptr->params[i], to, true);
    }
    return grows;
}

static uint32_t
level_of(const struct growth *g, const void *instance)
{
    uintptr_t known = (uintptr_t)ptr_map_get(&g->levels, instance);

    return known ? (uint32_t)(known - 1) : 0;
}

static void
level_put(struct growth *g, const void *instance, uint32_t level)
{
    ptr_map_put(&g->levels, instance, (void *)(uintptr_t)(level + 1u));
}

static bool
is_cyclic(const struct growth *g, const struct growth_def *d)
{
    for (uint32_t i = 0; i < d->count; i++)
        if (g->vertices[d->first + i].group)
            return true;
    return false;
}

/* May an instance be there at this level? Known ones stay at the lowest level that was good enough. */
static bool
level_admit(struct reach *r, const void *instance, const void *canon, struct growth_def *d, uint32_t level)
{
    struct growth *g = r->growth;
    uintptr_t known = (uintptr_t)ptr_map_get(&g->levels, instance);

    if (known && known - 1 <= level)
        return true;
    if (is_cyclic(g, d) && (level > GROWTH_LEVELS || (level > LEVEL_FREE && !known && *crowd_of(g, d) >= CROWD_MAX)))
        return false;
    if (level > LEVEL_FREE && !known && is_cyclic(g, d)) {
        d->crowd++;
        ++*crowd_of(g, d);
    }
    if (level || known)
        level_put(g, instance, level);
    if (level && canon != instance && !ptr_map_has(&g->levels, canon))
        level_put(g, canon, level);
    return true;
}

static void declare(struct reach *r, const struct ty_def *def);

static void
note(struct verdict *v, bool admitted, uint32_t level, const void *def)
{
    if (level > v->level)
        v->level = level;
    if (admitted || v->refused)
        return;
    v->refused = true;
    v->def = def;
}

/* The type and what it is made of; `open` and `closed` have the same shape down to the variables. */
static void
type_flow(struct reach *r, const struct place *from, const struct ty_type *open, struct ty_type *closed, struct verdict *verdict)
{
    struct growth_def *d;
    bool grows = false;

    if (!open->has_vars)
        return;
    if (open->param)
        type_flow(r, from, open->param, closed ? closed->param : NULL, verdict);
    if (open->form != TY_FORM_DEF || !open->arg_count)
        return;
    d = def_of(r, open->def, open->arg_count);
    declare(r, open->def);
    for (uint16_t i = 0; i < open->arg_count; i++) {
        grows |= argument_flow(r, from, open->args[i], d->first + i, false);
        type_flow(r, from, open->args[i], closed ? closed->args[i] : NULL, verdict);
    }
    if (closed)
        note(verdict, level_admit(r, closed, ty_canon_of(r->ty, closed), d, from->level + grows), from->level + grows, open->def);
}

static void
method_flow(struct reach *r, const struct place *from, const struct ty_method *open, struct ty_method *closed, struct verdict *verdict)
{
    struct growth_def *d;
    bool grows = false;

    if (open->owner)
        type_flow(r, from, open->owner, closed->owner, verdict);
    if (!open->def->generic_count || !open->has_vars)
        return;
    d = def_of(r, open->def, open->def->generic_count);
    for (uint16_t i = 0; i < open->def->generic_count; i++) {
        grows |= argument_flow(r, from, open->args[i], d->first + i, false);
        type_flow(r, from, open->args[i], closed->args[i], verdict);
    }
    note(verdict, level_admit(r, closed, ty_method_canon(r->ty, closed), d, from->level + grows), from->level + grows, open->def);
}

/* ---- declarations ----------------------------------------------------------------------------------- */

/* Is there a way from `v` to `target` along edges of base classes? */
static bool
bases_lead(const struct growth *g, uint32_t v, uint32_t target, struct ptr_map *seen)
{
    if (v == target)
        return true;
    if (ptr_map_put(seen, &g->vertices[v], seen))
        return false;
    for (uint32_t e = g->vertices[v].edges; e; e = g->edges[e - 1].next)
        if (g->edges[e - 1].is_base && bases_lead(g, g->edges[e - 1].to, target, seen))
            return true;
    return false;
}

/* ECMA-335 II.9.2: an expanding edge in a cycle of base classes. */
static bool
is_endless(const struct growth *g, const struct growth_def *d)
{
    bool found = false;

    for (uint32_t v = d->first; v < d->first + d->count; v++)
        for (uint32_t e = g->vertices[v].edges; e && !found; e = g->edges[e - 1].next) {
            struct ptr_map seen = {0};

            found = g->edges[e - 1].is_base && g->edges[e - 1].expanding && bases_lead(g, g->edges[e - 1].to, v, &seen);
            ptr_map_free(&seen);
        }
    return found;
}

/* The base and the interfaces of a definition are mentions too: their code runs on its instances. */
static void
declare(struct reach *r, const struct ty_def *def)
{
    struct growth_def *d = def_of(r, def, def->generic_count);
    struct place from = {.type = def, .is_base = true};
    struct verdict ignored = {0};
    struct ty_type *open, *base;
    const struct ty_interfaces *itf;

    if (d->declared)
        return;
    d->declared = true;
    open = def->open;
    if (!open)
        return;
    base = ty_base(r->ty, open);
    if (base)
        type_flow(r, &from, base, NULL, &ignored);
    d->endless = is_endless(r->growth, d);
    from.is_base = false;
    itf = d->endless ? NULL : ty_interfaces_of(r->ty, open);
    for (uint32_t i = 0; itf && i < itf->count; i++)
        type_flow(r, &from, itf->at[i], NULL, &ignored);
}

/* false + failure: no instance of the type's definition can be loaded. */
static bool
can_load(struct reach *r, const struct ty_type *t)
{
    struct growth_def *d;
    const char *text;

    if (!t || t->form != TY_FORM_DEF || !t->arg_count)
        return true;
    declare(r, t->def);
    d = def_of(r, t->def, t->def->generic_count);
    if (!d->endless)
        return true;
    text = arena_printf(r->arena, "%s cannot be loaded: its base classes never end (ECMA-335 II.9.2)", t->def->full_name);
    if (!d->warned)
        reach_warn_growth(r, text);
    d->warned = true;
    ty_fail(r->ty, TY_FAIL_TYPE_LOAD, "%s", text);
    return false;
}

/* ---- the doors ----------------------------------------------------------------------------------------- */

static uint32_t
method_level(const struct growth *g, const struct ty_method *m)
{
    uint32_t level = m->owner ? level_of(g, m->owner) : 0, own = m->def->generic_count ? level_of(g, m) : 0;

    return own > level ? own : level;
}

static struct place
place_of_body(struct reach *r, const struct ty_method *body)
{
    struct place p = {.type = body->def->owner, .method = body->def, .level = method_level(graph_of(r), body)};

    return p;
}

static bool
is_generic(const struct ty_method *m)
{
    return m->def->generic_count || (m->owner && m->owner->arg_count);
}

static uint32_t
type_level(const struct growth *g, const struct ty_type *t)
{
    uint32_t most = level_of(g, t);

    if (t->param && type_level(g, t->param) > most)
        most = type_level(g, t->param);
    for (uint16_t i = 0; i < t->arg_count; i++) {
        uint32_t level = type_level(g, t->args[i]);

        most = level > most ? level : most;
    }
    return most;
}

uint32_t
growth_level(struct reach *r, const struct ref *ref)
{
    const struct growth *g = r->growth;
    uint32_t type, method;

    if (!g || !g->levels.count)
        return 0;
    type = ref->type ? type_level(g, ref->type) : 0;
    method = ref->method ? method_level(g, ref->method) : 0;
    return type > method ? type : method;
}

/* A mention without variables. From code that is not generic it is as good as any; else it may stand
 * for a target that was found for one with variables. */
static void
closed_mention(struct reach *r, const struct ty_method *body, const void *instance, const void *canon)
{
    struct growth *g = graph_of(r);
    uint32_t level;

    if (!is_generic(body)) {
        level_put(g, instance, 0);
        level_put(g, canon, 0);
        return;
    }
    level = ptr_map_has(&g->levels, instance) ? 0 : method_level(g, body);
    if (level)
        level_put(g, instance, level);
}

static bool
verdict_give(struct reach *r, const struct verdict *v, const char *name)
{
    struct growth_def *d;
    const char *text;

    if (!v->refused)
        return true;
    text = arena_printf(r->arena, "%s is one of ever larger instances that need each other, cut after %u rounds of growth",
                        reach_short_name(r, name), v->level);
    d = ptr_map_get(&r->growth->defs, v->def);
    if (!d->warned)
        reach_warn_growth(r, text);
    d->warned = true;
    ty_fail(r->ty, TY_FAIL_TYPE_LOAD, "%s", text);
    return false;
}

bool
reach_mention_type(struct reach *r, struct ty_method *body, struct ty_type *open, struct ty_type *closed)
{
    struct verdict v = {0};
    struct place from;

    if (!r->scanning || body->def->pseudo == TY_PSEUDO_SYNTH)
        return true;
    if (!can_load(r, open))
        return false;
    if (!open->has_vars) {
        if (open->arg_count)
            closed_mention(r, body, closed, ty_canon_of(r->ty, closed));
        return true;
    }
    from = place_of_body(r, body);
    type_flow(r, &from, open, closed, &v);
    return verdict_give(r, &v, v.refused ? ty_name(r->ty, closed) : "");
}

bool
reach_mention_method(struct reach *r, struct ty_method *body, struct ty_method *open, struct ty_method *closed)
{
    struct verdict v = {0};
    struct place from;

    if (!r->scanning || body->def->pseudo == TY_PSEUDO_SYNTH)
        return true;
    if (!can_load(r, open->owner))
        return false;
    if (!open->has_vars) {
        if (closed->def->generic_count)
            closed_mention(r, body, closed, ty_method_canon(r->ty, closed));
        if (closed->owner && closed->owner->arg_count)
            closed_mention(r, body, closed->owner, ty_canon_of(r->ty, closed->owner));
        return true;
    }
    from = place_of_body(r, body);
    method_flow(r, &from, open, closed, &v);
    return verdict_give(r, &v, v.refused ? ty_method_name(r->ty, closed) : "");
}

bool
growth_dictionary(struct reach *r, const struct ty_type *type, const struct ty_method *method, const struct ref *open, const struct ref *closed)
{
    struct verdict v = {0};
    struct place from = {.type = type ? type->def : method->def->owner, .method = method ? method->def : NULL};

    from.level = method ? method_level(graph_of(r), method) : level_of(graph_of(r), type);
    if (open->type)
        type_flow(r, &from, open->type, closed->type, &v);
    if (open->method)
        method_flow(r, &from, open->method, closed->method, &v);
    if (open->field)
        type_flow(r, &from, open->field->owner, closed->field->owner, &v);
    return verdict_give(r, &v, !v.refused ? "" : closed->method ? ty_method_name(r->ty, closed->method) : ty_name(r->ty, closed->type ? closed->type : closed->field->owner));
}

void
reach_override(struct reach *r, struct ty_method *decl, struct ty_method *impl)
{
    struct growth *g = graph_of(r);
    uint32_t count = decl->def->generic_count, from, to, level;

    if (!r->scanning || !count || decl->def == impl->def || impl->def->generic_count != count)
        return;
    from = def_of(r, decl->def, count)->first;
    to = def_of(r, impl->def, count)->first;
    for (uint32_t i = 0; i < count; i++)
        edge_add(r, from + i, to + i, false, false);
    level = method_level(g, decl);
    if (level && !ptr_map_has(&g->levels, impl))
        level_put(g, impl, level);
    impl = ty_method_canon(r->ty, impl);
    if (level && !ptr_map_has(&g->levels, impl))
        level_put(g, impl, level);
}
