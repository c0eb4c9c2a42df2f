/* compiler/types/defs.c - definitions made from metadata rows, each once.
 * A definition is complete but for what needs other types (signatures, bases, attributes of
 * methods), so that making one never opens another assembly and hardly ever fails. */
#include "compiler/types/ty_priv.h"

enum {
    CTOR_FLAGS = MD_METHOD_SPECIAL_NAME | MD_METHOD_RT_SPECIAL_NAME,
};

static const struct {
    enum ty_well_known wk;
    enum ty_element element;
} primitives[] = {
    {WK_VOID, TY_EL_VOID},
    {WK_BOOLEAN, TY_EL_BOOL},
    {WK_CHAR, TY_EL_CHAR},
    {WK_SBYTE, TY_EL_I1},
    {WK_BYTE, TY_EL_U1},
    {WK_INT16, TY_EL_I2},
    {WK_UINT16, TY_EL_U2},
    {WK_INT32, TY_EL_I4},
    {WK_UINT32, TY_EL_U4},
    {WK_INT64, TY_EL_I8},
    {WK_UINT64, TY_EL_U8},
    {WK_INTPTR, TY_EL_I},
    {WK_UINTPTR, TY_EL_U},
    {WK_SINGLE, TY_EL_R4},
    {WK_DOUBLE, TY_EL_R8},
    {WK_NULLABLE, TY_EL_NULLABLE},
    {WK_ARRAY, TY_EL_SYSTEM_ARRAY},
};

static bool
is_system_type(const struct ty_assembly *as, uint32_t token, const char *name)
{
    const char *ns, *actual;

    if (!ty_token_names(as, token, &ns, &actual))
        return false;
    if (md_token_table(token) == MD_TYPEDEF && !as->is_core)
        return false;
    return strcmp(ns, "System") == 0 && strcmp(actual, name) == 0;
}

/* Element type of an enum: its only instance field's, read without resolving anything. */
static enum ty_element
enum_element(const struct ty_def *def)
{
    static const uint8_t of[MD_ELEMENT_U + 1] = {
        [MD_ELEMENT_BOOLEAN] = TY_EL_BOOL, [MD_ELEMENT_CHAR] = TY_EL_CHAR,
        [MD_ELEMENT_I1] = TY_EL_I1,        [MD_ELEMENT_U1] = TY_EL_U1,
        [MD_ELEMENT_I2] = TY_EL_I2,        [MD_ELEMENT_U2] = TY_EL_U2,
        [MD_ELEMENT_I4] = TY_EL_I4,        [MD_ELEMENT_U4] = TY_EL_U4,
        [MD_ELEMENT_I8] = TY_EL_I8,        [MD_ELEMENT_U8] = TY_EL_U8,
        [MD_ELEMENT_R4] = TY_EL_R4,        [MD_ELEMENT_R8] = TY_EL_R8,
        [MD_ELEMENT_I] = TY_EL_I,          [MD_ELEMENT_U] = TY_EL_U,
    };
    uint32_t i;

    for (i = 0; i < def->field_count; i++) {
        const struct ty_field_def *f = def->fields[i];
        struct md_blob blob;

        if (f->is_static)
            continue;
        blob = md_cell_blob(def->assembly->image, MD_FIELD, f->row, MD_FIELD_SIGNATURE);
        if (blob.size >= 2 && blob.at[1] <= MD_ELEMENT_U && of[blob.at[1]])
            return (enum ty_element)of[blob.at[1]];
    }
    return TY_EL_I4;
}

