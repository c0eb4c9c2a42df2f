/* compiler/emit/elf_object.c - see the header. Layout of the file: ELF header, section contents,
 * relocation tables, symbol and string tables, section headers. */
#include "compiler/emit/elf_object.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/base/arena.h"
#include "compiler/base/diag.h"

struct elf_object *
elf_object_new(struct arena *a)
{
    struct elf_object *o = arena_alloc(a, sizeof *o);

    o->arena = a;
    return o;
}

struct elf_section *
elf_section_new(struct elf_object *o, const char *name, enum elf_kind kind, uint32_t align)
{
    struct elf_section *s = arena_alloc(o->arena, sizeof *s);

    s->name = name;
    s->kind = kind;
    s->align = align;
    ptr_vec_push(&o->sections, s);
    return s;
}

struct elf_symbol *
elf_symbol(struct elf_object *o, const char *name)
{
    struct elf_symbol *sym = str_map_get(&o->by_name, name);

    if (!sym) {
        sym = arena_alloc(o->arena, sizeof *sym);
        sym->name = arena_strdup(o->arena, name);
        str_map_put(&o->by_name, name, sym);
        ptr_vec_push(&o->symbols, sym);
    }
    return sym;
}

uint64_t
elf_at(const struct elf_section *s)
{
    return s->kind == ELF_BSS ? s->size : s->bytes.count;
}

struct elf_symbol *
elf_define(struct elf_object *o, const char *name, struct elf_section *s)
{
    struct elf_symbol *sym = elf_symbol(o, name);

    if (sym->section)
        diag_bug(__FILE__, __LINE__, arena_printf(o->arena, "symbol %s is defined twice", name));
    sym->section = s;
    sym->offset = elf_at(s);
    return sym;
}

void
elf_align(struct elf_section *s, uint32_t align)
{
    if (s->align < align)
        s->align = align;
    if (s->kind == ELF_BSS)
        s->size = (s->size + align - 1) / align * align;
    else
        byte_vec_align(&s->bytes, align);
}

void
elf_u16(struct elf_section *s, uint16_t v)
{
    byte_vec_u16(&s->bytes, v);
}

void
elf_u32(struct elf_section *s, uint32_t v)
{
    byte_vec_u32(&s->bytes, v);
}

void
elf_u64(struct elf_section *s, uint64_t v)
{
    byte_vec_u64(&s->bytes, v);
}

void
elf_bytes(struct elf_section *s, const void *bytes, size_t size)
{
    byte_vec_put(&s->bytes, bytes, size);
}

void
elf_reserve(struct elf_section *s, uint64_t size)
{
    if (s->kind == ELF_BSS) {
        s->size += size;
        return;
    }
    for (; size; size--)
        byte_vec_u8(&s->bytes, 0);
}

void
elf_pointer(struct elf_object *o, struct elf_section *s, const char *name, int64_t addend)
{
    struct elf_relocation *rel;

    if (name) {
        rel = arena_alloc(o->arena, sizeof *rel);
        rel->offset = elf_at(s);
        rel->symbol = elf_symbol(o, name);
        rel->addend = addend;
        ptr_vec_push(&s->relocations, rel);
    }
    elf_u64(s, 0);
}

void
elf_pc32(struct elf_object *o, struct elf_section *s, uint64_t offset, const char *name, int64_t addend)
{
    struct elf_relocation *rel = arena_alloc(o->arena, sizeof *rel);

    rel->offset = offset;
    rel->symbol = elf_symbol(o, name);
    rel->addend = addend;
    rel->pc32 = true;
    ptr_vec_push(&s->relocations, rel);
}

/* ---- writing -------------------------------------------------------------------------------- */

struct writer {
    struct elf_object *o;
    struct byte_vec out;
    struct byte_vec names, section_names;
    Elf64_Shdr *headers; /* owned */
    uint32_t header_count;
};

static uint32_t
name_add(struct byte_vec *names, const char *text)
{
    uint32_t at = (uint32_t)names->count;

    byte_vec_put(names, text, strlen(text) + 1);
    return at;
}

static uint64_t
section_flags(enum elf_kind kind)
{
    switch (kind) {
    case ELF_CODE:
        return SHF_ALLOC | SHF_EXECINSTR;
    case ELF_RODATA:
        return SHF_ALLOC;
    case ELF_DATA:
    case ELF_RELRO:
    case ELF_BSS:
        return SHF_ALLOC | SHF_WRITE;
    }
    return 0;
}

static Elf64_Shdr *
header_new(struct writer *w, const char *name, uint32_t type)
{
    Elf64_Shdr *h = &w->headers[w->header_count++];

    memset(h, 0, sizeof *h);
    h->sh_name = name_add(&w->section_names, name);
    h->sh_type = type;
    h->sh_addralign = 1;
    return h;
}

static void
write_section(struct writer *w, struct elf_section *s)
{
    Elf64_Shdr *h = header_new(w, s->name, s->kind == ELF_BSS ? SHT_NOBITS : SHT_PROGBITS);

    s->index = w->header_count - 1;
    byte_vec_align(&w->out, s->align);
    h->sh_flags = section_flags(s->kind);
    h->sh_addralign = s->align;
    h->sh_offset = w->out.count;
    h->sh_size = elf_at(s);
    if (s->kind != ELF_BSS && s->bytes.count)
        byte_vec_put(&w->out, s->bytes.at, s->bytes.count);
}

