/* loader/file.c - the look at a module's file before the dynamic linker gets it.
 * After CORERT_OK every byte the dynamic linker will use is known to be the one the compiler wrote,
 * because the digest covers all loadable segments. */
#include "loader/loader_priv.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define FILE_BYTES_MAX ((size_t)4 << 30)

void
ldr_diag_set(struct ldr_diag *diag, const char *format, ...)
{
    va_list args;

    if (!diag || !diag->text || !diag->size)
        return;
    va_start(args, format);
    vsnprintf(diag->text, diag->size, format, args);
    va_end(args);
    pal_text_trim(diag->text);
}

static corert_status
file_status(enum pal_status status)
{
    switch (status) {
    case PAL_OK:
        return CORERT_OK;
    case PAL_E_NOMEM:
        return CORERT_E_NOMEM;
    case PAL_E_NOT_FOUND:
        return CORERT_E_NOT_FOUND;
    case PAL_E_TOO_BIG:
        return CORERT_E_FORMAT;
    case PAL_E_ACCESS:
    case PAL_E_KIND:
    case PAL_E_FULL:
    case PAL_E_IO:
        break;
    }
    return CORERT_E_IO;
}

/* Version numbers and counts, before anything else of the header is believed. */
static corert_status
header_check(const struct corert_module_header *h, const char *path, struct ldr_diag *diag)
{
    if (h->magic != LDR_MAGIC) {
        ldr_diag_set(diag, "%s: is not a CoreRT module (wrong magic)", path);
        return CORERT_E_FORMAT;
    }
    if (h->format_major != LDR_FORMAT_MAJOR || h->format_minor > LDR_FORMAT_MINOR) {
        ldr_diag_set(diag, "%s: module format %u.%u, this engine reads %u.0 to %u.%u: rebuild it",
                     path, h->format_major, h->format_minor, LDR_FORMAT_MAJOR, LDR_FORMAT_MAJOR,
                     LDR_FORMAT_MINOR);
        return CORERT_E_VERSION;
    }
    if (h->engine_abi != LDR_ENGINE_ABI) {
        ldr_diag_set(diag, "%s: made for engine ABI %u, this engine has %u: rebuild it", path,
                     h->engine_abi, LDR_ENGINE_ABI);
        return CORERT_E_VERSION;
    }
    if (h->section_count > LDR_SECTIONS_MAX) {
        ldr_diag_set(diag, "%s: is damaged: %u sections", path, h->section_count);
        return CORERT_E_FORMAT;
    }
    return CORERT_OK;
}

corert_status
ldr_bytes_check(const uint8_t *bytes, size_t size, const char *path, struct ldr_diag *diag)
{
    struct corert_module_header header;
    uint8_t digest[LDR_DIGEST_BYTES];
    const char *why = NULL;
    corert_status status;
    size_t at;

    if (!ldr_digest_compute(bytes, size, digest, &at, &why)) {
        ldr_diag_set(diag, "%s: %s", path, why);
        return CORERT_E_FORMAT;
    }
    memcpy(&header, bytes + (at - offsetof(struct corert_module_header, digest)),
           sizeof header);
    status = header_check(&header, path, diag);
    if (status != CORERT_OK)
        return status;
    if (header.flags & LDR_FLAG_EXECUTABLE) {
        ldr_diag_set(diag, "%s: is a program, not a module", path);
        return CORERT_E_FORMAT;
    }
    if (memcmp(digest, header.digest, sizeof digest) != 0) {
        ldr_diag_set(diag, "%s: is damaged: its contents do not match its digest", path);
        return CORERT_E_FORMAT;
    }
    return CORERT_OK;
}

corert_status
ldr_file_check(const char *path, struct ldr_diag *diag)
{
    struct pal_file file;
    /* Opening a pipe would wait, reading a device might never end. */
    enum pal_status status = pal_file_is_special(path) ? PAL_E_KIND : pal_file_read(path, FILE_BYTES_MAX, &file);
    corert_status result;

    if (status != PAL_OK) {
        ldr_diag_set(diag, "%s: cannot be read: %s", path, pal_status_text(status));
        return file_status(status);
    }
    result = ldr_bytes_check(file.bytes, file.size, path, diag);
    pal_file_free(&file);
    return result;
}
