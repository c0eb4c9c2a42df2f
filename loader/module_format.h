/* loader/module_format.h - what a compiled module looks like from outside.
 * Other parties: corertc (compiler/emit) writes it, loader/ validates and reads it.
 * A module is an ELF shared object (or an executable) with one dynamic symbol,
 * `corert_module_header`: the header below, followed by its rows. All pointers are ordinary
 * 8-byte pointers made by relative relocations.
 *
 * Digest: 256 bits over the file's PT_LOAD segments in table order. Each segment contributes
 * p_vaddr, p_filesz, p_memsz and p_flags as four little-endian u64 and then its p_filesz file
 * bytes. Taken as zero: e_shoff, e_shnum and e_shstrndx of the ELF header (so that `strip` keeps
 * a module valid) and the digest's own 32 bytes. The hash (loader/digest.c) finds damage and names
 * builds; it is no defence against forgery. Executables carry zeros: they are not verified. */
#ifndef LOADER_MODULE_FORMAT_H
#define LOADER_MODULE_FORMAT_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gc_mt;

#define LDR_HEADER_SYMBOL "corert_module_header"
#define LDR_MAGIC         UINT64_C(0x006D545265726F43) /* "CoreRTm\0" in file order */
#define LDR_FORMAT_MAJOR  1u
#define LDR_FORMAT_MINOR  0u
#define LDR_ENGINE_ABI    5u
#define LDR_DIGEST_BYTES  32u
#define LDR_SECTIONS_MAX  512u

enum ldr_header_flag {
    LDR_FLAG_EXECUTABLE = 1,    /* linked into the program, main calls corert's start-up */
    LDR_FLAG_SELF_CONTAINED = 2 /* holds its reachable part of the class library itself */
};

enum ldr_row_flag {
    LDR_ROW_HAS_END = 1 /* always set; `end` is valid */
};

struct ldr_row {
    uint32_t id;    /* enum ldr_section; rows are sorted by it, no id twice */
    uint32_t flags; /* enum ldr_row_flag */
    void *start;
    void *end; /* one past the last byte */
};

struct corert_module_header {
    uint64_t magic;
    uint16_t format_major;
    uint16_t format_minor;
    uint32_t flags;
    uint8_t digest[LDR_DIGEST_BYTES];
    uint32_t engine_abi;
    uint32_t section_count;
    struct ldr_row rows[];
};

static_assert(sizeof(struct ldr_row) == 24, "module row");
static_assert(offsetof(struct ldr_row, id) == 0, "row.id");
static_assert(offsetof(struct ldr_row, flags) == 4, "row.flags");
static_assert(offsetof(struct ldr_row, start) == 8, "row.start");
static_assert(offsetof(struct ldr_row, end) == 16, "row.end");
static_assert(sizeof(struct corert_module_header) == 56, "module header");
static_assert(offsetof(struct corert_module_header, magic) == 0, "header.magic");
static_assert(offsetof(struct corert_module_header, format_major) == 8, "header.format_major");
static_assert(offsetof(struct corert_module_header, format_minor) == 10, "header.format_minor");
static_assert(offsetof(struct corert_module_header, flags) == 12, "header.flags");
static_assert(offsetof(struct corert_module_header, digest) == 16, "header.digest");
static_assert(offsetof(struct corert_module_header, engine_abi) == 48, "header.engine_abi");
static_assert(offsetof(struct corert_module_header, section_count) == 52, "header.section_count");
static_assert(offsetof(struct corert_module_header, rows) == 56, "header.rows");

