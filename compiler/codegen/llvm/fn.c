/* compiler/codegen/llvm/fn.c - functions: prologue, arguments, returns, blocks, branches.
 * The entry block takes allocas and the copies of struct arguments; code starts in a block of its
 * own, so an alloca can be added at any time. After a terminator further code goes to a fresh block
 * without predecessors, which LLVM drops. */
#include "compiler/codegen/llvm/cg_priv.h"

#include <stdio.h>
#include <string.h>

/* ---- prologue -------------------------------------------------------------------------------------- */

static void
fn_attributes(struct cg_fn *fn, const struct cg_sig *sig)
{
    struct cg_unit *u = fn->unit;
    const struct cg_attrs *a = &u->attrs;

    cg_attr_fn(fn->f, a->uwtable);
    cg_attr_fn(fn->f, a->no_tail_calls);
    cg_attr_fn(fn->f, a->probe_stack);
    if (u->options.opt_level == 0 && !u->options.optimize_size)
        cg_attr_fn(fn->f, a->frame_pointer_all);
    if (u->options.optimize_size)
        cg_attr_fn(fn->f, a->optsize);
    if (fn->flags & (CG_FN_NOINLINE | CG_FN_OPTNONE))
        cg_attr_fn(fn->f, a->noinline_);
    else if (fn->flags & CG_FN_ALWAYSINLINE)
        cg_attr_fn(fn->f, a->inlinehint);
    if (fn->flags & CG_FN_OPTNONE)
        cg_attr_fn(fn->f, a->optnone);
    if (fn->flags & CG_FN_COLD)
        cg_attr_fn(fn->f, a->cold);
    if ((fn->flags & CG_FN_STACK_CHECK) && u->options.stack_check)
        cg_attr_fn(fn->f, a->stack_check);
    if (fn->flags & CG_FN_NATIVE)
        cg_attr_fn(fn->f, a->native);
    if (fn->flags & CG_FN_LIBRARY)
        cg_attr_fn(fn->f, a->library);
    abi_attributes(u, sig, &fn->abi, fn->f, false);
}

/* Each function has a section of its own, which the linker can drop. */
static void
fn_section(struct cg_fn *fn)
{
    char name[256];

    if (strlen(fn->symbol) < 200)
        snprintf(name, sizeof name, ".text.%s", fn->symbol);
    else
        snprintf(name, sizeof name, ".text.h%016llx",
                 (unsigned long long)hash64_bytes(fn->symbol, strlen(fn->symbol), 0));
    LLVMSetSection(fn->f, name);
    /* Bit 1 of a code address is free: it marks fat pointers (docs/abi.md), also with -Os. */
    LLVMSetAlignment(fn->f, fn->unit->options.optimize_size ? 4 : 16);
}

static LLVMValueRef
fn_scalar_arg(struct cg_fn *fn, const struct cg_param *p, LLVMValueRef v)
{
    struct cg_unit *u = fn->unit;

    if (p->type == CG_I1)
        return LLVMBuildZExt(fn->entry, v, u->types[CG_I32], "");
    if (p->type != CG_I8 && p->type != CG_I16)
        return v;
    return p->is_signed ? LLVMBuildSExt(fn->entry, v, u->types[CG_I32], "")
                        : LLVMBuildZExt(fn->entry, v, u->types[CG_I32], "");
}

static LLVMValueRef
fn_struct_arg(struct cg_fn *fn, const struct cg_param *p, const struct abi_value *v)
{
    struct cg_unit *u = fn->unit;
    LLVMValueRef home;
    uint32_t i;

    if (v->kind == ABI_MEMORY)
        return LLVMGetParam(fn->f, v->index);
    home = cg_entry_alloca(fn, p->size ? p->size : 1, p->align);
    if (v->kind == ABI_IGNORE || v->part_count < (p->size + 7) / 8)
        LLVMBuildMemSet(fn->entry, home, LLVMConstInt(u->types[CG_I8], 0, 0),
                        LLVMConstInt(u->types[CG_I64], p->size ? p->size : 1, 0), p->align);
    for (i = 0; i < v->part_count; i++)
        abi_part_store(u, fn->entry, &v->parts[i], LLVMGetParam(fn->f, v->index + i), home,
                       p->align);
    return home;
}

static void
fn_arguments(struct cg_fn *fn, const struct cg_sig *sig)
{
    uint32_t i;

    fn->args = arena_array(fn->unit->arena, sig->count + 1u, sizeof *fn->args);
    for (i = 0; i < sig->count; i++) {
        const struct cg_param *p = &sig->params[i];

        if (p->type == CG_STRUCT)
            fn->args[i] = fn_struct_arg(fn, p, &fn->abi.args[i]);
        else if (p->type != CG_VOID)
            fn->args[i] = fn_scalar_arg(fn, p, LLVMGetParam(fn->f, fn->abi.args[i].index));
    }
}

