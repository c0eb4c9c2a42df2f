/* compiler/codegen/llvm/eh.c - clauses, landing pads, resume (docs/abi.md, "Exceptions").
 * Every unit with pads defines the personality for itself; only its name matters to LLVM, which then
 * writes Itanium tables, and it is never called by the engine. */
#include "compiler/codegen/llvm/cg_priv.h"

#include <llvm-c/Comdat.h>
#include <stdio.h>

static LLVMValueRef
eh_personality(struct cg_unit *u)
{
    static const char name[] = "corert_eh_personality";
    LLVMTypeRef type = LLVMFunctionType(u->types[CG_I32], NULL, 0, 0);
    LLVMBasicBlockRef bb;

    if (u->personality)
        return u->personality;
    u->personality = LLVMAddFunction(u->module, name, type);
    LLVMSetLinkage(u->personality, LLVMLinkOnceODRLinkage);
    LLVMSetVisibility(u->personality, LLVMHiddenVisibility);
    LLVMSetComdat(u->personality, LLVMGetOrInsertComdat(u->module, name));
    LLVMSetSection(u->personality, ".text.corert_eh_personality");
    cg_attr_fn(u->personality, u->attrs.uwtable);
    cg_attr_fn(u->personality, u->attrs.noinline_);
    bb = LLVMAppendBasicBlockInContext(u->context, u->personality, "");
    LLVMPositionBuilderAtEnd(u->pad_builder, bb);
    LLVMBuildRet(u->pad_builder, LLVMConstInt(u->types[CG_I32], 8, 0)); /* continue unwinding */
    return u->personality;
}

cg_clause
cg_clause_new(struct cg_fn *fn, enum cg_clause_kind kind, const char *symbol)
{
    struct cg_unit *u;
    LLVMTypeRef types[2];
    LLVMValueRef words[2];
    cg_clause clause;
    char name[48];

    if (!fn)
        return NULL;
    u = fn->unit;
    clause = arena_alloc(u->arena, sizeof *clause);
    types[0] = u->types[CG_I64];
    types[1] = u->types[CG_PTR];
    words[0] = LLVMConstInt(types[0], (unsigned long long)kind, 0);
    if (symbol && kind == CG_CLAUSE_TYPE)
        words[1] = cg_sym_data(u, symbol, false);
    else if (symbol && kind == CG_CLAUSE_FILTER)
        words[1] = cg_sym_code(u, symbol);
    else
        words[1] = LLVMConstNull(types[1]);
    snprintf(name, sizeof name, "corert_clause.%u", u->clause_count++);
    clause->global =
        LLVMAddGlobal(u->module, LLVMStructTypeInContext(u->context, types, 2, 0), name);
    LLVMSetLinkage(clause->global, LLVMInternalLinkage);
    LLVMSetInitializer(clause->global, LLVMConstStructInContext(u->context, words, 2, 0));
    LLVMSetGlobalConstant(clause->global, 1);
    LLVMSetAlignment(clause->global, 8);
    return clause;
}

cg_block
cg_pad_new(struct cg_fn *fn, const cg_clause *clauses, uint32_t count, bool cleanup)
{
    struct cg_unit *u;
    LLVMValueRef personality, pad;
    cg_block block;
    uint32_t i;

    if (!fn)
        return NULL;
    u = fn->unit;
    personality = eh_personality(u);
    LLVMSetPersonalityFn(fn->f, personality);
    block = cg_block_new(fn, "pad");
    LLVMPositionBuilderAtEnd(u->pad_builder, block->bb);
    LLVMSetCurrentDebugLocation2(u->pad_builder, LLVMGetCurrentDebugLocation2(fn->b));
    pad = LLVMBuildLandingPad(u->pad_builder, u->pad_type, NULL, count, "");
    for (i = 0; i < count; i++)
        LLVMAddClause(pad, clauses[i]->global);
    LLVMSetCleanup(pad, cleanup || count == 0); /* LLVM wants one or the other */
    block->record = LLVMBuildExtractValue(u->pad_builder, pad, 0, "");
    block->selector = LLVMBuildExtractValue(u->pad_builder, pad, 1, "");
    LLVMSetCurrentDebugLocation2(u->pad_builder, NULL);
    return block;
}

cg_value
cg_pad_record(struct cg_fn *fn, cg_block pad)
{
    return fn ? cg_w(pad->record) : NULL;
}

cg_value
cg_pad_selector(struct cg_fn *fn, cg_block pad)
{
    return fn ? cg_w(pad->selector) : NULL;
}

cg_value
cg_clause_id(struct cg_fn *fn, cg_clause clause)
{
    LLVMTypeRef type;

    if (!cg_ready(fn))
        return NULL;
    type = fn->unit->types[CG_PTR];
    return cg_w(cg_intrinsic_call(fn, INTR_TYPEID, &type, 1, &clause->global, 1));
}

cg_value
cg_clause_address(struct cg_fn *fn, cg_clause clause)
{
    return fn ? cg_w(clause->global) : NULL;
}

void
cg_pad_set(struct cg_fn *fn, cg_block pad)
{
    if (fn)
        fn->pad = pad;
}

cg_block
cg_pad_current(struct cg_fn *fn)
{
    return fn ? fn->pad : NULL;
}

void
cg_resume(struct cg_fn *fn, cg_value record, cg_value selector)
{
    struct cg_unit *u;
    LLVMValueRef v;

    if (!fn || fn->closed)
        return;
    u = fn->unit;
    LLVMSetPersonalityFn(fn->f, eh_personality(u));
    cg_sym_data(u, CG_IMPORT_PREFIX "corert_eh_resume", true);
    v = LLVMBuildInsertValue(fn->b, LLVMGetPoison(u->pad_type), cg_v(record), 0, "");
    v = LLVMBuildInsertValue(fn->b, v, cg_v(selector), 1, "");
    LLVMBuildResume(fn->b, v);
    fn->closed = true;
}
