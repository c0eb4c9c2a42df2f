/* tests/fuzz/fuzz_module_file.c - any bytes as the file of a module: ELF structure, digest, header.
 * Nothing is mapped: only what is found good may reach the dynamic linker. */
#include "tests/fuzz/fuzz.h"

#include "loader/loader_priv.h"

#include <elf.h>
#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[256];
    struct ldr_diag diag = {text, sizeof text};
    uint8_t digest[LDR_DIGEST_BYTES];
    const char *why = NULL;
    size_t at;

    text[0] = 0;
    if (ldr_bytes_check(data, size, "fuzz", &diag) != CORERT_OK && !text[0])
        __builtin_trap(); /* a refusal says why */
    if (ldr_digest_compute(data, size, digest, &at, &why) &&
        (at > size || size - at < sizeof digest))
        __builtin_trap();
    return 0;
}

/* A shared object with one segment, a dynamic symbol table of one name, and a header. */
struct seed {
    Elf64_Ehdr elf;
    Elf64_Phdr phdr[2];
    Elf64_Dyn dynamic[6];
    Elf64_Sym symbol[2];
    uint32_t hash[5];
    uint32_t padding;
    char names[32];
    uint8_t header[sizeof(struct corert_module_header) + sizeof(struct ldr_row)];
};

static void
seed_fill(struct seed *s)
{
    const struct corert_module_header header = {.magic = LDR_MAGIC,
                                                .format_major = LDR_FORMAT_MAJOR,
                                                .format_minor = LDR_FORMAT_MINOR,
                                                .engine_abi = LDR_ENGINE_ABI,
                                                .section_count = 1};
    const struct ldr_row row = {.id = LDR_SECTION_TYPE_MANAGER};

    memset(s, 0, sizeof *s);
    memcpy(s->elf.e_ident, ELFMAG, SELFMAG);
    s->elf.e_ident[EI_CLASS] = ELFCLASS64;
    s->elf.e_ident[EI_DATA] = ELFDATA2LSB;
    s->elf.e_ident[EI_VERSION] = EV_CURRENT;
    s->elf.e_type = ET_DYN;
    s->elf.e_machine = EM_X86_64;
    s->elf.e_version = EV_CURRENT;
    s->elf.e_ehsize = sizeof s->elf;
    s->elf.e_phoff = offsetof(struct seed, phdr);
    s->elf.e_phentsize = sizeof s->phdr[0];
    s->elf.e_phnum = 2;
    s->phdr[0] = (Elf64_Phdr){.p_type = PT_LOAD, .p_flags = PF_R | PF_W, .p_filesz = sizeof *s,
                              .p_memsz = sizeof *s, .p_align = 4096};
    s->phdr[1] = (Elf64_Phdr){.p_type = PT_DYNAMIC, .p_flags = PF_R | PF_W,
                              .p_offset = offsetof(struct seed, dynamic),
                              .p_vaddr = offsetof(struct seed, dynamic),
                              .p_filesz = sizeof s->dynamic, .p_memsz = sizeof s->dynamic};
    s->dynamic[0] = (Elf64_Dyn){DT_SYMTAB, {offsetof(struct seed, symbol)}};
    s->dynamic[1] = (Elf64_Dyn){DT_STRTAB, {offsetof(struct seed, names)}};
    s->dynamic[2] = (Elf64_Dyn){DT_STRSZ, {sizeof s->names}};
    s->dynamic[3] = (Elf64_Dyn){DT_HASH, {offsetof(struct seed, hash)}};
    s->dynamic[4] = (Elf64_Dyn){DT_SYMENT, {sizeof s->symbol[0]}};
    s->hash[0] = 1;
    s->hash[1] = 2;
    s->hash[2] = 1;
    strcpy(s->names + 1, LDR_HEADER_SYMBOL);
    s->symbol[1] = (Elf64_Sym){.st_name = 1, .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT),
                               .st_shndx = 1, .st_value = offsetof(struct seed, header),
                               .st_size = sizeof s->header};
    memcpy(s->header, &header, sizeof header);
    memcpy(s->header + sizeof header, &row, sizeof row);
}

bool
fuzz_seed(unsigned n, struct byte_vec *out)
{
    struct seed s;
    const char *why;

    if (n > 1)
        return false;
    seed_fill(&s);
    if (n == 1)
        ldr_digest_seal((uint8_t *)&s, sizeof s, &why);
    byte_vec_put(out, &s, sizeof s);
    return true;
}
