/* engine/dbg_unwind.c - one host frame up, by libunwind.
 * libunwind is given an address space of its own instead of the process, although it is the
 * process: then every byte it reads goes through dbg_read, which a damaged stack cannot crash, and
 * it asks us for images instead of the dynamic linker with its lock. */
#include "engine/dbg.h"

#include "pal/pal.h"

#include <stdatomic.h>
#include <string.h>

enum { PAGE_BYTES = 4096, WORD_BYTES = 8 };

__attribute__((no_sanitize_address, no_sanitize_thread)) static void
bytes_copy(uint8_t *to, const uint8_t *from, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        to[i] = ((const volatile uint8_t *)from)[i]; /* not memcpy, which a sanitizer checks */
}

bool
dbg_read(uintptr_t from, void *to, size_t bytes)
{
    uintptr_t page = from & ~(uintptr_t)(PAGE_BYTES - 1);

    if (bytes == 0)
        return true;
    if (from + bytes < from)
        return false;
    for (; page < from + bytes; page += PAGE_BYTES) {
        if (!pal_mem_readable((const void *)(page ? page : WORD_BYTES)))
            return false;
        if (page > UINTPTR_MAX - PAGE_BYTES)
            break;
    }
    bytes_copy(to, (const uint8_t *)from, bytes);
    return true;
}

#ifdef CORERT_LIBUNWIND
#include <libunwind.h>

#define UNWI_OBJ(name) _UIx86_64_##name

/* Not in the library's headers, but its published way to search a table of another process. */
extern int UNW_OBJ(dwarf_search_unwind_table)(unw_addr_space_t space, unw_word_t ip,
                                              unw_dyn_info_t *table, unw_proc_info_t *info,
                                              int need_unwind_info, void *argument);

/* What its own start-up does, but for the part we have no use for: that opens a pipe, to probe
 * memory with, and keeps it. The names are those of the version that scripts/setup.sh pins. */
extern atomic_bool UNW_OBJ(init_done);
extern sigset_t UNWI_OBJ(full_mask); /* what its locks block */
extern void UNWI_OBJ(mi_init)(void);
extern void UNW_OBJ(dwarf_init)(void);

enum { SEEN_PAGES = 8 };

/* One step's view. */
struct view {
    const struct eh_regs *regs;
    uintptr_t pc;                /* inside the instruction */
    uintptr_t seen[SEEN_PAGES];  /* pages that can be read; 0: none */
    unsigned next_seen;
    bool known; /* unwind data covers the pc: without it libunwind would guess */
};

static bool
page_readable(struct view *v, uintptr_t at)
{
    uintptr_t page = at & ~(uintptr_t)(PAGE_BYTES - 1);
    unsigned i;

    if (page == 0)
        return false;
    for (i = 0; i < SEEN_PAGES; i++) {
        if (v->seen[i] == page)
            return true;
    }
    if (!pal_mem_readable((const void *)page))
        return false;
    v->seen[v->next_seen++ % SEEN_PAGES] = page;
    return true;
}

static int
access_memory(unw_addr_space_t space, unw_word_t at, unw_word_t *value, int write, void *argument)
{
    (void)space;
    if (write || at > UINTPTR_MAX - WORD_BYTES || !page_readable(argument, at) ||
        !page_readable(argument, at + WORD_BYTES - 1))
        return -UNW_EINVAL;
    bytes_copy((uint8_t *)value, (const uint8_t *)at, sizeof *value);
    return 0;
}

/* enum eh_register of a register that calls keep, or -1. */
static int
kept_register(unw_regnum_t reg)
{
    switch (reg) {
    case UNW_X86_64_RBP:
        return EH_RBP;
    case UNW_X86_64_RBX:
        return EH_RBX;
    case UNW_X86_64_R12:
        return EH_R12;
    case UNW_X86_64_R13:
        return EH_R13;
    case UNW_X86_64_R14:
        return EH_R14;
    case UNW_X86_64_R15:
        return EH_R15;
    default:
        return -1;
    }
}

/* What a callee has destroyed reads as 0. */
static int
access_register(unw_addr_space_t space, unw_regnum_t reg, unw_word_t *value, int write,
                void *argument)
{
    const struct view *v = argument;
    int kept = kept_register(reg);

    (void)space;
    if (write)
        return -UNW_EREADONLYREG;
    *value = reg == UNW_X86_64_RIP   ? v->pc
             : reg == UNW_X86_64_RSP ? v->regs->rsp
             : kept >= 0             ? v->regs->saved[kept]
                                     : 0;
    return 0;
}

static int
access_float(unw_addr_space_t space, unw_regnum_t reg, unw_fpreg_t *value, int write,
             void *argument)
{
    (void)space;
    (void)reg;
    (void)value;
    (void)write;
    (void)argument;
    return -UNW_EBADREG;
}

/* The sorted table of .eh_frame_hdr in the form every linker writes. */
static bool
table_describe(struct view *v, const struct pal_object *object, unw_dyn_info_t *table)
{
    enum { TABLE_OFFSET = 12, ENTRY_BYTES = 8 };
    uint8_t head[TABLE_OFFSET];
    uint32_t count;

    if (!object->eh_frame_hdr || !page_readable(v, (uintptr_t)object->eh_frame_hdr) ||
        !page_readable(v, (uintptr_t)object->eh_frame_hdr + TABLE_OFFSET))
        return false;
    bytes_copy(head, object->eh_frame_hdr, sizeof head);
    memcpy(&count, head + 8, sizeof count);
    if (head[0] != 1 || head[2] != 0x03 || head[3] != 0x3b ||
        count > (object->end - (uintptr_t)object->eh_frame_hdr) / ENTRY_BYTES)
        return false;
    memset(table, 0, sizeof *table);
    table->format = UNW_INFO_FORMAT_REMOTE_TABLE;
    table->start_ip = object->start;
    table->end_ip = object->end;
    table->u.rti.segbase = (uintptr_t)object->eh_frame_hdr;
    table->u.rti.table_data = (uintptr_t)object->eh_frame_hdr + TABLE_OFFSET;
    table->u.rti.table_len = (unw_word_t)count * ENTRY_BYTES / sizeof(unw_word_t);
    return count > 0;
}

