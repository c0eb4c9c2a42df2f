/* compiler/reach/process.c - what each kind of ref needs in turn. */
#include "compiler/reach/reach_priv.h"

static void
need_string_type(struct reach *r)
{
    reach_need_type(r, REF_TYPE_NEW, r->ty->t_string);
}

static void
need_native(struct reach *r, struct ty_method *m)
{
    if (m)
        reach_need_method(r, REF_METHOD_NATIVE, m);
}

/* Interop of a delegate type: what native code calls and what makes delegates from native functions. */
static void
process_delegate(struct reach *r, struct ty_type *t)
{
    struct reach_type *node;
    struct ty_method *creation;

    if (!t) {
        r->every_delegate = true;
        for (size_t i = 0; i < r->types.count; i++) {
            node = r->types.at[i];
            if (node->necessary && ty_is_delegate(node->type) && !node->type->def->generic_count)
                reach_need_type(r, REF_TYPE_DELEGATE, node->type);
        }
        return;
    }
    node = reach_type_node(r, t);
    if (node->delegate_stubs)
        return;
    node->delegate_stubs = true;
    reach_need_type(r, REF_TYPE, t);
    need_native(r, il_delegate_callback(r->il, t, false));
    need_native(r, il_delegate_callback(r->il, t, true));
    creation = il_delegate_creation(r->il, t);
    if (creation)
        reach_need_method(r, REF_METHOD_PTR, creation);
}

static void
process_struct(struct reach *r, struct ty_type *t)
{
    struct reach_type *node = reach_type_node(r, t);
    struct il_struct_map map;

    if (node->struct_stubs)
        return;
    node->struct_stubs = true;
    reach_need_type(r, REF_TYPE, t);
    il_struct_map(r->il, t, &map);
    if (!map.to_native)
        return;
    reach_need_method(r, REF_METHOD_PTR, map.to_native);
    reach_need_method(r, REF_METHOD_PTR, map.to_managed);
    reach_need_method(r, REF_METHOD_PTR, map.cleanup);
}

/* Marshal is in the program: it may be given any type that can be marshalled. */
static void
note_struct_reader(struct reach *r, const struct ty_method *canon)
{
    if (!r->struct_reader)
        r->struct_reader = il_struct_reader(r->il)->def;
    if (canon->def != r->struct_reader)
        return;
    r->every_struct = true;
    for (size_t i = 0; i < r->types.count; i++) {
        const struct reach_type *node = r->types.at[i];

        if (node->necessary && il_wants_struct_map(r->il, node->type))
            reach_need_type(r, REF_TYPE_STRUCT, node->type);
    }
}

/* The MethodTables that a MethodTable itself points at. */
static void
process_type(struct reach *r, struct ty_type *t)
{
    struct reach_type *node = reach_type_node(r, t);
    struct ty_type *base;

    if (node->necessary)
        return;
    node->necessary = true;
    if (r->every_delegate && ty_is_delegate(t) && !t->def->generic_count)
        reach_need_type(r, REF_TYPE_DELEGATE, t);
    if (r->every_struct && il_wants_struct_map(r->il, t))
        reach_need_type(r, REF_TYPE_STRUCT, t);
    base = t->form == TY_FORM_DEF ? ty_base(r->ty, t) : NULL;
    if (base)
        reach_need_type(r, REF_TYPE, base);
    if (t->param)
        reach_need_type(r, REF_TYPE, t->param);
    if (t->arg_count)
        reach_need_type(r, REF_TYPE, ty_type_of_def(r->ty, t->def));
    for (uint16_t i = 0; i < t->arg_count; i++)
        reach_need_type(r, REF_TYPE, t->args[i]);
    if (t->form == TY_FORM_FNPTR) {
        reach_need_type(r, REF_TYPE, t->fnptr->ret);
        for (uint32_t i = 0; i < t->fnptr->param_count; i++)
            reach_need_type(r, REF_TYPE, t->fnptr->params[i]);
    }
}

static void
process_context(struct reach *r, struct ty_type *t)
{
    struct reach_type *node = reach_type_node(r, t);

    reach_need_type(r, REF_TYPE, t);
    if (node->context || !ty_has_dictionary(r->ty, t))
        return;
    node->context = true;
    dictionary_add_type(r, node);
}

