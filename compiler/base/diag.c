/* compiler/base/diag.c - messages and the end of a failed run.
 * A line is put together first and written at once, so that lines of worker threads do not mix.
 * Fatal ends use _Exit: other threads may be inside LLVM, whose static destructors must not run. */
#include "compiler/base/diag.h"

#include "pal/pal.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { line_max = 4096, temporaries_max = 256, progress_max = 79, removal_tries = 10 };

static atomic_uint warnings;
static atomic_bool interrupted;

/* Guarded by `lock`. */
static struct {
    struct pal_mutex lock;
    bool wanted, shown;
    uint64_t next_ns; /* when it may be written again: a terminal is slow */
} progress;

/* Guarded by `lock`. A fixed table: registering must not fail when memory is short. */
static struct {
    struct pal_mutex lock;
    char *paths[temporaries_max]; /* owned */
    size_t count;
} temporaries;

static struct pal_mutex holding; /* held: a signal may not end the run */

static void print_line(const char *kind, const char *format, va_list list)
    __attribute__((format(printf, 2, 0)));

/* Lock held. */
static void
progress_clear(void)
{
    if (progress.shown)
        fputs("\r\033[K", stderr);
    progress.shown = false;
}

static void
no_control_bytes(char *line, size_t used)
{
    for (size_t i = 0; i < used; i++)
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
            line[i] = '?';
}

static void
print_line(const char *kind, const char *format, va_list list)
{
    char line[line_max];
    int head = snprintf(line, sizeof line, "corertc: %s: ", kind);
    size_t used;

    if (head < 0 || atomic_load_explicit(&interrupted, memory_order_relaxed))
        return;
    vsnprintf(line + head, sizeof line - (size_t)head - 1, format, list);
    used = strlen(line);
    /* Names come from untrusted metadata: no control byte reaches the terminal, and one message
     * stays one line. */
    no_control_bytes(line, used);
    line[used] = '\n';
    fflush(stdout);
    pal_mutex_lock(&progress.lock);
    progress_clear();
    fwrite(line, 1, used + 1, stderr);
    fflush(stderr);
    pal_mutex_unlock(&progress.lock);
}

static noreturn void
end_run(void)
{
    /* The thread that took the signal ends the process. */
    while (atomic_load_explicit(&interrupted, memory_order_relaxed))
        pal_thread_sleep_ns(UINT64_C(1000000000));
    diag_temporaries_remove();
    fflush(stdout);
    _Exit(1);
}

noreturn void
diag_fatal(const char *format, ...)
{
    va_list list;

    va_start(list, format);
    print_line("error", format, list);
    va_end(list);
    end_run();
}

noreturn void
diag_bug(const char *file, int line, const char *fact)
{
    diag_fatal("internal: %s:%d: %s", file, line, fact);
}

void
diag_warning(const char *format, ...)
{
    va_list list;

    atomic_fetch_add_explicit(&warnings, 1, memory_order_relaxed);
    va_start(list, format);
    print_line("warning", format, list);
    va_end(list);
}

void
diag_note(const char *format, ...)
{
    va_list list;

    va_start(list, format);
    print_line("note", format, list);
    va_end(list);
}

unsigned
diag_warning_count(void)
{
    return atomic_load_explicit(&warnings, memory_order_relaxed);
}

void
diag_temporary(const char *path)
{
    char *copy = pal_strdup(path);

    pal_mutex_lock(&temporaries.lock);
    if (copy && temporaries.count < temporaries_max) {
        temporaries.paths[temporaries.count++] = copy;
        copy = NULL;
    }
    pal_mutex_unlock(&temporaries.lock);
    if (copy) { /* the table is full: better to stop than to leave files behind */
        pal_dir_remove(copy);
        pal_free(copy);
        diag_fatal("more than %d temporary files", temporaries_max);
    }
}

void
diag_temporaries_remove(void)
{
    pal_mutex_lock(&temporaries.lock);
    while (temporaries.count > 0) {
        char *path = temporaries.paths[--temporaries.count];

        /* After a signal other threads and the linker may still put files there. */
        for (int tries = 0; pal_dir_remove(path) != PAL_OK && pal_dir_exists(path) && tries < removal_tries; tries++)
            pal_thread_sleep_ns(UINT64_C(20000000));
        pal_free(path);
    }
    pal_mutex_unlock(&temporaries.lock);
}

void
diag_interrupted(void)
{
    pal_mutex_lock(&holding); /* for good: nothing is begun any more */
    atomic_store_explicit(&interrupted, true, memory_order_relaxed);
    diag_progress_end();
    diag_temporaries_remove();
}

void
diag_hold(void)
{
    pal_mutex_lock(&holding);
}

void
diag_release(void)
{
    pal_mutex_unlock(&holding);
}

/* ---- progress --------------------------------------------------------------------------------- */

void
diag_progress_start(void)
{
    progress.wanted = true;
}

void
diag_progress(const char *format, ...)
{
    char line[progress_max + 1];
    uint64_t now;
    va_list list;

    if (!progress.wanted)
        return;
    va_start(list, format);
    vsnprintf(line, sizeof line, format, list);
    va_end(list);
    no_control_bytes(line, strlen(line));
    now = pal_time_ns();
    pal_mutex_lock(&progress.lock);
    if (now >= progress.next_ns) {
        fprintf(stderr, "\r\033[K%s", line);
        fflush(stderr);
        progress.shown = true;
        progress.next_ns = now + UINT64_C(50000000);
    }
    pal_mutex_unlock(&progress.lock);
}

void
diag_progress_end(void)
{
    pal_mutex_lock(&progress.lock);
    progress_clear();
    fflush(stderr);
    pal_mutex_unlock(&progress.lock);
}
