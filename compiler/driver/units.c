/* compiler/driver/units.c - partitions the reached bodies into units and generates their code.
 * Threads take units in turn: building IR happens under one lock (the type system is not
 * thread-safe), optimisation and code generation, the long part, outside it. The partition does not
 * depend on the number of threads, so neither do the objects. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/base/arena.h"
#include "compiler/base/diag.h"
#include "compiler/driver/drv.h"
#include "pal/pal.h"

enum {
    UNIT_BODIES = 1200,    /* design section 4, pass 5 */
    COPY_DEPTH = 4,        /* how far copies for the inliner follow direct calls */
};

struct unit {
    struct ptr_vec bodies; /* of struct ty_method */
    char *name;
    const char *path; /* of its object */
};

struct work {
    struct drv *d;
    struct unit *units;
    size_t count, next, done;
    struct cg_options options;
    struct pal_mutex lock; /* next, the type system, the arenas, d->imports */
};

/* ---- partition --------------------------------------------------------------------------------- */

static size_t
partition(struct drv *d, struct unit **out)
{
    const struct ptr_vec *methods = reach_methods_found(d->reach);
    size_t bodies = 0, units, per_unit, n = 0;

    for (size_t i = 0; i < methods->count; i++)
        bodies += ((struct reach_method *)methods->at[i])->body;
    units = (bodies + UNIT_BODIES - 1) / UNIT_BODIES;
    units = units < 2 ? 2 : units;
    per_unit = bodies / units + 1;
    *out = arena_array(d->arena, units, sizeof **out);
    for (size_t i = 0; i < methods->count; i++) {
        const struct reach_method *m = methods->at[i];

        if (m->body)
            ptr_vec_push(&(*out)[n++ / per_unit].bodies, m->method);
    }
    for (size_t i = 0; i < units; i++)
        (*out)[i].name = arena_printf(d->arena, "unit%zu", i);
    return units;
}

/* ---- building ---------------------------------------------------------------------------------- */

struct copies {
    struct drv *d;
    struct cg_unit *u;
    struct ptr_map present; /* bodies in the unit, own or copied */
};

/* Small bodies of other units that this unit calls come along for the inliner. */
static void
copy_callees(struct copies *c, struct ty_method *caller, int depth)
{
    const struct ptr_vec *callees = il_direct_callees(c->d->il, caller);

    for (size_t i = 0; callees && i < callees->count; i++) {
        struct ty_method *m = callees->at[i];
        const struct reach_method *node = reach_method_lookup(c->d->reach, m);

        if (ptr_map_has(&c->present, m) || !node || !node->body || !il_is_inline_candidate(c->d->il, m))
            continue;
        ptr_map_put(&c->present, m, m);
        il_emit(c->d->il, c->d->reach, m, c->u, true);
        if (depth < COPY_DEPTH)
            copy_callees(c, m, depth + 1);
    }
}

static void
note_import(void *context, const char *name)
{
    struct drv *d = context;

    str_map_put(&d->imports, name, d);
}

static struct cg_unit *
build(struct work *w, struct unit *unit)
{
    struct copies c = {.d = w->d, .u = cg_unit_new(unit->name, &w->options)};

    for (size_t i = 0; i < unit->bodies.count; i++)
        ptr_map_put(&c.present, unit->bodies.at[i], unit);
    for (size_t i = 0; i < unit->bodies.count; i++)
        il_emit(w->d->il, w->d->reach, unit->bodies.at[i], c.u, false);
    for (size_t i = 0; w->options.opt_level > 0 && i < unit->bodies.count; i++)
        copy_callees(&c, unit->bodies.at[i], 1);
    cg_unit_imports(c.u, note_import, w->d);
    ptr_map_free(&c.present);
    return c.u;
}

static void
unit_hash(const struct drv *d, struct cg_unit *u, uint8_t hash[16])
{
    cg_unit_hash(u, hash);
    for (int i = 0; i < 8; i++)
        hash[i] ^= (uint8_t)(d->cache_salt >> (8 * i));
}

static void
finish(struct work *w, struct unit *unit, struct cg_unit *u)
{
    uint8_t hash[16], *object = NULL;
    size_t size = 0;
    char *message = NULL;

    if (w->d->options.cache)
        unit_hash(w->d, u, hash);
    if (!w->d->options.cache || !drv_cache_get(w->d, hash, &object, &size)) {
        if (!cg_unit_finish(u, &object, &size, &message))
            diag_bug(__FILE__, __LINE__, message ? message : "code generation failed");
        if (w->d->options.cache)
            drv_cache_put(w->d, hash, object, size);
    }
    pal_mutex_lock(&w->lock);
    unit->path = drv_object_write(w->d, unit->name, object, size);
    diag_progress("code: %zu of %zu units", ++w->done, w->count);
    pal_mutex_unlock(&w->lock);
    free(object);
    cg_unit_free(u);
}

static void
worker(void *argument)
{
    struct work *w = argument;

    for (;;) {
        struct unit *unit;
        struct cg_unit *u;

        pal_mutex_lock(&w->lock);
        unit = w->next < w->count ? &w->units[w->next++] : NULL;
        u = unit ? build(w, unit) : NULL;
        pal_mutex_unlock(&w->lock);
        if (!unit)
            return;
        finish(w, unit, u);
    }
}

void
drv_units(struct drv *d)
{
    struct work w = {.d = d};
    struct pal_thread *threads[256];
    unsigned started = 0;

    w.options.opt_level = d->options.opt_level;
    w.options.optimize_size = d->options.optimize_size;
    w.options.debug = d->options.debug;
    w.options.cpu = d->options.cpu;
    w.options.stack_check = !d->options.no_stack_check;
    w.options.engine_linked = d->options.executable;
    w.options.dump_folder = drv_dumps(&d->options, "llvm") ? "." : NULL;
    w.count = partition(d, &w.units);
    if (d->options.cache)
        drv_cache_salt(d);
    while (started + 1 < d->options.jobs && started + 1 < w.count)
        if (pal_thread_start(&threads[started], worker, &w, 64u << 20, "corertc") != PAL_OK)
            break;
        else
            started++;
    worker(&w);
    while (started)
        pal_thread_join(threads[--started]);
    for (size_t i = 0; i < w.count; i++)
        ptr_vec_push(&d->objects, (void *)(uintptr_t)w.units[i].path);
}
