/* tests/metadata/check_faults.c - faults: each malformed image is refused with file, place, fact.
 */
#include "tests/metadata/suites.h"

#include <stdlib.h>
#include <string.h>

/* One changed cell and a part of the message it must give. */
struct fault {
    enum md_table table;
    uint32_t row;
    unsigned column;
    uint32_t value;
    const char *expected;
};

static const struct fault faults[] = {
    {MD_TYPEDEF, 2, MD_TYPEDEF_NAME, 0xFFF0,
     "recipe.dll: TypeDef row 2, column NAME: string offset outside #Strings (0xfff0)"},
    {MD_FIELD, 1, MD_FIELD_SIGNATURE, 0xFFF0, "Field row 1, column SIGNATURE: blob offset"},
    {MD_MODULE, 1, MD_MODULE_MVID, 9, "Module row 1, column MVID: index outside #GUID"},
    {MD_TYPEDEF, 2, MD_TYPEDEF_EXTENDS, 99 << 2, "column EXTENDS: names a row that does not exist"},
    {MD_TYPEDEF, 2, MD_TYPEDEF_EXTENDS, 1 << 2 | 3, "column EXTENDS: coded index with an unknown"},
    {MD_CUSTOMATTRIBUTE, 1, MD_CUSTOMATTRIBUTE_TYPE, 1 << 3, "TYPE: coded index with an unknown"},
    {MD_MEMBERREF, 1, MD_MEMBERREF_CLASS, 0, "MemberRef row 1, column CLASS: must not be null"},
    {MD_NESTEDCLASS, 1, MD_NESTEDCLASS_ENCLOSING, 0, "ENCLOSING: must not be null"},
    {MD_NESTEDCLASS, 1, MD_NESTEDCLASS_ENCLOSING, 6, "ENCLOSING: names a row that does not"},
    {MD_NESTEDCLASS, 1, MD_NESTEDCLASS_ENCLOSING, LIB_INNER,
     "TypeDef row 3: the type is nested in itself"},
    {MD_TYPEREF, 3, MD_TYPEREF_RESOLUTIONSCOPE, 3 << 2 | 3,
     "TypeRef row 3: the type is nested in itself"},
    {MD_EXPORTEDTYPE, 2, MD_EXPORTEDTYPE_IMPLEMENTATION, 2 << 2 | 2,
     "ExportedType row 2: the type is nested in itself"},
    {MD_TYPEDEF, 5, MD_TYPEDEF_METHODLIST, 6, "METHODLIST: starts past the end"},
    {MD_TYPEDEF, 3, MD_TYPEDEF_METHODLIST, 5, "TypeDef row 4, column METHODLIST: starts before"},
    {MD_CUSTOMATTRIBUTE, 1, MD_CUSTOMATTRIBUTE_PARENT, 3 << 5 | 3,
     "CustomAttribute row 2, column PARENT: the table is not sorted"},
    {MD_GENERICPARAM, 2, MD_GENERICPARAM_NUMBER, 0, "are not numbered in order"},
};

static void
expect_fault(const struct recipe *r, const char *expected)
{
    struct md_error err = {{0}};

    ck_assert_ptr_null(recipe_open(r, &err));
    ck_assert_msg(strstr(err.text, expected) != NULL, "expected \"%s\", got \"%s\"", expected,
                  err.text);
}

START_TEST(a_bad_cell_is_refused_by_name)
{
    const struct fault *f = &faults[_i];

    recipe_patch(&test_recipe, f->table, f->row, f->column, f->value);
    expect_fault(&test_recipe, f->expected);
}
END_TEST

START_TEST(uncompressed_metadata_is_not_supported)
{
    test_recipe.tables_stream = "#-";
    expect_fault(&test_recipe, "uncompressed metadata (stream #-) is not supported");
}
END_TEST

START_TEST(a_missing_table_stream_is_refused)
{
    test_recipe.tables_stream = "#x";
    expect_fault(&test_recipe, "there is no stream #~");
}
END_TEST

START_TEST(pointer_tables_are_not_supported)
{
    /* rows of FieldPtr (0x03) */
    test_recipe.counts[0x03] = 1;
    byte_vec_u16(&test_recipe.rows[0x03], 1);
    expect_fault(&test_recipe, "pointer and edit-and-continue tables are not supported");
}
END_TEST

START_TEST(more_rows_than_bytes_are_refused)
{
    test_recipe.counts[MD_GENERICPARAMCONSTRAINT] = 0xFFFFFF;
    expect_fault(&test_recipe, "claims 16777215 rows, more than the stream holds");
}
END_TEST

START_TEST(bad_utf8_is_refused)
{
    recipe_string(&test_recipe, "\xC0\x80");
    expect_fault(&test_recipe, "stream #Strings: not valid UTF-8");
}
END_TEST

START_TEST(a_string_inside_a_character_is_refused)
{
    uint32_t at = recipe_string(&test_recipe, "\xC3\xA9");

    recipe_patch(&test_recipe, MD_MODULE, 1, MD_MODULE_NAME, at + 1);
    expect_fault(&test_recipe, "inside a UTF-8 character");
}
END_TEST

START_TEST(a_blob_past_its_heap_is_refused)
{
    uint32_t at = (uint32_t)test_recipe.blobs.count;

    byte_vec_u8(&test_recipe.blobs, 2);
    byte_vec_u8(&test_recipe.blobs, 0);
    recipe_patch(&test_recipe, MD_FIELD, 1, MD_FIELD_SIGNATURE, at);
    expect_fault(&test_recipe, "blob extends past #Blob");
}
END_TEST

