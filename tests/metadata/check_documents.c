/* tests/metadata/check_documents.c - the two embedded documents: substitutions and .resources. */
#include "tests/metadata/suites.h"

#include <stdlib.h>
#include <string.h>

static struct md_substitution *rows;
static uint32_t row_count;

static bool
parse(const char *xml, struct md_error *err)
{
    return md_substitutions_parse("x.dll", (const uint8_t *)xml, strlen(xml), test_arena, &rows,
                                  &row_count, err);
}

START_TEST(substitutions_are_read_in_order)
{
    struct md_error err = {{0}};

    ck_assert_msg(md_substitutions_read(test_image, test_arena, &rows, &row_count, &err), "%s",
                  err.text);
    ck_assert_uint_eq(row_count, 4);
    ck_assert_int_eq(rows[0].kind, MD_SUBSTITUTE_STUB);
    ck_assert_str_eq(rows[0].assembly, "Recipe");
    ck_assert_str_eq(rows[0].type, "N.Outer/Inner`2");
    ck_assert_str_eq(rows[0].member, "System.Boolean get_P(System.Span`1<T>)");
    ck_assert_str_eq(rows[0].value, "true");
    ck_assert_uint_eq(rows[0].condition_count, 2);
    ck_assert_str_eq(rows[0].conditions[0].feature, "A.Switch");
    ck_assert(!rows[0].conditions[0].is_default);
    ck_assert_str_eq(rows[0].conditions[1].value, "false");
    ck_assert(rows[0].conditions[1].is_default);
    ck_assert_int_eq(rows[1].kind, MD_SUBSTITUTE_REMOVE);
    ck_assert_ptr_null(rows[1].value);
    ck_assert_int_eq(rows[2].kind, MD_SUBSTITUTE_FIELD);
    ck_assert(rows[2].initialize && !rows[3].initialize);
    ck_assert_int_eq(rows[3].kind, MD_SUBSTITUTE_RESOURCE_REMOVE);
    ck_assert_str_eq(rows[3].member, "Res");
    ck_assert_ptr_null(rows[3].type);
    ck_assert_uint_eq(rows[3].condition_count, 1);
}
END_TEST

static const struct {
    const char *xml;
    const char *expected;
} bad_documents[] = {
    {"", "there is no element"},
    {"<linker>", "an element has no end"},
    {"<linker></a>", "an end tag does not match its start"},
    {"<linker/><linker/>", "a second root element"},
    {"<other/>", "the root element is not linker"},
    {"<!DOCTYPE x><linker/>", "a document type is not supported"},
    {"<!-- <linker/>", "has no end"},
    {"<linker a=b/>", "an attribute's value is malformed"},
    {"<linker a='&bogus;'/>", "an attribute's value is malformed"},
    {"<linker a='&#xD800;'/>", "an attribute's value is malformed"},
    {"<linker a='\xFF'/>", "an attribute's value is malformed"},
    {"<linker a/>", "an attribute is malformed"},
    {"<linker feature='x'/>", "a feature has no featurevalue"},
    {"<linker><assembly><type/></assembly></linker>", "a type has no fullname"},
    {"<linker><assembly><type fullname='A'><method/></type></assembly></linker>", "signature"},
    {"<linker><type fullname='A'><method signature='M' body='x'/></type></linker>", "neither stub"},
    {"</linker>", "an end tag without its start"},
    {"<", "a tag has no name"},
};

START_TEST(malformed_documents_are_refused)
{
    struct md_error err = {{0}};

    ck_assert(!parse(bad_documents[_i].xml, &err));
    ck_assert_uint_eq(row_count, 0);
    ck_assert_msg(strstr(err.text, bad_documents[_i].expected) != NULL, "got \"%s\"", err.text);
    ck_assert(strstr(err.text, "x.dll: ILLink.Substitutions.xml offset ") == err.text);
}
END_TEST

START_TEST(deep_nesting_is_refused)
{
    struct md_error err = {{0}};
    char xml[1024] = "<linker>";

    for (unsigned i = 0; i < 100; i++)
        strcat(xml, "<a>");
    ck_assert(!parse(xml, &err));
    ck_assert_msg(strstr(err.text, "nested too deeply") != NULL, "got \"%s\"", err.text);
}
END_TEST

START_TEST(every_truncation_of_the_xml_is_refused)
{
    size_t size = strlen(recipe_substitutions) - 1; /* the last line feed may go */

    for (size_t n = 0; n < size; n++) {
        uint8_t *cut = malloc(n ? n : 1);

        memcpy(cut, recipe_substitutions, n);
        ck_assert(!md_substitutions_parse("x", cut, n, test_arena, &rows, &row_count, NULL));
        free(cut);
    }
}
END_TEST

/* ---- .resources --------------------------------------------------------------------------- */

START_TEST(resource_strings_are_found_by_key)
{
    struct md_text text;

    ck_assert(md_resource_string(test_image, "Greeting", &text));
    ck_assert_uint_eq(text.size, 9);
    ck_assert_mem_eq(text.at, "Hello, \xC3\xA9", 9);
    ck_assert(md_resource_string(test_image, "Farewell", &text));
    ck_assert_mem_eq(text.at, "Bye", 3);
    ck_assert(md_resource_string(test_image, "Empty", &text));
    ck_assert_uint_eq(text.size, 0);
    ck_assert(!md_resource_string(test_image, "greeting", &text));
    ck_assert(!md_resource_string(test_image, "", &text));
    ck_assert_ptr_null(text.at);
}
END_TEST

START_TEST(cut_resource_files_never_crash)
{
    static const char *const pairs[][2] = {{"A", "one"}, {"B", "two"}};
    struct byte_vec file = recipe_resources_file(pairs, 2);

    for (size_t n = 0; n < file.count; n++) {
        uint8_t *cut = malloc(n ? n : 1);
        struct md_resource_set set;
        struct md_text text;
        struct md_error err = {{0}};

        memcpy(cut, file.at, n);
        if (!md_resource_set_open((struct md_blob){cut, (uint32_t)n}, "x", &set, &err))
            ck_assert(strstr(err.text, "x: .resources: ") == err.text);
        else
            ck_assert(!md_resource_set_find(&set, "A", &text) ||
                      !md_resource_set_find(&set, "B", &text));
        free(cut);
    }
    byte_vec_free(&file);
}
END_TEST

TCase *
document_cases(void)
{
    TCase *cases = tcase_create("documents");

    tcase_add_checked_fixture(cases, library_open, library_close);
    tcase_add_test(cases, substitutions_are_read_in_order);
    tcase_add_loop_test(cases, malformed_documents_are_refused, 0,
                        (int)(sizeof bad_documents / sizeof *bad_documents));
    tcase_add_test(cases, deep_nesting_is_refused);
    tcase_add_test(cases, every_truncation_of_the_xml_is_refused);
    tcase_add_test(cases, resource_strings_are_found_by_key);
    tcase_add_test(cases, cut_resource_files_never_crash);
    return cases;
}
