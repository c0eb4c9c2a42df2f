/* tests/host/check_arguments.c - every function of the API with NULL and wild arguments, and in every
 * state in which it cannot serve: a status, nothing written but zeros, and the engine goes on.
 * The table must hold all functions of the headers; the last test counts them. */
#include "tests/host/check_host.h"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a row hands on. Each field that the row takes is made bad in turn. */
struct arguments {
    corert_handle handle;
    const void *in; /* a text, a value, a struct */
    void *out;      /* room for 64 bytes */
};

enum takes {
    HANDLE = 1,   /* not 0 but not in use: MISUSE */
    IN = 2,       /* NULL: MISUSE */
    OUT = 4,      /* NULL: MISUSE */
    ZERO4 = 8,    /* 4 bytes of out are 0 after a failure */
    ZERO8 = 16,   /* 8 bytes are */
    ANYWHERE = 32 /* also useful without a running engine */
};

typedef corert_status call_fn(const struct arguments *a);

struct row {
    const char *name;
    call_fn *call;
    unsigned takes;
};

#define CALL(function, ...)                                                                        \
    static corert_status call_##function(const struct arguments *a)                                \
    {                                                                                              \
        (void)a;                                                                                   \
        return __VA_ARGS__;                                                                        \
    }

static corert_module *guest;
static char message[512];

CALL(init, corert_init(a->in)) /* is running, or its struct_size is wrong */
CALL(shutdown, CORERT_E_MISUSE)
CALL(thread_detach, corert_thread_detach())
CALL(module_load, corert_module_load(a->in, a->out, message, sizeof message))
CALL(module_load_with, corert_module_load_with(a->in, NULL, a->out, message, sizeof message))
CALL(module_attach, corert_module_attach(a->in, "name", a->out, message, sizeof message))
CALL(module_export, corert_module_export(guest, a->in, a->out))
CALL(module_function, corert_module_function(guest, a->in, a->out))
CALL(module_blob, corert_module_blob(guest, 1, a->out, &(size_t){0}))
CALL(engine_info_get, corert_engine_info_get(a->out))
CALL(module_info_get, corert_module_info_get(guest, a->out))
CALL(module_export_at, corert_module_export_at(guest, 0, a->out))
CALL(pending_status, corert_pending_status())
CALL(gc_collect, corert_gc_collect(0))
CALL(gc_stats, corert_gc_stats(a->out))
CALL(run_finalizers, corert_run_finalizers(0, a->out))
CALL(pump, corert_pump(1, a->out, NULL)) /* needs corert_config.no_threads */
CALL(error_take, corert_error_take(a->out))
CALL(handle_new, corert_handle_new(a->handle, CORERT_HANDLE_STRONG, a->out))
CALL(handle_free, corert_handle_free(a->handle))
CALL(handle_same, corert_handle_same(a->handle, a->handle, a->out))
CALL(handle_kind_of, corert_handle_kind_of(a->handle, a->out, NULL))
CALL(string_from_utf8, corert_string_from_utf8(a->in, 3, a->out))
CALL(string_from_utf16, corert_string_from_utf16(a->in, 1, a->out))
CALL(string_to_utf8, corert_string_to_utf8(a->handle, a->out, 4, NULL))
CALL(string_to_utf16, corert_string_to_utf16(a->handle, a->out, 2, NULL))
CALL(box, corert_box(CORERT_KIND_INT32, a->in, a->out))
CALL(unbox, corert_unbox(a->handle, CORERT_KIND_INT32, a->out))
CALL(array_new, corert_array_new(CORERT_KIND_INT32, 3, a->out))
CALL(array_length, corert_array_length(a->handle, a->out))
CALL(array_pin, corert_array_pin(a->handle, a->out, &(void *){NULL}, NULL))
CALL(handle_pin, corert_handle_pin(a->handle, a->out, &(void *){NULL}, NULL))
CALL(array_read, corert_array_read(a->handle, 0, 1, a->out))
CALL(array_write, corert_array_write(a->handle, 0, 1, a->in))
CALL(array_get, corert_array_get(a->handle, 0, a->out))
CALL(array_set, corert_array_set(a->handle, 0, a->handle))
CALL(delegate_pointer, corert_delegate_pointer(a->handle, a->out))
CALL(stack_text, corert_stack_text(a->out, 64, NULL))
CALL(scope_keep, corert_scope_keep(a->handle))

