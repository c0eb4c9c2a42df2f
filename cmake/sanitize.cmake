# CORERT_SANITIZE: one sanitizer for the whole tree. CORERT_SANITIZE_ENV is what tests run with,
# CORERT_SANITIZE_RUN what the C suites are run by.
set(CORERT_SANITIZE_RUN "")
set(CORERT_SANITIZE_ENV "")
if(CORERT_SANITIZE STREQUAL "address")
    add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
    add_link_options(-fsanitize=address,undefined)
    # Fake stacks would hide roots from the conservative scan.
    list(APPEND CORERT_SANITIZE_ENV
        "ASAN_OPTIONS=detect_stack_use_after_return=0:allocator_may_return_null=1")
elseif(CORERT_SANITIZE STREQUAL "thread")
    add_compile_options(-fsanitize=thread -fno-omit-frame-pointer)
    add_link_options(-fsanitize=thread)
    # What corertc compiles is not instrumented: its locks would be seen, its atomics not.
    list(APPEND CORERT_SANITIZE_ENV
        "TSAN_OPTIONS=allocator_may_return_null=1:ignore_noninstrumented_modules=1")
elseif(CORERT_SANITIZE STREQUAL "valgrind")
    # No instrumentation; the C library's malloc, and the collector says what it reads by intent.
    add_compile_definitions(CORERT_VALGRIND=1)
    find_program(CORERT_VALGRIND valgrind REQUIRED)
    set(CORERT_SANITIZE_RUN "${CORERT_VALGRIND}" -q --error-exitcode=99 --num-callers=30 --fair-sched=yes)
elseif(NOT CORERT_SANITIZE STREQUAL "")
    message(FATAL_ERROR "CORERT_SANITIZE is '${CORERT_SANITIZE}': use address, thread, valgrind or nothing")
endif()
if(CORERT_FUZZ)
    if(NOT CMAKE_C_COMPILER_ID MATCHES "Clang")
        message(FATAL_ERROR "CORERT_FUZZ needs clang (preset fuzz)")
    endif()
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()
