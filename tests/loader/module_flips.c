/* tests/loader/module_flips.c - usage: module_flips MODULE.so STRIDE [BITS]
 * Loads copies of a module, each with one flipped bit (BITS bits of a byte, 8 unless given) or cut
 * short, at every STRIDE-th byte. Damage in what is mapped must be refused with a sentence; elsewhere
 * (section table, symbols for debuggers) it may load, and one bit of a byte is enough. Every crash of a load is a failure; nothing of
 * a module that loads is called but its start-up code, by the engine. Work is done in forks, because
 * a process can have one self-contained module and none can be taken back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "corert.h"
#include "loader/elf.h"
#include "pal/pal.h"

enum { FAULTS_SHOWN = 20, SECONDS_MAX = 60 };

static struct {
    uint8_t *bytes;
    size_t size;
    struct ldr_elf elf;
    size_t stride;
    unsigned bits;
} module;

/* Shared with the forks. */
static struct progress {
    size_t next; /* the job after the one that runs */
    size_t refused, loaded;
    unsigned faults;
} *progress;

/* Jobs: flips, byte by byte, then cuts. */
static size_t
places(void)
{
    return (module.size + module.stride - 1) / module.stride;
}

static size_t
jobs(void)
{
    return places() * (module.bits + 1u);
}

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

static size_t
mapped_end(void)
{
    size_t end = 0;

    for (uint32_t i = 0; i < module.elf.segments; i++)
        if (module.elf.segment[i].offset + module.elf.segment[i].file_bytes > end)
            end = module.elf.segment[i].offset + module.elf.segment[i].file_bytes;
    return end;
}

static void
job_name(size_t job, char *text, size_t size)
{
    if (job < places() * module.bits)
        snprintf(text, size, "byte %zu, bit %zu", job / module.bits * module.stride, job % module.bits);
    else
        snprintf(text, size, "cut to %zu bytes", (job - places() * module.bits) * module.stride);
}

static void
fault(size_t job, const char *what)
{
    char name[64];

    if (++progress->faults > FAULTS_SHOWN)
        return;
    job_name(job, name, sizeof name);
    printf("FAILED %s: %s\n", name, what);
    fflush(stdout);
}

/* Whether the job's module was loaded, which uses the process up. */
static bool
run(size_t job, uint8_t *copy)
{
    corert_load_options options = {.struct_size = sizeof options, .bytes = copy, .size = module.size};
    size_t flips = places() * module.bits, at = job / module.bits * module.stride;
    char text[256] = "";
    corert_module *m;
    corert_status status;
    bool covered;

    if (job < flips) {
        covered = is_covered(at);
        if (!covered && job % module.bits)
            return false;
        copy[at] ^= (uint8_t)(1u << job % module.bits * (8 / module.bits));
    } else {
        options.size = (job - flips) * module.stride;
        covered = options.size < mapped_end();
    }
    status = options.size ? corert_module_load_with("damaged", &options, &m, text, sizeof text) : CORERT_E_FORMAT;
    if (job < flips)
        copy[at] = module.bytes[at];
    if (covered && status != CORERT_E_FORMAT && status != CORERT_E_VERSION)
        fault(job, status == CORERT_OK ? "it was loaded" : text);
    else if (status != CORERT_OK && options.size && !text[0])
        fault(job, "no reason was given");
    if (status == CORERT_OK)
        progress->loaded++;
    else
        progress->refused++;
    return status == CORERT_OK;
}

/* A fork: jobs until one loads its module. */
static _Noreturn void
work(void)
{
    uint8_t *copy = malloc(module.size);

    if (!copy || corert_init(NULL) != CORERT_OK)
        _exit(2);
    memcpy(copy, module.bytes, module.size);
    while (progress->next < jobs()) {
        alarm(SECONDS_MAX);
        if (run(progress->next++, copy))
            break;
    }
    _exit(0);
}

static void
prepare(int argc, char **argv)
{
    struct pal_file file;
    const char *why = "";

    if (argc < 3 || pal_file_read(argv[1], (size_t)1 << 28, &file) != PAL_OK ||
        !ldr_elf_open(&module.elf, file.bytes, file.size, &why)) {
        fprintf(stderr, "usage: module_flips MODULE.so STRIDE [BITS]: %s\n", why);
        exit(2);
    }
    module.bytes = file.bytes;
    module.size = file.size;
    module.stride = strtoul(argv[2], NULL, 10);
    module.bits = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 8;
    progress = mmap(NULL, sizeof *progress, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (progress == MAP_FAILED || !module.stride || !module.bits || module.bits > 8)
        exit(2);
}

int
main(int argc, char **argv)
{
    prepare(argc, argv);
    while (progress->next < jobs()) {
        int status;
        char text[64];
        pid_t child = fork();

        if (child == 0)
            work();
        if (child < 0 || waitpid(child, &status, 0) != child || (WIFEXITED(status) && WEXITSTATUS(status)))
            return 2;
        if (!WIFSIGNALED(status))
            continue;
        snprintf(text, sizeof text, "the load ended by signal %d", WTERMSIG(status));
        fault(progress->next - 1, text);
    }
    printf("%s: %zu copies refused, %zu loaded, %u faults\n", argv[1], progress->refused, progress->loaded, progress->faults);
    return progress->faults != 0;
}
