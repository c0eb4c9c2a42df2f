/* compiler/driver/report.c - --time-report: wall time of each phase. */
#include <stdio.h>

#include "compiler/base/diag.h"
#include "compiler/driver/drv.h"
#include "pal/pal.h"

enum { PHASES_MAX = 16 };

static struct {
    const char *name;
    uint64_t start_ns;
} phases[PHASES_MAX];
static unsigned phase_count;

void
drv_phase(struct drv *d, const char *name)
{
    (void)d;
    diag_progress("%s", name);
    if (phase_count < PHASES_MAX) {
        phases[phase_count].name = name;
        phases[phase_count++].start_ns = pal_time_ns();
    }
}

void
drv_phases_print(const struct drv *d)
{
    uint64_t end = pal_time_ns();

    if (!d->options.time_report)
        return;
    for (unsigned i = 0; i < phase_count; i++) {
        uint64_t until = i + 1 < phase_count ? phases[i + 1].start_ns : end;

        fprintf(stderr, "%-12s %8.1f ms\n", phases[i].name, (double)(until - phases[i].start_ns) / 1e6);
    }
    fprintf(stderr, "%-12s %8.1f ms\n", "total", (double)(end - phases[0].start_ns) / 1e6);
}
