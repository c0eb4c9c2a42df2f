/* tests/programs/native/corert_interop_types.c - the native side of the programs interop_structs, _strings, _arrays,
 * _handles, _marshal and _import: structs as C lays them out, text in and out, arrays, handles, error numbers. */
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uchar.h>

#define EXPORT __attribute__((visibility("default")))

static char *
text_of(const char *format, ...)
{
    char buffer[512];
    va_list list;

    va_start(list, format);
    vsnprintf(buffer, sizeof buffer, format, list);
    va_end(list);
    return strdup(buffer);
}

static char16_t *
wide_of(const char *ascii)
{
    size_t n = strlen(ascii), i;
    char16_t *out = malloc(2 * (n + 1));

    for (i = 0; i <= n; i++)
        out[i] = (unsigned char)ascii[i];
    return out;
}

/* ---- structs ---- */

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

/* Sizes and offsets, by a number each; -1 ends. */
EXPORT int32_t
types_layout(int32_t index)
{
    static const int32_t table[] = {
        sizeof(struct person), offsetof(struct person, name), offsetof(struct person, is_old), offsetof(struct person, initial), offsetof(struct person, age),
        sizeof(struct wide_person), offsetof(struct wide_person, is_old), offsetof(struct wide_person, initial), offsetof(struct wide_person, weight),
        sizeof(struct fixed_text), offsetof(struct fixed_text, text), offsetof(struct fixed_text, tail),
        sizeof(struct fixed_wide), offsetof(struct fixed_wide, text), offsetof(struct fixed_wide, tail),
        sizeof(struct arrays_inside), offsetof(struct arrays_inside, numbers), offsetof(struct arrays_inside, flags), offsetof(struct arrays_inside, bytes),
        offsetof(struct arrays_inside, letters), offsetof(struct arrays_inside, points),
        sizeof(struct nested), offsetof(struct nested, person), offsetof(struct nested, label),
        sizeof(struct packed), offsetof(struct packed, name), offsetof(struct packed, flag), offsetof(struct packed, d),
        sizeof(struct tagged), offsetof(struct tagged, value), offsetof(struct tagged, name),
        sizeof(struct small_flags), sizeof(struct float_and_flag), sizeof(struct two_floats_flag),
        sizeof(struct money_and_date), offsetof(struct money_and_date, money), offsetof(struct money_and_date, date),
        sizeof(struct derived_part), offsetof(struct derived_part, c), offsetof(struct derived_part, l),
        sizeof(struct guid_holder), offsetof(struct guid_holder, guid),
        sizeof(struct callback_holder), offsetof(struct callback_holder, call), offsetof(struct callback_holder, name),
        -1,
    };

    return table[index];
}

EXPORT char *
types_person_text(struct person p)
{
    return text_of("%s/%d/%c/%d", p.name ? p.name : "(null)", p.is_old, p.initial, p.age);
}

EXPORT char *
types_person_text_at(const struct person *p)
{
    return p ? types_person_text(*p) : strdup("nobody");
}

EXPORT void
types_person_change(struct person *p)
{
    free(p->name);
    p->name = strdup("changed");
    p->is_old = 7;
    p->initial = 'Z';
    p->age++;
}

EXPORT void
types_person_fill(struct person *p)
{
    *p = (struct person){strdup("filled"), 1, 'F', 44};
}

EXPORT struct person
types_person_make(const char *name, int32_t age)
{
    struct person p = {name ? strdup(name) : NULL, age > 50, name ? name[0] : '-', (int16_t)age};

    return p;
}

EXPORT struct wide_person
types_wide_change(struct wide_person p)
{
    struct wide_person r = {wide_of("wide"), !p.is_old, (char16_t)(p.initial + 1), p.weight * 2};

    if (p.name && p.name[0] == 0xe9)
        r.weight += 0.5;
    return r;
}

EXPORT struct fixed_text
types_fixed_text(struct fixed_text t)
{
    struct fixed_text r = {(uint8_t)(t.lead + 1), "", (int32_t)strlen(t.text)};

    snprintf(r.text, sizeof r.text, "<%.5s>", t.text);
    return r;
}

