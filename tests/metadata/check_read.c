/* tests/metadata/check_read.c - core: tables, heaps, names, bodies and resources of a good image.
 */
#include "tests/metadata/suites.h"

#include <string.h>

START_TEST(cells_give_offsets_rows_and_tokens)
{
    ck_assert_uint_eq(md_row_count(test_image, MD_TYPEDEF), 5);
    ck_assert_uint_eq(md_cell(test_image, MD_TYPEDEF, LIB_OUTER, MD_TYPEDEF_FLAGS), 0x81);
    ck_assert_uint_eq(md_cell(test_image, MD_TYPEDEF, LIB_OUTER, MD_TYPEDEF_EXTENDS), 0x01000001);
    ck_assert_uint_eq(md_cell(test_image, MD_TYPEDEF, 1, MD_TYPEDEF_EXTENDS), 0);
    ck_assert_uint_eq(md_cell(test_image, MD_NESTEDCLASS, 1, MD_NESTEDCLASS_ENCLOSING), LIB_OUTER);
    ck_assert_uint_eq(md_entry_point(test_image), 0x06000002);
    ck_assert(md_token_exists(test_image, 0x02000005));
    ck_assert(!md_token_exists(test_image, 0x02000006));
    ck_assert(!md_token_exists(test_image, 0x70000001));
}
END_TEST

START_TEST(cells_of_missing_rows_read_as_zero)
{
    ck_assert_uint_eq(md_cell(test_image, MD_TYPEDEF, 0, MD_TYPEDEF_NAME), 0);
    ck_assert_uint_eq(md_cell(test_image, MD_TYPEDEF, 6, MD_TYPEDEF_NAME), 0);
    ck_assert_uint_eq(md_cell(test_image, MD_EVENT, 1, MD_EVENT_NAME), 0);
}
END_TEST

START_TEST(lists_give_the_owned_run_and_its_owner)
{
    uint32_t first, end;

    md_list(test_image, MD_TYPEDEF, LIB_OUTER, MD_TYPEDEF_METHODLIST, &first, &end);
    ck_assert_uint_eq(first, 1);
    ck_assert_uint_eq(end, 4);
    md_list(test_image, MD_TYPEDEF, LIB_INNER, MD_TYPEDEF_FIELDLIST, &first, &end);
    ck_assert_uint_eq(first, end);
    md_list(test_image, MD_TYPEDEF, LIB_ENUM, MD_TYPEDEF_FIELDLIST, &first, &end);
    ck_assert_uint_eq(first, 3);
    ck_assert_uint_eq(end, 4);
    ck_assert_uint_eq(md_method_owner(test_image, 3), LIB_OUTER);
    ck_assert_uint_eq(md_method_owner(test_image, 4), LIB_ATTRIBUTE);
    ck_assert_uint_eq(md_field_owner(test_image, 3), LIB_ENUM);
    ck_assert_uint_eq(md_field_owner(test_image, 4), 0);
    ck_assert_uint_eq(md_param_owner(test_image, 1), 4);
}
END_TEST

START_TEST(key_lookups_find_runs)
{
    uint32_t first, end;

    ck_assert(md_find_rows(test_image, MD_GENERICPARAM, MD_GENERICPARAM_OWNER,
                           md_token(MD_TYPEDEF, LIB_INNER), &first, &end));
    ck_assert_uint_eq(first, 1);
    ck_assert_uint_eq(end, 3);
    ck_assert(!md_find_rows(test_image, MD_GENERICPARAM, MD_GENERICPARAM_OWNER,
                            md_token(MD_METHODDEF, LIB_INNER), &first, &end));
    ck_assert_uint_eq(first, end);
    ck_assert(!md_find_rows(test_image, MD_GENERICPARAM, MD_GENERICPARAM_OWNER,
                            md_token(MD_ASSEMBLY, 1), &first, &end));
    /* not the sort key: found by walking */
    ck_assert_uint_eq(
        md_find_row(test_image, MD_METHODSEMANTICS, MD_METHODSEMANTICS_METHOD, LIB_METHOD_ABSTRACT),
        1);
}
END_TEST

