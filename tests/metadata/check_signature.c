/* tests/metadata/check_signature.c - compressed numbers, tokens and sequence points. */
#include "tests/metadata/suites.h"

#include <string.h>

/* The examples of II.23.2. */
static const struct {
    uint8_t bytes[4];
    uint32_t size;
    uint32_t value;
} unsigned_examples[] = {
    {{0x03}, 1, 0x03},
    {{0x7F}, 1, 0x7F},
    {{0x80, 0x80}, 2, 0x80},
    {{0xAE, 0x57}, 2, 0x2E57},
    {{0xBF, 0xFF}, 2, 0x3FFF},
    {{0xC0, 0x00, 0x40, 0x00}, 4, 0x4000},
    {{0xDF, 0xFF, 0xFF, 0xFF}, 4, 0x1FFFFFFF},
};

static const struct {
    uint8_t bytes[4];
    uint32_t size;
    int32_t value;
} signed_examples[] = {
    {{0x06}, 1, 3},
    {{0x7B}, 1, -3},
    {{0x80, 0x80}, 2, 64},
    {{0x01}, 1, -64},
    {{0xC0, 0x00, 0x40, 0x00}, 4, 8192},
    {{0x80, 0x01}, 2, -8192},
    {{0xDF, 0xFF, 0xFF, 0xFE}, 4, 268435455},
    {{0xC0, 0x00, 0x00, 0x01}, 4, -268435456},
};

static struct md_sig
over(const uint8_t *bytes, uint32_t size)
{
    return md_sig_over(test_image, (struct md_blob){bytes, size});
}

START_TEST(unsigned_numbers_read_as_the_standard_says)
{
    struct md_sig s = over(unsigned_examples[_i].bytes, unsigned_examples[_i].size);

    ck_assert_uint_eq(md_sig_uint(&s), unsigned_examples[_i].value);
    ck_assert(md_sig_at_end(&s) && !md_sig_failed(&s));
}
END_TEST

START_TEST(signed_numbers_read_as_the_standard_says)
{
    struct md_sig s = over(signed_examples[_i].bytes, signed_examples[_i].size);

    ck_assert_int_eq(md_sig_int(&s), signed_examples[_i].value);
    ck_assert(md_sig_at_end(&s) && !md_sig_failed(&s));
}
END_TEST

START_TEST(cut_numbers_fail_and_stay_failed)
{
    static const uint8_t cut[] = {0xC0, 0x00, 0x40};
    static const uint8_t reserved[] = {0xE0, 0, 0, 0};
    struct md_sig s = over(cut, sizeof cut);

    ck_assert_uint_eq(md_sig_uint(&s), 0);
    ck_assert(md_sig_failed(&s));
    ck_assert_uint_eq(md_sig_u8(&s), 0);
    ck_assert_uint_eq(md_sig_peek(&s), 0);
    s = over(reserved, sizeof reserved);
    ck_assert_uint_eq(md_sig_uint(&s), 0);
    ck_assert(md_sig_failed(&s));
    s = over(cut, 0);
    ck_assert_int_eq(md_sig_int(&s), 0);
    ck_assert(md_sig_failed(&s));
}
END_TEST

START_TEST(type_tokens_must_name_rows)
{
    static const uint8_t good[] = {2 << 2 | 0, 1 << 2 | 1};
    static const uint8_t tag[] = {1 << 2 | 3};
    static const uint8_t row[] = {9 << 2};
    static const uint8_t nil[] = {0};
    struct md_sig s = over(good, sizeof good);

    ck_assert_uint_eq(md_sig_token(&s), 0x02000002);
    ck_assert_uint_eq(md_sig_token(&s), 0x01000001);
    s = over(tag, 1);
    ck_assert_uint_eq(md_sig_token(&s), 0);
    ck_assert(md_sig_failed(&s));
    s = over(row, 1);
    ck_assert_uint_eq(md_sig_token(&s), 0);
    ck_assert(md_sig_failed(&s));
    s = over(nil, 1);
    ck_assert_uint_eq(md_sig_token(&s), 0);
    ck_assert(md_sig_failed(&s));
}
END_TEST

/* ---- portable PDB ------------------------------------------------------------------------- */

static struct recipe pdb_recipe;
static struct byte_vec pdb_bytes;

static struct md_image *
pdb_open(struct md_error *err)
{
    byte_vec_free(&pdb_bytes);
    pdb_bytes = recipe_pdb(&pdb_recipe);
    return md_pdb_open(test_arena, "recipe.pdb", pdb_bytes.at, pdb_bytes.count, err);
}

