/* compiler/il/ops_new.c - newobj: strings, delegates, arrays, structs and classes
 * (ECMA-335 III.4.21). */
#include "compiler/il/il_priv.h"

cg_value
il_new_object(struct il_import *im, struct ty_type *open)
{
    static const enum cg_type types[] = {CG_PTR};
    struct ty_type *closed = il_close(im, open);
    cg_value mt;

    if (!closed)
        return NULL;
    if (!ty_layout_of(im->ty, closed) || !ty_loads(im->ty, closed)) {
        il_fail(im);
        return NULL;
    }
    mt = il_type_ref(im, REF_TYPE_NEW, open);
    if (!closed->is_value_type && ty_has_finalizer(im->ty, closed))
        return il_call_engine(im, "RhpNewFinalizable", CG_PTR, types, &mt, 1, CG_CALL_NEW);
    return cg_new_object(im->fn, mt, ty_base_size(im->ty, closed));
}

/* Puts a value below the topmost `above` ones. */
static void
insert_below(struct il_import *im, uint32_t above, const struct il_value *v)
{
    uint32_t at;

    if (above > im->depth) {
        il_invalid(im, "stack underflow at newobj");
        return;
    }
    il_push(im, v);
    if (im->failed)
        return;
    for (at = im->depth - 1; above; at--, above--)
        im->stack[at] = im->stack[at - 1];
    im->stack[at] = *v;
}

static bool
same_parameters(const struct ty_sig *a, const struct ty_sig *b)
{
    if (a->param_count != b->param_count)
        return false;
    for (uint32_t i = 0; i < a->param_count; i++)
        if (a->params[i] != b->params[i])
            return false;
    return true;
}

/* Each String constructor is a static method Ctor with the same parameters (contract 7.1). */
static void
new_string(struct il_import *im, struct ty_method *ctor)
{
    struct ty_def *def = im->ty->t_string->def;

    for (uint32_t i = 0; i < def->method_count; i++) {
        struct ty_method *m;

        if (!def->methods[i]->is_static || __builtin_strcmp(def->methods[i]->name, "Ctor") != 0)
            continue;
        m = ty_method_open(im->ty, def->methods[i]);
        if (m && same_parameters(m->sig, ctor->sig)) {
            il_call(im, m, 0);
            return;
        }
    }
    ty_fail(im->ty, TY_FAIL_MISSING_METHOD, "System.String has no such constructor");
    il_fail(im);
}

/* Lengths, or pairs of lower bound and length; the rare forms are those of rank 1 and jagged arrays. */
static void
new_md_array(struct il_import *im, struct ty_method *open)
{
    uint32_t n = open->sig->param_count, rank = open->owner->form == TY_FORM_MDARRAY ? open->owner->rank : 1;
    cg_value dims = cg_alloca(im->fn, 4 * n, 4), args[3];
    struct il_value result = {.kind = IL_REF, .exact = true, .nonnull = true};
    bool rare = open->owner->form != TY_FORM_MDARRAY || rank == 1 || (n != rank && n != 2 * rank);

    for (uint32_t i = n; i-- > 0;) {
        struct il_value v = il_pop(im);

        if (im->failed)
            return;
        cg_store(im->fn, CG_I32, cg_offset(im->fn, dims, 4 * (int64_t)i), il_use_as(im, &v, CG_I32), CG_MEM_PLAIN);
    }
    args[0] = il_type_ref(im, REF_TYPE_NEW, open->owner);
    args[1] = cg_int(im->fn, CG_I32, n);
    args[2] = dims;
    result.type = il_close(im, open->owner);
    result.v = il_call_helper(im, rare ? IL_HELPER_NEW_MD_ARRAY_RARE : IL_HELPER_NEW_MD_ARRAY, args);
    il_push(im, &result);
}

static void
new_struct(struct il_import *im, struct ty_method *ctor, struct ty_type *closed)
{
    cg_value temp = il_temp(im, closed);
    struct il_value self = {.kind = IL_BYREF, .nonnull = true, .v = temp, .type = ty_byref(im->ty, closed)};

    cg_zero(im->fn, temp, il_size_of(im, closed), il_align_of(im, closed));
    insert_below(im, ctor->sig->param_count, &self);
    if (im->failed)
        return;
    il_call(im, ctor, 0);
    if (im->failed || im->ended)
        return;
    if (il_kind_of(closed) == IL_STRUCT)
        il_push_typed(im, closed, temp);
    else
        il_load_push(im, closed, temp, CG_MEM_PLAIN);
}

static void
new_class(struct il_import *im, struct ty_method *ctor, struct ty_type *closed)
{
    struct il_value object = {.kind = IL_REF, .type = closed, .exact = true, .nonnull = true};

    if (closed->def->is_abstract || closed->def->is_interface) {
        ty_fail(im->ty, TY_FAIL_INVALID_PROGRAM, "newobj of the abstract type %s", ty_name(im->ty, closed));
        il_fail(im);
        return;
    }
    object.v = il_new_object(im, ctor->owner);
    insert_below(im, ctor->sig->param_count, &object);
    if (im->failed)
        return;
    il_call(im, ctor, 0);
    if (!im->failed && !im->ended)
        il_push(im, &object);
}

void
il_new_instance(struct il_import *im, struct ty_method *ctor)
{
    struct ty_type *closed = ctor->owner ? il_close(im, ctor->owner) : NULL;

    if (!closed)
        return;
    if (closed->form == TY_FORM_MDARRAY || closed->form == TY_FORM_SZARRAY) {
        new_md_array(im, ctor);
    } else if (closed == im->ty->t_string) {
        new_string(im, ctor);
    } else if (ty_is_delegate(closed) && ctor->sig->param_count == 2) {
        struct il_value pointer = il_pop(im), object = il_pop(im);

        if (!im->failed)
            il_new_delegate(im, ctor->owner, ctor, &object, &pointer);
    } else if (closed->is_value_type) {
        new_struct(im, ctor, closed);
    } else {
        new_class(im, ctor, closed);
    }
}
