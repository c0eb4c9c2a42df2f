/* compiler/types/layout.c - where instance fields lie (contract/compiler.md 2.2).
 * A class's fields follow its base's. Automatic layout puts references first, then the rest by
 * falling size. Sequential layout is kept for types without references, explicit always. A
 * canonical form and the exact types that share it get the same layout, because it depends on
 * nothing but which fields are references and on the sizes of the others. */
#include "compiler/types/layout_priv.h"

#include <stdlib.h>

static const uint8_t primitive_size[] = {
    [TY_EL_VOID] = 1, [TY_EL_BOOL] = 1, [TY_EL_CHAR] = 2, [TY_EL_I1] = 1, [TY_EL_U1] = 1,
    [TY_EL_I2] = 2,   [TY_EL_U2] = 2,   [TY_EL_I4] = 4,   [TY_EL_U4] = 4, [TY_EL_I8] = 8,
    [TY_EL_U8] = 8,   [TY_EL_I] = 8,    [TY_EL_U] = 8,    [TY_EL_R4] = 4, [TY_EL_R8] = 8,
};

/* ---- from places to a layout ---- */

/* Appends the reference offsets of the placed fields; offsets rise when the fields are sorted. */
static void
refs_append(struct placing *p, struct ty_layout *l, uint32_t *capacity)
{
    uint32_t i, k;

    for (i = 0; i < p->count; i++) {
        const struct placed *f = &p->fields[i];
        uint32_t refs = f->is_ref ? 1 : f->inner ? f->inner->ref_count : 0;

        for (k = 0; k < refs; k++) {
            CC_ASSERT(l->ref_count < *capacity);
            l->ref_offsets[l->ref_count++] = f->offset + (f->is_ref ? 0 : f->inner->ref_offsets[k]);
        }
    }
}

