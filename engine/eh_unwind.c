/* engine/eh_unwind.c - one step up the stack: rows decoded from .eh_frame and cached by address.
 * A cache slot is one cache line: a sequence number and the row's seven words, read and written as
 * relaxed atomics. Odd number = being written. Readers never wait (a torn slot is a miss), writers
 * give up when another one is at work; nothing is allocated, so nothing has to be reclaimed. */
#include "engine/eh_priv.h"
#include "engine/eh_read.h"

#include <stdatomic.h>

enum {
    ROW_WORDS = sizeof(struct eh_row) / 8,
    CACHE_SLOTS = 2048,
    REMEMBER_DEPTH = 8,
    DWARF_REGISTERS = 17,
    DWARF_RBX = 3,
    DWARF_RBP = 6,
    DWARF_RSP = 7,
    DWARF_R12 = 12,
    DWARF_RETURN = 16
};

struct row_slot {
    _Alignas(64) _Atomic(uint64_t) sequence;
    _Atomic(uint64_t) words[ROW_WORDS]; /* words[0] is the pc; 0: empty */
};

static struct row_slot cache[CACHE_SLOTS];

/* ---- the cache ---- */

static struct row_slot *
slot_of(uintptr_t pc)
{
    uint64_t hash = (uint64_t)pc * 0x9e3779b97f4a7c15u;

    return &cache[hash >> 53]; /* the upper 11 bits */
}

static_assert(CACHE_SLOTS == 1 << 11, "slot_of takes 11 bits");

static bool
cache_find(uintptr_t pc, struct eh_row *out)
{
    struct row_slot *slot = slot_of(pc);
    uint64_t words[ROW_WORDS];
    uint64_t before = atomic_load_explicit(&slot->sequence, memory_order_acquire);
    size_t i;

    if (atomic_load_explicit(&slot->words[0], memory_order_relaxed) != pc)
        return false;
    for (i = 0; i < ROW_WORDS; i++)
        words[i] = atomic_load_explicit(&slot->words[i], memory_order_relaxed);
    atomic_thread_fence(memory_order_acquire); /* pairs with the release in slot_write */
    if ((before & 1) || atomic_load_explicit(&slot->sequence, memory_order_relaxed) != before ||
        words[0] != pc)
        return false;
    memcpy(out, words, sizeof *out);
    return true;
}

static void
slot_write(struct row_slot *slot, const struct eh_row *row)
{
    uint64_t words[ROW_WORDS];
    uint64_t before = atomic_load_explicit(&slot->sequence, memory_order_relaxed);
    size_t i;

    memcpy(words, row, sizeof words);
    if ((before & 1) ||
        !atomic_compare_exchange_strong_explicit(&slot->sequence, &before, before + 1,
                                                 memory_order_acquire, memory_order_relaxed))
        return; /* somebody else writes it: the row is just not cached this time */
    atomic_thread_fence(memory_order_release);
    for (i = 0; i < ROW_WORDS; i++)
        atomic_store_explicit(&slot->words[i], words[i], memory_order_relaxed);
    atomic_store_explicit(&slot->sequence, before + 2, memory_order_release);
}

/* Rows of the module that goes are not being made (none of its frames is on a stack), so a slot
 * that is busy now holds another module's row and may be skipped. */
void
eh_row_flush(void)
{
    static const struct eh_row empty;
    size_t i;

    for (i = 0; i < CACHE_SLOTS; i++) {
        if (atomic_load_explicit(&cache[i].words[0], memory_order_relaxed))
            slot_write(&cache[i], &empty);
    }
}

/* ---- .eh_frame ---- */

/* What an FDE and its CIE say. */
struct fde {
    uintptr_t start; /* of the code */
    uintptr_t end;
    const uint8_t *lsda; /* NULL: none */
    struct eh_reader initial;
    struct eh_reader program;
    uint64_t code_align;
    int64_t data_align;
};

/* Opens a CIE or FDE: `r` becomes its contents after the length word. */
static bool
entry_open(const uint8_t *at, struct eh_reader *r)
{
    uint32_t length;

    memcpy(&length, at, sizeof length);
    if (length == 0 || length == 0xffffffffu)
        return false; /* terminator; 64-bit form is not written for x86-64 */
    *r = (struct eh_reader){at + 4, at + 4 + length, false};
    return true;
}

struct cie {
    uint8_t fde_encoding;
    uint8_t lsda_encoding;
    bool augmented;
};

