/* compiler/reach/warn.c - why something is in the image, and warnings that say so. */
#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "compiler/base/diag.h"
#include "compiler/reach/reach_priv.h"

enum { LINKS_SHOWN = 4, NAME_SHOWN = 160 /* bytes */, NAME_END = 40 };

const char *
reach_short_name(struct reach *r, const char *name)
{
    size_t n = strlen(name);

    if (n <= NAME_SHOWN)
        return name;
    return arena_printf(r->arena, "%.*s...%s", NAME_SHOWN - NAME_END, name, name + n - NAME_END);
}

const struct ref *
reach_reason(const struct ref *found)
{
    const struct ref_node *node = (const struct ref_node *)(const void *)found; /* its first member */

    return node->from ? &node->from->ref : NULL;
}

static_assert(offsetof(struct ref_node, ref) == 0, "reach_reason");

/* "; needed by A <- B <- ... <- root": the bodies on the way, nearest first. */
static const char *
chain_text(struct reach *r, const struct ref_node *node)
{
    const char *text = "", *last = NULL;
    unsigned shown = 0;

    for (; node; node = node->from) {
        if (node->ref.kind != REF_METHOD || node->ref.method->def->pseudo == TY_PSEUDO_SYNTH)
            continue;
        last = reach_short_name(r, ty_method_name(r->ty, node->ref.method));
        if (shown < LINKS_SHOWN)
            text = arena_printf(r->arena, "%s%s%s", text, shown ? " <- " : "; needed by ", last);
        shown++;
    }
    if (shown > LINKS_SHOWN)
        text = arena_printf(r->arena, "%s <- %s%s", text, shown > LINKS_SHOWN + 1 ? "... <- " : "", last);
    return text;
}

static const char *
fix_text(enum ty_failure_kind kind)
{
    switch (kind) {
    case TY_FAIL_TYPE_LOAD:
    case TY_FAIL_MISSING_METHOD:
    case TY_FAIL_MISSING_FIELD:
        return "; fix: give the version it was compiled against with -r, or compile it again";
    case TY_FAIL_FILE_NOT_FOUND:
        return "; fix: name the assembly or its folder with -r (dotnet build puts a library's packages beside it with -p:CopyLocalLockFileAssemblies=true)";
    case TY_FAIL_BAD_IMAGE:
    case TY_FAIL_INVALID_PROGRAM:
        return "; fix: compile the assembly again; if it is not damaged, docs/limits.md says what is not supported";
    case TY_FAIL_NONE:
        break;
    }
    return "";
}

static void
warn(struct reach *r, struct ty_method *method, uint32_t il_offset, const char *text, const char *fix)
{
    const char *line = arena_printf(r->arena, "%s: IL_%04x: %s", reach_short_name(r, ty_method_name(r->ty, method)), il_offset, text);

    if (!r->scanning || str_map_get(&r->warned, line))
        return;
    str_map_put(&r->warned, line, r);
    line = arena_printf(r->arena, "%s%s%s", line, chain_text(r, r->from ? r->from->from : NULL), fix);
    if (r->options.strict)
        diag_fatal("%s", line);
    diag_warning("%s", line);
}

void
reach_warn(struct reach *r, struct ty_method *method, uint32_t il_offset, const char *text)
{
    warn(r, method, il_offset, text, fix_text(r->ty->failure.kind));
}

void
reach_refuse(struct reach *r, struct ty_method *method, uint32_t il_offset, const char *text)
{
    diag_fatal("%s: IL_%04x: %s%s%s", reach_short_name(r, ty_method_name(r->ty, method)), il_offset, text, chain_text(r, r->from ? r->from->from : NULL),
               fix_text(r->ty->failure.kind));
}

void
reach_warn_growth(struct reach *r, const char *text)
{
    if (r->because)
        warn(r, r->because, 0, text, "; code that goes further throws TypeLoadException");
}