static void
method_flags_fill(struct ty_method_def *m)
{
    uint32_t flags = m->flags, impl = m->impl_flags;

    m->is_static = flags & MD_METHOD_STATIC;
    m->is_virtual = flags & MD_METHOD_VIRTUAL;
    m->is_abstract = flags & MD_METHOD_ABSTRACT;
    m->is_final = flags & MD_METHOD_FINAL;
    m->is_newslot = flags & MD_METHOD_NEW_SLOT;
    m->is_ctor = (flags & CTOR_FLAGS) == CTOR_FLAGS && strcmp(m->name, ".ctor") == 0;
    m->is_cctor =
        (flags & CTOR_FLAGS) == CTOR_FLAGS && m->is_static && strcmp(m->name, ".cctor") == 0;
    m->is_pinvoke = flags & MD_METHOD_PINVOKE;
    m->is_internal_call = impl & MD_IMPL_INTERNAL_CALL;
    m->is_runtime_impl = (impl & MD_IMPL_CODE_TYPE_MASK) == MD_IMPL_RUNTIME;
    m->is_synchronized = impl & MD_IMPL_SYNCHRONIZED;
    m->no_inlining = impl & MD_IMPL_NO_INLINING;
    m->no_optimization = impl & MD_IMPL_NO_OPTIMIZATION;
    m->aggressive_inlining = impl & MD_IMPL_AGGRESSIVE_INLINING;
}

static uint16_t
generic_count(const struct md_image *img, uint32_t owner, uint32_t *first)
{
    uint32_t end;

    if (!md_find_rows(img, MD_GENERICPARAM, MD_GENERICPARAM_OWNER, owner, first, &end))
        return 0;
    return (uint16_t)(end - *first > UINT16_MAX ? UINT16_MAX : end - *first);
}

static void
method_fill(struct ty_def *def, struct ty_method_def *m, uint32_t row)
{
    const struct md_image *img = def->assembly->image;
    uint32_t first;

    m->assembly = def->assembly;
    m->owner = def;
    m->row = row;
    m->flags = (uint16_t)md_cell(img, MD_METHODDEF, row, MD_METHODDEF_FLAGS);
    m->impl_flags = (uint16_t)md_cell(img, MD_METHODDEF, row, MD_METHODDEF_IMPLFLAGS);
    m->name = md_cell_string(img, MD_METHODDEF, row, MD_METHODDEF_NAME);
    m->generic_count = generic_count(img, md_token(MD_METHODDEF, row), &first);
    m->has_body = md_cell(img, MD_METHODDEF, row, MD_METHODDEF_RVA) != 0;
    method_flags_fill(m);
}

/* True for `void Finalize()` that takes part in the override chain of Object.Finalize. */
static bool
is_finalizer(const struct ty_method_def *m)
{
    struct md_blob blob;

    if (!m->is_virtual || m->is_newslot || m->is_static || m->generic_count ||
        strcmp(m->name, "Finalize") != 0)
        return false;
    blob = md_cell_blob(m->assembly->image, MD_METHODDEF, m->row, MD_METHODDEF_SIGNATURE);
    return blob.size >= 3 && blob.at[0] == MD_SIG_HASTHIS && blob.at[1] == 0 &&
           blob.at[2] == MD_ELEMENT_VOID;
}

static void
methods_load(struct ty_context *ctx, struct ty_def *def)
{
    const struct md_image *img = def->assembly->image;
    struct ty_method_def *block;
    uint32_t first, end, i;

    md_list(img, MD_TYPEDEF, def->row, MD_TYPEDEF_METHODLIST, &first, &end);
    def->method_count = end - first;
    block = arena_array(ctx->arena, def->method_count, sizeof *block);
    def->methods = arena_array(ctx->arena, def->method_count, sizeof *def->methods);
    for (i = 0; i < def->method_count; i++) {
        struct ty_method_def *m = &block[i];

        method_fill(def, m, first + i);
        def->methods[i] = m;
        def->assembly->methoddefs[first + i - 1] = m;
        if (m->is_cctor && !def->cctor)
            def->cctor = m;
        if (is_finalizer(m) && def->well_known != WK_OBJECT)
            def->finalizer = m;
    }
}

