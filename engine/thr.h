/* engine/thr.h - attached threads, and stopping them.
 * A thread is in managed state (transition 0: it may hold bare references in registers and is
 * stopped only at a check) or in native state (it holds none and runs on while the world is
 * stopped, but waits on its way back). Threads that never attached do not exist for the engine. */
#ifndef CORERT_ENGINE_THR_H
#define CORERT_ENGINE_THR_H

#include "engine/eh_format.h"
#include "engine/thread_block.h"
#include "pal/pal.h"

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
    THR_FLAG_INSIDE_ONE = 16, /* how often thr_inside_begin: a count from this bit on */
    THR_FLAG_INSIDE = 0xFFF0,
};

enum { THR_RECORD_POOL = 8 };

/* thr_thread.cancel */
enum thr_cancel {
    THR_CANCEL_NONE,
    THR_CANCEL_ASKED, /* unwind to the entry, but let finally blocks end */
    THR_CANCEL_FORCED /* also out of a finally block that a cancel is running */
};

/* Bits of thr_stop_request and thr_entry_request. */
enum thr_request {
    THR_REQUEST_STOP = 1,   /* nobody may enter managed state */
    THR_REQUEST_CANCEL = 2, /* some thread is asked to end: threads look at thr_thread.cancel */
    THR_REQUEST_CLOSED = 4  /* entries only: some export is closed */
};

/* What the stop signal leaves while it holds a thread: lies in the handler's frame. */
struct thr_held {
    struct thr_transition transition;
    uintptr_t registers_low, registers_high; /* all general registers */
    uintptr_t vectors_low, vectors_high;     /* the floating-point and vector image; 0, 0: none */
};

struct thr_monitor;
struct thr_stray;

struct thr_thread {
    struct thr_thread *next; /* thread list; borrowed */
    struct thr_thread *prev;
    struct thread_block *block; /* the thread's TLS object; borrowed (outlives this) */
    uint64_t os_id;
    uint32_t coroutine;      /* its number (thr_coro.h); 0: a thread of the system */
    uintptr_t home_low; /* the bounds of its own stack, the system's or the coroutine's; 0: unknown */
    uintptr_t home_high;
    uintptr_t stack_low; /* those of the stack that it was seen on last */
    uintptr_t stack_high;
    /* Every stack that it was seen on, once it was on another than its own; owned. */
    struct thr_stray *_Atomic strays;
    void *home_record; /* its record on its own stack when it was last seen to leave that */
    uintptr_t stack_limit; /* what thread_block.stack_limit is when nothing is requested */
    void *gc_private;      /* the heap's per-thread part; owned by gc/ through the hooks */
    void *inlined_statics; /* list of RhRegisterInlinedThreadStaticRoot */
    void *gc_reports;      /* list of RhRegisterForGCReporting */
    /* Not NULL: the stop signal holds the thread at any instruction of compiled code. Then the last
     * object of its allocation buffer may have no MethodTable word yet, and a barrier may have been
     * passed whose store has not happened: objects that its registers name count as written. */
    _Atomic(const struct thr_held *) held;
    _Atomic(uintptr_t) seen_pc; /* where the stop signal saw it last; 0: never */
    _Atomic(uint32_t) cancel;   /* enum thr_cancel */
    uint64_t deadline_ns;       /* own thread only: of its waits; 0: none */
    _Atomic(struct thr_monitor *) waits; /* a cancel wakes it; NULL: none */
    _Atomic(bool) managed;      /* managed code started it: ends with its entry */
    uint8_t overflow_level;     /* how often the limit is lowered now (thr_overflow.c) */
    bool ours;                  /* we made the system's thread, so we may name it; own thread only */
    bool ending;                /* in thr_detach; guarded by THREADS */
    bool frames_left;           /* native code has left frames, or the stack; own thread */
    uint32_t records_used; /* bit i: records[i] is taken */
    struct eh_record records[THR_RECORD_POOL];
};

