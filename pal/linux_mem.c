/* pal/linux_mem.c - address space.
 * A reservation is a private PROT_NONE mapping that the system does not charge (MAP_NORESERVE), so
 * reserving in proportion to a cap costs nothing until pages are touched. */
#include "pal/linux_priv.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

size_t
pal_page_bytes(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

static struct pal_mem_hooks hooks; /* set while nothing is reserved */

void
pal_mem_hooks_set(const struct pal_mem_hooks *given)
{
    static const struct pal_mem_hooks none;

    hooks = given ? *given : none;
}

static void *
system_reserve(size_t bytes, size_t alignment)
{
    size_t page = pal_page_bytes(), slack, head, total;
    uint8_t *at;

    if (bytes == 0 || (alignment & (alignment - 1)) != 0)
        return NULL;
    slack = alignment > page ? alignment - page : 0;
    if (__builtin_add_overflow(bytes, slack, &total))
        return NULL;
    at = mmap(NULL, total, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED)
        return NULL;
    if (slack == 0)
        return at;
    head = (size_t)(-(uintptr_t)at & (alignment - 1));
    if (head > 0)
        munmap(at, head);
    if (slack > head)
        munmap(at + head + bytes, slack - head);
    return at + head;
}

void *
pal_mem_reserve(size_t bytes, size_t alignment)
{
    if (hooks.reserve)
        return hooks.reserve(hooks.context, bytes, alignment);
    return system_reserve(bytes, alignment);
}

void *
pal_code_reserve(size_t bytes, size_t alignment)
{
    void *at = system_reserve(bytes, alignment);

    if (at && mprotect(at, bytes, PROT_READ | PROT_WRITE) != 0) {
        munmap(at, bytes);
        return NULL;
    }
    return at;
}

void
pal_code_release(void *at, size_t bytes)
{
    if (at)
        munmap(at, bytes);
}

void *
pal_stack_new(size_t bytes)
{
    size_t page = pal_page_bytes();
    uint8_t *at = mmap(NULL, bytes + page, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);

    if (at == MAP_FAILED)
        return NULL;
    if (mprotect(at, page, PROT_NONE) != 0) {
        munmap(at, bytes + page);
        return NULL;
    }
    return at + page;
}

void
pal_stack_free(void *low, size_t bytes)
{
    size_t page = pal_page_bytes();

    if (low)
        munmap((uint8_t *)low - page, bytes + page);
}

bool
pal_mem_commit(void *at, size_t bytes)
{
    if (hooks.reserve)
        return hooks.commit(hooks.context, at, bytes);
    return mprotect(at, bytes, PROT_READ | PROT_WRITE) == 0;
}

bool
pal_mem_decommit(void *at, size_t bytes)
{
    if (hooks.reserve)
        return hooks.decommit(hooks.context, at, bytes);
    /* A fresh mapping over the old one drops pages and charge in one step. */
    return mmap(at, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1,
                0) != MAP_FAILED;
}

bool
pal_mem_reset(void *at, size_t bytes)
{
    if (hooks.reserve)
        return hooks.decommit(hooks.context, at, bytes) && hooks.commit(hooks.context, at, bytes);
    return madvise(at, bytes, MADV_DONTNEED) == 0;
}

size_t
pal_mem_huge_bytes(void)
{
    return hooks.reserve ? 0 : (size_t)2 << 20;
}

void
pal_mem_prefer_huge(void *at, size_t bytes, bool now)
{
    int error = errno;

    if (hooks.reserve)
        return;
    madvise(at, bytes, MADV_HUGEPAGE);
#ifdef MADV_COLLAPSE
    if (now)
        madvise(at, bytes, MADV_COLLAPSE);
#else
    (void)now;
#endif
    errno = error;
}

void
pal_mem_release(void *at, size_t bytes)
{
    if (at && hooks.reserve)
        hooks.release(hooks.context, at, bytes);
    else if (at)
        munmap(at, bytes);
}

bool
pal_mem_protect(const void *at, size_t bytes, enum pal_access access)
{
    static const int bits[] = {
        [PAL_ACCESS_NONE] = PROT_NONE,
        [PAL_ACCESS_READ] = PROT_READ,
        [PAL_ACCESS_WRITE] = PROT_READ | PROT_WRITE,
        [PAL_ACCESS_EXEC] = PROT_READ | PROT_EXEC,
    };
    uintptr_t page = pal_page_bytes(), low, high;

    if (bytes == 0)
        return true;
    low = (uintptr_t)at & ~(page - 1);
    high = ((uintptr_t)at + bytes + page - 1) & ~(page - 1);
    return mprotect((void *)low, high - low, bits[access]) == 0;
}

uint64_t
pal_mem_limit_bytes(void)
{
    long pages = sysconf(_SC_PHYS_PAGES);
    uint64_t machine = pages > 0 ? (uint64_t)pages * pal_page_bytes() : 0;
    uint64_t group = pal_group_own()->memory_bytes;
    struct rlimit space;

    if (group > 0 && (machine == 0 || group < machine))
        machine = group;
    /* Code, stacks and the heap's records need some of it too. */
    if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY &&
        (machine == 0 || space.rlim_cur / 3 * 2 < machine))
        machine = space.rlim_cur / 3 * 2;
    return machine;
}
