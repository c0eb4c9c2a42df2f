/* pal/linux_process.c - running another program and waiting for it. */
#include "pal/linux_priv.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum pal_status
pal_process_run(const char *const *argv, int *exit_code)
{
    char *const *arguments;
    int status, error;
    pid_t child;

    *exit_code = -1;
    memcpy(&arguments, &argv, sizeof arguments); /* posix_spawn never writes through them */
    error = posix_spawnp(&child, argv[0], NULL, NULL, arguments, environ);
    if (error != 0)
        return pal_status_of_errno(error);
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR)
            return PAL_E_IO; /* a host that ignores SIGCHLD takes the result away */
    }
    *exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return PAL_OK;
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
