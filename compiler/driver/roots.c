/* compiler/driver/roots.c - where the program starts: Main, exported methods, and the functions of
 * the class library that the engine calls (loader/classlib_functions.def). */
#include <string.h>

#include "compiler/base/arena.h"
#include "compiler/base/diag.h"
#include "compiler/driver/drv.h"
#include "loader/module_format.h"
#include "pal/pal.h"

static void
root_method(struct drv *d, struct ty_method *m)
{
    struct ref ref = {.kind = m->def->is_unmanaged_callers_only ? REF_METHOD_NATIVE : REF_METHOD, .method = m};

    reach_root(d->reach, &ref);
}

/* A RuntimeExport or UnmanagedCallersOnly method of System.Private.CoreLib by its entry name. */
static struct ty_method *
core_export(struct drv *d, const char *name)
{
    struct ty_assembly *core = d->ty->core;

    for (uint32_t row = 1; row <= md_row_count(core->image, MD_METHODDEF); row++) {
        struct ty_method_def *m = ty_method_def_at(d->ty, core, row);

        if (!m || !m->is_static)
            continue;
        ty_method_attributes_load(d->ty, m);
        if ((m->runtime_export && strcmp(m->runtime_export, name) == 0) || (m->export_name && strcmp(m->export_name, name) == 0))
            return ty_method_open(d->ty, m);
    }
    return NULL;
}

static struct ty_method *
companion_method(struct drv *d, struct ty_assembly *companion, const char *name)
{
    const char *colons = strstr(name, "::");
    struct ty_def *def = ty_def_find(d->ty, companion, arena_strndup(d->arena, name, (size_t)(colons - name)));

    return def ? ty_method_named(d->ty, ty_type_of_def(d->ty, def), colons + 2, -1) : NULL;
}

static void
root_classlib(struct drv *d)
{
    struct ty_assembly *companion = ty_assembly_find(d->ty, "CoreRT.Companion");

    if (!companion)
        diag_fatal("%s", d->ty->failure.text);
    for (int i = 0; i < LDR_CLASSLIB_COUNT; i++) {
        const char *name = ldr_classlib_name((enum ldr_classlib_function)i);
        struct ty_method *m;

        if (d->options.executable && ldr_classlib_is_hosted((enum ldr_classlib_function)i))
            continue;
        m = strstr(name, "::") ? companion_method(d, companion, name) : core_export(d, name);
        if (!m)
            diag_fatal("the class library has no function %s: it is not the one this compiler is made for", name);
        ty_method_attributes_load(d->ty, m->def);
        d->emit.classlib[i] = m;
        root_method(d, m);
    }
}

/* Catch clauses and the engine's own look-ups need these MethodTables (struct ldr_well_known). */
static void
root_types(struct drv *d)
{
    struct ref refs[] = {
        {.kind = REF_TYPE_NEW, .type = d->ty->t_object},
        {.kind = REF_TYPE_NEW, .type = d->ty->t_string},
        {.kind = REF_TYPE, .type = ty_well_known_type(d->ty, WK_EXCEPTION)},
        {.kind = REF_TYPE_NEW, .type = ty_array(d->ty, d->ty->t_i)},
        {.kind = REF_TYPE_NEW, .type = ty_array(d->ty, d->ty->t_string)},
    };

    for (size_t i = 0; i < sizeof refs / sizeof *refs; i++)
        reach_root(d->reach, &refs[i]);
}

static void
root_main(struct drv *d)
{
    uint32_t token = md_entry_point(d->input->image);
    struct ty_method *m;

    if (md_token_table(token) != MD_METHODDEF || md_token_row(token) == 0)
        diag_fatal("%s: --exe: the assembly has no entry point (Main)", d->input->path);
    m = ty_method_from_token(d->ty, d->input, token);
    if (!m)
        diag_fatal("%s", d->ty->failure.text);
    d->emit.main = il_main_wrapper(d->il, m);
    d->emit.entry = m->def->assembly;
    root_method(d, d->emit.main);
}

const char *
drv_export_clash(const char *name)
{
    static const char *const start[] = {"main", "_start", "_init", "_fini"};
    const char *rest = strncmp(name, "Rh", 2) == 0 ? name + 2 : "";

    for (size_t i = 0; i < sizeof start / sizeof *start; i++)
        if (strcmp(name, start[i]) == 0)
            return "every program";
    rest += *rest == 'p';
    return strncmp(name, "corert_", 7) == 0 || (*rest >= 'A' && *rest <= 'Z') ? "libcorert" : NULL;
}

/* A symbol of the file takes the place of the C library's, for the module itself and perhaps for its host. */
static void
check_symbol(struct drv *d, const struct ty_method_def *m)
{
    static const char *const libraries[] = {PAL_LIBC, "libm.so.6"};
    const char *owner = drv_export_clash(m->export_name);

    for (size_t i = 0; !owner && i < sizeof libraries / sizeof *libraries; i++) {
        void *library;

        if (pal_dl_open(&library, libraries[i], NULL, 0) != PAL_OK)
            continue;
        owner = pal_dl_find(library, m->export_name) ? "the C library" : NULL;
        pal_dl_close(library);
    }
    if (owner)
        diag_fatal("%s: %s.%s: --drop-in: the export %s has a name of %s: give it another EntryPoint", d->input->path, m->owner->full_name, m->name,
                   m->export_name, owner);
}

static void
check_export(struct drv *d, const struct ty_method_def *m)
{
    if (!m->export_name[0])
        diag_fatal("%s: %s.%s: its EntryPoint is empty", d->input->path, m->owner->full_name, m->name);
    if (!m->is_static)
        diag_fatal("%s: %s.%s: an exported method must be static", d->input->path, m->owner->full_name, m->name);
    if (m->generic_count || m->owner->generic_count)
        diag_fatal("%s: %s.%s: an exported method must not be generic", d->input->path, m->owner->full_name, m->name);
    for (size_t i = 0; i < d->emit.exports.count; i++) {
        const struct ty_method *other = d->emit.exports.at[i];

        if (strcmp(other->def->export_name, m->export_name) == 0)
            diag_fatal("%s: two methods are exported as %s: %s.%s and %s.%s", d->input->path, m->export_name, other->def->owner->full_name,
                       other->def->name, m->owner->full_name, m->name);
    }
    if (d->options.drop_in)
        check_symbol(d, m);
}

static void
root_exports(struct drv *d)
{
    for (uint32_t row = 1; row <= md_row_count(d->input->image, MD_METHODDEF); row++) {
        struct ty_method_def *m = ty_method_def_at(d->ty, d->input, row);
        struct ty_method *method;

        if (!m)
            diag_fatal("%s", d->ty->failure.text);
        ty_method_attributes_load(d->ty, m);
        if (!m->is_unmanaged_callers_only || !m->export_name)
            continue;
        check_export(d, m);
        method = ty_method_open(d->ty, m);
        if (!method)
            diag_fatal("%s", d->ty->failure.text);
        ptr_vec_push(&d->emit.exports, method);
        root_method(d, method);
    }
}

void
drv_roots(struct drv *d)
{
    root_types(d);
    root_classlib(d);
    root_exports(d);
    if (d->options.executable)
        root_main(d);
    else if (!d->emit.exports.count)
        diag_warning("%s: no method is exported (UnmanagedCallersOnly with an EntryPoint)", d->input->path);
}
