/**
 * @file corert.h - embedding CoreRT in C: run compiled managed modules inside a program.
 *
 * There is one engine a process; no function takes an engine handle. The order of use is
 * corert_init(), corert_module_load(), calls of exports, corert_shutdown(). The engine is a guest:
 * it installs no signal handler, replaces no allocator, writes to no stream unless asked, and a
 * call that fails says why with a status and a sentence.
 *
 * Threads: every function may be called from any thread unless its comment says otherwise. A host
 * thread becomes known to the engine at its first call of an export and is forgotten when it ends
 * or calls corert_thread_detach(); its stack may be small (64 KiB serve simple exports) and its
 * signals may be blocked. A thread in managed code is stopped for collections at checks that the
 * compiler has put into loops and calls; native code runs on meanwhile and waits when it returns to
 * managed code. Threads are created only by managed code and through corert_config.thread_start
 * where that is given. After fork() the child may do everything but use the engine: there functions
 * give CORERT_E_MISUSE and exports return zero with that pending status.
 *
 * C11 and C++17. Enumerators are never renumbered and functions never change their meaning.
 */
#ifndef CORERT_H
#define CORERT_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
/** A function of the library. */
#define CORERT_API __attribute__((visibility("default")))
/** Its result says whether the rest counts. */
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
/** Grows with every addition. */
#define CORERT_VERSION_MINOR 2
/** Grows with every correction. */
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
    CORERT_E_BUSY = 10,
    /** The export did not run, or did not run to its end: its module is closed (Environment.Exit,
     *  FailFast, an unhandled exception on a thread of its own) or the engine is shutting down. */
    CORERT_E_CLOSED = 11,
    /** The object is not of the type the call needs. */
    CORERT_E_TYPE = 12,
    /** An index or size is outside the object, or the buffer is too small. */
    CORERT_E_RANGE = 13
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
 * @param level    How much it matters.
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

/**
 * Asked when the managed heap would pass its cap even after a collection.
 *
 * Called on the thread whose allocation is refused otherwise, between that thread's managed frames:
 * it must not call exports or load modules, and other allocations may wait until it returns.
 * @param context       corert_config.context.
 * @param cap_bytes     The cap now.
 * @param wanted_bytes  What the allocation needs.
 * @return The new cap in bytes; `cap_bytes` or less: the allocation throws OutOfMemoryException.
 *         The cap cannot pass the address space reserved at start, which is sized after
 *         heap_cap_bytes.
 */
typedef uint64_t corert_near_limit_fn(void *context, uint64_t cap_bytes, uint64_t wanted_bytes);

/** Who runs the finalizers of dead objects. In a program it is always a thread. */
typedef enum corert_finalizers {
    /** The host, with corert_run_finalizers(). GC.WaitForPendingFinalizers runs them on the thread
     *  that waits. What is left runs in corert_shutdown(). */
    CORERT_FINALIZERS_HOST = 0,
    /** A thread of the engine, started when the first object is ready and ended by
     *  corert_shutdown(). */
    CORERT_FINALIZERS_THREAD = 1
} corert_finalizers;

/**
 * Makes a thread for managed code (Thread.Start, the thread pool, timers).
 *
 * The host creates a thread of its own that calls `run(argument)` once. The call returns when the
 * managed thread has ended and the engine has forgotten it.
 * @param context      corert_config.context.
 * @param run          To be called once on the new thread.
 * @param argument     Its argument.
 * @param stack_bytes  What managed code asks for; 0: the host's default.
 * @param name         A proposal, borrowed for the call.
 * @return 0: the thread runs or will; anything else: refused, and the managed caller gets
 *         OutOfMemoryException.
 */
typedef int corert_thread_start_fn(void *context, void (*run)(void *argument), void *argument,
                                   size_t stack_bytes, const char *name);

/**
 * Where the managed heap, its records and the handle tables get their memory. All four must be set.
 *
 * `at` and `bytes` are multiples of the page size. Called on any thread, also while all managed
 * threads stand: they must not call the engine.
 */