/* 2xx and 3xx are the class library's ids (RhpGetModuleSection, RhFindBlob); from 1000 ours. */
enum ldr_section {
    LDR_SECTION_THREAD_STATICS = 202, /* abs64 MT pointers; the index is the thread static's */
    LDR_SECTION_TYPE_MANAGER = 204,   /* one struct ldr_type_manager_slot, writable */
    LDR_SECTION_EAGER_CCTORS = 205,   /* abs64 code addresses, run in order */
    LDR_SECTION_FROZEN_OBJECTS = 206, /* writable; header word first, ends with a zero word */
    LDR_SECTION_MODULE_INITS = 213,   /* abs64 code addresses, run in order */
    LDR_SECTION_BLOB_BASE = 300,      /* 300 + reflection blob id */
    LDR_SECTION_BLOB_LAST = 399,
    LDR_SECTION_IMPORT_HASHES = 1000,  /* u64: ldr_import_hash() of the name, ascending */
    LDR_SECTION_IMPORT_SLOTS = 1001,   /* void*[], parallel to 1000, writable */
    LDR_SECTION_IMPORT_NAMES = 1002,   /* const char*[], parallel to 1000; may be absent */
    LDR_SECTION_CODE_RANGE = 1003,     /* all managed code of the module */
    LDR_SECTION_STATIC_ROOTS = 1004,   /* struct ldr_static_roots[] */
    LDR_SECTION_EXPORTS = 1005,        /* struct ldr_export[], ascending by strcmp of the name */
    LDR_SECTION_DISPATCH_CELLS = 1006, /* 32-byte cells, see engine/dispatch_format.h; writable */
    LDR_SECTION_CLASSLIB = 1007,       /* code addresses in the order of classlib_functions.def */
    LDR_SECTION_WELL_KNOWN = 1008,     /* one struct ldr_well_known */
    LDR_SECTION_KNOBS = 1009,          /* struct ldr_knob[] */
    LDR_SECTION_MAIN = 1010,           /* one code address: managed int main(string[]); for a void
                                          Main it returns Environment.ExitCode after the call */
    LDR_SECTION_METHOD_NAMES = 1011,   /* reserved for stack texts */
    LDR_SECTION_TYPES = 1012,          /* struct ldr_type_row[] */
    LDR_SECTION_ASSEMBLIES = 1013,     /* struct ldr_assembly[]; only where managed code asks for it */
    LDR_SECTION_RESOURCES = 1014       /* struct ldr_resource[]; likewise */
};

/* The library's TypeManagerSlot: what a TypeManagerHandle points to, and the module's index. */
struct ldr_type_manager_slot {
    void *type_manager; /* struct ldr_type_manager*, set by the loader */
    int32_t module_index;
    int32_t padding;
};

static_assert(sizeof(struct ldr_type_manager_slot) == 16, "TypeManagerSlot");
static_assert(offsetof(struct ldr_type_manager_slot, module_index) == 8, "TypeManagerSlot index");

/* A run of `count` static fields of reference type. */
struct ldr_static_roots {
    void **first;
    uint64_t count;
};

struct ldr_export {
    const char *name;
    void *function; /* C calling convention, does its own transition */
};

/* A definition of a type, rows in the order of their MethodTables. The first three are distances
 * from the field itself. engine/managed/TypeNames.cs reads it. */
struct ldr_type_row {
    int32_t type;        /* struct gc_mt */
    int32_t name_space;  /* UTF-8; "": none */
    int32_t name;        /* "Outer`1+Name", UTF-8; a generic one's "[T,U]" is the text behind it */
    uint32_t attributes; /* ECMA-335 II.23.1.15 */
};

enum ldr_assembly_flag {
    LDR_ASSEMBLY_ENTRY = 1,          /* the program's */
    LDR_ASSEMBLY_HAS_SEARCH_PATH = 2 /* [assembly: DefaultDllImportSearchPaths] */
};

/* An assembly of the image. Its MethodTables, and none of others, lie between the bounds.
 * engine/managed/Assemblies.cs reads it. */
struct ldr_assembly {
    const char *full_name; /* as Assembly.FullName, UTF-8 */
    const void *types, *types_end;
    const uint8_t *public_key; /* NULL: none */
    uint32_t public_key_bytes;
    uint32_t flags;       /* enum ldr_assembly_flag */
    uint32_t search_path; /* DllImportSearchPath */
    uint32_t reserved;
    const char *target_framework; /* of [assembly: TargetFramework], UTF-8; NULL: none */
};

/* An embedded resource; rows by assembly, and in it as in its file. */
struct ldr_resource {
    const char *name; /* UTF-8 */
    const void *bytes;
    uint32_t size;
    uint32_t assembly; /* its row in LDR_SECTION_ASSEMBLIES */
};

struct ldr_knob {
    const char *key;
    const char *value;
};

/* Prefix of a dispatch cell which the loader touches: `code` gets the first-call stub. */
struct ldr_dispatch_cell {
    void *code;
    void *cache;
    const struct gc_mt *interface_type;
    uint64_t slot;
};

