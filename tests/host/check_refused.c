/* tests/host/check_refused.c - the n-th allocation of native memory fails, for every n of a whole life:
 * init, load, calls, collections, finalizers, threads, shutdown. The linker puts functions of this file in
 * the place of the engine's own (pal), and the C library's malloc is replaced, so that what dlopen,
 * pthread_create and the class library's shims need fails too. Whatever comes of it: a status or an
 * exception, and afterwards a full life. */
#include "tests/host/check_host.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>

void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t count, size_t bytes);
void *__libc_realloc(void *block, size_t bytes);
void *__libc_memalign(size_t alignment, size_t bytes);

/* Allocations until one fails; negative: none will. After it `sticky` fails all others. */
static _Atomic(long) countdown = -1;
static _Atomic(int) sticky, refusals;

static int
refused(void)
{
    long left = countdown;

    if (left < 0)
        return 0;
    left = atomic_fetch_sub(&countdown, 1);
    if (left > 1)
        return 0;
    if (sticky)
        countdown = 1;
    else
        countdown = -1;
    refusals++;
    errno = ENOMEM;
    return 1;
}

void *
malloc(size_t bytes)
{
    return refused() ? NULL : __libc_malloc(bytes);
}

void *
calloc(size_t count, size_t bytes)
{
    return refused() ? NULL : __libc_calloc(count, bytes);
}

void *
realloc(void *block, size_t bytes)
{
    return refused() ? NULL : __libc_realloc(block, bytes);
}

void *
aligned_alloc(size_t alignment, size_t bytes)
{
    return refused() ? NULL : __libc_memalign(alignment, bytes);
}

int
posix_memalign(void **out, size_t alignment, size_t bytes)
{
    void *block = refused() ? NULL : __libc_memalign(alignment, bytes);

    if (!block)
        return ENOMEM;
    *out = block;
    return 0;
}

/* The engine's allocations; -Wl,--wrap. */
#define WRAP(type, name, parameters, arguments, failure)                                           \
    type __real_##name parameters;                                                                 \
    type __wrap_##name parameters;                                                                 \
    type __wrap_##name parameters                                                                  \
    {                                                                                              \
        return refused() ? (failure) : __real_##name arguments;                                    \
    }

WRAP(void *, pal_alloc, (size_t bytes), (bytes), NULL)
WRAP(void *, pal_alloc_zero, (size_t bytes), (bytes), NULL)
WRAP(void *, pal_realloc, (void *block, size_t bytes), (block, bytes), NULL)
WRAP(void *, pal_mem_reserve, (size_t bytes, size_t alignment), (bytes, alignment), NULL)
WRAP(bool, pal_mem_commit, (void *at, size_t bytes), (at, bytes), false)

static void
arm(long n, int all)
{
    refusals = 0;
    sticky = all;
    countdown = n;
}

static int
disarm(void)
{
    countdown = -1;
    return refusals;
}

/* ---- a life ---- */

enum phase { PHASE_INIT, PHASE_LOAD, PHASE_WORK, PHASE_END };

static void
on_unhandled(void *context, const char *text)
{
    (void)context;
    (void)text;
}

/* Check allocates when it asserts, which must not fail: the first wrong thing is kept. */
static char wrong[200];

#define HOLD(condition, ...)                                                                       \
    do {                                                                                           \
        if (!(condition) && !wrong[0])                                                             \
            snprintf(wrong, sizeof wrong, __VA_ARGS__);                                            \
    } while (0)

static void *
export_of(const corert_module *m, const char *name)
{
    void *address = NULL;

    HOLD(corert_module_export(m, name, &address) == CORERT_OK, "no export %s", name);
    return address;
}

/* An export returns what it should, or 0 with a status; -1 and -2 stand for exceptions. */
static void
expect_call(int got, int want, const char *what)
{
    corert_status status = corert_pending_status();

    if (status == CORERT_OK)
        HOLD(got == want || got == -1 || got == -2, "%s gives %d", what, got);
    else
        HOLD(got == 0, "%s gives %d with status %d", what, got, (int)status);
}

static void
use_api(void)
{
    corert_scope scope;
    corert_handle h, other;

    if (corert_string_from_utf8("a text", SIZE_MAX, &h) != CORERT_OK)
        return;
    if (corert_handle_new(h, CORERT_HANDLE_WEAK, &other) == CORERT_OK)
        HOLD(corert_handle_free(other) == CORERT_OK, "the weak handle is gone");
    if (corert_scope_open(&scope) == CORERT_OK) {
        if (corert_handle_new(h, CORERT_HANDLE_STRONG, &other) == CORERT_OK)
            HOLD(other != 0, "no handle");
        HOLD(corert_scope_close(&scope) == CORERT_OK, "the scope does not close");
    }
    HOLD(corert_handle_free(h) == CORERT_OK, "the handle is gone");
}

