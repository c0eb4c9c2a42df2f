/* compiler/il/debug_types.c - types for the debugger: what fields, locals and parameters look like.
 * Told in C++ terms, which every debugger knows: a reference is a pointer to a struct, a class
 * inherits its base, an array is a struct with its length and its elements.
 * A struct is told in full when it is a value type, comes from an assembly with a PDB, or is asked
 * for by a variable itself; other classes of libraries are only named, or each unit would describe
 * half the class library. */
#include "compiler/il/il_priv.h"

#include "compiler/il/debug.h"

#include <string.h>

enum { STORED, STRUCT_FULL, STRUCT_NAMED, NAMESPACE }; /* `what` of cg_debug_find */

enum { NESTING_MAX = 8 };

enum { OBJECT_BYTES = 8, LENGTH_AT = 8, STRING_CHARS_AT = 12, ARRAY_DATA_AT = 16, MD_BOUND_BYTES = 8 };

static cg_dnode stored(struct il_debug *d, struct ty_type *t, unsigned depth);
static cg_dnode struct_of(struct il_debug *d, struct ty_type *t, unsigned depth);

/* ---- names ---- */

/* Letters that debuggers take for syntax become '_'; angle brackets go: <Main>b__0 is Main_b__0. */
const char *
il_debug_identifier(struct arena *a, const char *name)
{
    char *out = arena_alloc(a, strlen(name) + 2), *to = out;

    if (strncmp(name, "<>", 2) == 0 && name[2] >= '0' && name[2] <= '9')
        *to++ = '_';
    for (const char *c = name; *c; c++) {
        if (*c == '`')
            break;
        if (*c == '<')
            continue;
        if (*c == '>' && to == out)
            continue;
        *to++ = strchr(">|.,-/ ", *c) ? '_' : *c;
    }
    *to = 0;
    return out[0] ? out : "_";
}

/* What the source calls a field: <Name>k__BackingField and <i>5__2 are Name and i. Those of state
 * machines and closures lose their prefix: <>1__state, <>2__current, <>4__this, <>t__builder. */
static const char *
field_name(struct arena *a, const char *name)
{
    const char *end = name[0] == '<' ? strchr(name, '>') : NULL;

    if (end == name + 1 && name[2] && strchr("124t", name[2]) && strncmp(name + 3, "__", 2) == 0 && name[5])
        return strcmp(name + 5, "this") == 0 ? "this_" : il_debug_identifier(a, name + 5);
    if (!end || end == name + 1)
        return il_debug_identifier(a, name);
    return arena_printf(a, "%.*s", (int)(end - name - 1), name + 1);
}

static const char *
keyword(const struct ty_type *t)
{
    static const char *const names[] = {
        [TY_EL_BOOL] = "bool", [TY_EL_CHAR] = "char16_t", [TY_EL_I1] = "sbyte",  [TY_EL_U1] = "byte",
        [TY_EL_I2] = "short",  [TY_EL_U2] = "ushort",     [TY_EL_I4] = "int",    [TY_EL_U4] = "uint",
        [TY_EL_I8] = "long",   [TY_EL_U8] = "ulong",      [TY_EL_I] = "nint",    [TY_EL_U] = "nuint",
        [TY_EL_R4] = "float",  [TY_EL_R8] = "double",
    };

    if (t->form != TY_FORM_DEF || t->def->is_enum || !t->def->assembly->is_core ||
        t->element >= sizeof names / sizeof *names)
        return NULL;
    return names[t->element];
}

static const char *type_text(struct il_debug *d, const struct ty_type *t);

static const char *
argument_list(struct il_debug *d, struct ty_type *const *args, uint32_t first, uint32_t count)
{
    const char *text = "";

    for (uint32_t i = first; i < count; i++)
        text = arena_printf(d->arena, "%s%s%s", text, i > first ? ", " : "<", type_text(d, args[i]));
    return count > first ? arena_printf(d->arena, "%s>", text) : "";
}

/* The last part of the name, with its own arguments. */
static const char *
own_name(struct il_debug *d, const struct ty_type *t)
{
    const struct ty_def *outer = t->def->enclosing;
    uint32_t first = outer ? outer->generic_count : 0;

    return arena_printf(d->arena, "%s%s", il_debug_identifier(d->arena, t->def->name),
                        argument_list(d, t->args, first < t->arg_count ? first : t->arg_count, t->arg_count));
}

