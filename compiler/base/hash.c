/* compiler/base/hash.c - hash functions.
 * hash64_bytes is the base: multiply and fold over 8-byte words, with a finaliser that lets every
 * input bit reach every output bit. Results of the byte functions are the same on every run and
 * machine (little-endian), so they may be stored in files. */
#include "compiler/base/map.h"

#include <string.h>

static const uint64_t mix_a = 0x9e3779b97f4a7c15u; /* 2^64 / golden ratio, odd */
static const uint64_t mix_b = 0xd6e8feb86659fd93u; /* odd, bits well spread */

static uint64_t
finish(uint64_t h)
{
    h ^= h >> 32;
    h *= mix_b;
    h ^= h >> 29;
    h *= mix_a;
    h ^= h >> 32;
    return h;
}

/* The 128-bit product folded to 64 bits. */
static uint64_t
fold(uint64_t a, uint64_t b)
{
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)a * b;

    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t
hash64_bytes(const void *bytes, size_t size, uint64_t seed)
{
    const uint8_t *at = bytes;
    uint64_t h = finish(seed ^ ((uint64_t)size * mix_a)), word;

    for (; size >= sizeof word; size -= sizeof word, at += sizeof word) {
        memcpy(&word, at, sizeof word);
        h = fold(h ^ word, mix_a) + mix_b;
    }
    if (size > 0) {
        word = 0;
        memcpy(&word, at, size);
        h = fold(h ^ word, mix_b) + mix_a;
    }
    return finish(h);
}

uint32_t
hash_bytes(const void *bytes, size_t size)
{
    return (uint32_t)hash64_bytes(bytes, size, 0);
}

uint32_t
hash_string(const char *text)
{
    return hash_bytes(text, strlen(text));
}

uint32_t
hash_combine(uint32_t a, uint32_t b)
{
    return (uint32_t)finish(((uint64_t)a << 32 | b) + mix_a);
}

uint32_t
hash_pointer(const void *p)
{
    return (uint32_t)finish((uint64_t)(uintptr_t)p);
}
