/* tests/fuzz/driver.c - runs a fuzz harness without libFuzzer.
 *
 *   fuzz_x FILE...            runs each file
 *   fuzz_x --mutate N SEED    runs every seed and N mutations of them, repeatable by SEED
 *   fuzz_x --write-seeds DIR  writes the seeds as files, to begin a corpus
 *
 * A mutation changes one to eight places: bits, bytes, interesting numbers, removed or doubled
 * ranges, cuts. An input that crashes is kept in ./crash-input. Inputs sit in memory of exactly their
 * size, so that a sanitizer sees every slip. */
#include "tests/fuzz/fuzz.h"

#include "pal/pal.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_LIMIT = 64 << 20, CHANGES_MAX = 8, REPORT_EVERY = 20000 };

static uint64_t random_state;
static struct {
    const uint8_t *bytes;
    size_t size;
} current; /* the input that runs */

/* Keeps the input that a crash is about. */
static void
crashed(int signal_number)
{
    static const char path[] = "crash-input";

    if (pal_file_write(path, current.bytes, current.size, false) == PAL_OK)
        fprintf(stderr, "signal %d: the input is in ./%s: give it to this program to run it again\n", signal_number, path);
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

static void
crashes_watch(void)
{
    static const int signals[] = {SIGABRT, SIGSEGV, SIGILL, SIGFPE};

    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        signal(signals[i], crashed);
}

static uint64_t
random_next(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

static size_t
random_below(size_t limit)
{
    return limit ? (size_t)(random_next() % limit) : 0;
}

static void
run_exact(const uint8_t *bytes, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);

    if (!copy)
        exit(EXIT_FAILURE);
    if (size)
        memcpy(copy, bytes, size);
    current.bytes = copy;
    current.size = size;
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

/* ---- mutations ---------------------------------------------------------------------------- */

static void
number_write(struct byte_vec *v)
{
    static const uint32_t interesting[] = {0,        1,         2,          0x7F,       0x80,
                                           0xFF,     0x7FFF,    0x8000,     0xFFFF,     0x10000,
                                           0xFFFFFF, 0x1000000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF};
    uint32_t x = interesting[random_below(sizeof interesting / sizeof *interesting)];
    size_t width = (size_t)1 << random_below(3);
    size_t at = random_below(v->count);

    if (width > v->count - at)
        width = v->count - at;
    memcpy(v->at + at, &x, width);
}

static void
range_remove(struct byte_vec *v)
{
    size_t at = random_below(v->count);
    size_t n = 1 + random_below(16);

    if (n > v->count - at)
        n = v->count - at;
    memmove(v->at + at, v->at + at + n, v->count - at - n);
    v->count -= n;
}

static void
range_copy(struct byte_vec *v)
{
    size_t from = random_below(v->count), to = random_below(v->count);
    size_t n = 1 + random_below(32);

    if (n > v->count - (from > to ? from : to))
        n = v->count - (from > to ? from : to);
    memmove(v->at + to, v->at + from, n);
}

static void
change(struct byte_vec *v)
{
    if (!v->count)
        return;
    switch (random_below(8)) {
    case 0:
    case 1:
        v->at[random_below(v->count)] ^= (uint8_t)(1u << random_below(8));
        break;
    case 2:
    case 3:
        v->at[random_below(v->count)] = (uint8_t)random_next();
        break;
    case 4:
    case 5:
        number_write(v);
        break;
    case 6:
        range_copy(v);
        break;
    default:
        if (random_below(8) == 0)
            v->count = random_below(v->count);
        else
            range_remove(v);
        break;
    }
}

static int
mutate(unsigned long runs, uint64_t seed)
{
    unsigned seeds = 0;
    struct byte_vec v = {0};

    for (; fuzz_seed(seeds, &v); seeds++) {
        run_exact(v.at, v.count);
        byte_vec_free(&v);
    }
    random_state = seed ? seed : 1;
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("%u seeds, %lu mutations, seed %llu\n", seeds, runs, (unsigned long long)seed);
    for (unsigned long i = 0; i < runs; i++) {
        size_t changes = 1 + random_below(CHANGES_MAX);

        fuzz_seed((unsigned)(i % seeds), &v);
        for (size_t k = 0; k < changes; k++)
            change(&v);
        run_exact(v.at, v.count);
        byte_vec_free(&v);
        if ((i + 1) % REPORT_EVERY == 0)
            printf("%lu done\n", i + 1);
    }
    return EXIT_SUCCESS;
}

/* ---- files -------------------------------------------------------------------------------- */

static int
seeds_write(const char *folder)
{
    struct byte_vec v = {0};
    enum pal_status status = pal_dir_make(folder);

    for (unsigned n = 0; status == PAL_OK && fuzz_seed(n, &v); n++) {
        char path[1024];

        snprintf(path, sizeof path, "%s/seed-%u", folder, n);
        status = pal_file_write(path, v.at, v.count, false);
        byte_vec_free(&v);
    }
    return status == PAL_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int
files_run(int count, char **paths)
{
    for (int i = 0; i < count; i++) {
        struct pal_file file;

        if (pal_file_read(paths[i], FILE_LIMIT, &file) != PAL_OK) {
            fprintf(stderr, "%s: cannot be read\n", paths[i]);
            return EXIT_FAILURE;
        }
        run_exact(file.bytes, file.size);
        pal_file_free(&file);
    }
    return EXIT_SUCCESS;
}

int
main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "--mutate") == 0) {
        crashes_watch();
        return mutate(strtoul(argv[2], NULL, 10), strtoull(argv[3], NULL, 10));
    }
    if (argc == 3 && strcmp(argv[1], "--write-seeds") == 0)
        return seeds_write(argv[2]);
    return files_run(argc - 1, argv + 1);
}
