/* loader/module.c - the modules of the process.
 * Order of a load: file check, map, sections, registry rules, bind, attach, publish. */
#include "loader/loader_priv.h"

#include <stdatomic.h>
#include <string.h>

static struct {
    struct pal_mutex lock; /* LOADER */
    const struct ldr_host *host;
    _Atomic(struct ldr_module *) first; /* owned list, newest first; release at publish */
    int32_t count;
} all;

corert_status
ldr_start(const struct ldr_host *host)
{
    all.host = host;
    all.count = 0;
    return CORERT_OK;
}

/* Accepts NULL and half-built modules. */
static void
module_free(struct ldr_module *m)
{
    if (!m)
        return;
    pal_dl_close(m->library);
    pal_dl_bytes_close(m->memory);
    pal_free(m->path);
    pal_free(m);
}

/* Takes `path` over. NULL: no memory. */
static struct ldr_module *
module_new(char *path)
{
    struct ldr_module *m = path ? pal_alloc_zero(sizeof *m) : NULL;

    if (!m) {
        pal_free(path);
        return NULL;
    }
    m->path = path;
    m->memory = -1;
    return m;
}

void
ldr_stop(void)
{
    struct ldr_module *m = atomic_exchange_explicit(&all.first, NULL, memory_order_acq_rel);

    while (m) {
        struct ldr_module *next = m->next;
        struct ldr_type_manager_slot *slot;
        size_t bytes;

        all.host->detach(m);
        /* An image that stays mapped is recognised as used if somebody loads it again. */
        slot = ldr_module_section(m, LDR_SECTION_TYPE_MANAGER, &bytes);
        if (slot) {
            slot->type_manager = NULL;
            slot->module_index = -1;
        }
        module_free(m);
        m = next;
    }
    all.host = NULL;
}

void *
ldr_module_section(const struct ldr_module *m, uint32_t id, size_t *bytes)
{
    const struct corert_module_header *h = m->header;
    uint32_t low = 0, high = h->section_count;

    while (low < high) {
        uint32_t at = low + (high - low) / 2;

        if (h->rows[at].id < id)
            low = at + 1;
        else
            high = at;
    }
    if (low == h->section_count || h->rows[low].id != id) {
        *bytes = 0;
        return NULL;
    }
    *bytes = (size_t)((const char *)h->rows[low].end - (const char *)h->rows[low].start);
    return h->rows[low].start;
}

/* Fills the members that are copies of section bounds. */
static void
module_read(struct ldr_module *m)
{
    size_t bytes;
    void **main_function;

    m->is_executable = (m->header->flags & LDR_FLAG_EXECUTABLE) != 0;
    m->self_contained = (m->header->flags & LDR_FLAG_SELF_CONTAINED) != 0;
    m->code_start = ldr_module_section(m, LDR_SECTION_CODE_RANGE, &bytes);
    m->code_end = m->code_start + bytes;
    m->roots = ldr_module_section(m, LDR_SECTION_STATIC_ROOTS, &bytes);
    m->root_runs = bytes / sizeof *m->roots;
    m->frozen_start = ldr_module_section(m, LDR_SECTION_FROZEN_OBJECTS, &m->frozen_bytes);
    m->classlib = ldr_module_section(m, LDR_SECTION_CLASSLIB, &bytes);
    m->known = ldr_module_section(m, LDR_SECTION_WELL_KNOWN, &bytes);
    m->knobs = ldr_module_section(m, LDR_SECTION_KNOBS, &bytes);
    m->knob_count = bytes / sizeof *m->knobs;
    main_function = ldr_module_section(m, LDR_SECTION_MAIN, &bytes);
    m->main_function = main_function ? *main_function : NULL;
    m->manager.os_module = m->base;
    m->manager.header = m->header;
    m->manager.module = m;
}

