/* tests/types/check_sweep.c - everything the class library holds, asked for once.
 * Each definition (generic ones over object, int and string) must have a layout, statics, a
 * vtable, interfaces and a method for each interface method; each token must resolve; no two
 * methods may share a symbol. */
#include "tests/types/suites.h"

#include "pal/pal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sweep {
    bool quiet; /* failures are expected */
    unsigned types, methods, dispatches, tokens, failures, defaults, none;
    struct str_map symbols;
};

static struct sweep sweep;

static void
failure(const char *what, const char *name)
{
    sweep.failures++;
    if (!sweep.quiet && sweep.failures <= 60)
        fprintf(stderr, "%s: %s: %s\n", what, name,
                types_ctx->failure.text ? types_ctx->failure.text : "?");
    types_ctx->failure.text = NULL;
}

static void
interface_methods(struct ty_type *t, struct ty_type *interface)
{
    uint32_t i;

    for (i = 0; i < interface->def->method_count; i++) {
        struct ty_method_def *def = interface->def->methods[i];
        struct ty_method *decl, *m;
        enum ty_dispatch how;

        if (!def->is_virtual)
            continue;
        decl = ty_method_on(types_ctx, interface, def, NULL);
        if (!decl) {
            failure("declaration", def->name);
            continue;
        }
        m = ty_resolve_interface(types_ctx, t, decl, &how);
        sweep.dispatches++;
        sweep.defaults += how == TY_DISPATCH_DEFAULT;
        if (!m && how == TY_DISPATCH_NONE && !t->def->is_abstract)
            failure(ty_name(types_ctx, t), ty_method_name(types_ctx, decl));
        ty_resolve_interface_here(types_ctx, t, decl, &how);
    }
}

static void
closed_type(struct ty_type *t)
{
    const char *name = ty_name(types_ctx, t);
    const struct ty_interfaces *list;
    uint32_t i;

    sweep.types++;
    if (!ty_statics_of(types_ctx, t))
        failure("layout", name);
    if (!ty_vtable_of(types_ctx, t))
        failure("vtable", name);
    list = ty_interfaces_of(types_ctx, t);
    if (!list) {
        failure("interfaces", name);
        return;
    }
    for (i = 0; i < list->count && !t->def->is_interface; i++)
        interface_methods(t, list->at[i]);
}

static void
methods_of(struct ty_type *t)
{
    uint32_t i;

    for (i = 0; i < t->def->method_count; i++) {
        struct ty_method *m = ty_method_on(types_ctx, t, t->def->methods[i], NULL);
        const char *symbol;

        sweep.methods++;
        if (!m || !ty_method_canon(types_ctx, m)) {
            failure("method", t->def->methods[i]->name);
            continue;
        }
        symbol = ty_method_symbol(types_ctx, m);
        if (str_map_put(&sweep.symbols, symbol, m))
            failure("symbol", symbol);
    }
}

static bool
wants_reference_free(const struct ty_def *def)
{
    /* Instances over references are invalid by constraint (unmanaged) or layout. */
    const struct md_image *img = def->assembly->image;
    uint32_t first, end, row;

    if (!md_find_rows(img, MD_GENERICPARAM, MD_GENERICPARAM_OWNER, md_token(MD_TYPEDEF, def->row),
                      &first, &end))
        return false;
    for (row = first; row < end; row++)
        if (md_cell(img, MD_GENERICPARAM, row, MD_GENERICPARAM_FLAGS) & MD_GENERIC_VALUE_TYPE)
            return true;
    return false;
}

static void
definition(struct ty_def *def)
{
    struct ty_type *const choices[] = {types_ctx->t_object, types_ctx->t_i4, types_ctx->t_string};
    struct ty_type *args[16];
    unsigned k, i;

    if (def->generic_count == 0) {
        struct ty_type *t = ty_type_of_def(types_ctx, def);

        closed_type(t);
        methods_of(t);
        return;
    }
    methods_of(ty_type_open(types_ctx, def));
    for (k = 0; k < 3 && def->generic_count <= 16; k++) {
        if (k != 1 && wants_reference_free(def))
            continue;
        for (i = 0; i < def->generic_count; i++)
            args[i] = choices[k];
        closed_type(ty_instantiate(types_ctx, def, args, def->generic_count));
        if (k == 0)
            closed_type(
                ty_canon_of(types_ctx, ty_instantiate(types_ctx, def, args, def->generic_count)));
    }
}

