/* compiler/metadata/md_xml.c - a pull reader for the XML files inside assemblies.
 * Elements and attributes only: text between tags, comments, declarations and processing
 * instructions are skipped; a document type is refused. Any bytes are safe; depth is limited. */
#include "compiler/metadata/md.h"
#include "compiler/metadata/md_priv.h"

#include <string.h>

void
md_xml_begin(struct md_xml *x, const uint8_t *bytes, size_t size, struct arena *a)
{
    memset(x, 0, sizeof *x);
    if (size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) {
        bytes += 3;
        size -= 3;
    }
    x->cursor = cursor_over(bytes, size);
    x->arena = a;
}

bool
md_text_is(struct md_text text, const char *expected)
{
    return text.size == strlen(expected) && memcmp(text.at, expected, text.size) == 0;
}

const char *
md_xml_attribute(const struct md_xml *x, const char *name)
{
    for (unsigned i = 0; i < x->attribute_count; i++)
        if (md_text_is(x->attributes[i].name, name))
            return x->attributes[i].value;
    return NULL;
}

static enum md_xml_event
bad(struct md_xml *x, const char *fact)
{
    x->fact = fact;
    x->cursor.failed = true;
    return MD_XML_BAD;
}

/* ---- characters --------------------------------------------------------------------------- */

/* The character `ahead` bytes on, 0 past the end. */
static uint8_t
peek(const struct md_xml *x, size_t ahead)
{
    return ahead < cursor_left(&x->cursor) ? x->cursor.base[x->cursor.at + ahead] : 0;
}

static bool
looking_at(const struct md_xml *x, const char *text)
{
    size_t n = strlen(text);

    return n <= cursor_left(&x->cursor) && memcmp(x->cursor.base + x->cursor.at, text, n) == 0;
}

static bool
skip_past(struct md_xml *x, const char *end)
{
    while (cursor_left(&x->cursor)) {
        if (looking_at(x, end)) {
            cursor_take(&x->cursor, strlen(end));
            return true;
        }
        cursor_u8(&x->cursor);
    }
    return false;
}

static bool
is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void
skip_spaces(struct md_xml *x)
{
    while (is_space(peek(x, 0)))
        cursor_u8(&x->cursor);
}

static bool
is_name_byte(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == ':' || c == '-' || c == '.' || c >= 0x80;
}

static struct md_text
name_read(struct md_xml *x)
{
    struct md_text name = {(const char *)x->cursor.base + x->cursor.at, 0};

    while (is_name_byte(peek(x, 0))) {
        cursor_u8(&x->cursor);
        name.size++;
    }
    return name;
}

/* ---- attribute values --------------------------------------------------------------------- */

static size_t
utf8_put(char *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xC0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xE0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3F));
        out[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3F));
    out[2] = (char)(0x80 | (c >> 6 & 0x3F));
    out[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}

static unsigned
digit_value(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10u;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10u;
    return 16;
}

