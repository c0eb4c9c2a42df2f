/* compiler/reach/symbols.c - ELF names of refs.
 * Names are stable between runs: built from symbols of types and methods, or from the ref's index in
 * order of discovery. */
#include "compiler/base/diag.h"
#include "compiler/reach/reach_priv.h"

static const char *
named(struct reach *r, const char *prefix, const char *name)
{
    return arena_printf(r->arena, "%s%s", prefix, name);
}

static const char *
numbered(struct reach *r, const char *prefix, uint32_t index)
{
    return arena_printf(r->arena, "%s%u", prefix, index);
}

static const char *
method_symbol(struct reach *r, struct ty_method *m)
{
    if (m->def->runtime_import)
        return named(r, "corert_import.", m->def->runtime_import);
    return ty_method_symbol(r->ty, m);
}

static const char *
make_symbol(struct reach *r, struct ref_node *node)
{
    const struct ref *ref = &node->ref;

    switch (ref->kind) {
    case REF_TYPE:
    case REF_TYPE_CONTEXT:
    case REF_TYPE_NEW:
    case REF_TYPE_DELEGATE:
    case REF_TYPE_STRUCT:
        return named(r, "mt:", ty_symbol(r->ty, ref->type));
    case REF_METHOD:
        return method_symbol(r, ref->method);
    case REF_METHOD_DICT:
        return named(r, "dict:", ty_method_symbol(r->ty, ref->method));
    case REF_GC_STATICS:
        return named(r, "gcstatics:", ty_symbol(r->ty, ref->type));
    case REF_NONGC_STATICS:
    case REF_CCTOR:
        return named(r, "statics:", ty_symbol(r->ty, ref->type));
    case REF_THREAD_STATICS:
        return named(r, "threadstatics:", ty_symbol(r->ty, ref->type));
    case REF_CELL:
        return numbered(r, "cell:", node->index);
    case REF_GVM:
        return numbered(r, "gvm:", node->index);
    case REF_STRING:
        return numbered(r, "str:", node->index);
    case REF_BYTES:
        return numbered(r, "bytes:", node->index);
    case REF_RVA:
        return numbered(r, "rva:", node->index);
    case REF_FIELD_HANDLE:
        return numbered(r, "fieldhandle:", node->index);
    case REF_METHOD_HANDLE:
        return numbered(r, "methodhandle:", node->index);
    case REF_ENGINE:
        return named(r, "corert_import.", ref->name);
    case REF_NATIVE:
        return ref->name;
    case REF_PINVOKE_CELL:
        return numbered(r, "pinvoke:", node->index);
    case REF_MODULE_SLOT:
        return "corert_type_manager_slot";
    case REF_METHOD_PTR: /* derived: see target_of */
    case REF_METHOD_BOXED:
    case REF_METHOD_NATIVE:
    case REF_METHOD_CONSTRAINED:
    case REF_DEFAULT_CTOR:
    case REF_ALLOCATOR:
    case REF_TYPE_UNWRAPPED:
    case REF_TYPE_COMPARER:
    case REF_TYPE_ARRAY_NEW:
    case REF_KIND_COUNT:
        break;
    }
    diag_bug(__FILE__, __LINE__, "a ref kind without a symbol of its own");
}

const char *
ref_symbol(struct reach *r, struct ref_node *node)
{
    if (!node->symbol)
        node->symbol = make_symbol(r, node);
    return node->symbol;
}

static struct ref_target target_of(struct reach *r, const struct ref *ref, bool code_use);

static struct ref_target
method_target(struct reach *r, struct ty_method *m, bool code_use)
{
    struct ref ref = ref_of_method(REF_METHOD, m);

    return target_of(r, &ref, code_use);
}

static struct ref_target
pointer_target(struct reach *r, struct ty_method *exact, bool code_use)
{
    enum ty_generic_context c = ty_method_context(r->ty, ty_method_canon(r->ty, exact));
    struct ref_target t = {.addend = 2};

    if (c != TY_CTX_MT && c != TY_CTX_METHOD)
        return method_target(r, exact, code_use);
    t.symbol = named(r, "fat:", ty_method_symbol(r->ty, exact));
    return t;
}

