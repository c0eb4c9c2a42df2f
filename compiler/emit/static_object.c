/* compiler/emit/static_object.c - --static: the whole module as one relocatable object.
 *
 * 1. The module was linked as a shared object first: its symbol table tells which functions live.
 * 2. Unwind records of the others are cut out of the units, so that nothing refers to them any more
 *    (a relocatable link keeps all unwind data and with it all code).
 * 3. ld -r --gc-sections joins everything; managed code becomes one section, whatever order the
 *    host's linker later gives to sections.
 * 4. All defined symbols become local; the exports and the header get global names. */
#include <stdlib.h>
#include <string.h>

#include "compiler/base/arena.h"
#include "compiler/base/diag.h"
#include "compiler/emit/elf_view.h"
#include "compiler/emit/emit.h"
#include "loader/module_format.h"
#include "pal/pal.h"

enum { FILE_MAX = 1 << 30 };

static void
read_file(const struct emit_static *in, const char *path, struct elf_view *v)
{
    struct pal_file file;
    enum pal_status st = pal_file_read(path, FILE_MAX, &file);
    uint8_t *copy;

    if (st != PAL_OK)
        diag_fatal("%s: cannot be read back: %s", path, pal_status_text(st));
    copy = arena_memdup(in->arena, file.bytes, file.size);
    if (!elf_view_open(v, copy, file.size))
        diag_bug(__FILE__, __LINE__, arena_printf(in->arena, "%s: not an ELF file as expected", path));
    pal_file_free(&file);
}

static void
write_file(const char *path, const uint8_t *bytes, size_t size)
{
    enum pal_status st = pal_file_write(path, bytes, size, false);

    if (st != PAL_OK)
        diag_fatal("%s: cannot be written: %s", path, pal_status_text(st));
}

static void
live_functions(const struct emit_static *in, struct str_map *live)
{
    struct elf_view v;

    read_file(in, in->image, &v);
    for (size_t i = 0; i < v.symbol_count; i++)
        if (ELF64_ST_TYPE(v.symbols[i].st_info) == STT_FUNC && elf_view_symbol_section(&v, &v.symbols[i]))
            str_map_put(live, elf_view_symbol_name(&v, &v.symbols[i]), live);
}

/* ---- cutting unwind records ------------------------------------------------------------------------ */

struct cut {
    struct elf_view *v;
    bool *keep; /* by section number */
    Elf64_Shdr *frames, *relocations;
    Elf64_Rela *rela;
    size_t rela_count, rela_kept, rela_at;
    struct {
        uint64_t from, to;
    } cies[64]; /* where each common record was and is */
    unsigned cie_count;
};

static int
by_place(const void *a, const void *b)
{
    const Elf64_Rela *x = a, *y = b;

    return x->r_offset < y->r_offset ? -1 : x->r_offset > y->r_offset;
}

/* false: the section is not laid out as compilers do; it then stays whole. */
static bool
find_frames(struct cut *c)
{
    struct elf_view *v = c->v;

    for (uint32_t i = 1; i < v->section_count; i++)
        if (v->sections[i].sh_type == SHT_RELA && v->sections[i].sh_info < v->section_count &&
            strcmp(elf_view_section_name(v, v->sections[i].sh_info), ".eh_frame") == 0) {
            c->relocations = &v->sections[i];
            c->frames = &v->sections[v->sections[i].sh_info];
        }
    if (!c->frames || c->relocations->sh_offset % 8)
        return false;
    c->rela = (Elf64_Rela *)(void *)(v->bytes + c->relocations->sh_offset);
    c->rela_count = c->relocations->sh_size / sizeof *c->rela;
    qsort(c->rela, c->rela_count, sizeof *c->rela, by_place);
    return true;
}

static bool
is_kept(const struct cut *c, uint64_t at)
{
    for (size_t i = c->rela_at; i < c->rela_count && c->rela[i].r_offset <= at + 8; i++)
        if (c->rela[i].r_offset == at + 8) { /* the function's address */
            uint64_t symbol = ELF64_R_SYM(c->rela[i].r_info);

            return symbol >= c->v->symbol_count || c->keep[elf_view_symbol_section(c->v, &c->v->symbols[symbol])];
        }
    return true;
}

/* Relocations of [at, at + bytes): kept ones move to `to`. */
static void
move_relocations(struct cut *c, uint64_t at, uint64_t bytes, uint64_t to, bool keep)
{
    for (; c->rela_at < c->rela_count && c->rela[c->rela_at].r_offset < at + bytes; c->rela_at++)
        if (keep) {
            Elf64_Rela moved = c->rela[c->rela_at];

            moved.r_offset = moved.r_offset - at + to;
            c->rela[c->rela_kept++] = moved;
        }
}

/* Sections of this kind are joined at multiples of 8, and a gap would read as the end of all records:
 * the last record, at `last`, takes the missing bytes as padding (0 is DW_CFA_nop). */
static uint64_t
fill_up(uint8_t *base, uint64_t last, uint64_t size)
{
    uint32_t length;

    if (size % 8 == 0)
        return size;
    memcpy(&length, base + last, 4);
    length += (uint32_t)(8 - size % 8);
    memcpy(base + last, &length, 4);
    memset(base + size, 0, 8 - size % 8); /* something was cut, so there is room */
    return size + 8 - size % 8;
}

