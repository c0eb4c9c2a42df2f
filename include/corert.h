/**
 * @file corert.h - embedding CoreRT in C: run compiled managed modules inside a program.
 *
 * There is one engine a process; no function takes an engine handle. The order of use is
 * corert_init(), corert_module_load(), calls of exports, corert_shutdown(). The engine is a guest:
 * it installs no signal handler, replaces no allocator, writes to no stream unless asked, and a
 * call that fails says why with a status and a sentence.
 *
 * Threads: every function may be called from any thread unless its comment says otherwise. A host
 * thread becomes known to the engine at its first call of an export and is forgotten when it ends.
 *
 * C11 and C++17. Enumerators are never renumbered and functions never change their meaning.
 */
#ifndef CORERT_H
#define CORERT_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define CORERT_API       __attribute__((visibility("default")))
#define CORERT_NODISCARD __attribute__((warn_unused_result))
#else
#define CORERT_API
#define CORERT_NODISCARD
#endif

#ifdef __cplusplus
extern "C" {
#endif

/** This header's version; corert_version() tells the library's. */
#define CORERT_VERSION_MAJOR 0
#define CORERT_VERSION_MINOR 1
#define CORERT_VERSION_PATCH 0

/** What a call came to. Everything but CORERT_OK leaves the engine as it was before the call. */
typedef enum corert_status {
    /** Done. */
    CORERT_OK = 0,
    /** The call is not allowed now or its arguments contradict the contract; a fault of the host.
     */
    CORERT_E_MISUSE = 1,
    /** No memory, or no address space for the heap. */
    CORERT_E_NOMEM = 2,
    /** No such file, module or export. */
    CORERT_E_NOT_FOUND = 3,
    /** The system could not read the file. */
    CORERT_E_IO = 4,
    /** The file is no module, or a truncated or damaged one. */
    CORERT_E_FORMAT = 5,
    /** The module was made for another version of the module format or of the engine. */
    CORERT_E_VERSION = 6,
    /** The module needs something that nobody here provides. */
    CORERT_E_LINK = 7,
    /** Valid, but this version of the engine cannot do it. */
    CORERT_E_UNSUPPORTED = 8,
    /** Managed code failed with an exception that nothing handled. */
    CORERT_E_EXCEPTION = 9,
    /** Managed threads still run; the call may be repeated later. */
    CORERT_E_BUSY = 10
} corert_status;

/** How much a log line matters. */
typedef enum corert_log_level {
    CORERT_LOG_ERROR = 0,
    CORERT_LOG_WARNING = 1,
    CORERT_LOG_INFO = 2
} corert_log_level;

/** A loaded module. Owned by the engine; valid until corert_shutdown(). */
typedef struct corert_module corert_module;

/**
 * Receives one line of text, without a newline.
 *
 * Called on any thread, also concurrently, and possibly while the engine holds locks: it must not
 * call the engine.
 * @param context  corert_config.context.
 * @param message  UTF-8, borrowed for the call.
 */
typedef void corert_log_fn(void *context, corert_log_level level, const char *message);

/**
 * Told about an exception which left an export unhandled, on the thread that called the export,
 * before the export returns zero to the host.
 *
 * @param context  corert_config.context.
 * @param message  UTF-8: type, message and stack trace as far as known. Borrowed for the call.
 */
typedef void corert_unhandled_fn(void *context, const char *message);

/** Start-up options. Zero-initialise, set struct_size, then what is wanted. */
typedef struct corert_config {
    /** sizeof(corert_config) as the host was compiled. Must be set. */
    size_t struct_size;
    /** Most bytes the managed heap may use; allocation beyond it throws OutOfMemoryException.
     *  0: three quarters of the memory of the machine or control group. */
    uint64_t heap_cap_bytes;
    /** NULL, or receives the engine's messages. Without it nothing is written anywhere. */
    corert_log_fn *log;
    /** NULL, or told about unhandled exceptions. */
    corert_unhandled_fn *unhandled;
    /** Handed to the callbacks. Borrowed until corert_shutdown(). */
    void *context;
} corert_config;

/**
 * Starts the engine.
 *
 * @param config  NULL for the defaults. Borrowed for the call (but for `context`).
 * @return CORERT_OK; CORERT_E_MISUSE (already started, or struct_size is not one this library
 *         knows); CORERT_E_NOMEM.
 * Threads: not concurrently with itself or corert_shutdown(). After a shutdown the engine may be
 * started again. Since 0.1.
 */
CORERT_API CORERT_NODISCARD corert_status corert_init(const corert_config *config);

/**
 * Stops the engine and gives back all its memory; all modules become invalid.
 *
 * @return CORERT_OK; CORERT_E_MISUSE (not started, or called from managed code); CORERT_E_BUSY
 *         (another thread is attached: it called an export and has neither ended nor called
 *         corert_thread_detach(), or managed code started it and it has not ended).
 * Threads: not concurrently with any other function or export. Since 0.1.
 */
CORERT_API CORERT_NODISCARD corert_status corert_shutdown(void);

/**
 * Makes the engine forget the calling thread, as the thread's end would.
 *
 * Its next call of an export attaches it anew, with fresh thread statics.
 * @return CORERT_OK, also when the thread was not attached; CORERT_E_MISUSE (called from managed
 *         code, or engine not started).
 * Threads: any. Since 0.1.
 */
CORERT_API corert_status corert_thread_detach(void);

/**
 * Loads a compiled module, runs its start-up code and makes its exports callable.
 *
 * @param path           The module's file.
 * @param out            Receives the module; NULL on every failure.
 * @param message        NULL, or receives a sentence about the failure ("" on success), cut to fit
 *                       and always terminated.
 * @param message_bytes  Room in `message`.
 * @return CORERT_OK; CORERT_E_NOT_FOUND, CORERT_E_IO (the file); CORERT_E_FORMAT (no module, or
 *         truncated or damaged); CORERT_E_VERSION; CORERT_E_LINK (an engine function or a library
 *         it needs is missing); CORERT_E_UNSUPPORTED (a second module with a class library of its
 *         own); CORERT_E_MISUSE (engine not started, or the module is loaded already);
 *         CORERT_E_NOMEM; CORERT_E_EXCEPTION (its start-up code failed; the module stays loaded
 *         but closed).
 * Threads: any, one load at a time (others wait). Attaches the calling thread. Since 0.1.
 */
CORERT_API CORERT_NODISCARD corert_status corert_module_load(const char *path, corert_module **out,
                                                             char *message, size_t message_bytes);

/**
 * Finds an exported function of a module.
 *
 * @param module  From corert_module_load().
 * @param name    The export's entry point name.
 * @param out     Receives the function's address; NULL on every failure. It follows the platform's
 *                C calling convention and stays valid until corert_shutdown(). Calling it attaches
 *                the thread. After an unhandled exception it returns zero.
 * @return CORERT_OK; CORERT_E_NOT_FOUND; CORERT_E_MISUSE (a NULL argument, or engine not started).
 * Threads: any, concurrently. Since 0.1.
 */
CORERT_API CORERT_NODISCARD corert_status corert_module_export(const corert_module *module,
                                                               const char *name, void **out);

/**
 * Finds a reflection blob of a module.
 *
 * @param module   From corert_module_load().
 * @param blob_id  The blob's number in the class library's contract.
 * @param out      Receives its first byte, borrowed until corert_shutdown(); NULL on failure.
 * @param size     Receives its size in bytes; 0 on failure.
 * @return CORERT_OK; CORERT_E_NOT_FOUND; CORERT_E_MISUSE (a NULL argument, or engine not started).
 * Threads: any, concurrently. Since 0.1.
 */
CORERT_API CORERT_NODISCARD corert_status corert_module_blob(const corert_module *module,
                                                             uint32_t blob_id, const void **out,
                                                             size_t *size);

/**
 * The status of the last export call on this thread that ended with an unhandled exception, and
 * forgets it.
 *
 * @return CORERT_OK (none since the last question) or CORERT_E_EXCEPTION.
 * Threads: any; each has its own. Since 0.1.
 */
CORERT_API corert_status corert_pending_status(void);

/**
 * Runs the module that is linked into the program: what `main` of a compiled program does.
 *
 * Starts the engine, runs the managed Main and ends managed code's foreground threads. An unhandled
 * exception ends the process with SIGABRT after the class library's message. The heap's cap can be
 * set with the environment variable DOTNET_GCHeapHardLimit (hexadecimal bytes).
 * @param header  The program's corert_module_header.
 * @param argc    As main got it; argv[0] is the program's name.
 * @param argv    Likewise.
 * @return The exit code for main to return; 1 after a line on standard error if the engine could
 *         not start.
 * Threads: the first, once. Since 0.1.
 */
CORERT_API int corert_main(const void *header, int argc, char **argv);

/**
 * A short English text for a status ("out of memory"). Static; never NULL.
 * Threads: any, also before corert_init(). Since 0.1.
 */
CORERT_API const char *corert_status_text(corert_status status);

/**
 * The library's version as text, "0.1.0". Static.
 * Threads: any, also before corert_init(). Since 0.1.
 */
CORERT_API const char *corert_version(void);

#ifdef __cplusplus
}
#endif

#endif
