/* compiler/base/diag.h - messages of the compiler.
 * One line each on standard error: "corertc: error: FILE: PLACE: FACT". Errors end the run with
 * exit code 1 after deleting the run's temporary files; warnings are counted. */
#ifndef COMPILER_BASE_DIAG_H
#define COMPILER_BASE_DIAG_H

#include <stdbool.h>
#include <stdnoreturn.h>

noreturn void diag_fatal(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* An inconsistency of the compiler itself (never of the input): prints, exit code 1. */
noreturn void diag_bug(const char *file, int line, const char *fact);
void diag_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void diag_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
unsigned diag_warning_count(void);
/* One line on a terminal, rewritten in place; messages clear it. Nothing is shown before diag_progress_start. */
void diag_progress_start(void);
void diag_progress(const char *format, ...) __attribute__((format(printf, 1, 2)));
void diag_progress_end(void);
/* A signal ends the run: removes the temporary files; from now on other threads' failures are silent and wait for the end. */
void diag_interrupted(void);
/* Registers a file or folder (removed recursively) that must not outlive the run; the name is copied. */
void diag_temporary(const char *path);
void diag_temporaries_remove(void);
/* Between these a signal waits with the end of the run: for steps that belong together. Not nested, no diag_fatal inside. */
void diag_hold(void);
void diag_release(void);

#define CC_ASSERT(condition) ((condition) ? (void)0 : diag_bug(__FILE__, __LINE__, #condition))

#endif
