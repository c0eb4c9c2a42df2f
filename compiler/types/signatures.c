/* compiler/types/signatures.c - blobs to types (ECMA-335 II.23.2).
 * Custom modifiers are dropped: two types that differ in them only are the same type here, which
 * is what resolution by signature needs. Two of them are noted: IsVolatile on fields and
 * CallConvSuppressGCTransition on function pointers. */
#include "compiler/types/ty_priv.h"

struct sig_reader {
    struct ty_context *ctx;
    struct ty_assembly *as;
    struct md_sig s;
    const char *what; /* for messages */
    bool is_volatile, suppress_gc, pinned;
};

static struct ty_type *read_type(struct sig_reader *r);

static void *
malformed(struct sig_reader *r, const char *fact)
{
    ty_fail(r->ctx, TY_FAIL_BAD_IMAGE, "%s: signature of %s, offset %zu: %s", r->as->path, r->what,
            r->s.cursor.at, fact);
    return NULL;
}

static struct sig_reader
reader_over(struct ty_context *ctx, struct ty_assembly *as, struct md_blob blob, const char *what)
{
    struct sig_reader r = {.ctx = ctx, .as = as, .what = what};

    r.s = md_sig_over(as->image, blob);
    return r;
}

/* Skips custom modifiers and notes the two that matter. */
static void
read_modifiers(struct sig_reader *r)
{
    uint8_t kind = md_sig_peek(&r->s);

    while (kind == MD_ELEMENT_CMOD_REQD || kind == MD_ELEMENT_CMOD_OPT) {
        const char *ns, *name;
        uint32_t token;

        md_sig_u8(&r->s);
        token = md_sig_token(&r->s);
        if (md_sig_failed(&r->s))
            return;
        if (ty_token_names(r->as, token, &ns, &name) &&
            strcmp(ns, "System.Runtime.CompilerServices") == 0) {
            if (strcmp(name, "IsVolatile") == 0)
                r->is_volatile = true;
            if (strcmp(name, "CallConvSuppressGCTransition") == 0)
                r->suppress_gc = true;
        }
        kind = md_sig_peek(&r->s);
    }
}

static struct ty_type *
read_named(struct sig_reader *r)
{
    uint32_t token = md_sig_token(&r->s);
    struct ty_def *def;

    if (md_sig_failed(&r->s))
        return malformed(r, "bad type token");
    if (md_token_table(token) == MD_TYPESPEC) {
        /* Allowed by the coding, never made by compilers. */
        return malformed(r, "a class is named by a TypeSpec");
    }
    def = ty_def_from_token(r->ctx, r->as, token);
    if (!def)
        return NULL;
    if (def->generic_count) {
        ty_fail(r->ctx, TY_FAIL_TYPE_LOAD, "%s: signature of %s: %s without arguments", r->as->path,
                r->what, def->full_name);
        return NULL;
    }
    return ty_type_of_def(r->ctx, def);
}

/* A generic argument: no byref and no void. */
static struct ty_type *
read_argument(struct sig_reader *r)
{
    struct ty_type *t = read_type(r);

    if (t && (t->form == TY_FORM_BYREF || t->element == TY_EL_VOID)) {
        ty_fail(r->ctx, TY_FAIL_TYPE_LOAD, "%s: signature of %s: void or a byref as an argument",
                r->as->path, r->what);
        return NULL;
    }
    return t;
}

static struct ty_type **
read_arguments(struct sig_reader *r, uint32_t count)
{
    struct ty_type **args;
    uint32_t i;

    if (count > cursor_left(&r->s.cursor))
        return malformed(r, "more arguments than bytes");
    args = arena_array(r->ctx->arena, count, sizeof(void *));
    for (i = 0; i < count; i++) {
        args[i] = read_argument(r);
        if (!args[i])
            return NULL;
    }
    return args;
}

static struct ty_type *
read_instance(struct sig_reader *r)
{
    uint8_t kind = md_sig_u8(&r->s);
    uint32_t token = md_sig_token(&r->s), count = md_sig_uint(&r->s);
    struct ty_type **args;
    struct ty_def *def;

    if (md_sig_failed(&r->s) || (kind != MD_ELEMENT_CLASS && kind != MD_ELEMENT_VALUETYPE) ||
        md_token_table(token) == MD_TYPESPEC)
        return malformed(r, "bad generic instance");
    def = ty_def_from_token(r->ctx, r->as, token);
    if (!def)
        return NULL;
    if (count != def->generic_count) {
        ty_fail(r->ctx, TY_FAIL_TYPE_LOAD, "%s: signature of %s: %s takes %u arguments, not %u",
                r->as->path, r->what, def->full_name, (unsigned)def->generic_count,
                (unsigned)count);
        return NULL;
    }
    args = read_arguments(r, count);
    return args ? ty_instantiate(r->ctx, def, args, (uint16_t)count) : NULL;
}

