/* tests/types/check_core.c - facts about CoreLib's own types that the class library relies on
 * (contract/compiler.md 1.4, 1.10, 2.2, 3.1). */
#include "tests/types/suites.h"

#include <stdio.h>

#define assert_hash(type, expected) ck_assert_uint_eq((type)->hash, (expected))

static uint32_t
offset_of(struct ty_type *t, const char *field)
{
    struct ty_field *f = ty_field_named(types_ctx, t, field);

    ck_assert_msg(f != NULL, "%s", types_ctx->failure.text);
    return ty_field_offset(types_ctx, f);
}

START_TEST(hash_codes_are_those_of_the_class_library)
{
    struct ty_type *ints = ty_array(types_ctx, types_ctx->t_i4);

    assert_hash(types_ctx->t_object, 0xB738B9C1u);
    assert_hash(types_ctx->t_string, 0xB74F3361u);
    assert_hash(types_ctx->t_i4, 0xBD7C8CB2u);
    assert_hash(ints, 0x9848469Fu);
}
END_TEST

START_TEST(base_sizes_follow_the_rules_of_method_tables)
{
    struct ty_context *c = types_ctx;

    ck_assert_uint_eq(ty_base_size(c, c->t_object), 24);
    ck_assert_uint_eq(ty_base_size(c, c->t_string), 22);
    ck_assert_uint_eq(ty_component_size(c, c->t_string), 2);
    ck_assert_uint_eq(ty_base_size(c, c->t_i4), 24);
    ck_assert_uint_eq(ty_base_size(c, ty_array(c, c->t_i4)), 24);
    ck_assert_uint_eq(ty_component_size(c, ty_array(c, c->t_i4)), 4);
    ck_assert_uint_eq(ty_base_size(c, ty_md_array(c, c->t_i4, 2)), 40);
    ck_assert_uint_eq(ty_base_size(c, types_core("System.RuntimeType")), 32);
    ck_assert_uint_eq(ty_base_size(c, types_core("System.Delegate")), 48);
    ck_assert_uint_eq(ty_base_size(c, types_core("System.MulticastDelegate")), 48);
    ck_assert_uint_eq(ty_base_size(c, types_core("System.Collections.Generic.List`1")), 1);
    ck_assert_uint_eq(ty_base_size(c, types_core("System.IDisposable")), 0);
    ck_assert_uint_eq(ty_layout_of(c, types_core("Internal.Runtime.MethodTable"))->size, 24);
}
END_TEST

START_TEST(fields_lie_where_native_code_expects_them)
{
    struct ty_type *delegate = types_core("System.Delegate");
    const struct ty_layout *l = ty_layout_of(types_ctx, delegate);

    ck_assert_uint_eq(offset_of(types_ctx->t_object, "m_pEEType"), 0);
    ck_assert_uint_eq(offset_of(delegate, "_firstParameter"), 8);
    ck_assert_uint_eq(offset_of(delegate, "_helperObject"), 16);
    ck_assert_uint_eq(offset_of(delegate, "_extraFunctionPointerOrData"), 24);
    ck_assert_uint_eq(offset_of(delegate, "_functionPointer"), 32);
    ck_assert_uint_eq(l->ref_count, 2);
    ck_assert_uint_eq(l->ref_offsets[0], 8);
    ck_assert_uint_eq(l->ref_offsets[1], 16);
    ck_assert_uint_eq(offset_of(types_ctx->t_string, "_stringLength"), 8);
    ck_assert_uint_eq(offset_of(types_ctx->t_string, "_firstChar"), 12);
    ck_assert_uint_eq(offset_of(types_core("System.RuntimeType"), "_pUnderlyingEEType"), 8);
    ck_assert_uint_eq(offset_of(types_core("System.RuntimeType"), "_runtimeTypeInfoHandle"), 16);
    ck_assert_uint_eq(offset_of(types_core("System.Runtime.CompilerServices.RawData"), "Data"), 8);
    ck_assert_uint_eq(offset_of(types_core("System.Runtime.CompilerServices.RawArrayData"), "Data"),
                      16);
}
END_TEST

START_TEST(nullable_value_lies_at_a_power_of_two)
{
    struct ty_type *t = types_instance("System.Nullable`1", types_ctx->t_i4, NULL);
    struct ty_type *u = types_instance("System.Nullable`1", types_core("System.Guid"), NULL);
    struct ty_type *v = types_instance("System.Nullable`1", types_core("System.Int128"), NULL);

    ck_assert_uint_eq(ty_layout_of(types_ctx, t)->nullable_value_offset, 4);
    ck_assert_uint_eq(ty_layout_of(types_ctx, t)->size, 8);
    ck_assert_uint_eq(ty_layout_of(types_ctx, u)->nullable_value_offset, 4);
    ck_assert_uint_eq(ty_layout_of(types_ctx, v)->nullable_value_offset, 16);
    ck_assert(ty_is_nullable(t));
}
END_TEST