/* "&#10;" or "&#xA;", the cursor after "&#". 0 if malformed. */
static uint32_t
character_reference(struct md_xml *x)
{
    unsigned base = peek(x, 0) == 'x' ? 16 : 10;
    uint32_t c = 0;

    if (base == 16)
        cursor_u8(&x->cursor);
    while (digit_value(peek(x, 0)) < base && c <= 0x10FFFF)
        c = c * base + digit_value(cursor_u8(&x->cursor));
    if (cursor_u8(&x->cursor) != ';' || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
        return 0;
    return c;
}

/* An entity always takes more bytes than its character, so `out` cannot overflow. */
static size_t
entity_read(struct md_xml *x, char *out)
{
    static const struct {
        const char *text;
        char c;
    } known[] = {{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&apos;", '\''}};
    uint32_t c;

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (looking_at(x, known[i].text)) {
            cursor_take(&x->cursor, strlen(known[i].text));
            *out = known[i].c;
            return 1;
        }
    }
    if (!looking_at(x, "&#"))
        return 0;
    cursor_take(&x->cursor, 2);
    c = character_reference(x);
    return c ? utf8_put(out, c) : 0;
}

/* The value between quotes; NULL if malformed. */
static const char *
value_read(struct md_xml *x)
{
    uint8_t quote = cursor_u8(&x->cursor);
    const uint8_t *start = x->cursor.base + x->cursor.at;
    const uint8_t *end;
    char *value;
    size_t n = 0;

    if (x->cursor.failed || (quote != '"' && quote != '\''))
        return NULL;
    end = memchr(start, quote, cursor_left(&x->cursor));
    if (!end)
        return NULL;
    value = arena_alloc(x->arena, (size_t)(end - start) + 1);
    while (x->cursor.base + x->cursor.at < end) {
        uint8_t c = peek(x, 0);
        size_t put;

        if (c == 0 || c == '<')
            return NULL;
        if (c != '&') {
            value[n++] = is_space(c) ? ' ' : (char)c;
            cursor_u8(&x->cursor);
            continue;
        }
        put = entity_read(x, value + n);
        if (!put)
            return NULL;
        n += put;
    }
    if (x->cursor.base + x->cursor.at != end)
        return NULL;
    cursor_u8(&x->cursor);
    return md_utf8_valid((const uint8_t *)value, n) ? value : NULL;
}

static enum md_xml_event
attribute_read(struct md_xml *x)
{
    struct md_xml_attribute *attribute = &x->attributes[x->attribute_count];

    if (x->attribute_count == MD_XML_ATTRIBUTES_MAX)
        return bad(x, "an element has too many attributes");
    attribute->name = name_read(x);
    skip_spaces(x);
    if (!attribute->name.size || cursor_u8(&x->cursor) != '=')
        return bad(x, "an attribute is malformed");
    skip_spaces(x);
    attribute->value = value_read(x);
    if (!attribute->value)
        return bad(x, "an attribute's value is malformed");
    x->attribute_count++;
    return MD_XML_START;
}

/* ---- tags --------------------------------------------------------------------------------- */

static enum md_xml_event
start_tag(struct md_xml *x)
{
    x->name = name_read(x);
    x->attribute_count = 0;
    if (!x->name.size)
        return bad(x, "a tag has no name");
    if (x->depth == MD_XML_DEPTH_MAX)
        return bad(x, "elements are nested too deeply");
    if (x->depth == 0 && x->seen_root)
        return bad(x, "a second root element");
    x->seen_root = true;
    for (;;) {
        skip_spaces(x);
        if (peek(x, 0) == '>' || looking_at(x, "/>"))
            break;
        if (attribute_read(x) == MD_XML_BAD)
            return MD_XML_BAD;
    }
    x->end_pending = peek(x, 0) == '/';
    cursor_take(&x->cursor, x->end_pending ? 2 : 1);
    x->open[x->depth++] = x->name;
    return MD_XML_START;
}

static enum md_xml_event
end_tag(struct md_xml *x)
{
    struct md_text open;

    x->name = name_read(x);
    skip_spaces(x);
    if (cursor_u8(&x->cursor) != '>')
        return bad(x, "an end tag is malformed");
    if (!x->depth)
        return bad(x, "an end tag without its start");
    open = x->open[--x->depth];
    if (open.size != x->name.size || memcmp(open.at, x->name.at, open.size) != 0)
        return bad(x, "an end tag does not match its start");
    return MD_XML_END;
}

/* Skips what is no element; MD_XML_START means "go on". */
static enum md_xml_event
markup_skip(struct md_xml *x)
{
    bool ended;

    if (looking_at(x, "<!--"))
        ended = skip_past(x, "-->");
    else if (looking_at(x, "<?"))
        ended = skip_past(x, "?>");
    else if (looking_at(x, "<![CDATA["))
        ended = skip_past(x, "]]>");
    else
        return bad(x, "a document type is not supported");
    return ended ? MD_XML_START : bad(x, "a comment or instruction has no end");
}

enum md_xml_event
md_xml_next(struct md_xml *x)
{
    if (x->cursor.failed)
        return MD_XML_BAD;
    x->attribute_count = x->end_pending ? x->attribute_count : 0;
    if (x->end_pending) {
        x->end_pending = false;
        x->name = x->open[--x->depth];
        return MD_XML_END;
    }
    for (;;) {
        const uint8_t *text = x->cursor.base + x->cursor.at;
        size_t left = cursor_left(&x->cursor);
        const uint8_t *tag = left ? memchr(text, '<', left) : NULL;

        if (!tag) {
            if (x->depth)
                return bad(x, "an element has no end");
            return x->seen_root ? MD_XML_EOF : bad(x, "there is no element");
        }
        cursor_take(&x->cursor, (size_t)(tag - text));
        if (peek(x, 1) == '!' || peek(x, 1) == '?') {
            if (markup_skip(x) == MD_XML_BAD)
                return MD_XML_BAD;
            continue;
        }
        cursor_u8(&x->cursor);
        if (peek(x, 0) != '/')
            return start_tag(x);
        cursor_u8(&x->cursor);
        return end_tag(x);
    }
}
