/* compiler/emit/assemblies.c - the table of assemblies (struct ldr_assembly), for engine/managed/Assemblies.cs. It is in
 * the image only when the method that reads it is. */
#include <string.h>

#include "compiler/emit/emit_priv.h"
#include "compiler/metadata/md.h"
#include "loader/module_format.h"

#define ASSEMBLY_TOKEN ((uint32_t)MD_ASSEMBLY << 24 | 1)

bool
emit_table_wanted(struct emit *e, const char *reader_method)
{
    for (size_t i = 0; i < e->ty->assemblies.count; i++) {
        struct ty_assembly *as = e->ty->assemblies.at[i];
        struct ty_def *def = as->is_core ? NULL : ty_def_find(e->ty, as, "CoreRT.Companion.Assemblies");
        struct ty_method *m = def ? ty_method_named(e->ty, ty_type_of_def(e->ty, def), reader_method, 1) : NULL;
        const struct reach_method *found = m ? reach_method_lookup(e->reach, m) : NULL;

        if (def)
            return found && found->body;
    }
    return false;
}

bool
emit_assemblies_wanted(struct emit *e)
{
    return emit_table_wanted(e, "Table");
}

/* Arrays, pointers and references belong to their element's assembly, instances to their definition's. */
struct ty_assembly *
emit_assembly_of(struct emit *e, struct ty_type *t)
{
    while (t->param && !t->def)
        t = t->param;
    return t->def && t->def->assembly ? t->def->assembly : e->ty->core;
}

static const char *
bound(struct emit *e, const struct ty_assembly *as, const char *which)
{
    return arena_printf(e->arena, "assembly_%s:%u", which, as->id);
}

void
emit_assembly_types_begin(struct emit *e, struct ty_assembly *as)
{
    elf_align(e->relro, 8);
    elf_define(e->o, bound(e, as, "types"), e->relro);
}

void
emit_assembly_types_end(struct emit *e, struct ty_assembly *as)
{
    elf_define(e->o, bound(e, as, "types_end"), e->relro);
}

/* The first argument of an attribute. */
static bool
attribute_value(const struct md_image *img, uint32_t token, const char *ns, const char *name, struct md_attr_value *v)
{
    uint32_t row = md_attribute_find(img, token, ns, name);
    struct md_attr_reader reader;

    return row && md_attr_open(img, row, NULL, NULL, &reader) && md_attr_fixed(&reader, v);
}

bool
emit_search_path(struct md_image *img, uint32_t token, uint32_t *path)
{
    struct md_attr_value v;

    if (!attribute_value(img, token, "System.Runtime.InteropServices", "DefaultDllImportSearchPathsAttribute", &v))
        return false;
    *path = (uint32_t)v.integer;
    return true;
}

/* NULL: not stated. */
static const char *
target_framework(struct emit *e, struct md_image *img)
{
    struct md_attr_value v;

    if (!attribute_value(img, ASSEMBLY_TOKEN, "System.Runtime.Versioning", "TargetFrameworkAttribute", &v) ||
        v.type.element != MD_ELEMENT_STRING || !v.text.at)
        return NULL;
    return arena_strndup(e->arena, v.text.at, v.text.size);
}

/* ---- rows --------------------------------------------------------------------------------------------- */

static void
define_bytes(struct emit *e, const char *symbol, const void *bytes, size_t size)
{
    elf_define(e->o, symbol, e->rodata);
    elf_bytes(e->rodata, bytes, size);
}

static void
put_pointer(struct emit *e, struct elf_section *s, bool is_there, const char *symbol)
{
    if (is_there)
        elf_pointer(e->o, s, symbol, 0);
    else
        elf_u64(s, 0);
}

static void
write_row(struct emit *e, struct elf_section *s, struct ty_assembly *as, bool is_entry)
{
    struct md_image *img = as->image;
    struct md_blob key = {0};
    const char *name = bound(e, as, "name"), *key_name = bound(e, as, "key"), *text = ty_assembly_full_name(e->ty, as);
    const char *framework = target_framework(e, img), *framework_name = bound(e, as, "framework");
    uint32_t path = 0, flags = is_entry ? LDR_ASSEMBLY_ENTRY : 0;

    if (md_row_count(img, MD_ASSEMBLY))
        key = md_cell_blob(img, MD_ASSEMBLY, 1, MD_ASSEMBLY_PUBLICKEY);
    if (emit_search_path(img, ASSEMBLY_TOKEN, &path))
        flags |= LDR_ASSEMBLY_HAS_SEARCH_PATH;
    define_bytes(e, name, text, strlen(text) + 1);
    define_bytes(e, key_name, key.at, key.size);
    if (framework)
        define_bytes(e, framework_name, framework, strlen(framework) + 1);
    elf_pointer(e->o, s, name, 0);
    elf_pointer(e->o, s, bound(e, as, "types"), 0);
    elf_pointer(e->o, s, bound(e, as, "types_end"), 0);
    put_pointer(e, s, key.size != 0, key_name);
    elf_u32(s, key.size);
    elf_u32(s, flags);
    elf_u32(s, path);
    elf_u32(s, 0);
    put_pointer(e, s, framework != NULL, framework_name);
}

static bool
has_row(struct emit *e, const struct ty_assembly *as)
{
    bool has_types = elf_symbol(e->o, bound(e, as, "types"))->offset != elf_symbol(e->o, bound(e, as, "types_end"))->offset;

    return has_types || as == e->in->entry;
}

void
emit_assembly_rows(struct emit *e, struct elf_section *s)
{
    for (size_t i = 0; i < e->ty->assemblies.count; i++) {
        struct ty_assembly *as = e->ty->assemblies.at[i];

        if (has_row(e, as))
            write_row(e, s, as, as == e->in->entry);
    }
}

/* ---- resources ---------------------------------------------------------------------------------------- */

/* What code outside of the class library asks for nobody can tell. */
static bool
keeps_resources(struct emit *e, const struct ty_assembly *as)
{
    return as->opens_resources || !ty_is_library(e->ty, as);
}

static void
resource_row(struct emit *e, struct elf_section *s, struct ty_assembly *as, uint32_t assembly, uint32_t row)
{
    const char *name = md_cell_string(as->image, MD_MANIFESTRESOURCE, row, MD_MANIFESTRESOURCE_NAME);
    const char *symbol = arena_printf(e->arena, "resource:%u.%u", as->id, row);
    struct md_blob bytes;

    if (!md_resource_row(as->image, row, &bytes) || !il_keeps_resource(e->in->il, as, name))
        return;
    elf_align(e->rodata, 16);
    define_bytes(e, symbol, bytes.at, bytes.size);
    elf_pointer(e->o, s, emit_text(e, name), 0);
    elf_pointer(e->o, s, symbol, 0);
    elf_u32(s, bytes.size);
    elf_u32(s, assembly);
}

void
emit_resource_rows(struct emit *e, struct elf_section *s)
{
    uint32_t index = 0;

    for (size_t i = 0; i < e->ty->assemblies.count; i++) {
        struct ty_assembly *as = e->ty->assemblies.at[i];
        uint32_t count = md_row_count(as->image, MD_MANIFESTRESOURCE);

        if (!has_row(e, as))
            continue;
        for (uint32_t row = 1; row <= count && keeps_resources(e, as); row++)
            resource_row(e, s, as, index, row);
        index++;
    }
}
