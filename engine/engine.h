/* engine/engine.h - the engine's root and what its own files share.
 * There is one engine a process. Its fields change only while it starts or stops; managed code and
 * the Rh* functions read them without a lock. */
#ifndef CORERT_ENGINE_ENGINE_H
#define CORERT_ENGINE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "corert.h"
#include "gc/gc.h"
#include "loader/loader.h"
#include "pal/pal.h"

#define ENGINE_VERSION_TEXT "0.1.0"

/* The engine's part of an attached thread: thr_thread.gc_private points to it. */
struct engine_thread {
    uint64_t taken_bytes;  /* heap bytes given to this thread, its buffer counted whole */
    corert_status pending; /* of the last export call that failed; corert_pending_status */
    bool out_of_memory;    /* its last allocation failed */
};

struct engine {
    bool started;
    bool executable;                /* we own the process: unhandled exceptions end it */
    corert_log_fn *log;             /* may be NULL */
    corert_unhandled_fn *unhandled; /* may be NULL */
    void *context;                  /* borrowed from the host */
    const char **knob_keys;         /* owned; parallel to knob_values */
    const char **knob_values;
    uint32_t knob_count;
    struct ldr_module *library; /* with the class library; NULL until one is attached */
    struct gc_roots *oom_root;  /* owned: the preallocated exception's slot */
    struct pal_mutex load;      /* LOAD: one module is loaded and begun at a time */
    char failure[512];          /* text of the exception that ended a start-up; LOAD */
    bool capture;               /* such a text is wanted; LOAD */
};

extern struct engine engine;

/* ---- start.c ---- */
/* The public functions without argument checks. `executable`: the program itself is the module. */
corert_status engine_start(const corert_config *config, bool executable);
corert_status engine_stop(void);
/* Loads from a file, or takes a header that is linked in (`header` not NULL; `path` names it), and
 * runs the module's managed start-up.
 * contract: preempt, may-gc | locks: LOAD */
corert_status engine_module_load(const char *path, const struct corert_module_header *header,
                                 struct ldr_module **out, struct ldr_diag *diag);
void engine_log(corert_log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* What UnhandledAtExport tells: the host's callback and the thread's pending status. */
void engine_unhandled(const char *message);

/* ---- rh_table.c ---- */
/* Address of the engine function or datum with this ldr_import_hash; NULL: none. */
void *rh_table_find(uint64_t hash);
/* Number of rows; row `index`'s name and address: for tests. */
size_t rh_table_count(void);
const char *rh_table_row(size_t index, void **address);

/* ---- rh_alloc.S reads these ---- */
extern void *rh_failed_allocation; /* RhExceptionHandling_FailedAllocation */

#endif
