/* compiler/il/ops_load_store.c - constants, locals, arguments and memory through pointers.
 * Accesses through byrefs and pointers are taken as unaligned unless they hold references. */
#include "compiler/il/il_priv.h"

#include <string.h>

/* ---- memory ------------------------------------------------------------------------------------------------------- */

static bool
has_refs(struct il_import *im, struct ty_type *closed)
{
    const struct ty_layout *l = ty_layout_of(im->ty, closed);

    return l && l->has_refs;
}

static unsigned
scalar_mem(enum il_kind kind, unsigned mem)
{
    if (kind == IL_REF && !(mem & (unsigned)CG_MEM_CXX_VOLATILE))
        return (mem & (unsigned)CG_MEM_VOLATILE) ? (unsigned)CG_MEM_VOLATILE : (unsigned)CG_MEM_UNORDERED;
    if (mem & (unsigned)CG_MEM_VOLATILE)
        return mem & ~(unsigned)CG_MEM_UNALIGNED;
    return mem;
}

static uint32_t
copy_align(struct il_import *im, struct ty_type *closed, unsigned mem)
{
    uint32_t align = il_align_of(im, closed);

    if ((mem & (unsigned)CG_MEM_UNALIGNED) && !has_refs(im, closed))
        return 1;
    return align < 8 ? align : 8; /* objects, and so fields and elements, are 8-aligned only */
}

void
il_load_push(struct il_import *im, struct ty_type *closed, cg_value address, unsigned mem)
{
    struct il_value r = {.kind = il_kind_of(closed), .type = closed};
    enum cg_type t = il_storage(closed);

    if (t == CG_VOID) {
        il_invalid(im, "a load of type void");
        return;
    }
    if (t == CG_STRUCT) {
        r.v = il_temp(im, closed);
        cg_copy(im->fn, r.v, address, il_size_of(im, closed), copy_align(im, closed, mem));
        if (mem & (unsigned)CG_MEM_VOLATILE)
            cg_fence(im->fn, false);
    } else {
        r.v = cg_load(im->fn, t, address, scalar_mem(r.kind, mem));
        if (t == CG_I8 || t == CG_I16)
            r.v = cg_int_cast(im->fn, r.v, CG_I32, il_is_signed(closed));
    }
    il_push(im, &r);
}

static void
store_struct(struct il_import *im, struct ty_type *closed, cg_value object, cg_value address, cg_value from, unsigned mem,
             bool may_be_heap)
{
    const struct ty_layout *l = ty_layout_of(im->ty, closed);

    if (!l) {
        il_fail(im);
        return;
    }
    if (mem & (unsigned)CG_MEM_VOLATILE)
        cg_fence(im->fn, true);
    if (l->has_refs && may_be_heap && l->ref_count)
        cg_copy_refs(im->fn, object, address, from, l->size, l->align < 8 ? l->align : 8, l->ref_offsets, l->ref_count);
    else
        cg_copy(im->fn, address, from, l->size, copy_align(im, closed, mem));
}

void
il_store(struct il_import *im, struct ty_type *closed, cg_value object, cg_value address, const struct il_value *v,
         unsigned mem, bool may_be_heap)
{
    enum cg_type t = il_storage(closed);
    enum il_kind kind = il_kind_of(closed);
    cg_value x = il_coerce(im, v, closed);

    if (im->failed)
        return;
    if (t == CG_STRUCT)
        store_struct(im, closed, object, address, x, mem, may_be_heap);
    else if (kind == IL_REF && may_be_heap)
        cg_store_ref(im->fn, object, address, x, mem & (unsigned)CG_MEM_VOLATILE);
    else if (kind == IL_REF && mem == (unsigned)CG_MEM_PLAIN)
        cg_store(im->fn, t, address, x, mem);
    else
        cg_store(im->fn, t, address, x, scalar_mem(kind, mem));
}

/* ---- locals and arguments ------------------------------------------------------------------------------------------- */

static struct il_home *
home(struct il_import *im, bool arg, int64_t index)
{
    uint32_t count = arg ? im->arg_count : im->local_count;

    if (index >= 0 && (uint64_t)index < count)
        return arg ? &im->args[index] : &im->locals[index];
    il_invalid(im, arg ? "an argument that does not exist" : "a local that does not exist");
    return NULL;
}

static uint16_t
alias_of(struct il_import *im, bool arg, int64_t index)
{
    return (uint16_t)(1 + (arg ? im->local_count : 0) + (uint32_t)index);
}

/* Homes are this thread's own: nothing can tear or reload. */
static void
load_plain(struct il_import *im, struct il_home *h)
{
    struct il_value v = {.kind = h->kind, .type = h->type};

    if (h->kind != IL_REF) {
        il_load_push(im, h->type, h->at, CG_MEM_PLAIN);
        return;
    }
    v.v = cg_load(im->fn, CG_PTR, h->at, CG_MEM_PLAIN);
    il_push(im, &v);
}

