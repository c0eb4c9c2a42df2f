/* compiler/driver/options.c - the command line. One table says name, meaning and what it sets. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/base/arena.h"
#include "compiler/base/diag.h"
#include "compiler/driver/drv.h"
#include "pal/pal.h"

enum option_id {
    OPT_OUTPUT, OPT_REFERENCE, OPT_EXE, OPT_SHARED, OPT_SELF_CONTAINED, OPT_O0, OPT_O1, OPT_O2, OPT_OS, OPT_CPU, OPT_DEBUG, OPT_JOBS,
    OPT_TIME, OPT_DUMP, OPT_STRICT, OPT_FEATURE, OPT_DIRECT_PINVOKE, OPT_LINK, OPT_LINKER, OPT_CACHE, OPT_ALL_SLOTS, OPT_NO_STACK_CHECK, OPT_HELP, OPT_VERSION,
    OPT_STATIC, OPT_NAME, OPT_HEADER, OPT_MAP, OPT_DEPFILE, OPT_WHY, OPT_QUIET, OPT_DROP_IN,
};

struct option {
    const char *name;
    const char *operand; /* NULL: none */
    enum option_id id;
    const char *meaning;
};

static const struct option options[] = {
    /* clang-format off */
    {"-o",               "FILE",       OPT_OUTPUT,         "the module or executable to write (default: INPUT's name)"},
    {"-r",               "PATH",       OPT_REFERENCE,      "a referenced assembly, or a folder of them; may be repeated"},
    {"--exe",            NULL,         OPT_EXE,            "make an executable that starts at the input's Main"},
    {"--shared",         NULL,         OPT_SHARED,         "make a module for corert_module_load (default)"},
    {"--static",         NULL,         OPT_STATIC,         "make one object to link into a program with libcorert.a"},
    {"--drop-in",        NULL,         OPT_DROP_IN,        "a module whose exports are symbols, for programs that know only dlopen"},
    {"--self-contained", NULL,         OPT_SELF_CONTAINED, "put the needed part of the class library into the image"},
    {"--name",           "NAME",       OPT_NAME,           "the module's name in C (default: the assembly's)"},
    {"--header",         "FILE",       OPT_HEADER,         "write a C and C++ header for the exports"},
    {"--map",            "FILE",       OPT_MAP,            "write what is in the image, how large, and why (JSON)"},
    {"--depfile",        "FILE",       OPT_DEPFILE,        "write which files were read, as a rule for make and ninja"},
    {"--why",            "NAME",       OPT_WHY,            "INPUT is a map: print what keeps the methods and types named so"},
    {"-O0",              NULL,         OPT_O0,             "no optimisation"},
    {"-O1",              NULL,         OPT_O1,             "little optimisation"},
    {"-O2",              NULL,         OPT_O2,             "optimise for speed (default)"},
    {"-Os",              NULL,         OPT_OS,             "optimise for size"},
    {"-g",               NULL,         OPT_DEBUG,          "DWARF: C# lines (from the input's PDB) and function names"},
    {"--cpu",            "NAME",       OPT_CPU,            "processor to compile for, as LLVM names it, or native (default: x86-64-v2)"},
    {"--jobs",           "N",          OPT_JOBS,           "threads for code generation (default: processors)"},
    {"--cache",          "DIR",        OPT_CACHE,          "keep objects here by content and reuse them"},
    {"--linker",         "PATH",       OPT_LINKER,         "the ld.lld to use (default: from PATH)"},
    {"--feature",        "NAME=VALUE", OPT_FEATURE,        "a feature switch of the class library; may be repeated"},
    {"--direct-pinvoke", "LIB[!FN]",   OPT_DIRECT_PINVOKE, "the linker binds P/Invokes of this library (or function); may be repeated"},
    {"--link",           "FILE",       OPT_LINK,           "a native library or object to link with the image; may be repeated"},
    {"--quiet",          NULL,         OPT_QUIET,          "no progress on the terminal"},
    {"--strict",         NULL,         OPT_STRICT,         "a body that cannot be compiled is an error, not a warning"},
    {"--all-slots",      NULL,         OPT_ALL_SLOTS,      "reach every type, method and static through a slot, as code in a plugin does"},
    {"--no-stack-check", NULL,         OPT_NO_STACK_CHECK, "executables only: no stack checks and no polls in loops"},
    {"--dump",           "PASS",       OPT_DUMP,           "print what a pass found: metadata, reach, llvm"},
    {"--time-report",    NULL,         OPT_TIME,           "print how long each pass took"},
    {"--help",           NULL,         OPT_HELP,           "print this; so does -h"},
    {"--version",        NULL,         OPT_VERSION,        "print the version"},
    /* clang-format on */
};

static _Noreturn void
print_help(void)
{
    puts("usage: corertc [options] INPUT.dll\n"
         "Compiles a managed assembly (ECMA-335 CIL) into a native module or executable.\n");
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        char left[40];

        snprintf(left, sizeof left, "%s%s%s", options[i].name, options[i].operand ? " " : "", options[i].operand ? options[i].operand : "");
        printf("  %-24s %s\n", left, options[i].meaning);
    }
    exit(0);
}

static const struct option *
option_find(const char *text, const char **joined)
{
    if (strcmp(text, "-h") == 0)
        text = "--help";
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        size_t n = strlen(options[i].name);

        *joined = NULL;
        if (strcmp(text, options[i].name) == 0)
            return &options[i];
        if (options[i].operand && n > 2 && strncmp(text, options[i].name, n) == 0 && text[n] == '=') {
            *joined = text + n + 1;
            return &options[i];
        }
    }
    return NULL;
}

