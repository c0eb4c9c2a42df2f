/* engine/thr_coro_asm.S - from one stack to another. What a C function may expect to find unchanged
 * after a call is kept: the callee-saved registers and the control words of both floating-point
 * units. The unwind rows hold on either stack, because both have the same layout. */
#include "engine/asm_macros.h"

        .text

/* void thr_coro_switch(uintptr_t *save, uintptr_t load) */
FUNCTION thr_coro_switch
        pushq   %rbp
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset rbp, 0
        pushq   %rbx
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset rbx, 0
        pushq   %r12
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset r12, 0
        pushq   %r13
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset r13, 0
        pushq   %r14
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset r14, 0
        pushq   %r15
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset r15, 0
        subq    $8, %rsp
        .cfi_adjust_cfa_offset 8
        stmxcsr (%rsp)
        fnstcw  4(%rsp)
        movq    %rsp, (%rdi)
        movq    %rsi, %rsp
        ldmxcsr (%rsp)
        fldcw   4(%rsp)
        addq    $8, %rsp
        .cfi_adjust_cfa_offset -8
        popq    %r15
        .cfi_adjust_cfa_offset -8
        .cfi_restore r15
        popq    %r14
        .cfi_adjust_cfa_offset -8
        .cfi_restore r14
        popq    %r13
        .cfi_adjust_cfa_offset -8
        .cfi_restore r13
        popq    %r12
        .cfi_adjust_cfa_offset -8
        .cfi_restore r12
        popq    %rbx
        .cfi_adjust_cfa_offset -8
        .cfi_restore rbx
        popq    %rbp
        .cfi_adjust_cfa_offset -8
        .cfi_restore rbp
        ret
END_FUNCTION thr_coro_switch

/* uintptr_t thr_coro_prepare(uintptr_t high): high is a multiple of 16 */
FUNCTION thr_coro_prepare
        leaq    thr_coro_begin(%rip), %rax
        movq    %rax, -16(%rdi)         /* the return address; rsp is high - 8 after the ret */
        xorl    %eax, %eax
        movq    %rax, -24(%rdi)         /* rbp */
        movq    %rax, -32(%rdi)
        movq    %rax, -40(%rdi)
        movq    %rax, -48(%rdi)
        movq    %rax, -56(%rdi)
        movq    %rax, -64(%rdi)         /* r15 */
        stmxcsr -72(%rdi)
        fnstcw  -68(%rdi)
        leaq    -72(%rdi), %rax
        ret
END_FUNCTION thr_coro_prepare

/* The bottom of a coroutine's stack: nothing to return to, and unwinding ends here. */
FUNCTION thr_coro_begin
        .cfi_undefined rip
        subq    $8, %rsp
        call    thr_coro_main
        ud2
END_FUNCTION thr_coro_begin

        .section .note.GNU-stack, "", @progbits
