/* engine/eh_priv.h - what the eh_*.c files share: registers, unwind rows, language tables. */
#ifndef CORERT_ENGINE_EH_PRIV_H
#define CORERT_ENGINE_EH_PRIV_H

#include "engine/eh.h"

/* Callee-saved registers, in the order of struct thr_transition. */
enum eh_register { EH_RBP, EH_RBX, EH_R12, EH_R13, EH_R14, EH_R15, EH_REGISTERS };

/* Registers of one frame as its callee's return leaves them. eh_land (eh_asm.S) knows the layout.
 */
struct eh_regs {
    uintptr_t pc;
    uintptr_t rsp;
    uintptr_t saved[EH_REGISTERS];
};

static_assert(offsetof(struct eh_regs, rsp) == 8, "eh_asm.S");
static_assert(offsetof(struct eh_regs, saved) == 16, "eh_asm.S");
static_assert(sizeof(struct eh_regs) == 64, "eh_asm.S");

enum eh_row_flag {
    EH_ROW_CLEANUP = 1, /* the pad has to be entered in the second phase even without a match */
};

/* All that is known about one return address. Seven words, so that it fits a cache line together
 * with the sequence number of its cache slot. */
struct eh_row {
    uintptr_t pc;
    uintptr_t start;           /* of the method */
    uintptr_t pad;             /* landing pad or 0 */
    const uint8_t *action;     /* first action record or NULL */
    const uint8_t *type_table; /* end of the type table: entry i lies i entries before it */
    int32_t cfa_offset;
    uint8_t cfa_register; /* 0: rsp, else 1 + enum eh_register */
    uint8_t flags;        /* enum eh_row_flag */
    uint8_t type_encoding;
    uint8_t unused;
    int8_t saved_at[EH_REGISTERS]; /* in words from the CFA; 0: the register is unchanged */
    uint16_t pushed_words;         /* arguments pushed for the call; a pad expects them popped */
};

static_assert(sizeof(struct eh_row) == 56, "a row and its sequence number share a cache line");

/* eh_unwind.c */
bool eh_row_get(uintptr_t pc, struct eh_row *out); /* false: not a frame of ours */
void eh_row_flush(void);
void eh_regs_load(struct eh_regs *regs, const struct thr_transition *from);
void eh_regs_step(struct eh_regs *regs, const struct eh_row *row, uintptr_t cfa);
bool eh_method_start(uintptr_t pc, uintptr_t *start);

static inline uintptr_t
eh_row_cfa(const struct eh_row *row, const struct eh_regs *regs)
{
    uintptr_t base = row->cfa_register ? regs->saved[row->cfa_register - 1] : regs->rsp;

    return base + (uintptr_t)(intptr_t)row->cfa_offset;
}

/* eh_lsda.c */

/* Fills pad, action, type table and flags of a row from the method's language data. */
void eh_lsda_fill(struct eh_row *row, const uint8_t *lsda);

/* A walk over the clauses of one call site, innermost first. */
struct eh_actions {
    const struct eh_row *row; /* borrowed for the walk */
    const uint8_t *at;        /* next record or NULL */
    int64_t selector;         /* of the clause given last */
    unsigned given;           /* clauses so far */
};

struct eh_actions eh_actions_of(const struct eh_row *row);
/* The next catch clause (NULL in `*clause` = everything); false at the end. Skips cleanups. */
bool eh_actions_next(struct eh_actions *actions, const struct eh_clause **clause);

/* eh_trace.c */

/* Appends one frame to the exception's trace. `first`: the first of this dispatch. */
bool eh_is_preallocated(const void *exception); /* the OutOfMemoryException made in advance */
void eh_trace_append(void *exception, uintptr_t ip, bool first, enum eh_throw_kind kind);

/* eh_throw.c; the stubs of eh_asm.S call the first three */
noreturn void eh_throw_from(struct thr_transition *at, void *exception, enum eh_throw_kind kind);
noreturn void eh_throw_runtime_from(struct thr_transition *at, int32_t exception_id);
noreturn void eh_resume_from(struct thr_transition *at, struct eh_record *record);
extern struct eh_classlib eh_classlib;
extern struct eh_exception_layout eh_exception_layout;

/* eh_asm.S */
noreturn void eh_land(const struct eh_regs *regs, uintptr_t pad, struct eh_record *record,
                      uint64_t selector);
uintptr_t eh_call_guarded(struct thr_reverse_frame *guard, const void *function, uintptr_t a,
                          uintptr_t b, uintptr_t c, uintptr_t d);
noreturn void eh_guard_leave(struct thr_reverse_frame *guard);
extern const char eh_guard_return[]; /* where what eh_call_guarded calls returns to, the guard at rsp */
/* To native code at regs->pc, with zero in every result register. */
noreturn void eh_leave(const struct eh_regs *regs);

#endif
