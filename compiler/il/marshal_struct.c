/* compiler/il/marshal_struct.c - the methods that convert a struct or a class with layout, field by field.
 * Stubs of P/Invokes call them, and the class library through its StructMarshallingStubMap. */
#include "compiler/il/marshal_priv.h"

/* Address of a field's native form; the native struct's address is argument `arg`. */
static void
put_native_address(struct il_builder *b, const struct il_native_field *f, uint32_t arg)
{
    il_put_args(b, arg, 1);
    if (!f->offset)
        return;
    il_put_i4(b, (int32_t)f->offset);
    il_put(b, IL_CEE_add);
}

/* ... kept in a local. */
static uint32_t
native_address(struct il_builder *b, const struct il_native_field *f, uint32_t arg)
{
    uint32_t at = il_builder_local(b, b->il->ty->t_void_ptr, false);

    put_native_address(b, f, arg);
    il_put_u16(b, IL_CEE_stloc, at);
    return at;
}

static uint32_t
constant(struct il_builder *b, uint32_t value)
{
    uint32_t local = il_builder_local(b, b->il->ty->t_i4, false);

    il_put_i4(b, (int32_t)value);
    il_put_u16(b, IL_CEE_stloc, local);
    return local;
}

static uint32_t
managed_value(struct il_builder *b, const struct il_native_field *f, uint32_t arg)
{
    uint32_t local = il_builder_local(b, f->field->type, false);

    il_put_args(b, arg, 1);
    il_put_field(b, IL_CEE_ldfld, f->field);
    il_put_u16(b, IL_CEE_stloc, local);
    return local;
}

static void
put_zeros(struct il_builder *b, const struct il_native_field *f, uint32_t arg)
{
    put_native_address(b, f, arg);
    il_put_i4(b, 0);
    il_put_i4(b, (int32_t)f->size);
    il_put(b, IL_CEE_initblk);
}

/* ---- to native ---------------------------------------------------------------------------------------------- */

static void
array_to_native(struct il_builder *b, const struct il_native_field *f)
{
    uint32_t array = managed_value(b, f, 0), null = il_builder_label(b), done = il_builder_label(b), fits;

    il_put_u16(b, IL_CEE_ldloc, array);
    il_put_branch(b, IL_CEE_brfalse, null);
    fits = il_builder_label(b);
    il_put_u16(b, IL_CEE_ldloc, array);
    il_put(b, IL_CEE_ldlen);
    il_put(b, IL_CEE_conv_i4);
    il_put_i4(b, (int32_t)f->shape.count);
    il_put_branch(b, IL_CEE_bge, fits);
    il_put_message_throw(b, "System.ArgumentException",
                         arena_printf(b->il->arena, "The array in field '%s' is shorter than its native form", f->field->def->name));
    il_put_label(b, fits);
    il_elements_to_native(b, f->shape.element, array, native_address(b, f, 1), constant(b, f->shape.count));
    il_put_branch(b, IL_CEE_br, done);
    il_put_label(b, null);
    put_zeros(b, f, 1);
    il_put_label(b, done);
}

static void
text_to_native(struct il_builder *b, const struct il_native_field *f)
{
    bool wide = f->shape.kind == IL_MARSHAL_FIELD_TEXT_WIDE;

    put_zeros(b, f, 1);
    il_put_args(b, 0, 1);
    il_put_field(b, IL_CEE_ldfld, f->field);
    put_native_address(b, f, 1);
    il_put_i4(b, (int32_t)f->shape.count);
    if (!wide) {
        il_put_i4(b, 1);
        il_put_i4(b, 0);
    }
    il_put_core_call(b, INTEROP, wide ? "StringToUnicodeFixedArray" : "StringToByValAnsiString", wide ? 3 : 5);
}

