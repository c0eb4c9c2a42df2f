/* compiler/il/synth_pinvoke.c - stubs of P/Invokes (contract/runtime.md 5): where the function comes
 * from, and the order of conversion, call, error number and cleanup. */
#include "compiler/il/marshal_priv.h"

#include <string.h>

/* Native libraries of the class library, linked into the image. "*" is the engine itself. */
static const char *const linked[] = {
    "libSystem.Native",
    "libSystem.Globalization.Native",
    "libSystem.IO.Compression.Native",
    "libSystem.Net.Security.Native",
    "libSystem.Security.Cryptography.Native.OpenSsl",
};

/* Functions of libSystem.Native that the engine has instead (engine/rh_exports.def). */
static const char *const served[] = {
    "SystemNative_CloseDir",
    "SystemNative_FreeLibrary",
    "SystemNative_GetLoadLibraryError",
    "SystemNative_GetProcAddress",
    "SystemNative_LStat",
    "SystemNative_LoadLibrary",
    "SystemNative_Open",
    "SystemNative_OpenDir",
    "SystemNative_ReadDirR",
    "SystemNative_Stat",
};

static bool
is_served(const struct il_pinvoke *p)
{
    for (size_t i = 0; i < sizeof served / sizeof *served; i++)
        if (strcmp(p->entry, served[i]) == 0)
            return strcmp(p->module, "libSystem.Native") == 0;
    return false;
}

static bool
is_linked(const char *module)
{
    for (size_t i = 0; i < sizeof linked / sizeof *linked; i++)
        if (strcmp(module, linked[i]) == 0)
            return true;
    return false;
}

/* Two names of one library: "lib" in front and ".so" behind do not count. */
static bool
same_library(const char *a, size_t a_bytes, const char *b, size_t b_bytes)
{
    const char *names[2] = {a, b};
    size_t bytes[2] = {a_bytes, b_bytes};

    for (int i = 0; i < 2; i++) {
        if (bytes[i] > 3 && memcmp(names[i] + bytes[i] - 3, ".so", 3) == 0)
            bytes[i] -= 3;
        if (bytes[i] > 3 && memcmp(names[i], "lib", 3) == 0) {
            names[i] += 3;
            bytes[i] -= 3;
        }
    }
    return bytes[0] == bytes[1] && memcmp(names[0], names[1], bytes[0]) == 0;
}

/* The linker finds it: --direct-pinvoke LIBRARY or LIBRARY!FUNCTION, or a name that means the image itself. */
static bool
is_direct(struct il_context *il, const struct il_pinvoke *p)
{
    if (strcmp(p->module, "*") == 0 || strcmp(p->module, "__Internal") == 0)
        return true;
    for (size_t i = 0; i < il->direct_count; i++) {
        const char *name = il->direct[i], *mark = strchr(name, '!');

        if (same_library(name, mark ? (size_t)(mark - name) : strlen(name), p->module, strlen(p->module)) &&
            (!mark || strcmp(mark + 1, p->entry) == 0))
            return true;
    }
    return false;
}

static bool
plan_binding(struct il_context *il, struct ty_method *m, struct il_pinvoke *p)
{
    struct ty_method_def *def = m->def;
    const struct md_image *img = def->assembly->image;
    uint32_t row = md_find_row(img, MD_IMPLMAP, MD_IMPLMAP_MEMBERFORWARDED, md_token(MD_METHODDEF, def->row));

    memset(p, 0, sizeof *p);
    if (!row) {
        ty_fail(il->ty, TY_FAIL_BAD_IMAGE, "%s, %s: a P/Invoke without an ImplMap row", def->assembly->path,
                ty_method_name(il->ty, m));
        return false;
    }
    p->method = m;
    p->assembly = def->assembly;
    p->flags = md_cell(img, MD_IMPLMAP, row, MD_IMPLMAP_FLAGS);
    p->entry = md_cell_string(img, MD_IMPLMAP, row, MD_IMPLMAP_NAME);
    if (!*p->entry)
        p->entry = def->name;
    p->module = md_cell_string(img, MD_MODULEREF, md_cell(img, MD_IMPLMAP, row, MD_IMPLMAP_SCOPE), MD_MODULEREF_NAME);
    p->is_engine = (strcmp(p->module, "*") == 0 && il_knows_engine(def->assembly)) || is_served(p);
    p->is_external = !p->is_engine && !is_linked(p->module) && is_direct(il, p);
    p->is_linked = !p->is_engine && (is_linked(p->module) || p->is_external);
    p->runtime_marshalling = !def->assembly->disable_runtime_marshalling;
    p->set_last_error = (p->flags & MD_PINVOKE_SET_LAST_ERROR) != 0;
    p->preserve_sig = (def->impl_flags & MD_IMPL_PRESERVE_SIG) != 0;
    return true;
}

