/* engine/start.c - starting and stopping the engine, and making a loaded module part of it.
 * Start: threads, heap, loader. The class library comes with the first self-contained module; from
 * then on its functions are known to exceptions, dispatch and allocation.
 * Stop goes backwards and leaves nothing but the caller's thread unchanged. */
#include "engine/engine.h"

#include "engine/dbg.h"
#include "engine/dispatch.h"
#include "engine/eh.h"
#include "engine/gc_world.h"
#include "engine/hnd.h"
#include "engine/rh.h"
#include "engine/thr.h"
#include "engine/thr_coro.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

struct engine engine;

/* What the engine registered for a module: ldr_module.host_data. */
struct attachment {
    struct eh_module unwind;
    struct gc_frozen *frozen; /* owned; NULL: none */
    size_t roots;
    struct gc_roots *root[]; /* owned */
};

/* Read by the companion's RegisterModule. */
struct module_descriptor {
    struct ldr_type_manager *manager;
    int32_t index;
    uint32_t flags; /* enum descriptor_flag */
};

/* The class library's start-up needs part of CAP_LEAST and cannot handle running out of memory. */
enum { SHUTDOWN_MS = 5000, CAP_LEAST = 1 << 20 };
/* A program's second marker waits for so much: with less, sharing costs more than it gains. */
enum { EXE_HELPER_BYTES = 64 << 20 };
/* With less alive, marking takes no longer than two stops. */
enum { CONCURRENT_BYTES = 4 << 20 };
enum descriptor_flag { DESCRIPTOR_LIBRARY = 1, DESCRIPTOR_EXECUTABLE = 2 };

static_assert(sizeof(struct module_descriptor) == 16, "Companion.cs: ModuleDescriptor");

/* A call of the host's function for each line. Changes `text`. */
static void
log_lines(corert_log_level level, char *text)
{
    do {
        char *end = strchr(text, '\n');

        if (end)
            *end++ = 0;
        engine.log(engine.context, level, text);
        text = end;
    } while (text && *text);
}

void
engine_log(corert_log_level level, const char *format, ...)
{
    char text[512];
    va_list args;

    if (!engine.log)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    pal_text_trim(text);
    log_lines(level, text);
}

void
engine_tell(const char *message)
{
    static const char prefix[] = "unhandled exception: ";
    char *text;

    if (engine.unhandled) {
        engine.unhandled(engine.context, message);
        return;
    }
    text = engine.log ? pal_alloc(sizeof prefix + strlen(message)) : NULL;
    if (!text) {
        engine_log(CORERT_LOG_ERROR, "%s%s", prefix, message);
        return;
    }
    memcpy(text, prefix, sizeof prefix - 1);
    memcpy(text + sizeof prefix - 1, message, strlen(message) + 1);
    log_lines(CORERT_LOG_ERROR, text);
    pal_free(text);
}

void
engine_unhandled(const char *message)
{
    struct thr_thread *t = corert_thread.thread;
    struct engine_thread *e = t ? t->gc_private : NULL;

    if (engine.capture) {
        snprintf(engine.failure, sizeof engine.failure, "%s", message);
        pal_text_trim(engine.failure);
        return;
    }
    if (e)
        e->pending = CORERT_E_EXCEPTION;
    engine_tell(message);
}

/* ---- threads ---- */

static bool
thread_attached(struct thr_thread *thread)
{
    thread->gc_private = pal_alloc_zero(sizeof(struct engine_thread));
    return thread->gc_private != NULL;
}

static void
thread_warn(const char *line)
{
    engine_log(CORERT_LOG_WARNING, "%s", line);
}

static int
export_closed(uintptr_t pc)
{
    const struct ldr_module *m = ldr_module_of_code((const void *)pc);

    return m && atomic_load(&m->ended) ? CORERT_E_CLOSED : 0;
}

static void
others_leave(void *unused)
{
    (void)unused;
    thr_cancel_inside();
}

void
engine_module_ended(uintptr_t pc)
{
    struct ldr_module *m = ldr_module_of_code((const void *)pc);

    if (!m)
        m = engine.library;
    if (m)
        atomic_store(&m->ended, true);
    thr_close_entries();
    thr_run_native(others_leave, NULL); /* what they wait for, the thread that ends may have had to do */
}

/* An exception left an entry that has no boundary: a thread's own. */
static void
entry_failed(const struct thr_reverse_frame *entry)
{
    engine_module_ended(entry->pc);
}

