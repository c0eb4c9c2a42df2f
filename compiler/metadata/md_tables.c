/* compiler/metadata/md_tables.c - the table descriptions of md_tables.def as data.
 * Also the coded indexes (II.24.2.6), whose tags are positions in these rows. */
#include "compiler/metadata/md.h"
#include "compiler/metadata/md_priv.h"

#include <assert.h>

#define MD_TABLE(id, number, name, key, clause)                                                    \
    static const struct md_column_info columns_##id[] = {
#define MD_COL(table, id, kind, argument) {#id, MD_KIND_##kind, (uint8_t)(argument)},
#define MD_END(table)                                                                              \
    }                                                                                              \
    ;                                                                                              \
    static_assert((int)MD_##table##_COLUMNS <= (int)MD_COLUMNS_MAX, "MD_COLUMNS_MAX is too "       \
                                                                    "small");
#include "compiler/metadata/md_tables.def"
#undef MD_TABLE
#undef MD_COL
#undef MD_END

const struct md_table_info md_table_infos[MD_TABLE_COUNT] = {
#define MD_TABLE(id, number, name, key, clause)                                                    \
    [number] = {name, (uint8_t)MD_##id##_COLUMNS, (int8_t)(key), columns_##id},
#define MD_COL(table, id, kind, argument)
#define MD_END(table)
#include "compiler/metadata/md_tables.def"
#undef MD_TABLE
#undef MD_COL
#undef MD_END
};

/* clang-format off */
const struct md_coded_info md_coded_infos[MD_CODED_COUNT] = {
    [MD_CODED_TYPEDEFORREF] = {2, 3, {MD_TYPEDEF, MD_TYPEREF, MD_TYPESPEC}},
    [MD_CODED_HASCONSTANT] = {2, 3, {MD_FIELD, MD_PARAM, MD_PROPERTY}},
    [MD_CODED_HASCUSTOMATTRIBUTE] = {5, 22, {
        MD_METHODDEF, MD_FIELD, MD_TYPEREF, MD_TYPEDEF, MD_PARAM, MD_INTERFACEIMPL, MD_MEMBERREF,
        MD_MODULE, MD_DECLSECURITY, MD_PROPERTY, MD_EVENT, MD_STANDALONESIG, MD_MODULEREF,
        MD_TYPESPEC, MD_ASSEMBLY, MD_ASSEMBLYREF, MD_FILE, MD_EXPORTEDTYPE, MD_MANIFESTRESOURCE,
        MD_GENERICPARAM, MD_GENERICPARAMCONSTRAINT, MD_METHODSPEC}},
    [MD_CODED_HASFIELDMARSHAL] = {1, 2, {MD_FIELD, MD_PARAM}},
    [MD_CODED_HASDECLSECURITY] = {2, 3, {MD_TYPEDEF, MD_METHODDEF, MD_ASSEMBLY}},
    [MD_CODED_MEMBERREFPARENT] = {3, 5, {
        MD_TYPEDEF, MD_TYPEREF, MD_MODULEREF, MD_METHODDEF, MD_TYPESPEC}},
    [MD_CODED_HASSEMANTICS] = {1, 2, {MD_EVENT, MD_PROPERTY}},
    [MD_CODED_METHODDEFORREF] = {1, 2, {MD_METHODDEF, MD_MEMBERREF}},
    [MD_CODED_MEMBERFORWARDED] = {1, 2, {MD_FIELD, MD_METHODDEF}},
    [MD_CODED_IMPLEMENTATION] = {2, 3, {MD_FILE, MD_ASSEMBLYREF, MD_EXPORTEDTYPE}},
    [MD_CODED_CUSTOMATTRIBUTETYPE] = {3, 4, {
        MD_CODED_NONE, MD_CODED_NONE, MD_METHODDEF, MD_MEMBERREF}},
    [MD_CODED_RESOLUTIONSCOPE] = {2, 4, {MD_MODULE, MD_MODULEREF, MD_ASSEMBLYREF, MD_TYPEREF}},
    [MD_CODED_TYPEORMETHODDEF] = {1, 2, {MD_TYPEDEF, MD_METHODDEF}},
    [MD_CODED_HASCUSTOMDEBUGINFORMATION] = {5, 27, {
        MD_METHODDEF, MD_FIELD, MD_TYPEREF, MD_TYPEDEF, MD_PARAM, MD_INTERFACEIMPL, MD_MEMBERREF,
        MD_MODULE, MD_DECLSECURITY, MD_PROPERTY, MD_EVENT, MD_STANDALONESIG, MD_MODULEREF,
        MD_TYPESPEC, MD_ASSEMBLY, MD_ASSEMBLYREF, MD_FILE, MD_EXPORTEDTYPE, MD_MANIFESTRESOURCE,
        MD_GENERICPARAM, MD_GENERICPARAMCONSTRAINT, MD_METHODSPEC, MD_DOCUMENT, MD_LOCALSCOPE,
        MD_LOCALVARIABLE, MD_LOCALCONSTANT, MD_IMPORTSCOPE}},
};
/* clang-format on */

const char *
md_table_name(unsigned table)
{
    return table < MD_TABLE_COUNT ? md_table_infos[table].name : NULL;
}

void
md_dump_counts(const struct md_image *img, FILE *out)
{
    for (unsigned t = 0; t < MD_TABLE_COUNT; t++)
        if (img->tables[t].count)
            fprintf(out, "%02X %s %u\n", t, md_table_infos[t].name, img->tables[t].count);
}
