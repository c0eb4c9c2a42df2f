/* engine/rh_module.c - what managed code asks about modules, blobs and code addresses. */
#include "engine/engine.h"
#include "engine/rh.h"

#include <string.h>

void *
RhpRegisterOsModule(void *os_module)
{
    return os_module;
}

/* Type managers are made by the loader; asked for one, we give the one of that image. */
struct ldr_type_manager *
RhpCreateTypeManager(void *os_module, void *header, void **classlib, int32_t count)
{
    struct ldr_module *m;

    (void)classlib;
    (void)count;
    for (m = ldr_module_first(); m; m = m->next)
        if (m->base == os_module || m->header == header)
            return &m->manager;
    return NULL;
}

void *
RhpGetModuleSection(struct ldr_type_manager *const *module, int32_t id, int32_t *length)
{
    size_t bytes;
    void *start = ldr_module_section((*module)->module, (uint32_t)id, &bytes);

    *length = (int32_t)bytes;
    return start;
}

bool
RhFindBlob(struct ldr_type_manager *const *module, uint32_t blob_id, const uint8_t **blob,
           uint32_t *size)
{
    size_t bytes = 0;

    *blob = NULL;
    if (blob_id <= LDR_SECTION_BLOB_LAST - LDR_SECTION_BLOB_BASE)
        *blob = ldr_module_section((*module)->module, LDR_SECTION_BLOB_BASE + blob_id, &bytes);
    *size = (uint32_t)bytes;
    return *blob != NULL;
}

/* `result` is an nint[] or NULL; the answer is the number of modules either way. */
uint32_t
RhGetLoadedOSModules(struct gc_array *result)
{
    const struct ldr_module *m;
    uint32_t count = 0;

    for (m = ldr_module_first(); m; m = m->next) {
        if (result && count < result->length)
            ((const void **)(void *)(result + 1))[count] = m->base;
        count++;
    }
    return count;
}

const void *
RhGetOSModuleFromPointer(const void *address)
{
    const struct ldr_module *m = ldr_module_of_code(address);

    return m ? m->base : NULL;
}

/* The class library passes a module's base or any code address inside it. */
int32_t
RhGetModuleFileName(const void *place, const char **name)
{
    const struct ldr_module *m = ldr_module_of_code(place);

    for (const struct ldr_module *each = ldr_module_first(); !m && each; each = each->next)
        if (each->base == place)
            m = each;
    *name = m && m->path ? m->path : "";
    return (int32_t)strlen(*name);
}

/* The method behind an unboxing stub: `add rdi, 8` followed by a jump. */
const void *
RhGetCodeTarget(const void *code)
{
    static const uint8_t add[] = {0x48, 0x83, 0xC7, 0x08};
    const struct ldr_module *m = ldr_module_of_code(code);
    const uint8_t *at = code;
    int32_t distance;

    if (!m || m->code_end - at < 9 || memcmp(at, add, sizeof add) != 0)
        return code;
    if (at[4] == 0xE9) {
        memcpy(&distance, at + 5, sizeof distance);
        return at + 9 + distance;
    }
    if (at[4] == 0xEB)
        return at + 6 + (int8_t)at[5];
    return code;
}

void *
RhGetTargetOfUnboxingAndInstantiatingStub(const void *code)
{
    (void)code;
    return NULL;
}

/* The class library's numbering (contract/runtime.md 1.10) to ours; -1: has none. */
static const int8_t classlib_index[] = {
    [0] = LDR_CLASSLIB_GET_RUNTIME_EXCEPTION,
    [1] = LDR_CLASSLIB_RUNTIME_FAIL_FAST,
    [2] = -1,
    [3] = -1, /* AppendExceptionStackFrame: the engine writes traces itself */
    [4] = -1,
    [5] = LDR_CLASSLIB_GET_SYSTEM_ARRAY_MT,
    [6] = LDR_CLASSLIB_ON_FIRST_CHANCE_EXCEPTION,
    [7] = LDR_CLASSLIB_ON_UNHANDLED_EXCEPTION,
    [8] = LDR_CLASSLIB_DYNAMIC_CAST_IS_IMPLEMENTED,
    [9] = LDR_CLASSLIB_DYNAMIC_CAST_IMPLEMENTATION,
};

static void *
classlib_function(int32_t id)
{
    if (!engine.library || id < 0 || (size_t)id >= sizeof classlib_index || classlib_index[id] < 0)
        return NULL;
    return engine.library->classlib[classlib_index[id]];
}

void *
RhpGetClasslibFunctionFromEEType(const struct gc_mt *mt, int32_t id)
{
    (void)mt; /* all modules share one class library */
    return classlib_function(id);
}

void *
RhpGetClasslibFunctionFromCodeAddress(const void *code, int32_t id)
{
    (void)code;
    return classlib_function(id);
}

uint32_t
RhGetKnobValues(const char ***keys, const char ***values)
{
    *keys = engine.knob_keys;
    *values = engine.knob_values;
    return engine.knob_count;
}