/* Finds where the header's image is mapped and its unwind table. */
static corert_status
image_find(struct ldr_module *m, struct ldr_image *image, struct ldr_diag *diag)
{
    struct pal_symbol symbol;
    uint64_t address, bytes;

    if (!pal_dl_address(m->header, &symbol) || !symbol.base) {
        ldr_diag_set(diag, "%s: the dynamic linker does not know where it is mapped", m->path);
        return CORERT_E_FORMAT;
    }
    m->base = symbol.base;
    image->segments = ldr_elf_mapped_segments(m->base, image->segment, &image->bias);
    if (!ldr_elf_mapped_unwind(m->base, &address, &bytes) ||
        !ldr_image_holds(image, (const void *)(uintptr_t)(image->bias + address), bytes,
                         LDR_SEGMENT_READ)) {
        ldr_diag_set(diag, "%s: has no unwind table (link with --eh-frame-hdr)", m->path);
        return CORERT_E_FORMAT;
    }
    m->eh_frame_hdr = (const uint8_t *)(uintptr_t)(image->bias + address);
    m->eh_frame_hdr_bytes = (size_t)bytes;
    return CORERT_OK;
}

/* Whether the process may have this module beside those it has. */
static corert_status
rules_check(const struct ldr_module *m, struct ldr_diag *diag)
{
    const struct ldr_type_manager_slot *slot;
    const struct ldr_module *library = ldr_module_classlib(), *other;
    size_t bytes;

    for (other = ldr_module_first(); other; other = other->next)
        if (other->header == m->header) {
            ldr_diag_set(diag, "%s: is loaded already", m->path);
            return CORERT_E_MISUSE;
        }
    slot = ldr_module_section(m, LDR_SECTION_TYPE_MANAGER, &bytes);
    if (slot && (slot->type_manager || slot->module_index)) {
        ldr_diag_set(diag, "%s: its image was used before and could not be unmapped", m->path);
        return CORERT_E_UNSUPPORTED;
    }
    if (m->self_contained && library) {
        ldr_diag_set(diag,
                     "%s: brings its own class library, but %s has brought one already; "
                     "a process can have one self-contained module",
                     m->path, library->path);
        return CORERT_E_UNSUPPORTED;
    }
    if (!m->self_contained && !library) {
        ldr_diag_set(diag, "%s: needs a module with the class library, and none is loaded",
                     m->path);
        return CORERT_E_LINK;
    }
    return CORERT_OK;
}

/* Everything after mapping. Lock held. Publishes the module. */
static corert_status
module_finish(struct ldr_module *m, struct ldr_diag *diag)
{
    struct ldr_image image;
    corert_status status = image_find(m, &image, diag);

    if (status == CORERT_OK)
        status = ldr_sections_check(m->header, &image, m->path, diag);
    if (status != CORERT_OK)
        return status;
    module_read(m);
    status = rules_check(m, diag);
    if (status != CORERT_OK)
        return status;
    m->index = all.count;
    status = ldr_bind(m, all.host, diag);
    if (status == CORERT_OK)
        status = all.host->attach(m, diag);
    if (status != CORERT_OK)
        return status;
    all.count++;
    m->next = ldr_module_first();
    atomic_store_explicit(&all.first, m, memory_order_release);
    return CORERT_OK;
}

/* `bytes` NULL: the file at m->path. Lock held. */
static corert_status
module_map(struct ldr_module *m, const void *bytes, size_t size, struct ldr_diag *diag)
{
    char text[512] = "";
    enum pal_status status;

    if (pal_program_is_static()) {
        ldr_diag_set(diag,
                     "%s: not supported: loading modules in a static executable; corertc --static "
                     "links them in",
                     m->path);
        return CORERT_E_UNSUPPORTED;
    }
    status = bytes ? pal_dl_open_bytes(&m->library, &m->memory, bytes, size, text, sizeof text)
                   : pal_dl_open(&m->library, m->path, text, sizeof text);
    if (status != PAL_OK) {
        ldr_diag_set(diag, "%s: the dynamic linker refuses it: %s", m->path, text);
        return status == PAL_E_NOMEM ? CORERT_E_NOMEM : CORERT_E_LINK;
    }
    m->header = pal_dl_find(m->library, LDR_HEADER_SYMBOL);
    if (!m->header) {
        ldr_diag_set(diag, "%s: is not a CoreRT module", m->path);
        return CORERT_E_FORMAT;
    }
    return CORERT_OK;
}

