/* compiler/il/marshal_delegate.c - delegates as native functions and native functions as delegates
 * (contract/runtime.md 5.6). Per delegate type:
 *   callback        native callers reach it through a thunk: finds the delegate, converts, calls Invoke
 *   open callback   the same for delegates over a static method, which is called without a detour
 *   forward         what a delegate made from a native pointer runs: converts and calls the pointer
 *   creation        Delegate (nint): makes such a delegate
 * The first two have the native signature and are compiled like other exported methods, so a thread
 * attaches, and an exception ends, there as it does in exports. */
#include "compiler/il/marshal.h"
#include "compiler/il/special.h"

#include <string.h>

#define INTEROP "Internal.Runtime.CompilerHelpers.InteropHelpers"
#define MARSHAL "System.Runtime.InteropServices.Marshal"
#define PINVOKE "System.Runtime.InteropServices.PInvokeMarshal"

enum stub { STUB_CALLBACK, STUB_OPEN_CALLBACK, STUB_FORWARD, STUB_CREATION, STUB_COUNT };

static const char *const stub_names[] = {"callback", "opencallback", "forward", "fornative"};

enum { CHAR_SET_UNICODE = 3 }; /* System.Runtime.InteropServices.CharSet */

/* A method of the companion's class Callbacks. */
static void
put_callbacks_call(struct il_builder *b, const char *name)
{
    struct ty_assembly *companion = ty_assembly_find(b->il->ty, "CoreRT.Companion");
    struct ty_def *def = companion ? ty_def_find(b->il->ty, companion, "CoreRT.Companion.Callbacks") : NULL;

    il_put_method(b, IL_CEE_call, def ? ty_method_named(b->il->ty, ty_type_of_def(b->il->ty, def), name, -1) : NULL);
}

/* ---- what the type says ------------------------------------------------------------------------------ */

/* [UnmanagedFunctionPointer]: a convention, which is always the platform's one, and named options. */
static void
read_options(const struct ty_def *def, struct il_pinvoke *p)
{
    const struct md_image *img = def->assembly->image;
    uint32_t row = md_attribute_find(img, md_token(MD_TYPEDEF, def->row), "System.Runtime.InteropServices",
                                     "UnmanagedFunctionPointerAttribute");
    struct md_attr_reader reader;
    struct md_attr_value v;

    if (!row || !md_attr_open(img, row, NULL, NULL, &reader))
        return;
    while (md_attr_fixed(&reader, &v))
        continue;
    while (md_attr_named(&reader, &v)) {
        if (v.name.size == 7 && memcmp(v.name.at, "CharSet", 7) == 0) {
            p->flags &= ~(uint32_t)MD_PINVOKE_CHARSET_MASK;
            p->flags |= v.integer == CHAR_SET_UNICODE ? MD_PINVOKE_CHARSET_UNICODE : 0;
        } else if (v.name.size == 12 && memcmp(v.name.at, "SetLastError", 12) == 0) {
            p->set_last_error = v.integer != 0;
        }
    }
}

static bool
is_candidate(struct ty_type *t)
{
    return ty_is_delegate(t) && !t->def->is_abstract && !t->def->generic_count;
}

static bool
plan_delegate(struct il_context *il, struct ty_type *t, struct il_pinvoke *p)
{
    memset(p, 0, sizeof *p);
    if (!is_candidate(t))
        return false;
    p->method = ty_method_named(il->ty, t, "Invoke", -1);
    if (!p->method)
        return false;
    p->assembly = t->def->assembly;
    p->runtime_marshalling = !p->assembly->disable_runtime_marshalling;
    p->preserve_sig = true;
    p->is_delegate = true;
    read_options(t->def, p);
    il_pinvoke_plan(il, p);
    return true;
}

/* ---- from native values: what a callback gets ------------------------------------------------------------ */

/* A parameter on its way in; `local` holds the managed value where it is not simply the argument. */
struct incoming {
    struct il_marshal *m;
    uint32_t arg, local, length;
    int32_t size_const; /* arrays: -1 = not stated */
    int32_t size_param; /* arrays: parameter that holds the length, -1 = none */
};