START_TEST(types_are_found_by_name)
{
    ck_assert_uint_eq(md_typedef_find(test_image, "N", "Outer"), LIB_OUTER);
    ck_assert_uint_eq(md_typedef_find(test_image, "N", "outer"), 0);
    ck_assert_uint_eq(md_typedef_find(test_image, "", "Inner`2"), 0);
    ck_assert_uint_eq(md_typedef_find_nested(test_image, LIB_OUTER, "Inner`2"), LIB_INNER);
    ck_assert_uint_eq(md_typedef_find_nested(test_image, LIB_ENUM, "Inner`2"), 0);
    ck_assert_uint_eq(md_typedef_enclosing(test_image, LIB_INNER), LIB_OUTER);
    ck_assert_str_eq(md_typedef_full_name(test_image, LIB_INNER, test_arena), "N.Outer/Inner`2");
    ck_assert_str_eq(md_typedef_full_name(test_image, 1, test_arena), "<Module>");
}
END_TEST

START_TEST(forwarders_lead_to_their_assembly)
{
    ck_assert_uint_eq(md_exported_find(test_image, "N2", "Moved"), 1);
    ck_assert_uint_eq(md_exported_find(test_image, "", "Part"), 0);
    ck_assert_uint_eq(md_exported_assembly(test_image, 1), 1);
    ck_assert_uint_eq(md_exported_assembly(test_image, 2), 1);
}
END_TEST

