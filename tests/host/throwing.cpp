// tests/host/throwing.cpp - MODULE: a C++ host whose functions throw through the managed frames that called
// them. Its own destructors run, the frames are dropped, the engine goes on.
#include "corert.h"

#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string>
#include <thread>

namespace {

using host_fn = int(int);

int failures;
std::string last_line;

void
expect(bool what, const char *text)
{
    if (!what) {
        std::printf("FAILED: %s\n", text);
        failures++;
    }
}

template <class F>
F *
find(const corert_module *module, const char *name)
{
    void *address = nullptr;
    F *function;

    expect(corert_module_export(module, name, &address) == CORERT_OK, name);
    std::memcpy(&function, &address, sizeof function);
    return function;
}

struct counted {
    int &count;
    ~counted() { count++; }
};

int destroyed;

int
throws(int value)
{
    counted here{destroyed};
    std::string text(100, 'x');

    throw std::runtime_error(text + std::to_string(value));
}

int (*down)(int, host_fn *, int), (*guarded)(host_fn *, int), (*churn)(int);

// With managed frames outside: catches what the inner ones were left with.
int
catches(int value)
{
    try {
        down(8, throws, value);
    } catch (const std::exception &e) {
        expect(std::strlen(e.what()) > 100, "what the exception says");
        return value;
    }
    return -1;
}

int
plain(int value)
{
    return value;
}

void
rounds()
{
    for (int i = 0; i < 50; i++) {
        bool caught = false;

        try {
            counted here{destroyed};

            down(1 + i % 20, throws, i);
        } catch (const std::runtime_error &) {
            caught = true;
            expect(guarded(plain, 2) == 23, "an export in a catch block");
        }
        expect(caught, "the exception comes through");
        expect(corert_gc_collect(CORERT_GC_COMPACT) == CORERT_OK, "a collection");
        expect(down(6, catches, i) == i + 6, "frames outside go on");
        expect(guarded(catches, 5) == 47, "their handlers too");
        expect(churn(30) == 55, "an export");
    }
    expect(corert_thread_detach() == CORERT_OK, "the thread detaches");
}

void
log_line(void *, corert_log_level, const char *line)
{
    last_line = line;
}

} // namespace

int
main(int, char **argv)
{
    corert_config config{};
    corert_module *module;
    char message[256];

    config.struct_size = sizeof config;
    config.log = log_line;
    config.gc_stress_interval = 23;
    config.gc_verify = 1;
    if (corert_init(&config) != CORERT_OK ||
        corert_module_load(argv[1], &module, message, sizeof message) != CORERT_OK)
        return 2;
    down = find<int(int, host_fn *, int)>(module, "frames_down");
    guarded = find<int(host_fn *, int)>(module, "frames_guarded");
    churn = find<int(int)>(module, "frames_churn");
    rounds();
    std::thread(rounds).join();
    expect(last_line.find("left managed frames") != std::string::npos, "the log tells");
    expect(destroyed == 2 * 50 * 4, "destructors run");
    expect(corert_shutdown() == CORERT_OK, "shutdown");
    return failures != 0;
}