typedef struct corert_memory_hooks {
    /** Address space that cannot be used yet; `alignment` is a power of two. NULL: none. */
    void *(*reserve)(void *context, size_t bytes, size_t alignment);
    /** Makes a part usable; never used or decommitted bytes must read as zeros. 0: no memory. */
    int (*commit)(void *context, void *at, size_t bytes);
    /** Takes the memory of a part back; its addresses stay reserved. 0: not possible. */
    int (*decommit)(void *context, void *at, size_t bytes);
    /** Ends a whole reservation. */
    void (*release)(void *context, void *at, size_t bytes);
} corert_memory_hooks;

/** Start-up options. Zero-initialise, set struct_size, then what is wanted. */
typedef struct corert_config {
    /** sizeof(corert_config) as the host was compiled. Must be set. */
    size_t struct_size;
    /** Most bytes the managed heap may use; allocation beyond it throws OutOfMemoryException.
     *  0: three quarters of the memory of the machine or control group. Less than 1 MiB counts as
     *  1 MiB. */
    uint64_t heap_cap_bytes;
    /** NULL, or receives the engine's messages. Without it nothing is written anywhere. */
    corert_log_fn *log;
    /** NULL, or told about unhandled exceptions. */
    corert_unhandled_fn *unhandled;
    /** Handed to the callbacks. Borrowed until corert_shutdown(). */
    void *context;
    /** NULL, or may raise the heap's cap when it is reached. Since 0.2. */
    corert_near_limit_fn *near_limit;
    /** Who runs finalizers. Since 0.2. */
    corert_finalizers finalizers;
    /** Threads that mark during a collection, the collecting one counted; 0: one. Since 0.2. */
    uint32_t gc_mark_threads;
    /** 1: every collection writes a line with its phases and times to the log. Since 0.2. */
    uint32_t gc_log;
    /** For tests: collect at every n-th allocation; 0: only when needed. Since 0.2. */
    uint32_t gc_stress_interval;
    /** For tests, 1: each collection moves every object that can be moved. Since 0.2. */
    uint32_t gc_stress_evacuate;
    /** For tests, 1: walk the whole heap before and after each collection and end the process with
     *  a description of the first bad reference. Since 0.2. */
    uint32_t gc_verify;
    /** NULL: the engine makes the threads that managed code starts (all signals blocked in them).
     *  Since 0.2. */
    corert_thread_start_fn *thread_start;
    /** 0, or the number of a signal that nobody handles, as SIGRTMIN + 5: the engine then stops
     *  threads for a collection anywhere in compiled code, where otherwise they have to come to a
     *  check. Its handler keeps errno and restarts system calls; calls that a handler interrupts
     *  nevertheless (nanosleep, poll) give EINTR on threads that run managed code. corert_shutdown()
     *  gives it back. Since 0.2. */
    int32_t stop_signal;
    /** How long corert_shutdown() waits for managed threads to end; 0: 5,000. Since 0.2. */
    uint32_t shutdown_ms;
    /** NULL: the system's. Copied; called with `context`. Since 0.2. */
    const corert_memory_hooks *memory;
} corert_config;

/**
 * Starts the engine.
 *
 * @param config  NULL for the defaults. Borrowed for the call (but for `context`).
 * @return CORERT_OK; CORERT_E_MISUSE (already started, struct_size is not one this library knows,
 *         `finalizers` is unknown, stop_signal is no signal that can be used or is handled or ignored already, or a child
 *         of fork() whose parent had started the engine); CORERT_E_NOMEM.
 * Threads: not concurrently with itself or corert_shutdown(). After a shutdown the engine may be
 * started again. Since 0.1.
 */
CORERT_API CORERT_NODISCARD corert_status corert_init(const corert_config *config);

