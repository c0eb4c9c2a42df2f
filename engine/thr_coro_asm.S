/* engine/thr_coro_asm.S - from one stack to another. What a C function may expect to find unchanged
 * after a call is kept: the callee-saved registers and the control words of both floating-point
 * units. The unwind rows hold on either stack, because both have the same layout. */
#include "engine/asm_macros.h"

        .text

/* void thr_coro_switch(uintptr_t *save, uintptr_t load) */
FUNCTION thr_coro_switch
        PUSH_PRESERVED
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
        POP_PRESERVED
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
