/* compiler/il/null_this.c - `call` of an instance method on null, which the CLI lets through (III.3.19): the
 * method throws NullReferenceException where it first uses its `this`. Bodies check that themselves, except virtual
 * methods and constructors, which are nearly always reached by dispatch and newobj: there the caller looks, unless
 * the method never touches `this`. */
#include "compiler/il/il_priv.h"

static bool
touches_this(const struct il_insn *in)
{
    switch (in->op) {
    case IL_CEE_ldarg_0:
        return true;
    case IL_CEE_ldarg_s:
    case IL_CEE_ldarg:
    case IL_CEE_ldarga_s:
    case IL_CEE_ldarga:
    case IL_CEE_starg_s:
    case IL_CEE_starg:
        return in->i == 0;
    case IL_CEE_jmp:
        return true;
    default:
        return false;
    }
}

/* Follows from the method alone: may be asked in the survey and in the pass. */
bool
il_counts_on_this(struct il_import *im, struct ty_method *closed)
{
    struct ty_method *canon = ty_method_canon(im->ty, closed);
    struct il_body body;
    struct il_insn in;

    if (!canon->sig->has_this || (!canon->def->is_virtual && !canon->def->is_ctor))
        return false;
    if (canon->def->is_synchronized || ty_method_context(im->ty, canon) == TY_CTX_THIS || !canon->def->has_body ||
        !il_body_get(im->il, canon, im->arena, &body))
        return true;
    for (uint32_t at = 0; at < body.size; at = in.next)
        if (!il_decode(body.code, body.size, at, &in) || touches_this(&in))
            return true;
    return false;
}
