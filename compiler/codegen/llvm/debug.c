/* compiler/codegen/llvm/debug.c - DWARF: a compile unit, a subprogram per function, lines, blocks,
 * variables. Names are those of the source language; the symbol is the linkage name.
 * Variables are noted while the function is built and declared at its end, in the entry block, so
 * that every home is there. From then on LLVM follows them. */
#include "compiler/codegen/llvm/cg_priv.h"

#include <llvm-c/DebugInfo.h>
#include <string.h>

/* What is declared in cg_fn_end. */
struct debug_variable {
    LLVMValueRef at;
    LLVMMetadataRef variable, location;
    uint32_t offset;
};

/* A static variable that waits for its symbol. */
struct debug_static {
    const char *symbol;
    LLVMMetadataRef variable; /* with its expression */
};

static LLVMMetadataRef
node(cg_dnode n)
{
    return (LLVMMetadataRef)(void *)n;
}

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
    LLVMSetIsNewDbgInfoFormat(u->module, 1);
    u->di = LLVMCreateDIBuilder(u->module);
    u->di_unit = LLVMDIBuilderCreateCompileUnit(
        u->di, LLVMDWARFSourceLanguageC_plus_plus, debug_file(u, u->name), producer,
        sizeof producer - 1, u->options.opt_level > 0, "", 0, 0, "", 0, LLVMDWARFEmissionFull, 0, 1,
        0, "", 0, "", 0);
    u->di_routine = LLVMDIBuilderCreateSubroutineType(u->di, NULL, NULL, 0, LLVMDIFlagZero);
}

/* The data of other objects carry what the debugger is told about them, as definitions would. */
static void
statics_attach(struct cg_unit *u)
{
    unsigned kind = LLVMGetMDKindIDInContext(u->context, "dbg", 3);

    for (size_t i = 0; i < u->di_statics.count; i++) {
        const struct debug_static *s = u->di_statics.at[i];
        LLVMValueRef global = LLVMGetNamedGlobal(u->module, s->symbol);

        if (global)
            LLVMGlobalSetMetadata(global, kind, s->variable);
    }
}

void
cg_debug_finish(struct cg_unit *u)
{
    if (u->di && !u->di_done) {
        statics_attach(u);
        LLVMDIBuilderFinalize(u->di);
    }
    u->di_done = true;
}

/* ---- functions ---- */

static void
function_begin(struct cg_fn *fn, LLVMMetadataRef scope, LLVMMetadataRef file, uint32_t line)
{
    fn->scope = fn->block = scope;
    fn->di_file = file;
    LLVMSetSubprogram(fn->f, scope);
    /* LLVM wants a place on every call it might inline. */
    cg_line(fn, line);
    fn->first_place = LLVMGetCurrentDebugLocation2(fn->b);
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
    function_begin(fn,
                   LLVMDIBuilderCreateFunction(u->di, f, name, strlen(name), fn->symbol,
                                               strlen(fn->symbol), f, line, u->di_routine, 0, 1,
                                               line, LLVMDIFlagPrototyped,
                                               u->options.opt_level > 0),
                   f, line);
}

static LLVMMetadataRef
routine_type(struct cg_unit *u, LLVMMetadataRef file, const struct cg_dfunction *f)
{
    LLVMMetadataRef *types = arena_array(u->arena, f->type_count + 1u, sizeof *types);

    for (uint32_t i = 0; i < f->type_count; i++)
        types[i] = node(f->types[i]);
    if (f->has_this && f->type_count > 1 && types[1])
        types[1] = LLVMDIBuilderCreateObjectPointerType(u->di, types[1]);
    return LLVMDIBuilderCreateSubroutineType(u->di, file, types, f->type_count, LLVMDIFlagZero);
}

/* As C++ compilers do: the struct gets a declaration, which the definition names. */
static void
member_link(struct cg_unit *u, LLVMMetadataRef definition, LLVMMetadataRef declaration)
{
    enum { DECLARATION_OPERAND = 6 }; /* of a DISubprogram */

    LLVMReplaceMDNodeOperandWith(LLVMMetadataAsValue(u->context, definition), DECLARATION_OPERAND,
                                 declaration);
}

void
cg_fn_debug_member(struct cg_fn *fn, const struct cg_dfunction *f)
{
    LLVMMetadataRef file, type, owner, definition;
    struct cg_unit *u;
    bool optimized;

    if (!fn || !fn->unit->di || fn->scope)
        return;
    u = fn->unit;
    optimized = u->options.opt_level > 0;
    file = debug_file(u, f->file ? f->file : u->name);
    type = routine_type(u, file, f);
    owner = f->owner ? node(f->owner) : file;
    /* No linkage name: debuggers would show the symbol, which they cannot demangle. */
    definition =
        LLVMDIBuilderCreateFunction(u->di, owner, f->name, strlen(f->name), "", 0, file, f->line,
                                    type, 0, 1, f->line, LLVMDIFlagPrototyped, optimized);
    if (f->owner)
        member_link(u, definition,
                    LLVMDIBuilderCreateFunction(u->di, owner, f->name, strlen(f->name), "", 0, file,
                                                f->line, type, 0, 0, f->line, LLVMDIFlagPrototyped,
                                                optimized));
    function_begin(fn, definition, file, f->line);
}

