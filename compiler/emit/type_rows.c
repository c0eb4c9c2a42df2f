/* compiler/emit/type_rows.c - what types say of themselves without reflection data (struct
 * ldr_type_row): a row a definition, in the order of their MethodTables.
 * engine/managed/TypeNames.cs makes names of instances and arrays. */
#include <stdlib.h>
#include <string.h>

#include "compiler/emit/emit_priv.h"
#include "compiler/metadata/md.h"
#include "loader/module_format.h"

struct row {
    uint64_t at; /* of the MethodTable */
    struct ty_type *type;
};

static int
by_place(const void *a, const void *b)
{
    const struct row *x = a, *y = b;

    return x->at < y->at ? -1 : x->at > y->at;
}

static bool
is_definition(const struct ty_type *t)
{
    return t->form == TY_FORM_OPEN_DEF || (t->form == TY_FORM_DEF && !t->arg_count);
}

static void
put_text(struct byte_vec *v, const char *text)
{
    byte_vec_put(v, text, strlen(text));
}

/* What has a meaning in names of types is escaped. */
static void
put_escaped(struct byte_vec *v, const char *name)
{
    for (; *name; name++) {
        if (strchr("\\+,[]&*", *name))
            byte_vec_u8(v, '\\');
        byte_vec_u8(v, (uint8_t)*name);
    }
}

static void
put_name(struct byte_vec *v, const struct ty_def *def)
{
    if (def->enclosing) {
        put_name(v, def->enclosing);
        put_text(v, "+");
    }
    put_escaped(v, def->name);
}

/* "[T,U]": what Type.ToString of a generic definition ends with. */
static void
put_parameters(struct byte_vec *v, const struct ty_def *def)
{
    const struct md_image *img = def->assembly->image;
    uint32_t row, end;

    if (!md_find_rows(img, MD_GENERICPARAM, MD_GENERICPARAM_OWNER, md_token(MD_TYPEDEF, def->row),
                      &row, &end))
        return;
    for (uint32_t i = row; i < end; i++) {
        put_text(v, i == row ? "[" : ",");
        put_escaped(v, md_cell_string(img, MD_GENERICPARAM, i, MD_GENERICPARAM_NAME));
    }
    put_text(v, "]");
}

/* The symbol of "Outer+Name", after which a generic definition has its parameters. */
static const char *
name_text(struct emit *e, const struct ty_def *def)
{
    struct byte_vec v = {0};
    const char *name, *symbol;

    put_name(&v, def);
    name = arena_strndup(e->arena, (const char *)v.at, v.count);
    if (!def->generic_count) {
        byte_vec_free(&v);
        return emit_text(e, name);
    }
    byte_vec_u8(&v, 0);
    put_parameters(&v, def);
    byte_vec_u8(&v, 0);
    symbol = arena_printf(e->arena, "typename:%u.%u", def->assembly->id, def->row);
    elf_define(e->o, symbol, e->rodata);
    elf_bytes(e->rodata, v.at, v.count);
    byte_vec_free(&v);
    return symbol;
}

static void
put_relative(struct emit *e, struct elf_section *s, const char *symbol)
{
    uint64_t at = elf_at(s);

    elf_u32(s, 0);
    elf_pc32(e->o, s, at, symbol, 0);
}

static void
write_row(struct emit *e, struct elf_section *s, struct ty_type *t)
{
    const struct ty_def *outermost = t->def;

    while (outermost->enclosing)
        outermost = outermost->enclosing;
    put_relative(e, s, emit_type_symbol(e, t));
    put_relative(e, s, emit_text(e, outermost->ns));
    put_relative(e, s, name_text(e, t->def));
    elf_u32(s, t->def->flags);
}

void
emit_type_rows(struct emit *e, struct elf_section *s)
{
    const struct ptr_vec *types = reach_types_found(e->reach);
    struct row *rows = arena_array(e->arena, types->count + 1, sizeof *rows);
    size_t count = 0;

    for (size_t i = 0; i < types->count; i++) {
        const struct reach_type *t = types->at[i];

        if (t->necessary && is_definition(t->type))
            rows[count++] =
                (struct row){elf_symbol(e->o, emit_type_symbol(e, t->type))->offset, t->type};
    }
    qsort(rows, count, sizeof *rows, by_place);
    for (size_t i = 0; i < count; i++)
        write_row(e, s, rows[i].type);
}
