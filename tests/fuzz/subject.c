/* tests/fuzz/subject.c - see subject.h. */
#include "tests/fuzz/subject.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "compiler/base/diag.h"
#include "compiler/driver/drv.h"
#include "compiler/emit/emit.h"
#include "compiler/reach/reach_priv.h"
#include "pal/pal.h"

enum { SECONDS_MAX = 20, MEMORY_MAX_KB = 1 << 20, INPUT_MAX = 8192, RUNS_OF_A_FORK = 100 };
/* What inputs left behind is as if one program had it all: generic instances of theirs that grow meet. A fork that has
 * become so large is the last input's, and limits count for an input that had a fork of its own. */
enum { FORK_MAX_KB = 256 << 10 };
/* How a fork ends. A sanitizer ends it with 1, which is a fault like all others. */
enum { EXIT_REFUSED = 3, EXIT_FULL = 4, EXIT_BROKEN = 99 };

/* ---- messages: in place of compiler/base/diag.c ------------------------------------------------ */

static bool loud; /* CORERT_FUZZ_LOUD: shows what the compiler says */

static __attribute__((format(printf, 2, 0))) void
say(const char *kind, const char *format, va_list list)
{
    fprintf(stderr, "%s: ", kind);
    vfprintf(stderr, format, list);
    fputc('\n', stderr);
}

noreturn void
diag_fatal(const char *format, ...)
{
    char text[4096];
    va_list list;

    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    if (loud || strstr(text, "out of memory"))
        fprintf(stderr, "error: %s\n", text);
    _exit(strstr(text, "out of memory") ? EXIT_BROKEN : EXIT_REFUSED);
}

noreturn void
diag_bug(const char *file, int line, const char *fact)
{
    fprintf(stderr, "internal: %s:%d: %s\n", file, line, fact);
    _exit(EXIT_BROKEN);
}

void
diag_warning(const char *format, ...)
{
    va_list list;

    va_start(list, format);
    if (loud)
        say("warning", format, list);
    va_end(list);
}

void
diag_note(const char *format, ...)
{
    (void)format;
}

unsigned
diag_warning_count(void)
{
    return 0;
}

void
diag_progress_start(void)
{
}

void
diag_progress(const char *format, ...)
{
    (void)format;
}

void
diag_progress_end(void)
{
}

void
diag_interrupted(void)
{
}

void
diag_temporary(const char *path)
{
    (void)path;
}

void
diag_temporaries_remove(void)
{
}

/* ---- the input -------------------------------------------------------------------------------- */

uint8_t
subject_u8(struct subject_input *in)
{
    return in->at < in->end ? *in->at++ : 0;
}

uint16_t
subject_u16(struct subject_input *in)
{
    uint16_t low = subject_u8(in);

    return (uint16_t)(low | subject_u8(in) << 8);
}

uint32_t
subject_u32(struct subject_input *in)
{
    uint32_t low = subject_u16(in);

    return low | (uint32_t)subject_u16(in) << 16;
}

/* ---- the subject ------------------------------------------------------------------------------ */

static struct subject the;
static struct ty_assembly *the_assembly; /* SubjectB, open */
static struct drv compiler; /* that has seen SubjectA */

static uint32_t
rva_of(const struct md_image *img, uint32_t at)
{
    for (uint32_t i = 0; i < img->section_count; i++)
        if (at >= img->sections[i].raw_at && at - img->sections[i].raw_at < img->sections[i].raw_size)
            return img->sections[i].rva + (at - img->sections[i].raw_at);
    return 0;
}

static void
rooms_find(struct subject *s)
{
    struct md_blob room;
    uint32_t at = md_attribute_find(s->image, md_token(MD_ASSEMBLY, 1), "", "Room");

    if (!md_resource(s->image, "room", &room) || !at)
        abort();
    s->body_at = (uint32_t)(room.at - s->image->bytes + 3) & ~3u;
    s->body_room = room.size - 4;
    s->body_rva = rva_of(s->image, s->body_at);
    room = md_cell_blob(s->image, MD_CUSTOMATTRIBUTE, at, MD_CUSTOMATTRIBUTE_VALUE);
    s->blob_at = (uint32_t)(room.at - s->image->bytes);
    s->blob_index = (uint32_t)(room.at - s->image->blobs.at);
    s->blob_room = room.size;
}

static void
subject_load(void)
{
    static struct pal_file file;
    struct md_error err;

    if (the.image)
        return;
    loud = getenv("CORERT_FUZZ_LOUD") != NULL;
    if (pal_file_read(SUBJECT_FOLDER "/SubjectB.dll", 1 << 20, &file) != PAL_OK)
        abort();
    the.image = md_open(arena_new(), "SubjectB", file.bytes, file.size, &err);
    if (!the.image)
        abort();
    the.size = file.size;
    rooms_find(&the);
}

