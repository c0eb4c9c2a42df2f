/* compiler/il/fold.c - methods whose body always gives one integer.
 * The evaluator runs a body with no inputs: it follows the one path that constants choose and gives up
 * at anything else - an argument that matters, a field, a call that is no constant, a loop. Feature
 * getters, IsSupported chains of the vector types and typeof ladders of generic numerics fold here, so
 * that unused code is never reached. */
#include "compiler/il/special.h"

#include <string.h>

/* ---- the evaluator ------------------------------------------------------------------------------------ */

enum { STEP_LIMIT = 400, STACK_LIMIT = 16, LOCAL_LIMIT = 16 };

enum fold_kind { FOLD_UNKNOWN, FOLD_I4, FOLD_I8, FOLD_TYPE };

struct fold_value {
    enum fold_kind kind;
    int64_t i;
    struct ty_type *type;
};

struct folder {
    struct il_context *il;
    struct ty_method *method;
    struct ty_env env;
    struct il_body body;
    struct il_insn in;
    struct fold_value stack[STACK_LIMIT], locals[LOCAL_LIMIT];
    uint32_t depth, next;
    bool failed, done;
};

static void
push(struct folder *f, enum fold_kind kind, int64_t i, struct ty_type *type)
{
    if (f->depth == STACK_LIMIT) {
        f->failed = true;
        return;
    }
    f->stack[f->depth].kind = kind;
    f->stack[f->depth].i = kind == FOLD_I4 ? (int32_t)i : i;
    f->stack[f->depth++].type = type;
}

static struct fold_value
pop(struct folder *f)
{
    struct fold_value none = {FOLD_UNKNOWN, 0, NULL};

    if (f->depth)
        return f->stack[--f->depth];
    f->failed = true;
    return none;
}

static int64_t
pop_int(struct folder *f)
{
    struct fold_value v = pop(f);

    if (v.kind != FOLD_I4 && v.kind != FOLD_I8)
        f->failed = true;
    return v.i;
}

static struct ty_type *
token_type(struct folder *f)
{
    struct ty_type *t = f->body.assembly ? ty_type_from_token(f->il->ty, f->body.assembly, (uint32_t)f->in.i) : NULL;

    t = t ? ty_subst(f->il->ty, t, &f->env) : NULL;
    if (!t)
        f->failed = true;
    return t;
}

static void
load_local(struct folder *f, uint32_t index)
{
    if (index >= LOCAL_LIMIT || index >= f->body.local_count)
        f->failed = true;
    else
        push(f, f->locals[index].kind, f->locals[index].i, f->locals[index].type);
}

static void
store_local(struct folder *f, uint32_t index)
{
    if (index >= LOCAL_LIMIT || index >= f->body.local_count)
        f->failed = true;
    else
        f->locals[index] = pop(f);
}

/* Comparison of the two topmost integers. */
static bool
compare(struct folder *f, uint32_t op)
{
    struct fold_value b = pop(f), a = pop(f);
    uint64_t ua = (uint64_t)a.i, ub = (uint64_t)b.i;

    if ((a.kind != FOLD_I4 && a.kind != FOLD_I8) || a.kind != b.kind) {
        f->failed = true;
        return false;
    }
    if (a.kind == FOLD_I4) {
        ua = (uint32_t)ua;
        ub = (uint32_t)ub;
    }
    switch (op) {
    case IL_CEE_beq:
        return a.i == b.i;
    case IL_CEE_bne_un:
        return a.i != b.i;
    case IL_CEE_bge:
        return a.i >= b.i;
    case IL_CEE_bgt:
        return a.i > b.i;
    case IL_CEE_ble:
        return a.i <= b.i;
    case IL_CEE_blt:
        return a.i < b.i;
    case IL_CEE_bge_un:
        return ua >= ub;
    case IL_CEE_bgt_un:
        return ua > ub;
    case IL_CEE_ble_un:
        return ua <= ub;
    case IL_CEE_blt_un:
        return ua < ub;
    default:
        f->failed = true;
        return false;
    }
}

static void
branch_if(struct folder *f, bool taken)
{
    if (taken)
        f->next = (uint32_t)f->in.i;
}