/* The unmanaged signature; NULL when some parameter is not supported. */
static struct ty_sig *
native_sig(struct il_context *il, struct il_pinvoke *p)
{
    struct ty_sig *sig = p->method->sig, probe = {.conv = TY_CC_C};
    bool swaps_result = !p->preserve_sig && il_kind_of(sig->ret) != IL_VOID;

    if (p->problem || p->ret.kind == IL_MARSHAL_UNSUPPORTED || sig->conv == TY_CC_VARARG)
        return NULL;
    probe.params = arena_array(il->arena, sig->param_count + 1u, sizeof *probe.params);
    for (uint32_t i = 0; i < sig->param_count; i++) {
        if (p->params[i].kind == IL_MARSHAL_UNSUPPORTED)
            return NULL;
        probe.params[probe.param_count++] = p->params[i].native;
    }
    if (swaps_result)
        probe.params[probe.param_count++] = il->ty->t_void_ptr;
    probe.ret = p->preserve_sig ? p->ret.native : il->ty->t_i4;
    probe.suppress_gc_transition = p->method->def->suppress_gc_transition;
    return ty_sig_make(il->ty, &probe);
}

void
il_pinvoke_plan(struct il_context *il, struct il_pinvoke *p)
{
    const struct ty_sig *sig = p->method->sig;

    p->params = arena_array(il->arena, sig->param_count + 1u, sizeof *p->params);
    il_marshal_plan(il, p, 0, sig->ret, &p->ret);
    p->needs_stub = p->set_last_error || !p->preserve_sig || p->ret.kind != IL_MARSHAL_PLAIN;
    for (uint32_t i = 0; i < sig->param_count; i++) {
        il_marshal_plan(il, p, i + 1, sig->params[i], &p->params[i]);
        p->params[i].arg += p->is_delegate;
        p->needs_stub |= p->params[i].kind != IL_MARSHAL_PLAIN;
    }
    if (p->runtime_marshalling && p->method->def->row &&
        ty_attribute_find(p->method->def->assembly, md_token(MD_METHODDEF, p->method->def->row),
                          "System.Runtime.InteropServices", "LCIDConversionAttribute"))
        p->problem = "LCIDConversion means nothing here";
    p->native = native_sig(il, p);
}

static bool
plan(struct il_context *il, struct ty_method *m, struct il_pinvoke *p)
{
    if (!plan_binding(il, m, p))
        return false;
    il_pinvoke_plan(il, p);
    return true;
}

bool
il_pinvoke_direct(struct il_context *il, struct ty_method *m, struct il_token *out)
{
    struct il_pinvoke p;

    if (!m->def->is_pinvoke || m->def->has_body || m->def->generic_count || !plan(il, m, &p))
        return false;
    if (p.needs_stub || !p.native || !p.is_linked || il_replacement_of(il, m->def))
        return false;
    memset(out, 0, sizeof *out);
    out->kind = IL_TOKEN_NATIVE;
    out->name = p.entry;
    out->sig = p.native;
    out->no_transition = m->def->suppress_gc_transition;
    out->is_external = p.is_external;
    return true;
}

/* ---- the stub ----------------------------------------------------------------------------------------- */

