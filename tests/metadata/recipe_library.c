/* tests/metadata/recipe_library.c - the assembly, the PDB and the .resources file of the tests. */
#include "tests/metadata/recipe.h"

#include <stdlib.h>
#include <string.h>

const char recipe_substitutions[] =
    "\xEF\xBB\xBF<?xml version=\"1.0\"?>\n"
    "<linker>\n"
    "  <!-- one of each -->\n"
    "  <assembly fullname='Recipe' feature=\"A.Switch\" featurevalue=\"true\">\n"
    "    <type fullname=\"N.Outer/Inner`2\" feature=\"B\" featurevalue=\"false\""
    " featuredefault=\"true\">\n"
    "      <method signature=\"System.Boolean get_P(System.Span`1&lt;T&gt;)\" body=\"stub\""
    " value=\"true\" />\n"
    "      <method signature=\"System.Void Gone()\" body=\"remove\"></method>\n"
    "      <field name=\"f\" value=\"8\" initialize=\"true\"/>\n"
    "    </type>\n"
    "    <resource name=\"&#x52;es\" action=\"remove\"/>\n"
    "    <unknown><type fullname=\"X\"/></unknown>\n"
    "  </assembly>\n"
    "</linker>\n";

/* ---- .resources --------------------------------------------------------------------------- */

static int32_t
name_hash(const char *key)
{
    uint32_t h = 5381;

    for (; *key; key++)
        h = ((h << 5) + h) ^ (uint8_t)*key;
    return (int32_t)h;
}

static int
pair_order(const void *a, const void *b)
{
    const char *const *x = a, *const *y = b;
    int32_t h = name_hash(x[0]), k = name_hash(y[0]);

    return (h > k) - (h < k);
}

static void
pair_put(const char *const pair[2], struct byte_vec *names, struct byte_vec *values)
{
    byte_vec_u8(names, (uint8_t)(2 * strlen(pair[0])));
    for (const char *p = pair[0]; *p; p++)
        byte_vec_u16(names, (uint8_t)*p);
    byte_vec_u32(names, (uint32_t)values->count);
    byte_vec_u8(values, 1);
    byte_vec_u8(values, (uint8_t)strlen(pair[1]));
    byte_vec_put(values, pair[1], strlen(pair[1]));
}

struct byte_vec
recipe_resources_file(const char *const (*pairs)[2], unsigned count)
{
    struct byte_vec out = {0}, names = {0}, values = {0};
    const char *(*sorted)[2] = malloc((count + 1) * sizeof *sorted);

    for (unsigned i = 0; i < count; i++)
        memcpy(sorted[i], pairs[i], sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, pair_order);
    byte_vec_u32(&out, 0xBEEFCACE);
    byte_vec_u32(&out, 1);
    byte_vec_u32(&out, 4);
    byte_vec_put(&out, "\1A\1B", 4);
    byte_vec_u32(&out, 2);
    byte_vec_u32(&out, count);
    byte_vec_u32(&out, 0);
    byte_vec_align(&out, 8);
    for (unsigned i = 0; i < count; i++)
        byte_vec_u32(&out, (uint32_t)name_hash(sorted[i][0]));
    for (unsigned i = 0; i < count; i++) {
        byte_vec_u32(&out, (uint32_t)names.count);
        pair_put(sorted[i], &names, &values);
    }
    byte_vec_u32(&out, (uint32_t)(out.count + 4 + names.count));
    byte_vec_put(&out, names.at, names.count);
    byte_vec_put(&out, values.at, values.count);
    byte_vec_free(&names);
    byte_vec_free(&values);
    free(sorted);
    return out;
}

/* ---- the assembly ------------------------------------------------------------------------- */

static uint32_t
coded(uint32_t row, unsigned bits, uint32_t tag)
{
    return row << bits | tag;
}

static void
assemblies_add(struct recipe *r)
{
    static const uint8_t ecma_key[16] = {0, 0, 0, 0, 0, 0, 0, 0, 4};
    uint32_t key = recipe_blob(r, ecma_key, sizeof ecma_key);
    uint32_t token = RECIPE_BLOB(r, 1, 2, 3, 4, 5, 6, 7, 8);

    RECIPE_ROW(r, MD_MODULE, 0, recipe_string(r, "Recipe.dll"), 1, 0, 0);
    byte_vec_put(&r->guids, "0123456789abcdef", 16);
    RECIPE_ROW(r, MD_ASSEMBLY, 0x8004, 1, 2, 3, 4, 1, key, recipe_string(r, "Recipe"), 0);
    RECIPE_ROW(r, MD_ASSEMBLYREF, 9, 0, 0, 1, 0, token, recipe_string(r, "System.Runtime"), 0, 0);
    RECIPE_ROW(r, MD_EXPORTEDTYPE, 0x200000, 0, recipe_string(r, "Moved"), recipe_string(r, "N2"),
               coded(1, 2, 1));
    RECIPE_ROW(r, MD_EXPORTEDTYPE, 0, 0, recipe_string(r, "Part"), 0, coded(1, 2, 2));
}

