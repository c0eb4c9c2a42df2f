/* gc/heap_format.h - how the heap's address range is divided, and its side metadata.
 * One reservation holds blocks of 32 KiB, each of 256 lines of 128 bytes. Metadata lies beside the
 * blocks, never inside them, one array a kind, indexed by block number, so that an address gives
 * every fact about it by shifts alone.
 * Objects: the mark bits of one collection are the object-start bits of the time after it, so two
 * bit tables change places; objects made since are found by walking the lines handed out.
 * The barrier's log (gc/logged.c) is apart. */
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
#define GC_LOG_SHIFT   6 /* one log byte covers 64 bytes */
#define GC_LOG_BYTES   ((size_t)1 << GC_LOG_SHIFT)

/* From here on an object is not put into thread-local buffers. */
#define GC_MEDIUM_BYTES ((size_t)8 * 1024)
/* Objects above it have blocks of their own. */
#define GC_LARGE_BYTES ((size_t)16 * 1024)
/* Blocks are committed in groups, so that growing costs few system calls. */
#define GC_COMMIT_BLOCKS ((size_t)32)

/* Metadata bytes per block, by kind. */
#define GC_META_LINE_BYTES  GC_BLOCK_LINES           /* one byte a line: GC_LINE_* */
#define GC_META_START_BYTES (GC_BLOCK_BYTES / 8 / 8) /* one bit per 8 bytes: object starts */
#define GC_META_MARK_BYTES  GC_META_START_BYTES      /* the same for marks */
#define GC_META_LOG_BYTES   (GC_BLOCK_BYTES / GC_LOG_BYTES)  /* in a cycle */

static_assert(GC_BLOCK_LINES == 256, "a line number fits a byte");
static_assert(GC_META_START_BYTES == 512, "object-start bits of a block");
static_assert(GC_META_LOG_BYTES == 512, "log bytes of a block");
static_assert(GC_MEDIUM_BYTES < GC_LARGE_BYTES && GC_LARGE_BYTES < GC_BLOCK_BYTES,
              "a medium object fits a block");

enum gc_block_state {
    GC_BLOCK_UNUSED = 0, /* never handed out; may be uncommitted */
    GC_BLOCK_FREE,       /* committed, in the map of free blocks; lines and bits are zero */
    GC_BLOCK_LOCAL,      /* small objects: a thread's allocation buffer, now or earlier */
    GC_BLOCK_SHARED,     /* medium objects, filled under the heap lock */
    GC_BLOCK_PINNED,     /* small and medium objects that must not move, under the heap lock */
    GC_BLOCK_LARGE,      /* first block of one large object */
    GC_BLOCK_LARGE_REST  /* further block of it */
};

enum gc_block_flag {
    GC_BLOCK_ZERO = 0x01,      /* free, fresh or not begun: reads as zeros, no memory behind it */
    GC_BLOCK_HOLES = 0x02,     /* handed out again with live lines in it */
    GC_BLOCK_HELD = 0x04,      /* an interrupted thread allocates here: fresh lines stay */
    GC_BLOCK_CANDIDATE = 0x08, /* this collection moves objects out of it */
    GC_BLOCK_RESCAN = 0x10,    /* the mark stack was full: look at its marked objects again */
    GC_BLOCK_OWNER = 0xE0      /* not a flag: group of processors that had it last */
};

#define GC_BLOCK_OWNER_SHIFT 5
#define GC_BLOCK_OWNERS      8u

/* A free block that a thread gets is opened step by step: what is zeroed is used while it is in the
 * first cache, and a step's objects are found without a look at the ones before it. */
#define GC_OPEN_BYTES ((size_t)4 * 1024)
#define GC_OPEN_STEPS (GC_BLOCK_BYTES / GC_OPEN_BYTES)

enum { GC_STEP_UNKNOWN = 0xFF };

struct gc_block {
    uint8_t state;       /* enum gc_block_state */
    uint8_t flags;       /* enum gc_block_flag, and the owner's number */
    uint16_t used_lines; /* after the last collection; all of them since it was handed out */
    union {
        uint32_t run_blocks; /* LARGE: blocks of the run; LARGE_REST: distance to its first block */
        struct {             /* small and medium objects */
            uint8_t live;    /* not 0: this collection marked objects in it */
            uint8_t starts;  /* not 0: object-start bits may be set */
            uint8_t opened;  /* not 0: it was free, and so many steps from its start are one run of
                                new objects; the line bytes, all 0, do not count */
            uint8_t chain;   /* so many blocks behind it, not begun, belong to the same thread */
        };
    };
    /* While `opened` is not 0. */
    uint8_t walked;                   /* bit i: the start bits of step i's objects are set */
    uint8_t first[GC_OPEN_STEPS - 1]; /* step i + 1: an object's header lies so many times 8 bytes
                                         before its beginning; or GC_STEP_UNKNOWN */
};

static_assert(sizeof(struct gc_block) == 16, "block record");
static_assert(GC_OPEN_STEPS <= 8, "a bit a step");

/* A line byte; 0: the line is free. A run of lines handed out since the last collection begins with
 * FRESH | START; objects lie in it one after the other, up to a zero MT word. */
enum gc_line_bit {
    GC_LINE_LIVE = 1,  /* holds a part of an object that was marked; in every other collection.. */
    GC_LINE_FRESH = 2, /* handed out since */
    GC_LINE_START = 4, /* first of its run */
    GC_LINE_WALKED = 8, /* START only: the start bits of the run's objects are set */
    GC_LINE_LIVE_TOO = 16 /* ..and this one in those between */
};

/* A log byte; 0: no reference was stored there since the collector looked. */
enum { GC_LOG_STORED = 1 };

#endif
