/* engine/eh_read.h - reads the byte codes of unwind and language tables.
 * The tables belong to a mapped module whose code we already run, so only ends are checked: a read
 * past `end` sets `bad` (sticky) and gives 0. */
#ifndef CORERT_ENGINE_EH_READ_H
#define CORERT_ENGINE_EH_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Pointer encodings (DW_EH_PE_*). */
enum eh_encoding {
    EH_ENC_ABSPTR = 0x00,
    EH_ENC_ULEB128 = 0x01,
    EH_ENC_UDATA2 = 0x02,
    EH_ENC_UDATA4 = 0x03,
    EH_ENC_UDATA8 = 0x04,
    EH_ENC_SLEB128 = 0x09,
    EH_ENC_SDATA2 = 0x0a,
    EH_ENC_SDATA4 = 0x0b,
    EH_ENC_SDATA8 = 0x0c,
    EH_ENC_PCREL = 0x10,
    EH_ENC_DATAREL = 0x30,
    EH_ENC_INDIRECT = 0x80,
    EH_ENC_OMIT = 0xff,
};

struct eh_reader {
    const uint8_t *at;
    const uint8_t *end;
    bool bad;
};

static inline uint64_t
eh_read_bytes(struct eh_reader *r, size_t size)
{
    uint64_t x = 0;

    if (size > (uintptr_t)r->end - (uintptr_t)r->at) {
        r->bad = true;
        return 0;
    }
    memcpy(&x, r->at, size); /* little endian */
    r->at += size;
    return x;
}

static inline uint64_t
eh_read_uleb(struct eh_reader *r)
{
    uint64_t x = 0;
    unsigned shift = 0;
    uint8_t byte;

    do {
        byte = (uint8_t)eh_read_bytes(r, 1);
        if (shift < 64)
            x |= (uint64_t)(byte & 0x7f) << shift;
        shift += 7;
    } while (byte & 0x80);
    return x;
}

static inline int64_t
eh_read_sleb(struct eh_reader *r)
{
    uint64_t x = 0;
    unsigned shift = 0;
    uint8_t byte;

    do {
        byte = (uint8_t)eh_read_bytes(r, 1);
        if (shift < 64)
            x |= (uint64_t)(byte & 0x7f) << shift;
        shift += 7;
    } while (byte & 0x80);
    if ((byte & 0x40) && shift < 64)
        x |= ~(uint64_t)0 << shift;
    return (int64_t)x;
}

/* Bytes of a fixed-size encoding; 0 for LEB128. */
static inline size_t
eh_encoding_bytes(uint8_t encoding)
{
    switch (encoding & 0x0f) {
    case EH_ENC_UDATA2:
    case EH_ENC_SDATA2:
        return 2;
    case EH_ENC_UDATA4:
    case EH_ENC_SDATA4:
        return 4;
    case EH_ENC_ABSPTR:
    case EH_ENC_UDATA8:
    case EH_ENC_SDATA8:
        return 8;
    default:
        return 0;
    }
}

static inline uint64_t
eh_read_value(struct eh_reader *r, uint8_t encoding)
{
    switch (encoding & 0x0f) {
    case EH_ENC_ULEB128:
        return eh_read_uleb(r);
    case EH_ENC_SLEB128:
        return (uint64_t)eh_read_sleb(r);
    case EH_ENC_SDATA2:
        return (uint64_t)(int64_t)(int16_t)eh_read_bytes(r, 2);
    case EH_ENC_SDATA4:
        return (uint64_t)(int64_t)(int32_t)eh_read_bytes(r, 4);
    case EH_ENC_UDATA2:
        return eh_read_bytes(r, 2);
    case EH_ENC_UDATA4:
        return eh_read_bytes(r, 4);
    case EH_ENC_ABSPTR:
    case EH_ENC_UDATA8:
    case EH_ENC_SDATA8:
        return eh_read_bytes(r, 8);
    default:
        r->bad = true;
        return 0;
    }
}

/* A pointer: absolute or pc-relative, direct or indirect; NULL stays NULL. */
static inline uintptr_t
eh_read_pointer(struct eh_reader *r, uint8_t encoding)
{
    uintptr_t base = 0;
    uintptr_t value;

    if (encoding == EH_ENC_OMIT)
        return 0;
    if ((encoding & 0x70) == EH_ENC_PCREL)
        base = (uintptr_t)r->at;
    else if (encoding & 0x70)
        r->bad = true; /* text-, data- or function-relative: not written by our tools */
    value = (uintptr_t)eh_read_value(r, encoding);
    if (value == 0 || r->bad)
        return 0;
    value += base;
    if (encoding & EH_ENC_INDIRECT)
        memcpy(&value, (const void *)value, sizeof value);
    return value;
}

#endif