static void
types_add(struct recipe *r)
{
    uint32_t n = recipe_string(r, "N"), system = recipe_string(r, "System");

    RECIPE_ROW(r, MD_TYPEREF, coded(1, 2, 2), recipe_string(r, "Object"), system);
    RECIPE_ROW(r, MD_TYPEREF, coded(1, 2, 2), recipe_string(r, "Attribute"), system);
    RECIPE_ROW(r, MD_TYPEREF, coded(2, 2, 3), recipe_string(r, "Nested"), 0);
    RECIPE_ROW(r, MD_TYPEDEF, 0, recipe_string(r, "<Module>"), 0, 0, 1, 1);
    RECIPE_ROW(r, MD_TYPEDEF, 0x81, recipe_string(r, "Outer"), n, coded(1, 2, 1), 1, 1);
    RECIPE_ROW(r, MD_TYPEDEF, 0x02, recipe_string(r, "Inner`2"), 0, coded(1, 2, 1), 3, 4);
    RECIPE_ROW(r, MD_TYPEDEF, 0x01, recipe_string(r, "MarkAttribute"), n, coded(2, 2, 1), 3, 4);
    RECIPE_ROW(r, MD_TYPEDEF, 0x01, recipe_string(r, "E"), n, coded(1, 2, 1), 3, 5);
    RECIPE_ROW(r, MD_NESTEDCLASS, LIB_INNER, LIB_OUTER);
    RECIPE_ROW(r, MD_GENERICPARAM, 0, 0, coded(LIB_INNER, 1, 0), recipe_string(r, "T"));
    RECIPE_ROW(r, MD_GENERICPARAM, 1, 0, coded(LIB_INNER, 1, 0), recipe_string(r, "U"));
    RECIPE_ROW(r, MD_GENERICPARAMCONSTRAINT, 2, coded(1, 2, 1));
    RECIPE_ROW(r, MD_FIELD, 0x6, recipe_string(r, "a"), RECIPE_BLOB(r, 6, 8));
    RECIPE_ROW(r, MD_FIELD, 0x16, recipe_string(r, "b"), RECIPE_BLOB(r, 6, 14));
    RECIPE_ROW(r, MD_FIELD, 0x606, recipe_string(r, "value__"), RECIPE_BLOB(r, 6, 5));
}

/* A fat body: four bytes of code, then one small section with a catch and a finally. */
static uint32_t
fat_body_add(struct recipe *r)
{
    return RECIPE_DATA(r, 0x1B, 0x30, 3, 0, 4, 0, 0, 0, 1, 0, 0, 0x11, /* header */
                       0x00, 0x00, 0x00, 0x2A,                         /* nop nop nop ret */
                       0x01, 28, 0, 0,                                 /* section */
                       0, 0, 0, 0, 1, 1, 0, 1, 1, 0, 0, 0x01,          /* catch TypeRef 1 */
                       2, 0, 0, 0, 2, 2, 0, 1, 0, 0, 0, 0);            /* finally */
}

static void
methods_add(struct recipe *r)
{
    uint32_t tiny = RECIPE_DATA(r, 0x06, 0x2A); /* one byte: ret */
    uint32_t fat = fat_body_add(r);
    uint32_t no_args = RECIPE_BLOB(r, 0x20, 0, 1);
    /* (int32, string, N.E, object, int32[]) */
    uint32_t ctor_args = RECIPE_BLOB(r, 0x20, 5, 1, 8, 14, 0x11, LIB_ENUM << 2, 0x1C, 0x1D, 8);
    uint32_t ctor = recipe_string(r, ".ctor");

    RECIPE_ROW(r, MD_STANDALONESIG, RECIPE_BLOB(r, 7, 1, 8));
    RECIPE_ROW(r, MD_METHODDEF, tiny, 0, 0x1886, ctor, no_args, 1);
    RECIPE_ROW(r, MD_METHODDEF, fat, 0, 0x86, recipe_string(r, "Run"), no_args, 1);
    RECIPE_ROW(r, MD_METHODDEF, 0, 0, 0x5C6, recipe_string(r, "get_P"), no_args, 1);
    RECIPE_ROW(r, MD_METHODDEF, tiny, 0, 0x1886, ctor, ctor_args, 1);
    RECIPE_ROW(r, MD_PARAM, 0, 1, recipe_string(r, "number"));
    RECIPE_ROW(r, MD_PARAM, 0, 2, recipe_string(r, "text"));
    RECIPE_ROW(r, MD_MEMBERREF, coded(1, 3, 1), ctor, no_args);
    RECIPE_ROW(r, MD_PROPERTYMAP, LIB_OUTER, 1);
    RECIPE_ROW(r, MD_PROPERTY, 0, recipe_string(r, "P"), RECIPE_BLOB(r, 0x28, 0, 1));
    RECIPE_ROW(r, MD_METHODSEMANTICS, 2, LIB_METHOD_ABSTRACT, coded(1, 1, 1));
    recipe_patch(r, MD_METHODDEF, 1, MD_METHODDEF_PARAMLIST, 1);
}

