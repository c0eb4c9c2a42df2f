/* tests/cli/mutate.c - usage: mutate CORERTC ASSEMBLY.dll FOLDER COUNT [corertc options]
 * Compiles COUNT copies of the assembly with one changed byte each, spread evenly over those that
 * are not zero (the others are mostly padding). Each run must end by itself with exit code 0 or 1,
 * and in the second case with an error message of one line after warnings. Prints each run that
 * does not, keeps its input, and ends with 1. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TEXT_MAX = 1 << 20, SECONDS_MAX = 30, WORKERS = 2, ARGUMENTS_MAX = 32 };

struct job {
    const char *corertc, *folder;
    char *const *options;
    int option_count;
};

static _Noreturn void
fail(const char *what)
{
    perror(what);
    exit(2);
}

static unsigned char *
read_file(const char *path, size_t *size)
{
    FILE *f = fopen(path, "rb");
    unsigned char *bytes = malloc(TEXT_MAX);

    if (!f || !bytes)
        fail(path);
    *size = fread(bytes, 1, TEXT_MAX, f);
    fclose(f);
    return bytes;
}

static void
write_file(const char *path, const unsigned char *bytes, size_t size)
{
    FILE *f = fopen(path, "wb");

    if (!f || fwrite(bytes, 1, size, f) != size || fclose(f) != 0)
        fail(path);
}

/* Runs the compiler; its wait status. Messages go to FOLDER/worker.err. */
static int
run(const struct job *j, const char *input, const char *output, const char *messages)
{
    char *words[ARGUMENTS_MAX];
    struct rlimit limit = {SECONDS_MAX, SECONDS_MAX + 5};
    int n = 0, status = 0;
    pid_t child;

    words[n++] = (char *)(size_t)j->corertc;
    for (int i = 0; i < j->option_count && n < ARGUMENTS_MAX - 4; i++)
        words[n++] = j->options[i];
    words[n++] = (char *)(size_t) "-o";
    words[n++] = (char *)(size_t)output;
    words[n++] = (char *)(size_t)input;
    words[n] = NULL;
    child = fork();
    if (child == 0) {
        int file = open(messages, O_WRONLY | O_CREAT | O_TRUNC, 0600);

        setrlimit(RLIMIT_CPU, &limit);
        if (file < 0 || dup2(file, STDOUT_FILENO) < 0 || dup2(file, STDERR_FILENO) < 0)
            _exit(126);
        execv(j->corertc, words);
        _exit(127);
    }
    if (child < 0 || waitpid(child, &status, 0) < 0)
        fail("fork");
    return status;
}

/* Every line is a message of ours; an error is the last one and the only one. */
static const char *
judge(int status, const char *messages)
{
    size_t size;
    char *text = (char *)read_file(messages, &size);
    unsigned errors = 0, others = 0;
    const char *fault = NULL;

    text[size < TEXT_MAX ? size : TEXT_MAX - 1] = '\0';
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        if (strncmp(line, "corertc: error: internal", 24) == 0)
            fault = "internal error";
        errors += strncmp(line, "corertc: error: ", 16) == 0;
        others += strncmp(line, "corertc: ", 9) != 0;
    }
    free(text);
    if (WIFSIGNALED(status))
        return "ended by a signal";
    if (WEXITSTATUS(status) > 1)
        return "exit code";
    if (fault)
        return fault;
    if (others)
        return "foreign output";
    if (WEXITSTATUS(status) == 1 && errors != 1)
        return "not exactly one error message";
    return NULL;
}

/* Position of the byte number `n` among those that are not zero. */
static size_t
position_of(const unsigned char *bytes, size_t size, size_t n)
{
    size_t at = 0;

    for (; at < size; at++)
        if (bytes[at] && n-- == 0)
            return at;
    return size - 1;
}

static size_t
positions(const unsigned char *bytes, size_t size)
{
    size_t n = 0;

    for (size_t i = 0; i < size; i++)
        n += bytes[i] != 0;
    return n;
}

/* Positions first, first + WORKERS ... of `count`; number of faults. */
static int
work(const struct job *j, unsigned char *bytes, size_t size, unsigned count, unsigned first)
{
    char input[512], output[512], messages[512], kept[600];
    size_t choices = positions(bytes, size);
    int faults = 0;

    snprintf(input, sizeof input, "%s/mutated%u.dll", j->folder, first);
    snprintf(output, sizeof output, "%s/mutated%u.out", j->folder, first);
    snprintf(messages, sizeof messages, "%s/mutated%u.err", j->folder, first);
    for (unsigned i = first; i < count; i += WORKERS) {
        size_t at = position_of(bytes, size, choices * i / count);
        unsigned char old = bytes[at];
        const char *fault;
        int status;

        /* One bit, all bits, or a small number: by turns. */
        bytes[at] = (unsigned char)(i % 3 == 0 ? old ^ 1 << i % 8 : i % 3 == 1 ? ~old : old + 1);
        write_file(input, bytes, size);
        status = run(j, input, output, messages);
        fault = judge(status, messages);
        if (fault) {
            snprintf(kept, sizeof kept, "%s/fault-%zu.dll", j->folder, at);
            write_file(kept, bytes, size);
            printf("byte %zu: %02x -> %02x: %s (%d): %s\n", at, old, bytes[at], fault,
                   WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), kept);
            faults++;
        }
        bytes[at] = old;
        unlink(output);
    }
    unlink(input);
    unlink(messages);
    fflush(stdout);
    return faults > 100 ? 100 : faults;
}

int
main(int argc, char **argv)
{
    struct job j;
    unsigned char *bytes;
    size_t size;
    unsigned count;
    int total = 0, status;
    pid_t children[WORKERS];

    if (argc < 5) {
        fprintf(stderr, "usage: mutate CORERTC ASSEMBLY.dll FOLDER COUNT [corertc options]\n");
        return 2;
    }
    j = (struct job){argv[1], argv[3], argv + 5, argc - 5};
    bytes = read_file(argv[2], &size);
    count = (unsigned)strtoul(argv[4], NULL, 10);
    fflush(stdout);
    for (unsigned w = 0; w < WORKERS; w++) {
        children[w] = fork();
        if (children[w] < 0)
            fail("fork");
        if (children[w] == 0)
            exit(work(&j, bytes, size, count, w));
    }
    for (unsigned w = 0; w < WORKERS; w++) {
        if (waitpid(children[w], &status, 0) < 0 || !WIFEXITED(status))
            fail("waitpid");
        total += WEXITSTATUS(status);
    }
    free(bytes);
    printf("%u inputs, %d faults\n", count, total);
    return total != 0;
}
