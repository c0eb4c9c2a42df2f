/* tests/emit/mt_dump.c - usage: mt_dump IMAGE NAME...
 * Prints the MethodTables of an image of corertc in words: those whose symbol, without "mt:", is
 * NAME, or begins with it when NAME ends with ~. In order of NAME, then of symbols. Of slots and
 * dispatch maps only rows that name a type outside the core library are shown: which others are
 * filled depends on what the library itself calls. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/emit/mt_view.h"

static const char *
plain_name(const struct elf_image *image, uint64_t address)
{
    const char *name = address ? elf_image_name_of(image, address) : NULL;

    if (!address)
        return "0";
    if (!name)
        return "?";
    return strncmp(name, "mt:", 3) == 0 ? name + 3 : name;
}

static void
print_flags(const struct mt_view *v)
{
    static const struct {
        uint32_t bit;
        const char *name;
    } names[] = {
        {GC_MT_HAS_DISPATCH_MAP, "dispatch-map"}, {GC_MT_HAS_FINALIZER, "finalizer"},
        {GC_MT_HAS_SEALED_SLOTS, "sealed-slots"}, {GC_MT_GENERIC_VARIANCE, "variance"},
        {GC_MT_HAS_POINTERS, "pointers"},         {GC_MT_IS_GENERIC, "generic"},
        {GC_MT_HAS_COMPONENT_SIZE, "component"},
    };
    static const char *const kinds[] = {"canonical", "function-pointer", "parameterized",
                                        "definition"};

    printf("  %s et %u", kinds[gc_mt_kind(v->mt) >> 16], gc_mt_element_type(v->mt));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (v->mt->flags & names[i].bit)
            printf(" %s", names[i].name);
    printf(" low %u base %u hash %08x\n", v->mt->flags & GC_MT_COMPONENT_SIZE_MASK,
           v->mt->base_size, v->mt->hash);
}

static void
print_gc_desc(const struct mt_view *v)
{
    size_t bytes;
    const uint8_t *desc = mt_gc_desc(v, &bytes), *end = desc + bytes;
    int64_t n = gc_mt_desc_count(v->mt);
    uint64_t first;

    if (!gc_mt_has_pointers(v->mt))
        return;
    printf("  gc");
    for (int64_t i = 0; i < n; i++) {
        struct gc_desc_series s;

        memcpy(&s, end - 24 - 16 * i, sizeof s);
        if (gc_mt_has_component_size(v->mt) && s.bytes_less_base == -(int64_t)v->mt->base_size)
            printf(" all from %" PRIu64, s.offset);
        else
            printf(" %" PRIu64 "..%" PRIu64, s.offset,
                   s.offset + (uint64_t)(s.bytes_less_base + v->mt->base_size));
    }
    if (n < 0) {
        memcpy(&first, end - 16, sizeof first);
        printf(" each from %" PRIu64 ":", first);
    }
    for (int64_t i = 0; i < -n; i++) {
        struct gc_desc_item item;

        memcpy(&item, end - 24 - 8 * i, sizeof item);
        printf(" %u refs skip %u", item.references, item.skip_bytes);
    }
    printf("\n");
}

static void
print_slots(const struct mt_view *v)
{
    printf("  %u slots\n", v->mt->vtable_slots);
    for (unsigned i = 0; i < v->mt->vtable_slots && gc_mt_kind(v->mt) == GC_MT_KIND_CANONICAL;
         i++) {
        const char *name = plain_name(v->image, mt_slot(v, i));

        if (strchr(name, '['))
            printf("  slot %u %s\n", i, name);
    }
}

static void
print_map(const struct mt_view *v)
{
    uint64_t at = mt_trailing(v, GC_MT_FIELD_DISPATCH_MAP),
             sealed = mt_trailing(v, GC_MT_FIELD_SEALED_SLOTS);
    const uint16_t *words = at ? elf_image_at(v->image, at, 8) : NULL;
    unsigned count = words ? words[0] + words[1] : 0;

    for (unsigned i = 0; i < count; i++) {
        const uint16_t *row = words + 4 + 3 * i;

        const char *interface =
            row[0] < v->mt->interfaces ? plain_name(v->image, mt_interface(v, row[0])) : "?";

        if (!strchr(interface, '['))
            continue;
        printf("  map %s slot %u -> ", interface, row[1]);
        if (row[2] >= v->mt->vtable_slots && sealed && row[2] < 0xFFF0) {
            const uint64_t *target =
                elf_image_at(v->image, sealed + 8u * (row[2] - v->mt->vtable_slots), 8);

            printf("sealed %s\n", target ? plain_name(v->image, *target) : "?");
        } else {
            printf("%u\n", row[2]);
        }
    }
}

static void
print_generics(const struct mt_view *v)
{
    uint64_t definition = mt_trailing(v, GC_MT_FIELD_GENERIC_DEFINITION);
    struct mt_view def;

    if (definition && mt_view_at(v, definition, &def)) {
        printf("  definition %s arguments", plain_name(v->image, definition));
        for (unsigned i = 0; i < def.mt->base_size; i++)
            printf(" %s", plain_name(v->image, mt_argument(v, def.mt->base_size, i)));
        printf("\n");
    } else if (gc_mt_kind(v->mt) == GC_MT_KIND_GENERIC_DEFINITION &&
               gc_mt_has_field(v->mt, GC_MT_FIELD_GENERIC_ARGUMENTS)) {
        const uint8_t *bytes =
            elf_image_at(v->image, mt_trailing(v, GC_MT_FIELD_GENERIC_ARGUMENTS), v->mt->base_size);

        printf("  parameters");
        for (unsigned i = 0; bytes && i < v->mt->base_size; i++)
            printf(" %02x", bytes[i]);
        printf("\n");
    }
}

static void
print_table(const struct mt_view *v)
{
    printf("%s\n", v->name + 3);
    print_flags(v);
    printf("  related %s\n", plain_name(v->image, mt_related(v)));
    print_gc_desc(v);
    print_slots(v);
    for (unsigned i = 0; i < v->mt->interfaces; i++)
        printf("  interface %s\n", plain_name(v->image, mt_interface(v, i)));
    if (gc_mt_kind(v->mt) == GC_MT_KIND_CANONICAL)
        print_map(v);
    if (gc_mt_has_finalizer(v->mt))
        printf("  finalizer %s\n", plain_name(v->image, mt_trailing(v, GC_MT_FIELD_FINALIZER)));
    print_generics(v);
    if (mt_trailing(v, GC_MT_FIELD_TYPE_MANAGER) !=
        elf_image_find(v->image, "corert_type_manager_slot")->address)
        printf("  WRONG type manager\n");
    if (strncmp(plain_name(v->image, mt_trailing(v, GC_MT_FIELD_WRITABLE_DATA)), "writable:", 9) !=
        0)
        printf("  WRONG writable data\n");
}

static int
by_name(const void *a, const void *b)
{
    return strcmp(((const struct mt_view *)a)->name, ((const struct mt_view *)b)->name);
}

static bool
matches(const char *symbol, const char *wanted)
{
    size_t n = strlen(wanted);

    if (n && wanted[n - 1] == '~')
        return strncmp(symbol + 3, wanted, n - 1) == 0;
    return strcmp(symbol + 3, wanted) == 0;
}

int
main(int argc, char **argv)
{
    struct elf_image image;
    struct mt_view *views;
    size_t count;

    if (argc < 3) {
        fprintf(stderr, "usage: mt_dump IMAGE NAME...\n");
        return 2;
    }
    elf_image_open(&image, argv[1]);
    views = mt_views(&image, "mt:", false, &count);
    qsort(views, count, sizeof *views, by_name);
    for (int k = 2; k < argc; k++) {
        bool found = false;

        for (size_t i = 0; i < count; i++)
            if (matches(views[i].name, argv[k])) {
                print_table(&views[i]);
                found = true;
            }
        if (!found)
            printf("%s\n  NOT THERE\n", argv[k]);
    }
    free(views);
    elf_image_close(&image);
    return 0;
}
