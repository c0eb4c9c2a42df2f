/* compiler/emit/method_table.c - MethodTables (gc/object_format.h, contract: SupportsRelativePointers
 * is false, so every trailing field is an 8-byte pointer). */
#include "compiler/base/diag.h"
#include "compiler/emit/emit_priv.h"
#include "gc/object_format.h"

static bool
is_array(const struct ty_type *t)
{
    return t->form == TY_FORM_SZARRAY || t->form == TY_FORM_MDARRAY;
}

/* Variance rule of contract 1.6: also the interfaces of arrays, and SZGenericArrayEnumerator. */
static bool
wants_variance(const struct ty_def *def)
{
    return def->has_variance || ty_is_array_interface(def) || def->well_known == WK_SZ_GENERIC_ARRAY_ENUMERATOR;
}

static uint8_t
variance_byte(const struct ty_def *def, uint16_t i)
{
    if (def->well_known == WK_SZ_GENERIC_ARRAY_ENUMERATOR)
        return GC_VARIANCE_ARRAY_COVARIANT;
    return def->variance ? def->variance[i] : GC_VARIANCE_NONE;
}

/* ---- flags ------------------------------------------------------------------------------------- */

static bool
implements(struct emit *e, struct ty_type *t, int well_known)
{
    const struct ty_interfaces *itf = ty_interfaces_of(e->ty, t);

    for (uint32_t i = 0; itf && i < itf->count; i++)
        if (itf->at[i]->def->well_known == well_known)
            return true;
    return false;
}

static bool
derives_from(struct emit *e, struct ty_type *t, int well_known)
{
    for (; t; t = ty_base(e->ty, t))
        if (t->def && t->def->well_known == well_known)
            return true;
    return false;
}

static uint32_t
log2_of(uint32_t v)
{
    uint32_t n = 0;

    while (v > 1) {
        v >>= 1;
        n++;
    }
    return n;
}

static uint32_t
extended_flags(struct emit *e, struct ty_type *t)
{
    uint32_t flags = 0;

    if (t->def->well_known == WK_WEAK_REFERENCE || t->def->well_known == WK_WEAK_REFERENCE_OF_T)
        flags |= GC_MT_EXT_EAGER_FINALIZER;
    if (t->element == TY_EL_CLASS && derives_from(e, t, WK_CRITICAL_FINALIZER_OBJECT))
        flags |= GC_MT_EXT_CRITICAL_FINALIZER;
    if (t->element == TY_EL_CLASS && implements(e, t, WK_IDYNAMIC_INTERFACE_CASTABLE))
        flags |= GC_MT_EXT_DYNAMIC_CASTABLE;
    if (t->def->is_byref_like)
        flags |= GC_MT_EXT_BYREF_LIKE;
    if (t->is_value_type) {
        const struct ty_layout *l = ty_layout_of(e->ty, t);

        if (l)
            flags |= (ty_base_size(e->ty, t) - 16 - l->size) << GC_MT_EXT_VALUE_PADDING_SHIFT & GC_MT_EXT_VALUE_PADDING_MASK;
        if (l && t->element == TY_EL_NULLABLE)
            flags |= log2_of(l->nullable_value_offset) << GC_MT_EXT_NULLABLE_VALUE_SHIFT & GC_MT_EXT_NULLABLE_VALUE_MASK;
    }
    return flags;
}

