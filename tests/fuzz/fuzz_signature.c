/* tests/fuzz/fuzz_signature.c - any bytes as the blobs of a good image.
 * Input: kind byte, split byte, bytes. Kind 0: a raw signature; 1: constructor signature and value
 * of an attribute, cut at the split; 2: sequence points. */
#include "tests/fuzz/fuzz.h"

#include "compiler/metadata/md.h"
#include "tests/metadata/recipe.h"

#include <string.h>

enum { INPUT_MAX = 4096 };

static void
signature_read(const uint8_t *data, size_t size, struct arena *a)
{
    struct recipe r;
    struct byte_vec bytes;
    struct md_error err;
    struct md_image *img;
    struct md_sig s;

    recipe_library(&r);
    bytes = recipe_image(&r);
    img = md_open(a, "fuzz", bytes.at, bytes.count, &err);
    s = md_sig_over(img, (struct md_blob){data, (uint32_t)size});
    while (!md_sig_at_end(&s)) {
        switch (md_sig_peek(&s) & 3) {
        case 0:
            md_sig_u8(&s);
            break;
        case 1:
            md_sig_uint(&s);
            break;
        case 2:
            md_sig_int(&s);
            break;
        default:
            md_sig_token(&s);
            break;
        }
    }
    byte_vec_free(&bytes);
    recipe_free(&r);
}

static void
attribute_read(const uint8_t *data, size_t size, size_t split, struct arena *a)
{
    struct recipe r;
    struct byte_vec bytes;
    struct md_error err;
    struct md_image *img;
    struct md_attr_reader reader;
    struct md_attr_value v, e, inner;

    if (split > size)
        split = size;
    recipe_library(&r);
    recipe_patch(&r, MD_METHODDEF, LIB_METHOD_ATTRIBUTE_CTOR, MD_METHODDEF_SIGNATURE,
                 recipe_blob(&r, data, split));
    recipe_patch(&r, MD_CUSTOMATTRIBUTE, 2, MD_CUSTOMATTRIBUTE_VALUE,
                 recipe_blob(&r, data + split, size - split));
    bytes = recipe_image(&r);
    img = md_open(a, "fuzz", bytes.at, bytes.count, &err);
    if (img && md_attr_open(img, 2, NULL, NULL, &reader)) {
        while (md_attr_fixed(&reader, &v) || md_attr_named(&reader, &v))
            while (md_attr_element(&v, &e))
                while (md_attr_element(&e, &inner))
                    ;
    }
    byte_vec_free(&bytes);
    recipe_free(&r);
}

static void
points_read(const uint8_t *data, size_t size, struct arena *a)
{
    struct recipe r;
    struct byte_vec bytes;
    struct md_error err;
    struct md_image *pdb;
    struct md_point *points;
    uint32_t count;

    recipe_library_pdb(&r);
    recipe_patch(&r, MD_METHODDEBUGINFORMATION, 2, MD_METHODDEBUGINFORMATION_SEQUENCEPOINTS,
                 recipe_blob(&r, data, size));
    recipe_patch(&r, MD_DOCUMENT, 1, MD_DOCUMENT_NAME, recipe_blob(&r, data, size));
    bytes = recipe_pdb(&r);
    pdb = md_pdb_open(a, "fuzz", bytes.at, bytes.count, &err);
    if (pdb) {
        md_pdb_points(pdb, 2, a, &points, &count, &err);
        md_pdb_document(pdb, 1, a);
    }
    byte_vec_free(&bytes);
    recipe_free(&r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a;

    if (size < 2 || size > INPUT_MAX)
        return 0;
    a = arena_new();
    if (data[0] % 3 == 0)
        signature_read(data + 2, size - 2, a);
    else if (data[0] % 3 == 1)
        attribute_read(data + 2, size - 2, data[1], a);
    else
        points_read(data + 2, size - 2, a);
    arena_free(a);
    return 0;
}

bool
fuzz_seed(unsigned n, struct byte_vec *out)
{
    static const uint8_t numbers[] = {0,    0,    0x03, 0x7F, 0x80, 0x80, 0xAE, 0x57,
                                      0xBF, 0xFF, 0xC0, 0x00, 0x40, 0x00, 0x09, 0x05};
    static const uint8_t attribute[] = {
        1, 8, 0x20, 4,   1,   14,   0x1C, 0x1D, 0x1C, 8,          /* ctor signature */
        1, 0, 2,    'h', 'i', 0x0E, 3,    'b',  'o',  'x',        /* string, object */
        2, 0, 0,    0,   8,   1,    0,    0,    0,    0x1D, 0x0E, /* object[]: int, string[] */
        1, 0, 0,    0,   1,   'x',  42,   0,    0,    0,          /* ... and int */
        1, 0, 0x53, 2,   1,   'F',  1};                           /* field bool F */
    static const uint8_t points[] = {2, 0, 0, 0, 0, 9, 12, 5, 3, 0, 0, 4, 1, 0x7D, 4, 8, 0, 1};
    static const struct {
        const uint8_t *at;
        size_t size;
    } seeds[] = {{numbers, sizeof numbers}, {attribute, sizeof attribute}, {points, sizeof points}};

    if (n >= sizeof seeds / sizeof *seeds)
        return false;
    byte_vec_put(out, seeds[n].at, seeds[n].size);
    return true;
}
