/* pal/linux_signal.c - one signal a caller may take, and waiting on a word.
 * What a handler calls here takes no lock, allocates nothing and keeps errno. */
#include "pal/linux_priv.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

static _Atomic(pal_signal_fn *) taken_function;
static struct sigaction taken_before; /* what pal_signal_give_back restores */

/* Bytes of the register image that the kernel saved: what its own header inside says. */
static size_t
vector_bytes(const void *image)
{
    enum { BASIC = 512, SOFTWARE_PART = 464, MAGIC = 0x46505853 };
    uint32_t words[2];

    memcpy(words, (const uint8_t *)image + SOFTWARE_PART, sizeof words);
    return words[0] == MAGIC && words[1] >= BASIC ? words[1] : BASIC;
}

static void
handler(int number, siginfo_t *info, void *context)
{
    const ucontext_t *uc = context;
    pal_signal_fn *function = atomic_load(&taken_function);
    int saved_errno = errno;
    struct pal_interrupted at = {
        .pc = (uintptr_t)uc->uc_mcontext.gregs[REG_RIP],
        .rsp = (uintptr_t)uc->uc_mcontext.gregs[REG_RSP],
        .rbp = (uintptr_t)uc->uc_mcontext.gregs[REG_RBP],
        .rbx = (uintptr_t)uc->uc_mcontext.gregs[REG_RBX],
        .r12_to_r15 = {(uintptr_t)uc->uc_mcontext.gregs[REG_R12],
                       (uintptr_t)uc->uc_mcontext.gregs[REG_R13],
                       (uintptr_t)uc->uc_mcontext.gregs[REG_R14],
                       (uintptr_t)uc->uc_mcontext.gregs[REG_R15]},
        .registers = uc->uc_mcontext.gregs,
        .register_bytes = sizeof uc->uc_mcontext.gregs,
        .vectors = uc->uc_mcontext.fpregs,
        .vector_bytes = uc->uc_mcontext.fpregs ? vector_bytes(uc->uc_mcontext.fpregs) : 0};

    (void)number;
    (void)info;
    if (function)
        function(&at);
    errno = saved_errno;
}

enum pal_status
pal_signal_take(int number, pal_signal_fn *function)
{
    struct sigaction action;

    if (number < 1 || number > SIGRTMAX || number == SIGKILL || number == SIGSTOP ||
        number == SIGSEGV || number == SIGBUS || number == SIGFPE || number == SIGILL ||
        number == SIGTRAP || sigaction(number, NULL, &taken_before) != 0)
        return PAL_E_KIND;
    if (taken_before.sa_handler != SIG_DFL || atomic_load(&taken_function))
        return PAL_E_ACCESS;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
    sigfillset(&action.sa_mask); /* a thread that is held runs nobody's handlers */
    atomic_store(&taken_function, function);
    if (sigaction(number, &action, NULL) == 0)
        return PAL_OK;
    atomic_store(&taken_function, (pal_signal_fn *)NULL);
    return PAL_E_IO;
}

void
pal_signal_give_back(int number)
{
    struct sigaction now;

    /* A host that has taken it over meanwhile keeps it. */
    if (sigaction(number, NULL, &now) == 0 && (now.sa_flags & SA_SIGINFO) &&
        now.sa_sigaction == handler) {
        struct sigaction ignore;

        /* Ignoring drops those that still wait for a thread that blocks them: the default action
         * would end the process. */
        memset(&ignore, 0, sizeof ignore);
        ignore.sa_handler = SIG_IGN;
        sigaction(number, &ignore, NULL);
        sigaction(number, &taken_before, NULL);
    }
    atomic_store(&taken_function, (pal_signal_fn *)NULL);
}

bool
pal_signal_send(uint64_t thread_id, int number)
{
    return syscall(SYS_tgkill, getpid(), (pid_t)thread_id, number) == 0;
}

void
pal_signal_allow(int number)
{
    sigset_t only;

    sigemptyset(&only);
    sigaddset(&only, number);
    pthread_sigmask(SIG_UNBLOCK, &only, NULL);
}

void
pal_word_wait(_Atomic(uint32_t) *word, uint32_t value)
{
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

void
pal_word_wait_ns(_Atomic(uint32_t) *word, uint32_t value, uint64_t longest_ns)
{
    struct timespec longest = {(time_t)(longest_ns / 1000000000), (long)(longest_ns % 1000000000)};

    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, &longest, NULL, 0);
}

void
pal_word_wake_all(_Atomic(uint32_t) *word)
{
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

bool
pal_fork_child_call(void (*child)(void))
{
    return pthread_atfork(NULL, NULL, child) == 0;
}
