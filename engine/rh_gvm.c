/* engine/rh_gvm.c - generic virtual methods: the compiler lists, for each called instance of one,
 * what every constructed type runs (docs/abi.md, "Generic virtual methods").
 * Other party: compiler/emit/literals.c writes the table. */
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/rh.h"
#include "gc/object_format.h"

struct gvm_entry {
    const struct gc_mt *type;
    void *target; /* managed function pointer; bit 1 set: fat */
};

struct gvm_table {
    uint64_t count;
    struct gvm_entry entries[];
};

/* contract: coop, no-gc | locks: none | suspended: no
 * The pointer to call, or NULL when the image has no body for the object's type. */
void *
corert_gvm_lookup(const struct gc_mt *const *object, const struct gvm_table *table)
{
    for (uint64_t i = 0; i < table->count; i++)
        if (table->entries[i].type == *object)
            return table->entries[i].target;
    return NULL;
}
