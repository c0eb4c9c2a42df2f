/* tests/host/check_values.c - managed values held by a host: handles, scopes, strings, arrays,
 * boxes, delegates; error objects. */
#include "tests/host/check_host.h"

#include <math.h>

static struct host_reports reports;
static corert_module *guest;

static void
setup(void)
{
    guest = guest_start(&reports, 0);
}

static void
teardown(void)
{
    guest_stop();
}

static corert_handle
text_of(const char *utf8)
{
    corert_handle h;

    ck_assert_int_eq(corert_string_from_utf8(utf8, SIZE_MAX, &h), CORERT_OK);
    ck_assert(h != 0);
    return h;
}

static void
expect_text(corert_handle h, const char *utf8)
{
    char buffer[128];
    size_t needed;

    ck_assert_int_eq(corert_string_to_utf8(h, buffer, sizeof buffer, &needed), CORERT_OK);
    ck_assert_str_eq(buffer, utf8);
    ck_assert_uint_eq(needed, strlen(utf8));
}

START_TEST(strings_go_both_ways)
{
    static const uint16_t wide[] = {'h', 0xE9, 0xD83D, 0xDE00, 0};
    intptr_t (*upper)(intptr_t);
    corert_handle h, up;
    uint16_t units[8];
    char small[8];
    size_t needed;

    BIND(guest, "guest_upper", upper);
    h = text_of("gr\xC3\xBC\xC3\x9F dich");
    up = upper(h);
    expect_text(up, "GR\xC3\x9C\xC3\x9F DICH");
    ck_assert_int_eq(corert_handle_free(up), CORERT_OK);
    ck_assert_int_eq(corert_handle_free(h), CORERT_OK);
    ck_assert(upper(0) == 0);

    ck_assert_int_eq(corert_string_from_utf16(wide, SIZE_MAX, &h), CORERT_OK);
    expect_text(h, "h\xC3\xA9\xF0\x9F\x98\x80");
    ck_assert_int_eq(corert_string_to_utf16(h, units, 8, &needed), CORERT_OK);
    ck_assert_uint_eq(needed, 4);
    ck_assert_mem_eq(units, wide, sizeof wide);
    /* cut before the surrogate pair, before the four-byte sequence */
    ck_assert_int_eq(corert_string_to_utf16(h, units, 4, &needed), CORERT_E_RANGE);
    ck_assert_uint_eq(units[2], 0);
    ck_assert_uint_eq(needed, 4);
    ck_assert_int_eq(corert_string_to_utf8(h, small, 6, &needed), CORERT_E_RANGE);
    ck_assert_str_eq(small, "h\xC3\xA9");
    ck_assert_uint_eq(needed, 7);
    ck_assert_int_eq(corert_string_to_utf8(h, NULL, 0, &needed), CORERT_E_RANGE);
    ck_assert_uint_eq(needed, 7);
    ck_assert_int_eq(corert_handle_free(h), CORERT_OK);

    ck_assert_int_eq(corert_string_from_utf8("a\xFFz\0y", 5, &h), CORERT_OK);
    ck_assert_int_eq(corert_string_to_utf8(h, NULL, 0, &needed), CORERT_E_RANGE);
    ck_assert_uint_eq(needed, 7);
    ck_assert_int_eq(corert_handle_free(h), CORERT_OK);
    ck_assert_int_eq(corert_string_from_utf8(NULL, 0, &h), CORERT_OK);
    expect_text(h, "");
    ck_assert_int_eq(corert_handle_free(h), CORERT_OK);
}
END_TEST

