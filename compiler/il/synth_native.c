/* compiler/il/synth_native.c - entries from outside managed code: C entries of exported methods, the
 * wrapper around Main, and the constructor that Activator runs. */
#include "compiler/il/special.h"

#include <string.h>

/* The importer makes the frame that the engine's function is given: ops_call.c. */
static void
put_transition(struct il_builder *b, const char *name, struct ty_type *ret)
{
    il_put_engine_call(b, name, il_synth_sig(b->il, ret, false, NULL, 0));
}

static struct ty_method *
report_method(struct il_context *il)
{
    struct ty_assembly *companion = ty_assembly_find(il->ty, "CoreRT.Companion");
    struct ty_def *startup = companion ? ty_def_find(il->ty, companion, "CoreRT.Companion.Startup") : NULL;

    return startup ? ty_method_named(il->ty, ty_type_of_def(il->ty, startup), "UnhandledAtExport", 1) : NULL;
}

/* Entries of the class library itself keep what it expects: a thread it starts ends the process. */
static bool
entry_is_guarded(struct il_context *il, const struct ty_method *target)
{
    return il->guard_entries && (target->def->synth || !il_knows_engine(target->def->assembly));
}

static void
put_call_of_target(struct il_builder *b, struct ty_method *target, bool has_result, uint32_t result)
{
    il_put_args(b, 0, target->sig->param_count);
    il_put_method(b, IL_CEE_call, target);
    if (has_result)
        il_put_u16(b, IL_CEE_stloc, result);
}

/* The host is told, and gets zero whatever the method had stored already. */
static void
put_guarded_call(struct il_builder *b, struct ty_method *target, bool has_result, uint32_t result)
{
    uint32_t end = il_builder_label(b), try_start = il_builder_here(b), handler_start;

    put_call_of_target(b, target, has_result, result);
    il_put_branch(b, IL_CEE_leave, end);
    handler_start = il_builder_here(b);
    il_put_method(b, IL_CEE_call, report_method(b->il));
    if (has_result) {
        il_put_u16(b, IL_CEE_ldloca, result);
        il_put_type(b, IL_CEE_initobj, target->sig->ret);
    }
    il_put_branch(b, IL_CEE_leave, end);
    il_builder_boundary(b, try_start, handler_start, il_builder_here(b));
    il_put_label(b, end);
}

/* An export may be closed: then nothing is entered and it returns zero. */
static void
put_export(struct il_builder *b, struct ty_method *target, bool has_result, uint32_t result)
{
    uint32_t open = il_builder_label(b), closed = il_builder_label(b);

    put_transition(b, "RhpExportEnter", b->il->ty->t_i4);
    il_put_branch(b, IL_CEE_brfalse, open);
    if (has_result) {
        il_put_u16(b, IL_CEE_ldloca, result);
        il_put_type(b, IL_CEE_initobj, target->sig->ret);
    }
    il_put_branch(b, IL_CEE_br, closed);
    il_put_label(b, open);
    put_guarded_call(b, target, has_result, result);
    put_transition(b, "RhpReversePInvokeReturn", b->il->ty->t_void);
    il_put_label(b, closed);
}

/* The engine's search for a handler ends at the reverse frame. */
static bool
native_entry_build(struct il_builder *b, struct ty_method *self, const struct il_synth *s)
{
    bool has_result = il_kind_of(self->sig->ret) != IL_VOID;
    uint32_t result = has_result ? il_builder_local(b, self->sig->ret, false) : 0;

    if (entry_is_guarded(b->il, s->target)) {
        put_export(b, s->target, has_result, result);
    } else {
        put_transition(b, "RhpReversePInvoke", b->il->ty->t_void);
        put_call_of_target(b, s->target, has_result, result);
        put_transition(b, "RhpReversePInvokeReturn", b->il->ty->t_void);
    }
    if (has_result)
        il_put_u16(b, IL_CEE_ldloc, result);
    il_put(b, IL_CEE_ret);
    return true;
}

/* Narrow arguments arrive as int: C promises nothing about the bits above them, managed callers do. */
static struct ty_sig *
native_sig(struct il_context *il, const struct ty_sig *managed)
{
    struct ty_type **params = arena_array(il->arena, managed->param_count + 1u, sizeof *params);

    for (uint32_t i = 0; i < managed->param_count; i++)
        params[i] = il_kind_of(managed->params[i]) == IL_I4 ? il->ty->t_i4 : managed->params[i];
    return il_synth_sig(il, managed->ret, false, params, managed->param_count);
}

/* Native callers give and take bits: bool and char too go as they are. */
static bool
crosses(struct il_context *il, struct ty_type *t)
{
    const struct ty_layout *l;

    if (il_kind_of(t) == IL_VOID || t->form == TY_FORM_POINTER || t->form == TY_FORM_FNPTR)
        return true;
    l = t->is_value_type && !t->has_vars ? ty_layout_of(il->ty, t) : NULL;
    return l && !l->has_refs;
}

