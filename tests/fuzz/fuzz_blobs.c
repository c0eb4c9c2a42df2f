/* tests/fuzz/fuzz_blobs.c - any bytes as a blob of Subject.cs that the compiler reads: a signature
 * of any kind, a marshalling descriptor, an attribute's value, a constant. The whole assembly is
 * compiled.
 * Input: choices (subject.c), then the blob's kind, its row, its bytes. */
#include "tests/fuzz/subject.h"

static const struct {
    enum md_table table;
    unsigned column;
} kinds[] = {
    {MD_FIELDMARSHAL, MD_FIELDMARSHAL_NATIVETYPE},
    {MD_CUSTOMATTRIBUTE, MD_CUSTOMATTRIBUTE_VALUE},
    {MD_METHODDEF, MD_METHODDEF_SIGNATURE},
    {MD_FIELD, MD_FIELD_SIGNATURE},
    {MD_MEMBERREF, MD_MEMBERREF_SIGNATURE},
    {MD_TYPESPEC, MD_TYPESPEC_SIGNATURE},
    {MD_METHODSPEC, MD_METHODSPEC_INSTANTIATION},
    {MD_STANDALONESIG, MD_STANDALONESIG_SIGNATURE},
    {MD_CONSTANT, MD_CONSTANT_VALUE},
};

enum { KINDS = sizeof kinds / sizeof *kinds, BLOB_MAX = 900 };

static uint32_t
damage(struct subject *s, struct subject_input *in)
{
    unsigned kind = subject_u8(in) % KINDS;
    uint32_t row = subject_u16(in) % subject_rows(s, kinds[kind].table) + 1;
    uint32_t index = subject_blob(s, in->at, (uint32_t)subject_left(in));

    if (index)
        subject_cell(s, kinds[kind].table, row, kinds[kind].column, index);
    return 0;
}

static const struct subject_target target = {.damage = damage, .one_body = false};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size <= BLOB_MAX)
        subject_run(&target, data, size);
    return 0;
}

/* Every blob of these columns that is there. */
bool
fuzz_seed(unsigned n, struct byte_vec *out)
{
    const struct md_image *img = subject_image();

    for (unsigned k = 0; k < KINDS; k++) {
        uint32_t rows = md_row_count(img, kinds[k].table);
        struct md_blob blob;

        if (n >= rows) {
            n -= rows;
            continue;
        }
        blob = md_cell_blob(img, kinds[k].table, n + 1, kinds[k].column);
        byte_vec_u8(out, (uint8_t)(n & 7));
        byte_vec_u8(out, (uint8_t)k);
        byte_vec_u8(out, (uint8_t)n);
        byte_vec_u8(out, (uint8_t)(n >> 8));
        byte_vec_put(out, blob.at, blob.size < BLOB_MAX - 4 ? blob.size : BLOB_MAX - 4);
        return true;
    }
    return false;
}
