/* pal/linux_thread.c - threads, locks, per-thread keys.
 * Locks are pthread objects in storage of our own size, so that no header of ours needs a feature
 * macro; glibc's and musl's static initialisers are all zeros, which the header promises. */
#include "pal/linux_priv.h"

#include <assert.h>
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static_assert(sizeof(pthread_mutex_t) <= sizeof(struct pal_mutex), "pal_mutex is too small");
static_assert(sizeof(pthread_cond_t) <= sizeof(struct pal_cond), "pal_cond is too small");
static_assert(_Alignof(pthread_mutex_t) <= _Alignof(struct pal_mutex), "pal_mutex alignment");
static_assert(_Alignof(pthread_cond_t) <= _Alignof(struct pal_cond), "pal_cond alignment");

static pthread_mutex_t *
mutex_of(struct pal_mutex *m)
{
    return (pthread_mutex_t *)(void *)m->words;
}

static pthread_cond_t *
cond_of(struct pal_cond *c)
{
    return (pthread_cond_t *)(void *)c->words;
}

static void
check(int error, const char *what)
{
    if (error != 0)
        pal_fail_fast(what);
}

void
pal_mutex_lock(struct pal_mutex *m)
{
    check(pthread_mutex_lock(mutex_of(m)), "pal_mutex_lock: not a mutex");
}

bool
pal_mutex_try_lock(struct pal_mutex *m)
{
    int error = pthread_mutex_trylock(mutex_of(m));

    if (error == EBUSY)
        return false;
    check(error, "pal_mutex_try_lock: not a mutex");
    return true;
}

void
pal_mutex_unlock(struct pal_mutex *m)
{
    check(pthread_mutex_unlock(mutex_of(m)), "pal_mutex_unlock: not held");
}

/* pthread_cancel waits for the host's own code: here the thread would end with our locks. */
static int
cancel_set(int state)
{
    int before;

    pthread_setcancelstate(state, &before);
    return before;
}

void
pal_cond_wait(struct pal_cond *c, struct pal_mutex *m)
{
    int before = cancel_set(PTHREAD_CANCEL_DISABLE);

    check(pthread_cond_wait(cond_of(c), mutex_of(m)), "pal_cond_wait: misuse");
    cancel_set(before);
}

/* now + ns on the monotonic clock, clamped to what the type can hold. */
static struct timespec
deadline_after(uint64_t ns)
{
    const uint64_t longest_s = 1000000000; /* thirty years are for ever */
    struct timespec t;
    uint64_t seconds = ns / 1000000000;

    clock_gettime(CLOCK_MONOTONIC, &t);
    if (seconds > longest_s)
        seconds = longest_s;
    t.tv_sec += (time_t)seconds;
    t.tv_nsec += (long)(ns % 1000000000);
    if (t.tv_nsec >= 1000000000) {
        t.tv_nsec -= 1000000000;
        t.tv_sec++;
    }
    return t;
}

bool
pal_cond_wait_ns(struct pal_cond *c, struct pal_mutex *m, uint64_t timeout_ns)
{
    struct timespec until = deadline_after(timeout_ns);
    int before = cancel_set(PTHREAD_CANCEL_DISABLE);
    int error = pthread_cond_clockwait(cond_of(c), mutex_of(m), CLOCK_MONOTONIC, &until);

    cancel_set(before);
    if (error == ETIMEDOUT)
        return false;
    check(error, "pal_cond_wait_ns: misuse");
    return true;
}

void
pal_cond_wake_one(struct pal_cond *c)
{
    pthread_cond_signal(cond_of(c));
}

void
pal_cond_wake_all(struct pal_cond *c)
{
    pthread_cond_broadcast(cond_of(c));
}

enum pal_status
pal_key_new(pal_key *out, void (*destructor)(void *value))
{
    pthread_key_t key;

    *out = 0;
    if (pthread_key_create(&key, destructor) != 0)
        return PAL_E_NOMEM;
    *out = (pal_key)key + 1; /* so that 0 can mean none */
    return PAL_OK;
}