struct cg_fn *
cg_fn_begin(struct cg_unit *u, const char *symbol, const struct cg_sig *sig, unsigned flags)
{
    struct cg_fn *fn = arena_alloc(u->arena, sizeof *fn);
    bool is_new;

    fn->unit = u;
    fn->symbol = arena_strdup(u->arena, symbol);
    fn->flags = flags;
    fn->ret = sig->ret;
    fn->arg_count = sig->count;
    abi_lower(u, sig, false, &fn->abi);
    fn->f = cg_sym_function(u, symbol, fn->abi.type, true, &is_new);
    if (!fn->f) {
        cg_fault(u, fn, "defined twice");
        fn->f = LLVMAddFunction(u->module, "", fn->abi.type);
    }
    if (flags & CG_FN_COPY)
        LLVMSetLinkage(fn->f, LLVMAvailableExternallyLinkage);
    LLVMSetVisibility(fn->f, flags & CG_FN_EXPORTED ? LLVMDefaultVisibility : LLVMHiddenVisibility);
    fn_attributes(fn, sig);
    if (!(flags & CG_FN_COPY))
        fn_section(fn);
    fn->entry_block = LLVMAppendBasicBlockInContext(u->context, fn->f, "entry");
    fn->body_block = LLVMAppendBasicBlockInContext(u->context, fn->f, "body");
    fn->entry = LLVMCreateBuilderInContext(u->context);
    fn->b = LLVMCreateBuilderInContext(u->context);
    LLVMPositionBuilderAtEnd(fn->entry, fn->entry_block);
    LLVMPositionBuilderAtEnd(fn->b, fn->body_block);
    fn_arguments(fn, sig);
    if (u->options.stack_check) {
        cg_sym_data(u, CG_IMPORT_PREFIX "RhpLimitSlow", true);
        cg_sym_data(u, CG_IMPORT_PREFIX "RhpLimitSlowInLibrary", true);
        cg_sym_data(u, CG_IMPORT_PREFIX "RhpLimitSlowFor", true);
        cg_sym_data(u, CG_IMPORT_PREFIX "corert_thread_block_offset", true);
    }
    return fn;
}

/* Blocks nobody jumps to may be left open; any other open block is a fault of the caller. */
static void
fn_close_blocks(struct cg_fn *fn)
{
    LLVMBasicBlockRef bb;

    for (bb = LLVMGetFirstBasicBlock(fn->f); bb; bb = LLVMGetNextBasicBlock(bb)) {
        if (LLVMGetBasicBlockTerminator(bb))
            continue;
        if (bb == fn->body_block || LLVMGetFirstUse(LLVMBasicBlockAsValue(bb)))
            cg_fault(fn->unit, fn, "block \"%s\" has no terminator", LLVMGetBasicBlockName(bb));
        LLVMPositionBuilderAtEnd(fn->b, bb);
        LLVMBuildUnreachable(fn->b);
    }
}

/* A function with explicit tail calls loses the attribute that forbids them all, so every other call
 * of it says so itself. */
static void
fn_tail_calls(struct cg_fn *fn)
{
    LLVMBasicBlockRef bb;
    LLVMValueRef i;

    LLVMRemoveStringAttributeAtIndex(fn->f, (LLVMAttributeIndex)LLVMAttributeFunctionIndex,
                                     "disable-tail-calls", 18);
    for (bb = LLVMGetFirstBasicBlock(fn->f); bb; bb = LLVMGetNextBasicBlock(bb)) {
        for (i = LLVMGetFirstInstruction(bb); i; i = LLVMGetNextInstruction(i)) {
            if (LLVMIsACallInst(i) && LLVMGetTailCallKind(i) == LLVMTailCallKindNone)
                LLVMSetTailCallKind(i, LLVMTailCallKindNoTail);
        }
    }
}

void
cg_fn_end(struct cg_fn *fn)
{
    if (!fn)
        return;
    cg_debug_declare(fn, LLVMBuildBr(fn->entry, fn->body_block));
    fn_close_blocks(fn);
    cg_pass_guarded_polls(fn);
    if (fn->has_tail)
        fn_tail_calls(fn);
    LLVMDisposeBuilder(fn->b);
    LLVMDisposeBuilder(fn->entry);
    fn->b = fn->entry = NULL;
}

/* ---- arguments and results -------------------------------------------------------------------------- */

