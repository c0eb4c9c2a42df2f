/* compiler/codegen/llvm/target.c - LLVM's one-time set-up and the target machine of a unit.
 * Global state of LLVM is touched here only, once, before the first unit exists. */
#include "compiler/codegen/llvm/cg_priv.h"

#include <llvm-c/ErrorHandling.h>
#include <llvm-c/Support.h>
#include <llvm-c/Target.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/base/diag.h"

static const char triple[] = "x86_64-unknown-linux-gnu";

/* LLVM calls this when it cannot go on (an instruction no pattern fits, out of memory). */
static void
target_fatal(const char *reason)
{
    diag_fatal("code generator: %s", reason);
}

static void
target_init_once(void)
{
    /* Loop strength reduction can leave only a pointer outside the object in registers, which a
     * conservative scan does not recognise (docs/abi.md, "Roots"). A function without calls, or one
     * that calls itself only, may throw all the same: checks are put into it after the pipeline. */
    /* Code without a place belongs to the line before it, also at the start of a block. */
    static const char *const options[] = {"corertc", "-disable-lsr", "-disable-nounwind-inference",
                                          "-use-unknown-locations=Disable"};

    LLVMInstallFatalErrorHandler(target_fatal);
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
    LLVMInitializeX86AsmParser();
    LLVMParseCommandLineOptions((int)(sizeof options / sizeof *options), options, "");
}

static LLVMCodeGenOptLevel
target_level(const struct cg_options *o)
{
    if (o->optimize_size)
        return LLVMCodeGenLevelDefault;
    switch (o->opt_level) {
    case 0:
        return LLVMCodeGenLevelNone;
    case 1:
        return LLVMCodeGenLevelLess;
    case 2:
        return LLVMCodeGenLevelDefault;
    default:
        return LLVMCodeGenLevelAggressive;
    }
}

void
cg_target_setup(struct cg_unit *u)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    LLVMTargetMachineOptionsRef options;
    LLVMTargetRef target;
    char *message = NULL, *cpu = NULL, *features = NULL;

    pthread_once(&once, target_init_once);
    if (LLVMGetTargetFromTriple(triple, &target, &message)) {
        cg_fault(u, NULL, "LLVM has no target %s: %s", triple, message);
        LLVMDisposeMessage(message);
        return;
    }
    if (strcmp(u->cpu, "native") == 0) {
        cpu = LLVMGetHostCPUName();
        features = LLVMGetHostCPUFeatures();
    }
    options = LLVMCreateTargetMachineOptions();
    LLVMTargetMachineOptionsSetCPU(options, cpu ? cpu : u->cpu);
    LLVMTargetMachineOptionsSetFeatures(options, features ? features : "");
    LLVMTargetMachineOptionsSetCodeGenOptLevel(options, target_level(&u->options));
    LLVMTargetMachineOptionsSetRelocMode(options, LLVMRelocPIC);
    LLVMTargetMachineOptionsSetCodeModel(options, LLVMCodeModelDefault);
    u->machine = LLVMCreateTargetMachineWithOptions(target, triple, options);
    LLVMDisposeTargetMachineOptions(options);
    if (cpu)
        LLVMDisposeMessage(cpu);
    if (features)
        LLVMDisposeMessage(features);
    if (!u->machine) {
        cg_fault(u, NULL, "LLVM cannot make code for CPU %s", u->cpu);
        return;
    }
    if (u->options.opt_level == 0 && !u->options.optimize_size)
        LLVMSetTargetMachineFastISel(u->machine, 1);
    u->layout = LLVMCreateTargetDataLayout(u->machine);
    LLVMSetModuleDataLayout(u->module, u->layout);
    LLVMSetTarget(u->module, triple);
}
