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

enum { line_max = 4096, temporaries_max = 256 };

static atomic_uint warnings;

/* Guarded by `lock`. A fixed table: registering must not fail when memory is short. */
static struct {
    struct pal_mutex lock;
    char *paths[temporaries_max]; /* owned */
    size_t count;
} temporaries;

static void print_line(const char *kind, const char *format, va_list list)
    __attribute__((format(printf, 2, 0)));

static void
print_line(const char *kind, const char *format, va_list list)
{
    char line[line_max];
    int head = snprintf(line, sizeof line, "corertc: %s: ", kind);
    size_t used, i;

    if (head < 0)
        return;
    vsnprintf(line + head, sizeof line - (size_t)head - 1, format, list);
    used = strlen(line);
    /* Names come from untrusted metadata: no control byte reaches the terminal, and one message
     * stays one line. */
    for (i = 0; i < used; i++) {
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
            line[i] = '?';
    }
    line[used] = '\n';
    fflush(stdout);
    fwrite(line, 1, used + 1, stderr);
    fflush(stderr);
}

static noreturn void
end_run(void)
{
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

        pal_dir_remove(path);
        pal_free(path);
    }
    pal_mutex_unlock(&temporaries.lock);
}
