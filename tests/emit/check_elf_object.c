/* tests/emit/check_elf_object.c - objects that compiler/emit/elf_object.c writes: read back with
 * <elf.h>, and linked by the real linkers into a shared object whose bytes are then looked at. */
#include <check.h>
#include <dlfcn.h>
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "compiler/base/arena.h"
#include "compiler/emit/elf_object.h"
#include "pal/pal.h"

static struct arena *arena;
static struct elf_object *object;
static uint8_t *file; /* owned */
static size_t file_bytes;

static void
setup(void)
{
    arena = arena_new();
    object = elf_object_new(arena);
    file = NULL;
}

static void
teardown(void)
{
    pal_free(file);
    arena_free(arena);
}

/* ---- reading back
 * --------------------------------------------------------------------------------- */

static const Elf64_Ehdr *
write_object(void)
{
    pal_free(file);
    elf_object_write(object, &file, &file_bytes);
    return (const Elf64_Ehdr *)(const void *)file;
}

static const Elf64_Shdr *
section_at(unsigned index)
{
    const Elf64_Ehdr *h = (const Elf64_Ehdr *)(const void *)file;

    ck_assert_uint_lt(index, h->e_shnum);
    return (const Elf64_Shdr *)(const void *)(file + h->e_shoff) + index;
}

static const char *
section_name(const Elf64_Shdr *s)
{
    const Elf64_Ehdr *h = (const Elf64_Ehdr *)(const void *)file;

    return (const char *)file + section_at(h->e_shstrndx)->sh_offset + s->sh_name;
}

static const Elf64_Shdr *
section_named(const char *name)
{
    const Elf64_Ehdr *h = (const Elf64_Ehdr *)(const void *)file;

    for (unsigned i = 0; i < h->e_shnum; i++)
        if (strcmp(section_name(section_at(i)), name) == 0)
            return section_at(i);
    return NULL;
}

static unsigned
section_index(const char *name)
{
    return (unsigned)(section_named(name) - section_at(0));
}

static const Elf64_Sym *
symbol_named(const char *name)
{
    const Elf64_Shdr *table = section_named(".symtab");
    const char *text = (const char *)file + section_at(table->sh_link)->sh_offset;
    const Elf64_Sym *symbols = (const Elf64_Sym *)(const void *)(file + table->sh_offset);

    for (size_t i = 1; i < table->sh_size / sizeof *symbols; i++)
        if (strcmp(text + symbols[i].st_name, name) == 0)
            return &symbols[i];
    return NULL;
}

static uint64_t
symbol_index(const char *name)
{
    const Elf64_Sym *first =
        (const Elf64_Sym *)(const void *)(file + section_named(".symtab")->sh_offset);

    return (uint64_t)(symbol_named(name) - first);
}

START_TEST(defined_symbols_have_section_offset_and_size)
{
    struct elf_section *text = elf_section_new(object, ".text", ELF_CODE, 16);
    struct elf_section *data = elf_section_new(object, ".data", ELF_DATA, 8);
    struct elf_symbol *s;

    elf_bytes(text, "\xc3\xc3\xc3", 3);
    s = elf_define(object, "function", text);
    s->is_function = true;
    s->size = 1;
    elf_bytes(text, "\xc3", 1);
    elf_u32(data, 7);
    s = elf_define(object, "exported", data);
    s->is_exported = true;
    elf_u16(data, 1);

    write_object();
    ck_assert_uint_eq(symbol_named("function")->st_value, 3);
    ck_assert_uint_eq(symbol_named("function")->st_size, 1);
    ck_assert_uint_eq(symbol_named("function")->st_shndx, section_index(".text"));
    ck_assert_uint_eq(ELF64_ST_TYPE(symbol_named("function")->st_info), STT_FUNC);
    ck_assert_uint_eq(symbol_named("function")->st_other, STV_HIDDEN);
    ck_assert_uint_eq(symbol_named("exported")->st_value, 4);
    ck_assert_uint_eq(ELF64_ST_TYPE(symbol_named("exported")->st_info), STT_OBJECT);
    ck_assert_uint_eq(ELF64_ST_BIND(symbol_named("exported")->st_info), STB_GLOBAL);
    ck_assert_uint_eq(symbol_named("exported")->st_other, STV_DEFAULT);
}
END_TEST