/* The enclosing type of a nested one, with the arguments that are its own. */
static struct ty_type *
outer_type(struct il_debug *d, const struct ty_type *t)
{
    struct ty_def *outer = t->def->enclosing;

    if (!outer)
        return NULL;
    if (outer->generic_count == 0)
        return ty_type_of_def(d->ty, outer);
    return outer->generic_count <= t->arg_count ? ty_instantiate(d->ty, outer, t->args, outer->generic_count) : NULL;
}

static const char *
namespace_text(struct arena *a, const char *ns)
{
    const char *text = "";

    while (*ns) {
        size_t n = strcspn(ns, ".");

        text = arena_printf(a, "%s%.*s::", text, (int)n, ns);
        ns += n + (ns[n] == '.');
    }
    return text;
}

static const char *
type_text(struct il_debug *d, const struct ty_type *t)
{
    const struct ty_type *outer;

    if (keyword(t))
        return keyword(t);
    switch (t->form) {
    case TY_FORM_DEF:
    case TY_FORM_OPEN_DEF:
        if (t == d->ty->t_canon)
            return "System::Object";
        outer = outer_type(d, t);
        return arena_printf(d->arena, "%s%s%s", outer ? type_text(d, outer) : namespace_text(d->arena, t->def->ns),
                            outer ? "::" : "", own_name(d, t));
    case TY_FORM_SZARRAY:
    case TY_FORM_MDARRAY:
        return arena_printf(d->arena, "%s[]", type_text(d, t->param));
    case TY_FORM_POINTER:
    case TY_FORM_BYREF:
        return arena_printf(d->arena, "%s*", type_text(d, t->param));
    case TY_FORM_FNPTR:
    case TY_FORM_TYPE_VAR:
    case TY_FORM_METHOD_VAR:
        break;
    }
    return "void*";
}

/* ---- scopes ---- */

static cg_dnode
namespace_of(struct il_debug *d, const char *ns)
{
    cg_dnode scope = NULL;
    const char *at = ns;

    while (*at) {
        size_t n = strcspn(at, ".");
        const char *whole = arena_printf(d->arena, "%.*s", (int)(at + n - ns), ns);
        cg_dnode next = cg_debug_find_named(d->unit, whole);

        if (!next)
            next = cg_debug_keep_named(d->unit, whole,
                                       cg_debug_namespace(d->unit, scope, arena_printf(d->arena, "%.*s", (int)n, at)));
        scope = next;
        at += n + (at[n] == '.');
    }
    return scope;
}

static cg_dnode
scope_of(struct il_debug *d, const struct ty_type *t)
{
    struct ty_type *outer = outer_type(d, t);

    return outer ? struct_of(d, outer, IL_DEBUG_NAME_ONLY) : namespace_of(d, t->def->ns);
}

/* ---- structs ---- */

/* A growing list of fields. */
struct fields {
    struct cg_dfield *at;
    uint32_t count;
};

static void
field_add(struct fields *f, const char *name, cg_dnode type, uint32_t offset, uint32_t size)
{
    if (type)
        f->at[f->count++] = (struct cg_dfield){name, type, offset, size};
}

static uint32_t
size_of(struct il_debug *d, struct ty_type *t)
{
    const struct ty_layout *l = ty_layout_of(d->ty, t);

    return l ? l->size : 8;
}

static cg_dnode
object_pointer(struct il_debug *d)
{
    return stored(d, d->ty->t_object, 0);
}

static cg_dnode
void_pointer(struct il_debug *d)
{
    cg_dnode n = cg_debug_find(d->unit, d->ty->t_void, STRUCT_FULL);

    return n ? n : cg_debug_keep(d->unit, d->ty->t_void, STRUCT_FULL, cg_debug_pointer(d->unit, NULL));
}

static void
own_fields(struct il_debug *d, struct ty_type *t, const struct ty_layout *l, struct fields *f, unsigned depth)
{
    for (uint32_t i = 0; i < t->def->field_count; i++) {
        struct ty_field_def *def = t->def->fields[i];
        struct ty_field *field = def->is_static || def->is_literal ? NULL : ty_field_on(d->ty, t, def);
        cg_dnode type = field ? stored(d, field->type, depth) : NULL;
        uint32_t size = type ? size_of(d, field->type) : 0;

        if (t->def->is_inline_array && type) {
            type = cg_debug_array(d->unit, type, size, t->def->inline_array_length);
            size *= t->def->inline_array_length;
        }
        field_add(f, field_name(d->arena, def->name), type, l->field_offsets[i], size);
    }
}

