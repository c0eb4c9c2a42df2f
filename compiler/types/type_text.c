/* compiler/types/type_text.c - the names that Type.GetType takes: "Ns.Outer+Name`1[[Arg,
 * Assembly]][], Assembly". */
#include "compiler/types/ty_priv.h"

enum { NESTING_MAX = 16, ARGUMENTS_MAX = 64 };

struct reader {
    struct ty_context *ctx;
    struct ty_assembly *home; /* where unqualified names are looked up first */
    const char *at;
    int depth;
    bool bad; /* no name of a type */
};

static struct ty_type *read_type(struct reader *r, bool qualified, const char *end);

static void
skip_blanks(struct reader *r)
{
    while (*r->at == ' ')
        r->at++;
}

/* "Ns.Outer/Name", without escapes; stops before what is no part of it. */
static const char *
read_name(struct reader *r)
{
    struct byte_vec v = {0};
    const char *name;

    for (skip_blanks(r); *r->at && !strchr(",[]&*", *r->at); r->at++) {
        if (*r->at == '\\' && r->at[1])
            r->at++;
        else if (*r->at == '+') {
            byte_vec_u8(&v, '/');
            continue;
        }
        byte_vec_u8(&v, (uint8_t)*r->at);
    }
    r->bad |= v.count == 0;
    name = arena_strndup(r->ctx->arena, v.count ? (const char *)v.at : "", v.count);
    byte_vec_free(&v);
    return name;
}

/* The assembly behind the comma, by its simple name; NULL: none is named, or there is no such one.
 */
static struct ty_assembly *
read_assembly(struct reader *r, const char *end, bool *named)
{
    const char *from;
    size_t n;

    *named = *r->at == ',';
    if (!*named)
        return NULL;
    r->at++;
    skip_blanks(r);
    from = r->at;
    n = strcspn(from, ",]");
    r->at = from + strcspn(from, end);
    return ty_assembly_find(r->ctx, arena_strndup(r->ctx->arena, from, n));
}

/* [A,B] or [[A, Assembly],[B, Assembly]]; leaves what is no list, as of an array, alone. */
static struct ty_type **
read_arguments(struct reader *r, uint16_t *count)
{
    struct ty_type **args = arena_array(r->ctx->arena, ARGUMENTS_MAX, sizeof(struct ty_type *));

    *count = 0;
    if (*r->at != '[' || !r->at[1] || strchr(",]*", r->at[1]))
        return args;
    do {
        bool bracketed;

        r->at++;
        skip_blanks(r);
        bracketed = *r->at == '[';
        r->at += bracketed;
        if (*count == ARGUMENTS_MAX)
            return NULL;
        args[*count] = read_type(r, bracketed, "]");
        if (!args[(*count)++] || (bracketed && *r->at++ != ']'))
            return NULL;
        skip_blanks(r);
    } while (*r->at == ',');
    return *r->at++ == ']' ? args : NULL;
}

/* What stands behind the name: arrays, pointers, a reference. As text, because the assembly comes
 * after it. */
static struct ty_type *
apply_suffixes(struct reader *r, struct ty_type *t, const char *at, const char *end)
{
    while (t && at < end) {
        uint32_t rank = 1;
        bool star = false;

        if (*at == ' ') {
            at++;
            continue;
        }
        if (*at != '[') {
            t = *at == '*' ? ty_pointer(r->ctx, t) : ty_byref(r->ctx, t);
            at++;
            continue;
        }
        for (at++; at < end && *at != ']'; at++) {
            rank += *at == ',';
            star |= *at == '*';
        }
        at++;
        t = rank == 1 && !star ? ty_array(r->ctx, t) : ty_md_array(r->ctx, t, rank);
    }
    return t;
}

static struct ty_type *
make(struct reader *r, struct ty_def *def, struct ty_type **args, uint16_t count)
{
    if (!count)
        return ty_type_of_def(r->ctx, def);
    return count == def->generic_count ? ty_instantiate(r->ctx, def, args, count) : NULL;
}

static struct ty_type *
read_type(struct reader *r, bool qualified, const char *end)
{
    const char *name, *suffixes;
    struct ty_assembly *as = NULL;
    struct ty_type **args, *t;
    struct ty_def *def;
    size_t suffix_bytes;
    uint16_t count;
    bool named = false;

    if (++r->depth > NESTING_MAX)
        return NULL;
    name = read_name(r);
    args = read_arguments(r, &count);
    suffixes = r->at;
    if (!args || r->bad)
        return NULL;
    for (suffix_bytes = 0; suffixes[suffix_bytes] && strchr("[*& ", suffixes[suffix_bytes]);
         suffix_bytes++)
        if (suffixes[suffix_bytes] == '[') {
            suffix_bytes += 1 + strspn(suffixes + suffix_bytes + 1, ",*");
            if (suffixes[suffix_bytes] != ']')
                return NULL;
        }
    r->at += suffix_bytes;
    if (qualified)
        as = read_assembly(r, end, &named);
    r->depth--;
    def = named ? (as ? ty_def_find(r->ctx, as, name) : NULL) : ty_def_find(r->ctx, r->home, name);
    if (!def && !named)
        def = ty_def_find(r->ctx, r->ctx->core, name);
    t = def ? make(r, def, args, count) : NULL;
    return apply_suffixes(r, t, suffixes, suffixes + suffix_bytes);
}

struct ty_type *
ty_type_by_text(struct ty_context *ctx, struct ty_assembly *home, const char *text, bool *is_name)
{
    struct ty_failure failure = ctx->failure; /* what is not found is an answer */
    struct reader r = {.ctx = ctx, .home = home, .at = text};
    struct ty_type *t = read_type(&r, true, "");

    *is_name = !r.bad && (!t || !*r.at);
    ctx->failure = failure;
    return *is_name ? t : NULL;
}