START_TEST(undefined_symbols_are_undefined_and_visible)
{
    struct elf_section *data = elf_section_new(object, ".data", ELF_DATA, 8);

    elf_pointer(object, data, "elsewhere", 0);
    write_object();
    ck_assert_uint_eq(symbol_named("elsewhere")->st_shndx, SHN_UNDEF);
    ck_assert_uint_eq(symbol_named("elsewhere")->st_other, STV_DEFAULT);
}
END_TEST

START_TEST(a_symbol_may_be_referred_to_before_its_definition)
{
    struct elf_section *data = elf_section_new(object, ".data", ELF_DATA, 8);

    elf_pointer(object, data, "later", 0);
    elf_define(object, "later", data);
    elf_u64(data, 1);
    write_object();
    ck_assert_uint_eq(symbol_named("later")->st_shndx, section_index(".data"));
    ck_assert_uint_eq(symbol_named("later")->st_value, 8);
}
END_TEST

START_TEST(relocations_carry_place_symbol_kind_and_addend)
{
    struct elf_section *data = elf_section_new(object, ".data", ELF_DATA, 8);
    struct elf_section *text = elf_section_new(object, ".text", ELF_CODE, 16);
    const Elf64_Rela *rows;

    elf_u64(data, 5);
    elf_pointer(object, data, "a", -24);
    elf_pointer(object, data, NULL, 99); /* a null pointer has no relocation */
    elf_bytes(text, "\xe8\0\0\0\0", 5);
    elf_pc32(object, text, 1, "b", -4);

    write_object();
    ck_assert_uint_eq(section_named(".rela.data")->sh_size, sizeof *rows);
    ck_assert_uint_eq(section_named(".rela.data")->sh_info, section_index(".data"));
    ck_assert_uint_eq(section_named(".rela.data")->sh_link, section_index(".symtab"));
    rows = (const Elf64_Rela *)(const void *)(file + section_named(".rela.data")->sh_offset);
    ck_assert_uint_eq(rows[0].r_offset, 8);
    ck_assert_uint_eq(ELF64_R_TYPE(rows[0].r_info), R_X86_64_64);
    ck_assert_uint_eq(ELF64_R_SYM(rows[0].r_info), symbol_index("a"));
    ck_assert_int_eq(rows[0].r_addend, -24);
    rows = (const Elf64_Rela *)(const void *)(file + section_named(".rela.text")->sh_offset);
    ck_assert_uint_eq(rows[0].r_offset, 1);
    ck_assert_uint_eq(ELF64_R_TYPE(rows[0].r_info), R_X86_64_PC32);
    ck_assert_int_eq(rows[0].r_addend, -4);
    ck_assert_uint_eq(section_named(".data")->sh_size, 24);
}
END_TEST

START_TEST(sections_keep_kind_and_alignment)
{
    static const struct {
        enum elf_kind kind;
        const char *name;
        uint64_t flags;
        uint32_t align;
    } kinds[] = {
        {ELF_CODE, ".text.x", SHF_ALLOC | SHF_EXECINSTR, 16},
        {ELF_RODATA, ".rodata", SHF_ALLOC, 1},
        {ELF_DATA, ".data", SHF_ALLOC | SHF_WRITE, 8},
        {ELF_RELRO, ".data.rel.ro", SHF_ALLOC | SHF_WRITE, 32},
        {ELF_BSS, ".bss", SHF_ALLOC | SHF_WRITE, 64},
    };

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct elf_section *s =
            elf_section_new(object, kinds[i].name, kinds[i].kind, kinds[i].align);

        elf_reserve(s, 3 + i);
    }
    write_object();
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const Elf64_Shdr *s = section_named(kinds[i].name);

        ck_assert_uint_eq(s->sh_flags, kinds[i].flags);
        ck_assert_uint_eq(s->sh_addralign, kinds[i].align);
        ck_assert_uint_eq(s->sh_size, 3 + i);
        ck_assert_uint_eq(s->sh_type, kinds[i].kind == ELF_BSS ? SHT_NOBITS : SHT_PROGBITS);
        ck_assert_uint_eq(s->sh_offset % s->sh_addralign, 0);
    }
    ck_assert_ptr_nonnull(section_named(".note.GNU-stack"));
    ck_assert_uint_eq(section_named(".note.GNU-stack")->sh_flags, 0);
}
END_TEST

