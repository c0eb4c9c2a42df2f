/* engine/thr_priv.h - what the thr_*.c files share. */
#ifndef CORERT_ENGINE_THR_PRIV_H
#define CORERT_ENGINE_THR_PRIV_H

#include "engine/thr.h"
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
};

extern struct thr_list thr_list; /* thr_list.c */

/* thr_asm.S */
void thr_run_native_spilled(void (*function)(void *context), void *context);

#endif
