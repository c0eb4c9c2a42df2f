/* tests/host/host.h - what the test hosts share: a module loaded and its exports found. */
#ifndef TESTS_HOST_HOST_H
#define TESTS_HOST_HOST_H

#include "corert.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Copies the address of export `name` into the function pointer `pointer`: C has no cast for it. */
#define HOST_BIND(module, name, pointer) host_bind((module), (name), &(pointer), sizeof(pointer))

static inline void
host_bind(const corert_module *module, const char *name, void *pointer, size_t bytes)
{
    void *address;

    if (corert_module_export(module, name, &address) != CORERT_OK) {
        fprintf(stderr, "no export %s\n", name);
        exit(1);
    }
    memcpy(pointer, &address, bytes);
}

static inline void
host_init(const corert_config *config)
{
    corert_status status = corert_init(config);

    if (status != CORERT_OK) {
        fprintf(stderr, "corert_init: %s\n", corert_status_text(status));
        exit(1);
    }
}

static inline corert_module *
host_load(const char *path)
{
    corert_module *module;
    char text[512];

    if (corert_module_load(path, &module, text, sizeof text) != CORERT_OK) {
        fprintf(stderr, "%s\n", text);
        exit(1);
    }
    return module;
}

#endif
