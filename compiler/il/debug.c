/* compiler/il/debug.c - names and source lines for the debugger, from portable PDBs: beside the
 * assemblies or inside them. Methods without lines get a name only. */
#include "compiler/il/debug.h"

#include "compiler/base/inputs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint8_t *
file_read(struct arena *a, const char *path, size_t *size)
{
    FILE *f = fopen(path, "rb");
    uint8_t *bytes = NULL;
    long n;

    if (!f)
        return NULL;
    if (fseek(f, 0, SEEK_END) == 0 && (n = ftell(f)) > 0 && fseek(f, 0, SEEK_SET) == 0) {
        bytes = arena_alloc(a, (size_t)n);
        *size = fread(bytes, 1, (size_t)n, f);
        if (*size != (size_t)n)
            bytes = NULL;
    }
    fclose(f);
    if (bytes)
        inputs_note(path);
    return bytes;
}

/* A PDB that belongs to another build would tell wrong lines. */
static bool
pdb_fits(const struct ty_assembly *as, const struct md_image *pdb)
{
    uint8_t id[20];

    return !md_debug_id(as->image, id) || memcmp(id, md_pdb_id(pdb), sizeof id) == 0;
}

static const struct md_image *
pdb_beside(struct il_context *il, const struct ty_assembly *as)
{
    size_t n = strlen(as->path), size = 0;
    struct md_image *pdb;
    struct md_error err;
    uint8_t *bytes;
    char *path;

    if (n <= 4 || as->path[n - 4] != '.')
        return NULL;
    path = arena_strdup(il->arena, as->path);
    memcpy(path + n - 3, "pdb", 3);
    bytes = file_read(il->arena, path, &size);
    pdb = bytes ? md_pdb_open(il->arena, path, bytes, size, &err) : NULL;
    if (pdb && !pdb_fits(as, pdb)) {
        diag_warning("%s: not the PDB of this %s: ignored", path, as->name);
        pdb = NULL;
    }
    return pdb;
}

static const struct md_image *
pdb_inside(struct il_context *il, const struct ty_assembly *as)
{
    struct md_error err;
    size_t size;
    const uint8_t *bytes = md_debug_embedded(as->image, il->arena, &size);

    return bytes ? md_pdb_open(il->arena, as->path, bytes, size, &err) : NULL;
}

/* No or a malformed one: names only. */
static const struct md_image *
pdb_of(struct il_context *il, struct ty_assembly *as)
{
    static const char none;
    const void *known = ptr_map_get(&il->pdbs, as);
    const struct md_image *pdb;

    if (known)
        return known == &none ? NULL : known;
    pdb = pdb_beside(il, as);
    if (!pdb)
        pdb = pdb_inside(il, as);
    ptr_map_put(&il->pdbs, as, pdb ? (void *)(uintptr_t)pdb : (void *)(uintptr_t)&none);
    return pdb;
}

bool
il_debug_has_source(struct il_context *il, struct ty_assembly *as)
{
    return pdb_of(il, as) != NULL;
}

/* Lines and scopes of the body; false: none. */
static bool
lines_load(struct il_import *im, const char **file, uint32_t *line)
{
    uint32_t row = im->method->def->row;
    struct md_point *points = NULL;
    const struct md_image *pdb;
    struct md_error err;

    if (!im->body.assembly || !row || !im->body.code)
        return false;
    pdb = pdb_of(im->il, im->body.assembly);
    if (!pdb || !md_pdb_points(pdb, row, im->arena, &points, &im->line_count, &err))
        return false;
    im->points = points;
    for (uint32_t i = 0; i < im->line_count && !*file; i++) {
        if (points[i].hidden)
            continue;
        *file = md_pdb_document(pdb, points[i].document, im->il->arena);
        *line = points[i].line;
    }
    if (!md_pdb_scopes(pdb, row, im->arena, &im->scopes, &err))
        im->scopes = (struct md_scopes){.scopes = NULL};
    return *file != NULL;
}

/* With result, parameters and owner. */
static void
member_begin(struct il_import *im, const char *file, uint32_t line)
{
    struct il_debug d = {im->il, im->ty, im->unit, im->arena};
    cg_dnode *types = arena_array(im->arena, im->arg_count + 1u, sizeof *types);
    struct cg_dfunction f = {.name = il_debug_method_name(&d, im->method),
                             .owner = il_debug_owner(&d, im->method->owner),
                             .types = types,
                             .type_count = im->arg_count + 1,
                             .has_this = im->has_this,
                             .file = file,
                             .line = line};

    types[0] = im->ret ? il_debug_type(&d, im->ret) : NULL;
    for (uint32_t i = 0; i < im->arg_count; i++)
        types[i + 1] =
            i == 0 && im->has_this ? il_debug_this(&d, im->method->owner) : il_debug_type(&d, im->args[i].type);
    cg_fn_debug_member(im->fn, &f);
}

void
il_debug_begin(struct il_import *im)
{
    const char *file = NULL;
    uint32_t line = 0;

    if (!im->il->debug)
        return;
    if (lines_load(im, &file, &line) && im->args && im->locals && !im->failed)
        member_begin(im, file, line);
    else
        cg_fn_debug(im->fn, ty_method_name(im->ty, im->method), file, line);
}

/* The point at or before the instruction; points are in IL order, blocks too. */
void
il_debug_line(struct il_import *im)
{
    uint32_t at = im->lines_at, offset = im->insn.offset;

    if (!im->fn || !im->line_count)
        return;
    while (at && im->points[at].il_offset > offset)
        at--;
    while (at + 1 < im->line_count && im->points[at + 1].il_offset <= offset)
        at++;
    if (im->points[at].il_offset != offset && at == im->lines_at && offset != im->block->start)
        return;
    im->lines_at = at;
    if (!im->points[at].hidden) {
        cg_debug_scope(im->fn, il_debug_block_at(im, offset));
        cg_place(im->fn, im->points[at].line, im->points[at].column);
    }
}
