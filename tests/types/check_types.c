/* tests/types/check_types.c - runs the suite of compiler/types. */
#include "tests/types/suites.h"

#include "compiler/base/diag.h"

#include <stdlib.h>

struct ty_context *types_ctx;
static struct arena *arena;

void
types_setup(void)
{
    static const char *const search[] = {CORERT_TEST_CLASSLIB_DIR "/sdk",
                                         CORERT_TEST_CLASSLIB_DIR "/framework"};

    arena = arena_new();
    types_ctx = ty_context_new(arena, search, 2);
    ck_assert_msg(ty_core_load(types_ctx), "%s", types_ctx->failure.text);
}

void
types_teardown(void)
{
    ty_context_free(types_ctx);
    arena_free(arena);
}

struct ty_type *
types_core(const char *full_name)
{
    struct ty_def *def = ty_def_find(types_ctx, types_ctx->core, full_name);

    ck_assert_msg(def != NULL, "%s", types_ctx->failure.text);
    return ty_type_of_def(types_ctx, def);
}

struct ty_type *
types_instance(const char *full_name, struct ty_type *a, struct ty_type *b)
{
    struct ty_type *args[2] = {a, b};
    struct ty_type *t = ty_instantiate(types_ctx, types_core(full_name)->def, args, b ? 2 : 1);

    ck_assert_msg(t != NULL, "%s", types_ctx->failure.text);
    return t;
}

int
main(void)
{
    Suite *suite = suite_create("types");
    SRunner *runner;
    int failed;

    suite_add_tcase(suite, types_core_case());
#ifdef CORERT_TEST_SHAPES
    suite_add_tcase(suite, types_shapes_case());
#endif
    suite_add_tcase(suite, types_sweep_case());
    suite_add_tcase(suite, types_damage_case());
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
