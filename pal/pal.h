/* pal/pal.h - the operating system, as facts.
 *
 * What holds for every function here unless its comment says otherwise:
 *  - it may be called from any thread, concurrently, also before the engine has started;
 *  - it never raises, never installs a handler, never writes to the terminal;
 *  - it decides nothing: it does one thing or says why not, retries only EINTR and leaves policy to
 *    the caller. errno is not part of the contract and may change;
 *  - an out-parameter is set on every path: on failure to NULL, 0 or -1;
 *  - memory given out is owned by the caller and goes back through the function named;
 *  - strings are UTF-8, end in NUL and are borrowed for the call only. */
#ifndef PAL_PAL_H
#define PAL_PAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdnoreturn.h>

enum pal_status {
    PAL_OK = 0,
    PAL_E_NOMEM,     /* no memory or no address space */
    PAL_E_NOT_FOUND, /* no such file, folder, program or symbol */
    PAL_E_ACCESS,    /* exists, but we may not */
    PAL_E_TOO_BIG,   /* larger than the caller's limit */
    PAL_E_KIND,      /* a folder where a file was expected, or the other way round */
    PAL_E_FULL,      /* no room on the device or in the quota */
    PAL_E_IO         /* anything else the system reported */
};

/* A short text for messages ("no such file"). Static. */
const char *pal_status_text(enum pal_status status);

/* ---- the native heap (mimalloc where it was built in) ----
 * Blocks are 16-byte aligned. NULL when there is no memory; a size of 0 gives a valid block. */
void *pal_alloc(size_t bytes);
void *pal_alloc_zero(size_t bytes);
void *pal_realloc(void *block, size_t bytes); /* on failure `block` is unchanged */
void pal_free(void *block);                   /* accepts NULL */
char *pal_strdup(const char *text);           /* pal_free */
void pal_text_trim(char *text);               /* drops a UTF-8 character that was cut at the end */

/* ---- address space ----
 * Sizes and addresses are multiples of pal_page_bytes() unless said otherwise. */
enum pal_access {
    PAL_ACCESS_NONE,
    PAL_ACCESS_READ,
    PAL_ACCESS_WRITE, /* and read */
    PAL_ACCESS_EXEC   /* and read */
};

size_t pal_page_bytes(void);
/* Address space without memory behind it, `alignment` a power of two. NULL when refused. */
void *pal_mem_reserve(size_t bytes, size_t alignment);
/* Makes a part of a reservation readable and writable; its bytes are zero when it was never
 * committed or decommitted since. */
bool pal_mem_commit(void *at, size_t bytes);
/* Gives the memory back and makes the range inaccessible; the addresses stay ours. */
bool pal_mem_decommit(void *at, size_t bytes);
/* Gives the memory back but leaves the range usable: it reads as zeros. */
bool pal_mem_reset(void *at, size_t bytes);
/* Bytes of a huge page; 0: there are none, or the memory is not the system's (hooks). */
size_t pal_mem_huge_bytes(void);
/* Asks for huge pages in a committed range of whole ones. `now`: in place of the small ones that
 * are there already. Only a wish. */
void pal_mem_prefer_huge(void *at, size_t bytes, bool now);
/* Ends a reservation: `at` and `bytes` as given to and by pal_mem_reserve. */
void pal_mem_release(void *at, size_t bytes);
/* The five above ask these instead of the system, while `reserve` is set; decommit and commit stand
 * for pal_mem_reset. Copied; NULL: the system again. Not
 * while anything is reserved. */
struct pal_mem_hooks {
    void *(*reserve)(void *context, size_t bytes, size_t alignment);
    bool (*commit)(void *context, void *at, size_t bytes);
    bool (*decommit)(void *context, void *at, size_t bytes);
    void (*release)(void *context, void *at, size_t bytes);
    void *context;
};
void pal_mem_hooks_set(const struct pal_mem_hooks *hooks);
/* Memory for code, always the system's: writable until pal_mem_protect. NULL when refused. */
void *pal_code_reserve(size_t bytes, size_t alignment);
void pal_code_release(void *at, size_t bytes);
/* A stack of our own, always the system's memory: gives its low end, below which a guard page lies.
 * NULL when refused. */
void *pal_stack_new(size_t bytes);
void pal_stack_free(void *low, size_t bytes); /* accepts NULL */
/* Any range: the pages it touches are changed. */
bool pal_mem_protect(const void *at, size_t bytes, enum pal_access access);
/* Memory of the machine, of our control group, or two thirds of our address space (RLIMIT_AS),
 * whichever is least; 0 if unknown. */
