/**
 * @file corert_info.h - what this library is and can do, and what a module was made for. corert.h
 * includes it.
 */
#ifndef CORERT_INFO_H
#define CORERT_INFO_H

#include "corert.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A version as one number, to be compared: 0.2.0 is 2000. */
#define CORERT_VERSION_OF(major, minor, patch) ((major) * 1000000 + (minor) * 1000 + (patch))
/** This header's. */
#define CORERT_VERSION_NUMBER                                                                      \
    CORERT_VERSION_OF(CORERT_VERSION_MAJOR, CORERT_VERSION_MINOR, CORERT_VERSION_PATCH)

/**
 * The library's version as CORERT_VERSION_OF() makes it.
 *
 * A library serves hosts that were compiled with headers of its own major and the same or a smaller
 * minor version: corert_version_number() >= CORERT_VERSION_NUMBER is what to ask of one that was
 * found at run time.
 * Threads: any, also before corert_init(). Since 0.2.
 */
CORERT_API uint32_t corert_version_number(void);

/**
 * Whether this library has a feature.
 *
 * Names, of what an engine may have or lack:
 * - "threads": managed code may start threads; "host-threads": corert_config.thread_start;
 *   "no-threads": a mode without any thread of the engine, see corert_config;
 * - "stop-signal", "near-limit", "host-memory", "host-files": corert_config.stop_signal,
 *   near_limit, memory, files;
 * - "host-functions", "library-filter", "module-memory": corert_load_options.functions, allow, bytes;
 * - "attach": corert_module_attach(); "drop-in": modules of corertc --drop-in;
 * - "handles", "scopes", "strings", "arrays", "boxes", "delegates", "errors": the groups of
 *   corert_values.h, and corert_error_take(); "inner-errors": corert_error_inner_at();
 * - "statics": static and thread-static fields, and module initialisers, of each loaded module;
 * - "finalizers": objects with finalizers, and corert_run_finalizers();
 * - "pinvoke", "com": which kinds of interop managed code has;
 * - "reflection": metadata of modules can be asked at run time; "dynamic-code": methods can be made;
 * - "compaction", "generations", "parallel-marking": what the collector does;
 * - "stack-text", "host-stack", "lines": corert_stack_text() works, walks host frames by their
 *   unwind data, knows source lines;
 * - "unload": a module can be given back before corert_shutdown(); "modules": several modules with
 *   a class library each.
 * @param name  UTF-8; NULL is no feature.
 * @return 1: yes; 0: no, or this library does not know the name.
 * Threads: any, also before corert_init(). Since 0.2.
 */
CORERT_API int corert_has_feature(const char *name);

/**
 * The name of the feature `index`, counting from 0, of those for which corert_has_feature() says 1.
 *
 * @return Static; NULL past the last.
 * Threads: any, also before corert_init(). Since 0.2.
 */
CORERT_API const char *corert_feature_name(size_t index);

/** What the library was made from and what modules it takes. Texts are static. */
struct corert_engine_info {
    /** sizeof(struct corert_engine_info) as the host was compiled; set by the host before the call. */
    size_t struct_size;
    /** As corert_version_number(). */
    uint32_t version;
    /** The major module format it reads, in all minor versions up to the next field. */
    uint32_t format_major;
    /** The newest minor version of the module format. */
    uint32_t format_minor;
    /** Modules must have been made for exactly this; else CORERT_E_VERSION. */
    uint32_t engine_abi;
    /** "9.0.18": the class library whose contract it implements. */
    const char *class_library;
    /** "x86-64 linux, gcc 12.2.0". */
    const char *build;
};

/**
 * Tells what the library is.
 *
 * @param out  struct_size set; the other fields that this size holds are written.
 * @return CORERT_OK; CORERT_E_MISUSE (NULL, or a struct_size that this library does not know).
 * Threads: any, also before corert_init(). Since 0.2.
 */
CORERT_API corert_status corert_engine_info_get(struct corert_engine_info *out);

/** Facts about a module; may be combined. */
typedef enum corert_module_flag {
    /** It brings its part of the class library. */
    CORERT_MODULE_SELF_CONTAINED = 1,
    /** It is part of the program: corert_module_attach(). */
    CORERT_MODULE_LINKED = 2,
    /** It came from memory or from the host's files. */
    CORERT_MODULE_FROM_MEMORY = 4,
    /** Its types can be reflected on. */
    CORERT_MODULE_REFLECTION = 8,
    /** Its exports do nothing any more: start-up failed or it has ended itself. */
    CORERT_MODULE_CLOSED = 16
} corert_module_flag;

/** What a module is. Texts and the digest are borrowed until corert_shutdown(). */
struct corert_module_info {
    /** sizeof(struct corert_module_info) as the host was compiled; set by the host before the call. */
    size_t struct_size;
    /** Its file with the whole path, or the name it was given. */
    const char *path;
    /** Of corert_module_flag. */
    uint32_t flags;
    /** The module format it is written in. */
    uint32_t format_major;
    /** Its minor version. */
    uint32_t format_minor;
    /** The engine it was made for. */
    uint32_t engine_abi;
    /** Version of the corertc that made it, "0.2.0"; "" if it does not say. */
    const char *compiler;
    /** Version of the class library it was compiled with, "9.0.18"; "" if it does not say. */
    const char *class_library;
    /** How many functions corert_module_export_at() tells. */
    size_t exports;
    /** Machine code of managed methods in bytes. */
    size_t code_bytes;
    /** Names this build of the module: 32 bytes, equal for equal contents; zeros if it is linked in. */
    const uint8_t *digest;
};

/**
 * Tells what a module is.
 *
 * @param module  From corert_module_load().
 * @param out     struct_size set; the other fields that this size holds are written.
 * @return CORERT_OK; CORERT_E_MISUSE (a NULL argument, a struct_size that this library does not know,
 *         not a loaded module, or engine not started).
 * Threads: any, concurrently. Since 0.2.
 */
CORERT_API corert_status corert_module_info_get(const corert_module *module,
                                                struct corert_module_info *out);

/**
 * The export `index` of a module, counting from 0 in the order of their names.
 *
 * @param module  From corert_module_load().
 * @param index   Below corert_module_info.exports.
 * @param name    Receives its name, borrowed until corert_shutdown(); NULL on failure.
 * @return CORERT_OK; CORERT_E_RANGE; CORERT_E_MISUSE (a NULL argument, not a loaded module, or engine
 *         not started). corert_module_export() gives the function.
 * Threads: any, concurrently. Since 0.2.
 */
CORERT_API CORERT_NODISCARD corert_status corert_module_export_at(const corert_module *module,
                                                                  size_t index, const char **name);

#ifdef __cplusplus
}
#endif

#endif
