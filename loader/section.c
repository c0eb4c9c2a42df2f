/* loader/section.c - checking the rows of a mapped module.
 * One rule a section: element size, count, which memory it must lie in, and a check of its
 * elements. After CORERT_OK every pointer the loader follows points into the image. */
#include "loader/loader_priv.h"

#include <string.h>

#define R LDR_SEGMENT_READ
#define W (LDR_SEGMENT_READ | LDR_SEGMENT_WRITE)
#define X LDR_SEGMENT_EXEC

/* NULL, or what is wrong with the section's elements. */
typedef const char *element_check(const struct ldr_image *image, const struct ldr_row *row);

struct rule {
    uint32_t id;
    uint32_t element_bytes;
    uint32_t memory; /* LDR_SEGMENT_* */
    bool required;
    size_t count; /* exact number of elements; 0 = any */
    element_check *check;
};

bool
ldr_image_holds(const struct ldr_image *image, const void *start, uint64_t bytes, uint32_t flags)
{
    uint64_t at = (uint64_t)(uintptr_t)start - image->bias;
    uint32_t i;

    for (i = 0; i < image->segments; i++) {
        const struct ldr_segment *s = &image->segment[i];

        if (at >= s->address && at - s->address <= s->memory_bytes &&
            bytes <= s->memory_bytes - (at - s->address) && (s->flags & flags) == flags)
            return true;
    }
    return false;
}

bool
ldr_image_holds_text(const struct ldr_image *image, const char *text)
{
    uint64_t at = (uint64_t)(uintptr_t)text - image->bias;
    uint32_t i;

    for (i = 0; i < image->segments; i++) {
        const struct ldr_segment *s = &image->segment[i];

        if (at >= s->address && at - s->address < s->memory_bytes && (s->flags & R))
            return memchr(text, 0, (size_t)(s->memory_bytes - (at - s->address))) != NULL;
    }
    return false;
}

static size_t
row_count(const struct ldr_row *row, size_t element_bytes)
{
    return (size_t)((const char *)row->end - (const char *)row->start) / element_bytes;
}

static const char *
check_code(const struct ldr_image *image, const struct ldr_row *row)
{
    void *const *p = row->start;
    size_t i;

    for (i = 0; i < row_count(row, sizeof *p); i++)
        if (!ldr_image_holds(image, p[i], 1, X))
            return "an address in it is not code";
    return NULL;
}

static const char *
check_texts(const struct ldr_image *image, const struct ldr_row *row)
{
    const char *const *p = row->start;
    size_t i;

    for (i = 0; i < row_count(row, sizeof *p); i++)
        if (!ldr_image_holds_text(image, p[i]))
            return "a text of it lies outside the module";
    return NULL;
}

static const char *
check_hashes(const struct ldr_image *image, const struct ldr_row *row)
{
    const uint64_t *p = row->start;
    size_t i;

    (void)image;
    for (i = 1; i < row_count(row, sizeof *p); i++)
        if (p[i - 1] >= p[i])
            return "it is not sorted";
    return NULL;
}

static const char *
check_roots(const struct ldr_image *image, const struct ldr_row *row)
{
    const struct ldr_static_roots *p = row->start;
    size_t i;

    for (i = 0; i < row_count(row, sizeof *p); i++)
        if (p[i].count > UINT32_MAX || (uintptr_t)p[i].first % 8 ||
            !ldr_image_holds(image, p[i].first, p[i].count * 8, W))
            return "a run of static fields lies outside the module";
    return NULL;
}

static const char *
check_exports(const struct ldr_image *image, const struct ldr_row *row)
{
    const struct ldr_export *p = row->start;
    size_t i;

    for (i = 0; i < row_count(row, sizeof *p); i++) {
        if (!ldr_image_holds_text(image, p[i].name))
            return "a name of it lies outside the module";
        if (!ldr_image_holds(image, p[i].function, 1, X))
            return "an address in it is not code";
        if (i && strcmp(p[i - 1].name, p[i].name) >= 0)
            return "it is not sorted";
    }
    return NULL;
}

