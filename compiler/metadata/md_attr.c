/* compiler/metadata/md_attr.c - custom attributes: whose they are and what they say (II.23.3).
 * The value blob alone is ambiguous, so it is read along the constructor's signature.
 * Limit: a constructor parameter of a generic attribute's own type parameter is not resolved. */
#include "compiler/metadata/md.h"
#include "compiler/metadata/md_priv.h"

#include <string.h>

enum { PROLOG = 0x0001, NULL_STRING = 0xFF, VALUE_DEPTH_MAX = 16 };

/* ---- which class -------------------------------------------------------------------------- */

bool
md_attributes(const struct md_image *img, uint32_t parent_token, uint32_t *first, uint32_t *end)
{
    return md_find_rows(img, MD_CUSTOMATTRIBUTE, MD_CUSTOMATTRIBUTE_PARENT, parent_token, first,
                        end);
}

uint32_t
md_attribute_class(const struct md_image *img, uint32_t attr_row)
{
    uint32_t ctor = md_cell(img, MD_CUSTOMATTRIBUTE, attr_row, MD_CUSTOMATTRIBUTE_TYPE);
    uint32_t row = md_token_row(ctor);

    if (md_token_table(ctor) == MD_MEMBERREF) {
        uint32_t parent = md_cell(img, MD_MEMBERREF, row, MD_MEMBERREF_CLASS);

        if (md_token_table(parent) != MD_METHODDEF)
            return parent;
        row = md_token_row(parent);
    }
    row = md_method_owner(img, row);
    return row ? md_token(MD_TYPEDEF, row) : 0;
}

/* The generic type of a TypeSpec that is an instantiation, else 0. */
static uint32_t
typespec_definition(const struct md_image *img, uint32_t row)
{
    struct md_sig s = md_sig_over(img, md_cell_blob(img, MD_TYPESPEC, row, MD_TYPESPEC_SIGNATURE));

    if (md_sig_u8(&s) != MD_ELEMENT_GENERICINST)
        return 0;
    md_sig_u8(&s); /* class or valuetype */
    return md_sig_token(&s);
}

static bool
type_is(const struct md_image *img, uint32_t token, const char *ns, const char *name)
{
    uint32_t row = md_token_row(token);

    if (md_token_table(token) == MD_TYPEREF)
        return md_token_table(md_cell(img, MD_TYPEREF, row, MD_TYPEREF_RESOLUTIONSCOPE)) !=
                   MD_TYPEREF &&
               strcmp(md_cell_string(img, MD_TYPEREF, row, MD_TYPEREF_NAME), name) == 0 &&
               strcmp(md_cell_string(img, MD_TYPEREF, row, MD_TYPEREF_NAMESPACE), ns) == 0;
    if (md_token_table(token) == MD_TYPEDEF)
        return !md_typedef_enclosing(img, row) && strcmp(md_typedef_name(img, row), name) == 0 &&
               strcmp(md_typedef_namespace(img, row), ns) == 0;
    return false;
}

bool
md_attribute_is(const struct md_image *img, uint32_t attr_row, const char *ns, const char *name)
{
    uint32_t class_token = md_attribute_class(img, attr_row);

    if (md_token_table(class_token) == MD_TYPESPEC)
        class_token = typespec_definition(img, md_token_row(class_token));
    return class_token && type_is(img, class_token, ns, name);
}

uint32_t
md_attribute_find(const struct md_image *img, uint32_t parent_token, const char *ns,
                  const char *name)
{
    uint32_t row, end;

    if (!md_attributes(img, parent_token, &row, &end))
        return 0;
    for (; row < end; row++)
        if (md_attribute_is(img, row, ns, name))
            return row;
    return 0;
}

/* ---- declared types ----------------------------------------------------------------------- */

static bool
is_primitive(uint8_t element)
{
    return element >= MD_ELEMENT_BOOLEAN && element <= MD_ELEMENT_R8;
}

/* The primitive under an enum that this image defines: its only instance field. 0 if none. */
static uint8_t
enum_element_of_typedef(const struct md_image *img, uint32_t row)
{
    uint32_t field, end;

    md_list(img, MD_TYPEDEF, row, MD_TYPEDEF_FIELDLIST, &field, &end);
    for (; field < end; field++) {
        struct md_sig s;

        if (md_cell(img, MD_FIELD, field, MD_FIELD_FLAGS) & MD_FLD_STATIC)
            continue;
        s = md_sig_over(img, md_cell_blob(img, MD_FIELD, field, MD_FIELD_SIGNATURE));
        if (md_sig_u8(&s) != MD_SIG_FIELD || !is_primitive(md_sig_peek(&s)))
            return 0;
        return md_sig_u8(&s);
    }
    return 0;
}

