/* compiler/il/ops_call.c - call, calli, callvirt, jmp, ldftn, ldvirtftn, and the calls the compiler
 * makes by itself (ECMA-335 III.3.19-3.22, III.4.2, III.3.41, III.4.18). Calls of native code are
 * enclosed in transitions (docs/abi.md, "Transitions"). */
#include "compiler/il/special.h"

#include <string.h>

enum { TRANSITION_BYTES = 80, ENTRY_FRAME_BYTES = 64 };

/* ---- calls with ready scalars ----------------------------------------------------------------------- */

static void
set_target(struct il_import *im, struct cg_call *call, const struct ref *ref)
{
    struct ref_target t;

    if (!im->fn)
        return;
    t = reach_target(im->reach, ref);
    if (t.through_slot)
        call->target = cg_slot(im->fn, t.symbol);
    else
        call->symbol = t.symbol;
}

static void
note_callee(struct il_import *im, struct ty_method *canon)
{
    struct ptr_vec *v = &im->info->callees;

    im->makes_calls = true;
    if (im->quiet || im->info->scanned)
        return;
    for (size_t i = 0; i < v->count; i++)
        if (v->at[i] == canon)
            return;
    ptr_vec_push(v, canon);
}

cg_value
il_call_core(struct il_import *im, struct ty_method *exact, const cg_value *args, unsigned cg_flags)
{
    struct ty_method *m = il_redirect(im->il, exact);
    struct ref ref = {.kind = REF_METHOD, .method = ty_method_canon(im->ty, m)};
    struct cg_call call = {.flags = cg_flags};
    cg_value copies[8], result;

    il_need(im, &ref);
    note_callee(im, ref.method);
    if (!im->fn)
        return NULL;
    call.sig = il_managed_sig(im->il, ref.method);
    CC_ASSERT(call.sig->count <= sizeof copies / sizeof *copies);
    for (uint32_t i = 0; i < call.sig->count; i++)
        copies[i] = call.sig->params[i].type == CG_PTR || call.sig->params[i].type == CG_I64
                        ? cg_int_cast(im->fn, args[i], call.sig->params[i].type, true) /* nint and pointers mix */
                        : args[i];
    call.args = copies;
    set_target(im, &call, &ref);
    if (call.sig->ret.type == CG_STRUCT)
        call.ret_address = cg_alloca(im->fn, call.sig->ret.size, call.sig->ret.align);
    result = cg_call(im->fn, &call);
    return call.ret_address ? call.ret_address : result;
}

cg_value
il_call_helper(struct il_import *im, enum il_helper h, const cg_value *args)
{
    return il_call_core(im, il_helper(im->il, h), args, 0);
}

cg_value
il_call_engine(struct il_import *im, const char *name, enum cg_type ret, const enum cg_type *types, const cg_value *args, uint32_t count,
               unsigned cg_flags)
{
    struct ref ref = {.kind = REF_ENGINE, .name = name};
    struct cg_param params[8] = {0};
    struct cg_sig sig = {.ret = {.type = ret, .is_signed = true}, .params = params, .count = count};
    struct cg_call call = {.sig = &sig, .flags = cg_flags};
    cg_value copies[8];

    CC_ASSERT(count <= sizeof params / sizeof *params);
    call.target = il_ref(im, &ref);
    for (uint32_t i = 0; i < count; i++) {
        params[i].type = types[i];
        params[i].is_signed = true;
        copies[i] = args[i];
    }
    call.args = copies;
    return cg_call(im->fn, &call);
}

/* ---- calls with values from the stack ------------------------------------------------------------------ */

struct argument_list {
    cg_value *values; /* ABI order */
    uint32_t count;
};

/* Pops the declared arguments of `sig` and then `this`; leaves room for the context after `this`. */
static bool
pop_arguments(struct il_import *im, struct ty_sig *sig, bool null_check, bool context, struct argument_list *out)
{
    bool has_this = sig->has_this && !sig->explicit_this;
    uint32_t first = (has_this ? 1u : 0u) + (context ? 1u : 0u);

    out->count = first + sig->param_count;
    out->values = arena_array(im->arena, out->count + 1u, sizeof *out->values);
    for (uint32_t i = sig->param_count; i-- > 0;) {
        struct il_value v = il_pop(im);

        if (im->failed)
            return false;
        out->values[first + i] = il_coerce(im, &v, sig->params[i]);
    }
    if (has_this) {
        struct il_value self = il_pop(im);

        if (im->failed)
            return false;
        out->values[0] = null_check ? il_null_check(im, &self) : il_use_as(im, &self, CG_PTR);
    }
    return !im->failed;
}

