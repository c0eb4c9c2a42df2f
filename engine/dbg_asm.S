/* engine/dbg_asm.S - where we are. */
#include "engine/asm_macros.h"

        .text

/* void dbg_capture(struct eh_regs *regs) */
FUNCTION dbg_capture
        movq    (%rsp), %rax
        movq    %rax, (%rdi)
        leaq    8(%rsp), %rax
        movq    %rax, 8(%rdi)
        movq    %rbp, 16(%rdi)
        movq    %rbx, 24(%rdi)
        movq    %r12, 32(%rdi)
        movq    %r13, 40(%rdi)
        movq    %r14, 48(%rdi)
        movq    %r15, 56(%rdi)
        ret
END_FUNCTION dbg_capture

        .section .note.GNU-stack, "", @progbits
