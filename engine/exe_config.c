/* engine/exe_config.c - what a compiled program takes from its environment.
 * A value that is not understood stops the program with a sentence: whoever set it wants to know.
 */
#include "engine/engine.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Decimal or hexadecimal digits and nothing else, from 0 to `most`. */
static bool
number_read(const char *text, int base, uint64_t most, uint64_t *out)
{
    char *end;

    if (!strchr("0123456789abcdefABCDEF", text[0]) || !text[0])
        return false;
    errno = 0;
    *out = strtoull(text, &end, base);
    return !errno && end != text && !*end && *out <= most;
}

/* Leaves *out alone when the variable is not set or empty. */
static bool
setting_read(const char *name, int base, uint64_t most, uint64_t *out, struct ldr_diag *diag)
{
    const char *text = getenv(name);

    if (!text || !text[0] || number_read(text, base, most, out))
        return true;
    ldr_diag_set(diag, "%s=%s: must be %s number from 0 to %" PRIu64, name, text,
                 base == 16 ? "a hexadecimal" : "a", most);
    return false;
}

static bool
small_setting_read(const char *name, uint32_t most, uint32_t *out, struct ldr_diag *diag)
{
    uint64_t value = *out;

    if (!setting_read(name, 10, most, &value, diag))
        return false;
    *out = (uint32_t)value;
    return true;
}

static bool
concurrent_read(corert_config *config, struct ldr_diag *diag)
{
    uint32_t on = config->gc_concurrent == CORERT_GC_CONCURRENT_ON;
    const char *text = getenv("CORERT_GCCONCURRENT");

    if (!small_setting_read("CORERT_GCCONCURRENT", 1, &on, diag))
        return false;
    if (text && text[0])
        config->gc_concurrent = on ? CORERT_GC_CONCURRENT_ON : CORERT_GC_CONCURRENT_OFF;
    return true;
}

bool
engine_config_from_environment(corert_config *config, struct ldr_diag *diag)
{
    return setting_read("DOTNET_GCHeapHardLimit", 16, UINT64_MAX, &config->heap_cap_bytes, diag) &&
           small_setting_read("CORERT_GCSTRESS", UINT32_MAX, &config->gc_stress_interval, diag) &&
           small_setting_read("CORERT_GCSTRESS_EVACUATE", 1, &config->gc_stress_evacuate, diag) &&
           concurrent_read(config, diag) &&
           small_setting_read("CORERT_GCSTRESS_CONCURRENT", 1, &config->gc_stress_concurrent, diag) &&
           small_setting_read("CORERT_VERIFYHEAP", 1, &config->gc_verify, diag) &&
           small_setting_read("CORERT_GCLOG", 1, &config->gc_log, diag) &&
           small_setting_read("CORERT_GCMARKTHREADS", 64, &config->gc_mark_threads, diag) &&
           small_setting_read("CORERT_NOTHREADS", 1, &config->no_threads, diag);
}

void
engine_log_to_stderr(void *context, corert_log_level level, const char *message)
{
    (void)context;
    (void)level;
    fprintf(stderr, "%s\n", message);
}
