#!/usr/bin/env bash
# Records, or checks, the expected output of the conformance programs with CoreCLR of the pinned version.
#
#   scripts/record.sh [NAME...]            writes expected.txt (and exitcode, where it is not 0) beside each program
#   scripts/record.sh --check [NAME...]    compares instead, with release and debug IL, tiered and fully optimised code
#   scripts/record.sh --nativeaot [NAME…]  compares with the real NativeAOT without reflection (slow; finds programs
#                                          whose output needs reflection)
#   scripts/record.sh --bench [NAME...]    writes tests/bench/expected: the benchmark programs with the arguments of
#                                          tests/bench/arguments.txt and stress.txt
# Work files: $CORERT_RECORD_DIR, else a folder of the user's temporary directory.
set -euo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
programs=$top/tests/programs
work=${CORERT_RECORD_DIR:-${TMPDIR:-/tmp}/corert-record-$(id -u)}
mode=record
case ${1:-} in --check | --nativeaot | --bench) mode=${1#--}; shift ;; esac
mkdir -p "$work"

# shellcheck source=../tests/program_lib.sh
. "$top/tests/program_lib.sh"

version=$(sed -n 's/^set(CORERT_CLASSLIB_VERSION "\([^"]*\)").*/\1/p' "$top/cmake/versions.cmake")

oracle()
{
    local exe=$work/oracle/bin/oracle
    if [ ! -x "$exe" ] || [ "$programs/oracle/oracle.cs" -nt "$exe" ]; then
        mkdir -p "$work/oracle"
        cp "$programs"/oracle/oracle.* "$work/oracle/"
        "$top/scripts/dotnet.sh" publish "$work/oracle/oracle.csproj" -c Release -o "$work/oracle/bin" -p:RuntimeFrameworkVersion="$version" -v q --nologo >&2
        touch "$exe"
    fi
    echo "$exe"
}

# One executable of the real NativeAOT a group, from the group's own sources.
nativeaot() # GROUP -> path
{
    local dir=$work/aot/$1 n
    mkdir -p "$dir"
    {
        echo '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup>'
        echo '<OutputType>Exe</OutputType><TargetFramework>net9.0</TargetFramework><RuntimeIdentifier>linux-x64</RuntimeIdentifier>'
        echo "<RuntimeFrameworkVersion>$version</RuntimeFrameworkVersion>"
        echo '<PublishAot>true</PublishAot><InvariantGlobalization>true</InvariantGlobalization>'
        echo '<IlcDisableReflection>true</IlcDisableReflection><UseSystemResourceKeys>false</UseSystemResourceKeys><LangVersion>13</LangVersion>'
        echo '<StartupObject>GroupDriver</StartupObject><AllowUnsafeBlocks>true</AllowUnsafeBlocks><EnableDefaultCompileItems>false</EnableDefaultCompileItems><TreatWarningsAsErrors>false</TreatWarningsAsErrors>'
        echo "<AssemblyName>$1</AssemblyName><CppCompilerAndLinker>clang-19</CppCompilerAndLinker><NoWarn>\$(NoWarn);IL2026;IL3050;CS0162;CS0168;CS0649</NoWarn>"
        echo '</PropertyGroup><ItemGroup><IlcArg Include="--noscan" />'
        echo "<Compile Include=\"$work/dll/gen/$1.cs\" /><Compile Include=\"$programs/shared.cs\" />"
        for n in $(program_names "$1"); do echo "<Compile Include=\"$(program_source "$n")\" />"; done
        echo '</ItemGroup></Project>'
    } > "$dir/$1.csproj.new"
    cmp -s "$dir/$1.csproj.new" "$dir/$1.csproj" || mv "$dir/$1.csproj.new" "$dir/$1.csproj"
    "$top/scripts/dotnet.sh" publish "$dir/$1.csproj" -c Release -o "$dir/bin" -v q --nologo -clp:ErrorsOnly >&2
    echo "$dir/bin/$1"
}

record() # NAME
{
    local dir dll
    dir=$(program_dir "$1")
    dll=$work/dll/release/$(program_group "$1").dll
    program_run "$1" "$work/out" "$(oracle)" "$dll"
    cp "$work/out.stdout" "$dir/expected.txt"
    rm -f "$dir/exitcode"
    [ "$program_status" = 0 ] || echo "$program_status" > "$dir/exitcode"
    echo "$1: $(wc -l < "$dir/expected.txt") lines, exit $program_status"
}

check() # NAME
{
    local group
    group=$(program_group "$1")
    export DOTNET_TieredPGO=0
    program_run "$1" "$work/out" "$(oracle)" "$work/dll/release/$group.dll"
    program_compare "$1" "$work/out" release || failed=1
    DOTNET_TieredCompilation=0 program_run "$1" "$work/out" "$(oracle)" "$work/dll/release/$group.dll"
    program_compare "$1" "$work/out" release-optimised || failed=1
    DOTNET_TieredCompilation=0 program_run "$1" "$work/out" "$(oracle)" "$work/dll/debug/$group.dll"
    program_compare "$1" "$work/out" debug || failed=1
}

check_nativeaot() # NAME
{
    local group
    group=$(program_group "$1")
    [ "$group" != il ] && [ "$group" != broken ] || return 0
    if [ -e "$(program_dir "$1")/nativeaot-differs.txt" ]; then
        echo "$1 (nativeaot): not compared: $(cat "$(program_dir "$1")/nativeaot-differs.txt")"
        return 0
    fi
    if [ "$group" != "${built:-}" ]; then exe=$(nativeaot "$group") || exit 1; built=$group; fi
    program_run "$1" "$work/out" "$exe"
    program_compare "$1" "$work/out" nativeaot || failed=1
}

# Standard output of a benchmark program, as a file of tests/bench/expected.
record_bench() # NAME FILE ARGUMENTS...
{
    local name=$1 file=$top/tests/bench/expected/$2
    shift 2
    LD_LIBRARY_PATH=$natives LC_ALL=C.UTF-8 "$(oracle)" "$work/bench/$name.dll" "$@" > "$file" 2> /dev/null
    echo "$(basename "$file"): $(wc -l < "$file") lines"
}

record_benches() # NAMES...
{
    local bench=$top/tests/bench name n arguments
    natives=$(program_natives)
    mkdir -p "$work/bench"
    while read -r name arguments; do
        case $name in "" | "#"*) continue ;; esac
        case " ${*:-$name} " in *" $name "*) ;; *) continue ;; esac
        bench_compile "$name"
        # shellcheck disable=SC2086
        record_bench "$name" "$name.txt" $arguments < /dev/null
        while read -r n arguments; do
            # shellcheck disable=SC2086
            record_bench "$name" "$name-stress-$n.txt" $arguments < /dev/null
        done < <(sed -n "s/^$name //p" "$bench/stress.txt")
    done < "$bench/arguments.txt"
    # The C host calls the export as often as the program calls its native twin, and prints it likewise.
    case " ${*:-Calls} " in
    *" Calls "*) { cat "$bench/expected/Calls.txt"; sed -n 's/^pinvoke/export/p' "$bench/expected/Calls.txt"; } > "$bench/expected/Calls-export.txt" ;;
    esac
}

