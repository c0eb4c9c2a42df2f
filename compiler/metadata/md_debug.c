/* compiler/metadata/md_debug.c - the debug directory of an assembly: which PDB belongs to it, and
 * one that lies inside. PE/COFF specification of .NET, "Debug Directory"; damaged entries count as
 * absent, because debugging information is never needed. */
#include "compiler/metadata/md.h"
#include "compiler/metadata/md_priv.h"

#include <string.h>
#include <zlib.h>

enum {
    ENTRY_BYTES = 28,
    TYPE_CODEVIEW = 2,
    TYPE_EMBEDDED = 17,
    CODEVIEW_MAGIC = 0x53445352, /* RSDS */
    EMBEDDED_MAGIC = 0x4244504D, /* MPDB */
    GUID_BYTES = 16,
    EMBEDDED_MAX = 1 << 30,
    RATIO_MAX = 1040 /* deflate cannot do better than 1032 to 1 */
};

struct entry {
    uint32_t stamp;
    struct md_blob data;
};

/* The first entry of that type whose data lie in the file. */
static bool
entry_find(const struct md_image *img, uint32_t type, struct entry *out)
{
    struct cursor c = cursor_over(img->debug.at, img->debug.size);

    for (uint32_t i = 0; i < img->debug.size / ENTRY_BYTES; i++) {
        uint32_t stamp, kind, size, rva, at;

        cursor_u32(&c); /* characteristics */
        stamp = cursor_u32(&c);
        cursor_u32(&c); /* version */
        kind = cursor_u32(&c);
        size = cursor_u32(&c);
        rva = cursor_u32(&c);
        at = cursor_u32(&c);
        (void)rva;
        if (kind != type || at > img->size || size > img->size - at)
            continue;
        *out = (struct entry){stamp, {img->bytes + at, size}};
        return true;
    }
    return false;
}

bool
md_debug_id(const struct md_image *img, uint8_t id[20])
{
    struct entry e;
    struct cursor c;

    if (!entry_find(img, TYPE_CODEVIEW, &e) || e.data.size < 4 + GUID_BYTES)
        return false;
    c = cursor_over(e.data.at, e.data.size);
    if (cursor_u32(&c) != CODEVIEW_MAGIC)
        return false;
    memcpy(id, e.data.at + 4, GUID_BYTES);
    for (int i = 0; i < 4; i++)
        id[GUID_BYTES + i] = (uint8_t)(e.stamp >> (8 * i));
    return true;
}

/* Raw deflate of exactly `size` bytes. */
static bool
inflate_all(struct md_blob packed, uint8_t *out, uint32_t size)
{
    z_stream z = {.avail_in = packed.size, .avail_out = size, .next_out = out};
    int result;

    memcpy(&z.next_in, &packed.at, sizeof packed.at); /* it does not write there */
    if (inflateInit2(&z, -MAX_WBITS) != Z_OK)
        return false;
    result = inflate(&z, Z_FINISH);
    inflateEnd(&z);
    return result == Z_STREAM_END && z.avail_out == 0;
}

const uint8_t *
md_debug_embedded(const struct md_image *img, struct arena *a, size_t *size)
{
    struct entry e;
    struct cursor c;
    uint32_t bytes;
    uint8_t *out;

    *size = 0;
    if (!entry_find(img, TYPE_EMBEDDED, &e) || e.data.size < 8)
        return NULL;
    c = cursor_over(e.data.at, e.data.size);
    if (cursor_u32(&c) != EMBEDDED_MAGIC)
        return NULL;
    bytes = cursor_u32(&c);
    if (bytes == 0 || bytes > EMBEDDED_MAX || bytes / RATIO_MAX > e.data.size)
        return NULL;
    out = arena_alloc(a, bytes);
    if (!inflate_all((struct md_blob){e.data.at + 8, e.data.size - 8}, out, bytes))
        return NULL;
    *size = bytes;
    return out;
}
