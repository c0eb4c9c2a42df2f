/* pal/linux_process.c - running another program and waiting for it. */
#include "pal/linux_priv.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum pal_status
pal_process_run(const char *const *argv, int *exit_code)
{
    posix_spawnattr_t attributes;
    char *const *arguments;
    int status, error;
    sigset_t none;
    pid_t child;

    *exit_code = -1;
    memcpy(&arguments, &argv, sizeof arguments); /* posix_spawn never writes through them */
    error = posix_spawnattr_init(&attributes);
    if (error != 0)
        return pal_status_of_errno(error);
    sigemptyset(&none); /* what this thread blocks is not the child's business */
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    error = posix_spawnp(&child, argv[0], NULL, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    if (error != 0)
        return pal_status_of_errno(error);
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR)
            return PAL_E_IO; /* a host that ignores SIGCHLD takes the result away */
    }
    *exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return PAL_OK;
}

/* ---- ends by signal ---- */

static sigset_t last_signals;

static void
last_wait(void *argument)
{
    void (*last)(void);
    int number = 0;

    memcpy(&last, argument, sizeof last);
    if (sigwait(&last_signals, &number) != 0)
        return;
    last();
    signal(number, SIG_DFL);
    pthread_sigmask(SIG_UNBLOCK, &last_signals, NULL);
    raise(number);
}

enum pal_status
pal_process_last_words(void (*last)(void))
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    static void (*kept)(void);
    struct pal_thread *thread;
    sigset_t failures;
    size_t i;

    kept = last;
    sigemptyset(&last_signals);
    sigemptyset(&failures); /* of writes: those say so by themselves */
    sigaddset(&failures, SIGPIPE);
    sigaddset(&failures, SIGXFSZ);
    for (i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct sigaction now;

        if (sigaction(numbers[i], NULL, &now) == 0 && now.sa_handler == SIG_DFL)
            sigaddset(&last_signals, numbers[i]);
    }
    if (pthread_sigmask(SIG_BLOCK, &last_signals, NULL) != 0 || pthread_sigmask(SIG_BLOCK, &failures, NULL) != 0)
        return PAL_E_IO;
    return pal_thread_start(&thread, last_wait, &kept, 0, "last words");
}

bool
pal_stderr_is_terminal(void)
{
    return isatty(STDERR_FILENO) != 0;
}

char *
pal_process_find(const char *name)
{
    const char *path = getenv("PATH"), *end;
    char candidate[4096];

    if (strchr(name, '/'))
        return access(name, X_OK) == 0 ? pal_strdup(name) : NULL;
    for (; path && *path; path = *end ? end + 1 : end) {
        int length;

        end = strchrnul(path, ':');
        length = snprintf(candidate, sizeof candidate, "%.*s/%s", (int)(end - path), path, name);
        if (length > 0 && (size_t)length < sizeof candidate && end > path &&
            pal_file_exists(candidate) && access(candidate, X_OK) == 0)
            return pal_strdup(candidate);
    }
    return NULL;
}
