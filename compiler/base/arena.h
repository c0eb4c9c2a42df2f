/* compiler/base/arena.h - region allocation for the compiler.
 * One arena a run, one a method being imported; nothing is freed singly. Memory is zeroed and
 * 16-byte aligned. Out of memory ends the run (diag_fatal), so no caller checks for NULL. */
#ifndef COMPILER_BASE_ARENA_H
#define COMPILER_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *a); /* accepts NULL */

void *arena_alloc(struct arena *a, size_t bytes);
/* count * size with overflow check; zeroed */
void *arena_array(struct arena *a, size_t count, size_t size);
char *arena_strdup(struct arena *a, const char *text);
char *arena_strndup(struct arena *a, const char *text, size_t length);
char *arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
void *arena_memdup(struct arena *a, const void *bytes, size_t size);

#endif
