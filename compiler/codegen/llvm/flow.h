/* compiler/codegen/llvm/flow.h - blocks, dominators and natural loops of one function, for our own
 * passes (the C API of LLVM offers none of them). A snapshot: blocks made later are not in it. */
#ifndef COMPILER_CODEGEN_LLVM_FLOW_H
#define COMPILER_CODEGEN_LLVM_FLOW_H

#include <llvm-c/Core.h>

#include "compiler/base/arena.h"
#include "compiler/base/map.h"

#include <stdbool.h>
#include <stdint.h>

#define FLOW_NONE UINT32_MAX

struct flow_edges {
    uint32_t *to; /* block numbers */
    uint32_t count;
};

struct flow_block {
    LLVMBasicBlockRef bb;
    struct flow_edges succs, preds;
    uint32_t idom; /* of block 0: 0 */
    uint32_t loop; /* innermost one that holds the block, or FLOW_NONE */
};

struct flow_loop {
    uint32_t header;
    uint32_t parent; /* FLOW_NONE: outermost */
    struct flow_edges latches;
    bool has_inner;
};

/* An edge backwards into something that is no natural loop. */
struct flow_irregular {
    uint32_t from, to;
};

struct flow {
    struct arena *arena;       /* owned */
    struct flow_block *blocks; /* reachable ones in reverse post-order; the entry is number 0 */
    uint32_t count;
    struct flow_loop *loops; /* inner ones before those around them */
    uint32_t loop_count;
    struct flow_irregular *irregular;
    uint32_t irregular_count;
    struct ptr_map numbers; /* block -> number + 1 */
};

/* Frees with flow_free. */
void flow_make(struct flow *f, LLVMValueRef function);
void flow_free(struct flow *f);

/* Number of a block, FLOW_NONE when it is new or cannot be reached. */
uint32_t flow_number(const struct flow *f, LLVMBasicBlockRef bb);
/* A new block on an edge out of `from` counts as part of it. */
void flow_alias(struct flow *f, LLVMBasicBlockRef bb, LLVMBasicBlockRef from);
bool flow_dominates(const struct flow *f, uint32_t a, uint32_t b);
bool flow_loop_holds(const struct flow *f, uint32_t loop, uint32_t block);
/* Every iteration comes through the block: it is in the loop and dominates all latches. */
bool flow_every_iteration(const struct flow *f, uint32_t loop, uint32_t block);
/* Defined outside the loop: constants, arguments, instructions of other blocks. */
bool flow_is_invariant(const struct flow *f, uint32_t loop, LLVMValueRef v);

#endif