static void
class_to_native(struct il_builder *b, const struct il_native_field *f, enum il_struct_stub inner)
{
    uint32_t null = il_builder_label(b), done = il_builder_label(b);

    il_put_args(b, 0, 1);
    il_put_field(b, IL_CEE_ldfld, f->field);
    il_put_branch(b, IL_CEE_brfalse, null);
    il_put_args(b, 0, 1);
    il_put_field(b, IL_CEE_ldfld, f->field);
    put_native_address(b, f, 1);
    il_put_method(b, IL_CEE_call, il_struct_stub(b->il, f->shape.layout, inner));
    il_put_branch(b, IL_CEE_br, done);
    il_put_label(b, null);
    put_zeros(b, f, 1);
    il_put_label(b, done);
}

static bool
is_handle(const struct il_native_field *f)
{
    return f->shape.kind == IL_MARSHAL_SAFE_HANDLE || f->shape.kind == IL_MARSHAL_CRITICAL_HANDLE;
}

/* The native handle of the managed one in argument `arg`. */
static void
put_handle(struct il_builder *b, const struct il_native_field *f, uint32_t arg)
{
    il_put_args(b, arg, 1);
    il_put_field(b, IL_CEE_ldfld, f->field);
    if (f->shape.kind == IL_MARSHAL_SAFE_HANDLE)
        il_put_method(b, IL_CEE_callvirt, il_core_method(b->il, SAFE_HANDLE, "DangerousGetHandle", 0));
    else
        il_put_core_field(b, IL_CEE_ldfld, CRITICAL_HANDLE, "handle");
}

static void
handle_to_native(struct il_builder *b, const struct il_native_field *f, bool held)
{
    if (!held) {
        il_put_message_throw(b, "System.InvalidOperationException",
                             arena_printf(b->il->arena, "Field '%s' is a handle: its owner cannot be kept alive here", f->field->def->name));
        return;
    }
    put_native_address(b, f, 1);
    put_handle(b, f, 0);
    il_put(b, IL_CEE_stind_i);
}

static void
value_to_native(struct il_builder *b, const struct il_native_field *f)
{
    uint32_t managed = managed_value(b, f, 0), native = il_builder_local(b, f->shape.native, false);

    il_value_to_native(b, &f->shape, managed, native);
    put_native_address(b, f, 1);
    il_put_u16(b, IL_CEE_ldloc, native);
    il_put_type(b, IL_CEE_stobj, f->shape.native);
}

static void
field_to_native(struct il_builder *b, const struct il_native_field *f, bool held)
{
    enum il_struct_stub inner = held ? IL_STRUCT_TO_NATIVE_HELD : IL_STRUCT_TO_NATIVE;

    if (is_handle(f)) {
        handle_to_native(b, f, held);
        return;
    }
    switch ((int)f->shape.kind) {
    case IL_MARSHAL_PLAIN:
        put_native_address(b, f, 1);
        il_put_args(b, 0, 1);
        il_put_field(b, IL_CEE_ldfld, f->field);
        il_put_type(b, IL_CEE_stobj, f->field->type);
        break;
    case IL_MARSHAL_STRUCT:
        il_put_args(b, 0, 1);
        il_put_field(b, IL_CEE_ldflda, f->field);
        put_native_address(b, f, 1);
        il_put_method(b, IL_CEE_call, il_struct_stub(b->il, f->shape.layout, inner));
        break;
    case IL_MARSHAL_FIELD_ARRAY:
        array_to_native(b, f);
        break;
    case IL_MARSHAL_FIELD_TEXT_NARROW:
    case IL_MARSHAL_FIELD_TEXT_WIDE:
        text_to_native(b, f);
        break;
    case IL_MARSHAL_FIELD_CLASS:
        class_to_native(b, f, inner);
        break;
    default:
        value_to_native(b, f);
        break;
    }
}

/* ---- to managed ------------------------------------------------------------------------------------------------ */

