/* compiler/codegen/llvm/transition.c - leaving and entering managed state without a call: what
 * engine/thr_asm.S does in RhpPInvoke and RhpReversePInvokeReturn, and in RhpPInvokeReturn,
 * RhpReversePInvoke and RhpExportEnter as long as nobody waits (docs/abi.md, "Transitions").
 * Leaving clobbers every caller-saved register: what the method needs after the native call is then
 * on the stack or in a callee-saved register, and those are in the record. The record's pc is the
 * place right behind, where the stack pointer is the recorded one. */
#include "compiler/codegen/llvm/cg_priv.h"

#include "engine/thread_block.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_BYTES = 1024 }; /* of one piece of assembly */

static LLVMValueRef
asm_call(struct cg_fn *fn, LLVMTypeRef ret, const char *text, const char *constraints, LLVMValueRef *args, unsigned count)
{
    LLVMTypeRef types[3], type; /* of up to three arguments */
    LLVMValueRef code, call;

    for (unsigned i = 0; i < count; i++)
        types[i] = LLVMTypeOf(args[i]);
    type = LLVMFunctionType(ret, types, count, 0);
    code = LLVMGetInlineAsm(type, text, strlen(text), constraints, strlen(constraints), 1, 0, LLVMInlineAsmDialectATT, 0);
    call = LLVMBuildCall2(fn->b, type, code, args, count, "");
    LLVMAddCallSiteAttribute(call, (LLVMAttributeIndex)LLVMAttributeFunctionIndex, fn->unit->attrs.nounwind);
    return call;
}

void
cg_native_begin(struct cg_fn *fn, cg_value record)
{
    static const struct {
        const char *name;
        int at;
    } saved[] = {{"rsp", TRANSITION_RSP}, {"rbp", TRANSITION_RBP}, {"rbx", TRANSITION_RBX}, {"r12", TRANSITION_R12},
                 {"r13", TRANSITION_R13}, {"r14", TRANSITION_R14}, {"r15", TRANSITION_R15}};
    char text[TEXT_BYTES];
    LLVMValueRef args[2];
    int n;

    if (!cg_ready(fn))
        return;
    n = snprintf(text, sizeof text, "leaq 1f(%%rip), %%rcx\n\tmovq %%rcx, %d(%%rdi)\n", TRANSITION_PC);
    for (size_t i = 0; i < sizeof saved / sizeof *saved; i++)
        n += snprintf(text + n, sizeof text - (size_t)n, "\tmovq %%%s, %d(%%rdi)\n", saved[i].name, saved[i].at);
    snprintf(text + n, sizeof text - (size_t)n, "\tmovq %%fs:%d(%%rax), %%rcx\n\tmovq %%rcx, %d(%%rdi)\n\tmovq %%rdi, %%fs:%d(%%rax)\n1:",
             THREAD_REVERSE_HEAD, TRANSITION_REVERSE, THREAD_TRANSITION);
    args[0] = cg_coerce(fn, cg_v(record), fn->unit->types[CG_PTR], false);
    args[1] = cg_import_load(fn->unit, fn->b, "corert_thread_block_offset", fn->unit->types[CG_I64]);
    asm_call(fn, fn->unit->types[CG_VOID], text,
             "{rdi},{rax},~{rcx},~{rdx},~{rsi},~{r8},~{r9},~{r10},~{r11},~{memory},~{dirflag},~{fpsr},~{flags}", args, 2);
}

cg_value
cg_native_end(struct cg_fn *fn)
{
    char text[96];
    LLVMValueRef args[2], wanted;

    if (!cg_ready(fn))
        return NULL;
    snprintf(text, sizeof text, "movq $$%d, %%fs:%d($1)\n\tcmpl $$0, ($2)", THREAD_STATE_MANAGED, THREAD_TRANSITION);
    args[0] = cg_import_load(fn->unit, fn->b, "corert_thread_block_offset", fn->unit->types[CG_I64]);
    args[1] = cg_import_load(fn->unit, fn->b, "RhpTrapThreads", fn->unit->types[CG_PTR]);
    wanted = asm_call(fn, fn->unit->types[CG_I32], text, "={@ccne},r,r,~{memory},~{dirflag},~{fpsr}", args, 2);
    return cg_w(LLVMBuildICmp(fn->b, LLVMIntNE, wanted, LLVMConstInt(fn->unit->types[CG_I32], 0, 0), ""));
}

