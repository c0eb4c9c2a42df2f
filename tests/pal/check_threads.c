/* tests/pal/check_threads.c - threads, locks, keys, clocks and dynamic libraries. */
#define _GNU_SOURCE
#include "pal/pal.h"
#include "tests/pal/suites.h"

#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { worker_count = 4, rounds = 20000 };

struct shared {
    struct pal_mutex lock;
    struct pal_cond changed;
    unsigned sum;      /* under lock */
    bool go;           /* under lock */
    atomic_uint ended; /* key destructors that ran */
    pal_key key;
    uint64_t ids[worker_count]; /* each written by one worker, read after join */
    atomic_uint next_id;
    atomic_bool stack_ok;
};

static struct shared *destructor_target;

static void
worker(void *argument)
{
    struct shared *s = argument;
    void *low, *high;
    int here, i;

    pal_mutex_lock(&s->lock);
    while (!s->go)
        pal_cond_wait(&s->changed, &s->lock);
    pal_mutex_unlock(&s->lock);
    for (i = 0; i < rounds; i++) {
        pal_mutex_lock(&s->lock);
        s->sum++;
        pal_mutex_unlock(&s->lock);
    }
    s->ids[atomic_fetch_add(&s->next_id, 1)] = pal_thread_id();
    if (!pal_thread_stack(&low, &high) || (char *)&here < (char *)low || (char *)&here >= (char *)high)
        atomic_store(&s->stack_ok, false);
    pal_key_set(s->key, s);
}

static void
key_ended(void *value)
{
    if (value == destructor_target)
        atomic_fetch_add(&destructor_target->ended, 1);
}

static void
name_show(void *out)
{
    ck_assert_int_eq(prctl(PR_GET_NAME, out), 0);
}

/* 15 bytes, and no part of a character. */
START_TEST(names_of_threads_are_cut_between_characters)
{
    static const char *const row[][2] = {{"short", "short"},
                                         {"fifteen bytes..", "fifteen bytes.."},
                                         {"sixteen bytes...", "sixteen bytes.."},
                                         {"thirteen b...\xC3\xBC!", "thirteen b...\xC3\xBC"},
                                         {"fourteen b....\xC3\xBC!", "fourteen b...."},
                                         {"twelve b....\xF0\x9F\x98\x80", "twelve b...."}};
    struct pal_thread *thread;
    char seen[16];

    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        ck_assert_int_eq(pal_thread_start(&thread, name_show, seen, 0, row[i][0]), PAL_OK);
        pal_thread_join(thread);
        ck_assert_str_eq(seen, row[i][1]);
    }
}
END_TEST

START_TEST(threads_share_a_mutex_and_wake_by_condition)
{
    static struct shared s;
    struct pal_thread *threads[worker_count];
    size_t i, k;

    destructor_target = &s;
    atomic_store(&s.stack_ok, true);
    ck_assert_int_eq(pal_key_new(&s.key, key_ended), PAL_OK);
    ck_assert_uint_ne(s.key, 0);
    ck_assert_ptr_null(pal_key_get(s.key));
    for (i = 0; i < worker_count; i++)
        ck_assert_int_eq(
            pal_thread_start(&threads[i], worker, &s, 256 * 1024, "a name longer than fifteen"),
            PAL_OK);
    pal_mutex_lock(&s.lock);
    s.go = true;
    pal_cond_wake_all(&s.changed);
    pal_mutex_unlock(&s.lock);
    for (i = 0; i < worker_count; i++)
        pal_thread_join(threads[i]);
    ck_assert_uint_eq(s.sum, worker_count * rounds);
    ck_assert_uint_eq(atomic_load(&s.ended), worker_count);
    ck_assert(atomic_load(&s.stack_ok));
    for (i = 0; i < worker_count; i++) {
        ck_assert_uint_ne(s.ids[i], pal_thread_id());
        for (k = 0; k < i; k++)
            ck_assert_uint_ne(s.ids[i], s.ids[k]);
    }
    pal_key_free(s.key);
}
END_TEST

START_TEST(timed_wait_ends_when_its_time_is_over)
{
    static struct pal_mutex lock;
    static struct pal_cond never;
    uint64_t start = pal_time_ns();
    bool woken = true;

    pal_mutex_lock(&lock);
    while (woken) /* spurious wakes are allowed */
        woken = pal_cond_wait_ns(&never, &lock, 2000000);
    pal_mutex_unlock(&lock);
    ck_assert_uint_ge(pal_time_ns() - start, 2000000);
}
END_TEST

