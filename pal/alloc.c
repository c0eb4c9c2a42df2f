/* pal/alloc.c - the native heap.
 * One indirection so that the whole tree uses one allocator: mimalloc, linked in hidden, where
 * set-up built it, else the C library's. The host's malloc is never replaced. */
#include "pal/pal.h"

#include <stdlib.h>
#include <string.h>

#ifdef CORERT_MIMALLOC
#include <mimalloc.h>
#define heap_malloc mi_malloc
#define heap_calloc mi_calloc
#define heap_realloc mi_realloc
#define heap_free mi_free
#else
#define heap_malloc malloc
#define heap_calloc calloc
#define heap_realloc realloc
#define heap_free free
#endif

/* A size of 0 must give a block, and both allocators promise 16-byte alignment only from 16 on. */
static size_t
block_bytes(size_t bytes)
{
    return bytes < 16 ? 16 : bytes;
}

void *
pal_alloc(size_t bytes)
{
    return heap_malloc(block_bytes(bytes));
}

void *
pal_alloc_zero(size_t bytes)
{
    return heap_calloc(1, block_bytes(bytes));
}

void *
pal_realloc(void *block, size_t bytes)
{
    return heap_realloc(block, block_bytes(bytes));
}

void
pal_free(void *block)
{
    heap_free(block);
}

char *
pal_strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = pal_alloc(size);

    if (copy)
        memcpy(copy, text, size);
    return copy;
}

void
pal_text_trim(char *text)
{
    size_t end = strlen(text), at = end;
    unsigned char first;

    while (at && (text[at - 1] & 0xC0) == 0x80)
        at--;
    if (!at)
        return;
    first = (unsigned char)text[at - 1];
    if (end - at < (first < 0xC0 ? 0u : first < 0xE0 ? 1u : first < 0xF0 ? 2u : 3u))
        text[at - 1] = 0;
}
