/* engine/thr_asm.S - crossing between managed and native code.
 * A state change is one store; the store comes before the look at thr_stop_request, and the
 * stopper orders the two with a process-wide barrier, so that no fence is needed here.
 * compiler/codegen/llvm/transition.c has the fast paths of RhpPInvoke, RhpPInvokeReturn, RhpReversePInvoke,
 * RhpExportEnter and RhpReversePInvokeReturn in compiled code: change both together (LDR_ENGINE_ABI). */
#include "engine/asm_macros.h"

        .text

/* void RhpPInvoke(struct thr_transition *record) */
FUNCTION RhpPInvoke
        movq    (%rsp), %rax
        movq    %rax, TRANSITION_PC(%rdi)
        leaq    8(%rsp), %rax
        movq    %rax, TRANSITION_RSP(%rdi)
        movq    %rbp, TRANSITION_RBP(%rdi)
        movq    %rbx, TRANSITION_RBX(%rdi)
        movq    %r12, TRANSITION_R12(%rdi)
        movq    %r13, TRANSITION_R13(%rdi)
        movq    %r14, TRANSITION_R14(%rdi)
        movq    %r15, TRANSITION_R15(%rdi)
        THREAD_BLOCK %rax
        movq    %fs:THREAD_REVERSE_HEAD(%rax), %rcx
        movq    %rcx, TRANSITION_REVERSE(%rdi)
        movq    %rdi, %fs:THREAD_TRANSITION(%rax)
        ret
END_FUNCTION RhpPInvoke

/* void RhpPInvokeReturn(struct thr_transition *record) */
FUNCTION RhpPInvokeReturn
        THREAD_BLOCK %rax
        movq    $THREAD_STATE_MANAGED, %fs:THREAD_TRANSITION(%rax)
        cmpl    $0, thr_stop_request(%rip)
        jne     .Lreturn_slow
        ret
.Lreturn_slow:                          /* may unwind from here */
        SAVE_TRANSITION
        movq    %rsp, %rsi
        call    thr_return_to_managed_slow
        addq    $ENTRY_BYTES, %rsp
        .cfi_adjust_cfa_offset -ENTRY_BYTES
        ret
END_FUNCTION RhpPInvokeReturn

/* void RhpPInvokeReturnInLibrary(struct thr_transition *record): in code that must not be unwound
 * from here */
FUNCTION RhpPInvokeReturnInLibrary
        THREAD_BLOCK %rax
        movq    $THREAD_STATE_MANAGED, %fs:THREAD_TRANSITION(%rax)
        cmpl    $0, thr_stop_request(%rip)
        jne     .Lreturn_calm
        ret
.Lreturn_calm:
        SAVE_TRANSITION
        movq    %rsp, %rsi
        call    thr_return_to_managed_calm
        addq    $ENTRY_BYTES, %rsp
        .cfi_adjust_cfa_offset -ENTRY_BYTES
        ret
END_FUNCTION RhpPInvokeReturnInLibrary

/* rdi = frame, \marker = what its exception word says, \slow = where to go if it is not simple: not on
 * the known stack (so not attached either), in managed state, or with frames below this one, which are
 * gone. A stop or a closed export may come in between: then the entry is undone. */
.macro ENTER_MANAGED marker, slow
        movq    (%rsp), %rax
        movq    %rax, REVERSE_PC(%rdi)
        leaq    8(%rsp), %rax
        movq    %rax, REVERSE_RSP(%rdi)
        movq    %rbp, REVERSE_RBP(%rdi)
        movq    $0, REVERSE_GUARD_RSP(%rdi)
        movq    $\marker, REVERSE_EXCEPTION(%rdi)
        THREAD_BLOCK %rax
        movq    %rsp, %rdx
        subq    %fs:THREAD_STACK_LOW(%rax), %rdx
        cmpq    %fs:THREAD_STACK_BYTES(%rax), %rdx
        jae     \slow
        movq    %fs:THREAD_TRANSITION(%rax), %rcx
        cmpq    %rsp, %rcx
        jb      \slow
        movq    %fs:THREAD_THREAD(%rax), %rdx
        movq    %rdx, REVERSE_THREAD(%rdi)
        movq    %rcx, REVERSE_TRANSITION(%rdi)
        movq    %fs:THREAD_REVERSE_HEAD(%rax), %rdx
        movq    %rdx, REVERSE_PREV(%rdi)
        movq    %rdi, %fs:THREAD_REVERSE_HEAD(%rax)
        movq    $THREAD_STATE_MANAGED, %fs:THREAD_TRANSITION(%rax)
        cmpl    $0, thr_entry_request(%rip)
        je      1f
        movq    %rdx, %fs:THREAD_REVERSE_HEAD(%rax)
        movq    %rcx, %fs:THREAD_TRANSITION(%rax)
        jmp     \slow
