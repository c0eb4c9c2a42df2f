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
 * where that is given, and none with corert_config.no_threads: see corert_pump(). After fork() the child may do everything but use the engine: there functions
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
    /** No memory, no address space for the heap, or less than 28 KiB of stack on a thread that comes
     *  for the first time. */
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
     *  FailFast, an unhandled exception on a thread of its own; who is inside then comes out) or the
     *  engine is shutting down. */
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
 * Receives one line of text, without a newline; a text of several lines comes in as many calls.
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

/** Whether a collection marks what lives beside the program, on a thread of the engine's. It stops
 *  managed threads twice, for a short time each, instead of once for as long as marking takes;
 *  collections that somebody asks for, that come because the cap is near, that move objects, or with
 *  less than 4 MiB alive stop them for all of it nevertheless. Since 0.2. */
typedef enum corert_gc_concurrent {
    /** Programs of their own do where there are two processors, hosts do not. */
    CORERT_GC_CONCURRENT_DEFAULT = 0,
    CORERT_GC_CONCURRENT_ON = 1,
    CORERT_GC_CONCURRENT_OFF = 2
} corert_gc_concurrent;

/**
 * Makes a thread for managed code (Thread.Start, the thread pool, timers).
 *
 * The host creates a thread of its own that calls `run(argument)` once. The call returns when the
 * managed thread has ended and the engine has forgotten it.
 * @param context      corert_config.context.
 * @param run          To be called once on the new thread.
 * @param argument     Its argument.
 * @param stack_bytes  What managed code asks for; 0: the host's default.
 * @param name         Thread.Name, or a name of ours without one: a proposal, borrowed for the call.
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

/** The host's own files: corert_files.h. */
typedef struct corert_file_hooks corert_file_hooks;

/** Start-up options. Zero-initialise, set struct_size, then what is wanted. */
typedef struct corert_config {
    /** sizeof(corert_config) as the host was compiled. Must be set. Here and in all structs that
     *  have it: 0, more than the library knows, or no multiple of 8 (it would end inside a field)
     *  is CORERT_E_MISUSE. */
    size_t struct_size;
    /** Most bytes the managed heap may use; allocation beyond it throws OutOfMemoryException.
     *  0: three quarters of the memory of the machine or control group, or half of the address
     *  space where RLIMIT_AS bounds it. Less than 1 MiB counts as 1 MiB. */
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
    /** NULL: files are the system's; else the host is asked first (corert_files.h). Copied; called
     *  with `context`. Since 0.2. */
    const corert_file_hooks *files;
    /** 1: the engine creates no thread, and managed threads run while the host calls corert_pump()
     *  on the thread that calls corert_init(), or waits there in an export. `finalizers` does not
     *  matter then: corert_pump() runs them too. That thread must not end before
     *  corert_shutdown(). Not together with thread_start. Since 0.2. */
    uint32_t no_threads;
    /** Whether collections mark while the program runs. Without effect with no_threads. Since 0.2. */
    corert_gc_concurrent gc_concurrent;
    /** For tests, 1, with gc_stress_interval: every other collection is one that marks while the
     *  program runs, the rest of the time some such collection is under way. Since 0.2. */
    uint32_t gc_stress_concurrent;
} corert_config;

/**
 * Starts the engine.
 *
 * @param config  NULL for the defaults. Borrowed for the call (but for `context`).
 * @return CORERT_OK; CORERT_E_MISUSE (already started, struct_size is not one this library knows,
 *         `finalizers` or `gc_concurrent` is unknown, a hook of `memory` or `files` is missing,
 *         stop_signal is no signal that can be used or is handled or ignored already, no_threads is
 *         not 0 or 1 or comes with thread_start, or a child of fork() whose parent had started the engine);
 *         CORERT_E_NOMEM. On failure nothing was started.
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
 * @return CORERT_OK; CORERT_E_MISUSE (not started, called from managed code, in a child of fork(),
 *         or with no_threads not on the thread that called corert_init()); CORERT_E_NOMEM
 *         (to attach the calling thread; nothing was done); CORERT_E_BUSY (some thread did not end
 *         within corert_config.shutdown_ms, because it is in native code or in a finally block that
 *         takes long; the log names each. Exports stay closed, the threads stay asked, and the call
 *         may be repeated).
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
 * @param path           The module's file; the host is asked for it first where corert_config.files
 *                       is set.
 * @param out            Receives the module; NULL on every failure.
 * @param message        NULL, or receives a sentence about the failure ("" on success), cut to fit
 *                       and always terminated.
 * @param message_bytes  Room in `message`.
 * @return CORERT_OK; CORERT_E_NOT_FOUND, CORERT_E_IO (the file); CORERT_E_FORMAT (no module, or
 *         truncated or damaged); CORERT_E_VERSION; CORERT_E_LINK (an engine function or a library
 *         it needs is missing); CORERT_E_UNSUPPORTED (a second module with a class library of its
 *         own, or a program linked with -static or -static-pie); CORERT_E_MISUSE (a NULL argument,
 *         engine not started, called from managed code, in a child of fork(), or the module is
 *         loaded already); CORERT_E_CLOSED (the engine is shutting
 *         down); CORERT_E_NOMEM; CORERT_E_EXCEPTION (its start-up code failed; the module stays
 *         loaded but closed).
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
 * corert_module_export() for C that keeps functions and data apart: what it gives may be cast to the
 * export's own type.
 *
 * @param module  From corert_module_load().
 * @param name    The export's entry point name.
 * @param out     Receives the function; NULL on every failure.
 * @return As corert_module_export().
 * Threads: any, concurrently. Since 0.2.
 */
