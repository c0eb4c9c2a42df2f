/* compiler/il/debug_vars.c - parameters and locals for the debugger: name, type, home, and the part
 * of the method where the name holds (a block of the debugger's). */
#include "compiler/il/debug.h"

#include <string.h>

/* The line of the first visible point in the range; 0: none. */
static uint32_t
line_in(const struct il_import *im, uint32_t start, uint32_t end)
{
    for (uint32_t i = 0; i < im->line_count; i++) {
        const struct md_point *p = &im->points[i];

        if (!p->hidden && p->il_offset >= start && p->il_offset < end)
            return p->line;
    }
    return 0;
}

/* A scope that is the whole body needs no block. Parents come first. */
static void
blocks_make(struct il_import *im)
{
    struct md_scopes *s = &im->scopes;

    im->scope_blocks = arena_array(im->arena, s->scope_count + 1u, sizeof *im->scope_blocks);
    for (uint32_t i = 0; i < s->scope_count; i++) {
        const struct md_scope *scope = &s->scopes[i];
        cg_dnode parent = scope->parent == MD_NO_SCOPE ? NULL : im->scope_blocks[scope->parent];

        if (scope->start > 0 || scope->end < im->body.size)
            im->scope_blocks[i] = cg_debug_block(im->fn, parent, line_in(im, scope->start, scope->end));
        else
            im->scope_blocks[i] = parent;
    }
}

cg_dnode
il_debug_block_at(struct il_import *im, uint32_t offset)
{
    uint32_t found = MD_NO_SCOPE;

    if (!im->scope_blocks)
        return NULL;
    for (uint32_t i = 0; i < im->scopes.scope_count && im->scopes.scopes[i].start <= offset; i++) {
        if (offset < im->scopes.scopes[i].end)
            found = i; /* outer scopes come first */
    }
    return found == MD_NO_SCOPE ? NULL : im->scope_blocks[found];
}

static void
variable(struct il_import *im, const struct il_home *h, struct cg_dvariable *v)
{
    v->at = h->at;
    if (im->frame) { /* LLVM follows an alloca, not an address inside one */
        v->at = im->frame;
        v->offset = h->frame_offset;
    }
    cg_debug_variable(im->fn, v);
}

/* Name of parameter `index` (0 = the first declared one); NULL: none. */
static const char *
parameter_name(const struct il_import *im, uint32_t index)
{
    const struct md_image *img = im->method->def->assembly->image;
    uint32_t row, end;

    md_list(img, MD_METHODDEF, im->method->def->row, MD_METHODDEF_PARAMLIST, &row, &end);
    for (; row < end; row++) {
        if (md_cell(img, MD_PARAM, row, MD_PARAM_SEQUENCE) == index + 1)
            return md_cell_string(img, MD_PARAM, row, MD_PARAM_NAME);
    }
    return NULL;
}

static void
parameters(struct il_import *im, struct il_debug *d)
{
    uint32_t line = line_in(im, 0, im->body.size);

    for (uint32_t i = 0; i < im->arg_count; i++) {
        bool is_this = i == 0 && im->has_this;
        struct cg_dvariable v = {.argument = i + 1, .is_this = is_this, .line = line};

        v.name = is_this ? "this" : parameter_name(im, i - (im->has_this ? 1 : 0));
        v.type = is_this ? il_debug_this(d, im->method->owner) : il_debug_type(d, im->args[i].type);
        if (v.name && v.name[0])
            v.name = il_debug_identifier(im->arena, v.name);
        else
            v.name = arena_printf(im->arena, "arg%u", (unsigned)i);
        variable(im, &im->args[i], &v);
    }
}

static void
locals(struct il_import *im, struct il_debug *d)
{
    for (uint32_t i = 0; i < im->scopes.local_count; i++) {
        const struct md_local *l = &im->scopes.locals[i];
        const struct md_scope *s = &im->scopes.scopes[l->scope];
        struct cg_dvariable v = {.scope = im->scope_blocks[l->scope]};

        if (l->hidden || l->index >= im->local_count || !l->name[0])
            continue;
        v.name = il_debug_identifier(im->arena, l->name);
        v.type = il_debug_type(d, im->locals[l->index].type);
        v.line = line_in(im, s->start, s->end);
        variable(im, &im->locals[l->index], &v);
    }
}

void
il_debug_vars(struct il_import *im)
{
    struct il_debug d = {im->il, im->ty, im->unit, im->arena};

    if (!im->fn || im->in_filter || !im->line_count || !cg_debug_wanted(im->unit))
        return;
    blocks_make(im);
    parameters(im, &d);
    locals(im, &d);
}

/* The areas appear as members `statics` and `static_refs` of their type, in units that use them. */
void
il_debug_statics(struct il_import *im, const struct ty_field *closed)
{
    enum { STATICS = 4 }; /* `what` of cg_debug_find, and one more */
    struct il_debug d = {im->il, im->ty, im->unit, im->arena};
    struct ty_type *owner = closed->owner;
    enum ty_static_kind kind = ty_field_static_kind(im->ty, (struct ty_field *)(uintptr_t)closed);
    bool refs = kind == TY_STATIC_GC;
    struct ref ref = {.kind = refs ? REF_GC_STATICS : REF_NONGC_STATICS, .type = owner};
    struct ref_target target;
    cg_dnode type;

    if (!im->fn || !im->line_count || owner->is_canon || (kind != TY_STATIC_GC && kind != TY_STATIC_NONGC) ||
        !cg_debug_wanted(im->unit) || !il_debug_has_source(im->il, owner->def->assembly) ||
        cg_debug_find(im->unit, owner, STATICS + refs))
        return;
    target = reach_target(im->reach, &ref);
    if (target.through_slot)
        return;
    type = il_debug_statics_type(&d, owner, kind, refs ? "StaticRefs" : "Statics");
    cg_debug_keep(im->unit, owner, STATICS + refs, type);
    cg_debug_static(im->unit, il_debug_owner(&d, owner), refs ? "static_refs" : "statics", type, target.symbol,
                    target.addend);
}
