/* engine/rh_table.c - the import table of provider 0: hash of a name to its address.
 * Made from engine/rh_exports.def. The symbols are declared as bytes under private names, because
 * only their addresses matter and the C compiler knows some of them as built-ins. Sorted by hash
 * once, by the first caller. */
#include "engine/engine.h"
#include "pal/pal.h"

#include <stdlib.h>

#define RH(name)         extern const char rh_symbol_##name[] __asm__(#name);
#define RH_AS(name, own) extern const char rh_symbol_##name[] __asm__(#own);
#include "engine/rh_exports.def"
#undef RH
#undef RH_AS

struct row {
    const char *name;
    const void *address;
};

static const struct row rows[] = {
#define RH(name)         {#name, rh_symbol_##name},
#define RH_AS(name, own) {#name, rh_symbol_##name},
#include "engine/rh_exports.def"
#undef RH
#undef RH_AS
};

enum { ROWS = sizeof rows / sizeof rows[0] };

struct hashed {
    uint64_t hash;
    uint32_t row;
};

static struct {
    struct pal_mutex lock;
    bool sorted;
    struct hashed by_hash[ROWS];
} table;

static int
compare(const void *a, const void *b)
{
    uint64_t x = ((const struct hashed *)a)->hash, y = ((const struct hashed *)b)->hash;

    return x < y ? -1 : x > y;
}

static void
table_sort(void)
{
    uint32_t i;

    pal_mutex_lock(&table.lock);
    if (!table.sorted) {
        for (i = 0; i < ROWS; i++) {
            table.by_hash[i].hash = ldr_import_hash(rows[i].name);
            table.by_hash[i].row = i;
        }
        qsort(table.by_hash, ROWS, sizeof table.by_hash[0], compare);
        table.sorted = true;
    }
    pal_mutex_unlock(&table.lock);
}

void *
rh_table_find(uint64_t hash)
{
    uint32_t low = 0, high = ROWS;

    table_sort();
    while (low < high) {
        uint32_t at = low + (high - low) / 2;

        if (table.by_hash[at].hash < hash)
            low = at + 1;
        else
            high = at;
    }
    if (low == ROWS || table.by_hash[low].hash != hash)
        return NULL;
    return (void *)(uintptr_t)rows[table.by_hash[low].row].address;
}

size_t
rh_table_count(void)
{
    return ROWS;
}

const char *
rh_table_row(size_t index, void **address)
{
    *address = (void *)(uintptr_t)rows[index].address;
    return rows[index].name;
}
