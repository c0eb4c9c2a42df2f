/* engine/rh_alloc.S - allocation as compiled code calls it, and the by-ref barrier.
 * A failed allocation must throw out of the *caller*: C never throws through C frames, so the stub
 * leaves the stack as it found it and jumps into the class library, which sees a call that the
 * compiled code made. */
#include "engine/asm_macros.h"

        .text

/* rdi = MethodTable, rsi = length if any. Keeps rdi for the failure. */
.macro SLOW function
        pushq   %rdi
        .cfi_adjust_cfa_offset 8
        call    \function
        popq    %rdi
        .cfi_adjust_cfa_offset -8
        cmpq    $1, %rax
        jbe     rh_alloc_failed
        ret
.endm

/* Object *RhpNewFast(MethodTable *) */
FUNCTION RhpNewFast
        movl    4(%rdi), %ecx
        THREAD_BLOCK %rdx
        movq    %fs:THREAD_ALLOC_PTR(%rdx), %rax
        addq    %rax, %rcx
        cmpq    %fs:THREAD_ALLOC_LIMIT(%rdx), %rcx
        ja      1f
        movq    %rcx, %fs:THREAD_ALLOC_PTR(%rdx)
        addq    $8, %rax
        movq    %rdi, (%rax)
        ret
1:      SLOW rh_new_fast_slow
END_FUNCTION RhpNewFast

/* Object *RhpNewFinalizable(MethodTable *) */
FUNCTION RhpNewFinalizable
        SLOW rh_new_finalizable_slow
END_FUNCTION RhpNewFinalizable

/* Object *RhpNewArray(MethodTable *, intptr length) */
FUNCTION RhpNewArray
        SLOW rh_new_array_slow
END_FUNCTION RhpNewArray

/* Object *RhNewString(MethodTable *, intptr length) */
FUNCTION RhNewString
        SLOW rh_new_string_slow
END_FUNCTION RhNewString

/* rax = 0: no memory, 1: overflow; rdi = MethodTable; the stack as at the caller's call. */
FUNCTION rh_alloc_failed
        movl    %eax, %esi
        testl   %eax, %eax
        jnz     2f
        pushq   %rdi
        .cfi_adjust_cfa_offset 8
        call    rh_alloc_last_resort
        popq    %rdi
        .cfi_adjust_cfa_offset -8
        xorl    %esi, %esi
        testq   %rax, %rax
        jz      2f
        movq    %rax, %rdi
        jmp     RhpThrowEx
2:
        movq    rh_failed_allocation(%rip), %rax
        testq   %rax, %rax
        jz      1f
        jmp     *%rax
1:      subq    $8, %rsp
        .cfi_adjust_cfa_offset 8
        call    rh_alloc_fatal
        ud2
END_FUNCTION rh_alloc_failed

/* Copies the reference at rsi to rdi and advances both; may lose rax and rcx only. */
FUNCTION RhpByRefAssignRef
        movq    (%rsi), %rcx
        movq    %rcx, (%rdi)
        addq    $8, %rdi
        addq    $8, %rsi
        ret
END_FUNCTION RhpByRefAssignRef

        .section .note.GNU-stack, "", @progbits
