/* compiler/metadata/md_sig.c - reading numbers and tokens out of signature blobs (II.23.2).
 * Failure is sticky: a parser may read a whole signature and ask once. */
#include "compiler/metadata/md.h"
#include "compiler/metadata/md_priv.h"

struct md_sig
md_sig_over(const struct md_image *img, struct md_blob blob)
{
    return (struct md_sig){cursor_over(blob.at, blob.size), img};
}

uint8_t
md_sig_u8(struct md_sig *s)
{
    return cursor_u8(&s->cursor);
}

uint8_t
md_sig_peek(const struct md_sig *s)
{
    return md_sig_at_end(s) ? 0 : s->cursor.base[s->cursor.at];
}

/* The number and its encoded length, 0 after a failure. */
static unsigned
uint_read(struct md_sig *s, uint32_t *out)
{
    struct cursor *c = &s->cursor;
    unsigned n;

    *out = 0;
    if (c->failed)
        return 0;
    n = md_uint_decode(c->base + c->at, c->size - c->at, out);
    if (!n)
        c->failed = true;
    c->at += n;
    return n;
}

uint32_t
md_sig_uint(struct md_sig *s)
{
    uint32_t x;

    uint_read(s, &x);
    return x;
}

/* The sign is the lowest bit; the rest is two's complement of the encoded width. */
int32_t
md_sig_int(struct md_sig *s)
{
    static const uint32_t high_bits[5] = {0, 0xFFFFFFC0u, 0xFFFFE000u, 0, 0xF0000000u};
    uint32_t x;
    unsigned n = uint_read(s, &x);

    return (int32_t)(x & 1 ? x >> 1 | high_bits[n] : x >> 1);
}

uint32_t
md_sig_token(struct md_sig *s)
{
    uint32_t raw = md_sig_uint(s);
    uint32_t token;

    if (s->cursor.failed)
        return 0;
    token = (raw & 3) < 3 ? md_coded_decode(MD_CODED_TYPEDEFORREF, raw) : 0;
    if (md_token_exists(s->image, token))
        return token;
    s->cursor.failed = true;
    return 0;
}