/**
 * Stops the engine and gives back all its memory; all modules become invalid.
 *
 * Exports close first: a call that begins now returns zero with the pending status
 * CORERT_E_CLOSED. Then every thread that runs managed code is asked to end: it unwinds at its next
 * check, return from native code, throw or wait, running its finally blocks but no catch block.
 * Threads that managed code started end; threads of the host come out of their exports, which return
 * zero with the pending status CORERT_E_CLOSED. Threads of the host that are outside managed code
 * are forgotten. At last ProcessExit handlers and finalizers run on the calling thread, and the
 * memory is given back.
 *
 * @return CORERT_OK; CORERT_E_MISUSE (not started, called from managed code, or in a child of
 *         fork()); CORERT_E_BUSY (some thread did not end within corert_config.shutdown_ms, because
 *         it is in native code or in a finally block that takes long; the log names each. Exports
 *         stay closed, the threads stay asked, and the call may be repeated).
 * Threads: not concurrently with itself or another function of this header; exports may run, but
 * none may be called once it has returned CORERT_OK. Since 0.1.
 */
CORERT_API CORERT_NODISCARD corert_status corert_shutdown(void);

/**
 * Makes the engine forget the calling thread, as the thread's end would.
 *
 * Its next call of an export attaches it anew, with fresh thread statics.
 * @return CORERT_OK, also when the thread was not attached; CORERT_E_MISUSE (called from managed
 *         code, engine not started, or in a child of fork()).
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
 * The same for a module that is linked into the program (corertc --static): its exports may then be
 * called by their names. The header made by `corertc --header` calls this as NAME_attach().
 *
 * @param header         The module's corert_module_header_NAME; static.
 * @param name           What messages call the module; copied.
 * @param out            Receives the module; NULL on every failure.
 * @param message        NULL, or receives a sentence about the failure.
 * @param message_bytes  Room in `message`.
 * @return As corert_module_load(), without CORERT_E_NOT_FOUND and CORERT_E_IO. CORERT_E_UNSUPPORTED
 *         also when the engine was shut down after an attach: its data cannot be made new.
 * Threads: as corert_module_load(). Since 0.2.
 */
CORERT_API CORERT_NODISCARD corert_status corert_module_attach(const void *header, const char *name,
                                                               corert_module **out, char *message,
                                                               size_t message_bytes);

/** Any C function, until it is cast back to its own type. */
typedef void corert_function(void);

/** A function that managed code may call: `[DllImport("host", EntryPoint = name)]`. */
typedef struct corert_host_function {
    /** UTF-8. */
    const char *name;
    /** Where it is; with the C calling convention. */
    corert_function *address;
} corert_host_function;

/**
 * Asked before managed code loads a native library, for a P/Invoke or NativeLibrary.Load.
 *
 * Not asked for "host" and for what corertc linked into the module. Called on the loading thread,
 * outside managed code; it may not call exports.
 * @param context  corert_load_options.context.
 * @param library  The name or path that is about to be tried; one library is tried under several.
 * @return 0: no, the managed caller gets a DllNotFoundException which says so; else yes.
 */
typedef int corert_allow_fn(void *context, const char *library);

/** How to load. Zero-initialise, set struct_size, then what is wanted. */
typedef struct corert_load_options {
    /** sizeof(corert_load_options) as the host was compiled. Must be set. */
    size_t struct_size;
    /** NULL, or the module's file, as corertc wrote it, in memory: from an archive, a network, a file
     *  system of the host's own. Copied. The path is then a name for messages. */
    const void *bytes;
    /** Bytes of it. */
    size_t size;
    /** Functions of the library "host". Copied; what they point to must stay. May be NULL. */
    const corert_host_function *functions;
    /** How many. */
    size_t function_count;
    /** NULL: managed code may load what the system finds. */
    corert_allow_fn *allow;
    /** Handed to `allow`. Borrowed until corert_shutdown(). */
    void *context;
} corert_load_options;

/**
 * corert_module_load() with options.
 *
 * @param path     The module's file, or its name if the options bring its bytes.
 * @param options  NULL for none. Functions and `allow` hold for all managed code of the process
 *                 until the next load that brings some.
 * @param out            Receives the module; NULL on every failure.
 * @param message        NULL, or receives a sentence about the failure.
 * @param message_bytes  Room in `message`.
 * @return As corert_module_load(); CORERT_E_MISUSE also for a struct_size that this library does not
 *         know and for a function without name or address.
 * Threads: as corert_module_load(). Since 0.2.
 */
