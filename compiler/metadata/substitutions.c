/* compiler/metadata/substitutions.c - reads the embedded resource ILLink.Substitutions.xml.
 * linker > assembly > type > method | field, and assembly > resource. Every level may carry a
 * feature condition; a row holds all conditions above it. Unknown elements are passed over. */
#include "compiler/metadata/md.h"
#include "compiler/metadata/md_priv.h"

#include "compiler/base/vec.h"

#include <string.h>

enum level { LEVEL_OTHER, LEVEL_LINKER, LEVEL_ASSEMBLY, LEVEL_TYPE, LEVEL_MEMBER };

/* An open element. */
struct frame {
    enum level level;
    unsigned conditions; /* how many conditions held before it opened */
};

struct parser {
    const char *path;
    struct md_xml xml;
    struct arena *arena;
    struct md_error *err;
    struct byte_vec rows; /* owned; struct md_substitution */
    struct frame frames[MD_XML_DEPTH_MAX + 1];
    unsigned depth;
    struct md_substitution now; /* what the open elements say so far */
};

static bool
parse_fail(struct parser *p, const char *fact)
{
    char place[64];

    snprintf(place, sizeof place, "ILLink.Substitutions.xml offset %zu", p->xml.cursor.at);
    return md_fail(p->err, p->path, place, "%s", fact);
}

static bool
is_true(const char *value)
{
    return value && (strcmp(value, "true") == 0 || strcmp(value, "True") == 0);
}

static bool
condition_push(struct parser *p)
{
    const char *feature = md_xml_attribute(&p->xml, "feature");
    const char *value = md_xml_attribute(&p->xml, "featurevalue");
    struct md_condition *condition;

    if (!feature)
        return true;
    if (!value)
        return parse_fail(p, "a feature has no featurevalue");
    if (p->now.condition_count == MD_CONDITIONS_MAX)
        return parse_fail(p, "too many nested features");
    condition = &p->now.conditions[p->now.condition_count++];
    condition->feature = feature;
    condition->value = value;
    condition->is_default = is_true(md_xml_attribute(&p->xml, "featuredefault"));
    return true;
}

static void
row_add(struct parser *p, enum md_substitution_kind kind, const char *member, const char *value)
{
    struct md_substitution row = p->now;

    row.kind = kind;
    row.member = member;
    row.value = value;
    byte_vec_put(&p->rows, &row, sizeof row);
}

static bool
method_row(struct parser *p)
{
    const char *member = md_xml_attribute(&p->xml, "signature");
    const char *body = md_xml_attribute(&p->xml, "body");

    if (!member)
        member = md_xml_attribute(&p->xml, "name");
    if (!member)
        return parse_fail(p, "a method has neither signature nor name");
    if (body && strcmp(body, "stub") == 0)
        row_add(p, MD_SUBSTITUTE_STUB, member, md_xml_attribute(&p->xml, "value"));
    else if (body && strcmp(body, "remove") == 0)
        row_add(p, MD_SUBSTITUTE_REMOVE, member, NULL);
    else
        return parse_fail(p, "a method's body is neither stub nor remove");
    return true;
}

static bool
field_row(struct parser *p)
{
    const char *member = md_xml_attribute(&p->xml, "name");
    const char *value = md_xml_attribute(&p->xml, "value");

    if (!member || !value)
        return parse_fail(p, "a field lacks its name or value");
    p->now.initialize = is_true(md_xml_attribute(&p->xml, "initialize"));
    row_add(p, MD_SUBSTITUTE_FIELD, member, value);
    p->now.initialize = false;
    return true;
}

static bool
resource_row(struct parser *p)
{
    const char *member = md_xml_attribute(&p->xml, "name");
    const char *action = md_xml_attribute(&p->xml, "action");

    if (!member || !action || strcmp(action, "remove") != 0)
        return parse_fail(p, "a resource lacks its name or the action remove");
    row_add(p, MD_SUBSTITUTE_RESOURCE_REMOVE, member, NULL);
    return true;
}

