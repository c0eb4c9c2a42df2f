/* compiler/driver/header_doc.c - comments from the XML documentation beside the assembly (X.xml for
 * X.dll): summary, parameters and result of exported methods. A text scan: the file is the user's
 * own, and what does not look as expected is left out. */
#include <string.h>

#include "compiler/base/arena.h"
#include "compiler/base/inputs.h"
#include "compiler/driver/header_priv.h"
#include "pal/pal.h"

enum { XML_MAX = 64 << 20, LINE_MAX_CHARS = 96 };

struct hdr_docs {
    const char *text; /* arena, NUL-terminated */
};

struct hdr_docs *
hdr_docs_open(struct hdr *h)
{
    const char *path = h->d->input->path, *dot = strrchr(path, '.');
    struct hdr_docs *docs = NULL;
    struct pal_file file;

    if (!dot || strchr(dot, '/'))
        return NULL;
    path = arena_printf(h->a, "%.*s.xml", (int)(dot - path), path);
    if (pal_file_read(path, XML_MAX, &file) != PAL_OK)
        return NULL;
    inputs_note(path);
    docs = arena_alloc(h->a, sizeof *docs);
    docs->text = arena_strndup(h->a, (const char *)file.bytes, file.size);
    pal_file_free(&file);
    return docs;
}

/* The inside of the method's <member> element; two overloads of one name count as none. */
static const char *
member_find(struct hdr *h, const struct hdr_docs *docs, const struct ty_method *m)
{
    const char *owner = arena_strdup(h->a, m->def->owner->full_name), *key, *at, *end, *found = NULL;
    size_t n;

    for (char *c = strchr(owner, '/'); c; c = strchr(c, '/'))
        *c = '.';
    key = arena_printf(h->a, "<member name=\"M:%s.%s", owner, m->def->name);
    n = strlen(key);
    for (at = strstr(docs->text, key); at; at = strstr(at + n, key)) {
        if (at[n] != '(' && at[n] != '"')
            continue;
        if (found)
            return NULL;
        found = at;
    }
    at = found ? strchr(found, '>') : NULL;
    end = at ? strstr(at, "</member>") : NULL;
    return end ? arena_strndup(h->a, at + 1, (size_t)(end - at - 1)) : NULL;
}

static const struct {
    const char *name;
    char c;
} entities[] = {{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&apos;", '\''}};

/* What stands for a tag: the last part of <see cref="T:A.B"/>, the name of <paramref name="x"/>, else nothing. */
static void
put_tag(struct byte_vec *out, const char *tag, size_t n)
{
    const char *quote = memchr(tag, '"', n), *end = quote ? memchr(quote + 1, '"', n - (size_t)(quote - tag) - 1) : NULL;

    if (!end || (strncmp(tag, "<see ", 5) != 0 && strncmp(tag, "<paramref ", 10) != 0))
        return;
    for (const char *c = quote + 1; c < end; c++)
        if (*c == '(')
            end = c;
        else if (*c == '.' || *c == ':')
            quote = c;
    byte_vec_put(out, quote + 1, (size_t)(end - quote - 1));
}

/* Plain text with single spaces, safe inside a C comment. */
static const char *
plain(struct hdr *h, const char *xml, size_t size)
{
    struct byte_vec out = {0};
    const char *end = xml + size, *result;

    while (xml < end) {
        char c = *xml++;
        const char *close;

        if (c == '<') {
            close = memchr(xml, '>', (size_t)(end - xml));
            if (!close)
                break;
            put_tag(&out, xml - 1, (size_t)(close - xml + 1));
            xml = close + 1;
            continue;
        }
        for (size_t i = 0; c == '&' && i < sizeof entities / sizeof *entities; i++)
            if (strncmp(xml - 1, entities[i].name, strlen(entities[i].name)) == 0) {
                xml += strlen(entities[i].name) - 1;
                c = entities[i].c;
                break;
            }
        if ((unsigned char)c <= ' ')
            c = ' ';
        if (c == ' ' && (!out.count || out.at[out.count - 1] == ' '))
            continue;
        if (c == '/' && out.count && out.at[out.count - 1] == '*')
            byte_vec_u8(&out, ' ');
        if (c == '*' && out.count && out.at[out.count - 1] == '/')
            byte_vec_u8(&out, ' ');
        byte_vec_u8(&out, (uint8_t)c);
    }
    while (out.count && out.at[out.count - 1] == ' ')
        out.count--;
    result = out.count ? arena_strndup(h->a, (const char *)out.at, out.count) : "";
    byte_vec_free(&out);
    return result;
}

/* The text of <tag ...>text</tag> from *at on, which moves behind it; NULL: no more. */
static const char *
element(struct hdr *h, const char **at, const char *tag, const char **name)
{
    const char *open = strstr(*at, arena_printf(h->a, "<%s", tag)), *start = open ? strchr(open, '>') : NULL;
    const char *end = start ? strstr(start, arena_printf(h->a, "</%.*s>", (int)strcspn(tag, " "), tag)) : NULL, *quote;

    if (!end)
        return NULL;
    quote = memchr(open, '"', (size_t)(start - open));
    *name = quote ? arena_strndup(h->a, quote + 1, strcspn(quote + 1, "\"")) : "";
    *at = end + 1;
    return plain(h, start + 1, (size_t)(end - start - 1));
}

/* Words wrapped behind " * ". */
static void
write_wrapped(struct hdr *h, const char *indent, const char *text)
{
    while (*text) {
        size_t n = strlen(text);

        if (n > LINE_MAX_CHARS) {
            for (n = LINE_MAX_CHARS; n && text[n] != ' '; n--)
                ;
            n = n ? n : strcspn(text, " ");
        }
        hdr_printf(h, "%s * %.*s\n", indent, (int)n, text);
        text += n;
        text += *text == ' ';
    }
}

void
hdr_docs_write(struct hdr *h, const struct hdr_docs *docs, const struct ty_method *m, const char *indent)
{
    const char *xml = docs ? member_find(h, docs, m) : NULL, *at = xml, *name, *text;

    if (!xml || !(text = element(h, &at, "summary", &name)) || !text[0])
        return;
    hdr_printf(h, "%s/**\n", indent);
    write_wrapped(h, indent, text);
    for (at = xml; (text = element(h, &at, "param ", &name)) != NULL;)
        write_wrapped(h, indent, arena_printf(h->a, "@param %s  %s", name, text));
    at = xml;
    if ((text = element(h, &at, "returns", &name)) != NULL)
        write_wrapped(h, indent, arena_printf(h->a, "@return %s", text));
    hdr_printf(h, "%s */\n", indent);
}
