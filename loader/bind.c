/* loader/bind.c - giving a module the engine's addresses.
 * Resolves all imports before writing the first slot, so that a module with a missing one stays
 * untouched. */
#include "loader/loader_priv.h"

#include <string.h>

static corert_status
imports_bind(const struct ldr_module *m, const struct ldr_host *host, struct ldr_diag *diag)
{
    size_t bytes, slot_bytes, name_bytes, i;
    const uint64_t *hash = ldr_module_section(m, LDR_SECTION_IMPORT_HASHES, &bytes);
    void **slot = ldr_module_section(m, LDR_SECTION_IMPORT_SLOTS, &slot_bytes);
    const char *const *name = ldr_module_section(m, LDR_SECTION_IMPORT_NAMES, &name_bytes);
    uint64_t block = ldr_import_hash(LDR_IMPORT_THREAD_BLOCK);
    size_t count = bytes / sizeof *hash;

    for (i = 0; i < count; i++) {
        if (hash[i] == block || host->import_find(hash[i]))
            continue;
        if (name && name_bytes)
            ldr_diag_set(diag,
                         "%s: needs '%s', which this engine does not have: rebuild one of them",
                         m->path, name[i]);
        else
            ldr_diag_set(diag,
                         "%s: needs an engine function with hash %016llx, which this engine "
                         "does not have: rebuild one of them",
                         m->path, (unsigned long long)hash[i]);
        return CORERT_E_LINK;
    }
    for (i = 0; i < count; i++)
        if (hash[i] == block)
            memcpy(&slot[i], &host->thread_block_offset, sizeof slot[i]);
        else
            slot[i] = host->import_find(hash[i]);
    return CORERT_OK;
}

corert_status
ldr_bind(const struct ldr_module *m, const struct ldr_host *host, struct ldr_diag *diag)
{
    size_t bytes, i;
    struct ldr_dispatch_cell *cell;
    struct ldr_type_manager_slot *manager;
    corert_status status = imports_bind(m, host, diag);

    if (status != CORERT_OK)
        return status;
    cell = ldr_module_section(m, LDR_SECTION_DISPATCH_CELLS, &bytes);
    for (i = 0; i < bytes / sizeof *cell; i++)
        cell[i].code = host->dispatch_stub;
    manager = ldr_module_section(m, LDR_SECTION_TYPE_MANAGER, &bytes);
    manager->type_manager = (void *)(uintptr_t)&m->manager;
    manager->module_index = m->index;
    return CORERT_OK;
}
