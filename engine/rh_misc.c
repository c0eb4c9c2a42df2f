/* engine/rh_misc.c - processor, version, crash information and conversions. */
#include "engine/engine.h"
#include "engine/rh.h"
#include "engine/thr_coro.h"
#include "pal/pal.h"

#include <cpuid.h>
#include <math.h>
#include <stdlib.h>

#define CRASH_INFO_BYTES 8192

int32_t rh_cpu_features;
uint64_t rh_security_cookie = UINT64_C(0x2B992DDFA232);

int32_t
RhGetProcessCpuCount(void)
{
    const char *text = getenv("DOTNET_PROCESSOR_COUNT");
    long wanted = text ? strtol(text, NULL, 10) : 0;

    if (thr_coro_is_on()) /* one thing at a time: spinning for another processor is useless */
        return 1;
    return wanted > 0 && wanted <= 0xFFFF ? (int32_t)wanted : (int32_t)pal_cpu_count();
}

const uint8_t *
RhGetRuntimeVersion(int32_t *length)
{
    static const char text[] = "CoreRT " ENGINE_VERSION_TEXT;

    *length = (int32_t)sizeof text - 1;
    return (const uint8_t *)text;
}

uint8_t *
RhGetCrashInfoBuffer(int32_t *bytes)
{
    static uint8_t buffer[CRASH_INFO_BYTES];

    *bytes = CRASH_INFO_BYTES;
    return buffer;
}

void
RhRandomBytes(uint8_t *bytes, int32_t count)
{
    uint64_t x = pal_time_ns() ^ (uintptr_t)&x;
    int32_t i;

    if (count <= 0 || pal_random(bytes, (size_t)count))
        return;
    for (i = 0; i < count; i++) { /* a system without: anything that differs between runs */
        x = x * UINT64_C(6364136223846793005) + 1442695040888963407u;
        bytes[i] = (uint8_t)(x >> 56);
    }
}

/* Dumps are the host's business. */
void
RhCreateCrashDumpIfEnabled(void *record, void *context)
{
    (void)record;
    (void)context;
}

void
RhCpuIdEx(int32_t registers[4], int32_t function, int32_t subfunction)
{
    uint32_t a, b, c, d;

    __cpuid_count((uint32_t)function, (uint32_t)subfunction, a, b, c, d);
    registers[0] = (int32_t)a;
    registers[1] = (int32_t)b;
    registers[2] = (int32_t)c;
    registers[3] = (int32_t)d;
}

void
RhDebugBreak(void)
{
    __builtin_trap();
}

void
RhpFallbackFailFast(void)
{
    pal_fail_fast("the class library could not continue and could not say why");
}

void
rh_no_frame_iterator(void)
{
    pal_fail_fast("the class library's own exception code was entered: the module was compiled "
                  "without the engine's replacements");
}

int32_t
RhpDbl2Int(double value)
{
    if (isnan(value))
        return 0;
    return value <= -2147483648.0 ? INT32_MIN : value >= 2147483647.0 ? INT32_MAX : (int32_t)value;
}

int64_t
RhpDbl2Lng(double value)
{
    if (isnan(value))
        return 0;
    return value <= -0x1p63 ? INT64_MIN : value >= 0x1p63 ? INT64_MAX : (int64_t)value;
}

uint32_t
RhpDbl2UInt(double value)
{
    if (isnan(value) || value <= 0)
        return 0;
    return value >= 4294967295.0 ? UINT32_MAX : (uint32_t)value;
}

uint64_t
RhpDbl2ULng(double value)
{
    if (isnan(value) || value <= 0)
        return 0;
    return value >= 0x1p64 ? UINT64_MAX : (uint64_t)value;
}
