/* tests/loader/module.c - a module made by hand, so that the loader and the engine are tested
 * without the compiler. Its "managed" code is C in one section; what a real module's class library
 * would do is reduced to what the tests look at. Built several times: FAULT selects one defect. */
#include "loader/module_format.h"

#include "gc/object_format.h"

/* Names of the defects; 0 = a good module. */
#define GOOD               0
#define ROWS_UNSORTED      1
#define ROW_OUTSIDE        2
#define ROW_UNKNOWN        3
#define ROW_NO_END         4
#define CLASSLIB_SHORT     5
#define EXPORT_NOT_CODE    6
#define EXPORTS_UNSORTED   7
#define IMPORT_MISSING     8
#define IMPORT_LENGTHS     9
#define FUTURE_FORMAT      10
#define OTHER_ABI          11
#define BAD_MAGIC          12
#define ROOTS_OUTSIDE      13
#define START_FAILS        14
#define NOT_SELF_CONTAINED 15
#define MANY_SECTIONS      16
#define ASSEMBLY_NO_NAME   17
#define ASSEMBLY_TYPES     18
#define ASSEMBLY_KEY       19

#ifndef FAULT
#define FAULT GOOD
#endif

#define MANAGED static __attribute__((section("managed"), used, noinline))

extern char code_start[] __asm__("__start_managed") __attribute__((visibility("hidden")));
extern char code_end[] __asm__("__stop_managed") __attribute__((visibility("hidden")));

/* ---- imports ---- */

enum {
#define IMPORT(hash, name) IMPORT_##name,
#include "tests/loader/module_imports.def"
#undef IMPORT
    IMPORTS
};

static const uint64_t import_hash[] = {
#define IMPORT(hash, name) hash,
#include "tests/loader/module_imports.def"
#undef IMPORT
#if FAULT == IMPORT_MISSING
    UINT64_C(0xFFFFFFFFFFFFFFF0),
#endif
};
static void *import_slot[sizeof import_hash / 8 - (FAULT == IMPORT_LENGTHS)];
static const char *const import_name[] = {
#define IMPORT(hash, name) #name,
#include "tests/loader/module_imports.def"
#undef IMPORT
#if FAULT == IMPORT_MISSING
    "RhpDoesNotExist",
#endif
};

static void *
imported(int index)
{
    return *(void *volatile *)&import_slot[index];
}

#define CALL(type, name) ((type)(uintptr_t)imported(IMPORT_##name))

/* ---- data ---- */

struct reverse_frame {
    uint64_t words[8];
};

static struct ldr_type_manager_slot type_manager;
static uint64_t frozen[8]; /* header, MT, field, ..., zero word */
static void *static_field[4];
static const struct ldr_static_roots roots[] = {
    {static_field, 4},
#if FAULT == ROOTS_OUTSIDE
    {(void **)8, 1000},
#endif
};
static struct ldr_dispatch_cell cell[2] = {{0, 0, 0, 3}, {0, 0, 0, 4}};
static const uint8_t blob[] = {1, 2, 3, 4, 5};
static const struct ldr_knob knob[] = {{"System.Test", "true"}, {"Other", "1"}};

/* Of the types only where they lie counts. */
static const struct ldr_assembly assembly[] = {
    {.full_name = "Empty"},
    {
        .full_name = FAULT == ASSEMBLY_NO_NAME ? (const char *)8 : "Full",
        .types = blob,
        .types_end = blob + (FAULT == ASSEMBLY_TYPES ? 1 << 24 : 4),
        .public_key = FAULT == ASSEMBLY_KEY ? (const uint8_t *)8 : blob,
        .public_key_bytes = 2,
        .target_framework = "Net",
    },
};

static struct {
    const void *const *dynamic;
    struct gc_mt mt;
    const void *slots[4];
} plain = {.mt = {.flags = 0x50000000u, .base_size = 32}};
static struct gc_mt array_mt = {.flags = 0xE0020008u, .base_size = 24};
static struct gc_mt string_mt = {.flags = 0xD0040002u, .base_size = 22};

static const struct ldr_well_known known = {
    .bytes = sizeof known,
    .object_mt = &plain.mt,
    .string_mt = &string_mt,
    .exception_mt = &plain.mt,
    .nint_array_mt = &array_mt,
};

/* ---- managed code ---- */

static int registered, stopped, last_overflow = -1;