static void
thread_detaching(struct thr_thread *thread)
{
    struct engine_thread *e = thread->gc_private;

    /* In managed state, because a collection looks at the buffers of all others. */
    rh_managed_begin();
    rh_gc_thread_ends(thread);
    gc_buffer_retire((struct gc_buffer *)(void *)thread->block);
    hnd_free(e->error);
    engine_scopes_end(e);
    thread->gc_private = NULL;
    rh_managed_end((void *)(intptr_t)THREAD_STATE_NO_FRAMES);
    pal_free(e);
}

/* ---- the class library ---- */

static void *
trace_new(int32_t length)
{
    return rh_array_new(engine.library->known->nint_array_mt, (uint32_t)length, 0);
}

/* One cast for all: the table holds code addresses. */
#define CLASSLIB_FUNCTION(type, module, id) ((type)(uintptr_t)(module)->classlib[LDR_CLASSLIB_##id])

static bool
knobs_take(const struct ldr_module *m)
{
    size_t i, n = m->knob_count ? m->knob_count : 1;

    engine.knob_keys = pal_alloc(n * sizeof *engine.knob_keys);
    engine.knob_values = pal_alloc(n * sizeof *engine.knob_values);
    if (!engine.knob_keys || !engine.knob_values)
        return false;
    for (i = 0; i < m->knob_count; i++) {
        engine.knob_keys[i] = m->knobs[i].key;
        engine.knob_values[i] = m->knobs[i].value;
    }
    engine.knob_count = (uint32_t)m->knob_count;
    return true;
}

static void
knobs_drop(void)
{
    pal_free(engine.knob_keys);
    pal_free(engine.knob_values);
    engine.knob_keys = NULL;
    engine.knob_values = NULL;
    engine.knob_count = 0;
}

static bool
library_set(struct ldr_module *m)
{
    struct eh_classlib lib = {
        .get_runtime_exception = CLASSLIB_FUNCTION(void *(*)(int32_t), m, GET_RUNTIME_EXCEPTION),
        .first_chance = CLASSLIB_FUNCTION(void (*)(void *), m, ON_FIRST_CHANCE_EXCEPTION),
        .unhandled = CLASSLIB_FUNCTION(void (*)(void *), m, ON_UNHANDLED_EXCEPTION),
        .unhandled_hosted = engine.executable
                                ? NULL
                                : CLASSLIB_FUNCTION(void (*)(void *), m, UNHANDLED_AT_EXPORT),
        .entry_failed = entry_failed,
        .fail_fast =
            CLASSLIB_FUNCTION(void (*)(int32_t, void *, void *, void *), m, RUNTIME_FAIL_FAST),
        .report = dbg_report_unhandled,
        .trace_new = trace_new,
        .store_ref = RhpAssignRef,
        .preallocated_oom = rh_preallocated(RH_OUT_OF_MEMORY),
        .preallocated_stack = rh_preallocated(RH_INSUFFICIENT_STACK),
    };
    struct eh_exception_layout layout = {
        .trace_offset = (uint16_t)m->known->exception_stack_trace_offset,
        .trace_count_offset = (uint16_t)m->known->exception_stack_count_offset,
    };

    engine.oom_root = gc_roots_add((void **)(uintptr_t)rh_preallocated(0), RH_PREALLOCATED);
    if (!engine.oom_root || !knobs_take(m)) {
        knobs_drop();
        gc_roots_remove(engine.oom_root);
        engine.oom_root = NULL;
        return false;
    }
    engine.library = m;
    rh_failed_allocation = m->classlib[LDR_CLASSLIB_FAILED_ALLOCATION];
    eh_classlib_set(&lib, &layout);
    dispatch_init(CLASSLIB_FUNCTION(dispatch_resolve_fn *, m, RESOLVE_DISPATCH));
    return true;
}

static void
library_clear(void)
{
    static const struct eh_classlib none;
    static const struct eh_exception_layout no_layout;

    if (!engine.library)
        return;
    eh_classlib_set(&none, &no_layout);
    rh_failed_allocation = NULL;
    knobs_drop();
    gc_roots_remove(engine.oom_root);
    engine.oom_root = NULL;
    rh_companion_reset();
    engine.library = NULL;
}

/* ---- the loader's host ---- */

static void
attachment_free(struct attachment *a)
{
    size_t i;

    for (i = 0; i < a->roots; i++)
        gc_roots_remove(a->root[i]);
    gc_frozen_remove(a->frozen);
    pal_free(a);
}

