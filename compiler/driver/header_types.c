/* compiler/driver/header_types.c - C types for what exports mention: enums as fixed-width integers
 * with constants, structs with the layout the compiler computed.
 * Every struct ends up with the compiler's size, alignment and offsets or the run ends: members are
 * placed by padding, #pragma pack and unions, and the header asserts the result. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/base/arena.h"
#include "compiler/base/diag.h"
#include "compiler/driver/header_priv.h"

enum { DEPTH_MAX = 64, EIGHTBYTES = 2 };

/* ---- identifiers -------------------------------------------------------------------------------- */

/* Keywords of C11, C17, C23 and C++20, macros without parameters and types of headers that come before ours, and what gcc predefines. */
static const char *const reserved[] = {
    "alignas", "alignof", "and", "and_eq", "asm", "assert", "auto", "bitand", "bitor", "bool", "break", "case", "catch", "char", "char8_t",
    "char16_t", "char32_t", "class", "co_await", "co_return", "co_yield", "compl", "concept", "const", "const_cast", "consteval", "constexpr",
    "constinit", "continue", "decltype", "default", "delete", "do", "double", "dynamic_cast", "else", "enum", "explicit", "export", "extern",
    "false", "float", "for", "friend", "goto", "if", "inline", "int", "linux", "long", "mutable", "namespace", "new", "noexcept", "not",
    "not_eq", "nullptr", "offsetof", "operator", "or", "or_eq", "private", "protected", "public", "register", "reinterpret_cast", "requires",
    "restrict", "return", "short", "signed", "sizeof", "static", "static_assert", "static_cast", "struct", "switch", "template", "this",
    "thread_local", "throw", "true", "try", "typedef", "typeid", "typename", "typeof", "typeof_unqual", "union", "unix", "unsigned", "using",
    "virtual", "void", "volatile", "wchar_t", "while", "xor", "xor_eq", "NULL", "int8_t", "int16_t", "int32_t", "int64_t", "uint8_t",
    "uint16_t", "uint32_t", "uint64_t", "intptr_t", "uintptr_t", "size_t", "ptrdiff_t", "max_align_t", "memcpy", "memset", "main",
    "errno", "stdin", "stdout", "stderr", "EOF", "FILE", "DIR", "BUFSIZ", "RAND_MAX", "CHAR_BIT", "EXIT_SUCCESS", "EXIT_FAILURE", "INFINITY",
    "NAN", "HUGE_VAL", "noreturn",
};

/* INT32_MAX, LONG_MIN and the like: an integer type of <limits.h> or <stdint.h> and its end. */
static bool
is_limit(const char *text)
{
    static const char *const types[] = {"CHAR", "SCHAR", "SHRT", "INT", "LONG", "LLONG", "INT8", "INT16", "INT32", "INT64", "INTPTR",
                                        "INTMAX", "PTRDIFF", "SIZE", "SSIZE", "WCHAR", "PATH", "NAME"};
    const char *underscore = strrchr(text, '_');

    if (!underscore || (strcmp(underscore, "_MIN") != 0 && strcmp(underscore, "_MAX") != 0))
        return false;
    text += text[0] == 'U';
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strlen(types[i]) == (size_t)(underscore - text) && memcmp(text, types[i], (size_t)(underscore - text)) == 0)
            return true;
    return false;
}

static bool
is_reserved(const char *text)
{
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        if (strcmp(text, reserved[i]) == 0)
            return true;
    return strncmp(text, "corert_", 7) == 0 || is_limit(text);
}

static bool
is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool
hdr_is_identifier(const char *text)
{
    if (!is_letter(text[0]) || is_reserved(text))
        return false;
    for (; *text; text++)
        if (!is_letter(*text) && !is_digit(*text))
            return false;
    return true;
}

