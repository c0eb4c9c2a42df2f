/* compiler/emit/header.c - the module header with its section table (loader/module_format.h). */
#include <stdlib.h>
#include <string.h>

#include "compiler/base/diag.h"
#include "compiler/emit/emit_priv.h"
#include "loader/module_format.h"

struct row {
    uint32_t id;
    const char *start, *end; /* symbols */
};

struct header {
    struct emit *e;
    struct row rows[32];
    uint32_t count;
};

/* Opens a table named corert_<name>; close_table adds its row. */
static const char *
open_table(struct emit *e, struct elf_section *s, const char *name)
{
    const char *symbol = arena_printf(e->arena, "corert_%s_start", name);

    elf_align(s, 8);
    elf_define(e->o, symbol, s);
    return symbol;
}

static void
add_row(struct header *h, uint32_t id, const char *start, const char *end)
{
    CC_ASSERT(h->count < sizeof h->rows / sizeof *h->rows);
    h->rows[h->count++] = (struct row){id, start, end};
}

static void
close_table(struct header *h, struct elf_section *s, uint32_t id, const char *start, const char *name)
{
    const char *end = arena_printf(h->e->arena, "corert_%s_end", name);

    elf_define(h->e->o, end, s);
    add_row(h, id, start, end);
}

/* ---- tables ------------------------------------------------------------------------------------- */

static void
thread_statics_table(struct header *h)
{
    struct emit *e = h->e;
    const char *start = open_table(e, e->relro, "thread_statics");

    for (size_t i = 0; i < e->thread_statics.count; i++) {
        const struct reach_type *t = e->thread_statics.at[i];

        elf_pointer(e->o, e->relro, arena_printf(e->arena, "threadmt:%s", ty_symbol(e->ty, t->type)), 0);
    }
    close_table(h, e->relro, LDR_SECTION_THREAD_STATICS, start, "thread_statics");
}

static void
type_manager_slot(struct header *h)
{
    struct emit *e = h->e;

    elf_align(e->data, 16);
    elf_define(e->o, "corert_type_manager_slot", e->data);
    elf_reserve(e->data, sizeof(struct ldr_type_manager_slot));
    elf_define(e->o, "corert_type_manager_slot_end", e->data);
    add_row(h, LDR_SECTION_TYPE_MANAGER, "corert_type_manager_slot", "corert_type_manager_slot_end");
}

/* The order is the class library's (contract/compiler.md 4.3); none depends on a later one. */
static void
eager_constructors(struct header *h)
{
    static const char *const order[] = {"System.String", "System.Runtime.TypeCast", "System.Runtime.TypeLoaderExports",
                                        "System.Threading.WaitSubsystem", "System.Threading.SyncTable"};
    struct emit *e = h->e;
    const struct ptr_vec *types = reach_types_found(e->reach);
    const char *start = open_table(e, e->relro, "eager_cctors");

    for (size_t k = 0; k < sizeof order / sizeof *order; k++)
        for (size_t i = 0; i < types->count; i++) {
            const struct reach_type *t = types->at[i];

            if (t->cctor && t->type->def && ty_has_eager_cctor(e->ty, t->type) && strcmp(t->type->def->full_name, order[k]) == 0)
                emit_method_ref(e, e->relro, REF_METHOD, ty_method_on(e->ty, t->type, t->type->def->cctor, NULL));
        }
    close_table(h, e->relro, LDR_SECTION_EAGER_CCTORS, start, "eager_cctors");
}

/* Module initialisers of the assemblies whose code is in the image, referenced assemblies first. */
static void
module_inits_visit(struct emit *e, struct ty_assembly *as, struct ptr_map *seen)
{
    struct ty_def *module;

    if (!as || ptr_map_has(seen, as))
        return;
    ptr_map_put(seen, as, as);
    for (uint32_t i = 0; i < md_row_count(as->image, MD_ASSEMBLYREF); i++)
        module_inits_visit(e, as->refs ? as->refs[i] : NULL, seen);
    module = ty_def_at(e->ty, as, 1);
    if (module && module->cctor) {
        struct ref ref = {.kind = REF_METHOD, .method = ty_method_on(e->ty, ty_type_of_def(e->ty, module), module->cctor, NULL)};

        if (reach_has(e->reach, &ref))
            emit_ref(e, e->relro, &ref);
    }
}

static void
module_initialisers(struct header *h)
{
    struct emit *e = h->e;
    struct ptr_map seen = {0};
    const char *start = open_table(e, e->relro, "module_inits");

    for (size_t i = 0; i < e->ty->assemblies.count; i++)
        module_inits_visit(e, e->ty->assemblies.at[i], &seen);
    ptr_map_free(&seen);
    close_table(h, e->relro, LDR_SECTION_MODULE_INITS, start, "module_inits");
}

struct import {
    uint64_t hash;
    const char *name;
};

