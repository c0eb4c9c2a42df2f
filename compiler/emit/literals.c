/* compiler/emit/literals.c - the data behind refs: string literals, bytes, initial field data,
 * dispatch cells, fat pointers, dictionaries, tables of generic virtual methods, P/Invoke cells. */
#include <string.h>

#include "compiler/base/diag.h"
#include "compiler/emit/emit_priv.h"
#include "gc/object_format.h"

static const char *
symbol_of(struct emit *e, const struct ref *ref)
{
    return reach_target_direct(e->reach, ref).symbol;
}

/* String objects: header word, MethodTable, length, UTF-16 units, terminator, padding. */
static void
write_string(struct emit *e, const struct ref *ref)
{
    elf_align(e->frozen, 8);
    elf_u64(e->frozen, 0);
    elf_define(e->o, symbol_of(e, ref), e->frozen);
    emit_type_ref(e, e->frozen, e->ty->t_string);
    elf_u32(e->frozen, ref->size / 2);
    elf_bytes(e->frozen, ref->data, ref->size);
    elf_u16(e->frozen, 0);
    elf_align(e->frozen, 8);
}

static void
write_bytes(struct emit *e, const struct ref *ref)
{
    elf_align(e->rodata, 8);
    elf_define(e->o, symbol_of(e, ref), e->rodata)->size = ref->size;
    elf_bytes(e->rodata, ref->data, ref->size);
}

/* Initial data may be read through vectors: 16-byte alignment covers every element type. */
static void
write_rva(struct emit *e, const struct ref *ref)
{
    const struct ty_field_def *def = ref->field->def;
    struct md_image *img = def->owner->assembly->image;
    uint32_t row = md_find_row(img, MD_FIELDRVA, MD_FIELDRVA_FIELD, def->row), available = 0;
    const struct ty_layout *l = ty_layout_of(e->ty, ref->field->type);
    const uint8_t *data = row ? md_rva(img, md_cell(img, MD_FIELDRVA, row, MD_FIELDRVA_RVA), &available) : NULL;

    if (!l || !data || available < l->size)
        diag_fatal("%s: field %s: its initial data lies outside the file", md_path(img), def->name);
    elf_align(e->rodata, 16);
    elf_define(e->o, symbol_of(e, ref), e->rodata)->size = l->size;
    elf_bytes(e->rodata, data, l->size);
}

static void
write_cell(struct emit *e, const struct ref *ref)
{
    elf_align(e->cells, 8);
    elf_define(e->o, symbol_of(e, ref), e->cells);
    elf_u64(e->cells, 0);
    elf_u64(e->cells, 0);
    emit_type_ref(e, e->cells, ref->method->owner);
    elf_u64(e->cells, (uint64_t)ty_interface_slot(e->ty, ref->method));
}

static void
write_handle(struct emit *e, const struct ref *ref)
{
    elf_align(e->relro, 8);
    elf_define(e->o, symbol_of(e, ref), e->relro);
    elf_pointer(e->o, e->relro, "corert_type_manager_slot", 0);
    elf_u64(e->relro, 0); /* no reflection data at this stage: docs/limits.md */
}

/* ---- lazily bound P/Invokes (contract/runtime.md 5.1) --------------------------------------------- */

static const char *
text_symbol(struct emit *e, const char *text)
{
    const char *symbol = arena_printf(e->arena, "text:%s", text);

    if (!elf_symbol(e->o, symbol)->section) {
        elf_define(e->o, symbol, e->rodata);
        elf_bytes(e->rodata, text, strlen(text) + 1);
    }
    return symbol;
}

/* Bit 31: a search path was stated; the rest is DllImportSearchPath. */
static uint32_t
search_path_flags(const struct ty_method_def *m)
{
    struct md_image *img = m->assembly->image;
    uint32_t path;

    if (emit_search_path(img, (uint32_t)MD_METHODDEF << 24 | m->row, &path) || emit_search_path(img, (uint32_t)MD_ASSEMBLY << 24 | 1, &path))
        return 0x80000000u | path;
    return 0;
}

static const char *
module_cell(struct emit *e, const struct ty_method_def *m, const char *library)
{
    uint32_t flags = search_path_flags(m);
    const char *symbol = arena_printf(e->arena, "pinvokemodule:%s|%s|%x", m->assembly->name, library, flags);
    const char *text = text_symbol(e, library);

    if (elf_symbol(e->o, symbol)->section)
        return symbol;
    elf_align(e->data, 8);
    elf_define(e->o, symbol, e->data);
    elf_u64(e->data, 0);
    elf_pointer(e->o, e->data, text, 0);
    emit_type_ref(e, e->data, ty_type_of_def(e->ty, ty_def_at(e->ty, m->assembly, 1)));
    elf_u32(e->data, flags);
    elf_u32(e->data, 0);
    return symbol;
}