/* The CLI lets `call` pass a null `this`, but dispatch and newobj do not. */
static bool
is_checked_this(const struct il_import *im, const struct il_home *h)
{
    return h->kind == IL_BYREF || im->method->def->is_virtual || im->method->def->is_ctor;
}

static void
load_home(struct il_import *im, bool arg, int64_t index)
{
    struct il_home *h = home(im, arg, index);
    struct il_value v = {0};

    if (!h)
        return;
    if (h->fact.fact != IL_FACT_NONE && !h->address_taken) {
        il_push(im, &h->fact);
        return;
    }
    v.kind = h->kind;
    v.type = h->type;
    if (h->kind == IL_STRUCT && !h->address_taken && alias_of(im, arg, index) < UINT16_MAX) {
        v.v = h->at;
        v.alias = alias_of(im, arg, index);
        il_push(im, &v);
        return;
    }
    load_plain(im, h);
    if (arg && index == 0 && im->has_this && !im->this_written && !im->failed)
        il_peek(im, 0)->is_this = true;
    if (!im->failed && arg && index == 0 && im->has_this && !im->this_written && is_checked_this(im, h))
        il_peek(im, 0)->nonnull = true;
}

/* Before a struct home is written: values on the stack that are still its contents get copies. */
static void
unalias(struct il_import *im, uint16_t alias)
{
    for (uint32_t i = 0; i < im->depth; i++) {
        struct il_value *v = &im->stack[i];

        if (v->alias != alias)
            continue;
        cg_value copy = il_temp(im, v->type);
        cg_copy(im->fn, copy, v->v, il_size_of(im, v->type), il_align_of(im, v->type));
        v->v = copy;
        v->alias = 0;
    }
}

static bool
is_keepable(const struct il_value *v, const struct il_home *h)
{
    if (v->kind != h->kind || h->pinned)
        return false;
    if (v->fact == IL_FACT_INT)
        return h->cg == CG_I32 || h->cg == CG_I64 || (h->cg == CG_I8 && v->i >= 0 && v->i <= 127) ||
               (h->cg == CG_I16 && v->i >= 0 && v->i <= 32767);
    return v->fact == IL_FACT_RUNTIME_TYPE || v->fact == IL_FACT_TYPE_HANDLE || v->fact == IL_FACT_NULL;
}

static void
store_home(struct il_import *im, bool arg, int64_t index)
{
    struct il_home *h = home(im, arg, index);
    struct il_value v = il_pop(im);

    if (!h)
        return;
    if (h->kind == IL_STRUCT)
        unalias(im, alias_of(im, arg, index));
    h->fact.fact = IL_FACT_NONE;
    il_store(im, h->type, NULL, h->at, &v, h->pinned ? (unsigned)CG_MEM_CXX_VOLATILE : (unsigned)CG_MEM_PLAIN, false);
    if (!h->address_taken && is_keepable(&v, h)) {
        h->fact = v;
        h->fact.alias = 0;
    }
}

static void
load_address(struct il_import *im, bool arg, int64_t index)
{
    struct il_home *h = home(im, arg, index);
    struct il_value v = {.kind = IL_BYREF, .fact = IL_FACT_LOCAL, .nonnull = true};

    if (!h)
        return;
    v.i = arg ? -1 - index : index;
    v.type = h->type->form == TY_FORM_BYREF ? NULL : ty_byref(im->ty, h->type);
    v.v = h->at;
    il_push(im, &v);
}

/* ---- through pointers -------------------------------------------------------------------------------------------------- */

static unsigned
prefix_mem(const struct il_import *im)
{
    return im->prefix.is_volatile ? (unsigned)CG_MEM_VOLATILE : (unsigned)CG_MEM_UNALIGNED;
}

static bool
pop_address(struct il_import *im, struct il_value *v, cg_value *p)
{
    *v = il_pop(im);
    if (v->kind == IL_STRUCT || v->kind == IL_F4 || v->kind == IL_F8) {
        il_invalid(im, "an address of the wrong kind");
        return false;
    }
    *p = il_null_check(im, v);
    return !im->failed;
}

/* The natural alignment of a local is known. */
static unsigned
mem_at(const struct il_import *im, const struct il_value *address)
{
    unsigned mem = prefix_mem(im);

    return address->fact == IL_FACT_LOCAL ? mem & ~(unsigned)CG_MEM_UNALIGNED : mem;
}

static void
ldind(struct il_import *im, struct ty_type *type)
{
    struct il_value a;
    cg_value p;

    if (type && pop_address(im, &a, &p))
        il_load_push(im, type, p, prefix_mem(im));
}

