/* embed-examples/calculator/host.c - the smallest host: start the engine, load a module, call C#.
 * usage: host MODULE.so */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "corert.h"

typedef int32_t add_fn(int32_t a, int32_t b);
typedef int32_t evaluate_fn(const char *text, double *result);
typedef int32_t calls_fn(void);

static int failures;

/* A function pointer may not be made from void * by assignment in strict C. */
static void
bind(const corert_module *module, const char *name, void *function, size_t size)
{
    void *address;
    corert_status st = corert_module_export(module, name, &address);

    if (st != CORERT_OK) {
        fprintf(stderr, "%s: %s\n", name, corert_status_text(st));
        failures++;
    }
    memcpy(function, &address, size);
}

static void
show(evaluate_fn *evaluate, const char *text)
{
    double value = 0;
    int32_t code = evaluate(text, &value);

    if (code == 0)
        printf("%s = %g\n", text, value);
    else
        printf("%s: %s\n", text, code == -2 ? "division by zero" : "not an expression");
}

int
main(int argc, char **argv)
{
    corert_config config = {.struct_size = sizeof config};
    corert_module *module;
    char message[256];
    add_fn *add;
    evaluate_fn *evaluate;
    calls_fn *calls;
    corert_status st;

    if (argc != 2) {
        fprintf(stderr, "usage: host MODULE.so\n");
        return 2;
    }
    st = corert_init(&config);
    if (st != CORERT_OK) {
        fprintf(stderr, "corert_init: %s\n", corert_status_text(st));
        return 1;
    }
    st = corert_module_load(argv[1], &module, message, sizeof message);
    if (st != CORERT_OK) {
        fprintf(stderr, "%s: %s\n", argv[1], message);
        return 1;
    }
    bind(module, "calc_add", &add, sizeof add);
    bind(module, "calc_evaluate", &evaluate, sizeof evaluate);
    bind(module, "calc_calls", &calls, sizeof calls);
    if (failures)
        return 1;
    printf("2 + 40 = %d\n", add(2, 40));
    show(evaluate, "2 3 + 4 *");
    show(evaluate, "1 0 /");
    show(evaluate, "1 +");
    printf("%d calls\n", calls());
    st = corert_shutdown();
    if (st != CORERT_OK)
        fprintf(stderr, "corert_shutdown: %s\n", corert_status_text(st));
    return st != CORERT_OK;
}