START_TEST(assembly_identity_is_read)
{
    static const uint8_t ecma_token[8] = {0xB7, 0x7A, 0x5C, 0x56, 0x19, 0x34, 0xE0, 0x89};
    static const uint8_t ref_token[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    struct md_version v = md_assembly_version(test_image);
    uint8_t token[8];

    ck_assert_str_eq(md_assembly_name(test_image), "Recipe");
    ck_assert(v.major == 1 && v.minor == 2 && v.build == 3 && v.revision == 4);
    /* II.6.2.1.3: the standard's own key and its known token */
    ck_assert(md_assembly_key_token(test_image, token));
    ck_assert_mem_eq(token, ecma_token, 8);
    ck_assert_str_eq(md_assemblyref_name(test_image, 1), "System.Runtime");
    ck_assert_uint_eq(md_assemblyref_version(test_image, 1).major, 9);
    ck_assert(md_assemblyref_key_token(test_image, 1, token));
    ck_assert_mem_eq(token, ref_token, 8);
}
END_TEST

START_TEST(heaps_answer_bad_offsets_with_nothing)
{
    struct md_utf16 text;

    ck_assert_str_eq(md_string(test_image, 0xFFFFFF), "");
    ck_assert_uint_eq(md_blob(test_image, 0xFFFFFF).size, 0);
    ck_assert(!md_user_string(test_image, 0x70FFFFFF, &text));
    ck_assert_uint_eq(text.count, 0);
    ck_assert_ptr_null(md_guid(test_image, 0));
    ck_assert_ptr_null(md_guid(test_image, 2));
    ck_assert_mem_eq(md_guid(test_image, 1), "0123456789abcdef", 16);
}
END_TEST

START_TEST(user_strings_are_utf16)
{
    struct md_utf16 text;

    ck_assert(md_user_string(test_image, 0x70000001, &text));
    ck_assert_uint_eq(text.count, 4);
    ck_assert_uint_eq(md_utf16_unit(text, 0), 'u');
    ck_assert_uint_eq(md_utf16_unit(text, 3), 'r');
}
END_TEST

START_TEST(tiny_bodies_have_the_defaults)
{
    struct md_error err;
    struct md_body body;

    ck_assert(md_body_read(test_image, LIB_METHOD_TINY, &body, test_arena, &err));
    ck_assert_uint_eq(body.code_size, 1);
    ck_assert_uint_eq(body.code[0], 0x2A);
    ck_assert_uint_eq(body.max_stack, 8);
    ck_assert(!body.init_locals && !body.local_sig_token && !body.clause_count);
}
END_TEST

START_TEST(fat_bodies_carry_locals_and_clauses)
{
    struct md_error err = {{0}};
    struct md_body body;

    ck_assert_msg(md_body_read(test_image, LIB_METHOD_FAT, &body, test_arena, &err), "%s",
                  err.text);
    ck_assert_uint_eq(body.code_size, 4);
    ck_assert_uint_eq(body.max_stack, 3);
    ck_assert(body.init_locals);
    ck_assert_uint_eq(body.local_sig_token, 0x11000001);
    ck_assert_uint_eq(body.clause_count, 2);
    ck_assert_int_eq(body.clauses[0].kind, MD_CLAUSE_CATCH);
    ck_assert_uint_eq(body.clauses[0].class_token, 0x01000001);
    ck_assert_uint_eq(body.clauses[0].handler_offset, 1);
    ck_assert_int_eq(body.clauses[1].kind, MD_CLAUSE_FINALLY);
    ck_assert_uint_eq(body.clauses[1].try_length, 2);
}
END_TEST

START_TEST(abstract_methods_have_no_code)
{
    struct md_error err;
    struct md_body body;

    ck_assert(md_body_read(test_image, LIB_METHOD_ABSTRACT, &body, test_arena, &err));
    ck_assert_ptr_null(body.code);
}
END_TEST

START_TEST(rvas_outside_the_sections_give_nothing)
{
    uint32_t available;

    ck_assert_ptr_null(md_rva(test_image, 0, &available));
    ck_assert_ptr_null(md_rva(test_image, 0x1FFF, &available));
    ck_assert_ptr_null(md_rva(test_image, 0xFFFFFFFF, &available));
    ck_assert_uint_eq(available, 0);
    ck_assert_ptr_nonnull(md_rva(test_image, 0x2000, &available));
    ck_assert_uint_eq(available, test_bytes.count - 0x200);
}
END_TEST

START_TEST(resources_are_found_by_name)
{
    struct md_blob blob;

    ck_assert(md_resource(test_image, "ILLink.Substitutions.xml", &blob));
    ck_assert_uint_eq(blob.size, strlen(recipe_substitutions));
    ck_assert_mem_eq(blob.at, recipe_substitutions, blob.size);
    ck_assert(!md_resource(test_image, "none", &blob));
}
END_TEST

START_TEST(counts_are_dumped_as_text)
{
    char text[2048];
    FILE *out = tmpfile();
    size_t n;

    ck_assert_ptr_nonnull(out);
    md_dump_counts(test_image, out);
    rewind(out);
    n = fread(text, 1, sizeof text - 1, out);
    text[n] = 0;
    fclose(out);
    ck_assert(strncmp(text, "00 Module 1\n01 TypeRef 3\n02 TypeDef 5\n", 38) == 0);
}
END_TEST

TCase *
read_cases(void)
{
    TCase *cases = tcase_create("core");

    tcase_add_checked_fixture(cases, library_open, library_close);
    tcase_add_test(cases, cells_give_offsets_rows_and_tokens);
    tcase_add_test(cases, cells_of_missing_rows_read_as_zero);
    tcase_add_test(cases, lists_give_the_owned_run_and_its_owner);
    tcase_add_test(cases, key_lookups_find_runs);
    tcase_add_test(cases, types_are_found_by_name);
    tcase_add_test(cases, forwarders_lead_to_their_assembly);
    tcase_add_test(cases, assembly_identity_is_read);
    tcase_add_test(cases, heaps_answer_bad_offsets_with_nothing);
    tcase_add_test(cases, user_strings_are_utf16);
    tcase_add_test(cases, tiny_bodies_have_the_defaults);
    tcase_add_test(cases, fat_bodies_carry_locals_and_clauses);
    tcase_add_test(cases, abstract_methods_have_no_code);
    tcase_add_test(cases, rvas_outside_the_sections_give_nothing);
    tcase_add_test(cases, resources_are_found_by_name);
    tcase_add_test(cases, counts_are_dumped_as_text);
    return cases;
}
