/* engine/dispatch_asm.S - the code that interface calls jump to (engine/dispatch_format.h).
 * In: rdi = this, r10 = cell, arguments in their places. Only r10, r11 and flags may change.
 * A miss goes to the slow stub with r10 = cell again. */
#include "engine/asm_macros.h"
#include "engine/dispatch_format.h"

        .text

#define ENTRY(i) (DISPATCH_CACHE_ENTRIES + (i) * DISPATCH_ENTRY_SIZE)
#define EXCEPTION_NULL_REFERENCE 8

/* r10 = cache, r11 = the object's type; a NULL object leaves. */
.macro DISPATCH_BEGIN
        testq   %rdi, %rdi
        je      .Lnull_this
        movq    DISPATCH_CELL_CACHE(%r10), %r10
        movq    (%rdi), %r11
.endm

.macro DISPATCH_TEST i
        cmpq    ENTRY(\i)+DISPATCH_ENTRY_MT(%r10), %r11
        je      7\i\()f
.endm

.macro DISPATCH_HIT i
7\i :   jmp     *ENTRY(\i)+DISPATCH_ENTRY_TARGET(%r10)
.endm

.macro DISPATCH_MISS
        movq    DISPATCH_CACHE_CELL(%r10), %r10
        jmp     RhpInitialDynamicInterfaceDispatch
.endm

FUNCTION RhpInterfaceDispatch1
        DISPATCH_BEGIN
        DISPATCH_TEST 0
        DISPATCH_MISS
        DISPATCH_HIT 0
END_FUNCTION RhpInterfaceDispatch1

FUNCTION RhpInterfaceDispatch2
        DISPATCH_BEGIN
        DISPATCH_TEST 0
        DISPATCH_TEST 1
        DISPATCH_MISS
        DISPATCH_HIT 0
        DISPATCH_HIT 1
END_FUNCTION RhpInterfaceDispatch2

FUNCTION RhpInterfaceDispatch4
        DISPATCH_BEGIN
        DISPATCH_TEST 0
        DISPATCH_TEST 1
        DISPATCH_TEST 2
        DISPATCH_TEST 3
        DISPATCH_MISS
        DISPATCH_HIT 0
        DISPATCH_HIT 1
        DISPATCH_HIT 2
        DISPATCH_HIT 3
END_FUNCTION RhpInterfaceDispatch4

/* Any number of entries, a multiple of 4. Needs one more register than there is: the place in the
 * cache is kept in rax, which is saved on the stack. */
FUNCTION RhpInterfaceDispatchN
        DISPATCH_BEGIN
        pushq   %rax
        .cfi_adjust_cfa_offset 8
        pushq   %rcx
        .cfi_adjust_cfa_offset 8
        movl    DISPATCH_CACHE_COUNT(%r10), %ecx
        leaq    ENTRY(0)(%r10), %rax
.Lnext_four:
        cmpq    (%rax), %r11
        je      .Lhit
        addq    $DISPATCH_ENTRY_SIZE, %rax
        cmpq    (%rax), %r11
        je      .Lhit
        addq    $DISPATCH_ENTRY_SIZE, %rax
        cmpq    (%rax), %r11
        je      .Lhit
        addq    $DISPATCH_ENTRY_SIZE, %rax
        cmpq    (%rax), %r11
        je      .Lhit
        addq    $DISPATCH_ENTRY_SIZE, %rax
        subl    $4, %ecx
        jne     .Lnext_four
        .cfi_remember_state
        popq    %rcx
        .cfi_adjust_cfa_offset -8
        popq    %rax
        .cfi_adjust_cfa_offset -8
        DISPATCH_MISS
.Lhit:
        .cfi_restore_state
        movq    DISPATCH_ENTRY_TARGET(%rax), %r11
        popq    %rcx
        .cfi_adjust_cfa_offset -8
        popq    %rax
        .cfi_adjust_cfa_offset -8
        jmp     *%r11
END_FUNCTION RhpInterfaceDispatchN

/* The frame of the slow stub: record, general registers, vector registers. 8 modulo 16. */
#define SLOW_GENERAL TRANSITION_SIZE
#define SLOW_VECTOR  (SLOW_GENERAL + 64)
#define SLOW_BYTES   (SLOW_VECTOR + 128 + 8)

FUNCTION RhpInitialDynamicInterfaceDispatch
        testq   %rdi, %rdi
        je      .Lnull_this
        subq    $SLOW_BYTES, %rsp
        .cfi_adjust_cfa_offset SLOW_BYTES
        STORE_TRANSITION 0, SLOW_BYTES, %r11
        movq    %rdi, SLOW_GENERAL(%rsp)
        movq    %rsi, SLOW_GENERAL+8(%rsp)
        movq    %rdx, SLOW_GENERAL+16(%rsp)
        movq    %rcx, SLOW_GENERAL+24(%rsp)
        movq    %r8, SLOW_GENERAL+32(%rsp)
        movq    %r9, SLOW_GENERAL+40(%rsp)
        movq    %rax, SLOW_GENERAL+48(%rsp)
        movdqa  %xmm0, SLOW_VECTOR(%rsp)
        movdqa  %xmm1, SLOW_VECTOR+16(%rsp)
        movdqa  %xmm2, SLOW_VECTOR+32(%rsp)
        movdqa  %xmm3, SLOW_VECTOR+48(%rsp)
        movdqa  %xmm4, SLOW_VECTOR+64(%rsp)
        movdqa  %xmm5, SLOW_VECTOR+80(%rsp)
        movdqa  %xmm6, SLOW_VECTOR+96(%rsp)
        movdqa  %xmm7, SLOW_VECTOR+112(%rsp)
        movq    %r10, %rsi
        movq    %rsp, %rdx
        call    rh_dispatch_resolve
        movq    %rax, %r11
        movq    %rdx, %r10
        movq    SLOW_GENERAL(%rsp), %rdi
        movq    SLOW_GENERAL+8(%rsp), %rsi
        movq    SLOW_GENERAL+16(%rsp), %rdx
        movq    SLOW_GENERAL+24(%rsp), %rcx
        movq    SLOW_GENERAL+32(%rsp), %r8
        movq    SLOW_GENERAL+40(%rsp), %r9
        movq    SLOW_GENERAL+48(%rsp), %rax
        movdqa  SLOW_VECTOR(%rsp), %xmm0
        movdqa  SLOW_VECTOR+16(%rsp), %xmm1
        movdqa  SLOW_VECTOR+32(%rsp), %xmm2
        movdqa  SLOW_VECTOR+48(%rsp), %xmm3
        movdqa  SLOW_VECTOR+64(%rsp), %xmm4
        movdqa  SLOW_VECTOR+80(%rsp), %xmm5
        movdqa  SLOW_VECTOR+96(%rsp), %xmm6
        movdqa  SLOW_VECTOR+112(%rsp), %xmm7
        addq    $SLOW_BYTES, %rsp
        .cfi_adjust_cfa_offset -SLOW_BYTES
        testq   %r11, %r11
        je      .Lthrow
        jmp     *%r11
.Lthrow:                                /* the stack is as at the call: it continues there */
        movq    %r10, %rdi
        jmp     eh_propagate
END_FUNCTION RhpInitialDynamicInterfaceDispatch

/* The return address on the stack is the call site's, so the exception is thrown there. */
FUNCTION rh_dispatch_null_this
.Lnull_this:
        movl    $EXCEPTION_NULL_REFERENCE, %edi
        jmp     RhpThrowRuntime
END_FUNCTION rh_dispatch_null_this

        .section .note.GNU-stack, "", @progbits