/* Array and String: length and elements after the header. */
static void
sequence_fields(struct il_debug *d, struct ty_type *element, uint32_t data_at, struct fields *f, unsigned depth)
{
    cg_dnode e = stored(d, element, depth);

    field_add(f, "Length", stored(d, d->ty->t_i4, 0), LENGTH_AT, 4);
    if (e)
        field_add(f, "Data", cg_debug_array(d->unit, e, size_of(d, element), 0), data_at, 0);
}

static uint32_t
fields_fill(struct il_debug *d, struct ty_type *t, struct fields *f, unsigned depth)
{
    bool is_def = t->form == TY_FORM_DEF;
    const struct ty_layout *l = ty_layout_of(d->ty, t);
    struct ty_type *base = is_def ? ty_base(d->ty, t) : d->ty->t_object;

    if (t == d->ty->t_object) {
        field_add(f, "MethodTable", void_pointer(d), 0, 8);
        return OBJECT_BYTES;
    }
    if (is_def && t->def->is_interface)
        base = d->ty->t_object;
    if (!t->is_value_type && base)
        field_add(f, NULL, struct_of(d, base, 0), 0, OBJECT_BYTES);
    if (t == d->ty->t_string) {
        sequence_fields(d, d->ty->t_char, STRING_CHARS_AT, f, depth);
        return STRING_CHARS_AT;
    }
    if (!is_def) {
        uint32_t bounds = t->form == TY_FORM_MDARRAY ? t->rank * MD_BOUND_BYTES : 0;

        if (bounds)
            field_add(f, "Lengths", cg_debug_array(d->unit, stored(d, d->ty->t_i4, 0), 4, t->rank), ARRAY_DATA_AT,
                      4 * t->rank);
        sequence_fields(d, t->param, ARRAY_DATA_AT + bounds, f, depth);
        return ARRAY_DATA_AT + bounds;
    }
    if (!l || t->def->is_interface)
        return OBJECT_BYTES;
    own_fields(d, t, l, f, depth);
    return t->is_value_type ? l->size : l->instance_bytes + OBJECT_BYTES;
}

static bool
is_library(struct il_debug *d, const struct ty_type *t)
{
    return t->form == TY_FORM_DEF && !il_debug_has_source(d->il, t->def->assembly);
}

static bool
told_in_full(struct il_debug *d, const struct ty_type *t, unsigned depth)
{
    if (t->is_value_type || t->form != TY_FORM_DEF || t == d->ty->t_string || t == d->ty->t_object)
        return true;
    return !is_library(d, t) || depth == 0;
}

static const char *
struct_name(struct il_debug *d, const struct ty_type *t)
{
    return t->form == TY_FORM_DEF ? own_name(d, t) : type_text(d, t);
}

/* The struct behind a reference, or of a value. */
static cg_dnode
struct_of(struct il_debug *d, struct ty_type *t, unsigned depth)
{
    cg_dnode n = cg_debug_find(d->unit, t, STRUCT_FULL), scope, open;
    struct fields f = {NULL, 0};
    const char *name;
    uint32_t bytes;

    if (!n && !told_in_full(d, t, depth)) {
        n = cg_debug_find(d->unit, t, STRUCT_NAMED);
        if (!n)
            n = cg_debug_keep(d->unit, t, STRUCT_NAMED, cg_debug_declared(d->unit, scope_of(d, t), own_name(d, t)));
    }
    if (n)
        return n;
    ty_layout_of(d->ty, t); /* loads the fields */
    scope = t->form == TY_FORM_DEF ? scope_of(d, t) : NULL;
    n = cg_debug_find(d->unit, t, STRUCT_FULL); /* made with the struct around it */
    if (n)
        return n;
    name = struct_name(d, t);
    open = cg_debug_keep(d->unit, t, STRUCT_FULL, cg_debug_struct_open(d->unit, scope, name));
    f.at = arena_array(d->arena, (t->form == TY_FORM_DEF ? t->def->field_count : 0) + 4u, sizeof *f.at);
    bytes = fields_fill(d, t, &f, is_library(d, t) ? depth + 1 : 0);
    return cg_debug_keep(d->unit, t, STRUCT_FULL,
                         cg_debug_struct_close(d->unit, open, scope, name, bytes, f.at, f.count));
}