CORERT_API CORERT_NODISCARD corert_status corert_module_function(const corert_module *module,
                                                                 const char *name,
                                                                 corert_function **out);

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
 * @return CORERT_OK (none since the last question), CORERT_E_EXCEPTION, CORERT_E_CLOSED (the
 *         module or the engine ends), or CORERT_E_NOMEM (no memory to attach the thread; the export
 *         did not run).
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

/* ---- managed threads without system threads ---- */

/**
 * Lets managed threads run on the calling thread: corert_config.no_threads.
 *
 * In that mode every managed thread (Thread.Start, the thread pool, timers, finalizers) is a
 * coroutine with a stack of its own, 1 MiB unless it asks for another size. They take turns here, and
 * wherever the host's own thread waits in managed code (Task.Wait, Thread.Join, a lock, Thread.Sleep).
 * A turn ends when the coroutine waits, yields or has had a millisecond, so that loops without end do
 * not stop the others. Native code that a coroutine calls is not interrupted: the call returns late by
 * as much. The host's callbacks run on the coroutine's stack.
 *
 * @param budget_us    Microseconds after which no further turn begins; the turn that runs ends at its
 *                     next check. 0: until every managed thread waits, which need not ever be.
 * @param ready        NULL, or receives how many managed threads could go on at once; 0 on failure.
 * @param next_due_us  NULL, or receives the microseconds until the first wait with a time (timer,
 *                     Sleep, Delay) is over, rounded up: the host may sleep so long if nothing else
 *                     happens. 0: some are ready; UINT64_MAX: none waits for a time, or on failure.
 * @return CORERT_OK; CORERT_E_MISUSE (engine not started or without no_threads, not the thread that
 *         called corert_init(), from a coroutine or a finalizer, or in a child of fork()).
 * Threads: the one that called corert_init(). Since 0.2.
 */
CORERT_API corert_status corert_pump(uint64_t budget_us, size_t *ready, uint64_t *next_due_us);

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

/** The exception's type as Type.ToString() has it ("System.FormatException",
 *  "N.Outer+Failed`1[System.Int32]"), UTF-8; "" if the module does not say. Borrowed from the error. Threads: any. Since 0.2. */
CORERT_API const char *corert_error_type(const corert_error *error);

/** Exception.Message, UTF-8 with U+FFFD for unpaired surrogates and zero characters; never NULL.
 *  Borrowed from the error. Threads: any. Since 0.2. */
CORERT_API const char *corert_error_message(const corert_error *error);

/** Exception.StackTrace: lines from the throw outwards, UTF-8; "" if there are none. Borrowed from
 *  the error. Threads: any. Since 0.2. */
CORERT_API const char *corert_error_stack(const corert_error *error);

/** Exception.HResult. Threads: any. Since 0.2. */
CORERT_API int32_t corert_error_hresult(const corert_error *error);

/** Exception.InnerException or NULL. Borrowed from the error. Threads: any. Since 0.2. */
CORERT_API const corert_error *corert_error_inner(const corert_error *error);

/** How many inner exceptions there are: of an AggregateException all of InnerExceptions, else 0 or 1.
 *  An error holds 65,536 exceptions at most, those nearest to the thrown one. Threads: any. Since 0.2. */
CORERT_API size_t corert_error_inner_count(const corert_error *error);

/** One of them, NULL past the end; corert_error_inner() is the first. Borrowed from the error.
 *  Threads: any. Since 0.2. */
CORERT_API const corert_error *corert_error_inner_at(const corert_error *error, size_t index);

/** Gives an error back with its inner ones; accepts NULL. Threads: any. Since 0.2. */
CORERT_API void corert_error_free(corert_error *error);

/**
 * Runs the module that is linked into the program: what `main` of a compiled program does.
 *
 * Starts the engine, runs the managed Main and ends managed code's foreground threads. An unhandled
 * exception ends the process with SIGABRT after the class library's message. The heap's cap can be
 * set with the environment variable DOTNET_GCHeapHardLimit (hexadecimal bytes); CORERT_GCLOG,
 * CORERT_GCSTRESS, CORERT_GCSTRESS_EVACUATE, CORERT_VERIFYHEAP, CORERT_GCMARKTHREADS and
 * CORERT_NOTHREADS stand for the fields of corert_config of like names (docs/gc.md). With
 * CORERT_STACK=1 the stack of an unhandled exception is written to standard error before the message.
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
 * The library's version as text, "0.2.0". Static. As a number: corert_version_number().
 * Threads: any, also before corert_init(). Since 0.1.
 */
CORERT_API const char *corert_version(void);

#ifdef __cplusplus
}
#endif

#include "corert_files.h"
#include "corert_info.h"
#include "corert_values.h"

#endif
