/* tests/host/check_small.c - threads with little stack, children of fork(), sandboxes. */
#include "tests/host/check_host.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

typedef int host_fn(int);

enum { PAGE = 4096, KIB = 1024, ENOUGH_KIB = 32, MOST_KIB = 96 };

static corert_module *module;
static int (*add)(int, int), (*churn)(int), (*library)(int), (*overflow)(void), (*own)(void);
static int (*down)(int, host_fn *, int), (*guarded)(host_fn *, int);

static void
small_begin(void)
{
    corert_config config = said_config();

    config.gc_stress_interval = 50;
    config.gc_stress_evacuate = 1;
    config.gc_verify = 1;
    module = said_load(&config, FRAMES_MODULE);
    BIND(module, "frames_add", add);
    BIND(module, "frames_churn", churn);
    BIND(module, "frames_library", library);
    BIND(module, "frames_overflow", overflow);
    BIND(module, "frames_own", own);
    BIND(module, "frames_down", down);
    BIND(module, "frames_guarded", guarded);
}

/* ---- stacks ---- */

static int
collects(int value)
{
    ck_assert_int_eq(corert_gc_collect(CORERT_GC_COMPACT), CORERT_OK);
    return value;
}

static size_t usable; /* below the first function's frame */

static void *
small_main(void *low)
{
    uint8_t here;
    int sum;

    usable = (size_t)(&here - (uint8_t *)low);
    sum = add(40, 2);
    if (sum == 0) {
        ck_assert_int_eq(corert_pending_status(), CORERT_E_NOMEM);
        ck_assert_int_eq(add(1, 1), 0); /* and again */
        ck_assert_int_eq(corert_pending_status(), CORERT_E_NOMEM);
        return NULL;
    }
    ck_assert_int_eq(sum, 42);
    ck_assert_int_eq(churn(50), 55);
    ck_assert_int_eq(guarded(collects, 2), 23);
    ck_assert_int_eq(overflow(), 1);
    ck_assert_int_eq(library(3), 7);
    ck_assert_int_eq(overflow(), 1);
    ck_assert_int_eq(own(), 1);
    ck_assert_int_eq(corert_pending_status(), CORERT_OK);
    return low;
}

/* Whether managed code ran. The page below is no memory. */
static bool
on_stack_of(size_t kib)
{
    size_t bytes = kib * KIB;
    uint8_t *low = mmap(NULL, bytes + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    pthread_attr_t attributes;
    pthread_t thread;
    void *result = NULL;

    ck_assert_int_eq(mprotect(low, PAGE, PROT_NONE), 0);
    pthread_attr_init(&attributes);
    ck_assert_int_eq(pthread_attr_setstack(&attributes, low + PAGE, bytes), 0);
    ck_assert_int_eq(pthread_create(&thread, &attributes, small_main, low + PAGE), 0);
    pthread_join(thread, &result);
    pthread_attr_destroy(&attributes);
    munmap(low, bytes + PAGE);
    return result != NULL;
}

START_TEST(small_stacks_work_or_are_refused)
{
    unsigned refused = 0;

    small_begin();
    for (size_t kib = 16; kib <= MOST_KIB; kib += 4) {
        bool ran = on_stack_of(kib);

        refused += !ran;
        ck_assert_msg(ran || usable < ENOUGH_KIB * KIB, "%zu bytes are enough", usable);
    }
    ck_assert_uint_gt(refused, 0);
    ck_assert_int_eq(corert_shutdown(), CORERT_OK);
}
END_TEST

/* ---- fork ---- */

/* In a child: 0 when everything is refused and nothing hangs. */
static int
child_finds_all_refused(void)
{
    struct corert_gc_stats stats = {.struct_size = sizeof stats};
    corert_config config = said_config();
    corert_scope scope;
    corert_handle h;
    corert_module *m;
    char text[64];
    int bad = 0;

    bad |= corert_init(&config) != CORERT_E_MISUSE;
    bad |= (corert_module_load(FRAMES_MODULE, &m, text, sizeof text) != CORERT_E_MISUSE) << 1;
    bad |= (corert_gc_collect(0) != CORERT_E_MISUSE) << 2;
    bad |= (corert_gc_stats(&stats) != CORERT_E_MISUSE) << 3;
    bad |= (corert_scope_open(&scope) != CORERT_E_MISUSE) << 4;
    bad |= (corert_string_from_utf8("x", 1, &h) != CORERT_E_MISUSE) << 5;
    bad |= (corert_thread_detach() != CORERT_E_MISUSE) << 6;
    bad |= (corert_shutdown() != CORERT_E_MISUSE) << 7;
    return bad;
}

static void
expect_child(pid_t child, int expected)
{
    int status = -1;

    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == expected, "status %#x", (unsigned)status);
}