/* tail. is a hint here: nothing of this frame may be passed on, and ret must follow. */
static bool
may_be_tail(const struct il_import *im, const struct cg_sig *sig)
{
    if (sig->ret.type == CG_STRUCT || im->insn.next >= im->body.size || im->body.code[im->insn.next] != IL_CEE_ret || im->has_records)
        return false;
    for (uint32_t i = 0; i < sig->count; i++)
        if (sig->params[i].type == CG_STRUCT)
            return false;
    return !im->method->def->is_synchronized;
}

static void
make_call(struct il_import *im, struct cg_call *call, struct ty_type *ret)
{
    cg_value result;

    im->makes_calls = true;
    if (im->fn && call->sig->ret.type == CG_STRUCT)
        call->ret_address = cg_alloca(im->fn, call->sig->ret.size, call->sig->ret.align);
    if (im->prefix.is_tail && may_be_tail(im, call->sig))
        call->flags |= CG_CALL_TAIL;
    result = cg_call(im->fn, call);
    il_push_typed(im, ret, call->ret_address ? call->ret_address : result);
}

static cg_value
hidden_context(struct il_import *im, struct ty_method *open, enum ty_generic_context c)
{
    if (c == TY_CTX_MT)
        return il_type_ref(im, REF_TYPE_CONTEXT, open->owner);
    return il_method_ref(im, REF_METHOD_DICT, open);
}

void
il_call_value(struct il_import *im, struct ty_method *open, struct ty_method *closed, cg_value target, cg_value nest, bool indirect,
              bool null_check)
{
    struct ty_method *canon = ty_method_canon(im->ty, closed);
    enum ty_generic_context c = indirect ? TY_CTX_NONE : ty_method_context(im->ty, canon);
    bool context = c == TY_CTX_MT || c == TY_CTX_METHOD;
    struct cg_call call = {.target = target, .nest = nest};
    struct argument_list args;

    if (!pop_arguments(im, closed->sig, null_check, context, &args))
        return;
    if (context)
        args.values[closed->sig->has_this ? 1 : 0] = hidden_context(im, open, c);
    call.args = args.values;
    if (indirect) {
        call.sig = il_sig_of_calli(im->il, closed->sig, false);
    } else {
        struct ref ref = {.kind = REF_METHOD, .method = canon};

        call.sig = il_managed_sig(im->il, canon);
        il_need(im, &ref);
        note_callee(im, canon);
        set_target(im, &call, &ref);
    }
    make_call(im, &call, closed->sig->ret);
}

/* ---- function pointers -------------------------------------------------------------------------------------- */

static void
store_result(struct il_import *im, const struct cg_call *call, cg_value home, cg_value result)
{
    enum cg_type t = call->sig->ret.type;

    if (t == CG_VOID || t == CG_STRUCT)
        return;
    cg_store(im->fn, t == CG_I8 || t == CG_I16 || t == CG_I1 ? CG_I32 : t, home, result, CG_MEM_PLAIN);
}