MANAGED int32_t
register_module(void *descriptor)
{
    static const uint16_t text[] = {'n', 'o', 0xE9, '!'};
    struct reverse_frame f;

    (void)descriptor;
    CALL(void (*)(struct reverse_frame *), RhpReversePInvoke)(&f);
    registered++;
    CALL(void (*)(struct reverse_frame *), RhpReversePInvokeReturn)(&f);
    if (FAULT == START_FAILS) {
        CALL(void (*)(const uint16_t *, int32_t), RhUnhandledAtExport)(text, 4);
        return 1;
    }
    return 0;
}

MANAGED int32_t
run_main(int32_t argc, char **argv, void *main_function)
{
    (void)argv;
    (void)main_function;
    return 40 + argc;
}

/* The real one throws; returning NULL shows that the stub left the stack as it was. */
MANAGED void *
failed_allocation(void *mt, int32_t overflow)
{
    (void)mt;
    last_overflow = overflow;
    return 0;
}

MANAGED void
stop(void)
{
    stopped++;
}

MANAGED void
nothing(void)
{
}

MANAGED int32_t
add(int32_t a, int32_t b)
{
    struct reverse_frame f;
    int32_t sum;

    CALL(void (*)(struct reverse_frame *), RhpReversePInvoke)(&f);
    sum = a + b;
    CALL(void (*)(struct reverse_frame *), RhpReversePInvokeReturn)(&f);
    return sum;
}

/* Allocates `count` arrays of `length` words; gives how many succeeded. */
MANAGED int64_t
allocate(int64_t count, int64_t length)
{
    struct reverse_frame f;
    int64_t i;

    CALL(void (*)(struct reverse_frame *), RhpReversePInvoke)(&f);
    for (i = 0; i < count; i++) {
        struct gc_array *a =
            CALL(struct gc_array * (*)(struct gc_mt *, int64_t), RhpNewArray)(&array_mt, length);

        if (!a || a->mt != &array_mt || a->length != length)
            break;
    }
    CALL(void (*)(struct reverse_frame *), RhpReversePInvokeReturn)(&f);
    return i;
}

/* Small objects by the inline path that compiled code has. */
MANAGED int64_t
allocate_small(int64_t count)
{
    intptr_t offset = (intptr_t)imported(IMPORT_corert_thread_block_offset);
    char **block = (char **)(void *)((char *)__builtin_thread_pointer() + offset);
    struct reverse_frame f;
    int64_t i;

    CALL(void (*)(struct reverse_frame *), RhpReversePInvoke)(&f);
    for (i = 0; i < count; i++) {
        struct gc_object *o;

        if ((uintptr_t)block[0] + plain.mt.base_size > (uintptr_t)block[1]) {
            o = CALL(struct gc_object * (*)(struct gc_mt *), RhpNewFast)(&plain.mt);
            if (!o)
                break;
        } else {
            o = (struct gc_object *)(void *)(block[0] + 8);
            block[0] += plain.mt.base_size;
            o->mt = &plain.mt;
        }
        if (((uint64_t *)(void *)o)[1] || ((uint64_t *)(void *)o)[2] || o->mt != &plain.mt)
            break;
    }
    CALL(void (*)(struct reverse_frame *), RhpReversePInvokeReturn)(&f);
    return i;
}

MANAGED int32_t
overflow_seen(void)
{
    return last_overflow;
}

MANAGED void *
cell_code(void)
{
    return cell[1].code;
}

MANAGED int32_t
find_blob(uint32_t id)
{
    const uint8_t *p;
    uint32_t size;
    void *handle = type_manager.type_manager;

    return CALL(uint8_t(*)(void **, uint32_t, const uint8_t **, uint32_t *),
                RhFindBlob)(&handle, id, &p, &size)
               ? (int32_t)size
               : -1;
}

/* ---- the header ---- */

