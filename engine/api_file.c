/* engine/api_file.c - files that the host answers in place of the system (corert_files.h).
 * Managed code opens and asks for files through the functions of libSystem.Native, of which the
 * three that take a name come here. A host's bytes become a file in memory with a descriptor like
 * any other, so that everything done with an open file works on it: reading, seeking, mapping,
 * locking, handing it on. */
#include "engine/engine.h"
#include "engine/rh.h"

#include <errno.h>
#include <string.h>

/* What a host's file means to those who cannot read it. */
static const struct {
    enum pal_native_error error;
    corert_status status;
    const char *text;
} refusal[] = {
    [CORERT_FILE_FOLDER] = {PAL_NATIVE_DENIED, CORERT_E_IO, "the host says it is a folder"},
    [CORERT_FILE_MISSING] = {PAL_NATIVE_MISSING, CORERT_E_NOT_FOUND, "the host has no such file"},
    [CORERT_FILE_DENIED] = {PAL_NATIVE_DENIED, CORERT_E_IO, "the host denies access"},
    [CORERT_FILE_FAILED] = {PAL_NATIVE_FAILED, CORERT_E_IO, "the host could not read it"},
};

bool
engine_files_set(const corert_file_hooks *hooks)
{
    corert_file_hooks copy = {.struct_size = sizeof copy};

    if (!hooks)
        return true;
    if (!engine_struct_fits(hooks->struct_size, sizeof copy))
        return false;
    memcpy(&copy, hooks, hooks->struct_size);
    if (!copy.open)
        return false;
    engine.files = copy;
    return true;
}

/* The answer is one this version knows, and bytes are there if they are wanted. */
static corert_file_answer
ask(const char *path, corert_file_use use, corert_file *file)
{
    corert_file_answer answer;

    *file = (corert_file){.struct_size = sizeof *file, .descriptor = -1};
    if (!engine.files.open)
        return CORERT_FILE_NOT_MINE;
    answer = engine.files.open(engine.context, path, use, file);
    if ((unsigned)answer > CORERT_FILE_FAILED)
        return CORERT_FILE_FAILED;
    if (answer == CORERT_FILE_BYTES && !file->bytes && file->size && use != CORERT_FILE_USE_STAT) {
        engine_file_release(file);
        return CORERT_FILE_FAILED;
    }
    if (answer == CORERT_FILE_BYTES && !file->bytes)
        file->bytes = "";
    return answer;
}

void
engine_file_release(corert_file *file)
{
    if (engine.files.release)
        engine.files.release(engine.context, file);
}

/* ---- modules ---- */

static corert_status
load_descriptor(const struct engine_source *source, int descriptor, struct ldr_module **out,
                struct ldr_diag *diag)
{
    struct engine_source given = *source;
    struct pal_file content;
    corert_status status;

    if (pal_file_read_open(descriptor, SIZE_MAX / 2, &content) != PAL_OK) {
        ldr_diag_set(diag, "%s: the host's descriptor cannot be read", source->path);
        return CORERT_E_IO;
    }
    given.bytes = content.bytes;
    given.size = content.size;
    status = engine_module_load(&given, out, diag);
    pal_file_free(&content);
    return status;
}

corert_status
engine_file_load(const struct engine_source *source, struct ldr_module **out, struct ldr_diag *diag)
{
    struct engine_source given = *source;
    corert_file_answer answer;
    corert_status status;
    corert_file file;

    if (source->header || source->bytes)
        return engine_module_load(source, out, diag);
    answer = ask(source->path, CORERT_FILE_USE_MODULE, &file);
    switch (answer) {
    case CORERT_FILE_NOT_MINE:
        return engine_module_load(source, out, diag);
    case CORERT_FILE_DESCRIPTOR:
        return load_descriptor(source, file.descriptor, out, diag);
    case CORERT_FILE_BYTES:
        given.bytes = file.bytes;
        given.size = file.size;
        status = engine_module_load(&given, out, diag);
        engine_file_release(&file);
        return status;
    case CORERT_FILE_FOLDER:
    case CORERT_FILE_MISSING:
    case CORERT_FILE_DENIED:
    case CORERT_FILE_FAILED:
        break;
    }
    ldr_diag_set(diag, "%s: %s", source->path, refusal[answer].text);
    return refusal[answer].status;
}

