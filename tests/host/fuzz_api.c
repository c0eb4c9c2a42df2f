/* tests/host/fuzz_api.c - any bytes as a sequence of calls of the embedding API, right and wrong ones,
 * on the guest module. What a call gives is checked only for what must always hold.
 * Input: one byte an operation, then its arguments as it takes them. */
#include "tests/fuzz/fuzz.h"

#include "corert.h"

#include <stdlib.h>
#include <string.h>

enum { HANDLES = 16, SCOPES = 4, OPERATIONS_MAX = 400, TEXT_MAX = 64 };

static struct {
    const uint8_t *at, *end;
} input;

static corert_module *guest;
static corert_handle handle[HANDLES];
static corert_scope scope[SCOPES];
static unsigned open_scopes;

static uint8_t
u8(void)
{
    return input.at < input.end ? *input.at++ : 0;
}

static uint64_t
u64(void)
{
    uint64_t v = 0;

    for (unsigned i = 0; i < 8; i++)
        v = v << 8 | u8();
    return v;
}

static size_t
bytes_take(void *to, size_t most)
{
    size_t n = u8();

    if (n > most)
        n = most;
    if (n > (size_t)(input.end - input.at))
        n = (size_t)(input.end - input.at);
    memcpy(to, input.at, n);
    input.at += n;
    return n;
}

static void
require(int what)
{
    if (!what)
        __builtin_trap();
}

static void
guest_open(void)
{
    char text[256];

    require(corert_init(NULL) == CORERT_OK);
    require(corert_module_load(GUEST_MODULE, &guest, text, sizeof text) == CORERT_OK);
}

static void
scopes_close(void)
{
    while (open_scopes)
        require(corert_scope_close(&scope[--open_scopes]) == CORERT_OK);
}

static void
guest_close(void)
{
    open_scopes = 0; /* it closes them */
    require(corert_shutdown() == CORERT_OK);
    guest = NULL;
    memset(handle, 0, sizeof handle);
}

/* Mostly one of ours, sometimes any number. */
static corert_handle
some_handle(void)
{
    uint8_t which = u8();

    if (which >= 250)
        return (corert_handle)u64();
    return handle[which % HANDLES];
}

/* The place of an output; what was there is kept only by its scope or for ever. */
static corert_handle *
some_place(void)
{
    corert_handle *h = &handle[u8() % HANDLES];

    *h = 0;
    return h;
}

static void
strings(uint8_t kind)
{
    char text[TEXT_MAX];
    uint16_t units[TEXT_MAX / 2];
    size_t n, needed = 0, size;
    corert_status st;

    switch (kind % 4) {
    case 0:
        n = bytes_take(text, sizeof text);
        require(corert_string_from_utf8(text, n, some_place()) == CORERT_OK);
        break;
    case 1:
        n = bytes_take(units, sizeof units) / 2;
        require(corert_string_from_utf16(units, n, some_place()) == CORERT_OK);
        break;
    case 2:
        size = u8() % sizeof text;
        st = corert_string_to_utf8(some_handle(), text, size, &needed);
        if (st == CORERT_OK)
            require(needed < size && strlen(text) <= needed);
        break;
    default:
        size = u8() % (sizeof units / 2);
        st = corert_string_to_utf16(some_handle(), units, size, &needed);
        if (st == CORERT_OK)
            require(needed < size && units[needed] == 0);
    }
}

static void
arrays(uint8_t kind)
{
    uint64_t memory[32] = {0};
    size_t length = 0, bytes;
    void *data;
    corert_status st;

    switch (kind % 6) {
    case 0:
        st = corert_array_new((corert_kind)u8(), u8() == 255 ? (size_t)u64() : u8(), some_place());
        require(st == CORERT_OK || st == CORERT_E_MISUSE || st == CORERT_E_NOMEM);
        break;
    case 1:
        (void)!corert_array_length(some_handle(), &length);
        break;
    case 2:
        (void)!corert_array_read(some_handle(), u8(), u8() % 32, memory);
        break;
    case 3:
        (void)!corert_array_write(some_handle(), u8() == 255 ? (size_t)u64() : u8(), u8() % 32,
                                  memory);
        break;
    case 4:
        if (corert_array_pin(some_handle(), some_place(), &data, &bytes) == CORERT_OK)
            memset(data, 0, bytes);
        break;
    default:
        if (u8() & 1)
            (void)!corert_array_get(some_handle(), u8(), some_place());
        else
            (void)!corert_array_set(some_handle(), u8(), some_handle());
    }
}

