/* compiler/types/abi_class.c - how a struct travels by value in the SysV x86-64 convention.
 * Up to 16 bytes go in registers, each eightbyte by the classes of the fields in it; larger ones
 * and those with unaligned fields go in memory. Bytes no field covers are passed as integers, so
 * that structs with an explicit size (fixed buffers) arrive whole. */
#include "compiler/types/ty_priv.h"

enum { EIGHTBYTE = 8, REGISTERS_MAX_BYTES = 16 };

struct classing {
    struct ty_context *ctx;
    struct ty_layout *out;
};

static void
merge(struct classing *c, uint32_t at, enum ty_abi_class class)
{
    enum ty_abi_class *slot = &c->out->abi[at / EIGHTBYTE];

    if (*slot != TY_ABI_INTEGER)
        *slot = class;
}

static void classify_value(struct classing *c, struct ty_type *t, uint32_t at);

static void
classify_field(struct classing *c, struct ty_type *t, uint32_t at)
{
    const struct ty_layout *l;

    if (!t || c->out->abi_memory)
        return;
    if (t->is_value_type && t->element >= TY_EL_VALUETYPE) {
        classify_value(c, t, at);
        return;
    }
    l = ty_layout_of(c->ctx, t);
    if (!l || at % l->align || at + l->size > REGISTERS_MAX_BYTES) {
        c->out->abi_memory = true;
        return;
    }
    merge(c, at, t->element == TY_EL_R4 || t->element == TY_EL_R8 ? TY_ABI_SSE : TY_ABI_INTEGER);
}

/* All fields of a struct at `at`. One field that is meant many times (InlineArray, fixed buffer)
 * is repeated to the struct's end. */
static void
classify_value(struct classing *c, struct ty_type *t, uint32_t at)
{
    const struct ty_layout *l = ty_layout_of(c->ctx, t);
    struct ty_env env = ty_env_of_type(t);
    struct ty_type *only = NULL;
    uint32_t i, fields = 0, step;

    if (!l)
        return;
    for (i = 0; i < t->def->field_count; i++) {
        struct ty_type *field;

        if (t->def->fields[i]->is_static)
            continue;
        field = ty_subst(c->ctx, t->def->fields[i]->open_type, &env);
        classify_field(c, field, at + l->field_offsets[i]);
        only = field;
        fields++;
    }
    if (fields != 1 || !only || (!t->def->is_inline_array && !t->def->class_size))
        return;
    step = ty_layout_of(c->ctx, only) ? ty_layout_of(c->ctx, only)->size : l->size;
    for (i = step; i + step <= l->size && !c->out->abi_memory; i += step)
        classify_field(c, only, at + i);
}

void
ty_abi_classify(struct ty_context *ctx, struct ty_type *t, struct ty_layout *l)
{
    struct classing c = {ctx, l};
    uint32_t at;

    if (!t->is_value_type || t->element < TY_EL_VALUETYPE) {
        l->abi[0] = t->element == TY_EL_R4 || t->element == TY_EL_R8 ? TY_ABI_SSE : TY_ABI_INTEGER;
        return;
    }
    l->abi_memory = l->size > REGISTERS_MAX_BYTES;
    if (!l->abi_memory)
        classify_value(&c, t, 0);
    for (at = 0; at < REGISTERS_MAX_BYTES; at += EIGHTBYTE) {
        enum ty_abi_class *slot = &l->abi[at / EIGHTBYTE];

        if (l->abi_memory)
            *slot = TY_ABI_NONE;
        else if (*slot == TY_ABI_NONE && at < l->size)
            *slot = TY_ABI_INTEGER;
    }
}