const char *
hdr_identifier(struct hdr *h, const char *text)
{
    char *copy = arena_printf(h->a, "%s%s", is_digit(text[0]) || !text[0] ? "_" : "", text), *to = copy;

    /* One underscore a character: continuation bytes of UTF-8 go. */
    for (const char *c = copy; *c; c++)
        if (((unsigned char)*c & 0xC0) != 0x80)
            *to++ = *c;
    *to = 0;
    for (char *c = copy; *c; c++)
        if (!is_letter(*c) && !is_digit(*c))
            *c = '_';
    /* Names that begin so belong to the C implementation. */
    if (copy[0] == '_' && (copy[1] == '_' || (copy[1] >= 'A' && copy[1] <= 'Z')))
        copy = arena_printf(h->a, "x%s", copy);
    return is_reserved(copy) ? arena_printf(h->a, "%s_", copy) : copy;
}

static bool
is_type_name(const struct hdr *h, const char *name)
{
    for (size_t i = 0; i < h->types.count; i++) {
        const struct hdr_type *t = h->types.at[i];

        if (t->name && strcmp(t->name, name) == 0)
            return true;
    }
    return false;
}

const char *
hdr_unique(struct hdr *h, struct str_map *set, const char *text)
{
    const char *name = hdr_identifier(h, text);

    /* In C++ a member may not have the name of a type that the struct mentions. */
    while (str_map_get(set, name) || is_type_name(h, name))
        name = arena_printf(h->a, "%s_", name);
    str_map_put(set, name, h);
    return name;
}

/* ---- which types -------------------------------------------------------------------------------- */

static _Noreturn void
refuse(struct hdr *h, struct ty_type *t, const char *why)
{
    diag_fatal("--header: %s: %s: %s", h->where, ty_name(h->d->ty, t), why);
}

static const char *
primitive(enum ty_element element)
{
    switch ((int)element) {
    case TY_EL_VOID: return "void";
    case TY_EL_BOOL: return "uint8_t"; /* one byte, as blittable bool is */
    case TY_EL_CHAR: return "uint16_t";
    case TY_EL_I1: return "int8_t";
    case TY_EL_U1: return "uint8_t";
    case TY_EL_I2: return "int16_t";
    case TY_EL_U2: return "uint16_t";
    case TY_EL_I4: return "int32_t";
    case TY_EL_U4: return "uint32_t";
    case TY_EL_I8: return "int64_t";
    case TY_EL_U8: return "uint64_t";
    case TY_EL_I: return "intptr_t";
    case TY_EL_U: return "uintptr_t";
    case TY_EL_R4: return "float";
    case TY_EL_R8: return "double";
    default: return NULL;
    }
}

static bool
is_enum(const struct ty_type *t)
{
    return t->form == TY_FORM_DEF && t->def->is_enum;
}

static bool
is_struct(const struct ty_type *t)
{
    return t->form == TY_FORM_DEF && t->is_value_type && !t->def->is_enum && !primitive(t->element);
}

static bool
is_instance_field(const struct ty_field_def *f)
{
    return !f->is_static && !f->is_literal;
}

static struct ty_type *
field_type(struct hdr *h, struct ty_type *owner, struct ty_field_def *def)
{
    struct ty_field *f = ty_field_on(h->d->ty, owner, def);

    if (!f)
        diag_fatal("%s", h->d->ty->failure.text);
    return f->type;
}

static const struct ty_layout *
layout_of(struct hdr *h, struct ty_type *t)
{
    const struct ty_layout *l = ty_layout_of(h->d->ty, t);

    if (!l)
        diag_fatal("%s", h->d->ty->failure.text);
    return l;
}

/* `fixed int a[4]` is a field whose type is a generated struct; the attribute tells it from others. */
static bool
is_fixed_buffer(const struct ty_field_def *f)
{
    return ty_attribute_find(f->owner->assembly, (uint32_t)MD_FIELD << 24 | f->row, "System.Runtime.CompilerServices", "FixedBufferAttribute") != 0;
}

static struct ty_field_def *
first_field(const struct ty_def *def)
{
    for (uint32_t i = 0; i < def->field_count; i++)
        if (is_instance_field(def->fields[i]))
            return def->fields[i];
    return NULL;
}

static void collect_at(struct hdr *h, struct ty_type *t, enum hdr_use use, unsigned depth);

