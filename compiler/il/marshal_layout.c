/* compiler/il/marshal_layout.c - the native form of structs and classes with layout: fields in order of
 * declaration (base classes first) or at their stated offsets, each as large as its native value. */
#include "compiler/il/marshal_priv.h"

#include <string.h>

enum { NATIVE_SIZE_MAX = 1 << 27, EIGHTBYTE = 8, REGISTERS_MAX_BYTES = 16 };

struct placing {
    struct il_context *il;
    struct il_native_struct *s;
    uint32_t end;   /* one past the last used byte */
    uint32_t start; /* of the type's own part */
};

static bool
has_layout(const struct ty_type *t)
{
    return t->form == TY_FORM_DEF && (t->def->is_sequential_layout || t->def->is_explicit_layout) && !t->def->is_enum;
}

static uint32_t
instance_fields(const struct ty_def *def)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < def->field_count; i++)
        n += !def->fields[i]->is_static;
    return n;
}

static uint32_t
align_up(uint32_t at, uint32_t align)
{
    return (at + align - 1) & ~(align - 1);
}

/* ---- fields ---------------------------------------------------------------------------------------------- */

static bool
field_shape(struct placing *p, struct ty_type *owner, struct ty_field_def *def, struct il_native_field *f)
{
    struct il_shape_query q = {.assembly = owner->def->assembly, .place = IL_PLACE_FIELD};
    const struct md_image *img = owner->def->assembly->image;
    const char *why = "its type cannot be read";

    f->field = ty_field_on(p->il->ty, owner, def);
    il_marshal_as(p->il, img, md_token(MD_FIELD, def->row), &q.as);
    q.type = f->field ? f->field->type : NULL;
    q.wide = (owner->def->flags & MD_TYPE_STRING_FORMAT_MASK) == MD_TYPE_UNICODE;
    if (f->field && p->s->managed == q.type && q.type->element >= TY_EL_VALUETYPE)
        f->field = NULL;
    if (!f->field || !il_shape_of(p->il, &q, &f->shape, &why)) {
        p->s->problem = arena_printf(p->il->arena, "field '%s' of '%s': %s", def->name, ty_name(p->il->ty, owner), why);
        return false;
    }
    return true;
}

static bool
field_place(struct placing *p, struct ty_type *owner, struct ty_field_def *def, struct il_native_field *f)
{
    const struct md_image *img = owner->def->assembly->image;
    uint32_t pack = owner->def->pack, align = 1, row;
    uint64_t at;

    f->size = il_shape_size(p->il, &f->shape, &align);
    if (pack && pack < align)
        align = pack;
    if (owner->def->is_explicit_layout) {
        row = md_find_row(img, MD_FIELDLAYOUT, MD_FIELDLAYOUT_FIELD, def->row);
        at = (uint64_t)p->start + (row ? md_cell(img, MD_FIELDLAYOUT, row, MD_FIELDLAYOUT_OFFSET) : 0);
    } else {
        at = align_up(p->end, align);
    }
    if (at > NATIVE_SIZE_MAX || f->size > NATIVE_SIZE_MAX - at) {
        p->s->problem = arena_printf(p->il->arena, "'%s' is too large", ty_name(p->il->ty, owner));
        return false;
    }
    f->offset = (uint32_t)at;
    if (f->offset + f->size > p->end)
        p->end = f->offset + f->size;
    if (align > p->s->align)
        p->s->align = align;
    return true;
}

/* The fields `t` itself declares, behind those of its base. */
static bool
place_own(struct placing *p, struct ty_type *t)
{
    struct ty_def *def = t->def;
    uint32_t stated = p->end;

    p->start = p->end;
    for (uint32_t i = 0; i < def->field_count; i++) {
        struct il_native_field *f = &p->s->fields[p->s->count];

        if (def->fields[i]->is_static)
            continue;
        if (!field_shape(p, t, def->fields[i], f) || !field_place(p, t, def->fields[i], f))
            return false;
        p->s->count++;
    }
    if (def->class_size > NATIVE_SIZE_MAX - stated) {
        p->s->problem = arena_printf(p->il->arena, "'%s' is too large", ty_name(p->il->ty, t));
        return false;
    }
    stated += def->class_size;
    if (def->class_size) {
        if (stated > p->end)
            p->end = stated;
    } else {
        p->end = align_up(p->end, p->s->align);
    }
    return true;
}