static const char *
check_types(const struct ldr_image *image, const struct ldr_row *row)
{
    const struct ldr_type_row *p = row->start;
    size_t i;

    for (i = 0; i < row_count(row, sizeof *p); i++)
        if (!ldr_image_holds(image, (const char *)&p[i].type + p[i].type, 8, R) ||
            !ldr_image_holds_text(image, (const char *)&p[i].name_space + p[i].name_space) ||
            !ldr_image_holds_text(image, (const char *)&p[i].name + p[i].name))
            return "a type or a name of it lies outside the module";
    return NULL;
}

static const char *
check_assemblies(const struct ldr_image *image, const struct ldr_row *row)
{
    const struct ldr_assembly *p = row->start;
    size_t i;

    for (i = 0; i < row_count(row, sizeof *p); i++) {
        uintptr_t first = (uintptr_t)p[i].types, end = (uintptr_t)p[i].types_end;

        if (!ldr_image_holds_text(image, p[i].full_name) ||
            (p[i].target_framework && !ldr_image_holds_text(image, p[i].target_framework)))
            return "a name of it lies outside the module";
        if (end < first || (end != first && !ldr_image_holds(image, p[i].types, end - first, R)))
            return "types of it lie outside the module";
        if (p[i].public_key_bytes &&
            !ldr_image_holds(image, p[i].public_key, p[i].public_key_bytes, R))
            return "a key of it lies outside the module";
    }
    return NULL;
}

static const char *
check_resources(const struct ldr_image *image, const struct ldr_row *row)
{
    const struct ldr_resource *p = row->start;
    size_t i;

    for (i = 0; i < row_count(row, sizeof *p); i++)
        if (!ldr_image_holds_text(image, p[i].name) ||
            !ldr_image_holds(image, p[i].bytes, p[i].size, R))
            return "a name or the bytes of one lie outside the module";
    return NULL;
}

static const char *
check_well_known(const struct ldr_image *image, const struct ldr_row *row)
{
    const struct ldr_well_known *k = row->start;
    size_t bytes = row_count(row, 1);

    (void)image;
    if ((uintptr_t)k % 8 || bytes < sizeof *k || k->bytes < sizeof *k || k->bytes > bytes)
        return "it is too short or not aligned";
    return NULL;
}

/* The hosted rows of a program are 0. */
static const char *
check_classlib(const struct ldr_image *image, const struct ldr_row *row)
{
    void *const *p = row->start;
    size_t i;

    for (i = 0; i < LDR_CLASSLIB_COUNT; i++)
        if ((p[i] || !ldr_classlib_is_hosted((enum ldr_classlib_function)i)) &&
            !ldr_image_holds(image, p[i], 1, X))
            return "an address in it is not code";
    return NULL;
}

/* clang-format off */
static const struct rule rules[] = {
    /* id                        bytes memory needed count              elements */
    {LDR_SECTION_THREAD_STATICS,    8, R,    false, 0,                  NULL},
    {LDR_SECTION_TYPE_MANAGER,     16, W,    true,  1,                  NULL},
    {LDR_SECTION_EAGER_CCTORS,      8, R,    false, 0,                  check_code},
    {LDR_SECTION_FROZEN_OBJECTS,    8, W,    false, 0,                  NULL},
    {LDR_SECTION_MODULE_INITS,      8, R,    false, 0,                  check_code},
    {LDR_SECTION_IMPORT_HASHES,     8, R,    false, 0,                  check_hashes},
    {LDR_SECTION_IMPORT_SLOTS,      8, W,    false, 0,                  NULL},
    {LDR_SECTION_IMPORT_NAMES,      8, R,    false, 0,                  check_texts},
    {LDR_SECTION_CODE_RANGE,        1, X,    true,  0,                  NULL},
    {LDR_SECTION_STATIC_ROOTS,     16, R,    false, 0,                  check_roots},
    {LDR_SECTION_EXPORTS,          16, R,    false, 0,                  check_exports},
    {LDR_SECTION_DISPATCH_CELLS,   32, W,    false, 0,                  NULL},
    {LDR_SECTION_CLASSLIB,          8, R,    false, LDR_CLASSLIB_COUNT, check_classlib},
    {LDR_SECTION_WELL_KNOWN,        1, R,    false, 0,                  check_well_known},
    {LDR_SECTION_KNOBS,             8, R,    false, 0,                  check_texts},
    {LDR_SECTION_MAIN,              8, R,    false, 1,                  check_code},
    {LDR_SECTION_METHOD_NAMES,      1, R,    false, 0,                  NULL},
    {LDR_SECTION_TYPES,            16, R,    false, 0,                  check_types},
    {LDR_SECTION_ASSEMBLIES,       56, R,    false, 0,                  check_assemblies},
    {LDR_SECTION_RESOURCES,        24, R,    false, 0,                  check_resources},
};
/* clang-format on */

