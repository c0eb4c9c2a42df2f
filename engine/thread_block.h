/* engine/thread_block.h - the per-thread block and the transition frames.
 * Other parties: compiled code (knows every offset below), the assembly stubs, gc/ (alloc words).
 * The block is the only thread-local object of libcorert; compiled code reaches it at a constant
 * offset from %fs, so its size is bounded and its layout is part of the managed ABI (docs/abi.md).
 * The assembler includes this file too: only #defines may stand outside the C part. */
#ifndef CORERT_ENGINE_THREAD_BLOCK_H
#define CORERT_ENGINE_THREAD_BLOCK_H

/* struct thread_block */
#define THREAD_ALLOC_PTR       0
#define THREAD_ALLOC_LIMIT     8
#define THREAD_STACK_LIMIT     16
#define THREAD_TRANSITION      24
#define THREAD_STATICS         32
#define THREAD_FILTER_HEAD     40
#define THREAD_EH_INFLIGHT     48
#define THREAD_THREAD          56
#define THREAD_THUNK_CONTEXT   64
#define THREAD_FLAGS           72
#define THREAD_REVERSE_HEAD    80
#define THREAD_SLICE_LIMIT     88
#define THREAD_SLICE_POLLS     96
#define THREAD_NO_LOG          100
#define THREAD_WANTED          104
#define THREAD_STACK_LOW       112
#define THREAD_STACK_BYTES     120
#define THREAD_LOG_MASK        128
#define THREAD_LOG             136
#define THREAD_BLOCK_SIZE      144

/* values of thread_block.transition that are no pointers */
#define THREAD_STATE_MANAGED   0  /* the thread runs managed code */
#define THREAD_STATE_NO_FRAMES -1 /* native, and no managed frame lies on the stack */

/* struct thr_transition */
#define TRANSITION_REVERSE     0
#define TRANSITION_PC          8
#define TRANSITION_RSP         16
#define TRANSITION_RBP         24
#define TRANSITION_RBX         32
#define TRANSITION_R12         40
#define TRANSITION_R13         48
#define TRANSITION_R14         56
#define TRANSITION_R15         64
#define TRANSITION_FLAGS       72
#define TRANSITION_SIZE        80

/* struct thr_reverse_frame */
#define REVERSE_TRANSITION     0
#define REVERSE_THREAD         8
#define REVERSE_PREV           16
#define REVERSE_GUARD_RSP      24
#define REVERSE_PC             32
#define REVERSE_RSP            40
#define REVERSE_RBP            48
#define REVERSE_EXCEPTION      56
#define REVERSE_FRAME_SIZE     64

/* thr_reverse_frame.exception of an entry from native code: 0, or an export, whose method catches
 * at its boundary what nobody caught before. */
#define REVERSE_IS_EXPORT      1

#ifndef __ASSEMBLER__

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

struct eh_filter_record; /* engine/eh_format.h */
struct eh_record;        /* engine/eh_format.h */
struct thr_thread;       /* engine/thr.h */

struct thr_reverse_frame;

/* Where a thread left managed code: the registers its managed caller sees when the call returns.
 * Compiled code allocates it on its stack and hands it to RhpPInvoke and RhpPInvokeReturn; the
 * throw, poll and dispatch stubs make one for themselves. The six callee-saved registers are here
 * so that the collector finds references that live only in them. */
struct thr_transition {
    struct thr_reverse_frame *reverse; /* innermost entry into managed code at that time */
    uintptr_t pc;                      /* return address in the managed caller */
    uintptr_t rsp;                     /* its stack pointer after the return */
    uintptr_t rbp;
    uintptr_t rbx;
    uintptr_t r12;
    uintptr_t r13;
    uintptr_t r14;
    uintptr_t r15;
    uintptr_t flags; /* private to the engine; not set by RhpPInvoke */
};

/* Where a thread entered managed code: from native code (guard_rsp is 0) or from an engine function
 * that calls managed code and must not be unwound (guard_rsp is where it goes on when an exception
 * comes this far). Lies in the frame of the entry method. */
struct thr_reverse_frame {
    void *transition;               /* the state before: -1 or a struct thr_transition */
    struct thr_thread *thread;      /* borrowed (outlives the frame) */
    struct thr_reverse_frame *prev; /* next outer entry or NULL */
    uintptr_t guard_rsp;
    uintptr_t pc;    /* return address of RhpReversePInvoke: finds the entry frame's extent */
    uintptr_t rsp;   /* the entry method's stack pointer after that return */
    uintptr_t rbp;   /* and its rbp */
    void *exception; /* guard: the exception that was stopped here; entry: REVERSE_IS_EXPORT or 0 */
};

/* The one check of compiled code compares rsp with `stack_limit`; a request to stop or cancel
 * raises it to its maximum, and the slow path (RhpLimitSlow) finds out why. */