static bool
place_all(struct placing *p, struct ty_type *t)
{
    struct ty_type *base = t->is_value_type ? NULL : ty_base(p->il->ty, t);

    if (base && base != p->il->ty->t_object) {
        if (!has_layout(base)) {
            p->s->problem = arena_printf(p->il->arena, "its base '%s' has no sequential or explicit layout",
                                         ty_name(p->il->ty, base));
            return false;
        }
        if (!place_all(p, base))
            return false;
    }
    return place_own(p, t);
}

static uint32_t
count_all(struct il_context *il, struct ty_type *t)
{
    uint32_t n = 0;

    for (; t && t->form == TY_FORM_DEF; t = t->is_value_type ? NULL : ty_base(il->ty, t)) {
        ty_field_def_named(il->ty, t->def, ""); /* members are read on demand */
        n += instance_fields(t->def);
    }
    return n;
}

/* ---- what it comes to -------------------------------------------------------------------------------------- */

/* Do the managed fields already have the native form? */
static bool
same_bits(struct il_context *il, const struct il_native_struct *s)
{
    const struct ty_layout *l = ty_layout_of(il->ty, s->managed);
    uint32_t object = s->managed->is_value_type ? 0 : 8;

    if (!l || (s->managed->is_value_type && l->size != s->size))
        return false;
    for (uint32_t i = 0; i < s->count; i++)
        if (s->fields[i].shape.kind != IL_MARSHAL_PLAIN ||
            ty_field_offset(il->ty, s->fields[i].field) != s->fields[i].offset + object)
            return false;
    return true;
}

static void
merge(struct ty_layout *l, uint32_t at, uint32_t size, bool is_float)
{
    if (at + size > REGISTERS_MAX_BYTES || at % size) {
        l->abi_memory = true;
    } else if (l->abi[at / EIGHTBYTE] != TY_ABI_INTEGER) {
        l->abi[at / EIGHTBYTE] = is_float ? TY_ABI_SSE : TY_ABI_INTEGER;
    }
}

/* SysV classes of every scalar in a value that is the same on both sides. */
static void
merge_managed(struct il_context *il, struct ty_layout *l, struct ty_type *t, uint32_t at)
{
    const struct ty_layout *own = ty_layout_of(il->ty, t);

    if (!own || l->abi_memory)
        return;
    if (!t->is_value_type || t->element < TY_EL_VALUETYPE) {
        merge(l, at, own->size, t->element == TY_EL_R4 || t->element == TY_EL_R8);
        return;
    }
    for (uint32_t i = 0; i < t->def->field_count; i++) {
        struct ty_field *f = t->def->fields[i]->is_static ? NULL : ty_field_on(il->ty, t, t->def->fields[i]);

        if (f)
            merge_managed(il, l, f->type, at + own->field_offsets[i]);
    }
}

static void
merge_native(struct il_context *il, struct ty_layout *l, const struct il_shape *s, uint32_t at)
{
    uint32_t align, size = il_shape_size(il, s, &align);

    if (at + size > REGISTERS_MAX_BYTES || l->abi_memory) {
        l->abi_memory = true;
        return;
    }
    switch ((int)s->kind) {
    case IL_MARSHAL_FIELD_ARRAY:
        for (uint32_t i = 0; i < s->count; i++)
            merge_native(il, l, s->element, at + i * (size / s->count));
        break;
    case IL_MARSHAL_FIELD_TEXT_NARROW:
    case IL_MARSHAL_FIELD_TEXT_WIDE:
        for (uint32_t i = 0; i < size; i += align)
            merge(l, at + i, align, false);
        break;
    case IL_MARSHAL_STRUCT:
    case IL_MARSHAL_FIELD_CLASS:
        for (uint32_t i = 0; i < s->layout->count; i++)
            merge_native(il, l, &s->layout->fields[i].shape, at + s->layout->fields[i].offset);
        break;
    default:
        merge_managed(il, l, s->native, at);
        break;
    }
}