static void
fields_load(struct ty_context *ctx, struct ty_def *def)
{
    const struct md_image *img = def->assembly->image;
    struct ty_field_def *block;
    uint32_t first, end, i;

    md_list(img, MD_TYPEDEF, def->row, MD_TYPEDEF_FIELDLIST, &first, &end);
    def->field_count = end - first;
    block = arena_array(ctx->arena, def->field_count, sizeof *block);
    def->fields = arena_array(ctx->arena, def->field_count, sizeof *def->fields);
    for (i = 0; i < def->field_count; i++) {
        struct ty_field_def *f = &block[i];

        f->owner = def;
        f->row = first + i;
        f->flags = (uint16_t)md_cell(img, MD_FIELD, f->row, MD_FIELD_FLAGS);
        f->name = md_cell_string(img, MD_FIELD, f->row, MD_FIELD_NAME);
        f->is_static = f->flags & MD_FLD_STATIC;
        f->is_literal = f->flags & MD_FLD_LITERAL;
        f->is_init_only = f->flags & MD_FLD_INIT_ONLY;
        f->has_rva = f->flags & MD_FLD_HAS_RVA;
        f->is_thread_static =
            f->is_static && !f->is_literal && !f->has_rva &&
            md_attribute_find(img, md_token(MD_FIELD, f->row), "System", "ThreadStaticAttribute");
        def->fields[i] = f;
        def->assembly->fielddefs[f->row - 1] = f;
    }
}

static void
generics_load(struct ty_context *ctx, struct ty_def *def)
{
    const struct md_image *img = def->assembly->image;
    uint32_t first, i;

    def->generic_count = generic_count(img, md_token(MD_TYPEDEF, def->row), &first);
    if (!def->generic_count)
        return;
    def->variance = arena_array(ctx->arena, def->generic_count, 1);
    for (i = 0; i < def->generic_count; i++) {
        uint32_t flags = md_cell(img, MD_GENERICPARAM, first + i, MD_GENERICPARAM_FLAGS);
        uint8_t v = (uint8_t)(flags & MD_GENERIC_VARIANCE_MASK);

        if (v == MD_GENERIC_VARIANCE_MASK) /* not a value of the standard */
            v = 0;
        def->variance[i] = v;
        def->has_variance |= v != 0;
    }
}

static void
inline_array_load(struct ty_def *def)
{
    const struct md_image *img = def->assembly->image;
    uint32_t row = md_attribute_find(img, md_token(MD_TYPEDEF, def->row),
                                     "System.Runtime.CompilerServices", "InlineArrayAttribute");
    struct md_attr_reader reader;
    struct md_attr_value value;

    if (!row)
        return;
    def->is_inline_array = true; /* a length that cannot be read stays 0: layout refuses it */
    if (md_attr_open(img, row, NULL, NULL, &reader) && md_attr_fixed(&reader, &value) &&
        value.kind == MD_VALUE_INT && value.integer > 0 && value.integer <= UINT32_MAX)
        def->inline_array_length = (uint32_t)value.integer;
}

static void
layout_load(struct ty_def *def)
{
    const struct md_image *img = def->assembly->image;
    uint32_t layout = def->flags & MD_TYPE_LAYOUT_MASK;
    uint32_t row = md_find_row(img, MD_CLASSLAYOUT, MD_CLASSLAYOUT_PARENT, def->row);

    def->is_sequential_layout = layout == MD_TYPE_SEQUENTIAL_LAYOUT;
    def->is_explicit_layout = layout == MD_TYPE_EXPLICIT_LAYOUT;
    if (row) {
        def->pack = md_cell(img, MD_CLASSLAYOUT, row, MD_CLASSLAYOUT_PACKINGSIZE);
        def->class_size = md_cell(img, MD_CLASSLAYOUT, row, MD_CLASSLAYOUT_CLASSSIZE);
    }
}

