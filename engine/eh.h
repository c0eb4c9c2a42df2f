/* engine/eh.h - exceptions and stack walking: what the rest of the engine may use.
 * Exceptions are thrown, searched for and unwound by the engine alone; no C frame is ever unwound.
 * C code in managed state that must call managed code does it with eh_call_managed. */
#ifndef CORERT_ENGINE_EH_H
#define CORERT_ENGINE_EH_H

#include "engine/eh_format.h"
#include "engine/thread_block.h"

#include <stdbool.h>
#include <stdnoreturn.h>

/* ExceptionIDs of the class library (contract/runtime.md 1.10) that the engine raises itself. */
enum eh_exception_id {
    EH_ID_OUT_OF_MEMORY = 1,
    EH_ID_NULL_REFERENCE = 8,
    EH_ID_ENTRYPOINT_NOT_FOUND = 11,
};

enum eh_fail_reason {
    EH_FAIL_INTERNAL_ERROR = 1,
    EH_FAIL_UNHANDLED = 2,
};

/* ---- modules ---- */

/* One image whose frames may be walked. The caller keeps it unchanged while it is registered. */
struct eh_module {
    const void *code_start; /* inclusive */
    const void *code_end;   /* exclusive */
    const uint8_t *eh_frame_hdr;
    size_t eh_frame_hdr_bytes;
    void *owner; /* the loader's module, for eh_module_find's callers */
};

/* false: no memory, the range is empty or overlaps another module's, or the header is not a
 * version 1 header with the usual sorted table (DW_EH_PE_datarel | DW_EH_PE_sdata4).
 * contract: any state | locks: EH_MODULES */
bool eh_module_register(const struct eh_module *module);
/* No frame of the module may be on any stack. Forgets every cached row.
 * contract: any state | locks: EH_MODULES */
void eh_module_unregister(const struct eh_module *module);
/* The module whose code holds `pc`, or NULL. contract: any state | locks: none */
const struct eh_module *eh_module_find(uintptr_t pc);
void eh_shutdown(void); /* gives back the module table; no module is registered any more */

/* ---- the class library ---- */

/* What start-up gives; every member may be NULL. The first four are managed code (managed state);
 * the others are C functions of the engine, called in managed state. */
struct eh_classlib {
    void *(*get_runtime_exception)(int32_t id);
    void (*first_chance)(void *exception);
    void (*unhandled)(void *exception);
    void (*fail_fast)(int32_t reason, void *exception, void *ip, void *context);
    void (*report)(struct thr_transition *at);   /* nothing handles it; before fail_fast */
    void *(*trace_new)(int32_t length);          /* a zeroed nint[]; NULL: no memory; may-gc */
    void (*store_ref)(void **slot, void *value); /* into a heap object, with barrier */
    /* A program has no such: there an unhandled exception ends the process. Managed: tells the host;
     * C: entry is the thread's innermost entry, which now returns zero. */
    void (*unhandled_hosted)(void *exception);
    void (*entry_failed)(const struct thr_reverse_frame *entry);
    /* Slots of exceptions that get no trace and no first chance notification; may be NULL. */
    void *const *preallocated_oom;
    void *const *preallocated_stack;
};

/* Offsets in System.Exception, counted from the object's MethodTable word. 0: no such field known,
 * no traces are written. */
struct eh_exception_layout {
    uint16_t trace_offset;       /* nint[] _corDbgStackTrace */
    uint16_t trace_count_offset; /* int _idxFirstFreeStackTraceEntry */
};

/* Copies both. At start-up, before managed code runs. */
void eh_classlib_set(const struct eh_classlib *classlib, const struct eh_exception_layout *layout);

/* ---- throwing ---- */

enum eh_throw_kind {
    EH_THROW,     /* resets the trace of an object that was thrown before */
    EH_RETHROW,   /* keeps it; the first frame replaces the last entry */
    EH_PROPAGATE, /* goes on with an exception that a guard stopped: keeps it, adds to it */
    EH_OVERFLOW,  /* as EH_THROW; of a long trace only the two ends are kept */
    EH_CANCEL,    /* no exception: unwinds to the entry from native code; nothing catches it */
};

/* Called by compiled code (docs/abi.md, "Exceptions").
 * contract: coop, may-gc | locks: none held */
noreturn void RhpThrowEx(void *exception);
noreturn void RhpRethrow(void *exception);
noreturn void RhpThrowRuntime(int32_t exception_id);
noreturn void corert_eh_resume(void *record);
void *corert_eh_begin_catch(void *record);

/* Result of a call into managed code: exactly one of both counts. */
struct eh_call_result {
    uintptr_t value;
    void *exception; /* not NULL: the callee threw it, and its finally blocks have run */
};

/* Calls a managed function with up to four words of arguments. `from` is where managed code was
 * left (a stub's record), for stack traces; NULL if unknown. An exception stops here.
 * contract: coop, may-gc | locks: none held */
struct eh_call_result eh_call_managed(struct thr_transition *from, const void *function,
                                      uintptr_t a, uintptr_t b, uintptr_t c, uintptr_t d);

/* Frames of the calling thread below `here` are gone: so are their filters and the exceptions that were
 * under way in them. contract: coop */
void eh_frames_left(uintptr_t here);

/* ---- ending a thread (thr_cancel.c) ---- */

/* A finally block that a cancel entered is running. contract: any state, own thread */
bool eh_cancel_is_under_way(void);
/* The way from `at` to the innermost entry is managed frames only. contract: coop */
bool eh_cancel_is_possible(const struct thr_transition *at);
/* Runs the finally and fault blocks on that way, then the entry returns zero to native code.
 * contract: coop, may-gc; eh_cancel_is_possible */
noreturn void eh_cancel_from(struct thr_transition *at);

/* True if the exception's type is `type` or derives from it. contract: any state */
bool eh_is_instance(const void *type, const void *exception);

/* ---- stack walking ---- */

/* Called for each managed frame, innermost first. Return false to stop. */
typedef bool eh_frame_visitor(uintptr_t pc, uintptr_t rsp, uintptr_t cfa, void *context);

/* Walks from a transition record outwards, across native code. contract: any state */
void eh_walk(const struct thr_transition *from, eh_frame_visitor *visit, void *context);
/* CFA of the method that owns the reverse frame; 0 if its row is unknown. contract: any state */
uintptr_t eh_entry_cfa(const struct thr_reverse_frame *frame);

/* Contract functions. */
int32_t RhpGetCurrentThreadStackTrace(void **buffer, uint32_t count, void *address_in_frame);
void *RhFindMethodStartAddress(void *ip);

#endif