START_TEST(try_lock_fails_while_held)
{
    static struct pal_mutex lock;

    ck_assert(pal_mutex_try_lock(&lock));
    ck_assert(!pal_mutex_try_lock(&lock));
    pal_mutex_unlock(&lock);
    ck_assert(pal_mutex_try_lock(&lock));
    pal_mutex_unlock(&lock);
}
END_TEST

/* Thread-local data of a host lies in the stacks of its threads. */
static _Thread_local char large[256 * 1024];

static void
measure(void *argument)
{
    void *low, *high;

    large[0] = 1;
    if (pal_thread_stack(&low, &high))
        *(size_t *)argument = (size_t)((char *)&low - (char *)low);
}

START_TEST(a_thread_has_the_stack_that_was_asked_for)
{
    struct pal_thread *thread;
    size_t left = 0;

    ck_assert_int_eq(pal_thread_start(&thread, measure, &left, 128 * 1024, NULL), PAL_OK);
    pal_thread_join(thread);
    ck_assert_uint_ge(left, 96 * 1024);
}
END_TEST

/* In a child: 0 good or not allowed to take /proc away, else what was wrong. */
static int
without_proc(const char *low, const char *high)
{
    void *low_again, *high_again;

    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 || mount("none", "/proc", "tmpfs", 0, NULL) != 0)
        return 0;
    if (!pal_thread_stack(&low_again, &high_again))
        return 1;
    if ((char *)&low_again < (char *)low_again || (char *)&low_again > (char *)high_again)
        return 2;
    return (char *)low_again < low || (char *)low_again > low + 1024 * 1024 || (char *)high_again < high - 1024 * 1024 ? 3 : 0;
}

START_TEST(the_first_thread_knows_its_stack)
{
    void *low, *high;
    pid_t child;
    int status;

    ck_assert(pal_thread_stack(&low, &high));
    ck_assert((char *)&low > (char *)low && (char *)&low < (char *)high);
    child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0)
        _exit(without_proc(low, high));
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(clocks_move_forward)
{
    uint64_t a = pal_time_ns(), b, cpu = pal_time_cpu_ns();
    volatile unsigned x = 0;
    unsigned i;

    for (i = 0; i < 1000000; i++)
        x += i;
    b = pal_time_ns();
    ck_assert_uint_gt(b, a);
    ck_assert_uint_gt(pal_time_cpu_ns(), cpu);
    ck_assert_uint_ge(pal_time_ms(), b / 1000000);
    ck_assert_int_gt(pal_time_utc_ns(), (int64_t)1577836800 * 1000000000); /* 2020 */
}
END_TEST

START_TEST(dynamic_library_opens_finds_and_tells_why_not)
{
    char message[256];
    struct pal_symbol symbol;
    void *library, *function;

    ck_assert_int_eq(pal_dl_open(&library, "libm.so.6", message, sizeof message), PAL_OK);
    function = pal_dl_find(library, "cos");
    ck_assert_ptr_nonnull(function);
    ck_assert_ptr_null(pal_dl_find(library, "no_such_function"));
    ck_assert(pal_dl_address(function, &symbol));
    ck_assert_ptr_nonnull(strstr(symbol.library, "libm"));
    pal_dl_close(library);
    ck_assert_int_eq(pal_dl_open(&library, "/nowhere/lib.so", message, sizeof message),
                     PAL_E_NOT_FOUND);
    ck_assert_ptr_null(library);
    ck_assert_ptr_nonnull(strstr(message, "/nowhere/lib.so"));
    ck_assert(!pal_dl_address(&message, &symbol));
    ck_assert_ptr_null(symbol.library);
    pal_dl_close(NULL);
}
END_TEST

TCase *
thread_cases(void)
{
    TCase *cases = tcase_create("threads");

    tcase_set_timeout(cases, 30);
    tcase_add_test(cases, threads_share_a_mutex_and_wake_by_condition);
    tcase_add_test(cases, timed_wait_ends_when_its_time_is_over);
    tcase_add_test(cases, try_lock_fails_while_held);
    tcase_add_test(cases, names_of_threads_are_cut_between_characters);
    tcase_add_test(cases, a_thread_has_the_stack_that_was_asked_for);
    tcase_add_test(cases, the_first_thread_knows_its_stack);
    tcase_add_test(cases, clocks_move_forward);
    tcase_add_test(cases, dynamic_library_opens_finds_and_tells_why_not);
    return cases;
}