const struct md_image *
subject_image(void)
{
    subject_load();
    return the.image;
}

uint32_t
subject_blob(struct subject *s, const uint8_t *bytes, uint32_t size)
{
    uint32_t index = s->blob_index, head = size < 0x80 ? 1 : 2;

    if (head + size > s->blob_room || size >= 0x4000)
        return 0;
    if (head == 2)
        s->bytes[s->blob_at] = (uint8_t)(0x80 | size >> 8);
    s->bytes[s->blob_at + head - 1] = (uint8_t)size;
    memcpy(s->bytes + s->blob_at + head, bytes, size);
    s->blob_at += head + size;
    s->blob_index += head + size;
    s->blob_room -= head + size;
    return index;
}

void
subject_cell(struct subject *s, enum md_table table, uint32_t row, unsigned column, uint32_t raw)
{
    const struct md_rows *t = &s->image->tables[table];
    uint8_t *p = s->bytes + (t->at - s->image->bytes) + (size_t)(row - 1) * t->row_size + t->offset[column];

    for (unsigned i = 0; i < t->width[column]; i++)
        p[i] = (uint8_t)(raw >> 8 * i);
}

uint32_t
subject_rows(const struct subject *s, enum md_table table)
{
    return md_row_count(s->image, table);
}

/* ---- compiling -------------------------------------------------------------------------------- */

static void
compiler_start(void)
{
    static const char *const search[] = {SUBJECT_CLASSLIB, SUBJECT_CLASSLIB "/sdk", SUBJECT_CLASSLIB "/framework"};
    struct reach_options options = {0};
    struct drv *d = &compiler;

    d->arena = arena_new();
    d->ty = ty_context_new(d->arena, search, 3);
    d->input = ty_assembly_open(d->ty, SUBJECT_FOLDER "/SubjectA.dll");
    if (!d->input || !ty_core_load(d->ty))
        abort();
    d->il = il_context_new(d->ty, d->arena, NULL, 0);
    il_context_guard_entries(d->il, true);
    il_context_debug(d->il, true);
    d->reach = reach_new(d->ty, d->arena, &options);
    reach_attach(d->reach, d->il);
    d->module_name = "subject";
    drv_roots(d);
    reach_run(d->reach);
}

/* The work-list goes on after a run. */
static void
reach_again(struct reach *r)
{
    ptr_map_free(&r->alive);
    memset(&r->alive, 0, sizeof r->alive);
    r->scanning = true;
    r->because = NULL;
    r->from = NULL;
}

/* The method over `fill` for each of its variables; NULL when that cannot be. */
static struct ty_method *
closed(struct ty_method_def *def, struct ty_type *fill)
{
    struct ty_context *ty = compiler.ty;
    struct ty_type *args[64], *owner;

    for (unsigned i = 0; i < 64; i++)
        args[i] = fill;
    if (def->owner->generic_count > 64 || def->generic_count > 64)
        return NULL;
    owner = def->owner->generic_count ? ty_instantiate(ty, def->owner, args, def->owner->generic_count)
                                      : ty_type_of_def(ty, def->owner);
    return owner ? ty_method_on(ty, owner, def, def->generic_count ? args : NULL) : NULL;
}

/* The body that a row stands for; NULL: none that can be reached. */
static struct ty_method *
body_of(struct ty_assembly *as, uint32_t row, struct ty_type *fill)
{
    struct drv *d = &compiler;
    struct ty_method_def *def = ty_method_def_at(d->ty, as, row);
    struct ty_method *m;

    if (!def)
        return NULL;
    ty_method_attributes_load(d->ty, def);
    if (!def->owner || def->is_abstract)
        return NULL;
    m = closed(def, fill);
    return m && !m->has_vars ? ty_method_canon(d->ty, m) : NULL;
}

/* As the driver roots exports, and as calls in bodies reach instances. */
static void
root_row(struct ty_assembly *as, uint32_t row, struct ty_type *fill)
{
    struct ref ref = {.kind = REF_METHOD, .method = body_of(as, row, fill)};

    if (!ref.method)
        return;
    if (ref.method->def->is_unmanaged_callers_only)
        ref.kind = REF_METHOD_NATIVE;
    reach_root(compiler.reach, &ref);
}

