/* compiler/metadata/resources.c - string entries of .NET .resources files (versions 1 and 2).
 * Layout: a resource manager header, a reader header (type names, then, from a multiple of eight,
 * sorted name hashes and name positions), the names, the values. The hashes are searched. */
#include "compiler/metadata/md.h"
#include "compiler/metadata/md_priv.h"

#include <string.h>

static const uint32_t resources_magic = 0xBEEFCACEu;

enum { V2_STRING = 1, TYPES_MAX = 32 };

static bool
set_fail(struct md_error *err, const char *path, const char *fact)
{
    return md_fail(err, path, ".resources", "%s", fact);
}

/* A number in groups of seven bits, the lowest first. */
static uint32_t
seven_bit_read(struct cursor *c)
{
    uint32_t x = 0;

    for (unsigned shift = 0; shift < 35; shift += 7) {
        uint8_t byte = cursor_u8(c);

        x |= (uint32_t)(byte & 0x7F) << shift;
        if (!(byte & 0x80))
            return x;
    }
    c->failed = true;
    return 0;
}

static struct md_text
text_read(struct cursor *c)
{
    uint32_t size = seven_bit_read(c);
    const uint8_t *at = cursor_take(c, size);

    return (struct md_text){(const char *)at, at ? size : 0};
}

/* Type names are assembly-qualified. */
static bool
names_string_type(struct md_text name)
{
    static const char string[] = "System.String";
    size_t n = sizeof string - 1;

    return name.size >= n && memcmp(name.at, string, n) == 0 &&
           (name.size == n || name.at[n] == ',');
}

static bool
manager_header_read(struct cursor *c)
{
    uint32_t magic = cursor_u32(c);
    uint32_t skip;

    cursor_u32(c); /* version of this header; what follows can be skipped in all of them */
    skip = cursor_u32(c);
    cursor_take(c, skip);
    return !c->failed && magic == resources_magic;
}

static bool
types_read(struct cursor *c, struct md_resource_set *set)
{
    uint32_t count = cursor_u32(c);

    if (count > cursor_left(c))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        struct md_text name = text_read(c);

        if (i < TYPES_MAX && name.at)
            set->v1_string[i] = names_string_type(name);
    }
    return !c->failed;
}

bool
md_resource_set_open(struct md_blob bytes, const char *path, struct md_resource_set *out,
                     struct md_error *err)
{
    struct cursor c = cursor_over(bytes.at, bytes.size);

    *out = (struct md_resource_set){.bytes = bytes};
    if (!manager_header_read(&c))
        return set_fail(err, path, "not a .resources file");
    out->version = cursor_u32(&c);
    if (out->version != 1 && out->version != 2)
        return set_fail(err, path, "a version that is not supported");
    out->count = cursor_u32(&c);
    if (!types_read(&c, out))
        return set_fail(err, path, "the type names are truncated");
    cursor_take(&c, -c.at & 7);
    if (out->count > cursor_left(&c) / 8)
        return set_fail(err, path, "more resources than the file holds");
    out->hashes_at = (uint32_t)c.at;
    out->positions_at = out->hashes_at + 4 * out->count;
    cursor_take(&c, 8 * (size_t)out->count);
    out->data_at = cursor_u32(&c);
    out->names_at = (uint32_t)c.at;
    if (c.failed || out->data_at > bytes.size)
        return set_fail(err, path, "the values lie outside the file");
    return true;
}

/* ---- keys --------------------------------------------------------------------------------- */

/* Decodes the next character of valid UTF-8 into one or two code units. */
static unsigned
utf16_next(const char **at, uint16_t out[2])
{
    const uint8_t *p = (const uint8_t *)*at;
    unsigned extra = p[0] < 0x80 ? 0 : p[0] < 0xE0 ? 1 : p[0] < 0xF0 ? 2 : 3;
    uint32_t c = extra == 0 ? p[0] : p[0] & (0x3Fu >> extra);

    for (unsigned i = 1; i <= extra; i++)
        c = c << 6 | (p[i] & 0x3Fu);
    *at += extra + 1;
    if (c < 0x10000) {
        out[0] = (uint16_t)c;
        return 1;
    }
    out[0] = (uint16_t)(0xD800 + ((c - 0x10000) >> 10));
    out[1] = (uint16_t)(0xDC00 + ((c - 0x10000) & 0x3FF));
    return 2;
}

