/* compiler/emit/emit_priv.h - shared by the files of compiler/emit only. */
#ifndef COMPILER_EMIT_EMIT_PRIV_H
#define COMPILER_EMIT_EMIT_PRIV_H

#include "compiler/emit/elf_object.h"
#include "compiler/emit/emit.h"

struct emit {
    const struct emit_input *in;
    struct reach *reach;
    struct ty_context *ty;
    struct arena *arena;
    struct elf_object *o;
    struct elf_section *relro;   /* MethodTables, maps, dictionaries, tables: read-only after relocation */
    struct elf_section *rodata;  /* bytes without pointers */
    struct elf_section *data;    /* writable, initialised */
    struct elf_section *bss;     /* writable, zero */
    struct elf_section *frozen;  /* frozen objects, one contiguous region */
    struct elf_section *cells;   /* dispatch cells, contiguous */
    struct str_map imports;      /* engine names */
    struct str_map module_cells; /* ModuleFixupCells by "assembly|module|flags" */
    struct ptr_vec roots;        /* of struct emit_root */
    struct ptr_vec thread_statics; /* of struct reach_type, in index order */
    struct ptr_vec fixups;       /* of struct ref: CommonFixupsTable */
    uint32_t blobs[16], blob_count; /* ids written, for the section table */
};

struct emit_root { /* a run of static reference slots */
    const char *symbol;
    int64_t offset;
    uint64_t count;
};

/* 8 bytes that lead to the ref; NULL ref: zero. */
void emit_ref(struct emit *e, struct elf_section *s, const struct ref *ref);
void emit_type_ref(struct emit *e, struct elf_section *s, struct ty_type *t);
void emit_method_ref(struct emit *e, struct elf_section *s, enum ref_kind kind, struct ty_method *m);
void emit_import_note(struct emit *e, const char *name);
const char *emit_type_symbol(struct emit *e, struct ty_type *t);
const char *emit_text(struct emit *e, const char *text); /* the symbol of a terminated text, one for equal ones */

/* method_table.c */
void emit_method_tables(struct emit *e);
/* Size in bytes and contents of the GC descriptor before a MethodTable; writes it to `s` (growing up). */
void emit_gc_desc(struct elf_section *s, const uint32_t *offsets, uint32_t count, uint32_t base_size);
/* dispatch_map.c: true when the type has one; symbols "map:" and "sealed:" + type symbol. */
struct dispatch_map_result {
    bool map, sealed;
};
struct dispatch_map_result emit_dispatch_map(struct emit *e, const struct reach_type *t);
/* statics.c */
void emit_statics(struct emit *e);
void emit_static_roots(struct emit *e, struct elf_section *s);
/* literals.c: strings, bytes, RVA data, handles, cells, P/Invoke cells, fat pointers, dictionaries, GVM tables */
void emit_refs(struct emit *e);
/* interop_maps.c: blobs of the class library (ReflectionMapBlob) about marshalled types */
enum { EMIT_BLOB_COMMON_FIXUPS = 8, EMIT_BLOB_STRUCT_STUBS = 16, EMIT_BLOB_DELEGATE_STUBS = 17 };
void emit_interop_maps(struct emit *e);
/* The index of an address in the CommonFixupsTable, which is written after every map that uses it. */
uint32_t emit_fixup(struct emit *e, const struct ref *ref);
void emit_blob_begin(struct emit *e, struct elf_section *s, uint32_t id);
void emit_blob_end(struct emit *e, struct elf_section *s, uint32_t id);
/* assemblies.c: the table of assemblies, if the program asks for it; between begin and end lie an assembly's MethodTables. */
bool emit_table_wanted(struct emit *e, const char *reader_method);
bool emit_assemblies_wanted(struct emit *e);
struct ty_assembly *emit_assembly_of(struct emit *e, struct ty_type *t);
void emit_assembly_types_begin(struct emit *e, struct ty_assembly *as);
void emit_assembly_types_end(struct emit *e, struct ty_assembly *as);
void emit_assembly_rows(struct emit *e, struct elf_section *s);
void emit_resource_rows(struct emit *e, struct elf_section *s); /* likewise wanted by Assemblies.Resources */
/* type_rows.c: the rows of LDR_SECTION_TYPES, after the MethodTables */
void emit_type_rows(struct emit *e, struct elf_section *s);
/* [DefaultDllImportSearchPaths] of a method or assembly. */
bool emit_search_path(struct md_image *img, uint32_t token, uint32_t *path);
/* header.c */
void emit_header(struct emit *e);

void emit_drop_in(struct emit *e); /* drop_in.c */

#endif
