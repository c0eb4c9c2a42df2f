/* compiler/emit/emit.c - puts the data object together; small helpers for the other files. */
#include "compiler/emit/emit.h"

#include <string.h>

#include "compiler/base/diag.h"
#include "compiler/emit/emit_priv.h"

void
emit_import_note(struct emit *e, const char *name)
{
    str_map_put(&e->imports, name, e);
}

const char *
emit_type_symbol(struct emit *e, struct ty_type *t)
{
    return arena_printf(e->arena, "mt:%s", ty_symbol(e->ty, t));
}

void
emit_ref(struct emit *e, struct elf_section *s, const struct ref *ref)
{
    struct ref_target t = {0};
    size_t prefix = strlen("corert_import.");

    if (ref)
        t = reach_target_direct(e->reach, ref);
    if (!t.symbol) {
        elf_u64(s, 0);
        return;
    }
    if (t.through_slot) {
        /* An engine function has no address in the image: data that names one holds the address of
         * a stub that jumps through the import slot. */
        emit_import_note(e, t.symbol + prefix);
        elf_pointer(e->o, s, arena_printf(e->arena, "jump:%s", t.symbol + prefix), 0);
        return;
    }
    elf_pointer(e->o, s, t.symbol, t.addend);
}

const char *
emit_text(struct emit *e, const char *text)
{
    const char *symbol = arena_printf(e->arena, "text:%s", text);

    if (!elf_symbol(e->o, symbol)->section) {
        elf_define(e->o, symbol, e->rodata);
        elf_bytes(e->rodata, text, strlen(text) + 1);
    }
    return symbol;
}

void
emit_type_ref(struct emit *e, struct elf_section *s, struct ty_type *t)
{
    elf_pointer(e->o, s, emit_type_symbol(e, t), 0);
}

void
emit_method_ref(struct emit *e, struct elf_section *s, enum ref_kind kind, struct ty_method *m)
{
    struct ref ref = {.kind = kind, .method = m};

    emit_ref(e, s, &ref);
}

/* jmp *slot(%rip) for every import: 8 bytes each, in a code section after all other code. */
static void
write_jump_stubs(struct emit *e)
{
    static const uint8_t jump[] = {0xFF, 0x25, 0, 0, 0, 0, 0x0F, 0x0B};
    struct elf_section *text = elf_section_new(e->o, ".text.corert_jumps", ELF_CODE, 8);

    for (size_t i = 0; i < e->imports.set.count; i++) {
        const char *name = str_map_key(&e->imports, i);
        struct elf_symbol *sym = elf_define(e->o, arena_printf(e->arena, "jump:%s", name), text);

        sym->is_function = true;
        sym->size = sizeof jump;
        elf_bytes(text, jump, sizeof jump);
        elf_pc32(e->o, text, elf_at(text) - sizeof jump + 2, arena_printf(e->arena, "corert_import.%s", name), -4);
    }
}

static void
write_slots(struct emit *e)
{
    const struct ptr_vec *slots = reach_slots_found(e->reach);

    elf_align(e->relro, 8);
    for (size_t i = 0; i < slots->count; i++) {
        const struct reach_slot *s = slots->at[i];

        elf_define(e->o, s->slot_symbol, e->relro);
        elf_pointer(e->o, e->relro, s->target.symbol, s->target.addend);
    }
}

void
emit_data(const struct emit_input *in, uint8_t **object, size_t *size)
{
    struct emit e = {.in = in, .reach = in->reach, .ty = in->ty, .arena = in->arena};

    e.o = elf_object_new(in->arena);
    e.relro = elf_section_new(e.o, ".data.rel.ro", ELF_RELRO, 16);
    e.rodata = elf_section_new(e.o, ".rodata", ELF_RODATA, 16);
    e.data = elf_section_new(e.o, ".data", ELF_DATA, 16);
    e.bss = elf_section_new(e.o, ".bss", ELF_BSS, 16);
    e.frozen = elf_section_new(e.o, ".data.corert_frozen", ELF_DATA, 16);
    e.cells = elf_section_new(e.o, ".data.corert_cells", ELF_DATA, 16);
    for (size_t i = 0; i < in->imports->set.count; i++)
        emit_import_note(&e, str_map_key(in->imports, i));
    emit_method_tables(&e);
    emit_statics(&e);
    emit_refs(&e);
    emit_interop_maps(&e);
    write_slots(&e);
    emit_header(&e);
    write_jump_stubs(&e);
    if (in->drop_in)
        emit_drop_in(&e);
    elf_object_write(e.o, object, size);
}

/* ---- marker objects ---------------------------------------------------------------------------- */

static void
marker(const char *section, const char *const *symbols, size_t count, uint8_t **object, size_t *size)
{
    static const uint8_t trap[16] = {0x0F, 0x0B, 0x0F, 0x0B, 0x0F, 0x0B, 0x0F, 0x0B, 0x0F, 0x0B, 0x0F, 0x0B, 0x0F, 0x0B, 0x0F, 0x0B};
    struct arena *a = arena_new();
    struct elf_object *o = elf_object_new(a);
    struct elf_section *text = elf_section_new(o, section, ELF_CODE, 16);

    for (size_t i = 0; i < count; i++)
        elf_define(o, symbols[i], text)->is_function = true;
    elf_bytes(text, trap, sizeof trap);
    elf_object_write(o, object, size);
    arena_free(a);
}

void
emit_code_begin(uint8_t **object, size_t *size)
{
    static const char *const symbols[] = {"corert_code_start"};

    marker(".text.corert_begin", symbols, 1, object, size);
}

void
emit_code_end(uint8_t **object, size_t *size)
{
    static const char *const symbols[] = {"corert_code_end"};

    marker(".text.corert_end", symbols, 1, object, size);
}