/* ---- places ---- */

void
cg_place(struct cg_fn *fn, uint32_t line, uint32_t column)
{
    if (!fn || !fn->scope)
        return;
    LLVMSetCurrentDebugLocation2(
        fn->b, LLVMDIBuilderCreateDebugLocation(fn->unit->context, line, column, fn->block, NULL));
}

void
cg_line(struct cg_fn *fn, uint32_t line)
{
    cg_place(fn, line, 0);
}

void
cg_prologue(struct cg_fn *fn, bool inside)
{
    if (!fn || !fn->scope)
        return;
    LLVMSetCurrentDebugLocation2(fn->b, inside ? NULL : fn->first_place);
}

cg_dnode
cg_debug_block(struct cg_fn *fn, cg_dnode parent, uint32_t line)
{
    if (!fn || !fn->scope)
        return NULL;
    return (cg_dnode)(void *)LLVMDIBuilderCreateLexicalBlock(
        fn->unit->di, parent ? node(parent) : fn->scope, fn->di_file, line, 0);
}

void
cg_debug_scope(struct cg_fn *fn, cg_dnode block)
{
    if (fn)
        fn->block = block ? node(block) : fn->scope;
}

/* ---- variables ---- */

void
cg_debug_variable(struct cg_fn *fn, const struct cg_dvariable *v)
{
    struct debug_variable *d;
    LLVMMetadataRef scope;
    LLVMDIBuilderRef di;

    if (!fn || !fn->scope || !v->at)
        return;
    di = fn->unit->di;
    scope = v->scope ? node(v->scope) : fn->scope;
    d = arena_alloc(fn->unit->arena, sizeof *d);
    d->at = cg_v(v->at);
    d->offset = v->offset;
    d->location = LLVMDIBuilderCreateDebugLocation(fn->unit->context, v->line, 0, scope, NULL);
    if (v->argument)
        d->variable = LLVMDIBuilderCreateParameterVariable(
            di, scope, v->name, strlen(v->name), v->argument, fn->di_file, v->line,
            v->is_this && v->type ? LLVMDIBuilderCreateObjectPointerType(di, node(v->type))
                                  : node(v->type),
            1, v->is_this ? LLVMDIFlagArtificial | LLVMDIFlagObjectPointer : LLVMDIFlagZero);
    else
        d->variable =
            LLVMDIBuilderCreateAutoVariable(di, scope, v->name, strlen(v->name), fn->di_file,
                                            v->line, node(v->type), 1, LLVMDIFlagZero, 0);
    ptr_vec_push(&fn->variables, d);
}

void
cg_debug_declare(struct cg_fn *fn, LLVMValueRef before)
{
    enum { OP_PLUS_UCONST = 0x23 };

    for (size_t i = 0; i < fn->variables.count; i++) {
        const struct debug_variable *d = fn->variables.at[i];
        uint64_t words[2] = {OP_PLUS_UCONST, d->offset};

        LLVMDIBuilderInsertDeclareRecordBefore(
            fn->unit->di, d->at, d->variable,
            LLVMDIBuilderCreateExpression(fn->unit->di, words, d->offset ? 2 : 0), d->location,
            before);
    }
    ptr_vec_free(&fn->variables);
}

void
cg_debug_static(struct cg_unit *u, cg_dnode owner, const char *name, cg_dnode type,
                const char *symbol, int64_t addend)
{
    enum { OP_PLUS_UCONST = 0x23 };
    uint64_t words[2] = {OP_PLUS_UCONST, (uint64_t)addend};
    LLVMMetadataRef file, member;
    struct debug_static *s;

    if (!u || !u->di || !owner || !type)
        return;
    file = debug_file(u, u->name);
    member = LLVMDIBuilderCreateStaticMemberType(u->di, node(owner), name, strlen(name), file, 0,
                                                 node(type), LLVMDIFlagStaticMember, NULL, 0);
    s = arena_alloc(u->arena, sizeof *s);
    s->symbol = arena_strdup(u->arena, symbol);
    s->variable = LLVMDIBuilderCreateGlobalVariableExpression(
        u->di, u->di_unit, name, strlen(name), "", 0, file, 0, node(type), 0,
        LLVMDIBuilderCreateExpression(u->di, words, addend ? 2 : 0), member, 0);
    ptr_vec_push(&u->di_statics, s);
}
