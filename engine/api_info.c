/* engine/api_info.c - versions and features: of the library and of loaded modules. */
#include "engine/engine.h"

#include <stdatomic.h>
#include <string.h>

/* What corertc writes into each module's knobs. */
#define KNOB_COMPILER      "CoreRT.CompilerVersion"
#define KNOB_CLASS_LIBRARY "CoreRT.ClassLibraryVersion"

#if defined(__clang__)
#define COMPILER_TEXT "clang " __clang_version__
#else
#define COMPILER_TEXT "gcc " __VERSION__
#endif

#if defined(CORERT_LIBUNWIND)
#define HAS_HOST_STACK true
#else
#define HAS_HOST_STACK false
#endif

static const struct feature {
    const char *name;
    bool present;
} features[] = {
    {"threads", true},        {"host-threads", true},  {"no-threads", true},
    {"stop-signal", true},    {"near-limit", true},    {"host-memory", true},
    {"host-files", true},     {"host-functions", true}, {"library-filter", true},
    {"module-memory", true},  {"attach", true},        {"drop-in", true},
    {"handles", true},        {"scopes", true},        {"strings", true},
    {"arrays", true},         {"boxes", true},         {"delegates", true},
    {"errors", true},         {"inner-errors", true},  {"statics", true},
    {"finalizers", true},
    {"pinvoke", true},        {"com", false},          {"reflection", false},
    {"dynamic-code", false},  {"compaction", true},    {"generations", false},
    {"parallel-marking", true}, {"stack-text", true},  {"host-stack", HAS_HOST_STACK},
    {"lines", true},          {"unload", false},       {"modules", false},
};

enum { FEATURES = sizeof features / sizeof *features, BLOB_METADATA = 13 };

uint32_t
corert_version_number(void)
{
    return CORERT_VERSION_NUMBER;
}

int
corert_has_feature(const char *name)
{
    size_t i;

    for (i = 0; name && i < FEATURES; i++)
        if (strcmp(features[i].name, name) == 0)
            return features[i].present;
    return 0;
}

const char *
corert_feature_name(size_t index)
{
    size_t i;

    for (i = 0; i < FEATURES; i++)
        if (features[i].present && index-- == 0)
            return features[i].name;
    return NULL;
}

corert_status
corert_engine_info_get(struct corert_engine_info *out)
{
    struct corert_engine_info info = {
        .version = CORERT_VERSION_NUMBER,
        .format_major = LDR_FORMAT_MAJOR,
        .format_minor = LDR_FORMAT_MINOR,
        .engine_abi = LDR_ENGINE_ABI,
        .class_library = CORERT_CLASSLIB_VERSION,
        .build = "x86-64 linux, " COMPILER_TEXT,
    };

    if (!out || !engine_struct_fits(out->struct_size, sizeof info))
        return CORERT_E_MISUSE;
    info.struct_size = out->struct_size;
    memcpy(out, &info, info.struct_size);
    return CORERT_OK;
}

static const char *
knob(const struct ldr_module *m, const char *key)
{
    size_t i;

    for (i = 0; i < m->knob_count; i++)
        if (strcmp(m->knobs[i].key, key) == 0)
            return m->knobs[i].value;
    return "";
}

static uint32_t
module_flags(const struct ldr_module *m)
{
    uint32_t flags = 0;
    size_t bytes;

    if (m->self_contained)
        flags |= CORERT_MODULE_SELF_CONTAINED;
    if (!m->library)
        flags |= CORERT_MODULE_LINKED;
    if (m->memory >= 0)
        flags |= CORERT_MODULE_FROM_MEMORY;
    if (ldr_module_section(m, LDR_SECTION_BLOB_BASE + BLOB_METADATA, &bytes))
        flags |= CORERT_MODULE_REFLECTION;
    if (m->closed || atomic_load(&m->ended))
        flags |= CORERT_MODULE_CLOSED;
    return flags;
}

static const struct ldr_export *
exports(const struct ldr_module *m, size_t *count)
{
    const struct ldr_export *first = ldr_module_section(m, LDR_SECTION_EXPORTS, count);

    *count /= sizeof *first;
    return first;
}

corert_status
corert_module_info_get(const corert_module *module, struct corert_module_info *out)
{
    const struct ldr_module *m = engine.started && module ? ldr_module_of_handle(module) : NULL;
    struct corert_module_info info = {0};

    if (!m || !out || !engine_struct_fits(out->struct_size, sizeof info))
        return CORERT_E_MISUSE;
    info.struct_size = out->struct_size;
    info.path = m->path;
    info.flags = module_flags(m);
    info.format_major = m->header->format_major;
    info.format_minor = m->header->format_minor;
    info.engine_abi = m->header->engine_abi;
    info.compiler = knob(m, KNOB_COMPILER);
    info.class_library = knob(m, KNOB_CLASS_LIBRARY);
    (void)exports(m, &info.exports);
    info.code_bytes = (size_t)(m->code_end - m->code_start);
    info.digest = m->header->digest;
    memcpy(out, &info, info.struct_size);
    return CORERT_OK;
}

corert_status
corert_module_export_at(const corert_module *module, size_t index, const char **name)
{
    const struct ldr_module *m = engine.started && module ? ldr_module_of_handle(module) : NULL;
    const struct ldr_export *first;
    size_t count;

    if (name)
        *name = NULL;
    if (!m || !name)
        return CORERT_E_MISUSE;
    first = exports(m, &count);
    if (index >= count)
        return CORERT_E_RANGE;
    *name = first[index].name;
    return CORERT_OK;
}
