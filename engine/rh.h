/* engine/rh.h - the functions the class library imports, contract/runtime.md section 1, but for
 * those of threads (engine/thr.h), exceptions (engine/eh.h), dispatch and thunks
 * (engine/dispatch.h).
 * Classes: COOP = called in managed state without a transition, must not block; PINV = called
 * through a P/Invoke transition. `Object *` is written void *; bool is one byte. */
#ifndef CORERT_ENGINE_RH_H
#define CORERT_ENGINE_RH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gc/object_format.h"
#include "loader/loader.h"

struct gc_collection; /* gc/gc.h */
struct hnd_slot;
struct thr_thread;

/* ---- rh_alloc.S: COOP, may-gc; on failure go on in RhExceptionHandling_FailedAllocation ---- */
void *RhpNewFast(const struct gc_mt *mt);
void *RhpNewFinalizable(const struct gc_mt *mt);
void *RhpNewArray(const struct gc_mt *mt, int64_t length);
void *RhNewString(const struct gc_mt *mt, int64_t length);
void RhpByRefAssignRef(void); /* rdi, rsi: both advanced */

/* ---- rh_alloc.c ---- */
/* What a slow path gives instead of an object. */
enum { RH_ALLOC_NO_MEMORY = 0, RH_ALLOC_OVERFLOW = 1 };
/* The C halves of rh_alloc.S: an object or RH_ALLOC_* cast to a pointer. */
void *rh_new_fast_slow(const struct gc_mt *mt);
void *rh_new_finalizable_slow(const struct gc_mt *mt);
void *rh_new_array_slow(const struct gc_mt *mt, int64_t length);
void *rh_new_string_slow(const struct gc_mt *mt, int64_t length);
void *rh_alloc_last_resort(void);
void rh_alloc_fatal(void);
/* An array for the engine's own use: NULL on failure. contract: coop, may-gc */
void *rh_array_new(const struct gc_mt *mt, uint32_t length, uint32_t flags);
/* Between the two a thread that is in a P/Invoke runs in managed state; begin gives what end
 * wants. May wait for a collection. Not nested, no managed frames are added. */
void *rh_managed_begin(void);
void rh_managed_end(void *state);
void RhAllocateNewArray(const struct gc_mt *mt, uint32_t length, uint32_t flags, void **result);
void RhAllocateNewObject(const struct gc_mt *mt, uint32_t flags, void **result);

/* ---- rh_memory.c: COOP ---- */
void RhpAssignRef(void **slot, void *value);
void RhpCheckedAssignRef(void **slot, void *value);
void *RhpCheckedLockCmpXchg(void **slot, void *value, void *comparand);
void *RhpCheckedXchg(void **slot, void *value);
int32_t RhpLockCmpXchg32(int32_t *slot, int32_t value, int32_t comparand);
int64_t RhpLockCmpXchg64(int64_t *slot, int64_t value, int64_t comparand);
void RhBulkMoveWithWriteBarrier(void *to, const void *from, size_t bytes);
void *RhpGcSafeZeroMemory(void *at, size_t bytes);
bool RhCompareObjectContentsAndPadding(const void *a, const void *b);
int32_t RhGetGCDescSize(const struct gc_mt *mt);

/* ---- rh_gc.c: frozen segments PINV; the rest as the contract says ---- */
void *RhRegisterFrozenSegment(void *start, size_t allocated, size_t committed, size_t reserved);
void RhUpdateFrozenSegment(void *segment, void *allocated, void *committed);
void RhUnregisterFrozenSegment(void *segment);
void rh_frozen_release(void); /* the heap is gone: unmaps what the class library mapped for them */
void RhpCollect(uint32_t generation, uint32_t mode, int32_t low_memory);
int64_t RhpGetGcTotalMemory(void);
int32_t RhpStartNoGCRegion(int64_t total, int32_t has_large, int64_t large, int32_t no_full);
int32_t RhpEndNoGCRegion(void);
int32_t RhGetMaxGcGeneration(void);
int32_t RhGetGcCollectionCount(int32_t generation, bool special);
int32_t RhGetGeneration(const void *object);
int64_t RhGetGenerationSize(int32_t generation);
int64_t RhGetLastGCPercentTimeInGC(void);
int32_t RhGetGcLatencyMode(void);
int32_t RhSetGcLatencyMode(int32_t mode);
bool RhIsServerGc(void);
bool RhIsPromoted(const void *object);
int32_t RhGetLohCompactionMode(void);
void RhSetLohCompactionMode(int32_t mode);
int64_t RhGetCurrentObjSize(void);
int64_t RhGetGCNow(void);
int64_t RhGetLastGCStartTime(int32_t generation);
int64_t RhGetLastGCDuration(int32_t generation);
bool RhRegisterForFullGCNotification(int32_t generation_threshold, int32_t large_threshold);
bool RhCancelFullGCNotification(void);
int32_t RhWaitForFullGCApproach(int32_t timeout_ms);
int32_t RhWaitForFullGCComplete(int32_t timeout_ms);
uint64_t RhGetGCSegmentSize(void);
int64_t RhGetAllocatedBytesForCurrentThread(void);
int64_t RhGetTotalAllocatedBytes(void);
int64_t RhGetTotalAllocatedBytesPrecise(void);
int64_t RhGetTotalPauseDuration(void);
int64_t RhGetGenerationBudget(int32_t generation);
bool RhRegisterGcCallout(int32_t kind, void *function);
void RhUnregisterGcCallout(int32_t kind, void *function);
int32_t RhEnableNoGCRegionCallback(void *callback, int64_t total);
/* A collection is over. Native state. */
void rh_gc_collected(const struct gc_collection *collection);
void rh_gc_reset(void);
/* What it allocated goes on counting. Managed state, or as good as. */
void rh_gc_thread_ends(const struct thr_thread *thread);
/* rh_gc_info.c */
struct rh_gc_info;
struct rh_heap_limits;
void RhGetMemoryInfo(struct rh_gc_info *info, int32_t kind);
int32_t RhRefreshMemoryLimit(struct rh_heap_limits limits);
typedef void rh_config_callback(void *context, const char *name, const char *public_key,
                                int32_t type, int64_t data);
