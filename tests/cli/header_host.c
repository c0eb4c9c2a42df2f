/* tests/cli/header_host.c - calls what header.cs exports through the generated header, as C11 and as
 * C++17, loaded (LINKED not defined) or linked. usage: header_host [MODULE.so] */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "exports.h"

static int failures;

static void
check(int condition, const char *text)
{
    if (!condition) {
        fprintf(stderr, "FAILED %s\n", text);
        failures++;
    }
}

#define CHECK(condition) check(condition, #condition)

static double
call_back(int32_t a, void *context)
{
    return a + *(double *)context;
}

static int32_t
give_seven(void)
{
    return 7;
}

static int32_t (*give(Callbacks *c))(void)
{
    (void)c;
    return give_seven;
}

static void
check_names(const struct exports *x)
{
    x_macros_ m = {1, 2, 3, 4, 5, 6};
    Ma_ length = {17};

    CHECK(x->x_macros(m, 10, 20) == 37 && m.errno_ == 1 && m.INT32_MAX_ == 4);
    CHECK(x->Flags_All(Flags_None) == Flags_All_ && Flags_All_ > 5 && Flags_All_ == UINT64_MAX);
    CHECK(length.l_nge == 17 && x->exports(length) == 17);
#ifdef EXPORTS_STATIC
    CHECK(x_macros(m, 10, 20) == 37 && exports(length) == 17);
#endif
}

static void
check_structs(const struct exports *x)
{
    Vec3 v = {1, 2, 3};
    A_Point a = {1, 2};
    B_Point b = {3, 4};
    Node n;
    Mixed m;
    Packed p;
    Pack2 q;
    Union u;
    Halves h;
    Gaps g;
    FloatGap f;
    Buffer buffer;
    Holder holder;
    Outer outer;

    v = x->x_scale(v, 2);
    CHECK(v.X == 2 && v.Y == 4 && v.Z == 6);
    CHECK(x->x_points(a, &b) == 10);
    CHECK(x->x_node(&n) == &n && n.Next == &n && n.Colour_ == Colour_Blue && n.Signed_ == Signed_Low);
    CHECK(n.Large_ == Large_Top && n.Huge_ == Huge_Least && Huge_Most == INT64_MAX && Large_Small == 1);
    x->x_mixed(&m);
    CHECK(m.First == 1 && m.Second == 2 && m.Flag == 1 && m.Letter == 'x' && m.Number == -5 && m.Place.Z == 9);
    x->x_packed(&p, &q);
    CHECK(p.First == 1 && p.Second == 2 && p.Third == 3 && q.First == 4 && q.Second == 5 && q.Third == 6);
    x->x_unions(&u, &h, &g);
    CHECK(u.F == 1 && u.I == 0x3F800000 && u.Tail == 2 && h.Low == 4 && h.at_High.High == 5 && g.A == 6 && g.B == 7);
    memset(&f, 0, sizeof f);
    f.A = 1;
    f.B = 2;
    x->x_gap(&f);
    CHECK(f.A == 2 && f.B == 1);
    memset(&buffer, 0, sizeof buffer);
    buffer.Items[0] = 1;
    buffer.Items[4] = 2;
    buffer.End = 3;
    CHECK(x->x_buffer(&buffer) == 6);
    memset(&holder, 0, sizeof holder);
    x->x_holder(&holder);
    CHECK(holder.Three_.element[2].Y == 3 && holder.Auto == 4 && holder.int_ == 5 && holder.delete_ == 6);
    memset(&outer, 0, sizeof outer);
    outer.Value.Kind = Outer_Kind_Some;
    CHECK(x->x_outer(outer) == Outer_Kind_Some);
}

static void
check_by_value(const struct exports *x)
{
    Union u;
    Halves h;
    Packed p;
    Pack2 q;
    Buffer b;
    Three t;
    Gaps g;
    Mixed m;

    memset(&u, 0, sizeof u);
    memset(&h, 0, sizeof h);
    memset(&p, 0, sizeof p);
    memset(&q, 0, sizeof q);
    memset(&b, 0, sizeof b);
    memset(&t, 0, sizeof t);
    memset(&g, 0, sizeof g);
    memset(&m, 0, sizeof m);
    u.F = 0.5f;
    u.Tail = 1;
    h.at_High.High = 2;
    p.First = 3;
    p.Second = 4;
    p.Third = 5;
    q.First = 6;
    q.Second = 7;
    q.Third = 8;
    b.Items[4] = 9;
    b.End = 10;
    t.element[2].Z = 11;
    g.B = 12;
    m.Place.Z = 13;
    CHECK(x->x_by_value(u, h, p, q, b, t, g, m) == 91.5);
    u = x->x_give_union();
    CHECK(u.F == 1.5f && u.Tail == 3);
    p = x->x_give_packed();
    CHECK(p.First == 1 && p.Second == 2 && p.Third == 3);
    q = x->x_give_pack2();
    CHECK(q.First == 1 && q.Second == 2 && q.Third == 3);
    b = x->x_give_buffer();
    CHECK(b.Items[3] == 7 && b.End == 8);
}

static void
check_functions(const struct exports *x)
{
    KeyValuePair_Int32_Int16 pair;
    Callbacks c = {call_back, give};
    double context = 0.5;
    uint8_t yes = 1, text[] = {0x68, 0xC3, 0xA4, 0x6C, 0x6C, 0xC3, 0xB6, 0};

    memset(&pair, 0, sizeof pair);
    pair.key = 40;
    pair.value = 2;
    CHECK(x->x_add(40, 2) == 42);
    CHECK(x->x_all(-1, 2, -3, 4, -5, 6, -7, 8, -9, 10, 0.5f, 0.25) == 5.75);
    CHECK(x->x_call(&c, &context) == 27.5);
    CHECK(x->x_function()(1, 2) == 3);
    CHECK(x->x_words(1, 2, 3, Colour_Green, 4, class__int) == 22);
    CHECK(x->x_pair(&pair) == 42);
    CHECK(x->x_empty(NULL, 'a', &yes) == 'a' + 1);
    CHECK(x->delete_() == 11 && x->odd_name() == 12 && x->quo_te_______() == 13);
    CHECK(x->x_text(text) == 5);
}

int
main(int argc, char **argv)
{
    corert_config config;
    corert_module *module = NULL;
    struct exports x;
    char message[256];
    corert_status status;

    memset(&config, 0, sizeof config);
    config.struct_size = sizeof config;
    if (corert_init(&config) != CORERT_OK)
        return 2;
#ifdef EXPORTS_STATIC
    (void)argc;
    (void)argv;
    status = exports_attach(&module, message, sizeof message);
#else
    status = corert_module_load(argc > 1 ? argv[1] : "", &module, message, sizeof message);
#endif
    if (status != CORERT_OK) {
        fprintf(stderr, "%s\n", message);
        return 2;
    }
    CHECK(exports_bind(module, &x) == CORERT_OK);
    if (failures)
        return 1;
    check_names(&x);
    check_structs(&x);
    check_by_value(&x);
    check_functions(&x);
#ifdef EXPORTS_STATIC
    CHECK(x_add == x.x_add && x_add(1, 2) == 3);
#endif
    CHECK(corert_shutdown() == CORERT_OK);
    return failures != 0;
}