static corert_status
call_scope_open(const struct arguments *a)
{
    corert_status status = corert_scope_open(a->out);

    if (status == CORERT_OK)
        ck_assert_int_eq(corert_scope_close(a->out), CORERT_OK);
    return status;
}

/* Never opened, or opened by another thread: not the innermost one. */
static corert_status
call_scope_close(const struct arguments *a)
{
    return corert_scope_close(a->out);
}

/* These take NULL and know nothing better. */
static corert_status
call_error_rest(const struct arguments *a)
{
    (void)a;
    ck_assert_str_eq(corert_error_type(NULL), "");
    ck_assert_str_eq(corert_error_message(NULL), "");
    ck_assert_str_eq(corert_error_stack(NULL), "");
    ck_assert_int_eq(corert_error_hresult(NULL), 0);
    ck_assert_ptr_null(corert_error_inner(NULL));
    ck_assert_ptr_null(corert_error_inner_at(NULL, 0));
    ck_assert_uint_eq(corert_error_inner_count(NULL), 0);
    corert_error_free(NULL);
    return CORERT_OK;
}

static corert_status
call_texts(const struct arguments *a)
{
    (void)a;
    ck_assert_ptr_nonnull(corert_version());
    ck_assert_uint_gt(corert_version_number(), 0);
    ck_assert_int_eq(corert_has_feature(NULL), 0);
    ck_assert_int_eq(corert_has_feature("\xFF"), 0);
    ck_assert_ptr_null(corert_feature_name(SIZE_MAX));
    for (int i = -3; i < 40; i++)
        ck_assert_ptr_nonnull(corert_status_text((corert_status)i));
    return CORERT_OK;
}

/* The engine has been started or the header is none: nothing is run. */
static corert_status
call_main(const struct arguments *a)
{
    char *arguments[] = {NULL};
    int code;

    capture_begin();
    code = corert_main(a->in ? NULL : a->in, 0, arguments);
    free(capture_end());
    ck_assert_int_eq(code, 1);
    return CORERT_E_MISUSE;
}

static const struct row rows[] = {
    {"init", call_init, 0},
    {"shutdown", call_shutdown, 0},
    {"thread_detach", call_thread_detach, 0},
    {"module_load", call_module_load, IN | OUT | ZERO8},
    {"module_load_with", call_module_load_with, IN | OUT | ZERO8},
    {"module_attach", call_module_attach, IN | OUT | ZERO8},
    {"module_export", call_module_export, IN | OUT | ZERO8},
    {"module_function", call_module_function, IN | OUT | ZERO8},
    {"module_blob", call_module_blob, OUT | ZERO8},
    {"pending_status", call_pending_status, ANYWHERE},
    {"gc_collect", call_gc_collect, 0},
    {"gc_stats", call_gc_stats, OUT},
    {"run_finalizers", call_run_finalizers, ZERO8},
    {"pump", call_pump, ZERO8},
    {"error_take", call_error_take, OUT | ZERO8},
    {"error_type", call_error_rest, ANYWHERE},
    {"error_message", call_error_rest, ANYWHERE},
    {"error_stack", call_error_rest, ANYWHERE},
    {"error_hresult", call_error_rest, ANYWHERE},
    {"error_inner", call_error_rest, ANYWHERE},
    {"error_inner_at", call_error_rest, ANYWHERE},
    {"error_inner_count", call_error_rest, ANYWHERE},
    {"error_free", call_error_rest, ANYWHERE},
    {"main", call_main, ANYWHERE},
    {"status_text", call_texts, ANYWHERE},
    {"version", call_texts, ANYWHERE},
    {"version_number", call_texts, ANYWHERE},
    {"has_feature", call_texts, ANYWHERE},
    {"feature_name", call_texts, ANYWHERE},
    {"engine_info_get", call_engine_info_get, OUT},
    {"module_info_get", call_module_info_get, OUT},
    {"module_export_at", call_module_export_at, OUT | ZERO8},
    {"handle_new", call_handle_new, HANDLE | OUT | ZERO8},
    {"handle_free", call_handle_free, HANDLE},
    {"handle_same", call_handle_same, HANDLE | OUT | ZERO4},
    {"handle_kind_of", call_handle_kind_of, HANDLE | OUT | ZERO4},
    {"handle_pin", call_handle_pin, HANDLE | OUT | ZERO8},
    {"scope_open", call_scope_open, OUT},
    {"scope_keep", call_scope_keep, ANYWHERE},
    {"scope_close", call_scope_close, OUT},
    {"string_from_utf8", call_string_from_utf8, IN | OUT | ZERO8},
    {"string_from_utf16", call_string_from_utf16, IN | OUT | ZERO8},
    {"string_to_utf8", call_string_to_utf8, HANDLE | OUT},
    {"string_to_utf16", call_string_to_utf16, HANDLE | OUT},
    {"box", call_box, IN | OUT | ZERO8},
    {"unbox", call_unbox, HANDLE | OUT},
    {"array_new", call_array_new, OUT | ZERO8},
    {"array_length", call_array_length, HANDLE | OUT | ZERO8},
    {"array_pin", call_array_pin, HANDLE | OUT | ZERO8},
    {"array_read", call_array_read, HANDLE | OUT},
    {"array_write", call_array_write, HANDLE | IN},
    {"array_get", call_array_get, HANDLE | OUT | ZERO8},
    {"array_set", call_array_set, HANDLE},
    {"delegate_pointer", call_delegate_pointer, HANDLE | OUT | ZERO8},
    {"stack_text", call_stack_text, OUT | ANYWHERE},
};
enum { ROWS = sizeof rows / sizeof *rows };

