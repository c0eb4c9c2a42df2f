/* tests/engine/rows.c [MODULE.so...] - our unwind rows against libunwind's, for every byte of code
 * that an FDE covers: of this program (with the engine's assembly) or of each module.
 * libunwind makes one step from each pc in a made-up process: every register holds a base far from
 * the others, and memory near a base reads as its own address plus a constant. So the registers
 * after the step tell each rule: which register the CFA counts from, and where what was saved. */
#include "engine/eh_priv.h"
#include "pal/pal.h"

#include <dlfcn.h>
#include <libunwind.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern int UNW_OBJ(dwarf_search_unwind_table)(unw_addr_space_t space, unw_word_t ip,
                                              unw_dyn_info_t *table, unw_proc_info_t *info,
                                              int need_unwind_info, void *argument);

#define BASE(i)    (UINT64_C(0x5000000000000000) + (uint64_t)(i) * UINT64_C(0x0100000000000000))
#define MARK       UINT64_C(0x1000000000000000)
#define IS_MADE(x) ((x) >> 60 == 5 || (x) >> 60 == 4)

enum { SHOWN = 20 };

static const unw_regnum_t kept[EH_REGISTERS] = {
    [EH_RBP] = UNW_X86_64_RBP, [EH_RBX] = UNW_X86_64_RBX, [EH_R12] = UNW_X86_64_R12,
    [EH_R13] = UNW_X86_64_R13, [EH_R14] = UNW_X86_64_R14, [EH_R15] = UNW_X86_64_R15};

struct image {
    struct eh_module module;
    unw_dyn_info_t table;
    uint64_t rows, refused, differences;
};

static struct eh_regs made; /* pc: where the step begins */

static int
memory(unw_addr_space_t space, unw_word_t at, unw_word_t *value, int write, void *argument)
{
    (void)space;
    (void)argument;
    if (write)
        return -UNW_EINVAL;
    if (IS_MADE(at))
        *value = at + MARK;
    else
        memcpy(value, (const void *)at, sizeof *value);
    return 0;
}

static int
reg(unw_addr_space_t space, unw_regnum_t number, unw_word_t *value, int write, void *argument)
{
    (void)space;
    (void)write;
    (void)argument;
    *value = number == UNW_X86_64_RIP ? made.pc : number == UNW_X86_64_RSP ? made.rsp : BASE(9);
    for (unsigned i = 0; i < EH_REGISTERS; i++) {
        if (number == kept[i])
            *value = made.saved[i];
    }
    return 0;
}

static int
find(unw_addr_space_t space, unw_word_t ip, unw_proc_info_t *info, int need, void *argument)
{
    struct image *image = argument;

    return UNW_OBJ(dwarf_search_unwind_table)(space, ip, &image->table, info, need, argument);
}

static void
put(unw_addr_space_t space, unw_proc_info_t *info, void *argument)
{
    (void)space;
    (void)info;
    (void)argument;
}

static int
list(unw_addr_space_t space, unw_word_t *at, void *argument)
{
    (void)space;
    (void)at;
    (void)argument;
    return -UNW_ENOINFO;
}

static int
floats(unw_addr_space_t space, unw_regnum_t number, unw_fpreg_t *value, int write, void *argument)
{
    (void)space;
    (void)number;
    (void)value;
    (void)write;
    (void)argument;
    return -UNW_EBADREG;
}

static int
name(unw_addr_space_t space, unw_word_t at, char *text, size_t bytes, unw_word_t *offset,
     void *argument)
{
    (void)space;
    (void)at;
    (void)text;
    (void)bytes;
    (void)offset;
    (void)argument;
    return -UNW_ENOINFO;
}

static int
resume(unw_addr_space_t space, unw_cursor_t *cursor, void *argument)
{
    (void)space;
    (void)cursor;
    (void)argument;
    return -UNW_EINVAL;
}

static uint64_t
register_of(unw_cursor_t *cursor, unw_regnum_t number)
{
    unw_word_t value = 0;

    unw_get_reg(cursor, number, &value);
    return value;
}

static void
differ(struct image *image, uintptr_t pc, const char *what, uint64_t ours, uint64_t theirs)
{
    if (image->differences++ < SHOWN)
        printf("at %p+0x%zx: %s: ours %llx, libunwind's %llx\n", image->module.code_start,
               (size_t)(pc - (uintptr_t)image->module.code_start), what, (unsigned long long)ours,
               (unsigned long long)theirs);
}