static bool
fold_branch(struct folder *f)
{
    uint32_t op = f->in.op;

    if (op >= IL_CEE_br_s && op <= IL_CEE_blt_un_s)
        op += IL_CEE_br - IL_CEE_br_s;
    switch (op) {
    case IL_CEE_br:
        branch_if(f, true);
        return true;
    case IL_CEE_brfalse:
        branch_if(f, pop_int(f) == 0);
        return true;
    case IL_CEE_brtrue:
        branch_if(f, pop_int(f) != 0);
        return true;
    case IL_CEE_ceq:
        push(f, FOLD_I4, compare(f, IL_CEE_beq), NULL);
        return true;
    case IL_CEE_cgt:
        push(f, FOLD_I4, compare(f, IL_CEE_bgt), NULL);
        return true;
    case IL_CEE_cgt_un:
        push(f, FOLD_I4, compare(f, IL_CEE_bgt_un), NULL);
        return true;
    case IL_CEE_clt:
        push(f, FOLD_I4, compare(f, IL_CEE_blt), NULL);
        return true;
    case IL_CEE_clt_un:
        push(f, FOLD_I4, compare(f, IL_CEE_blt_un), NULL);
        return true;
    default:
        break;
    }
    if (op >= IL_CEE_beq && op <= IL_CEE_blt_un) {
        branch_if(f, compare(f, op));
        return true;
    }
    return false;
}

static bool
fold_load(struct folder *f)
{
    uint32_t op = f->in.op;
    struct ty_type *t;
    const struct ty_layout *l;

    if (op >= IL_CEE_ldc_i4_m1 && op <= IL_CEE_ldc_i4_8) {
        push(f, FOLD_I4, (int64_t)op - IL_CEE_ldc_i4_0, NULL);
        return true;
    }
    if (op >= IL_CEE_ldloc_0 && op <= IL_CEE_ldloc_3) {
        load_local(f, op - IL_CEE_ldloc_0);
        return true;
    }
    if (op >= IL_CEE_stloc_0 && op <= IL_CEE_stloc_3) {
        store_local(f, op - IL_CEE_stloc_0);
        return true;
    }
    switch (op) {
    case IL_CEE_ldc_i4:
    case IL_CEE_ldc_i4_s:
        push(f, FOLD_I4, f->in.i, NULL);
        return true;
    case IL_CEE_ldc_i8:
        push(f, FOLD_I8, f->in.i, NULL);
        return true;
    case IL_CEE_ldarg_0:
    case IL_CEE_ldarg_1:
    case IL_CEE_ldarg_2:
    case IL_CEE_ldarg_3:
    case IL_CEE_ldarg_s:
        push(f, FOLD_UNKNOWN, 0, NULL);
        return true;
    case IL_CEE_ldloc_s:
    case IL_CEE_ldloc:
        load_local(f, (uint32_t)f->in.i);
        return true;
    case IL_CEE_stloc_s:
    case IL_CEE_stloc:
        store_local(f, (uint32_t)f->in.i);
        return true;
    case IL_CEE_ldtoken:
        if (md_token_table((uint32_t)f->in.i) == MD_FIELD || md_token_table((uint32_t)f->in.i) == MD_METHODDEF) {
            f->failed = true;
            return true;
        }
        push(f, FOLD_TYPE, 0, token_type(f));
        return true;
    case IL_CEE_sizeof:
        t = token_type(f);
        l = t ? ty_layout_of(f->il->ty, t) : NULL;
        f->failed |= l == NULL;
        push(f, FOLD_I4, l ? (int64_t)l->size : 0, NULL);
        return true;
    default:
        return false;
    }
}

