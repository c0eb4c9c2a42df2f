/* engine/eh_asm.S - entries and exits of the exception code.
 * Every entry stub saves the callee-saved registers of its managed caller into a transition record
 * on the stack, so that the C part can walk from there. */
#include "engine/asm_macros.h"

        .text

/* void RhpThrowEx(Object *exception) */
FUNCTION RhpThrowEx
        SAVE_TRANSITION
        movq    %rdi, %rsi
        movq    %rsp, %rdi
        xorl    %edx, %edx              /* EH_THROW */
        call    eh_throw_from
        ud2
END_FUNCTION RhpThrowEx

/* void RhpRethrow(Object *exception) */
FUNCTION RhpRethrow
        SAVE_TRANSITION
        movq    %rdi, %rsi
        movq    %rsp, %rdi
        movl    $1, %edx                /* EH_RETHROW */
        call    eh_throw_from
        ud2
END_FUNCTION RhpRethrow

/* Goes on with an exception that a guard stopped. Stubs jump here with the stack as at their own
 * entry, so the exception continues at their call site. */
FUNCTION eh_propagate
        SAVE_TRANSITION
        movq    %rdi, %rsi
        movq    %rsp, %rdi
        movl    $2, %edx                /* EH_PROPAGATE */
        call    eh_throw_from
        ud2
END_FUNCTION eh_propagate

/* void RhpThrowRuntime(int32 id) */
FUNCTION RhpThrowRuntime
        SAVE_TRANSITION
        movl    %edi, %esi
        movq    %rsp, %rdi
        call    eh_throw_runtime_from
        ud2
END_FUNCTION RhpThrowRuntime

/* void corert_eh_resume(void *record) */
FUNCTION corert_eh_resume
        SAVE_TRANSITION
        movq    %rdi, %rsi
        movq    %rsp, %rdi
        call    eh_resume_from
        ud2
END_FUNCTION corert_eh_resume

/* void eh_land(const struct eh_regs *regs, uintptr_t pad, struct eh_record *, uint64_t selector):
 * the registers of the frame, rax = record, rdx = selector, and on at the pad. */
FUNCTION eh_land
        movq    %rdx, %rax
        movq    %rcx, %rdx
        movq    16(%rdi), %rbp
        movq    24(%rdi), %rbx
        movq    32(%rdi), %r12
        movq    40(%rdi), %r13
        movq    48(%rdi), %r14
        movq    56(%rdi), %r15
        movq    8(%rdi), %rsp
        .cfi_undefined rip
        jmp     *%rsi
END_FUNCTION eh_land

/* void eh_leave(const struct eh_regs *regs): the entry's native caller gets zero, whatever kind of
 * result it expects in registers. */
FUNCTION eh_leave
        movq    (%rdi), %rcx
        movq    16(%rdi), %rbp
        movq    24(%rdi), %rbx
        movq    32(%rdi), %r12
        movq    40(%rdi), %r13
        movq    48(%rdi), %r14
        movq    56(%rdi), %r15
        movq    8(%rdi), %rsp
        .cfi_undefined rip
        xorl    %eax, %eax
        xorl    %edx, %edx
        pxor    %xmm0, %xmm0
        pxor    %xmm1, %xmm1
        jmp     *%rcx
END_FUNCTION eh_leave

/* uintptr_t eh_call_guarded(struct thr_reverse_frame *guard, function, a, b, c, d).
 * eh_guard_leave(guard) makes the same call return 0 with the callee-saved registers restored. */
FUNCTION eh_call_guarded
        PUSH_PRESERVED
        pushq   %rdi                    /* thr_entry_of finds it here */
        .cfi_adjust_cfa_offset 8
        movq    %rsp, REVERSE_GUARD_RSP(%rdi)
        movq    %rsi, %rax
        movq    %rdx, %rdi
        movq    %rcx, %rsi
        movq    %r8, %rdx
        movq    %r9, %rcx
        call    *%rax
        .globl  eh_guard_return
        .hidden eh_guard_return
eh_guard_return:
        addq    $8, %rsp
        .cfi_adjust_cfa_offset -8
        POP_PRESERVED
        ret
END_FUNCTION eh_call_guarded

FUNCTION eh_guard_leave
        movq    REVERSE_GUARD_RSP(%rdi), %rsp
        .cfi_undefined rip
        xorl    %eax, %eax
        jmp     eh_guard_return
END_FUNCTION eh_guard_leave

        .section .note.GNU-stack, "", @progbits