static struct ty_type *
native_type(struct il_context *il, const struct il_native_struct *s)
{
    struct ty_layout *l = arena_alloc(il->arena, sizeof *l);

    l->size = l->instance_bytes = s->size;
    l->align = s->align;
    l->is_blittable = true;
    l->abi_memory = s->size > REGISTERS_MAX_BYTES;
    for (uint32_t i = 0; i < s->count && !l->abi_memory; i++)
        merge_native(il, l, &s->fields[i].shape, s->fields[i].offset);
    for (uint32_t i = 0; i < 2; i++) {
        if (l->abi_memory)
            l->abi[i] = TY_ABI_NONE;
        else if (l->abi[i] == TY_ABI_NONE && i * EIGHTBYTE < s->size)
            l->abi[i] = TY_ABI_INTEGER;
    }
    return ty_native_struct(il->ty, s->managed->def, l);
}

static void
note_field(struct il_native_struct *s, const struct il_shape *f)
{
    s->needs_cleanup |= il_value_has_cleanup(f);
    s->has_handles |= f->kind == IL_MARSHAL_SAFE_HANDLE || f->kind == IL_MARSHAL_CRITICAL_HANDLE;
    if (f->kind == IL_MARSHAL_STRUCT || f->kind == IL_MARSHAL_FIELD_CLASS)
        s->has_handles |= f->layout->has_handles;
}

static void
fill(struct il_context *il, struct il_native_struct *s)
{
    const struct ty_layout *l = s->managed->is_value_type ? ty_layout_of(il->ty, s->managed) : NULL;
    struct placing p = {.il = il, .s = s};

    s->align = 1;
    s->native = s->managed;
    s->has_layout = has_layout(s->managed);
    s->is_generic = s->managed->arg_count != 0;
    if (!s->has_layout) {
        s->problem = arena_printf(il->arena, "'%s' has no sequential or explicit layout", ty_name(il->ty, s->managed));
        return;
    }
    if (s->managed->def->is_inline_array) { /* one field that stands for many */
        s->is_same = l && l->is_blittable;
        s->size = l ? l->size : 0;
        if (!s->is_same)
            s->problem = arena_printf(il->arena, "'%s' is an inline array of something that is not plain data",
                                      ty_name(il->ty, s->managed));
        return;
    }
    s->fields = arena_array(il->arena, count_all(il, s->managed) + 1u, sizeof *s->fields);
    if (!place_all(&p, s->managed))
        return;
    s->size = p.end ? p.end : 1;
    if (l && s->align < l->align && l->is_blittable)
        s->align = l->align; /* types the hardware treats as one wide value */
    s->is_same = same_bits(il, s);
    for (uint32_t i = 0; i < s->count; i++)
        note_field(s, &s->fields[i].shape);
    if (!s->is_same)
        s->native = native_type(il, s);
}

struct il_native_struct *
il_native_struct_of(struct il_context *il, struct ty_type *t)
{
    struct il_native_struct *s = ptr_map_get(&il->special->native_structs, t), made = {0};

    if (s)
        return s;
    s = arena_alloc(il->arena, sizeof *s);
    s->managed = t;
    s->problem = "it contains itself"; /* what fields find that lead back here */
    ptr_map_put(&il->special->native_structs, t, s);
    made.managed = t;
    if (!t->is_value_type || ty_layout_of(il->ty, t))
        fill(il, &made);
    else
        made.problem = il->ty->failure.text;
    *s = made;
    return s;
}