static struct ref_target
constrained_target(struct reach *r, const struct ref *ref, bool code_use)
{
    enum ty_dispatch how;
    struct ty_method *impl = ty_resolve_interface(r->ty, ref->type, ref->method, &how);
    struct ref_target none = {0};

    return impl ? pointer_target(r, il_redirect(r->il, impl), code_use) : none;
}

static struct ref_target
engine_target(struct reach *r, const char *name)
{
    struct ref_target t = {named(r, "corert_import.", name), 0, false, true};

    return t;
}

static bool
is_code(const struct ref *ref)
{
    return ref->kind == REF_METHOD || ref->kind == REF_NATIVE;
}

/* Which refs --all-slots reads from slots: everything that another module could own. */
static bool
wants_slot(const struct reach *r, const struct ref *ref, bool code_use)
{
    return code_use && r->options.all_slots && ref->kind != REF_NATIVE && ref->kind != REF_BYTES;
}

static struct ref_target
slot_target(struct reach *r, struct ref_node *node, struct ref_target direct)
{
    struct ref_target t = {.through_slot = true};

    if (!node->slot_symbol) {
        struct reach_slot *s = arena_alloc(r->arena, sizeof *s);

        node->slot_symbol = named(r, direct.addend ? "slot-8:" : "slot:", direct.symbol);
        s->slot_symbol = node->slot_symbol;
        s->target = direct;
        ptr_vec_push(&r->slots, s);
    }
    t.symbol = node->slot_symbol;
    return t;
}

static struct ref_target
plain_target(struct reach *r, const struct ref *ref, bool code_use)
{
    struct ref probe = *ref;
    struct ref_node *node;
    struct ref_target t = {0};

    /* All three kinds of MethodTable refs share one symbol and one slot. */
    if (probe.kind == REF_TYPE_CONTEXT || probe.kind == REF_TYPE_NEW || probe.kind == REF_TYPE_DELEGATE ||
        probe.kind == REF_TYPE_STRUCT)
        probe.kind = REF_TYPE;
    node = ref_find(&r->closed, &probe);
    if (!node)
        diag_bug(__FILE__, __LINE__, arena_printf(r->arena, "symbol of an unreached ref (kind %d: %s)", (int)ref->kind,
                                                  ref->method ? ty_method_name(r->ty, ref->method)
                                                  : ref->type ? ty_name(r->ty, ref->type)
                                                              : "data"));
    t.symbol = ref_symbol(r, node);
    t.is_code = is_code(ref);
    t.addend = ref->kind == REF_CCTOR ? -8 : 0;
    if (ref->kind == REF_METHOD && ref->method->def->runtime_import) {
        t.through_slot = true;
        t.is_code = false;
        return t;
    }
    return wants_slot(r, ref, code_use) ? slot_target(r, node, t) : t;
}

static struct ref_target
target_of(struct reach *r, const struct ref *given, bool code_use)
{
    struct ref ref = *given;

    ref_normalise(r, &ref);
    switch ((int)ref.kind) {
    case REF_ENGINE:
        return engine_target(r, ref.name);
    case REF_ALLOCATOR:
        return engine_target(r, ty_has_finalizer(r->ty, ref.type) ? "RhpNewFinalizable" : "RhpNewFast");
    case REF_METHOD_PTR:
        return pointer_target(r, ref.method, code_use);
    case REF_METHOD_BOXED:
        return method_target(r, ref.method->owner->is_value_type ? il_unboxing_stub(r->il, ref.method) : ref.method, code_use);
    case REF_METHOD_NATIVE:
        return method_target(r, il_native_entry(r->il, ref.method), code_use);
    case REF_METHOD_CONSTRAINED:
        return constrained_target(r, &ref, code_use);
    case REF_DEFAULT_CTOR:
        return pointer_target(r, il_redirect(r->il, il_default_ctor(r->il, ref.type)), code_use);
    default:
        return plain_target(r, &ref, code_use);
    }
}

struct ref_target
reach_target(struct reach *r, const struct ref *ref)
{
    return target_of(r, ref, true);
}

struct ref_target
reach_target_direct(struct reach *r, const struct ref *ref)
{
    return target_of(r, ref, false);
}
