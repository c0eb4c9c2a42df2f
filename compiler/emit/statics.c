/* compiler/emit/statics.c - static areas, constructor contexts, thread-static storage types, eager
 * constructors, and the table of static roots.
 * GC statics are plain words in .bss: the collector learns the reference slots from the root table. */
#include "compiler/base/diag.h"
#include "compiler/emit/emit_priv.h"
#include "gc/object_format.h"
#include "loader/module_format.h"

static void
add_roots(struct emit *e, const char *symbol, const struct ty_layout *l)
{
    struct emit_root *run = NULL;

    for (uint32_t i = 0; i < l->gc_static_ref_count; i++) {
        uint32_t offset = l->gc_static_refs[i];

        if (run && run->offset + (int64_t)run->count * 8 == offset) {
            run->count++;
            continue;
        }
        run = arena_alloc(e->arena, sizeof *run);
        run->symbol = symbol;
        run->offset = offset;
        run->count = 1;
        ptr_vec_push(&e->roots, run);
    }
}

static void
gc_statics(struct emit *e, const struct reach_type *t, const struct ty_layout *l)
{
    const char *symbol = arena_printf(e->arena, "gcstatics:%s", ty_symbol(e->ty, t->type));

    elf_align(e->bss, 16);
    elf_define(e->o, symbol, e->bss)->size = l->gc_static_bytes;
    elf_reserve(e->bss, l->gc_static_bytes ? l->gc_static_bytes : 8);
    add_roots(e, symbol, l);
}

/* {constructor context, 8 bytes} then the area; without a constructor the area is just zeros. */
static void
nongc_statics(struct emit *e, const struct reach_type *t, const struct ty_layout *l)
{
    const char *symbol = arena_printf(e->arena, "statics:%s", ty_symbol(e->ty, t->type));
    uint32_t align = l->nongc_static_align < 8 ? 8 : l->nongc_static_align;
    bool lazy = t->cctor && !ty_has_eager_cctor(e->ty, t->type);
    struct elf_section *s = lazy ? e->data : e->bss;

    elf_align(s, align);
    if (lazy) {
        elf_reserve(s, align - 8);
        emit_method_ref(e, s, REF_METHOD_PTR, ty_method_on(e->ty, t->type, t->type->def->cctor, NULL));
    }
    elf_define(e->o, symbol, s)->size = l->nongc_static_bytes;
    elf_reserve(s, l->nongc_static_bytes);
}

/* The MethodTable of the object that holds one thread's copy; only the collector reads it. */
static void
thread_storage_table(struct emit *e, const struct reach_type *t, const struct ty_layout *l)
{
    uint32_t base = 16 + (l->thread_static_bytes + 7) / 8 * 8;
    uint32_t *offsets = arena_array(e->arena, l->thread_static_ref_count + 1, sizeof *offsets);

    for (uint32_t i = 0; i < l->thread_static_ref_count; i++)
        offsets[i] = l->thread_static_refs[i] + 8;
    elf_align(e->relro, 8);
    if (l->thread_static_ref_count)
        emit_gc_desc(e->relro, offsets, l->thread_static_ref_count, base < 24 ? 24 : base);
    elf_define(e->o, arena_printf(e->arena, "threadmt:%s", ty_symbol(e->ty, t->type)), e->relro);
    elf_u32(e->relro, l->thread_static_ref_count ? GC_MT_HAS_POINTERS : 0);
    elf_u32(e->relro, base < 24 ? 24 : base);
    emit_type_ref(e, e->relro, e->ty->t_object);
    elf_u64(e->relro, 0);
}

static void
thread_statics(struct emit *e, const struct reach_type *t, const struct ty_layout *l)
{
    thread_storage_table(e, t, l);
    elf_align(e->relro, 8);
    elf_define(e->o, arena_printf(e->arena, "threadstatics:%s", ty_symbol(e->ty, t->type)), e->relro);
    elf_pointer(e->o, e->relro, "corert_type_manager_slot", 0);
    elf_u64(e->relro, e->thread_statics.count);
    ptr_vec_push(&e->thread_statics, (void *)(uintptr_t)t);
}

void
emit_statics(struct emit *e)
{
    const struct ptr_vec *types = reach_types_found(e->reach);

    for (size_t i = 0; i < types->count; i++) {
        const struct reach_type *t = types->at[i];
        const struct ty_layout *l;

        if (!t->statics_gc && !t->statics_nongc && !t->statics_thread)
            continue;
        l = ty_statics_of(e->ty, t->type);
        if (!l) /* bodies were checked; an exact instance of a shared one was not */
            diag_fatal("%s", e->ty->failure.text);
        if (t->statics_gc)
            gc_statics(e, t, l);
        if (t->statics_nongc || (t->cctor && !ty_has_eager_cctor(e->ty, t->type)))
            nongc_statics(e, t, l);
        if (t->statics_thread)
            thread_statics(e, t, l);
    }
}

void
emit_static_roots(struct emit *e, struct elf_section *s)
{
    for (size_t i = 0; i < e->roots.count; i++) {
        const struct emit_root *r = e->roots.at[i];

        elf_pointer(e->o, s, r->symbol, r->offset);
        elf_u64(s, r->count);
    }
}
