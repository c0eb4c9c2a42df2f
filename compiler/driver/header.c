/* compiler/driver/header.c - --header: a C and C++ header for the module's exports.
 * For a loaded module: a struct of function pointers and NAME_bind(). For one linked with --static:
 * prototypes and NAME_attach(). Types are in header_types.c. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "compiler/base/arena.h"
#include "compiler/base/diag.h"
#include "compiler/driver/header_priv.h"
#include "pal/pal.h"

struct export {
    struct ty_method *method;
    const char *member;     /* of the struct: unique, an identifier */
    const char *parameters; /* "(int32_t a, int32_t b)" */
    bool linkable;          /* its entry point is an identifier */
};

void
hdr_printf(struct hdr *h, const char *format, ...)
{
    char small[512], *text = small;
    va_list list;
    int n;

    va_start(list, format);
    n = vsnprintf(small, sizeof small, format, list);
    va_end(list);
    if (n >= (int)sizeof small) {
        text = arena_array(h->a, (size_t)n + 1, 1);
        va_start(list, format);
        vsnprintf(text, (size_t)n + 1, format, list);
        va_end(list);
    }
    if (n > 0)
        byte_vec_put(&h->out, text, (size_t)n);
}

const char *
hdr_comment(struct hdr *h, const char *text)
{
    char *copy = arena_strdup(h->a, text);

    for (char *c = copy; *c; c++)
        if ((unsigned char)*c < ' ' || *c == '\\' || (*c == '/' && ((c > copy && c[-1] == '*') || c[1] == '*')))
            *c = '?';
    return copy;
}

const char *
hdr_literal(struct hdr *h, const char *text)
{
    struct byte_vec out = {0};
    const char *copy;

    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        char octal[5];

        if (c >= ' ' && c < 0x7F && c != '"' && c != '\\' && c != '?') {
            byte_vec_u8(&out, c);
            continue;
        }
        snprintf(octal, sizeof octal, "\\%03o", c);
        byte_vec_put(&out, octal, 4);
    }
    copy = arena_strndup(h->a, out.count ? (const char *)out.at : "", out.count);
    byte_vec_free(&out);
    return copy;
}

/* ---- exports --------------------------------------------------------------------------------------- */

static const char *
parameter_name(const struct ty_method_def *m, uint32_t number)
{
    const struct md_image *img = m->assembly->image;
    uint32_t row, end;

    md_list(img, MD_METHODDEF, m->row, MD_METHODDEF_PARAMLIST, &row, &end);
    for (; row < end; row++)
        if (md_cell(img, MD_PARAM, row, MD_PARAM_SEQUENCE) == number)
            return md_cell_string(img, MD_PARAM, row, MD_PARAM_NAME);
    return "";
}

static void
collect(struct hdr *h, const struct ty_method *m)
{
    const char *name = arena_printf(h->a, "%s.%s", m->def->owner->full_name, m->def->name);

    h->where = arena_printf(h->a, "%s, result", name);
    hdr_collect(h, m->sig->ret, HDR_PASSED);
    for (uint32_t i = 0; i < m->sig->param_count; i++) {
        h->where = arena_printf(h->a, "%s, parameter %u %s", name, i + 1, parameter_name(m->def, i + 1));
        hdr_collect(h, m->sig->params[i], HDR_PASSED);
    }
}

static const char *
parameters(struct hdr *h, const struct ty_method *m)
{
    struct str_map names = {0};
    const char *text = "";

    for (uint32_t i = 0; i < m->sig->param_count; i++) {
        const char *given = parameter_name(m->def, i + 1);
        const char *name = hdr_unique(h, &names, given[0] ? given : arena_printf(h->a, "arg%u", i + 1));

        text = arena_printf(h->a, "%s%s%s", text, i ? ", " : "", hdr_declare(h, m->sig->params[i], name));
    }
    str_map_free(&names);
    return arena_printf(h->a, "(%s)", text[0] ? text : "void");
}