START_TEST(wide_values_are_aligned_to_their_size)
{
    struct ty_type *i4 = types_ctx->t_i4;
    struct {
        struct ty_type *t;
        uint32_t size, align;
    } rows[] = {
        {types_core("System.Int128"), 16, 16},
        {types_core("System.UInt128"), 16, 16},
        {types_instance("System.Runtime.Intrinsics.Vector64`1", i4, NULL), 8, 8},
        {types_instance("System.Runtime.Intrinsics.Vector128`1", i4, NULL), 16, 16},
        {types_instance("System.Runtime.Intrinsics.Vector256`1", i4, NULL), 32, 32},
        {types_instance("System.Runtime.Intrinsics.Vector512`1", i4, NULL), 64, 64},
        {types_instance("System.Numerics.Vector`1", i4, NULL), 16, 16},
        {types_core("System.Decimal"), 16, 8},
        {types_core("System.Guid"), 16, 4},
        {types_core("System.TypedReference"), 16, 8},
    };
    size_t i;

    for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct ty_layout *l = ty_layout_of(types_ctx, rows[i].t);

        ck_assert_msg(l && l->size == rows[i].size && l->align == rows[i].align, "%s: %u/%u",
                      ty_name(types_ctx, rows[i].t), l ? l->size : 0, l ? l->align : 0);
    }
}
END_TEST

START_TEST(structs_travel_by_the_classes_of_their_eightbytes)
{
    struct ty_type *i4 = types_ctx->t_i4, *r8 = types_ctx->t_r8;
    const struct ty_layout *l;

    l = ty_layout_of(types_ctx, types_instance("System.ValueTuple`2", r8, i4));
    ck_assert(!l->abi_memory && l->abi[0] == TY_ABI_SSE && l->abi[1] == TY_ABI_INTEGER);
    l = ty_layout_of(types_ctx, types_instance("System.ReadOnlySpan`1", i4, NULL));
    ck_assert(!l->abi_memory && l->abi[0] == TY_ABI_INTEGER && l->abi[1] == TY_ABI_INTEGER);
    ck_assert(l->has_refs && l->ref_count == 1 && l->ref_offsets[0] == 0);
    l = ty_layout_of(types_ctx, types_core("System.Numerics.Vector3"));
    ck_assert(!l->abi_memory && l->abi[0] == TY_ABI_SSE && l->abi[1] == TY_ABI_SSE);
    l = ty_layout_of(types_ctx, types_core("System.Numerics.Matrix4x4"));
    ck_assert(l->abi_memory);
    l = ty_layout_of(types_ctx, types_core("System.DateTime"));
    ck_assert(!l->abi_memory && l->abi[0] == TY_ABI_INTEGER && l->abi[1] == TY_ABI_NONE);
}
END_TEST

START_TEST(object_has_three_slots_in_metadata_order)
{
    const struct ty_vtable *v = ty_vtable_of(types_ctx, types_ctx->t_object);
    const char *const names[] = {"ToString", "Equals", "GetHashCode"};
    uint32_t i;

    ck_assert_msg(v != NULL, "%s", types_ctx->failure.text);
    ck_assert_uint_eq(v->count, 3);
    for (i = 0; i < 3; i++)
        ck_assert_str_eq(v->slots[i].decl->def->name, names[i]);
    ck_assert_uint_eq(v->hidden_count, 1);
    ck_assert_str_eq(v->hidden[0].decl->def->name, "Finalize");
}
END_TEST

START_TEST(overrides_replace_what_their_slot_runs)
{
    struct ty_type *object = types_ctx->t_object, *string = types_ctx->t_string;
    struct ty_method *decl = ty_method_named(types_ctx, object, "ToString", 0);
    struct ty_method *m = ty_resolve_virtual(types_ctx, string, decl);

    ck_assert(m && m->owner == string);
    ck_assert_int_eq(ty_vtable_slot(types_ctx, m), 0);
    ck_assert_ptr_eq(ty_slot_decl(types_ctx, m), decl);
    m = ty_resolve_virtual(types_ctx, ty_array(types_ctx, string), decl);
    ck_assert(m && m->owner == object);
    ck_assert(!ty_has_finalizer(types_ctx, string));
    ck_assert(ty_has_finalizer(types_ctx, types_core("System.WeakReference")));
    ck_assert(ty_has_finalizer(types_ctx, types_core("System.IO.FileStream")));
}
END_TEST

