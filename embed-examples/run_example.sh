#!/bin/sh
# embed-examples/run_example.sh EXAMPLE INCLUDE BUILD CC WORK - builds the example's C# module and its
# host, if it has one, once against libcorert.so and once with libcorert.a inside. Both must print
# expected.txt; an example with a check.sh of its own is checked by that. Lines of build.txt may set
# `module` (options of corertc) and `libraries` (of the host).
set -eu
example=$1
include=$2
build=$3
cc=$4
work=$5
name=$(basename "$example")

module="--shared --self-contained -O2"
libraries=
[ ! -f "$example/build.txt" ] || . "$example/build.txt"
rm -rf "$work"
mkdir -p "$work"
# A copy: dotnet leaves obj/ beside the project.
cp "$example"/*.cs "$example"/*.csproj "$work"
"$(dirname "$0")/../scripts/dotnet.sh" build "$work/$name.csproj" -c Release -o "$work/out" -v quiet >"$work/log" 2>&1 || {
    cat "$work/log"
    exit 1
}
# shellcheck disable=SC2086
"$build/bin/corertc" $module -o "$work/$name.so" "$work/out/$name.dll"
if [ -f "$example/host.c" ]; then
    # shellcheck disable=SC2086
    "$cc" -std=c11 -O1 -I"$include" -o "$work/host-dynamic" "$example/host.c" -L"$build/lib" -lcorert $libraries -Wl,-rpath,"$build/lib"
    # shellcheck disable=SC2086
    "$cc" -std=c11 -O1 -I"$include" -o "$work/host-static" "$example/host.c" "$build/lib/libcorert.a" $libraries -lpthread -ldl -lm
fi
if [ -f "$example/host.cpp" ]; then
    "${CXX:-c++}" -std=c++17 -O1 -Wall -Wextra -Wpedantic -I"$include" -o "$work/host-dynamic" "$example/host.cpp" -L"$build/lib" -lcorert -lpthread -Wl,-rpath,"$build/lib"
    "${CXX:-c++}" -std=c++17 -O1 -I"$include" -o "$work/host-static" "$example/host.cpp" "$build/lib/libcorert.a" -lpthread -ldl -lm
fi
if [ -f "$example/check.sh" ]; then
    export CC="$cc"
    exec sh "$example/check.sh" "$work"
fi
failures=0
for host in host-dynamic host-static; do
    code=0
    "$work/$host" "$work/$name.so" >"$work/printed" || code=$?
    if [ "$code" -ne 0 ] || ! diff "$example/expected.txt" "$work/printed"; then
        echo "FAILED $host: exit code $code"
        failures=$((failures + 1))
    fi
done
# A module needs nothing of the engine by ELF symbol: that is what makes both hosts work.
if nm -D --undefined-only "$work/$name.so" | grep -E ' (corert_|Rh)'; then
    echo "FAILED: the module asks the dynamic linker for engine functions"
    failures=$((failures + 1))
fi
[ "$failures" -eq 0 ] && echo "the same with both hosts"
exit "$failures"