static bool
ranges_add(struct attachment *a, const struct ldr_module *m)
{
    size_t i;

    for (i = 0; i < m->root_runs; i++) {
        a->root[a->roots] = gc_roots_add(m->roots[i].first, (size_t)m->roots[i].count);
        if (!a->root[a->roots])
            return false;
        a->roots++;
    }
    if (!m->frozen_bytes)
        return true;
    a->frozen = gc_frozen_add(m->frozen_start, m->frozen_bytes);
    return a->frozen != NULL;
}

static corert_status
module_attach(struct ldr_module *m, struct ldr_diag *diag)
{
    struct attachment *a = pal_alloc_zero(sizeof *a + m->root_runs * sizeof a->root[0]);

    if (!a)
        return CORERT_E_NOMEM;
    if (!ranges_add(a, m)) {
        attachment_free(a);
        return CORERT_E_NOMEM;
    }
    a->unwind =
        (struct eh_module){m->code_start, m->code_end, m->eh_frame_hdr, m->eh_frame_hdr_bytes, m};
    if (m->code_end > m->code_start && !eh_module_register(&a->unwind)) {
        ldr_diag_set(diag, "%s: its unwind table is not one the engine can read", m->path);
        attachment_free(a);
        return CORERT_E_FORMAT;
    }
    if (m->self_contained && !library_set(m)) {
        eh_module_unregister(&a->unwind);
        attachment_free(a);
        return CORERT_E_NOMEM;
    }
    m->host_data = a;
    return CORERT_OK;
}

static void
module_detach(struct ldr_module *m)
{
    struct attachment *a = m->host_data;
    size_t bytes;
    const char *cells = ldr_module_section(m, LDR_SECTION_DISPATCH_CELLS, &bytes);

    if (m == engine.library)
        library_clear();
    if (cells)
        dispatch_forget_cells(cells, cells + bytes);
    if (m->code_end > m->code_start)
        eh_module_unregister(&a->unwind);
    attachment_free(a);
    m->host_data = NULL;
}

/* ---- managed start-up of a module ---- */

/* Lock LOAD held. */
static corert_status
module_begin(struct ldr_module *m, struct ldr_diag *diag)
{
    struct module_descriptor d = {&m->manager, m->index, 0};
    int32_t (*run)(struct module_descriptor *);
    int32_t result;

    d.flags = (m->self_contained ? DESCRIPTOR_LIBRARY : 0u) |
              (engine.executable ? DESCRIPTOR_EXECUTABLE : 0u);
    run =
        CLASSLIB_FUNCTION(int32_t(*)(struct module_descriptor *), engine.library, REGISTER_MODULE);
    engine.failure[0] = 0;
    engine.capture = true;
    result = run(&d);
    engine.capture = false;
    if (result == 0 && !atomic_load(&m->ended))
        return CORERT_OK;
    (void)thr_pending_take();
    if (atomic_load(&m->ended)) /* which the host has been told */
        snprintf(engine.failure, sizeof engine.failure, "it has ended itself");
    m->closed = true;
    ldr_diag_set(diag, "%s: its start-up code failed: %s", m->path,
                 engine.failure[0] ? engine.failure : "no text");
    return CORERT_E_EXCEPTION;
}

corert_status
engine_module_load(const struct engine_source *source, struct ldr_module **out,
                   struct ldr_diag *diag)
{
    const corert_load_options *o = source->options;
    corert_status status = CORERT_OK;

    if (!thr_attach()) /* managed code runs below, which has no way to say so */
        return CORERT_E_NOMEM;
    thr_lock(&engine.load);
    if (o && (o->function_count || o->allow))
        status = engine_natives_set(o, diag);
    if (status != CORERT_OK)
        ;
    else if (source->header)
        status = ldr_module_adopt(source->header, source->path, out, diag);
    else if (source->bytes)
        status = ldr_module_open_bytes(source->path, source->bytes, source->size, out, diag);
    else
        status = ldr_module_open(source->path, out, diag);
    if (status == CORERT_OK)
        status = module_begin(*out, diag);
    thr_unlock(&engine.load);
    if (status != CORERT_OK)
        *out = NULL;
    return status;
}

/* ---- start and stop ---- */

