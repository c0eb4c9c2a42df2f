/* loader/loader.h - compiled modules: opening, checking, binding, finding.
 * A module is published when its imports are bound and the engine has registered its ranges; before
 * that a failure undoes everything. Managed code of a module runs only after publishing, started by
 * the engine. Lock: LOADER, taken by ldr_module_open and _adopt; the list of published modules only
 * grows until ldr_stop, so that readers need none. */
#ifndef LOADER_LOADER_H
#define LOADER_LOADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "corert.h"
#include "loader/module_format.h"

/* Where the sentence about a failure goes; `text` may be NULL. */
struct ldr_diag {
    char *text; /* borrowed */
    size_t size;
};

void ldr_diag_set(struct ldr_diag *diag, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* What a TypeManagerHandle points to. The class library reads the first word only. */
struct ldr_type_manager {
    const void *os_module; /* load address: RhGetOSModuleFromPointer's answer */
    const struct corert_module_header *header;
    struct ldr_module *module; /* borrowed (same life) */
};

/* A module as the engine sees it. Read-only for everybody but the loader. */
struct ldr_module {
    struct ldr_type_manager manager;
    const struct corert_module_header *header; /* in the mapped image */
    char *path;                                /* owned */
    int32_t index;
    bool is_executable;  /* linked into the program */
    bool self_contained; /* brings the class library */
    const void *base;    /* load address */
    const uint8_t *code_start, *code_end;
    const uint8_t *eh_frame_hdr;
    size_t eh_frame_hdr_bytes;
    const struct ldr_static_roots *roots; /* in the image */
    size_t root_runs;
    void *frozen_start; /* NULL: none */
    size_t frozen_bytes;
    void *const *classlib;              /* LDR_CLASSLIB_COUNT addresses, or NULL */
    const struct ldr_well_known *known; /* or NULL */
    const struct ldr_knob *knobs;
    size_t knob_count;
    void *main_function; /* or NULL */
    void *host_data;     /* the engine's, set in attach */
    bool closed;         /* its start-up code failed: exports are not given out */
    _Atomic(bool) ended; /* Environment.Exit and the like: calls of exports return zero */

    /* loader's own */
    void *library;           /* owned; NULL: linked in */
    int memory;              /* owned: pal_dl_open_bytes; -1: not from memory */
    struct ldr_module *next; /* published list */
};

/* What the loader needs from above. Static tables, borrowed until ldr_stop. */
struct ldr_host {
    /* Address of an engine function or datum by ldr_import_hash of its name; NULL: unknown. */
    void *(*import_find)(uint64_t hash);
    intptr_t thread_block_offset;
    void *dispatch_stub; /* first-call stub for dispatch cells */
    /* Registers the module's unwind data, static roots and frozen objects, all or nothing. */
    corert_status (*attach)(struct ldr_module *module, struct ldr_diag *diag);
    void (*detach)(struct ldr_module *module); /* the reverse, when the module goes */
};

corert_status ldr_start(const struct ldr_host *host);
/* Detaches and closes all modules. No thread may be in one. */
void ldr_stop(void);

/* The statuses are those of corert_module_load. `*out` is NULL on failure. */
corert_status ldr_module_open(const char *path, struct ldr_module **out, struct ldr_diag *diag);
/* The same for a file that is in memory; `bytes` are copied, `name` is for messages. */
corert_status ldr_module_open_bytes(const char *name, const void *bytes, size_t size,
                                    struct ldr_module **out, struct ldr_diag *diag);
/* The same for a module that is linked into the program. */
corert_status ldr_module_adopt(const struct corert_module_header *header, const char *name,
                               struct ldr_module **out, struct ldr_diag *diag);

/* ---- finding; any thread, no lock ---- */
void *ldr_module_export(const struct ldr_module *module, const char *name); /* NULL: none */
/* NULL and 0: no such section. */
void *ldr_module_section(const struct ldr_module *module, uint32_t id, size_t *bytes);
struct ldr_module *ldr_module_of_code(const void *address);           /* NULL: not managed code */
struct ldr_module *ldr_module_of_handle(const corert_module *handle); /* NULL: not ours */
struct ldr_module *ldr_module_first(void);
struct ldr_module *ldr_module_classlib(void); /* the one with the class library; NULL: none yet */

#endif