static void
tokens_of(struct ty_assembly *as)
{
    struct md_image *img = as->image;
    uint32_t i, n;

    for (i = 1, n = md_row_count(img, MD_TYPEREF); i <= n; i++, sweep.tokens++)
        if (!ty_type_from_token(types_ctx, as, md_token(MD_TYPEREF, i)))
            failure("typeref", as->name);
    for (i = 1, n = md_row_count(img, MD_TYPESPEC); i <= n; i++, sweep.tokens++)
        if (!ty_type_from_token(types_ctx, as, md_token(MD_TYPESPEC, i)))
            failure("typespec", as->name);
    for (i = 1, n = md_row_count(img, MD_MEMBERREF); i <= n; i++, sweep.tokens++) {
        uint32_t token = md_token(MD_MEMBERREF, i);
        struct md_blob blob = md_cell_blob(img, MD_MEMBERREF, i, MD_MEMBERREF_SIGNATURE);

        if (blob.size && blob.at[0] == MD_SIG_FIELD) {
            if (!ty_field_from_token(types_ctx, as, token))
                failure("fieldref", as->name);
        } else if (!ty_method_from_token(types_ctx, as, token)) {
            failure("memberref", as->name);
        }
    }
    for (i = 1, n = md_row_count(img, MD_METHODSPEC); i <= n; i++, sweep.tokens++)
        if (!ty_method_from_token(types_ctx, as, md_token(MD_METHODSPEC, i)))
            failure("methodspec", as->name);
    for (i = 1, n = md_row_count(img, MD_STANDALONESIG); i <= n; i++, sweep.tokens++) {
        uint32_t token = md_token(MD_STANDALONESIG, i), count;
        struct md_blob blob = md_cell_blob(img, MD_STANDALONESIG, i, MD_STANDALONESIG_SIGNATURE);
        struct ty_type **types;
        bool *pinned;

        if (blob.size && blob.at[0] == MD_SIG_LOCALS) {
            if (!ty_locals_from_token(types_ctx, as, token, &types, &pinned, &count))
                failure("locals", as->name);
        } else if (blob.size && blob.at[0] != MD_SIG_FIELD &&
                   !ty_sig_from_standalone(types_ctx, as, token)) {
            failure("calli", as->name);
        }
    }
}

static void
assembly(const char *path)
{
    struct ty_assembly *as = ty_assembly_open(types_ctx, path);
    uint32_t i, n;

    if (!as) {
        failure("assembly", path);
        return;
    }
    for (i = 1, n = md_row_count(as->image, MD_TYPEDEF); i <= n; i++) {
        struct ty_def *def = ty_def_at(types_ctx, as, i);

        ck_assert_ptr_nonnull(def);
        definition(def);
    }
    tokens_of(as);
}

static void
entry(void *context, const char *name)
{
    char path[1024];
    size_t length = strlen(name);

    if (length < 4 || strcmp(name + length - 4, ".dll") != 0)
        return;
    snprintf(path, sizeof path, "%s/%s", (const char *)context, name);
    assembly(path);
}

static void
folder(const char *path)
{
    char copy[1024];

    snprintf(copy, sizeof copy, "%s", path);
    ck_assert_int_eq(pal_dir_list(copy, entry, copy), PAL_OK);
}

START_TEST(the_whole_class_library_loads)
{
    uint64_t start = pal_time_ms();

    memset(&sweep, 0, sizeof sweep);
    folder(CORERT_TEST_CLASSLIB_DIR "/sdk");
    folder(CORERT_TEST_CLASSLIB_DIR "/framework");
    printf("types: %u types, %u methods, %u interface methods (%u default), %u tokens, "
           "%zu interned types, %zu methods, %llu ms\n",
           sweep.types, sweep.methods, sweep.dispatches, sweep.defaults, sweep.tokens,
           types_ctx->types.count, types_ctx->methods.count,
           (unsigned long long)(pal_time_ms() - start));
    str_map_free(&sweep.symbols);
    ck_assert_uint_eq(sweep.failures, 0);
}
END_TEST

/* Bytes of the metadata changed at random: anything may be reported, nothing may crash or hang. */
START_TEST(damaged_assemblies_are_reported_and_never_crash)
{
    const char *rounds_text = getenv("TYPES_DAMAGE_ROUNDS"),
               *seed_text = getenv("TYPES_DAMAGE_SEED");
    unsigned rounds = rounds_text ? (unsigned)atoi(rounds_text) : 40, round, i, opened = 0;
    uint32_t seed = seed_text ? (uint32_t)atoi(seed_text) : 1;
    struct pal_file original;
    char *dir, path[1024];

    ck_assert_int_eq(pal_file_read(CORERT_TEST_CLASSLIB_DIR "/framework/System.Collections.dll",
                                   1 << 24, &original),
                     PAL_OK);
    ck_assert_int_eq(pal_dir_temporary("types", &dir), PAL_OK);
    snprintf(path, sizeof path, "%s/damaged.dll", dir);
    for (round = 0; round < rounds; round++) {
        uint8_t *bytes = pal_alloc(original.size);

        memcpy(bytes, original.bytes, original.size);
        for (i = 0; i < 1 + round % 6; i++) {
            seed = seed * 1664525u + 1013904223u;
            bytes[(uint32_t)(((uint64_t)seed * original.size) >> 32)] = (uint8_t)(seed >> 3);
        }
        ck_assert_int_eq(pal_file_write(path, bytes, original.size, false), PAL_OK);
        pal_free(bytes);
        types_setup();
        memset(&sweep, 0, sizeof sweep);
        sweep.quiet = true;
        assembly(path);
        opened += sweep.types != 0;
        str_map_free(&sweep.symbols);
        types_teardown();
    }
    printf("damaged: %u of %u rounds opened, seed %s\n", opened, rounds,
           seed_text ? seed_text : "1");
    pal_dir_remove(dir);
    pal_free(dir);
    pal_file_free(&original);
}
END_TEST

TCase *
types_damage_case(void)
{
    TCase *t = tcase_create("damaged input");

    tcase_set_timeout(t, 1000);
    tcase_add_test(t, damaged_assemblies_are_reported_and_never_crash);
    return t;
}

TCase *
types_sweep_case(void)
{
    TCase *t = tcase_create("class library");

    tcase_set_timeout(t, 100);
    tcase_add_checked_fixture(t, types_setup, types_teardown);
    tcase_add_test(t, the_whole_class_library_loads);
    return t;
}