CORERT_API CORERT_NODISCARD corert_status corert_module_load_with(
    const char *path, const corert_load_options *options, corert_module **out, char *message,
    size_t message_bytes);

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

/* ---- the managed heap ---- */

/** What a collection may do beyond freeing dead objects; may be combined. */
typedef enum corert_gc_flag {
    /** Moves objects out of sparsely used parts of the heap. */
    CORERT_GC_COMPACT = 1,
    /** Gives all unused memory back to the system. */
    CORERT_GC_AGGRESSIVE = 2
} corert_gc_flag;

/** Why a collection was made. */
typedef enum corert_gc_reason {
    /** The heap has grown enough since the one before. */
    CORERT_GC_REASON_GROWTH = 0,
    /** The cap was reached. */
    CORERT_GC_REASON_LIMIT = 1,
    /** corert_gc_collect() or GC.Collect. */
    CORERT_GC_REASON_INDUCED = 2,
    /** corert_config.gc_stress_interval. */
    CORERT_GC_REASON_STRESS = 3,
    /** The system is short of memory. */
    CORERT_GC_REASON_LOW_MEMORY = 4
} corert_gc_reason;

/** The managed heap in numbers: bytes, nanoseconds of the monotonic clock, counts. */
struct corert_gc_stats {
    /** sizeof(struct corert_gc_stats) as the host was compiled; set by the host before the call. */
    size_t struct_size;
    /** Most bytes the heap may use. */
    uint64_t heap_cap_bytes;
    /** Memory taken from the system for the heap and its records. */
    uint64_t committed_bytes;
    /** Objects: what is not known to be free. */
    uint64_t live_bytes;
    /** Ever given to objects, threads' allocation buffers counted whole. */
    uint64_t allocated_bytes;
    /** Allocations that failed. */
    uint64_t refused_allocations;
    /** Since the start. */
    uint64_t collections;
    /** Pauses of all collections. */
    uint64_t total_pause_ns;
    /** The longest. */
    uint64_t max_pause_ns;
    /** Objects moved by all collections. */
    uint64_t total_moved_bytes;
    /** Objects with a finalizer that has not run and is not suppressed. */
    uint64_t finalizable_objects;
    /** Objects that wait for their finalizer. */
    uint64_t ready_finalizers;
    /** GC handles in use, the class library's own counted. */
    uint64_t handles;
    /** The latest collection; all 0 before the first. */
    corert_gc_reason last_reason;
    /** 1: it moved objects to make room. */
    uint32_t last_compacted;
    /** Its pause; the next five are parts of it. */
    uint64_t last_pause_ns;
    /** Until all threads stood. */
    uint64_t last_stop_ns;
    /** Stacks, statics, handles. */
    uint64_t last_roots_ns;
    /** Finding what is alive. */
    uint64_t last_mark_ns;
    /** Weak references and finalization. */
    uint64_t last_weak_ns;
    /** Finding what is free. */
    uint64_t last_sweep_ns;
    /** Objects before it. */
    uint64_t last_before_bytes;
    /** Objects after it. */
    uint64_t last_after_bytes;
    /** Of them, moved. */
    uint64_t last_moved_bytes;
    /** Objects that stayed in place because a stack or a pinning handle may refer to them. */
    uint64_t last_pinned_objects;
};

/**
 * Collects the managed heap now; every thread that runs managed code is stopped meanwhile.
 *
 * Finalizers of objects found dead become ready; they do not run in this call.
 * @param flags  Of corert_gc_flag; 0 for none.
 * @return CORERT_OK; CORERT_E_MISUSE (engine not started, or unknown flags).
 * Threads: any, also one that is not attached. Not from corert_config's callbacks. Since 0.2.
 */
CORERT_API corert_status corert_gc_collect(uint32_t flags);

/**
 * Tells the heap's numbers.
 *
 * @param out  struct_size set; the other fields that this size holds are written.
 * @return CORERT_OK; CORERT_E_MISUSE (NULL, a struct_size that this library does not know, or engine
 *         not started).
 * Threads: any, concurrently. The numbers are taken one after the other while other threads may go
 * on. Since 0.2.
 */
