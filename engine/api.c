/* engine/api.c - the public functions: argument checks and statuses around engine/start.c. */
#include "corert.h"

#include "engine/engine.h"
#include "engine/gc_world.h"
#include "engine/hnd.h"
#include "engine/hnd.h"
#include "engine/thr.h"
#include "engine/thr_coro.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static corert_config
config_copy(const corert_config *given)
{
    corert_config c;

    memset(&c, 0, sizeof c);
    if (given)
        memcpy(&c, given, given->struct_size);
    return c;
}

corert_status
corert_init(const corert_config *config)
{
    corert_config c;

    /* A newer host's larger struct may say things this library does not know. */
    if (config && !engine_struct_fits(config->struct_size, sizeof *config))
        return CORERT_E_MISUSE;
    if (engine.started || thr_forked())
        return CORERT_E_MISUSE;
    c = config_copy(config);
    if ((unsigned)c.gc_concurrent > CORERT_GC_CONCURRENT_OFF)
        return CORERT_E_MISUSE;
    if (c.finalizers != CORERT_FINALIZERS_HOST && c.finalizers != CORERT_FINALIZERS_THREAD)
        return CORERT_E_MISUSE;
    if (c.no_threads > 1 || (c.no_threads && c.thread_start))
        return CORERT_E_MISUSE;
    return engine_start(&c, false);
}

corert_status
corert_shutdown(void)
{
    return engine.started && !thr_forked() ? engine_stop() : CORERT_E_MISUSE;
}

corert_status
corert_thread_detach(void)
{
    if (!engine.started || thr_forked() || thr_frames_inside(THR_HERE()))
        return CORERT_E_MISUSE;
    thr_detach();
    return CORERT_OK;
}

static corert_status
module_start(const struct engine_source *source, corert_module **out, char *message,
             size_t message_bytes)
{
    const char *path = source->path;
    struct ldr_diag diag = {message, message_bytes};
    struct ldr_module *m = NULL;
    corert_status status;

    if (message && message_bytes)
        message[0] = 0;
    if (out)
        *out = NULL;
    if (!path || !out || !engine.started || thr_forked()) {
        ldr_diag_set(&diag, "%s",
                     thr_forked()     ? "not in a child of fork()"
                     : engine.started ? "a NULL argument"
                                      : "corert_init first");
        return CORERT_E_MISUSE;
    }
    if (thr_is_closing()) {
        ldr_diag_set(&diag, "%s: the engine is shutting down", path);
        return CORERT_E_CLOSED;
    }
    if (thr_frames_inside(THR_HERE())) {
        ldr_diag_set(&diag, "%s: a module cannot be loaded from managed code", path);
        return CORERT_E_MISUSE;
    }
    status = engine_file_load(source, &m, &diag);
    if (status == CORERT_OK)
        *out = (corert_module *)(void *)m;
    else if (message && message_bytes && !message[0])
        ldr_diag_set(&diag, "%s: %s", path, corert_status_text(status));
    return status;
}

corert_status
corert_module_load(const char *path, corert_module **out, char *message, size_t message_bytes)
{
    struct engine_source source = {.path = path};

    return module_start(&source, out, message, message_bytes);
}

corert_status
corert_module_load_with(const char *path, const corert_load_options *options, corert_module **out,
                        char *message, size_t message_bytes)
{
    corert_load_options o;
    struct engine_source source = {.path = path};

    memset(&o, 0, sizeof o);
    if (options && !engine_struct_fits(options->struct_size, sizeof *options))
        return module_start(&(struct engine_source){.path = NULL}, out, message, message_bytes);
    if (options) {
        memcpy(&o, options, options->struct_size);
        source.bytes = o.bytes;
        source.size = o.size;
        source.options = &o;
    }
    return module_start(&source, out, message, message_bytes);
}

corert_status
corert_module_attach(const void *header, const char *name, corert_module **out, char *message,
                     size_t message_bytes)
{
    /* Without a header nothing may be looked for by name. */
    struct engine_source source = {.path = header ? name : NULL, .header = header};

    return module_start(&source, out, message, message_bytes);
}

corert_status
corert_module_export(const corert_module *module, const char *name, void **out)
{
    const struct ldr_module *m;

    if (out)
        *out = NULL;
    if (!module || !name || !out || !engine.started)
        return CORERT_E_MISUSE;
    m = ldr_module_of_handle(module);
    if (!m)
        return CORERT_E_MISUSE;
    *out = ldr_module_export(m, name);
    return *out ? CORERT_OK : CORERT_E_NOT_FOUND;
}

