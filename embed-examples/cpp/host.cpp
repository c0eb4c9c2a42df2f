// embed-examples/cpp/host.cpp - a C++17 host: statuses and managed exceptions become C++ exceptions,
// handles end with their owner, and std::threads call without any preparation.
// usage: host MODULE.so
#include <atomic>
#include <cstring>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "corert.h"

namespace {

// A managed exception, copied out.
class managed_error : public std::runtime_error {
public:
    explicit managed_error(const corert_error *e)
        : std::runtime_error(std::string(corert_error_type(e)) + ": " + corert_error_message(e)),
          has_inner(corert_error_inner(e) != nullptr)
    {
    }
    bool has_inner;
};

void check(corert_status st, const char *what)
{
    if (st != CORERT_OK)
        throw std::runtime_error(std::string(what) + ": " + corert_status_text(st));
}

// After a call of an export.
void check_call()
{
    corert_error *e = nullptr;
    corert_status st = corert_error_take(&e);

    if (e) {
        managed_error copy(e);
        corert_error_free(e);
        throw copy;
    }
    check(st, "a call");
}

class engine {
public:
    explicit engine(const char *path)
    {
        corert_config config = {};
        char message[256];

        config.struct_size = sizeof config;
        config.unhandled = [](void *, const char *) {}; // told by check_call
        check(corert_init(&config), "corert_init");
        if (corert_module_load(path, &module, message, sizeof message) != CORERT_OK) {
            std::string why = message;

            if (corert_shutdown() != CORERT_OK)
                why += "; the engine could not stop";
            throw std::runtime_error(why);
        }
    }
    engine(const engine &) = delete;
    engine &operator=(const engine &) = delete;
    ~engine()
    {
        if (corert_shutdown() != CORERT_OK)
            std::cerr << "managed threads still run\n";
    }

    template <typename function> function *find(const char *name) const
    {
        void *address;
        function *f;

        check(corert_module_export(module, name, &address), name);
        std::memcpy(&f, &address, sizeof f);
        return f;
    }

private:
    corert_module *module = nullptr;
};

class handle {
public:
    explicit handle(corert_handle h = 0) : value(h) {}
    handle(handle &&other) noexcept : value(std::exchange(other.value, 0)) {}
    handle(const handle &) = delete;
    handle &operator=(handle &&other) noexcept
    {
        std::swap(value, other.value);
        return *this;
    }
    ~handle() { corert_handle_free(value); }
    corert_handle get() const { return value; }

    std::string text() const
    {
        std::string s;
        size_t bytes = 0;

        if (corert_string_to_utf8(value, nullptr, 0, &bytes) != CORERT_E_RANGE)
            throw std::runtime_error("not a string");
        s.resize(bytes + 1);
        check(corert_string_to_utf8(value, s.data(), s.size(), &bytes), "corert_string_to_utf8");
        s.resize(bytes);
        return s;
    }

private:
    corert_handle value;
};

using add_fn = int(const char *text, int bytes);
using each_fn = int(int least, int (*visit)(void *, const char *, int, int), void *context);
using longest_fn = corert_handle(int count);

int add(add_fn *f, std::string_view text)
{
    int n = f(text.data(), static_cast<int>(text.size()));

    check_call();
    return n;
}

// A C++ exception may not cross managed frames: it waits outside until the export has returned.
struct visitor {
    int most;
    std::exception_ptr failure;
};

int visit(void *context, const char *text, int bytes, int count)
{
    auto *v = static_cast<visitor *>(context);

    try {
        if (v->most-- == 0)
            throw std::length_error("enough words");
        std::cout << count << ' ' << std::string_view(text, static_cast<size_t>(bytes)) << '\n';
        return 1;
    } catch (...) {
        v->failure = std::current_exception();
        return 0;
    }
}

void count_from_threads(add_fn *f)
{
    static const char *const lines[] = {"the quick brown fox", "jumps over the lazy dog",
                                        "the dog sleeps", "Über the Öre"};
    std::atomic<int> words{0};
    std::vector<std::thread> threads;

    for (const char *line : lines)
        threads.emplace_back([f, line, &words] {
            for (int i = 0; i < 1000; i++)
                words += add(f, line);
        });
    for (std::thread &t : threads)
        t.join();
    std::cout << words << " words\n";
}

void run(const char *path)
{
    engine e(path);
    auto *f = e.find<add_fn>("words_add");
    auto *each = e.find<each_fn>("words_each");
    visitor v{3, nullptr};

    count_from_threads(f);
    try {
        add(f, "route 66");
    } catch (const managed_error &error) {
        std::cout << error.what() << (error.has_inner ? " (with a reason)" : "") << '\n';
    }
    each(1000, visit, &v);
    check_call();
    try {
        if (v.failure)
            std::rethrow_exception(v.failure);
    } catch (const std::length_error &error) {
        std::cout << error.what() << '\n';
    }
    handle longest(e.find<longest_fn>("words_longest")(2));
    for (size_t i = 0; i < 2; i++) {
        corert_handle h;

        check(corert_array_get(longest.get(), i, &h), "corert_array_get");
        std::cout << handle(h).text() << '\n';
    }
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 2) {
        std::cerr << "usage: host MODULE.so\n";
        return 2;
    }
    try {
        run(argv[1]);
        return 0;
    } catch (const std::exception &error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
