/* compiler/base/inputs.c - the list of files that were read.
 * The first thread notes nearly all of them, workers those PDBs that only they need; the list is
 * read when the workers are gone. */
#include "compiler/base/inputs.h"

#include "compiler/base/map.h"
#include "pal/pal.h"

static struct {
    struct pal_mutex lock;
    struct str_map paths; /* to themselves; until the process ends */
} inputs;

void
inputs_note(const char *path)
{
    pal_mutex_lock(&inputs.lock);
    if (!str_map_get(&inputs.paths, path))
        str_map_put(&inputs.paths, path, &inputs);
    pal_mutex_unlock(&inputs.lock);
}

size_t
inputs_count(void)
{
    return inputs.paths.set.count;
}

const char *
inputs_at(size_t i)
{
    return str_map_key(&inputs.paths, i);
}