/* What the base class' name tells: value type, enum, delegate. */
static void
kind_load(struct ty_def *def)
{
    const struct ty_assembly *as = def->assembly;

    def->is_interface = def->flags & MD_TYPE_INTERFACE;
    def->is_abstract = def->flags & MD_TYPE_ABSTRACT;
    def->is_sealed = def->flags & MD_TYPE_SEALED;
    def->is_before_field_init = def->flags & MD_TYPE_BEFORE_FIELD_INIT;
    def->is_global = def->row == 1;
    if (def->is_interface)
        return;
    def->is_enum = is_system_type(as, def->extends, "Enum");
    def->is_value_type = def->is_enum || (is_system_type(as, def->extends, "ValueType") &&
                                          def->well_known != WK_ENUM);
    def->is_delegate = is_system_type(as, def->extends, "MulticastDelegate");
}

static void
element_load(struct ty_def *def)
{
    size_t i;

    def->element = def->is_interface    ? TY_EL_INTERFACE
                   : def->is_value_type ? TY_EL_VALUETYPE
                                        : TY_EL_CLASS;
    for (i = 0; i < sizeof primitives / sizeof primitives[0]; i++)
        if (def->well_known == (int)primitives[i].wk)
            def->element = primitives[i].element;
    if (def->is_enum)
        def->element = enum_element(def);
}

static struct ty_def *
def_make(struct ty_context *ctx, struct ty_assembly *as, uint32_t row)
{
    struct ty_def *def = arena_alloc(ctx->arena, sizeof *def);
    const struct md_image *img = as->image;
    uint32_t enclosing = md_typedef_enclosing(img, row);
    uint32_t token = md_token(MD_TYPEDEF, row);

    def->assembly = as;
    def->row = row;
    def->flags = md_cell(img, MD_TYPEDEF, row, MD_TYPEDEF_FLAGS);
    def->extends = md_cell(img, MD_TYPEDEF, row, MD_TYPEDEF_EXTENDS);
    if (md_token_row(def->extends) == 0)
        def->extends = 0;
    def->ns = md_typedef_namespace(img, row);
    def->name = md_typedef_name(img, row);
    def->full_name = md_typedef_full_name(img, row, ctx->arena);
    def->well_known = -1;
    if (as->is_core && !enclosing)
        def->well_known =
            (int)(uintptr_t)str_map_get(&ctx->priv->well_known_names, def->full_name) - 1;
    if (enclosing)
        def->enclosing = ty_def_at(ctx, as, enclosing);
    def->hash = def->enclosing ? ty_hash_nested(def->enclosing->hash, def->name)
                               : ty_name_hash(def->full_name);
    generics_load(ctx, def);
    kind_load(def);
    layout_load(def);
    methods_load(ctx, def);
    fields_load(ctx, def);
    element_load(def);
    if (def->is_value_type) {
        def->is_byref_like = md_attribute_find(img, token, "System.Runtime.CompilerServices",
                                               "IsByRefLikeAttribute") != 0;
        inline_array_load(def);
    }
    return def;
}

/* Names of nested types grow with their depth, and definitions are made outermost first. */
static bool
too_deep(const struct md_image *img, uint32_t row)
{
    unsigned depth = 0;

    while (row && depth <= TY_DEPTH_MAX) {
        row = md_typedef_enclosing(img, row);
        depth++;
    }
    return row != 0;
}

struct ty_def *
ty_def_at(struct ty_context *ctx, struct ty_assembly *as, uint32_t typedef_row)
{
    struct ty_def **slot;

    if (typedef_row == 0 || typedef_row > md_row_count(as->image, MD_TYPEDEF)) {
        ty_fail(ctx, TY_FAIL_BAD_IMAGE, "%s: token %08x: no such type", as->path,
                (unsigned)md_token(MD_TYPEDEF, typedef_row));
        return NULL;
    }
    slot = &as->typedefs[typedef_row - 1];
    if (!*slot && too_deep(as->image, typedef_row)) {
        ty_fail(ctx, TY_FAIL_TYPE_LOAD, "%s: token %08x: nested more than %d deep", as->path,
                (unsigned)md_token(MD_TYPEDEF, typedef_row), TY_DEPTH_MAX);
        return NULL;
    }
    if (!*slot)
        *slot = def_make(ctx, as, typedef_row);
    return *slot;
}

