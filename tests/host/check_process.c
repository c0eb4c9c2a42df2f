/* tests/host/check_process.c - what belongs to the host stays as it was: signals, threads, files,
 * environment, terminal. */
#include "tests/host/check_host.h"

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

extern char **environ;

struct process_state {
    struct sigaction action[NSIG];
    sigset_t mask;
    stack_t signal_stack;
    unsigned threads, files;
    size_t environment;
    struct rlimit stack, open_files;
    int stream_flags[3];
    char locale[64];
};

static void
state_read(struct process_state *s)
{
    memset(s, 0, sizeof *s);
    for (int i = 1; i < NSIG; i++)
        (void)sigaction(i, NULL, &s->action[i]); /* two belong to the C library and stay zero */
    sigprocmask(SIG_SETMASK, NULL, &s->mask);
    sigaltstack(NULL, &s->signal_stack);
    s->threads = task_count();
    s->files = entries("/proc/self/fd");
    while (environ && environ[s->environment])
        s->environment++;
    getrlimit(RLIMIT_STACK, &s->stack);
    getrlimit(RLIMIT_NOFILE, &s->open_files);
    for (int i = 0; i < 3; i++)
        s->stream_flags[i] = fcntl(i, F_GETFL);
    snprintf(s->locale, sizeof s->locale, "%s", setlocale(LC_ALL, NULL));
}

static void
expect_same_signals(const struct process_state *a, const struct process_state *b)
{
    for (int i = 1; i < NSIG; i++)
        ck_assert_msg(a->action[i].sa_handler == b->action[i].sa_handler &&
                          a->action[i].sa_flags == b->action[i].sa_flags &&
                          memcmp(&a->action[i].sa_mask, &b->action[i].sa_mask, NSIG / 8) == 0,
                      "signal %d: %p %x, %p %x", i, (void *)(uintptr_t)a->action[i].sa_handler,
                      (unsigned)a->action[i].sa_flags, (void *)(uintptr_t)b->action[i].sa_handler,
                      (unsigned)b->action[i].sa_flags);
    ck_assert_mem_eq(&a->mask, &b->mask, sizeof a->mask);
    ck_assert_ptr_eq(a->signal_stack.ss_sp, b->signal_stack.ss_sp);
    ck_assert_int_eq(a->signal_stack.ss_flags, b->signal_stack.ss_flags);
}

static void
expect_same(const struct process_state *a, const struct process_state *b)
{
    expect_same_signals(a, b);
    ck_assert_uint_eq(a->threads, b->threads);
    ck_assert_uint_eq(a->environment, b->environment);
    ck_assert_mem_eq(&a->stack, &b->stack, sizeof a->stack);
    ck_assert_mem_eq(&a->open_files, &b->open_files, sizeof a->open_files);
    ck_assert_mem_eq(a->stream_flags, b->stream_flags, sizeof a->stream_flags);
    ck_assert_str_eq(a->locale, b->locale);
}

static void
handler(int number)
{
    (void)number;
}

START_TEST(the_process_is_as_it_was)
{
    struct process_state before, running, after;
    corert_module *m;
    int (*print)(int), (*throws)(int);

    if (_i) { /* handlers of the host's own */
        signal(SIGUSR1, handler);
        signal(SIGCHLD, handler);
        signal(SIGINT, SIG_IGN);
    } else {
        signal(SIGPIPE, SIG_DFL);
    }
    capture_begin();
    state_read(&before);
    m = guest_start(NULL, 0);
    BIND(m, "guest_print", print);
    BIND(m, "guest_fail", throws);
    print(1);
    throws(1);
    state_read(&running);
    guest_stop();
    state_read(&after);
    free(capture_end());
    expect_same(&before, &running);
    expect_same(&before, &after);
    ck_assert_uint_eq(before.files, after.files);
    signal(SIGUSR1, SIG_DFL);
    signal(SIGCHLD, SIG_DFL);
    signal(SIGINT, SIG_DFL);
}
END_TEST

TCase *
case_process(void)
{
    TCase *c = tcase_create("process");

    tcase_set_timeout(c, 30);
    tcase_add_loop_test(c, the_process_is_as_it_was, 0, 2);
    return c;
}