/* The letters we know: z R L P S. Anything else makes the frame unwalkable. */
static bool
augmentation_read(struct eh_reader *r, const uint8_t *letters, struct cie *cie)
{
    const uint8_t *end;
    uint64_t length;

    if (*letters != 'z')
        return *letters == 0;
    cie->augmented = true;
    length = eh_read_uleb(r);
    end = r->at + length;
    while (*++letters) {
        switch (*letters) {
        case 'R':
            cie->fde_encoding = (uint8_t)eh_read_bytes(r, 1);
            break;
        case 'L':
            cie->lsda_encoding = (uint8_t)eh_read_bytes(r, 1);
            break;
        case 'P': {
            uint8_t encoding = (uint8_t)eh_read_bytes(r, 1);

            /* skipped, not followed: the slot may be unresolved */
            eh_read_value(r, encoding);
            break;
        }
        case 'S':
            break;
        default:
            return false;
        }
    }
    r->at = end;
    return !r->bad && r->at <= r->end;
}

static bool
cie_read(const uint8_t *at, struct cie *cie, struct fde *fde)
{
    struct eh_reader r;
    const uint8_t *letters;
    uint8_t version;

    if (!entry_open(at, &r) || eh_read_bytes(&r, 4) != 0)
        return false;
    version = (uint8_t)eh_read_bytes(&r, 1);
    if (version != 1 && version != 3)
        return false;
    letters = r.at;
    while (eh_read_bytes(&r, 1) && !r.bad)
        ;
    fde->code_align = eh_read_uleb(&r);
    fde->data_align = eh_read_sleb(&r);
    if ((version == 1 ? eh_read_bytes(&r, 1) : eh_read_uleb(&r)) != DWARF_RETURN)
        return false;
    *cie = (struct cie){EH_ENC_ABSPTR, EH_ENC_OMIT, false};
    if (r.bad || !augmentation_read(&r, letters, cie))
        return false;
    fde->initial = r;
    return true;
}

static bool
fde_read(const uint8_t *at, struct fde *fde)
{
    struct eh_reader r;
    struct cie cie;
    const uint8_t *cie_at;
    uint32_t cie_distance;

    if (!entry_open(at, &r))
        return false;
    cie_at = r.at;
    cie_distance = (uint32_t)eh_read_bytes(&r, 4);
    if (cie_distance == 0 || !cie_read(cie_at - cie_distance, &cie, fde))
        return false;
    fde->start = eh_read_pointer(&r, cie.fde_encoding);
    fde->end = fde->start + eh_read_value(&r, cie.fde_encoding & 0x0f);
    fde->lsda = NULL;
    if (cie.augmented) {
        uint64_t length = eh_read_uleb(&r);
        const uint8_t *end = r.at + length;

        if (length > (uint64_t)(r.end - r.at))
            return false;
        if (cie.lsda_encoding != EH_ENC_OMIT)
            fde->lsda = (const uint8_t *)eh_read_pointer(&r, cie.lsda_encoding);
        r.at = end;
    }
    fde->program = r;
    return !r.bad;
}