struct ty_method_def *
ty_method_def_at(struct ty_context *ctx, struct ty_assembly *as, uint32_t row)
{
    uint32_t owner = md_method_owner(as->image, row);

    if (!owner || !ty_def_at(ctx, as, owner) || !as->methoddefs[row - 1]) {
        ty_fail(ctx, TY_FAIL_BAD_IMAGE, "%s: token %08x: no such method", as->path,
                (unsigned)md_token(MD_METHODDEF, row));
        return NULL;
    }
    return as->methoddefs[row - 1];
}

struct ty_field_def *
ty_field_def_at(struct ty_context *ctx, struct ty_assembly *as, uint32_t row)
{
    uint32_t owner = md_field_owner(as->image, row);

    if (!owner || !ty_def_at(ctx, as, owner) || !as->fielddefs[row - 1]) {
        ty_fail(ctx, TY_FAIL_BAD_IMAGE, "%s: token %08x: no such field", as->path,
                (unsigned)md_token(MD_FIELD, row));
        return NULL;
    }
    return as->fielddefs[row - 1];
}

struct ty_sig *
ty_method_def_sig(struct ty_context *ctx, struct ty_method_def *def)
{
    struct md_blob blob;
    struct ty_sig *sig;

    if (def->open_sig)
        return def->open_sig;
    blob = md_cell_blob(def->assembly->image, MD_METHODDEF, def->row, MD_METHODDEF_SIGNATURE);
    sig = ty_sig_parse(ctx, def->assembly, blob, def->name);
    if (!sig)
        return NULL;
    if (sig->has_this == def->is_static || sig->generic_count != def->generic_count) {
        ty_fail(ctx, TY_FAIL_BAD_IMAGE, "%s: token %08x: the signature does not fit the method",
                def->assembly->path, (unsigned)md_token(MD_METHODDEF, def->row));
        return NULL;
    }
    def->open_sig = sig;
    return sig;
}

struct ty_type *
ty_field_def_type(struct ty_context *ctx, struct ty_field_def *def)
{
    struct ty_assembly *as = def->owner->assembly;

    if (!def->open_type)
        def->open_type =
            ty_field_parse(ctx, as, md_cell_blob(as->image, MD_FIELD, def->row, MD_FIELD_SIGNATURE),
                           def->name, &def->is_volatile);
    return def->open_type;
}

/* The number of parameters, without parsing their types; -1 when malformed. */
static int
param_count_of(const struct ty_method_def *m)
{
    const struct md_image *img = m->assembly->image;
    struct md_sig s =
        md_sig_over(img, md_cell_blob(img, MD_METHODDEF, m->row, MD_METHODDEF_SIGNATURE));
    uint32_t count;

    if (md_sig_u8(&s) & MD_SIG_GENERIC)
        md_sig_uint(&s);
    count = md_sig_uint(&s);
    return md_sig_failed(&s) ? -1 : (int)count;
}

struct ty_method_def *
ty_method_def_named(struct ty_context *ctx, struct ty_def *def, const char *name, int param_count)
{
    uint32_t i;

    (void)ctx;
    for (i = 0; i < def->method_count; i++) {
        struct ty_method_def *m = def->methods[i];

        if (strcmp(m->name, name) == 0 && (param_count < 0 || param_count_of(m) == param_count))
            return m;
    }
    return NULL;
}

struct ty_field_def *
ty_field_def_named(struct ty_context *ctx, struct ty_def *def, const char *name)
{
    uint32_t i;

    (void)ctx;
    for (i = 0; i < def->field_count; i++)
        if (strcmp(def->fields[i]->name, name) == 0)
            return def->fields[i];
    return NULL;
}
