/* compiler/codegen/llvm/debug.c - DWARF: one compile unit, a subprogram per function, lines.
 * Names are those of the source language; the symbol is the linkage name. */
#include "compiler/codegen/llvm/cg_priv.h"

#include <llvm-c/DebugInfo.h>
#include <string.h>

static LLVMMetadataRef
debug_file(struct cg_unit *u, const char *path)
{
    LLVMMetadataRef file = str_map_get(&u->di_files, path);

    if (file)
        return file;
    file = LLVMDIBuilderCreateFile(u->di, path, strlen(path), "", 0);
    str_map_put(&u->di_files, path, file);
    return file;
}

static void
debug_flag(struct cg_unit *u, const char *name, uint32_t value)
{
    LLVMAddModuleFlag(u->module, LLVMModuleFlagBehaviorWarning, name, strlen(name),
                      LLVMValueAsMetadata(LLVMConstInt(u->types[CG_I32], value, 0)));
}

void
cg_debug_setup(struct cg_unit *u)
{
    static const char producer[] = "corertc";

    debug_flag(u, "Debug Info Version", LLVMDebugMetadataVersion());
    debug_flag(u, "Dwarf Version", 4);
    u->di = LLVMCreateDIBuilder(u->module);
    u->di_unit = LLVMDIBuilderCreateCompileUnit(
        u->di, LLVMDWARFSourceLanguageC_plus_plus, debug_file(u, u->name), producer,
        sizeof producer - 1, u->options.opt_level > 0, "", 0, 0, "", 0, LLVMDWARFEmissionFull, 0, 1,
        0, "", 0, "", 0);
    u->di_routine = LLVMDIBuilderCreateSubroutineType(u->di, NULL, NULL, 0, LLVMDIFlagZero);
}

void
cg_debug_finish(struct cg_unit *u)
{
    if (u->di && !u->di_done)
        LLVMDIBuilderFinalize(u->di);
    u->di_done = true;
}

void
cg_fn_debug(struct cg_fn *fn, const char *name, const char *file, uint32_t line)
{
    struct cg_unit *u;
    LLVMMetadataRef f;

    if (!fn || !fn->unit->di || fn->scope)
        return;
    u = fn->unit;
    f = debug_file(u, file ? file : u->name);
    fn->scope = LLVMDIBuilderCreateFunction(
        u->di, f, name, strlen(name), fn->symbol, strlen(fn->symbol), f, line, u->di_routine, 0, 1,
        line, LLVMDIFlagPrototyped, u->options.opt_level > 0);
    LLVMSetSubprogram(fn->f, fn->scope);
    /* LLVM wants a place on every call it might inline. */
    cg_line(fn, line);
}

void
cg_line(struct cg_fn *fn, uint32_t line)
{
    if (!fn || !fn->scope)
        return;
    LLVMSetCurrentDebugLocation2(
        fn->b, LLVMDIBuilderCreateDebugLocation(fn->unit->context, line, 0, fn->scope, NULL));
}
