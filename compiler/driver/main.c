/* compiler/driver/main.c - corertc. main() lists the passes in the order data flows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/base/arena.h"
#include "compiler/base/diag.h"
#include "compiler/base/inputs.h"
#include "compiler/driver/drv.h"
#include "loader/module_format.h"
#include "pal/pal.h"

static const char *
folder_of(struct arena *a, const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? arena_strndup(a, path, (size_t)(slash - path)) : ".";
}

/* The tree this program is installed in: PREFIX/bin/corertc. */
static const char *
find_root(struct arena *a)
{
    char *self = pal_path_self();
    const char *root;

    if (!self)
        diag_fatal("cannot find out where this program is");
    root = folder_of(a, folder_of(a, self));
    pal_free(self);
    return root;
}

static void
open_input(struct drv *d)
{
    size_t n;
    const char **search = drv_search(d, &n);

    d->ty = ty_context_new(d->arena, search, n);
    d->input = ty_assembly_open(d->ty, d->options.input);
    if (!d->input || !ty_core_load(d->ty))
        diag_fatal("%s", d->ty->failure.text);
}

static void
dump_metadata(const struct drv *d)
{
    if (drv_dumps(&d->options, "metadata"))
        md_dump_counts(d->input->image, stdout);
}

static void
progress_reach(size_t done, size_t known)
{
    diag_progress("reach: %zu of %zu found so far", done, known);
}

static void
analyse(struct drv *d)
{
    struct reach_options options = {.progress = progress_reach, .all_slots = d->options.all_slots, .executable = d->options.executable, .strict = d->options.strict};

    d->il = il_context_new(d->ty, d->arena, (const char *const *)d->options.features.at, d->options.features.count);
    il_context_debug(d->il, d->options.debug);
    il_context_guard_entries(d->il, !d->options.executable);
    il_context_direct_pinvokes(d->il, (const char *const *)d->options.direct_pinvokes.at, d->options.direct_pinvokes.count);
    d->reach = reach_new(d->ty, d->arena, &options);
    reach_attach(d->reach, d->il);
    drv_roots(d);
    reach_run(d->reach);
    drv_hidden_warn(d);
    if (drv_dumps(&d->options, "reach"))
        reach_dump(d->reach, stdout);
}

/* What AppContext.TryGetSwitch reads at run time. */
static void
knobs(struct drv *d)
{
    struct emit_knob *k = arena_array(d->arena, d->options.features.count + 4, sizeof *k);
    size_t n = 0;

    k[n++] = (struct emit_knob){"RUNTIME_IDENTIFIER", "linux-x64"};
    k[n++] = (struct emit_knob){"System.Globalization.Invariant", "true"};
    k[n++] = (struct emit_knob){"CoreRT.CompilerVersion", CORERT_VERSION}; /* corert_module_info */
    k[n++] = (struct emit_knob){"CoreRT.ClassLibraryVersion", CORERT_CLASSLIB_VERSION};
    for (size_t i = 0; i < d->options.features.count; i++) {
        const char *text = d->options.features.at[i], *equals = strchr(text, '=');

        k[n++] = (struct emit_knob){arena_strndup(d->arena, text, (size_t)(equals - text)), equals + 1};
    }
    d->emit.knobs = k;
    d->emit.knob_count = n;
}

static void
describe_data(struct drv *d)
{
    d->emit.reach = d->reach;
    d->emit.il = d->il;
    d->emit.ty = d->ty;
    d->emit.arena = d->arena;
    d->emit.imports = &d->imports;
    d->emit.executable = d->options.executable;
    d->emit.drop_in = d->options.drop_in;
    knobs(d);
}

static void
data_objects(struct drv *d)
{
    uint8_t *bytes;
    size_t size;

    emit_data(&d->emit, &bytes, &size);
    ptr_vec_push(&d->objects, (void *)(uintptr_t)drv_object_write(d, "data", bytes, size));
    pal_free(bytes);
    emit_code_end(&bytes, &size);
    ptr_vec_push(&d->objects, (void *)(uintptr_t)drv_object_write(d, "end", bytes, size));
    pal_free(bytes);
}

