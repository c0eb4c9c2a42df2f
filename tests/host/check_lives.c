/* tests/host/check_lives.c - the process as a whole: ten thousand rounds of start, work and shutdown leave
 * nothing behind, a life leaves the mappings as they were, and a process that forks while 64 threads are in
 * exports goes on. */
#include "tests/host/check_host.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 64, LINES_MAX = 4000 };

/* ---- what a process has ---- */

struct possessions {
    size_t resident_kib, mappings;
    unsigned files, tasks;
};

/* Lines "SIZE PERMISSIONS PATH" of what is mapped, sorted; addresses change from life to life. */
static char *map_line[LINES_MAX];
static size_t map_lines;

static int
by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
maps_read(void)
{
    FILE *f = fopen("/proc/self/maps", "r");
    char line[1024], text[1100];

    ck_assert_ptr_nonnull(f);
    while (map_lines)
        free(map_line[--map_lines]);
    while (fgets(line, sizeof line, f)) {
        unsigned long from, to;
        char permissions[8] = "", path[512] = "";

        ck_assert_int_ge(sscanf(line, "%lx-%lx %7s %*s %*s %*s %511[^\n]", &from, &to, permissions, path),
                         3);
        if (strcmp(path, "[heap]") == 0 || strcmp(path, "[stack]") == 0)
            continue; /* these grow */
        snprintf(text, sizeof text, "%lu %s %s", (to - from) / 1024, permissions, path);
        ck_assert_uint_lt(map_lines, LINES_MAX);
        map_line[map_lines++] = strdup(text);
    }
    fclose(f);
    qsort(map_line, map_lines, sizeof *map_line, by_text);
}

/* A thread that managed code started has left the engine before a shutdown ends, and the process soon
 * after it. */
static void
threads_settle(unsigned tasks)
{
    for (int i = 0; i < 60000 && task_count() > tasks; i++)
        usleep(1000);
}

static struct possessions
possessions_now(unsigned tasks)
{
    threads_settle(tasks);
    maps_read();
    return (struct possessions){resident_kib(), map_lines, entries("/proc/self/fd"),
                                task_count()};
}

/* ---- lives ---- */

/* `tasks`: those of the process. With a thread of the life before, the next would not get its stack but
 * another. */
static void
life(int number, unsigned tasks)
{
    corert_config config = {.struct_size = sizeof config, .heap_cap_bytes = 64u << 20};
    corert_module *m;
    corert_handle h;
    char text[256];
    int (*add)(int, int), (*work)(int, int), (*print)(int), (*provoke)(int);

    ck_assert_int_eq(corert_init(&config), CORERT_OK);
    ck_assert_msg(corert_module_load(FAULTS_MODULE, &m, text, sizeof text) == CORERT_OK, "%s", text);
    BIND(m, "faults_add", add);
    BIND(m, "faults_work", work);
    BIND(m, "faults_print", print);
    BIND(m, "faults_provoke", provoke);
    ck_assert_int_eq(add(number, 1), number + 1);
    ck_assert_int_eq(work(number % 15, 20), work(number % 15, 20));
    ck_assert_int_eq(corert_string_from_utf8("left to the shutdown", SIZE_MAX, &h), CORERT_OK);
    if (number % 8 == 0) {
        ck_assert_int_eq(print(number), number);
        ck_assert_int_eq(provoke(10), 0);
        ck_assert_int_eq(work(15, number), number + 1); /* a thread */
        ck_assert_int_eq(corert_gc_collect(CORERT_GC_COMPACT), CORERT_OK);
    }
    ck_assert_int_eq(corert_shutdown(), CORERT_OK);
    threads_settle(tasks);
}

static void
expect_flat(const struct possessions *before, const struct possessions *after)
{
    ck_assert_msg(after->resident_kib <= before->resident_kib + GROWTH_KIB, "%zu KiB, then %zu",
                  before->resident_kib, after->resident_kib);
    ck_assert_msg(after->mappings <= before->mappings + 4, "%zu mappings, then %zu", before->mappings,
                  after->mappings); /* the C library's heap may be cut in pieces */
    ck_assert_uint_eq(after->files, before->files);
    ck_assert_uint_eq(after->tasks, before->tasks);
}