CORERT_API corert_status corert_gc_stats(struct corert_gc_stats *out);

/**
 * Runs finalizers of dead objects on the calling thread.
 *
 * An exception that leaves a finalizer is told to corert_config.unhandled, and the next one runs.
 * @param budget_us  Microseconds after which no further finalizer is begun; 0: until none is ready.
 * @param left       NULL, or receives how many objects still wait; 0 on failure.
 * @return CORERT_OK; CORERT_E_MISUSE (engine not started, or called from within a finalizer).
 * Threads: any, concurrently; attaches the calling thread. Since 0.2.
 */
CORERT_API corert_status corert_run_finalizers(uint64_t budget_us, size_t *left);

/* ---- errors ---- */

/** What went wrong in an export: a copy in native memory, which needs no managed code to be read.
 *  Owned by whoever took it. */
typedef struct corert_error corert_error;

/**
 * Takes the error of the last export call on this thread that failed, and forgets it, as
 * corert_pending_status() does.
 *
 * @param out  Receives the error, owned by the caller (corert_error_free()), or NULL: no export
 *             failed since the last question, or its exception could not be described.
 * @return CORERT_OK (nothing pending, *out is NULL); CORERT_E_EXCEPTION or what else the export
 *         ended with; CORERT_E_MISUSE (NULL argument, engine not started, or called from managed
 *         code).
 * Threads: any; each has its own. Since 0.2.
 */
CORERT_API corert_status corert_error_take(corert_error **out);

/** Full name of the exception's type ("System.FormatException"), UTF-8; "" if the module does not
 *  say. Borrowed from the error. Threads: any. Since 0.2. */
CORERT_API const char *corert_error_type(const corert_error *error);

/** Exception.Message, UTF-8; never NULL. Borrowed from the error. Threads: any. Since 0.2. */
CORERT_API const char *corert_error_message(const corert_error *error);

/** Exception.StackTrace: lines from the throw outwards, UTF-8; "" if there are none. Borrowed from
 *  the error. Threads: any. Since 0.2. */
CORERT_API const char *corert_error_stack(const corert_error *error);

/** Exception.HResult. Threads: any. Since 0.2. */
CORERT_API int32_t corert_error_hresult(const corert_error *error);

/** Exception.InnerException or NULL. Borrowed from the error. Threads: any. Since 0.2. */
CORERT_API const corert_error *corert_error_inner(const corert_error *error);

/** Gives an error back with its inner ones; accepts NULL. Threads: any. Since 0.2. */
CORERT_API void corert_error_free(corert_error *error);

/* ---- managed values ----
 * A host holds managed objects through handles. A handle is the number that GCHandle.ToIntPtr
 * gives in C#, so exports pass them as nint in both directions; 0 is the null reference. Unless a
 * comment says otherwise these functions may be called on any thread (which they attach), return
 * CORERT_E_MISUSE for NULL pointers, for a handle that is not in use, without a loaded module or
 * from managed code that is not in a P/Invoke, CORERT_E_NOMEM without memory, and CORERT_E_TYPE for
 * an object of the wrong type; outputs are 0 on failure. */

/** A GC handle, 0: the null reference. Ends with corert_handle_free() or with its scope. */
typedef intptr_t corert_handle;

/** Kinds of objects, array elements and boxed values. */
typedef enum corert_kind {
    CORERT_KIND_NULL = 0,
    CORERT_KIND_OTHER = 1,
    CORERT_KIND_STRING = 2,
    CORERT_KIND_DELEGATE = 3,
    CORERT_KIND_EXCEPTION = 4,
    CORERT_KIND_ARRAY = 5,
    /** System.Object itself. */
    CORERT_KIND_OBJECT = 6,
    /** From here on primitive types: one byte, 0 or 1. */
    CORERT_KIND_BOOL = 16,
    /** uint16_t, a UTF-16 unit. */
    CORERT_KIND_CHAR = 17,
    CORERT_KIND_INT8 = 18,
    CORERT_KIND_UINT8 = 19,
    CORERT_KIND_INT16 = 20,
    CORERT_KIND_UINT16 = 21,
    CORERT_KIND_INT32 = 22,
    CORERT_KIND_UINT32 = 23,
    CORERT_KIND_INT64 = 24,
    CORERT_KIND_UINT64 = 25,
    CORERT_KIND_FLOAT = 26,
    CORERT_KIND_DOUBLE = 27,
    /** intptr_t. */
    CORERT_KIND_INTPTR = 28,
    /** uintptr_t. */
    CORERT_KIND_UINTPTR = 29
} corert_kind;