/* Sizes and bounds are not part of an array type's identity here. */
static struct ty_type *
read_md_array(struct sig_reader *r)
{
    struct ty_type *element = read_type(r);
    uint32_t rank, count, i;

    if (!element)
        return NULL;
    rank = md_sig_uint(&r->s);
    count = md_sig_uint(&r->s);
    for (i = 0; i < count && !md_sig_failed(&r->s); i++)
        md_sig_uint(&r->s);
    count = md_sig_uint(&r->s);
    for (i = 0; i < count && !md_sig_failed(&r->s); i++)
        md_sig_int(&r->s);
    if (md_sig_failed(&r->s) || rank == 0)
        return malformed(r, "bad array shape");
    return ty_md_array(r->ctx, element, rank);
}

static struct ty_sig *
read_method(struct sig_reader *r)
{
    struct ty_sig sig = {0};
    uint8_t first = md_sig_u8(&r->s);
    uint8_t conv = first & MD_SIG_KIND_MASK;
    uint32_t i;

    if (md_sig_failed(&r->s) || (conv > MD_SIG_VARARG && conv != MD_SIG_UNMANAGED))
        return malformed(r, "not a method signature");
    if (conv == MD_SIG_VARARG) {
        ty_fail(r->ctx, TY_FAIL_INVALID_PROGRAM,
                "%s: signature of %s: variable argument lists are not supported", r->as->path,
                r->what);
        return NULL;
    }
    sig.conv = (enum ty_call_conv)conv;
    sig.has_this = first & MD_SIG_HASTHIS;
    sig.explicit_this = first & MD_SIG_EXPLICITTHIS;
    if (first & MD_SIG_GENERIC) {
        uint32_t count = md_sig_uint(&r->s);

        if (count == 0 || count > UINT16_MAX)
            return malformed(r, "bad generic parameter count");
        sig.generic_count = (uint16_t)count;
    }
    sig.param_count = md_sig_uint(&r->s);
    if (md_sig_failed(&r->s) || sig.param_count > cursor_left(&r->s.cursor))
        return malformed(r, "bad parameter count");
    r->suppress_gc = false;
    sig.ret = read_type(r);
    sig.suppress_gc_transition = r->suppress_gc;
    sig.params = arena_array(r->ctx->arena, sig.param_count, sizeof(void *));
    for (i = 0; sig.ret && i < sig.param_count; i++) {
        sig.params[i] = read_type(r);
        if (!sig.params[i])
            return NULL;
        if (sig.params[i]->element == TY_EL_VOID)
            return malformed(r, "a parameter of type void");
    }
    return sig.ret ? ty_sig_make(r->ctx, &sig) : NULL;
}

static struct ty_type *
primitive(struct ty_context *ctx, uint8_t element)
{
    switch (element) {
    case MD_ELEMENT_VOID:
        return ctx->t_void;
    case MD_ELEMENT_BOOLEAN:
        return ctx->t_bool;
    case MD_ELEMENT_CHAR:
        return ctx->t_char;
    case MD_ELEMENT_I1:
        return ctx->t_i1;
    case MD_ELEMENT_U1:
        return ctx->t_u1;
    case MD_ELEMENT_I2:
        return ctx->t_i2;
    case MD_ELEMENT_U2:
        return ctx->t_u2;
    case MD_ELEMENT_I4:
        return ctx->t_i4;
    case MD_ELEMENT_U4:
        return ctx->t_u4;
    case MD_ELEMENT_I8:
        return ctx->t_i8;
    case MD_ELEMENT_U8:
        return ctx->t_u8;
    case MD_ELEMENT_R4:
        return ctx->t_r4;
    case MD_ELEMENT_R8:
        return ctx->t_r8;
    case MD_ELEMENT_I:
        return ctx->t_i;
    case MD_ELEMENT_U:
        return ctx->t_u;
    case MD_ELEMENT_STRING:
        return ctx->t_string;
    case MD_ELEMENT_OBJECT:
        return ctx->t_object;
    case MD_ELEMENT_TYPEDBYREF:
        return ty_well_known_type(ctx, WK_TYPED_REFERENCE);
    default:
        return NULL;
    }
}

static struct ty_type *
read_variable(struct sig_reader *r, bool of_method)
{
    uint32_t index = md_sig_uint(&r->s);

    if (md_sig_failed(&r->s) || index > UINT16_MAX)
        return malformed(r, "bad variable number");
    return of_method ? ty_method_var(r->ctx, index) : ty_type_var(r->ctx, index);
}

static struct ty_type *
read_constructed(struct sig_reader *r, uint8_t element)
{
    struct ty_type *t;
    struct ty_sig *sig;

    switch (element) {
    case MD_ELEMENT_PTR:
        t = read_type(r);
        return t ? ty_pointer(r->ctx, t) : NULL;
    case MD_ELEMENT_BYREF:
        t = read_type(r);
        if (t && (t->form == TY_FORM_BYREF || t->element == TY_EL_VOID))
            return malformed(r, "a byref to a byref or to void");
        return t ? ty_byref(r->ctx, t) : NULL;
    case MD_ELEMENT_SZARRAY:
        t = read_type(r);
        if (t && (t->form == TY_FORM_BYREF || t->element == TY_EL_VOID))
            return malformed(r, "an array of byrefs or of void");
        return t ? ty_array(r->ctx, t) : NULL;
    case MD_ELEMENT_FNPTR:
        sig = read_method(r);
        return sig ? ty_fnptr(r->ctx, sig) : NULL;
    case MD_ELEMENT_VALUETYPE:
    case MD_ELEMENT_CLASS:
        return read_named(r);
    case MD_ELEMENT_GENERICINST:
        return read_instance(r);
    case MD_ELEMENT_ARRAY:
        return read_md_array(r);
    case MD_ELEMENT_VAR:
    case MD_ELEMENT_MVAR:
        return read_variable(r, element == MD_ELEMENT_MVAR);
    default:
        return malformed(r, "unknown element type");
    }
}

