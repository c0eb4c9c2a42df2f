/* engine/eh_format.h - exception data that compiled code and the engine share.
 * Other party: the compiler (docs/abi.md, "Exceptions"). A landing pad receives rax = pointer to
 * struct eh_record and rdx = selector; the language tables are the usual Itanium ones, whose type
 * entries are pointers to struct eh_clause (NULL: catch everything). */
#ifndef CORERT_ENGINE_EH_FORMAT_H
#define CORERT_ENGINE_EH_FORMAT_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

enum eh_clause_kind {
    EH_CLAUSE_TYPED = 0,  /* type_or_filter is a MethodTable; matches it and what derives from it */
    EH_CLAUSE_FILTER = 1, /* type_or_filter is an eh_filter_fn, run in the search phase */
    EH_CLAUSE_ALL = 2,    /* matches every exception; type_or_filter is ignored */
    EH_CLAUSE_BOUNDARY = 3, /* of an export: matches every exception, and a cancel (NULL) too */
};

/* One catch or filter clause: a constant in the module's data, 8-byte aligned. The selector is
 * LLVM's `llvm.eh.typeid.for` of its address. */
struct eh_clause {
    uint64_t kind; /* enum eh_clause_kind */
    void *type_or_filter;
};

static_assert(sizeof(struct eh_clause) == 16, "abi");
static_assert(offsetof(struct eh_clause, kind) == 0, "abi");
static_assert(offsetof(struct eh_clause, type_or_filter) == 8, "abi");

/* A filter: non-zero accepts. `frame` is the `frame` word of the filter record. Managed convention
 * and managed state; an exception it lets out counts as "no". */
typedef int32_t (*eh_filter_fn)(void *frame, void *exception);

/* Pushed on thread_block.filter_head when a try with a filter is entered, popped when it is left.
 * It is an alloca of the method that has the try, so its address tells the physical frame. */
struct eh_filter_record {
    struct eh_filter_record *prev;
    const struct eh_clause *clause;
    void *frame; /* whatever the filter function needs: the captured locals */
};

static_assert(sizeof(struct eh_filter_record) == 24, "abi");
static_assert(offsetof(struct eh_filter_record, prev) == 0, "abi");
static_assert(offsetof(struct eh_filter_record, clause) == 8, "abi");
static_assert(offsetof(struct eh_filter_record, frame) == 16, "abi");

/* What a landing pad gets in rax. Compiled code may read the first word only; the record dies in
 * corert_eh_begin_catch and changes hands in corert_eh_resume. */
struct eh_record {
    void *exception;                       /* the Object; a root while the record is in the list */
    struct eh_record *older;               /* next in thread_block.eh_inflight */
    uintptr_t target_cfa;                  /* frame that catches it (its CFA); 0 while searching */
    const struct eh_clause *target_clause; /* clause that catches it there; NULL: catch all */
    uintptr_t current_cfa;                 /* frame whose pad runs; UINTPTR_MAX while searching */
    uintptr_t current_pad;                 /* that pad's address */
    uint32_t kind;                         /* enum eh_throw_kind, engine/eh.h */
    uint32_t pooled;                       /* 1: belongs to the thread's pool, 0: malloc */
    uintptr_t thrown_rsp;                  /* the stack pointer where its dispatch began */
};

static_assert(offsetof(struct eh_record, exception) == 0, "abi");
static_assert(sizeof(struct eh_record) == 64, "abi");

#endif