START_TEST(aligning_pads_and_raises_the_section_alignment)
{
    struct elf_section *data = elf_section_new(object, ".data", ELF_DATA, 4);
    struct elf_section *bss = elf_section_new(object, ".bss", ELF_BSS, 8);

    elf_u16(data, 1);
    elf_align(data, 8);
    ck_assert_uint_eq(elf_at(data), 8);
    elf_align(data, 4);
    ck_assert_uint_eq(elf_at(data), 8);
    elf_reserve(bss, 3);
    elf_align(bss, 32);
    ck_assert_uint_eq(elf_at(bss), 32);
    write_object();
    ck_assert_uint_eq(section_named(".data")->sh_addralign, 8);
    ck_assert_uint_eq(section_named(".bss")->sh_addralign, 32);
}
END_TEST

START_TEST(an_empty_object_is_valid)
{
    const Elf64_Ehdr *h = write_object();

    ck_assert_int_eq(memcmp(h->e_ident, ELFMAG, SELFMAG), 0);
    ck_assert_uint_eq(h->e_type, ET_REL);
    ck_assert_uint_eq(h->e_shoff + h->e_shnum * sizeof(Elf64_Shdr), file_bytes);
    ck_assert_ptr_nonnull(section_named(".symtab"));
}
END_TEST

static void
fill(struct elf_object *o)
{
    struct elf_section *data = elf_section_new(o, ".data", ELF_DATA, 8);
    char name[32];

    for (int i = 0; i < 2000; i++) {
        snprintf(name, sizeof name, "symbol_%d", i * 7919 % 2000);
        elf_define(o, name, data);
        snprintf(name, sizeof name, "symbol_%d", i);
        elf_pointer(o, data, name, i);
    }
}

START_TEST(the_same_calls_give_the_same_bytes)
{
    struct arena *other_arena = arena_new();
    struct elf_object *other;
    uint8_t *bytes;
    size_t size;
    void *noise = malloc(12345); /* other addresses for what follows */

    fill(object);
    write_object();
    other = elf_object_new(other_arena);
    fill(other);
    elf_object_write(other, &bytes, &size);
    ck_assert_uint_eq(size, file_bytes);
    ck_assert_int_eq(memcmp(bytes, file, size), 0);
    pal_free(bytes);
    free(noise);
    arena_free(other_arena);
}
END_TEST

/* diag_bug ends the process, so it runs in a child whatever Check's own fork mode is. */
START_TEST(a_second_definition_ends_the_run)
{
    struct elf_section *data = elf_section_new(object, ".data", ELF_DATA, 8);
    int status, ends[2];
    char text[400] = "";
    pid_t child;

    elf_define(object, "twice", data);
    ck_assert_int_eq(pipe(ends), 0);
    child = fork();
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        elf_define(object, "twice", data);
        _exit(0);
    }
    close(ends[1]);
    ck_assert_int_gt(read(ends[0], text, sizeof text - 1), 0);
    close(ends[0]);
    waitpid(child, &status, 0);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), 1);
    ck_assert_ptr_nonnull(strstr(text, "symbol twice is defined twice"));
}
END_TEST

/* ---- linking
 * ----------------------------------------------------------------------------------------- */

static const char *const linkers[] = {LINKERS};

static char folder[] = "/tmp/check_elf_objectXXXXXX";

