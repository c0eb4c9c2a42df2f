/* engine/dispatch_format.h - interface dispatch cells and their caches.
 * Other parties: the compiler (emits cells, calls through them; docs/abi.md, "Interface dispatch"),
 * the loader (fills `code`), the assembly stubs (engine/eh_dispatch.S), which include this file.
 * A call site does: rdi = this, other arguments, r10 = address of the cell, call [cell]. */
#ifndef CORERT_ENGINE_DISPATCH_FORMAT_H
#define CORERT_ENGINE_DISPATCH_FORMAT_H

#define DISPATCH_CELL_CODE      0
#define DISPATCH_CELL_CACHE     8
#define DISPATCH_CELL_INTERFACE 16
#define DISPATCH_CELL_SLOT      24
#define DISPATCH_CELL_SIZE      32

#define DISPATCH_CACHE_CELL     0
#define DISPATCH_CACHE_COUNT    16
#define DISPATCH_CACHE_ENTRIES  32
#define DISPATCH_ENTRY_MT       0
#define DISPATCH_ENTRY_TARGET   8
#define DISPATCH_ENTRY_SIZE     16
#define DISPATCH_CACHE_MAX      64

#ifndef __ASSEMBLER__

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

struct dispatch_cache;

/* `code` is RhpInitialDynamicInterfaceDispatch until something is cached, then the stub that
 * searches a cache of the current size. `cache` is published before `code`, and a cache is replaced
 * only by a bigger one (or with the world stopped), so a stub never reads past its block. */
struct dispatch_cell {
    _Atomic(void *) code;
    _Atomic(struct dispatch_cache *) cache; /* owned by the engine; NULL in a fresh cell */
    const void *interface_type;             /* MethodTable of the interface; fixed up by the loader */
    uint64_t slot;                          /* slot number in that interface */
};

/* The target is written before the type, and neither changes afterwards. */
struct dispatch_entry {
    _Atomic(const void *) type; /* MethodTable; NULL: free (no object has a NULL type) */
    _Atomic(void *) target;
};

struct dispatch_cache {
    struct dispatch_cell *cell;      /* whose cache it is: the stubs reuse r10 */
    struct dispatch_cache *all_next; /* list of all blocks, for flushing */
    uint32_t capacity;               /* 1, 2, 4 .. DISPATCH_CACHE_MAX */
    uint32_t retired;                /* 1: replaced; freed at the next flush */
    uint64_t spare;
    struct dispatch_entry entries[];
};

/* Filled for the class library by RhpGetDispatchCellInfo. */
struct dispatch_cell_info {
    int32_t cell_type; /* 0: interface and slot, the only kind here */
    const void *interface_type;
    uint16_t slot;
    uint8_t has_cache;
    uint32_t metadata_token;
    uint32_t vtable_offset;
};

static_assert(offsetof(struct dispatch_cell, code) == DISPATCH_CELL_CODE, "abi");
static_assert(offsetof(struct dispatch_cell, cache) == DISPATCH_CELL_CACHE, "abi");
static_assert(offsetof(struct dispatch_cell, interface_type) == DISPATCH_CELL_INTERFACE, "abi");
static_assert(offsetof(struct dispatch_cell, slot) == DISPATCH_CELL_SLOT, "abi");
static_assert(sizeof(struct dispatch_cell) == DISPATCH_CELL_SIZE, "abi");
static_assert(offsetof(struct dispatch_cache, cell) == DISPATCH_CACHE_CELL, "abi");
static_assert(offsetof(struct dispatch_cache, capacity) == DISPATCH_CACHE_COUNT, "abi");
static_assert(offsetof(struct dispatch_cache, entries) == DISPATCH_CACHE_ENTRIES, "abi");
static_assert(offsetof(struct dispatch_entry, type) == DISPATCH_ENTRY_MT, "abi");
static_assert(offsetof(struct dispatch_entry, target) == DISPATCH_ENTRY_TARGET, "abi");
static_assert(sizeof(struct dispatch_entry) == DISPATCH_ENTRY_SIZE, "abi");
static_assert(offsetof(struct dispatch_cell_info, interface_type) == 8, "contract");
static_assert(offsetof(struct dispatch_cell_info, slot) == 16, "contract");
static_assert(offsetof(struct dispatch_cell_info, has_cache) == 18, "contract");
static_assert(offsetof(struct dispatch_cell_info, metadata_token) == 20, "contract");
static_assert(offsetof(struct dispatch_cell_info, vtable_offset) == 24, "contract");
static_assert(sizeof(struct dispatch_cell_info) == 32, "contract");

#endif /* !__ASSEMBLER__ */
#endif
