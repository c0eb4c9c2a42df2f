/* compiler/driver/sanitizer.c - what a corertc that is built with a sanitizer asks of it. */
#if defined(__SANITIZE_ADDRESS__)

const char *__asan_default_options(void);

/* Memory of long-lived tables is left to the end of the process on purpose, so there is nothing to
 * learn from a report of leaks. ASAN_OPTIONS of the environment come on top. */
__attribute__((visibility("default"))) const char *
__asan_default_options(void)
{
    return "detect_leaks=0";
}

#elif defined(__SANITIZE_THREAD__)

const char *__tsan_default_options(void);

/* LLVM is not instrumented: the sanitizer would see some operations on its mutexes, and not what
 * orders their making. */
__attribute__((visibility("default"))) const char *
__tsan_default_options(void)
{
    return "ignore_noninstrumented_modules=1:report_mutex_bugs=0";
}

#else
typedef int drv_sanitizer_is_absent; /* a file may not be empty */
#endif