static void
link_setup(void)
{
    setup();
    strcpy(folder + sizeof folder - 7, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void
link_teardown(void)
{
    pal_dir_remove(folder);
    teardown();
}

/* Writes the object, links it, gives the loaded image. */
static void *
link_and_load(const char *linker)
{
    char in[64], out[64];
    const char *words[] = {linker, "-shared", "-z", "text", "-o", out, in, NULL};
    int code = -1;
    void *handle;

    write_object();
    snprintf(in, sizeof in, "%s/in.o", folder);
    snprintf(out, sizeof out, "%s/out.so", folder);
    ck_assert_int_eq(pal_file_write(in, file, file_bytes, false), PAL_OK);
    ck_assert_int_eq(pal_process_run(words, &code), PAL_OK);
    ck_assert_int_eq(code, 0);
    handle = dlopen(out, RTLD_NOW);
    ck_assert_msg(handle != NULL, "%s", dlerror());
    return handle;
}

static void
export_next(const char *name, struct elf_section *s)
{
    elf_define(object, name, s)->is_exported = true;
}

/* A little of everything: code that reads data pc-relative, pointers between all sections. */
static void
build_image(void)
{
    struct elf_section *text = elf_section_new(object, ".text", ELF_CODE, 16);
    struct elf_section *relro = elf_section_new(object, ".data.rel.ro", ELF_RELRO, 8);
    struct elf_section *rodata = elf_section_new(object, ".rodata", ELF_RODATA, 1);
    struct elf_section *bss = elf_section_new(object, ".bss", ELF_BSS, 8);

    elf_bytes(text, "\xcc\xcc\xcc", 3);
    elf_align(text, 16);
    export_next("get_number", text); /* mov number(%rip), %eax; ret */
    elf_bytes(text, "\x8b\x05\0\0\0\0\xc3", 7);
    elf_pc32(object, text, elf_at(text) - 5, "number", -4);
    elf_bytes(rodata, "x", 1);
    elf_align(rodata, 4);
    elf_define(object, "number", rodata);
    elf_u32(rodata, 4711);
    export_next("pointers", relro);
    elf_pointer(object, relro, "number", 0);
    elf_pointer(object, relro, "pointers", -8);
    elf_pointer(object, relro, "zeros", 16);
    elf_pointer(object, relro, "get_number", 0);
    elf_pointer(object, relro, NULL, 0);
    elf_pointer(object, relro, "getpid", 0);
    elf_align(bss, 64);
    export_next("zeros", bss);
    elf_reserve(bss, 100000);
}

START_TEST(linked_objects_hold_what_was_asked_for)
{
    void *handle, *symbol;
    int (*get_number)(void);
    char *const *pointers;
    const char *zeros;

    build_image();
    handle = link_and_load(linkers[_i]);
    symbol = dlsym(handle, "get_number");
    memcpy(&get_number, &symbol, sizeof symbol);
    pointers = dlsym(handle, "pointers");
    zeros = dlsym(handle, "zeros");
    ck_assert_int_eq(get_number(), 4711);
    ck_assert_int_eq(*(const int *)(const void *)pointers[0], 4711);
    ck_assert_ptr_eq(pointers[1], (const char *)pointers - 8);
    ck_assert_ptr_eq(pointers[2], zeros + 16);
    ck_assert_ptr_eq(pointers[3], symbol);
    ck_assert_ptr_null(pointers[4]);
    ck_assert_ptr_eq(pointers[5], dlsym(RTLD_DEFAULT, "getpid"));
    ck_assert_uint_eq((uintptr_t)zeros % 64, 0);
    for (int i = 0; i < 100000; i++)
        ck_assert_int_eq(zeros[i], 0);
    ck_assert_ptr_null(dlsym(handle, "number")); /* hidden */
    dlclose(handle);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("elf_object");
    TCase *core = tcase_create("core"), *linking = tcase_create("linking");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(core, setup, teardown);
    tcase_add_test(core, defined_symbols_have_section_offset_and_size);
    tcase_add_test(core, undefined_symbols_are_undefined_and_visible);
    tcase_add_test(core, a_symbol_may_be_referred_to_before_its_definition);
    tcase_add_test(core, relocations_carry_place_symbol_kind_and_addend);
    tcase_add_test(core, sections_keep_kind_and_alignment);
    tcase_add_test(core, aligning_pads_and_raises_the_section_alignment);
    tcase_add_test(core, an_empty_object_is_valid);
    tcase_add_test(core, the_same_calls_give_the_same_bytes);
    tcase_add_test(core, a_second_definition_ends_the_run);
    suite_add_tcase(suite, core);
    tcase_add_checked_fixture(linking, link_setup, link_teardown);
    tcase_add_loop_test(linking, linked_objects_hold_what_was_asked_for, 0,
                        sizeof linkers / sizeof *linkers);
    suite_add_tcase(suite, linking);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