static void
array_to_managed(struct il_builder *b, const struct il_native_field *f)
{
    uint32_t array = il_builder_local(b, f->field->type, false);

    il_put_i4(b, (int32_t)f->shape.count);
    il_put_type(b, IL_CEE_newarr, f->shape.element->managed);
    il_put_u16(b, IL_CEE_stloc, array);
    il_elements_to_managed(b, f->shape.element, native_address(b, f, 0), array, constant(b, f->shape.count));
    il_put_args(b, 1, 1);
    il_put_u16(b, IL_CEE_ldloc, array);
    il_put_field(b, IL_CEE_stfld, f->field);
}

static void
text_to_managed(struct il_builder *b, const struct il_native_field *f)
{
    bool wide = f->shape.kind == IL_MARSHAL_FIELD_TEXT_WIDE;

    il_put_args(b, 1, 1);
    put_native_address(b, f, 0);
    il_put_i4(b, (int32_t)f->shape.count);
    il_put_core_call(b, INTEROP, wide ? "UnicodeToStringFixedArray" : "ByValAnsiStringToString", 2);
    il_put_field(b, IL_CEE_stfld, f->field);
}

static void
handle_to_managed(struct il_builder *b, const struct il_native_field *f, bool held)
{
    uint32_t same = il_builder_label(b), changed = il_builder_label(b);

    if (held) {
        il_put_args(b, 1, 1);
        il_put_field(b, IL_CEE_ldfld, f->field);
        il_put_branch(b, IL_CEE_brfalse, changed);
        put_native_address(b, f, 0);
        il_put(b, IL_CEE_ldind_i);
        put_handle(b, f, 1);
        il_put_branch(b, IL_CEE_beq, same);
    }
    il_put_label(b, changed);
    il_put_message_throw(b, "System.NotSupportedException",
                         arena_printf(b->il->arena, "Field '%s' is a handle: native code cannot make one there", f->field->def->name));
    il_put_label(b, same);
}

static void
value_to_managed(struct il_builder *b, const struct il_native_field *f)
{
    uint32_t managed = il_builder_local(b, f->field->type, false), native = il_builder_local(b, f->shape.native, false);

    put_native_address(b, f, 0);
    il_put_type(b, IL_CEE_ldobj, f->shape.native);
    il_put_u16(b, IL_CEE_stloc, native);
    il_value_to_managed(b, &f->shape, native, managed, 0);
    il_put_args(b, 1, 1);
    il_put_u16(b, IL_CEE_ldloc, managed);
    il_put_field(b, IL_CEE_stfld, f->field);
}

static void
field_to_managed(struct il_builder *b, const struct il_native_field *f, bool held)
{
    if (is_handle(f)) {
        handle_to_managed(b, f, held);
        return;
    }
    switch ((int)f->shape.kind) {
    case IL_MARSHAL_PLAIN:
        il_put_args(b, 1, 1);
        put_native_address(b, f, 0);
        il_put_type(b, IL_CEE_ldobj, f->field->type);
        il_put_field(b, IL_CEE_stfld, f->field);
        break;
    case IL_MARSHAL_STRUCT:
        put_native_address(b, f, 0);
        il_put_args(b, 1, 1);
        il_put_field(b, IL_CEE_ldflda, f->field);
        il_put_method(b, IL_CEE_call,
                      il_struct_stub(b->il, f->shape.layout, held ? IL_STRUCT_TO_MANAGED_HELD : IL_STRUCT_TO_MANAGED));
        break;
    case IL_MARSHAL_FIELD_ARRAY:
        array_to_managed(b, f);
        break;
    case IL_MARSHAL_FIELD_TEXT_NARROW:
    case IL_MARSHAL_FIELD_TEXT_WIDE:
        text_to_managed(b, f);
        break;
    case IL_MARSHAL_FIELD_CLASS:
        il_put_args(b, 1, 1);
        put_native_address(b, f, 0);
        il_put_method(b, IL_CEE_call, il_struct_stub(b->il, f->shape.layout, IL_STRUCT_NEW));
        il_put_field(b, IL_CEE_stfld, f->field);
        break;
    default:
        value_to_managed(b, f);
        break;
    }
}

/* ---- cleanup -------------------------------------------------------------------------------------------------------- */