static union {
    char bytes[64];
    uint64_t whole[8];
    size_t struct_size;
} room;

static void
room_dirty(void)
{
    memset(&room, 0x55, sizeof room);
}

static void
expect_refused(const struct row *r, const struct arguments *a, const char *how)
{
    corert_status status;

    room_dirty();
    status = r->call(a);
    ck_assert_msg(status == CORERT_E_MISUSE || status == CORERT_E_CLOSED, "corert_%s, %s: %d",
                  r->name, how, (int)status);
    if (a->out && r->takes & ZERO8)
        ck_assert_msg(room.whole[0] == 0, "corert_%s, %s: output is not 0", r->name, how);
    if (a->out && r->takes & ZERO4)
        ck_assert_msg((uint32_t)room.whole[0] == 0, "corert_%s, %s: output is not 0", r->name, how);
}

static void
still_works(void)
{
    int (*add)(int, int);

    BIND(guest, "guest_add", add);
    ck_assert_int_eq(add(20, 22), 42);
    ck_assert_int_eq(corert_pending_status(), CORERT_OK);
    ck_assert_int_eq(corert_gc_collect(CORERT_GC_COMPACT), CORERT_OK);
}

static void
begin(void)
{
    corert_config config = {.struct_size = sizeof config, .gc_verify = 1};

    ck_assert_int_eq(corert_init(&config), CORERT_OK);
    guest = guest_load();
}

static corert_handle
an_array(void)
{
    corert_handle h;

    ck_assert_int_eq(corert_array_new(CORERT_KIND_INT32, 4, &h), CORERT_OK);
    return h;
}

/* A text that serves all rows: too short for a struct, no module, no export. */
static const uint64_t some_text[4] = {UINT64_C(0x0061626364)};

START_TEST(null_is_refused_everywhere)
{
    corert_handle h;

    begin();
    h = an_array();
    for (size_t i = 0; i < ROWS; i++) {
        const struct row *r = &rows[i];

        if (r->takes & IN)
            expect_refused(r, &(struct arguments){h, NULL, &room}, "in is NULL");
        if (r->takes & OUT)
            expect_refused(r, &(struct arguments){h, some_text, NULL}, "out is NULL");
    }
    still_works();
    guest_stop();
}
END_TEST

static void
wild_handle(corert_handle h)
{
    char how[64];

    snprintf(how, sizeof how, "handle %#llx", (unsigned long long)h);
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].takes & HANDLE)
            expect_refused(&rows[i], &(struct arguments){h, some_text, &room}, how);
}