EXPORT void
types_fixed_wide(struct fixed_wide *t)
{
    char16_t last = 0;
    int32_t n = 0;

    while (n < 6 && t->text[n])
        last = t->text[n++];
    t->tail = n * 100000 + last;
    for (n = 0; n < 6; n++)
        t->text[n] = (char16_t)('a' + n); /* no terminator */
}

EXPORT int32_t
types_arrays_inside(struct arrays_inside *a)
{
    int32_t sum = a->lead, i;

    for (i = 0; i < 3; i++)
        sum += a->numbers[i]++;
    for (i = 0; i < 2; i++) {
        sum += 1000 * a->flags[i];
        a->flags[i] = !a->flags[i];
        sum += 10000 * a->bytes[i];
        a->bytes[i] = (uint8_t)!a->bytes[i];
        sum += a->points[i].x * a->points[i].y;
        a->points[i].x = -a->points[i].x;
    }
    for (i = 0; i < 4; i++) {
        sum += a->letters[i];
        a->letters[i] = (char)('k' + i);
    }
    return sum;
}

EXPORT int64_t
types_arrays_by_value(struct arrays_inside a)
{
    return types_arrays_inside(&a);
}

EXPORT struct nested
types_nested(struct nested n)
{
    struct nested r = {n.id + 1, types_person_make("inner", 60), types_fixed_text(n.label)};

    r.person.age = (int16_t)strlen(n.person.name);
    return r;
}

EXPORT void
types_packed(struct packed *p)
{
    p->lead++;
    p->d += p->flag + (double)strlen(p->name);
    p->flag = 0;
}

EXPORT char *
types_tagged(struct tagged t)
{
    return t.kind == 0 ? text_of("%s=%d", t.name, t.value.i) : t.kind == 1 ? text_of("%s=%.2f", t.name, (double)t.value.f)
                                                                          : text_of("%s=%d,%d", t.name, t.value.bytes[0], t.value.bytes[3]);
}

EXPORT int32_t
types_small(struct small_flags s)
{
    return s.a * 100 + s.b * 10 + s.c;
}

EXPORT struct small_flags
types_small_make(int32_t a)
{
    return (struct small_flags){a, a > 0, a < 0};
}

EXPORT struct float_and_flag
types_float_flag(struct float_and_flag f, double add)
{
    return (struct float_and_flag){f.d + add, !f.flag};
}

EXPORT struct two_floats_flag
types_two_floats(float lead, struct two_floats_flag f)
{
    return (struct two_floats_flag){f.b, !f.flag, f.a + lead};
}

EXPORT struct money_and_date
types_money(struct money_and_date m)
{
    return (struct money_and_date){(uint8_t)(m.lead + 1), m.money * 2, m.date + 1.5};
}

EXPORT int32_t
types_person_array(struct person *people, int32_t count)
{
    int32_t sum = 0, i;

    for (i = 0; i < count; i++) {
        sum += people[i].age + (people[i].name ? (int32_t)strlen(people[i].name) : 1000);
        people[i].age++;
    }
    return sum;
}

EXPORT int32_t
types_point_array(struct point *points, int32_t count)
{
    int32_t sum = 0, i;

    for (i = 0; i < count; i++) {
        sum += points[i].x * points[i].y;
        points[i].y = i;
    }
    return sum;
}

EXPORT char *
types_derived(struct derived_part *d)
{
    char *r = text_of("%d/%s/%d/%d/%lld", d->base.a, d->base.s ? d->base.s : "(null)", d->base.b, d->c, (long long)d->l);

    d->base.a = 99;
    d->l = -5;
    return r;
}

EXPORT struct derived_part *
types_derived_make(int32_t wanted)
{
    struct derived_part *d = wanted ? malloc(sizeof *d) : NULL;

    if (d)
        *d = (struct derived_part){{1, strdup("made"), 2}, 3, 4};
    return d;
}

EXPORT void
types_derived_replace(struct derived_part **d)
{
    if (*d) {
        free((*d)->base.s);
        free(*d);
        *d = NULL;
    } else {
        *d = types_derived_make(1);
    }
}

EXPORT void
types_point_move(struct point *p)
{
    if (p) {
        p->x += 10;
        p->y += 20;
    }
}