static void
field_cleanup(struct il_builder *b, const struct il_native_field *f)
{
    uint32_t native;

    if (!il_value_has_cleanup(&f->shape))
        return;
    if (f->shape.kind == IL_MARSHAL_FIELD_ARRAY) {
        il_elements_cleanup(b, f->shape.element, native_address(b, f, 0), constant(b, f->shape.count));
        return;
    }
    if (f->shape.kind == IL_MARSHAL_STRUCT || f->shape.kind == IL_MARSHAL_FIELD_CLASS) {
        put_native_address(b, f, 0);
        il_put_method(b, IL_CEE_call, il_struct_stub(b->il, f->shape.layout, IL_STRUCT_CLEANUP));
        return;
    }
    native = il_builder_local(b, f->shape.native, false);
    put_native_address(b, f, 0);
    il_put_type(b, IL_CEE_ldobj, f->shape.native);
    il_put_u16(b, IL_CEE_stloc, native);
    il_value_cleanup(b, &f->shape, native, 0);
}

/* ---- handles ------------------------------------------------------------------------------------------------------- */

/* The struct or class with handles in a field; a class may be null. */
static void
put_inner(struct il_builder *b, const struct il_native_field *f)
{
    il_put_args(b, 0, 1);
    il_put_field(b, f->shape.kind == IL_MARSHAL_STRUCT ? IL_CEE_ldflda : IL_CEE_ldfld, f->field);
}

static bool
has_handles_inside(const struct il_native_field *f)
{
    return (f->shape.kind == IL_MARSHAL_STRUCT || f->shape.kind == IL_MARSHAL_FIELD_CLASS) && f->shape.layout->has_handles;
}

static void
field_hold(struct il_builder *b, const struct il_native_field *f)
{
    uint32_t null = il_builder_label(b), added;

    if (has_handles_inside(f)) {
        put_inner(b, f);
        il_put_branch(b, IL_CEE_brfalse, null);
        put_inner(b, f);
        il_put_args(b, 1, 1);
        il_put_method(b, IL_CEE_call, il_struct_stub(b->il, f->shape.layout, IL_STRUCT_HOLD));
    } else if (f->shape.kind == IL_MARSHAL_SAFE_HANDLE) {
        added = il_builder_local(b, b->il->ty->t_bool, false);
        il_put_args(b, 0, 1);
        il_put_field(b, IL_CEE_ldfld, f->field);
        il_put_u16(b, IL_CEE_ldloca, added);
        il_put_method(b, IL_CEE_callvirt, il_core_method(b->il, SAFE_HANDLE, "DangerousAddRef", 1));
        il_put_args(b, 1, 1);
        il_put_args(b, 1, 1);
        il_put(b, IL_CEE_ldind_i4);
        il_put_i4(b, 1);
        il_put(b, IL_CEE_add);
        il_put(b, IL_CEE_stind_i4);
    }
    il_put_label(b, null);
}

/* Those that were opened are the first ones: argument 1 counts down. */
static void
field_release(struct il_builder *b, const struct il_native_field *f)
{
    uint32_t null = il_builder_label(b);

    if (has_handles_inside(f)) {
        put_inner(b, f);
        il_put_branch(b, IL_CEE_brfalse, null);
        put_inner(b, f);
        il_put_args(b, 1, 1);
        il_put_method(b, IL_CEE_call, il_struct_stub(b->il, f->shape.layout, IL_STRUCT_RELEASE));
    } else if (f->shape.kind == IL_MARSHAL_SAFE_HANDLE) {
        il_put_args(b, 1, 1);
        il_put(b, IL_CEE_ldind_i4);
        il_put_branch(b, IL_CEE_brfalse, null);
        il_put_args(b, 1, 1);
        il_put_args(b, 1, 1);
        il_put(b, IL_CEE_ldind_i4);
        il_put_i4(b, 1);
        il_put(b, IL_CEE_sub);
        il_put(b, IL_CEE_stind_i4);
        il_put_args(b, 0, 1);
        il_put_field(b, IL_CEE_ldfld, f->field);
        il_put_method(b, IL_CEE_callvirt, il_core_method(b->il, SAFE_HANDLE, "DangerousRelease", 0));
    }
    il_put_label(b, null);
}

