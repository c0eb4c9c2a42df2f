# corert_add_module(TARGET INPUT... [HEADER FILE] [STATIC] [OUTPUT FILE] [OPTIONS option...])
#
# Compiles a managed module as part of the build and makes the library target TARGET for its users.
#   INPUT      one X.dll; or one X.csproj / X.fsproj, built with `dotnet build` into the build tree;
#              or C# sources, of which a project is made
#   HEADER     the C header of the exports, in the build tree unless absolute; default TARGET.h
#   STATIC     one object linked into the program, with corert::static; default: a file TARGET.so
#   OUTPUT     where the module goes; default TARGET.so or TARGET.o in the current build folder
#   OPTIONS    more options of corertc, as -O0 or -g
#
# target_link_libraries(program TARGET) then gives the program the header's folder and the engine
# (corert::corert, or corert::static with the module inside and the macro of its header defined), and
# builds the module first. The module's path is the target property CORERT_MODULE_FILE:
#   target_compile_definitions(program PRIVATE "MODULE=\"$<TARGET_PROPERTY:TARGET,CORERT_MODULE_FILE>\"")
# The module is compiled again when corertc or anything changes that it was made of: the assembly, its PDB and
# documentation, those it references, the class library; and of a project all that MSBuild read: sources, resources,
# packages, referenced projects and theirs, Directory.Build.props and whatever is imported by name.
cmake_policy(PUSH)
cmake_policy(VERSION 3.20) # depfiles for every generator; functions keep the policies they were made with

# Gives OUT_DLL and OUT_DEPENDS for a project: a command that builds it below the build tree.
function(corert_dotnet_build target project sources out_dll)
    find_program(CORERT_DOTNET dotnet REQUIRED)
    get_filename_component(name "${project}" NAME_WLE)
    file(READ "${project}" text)
    if(text MATCHES "<AssemblyName>([^<$]+)</AssemblyName>")
        set(name "${CMAKE_MATCH_1}")
    endif()
    set(work "${CMAKE_CURRENT_BINARY_DIR}/${target}.dotnet")
    set(dll "${work}/out/${name}.dll")
    # What an earlier `dotnet build` or we left below the project is no source.
    set(excludes "bin/**$<SEMICOLON>obj/**$<SEMICOLON>${CMAKE_BINARY_DIR}/**")
    add_custom_command(
        OUTPUT "${dll}"
        COMMAND "${CMAKE_COMMAND}" -E rm -rf "${work}/inputs"
        COMMAND "${CMAKE_COMMAND}" -E env "CORERT_DOTNET=${CORERT_DOTNET}" "DefaultItemExcludes=${excludes}" "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/dotnet.sh" build "${project}" -c Release -o "${work}/out" -v quiet --nologo
            "-p:CorertInputs=${work}/inputs" "-p:CustomAfterMicrosoftCommonTargets=${CMAKE_CURRENT_FUNCTION_LIST_DIR}/corert-inputs.targets"
            "-p:BaseIntermediateOutputPath=${work}/obj/" -p:CopyLocalLockFileAssemblies=true # corertc finds packages there
        COMMAND "${CMAKE_COMMAND}" -E touch_nocreate "${dll}" # dotnet keeps the time of an assembly that came out the same
        COMMAND "${CMAKE_COMMAND}" -D "OUTPUT=${dll}" -D "LISTS=${work}/inputs" -D "WORK=${work}" -D "DEPFILE=${work}/inputs.d"
            -P "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/corert-inputs.cmake"
        DEPENDS "${project}" ${sources}
        DEPFILE "${work}/inputs.d"
        COMMENT "Building ${name}.dll"
        VERBATIM)
    set(${out_dll} "${dll}" PARENT_SCOPE)
endfunction()

# Takes the files below FOLDERS out of the list LIST.
function(corert_without_folders list)
    set(kept "")
    foreach(file IN LISTS ${list})
        set(outside TRUE)
        foreach(folder IN LISTS ARGN)
            string(FIND "${file}" "${folder}/" at)
            if(at EQUAL 0)
                set(outside FALSE)
            endif()
        endforeach()
        if(outside)
            list(APPEND kept "${file}")
        endif()
    endforeach()
    set(${list} "${kept}" PARENT_SCOPE)
endfunction()

# PATH as a project file writes it: neither XML nor MSBuild sees more in it than a name.
function(corert_project_text out path)
    foreach(pair IN ITEMS "%=%25" "$=%24" "@=%40" "'=%27" "*=%2A" "?=%3F" "(=%28" ")=%29" "&=&amp;" "<=&lt;" "\"=&quot;")
        string(SUBSTRING "${pair}" 0 1 from)
        string(SUBSTRING "${pair}" 2 -1 to)
        string(REPLACE "${from}" "${to}" path "${path}")
    endforeach()
    set(${out} "${path}" PARENT_SCOPE)
