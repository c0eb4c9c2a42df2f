# Libraries that scripts/setup.sh built from source: static, position-independent, hidden.
# corert_mimalloc: the native heap. Left out under sanitizers, which must see every malloc.
# corert_libunwind: walks the host's frames. Targets exist always; empty when not available.
add_library(corert_mimalloc INTERFACE)
set(corert_mimalloc_archive "${CORERT_THIRD_PARTY}/mimalloc/lib/libmimalloc.a")
if(EXISTS "${corert_mimalloc_archive}" AND NOT CORERT_SANITIZE AND NOT CORERT_FUZZ)
    target_include_directories(corert_mimalloc SYSTEM INTERFACE "${CORERT_THIRD_PARTY}/mimalloc/include")
    target_link_libraries(corert_mimalloc INTERFACE "${corert_mimalloc_archive}")
    target_compile_definitions(corert_mimalloc INTERFACE CORERT_MIMALLOC=1)
elseif(NOT CORERT_SANITIZE AND NOT CORERT_FUZZ)
    message(STATUS "mimalloc not built (scripts/setup.sh): using the C library's malloc")
endif()

add_library(corert_libunwind INTERFACE)
set(corert_libunwind_archive "${CORERT_THIRD_PARTY}/libunwind/lib/libunwind.a")
if(EXISTS "${corert_libunwind_archive}")
    target_include_directories(corert_libunwind SYSTEM INTERFACE "${CORERT_THIRD_PARTY}/libunwind/include")
    target_link_libraries(corert_libunwind INTERFACE "${corert_libunwind_archive}")
    target_compile_definitions(corert_libunwind INTERFACE CORERT_LIBUNWIND=1)
endif()

# libffi_pic.a is the position-independent form; plain libffi.a serves where there is no other.
add_library(corert_libffi INTERFACE)
find_library(CORERT_LIBFFI_ARCHIVE NAMES libffi_pic.a libffi.a)
if(CORERT_LIBFFI_ARCHIVE)
    target_link_libraries(corert_libffi INTERFACE "${CORERT_LIBFFI_ARCHIVE}")
    target_compile_definitions(corert_libffi INTERFACE CORERT_LIBFFI=1)
endif()