bench_compile() # NAME
{
    local sdk refs=$top/third_party/nuget/microsoft.netcore.app.ref/$version/ref/net9.0 r
    sdk=$(dotnet --list-sdks | tail -n 1 | sed -E 's/^([^ ]+) \[(.*)\]$/\2\/\1/')
    {
        echo "-nologo -nostdlib+ -unsafe+ -optimize+ -warn:0 -out:\"$work/bench/$1.dll\""
        for r in "$refs"/*.dll; do echo "-r:\"$r\""; done
    } > "$work/bench/$1.rsp"
    dotnet exec "$sdk/Roslyn/bincore/csc.dll" -noconfig "@$work/bench/$1.rsp" "$top/tests/bench/$1.cs"
}

if [ $mode = bench ]; then
    record_benches "$@"
    exit
fi

failed=0
names=("$@")
# shellcheck disable=SC2207
[ $# -gt 0 ] || names=($(program_all))
for group in $(for name in "${names[@]}"; do program_group "$name"; done | sort -u); do
    "$top/tests/build_programs.sh" "$work/dll" --group "$group"
done
for name in "${names[@]}"; do
    # CoreCLR and NativeAOT end where we go on: the file of that name says whose output it is.
    if [ -e "$(program_dir "$name")/not-recorded" ]; then
        echo "$name: written by hand, not recorded"
        continue
    fi
    case $mode in
    record) record "$name" ;;
    check) check "$name" ;;
    nativeaot) check_nativeaot "$name" ;;
    esac
done
[ $mode = record ] || echo "${#names[@]} programs checked, failed: $failed"
exit $failed