static bool
is_flag(enum il_marshal_kind k)
{
    return k == IL_MARSHAL_BOOL4 || k == IL_MARSHAL_BOOL1;
}

/* Native scalar on the stack -> managed. false: not possible in this direction. */
static bool
put_managed(struct il_builder *b, enum il_marshal_kind kind, struct ty_type *t)
{
    if (kind == IL_MARSHAL_PLAIN)
        return true;
    if (is_flag(kind)) {
        il_put_i4(b, 0);
        il_put(b, IL_CEE_cgt_un);
    } else if (kind == IL_MARSHAL_CHAR1) {
        il_put_core_call(b, INTEROP, "AnsiCharToWideChar", 1);
    } else if (kind == IL_MARSHAL_STRING_NARROW) {
        il_put_core_call(b, INTEROP, "AnsiStringToString", 1);
    } else if (kind == IL_MARSHAL_STRING_WIDE) {
        il_put_core_call(b, MARSHAL, "PtrToStringUni", 1);
    } else if (kind == IL_MARSHAL_DELEGATE) {
        il_marshal_delegate_to_managed(b, t);
    } else {
        return false;
    }
    return true;
}

/* Managed value on the stack -> native. */
static bool
put_native(struct il_builder *b, enum il_marshal_kind kind, struct ty_type *t)
{
    if (kind == IL_MARSHAL_PLAIN)
        return true;
    if (is_flag(kind)) {
        il_put_i4(b, 0);
        il_put(b, IL_CEE_cgt_un);
    } else if (kind == IL_MARSHAL_CHAR1) {
        il_put_i4(b, 1);
        il_put_i4(b, 0);
        il_put_core_call(b, INTEROP, "WideCharToAnsiChar", 3);
    } else if (kind == IL_MARSHAL_STRING_NARROW) {
        il_put_i4(b, 1);
        il_put_i4(b, 0);
        il_put_core_call(b, INTEROP, "StringToAnsiString", 3);
    } else if (kind == IL_MARSHAL_STRING_WIDE) {
        il_put_core_call(b, MARSHAL, "StringToCoTaskMemUni", 1);
    } else if (kind == IL_MARSHAL_DELEGATE) {
        il_marshal_delegate_to_native(b, t);
    } else {
        return false;
    }
    return true;
}

static bool
is_simple(enum il_marshal_kind k)
{
    return k == IL_MARSHAL_PLAIN || is_flag(k) || k == IL_MARSHAL_CHAR1 || k == IL_MARSHAL_STRING_NARROW ||
           k == IL_MARSHAL_STRING_WIDE || k == IL_MARSHAL_DELEGATE;
}

static bool
is_builder(enum il_marshal_kind k)
{
    return k == IL_MARSHAL_BUILDER_NARROW || k == IL_MARSHAL_BUILDER_WIDE;
}

/* Can native code hand us this? Safe handles cannot be made from what it passes. */
static bool
is_receivable(const struct il_pinvoke *p)
{
    if (!p->native || (!is_simple(p->ret.kind) && !il_marshal_can_receive(&p->ret) && il_kind_of(p->ret.managed) != IL_VOID))
        return false;
    for (uint32_t i = 0; i < p->method->sig->param_count; i++) {
        const struct il_marshal *m = &p->params[i];

        if (is_simple(m->kind) || m->kind == IL_MARSHAL_PINNED || m->kind == IL_MARSHAL_ARRAY || is_builder(m->kind) ||
            (m->kind == IL_MARSHAL_BY_REFERENCE && is_simple(m->inner)) || il_marshal_can_receive(m))
            continue;
        return false;
    }
    return true;
}

bool
il_delegate_is_marshalled(struct il_context *il, struct ty_type *t)
{
    struct il_pinvoke p;

    return plan_delegate(il, t, &p) && p.native;
}