START_TEST(wild_handles_are_refused_everywhere)
{
    corert_handle wild[] = {8, 64, 4096, -1, -16, INTPTR_MAX, INTPTR_MIN, 0, 0, 0, 0, 0, 0, 0};
    uint64_t *block = malloc(64), x = 88172645463325252u;
    size_t n = 7;
    corert_handle h;
    void *data;

    begin();
    h = an_array();
    wild[n++] = (corert_handle)&h;
    wild[n++] = (corert_handle)block;
    wild[n++] = (corert_handle)(uintptr_t)&corert_init;
    wild[n++] = (corert_handle)guest;
    wild[n++] = h + 8;
    wild[n++] = h + 0x10000;
    ck_assert_int_eq(corert_array_pin(h, &wild[n], &data, NULL), CORERT_OK);
    ck_assert_int_eq(corert_handle_free(wild[n]), CORERT_OK); /* was one */
    n++;
    for (size_t i = 0; i < n; i++)
        wild_handle(wild[i]);
    wild_handle((corert_handle)data); /* inside the heap */
    for (int i = 0; i < 2000; i++) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        wild_handle((corert_handle)(i % 2 ? x & ~UINT64_C(1) : (x >> 17) & ~UINT64_C(15)));
    }
    ck_assert_int_eq(corert_handle_free(h), CORERT_OK); /* unharmed */
    free(block);
    still_works();
    guest_stop();
}
END_TEST

START_TEST(wild_modules_and_kinds_are_refused)
{
    static const int kinds[] = {-1, 0, 1, 2, 3, 4, 7, 15, 30, 31, 999, INT32_MAX, INT32_MIN};
    const void *wild[] = {(void *)8, (void *)-1, some_text, (void *)(uintptr_t)&corert_init, &wild};
    struct corert_module_info info = {.struct_size = sizeof info};
    corert_module *real;
    const char *name;
    const void *blob;
    void *address;
    size_t size;

    begin();
    real = guest;
    for (size_t i = 0; i < sizeof wild / sizeof *wild; i++) {
        guest = (corert_module *)(uintptr_t)wild[i];
        address = &size;
        ck_assert_int_eq(corert_module_export(guest, "guest_add", &address), CORERT_E_MISUSE);
        ck_assert_ptr_null(address);
        ck_assert_int_eq(corert_module_blob(guest, 1, &blob, &size), CORERT_E_MISUSE);
        ck_assert_int_eq(corert_module_info_get(guest, &info), CORERT_E_MISUSE);
        ck_assert_int_eq(corert_module_export_at(guest, 0, &name), CORERT_E_MISUSE);
    }
    guest = real;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        corert_handle h = 1;

        ck_assert_int_eq(corert_box((corert_kind)kinds[i], some_text, &h), CORERT_E_MISUSE);
        ck_assert(h == 0);
        h = 1;
        if (kinds[i] != CORERT_KIND_STRING) {
            ck_assert_int_eq(corert_array_new((corert_kind)kinds[i], 1, &h), CORERT_E_MISUSE);
            ck_assert(h == 0);
        }
    }
    still_works();
    guest_stop();
}
END_TEST

/* All arguments are as they should be; what is wrong is the time. */
static void
expect_all_refused(corert_handle h, const char *state)
{
    for (size_t i = 0; i < ROWS; i++)
        if (!(rows[i].takes & ANYWHERE))
            expect_refused(&rows[i], &(struct arguments){h, some_text, &room}, state);
        else
            (void)rows[i].call(&(struct arguments){h, some_text, &room});
}

START_TEST(nothing_serves_before_and_after)
{
    corert_handle h;

    guest = (corert_module *)(uintptr_t)some_text;
    expect_all_refused(64, "before the start");
    begin();
    h = an_array();
    guest_stop();
    expect_all_refused(h, "after shutdown");
    begin();
    still_works();
    guest_stop();
}
END_TEST

START_TEST(nothing_serves_in_a_child_of_fork)
{
    corert_handle h;
    pid_t child;
    int status;

    begin();
    h = an_array();
    child = fork();
    if (child == 0) {
        alarm(300);
        for (size_t i = 0; i < ROWS; i++) {
            const struct row *r = &rows[i];

            /* What reads the engine's memory only may still answer. */
            if (r->call != call_module_export && r->call != call_module_function &&
                r->call != call_module_blob && r->call != call_module_export_at &&
                r->call != call_module_info_get &&
                r->call != call_scope_open && r->call != call_error_take &&
                r->call(&(struct arguments){h, some_text, &room}) == CORERT_OK &&
                !(r->takes & ANYWHERE))
                _exit((int)i + 1);
        }
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%#x: corert_%s", (unsigned)status,
                  WIFEXITED(status) && WEXITSTATUS(status) && WEXITSTATUS(status) <= ROWS
                      ? rows[WEXITSTATUS(status) - 1].name
                      : "?");
    still_works();
    guest_stop();
}
END_TEST

/* ---- the wrong thread ---- */

static corert_scope shared_scope;
static corert_handle shared_handle;

