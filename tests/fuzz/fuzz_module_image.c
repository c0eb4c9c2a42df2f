/* tests/fuzz/fuzz_module_image.c - any bytes as a mapped module: header, rows, and the tables they
 * point to.
 * Input: three bytes that cut the rest into up to three segments and give their access, then the
 * image, which begins with the header. An aligned word whose top two bytes are TAG stands for an
 * address: the rest of it, as an offset into the image. */
#include "tests/fuzz/fuzz.h"

#include "loader/loader_priv.h"

#include <stdlib.h>
#include <string.h>

enum { INPUT_MAX = 8192, CUTS = 3, TAG = 0x7A7A };

static void
addresses_set(uint8_t *image, size_t size)
{
    for (size_t at = 0; at + 8 <= size; at += 8) {
        uint64_t word;

        memcpy(&word, image + at, 8);
        if (word >> 48 != TAG)
            continue;
        word = (uint64_t)(uintptr_t)image + (word & 0xFFFF);
        memcpy(image + at, &word, 8);
    }
}

static void
segments_cut(struct ldr_image *out, uint8_t *image, size_t size, const uint8_t cut[CUTS])
{
    size_t at = 0;

    memset(out, 0, sizeof *out);
    for (unsigned i = 0; i < CUTS && at < size; i++) {
        size_t end = i + 1 < CUTS ? at + (size_t)(cut[i] >> 3) * size / 32 : size;
        struct ldr_segment *s = &out->segment[out->segments];

        if (end > size)
            end = size;
        if (end <= at)
            continue;
        s->address = (uint64_t)(uintptr_t)image + at;
        s->memory_bytes = end - at;
        s->flags = cut[i] & 7u;
        out->segments++;
        at = end;
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[256] = "";
    struct ldr_diag diag = {text, sizeof text};
    struct corert_module_header h;
    struct ldr_image image;
    uint8_t *bytes;

    if (size < CUTS + sizeof h || size > INPUT_MAX)
        return 0;
    bytes = aligned_alloc(16, (size - CUTS + 15) / 16 * 16);
    if (!bytes)
        return 0;
    memset(bytes, 0, (size - CUTS + 15) / 16 * 16);
    memcpy(bytes, data + CUTS, size - CUTS);
    addresses_set(bytes, size - CUTS);
    memcpy(&h, bytes, sizeof h);
    /* what the file's check has seen to before */
    h.magic = LDR_MAGIC;
    h.format_major = LDR_FORMAT_MAJOR;
    h.engine_abi = LDR_ENGINE_ABI;
    if (h.section_count > (size - CUTS - sizeof h) / sizeof(struct ldr_row))
        h.section_count = (uint32_t)((size - CUTS - sizeof h) / sizeof(struct ldr_row));
    memcpy(bytes, &h, sizeof h);
    segments_cut(&image, bytes, size - CUTS, data);
    if (ldr_sections_check((const void *)bytes, &image, "fuzz", &diag) != CORERT_OK && !text[0])
        __builtin_trap();
    free(bytes);
    return 0;
}

static void
word(struct byte_vec *out, uint64_t w)
{
    byte_vec_put(out, &w, sizeof w);
}

/* Two sections: the type manager's slot and an export table of one. */
bool
fuzz_seed(unsigned n, struct byte_vec *out)
{
    static const uint8_t cuts[CUTS] = {30 << 3 | 6, 0, 5}; /* data, then code */
    struct corert_module_header h = {.section_count = 3};
    enum { ROWS = 56, SLOT = ROWS + 3 * 24, EXPORTS = SLOT + 16, NAME = EXPORTS + 32 };

    if (n > 0)
        return false;
    byte_vec_put(out, cuts, sizeof cuts);
    byte_vec_put(out, &h, sizeof h);
    word(out, LDR_SECTION_TYPE_MANAGER | (uint64_t)LDR_ROW_HAS_END << 32);
    word(out, (uint64_t)TAG << 48 | SLOT);
    word(out, (uint64_t)TAG << 48 | (SLOT + 16));
    word(out, LDR_SECTION_CODE_RANGE | (uint64_t)LDR_ROW_HAS_END << 32);
    word(out, (uint64_t)TAG << 48 | NAME);
    word(out, (uint64_t)TAG << 48 | (NAME + 8));
    word(out, LDR_SECTION_EXPORTS | (uint64_t)LDR_ROW_HAS_END << 32);
    word(out, (uint64_t)TAG << 48 | EXPORTS);
    word(out, (uint64_t)TAG << 48 | (EXPORTS + 16));
    word(out, 0);
    word(out, 0);
    word(out, (uint64_t)TAG << 48 | NAME);
    word(out, (uint64_t)TAG << 48 | NAME);
    word(out, 0);
    word(out, 0);
    word(out, UINT64_C(0x0000007470727865)); /* "exprt" */
    return true;
}
