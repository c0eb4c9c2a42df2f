/* tests/bench/calls_host.c - what a call of an export costs a C host: Calls.cs as a library, of corertc
 * (given libcorert.so) or of NativeAOT.
 * usage: calls_host LIBRARY [LIBCORERT.so] [CALLS] */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef int32_t add_fn(int32_t a, int32_t b);

static void *
need(void *library, const char *name)
{
    void *p = library ? dlsym(library, name) : NULL;

    if (!p) {
        fprintf(stderr, "calls_host: %s: %s\n", name, dlerror());
        exit(1);
    }
    return p;
}

/* Through the engine's public functions, so that one host serves both. */
static void *
corert_export(const char *engine, const char *module)
{
    void *library = dlopen(engine, RTLD_NOW), *opened = NULL, *function = NULL;
    int (*init)(const void *config);
    int (*load)(const char *path, void **out, char *message, size_t bytes);
    int (*find)(const void *module, const char *name, void **out);
    struct {
        size_t size;
        unsigned char rest[1016];
    } config = {sizeof(size_t), {0}};
    char message[256] = "";

    *(void **)&init = need(library, "corert_init");
    *(void **)&load = need(library, "corert_module_load");
    *(void **)&find = need(library, "corert_module_export");
    if (init(&config) != 0 || load(module, &opened, message, sizeof message) != 0 || find(opened, "calls_export", &function) != 0) {
        fprintf(stderr, "calls_host: %s: %s\n", module, message);
        exit(1);
    }
    return function;
}

int
main(int argc, char **argv)
{
    long calls = argc > 3 ? atol(argv[3]) : 20000000;
    struct timespec a, b;
    int64_t sum = 0;
    add_fn *add;

    if (argc < 2)
        return 2;
    if (argc > 2 && *argv[2])
        *(void **)&add = corert_export(argv[2], argv[1]);
    else
        *(void **)&add = need(dlopen(argv[1], RTLD_NOW), "calls_export");
    sum = add(0, 0); /* attaches the thread */
    clock_gettime(CLOCK_MONOTONIC, &a);
    for (long i = 0; i < calls; i++)
        sum += add((int32_t)i, 1);
    clock_gettime(CLOCK_MONOTONIC, &b);
    printf("export check %lld\n", (long long)sum);
    fprintf(stderr, "export ns %.2f\n", ((double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec)) / (double)calls);
    return 0;
}