/* SizeParamIndex and SizeConst of MarshalAs(LPArray): II.23.4. */
static void
read_array_size(const struct il_pinvoke *p, uint32_t sequence, struct incoming *in)
{
    const struct md_image *img = p->method->def->assembly->image;
    uint32_t row, end, marshal, values[3] = {0}, count = 0;
    struct md_blob blob;

    in->size_const = in->size_param = -1;
    md_list(img, MD_METHODDEF, p->method->def->row, MD_METHODDEF_PARAMLIST, &row, &end);
    while (row < end && md_cell(img, MD_PARAM, row, MD_PARAM_SEQUENCE) != sequence)
        row++;
    marshal = row < end ? md_find_row(img, MD_FIELDMARSHAL, MD_FIELDMARSHAL_PARENT, md_token(MD_PARAM, row)) : 0;
    if (!marshal)
        return;
    blob = md_cell_blob(img, MD_FIELDMARSHAL, marshal, MD_FIELDMARSHAL_NATIVETYPE);
    for (uint32_t i = 2; i < blob.size && count < 3; count++) {
        uint8_t first = blob.at[i];

        if (first < 0x80) {
            values[count] = first;
            i += 1;
        } else if (first < 0xc0 && i + 1 < blob.size) {
            values[count] = (first & 0x3fu) << 8 | blob.at[i + 1];
            i += 2;
        } else if (i + 3 < blob.size) {
            values[count] = (first & 0x1fu) << 24 | (uint32_t)blob.at[i + 1] << 16 | (uint32_t)blob.at[i + 2] << 8 | blob.at[i + 3];
            i += 4;
        } else {
            return;
        }
    }
    /* a parameter index is stated unless the third word says that only the constant counts */
    if (count == 1 || (count == 3 && values[2] & 1))
        in->size_param = (int32_t)values[0];
    if (count >= 2)
        in->size_const = (int32_t)values[1];
    if (in->size_param >= 0 && (uint32_t)in->size_param >= p->method->sig->param_count)
        in->size_param = -1;
}

static void
put_array_length(struct il_builder *b, const struct incoming *in)
{
    il_put_i4(b, in->size_const >= 0 ? in->size_const : in->size_param >= 0 ? 0 : 1);
    if (in->size_param >= 0) {
        il_put_args(b, (uint32_t)in->size_param, 1);
        il_put(b, IL_CEE_conv_ovf_i4);
        il_put(b, IL_CEE_add);
    }
}

/* Copies a native block to a new array or back. */
static void
put_array_copy(struct il_builder *b, const struct incoming *in, bool to_native)
{
    uint32_t empty = il_builder_label(b);

    il_put_u16(b, IL_CEE_ldloc, in->length);
    il_put_branch(b, IL_CEE_brfalse, empty);
    if (to_native)
        il_put_args(b, in->arg, 1);
    il_put_u16(b, IL_CEE_ldloc, in->local);
    il_put_i4(b, 0);
    il_put_type(b, IL_CEE_ldelema, in->m->managed->param);
    if (!to_native)
        il_put_args(b, in->arg, 1);
    il_put_u16(b, IL_CEE_ldloc, in->length);
    il_put_type(b, IL_CEE_sizeof, in->m->managed->param);
    il_put(b, IL_CEE_mul);
    il_put(b, IL_CEE_cpblk);
    il_put_label(b, empty);
}

static void
take_array(struct il_builder *b, struct incoming *in)
{
    uint32_t null = il_builder_label(b);

    in->local = il_builder_local(b, in->m->managed, false);
    in->length = il_builder_local(b, b->il->ty->t_i4, false);
    il_put_args(b, in->arg, 1);
    il_put_branch(b, IL_CEE_brfalse, null);
    put_array_length(b, in);
    il_put_u16(b, IL_CEE_stloc, in->length);
    il_put_u16(b, IL_CEE_ldloc, in->length);
    il_put_type(b, IL_CEE_newarr, in->m->managed->param);
    il_put_u16(b, IL_CEE_stloc, in->local);
    put_array_copy(b, in, false);
    il_put_label(b, null);
}

static void
take_builder(struct il_builder *b, struct incoming *in)
{
    bool wide = in->m->kind == IL_MARSHAL_BUILDER_WIDE;
    uint32_t null = il_builder_label(b);

    in->local = il_builder_local(b, in->m->managed, false);
    il_put_args(b, in->arg, 1);
    il_put_branch(b, IL_CEE_brfalse, null);
    il_put_args(b, in->arg, 1);
    if (wide)
        il_put_core_call(b, MARSHAL, "PtrToStringUni", 1);
    else
        il_put_core_call(b, INTEROP, "AnsiStringToString", 1);
    put_callbacks_call(b, "Builder");
    il_put_u16(b, IL_CEE_stloc, in->local);
    il_put_label(b, null);
}

