/* tests/bench/start_host.c - from nothing to a module's first answer: Start.cs as a library of corertc
 * (given libcorert.so) or of NativeAOT. Prints medians in microseconds:
 *   first    in a fresh process: the engine's library opened, started, module loaded, export called
 *   engine   of it, without opening the engine's library (a host is linked with it)
 *   process  the whole process, from fork to its end
 *   again    the same as engine in one process, after a shutdown (corertc only)
 * usage: start_host LIBRARY LIBCORERT.so|- [RUNS [MOST-ENGINE-US]]: fails when `engine` takes longer even in
 * the best tenth of the runs, which does not depend on what else the machine has to do */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RUNS_MOST = 1000 };

typedef int32_t start_fn(const char *word, int32_t more);

/* What a child tells: nanoseconds. */
struct times {
    int64_t first, engine;
};

static int64_t
now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void
fail(const char *what, const char *why)
{
    fprintf(stderr, "start_host: %s: %s\n", what, why);
    exit(1);
}

static void *
need(void *library, const char *name)
{
    void *p = library ? dlsym(library, name) : NULL;

    if (!p)
        fail(name, dlerror());
    return p;
}

/* One life of the engine up to the first answer. */
static void
engine_round(void *library, const char *path)
{
    int (*init)(const void *config);
    int (*load)(const char *path, void **out, char *message, size_t bytes);
    int (*find)(const void *module, const char *name, void **out);
    void *module, *function;
    char message[256] = "";
    start_fn *run;

    *(void **)&init = need(library, "corert_init");
    *(void **)&load = need(library, "corert_module_load");
    *(void **)&find = need(library, "corert_module_export");
    if (init(NULL) != 0 || load(path, &module, message, sizeof message) != 0 ||
        find(module, "start_export", &function) != 0)
        fail(path, message);
    *(void **)&run = function;
    if (run("forty", 2) != 42)
        fail(path, "a wrong answer");
}

static struct times
first_round(const char *path, const char *engine)
{
    int64_t begin = now(), opened = begin;
    struct times t;

    if (strcmp(engine, "-") == 0) {
        start_fn *run;

        *(void **)&run = need(dlopen(path, RTLD_NOW), "start_export");
        if (run("forty", 2) != 42)
            fail(path, "a wrong answer");
    } else {
        void *library = dlopen(engine, RTLD_NOW);

        need(library, "corert_init");
        opened = now();
        engine_round(library, path);
    }
    t.engine = now() - opened;
    t.first = now() - begin;
    return t;
}

/* A process of its own, which writes its times to standard output. */
static struct times
fresh_process(char **argv, int64_t *whole)
{
    int64_t begin = now();
    struct times t;
    int ends[2], status;
    pid_t child;

    if (pipe(ends) != 0 || (child = fork()) < 0)
        fail("fork", "refused");
    if (child == 0) {
        dup2(ends[1], 1);
        execl("/proc/self/exe", argv[0], argv[1], argv[2], "child", (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    if (read(ends[0], &t, sizeof t) != (ssize_t)sizeof t || waitpid(child, &status, 0) != child || status != 0)
        fail(argv[1], "the process failed");
    *whole = now() - begin;
    close(ends[0]);
    return t;
}

static int
by_size(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* Sorts them. */
static void
tell(const char *name, int64_t *ns, int count)
{
    qsort(ns, (size_t)count, sizeof *ns, by_size);
    fprintf(stderr, "%s us %.0f\n", name, (double)ns[count / 2] / 1000);
}

int
main(int argc, char **argv)
{
    static int64_t first[RUNS_MOST], engine[RUNS_MOST], process[RUNS_MOST], again[RUNS_MOST];
    int runs = argc > 3 ? atoi(argv[3]) : 101, i;
    double most = argc > 4 ? atof(argv[4]) : 0;
    struct times t;

    if (argc < 3)
        return 2;
    if (argc > 3 && strcmp(argv[3], "child") == 0) {
        t = first_round(argv[1], argv[2]);
        return write(1, &t, sizeof t) != (ssize_t)sizeof t;
    }
    if (runs < 1 || runs > RUNS_MOST)
        return 2;
    for (i = 0; i < runs; i++) {
        t = fresh_process(argv, &process[i]);
        first[i] = t.first;
        engine[i] = t.engine;
    }
    tell("start-first", first, runs);
    tell("start-engine", engine, runs);
    tell("start-process", process, runs);
    if (strcmp(argv[2], "-") != 0) {
        void *library = dlopen(argv[2], RTLD_NOW);

        for (i = 0; i < runs; i++) {
            int64_t begin = now();

            engine_round(library, argv[1]);
            again[i] = now() - begin;
            ((int (*)(void))(uintptr_t)need(library, "corert_shutdown"))();
        }
        tell("start-again", again, runs);
    }
    puts("start check 42");
    if (most > 0 && (double)engine[runs / 10] / 1000 > most) {
        fprintf(stderr, "start_host: the engine's start takes longer than %.0f us\n", most);
        return 1;
    }
    return 0;
}
