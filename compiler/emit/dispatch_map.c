/* compiler/emit/dispatch_map.c - dispatch maps and sealed tables (contract/compiler.md 3.2, 3.3).
 * A map answers for the interface methods that some reached body calls; entries of default methods
 * name sealed slots, numbered after the vtable. */
#include "compiler/emit/emit_priv.h"

enum { SLOT_DIAMOND = 0xFFFE, SLOT_REABSTRACTED = 0xFFFF };

struct entry {
    uint16_t interface_index, interface_slot, target_slot;
};

struct map_builder {
    struct emit *e;
    const struct reach_type *rt;
    uint32_t vtable_count;
    struct ptr_vec standard, defaults; /* of struct entry */
    struct ptr_vec sealed;             /* of struct ty_method: bodies of sealed slots */
};

static void
add(struct map_builder *b, struct ptr_vec *list, uint32_t itf, int slot, uint32_t target)
{
    struct entry *x = arena_alloc(b->e->arena, sizeof *x);

    x->interface_index = (uint16_t)itf;
    x->interface_slot = (uint16_t)slot;
    x->target_slot = (uint16_t)target;
    ptr_vec_push(list, x);
}

static void
add_default(struct map_builder *b, uint32_t itf, int slot, struct ty_method *impl)
{
    struct ty_context *ty = b->e->ty;
    bool shared = ty_method_context(ty, ty_method_canon(ty, impl)) != TY_CTX_NONE;
    struct ty_method *code = shared ? il_default_method_stub(b->e->in->il, b->rt->type, impl) : impl;
    struct ref ref = {.kind = REF_METHOD, .method = code};

    if (!reach_has(b->e->reach, &ref))
        return; /* no instance of this very type exists, a derived one lists it itself */
    add(b, &b->defaults, itf, slot, b->vtable_count + (uint32_t)b->sealed.count);
    ptr_vec_push(&b->sealed, code);
}

static void
add_method(struct map_builder *b, uint32_t index, struct ty_method *decl)
{
    struct ty_context *ty = b->e->ty;
    enum ty_dispatch how;
    struct ty_method *impl = ty_resolve_interface_here(ty, b->rt->type, decl, &how);
    int slot = ty_interface_slot(ty, decl), target;

    switch (how) {
    case TY_DISPATCH_CLASS:
        target = impl ? ty_vtable_slot(ty, impl) : -1;
        if (target >= 0)
            add(b, &b->standard, index, slot, (uint32_t)target);
        break;
    case TY_DISPATCH_DEFAULT:
        if (impl)
            add_default(b, index, slot, impl);
        break;
    case TY_DISPATCH_DIAMOND:
        add(b, &b->defaults, index, slot, SLOT_DIAMOND);
        break;
    case TY_DISPATCH_REABSTRACTED:
        add(b, &b->defaults, index, slot, SLOT_REABSTRACTED);
        break;
    case TY_DISPATCH_NONE:
        break;
    }
}

static void
collect(struct map_builder *b)
{
    struct ty_context *ty = b->e->ty;
    const struct ty_interfaces *itf = ty_interfaces_of(ty, b->rt->type);

    for (uint32_t i = 0; itf && i < itf->count; i++) {
        struct ty_def *def = itf->at[i]->def;

        for (uint32_t k = 0; k < def->method_count; k++) {
            struct ty_method_def *d = def->methods[k];
            struct ty_method *decl;

            if (!d->is_virtual || d->is_static || d->generic_count)
                continue;
            decl = ty_method_on(ty, itf->at[i], d, NULL);
            if (decl && reach_virtual_used(b->e->reach, decl))
                add_method(b, i, decl);
        }
    }
}

static void
write_entries(struct emit *e, const struct ptr_vec *list)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct entry *x = list->at[i];

        elf_u16(e->rodata, x->interface_index);
        elf_u16(e->rodata, x->interface_slot);
        elf_u16(e->rodata, x->target_slot);
    }
}

struct dispatch_map_result
emit_dispatch_map(struct emit *e, const struct reach_type *t)
{
    struct map_builder b = {.e = e, .rt = t};
    const struct ty_vtable *vt = ty_vtable_of(e->ty, t->type);
    const char *name = ty_symbol(e->ty, t->type);
    struct dispatch_map_result result = {false, false};

    if (t->type->form == TY_FORM_DEF && t->type->element == TY_EL_INTERFACE)
        return result;
    b.vtable_count = vt ? vt->count : 0;
    collect(&b);
    if (b.standard.count + b.defaults.count) {
        result.map = true;
        elf_align(e->rodata, 8);
        elf_define(e->o, arena_printf(e->arena, "map:%s", name), e->rodata);
        elf_u16(e->rodata, (uint16_t)b.standard.count);
        elf_u16(e->rodata, (uint16_t)b.defaults.count);
        elf_u32(e->rodata, 0);
        write_entries(e, &b.standard);
        write_entries(e, &b.defaults);
    }
    if (b.sealed.count) {
        result.sealed = true;
        elf_align(e->relro, 8);
        elf_define(e->o, arena_printf(e->arena, "sealed:%s", name), e->relro);
        for (size_t i = 0; i < b.sealed.count; i++)
            emit_method_ref(e, e->relro, REF_METHOD, b.sealed.at[i]);
    }
    ptr_vec_free(&b.standard);
    ptr_vec_free(&b.defaults);
    ptr_vec_free(&b.sealed);
    return result;
}