EXPORT int32_t
types_guid(struct guid_holder h)
{
    return (int32_t)(h.guid.a ^ h.guid.b ^ h.guid.d[7]) + h.lead;
}

EXPORT int32_t
types_guid_at(const uint32_t *guid)
{
    return (int32_t)*guid;
}

EXPORT char *
types_callback(struct callback_holder *h)
{
    char *r = text_of("%s:%d", h->name, h->call ? h->call(h->number) : -1);

    h->number = 5;
    return r;
}

/* ---- text ---- */

EXPORT int32_t
types_text_bytes(const char *s)
{
    int32_t hash = 0;

    if (!s)
        return -1;
    for (; *s; s++)
        hash = hash * 31 + (unsigned char)*s;
    return hash;
}

EXPORT int32_t
types_text_units(const char16_t *s)
{
    int32_t hash = 0;

    if (!s)
        return -1;
    for (; *s; s++)
        hash = hash * 31 + *s;
    return hash;
}

/* The length word of a BSTR lies before it. */
EXPORT int32_t
types_bstr_bytes(const uint8_t *s)
{
    uint32_t n;

    if (!s)
        return -1;
    memcpy(&n, s - 4, 4);
    return (int32_t)(n * 1000 + s[n - 1] + s[n]);
}

EXPORT char *
types_text_back(const char *s)
{
    return s ? text_of("[%s]", s) : NULL;
}

EXPORT char16_t *
types_wide_back(const char16_t *s)
{
    char16_t *r;
    size_t n = 0, i;

    if (!s)
        return NULL;
    while (s[n])
        n++;
    r = malloc(2 * (n + 1));
    for (i = 0; i < n; i++)
        r[i] = s[n - 1 - i];
    r[n] = 0;
    return r;
}

EXPORT void
types_text_replace(char **s)
{
    char *old = *s;

    *s = old ? text_of("%s+", old) : strdup("new");
    free(old);
}

EXPORT void
types_wide_replace(char16_t **s)
{
    free(*s);
    *s = wide_of("wide new");
}

EXPORT void
types_text_clear(char **s)
{
    free(*s);
    *s = NULL;
}

EXPORT void
types_text_out(char **s)
{
    *s = strdup("out \xc3\xa9");
}

EXPORT int32_t
types_text_peek(char *const *s)
{
    return types_text_bytes(*s);
}

EXPORT int32_t
types_builder(char *buffer, int32_t capacity)
{
    int32_t n = (int32_t)strlen(buffer);

    snprintf(buffer, (size_t)capacity, "%d \xc3\xa9 bytes", n);
    return n;
}

EXPORT int32_t
types_wide_builder(char16_t *buffer, int32_t capacity)
{
    int32_t n = 0, i;

    while (buffer[n])
        n++;
    for (i = 0; i < capacity - 1 && i < 5; i++)
        buffer[i] = (char16_t)(0xe0 + i);
    buffer[i] = 0;
    return n;
}

/* ---- plain values by reference ---- */

struct decimal { /* as OLE has it */
    uint16_t reserved;
    uint8_t scale, sign;
    uint32_t high;
    uint64_t low;
};

#define REF(name, type) \
    EXPORT type types_ref_##name(type *v, type add) \
    { \
        type old = *v; \
        *v = (type)(old + add); \
        return old; \
    }
REF(i1, int8_t)
REF(u1, uint8_t)
REF(i2, int16_t)
REF(u2, uint16_t)
REF(i4, int32_t)
REF(u4, uint32_t)
REF(i8, int64_t)
REF(u8, uint64_t)
REF(r4, float)
REF(r8, double)
REF(ptr, intptr_t)

EXPORT void
types_out_all(int32_t *flag4, uint8_t *flag1, char *narrow, char16_t *wide, double *date, int64_t *money)
{
    *flag4 = 256;
    *flag1 = 2;
    *narrow = 'n';
    *wide = 0x20ac;
    *date = 2.5;
    *money = 12345;
}

EXPORT int32_t
types_flags(int32_t a, uint8_t b, char c, char16_t d)
{
    return a * 1000000 + b * 100000 + c * 100 + d;
}