static int
by_hash(const void *a, const void *b)
{
    const struct import *x = a, *y = b;

    return x->hash < y->hash ? -1 : x->hash > y->hash;
}

static void
imports(struct header *h)
{
    struct emit *e = h->e;
    size_t n = e->imports.set.count;
    struct import *list = arena_array(e->arena, n + 1, sizeof *list);
    const char *start;

    for (size_t i = 0; i < n; i++) {
        list[i].name = str_map_key(&e->imports, i);
        list[i].hash = ldr_import_hash(list[i].name);
    }
    qsort(list, n, sizeof *list, by_hash);
    start = open_table(e, e->rodata, "import_hashes");
    for (size_t i = 0; i < n; i++)
        elf_u64(e->rodata, list[i].hash);
    close_table(h, e->rodata, LDR_SECTION_IMPORT_HASHES, start, "import_hashes");
    start = open_table(e, e->data, "import_slots");
    for (size_t i = 0; i < n; i++) {
        elf_define(e->o, arena_printf(e->arena, "corert_import.%s", list[i].name), e->data);
        elf_u64(e->data, 0);
    }
    close_table(h, e->data, LDR_SECTION_IMPORT_SLOTS, start, "import_slots");
    for (size_t i = 0; i < n; i++) {
        elf_define(e->o, arena_printf(e->arena, "importname:%s", list[i].name), e->rodata);
        elf_bytes(e->rodata, list[i].name, strlen(list[i].name) + 1);
    }
    start = open_table(e, e->relro, "import_names");
    for (size_t i = 0; i < n; i++)
        elf_pointer(e->o, e->relro, arena_printf(e->arena, "importname:%s", list[i].name), 0);
    close_table(h, e->relro, LDR_SECTION_IMPORT_NAMES, start, "import_names");
}

static void
static_roots(struct header *h)
{
    const char *start = open_table(h->e, h->e->relro, "static_roots");

    emit_static_roots(h->e, h->e->relro);
    close_table(h, h->e->relro, LDR_SECTION_STATIC_ROOTS, start, "static_roots");
}

static int
by_export_name(const void *a, const void *b)
{
    const struct ty_method *const *x = a, *const *y = b;

    return strcmp((*x)->def->export_name, (*y)->def->export_name);
}

static void
exports(struct header *h)
{
    struct emit *e = h->e;
    size_t n = e->in->exports.count;
    struct ty_method **list = arena_array(e->arena, n + 1, sizeof *list);
    const char *start;

    if (n)
        memcpy(list, e->in->exports.at, n * sizeof *list);
    qsort(list, n, sizeof *list, by_export_name);
    for (size_t i = 0; i < n; i++) {
        elf_define(e->o, arena_printf(e->arena, "exportname:%s", list[i]->def->export_name), e->rodata);
        elf_bytes(e->rodata, list[i]->def->export_name, strlen(list[i]->def->export_name) + 1);
    }
    start = open_table(e, e->relro, "exports");
    for (size_t i = 0; i < n; i++) {
        elf_pointer(e->o, e->relro, arena_printf(e->arena, "exportname:%s", list[i]->def->export_name), 0);
        emit_method_ref(e, e->relro, REF_METHOD_NATIVE, list[i]);
    }
    close_table(h, e->relro, LDR_SECTION_EXPORTS, start, "exports");
}

static void
classlib(struct header *h)
{
    struct emit *e = h->e;
    const char *start = open_table(e, e->relro, "classlib");

    for (int i = 0; i < LDR_CLASSLIB_COUNT; i++) {
        struct ty_method *m = e->in->classlib[i];

        if (m)
            emit_method_ref(e, e->relro, m->def->is_unmanaged_callers_only ? REF_METHOD_NATIVE : REF_METHOD, m);
        else
            elf_u64(e->relro, 0);
    }
    close_table(h, e->relro, LDR_SECTION_CLASSLIB, start, "classlib");
}

static void
optional_type(struct emit *e, struct ty_type *t)
{
    struct ref ref = {.kind = REF_TYPE, .type = t};

    if (reach_has(e->reach, &ref))
        emit_type_ref(e, e->relro, t);
    else
        elf_u64(e->relro, 0);
}

static uint32_t
exception_field(struct emit *e, const char *name)
{
    struct ty_field *f = ty_field_named(e->ty, ty_well_known_type(e->ty, WK_EXCEPTION), name);

    if (!f)
        diag_fatal("System.Private.CoreLib: System.Exception has no field %s: not the class library this compiler is made for", name);
    return ty_field_offset(e->ty, f);
}

