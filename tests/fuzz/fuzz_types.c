/* tests/fuzz/fuzz_types.c - Subject.cs with cells of its tables changed: owners, bases, flags,
 * layouts, constraints, overrides, signatures that belong to others. The whole assembly is compiled:
 * types are loaded and laid out, virtual methods found, MethodTables written.
 * Input: choices (subject.c), then changes of 7 bytes: what, table, row (2), column, value (2). */
#include "tests/fuzz/subject.h"

enum { CHANGE_BYTES = 7, CHANGES_MAX = 12, INPUT_MAX = 1 + CHANGES_MAX * CHANGE_BYTES };

/* Tables that say what types are; the rest is in `fuzz_blobs` and `fuzz_metadata`. */
static const uint8_t tables[] = {
    MD_TYPEREF,   MD_TYPEDEF,     MD_FIELD,        MD_METHODDEF,    MD_PARAM,       MD_INTERFACEIMPL,
    MD_MEMBERREF, MD_CONSTANT,    MD_CUSTOMATTRIBUTE, MD_FIELDMARSHAL, MD_CLASSLAYOUT, MD_FIELDLAYOUT,
    MD_METHODIMPL, MD_IMPLMAP,    MD_FIELDRVA,     MD_NESTEDCLASS,  MD_GENERICPARAM, MD_METHODSPEC,
    MD_GENERICPARAMCONSTRAINT,    MD_TYPESPEC,     MD_STANDALONESIG, MD_ASSEMBLYREF, MD_MODULEREF,
};

enum { TABLES = sizeof tables };

static uint32_t
raw_of(const struct subject *s, enum md_table table, uint32_t row, unsigned column)
{
    return md_raw(&s->image->tables[table], row, column);
}

static void
change(struct subject *s, struct subject_input *in)
{
    uint8_t what = subject_u8(in);
    enum md_table table = (enum md_table)tables[subject_u8(in) % TABLES];
    uint32_t rows = subject_rows(s, table), row = subject_u16(in), old, value;
    unsigned column = subject_u8(in);

    value = subject_u16(in);
    if (!rows)
        return;
    row = row % rows + 1;
    column %= md_table_infos[table].columns;
    old = raw_of(s, table, row, column);
    switch (what % 6) {
    case 0: /* another row's value */
    case 1:
        value = raw_of(s, table, value % rows + 1, column);
        break;
    case 2: /* one bit */
        value = old ^ 1u << value % 32;
        break;
    case 3: /* nearby */
        value = old + (value & 1 ? 1u : 0xFFFFFFFFu);
        break;
    case 4: /* large numbers of ClassLayout, FieldLayout */
        value = value << (what >> 4 & 15);
        break;
    default:
        break;
    }
    subject_cell(s, table, row, column, value);
}

static uint32_t
damage(struct subject *s, struct subject_input *in)
{
    while (subject_left(in) >= CHANGE_BYTES)
        change(s, in);
    return 0;
}

static const struct subject_target target = {.damage = damage, .one_body = false};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size <= INPUT_MAX)
        subject_run(&target, data, size);
    return 0;
}

/* What was found: two types of one name; a type that loses its parameter, which its body mentions; a cast to a generic
 * definition. */
static const uint8_t small[][8] = {{1, 31, 1, 17, 193, 1, 138, 193},
                                   {0, 2, 16, 1, 128, 158, 1, 0},
                                   {1, 14, 146, 0, 58, 255, 100, 58}};
/* A call of a member of IShape<!0> in code that is not generic. */
static const uint8_t call_of_open[] = {42, 0, 42, 42, 0, 215, 0, 42, 2, 2, 0, 4, 64, 0, 42, 0, 42, 2, 46, 99, 116, 111, 114, 0, 42, 2, 96, 253, 0, 215, 0};

/* These, then for each table a change of each column that keeps the value, in different rows. */
bool
fuzz_seed(unsigned n, struct byte_vec *out)
{
    const struct md_image *img = subject_image();

    if (n < sizeof small / sizeof *small) {
        byte_vec_put(out, small[n], sizeof *small);
        return true;
    }
    n -= (unsigned)(sizeof small / sizeof *small);
    if (n-- == 0) {
        byte_vec_put(out, call_of_open, sizeof call_of_open);
        return true;
    }
    for (unsigned t = 0; t < TABLES; t++) {
        unsigned columns = md_table_infos[tables[t]].columns;
        uint32_t row;

        if (n >= columns) {
            n -= columns;
            continue;
        }
        row = (n * 7 + 1) % (md_row_count(img, (enum md_table)tables[t]) + 1);
        byte_vec_u8(out, (uint8_t)(n & 7));
        byte_vec_u8(out, 0);
        byte_vec_u8(out, (uint8_t)t);
        byte_vec_u8(out, (uint8_t)row);
        byte_vec_u8(out, (uint8_t)(row >> 8));
        byte_vec_u8(out, (uint8_t)n);
        byte_vec_u8(out, (uint8_t)row);
        byte_vec_u8(out, (uint8_t)(row >> 8));
        return true;
    }
    return false;
}
