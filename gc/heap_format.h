/* gc/heap_format.h - how the heap's address range is divided, and its side metadata.
 * One reservation holds blocks of 32 KiB, each of 256 lines of 128 bytes. Metadata lies beside the
 * blocks, never inside them, one array a kind, indexed by block number, so that an address gives
 * every fact about it by shifts alone.
 * In use now: block records. Declared for the collector, reserved but not committed: line marks,
 * object-start and mark bits, and the barrier's log bits. */
#ifndef GC_HEAP_FORMAT_H
#define GC_HEAP_FORMAT_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#define GC_BLOCK_SHIFT 15
#define GC_BLOCK_BYTES ((size_t)1 << GC_BLOCK_SHIFT)
#define GC_LINE_SHIFT  7
#define GC_LINE_BYTES  ((size_t)1 << GC_LINE_SHIFT)
#define GC_BLOCK_LINES (GC_BLOCK_BYTES / GC_LINE_BYTES)
#define GC_LOG_SHIFT   8 /* one log bit covers 256 bytes */
#define GC_LOG_BYTES   ((size_t)1 << GC_LOG_SHIFT)

/* From here on an object is not put into thread-local buffers. */
#define GC_MEDIUM_BYTES ((size_t)8 * 1024)
/* Blocks are committed in groups, so that growing costs few system calls. */
#define GC_COMMIT_BLOCKS ((size_t)32)

/* Metadata bytes per block, by kind. */
#define GC_META_LINE_BYTES  GC_BLOCK_LINES           /* one mark byte a line */
#define GC_META_START_BYTES (GC_BLOCK_BYTES / 8 / 8) /* one bit per 8 bytes: object starts */
#define GC_META_MARK_BYTES  (GC_BLOCK_BYTES / 8 / 8) /* one bit per 8 bytes: mark */
#define GC_META_LOG_BYTES   (GC_BLOCK_BYTES / GC_LOG_BYTES / 8)

static_assert(GC_BLOCK_LINES == 256, "a line number fits a byte");
static_assert(GC_META_START_BYTES == 512, "object-start bits of a block");
static_assert(GC_META_LOG_BYTES == 16, "log bits of a block are two words");
static_assert(GC_MEDIUM_BYTES < GC_BLOCK_BYTES, "a medium object fits a block");

enum gc_block_state {
    GC_BLOCK_UNUSED = 0, /* never handed out; may be uncommitted */
    GC_BLOCK_FREE,       /* committed, on the free list (the collector's) */
    GC_BLOCK_LOCAL,      /* small objects: a thread's allocation buffer, now or earlier */
    GC_BLOCK_SHARED,     /* medium objects, filled under the heap lock */
    GC_BLOCK_PINNED,     /* small and medium objects that must not move, under the heap lock */
    GC_BLOCK_LARGE,      /* first block of one large object */
    GC_BLOCK_LARGE_REST  /* further block of it */
};

struct gc_block {
    uint8_t state; /* enum gc_block_state */
    uint8_t spare[3];
    uint32_t run_blocks; /* LARGE: blocks of the run; LARGE_REST: distance to its first block */
};

static_assert(sizeof(struct gc_block) == 8, "block record");

#endif