static void
handles(uint8_t kind)
{
    corert_kind k, e;
    uint64_t value = 0;
    int same;

    switch (kind % 8) {
    case 0:
        (void)!corert_handle_new(some_handle(), (corert_handle_kind)(u8() % 4), some_place());
        break;
    case 1:
        (void)!corert_handle_free(some_handle());
        break;
    case 2:
        if (corert_handle_same(some_handle(), some_handle(), &same) == CORERT_OK)
            require(same == 0 || same == 1);
        break;
    case 3:
        (void)!corert_handle_kind_of(some_handle(), &k, &e);
        break;
    case 4:
        value = u64();
        (void)!corert_box((corert_kind)u8(), &value, some_place());
        break;
    case 5:
        (void)!corert_unbox(some_handle(), (corert_kind)u8(), &value);
        break;
    case 6:
        if (open_scopes < SCOPES && corert_scope_open(&scope[open_scopes]) == CORERT_OK)
            open_scopes++;
        break;
    default:
        if (open_scopes && u8() & 1) {
            require(corert_scope_close(&scope[open_scopes - 1]) == CORERT_OK);
            open_scopes--;
        } else {
            (void)!corert_scope_keep(some_handle());
        }
    }
}

static void
calls(uint8_t kind)
{
    void *address = NULL;
    corert_error *error;
    int (*fail)(void), (*add)(int, int);
    char name[TEXT_MAX + 1];
    const void *blob;
    const char *found;
    struct corert_module_info info = {.struct_size = sizeof info};
    corert_handle pin;
    size_t size;

    switch (kind % 9) {
    case 0:
        require(corert_module_export(guest, "guest_add", &address) == CORERT_OK);
        memcpy(&add, &address, sizeof add);
        require(add(40, 2) == 42);
        break;
    case 1:
        require(corert_module_export(guest, "guest_fail_twice", &address) == CORERT_OK);
        memcpy(&fail, &address, sizeof fail);
        require(fail() == 0);
        break;
    case 2:
        (void)!corert_error_take(&error);
        corert_error_free(error);
        break;
    case 3:
        name[bytes_take(name, TEXT_MAX)] = 0;
        (void)!corert_module_export(u8() & 1 ? guest : (corert_module *)&address, name, &address);
        break;
    case 4:
        (void)!corert_module_blob(guest, u8(), &blob, &size);
        break;
    case 5:
        info.struct_size = u8() % 2 ? (size_t)u64() : sizeof info;
        (void)!corert_module_info_get(u8() & 3 ? guest : (corert_module *)&address, &info);
        break;
    case 6:
        if (corert_module_export_at(guest, u8(), &found) == CORERT_OK)
            require(corert_module_export(guest, found, &address) == CORERT_OK);
        break;
    case 7:
        if (corert_handle_pin(some_handle(), &pin, &address, &size) == CORERT_OK) {
            const volatile uint8_t *content = address;

            for (size_t i = 0; i < size; i += 64)
                (void)content[i];
            require(corert_handle_free(pin) == CORERT_OK);
        }
        break;
    default:
        corert_pending_status();
    }
}

static void
engine(uint8_t kind)
{
    char text[TEXT_MAX], bytes[TEXT_MAX];
    corert_load_options options = {.struct_size = u8() == 255 ? (size_t)u64() : sizeof options,
                                   .bytes = bytes};
    struct corert_gc_stats stats = {.struct_size = sizeof stats};
    corert_module *m;

    switch (kind % 6) {
    case 0:
        require(corert_gc_collect(0) == CORERT_OK);
        break;
    case 1:
        require(corert_gc_stats(&stats) == CORERT_OK);
        break;
    case 2:
        options.size = bytes_take(bytes, sizeof bytes);
        require(corert_module_load_with("fuzz", &options, &m, text, u8() % sizeof text) != CORERT_OK);
        break;
    case 3:
        require(corert_init(NULL) == CORERT_E_MISUSE);
        break;
    case 4:
        open_scopes = 0;
        require(corert_thread_detach() == CORERT_OK);
        break;
    default:
        if (u8() < 8) { /* dear */
            guest_close();
            guest_open();
        }
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned n = 0;

    input.at = data;
    input.end = data + size;
    if (!guest)
        guest_open();
    while (input.at < input.end && n++ < OPERATIONS_MAX) {
        uint8_t kind = u8();

        switch (kind >> 5) {
        case 0:
        case 1:
            strings(kind);
            break;
        case 2:
        case 3:
            arrays(kind);
            break;
        case 4:
        case 5:
            handles(kind);
            break;
        case 6:
            calls(kind);
            break;
        default:
            engine(kind);
        }
    }
    scopes_close();
    for (n = 0; n < HANDLES; n++) {
        (void)!corert_handle_free(handle[n]);
        handle[n] = 0;
    }
    return 0;
}

bool
fuzz_seed(unsigned n, struct byte_vec *out)
{
    unsigned i;

    if (n > 3)
        return false;
    for (i = 0; i < 200; i++) {
        uint8_t b = (uint8_t)((i * 37 + n * 101) ^ (i >> 3));

        byte_vec_put(out, &b, 1);
    }
    return true;
}
