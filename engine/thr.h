/* engine/thr.h - attached threads, and stopping them.
 * A thread is in managed state (transition 0: it may hold bare references in registers and is
 * stopped only at a check) or in native state (it holds none and runs on while the world is
 * stopped, but waits on its way back). Threads that never attached do not exist for the engine. */
#ifndef CORERT_ENGINE_THR_H
#define CORERT_ENGINE_THR_H

#include "engine/eh_format.h"
#include "engine/thread_block.h"

#include <stdbool.h>

#ifndef CORERT_ASSERT
#ifdef NDEBUG
#define CORERT_ASSERT(x) ((void)0)
#else
#define CORERT_ASSERT(x) assert(x)
#endif
#endif

enum thr_flag {
    THR_FLAG_EXITING = 1,     /* the exit callback has been called */
    THR_FLAG_NO_CALLBACK = 2, /* an engine thread: the exit callback is not called for it */
};

enum { THR_RECORD_POOL = 8 };

struct thr_thread {
    struct thr_thread *next; /* thread list; borrowed */
    struct thr_thread *prev;
    struct thread_block *block; /* the thread's TLS object; borrowed (outlives this) */
    uint64_t os_id;
    uintptr_t stack_low; /* the system's bounds */
    uintptr_t stack_high;
    uintptr_t stack_limit; /* what thread_block.stack_limit is when nothing is requested */
    void *gc_private;      /* the heap's per-thread part; owned by gc/ through the hooks */
    void *inlined_statics; /* list of RhRegisterInlinedThreadStaticRoot */
    void *gc_reports;      /* list of RhRegisterForGCReporting */
    uint32_t records_used; /* bit i: records[i] is taken */
    struct eh_record records[THR_RECORD_POOL];
};

/* What other folders do at a thread's beginning and end; each may be NULL. */
struct thr_hooks {
    bool (*start)(void); /* first managed entry of a thread before thr_init: starts the engine */
    bool (*attached)(struct thr_thread *thread);  /* native state; false: no memory */
    void (*detaching)(struct thr_thread *thread); /* native state, still in the list */
};

bool thr_init(const struct thr_hooks *hooks); /* copies; once. false: no TLS key */
/* For a host that drops the engine in: only `start` is used, until thr_init. */
void thr_start_hook_set(bool (*start)(void));
/* All threads but the caller's have detached. Detaches the caller. */
void thr_shutdown(void);

/* Makes the calling thread known; also done by the first RhpReversePInvoke. false: no memory.
 * contract: preempt | locks: THREADS | suspended: waits */
bool thr_attach(void);
/* Runs the exit callback, gives back what belongs to the thread. Silent when not attached.
 * contract: preempt, no managed frames | locks: THREADS */
void thr_detach(void);
struct thr_thread *thr_current(void); /* NULL when not attached */
size_t thr_count(void);

/* Calls `visit` for every attached thread; false stops. The caller has stopped the world, or
 * accepts that the list is locked: `visit` may then not attach, detach or wait.
 * contract: any state | locks: THREADS */
void thr_for_each(bool (*visit)(struct thr_thread *thread, void *context), void *context);

/* Stack ranges that hold managed frames of a stopped thread (or of the caller inside
 * thr_run_native): what has to be scanned conservatively. Transition records lie inside.
 * contract: suspended | locks: none */
void thr_for_each_range(const struct thr_thread *thread,
                        void (*visit)(uintptr_t low, uintptr_t high, void *context), void *context);

/* Calls `function` in native state: at once if the thread is there already, else with its
 * callee-saved registers saved in a transition record. What the function needs to stay alive lies
 * on the stack above. contract: any state */
void thr_run_native(void (*function)(void *context), void *context);

/* Stops every other attached thread at a check or in native state; one stopper at a time.
 * contract: preempt | locks: THREADS is held until thr_resume_world */
void thr_stop_world(void);
void thr_resume_world(void);
bool thr_world_is_stopped(void);

/* In-flight exception records of the calling thread's pool (eh_throw.c). */
struct eh_record *thr_record_take(struct thr_thread *thread);
void thr_record_give(struct thr_thread *thread, struct eh_record *record);

/* ---- assembly (thr_asm.S) ---- */
void RhpPInvoke(struct thr_transition *record);
void RhpPInvokeReturn(struct thr_transition *record);
void RhpReversePInvoke(struct thr_reverse_frame *frame);
void RhpReversePInvokeReturn(struct thr_reverse_frame *frame);
void RhpGcPoll(void);
void RhpLimitSlow(void);
void RhCommonStub(void);

/* Slow paths behind them. */
void thr_return_to_managed_slow(struct thr_transition *record);
void thr_enter_managed_slow(struct thr_reverse_frame *frame);
void thr_poll_slow(struct thr_transition *record);
void thr_limit_slow(struct thr_transition *record);
extern _Atomic(uint32_t) thr_stop_request; /* non-zero: nobody may enter managed state */

/* ---- contract functions ---- */
void RhSetThreadExitCallback(void (*callback)(void));
void RhGetCurrentThreadStackBounds(void **low, void **high);
uint64_t RhCurrentOSThreadId(void);
int32_t RhYield(void);
void RhSpinWait(int32_t iterations);
uint64_t RhpGetTickCount64(void);
void **RhGetThreadStaticStorage(void);
void RhFlushProcessWriteBuffers(void);

#endif
