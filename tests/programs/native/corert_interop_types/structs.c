/* tests/programs/native/corert_interop_types/structs.c - structs by value, by reference and returned, and callbacks that take them. */
#include "types.h"

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