/* The first parameter without a native form, else the result; NULL: it is the method as a whole. */
static const struct il_marshal *
culprit(const struct il_pinvoke *p, uint32_t *sequence)
{
    for (uint32_t i = 0; i < p->method->sig->param_count; i++)
        if (p->params[i].kind == IL_MARSHAL_UNSUPPORTED) {
            *sequence = i + 1;
            return &p->params[i];
        }
    *sequence = 0;
    return p->ret.kind == IL_MARSHAL_UNSUPPORTED ? &p->ret : NULL;
}

static void
refuse(struct il_builder *b, const struct il_pinvoke *p)
{
    uint32_t sequence;
    const struct il_marshal *m = culprit(p, &sequence);
    const char *place = sequence ? arena_printf(b->il->arena, "parameter #%u", sequence) : "return value";
    const char *method = ty_method_name(b->il->ty, p->method);

    if (m)
        il_put_message_throw(b, m->problem_is_type ? "System.TypeLoadException" : "System.Runtime.InteropServices.MarshalDirectiveException",
                             arena_printf(b->il->arena, "Cannot marshal '%s' of method '%s': %s.", place, method, m->problem));
    else if (p->method->sig->conv == TY_CC_VARARG)
        il_put_message_throw(b, "System.InvalidProgramException",
                             arena_printf(b->il->arena, "Method '%s': the vararg calling convention is not supported.", method));
    else
        il_put_message_throw(b, "System.Runtime.InteropServices.MarshalDirectiveException",
                             arena_printf(b->il->arena, "Method '%s': %s.", method, p->problem));
}

/* Address of the function, when it is called through one; UINT32_MAX: by name. */
static uint32_t
resolve(struct il_builder *b, const struct il_pinvoke *p)
{
    struct ref ref = {.kind = REF_PINVOKE_CELL, .method = p->method};
    uint32_t local;

    if (p->is_linked)
        return UINT32_MAX;
    local = il_builder_local(b, b->il->ty->t_i, false);
    if (p->is_delegate) {
        il_put_args(b, 0, 1);
        il_put_core_call(b, "System.Runtime.InteropServices.NativeFunctionPointerWrapper", "get_NativeFunctionPointer", 0);
    } else if (p->is_engine) {
        ref.kind = REF_ENGINE;
        ref.method = NULL;
        ref.name = p->entry;
        il_put_ref(b, &ref);
    } else {
        il_put_ref(b, &ref);
        il_put_core_call(b, "Internal.Runtime.CompilerHelpers.InteropHelpers", "ResolvePInvoke", 1);
    }
    il_put_u16(b, IL_CEE_stloc, local);
    return local;
}

static void
put_call(struct il_builder *b, struct il_pinvoke *p, uint32_t target)
{
    bool swaps_result = !p->preserve_sig && il_kind_of(p->method->sig->ret) != IL_VOID;

    for (uint32_t i = 0; i < p->method->sig->param_count; i++)
        il_marshal_push(b, &p->params[i]);
    if (swaps_result) {
        il_put_u16(b, IL_CEE_ldloca, p->ret.local);
        il_put(b, IL_CEE_conv_u);
    }
    if (target == UINT32_MAX) {
        il_put_native_call(b, p->entry, p->native, p->native->suppress_gc_transition, p->is_external);
    } else {
        il_put_u16(b, IL_CEE_ldloc, target);
        il_put_calli(b, p->native);
    }
}

/* The call and the error number; the native result goes to ret.local. */
static void
put_native_part(struct il_builder *b, struct il_pinvoke *p, uint32_t target)
{
    uint32_t status = p->preserve_sig ? 0 : il_builder_local(b, b->il->ty->t_i4, false);

    if (p->set_last_error)
        il_put_core_call(b, "System.Runtime.InteropServices.PInvokeMarshal", "ClearLastError", 0);
    put_call(b, p, target);
    if (!p->preserve_sig)
        il_put_u16(b, IL_CEE_stloc, status);
    else if (il_kind_of(p->native->ret) != IL_VOID)
        il_put_u16(b, IL_CEE_stloc, p->ret.local);
    if (p->set_last_error)
        il_put_core_call(b, "System.Runtime.InteropServices.PInvokeMarshal", "SaveLastError", 0);
    if (!p->preserve_sig) {
        il_put_u16(b, IL_CEE_ldloc, status);
        il_put_method(b, IL_CEE_call, il_core_method(b->il, "System.Runtime.InteropServices.Marshal", "ThrowExceptionForHR", 1));
    }
}

