/* engine/api_folder.c - folders that the host lists in place of the system (corert_files.h).
 * Managed code lists a folder by opening, reading and closing it, through three functions of
 * libSystem.Native that come here. A host tells all names at the opening; they are kept until the
 * folder is closed, so that what managed code does between two names does not matter. */
#include "engine/engine.h"
#include "engine/rh.h"

#include <errno.h>
#include <string.h>

/* A folder that managed code has open. A row of `names` is a kind, the name and its NUL. */
struct rh_folder {
    void *system; /* owned; NULL: the host's */
    char *names;  /* owned */
    size_t used, capacity, at;
    bool failed; /* no memory for a name */
};

enum { KIND_FOLDER = 4, KIND_FILE = 8, FIRST_BYTES = 1024 }; /* kinds: NodeType, as DT_DIR */

static bool
room_for(struct rh_folder *f, size_t bytes)
{
    size_t capacity = f->capacity ? f->capacity : FIRST_BYTES;
    char *grown;

    while (capacity - f->used < bytes)
        capacity *= 2;
    if (capacity == f->capacity)
        return true;
    grown = pal_realloc(f->names, capacity);
    if (!grown)
        return false;
    f->names = grown;
    f->capacity = capacity;
    return true;
}

static void
name_add(void *list, const char *name, int is_folder)
{
    struct rh_folder *f = list;
    size_t bytes = name ? strlen(name) : 0;

    if (bytes == 0 || bytes >= PAL_NATIVE_NAME || strchr(name, '/') || strcmp(name, ".") == 0 ||
        strcmp(name, "..") == 0 || f->failed)
        return;
    if (!room_for(f, bytes + 2)) {
        f->failed = true;
        return;
    }
    f->names[f->used++] = is_folder ? KIND_FOLDER : KIND_FILE;
    memcpy(f->names + f->used, name, bytes + 1);
    f->used += bytes + 1;
}

/* Opens or lists it; true: neither, and errno says why. */
static bool
refused(struct rh_folder *f, const char *path)
{
    corert_file_answer answer = CORERT_FILE_NOT_MINE;

    if (engine.files.list)
        answer = engine.files.list(engine.context, path, name_add, f);
    switch (answer) {
    case CORERT_FILE_NOT_MINE:
        f->system = pal_native_folder_open(path);
        return f->system == NULL;
    case CORERT_FILE_FOLDER:
        if (f->failed)
            pal_native_error(PAL_NATIVE_NO_MEMORY);
        return f->failed;
    case CORERT_FILE_MISSING:
        pal_native_error(PAL_NATIVE_MISSING);
        return true;
    case CORERT_FILE_DENIED:
        pal_native_error(PAL_NATIVE_DENIED);
        return true;
    case CORERT_FILE_BYTES:
    case CORERT_FILE_DESCRIPTOR:
    case CORERT_FILE_FAILED:
        break;
    }
    pal_native_error(PAL_NATIVE_FAILED);
    return true;
}

struct rh_folder *
rh_folder_open(const char *path)
{
    struct rh_folder *f = pal_alloc_zero(sizeof *f);
    int error;

    if (!f) {
        pal_native_error(PAL_NATIVE_NO_MEMORY);
        return NULL;
    }
    if (!refused(f, path))
        return f;
    error = errno;
    pal_free(f->names);
    pal_free(f);
    errno = error;
    return NULL;
}

int32_t
rh_folder_read(struct rh_folder *f, char *buffer, int32_t size, struct pal_native_entry *out)
{
    const char *row;
    size_t bytes;

    *out = (struct pal_native_entry){.name = NULL};
    if (f->system)
        return pal_native_folder_read(f->system, buffer, size, out);
    if (f->at == f->used)
        return PAL_NATIVE_END;
    row = f->names + f->at;
    bytes = strlen(row + 1);
    f->at += bytes + 2;
    *out = (struct pal_native_entry){row + 1, (int32_t)bytes, row[0]};
    if (size > 0 && bytes < (size_t)size) /* the class library's: stays when the folder is closed */
        out->name = memcpy(buffer, row + 1, bytes + 1);
    return 0;
}

int32_t
rh_folder_close(struct rh_folder *f)
{
    if (f->system)
        pal_native_folder_close(f->system);
    pal_free(f->names);
    pal_free(f);
    return 0;
}
