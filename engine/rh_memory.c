/* engine/rh_memory.c - reference stores, exchanges and bulk copies of managed memory.
 * All stores of references that are not inlined go through here. They write the log's byte behind it
 * (struct thread_block), as compiled code does (pass_barrier.c), and are release stores: another thread
 * that reads the reference sees the object's contents. */
#include "engine/rh.h"
#include "engine/thr.h"
#include "gc/heap_format.h"

#include <stdatomic.h>
#include <string.h>

static inline void
log_store(const void *slot)
{
    const struct thread_block *tb = &corert_thread;

    __atomic_store_n(&tb->log[(uintptr_t)slot >> GC_LOG_SHIFT & tb->log_mask], GC_LOG_STORED,
                     __ATOMIC_RELEASE);
}

static void
log_stores(const void *from, size_t bytes)
{
    uintptr_t at = (uintptr_t)from & ~(uintptr_t)(GC_LOG_BYTES - 1), end = (uintptr_t)from + bytes;

    if (corert_thread.log_mask == 0)
        return;
    for (; at < end; at += GC_LOG_BYTES)
        log_store((const void *)at);
}

void
RhpAssignRef(void **slot, void *value)
{
    __atomic_store_n(slot, value, __ATOMIC_RELEASE);
    log_store(slot);
}

void
RhpCheckedAssignRef(void **slot, void *value)
{
    __atomic_store_n(slot, value, __ATOMIC_RELEASE);
    log_store(slot);
}

void *
RhpCheckedLockCmpXchg(void **slot, void *value, void *comparand)
{
    __atomic_compare_exchange_n(slot, &comparand, value, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    log_store(slot);
    return comparand;
}

void *
RhpCheckedXchg(void **slot, void *value)
{
    void *old = __atomic_exchange_n(slot, value, __ATOMIC_SEQ_CST);

    log_store(slot);
    return old;
}

int32_t
RhpLockCmpXchg32(int32_t *slot, int32_t value, int32_t comparand)
{
    __atomic_compare_exchange_n(slot, &comparand, value, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    return comparand;
}

int64_t
RhpLockCmpXchg64(int64_t *slot, int64_t value, int64_t comparand)
{
    __atomic_compare_exchange_n(slot, &comparand, value, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    return comparand;
}

/* Word by word, so that no other thread and no stopped-world scan ever sees half a reference. */
static void
words_forward(uint64_t *to, const uint64_t *from, size_t words)
{
    size_t i;

    for (i = 0; i < words; i++)
        __atomic_store_n(&to[i], __atomic_load_n(&from[i], __ATOMIC_RELAXED), __ATOMIC_RELAXED);
}

static void
words_backward(uint64_t *to, const uint64_t *from, size_t words)
{
    while (words-- > 0)
        __atomic_store_n(&to[words], __atomic_load_n(&from[words], __ATOMIC_RELAXED),
                         __ATOMIC_RELAXED);
}

void
RhBulkMoveWithWriteBarrier(void *to, const void *from, size_t bytes)
{
    uintptr_t distance = (uintptr_t)to - (uintptr_t)from;

    /* Ranges with references are word aligned; anything else holds none. */
    if (((uintptr_t)to | (uintptr_t)from | bytes) & 7u) {
        memmove(to, from, bytes);
        return;
    }
    atomic_thread_fence(memory_order_release);
    if (distance < bytes)
        words_backward(to, from, bytes / 8);
    else
        words_forward(to, from, bytes / 8);
    log_stores(to, bytes);
}

void *
RhpGcSafeZeroMemory(void *at, size_t bytes)
{
    uint8_t *p = at;

    while (bytes && ((uintptr_t)p & 7u)) {
        *p++ = 0;
        bytes--;
    }
    for (; bytes >= 8; bytes -= 8, p += 8)
        __atomic_store_n((uint64_t *)(void *)p, 0, __ATOMIC_RELAXED);
    while (bytes--)
        *p++ = 0;
    return at;
}

bool
RhCompareObjectContentsAndPadding(const void *a, const void *b)
{
    const struct gc_mt *mt = ((const struct gc_object *)a)->mt;
    uint32_t padding =
        (gc_mt_ext_flags(mt) & GC_MT_EXT_VALUE_PADDING_MASK) >> GC_MT_EXT_VALUE_PADDING_SHIFT;
    size_t bytes = mt->base_size - GC_OBJECT_HEADER_BYTES - GC_OBJECT_DATA_OFFSET - padding;

    return memcmp((const char *)a + GC_OBJECT_DATA_OFFSET, (const char *)b + GC_OBJECT_DATA_OFFSET,
                  bytes) == 0;
}

int32_t
RhGetGCDescSize(const struct gc_mt *mt)
{
    return (int32_t)gc_mt_desc_bytes(mt);
}
