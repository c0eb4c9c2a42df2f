/* compiler/il/signature.c - managed and native signatures in the code generator's terms.
 * The order is docs/abi.md's: this, [return buffer], generic context, arguments. */
#include "compiler/il/il_priv.h"

struct cg_param
il_cg_param(struct il_context *il, struct ty_type *t)
{
    struct cg_param p = {.type = il_storage(t), .is_signed = il_is_signed(t)};
    const struct ty_layout *l;

    if (p.type != CG_STRUCT)
        return p;
    l = ty_layout_of(il->ty, t);
    if (!l) { /* whoever uses such a value fails its import; a signature needs some shape */
        p.size = p.align = 8;
        p.memory = true;
        return p;
    }
    p.size = l->size;
    p.align = l->align;
    p.memory = l->abi_memory;
    p.abi[0] = (uint8_t)l->abi[0];
    p.abi[1] = (uint8_t)l->abi[1];
    return p;
}

static struct cg_sig *
make(struct il_context *il, struct ty_sig *s, bool has_this, bool context)
{
    struct cg_sig *sig = arena_alloc(il->arena, sizeof *sig);

    sig->ret = il_cg_param(il, s->ret);
    sig->params = arena_array(il->arena, s->param_count + 2u, sizeof *sig->params);
    if (has_this)
        sig->params[sig->count++].type = CG_PTR;
    sig->ret_buffer_at = has_this ? 1 : 0;
    if (context)
        sig->params[sig->count++].type = CG_PTR;
    for (uint32_t i = 0; i < s->param_count; i++)
        sig->params[sig->count++] = il_cg_param(il, s->params[i]);
    return sig;
}

const struct cg_sig *
il_managed_sig(struct il_context *il, struct ty_method *canon)
{
    struct il_method_info *info = il_info(il, canon);

    if (!info->sig) {
        enum ty_generic_context c = ty_method_context(il->ty, canon);

        info->sig = make(il, canon->sig, canon->sig->has_this && !canon->sig->explicit_this,
                         c == TY_CTX_MT || c == TY_CTX_METHOD);
    }
    return info->sig;
}

const struct cg_sig *
il_native_sig(struct il_context *il, struct ty_sig *s)
{
    struct cg_sig *sig = ptr_map_get(&il->native_sigs, s);

    if (!sig) {
        sig = make(il, s, s->has_this && !s->explicit_this, false);
        sig->ret_buffer_at = 0;
        sig->variadic = s->conv == TY_CC_VARARG;
        ptr_map_put(&il->native_sigs, s, sig);
    }
    return sig;
}

const struct cg_sig *
il_sig_of_calli(struct il_context *il, struct ty_sig *closed, bool with_context)
{
    return make(il, closed, closed->has_this && !closed->explicit_this, with_context);
}