/* Code of one body, or of all of the assembly's. */
static void
code_make(const struct ty_assembly *as, struct ty_method *only)
{
    struct drv *d = &compiler;
    const struct cg_options options = {.cpu = "x86-64-v2", .debug = true, .stack_check = true};
    struct cg_unit *u = cg_unit_new("subject", &options);
    const struct ptr_vec *methods = reach_methods_found(d->reach);
    uint8_t *object;
    size_t size;
    char *message = NULL;

    if (only)
        il_emit(d->il, d->reach, only, u, false);
    for (size_t i = 0; !only && i < methods->count; i++) {
        const struct reach_method *m = methods->at[i];

        if (m->body && m->method->def->assembly == as)
            il_emit(d->il, d->reach, m->method, u, false);
    }
    if (!cg_unit_finish(u, &object, &size, &message))
        diag_bug(__FILE__, __LINE__, message ? message : "code generation failed");
    free(object);
    cg_unit_free(u);
}

/* What the data object relies on; cheaper than making it. */
static void
types_check(void)
{
    static size_t seen;
    const struct ptr_vec *types = reach_types_found(compiler.reach);

    for (; seen < types->count; seen++) {
        const struct reach_type *t = types->at[seen];

        if (t->type->has_vars)
            diag_bug(__FILE__, __LINE__, arena_printf(compiler.arena, "a type with variables is needed: %s", ty_name(compiler.ty, t->type)));
    }
}

static void
data_make(void)
{
    struct drv *d = &compiler;
    uint8_t *bytes;
    size_t size;

    d->emit.reach = d->reach;
    d->emit.il = d->il;
    d->emit.ty = d->ty;
    d->emit.arena = d->arena;
    d->emit.imports = &d->imports;
    emit_data(&d->emit, &bytes, &size);
    pal_free(bytes);
}

/* A path of the copy, under a name no other input's has. */
static const char *
file_of(struct subject *s, int *fd)
{
    static char path[64], name[16];
    static unsigned number;
    const char *old = md_assembly_name(s->image);

    snprintf(name, sizeof name, "S%07u", number++ % 10000000);
    if (strlen(old) != strlen(name))
        abort();
    memcpy(s->bytes + ((const uint8_t *)old - s->image->bytes), name, strlen(name));
    *fd = memfd_create("subject", 0);
    if (*fd < 0 || write(*fd, s->bytes, s->size) != (ssize_t)s->size)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", *fd);
    return path;
}

static void
compile_all(const struct subject_target *target, struct subject_input *in)
{
    uint64_t chance = hash64_bytes(in->at, subject_left(in), 1) >> 32;
    uint8_t choices = subject_u8(in);
    struct ty_type *fill = choices & 1 ? compiler.ty->t_i4 : compiler.ty->t_object;
    struct subject s = the;
    struct ty_assembly *as;
    int fd;

    s.bytes = malloc(s.size);
    if (!s.bytes)
        abort();
    memcpy(s.bytes, the.image->bytes, s.size);
    target->damage(&s, in);
    as = ty_assembly_open(compiler.ty, file_of(&s, &fd));
    close(fd);
    free(s.bytes);
    if (!as) {
        if (loud)
            fprintf(stderr, "%s\n", compiler.ty->failure.text);
        return;
    }
    reach_again(compiler.reach);
    for (uint32_t i = 1; i <= md_row_count(as->image, MD_METHODDEF); i++)
        root_row(as, i, fill);
    reach_run(compiler.reach);
    types_check();
    /* The long parts for some inputs only: which, says the input. */
    if (chance % 16 == 0)
        code_make(as, NULL);
    if (chance % 128 == 1)
        data_make();
}

static void
compile_one(const struct subject_target *target, struct subject_input *in)
{
    uint8_t choices = subject_u8(in);
    struct ty_type *fill = choices & 1 ? compiler.ty->t_i4 : compiler.ty->t_object;
    struct subject s = the;
    uint32_t row, rva;
    struct ty_method *m;

    s.bytes = the_assembly->bytes;
    row = target->damage(&s, in);
    rva = md_cell(the.image, MD_METHODDEF, row, MD_METHODDEF_RVA);
    subject_cell(&s, MD_METHODDEF, row, MD_METHODDEF_RVA, s.body_rva);
    m = body_of(the_assembly, row, fill);
    if (m) {
        m->il = NULL; /* what was known of the last body */
        reach_again(compiler.reach);
        il_scan(compiler.il, compiler.reach, m);
        reach_run(compiler.reach);
        types_check();
        code_make(the_assembly, m);
    }
    subject_cell(&s, MD_METHODDEF, row, MD_METHODDEF_RVA, rva);
}

/* ---- coverage --------------------------------------------------------------------------------- */

