/* compiler/codegen/llvm/unit.c - a unit's life: creation, faults, content hash, imports, release. */
#include "compiler/codegen/llvm/cg_priv.h"

#include <llvm-c/BitWriter.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
unit_diagnostic(LLVMDiagnosticInfoRef info, void *context)
{
    struct cg_unit *u = context;
    char *text;

    if (LLVMGetDiagInfoSeverity(info) != LLVMDSError)
        return;
    text = LLVMGetDiagInfoDescription(info);
    cg_fault(u, NULL, "%s", text);
    LLVMDisposeMessage(text);
}

void
cg_fault(struct cg_unit *u, const struct cg_fn *fn, const char *format, ...)
{
    va_list list;
    char text[1024];
    size_t size;

    if (u->error)
        return;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    size = strlen(text) + (fn ? strlen(fn->symbol) : 0) + 16;
    u->error = malloc(size);
    if (!u->error)
        return;
    if (fn)
        snprintf(u->error, size, "function %s: %s", fn->symbol, text);
    else
        snprintf(u->error, size, "%s", text);
}

struct cg_unit *
cg_unit_new(const char *name, const struct cg_options *options)
{
    struct arena *arena = arena_new();
    struct cg_unit *u = arena_alloc(arena, sizeof *u);

    u->arena = arena;
    u->name = arena_strdup(arena, name);
    u->options = *options;
    u->cpu = arena_strdup(arena, options->cpu ? options->cpu : "x86-64-v2");
    u->dump_folder = options->dump_folder ? arena_strdup(arena, options->dump_folder) : NULL;
    u->context = LLVMContextCreate();
    LLVMContextSetDiscardValueNames(u->context, !u->dump_folder);
    LLVMContextSetDiagnosticHandler(u->context, unit_diagnostic, u);
    u->module = LLVMModuleCreateWithNameInContext(name, u->context);
    cg_target_setup(u);
    cg_types_setup(u);
    u->pad_builder = LLVMCreateBuilderInContext(u->context);
    if (options->debug)
        cg_debug_setup(u);
    return u;
}

void
cg_unit_free(struct cg_unit *u)
{
    if (!u)
        return;
    if (u->di)
        LLVMDisposeDIBuilder(u->di);
    LLVMDisposeBuilder(u->pad_builder);
    LLVMDisposeModule(u->module);
    if (u->layout)
        LLVMDisposeTargetData(u->layout);
    if (u->machine)
        LLVMDisposeTargetMachine(u->machine);
    LLVMContextDispose(u->context);
    str_map_free(&u->symbols);
    str_map_free(&u->di_files);
    ptr_map_free(&u->di_nodes);
    str_map_free(&u->di_names);
    ptr_vec_free(&u->di_statics);
    ptr_vec_free(&u->stale);
    ptr_vec_free(&u->imports);
    free(u->error);
    arena_free(u->arena);
}

void
cg_unit_imports(struct cg_unit *u, void (*each)(void *context, const char *name), void *context)
{
    size_t i;

    for (i = 0; i < u->imports.count; i++)
        each(context, u->imports.at[i]);
}

void
cg_unit_hash(struct cg_unit *u, uint8_t out[16])
{
    LLVMMemoryBufferRef bytes;
    uint64_t h[2];
    char options[256];
    unsigned major, minor, patch;
    const char *cpu = u->cpu;
    char *host = NULL, *features = NULL;
    int i;

    if (strcmp(cpu, "native") == 0) {
        host = LLVMGetHostCPUName();
        features = LLVMGetHostCPUFeatures();
    }
    cg_symbols_resolve(u);
    cg_debug_finish(u);
    LLVMGetVersion(&major, &minor, &patch);
    snprintf(options, sizeof options, "%u.%u.%u O%d %d %d %d %d %.100s", major, minor, patch,
             u->options.opt_level, u->options.optimize_size, u->options.debug,
             u->options.stack_check, u->options.engine_linked, host ? host : cpu);
    bytes = LLVMWriteBitcodeToMemoryBuffer(u->module);
    for (i = 0; i < 2; i++) {
        h[i] = hash64_bytes(options, strlen(options), 0x9E3779B97F4A7C15u * (uint64_t)(i + 1));
        if (features)
            h[i] = hash64_bytes(features, strlen(features), h[i]);
        h[i] = hash64_bytes(LLVMGetBufferStart(bytes), LLVMGetBufferSize(bytes), h[i]);
    }
    LLVMDisposeMemoryBuffer(bytes);
    if (host)
        LLVMDisposeMessage(host);
    if (features)
        LLVMDisposeMessage(features);
    memcpy(out, h, sizeof h);
}

static bool
unit_fail(struct cg_unit *u, char **message)
{
    if (!u->error)
        cg_fault(u, NULL, "out of memory");
    *message = u->error; /* NULL when even that could not be allocated */
    u->error = NULL;
    return false;
}

bool
cg_unit_finish(struct cg_unit *u, uint8_t **object, size_t *size, char **message)
{
    LLVMMemoryBufferRef bytes = NULL;
    char *text = NULL;

    *object = NULL;
    *size = 0;
    *message = NULL;
    if (u->finished)
        cg_fault(u, NULL, "unit %s was finished before", u->name);
    if (u->error || !cg_pipeline_run(u))
        return unit_fail(u, message);
    u->finished = true;
    if (LLVMTargetMachineEmitToMemoryBuffer(u->machine, u->module, LLVMObjectFile, &text, &bytes)) {
        cg_fault(u, NULL, "unit %s: %s", u->name, text ? text : "cannot be emitted");
        LLVMDisposeMessage(text);
        return unit_fail(u, message);
    }
    if (u->error) { /* reported while emitting */
        LLVMDisposeMemoryBuffer(bytes);
        return unit_fail(u, message);
    }
    *size = LLVMGetBufferSize(bytes);
    *object = malloc(*size);
    if (*object)
        memcpy(*object, LLVMGetBufferStart(bytes), *size);
    LLVMDisposeMemoryBuffer(bytes);
    return *object ? true : unit_fail(u, message);
}