static int
by_value(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

static void
refs_sort(struct ty_layout *l)
{
    uint32_t i, kept = 0;

    if (l->ref_count)
        qsort(l->ref_offsets, l->ref_count, sizeof *l->ref_offsets, by_value);
    for (i = 0; i < l->ref_count; i++) /* explicit layout may overlap references */
        if (i == 0 || l->ref_offsets[i] != l->ref_offsets[kept - 1])
            l->ref_offsets[kept++] = l->ref_offsets[i];
    l->ref_count = kept;
}

static void
refs_fill(struct placing *p, struct ty_layout *l, const struct ty_layout *base, uint32_t repeat,
          uint32_t stride)
{
    uint32_t capacity = base ? base->ref_count : 0, own = 0, i, k;

    for (i = 0; i < p->count; i++)
        own += p->fields[i].is_ref ? 1 : p->fields[i].inner ? p->fields[i].inner->ref_count : 0;
    capacity += own * repeat;
    l->ref_offsets = arena_array(p->ctx->arena, capacity, sizeof *l->ref_offsets);
    if (base && base->ref_count) {
        memcpy(l->ref_offsets, base->ref_offsets, base->ref_count * sizeof *l->ref_offsets);
        l->ref_count = base->ref_count;
    }
    refs_append(p, l, &capacity);
    for (i = 1; i < repeat; i++)
        for (k = 0; k < own; k++)
            l->ref_offsets[l->ref_count++] = l->ref_offsets[k] + i * stride;
    refs_sort(l);
    l->has_refs = l->ref_count != 0;
}

static void
offsets_fill(struct placing *p, struct ty_layout *l)
{
    uint32_t i;

    l->field_offsets =
        arena_array(p->ctx->arena, p->type->def->field_count, sizeof *l->field_offsets);
    for (i = 0; i < p->count; i++)
        l->field_offsets[p->fields[i].index] = p->fields[i].offset;
}

static bool
overrides_equals(struct ty_context *ctx, const struct ty_def *def)
{
    uint32_t i;

    for (i = 0; i < def->method_count; i++) {
        struct ty_method_def *m = def->methods[i];
        struct ty_sig *sig;

        if (!m->is_virtual || m->is_newslot || m->is_static || strcmp(m->name, "Equals") != 0)
            continue;
        sig = ty_method_def_sig(ctx, m);
        if (!sig || (sig->param_count == 1 && sig->params[0] == ctx->t_object))
            return true;
    }
    return false;
}

static bool
field_bitwise(struct ty_context *ctx, const struct placed *f)
{
    const struct ty_type *t = f->type;

    if (f->is_ref || t->element == TY_EL_R4 || t->element == TY_EL_R8)
        return false;
    if (!f->inner || t->element < TY_EL_VALUETYPE)
        return true;
    return f->inner->bitwise_comparable && !overrides_equals(ctx, t->def);
}

static bool
field_blittable(const struct placed *f)
{
    if (f->is_ref || f->type->element == TY_EL_BOOL || f->type->element == TY_EL_CHAR)
        return false;
    return !f->inner || f->inner->is_blittable;
}

/* What all fields must be for the whole to be compared or passed bit by bit. */
static void
flags_fill(struct placing *p, struct ty_layout *l)
{
    const struct ty_def *def = p->type->def;
    uint32_t i, used = 0;
    bool bitwise = !p->overlaps && !def->is_inline_array && p->count;
    bool blittable = def->is_sequential_layout || def->is_explicit_layout || def->is_enum;

    for (i = 0; i < p->count; i++) {
        used += p->fields[i].size;
        bitwise = bitwise && field_bitwise(p->ctx, &p->fields[i]);
        blittable = blittable && field_blittable(&p->fields[i]);
    }
    l->bitwise_comparable = bitwise && used == l->size;
    l->is_blittable = blittable;
}

/* ---- structs ---- */

/* Alignment of the types that hardware treats as one wide value. */
static uint32_t
wide_align(const struct ty_def *def)
{
    switch (def->well_known) {
    case WK_VECTOR512_OF_T:
        return 64;
    case WK_VECTOR256_OF_T:
        return 32;
    case WK_INT128:
    case WK_UINT128:
    case WK_VECTOR128_OF_T:
    case WK_VECTOR_OF_T:
        return 16;
    default:
        return 1;
    }
}

static bool
inline_array_check(struct placing *p)
{
    const struct ty_def *def = p->type->def;

    if (p->count != 1 || def->is_explicit_layout || def->inline_array_length == 0)
        return ty_layout_fail(p->ctx, p->type, "an InlineArray needs one field and a length");
    if ((uint64_t)p->fields[0].size * def->inline_array_length > TY_INLINE_ARRAY_MAX)
        return ty_layout_fail(p->ctx, p->type, "an InlineArray of more than 1 MiB");
    return true;
}

static bool
struct_size(struct placing *p, struct ty_layout *l, uint32_t repeat)
{
    const struct ty_def *def = p->type->def;
    uint64_t size = p->end;

    l->align = p->align > wide_align(def) ? p->align : wide_align(def);
    if (size == 0)
        size = 1; /* no struct is empty */
    if (repeat > 1)
        size = (uint64_t)p->fields[0].size * repeat;
    if (def->class_size && !def->is_inline_array) {
        if (def->class_size > size)
            size = def->class_size;
    } else {
        size = (size + l->align - 1) & ~(uint64_t)(l->align - 1);
    }
    /* references inside arrays of the type must stay aligned */
    if (p->has_refs)
        size = (size + TY_WORD - 1) & ~(uint64_t)(TY_WORD - 1);
    if (size > TY_INSTANCE_MAX)
        return ty_layout_fail(p->ctx, p->type, "too large");
    l->size = (uint32_t)size;
    l->instance_bytes = l->size;
    return true;
}

static bool
struct_layout(struct ty_context *ctx, struct ty_type *t, struct ty_layout *l)
{
    struct placing p = {.ctx = ctx, .type = t};
    uint32_t repeat = 1;

    if (!ty_fields_collect(&p))
        return false;
    if (t->def->is_inline_array) {
        if (!inline_array_check(&p))
            return false;
        repeat = t->def->inline_array_length;
    }
    if (!ty_fields_place(&p) || !struct_size(&p, l, repeat))
        return false;
    refs_fill(&p, l, NULL, repeat, repeat > 1 ? p.fields[0].size : 0);
    offsets_fill(&p, l);
    flags_fill(&p, l);
    if (t->element == TY_EL_NULLABLE) {
        uint32_t i;

        for (i = 0; i < t->def->field_count; i++)
            if (!t->def->fields[i]->is_static && strcmp(t->def->fields[i]->name, "value") == 0)
                l->nullable_value_offset = l->field_offsets[i];
    }
    return true;
}

static bool
primitive_layout(struct ty_context *ctx, struct ty_type *t, struct ty_layout *l)
{
    l->size = l->align = l->instance_bytes = primitive_size[t->element];
    l->is_blittable = t->element != TY_EL_BOOL && t->element != TY_EL_CHAR;
    l->bitwise_comparable = t->element != TY_EL_R4 && t->element != TY_EL_R8;
    l->field_offsets = arena_array(ctx->arena, t->def->field_count, sizeof *l->field_offsets);
    return true;
}

/* ---- classes and the rest ---- */

static bool
class_layout(struct ty_context *ctx, struct ty_type *t, struct ty_layout *l)
{
    struct placing p = {.ctx = ctx, .type = t, .start = TY_WORD};
    const struct ty_layout *base = NULL;
    struct ty_type *base_type;

    if (!ty_base_find(ctx, t, &base_type))
        return false;
    if (base_type) {
        base = ty_layout_of(ctx, base_type);
        if (!base)
            return false;
        p.start += base->instance_bytes;
    }
    if (t->def->is_explicit_layout || t->def->is_sequential_layout)
        p.start = ty_align_up(p.start, TY_WORD); /* offsets of the own part count from a boundary */
    if (t == ctx->t_object) {                    /* its one field is the MethodTable word itself */
        l->field_offsets = arena_array(ctx->arena, t->def->field_count, sizeof(uint32_t));
        return true;
    }
    if (!ty_fields_collect(&p) || !ty_fields_place(&p))
        return false;
    refs_fill(&p, l, base, 1, 0);
    offsets_fill(&p, l);
    flags_fill(&p, l);
    l->instance_bytes =
        (p.count ? p.end : (base ? TY_WORD + base->instance_bytes : TY_WORD)) - TY_WORD;
    if (t->def->class_size) {
        uint64_t least = (uint64_t)p.start - TY_WORD + t->def->class_size;

        if (least > TY_INSTANCE_MAX)
            return ty_layout_fail(ctx, t, "too large");
        if (least > l->instance_bytes)
            l->instance_bytes = (uint32_t)least;
    }
    return true;
}

static bool
array_layout(struct ty_context *ctx, struct ty_type *t, struct ty_layout *l)
{
    l->instance_bytes = TY_WORD + (t->form == TY_FORM_MDARRAY ? TY_WORD * t->rank : 0);
    if (ty_is_ref(t->param)) {
        l->has_refs = true;
    } else if (t->param->is_value_type) {
        const struct ty_layout *element = ty_layout_of(ctx, t->param);

        if (!element)
            return false;
        l->has_refs = element->has_refs;
    }
    return true;
}

static bool
byref_layout(struct ty_context *ctx, struct ty_layout *l)
{
    l->has_refs = true;
    l->ref_offsets = arena_array(ctx->arena, 1, sizeof *l->ref_offsets);
    l->ref_count = 1;
    return true;
}

/* Static fields only (ECMA-335 II.12.1). */
static bool
interface_layout(struct ty_context *ctx, struct ty_type *t)
{
    uint32_t i;

    for (i = 0; i < t->def->field_count; i++)
        if (!t->def->fields[i]->is_static)
            return ty_layout_fail(ctx, t, "is an interface and has an instance field");
    return true;
}

static bool
layout_make(struct ty_context *ctx, struct ty_type *t, struct ty_layout *l)
{
    l->size = l->align = TY_WORD;
    switch (t->form) {
    case TY_FORM_POINTER:
    case TY_FORM_FNPTR:
        l->is_blittable = l->bitwise_comparable = true;
        return true;
    case TY_FORM_BYREF:
        return byref_layout(ctx, l);
    case TY_FORM_SZARRAY:
    case TY_FORM_MDARRAY:
        return array_layout(ctx, t, l);
    case TY_FORM_OPEN_DEF:
    case TY_FORM_TYPE_VAR:
    case TY_FORM_METHOD_VAR:
        return ty_layout_fail(ctx, t, "has no layout: it is not a closed type");
    case TY_FORM_DEF:
        break;
    }
    if (t->is_value_type && t->element < TY_EL_VALUETYPE && !t->def->is_enum)
        return primitive_layout(ctx, t, l);
    if (t->is_value_type)
        return struct_layout(ctx, t, l);
    if (t->def->is_interface)
        return interface_layout(ctx, t);
    return class_layout(ctx, t, l);
}

const struct ty_layout *
ty_layout_of(struct ty_context *ctx, struct ty_type *t)
{
    struct ty_layout *l;
    bool ok;

    if (t->layout)
        return t->layout;
    if (t->layout_busy) {
        ty_layout_fail(ctx, t, "contains itself");
        return NULL;
    }
    if (!ty_enter(ctx, "field layout"))
        return NULL;
    t->layout_busy = true;
    l = arena_alloc(ctx->arena, sizeof *l);
    ok = layout_make(ctx, t, l);
    t->layout_busy = false;
    ty_leave(ctx);
    if (!ok)
        return NULL;
    t->layout = l;
    ty_abi_classify(ctx, t, l);
    return l;
}

/* ---- sizes that MethodTables carry ---- */

uint32_t
ty_base_size(struct ty_context *ctx, struct ty_type *t)
{
    const struct ty_layout *l;
    uint32_t size;

    switch (t->form) {
    case TY_FORM_OPEN_DEF:
        return t->def->generic_count;
    case TY_FORM_SZARRAY:
        return 3 * TY_WORD;
    case TY_FORM_MDARRAY:
        return 3 * TY_WORD + TY_WORD * t->rank;
    case TY_FORM_POINTER:
        return 0;
    case TY_FORM_BYREF:
        return 1;
    case TY_FORM_FNPTR:
        return t->fnptr->param_count | (t->fnptr->conv == TY_CC_DEFAULT ? 0 : UINT32_C(1) << 31);
    case TY_FORM_TYPE_VAR:
    case TY_FORM_METHOD_VAR:
        return 0;
    case TY_FORM_DEF:
        break;
    }
    if (t->def->is_interface)
        return 0;
    if (t == ctx->t_string)
        return 22;
    l = ty_layout_of(ctx, t);
    size = 2 * TY_WORD + (l ? ty_align_up(l->instance_bytes, TY_WORD) : 0);
    return size < 3 * TY_WORD ? 3 * TY_WORD : size;
}

uint32_t
ty_component_size(struct ty_context *ctx, struct ty_type *t)
{
    const struct ty_layout *l;

    if (t == ctx->t_string)
        return 2;
    if (t->form != TY_FORM_SZARRAY && t->form != TY_FORM_MDARRAY)
        return 0;
    l = ty_layout_of(ctx, t->param);
    return l ? l->size : 0;
}
