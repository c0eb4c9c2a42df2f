#!/bin/sh
# tests/install/depends.sh PREFIX CLASSLIB WORK GENERATOR - corert_add_module makes a module again when something
# changes that only MSBuild or corertc know of: an assembly that is referenced by path, a source of a
# referenced project, Directory.Build.props, an imported file; and makes nothing when nothing changed.
set -eu
prefix=$1 classlib=$2 work=$3 generator=$4
here=$(dirname "$0")
rm -rf "$work"
work="$work/a b"
source="$work/source"
build="$work/build"
mkdir -p "$source/plugin" "$source/other" "$source/ready" "$source/libs"

step() { # NAME COMMAND...
    name=$1
    shift
    "$@" >"$work/log" 2>&1 || {
        echo "FAILED $name"
        tail -n 40 "$work/log"
        exit 1
    }
}

cat >"$source/Directory.Build.props" <<'END'
<Project><PropertyGroup><DefineConstants>$(DefineConstants);PROPS_1</DefineConstants></PropertyGroup></Project>
END
cat >"$source/common.props" <<'END'
<Project><PropertyGroup><DefineConstants>$(DefineConstants);COMMON_1</DefineConstants></PropertyGroup></Project>
END
cat >"$source/other/other.csproj" <<'END'
<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net9.0</TargetFramework></PropertyGroup></Project>
END
echo 'public static class Other { public static int Number(int x) => x * 10 + 1; }' >"$source/other/Other.cs"
cat >"$source/plugin/plugin.csproj" <<'END'
<Project Sdk="Microsoft.NET.Sdk">
  <Import Project="..\common.props" />
  <PropertyGroup><TargetFramework>net9.0</TargetFramework><AllowUnsafeBlocks>true</AllowUnsafeBlocks></PropertyGroup>
  <ItemGroup>
    <ProjectReference Include="../other/other.csproj" />
    <Reference Include="lib" HintPath="../libs/lib.dll" />
  </ItemGroup>
</Project>
END
cat >"$source/plugin/Plugin.cs" <<'END'
using System.Runtime.InteropServices;
public static class Plugin
{
#if PROPS_1
    const int Props = 1;
#else
    const int Props = 2;
#endif
#if COMMON_1
    const int Common = 1;
#else
    const int Common = 2;
#endif
    [UnmanagedCallersOnly(EntryPoint = "number")]
    public static int Number(int x) => Other.Number(Lib.Number(x)) * 100 + Props * 10 + Common;
}
END
cat >"$source/ready/Ready.cs" <<'END'
using System.Runtime.InteropServices;
public static class Ready { [UnmanagedCallersOnly(EntryPoint = "ready")] public static int Number(int x) => Lib.Number(x) + 1; }
END
mkdir "$work/lib"
cat >"$work/lib/lib.csproj" <<'END'
<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net9.0</TargetFramework></PropertyGroup></Project>
END
library() { # NUMBER
    echo "public static class Lib { public static int Number(int x) => x * 10 + $1; }" >"$work/lib/Lib.cs"
    step "library $1" "$prefix/lib/cmake/corert/dotnet.sh" build "$work/lib/lib.csproj" -c Release -o "$source/libs" -v quiet --nologo
}
library 1
"$here/../compile_cs.sh" "$classlib" "$source/ready/ready.dll" -target:library -r:"$source/libs/lib.dll" "$source/ready/Ready.cs"
cat >"$source/host.c" <<'END'
#include <stdio.h>
#include "plugin.h"
#include "ready.h"

int
main(int argc, char **argv)
{
    corert_module *module;
    struct plugin p;
    struct ready r;
    char message[256];

    if (argc != 2 || corert_init(NULL) != CORERT_OK || corert_module_load(argv[1], &module, message, sizeof message) != CORERT_OK)
        return 1;
    if (plugin_bind(module, &p) == CORERT_OK)
        printf("%d\n", p.number(0));
    else if (ready_bind(module, &r) == CORERT_OK)
        printf("%d\n", r.ready(0));
    return corert_shutdown() != CORERT_OK;
}
END
cat >"$source/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.20)
project(depends LANGUAGES C)
find_package(corert REQUIRED)
corert_add_module(plugin plugin/plugin.csproj OPTIONS -O0 --cache "${CMAKE_BINARY_DIR}/cache")
corert_add_module(ready ready/ready.dll OPTIONS -O0 --cache "${CMAKE_BINARY_DIR}/cache" -r "${CMAKE_SOURCE_DIR}/libs")
add_executable(host host.c)
target_link_libraries(host PRIVATE plugin ready)
END

# prints NAME PLUGIN READY: after a build the two modules answer so.
prints() {
    step "$1" cmake --build "$build"
    printed="$("$build/host" "$build/plugin.so") $("$build/host" "$build/ready.so")" || { echo "FAILED $1: the host ends with $?"; exit 1; }
    [ "$printed" = "$2 $3" ] || { echo "FAILED $1: prints '$printed', expected '$2 $3'"; tail -n 40 "$work/log"; exit 1; }
}

unchanged() { # NAME: a build makes no module again
    touch "$work/before"
    step "$1" cmake --build "$build"
    made=$(find "$build" -name '*.so' -newer "$work/before" -o -name '*.dll' -newer "$work/before" -o -name '*.h' -newer "$work/before")
    [ -z "$made" ] || { echo "FAILED $1: made again: $made"; tail -n 40 "$work/log"; exit 1; }
}

step configure cmake -S "$source" -B "$build" -G "$generator" -DCMAKE_PREFIX_PATH="$prefix"
prints first 1111 2
unchanged nothing_changed
library 2
prints referenced_assembly 2111 3
last=2112
if [ "$generator" = Ninja ]; then # what MSBuild tells is the same for both
    sed -i 's/x \* 10 + 1/x * 10 + 2/' "$source/other/Other.cs"
    prints referenced_project 2211 3
    sed -i 's/PROPS_1/PROPS_2/' "$source/Directory.Build.props"
    prints directory_build_props 2221 3
    last=2222
fi
sed -i 's/COMMON_1/COMMON_2/' "$source/common.props"
prints imported_file "$last" 3
unchanged nothing_changed_again
# What was read is gone, what is there now is found elsewhere: beside the assembly.
mv "$source/libs/lib.dll" "$source/ready/lib.dll"
sed -i 's|\.\./libs/lib\.dll|../ready/lib.dll|' "$source/plugin/plugin.csproj"
touch "$work/before"
prints reference_moved "$last" 3
[ "$build/ready.so" -nt "$work/before" ] || { echo "FAILED reference_moved: the module was not made again"; exit 1; }
echo "made again when it had to be"