static void
cut_records(struct cut *c)
{
    uint8_t *base = c->v->bytes + c->frames->sh_offset;
    uint64_t at = 0, to = 0, last = 0, size = c->frames->sh_size;

    while (at + 8 <= size) {
        uint32_t length, id;
        bool keep;

        memcpy(&length, base + at, 4);
        memcpy(&id, base + at + 4, 4);
        if (length > size - at - 4)
            diag_bug(__FILE__, __LINE__, "an unwind record passes the end of its section");
        if (length == 0)
            break;
        keep = id == 0 || is_kept(c, at);
        move_relocations(c, at, (uint64_t)length + 4, to, keep);
        if (keep) {
            memmove(base + to, base + at, (size_t)length + 4);
            if (id == 0) {
                CC_ASSERT(c->cie_count < sizeof c->cies / sizeof *c->cies);
                c->cies[c->cie_count].from = at;
                c->cies[c->cie_count++].to = to;
            }
            for (unsigned i = 0; id != 0 && i < c->cie_count; i++)
                if (c->cies[i].from == at + 4 - id) {
                    uint32_t distance = (uint32_t)(to + 4 - c->cies[i].to);

                    memcpy(base + to + 4, &distance, 4);
                }
            last = to;
            to += (uint64_t)length + 4;
        }
        at += (uint64_t)length + 4;
    }
    c->frames->sh_size = to < size ? fill_up(base, last, to) : to;
    c->relocations->sh_size = c->rela_kept * sizeof *c->rela;
}

/* Rewrites a unit without the unwind records of functions that are not in `live`. */
static const char *
prune_unit(const struct emit_static *in, const char *path, const struct str_map *live)
{
    struct elf_view v;
    struct cut c = {.v = &v};
    const char *out = arena_printf(in->arena, "%s.live.o", path);

    read_file(in, path, &v);
    if (!find_frames(&c))
        return path;
    c.keep = arena_array(in->arena, v.section_count, sizeof *c.keep);
    for (size_t i = 0; i < v.symbol_count; i++)
        if (str_map_get(live, elf_view_symbol_name(&v, &v.symbols[i])))
            c.keep[elf_view_symbol_section(&v, &v.symbols[i])] = true;
    c.keep[0] = true; /* what is not here is not ours to judge */
    cut_records(&c);
    write_file(out, v.bytes, v.size);
    return out;
}

/* ---- joining ----------------------------------------------------------------------------------------- */

static const char *
write_script(const struct emit_static *in, const char *const *objects)
{
    const char *path = arena_printf(in->arena, "%s/static.ld", in->temporary), *text = "SECTIONS {\n  .text.corert_managed : {\n";

    for (size_t i = 0; i < in->object_count; i++) {
        const char *slash = strrchr(objects[i], '/');

        text = arena_printf(in->arena, "%s    *%s(.text .text.*)\n", text, slash ? slash : objects[i]);
    }
    text = arena_printf(in->arena,
                        "%s  }\n  .text.corert_native : { *(.text .text.*) }\n  .rodata.corert_native : { *(.rodata.*) }\n"
                        "  .data.corert_native : { *(.data.DW.* ) }\n  .bss.corert_native : { *(.bss.*) }\n"
                        "  .eh_frame : { KEEP(*(.eh_frame)) }\n  .gcc_except_table : { *(.gcc_except_table .gcc_except_table.*) }\n"
                        "  /DISCARD/ : { %s*(.llvm_addrsig) *(.comment) *(.group) }\n}\n",
                        text, in->strip_debug ? "*(.debug_*) " : "");
    write_file(path, (const uint8_t *)text, strlen(text));
    return path;
}

/* Shared libraries are for the host's own link. */
static bool
is_shared(const char *path)
{
    const char *slash = strrchr(path, '/'), *so = strstr(slash ? slash : path, ".so");

    return so && (so[3] == '\0' || so[3] == '.');
}

static bool
join(const struct emit_static *in, const char *const *objects, const char *output, const char **message)
{
    const char *const head[] = {in->linker, "-m", "elf_x86_64", "-r", "--gc-sections", "-u", LDR_HEADER_SYMBOL, "-T", write_script(in, objects), "-o", output};
    size_t n = sizeof head / sizeof *head;
    const char **words = arena_array(in->arena, n + in->object_count + in->archive_count + 3, sizeof *words);
    int code = 0;
    enum pal_status st;

    memcpy(words, head, sizeof head);
    for (size_t i = 0; i < in->object_count; i++)
        words[n++] = objects[i];
    words[n++] = "--start-group";
    for (size_t i = 0; i < in->archive_count; i++)
        if (!is_shared(in->archives[i]))
            words[n++] = in->archives[i];
    words[n++] = "--end-group";
    st = pal_process_run(words, &code);
    if (st != PAL_OK)
        *message = arena_printf(in->arena, "the linker %s cannot be run: %s", in->linker, pal_status_text(st));
    else if (code != 0)
        *message = arena_printf(in->arena, "the linker %s failed with exit code %d", in->linker, code);
    return st == PAL_OK && code == 0;
}

bool
emit_static_object(const struct emit_static *in, const char **message)
{
    const char **objects = arena_array(in->arena, in->object_count, sizeof *objects);
    const char *joined = arena_printf(in->arena, "%s/joined.o", in->temporary);
    struct str_map live = {0};
    struct elf_view v;
    uint8_t *bytes = NULL;
    size_t size = 0;
    bool done;

    live_functions(in, &live);
    for (size_t i = 0; i < in->object_count; i++)
        objects[i] = prune_unit(in, in->objects[i], &live);
    str_map_free(&live);
    if (!join(in, objects, joined, message))
        return false;
    read_file(in, joined, &v);
    done = emit_localise(&v, in->names, in->name_count, in->arena, &bytes, &size, message);
    if (done)
        write_file(in->output, bytes, size);
    pal_free(bytes);
    return done;
}