START_TEST(arrays_are_made_read_and_pinned)
{
    int64_t (*sum)(intptr_t);
    intptr_t (*join)(intptr_t);
    corert_handle h, pin, text, element;
    corert_kind kind, of;
    int32_t values[4] = {1, 2, 3, 4}, *data;
    size_t length, bytes;
    int same;

    BIND(guest, "guest_sum", sum);
    BIND(guest, "guest_join", join);
    ck_assert_int_eq(corert_array_new(CORERT_KIND_INT32, 1000, &h), CORERT_OK);
    ck_assert_int_eq(corert_array_write(h, 996, 4, values), CORERT_OK);
    ck_assert(sum(h) == 10);
    ck_assert_int_eq(corert_array_write(h, 997, 4, values), CORERT_E_RANGE);
    ck_assert_int_eq(corert_array_write(h, SIZE_MAX, 4, values), CORERT_E_RANGE);
    ck_assert_int_eq(corert_array_length(h, &length), CORERT_OK);
    ck_assert_uint_eq(length, 1000);
    ck_assert_int_eq(corert_array_pin(h, &pin, (void **)&data, &bytes), CORERT_OK);
    ck_assert_uint_eq(bytes, 4000);
    data[0] = 90;
    ck_assert(sum(h) == 100);
    ck_assert_int_eq(corert_handle_same(h, pin, &same), CORERT_OK);
    ck_assert_int_eq(same, 1);
    ck_assert_int_eq(corert_array_read(pin, 998, 2, values), CORERT_OK);
    ck_assert(values[0] == 3 && values[1] == 4);
    ck_assert_int_eq(corert_handle_free(pin), CORERT_OK);
    ck_assert_int_eq(corert_handle_kind_of(h, &kind, &of), CORERT_OK);
    ck_assert(kind == CORERT_KIND_ARRAY && of == CORERT_KIND_INT32);
    ck_assert_int_eq(corert_handle_free(h), CORERT_OK);

    ck_assert_int_eq(corert_array_new(CORERT_KIND_STRING, 3, &h), CORERT_OK);
    text = text_of("x");
    ck_assert_int_eq(corert_array_set(h, 0, text), CORERT_OK);
    ck_assert_int_eq(corert_array_set(h, 2, text), CORERT_OK);
    ck_assert_int_eq(corert_array_set(h, 3, text), CORERT_E_RANGE);
    ck_assert_int_eq(corert_array_set(h, 1, h), CORERT_E_TYPE);
    element = join(h);
    expect_text(element, "x,,x");
    ck_assert_int_eq(corert_handle_free(element), CORERT_OK);
    ck_assert_int_eq(corert_array_get(h, 1, &element), CORERT_OK);
    ck_assert(element == 0);
    ck_assert_int_eq(corert_array_get(h, 2, &element), CORERT_OK);
    ck_assert_int_eq(corert_handle_same(element, text, &same), CORERT_OK);
    ck_assert_int_eq(same, 1);
    ck_assert_int_eq(corert_array_pin(h, &pin, (void **)&data, NULL), CORERT_E_TYPE);
    ck_assert(pin == 0 && data == NULL);
    ck_assert_int_eq(corert_array_new(CORERT_KIND_DOUBLE, SIZE_MAX / 2, &pin), CORERT_E_NOMEM);
    ck_assert_int_eq(corert_array_new(CORERT_KIND_DELEGATE, 1, &pin), CORERT_E_MISUSE);
}
END_TEST

START_TEST(boxes_keep_their_exact_kind)
{
    static const union {
        uint8_t byte;
        uint16_t half;
        uint32_t word;
        uint64_t whole;
    } pattern = {.whole = UINT64_C(0x8182838485868701)};
    intptr_t (*half)(intptr_t), (*day)(void);
    corert_handle h, other;
    corert_kind kind, k;
    double d = 5;
    int32_t i;
    uint64_t back;

    BIND(guest, "guest_half", half);
    BIND(guest, "guest_day", day);
    for (k = CORERT_KIND_BOOL; k <= CORERT_KIND_UINTPTR; k = (corert_kind)(k + 1)) {
        ck_assert_int_eq(corert_box(k, &pattern, &h), CORERT_OK);
        ck_assert_int_eq(corert_handle_kind_of(h, &kind, NULL), CORERT_OK);
        ck_assert_int_eq(kind, k);
        back = 0;
        ck_assert_int_eq(corert_unbox(h, k, &back), CORERT_OK);
        ck_assert_uint_eq(back & 0xFF, 1);
        ck_assert_int_eq(corert_unbox(h, k == CORERT_KIND_BOOL ? CORERT_KIND_CHAR : CORERT_KIND_BOOL,
                                      &back),
                         CORERT_E_TYPE);
        ck_assert_int_eq(corert_handle_free(h), CORERT_OK);
    }
    ck_assert_int_eq(corert_box(CORERT_KIND_DOUBLE, &d, &h), CORERT_OK);
    other = half(h);
    ck_assert_int_eq(corert_unbox(other, CORERT_KIND_DOUBLE, &d), CORERT_OK);
    ck_assert(fabs(d - 2.5) < 1e-12);
    corert_handle_free(h);
    h = day();
    ck_assert_int_eq(corert_unbox(h, CORERT_KIND_INT32, &i), CORERT_OK);
    ck_assert_int_eq(i, 5);
    ck_assert_int_eq(corert_box(CORERT_KIND_STRING, &d, &h), CORERT_E_MISUSE);
}
END_TEST