/* ---- values ---- */

static cg_dnode
base_type(struct il_debug *d, const struct ty_type *t, const char *name)
{
    enum cg_dbase kind = CG_D_SIGNED;
    static const uint8_t bytes[] = {
        [TY_EL_BOOL] = 1, [TY_EL_CHAR] = 2, [TY_EL_I1] = 1, [TY_EL_U1] = 1, [TY_EL_I2] = 2,
        [TY_EL_U2] = 2,   [TY_EL_I4] = 4,   [TY_EL_U4] = 4, [TY_EL_I8] = 8, [TY_EL_U8] = 8,
        [TY_EL_I] = 8,    [TY_EL_U] = 8,    [TY_EL_R4] = 4, [TY_EL_R8] = 8,
    };

    if (t->element == TY_EL_BOOL)
        kind = CG_D_BOOL;
    else if (t->element == TY_EL_CHAR)
        kind = CG_D_CHAR;
    else if (t->element == TY_EL_R4 || t->element == TY_EL_R8)
        kind = CG_D_FLOAT;
    else if (t->element == TY_EL_U1 || t->element == TY_EL_U2 || t->element == TY_EL_U4 || t->element == TY_EL_U8 ||
             t->element == TY_EL_U)
        kind = CG_D_UNSIGNED;
    return cg_debug_base(d->unit, name, kind, bytes[t->element]);
}

/* The constant of an enum's member. */
static int64_t
literal(const struct ty_field_def *f)
{
    const struct md_image *img = f->owner->assembly->image;
    uint32_t row = md_find_row(img, MD_CONSTANT, MD_CONSTANT_PARENT, md_token(MD_FIELD, f->row));
    struct md_blob blob;
    uint64_t value = 0;

    if (!row)
        return 0;
    blob = md_cell_blob(img, MD_CONSTANT, row, MD_CONSTANT_VALUE);
    for (uint32_t i = 0; i < blob.size && i < 8; i++)
        value |= (uint64_t)blob.at[i] << (8 * i);
    switch (md_cell(img, MD_CONSTANT, row, MD_CONSTANT_TYPE)) {
    case MD_ELEMENT_I1:
        return (int8_t)value;
    case MD_ELEMENT_I2:
        return (int16_t)value;
    case MD_ELEMENT_I4:
        return (int32_t)value;
    default:
        return (int64_t)value;
    }
}

static cg_dnode
enum_type(struct il_debug *d, struct ty_type *t)
{
    struct ty_type *under = ty_enum_underlying(d->ty, t);
    struct cg_denumerator *values = arena_array(d->arena, t->def->field_count + 1u, sizeof *values);
    uint32_t count = 0;

    if (!under)
        return NULL;
    for (uint32_t i = 0; i < t->def->field_count; i++) {
        if (t->def->fields[i]->is_literal)
            values[count++] = (struct cg_denumerator){t->def->fields[i]->name, literal(t->def->fields[i])};
    }
    return cg_debug_enum(d->unit, scope_of(d, t), own_name(d, t), stored(d, under, 0), size_of(d, t), values, count);
}

static unsigned
nesting(const struct ty_type *t)
{
    unsigned most = t->param ? nesting(t->param) : 0;

    for (uint16_t i = 0; i < t->arg_count; i++) {
        unsigned n = nesting(t->args[i]);

        most = n > most ? n : most;
    }
    return most + 1;
}

/* What is reached through a pointer may go on for ever: class C<T> { C<C<T>> next; }. */
static bool
is_cut(const struct ty_type *t)
{
    return nesting(t) > NESTING_MAX && (t->form != TY_FORM_DEF || !t->is_value_type);
}