void
pal_key_free(pal_key key)
{
    if (key)
        pthread_key_delete((pthread_key_t)(key - 1));
}

void *
pal_key_get(pal_key key)
{
    return key ? pthread_getspecific((pthread_key_t)(key - 1)) : NULL;
}

bool
pal_key_set(pal_key key, void *value)
{
    return key && pthread_setspecific((pthread_key_t)(key - 1), value) == 0;
}

struct pal_thread {
    pthread_t system;
};

enum { NAME_BYTES = 16 }; /* of a thread's name in the system, with its zero */

/* Owned by the new thread, which frees it before it calls main. */
struct thread_start {
    pal_thread_main *main;
    void *argument;
    char name[NAME_BYTES];
};

/* At most 15 bytes, and no part of a character (UTF-8). */
static void
name_cut(char out[NAME_BYTES], const char *name)
{
    size_t n = strnlen(name, NAME_BYTES);

    if (n == NAME_BYTES)
        for (n = NAME_BYTES - 1; n > 0 && ((unsigned char)name[n] & 0xC0) == 0x80;)
            n--;
    memcpy(out, name, n);
    out[n] = '\0';
}

static void *
thread_entry(void *opaque)
{
    struct thread_start start = *(struct thread_start *)opaque;

    pal_free(opaque);
    if (start.name[0])
        pal_thread_name(start.name);
    start.main(start.argument);
    return NULL;
}

/* Creates with all signals blocked; the caller's mask is restored. */
static int
create_masked(pthread_t *out, const pthread_attr_t *attributes, struct thread_start *start)
{
    sigset_t all, before;
    int error;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(out, attributes, thread_entry, start);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error;
}

/* The C library takes the program's thread-local data out of each stack, and a host may have much. */
static size_t
thread_data_bytes(const pthread_attr_t *attributes)
{
    size_t (*least)(const pthread_attr_t *) = NULL;
    void *found = dlsym(RTLD_DEFAULT, "__pthread_get_minstack");
    size_t bytes;

    if (!found)
        return 0;
    memcpy(&least, &found, sizeof least);
    bytes = least(attributes);
    return bytes > (size_t)PTHREAD_STACK_MIN ? bytes - (size_t)PTHREAD_STACK_MIN : 0;
}

enum pal_status
pal_thread_start(struct pal_thread **out, pal_thread_main *main, void *argument, size_t stack_bytes,
                 const char *name)
{
    enum pal_status status = PAL_E_NOMEM;
    struct pal_thread *thread = pal_alloc_zero(sizeof *thread);
    struct thread_start *start = pal_alloc_zero(sizeof *start);
    pthread_attr_t attributes;
    size_t page = pal_page_bytes();

    *out = NULL;
    if (!thread || !start || pthread_attr_init(&attributes) != 0)
        goto fail;
    start->main = main;
    start->argument = argument;
    name_cut(start->name, name ? name : "");
    if (stack_bytes > 0)
        status = pal_status_of_errno(
            pthread_attr_setstacksize(&attributes, (stack_bytes + thread_data_bytes(&attributes) + page - 1) & ~(page - 1)));
    else
        status = PAL_OK;
    if (status == PAL_OK)
        status = pal_status_of_errno(create_masked(&thread->system, &attributes, start));
    pthread_attr_destroy(&attributes);
    if (status != PAL_OK)
        goto fail;
    *out = thread;
    return PAL_OK;
fail:
    pal_free(start);
    pal_free(thread);
    return status;
}

void
pal_thread_join(struct pal_thread *thread)
{
    check(pthread_join(thread->system, NULL), "pal_thread_join: misuse");
    pal_free(thread);
}

void
pal_thread_detach(struct pal_thread *thread)
{
    check(pthread_detach(thread->system), "pal_thread_detach: misuse");
    pal_free(thread);
}

