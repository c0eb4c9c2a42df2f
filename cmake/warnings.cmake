# corert_warnings: what every target of this tree links. Carries the warning set, the include root
# (paths are written from the top of the tree) and the definitions that hold everywhere.
add_library(corert_warnings INTERFACE)
target_include_directories(corert_warnings INTERFACE "${CMAKE_SOURCE_DIR}" "${CMAKE_SOURCE_DIR}/include")
set(corert_warning_flags
    -Wall -Wextra -Wpedantic -Wshadow -Wundef -Wvla -Wformat=2 -Wconversion -Wsign-conversion
    -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wcast-qual -Wpointer-arith
    -Wimplicit-fallthrough -Wswitch-enum)
# gcc's sanitizer instrumentation makes it see null dereferences that are not there.
if(NOT CORERT_SANITIZE)
    list(APPEND corert_warning_flags -Wnull-dereference)
endif()
if(CORERT_WERROR)
    list(APPEND corert_warning_flags -Werror)
endif()
target_compile_options(corert_warnings INTERFACE "$<$<COMPILE_LANGUAGE:C>:${corert_warning_flags}>")
if(CORERT_GCSTRESS)
    target_compile_definitions(corert_warnings INTERFACE CORERT_GCSTRESS=1)
endif()