START_TEST(shared_instances_have_a_dictionary_slot_and_others_none)
{
    struct ty_type *of_string =
        types_instance("System.Collections.Generic.List`1", types_ctx->t_string, NULL);
    struct ty_type *of_int =
        types_instance("System.Collections.Generic.List`1", types_ctx->t_i4, NULL);
    struct ty_type *canon = ty_canon_of(types_ctx, of_string);

    ck_assert(canon->is_canon && canon != of_string);
    ck_assert_ptr_eq(ty_canon_of(types_ctx, of_int), of_int);
    ck_assert_int_eq(ty_dictionary_slot(types_ctx, of_string), 3);
    ck_assert_int_eq(ty_dictionary_slot(types_ctx, canon), 3);
    ck_assert_int_eq(ty_dictionary_slot(types_ctx, of_int), -1);
    ck_assert_uint_eq(ty_vtable_of(types_ctx, of_string)->count,
                      ty_vtable_of(types_ctx, of_int)->count + 1);
}
END_TEST

START_TEST(canonical_methods_name_their_context)
{
    struct ty_context *c = types_ctx;
    struct ty_type *list = types_instance("System.Collections.Generic.List`1", c->t_string, NULL);
    struct ty_type *pair =
        types_instance("System.Collections.Generic.KeyValuePair`2", c->t_string, c->t_i4);
    struct ty_method *m;

    m = ty_method_canon(c, ty_method_named(c, list, "Add", 1));
    ck_assert_int_eq(ty_method_context(c, m), TY_CTX_THIS);
    ck_assert_ptr_eq(m->sig->params[0], c->t_canon);
    m = ty_method_canon(c, ty_method_named(c, pair, "ToString", 0));
    ck_assert_int_eq(ty_method_context(c, m), TY_CTX_MT);
    m = ty_method_named(c, types_core("System.Array"), "Empty", 0);
    m = ty_method_canon(c, ty_method_on(c, m->owner, m->def, &c->t_string));
    ck_assert_int_eq(ty_method_context(c, m), TY_CTX_METHOD);
    m = ty_method_canon(c, ty_method_on(c, m->owner, m->def, &c->t_i4));
    ck_assert_int_eq(ty_method_context(c, m), TY_CTX_NONE);
}
END_TEST

START_TEST(arrays_implement_the_generic_collections)
{
    struct ty_context *c = types_ctx;
    struct ty_type *strings = ty_array(c, c->t_string);
    struct ty_type *objects = ty_array(c, c->t_object);
    struct ty_type *of_object =
        types_instance("System.Collections.Generic.IEnumerable`1", c->t_object, NULL);
    struct ty_type *list_of_object =
        types_instance("System.Collections.Generic.IList`1", c->t_object, NULL);
    enum ty_dispatch how;
    struct ty_method *m;

    ck_assert_uint_eq(ty_interfaces_of(c, strings)->count, 11);
    ck_assert_uint_eq(ty_interfaces_of(c, ty_array(c, c->t_void_ptr))->count, 6);
    ck_assert(ty_is_assignable(c, strings, objects));
    ck_assert(!ty_is_assignable(c, objects, strings));
    ck_assert(ty_is_assignable(c, strings, of_object));
    ck_assert(ty_is_assignable(c, strings, list_of_object));
    ck_assert(ty_is_assignable(c, ty_array(c, c->t_i4), ty_array(c, c->t_u4)));
    ck_assert(!ty_is_assignable(c, ty_array(c, c->t_i4), objects));
    m = ty_resolve_interface(c, strings, ty_method_named(c, of_object, "GetEnumerator", 0), &how);
    ck_assert(m && how == TY_DISPATCH_CLASS);
    ck_assert_str_eq(ty_name(c, m->owner), "System.Array<System.String>");
}
END_TEST

START_TEST(static_virtual_methods_resolve_on_primitives)
{
    struct ty_context *c = types_ctx;
    struct ty_type *args[3] = {c->t_i4, c->t_i4, c->t_i4};
    struct ty_def *def = ty_def_find(c, c->core, "System.Numerics.IAdditionOperators`3");
    struct ty_type *adds = ty_instantiate(c, def, args, 3);
    struct ty_method *decl = ty_method_named(c, adds, "op_Addition", 2);
    enum ty_dispatch how;
    struct ty_method *m = ty_resolve_interface(c, c->t_i4, decl, &how);

    ck_assert_msg(m && how == TY_DISPATCH_CLASS, "%s", c->failure.text);
    ck_assert(m->owner == c->t_i4 && m->def->is_static);
    decl = ty_method_named(c, adds, "op_CheckedAddition", 2);
    m = ty_resolve_interface(c, c->t_i4, decl, &how);
    ck_assert(m && m->owner == c->t_i4);
    ck_assert_int_eq(ty_interface_slot(c, ty_method_named(c, adds, "op_Addition", 2)), 1);
}
END_TEST