EXPORT int32_t
types_flag4_is(int32_t v)
{
    return v;
}

EXPORT uint8_t
types_flag1_give(int32_t v)
{
    return (uint8_t)v;
}

EXPORT int32_t
types_flag4_give(int32_t v)
{
    return v;
}

EXPORT char16_t
types_wide_char(char16_t c)
{
    return (char16_t)(c + 1);
}

EXPORT char
types_narrow_char(char c)
{
    return (char)(c + 1);
}

EXPORT uint32_t
types_decimal_low(struct decimal d, int32_t *scale)
{
    *scale = d.scale * (d.sign ? -1 : 1);
    return (uint32_t)d.low;
}

EXPORT double
types_date(double d)
{
    return d + 1;
}

EXPORT int64_t
types_money_value(int64_t m)
{
    return m * 3;
}

/* ---- arrays ---- */

EXPORT int32_t
types_sum(int32_t *a, int32_t count)
{
    int32_t sum = 0, i;

    if (!a)
        return -1;
    for (i = 0; i < count; i++) {
        sum += a[i];
        a[i] = -a[i];
    }
    return sum;
}

EXPORT int32_t
types_bool_array(int32_t *a, int32_t count)
{
    int32_t bits = 0, i;

    if (!a)
        return -1;
    for (i = 0; i < count; i++) {
        bits = bits * 2 + a[i];
        a[i] = a[i] ? 0 : 9;
    }
    return bits;
}

EXPORT int32_t
types_bool1_array(uint8_t *a, int32_t count)
{
    int32_t bits = 0, i;

    for (i = 0; i < count; i++) {
        bits = bits * 2 + a[i];
        a[i] = !a[i];
    }
    return bits;
}

EXPORT int32_t
types_char_array(char *a, int32_t count)
{
    int32_t hash = 0, i;

    if (!a)
        return -1;
    for (i = 0; i < count; i++) {
        hash = hash * 31 + (unsigned char)a[i];
        a[i] = (char)('a' + i);
    }
    return hash;
}

EXPORT int32_t
types_wide_array(char16_t *a, int32_t count)
{
    int32_t hash = 0, i;

    for (i = 0; i < count; i++) {
        hash = hash * 31 + a[i];
        a[i] = (char16_t)('A' + i);
    }
    return hash;
}

EXPORT int32_t
types_text_array(char **a, int32_t count)
{
    int32_t hash = 0, i;

    if (!a)
        return -1;
    for (i = 0; i < count; i++) {
        hash = hash * 7 + types_text_bytes(a[i]);
        free(a[i]);
        a[i] = text_of("t%d", i);
    }
    return hash;
}

EXPORT int32_t
types_text_array_read(char **a, int32_t count)
{
    int32_t hash = 0, i;

    if (!a)
        return -1;
    for (i = 0; i < count; i++)
        hash = hash * 7 + types_text_bytes(a[i]);
    return hash;
}

EXPORT int32_t
types_wide_text_array(char16_t **a, int32_t count)
{
    int32_t hash = 0, i;

    for (i = 0; i < count; i++)
        hash = hash * 7 + types_text_units(a[i]);
    return hash;
}

/* Gives a new block; the old one, if any, is ours now. */
EXPORT void
types_array_replace(int32_t **a, int32_t *count)
{
    int32_t n = *count + 2, i;
    int32_t *r = malloc((size_t)n * sizeof *r);

    for (i = 0; i < n; i++)
        r[i] = *a && i < *count ? (*a)[i] * 10 : i;
    free(*a);
    *a = r;
    *count = n;
}

EXPORT void
types_text_array_out(char ***a, int32_t *count)
{
    *count = 3;
    *a = malloc(3 * sizeof **a);
    (*a)[0] = strdup("one");
    (*a)[1] = NULL;
    (*a)[2] = strdup("tr\xc3\xa8s");
}

EXPORT void
types_array_none(int32_t **a)
{
    free(*a);
    *a = NULL;
}

EXPORT int32_t
types_grid(const int32_t *a, int32_t rows, int32_t columns)
{
    int32_t r, c, hash = 0;

    for (r = 0; r < rows; r++)
        for (c = 0; c < columns; c++)
            hash = hash * 10 + a[r * columns + c];
    return hash;
}

