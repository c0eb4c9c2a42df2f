/* compiler/il/lookup.c - from refs to code: direct addresses, slots and dictionary loads.
 * This file is the one place where bodies meet reach and dictionaries. */
#include "compiler/il/il_priv.h"

#include <string.h>

enum { MT_VTABLE = 24 }; /* contract/compiler.md 1.1 */

void
il_need(struct il_import *im, const struct ref *closed)
{
    if (!im->quiet && !im->failed)
        reach_need(im->reach, closed);
}

void
il_virtual(struct il_import *im, struct ty_method *decl)
{
    if (!im->quiet && !im->failed)
        reach_virtual(im->reach, decl);
}

static bool
is_shared_type(const struct ty_type *t)
{
    return t && t->is_canon;
}

static bool
is_shared_method(const struct ty_method *m)
{
    return m && (m->is_canon || is_shared_type(m->owner));
}

bool
il_is_shared(struct il_import *im, struct ty_type *open)
{
    struct ty_type *closed = il_close(im, open);

    return is_shared_type(closed);
}

static bool
close_ref(struct il_import *im, const struct ref *open, struct ref *closed)
{
    *closed = *open;
    if (open->type && !(closed->type = il_close(im, open->type)))
        return false;
    if (open->method && !(closed->method = il_close_method(im, open->method)))
        return false;
    return !open->field || (closed->field = il_close_field(im, open->field)) != NULL;
}

/* The object whose MethodTable leads to the dictionary, the MethodTable, or the dictionary itself. */
static cg_value
dictionary(struct il_import *im)
{
    cg_value mt = cg_load(im->fn, CG_PTR, im->context_home, CG_MEM_PLAIN);
    int slot;

    if (im->context == TY_CTX_METHOD)
        return mt;
    if (im->context == TY_CTX_THIS)
        mt = il_load_mt(im, mt);
    slot = ty_dictionary_slot(im->ty, im->method->owner);
    return cg_load(im->fn, CG_PTR, cg_offset(im->fn, mt, MT_VTABLE + 8 * slot), CG_MEM_INVARIANT);
}

static cg_value
lookup(struct il_import *im, const struct ref *open)
{
    cg_value entry;
    uint32_t index;

    if (im->context == TY_CTX_NONE) {
        il_invalid(im, "shared code without a generic context");
        return NULL;
    }
    if (im->quiet)
        return NULL;
    index = reach_dictionary_index(im->reach, im->method, open);
    entry = cg_load(im->fn, CG_PTR, cg_offset(im->fn, dictionary(im), 8 * (int64_t)index), CG_MEM_INVARIANT);
    if (im->fn && reach_dictionary_has_gap(im->reach, im->method, index))
        il_throw_if_gap(im, entry);
    return entry;
}

static cg_value
direct(struct il_import *im, const struct ref *closed)
{
    struct ref_target t;

    il_need(im, closed);
    if (!im->fn)
        return NULL;
    t = reach_target(im->reach, closed);
    if (t.through_slot) {
        cg_value v = cg_slot(im->fn, t.symbol);

        return t.addend ? cg_offset(im->fn, v, t.addend) : v;
    }
    return cg_symbol(im->fn, t.symbol, t.is_code, t.addend);
}

/* A pointer to shared code that finds its context through `this` is the plain entry. */
static bool
is_plain_entry(struct il_import *im, const struct ref *closed)
{
    enum ty_generic_context c;

    if (closed->kind != REF_METHOD_PTR && !(closed->kind == REF_METHOD_BOXED && !closed->method->owner->is_value_type))
        return false;
    c = ty_method_context(im->ty, ty_method_canon(im->ty, closed->method));
    return c == TY_CTX_NONE || c == TY_CTX_THIS;
}

cg_value
il_ref(struct il_import *im, const struct ref *open)
{
    struct ref closed;

    if (!close_ref(im, open, &closed))
        return NULL;
    if (!is_shared_type(closed.type) && !is_shared_method(closed.method) &&
        !(closed.field && is_shared_type(closed.field->owner)))
        return direct(im, &closed);
    if (closed.method && is_plain_entry(im, &closed)) {
        struct ref entry = {.kind = REF_METHOD, .method = ty_method_canon(im->ty, closed.method)};

        return direct(im, &entry);
    }
    return lookup(im, open);
}

cg_value
il_type_ref(struct il_import *im, enum ref_kind kind, struct ty_type *open)
{
    struct ref ref = {.kind = kind, .type = open};

    return il_ref(im, &ref);
}

cg_value
il_method_ref(struct il_import *im, enum ref_kind kind, struct ty_method *open)
{
    struct ref ref = {.kind = kind, .method = open};

    return il_ref(im, &ref);
}

/* Not invariant: the inline allocation stores this word, and LLVM moves invariant loads across stores. */
cg_value
il_load_mt(struct il_import *im, cg_value object)
{
    return cg_load(im->fn, CG_PTR, object, CG_MEM_PLAIN);
}

cg_value
il_runtime_type(struct il_import *im, struct ty_type *open)
{
    cg_value mt = il_type_ref(im, REF_TYPE, open);

    return il_call_helper(im, IL_HELPER_RUNTIME_TYPE, &mt);
}

/* A frozen String of UTF-8 text (lenient: bad bytes become U+FFFD). */
cg_value
il_string_utf8(struct il_import *im, const char *text)
{
    size_t n = strlen(text), units = 0;
    uint16_t *out = arena_array(im->arena, n + 1, sizeof *out);
    struct ref ref = {.kind = REF_STRING};

    for (size_t i = 0; i < n;) {
        uint8_t lead = (uint8_t)text[i++];
        unsigned more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;
        uint32_t c = more == 3 ? lead & 7u : more == 2 ? lead & 15u : more == 1 ? lead & 31u : lead;

        for (; more && i < n && ((uint8_t)text[i] & 0xc0) == 0x80; more--)
            c = c << 6 | ((uint8_t)text[i++] & 63u);
        if (more || (lead >= 0x80 && lead < 0xc0) || c > 0x10ffff)
            c = 0xfffd;
        if (c > 0xffff) {
            out[units++] = (uint16_t)(0xd800 + ((c - 0x10000) >> 10));
            c = 0xdc00 + ((c - 0x10000) & 0x3ff);
        }
        out[units++] = (uint16_t)c;
    }
    ref.data = out;
    ref.size = (uint32_t)(units * 2);
    return il_ref(im, &ref);
}