START_TEST(wrong_handles_are_refused)
{
    corert_handle h = text_of("once"), other;
    size_t n;
    int same;

    ck_assert_int_eq(corert_handle_free(h), CORERT_OK);
    ck_assert_int_eq(corert_handle_free(h), CORERT_E_MISUSE);
    ck_assert_int_eq(corert_string_to_utf8(h, NULL, 0, &n), CORERT_E_MISUSE);
    ck_assert_int_eq(corert_handle_free((corert_handle)&n), CORERT_E_MISUSE);
    ck_assert_int_eq(corert_handle_free(64), CORERT_E_MISUSE);
    ck_assert_int_eq(corert_handle_free(-1), CORERT_E_MISUSE);
    ck_assert_int_eq(corert_handle_free(0), CORERT_OK);
    ck_assert_int_eq(corert_array_length(12345, &n), CORERT_E_MISUSE);
    h = text_of("two");
    ck_assert_int_eq(corert_handle_free(h + 8), CORERT_E_MISUSE);
    ck_assert_int_eq(corert_array_length(h, &n), CORERT_E_TYPE);
    ck_assert_int_eq(corert_array_length(0, &n), CORERT_E_TYPE);
    ck_assert_int_eq(corert_handle_same(h, 0, &same), CORERT_OK);
    ck_assert_int_eq(same, 0);
    ck_assert_int_eq(corert_handle_new(h, (corert_handle_kind)7, &other), CORERT_E_MISUSE);
    ck_assert_int_eq(corert_handle_new(h, CORERT_HANDLE_STRONG, NULL), CORERT_E_MISUSE);
    ck_assert_int_eq(corert_string_from_utf8(NULL, 3, &other), CORERT_E_MISUSE);
    ck_assert_int_eq(corert_handle_free(h), CORERT_OK);
}
END_TEST

START_TEST(scopes_free_their_handles)
{
    corert_scope outer, inner;
    corert_handle a, b, c;

    ck_assert_int_eq(corert_scope_open(&outer), CORERT_OK);
    a = text_of("a");
    ck_assert_int_eq(corert_scope_open(&inner), CORERT_OK);
    for (int i = 0; i < 100; i++)
        b = text_of("b");
    c = text_of("c");
    ck_assert_int_eq(corert_scope_keep(c), CORERT_OK);
    ck_assert_int_eq(corert_scope_keep(c), CORERT_E_NOT_FOUND);
    ck_assert_int_eq(corert_scope_close(&outer), CORERT_E_MISUSE);
    ck_assert_int_eq(corert_scope_close(&inner), CORERT_OK);
    ck_assert_int_eq(corert_handle_free(b), CORERT_E_MISUSE);
    expect_text(a, "a");
    expect_text(c, "c");
    ck_assert_int_eq(corert_scope_close(&outer), CORERT_OK);
    ck_assert_int_eq(corert_handle_free(a), CORERT_E_MISUSE);
    ck_assert_int_eq(corert_handle_free(c), CORERT_OK);
    ck_assert_int_eq(corert_scope_close(&outer), CORERT_E_MISUSE);
}
END_TEST

START_TEST(open_scopes_end_with_their_thread)
{
    struct corert_gc_stats before = {.struct_size = sizeof before}, after = before;
    corert_scope outer, inner;

    ck_assert_int_eq(corert_gc_stats(&before), CORERT_OK);
    ck_assert_int_eq(corert_scope_open(&outer), CORERT_OK);
    (void)text_of("a");
    ck_assert_int_eq(corert_scope_open(&inner), CORERT_OK);
    for (int i = 0; i < 100; i++)
        (void)text_of("b");
    ck_assert_int_eq(corert_thread_detach(), CORERT_OK);
    ck_assert_int_eq(corert_gc_stats(&after), CORERT_OK);
    ck_assert_uint_eq(after.handles, before.handles);
    ck_assert_int_eq(corert_scope_close(&inner), CORERT_E_MISUSE);
}
END_TEST

