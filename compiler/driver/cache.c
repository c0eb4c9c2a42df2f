/* compiler/driver/cache.c - objects by content hash. A file of the cache is complete or absent
 * (written under a temporary name, then renamed), so runs may share a folder; it ends with a check
 * sum, and a damaged one counts as absent. */
#include <stdatomic.h>
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

/* Another build of this program may make other code of the same IR. */
void
drv_cache_salt(struct drv *d)
{
    char *self = pal_path_self();
    struct pal_file file;

    if (!self || pal_file_read(self, (size_t)1 << 30, &file) != PAL_OK)
        diag_fatal("--cache: this program cannot read itself");
    d->cache_salt = hash64_bytes(file.bytes, file.size, 0);
    pal_file_free(&file);
    pal_free(self);
}

static uint64_t
check_sum(const uint8_t hash[16], const uint8_t *object, size_t size)
{
    return hash64_bytes(object, size, hash64_bytes(hash, 16, 0));
}

bool
drv_cache_get(struct drv *d, const uint8_t hash[16], uint8_t **object, size_t *size)
{
    char *path = entry_path(d, hash);
    struct pal_file file;
    bool found = pal_file_read(path, (size_t)1 << 30, &file) == PAL_OK;
    uint64_t sum = 0;

    pal_free(path);
    if (!found)
        return false;
    *size = file.size < sizeof sum ? 0 : file.size - sizeof sum;
    memcpy(&sum, file.bytes + *size, file.size - *size < sizeof sum ? 0 : sizeof sum);
    if (*size == 0 || sum != check_sum(hash, file.bytes, *size)) {
        pal_file_free(&file);
        return false;
    }
    *object = malloc(*size);
    if (!*object)
        diag_fatal("out of memory");
    memcpy(*object, file.bytes, *size);
    pal_file_free(&file);
    return true;
}

void
drv_cache_put(struct drv *d, const uint8_t hash[16], const uint8_t *object, size_t size)
{
    char *path = entry_path(d, hash);
    enum pal_status st = pal_dir_make(d->options.cache);
    uint64_t sum = check_sum(hash, object, size);
    uint8_t *bytes = pal_alloc(size + sizeof sum);

    if (!bytes)
        diag_fatal("out of memory");
    memcpy(bytes, object, size);
    memcpy(bytes + size, &sum, sizeof sum);
    if (st == PAL_OK)
        st = pal_file_write(path, bytes, size + sizeof sum, false);
    pal_free(bytes);
    if (st != PAL_OK && !atomic_exchange(&d->cache_refused, true))
        diag_warning("%s: cannot be written, the run goes on without: %s (--cache)", path, pal_status_text(st));
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
