/* compiler/emit/drop_in.c - exports of a module that programs open by themselves with dlopen.
 * Each is an ELF symbol at a stub. The first call of any goes through corert_drop_in of libcorert.so,
 * which starts the engine and binds the module; after that a stub is one compare and a jump. */
#include "compiler/emit/emit.h"
#include "compiler/emit/emit_priv.h"

/* cmp qword [record], 0; jne real; lea r10, record; lea r11, real; jmp [record + 16] */
static const uint8_t stub_code[] = {0x48, 0x83, 0x3D, 0, 0, 0, 0, 0, 0x0F, 0x85, 0, 0, 0, 0, 0x4C, 0x8D, 0x15, 0, 0, 0, 0,
                                    0x4C, 0x8D, 0x1D, 0, 0, 0, 0, 0xFF, 0x25, 0, 0, 0, 0};

/* Offsets of the four-byte displacements. */
enum { AT_FLAG = 3, AT_JUMP = 10, AT_RECORD = 17, AT_REAL = 24, AT_ENTER = 30, STUB_ALIGN = 16 };

#define RECORD "corert_drop_in_record"

/* struct drop_in of engine/drop_in.h */
static void
write_record(struct emit *e)
{
    struct elf_section *s = elf_section_new(e->o, ".data.corert_drop_in", ELF_DATA, 8);

    elf_define(e->o, RECORD, s);
    elf_u64(s, 0);
    elf_pointer(e->o, s, LDR_HEADER_SYMBOL, 0);
    elf_pointer(e->o, s, "corert_drop_in", 0);
}

static void
write_stub(struct emit *e, struct elf_section *text, struct ty_method *m)
{
    struct ref ref = {.kind = REF_METHOD_NATIVE, .method = m};
    const char *real = reach_target_direct(e->reach, &ref).symbol;
    struct elf_symbol *sym;
    uint64_t at;

    elf_align(text, STUB_ALIGN);
    at = elf_at(text);
    sym = elf_define(e->o, m->def->export_name, text);
    sym->is_function = true;
    sym->is_exported = true;
    sym->size = sizeof stub_code;
    elf_bytes(text, stub_code, sizeof stub_code);
    elf_pc32(e->o, text, at + AT_FLAG, RECORD, -5); /* a one-byte constant follows */
    elf_pc32(e->o, text, at + AT_JUMP, real, -4);
    elf_pc32(e->o, text, at + AT_RECORD, RECORD, -4);
    elf_pc32(e->o, text, at + AT_REAL, real, -4);
    elf_pc32(e->o, text, at + AT_ENTER, RECORD, 16 - 4);
}

void
emit_drop_in(struct emit *e)
{
    struct elf_section *text = elf_section_new(e->o, ".text.corert_drop_in", ELF_CODE, STUB_ALIGN);

    write_record(e);
    for (size_t i = 0; i < e->in->exports.count; i++)
        write_stub(e, text, e->in->exports.at[i]);
}