START_TEST(handles_keep_objects_and_weak_ones_do_not)
{
    int (*churn)(int);
    corert_handle h, weak, strong;
    corert_kind kind;

    BIND(guest, "guest_churn", churn);
    h = text_of("to be kept");
    ck_assert_int_eq(corert_handle_new(h, CORERT_HANDLE_WEAK, &weak), CORERT_OK);
    ck_assert_int_eq(churn(1000), 1000);
    expect_text(h, "to be kept");
    ck_assert_int_eq(corert_handle_new(weak, CORERT_HANDLE_STRONG, &strong), CORERT_OK);
    corert_handle_free(h);
    ck_assert_int_eq(churn(1000), 1000);
    expect_text(strong, "to be kept");
    corert_handle_free(strong);
    ck_assert_int_eq(churn(1000), 1000);
    ck_assert_int_eq(corert_handle_kind_of(weak, &kind, NULL), CORERT_OK);
    ck_assert_int_eq(kind, CORERT_KIND_NULL);
    ck_assert_int_eq(corert_handle_new(weak, CORERT_HANDLE_STRONG, &strong), CORERT_OK);
    ck_assert(strong == 0);
    corert_handle_free(weak);
}
END_TEST

START_TEST(a_delegate_becomes_a_c_function)
{
    intptr_t (*adder)(int);
    int (*step)(int);
    corert_handle h;
    void *pointer;

    BIND(guest, "guest_adder", adder);
    h = adder(40);
    ck_assert_int_eq(corert_delegate_pointer(h, &pointer), CORERT_OK);
    memcpy(&step, &pointer, sizeof step);
    ck_assert_int_eq(step(2), 42);
    corert_handle_free(h);
    h = text_of("no delegate");
    ck_assert_int_eq(corert_delegate_pointer(h, &pointer), CORERT_E_TYPE);
    corert_handle_free(h);
}
END_TEST

START_TEST(a_refused_delegate_leaves_its_reason)
{
    intptr_t (*make)(void);
    corert_error *e;
    corert_handle h;
    void *pointer;

    BIND(guest, "guest_generic_adder", make);
    h = make();
    ck_assert_int_eq(corert_delegate_pointer(h, &pointer), CORERT_E_EXCEPTION);
    ck_assert_ptr_null(pointer);
    ck_assert_int_eq(corert_error_take(&e), CORERT_E_EXCEPTION);
    ck_assert_ptr_nonnull(e);
    ck_assert_str_eq(corert_error_type(e), "System.ArgumentException");
    corert_error_free(e);
    corert_handle_free(h);
}
END_TEST

START_TEST(an_error_tells_every_inner_one)
{
    int (*fails)(int);
    corert_error *e;
    const corert_error *third;

    BIND(guest, "guest_fail_several", fails);
    ck_assert_int_eq(fails(0), 0);
    ck_assert_int_eq(corert_error_take(&e), CORERT_E_EXCEPTION);
    ck_assert_ptr_nonnull(e);
    ck_assert_str_eq(corert_error_type(e), "System.AggregateException");
    ck_assert_uint_eq(corert_error_inner_count(e), 3);
    ck_assert_ptr_eq(corert_error_inner(e), corert_error_inner_at(e, 0));
    ck_assert_str_eq(corert_error_message(corert_error_inner_at(e, 0)), "first");
    ck_assert_str_eq(corert_error_message(corert_error_inner_at(e, 1)), "second");
    ck_assert_str_eq(corert_error_message(corert_error_inner(corert_error_inner_at(e, 1))), "within");
    ck_assert_ptr_null(corert_error_inner_at(e, 3));
    third = corert_error_inner_at(e, 2);
    ck_assert_uint_eq(corert_error_inner_count(third), 2);
    ck_assert_str_eq(corert_error_message(corert_error_inner_at(third, 1)), "fifth");
    ck_assert_uint_eq(corert_error_inner_count(corert_error_inner_at(third, 1)), 0);
    corert_error_free(e);
    ck_assert_int_eq(fails(6), 0); /* each holds the one before twice */
    ck_assert_int_eq(corert_error_take(&e), CORERT_E_EXCEPTION);
    ck_assert_ptr_nonnull(e);
    ck_assert_uint_eq(corert_error_inner_count(e), 2);
    ck_assert_uint_eq(corert_error_inner_count(corert_error_inner_at(e, 1)), 2);
    corert_error_free(e);
}
END_TEST