static void *
elsewhere(void *unused)
{
    char text[8];

    ck_assert_int_eq(corert_scope_close(&shared_scope), CORERT_E_MISUSE);
    ck_assert_int_eq(corert_scope_keep(shared_handle), CORERT_E_NOT_FOUND);
    /* A handle serves any thread. */
    ck_assert_int_eq(corert_string_to_utf8(shared_handle, text, sizeof text, NULL), CORERT_OK);
    ck_assert_str_eq(text, "all");
    ck_assert_int_eq(corert_scope_close(&shared_scope), CORERT_E_MISUSE);
    return unused;
}

START_TEST(a_scope_belongs_to_its_thread)
{
    pthread_t thread;

    begin();
    ck_assert_int_eq(corert_scope_open(&shared_scope), CORERT_OK);
    ck_assert_int_eq(corert_string_from_utf8("all", 3, &shared_handle), CORERT_OK);
    ck_assert_int_eq(pthread_create(&thread, NULL, elsewhere, NULL), 0);
    pthread_join(thread, NULL);
    ck_assert_int_eq(corert_scope_close(&shared_scope), CORERT_OK);
    ck_assert_int_eq(corert_scope_close(&shared_scope), CORERT_E_MISUSE);
    still_works();
    guest_stop();
}
END_TEST

/* Twenty lives with a scope left open, closed at the wrong time. */
START_TEST(a_scope_ends_with_its_thread_and_with_the_engine)
{
    corert_scope scope;
    corert_handle h;

    for (int i = 0; i < 20; i++) {
        begin();
        ck_assert_int_eq(corert_scope_open(&scope), CORERT_OK);
        ck_assert_int_eq(corert_string_from_utf8("left", 4, &h), CORERT_OK);
        if (i % 2)
            ck_assert_int_eq(corert_thread_detach(), CORERT_OK);
        else
            guest_stop();
        ck_assert_int_eq(corert_scope_close(&scope), CORERT_E_MISUSE);
        if (i % 2) {
            still_works();
            guest_stop();
        }
    }
}
END_TEST

/* ---- all of them ---- */

static int
in_table(const char *name, size_t bytes)
{
    for (size_t i = 0; i < ROWS; i++)
        if (strlen(rows[i].name) == bytes && strncmp(rows[i].name, name, bytes) == 0)
            return 1;
    return 0;
}

static void
expect_header_in_table(const char *path, int *count)
{
    char line[512];
    FILE *f = fopen(path, "r");

    ck_assert_msg(f != NULL, "%s", path);
    while (fgets(line, sizeof line, f)) {
        char *paren = strncmp(line, "CORERT_API ", 11) == 0 ? strchr(line, '(') : NULL;
        char *name = paren;

        if (!paren)
            continue;
        while (name > line && (name[-1] == '_' || (name[-1] >= 'a' && name[-1] <= 'z') ||
                               (name[-1] >= '0' && name[-1] <= '9')))
            name--;
        ck_assert_msg(strncmp(name, "corert_", 7) == 0, "%s", line);
        name += 7;
        ck_assert_msg(in_table(name, (size_t)(paren - name)), "no row for corert_%.*s",
                      (int)(paren - name), name);
        ++*count;
    }
    fclose(f);
}

START_TEST(the_table_holds_every_function)
{
    int count = 0;

    expect_header_in_table(INCLUDE_FOLDER "/corert.h", &count);
    expect_header_in_table(INCLUDE_FOLDER "/corert_values.h", &count);
    expect_header_in_table(INCLUDE_FOLDER "/corert_info.h", &count);
    expect_header_in_table(INCLUDE_FOLDER "/corert_files.h", &count);
    ck_assert_int_eq(count, ROWS);
}
END_TEST

TCase *
case_arguments(void)
{
    TCase *c = tcase_create("arguments");

    tcase_set_timeout(c, 60);
    tcase_add_test(c, the_table_holds_every_function);
    tcase_add_test(c, null_is_refused_everywhere);
    tcase_add_test(c, wild_handles_are_refused_everywhere);
    tcase_add_test(c, wild_modules_and_kinds_are_refused);
    tcase_add_test(c, nothing_serves_before_and_after);
    tcase_add_test(c, nothing_serves_in_a_child_of_fork);
    tcase_add_test(c, a_scope_belongs_to_its_thread);
    tcase_add_test(c, a_scope_ends_with_its_thread_and_with_the_engine);
    return c;
}
