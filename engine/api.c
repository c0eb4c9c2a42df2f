/* engine/api.c - the public functions: argument checks and statuses around engine/start.c. */
#include "corert.h"

#include "engine/engine.h"
#include "engine/thr.h"

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
    if (config &&
        (config->struct_size < sizeof config->struct_size || config->struct_size > sizeof *config))
        return CORERT_E_MISUSE;
    if (engine.started)
        return CORERT_E_MISUSE;
    c = config_copy(config);
    return engine_start(&c, false);
}

corert_status
corert_shutdown(void)
{
    return engine.started ? engine_stop() : CORERT_E_MISUSE;
}

static bool
in_managed_code(void)
{
    return corert_thread.transition != (void *)(intptr_t)THREAD_STATE_NO_FRAMES;
}

corert_status
corert_thread_detach(void)
{
    if (!engine.started || in_managed_code())
        return CORERT_E_MISUSE;
    thr_detach();
    return CORERT_OK;
}

corert_status
corert_module_load(const char *path, corert_module **out, char *message, size_t message_bytes)
{
    struct ldr_diag diag = {message, message_bytes};
    struct ldr_module *m = NULL;
    corert_status status;

    if (message && message_bytes)
        message[0] = 0;
    if (out)
        *out = NULL;
    if (!path || !out || !engine.started) {
        ldr_diag_set(&diag, "%s", engine.started ? "a NULL argument" : "corert_init first");
        return CORERT_E_MISUSE;
    }
    if (in_managed_code()) {
        ldr_diag_set(&diag, "%s: a module cannot be loaded from managed code", path);
        return CORERT_E_MISUSE;
    }
    status = engine_module_load(path, NULL, &m, &diag);
    if (status == CORERT_OK)
        *out = (corert_module *)(void *)m;
    else if (message && message_bytes && !message[0])
        ldr_diag_set(&diag, "%s: %s", path, corert_status_text(status));
    return status;
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
    corert_status status = CORERT_OK;

    if (e) {
        status = e->pending;
        e->pending = CORERT_OK;
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
    }
    return "unknown status";
}

const char *
corert_version(void)
{
    return ENGINE_VERSION_TEXT;
}

/* ---- programs ---- */

/* The one setting a program takes from its environment. 0: not given. */
static uint64_t
heap_cap_from_environment(void)
{
    const char *text = getenv("DOTNET_GCHeapHardLimit");

    return text ? strtoull(text, NULL, 16) : 0;
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
    config.heap_cap_bytes = heap_cap_from_environment();
    status = engine.started ? CORERT_E_MISUSE : engine_start(&config, true);
    if (status == CORERT_OK)
        status = engine_module_load(name, header, &m, &diag);
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