/* ---- symbols ---- */

bool
engine_file_map(const char *path, struct engine_file *out)
{
    static const char own[] = "/proc/self/fd/"; /* a module from memory */
    corert_file_answer answer = CORERT_FILE_NOT_MINE;

    *out = (struct engine_file){.bytes = NULL};
    if (strncmp(path, own, sizeof own - 1) != 0)
        answer = ask(path, CORERT_FILE_USE_SYMBOLS, &out->host);
    if (answer == CORERT_FILE_NOT_MINE)
        return pal_file_map(path, &out->bytes, &out->size);
    if (answer == CORERT_FILE_DESCRIPTOR)
        return pal_file_map_open(out->host.descriptor, &out->bytes, &out->size);
    out->is_host = answer == CORERT_FILE_BYTES;
    if (out->is_host) {
        out->bytes = out->host.bytes;
        out->size = out->host.size;
    }
    return out->is_host;
}

void
engine_file_unmap(struct engine_file *file)
{
    if (file->is_host)
        engine_file_release(&file->host);
    else
        pal_file_unmap(file->bytes, file->size);
    *file = (struct engine_file){.bytes = NULL};
}

/* ---- managed code ---- */

intptr_t
rh_file_open(const char *path, int32_t flags, int32_t mode)
{
    bool reads = (flags & PAL_NATIVE_ACCESS) == 0;
    corert_file file;
    corert_file_answer answer =
        ask(path, reads ? CORERT_FILE_USE_READ : CORERT_FILE_USE_WRITE, &file);
    intptr_t opened;
    int error;

    switch (answer) {
    case CORERT_FILE_NOT_MINE:
        return pal_native_open(path, flags, mode);
    case CORERT_FILE_DESCRIPTOR:
        opened = pal_native_take(file.descriptor);
        if (opened < 0) /* none at all: no fault of the path's */
            pal_native_error(PAL_NATIVE_FAILED);
        return opened;
    case CORERT_FILE_BYTES:
        opened = reads ? pal_native_file(file.bytes, file.size, file.modified_ns) : -1;
        if (!reads)
            pal_native_error(PAL_NATIVE_READ_ONLY);
        error = errno;
        engine_file_release(&file);
        errno = error;
        return opened;
    case CORERT_FILE_FOLDER:
    case CORERT_FILE_MISSING:
    case CORERT_FILE_DENIED:
    case CORERT_FILE_FAILED:
        break;
    }
    pal_native_error(refusal[answer].error);
    return -1;
}

static int32_t
file_stat(const char *path, bool follow, struct pal_native_stat *out)
{
    corert_file file;
    corert_file_answer answer = ask(path, CORERT_FILE_USE_STAT, &file);

    switch (answer) {
    case CORERT_FILE_NOT_MINE:
        return pal_native_stat(path, follow, out);
    case CORERT_FILE_DESCRIPTOR:
        return pal_native_stat_open(file.descriptor, out);
    case CORERT_FILE_BYTES:
    case CORERT_FILE_FOLDER:
        pal_native_stat_of(answer == CORERT_FILE_FOLDER, file.size, file.modified_ns, out);
        if (answer == CORERT_FILE_BYTES)
            engine_file_release(&file);
        return 0;
    case CORERT_FILE_MISSING:
    case CORERT_FILE_DENIED:
    case CORERT_FILE_FAILED:
        break;
    }
    pal_native_error(refusal[answer].error);
    return -1;
}

int32_t
rh_file_stat(const char *path, struct pal_native_stat *out)
{
    return file_stat(path, true, out);
}

int32_t
rh_file_stat_link(const char *path, struct pal_native_stat *out)
{
    return file_stat(path, false, out);
}
