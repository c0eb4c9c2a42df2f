/* tests/emit/elf_image.c - see the header. Trusts the file: it comes from this build's own tools.
 */
#include "tests/emit/elf_image.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SECTION_ALIGN = 4096, UNDEFINED_STRIDE = 16 };

struct reading {
    struct elf_image *image;
    const char *path;
    const Elf64_Ehdr *header;
    const Elf64_Shdr *sections;
    uint64_t *addresses; /* of each section, owned */
    uint64_t end;        /* next free address */
};

static _Noreturn void
fail(const char *path, const char *fact)
{
    fprintf(stderr, "%s: %s\n", path, fact);
    exit(2);
}

static void *
allocate(size_t bytes)
{
    void *p = calloc(bytes ? bytes : 1, 1);

    if (!p)
        fail("memory", "not enough");
    return p;
}

static void
read_file(struct reading *r)
{
    FILE *f = fopen(r->path, "rb");
    long size;

    if (!f || fseek(f, 0, SEEK_END) != 0 || (size = ftell(f)) < (long)sizeof(Elf64_Ehdr))
        fail(r->path, "cannot be read or is too short");
    rewind(f);
    r->image->file_bytes = (size_t)size;
    r->image->file = allocate((size_t)size);
    if (fread(r->image->file, 1, (size_t)size, f) != (size_t)size)
        fail(r->path, "cannot be read");
    fclose(f);
    r->header = (const Elf64_Ehdr *)(const void *)r->image->file;
    if (memcmp(r->header->e_ident, ELFMAG, SELFMAG) != 0 || r->header->e_machine != EM_X86_64)
        fail(r->path, "is no ELF file for x86-64");
    r->sections = (const Elf64_Shdr *)(const void *)(r->image->file + r->header->e_shoff);
    r->image->is_relocatable = r->header->e_type == ET_REL;
}

/* ---- addresses ----------------------------------------------------------------------------------
 */

static void
place_sections(struct reading *r)
{
    r->end = SECTION_ALIGN;
    for (unsigned i = 0; i < r->header->e_shnum; i++) {
        const Elf64_Shdr *s = &r->sections[i];

        if (!(s->sh_flags & SHF_ALLOC))
            continue;
        if (!r->image->is_relocatable) {
            if (!(s->sh_flags & SHF_TLS) && s->sh_addr + s->sh_size > r->end)
                r->end = s->sh_addr + s->sh_size;
            r->addresses[i] = s->sh_addr;
            continue;
        }
        r->end = (r->end + SECTION_ALIGN - 1) / SECTION_ALIGN * SECTION_ALIGN;
        r->addresses[i] = r->end;
        r->end += s->sh_size;
    }
}

static void
copy_sections(struct reading *r)
{
    for (unsigned i = 0; i < r->header->e_shnum; i++) {
        const Elf64_Shdr *s = &r->sections[i];

        if ((s->sh_flags & SHF_ALLOC) && s->sh_type != SHT_NOBITS)
            memcpy(r->image->memory + r->addresses[i], r->image->file + s->sh_offset, s->sh_size);
    }
}

/* ---- symbols
 * -------------------------------------------------------------------------------------- */

static const Elf64_Shdr *
section_of_type(const struct reading *r, uint32_t type)
{
    for (unsigned i = 0; i < r->header->e_shnum; i++)
        if (r->sections[i].sh_type == type)
            return &r->sections[i];
    return NULL;
}