static bool
fold_arith(struct folder *f)
{
    int64_t a, b;
    enum fold_kind kind;

    switch (f->in.op) {
    case IL_CEE_conv_i4:
    case IL_CEE_conv_u4:
        push(f, FOLD_I4, pop_int(f), NULL);
        return true;
    case IL_CEE_conv_i8:
        push(f, FOLD_I8, pop_int(f), NULL);
        return true;
    case IL_CEE_add:
    case IL_CEE_sub:
    case IL_CEE_mul:
    case IL_CEE_and:
    case IL_CEE_or:
    case IL_CEE_xor:
        break;
    default:
        return false;
    }
    kind = f->depth ? f->stack[f->depth - 1].kind : FOLD_UNKNOWN;
    b = pop_int(f);
    if (f->depth && f->stack[f->depth - 1].kind != kind)
        f->failed = true;
    a = pop_int(f);
    switch ((int)f->in.op) {
    case IL_CEE_add:
        a = (int64_t)((uint64_t)a + (uint64_t)b);
        break;
    case IL_CEE_sub:
        a = (int64_t)((uint64_t)a - (uint64_t)b);
        break;
    case IL_CEE_mul:
        a = (int64_t)((uint64_t)a * (uint64_t)b);
        break;
    case IL_CEE_and:
        a &= b;
        break;
    case IL_CEE_or:
        a |= b;
        break;
    default:
        a ^= b;
        break;
    }
    push(f, kind, a, NULL);
    return true;
}

static const struct {
    const char *name;
    enum il_type_fact fact;
} type_getters[] = {
    {"get_IsValueType", IL_TYPE_IS_VALUE_TYPE}, {"get_IsEnum", IL_TYPE_IS_ENUM},       {"get_IsPrimitive", IL_TYPE_IS_PRIMITIVE},
    {"get_IsInterface", IL_TYPE_IS_INTERFACE},  {"get_IsArray", IL_TYPE_IS_ARRAY},     {"get_IsPointer", IL_TYPE_IS_POINTER},
    {"get_IsByRef", IL_TYPE_IS_BYREF},          {"get_IsGenericType", IL_TYPE_IS_GENERIC},
};

/* Members of System.Type on what ldtoken gave. */
static bool
call_of_type(struct folder *f, const struct ty_method *m)
{
    const char *name = m->def->name;
    struct fold_value a, b;
    int answer = -1;

    if (strcmp(name, "GetTypeFromHandle") == 0)
        return true; /* the value stays what it is */
    if (strcmp(name, "op_Equality") == 0 || strcmp(name, "op_Inequality") == 0) {
        b = pop(f);
        a = pop(f);
        if (a.kind == FOLD_TYPE && b.kind == FOLD_TYPE)
            answer = il_type_equal(f->il->ty, a.type, b.type);
        f->failed |= answer < 0;
        push(f, FOLD_I4, strcmp(name, "op_Equality") == 0 ? answer == 1 : answer == 0, NULL);
        return true;
    }
    for (size_t i = 0; i < sizeof type_getters / sizeof *type_getters; i++)
        if (strcmp(name, type_getters[i].name) == 0) {
            a = pop(f);
            answer = a.kind == FOLD_TYPE ? il_type_is(a.type, type_getters[i].fact) : -1;
            f->failed |= answer < 0;
            push(f, FOLD_I4, answer, NULL);
            return true;
        }
    return false;
}

static void
push_result(struct folder *f, struct ty_type *type, int64_t value)
{
    enum il_kind kind = il_kind_of(type);

    if (kind == IL_I4)
        push(f, FOLD_I4, value, NULL);
    else if (kind == IL_I8 || kind == IL_I)
        push(f, FOLD_I8, value, NULL);
    else
        f->failed = true;
}

static bool
fold_call(struct folder *f)
{
    struct ty_method *m;
    int64_t value;

    if (f->in.op != IL_CEE_call && f->in.op != IL_CEE_callvirt)
        return false;
    m = f->body.assembly ? ty_method_from_token(f->il->ty, f->body.assembly, (uint32_t)f->in.i) : NULL;
    m = m ? ty_subst_method(f->il->ty, m, &f->env) : NULL;
    if (!m) {
        f->failed = true;
        return true;
    }
    if (m->def->owner && m->def->owner->well_known == WK_TYPE && call_of_type(f, m))
        return true;
    if (!m->def->is_static || !il_constant_body(f->il, m, &value)) {
        f->failed = true;
        return true;
    }
    for (uint32_t i = 0; i < m->sig->param_count; i++)
        pop(f);
    push_result(f, m->sig->ret, value);
    return true;
}

