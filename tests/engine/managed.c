/* tests/engine/managed.c - registers the stand-in module and answers its calls. */
#include "tests/engine/managed.h"

#include <link.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct test_type mt_base = {0, 24, NULL, 0};
const struct test_type mt_derived = {0, 24, &mt_base, 0};
const struct test_type mt_other = {0, 24, NULL, 0};

_Thread_local int64_t log_events[LOG_MAX];
_Thread_local unsigned log_count;
_Thread_local struct test_exception *next_exception;
_Thread_local void *trace_frames[64];
_Thread_local int32_t trace_found;
uint32_t trace_capacity = 64;
void (*native_hook)(void);
void *(*resolver)(void *object, const void *interface_type, uint16_t slot);

extern const char __start_managed[], __stop_managed[];

static struct eh_module module;

void
log_event(int64_t event)
{
    if (log_count < LOG_MAX)
        log_events[log_count++] = event;
}

void
log_reset(void)
{
    log_count = 0;
}

bool
log_is(unsigned count, ...)
{
    bool same = count == log_count;
    va_list list;
    unsigned i;

    va_start(list, count);
    for (i = 0; i < count && same; i++)
        same = va_arg(list, int) == log_events[i];
    va_end(list);
    if (!same) {
        fprintf(stderr, "events:");
        for (i = 0; i < log_count; i++)
            fprintf(stderr, " %lld", (long long)log_events[i]);
        fprintf(stderr, "\n");
    }
    return same;
}

void *
made_exception(void)
{
    return next_exception;
}

int64_t
number(int64_t x)
{
    return x;
}

int64_t
native_calls_back(managed_fn *f, void *o)
{
    return enter(f, o) + 1;
}

int64_t
native_takes_trace(void *address_in_frame)
{
    trace_found = RhpGetCurrentThreadStackTrace(trace_frames, trace_capacity, address_in_frame);
    if (native_hook)
        native_hook();
    return trace_found;
}

void *
resolve_in_c(void *object, const void *interface_type, uint16_t slot)
{
    return resolver(object, interface_type, slot);
}

/* ---- the class library's side ---- */

static void *
trace_new(int32_t length)
{
    struct test_array *a = calloc(1, sizeof *a + (size_t)length * sizeof a->data[0]);

    a->length = (uint32_t)length;
    return a;
}

static void
trace_store(void **slot, void *value)
{
    free(*slot); /* no collector here */
    *slot = value;
}

static void *
runtime_exception(int32_t id)
{
    log_event(1000 + id);
    return next_exception;
}

struct eh_classlib test_classlib = {
    .get_runtime_exception = runtime_exception, .trace_new = trace_new, .store_ref = trace_store};

static int
find_own_header(struct dl_phdr_info *info, size_t size, void *context)
{
    uintptr_t code = (uintptr_t)__start_managed;
    bool here = false;
    int i;

    (void)size;
    (void)context;
    for (i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *p = &info->dlpi_phdr[i];
        uintptr_t at = info->dlpi_addr + p->p_vaddr;

        if (p->p_type == PT_LOAD && code >= at && code < at + p->p_memsz)
            here = true;
        if (p->p_type == PT_GNU_EH_FRAME) {
            module.eh_frame_hdr = (const uint8_t *)at;
            module.eh_frame_hdr_bytes = p->p_memsz;
        }
    }
    return here;
}

void
managed_setup(void)
{
    static const struct eh_exception_layout layout = {offsetof(struct test_exception, trace),
                                                      offsetof(struct test_exception, trace_count)};

    dl_iterate_phdr(find_own_header, NULL);
    module.code_start = __start_managed;
    module.code_end = __stop_managed;
    if (!eh_module_register(&module) || !thr_init(NULL))
        abort();
    eh_classlib_set(&test_classlib, &layout);
    log_reset();
    next_exception = exception_new(&mt_other);
}

void
managed_teardown(void)
{
    exception_free(next_exception);
    eh_module_unregister(&module);
    eh_shutdown();
    thr_shutdown();
}

struct test_exception *
exception_new(const struct test_type *type)
{
    struct test_exception *e = calloc(1, sizeof *e);

    e->type = type;
    return e;
}

void
exception_free(struct test_exception *e)
{
    if (e)
        free(e->trace);
    free(e);
}

const struct test_array *
exception_trace(const struct test_exception *e)
{
    return e->trace;
}

unsigned
inflight_count(void)
{
    const struct eh_record *r;
    unsigned n = 0;

    for (r = corert_thread.eh_inflight; r; r = r->older)
        n++;
    return n;
}
