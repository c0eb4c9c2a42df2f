/* gc/finalize.c - the lists of objects that want finalization and of those that are ready for it.
 * Each exists twice, for ordinary and for critical finalizers, which come last.
 * Invariant: a ready list has room for all that are ready and all that are registered, so that a
 * collection needs no memory. Elements of `registered` are no roots, those of `ready` are. */
#include "gc/gc_priv.h"

struct refs {
    void **at;    /* owned */
    size_t head;  /* elements before it are gone */
    size_t count; /* one past the last */
    size_t capacity;
};

enum { ORDINARY, CRITICAL, KINDS };

static struct {
    struct pal_mutex lock;
    struct refs registered[KINDS];
    struct refs ready[KINDS];
    size_t ending[KINDS]; /* gc_finalize_next: that many more of `registered` are handed out */
    bool is_ending;       /* it was called */
} list;

static bool
is_critical(const void *object)
{
    return (gc_mt_ext_flags(((const struct gc_object *)object)->mt) &
            GC_MT_EXT_CRITICAL_FINALIZER) != 0;
}

/* true: the object's finalizer is suppressed, and was not until now is forgotten. */
static bool
take_suppression(void *object)
{
    uint32_t word = __atomic_fetch_and(gc_object_sync_word(object), ~GC_SYNC_GC_FINALIZER_RUN,
                                       __ATOMIC_RELAXED);

    return (word & GC_SYNC_GC_FINALIZER_RUN) != 0;
}

static void
refs_compact(struct refs *r)
{
    size_t i;

    if (r->head == 0)
        return;
    for (i = r->head; i < r->count; i++)
        r->at[i - r->head] = r->at[i];
    r->count -= r->head;
    r->head = 0;
}

/* Room for `count` elements from head on. */
static bool
refs_room(struct refs *r, size_t count)
{
    size_t capacity = r->capacity ? r->capacity : 256;
    void **grown;

    if (count <= r->capacity)
        return true;
    while (capacity < count)
        capacity *= 2;
    grown = pal_realloc(r->at, capacity * sizeof *grown);
    if (!grown)
        return false;
    r->at = grown;
    r->capacity = capacity;
    return true;
}

static void
refs_append(struct refs *r, void *object)
{
    if (r->count == r->capacity)
        refs_compact(r);
    r->at[r->count++] = object;
}

static size_t
refs_count(const struct refs *r)
{
    return r->count - r->head;
}

bool
gc_finalize_register(void *object)
{
    int kind = is_critical(object) ? CRITICAL : ORDINARY;
    struct refs *r = &list.registered[kind];
    bool ok;

    pal_mutex_lock(&list.lock);
    /* At the end an object that registers itself again whenever its finalizer runs would not let it
     * come. */
    ok = list.is_ending ||
         (refs_room(r, refs_count(r) + 1) &&
          refs_room(&list.ready[kind], refs_count(&list.ready[kind]) + refs_count(r) + 1));
    if (ok && !list.is_ending)
        refs_append(r, object);
    pal_mutex_unlock(&list.lock);
    return ok;
}

size_t
gc_finalize_count(void)
{
    size_t count;

    pal_mutex_lock(&list.lock);
    count = refs_count(&list.registered[ORDINARY]) + refs_count(&list.registered[CRITICAL]);
    pal_mutex_unlock(&list.lock);
    return count;
}

size_t
gc_finalize_ready_count(void)
{
    size_t count;

    pal_mutex_lock(&list.lock);
    count = refs_count(&list.ready[ORDINARY]) + refs_count(&list.ready[CRITICAL]);
    pal_mutex_unlock(&list.lock);
    return count;
}

/* ---- taking out ---- */
static void *
refs_take(struct refs *r)
{
    void *o;

    if (r->head == r->count)
        return NULL;
    o = r->at[r->head++];
    if (r->head == r->count)
        r->head = r->count = 0;
    return o;
}

static void *
ready_take(int kind)
{
    void *o;

    do
        o = refs_take(&list.ready[kind]);
    while (o && take_suppression(o));
    return o;
}