/* CORERT_LIVES is another number. */
START_TEST(ten_thousand_lives_leave_nothing)
{
    const char *wanted = getenv("CORERT_LIVES");
    int lives = wanted ? atoi(wanted) : LIVES;
    struct possessions before = {0}, after;
    unsigned tasks = task_count(); /* a sanitizer may have one of its own */

    capture_begin();
    for (int i = 0; i < lives; i++) {
        if (i == lives / 10)
            before = possessions_now(tasks);
        life(i, tasks);
    }
    after = possessions_now(tasks);
    free(capture_end());
    expect_flat(&before, &after);
}
END_TEST

START_TEST(a_life_leaves_the_mappings_as_they_were)
{
    char *before[LINES_MAX];
    unsigned tasks = task_count();
    size_t count;
    int differ = 0;

    capture_begin();
    for (int i = 0; i < 20; i++)
        life(8 * i, tasks); /* the C library's own heaps find their sizes */
    maps_read();
    count = map_lines;
    memcpy(before, map_line, count * sizeof *before);
    map_lines = 0; /* they are before's now */
    for (int i = 0; i < 3; i++)
        life(8 * i, tasks);
    maps_read();
    free(capture_end());
    for (size_t i = 0; i < map_lines; i++) {
        ck_assert_msg(!strstr(map_line[i], FAULTS_MODULE), "%s", map_line[i]);
        ck_assert_msg(!strstr(map_line[i], "rwx"), "%s", map_line[i]);
        if (i >= count || strcmp(map_line[i], before[i]) != 0)
            differ++;
    }
    ck_assert_uint_eq(map_lines, count);
    ck_assert_int_eq(differ, 0);
    while (count)
        free(before[--count]);
}
END_TEST

/* ---- children of a busy process ---- */

static _Atomic(int) stop, calls, wrong;
static int (*shared_work)(int, int);

static void *
caller(void *argument)
{
    int number = (int)(intptr_t)argument;

    for (int i = 0; !stop; i++) {
        wrong += shared_work((number + i) % 15, 10) == -1;
        calls++;
    }
    return NULL;
}

static int
child_of_fork(int (*add)(int, int))
{
    int bad = 0;

    alarm(300);
    bad |= add(1, 2) != 0;
    bad |= (corert_pending_status() != CORERT_E_MISUSE) << 1;
    bad |= (corert_gc_collect(0) != CORERT_E_MISUSE) << 2;
    bad |= (corert_shutdown() != CORERT_E_MISUSE) << 3;
    return bad;
}

START_TEST(sixty_four_threads_in_exports_and_children)
{
    corert_config config = {.struct_size = sizeof config, .gc_stress_interval = 2000, .gc_verify = 1};
    pthread_t threads[THREADS];
    corert_module *m;
    char text[256];
    int (*add)(int, int);

    stop = calls = wrong = 0;
    ck_assert_int_eq(corert_init(&config), CORERT_OK);
    ck_assert_msg(corert_module_load(FAULTS_MODULE, &m, text, sizeof text) == CORERT_OK, "%s", text);
    BIND(m, "faults_add", add);
    BIND(m, "faults_work", shared_work);
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, caller, (void *)(intptr_t)i), 0);
    for (int i = 0; i < 20; i++) {
        pid_t child = fork();
        int status;

        if (child == 0)
            _exit(child_of_fork(add));
        ck_assert_int_eq(waitpid(child, &status, 0), child);
        ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "child %d: %#x", i,
                      (unsigned)status);
        ck_assert_int_eq(add(i, 1), i + 1);
    }
    while (calls <= THREADS)
        sched_yield();
    stop = 1;
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    ck_assert_int_eq(wrong, 0);
    ck_assert_int_eq(corert_shutdown(), CORERT_OK);
}
END_TEST

TCase *
case_lives(void)
{
    TCase *c = tcase_create("lives");

    tcase_set_timeout(c, 600);
    if (!SANITIZED) /* a sanitizer maps what it needs */
        tcase_add_test(c, a_life_leaves_the_mappings_as_they_were);
    tcase_add_test(c, sixty_four_threads_in_exports_and_children);
    tcase_add_test(c, ten_thousand_lives_leave_nothing);
    return c;
}
