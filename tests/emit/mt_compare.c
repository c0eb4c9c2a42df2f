/* tests/emit/mt_compare.c - usage: mt_compare OURS THEIRS MINIMUM
 * Compares every MethodTable of an image of corertc with the one of the same type in an object of
 * the class library's own compiler (symbols _ZTV...). A type is found by its hash; a few names
 * occur in several assemblies, then one of the candidates must agree. Free choices are left out:
 * length and order of vtables, dispatch maps, sealed slots, what tables that nobody constructs
 * leave away, and the order of fields: a GC descriptor must cover as many references, and types
 * with other runs of them are counted. Ends with 1 if any type differs or fewer than MINIMUM were
 * equal. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/emit/mt_view.h"

enum { TEXT_MAX = 400, INTERFACES_MAX = 256 };

struct side {
    struct elf_image image;
    struct mt_view *views; /* owned */
    size_t count;
};

/* Flags that say the same in both: the rest are consequences of the free choices. */
#define FLAGS_ALWAYS                                                                               \
    (GC_MT_KIND_MASK | GC_MT_GENERIC_VARIANCE | GC_MT_IS_GENERIC | GC_MT_ELEMENT_TYPE_MASK |       \
     GC_MT_HAS_COMPONENT_SIZE | GC_MT_COMPONENT_SIZE_MASK)

static unsigned other_layout; /* types whose references lie at other offsets */

static bool
differs(char *text, const char *format, ...)
{
    va_list list;

    va_start(list, format);
    vsnprintf(text, TEXT_MAX, format, list);
    va_end(list);
    return false;
}

/* Hash of the MethodTable at an address; 0 for none, 1 for what is no MethodTable of this image. */
static uint32_t
hash_at(const struct mt_view *from, uint64_t address)
{
    struct mt_view v;

    if (!address)
        return 0;
    return mt_view_at(from, address, &v) ? v.mt->hash : 1;
}

/* Instances may exist: then the first slots, Object's, are filled, as every program uses them.
 * (Later ones may be dictionaries, which tables without instances have too.) */
static bool
is_constructed(const struct mt_view *v)
{
    for (unsigned i = 0; i < v->mt->vtable_slots && i < 3; i++)
        if (mt_slot(v, i))
            return true;
    return false;
}

static bool
same_header(const struct mt_view *a, const struct mt_view *b, char *text)
{
    uint32_t mask = FLAGS_ALWAYS;

    if (mt_is_full(a) && mt_is_full(b))
        mask |= GC_MT_HAS_POINTERS;
    if (is_constructed(a) && is_constructed(b))
        mask |= GC_MT_HAS_FINALIZER;
    if ((a->mt->flags & mask) != (b->mt->flags & mask))
        return differs(text, "flags %08x, theirs %08x (mask %08x)", a->mt->flags, b->mt->flags,
                       mask);
    if (a->mt->base_size != b->mt->base_size)
        return differs(text, "base size %u, theirs %u", a->mt->base_size, b->mt->base_size);
    if (hash_at(a, mt_related(a)) != hash_at(b, mt_related(b)))
        return differs(text, "related type %08x, theirs %08x", hash_at(a, mt_related(a)),
                       hash_at(b, mt_related(b)));
    return true;
}

/* References in an instance, or in one element. */
static uint64_t
reference_words(const struct mt_view *v)
{
    size_t bytes;
    const uint8_t *end = mt_gc_desc(v, &bytes) + bytes;
    int64_t n = gc_mt_desc_count(v->mt);
    uint64_t words = 0;

    for (int64_t i = 0; i < n; i++) {
        struct gc_desc_series s;

        memcpy(&s, end - 24 - 16 * i, sizeof s);
        words += (uint64_t)(s.bytes_less_base + v->mt->base_size) / 8;
    }
    for (int64_t i = 0; i < -n; i++) {
        struct gc_desc_item item;

        memcpy(&item, end - 24 - 8 * i, sizeof item);
        words += item.references;
    }
    return words;
}

static bool
same_gc_desc(const struct mt_view *a, const struct mt_view *b, char *text)
{
    size_t bytes_a, bytes_b;
    const uint8_t *desc_a, *desc_b;

    if (!mt_is_full(a) || !mt_is_full(b) || !gc_mt_has_pointers(a->mt))
        return true;
    desc_a = mt_gc_desc(a, &bytes_a);
    desc_b = mt_gc_desc(b, &bytes_b);
    if (bytes_a == bytes_b && memcmp(desc_a, desc_b, bytes_a) == 0)
        return true;
    if (gc_mt_element_type(a->mt) == GC_ET_SZARRAY && gc_mt_desc_count(a->mt) > 0)
        return differs(text, "GC descriptor of an array of references");
    if (reference_words(a) != reference_words(b))
        return differs(text, "GC descriptor covers %llu references, theirs %llu",
                       (unsigned long long)reference_words(a),
                       (unsigned long long)reference_words(b));
    other_layout++;
    return true;
}

