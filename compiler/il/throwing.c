/* compiler/il/throwing.c - run-time checks, and what becomes of bodies that cannot be compiled. */
#include "compiler/il/il_priv.h"
#include "compiler/il/special.h"

#include <string.h>

void
il_fail(struct il_import *im)
{
    if (im->failed)
        return;
    im->failed = true;
    if (im->ty->failure.kind == TY_FAIL_NONE || !im->ty->failure.text)
        ty_fail(im->ty, TY_FAIL_INVALID_PROGRAM, "something in the body cannot be resolved");
}

void
il_fail_with(struct il_import *im, enum ty_failure_kind kind, const char *fact)
{
    if (im->failed)
        return;
    ty_fail(im->ty, kind, "%s", fact);
    im->failed = true;
}

void
il_fail_grown(struct il_import *im)
{
    if (im->failed)
        return;
    im->failed = true;
    im->cut = true;
}

void
il_invalid(struct il_import *im, const char *fact)
{
    il_fail_with(im, TY_FAIL_INVALID_PROGRAM, fact);
}

cg_block
il_new_block(struct il_import *im, const char *name)
{
    return cg_block_new(im->fn, name);
}

void
il_end_unreachable(struct il_import *im)
{
    im->ended = true;
}

static enum il_helper
throw_helper(enum il_throw what)
{
    switch (what) {
    case IL_THROW_OVERFLOW:
        return IL_HELPER_THROW_OVERFLOW;
    case IL_THROW_DIVIDE:
        return IL_HELPER_THROW_DIVIDE;
    case IL_THROW_NULL:
        return IL_HELPER_THROW_NULL;
    case IL_THROW_RANGE:
        return IL_HELPER_THROW_RANGE;
    case IL_THROW_ARRAY_TYPE:
        return IL_HELPER_THROW_ARRAY_TYPE;
    case IL_THROW_COUNT:
        break;
    }
    return IL_HELPER_THROW_INVALID;
}

static void
throw_call(struct il_import *im, enum il_throw what)
{
    il_call_core(im, il_helper(im->il, throw_helper(what)), NULL, CG_CALL_NORETURN | CG_CALL_COLD);
}

/* One cold block per kind and region; with line numbers each check has its own. */
static cg_block
cold_block(struct il_import *im, enum il_throw what, bool *is_new)
{
    int region = il_region_at(im, im->insn.offset);
    cg_block b;

    if (region != im->throw_region) {
        memset(im->throw_blocks, 0, sizeof im->throw_blocks);
        im->throw_region = region;
    }
    *is_new = im->il->debug || !im->throw_blocks[what];
    if (!*is_new)
        return im->throw_blocks[what];
    b = il_new_block(im, "throw");
    im->throw_blocks[what] = b;
    return b;
}

void
il_throw_if(struct il_import *im, cg_value condition, enum il_throw what)
{
    struct ref ref = {.kind = REF_METHOD, .method = il_helper(im->il, throw_helper(what))};
    cg_block cold, go_on;
    bool is_new;

    il_need(im, &ref);
    if (!im->fn)
        return;
    cold = cold_block(im, what, &is_new);
    go_on = il_new_block(im, "checked");
    cg_cond_br(im->fn, condition, cold, go_on, CG_UNLIKELY);
    if (is_new) {
        cg_block_set(im->fn, cold);
        throw_call(im, what);
    }
    cg_block_set(im->fn, go_on);
}

void
il_throw_now(struct il_import *im, enum il_throw what)
{
    throw_call(im, what);
    im->ended = true;
}

cg_value
il_null_check(struct il_import *im, const struct il_value *v)
{
    cg_value p = il_use_as(im, v, CG_PTR);

    if (v->nonnull || v->fact == IL_FACT_LOCAL || v->fact == IL_FACT_METHOD)
        return p;
    il_throw_if(im, cg_compare(im->fn, CG_EQ, p, cg_null(im->fn)), IL_THROW_NULL);
    return p;
}

/* ---- bodies that throw --------------------------------------------------------------------------------- */

/* Value of a constant of the class library's list of messages; 0 when it lacks the name. */
static int64_t
message_id(struct il_import *im, const char *name)
{
    struct ty_def *def = ty_def_find(im->ty, im->ty->core, "Internal.TypeSystem.ExceptionStringID");
    struct ty_field_def *f = def ? ty_field_def_named(im->ty, def, name) : NULL;
    struct md_blob blob;
    uint32_t row;
    int64_t v = 0;

    if (!f)
        return 0;
    row = md_find_row(im->ty->core->image, MD_CONSTANT, MD_CONSTANT_PARENT, md_token(MD_FIELD, f->row));
    if (!row)
        return 0;
    blob = md_cell_blob(im->ty->core->image, MD_CONSTANT, row, MD_CONSTANT_VALUE);
    for (uint32_t i = 0; i < blob.size && i < 4; i++)
        v |= (int64_t)blob.at[i] << (8 * i);
    return v;
}