endfunction()

# The assembly of INPUTS; builds it when they are sources or a project.
function(corert_module_assembly target inputs out_dll)
    list(GET inputs 0 first)
    list(LENGTH inputs count)
    get_filename_component(first "${first}" ABSOLUTE)
    if(first MATCHES "\\.dll$" AND count EQUAL 1)
        set(${out_dll} "${first}" PARENT_SCOPE)
        return()
    elseif(first MATCHES "\\.(csproj|fsproj)$" AND count EQUAL 1)
        get_filename_component(folder "${first}" DIRECTORY)
        file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${folder}/*.cs" "${folder}/*.fs")
        corert_without_folders(sources "${folder}/bin" "${folder}/obj" "${CMAKE_BINARY_DIR}")
        set(project "${first}")
    else()
        set(corert_name "${target}")
        set(corert_items "")
        set(sources "")
        foreach(source IN LISTS inputs)
            if(NOT source MATCHES "\\.cs$")
                message(FATAL_ERROR "corert_add_module(${target}): ${source}: give one .dll, one .csproj or .fsproj, or C# sources")
            endif()
            get_filename_component(source "${source}" ABSOLUTE)
            list(APPEND sources "${source}")
            corert_project_text(text "${source}")
            string(APPEND corert_items "    <Compile Include=\"${text}\" />\n")
        endforeach()
        set(project "${CMAKE_CURRENT_BINARY_DIR}/${target}.dotnet/${target}.csproj")
        configure_file("${CMAKE_CURRENT_FUNCTION_LIST_DIR}/module.csproj.in" "${project}" @ONLY)
    endif()
    corert_dotnet_build("${target}" "${project}" "${sources}" dll)
    set(${out_dll} "${dll}" PARENT_SCOPE)
endfunction()

function(corert_add_module target)
    cmake_parse_arguments(module "STATIC" "HEADER;OUTPUT" "OPTIONS" ${ARGN})
    if(NOT module_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "corert_add_module(${target}): no input: give a .dll, a .csproj or .fsproj, or C# sources")
    endif()
    corert_module_assembly("${target}" "${module_UNPARSED_ARGUMENTS}" dll)
    string(MAKE_C_IDENTIFIER "${target}" name)
    string(TOUPPER "${name}" macro)
    set(kind --shared)
    set(suffix .so)
    if(module_STATIC)
        set(kind --static)
        set(suffix .o)
    endif()
    if(NOT module_OUTPUT)
        set(module_OUTPUT "${target}${suffix}")
    endif()
    if(NOT module_HEADER)
        set(module_HEADER "${target}.h")
    endif()
    get_filename_component(output "${module_OUTPUT}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_BINARY_DIR}")
    get_filename_component(header "${module_HEADER}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_BINARY_DIR}")
    get_filename_component(output_folder "${output}" DIRECTORY)
    get_filename_component(header_folder "${header}" DIRECTORY)
    set(depfile "${CMAKE_CURRENT_BINARY_DIR}/${target}.module.d")
    add_custom_command(
        OUTPUT "${output}" "${header}"
        COMMAND "${CMAKE_COMMAND}" -E make_directory "${output_folder}" "${header_folder}"
        COMMAND corert::corertc ${kind} --self-contained --quiet --name "${name}" --header "${header}" --depfile "${depfile}" ${module_OPTIONS} -o "${output}" "${dll}"
        DEPENDS "${dll}" "${corert_CORERTC}"
        DEPFILE "${depfile}"
        COMMENT "Compiling ${target}${suffix}"
        VERBATIM)
    add_custom_target(${target}_module ALL DEPENDS "${output}" "${header}")
    add_library(${target} INTERFACE)
    add_dependencies(${target} ${target}_module)
    target_include_directories(${target} INTERFACE "${header_folder}")
    set_target_properties(${target} PROPERTIES CORERT_MODULE_FILE "${output}")
    if(module_STATIC)
        target_compile_definitions(${target} INTERFACE "${macro}_STATIC")
        target_link_libraries(${target} INTERFACE "${output}" corert::static)
        set_property(TARGET ${target} APPEND PROPERTY INTERFACE_LINK_DEPENDS "${output}")
    else()
        target_link_libraries(${target} INTERFACE corert::corert)
    endif()
endfunction()
cmake_policy(POP)