START_TEST(names_and_symbols_tell_types_apart)
{
    struct ty_context *c = types_ctx;
    struct ty_type *list = types_instance("System.Collections.Generic.List`1", c->t_i4, NULL);
    struct ty_type *e =
        types_instance("System.Collections.Generic.List`1/Enumerator", c->t_i4, NULL);

    ck_assert_str_eq(ty_name(c, list), "System.Collections.Generic.List<System.Int32>");
    ck_assert_str_eq(ty_symbol(c, list), "System.Collections.Generic.List`1<System.Int32>");
    ck_assert_str_eq(ty_name(c, e), "System.Collections.Generic.List.Enumerator<System.Int32>");
    ck_assert_str_eq(ty_name(c, ty_md_array(c, c->t_i4, 3)), "System.Int32[,,]");
    ck_assert_str_eq(ty_method_symbol(c, ty_method_named(c, list, "Add", 1)),
                     "System.Collections.Generic.List`1<System.Int32>::Add(System.Int32)");
}
END_TEST

START_TEST(array_methods_have_signatures_of_the_element)
{
    struct ty_context *c = types_ctx;
    struct ty_type *t = ty_md_array(c, c->t_r8, 2);
    struct ty_method *set = ty_method_named(c, t, "Set", 3);
    struct ty_method *address = ty_method_named(c, t, "Address", 2);

    ck_assert(set && set->sig->param_count == 3 && set->sig->params[2] == c->t_r8);
    ck_assert(set->def->pseudo == TY_PSEUDO_ARRAY_SET && !set->has_vars);
    ck_assert_ptr_eq(address->sig->ret, ty_byref(c, c->t_r8));
    ck_assert(ty_method_named(c, t, ".ctor", 4) != NULL);
    ck_assert(ty_method_named(c, t, ".ctor", 3) == NULL);
}
END_TEST

START_TEST(well_known_types_exist)
{
    static const char *const names[] = {
#define WK(id, ns, name) ns "." name,
#include "compiler/types/well_known.def"
#undef WK
    };
    unsigned i, missing = 0;

    for (i = 0; i < WK_COUNT; i++) {
        if (!types_ctx->well_known[i]) {
            fprintf(stderr, "missing: %s\n", names[i]);
            missing++;
        }
    }
    ck_assert_uint_eq(missing, 0);
}
END_TEST

START_TEST(attributes_of_methods_are_read)
{
    struct ty_context *c = types_ctx;
    struct ty_type *exports = types_core("System.Runtime.RuntimeExports");
    struct ty_type *imports = types_core("System.Runtime.RuntimeImports");
    struct ty_method *m = ty_method_named(c, exports, "RhNewObject", 1);

    ck_assert(m && m->def->runtime_export);
    ck_assert_str_eq(m->def->runtime_export, "RhNewObject");
    m = ty_method_named(c, imports, "RhNewObject", 1);
    ck_assert(m && m->def->runtime_import);
    ck_assert_str_eq(m->def->runtime_import, "RhNewObject");
    ck_assert(ty_has_eager_cctor(c, c->t_string) && !ty_has_lazy_cctor(c, c->t_string));
}
END_TEST

TCase *
types_core_case(void)
{
    TCase *t = tcase_create("core");

    tcase_add_checked_fixture(t, types_setup, types_teardown);
    tcase_add_test(t, hash_codes_are_those_of_the_class_library);
    tcase_add_test(t, base_sizes_follow_the_rules_of_method_tables);
    tcase_add_test(t, fields_lie_where_native_code_expects_them);
    tcase_add_test(t, nullable_value_lies_at_a_power_of_two);
    tcase_add_test(t, wide_values_are_aligned_to_their_size);
    tcase_add_test(t, structs_travel_by_the_classes_of_their_eightbytes);
    tcase_add_test(t, object_has_three_slots_in_metadata_order);
    tcase_add_test(t, overrides_replace_what_their_slot_runs);
    tcase_add_test(t, shared_instances_have_a_dictionary_slot_and_others_none);
    tcase_add_test(t, canonical_methods_name_their_context);
    tcase_add_test(t, arrays_implement_the_generic_collections);
    tcase_add_test(t, static_virtual_methods_resolve_on_primitives);
    tcase_add_test(t, names_and_symbols_tell_types_apart);
    tcase_add_test(t, array_methods_have_signatures_of_the_element);
    tcase_add_test(t, well_known_types_exist);
    tcase_add_test(t, attributes_of_methods_are_read);
    return t;
}
