/* engine/asm_macros.h - what the assembly files share. Only .S files include it. */
#ifndef CORERT_ENGINE_ASM_MACROS_H
#define CORERT_ENGINE_ASM_MACROS_H

#include "engine/thread_block.h"

.macro FUNCTION name
        .globl  \name
        .hidden \name
        .type   \name, @function
        .p2align 4
\name:
        .cfi_startproc
.endm

.macro END_FUNCTION name
        .cfi_endproc
        .size   \name, . - \name
.endm

/* The thread block as seen from %fs: use %fs:OFFSET(\reg). */
.macro THREAD_BLOCK reg
        movq    corert_thread@GOTTPOFF(%rip), \reg
.endm

/* Stack of an entry stub: the record, and 8 bytes that align it. */
#define ENTRY_BYTES (TRANSITION_SIZE + 8)

/* Stores where the caller of this stub goes on into the record at offset \at of the stack pointer,
 * which has moved by \moved since entry. Clobbers \scratch. */
.macro STORE_TRANSITION at, moved, scratch
        movq    \moved(%rsp), \scratch
        movq    \scratch, \at+TRANSITION_PC(%rsp)
        leaq    \moved+8(%rsp), \scratch
        movq    \scratch, \at+TRANSITION_RSP(%rsp)
        movq    %rbp, \at+TRANSITION_RBP(%rsp)
        movq    %rbx, \at+TRANSITION_RBX(%rsp)
        movq    %r12, \at+TRANSITION_R12(%rsp)
        movq    %r13, \at+TRANSITION_R13(%rsp)
        movq    %r14, \at+TRANSITION_R14(%rsp)
        movq    %r15, \at+TRANSITION_R15(%rsp)
.endm

/* Makes the record at the stack pointer; clobbers rax only. */
.macro SAVE_TRANSITION
        subq    $ENTRY_BYTES, %rsp
        .cfi_adjust_cfa_offset ENTRY_BYTES
        STORE_TRANSITION 0, ENTRY_BYTES, %rax
.endm

/* The registers that a callee keeps, with their unwind rows; POP undoes PUSH. */
.macro PUSH_PRESERVED
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
.endm

.macro POP_PRESERVED
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
.endm

#endif