static unsigned
parse_jobs(const char *text)
{
    char *end;
    unsigned long n = strtoul(text, &end, 10);

    if (*end || end == text || n == 0 || n > 256)
        diag_fatal("--jobs %s: not a number from 1 to 256", text);
    return (unsigned)n;
}

static void
check_dump(const char *pass)
{
    static const char *const known[] = {"metadata", "reach", "llvm"};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(pass, known[i]) == 0)
            return;
    diag_fatal("--dump %s: no such pass (metadata, reach, llvm)", pass);
}

static void
check_cpu(const char *name)
{
    static const char *const known[] = {
        "native",
#define CPU(name) name,
#include "compiler/driver/cpus.def"
#undef CPU
    };

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(known[i], name) == 0)
            return;
    diag_fatal("--cpu %s: no 64-bit processor that LLVM knows (x86-64-v3, haswell, znver4, native, ...)", name);
}

static void
option_apply(struct drv_options *o, enum option_id id, const char *value)
{
    switch (id) {
    case OPT_OUTPUT: o->output = value; break;
    case OPT_REFERENCE: ptr_vec_push(&o->references, (void *)(uintptr_t)value); break;
    case OPT_EXE: o->executable = true; break;
    case OPT_SHARED: o->shared = true; break;
    case OPT_SELF_CONTAINED: o->self_contained = true; break;
    case OPT_O0: o->opt_level = 0; o->optimize_size = false; break;
    case OPT_O1: o->opt_level = 1; o->optimize_size = false; break;
    case OPT_O2: o->opt_level = 2; o->optimize_size = false; break;
    case OPT_OS: o->opt_level = 2; o->optimize_size = true; break;
    case OPT_CPU: check_cpu(value); o->cpu = value; break;
    case OPT_DEBUG: o->debug = true; break;
    case OPT_JOBS: o->jobs = parse_jobs(value); break;
    case OPT_TIME: o->time_report = true; break;
    case OPT_DUMP: check_dump(value); ptr_vec_push(&o->dumps, (void *)(uintptr_t)value); break;
    case OPT_STRICT: o->strict = true; break;
    case OPT_FEATURE:
        if (!strchr(value, '='))
            diag_fatal("--feature %s: expected NAME=VALUE", value);
        ptr_vec_push(&o->features, (void *)(uintptr_t)value);
        break;
    case OPT_DIRECT_PINVOKE: ptr_vec_push(&o->direct_pinvokes, (void *)(uintptr_t)value); break;
    case OPT_LINK: ptr_vec_push(&o->link_files, (void *)(uintptr_t)value); break;
    case OPT_LINKER: o->linker = value; break;
    case OPT_CACHE: o->cache = value; break;
    case OPT_ALL_SLOTS: o->all_slots = true; break;
    case OPT_STATIC: o->static_object = true; break;
    case OPT_DROP_IN: o->drop_in = true; break;
    case OPT_NAME: o->name = value; break;
    case OPT_HEADER: o->header = value; break;
    case OPT_MAP: o->map = value; break;
    case OPT_DEPFILE: o->depfile = value; break;
    case OPT_WHY: o->why = value; break;
    case OPT_QUIET: o->quiet = true; break;
    case OPT_NO_STACK_CHECK: o->no_stack_check = true; break;
    case OPT_HELP: print_help();
    case OPT_VERSION:
        puts("corertc " CORERT_VERSION);
        exit(0);
    }
}

static const char *
default_output(struct arena *a, const struct drv_options *o)
{
    const char *base = strrchr(o->input, '/');
    const char *dot;

    base = base ? base + 1 : o->input;
    dot = strrchr(base, '.');
    return arena_printf(a, "%.*s%s", (int)(dot ? dot - base : (long)strlen(base)), base, o->executable ? "" : o->static_object ? ".o" : ".so");
}

void
drv_options_parse(struct drv_options *o, struct arena *a, int argc, char **argv)
{
    o->opt_level = 2;
    o->cpu = "x86-64-v2";
    o->jobs = pal_cpu_count();
    for (int i = 1; i < argc; i++) {
        const char *value;
        const struct option *opt;

        if (argv[i][0] != '-') {
            if (o->input)
                diag_fatal("%s: a second input; corertc compiles one assembly (%s)", argv[i], o->input);
            o->input = argv[i];
            continue;
        }
        opt = option_find(argv[i], &value);
        if (!opt)
            diag_fatal("%s: unknown option (corertc --help lists them)", argv[i]);
        if (opt->operand && !value)
            value = ++i == argc ? "" : argv[i];
        if (opt->operand && !value[0])
            diag_fatal("%s: needs %s", opt->name, opt->operand);
        option_apply(o, opt->id, value);
    }
    if (!o->input || !o->input[0])
        diag_fatal("no input (corertc --help)");
    if (o->executable + o->shared + o->static_object > 1)
        diag_fatal("--exe, --shared and --static exclude each other");
    if (o->drop_in && (o->executable || o->static_object))
        diag_fatal("--drop-in is for modules that are files of their own: not with --exe or --static");
    if (o->why && (o->header || o->map || o->depfile))
        diag_fatal("--why reads a map and compiles nothing");
    if (o->no_stack_check && !o->executable)
        diag_fatal("--no-stack-check is for executables (--exe): a host could not stop such a module's threads");
    if (!o->output)
        o->output = default_output(a, o);
}

bool
drv_dumps(const struct drv_options *o, const char *pass)
{
    for (size_t i = 0; i < o->dumps.count; i++)
        if (strcmp(o->dumps.at[i], pass) == 0)
            return true;
    return false;
}
