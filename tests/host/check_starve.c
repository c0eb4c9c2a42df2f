/* tests/host/check_starve.c - OutOfMemoryException wherever managed code can meet it: the heap is full
 * but for a random rest when a piece of work begins. Whatever it comes to, the heap is valid (every
 * collection checks it), and with room the same work gives the right result. */
#include "tests/host/check_host.h"

#include <stdbool.h>

enum { CAP_MIB = 4, SEEDS = 500, SIZES = 1500, KINDS = 24, YIELDS = 6, STARTS = 15 };

static int (*work)(int, int), (*starve)(int, int, int), (*starve_out)(int, int, int);
static int (*relieve)(void), (*add)(int, int);
static struct host_reports reports;
static unsigned failed;

static void
on_log(void *context, corert_log_level level, const char *message)
{
    (void)context;
    (void)level;
    (void)message;
}

static void
on_unhandled(void *context, const char *message)
{
    struct host_reports *r = context;

    r->count++;
    snprintf(r->last, sizeof r->last, "%s", message);
}

static uint32_t
next_random(uint32_t *x)
{
    *x ^= *x << 13;
    *x ^= *x >> 17;
    *x ^= *x << 5;
    return *x;
}

static void
begin(uint32_t stress)
{
    corert_config config = {.struct_size = sizeof config,
                            .heap_cap_bytes = (uint64_t)CAP_MIB << 20,
                            .log = on_log,
                            .unhandled = on_unhandled,
                            .context = &reports,
                            .gc_stress_evacuate = stress,
                            .gc_verify = 1};
    corert_module *m;
    char text[256];
    int (*count)(void);

    memset(&reports, 0, sizeof reports);
    ck_assert_int_eq(corert_init(&config), CORERT_OK);
    ck_assert_msg(corert_module_load(FAULTS_MODULE, &m, text, sizeof text) == CORERT_OK, "%s", text);
    BIND(m, "faults_works", count);
    BIND(m, "faults_work", work);
    BIND(m, "faults_starve", starve);
    BIND(m, "faults_starve_out", starve_out);
    BIND(m, "faults_relieve", relieve);
    BIND(m, "faults_add", add);
    for (int kind = 0; kind < count(); kind++)
        ck_assert_int_ne(work(kind, SIZES - 1), -1);
    failed = 0;
}

/* Small arrays that are free again when the work begins: mostly few. */
static int
random_drop(uint32_t *x)
{
    static const uint32_t most[] = {3, 30, 300, 3000};

    return (int)(next_random(x) % most[next_random(x) % 4]);
}

static void
one_seed(uint32_t seed)
{
    uint32_t x = seed * 2654435761u + 1;
    int kind = (int)(next_random(&x) % KINDS), n = (int)(next_random(&x) % SIZES);
    int drop = random_drop(&x), want, got;

    if (kind == YIELDS || kind == STARTS)
        return; /* other threads have no memory then: below */
    want = work(kind, n);
    ck_assert_msg(want != -1 && want != -2, "seed %u: work %d(%d) gives %d", seed, kind, n, want);
    got = starve(kind, n, drop);
    ck_assert_msg(got == want || got == -1, "seed %u: work %d(%d), %d arrays free: %d, not %d", seed,
                  kind, n, drop, got, want);
    failed += got == -1;
    ck_assert_msg(add(1, 2) == 3, "seed %u: %s", seed, reports.last);
    relieve();
    ck_assert_msg(work(kind, n) == want, "seed %u: work %d(%d) differs afterwards", seed, kind, n);
}

START_TEST(no_memory_at_random_points_leaves_a_valid_heap)
{
    begin((uint32_t)_i);
    for (uint32_t seed = 0; seed < SEEDS; seed++)
        one_seed(seed + (uint32_t)_i * SEEDS);
    ck_assert_uint_gt(failed, SEEDS / 4);
    ck_assert_uint_eq(reports.count, 0);
    guest_stop();
}
END_TEST