static cg_dnode
stored_make(struct il_debug *d, struct ty_type *t, unsigned depth)
{
    const char *name = keyword(t);

    if (name)
        return base_type(d, t, name);
    if (is_cut(t))
        return void_pointer(d);
    switch (t->form) {
    case TY_FORM_DEF:
        if (t == d->ty->t_canon)
            return object_pointer(d);
        if (t->def->is_enum)
            return enum_type(d, t);
        return cg_debug_pointer(d->unit, struct_of(d, t, depth));
    case TY_FORM_SZARRAY:
    case TY_FORM_MDARRAY:
        return cg_debug_pointer(d->unit, struct_of(d, t, depth));
    case TY_FORM_POINTER:
        return cg_debug_pointer(d->unit, t->param == d->ty->t_void ? NULL : stored(d, t->param, depth));
    case TY_FORM_BYREF: {
        cg_dnode to = stored(d, t->param, depth);

        return to ? cg_debug_reference(d->unit, to) : void_pointer(d);
    }
    case TY_FORM_OPEN_DEF:
    case TY_FORM_FNPTR:
    case TY_FORM_TYPE_VAR:
    case TY_FORM_METHOD_VAR:
        break;
    }
    return void_pointer(d);
}

/* As a variable or field holds it. */
static cg_dnode
stored(struct il_debug *d, struct ty_type *t, unsigned depth)
{
    bool is_class = t->form == TY_FORM_DEF && !t->is_value_type;
    cg_dnode n;

    if (t == d->ty->t_void)
        return NULL;
    if (t->form == TY_FORM_DEF && t->is_value_type && !t->def->is_enum && !keyword(t))
        return struct_of(d, t, depth); /* not kept here: it may not be finished */
    n = cg_debug_find(d->unit, t, STORED);
    if (n && is_class && depth == 0 && !cg_debug_find(d->unit, t, STRUCT_FULL))
        n = NULL; /* a pointer to a struct that was only named so far */
    return n ? n : cg_debug_keep(d->unit, t, STORED, stored_make(d, t, depth));
}

/* ---- statics ---- */

cg_dnode
il_debug_statics_type(struct il_debug *d, struct ty_type *t, enum ty_static_kind kind, const char *name)
{
    cg_dnode scope = il_debug_owner(d, t), open;
    struct ty_failure failure = d->ty->failure;
    struct fields f = {arena_array(d->arena, t->def->field_count + 1u, sizeof *f.at), 0};
    uint32_t bytes = 0;

    open = cg_debug_struct_open(d->unit, scope, name);
    for (uint32_t i = 0; i < t->def->field_count; i++) {
        struct ty_field_def *def = t->def->fields[i];
        struct ty_field *field = def->is_static && !def->is_literal ? ty_field_on(d->ty, t, def) : NULL;
        uint32_t at, size;

        if (!field || ty_field_static_kind(d->ty, field) != kind)
            continue;
        at = ty_field_offset(d->ty, field);
        size = size_of(d, field->type);
        field_add(&f, field_name(d->arena, def->name), stored(d, field->type, 0), at, size);
        bytes = at + size > bytes ? at + size : bytes;
    }
    d->ty->failure = failure;
    return cg_debug_struct_close(d->unit, open, scope, name, bytes, f.at, f.count);
}

/* ---- the door ---- */

cg_dnode
il_debug_type(struct il_debug *d, struct ty_type *closed)
{
    struct ty_failure failure = d->ty->failure; /* what cannot be told must not look like a fault of the code */
    cg_dnode n = stored(d, closed, 0);

    d->ty->failure = failure;
    return n;
}

cg_dnode
il_debug_owner(struct il_debug *d, struct ty_type *t)
{
    struct ty_failure failure = d->ty->failure;
    cg_dnode n = t && t->form == TY_FORM_DEF ? struct_of(d, t, 0) : NULL;

    d->ty->failure = failure;
    return n;
}

cg_dnode
il_debug_this(struct il_debug *d, struct ty_type *owner)
{
    cg_dnode n = il_debug_owner(d, owner);

    return n ? cg_debug_pointer(d->unit, n) : void_pointer(d);
}

const char *
il_debug_method_name(struct il_debug *d, const struct ty_method *m)
{
    const char *name = m->def->name;

    if (m->def->is_ctor && m->owner)
        name = m->owner->def->name; /* as C++ calls it */
    if (m->def->is_cctor)
        name = "cctor";
    name = il_debug_identifier(d->arena, name);
    return arena_printf(d->arena, "%s%s", name, argument_list(d, m->args, 0, m->def->generic_count));
}
