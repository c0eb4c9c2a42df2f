/* compiler/driver/why.c - --why NAME MAP.json: what keeps methods and types in an image.
 * Reads any JSON file safely; one that is not a map of ours is an error. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/base/arena.h"
#include "compiler/base/diag.h"
#include "compiler/driver/drv.h"
#include "pal/pal.h"

enum { MAP_MAX = 1 << 29, DEPTH_MAX = 16, MATCHES_SHOWN = 20, LINKS_MAX = 10000 };

/* ---- JSON ---------------------------------------------------------------------------------------- */

enum json_kind { JSON_OTHER, JSON_STRING, JSON_NUMBER, JSON_ARRAY, JSON_OBJECT };

struct json {
    enum json_kind kind;
    const char *text;       /* STRING; the key of a member of an object is in `key` */
    const char *key;
    uint64_t number;
    struct json **at; /* ARRAY, OBJECT */
    size_t count;
};

struct reader {
    const char *path;
    const uint8_t *at, *end;
    struct arena *arena;
};

static _Noreturn void
bad(const struct reader *r)
{
    diag_fatal("%s: not a map written by corertc --map", r->path);
}

static void
spaces(struct reader *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\n' || *r->at == '\t' || *r->at == '\r'))
        r->at++;
}

static uint8_t
peek(struct reader *r)
{
    spaces(r);
    return r->at < r->end ? *r->at : 0;
}

static void
expect(struct reader *r, uint8_t c)
{
    if (peek(r) != c)
        bad(r);
    r->at++;
}

static const char *
read_string(struct reader *r)
{
    struct byte_vec text = {0};
    const char *copy;

    expect(r, '"');
    while (r->at < r->end && *r->at != '"') {
        if (*r->at == '\\') {
            if (r->end - r->at < 2)
                bad(r);
            r->at++;
            if (*r->at == 'u') { /* control bytes only */
                if (r->end - r->at < 5)
                    bad(r);
                r->at += 4;
                byte_vec_u8(&text, '?');
            } else {
                byte_vec_u8(&text, *r->at);
            }
        } else {
            byte_vec_u8(&text, *r->at);
        }
        r->at++;
    }
    expect(r, '"');
    copy = arena_strndup(r->arena, text.count ? (const char *)text.at : "", text.count);
    byte_vec_free(&text);
    return copy;
}

static struct json *read_value(struct reader *r, unsigned depth);

static void
read_members(struct reader *r, struct json *j, uint8_t close, unsigned depth)
{
    struct ptr_vec list = {0};

    r->at++;
    while (peek(r) != close) {
        const char *key = "";
        struct json *value;

        if (list.count)
            expect(r, ',');
        if (j->kind == JSON_OBJECT) {
            spaces(r);
            key = read_string(r);
            expect(r, ':');
        }
        value = read_value(r, depth + 1);
        value->key = key;
        ptr_vec_push(&list, value);
    }
    r->at++;
    j->at = arena_array(r->arena, list.count + 1, sizeof *j->at);
    if (list.count)
        memcpy(j->at, list.at, list.count * sizeof *j->at);
    j->count = list.count;
    ptr_vec_free(&list);
}

static struct json *
read_value(struct reader *r, unsigned depth)
{
    struct json *j = arena_alloc(r->arena, sizeof *j);
    uint8_t c = peek(r);

    if (depth > DEPTH_MAX)
        bad(r);
    if (c == '"') {
        j->kind = JSON_STRING;
        j->text = read_string(r);
    } else if (c == '{' || c == '[') {
        j->kind = c == '{' ? JSON_OBJECT : JSON_ARRAY;
        read_members(r, j, c == '{' ? '}' : ']', depth);
    } else if (c >= '0' && c <= '9') {
        j->kind = JSON_NUMBER;
        for (; r->at < r->end && *r->at >= '0' && *r->at <= '9'; r->at++)
            j->number = j->number * 10 + (uint64_t)(*r->at - '0');
    } else {
        bad(r);
    }
    return j;
}

