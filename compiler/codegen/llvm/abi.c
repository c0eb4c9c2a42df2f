/* compiler/codegen/llvm/abi.c - System V x86-64 argument passing on top of LLVM's.
 * LLVM assigns registers to scalars in order; what it leaves to the front end is splitting structs
 * into eightbytes, sending a struct to memory when not all of it fits into the registers left, and
 * the return buffer. The result equals what clang makes for the same C signature (tests/codegen). */
#include "compiler/codegen/llvm/cg_priv.h"

#include "compiler/base/diag.h"

struct abi_regs {
    uint32_t integer, sse; /* left */
};

static void
abi_push(struct abi_sig *out, LLVMTypeRef type)
{
    out->params[out->param_count++] = type;
}

/* One eightbyte of a struct. */
static struct abi_part
abi_part_make(struct cg_unit *u, const struct cg_param *p, uint32_t index)
{
    struct abi_part part;
    uint32_t left = p->size - index * 8;
    uint32_t bytes = left < 8 ? left : 8;

    part.offset = index * 8;
    part.memory = LLVMIntTypeInContext(u->context, bytes * 8);
    if (p->abi[index] == CG_ABI_INTEGER) {
        part.type = part.memory;
    } else if (bytes == 4) {
        part.type = part.memory = u->types[CG_F32];
    } else if (bytes == 8) {
        /* Two floats or one double: the same register bits; the alignment tells which is likely. */
        part.type = p->align >= 8 ? u->types[CG_F64] : LLVMVectorType(u->types[CG_F32], 2);
        part.memory = part.type;
    } else { /* explicit size cuts through padding */
        part.type = bytes < 4 ? u->types[CG_F32] : u->types[CG_F64];
    }
    return part;
}

static void
abi_parts(struct cg_unit *u, const struct cg_param *p, struct abi_value *v)
{
    uint32_t i;

    v->part_count = 0;
    for (i = 0; i < 2; i++) {
        if (p->abi[i] != CG_ABI_NONE && i * 8 < p->size)
            v->parts[v->part_count++] = abi_part_make(u, p, i);
    }
    v->kind = v->part_count ? ABI_PARTS : ABI_IGNORE;
}

static void
abi_take_scalar(enum cg_type t, struct abi_regs *r)
{
    uint32_t *left = t == CG_F32 || t == CG_F64 ? &r->sse : &r->integer;

    if (*left)
        --*left;
}

/* Whether all parts fit; takes the registers if so. */
static bool
abi_take_parts(const struct cg_param *p, const struct abi_value *v, struct abi_regs *r)
{
    uint32_t integer = 0, sse = 0, i;

    for (i = 0; i < v->part_count; i++) {
        if (p->abi[v->parts[i].offset / 8] == CG_ABI_SSE)
            sse++;
        else
            integer++;
    }
    if (integer > r->integer || sse > r->sse)
        return false;
    r->integer -= integer;
    r->sse -= sse;
    return true;
}

static void
abi_param(struct cg_unit *u, const struct cg_param *p, struct abi_regs *r, struct abi_sig *out,
          struct abi_value *v)
{
    uint32_t i;

    v->index = out->param_count;
    v->part_count = 0;
    if (p->type == CG_VOID) {
        v->kind = ABI_IGNORE;
        return;
    }
    if (p->type != CG_STRUCT) {
        v->kind = ABI_SCALAR;
        abi_take_scalar(p->type, r);
        abi_push(out, p->type == CG_I1 ? u->types[CG_I8] : u->types[p->type]);
        return;
    }
    v->kind = ABI_MEMORY;
    if (!p->memory) {
        abi_parts(u, p, v);
        if (v->kind == ABI_PARTS && !abi_take_parts(p, v, r))
            v->kind = ABI_MEMORY;
    }
    if (v->kind == ABI_MEMORY)
        abi_push(out, u->types[CG_PTR]);
    for (i = 0; v->kind == ABI_PARTS && i < v->part_count; i++)
        abi_push(out, v->parts[i].type);
}

static LLVMTypeRef
abi_return(struct cg_unit *u, const struct cg_param *p, struct abi_value *v)
{
    LLVMTypeRef pair[2];

    v->index = 0;
    v->part_count = 0;
    if (p->type == CG_VOID) {
        v->kind = ABI_IGNORE;
        return u->types[CG_VOID];
    }
    if (p->type != CG_STRUCT) {
        v->kind = ABI_SCALAR;
        return p->type == CG_I1 ? u->types[CG_I8] : u->types[p->type];
    }
    v->kind = ABI_MEMORY;
    if (p->memory)
        return u->types[CG_VOID];
    abi_parts(u, p, v);
    if (v->part_count == 0)
        return u->types[CG_VOID];
    if (v->part_count == 1)
        return v->parts[0].type;
    pair[0] = v->parts[0].type;
    pair[1] = v->parts[1].type;
    return LLVMStructTypeInContext(u->context, pair, 2, 0);
}

static void
abi_push_sret(struct cg_unit *u, struct abi_regs *r, struct abi_sig *out)
{
    out->sret_index = (int32_t)out->param_count;
    abi_push(out, u->types[CG_PTR]);
    if (r->integer)
        r->integer--;
}