uint64_t pal_mem_limit_bytes(void);

/* ---- threads ----
 * The three types are ready when zero-initialised, may not be moved, and need no destruction. */
struct pal_mutex {
    uint64_t words[5];
};

struct pal_cond {
    uint64_t words[6];
};

typedef uint32_t pal_key; /* 0 = none */

struct pal_thread; /* handle of a thread we started */

typedef void pal_thread_main(void *argument);

void pal_mutex_lock(struct pal_mutex *m);
bool pal_mutex_try_lock(struct pal_mutex *m);
void pal_mutex_unlock(struct pal_mutex *m);
/* The mutex is held by the caller. May wake for no reason. */
void pal_cond_wait(struct pal_cond *c, struct pal_mutex *m);
/* false = the time is over (monotonic, so a change of the clock does not matter). */
bool pal_cond_wait_ns(struct pal_cond *c, struct pal_mutex *m, uint64_t timeout_ns);
void pal_cond_wake_one(struct pal_cond *c);
void pal_cond_wake_all(struct pal_cond *c);

/* Per-thread value whose destructor runs at the thread's end with a value that is not NULL.
 * The destructor may set the key again; it is then called again, a few times at most. */
enum pal_status pal_key_new(pal_key *out, void (*destructor)(void *value));
void pal_key_free(pal_key key); /* runs no destructor */
void *pal_key_get(pal_key key);
bool pal_key_set(pal_key key, void *value);

/* A thread with all signals blocked, so that the host's handlers never run on it.
 * `stack_bytes` 0 = the system's default. The handle goes to pal_thread_join or _detach, once. */
enum pal_status pal_thread_start(struct pal_thread **out, pal_thread_main *main, void *argument,
                                 size_t stack_bytes, const char *name);
void pal_thread_join(struct pal_thread *thread);
void pal_thread_detach(struct pal_thread *thread);
/* The system's number of the calling thread, as debuggers show it. Never 0. */
uint64_t pal_thread_id(void);
void pal_thread_name(const char *name); /* of the calling thread; UTF-8, cut to 15 bytes */
void pal_thread_yield(void);
void pal_thread_sleep_ns(uint64_t ns);
/* A full memory barrier on every thread of the process; false when the system has none. */
bool pal_thread_barrier(void);
/* For messages: the thread's name and what the system says it is doing. */
void pal_thread_state(uint64_t id, char *text, size_t size);
/* This process has no other thread than the caller; false also when the system does not say. */
bool pal_process_is_single(void);
/* The calling thread's stack: grows from `high` down to `low` (the guard lies below `low`). */
bool pal_thread_stack(void **low, void **high);

/* Sleeps unless *word is no longer `value`; may wake for no reason. All async-signal-safe. */
void pal_word_wait(_Atomic(uint32_t) *word, uint32_t value);
void pal_word_wait_ns(_Atomic(uint32_t) *word, uint32_t value, uint64_t longest_ns);
void pal_word_wake_all(_Atomic(uint32_t) *word);

/* ---- signals: one a process, and only because somebody asked for it ---- */

/* Where a thread was interrupted. The two images lie in the signal's frame. */
struct pal_interrupted {
    uintptr_t pc, rsp, rbp, rbx, r12_to_r15[4];
    const void *registers; /* all general registers */
    size_t register_bytes;
    const void *vectors; /* floating-point and vector registers; NULL: none saved */
    size_t vector_bytes;
};

/* Runs on the interrupted thread with all signals blocked: only what is async-signal-safe. errno
 * is kept by the caller. */
typedef void pal_signal_fn(const struct pal_interrupted *at);

/* Handles signal `number` with `function` (on the alternate stack where a thread has one;
 * interrupted system calls go on). PAL_E_ACCESS: it is handled or ignored by somebody, or this
 * function is in use; PAL_E_KIND: no such signal, or one that faults raise. */
enum pal_status pal_signal_take(int number, pal_signal_fn *function);
/* Puts back what was there, unless somebody else has taken it since. */
void pal_signal_give_back(int number);
bool pal_signal_send(uint64_t thread_id, int number); /* to a thread of this process */
void pal_signal_allow(int number);                    /* unblocks it on the calling thread */
/* `child` is called in every child that fork() makes from now on; for good. */
bool pal_fork_child_call(void (*child)(void));

/* ---- time ---- */
uint64_t pal_time_ns(void);     /* monotonic, from an unnamed origin */
uint64_t pal_time_ms(void);     /* the same in milliseconds */
int64_t pal_time_utc_ns(void);  /* since 1970, from the settable clock */
uint64_t pal_time_cpu_ns(void); /* processor time of the whole process */

