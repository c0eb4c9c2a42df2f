/* tests/programs/native/corert_interop_types/types.h - the structs as C lays them out, and texts for
 * the caller to free. */
#ifndef TESTS_PROGRAMS_NATIVE_TYPES_H
#define TESTS_PROGRAMS_NATIVE_TYPES_H

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uchar.h>

#define EXPORT __attribute__((visibility("default")))

static inline char *
text_of(const char *format, ...)
{
    char buffer[512];
    va_list list;

    va_start(list, format);
    vsnprintf(buffer, sizeof buffer, format, list);
    va_end(list);
    return strdup(buffer);
}

static inline char16_t *
wide_of(const char *ascii)
{
    size_t n = strlen(ascii), i;
    char16_t *out = malloc(2 * (n + 1));

    for (i = 0; i <= n; i++)
        out[i] = (unsigned char)ascii[i];
    return out;
}

struct person { /* Ansi: string, bool, char */
    char *name;
    int32_t is_old;
    char initial;
    int16_t age;
};

struct wide_person {
    char16_t *name;
    uint8_t is_old;
    char16_t initial;
    double weight;
};

struct fixed_text {
    uint8_t lead;
    char text[8];
    int32_t tail;
};

struct fixed_wide {
    uint8_t lead;
    char16_t text[6];
    int32_t tail;
};

struct point {
    int32_t x, y;
};

struct arrays_inside {
    uint8_t lead;
    int32_t numbers[3];
    int32_t flags[2];
    uint8_t bytes[2];
    char letters[4];
    struct point points[2];
};

struct nested {
    int64_t id;
    struct person person;
    struct fixed_text label;
};

#pragma pack(push, 1)
struct packed {
    uint8_t lead;
    char *name;
    int32_t flag;
    double d;
};
#pragma pack(pop)

union number {
    int32_t i;
    float f;
    uint8_t bytes[4];
};

struct tagged {
    int32_t kind;
    union number value;
    char *name;
};

struct small_flags { /* goes in one register */
    int32_t a;
    uint8_t b, c;
};

struct float_and_flag { /* one SSE and one integer register */
    double d;
    int32_t flag;
};

struct two_floats_flag {
    float a;
    int32_t flag;
    float b;
};

struct money_and_date {
    uint8_t lead;
    int64_t money;
    double date;
};

struct base_part {
    uint8_t a;
    char *s;
    uint8_t b;
};

struct derived_part {
    struct base_part base;
    uint8_t c;
    int64_t l;
};

struct guid_holder {
    uint8_t lead;
    struct {
        uint32_t a;
        uint16_t b, c;
        uint8_t d[8];
    } guid;
};

struct callback_holder {
    int32_t number;
    int32_t (*call)(int32_t);
    char *name;
};

char *types_person_text(struct person p);
int32_t types_text_bytes(const char *s);
int32_t types_text_units(const char16_t *s);

#endif
