/* compiler/emit/interop_maps.c - what the class library looks up about marshalled types at run time
 * (contract/runtime.md 7.6): StructMarshallingStubMap and DelegateMarshallingStubMap. Their entries name addresses by their index in
 * the common table of fixups. */
#include "compiler/base/diag.h"
#include "compiler/emit/emit_priv.h"
#include "compiler/emit/native_table.h"

void
emit_blob_begin(struct emit *e, struct elf_section *s, uint32_t id)
{
    CC_ASSERT(e->blob_count < sizeof e->blobs / sizeof *e->blobs);
    e->blobs[e->blob_count++] = id;
    elf_define(e->o, arena_printf(e->arena, "corert_blob%u_start", id), s);
}

void
emit_blob_end(struct emit *e, struct elf_section *s, uint32_t id)
{
    elf_define(e->o, arena_printf(e->arena, "corert_blob%u_end", id), s);
}

uint32_t
emit_fixup(struct emit *e, const struct ref *ref)
{
    struct ref *copy;

    for (size_t i = 0; i < e->fixups.count; i++) {
        const struct ref *old = e->fixups.at[i];

        if (old->kind == ref->kind && old->type == ref->type && old->method == ref->method)
            return (uint32_t)i;
    }
    copy = arena_memdup(e->arena, ref, sizeof *ref);
    ptr_vec_push(&e->fixups, copy);
    return (uint32_t)(e->fixups.count - 1);
}

static void
put_type(struct emit *e, struct byte_vec *v, struct ty_type *t)
{
    struct ref ref = {.kind = REF_TYPE, .type = t};

    native_unsigned(v, emit_fixup(e, &ref));
}

/* NULL: the index of a zero. */
static void
put_method(struct emit *e, struct byte_vec *v, enum ref_kind kind, struct ty_method *m)
{
    struct ref ref = {.kind = kind, .method = m};
    struct ref none = {.kind = REF_KIND_COUNT};

    native_unsigned(v, emit_fixup(e, m ? &ref : &none));
}

static void
delegate_entry(struct emit *e, struct native_table *table, struct ty_type *t)
{
    struct il_context *il = e->in->il;
    struct ty_method *closed = il_delegate_callback(il, t, false), *creation = il_delegate_creation(il, t);
    struct byte_vec *v;

    if (!closed && !creation)
        return;
    v = native_table_add(table, t->hash);
    put_type(e, v, t);
    put_method(e, v, REF_METHOD_NATIVE, closed ? il_delegate_callback(il, t, true) : NULL);
    put_method(e, v, REF_METHOD_NATIVE, closed);
    put_method(e, v, REF_METHOD_PTR, creation);
}

enum { STRUCT_HAS_STUBS = 1, STRUCT_IS_INVALID = 2, STRUCT_FIELDS_SHIFT = 2 };

static void
struct_entry(struct emit *e, struct native_table *table, struct ty_type *t)
{
    struct byte_vec *v = native_table_add(table, t->hash);
    struct il_struct_map map;

    il_struct_map(e->in->il, t, &map);
    put_type(e, v, t);
    native_unsigned(v, map.field_count << STRUCT_FIELDS_SHIFT | (map.is_invalid ? STRUCT_IS_INVALID : 0) |
                           (map.to_native ? STRUCT_HAS_STUBS : 0));
    if (map.to_native) {
        native_unsigned(v, map.size);
        put_method(e, v, REF_METHOD_PTR, map.to_native);
        put_method(e, v, REF_METHOD_PTR, map.to_managed);
        put_method(e, v, REF_METHOD_PTR, map.cleanup);
    }
    for (uint32_t i = 0; i < map.field_count; i++) {
        native_string(v, map.fields[i].name);
        native_unsigned(v, map.fields[i].offset);
    }
}

/* A table as blob `id`; an empty one is left out. */
static void
write_blob(struct emit *e, struct native_table *table, uint32_t id)
{
    struct byte_vec bytes = {0};

    if (table->entries.count) {
        native_table_write(table, &bytes);
        elf_align(e->rodata, 8);
        emit_blob_begin(e, e->rodata, id);
        elf_bytes(e->rodata, bytes.at, bytes.count);
        emit_blob_end(e, e->rodata, id);
    }
    byte_vec_free(&bytes);
    native_table_free(table);
}

static void
write_fixups(struct emit *e)
{
    if (!e->fixups.count)
        return;
    elf_align(e->relro, 8);
    emit_blob_begin(e, e->relro, EMIT_BLOB_COMMON_FIXUPS);
    for (size_t i = 0; i < e->fixups.count; i++) {
        const struct ref *ref = e->fixups.at[i];

        emit_ref(e, e->relro, ref->kind == REF_KIND_COUNT ? NULL : ref);
    }
    emit_blob_end(e, e->relro, EMIT_BLOB_COMMON_FIXUPS);
    ptr_vec_free(&e->fixups);
}

void
emit_interop_maps(struct emit *e)
{
    const struct ptr_vec *types = reach_types_found(e->reach);
    struct native_table structs = {0}, delegates = {0};

    for (size_t i = 0; i < types->count; i++) {
        const struct reach_type *t = types->at[i];

        if (t->struct_stubs)
            struct_entry(e, &structs, t->type);
        if (t->delegate_stubs)
            delegate_entry(e, &delegates, t->type);
    }
    write_blob(e, &structs, EMIT_BLOB_STRUCT_STUBS);
    write_blob(e, &delegates, EMIT_BLOB_DELEGATE_STUBS);
    write_fixups(e); /* last: the maps above fill it */
}