static struct ty_type *
read_type(struct sig_reader *r)
{
    struct ty_type *t = NULL;
    uint8_t element;

    if (!ty_enter(r->ctx, r->what))
        return NULL;
    for (;;) {
        read_modifiers(r);
        element = md_sig_u8(&r->s);
        if (element != MD_ELEMENT_PINNED)
            break;
        r->pinned = true;
    }
    if (md_sig_failed(&r->s))
        malformed(r, "cut off");
    else
        t = primitive(r->ctx, element);
    if (!t && !md_sig_failed(&r->s))
        t = read_constructed(r, element);
    ty_leave(r->ctx);
    return t;
}

struct ty_sig *
ty_sig_parse(struct ty_context *ctx, struct ty_assembly *as, struct md_blob blob, const char *what)
{
    struct sig_reader r = reader_over(ctx, as, blob, what);

    return read_method(&r);
}

struct ty_type *
ty_type_parse(struct ty_context *ctx, struct ty_assembly *as, struct md_blob blob, const char *what)
{
    struct sig_reader r = reader_over(ctx, as, blob, what);

    return read_type(&r);
}

struct ty_type *
ty_field_parse(struct ty_context *ctx, struct ty_assembly *as, struct md_blob blob,
               const char *what, bool *is_volatile)
{
    struct sig_reader r = reader_over(ctx, as, blob, what);
    struct ty_type *t;

    if (md_sig_u8(&r.s) != MD_SIG_FIELD)
        return malformed(&r, "not a field signature");
    t = read_type(&r);
    if (t && t->element == TY_EL_VOID)
        return malformed(&r, "a field of type void");
    if (is_volatile)
        *is_volatile = r.is_volatile;
    return t;
}

struct ty_type **
ty_arguments_parse(struct ty_context *ctx, struct ty_assembly *as, struct md_blob blob,
                   uint32_t *count)
{
    struct sig_reader r = reader_over(ctx, as, blob, "a method instance");

    if (md_sig_u8(&r.s) != MD_SIG_METHODSPEC)
        return malformed(&r, "not a method instance");
    *count = md_sig_uint(&r.s);
    if (md_sig_failed(&r.s))
        return malformed(&r, "cut off");
    return read_arguments(&r, *count);
}

struct ty_sig *
ty_sig_from_standalone(struct ty_context *ctx, struct ty_assembly *as, uint32_t token)
{
    if (md_token_table(token) != MD_STANDALONESIG || !md_token_exists(as->image, token)) {
        ty_fail(ctx, TY_FAIL_INVALID_PROGRAM, "%s: token %08x: not a signature", as->path,
                (unsigned)token);
        return NULL;
    }
    return ty_sig_parse(
        ctx, as,
        md_cell_blob(as->image, MD_STANDALONESIG, md_token_row(token), MD_STANDALONESIG_SIGNATURE),
        "calli");
}

bool
ty_locals_from_token(struct ty_context *ctx, struct ty_assembly *as, uint32_t token,
                     struct ty_type ***types, bool **pinned, uint32_t *count)
{
    struct sig_reader r;
    uint32_t i;

    *types = NULL;
    *pinned = NULL;
    *count = 0;
    if (token == 0)
        return true;
    if (md_token_table(token) != MD_STANDALONESIG || !md_token_exists(as->image, token)) {
        ty_fail(ctx, TY_FAIL_INVALID_PROGRAM, "%s: token %08x: not a signature", as->path,
                (unsigned)token);
        return false;
    }
    r = reader_over(
        ctx, as,
        md_cell_blob(as->image, MD_STANDALONESIG, md_token_row(token), MD_STANDALONESIG_SIGNATURE),
        "local variables");
    if (md_sig_u8(&r.s) != MD_SIG_LOCALS)
        return malformed(&r, "not a local variable signature") != NULL;
    *count = md_sig_uint(&r.s);
    if (md_sig_failed(&r.s) || *count > cursor_left(&r.s.cursor))
        return malformed(&r, "bad count") != NULL;
    *types = arena_array(ctx->arena, *count, sizeof **types);
    *pinned = arena_array(ctx->arena, *count, sizeof **pinned);
    for (i = 0; i < *count; i++) {
        r.pinned = false;
        (*types)[i] = read_type(&r);
        if (!(*types)[i])
            return false;
        if ((*types)[i]->element == TY_EL_VOID)
            return malformed(&r, "a local of type void") != NULL;
        (*pinned)[i] = r.pinned;
    }
    return true;
}
