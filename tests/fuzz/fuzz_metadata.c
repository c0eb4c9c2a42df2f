/* tests/fuzz/fuzz_metadata.c - opens any bytes as an assembly and as a PDB and reads all of it. */
#include "tests/fuzz/fuzz.h"

#include "compiler/metadata/md.h"
#include "tests/metadata/recipe.h"

enum { ROWS_READ_MAX = 4096 };

static uint32_t
rows_to_read(const struct md_image *img, enum md_table table)
{
    uint32_t n = md_row_count(img, table);

    return n < ROWS_READ_MAX ? n : ROWS_READ_MAX;
}

static void
attribute_read(const struct md_image *img, uint32_t row)
{
    struct md_attr_reader r;
    struct md_attr_value v, e;

    md_attribute_is(img, row, "N", "MarkAttribute");
    if (!md_attr_open(img, row, NULL, NULL, &r))
        return;
    while (md_attr_fixed(&r, &v))
        while (md_attr_element(&v, &e))
            ;
    while (md_attr_named(&r, &v))
        while (md_attr_element(&v, &e))
            ;
}

static void
types_read(const struct md_image *img, struct arena *a)
{
    for (uint32_t row = 1; row <= rows_to_read(img, MD_TYPEDEF); row++) {
        uint32_t first, end;

        md_typedef_full_name(img, row, a);
        md_typedef_find(img, md_typedef_namespace(img, row), md_typedef_name(img, row));
        md_typedef_find_nested(img, md_typedef_enclosing(img, row), md_typedef_name(img, row));
        md_list(img, MD_TYPEDEF, row, MD_TYPEDEF_FIELDLIST, &first, &end);
        md_find_rows(img, MD_GENERICPARAM, MD_GENERICPARAM_OWNER, md_token(MD_TYPEDEF, row), &first,
                     &end);
    }
    for (uint32_t row = 1; row <= rows_to_read(img, MD_EXPORTEDTYPE); row++)
        md_exported_assembly(img, row);
}

static void
assembly_read(const struct md_image *img, struct arena *a)
{
    struct md_error err;
    struct md_body body;
    struct md_blob blob;
    struct md_substitution *rows;
    struct md_text text;
    uint32_t count;
    uint8_t token[8], id[20];
    size_t size;

    types_read(img, a);
    md_debug_id(img, id);
    md_debug_embedded(img, a, &size);
    for (uint32_t row = 1; row <= rows_to_read(img, MD_METHODDEF); row++) {
        md_body_read(img, row, &body, a, &err);
        md_method_owner(img, row);
    }
    for (uint32_t row = 1; row <= rows_to_read(img, MD_CUSTOMATTRIBUTE); row++)
        attribute_read(img, row);
    for (uint32_t row = 1; row <= rows_to_read(img, MD_MANIFESTRESOURCE); row++)
        md_resource_row(img, row, &blob);
    for (uint32_t row = 1; row <= rows_to_read(img, MD_ASSEMBLYREF); row++)
        md_assemblyref_key_token(img, row, token);
    md_assembly_key_token(img, token);
    md_substitutions_read(img, a, &rows, &count, &err);
    md_resource_string(img, "Greeting", &text);
}

static void
pdb_read(const struct md_image *pdb, struct arena *a)
{
    struct md_error err;
    struct md_point *points;
    struct md_scopes scopes;
    uint32_t count;

    for (uint32_t row = 1; row <= rows_to_read(pdb, MD_METHODDEBUGINFORMATION); row++) {
        md_pdb_points(pdb, row, a, &points, &count, &err);
        md_pdb_scopes(pdb, row, a, &scopes, &err);
    }
    for (uint32_t row = 1; row <= rows_to_read(pdb, MD_DOCUMENT); row++)
        md_pdb_document(pdb, row, a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct md_error err;
    struct md_image *img = md_open(a, "fuzz", data, size, &err);

    if (img)
        assembly_read(img, a);
    img = md_pdb_open(a, "fuzz", data, size, &err);
    if (img)
        pdb_read(img, a);
    arena_free(a);
    return 0;
}

bool
fuzz_seed(unsigned n, struct byte_vec *out)
{
    struct recipe r;

    if (n > 1)
        return false;
    if (n == 0) {
        recipe_library(&r);
        *out = recipe_image(&r);
    } else {
        recipe_library_pdb(&r);
        *out = recipe_pdb(&r);
    }
    recipe_free(&r);
    return true;
}
