/* tests/host/drop_in.c - host_drop_in MODULE: a program that opens a drop-in module as any library and,
 * unlike most such programs, knows the embedding API: what it may and may not do with an engine that the
 * module has started. */
#include "corert.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int (*answer)(void);

static void
expect(int holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "FAILED: %s\n", what);
    exit(1);
}

static void *
call(void *unused)
{
    expect(answer() == 42, "another thread calls");
    return unused;
}

static void
expect_serving(void)
{
    pthread_t thread;

    expect(answer() == 42, "the export serves");
    expect(pthread_create(&thread, NULL, call, NULL) == 0, "a thread");
    pthread_join(thread, NULL);
    expect(corert_gc_collect(CORERT_GC_COMPACT) == CORERT_OK, "a collection");
}

int
main(int argc, char **argv)
{
    const char *how = argc > 2 ? argv[2] : "";
    void *library, *address;
    corert_module *m;
    char text[512];

    if (strcmp(how, "first") == 0) /* the host starts the engine, the module joins */
        expect(corert_init(NULL) == CORERT_OK, "init");
    library = dlopen(argc > 1 ? argv[1] : "", RTLD_NOW);
    expect(library != NULL, "the module opens");
    address = dlsym(library, "starts_answer");
    expect(address != NULL, "the module has the export");
    memcpy(&answer, &address, sizeof answer);
    if (strcmp(how, "refused") == 0) { /* a setting that is none */
        expect(answer() == 0, "no start, no answer");
        expect(answer() == 0, "still none");
        return 0;
    }
    expect_serving();
    expect(corert_init(NULL) == CORERT_E_MISUSE, "a second init is refused");
    expect(corert_module_load(argv[1], &m, text, sizeof text) != CORERT_OK && !m && text[0],
           "the same module cannot be loaded too");
    for (int i = 0; i < 3; i++) {
        expect(corert_shutdown() == CORERT_E_BUSY, "shutdown is refused");
        expect_serving();
    }
    dlclose(library); /* it stays */
    expect_serving();
    expect(corert_thread_detach() == CORERT_OK, "detach");
    expect_serving();
    return 0;
}