/* The hosted rows stay 0, as in a program. */
static void *const classlib[LDR_CLASSLIB_COUNT] = {
    [LDR_CLASSLIB_GET_RUNTIME_EXCEPTION] = (void *)nothing,
    [LDR_CLASSLIB_RUNTIME_FAIL_FAST] = (void *)nothing,
    [LDR_CLASSLIB_GET_SYSTEM_ARRAY_MT] = (void *)nothing,
    [LDR_CLASSLIB_ON_FIRST_CHANCE_EXCEPTION] = (void *)nothing,
    [LDR_CLASSLIB_ON_UNHANDLED_EXCEPTION] = (void *)nothing,
    [LDR_CLASSLIB_DYNAMIC_CAST_IS_IMPLEMENTED] = (void *)nothing,
    [LDR_CLASSLIB_DYNAMIC_CAST_IMPLEMENTATION] = (void *)nothing,
    [LDR_CLASSLIB_RESOLVE_DISPATCH] = (void *)nothing,
    [LDR_CLASSLIB_FAILED_ALLOCATION] = (void *)failed_allocation,
    [LDR_CLASSLIB_REGISTER_MODULE] = (void *)register_module,
    [LDR_CLASSLIB_RUN_MAIN] = (void *)run_main,
    [LDR_CLASSLIB_UNHANDLED_AT_EXPORT] = (void *)nothing,
    [LDR_CLASSLIB_STOP] = (void *)stop,
    [LDR_CLASSLIB_RUN_FINALIZERS] = (void *)nothing,
};

static const struct ldr_export exports[] = {
#if FAULT == EXPORTS_UNSORTED
    {"zebra", (void *)add},
#endif
    {"add", (void *)add},
    {"allocate", (void *)allocate},
    {"allocate_small", (void *)allocate_small},
    {"cell_code", (void *)cell_code},
    {"find_blob", (void *)find_blob},
    {"overflow_seen", (void *)overflow_seen},
#if FAULT == EXPORT_NOT_CODE
    {"wrong", (void *)static_field},
#endif
};

static void *const main_function[] = {(void *)run_main};

#define ROW(id, table)                                                                             \
    {                                                                                              \
        id, LDR_ROW_HAS_END, (void *)(table), (char *)(table) + sizeof(table)                      \
    }

struct header {
    uint64_t magic;
    uint16_t major, minor;
    uint32_t flags;
    uint8_t digest[LDR_DIGEST_BYTES];
    uint32_t abi, sections;
    struct ldr_row rows[32];
};

__attribute__((visibility("default"))) struct header corert_module_header = {
    .magic = LDR_MAGIC + (FAULT == BAD_MAGIC),
    .major = LDR_FORMAT_MAJOR + (FAULT == FUTURE_FORMAT),
    .minor = LDR_FORMAT_MINOR,
#ifdef EXECUTABLE
    .flags = LDR_FLAG_SELF_CONTAINED | LDR_FLAG_EXECUTABLE,
#else
    .flags = FAULT == NOT_SELF_CONTAINED ? 0 : LDR_FLAG_SELF_CONTAINED,
#endif
    .abi = LDR_ENGINE_ABI + (FAULT == OTHER_ABI),
    .sections = FAULT == MANY_SECTIONS ? 400 : 16 + (FAULT == ROW_UNKNOWN),
    .rows =
        {
            {LDR_SECTION_TYPE_MANAGER, LDR_ROW_HAS_END, &type_manager, &type_manager + 1},
            ROW(LDR_SECTION_FROZEN_OBJECTS, frozen),
#if FAULT == ROWS_UNSORTED
            ROW(LDR_SECTION_BLOB_BASE + 14, blob),
#endif
            ROW(LDR_SECTION_BLOB_BASE + 13, blob),
#if FAULT != ROWS_UNSORTED
            ROW(LDR_SECTION_BLOB_BASE + 14, blob),
#endif
            ROW(LDR_SECTION_IMPORT_HASHES, import_hash),
            ROW(LDR_SECTION_IMPORT_SLOTS, import_slot),
            ROW(LDR_SECTION_IMPORT_NAMES, import_name),
            {LDR_SECTION_CODE_RANGE, FAULT != ROW_NO_END, code_start, code_end},
            ROW(LDR_SECTION_STATIC_ROOTS, roots),
            ROW(LDR_SECTION_EXPORTS, exports),
            ROW(LDR_SECTION_DISPATCH_CELLS, cell),
            {LDR_SECTION_CLASSLIB, LDR_ROW_HAS_END, (void *)classlib,
             (char *)classlib + sizeof classlib - 8 * (FAULT == CLASSLIB_SHORT)},
            {LDR_SECTION_WELL_KNOWN, LDR_ROW_HAS_END, (void *)&known,
             (char *)&known + sizeof known},
            {LDR_SECTION_KNOBS, LDR_ROW_HAS_END, (void *)knob,
             (char *)knob + (FAULT == ROW_OUTSIDE ? 1 << 24 : sizeof knob)},
            ROW(LDR_SECTION_MAIN, main_function),
            ROW(LDR_SECTION_ASSEMBLIES, assembly),
            {2000, LDR_ROW_HAS_END, (void *)blob, (void *)blob},
        },
};