corert_status
corert_module_function(const corert_module *module, const char *name, corert_function **out)
{
    void *address;
    corert_status status = corert_module_export(module, name, &address);

    if (!out)
        return CORERT_E_MISUSE;
    *out = (corert_function *)(uintptr_t)address;
    return status;
}

corert_status
corert_module_blob(const corert_module *module, uint32_t blob_id, const void **out, size_t *size)
{
    const struct ldr_module *m;

    if (out)
        *out = NULL;
    if (size)
        *size = 0;
    if (!module || !out || !size || !engine.started)
        return CORERT_E_MISUSE;
    m = ldr_module_of_handle(module);
    if (!m)
        return CORERT_E_MISUSE;
    if (blob_id <= LDR_SECTION_BLOB_LAST - LDR_SECTION_BLOB_BASE)
        *out = ldr_module_section(m, LDR_SECTION_BLOB_BASE + blob_id, size);
    return *out ? CORERT_OK : CORERT_E_NOT_FOUND;
}

corert_status
corert_pending_status(void)
{
    struct thr_thread *t = corert_thread.thread;
    struct engine_thread *e = t ? t->gc_private : NULL;
    corert_status status = (corert_status)thr_pending_take();

    if (e) {
        status = e->pending != CORERT_OK ? e->pending : status;
        e->pending = CORERT_OK;
        hnd_free(e->error);
        e->error = NULL;
    }
    return status;
}

const char *
corert_status_text(corert_status status)
{
    switch (status) {
    case CORERT_OK:
        return "done";
    case CORERT_E_MISUSE:
        return "not allowed now, or wrong arguments";
    case CORERT_E_NOMEM:
        return "out of memory";
    case CORERT_E_NOT_FOUND:
        return "not found";
    case CORERT_E_IO:
        return "the system could not read the file";
    case CORERT_E_FORMAT:
        return "not a module, or a damaged one";
    case CORERT_E_VERSION:
        return "made for another version";
    case CORERT_E_LINK:
        return "needs something that is missing";
    case CORERT_E_UNSUPPORTED:
        return "not supported by this version";
    case CORERT_E_EXCEPTION:
        return "managed code failed with an unhandled exception";
    case CORERT_E_BUSY:
        return "managed threads still run";
    case CORERT_E_CLOSED:
        return "the module is closed, or the engine is shutting down";
    case CORERT_E_TYPE:
        return "the object is of another type";
    case CORERT_E_RANGE:
        return "outside the object, or the buffer is too small";
    }
    return "unknown status";
}

const char *
corert_version(void)
{
    return ENGINE_VERSION_TEXT;
}

/* ---- the managed heap ---- */

corert_status
corert_gc_collect(uint32_t flags)
{
    uint32_t how = 0;

    if (!engine.started || thr_forked() || !thr_frames_settle(THR_HERE()) ||
        (flags & ~(uint32_t)(CORERT_GC_COMPACT | CORERT_GC_AGGRESSIVE)))
        return CORERT_E_MISUSE;
    if (flags & CORERT_GC_COMPACT)
        how |= GC_COLLECT_COMPACT;
    if (flags & CORERT_GC_AGGRESSIVE)
        how |= GC_COLLECT_COMPACT | GC_COLLECT_AGGRESSIVE;
    gc_collect(GC_REASON_INDUCED, how);
    return CORERT_OK;
}

static void
stats_fill(struct corert_gc_stats *s)
{
    struct gc_collection last;
    struct gc_counters c;
    struct gc_totals totals;

    gc_counters_get(&c);
    gc_totals_get(&totals);
    gc_last_collection(&last);
    s->heap_cap_bytes = c.cap_bytes;
    s->committed_bytes = c.committed_bytes;
    s->live_bytes = c.live_bytes;
    s->allocated_bytes = c.allocated_bytes;
    s->refused_allocations = c.refused;
    s->collections = totals.collections;
    s->total_pause_ns = totals.pause_ns;
    s->max_pause_ns = totals.max_pause_ns;
    s->total_moved_bytes = totals.moved_bytes;
    s->finalizable_objects = c.finalizable;
    s->ready_finalizers = gc_finalize_ready_count();
    s->handles = hnd_count();
    s->last_reason = (corert_gc_reason)last.reason;
    s->last_compacted = last.compacted;
    s->last_pause_ns = last.pause_ns;
    s->last_stop_ns = last.stop_ns;
    s->last_roots_ns = last.roots_ns;
    s->last_mark_ns = last.mark_ns;
    s->last_weak_ns = last.weak_ns;
    s->last_sweep_ns = last.sweep_ns;
    s->last_before_bytes = last.bytes_before;
    s->last_after_bytes = last.bytes_after;
    s->last_moved_bytes = last.moved_bytes;
    s->last_pinned_objects = last.pinned_objects;
}

