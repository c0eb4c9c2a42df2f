/* compiler/il/context.c - the context of a run and the methods of the class library known by name. */
#include "compiler/il/special.h"

#include <string.h>

/* The core library's [RuntimeExport] methods by their exported names. */
static void
exports_load(struct il_context *il)
{
    struct ty_assembly *core = il->ty->core;
    uint32_t rows = md_row_count(core->image, MD_CUSTOMATTRIBUTE);

    for (uint32_t row = 1; row <= rows; row++) {
        uint32_t parent;
        struct ty_method_def *def;

        if (!md_attribute_is(core->image, row, "System.Runtime", "RuntimeExportAttribute"))
            continue;
        parent = md_cell(core->image, MD_CUSTOMATTRIBUTE, row, MD_CUSTOMATTRIBUTE_PARENT);
        if (md_token_table(parent) != MD_METHODDEF)
            continue;
        def = ty_method_def_at(il->ty, core, md_token_row(parent));
        if (!def)
            continue;
        ty_method_attributes_load(il->ty, def);
        if (def->runtime_export && !def->owner->generic_count && !def->generic_count)
            str_map_put(&il->exports, def->runtime_export, ty_method_open(il->ty, def));
    }
}

struct il_context *
il_context_new(struct ty_context *ty, struct arena *a, const char *const *features, size_t feature_count)
{
    struct il_context *il = arena_alloc(a, sizeof *il);

    il->ty = ty;
    il->arena = a;
    exports_load(il);
    il->special = il_special_new(il, features, feature_count);
    return il;
}

void
il_context_debug(struct il_context *il, bool debug)
{
    il->debug = debug;
}

void
il_context_direct_pinvokes(struct il_context *il, const char *const *names, size_t count)
{
    il->direct = names;
    il->direct_count = count;
}

void
il_context_guard_entries(struct il_context *il, bool guard)
{
    il->guard_entries = guard;
}

bool
il_knows_engine(const struct ty_assembly *as)
{
    return as->is_core || strcmp(as->name, "CoreRT.Companion") == 0;
}

struct ty_type *
il_core_type(struct il_context *il, const char *full_name)
{
    struct ty_def *def = ty_def_find(il->ty, il->ty->core, full_name);

    if (!def)
        diag_fatal("%s: type %s is missing: this is not the class library of NativeAOT 9.0", il->ty->core->path,
                   full_name);
    return ty_type_of_def(il->ty, def);
}

struct ty_method *
il_core_method(struct il_context *il, const char *type, const char *name, int params)
{
    struct ty_type *owner = il_core_type(il, type);
    struct ty_method *m = ty_method_named(il->ty, owner, name, params);

    if (!m)
        diag_fatal("%s: method %s.%s is missing: this is not the class library of NativeAOT 9.0", il->ty->core->path,
                   type, name);
    return m;
}

static struct ty_method *
helper_find(struct il_context *il, const char *type, const char *name, int params)
{
    struct ty_method *m;

    if (type)
        return il_core_method(il, type, name, params);
    m = str_map_get(&il->exports, name);
    if (!m)
        diag_fatal("%s: the RuntimeExport %s is missing: this is not the class library of NativeAOT 9.0",
                   il->ty->core->path, name);
    return m;
}

struct ty_method *
il_helper(struct il_context *il, enum il_helper h)
{
    static const struct {
        const char *type, *name;
        int params;
    } names[IL_HELPER_COUNT] = {
#define IL_HELPER(id, type, name, params) {type, name, params},
#include "compiler/il/helpers.def"
#undef IL_HELPER
    };

    if (!il->helpers[h])
        il->helpers[h] = helper_find(il, names[h].type, names[h].name, names[h].params);
    return il->helpers[h];
}

struct il_method_info *
il_info(struct il_context *il, struct ty_method *canon)
{
    if (!canon->il)
        canon->il = arena_alloc(il->arena, sizeof(struct il_method_info));
    return canon->il;
}