static void
write_pinvoke(struct emit *e, const struct ref *ref)
{
    const struct ty_method_def *m = ref->method->def;
    struct md_image *img = m->assembly->image;
    uint32_t row = md_find_row(img, MD_IMPLMAP, MD_IMPLMAP_MEMBERFORWARDED, (uint32_t)MD_METHODDEF << 24 | m->row);
    const char *name, *library, *module, *text;

    CC_ASSERT(row);
    name = md_cell_string(img, MD_IMPLMAP, row, MD_IMPLMAP_NAME);
    library = md_cell_string(img, MD_MODULEREF, md_cell(img, MD_IMPLMAP, row, MD_IMPLMAP_SCOPE), MD_MODULEREF_NAME);
    module = module_cell(e, m, library);
    text = text_symbol(e, name[0] ? name : m->name);
    elf_align(e->data, 8);
    elf_define(e->o, symbol_of(e, ref), e->data);
    elf_u64(e->data, 0);
    elf_pointer(e->o, e->data, text, 0);
    elf_pointer(e->o, e->data, module, 0);
    elf_u32(e->data, md_cell(img, MD_IMPLMAP, row, MD_IMPLMAP_FLAGS) >> 1 & 3u);
    elf_u32(e->data, 0);
}

/* ---- generics ------------------------------------------------------------------------------------------ */

static void
write_fat_pointer(struct emit *e, struct ty_method *exact)
{
    enum ty_generic_context c = ty_method_context(e->ty, ty_method_canon(e->ty, exact));
    const char *symbol = arena_printf(e->arena, "fat:%s", ty_method_symbol(e->ty, exact));

    if ((c != TY_CTX_MT && c != TY_CTX_METHOD) || elf_symbol(e->o, symbol)->section)
        return;
    elf_align(e->relro, 16);
    elf_define(e->o, symbol, e->relro);
    emit_method_ref(e, e->relro, REF_METHOD, exact);
    if (c == TY_CTX_MT)
        emit_type_ref(e, e->relro, exact->owner);
    else
        emit_method_ref(e, e->relro, REF_METHOD_DICT, exact);
}

static void
write_dictionary(struct emit *e, const char *symbol, const struct ptr_vec *entries)
{
    elf_align(e->relro, 8);
    elf_define(e->o, symbol, e->relro);
    for (size_t i = 0; entries && i < entries->count; i++)
        emit_ref(e, e->relro, entries->at[i]);
    if (!entries || !entries->count)
        elf_u64(e->relro, 0); /* an address of its own */
}

static void
write_gvm(struct emit *e, const struct reach_gvm *g)
{
    struct ref ref = {.kind = REF_GVM, .method = g->decl};

    elf_align(e->data, 8);
    elf_define(e->o, symbol_of(e, &ref), e->data);
    elf_u64(e->data, g->types.count);
    for (size_t i = 0; i < g->types.count; i++) {
        emit_type_ref(e, e->data, g->types.at[i]);
        emit_ref(e, e->data, g->targets.at[i]);
    }
}

static void
write_ref(struct emit *e, const struct ref *ref)
{
    switch ((int)ref->kind) {
    case REF_STRING:
        write_string(e, ref);
        break;
    case REF_BYTES:
        write_bytes(e, ref);
        break;
    case REF_RVA:
        write_rva(e, ref);
        break;
    case REF_CELL:
        write_cell(e, ref);
        break;
    case REF_FIELD_HANDLE:
    case REF_METHOD_HANDLE:
        write_handle(e, ref);
        break;
    case REF_PINVOKE_CELL:
        write_pinvoke(e, ref);
        break;
    case REF_METHOD_PTR:
        write_fat_pointer(e, ref->method);
        break;
    case REF_METHOD:
        if (ref->method->def->runtime_import)
            emit_import_note(e, ref->method->def->runtime_import);
        break;
    case REF_ENGINE:
        emit_import_note(e, ref->name);
        break;
    default: /* MethodTables, statics, dictionaries and code have their own files */
        break;
    }
}

void
emit_refs(struct emit *e)
{
    const struct ptr_vec *refs = reach_refs_found(e->reach);
    const struct ptr_vec *types = reach_types_found(e->reach);
    const struct ptr_vec *methods = reach_methods_found(e->reach);
    const struct ptr_vec *gvms = reach_gvms_found(e->reach);

    elf_define(e->o, "corert_frozen_start", e->frozen);
    elf_define(e->o, "corert_cells_start", e->cells);
    for (size_t i = 0; i < refs->count; i++)
        write_ref(e, refs->at[i]);
    elf_u64(e->frozen, 0);
    elf_define(e->o, "corert_frozen_end", e->frozen);
    elf_define(e->o, "corert_cells_end", e->cells);
    for (size_t i = 0; i < types->count; i++) {
        const struct reach_type *t = types->at[i];

        if (t->dictionary && t->dictionary->count)
            write_dictionary(e, arena_printf(e->arena, "tdict:%s", ty_symbol(e->ty, t->type)), t->dictionary);
    }
    for (size_t i = 0; i < methods->count; i++) {
        const struct reach_method *m = methods->at[i];

        if (m->dictionary_needed)
            write_dictionary(e, arena_printf(e->arena, "dict:%s", ty_method_symbol(e->ty, m->method)), m->dictionary);
    }
    for (size_t i = 0; i < gvms->count; i++)
        write_gvm(e, gvms->at[i]);
}
