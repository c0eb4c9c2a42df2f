/* tests/install/static/host.c - engine and module inside; linked with -static, -static-pie or neither, which IS_STATIC
 * tells. The argument is a module file, which only the last may load. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "inside.h"

static int failures;

static void
expect(int condition, const char *what)
{
    if (!condition) {
        printf("FAILED %s\n", what);
        failures++;
    }
}

static void *
other_thread(void *argument)
{
    *(int32_t *)argument = inside_catch(3);
    return NULL;
}

int
main(int argc, char **argv)
{
    corert_module *module, *second = NULL;
    corert_error *error = NULL;
    pthread_t thread;
    uint8_t text[1024];
    char message[1024] = "", stack[4096];
    int32_t result = 0;
    corert_status st;

    if (argc != 2 || corert_init(NULL) != CORERT_OK)
        return 2;
    if (inside_attach(&module, message, sizeof message) != CORERT_OK) {
        puts(message);
        return 2;
    }
    expect(inside_tasks(50) == 1276, "tasks and threads");
    expect(inside_collect(5) == 1000, "collections");
    expect(inside_catch(20) == -2, "exceptions with filters and finally blocks");
    expect(pthread_create(&thread, NULL, other_thread, &result) == 0 && pthread_join(thread, NULL) == 0 && result == -2, "a thread of the host");
    expect(inside_files() == 1, "files and the clock");
    inside_throw();
    expect(corert_error_take(&error) == CORERT_E_EXCEPTION && error, "an exception out of an export");
    corert_error_free(error);
    expect(corert_stack_text(stack, sizeof stack, NULL) == CORERT_OK && strstr(stack, "main"), "a stack text with the host's function");

    expect(inside_library(text, sizeof text) == 0, "a library by name");
    expect((strstr((char *)text, "not supported: loading a library in a static executable") != NULL) == IS_STATIC, (char *)text);
    expect(IS_STATIC || strcmp((char *)text, "cos 1") == 0, (char *)text);
    st = corert_module_load(argv[1], &second, message, sizeof message);
    expect(st == CORERT_E_UNSUPPORTED && !second, "the status of corert_module_load");
    expect((strstr(message, "not supported: loading modules in a static executable") != NULL) == IS_STATIC, message);
    expect(IS_STATIC || strstr(message, "one self-contained"), message);
    expect(corert_shutdown() == CORERT_OK, "shutdown");
    puts(failures ? "failed" : "all inside");
    return failures != 0;
}