struct thread_block {
    uint8_t *alloc_ptr;   /* next free byte of the allocation buffer; gc/ owns both */
    uint8_t *alloc_limit; /* end of the buffer; both NULL: no buffer */
    _Atomic(uintptr_t) stack_limit;
    _Atomic(void *) transition;           /* see THREAD_STATE_*; else struct thr_transition */
    void *thread_statics;                 /* object[][]; a root */
    struct eh_filter_record *filter_head; /* innermost try with a filter, or NULL */
    struct eh_record *eh_inflight;        /* exceptions under way, newest first; roots */
    struct thr_thread *thread;            /* NULL until the thread is attached */
    void *thunk_context;                  /* context word of the thunk called last */
    uint64_t flags;                       /* THR_FLAG_*, engine/thr.h */
    struct thr_reverse_frame *reverse_head;
    /* A check that fails although the stack pointer is above this limit only counts down; else the
     * greatest number. The engine's own: compiled code looks at `stack_limit`. */
    _Atomic(uintptr_t) slice_limit;
    int32_t slice_polls; /* checks left before the clock is looked at */
    uint8_t no_log[4];   /* what is logged when nobody wants to know goes to the first */
    _Atomic(uintptr_t) wanted; /* all bits set while `stack_limit` is at its maximum, else 0 */
    /* The stack that the thread was last seen on. An entry from anywhere else takes the slow path, and
     * so does one with 0 bytes: not attached, or inside the engine. */
    uintptr_t stack_low;
    uintptr_t stack_bytes;
    /* Who stores a reference to an address writes 1 to log[address / 64 & log_mask] behind it. */
    uintptr_t log_mask;
    uint8_t *log; /* the table of a cycle (gc/logged.c), else a byte that nobody reads */
};

static_assert(offsetof(struct thread_block, alloc_ptr) == THREAD_ALLOC_PTR, "abi");
static_assert(offsetof(struct thread_block, alloc_limit) == THREAD_ALLOC_LIMIT, "abi");
static_assert(offsetof(struct thread_block, stack_limit) == THREAD_STACK_LIMIT, "abi");
static_assert(offsetof(struct thread_block, transition) == THREAD_TRANSITION, "abi");
static_assert(offsetof(struct thread_block, thread_statics) == THREAD_STATICS, "abi");
static_assert(offsetof(struct thread_block, filter_head) == THREAD_FILTER_HEAD, "abi");
static_assert(offsetof(struct thread_block, eh_inflight) == THREAD_EH_INFLIGHT, "abi");
static_assert(offsetof(struct thread_block, thread) == THREAD_THREAD, "abi");
static_assert(offsetof(struct thread_block, thunk_context) == THREAD_THUNK_CONTEXT, "abi");
static_assert(offsetof(struct thread_block, flags) == THREAD_FLAGS, "abi");
static_assert(offsetof(struct thread_block, reverse_head) == THREAD_REVERSE_HEAD, "abi");
static_assert(offsetof(struct thread_block, slice_limit) == THREAD_SLICE_LIMIT, "thr_limit.S");
static_assert(offsetof(struct thread_block, slice_polls) == THREAD_SLICE_POLLS, "thr_limit.S");
static_assert(offsetof(struct thread_block, wanted) == THREAD_WANTED, "abi");
static_assert(offsetof(struct thread_block, stack_low) == THREAD_STACK_LOW, "abi");
static_assert(offsetof(struct thread_block, stack_bytes) == THREAD_STACK_BYTES, "abi");
static_assert(offsetof(struct thread_block, no_log) == THREAD_NO_LOG, "abi");
static_assert(offsetof(struct thread_block, log_mask) == THREAD_LOG_MASK, "abi");
static_assert(offsetof(struct thread_block, log) == THREAD_LOG, "abi");
static_assert(sizeof(struct thread_block) == THREAD_BLOCK_SIZE, "abi");

static_assert(offsetof(struct thr_transition, reverse) == TRANSITION_REVERSE, "abi");
static_assert(offsetof(struct thr_transition, pc) == TRANSITION_PC, "abi");
static_assert(offsetof(struct thr_transition, rsp) == TRANSITION_RSP, "abi");
static_assert(offsetof(struct thr_transition, rbp) == TRANSITION_RBP, "abi");
static_assert(offsetof(struct thr_transition, rbx) == TRANSITION_RBX, "abi");
static_assert(offsetof(struct thr_transition, r12) == TRANSITION_R12, "abi");
static_assert(offsetof(struct thr_transition, r13) == TRANSITION_R13, "abi");
static_assert(offsetof(struct thr_transition, r14) == TRANSITION_R14, "abi");
static_assert(offsetof(struct thr_transition, r15) == TRANSITION_R15, "abi");
static_assert(offsetof(struct thr_transition, flags) == TRANSITION_FLAGS, "abi");
static_assert(sizeof(struct thr_transition) == TRANSITION_SIZE, "abi");

static_assert(offsetof(struct thr_reverse_frame, transition) == REVERSE_TRANSITION, "abi");
static_assert(offsetof(struct thr_reverse_frame, thread) == REVERSE_THREAD, "abi");
static_assert(offsetof(struct thr_reverse_frame, prev) == REVERSE_PREV, "abi");
static_assert(offsetof(struct thr_reverse_frame, guard_rsp) == REVERSE_GUARD_RSP, "abi");
static_assert(offsetof(struct thr_reverse_frame, pc) == REVERSE_PC, "abi");
static_assert(offsetof(struct thr_reverse_frame, rsp) == REVERSE_RSP, "abi");
static_assert(offsetof(struct thr_reverse_frame, rbp) == REVERSE_RBP, "abi");
static_assert(offsetof(struct thr_reverse_frame, exception) == REVERSE_EXCEPTION, "abi");
static_assert(sizeof(struct thr_reverse_frame) == REVERSE_FRAME_SIZE, "abi");

/* Defined in engine/thr_list.c; its initial state is native without frames and not attached. */
extern _Thread_local struct thread_block corert_thread
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

/* Distance from the thread pointer (%fs:0) to the block: what modules import. The same in every
 * thread because the object is in the static TLS area. */
static inline intptr_t
thread_block_fs_offset(void)
{
    return (intptr_t)((uintptr_t)&corert_thread - (uintptr_t)__builtin_thread_pointer());
}

#endif /* !__ASSEMBLER__ */
#endif
