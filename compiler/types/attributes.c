/* compiler/types/attributes.c - the custom attributes that change what the compiler does.
 * Attributes are recognised by the name of their class, whatever assembly defines it: the class
 * library declares several of them (RuntimeImport, Intrinsic, ...) once an assembly. */
#include "compiler/types/ty_priv.h"

uint32_t
ty_attribute_find(struct ty_assembly *as, uint32_t token, const char *ns, const char *name)
{
    return md_attribute_find(as->image, token, ns, name);
}

/* The last fixed string argument, or NULL. */
static const char *
last_string(struct ty_context *ctx, const struct md_image *img, uint32_t row)
{
    struct md_attr_reader reader;
    struct md_attr_value value;
    const char *text = NULL;

    if (!md_attr_open(img, row, NULL, NULL, &reader))
        return NULL;
    while (md_attr_fixed(&reader, &value))
        if (value.kind == MD_VALUE_STRING && value.text.at)
            text = arena_strndup(ctx->arena, value.text.at, value.text.size);
    return text;
}

/* A named string argument, or NULL. */
static const char *
named_string(struct ty_context *ctx, const struct md_image *img, uint32_t row, const char *name)
{
    struct md_attr_reader reader;
    struct md_attr_value value;
    size_t length = strlen(name);

    if (!md_attr_open(img, row, NULL, NULL, &reader))
        return NULL;
    while (md_attr_fixed(&reader, &value))
        continue;
    while (md_attr_named(&reader, &value)) {
        if (value.kind == MD_VALUE_STRING && value.text.at && value.name.size == length &&
            memcmp(value.name.at, name, length) == 0)
            return arena_strndup(ctx->arena, value.text.at, value.text.size);
    }
    return NULL;
}

static void
method_attribute(struct ty_context *ctx, struct ty_method_def *m, const struct md_image *img,
                 uint32_t row)
{
    static const char interop[] = "System.Runtime.InteropServices";

    if (md_attribute_is(img, row, "System.Runtime", "RuntimeImportAttribute")) {
        m->runtime_import = last_string(ctx, img, row);
    } else if (md_attribute_is(img, row, "System.Runtime", "RuntimeExportAttribute")) {
        m->runtime_export = last_string(ctx, img, row);
    } else if (md_attribute_is(img, row, "System.Runtime.CompilerServices", "IntrinsicAttribute")) {
        m->is_intrinsic = true;
    } else if (md_attribute_is(img, row, interop, "UnmanagedCallersOnlyAttribute") ||
               md_attribute_is(img, row, interop, "NativeCallableAttribute")) {
        m->is_unmanaged_callers_only = true;
        m->export_name = named_string(ctx, img, row, "EntryPoint");
    } else if (md_attribute_is(img, row, interop, "SuppressGCTransitionAttribute")) {
        m->suppress_gc_transition = true;
    }
}

void
ty_method_attributes_load(struct ty_context *ctx, struct ty_method_def *m)
{
    uint32_t first, end, row;

    if (m->attributes_loaded)
        return;
    m->attributes_loaded = true;
    if (m->row == 0)
        return;
    if (!md_attributes(m->assembly->image, md_token(MD_METHODDEF, m->row), &first, &end))
        return;
    for (row = first; row < end; row++)
        method_attribute(ctx, m, m->assembly->image, row);
}
