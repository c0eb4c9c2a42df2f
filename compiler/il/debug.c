/* compiler/il/debug.c - names and source lines for the debugger, from portable PDBs beside the assemblies. */
#include "compiler/il/il_priv.h"

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
    return bytes;
}

/* X.dll -> X.pdb; no or a malformed one: names only. */
static const struct md_image *
pdb_of(struct il_context *il, struct ty_assembly *as)
{
    static const char none;
    const void *known = ptr_map_get(&il->pdbs, as);
    size_t n = strlen(as->path), size = 0;
    struct md_image *pdb = NULL;
    struct md_error err;
    uint8_t *bytes;
    char *path;

    if (known)
        return known == &none ? NULL : known;
    path = arena_strdup(il->arena, as->path);
    if (n > 4 && path[n - 4] == '.') {
        memcpy(path + n - 3, "pdb", 3);
        bytes = file_read(il->arena, path, &size);
        if (bytes)
            pdb = md_pdb_open(il->arena, path, bytes, size, &err);
    }
    ptr_map_put(&il->pdbs, as, pdb ? (void *)pdb : (void *)(uintptr_t)&none);
    return pdb;
}

void
il_debug_begin(struct il_import *im)
{
    const char *name = ty_method_name(im->ty, im->method), *file = NULL;
    const struct md_image *pdb;
    struct md_point *points = NULL;
    struct md_error err;
    uint32_t line = 0;

    if (!im->il->debug)
        return;
    if (im->body.assembly && im->method->def->row && im->body.code && (pdb = pdb_of(im->il, im->body.assembly)) &&
        md_pdb_points(pdb, im->method->def->row, im->arena, &points, &im->line_count, &err)) {
        im->points = points;
        for (uint32_t i = 0; i < im->line_count && !file; i++) {
            if (points[i].hidden)
                continue;
            file = md_pdb_document(pdb, points[i].document, im->il->arena);
            line = points[i].line;
        }
    }
    cg_fn_debug(im->fn, name, file, line);
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
    if (!im->points[at].hidden)
        cg_line(im->fn, im->points[at].line);
}
