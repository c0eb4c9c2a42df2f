/* loader/elf.c - the few ELF structures a module's file must have, x86-64 little-endian only.
 * Reads through the cursor; keeps file offsets, never pointers, and re-checks at each use. */
#include "loader/elf.h"

#include <string.h>

#include "pal/cursor.h"

#define ELF_HEADER_BYTES 64u
#define ELF_PHDR_BYTES   56u
#define ELF_SYMBOL_BYTES 24u
#define ELF_TYPE_SHARED  3u
#define ELF_MACHINE_X64  62u

enum { PT_LOAD = 1, PT_DYNAMIC = 2, PT_INTERP = 3, PT_GNU_EH_FRAME = 0x6474E550 };

enum {
    DT_NULL = 0,
    DT_HASH = 4,
    DT_STRTAB = 5,
    DT_SYMTAB = 6,
    DT_STRSZ = 10,
    DT_TEXTREL = 22,
    DT_FLAGS = 30,
    DT_GNU_HASH = 0x6FFFFEF5
};

#define DF_TEXTREL 4u

struct phdr {
    uint32_t type;
    uint32_t flags;
    uint64_t offset;
    uint64_t address;
    uint64_t file_bytes;
    uint64_t memory_bytes;
    uint64_t align;
};

static struct phdr
phdr_read(struct cursor *c)
{
    struct phdr p;

    p.type = cursor_u32(c);
    p.flags = cursor_u32(c);
    p.offset = cursor_u64(c);
    p.address = cursor_u64(c);
    (void)cursor_u64(c); /* physical address */
    p.file_bytes = cursor_u64(c);
    p.memory_bytes = cursor_u64(c);
    p.align = cursor_u64(c);
    return p;
}

/* A cursor over [offset, offset + bytes) of the file, failed if that is not inside. */
static struct cursor
file_part(const struct ldr_elf *elf, uint64_t offset, uint64_t bytes)
{
    struct cursor c = cursor_over(elf->bytes, elf->size);

    if (offset > elf->size || bytes > elf->size - offset) {
        c.failed = true;
        return c;
    }
    return cursor_over(elf->bytes + offset, (size_t)bytes);
}

static const char *
load_check(struct ldr_elf *elf, const struct phdr *p)
{
    const struct ldr_segment *last;
    struct ldr_segment *s;

    if (elf->segments == LDR_SEGMENTS_MAX)
        return "has too many segments";
    if (p->offset > elf->size || p->file_bytes > elf->size - p->offset)
        return "is truncated: a segment ends beyond the file";
    if (p->file_bytes > p->memory_bytes || p->memory_bytes > UINT64_C(1) << 40 ||
        p->address > UINT64_C(1) << 40)
        return "has a segment with impossible sizes";
    if (p->align & (p->align - 1) || (p->align && (p->address - p->offset) % p->align))
        return "has a misaligned segment";
    if (elf->segments == 0 && (p->offset != 0 || p->file_bytes < ELF_HEADER_BYTES))
        return "does not map its own ELF header";
    last = elf->segments ? &elf->segment[elf->segments - 1] : NULL;
    if (last && p->address < last->address + last->memory_bytes)
        return "has overlapping segments";
    s = &elf->segment[elf->segments++];
    s->address = p->address;
    s->memory_bytes = p->memory_bytes;
    s->offset = p->offset;
    s->file_bytes = p->file_bytes;
    s->flags = p->flags & 7u;
    return NULL;
}

static const char *
header_check(struct cursor *c, uint64_t *phdrs, uint32_t *count)
{
    const uint8_t *ident = cursor_take(c, 16);
    uint32_t type, machine, entry_bytes;

    if (!ident || memcmp(ident, "\177ELF", 4) != 0)
        return "is not an ELF file";
    if (ident[4] != 2 || ident[5] != 1 || ident[6] != 1)
        return "is not a 64-bit little-endian ELF file";
    type = cursor_u16(c);
    machine = cursor_u16(c);
    (void)cursor_u32(c);
    (void)cursor_u64(c);
    *phdrs = cursor_u64(c);
    (void)cursor_u64(c);
    (void)cursor_u32(c);
    (void)cursor_u16(c);
    entry_bytes = cursor_u16(c);
    *count = cursor_u16(c);
    (void)cursor_take(c, 6);
    if (c->failed)
        return "is truncated: no ELF header";
    if (machine != ELF_MACHINE_X64)
        return "is for another processor";
    if (type != ELF_TYPE_SHARED)
        return "is not a shared object";
    if (entry_bytes != ELF_PHDR_BYTES || *count == 0 || *count > 64)
        return "has no usable program headers";
    return NULL;
}

