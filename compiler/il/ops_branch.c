/* compiler/il/ops_branch.c - branches, switch and ret. Known conditions take one way only, so that
 * the survey never sees the other. */
#include "compiler/il/il_priv.h"

static uint32_t
target(const struct il_import *im)
{
    return (uint32_t)im->insn.i;
}

static void
branch_known(struct il_import *im, bool taken)
{
    il_branch_to(im, taken ? target(im) : im->insn.next);
}

static void
branch_on(struct il_import *im, cg_value i1, bool sense)
{
    if (sense)
        il_branch_cond(im, i1, target(im), im->insn.next);
    else
        il_branch_cond(im, i1, im->insn.next, target(im));
}

static void
branch_bool(struct il_import *im, bool sense)
{
    struct il_value v = il_pop(im);
    enum cg_type t = il_kind_cg(v.kind);
    int64_t i;
    cg_value x, zero;

    if (v.kind == IL_STRUCT || v.kind == IL_F4 || v.kind == IL_F8) {
        il_invalid(im, "a condition of the wrong kind");
        return;
    }
    if (il_is_const(&v, &i)) {
        branch_known(im, (i != 0) == sense);
        return;
    }
    if (v.nonnull || v.fact == IL_FACT_RUNTIME_TYPE || v.fact == IL_FACT_LOCAL || v.fact == IL_FACT_METHOD) {
        branch_known(im, sense);
        return;
    }
    x = il_use(im, &v);
    zero = t == CG_PTR ? cg_null(im->fn) : cg_int(im->fn, t, 0);
    branch_on(im, cg_compare(im->fn, CG_NE, x, zero), sense);
}

static void
branch_compare(struct il_import *im, enum cg_cmp c)
{
    struct il_value b = il_pop(im), a = il_pop(im);
    cg_value i1;
    int known = il_compare(im, c, &a, &b, &i1);

    if (known >= 0)
        branch_known(im, known != 0);
    else
        branch_on(im, i1, true);
}

static void
op_switch(struct il_import *im)
{
    struct il_value v = il_pop(im);
    uint32_t count = im->insn.count, made = 0;
    int64_t *keys = arena_array(im->arena, count + 1u, sizeof *keys), i;
    cg_block *blocks = arena_array(im->arena, count + 1u, sizeof *blocks), otherwise;
    cg_value x;

    if (il_is_const(&v, &i)) {
        uint64_t u = v.kind == IL_I4 ? (uint32_t)i : (uint64_t)i;

        il_branch_to(im, u < count ? il_switch_target(im->body.code, &im->insn, (uint32_t)u) : im->insn.next);
        return;
    }
    x = il_use_as(im, &v, CG_I32);
    for (uint32_t k = 0; k < count; k++) {
        if (!il_branch_check(im, il_switch_target(im->body.code, &im->insn, k)))
            return;
        keys[made] = k;
        blocks[made++] = il_edge(im, il_switch_target(im->body.code, &im->insn, k));
    }
    otherwise = il_edge(im, im->insn.next);
    im->ended = true;
    if (!im->failed)
        cg_switch(im->fn, x, otherwise, made, keys, blocks);
}

static void
op_ret(struct il_import *im)
{
    struct il_value v = {0};
    enum il_kind kind = il_kind_of(im->ret);
    cg_value x = NULL;

    if (im->in_filter) {
        il_invalid(im, "ret in a filter");
        return;
    }
    if (kind != IL_VOID) {
        v = il_pop(im);
        x = il_coerce(im, &v, im->ret);
    }
    if (im->depth) {
        il_invalid(im, "ret leaves values on the stack");
        return;
    }
    im->ended = true;
    if (im->failed)
        return;
    cg_pad_set(im->fn, NULL);
    il_sync_exit(im);
    if (kind == IL_STRUCT)
        cg_ret_struct(im->fn, x);
    else
        cg_ret(im->fn, x);
}

bool
il_op_branch(struct il_import *im)
{
    switch (im->insn.op) {
    case IL_CEE_br:
    case IL_CEE_br_s:
        il_branch_to(im, target(im));
        return true;
    case IL_CEE_brtrue:
    case IL_CEE_brtrue_s:
        branch_bool(im, true);
        return true;
    case IL_CEE_brfalse:
    case IL_CEE_brfalse_s:
        branch_bool(im, false);
        return true;
#define COMPARE(op, cg)                                                                                                \
    case IL_CEE_##op:                                                                                                  \
    case IL_CEE_##op##_s:                                                                                              \
        branch_compare(im, cg);                                                                                        \
        return true;
        COMPARE(beq, CG_EQ)
        COMPARE(bge, CG_SGE)
        COMPARE(bgt, CG_SGT)
        COMPARE(ble, CG_SLE)
        COMPARE(blt, CG_SLT)
        COMPARE(bne_un, CG_NE)
        COMPARE(bge_un, CG_UGE)
        COMPARE(bgt_un, CG_UGT)
        COMPARE(ble_un, CG_ULE)
        COMPARE(blt_un, CG_ULT)
#undef COMPARE
    case IL_CEE_switch:
        op_switch(im);
        return true;
    case IL_CEE_ret:
        op_ret(im);
        return true;
    default:
        return false;
    }
}