static void
check_native_signature(struct il_context *il, struct ty_method *m)
{
    const struct md_image *img = m->def->assembly->image;
    const char *name = "";
    uint32_t row, end;

    if (!m->def->row)
        return;
    if (m->def->generic_count || (m->owner && m->owner->arg_count))
        diag_fatal("%s: %s: a method for unmanaged callers cannot be generic or in a generic type", m->def->assembly->path,
                   ty_method_name(il->ty, m));
    if (!crosses(il, m->sig->ret))
        diag_fatal("%s: %s: a method for unmanaged callers cannot return %s, which is not plain data", m->def->assembly->path,
                   ty_method_name(il->ty, m), ty_name(il->ty, m->sig->ret));
    for (uint32_t i = 0; i < m->sig->param_count; i++) {
        if (crosses(il, m->sig->params[i]))
            continue;
        md_list(img, MD_METHODDEF, m->def->row, MD_METHODDEF_PARAMLIST, &row, &end);
        for (; row < end; row++)
            if (md_cell(img, MD_PARAM, row, MD_PARAM_SEQUENCE) == i + 1)
                name = md_cell_string(img, MD_PARAM, row, MD_PARAM_NAME);
        diag_fatal("%s: %s: a method for unmanaged callers cannot take parameter #%u '%s' of type %s, which is not plain data",
                   m->def->assembly->path, ty_method_name(il->ty, m), i + 1, name, ty_name(il->ty, m->sig->params[i]));
    }
}

struct ty_method *
il_native_entry(struct il_context *il, struct ty_method *m)
{
    struct ty_method *entry = ptr_map_get(&il->special->native_entries, m);
    struct il_synth recipe = {.build = native_entry_build, .target = m, .is_native = true};

    if (entry)
        return entry;
    check_native_signature(il, m);
    entry = il_synth_method(il, il->ty->t_object, arena_printf(il->arena, "native:%s", ty_method_symbol(il->ty, m)),
                            native_sig(il, m->sig), &recipe);
    ptr_map_put(&il->special->native_entries, m, entry);
    return entry;
}

/* ---- Main ------------------------------------------------------------------------------------------- */

static bool
main_build(struct il_builder *b, struct ty_method *self, const struct il_synth *s)
{
    (void)self;
    il_put_args(b, 0, s->target->sig->param_count);
    il_put_method(b, IL_CEE_call, s->target);
    if (il_kind_of(s->target->sig->ret) == IL_VOID)
        il_put_core_call(b, "System.Environment", "get_ExitCode", 0);
    il_put(b, IL_CEE_ret);
    return true;
}

/* Shapes of Main the CLI allows: (), (string[]); void, int, uint. */
static bool
is_entry_point(struct il_context *il, const struct ty_method *m)
{
    const struct ty_sig *s = m->sig;

    return m->def->is_static && !m->has_vars && s->param_count <= 1 &&
           (s->param_count == 0 || s->params[0] == ty_array(il->ty, il->ty->t_string)) &&
           (s->ret == il->ty->t_void || s->ret == il->ty->t_i4 || s->ret == il->ty->t_u4);
}

struct ty_method *
il_main_wrapper(struct il_context *il, struct ty_method *main)
{
    struct ty_method *m = ptr_map_get(&il->special->main_wrappers, main);
    struct il_synth recipe = {.build = main_build, .target = main};
    struct ty_type *arguments = ty_array(il->ty, il->ty->t_string);

    if (m)
        return m;
    if (!is_entry_point(il, main))
        diag_fatal("%s: %s cannot be the entry point: static, no parameter or string[], void or int is wanted",
                   main->def->assembly->path, ty_method_name(il->ty, main));
    m = il_synth_method(il, il->ty->t_object, "main", il_synth_sig(il, il->ty->t_i4, false, &arguments, 1), &recipe);
    ptr_map_put(&il->special->main_wrappers, main, m);
    return m;
}

/* ---- Activator ---------------------------------------------------------------------------------------- */

static struct ty_method_def *
public_default_ctor(struct il_context *il, struct ty_def *def)
{
    struct ty_method_def *m;

    ty_method_def_named(il->ty, def, "", -1); /* members are read on demand */
    for (uint32_t i = 0; i < def->method_count; i++) {
        struct ty_sig *sig;

        m = def->methods[i];
        if (!m->is_ctor || m->is_static || (m->flags & MD_METHOD_ACCESS_MASK) != MD_METHOD_PUBLIC)
            continue;
        sig = ty_method_def_sig(il->ty, m);
        if (sig && sig->param_count == 0)
            return m;
    }
    return NULL;
}

bool
il_has_default_ctor(struct il_context *il, struct ty_type *t)
{
    return t->form == TY_FORM_DEF && !t->def->is_abstract && !t->def->is_interface && public_default_ctor(il, t->def);
}

struct ty_method *
il_default_ctor(struct il_context *il, struct ty_type *t)
{
    struct ty_method *m = ptr_map_get(&il->special->default_ctors, t);

    if (m)
        return m;
    if (il_has_default_ctor(il, t))
        m = ty_method_on(il->ty, t, public_default_ctor(il, t->def), NULL);
    if (!m)
        m = il_core_method(il, "System.Activator", "MissingConstructorMethod", 0);
    ptr_map_put(&il->special->default_ctors, t, m);
    return m;
}
