/* compiler/types/layout_priv.h - what layout.c and layout_place.c share. */
#ifndef COMPILER_TYPES_LAYOUT_PRIV_H
#define COMPILER_TYPES_LAYOUT_PRIV_H

#include "compiler/types/ty_priv.h"

enum { TY_WORD = 8 };

/* An instance field being placed. */
struct placed {
    uint32_t index; /* in def->fields */
    uint32_t size, align, offset;
    bool done;                     /* automatic layout: has its offset */
    bool is_ref;                   /* a reference or byref itself */
    const struct ty_layout *inner; /* value types */
    struct ty_type *type;
};

struct placing {
    struct ty_context *ctx;
    struct ty_type *type;
    struct placed *fields; /* arena */
    uint32_t count;
    uint32_t start; /* first free byte, from the value's or the object's start */
    uint32_t end;   /* gives: one past the last used byte */
    uint32_t align; /* gives */
    bool has_refs, overlaps;
};

static inline uint32_t
ty_align_up(uint32_t at, uint32_t align)
{
    return (at + align - 1) & ~(align - 1);
}

/* Fills p->fields with the instance fields p->type itself declares; false + failure. */
bool ty_fields_collect(struct placing *p);
/* Gives each field its offset from p->start on, by the type's kind of layout; false + failure. */
bool ty_fields_place(struct placing *p);
/* Always false: a TypeLoadException of that type. */
bool ty_layout_fail(struct ty_context *ctx, struct ty_type *t, const char *fact);

#endif