EXPORT int32_t
types_is_null(const void *p)
{
    return p == NULL;
}

/* ---- handles, errors ---- */

static int32_t open_handles;

EXPORT intptr_t
types_handle_open(int32_t number)
{
    open_handles++;
    return number;
}

EXPORT void
types_handle_close(intptr_t h)
{
    (void)h;
    open_handles--;
}

EXPORT int32_t
types_handle_count(void)
{
    return open_handles;
}

EXPORT int32_t
types_handle_use(intptr_t h)
{
    return (int32_t)h * 2;
}

EXPORT void
types_handle_out(intptr_t *h, int32_t number)
{
    *h = types_handle_open(number);
}

EXPORT void
types_handle_swap(intptr_t *h, int32_t change)
{
    if (change) {
        types_handle_close(*h);
        *h = types_handle_open(change);
    }
}

EXPORT int32_t
types_handle_peek(const intptr_t *h)
{
    return (int32_t)*h;
}

struct with_handle {
    int32_t a;
    intptr_t handle;
    char *name;
};

EXPORT int32_t
types_handle_in_struct(struct with_handle w)
{
    return w.a + (int32_t)w.handle * 10 + (int32_t)strlen(w.name) * 1000;
}

EXPORT void
types_handle_in_struct_at(struct with_handle *w, intptr_t change)
{
    w->a++;
    if (change)
        w->handle = change;
}

EXPORT int32_t
types_set_errno(int32_t value)
{
    errno = value;
    return value + 1;
}

EXPORT char *
types_set_errno_text(const char *text, int32_t value)
{
    char *r = strdup(text);

    errno = value;
    return r;
}

EXPORT int32_t
types_hresult(int32_t hr, int32_t in, int32_t *out)
{
    *out = in * 2;
    return hr;
}

EXPORT int32_t
types_hresult_text(int32_t hr, char **out)
{
    *out = strdup("given");
    return hr;
}

EXPORT int32_t
types_hresult_void(int32_t hr)
{
    return hr;
}

EXPORT int32_t
types_suffix(void)
{
    return 0;
}

EXPORT int32_t
types_suffixA(void)
{
    return 1;
}

EXPORT int32_t
types_suffixW(void)
{
    return 2;
}

EXPORT int32_t
types_raw(uint8_t flag, char16_t letter, struct point *p)
{
    p->x += flag;
    return letter;
}

/* ---- callbacks with the values above ---- */

EXPORT char *
types_call_person(struct person (*call)(struct person, struct fixed_text), int32_t age)
{
    struct person p = {strdup("from C"), 1, 'C', (int16_t)age};
    struct fixed_text t = {3, "text", 4};
    struct person r = call(p, t);
    char *text = types_person_text(r);

    free(p.name);
    free(r.name);
    return text;
}

EXPORT char *
types_call_reference(void (*call)(struct person *, struct derived_part *, double *, int64_t))
{
    struct person p = {strdup("by ref"), 0, 'r', 5};
    struct derived_part d = {{1, strdup("base"), 2}, 3, 4};
    double date = 2;
    char *text;

    call(&p, &d, &date, 25000);
    text = text_of("%s %d %s %lld %.2f", p.name, p.age, d.base.s, (long long)d.l, date);
    free(p.name);
    free(d.base.s);
    return text;
}

EXPORT char *
types_call_arrays(int32_t (*call)(char **, int32_t, int32_t *, struct person *))
{
    char *texts[] = {strdup("a"), NULL, strdup("c\xc3\xa9")};
    int32_t flags[] = {1, 0, 256};
    struct person people[] = {{strdup("x"), 0, 'x', 1}, {NULL, 1, 'y', 2}, {strdup("z"), 0, 'z', 3}};
    int32_t r = call(texts, 3, flags, people), i;
    char *text = text_of("%d %d%d%d %s %d", r, flags[0], flags[1], flags[2], people[1].name ? people[1].name : "(null)", people[2].age);

    for (i = 0; i < 3; i++) {
        free(texts[i]);
        free(people[i].name);
    }
    return text;
}
