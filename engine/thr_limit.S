/* engine/thr_limit.S - where the one check of compiled code goes when it fails.
 * The stub keeps every register but r11 (LLVM's preserve_all), so that a check costs the code around
 * it nothing. All of them are stored in the part of the stack that is scanned for references, the
 * vector registers too: a copy of a struct may be under way in them. */
#include "engine/asm_macros.h"

/* Below the pushed registers, 64-byte aligned: the transition record, then the vector registers. */
#define VECTORS 128
#define VECTORS_HEADER (VECTORS + 512)
#define SAVED_BYTES (VECTORS + 2688)
#define PUSHED_BYTES 64

        .text

/* In the mode without threads (thr_coro.c) checks fail so that the clock is looked at now and then:
 * most only count down. The limit is the greatest number otherwise. Clobbers r11. */
.macro COUNT_DOWN
        THREAD_BLOCK %r11
        cmpq    %fs:THREAD_SLICE_LIMIT(%r11), %rsp
        jb      1f
        decl    %fs:THREAD_SLICE_POLLS(%r11)
        js      1f
        ret
1:
.endm

/* void RhpLimitSlow(void): the stack pointer is below the thread block's limit */
FUNCTION RhpLimitSlow
        COUNT_DOWN
        pushq   %rbp
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset rbp, 0
        movq    %rsp, %rbp
        .cfi_def_cfa_register rbp
        pushq   %rdi
        xorl    %edi, %edi
        jmp     .Lsave
END_FUNCTION RhpLimitSlow

/* void RhpLimitSlowInLibrary(void): the same in code that must not be unwound from a check */
FUNCTION RhpLimitSlowInLibrary
        COUNT_DOWN
        pushq   %rbp
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset rbp, 0
        movq    %rsp, %rbp
        .cfi_def_cfa_register rbp
        pushq   %rdi
        movq    $-1, %rdi               /* THR_NEED_LIBRARY */
        jmp     .Lsave
END_FUNCTION RhpLimitSlowInLibrary

/* void RhpLimitSlowFor(uintptr_t bytes): so many are wanted below the stack pointer */
FUNCTION RhpLimitSlowFor
        THREAD_BLOCK %r11
        movq    %fs:THREAD_SLICE_LIMIT(%r11), %r11
        addq    %rdi, %r11
        jc      1f
        cmpq    %r11, %rsp
        jb      1f
        ret
1:
        pushq   %rbp
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset rbp, 0
        movq    %rsp, %rbp
        .cfi_def_cfa_register rbp
        pushq   %rdi
.Lsave:
        pushq   %rax
        pushq   %rcx
        pushq   %rdx
        pushq   %rsi
        pushq   %r8
        pushq   %r9
        pushq   %r10
        subq    $SAVED_BYTES, %rsp
        andq    $-64, %rsp
        movq    8(%rbp), %rax
        movq    %rax, TRANSITION_PC(%rsp)
        leaq    16(%rbp), %rax
        movq    %rax, TRANSITION_RSP(%rsp)
        movq    (%rbp), %rax
        movq    %rax, TRANSITION_RBP(%rsp)
        movq    %rbx, TRANSITION_RBX(%rsp)
        movq    %r12, TRANSITION_R12(%rsp)
        movq    %r13, TRANSITION_R13(%rsp)
        movq    %r14, TRANSITION_R14(%rsp)
        movq    %r15, TRANSITION_R15(%rsp)
        movq    %rdi, %rsi
        movl    thr_vector_mask(%rip), %eax
        xorl    %edx, %edx
        testl   %eax, %eax
        je      .Lsave_old
        movq    %rdx, VECTORS_HEADER(%rsp)
        movq    %rdx, VECTORS_HEADER+8(%rsp)
        movq    %rdx, VECTORS_HEADER+16(%rsp)
        movq    %rdx, VECTORS_HEADER+24(%rsp)
        movq    %rdx, VECTORS_HEADER+32(%rsp)
        movq    %rdx, VECTORS_HEADER+40(%rsp)
        movq    %rdx, VECTORS_HEADER+48(%rsp)
        movq    %rdx, VECTORS_HEADER+56(%rsp)
        xsave64 VECTORS(%rsp)
        jmp     .Lsaved
.Lsave_old:
        fxsave64 VECTORS(%rsp)
.Lsaved:
        movq    %rsp, %rdi
        call    thr_limit_slow
        movl    thr_vector_mask(%rip), %eax
        xorl    %edx, %edx
        testl   %eax, %eax
        je      .Lrestore_old
        xrstor64 VECTORS(%rsp)
        jmp     .Lrestored
.Lrestore_old:
        fxrstor64 VECTORS(%rsp)
.Lrestored:
        leaq    -PUSHED_BYTES(%rbp), %rsp
        popq    %r10
        popq    %r9
        popq    %r8
        popq    %rsi
        popq    %rdx
        popq    %rcx
        popq    %rax
        popq    %rdi
        popq    %rbp
        .cfi_def_cfa rsp, 8
        .cfi_restore rbp
        ret
END_FUNCTION RhpLimitSlowFor

        .section .note.GNU-stack, "", @progbits
