/* tests/host/check_memory.c - the heap's cap and lengths that cannot be: exceptions that managed
 * code can catch, and a module that goes on. */
#include "tests/host/check_host.h"

#include <limits.h>
#include <sys/mman.h>

enum { ALLOC_KINDS = 8, MIB = 1 << 20, CAP_MIB = 16 };

enum outcome { NO_EXCEPTION, NO_MEMORY, OVERFLOWS, OUT_OF_RANGE };

static struct host_reports reports;

/* Without an allocation of its own. */
static void
still_runs(const corert_module *m)
{
    int (*add)(int, int);

    BIND(m, "guest_add", add);
    ck_assert_int_eq(add(40, 2), 42);
    ck_assert_uint_eq(reports.count, 0);
    ck_assert_int_eq(corert_pending_status(), CORERT_OK);
}

static corert_module *
capped_start(void)
{
    corert_module *m = guest_start(&reports, (uint64_t)CAP_MIB * MIB);

    still_runs(m); /* its static constructor has run: that one allocates */
    return m;
}

START_TEST(arrays_beyond_the_cap_are_refused)
{
    static const int bytes[] = {1000, 5000, 20000, 100000, 3000000};
    int (*fill)(int), count = 0;
    corert_module *m = capped_start();

    BIND(m, "guest_fill", fill);
    count = fill(bytes[_i]);
    ck_assert_int_gt(count, 0);
    ck_assert_int_le((int64_t)count * bytes[_i] / MIB, CAP_MIB);
    ck_assert_int_ge(count, CAP_MIB * MIB / bytes[_i] / 2); /* most of it could be used */
    still_runs(m);
    guest_stop();
}
END_TEST

START_TEST(small_objects_beyond_the_cap_are_refused)
{
    corert_module *m = capped_start();
    int (*fill)(void), count;

    BIND(m, "guest_fill_nodes", fill);
    count = fill();
    ck_assert_int_gt(count, CAP_MIB * MIB / 32 / 2); /* 32 bytes each */
    ck_assert_int_le(count, CAP_MIB * MIB / 32);
    still_runs(m);
    ck_assert_int_ge(fill(), 0); /* again */
    still_runs(m);
    guest_stop();
}
END_TEST

START_TEST(the_cap_is_for_one_run_of_the_engine)
{
    corert_module *m;
    int (*fill)(int);

    for (int i = 0; i < 3; i++) {
        m = capped_start();
        BIND(m, "guest_fill", fill);
        ck_assert_int_gt(fill(10000), 1000);
        guest_stop();
    }
}
END_TEST

START_TEST(lengths_that_cannot_be_are_exceptions)
{
    static const uint8_t negative[ALLOC_KINDS] = {OVERFLOWS, OVERFLOWS, OVERFLOWS, OUT_OF_RANGE,
                                                  OVERFLOWS, OVERFLOWS, OVERFLOWS, OUT_OF_RANGE};
    corert_module *m = capped_start();
    int (*allocate)(int, int);

    BIND(m, "guest_allocate", allocate);
    for (int kind = 0; kind < ALLOC_KINDS; kind++) {
        ck_assert_msg(allocate(kind, -1) == negative[kind], "kind %d, -1: %d", kind,
                      allocate(kind, -1));
        ck_assert_msg(allocate(kind, INT_MIN) == negative[kind], "kind %d, INT_MIN", kind);
        ck_assert_msg(allocate(kind, INT_MAX) == NO_MEMORY, "kind %d, INT_MAX: %d", kind,
                      allocate(kind, INT_MAX));
        ck_assert_msg(allocate(kind, 0x7FFFFFC7) == NO_MEMORY, "kind %d, the longest", kind);
        ck_assert_msg(allocate(kind, 1 << 29) == NO_MEMORY, "kind %d, 512 Mi", kind);
        ck_assert_msg(allocate(kind, 100) == NO_EXCEPTION, "kind %d, 100", kind);
        ck_assert_msg(allocate(kind, 0) == NO_EXCEPTION, "kind %d, 0", kind);
    }
    still_runs(m);
    guest_stop();
}
END_TEST

/* Without a cap of the host's these are refused all the same, at once. */
START_TEST(the_longest_array_is_refused_without_a_cap_too)
{
    corert_module *m = guest_start(&reports, 0);
    int (*allocate)(int, int);

    BIND(m, "guest_allocate", allocate);
    ck_assert_int_eq(allocate(0, INT_MAX), NO_MEMORY);
    ck_assert_int_eq(allocate(1, INT_MAX), NO_MEMORY);
    ck_assert_int_eq(allocate(2, -5), OVERFLOWS);
    still_runs(m);
    guest_stop();
}
END_TEST

