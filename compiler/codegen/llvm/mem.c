/* compiler/codegen/llvm/mem.c - addresses, loads, stores, copies.
 * No type-based aliasing: managed code may reinterpret memory. `inbounds` only for fields of objects and
 * for elements after a bounds check: managed pointers may point one past. */
#include "compiler/codegen/llvm/cg_priv.h"

#include "engine/thread_block.h"

static LLVMValueRef
mem_i64(struct cg_unit *u, uint64_t v)
{
    return LLVMConstInt(u->types[CG_I64], v, 0);
}

LLVMValueRef
cg_entry_alloca(struct cg_fn *fn, uint32_t size, uint32_t align)
{
    LLVMTypeRef type = LLVMArrayType2(fn->unit->types[CG_I8], size);
    LLVMValueRef v = LLVMBuildAlloca(fn->entry, type, "");

    LLVMSetAlignment(v, align ? align : 1);
    return v;
}

cg_value
cg_alloca(struct cg_fn *fn, uint32_t size, uint32_t align)
{
    return fn ? cg_w(cg_entry_alloca(fn, size, align)) : NULL;
}

enum { SMALL_ALLOCA = 1024 }; /* covered by the prologue's check when it runs once */

cg_value
cg_alloca_dynamic(struct cg_fn *fn, cg_value size)
{
    LLVMValueRef v, bytes;

    if (!cg_ready(fn))
        return NULL;
    bytes = cg_coerce(fn, cg_v(size), fn->unit->types[CG_I64], false);
    if (!LLVMIsAConstantInt(bytes) || LLVMConstIntGetZExtValue(bytes) > SMALL_ALLOCA ||
        LLVMGetInsertBlock(fn->b) != fn->body_block)
        cg_check_room(fn, bytes);
    v = LLVMBuildArrayAlloca(fn->b, fn->unit->types[CG_I8], bytes, "");
    LLVMSetAlignment(v, 16);
    return cg_w(v);
}

static unsigned
mem_size(enum cg_type t)
{
    switch (t) {
    case CG_I1:
    case CG_I8:
        return 1;
    case CG_I16:
        return 2;
    case CG_I32:
    case CG_F32:
        return 4;
    case CG_VOID:
    case CG_I64:
    case CG_F64:
    case CG_PTR:
    case CG_STRUCT:
        return 8;
    }
    return 8;
}

/* Alignment and ordering of one access. `order` is what CG_MEM_VOLATILE means for it. Unaligned
 * accesses cannot be atomic: the caller puts a fence beside them. */
static void
mem_access(LLVMValueRef access, enum cg_type t, unsigned mem, LLVMAtomicOrdering order)
{
    LLVMSetAlignment(access, mem & CG_MEM_UNALIGNED ? 1 : mem_size(t));
    if (mem & CG_MEM_CXX_VOLATILE)
        LLVMSetVolatile(access, 1);
    if (mem & CG_MEM_UNALIGNED)
        return;
    if (mem & CG_MEM_VOLATILE)
        LLVMSetOrdering(access, order);
    else if (mem & CG_MEM_UNORDERED)
        LLVMSetOrdering(access, LLVMAtomicOrderingUnordered);
}

cg_value
cg_load(struct cg_fn *fn, enum cg_type t, cg_value address, unsigned mem)
{
    struct cg_unit *u;
    LLVMValueRef v, p;

    if (!cg_ready(fn))
        return NULL;
    u = fn->unit;
    p = cg_coerce(fn, cg_v(address), u->types[CG_PTR], false);
    v = LLVMBuildLoad2(fn->b, t == CG_I1 ? u->types[CG_I8] : cg_llvm_type(u, t), p, "");
    mem_access(v, t, mem, LLVMAtomicOrderingAcquire);
    if ((mem & CG_MEM_INVARIANT) && !(mem & (CG_MEM_VOLATILE | CG_MEM_CXX_VOLATILE)))
        LLVMSetMetadata(v, u->md_invariant, LLVMMetadataAsValue(u->context, u->empty_node));
    if ((mem & CG_MEM_UNALIGNED) && (mem & CG_MEM_VOLATILE))
        LLVMBuildFence(fn->b, LLVMAtomicOrderingAcquire, 0, "");
    if (t == CG_I1)
        v = LLVMBuildIsNotNull(fn->b, v, "");
    return cg_w(v);
}