/* What a ldind.ref gives is known from the byref. */
static struct ty_type *
pointee(struct il_import *im, uint32_t depth)
{
    const struct il_value *v = il_peek(im, depth);

    if (v && v->type && v->type->param && v->kind == IL_BYREF && il_kind_of(v->type->param) == IL_REF)
        return v->type->param;
    return im->ty->t_object;
}

static void
stind(struct il_import *im, struct ty_type *type)
{
    struct il_value v = il_pop(im), a;
    cg_value p;

    if (type && pop_address(im, &a, &p))
        il_store(im, type, NULL, p, &v, prefix_mem(im), a.fact != IL_FACT_LOCAL);
}

static struct ty_type *
operand_type(struct il_import *im)
{
    struct ty_type *open = il_token_type(im, (uint32_t)im->insn.i);

    return open ? il_close(im, open) : NULL;
}

static void
ldobj(struct il_import *im)
{
    struct ty_type *t = operand_type(im);
    struct il_value a;
    cg_value p;

    if (t && pop_address(im, &a, &p))
        il_load_push(im, t, p, mem_at(im, &a));
}

static void
stobj(struct il_import *im)
{
    struct ty_type *t = operand_type(im);
    struct il_value v = il_pop(im), a;
    cg_value p;

    if (t && pop_address(im, &a, &p))
        il_store(im, t, NULL, p, &v, mem_at(im, &a), a.fact != IL_FACT_LOCAL);
}

static void
cpobj(struct il_import *im)
{
    struct ty_type *t = operand_type(im);
    struct il_value from, to, v;
    cg_value p, q;

    if (!t || !pop_address(im, &from, &p) || !pop_address(im, &to, &q))
        return;
    il_load_push(im, t, p, prefix_mem(im));
    v = il_pop(im);
    il_store(im, t, NULL, q, &v, prefix_mem(im), to.fact != IL_FACT_LOCAL);
}

static void
initobj(struct il_import *im)
{
    struct ty_type *t = operand_type(im);
    struct il_value a;
    cg_value p;

    if (!t || !pop_address(im, &a, &p))
        return;
    if (a.fact == IL_FACT_LOCAL && a.i >= 0)
        im->locals[a.i].fact.fact = IL_FACT_NONE;
    cg_zero(im->fn, p, il_size_of(im, t), a.fact == IL_FACT_LOCAL || has_refs(im, t) ? il_align_of(im, t) : 1);
}

static void
cpblk(struct il_import *im)
{
    struct il_value n = il_pop(im), from = il_pop(im), to = il_pop(im);
    cg_value p = il_use_as(im, &from, CG_PTR), q = il_use_as(im, &to, CG_PTR); /* no bytes: null is fine */

    if (im->failed)
        return;
    cg_copy_dynamic(im->fn, q, p, cg_int_cast(im->fn, il_use(im, &n), CG_I64, false), true);
}

static void
initblk(struct il_import *im)
{
    struct il_value n = il_pop(im), byte = il_pop(im), to = il_pop(im);
    cg_value q = il_use_as(im, &to, CG_PTR), x = il_use_as(im, &byte, CG_I32);

    if (!im->failed)
        cg_fill_dynamic(im->fn, q, x, cg_int_cast(im->fn, il_use(im, &n), CG_I64, false));
}

static void
localloc(struct il_import *im)
{
    struct il_value n = il_pop(im);
    cg_value size = cg_int_cast(im->fn, il_use_as(im, &n, n.kind == IL_I4 ? CG_I32 : CG_I64), CG_I64, false);
    cg_value p = cg_alloca_dynamic(im->fn, size);

    im->info->has_loop = true; /* never a candidate for inlining */
    if (im->body.init_locals)
        cg_fill_dynamic(im->fn, p, cg_int(im->fn, CG_I32, 0), size);
    il_push_kind(im, IL_PTR, p);
}

static void
ldstr(struct il_import *im)
{
    uint32_t token = (uint32_t)im->insn.i;
    const struct il_token *t = il_token_special(im, token);
    struct ref ref = {.kind = REF_STRING};
    struct il_value v = {.kind = IL_REF, .type = im->ty->t_string, .exact = true, .nonnull = true};
    struct md_utf16 text;

    if (t) {
        ref.data = t->data;
        ref.size = t->size;
    } else if (md_user_string(im->body.assembly->image, token, &text)) {
        ref.data = text.count ? (const void *)text.at : (const void *)"";
        ref.size = text.count * 2;
    } else {
        il_invalid(im, "ldstr of a string that does not exist");
        return;
    }
    if (!ref.data)
        ref.data = "";
    im->literal = im->insn;
    im->literal_data = ref.data;
    im->literal_size = ref.size;
    v.v = il_ref(im, &ref);
    il_push(im, &v);
}

static void
dup_top(struct il_import *im)
{
    struct il_value v = il_pop(im);

    if (im->failed)
        return;
    il_push(im, &v);
    il_push(im, &v);
}