static void
collect_fields(struct hdr *h, struct ty_type *t, enum hdr_use use, unsigned depth)
{
    const char *outer = h->where;

    for (uint32_t i = 0; i < t->def->field_count; i++) {
        struct ty_field_def *f = t->def->fields[i];
        struct ty_type *type;

        if (!is_instance_field(f))
            continue;
        h->where = arena_printf(h->a, "%s, field %s of %s", outer, f->name, ty_name(h->d->ty, t));
        type = field_type(h, t, f);
        if (is_fixed_buffer(f) && is_struct(type) && first_field(type->def))
            type = field_type(h, type, first_field(type->def));
        collect_at(h, type, use, depth + 1);
        h->where = outer;
    }
}

static void
collect_named(struct hdr *h, struct ty_type *t, enum hdr_use use, unsigned depth)
{
    struct hdr_type *n = ptr_map_get(&h->by_type, t);
    bool is_new = !n;

    if (is_new) {
        n = arena_alloc(h->a, sizeof *n);
        n->type = t;
        ptr_map_put(&h->by_type, t, n);
        ptr_vec_push(&h->types, n);
        if (is_struct(t))
            /* Unmanaged code may hold a pointer to what it cannot look into. */
            n->opaque = t->has_vars || t->is_canon || layout_of(h, t)->has_refs;
    }
    if (!is_new && use <= n->use)
        return;
    n->where = h->where;
    n->use = use;
    if (n->opaque && use != HDR_POINTED)
        refuse(h, t, "holds references, which C cannot see");
    if (is_struct(t) && !n->opaque)
        collect_fields(h, t, use > HDR_STORED ? use : HDR_STORED, depth);
}

static void
collect_function(struct hdr *h, struct ty_type *t, unsigned depth)
{
    if (t->fnptr->conv == TY_CC_DEFAULT)
        refuse(h, t, "is a managed function pointer: use delegate* unmanaged");
    if (t->fnptr->conv == TY_CC_VARARG)
        refuse(h, t, "has variable arguments");
    collect_at(h, t->fnptr->ret, HDR_PASSED, depth + 1);
    for (uint32_t i = 0; i < t->fnptr->param_count; i++)
        collect_at(h, t->fnptr->params[i], HDR_PASSED, depth + 1);
}

static void
collect_at(struct hdr *h, struct ty_type *t, enum hdr_use use, unsigned depth)
{
    if (depth > DEPTH_MAX)
        refuse(h, t, "is nested too deeply");
    if (t->form == TY_FORM_POINTER)
        collect_at(h, t->param, HDR_POINTED, depth + 1);
    else if (t->form == TY_FORM_FNPTR)
        collect_function(h, t, depth);
    else if (t->form == TY_FORM_BYREF)
        refuse(h, t, "is a managed reference: use a pointer");
    else if (t->form != TY_FORM_DEF || !(t->is_value_type || t->element == TY_EL_VOID))
        refuse(h, t, "is a managed object, which C cannot see: use a pointer, an integer handle or a struct");
    else if (t->def->is_byref_like)
        refuse(h, t, "is a ref struct (a span?): pass a pointer and a length");
    else if (is_enum(t) || is_struct(t))
        collect_named(h, t, use, depth);
}

void
hdr_collect(struct hdr *h, struct ty_type *t, enum hdr_use use)
{
    collect_at(h, t, use, 0);
}

/* ---- names of types ------------------------------------------------------------------------------ */

/* "Outer_Inner", or with its namespace; generic arity goes, arguments come behind. */
static const char *
spelling(struct hdr *h, struct ty_type *t, bool with_namespace)
{
    const char *full, *text = "";
    size_t skip;

    if (t->form != TY_FORM_DEF)
        return arena_printf(h->a, "%s_ptr", t->param ? spelling(h, t->param, with_namespace) : "function");
    full = t->def->full_name;
    skip = strlen(t->def->ns);
    if (!with_namespace && skip && strncmp(full, t->def->ns, skip) == 0 && full[skip] == '.')
        full += skip + 1;
    for (const char *c = full; *c; c++)
        if (*c == '`')
            while (c[1] && (is_digit(c[1])))
                c++;
        else
            text = arena_printf(h->a, "%s%c", text, *c);
    for (uint16_t i = 0; i < t->arg_count; i++)
        text = arena_printf(h->a, "%s_%s", text, spelling(h, t->args[i], with_namespace));
    return hdr_identifier(h, text);
}