/* A variable that the callee may change through a reference. */
static void
take_reference(struct il_builder *b, struct incoming *in)
{
    struct ty_type *t = in->m->managed->param;

    in->local = il_builder_local(b, t, false);
    if (!in->m->in)
        return;
    il_put_args(b, in->arg, 1);
    if (in->m->inner == IL_MARSHAL_BOOL4)
        il_put(b, IL_CEE_ldind_i4);
    else if (in->m->inner == IL_MARSHAL_BOOL1 || in->m->inner == IL_MARSHAL_CHAR1)
        il_put(b, IL_CEE_ldind_u1);
    else
        il_put(b, IL_CEE_ldind_i);
    put_managed(b, in->m->inner, t);
    il_put_u16(b, IL_CEE_stloc, in->local);
}

static void
take(struct il_builder *b, struct incoming *in)
{
    if (il_marshal_can_receive(in->m))
        il_marshal_receive(b, in->m, in->arg);
    else if (in->m->kind == IL_MARSHAL_ARRAY)
        take_array(b, in);
    else if (is_builder(in->m->kind))
        take_builder(b, in);
    else if (in->m->kind == IL_MARSHAL_BY_REFERENCE)
        take_reference(b, in);
}

static void
pass(struct il_builder *b, const struct incoming *in)
{
    if (il_marshal_can_receive(in->m)) {
        il_marshal_receive_push(b, in->m, in->arg);
    } else if (in->m->kind == IL_MARSHAL_ARRAY || is_builder(in->m->kind)) {
        il_put_u16(b, IL_CEE_ldloc, in->local);
    } else if (in->m->kind == IL_MARSHAL_BY_REFERENCE) {
        il_put_u16(b, IL_CEE_ldloca, in->local);
    } else {
        il_put_args(b, in->arg, 1);
        if (in->m->kind != IL_MARSHAL_PINNED)
            put_managed(b, in->m->kind, in->m->managed);
    }
}

/* Text that native code passed by reference was its caller's to give away: the old block goes. */
static void
give_back_reference(struct il_builder *b, const struct incoming *in)
{
    enum il_marshal_kind k = in->m->inner;
    bool text = k == IL_MARSHAL_STRING_NARROW || k == IL_MARSHAL_STRING_WIDE;

    if (text && in->m->in) {
        il_put_args(b, in->arg, 1);
        il_put(b, IL_CEE_ldind_i);
        il_put_core_call(b, MARSHAL, "FreeCoTaskMem", 1);
    }
    il_put_args(b, in->arg, 1);
    il_put_u16(b, IL_CEE_ldloc, in->local);
    put_native(b, k, in->m->managed->param);
    if (k == IL_MARSHAL_BOOL4)
        il_put(b, IL_CEE_stind_i4);
    else if (k == IL_MARSHAL_BOOL1 || k == IL_MARSHAL_CHAR1)
        il_put(b, IL_CEE_stind_i1);
    else
        il_put(b, IL_CEE_stind_i);
}

static void
give_back_builder(struct il_builder *b, const struct incoming *in)
{
    bool wide = in->m->kind == IL_MARSHAL_BUILDER_WIDE;
    uint32_t null = il_builder_label(b);

    il_put_args(b, in->arg, 1);
    il_put_branch(b, IL_CEE_brfalse, null);
    il_put_u16(b, IL_CEE_ldloc, in->local);
    il_put_args(b, in->arg, 1);
    if (!wide) {
        il_put_i4(b, 1);
        il_put_i4(b, 0);
    }
    il_put_core_call(b, INTEROP, wide ? "StringBuilderToUnicodeString" : "StringBuilderToAnsiString", wide ? 2 : 4);
    il_put_label(b, null);
}

