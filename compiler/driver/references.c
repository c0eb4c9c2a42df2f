/* compiler/driver/references.c - where assemblies are looked for, and which of them another one
 * hides. An assembly is known by its simple name and the first file of that name is the one
 * (types/context.c): when the input and what it references bring different files of one name, the
 * other's members are missing, and only this says why. */
#include <string.h>

#include "compiler/base/arena.h"
#include "compiler/base/diag.h"
#include "compiler/driver/drv.h"
#include "pal/pal.h"

enum { FILE_MAX = 1 << 30 };

static const char *
folder_of(struct arena *a, const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? arena_strndup(a, path, (size_t)(slash - path)) : ".";
}

const char **
drv_search(struct drv *d, size_t *count)
{
    const char **search = arena_array(d->arena, d->options.references.count + 4, sizeof *search);
    size_t n = 0;

    for (size_t i = 0; i < d->options.references.count; i++) {
        search[n] = d->options.references.at[i];
        if (!pal_file_exists(search[n]) && !pal_dir_exists(search[n]))
            diag_fatal("%s: no such file or folder (-r)", search[n]);
        n++;
    }
    search[n++] = arena_printf(d->arena, "%s/lib/corert/classlib", d->root_folder);
    search[n++] = arena_printf(d->arena, "%s/lib/corert/classlib/sdk", d->root_folder);
    search[n++] = arena_printf(d->arena, "%s/lib/corert/classlib/framework", d->root_folder);
    search[n++] = folder_of(d->arena, d->options.input);
    *count = n;
    return search;
}

static bool
same_bytes(const char *a, const char *b)
{
    struct pal_file x = {0}, y = {0};
    bool read =
        pal_file_read(a, FILE_MAX, &x) == PAL_OK && pal_file_read(b, FILE_MAX, &y) == PAL_OK;
    bool same = !read || (x.size == y.size && memcmp(x.bytes, y.bytes, x.size) ==
                                                  0); /* what cannot be read hides nothing */

    pal_file_free(&x);
    pal_file_free(&y);
    return same;
}

/* The file of that name that `at`, a file or a folder, has; NULL: none. */
static const char *
candidate(struct drv *d, const char *at, const char *file)
{
    const char *slash = strrchr(at, '/');

    if (pal_dir_exists(at))
        at = arena_printf(d->arena, "%s/%s", at, file);
    else if (strcmp(slash ? slash + 1 : at, file) != 0)
        return NULL;
    return pal_file_exists(at) ? at : NULL;
}

void
drv_hidden_warn(struct drv *d)
{
    const char *own = arena_printf(d->arena, "%s/lib/corert/classlib/", d->root_folder);
    size_t count;
    const char **search = drv_search(d, &count);
    struct str_map told = {0};

    for (size_t i = 0; i < d->ty->assemblies.count; i++) {
        const struct ty_assembly *as = d->ty->assemblies.at[i];
        const char *file = strrchr(as->path, '/');

        if (strncmp(as->path, own, strlen(own)) == 0)
            continue; /* packages bring copies of the class library, which are never meant */
        file = file ? file + 1 : as->path;
        for (size_t j = 0; j < count; j++) {
            const char *other = candidate(d, search[j], file);

            if (!other || strncmp(other, own, strlen(own)) == 0 || str_map_get(&told, other) ||
                same_bytes(as->path, other))
                continue;
            str_map_put(&told, other, d);
            diag_warning("%s: not used, %s is the assembly %s here; fix: give one of them, and "
                         "compile what was made with the other again",
                         other, as->path, as->name);
        }
    }
    str_map_free(&told);
}