void
cg_store(struct cg_fn *fn, enum cg_type t, cg_value address, cg_value v, unsigned mem)
{
    struct cg_unit *u;
    LLVMValueRef x, p;

    if (!cg_ready(fn))
        return;
    u = fn->unit;
    p = cg_coerce(fn, cg_v(address), u->types[CG_PTR], false);
    x = cg_coerce(fn, cg_v(v), t == CG_I1 ? u->types[CG_I8] : cg_llvm_type(u, t), true);
    if ((mem & CG_MEM_UNALIGNED) && (mem & CG_MEM_VOLATILE))
        LLVMBuildFence(fn->b, LLVMAtomicOrderingRelease, 0, "");
    mem_access(LLVMBuildStore(fn->b, x, p), t, mem, LLVMAtomicOrderingRelease);
}

void
cg_copy(struct cg_fn *fn, cg_value to, cg_value from, uint32_t size, uint32_t align)
{
    if (!cg_ready(fn) || size == 0 || to == from)
        return;
    align = align ? align : 1;
    LLVMBuildMemCpy(fn->b, cg_v(to), align, cg_v(from), align, mem_i64(fn->unit, size));
}

void
cg_zero(struct cg_fn *fn, cg_value to, uint32_t size, uint32_t align)
{
    if (!cg_ready(fn) || size == 0)
        return;
    LLVMBuildMemSet(fn->b, cg_v(to), LLVMConstInt(fn->unit->types[CG_I8], 0, 0),
                    mem_i64(fn->unit, size), align ? align : 1);
}

void
cg_copy_dynamic(struct cg_fn *fn, cg_value to, cg_value from, cg_value size, bool may_overlap)
{
    struct cg_unit *u;
    LLVMValueRef t, f, n;

    if (!cg_ready(fn))
        return;
    u = fn->unit;
    t = cg_coerce(fn, cg_v(to), u->types[CG_PTR], false);
    f = cg_coerce(fn, cg_v(from), u->types[CG_PTR], false);
    n = cg_coerce(fn, cg_v(size), u->types[CG_I64], false);
    if (may_overlap)
        LLVMBuildMemMove(fn->b, t, 1, f, 1, n);
    else
        LLVMBuildMemCpy(fn->b, t, 1, f, 1, n);
}

void
cg_fill_dynamic(struct cg_fn *fn, cg_value to, cg_value byte, cg_value size)
{
    struct cg_unit *u;

    if (!cg_ready(fn))
        return;
    u = fn->unit;
    LLVMBuildMemSet(fn->b, cg_coerce(fn, cg_v(to), u->types[CG_PTR], false),
                    cg_coerce(fn, cg_v(byte), u->types[CG_I8], false),
                    cg_coerce(fn, cg_v(size), u->types[CG_I64], false), 1);
}

static cg_value
mem_offset(struct cg_fn *fn, cg_value p, int64_t bytes, bool inside)
{
    LLVMTypeRef byte;
    LLVMValueRef index, from;

    if (!cg_ready(fn))
        return NULL;
    if (bytes == 0)
        return p;
    byte = fn->unit->types[CG_I8];
    index = LLVMConstInt(fn->unit->types[CG_I64], (unsigned long long)bytes, 1);
    from = cg_coerce(fn, cg_v(p), fn->unit->types[CG_PTR], false);
    return cg_w(inside ? LLVMBuildInBoundsGEP2(fn->b, byte, from, &index, 1, "")
                       : LLVMBuildGEP2(fn->b, byte, from, &index, 1, ""));
}

