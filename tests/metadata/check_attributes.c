/* tests/metadata/check_attributes.c - custom attributes: lookup by class, values, faults. */
#include "tests/metadata/suites.h"

#include <string.h>

static bool
text_is(struct md_text text, const char *expected)
{
    return text.size == strlen(expected) && memcmp(text.at, expected, text.size) == 0;
}

START_TEST(attributes_are_found_by_class)
{
    uint32_t outer = md_token(MD_TYPEDEF, LIB_OUTER);
    uint32_t row = md_attribute_find(test_image, outer, "N", "MarkAttribute");

    ck_assert_uint_eq(row, 2);
    ck_assert_uint_eq(md_attribute_class(test_image, row), md_token(MD_TYPEDEF, LIB_ATTRIBUTE));
    ck_assert_uint_eq(md_attribute_find(test_image, outer, "", "MarkAttribute"), 0);
    ck_assert_uint_eq(md_attribute_find(test_image, md_token(MD_TYPEDEF, 1), "N", "MarkAttribute"),
                      0);
    /* through a MemberRef */
    ck_assert(md_attribute_is(test_image, 1, "System", "Object"));
    ck_assert(!md_attribute_is(test_image, 1, "System", "Attribute"));
}
END_TEST

START_TEST(fixed_and_named_arguments_are_read)
{
    struct md_attr_reader r;
    struct md_attr_value v, e;

    ck_assert(md_attr_open(test_image, 2, NULL, NULL, &r));
    ck_assert(md_attr_fixed(&r, &v));
    ck_assert(v.kind == MD_VALUE_INT && v.integer == 42);
    ck_assert(md_attr_fixed(&r, &v));
    ck_assert(v.kind == MD_VALUE_STRING && text_is(v.text, "hi"));
    ck_assert(md_attr_fixed(&r, &v));
    ck_assert(v.kind == MD_VALUE_ENUM && v.integer == 7);
    ck_assert_uint_eq(v.type.enum_element, MD_ELEMENT_U1);
    ck_assert(md_attr_fixed(&r, &v));
    ck_assert(v.kind == MD_VALUE_STRING && text_is(v.text, "box"));
    ck_assert(md_attr_fixed(&r, &v));
    ck_assert(v.kind == MD_VALUE_ARRAY && v.count == 2);
    ck_assert(md_attr_element(&v, &e) && e.integer == 1);
    ck_assert(md_attr_element(&v, &e) && e.integer == -2);
    ck_assert(!md_attr_element(&v, &e));
    ck_assert(!md_attr_fixed(&r, &v));
    ck_assert(md_attr_named(&r, &v));
    ck_assert(v.is_field && text_is(v.name, "Flag") && v.kind == MD_VALUE_BOOL && v.integer == 1);
    ck_assert(md_attr_named(&r, &v));
    ck_assert(!v.is_field && text_is(v.name, "Kind") && v.kind == MD_VALUE_ENUM && v.integer == 9);
    ck_assert(!md_attr_named(&r, &v));
    ck_assert(!md_attr_failed(&r) && md_sig_at_end(&r.value));
}
END_TEST

START_TEST(named_arguments_skip_unread_fixed_ones)
{
    struct md_attr_reader r;
    struct md_attr_value v;

    ck_assert(md_attr_open(test_image, 2, NULL, NULL, &r));
    ck_assert(md_attr_named(&r, &v));
    ck_assert(text_is(v.name, "Flag"));
}
END_TEST

static void
value_patch(const void *bytes, size_t size)
{
    struct md_error err = {{0}};

    recipe_patch(&test_recipe, MD_CUSTOMATTRIBUTE, 2, MD_CUSTOMATTRIBUTE_VALUE,
                 recipe_blob(&test_recipe, bytes, size));
    test_image = recipe_open(&test_recipe, &err);
    ck_assert_msg(test_image != NULL, "%s", err.text);
}

START_TEST(malformed_values_fail_without_a_crash)
{
    static const uint8_t whole[] = {1, 0, 42, 0, 0, 0, 2, 'h', 'i', 7, 0x0E, 3, 'b', 'o', 'x',
                                    2, 0, 0,  0, 1, 0, 0, 0,   2,   0, 0,    0, 0,   0};
    struct md_attr_reader r;
    struct md_attr_value v;

    for (size_t size = 0; size < sizeof whole; size++) {
        value_patch(whole, size);
        ck_assert(!md_attr_open(test_image, 2, NULL, NULL, &r) || !md_attr_named(&r, &v));
        ck_assert(size < 2 || md_attr_failed(&r));
    }
    value_patch(whole, sizeof whole);
    ck_assert(md_attr_open(test_image, 2, NULL, NULL, &r));
    ck_assert(!md_attr_named(&r, &v) && !md_attr_failed(&r));
}
END_TEST

START_TEST(a_null_string_and_a_null_array_are_told_apart)
{
    static const uint8_t bytes[] = {1, 0, 42, 0, 0, 0, 0xFF, 7, 0x0E, 0, 255, 255, 255, 255, 0, 0};
    struct md_attr_reader r;
    struct md_attr_value v;

    value_patch(bytes, sizeof bytes);
    ck_assert(md_attr_open(test_image, 2, NULL, NULL, &r));
    ck_assert(md_attr_fixed(&r, &v) && md_attr_fixed(&r, &v));
    ck_assert_ptr_null(v.text.at);
    ck_assert(md_attr_fixed(&r, &v) && md_attr_fixed(&r, &v));
    ck_assert(v.text.at != NULL && v.text.size == 0);
    ck_assert(md_attr_fixed(&r, &v));
    ck_assert(v.kind == MD_VALUE_ARRAY && v.is_null && v.count == 0);
}
END_TEST

TCase *
attribute_cases(void)
{
    TCase *cases = tcase_create("attributes");

    tcase_add_checked_fixture(cases, library_open, library_close);
    tcase_add_test(cases, attributes_are_found_by_class);
    tcase_add_test(cases, fixed_and_named_arguments_are_read);
    tcase_add_test(cases, named_arguments_skip_unread_fixed_ones);
    tcase_add_test(cases, malformed_values_fail_without_a_crash);
    tcase_add_test(cases, a_null_string_and_a_null_array_are_told_apart);
    return cases;
}