void RhEnumerateConfigurationValues(void *context, rh_config_callback *callback);

/* ---- rh_handle.c: COOP ---- */
struct hnd_slot *RhpHandleAlloc(void *object, int32_t type);
struct hnd_slot *RhpHandleAllocDependent(void *primary, void *secondary);
void RhHandleFree(struct hnd_slot *handle);
void *RhHandleGet(const struct hnd_slot *handle);
void *RhHandleGetDependent(const struct hnd_slot *handle, void **secondary);
struct hnd_slot *RhHandleSet(struct hnd_slot *handle, void *object);
void RhHandleSetDependentSecondary(struct hnd_slot *handle, void *secondary);
bool RhRegisterRefCountedHandleCallback(void *callback, const struct gc_mt *filter);
void RhUnregisterRefCountedHandleCallback(void *callback, const struct gc_mt *filter);
void *RhGetIUnknownAddRef(void);

/* ---- rh_finalize.c ---- */
void RhSuppressFinalize(void *object);
bool RhReRegisterForFinalize(void *object);
void *RhpGetNextFinalizableObject(void);
uint32_t RhpWaitForFinalizerRequest(void);
void RhpSignalFinalizationComplete(uint32_t count, int32_t observed_full_gc_count);
void RhWaitForPendingFinalizers(int32_t allow_reentrant_wait);
void RhInitializeFinalizerThread(void);

/* ---- rh_thread.c ---- */
struct rh_inlined_root;
struct rh_gc_report;
uintptr_t RhCurrentNativeThreadId(void);
void *RhpGetCurrentThread(void);
void RhpInitiateThreadAbort(void *thread, void *exception, bool rude);
void RhpCancelThreadAbort(void *thread);
void *RhpGetThreadAbortException(void);
void RhRegisterInlinedThreadStaticRoot(struct rh_inlined_root *root, void *type_manager);
void RhRegisterForGCReporting(struct rh_gc_report *report);
void RhUnregisterForGCReporting(struct rh_gc_report *report);
/* For the collector: the thread's inlined thread statics as slots, its reports as ranges of words
 * that may be interior references. The world is stopped. */
void rh_inlined_statics_each(struct thr_thread *thread, void (*visit)(void **slot, void *context),
                             void *context);
void rh_reports_each(struct thr_thread *thread,
                     void (*visit)(uintptr_t low, uintptr_t high, void *context), void *context);

/* ---- rh_module.c: COOP ---- */
void *RhpRegisterOsModule(void *os_module);
struct ldr_type_manager *RhpCreateTypeManager(void *os_module, void *header, void **classlib,
                                              int32_t count);
void *RhpGetModuleSection(struct ldr_type_manager *const *module, int32_t id, int32_t *length);
bool RhFindBlob(struct ldr_type_manager *const *module, uint32_t blob_id, const uint8_t **blob,
                uint32_t *size);
uint32_t RhGetLoadedOSModules(struct gc_array *result);
const void *RhGetOSModuleFromPointer(const void *address);
int32_t RhGetModuleFileName(const void *os_module, const char **name);
const void *RhGetCodeTarget(const void *code);
void *RhGetTargetOfUnboxingAndInstantiatingStub(const void *code);
void *RhpGetClasslibFunctionFromEEType(const struct gc_mt *mt, int32_t id);
void *RhpGetClasslibFunctionFromCodeAddress(const void *code, int32_t id);
uint32_t RhGetKnobValues(const char ***keys, const char ***values);