void
hdr_name_types(struct hdr *h)
{
    struct ptr_map first = {0};
    struct str_map shorts = {0};

    /* A short name that two types would have is nobody's, so that order does not matter. */
    for (size_t i = 0; i < h->types.count; i++) {
        struct hdr_type *t = h->types.at[i];
        const char *name = spelling(h, t->type, false);
        void *other = str_map_get(&shorts, name);

        str_map_put(&shorts, name, t);
        if (other) {
            ptr_map_put(&first, other, t);
            ptr_map_put(&first, t, t);
        }
    }
    for (size_t i = 0; i < h->types.count; i++) {
        struct hdr_type *t = h->types.at[i];
        const char *name = spelling(h, t->type, ptr_map_has(&first, t));

        while (str_map_get(&h->taken, name))
            name = arena_printf(h->a, "%s_", name);
        str_map_put(&h->taken, name, t);
        t->name = name;
    }
    ptr_map_free(&first);
    str_map_free(&shorts);
}

/* ---- declarations --------------------------------------------------------------------------------- */

static const char *
base_name(struct hdr *h, struct ty_type *t)
{
    const struct hdr_type *n = ptr_map_get(&h->by_type, t);

    return n ? n->name : primitive(t->element);
}

const char *
hdr_declare(struct hdr *h, struct ty_type *t, const char *declarator)
{
    const char *params = "";

    if (t->form == TY_FORM_POINTER)
        return hdr_declare(h, t->param, arena_printf(h->a, "*%s", declarator));
    if (t->form == TY_FORM_FNPTR) {
        for (uint32_t i = 0; i < t->fnptr->param_count; i++)
            params = arena_printf(h->a, "%s%s%s", params, i ? ", " : "", hdr_declare(h, t->fnptr->params[i], ""));
        return hdr_declare(h, t->fnptr->ret, arena_printf(h->a, "(*%s)(%s)", declarator, params[0] ? params : "void"));
    }
    return arena_printf(h->a, "%s%s%s", base_name(h, t), declarator[0] ? " " : "", declarator);
}

/* ---- enums ---------------------------------------------------------------------------------------- */

static int64_t
constant_of(const struct ty_field_def *f)
{
    const struct md_image *img = f->owner->assembly->image;
    uint32_t row = md_find_row(img, MD_CONSTANT, MD_CONSTANT_PARENT, (uint32_t)MD_FIELD << 24 | f->row);
    struct md_blob blob = {0};
    uint64_t v = 0;
    uint32_t n;

    if (row)
        blob = md_cell_blob(img, MD_CONSTANT, row, MD_CONSTANT_VALUE);
    n = blob.size < 8 ? (uint32_t)blob.size : 8;
    for (uint32_t i = 0; i < n; i++)
        v |= (uint64_t)blob.at[i] << (8 * i);
    return (int64_t)v;
}

static int64_t
extend(int64_t v, enum ty_element element)
{
    switch ((int)element) {
    case TY_EL_I1: return (int8_t)v;
    case TY_EL_I2: return (int16_t)v;
    case TY_EL_I4: return (int32_t)v;
    default: return v;
    }
}

static void
write_constant(struct hdr *h, const struct hdr_type *t, const char *name, int64_t v, bool small)
{
    bool is_signed = t->type->element == TY_EL_I1 || t->type->element == TY_EL_I2 || t->type->element == TY_EL_I4 || t->type->element == TY_EL_I8;

    if (small)
        hdr_printf(h, "    %s = %lld,\n", name, (long long)v);
    else if (is_signed && v == INT64_MIN)
        hdr_printf(h, "#define %s ((%s)INT64_MIN)\n", name, t->name);
    else if (is_signed)
        hdr_printf(h, "#define %s ((%s)INT64_C(%lld))\n", name, t->name, (long long)v);
    else
        hdr_printf(h, "#define %s ((%s)UINT64_C(%llu))\n", name, t->name, (unsigned long long)v);
}