static void
pc_compare(struct image *image, unw_addr_space_t space, uintptr_t pc)
{
    static const char *const names[] = {"rbp", "rbx", "r12", "r13", "r14", "r15"};
    struct eh_row row;
    bool known = eh_row_get(pc + 1, &row); /* rows are for return addresses */
    unw_cursor_t cursor;
    uintptr_t cfa;
    int moved;

    made.pc = pc;
    image->rows++;
    if (unw_init_remote(&cursor, space, image) < 0)
        abort();
    moved = unw_step(&cursor);
    if (!known || moved <= 0) {
        if (known != (moved > 0)) {
            image->refused++;
            if (known)
                differ(image, pc, "a row that libunwind has not", (uint64_t)moved, 0);
        }
        return;
    }
    cfa = eh_row_cfa(&row, &made);
    if (cfa != register_of(&cursor, UNW_REG_SP))
        differ(image, pc, "cfa", cfa, register_of(&cursor, UNW_REG_SP));
    if (cfa - 8 + MARK != register_of(&cursor, UNW_REG_IP))
        differ(image, pc, "return address", cfa - 8 + MARK, register_of(&cursor, UNW_REG_IP));
    for (unsigned i = 0; i < EH_REGISTERS; i++) {
        uint64_t theirs = register_of(&cursor, kept[i]);
        uint64_t ours = row.saved_at[i] ? cfa + 8 * (uint64_t)(int64_t)row.saved_at[i] + MARK
                                        : made.saved[i];

        if (ours != theirs)
            differ(image, pc, names[i], ours, theirs);
    }
}

/* Start and end of the i-th FDE. The encodings are those of every compiler here: pcrel sdata4. */
static void
fde_range(const struct image *image, uint32_t i, uintptr_t *start, uintptr_t *end)
{
    const uint8_t *hdr = image->module.eh_frame_hdr, *fde;
    int32_t pair[2], distance;
    uint32_t bytes;

    memcpy(pair, hdr + 12 + 8 * (size_t)i, sizeof pair);
    fde = hdr + pair[1];
    memcpy(&distance, fde + 8, 4);
    memcpy(&bytes, fde + 12, 4);
    *start = (uintptr_t)(hdr + pair[0]);
    if (*start != (uintptr_t)(fde + 8 + distance)) {
        printf("an FDE with an encoding that this test does not read\n");
        exit(1);
    }
    *end = *start + bytes;
}

static bool
image_describe(struct image *image, const void *inside)
{
    struct pal_object object;
    uint32_t count;

    if (!pal_dl_object(inside, &object) || !object.eh_frame_hdr)
        return false;
    memcpy(&count, object.eh_frame_hdr + 8, sizeof count);
    image->module = (struct eh_module){.code_start = (const void *)object.start,
                                       .code_end = (const void *)object.end,
                                       .eh_frame_hdr = object.eh_frame_hdr,
                                       .eh_frame_hdr_bytes = 12 + 8 * (size_t)count};
    image->table = (unw_dyn_info_t){.start_ip = object.start,
                                    .end_ip = object.end,
                                    .format = UNW_INFO_FORMAT_REMOTE_TABLE};
    image->table.u.rti.segbase = (uintptr_t)object.eh_frame_hdr;
    image->table.u.rti.table_data = (uintptr_t)object.eh_frame_hdr + 12;
    image->table.u.rti.table_len = count;
    return eh_module_register(&image->module);
}

/* `strict`: compiled managed code, where there may be no row that we refuse. */
static bool
image_compare(struct image *image, const char *title, bool strict)
{
    static unw_accessors_t accessors = {.find_proc_info = find,
                                        .put_unwind_info = put,
                                        .get_dyn_info_list_addr = list,
                                        .access_mem = memory,
                                        .access_reg = reg,
                                        .access_fpreg = floats,
                                        .resume = resume,
                                        .get_proc_name = name};
    unw_addr_space_t space = unw_create_addr_space(&accessors, 0);
    uint32_t count;

    unw_set_caching_policy(space, UNW_CACHE_NONE);
    made.rsp = BASE(0);
    for (unsigned i = 0; i < EH_REGISTERS; i++)
        made.saved[i] = BASE(1 + i);
    memcpy(&count, image->module.eh_frame_hdr + 8, sizeof count);
    for (uint32_t i = 0; i < count; i++) {
        uintptr_t pc, end;

        fde_range(image, i, &pc, &end);
        for (; pc < end; pc++)
            pc_compare(image, space, pc);
    }
    unw_destroy_addr_space(space);
    printf("%s: %u functions, %llu rows, %llu refused by one side, %llu differences\n", title,
           count, (unsigned long long)image->rows, (unsigned long long)image->refused,
           (unsigned long long)image->differences);
    return image->rows > 0 && image->differences == 0 && !(strict && image->refused);
}

int
main(int argc, char **argv)
{
    bool good = true;

    if (argc == 1) {
        struct image self = {.rows = 0};

        good = image_describe(&self, (const void *)(uintptr_t)eh_row_get) &&
               image_compare(&self, "the engine", false);
    }
    for (int i = 1; i < argc; i++) {
        struct image image = {.rows = 0};
        void *library = dlopen(argv[i], RTLD_NOW | RTLD_LOCAL);
        const void *inside = library ? dlsym(library, "corert_module_header") : NULL;

        if (!inside || !image_describe(&image, inside)) {
            printf("%s: %s\n", argv[i], inside ? "no unwind table" : dlerror());
            return 1;
        }
        good = image_compare(&image, argv[i], true) && good;
    }
    return !good;
}