/* ---- processors ---- */
/* Processors this process may use: affinity and control-group quota considered; at least 1. */
unsigned pal_cpu_count(void);
/* The number of the one the caller runs on, as a hint: it may change at once; 0 if unknown. */
unsigned pal_cpu_number(void);

/* ---- dynamic libraries ---- */
struct pal_symbol {
    const char *library; /* borrowed from the dynamic linker; NULL if unknown */
    const char *name;    /* likewise; NULL when no exported symbol covers the address */
    const void *base;    /* where the library is mapped */
    const void *address; /* of the symbol; NULL without a name */
};

/* The program was linked with -static or -static-pie: it has no dynamic linker. */
bool pal_program_is_static(void);
/* Opens with immediate binding, in the library's own scope. `path` NULL = the program itself.
 * On failure `*out` is NULL and a text is written to `message` (may be NULL). */
#define PAL_LIBC "libc.so.6" /* the C library as the dynamic linker knows it */
enum pal_status pal_dl_open(void **out, const char *path, char *message, size_t message_bytes);
/* The same for a library whose file is in memory. `*descriptor` receives what has to stay open while
 * the library is (pal_dl_bytes_close); -1 on failure. */
enum pal_status pal_dl_open_bytes(void **out, int *descriptor, const void *bytes, size_t size,
                                  char *message, size_t message_bytes);
void pal_dl_bytes_close(int descriptor);            /* accepts -1 */
void *pal_dl_find(void *library, const char *name); /* NULL when missing */
void pal_dl_close(void *library);                   /* accepts NULL */
bool pal_dl_pin(const char *path); /* an open library stays until the process ends */
bool pal_dl_address(const void *address, struct pal_symbol *out);

/* ---- our own process, for reports ----
 * No lock, no allocation, errno unchanged: also from a signal handler. */
struct pal_object {
    const char *path; /* to open; borrowed from the dynamic linker; never NULL on success */
    const char *name; /* to show; likewise */
    uintptr_t bias;   /* what was added to the file's addresses */
    uintptr_t start;  /* the mapped range */
    uintptr_t end;
    const uint8_t *eh_frame_hdr; /* NULL: it has none */
};

/* The program or library whose mapping holds `address`. */
bool pal_dl_object(const void *address, struct pal_object *out);
/* Copies what can be read from there on, also while somebody unmaps it; returns how much. */
size_t pal_mem_copy(const void *from, void *to, size_t bytes);
/* The mapping that holds `at`; false: none, or the system does not tell. */
bool pal_mem_extent(const void *at, void **low, void **high);
/* True if the aligned word at `at` can be read now. */
bool pal_mem_readable(const void *at);
/* A regular file's bytes, to be read only, until pal_file_unmap. */
bool pal_file_map(const char *path, const uint8_t **bytes, size_t *size);
bool pal_file_map_open(int descriptor, const uint8_t **bytes, size_t *size); /* closes it */
void pal_file_unmap(const uint8_t *bytes, size_t size); /* accepts NULL */
/* To standard error as it is. */
void pal_write_error(const char *text, size_t bytes);

/* ---- files ---- */
struct pal_file {
    uint8_t *bytes; /* owned; followed by a NUL that `size` does not count */
    size_t size;
};

/* The whole file, refused with PAL_E_TOO_BIG beyond `limit_bytes`. */
enum pal_status pal_file_read(const char *path, size_t limit_bytes, struct pal_file *out);
void pal_file_free(struct pal_file *file); /* accepts an empty one */
/* All or nothing: writes a temporary file in the same folder, then renames it over `path`.
 * `executable` sets the x bits as far as the process' umask allows. A device, pipe or socket at
 * `path` is written to instead. */
enum pal_status pal_file_write(const char *path, const void *bytes, size_t size, bool executable);
/* A new empty file beside `path`, under a name (pal_free) that nobody else has. */
enum pal_status pal_file_reserve(const char *path, bool executable, char **name);
/* Writes into the file, device, pipe or open descriptor (/dev/stdout, /dev/fd/N) that is there. */
enum pal_status pal_file_fill(const char *path, const void *bytes, size_t size);
/* Moves a finished file to its place. Across file systems, and where a stream is, its bytes go into
 * what is there. */