static void
work(const corert_module *m, bool threads)
{
    int (*run)(int, int) = (int (*)(int, int))(uintptr_t)export_of(m, "faults_work");
    int (*add)(int, int) = (int (*)(int, int))(uintptr_t)export_of(m, "faults_add");
    int (*wait)(void) = (int (*)(void))(uintptr_t)export_of(m, "faults_wait");
    static const struct {
        int kind, want;
    } works[] = {{0, 20}, {8, 20}, {9, 20}, {10, 20}, {15, 21}, {16, 20}, {19, 7}, {20, 22}, {22, 20}};
    corert_error *error = NULL;

    if (!run || !add || !wait)
        return;
    expect_call(add(1, 2), 3, "add");
    for (size_t i = 0; i < sizeof works / sizeof *works; i++)
        if (threads || works[i].kind != 15)
            expect_call(run(works[i].kind, 20), works[i].want, "work");
    (void)run(5, 20); /* an exception with its trace */
    (void)corert_gc_collect(CORERT_GC_COMPACT);
    (void)corert_run_finalizers(0, NULL);
    (void)wait();
    (void)corert_error_take(&error);
    corert_error_free(error);
    use_api();
    (void)corert_thread_detach();
    expect_call(add(1, 2), 3, "add after a detach");
}

/* One life; the phase's allocations fail from the n-th on, or only that. Returns whether one did. */
static int
life(long n, int all, int phase)
{
    corert_config config = {.struct_size = sizeof config,
                            .heap_cap_bytes = 64u << 20,
                            .unhandled = on_unhandled,
                            .gc_mark_threads = 2,
                            .gc_verify = 1};
    corert_module *m = NULL;
    char text[256] = "";
    corert_status init, load = CORERT_E_MISUSE, end = CORERT_OK;
    int hit = 0;

    wrong[0] = 0;
    arm(phase == PHASE_INIT ? n : -1, all);
    init = corert_init(&config);
    hit += disarm();
    if (init == CORERT_OK) {
        arm(phase == PHASE_LOAD ? n : -1, all);
        load = corert_module_load(FAULTS_MODULE, &m, text, sizeof text);
        hit += disarm();
        arm(phase == PHASE_WORK ? n : -1, all);
        if (load == CORERT_OK)
            work(m, !all); /* who starts a thread waits until there is memory for it */
        hit += disarm();
        (void)corert_pending_status();
        arm(phase == PHASE_END ? n : -1, all);
        end = corert_shutdown();
        hit += disarm();
    }
    ck_assert_msg(!wrong[0], "%s", wrong);
    ck_assert_msg(init == CORERT_OK || init == CORERT_E_NOMEM, "init: %d", (int)init);
    ck_assert_msg(load == CORERT_OK || init != CORERT_OK || text[0], "load: %d", (int)load);
    ck_assert_msg(end == CORERT_OK, "shutdown: %d", (int)end);
    if (n < 0)
        ck_assert_msg(load == CORERT_OK, "%s", text);
    return hit;
}

/* `_i`: which phase, and whether the allocations after the n-th fail too. */
START_TEST(every_refused_allocation_is_survived)
{
    int hit = 1, n, step = 1;

    life(-1, 0, PHASE_INIT);
    for (n = 1; hit && n < 50000; n += step) {
        hit = life(n, _i % 2, _i / 2);
        if (n % 16 == 1)
            life(-1, 0, PHASE_INIT); /* nothing stays broken */
        step = n < 60 ? 1 : n / 16; /* thousands, of which many are alike */
    }
    life(-1, 0, PHASE_INIT);
    ck_assert(!hit);
    if (_i / 2 != PHASE_END)
        ck_assert_int_gt(n, 5);
}
END_TEST

int
main(void)
{
    Suite *s = suite_create("refused");
    TCase *c = tcase_create("refused");
    SRunner *runner;
    int failed;

    tcase_set_timeout(c, 120);
    tcase_add_loop_test(c, every_refused_allocation_is_survived, 0, 8);
    suite_add_tcase(s, c);
    runner = srunner_create(s);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
