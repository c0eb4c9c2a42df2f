/* compiler/emit/native_table.c - writes NativeReader's hash tables.
 * Layout: one byte (log2 of the bucket count << 2 | 2: four-byte index), buckets + 1 offsets counted from after that
 * byte, then per bucket its entries in order of the hash's low byte: that byte and the signed distance from the
 * distance's own place to the entry's data. Data follow the buckets. */
#include "compiler/emit/native_table.h"

#include <stdlib.h>
#include <string.h>

#include "pal/pal.h"

enum { ENTRY_BYTES = 6 }; /* low byte of the hash, then the longest form of an integer */

/* The low bits of the first byte say how many bytes follow: 0, 01, 011, 0111, 01111. */
void
native_unsigned(struct byte_vec *v, uint32_t x)
{
    for (unsigned n = 1; n <= 4; n++)
        if (x < UINT32_C(1) << (7 * n)) {
            x = x << n | ((UINT32_C(1) << (n - 1)) - 1);
            for (unsigned i = 0; i < n; i++)
                byte_vec_u8(v, (uint8_t)(x >> (8 * i)));
            return;
        }
    byte_vec_u8(v, 15);
    byte_vec_u32(v, x);
}

void
native_string(struct byte_vec *v, const char *utf8)
{
    size_t n = strlen(utf8);

    native_unsigned(v, (uint32_t)n);
    byte_vec_put(v, utf8, n);
}

struct byte_vec *
native_table_add(struct native_table *t, uint32_t hash)
{
    struct native_entry *e = pal_alloc_zero(sizeof *e);

    if (!e)
        abort();
    e->hash = hash;
    ptr_vec_push(&t->entries, e);
    return &e->bytes;
}

static uint32_t
bucket_bits(size_t entries)
{
    uint32_t bits = 0;

    while (bits < 16 && entries > (size_t)2 << bits)
        bits++;
    return bits;
}

struct order {
    const struct native_entry *entry;
    uint32_t bucket;
    size_t at; /* keeps the order of equal keys */
};

static int
by_bucket(const void *a, const void *b)
{
    const struct order *x = a, *y = b;
    uint32_t low_x = x->entry->hash & 0xff, low_y = y->entry->hash & 0xff;

    if (x->bucket != y->bucket)
        return x->bucket < y->bucket ? -1 : 1;
    if (low_x != low_y)
        return low_x < low_y ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

static void
write_index(const struct order *list, size_t count, uint32_t buckets, struct byte_vec *out)
{
    size_t k = 0;

    for (uint32_t i = 0; i <= buckets; i++) {
        while (k < count && list[k].bucket < i)
            k++;
        byte_vec_u32(out, 4 * (buckets + 1) + ENTRY_BYTES * (uint32_t)k);
    }
}

void
native_table_write(struct native_table *t, struct byte_vec *out)
{
    uint32_t bits = bucket_bits(t->entries.count), buckets = UINT32_C(1) << bits;
    size_t count = t->entries.count, data;
    struct order *list = pal_alloc_zero((count + 1) * sizeof *list);

    if (!list)
        abort();
    for (size_t i = 0; i < count; i++) {
        list[i].entry = t->entries.at[i];
        list[i].bucket = list[i].entry->hash >> 8 & (buckets - 1);
        list[i].at = i;
    }
    qsort(list, count, sizeof *list, by_bucket);
    byte_vec_u8(out, (uint8_t)(bits << 2 | 2));
    write_index(list, count, buckets, out);
    data = out->count + ENTRY_BYTES * count;
    for (size_t i = 0; i < count; i++) {
        byte_vec_u8(out, (uint8_t)list[i].entry->hash);
        byte_vec_u8(out, 15); /* the four-byte form, so that places are known beforehand */
        byte_vec_u32(out, (uint32_t)(data - (out->count - 1)));
        data += list[i].entry->bytes.count;
    }
    for (size_t i = 0; i < count; i++)
        byte_vec_put(out, list[i].entry->bytes.at, list[i].entry->bytes.count);
    pal_free(list);
}

void
native_table_free(struct native_table *t)
{
    for (size_t i = 0; i < t->entries.count; i++) {
        struct native_entry *e = t->entries.at[i];

        byte_vec_free(&e->bytes);
        pal_free(e);
    }
    ptr_vec_free(&t->entries);
}