/* eax: 0 when the thread is in managed state. A stop may come in between: then the entry is undone. */
cg_value
cg_entry_begin(struct cg_fn *fn, cg_value frame, bool is_export)
{
    char text[TEXT_BYTES];
    LLVMValueRef args[3], failed;

    if (!cg_ready(fn))
        return NULL;
    snprintf(text, sizeof text,
             "movq %%rsp, %%rdx\n\tsubq %%fs:%d(%%rax), %%rdx\n\tcmpq %%fs:%d(%%rax), %%rdx\n\tjae 3f\n"
             "\tmovq %%fs:%d(%%rax), %%rcx\n\tcmpq %%rsp, %%rcx\n\tjb 3f\n\tmovq %%fs:%d(%%rax), %%rdx\n"
             "\tmovq %%rdx, %d(%%rdi)\n\tmovq %%rcx, %d(%%rdi)\n\tleaq 1f(%%rip), %%rdx\n\tmovq %%rdx, %d(%%rdi)\n"
             "\tmovq %%rsp, %d(%%rdi)\n\tmovq %%rbp, %d(%%rdi)\n\tmovq $$0, %d(%%rdi)\n\tmovq $$%d, %d(%%rdi)\n"
             "\tmovq %%fs:%d(%%rax), %%rdx\n\tmovq %%rdx, %d(%%rdi)\n\tmovq %%rdi, %%fs:%d(%%rax)\n\tmovq $$%d, %%fs:%d(%%rax)\n"
             "\tcmpl $$0, (%%rsi)\n\tjne 2f\n\txorl %%eax, %%eax\n\tjmp 1f\n"
             "2:\tmovq %%rdx, %%fs:%d(%%rax)\n\tmovq %%rcx, %%fs:%d(%%rax)\n3:\tmovl $$1, %%eax\n1:",
             THREAD_STACK_LOW, THREAD_STACK_BYTES, THREAD_TRANSITION, THREAD_THREAD, REVERSE_THREAD, REVERSE_TRANSITION, REVERSE_PC, REVERSE_RSP, REVERSE_RBP,
             REVERSE_GUARD_RSP, is_export ? REVERSE_IS_EXPORT : 0, REVERSE_EXCEPTION, THREAD_REVERSE_HEAD, REVERSE_PREV,
             THREAD_REVERSE_HEAD, THREAD_STATE_MANAGED, THREAD_TRANSITION, THREAD_REVERSE_HEAD, THREAD_TRANSITION);
    args[0] = cg_import_load(fn->unit, fn->b, "corert_thread_block_offset", fn->unit->types[CG_I64]);
    args[1] = cg_coerce(fn, cg_v(frame), fn->unit->types[CG_PTR], false);
    args[2] = cg_import_load(fn->unit, fn->b, "RhpTrapEntries", fn->unit->types[CG_PTR]);
    failed = asm_call(fn, fn->unit->types[CG_I64], text, "={rax},0,{rdi},{rsi},~{rcx},~{rdx},~{memory},~{dirflag},~{fpsr},~{flags}", args, 3);
    return cg_w(LLVMBuildICmp(fn->b, LLVMIntNE, failed, LLVMConstInt(fn->unit->types[CG_I64], 0, 0), ""));
}

void
cg_entry_end(struct cg_fn *fn, cg_value frame)
{
    char text[256];
    LLVMValueRef args[2];

    if (!cg_ready(fn))
        return;
    snprintf(text, sizeof text, "movq %d($1), %%rcx\n\tmovq %%rcx, %%fs:%d($0)\n\tmovq %d($1), %%rcx\n\tmovq %%rcx, %%fs:%d($0)",
             REVERSE_PREV, THREAD_REVERSE_HEAD, REVERSE_TRANSITION, THREAD_TRANSITION);
    args[0] = cg_import_load(fn->unit, fn->b, "corert_thread_block_offset", fn->unit->types[CG_I64]);
    args[1] = cg_coerce(fn, cg_v(frame), fn->unit->types[CG_PTR], false);
    asm_call(fn, fn->unit->types[CG_VOID], text, "r,r,~{rcx},~{memory},~{dirflag},~{fpsr}", args, 2);
}
