/* compiler/driver/depfile.c - --depfile: which files the output was made of, as a rule for make and
 * ninja. Each file also gets an empty rule, so that make goes on when one of them is gone. */
#include <stdlib.h>
#include <string.h>

#include "compiler/base/arena.h"
#include "compiler/base/diag.h"
#include "compiler/base/inputs.h"
#include "compiler/driver/drv.h"

/* make reads a blank as the end of a name, # as a comment, $ as a variable; backslashes count only
 * before the first two. */
static void
put_name(struct byte_vec *out, const char *name)
{
    for (const char *c = name; *c; c++) {
        if (*c == ' ' || *c == '\t' || *c == '#') {
            for (const char *b = c; b > name && b[-1] == '\\'; b--)
                byte_vec_put(out, "\\", 1);
            byte_vec_put(out, "\\", 1);
        } else if (*c == '$') {
            byte_vec_put(out, "$", 1);
        }
        byte_vec_put(out, c, 1);
    }
}

static int
by_name(const void *a, const void *b)
{
    const char *const *x = a, *const *y = b;

    return strcmp(*x, *y);
}

const char *
drv_depfile(struct drv *d)
{
    size_t count = inputs_count();
    const char **names = arena_array(d->arena, count + 1, sizeof *names), *path;
    struct byte_vec out = {0};

    for (size_t i = 0; i < count; i++) {
        names[i] = inputs_at(i);
        if (strchr(names[i], '\n'))
            diag_fatal("--depfile: %s: no rule can name a file with a line break", names[i]);
    }
    qsort(names, count, sizeof *names, by_name);
    put_name(&out, d->options.output);
    byte_vec_put(&out, ":", 1);
    for (size_t i = 0; i < count; i++) {
        byte_vec_put(&out, " \\\n  ", 5);
        put_name(&out, names[i]);
    }
    byte_vec_put(&out, "\n", 1);
    for (size_t i = 0; i < count; i++) {
        if (strchr(names[i], '%')) /* that would be a rule for many names */
            continue;
        byte_vec_put(&out, "\n", 1);
        put_name(&out, names[i]);
        byte_vec_put(&out, ":\n", 2);
    }
    path = drv_object_write(d, "depfile", out.at, out.count);
    byte_vec_free(&out);
    return path;
}
