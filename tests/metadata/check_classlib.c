/* tests/metadata/check_classlib.c - reads the whole pinned class library, if it has been fetched.
 * Every assembly opens, every body and every attribute reads to its end. */
#include "tests/metadata/suites.h"

#include "pal/pal.h"

#include <stdlib.h>
#include <string.h>

#ifndef CORERT_TEST_CLASSLIB_DIR
#define CORERT_TEST_CLASSLIB_DIR ""
#endif

enum { FILE_LIMIT = 64 << 20 };

/* EventKeywords is the one enum of the core library that is wider than int32. */
static uint8_t
enum_width(void *context, const struct md_image *img, uint32_t token, struct md_text name)
{
    (void)context;
    (void)name;
    if (md_token_table(token) == MD_TYPEREF &&
        strcmp(md_cell_string(img, MD_TYPEREF, md_token_row(token), MD_TYPEREF_NAME),
               "EventKeywords") == 0)
        return MD_ELEMENT_I8;
    if (name.at && name.size >= 42 &&
        memcmp(name.at, "System.Diagnostics.Tracing.EventKeywords", 40) == 0)
        return MD_ELEMENT_I8;
    return 0;
}

static void
bodies_read(const struct md_image *img, struct arena *a)
{
    uint32_t count = md_row_count(img, MD_METHODDEF);

    for (uint32_t row = 1; row <= count; row++) {
        struct md_error err = {{0}};
        struct md_body body;

        if (!md_body_read(img, row, &body, a, &err))
            ck_abort_msg("%s", err.text);
    }
}

static void
attributes_read(const struct md_image *img)
{
    uint32_t count = md_row_count(img, MD_CUSTOMATTRIBUTE);

    for (uint32_t row = 1; row <= count; row++) {
        struct md_attr_reader r;
        struct md_attr_value v;
        bool ok = md_attr_open(img, row, enum_width, NULL, &r);

        while (ok && md_attr_named(&r, &v))
            ;
        if (!ok || md_attr_failed(&r) || !md_sig_at_end(&r.value))
            ck_abort_msg("%s: attribute %u is not read", md_path(img), row);
    }
}

static void
assembly_read(const char *path)
{
    struct arena *a = arena_new();
    struct pal_file file;
    struct md_error err = {{0}};
    struct md_image *img;
    struct md_substitution *rows;
    uint32_t count;

    ck_assert_int_eq(pal_file_read(path, FILE_LIMIT, &file), PAL_OK);
    img = md_open(a, path, file.bytes, file.size, &err);
    if (!img)
        ck_abort_msg("%s", err.text);
    bodies_read(img, a);
    attributes_read(img);
    if (!md_substitutions_read(img, a, &rows, &count, &err))
        ck_abort_msg("%s", err.text);
    arena_free(a);
    pal_file_free(&file);
}

struct listing {
    const char *folder;
    unsigned assemblies;
};

static void
entry_read(void *context, const char *name)
{
    struct listing *listing = context;
    size_t n = strlen(name);
    char path[1024];

    if (n < 4 || strcmp(name + n - 4, ".dll") != 0)
        return;
    snprintf(path, sizeof path, "%s/%s", listing->folder, name);
    assembly_read(path);
    listing->assemblies++;
}

START_TEST(the_whole_class_library_reads)
{
    struct listing sdk = {CORERT_TEST_CLASSLIB_DIR "/sdk", 0};
    struct listing framework = {CORERT_TEST_CLASSLIB_DIR "/framework", 0};

    ck_assert_int_eq(pal_dir_list(sdk.folder, entry_read, &sdk), PAL_OK);
    ck_assert_int_eq(pal_dir_list(framework.folder, entry_read, &framework), PAL_OK);
    ck_assert_uint_ge(sdk.assemblies, 5);
    ck_assert_uint_ge(framework.assemblies, 100);
}
END_TEST

START_TEST(core_library_facts_are_read)
{
    struct arena *a = arena_new();
    struct pal_file file;
    struct md_error err = {{0}};
    struct md_image *img;
    struct md_text text;
    uint32_t string;

    ck_assert_int_eq(pal_file_read(CORERT_TEST_CLASSLIB_DIR "/sdk/System.Private.CoreLib.dll",
                                   FILE_LIMIT, &file),
                     PAL_OK);
    img = md_open(a, "CoreLib", file.bytes, file.size, &err);
    ck_assert_msg(img != NULL, "%s", err.text);
    string = md_typedef_find(img, "System", "String");
    ck_assert_uint_ne(string, 0);
    ck_assert_str_eq(md_typedef_full_name(img, string, a), "System.String");
    ck_assert_str_eq(md_assembly_name(img), "System.Private.CoreLib");
    ck_assert(md_resource_string(img, "Arg_NullReferenceException", &text));
    ck_assert_mem_eq(text.at, "Object reference not set", 24);
    arena_free(a);
    pal_file_free(&file);
}
END_TEST

TCase *
classlib_cases(void)
{
    TCase *cases = tcase_create("class library");

    tcase_set_timeout(cases, 110);
    if (!*CORERT_TEST_CLASSLIB_DIR)
        return cases;
    tcase_add_test(cases, the_whole_class_library_reads);
    tcase_add_test(cases, core_library_facts_are_read);
    return cases;
}