/* ---- rh_misc.c ---- */
int32_t RhGetProcessCpuCount(void);
const uint8_t *RhGetRuntimeVersion(int32_t *length);
uint8_t *RhGetCrashInfoBuffer(int32_t *bytes);
void RhCreateCrashDumpIfEnabled(void *record, void *context);
void RhCpuIdEx(int32_t registers[4], int32_t function, int32_t subfunction);
void RhDebugBreak(void);
void RhRandomBytes(uint8_t *bytes, int32_t count); /* for hash seeds, not for secrets */
void RhpFallbackFailFast(void);
/* Saturating conversions; NaN gives 0. */
int32_t RhpDbl2Int(double value);
int64_t RhpDbl2Lng(double value);
uint32_t RhpDbl2UInt(double value);
uint64_t RhpDbl2ULng(double value);
/* Stands for what only the class library's own exception code would call. */
void rh_no_frame_iterator(void);
extern int32_t rh_cpu_features;     /* g_cpuFeatures: 0, code is compiled for one fixed CPU */
extern uint64_t rh_security_cookie; /* __security_cookie */

/* ---- rh_companion.c: called by the companion assembly ---- */
/* PINV: an exception left an export; `text` describes it, UTF-16. */
void RhUnhandledAtExport(const uint16_t *text, int32_t length);
void RhUnhandledTrace(void *const *trace, int32_t count); /* return addresses, after the text */
/* Of a text that ends up in native memory: terminated UTF-8, unpaired surrogates become U+FFFD.
 * Owned by the caller (pal_free); NULL: no memory. */
char *rh_utf8_from_utf16(const uint16_t *text, int32_t length);
/* PINV: Environment.Exit and the like in a hosted module; closes the innermost export's module. */
void RhModuleEnded(const uint16_t *text, int32_t length);
void RhSetPreallocatedOutOfMemory(void *exception); /* COOP */
void RhSetInsufficientStack(void *exception, const void *make); /* COOP */
void *RhNextFinalizableAtStop(void);                /* COOP */
bool RhIsHosted(void);                              /* COOP */
bool RhHasThreads(void); /* COOP; false: managed threads are coroutines */
/* Slots of the exceptions made at start-up; RH_PREALLOCATED of them in a row. */
enum rh_preallocated { RH_OUT_OF_MEMORY, RH_INSUFFICIENT_STACK, RH_PREALLOCATED };
void *const *rh_preallocated(enum rh_preallocated which);
/* Managed function `object()` that makes an InsufficientExecutionStackException, or NULL. */
const void *rh_insufficient_stack_maker(void);
void rh_companion_reset(void);

/* ---- api_error.c: called by the companion assembly ---- */
/* PINV: one exception for corert_error_take, the thrown one first. A corert_status. */
int32_t RhErrorAdd(void *sink, const uint16_t *type, int32_t type_length, int32_t hresult, const uint16_t *message,
                   int32_t message_length, const uint16_t *stack, int32_t stack_length);
/* PINV: those added from now on are inner ones of the first that was added, at the second call of the
 * second, and so on. Without any call each is the inner one of the one before. */
void RhErrorOuterNext(void *sink);
void RhKeepError(void *exception); /* COOP: left an export of this thread */

/* ---- api_library.c: PINV; SystemNative_LoadLibrary and so on for the class library ---- */
void *rh_library_load(const char *name);             /* NULL: rh_library_error() says why */
const char *rh_library_error(void);                  /* of this thread; borrowed until the next load */
void *rh_library_find(void *library, const char *name); /* NULL: none */
void rh_library_free(void *library);

/* ---- api_file.c: PINV; SystemNative_Open, _Stat and _LStat for the class library ---- */
struct pal_native_stat;
intptr_t rh_file_open(const char *path, int32_t flags, int32_t mode);
int32_t rh_file_stat(const char *path, struct pal_native_stat *out);
int32_t rh_file_stat_link(const char *path, struct pal_native_stat *out);

/* ---- api_folder.c: PINV; SystemNative_OpenDir, _ReadDirR and _CloseDir ---- */
struct rh_folder;
struct pal_native_entry;
struct rh_folder *rh_folder_open(const char *path);
/* 0; PAL_NATIVE_END or an error number of the class library. */
int32_t rh_folder_read(struct rh_folder *folder, char *buffer, int32_t size,
                       struct pal_native_entry *out);
int32_t rh_folder_close(struct rh_folder *folder);

/* ---- rh_events.c: PINV; event tracing is not part of this engine ---- */
void rh_event_ignored(void);
uint64_t rh_event_none(void);

/* ---- rh_gvm.c: COOP, no-gc ---- */
struct gvm_table;
void *corert_gvm_lookup(const struct gc_mt *const *object, const struct gvm_table *table);

#endif