/* Splits "Ns.Outer+Inner, Assembly" and looks its parts up in the same image. */
static uint32_t
typedef_by_serial_name(const struct md_image *img, struct md_text name)
{
    char buffer[512];
    char *comma, *outer_end, *dot, *part;
    uint32_t row;

    if (name.size >= sizeof buffer)
        return 0;
    memcpy(buffer, name.at, name.size);
    buffer[name.size] = 0;
    comma = strchr(buffer, ',');
    if (comma)
        *comma = 0;
    outer_end = strchr(buffer, '+');
    if (outer_end)
        *outer_end = 0;
    dot = strrchr(buffer, '.');
    if (dot)
        *dot = 0;
    row = md_typedef_find(img, dot ? buffer : "", dot ? dot + 1 : buffer);
    for (part = outer_end; part && row; part = outer_end) {
        part++;
        outer_end = strchr(part, '+');
        if (outer_end)
            *outer_end = 0;
        row = md_typedef_find_nested(img, row, part);
    }
    return row;
}

static uint8_t
enum_element(const struct md_attr_reader *r, uint32_t token, struct md_text name)
{
    const struct md_image *img = r->value.image;
    uint32_t row = 0;
    uint8_t element = 0;

    if (token ? md_token_table(token) == MD_TYPEDEF : name.at != NULL)
        row = token ? md_token_row(token) : typedef_by_serial_name(img, name);
    if (row)
        element = enum_element_of_typedef(img, row);
    if (!element && r->enum_width)
        element = r->enum_width(r->enum_context, img, token, name);
    return is_primitive(element) ? element : MD_ELEMENT_I4;
}

/* A constructor parameter that is no array; an element of 0 means it cannot be one. */
static struct md_attr_type
param_simple_read(struct md_attr_reader *r)
{
    struct md_attr_type type = {0};
    uint32_t token;

    type.element = md_sig_u8(&r->ctor);
    if (is_primitive(type.element) || type.element == MD_ELEMENT_STRING)
        return type;
    if (type.element == MD_ELEMENT_OBJECT) {
        type.element = MD_SERIAL_BOXED;
        return type;
    }
    if (type.element == MD_ELEMENT_CLASS) {
        token = md_sig_token(&r->ctor);
        type.element = type_is(r->value.image, token, "System", "Type") ? MD_SERIAL_TYPE : 0;
        return type;
    }
    if (type.element == MD_ELEMENT_VALUETYPE) {
        token = md_sig_token(&r->ctor);
        type.element = MD_SERIAL_ENUM;
        if (token)
            type.enum_element = enum_element(r, token, (struct md_text){NULL, 0});
        return type;
    }
    return (struct md_attr_type){0};
}

static struct md_attr_type
param_read(struct md_attr_reader *r)
{
    struct md_attr_type type, element;

    while (md_sig_peek(&r->ctor) == MD_ELEMENT_CMOD_OPT ||
           md_sig_peek(&r->ctor) == MD_ELEMENT_CMOD_REQD) {
        md_sig_u8(&r->ctor);
        md_sig_token(&r->ctor);
    }
    if (md_sig_peek(&r->ctor) != MD_ELEMENT_SZARRAY)
        return param_simple_read(r);
    md_sig_u8(&r->ctor);
    element = param_simple_read(r);
    type = (struct md_attr_type){.element = element.element ? MD_ELEMENT_SZARRAY : 0,
                                 .array_element = element.element,
                                 .array_enum_element = element.enum_element};
    return type;
}

/* ---- values ------------------------------------------------------------------------------- */

/* A SerString: at == NULL for null. */
static struct md_text
text_read(struct md_sig *s)
{
    struct md_text text = {NULL, 0};
    uint32_t size;

    if (!md_sig_at_end(s) && md_sig_peek(s) == NULL_STRING) {
        md_sig_u8(s);
        return text;
    }
    size = md_sig_uint(s);
    text.at = (const char *)cursor_take(&s->cursor, size);
    text.size = text.at ? size : 0;
    return text;
}

