/* tests/host/little.c - MODULE [CAP-MIB]: a host for machines with little address space (`ulimit -v`). Ends
 * with 0 when all of a small plugin's life works; with 3 and a sentence when the engine says that it cannot. */
#include "corert.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
ends(corert_status status, const char *what, const char *message)
{
    printf("%s: %s%s%s\n", what, corert_status_text(status), *message ? ": " : "", message);
    return status == CORERT_E_NOMEM ? 3 : 1;
}

static void
log_line(void *context, corert_log_level level, const char *message)
{
    (void)context;
    if (level != CORERT_LOG_INFO)
        printf("%s\n", message);
}

int
main(int argc, char **argv)
{
    corert_config config = {.struct_size = sizeof config, .log = log_line};
    struct corert_gc_stats stats = {.struct_size = sizeof stats};
    int (*churn)(int) = NULL, (*library)(int) = NULL;
    void *address;
    corert_module *m;
    char message[512] = "";
    corert_status status;

    if (argc > 2)
        config.heap_cap_bytes = (uint64_t)atoi(argv[2]) << 20;
    status = corert_init(&config);
    if (status != CORERT_OK)
        return ends(status, "init", message);
    status = corert_module_load(argv[1], &m, message, sizeof message);
    if (status != CORERT_OK)
        return ends(status, "load", message);
    if (corert_module_export(m, "frames_churn", &address) == CORERT_OK)
        memcpy(&churn, &address, sizeof churn);
    if (corert_module_export(m, "frames_library", &address) == CORERT_OK)
        memcpy(&library, &address, sizeof library);
    if (!churn || !library)
        return 1;
    /* More than the heap can hold at once. */
    for (int i = 0; i < 60; i++)
        if (churn(2000) != 55)
            return ends(corert_pending_status(), "churn", message);
    if (library(3) != 7)
        return ends(corert_pending_status(), "library", message);
    if (corert_gc_stats(&stats) != CORERT_OK || corert_gc_collect(CORERT_GC_COMPACT) != CORERT_OK)
        return 1;
    printf("cap %llu KiB, %llu collections\n", (unsigned long long)stats.heap_cap_bytes / 1024,
           (unsigned long long)stats.collections);
    status = corert_shutdown();
    return status == CORERT_OK ? 0 : ends(status, "shutdown", message);
}