/* libFuzzer's counters live in this section; a fork's must reach its parent. */
extern uint8_t __start___sancov_cntrs[] __attribute__((weak));
extern uint8_t __stop___sancov_cntrs[] __attribute__((weak));

static void
counters_share(void)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t start = (uintptr_t)__start___sancov_cntrs, end = (uintptr_t)__stop___sancov_cntrs;

    start = (start + page - 1) & ~(page - 1);
    end &= ~(page - 1);
    if (start >= end)
        return;
    if (mmap((void *)start, end - start, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
        abort();
}

/* ---- the fork --------------------------------------------------------------------------------- */

static struct {
    struct {
        size_t size;
        uint8_t bytes[INPUT_MAX];
    } *input; /* shared */
    pid_t child;
    int to, from; /* a byte each way for each input */
    unsigned runs; /* inputs the fork has had */
} server;

static long
memory_kb(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

static noreturn void
serve(const struct subject_target *target, int from, int to)
{
    const struct itimerval limit = {.it_value = {.tv_sec = SECONDS_MAX}};
    long begin = memory_kb();
    bool first = true;
    char byte;

    while (read(from, &byte, 1) == 1) {
        struct subject_input in = {server.input->bytes, server.input->bytes + server.input->size};
        long before = memory_kb();

        setitimer(ITIMER_PROF, &limit, NULL); /* SIGPROF ends it */
        if (target->one_body)
            compile_one(target, &in);
        else
            compile_all(target, &in);
        if (memory_kb() - before > MEMORY_MAX_KB) {
            if (first)
                fprintf(stderr, "the compiler took %ld KiB\n", memory_kb() - before);
            _exit(first ? EXIT_BROKEN : EXIT_FULL);
        }
        first = false;
        byte = memory_kb() - begin > FORK_MAX_KB;
        if (write(to, &byte, 1) != 1)
            break;
    }
    _exit(EXIT_SUCCESS);
}

static void
server_fork(const struct subject_target *target)
{
    int there[2], back[2];

    if (pipe(there) || pipe(back))
        abort();
    server.child = fork();
    if (server.child == 0) {
        close(there[1]);
        close(back[0]);
        serve(target, there[0], back[1]);
    }
    if (server.child < 0)
        abort();
    close(there[0]);
    close(back[1]);
    server.to = there[1];
    server.from = back[0];
    server.runs = 0;
}

static int
server_end(void)
{
    int status = 0;

    close(server.to);
    close(server.from);
    while (waitpid(server.child, &status, 0) != server.child)
        if (errno != EINTR) /* libFuzzer's clock ticks */
            abort();
    server.child = 0;
    return status;
}

/* One byte, whatever interrupts. */
static bool
pass(int file, bool out, char *byte)
{
    ssize_t n;

    do
        n = out ? write(file, byte, 1) : read(file, byte, 1);
    while (n < 0 && errno == EINTR);
    return n == 1;
}

/* Gives the input to the fork; its wait status when that ended it in a way it must not, else 0. */
static int
server_run(const struct subject_target *target)
{
    char byte = 0;
    bool alone;
    int status;

    if (!server.child)
        server_fork(target);
    alone = server.runs == 0;
    if (pass(server.to, true, &byte) && pass(server.from, false, &byte)) {
        if (++server.runs == RUNS_OF_A_FORK || byte)
            server_end();
        return 0;
    }
    status = server_end();
    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_REFUSED)
        return 0;
    if (!alone && ((WIFEXITED(status) && WEXITSTATUS(status) == EXIT_FULL) ||
                   (WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF)))
        return server_run(target);
    return status ? status : -1;
}

static void
start(void)
{
    if (compiler.reach)
        return;
    signal(SIGPIPE, SIG_IGN);
    subject_load();
    compiler_start();
    the_assembly = ty_assembly_open(compiler.ty, SUBJECT_FOLDER "/SubjectB.dll");
    server.input = mmap(NULL, sizeof *server.input, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (!the_assembly || server.input == MAP_FAILED)
        abort();
    counters_share();
}

void
subject_run(const struct subject_target *target, const uint8_t *data, size_t size)
{
    int status;

    if (size > INPUT_MAX)
        return;
    start();
    server.input->size = size;
    memcpy(server.input->bytes, data, size);
    status = server_run(target);
    if (!status)
        return;
    if (WIFSIGNALED(status))
        fprintf(stderr, "the compiler ended by signal %d%s\n", WTERMSIG(status), WTERMSIG(status) == SIGPROF ? " (too long)" : "");
    fprintf(stderr, "the input alone: %s\n", server_run(target) ? "the same" : "nothing: inputs before it matter");
    abort();
}