/* Turns the addresses of the dynamic section into file offsets. */
static const char *
dynamic_read(struct ldr_elf *elf, const struct phdr *p)
{
    struct cursor c = file_part(elf, p->offset, p->file_bytes);
    uint64_t symbols = 0, strings = 0, gnu = 0, sysv = 0;

    for (;;) {
        uint64_t tag = cursor_u64(&c);
        uint64_t value = cursor_u64(&c);

        if (c.failed || tag == DT_NULL)
            break;
        if (tag == DT_TEXTREL || (tag == DT_FLAGS && (value & DF_TEXTREL)))
            return "has relocations in its code";
        symbols = tag == DT_SYMTAB ? value : symbols;
        strings = tag == DT_STRTAB ? value : strings;
        gnu = tag == DT_GNU_HASH ? value : gnu;
        sysv = tag == DT_HASH ? value : sysv;
        elf->strings_bytes = tag == DT_STRSZ ? value : elf->strings_bytes;
    }
    if (c.failed)
        return "has a dynamic section without an end";
    if (!ldr_elf_offset(elf, symbols, ELF_SYMBOL_BYTES, &elf->symbols) ||
        !ldr_elf_offset(elf, strings, elf->strings_bytes, &elf->strings))
        return "has no dynamic symbols";
    if (gnu && !ldr_elf_offset(elf, gnu, 16, &elf->gnu_hash))
        return "has a symbol hash table outside its segments";
    if (sysv && !ldr_elf_offset(elf, sysv, 8, &elf->sysv_hash))
        return "has a symbol hash table outside its segments";
    return NULL;
}

bool
ldr_elf_open(struct ldr_elf *elf, const uint8_t *bytes, size_t size, const char **why)
{
    struct cursor c = cursor_over(bytes, size);
    struct phdr dynamic = {0};
    uint64_t at;
    uint32_t count, i;

    memset(elf, 0, sizeof *elf);
    elf->bytes = bytes;
    elf->size = size;
    *why = header_check(&c, &at, &count);
    if (*why)
        return false;
    c = file_part(elf, at, (uint64_t)count * ELF_PHDR_BYTES);
    for (i = 0; i < count && !c.failed; i++) {
        struct phdr p = phdr_read(&c);

        if (p.type == PT_INTERP) {
            *why = "is a program, not a module";
            return false;
        }
        if (p.type == PT_LOAD)
            *why = load_check(elf, &p);
        if (*why)
            return false;
        if (p.type == PT_DYNAMIC)
            dynamic = p;
    }
    if (c.failed)
        *why = "is truncated: the program headers lie beyond the file";
    else if (elf->segments && at + (uint64_t)count * ELF_PHDR_BYTES > elf->segment[0].file_bytes)
        *why = "does not map its program headers";
    else if (elf->segments == 0 || !dynamic.type)
        *why = "has no dynamic section";
    else
        *why = dynamic_read(elf, &dynamic);
    return *why == NULL;
}

bool
ldr_elf_offset(const struct ldr_elf *elf, uint64_t address, uint64_t bytes, uint64_t *offset)
{
    uint32_t i;

    for (i = 0; i < elf->segments; i++) {
        const struct ldr_segment *s = &elf->segment[i];

        if (address >= s->address && address - s->address <= s->file_bytes &&
            bytes <= s->file_bytes - (address - s->address)) {
            *offset = s->offset + (address - s->address);
            return true;
        }
    }
    return false;
}

/* Is symbol number `index` the defined symbol `name`? */
static bool
symbol_is(const struct ldr_elf *elf, uint32_t index, const char *name, uint64_t *address)
{
    struct cursor c =
        file_part(elf, elf->symbols + (uint64_t)index * ELF_SYMBOL_BYTES, ELF_SYMBOL_BYTES);
    uint32_t at = cursor_u32(&c);
    size_t length = strlen(name) + 1;
    uint32_t section;
    uint64_t value;

    (void)cursor_u16(&c);
    section = cursor_u16(&c);
    value = cursor_u64(&c);
    if (c.failed || section == 0 || at > elf->strings_bytes || length > elf->strings_bytes - at)
        return false;
    if (memcmp(elf->bytes + elf->strings + at, name, length) != 0)
        return false;
    *address = value;
    return true;
}