uint64_t
pal_thread_id(void)
{
    static _Thread_local uint64_t id; /* a system call once a thread */

    if (!id)
        id = (uint64_t)syscall(SYS_gettid);
    return id;
}

void
pal_thread_name(const char *name)
{
    char cut[NAME_BYTES];

    name_cut(cut, name);
    pthread_setname_np(pthread_self(), cut);
}

void
pal_thread_yield(void)
{
    sched_yield();
}

void
pal_thread_sleep_ns(uint64_t ns)
{
    struct timespec until = deadline_after(ns);
    int before = cancel_set(PTHREAD_CANCEL_DISABLE);

    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
        ;
    cancel_set(before);
}

void
pal_thread_state(uint64_t id, char *text, size_t size)
{
    char path[64], stat[512], where[64] = "";
    const char *begin, *end;

    snprintf(text, size, "gone");
    snprintf(path, sizeof path, "/proc/self/task/%llu/stat", (unsigned long long)id);
    if (!pal_small_read(path, stat, sizeof stat) || !(begin = strchr(stat, '(')) ||
        !(end = strrchr(begin, ')')) || !end[1])
        return;
    snprintf(path, sizeof path, "/proc/self/task/%llu/wchan", (unsigned long long)id);
    if (end[2] == 'R' || !pal_small_read(path, where, sizeof where) || where[0] == '0')
        where[0] = 0;
    snprintf(text, size, "\"%.*s\", %s%s", (int)(end - begin - 1), begin + 1,
             end[2] == 'R' ? "running" : "waiting in the system ", where);
}

bool
pal_process_is_single(void)
{
    enum { FIELDS_BEFORE = 17 }; /* from the state, behind the name, to the number of threads */
    char stat[512];
    const char *at;
    int i;

    if (!pal_small_read("/proc/self/stat", stat, sizeof stat) || !(at = strrchr(stat, ')')))
        return false;
    for (i = 0; i <= FIELDS_BEFORE && at; i++)
        at = strchr(at + 1, ' ');
    return at && strncmp(at, " 1 ", 3) == 0;
}

/* Of the process's first thread, whose place glibc reads from /proc, which may not be there: the system
 * puts the program's file name at the top, the size is the limit. */
static bool
first_stack(void **low, void **high)
{
    enum { ENDLESS = 1u << 30 };
    const char *name = (const char *)getauxval(AT_EXECFN);
    uintptr_t top;
    struct rlimit limit;

    if (!name || syscall(SYS_gettid) != getpid() || getrlimit(RLIMIT_STACK, &limit) != 0)
        return false;
    if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur > ENDLESS)
        limit.rlim_cur = ENDLESS;
    top = ((uintptr_t)name + strlen(name) + pal_page_bytes()) & ~(pal_page_bytes() - 1);
    if (top <= limit.rlim_cur || (uintptr_t)&limit > top || (uintptr_t)&limit < top - limit.rlim_cur)
        return false;
    *low = (void *)(top - (limit.rlim_cur & ~(pal_page_bytes() - 1)));
    *high = (void *)top;
    return true;
}

bool
pal_thread_stack(void **low, void **high)
{
    pthread_attr_t attributes;
    size_t size = 0, guard = 0;
    void *at = NULL;
    bool ok;

    *low = *high = NULL;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0)
        return first_stack(low, high) || pal_mem_extent(&attributes, low, high);
    ok = pthread_attr_getstack(&attributes, &at, &size) == 0 &&
         pthread_attr_getguardsize(&attributes, &guard) == 0;
    pthread_attr_destroy(&attributes);
    if (!ok || size <= guard)
        return false;
    /* glibc counts the guard of threads it made into the stack; the main thread reports 0. */
    *low = (uint8_t *)at + guard;
    *high = (uint8_t *)at + size;
    return true;
}