static void
write_relocations(struct writer *w, const struct elf_section *s, uint32_t symtab_index)
{
    Elf64_Shdr *h;

    if (!s->relocations.count)
        return;
    h = header_new(w, arena_printf(w->o->arena, ".rela%s", s->name), SHT_RELA);
    byte_vec_align(&w->out, 8);
    h->sh_offset = w->out.count;
    h->sh_size = s->relocations.count * sizeof(Elf64_Rela);
    h->sh_entsize = sizeof(Elf64_Rela);
    h->sh_addralign = 8;
    h->sh_link = symtab_index;
    h->sh_info = s->index;
    h->sh_flags = SHF_INFO_LINK;
    for (size_t i = 0; i < s->relocations.count; i++) {
        const struct elf_relocation *r = s->relocations.at[i];
        Elf64_Rela e = {r->offset, ELF64_R_INFO((uint64_t)r->symbol->index, r->pc32 ? R_X86_64_PC32 : R_X86_64_64), r->addend};

        byte_vec_put(&w->out, &e, sizeof e);
    }
}

static void
write_symbols(struct writer *w, uint32_t strtab_index)
{
    Elf64_Shdr *h = header_new(w, ".symtab", SHT_SYMTAB);
    Elf64_Sym none = {0};

    byte_vec_align(&w->out, 8);
    h->sh_offset = w->out.count;
    h->sh_entsize = sizeof(Elf64_Sym);
    h->sh_addralign = 8;
    h->sh_link = strtab_index;
    h->sh_info = 1; /* all symbols but the first are global */
    byte_vec_put(&w->out, &none, sizeof none);
    for (size_t i = 0; i < w->o->symbols.count; i++) {
        const struct elf_symbol *sym = w->o->symbols.at[i];
        Elf64_Sym e = {0};

        e.st_name = name_add(&w->names, sym->name);
        e.st_info = ELF64_ST_INFO(STB_GLOBAL, !sym->section ? STT_NOTYPE : sym->is_function ? STT_FUNC : STT_OBJECT);
        e.st_other = sym->is_exported || !sym->section ? STV_DEFAULT : STV_HIDDEN;
        e.st_shndx = sym->section ? (uint16_t)sym->section->index : SHN_UNDEF;
        e.st_value = sym->offset;
        e.st_size = sym->size;
        byte_vec_put(&w->out, &e, sizeof e);
    }
    h->sh_size = (w->o->symbols.count + 1) * sizeof(Elf64_Sym);
}

static void
write_strings(struct writer *w, const char *name, struct byte_vec *text)
{
    Elf64_Shdr *h = header_new(w, name, SHT_STRTAB);

    h->sh_offset = w->out.count;
    h->sh_size = text->count;
    byte_vec_put(&w->out, text->at, text->count);
}

static void
write_elf_header(struct writer *w)
{
    Elf64_Ehdr e = {0};

    memcpy(e.e_ident, ELFMAG, SELFMAG);
    e.e_ident[EI_CLASS] = ELFCLASS64;
    e.e_ident[EI_DATA] = ELFDATA2LSB;
    e.e_ident[EI_VERSION] = EV_CURRENT;
    e.e_type = ET_REL;
    e.e_machine = EM_X86_64;
    e.e_version = EV_CURRENT;
    e.e_ehsize = sizeof e;
    e.e_shentsize = sizeof(Elf64_Shdr);
    e.e_shoff = w->out.count;
    e.e_shnum = (uint16_t)w->header_count;
    e.e_shstrndx = (uint16_t)(w->header_count - 1);
    memcpy(w->out.at, &e, sizeof e);
}

void
elf_object_write(struct elf_object *o, uint8_t **bytes, size_t *size)
{
    struct writer w = {.o = o};
    Elf64_Ehdr blank = {0};
    uint32_t relocated = 0, symtab_index;

    for (size_t i = 0; i < o->sections.count; i++)
        relocated += ((struct elf_section *)o->sections.at[i])->relocations.count != 0;
    for (size_t i = 0; i < o->symbols.count; i++)
        ((struct elf_symbol *)o->symbols.at[i])->index = (uint32_t)i + 1;
    w.headers = arena_array(o->arena, o->sections.count + relocated + 6, sizeof *w.headers);
    byte_vec_u8(&w.names, 0);
    byte_vec_u8(&w.section_names, 0);
    byte_vec_put(&w.out, &blank, sizeof blank);
    header_new(&w, "", SHT_NULL)->sh_addralign = 0;
    for (size_t i = 0; i < o->sections.count; i++)
        write_section(&w, o->sections.at[i]);
    symtab_index = w.header_count + relocated;
    for (size_t i = 0; i < o->sections.count; i++)
        write_relocations(&w, o->sections.at[i], symtab_index);
    write_symbols(&w, symtab_index + 1);
    write_strings(&w, ".strtab", &w.names);
    header_new(&w, ".note.GNU-stack", SHT_PROGBITS)->sh_offset = w.out.count;
    (void)name_add(&w.section_names, ".shstrtab");
    write_strings(&w, ".shstrtab", &w.section_names);
    byte_vec_align(&w.out, 8);
    write_elf_header(&w);
    byte_vec_put(&w.out, w.headers, w.header_count * sizeof *w.headers);
    byte_vec_free(&w.names);
    byte_vec_free(&w.section_names);
    *bytes = w.out.at;
    *size = w.out.count;
}
