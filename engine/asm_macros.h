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

#endif
