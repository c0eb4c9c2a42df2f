/* gc/finalize.c - the list of objects that want finalization.
 * Only recorded at this stage: without a collection no object is ever found dead. */
#include "gc/gc_priv.h"

static struct {
    struct pal_mutex lock;
    void **object; /* owned array; the elements are references, not roots */
    size_t count;
    size_t capacity;
} list;

bool
gc_finalize_register(void *object)
{
    bool ok = true;

    pal_mutex_lock(&list.lock);
    if (list.count == list.capacity) {
        size_t capacity = list.capacity ? list.capacity * 2 : 256;
        void **grown = pal_realloc(list.object, capacity * sizeof *grown);

        ok = grown != NULL;
        if (ok) {
            list.object = grown;
            list.capacity = capacity;
        }
    }
    if (ok)
        list.object[list.count++] = object;
    pal_mutex_unlock(&list.lock);
    return ok;
}

size_t
gc_finalize_count(void)
{
    size_t count;

    pal_mutex_lock(&list.lock);
    count = list.count;
    pal_mutex_unlock(&list.lock);
    return count;
}

void
gc_finalize_reset(void)
{
    pal_mutex_lock(&list.lock);
    pal_free(list.object);
    list.object = NULL;
    list.count = 0;
    list.capacity = 0;
    pal_mutex_unlock(&list.lock);
}