static int
find_info(unw_addr_space_t space, unw_word_t ip, unw_proc_info_t *info, int need_unwind_info,
          void *argument)
{
    struct view *v = argument;
    struct pal_object object;
    unw_dyn_info_t table;
    int result;

    if (!pal_dl_object((const void *)ip, &object) || !table_describe(v, &object, &table))
        return -UNW_ENOINFO;
    result =
        UNW_OBJ(dwarf_search_unwind_table)(space, ip, &table, info, need_unwind_info, argument);
    if (result == 0)
        v->known = true;
    return result;
}

static void
put_info(unw_addr_space_t space, unw_proc_info_t *info, void *argument)
{
    (void)space;
    (void)info;
    (void)argument;
}

static int
no_list(unw_addr_space_t space, unw_word_t *list, void *argument)
{
    (void)space;
    (void)list;
    (void)argument;
    return -UNW_ENOINFO;
}

static int
no_resume(unw_addr_space_t space, unw_cursor_t *cursor, void *argument)
{
    (void)space;
    (void)cursor;
    (void)argument;
    return -UNW_EINVAL;
}

static int
no_name(unw_addr_space_t space, unw_word_t at, char *text, size_t bytes, unw_word_t *offset,
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

static _Atomic(unw_addr_space_t) process; /* owned; NULL: not made yet */

static void
library_start(void)
{
    static _Atomic(int) state; /* 0, 1: somebody is at it, 2: done */
    int expected = 0;

    if (atomic_load_explicit(&state, memory_order_acquire) == 2)
        return;
    if (!atomic_compare_exchange_strong(&state, &expected, 1)) {
        while (atomic_load_explicit(&state, memory_order_acquire) != 2)
            pal_thread_yield();
        return;
    }
    memset(&UNWI_OBJ(full_mask), 0xff, sizeof UNWI_OBJ(full_mask));
    UNWI_OBJ(mi_init)();
    UNW_OBJ(dwarf_init)();
    UNW_OBJ(init_done) = true;
    atomic_store_explicit(&state, 2, memory_order_release);
}

/* NULL: no memory. Caching is off because its cache has a lock, and rows go with their module. */
static unw_addr_space_t
space_get(void)
{
    static unw_accessors_t accessors = {.find_proc_info = find_info,
                                        .put_unwind_info = put_info,
                                        .get_dyn_info_list_addr = no_list,
                                        .access_mem = access_memory,
                                        .access_reg = access_register,
                                        .access_fpreg = access_float,
                                        .resume = no_resume,
                                        .get_proc_name = no_name};
    unw_addr_space_t made, expected = NULL;

    made = atomic_load_explicit(&process, memory_order_acquire);
    if (made)
        return made;
    library_start();
    made = unw_create_addr_space(&accessors, 0);
    if (!made)
        return NULL;
    unw_set_caching_policy(made, UNW_CACHE_NONE);
    if (atomic_compare_exchange_strong_explicit(&process, &expected, made, memory_order_acq_rel,
                                                memory_order_acquire))
        return made;
    unw_destroy_addr_space(made);
    return expected;
}

void
dbg_start(void)
{
    (void)space_get();
}

static bool
registers_take(unw_cursor_t *cursor, struct eh_regs *regs)
{
    static const unw_regnum_t kept[EH_REGISTERS] = {
        [EH_RBP] = UNW_X86_64_RBP, [EH_RBX] = UNW_X86_64_RBX, [EH_R12] = UNW_X86_64_R12,
        [EH_R13] = UNW_X86_64_R13, [EH_R14] = UNW_X86_64_R14, [EH_R15] = UNW_X86_64_R15};
    unw_word_t value;

    if (unw_get_reg(cursor, UNW_REG_IP, &value) < 0)
        return false;
    regs->pc = value;
    if (unw_get_reg(cursor, UNW_REG_SP, &value) < 0)
        return false;
    regs->rsp = value;
    for (unsigned i = 0; i < EH_REGISTERS; i++) {
        if (unw_get_reg(cursor, kept[i], &value) < 0)
            return false;
        regs->saved[i] = value;
    }
    return true;
}

enum dbg_step
dbg_host_step(struct dbg_regs *at)
{
    struct view v = {.regs = &at->regs, .pc = at->regs.pc - !at->exact};
    unw_addr_space_t space = space_get();
    struct eh_regs above;
    unw_cursor_t cursor;
    int moved;

    if (!space || unw_init_remote(&cursor, space, &v) < 0)
        return DBG_STEP_UNKNOWN;
    at->exact = unw_is_signal_frame(&cursor) > 0;
    moved = unw_step(&cursor);
    if (!v.known || moved < 0)
        return DBG_STEP_UNKNOWN;
    if (moved == 0)
        return DBG_STEP_OUTERMOST;
    if (!registers_take(&cursor, &above))
        return DBG_STEP_UNKNOWN;
    at->regs = above;
    return DBG_STEP_DONE;
}

#else

void
dbg_start(void)
{
}

enum dbg_step
dbg_host_step(struct dbg_regs *at)
{
    (void)at;
    return DBG_STEP_UNKNOWN;
}

#endif