static void
first_object(struct drv *d)
{
    uint8_t *bytes;
    size_t size;

    emit_code_begin(&bytes, &size);
    ptr_vec_push(&d->objects, (void *)(uintptr_t)drv_object_write(d, "begin", bytes, size));
    pal_free(bytes);
}

static const char *
find_linker(struct drv *d)
{
    static const char *const names[] = {"ld.lld-19", "ld.lld"};

    if (d->options.linker) {
        if (!pal_file_exists(d->options.linker))
            diag_fatal("%s: no such file (--linker)", d->options.linker);
        return d->options.linker;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *path = pal_process_find(names[i]);

        if (path) {
            const char *copy = arena_strdup(d->arena, path);

            pal_free(path);
            return copy;
        }
    }
    diag_fatal("no linker: neither ld.lld-19 nor ld.lld is in PATH (--linker PATH names one)");
}

/* Seals the digest into a linked module. */
static void
seal(const char *path)
{
    struct pal_file file;
    const char *why = "";
    enum pal_status st = pal_file_read(path, (size_t)1 << 32, &file);
    uint8_t *copy;

    if (st != PAL_OK)
        diag_fatal("%s: cannot be read back: %s", path, pal_status_text(st));
    copy = pal_alloc(file.size);
    if (!copy)
        diag_fatal("out of memory");
    memcpy(copy, file.bytes, file.size);
    if (!ldr_digest_seal(copy, file.size, &why))
        diag_bug(__FILE__, __LINE__, why);
    st = pal_file_write(path, copy, file.size, true);
    if (st != PAL_OK)
        diag_fatal("%s: cannot be written: %s", path, pal_status_text(st));
    pal_free(copy);
    pal_file_free(&file);
}

/* The module's exports and its header keep their names in the program they are linked into. */
static bool
make_static(struct drv *d, const struct emit_link *link, const char *output, const char **message)
{
    const struct ptr_vec *exports = &d->emit.exports;
    struct emit_name *names = arena_array(d->arena, exports->count + 1, sizeof *names);
    struct emit_static in = {.linker = link->linker, .output = output, .temporary = d->temporary, .image = link->output, .objects = link->objects,
                             .object_count = link->object_count, .archives = link->archives, .archive_count = link->archive_count, .names = names,
                             .strip_debug = link->strip_debug, .arena = d->arena};

    for (size_t i = 0; i < exports->count; i++) {
        struct ref ref = {.kind = REF_METHOD_NATIVE, .method = exports->at[i]};
        const char *owner = drv_export_clash(ref.method->def->export_name);

        if (owner) { /* the header has said so, if there is one */
            if (!d->options.header)
                diag_warning("%s: the export %s is no symbol of the object: %s has that name; corert_module_export() finds it", d->options.input,
                             ref.method->def->export_name, owner);
            continue;
        }
        names[in.name_count].symbol = reach_target_direct(d->reach, &ref).symbol;
        names[in.name_count++].name = ref.method->def->export_name;
    }
    names[in.name_count].symbol = LDR_HEADER_SYMBOL;
    names[in.name_count++].name = arena_printf(d->arena, "%s_%s", LDR_HEADER_SYMBOL, d->module_name);
    return emit_static_object(&in, message);
}

