#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "words_api.h"

namespace {

void
check(corert_status status, const char *what)
{
    if (status != CORERT_OK)
        throw std::runtime_error(std::string(what) + ": " + corert_status_text(status));
}

extern "C" void
collect(std::uint8_t *word, void *context)
{
    static_cast<std::vector<std::string> *>(context)->emplace_back(reinterpret_cast<char *>(word));
}

} // namespace

int
main()
try {
    corert_module *module = nullptr;
    char message[256] = "";
    std::string text = "one two three";
    std::vector<std::string> words;

    check(corert_init(nullptr), "corert_init");
    if (words_attach(&module, message, sizeof message) != CORERT_OK)
        throw std::runtime_error(message);
    words_split(reinterpret_cast<std::uint8_t *>(text.data()), collect, &words);
    for (const std::string &word : words)
        std::cout << word << '\n';
    check(corert_shutdown(), "corert_shutdown");
} catch (const std::exception &e) {
    std::cerr << e.what() << '\n';
    return 1;
}
