/* compiler/types/layout_place.c - gives instance fields their offsets.
 * Automatic layout puts references first, then the rest by falling alignment and size; what the
 * base class left free below the next word is filled with small fields before that. */
#include "compiler/types/layout_priv.h"

#include <stdlib.h>

bool
ty_layout_fail(struct ty_context *ctx, struct ty_type *t, const char *fact)
{
    ty_fail(ctx, TY_FAIL_TYPE_LOAD, "%s: %s", ty_name(ctx, t), fact);
    return false;
}

/* ---- collecting ---- */

static bool
field_measure(struct placing *p, struct placed *f)
{
    struct ty_type *t = f->type;
    const struct ty_layout *l;

    if (ty_is_ref(t) || t->form == TY_FORM_BYREF) {
        f->is_ref = true;
        f->size = f->align = TY_WORD;
        p->has_refs = true;
        if (t->form == TY_FORM_BYREF && !p->type->def->is_byref_like)
            return ty_layout_fail(p->ctx, p->type, "a ref field outside a ref struct");
        return true;
    }
    l = ty_layout_of(p->ctx, t);
    if (!l)
        return false;
    f->size = l->size;
    f->align = l->align;
    if (t->is_value_type)
        f->inner = l;
    p->has_refs |= t->is_value_type && l->has_refs;
    return true;
}

bool
ty_fields_collect(struct placing *p)
{
    struct ty_def *def = p->type->def;
    struct ty_env env = ty_env_of_type(p->type);
    uint32_t i;

    p->fields = arena_array(p->ctx->arena, def->field_count, sizeof *p->fields);
    for (i = 0; i < def->field_count; i++) {
        struct placed *f = &p->fields[p->count];

        if (def->fields[i]->is_static)
            continue;
        f->index = i;
        f->type = ty_field_def_type(p->ctx, def->fields[i]);
        if (f->type)
            f->type = ty_subst(p->ctx, f->type, &env);
        if (!f->type || !field_measure(p, f))
            return false;
        p->count++;
    }
    return true;
}

/* ---- placing ---- */

static bool
put(struct placing *p, struct placed *f, uint64_t offset, uint32_t align)
{
    uint64_t end = offset + f->size;

    if (end > TY_INSTANCE_MAX)
        return ty_layout_fail(p->ctx, p->type, "too large");
    f->offset = (uint32_t)offset;
    if (end > p->end)
        p->end = (uint32_t)end;
    if (align > p->align)
        p->align = align;
    return true;
}

static int
by_rank(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    uint32_t xa = x->is_ref ? UINT32_MAX : x->align, ya = y->is_ref ? UINT32_MAX : y->align;

    /* Types with references come before others of their alignment: fewer series to scan. */
    if (xa != ya)
        return xa > ya ? -1 : 1;
    if (x->size != y->size)
        return x->size > y->size ? -1 : 1;
    return x->index < y->index ? -1 : 1;
}

/* The largest field that fits at `at` without passing `limit`; NULL if none. */
static struct placed *
small_field(struct placing *p, uint32_t at, uint32_t limit)
{
    uint32_t i;

    for (i = 0; i < p->count; i++) {
        struct placed *f = &p->fields[i];

        if (!f->done && at % f->align == 0 && f->size <= limit - at)
            return f;
    }
    return NULL;
}

/* Uses the bytes between the base's last field and the first word that may hold a reference. */
static bool
fill_gap(struct placing *p)
{
    uint32_t limit = ty_align_up(p->start, TY_WORD), at = p->start;

    if (p->count == 0 || p->fields[0].align < TY_WORD)
        return true; /* small fields only: the usual order leaves no gap */
    while (at < limit) {
        struct placed *f = small_field(p, at, limit);

        if (f && !put(p, f, at, f->align))
            return false;
        if (f)
            f->done = true;
        at += f ? f->size : 1;
    }
    return true;
}

