/* compiler/reach/dump.c - --dump=reach: the bodies, types and dictionaries found, one a line. */
#include <stdio.h>

#include "compiler/reach/reach_priv.h"

void
reach_dump(struct reach *r, void *stdio_file)
{
    FILE *out = stdio_file;
    size_t bodies = 0, constructed = 0;

    for (size_t i = 0; i < r->methods.count; i++) {
        const struct reach_method *m = r->methods.at[i];

        bodies += m->body;
        if (m->body)
            fprintf(out, "body %s <- %s\n", ty_method_symbol(r->ty, m->method), m->because ? ty_method_symbol(r->ty, m->because) : "root");
        if (m->dictionary_needed)
            fprintf(out, "dictionary %zu %s\n", m->dictionary->count, ty_method_symbol(r->ty, m->method));
    }
    for (size_t i = 0; i < r->types.count; i++) {
        const struct reach_type *t = r->types.at[i];

        constructed += t->constructed;
        fprintf(out, "type %s%s%s%s\n", t->constructed ? "constructed " : "", t->full ? "full " : "",
                t->context ? "context " : "", ty_symbol(r->ty, t->type));
    }
    for (size_t i = 0; i < r->gvms.count; i++) {
        const struct reach_gvm *g = r->gvms.at[i];

        fprintf(out, "gvm %zu %s\n", g->types.count, ty_method_symbol(r->ty, g->decl));
    }
    fprintf(out, "total bodies %zu constructed %zu types %zu refs %zu\n", bodies, constructed, r->types.count, r->refs.count);
}