START_TEST(sequence_points_are_read)
{
    struct md_error err = {{0}};
    struct md_image *pdb;
    struct md_scopes scopes;
    struct md_point *p;
    uint32_t count;

    recipe_library_pdb(&pdb_recipe);
    pdb = pdb_open(&err);
    ck_assert_msg(pdb != NULL, "%s", err.text);
    ck_assert_uint_eq(md_pdb_id(pdb)[0], 0xA0);
    ck_assert(md_pdb_points(pdb, 1, test_arena, &p, &count, &err));
    ck_assert_uint_eq(count, 0);
    ck_assert_msg(md_pdb_points(pdb, 2, test_arena, &p, &count, &err), "%s", err.text);
    ck_assert_uint_eq(count, 3);
    ck_assert(p[0].il_offset == 0 && p[0].line == 12 && p[0].column == 5 && p[0].end_line == 12 &&
              p[0].end_column == 14 && !p[0].hidden);
    ck_assert(p[1].il_offset == 3 && p[1].hidden && p[1].line == 0);
    ck_assert(p[2].il_offset == 7 && p[2].line == 14 && p[2].column == 9 && p[2].end_line == 15 &&
              p[2].end_column == 7);
    ck_assert(md_pdb_scopes(pdb, 1, test_arena, &scopes, &err));
    ck_assert(scopes.scope_count == 0 && scopes.local_count == 0);
    ck_assert(md_pdb_scopes(pdb, 2, test_arena, &scopes, &err));
    ck_assert_uint_eq(scopes.scope_count, 4);
    ck_assert(scopes.scopes[0].parent == MD_NO_SCOPE && scopes.scopes[0].end == 20);
    ck_assert(scopes.scopes[1].parent == 0 && scopes.scopes[2].parent == 1 &&
              scopes.scopes[3].parent == 0);
    ck_assert_uint_eq(scopes.local_count, 3);
    ck_assert_str_eq(scopes.locals[0].name, "outer");
    ck_assert(scopes.locals[1].hidden && scopes.locals[1].index == 1);
    ck_assert(scopes.locals[2].scope == 1 && scopes.locals[2].index == 1 &&
              !scopes.locals[2].hidden);
    ck_assert_str_eq(md_pdb_document(pdb, p[0].document, test_arena), "/src/a.cs");
    ck_assert_str_eq(md_pdb_document(pdb, 9, test_arena), "");
    recipe_free(&pdb_recipe);
    byte_vec_free(&pdb_bytes);
}
END_TEST

START_TEST(bad_sequence_points_are_refused)
{
    struct md_error err = {{0}};
    struct md_image *pdb;
    struct md_point *p;
    uint32_t count;

    recipe_library_pdb(&pdb_recipe);
    /* a document that does not exist, then a cut record */
    recipe_patch(&pdb_recipe, MD_METHODDEBUGINFORMATION, 1,
                 MD_METHODDEBUGINFORMATION_SEQUENCEPOINTS, RECIPE_BLOB(&pdb_recipe, 0, 9, 0, 1, 1));
    recipe_patch(&pdb_recipe, MD_METHODDEBUGINFORMATION, 2,
                 MD_METHODDEBUGINFORMATION_SEQUENCEPOINTS, RECIPE_BLOB(&pdb_recipe, 0, 0, 0, 9));
    pdb = pdb_open(&err);
    ck_assert_msg(pdb != NULL, "%s", err.text);
    ck_assert(!md_pdb_points(pdb, 1, test_arena, &p, &count, &err));
    ck_assert(!md_pdb_points(pdb, 2, test_arena, &p, &count, &err));
    ck_assert_uint_eq(count, 0);
    ck_assert_str_eq(err.text, "recipe.pdb: method 06000002: the sequence points are malformed");
    recipe_free(&pdb_recipe);
    byte_vec_free(&pdb_bytes);
}
END_TEST

TCase *
signature_cases(void)
{
    TCase *cases = tcase_create("signatures");

    tcase_add_checked_fixture(cases, library_open, library_close);
    tcase_add_loop_test(cases, unsigned_numbers_read_as_the_standard_says, 0,
                        (int)(sizeof unsigned_examples / sizeof *unsigned_examples));
    tcase_add_loop_test(cases, signed_numbers_read_as_the_standard_says, 0,
                        (int)(sizeof signed_examples / sizeof *signed_examples));
    tcase_add_test(cases, cut_numbers_fail_and_stay_failed);
    tcase_add_test(cases, type_tokens_must_name_rows);
    tcase_add_test(cases, sequence_points_are_read);
    tcase_add_test(cases, bad_sequence_points_are_refused);
    return cases;
}
