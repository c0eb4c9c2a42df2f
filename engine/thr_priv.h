/* engine/thr_priv.h - what the thr_*.c files share. */
#ifndef CORERT_ENGINE_THR_PRIV_H
#define CORERT_ENGINE_THR_PRIV_H

#include "engine/thr.h"
#include "engine/thr_coro.h"
#include "pal/pal.h"

#include <stdatomic.h>

struct thr_list {
    struct pal_mutex lock;    /* THREADS; held while the world is stopped */
    struct thr_thread *first; /* guarded by lock */
    size_t count;             /* guarded by lock */
    pal_key key;              /* its destructor detaches; 0 before thr_init */
    struct thr_hooks hooks;
    _Atomic(bool (*)(void)) start; /* thr_start_hook_set */
    void (*_Atomic exit_callback)(void);
    uintptr_t log_mask; /* guarded by lock, as log; for thread blocks */
    uint8_t *log;       /* NULL: nobody logs */
};

extern struct thr_list thr_list; /* thr_list.c */

/* The thread's log is the one of now. THREADS held. */
void thr_log_apply(struct thread_block *tb);
/* thr_stop.c */
void thr_wait_for_resume(void);
#define THR_NEED_LIBRARY UINTPTR_MAX          /* thr_limit_slow: no need; must not be unwound */
void thr_poll_calm(struct thr_transition *record); /* thr_poll_slow in the core library */
void thr_become_managed(void *state); /* from `state`, which is native; waits while stopped */
/* Puts the limit where the requests of now want it. Any thread, no lock. */
void thr_limit_reset(struct thr_thread *t);
/* Every check of the thread takes the slow path. */
void thr_limit_raise(struct thr_thread *t);
/* thr_cancel.c; THREADS held */
void thr_cancel_attached(struct thr_thread *t);
void thr_cancel_forget(struct thr_thread *t); /* it goes; any lock state */
/* What thr_cancel_inside asked of a thread that was just leaving: there is nothing to leave any more.
 * Attached, native state, THREADS not needed. */
void thr_cancel_entering(void);
void thr_cancel_reset(void);                 /* for the next start */
/* A status other than 0: the export at pc may not be entered. */
int thr_closed_status(uintptr_t pc);
/* thr_overflow.c */
void thr_overflow_attach(struct thr_thread *t); /* its stack's bounds and limit */
extern uint32_t thr_vector_mask;                 /* for thr_limit.S */
/* Level 0, for the stack that the thread is on. */
void thr_overflow_begin(struct thr_thread *t);

/* thr_frames.c */
/* `bytes` at `at` are aligned words of the stack that the thread was seen on last. */
bool thr_is_on_stack(const struct thr_thread *t, const void *at, size_t bytes);
/* Fills thread, transition and prev of an entry; drops what was left. false: it may not enter (a signal
 * handler's), or no memory. The thread is attached. */
bool thr_frames_enter(struct thr_reverse_frame *frame);
void thr_stack_words(const struct thr_thread *t);
/* The thread runs at `sp`: makes that stack its present one. false: no memory. Own thread. */
bool thr_stack_switch(uintptr_t sp);
void thr_strays_scan(const struct thr_thread *t, void (*visit)(uintptr_t low, uintptr_t high, void *context),
                     void *context);
void thr_strays_free(struct thr_thread *t);
/* THREADS; a signal handler that comes meanwhile must not enter. */
void thr_list_lock(void);
void thr_list_unlock(void);

/* thr_start.c */
void thr_start_reset(void);
/* thr_monitor.c */
bool thr_monitor_nudge(struct thr_monitor *monitor); /* false: somebody holds it */
void thr_monitor_free_all(void); /* no thread waits */

/* thr_asm.S */
void thr_run_native_spilled(void (*function)(void *context), void *context);

#endif