static_assert(sizeof(struct ldr_static_roots) == 16, "static root run");
static_assert(sizeof(struct ldr_export) == 16, "export row");
static_assert(sizeof(struct ldr_type_row) == 16, "type row");
static_assert(sizeof(struct ldr_assembly) == 56, "assembly row");
static_assert(sizeof(struct ldr_resource) == 24, "resource row");
static_assert(offsetof(struct ldr_assembly, public_key_bytes) == 32, "assembly.public_key_bytes");
static_assert(offsetof(struct ldr_assembly, search_path) == 40, "assembly.search_path");
static_assert(sizeof(struct ldr_knob) == 16, "knob row");
static_assert(sizeof(struct ldr_dispatch_cell) == 32, "dispatch cell");
static_assert(offsetof(struct ldr_dispatch_cell, interface_type) == 16, "cell.interface_type");
static_assert(offsetof(struct ldr_dispatch_cell, slot) == 24, "cell.slot");

/* MTs and field offsets the engine needs by name. `bytes` says how much of it the module has;
 * fields are only ever added at the end. Offsets count from the object's address. */
struct ldr_well_known {
    uint64_t bytes;
    const struct gc_mt *object_mt;
    const struct gc_mt *string_mt;
    const struct gc_mt *exception_mt;
    const struct gc_mt *nint_array_mt;     /* nint[]: exception stack traces */
    const struct gc_mt *string_array_mt;   /* string[]: Main's argument; may be NULL */
    uint32_t exception_stack_trace_offset; /* Exception._corDbgStackTrace (nint[]) */
    uint32_t exception_stack_count_offset; /* Exception._idxFirstFreeStackTraceEntry (int) */
    uint32_t exception_hresult_offset;     /* Exception._HResult (int) */
    uint32_t exception_message_offset;     /* Exception._message (string) */
};

static_assert(sizeof(struct ldr_well_known) == 64, "well-known table");
static_assert(offsetof(struct ldr_well_known, nint_array_mt) == 32, "well_known.nint_array_mt");
static_assert(offsetof(struct ldr_well_known, exception_stack_trace_offset) == 48,
              "well_known.exception_stack_trace_offset");

/* The one import that is no address: its slot receives the distance of the engine's thread block
 * from the thread pointer (%fs), as a signed 64-bit number. */
#define LDR_IMPORT_THREAD_BLOCK "corert_thread_block_offset"

/* FNV-1a, 64 bits, over the bytes of the name without its terminator. */
static inline uint64_t
ldr_import_hash(const char *name)
{
    uint64_t h = UINT64_C(0xCBF29CE484222325);

    for (; *name; name++)
        h = (h ^ (uint8_t)*name) * UINT64_C(0x100000001B3);
    return h;
}

/* Index of each function in LDR_SECTION_CLASSLIB. */
enum ldr_classlib_function {
#define CLASSLIB(id, name) LDR_CLASSLIB_##id,
#include "loader/classlib_functions.def"
#undef CLASSLIB
    LDR_CLASSLIB_COUNT
};

/* Its name as classlib_functions.def states it. */
static inline const char *
ldr_classlib_name(enum ldr_classlib_function f)
{
    static const char *const names[] = {
#define CLASSLIB(id, name) name,
#include "loader/classlib_functions.def"
#undef CLASSLIB
    };

    return names[f];
}

/* Whether it serves the embedding API only: a program has 0 in its place. */
static inline bool
ldr_classlib_is_hosted(enum ldr_classlib_function f)
{
    static const bool hosted[] = {
#define CLASSLIB(id, name)        false,
#define CLASSLIB_HOSTED(id, name) true,
#include "loader/classlib_functions.def"
#undef CLASSLIB
    };

    return hosted[f];
}

/* The digest of the shared object in `file` (see the head) and where in the file it belongs.
 * false: not a module; `*why` gets a static text. In loader/digest.c, which needs nothing else of
 * the runtime but pal/, so that the compiler links it too. */
bool ldr_digest_compute(const uint8_t *file, size_t size, uint8_t digest[LDR_DIGEST_BYTES],
                        size_t *digest_at, const char **why);
/* Writes it into the file's header. The compiler's last step after linking. */
bool ldr_digest_seal(uint8_t *file, size_t size, const char **why);

#endif