static int32_t
key_hash(const char *key)
{
    uint32_t hash = 5381;
    uint16_t units[2];

    while (*key) {
        unsigned n = utf16_next(&key, units);

        for (unsigned i = 0; i < n; i++)
            hash = (hash * 33) ^ units[i];
    }
    return (int32_t)hash;
}

static bool
key_equals(const char *key, struct md_utf16 name)
{
    uint32_t at = 0;
    uint16_t units[2];

    while (*key) {
        unsigned n = utf16_next(&key, units);

        for (unsigned i = 0; i < n; i++)
            if (at == name.count || md_utf16_unit(name, at++) != units[i])
                return false;
    }
    return at == name.count;
}

static uint32_t
u32_at(const struct md_resource_set *set, uint32_t table_at, uint32_t index)
{
    struct cursor c = cursor_over(set->bytes.at, set->bytes.size);

    cursor_seek(&c, (size_t)table_at + 4 * (size_t)index);
    return cursor_u32(&c);
}

/* ---- entries ------------------------------------------------------------------------------ */

static bool
value_read(const struct md_resource_set *set, uint32_t offset, struct md_text *out)
{
    struct cursor c = cursor_over(set->bytes.at, set->bytes.size);
    uint32_t type;

    cursor_seek(&c, (size_t)set->data_at + offset);
    type = seven_bit_read(&c);
    if (set->version == 2 ? type != V2_STRING : type >= TYPES_MAX || !set->v1_string[type])
        return false;
    *out = text_read(&c);
    return !c.failed && md_utf8_valid((const uint8_t *)out->at, out->size);
}

/* The value's offset if entry `index` has this key. */
static bool
entry_matches(const struct md_resource_set *set, uint32_t index, const char *key,
              uint32_t *value_offset)
{
    struct cursor c = cursor_over(set->bytes.at, set->bytes.size);
    struct md_utf16 name;
    uint32_t size;

    cursor_seek(&c, (size_t)set->names_at + u32_at(set, set->positions_at, index));
    size = seven_bit_read(&c);
    name.at = cursor_take(&c, size);
    name.count = size / 2;
    *value_offset = cursor_u32(&c);
    return !c.failed && size % 2 == 0 && key_equals(key, name);
}

bool
md_resource_set_find(const struct md_resource_set *set, const char *key, struct md_text *out)
{
    uint32_t low = 0, high = set->count;
    uint32_t value_offset;
    int32_t hash;

    *out = (struct md_text){NULL, 0};
    if (!md_utf8_valid((const uint8_t *)key, strlen(key)))
        return false;
    hash = key_hash(key);
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if ((int32_t)u32_at(set, set->hashes_at, middle) < hash)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < set->count && (int32_t)u32_at(set, set->hashes_at, low) == hash; low++)
        if (entry_matches(set, low, key, &value_offset))
            return value_read(set, value_offset, out);
    return false;
}

/* The class library's assemblies keep their messages under one of two names. */
static bool
sr_bytes_find(const struct md_image *img, struct md_blob *out)
{
    static const char *const formats[2][2] = {{"FxResources.", ".SR.resources"},
                                              {"", ".Strings.resources"}};
    char name[512];

    for (unsigned i = 0; i < 2; i++) {
        int n = snprintf(name, sizeof name, "%s%s%s", formats[i][0], md_assembly_name(img),
                         formats[i][1]);

        if (n > 0 && (size_t)n < sizeof name && md_resource(img, name, out))
            return true;
    }
    return false;
}

bool
md_resource_string(const struct md_image *img, const char *key, struct md_text *out)
{
    struct md_resource_set set;
    struct md_blob bytes;

    *out = (struct md_text){NULL, 0};
    return sr_bytes_find(img, &bytes) && md_resource_set_open(bytes, img->path, &set, NULL) &&
           md_resource_set_find(&set, key, out);
}
