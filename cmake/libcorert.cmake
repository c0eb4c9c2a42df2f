# lib/libcorert.a and lib/libcorert.so from the engine's parts, once all of them exist.
# Both are made from one relocatable object in which everything but corert_* and Rh* is local, so
# that neither a host's link nor its dlopen ever sees a name of ours or of the libraries inside.
# With a sanitizer nothing is made local, and libcorert.a is a linker script that brings the sanitizer's
# runtime too, so that corertc's executables run with it.
# The archive has one more member, main of compiled programs, which only a link without main takes.
# initial-exec TLS and mimalloc's constructor make unloading impossible: -z nodelete.
if(NOT (TARGET engine AND TARGET gc AND TARGET loader AND TARGET pal))
    return()
endif()

set(corert_archives $<TARGET_FILE:engine> $<TARGET_FILE:loader> $<TARGET_FILE:gc> $<TARGET_FILE:pal>)
set(corert_extra "")
if(EXISTS "${corert_mimalloc_archive}" AND NOT CORERT_SANITIZE AND NOT CORERT_FUZZ)
    list(APPEND corert_extra "${corert_mimalloc_archive}")
endif()
if(EXISTS "${corert_libunwind_archive}")
    list(APPEND corert_extra "${corert_libunwind_archive}")
endif()
if(CORERT_LIBFFI_ARCHIVE)
    list(APPEND corert_extra "${CORERT_LIBFFI_ARCHIVE}")
endif()

set(corert_object "${CMAKE_BINARY_DIR}/lib/libcorert.o")
set(corert_archive "${CMAKE_BINARY_DIR}/lib/libcorert.a")
set(corert_shared "${CMAKE_BINARY_DIR}/lib/libcorert.so")
# A sanitizer's runtime may come with the host only, so its symbols stay open then.
set(corert_sanitize_link -Wl,-z,defs)
if(CORERT_SANITIZE STREQUAL "address")
    set(corert_sanitize_link -fsanitize=address,undefined)
elseif(CORERT_SANITIZE STREQUAL "thread")
    set(corert_sanitize_link -fsanitize=thread)
endif()
set(corert_exports "${CMAKE_SOURCE_DIR}/cmake/libcorert.map")
# The sanitizer's own bookkeeping symbols must stay shared with the program's.
set(corert_localize ${CMAKE_OBJCOPY} --wildcard "--keep-global-symbol=corert_*" "--keep-global-symbol=Rh*"
    "${corert_object}")
if(CORERT_SANITIZE)
    set(corert_localize ${CMAKE_COMMAND} -E true)
endif()

# What is an archive in either case, and what makes the script.
set(corert_members "${corert_archive}")
set(corert_script ${CMAKE_COMMAND} -E true)
if(CORERT_SANITIZE AND CMAKE_C_COMPILER_ID STREQUAL "GNU")
    set(corert_members "${CMAKE_BINARY_DIR}/lib/libcorert-sanitized.a")
    set(corert_runtimes "")
    if(CORERT_SANITIZE STREQUAL "thread")
        set(corert_runtimes tsan)
    elseif(CORERT_SANITIZE STREQUAL "address")
        set(corert_runtimes asan ubsan)
    endif()
    set(corert_inputs "${corert_members}")
    foreach(runtime ${corert_runtimes})
        execute_process(COMMAND ${CMAKE_C_COMPILER} -print-file-name=lib${runtime}.so
            OUTPUT_VARIABLE file OUTPUT_STRIP_TRAILING_WHITESPACE)
        file(REAL_PATH "${file}" file)
        string(APPEND corert_inputs " ${file}")
    endforeach()
    file(WRITE "${CMAKE_BINARY_DIR}/libcorert.ld" "INPUT(${corert_inputs})\n")
    set(corert_script ${CMAKE_COMMAND} -E copy "${CMAKE_BINARY_DIR}/libcorert.ld" "${corert_archive}")
endif()

add_custom_command(
    OUTPUT "${corert_archive}"
    COMMAND ${CMAKE_LINKER} -r -o "${corert_object}" --whole-archive ${corert_archives}
        --no-whole-archive ${corert_extra}
    COMMAND ${corert_localize}
    COMMAND ${CMAKE_COMMAND} -E rm -f "${corert_archive}" "${corert_members}"
    COMMAND ${CMAKE_AR} rcsD "${corert_members}" "${corert_object}" $<TARGET_OBJECTS:engine_main>
    COMMAND ${corert_script}
    DEPENDS engine gc loader pal engine_main ${corert_archives}
    COMMENT "Making lib/libcorert.a"
    VERBATIM)
add_custom_command(
    OUTPUT "${corert_shared}"
    COMMAND ${CMAKE_C_COMPILER} -shared -o "${corert_shared}" -Wl,-soname,libcorert.so
        -Wl,-z,nodelete -Wl,-z,relro,-z,now -Wl,-Bsymbolic -Wl,--gc-sections -Wl,-z,pack-relative-relocs
        "-Wl,--version-script=${corert_exports}" ${corert_sanitize_link}
        "${corert_object}" -lpthread -ldl -lm
    DEPENDS "${corert_archive}" "${corert_exports}"
    COMMENT "Making lib/libcorert.so"
    VERBATIM)
add_custom_target(corert ALL DEPENDS "${corert_archive}" "${corert_shared}")

# What a host of this tree links.
add_library(corert_static INTERFACE)
target_include_directories(corert_static INTERFACE "${CMAKE_SOURCE_DIR}/include")
target_link_libraries(corert_static INTERFACE "${corert_archive}" pthread dl m)
add_dependencies(corert_static corert)
add_library(corert_dynamic INTERFACE)
target_include_directories(corert_dynamic INTERFACE "${CMAKE_SOURCE_DIR}/include")
target_link_libraries(corert_dynamic INTERFACE "${corert_shared}")
add_dependencies(corert_dynamic corert)