/* A managed pointer may be fat: bit 1 set means {code, context} two bytes below (docs/abi.md). */
void
il_call_pointer(struct il_import *im, struct ty_sig *closed, cg_value target)
{
    struct argument_list args;
    struct cg_call plain = {.target = target}, fat = {0};
    bool has_this = closed->has_this && !closed->explicit_this;
    cg_block fat_block, plain_block, done;
    cg_value home, *fat_args, is_fat;
    enum cg_type t;

    if (!pop_arguments(im, closed, im->body.assembly != NULL, false, &args)) /* the target may count on its `this` */
        return;
    im->makes_calls = true;
    plain.sig = il_sig_of_calli(im->il, closed, false);
    fat.sig = il_sig_of_calli(im->il, closed, true);
    t = plain.sig->ret.type;
    if (!im->fn) {
        il_push_typed(im, closed->ret, NULL);
        return;
    }
    home = cg_alloca(im->fn, t == CG_STRUCT ? plain.sig->ret.size : 8, t == CG_STRUCT ? plain.sig->ret.align : 8);
    plain.args = args.values;
    plain.ret_address = fat.ret_address = t == CG_STRUCT ? home : NULL;
    fat_args = arena_array(im->arena, args.count + 2u, sizeof *fat_args);
    for (uint32_t i = 0; i < args.count; i++)
        fat_args[i + (has_this && i == 0 ? 0 : 1)] = args.values[i];
    fat.args = fat_args;
    fat_block = il_new_block(im, "fat");
    plain_block = il_new_block(im, "plain");
    done = il_new_block(im, "called");
    is_fat = cg_bin(im->fn, CG_AND, cg_ptr_to_int(im->fn, target), cg_int(im->fn, CG_I64, 2));
    cg_cond_br(im->fn, cg_compare(im->fn, CG_NE, is_fat, cg_int(im->fn, CG_I64, 0)), fat_block, plain_block, CG_EVEN);
    cg_block_set(im->fn, fat_block);
    fat.target = cg_load(im->fn, CG_PTR, cg_offset(im->fn, target, -2), CG_MEM_PLAIN);
    fat_args[has_this ? 1 : 0] = cg_load(im->fn, CG_PTR, cg_offset(im->fn, target, 6), CG_MEM_PLAIN);
    store_result(im, &fat, home, cg_call(im->fn, &fat));
    cg_br(im->fn, done);
    cg_block_set(im->fn, plain_block);
    store_result(im, &plain, home, cg_call(im->fn, &plain));
    cg_br(im->fn, done);
    cg_block_set(im->fn, done);
    if (t == CG_VOID)
        return;
    il_push_typed(im, closed->ret, t == CG_STRUCT ? home : cg_load(im->fn, il_kind_cg(il_kind_of(closed->ret)), home, CG_MEM_PLAIN));
}

/* ---- native code ------------------------------------------------------------------------------------------------ */

static void
leave_managed(struct il_import *im)
{
    if (im->fn && !im->transition)
        im->transition = cg_alloca(im->fn, TRANSITION_BYTES, 8);
    cg_native_begin(im->fn, im->transition);
}

/* Somebody who waits for the thread may also want it to unwind from here; not in the core library,
 * which holds locks that no finally block gives back. */
static void
return_to_managed(struct il_import *im)
{
    static const enum cg_type types[] = {CG_PTR};
    bool library = il_knows_engine(im->method->def->assembly);
    cg_block wanted = il_new_block(im, "wanted"), back = il_new_block(im, "back");

    cg_cond_br(im->fn, cg_native_end(im->fn), wanted, back, CG_UNLIKELY);
    cg_block_set(im->fn, wanted);
    il_call_engine(im, library ? "RhpPInvokeReturnInLibrary" : "RhpPInvokeReturn", CG_VOID, types, &im->transition, 1, CG_CALL_COLD);
    cg_br(im->fn, back);
    cg_block_set(im->fn, back);
}

void
il_call_native(struct il_import *im, struct ty_sig *closed, cg_value target, const struct il_token *token, bool no_transition)
{
    struct cg_call call = {.flags = CG_CALL_NOUNWIND, .target = target};
    struct argument_list args;

    if (!pop_arguments(im, closed, false, false, &args))
        return;
    call.sig = il_native_sig(im->il, closed);
    call.args = args.values;
    if (token) {
        struct ref ref = {.kind = REF_NATIVE, .name = token->name};

        il_need(im, &ref);
        call.symbol = token->name;
        if (token->is_external)
            call.flags |= CG_CALL_EXTERNAL;
    }
    if (!no_transition)
        leave_managed(im);
    make_call(im, &call, closed->ret);
    if (!no_transition)
        return_to_managed(im);
}

/* ---- calls of methods ----------------------------------------------------------------------------------------------- */