static void
put_result(struct il_builder *b, struct il_pinvoke *p, uint32_t result)
{
    il_marshal_result(b, &p->ret);
    if (il_kind_of(p->method->sig->ret) != IL_VOID)
        il_put_u16(b, IL_CEE_stloc, result);
}

static void
put_conversions(struct il_builder *b, struct il_pinvoke *p, uint32_t target, uint32_t result)
{
    uint32_t count = p->method->sig->param_count;

    il_marshal_result_before(b, &p->ret);
    for (uint32_t i = 0; i < count; i++)
        il_marshal_before(b, &p->params[i]);
    put_native_part(b, p, target);
    if (il_marshal_is_handle(&p->ret))
        put_result(b, p, result);
    for (uint32_t i = 0; i < count; i++)
        if (il_marshal_is_handle(&p->params[i]))
            il_marshal_handle_after(b, &p->params[i]);
    for (uint32_t i = 0; i < count; i++)
        il_marshal_after(b, &p->params[i]);
    if (!il_marshal_is_handle(&p->ret))
        put_result(b, p, result);
}

static void
put_stub(struct il_builder *b, struct il_pinvoke *p)
{
    uint32_t count = p->method->sig->param_count, target = resolve(b, p), try_start, handler, done, result = 0;
    bool cleanup = il_marshal_result_has_cleanup(&p->ret), has_result = il_kind_of(p->method->sig->ret) != IL_VOID;

    for (uint32_t i = 0; i < count; i++)
        cleanup |= il_marshal_has_cleanup(&p->params[i]);
    if (has_result)
        result = il_builder_local(b, p->method->sig->ret, false);
    done = il_builder_label(b);
    try_start = il_builder_here(b);
    put_conversions(b, p, target, result);
    if (cleanup) {
        il_put_branch(b, IL_CEE_leave, done);
        handler = il_builder_here(b);
        for (uint32_t i = 0; i < count; i++)
            il_marshal_cleanup(b, &p->params[i]);
        il_marshal_result_cleanup(b, &p->ret);
        il_put(b, IL_CEE_endfinally);
        il_builder_finally(b, try_start, handler, il_builder_here(b));
    }
    il_put_label(b, done);
    if (has_result)
        il_put_u16(b, IL_CEE_ldloc, result);
    il_put(b, IL_CEE_ret);
}

static void
put_plain(struct il_builder *b, struct il_pinvoke *p)
{
    uint32_t target = resolve(b, p);

    put_call(b, p, target);
    il_put(b, IL_CEE_ret);
}

void
il_pinvoke_put(struct il_builder *b, struct il_pinvoke *p)
{
    if (!p->native)
        refuse(b, p);
    else if (p->needs_stub)
        put_stub(b, p);
    else
        put_plain(b, p);
}

bool
il_pinvoke_body(struct il_context *il, struct ty_method *m, struct arena *a, struct il_body *out)
{
    struct il_pinvoke p;
    struct il_builder b;

    if (!plan(il, m, &p))
        return false;
    il_builder_begin(&b, il, a);
    il_pinvoke_put(&b, &p);
    if (!il_builder_finish(&b, out))
        return false;
    if (!p.native) {
        uint32_t sequence;
        const struct il_marshal *culprit_found = culprit(&p, &sequence);
        const char *problem = culprit_found ? culprit_found->problem : p.problem;

        out->warning = arena_printf(a, "this P/Invoke always throws: %s%s; fix: use types that C knows, or marshal by hand",
                                    !culprit_found ? "" : sequence ? arena_printf(a, "parameter %u: ", sequence) : "result: ",
                                    problem ? problem : "not supported");
    }
    return true;
}