static uint32_t
kind_flags(struct emit *e, struct ty_type *t)
{
    switch (t->form) {
    case TY_FORM_DEF:
        if (t->def->well_known == WK_STRING)
            return GC_MT_HAS_COMPONENT_SIZE | ty_component_size(e->ty, t);
        return extended_flags(e, t) | (t->arg_count ? GC_MT_IS_GENERIC : 0) | (t->arg_count && wants_variance(t->def) ? GC_MT_GENERIC_VARIANCE : 0);
    case TY_FORM_OPEN_DEF:
        return GC_MT_KIND_GENERIC_DEFINITION | (wants_variance(t->def) ? GC_MT_GENERIC_VARIANCE : 0) |
               (t->def->is_byref_like ? GC_MT_EXT_BYREF_LIKE : 0);
    case TY_FORM_SZARRAY:
    case TY_FORM_MDARRAY:
        return GC_MT_KIND_PARAMETERIZED | GC_MT_HAS_COMPONENT_SIZE | ty_component_size(e->ty, t);
    case TY_FORM_POINTER:
    case TY_FORM_BYREF:
        return GC_MT_KIND_PARAMETERIZED;
    case TY_FORM_FNPTR:
        return GC_MT_KIND_FUNCTION_POINTER;
    case TY_FORM_TYPE_VAR:
    case TY_FORM_METHOD_VAR:
        break;
    }
    diag_bug(__FILE__, __LINE__, "a type variable has no MethodTable");
}

/* ---- GC descriptors (contract 1.9) ------------------------------------------------------------------ */

struct run {
    uint32_t offset, words;
};

static uint32_t
runs_of(struct arena *a, const uint32_t *offsets, uint32_t count, struct run **out)
{
    struct run *runs = arena_array(a, count + 1, sizeof *runs);
    uint32_t n = 0;

    for (uint32_t i = 0; i < count; i++) {
        if (n && runs[n - 1].offset + 8 * runs[n - 1].words == offsets[i])
            runs[n - 1].words++;
        else
            runs[n++] = (struct run){offsets[i], 1};
    }
    *out = runs;
    return n;
}

/* Written upwards: the farthest series first, the count last, directly before the MethodTable. */
static void
gc_desc_fixed(struct emit *e, struct elf_section *s, const uint32_t *offsets, uint32_t count, uint32_t base_size)
{
    struct run *runs;
    uint32_t n = runs_of(e->arena, offsets, count, &runs);

    for (uint32_t i = n; i-- > 0;) {
        elf_u64(s, (uint64_t)((int64_t)runs[i].words * 8 - (int64_t)base_size));
        elf_u64(s, runs[i].offset);
    }
    elf_u64(s, n);
}

static void
gc_desc_ref_array(struct elf_section *s, uint32_t base_size)
{
    elf_u64(s, (uint64_t)-(int64_t)base_size);
    elf_u64(s, base_size - 8);
    elf_u64(s, 1);
}

static void
gc_desc_struct_array(struct emit *e, struct elf_section *s, const struct ty_layout *l, uint32_t base_size)
{
    struct run *runs;
    uint32_t n = runs_of(e->arena, l->ref_offsets, l->ref_count, &runs);

    for (uint32_t i = n; i-- > 0;) {
        uint32_t next = i + 1 < n ? runs[i + 1].offset : l->size + runs[0].offset;

        elf_u32(s, runs[i].words);
        elf_u32(s, next - runs[i].offset - 8 * runs[i].words);
    }
    elf_u64(s, base_size - 8 + runs[0].offset);
    elf_u64(s, (uint64_t)-(int64_t)n);
}

/* Returns whether there is one. */
static bool
write_gc_desc(struct emit *e, struct ty_type *t)
{
    const struct ty_layout *l;
    uint32_t base = ty_base_size(e->ty, t);

    if (is_array(t)) {
        if (ty_is_ref(t->param)) {
            gc_desc_ref_array(e->relro, base);
            return true;
        }
        l = t->param->is_value_type ? ty_layout_of(e->ty, t->param) : NULL;
        if (!l || !l->ref_count)
            return false;
        gc_desc_struct_array(e, e->relro, l, base);
        return true;
    }
    /* Of a ref struct there is no boxed instance: its byrefs are not described. */
    if (t->form != TY_FORM_DEF || t->element == TY_EL_INTERFACE || t->def->is_byref_like)
        return false;
    l = ty_layout_of(e->ty, t);
    if (!l || !l->ref_count)
        return false;
    if (t->is_value_type) {
        uint32_t *boxed = arena_array(e->arena, l->ref_count, sizeof *boxed);

        for (uint32_t i = 0; i < l->ref_count; i++)
            boxed[i] = l->ref_offsets[i] + 8;
        gc_desc_fixed(e, e->relro, boxed, l->ref_count, base);
    } else {
        gc_desc_fixed(e, e->relro, l->ref_offsets, l->ref_count, base);
    }
    return true;
}