/* Of a file that was checked. Takes `path` over. */
static corert_status
module_open(char *path, const void *bytes, size_t size, struct ldr_module **out,
            struct ldr_diag *diag)
{
    struct ldr_module *m = module_new(path);
    corert_status status;

    if (!m)
        return CORERT_E_NOMEM;
    pal_mutex_lock(&all.lock);
    status = module_map(m, bytes, size, diag);
    if (status == CORERT_OK)
        status = module_finish(m, diag);
    pal_mutex_unlock(&all.lock);
    if (status != CORERT_OK) {
        module_free(m);
        return status;
    }
    *out = m;
    return CORERT_OK;
}

corert_status
ldr_module_open(const char *path, struct ldr_module **out, struct ldr_diag *diag)
{
    corert_status status = ldr_file_check(path, diag);

    *out = NULL;
    if (status != CORERT_OK)
        return status;
    /* the whole path: a name without '/' must not be searched for */
    return module_open(pal_path_real(path), NULL, 0, out, diag);
}

corert_status
ldr_module_open_bytes(const char *name, const void *bytes, size_t size, struct ldr_module **out,
                      struct ldr_diag *diag)
{
    corert_status status = ldr_bytes_check(bytes, size, name, diag);

    *out = NULL;
    if (status != CORERT_OK)
        return status;
    return module_open(pal_strdup(name), bytes, size, out, diag);
}

corert_status
ldr_module_adopt(const struct corert_module_header *header, const char *name,
                 struct ldr_module **out, struct ldr_diag *diag)
{
    struct ldr_module *m = module_new(pal_strdup(name));
    corert_status status;

    *out = NULL;
    if (!m)
        return CORERT_E_NOMEM;
    m->header = header;
    if (header->magic != LDR_MAGIC || header->format_major != LDR_FORMAT_MAJOR ||
        header->engine_abi != LDR_ENGINE_ABI) {
        ldr_diag_set(diag, "%s: was made for another engine", name);
        status = CORERT_E_VERSION;
    } else {
        pal_mutex_lock(&all.lock);
        status = module_finish(m, diag);
        pal_mutex_unlock(&all.lock);
    }
    if (status != CORERT_OK) {
        module_free(m);
        return status;
    }
    *out = m;
    return CORERT_OK;
}

void *
ldr_module_export(const struct ldr_module *m, const char *name)
{
    size_t bytes, low = 0, high;
    const struct ldr_export *export = ldr_module_section(m, LDR_SECTION_EXPORTS, &bytes);
    size_t count = bytes / sizeof *export;

    if (m->closed)
        return NULL;
    for (high = count; low < high;) {
        size_t at = low + (high - low) / 2;

        if (strcmp(export[at].name, name) < 0)
            low = at + 1;
        else
            high = at;
    }
    return low < count && strcmp(export[low].name, name) == 0 ? export[low].function : NULL;
}

struct ldr_module *
ldr_module_first(void)
{
    /* pairs with the release in module_finish */
    return atomic_load_explicit(&all.first, memory_order_acquire);
}

struct ldr_module *
ldr_module_of_code(const void *address)
{
    const uint8_t *at = address;
    struct ldr_module *m;

    for (m = ldr_module_first(); m; m = m->next)
        if (at >= m->code_start && at < m->code_end)
            return m;
    return NULL;
}

struct ldr_module *
ldr_module_of_handle(const corert_module *handle)
{
    struct ldr_module *m;

    for (m = ldr_module_first(); m; m = m->next)
        if ((const void *)m == (const void *)handle)
            return m;
    return NULL;
}

struct ldr_module *
ldr_module_classlib(void)
{
    struct ldr_module *m;

    for (m = ldr_module_first(); m; m = m->next)
        if (m->self_contained)
            return m;
    return NULL;
}