cg_value
cg_arg(struct cg_fn *fn, uint32_t index)
{
    if (!fn)
        return NULL;
    if (index >= fn->arg_count) {
        cg_fault(fn->unit, fn, "no argument %u", index);
        return cg_w(LLVMGetPoison(fn->unit->types[CG_I32]));
    }
    return cg_w(fn->args[index]);
}

cg_value
cg_arg_address(struct cg_fn *fn, uint32_t index)
{
    return cg_arg(fn, index);
}

void
cg_ret(struct cg_fn *fn, cg_value v)
{
    if (!fn || fn->closed)
        return;
    if (fn->abi.ret.kind == ABI_SCALAR && v) {
        LLVMTypeRef type = LLVMGetReturnType(fn->abi.type);
        LLVMValueRef x = cg_v(v);

        if (fn->ret.type == CG_I1 && LLVMTypeOf(x) != fn->unit->types[CG_I1])
            x = LLVMBuildIsNotNull(fn->b, x, "");
        LLVMBuildRet(fn->b, cg_coerce(fn, x, type, fn->ret.is_signed));
    } else if (fn->abi.ret.kind == ABI_SCALAR || fn->abi.ret.kind == ABI_PARTS) {
        cg_fault(fn->unit, fn, "return without a value");
        LLVMBuildUnreachable(fn->b);
    } else {
        LLVMBuildRetVoid(fn->b);
    }
    fn->closed = true;
}

static LLVMValueRef
fn_ret_parts(struct cg_fn *fn, LLVMValueRef address)
{
    const struct abi_value *r = &fn->abi.ret;
    LLVMValueRef v = abi_part_load(fn->unit, fn->b, &r->parts[0], address, fn->ret.align), pair;

    if (r->part_count == 1)
        return v;
    pair = LLVMGetPoison(LLVMGetReturnType(fn->abi.type));
    pair = LLVMBuildInsertValue(fn->b, pair, v, 0, "");
    v = abi_part_load(fn->unit, fn->b, &r->parts[1], address, fn->ret.align);
    return LLVMBuildInsertValue(fn->b, pair, v, 1, "");
}

void
cg_ret_struct(struct cg_fn *fn, cg_value address)
{
    if (!fn || fn->closed)
        return;
    switch (fn->abi.ret.kind) {
    case ABI_MEMORY:
        if (address != cg_ret_buffer(fn))
            cg_copy(fn, cg_ret_buffer(fn), address, fn->ret.size, fn->ret.align);
        LLVMBuildRetVoid(fn->b);
        break;
    case ABI_PARTS:
        LLVMBuildRet(fn->b, fn_ret_parts(fn, cg_v(address)));
        break;
    case ABI_IGNORE:
        LLVMBuildRetVoid(fn->b);
        break;
    case ABI_SCALAR:
        cg_fault(fn->unit, fn, "struct returned from a scalar function");
        LLVMBuildUnreachable(fn->b);
        break;
    }
    fn->closed = true;
}

cg_value
cg_ret_buffer(struct cg_fn *fn)
{
    if (!fn || fn->abi.sret_index < 0)
        return NULL;
    return cg_w(LLVMGetParam(fn->f, (unsigned)fn->abi.sret_index));
}

/* ---- blocks ------------------------------------------------------------------------------------------ */

bool
cg_ready(struct cg_fn *fn)
{
    if (!fn)
        return false;
    if (fn->closed) {
        LLVMPositionBuilderAtEnd(fn->b, cg_block_after(fn, "dead"));
        fn->closed = false;
    }
    return true;
}

LLVMBasicBlockRef
cg_block_after(struct cg_fn *fn, const char *name)
{
    LLVMBasicBlockRef bb = LLVMCreateBasicBlockInContext(fn->unit->context, name);

    LLVMInsertExistingBasicBlockAfterInsertBlock(fn->b, bb);
    return bb;
}

cg_block
cg_block_new(struct cg_fn *fn, const char *name)
{
    cg_block block;

    if (!fn)
        return NULL;
    block = arena_alloc(fn->unit->arena, sizeof *block);
    block->bb = LLVMAppendBasicBlockInContext(fn->unit->context, fn->f, name ? name : "");
    return block;
}

void
cg_block_set(struct cg_fn *fn, cg_block b)
{
    if (!fn)
        return;
    LLVMPositionBuilderAtEnd(fn->b, b->bb);
    fn->closed = LLVMGetBasicBlockTerminator(b->bb) != NULL;
}

bool
cg_block_open(struct cg_fn *fn)
{
    return !fn || !fn->closed;
}

/* For cg_pass_guarded_polls: which blocks that end here lie in a protected region. */
static void
fn_note_pad(struct cg_fn *fn)
{
    if (fn->pad && fn->unit->options.stack_check)
        ptr_map_put(&fn->pads, LLVMGetInsertBlock(fn->b), fn->pad->bb);
}