static int
by_address(const void *a, const void *b)
{
    const struct elf_name *x = a, *y = b;

    if (x->address != y->address)
        return x->address < y->address ? -1 : 1;
    if (x->size != y->size) /* a label of what begins there comes last */
        return x->size > y->size ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* Gives `values` (one a symbol, owned by the caller) the symbols' addresses. */
static uint64_t *
read_symbols(struct reading *r)
{
    const Elf64_Shdr *table = section_of_type(r, SHT_SYMTAB);
    const Elf64_Sym *symbols;
    const char *text;
    size_t count;
    uint64_t *values;

    if (!table)
        fail(r->path, "has no symbol table");
    symbols = (const Elf64_Sym *)(const void *)(r->image->file + table->sh_offset);
    text = (const char *)r->image->file + r->sections[table->sh_link].sh_offset;
    count = table->sh_size / sizeof *symbols;
    values = allocate(count * sizeof *values);
    r->image->names = allocate(count * sizeof *r->image->names);
    for (size_t i = 1; i < count; i++) {
        const Elf64_Sym *s = &symbols[i];
        unsigned type = ELF64_ST_TYPE(s->st_info);
        bool defined = s->st_shndx != SHN_UNDEF && s->st_shndx < SHN_LORESERVE;

        values[i] = s->st_value;
        if (defined && r->image->is_relocatable)
            values[i] += r->addresses[s->st_shndx];
        if (!defined && r->image->is_relocatable) {
            values[i] = r->end;
            r->end += UNDEFINED_STRIDE;
        }
        if (type == STT_SECTION || type == STT_FILE || type == STT_TLS || !text[s->st_name])
            continue;
        r->image->names[r->image->name_count++] =
            (struct elf_name){text + s->st_name, values[i], s->st_size, defined};
    }
    qsort(r->image->names, r->image->name_count, sizeof *r->image->names, by_address);
    return values;
}

/* ---- relocations
 * ------------------------------------------------------------------------------------ */

static void
relocate(struct reading *r, uint64_t at, uint32_t type, uint64_t value)
{
    uint32_t low;

    switch (type) {
    case R_X86_64_64:
    case R_X86_64_RELATIVE:
        memcpy(r->image->memory + at, &value, 8);
        break;
    case R_X86_64_PC32:
    case R_X86_64_PLT32:
        low = (uint32_t)(value - at);
        memcpy(r->image->memory + at, &low, 4);
        break;
    default: /* thread-local and GOT forms: no data that is looked at here */
        break;
    }
}

static void
apply_relocations(struct reading *r, const uint64_t *values)
{
    for (unsigned i = 0; i < r->header->e_shnum; i++) {
        const Elf64_Shdr *s = &r->sections[i];
        const Elf64_Rela *rows = (const Elf64_Rela *)(const void *)(r->image->file + s->sh_offset);

        if (s->sh_type != SHT_RELA)
            continue;
        if (r->image->is_relocatable && !(r->sections[s->sh_info].sh_flags & SHF_ALLOC))
            continue;
        for (size_t k = 0; k < s->sh_size / sizeof *rows; k++) {
            Elf64_Rela row;
            uint32_t type;

            memcpy(&row, (const char *)rows + k * sizeof row,
                   sizeof row); /* the table may be unaligned */
            type = (uint32_t)ELF64_R_TYPE(row.r_info);
            if (r->image->is_relocatable)
                relocate(r, r->addresses[s->sh_info] + row.r_offset, type,
                         values[ELF64_R_SYM(row.r_info)] + (uint64_t)row.r_addend);
            else if (type == R_X86_64_RELATIVE)
                relocate(r, row.r_offset, type, (uint64_t)row.r_addend);
        }
    }
}

/* ---- public
 * ------------------------------------------------------------------------------------------- */

void
elf_image_open(struct elf_image *image, const char *path)
{
    struct reading r = {.image = image, .path = path};
    uint64_t *values;

    memset(image, 0, sizeof *image);
    read_file(&r);
    r.addresses = allocate(r.header->e_shnum * sizeof *r.addresses);
    place_sections(&r);
    image->memory_bytes = r.end;
    image->memory = allocate(r.end);
    copy_sections(&r);
    values = read_symbols(&r);
    apply_relocations(&r, values);
    free(values);
    free(r.addresses);
}

void
elf_image_close(struct elf_image *image)
{
    free(image->file);
    free(image->memory);
    free(image->names);
    memset(image, 0, sizeof *image);
}

const void *
elf_image_at(const struct elf_image *image, uint64_t address, size_t bytes)
{
    if (address > image->memory_bytes || bytes > image->memory_bytes - address)
        return NULL;
    return image->memory + address;
}

const char *
elf_image_name_of(const struct elf_image *image, uint64_t address)
{
    size_t low = 0, high = image->name_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (image->names[middle].address < address)
            low = middle + 1;
        else
            high = middle;
    }
    return low < image->name_count && image->names[low].address == address ? image->names[low].name
                                                                           : NULL;
}

const struct elf_name *
elf_image_find(const struct elf_image *image, const char *name)
{
    for (size_t i = 0; i < image->name_count; i++)
        if (strcmp(image->names[i].name, name) == 0)
            return &image->names[i];
    return NULL;
}
