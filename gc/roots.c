/* gc/roots.c - runs of static reference slots and frozen ranges that others registered.
 * Both are doubly linked lists under one lock; nothing here looks at an object. */
#include "gc/gc_priv.h"

struct gc_roots {
    struct gc_roots *next, *prev;
    void **first; /* borrowed from the module */
    size_t count;
};

struct gc_frozen {
    struct gc_frozen *next, *prev;
    uint8_t *start; /* borrowed from its owner */
    uint8_t *end;
};

static struct {
    struct pal_mutex lock;
    struct gc_roots *roots;   /* owned */
    struct gc_frozen *frozen; /* owned */
} all;

struct gc_roots *
gc_roots_add(void **first, size_t count)
{
    struct gc_roots *r = pal_alloc_zero(sizeof *r);

    if (!r)
        return NULL;
    r->first = first;
    r->count = count;
    pal_mutex_lock(&all.lock);
    r->next = all.roots;
    if (r->next)
        r->next->prev = r;
    all.roots = r;
    pal_mutex_unlock(&all.lock);
    return r;
}

void
gc_roots_remove(struct gc_roots *r)
{
    if (!r)
        return;
    pal_mutex_lock(&all.lock);
    if (r->next)
        r->next->prev = r->prev;
    if (r->prev)
        r->prev->next = r->next;
    else
        all.roots = r->next;
    pal_mutex_unlock(&all.lock);
    pal_free(r);
}

void
gc_roots_each(void (*visit)(void *context, void **first, size_t count), void *context)
{
    const struct gc_roots *r;

    pal_mutex_lock(&all.lock);
    for (r = all.roots; r; r = r->next)
        visit(context, r->first, r->count);
    pal_mutex_unlock(&all.lock);
}

struct gc_frozen *
gc_frozen_add(void *start, size_t size)
{
    struct gc_frozen *f = pal_alloc_zero(sizeof *f);

    if (!f)
        return NULL;
    f->start = start;
    f->end = f->start + size;
    pal_mutex_lock(&all.lock);
    f->next = all.frozen;
    if (f->next)
        f->next->prev = f;
    all.frozen = f;
    pal_mutex_unlock(&all.lock);
    return f;
}

void
gc_frozen_update(struct gc_frozen *f, void *end)
{
    pal_mutex_lock(&all.lock);
    f->end = end;
    pal_mutex_unlock(&all.lock);
}

void
gc_frozen_remove(struct gc_frozen *f)
{
    if (!f)
        return;
    pal_mutex_lock(&all.lock);
    if (f->next)
        f->next->prev = f->prev;
    if (f->prev)
        f->prev->next = f->next;
    else
        all.frozen = f->next;
    pal_mutex_unlock(&all.lock);
    pal_free(f);
}

bool
gc_frozen_contains(const void *address)
{
    const uint8_t *at = address;
    const struct gc_frozen *f;
    bool found = false;

    pal_mutex_lock(&all.lock);
    for (f = all.frozen; f && !found; f = f->next)
        found = at >= f->start && at < f->end;
    pal_mutex_unlock(&all.lock);
    return found;
}

void
gc_roots_reset(void)
{
    while (all.roots)
        gc_roots_remove(all.roots);
    while (all.frozen)
        gc_frozen_remove(all.frozen);
}