static void
link_image(struct drv *d)
{
    static const char *const shims[] = {"libSystem.Native.a", "libSystem.Globalization.Native.a", "libSystem.IO.Compression.Native.a",
                                        "libSystem.Net.Security.Native.a", "libSystem.Security.Cryptography.Native.OpenSsl.a"};
    const char **archives = arena_array(d->arena, d->options.link_files.count + 8, sizeof *archives), *message = "", *output = arena_printf(d->arena, "%s/image", d->temporary), *map = NULL;
    struct emit_link link = {.output = output, .archives = archives, .executable = d->options.executable, .strip_debug = !d->options.debug, .arena = d->arena};

    for (size_t i = 0; i < d->options.link_files.count; i++) {
        archives[link.archive_count++] = d->options.link_files.at[i];
        if (!pal_file_exists(d->options.link_files.at[i]))
            diag_fatal("--link %s: no such file", (const char *)d->options.link_files.at[i]);
    }
    for (size_t i = 0; i < sizeof shims / sizeof *shims; i++)
        archives[link.archive_count++] = arena_printf(d->arena, "%s/lib/corert/classlib/framework/%s", d->root_folder, shims[i]);
    archives[link.archive_count++] = arena_printf(d->arena, "%s/lib/corert/classlib/sdk/libz.a", d->root_folder);
    if (d->options.static_object) /* libc.so has those names, libc.a has not */
        archives[link.archive_count++] = arena_printf(d->arena, "%s/lib/corert/liboldlibc.a", d->root_folder);
    if (d->options.executable)
        archives[link.archive_count++] = arena_printf(d->arena, "%s/lib/libcorert.a", d->root_folder);
    if (d->options.drop_in) {
        link.library_folder = arena_printf(d->arena, "%s/lib", d->root_folder);
        archives[link.archive_count++] = arena_printf(d->arena, "%s/libcorert.so", link.library_folder);
    }
    for (size_t i = 0; i < link.archive_count; i++) {
        if (!pal_file_exists(archives[i]))
            diag_fatal("%s: missing: the installation is incomplete", archives[i]);
        inputs_note(archives[i]);
    }
    link.linker = d->options.linker;
    link.open_ended = d->options.static_object && d->options.direct_pinvokes.count;
    link.objects = (const char *const *)d->objects.at;
    link.object_count = d->objects.count;
    if (!emit_link(&link, &message))
        diag_fatal("%s", message);
    if (d->options.map)
        map = drv_map(d, output);
    if (d->options.static_object) {
        const char *image = output;

        output = arena_printf(d->arena, "%s.o", image);
        if (!make_static(d, &link, output, &message))
            diag_fatal("%s", message);
    } else if (!d->options.executable) {
        seal(output);
    }
    drv_result(d, output, d->options.output, !d->options.static_object);
    if (d->header)
        drv_result(d, d->header, d->options.header, false);
    if (map)
        drv_result(d, map, d->options.map, false);
    if (d->options.depfile)
        drv_result(d, drv_depfile(d), d->options.depfile, false);
    drv_results_publish(d);
}

static void
make_temporary(struct drv *d)
{
    char *path;
    enum pal_status st = pal_dir_temporary("corertc", &path);

    if (st != PAL_OK)
        diag_fatal("no folder for temporary files: %s", pal_status_text(st));
    d->temporary = arena_strdup(d->arena, path);
    pal_free(path);
    diag_temporary(d->temporary);
}

int
main(int argc, char **argv)
{
    struct drv d = {.arena = arena_new()};

    drv_options_parse(&d.options, d.arena, argc, argv);
    if (d.options.why) {
        drv_why(&d.options, d.arena);
        return 0;
    }
    if (!d.options.quiet && pal_stderr_is_terminal())
        diag_progress_start();
    d.root_folder = find_root(d.arena);
    d.options.linker = find_linker(&d);
    drv_results_check(&d);
    if (pal_process_last_words(diag_interrupted) != PAL_OK)
        diag_fatal("no thread to wait for signals");
    drv_phase(&d, "open");
    open_input(&d);
    dump_metadata(&d);
    d.module_name = drv_module_name(&d, d.options.name);
    if (!d.options.self_contained && !d.options.executable)
        diag_fatal("%s: a module that is not --self-contained needs a framework module, and there is none yet: use --self-contained", d.options.input);
    drv_phase(&d, "reach");
    analyse(&d);
    make_temporary(&d);
    if (d.options.header)
        d.header = drv_header(&d);
    drv_phase(&d, "code");
    first_object(&d);
    describe_data(&d);
    drv_units(&d);
    drv_phase(&d, "data");
    data_objects(&d);
    drv_phase(&d, "link");
    link_image(&d);
    diag_progress_end();
    drv_phases_print(&d);
    diag_temporaries_remove();
    arena_free(d.arena);
    return 0;
}