corert_status
corert_gc_stats(struct corert_gc_stats *out)
{
    struct corert_gc_stats s = {0};

    if (!out || !engine.started || thr_forked() || !engine_struct_fits(out->struct_size, sizeof *out))
        return CORERT_E_MISUSE;
    stats_fill(&s);
    s.struct_size = out->struct_size;
    memcpy(out, &s, s.struct_size);
    return CORERT_OK;
}

corert_status
corert_run_finalizers(uint64_t budget_us, size_t *left)
{
    uint64_t most_us = UINT64_MAX / 2000;

    if (left)
        *left = 0;
    if (!engine.started || thr_forked() || !thr_frames_settle(THR_HERE()) || fin_is_inside())
        return CORERT_E_MISUSE;
    if (budget_us > most_us)
        budget_us = most_us;
    fin_run(budget_us ? pal_time_ns() + budget_us * 1000 : 0);
    if (left)
        *left = gc_finalize_ready_count();
    return CORERT_OK;
}

corert_status
corert_pump(uint64_t budget_us, size_t *ready, uint64_t *next_due_us)
{
    struct thr_coro_left left;

    if (ready)
        *ready = 0;
    if (next_due_us)
        *next_due_us = UINT64_MAX;
    if (!engine.started || thr_forked() || !thr_coro_is_mine() || thr_coro_is_inside() ||
        !thr_frames_settle(THR_HERE()) || fin_is_inside())
        return CORERT_E_MISUSE;
    thr_coro_pump(budget_us && budget_us < THR_NEVER / 1000 ? budget_us * 1000 : THR_NEVER, &left);
    if (ready)
        *ready = left.ready;
    if (next_due_us && left.due_ns != THR_NEVER)
        *next_due_us = left.due_ns / 1000 + (left.due_ns % 1000 != 0);
    return CORERT_OK;
}

/* ---- programs ---- */

/* CORERT_STACK=1: an unhandled exception also shows the stack, host frames included. */
static bool
stack_report_from_environment(void)
{
    const char *text = getenv("CORERT_STACK");

    return text && text[0] == '1' && !text[1];
}

int
corert_main(const void *header, int argc, char **argv)
{
    corert_config config = {.struct_size = sizeof config};
    char unnamed[] = "program", *only_name[] = {unnamed, NULL};
    const char *name;
    char message[512] = "";
    struct ldr_diag diag = {message, sizeof message};
    int32_t (*run)(int32_t, char **, void *);
    struct ldr_module *m = NULL;
    corert_status status;

    if (argc < 1 || !argv || !argv[0]) { /* execve allows it; managed code needs a name */
        argc = 1;
        argv = only_name;
    }
    name = argv[0];
    engine.stack_report = stack_report_from_environment();
    config.finalizers = CORERT_FINALIZERS_THREAD;
    config.log = engine_log_to_stderr;
    if (engine.started || !header || !engine_config_from_environment(&config, &diag))
        status = CORERT_E_MISUSE;
    else
        status = engine_start(&config, true);
    if (status == CORERT_OK)
        status = engine_module_load(&(struct engine_source){.path = name, .header = header}, &m,
                                    &diag);
    if (status == CORERT_OK && !m->main_function) {
        ldr_diag_set(&diag, "%s: has no Main", name);
        status = CORERT_E_FORMAT;
    }
    if (status != CORERT_OK) {
        fprintf(stderr, "%s\n", message[0] ? message : corert_status_text(status));
        return 1;
    }
    run = (int32_t(*)(int32_t, char **, void *))(uintptr_t)m->classlib[LDR_CLASSLIB_RUN_MAIN];
    return run(argc, argv, m->main_function);
}