/* The FDE that covers `at`, by the sorted table of .eh_frame_hdr. */
static bool
fde_find(const struct eh_module *module, uintptr_t at, struct fde *fde)
{
    const uint8_t *hdr = module->eh_frame_hdr;
    int64_t wanted = (int64_t)(at - (uintptr_t)hdr);
    uint32_t count, low, high;
    int32_t pair[2];

    memcpy(&count, hdr + 8, sizeof count);
    low = 0;
    high = count;
    while (low < high) { /* low becomes the number of entries that start at or before `at` */
        uint32_t middle = low + (high - low) / 2;

        memcpy(pair, hdr + 12 + 8 * (size_t)middle, sizeof pair);
        if (pair[0] <= wanted)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return false;
    memcpy(pair, hdr + 12 + 8 * (size_t)(low - 1), sizeof pair);
    return fde_read(hdr + pair[1], fde) && at >= fde->start && at < fde->end;
}

/* ---- the call frame program ---- */

struct cfa_rules {
    uint64_t cfa_register; /* DWARF number */
    int64_t cfa_offset;
    int64_t saved[DWARF_REGISTERS]; /* bytes from the CFA; 0: unchanged */
};

struct cfa_machine {
    struct cfa_rules now;
    struct cfa_rules initial;
    struct cfa_rules stack[REMEMBER_DEPTH];
    unsigned depth;
    uint64_t pushed_bytes; /* DW_CFA_GNU_args_size */
    uintptr_t location;
};

static void
rule_saved(struct cfa_machine *m, struct eh_reader *r, uint64_t reg, int64_t offset)
{
    if (reg < DWARF_REGISTERS)
        m->now.saved[reg] = offset;
    else if (reg > 66) /* vector registers and the like are never callee-saved here */
        r->bad = true;
}

static void
rule_restore(struct cfa_machine *m, struct eh_reader *r, uint64_t reg)
{
    rule_saved(m, r, reg, reg < DWARF_REGISTERS ? m->initial.saved[reg] : 0);
}

enum cfa_opcode {
    CFA_NOP = 0x00,
    CFA_ADVANCE1 = 0x02,
    CFA_ADVANCE2 = 0x03,
    CFA_ADVANCE4 = 0x04,
    CFA_OFFSET_EXTENDED = 0x05,
    CFA_RESTORE_EXTENDED = 0x06,
    CFA_UNDEFINED = 0x07,
    CFA_SAME_VALUE = 0x08,
    CFA_REMEMBER = 0x0a,
    CFA_RESTORE_STATE = 0x0b,
    CFA_DEF_CFA = 0x0c,
    CFA_DEF_CFA_REGISTER = 0x0d,
    CFA_DEF_CFA_OFFSET = 0x0e,
    CFA_OFFSET_EXTENDED_SF = 0x11,
    CFA_DEF_CFA_SF = 0x12,
    CFA_DEF_CFA_OFFSET_SF = 0x13,
    CFA_GNU_ARGS_SIZE = 0x2e,
};

/* One instruction without operand bits in the opcode. Expressions make the row unusable. */
static void
cfa_extended(struct cfa_machine *m, struct eh_reader *r, uint8_t op, const struct fde *fde)
{
    uint64_t reg;

    switch (op) {
    case CFA_NOP:
        break;
    case CFA_ADVANCE1:
        m->location += eh_read_bytes(r, 1) * fde->code_align;
        break;
    case CFA_ADVANCE2:
        m->location += eh_read_bytes(r, 2) * fde->code_align;
        break;
    case CFA_ADVANCE4:
        m->location += eh_read_bytes(r, 4) * fde->code_align;
        break;
    case CFA_OFFSET_EXTENDED:
        reg = eh_read_uleb(r);
        rule_saved(m, r, reg, (int64_t)eh_read_uleb(r) * fde->data_align);
        break;
    case CFA_OFFSET_EXTENDED_SF:
        reg = eh_read_uleb(r);
        rule_saved(m, r, reg, eh_read_sleb(r) * fde->data_align);
        break;
    case CFA_RESTORE_EXTENDED:
        rule_restore(m, r, eh_read_uleb(r));
        break;
    case CFA_UNDEFINED:
    case CFA_SAME_VALUE:
        rule_saved(m, r, eh_read_uleb(r), 0);
        break;
    case CFA_REMEMBER:
        if (m->depth < REMEMBER_DEPTH)
            m->stack[m->depth++] = m->now;
        else
            r->bad = true;
        break;
    case CFA_RESTORE_STATE:
        if (m->depth > 0)
            m->now = m->stack[--m->depth];
        else
            r->bad = true;
        break;
    case CFA_DEF_CFA:
        m->now.cfa_register = eh_read_uleb(r);
        m->now.cfa_offset = (int64_t)eh_read_uleb(r);
        break;
    case CFA_DEF_CFA_SF:
        m->now.cfa_register = eh_read_uleb(r);
        m->now.cfa_offset = eh_read_sleb(r) * fde->data_align;
        break;
    case CFA_DEF_CFA_REGISTER:
        m->now.cfa_register = eh_read_uleb(r);
        break;
    case CFA_DEF_CFA_OFFSET:
        m->now.cfa_offset = (int64_t)eh_read_uleb(r);
        break;
    case CFA_DEF_CFA_OFFSET_SF:
        m->now.cfa_offset = eh_read_sleb(r) * fde->data_align;
        break;
    case CFA_GNU_ARGS_SIZE:
        m->pushed_bytes = eh_read_uleb(r);
        break;
    default:
        r->bad = true;
        break;
    }
}

/* Runs a program up to (not including) what applies after address `at`. */
static bool
cfa_run(struct cfa_machine *m, struct eh_reader r, const struct fde *fde, uintptr_t at)
{
    while (r.at < r.end && !r.bad && m->location <= at) {
        uint8_t op = (uint8_t)eh_read_bytes(&r, 1);

        switch (op >> 6) {
        case 1:
            m->location += (op & 0x3fu) * fde->code_align;
            break;
        case 2:
            rule_saved(m, &r, op & 0x3fu, (int64_t)eh_read_uleb(&r) * fde->data_align);
            break;
        case 3:
            rule_restore(m, &r, op & 0x3fu);
            break;
        default:
            cfa_extended(m, &r, op, fde);
            break;
        }
    }
    return !r.bad;
}

/* ---- rows ---- */

/* DWARF number of a callee-saved register -> enum eh_register, or -1. */
static int
register_index(uint64_t dwarf)
{
    if (dwarf == DWARF_RBP)
        return EH_RBP;
    if (dwarf == DWARF_RBX)
        return EH_RBX;
    if (dwarf >= DWARF_R12 && dwarf < DWARF_R12 + 4)
        return (int)(EH_R12 + (dwarf - DWARF_R12));
    return -1;
}

/* Packs the rules; false if the frame does not have the one shape that compilers give it. */
static bool
row_pack(const struct cfa_rules *rules, struct eh_row *row)
{
    uint64_t reg;

    if (rules->saved[DWARF_RETURN] != -8 || rules->cfa_offset != (int32_t)rules->cfa_offset)
        return false;
    row->cfa_offset = (int32_t)rules->cfa_offset;
    row->cfa_register = 0;
    if (rules->cfa_register != DWARF_RSP) {
        int index = register_index(rules->cfa_register);

        if (index < 0)
            return false;
        row->cfa_register = (uint8_t)(1 + index);
    }
    for (reg = 0; reg < DWARF_RETURN; reg++) {
        int index = register_index(reg);
        int64_t words = rules->saved[reg] / 8;

        if (index < 0)
            continue;
        if (rules->saved[reg] % 8 || words > 0 || words < INT8_MIN)
            return false;
        row->saved_at[index] = (int8_t)words;
    }
    return true;
}

static bool
row_make(uintptr_t pc, struct eh_row *row)
{
    const struct eh_module *module = eh_module_find(pc - 1);
    struct cfa_machine machine;
    struct fde fde;

    if (!module || !fde_find(module, pc - 1, &fde))
        return false;
    memset(&machine.now, 0, sizeof machine.now);
    machine.depth = 0;
    machine.pushed_bytes = 0;
    machine.location = 0;
    if (!cfa_run(&machine, fde.initial, &fde, UINTPTR_MAX))
        return false;
    machine.initial = machine.now;
    machine.location = fde.start;
    if (!cfa_run(&machine, fde.program, &fde, pc - 1))
        return false;
    memset(row, 0, sizeof *row);
    row->pc = pc;
    row->start = fde.start;
    if (!row_pack(&machine.now, row) || machine.pushed_bytes > 8 * UINT16_MAX)
        return false;
    row->pushed_words = (uint16_t)(machine.pushed_bytes / 8);
    if (fde.lsda)
        eh_lsda_fill(row, fde.lsda);
    return true;
}

static __attribute__((noinline)) bool
row_get_slow(uintptr_t pc, struct eh_row *out)
{
    if (pc < 2 || !row_make(pc, out))
        return false;
    slot_write(slot_of(pc), out);
    return true;
}

bool
eh_row_get(uintptr_t pc, struct eh_row *out)
{
    return cache_find(pc, out) || row_get_slow(pc, out);
}

void
eh_regs_load(struct eh_regs *regs, const struct thr_transition *from)
{
    regs->pc = from->pc;
    regs->rsp = from->rsp;
    regs->saved[EH_RBP] = from->rbp;
    regs->saved[EH_RBX] = from->rbx;
    regs->saved[EH_R12] = from->r12;
    regs->saved[EH_R13] = from->r13;
    regs->saved[EH_R14] = from->r14;
    regs->saved[EH_R15] = from->r15;
}

void
eh_regs_step(struct eh_regs *regs, const struct eh_row *row, uintptr_t cfa)
{
    const uintptr_t *top = (const uintptr_t *)cfa;
    size_t i;

    for (i = 0; i < EH_REGISTERS; i++) {
        if (row->saved_at[i])
            regs->saved[i] = top[row->saved_at[i]];
    }
    regs->pc = top[-1];
    regs->rsp = cfa;
}

bool
eh_method_start(uintptr_t pc, uintptr_t *start)
{
    const struct eh_module *module = eh_module_find(pc - 1);
    struct fde fde;

    if (!module || !fde_find(module, pc - 1, &fde))
        return false;
    *start = fde.start;
    return true;
}