/* Vtable, interface list and dispatch map of the type and of its bases. */
static void
process_full(struct reach *r, struct ty_type *t)
{
    struct reach_type *node = reach_type_node(r, t);
    const struct ty_interfaces *itf;
    struct ty_type *base;

    if (node->full)
        return;
    node->full = true;
    reach_need_type(r, REF_TYPE, t);
    itf = ty_interfaces_of(r->ty, t);
    for (uint32_t i = 0; itf && i < itf->count; i++)
        reach_need_type(r, REF_TYPE, itf->at[i]);
    base = ty_base(r->ty, t);
    if (base)
        process_full(r, base);
}

static void
process_constructed(struct reach *r, struct ty_type *t)
{
    struct reach_type *node = reach_type_node(r, t);
    const struct ty_vtable *vt;

    if (node->constructed)
        return;
    node->constructed = true;
    ptr_vec_push(&r->constructed, t);
    process_full(r, t);
    if (t->element == TY_EL_NULLABLE) /* boxing one makes a boxed T */
        reach_need_type(r, REF_TYPE_NEW, t->args[0]);
    vt = ty_vtable_of(r->ty, t);
    for (uint32_t i = 0; vt && i < vt->count; i++)
        if (vt->slots[i].dictionary_of)
            reach_need_type(r, REF_TYPE_CONTEXT, vt->slots[i].dictionary_of);
    if (ty_has_finalizer(r->ty, t))
        reach_need_method(r, REF_METHOD, ty_finalizer_of(r->ty, t));
    virtuals_type_constructed(r, t);
}

/* The first body from an assembly brings its module initialiser (ECMA-335 II.15.1.1, <Module>..cctor). */
static void
process_assembly(struct reach *r, struct ty_assembly *as)
{
    struct ty_def *module;

    if (!as || ptr_map_has(&r->assemblies, as))
        return;
    ptr_map_put(&r->assemblies, as, as);
    module = ty_def_at(r->ty, as, 1);
    if (module && module->cctor)
        reach_need_method(r, REF_METHOD, reach_method_on(r, ty_type_of_def(r->ty, module), module->cctor));
}

static void
process_entry(struct reach *r, struct ty_method *canon)
{
    struct reach_method *node = reach_method_node(r, canon);

    if (node->body || canon->def->runtime_import)
        return;
    node->body = true;
    node->because = r->because;
    note_struct_reader(r, canon);
    process_assembly(r, canon->def->assembly);
    reach_enqueue_scan(r, canon);
}

/* A function pointer carries the context its body wants. */
static void
process_pointer(struct reach *r, struct ty_method *exact)
{
    reach_method_node(r, exact)->pointer = true;
    reach_need_method(r, REF_METHOD, exact);
    switch (ty_method_context(r->ty, ty_method_canon(r->ty, exact))) {
    case TY_CTX_MT:
        reach_need_type(r, REF_TYPE_CONTEXT, exact->owner);
        break;
    case TY_CTX_METHOD:
        reach_need_method(r, REF_METHOD_DICT, exact);
        break;
    case TY_CTX_NONE:
    case TY_CTX_THIS:
        break;
    }
}

static void
process_boxed(struct reach *r, struct ty_method *exact)
{
    reach_method_node(r, exact)->boxed = true;
    reach_need_method(r, REF_METHOD, exact->owner->is_value_type ? il_unboxing_stub(r->il, exact) : exact);
}

static void
process_dictionary(struct reach *r, struct ty_method *exact)
{
    struct reach_method *node = reach_method_node(r, exact);

    struct ty_type *delegate;

    if (node->dictionary_needed)
        return;
    node->dictionary_needed = true;
    if (il_marshals_delegate(r->il, exact, &delegate))
        reach_need_type(r, REF_TYPE_DELEGATE, delegate);
    if (il_marshals_struct(exact))
        reach_need_type(r, REF_TYPE_STRUCT, exact->args[0]);
    dictionary_add_method(r, node);
}

