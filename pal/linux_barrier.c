/* pal/linux_barrier.c - a memory barrier on every processor that runs a thread of this process. */
#include "pal/pal.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { /* values of the kernel's interface; its header is missing on old systems */
       BARRIER_PRIVATE_EXPEDITED = 1 << 3,
       BARRIER_REGISTER_PRIVATE_EXPEDITED = 1 << 4
};

/* Taking a page's write permission away makes the kernel interrupt every processor that may have
 * it cached, which orders their memory accesses. */
static bool
barrier_by_protection(void)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static void *page;
    bool done = false;

    pthread_mutex_lock(&lock);
    if (!page) {
        page = mmap(NULL, pal_page_bytes(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                    0);
        if (page == MAP_FAILED)
            page = NULL;
    }
    if (page && mprotect(page, pal_page_bytes(), PROT_READ | PROT_WRITE) == 0) {
        atomic_fetch_add((_Atomic(int) *)page, 1); /* so that the page is really mapped */
        done = mprotect(page, pal_page_bytes(), PROT_NONE) == 0;
    }
    pthread_mutex_unlock(&lock);
    return done;
}

bool
pal_thread_barrier(void)
{
    if (syscall(SYS_membarrier, BARRIER_PRIVATE_EXPEDITED, 0, 0) == 0)
        return true;
    if (syscall(SYS_membarrier, BARRIER_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0 &&
        syscall(SYS_membarrier, BARRIER_PRIVATE_EXPEDITED, 0, 0) == 0)
        return true;
    return barrier_by_protection();
}