START_TEST(an_entry_point_that_is_no_method_is_refused)
{
    test_recipe.entry_point = 0x06000099;
    expect_fault(&test_recipe, "the entry point token 06000099 names no method");
}
END_TEST

START_TEST(files_that_are_no_assemblies_are_refused)
{
    struct md_error err;
    static const uint8_t text[] = "#!/bin/sh";

    ck_assert_ptr_null(md_open(test_arena, "a\nb", text, 0, &err));
    ck_assert_str_eq(err.text, "a?b: PE header: not a PE file");
    ck_assert_ptr_null(md_open(test_arena, "x", text, sizeof text, &err));
    ck_assert_ptr_null(md_pdb_open(test_arena, "x", text, sizeof text, &err));
    ck_assert_str_eq(err.text, "x: metadata root: the signature BSJB is missing");
}
END_TEST

/* From memory of exactly the cut size, so that a sanitizer sees a read past the end. */
START_TEST(every_truncation_is_refused)
{
    struct byte_vec whole = recipe_image(&test_recipe);

    for (size_t size = 0; size < whole.count; size++) {
        struct md_error err;
        struct arena *a = arena_new();
        uint8_t *cut = malloc(size + 1);

        memcpy(cut, whole.at, size);
        cut = realloc(cut, size ? size : 1);
        if (md_open(a, "cut", cut, size, &err) != NULL)
            ck_abort_msg("%zu bytes of %zu were taken", size, whole.count);
        free(cut);
        arena_free(a);
    }
    byte_vec_free(&whole);
}
END_TEST

/* The methods: what may go wrong in their bodies only. */
static void
expect_body_fault(uint32_t rva, const char *expected)
{
    struct md_error err = {{0}};
    struct md_body body;
    struct md_image *img;

    recipe_patch(&test_recipe, MD_METHODDEF, LIB_METHOD_TINY, MD_METHODDEF_RVA, rva);
    img = recipe_open(&test_recipe, &err);
    ck_assert_msg(img != NULL, "%s", err.text);
    ck_assert(!md_body_read(img, LIB_METHOD_TINY, &body, test_arena, &err));
    ck_assert_ptr_null(body.code);
    ck_assert_msg(strstr(err.text, expected) != NULL, "got \"%s\"", err.text);
    ck_assert_msg(strstr(err.text, "recipe.dll: method 06000001: ") == err.text, "%s", err.text);
}

START_TEST(bad_bodies_are_refused)
{
    struct recipe *r = &test_recipe;

    expect_body_fault(0x99999, "RVA lies outside the file");
    expect_body_fault(RECIPE_DATA(r, 0x01, 0x2A), "unknown format");
    expect_body_fault(RECIPE_DATA(r, 0x02), "the code is empty");
    expect_body_fault(RECIPE_DATA(r, 3, 0x20, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0x2A), "malformed");
    expect_body_fault(RECIPE_DATA(r, 3, 0x30, 0, 0, 255, 255, 255, 255, 0, 0, 0, 0, 0x2A),
                      "past its section");
    expect_body_fault(RECIPE_DATA(r, 3, 0x30, 0, 0, 1, 0, 0, 0, 9, 0, 0, 0x11, 0x2A), "locals");
    /* one clause: try outside; empty try; bad type; bad kind; filter outside */
    expect_body_fault(RECIPE_DATA(r, 0xB, 0x30, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0x2A, 0, 0, 1, 16,
                                  0, 0, 2, 0, 0, 0, 9, 1, 0, 1, 0, 0, 0, 0),
                      "lies outside the code");
    expect_body_fault(RECIPE_DATA(r, 0xB, 0x30, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0x2A, 0, 0, 1, 16,
                                  0, 0, 2, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0),
                      "empty range");
    expect_body_fault(RECIPE_DATA(r, 0xB, 0x30, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0x2A, 0, 0, 1, 16,
                                  0, 0, 0, 0, 0, 0, 1, 1, 0, 1, 9, 0, 0, 1),
                      "names no type");
    expect_body_fault(RECIPE_DATA(r, 0xB, 0x30, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0x2A, 0, 0, 1, 16,
                                  0, 0, 3, 0, 0, 0, 1, 1, 0, 1, 0, 0, 0, 0),
                      "unknown kind");
    expect_body_fault(RECIPE_DATA(r, 0xB, 0x30, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0x2A, 0, 0, 1, 16,
                                  0, 0, 1, 0, 0, 0, 1, 1, 0, 1, 2, 0, 0, 0),
                      "filter lies outside");
}
END_TEST

TCase *
fault_cases(void)
{
    TCase *cases = tcase_create("faults");

    tcase_add_checked_fixture(cases, library_open, library_close);
    tcase_set_timeout(cases, 60);
    tcase_add_loop_test(cases, a_bad_cell_is_refused_by_name, 0,
                        (int)(sizeof faults / sizeof *faults));
    tcase_add_test(cases, uncompressed_metadata_is_not_supported);
    tcase_add_test(cases, a_missing_table_stream_is_refused);
    tcase_add_test(cases, pointer_tables_are_not_supported);
    tcase_add_test(cases, more_rows_than_bytes_are_refused);
    tcase_add_test(cases, bad_utf8_is_refused);
    tcase_add_test(cases, a_string_inside_a_character_is_refused);
    tcase_add_test(cases, a_blob_past_its_heap_is_refused);
    tcase_add_test(cases, an_entry_point_that_is_no_method_is_refused);
    tcase_add_test(cases, files_that_are_no_assemblies_are_refused);
    tcase_add_test(cases, every_truncation_is_refused);
    tcase_add_test(cases, bad_bodies_are_refused);
    return cases;
}