static struct export *
list_exports(struct hdr *h, size_t *count)
{
    const struct ptr_vec *methods = &h->d->emit.exports;
    struct export *list = arena_array(h->a, methods->count + 1, sizeof *list);
    struct str_map members = {0};

    for (size_t i = 0; i < methods->count; i++) {
        struct export *e = &list[i];

        e->method = methods->at[i];
        e->linkable = str_map_get(&h->taken, e->method->def->export_name) == e->method->def && !drv_export_clash(e->method->def->export_name);
        e->member = hdr_unique(h, &members, e->method->def->export_name);
        e->parameters = parameters(h, e->method);
        if (!e->linkable)
            diag_warning("--header: %s: the export %s cannot be the name of a C function: only %s_bind gives it, as %s", h->d->input->path,
                         e->method->def->export_name, h->d->module_name, e->member);
    }
    str_map_free(&members);
    *count = methods->count;
    return list;
}

/* ---- the file --------------------------------------------------------------------------------------- */

static const char *
upper(struct hdr *h, const char *text)
{
    char *copy = arena_strdup(h->a, text);

    for (char *c = copy; *c; c++)
        *c = (char)toupper((unsigned char)*c);
    return copy;
}

static const char *
file_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static void
write_top(struct hdr *h, const char *macro)
{
    hdr_printf(h,
               "/* %s: the functions that %s exports, for C11 and C++17.\n"
               " * Made by corertc " CORERT_VERSION ": do not edit.\n"
               " *\n"
               " * Loaded module: corert_module_load(), then %s_bind() fills a struct %s.\n"
               " * Linked module (corertc --static): define %s_STATIC before this file is included; then\n"
               " * %s_attach() starts the module, and the functions may be called by name.\n"
               " * Module whose exports are symbols (--drop-in): define %s_LINKED for the prototypes alone. */\n",
               hdr_comment(h, file_name(h->d->options.header)), hdr_comment(h, file_name(h->d->input->path)), h->d->module_name, h->d->module_name, macro, h->d->module_name, macro);
    hdr_printf(h,
               "#ifndef CORERT_MODULE_%s_H\n#define CORERT_MODULE_%s_H\n\n"
               "#include <assert.h>\n#include <stdalign.h>\n#include <stddef.h>\n#include <stdint.h>\n#include <string.h>\n\n"
               "#include \"corert.h\"\n\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n",
               macro, macro);
}

static void
write_struct_of_functions(struct hdr *h, const struct hdr_docs *docs, const struct export *list, size_t count)
{
    hdr_printf(h, "/* The functions of a loaded module; see %s_bind(). */\nstruct %s {\n", h->d->module_name, h->d->module_name);
    for (size_t i = 0; i < count; i++) {
        hdr_docs_write(h, docs, list[i].method, "    ");
        hdr_printf(h, "    %s;\n", hdr_declare(h, list[i].method->sig->ret, arena_printf(h->a, "(*%s)%s", list[i].member, list[i].parameters)));
    }
    if (!count)
        hdr_printf(h, "    void *no_exports;\n");
    hdr_printf(h, "};\n\n");
}

static void
write_bind(struct hdr *h, const struct export *list, size_t count)
{
    const char *name = h->d->module_name;

    hdr_printf(h,
               "/* Finds every function of the module. CORERT_OK; else what corert_module_export() says about the\n"
               " * first that is missing, and the pointers from there on are NULL. */\n"
               "static inline corert_status\n%s_bind(corert_module *module, struct %s *out)\n{\n"
               "    corert_status status = CORERT_OK;\n    void *address = NULL;\n\n    memset(out, 0, sizeof *out);\n",
               name, name);
    for (size_t i = 0; i < count; i++)
        hdr_printf(h,
                   "    if (status == CORERT_OK)\n        status = corert_module_export(module, \"%s\", &address);\n"
                   "    if (status == CORERT_OK)\n        memcpy(&out->%s, &address, sizeof address);\n",
                   hdr_literal(h, list[i].method->def->export_name), list[i].member);
    if (!count)
        hdr_printf(h, "    (void)module;\n    (void)address;\n");
    hdr_printf(h, "    return status;\n}\n\n");
}

