/* tests/loader/module_flips.c - usage: module_flips MODULE.so STRIDE [BITS [TOGETHER]]
 * Loads copies of a module, each with one flipped bit (BITS bits of a byte, 8 unless given) or cut
 * short, at every STRIDE-th byte. Damage in what is mapped must be refused with a sentence; elsewhere
 * (section table, symbols for debuggers) it may load, and one bit of a byte is enough. Every crash of a load is a failure; nothing of
 * a module that loads is called but its start-up code, by the engine. Work is done in forks, because
 * a process can have one self-contained module and none can be taken back.
 * A copy that loads costs a process: TOGETHER flips outside of what is mapped share one, and are tried
 * one by one if it does not load; of TOGETHER cuts there one is loaded and the others only checked. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "corert.h"
#include "loader/elf.h"
#include "loader/loader_priv.h"
#include "pal/pal.h"

enum { FAULTS_SHOWN = 20, SECONDS_MAX = 300 };

static struct {
    uint8_t *bytes; /* a fork changes its own; nothing may be read behind a cut */
    size_t size, readable, mapped_end;
    struct ldr_elf elf;
    size_t stride, places;
    size_t *covered, *loose; /* owned: places that the digest covers, and the others */
    size_t covered_count, loose_count;
    unsigned bits;
    size_t together;
} module;

/* Shared with the forks. */
static struct progress {
    size_t next;  /* the job after the one that runs */
    size_t alone; /* the member of a group that is next, from 1 on; 0: no group failed */
    size_t refused, loaded, checked;
    unsigned faults;
} *progress;

/* ---- jobs: flips in what is mapped, groups of other flips, cuts from the longest on ---- */
struct job {
    enum { FLIP, GROUP, CUT } kind;
    size_t index;
};

static size_t
flips(void)
{
    return module.covered_count * module.bits;
}

static size_t
groups(void)
{
    return (module.loose_count + module.together - 1) / module.together;
}

static size_t
jobs(void)
{
    return flips() + groups() + module.places;
}

static struct job
job_of(size_t number)
{
    if (number < flips())
        return (struct job){FLIP, number};
    number -= flips();
    if (number < groups())
        return (struct job){GROUP, number};
    return (struct job){CUT, module.places - 1 - (number - groups())};
}

/* The place of a group's member, far from the others'; false: there is none. */
static bool
member(size_t group, size_t n, size_t *at)
{
    size_t index = group + n * groups();

    if (n >= module.together || index >= module.loose_count)
        return false;
    *at = module.loose[index];
    return true;
}

static void
fault(const struct job *job, const char *what)
{
    size_t at = 0;

    if (++progress->faults > FAULTS_SHOWN)
        return;
    if (job->kind == FLIP)
        printf("FAILED byte %zu, bit %zu: %s\n", module.covered[job->index / module.bits],
               job->index % module.bits * (8 / module.bits), what);
    else if (job->kind == CUT)
        printf("FAILED cut to %zu bytes: %s\n", job->index * module.stride, what);
    else if (member(job->index, progress->alone ? progress->alone - 1 : 0, &at))
        printf("FAILED byte %zu, bit 0%s: %s\n", at, progress->alone ? "" : ", with others", what);
    fflush(stdout);
}

/* ---- one copy ---- */

/* Whether the digest covers a byte: see loader/module_format.h. */
static bool
is_covered(size_t at)
{
    if ((at >= 0x28 && at < 0x30) || (at >= 0x3C && at < 0x40))
        return false;
    for (uint32_t i = 0; i < module.elf.segments; i++)
        if (at >= module.elf.segment[i].offset &&
            at - module.elf.segment[i].offset < module.elf.segment[i].file_bytes)
            return true;
    return false;
}

/* No page behind the first `size` bytes can be read. */
static void
protect_behind(size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), end = (size + page - 1) / page * page;

    if (end < module.readable) {
        if (mprotect(module.bytes + end, module.readable - end, PROT_NONE) != 0)
            _exit(2);
        module.readable = end;
    }
}

/* Whether the first `size` bytes were loaded. */
static bool
load(const struct job *job, size_t size, bool covered)
{
    corert_load_options options = {.struct_size = sizeof options, .bytes = module.bytes, .size = size};
    char text[256] = "";
    corert_module *m;
    corert_status status = size ? corert_module_load_with("damaged", &options, &m, text, sizeof text)
                                : CORERT_E_FORMAT;

    if (covered && status != CORERT_E_FORMAT && status != CORERT_E_VERSION)
        fault(job, status == CORERT_OK ? "it was loaded" : text);
    else if (status != CORERT_OK && size && !text[0])
        fault(job, "no reason was given");
    return status == CORERT_OK;
}

static bool
run_flip(const struct job *job)
{
    uint8_t *at = &module.bytes[module.covered[job->index / module.bits]];
    uint8_t bit = (uint8_t)(1u << job->index % module.bits * (8 / module.bits));
    bool loaded;

    *at ^= bit;
    loaded = load(job, module.size, true);
    *at ^= bit;
    progress->refused += !loaded;
    progress->loaded += loaded;
    return loaded;
}