/* ---- the stubs --------------------------------------------------------------------------------------------------------- */

static void
put_conversion(struct il_builder *b, const struct il_native_struct *s, enum il_struct_stub which)
{
    if (s->is_same && which <= IL_STRUCT_TO_MANAGED && s->managed->is_value_type) {
        il_put_args(b, 1, 1);
        il_put_args(b, 0, 1);
        il_put_type(b, IL_CEE_ldobj, s->managed);
        il_put_type(b, IL_CEE_stobj, s->managed);
        return;
    }
    for (uint32_t i = 0; i < s->count; i++) {
        if (which == IL_STRUCT_TO_NATIVE || which == IL_STRUCT_TO_NATIVE_HELD)
            field_to_native(b, &s->fields[i], which == IL_STRUCT_TO_NATIVE_HELD);
        else if (which == IL_STRUCT_TO_MANAGED || which == IL_STRUCT_TO_MANAGED_HELD)
            field_to_managed(b, &s->fields[i], which == IL_STRUCT_TO_MANAGED_HELD);
        else if (which == IL_STRUCT_HOLD)
            field_hold(b, &s->fields[i]);
        else if (which == IL_STRUCT_RELEASE)
            field_release(b, &s->fields[i]);
        else
            field_cleanup(b, &s->fields[i]);
    }
}

static bool
stub_build(struct il_builder *b, struct ty_method *self, const struct il_synth *synth)
{
    const struct il_native_struct *s = il_native_struct_of(b->il, synth->type);

    (void)self;
    put_conversion(b, s, (enum il_struct_stub)synth->number);
    il_put(b, IL_CEE_ret);
    return true;
}

static struct ty_method *
default_ctor(struct il_context *il, struct ty_type *t)
{
    struct ty_method_def *def = t->def->is_abstract ? NULL : ty_method_def_named(il->ty, t->def, ".ctor", 0);

    return def && !def->is_static ? ty_method_on(il->ty, t, def, NULL) : NULL;
}

static void
put_new_object(struct il_builder *b, struct ty_type *t, bool construct)
{
    struct ty_method *ctor = construct ? default_ctor(b->il, t) : NULL;

    if (ctor) {
        il_put_method(b, IL_CEE_newobj, ctor);
    } else if (!construct && !t->def->is_abstract) {
        il_put_type_ref(b, REF_TYPE_NEW, t);
        il_put_core_call(b, "System.Runtime.RuntimeImports", "RhNewObject", 1);
    } else {
        il_put_message_throw(b, "System.MissingMethodException",
                             arena_printf(b->il->arena, "No parameterless constructor defined for type '%s'.", ty_name(b->il->ty, t)));
        il_put(b, IL_CEE_ldnull); /* not reached */
    }
}

static bool
new_build(struct il_builder *b, struct ty_method *self, const struct il_synth *synth)
{
    const struct il_native_struct *s = il_native_struct_of(b->il, synth->type);
    uint32_t value = il_builder_local(b, synth->type, false);
    bool construct = synth->number == IL_STRUCT_READ;

    (void)self;
    if (construct && !synth->type->is_value_type) {
        uint32_t some = il_builder_label(b);

        il_put_args(b, 0, 1);
        il_put_branch(b, IL_CEE_brtrue, some);
        il_put(b, IL_CEE_ldnull);
        il_put(b, IL_CEE_ret);
        il_put_label(b, some);
    }
    if (!synth->type->is_value_type) {
        put_new_object(b, synth->type, construct);
        il_put_u16(b, IL_CEE_stloc, value);
    } else if (construct && default_ctor(b->il, synth->type)) {
        il_put_u16(b, IL_CEE_ldloca, value);
        il_put_method(b, IL_CEE_call, default_ctor(b->il, synth->type));
    }
    il_put_args(b, 0, 1);
    il_put_u16(b, synth->type->is_value_type ? IL_CEE_ldloca : IL_CEE_ldloc, value);
    il_put_method(b, IL_CEE_call, il_struct_stub(b->il, s, IL_STRUCT_TO_MANAGED));
    il_put_u16(b, IL_CEE_ldloc, value);
    il_put(b, IL_CEE_ret);
    return true;
}

