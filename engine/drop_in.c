/* engine/drop_in.c - binds a module that was opened by a program which knows nothing of us.
 * The first export call starts the engine, if nobody has, and makes the module part of it. Settings come
 * from the environment as for a program: the host has no others to give. The module is pinned: such programs close libraries when they like. */
#include "engine/drop_in.h"

#include "engine/engine.h"
#include "pal/pal.h"

#include <stdatomic.h>
#include <stdio.h>

static struct pal_mutex binding; /* DROP_IN, taken before LOAD */

static corert_status
bind_locked(struct drop_in *module, struct ldr_diag *diag)
{
    corert_config config = {.struct_size = sizeof config};
    struct engine_source source = {.header = module->header};
    corert_status status = CORERT_OK;
    struct ldr_module *m;
    struct pal_symbol symbol;

    if (!pal_dl_address(module, &symbol) || !pal_dl_pin(symbol.library))
        return CORERT_E_LINK;
    source.path = symbol.library;
    if (!engine.started && !engine_config_from_environment(&config, diag)) {
        status = CORERT_E_MISUSE;
    } else if (!engine.started) {
        config.log = config.gc_log ? engine_log_to_stderr : NULL;
        status = engine_start(&config, false);
    }
    if (status == CORERT_OK)
        status = engine_module_load(&source, &m, diag);
    if (status == CORERT_OK)
        engine.pinned = true;
    return status;
}

bool
drop_in_bind(struct drop_in *module)
{
    char text[512] = "";
    struct ldr_diag diag = {text, sizeof text};
    corert_status status = CORERT_OK;

    pal_mutex_lock(&binding);
    if (!atomic_load_explicit(&module->bound, memory_order_acquire)) {
        status = bind_locked(module, &diag);
        if (status == CORERT_OK)
            atomic_store_explicit(&module->bound, 1, memory_order_release);
    }
    pal_mutex_unlock(&binding);
    if (status != CORERT_OK)
        fprintf(stderr, "CoreRT: %s\n", text[0] ? text : corert_status_text(status));
    return status == CORERT_OK;
}