/* The exception leaves the export: making its text, its trace and the report need memory too. */
START_TEST(no_memory_at_an_export_is_a_status)
{
    uint32_t x = 99;
    unsigned ended = 0;

    begin(0);
    for (int i = 0; i < 200; i++) {
        int kind = (int)(next_random(&x) % 5), n = (int)(next_random(&x) % SIZES);
        int want = work(kind, n), got = starve_out(kind, n, random_drop(&x));
        corert_error *e;
        corert_status status = corert_error_take(&e);

        if (status == CORERT_OK) {
            ck_assert_int_eq(got, want);
        } else {
            ck_assert_int_eq(status, CORERT_E_EXCEPTION);
            ck_assert_int_eq(got, 0);
            ended++;
        }
        corert_error_free(e);
        relieve();
        ck_assert_int_eq(work(kind, n), want);
    }
    ck_assert_uint_gt(ended, 20);
    ck_assert_uint_eq(reports.count, ended);
    guest_stop();
}
END_TEST

/* true: the answer of an export is one. false: its module has ended, which was told. */
static bool
is_open(int answer)
{
    if (answer != 0)
        return true;
    ck_assert_int_eq(corert_pending_status(), CORERT_E_CLOSED);
    ck_assert_uint_gt(reports.count, 0);
    return false;
}

/* Threads of managed code that have no memory when they start end their module, as any exception of
 * theirs that nobody handles: now, or as late as when there is memory again. Who waits for them comes
 * out with zero; the engine and its heap are as good as before. */
START_TEST(no_memory_on_other_threads_ends_the_module_at_worst)
{
    uint32_t x = 4711;
    unsigned ended = 0;

    for (int i = 0; i < 60; i++) {
        int kind = i % 2 ? YIELDS : STARTS, got, again;

        begin(0);
        got = starve(kind, 5, random_drop(&x));
        if (is_open(got)) {
            ck_assert_msg(got == 6 || got == -1, "%d gives %d", kind, got);
            relieve();
            again = work(kind, 5);
            ck_assert_msg(again == 6 || again == 0, "%d then gives %d", kind, again);
            ended += !is_open(again);
        } else {
            ended++;
        }
        ck_assert_int_eq(corert_gc_collect(CORERT_GC_COMPACT), CORERT_OK);
        ck_assert_int_eq(corert_shutdown(), CORERT_OK);
    }
    ck_assert_uint_lt(ended, 60);
}
END_TEST

/* The API's own objects when there is no room for one. */
START_TEST(no_memory_is_a_status_of_the_api)
{
    corert_handle kept[4000], h;
    unsigned count = 0;
    corert_status status = CORERT_OK;

    begin(0);
    while (count < 4000 && status == CORERT_OK) {
        status = corert_array_new(CORERT_KIND_UINT8, 8000, &h);
        if (status == CORERT_OK)
            kept[count++] = h;
    }
    ck_assert_int_eq(status, CORERT_E_NOMEM);
    ck_assert(h == 0);
    ck_assert_int_eq(corert_pending_status(), CORERT_OK);
    for (int i = 0; i < 3000; i++)
        status = corert_string_from_utf8("a text that needs some room in the heap", SIZE_MAX, &h);
    ck_assert_int_eq(status, CORERT_E_NOMEM);
    ck_assert_int_eq(corert_gc_collect(0), CORERT_OK);
    while (count)
        ck_assert_int_eq(corert_handle_free(kept[--count]), CORERT_OK);
    ck_assert_int_eq(work(1, 100), work(1, 100));
    guest_stop();
}
END_TEST

TCase *
case_starve(void)
{
    TCase *c = tcase_create("starve");

    tcase_set_timeout(c, 120);
    tcase_add_loop_test(c, no_memory_at_random_points_leaves_a_valid_heap, 0, 2);
    tcase_add_test(c, no_memory_at_an_export_is_a_status);
    tcase_add_test(c, no_memory_on_other_threads_ends_the_module_at_worst);
    tcase_add_test(c, no_memory_is_a_status_of_the_api);
    return c;
}