/* C enumerators are ints; larger ones become macros, and then all of the enum do. */
static void
write_enum(struct hdr *h, const struct hdr_type *t)
{
    const struct ty_def *def = t->type->def;
    bool small = true, any = false;

    hdr_printf(h, "/* enum %s */\ntypedef %s %s;\n", hdr_comment(h, def->full_name), primitive(t->type->element), t->name);
    for (uint32_t i = 0; i < def->field_count; i++) {
        int64_t v = def->fields[i]->is_literal ? extend(constant_of(def->fields[i]), t->type->element) : 0;

        any = any || def->fields[i]->is_literal;
        small = small && v >= (t->type->element == TY_EL_U8 ? 0 : INT32_MIN) && v <= INT32_MAX;
    }
    if (any && small)
        hdr_printf(h, "enum {\n");
    for (uint32_t i = 0; i < def->field_count; i++)
        if (def->fields[i]->is_literal) {
            const char *name = hdr_unique(h, &h->taken, arena_printf(h->a, "%s_%s", t->name, def->fields[i]->name));

            write_constant(h, t, name, extend(constant_of(def->fields[i]), t->type->element), small);
        }
    hdr_printf(h, any && small ? "};\n\n" : "\n");
}

/* ---- structs --------------------------------------------------------------------------------------- */

struct member {
    const char *name, *declaration;
    const char *part; /* the struct that places it in a union; NULL: not needed */
    uint32_t offset, size, align, index;
};

struct record {
    struct hdr *h;
    const struct hdr_type *t;
    const struct ty_layout *layout;
    struct member *members;
    uint32_t count, paddings;
};

static int
by_offset(const void *a, const void *b)
{
    const struct member *x = a, *y = b;

    if (x->offset != y->offset)
        return x->offset < y->offset ? -1 : 1;
    return x->index < y->index ? -1 : 1;
}

static const char *
field_name(struct hdr *h, struct str_map *names, const char *text)
{
    const char *end = strchr(text, '>');

    size_t n = strlen(text);

    if (text[0] == '<' && end && end > text + 1) /* of an automatic property */
        text = arena_strndup(h->a, text + 1, (size_t)(end - text - 1));
    else if (n > 1 && text[n - 1] == '@') /* of an F# record or a property with `val` */
        text = arena_strndup(h->a, text, n - 1);
    return hdr_unique(h, names, text);
}

static void
size_and_align(struct hdr *h, struct ty_type *t, uint32_t *size, uint32_t *align)
{
    const struct ty_layout *l;

    *size = *align = 8;
    if (t->form == TY_FORM_POINTER || t->form == TY_FORM_FNPTR)
        return;
    l = layout_of(h, t);
    *size = l->size;
    *align = l->align;
}

static void
member_of(struct record *r, struct str_map *names, uint32_t index)
{
    struct hdr *h = r->h;
    struct ty_field_def *f = r->t->type->def->fields[index];
    struct ty_type *type = field_type(h, r->t->type, f);
    struct member *m = &r->members[r->count++];
    uint32_t bytes, times = 1;

    m->index = index;
    m->name = field_name(h, names, f->name);
    m->offset = r->layout->field_offsets[index];
    size_and_align(h, type, &m->size, &m->align);
    bytes = m->size;
    if (is_fixed_buffer(f) && is_struct(type) && first_field(type->def)) {
        type = field_type(h, type, first_field(type->def));
        size_and_align(h, type, &m->size, &m->align);
        times = m->size ? bytes / m->size : 1;
    } else if (r->t->type->def->is_inline_array) {
        times = r->t->type->def->inline_array_length;
    }
    m->size *= times;
    if (times != 1 || r->t->type->def->is_inline_array)
        m->declaration = hdr_declare(h, type, arena_printf(h->a, "%s[%u]", m->name, times));
    else
        m->declaration = hdr_declare(h, type, m->name);
}