void *
gc_finalize_ready(void)
{
    void *o = NULL;
    int kind;

    pal_mutex_lock(&list.lock);
    for (kind = ORDINARY; kind < KINDS && !o; kind++)
        o = ready_take(kind);
    pal_mutex_unlock(&list.lock);
    return o;
}

void *
gc_finalize_next(void)
{
    void *o = NULL;
    int kind;

    pal_mutex_lock(&list.lock);
    if (!list.is_ending) {
        list.is_ending = true;
        for (kind = 0; kind < KINDS; kind++)
            list.ending[kind] = refs_count(&list.registered[kind]);
    }
    for (kind = ORDINARY; kind < KINDS && !o; kind++)
        o = ready_take(kind);
    for (kind = ORDINARY; kind < KINDS && !o; kind++) {
        while (list.ending[kind] > 0) {
            list.ending[kind]--;
            o = refs_take(&list.registered[kind]);
            if (o && !take_suppression(o))
                break;
            o = NULL;
        }
    }
    pal_mutex_unlock(&list.lock);
    return o;
}

/* ---- in a collection ---- */
void
gc_finalize_scan_ready(void)
{
    int kind;
    size_t i;

    pal_mutex_lock(&list.lock);
    for (kind = 0; kind < KINDS; kind++) {
        struct refs *r = &list.ready[kind];

        for (i = r->head; i < r->count; i++)
            gc_root(&r->at[i]);
    }
    pal_mutex_unlock(&list.lock);
}

/* World stopped. false: its finalizer is managed code. */
static bool
finalize_eagerly(void *object)
{
    const struct gc_mt *mt = ((const struct gc_object *)object)->mt;

    if (!(gc_mt_ext_flags(mt) & GC_MT_EXT_EAGER_FINALIZER) || !gc_heap.world->finalize_eager)
        return false;
    gc_heap.world->finalize_eager(object);
    return true;
}

/* One pass keeps what lives; all of it is decided before anything is marked, so that two dead
 * objects which know each other become ready together. */
static uint64_t
find_dead(int kind)
{
    struct refs *r = &list.registered[kind], *ready = &list.ready[kind];
    size_t i, kept = r->head, ending = r->head + list.ending[kind];
    uint64_t found = 0;

    for (i = r->head; i < r->count; i++) {
        void *o = r->at[i];

        if (gc_is_live(o)) {
            r->at[kept++] = o;
            continue;
        }
        if (i < ending)
            list.ending[kind]--;
        if (take_suppression(o) || finalize_eagerly(o))
            continue;
        refs_append(ready, o);
        found++;
    }
    r->count = kept;
    return found;
}

uint64_t
gc_finalize_find_dead(void)
{
    uint64_t found;

    pal_mutex_lock(&list.lock);
    found = find_dead(ORDINARY) + find_dead(CRITICAL);
    pal_mutex_unlock(&list.lock);
    if (found)
        gc_finalize_scan_ready();
    return found;
}

void
gc_finalize_update(void)
{
    int kind;
    size_t i;

    pal_mutex_lock(&list.lock);
    for (kind = 0; kind < KINDS; kind++) {
        struct refs *r = &list.registered[kind];

        for (i = r->head; i < r->count; i++)
            gc_weak(&r->at[i]);
    }
    pal_mutex_unlock(&list.lock);
}

void
gc_finalize_each(void (*visit)(void *context, void **slot), void *context)
{
    int kind;
    size_t i;

    pal_mutex_lock(&list.lock);
    for (kind = 0; kind < 2 * KINDS; kind++) {
        struct refs *r = kind < KINDS ? &list.registered[kind] : &list.ready[kind - KINDS];

        for (i = r->head; i < r->count; i++)
            visit(context, &r->at[i]);
    }
    pal_mutex_unlock(&list.lock);
}

static void
refs_free(struct refs *r)
{
    pal_free(r->at);
    *r = (struct refs){0};
}

void
gc_finalize_reset(void)
{
    int kind;

    pal_mutex_lock(&list.lock);
    for (kind = 0; kind < KINDS; kind++) {
        refs_free(&list.registered[kind]);
        refs_free(&list.ready[kind]);
        list.ending[kind] = 0;
    }
    list.is_ending = false;
    pal_mutex_unlock(&list.lock);
}
