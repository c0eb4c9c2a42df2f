# cmake --install: the tree that a user of corert sees, relocatable as a whole.
#   bin/corertc
#   include/corert.h, corert_files.h, corert_info.h, corert_values.h
#   lib/libcorert.so, libcorert.a
#   lib/corert/liboldlibc.a         for objects of corertc --static
#   lib/corert/classlib/            what corertc compiles against, found relative to its own place
#   lib/cmake/corert/               find_package(corert): corert::corert, corert::static, corert_add_module()
#   lib/pkgconfig/corert.pc         libcorert.so; corert-static.pc: libcorert.a
#   share/corert/valgrind.supp      for hosts that run under memcheck
# The folder is lib on every system: corertc looks for PREFIX/lib/corert beside PREFIX/bin.
if(NOT TARGET corertc OR NOT TARGET corert)
    return()
endif()
include(CMakePackageConfigHelpers)
install(TARGETS corertc RUNTIME DESTINATION bin)
install(FILES "${CMAKE_SOURCE_DIR}/include/corert.h" "${CMAKE_SOURCE_DIR}/include/corert_files.h"
        "${CMAKE_SOURCE_DIR}/include/corert_info.h" "${CMAKE_SOURCE_DIR}/include/corert_values.h" DESTINATION include)
install(FILES "${corert_archive}" DESTINATION lib)
install(PROGRAMS "${corert_shared}" DESTINATION lib)
install(TARGETS corert_old_libc ARCHIVE DESTINATION lib/corert)
install(DIRECTORY "${CORERT_CLASSLIB_DIR}" DESTINATION lib/corert USE_SOURCE_PERMISSIONS)
install(FILES "${CMAKE_SOURCE_DIR}/LICENSE" DESTINATION share/doc/corert)

set(corert_package "${CMAKE_BINARY_DIR}/package")
write_basic_package_version_file("${corert_package}/corert-config-version.cmake" COMPATIBILITY SameMinorVersion)
install(FILES
        "${CMAKE_SOURCE_DIR}/cmake/package/corert-config.cmake"
        "${CMAKE_SOURCE_DIR}/cmake/package/corert-inputs.cmake"
        "${CMAKE_SOURCE_DIR}/cmake/package/corert-inputs.targets"
        "${CMAKE_SOURCE_DIR}/cmake/package/corert-module.cmake"
        "${CMAKE_SOURCE_DIR}/cmake/package/module.csproj.in"
        "${corert_package}/corert-config-version.cmake"
    DESTINATION lib/cmake/corert)
install(PROGRAMS "${CMAKE_SOURCE_DIR}/scripts/dotnet.sh" DESTINATION lib/cmake/corert)
configure_file("${CMAKE_SOURCE_DIR}/cmake/package/corert.pc.in" "${corert_package}/corert.pc" @ONLY)
configure_file("${CMAKE_SOURCE_DIR}/cmake/package/corert-static.pc.in" "${corert_package}/corert-static.pc" @ONLY)
install(FILES "${corert_package}/corert.pc" "${corert_package}/corert-static.pc" DESTINATION lib/pkgconfig)
install(FILES "${CMAKE_SOURCE_DIR}/cmake/valgrind.supp" DESTINATION share/corert)