static const struct rule blob_rule = {LDR_SECTION_BLOB_BASE, 1, R, false, 0, NULL};

static const struct rule *
rule_of(uint32_t id)
{
    size_t i;

    if (id >= LDR_SECTION_BLOB_BASE && id <= LDR_SECTION_BLOB_LAST)
        return &blob_rule;
    for (i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (rules[i].id == id)
            return &rules[i];
    return NULL;
}

/* NULL, or what is wrong with the row. */
static const char *
row_check(const struct ldr_image *image, const struct ldr_row *row)
{
    const struct rule *rule = rule_of(row->id);
    uintptr_t start = (uintptr_t)row->start, end = (uintptr_t)row->end;

    if (!rule)
        return "this engine does not know it";
    if (!(row->flags & LDR_ROW_HAS_END) || end < start)
        return "it has no valid end";
    if (!ldr_image_holds(image, row->start, end - start, rule->memory))
        return "it lies outside the module's segments of that kind";
    if (rule->element_bytes > 1 && (start % 8 || (end - start) % rule->element_bytes))
        return "its size is wrong";
    if (rule->count && (end - start) / rule->element_bytes != rule->count)
        return "it has the wrong number of entries";
    return rule->check ? rule->check(image, row) : NULL;
}

static const struct ldr_row *
row_find(const struct corert_module_header *h, uint32_t id)
{
    uint32_t i;

    for (i = 0; i < h->section_count; i++)
        if (h->rows[i].id == id)
            return &h->rows[i];
    return NULL;
}

static size_t
row_bytes(const struct corert_module_header *h, uint32_t id)
{
    const struct ldr_row *row = row_find(h, id);

    return row ? row_count(row, 1) : 0;
}

static const char *
whole_check(const struct corert_module_header *h)
{
    size_t imports = row_bytes(h, LDR_SECTION_IMPORT_HASHES);
    size_t names = row_bytes(h, LDR_SECTION_IMPORT_NAMES);
    size_t i;

    if (row_bytes(h, LDR_SECTION_IMPORT_SLOTS) != imports || (names && names != imports))
        return "its import tables differ in length";
    if (row_bytes(h, LDR_SECTION_KNOBS) % sizeof(struct ldr_knob))
        return "its knob table is cut";
    for (i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (rules[i].required && !row_find(h, rules[i].id))
            return "a section that every module has is missing";
    if (h->flags & LDR_FLAG_SELF_CONTAINED &&
        (!row_find(h, LDR_SECTION_CLASSLIB) || !row_find(h, LDR_SECTION_WELL_KNOWN)))
        return "it has no class library tables";
    return NULL;
}

corert_status
ldr_sections_check(const struct corert_module_header *h, const struct ldr_image *image,
                   const char *path, struct ldr_diag *diag)
{
    const char *why;
    uint32_t i;

    if (!ldr_image_holds(image, h, sizeof *h, R) ||
        !ldr_image_holds(image, h->rows, (uint64_t)h->section_count * sizeof h->rows[0], R)) {
        ldr_diag_set(diag, "%s: is damaged: the section table lies outside the module", path);
        return CORERT_E_FORMAT;
    }
    for (i = 0; i < h->section_count; i++) {
        why = row_check(image, &h->rows[i]);
        if (!why && i && h->rows[i - 1].id >= h->rows[i].id)
            why = "the rows are not sorted";
        if (why) {
            ldr_diag_set(diag, "%s: is damaged: section %u: %s", path, h->rows[i].id, why);
            return CORERT_E_FORMAT;
        }
    }
    why = whole_check(h);
    if (why) {
        ldr_diag_set(diag, "%s: is damaged: %s", path, why);
        return CORERT_E_FORMAT;
    }
    return CORERT_OK;
}
