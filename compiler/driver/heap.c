/* compiler/driver/heap.c - the C library's allocation functions for the whole process, on mimalloc.
 * Code generation is one long stream of small blocks: libLLVM, which is a shared library, finds these
 * instead of the C library's, and takes a tenth less time. Left out where mimalloc is (sanitizers). */
#ifdef CORERT_MIMALLOC
#include <mimalloc.h>
#include <stddef.h>

#define VISIBLE __attribute__((visibility("default")))

VISIBLE void *malloc(size_t size);
VISIBLE void *calloc(size_t count, size_t size);
VISIBLE void *realloc(void *block, size_t size);
VISIBLE void free(void *block);
VISIBLE int posix_memalign(void **block, size_t align, size_t size);
VISIBLE void *aligned_alloc(size_t align, size_t size);
VISIBLE void *memalign(size_t align, size_t size);
VISIBLE void *valloc(size_t size);
VISIBLE void *pvalloc(size_t size);
VISIBLE size_t malloc_usable_size(void *block);

void *
malloc(size_t size)
{
    return mi_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
    return mi_calloc(count, size);
}

void *
realloc(void *block, size_t size)
{
    return mi_realloc(block, size);
}

void
free(void *block)
{
    mi_free(block);
}

int
posix_memalign(void **block, size_t align, size_t size)
{
    return mi_posix_memalign(block, align, size);
}

void *
aligned_alloc(size_t align, size_t size)
{
    return mi_aligned_alloc(align, size);
}

void *
memalign(size_t align, size_t size)
{
    return mi_memalign(align, size);
}

void *
valloc(size_t size)
{
    return mi_valloc(size);
}

void *
pvalloc(size_t size)
{
    return mi_pvalloc(size);
}

size_t
malloc_usable_size(void *block)
{
    return mi_usable_size(block);
}
#else
typedef int drv_heap_is_the_c_library; /* ISO C wants something here */
#endif