static int
forks(int value)
{
    pid_t child = fork();

    if (child == 0) {
        alarm(60);
        _exit(child_finds_all_refused() | (add(1, 2) != 0 || corert_pending_status() != CORERT_E_MISUSE ? 64 : 0));
    }
    expect_child(child, 0);
    return value;
}

/* The child goes back through the managed frames that called the function. */
static int
forks_and_returns(int value)
{
    pid_t child = fork();

    if (child == 0) {
        alarm(60);
        return -value;
    }
    expect_child(child, 7);
    return value;
}

static void *
worker(void *stop)
{
    while (!*(volatile int *)stop)
        ck_assert_int_eq(churn(20), 55);
    return NULL;
}

/* Inside a host function, and outside; with threads that allocate and collect meanwhile. */
START_TEST(a_child_of_fork_is_refused_and_does_not_hang)
{
    pthread_t threads[2];
    int stop = 0;

    small_begin();
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, worker, &stop), 0);
    for (int i = 1; i <= 10; i++) {
        ck_assert_int_eq(down(3, forks, i), i + 3);
        ck_assert_int_eq(forks(i), i);
        if (down(3, forks_and_returns, i) != i + 3)
            _exit(7); /* the child */
    }
    stop = 1;
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    ck_assert_int_eq(corert_shutdown(), CORERT_OK);
}
END_TEST

START_TEST(a_child_from_before_may_start_an_engine_of_its_own)
{
    pid_t child = fork();

    if (child == 0) {
        alarm(60);
        small_begin();
        _exit(churn(20) == 55 && corert_shutdown() == CORERT_OK ? 5 : 6);
    }
    small_begin();
    expect_child(child, 5);
    ck_assert_int_eq(corert_shutdown(), CORERT_OK);
    /* And after an engine's end, which leaves nothing behind. */
    child = fork();
    if (child == 0) {
        alarm(60);
        small_begin();
        _exit(churn(20) == 55 && corert_shutdown() == CORERT_OK ? 5 : 6);
    }
    expect_child(child, 5);
}
END_TEST

/* ---- sandboxes ---- */

/* The system call fails with EPERM from here on; false: no such filters here. */
static bool
forbid(long number)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)number, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof code / sizeof *code, code};

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
}

static void *
other_thread(void *unused)
{
    ck_assert_int_eq(churn(50), 55);
    ck_assert_int_eq(overflow(), 1);
    ck_assert_int_eq(down(3, collects, 1), 4);
    return unused;
}

/* No process-wide barrier, no reading of memory by the system. 0: no affinity, without which the C library
 * does not tell where a stack lies; 1: no file after the load. */
static int
lives_in_a_sandbox(int which)
{
    pthread_t thread;

    if (!forbid(SYS_membarrier) || !forbid(SYS_process_vm_readv) || (!which && !forbid(SYS_sched_getaffinity)))
        return 77;
    small_begin();
    if (which && (!forbid(SYS_openat) || !forbid(SYS_open)))
        return 77;
    ck_assert_int_eq(pthread_create(&thread, NULL, other_thread, NULL), 0);
    other_thread(NULL);
    pthread_join(thread, NULL);
    ck_assert_int_eq(corert_shutdown(), CORERT_OK);
    return 5;
}

START_TEST(a_sandbox_may_forbid_much)
{
    int status = -1;
    pid_t child = fork();

    if (child == 0) {
        alarm(200);
        _exit(lives_in_a_sandbox(_i));
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_msg(WIFEXITED(status) && (WEXITSTATUS(status) == 5 || WEXITSTATUS(status) == 77), "status %#x",
                  (unsigned)status);
}
END_TEST

TCase *
case_small(void)
{
    TCase *c = tcase_create("small");

    tcase_set_timeout(c, 300);
    tcase_add_test(c, small_stacks_work_or_are_refused);
    tcase_add_test(c, a_child_of_fork_is_refused_and_does_not_hang);
    tcase_add_test(c, a_child_from_before_may_start_an_engine_of_its_own);
    tcase_add_loop_test(c, a_sandbox_may_forbid_much, 0, 2);
    return c;
}
