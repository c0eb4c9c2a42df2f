/* tests/codegen/make_object.c - builds through cg.h the functions that check_codegen.c calls.
 * usage: make_object LEVEL OUTPUT.o   Every symbol begins with "o<LEVEL>_". */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/codegen/cg.h"
#include "tests/codegen/abi_patterns.h"

static int level;
static struct cg_unit *unit;

static const struct cg_param p_void = {.type = CG_VOID}, p_ptr = {.type = CG_PTR},
                             p_i64 = {.type = CG_I64}, p_i32 = {.type = CG_I32},
                             p_f64 = {.type = CG_F64};

static struct cg_sig
sig(struct cg_param ret, struct cg_param *params, uint32_t count)
{
    struct cg_sig s = {.ret = ret, .params = params, .count = count};

    return s;
}

static struct cg_fn *
begin(const char *name, const struct cg_sig *s, unsigned flags)
{
    char symbol[128];

    snprintf(symbol, sizeof symbol, "o%d_%s", level, name);
    return cg_fn_begin(unit, symbol, s, flags);
}

/* ---- structs as arguments and results ------------------------------------------------------------------ */

struct shape {
    const char *name;
    struct cg_param param;
};

static const struct shape shapes[] = {
#define SHAPE(n, members, s, al, mem, c0, c1, mask)                                                \
    {#n, {CG_STRUCT, false, s, al, mem, {CG_ABI_##c0, CG_ABI_##c1}}},
#include "tests/codegen/abi_shapes.def"
#undef SHAPE
};

/* prefix..., S a, int64 z, S b, double w, report */
static uint32_t
take_params(const struct shape *s, int integers, int doubles, struct cg_param *p)
{
    uint32_t n = 0;
    int i;

    for (i = 0; i < integers; i++)
        p[n++] = p_i64;
    for (i = 0; i < doubles; i++)
        p[n++] = p_f64;
    p[n++] = s->param;
    p[n++] = p_i64;
    p[n++] = s->param;
    p[n++] = p_f64;
    p[n++] = p_ptr;
    return n;
}

static void
make_take(const struct shape *s, int integers, int doubles)
{
    struct cg_param p[32];
    uint32_t n = take_params(s, integers, doubles, p), first = n - 5;
    struct cg_sig take = sig(p_void, p, n);
    char name[64];
    struct cg_fn *fn;
    cg_value out, isum, dsum;
    int i;

    snprintf(name, sizeof name, "take_%s_%d_%d", s->name, integers, doubles);
    fn = begin(name, &take, CG_FN_NATIVE);
    out = cg_arg(fn, n - 1);
    cg_copy(fn, out, cg_arg_address(fn, first), s->param.size, 1);
    cg_copy(fn, cg_offset(fn, out, offsetof(struct abi_report, b)), cg_arg_address(fn, first + 2),
            s->param.size, 1);
    cg_store(fn, CG_I64, cg_offset(fn, out, offsetof(struct abi_report, z)), cg_arg(fn, first + 1), 0);
    cg_store(fn, CG_F64, cg_offset(fn, out, offsetof(struct abi_report, w)), cg_arg(fn, first + 3), 0);
    isum = cg_int(fn, CG_I64, 0);
    dsum = cg_f64(fn, 0);
    for (i = 0; i < integers; i++)
        isum = cg_bin(fn, CG_ADD, isum, cg_arg(fn, (uint32_t)i));
    for (i = 0; i < doubles; i++)
        dsum = cg_bin(fn, CG_FADD, dsum, cg_arg(fn, (uint32_t)(integers + i)));
    cg_store(fn, CG_I64, cg_offset(fn, out, offsetof(struct abi_report, integers)), isum, 0);
    cg_store(fn, CG_F64, cg_offset(fn, out, offsetof(struct abi_report, doubles)), dsum, 0);
    cg_ret(fn, NULL);
    cg_fn_end(fn);
}

/* call_*(target, &a, &b, report): passes 1, 2, 3 ... 0.5, 1.5 ... */
static void
make_call(const struct shape *s, int integers, int doubles)
{
    struct cg_param p[32], own[4] = {p_ptr, p_ptr, p_ptr, p_ptr};
    uint32_t n = take_params(s, integers, doubles, p), at = 0;
    struct cg_sig take = sig(p_void, p, n), outer = sig(p_void, own, 4);
    cg_value args[32];
    struct cg_call call = {.sig = &take, .args = args};
    char name[64];
    struct cg_fn *fn;
    int i;

    snprintf(name, sizeof name, "call_%s_%d_%d", s->name, integers, doubles);
    fn = begin(name, &outer, CG_FN_NATIVE);
    for (i = 0; i < integers; i++)
        args[at++] = cg_int(fn, CG_I64, i + 1);
    for (i = 0; i < doubles; i++)
        args[at++] = cg_f64(fn, i + 0.5);
    args[at++] = cg_arg(fn, 1);
    args[at++] = cg_int(fn, CG_I64, 77);
    args[at++] = cg_arg(fn, 2);
    args[at++] = cg_f64(fn, 3.25);
    args[at++] = cg_arg(fn, 3);
    call.target = cg_arg(fn, 0);
    cg_call(fn, &call);
    cg_ret(fn, NULL);
    cg_fn_end(fn);
}

/* S give_*(S *from); void fetch_*(target, from, to) */
static void
make_give(const struct shape *s)
{
    struct cg_param p[3] = {p_ptr, p_ptr, p_ptr};
    struct cg_sig give = sig(s->param, p, 1), fetch = sig(p_void, p, 3);
    char name[64];
    struct cg_fn *fn;
    cg_value from;
    struct cg_call call = {.sig = &give, .args = &from};

    snprintf(name, sizeof name, "give_%s", s->name);
    fn = begin(name, &give, CG_FN_NATIVE);
    cg_ret_struct(fn, cg_arg(fn, 0));
    cg_fn_end(fn);
    snprintf(name, sizeof name, "fetch_%s", s->name);
    fn = begin(name, &fetch, CG_FN_NATIVE);
    from = cg_arg(fn, 1);
    call.target = cg_arg(fn, 0);
    call.ret_address = cg_arg(fn, 2);
    cg_call(fn, &call);
    cg_ret(fn, NULL);
    cg_fn_end(fn);
}

static void
make_shapes(void)
{
    size_t i;

    for (i = 0; i < sizeof shapes / sizeof *shapes; i++) {
#define MAKE(shape, integers, doubles)                                                             \
    make_take(shape, integers, doubles);                                                           \
    make_call(shape, integers, doubles);
        ABI_PATTERNS(MAKE, &shapes[i])
#undef MAKE
        make_give(&shapes[i]);
    }
}

/* Managed order: the return buffer comes after `this`. */
static void
make_buffer_after_this(void)
{
    struct cg_param p[2] = {p_ptr, p_i64};
    struct cg_sig s = sig((struct cg_param){CG_STRUCT, false, 24, 8, true, {0, 0}}, p, 2);
    struct cg_fn *fn;

    s.ret_buffer_at = 1;
    fn = begin("buffer_after_this", &s, 0);
    cg_store(fn, CG_I64, cg_ret_buffer(fn), cg_arg(fn, 1), 0);
    cg_store(fn, CG_PTR, cg_offset(fn, cg_ret_buffer(fn), 8), cg_arg(fn, 0), 0);
    cg_ret_struct(fn, cg_ret_buffer(fn));
    cg_fn_end(fn);
}

/* ---- arithmetic: one function per operand kind, which switches on the operation ------------------------- */

typedef cg_value op_builder(struct cg_fn *fn, uint32_t op, cg_value a, cg_value b);

static void
make_switch(const char *name, struct cg_param ret, struct cg_param a, struct cg_param b,
            uint32_t count, op_builder *build)
{
    struct cg_param p[3] = {p_i32, a, b};
    struct cg_sig s = sig(ret, p, 3);
    struct cg_fn *fn = begin(name, &s, CG_FN_NATIVE);
    int64_t keys[64];
    cg_block targets[64], none = cg_block_new(fn, "none");
    uint32_t i;

    for (i = 0; i < count; i++) {
        keys[i] = i;
        targets[i] = cg_block_new(fn, "op");
    }
    cg_switch(fn, cg_arg(fn, 0), none, count, keys, targets);
    cg_block_set(fn, none);
    cg_unreachable(fn);
    for (i = 0; i < count; i++) {
        cg_block_set(fn, targets[i]);
        cg_ret(fn, build(fn, i, cg_arg(fn, 1), cg_arg(fn, 2)));
    }
    cg_fn_end(fn);
}

static cg_value
build_bin(struct cg_fn *fn, uint32_t op, cg_value a, cg_value b)
{
    return cg_bin(fn, (enum cg_op)op, a, b);
}

static cg_value
build_float(struct cg_fn *fn, uint32_t op, cg_value a, cg_value b)
{
    return cg_bin(fn, (enum cg_op)(CG_FADD + op), a, b);
}

/* 0..5: add, sub, mul signed, then unsigned; 6..11: their overflow bits */
static cg_value
build_ovf(struct cg_fn *fn, uint32_t op, cg_value a, cg_value b)
{
    cg_value overflow, v;

    v = cg_bin_ovf(fn, (enum cg_op)(op % 3), op % 6 < 3, a, b, &overflow);
    return op < 6 ? v : cg_int_cast(fn, overflow, CG_I64, false);
}

static cg_value
build_compare(struct cg_fn *fn, uint32_t op, cg_value a, cg_value b)
{
    return cg_compare(fn, (enum cg_cmp)op, a, b);
}

static cg_value
build_fcompare(struct cg_fn *fn, uint32_t op, cg_value a, cg_value b)
{
    return cg_compare(fn, (enum cg_cmp)(CG_FEQ + op), a, b);
}

/* 0 i32, 1 u32, 2 i64, 3 u64 */
static cg_value
build_sat(struct cg_fn *fn, uint32_t op, cg_value a, cg_value b)
{
    (void)b;
    return cg_int_cast(fn, cg_float_to_int_sat(fn, a, op % 2 == 0, op < 2 ? CG_I32 : CG_I64), CG_I64,
                       op % 2 == 0);
}

static cg_value
build_fmath(struct cg_fn *fn, uint32_t op, cg_value a, cg_value b)
{
    if (op == 6)
        return cg_copysign(fn, a, b);
    if (op == 7)
        return cg_fma(fn, a, b, cg_f64(fn, 1));
    return cg_math(fn, (enum cg_math1)op, a);
}

static cg_value
build_bits(struct cg_fn *fn, uint32_t op, cg_value a, cg_value b)
{
    switch (op) {
    case 0:
    case 1:
    case 2:
    case 3:
        return cg_math(fn, (enum cg_math1)(CG_POPCNT + op), a);
    case 4:
        return cg_rotl(fn, a, b);
    case 5:
        return cg_mul_high(fn, a, b, true);
    case 6:
        return cg_mul_high(fn, a, b, false);
    case 7:
        return cg_un(fn, CG_NEG, a);
    case 8:
        return cg_un(fn, CG_NOT, a);
    case 9:
        return cg_select(fn, cg_compare(fn, CG_ULT, a, b), a, b);
    default:
        return cg_ptr_to_int(fn, cg_bin(fn, CG_SUB, cg_int_to_ptr(fn, a), b));
    }
}

static void
make_arithmetic(void)
{
    struct cg_param flag = {.type = CG_I1};

    make_switch("bin64", p_i64, p_i64, p_i64, CG_LSHR + 1, build_bin);
    make_switch("bin32", p_i32, p_i32, p_i32, CG_LSHR + 1, build_bin);
    make_switch("fop", p_f64, p_f64, p_f64, 5, build_float);
    make_switch("ovf64", p_i64, p_i64, p_i64, 12, build_ovf);
    make_switch("cmp64", flag, p_i64, p_i64, 10, build_compare);
    make_switch("fcmp", flag, p_f64, p_f64, 10, build_fcompare);
    make_switch("sat", p_i64, p_f64, p_f64, 4, build_sat);
    make_switch("fmath", p_f64, p_f64, p_f64, 8, build_fmath);
    make_switch("bits", p_i64, p_i64, p_i64, 11, build_bits);
}

/* ---- calls ------------------------------------------------------------------------------------------------ */

static void
make_small(void)
{
    struct cg_param p[5] = {{CG_I8, true, 0, 0, 0, {0, 0}},
                            {CG_I8, false, 0, 0, 0, {0, 0}},
                            {CG_I16, true, 0, 0, 0, {0, 0}},
                            {CG_I16, false, 0, 0, 0, {0, 0}},
                            {CG_I1, false, 0, 0, 0, {0, 0}}};
    struct cg_param own[2] = {p_ptr, p_i32};
    struct cg_sig s = sig(p_i64, p, 5), narrow = sig(p[0], own + 1, 1), outer = sig(p_i64, own, 2);
    struct cg_fn *fn = begin("small", &s, CG_FN_NATIVE);
    cg_value sum = cg_int(fn, CG_I64, 0), args[5];
    struct cg_call call = {.sig = &s, .args = args};
    uint32_t i;

    for (i = 0; i < 5; i++)
        sum = cg_bin(fn, CG_ADD, cg_bin(fn, CG_MUL, sum, cg_int(fn, CG_I64, 1000)),
                     cg_int_cast(fn, cg_arg(fn, i), CG_I64, true));
    cg_ret(fn, sum);
    cg_fn_end(fn);

    fn = begin("call_small", &outer, CG_FN_NATIVE); /* every argument from one int: truncated */
    for (i = 0; i < 5; i++)
        args[i] = cg_arg(fn, 1);
    call.target = cg_arg(fn, 0);
    cg_ret(fn, cg_call(fn, &call));
    cg_fn_end(fn);

    fn = begin("narrow", &narrow, CG_FN_NATIVE);
    cg_ret(fn, cg_arg(fn, 0));
    cg_fn_end(fn);

    fn = begin("call_narrow", &outer, CG_FN_NATIVE);
    call.sig = &narrow;
    call.target = cg_arg(fn, 0);
    args[0] = cg_arg(fn, 1);
    cg_ret(fn, cg_int_cast(fn, cg_call(fn, &call), CG_I64, true));
    cg_fn_end(fn);
}

/* int64 call_nest(target, cell, x): the cell travels in r10 */
static void
make_nest(void)
{
    struct cg_param p[3] = {p_ptr, p_ptr, p_i64};
    struct cg_sig outer = sig(p_i64, p, 3), inner = sig(p_i64, p + 2, 1);
    struct cg_fn *fn = begin("call_nest", &outer, CG_FN_NATIVE);
    cg_value x = cg_arg(fn, 2);
    struct cg_call call = {
        .sig = &inner, .target = cg_arg(fn, 0), .nest = cg_arg(fn, 1), .args = &x};

    cg_ret(fn, cg_call(fn, &call));
    cg_fn_end(fn);
}

/* int call_variadic(target, buffer, size, format, x): target is snprintf */
static void
make_variadic(void)
{
    struct cg_param p[5] = {p_ptr, p_ptr, p_i64, p_ptr, p_f64};
    struct cg_sig outer = sig(p_i32, p, 5), inner = sig(p_i32, p + 1, 4);
    struct cg_fn *fn = begin("call_variadic", &outer, CG_FN_NATIVE);
    cg_value args[4] = {cg_arg(fn, 1), cg_arg(fn, 2), cg_arg(fn, 3), cg_arg(fn, 4)};
    struct cg_call call = {.sig = &inner, .target = cg_arg(fn, 0), .args = args};

    inner.variadic = true;
    cg_ret(fn, cg_call(fn, &call));
    cg_fn_end(fn);
}

/* The copy says 42, the real function (in the test) 41: which one answers shows inlining. */
static void
make_copy(void)
{
    struct cg_sig s = sig(p_i64, NULL, 0);
    struct cg_fn *fn = cg_fn_begin(unit, "test_copied", &s, CG_FN_COPY | CG_FN_ALWAYSINLINE);
    struct cg_call call = {.sig = &s, .symbol = "test_copied"};

    cg_ret(fn, cg_int(fn, CG_I64, 42));
    cg_fn_end(fn);
    fn = begin("use_copy", &s, CG_FN_NATIVE);
    cg_ret(fn, cg_call(fn, &call));
    cg_fn_end(fn);
}

/* The address is taken before the function is known, then it is called, then defined. */
static void
make_late(void)
{
    char name[32];
    struct cg_param p[1] = {p_i64};
    struct cg_sig s = sig(p_i64, p, 1), none = sig(p_i64, NULL, 0);
    struct cg_fn *fn;
    cg_value early, arg, r;
    struct cg_call call = {.sig = &s, .args = &arg};

    snprintf(name, sizeof name, "o%d_late", level);
    fn = begin("use_late", &none, CG_FN_NATIVE);
    early = cg_symbol(fn, name, true, 0);
    arg = cg_int(fn, CG_I64, 5);
    call.symbol = name;
    r = cg_call(fn, &call);
    call.symbol = NULL;
    call.target = early;
    cg_ret(fn, cg_bin(fn, CG_ADD, r, cg_call(fn, &call)));
    cg_fn_end(fn);
    fn = begin("late", &s, CG_FN_NOINLINE);
    cg_ret(fn, cg_bin(fn, CG_ADD, cg_arg(fn, 0), cg_int(fn, CG_I64, 1)));
    cg_fn_end(fn);
}

/* int64 count_down(n, acc): a tail call in a function of a million activations */
static void
make_tail(void)
{
    char name[32];
    struct cg_param p[2] = {p_i64, p_i64};
    struct cg_sig s = sig(p_i64, p, 2);
    struct cg_fn *fn = begin("count_down", &s, CG_FN_NATIVE);
    cg_block more = cg_block_new(fn, "more"), done = cg_block_new(fn, "done");
    cg_value n = cg_arg(fn, 0), acc = cg_arg(fn, 1), args[2];
    struct cg_call call = {.sig = &s, .args = args, .flags = CG_CALL_TAIL};

    snprintf(name, sizeof name, "o%d_count_down", level);
    cg_cond_br(fn, cg_compare(fn, CG_EQ, n, cg_int(fn, CG_I64, 0)), done, more, CG_UNLIKELY);
    cg_block_set(fn, done);
    cg_ret(fn, acc);
    cg_block_set(fn, more);
    args[0] = cg_bin(fn, CG_SUB, n, cg_int(fn, CG_I64, 1));
    args[1] = cg_bin(fn, CG_ADD, acc, n);
    call.symbol = name;
    cg_ret(fn, cg_call(fn, &call));
    cg_fn_end(fn);
}

/* ---- memory ------------------------------------------------------------------------------------------------ */

static void
make_memory(void)
{
    static const uint32_t refs[2] = {8, 24};
    struct cg_param p[2] = {p_ptr, p_ptr};
    struct cg_sig s = sig(p_void, p, 2), get = sig(p_ptr, NULL, 0), one = sig(p_i64, p, 1);
    struct cg_fn *fn = begin("copy_refs", &s, CG_FN_NATIVE);
    cg_value v, q;

    cg_copy_refs(fn, NULL, cg_arg(fn, 0), cg_arg(fn, 1), 37, 8, refs, 2);
    cg_ret(fn, NULL);
    cg_fn_end(fn);

    fn = begin("store_refs", &s, CG_FN_NATIVE); /* a reference, null, a symbol's address */
    cg_store_ref(fn, NULL, cg_arg(fn, 0), cg_arg(fn, 1), 0);
    cg_store_ref(fn, NULL, cg_offset(fn, cg_arg(fn, 0), 64), cg_null(fn), 0);
    cg_ret(fn, NULL);
    cg_fn_end(fn);

    fn = begin("store_fresh", &s, CG_FN_NATIVE); /* before, while and after others may see the object */
    v = cg_new_object(fn, cg_arg(fn, 1), 96);
    cg_store_ref(fn, v, cg_offset_inside(fn, v, 8), cg_arg(fn, 1), 0);
    cg_store_ref(fn, NULL, cg_arg(fn, 0), v, 0);
    cg_store_ref(fn, v, cg_offset_inside(fn, v, 72), cg_arg(fn, 1), 0);
    cg_ret(fn, NULL);
    cg_fn_end(fn);

    fn = begin("odd_access", &one, CG_FN_NATIVE); /* misaligned, volatile, narrow, indexed */
    q = cg_arg(fn, 0);
    v = cg_load(fn, CG_I64, cg_offset(fn, q, 1), CG_MEM_UNALIGNED | CG_MEM_VOLATILE);
    cg_store(fn, CG_I64, cg_offset(fn, q, 17), v, CG_MEM_UNALIGNED | CG_MEM_VOLATILE);
    cg_store(fn, CG_I16, cg_index(fn, q, cg_int(fn, CG_I64, 4), 8),
             cg_int(fn, CG_I32, 0x12345678), CG_MEM_VOLATILE);
    v = cg_load(fn, CG_I8, cg_offset(fn, q, 2), CG_MEM_UNORDERED);
    cg_ret(fn, cg_int_cast(fn, v, CG_I64, true));
    cg_fn_end(fn);

    fn = begin("atomics", &one, CG_FN_NATIVE);
    q = cg_arg(fn, 0);
    v = cg_atomic(fn, CG_ATOMIC_ADD, CG_I64, q, cg_int(fn, CG_I64, 5));
    v = cg_bin(fn, CG_ADD, v, cg_atomic(fn, CG_ATOMIC_XCHG, CG_I8, cg_offset(fn, q, 8),
                                        cg_int(fn, CG_I32, 0x1FF)));
    v = cg_bin(fn, CG_ADD, v, cg_cmpxchg(fn, CG_I16, cg_offset(fn, q, 10), cg_int(fn, CG_I32, 7),
                                         cg_int(fn, CG_I32, 9)));
    cg_fence(fn, true);
    cg_ret(fn, v);
    cg_fn_end(fn);

    fn = begin("thread_filter", &get, CG_FN_NATIVE);
    v = cg_thread_load(fn, CG_PTR, 40);
    cg_thread_store(fn, CG_PTR, 40, cg_offset(fn, v, 1));
    cg_ret(fn, v);
    cg_fn_end(fn);

    get.ret = p_ptr;
    get.params = p;
    get.count = 1;
    fn = begin("new_object", &get, CG_FN_NATIVE);
    v = cg_new_object(fn, cg_arg(fn, 0), 32);
    cg_keep_alive(fn, v);
    cg_ret(fn, v);
    cg_fn_end(fn);
}

/* ---- exceptions: structure only; the engine's tests throw ------------------------------------------------- */

static void
make_try(void)
{
    struct cg_param p[1] = {p_ptr};
    struct cg_sig s = sig(p_i64, p, 1), callee = sig(p_i64, NULL, 0), report = sig(p_void, p, 1);
    struct cg_fn *fn = begin("guarded", &s, CG_FN_NATIVE);
    cg_clause clause = cg_clause_new(fn, CG_CLAUSE_TYPE, "test_type");
    cg_block pad = cg_pad_new(fn, &clause, 1, true), caught = cg_block_new(fn, "caught");
    cg_block other = cg_block_new(fn, "other");
    struct cg_call call = {.sig = &callee, .target = cg_arg(fn, 0)}, note = {.sig = &report};
    cg_value r, record;

    cg_pad_set(fn, pad);
    r = cg_call(fn, &call);
    cg_pad_set(fn, NULL);
    cg_ret(fn, r);
    cg_block_set(fn, pad);
    cg_cond_br(fn, cg_compare(fn, CG_EQ, cg_pad_selector(fn, pad), cg_clause_id(fn, clause)), caught,
               other, CG_EVEN);
    cg_block_set(fn, caught);
    record = cg_pad_record(fn, pad);
    note.symbol = "test_note";
    note.args = &record;
    cg_call(fn, &note);
    cg_ret(fn, cg_int(fn, CG_I64, -1));
    cg_block_set(fn, other);
    cg_call(fn, &note);
    cg_resume(fn, record, cg_pad_selector(fn, pad));
    cg_fn_end(fn);
}

/* A call of something this unit does not know. */
static void
call_note(struct cg_fn *fn, cg_value address)
{
    struct cg_param p[1] = {p_ptr};
    struct cg_sig s = sig(p_void, p, 1);
    struct cg_call call = {.sig = &s, .symbol = "test_note", .args = &address};

    cg_call(fn, &call);
}

static void
make_check(void)
{
    struct cg_param p[1] = {p_i64};
    struct cg_sig s = sig(p_i64, p, 1);
    struct cg_fn *fn = begin("checked", &s, CG_FN_NATIVE | CG_FN_STACK_CHECK);
    cg_value home = cg_alloca(fn, 8, 8);

    cg_store(fn, CG_I64, home, cg_arg(fn, 0), CG_MEM_CXX_VOLATILE);
    call_note(fn, home);
    cg_ret(fn, cg_load(fn, CG_I64, home, CG_MEM_CXX_VOLATILE));
    cg_fn_end(fn);
    fn = begin("unchecked", &s, CG_FN_NATIVE | CG_FN_STACK_CHECK);
    cg_ret(fn, cg_bin(fn, CG_ADD, cg_arg(fn, 0), cg_arg(fn, 0)));
    cg_fn_end(fn);
}

/* while (!*flag) ; */
static void
make_spin(void)
{
    struct cg_param p[1] = {p_ptr};
    struct cg_sig s = sig(p_void, p, 1);
    struct cg_fn *fn = begin("spin", &s, CG_FN_NATIVE);
    cg_block again = cg_block_new(fn, "again"), done = cg_block_new(fn, "done");
    cg_value v;

    cg_br(fn, again);
    cg_block_set(fn, again);
    v = cg_load(fn, CG_I32, cg_arg(fn, 0), CG_MEM_VOLATILE);
    cg_cond_br(fn, cg_compare(fn, CG_EQ, v, cg_int(fn, CG_I32, 0)), again, done, CG_EVEN);
    cg_block_set(fn, done);
    cg_ret(fn, NULL);
    cg_fn_end(fn);
}

/* for (i = start; i cmp end; i += step) sum = sum * 31 + i; */
static void
make_count(const char *name, enum cg_type t, enum cg_cmp cmp, int64_t step)
{
    struct cg_param p[2] = {t == CG_I64 ? p_i64 : p_i32, t == CG_I64 ? p_i64 : p_i32};
    struct cg_sig s = sig(p_i64, p, 2);
    struct cg_fn *fn = begin(name, &s, CG_FN_NATIVE);
    cg_value i = cg_alloca(fn, 8, 8), sum = cg_alloca(fn, 8, 8), v;
    cg_block test = cg_block_new(fn, "test"), body = cg_block_new(fn, "body");
    cg_block done = cg_block_new(fn, "done");

    cg_store(fn, t, i, cg_arg(fn, 0), CG_MEM_PLAIN);
    cg_store(fn, CG_I64, sum, cg_int(fn, CG_I64, 0), CG_MEM_PLAIN);
    cg_br(fn, test);
    cg_block_set(fn, test);
    v = cg_load(fn, t, i, CG_MEM_PLAIN);
    cg_cond_br(fn, cg_compare(fn, cmp, v, cg_arg(fn, 1)), body, done, CG_EVEN);
    cg_block_set(fn, body);
    v = cg_bin(fn, CG_MUL, cg_load(fn, CG_I64, sum, CG_MEM_PLAIN), cg_int(fn, CG_I64, 31));
    v = cg_bin(fn, CG_ADD, v, cg_int_cast(fn, cg_load(fn, t, i, CG_MEM_PLAIN), CG_I64, true));
    cg_store(fn, CG_I64, sum, v, CG_MEM_PLAIN);
    v = cg_bin(fn, CG_ADD, cg_load(fn, t, i, CG_MEM_PLAIN), cg_int(fn, t, step));
    cg_store(fn, t, i, v, CG_MEM_PLAIN);
    cg_br(fn, test);
    cg_block_set(fn, done);
    cg_ret(fn, cg_load(fn, CG_I64, sum, CG_MEM_PLAIN));
    cg_fn_end(fn);
}

static void
make_counts(void)
{
    make_count("up", CG_I64, CG_SLT, 1);
    make_count("up_unsigned", CG_I64, CG_ULT, 3);
    make_count("up_narrow", CG_I32, CG_SLE, 1);
    make_count("until", CG_I32, CG_NE, 1);
    make_count("down", CG_I64, CG_SGE, -1);
    make_count("down_narrow", CG_I32, CG_SGT, -5);
    make_count("down_until", CG_I64, CG_NE, -1);
}

static bool
write_file(const char *path, const uint8_t *bytes, size_t size)
{
    FILE *f = fopen(path, "wb");
    bool ok;

    if (!f)
        return false;
    ok = fwrite(bytes, 1, size, f) == size;
    return fclose(f) == 0 && ok;
}

int
main(int argc, char **argv)
{
    struct cg_options options = {.debug = true, .cpu = "x86-64-v2", .stack_check = true};
    uint8_t *object;
    size_t size;
    char *message;

    if (argc < 3)
        return 2;
    level = atoi(argv[1]);
    options.opt_level = level;
    options.dump_folder = argc > 3 ? argv[3] : NULL;
    unit = cg_unit_new("make_object", &options);
    make_shapes();
    make_buffer_after_this();
    make_arithmetic();
    make_small();
    make_nest();
    make_variadic();
    make_copy();
    make_late();
    make_tail();
    make_memory();
    make_try();
    make_check();
    make_spin();
    make_counts();
    if (!cg_unit_finish(unit, &object, &size, &message)) {
        fprintf(stderr, "make_object: %s\n", message);
        free(message);
        cg_unit_free(unit);
        return 1;
    }
    cg_unit_free(unit);
    if (!write_file(argv[2], object, size))
        return 1;
    free(object);
    return 0;
}
