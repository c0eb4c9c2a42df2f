/* gc/alloc.c - giving out objects.
 * Small objects come from the thread's buffer, a block at a time; medium and pinned ones from
 * shared blocks; large ones from runs of blocks of their own.
 * Invariant: an object's MT word is stored last, when its memory belongs to it. */
#include "gc/gc_priv.h"

static void *
object_at(uint8_t *header, const struct gc_mt *mt)
{
    struct gc_object *o = (struct gc_object *)(void *)(header + GC_OBJECT_HEADER_BYTES);

    o->mt = mt;
    return o;
}

/* What a detached thread left of its buffer, so that threads which come and go do not take a block
 * each. Lock held. */
static bool
spare_take(struct gc_shared *out, size_t bytes)
{
    size_t i;

    for (i = 0; i < GC_SPARE_BUFFERS; i++) {
        struct gc_shared *s = &gc_heap.spare[i];

        if (s->ptr && bytes <= (size_t)(s->limit - s->ptr)) {
            *out = *s;
            s->ptr = NULL;
            gc_heap.retired_bytes -= (size_t)(out->limit - out->ptr);
            return true;
        }
    }
    return false;
}

/* Instead of the smallest. Lock held. */
static void
spare_put(uint8_t *ptr, uint8_t *limit)
{
    struct gc_shared *least = &gc_heap.spare[0];
    size_t i;

    for (i = 0; i < GC_SPARE_BUFFERS; i++) {
        struct gc_shared *s = &gc_heap.spare[i];

        if (!s->ptr) {
            least = s;
            break;
        }
        if (s->limit - s->ptr < least->limit - least->ptr)
            least = s;
    }
    if (!least->ptr || limit - ptr > least->limit - least->ptr)
        *least = (struct gc_shared){ptr, limit};
}

/* Lock held. */
static bool
region_take(struct gc_shared *out, size_t bytes)
{
    if (spare_take(out, bytes))
        return true;
    out->ptr = gc_blocks_take(1, GC_BLOCK_LOCAL);
    if (!out->ptr)
        return false;
    out->limit = out->ptr + GC_BLOCK_BYTES;
    gc_heap.allocated_bytes += GC_BLOCK_BYTES;
    return true;
}

/* A spare region with room for `bytes`, or a fresh block, becomes the thread's buffer. */
static bool
buffer_refill(struct gc_buffer *b, uint64_t *taken, size_t bytes)
{
    size_t left = (size_t)(b->limit - b->ptr);
    struct gc_shared region;
    bool ok;

    pal_mutex_lock(&gc_heap.lock);
    ok = region_take(&region, bytes);
    if (ok)
        gc_heap.retired_bytes += left;
    else
        gc_heap.refused++;
    pal_mutex_unlock(&gc_heap.lock);
    if (!ok)
        return false;
    if (taken)
        *taken += (size_t)(region.limit - region.ptr) - left;
    b->ptr = region.ptr;
    b->limit = region.limit;
    return true;
}

static void *
alloc_small(struct gc_buffer *b, uint64_t *taken, const struct gc_mt *mt, size_t bytes)
{
    uint8_t *at;

    if (bytes > (size_t)(b->limit - b->ptr) && !buffer_refill(b, taken, bytes))
        return NULL;
    at = b->ptr;
    b->ptr += bytes;
    return object_at(at, mt);
}

/* Lock held. */
static uint8_t *
shared_take(struct gc_shared *s, size_t bytes, enum gc_block_state state)
{
    uint8_t *at;

    if (bytes > (size_t)(s->limit - s->ptr)) {
        uint8_t *block = gc_blocks_take(1, state);

        if (!block)
            return NULL;
        s->ptr = block;
        s->limit = block + GC_BLOCK_BYTES;
    }
    at = s->ptr;
    s->ptr += bytes;
    return at;
}

/* Medium, pinned and large objects. */
static void *
alloc_shared(uint64_t *taken, const struct gc_mt *mt, size_t bytes, bool pinned)
{
    uint8_t *at;

    pal_mutex_lock(&gc_heap.lock);
    if (bytes > GC_BLOCK_BYTES)
        at = gc_blocks_take((bytes - 1) / GC_BLOCK_BYTES + 1, GC_BLOCK_LARGE);
    else if (pinned)
        at = shared_take(&gc_heap.pinned, bytes, GC_BLOCK_PINNED);
    else
        at = shared_take(&gc_heap.medium, bytes, GC_BLOCK_SHARED);
    if (at)
        gc_heap.allocated_bytes += bytes;
    else
        gc_heap.refused++;
    pal_mutex_unlock(&gc_heap.lock);
    if (!at)
        return NULL;
    if (taken)
        *taken += bytes;
    return object_at(at, mt);
}

void *
gc_alloc(struct gc_buffer *buffer, uint64_t *taken, const struct gc_mt *mt, size_t bytes,
         uint32_t flags)
{
    void *o;

    if (!gc_heap.started || bytes > SIZE_MAX - GC_BLOCK_BYTES)
        return NULL;
    bytes = gc_align8(bytes);
    if (bytes < GC_OBJECT_MIN_BYTES)
        bytes = GC_OBJECT_MIN_BYTES;
    if (bytes >= GC_MEDIUM_BYTES || (flags & GC_ALLOC_PINNED))
        o = alloc_shared(taken, mt, bytes, (flags & GC_ALLOC_PINNED) != 0);
    else
        o = alloc_small(buffer, taken, mt, bytes);
    /* An object that cannot be registered is abandoned: nobody has seen it. */
    if (o && (flags & GC_ALLOC_FINALIZE) && !gc_finalize_register(o))
        return NULL;
    return o;
}

void
gc_buffer_retire(struct gc_buffer *buffer)
{
    if (gc_heap.started && buffer->ptr) {
        pal_mutex_lock(&gc_heap.lock);
        gc_heap.retired_bytes += (uint64_t)(buffer->limit - buffer->ptr);
        spare_put(buffer->ptr, buffer->limit);
        pal_mutex_unlock(&gc_heap.lock);
    }
    buffer->ptr = NULL;
    buffer->limit = NULL;
}
