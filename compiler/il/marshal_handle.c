/* compiler/il/marshal_handle.c - SafeHandle, CriticalHandle and HandleRef. A handle that native code fills
 * has its object before the call, and gets the value right after it: nothing can fail in between. */
#include "compiler/il/marshal_priv.h"

bool
il_marshal_is_handle(const struct il_marshal *m)
{
    return m->kind == IL_MARSHAL_SAFE_HANDLE || m->kind == IL_MARSHAL_CRITICAL_HANDLE || m->kind == IL_MARSHAL_HANDLE_REF;
}

static bool
is_safe(const struct il_marshal *m)
{
    return m->kind == IL_MARSHAL_SAFE_HANDLE;
}

static struct ty_type *
handle_type(const struct il_marshal *m)
{
    return m->is_ref ? m->managed->param : m->managed;
}

/* The handle object that the caller passed. */
static void
put_object(struct il_builder *b, const struct il_marshal *m)
{
    il_put_args(b, m->arg, 1);
    if (m->is_ref)
        il_put(b, IL_CEE_ldind_ref);
}

static void
put_new(struct il_builder *b, struct ty_type *t, uint32_t local)
{
    il_put_method(b, IL_CEE_newobj, ty_method_named(b->il->ty, t, ".ctor", 0));
    il_put_u16(b, IL_CEE_stloc, local);
}

static void
put_set(struct il_builder *b, const struct il_marshal *m, uint32_t object)
{
    il_put_u16(b, IL_CEE_ldloc, object);
    il_put_u16(b, IL_CEE_ldloc, m->local);
    il_put_method(b, IL_CEE_callvirt, il_core_method(b->il, is_safe(m) ? SAFE_HANDLE : CRITICAL_HANDLE, "SetHandle", 1));
}

/* m->value: the object whose count was raised; m->extra: it was. */
static void
take_handle(struct il_builder *b, struct il_marshal *m)
{
    static const uint16_t name[] = {'p', 'H', 'a', 'n', 'd', 'l', 'e'};

    m->value = il_builder_local(b, handle_type(m), false);
    put_object(b, m);
    il_put_u16(b, IL_CEE_stloc, m->value);
    il_put_u16(b, IL_CEE_ldloc, m->value);
    il_put_string(b, name, sizeof name);
    il_put_core_call(b, "System.ArgumentNullException", "ThrowIfNull", 2);
    if (!is_safe(m)) {
        il_put_u16(b, IL_CEE_ldloc, m->value);
        il_put_core_field(b, IL_CEE_ldfld, CRITICAL_HANDLE, "handle");
    } else {
        m->extra = il_builder_local(b, b->il->ty->t_bool, false);
        il_put_u16(b, IL_CEE_ldloc, m->value);
        il_put_u16(b, IL_CEE_ldloca, m->extra);
        il_put_method(b, IL_CEE_callvirt, il_core_method(b->il, SAFE_HANDLE, "DangerousAddRef", 1));
        il_put_u16(b, IL_CEE_ldloc, m->value);
        il_put_method(b, IL_CEE_callvirt, il_core_method(b->il, SAFE_HANDLE, "DangerousGetHandle", 0));
    }
    il_put_u16(b, IL_CEE_stloc, m->local);
}

/* m->spare: the new object of ref and out. */
void
il_handle_before(struct il_builder *b, struct il_marshal *m)
{
    if (m->kind == IL_MARSHAL_HANDLE_REF)
        return;
    m->local = il_builder_local(b, b->il->ty->t_i, false);
    if (m->is_ref && m->out) {
        m->spare = il_builder_local(b, handle_type(m), false);
        put_new(b, handle_type(m), m->spare);
    }
    if (m->in)
        take_handle(b, m);
    if (m->is_ref && m->in && m->out) {
        m->before = il_builder_local(b, b->il->ty->t_i, false);
        il_put_u16(b, IL_CEE_ldloc, m->local);
        il_put_u16(b, IL_CEE_stloc, m->before);
    }
}

void
il_handle_push(struct il_builder *b, const struct il_marshal *m)
{
    if (m->kind == IL_MARSHAL_HANDLE_REF) {
        il_put_u16(b, IL_CEE_ldarga, m->arg);
        il_put_core_call(b, "System.Runtime.InteropServices.HandleRef", "get_Handle", 0);
        return;
    }
    il_put_u16(b, m->is_ref ? IL_CEE_ldloca : IL_CEE_ldloc, m->local);
    if (m->is_ref)
        il_put(b, IL_CEE_conv_u);
}

void
il_handle_after(struct il_builder *b, const struct il_marshal *m)
{
    uint32_t same = il_builder_label(b);

    if (m->kind == IL_MARSHAL_HANDLE_REF || !m->is_ref || !m->out)
        return;
    if (m->in) {
        il_put_u16(b, IL_CEE_ldloc, m->local);
        il_put_u16(b, IL_CEE_ldloc, m->before);
        il_put_branch(b, IL_CEE_beq, same);
    }
    put_set(b, m, m->spare);
    il_put_args(b, m->arg, 1);
    il_put_u16(b, IL_CEE_ldloc, m->spare);
    il_put(b, IL_CEE_stind_ref);
    il_put_label(b, same);
}

bool
il_handle_has_cleanup(const struct il_marshal *m)
{
    return m->kind == IL_MARSHAL_HANDLE_REF || m->in;
}

void
il_handle_cleanup(struct il_builder *b, const struct il_marshal *m)
{
    uint32_t skip = il_builder_label(b);

    if (m->kind == IL_MARSHAL_HANDLE_REF) {
        il_put_u16(b, IL_CEE_ldarga, m->arg);
        il_put_core_call(b, "System.Runtime.InteropServices.HandleRef", "get_Wrapper", 0);
        il_put_core_call(b, "System.GC", "KeepAlive", 1);
    } else if (m->in && !is_safe(m)) {
        il_put_u16(b, IL_CEE_ldloc, m->value);
        il_put_core_call(b, "System.GC", "KeepAlive", 1);
    } else if (m->in) {
        il_put_u16(b, IL_CEE_ldloc, m->extra);
        il_put_branch(b, IL_CEE_brfalse, skip);
        il_put_u16(b, IL_CEE_ldloc, m->value);
        il_put_method(b, IL_CEE_callvirt, il_core_method(b->il, SAFE_HANDLE, "DangerousRelease", 0));
    }
    il_put_label(b, skip);
}

void
il_handle_result_before(struct il_builder *b, struct il_marshal *m)
{
    m->spare = il_builder_local(b, m->managed, false);
    put_new(b, m->managed, m->spare);
}

void
il_handle_result(struct il_builder *b, const struct il_marshal *m)
{
    put_set(b, m, m->spare);
    il_put_u16(b, IL_CEE_ldloc, m->spare);
}
