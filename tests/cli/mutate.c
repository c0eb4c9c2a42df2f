/* tests/cli/mutate.c - usage: mutate CORERTC ASSEMBLY.dll FOLDER COUNT[:SEED] [corertc options]
 * Compiles COUNT copies of the assembly with one changed byte each, spread evenly over those that
 * are not zero (the others are mostly padding); a SEED moves them, and changes up to four bytes a
 * copy. Each run must end by itself with exit code 0 or 1 within limits of time and memory, and in
 * the second case with an error message of one line after warnings. Prints each run that does not,
 * keeps its input, and ends with 1. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TEXT_MAX = 1 << 20, SECONDS_MAX = 30, WORKERS = 2, ARGUMENTS_MAX = 32, CHANGES_MAX = 4 };

#define MEMORY_MAX ((rlim_t)4 << 30)

struct job {
    const char *corertc, *folder;
    char *const *options;
    int option_count;
    unsigned count;
    uint64_t seed; /* 0: none */
};

static uint64_t random_state;

static uint64_t
random_next(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

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
    struct rlimit limit = {SECONDS_MAX, SECONDS_MAX + 5}, memory = {MEMORY_MAX, MEMORY_MAX};
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
        if (!SANITIZED) /* whose shadow memory is larger */
            setrlimit(RLIMIT_AS, &memory);
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
        if (strstr(line, "out of memory"))
            fault = "out of memory";
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

/* Changes the bytes of input number `i`. */
static void
change(const struct job *j, unsigned char *bytes, size_t size, unsigned i)
{
    size_t choices = positions(bytes, size), share = choices / j->count;
    unsigned changes = 1;

    random_state = (j->seed << 32) + i + 1;
    for (int n = 0; n < 8; n++)
        random_next();
    if (j->seed)
        changes += (unsigned)(random_next() % CHANGES_MAX);
    for (unsigned n = 0; n < changes; n++) {
        size_t at = choices * i / j->count;

        if (j->seed)
            at = n ? random_next() % choices : at + (share ? random_next() % share : 0);
        at = position_of(bytes, size, at);
        /* One bit, all bits, a small number, any other byte's value: by turns. */
        if (i % 4 == 0)
            bytes[at] ^= (unsigned char)(1 << random_next() % 8);
        else if (i % 4 == 1)
            bytes[at] = (unsigned char)~bytes[at];
        else if (i % 4 == 2)
            bytes[at]++;
        else
            bytes[at] = bytes[random_next() % size];
    }
}

/* Inputs first, first + WORKERS ...; number of faults. */
static int
work(const struct job *j, const unsigned char *good, size_t size, unsigned first)
{
    char input[512], output[512], messages[512], kept[600];
    unsigned char *bytes = malloc(size);
    int faults = 0;

    if (!bytes)
        fail("malloc");
    snprintf(input, sizeof input, "%s/mutated%u.dll", j->folder, first);
    snprintf(output, sizeof output, "%s/mutated%u.out", j->folder, first);
    snprintf(messages, sizeof messages, "%s/mutated%u.err", j->folder, first);
    for (unsigned i = first; i < j->count; i += WORKERS) {
        const char *fault;
        int status;

        memcpy(bytes, good, size);
        change(j, bytes, size, i);
        write_file(input, bytes, size);
        status = run(j, input, output, messages);
        fault = judge(status, messages);
        if (fault) {
            snprintf(kept, sizeof kept, "%s/fault-%llu-%u.dll", j->folder, (unsigned long long)j->seed, i);
            write_file(kept, bytes, size);
            printf("input %u: %s (%d): %s\n", i, fault,
                   WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), kept);
            fflush(stdout);
            faults++;
        }
        unlink(output);
    }
    unlink(input);
    unlink(messages);
    free(bytes);
    return faults > 100 ? 100 : faults;
}

int
main(int argc, char **argv)
{
    struct job j;
    unsigned char *bytes;
    size_t size;
    char *seed;
    int total = 0, status;
    pid_t children[WORKERS];

    if (argc < 5) {
        fprintf(stderr, "usage: mutate CORERTC ASSEMBLY.dll FOLDER COUNT[:SEED] [corertc options]\n");
        return 2;
    }
    j = (struct job){.corertc = argv[1], .folder = argv[3], .options = argv + 5, .option_count = argc - 5};
    bytes = read_file(argv[2], &size);
    j.count = (unsigned)strtoul(argv[4], &seed, 10);
    j.seed = *seed == ':' ? strtoull(seed + 1, NULL, 10) : 0;
    if (!j.count)
        return 2;
    fflush(stdout);
    for (unsigned w = 0; w < WORKERS; w++) {
        children[w] = fork();
        if (children[w] < 0)
            fail("fork");
        if (children[w] == 0)
            exit(work(&j, bytes, size, w));
    }
    for (unsigned w = 0; w < WORKERS; w++) {
        if (waitpid(children[w], &status, 0) < 0 || !WIFEXITED(status))
            fail("waitpid");
        total += WEXITSTATUS(status);
    }
    free(bytes);
    printf("%u inputs, %d faults\n", j.count, total);
    return total != 0;
}