void
cg_br(struct cg_fn *fn, cg_block target)
{
    if (!fn || fn->closed)
        return;
    fn_note_pad(fn);
    LLVMBuildBr(fn->b, target->bb);
    fn->closed = true;
}

void
cg_cond_br(struct cg_fn *fn, cg_value condition, cg_block then, cg_block otherwise, enum cg_weight w)
{
    LLVMValueRef c, br;

    if (!fn || fn->closed)
        return;
    c = cg_v(condition);
    if (LLVMTypeOf(c) != fn->unit->types[CG_I1])
        c = LLVMBuildIsNotNull(fn->b, c, "");
    fn_note_pad(fn);
    br = LLVMBuildCondBr(fn->b, c, then->bb, otherwise->bb);
    if (w != CG_EVEN)
        LLVMSetMetadata(br, fn->unit->md_prof,
                        w == CG_LIKELY ? fn->unit->likely : fn->unit->unlikely);
    fn->closed = true;
}

void
cg_switch(struct cg_fn *fn, cg_value v, cg_block otherwise, uint32_t count, const int64_t *keys,
          const cg_block *targets)
{
    LLVMValueRef sw;
    LLVMTypeRef type;
    uint32_t i;

    if (!fn || fn->closed)
        return;
    fn_note_pad(fn);
    type = LLVMTypeOf(cg_v(v));
    sw = LLVMBuildSwitch(fn->b, cg_v(v), otherwise->bb, count);
    for (i = 0; i < count; i++)
        LLVMAddCase(sw, LLVMConstInt(type, (unsigned long long)keys[i], 1), targets[i]->bb);
    fn->closed = true;
}

void
cg_unreachable(struct cg_fn *fn)
{
    if (!fn || fn->closed)
        return;
    cg_intrinsic_call(fn, INTR_TRAP, NULL, 0, NULL, 0);
    LLVMBuildUnreachable(fn->b);
    fn->closed = true;
}

/* ---- conversions between stack and storage types ----------------------------------------------------- */

LLVMTypeRef
cg_llvm_type(struct cg_unit *u, enum cg_type t)
{
    if (t == CG_VOID || t == CG_STRUCT) {
        cg_fault(u, NULL, "a struct or void where a scalar is needed");
        t = CG_I64;
    }
    return u->types[t];
}

static LLVMValueRef
fn_coerce_int(struct cg_fn *fn, LLVMValueRef v, LLVMTypeRef to, bool sign_extend)
{
    unsigned from_bits = LLVMGetIntTypeWidth(LLVMTypeOf(v)), to_bits = LLVMGetIntTypeWidth(to);

    if (from_bits > to_bits) {
        /* What was just widened: nothing may stand between a tail call and its return. */
        if ((LLVMIsAZExtInst(v) || LLVMIsASExtInst(v)) && LLVMTypeOf(LLVMGetOperand(v, 0)) == to)
            return LLVMGetOperand(v, 0);
        return LLVMBuildTrunc(fn->b, v, to, "");
    }
    if (from_bits == to_bits)
        return v;
    return sign_extend && from_bits > 1 ? LLVMBuildSExt(fn->b, v, to, "")
                                        : LLVMBuildZExt(fn->b, v, to, "");
}

static bool
fn_is_float(LLVMTypeKind k)
{
    return k == LLVMFloatTypeKind || k == LLVMDoubleTypeKind;
}

LLVMValueRef
cg_coerce(struct cg_fn *fn, LLVMValueRef v, LLVMTypeRef to, bool sign_extend)
{
    LLVMTypeRef from = LLVMTypeOf(v), word = fn->unit->types[CG_I64];
    LLVMTypeKind f = LLVMGetTypeKind(from), t = LLVMGetTypeKind(to);

    if (from == to)
        return v;
    if (f == LLVMIntegerTypeKind && t == LLVMIntegerTypeKind)
        return fn_coerce_int(fn, v, to, sign_extend);
    if (f == LLVMPointerTypeKind && t == LLVMIntegerTypeKind)
        return fn_coerce_int(fn, LLVMBuildPtrToInt(fn->b, v, word, ""), to, sign_extend);
    if (f == LLVMIntegerTypeKind && t == LLVMPointerTypeKind)
        return LLVMBuildIntToPtr(fn->b, fn_coerce_int(fn, v, word, sign_extend), to, "");
    if (fn_is_float(f) && fn_is_float(t))
        return LLVMBuildFPCast(fn->b, v, to, "");
    cg_fault(fn->unit, fn, "a value has the wrong type (kind %d where %d is needed)", (int)f, (int)t);
    return LLVMGetPoison(to);
}