START_TEST(an_error_tells_type_message_and_inner)
{
    int (*fails)(void);
    corert_error *e;
    const corert_error *inner;

    BIND(guest, "guest_fail_twice", fails);
    ck_assert_int_eq(corert_error_take(&e), CORERT_OK);
    ck_assert_ptr_null(e);
    ck_assert_int_eq(fails(), 0);
    ck_assert_int_eq(corert_error_take(&e), CORERT_E_EXCEPTION);
    ck_assert_ptr_nonnull(e);
    ck_assert_str_eq(corert_error_type(e), "GuestException");
    ck_assert_str_eq(corert_error_message(e), "out\xC3\xA9r");
    ck_assert_int_eq(corert_error_hresult(e), 77);
    ck_assert(strlen(corert_error_stack(e)) > 0);
    inner = corert_error_inner(e);
    ck_assert_ptr_nonnull(inner);
    ck_assert_str_eq(corert_error_type(inner), "System.FormatException");
    ck_assert(strstr(corert_error_message(inner), "no number") != NULL);
    ck_assert_ptr_null(corert_error_inner(inner));
    corert_error_free(e);
    corert_error_free(NULL);
    ck_assert_int_eq(corert_error_take(&e), CORERT_OK);
    ck_assert_int_eq(fails(), 0);
    ck_assert_int_eq(corert_pending_status(), CORERT_E_EXCEPTION);
    ck_assert_int_eq(corert_error_take(&e), CORERT_OK);
    ck_assert_ptr_null(e);
    ck_assert_int_eq(fails(), 0); /* left for the shutdown */
}
END_TEST

static int asked;

static int
twice(int value)
{
    return 2 * value;
}

static int
allow(void *context, const char *library)
{
    ck_assert_ptr_eq(context, &asked);
    ck_assert_str_ne(library, "host");
    asked++;
    return 0;
}

static void
restart_with(const corert_load_options *options)
{
    char text[256];

    guest_stop();
    ck_assert_int_eq(corert_init(NULL), CORERT_OK);
    ck_assert_msg(corert_module_load_with(GUEST_MODULE, options, &guest, text, sizeof text) ==
                      CORERT_OK,
                  "%s", text);
}

START_TEST(the_host_offers_and_forbids_functions)
{
    const corert_host_function offered[] = {{"host_twice", (corert_function *)twice}};
    corert_load_options options = {.struct_size = sizeof options,
                                   .functions = offered,
                                   .function_count = 1,
                                   .context = &asked};
    corert_module *m;
    char text[256];
    int (*native)(int), (*call_twice)(int);

    BIND(guest, "guest_native", native);
    ck_assert_int_eq(native(0), 1); /* without a table there is no library "host" */
    restart_with(&options);
    BIND(guest, "guest_twice", call_twice);
    BIND(guest, "guest_native", native);
    ck_assert_int_eq(call_twice(21), 42);
    ck_assert_int_eq(native(1), 2);
    ck_assert_int_eq(native(3), 0);
    options.allow = allow;
    restart_with(&options);
    BIND(guest, "guest_native", native);
    ck_assert_int_eq(native(0), 0);
    ck_assert_int_eq(native(2), 1);
    ck_assert_int_eq(native(3), 1);
    ck_assert_int_gt(asked, 1);
    options.functions = NULL;
    ck_assert_int_eq(corert_module_load_with(SECOND_MODULE, &options, &m, text, sizeof text),
                     CORERT_E_MISUSE);
    ck_assert(strstr(text, "host function") != NULL);
}
END_TEST

START_TEST(nothing_works_without_a_module)
{
    corert_handle h;

    guest_stop();
    ck_assert_int_eq(corert_string_from_utf8("x", 1, &h), CORERT_E_MISUSE);
    ck_assert_int_eq(corert_handle_free(16), CORERT_E_MISUSE);
    ck_assert_int_eq(corert_init(NULL), CORERT_OK);
    ck_assert_int_eq(corert_string_from_utf8("x", 1, &h), CORERT_E_MISUSE);
    ck_assert_int_eq(corert_shutdown(), CORERT_OK);
    guest = guest_start(&reports, 0);
}
END_TEST

TCase *
case_values(void)
{
    TCase *c = tcase_create("values");

    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, strings_go_both_ways);
    tcase_add_test(c, arrays_are_made_read_and_pinned);
    tcase_add_test(c, boxes_keep_their_exact_kind);
    tcase_add_test(c, wrong_handles_are_refused);
    tcase_add_test(c, scopes_free_their_handles);
    tcase_add_test(c, open_scopes_end_with_their_thread);
    tcase_add_test(c, handles_keep_objects_and_weak_ones_do_not);
    tcase_add_test(c, a_delegate_becomes_a_c_function);
    tcase_add_test(c, a_refused_delegate_leaves_its_reason);
    tcase_add_test(c, an_error_tells_every_inner_one);
    tcase_add_test(c, an_error_tells_type_message_and_inner);
    tcase_add_test(c, the_host_offers_and_forbids_functions);
    tcase_add_test(c, nothing_works_without_a_module);
    return c;
}
