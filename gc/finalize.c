/* gc/finalize.c - the list of objects that want finalization.
 * Without a collection no object is ever found dead: all are handed out when the heap ends. */
#include "gc/gc_priv.h"

static struct {
    struct pal_mutex lock;
    void **object; /* owned array; the elements are references, not roots */
    size_t count;
    size_t capacity;
    size_t end;  /* gc_finalize_next: elements before this are handed out */
    size_t at;   /* it goes on here */
    bool ending; /* it was called */
    bool critical_pass;
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

static bool
is_wanted(const void *object)
{
    const struct gc_mt *mt = ((const struct gc_object *)object)->mt;
    bool critical = (gc_mt_ext_flags(mt) & GC_MT_EXT_CRITICAL_FINALIZER) != 0;
    uint32_t word =
        __atomic_load_n(gc_object_sync_word((void *)(uintptr_t)object), __ATOMIC_RELAXED);

    return critical == list.critical_pass && !(word & GC_SYNC_GC_FINALIZER_RUN);
}

/* Lock held. */
static void *
next_wanted(void)
{
    while (list.at < list.end) {
        void *o = list.object[list.at++];

        if (is_wanted(o))
            return o;
    }
    return NULL;
}

void *
gc_finalize_next(void)
{
    void *o;

    pal_mutex_lock(&list.lock);
    if (!list.ending) {
        list.ending = true;
        list.end = list.count;
    }
    o = next_wanted();
    if (!o && !list.critical_pass) {
        list.critical_pass = true;
        list.at = 0;
        o = next_wanted();
    }
    pal_mutex_unlock(&list.lock);
    return o;
}

void
gc_finalize_reset(void)
{
    pal_mutex_lock(&list.lock);
    pal_free(list.object);
    list.object = NULL;
    list.count = 0;
    list.capacity = 0;
    list.end = 0;
    list.at = 0;
    list.ending = false;
    list.critical_pass = false;
    pal_mutex_unlock(&list.lock);
}
