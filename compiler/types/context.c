/* compiler/types/context.c - the context, its assemblies, and failures.
 * An assembly is known by its simple name: the first file found for a name serves all references
 * to it, whatever version they ask for. */
#include "compiler/types/ty_priv.h"

#include "compiler/base/inputs.h"
#include "pal/pal.h"

#include <stdarg.h>
#include <stdio.h>
#include <strings.h>

enum { FILE_LIMIT_BYTES = 1 << 30 };

static const struct {
    const char *ns, *name;
} well_known_names[WK_COUNT] = {
#define WK(id, ns, name) {ns, name},
#include "compiler/types/well_known.def"
#undef WK
};

void
ty_fail(struct ty_context *ctx, enum ty_failure_kind kind, const char *format, ...)
{
    char text[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    ctx->failure.kind = kind;
    ctx->failure.text = arena_strdup(ctx->arena, text);
    ctx->failure.message = NULL;
}

bool
ty_enter(struct ty_context *ctx, const char *what)
{
    if (ctx->priv->depth >= TY_DEPTH_MAX) {
        ty_fail(ctx, TY_FAIL_TYPE_LOAD, "%s: types nested more than %d deep", what, TY_DEPTH_MAX);
        return false;
    }
    ctx->priv->depth++;
    return true;
}

void
ty_leave(struct ty_context *ctx)
{
    CC_ASSERT(ctx->priv->depth > 0);
    ctx->priv->depth--;
}

struct ty_context *
ty_context_new(struct arena *a, const char *const *search, size_t search_count)
{
    struct ty_context *ctx = arena_alloc(a, sizeof *ctx);
    size_t i;

    ctx->arena = a;
    ctx->priv = arena_alloc(a, sizeof *ctx->priv);
    for (i = 0; i < search_count; i++)
        ptr_vec_push(&ctx->search_paths, arena_strdup(a, search[i]));
    for (i = 0; i < WK_COUNT; i++) {
        const char *full = well_known_names[i].name;

        if (well_known_names[i].ns[0])
            full = arena_printf(a, "%s.%s", well_known_names[i].ns, well_known_names[i].name);
        str_map_put(&ctx->priv->well_known_names, full, (void *)(uintptr_t)(i + 1));
    }
    return ctx;
}

void
ty_context_free(struct ty_context *ctx)
{
    size_t i;

    if (!ctx)
        return;
    for (i = 0; i < ctx->types.count; i++) {
        struct ty_type *t = ctx->types.at[i];

        if (t->vtable)
            ptr_map_free(&t->vtable->by_decl);
    }
    for (i = 0; i < ctx->assemblies.count; i++)
        pal_free(((struct ty_assembly *)ctx->assemblies.at[i])->bytes);
    ptr_vec_free(&ctx->assemblies);
    ptr_vec_free(&ctx->search_paths);
    ptr_vec_free(&ctx->types);
    ptr_vec_free(&ctx->methods);
    ptr_vec_free(&ctx->fields);
    intern_free(&ctx->priv->types);
    intern_free(&ctx->priv->sigs);
    intern_free(&ctx->priv->methods);
    intern_free(&ctx->priv->fields);
    str_map_free(&ctx->priv->assemblies);
    str_map_free(&ctx->priv->well_known_names);
    str_map_free(&ctx->priv->array_methods);
    str_map_free(&ctx->priv->symbols);
}

/* A pointer for each row of a table. */
static void *
per_row(struct ty_context *ctx, const struct md_image *img, enum md_table table)
{
    return arena_array(ctx->arena, md_row_count(img, table), sizeof(void *));
}

static struct ty_assembly *
assembly_make(struct ty_context *ctx, const char *path, struct md_image *img)
{
    struct ty_assembly *as = arena_alloc(ctx->arena, sizeof *as);

    as->image = img;
    as->name = md_assembly_name(img);
    as->path = arena_strdup(ctx->arena, path);
    as->id = (uint32_t)ctx->assemblies.count;
    as->is_core = strcmp(as->name, "System.Private.CoreLib") == 0;
    as->disable_runtime_marshalling =
        md_attribute_find(img, md_token(MD_ASSEMBLY, 1), "System.Runtime.CompilerServices",
                          "DisableRuntimeMarshallingAttribute") != 0;
    as->typedefs = per_row(ctx, img, MD_TYPEDEF);
    as->methoddefs = per_row(ctx, img, MD_METHODDEF);
    as->fielddefs = per_row(ctx, img, MD_FIELD);
    as->refs = per_row(ctx, img, MD_ASSEMBLYREF);
    as->typerefs = per_row(ctx, img, MD_TYPEREF);
    as->typespecs = per_row(ctx, img, MD_TYPESPEC);
    as->memberrefs = per_row(ctx, img, MD_MEMBERREF);
    as->fieldrefs = per_row(ctx, img, MD_MEMBERREF);
    as->methodspecs = per_row(ctx, img, MD_METHODSPEC);
    return as;
}

struct ty_assembly *
ty_assembly_open(struct ty_context *ctx, const char *path)
{
    struct pal_file file;
    struct md_error err;
    struct md_image *img;
    struct ty_assembly *as;
    enum pal_status status = pal_file_read(path, FILE_LIMIT_BYTES, &file);

    if (status != PAL_OK) {
        ty_fail(ctx, TY_FAIL_FILE_NOT_FOUND, "%s: %s", path, pal_status_text(status));
        return NULL;
    }
    img = md_open(ctx->arena, path, file.bytes, file.size, &err);
    if (!img) {
        ty_fail(ctx, TY_FAIL_BAD_IMAGE, "%s", err.text);
        pal_file_free(&file);
        return NULL;
    }
    if (md_row_count(img, MD_ASSEMBLY) == 0) {
        ty_fail(ctx, TY_FAIL_BAD_IMAGE, "%s: a module without an assembly manifest", path);
        pal_file_free(&file);
        return NULL;
    }
    inputs_note(path);
    as = str_map_get(&ctx->priv->assemblies, md_assembly_name(img));
    if (as) {
        pal_file_free(&file); /* the name is taken: the first file stays */
        return as;
    }
    as = assembly_make(ctx, path, img);
    as->bytes = file.bytes;
    ptr_vec_push(&ctx->assemblies, as);
    str_map_put(&ctx->priv->assemblies, as->name, as);
    return as;
}

/* True if `path` names the file `name`.dll. */
static bool
is_file_of(const char *path, const char *name)
{
    const char *file = strrchr(path, '/');
    size_t length = strlen(name);

    file = file ? file + 1 : path;
    return strncasecmp(file, name, length) == 0 && strcasecmp(file + length, ".dll") == 0;
}

static const char *
search(struct ty_context *ctx, const char *name)
{
    size_t i;

    for (i = 0; i < ctx->search_paths.count; i++) {
        const char *at = ctx->search_paths.at[i];

        if (is_file_of(at, name) && pal_file_exists(at))
            return at;
        if (pal_dir_exists(at)) {
            const char *file = arena_printf(ctx->arena, "%s/%s.dll", at, name);

            if (pal_file_exists(file))
                return file;
        }
    }
    return NULL;
}

struct ty_assembly *
ty_assembly_find(struct ty_context *ctx, const char *simple_name)
{
    struct ty_assembly *as = str_map_get(&ctx->priv->assemblies, simple_name);
    const char *path;
    size_t i;

    if (as)
        return as;
    for (i = 0; i < ctx->assemblies.count; i++) {
        as = ctx->assemblies.at[i];
        if (strcasecmp(as->name, simple_name) == 0)
            return as;
    }
    path = strchr(simple_name, '/') ? NULL : search(ctx, simple_name);
    if (!path) {
        ty_fail(ctx, TY_FAIL_FILE_NOT_FOUND, "assembly %s is in none of the given folders",
                simple_name);
        return NULL;
    }
    as = ty_assembly_open(ctx, path);
    if (as && strcasecmp(as->name, simple_name) != 0) {
        ty_fail(ctx, TY_FAIL_FILE_NOT_FOUND, "%s holds the assembly %s, not %s", path, as->name,
                simple_name);
        return NULL;
    }
    return as;
}

static bool
core_type(struct ty_context *ctx, enum ty_well_known wk, struct ty_type **out)
{
    struct ty_def *def = ctx->well_known[wk];

    if (!def) {
        ty_fail(ctx, TY_FAIL_BAD_IMAGE, "%s: no type %s.%s", ctx->core->path,
                well_known_names[wk].ns, well_known_names[wk].name);
        return false;
    }
    if (out)
        *out = ty_type_of_def(ctx, def);
    return true;
}

/* System.__Canon and its universal twin stand for reference arguments in shared code. No metadata
 * defines them: they are plain classes without members. */
static void
canon_make(struct ty_context *ctx, enum ty_well_known wk)
{
    struct ty_def *def = arena_alloc(ctx->arena, sizeof *def);

    def->assembly = ctx->core;
    def->flags = MD_TYPE_PUBLIC;
    def->ns = well_known_names[wk].ns;
    def->name = well_known_names[wk].name;
    def->full_name = arena_printf(ctx->arena, "%s.%s", def->ns, def->name);
    def->well_known = (int)wk;
    def->element = TY_EL_CLASS;
    def->is_before_field_init = true;
    def->hash = ty_name_hash(def->full_name);
    def->base_open = ty_type_of_def(ctx, ctx->well_known[WK_OBJECT]);
    def->base_state = 2;
    def->eager_state = 1;
    def->interfaces_loaded = def->impls_loaded = true;
    ctx->well_known[wk] = def;
}

static void
well_known_load(struct ty_context *ctx)
{
    unsigned i;

    for (i = 0; i < WK_COUNT; i++) {
        uint32_t row =
            md_typedef_find(ctx->core->image, well_known_names[i].ns, well_known_names[i].name);

        if (row)
            ctx->well_known[i] = ty_def_at(ctx, ctx->core, row);
    }
    if (!ctx->well_known[WK_OBJECT])
        return; /* reported by the caller */
    canon_make(ctx, WK_CANON);
    canon_make(ctx, WK_UNIVERSAL_CANON);
}

bool
ty_core_load(struct ty_context *ctx)
{
    const struct {
        enum ty_well_known wk;
        struct ty_type **out;
    } needed[] = {
        {WK_VOID, &ctx->t_void},
        {WK_BOOLEAN, &ctx->t_bool},
        {WK_CHAR, &ctx->t_char},
        {WK_SBYTE, &ctx->t_i1},
        {WK_BYTE, &ctx->t_u1},
        {WK_INT16, &ctx->t_i2},
        {WK_UINT16, &ctx->t_u2},
        {WK_INT32, &ctx->t_i4},
        {WK_UINT32, &ctx->t_u4},
        {WK_INT64, &ctx->t_i8},
        {WK_UINT64, &ctx->t_u8},
        {WK_SINGLE, &ctx->t_r4},
        {WK_DOUBLE, &ctx->t_r8},
        {WK_INTPTR, &ctx->t_i},
        {WK_UINTPTR, &ctx->t_u},
        {WK_OBJECT, &ctx->t_object},
        {WK_STRING, &ctx->t_string},
        {WK_CANON, &ctx->t_canon},
        {WK_ARRAY, NULL},
        {WK_ARRAY_OF_T, NULL},
        {WK_VALUETYPE, NULL},
        {WK_ENUM, NULL},
        {WK_NULLABLE, NULL},
        {WK_DELEGATE, NULL},
        {WK_MULTICAST_DELEGATE, NULL},
        {WK_TYPED_REFERENCE, NULL},
    };
    size_t i;

    ctx->core = ty_assembly_find(ctx, "System.Private.CoreLib");
    if (!ctx->core)
        return false;
    well_known_load(ctx);
    for (i = 0; i < sizeof needed / sizeof needed[0]; i++)
        if (!core_type(ctx, needed[i].wk, needed[i].out))
            return false;
    ctx->t_void_ptr = ty_pointer(ctx, ctx->t_void);
    ctx->t_object_array = ty_array(ctx, ctx->t_object);
    return true;
}

struct ty_type *
ty_well_known_type(struct ty_context *ctx, enum ty_well_known wk)
{
    if (!ctx->well_known[wk]) {
        ty_fail(ctx, TY_FAIL_TYPE_LOAD, "System.Private.CoreLib has no type %s.%s",
                well_known_names[wk].ns, well_known_names[wk].name);
        return NULL;
    }
    return ty_type_of_def(ctx, ctx->well_known[wk]);
}
