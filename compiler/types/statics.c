/* compiler/types/statics.c - where static fields lie (contract/compiler.md 4).
 * Each exact type has up to three areas: references and structs that hold them (an object on the
 * heap), all other fields (plain memory), and thread statics of both sorts (an object a thread). */
#include "compiler/types/ty_priv.h"

enum { WORD = 8 };

struct area {
    uint32_t bytes, align;
    uint32_t *refs; /* arena */
    uint32_t ref_count;
};

enum ty_static_kind
ty_field_static_kind(struct ty_context *ctx, struct ty_field *f)
{
    const struct ty_layout *l;

    if (f->def->is_literal)
        return TY_STATIC_LITERAL;
    if (f->def->has_rva)
        return TY_STATIC_RVA;
    if (f->def->is_thread_static)
        return TY_STATIC_THREAD;
    if (ty_is_ref(f->type))
        return TY_STATIC_GC;
    l = ty_layout_of(ctx, f->type);
    return l && l->has_refs ? TY_STATIC_GC : TY_STATIC_NONGC;
}

static bool
area_add(struct ty_context *ctx, struct area *a, struct ty_field *f, uint32_t cap, uint32_t *offset)
{
    const struct ty_layout *l = ty_layout_of(ctx, f->type);
    uint32_t align, refs, i, *grown;

    if (!l)
        return false;
    align = l->align < cap ? l->align : cap;
    if (align > a->align)
        a->align = align;
    a->bytes = (a->bytes + align - 1) & ~(align - 1);
    *offset = a->bytes;
    if (l->size > TY_INSTANCE_MAX - a->bytes) {
        ty_fail(ctx, TY_FAIL_TYPE_LOAD, "%s: its static fields are too large",
                ty_name(ctx, f->owner));
        return false;
    }
    a->bytes += l->size;
    refs = ty_is_ref(f->type) ? 1 : l->ref_count;
    if (!refs)
        return true;
    grown = arena_array(ctx->arena, a->ref_count + refs, sizeof *grown);
    if (a->ref_count)
        memcpy(grown, a->refs, a->ref_count * sizeof *grown);
    for (i = 0; i < refs; i++)
        grown[a->ref_count + i] = *offset + (ty_is_ref(f->type) ? 0 : l->ref_offsets[i]);
    a->refs = grown;
    a->ref_count += refs;
    return true;
}

/* References first: objects then have few runs of them. Within a class, metadata order. */
static unsigned
rank_of(struct ty_context *ctx, struct ty_field *f)
{
    const struct ty_layout *l;

    if (ty_is_ref(f->type))
        return 0;
    l = ty_layout_of(ctx, f->type);
    if (!l)
        return 0;
    return l->align >= 16 ? 1 : l->align >= 8 ? 2 : l->align >= 4 ? 3 : l->align >= 2 ? 4 : 5;
}

struct statics {
    struct ty_context *ctx;
    struct ty_type *type;
    struct area gc, nongc, thread;
    struct ty_layout *out;
};

static bool
field_add(struct statics *s, struct ty_field *f, uint32_t index)
{
    uint32_t *offset = &s->out->field_offsets[index];

    switch (ty_field_static_kind(s->ctx, f)) {
    case TY_STATIC_GC:
        return area_add(s->ctx, &s->gc, f, WORD, offset);
    case TY_STATIC_NONGC:
        return area_add(s->ctx, &s->nongc, f, 64, offset);
    case TY_STATIC_THREAD:
        return area_add(s->ctx, &s->thread, f, WORD, offset);
    case TY_STATIC_RVA:
    case TY_STATIC_LITERAL:
        break;
    }
    return true;
}

static bool
fields_add(struct statics *s)
{
    struct ty_def *def = s->type->def;
    unsigned rank;
    uint32_t i;

    for (rank = 0; rank < 6; rank++) {
        for (i = 0; i < def->field_count; i++) {
            struct ty_field *f;

            if (!def->fields[i]->is_static || def->fields[i]->is_literal || def->fields[i]->has_rva)
                continue;
            f = ty_field_on(s->ctx, s->type, def->fields[i]);
            if (!f)
                return false;
            if (rank_of(s->ctx, f) == rank && !field_add(s, f, i))
                return false;
        }
    }
    return true;
}

/* Adds the statics to the layout of `t`; a type whose instances have no layout (a static class is
 * fine) gives NULL. */
const struct ty_layout *
ty_statics_of(struct ty_context *ctx, struct ty_type *t)
{
    struct statics s = {.ctx = ctx, .type = t};
    struct ty_layout *l;

    if (!ty_layout_of(ctx, t))
        return NULL;
    l = t->layout;
    if (l->statics_done)
        return l;
    if (t->form != TY_FORM_DEF) {
        l->statics_done = true;
        return l;
    }
    if (!l->field_offsets)
        l->field_offsets = arena_array(ctx->arena, t->def->field_count, sizeof *l->field_offsets);
    s.out = l;
    s.nongc.align = 1;
    if (!fields_add(&s))
        return NULL;
    l->gc_static_bytes = s.gc.bytes;
    l->gc_static_refs = s.gc.refs;
    l->gc_static_ref_count = s.gc.ref_count;
    l->nongc_static_bytes = s.nongc.bytes;
    l->nongc_static_align = s.nongc.align;
    l->thread_static_bytes = s.thread.bytes;
    l->thread_static_refs = s.thread.refs;
    l->thread_static_ref_count = s.thread.ref_count;
    l->statics_done = true;
    return l;
}

uint32_t
ty_field_offset(struct ty_context *ctx, struct ty_field *f)
{
    const struct ty_layout *l =
        f->def->is_static ? ty_statics_of(ctx, f->owner) : ty_layout_of(ctx, f->owner);
    uint32_t index = f->def->row - f->def->owner->fields[0]->row;

    return l && l->field_offsets ? l->field_offsets[index] : 0;
}
