/* gc/verify.c - walks the whole heap and checks what must hold between collections.
 * Objects do not overlap, lie in lines that are in use and have plausible MTs; every slot is NULL,
 * foreign or names the start of an object. World stopped; allocates nothing. */
#include "gc/gc_priv.h"

#include <stdarg.h>
#include <stdio.h>

struct walk {
    char *text;
    size_t size;
    bool bad;
    size_t block;
    uintptr_t last_end;        /* of the object before, its header counted to the next */
    const struct gc_object *o; /* whose slots are looked at; NULL: a finalization list */
};

static __attribute__((format(printf, 2, 3))) void
fault(struct walk *w, const char *format, ...)
{
    va_list args;

    if (w->bad)
        return;
    w->bad = true;
    va_start(args, format);
    vsnprintf(w->text, w->size, format, args);
    va_end(args);
}

static bool
is_object(const void *reference)
{
    size_t offset = gc_offset(reference), block = offset >> GC_BLOCK_SHIFT;
    const struct gc_block *b = &gc_heap.block[block];

    if ((offset & 7) || block >= gc_heap.fresh)
        return false;
    if (b->state == GC_BLOCK_LARGE)
        return (offset & (GC_BLOCK_BYTES - 1)) == GC_OBJECT_HEADER_BYTES;
    return gc_block_is_small(b) && gc_bit_get(gc_heap.start, offset >> 3);
}

static void
check_slot(void *context, void **slot)
{
    struct walk *w = context;
    const void *value = *slot;

    if (!value || gc_offset(value) >= gc_heap.span_bytes || is_object(value))
        return;
    if (w->o)
        fault(w, "object %p, type %p: the slot at offset %td holds %p, where no object begins",
              (const void *)w->o, (const void *)w->o->mt, (const char *)slot - (const char *)w->o,
              value);
    else
        fault(w, "a finalization list holds %p, where no object begins", value);
}

static bool
lines_in_use(size_t header, size_t bytes)
{
    size_t line = header >> GC_LINE_SHIFT, last = (header + bytes - 1) >> GC_LINE_SHIFT;
    const struct gc_block *b = &gc_heap.block[header >> GC_BLOCK_SHIFT];

    if (b->opened)
        return (last & (GC_BLOCK_LINES - 1)) < gc_block_opened_lines(b);
    for (; line <= last; line++) {
        if (!gc_heap.line[line])
            return false;
    }
    return true;
}

static bool
is_plausible_type(const struct gc_mt *mt)
{
    if (!mt || ((uintptr_t)mt & 7))
        return false;
    return !gc_heap.world || !gc_heap.world->is_method_table || gc_heap.world->is_method_table(mt);
}

static bool
check_place(struct walk *w, const struct gc_object *o)
{
    size_t header = gc_offset(o) - GC_OBJECT_HEADER_BYTES, bytes;
    bool large = gc_heap.block[w->block].state == GC_BLOCK_LARGE;
    size_t room = (large ? gc_heap.block[w->block].run_blocks : 1) * GC_BLOCK_BYTES;

    if (!is_plausible_type(o->mt)) {
        fault(w, "object %p: its type word %p is no MethodTable", (const void *)o,
              (const void *)o->mt);
        return false;
    }
    bytes = gc_heap_bytes(o);
    if (header < w->last_end || bytes > room - (header & (GC_BLOCK_BYTES - 1))) {
        fault(w, "object %p, type %p, %zu bytes: overlaps its neighbour or leaves its block",
              (const void *)o, (const void *)o->mt, bytes);
        return false;
    }
    if (!large && !lines_in_use(header, bytes)) {
        fault(w, "object %p, type %p, %zu bytes: lies in free lines", (const void *)o,
              (const void *)o->mt, bytes);
        return false;
    }
    w->last_end = header + bytes;
    return true;
}

static void
check_block(struct walk *w)
{
    size_t bit = w->block << (GC_BLOCK_SHIFT - 3), end = (w->block + 1) << (GC_BLOCK_SHIFT - 3);
    const struct gc_block *b = &gc_heap.block[w->block];

    w->last_end = w->block << GC_BLOCK_SHIFT;
    if (b->state == GC_BLOCK_LARGE) {
        w->o = (struct gc_object *)(void *)(gc_block_at(w->block) + GC_OBJECT_HEADER_BYTES);
        if (w->o->mt && check_place(w, w->o))
            gc_find_each_slot((struct gc_object *)(uintptr_t)w->o, check_slot, w);
        return;
    }
    for (; !w->bad && (bit = gc_bits_next_set(gc_heap.start, bit, end)) < end; bit++) {
        w->o = (struct gc_object *)(void *)(gc_heap.base + (bit << 3));
        if (!gc_block_is_small(b))
            fault(w, "block %zu is free but has an object at %p", w->block, (const void *)w->o);
        else if (check_place(w, w->o))
            gc_find_each_slot((struct gc_object *)(uintptr_t)w->o, check_slot, w);
    }
}

/* Objects outside of blocks that are emptied: in those, old addresses are gone. */
static void
check_marked_slot(void *context, void **slot)
{
    struct walk *w = context;
    const void *value = *slot;

    if (value && gc_offset(value) < gc_heap.span_bytes && !gc_is_marked(value))
        fault(w, "object %p, type %p, is marked: the slot at offset %td holds %p, which is not",
              (const void *)w->o, (const void *)w->o->mt, (const char *)slot - (const char *)w->o,
              value);
}

bool
gc_verify_marks(char *text, size_t size)
{
    struct walk w = {.text = text, .size = size};
    size_t bits = gc_heap.fresh << (GC_BLOCK_SHIFT - 3), bit = 0;

    for (; !w.bad && (bit = gc_bits_next_set(gc_heap.mark, bit, bits)) < bits; bit++) {
        w.o = (struct gc_object *)(void *)(gc_heap.base + (bit << 3));
        gc_find_each_slot((struct gc_object *)(uintptr_t)w.o, check_marked_slot, &w);
    }
    return !w.bad;
}

bool
gc_verify(char *text, size_t size)
{
    struct walk w = {.text = text, .size = size};

    for (w.block = 0; w.block < gc_heap.fresh; w.block++) {
        if (gc_block_is_small(&gc_heap.block[w.block]))
            gc_find_walk_block(w.block);
    }
    for (w.block = 0; w.block < gc_heap.fresh && !w.bad; w.block++)
        check_block(&w);
    w.o = NULL;
    if (!w.bad)
        gc_finalize_each(check_slot, &w);
    return !w.bad;
}
