/* engine/thunk.c - executable thunks for delegates and instantiating stubs (contract 5.6).
 * A mapping is eight pages of code followed by their eight pages of data; code is written once and
 * then never writable again. Managed code chains free thunks and fills the data. */
#include "engine/dispatch.h"

#include "engine/thr.h"
#include "pal/pal.h"

#include <stdatomic.h>

enum {
    THUNK_BYTES = 20,
    THUNK_DATA_BYTES = 16,
    BLOCK_BYTES = 4096,
    BLOCKS = 8,
    THUNKS_PER_BLOCK = 204,
    DATA_DISTANCE = BLOCKS * BLOCK_BYTES,
    COMMON_STUB_AT = BLOCK_BYTES - 8, /* in each data page */
    NEXT_AT = BLOCK_BYTES - 16        /* in the first data page: the mapping made before */
};

static_assert(THUNKS_PER_BLOCK * THUNK_BYTES <= BLOCK_BYTES, "code fits its page");
static_assert(THUNKS_PER_BLOCK * THUNK_DATA_BYTES <= COMMON_STUB_AT, "data fits its page");
static_assert(THUNKS_PER_BLOCK * THUNK_DATA_BYTES <= NEXT_AT, "data fits its page");

/* Mappings are never released while the engine lives: the library keeps free thunks. */
static struct {
    _Atomic(uint8_t *) newest; /* chained through NEXT_AT */
    _Atomic(uintptr_t) low, high; /* bounds of all of them */
} mappings;

int32_t
RhpGetThunkSize(void)
{
    return THUNK_BYTES;
}

int32_t
RhpGetNumThunksPerBlock(void)
{
    return THUNKS_PER_BLOCK;
}

int32_t
RhpGetNumThunkBlocksPerMapping(void)
{
    return BLOCKS;
}

int32_t
RhpGetThunkBlockSize(void)
{
    return BLOCK_BYTES;
}

void *
RhpGetThunkDataBlockAddress(void *stub)
{
    return (void *)(((uintptr_t)stub & ~(uintptr_t)(BLOCK_BYTES - 1)) + DATA_DISTANCE);
}

void *
RhpGetThunkStubsBlockAddress(void *data)
{
    return (void *)(((uintptr_t)data & ~(uintptr_t)(BLOCK_BYTES - 1)) - DATA_DISTANCE);
}

/* mov r10, imm64 data ; jmp [r10 + distance to the common stub's word] ; 3 nops */
static void
thunk_write(uint8_t *code, uintptr_t data, int32_t to_common_stub)
{
    static const uint8_t move[] = {0x49, 0xba};
    static const uint8_t jump[] = {0x41, 0xff, 0xa2};
    static const uint8_t fill[] = {0x90, 0x90, 0x90};

    __builtin_memcpy(code, move, sizeof move);
    __builtin_memcpy(code + 2, &data, 8);
    __builtin_memcpy(code + 10, jump, sizeof jump);
    __builtin_memcpy(code + 13, &to_common_stub, 4);
    __builtin_memcpy(code + 17, fill, sizeof fill);
}

static void
block_write(uint8_t *code, uint8_t *data)
{
    uintptr_t common = (uintptr_t)RhCommonStub;
    int32_t i;

    for (i = 0; i < THUNKS_PER_BLOCK; i++)
        thunk_write(code + i * THUNK_BYTES, (uintptr_t)(data + i * THUNK_DATA_BYTES),
                    COMMON_STUB_AT - i * THUNK_DATA_BYTES);
    __builtin_memcpy(data + COMMON_STUB_AT, &common, sizeof common);
}

static void
bounds_widen(uintptr_t low, uintptr_t high)
{
    uintptr_t old = atomic_load(&mappings.low);

    while ((old == 0 || low < old) && !atomic_compare_exchange_weak(&mappings.low, &old, low))
        continue;
    old = atomic_load(&mappings.high);
    while (high > old && !atomic_compare_exchange_weak(&mappings.high, &old, high))
        continue;
}

static void
mapping_publish(uint8_t *mapping)
{
    uint8_t *older = atomic_load(&mappings.newest);

    bounds_widen((uintptr_t)mapping, (uintptr_t)mapping + 2 * (uintptr_t)DATA_DISTANCE);
    do
        __builtin_memcpy(mapping + DATA_DISTANCE + NEXT_AT, &older, sizeof older);
    while (!atomic_compare_exchange_weak(&mappings.newest, &older, mapping));
}

static bool
is_in_mapping(uintptr_t address)
{
    uint8_t *m = atomic_load(&mappings.newest);

    while (m && address - (uintptr_t)m >= 2 * (uintptr_t)DATA_DISTANCE)
        __builtin_memcpy(&m, m + DATA_DISTANCE + NEXT_AT, sizeof m);
    return m != NULL;
}

void *
RhAllocateThunksMapping(void)
{
    size_t bytes = 2 * (size_t)DATA_DISTANCE;
    uint8_t *mapping = pal_code_reserve(bytes, BLOCK_BYTES);
    size_t i;

    if (!mapping)
        return NULL;
    for (i = 0; i < BLOCKS; i++)
        block_write(mapping + i * BLOCK_BYTES, mapping + DATA_DISTANCE + i * BLOCK_BYTES);
    if (!pal_mem_protect(mapping, DATA_DISTANCE, PAL_ACCESS_EXEC)) {
        pal_code_release(mapping, bytes);
        return NULL;
    }
    mapping_publish(mapping);
    return mapping;
}

void *
RhGetCommonStubAddress(void)
{
    return (void *)(uintptr_t)RhCommonStub;
}

intptr_t
RhGetCurrentThunkContext(void)
{
    return (intptr_t)corert_thread.thunk_context;
}

/* Contexts are blocks of malloc, which the bounds nearly always tell from thunks. */
int32_t
RhIsThunkFree(const void *context)
{
    uintptr_t address = (uintptr_t)context;

    return !context || (address >= atomic_load_explicit(&mappings.low, memory_order_relaxed) &&
                        address < atomic_load_explicit(&mappings.high, memory_order_relaxed) &&
                        is_in_mapping(address));
}

void *
RhGetCurrentCallback(void)
{
    void *context = corert_thread.thunk_context;

    return RhIsThunkFree(context) ? NULL : context;
}