static bool
op_home(struct il_import *im)
{
    uint32_t op = im->insn.op;
    int64_t i = im->insn.i;

    if (op >= IL_CEE_ldarg_0 && op <= IL_CEE_ldarg_3)
        load_home(im, true, op - IL_CEE_ldarg_0);
    else if (op >= IL_CEE_ldloc_0 && op <= IL_CEE_ldloc_3)
        load_home(im, false, op - IL_CEE_ldloc_0);
    else if (op >= IL_CEE_stloc_0 && op <= IL_CEE_stloc_3)
        store_home(im, false, op - IL_CEE_stloc_0);
    else if (op == IL_CEE_ldarg || op == IL_CEE_ldarg_s)
        load_home(im, true, i);
    else if (op == IL_CEE_ldloc || op == IL_CEE_ldloc_s)
        load_home(im, false, i);
    else if (op == IL_CEE_stloc || op == IL_CEE_stloc_s)
        store_home(im, false, i);
    else if (op == IL_CEE_starg || op == IL_CEE_starg_s)
        store_home(im, true, i);
    else if (op == IL_CEE_ldarga || op == IL_CEE_ldarga_s)
        load_address(im, true, i);
    else if (op == IL_CEE_ldloca || op == IL_CEE_ldloca_s)
        load_address(im, false, i);
    else
        return false;
    return true;
}

static bool
op_constant(struct il_import *im)
{
    uint32_t op = im->insn.op;

    if (op >= IL_CEE_ldc_i4_m1 && op <= IL_CEE_ldc_i4_8) {
        il_push_const(im, IL_I4, (int64_t)op - IL_CEE_ldc_i4_0);
        return true;
    }
    switch (op) {
    case IL_CEE_ldc_i4:
    case IL_CEE_ldc_i4_s:
        il_push_const(im, IL_I4, im->insn.i);
        return true;
    case IL_CEE_ldc_i8:
        il_push_const(im, IL_I8, im->insn.i);
        return true;
    case IL_CEE_ldc_r4:
        il_push_kind(im, IL_F4, cg_f32(im->fn, (float)im->insn.r));
        return true;
    case IL_CEE_ldc_r8:
        il_push_kind(im, IL_F8, cg_f64(im->fn, im->insn.r));
        return true;
    case IL_CEE_ldnull:
        il_push_null(im);
        return true;
    case IL_CEE_ldstr:
        ldstr(im);
        return true;
    default:
        return false;
    }
}

static bool
op_indirect(struct il_import *im)
{
    struct ty_context *ty = im->ty;

    switch (im->insn.op) {
#define INDIRECT(suffix, type)                                                                                         \
    case IL_CEE_ldind_##suffix:                                                                                        \
        ldind(im, type);                                                                                               \
        return true;
        INDIRECT(i1, ty->t_i1)
        INDIRECT(u1, ty->t_u1)
        INDIRECT(i2, ty->t_i2)
        INDIRECT(u2, ty->t_u2)
        INDIRECT(i4, ty->t_i4)
        INDIRECT(u4, ty->t_u4)
        INDIRECT(i8, ty->t_i8)
        INDIRECT(i, ty->t_i)
        INDIRECT(r4, ty->t_r4)
        INDIRECT(r8, ty->t_r8)
        INDIRECT(ref, pointee(im, 0))
#undef INDIRECT
#define INDIRECT(suffix, type)                                                                                         \
    case IL_CEE_stind_##suffix:                                                                                        \
        stind(im, type);                                                                                               \
        return true;
        INDIRECT(i1, ty->t_i1)
        INDIRECT(i2, ty->t_i2)
        INDIRECT(i4, ty->t_i4)
        INDIRECT(i8, ty->t_i8)
        INDIRECT(i, ty->t_i)
        INDIRECT(r4, ty->t_r4)
        INDIRECT(r8, ty->t_r8)
        INDIRECT(ref, ty->t_object)
#undef INDIRECT
    default:
        return false;
    }
}

bool
il_op_load_store(struct il_import *im)
{
    if (op_home(im) || op_constant(im) || op_indirect(im))
        return true;
    switch (im->insn.op) {
    case IL_CEE_dup:
        dup_top(im);
        return true;
    case IL_CEE_pop:
        il_pop(im);
        return true;
    case IL_CEE_ldobj:
        ldobj(im);
        return true;
    case IL_CEE_stobj:
        stobj(im);
        return true;
    case IL_CEE_cpobj:
        cpobj(im);
        return true;
    case IL_CEE_initobj:
        initobj(im);
        return true;
    case IL_CEE_cpblk:
        cpblk(im);
        return true;
    case IL_CEE_initblk:
        initblk(im);
        return true;
    case IL_CEE_localloc:
        localloc(im);
        return true;
    default:
        return false;
    }
}