static void
drop_arguments(struct il_import *im, struct ty_sig *sig, bool null_check)
{
    for (uint32_t i = 0; i < sig->param_count; i++)
        il_pop(im);
    if (sig->has_this) {
        struct il_value self = il_pop(im);

        if (null_check)
            il_null_check(im, &self);
    }
}

static bool
is_folded(struct il_import *im, struct ty_method *open, struct ty_method *closed, bool null_check)
{
    struct il_value constant;

    if (il_intrinsic_call(im, open, closed))
        return true;
    if (im->failed || !il_constant_call(im, closed, &constant))
        return false;
    drop_arguments(im, closed->sig, null_check);
    if (closed->def->is_static && closed->owner && closed->owner->form == TY_FORM_DEF &&
        !closed->owner->def->is_before_field_init)
        il_cctor_check(im, open->owner); /* the call would have run it */
    if (closed->sig->ret->element != TY_EL_VOID)
        il_push(im, &constant);
    return true;
}

static bool
may_be_null(const struct il_value *self)
{
    return self && self->kind == IL_REF && !self->nonnull && !self->is_this;
}

/* A default comparer whose method does not look at `this` stays null. */
static void
drop_unused_comparer(struct il_import *im, struct ty_method *closed)
{
    struct il_value *self = il_peek(im, closed->sig->param_count);

    if (self && self->fact == IL_FACT_COMPARER && closed->def->is_virtual && !il_counts_on_this(im, closed))
        self->fact = IL_FACT_NULL;
}

void
il_call(struct il_import *im, struct ty_method *open, unsigned flags)
{
    struct ty_method *closed, *known;
    bool null_check = (flags & IL_CALL_VIRTUAL) && !(flags & IL_CALL_NULL_CHECKED);

    if (im->prefix.constrained) {
        il_call_constrained(im, open, im->prefix.constrained);
        return;
    }
    open = il_redirect(im->il, open);
    closed = il_close_method(im, open);
    if (!closed)
        return;
    if (flags & IL_CALL_VIRTUAL) {
        /* Rows of the tables name the declaration: System.Type, not System.RuntimeType. */
        if (!(flags & IL_CALL_NO_INTRINSIC) && is_folded(im, open, closed, null_check))
            return;
        known = im->failed ? NULL : il_devirtualise(im, il_peek(im, closed->sig->param_count), open);
        if (im->failed)
            return;
        if (!known) {
            il_call_virtual(im, open, closed);
            return;
        }
        if (known != open) {
            open = il_redirect(im->il, known);
            closed = il_close_method(im, open);
            if (!closed)
                return;
        }
        null_check = null_check && closed->sig->has_this;
        drop_unused_comparer(im, closed);
    }
    if (!(flags & IL_CALL_NO_INTRINSIC) && is_folded(im, open, closed, null_check))
        return;
    if (im->failed)
        return;
    if (closed->def->is_abstract) {
        il_fail_with(im, TY_FAIL_INVALID_PROGRAM, "a direct call of an abstract method");
        return;
    }
    if (closed->owner && closed->owner->form == TY_FORM_MDARRAY && closed->sig->has_this)
        null_check = true; /* accessors are called with `call` */
    if (!(flags & (IL_CALL_VIRTUAL | IL_CALL_NULL_CHECKED)) && may_be_null(il_peek(im, closed->sig->param_count)) &&
        il_counts_on_this(im, closed))
        null_check = true;
    il_call_value(im, open, closed, NULL, NULL, false, null_check);
}

/* ---- tokens of synthesised bodies -------------------------------------------------------------------------------------- */