static bool
place_auto(struct placing *p)
{
    uint32_t cap = p->type->is_value_type ? UINT32_MAX : TY_WORD; /* objects are 8-aligned only */
    uint32_t at = p->start, i;

    if (p->count)
        qsort(p->fields, p->count, sizeof *p->fields, by_rank);
    if (!fill_gap(p))
        return false;
    for (i = 0; i < p->count; i++) {
        struct placed *f = &p->fields[i];
        uint32_t align = f->align < cap ? f->align : cap;

        if (f->done)
            continue;
        at = ty_align_up(at, align);
        if (!put(p, f, at, align))
            return false;
        at = p->end;
    }
    return true;
}

static bool
place_sequential(struct placing *p)
{
    uint32_t pack = p->type->def->pack, at = p->start, i;

    for (i = 0; i < p->count; i++) {
        struct placed *f = &p->fields[i];
        uint32_t align = pack && pack < f->align ? pack : f->align;

        at = ty_align_up(at, align);
        if (!put(p, f, at, align))
            return false;
        at = p->end;
    }
    return true;
}

static bool
misplaced(struct placing *p, const struct placed *f, const char *fact)
{
    ty_layout_fail(p->ctx, p->type, fact);
    ty_say_type(p->ctx, p->type->def,
                arena_printf(p->ctx->arena,
                             "it contains an object field at offset %u that is incorrectly aligned or overlapped by a non-object field",
                             (unsigned)(f->offset - p->start)));
    return false;
}

/* References may overlap references only, and lie at word boundaries. */
static bool
explicit_check(struct placing *p)
{
    enum { FREE, PLAIN, REF, REF_PART };
    uint32_t size = p->end - p->start, i, j, k;
    uint8_t *use;

    if (size > TY_INLINE_ARRAY_MAX)
        return p->has_refs ? ty_layout_fail(p->ctx, p->type, "too large for explicit layout")
                           : true;
    use = arena_alloc(p->ctx->arena, size + 1);
    for (i = 0; i < p->count; i++) {
        const struct placed *f = &p->fields[i];
        uint32_t at = f->offset - p->start, refs = f->inner ? f->inner->ref_count : f->is_ref;

        for (j = 0; j < f->size; j++) {
            uint8_t kind = f->is_ref ? (j ? REF_PART : REF) : PLAIN;

            for (k = 0; !f->is_ref && k < refs; k++)
                if (j >= f->inner->ref_offsets[k] && j < f->inner->ref_offsets[k] + TY_WORD)
                    kind = j == f->inner->ref_offsets[k] ? REF : REF_PART;
            if (use[at + j] != FREE)
                p->overlaps = true;
            if (use[at + j] != FREE && use[at + j] != kind)
                return misplaced(p, f, "a reference overlaps another field");
            if (kind == REF && (f->offset + j) % TY_WORD)
                return misplaced(p, f, "a reference at an odd offset");
            use[at + j] = kind;
        }
    }
    return true;
}

static bool
place_explicit(struct placing *p)
{
    const struct ty_def *def = p->type->def;
    const struct md_image *img = def->assembly->image;
    uint32_t i;

    for (i = 0; i < p->count; i++) {
        struct placed *f = &p->fields[i];
        uint32_t row = def->fields[f->index]->row;
        uint32_t found = md_find_row(img, MD_FIELDLAYOUT, MD_FIELDLAYOUT_FIELD, row);
        uint32_t align = def->pack && def->pack < f->align ? def->pack : f->align;

        if (!found)
            return ty_layout_fail(p->ctx, p->type, "a field without an offset in explicit layout");
        if (!put(p, f,
                 (uint64_t)p->start + md_cell(img, MD_FIELDLAYOUT, found, MD_FIELDLAYOUT_OFFSET),
                 align))
            return false;
    }
    return explicit_check(p);
}

bool
ty_fields_place(struct placing *p)
{
    const struct ty_def *def = p->type->def;

    p->end = p->start;
    p->align = 1;
    if (def->pack & (def->pack - 1))
        return ty_layout_fail(p->ctx, p->type, "packing that is no power of two");
    if (def->is_explicit_layout && p->count)
        return place_explicit(p);
    /* hasValue is at 0 and value behind it, whatever T is */
    if (def->is_sequential_layout && (!p->has_refs || p->type->element == TY_EL_NULLABLE))
        return place_sequential(p);
    return place_auto(p);
}