static void
attributes_add(struct recipe *r)
{
    uint32_t value = RECIPE_BLOB(r, 1, 0, 42, 0, 0, 0, 2, 'h', 'i', 7,        /* 42, "hi", (E)7 */
                                 0x0E, 3, 'b', 'o', 'x',                      /* object: "box" */
                                 2, 0, 0, 0, 1, 0, 0, 0, 0xFE, 255, 255, 255, /* {1, -2} */
                                 2, 0,                                        /* two named ones */
                                 0x53, 0x02, 4, 'F', 'l', 'a', 'g', 1, /* field bool Flag = true */
                                 0x54, 0x55, 3, 'N', '.', 'E', 4, 'K', 'i', 'n', 'd', 9);

    /* on MethodDef 2 (tag 0), then on TypeDef 2 (tag 3): in the order of the stored values */
    RECIPE_ROW(r, MD_CUSTOMATTRIBUTE, coded(2, 5, 0), coded(1, 3, 3), RECIPE_BLOB(r, 1, 0, 0, 0));
    RECIPE_ROW(r, MD_CUSTOMATTRIBUTE, coded(2, 5, 3), coded(LIB_METHOD_ATTRIBUTE_CTOR, 3, 2),
               value);
}

static void
resources_add(struct recipe *r)
{
    static const char *const pairs[][2] = {
        {"Greeting", "Hello, \xC3\xA9"}, {"Farewell", "Bye"}, {"Empty", ""}};
    struct byte_vec file = recipe_resources_file(pairs, 3);
    uint32_t xml = recipe_resource(r, recipe_substitutions, strlen(recipe_substitutions));
    uint32_t strings = recipe_resource(r, file.at, file.count);

    RECIPE_ROW(r, MD_MANIFESTRESOURCE, xml, 2, recipe_string(r, "ILLink.Substitutions.xml"), 0);
    RECIPE_ROW(r, MD_MANIFESTRESOURCE, strings, 1,
               recipe_string(r, "FxResources.Recipe.SR.resources"), 0);
    byte_vec_free(&file);
}

void
recipe_library(struct recipe *r)
{
    recipe_begin(r);
    assemblies_add(r);
    types_add(r);
    methods_add(r);
    attributes_add(r);
    resources_add(r);
    recipe_user_string(r, "user");
    r->entry_point = md_token(MD_METHODDEF, LIB_METHOD_FAT);
}

void
recipe_library_pdb(struct recipe *r)
{
    uint32_t folder, file;

    recipe_begin(r);
    folder = recipe_blob(r, "src", 3);
    file = recipe_blob(r, "a.cs", 4);
    RECIPE_ROW(r, MD_DOCUMENT, RECIPE_BLOB(r, '/', 0, (uint8_t)folder, (uint8_t)file), 0, 0, 0);
    RECIPE_ROW(r, MD_METHODDEBUGINFORMATION, 0, 0);
    RECIPE_ROW(r, MD_METHODDEBUGINFORMATION, 1,
               RECIPE_BLOB(r, 0,               /* no locals */
                           0, 0, 9, 12, 5,     /* IL_0000 12:5-12:14 */
                           3, 0, 0,            /* IL_0003 hidden */
                           4, 1, 0x7D, 4, 8)); /* IL_0007 14:9-15:7 */
    RECIPE_ROW(r, MD_LOCALVARIABLE, 0, 0, recipe_string(r, "outer"));
    RECIPE_ROW(r, MD_LOCALVARIABLE, 1, 1, recipe_string(r, "made"));
    RECIPE_ROW(r, MD_LOCALVARIABLE, 0, 1, recipe_string(r, "inner"));
    RECIPE_ROW(r, MD_IMPORTSCOPE, 0, 0);
    RECIPE_ROW(r, MD_LOCALSCOPE, 2, 1, 1, 1, 0, 20);
    RECIPE_ROW(r, MD_LOCALSCOPE, 2, 1, 3, 1, 3, 6);
    RECIPE_ROW(r, MD_LOCALSCOPE, 2, 1, 4, 1, 4, 2);
    RECIPE_ROW(r, MD_LOCALSCOPE, 2, 1, 4, 1, 10, 5);
    r->pdb_methods = 2;
}