static bool
read_object_build(struct il_builder *b, struct ty_method *self, const struct il_synth *synth)
{
    uint32_t null = il_builder_label(b);

    (void)self;
    il_put_args(b, 0, 1);
    il_put_branch(b, IL_CEE_brfalse, null);
    il_put_args(b, 0, 1);
    il_put_method(b, IL_CEE_call, il_struct_stub(b->il, il_native_struct_of(b->il, synth->type), IL_STRUCT_READ));
    if (synth->type->is_value_type)
        il_put_type(b, IL_CEE_box, synth->type);
    il_put(b, IL_CEE_ret);
    il_put_label(b, null);
    il_put(b, IL_CEE_ldnull);
    il_put(b, IL_CEE_ret);
    return true;
}

/* What a stub of this kind returns. */
static struct ty_type *
stub_result(struct il_context *il, struct ty_type *t, enum il_struct_stub which)
{
    if (which == IL_STRUCT_NEW || which == IL_STRUCT_READ)
        return t;
    return which == IL_STRUCT_READ_OBJECT ? il->ty->t_object : il->ty->t_void;
}

/* Parameters of a stub; their number. */
static uint32_t
stub_params(struct il_context *il, struct ty_type *t, enum il_struct_stub which, struct ty_type *params[2])
{
    struct ty_type *managed = t->is_value_type ? ty_byref(il->ty, t) : t;

    switch (which) {
    case IL_STRUCT_TO_NATIVE:
    case IL_STRUCT_TO_NATIVE_HELD:
        params[0] = managed;
        params[1] = il->ty->t_void_ptr;
        return 2;
    case IL_STRUCT_TO_MANAGED:
    case IL_STRUCT_TO_MANAGED_HELD:
        params[0] = il->ty->t_void_ptr;
        params[1] = managed;
        return 2;
    case IL_STRUCT_HOLD:
    case IL_STRUCT_RELEASE:
        params[0] = managed;
        params[1] = ty_byref(il->ty, il->ty->t_i4);
        return 2;
    case IL_STRUCT_CLEANUP:
    case IL_STRUCT_NEW:
    case IL_STRUCT_READ_OBJECT:
    case IL_STRUCT_READ:
    case IL_STRUCT_STUB_COUNT:
        break;
    }
    params[0] = il->ty->t_void_ptr;
    return 1;
}

struct ty_method *
il_struct_stub(struct il_context *il, const struct il_native_struct *s, enum il_struct_stub which)
{
    static const char *const names[IL_STRUCT_STUB_COUNT] = {"tonative", "tomanaged", "cleanup", "new", "readobject", "read",
                                                            "tonativeheld", "tomanagedheld", "hold", "release"};
    struct il_native_struct *own = il_native_struct_of(il, s->managed);
    struct ty_type *params[2];
    uint32_t count = stub_params(il, s->managed, which, params);
    struct il_synth recipe = {.build = stub_build, .type = s->managed, .number = which};

    if (which == IL_STRUCT_READ_OBJECT)
        recipe.build = read_object_build;
    else if (which == IL_STRUCT_NEW || which == IL_STRUCT_READ)
        recipe.build = new_build;
    if (!own->stubs[which])
        own->stubs[which] = il_synth_method(il, il->ty->t_object, arena_printf(il->arena, "%s:%s", names[which], ty_symbol(il->ty, s->managed)),
                                            il_synth_sig(il, stub_result(il, s->managed, which), false, params, count), &recipe);
    return own->stubs[which];
}
