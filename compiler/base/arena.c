/* compiler/base/arena.c - region allocation.
 * A chain of chunks, the newest first; an allocation comes from the newest or opens another. A
 * request larger than a quarter of a chunk gets one of its own behind the newest, so that the
 * room left in the newest is not lost. Chunks come zeroed, hence so does all memory given out. */
#include "compiler/base/arena.h"

#include "compiler/base/diag.h"
#include "pal/pal.h"

#include <stdio.h>
#include <string.h>

static const size_t chunk_first_bytes = (size_t)16 * 1024;
static const size_t chunk_max_bytes = (size_t)1024 * 1024;
static const size_t align_bytes = 16;

struct chunk {
    struct chunk *next; /* owned */
    size_t size, used;  /* of the bytes behind this head */
};

struct arena {
    struct chunk *newest; /* owned */
    size_t next_bytes;    /* size of the chunk to open next: doubles up to the maximum */
};

static const size_t head_bytes = (sizeof(struct chunk) + 15) & ~(size_t)15;

static noreturn void
out_of_memory(size_t bytes)
{
    diag_fatal("out of memory (%zu bytes)", bytes);
}

static uint8_t *
chunk_memory(struct chunk *c)
{
    return (uint8_t *)c + head_bytes;
}

static struct chunk *
chunk_new(size_t size)
{
    struct chunk *c = pal_alloc_zero(head_bytes + size);

    if (!c)
        out_of_memory(size);
    c->size = size;
    return c;
}

struct arena *
arena_new(void)
{
    struct arena *a = pal_alloc_zero(sizeof *a);

    if (!a)
        out_of_memory(sizeof *a);
    a->next_bytes = chunk_first_bytes;
    return a;
}

void
arena_free(struct arena *a)
{
    struct chunk *c, *next;

    if (!a)
        return;
    for (c = a->newest; c; c = next) {
        next = c->next;
        pal_free(c);
    }
    pal_free(a);
}

/* A chunk for one large request, linked behind the newest. */
static void *
alloc_large(struct arena *a, size_t bytes)
{
    struct chunk *c = chunk_new(bytes);

    c->used = bytes;
    if (a->newest) {
        c->next = a->newest->next;
        a->newest->next = c;
    } else {
        a->newest = c;
    }
    return chunk_memory(c);
}

void *
arena_alloc(struct arena *a, size_t bytes)
{
    struct chunk *c = a->newest;
    void *block;

    if (bytes > SIZE_MAX / 2)
        out_of_memory(bytes);
    bytes = bytes == 0 ? align_bytes : (bytes + align_bytes - 1) & ~(align_bytes - 1);
    if (!c || c->size - c->used < bytes) {
        if (bytes > a->next_bytes / 4)
            return alloc_large(a, bytes);
        c = chunk_new(a->next_bytes);
        c->next = a->newest;
        a->newest = c;
        if (a->next_bytes < chunk_max_bytes)
            a->next_bytes *= 2;
    }
    block = chunk_memory(c) + c->used;
    c->used += bytes;
    return block;
}

void *
arena_array(struct arena *a, size_t count, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes))
        out_of_memory(SIZE_MAX);
    return arena_alloc(a, bytes);
}

void *
arena_memdup(struct arena *a, const void *bytes, size_t size)
{
    void *copy = arena_alloc(a, size);

    if (size > 0)
        memcpy(copy, bytes, size);
    return copy;
}

char *
arena_strndup(struct arena *a, const char *text, size_t length)
{
    const char *end = length > 0 ? memchr(text, '\0', length) : NULL;
    size_t size = end ? (size_t)(end - text) : length;
    char *copy = arena_array(a, size + 1, 1);

    if (size > 0)
        memcpy(copy, text, size);
    return copy;
}

char *
arena_strdup(struct arena *a, const char *text)
{
    return arena_memdup(a, text, strlen(text) + 1);
}

char *
arena_printf(struct arena *a, const char *format, ...)
{
    va_list list, again;
    char *text;
    int size;

    va_start(list, format);
    va_copy(again, list);
    size = vsnprintf(NULL, 0, format, list);
    va_end(list);
    if (size < 0)
        diag_bug(__FILE__, __LINE__, "a format the C library refuses");
    text = arena_alloc(a, (size_t)size + 1);
    vsnprintf(text, (size_t)size + 1, format, again);
    va_end(again);
    return text;
}