/** What a handle does to its object. */
typedef enum corert_handle_kind {
    /** Reads as 0 when the object is collected. */
    CORERT_HANDLE_WEAK = 0,
    /** As WEAK, but stays while a finalizer may bring the object back. */
    CORERT_HANDLE_WEAK_LONG = 1,
    /** Keeps it alive. */
    CORERT_HANDLE_STRONG = 2
} corert_handle_kind;

/**
 * Makes another handle to the object of `handle`.
 *
 * @param handle  The object.
 * @param kind    What the new handle does to it.
 * @param out     Receives it; 0 if the object is null or, weak, was collected.
 * @return CORERT_OK or as said above. Since 0.2.
 */
CORERT_API CORERT_NODISCARD corert_status corert_handle_new(corert_handle handle,
                                                            corert_handle_kind kind,
                                                            corert_handle *out);

/**
 * Ends a handle; accepts 0.
 *
 * @return CORERT_OK; CORERT_E_MISUSE: it is not in use, for example freed before, and nothing was
 *         done. A value that was freed and given out again cannot be told from the new handle.
 * Since 0.2.
 */
CORERT_API corert_status corert_handle_free(corert_handle handle);

/** Whether both name the same object (or both null): *same is 1 or 0.
 *  @return CORERT_OK; CORERT_E_MISUSE. Since 0.2. */
CORERT_API corert_status corert_handle_same(corert_handle a, corert_handle b, int *same);

/**
 * What kind of object a handle names.
 *
 * @param handle   The object.
 * @param kind     A boxed primitive or enum tells its primitive kind; CORERT_KIND_NULL also for a
 *                 weak handle whose object was collected.
 * @param element  NULL, or receives the kind of an array's elements, CORERT_KIND_NULL for others.
 * @return CORERT_OK; CORERT_E_MISUSE. Since 0.2.
 */
CORERT_API corert_status corert_handle_kind_of(corert_handle handle, corert_kind *kind,
                                               corert_kind *element);

/** A scope on the C stack; its fields are private. Belongs to the thread that opened it. */
typedef struct corert_scope {
    struct corert_scope *outer; /**< private */
    corert_handle *handles;     /**< private */
    size_t count;               /**< private */
    size_t capacity;            /**< private */
} corert_scope;

/**
 * From here on every handle that these functions give to the calling thread belongs to `scope`,
 * and corert_scope_close() frees it. Scopes nest.
 *
 * @return CORERT_OK; CORERT_E_MISUSE (NULL, or engine not started); CORERT_E_NOMEM. Since 0.2.
 */
CORERT_API CORERT_NODISCARD corert_status corert_scope_open(corert_scope *scope);

/** Takes a handle out of the innermost scope that holds it, so that it lives on.
 *  @return CORERT_OK; CORERT_E_NOT_FOUND: it is in no scope of this thread. Since 0.2. */
CORERT_API corert_status corert_scope_keep(corert_handle handle);

/** Frees the scope's handles. @return CORERT_OK; CORERT_E_MISUSE: not this thread's innermost
 *  scope, nothing was done. Since 0.2. */
CORERT_API corert_status corert_scope_close(corert_scope *scope);

/**
 * Makes a string.
 *
 * @param text   UTF-8; bad sequences become U+FFFD. NULL only with 0 bytes.
 * @param bytes  Its length without a terminator; SIZE_MAX: up to the terminator.
 * @param out    Receives the string.
 * @return CORERT_OK or as said above. Since 0.2.
 */
CORERT_API CORERT_NODISCARD corert_status corert_string_from_utf8(const char *text, size_t bytes,
                                                                  corert_handle *out);