void
emit_gc_desc(struct elf_section *s, const uint32_t *offsets, uint32_t count, uint32_t base_size)
{
    /* Statics objects: series are few and kept one a word run by the caller's order. */
    for (uint32_t i = count; i-- > 0;) {
        elf_u64(s, (uint64_t)(8 - (int64_t)base_size));
        elf_u64(s, offsets[i]);
    }
    elf_u64(s, count);
}

/* ---- the table ----------------------------------------------------------------------------------------- */

static void
write_slot(struct emit *e, const struct reach_type *t, const struct ty_vtable *vt, uint32_t i)
{
    struct ty_method *impl;
    struct ref ref;

    if (vt->slots[i].dictionary_of) {
        const struct reach_type *owner = reach_type_lookup(e->reach, vt->slots[i].dictionary_of);
        bool has = owner && owner->dictionary && owner->dictionary->count;

        elf_pointer(e->o, e->relro, has ? arena_printf(e->arena, "tdict:%s", ty_symbol(e->ty, owner->type)) : NULL, 0);
        return;
    }
    impl = t->constructed ? reach_slot_impl(e->reach, t->type, i) : NULL;
    ref = (struct ref){.kind = REF_METHOD_BOXED, .method = impl};
    if (impl && !impl->def->is_abstract && reach_has(e->reach, &ref))
        emit_ref(e, e->relro, &ref);
    else
        elf_u64(e->relro, 0);
}

static void
write_related(struct emit *e, struct ty_type *t)
{
    struct ty_type *related = NULL;

    if (t->form == TY_FORM_DEF && t->element != TY_EL_INTERFACE)
        related = ty_base(e->ty, t);
    else if (t->form == TY_FORM_FNPTR)
        related = t->fnptr->ret;
    else if (t->param)
        related = t->param;
    if (related)
        emit_type_ref(e, e->relro, related);
    else
        elf_u64(e->relro, 0);
}

static void
write_generic_fields(struct emit *e, struct ty_type *t, const char *name)
{
    if (t->form == TY_FORM_DEF && t->arg_count) {
        emit_type_ref(e, e->relro, ty_type_of_def(e->ty, t->def));
        if (t->arg_count == 1)
            emit_type_ref(e, e->relro, t->args[0]);
        else
            elf_pointer(e->o, e->relro, arena_printf(e->arena, "args:%s", name), 0);
    } else if (t->form == TY_FORM_OPEN_DEF && wants_variance(t->def)) {
        elf_pointer(e->o, e->relro, arena_printf(e->arena, "variance:%s", name), 0);
    } else if (t->form == TY_FORM_FNPTR) {
        for (uint32_t i = 0; i < t->fnptr->param_count; i++)
            emit_type_ref(e, e->relro, t->fnptr->params[i]);
    }
}

/* What trailing pointers lead to. */
static void
write_satellites(struct emit *e, struct ty_type *t, const char *name)
{
    if (t->form == TY_FORM_DEF && t->arg_count > 1) {
        elf_align(e->relro, 8);
        elf_define(e->o, arena_printf(e->arena, "args:%s", name), e->relro);
        for (uint16_t i = 0; i < t->arg_count; i++)
            emit_type_ref(e, e->relro, t->args[i]);
    }
    if (t->form == TY_FORM_OPEN_DEF && wants_variance(t->def)) {
        elf_define(e->o, arena_printf(e->arena, "variance:%s", name), e->rodata);
        for (uint16_t i = 0; i < t->def->generic_count; i++) {
            uint8_t v = variance_byte(t->def, i);

            elf_bytes(e->rodata, &v, 1);
        }
    }
}