static void
give_back(struct il_builder *b, const struct incoming *in)
{
    if (il_marshal_can_receive(in->m))
        il_marshal_receive_after(b, in->m, in->arg);
    else if (in->m->kind == IL_MARSHAL_ARRAY && in->m->out)
        put_array_copy(b, in, true);
    else if (is_builder(in->m->kind))
        give_back_builder(b, in);
    else if (in->m->kind == IL_MARSHAL_BY_REFERENCE && in->m->out)
        give_back_reference(b, in);
}

/* ---- callbacks --------------------------------------------------------------------------------------------- */

static void
put_text(struct il_builder *b, const char *text)
{
    uint32_t bytes;
    uint16_t *utf16 = il_utf16(b->il->arena, text, strlen(text), &bytes);

    il_put_string(b, utf16, bytes);
}

/* The callee is on the stack; null means that its delegate is gone: says so and returns zero. */
static void
put_alive_or_return(struct il_builder *b, struct ty_type *type, const struct il_pinvoke *p)
{
    uint32_t alive = il_builder_label(b);
    struct ty_type *ret = p->native->ret;
    char *name = arena_printf(b->il->arena, "%s!%s::Invoke", type->def->assembly->name, type->def->full_name);

    for (char *c = name; *c; c++)
        *c = *c == '/' ? '+' : *c; /* nested types as the CLR writes them */

    il_put(b, IL_CEE_dup);
    il_put_branch(b, IL_CEE_brtrue, alive);
    il_put(b, IL_CEE_pop);
    put_text(b, name);
    put_callbacks_call(b, "Collected");
    if (il_kind_of(ret) != IL_VOID)
        il_put_u16(b, IL_CEE_ldloc, il_builder_local(b, ret, false));
    il_put(b, IL_CEE_ret);
    il_put_label(b, alive);
}

static bool
callback_build(struct il_builder *b, struct ty_method *self, const struct il_synth *s)
{
    uint32_t count, target = il_builder_local(b, s->number == STUB_CALLBACK ? s->type : b->il->ty->t_i, false);
    struct il_pinvoke p;
    struct incoming *in;

    (void)self;
    if (!plan_delegate(b->il, s->type, &p) || !is_receivable(&p))
        return false;
    count = p.method->sig->param_count;
    in = arena_array(b->arena, count + 1u, sizeof *in);
    put_callbacks_call(b, s->number == STUB_CALLBACK ? "Callee" : "StaticCallee");
    put_alive_or_return(b, s->type, &p);
    il_put_u16(b, IL_CEE_stloc, target);
    for (uint32_t i = 0; i < count; i++) {
        in[i].m = &p.params[i];
        in[i].arg = i;
        read_array_size(&p, i + 1, &in[i]);
        take(b, &in[i]);
    }
    if (s->number == STUB_CALLBACK)
        il_put_u16(b, IL_CEE_ldloc, target);
    for (uint32_t i = 0; i < count; i++)
        pass(b, &in[i]);
    if (s->number == STUB_CALLBACK) {
        il_put_method(b, IL_CEE_callvirt, p.method);
    } else {
        il_put_u16(b, IL_CEE_ldloc, target);
        il_put_calli(b, il_synth_sig(b->il, p.method->sig->ret, false, p.method->sig->params, count));
    }
    if (il_kind_of(p.ret.managed) != IL_VOID && il_marshal_can_receive(&p.ret))
        il_marshal_receive_result(b, &p.ret);
    else if (il_kind_of(p.ret.managed) != IL_VOID)
        put_native(b, p.ret.kind, p.ret.managed);
    for (uint32_t i = 0; i < count; i++)
        give_back(b, &in[i]);
    il_put(b, IL_CEE_ret);
    return true;
}

/* ---- delegates made from pointers ---------------------------------------------------------------------------- */

static bool
forward_build(struct il_builder *b, struct ty_method *self, const struct il_synth *s)
{
    struct il_pinvoke p;

    (void)self;
    if (!plan_delegate(b->il, s->type, &p))
        return false;
    il_pinvoke_put(b, &p);
    return true;
}

static struct ty_method *stub_of(struct il_context *il, struct ty_type *t, enum stub kind);