1:
.endm

/* void RhpReversePInvoke(struct thr_reverse_frame *frame) */
FUNCTION RhpReversePInvoke
        ENTER_MANAGED 0, .Lreverse_slow
        ret
.Lreverse_slow:                         /* may unwind from here */
        SAVE_TRANSITION
        movq    %rsp, %rsi
        call    thr_enter_managed_slow
        addq    $ENTRY_BYTES, %rsp
        .cfi_adjust_cfa_offset -ENTRY_BYTES
        ret
END_FUNCTION RhpReversePInvoke

/* int32 RhpExportEnter(struct thr_reverse_frame *frame) */
FUNCTION RhpExportEnter
        ENTER_MANAGED REVERSE_IS_EXPORT, thr_export_enter_slow
        xorl    %eax, %eax
        ret
END_FUNCTION RhpExportEnter

/* void RhpEndThread(void): unwinds the calling thread; returns if that is not possible */
FUNCTION RhpEndThread
        SAVE_TRANSITION
        movq    %rsp, %rdi
        call    thr_end_from
        addq    $ENTRY_BYTES, %rsp
        .cfi_adjust_cfa_offset -ENTRY_BYTES
        ret
END_FUNCTION RhpEndThread

/* void RhpReversePInvokeReturn(struct thr_reverse_frame *frame) */
FUNCTION RhpReversePInvokeReturn
        THREAD_BLOCK %rax
        movq    REVERSE_PREV(%rdi), %rcx
        movq    %rcx, %fs:THREAD_REVERSE_HEAD(%rax)
        movq    REVERSE_TRANSITION(%rdi), %rcx
        movq    %rcx, %fs:THREAD_TRANSITION(%rax)
        ret
END_FUNCTION RhpReversePInvokeReturn

/* void RhpGcPoll(void) */
FUNCTION RhpGcPoll
        cmpl    $0, thr_stop_request(%rip)
        jne     .Lpoll
        ret
.Lpoll:
        SAVE_TRANSITION
        movq    %rsp, %rdi
        call    thr_poll_slow
        addq    $ENTRY_BYTES, %rsp
        .cfi_adjust_cfa_offset -ENTRY_BYTES
        ret
END_FUNCTION RhpGcPoll

/* void thr_run_native_spilled(void (*function)(void *), void *context): from managed state */
FUNCTION thr_run_native_spilled
        SAVE_TRANSITION
        THREAD_BLOCK %rax
        movq    %fs:THREAD_REVERSE_HEAD(%rax), %rcx
        movq    %rcx, TRANSITION_REVERSE(%rsp)
        movq    %rsp, %fs:THREAD_TRANSITION(%rax)
        movq    %rdi, %rax
        movq    %rsi, %rdi
        call    *%rax
        movq    %rsp, %rdi
        call    RhpPInvokeReturn
        addq    $ENTRY_BYTES, %rsp
        .cfi_adjust_cfa_offset -ENTRY_BYTES
        ret
END_FUNCTION thr_run_native_spilled

/* Common stub of all thunks: r10 = the thunk's data {context, target}. Every argument register
 * stays, rax too (the number of vector registers of a variadic call). */
FUNCTION RhCommonStub
        THREAD_BLOCK %r11
        pushq   %rax
        .cfi_adjust_cfa_offset 8
        movq    (%r10), %rax
        movq    %rax, %fs:THREAD_THUNK_CONTEXT(%r11)
        popq    %rax
        .cfi_adjust_cfa_offset -8
        jmp     *8(%r10)
END_FUNCTION RhCommonStub

        .section .note.GNU-stack, "", @progbits