/* What others do at a thread's beginning and end, and what the host gives; each may be NULL. */
struct thr_hooks {
    bool (*start)(void); /* first managed entry of a thread before thr_init: starts the engine */
    bool (*attached)(struct thr_thread *thread);  /* native state; false: no memory */
    void (*detaching)(struct thr_thread *thread); /* native state, still in the list */
    /* Lines about threads that do not stop. Locks may be held. */
    void (*warn)(const char *line);
    /* The host's threads (corert_config.thread_start); NULL: we make them. */
    int (*thread_start)(void *context, void (*run)(void *argument), void *argument,
                        size_t stack_bytes, const char *name);
    void *context;
    /* The export at `pc` must not be entered (module closed): a corert_status, else 0. Asked only
     * while THR_REQUEST_CLOSED is set. Any state. */
    int (*closed)(uintptr_t pc);
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

/* Stops every other attached thread at a check, in native state, or (with a stop signal) anywhere
 * in compiled code; one stopper at a time, others wait. A thread that does not come to a check
 * within ten seconds is named through hooks.warn, again and again.
 * contract: preempt | locks: THREADS is held until thr_resume_world */
void thr_stop_world(void);
void thr_resume_world(void);
bool thr_world_is_stopped(void);
/* The calling thread has stopped it. */
bool thr_stopped_by_me(void);
/* How long a thread may take to a check before it is named; for tests. */
void thr_stop_patience_set(uint64_t ns);
/* Where threads log their stores from now on (struct thread_block); NULL: nowhere. World stopped, or no
 * other thread. */
void thr_log_set(uint8_t *log, uintptr_t mask);

/* ---- the stop signal (thr_signal.c) ---- */
/* Uses signal `number` to stop threads in compiled code. PAL_E_ACCESS: it is handled by somebody;
 * PAL_E_KIND: not a signal that can be used. */
enum pal_status thr_signal_start(int number);
void thr_signal_stop(void);
/* Of the world's stopper: makes the thread look at the request. */
void thr_signal_send(const struct thr_thread *thread);
bool thr_signal_is_used(void);
/* The calling thread is one of ours: lets the signal in. */
void thr_signal_allow(void);

/* ---- frames that were left (thr_frames.c) ---- */
/* The calling thread runs native code at `here`, the frame of a function that the host called: drops
 * what managed frames below have left. false: it interrupts managed code or the engine (a signal
 * handler). contract: any state */
bool thr_frames_settle(uintptr_t here);
/* What runs between them, in native state, must not be interrupted by managed code: exports and calls of
 * the API that come meanwhile are a signal handler's. Nests. contract: any state */
void thr_inside_begin(void);
void thr_inside_end(void);
/* After that: managed frames lie around `here`, or may. */
bool thr_frames_inside(uintptr_t here);
/* An entry of the thread may lie there, and not below `above`. */
bool thr_entry_fits(const struct thr_thread *t, const struct thr_reverse_frame *entry, uintptr_t above);
/* The record's frames stand: they have called something and not got back yet, as far as one sees. */
bool thr_record_stands(const struct thr_thread *t, const struct thr_transition *record);
/* Makes `at->reverse`, and the thread's innermost entry, that around the frame. Own thread. */
void thr_entry_set(struct thr_transition *at);
/* Where the host called this function from. */
#define THR_HERE() ((uintptr_t)__builtin_frame_address(0))

/* ---- cancel and close (thr_cancel.c) ---- */
/* Asks one thread: unwinds it, without catching, to its outermost entry from native code. Waits of
 * the class library end. A thread without managed frames forgets it at once.
 * contract: any state, THREADS not held */
void thr_cancel_self(enum thr_cancel how);
/* Every attached thread but the caller's, and every one that attaches from now on. */
void thr_cancel_all(enum thr_cancel how);
/* The host's threads that are in managed code now, but for the caller's: what they wait for may never
 * come. One that leaves just then is asked for nothing: it forgets it when it enters again.
 * contract: preempt, THREADS not held */
void thr_cancel_inside(void);
/* The calling thread must end: a wait may give up. contract: any state */
bool thr_cancel_wanted(void);
/* thr_cancel_all has been called: nobody may start anything. */
bool thr_is_closing(void);
/* In managed state with `record` where it goes on: unwinds if it is asked to and can, else
 * returns. */
void thr_cancel_deliver(struct thr_transition *record);
/* The same, but only if it is forced to. */
void thr_cancel_deliver_calm(struct thr_transition *record);
/* The thread leaves an entry by a cancel: its pending status, and whether the cancel is done. */
void thr_cancel_left(const struct thr_reverse_frame *entry);
/* Entries ask hooks.closed from now on. */
void thr_close_entries(void);
/* Wakes the waits of asked threads again: one may have been missed. false: one was. */
bool thr_cancel_nudge(void);
/* Threads that shutdown has to wait for: started by managed code, or with managed frames, or just
 * ending; the caller's does not count. */
size_t thr_busy_count(void);
/* One line each through hooks.warn. */
void thr_busy_report(void);
/* Closes entries, asks all other threads to end and waits. false: some did not within `limit_ns`;
 * they have been reported. */
bool thr_end_others(uint64_t limit_ns);
/* The calling thread's waits end when this time from now is over: it is asked to end then. 0: no
 * such limit. */
void thr_deadline_set(uint64_t from_now_ns);
/* Forgets all other threads; none is busy, and entries are closed. */
void thr_forget_others(void);
/* Status of the last export call on this thread that ended with zero; 0: none. Needs no attached
 * thread. */
void thr_pending_set(int status);
int thr_pending_take(void);
/* In a child that fork() made: nothing works any more, and nothing hangs. */
bool thr_forked(void);
void thr_fork_watch(void); /* from now on; once */

/* ---- threads of managed code (thr_start.c) ---- */
/* false: refused by the host or the system, or the engine is going down. `name`: borrowed; NULL or
 * "": none. PINV */
int32_t RhThreadCreate(intptr_t stack_bytes, void *start, void *argument, const char *name);
/* The calling thread's name in the system, if we made it: others are the host's. PINV */
void RhThreadName(const char *name);
size_t thr_starting_count(void); /* created, not yet attached */

/* ---- waits that can be cancelled (thr_monitor.c): PINV ---- */
struct thr_monitor *RhMonitorCreate(void); /* NULL: no memory */
void RhMonitorDestroy(struct thr_monitor *monitor);
void RhMonitorAcquire(struct thr_monitor *monitor);
void RhMonitorRelease(struct thr_monitor *monitor);
/* 1 woken, 0 time over (timeout_ms -1: never); only if `can_cancel`: the thread has to end, which
 * was seen before the wait (THR_MONITOR_END) or after it (THR_MONITOR_WOKEN_END: what it waited for
 * may have come as well, and nobody will tell again); THR_MONITOR_DEADLOCK: the host's thread waits
 * for what nobody can do (thr_coro.c). */
enum { THR_MONITOR_END = -1, THR_MONITOR_DEADLOCK = -2, THR_MONITOR_WOKEN_END = -3 };
int32_t RhMonitorWait(struct thr_monitor *monitor, int32_t timeout_ms, int32_t can_cancel);
void RhMonitorSignalRelease(struct thr_monitor *monitor);
/* Without threads: returns when the descriptor can be read, others run meanwhile; -1: the thread has
 * to end. With threads the caller may wait in the system: returns at once. */
int32_t RhDescriptorWait(int32_t descriptor);

/* In-flight exception records of the calling thread's pool (eh_throw.c). */
struct eh_record *thr_record_take(struct thr_thread *thread);
void thr_record_give(struct thr_thread *thread, struct eh_record *record);

/* ---- assembly (thr_asm.S) ---- */
void RhpPInvoke(struct thr_transition *record);
void RhpPInvokeReturn(struct thr_transition *record);
/* In code of the core library, which may hold locks that no finally block gives back: a thread is
 * stopped there, but unwound only when it is forced to. */
void RhpPInvokeReturnInLibrary(struct thr_transition *record);
void RhpLimitSlowInLibrary(void);
void RhpReversePInvoke(struct thr_reverse_frame *frame);
/* The same for the boundary of an export. Not 0: the module is closed and nothing was entered; the
 * export returns zero at once. */
int32_t RhpExportEnter(struct thr_reverse_frame *frame);
void RhpReversePInvokeReturn(struct thr_reverse_frame *frame);
/* Asks the calling thread to end and unwinds it; returns if it cannot be done here: an engine
 * function below waits for an answer. contract: coop */
void RhpEndThread(void);
void RhpGcPoll(void);
void RhpLimitSlow(void);
void RhpLimitSlowFor(uintptr_t bytes);
void RhCommonStub(void);

/* Slow paths behind them. */
void thr_return_to_managed_slow(struct thr_transition *record, struct thr_transition *here);
void thr_return_to_managed_calm(struct thr_transition *record, struct thr_transition *here);
void thr_enter_managed_slow(struct thr_reverse_frame *frame, struct thr_transition *here);
int32_t thr_export_enter_slow(struct thr_reverse_frame *frame);
void thr_end_from(struct thr_transition *record);
void thr_poll_slow(struct thr_transition *record);
void thr_limit_slow(struct thr_transition *record, uintptr_t need);
extern _Atomic(uint32_t) thr_stop_request;  /* enum thr_request; not 0: take the slow path */
extern _Atomic(uint32_t) thr_entry_request; /* the same for entries, with THR_REQUEST_CLOSED */

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