static uint32_t
base_size_field(struct emit *e, struct ty_type *t)
{
    switch ((int)t->form) {
    case TY_FORM_OPEN_DEF:
        return t->def->generic_count;
    case TY_FORM_POINTER:
        return GC_MT_SHAPE_POINTER;
    case TY_FORM_BYREF:
        return GC_MT_SHAPE_BYREF;
    case TY_FORM_FNPTR:
        return t->fnptr->param_count | (t->fnptr->conv != TY_CC_DEFAULT ? 0x80000000u : 0);
    default:
        return t->element == TY_EL_INTERFACE || t->element == TY_EL_VOID ? 0 : ty_base_size(e->ty, t);
    }
}

static void
write_method_table(struct emit *e, const struct reach_type *rt)
{
    struct ty_type *t = rt->type;
    const char *name = ty_symbol(e->ty, t);
    const struct ty_vtable *vt = rt->full || rt->context ? ty_vtable_of(e->ty, t) : NULL;
    const struct ty_interfaces *itf = rt->full ? ty_interfaces_of(e->ty, t) : NULL;
    struct dispatch_map_result map = rt->full ? emit_dispatch_map(e, rt) : (struct dispatch_map_result){false, false};
    bool finalizer = rt->constructed && t->form == TY_FORM_DEF && ty_has_finalizer(e->ty, t);
    uint32_t flags = kind_flags(e, t) | (uint32_t)t->element << GC_MT_ELEMENT_TYPE_SHIFT;
    struct elf_symbol *sym;

    write_satellites(e, t, name);
    elf_align(e->relro, 8);
    if (write_gc_desc(e, t))
        flags |= GC_MT_HAS_POINTERS;
    flags |= (map.map ? GC_MT_HAS_DISPATCH_MAP : 0) | (map.sealed ? GC_MT_HAS_SEALED_SLOTS : 0) | (finalizer ? GC_MT_HAS_FINALIZER : 0);
    sym = elf_define(e->o, emit_type_symbol(e, t), e->relro);
    elf_u32(e->relro, flags);
    elf_u32(e->relro, base_size_field(e, t));
    write_related(e, t);
    elf_u16(e->relro, (uint16_t)(vt ? vt->count : 0));
    elf_u16(e->relro, (uint16_t)(itf ? itf->count : 0));
    elf_u32(e->relro, t->hash);
    for (uint32_t i = 0; vt && i < vt->count; i++)
        write_slot(e, rt, vt, i);
    for (uint32_t i = 0; itf && i < itf->count; i++)
        emit_type_ref(e, e->relro, itf->at[i]);
    elf_pointer(e->o, e->relro, "corert_type_manager_slot", 0);
    elf_pointer(e->o, e->relro, arena_printf(e->arena, "writable:%s", name), 0);
    if (map.map)
        elf_pointer(e->o, e->relro, arena_printf(e->arena, "map:%s", name), 0);
    if (finalizer)
        emit_method_ref(e, e->relro, REF_METHOD, ty_finalizer_of(e->ty, t));
    if (map.sealed)
        elf_pointer(e->o, e->relro, arena_printf(e->arena, "sealed:%s", name), 0);
    write_generic_fields(e, t, name);
    sym->size = elf_at(e->relro) - sym->offset;
    elf_align(e->bss, 8);
    elf_define(e->o, arena_printf(e->arena, "writable:%s", name), e->bss);
    elf_reserve(e->bss, 8);
}

/* NULL: those of all assemblies. */
static void
write_method_tables_of(struct emit *e, const struct ty_assembly *as)
{
    const struct ptr_vec *types = reach_types_found(e->reach);

    for (size_t i = 0; i < types->count; i++) {
        const struct reach_type *t = types->at[i];

        if (t->necessary && (!as || emit_assembly_of(e, t->type) == as))
            write_method_table(e, t);
    }
}

void
emit_method_tables(struct emit *e)
{
    if (!emit_assemblies_wanted(e)) {
        write_method_tables_of(e, NULL);
        return;
    }
    for (size_t i = 0; i < e->ty->assemblies.count; i++) {
        struct ty_assembly *as = e->ty->assemblies.at[i];

        emit_assembly_types_begin(e, as);
        write_method_tables_of(e, as);
        emit_assembly_types_end(e, as);
    }
}