/**
 * As corert_string_from_utf8() with UTF-16 units of the machine's byte order.
 *
 * @param text   The units; NULL only with 0.
 * @param units  How many; SIZE_MAX: up to a zero unit.
 * @param out    Receives the string.
 * @return CORERT_OK or as said above. Since 0.2.
 */
CORERT_API CORERT_NODISCARD corert_status corert_string_from_utf16(const uint16_t *text,
                                                                   size_t units,
                                                                   corert_handle *out);

/**
 * Copies a string out as UTF-8, terminated; unpaired surrogates become U+FFFD.
 *
 * @param string  The string.
 * @param buffer  Room for `size` bytes; NULL only with 0.
 * @param size    Bytes of it.
 * @param needed  NULL, or receives the bytes of the whole text without the terminator.
 * @return CORERT_OK; CORERT_E_RANGE: the text was cut after a whole character to fit.
 * Since 0.2.
 */
CORERT_API corert_status corert_string_to_utf8(corert_handle string, char *buffer, size_t size,
                                               size_t *needed);

/**
 * As corert_string_to_utf8(), in UTF-16 units and without any change.
 *
 * @param string  The string.
 * @param buffer  Room for `size` units; NULL only with 0.
 * @param size    Units of it.
 * @param needed  NULL, or receives the units of the whole text without the terminator.
 * @return CORERT_OK; CORERT_E_RANGE: cut, not inside a surrogate pair. Since 0.2.
 */
CORERT_API corert_status corert_string_to_utf16(corert_handle string, uint16_t *buffer, size_t size,
                                                size_t *needed);

/**
 * Boxes a primitive value.
 *
 * @param kind   A primitive kind.
 * @param value  Points to a value of it.
 * @param out    Receives the box.
 * @return CORERT_OK; CORERT_E_MISUSE also for a kind that is no primitive. Since 0.2.
 */
CORERT_API CORERT_NODISCARD corert_status corert_box(corert_kind kind, const void *value,
                                                     corert_handle *out);

/**
 * Copies a boxed primitive or enum out.
 *
 * @param box    The boxed value.
 * @param kind   Exactly its kind.
 * @param value  Room for a value of that kind.
 * @return CORERT_OK or as said above. Since 0.2.
 */
CORERT_API CORERT_NODISCARD corert_status corert_unbox(corert_handle box, corert_kind kind,
                                                       void *value);

/**
 * Makes a one-dimensional array, zeroed.
 *
 * @param element  A primitive kind, CORERT_KIND_STRING or CORERT_KIND_OBJECT.
 * @param length   In elements.
 * @param out      Receives the array.
 * @return CORERT_OK; CORERT_E_MISUSE also for another kind. Since 0.2.
 */
CORERT_API CORERT_NODISCARD corert_status corert_array_new(corert_kind element, size_t length,
                                                           corert_handle *out);

/**
 * Tells an array's length.
 *
 * @param array   The array.
 * @param length  Receives the elements of all dimensions.
 * @return CORERT_OK or as said above. Since 0.2.
 */
CORERT_API CORERT_NODISCARD corert_status corert_array_length(corert_handle array, size_t *length);

/**
 * Pins an array whose elements hold no references, so that C code can use them in place.
 *
 * @param array  The array.
 * @param pin    Receives a handle; until it is freed `*data` is valid and the array alive.
 * @param data   Receives the first element's address.
 * @param bytes  NULL, or receives the elements' bytes.
 * @return CORERT_OK; CORERT_E_TYPE also for an array of references. Since 0.2.
 */
CORERT_API CORERT_NODISCARD corert_status corert_array_pin(corert_handle array, corert_handle *pin,
                                                           void **data, size_t *bytes);

/**
 * Copies elements without references out of an array.
 *
 * @param array   The array.
 * @param start   First element.
 * @param count   Elements.
 * @param memory  Room for `count` elements.
 * @return CORERT_OK; CORERT_E_RANGE: they pass the end, nothing was copied. Since 0.2.
 */
CORERT_API CORERT_NODISCARD corert_status corert_array_read(corert_handle array, size_t start,
                                                            size_t count, void *memory);