/* The type in front of a boxed value or a named argument (FieldOrPropType). */
static struct md_attr_type
serial_simple_read(const struct md_attr_reader *r, struct md_sig *s)
{
    struct md_attr_type type = {0};

    type.element = md_sig_u8(s);
    if (type.element == MD_SERIAL_ENUM) {
        struct md_text name = text_read(s);

        type.enum_element = enum_element(r, 0, name);
        return type;
    }
    if (!is_primitive(type.element) && type.element != MD_ELEMENT_STRING &&
        type.element != MD_SERIAL_TYPE && type.element != MD_SERIAL_BOXED)
        type.element = 0;
    return type;
}

static struct md_attr_type
serial_type_read(const struct md_attr_reader *r, struct md_sig *s)
{
    struct md_attr_type type, element;

    if (md_sig_peek(s) != MD_ELEMENT_SZARRAY)
        return serial_simple_read(r, s);
    md_sig_u8(s);
    element = serial_simple_read(r, s);
    type = (struct md_attr_type){.element = element.element ? MD_ELEMENT_SZARRAY : 0,
                                 .array_element = element.element,
                                 .array_enum_element = element.enum_element};
    return type;
}

static enum md_value_kind
primitive_read(struct cursor *c, uint8_t element, struct md_attr_value *out)
{
    uint32_t bits32;
    uint64_t bits64;
    float r4;

    switch (element) {
    case MD_ELEMENT_BOOLEAN:
        out->integer = cursor_u8(c) != 0;
        return MD_VALUE_BOOL;
    case MD_ELEMENT_CHAR:
        out->integer = cursor_u16(c);
        return MD_VALUE_CHAR;
    case MD_ELEMENT_I1:
        out->integer = (int8_t)cursor_u8(c);
        return MD_VALUE_INT;
    case MD_ELEMENT_U1:
        out->integer = cursor_u8(c);
        return MD_VALUE_INT;
    case MD_ELEMENT_I2:
        out->integer = (int16_t)cursor_u16(c);
        return MD_VALUE_INT;
    case MD_ELEMENT_U2:
        out->integer = cursor_u16(c);
        return MD_VALUE_INT;
    case MD_ELEMENT_I4:
        out->integer = (int32_t)cursor_u32(c);
        return MD_VALUE_INT;
    case MD_ELEMENT_U4:
        out->integer = cursor_u32(c);
        return MD_VALUE_INT;
    case MD_ELEMENT_I8:
    case MD_ELEMENT_U8:
        out->integer = (int64_t)cursor_u64(c);
        return MD_VALUE_INT;
    case MD_ELEMENT_R4:
        bits32 = cursor_u32(c);
        memcpy(&r4, &bits32, sizeof r4);
        out->real = (double)r4;
        return MD_VALUE_R4;
    case MD_ELEMENT_R8:
        bits64 = cursor_u64(c);
        memcpy(&out->real, &bits64, sizeof out->real);
        return MD_VALUE_R8;
    default:
        c->failed = true;
        return MD_VALUE_NONE;
    }
}

static void value_read(const struct md_attr_reader *r, struct md_sig *s, struct md_attr_type type,
                       unsigned depth, struct md_attr_value *out);

/* Reads over the elements, so that the values behind the array can follow. */
static void
array_read(const struct md_attr_reader *r, struct md_sig *s, struct md_attr_type type,
           unsigned depth, struct md_attr_value *out)
{
    struct md_attr_type element = {.element = type.array_element,
                                   .enum_element = type.array_enum_element};
    uint32_t count = cursor_u32(&s->cursor);

    out->kind = MD_VALUE_ARRAY;
    if (count == UINT32_MAX) {
        out->is_null = true;
        return;
    }
    if (count > cursor_left(&s->cursor)) { /* an element takes a byte at least */
        s->cursor.failed = true;
        return;
    }
    out->count = count;
    out->elements = s->cursor;
    for (uint32_t i = 0; i < count && !s->cursor.failed; i++) {
        struct md_attr_value skipped = {0};

        value_read(r, s, element, depth + 1, &skipped);
    }
}