static uint32_t
up(uint32_t v, uint32_t align)
{
    return (v + align - 1) / align * align;
}

static uint32_t
least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Members [*first, *end) of one run of overlapping bytes from `first`; gives its end offset. */
static uint32_t
cluster(const struct record *r, uint32_t first, uint32_t *end)
{
    uint32_t limit = r->members[first].offset + r->members[first].size, i;

    for (i = first + 1; i < r->count && r->members[i].offset < limit; i++) {
        uint32_t e = r->members[i].offset + r->members[i].size;

        if (e > limit)
            limit = e;
    }
    *end = i;
    return limit;
}

/* Does every member land at its offset under #pragma pack(pack), with padding bytes between? */
static bool
pack_fits(const struct record *r, uint32_t pack)
{
    uint32_t align = 1, at = 0, i, end;

    for (i = 0; i < r->count; i = end) {
        uint32_t base = r->members[i].offset, limit = cluster(r, i, &end), here = 1;

        for (uint32_t k = i; k < end; k++) {
            uint32_t a = least(r->members[k].align, pack);

            if (r->members[k].offset % a || (r->members[k].offset - base) % a)
                return false;
            here = a > here ? a : here;
        }
        if (base % here || base < at)
            return false;
        /* The union of a cluster is padded to its own alignment. */
        at = end - i > 1 ? base + up(limit - base, here) : limit;
        align = here > align ? here : align;
    }
    return at <= r->layout->size && align == r->layout->align && r->layout->size % align == 0;
}

/* Bytes [at, at + bytes) of the struct. To a C compiler they are integers, which may pass a struct of
 * floating-point members in other registers than the module expects. */
static void
write_padding(struct record *r, const char *indent, uint32_t at, uint32_t bytes)
{
    if (!bytes)
        return;
    for (uint32_t i = 0; i < EIGHTBYTES && r->t->use == HDR_PASSED && !r->layout->abi_memory; i++)
        if (at < 8 * i + 8 && at + bytes > 8 * i && r->layout->abi[i] != TY_ABI_INTEGER) {
            r->h->where = r->t->where;
            refuse(r->h, r->t->type, "has padding that C would pass by value in other registers: use a pointer");
        }
    hdr_printf(r->h, "%suint8_t padding_%u[%u];\n", indent, r->paddings++, bytes);
}

/* C++ has no types inside an anonymous union: the parts of one that begin later than it stand before
 * the struct, each as a struct of padding and the member. */
static void
write_late_parts(struct record *r)
{
    uint32_t i, end;

    for (i = 0; i < r->count; i = end) {
        cluster(r, i, &end);
        for (uint32_t k = i; k < end; k++) {
            struct member *m = &r->members[k];

            if (m->offset == r->members[i].offset)
                continue;
            m->part = hdr_unique(r->h, &r->h->taken, arena_printf(r->h->a, "%s_at_%s", r->t->name, m->name));
            hdr_printf(r->h, "struct %s {\n", m->part);
            write_padding(r, "    ", r->members[i].offset, m->offset - r->members[i].offset);
            hdr_printf(r->h, "    %s;\n};\n", m->declaration);
        }
    }
}

static void
write_union(struct record *r, uint32_t first, uint32_t end)
{
    hdr_printf(r->h, "    union {\n");
    for (uint32_t i = first; i < end; i++) {
        struct member *m = &r->members[i];

        if (m->part) {
            hdr_printf(r->h, "        struct %s at_%s;\n", m->part, m->name);
            m->name = arena_printf(r->h->a, "at_%s.%s", m->name, m->name);
        } else {
            hdr_printf(r->h, "        %s;\n", m->declaration);
        }
    }
    hdr_printf(r->h, "    };\n");
}