static void
write_linked(struct hdr *h, const struct hdr_docs *docs, const struct export *list, size_t count, const char *macro)
{
    const char *name = h->d->module_name;

    hdr_printf(h, "#if defined(%s_STATIC) || defined(%s_LINKED)\n\n", macro, macro);
    for (size_t i = 0; i < count; i++) {
        const char *export = list[i].method->def->export_name;

        if (!list[i].linkable)
            continue;
        hdr_docs_write(h, docs, list[i].method, "");
        hdr_printf(h, "%s;\n", hdr_declare(h, list[i].method->sig->ret, arena_printf(h->a, "%s%s", export, list[i].parameters)));
    }
    hdr_printf(h,
               "\n#endif\n\n#ifdef %s_STATIC\n\nextern const unsigned char corert_module_header_%s[];\n\n"
               "/* Starts the linked module: what corert_module_load() does for a file, with the same statuses.\n"
               " * Once, after corert_init() and before the first call of a function. */\n"
               "static inline corert_status\n%s_attach(corert_module **out, char *message, size_t message_bytes)\n{\n"
               "    return corert_module_attach(corert_module_header_%s, \"%s\", out, message, message_bytes);\n}\n\n#endif\n\n",
               macro, name, name, name, name);
}

/* Names that types cannot have: the header's own and, since a function's name is part of the binary
 * interface and a type's is not, those of the exports. `struct NAME` and a function NAME may both be. */
static void
take_names(struct hdr *h)
{
    static const char *const suffixes[] = {"_bind", "_attach"};
    const struct ptr_vec *methods = &h->d->emit.exports;

    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
        str_map_put(&h->taken, arena_printf(h->a, "%s%s", h->d->module_name, suffixes[i]), h);
    for (size_t i = 0; i < methods->count; i++) {
        struct ty_method *m = methods->at[i];

        if (hdr_is_identifier(m->def->export_name) && !str_map_get(&h->taken, m->def->export_name))
            str_map_put(&h->taken, m->def->export_name, m->def);
    }
    if (!str_map_get(&h->taken, h->d->module_name))
        str_map_put(&h->taken, h->d->module_name, h);
}

const char *
drv_header(struct drv *d)
{
    struct hdr h = {.d = d, .a = d->arena};
    const struct ptr_vec *methods = &d->emit.exports;
    const char *macro = upper(&h, d->module_name);
    const struct hdr_docs *docs = hdr_docs_open(&h);
    const char *path;
    struct export *list;
    size_t count;

    take_names(&h);
    for (size_t i = 0; i < methods->count; i++)
        collect(&h, methods->at[i]);
    hdr_name_types(&h);
    write_top(&h, macro);
    hdr_write_types(&h);
    list = list_exports(&h, &count);
    write_struct_of_functions(&h, docs, list, count);
    write_bind(&h, list, count);
    write_linked(&h, docs, list, count, macro);
    hdr_printf(&h, "#ifdef __cplusplus\n}\n#endif\n\n#endif\n");
    path = drv_object_write(d, "header", h.out.at, h.out.count);
    byte_vec_free(&h.out);
    ptr_vec_free(&h.types);
    ptr_map_free(&h.by_type);
    str_map_free(&h.taken);
    return path;
}

const char *
drv_module_name(struct drv *d, const char *given)
{
    struct hdr h = {.d = d, .a = d->arena};
    const char *name = hdr_identifier(&h, given ? given : d->input->name);

    if (given && strcmp(name, given) != 0)
        diag_fatal("--name %s: not an identifier of C and C++", given);
    return name;
}
