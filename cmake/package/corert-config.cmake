# find_package(corert)
#   corert::corert         libcorert.so
#   corert::static         libcorert.a with what it needs; the program may be linked with -static or -static-pie
#   corert::corertc        the compiler, an executable
#   corert_add_module()    compiles C# (or any assembly) for a program of this project; see corert-module.cmake
# All paths are relative to this file, so that the installed tree may be moved.
get_filename_component(corert_PREFIX "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
set(corert_INCLUDE_DIR "${corert_PREFIX}/include")
set(corert_CORERTC "${corert_PREFIX}/bin/corertc")

foreach(corert_file "${corert_INCLUDE_DIR}/corert.h" "${corert_INCLUDE_DIR}/corert_files.h"
        "${corert_INCLUDE_DIR}/corert_info.h" "${corert_INCLUDE_DIR}/corert_values.h" "${corert_CORERTC}" "${corert_PREFIX}/lib/libcorert.so" "${corert_PREFIX}/lib/libcorert.a")
    if(NOT EXISTS "${corert_file}")
        set(corert_FOUND FALSE)
        set(corert_NOT_FOUND_MESSAGE "${corert_file} is missing: the installation is incomplete")
        return()
    endif()
endforeach()

if(NOT TARGET corert::corert)
    add_library(corert::corert SHARED IMPORTED)
    set_target_properties(corert::corert PROPERTIES
        IMPORTED_LOCATION "${corert_PREFIX}/lib/libcorert.so"
        IMPORTED_SONAME libcorert.so
        INTERFACE_INCLUDE_DIRECTORIES "${corert_INCLUDE_DIR}")
    add_library(corert::static STATIC IMPORTED)
    set_target_properties(corert::static PROPERTIES
        IMPORTED_LOCATION "${corert_PREFIX}/lib/libcorert.a"
        IMPORTED_LINK_INTERFACE_LANGUAGES C
        INTERFACE_INCLUDE_DIRECTORIES "${corert_INCLUDE_DIR}"
        INTERFACE_LINK_OPTIONS "LINKER:--eh-frame-hdr" # compilers leave it out with -static
        INTERFACE_LINK_LIBRARIES "pthread;dl;m")
    add_executable(corert::corertc IMPORTED)
    set_target_properties(corert::corertc PROPERTIES IMPORTED_LOCATION "${corert_CORERTC}")
endif()

include("${CMAKE_CURRENT_LIST_DIR}/corert-module.cmake")
