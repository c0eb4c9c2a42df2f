/* compiler/types/hash.c - the 32-bit hash codes that MethodTables carry.
 * Must agree bit by bit with the class library's own computation (contract/compiler.md 1.10):
 * names are hashed as UTF-16 code units. */
#include "compiler/types/ty_priv.h"

#include <stdio.h>

static uint32_t
rotate(uint32_t x, unsigned bits)
{
    return x << bits | x >> (32 - bits);
}

/* Takes one code point off a NUL-terminated text; malformed bytes give U+FFFD one by one. */
static uint32_t
utf8_next(const unsigned char **at)
{
    const unsigned char *p = *at;
    uint32_t c = *p++;
    unsigned more, i;

    if (c < 0x80) {
        *at = p;
        return c;
    }
    more = c >= 0xF0 && c < 0xF8 ? 3 : c >= 0xE0 && c < 0xF0 ? 2 : c >= 0xC2 && c < 0xE0 ? 1 : 0;
    c &= more == 3 ? 0x07u : more == 2 ? 0x0Fu : 0x1Fu;
    *at = p;
    if (more == 0)
        return 0xFFFD;
    for (i = 0; i < more; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return 0xFFFD;
        c = c << 6 | (p[i] & 0x3Fu);
    }
    *at = p + more;
    return c;
}

uint32_t
ty_name_hash(const char *utf8)
{
    const unsigned char *at = (const unsigned char *)utf8;
    uint32_t h[2] = {0x6DA3B944u, 0};
    unsigned turn = 0;

    while (*at) {
        uint32_t c = utf8_next(&at);
        uint32_t units[2] = {c, 0};
        unsigned count = 1, i;

        if (c >= 0x10000) {
            units[0] = 0xD800u + ((c - 0x10000) >> 10);
            units[1] = 0xDC00u + ((c - 0x10000) & 0x3FFu);
            count = 2;
        }
        for (i = 0; i < count; i++, turn ^= 1)
            h[turn] = (h[turn] + rotate(h[turn], 5)) ^ units[i];
    }
    h[0] += rotate(h[0], 8);
    h[1] += rotate(h[1], 8);
    return h[0] ^ h[1];
}

uint32_t
ty_hash_nested(uint32_t enclosing, const char *name)
{
    return (enclosing + rotate(enclosing, 11)) ^ ty_name_hash(name);
}

static uint32_t
add_argument(uint32_t hash, uint32_t argument)
{
    return (hash + rotate(hash, 13)) ^ argument;
}

static uint32_t
finish(uint32_t hash)
{
    return hash + rotate(hash, 15);
}

uint32_t
ty_hash_instance(uint32_t definition, struct ty_type *const *args, size_t count)
{
    uint32_t hash = definition;
    size_t i;

    for (i = 0; i < count; i++)
        hash = add_argument(hash, args[i]->hash);
    return finish(hash);
}

uint32_t
ty_hash_array(uint32_t element)
{
    return finish(add_argument(ty_name_hash("System.Array`1"), element));
}

uint32_t
ty_hash_md_array(uint32_t element, uint32_t rank)
{
    char name[48];

    snprintf(name, sizeof name, "System.MDArrayRank%u`1", (unsigned)rank);
    return finish(add_argument(ty_name_hash(name), element));
}

uint32_t
ty_hash_pointer(uint32_t pointee)
{
    return (pointee + rotate(pointee, 5)) ^ 0x12D0u;
}

uint32_t
ty_hash_byref(uint32_t pointee)
{
    return (pointee + rotate(pointee, 7)) ^ 0x4C85u;
}

uint32_t
ty_hash_variable(bool of_method, uint32_t index)
{
    return of_method ? index * 0x7822381u + 0x54872645u : index * 0x5498341u + 0x832424u;
}

uint32_t
ty_hash_fnptr(const struct ty_sig *sig)
{
    uint32_t hash = sig->ret->hash, i;

    for (i = 0; i < sig->param_count; i++)
        hash = add_argument(hash, sig->params[i]->hash);
    return finish(hash);
}
