/* compiler/driver/cache.c - objects by content hash. A file of the cache is complete or absent
 * (written under a temporary name, then renamed), so runs may share a folder. */
#include <stdlib.h>
#include <string.h>

#include "compiler/base/arena.h"
#include "compiler/base/diag.h"
#include "compiler/driver/drv.h"
#include "pal/pal.h"

static char *
entry_path(const struct drv *d, const uint8_t hash[16])
{
    size_t n = strlen(d->options.cache);
    char *path = pal_alloc(n + 40);
    static const char digits[] = "0123456789abcdef";

    if (!path)
        diag_fatal("out of memory");
    memcpy(path, d->options.cache, n);
    path[n++] = '/';
    for (int i = 0; i < 16; i++) {
        path[n++] = digits[hash[i] >> 4];
        path[n++] = digits[hash[i] & 15];
    }
    memcpy(path + n, ".o", 3);
    return path;
}

bool
drv_cache_get(struct drv *d, const uint8_t hash[16], uint8_t **object, size_t *size)
{
    char *path = entry_path(d, hash);
    struct pal_file file;
    bool found = pal_file_read(path, (size_t)1 << 30, &file) == PAL_OK;

    pal_free(path);
    if (!found)
        return false;
    *size = file.size;
    *object = malloc(file.size ? file.size : 1);
    if (!*object)
        diag_fatal("out of memory");
    memcpy(*object, file.bytes, file.size);
    pal_file_free(&file);
    return true;
}

void
drv_cache_put(struct drv *d, const uint8_t hash[16], const uint8_t *object, size_t size)
{
    char *path = entry_path(d, hash);
    enum pal_status st = pal_dir_make(d->options.cache);

    if (st == PAL_OK)
        st = pal_file_write(path, object, size, false);
    if (st != PAL_OK)
        diag_warning("%s: cannot be written: %s", path, pal_status_text(st));
    pal_free(path);
}

const char *
drv_object_write(struct drv *d, const char *name, const uint8_t *bytes, size_t size)
{
    const char *path = arena_printf(d->arena, "%s/%s.o", d->temporary, name);
    enum pal_status st = pal_file_write(path, bytes, size, false);

    if (st != PAL_OK)
        diag_fatal("%s: cannot be written: %s", path, pal_status_text(st));
    return path;
}
