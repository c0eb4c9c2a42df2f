/* compiler/metadata/md_names.c - names of types and assemblies, owners, lookups by name.
 * The two hash indexes are built once, in md_open, and never change. */
#include "compiler/metadata/md.h"
#include "compiler/metadata/md_priv.h"

#include "compiler/base/map.h"

#include <string.h>

/* ---- index over (enclosing row, namespace, name) ------------------------------------------ */

/* Nested types carry no namespace of their own, whatever their cell says. */
static uint32_t
name_hash(uint32_t enclosing, const char *ns, const char *name)
{
    uint32_t h = hash_bytes(name, strlen(name));

    if (enclosing)
        return h ^ enclosing * 0x9E3779B1u;
    return h * 31 + hash_bytes(ns, strlen(ns));
}

static void
index_init(struct md_name_index *index, uint32_t count, struct arena *a)
{
    uint32_t slots = 16;

    while (slots < 2 * count)
        slots *= 2;
    index->mask = slots - 1;
    index->slots = arena_array(a, slots, sizeof *index->slots);
}

/* Only rows not found yet are added: the first of equal names wins, and probing stays short
 * whatever an image repeats. */
static void
index_add(struct md_name_index *index, uint32_t hash, uint32_t row)
{
    uint32_t at = hash & index->mask;

    while (index->slots[at])
        at = (at + 1) & index->mask;
    index->slots[at] = row;
}

static uint32_t
typedef_lookup(const struct md_image *img, uint32_t enclosing, const char *ns, const char *name)
{
    uint32_t at = name_hash(enclosing, ns, name) & img->types.mask;
    uint32_t row;

    if (!img->types.slots)
        return 0;
    for (; (row = img->types.slots[at]) != 0; at = (at + 1) & img->types.mask)
        if (img->enclosing[row] == enclosing && strcmp(md_typedef_name(img, row), name) == 0 &&
            (enclosing || strcmp(md_typedef_namespace(img, row), ns) == 0))
            return row;
    return 0;
}

uint32_t
md_typedef_find(const struct md_image *img, const char *ns, const char *name)
{
    return typedef_lookup(img, 0, ns, name);
}

uint32_t
md_typedef_find_nested(const struct md_image *img, uint32_t enclosing, const char *name)
{
    return enclosing ? typedef_lookup(img, enclosing, "", name) : 0;
}

uint32_t
md_exported_find(const struct md_image *img, const char *ns, const char *name)
{
    uint32_t at = name_hash(0, ns, name) & img->exported.mask;
    uint32_t row;

    if (!img->exported.slots)
        return 0;
    for (; (row = img->exported.slots[at]) != 0; at = (at + 1) & img->exported.mask)
        if (strcmp(md_cell_string(img, MD_EXPORTEDTYPE, row, MD_EXPORTEDTYPE_NAME), name) == 0 &&
            strcmp(md_cell_string(img, MD_EXPORTEDTYPE, row, MD_EXPORTEDTYPE_NAMESPACE), ns) == 0)
            return row;
    return 0;
}

static void
type_index_add(struct md_image *img, uint32_t row)
{
    uint32_t enclosing = img->enclosing[row];
    const char *ns = md_typedef_namespace(img, row);
    const char *name = md_typedef_name(img, row);

    if (!typedef_lookup(img, enclosing, ns, name))
        index_add(&img->types, name_hash(enclosing, ns, name), row);
}

/* Nested ones are reached through their enclosing type. */
static void
exported_index_add(struct md_image *img, uint32_t row)
{
    uint32_t where = md_cell(img, MD_EXPORTEDTYPE, row, MD_EXPORTEDTYPE_IMPLEMENTATION);
    const char *ns = md_cell_string(img, MD_EXPORTEDTYPE, row, MD_EXPORTEDTYPE_NAMESPACE);
    const char *name = md_cell_string(img, MD_EXPORTEDTYPE, row, MD_EXPORTEDTYPE_NAME);

    if (md_token_table(where) != MD_EXPORTEDTYPE && !md_exported_find(img, ns, name))
        index_add(&img->exported, name_hash(0, ns, name), row);
}

void
md_names_index(struct md_image *img)
{
    uint32_t types = img->tables[MD_TYPEDEF].count;
    uint32_t exported = img->tables[MD_EXPORTEDTYPE].count;

    index_init(&img->types, types, img->arena);
    for (uint32_t row = 1; row <= types; row++)
        type_index_add(img, row);
    index_init(&img->exported, exported, img->arena);
    for (uint32_t row = 1; row <= exported; row++)
        exported_index_add(img, row);
}

uint32_t
md_exported_assembly(const struct md_image *img, uint32_t row)
{
    uint32_t where = md_token(MD_EXPORTEDTYPE, row);

    while (where && md_token_table(where) == MD_EXPORTEDTYPE)
        where = md_cell(img, MD_EXPORTEDTYPE, md_token_row(where), MD_EXPORTEDTYPE_IMPLEMENTATION);
    return md_token_table(where) == MD_ASSEMBLYREF ? md_token_row(where) : 0;
}

