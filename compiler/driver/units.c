/* compiler/driver/units.c - partitions the reached bodies into units and generates their code.
 * Threads take units in turn: building IR happens under one lock (the type system is not
 * thread-safe), optimisation and code generation, the long part, outside it. The partition does not
 * depend on the number of threads, so neither do the objects.
 * Bodies that callers usually inline wait: a wave of units is compiled, then those of them that data
 * or finished code still refer to are the next wave. What nobody asks for is never compiled. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/base/arena.h"
#include "compiler/base/diag.h"
#include "compiler/driver/drv.h"
#include "compiler/emit/elf_view.h"
#include "pal/pal.h"

enum {
    UNIT_BODIES = 1200,    /* design section 4, pass 5 */
    SPLIT_BODIES = 100,    /* from here on a wave is an even number of units, so that two processors end together */
    COPY_DEPTH = 4,        /* how far copies for the inliner follow direct calls */
};

struct unit {
    struct ptr_vec bodies; /* of struct ty_method */
    char *name;
    const char *path; /* of its object */
};

struct work {
    struct drv *d;
    struct unit *units;    /* of this wave */
    size_t count, next, done;
    size_t before;         /* units of earlier waves */
    bool waits;            /* bodies wait until something refers to them */
    struct str_map used;   /* symbols that data and finished objects refer to */
    struct cg_options options;
    struct pal_mutex lock; /* next, used, the type system, the arenas, d->imports */
};

/* ---- partition --------------------------------------------------------------------------------- */

static void
partition(struct work *w, const struct ptr_vec *bodies)
{
    struct arena *a = w->d->arena;
    size_t units = (bodies->count + UNIT_BODIES - 1) / UNIT_BODIES, per_unit;

    if (bodies->count >= SPLIT_BODIES)
        units += units % 2;
    per_unit = bodies->count / units + 1;
    w->units = arena_array(a, units, sizeof *w->units);
    for (size_t i = 0; i < bodies->count; i++)
        ptr_vec_push(&w->units[i / per_unit].bodies, bodies->at[i]);
    for (size_t i = 0; i < units; i++)
        w->units[i].name = arena_printf(a, "unit%zu", w->before + i);
    w->count = units;
    w->next = w->done = 0;
}

/* Moves to `now` what has no reason to wait. */
static void
choose(struct work *w, struct ptr_vec *waiting, struct ptr_vec *now)
{
    size_t kept = 0;

    for (size_t i = 0; i < waiting->count; i++) {
        struct ty_method *m = waiting->at[i];

        if (w->waits && il_is_inline_candidate(w->d->il, m) && !str_map_get(&w->used, ty_method_symbol(w->d->ty, m)))
            waiting->at[kept++] = m;
        else
            ptr_vec_push(now, m);
    }
    waiting->count = kept;
}

/* ---- what is used ------------------------------------------------------------------------------ */

static void
note_uses(struct work *w, uint8_t *object, size_t size)
{
    struct elf_view v;

    if (!elf_view_open(&v, object, size))
        diag_bug(__FILE__, __LINE__, "an object that was just written cannot be read");
    for (size_t i = 1; i < v.symbol_count; i++)
        if (v.symbols[i].st_shndx == SHN_UNDEF)
            str_map_put(&w->used, elf_view_symbol_name(&v, &v.symbols[i]), w);
}

/* The image's data before there is code: its references to methods are complete, only slots of
 * imports are missing. */
static void
note_data(struct work *w)
{
    uint8_t *bytes;
    size_t size;

    emit_data(&w->d->emit, &bytes, &size);
    note_uses(w, bytes, size);
    pal_free(bytes);
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
    if (w->waits)
        note_uses(w, object, size);
    diag_progress("code: %zu of %zu units", w->before + ++w->done, w->before + w->count);
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

static void
run_wave(struct work *w)
{
    struct pal_thread *threads[256];
    unsigned started = 0;

    while (started + 1 < w->d->options.jobs && started + 1 < w->count)
        if (pal_thread_start(&threads[started], worker, w, 64u << 20, "corertc") != PAL_OK)
            break;
        else
            started++;
    worker(w);
    while (started)
        pal_thread_join(threads[--started]);
    for (size_t i = 0; i < w->count; i++) {
        ptr_vec_push(&w->d->objects, (void *)(uintptr_t)w->units[i].path);
        ptr_vec_free(&w->units[i].bodies);
    }
    w->before += w->count;
}

void
drv_units(struct drv *d)
{
    const struct ptr_vec *methods = reach_methods_found(d->reach);
    struct ptr_vec waiting = {0}, now = {0};
    struct work w = {.d = d};

    w.options.opt_level = d->options.opt_level;
    w.options.optimize_size = d->options.optimize_size;
    w.options.debug = d->options.debug;
    w.options.cpu = d->options.cpu;
    w.options.stack_check = !d->options.no_stack_check;
    w.options.engine_linked = d->options.executable;
    w.options.dump_folder = drv_dumps(&d->options, "llvm") ? "." : NULL;
    w.waits = d->options.opt_level > 0 && !d->options.all_slots; /* slots refer to all */
    if (d->options.cache)
        drv_cache_salt(d);
    if (w.waits)
        note_data(&w);
    for (size_t i = 0; i < methods->count; i++)
        if (((struct reach_method *)methods->at[i])->body)
            ptr_vec_push(&waiting, ((struct reach_method *)methods->at[i])->method);
    for (choose(&w, &waiting, &now); now.count; now.count = 0, choose(&w, &waiting, &now)) {
        partition(&w, &now);
        run_wave(&w);
    }
    ptr_vec_free(&waiting);
    ptr_vec_free(&now);
    str_map_free(&w.used);
}
