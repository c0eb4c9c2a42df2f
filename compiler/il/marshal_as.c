/* compiler/il/marshal_as.c - MarshalAs attributes: the FieldMarshal table and its blobs (II.23.4). */
#include "compiler/il/marshal_priv.h"

#include <string.h>

enum { SIZE_PARAM_STATED = 1 }; /* third number of an LPArray: the first one means something */

static const char *
text(struct il_context *il, struct md_sig *s)
{
    uint32_t size = md_sig_uint(s);
    char *out;

    if (md_sig_failed(s) || size > s->cursor.size - s->cursor.at)
        return "";
    out = arena_alloc(il->arena, size + 1u);
    for (uint32_t i = 0; i < size; i++)
        out[i] = (char)md_sig_u8(s);
    return out;
}

static void
read_array(struct md_sig *s, struct il_marshal_as *out)
{
    uint32_t param, flags = SIZE_PARAM_STATED;

    if (md_sig_at_end(s))
        return;
    out->element = (enum il_native_type)md_sig_uint(s);
    if (md_sig_at_end(s))
        return;
    param = md_sig_uint(s);
    if (!md_sig_at_end(s)) {
        out->count = md_sig_uint(s);
        out->has_count = true;
        flags = md_sig_at_end(s) ? 0 : md_sig_uint(s);
    }
    if (flags & SIZE_PARAM_STATED)
        out->param = (int32_t)param;
}

static void
read_fixed(struct md_sig *s, struct il_marshal_as *out)
{
    out->count = 1;
    if (!md_sig_at_end(s))
        out->count = md_sig_uint(s);
    if (!md_sig_at_end(s))
        out->element = (enum il_native_type)md_sig_uint(s);
}

void
il_marshal_as(struct il_context *il, const struct md_image *img, uint32_t token, struct il_marshal_as *out)
{
    uint32_t row = md_find_row(img, MD_FIELDMARSHAL, MD_FIELDMARSHAL_PARENT, token);
    struct md_sig s;

    memset(out, 0, sizeof *out);
    out->param = -1;
    if (!row)
        return;
    s = md_sig_over(img, md_cell_blob(img, MD_FIELDMARSHAL, row, MD_FIELDMARSHAL_NATIVETYPE));
    if (md_sig_at_end(&s))
        return;
    out->type = (enum il_native_type)md_sig_uint(&s);
    if (out->type == NATIVE_LPARRAY)
        read_array(&s, out);
    else if (out->type == NATIVE_FIXEDARRAY || out->type == NATIVE_FIXEDSYSSTRING)
        read_fixed(&s, out);
    else if (out->type == NATIVE_CUSTOM) {
        text(il, &s); /* two names that nothing uses any more */
        text(il, &s);
        out->custom = text(il, &s);
        out->cookie = text(il, &s);
    }
    if (out->element == NATIVE_MAX)
        out->element = NATIVE_NONE;
}

/* "Outer+Inner, Assembly, Version=..." */
struct ty_method *
il_custom_marshaler(struct il_context *il, struct ty_assembly *as, const char *name)
{
    const char *comma = strchr(name, ',');
    size_t size = comma ? (size_t)(comma - name) : strlen(name);
    char *type = arena_alloc(il->arena, size + 1u);
    struct ty_def *def;

    memcpy(type, name, size);
    for (size_t i = 0; i < size; i++)
        if (type[i] == '+')
            type[i] = '/';
    if (comma) {
        const char *start = comma + 1 + strspn(comma + 1, " ");
        size_t length = strcspn(start, ", ");
        char *simple = arena_alloc(il->arena, length + 1u);

        memcpy(simple, start, length);
        as = ty_assembly_find(il->ty, simple);
    }
    def = as ? ty_def_find(il->ty, as, type) : NULL;
    if (!def && !comma)
        def = ty_def_find(il->ty, il->ty->core, type);
    return def && !def->generic_count ? ty_method_named(il->ty, ty_type_of_def(il->ty, def), "GetInstance", 1) : NULL;
}
