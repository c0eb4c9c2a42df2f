/* tests/types/check_shapes.c - overriding, interfaces and layouts on the types of shapes.il. */
#include "tests/types/suites.h"

#include <string.h>

static struct ty_assembly *shapes;

static void
setup(void)
{
    types_setup();
    shapes = ty_assembly_open(types_ctx, CORERT_TEST_SHAPES);
    ck_assert_msg(shapes != NULL, "%s", types_ctx->failure.text);
}

static struct ty_type *
shape(const char *name)
{
    struct ty_def *def = ty_def_find(types_ctx, shapes, name);

    ck_assert_msg(def != NULL, "%s", types_ctx->failure.text);
    return ty_type_of_def(types_ctx, def);
}

/* "Owner.Method" that instances of `type` run for the method of `on`; "?" when there is none. */
static const char *
runs(const char *type, struct ty_type *on, const char *method, enum ty_dispatch *how)
{
    struct ty_method *decl = ty_method_named(types_ctx, on, method, -1);
    enum ty_dispatch ignored;
    struct ty_method *m;

    ck_assert_ptr_nonnull(decl);
    m = ty_resolve_interface(types_ctx, shape(type), decl, how ? how : &ignored);
    if (!m)
        return "?";
    return m->owner->def->full_name;
}

START_TEST(default_methods_are_found_by_the_most_specific_interface)
{
    struct ty_type *i = shape("IDefault");
    enum ty_dispatch how;

    ck_assert_str_eq(runs("DefaultBase", i, "M", &how), "IDefault");
    ck_assert_int_eq(how, TY_DISPATCH_DEFAULT);
    ck_assert_str_eq(runs("DefaultBase", i, "N", &how), "DefaultBase");
    ck_assert_int_eq(how, TY_DISPATCH_CLASS);
    ck_assert_str_eq(runs("DefaultDerived", i, "M", &how), "IDefault");
    ck_assert_str_eq(runs("DefaultAgain", i, "M", &how), "DefaultAgain");
    ck_assert_str_eq(runs("MostSpecific", i, "M", &how), "IMoreA");
    ck_assert_str_eq(runs("DiamondSolved", i, "M", &how), "IMoreBoth");
    ck_assert_str_eq(runs("Diamond", i, "M", &how), "?");
    ck_assert_int_eq(how, TY_DISPATCH_DIAMOND);
    ck_assert_str_eq(runs("Reabstracted", i, "M", &how), "?");
    ck_assert_int_eq(how, TY_DISPATCH_REABSTRACTED);
}
END_TEST

START_TEST(dispatch_maps_list_what_a_type_itself_brings)
{
    struct ty_context *c = types_ctx;
    struct ty_method *n = ty_method_named(c, shape("IDefault"), "N", 0);
    enum ty_dispatch how;

    ck_assert(ty_resolve_interface_here(c, shape("DefaultBase"), n, &how) != NULL);
    ck_assert_int_eq(how, TY_DISPATCH_CLASS);
    ck_assert(ty_resolve_interface_here(c, shape("DefaultDerived"), n, &how) == NULL);
    ck_assert_int_eq(how, TY_DISPATCH_NONE);
}
END_TEST

START_TEST(covariant_returns_keep_base_slots_in_step)
{
    struct ty_context *c = types_ctx;
    struct ty_type *root = shape("Root");
    struct ty_method *g = ty_method_named(c, root, "G", 0);
    struct ty_method *g1 = ty_method_named(c, shape("Covariant1"), "G", 0);
    struct ty_method *m;

    ck_assert(ty_resolve_virtual(c, shape("Covariant1"), g) == g1);
    ck_assert_ptr_eq(ty_slot_decl(c, g1), g1);
    m = ty_resolve_virtual(c, shape("Covariant2"), g);
    ck_assert_str_eq(m->owner->def->name, "Covariant2");
    ck_assert_ptr_eq(ty_resolve_virtual(c, shape("Covariant2"), g1), m);
    ck_assert_ptr_eq(ty_slot_decl(c, m), g1);
}
END_TEST

START_TEST(a_new_slot_hides_and_does_not_override)
{
    struct ty_context *c = types_ctx;
    struct ty_method *h = ty_method_named(c, shape("Root"), "H", 0);
    struct ty_method *hiding = ty_method_named(c, shape("Hiding"), "H", 0);
    struct ty_type *derived = shape("HidingDerived");

    ck_assert_ptr_eq(ty_resolve_virtual(c, derived, h), h);
    ck_assert_ptr_eq(ty_resolve_virtual(c, derived, hiding)->owner, derived);
    ck_assert_int_ne(ty_vtable_slot(c, h), ty_vtable_slot(c, hiding));
    ck_assert_str_eq(ty_resolve_virtual(c, shape("ByImpl"), h)->def->name, "Other");
}
END_TEST

START_TEST(generic_virtual_methods_have_chains_but_no_slot)
{
    struct ty_context *c = types_ctx;
    struct ty_method *open = ty_method_named(c, shape("Root"), "Generic", 1);
    struct ty_method *exact = ty_method_on(c, open->owner, open->def, &c->t_i4), *m;

    ck_assert_int_eq(ty_vtable_slot(c, open), -1);
    m = ty_resolve_virtual(c, shape("Covariant2"), exact);
    ck_assert(m && m->args[0] == c->t_i4 && m->sig->ret == c->t_i4);
    ck_assert_str_eq(m->owner->def->name, "Covariant1");
}
END_TEST