static void
well_known(struct header *h)
{
    struct emit *e = h->e;
    const char *start = open_table(e, e->relro, "well_known");

    elf_u64(e->relro, sizeof(struct ldr_well_known));
    optional_type(e, e->ty->t_object);
    optional_type(e, e->ty->t_string);
    optional_type(e, ty_well_known_type(e->ty, WK_EXCEPTION));
    optional_type(e, ty_array(e->ty, e->ty->t_i));
    optional_type(e, ty_array(e->ty, e->ty->t_string));
    elf_u32(e->relro, exception_field(e, "_corDbgStackTrace"));
    elf_u32(e->relro, exception_field(e, "_idxFirstFreeStackTraceEntry"));
    elf_u32(e->relro, exception_field(e, "_HResult"));
    elf_u32(e->relro, exception_field(e, "_message"));
    close_table(h, e->relro, LDR_SECTION_WELL_KNOWN, start, "well_known");
}

static void
knobs(struct header *h)
{
    struct emit *e = h->e;
    const char *start = open_table(e, e->relro, "knobs");

    for (size_t i = 0; i < e->in->knob_count; i++) {
        elf_pointer(e->o, e->relro, emit_text(e, e->in->knobs[i].key), 0);
        elf_pointer(e->o, e->relro, emit_text(e, e->in->knobs[i].value), 0);
    }
    close_table(h, e->relro, LDR_SECTION_KNOBS, start, "knobs");
}

static void
type_rows(struct header *h)
{
    struct emit *e = h->e;
    const char *start = open_table(e, e->relro, "types");

    emit_type_rows(e, e->relro);
    close_table(h, e->relro, LDR_SECTION_TYPES, start, "types");
}

static void
assemblies(struct header *h)
{
    struct emit *e = h->e;
    const char *start;

    if (!emit_assemblies_wanted(e))
        return;
    start = open_table(e, e->relro, "assemblies");
    emit_assembly_rows(e, e->relro);
    close_table(h, e->relro, LDR_SECTION_ASSEMBLIES, start, "assemblies");
}

static void
resources(struct header *h)
{
    struct emit *e = h->e;
    const char *start;

    if (!emit_table_wanted(e, "Resources"))
        return;
    start = open_table(e, e->relro, "resources");
    emit_resource_rows(e, e->relro);
    close_table(h, e->relro, LDR_SECTION_RESOURCES, start, "resources");
}

static void
main_entry(struct header *h)
{
    struct emit *e = h->e;
    const char *start;

    if (!e->in->main)
        return;
    start = open_table(e, e->relro, "main");
    emit_method_ref(e, e->relro, REF_METHOD, e->in->main);
    close_table(h, e->relro, LDR_SECTION_MAIN, start, "main");
}

static void
blobs(struct header *h)
{
    struct emit *e = h->e;

    for (uint32_t i = 0; i < e->blob_count; i++)
        add_row(h, LDR_SECTION_BLOB_BASE + e->blobs[i], arena_printf(e->arena, "corert_blob%u_start", e->blobs[i]),
                arena_printf(e->arena, "corert_blob%u_end", e->blobs[i]));
}

static int
by_id(const void *a, const void *b)
{
    const struct row *x = a, *y = b;

    return x->id < y->id ? -1 : x->id > y->id;
}

void
emit_header(struct emit *e)
{
    struct header h = {.e = e};
    struct elf_symbol *sym;

    thread_statics_table(&h);
    type_manager_slot(&h);
    eager_constructors(&h);
    add_row(&h, LDR_SECTION_FROZEN_OBJECTS, "corert_frozen_start", "corert_frozen_end");
    module_initialisers(&h);
    add_row(&h, LDR_SECTION_CODE_RANGE, "corert_code_start", "corert_code_end");
    static_roots(&h);
    exports(&h);
    add_row(&h, LDR_SECTION_DISPATCH_CELLS, "corert_cells_start", "corert_cells_end");
    classlib(&h);
    well_known(&h);
    knobs(&h);
    main_entry(&h);
    type_rows(&h);
    assemblies(&h);
    resources(&h);
    blobs(&h);
    imports(&h); /* last: the tables above may name engine functions */
    qsort(h.rows, h.count, sizeof *h.rows, by_id);
    elf_align(e->relro, 8);
    sym = elf_define(e->o, LDR_HEADER_SYMBOL, e->relro);
    sym->is_exported = true;
    elf_u64(e->relro, LDR_MAGIC);
    elf_u16(e->relro, LDR_FORMAT_MAJOR);
    elf_u16(e->relro, LDR_FORMAT_MINOR);
    elf_u32(e->relro, LDR_FLAG_SELF_CONTAINED | (e->in->executable ? LDR_FLAG_EXECUTABLE : 0));
    elf_reserve(e->relro, LDR_DIGEST_BYTES);
    elf_u32(e->relro, LDR_ENGINE_ABI);
    elf_u32(e->relro, h.count);
    for (uint32_t i = 0; i < h.count; i++) {
        elf_u32(e->relro, h.rows[i].id);
        elf_u32(e->relro, LDR_ROW_HAS_END);
        elf_pointer(e->o, e->relro, h.rows[i].start, 0);
        elf_pointer(e->o, e->relro, h.rows[i].end, 0);
    }
    sym->size = elf_at(e->relro) - sym->offset;
}
