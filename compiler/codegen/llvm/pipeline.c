/* compiler/codegen/llvm/pipeline.c - from built IR to IR ready for emission: the list of passes.
 * Order: placeholders resolved, verified, LLVM's pipeline, our passes, optional dumps around. */
#include "compiler/codegen/llvm/cg_priv.h"

#include <llvm-c/Analysis.h>
#include <llvm-c/Error.h>
#include <llvm-c/Transforms/PassBuilder.h>
#include <stdio.h>
#include <string.h>

static void
pipeline_dump(struct cg_unit *u, const char *suffix)
{
    char path[1024], name[256], *message = NULL, *c;

    if (!u->dump_folder)
        return;
    snprintf(name, sizeof name, "%s", u->name);
    for (c = name; *c; c++) {
        if (*c == '/')
            *c = '_';
    }
    snprintf(path, sizeof path, "%s/%s%s", u->dump_folder, name, suffix);
    if (LLVMPrintModuleToFile(u->module, path, &message)) {
        cg_fault(u, NULL, "%s: %s", path, message);
        LLVMDisposeMessage(message);
    }
}

/* The verifier's text shows instructions but not where they are. */
static const char *
pipeline_bad_function(struct cg_unit *u)
{
    LLVMValueRef f;
    size_t length;

    for (f = LLVMGetFirstFunction(u->module); f; f = LLVMGetNextFunction(f)) {
        if (LLVMGetFirstBasicBlock(f) && LLVMVerifyFunction(f, LLVMReturnStatusAction))
            return LLVMGetValueName2(f, &length);
    }
    return "(no function)";
}

static bool
pipeline_verify(struct cg_unit *u, const char *when)
{
    char *message = NULL;

    if (!LLVMVerifyModule(u->module, LLVMReturnStatusAction, &message)) {
        LLVMDisposeMessage(message);
        return true;
    }
    cg_fault(u, NULL, "invalid IR %s, function %s: %s", when, pipeline_bad_function(u), message);
    LLVMDisposeMessage(message);
    return false;
}

static const char *
pipeline_text(const struct cg_options *o)
{
    if (o->optimize_size)
        return "default<Os>";
    switch (o->opt_level) {
    case 0:
        return "default<O0>";
    case 1:
        return "default<O1>";
    case 2:
        return "default<O2>";
    default:
        return "default<O3>";
    }
}

static bool
pipeline_optimize(struct cg_unit *u)
{
    LLVMPassBuilderOptionsRef options = LLVMCreatePassBuilderOptions();
    LLVMErrorRef error;

    LLVMPassBuilderOptionsSetSLPVectorization(options, u->options.opt_level >= 2);
    LLVMPassBuilderOptionsSetCallGraphProfile(options, 0);
    error = LLVMRunPasses(u->module, pipeline_text(&u->options), u->machine, options);
    LLVMDisposePassBuilderOptions(options);
    if (error) {
        char *message = LLVMGetErrorMessage(error);

        cg_fault(u, NULL, "optimisation of %s: %s", u->name, message);
        LLVMDisposeErrorMessage(message);
    }
    return !u->error;
}

bool
cg_pipeline_run(struct cg_unit *u)
{
    cg_symbols_resolve(u);
    cg_debug_finish(u);
    pipeline_dump(u, ".in.ll");
    if (!pipeline_verify(u, "from the importer"))
        return false;
    cg_pass_inline(u);
    if (!pipeline_optimize(u))
        return false;
    cg_symbols_forget(u);
    cg_pass_resume(u);
    cg_pass_check(u);
    cg_pass_poll(u);
    cg_pass_barrier(u);
    pipeline_dump(u, ".out.ll");
    if (!pipeline_verify(u, "after our passes"))
        return false;
    return !u->error;
}