START_TEST(overrides_of_final_methods_are_refused)
{
    ck_assert_ptr_null(ty_vtable_of(types_ctx, shape("OverridesFinal")));
    ck_assert_int_eq(types_ctx->failure.kind, TY_FAIL_TYPE_LOAD);
}
END_TEST

START_TEST(generic_bases_match_by_substituted_signature)
{
    struct ty_context *c = types_ctx;
    struct ty_type *derived = shape("PairOfString");
    struct ty_type *base = ty_base(c, derived);
    uint32_t i, replaced = 0;
    const struct ty_vtable *v = ty_vtable_of(c, derived);

    ck_assert_str_eq(ty_name(c, base), "Pair<System.String>");
    for (i = 0; i < v->count; i++)
        if (v->slots[i].impl && v->slots[i].impl->owner == derived) {
            ck_assert_ptr_eq(v->slots[i].decl->owner, base);
            ck_assert_ptr_eq(v->slots[i].decl->sig->params[0], c->t_string);
            replaced++;
        }
    ck_assert_uint_eq(replaced, 1);
}
END_TEST

START_TEST(variance_tries_each_level_before_the_base)
{
    struct ty_context *c = types_ctx;
    struct ty_type *of_object = ty_instantiate(c, shape("IOut`1")->def, &c->t_object, 1);
    struct ty_type *of_string = ty_instantiate(c, shape("IOut`1")->def, &c->t_string, 1);

    ck_assert_str_eq(runs("Out1", of_object, "Who", NULL), "Out1");
    ck_assert_str_eq(runs("Out2", of_object, "Who", NULL), "Out2");
    ck_assert_str_eq(runs("Out2", of_string, "Who", NULL), "Out1");
    ck_assert(ty_is_assignable(c, of_string, of_object));
    ck_assert(!ty_is_assignable(c, of_object, of_string));
}
END_TEST

START_TEST(static_virtual_methods_are_inherited)
{
    ck_assert_str_eq(runs("HasStaticDerived", shape("IStatic"), "S", NULL), "HasStatic");
}
END_TEST

static const struct ty_layout *
layout(const char *name)
{
    const struct ty_layout *l = ty_layout_of(types_ctx, shape(name));

    ck_assert_msg(l != NULL, "%s", types_ctx->failure.text);
    return l;
}

START_TEST(struct_layouts_follow_their_kind)
{
    const struct ty_layout *l = layout("Packed");

    ck_assert(l->size == 11 && l->align == 1 && l->abi_memory);
    ck_assert(l->field_offsets[1] == 1 && l->field_offsets[2] == 9);
    l = layout("WithRef");
    ck_assert(l->size == 16 && l->align == 8 && l->ref_count == 1 && l->ref_offsets[0] == 0);
    l = layout("Union");
    ck_assert(l->size == 16 && l->abi[0] == TY_ABI_INTEGER && l->abi[1] == TY_ABI_SSE);
    ck_assert(!l->bitwise_comparable);
    l = layout("Empty");
    ck_assert(l->size == 1 && l->align == 1);
    l = layout("TailDerived");
    ck_assert(l->field_offsets[2] == 9 && l->field_offsets[1] == 12 && l->field_offsets[0] == 16);
    ck_assert_uint_eq(ty_base_size(types_ctx, shape("TailDerived")), 32);
}
END_TEST

START_TEST(nullable_keeps_its_flag_first)
{
    struct ty_type *inner = shape("WithRef");
    struct ty_type *t = types_instance("System.Nullable`1", inner, NULL);
    const struct ty_layout *l = ty_layout_of(types_ctx, t);

    ck_assert(l && l->size == 24 && l->nullable_value_offset == 8 && l->ref_offsets[0] == 8);
}
END_TEST

START_TEST(impossible_types_are_type_load_failures)
{
    static const char *const names[] = {"BadUnion", "OddRef", "InItself", "Loop1", "NoBase"};
    size_t i;
    struct ty_type *growing;

    for (i = 0; i < sizeof names / sizeof names[0]; i++) {
        types_ctx->failure.kind = TY_FAIL_NONE;
        ck_assert_msg(ty_layout_of(types_ctx, shape(names[i])) == NULL, "%s", names[i]);
        ck_assert_int_eq(types_ctx->failure.kind, TY_FAIL_TYPE_LOAD);
    }
    growing = ty_instantiate(types_ctx, shape("Growing`1")->def, &types_ctx->t_i4, 1);
    ck_assert_ptr_null(ty_layout_of(types_ctx, growing));
}
END_TEST

TCase *
types_shapes_case(void)
{
    TCase *t = tcase_create("shapes");

    tcase_add_checked_fixture(t, setup, types_teardown);
    tcase_add_test(t, default_methods_are_found_by_the_most_specific_interface);
    tcase_add_test(t, dispatch_maps_list_what_a_type_itself_brings);
    tcase_add_test(t, covariant_returns_keep_base_slots_in_step);
    tcase_add_test(t, a_new_slot_hides_and_does_not_override);
    tcase_add_test(t, generic_virtual_methods_have_chains_but_no_slot);
    tcase_add_test(t, overrides_of_final_methods_are_refused);
    tcase_add_test(t, generic_bases_match_by_substituted_signature);
    tcase_add_test(t, variance_tries_each_level_before_the_base);
    tcase_add_test(t, static_virtual_methods_are_inherited);
    tcase_add_test(t, struct_layouts_follow_their_kind);
    tcase_add_test(t, nullable_keeps_its_flag_first);
    tcase_add_test(t, impossible_types_are_type_load_failures);
    return t;
}