static bool
creation_build(struct il_builder *b, struct ty_method *self, const struct il_synth *s)
{
    struct ref type = {.kind = REF_TYPE_NEW, .type = s->type};

    (void)self;
    il_put_ref(b, &type);
    il_put_args(b, 0, 1);
    il_put_method(b, IL_CEE_ldftn, stub_of(b->il, s->type, STUB_FORWARD));
    put_callbacks_call(b, "ForNative");
    il_put(b, IL_CEE_ret);
    return true;
}

static struct ty_sig *
stub_sig(struct il_context *il, const struct il_pinvoke *p, enum stub kind)
{
    struct ty_type *pointer = il->ty->t_i;

    switch (kind) {
    case STUB_CALLBACK:
    case STUB_OPEN_CALLBACK:
        return il_synth_sig(il, p->native->ret, false, p->native->params, p->native->param_count);
    case STUB_FORWARD:
        return p->method->sig;
    case STUB_CREATION:
        return il_synth_sig(il, ty_well_known_type(il->ty, WK_DELEGATE), false, &pointer, 1);
    case STUB_COUNT:
        break;
    }
    return NULL;
}

static struct ty_method *
stub_of(struct il_context *il, struct ty_type *t, enum stub kind)
{
    const char *name = arena_printf(il->arena, "%s:%s", stub_names[kind], ty_symbol(il->ty, t));
    struct ty_method *m = str_map_get(&il->special->thunks, name);
    struct il_synth recipe = {.type = t, .number = kind};
    struct il_pinvoke p;

    if (m)
        return m;
    if (!plan_delegate(il, t, &p) || !p.native || (kind <= STUB_OPEN_CALLBACK && !is_receivable(&p)))
        return NULL;
    recipe.build = kind == STUB_FORWARD ? forward_build : kind == STUB_CREATION ? creation_build : callback_build;
    m = il_synth_method(il, ty_well_known_type(il->ty, WK_DELEGATE), name, stub_sig(il, &p, kind), &recipe);
    str_map_put(&il->special->thunks, name, m);
    return m;
}

struct ty_method *
il_delegate_callback(struct il_context *il, struct ty_type *t, bool open_static)
{
    return stub_of(il, t, open_static ? STUB_OPEN_CALLBACK : STUB_CALLBACK);
}

struct ty_method *
il_delegate_creation(struct il_context *il, struct ty_type *t)
{
    return stub_of(il, t, STUB_CREATION);
}

/* ---- uses ------------------------------------------------------------------------------------------------------- */

/* The library finds the stubs by the type, in the image's table: they have to be there. */
static void
put_need(struct il_builder *b, struct ty_type *t)
{
    struct ref need = {.kind = REF_TYPE_DELEGATE, .type = t};

    il_put_ref(b, &need);
    il_put(b, IL_CEE_pop);
}

void
il_marshal_delegate_to_native(struct il_builder *b, struct ty_type *t)
{
    put_need(b, t);
    il_put_core_call(b, PINVOKE, "GetFunctionPointerForDelegate", 1);
}

void
il_marshal_delegate_to_managed(struct il_builder *b, struct ty_type *t)
{
    put_need(b, t);
    il_put_type(b, IL_CEE_ldtoken, t);
    il_put_core_call(b, PINVOKE, "GetDelegateForFunctionPointer", 2);
    il_put_type(b, IL_CEE_castclass, t);
}

/* A generic method of Marshal that is given delegates of its type argument. */
bool
il_marshals_delegate(struct il_context *il, const struct ty_method *exact, struct ty_type **type)
{
    const char *name = exact->def->name;

    (void)il;
    if (exact->def->generic_count != 1 || !exact->def->assembly->is_core || !exact->def->owner ||
        (strcmp(name, "GetFunctionPointerForDelegate") != 0 && strcmp(name, "GetDelegateForFunctionPointer") != 0) ||
        strcmp(exact->def->owner->full_name, MARSHAL) != 0)
        return false;
    *type = exact->args[0];
    if (is_candidate(*type))
        return true;
    *type = NULL; /* Delegate itself, or no delegate at all: the call throws */
    return exact->args[0]->def && (exact->args[0]->def->well_known == WK_DELEGATE ||
                                   exact->args[0]->def->well_known == WK_MULTICAST_DELEGATE);
}