/* The hidden context is an ordinary argument after `this`. */
static void
call_raw(struct il_import *im, struct ty_method *open)
{
    struct ty_method *closed = il_close_method(im, open), *canon;
    struct cg_call call = {0};
    struct argument_list args;
    struct ref ref = {.kind = REF_METHOD};
    struct il_value context = {0}, self = {0};
    struct ty_sig *sig;
    bool has_this;

    if (!closed)
        return;
    canon = ty_method_canon(im->ty, closed);
    sig = closed->sig;
    has_this = sig->has_this && !sig->explicit_this;
    args.count = sig->param_count + (has_this ? 2u : 1u);
    args.values = arena_array(im->arena, args.count, sizeof *args.values);
    for (uint32_t i = sig->param_count; i-- > 0;) {
        struct il_value v = il_pop(im);

        if (!im->failed)
            args.values[i + (has_this ? 2u : 1u)] = il_coerce(im, &v, sig->params[i]);
    }
    context = il_pop(im);
    args.values[has_this ? 1 : 0] = il_use_as(im, &context, CG_PTR);
    if (has_this) {
        self = il_pop(im);
        args.values[0] = il_use_as(im, &self, CG_PTR);
    }
    if (im->failed)
        return;
    ref.method = canon;
    call.sig = il_managed_sig(im->il, canon);
    call.args = args.values;
    il_need(im, &ref);
    note_callee(im, canon);
    set_target(im, &call, &ref);
    make_call(im, &call, sig->ret);
}

/* Native callers come in: in place when nobody waits for the thread, else through the engine's function. Gives what that
 * gives: not 0 = the export is closed. */
static void
enter_managed(struct il_import *im, const struct il_token *t)
{
    static const enum cg_type types[] = {CG_PTR};
    bool is_export = t->sig->ret->element != TY_EL_VOID;
    cg_block slow = il_new_block(im, "slow"), entered = il_new_block(im, "entered");
    cg_value result = is_export ? cg_alloca(im->fn, 4, 4) : NULL, status;

    im->entry_frame = cg_alloca(im->fn, ENTRY_FRAME_BYTES, 8);
    if (is_export)
        cg_store(im->fn, CG_I32, result, cg_int(im->fn, CG_I32, 0), CG_MEM_PLAIN);
    cg_cond_br(im->fn, cg_entry_begin(im->fn, im->entry_frame, is_export), slow, entered, CG_UNLIKELY);
    cg_block_set(im->fn, slow);
    status = il_call_engine(im, t->name, is_export ? CG_I32 : CG_VOID, types, &im->entry_frame, 1, CG_CALL_COLD);
    if (is_export)
        cg_store(im->fn, CG_I32, result, status, CG_MEM_PLAIN);
    cg_br(im->fn, entered);
    cg_block_set(im->fn, entered);
    if (is_export)
        il_push_i4(im, cg_load(im->fn, CG_I32, result, CG_MEM_PLAIN));
}

static void
call_engine_token(struct il_import *im, const struct il_token *t)
{
    struct ty_sig *closed = il_close_sig(im, t->sig);
    struct ref ref = {.kind = REF_ENGINE, .name = t->name};
    struct argument_list args;
    struct cg_call call = {0};

    if (!closed || !pop_arguments(im, closed, false, false, &args))
        return;
    im->makes_calls = true;
    if (strcmp(t->name, "RhpReversePInvoke") == 0 || strcmp(t->name, "RhpExportEnter") == 0) {
        enter_managed(im, t);
        return;
    }
    if (strcmp(t->name, "RhpReversePInvokeReturn") == 0) {
        cg_entry_end(im->fn, im->entry_frame);
        return;
    }
    call.sig = il_native_sig(im->il, closed);
    call.args = args.values;
    call.target = il_ref(im, &ref);
    make_call(im, &call, closed->ret);
}

static bool
call_special(struct il_import *im)
{
    const struct il_token *t = il_token_special(im, (uint32_t)im->insn.i);

    if (!t)
        return false;
    switch (t->kind) {
    case IL_TOKEN_RAW_METHOD:
        call_raw(im, t->method);
        return true;
    case IL_TOKEN_ENGINE:
        call_engine_token(im, t);
        return true;
    case IL_TOKEN_NATIVE: {
        struct ty_sig *closed = il_close_sig(im, t->sig);

        if (closed)
            il_call_native(im, closed, NULL, t, t->no_transition);
        return true;
    }
    case IL_TOKEN_TYPE:
    case IL_TOKEN_METHOD:
    case IL_TOKEN_FIELD:
    case IL_TOKEN_SIG:
    case IL_TOKEN_STRING:
    case IL_TOKEN_REF:
        break;
    }
    return false;
}

/* ---- instructions --------------------------------------------------------------------------------------------------------- */

