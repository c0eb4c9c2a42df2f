/* compiler/emit/elf_view.c - see the header. */
#include "compiler/emit/elf_view.h"

#include <string.h>

static bool
holds(const struct elf_view *v, uint64_t offset, uint64_t bytes)
{
    return offset <= v->size && bytes <= v->size - offset;
}

static bool
open_symbols(struct elf_view *v, uint32_t index)
{
    const Elf64_Shdr *s = &v->sections[index], *strings;

    if (s->sh_link >= v->section_count || s->sh_entsize != sizeof(Elf64_Sym) || s->sh_offset % 8)
        return false;
    strings = &v->sections[s->sh_link];
    v->symtab = index;
    v->symbols = (Elf64_Sym *)(void *)(v->bytes + s->sh_offset);
    v->symbol_count = s->sh_size / sizeof(Elf64_Sym);
    v->strings = (const char *)v->bytes + strings->sh_offset;
    v->string_bytes = strings->sh_size;
    return strings->sh_type != SHT_NOBITS && v->string_bytes && v->strings[v->string_bytes - 1] == '\0';
}

bool
elf_view_open(struct elf_view *v, uint8_t *bytes, size_t size)
{
    memset(v, 0, sizeof *v);
    v->bytes = bytes;
    v->size = size;
    v->header = (Elf64_Ehdr *)(void *)bytes;
    if (size < sizeof(Elf64_Ehdr) || memcmp(bytes, ELFMAG, SELFMAG) != 0 || v->header->e_ident[EI_CLASS] != ELFCLASS64 ||
        v->header->e_ident[EI_DATA] != ELFDATA2LSB || v->header->e_shentsize != sizeof(Elf64_Shdr))
        return false;
    v->section_count = v->header->e_shnum; /* more than 65279 sections: we never write so many */
    if (v->header->e_shoff % 8 || !holds(v, v->header->e_shoff, (uint64_t)v->section_count * sizeof(Elf64_Shdr)) ||
        v->header->e_shstrndx >= v->section_count)
        return false;
    v->sections = (Elf64_Shdr *)(void *)(bytes + v->header->e_shoff);
    for (uint32_t i = 0; i < v->section_count; i++)
        if (v->sections[i].sh_type != SHT_NOBITS && v->sections[i].sh_type != SHT_NULL &&
            !holds(v, v->sections[i].sh_offset, v->sections[i].sh_size))
            return false;
    for (uint32_t i = 1; i < v->section_count; i++)
        if (v->sections[i].sh_type == SHT_SYMTAB && !open_symbols(v, i))
            return false;
    return true;
}

const char *
elf_view_section_name(const struct elf_view *v, uint32_t index)
{
    const Elf64_Shdr *names = &v->sections[v->header->e_shstrndx];
    uint32_t at = v->sections[index].sh_name;

    if (names->sh_type == SHT_NOBITS || at >= names->sh_size || v->bytes[names->sh_offset + names->sh_size - 1] != '\0')
        return "";
    return (const char *)v->bytes + names->sh_offset + at;
}

const char *
elf_view_symbol_name(const struct elf_view *v, const Elf64_Sym *s)
{
    return s->st_name < v->string_bytes ? v->strings + s->st_name : "";
}

uint32_t
elf_view_symbol_section(const struct elf_view *v, const Elf64_Sym *s)
{
    return s->st_shndx != SHN_UNDEF && s->st_shndx < v->section_count ? s->st_shndx : 0;
}
