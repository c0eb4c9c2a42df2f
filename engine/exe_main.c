/* engine/exe_main.c - main of compiled programs. An archive member of its own: a host with a main
 * of its own never pulls it in. */
#include "corert.h"

/* Emitted by corertc into every program (loader/module_format.h). */
extern const unsigned char corert_module_header[];

int main(int argc, char **argv);

#if defined(__SANITIZE_ADDRESS__)
/* Fake stacks would hide roots; and managed memory, which the search for leaks does not read, holds
 * the only pointers to much of the native memory. */
const char *__asan_default_options(void);

__attribute__((visibility("default"))) const char *
__asan_default_options(void)
{
    return "detect_leaks=0:detect_stack_use_after_return=0";
}
#endif

int
main(int argc, char **argv)
{
    return corert_main(corert_module_header, argc, argv);
}