/* ---- types and owners --------------------------------------------------------------------- */

const char *
md_typedef_name(const struct md_image *img, uint32_t typedef_row)
{
    return md_cell_string(img, MD_TYPEDEF, typedef_row, MD_TYPEDEF_NAME);
}

const char *
md_typedef_namespace(const struct md_image *img, uint32_t typedef_row)
{
    return md_cell_string(img, MD_TYPEDEF, typedef_row, MD_TYPEDEF_NAMESPACE);
}

uint32_t
md_typedef_enclosing(const struct md_image *img, uint32_t typedef_row)
{
    return typedef_row - 1 < img->tables[MD_TYPEDEF].count ? img->enclosing[typedef_row] : 0;
}

/* Written from the end, because the chain is walked from the inside out. */
char *
md_typedef_full_name(const struct md_image *img, uint32_t typedef_row, struct arena *a)
{
    size_t size = 1;
    uint32_t outer = typedef_row;
    const char *ns;
    char *text, *at;

    for (uint32_t row = typedef_row; row; row = md_typedef_enclosing(img, row)) {
        size += strlen(md_typedef_name(img, row)) + 1;
        outer = row;
    }
    ns = md_typedef_namespace(img, outer);
    size += strlen(ns);
    text = arena_alloc(a, size);
    at = text + size - 1;
    for (uint32_t row = typedef_row; row; row = md_typedef_enclosing(img, row)) {
        const char *name = md_typedef_name(img, row);

        if (row != typedef_row)
            *--at = '/';
        at -= strlen(name);
        memcpy(at, name, strlen(name));
    }
    if (*ns) {
        *--at = '.';
        at -= strlen(ns);
        memcpy(at, ns, strlen(ns));
    }
    return at;
}

uint32_t
md_method_owner(const struct md_image *img, uint32_t method_row)
{
    return md_list_owner(img, MD_TYPEDEF, MD_TYPEDEF_METHODLIST, method_row);
}

uint32_t
md_field_owner(const struct md_image *img, uint32_t field_row)
{
    return md_list_owner(img, MD_TYPEDEF, MD_TYPEDEF_FIELDLIST, field_row);
}

uint32_t
md_param_owner(const struct md_image *img, uint32_t param_row)
{
    return md_list_owner(img, MD_METHODDEF, MD_METHODDEF_PARAMLIST, param_row);
}

/* ---- assemblies --------------------------------------------------------------------------- */

const char *
md_assembly_name(const struct md_image *img)
{
    return md_cell_string(img, MD_ASSEMBLY, 1, MD_ASSEMBLY_NAME);
}

/* `column` is the first of the four version columns. */
static struct md_version
version_at(const struct md_image *img, enum md_table table, uint32_t row, unsigned column)
{
    struct md_version v;

    v.major = (uint16_t)md_cell(img, table, row, column);
    v.minor = (uint16_t)md_cell(img, table, row, column + 1);
    v.build = (uint16_t)md_cell(img, table, row, column + 2);
    v.revision = (uint16_t)md_cell(img, table, row, column + 3);
    return v;
}

struct md_version
md_assembly_version(const struct md_image *img)
{
    return version_at(img, MD_ASSEMBLY, 1, MD_ASSEMBLY_MAJOR);
}

const char *
md_assemblyref_name(const struct md_image *img, uint32_t row)
{
    return md_cell_string(img, MD_ASSEMBLYREF, row, MD_ASSEMBLYREF_NAME);
}

struct md_version
md_assemblyref_version(const struct md_image *img, uint32_t row)
{
    return version_at(img, MD_ASSEMBLYREF, row, MD_ASSEMBLYREF_MAJOR);
}

bool
md_key_token(struct md_blob key, bool is_full_key, uint8_t out[8])
{
    uint8_t digest[20];

    memset(out, 0, 8);
    if (key.size == 0)
        return false;
    if (!is_full_key) {
        if (key.size != 8)
            return false;
        memcpy(out, key.at, 8);
        return true;
    }
    md_sha1(key.at, key.size, digest);
    for (unsigned i = 0; i < 8; i++)
        out[i] = digest[19 - i];
    return true;
}

bool
md_assembly_key_token(const struct md_image *img, uint8_t out[8])
{
    return md_key_token(md_cell_blob(img, MD_ASSEMBLY, 1, MD_ASSEMBLY_PUBLICKEY), true, out);
}

bool
md_assemblyref_key_token(const struct md_image *img, uint32_t row, uint8_t out[8])
{
    uint32_t flags = md_cell(img, MD_ASSEMBLYREF, row, MD_ASSEMBLYREF_FLAGS);

    return md_key_token(md_cell_blob(img, MD_ASSEMBLYREF, row, MD_ASSEMBLYREF_PUBLICKEY),
                        (flags & MD_ASM_PUBLIC_KEY) != 0, out);
}