static void
write_members(struct record *r, uint32_t pack)
{
    uint32_t at = 0, i, end;

    for (i = 0; i < r->count; i = end) {
        uint32_t base = r->members[i].offset, limit = cluster(r, i, &end), here = 1;

        for (uint32_t k = i; k < end; k++)
            here = least(r->members[k].align, pack) > here ? least(r->members[k].align, pack) : here;
        if (base > up(at, here))
            write_padding(r, "    ", at, base - at);
        if (end - i > 1)
            write_union(r, i, end);
        else
            hdr_printf(r->h, "    %s;\n", r->members[i].declaration);
        at = end - i > 1 ? base + up(limit - base, here) : limit;
    }
    if (r->count && up(at, r->layout->align) < r->layout->size)
        write_padding(r, "    ", at, r->layout->size - at);
    if (!r->count)
        write_padding(r, "    ", 0, r->layout->size);
}

static void
write_asserts(const struct record *r)
{
    const char *name = r->t->name;

    hdr_printf(r->h, "static_assert(sizeof(%s) == %u, \"size of %s\");\n", name, r->layout->size, name);
    hdr_printf(r->h, "static_assert(alignof(%s) == %u, \"alignment of %s\");\n", name, r->layout->align, name);
    for (uint32_t i = 0; i < r->count; i++)
        hdr_printf(r->h, "static_assert(offsetof(%s, %s) == %u, \"%s.%s\");\n", name, r->members[i].name, r->members[i].offset, name,
                   r->members[i].name);
    hdr_printf(r->h, "\n");
}

static void write_struct(struct hdr *h, struct hdr_type *t);

static void
write_parts_first(struct hdr *h, const struct hdr_type *t)
{
    for (uint32_t i = 0; i < t->type->def->field_count; i++) {
        struct hdr_type *part;

        if (!is_instance_field(t->type->def->fields[i]))
            continue;
        part = ptr_map_get(&h->by_type, field_type(h, t->type, t->type->def->fields[i]));
        if (part && is_struct(part->type))
            write_struct(h, part);
    }
}

static void
write_struct(struct hdr *h, struct hdr_type *t)
{
    static const uint32_t packs[] = {16, 8, 4, 2, 1};
    struct record r = {.h = h, .t = t, .layout = layout_of(h, t->type)};
    struct str_map names = {0};
    uint32_t pack = 0;

    if (t->written || t->opaque)
        return;
    t->written = true;
    write_parts_first(h, t);
    r.members = arena_array(h->a, t->type->def->field_count + 1, sizeof *r.members);
    for (uint32_t i = 0; i < t->type->def->field_count; i++)
        if (is_instance_field(t->type->def->fields[i]))
            member_of(&r, &names, i);
    str_map_free(&names);
    qsort(r.members, r.count, sizeof *r.members, by_offset);
    for (size_t i = 0; i < sizeof packs / sizeof *packs && !pack; i++)
        if (pack_fits(&r, packs[i]))
            pack = packs[i];
    h->where = t->where;
    if (!pack && r.count)
        refuse(h, t->type, "has a layout that cannot be written in C");
    hdr_printf(h, "/* struct %s */\n", hdr_comment(h, ty_name(h->d->ty, t->type)));
    if (r.count && pack < 16)
        hdr_printf(h, "#pragma pack(push, %u)\n", pack);
    write_late_parts(&r);
    hdr_printf(h, "struct %s {\n", t->name);
    write_members(&r, r.count ? pack : 1);
    hdr_printf(h, "};\n");
    if (r.count && pack < 16)
        hdr_printf(h, "#pragma pack(pop)\n");
    write_asserts(&r);
}

void
hdr_write_types(struct hdr *h)
{
    bool any = false;

    for (size_t i = 0; i < h->types.count; i++) {
        struct hdr_type *t = h->types.at[i];

        if (is_enum(t->type))
            write_enum(h, t);
    }
    for (size_t i = 0; i < h->types.count; i++) {
        struct hdr_type *t = h->types.at[i];

        if (is_struct(t->type))
            hdr_printf(h, "typedef struct %s %s;\n", t->name, t->name);
        any = any || is_struct(t->type);
    }
    if (any)
        hdr_printf(h, "\n");
    for (size_t i = 0; i < h->types.count; i++)
        if (is_struct(((struct hdr_type *)h->types.at[i])->type))
            write_struct(h, h->types.at[i]);
}