static void
value_read(const struct md_attr_reader *r, struct md_sig *s, struct md_attr_type type,
           unsigned depth, struct md_attr_value *out)
{
    if (depth > VALUE_DEPTH_MAX) {
        s->cursor.failed = true;
        return;
    }
    if (type.element == MD_SERIAL_BOXED) {
        type = serial_type_read(r, s);
        if (type.element == MD_SERIAL_BOXED)
            type.element = 0; /* a box holds a value, never a bare box */
    }
    out->type = type;
    out->reader = r;
    if (type.element == MD_ELEMENT_STRING || type.element == MD_SERIAL_TYPE) {
        out->kind = type.element == MD_SERIAL_TYPE ? MD_VALUE_TYPE : MD_VALUE_STRING;
        out->text = text_read(s);
    } else if (type.element == MD_SERIAL_ENUM) {
        primitive_read(&s->cursor, type.enum_element, out);
        out->kind = MD_VALUE_ENUM;
    } else if (type.element == MD_ELEMENT_SZARRAY) {
        array_read(r, s, type, depth, out);
    } else {
        out->kind = primitive_read(&s->cursor, type.element, out);
    }
}

/* ---- the reader --------------------------------------------------------------------------- */

bool
md_attr_open(const struct md_image *img, uint32_t attr_row, md_enum_width *enum_width,
             void *enum_context, struct md_attr_reader *out)
{
    uint32_t ctor = md_cell(img, MD_CUSTOMATTRIBUTE, attr_row, MD_CUSTOMATTRIBUTE_TYPE);
    uint32_t row = md_token_row(ctor);
    struct md_blob signature = md_token_table(ctor) == MD_METHODDEF
                                   ? md_cell_blob(img, MD_METHODDEF, row, MD_METHODDEF_SIGNATURE)
                                   : md_cell_blob(img, MD_MEMBERREF, row, MD_MEMBERREF_SIGNATURE);
    struct md_blob value =
        md_cell_blob(img, MD_CUSTOMATTRIBUTE, attr_row, MD_CUSTOMATTRIBUTE_VALUE);

    *out = (struct md_attr_reader){.ctor = md_sig_over(img, signature),
                                   .value = md_sig_over(img, value),
                                   .enum_width = enum_width,
                                   .enum_context = enum_context};
    if (md_sig_u8(&out->ctor) != MD_SIG_HASTHIS)
        return false;
    out->fixed_left = md_sig_uint(&out->ctor);
    if (md_sig_u8(&out->ctor) != MD_ELEMENT_VOID || md_sig_failed(&out->ctor))
        return false;
    if (value.size == 0 && out->fixed_left == 0) { /* an empty blob: no arguments at all */
        out->named_open = true;
        return true;
    }
    return cursor_u16(&out->value.cursor) == PROLOG && !md_sig_failed(&out->value);
}

bool
md_attr_failed(const struct md_attr_reader *r)
{
    return md_sig_failed(&r->ctor) || md_sig_failed(&r->value);
}

bool
md_attr_fixed(struct md_attr_reader *r, struct md_attr_value *out)
{
    struct md_attr_type type;

    *out = (struct md_attr_value){0};
    if (!r->fixed_left || md_attr_failed(r))
        return false;
    type = param_read(r);
    if (!type.element)
        r->value.cursor.failed = true;
    value_read(r, &r->value, type, 0, out);
    r->fixed_left--;
    return !md_attr_failed(r);
}

/* Fixed arguments still unread are skipped first. */
bool
md_attr_named(struct md_attr_reader *r, struct md_attr_value *out)
{
    struct md_attr_type type;
    struct md_text name;
    uint8_t kind;

    while (r->fixed_left && md_attr_fixed(r, out))
        ;
    *out = (struct md_attr_value){0};
    if (!r->named_open && !md_attr_failed(r)) {
        r->named_left = cursor_u16(&r->value.cursor);
        r->named_open = true;
    }
    if (!r->named_left || md_attr_failed(r))
        return false;
    kind = md_sig_u8(&r->value);
    if (kind != MD_SERIAL_FIELD && kind != MD_SERIAL_PROPERTY)
        r->value.cursor.failed = true;
    type = serial_type_read(r, &r->value);
    name = text_read(&r->value);
    value_read(r, &r->value, type, 0, out);
    out->name = name;
    out->is_field = kind == MD_SERIAL_FIELD;
    r->named_left--;
    return !md_attr_failed(r);
}

bool
md_attr_element(struct md_attr_value *array, struct md_attr_value *out)
{
    struct md_attr_type type = {.element = array->type.array_element,
                                .enum_element = array->type.array_enum_element};
    struct md_sig s;

    *out = (struct md_attr_value){0};
    if (array->kind != MD_VALUE_ARRAY || array->count == 0)
        return false;
    s = (struct md_sig){array->elements, array->reader->value.image};
    value_read(array->reader, &s, type, 1, out);
    array->elements = s.cursor;
    array->count--;
    return !s.cursor.failed;
}
