/* compiler/emit/localise.c - makes every defined symbol of a relocatable object local and gives
 * chosen ones a global name beside it, so that two modules, or a module and its host, never see each
 * other's names. Sections keep their order and contents; only symbol numbers change. */
#include <string.h>

#include "compiler/base/arena.h"
#include "compiler/base/vec.h"
#include "compiler/emit/elf_view.h"
#include "compiler/emit/emit.h"

struct localiser {
    struct elf_view *v;
    struct arena *arena;
    struct byte_vec symbols, names, out;
    uint32_t *renumber; /* old symbol -> new */
    uint32_t count, first_global;
    const char *problem;
};

static uint32_t
name_put(struct localiser *l, const char *text)
{
    uint32_t at = (uint32_t)l->names.count;

    byte_vec_put(&l->names, text, strlen(text) + 1);
    return at;
}

static void
symbol_put(struct localiser *l, const Elf64_Sym *old, const char *name, unsigned char binding, unsigned char visibility)
{
    Elf64_Sym s = *old;

    s.st_name = name[0] ? name_put(l, name) : 0;
    s.st_info = (unsigned char)ELF64_ST_INFO(binding, ELF64_ST_TYPE(old->st_info));
    s.st_other = visibility;
    byte_vec_put(&l->symbols, &s, sizeof s);
    l->count++;
}

static void
put_locals(struct localiser *l)
{
    struct elf_view *v = l->v;

    for (size_t i = 0; i < v->symbol_count; i++) {
        const Elf64_Sym *s = &v->symbols[i];

        if (i != 0 && s->st_shndx == SHN_UNDEF)
            continue;
        if (s->st_shndx == SHN_COMMON) {
            l->problem = arena_printf(l->arena, "%s is a common symbol, which cannot be made local", elf_view_symbol_name(v, s));
            return;
        }
        l->renumber[i] = l->count;
        symbol_put(l, s, elf_view_symbol_name(v, s), STB_LOCAL, STV_DEFAULT);
    }
    l->first_global = l->count;
}

static void
put_undefined(struct localiser *l)
{
    struct elf_view *v = l->v;

    for (size_t i = 1; i < v->symbol_count; i++) {
        const Elf64_Sym *s = &v->symbols[i];

        if (s->st_shndx != SHN_UNDEF)
            continue;
        l->renumber[i] = l->count;
        symbol_put(l, s, elf_view_symbol_name(v, s), (unsigned char)ELF64_ST_BIND(s->st_info), STV_DEFAULT);
    }
}

static const Elf64_Sym *
symbol_find(const struct elf_view *v, const char *name, bool defined)
{
    for (size_t i = 1; i < v->symbol_count; i++)
        if ((v->symbols[i].st_shndx != SHN_UNDEF) == defined && strcmp(elf_view_symbol_name(v, &v->symbols[i]), name) == 0)
            return &v->symbols[i];
    return NULL;
}

static void
put_globals(struct localiser *l, const struct emit_name *names, size_t count)
{
    for (size_t i = 0; i < count && !l->problem; i++) {
        const Elf64_Sym *s = symbol_find(l->v, names[i].symbol, true);

        if (!s)
            l->problem = arena_printf(l->arena, "internal: %s is not in the object", names[i].symbol);
        else if (symbol_find(l->v, names[i].name, false))
            l->problem = arena_printf(l->arena, "the export %s has the name of a C function that the module itself calls", names[i].name);
        else
            symbol_put(l, s, names[i].name, STB_GLOBAL, STV_DEFAULT);
    }
}

static void
renumber_relocations(struct localiser *l, const Elf64_Shdr *s)
{
    Elf64_Rela *rela = (Elf64_Rela *)(void *)(l->v->bytes + s->sh_offset);

    for (size_t i = 0; i < s->sh_size / sizeof *rela; i++) {
        uint64_t symbol = ELF64_R_SYM(rela[i].r_info);

        if (symbol < l->v->symbol_count)
            rela[i].r_info = ELF64_R_INFO((uint64_t)l->renumber[symbol], ELF64_R_TYPE(rela[i].r_info));
    }
}

static void
write_section(struct localiser *l, uint32_t index)
{
    Elf64_Shdr *s = &l->v->sections[index];
    const uint8_t *bytes = l->v->bytes + s->sh_offset;
    const struct byte_vec *made = index == l->v->symtab ? &l->symbols : index == l->v->sections[l->v->symtab].sh_link ? &l->names : NULL;

    byte_vec_align(&l->out, s->sh_addralign ? s->sh_addralign : 1);
    if (made) {
        bytes = made->at;
        s->sh_size = made->count;
    }
    s->sh_offset = l->out.count;
    if (s->sh_type != SHT_NOBITS && s->sh_size)
        byte_vec_put(&l->out, bytes, s->sh_size);
}

static void
write_all(struct localiser *l)
{
    struct elf_view *v = l->v;

    byte_vec_put(&l->out, v->header, sizeof *v->header);
    for (uint32_t i = 1; i < v->section_count; i++) {
        Elf64_Shdr *s = &v->sections[i];

        if (s->sh_type == SHT_RELA)
            renumber_relocations(l, s);
        if (i == v->symtab)
            s->sh_info = l->first_global;
        /* The joined object has no groups any more, and a section of mixed parts cannot be merged. */
        s->sh_flags &= ~(uint64_t)SHF_GROUP;
        if (s->sh_entsize == 0)
            s->sh_flags &= ~(uint64_t)(SHF_MERGE | SHF_STRINGS);
        write_section(l, i);
    }
    byte_vec_align(&l->out, 8);
    v->header->e_shoff = l->out.count;
    memcpy(l->out.at, v->header, sizeof *v->header);
    byte_vec_put(&l->out, v->sections, v->section_count * sizeof *v->sections);
}

bool
emit_localise(struct elf_view *v, const struct emit_name *names, size_t count, struct arena *arena, uint8_t **bytes, size_t *size,
              const char **message)
{
    struct localiser l = {.v = v, .arena = arena};

    l.renumber = arena_array(arena, v->symbol_count + 1, sizeof *l.renumber);
    byte_vec_u8(&l.names, 0);
    put_locals(&l);
    put_undefined(&l);
    put_globals(&l, names, count);
    for (uint32_t i = 1; i < v->section_count && !l.problem; i++)
        if (v->sections[i].sh_type == SHT_GROUP || v->sections[i].sh_type == SHT_SYMTAB_SHNDX || v->sections[i].sh_type == SHT_REL)
            l.problem = "internal: the joined object has a section of a kind that is not expected";
    if (!l.problem)
        write_all(&l);
    byte_vec_free(&l.symbols);
    byte_vec_free(&l.names);
    *bytes = l.out.at;
    *size = l.out.count;
    *message = l.problem ? l.problem : "";
    return !l.problem;
}
