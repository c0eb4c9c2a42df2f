/* engine/dispatch.h - interface dispatch: resolving cells and caching what was found. */
#ifndef CORERT_ENGINE_DISPATCH_H
#define CORERT_ENGINE_DISPATCH_H

#include "engine/dispatch_format.h"
#include "engine/thread_block.h"

#include <stdbool.h>

/* The class library's RhResolveDispatch: code address, may throw. Managed code. */
typedef void *dispatch_resolve_fn(void *object, const void *interface_type, uint16_t slot);

void dispatch_init(dispatch_resolve_fn *resolve);

/* Forgets everything that was cached, for cells and in the shared table; cells go back to the
 * initial stub. Needed before types or code go away, and to free outgrown caches.
 * contract: world stopped (or before managed code runs) | locks: DISPATCH */
void dispatch_flush(void);
/* The same for cells in [start, end), whose memory is about to go: they are not written again. */
void dispatch_forget_cells(const void *start, const void *end);

/* Assembly (dispatch_asm.S). The loader stores the first into fresh cells. */
void RhpInitialDynamicInterfaceDispatch(void);
void RhpInterfaceDispatch1(void);
void RhpInterfaceDispatch2(void);
void RhpInterfaceDispatch4(void);
void RhpInterfaceDispatchN(void); /* 8 entries and more */

/* What the slow stub calls; target NULL: throw `exception` at the call site
 * (NULL: EntryPointNotFoundException). contract: coop, may-gc */
struct dispatch_result {
    void *target;
    void *exception;
};
struct dispatch_result rh_dispatch_resolve(void *object, struct dispatch_cell *cell,
                                           struct thr_transition *at);

/* ---- contract functions (1.7) ---- contract: coop */
void RhpGetDispatchCellInfo(struct dispatch_cell *cell, struct dispatch_cell_info *out);
void *RhpSearchDispatchCellCache(struct dispatch_cell *cell, const void *type);
void *RhpUpdateDispatchCellCache(struct dispatch_cell *cell, void *code, const void *type,
                                 const struct dispatch_cell_info *info);
struct dispatch_cell *RhNewInterfaceDispatchCell(const void *interface_type, int32_t slot);

/* ---- thunks (thunk.c; contract 5.6) ---- */
int32_t RhpGetThunkSize(void);
int32_t RhpGetNumThunksPerBlock(void);
int32_t RhpGetNumThunkBlocksPerMapping(void);
int32_t RhpGetThunkBlockSize(void);
void *RhpGetThunkDataBlockAddress(void *stub);
void *RhpGetThunkStubsBlockAddress(void *data);
void *RhAllocateThunksMapping(void);
void *RhGetCommonStubAddress(void);
intptr_t RhGetCurrentThunkContext(void);
/* The context of the delegate thunk called last on this thread, NULL when that thunk is free: its
 * data word then holds the next free thunk, or nothing.
 * contract: coop, no-gc | locks: none | suspended: no */
void *RhGetCurrentCallback(void);
/* Is this no context, but what the data word of a free thunk holds? The same contract. */
int32_t RhIsThunkFree(const void *context);

#endif