static void
call_token(struct il_import *im, unsigned flags)
{
    struct ty_method *open;

    if (call_special(im))
        return;
    open = il_token_method(im, (uint32_t)im->insn.i);
    if (open)
        il_call(im, open, flags);
}

static void
call_indirect(struct il_import *im)
{
    struct ty_sig *open = il_token_sig(im, (uint32_t)im->insn.i), *closed = open ? il_close_sig(im, open) : NULL;
    struct il_value target = il_pop(im);
    cg_value p;

    if (!closed || im->failed)
        return;
    p = il_use_as(im, &target, CG_PTR);
    if (closed->conv == TY_CC_VARARG)
        il_fail_with(im, TY_FAIL_INVALID_PROGRAM, "not supported: vararg calls");
    else if (closed->conv != TY_CC_DEFAULT)
        il_call_native(im, closed, p, NULL, closed->suppress_gc_transition);
    else
        il_call_pointer(im, closed, p);
}

void
il_resolve_constrained_pointer(struct il_import *im, struct il_value *pointer)
{
    struct ty_type *type = il_close(im, pointer->open);
    struct ty_method *closed = il_close_method(im, pointer->method), *impl;
    enum ty_dispatch how;

    if (!type || !closed || type->is_canon || closed->is_canon || closed->owner->is_canon)
        return;
    impl = ty_resolve_interface(im->ty, type, closed, &how);
    if (!impl)
        return;
    reach_override(im->reach, closed, impl);
    pointer->method = impl;
    pointer->open = NULL;
}

static void
load_function(struct il_import *im)
{
    const struct il_token *t = il_token_special(im, (uint32_t)im->insn.i);
    struct il_value v = {.kind = IL_PTR, .fact = IL_FACT_METHOD, .nonnull = true};
    struct ref native = {.kind = REF_NATIVE};

    if (t && t->kind == IL_TOKEN_NATIVE) {
        native.name = t->name;
        il_push_kind(im, IL_PTR, il_ref(im, &native));
        return;
    }
    v.method = il_token_method(im, (uint32_t)im->insn.i);
    if (!v.method)
        return;
    v.method = il_redirect(im->il, v.method);
    v.open = im->prefix.constrained;
    im->prefix.constrained = NULL;
    if (v.open)
        il_resolve_constrained_pointer(im, &v);
    il_push(im, &v);
}

/* A pointer to what the object runs; a method that cannot be overridden is like ldftn. */
static void
load_virtual_function(struct il_import *im)
{
    struct ty_method *open = il_token_method(im, (uint32_t)im->insn.i), *known;
    struct il_value self = il_pop(im), v = {.kind = IL_PTR, .fact = IL_FACT_METHOD, .nonnull = true};

    if (!open || im->failed)
        return;
    known = il_devirtualise(im, &self, open);
    v.object = il_null_check(im, &self);
    v.method = known ? known : open;
    v.is_virtual = !known;
    if (v.is_virtual)
        v.v = il_virtual_pointer(im, open, &self);
    il_push(im, &v);
}

/* jmp: a call with the method's own arguments, then ret. */
static void
jump(struct il_import *im)
{
    struct ty_method *open = il_token_method(im, (uint32_t)im->insn.i);

    if (!open)
        return;
    if (im->depth) {
        il_invalid(im, "jmp with values on the stack");
        return;
    }
    for (uint32_t i = 0; i < im->arg_count; i++)
        il_load_push(im, im->args[i].type, im->args[i].at, CG_MEM_PLAIN);
    il_call(im, open, 0);
    im->insn.op = IL_CEE_ret;
    if (!im->failed && !il_op_branch(im))
        il_invalid(im, "jmp");
}

bool
il_op_call(struct il_import *im)
{
    switch (im->insn.op) {
    case IL_CEE_call:
        call_token(im, 0);
        return true;
    case IL_CEE_callvirt:
        call_token(im, IL_CALL_VIRTUAL);
        return true;
    case IL_CEE_calli:
        call_indirect(im);
        return true;
    case IL_CEE_ldftn:
        load_function(im);
        return true;
    case IL_CEE_ldvirtftn:
        load_virtual_function(im);
        return true;
    case IL_CEE_jmp:
        jump(im);
        return true;
    default:
        return false;
    }
}