/* Their list leaves away interfaces that nothing asks for; what is there must be in ours. */
static bool
same_interfaces(const struct mt_view *a, const struct mt_view *b, char *text)
{
    if (!is_constructed(a) || !is_constructed(b))
        return true;
    for (unsigned i = 0; i < b->mt->interfaces; i++) {
        uint32_t wanted = hash_at(b, mt_interface(b, i));
        bool found = wanted == 0;

        for (unsigned k = 0; !found && k < a->mt->interfaces; k++)
            found = hash_at(a, mt_interface(a, k)) == wanted;
        if (!found)
            return differs(text, "interface %08x (%s) is missing", wanted,
                           elf_image_name_of(b->image, mt_interface(b, i)));
    }
    return true;
}

static bool
same_generics(const struct mt_view *a, const struct mt_view *b, char *text)
{
    uint64_t def_a = mt_trailing(a, GC_MT_FIELD_GENERIC_DEFINITION),
             def_b = mt_trailing(b, GC_MT_FIELD_GENERIC_DEFINITION);
    struct mt_view def;

    if (!def_a || !mt_view_at(a, def_a, &def))
        return true;
    if (hash_at(a, def_a) != hash_at(b, def_b))
        return differs(text, "generic definition %08x, theirs %08x", hash_at(a, def_a),
                       hash_at(b, def_b));
    for (unsigned i = 0; i < def.mt->base_size; i++) {
        uint32_t x = hash_at(a, mt_argument(a, def.mt->base_size, i)),
                 y = hash_at(b, mt_argument(b, def.mt->base_size, i));

        if (x != y)
            return differs(text, "argument %u is %08x, theirs %08x", i, x, y);
    }
    return true;
}

static bool
same_variance(const struct mt_view *a, const struct mt_view *b, char *text)
{
    const uint8_t *x, *y;

    if (gc_mt_kind(a->mt) != GC_MT_KIND_GENERIC_DEFINITION ||
        !gc_mt_has_field(a->mt, GC_MT_FIELD_GENERIC_ARGUMENTS))
        return true;
    x = elf_image_at(a->image, mt_trailing(a, GC_MT_FIELD_GENERIC_ARGUMENTS), a->mt->base_size);
    y = elf_image_at(b->image, mt_trailing(b, GC_MT_FIELD_GENERIC_ARGUMENTS), b->mt->base_size);
    for (unsigned i = 0; i < a->mt->base_size; i++)
        if (!x || !y || x[i] != y[i])
            return differs(text, "variance of parameter %u: %02x, theirs %02x", i, x ? x[i] : 0xff,
                           y ? y[i] : 0xff);
    return true;
}

static bool
same(const struct mt_view *a, const struct mt_view *b, char *text)
{
    return same_header(a, b, text) && same_gc_desc(a, b, text) && same_interfaces(a, b, text) &&
           same_generics(a, b, text) && same_variance(a, b, text);
}

/* T[] and System.Array<T> share a hash, hence the kind. */
static uint64_t
key_of(const struct mt_view *v)
{
    return (uint64_t)v->mt->hash << 32 | gc_mt_kind(v->mt) << 8 | gc_mt_element_type(v->mt);
}

static int
by_key(const void *a, const void *b)
{
    uint64_t x = key_of(a), y = key_of(b);

    return x < y ? -1 : x > y;
}

/* 0: equal; 1: differs (reported); -1: they do not have it. */
static int
compare_one(const struct mt_view *a, const struct side *theirs)
{
    char text[TEXT_MAX] = "";
    const char *name = NULL;
    size_t low = 0, high = theirs->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (key_of(&theirs->views[middle]) < key_of(a))
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < theirs->count && key_of(&theirs->views[low]) == key_of(a); low++) {
        if (same(a, &theirs->views[low], text))
            return 0;
        name = theirs->views[low].name;
    }
    if (name)
        printf("%s: %s [%s]\n", a->name, text, name);
    return name ? 1 : -1;
}

static void
open_side(struct side *s, const char *path, const char *prefix, bool relative)
{
    elf_image_open(&s->image, path);
    s->views = mt_views(&s->image, prefix, relative, &s->count);
    qsort(s->views, s->count, sizeof *s->views, by_key);
}

static void
close_side(struct side *s)
{
    free(s->views);
    elf_image_close(&s->image);
}

int
main(int argc, char **argv)
{
    struct side ours, theirs;
    unsigned equal = 0, different = 0, alone = 0, minimum;

    if (argc != 4) {
        fprintf(stderr, "usage: mt_compare OURS THEIRS MINIMUM\n");
        return 2;
    }
    minimum = (unsigned)strtoul(argv[3], NULL, 10);
    open_side(&ours, argv[1], "mt:", false);
    open_side(&theirs, argv[2], "_ZTV", true);
    for (size_t i = 0; i < ours.count; i++) {
        int r = compare_one(&ours.views[i], &theirs);

        equal += r == 0;
        different += r == 1;
        alone += r < 0;
    }
    printf("%zu MethodTables, theirs %zu: %u equal (%u with other field order), %u different, %u "
           "only here\n",
           ours.count, theirs.count, equal, other_layout, different, alone);
    close_side(&ours);
    close_side(&theirs);
    return different || equal < minimum;
}