/* The element inside its parent; LEVEL_OTHER is passed over with all it holds. */
static enum level
level_of(enum level parent, struct md_text name)
{
    if (parent == LEVEL_LINKER && md_text_is(name, "assembly"))
        return LEVEL_ASSEMBLY;
    if ((parent == LEVEL_ASSEMBLY || parent == LEVEL_LINKER) && md_text_is(name, "type"))
        return LEVEL_TYPE;
    if (parent == LEVEL_ASSEMBLY && md_text_is(name, "resource"))
        return LEVEL_MEMBER;
    if (parent == LEVEL_TYPE && (md_text_is(name, "method") || md_text_is(name, "field")))
        return LEVEL_MEMBER;
    return LEVEL_OTHER;
}

static bool
element_read(struct parser *p, enum level level)
{
    const char *full_name = md_xml_attribute(&p->xml, "fullname");

    switch (level) {
    case LEVEL_OTHER:
    case LEVEL_LINKER:
        return true;
    case LEVEL_ASSEMBLY:
        p->now.assembly = full_name;
        p->now.type = NULL;
        return true;
    case LEVEL_TYPE:
        p->now.type = full_name;
        return full_name || parse_fail(p, "a type has no fullname");
    case LEVEL_MEMBER:
        if (md_text_is(p->xml.name, "method"))
            return method_row(p);
        return md_text_is(p->xml.name, "field") ? field_row(p) : resource_row(p);
    }
    return false;
}

static bool
element_start(struct parser *p)
{
    enum level level = LEVEL_LINKER;

    if (p->depth)
        level = level_of(p->frames[p->depth - 1].level, p->xml.name);
    else if (!md_text_is(p->xml.name, "linker"))
        return parse_fail(p, "the root element is not linker");
    p->frames[p->depth].level = level;
    p->frames[p->depth].conditions = p->now.condition_count;
    p->depth++;
    if (level == LEVEL_OTHER)
        return true;
    return condition_push(p) && element_read(p, level);
}

static void
element_end(struct parser *p)
{
    const struct frame *frame = &p->frames[--p->depth];

    p->now.condition_count = frame->conditions;
    if (frame->level == LEVEL_ASSEMBLY)
        p->now.assembly = NULL;
    if (frame->level == LEVEL_TYPE)
        p->now.type = NULL;
}

static bool
document_read(struct parser *p)
{
    for (;;) {
        switch (md_xml_next(&p->xml)) {
        case MD_XML_START:
            if (!element_start(p))
                return false;
            break;
        case MD_XML_END:
            element_end(p);
            break;
        case MD_XML_EOF:
            return true;
        case MD_XML_BAD:
            return parse_fail(p, p->xml.fact);
        }
    }
}

bool
md_substitutions_parse(const char *path, const uint8_t *bytes, size_t size, struct arena *a,
                       struct md_substitution **rows, uint32_t *count, struct md_error *err)
{
    struct parser p = {.path = path, .arena = a, .err = err};
    bool ok;

    *rows = NULL;
    *count = 0;
    md_xml_begin(&p.xml, bytes, size, a);
    ok = document_read(&p);
    if (ok && p.rows.count) {
        *count = (uint32_t)(p.rows.count / sizeof **rows);
        *rows = arena_memdup(a, p.rows.at, p.rows.count);
    }
    byte_vec_free(&p.rows);
    return ok;
}

bool
md_substitutions_read(const struct md_image *img, struct arena *a, struct md_substitution **rows,
                      uint32_t *count, struct md_error *err)
{
    struct md_blob xml;

    *rows = NULL;
    *count = 0;
    if (!md_resource(img, "ILLink.Substitutions.xml", &xml))
        return true;
    return md_substitutions_parse(img->path, xml.at, xml.size, a, rows, count, err);
}
