# Copies the pinned class library beside the products: lib/corert/classlib/{sdk,framework}.
# Gives CORERT_CLASSLIB_DIR, CORERT_CLASSLIB_FOUND, CORERT_ILASM (empty when not fetched) and the
# target corert_classlib. A stamp with the version makes the copy happen once a build folder.
set(CORERT_CLASSLIB_DIR "${CMAKE_BINARY_DIR}/lib/corert/classlib")
set(corert_nuget "${CORERT_THIRD_PARTY}/nuget")
set(corert_classlib_package
    "${corert_nuget}/runtime.linux-x64.microsoft.dotnet.ilcompiler/${CORERT_CLASSLIB_VERSION}")
set(CORERT_ILASM
    "${corert_nuget}/runtime.linux-x64.microsoft.netcore.ilasm/${CORERT_ILASM_VERSION}/runtimes/linux-x64/native/ilasm")
if(NOT EXISTS "${CORERT_ILASM}")
    set(CORERT_ILASM "")
endif()

add_custom_target(corert_classlib ALL)
if(EXISTS "${corert_classlib_package}/sdk/System.Private.CoreLib.dll")
    set(CORERT_CLASSLIB_FOUND TRUE)
    set(corert_classlib_stamp "${CORERT_CLASSLIB_DIR}/version-${CORERT_CLASSLIB_VERSION}")
    if(NOT EXISTS "${corert_classlib_stamp}")
        file(REMOVE_RECURSE "${CORERT_CLASSLIB_DIR}")
        foreach(pattern "sdk/*.dll" "sdk/libz.a" "framework/*.dll" "framework/*.a")
            get_filename_component(folder "${pattern}" DIRECTORY)
            file(GLOB files "${corert_classlib_package}/${pattern}")
            file(COPY ${files} DESTINATION "${CORERT_CLASSLIB_DIR}/${folder}")
        endforeach()
        file(COPY "${corert_classlib_package}/LICENSE.TXT"
            "${corert_classlib_package}/THIRD-PARTY-NOTICES.TXT" DESTINATION "${CORERT_CLASSLIB_DIR}")
        file(TOUCH "${corert_classlib_stamp}")
    endif()
else()
    set(CORERT_CLASSLIB_FOUND FALSE)
    message(STATUS "class library ${CORERT_CLASSLIB_VERSION} not fetched: run scripts/setup.sh")
endif()
