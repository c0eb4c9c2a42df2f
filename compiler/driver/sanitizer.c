/* compiler/driver/sanitizer.c - what a corertc that is built with the address sanitizer asks of it.
 * Memory of the compiler's long-lived tables is left to the end of the process on purpose, so there
 * is nothing to learn from a report of leaks. ASAN_OPTIONS of the environment come on top. */
#if defined(__SANITIZE_ADDRESS__)

const char *__asan_default_options(void);

__attribute__((visibility("default"))) const char *
__asan_default_options(void)
{
    return "detect_leaks=0";
}

#else
typedef int drv_sanitizer_is_absent; /* a file may not be empty */
#endif