/* A group that does not load is the next job again, in its parts. */
static bool
run_group(const struct job *job)
{
    size_t at, n, first = progress->alone ? progress->alone - 1 : 0;
    size_t end = progress->alone ? progress->alone : module.together, count = 0;
    bool loaded;

    for (n = first; n < end && member(job->index, n, &at); n++, count++)
        module.bytes[at] ^= 1;
    if (count == 0) {
        progress->alone = 0;
        return false;
    }
    loaded = load(job, module.size, false);
    for (n = first; n < end && member(job->index, n, &at); n++)
        module.bytes[at] ^= 1;
    if (loaded)
        progress->loaded += count;
    else if (count == 1)
        progress->refused++;
    if (progress->alone || (!loaded && count > 1)) {
        progress->alone++;
        progress->next--;
    }
    return loaded;
}

static bool
run_cut(const struct job *job)
{
    size_t size = job->index * module.stride;
    bool covered = size < module.mapped_end, loaded;
    char text[256] = "";
    struct ldr_diag diag = {text, sizeof text};

    protect_behind(size);
    if (!covered && job->index % module.together) {
        if (ldr_bytes_check(module.bytes, size, "damaged", &diag) != CORERT_OK)
            fault(job, text);
        progress->checked++;
        return false;
    }
    loaded = load(job, size, covered);
    progress->refused += !loaded;
    progress->loaded += loaded;
    return loaded;
}

/* Whether the job's copy was loaded, which uses the process up. */
static bool
run(const struct job *job)
{
    switch (job->kind) {
    case FLIP:
        return run_flip(job);
    case GROUP:
        return run_group(job);
    case CUT:
        break;
    }
    return run_cut(job);
}

/* A fork: jobs until one loads its module. */
static _Noreturn void
work(void)
{
    if (corert_init(NULL) != CORERT_OK)
        _exit(2);
    while (progress->next < jobs()) {
        struct job job = job_of(progress->next++);

        alarm(SECONDS_MAX);
        if (run(&job))
            break;
    }
    _exit(0);
}

/* ---- the run ---- */

/* Between pages of its own, which can be protected. */
static void
bytes_take(const struct pal_file *file)
{
    module.size = module.readable = file->size;
    module.bytes = mmap(NULL, file->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (module.bytes == MAP_FAILED)
        exit(2);
    memcpy(module.bytes, file->bytes, file->size);
}

static void
places_find(void)
{
    module.places = (module.size + module.stride - 1) / module.stride;
    module.covered = calloc(module.places, sizeof *module.covered);
    module.loose = calloc(module.places, sizeof *module.loose);
    if (!module.covered || !module.loose)
        exit(2);
    for (size_t at = 0; at < module.size; at += module.stride)
        if (is_covered(at))
            module.covered[module.covered_count++] = at;
        else
            module.loose[module.loose_count++] = at;
    for (uint32_t i = 0; i < module.elf.segments; i++) {
        size_t end = (size_t)(module.elf.segment[i].offset + module.elf.segment[i].file_bytes);

        module.mapped_end = end > module.mapped_end ? end : module.mapped_end;
    }
}

static void
prepare(int argc, char **argv)
{
    struct pal_file file;
    const char *why = "";

    if (argc < 3 || pal_file_read(argv[1], (size_t)1 << 28, &file) != PAL_OK ||
        !ldr_elf_open(&module.elf, file.bytes, file.size, &why)) {
        fprintf(stderr, "usage: module_flips MODULE.so STRIDE [BITS [TOGETHER]]: %s\n", why);
        exit(2);
    }
    bytes_take(&file);
    pal_file_free(&file);
    module.stride = strtoul(argv[2], NULL, 10);
    module.bits = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 8;
    module.together = argc > 4 ? strtoul(argv[4], NULL, 10) : 1;
    progress = mmap(NULL, sizeof *progress, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (progress == MAP_FAILED || !module.stride || !module.bits || module.bits > 8 || !module.together)
        exit(2);
    places_find();
}

/* The job in which a fork ended. A group is looked at in its parts. */
static void
ended_by(int signal)
{
    struct job job = job_of(progress->next - 1);
    char text[64];

    snprintf(text, sizeof text, "the load ended by signal %d", signal);
    fault(&job, text);
    if (job.kind == GROUP && (progress->alone || module.together > 1)) {
        progress->alone++;
        progress->next--;
    }
}

int
main(int argc, char **argv)
{
    prepare(argc, argv);
    while (progress->next < jobs()) {
        int status;
        pid_t child = fork();

        if (child == 0)
            work();
        if (child < 0 || waitpid(child, &status, 0) != child || (WIFEXITED(status) && WEXITSTATUS(status)))
            return 2;
        if (WIFSIGNALED(status))
            ended_by(WTERMSIG(status));
    }
    printf("%s: of %zu copies %zu were refused, %zu loaded, %zu found good; %u faults\n", argv[1],
           flips() + module.loose_count + module.places, progress->refused, progress->loaded,
           progress->checked, progress->faults);
    return progress->faults != 0;
}