/* ---- the host's memory ---- */

static struct {
    size_t reserved, committed, released, calls;
    int refuse; /* commits from this one on; 0: none */
} memory;

static void *
memory_reserve(void *context, size_t bytes, size_t alignment)
{
    uint8_t *at = mmap(NULL, bytes + alignment, PROT_NONE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    ck_assert_ptr_eq(context, &memory);
    memory.reserved += bytes;
    return at == MAP_FAILED ? NULL : (void *)(((uintptr_t)at + alignment) & -(uintptr_t)alignment);
}

static int
memory_commit(void *context, void *at, size_t bytes)
{
    ck_assert_ptr_eq(context, &memory);
    if (memory.refuse && --memory.refuse == 0) {
        memory.refuse = 1;
        return 0;
    }
    memory.committed += bytes;
    memory.calls++;
    return mprotect(at, bytes, PROT_READ | PROT_WRITE) == 0;
}

static int
memory_decommit(void *context, void *at, size_t bytes)
{
    ck_assert_ptr_eq(context, &memory);
    memory.committed -= bytes;
    return madvise(at, bytes, MADV_DONTNEED) == 0 && mprotect(at, bytes, PROT_NONE) == 0;
}

static void
memory_release(void *context, void *at, size_t bytes)
{
    ck_assert_ptr_eq(context, &memory);
    memory.released += bytes;
    munmap(at, bytes);
}

static const corert_memory_hooks memory_hooks = {memory_reserve, memory_commit, memory_decommit,
                                                 memory_release};

static corert_config
memory_config(void)
{
    return (corert_config){.struct_size = sizeof(corert_config),
                           .heap_cap_bytes = 64u << 20,
                           .context = &memory,
                           .memory = &memory_hooks};
}

START_TEST(the_heap_lives_in_the_hosts_memory)
{
    corert_config config = memory_config();
    corert_module *m;
    int (*churn)(int);

    memset(&memory, 0, sizeof memory);
    ck_assert_int_eq(corert_init(&config), CORERT_OK);
    m = guest_load();
    BIND(m, "guest_churn", churn);
    ck_assert_int_eq(churn(500000), 500000);
    ck_assert_uint_gt(memory.reserved, 64u << 20);
    ck_assert_uint_gt(memory.committed, 0);
    ck_assert_int_eq(corert_gc_collect(CORERT_GC_AGGRESSIVE), CORERT_OK);
    guest_stop();
    ck_assert_uint_eq(memory.reserved, memory.released);
}
END_TEST

/* The n-th commit fails: a status or an exception, and nothing is kept. */
START_TEST(refused_memory_ends_in_a_status)
{
    corert_config config = memory_config();
    corert_module *m;
    char text[256];
    int n, starts = 0, (*churn)(int);

    for (n = 1; n < 60; n++) {
        memset(&memory, 0, sizeof memory);
        memory.refuse = n;
        if (corert_init(&config) == CORERT_OK) {
            if (corert_module_load(GUEST_MODULE, &m, text, sizeof text) == CORERT_OK) {
                BIND(m, "guest_churn", churn);
                if (churn(500000) == 500000)
                    starts++;
                else
                    ck_assert_int_eq(corert_pending_status(), CORERT_E_EXCEPTION);
            }
            memory.refuse = 0;
            ck_assert_int_eq(corert_shutdown(), CORERT_OK);
        }
        ck_assert_uint_eq(memory.reserved, memory.released);
    }
    ck_assert_int_gt(starts, 0);
    config.memory = &(corert_memory_hooks){.reserve = memory_reserve};
    ck_assert_int_eq(corert_init(&config), CORERT_E_MISUSE);
    guest_start(NULL, 0);
    guest_stop();
}
END_TEST

TCase *
case_memory(void)
{
    TCase *c = tcase_create("memory");

    tcase_set_timeout(c, 60);
    tcase_add_loop_test(c, arrays_beyond_the_cap_are_refused, 0, 5);
    tcase_add_test(c, small_objects_beyond_the_cap_are_refused);
    tcase_add_test(c, the_cap_is_for_one_run_of_the_engine);
    tcase_add_test(c, lengths_that_cannot_be_are_exceptions);
    tcase_add_test(c, the_longest_array_is_refused_without_a_cap_too);
    tcase_add_test(c, the_heap_lives_in_the_hosts_memory);
    tcase_add_test(c, refused_memory_ends_in_a_status);
    return c;
}
