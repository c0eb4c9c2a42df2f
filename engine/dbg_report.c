/* engine/dbg_report.c - stacks that go with unhandled exceptions. The exception's own text stays as
 * the class library writes it; these lines come beside it. */
#include "engine/dbg.h"

#include "engine/engine.h"
#include "pal/pal.h"

#include <string.h>

enum { LINE_BYTES = 1024, TRACE_SEPARATOR = 1 };

static void
error_line(void *context, const char *line)
{
    (void)context;
    pal_write_error("corert: ", 8);
    pal_write_error(line, strlen(line));
    pal_write_error("\n", 1);
}

void
dbg_report_unhandled(struct thr_transition *at)
{
    struct dbg_regs from = dbg_regs_of(at);

    if (engine.stack_report)
        dbg_stack_lines(&from, 0, 0, error_line, NULL);
}

static void
log_line(void *context, const char *line)
{
    (void)context;
    engine_log(CORERT_LOG_INFO, "%s", line);
}

/* Finds where the innermost export was called: the first frame after the managed ones. */
struct outside {
    bool managed; /* managed frames have been seen */
    bool found;
    uintptr_t rsp;
};

static bool
outside_frame(const struct dbg_frame *frame, void *context)
{
    struct outside *o = context;

    if (o->managed && !frame->managed) {
        o->found = frame->pc != 0;
        o->rsp = frame->rsp;
        return false;
    }
    o->managed = o->managed || frame->managed;
    return true;
}

void
dbg_report_trace(const uintptr_t *trace, uint32_t count)
{
    const struct thr_transition *record = corert_thread.transition;
    struct dbg_images images = {.next = 0};
    struct outside outside = {.managed = false};
    char line[LINE_BYTES];
    struct dbg_regs at;
    unsigned shown = 0;

    if (!engine.log || !record || (intptr_t)record == THREAD_STATE_NO_FRAMES)
        return;
    for (uint32_t i = 0; i < count; i++) {
        if (trace[i] == TRACE_SEPARATOR)
            continue;
        dbg_pc_line(&images, shown++, trace[i], line, sizeof line);
        log_line(NULL, line);
    }
    dbg_images_close(&images);
    /* The export has caught the exception; from its caller on the stack is as it was. */
    at = dbg_regs_of(record);
    dbg_walk(&at, outside_frame, &outside);
    if (outside.found)
        dbg_stack_lines(&at, outside.rsp, shown, log_line, NULL);
}
