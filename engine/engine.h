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

#define ENGINE_VERSION_TEXT "0.2.0"

struct hnd_slot; /* engine/hnd.h */

/* The engine's part of an attached thread: thr_thread.gc_private points to it. */
struct engine_thread {
    uint64_t taken_bytes;  /* heap bytes given to this thread, its buffer counted whole */
    corert_status pending; /* of the last export call that failed; corert_pending_status */
    bool out_of_memory;    /* its last allocation failed */
    bool finalizing;       /* it runs finalizers (fin.c) */
    struct hnd_slot *error;     /* owned: the exception behind `pending`, or NULL */
    char *library_error;        /* owned: why the last native library was not loaded, or NULL */
    corert_handle *scoped;      /* owned: its open scopes and their handles (api_value.c) */
    size_t scoped_count, scoped_capacity;
};

struct engine {
    bool started;
    bool executable;                /* we own the process: unhandled exceptions end it */
    corert_log_fn *log;             /* may be NULL */
    corert_unhandled_fn *unhandled; /* may be NULL */
    corert_near_limit_fn *near_limit; /* may be NULL */
    uint64_t shutdown_ns;             /* how long to wait for threads */
    bool stopping;                    /* engine_stop has begun, perhaps was refused */
    bool gc_log;                      /* a line a collection */
    void *context;                  /* borrowed from the host */
    corert_file_hooks files;        /* `open` NULL: the system's */
    const char **knob_keys;         /* owned; parallel to knob_values */
    const char **knob_values;
    uint32_t knob_count;
    struct ldr_module *library; /* with the class library; NULL until one is attached */
    struct gc_roots *oom_root;  /* owned: the preallocated exception's slot */
    struct pal_mutex load;      /* LOAD: one module is loaded and begun at a time */
    char failure[512];          /* text of the exception that ended a start-up; LOAD */
    bool capture;               /* such a text is wanted; LOAD */
    bool pinned;                /* a drop-in module is bound: no stopping any more */
    bool stack_report;          /* an executable writes the stack of what nothing handles */
};

extern struct engine engine;

/* ---- start.c ---- */
/* The public functions without argument checks. `executable`: the program itself is the module. */
corert_status engine_start(const corert_config *config, bool executable);
corert_status engine_stop(void);
/* Where a module comes from: the file `path`, or, with `path` as its name, bytes or a header that is
 * linked in. All borrowed for the call. */
struct engine_source {
    const char *path;
    const struct corert_module_header *header; /* or NULL */
    const void *bytes;                         /* or NULL */
    size_t size;
    const corert_load_options *options; /* or NULL; its bytes are those above */
};

/* Loads and runs the module's managed start-up.
 * contract: preempt, may-gc | locks: LOAD */
corert_status engine_module_load(const struct engine_source *source, struct ldr_module **out,
                                 struct ldr_diag *diag);
void engine_log(corert_log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* ---- exe_config.c: programs ---- */
/* Adds what the environment says; false: `diag` names the variable and what is wrong with it. */
bool engine_config_from_environment(corert_config *config, struct ldr_diag *diag);
void engine_log_to_stderr(void *context, corert_log_level level, const char *message);

/* The module that holds `pc` (or the one with the class library) has ended by itself: its exports
 * return zero from now on. contract: any state */
void engine_module_ended(uintptr_t pc);
/* The host's `unhandled` callback, or the log. */
void engine_tell(const char *message);
/* What UnhandledAtExport tells: the host's callback and the thread's pending status. */
void engine_unhandled(const char *message);

/* ---- api_memory.c ---- */
/* From here on reservations are the host's; NULL: the system's. false: a hook is missing. */
bool engine_memory_set(const corert_memory_hooks *hooks, void *context);

/* ---- api_file.c ---- */
/* From here on the host is asked for files; NULL: it is not. false: not valid, nothing was changed. */
bool engine_files_set(const corert_file_hooks *hooks);

/* Whether some version of a struct of `known` bytes had `given`: all are as aligned as a pointer, and no
 * field of theirs crosses a multiple of that. */
static inline bool
engine_struct_fits(size_t given, size_t known)
{
    return given >= sizeof given && given <= known && given % sizeof given == 0;
}

/* engine_module_load of what the host answers for the path, else of the system's file. */
corert_status engine_file_load(const struct engine_source *source, struct ldr_module **out,
                               struct ldr_diag *diag);
void engine_file_release(corert_file *file);

/* The bytes of a file of this process, for names. */
struct engine_file {
    const uint8_t *bytes; /* NULL: none */
    size_t size;
    bool is_host; /* they are the host's */
    corert_file host;
};

/* contract: any state, any thread, also a signal handler | locks: none */
bool engine_file_map(const char *path, struct engine_file *out);
void engine_file_unmap(struct engine_file *file); /* accepts an empty one */

/* ---- api_library.c ---- */
/* Copies the functions and the allow callback; lock LOAD held. */
corert_status engine_natives_set(const corert_load_options *options, struct ldr_diag *diag);
void engine_natives_clear(void);

/* ---- api_value.c ---- */
/* The managed function of a hosted row (loader/classlib_functions.def); NULL: no library, or the
 * thread runs managed code. */
void *engine_value_function(enum ldr_classlib_function f);
/* Frees the handles of the thread's open scopes. */
void engine_scopes_end(struct engine_thread *e);
/* Of those on its own stack below `here` only. */
struct thr_thread;
void engine_scopes_left(struct thr_thread *t, uintptr_t here);

/* ---- rh_table.c ---- */
/* Address of the engine function or datum with this ldr_import_hash; NULL: none. */
void *rh_table_find(uint64_t hash);
/* Number of rows; row `index`'s name and address: for tests. */
size_t rh_table_count(void);
const char *rh_table_row(size_t index, void **address);

/* ---- rh_alloc.S reads these ---- */
extern void *rh_failed_allocation; /* RhExceptionHandling_FailedAllocation */

#endif