cg_value
cg_offset(struct cg_fn *fn, cg_value p, int64_t bytes)
{
    return mem_offset(fn, p, bytes, false);
}

cg_value
cg_offset_inside(struct cg_fn *fn, cg_value p, int64_t bytes)
{
    return mem_offset(fn, p, bytes, true);
}

static cg_value
mem_index(struct cg_fn *fn, cg_value p, cg_value index, uint32_t scale, bool inside)
{
    LLVMTypeRef element;
    LLVMValueRef i, from;

    if (!cg_ready(fn))
        return NULL;
    element = LLVMArrayType2(fn->unit->types[CG_I8], scale);
    i = cg_coerce(fn, cg_v(index), fn->unit->types[CG_I64], true);
    from = cg_coerce(fn, cg_v(p), fn->unit->types[CG_PTR], false);
    return cg_w(inside ? LLVMBuildInBoundsGEP2(fn->b, element, from, &i, 1, "")
                       : LLVMBuildGEP2(fn->b, element, from, &i, 1, ""));
}

cg_value
cg_index(struct cg_fn *fn, cg_value p, cg_value index, uint32_t scale)
{
    return mem_index(fn, p, index, scale, false);
}

cg_value
cg_index_inside(struct cg_fn *fn, cg_value p, cg_value index, uint32_t scale)
{
    return mem_index(fn, p, index, scale, true);
}

/* ---- the thread block --------------------------------------------------------------------------------- */

/* In an executable an object of libcorert.a, at a constant distance from %fs. */
static LLVMValueRef
mem_thread_block(struct cg_unit *u)
{
    static const char name[] = "corert_thread";
    LLVMValueRef block = LLVMGetNamedGlobal(u->module, name);

    if (block)
        return block;
    block = LLVMAddGlobal(u->module, LLVMArrayType2(u->types[CG_I8], THREAD_BLOCK_SIZE), name);
    LLVMSetThreadLocalMode(block, LLVMLocalExecTLSModel);
    LLVMSetVisibility(block, LLVMHiddenVisibility);
    LLVMSetAlignment(block, 8);
    return block;
}

LLVMValueRef
cg_thread_address(struct cg_unit *u, LLVMBuilderRef b, uint32_t offset)
{
    LLVMValueRef at = mem_i64(u, offset);

    if (u->options.engine_linked)
        return LLVMConstInBoundsGEP2(u->types[CG_I8], mem_thread_block(u), &at, 1);
    at = LLVMBuildAdd(b, cg_import_load(u, b, "corert_thread_block_offset", u->types[CG_I64]), at, "");
    return LLVMBuildIntToPtr(b, at, u->thread_ptr, "");
}

/* A collection takes the allocation buffer away, and the polls in loops at which it happens are put in only after
 * LLVM's pipeline: no value of its words may be kept. */
static bool
mem_changes_at_polls(uint32_t offset)
{
    return offset == THREAD_ALLOC_PTR || offset == THREAD_ALLOC_LIMIT;
}

cg_value
cg_thread_load(struct cg_fn *fn, enum cg_type t, uint32_t offset)
{
    LLVMValueRef v;

    if (!cg_ready(fn))
        return NULL;
    v = LLVMBuildLoad2(fn->b, cg_llvm_type(fn->unit, t), cg_thread_address(fn->unit, fn->b, offset), "");
    LLVMSetAlignment(v, mem_size(t));
    LLVMSetVolatile(v, mem_changes_at_polls(offset));
    return cg_w(v);
}

void
cg_thread_store(struct cg_fn *fn, enum cg_type t, uint32_t offset, cg_value v)
{
    LLVMValueRef x, store;

    if (!cg_ready(fn))
        return;
    x = cg_coerce(fn, cg_v(v), cg_llvm_type(fn->unit, t), true);
    store = LLVMBuildStore(fn->b, x, cg_thread_address(fn->unit, fn->b, offset));
    LLVMSetAlignment(store, mem_size(t));
    LLVMSetVolatile(store, mem_changes_at_polls(offset));
}