static void
process_constrained(struct reach *r, const struct ref *ref)
{
    enum ty_dispatch how;
    struct ty_method *impl = ty_resolve_interface(r->ty, ref->type, ref->method, &how);

    if (!impl)
        return;
    reach_override(r, ref->method, impl);
    reach_need_method(r, REF_METHOD_PTR, impl);
}

static void
process_statics(struct reach *r, const struct ref *ref)
{
    struct reach_type *node = reach_type_node(r, ref->type);
    struct ty_method_def *cctor = ref->type->def->cctor;

    if (ref->kind == REF_GC_STATICS)
        node->statics_gc = true;
    else if (ref->kind == REF_THREAD_STATICS)
        node->statics_thread = true;
    else
        node->statics_nongc = true;
    if (ref->kind == REF_CCTOR) {
        node->cctor = true;
        reach_need_method(r, REF_METHOD_PTR, reach_method_on(r, ref->type, cctor));
    } else if (cctor && ty_has_eager_cctor(r->ty, ref->type)) {
        node->cctor = true;
        reach_need_method(r, REF_METHOD, reach_method_on(r, ref->type, cctor));
    }
}

static void
process_gvm(struct reach *r, struct ty_method *decl)
{
    struct reach_gvm *g = arena_alloc(r->arena, sizeof *g);

    g->decl = decl;
    ptr_vec_push(&r->gvms, g);
    virtuals_gvm_added(r, g);
}

static void
process_pinvoke_cell(struct reach *r, struct ty_method *m)
{
    struct ty_def *module = ty_def_at(r->ty, m->def->assembly, 1);

    if (module)
        reach_need_type(r, REF_TYPE, ty_type_of_def(r->ty, module));
}

void
reach_process(struct reach *r, struct ref_node *node)
{
    const struct ref *ref = &node->ref;

    switch (ref->kind) {
    case REF_TYPE:
        process_type(r, ref->type);
        break;
    case REF_TYPE_CONTEXT:
        process_context(r, ref->type);
        break;
    case REF_TYPE_NEW:
        process_constructed(r, ref->type);
        break;
    case REF_TYPE_DELEGATE:
        process_delegate(r, ref->type);
        break;
    case REF_TYPE_STRUCT:
        process_struct(r, ref->type);
        break;
    case REF_METHOD:
        process_entry(r, ref->method);
        break;
    case REF_METHOD_PTR:
        process_pointer(r, ref->method);
        break;
    case REF_METHOD_BOXED:
        process_boxed(r, ref->method);
        break;
    case REF_METHOD_DICT:
        process_dictionary(r, ref->method);
        break;
    case REF_METHOD_NATIVE:
        reach_method_node(r, ref->method)->native = true;
        reach_need_method(r, REF_METHOD, il_native_entry(r->il, ref->method));
        break;
    case REF_METHOD_CONSTRAINED:
        process_constrained(r, ref);
        break;
    case REF_DEFAULT_CTOR:
        reach_need_method(r, REF_METHOD_PTR, il_default_ctor(r->il, ref->type));
        break;
    case REF_GC_STATICS:
    case REF_NONGC_STATICS:
    case REF_CCTOR:
    case REF_THREAD_STATICS:
        process_statics(r, ref);
        break;
    case REF_CELL:
        reach_need_type(r, REF_TYPE, ref->method->owner);
        reach_virtual(r, ref->method);
        break;
    case REF_GVM:
        process_gvm(r, ref->method);
        break;
    case REF_STRING:
        need_string_type(r);
        break;
    case REF_PINVOKE_CELL:
        process_pinvoke_cell(r, ref->method);
        break;
    case REF_TYPE_UNWRAPPED: /* normalised away */
    case REF_TYPE_COMPARER:
    case REF_TYPE_ARRAY_NEW:
    case REF_ALLOCATOR:
    case REF_BYTES:
    case REF_RVA:
    case REF_FIELD_HANDLE:
    case REF_METHOD_HANDLE:
    case REF_ENGINE:
    case REF_NATIVE:
    case REF_MODULE_SLOT:
    case REF_KIND_COUNT:
        break;
    }
}