static corert_status
parts_start(const corert_config *config, bool executable)
{
    static struct ldr_host host;
    struct thr_hooks hooks = {.attached = thread_attached,
                              .detaching = thread_detaching,
                              .warn = thread_warn,
                              .thread_start = config->thread_start,
                              .context = config->context,
                              .closed = export_closed};
    uint64_t cap = config->heap_cap_bytes;
    struct gc_config heap = {.cap_bytes = cap && cap < CAP_LEAST ? CAP_LEAST : cap,
                             .world = gcw_table(),
                             .mark_threads = config->gc_mark_threads,
                             .stress_interval = config->gc_stress_interval,
                             .stress_evacuate = config->gc_stress_evacuate != 0,
                             .verify = config->gc_verify != 0,
                             .concurrent_bytes = CONCURRENT_BYTES,
                             .stress_concurrent = config->gc_stress_concurrent != 0};
    corert_status status;

    /* A program of its own may use a second processor; a host is asked first. */
    if (executable && heap.mark_threads == 0 && pal_cpu_count() > 1) {
        heap.mark_threads = 2;
        heap.mark_helper_bytes = EXE_HELPER_BYTES;
    }
    heap.concurrent = config->gc_concurrent == CORERT_GC_CONCURRENT_ON || heap.stress_concurrent ||
                      (config->gc_concurrent == CORERT_GC_CONCURRENT_DEFAULT && executable &&
                       pal_cpu_count() > 1);
    if (config->no_threads) {
        heap.mark_threads = 1;
        heap.concurrent = heap.stress_concurrent = false;
    }
    if (!thr_init(&hooks))
        return CORERT_E_NOMEM;
    if (config->no_threads)
        thr_coro_start();
    if (config->stop_signal && thr_signal_start(config->stop_signal) != PAL_OK) {
        thr_shutdown();
        return CORERT_E_MISUSE;
    }
    if (!gc_start(&heap)) {
        if (config->log)
            config->log(config->context, CORERT_LOG_ERROR,
                        "no address space for a managed heap (4 MiB of 64 for all; ulimit -v?)");
        thr_shutdown();
        return CORERT_E_NOMEM;
    }
    host = (struct ldr_host){.import_find = rh_table_find,
                             .thread_block_offset = thread_block_fs_offset(),
                             .dispatch_stub = (void *)(uintptr_t)RhpInitialDynamicInterfaceDispatch,
                             .attach = module_attach,
                             .detach = module_detach};
    status = ldr_start(&host);
    if (status != CORERT_OK) {
        gc_stop();
        thr_shutdown();
        return status;
    }
    dbg_start();
    engine.executable = executable;
    engine.log = config->log;
    engine.unhandled = config->unhandled;
    engine.near_limit = config->near_limit;
    engine.gc_log = config->gc_log != 0;
    engine.context = config->context;
    engine.shutdown_ns =
        (config->shutdown_ms ? config->shutdown_ms : SHUTDOWN_MS) * UINT64_C(1000000);
    gcw_reset();
    rh_gc_reset();
    fin_start(config->finalizers);
    engine.started = true;
    return CORERT_OK;
}

corert_status
engine_start(const corert_config *config, bool executable)
{
    corert_status status;

    if (!engine_memory_set(config->memory, config->context))
        return CORERT_E_MISUSE;
    status = engine_files_set(config->files) ? parts_start(config, executable) : CORERT_E_MISUSE;
    if (status != CORERT_OK) {
        engine_memory_set(NULL, NULL);
        engine.files = (corert_file_hooks){.open = NULL};
    }
    return status;
}

corert_status
engine_stop(void)
{
    if (thr_frames_inside(THR_HERE()))
        return CORERT_E_MISUSE;
    if (thr_coro_is_on() && (!thr_coro_is_mine() || thr_coro_is_inside()))
        return CORERT_E_MISUSE;
    if (engine.pinned) {
        engine_log(CORERT_LOG_ERROR, "a drop-in module holds the engine until the process ends");
        return CORERT_E_BUSY;
    }
    if (!thr_attach()) /* before entries close; managed code runs here at the end */
        return CORERT_E_NOMEM;
    if (!thr_end_others(engine.shutdown_ns))
        return CORERT_E_BUSY;
    fin_stop();
    thr_forget_others();
    if (engine.library && !engine.library->closed) {
        thr_deadline_set(engine.shutdown_ns);
        CLASSLIB_FUNCTION(void (*)(void), engine.library, STOP)();
    }
    gc_stop_concurrent();
    thr_shutdown();
    ldr_stop();
    dispatch_flush();
    eh_shutdown();
    hnd_reset();
    engine_natives_clear();
    gc_stop();
    rh_frozen_release();
    engine_memory_set(NULL, NULL);
    engine = (struct engine){.started = false};
    return CORERT_OK;
}
