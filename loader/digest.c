/* loader/digest.c - the 256-bit digest of a module's file (definition: loader/module_format.h).
 * The hash: four 64-bit lanes; each 32-byte block updates lane i with its word i by
 * lane = rotl((lane ^ word) * K, 31), which is invertible, so that no single changed word can be
 * lost; the length, padding with zeros, then eight invertible rounds that mix the lanes. It runs at
 * memory speed, which a cryptographic hash would not, and is meant against accidents only. */
#include <string.h>

#include "loader/elf.h"
#include "loader/module_format.h"

#define LANE_MULTIPLIER  UINT64_C(0x9E3779B97F4A7C15)
#define FINAL_MULTIPLIER UINT64_C(0xD1342543DE82EF95)
#define BLOCK_BYTES      32u

struct hash {
    uint64_t lane[4];
    uint64_t total;
    uint8_t pending[BLOCK_BYTES];
    size_t pending_bytes;
};

static inline uint64_t
rotl(uint64_t x, int by)
{
    return x << by | x >> (64 - by);
}

static void
hash_block(struct hash *h, const uint8_t *block)
{
    uint64_t word[4];
    int i;

    memcpy(word, block, sizeof word);
    for (i = 0; i < 4; i++)
        h->lane[i] = rotl((h->lane[i] ^ word[i]) * LANE_MULTIPLIER, 31);
}

static void
hash_begin(struct hash *h)
{
    int i;

    memset(h, 0, sizeof *h);
    for (i = 0; i < 4; i++)
        h->lane[i] = LANE_MULTIPLIER * (uint64_t)(i + 1);
}

static void
hash_add(struct hash *h, const uint8_t *bytes, size_t size)
{
    h->total += size;
    if (h->pending_bytes) {
        size_t part = BLOCK_BYTES - h->pending_bytes;

        part = part < size ? part : size;
        memcpy(h->pending + h->pending_bytes, bytes, part);
        h->pending_bytes += part;
        bytes += part;
        size -= part;
        if (h->pending_bytes < BLOCK_BYTES)
            return;
        hash_block(h, h->pending);
        h->pending_bytes = 0;
    }
    for (; size >= BLOCK_BYTES; bytes += BLOCK_BYTES, size -= BLOCK_BYTES)
        hash_block(h, bytes);
    memcpy(h->pending, bytes, size);
    h->pending_bytes = size;
}

static void
hash_end(struct hash *h, uint8_t out[LDR_DIGEST_BYTES])
{
    uint64_t total = h->total;
    int i;

    memset(h->pending + h->pending_bytes, 0, BLOCK_BYTES - h->pending_bytes);
    hash_block(h, h->pending);
    h->lane[0] ^= total;
    for (i = 0; i < 8 * 4; i++) {
        uint64_t *x = &h->lane[i & 3];

        *x += rotl(h->lane[(i + 1) & 3], 23);
        *x ^= *x >> 29;
        *x *= FINAL_MULTIPLIER;
    }
    memcpy(out, h->lane, LDR_DIGEST_BYTES);
}

/* A range of the file that counts as zeros. Sorted by offset. */
struct hole {
    uint64_t offset;
    uint64_t bytes;
};

static void
add_with_holes(struct hash *h, const uint8_t *file, uint64_t offset, uint64_t bytes,
               const struct hole *holes, size_t count)
{
    static const uint8_t zero[LDR_DIGEST_BYTES];
    uint64_t end = offset + bytes;
    size_t i;

    for (i = 0; i < count; i++) {
        uint64_t from = holes[i].offset, to = from + holes[i].bytes;

        if (to <= offset || from >= end)
            continue;
        from = from < offset ? offset : from;
        to = to > end ? end : to;
        hash_add(h, file + offset, (size_t)(from - offset));
        hash_add(h, zero, (size_t)(to - from));
        offset = to;
    }
    hash_add(h, file + offset, (size_t)(end - offset));
}

bool
ldr_digest_compute(const uint8_t *file, size_t size, uint8_t digest[LDR_DIGEST_BYTES],
                   size_t *digest_at, const char **why)
{
    struct ldr_elf elf;
    struct hash h;
    uint64_t address, at;
    uint32_t i;

    memset(digest, 0, LDR_DIGEST_BYTES);
    *digest_at = 0;
    if (!ldr_elf_open(&elf, file, size, why))
        return false;
    if (!ldr_elf_symbol(&elf, LDR_HEADER_SYMBOL, &address) ||
        !ldr_elf_offset(&elf, address, sizeof(struct corert_module_header), &at)) {
        *why = "is not a CoreRT module (no " LDR_HEADER_SYMBOL ")";
        return false;
    }
    at += offsetof(struct corert_module_header, digest);
    hash_begin(&h);
    for (i = 0; i < elf.segments; i++) {
        const struct ldr_segment *s = &elf.segment[i];
        /* e_shoff; e_shnum and e_shstrndx; the digest */
        const struct hole holes[] = {{0x28, 8}, {0x3C, 4}, {at, LDR_DIGEST_BYTES}};
        uint64_t facts[4] = {s->address, s->file_bytes, s->memory_bytes, s->flags};

        hash_add(&h, (const uint8_t *)facts, sizeof facts);
        add_with_holes(&h, file, s->offset, s->file_bytes, holes, 3);
    }
    hash_end(&h, digest);
    *digest_at = (size_t)at;
    return true;
}

bool
ldr_digest_seal(uint8_t *file, size_t size, const char **why)
{
    uint8_t digest[LDR_DIGEST_BYTES];
    size_t at;

    if (!ldr_digest_compute(file, size, digest, &at, why))
        return false;
    memcpy(file + at, digest, sizeof digest);
    return true;
}