static const struct {
    enum ty_failure_kind kind;
    enum il_helper helper;
    const char *id;
    unsigned strings;
} failures[] = {
    {TY_FAIL_TYPE_LOAD, IL_HELPER_THROW_TYPE_LOAD, "ClassLoadGeneral", 2},
    {TY_FAIL_MISSING_METHOD, IL_HELPER_THROW_MISSING_METHOD, "MissingMethod", 1},
    {TY_FAIL_MISSING_FIELD, IL_HELPER_THROW_MISSING_FIELD, "MissingField", 1},
    {TY_FAIL_FILE_NOT_FOUND, IL_HELPER_THROW_FILE_NOT_FOUND, "FileLoadErrorGeneric", 1},
    {TY_FAIL_BAD_IMAGE, IL_HELPER_THROW_BAD_IMAGE, "BadImageFormatGeneric", 0},
    {TY_FAIL_INVALID_PROGRAM, IL_HELPER_THROW_INVALID_METHOD, "InvalidProgramSpecific", 1},
};

struct ty_method *
il_gap_helper(struct il_context *il)
{
    return il_redirect(il, il_helper(il, IL_HELPER_THROW_TYPE_LOAD));
}

void
il_throw_if_gap(struct il_import *im, cg_value entry)
{
    cg_block cold = il_new_block(im, "gap"), go_on = il_new_block(im, "entry");
    cg_value args[3];

    cg_cond_br(im->fn, cg_compare(im->fn, CG_EQ, entry, cg_null(im->fn)), cold, go_on, CG_UNLIKELY);
    cg_block_set(im->fn, cold);
    args[0] = cg_int(im->fn, CG_I32, message_id(im, "ClassLoadGeneral"));
    args[1] = args[2] = cg_null(im->fn);
    il_call_core(im, il_helper(im->il, IL_HELPER_THROW_TYPE_LOAD), args, CG_CALL_NORETURN | CG_CALL_COLD);
    cg_block_set(im->fn, go_on);
}

/* The compiler's sentence without the places of files. */
static const char *
without_paths(struct il_import *im, const char *text)
{
    for (size_t i = 0; i < im->ty->assemblies.count; i++) {
        const struct ty_assembly *as = im->ty->assemblies.at[i];
        const char *at;

        for (int n = 0; n < 4 && *as->path && (at = strstr(text, as->path)) != NULL; n++)
            text = arena_printf(im->arena, "%.*s%s%s", (int)(at - text), text, as->name, at + strlen(as->path));
    }
    return text;
}

/* A throw with a message of ours. false: this class library has no such exception. */
static bool
throw_message(struct il_import *im, const struct ty_failure *failure)
{
    const char *name = failure->kind == TY_FAIL_MISSING_METHOD  ? "CoreRT.Companion.Failures::MissingMethod"
                       : failure->kind == TY_FAIL_MISSING_FIELD ? "CoreRT.Companion.Failures::MissingField"
                                                                : "CoreRT.Companion.Failures::TypeLoad";
    struct ty_method *helper = failure->message ? il_companion_method(im->il, name, 1) : NULL;
    cg_value message;

    if (!helper)
        return false;
    message = il_string_utf8(im, failure->message);
    il_call_core(im, helper, &message, CG_CALL_NORETURN);
    return true;
}

void
il_failure_body(struct il_import *im)
{
    struct ty_failure failure = im->ty->failure;
    size_t i = sizeof failures / sizeof *failures - 1;
    cg_value args[3];
    const char *text = failure.text ? failure.text : "invalid body";

    /* Design section 4, pass 1: what concerns a whole file ends the run. */
    if (failure.kind == TY_FAIL_FILE_NOT_FOUND)
        reach_refuse(im->reach, im->method, im->insn.offset, text);
    for (size_t k = 0; k < sizeof failures / sizeof *failures; k++)
        if (failures[k].kind == failure.kind)
            i = k;
    im->failed = false;
    im->quiet = false;
    if (!im->cut) /* else the analysis has said so */
        reach_warn(im->reach, im->method, im->insn.offset, text);
    if (throw_message(im, &failure)) {
        im->failed = true;
        return;
    }
    text = without_paths(im, text);
    args[0] = cg_int(im->fn, CG_I32, message_id(im, failures[i].id));
    args[1] = args[2] = NULL;
    if (failures[i].strings)
        args[1] = il_string_utf8(im, failures[i].kind == TY_FAIL_INVALID_PROGRAM ? ty_method_name(im->ty, im->method) : text);
    if (failures[i].strings == 2)
        args[2] = il_string_utf8(im, im->method->def->assembly->name);
    il_call_core(im, il_helper(im->il, failures[i].helper), args, CG_CALL_NORETURN);
    im->failed = true;
}
