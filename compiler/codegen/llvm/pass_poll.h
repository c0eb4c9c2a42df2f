/* compiler/codegen/llvm/pass_poll.h - what pass_poll.c, pass_strip*.c, pass_version.c and pass_zero.c share. */
#ifndef COMPILER_CODEGEN_LLVM_PASS_POLL_H
#define COMPILER_CODEGEN_LLVM_PASS_POLL_H

#include "compiler/codegen/llvm/cg_priv.h"
#include "compiler/codegen/llvm/flow.h"

/* What a loop that polls has beside it for the case that it is short (pass_version.c). */
enum cg_twin {
    TWIN_NONE,
    TWIN_STOPS,  /* a copy that comes first and leaves at a stop that is the same for every start */
    TWIN_CHOSEN, /* a copy that is entered where the way to the bound is short */
};

/* A compare of a loop that a value with constant step moves towards: the loop goes on while
 * `moving stay bound`. */
struct cg_strip {
    uint32_t loop, block;  /* block: ends with the branch that leaves the loop */
    LLVMValueRef compare;  /* part of the branch's condition */
    unsigned moving;       /* which operand of it moves */
    LLVMIntPredicate stay; /* as if it were the first one */
    bool when;             /* the compare's own outcome that keeps the loop going */
    unsigned stay_edge;    /* successor inside the loop */
    int64_t step;
    bool next;      /* the value is phi + step, not the phi itself */
    bool cold_exit; /* leads to a throw only */
    uint32_t iterations; /* between polls */
    enum cg_twin twin;
    bool rare; /* the twin runs first or instead */
};

LLVMIntPredicate cg_predicate_inverse(LLVMIntPredicate p);
/* `phi + constant`: gives the constant, 0 if it is something else. */
int64_t cg_step_of(LLVMValueRef v, LLVMValueRef phi);
/* The best such compare of a loop. */
bool cg_strip_find(const struct flow *f, uint32_t loop, struct cg_strip *out);
/* Both ends are constants and the loop surely has at most `iterations`. */
bool cg_strip_is_short(const struct cg_strip *s, uint32_t iterations);
bool cg_strip_is_possible(const struct flow *f, const struct cg_strip *s);
/* The first stop needs nothing that changes in the loop around this one. */
bool cg_strip_is_early(const struct flow *f, const struct cg_strip *s);
/* Such a stop. */
LLVMValueRef cg_strip_early_stop(struct cg_unit *u, const struct flow *f, const struct cg_strip *s);
LLVMValueRef cg_strip_bound(const struct cg_strip *s);
/* The value from outside, and the block it comes from. */
LLVMValueRef cg_strip_start(const struct flow *f, const struct cg_strip *s, LLVMBasicBlockRef *from);
/* `condition`, which has `compare` (the strip's or a copy of it), with a compare with `stop` in its place. */
LLVMValueRef cg_strip_condition(LLVMBuilderRef b, const struct cg_strip *s, LLVMValueRef condition,
                                LLVMValueRef compare, LLVMValueRef stop);
/* Surely >= 0 as a signed number. */
bool cg_is_positive(LLVMValueRef v);
/* Leads to an end by exception, on a straight line. */
bool cg_only_throws(LLVMBasicBlockRef bb);
/* The loop now stops at a nearer bound every s->iterations, polls and goes on. */
void cg_strip_apply(struct cg_unit *u, struct flow *f, const struct cg_strip *s);

enum cg_twin cg_twin_find(const struct flow *f, const struct cg_strip *s);
/* Makes s->twin; the strip is applied to the loop later. False: it could not be made, nothing has changed. */
bool cg_twin_apply(struct cg_unit *u, struct flow *f, struct cg_strip *s);

/* A branch in each iteration of a loop that leaves it when a value is zero. */
struct cg_zero {
    uint32_t block;
    unsigned other_edge; /* successor when it is not */
};

bool cg_zero_find(const struct flow *f, uint32_t loop, struct cg_zero *out);
/* The branch polls as well. */
void cg_zero_apply(struct cg_unit *u, struct flow *f, const struct cg_zero *z);

/* The phis of `block` had a value from block `from`; now they have it from each of `to`. */
void cg_edge_retarget(struct cg_unit *u, LLVMBasicBlockRef block, LLVMBasicBlockRef from,
                      LLVMBasicBlockRef *to, unsigned count);

#endif