static const struct json *
member(const struct json *j, const char *key, enum json_kind kind)
{
    for (size_t i = 0; j && j->kind == JSON_OBJECT && i < j->count; i++)
        if (strcmp(j->at[i]->key, key) == 0 && j->at[i]->kind == kind)
            return j->at[i];
    return NULL;
}

static const char *
text_of(const struct json *j, const char *key)
{
    const struct json *v = member(j, key, JSON_STRING);

    return v ? v->text : "";
}

static uint64_t
number_of(const struct json *j, const char *key)
{
    const struct json *v = member(j, key, JSON_NUMBER);

    return v ? v->number : 0;
}

/* ---- matching ---------------------------------------------------------------------------------------- */

enum match { MATCH_NONE, MATCH_PART, MATCH_EXACT };

/* Exact: the whole name, the name without parameters, or the last parts of it. */
static enum match
match(const char *name, const char *wanted)
{
    size_t n = strlen(wanted), length = strcspn(name, "(");
    enum match found = MATCH_NONE;

    if (strcmp(name, wanted) == 0)
        return MATCH_EXACT;
    for (const char *at = strstr(name, wanted); at; at = strstr(at + 1, wanted)) {
        bool starts = at == name || at[-1] == '.' || at[-1] == '/';

        found = starts && (size_t)(at - name) + n == length ? MATCH_EXACT : found == MATCH_EXACT ? found : MATCH_PART;
    }
    return found;
}

static bool
is_wanted_kind(const struct json *item)
{
    const char *kind = text_of(item, "kind");

    return strcmp(kind, "method") == 0 || strcmp(kind, "inlined method") == 0 || strcmp(kind, "type") == 0;
}

static void
print_chain(const struct json *nodes, const struct json *item)
{
    const struct json *index = member(item, "node", JSON_NUMBER);
    unsigned links = 0;

    while (index && index->number < nodes->count && links++ < LINKS_MAX) {
        const struct json *node = nodes->at[index->number], *from = member(node, "from", JSON_NUMBER);

        if (links > 1)
            printf("    because of %s %s\n", text_of(node, "kind"), text_of(node, "name"));
        if (!from) {
            printf("    root: %s\n", text_of(node, "root"));
            return;
        }
        index = from;
    }
    puts("    (its chain is not in the map)");
}

void
drv_why(const struct drv_options *o, struct arena *a)
{
    struct reader r = {.path = o->input, .arena = a};
    const struct json *map, *items, *nodes;
    enum match wanted = MATCH_NONE;
    struct pal_file file;
    unsigned found = 0;
    enum pal_status st = pal_file_read(o->input, MAP_MAX, &file);

    if (st != PAL_OK)
        diag_fatal("%s: cannot be read: %s", o->input, pal_status_text(st));
    r.at = file.bytes;
    r.end = file.bytes + file.size;
    map = read_value(&r, 0);
    items = member(map, "items", JSON_ARRAY);
    nodes = member(map, "nodes", JSON_ARRAY);
    if (!member(map, "corertc_map", JSON_NUMBER) || !items || !nodes || peek(&r) != 0)
        bad(&r);
    for (size_t i = 0; i < items->count; i++)
        if (is_wanted_kind(items->at[i]) && match(text_of(items->at[i], "name"), o->why) > wanted)
            wanted = match(text_of(items->at[i], "name"), o->why);
    if (wanted == MATCH_NONE)
        diag_fatal("%s: no method or type in the image is named %s", o->input, o->why);
    for (size_t i = 0; i < items->count; i++) {
        const struct json *it = items->at[i];

        if (!is_wanted_kind(it) || match(text_of(it, "name"), o->why) < wanted || found++ >= MATCHES_SHOWN)
            continue;
        printf("%s\n    %s of %s", text_of(it, "name"), text_of(it, "kind"), text_of(it, "assembly"));
        if (number_of(it, "bytes"))
            printf(", %llu bytes in %s", (unsigned long long)number_of(it, "bytes"), text_of(it, "section"));
        printf("\n");
        print_chain(nodes, it);
    }
    if (found > MATCHES_SHOWN)
        printf("... and %u more; give a longer name\n", found - MATCHES_SHOWN);
    pal_file_free(&file);
}