/**
 * Copies elements without references into an array.
 *
 * @param array   The array.
 * @param start   First element.
 * @param count   Elements.
 * @param memory  `count` elements.
 * @return CORERT_OK; CORERT_E_RANGE: they pass the end, nothing was copied. Since 0.2.
 */
CORERT_API CORERT_NODISCARD corert_status corert_array_write(corert_handle array, size_t start,
                                                             size_t count, const void *memory);

/**
 * Reads an element of an array of references.
 *
 * @param array  The array.
 * @param index  Of the element.
 * @param out    Receives a new handle; 0 for a null element.
 * @return CORERT_OK; CORERT_E_RANGE. Since 0.2.
 */
CORERT_API CORERT_NODISCARD corert_status corert_array_get(corert_handle array, size_t index,
                                                           corert_handle *out);

/**
 * Stores a reference into an array of references.
 *
 * @param array    The array.
 * @param index    Of the element.
 * @param element  The object; 0 stores null.
 * @return CORERT_OK; CORERT_E_TYPE: the element type does not fit; CORERT_E_RANGE. Since 0.2.
 */
CORERT_API CORERT_NODISCARD corert_status corert_array_set(corert_handle array, size_t index,
                                                           corert_handle element);

/**
 * The C function pointer that calls a delegate, as Marshal.GetFunctionPointerForDelegate.
 *
 * @param delegate  The delegate.
 * @param out       Valid while the delegate is alive: keep a handle to it as long as C code may call.
 * @return Also CORERT_E_EXCEPTION: its signature cannot be marshalled. Since 0.2.
 */
CORERT_API CORERT_NODISCARD corert_status corert_delegate_pointer(corert_handle delegate,
                                                                  void **out);

/**
 * Writes the calling thread's stack as text, host functions and managed methods in one list.
 *
 * One line a frame, innermost first, beginning with the caller of this function:
 * `#2 Game.Ai.Think(System.Int32)+0x1f in Ai.cs:12 (ai.so)`. Names come from the symbol tables of
 * the files that are mapped (`?` and an address where there is none), lines from their .debug_line
 * (`corertc -g`, `cc -g`). Where host code has no unwind data a line says that there is a gap, and
 * the list goes on with the next managed method below. At most 512 frames are listed.
 * @param buffer  Receives the text, cut to fit and always terminated. NULL is allowed if `size`
 *                is 0.
 * @param size    Bytes in `buffer`.
 * @param needed  NULL, or receives the bytes the whole text needs with its terminator; 0 on failure.
 * @return CORERT_OK, also when the text was cut; CORERT_E_MISUSE (buffer NULL, size not 0).
 * Threads: any, concurrently; also threads that never ran managed code, and without a running
 * engine: then host functions only. From managed code and in a signal handler too, unless the
 * handler interrupted corert_init(), corert_module_load() or corert_shutdown(); the engine must
 * have been started then, and 32 KiB of stack are needed. Opens and reads files; takes no lock of
 * the engine, allocates no memory and changes no managed state. Since 0.1.
 */
CORERT_API corert_status corert_stack_text(char *buffer, size_t size, size_t *needed);

/**
 * Runs the module that is linked into the program: what `main` of a compiled program does.
 *
 * Starts the engine, runs the managed Main and ends managed code's foreground threads. An unhandled
 * exception ends the process with SIGABRT after the class library's message. The heap's cap can be
 * set with the environment variable DOTNET_GCHeapHardLimit (hexadecimal bytes); CORERT_GCLOG,
 * CORERT_GCSTRESS, CORERT_GCSTRESS_EVACUATE, CORERT_VERIFYHEAP and CORERT_GCMARKTHREADS stand for
 * the fields of corert_config of like names (docs/gc.md). With CORERT_STACK=1 the stack of an
 * unhandled exception is written to standard error before the message.
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
 * The library's version as text, "0.2.0". Static.
 * Threads: any, also before corert_init(). Since 0.1.
 */
CORERT_API const char *corert_version(void);

#ifdef __cplusplus
}
#endif

#endif