static bool
gnu_find(const struct ldr_elf *elf, const char *name, uint64_t *address)
{
    struct cursor c = file_part(elf, elf->gnu_hash, elf->size - elf->gnu_hash);
    uint32_t buckets = cursor_u32(&c);
    uint32_t first = cursor_u32(&c);
    uint32_t bloom = cursor_u32(&c);
    uint32_t hash = 5381, index, value;
    const char *p;
    uint64_t chains;

    for (p = name; *p; p++)
        hash = hash * 33 + (uint8_t)*p;
    if (c.failed || buckets == 0)
        return false;
    chains = 16 + (uint64_t)bloom * 8 + (uint64_t)buckets * 4;
    if (chains > c.size)
        return false;
    cursor_seek(&c, (size_t)(16 + (uint64_t)bloom * 8 + (uint64_t)(hash % buckets) * 4));
    index = cursor_u32(&c);
    if (index < first)
        return false;
    for (;; index++) {
        uint64_t at = chains + (uint64_t)(index - first) * 4;

        if (at > c.size || !cursor_seek(&c, (size_t)at))
            return false;
        value = cursor_u32(&c);
        if (c.failed)
            return false;
        if ((value | 1) == (hash | 1) && symbol_is(elf, index, name, address))
            return true;
        if (value & 1)
            return false;
    }
}

/* The old table gives the number of symbols; a module has few, so all are compared. */
static bool
sysv_find(const struct ldr_elf *elf, const char *name, uint64_t *address)
{
    struct cursor c = file_part(elf, elf->sysv_hash, 8);
    uint32_t count, i;

    (void)cursor_u32(&c);
    count = cursor_u32(&c);
    for (i = 1; i < count; i++) {
        if ((uint64_t)i * ELF_SYMBOL_BYTES > elf->size - elf->symbols)
            return false;
        if (symbol_is(elf, i, name, address))
            return true;
    }
    return false;
}

bool
ldr_elf_symbol(const struct ldr_elf *elf, const char *name, uint64_t *address)
{
    if (elf->gnu_hash)
        return gnu_find(elf, name, address);
    if (elf->sysv_hash)
        return sysv_find(elf, name, address);
    return false;
}

/* The program headers of a mapped image. */
static struct cursor
mapped_phdrs(const void *base, uint32_t *count, uint16_t *type)
{
    const uint8_t *bytes = base;
    struct cursor c = cursor_over(bytes, ELF_HEADER_BYTES);
    uint64_t at;

    cursor_seek(&c, 16);
    *type = cursor_u16(&c);
    cursor_seek(&c, 32);
    at = cursor_u64(&c);
    cursor_seek(&c, 56);
    *count = cursor_u16(&c);
    return cursor_over(bytes + at, (size_t)*count * ELF_PHDR_BYTES);
}

uint32_t
ldr_elf_mapped_segments(const void *base, struct ldr_segment segment[LDR_SEGMENTS_MAX],
                        uint64_t *bias)
{
    uint64_t lowest = UINT64_MAX;
    uint32_t count, i, found = 0;
    uint16_t type;
    struct cursor c = mapped_phdrs(base, &count, &type);

    *bias = 0;
    for (i = 0; i < count; i++) {
        struct phdr p = phdr_read(&c);

        if (p.type != PT_LOAD || found == LDR_SEGMENTS_MAX)
            continue;
        segment[found].address = p.address;
        segment[found].memory_bytes = p.memory_bytes;
        segment[found].offset = p.offset;
        segment[found].file_bytes = p.file_bytes;
        segment[found].flags = p.flags & 7u;
        if (p.address < lowest)
            lowest = p.address;
        found++;
    }
    /* A fixed program is where it says; everything else counts from its lowest page. */
    if (type == ELF_TYPE_SHARED && found)
        *bias = (uint64_t)(uintptr_t)base - (lowest & ~UINT64_C(0xFFF));
    return found;
}

bool
ldr_elf_mapped_unwind(const void *base, uint64_t *address, uint64_t *bytes)
{
    uint32_t count, i;
    uint16_t type;
    struct cursor c = mapped_phdrs(base, &count, &type);

    for (i = 0; i < count; i++) {
        struct phdr p = phdr_read(&c);

        if (p.type == PT_GNU_EH_FRAME) {
            *address = p.address;
            *bytes = p.memory_bytes;
            return true;
        }
    }
    *address = 0;
    *bytes = 0;
    return false;
}