void
abi_lower(struct cg_unit *u, const struct cg_sig *sig, bool nest, struct abi_sig *out)
{
    struct abi_regs regs = {6, 8};
    LLVMTypeRef ret = abi_return(u, &sig->ret, &out->ret);
    bool sret = out->ret.kind == ABI_MEMORY;
    uint32_t i;

    out->args = arena_array(u->arena, sig->count + 1u, sizeof *out->args);
    out->params = arena_array(u->arena, 2u * (size_t)sig->count + 2u, sizeof(LLVMTypeRef));
    out->param_count = 0;
    out->sret_index = out->nest_index = -1;
    for (i = 0; i < sig->count; i++) {
        if (sret && i == sig->ret_buffer_at)
            abi_push_sret(u, &regs, out);
        abi_param(u, &sig->params[i], &regs, out, &out->args[i]);
    }
    if (sret && out->sret_index < 0)
        abi_push_sret(u, &regs, out);
    if (nest) {
        out->nest_index = (int32_t)out->param_count;
        abi_push(out, u->types[CG_PTR]);
    }
    out->type = LLVMFunctionType(ret, out->params, out->param_count, sig->variadic);
}

/* ---- attributes -------------------------------------------------------------------------------------- */

static void
abi_attribute(LLVMValueRef target, bool is_call, uint32_t param, LLVMAttributeRef a)
{
    if (is_call)
        LLVMAddCallSiteAttribute(target, param + 1, a);
    else
        LLVMAddAttributeAtIndex(target, param + 1, a);
}

/* A struct in memory: `kind` is byval or sret. */
static void
abi_attribute_memory(struct cg_unit *u, LLVMValueRef target, bool is_call, uint32_t param,
                     unsigned kind, const struct cg_param *p)
{
    LLVMTypeRef bytes = LLVMArrayType2(u->types[CG_I8], p->size);
    uint32_t align = p->align;

    if (kind == u->attrs.byval_kind && align < 8)
        align = 8; /* the stack slot's */
    if (align == 0)
        align = 1;
    abi_attribute(target, is_call, param, LLVMCreateTypeAttribute(u->context, kind, bytes));
    abi_attribute(target, is_call, param,
                  LLVMCreateEnumAttribute(u->context, u->attrs.align_kind, align));
}

void
abi_attributes(struct cg_unit *u, const struct cg_sig *sig, const struct abi_sig *abi,
               LLVMValueRef target, bool is_call)
{
    uint32_t i;

    if (abi->sret_index >= 0)
        abi_attribute_memory(u, target, is_call, (uint32_t)abi->sret_index, u->attrs.sret_kind,
                             &sig->ret);
    if (abi->nest_index >= 0)
        abi_attribute(target, is_call, (uint32_t)abi->nest_index, u->attrs.nest);
    for (i = 0; i < sig->count; i++) {
        const struct cg_param *p = &sig->params[i];
        const struct abi_value *v = &abi->args[i];

        if (v->kind == ABI_MEMORY)
            abi_attribute_memory(u, target, is_call, v->index, u->attrs.byval_kind, p);
        else if (p->type == CG_I1)
            abi_attribute(target, is_call, v->index, u->attrs.zeroext);
        else if (p->type == CG_I8 || p->type == CG_I16)
            abi_attribute(target, is_call, v->index,
                          p->is_signed ? u->attrs.signext : u->attrs.zeroext);
    }
}

/* ---- pieces of structs ----------------------------------------------------------------------------- */

static LLVMValueRef
abi_part_address(struct cg_unit *u, LLVMBuilderRef b, const struct abi_part *part,
                 LLVMValueRef address)
{
    LLVMValueRef index;

    if (part->offset == 0)
        return address;
    index = LLVMConstInt(u->types[CG_I64], part->offset, 0);
    return LLVMBuildGEP2(b, u->types[CG_I8], address, &index, 1, "");
}

static unsigned
abi_part_align(uint32_t align)
{
    return align == 0 ? 1 : align < 8 ? align : 8;
}

static LLVMTypeRef
abi_part_integer(struct cg_unit *u, const struct abi_part *part)
{
    return part->type == u->types[CG_F32] ? u->types[CG_I32] : u->types[CG_I64];
}

LLVMValueRef
abi_part_load(struct cg_unit *u, LLVMBuilderRef b, const struct abi_part *part,
              LLVMValueRef address, uint32_t align)
{
    LLVMValueRef v =
        LLVMBuildLoad2(b, part->memory, abi_part_address(u, b, part, address), "");

    LLVMSetAlignment(v, abi_part_align(align));
    if (part->memory != part->type) {
        v = LLVMBuildZExtOrBitCast(b, v, abi_part_integer(u, part), "");
        v = LLVMBuildBitCast(b, v, part->type, "");
    }
    return v;
}

void
abi_part_store(struct cg_unit *u, LLVMBuilderRef b, const struct abi_part *part, LLVMValueRef v,
               LLVMValueRef address, uint32_t align)
{
    LLVMValueRef store;

    if (part->memory != part->type) {
        v = LLVMBuildBitCast(b, v, abi_part_integer(u, part), "");
        v = LLVMBuildTruncOrBitCast(b, v, part->memory, "");
    }
    store = LLVMBuildStore(b, v, abi_part_address(u, b, part, address));
    LLVMSetAlignment(store, abi_part_align(align));
}