static void
fold_insn(struct folder *f, int64_t *value)
{
    switch (f->in.op) {
    case IL_CEE_nop:
        return;
    case IL_CEE_dup:
        if (f->depth)
            push(f, f->stack[f->depth - 1].kind, f->stack[f->depth - 1].i, f->stack[f->depth - 1].type);
        else
            f->failed = true;
        return;
    case IL_CEE_pop:
        pop(f);
        return;
    case IL_CEE_ret:
        *value = pop_int(f);
        f->done = true;
        return;
    default:
        break;
    }
    if (!fold_load(f) && !fold_branch(f) && !fold_arith(f) && !fold_call(f))
        f->failed = true;
}

/* Running the body could run a static constructor. */
static bool
triggers_cctor(struct il_context *il, const struct ty_method *m)
{
    const struct ty_def *def = m->def->owner;

    return def->cctor && !def->is_before_field_init && ty_has_lazy_cctor(il->ty, m->owner);
}

static bool
evaluate(struct il_context *il, struct ty_method *m, int64_t *value)
{
    struct arena *a = arena_new();
    struct folder *f = arena_alloc(a, sizeof *f);
    bool ok;

    f->il = il;
    f->method = m;
    f->env = ty_env_of_method(m);
    ok = il_body_metadata(il, m, a, &f->body) && f->body.clause_count == 0 && f->body.size <= 2048;
    for (unsigned step = 0; ok && !f->failed && !f->done; step++) {
        ok = step < STEP_LIMIT && il_decode(f->body.code, f->body.size, f->next, &f->in);
        f->next = f->in.next;
        if (ok)
            fold_insn(f, value);
    }
    ok = ok && f->done && !f->failed && f->depth == 0;
    arena_free(a);
    return ok;
}

static bool
is_candidate(struct il_context *il, struct ty_method *m)
{
    const struct ty_method_def *def = m->def;
    enum il_kind kind = il_kind_of(m->sig->ret);

    return def->row && def->has_body && def->owner && !m->has_vars && (kind == IL_I4 || kind == IL_I8 || kind == IL_I) &&
           (def->is_static || m->owner->is_value_type) && !def->is_synchronized && !def->no_inlining &&
           !triggers_cctor(il, m);
}

bool
il_constant_body(struct il_context *il, struct ty_method *closed, int64_t *value)
{
    struct ty_method *canon;
    struct il_method_info *info;
    const struct il_replacement *r;
    struct ty_failure failure = il->ty->failure;

    if (il_fixed_value(il, closed, value) || il_type_query(il, closed, value))
        return true;
    r = il_replacement_of(il, closed->def);
    if (r)
        return il_replacement_constant(r, value);
    canon = ty_method_canon(il->ty, closed);
    if (!canon || !is_candidate(il, canon) || il_substitution_of(il, canon->def))
        return false;
    info = il_info(il, canon);
    if (info->constant_state == 0) {
        info->constant_state = 1;
        info->constant_state = evaluate(il, canon, &info->constant) ? 3 : 2;
        il->ty->failure = failure;
    }
    *value = info->constant;
    return info->constant_state == 3;
}

bool
il_constant_call(struct il_import *im, struct ty_method *closed, struct il_value *out)
{
    int64_t value;

    if (closed->def->pseudo || !closed->owner)
        return false;
    if (closed->def->is_virtual && !closed->def->is_final && !closed->owner->is_value_type)
        return false; /* a derived class may answer otherwise */
    if (closed->sig->ret->element == TY_EL_VOID && closed->sig->ret->form == TY_FORM_DEF)
        return false;
    memset(out, 0, sizeof *out);
    out->kind = il_kind_of(closed->sig->ret);
    out->fact = IL_FACT_INT;
    out->type = closed->sig->ret;
    if (out->kind != IL_I4 && out->kind != IL_I8 && out->kind != IL_I)
        return false;
    if (!il_constant_body(im->il, closed, &value))
        return false;
    out->i = out->kind == IL_I4 ? (int32_t)value : value;
    return true;
}