enum pal_status pal_file_move(const char *from, const char *to);
/* Two files take each other's name at one moment. PAL_E_NOT_FOUND: one is missing. */
enum pal_status pal_file_swap(const char *a, const char *b);
bool pal_file_exists(const char *path); /* a regular file, through links */
bool pal_file_is_special(const char *path); /* a device, pipe or socket, through links */
bool pal_file_is_stream(const char *path);  /* that, or a name of an open descriptor */
void pal_file_delete(const char *path); /* silent when missing */
/* A read of the descriptor would not wait, also because it would fail. */
bool pal_descriptor_is_ready(int descriptor);

/* The same for an open file, from its position to its end; closes it. */
enum pal_status pal_file_read_open(int descriptor, size_t limit_bytes, struct pal_file *out);

/* ---- what libSystem.Native does, for the class library ----
 * Its numbers and layouts; -1 and errno on failure, which is part of the contract here. */
enum { PAL_NATIVE_ACCESS = 0xF /* of the flags of open; 0: to read */ };

struct pal_native_stat {
    int32_t flags, mode;
    uint32_t uid, gid;
    int64_t size;
    int64_t access_s, access_ns, modified_s, modified_ns, change_s, change_ns, birth_s, birth_ns;
    int64_t device, special, inode;
    uint32_t user_flags;
};

intptr_t pal_native_open(const char *path, int32_t flags, int32_t mode);
int32_t pal_native_stat(const char *path, bool follow, struct pal_native_stat *out);
int32_t pal_native_stat_open(int descriptor, struct pal_native_stat *out); /* closes it */
/* What pal_native_stat tells of a read-only file, or folder, that the system does not know. */
void pal_native_stat_of(bool folder, uint64_t size, int64_t modified_ns,
                        struct pal_native_stat *out);
/* An open file without a name, which nobody can change: a copy of the bytes. */
intptr_t pal_native_file(const void *bytes, size_t size, int64_t modified_ns);
/* An open file of somebody else, as one of ours: closed when a program is started. */
intptr_t pal_native_take(int descriptor);
enum pal_native_error {
    PAL_NATIVE_MISSING,
    PAL_NATIVE_DENIED,
    PAL_NATIVE_READ_ONLY,
    PAL_NATIVE_NO_MEMORY,
    PAL_NATIVE_FAILED
};
void pal_native_error(enum pal_native_error error); /* sets errno */

/* One name of a folder. */
struct pal_native_entry {
    const char *name;
    int32_t bytes; /* of the name */
    int32_t kind;  /* as the system's DT_* */
};
enum { PAL_NATIVE_END = -1, PAL_NATIVE_NAME = 256 /* room for a name and its NUL */ };
void *pal_native_folder_open(const char *path);
/* 0; PAL_NATIVE_END; else the class library's number of an error. The name is in `buffer` if it has
 * room for it, else valid until the next read. */
int32_t pal_native_folder_read(void *folder, char *buffer, int32_t size, struct pal_native_entry *out);
void pal_native_folder_close(void *folder);

/* ---- folders and names; texts are given back with pal_free ---- */
bool pal_dir_exists(const char *path);
enum pal_status pal_dir_make(const char *path); /* with parents; PAL_OK if it is there */
/* A new folder of our own below TMPDIR (or /tmp), the name beginning with `prefix`. */
enum pal_status pal_dir_temporary(const char *prefix, char **out);
/* Removes a file, or a folder with all it holds; links are removed, not followed. */
enum pal_status pal_dir_remove(const char *path);
typedef void pal_dir_entry(void *context, const char *name);
/* Calls `entry` for each name but "." and "..", in byte order. */
enum pal_status pal_dir_list(const char *path, pal_dir_entry *entry, void *context);
/* Absolute and free of links; NULL when it does not exist. */
char *pal_path_real(const char *path);
/* The path of the running program; NULL if unknown. */
char *pal_path_self(void);

/* ---- processes ---- */
/* Runs a program found by PATH (or by its path, with a '/') and waits. `argv` ends in NULL.
 * `*exit_code`: its code, or 128 + signal. */
enum pal_status pal_process_run(const char *const *argv, int *exit_code);
/* The full path of a program found by PATH, or NULL. pal_free. */
char *pal_process_find(const char *name);

/* For a program of our own, never for a guest: SIGINT, SIGTERM and SIGHUP (those that are not
 * ignored) call `last` on a thread of its own, and then end the process as they would have.
 * From the first thread, before it starts others. */
enum pal_status pal_process_last_words(void (*last)(void));
/* Standard error goes to a terminal. */
bool pal_stderr_is_terminal(void);

/* Random bytes from the system; false when it has none to give. */
bool pal_random(void *bytes, size_t size);

/* Ends the process after one line on standard error. For our own bugs only; async-signal-safe. */
noreturn void pal_fail_fast(const char *reason);

#endif
