#!/bin/sh
# embed-examples/run_example.sh EXAMPLE INCLUDE BUILD CC WORK - builds the example's C# module and its
# host, once against libcorert.so and once with libcorert.a inside; both must print expected.txt.
set -eu
example=$1
include=$2
build=$3
cc=$4
work=$5
name=$(basename "$example")
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
# Nothing of the SDK stays running.
export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false

rm -rf "$work"
mkdir -p "$work"
# A copy: dotnet leaves obj/ beside the project.
cp "$example"/*.cs "$example"/*.csproj "$work"
dotnet build "$work/$name.csproj" -c Release -o "$work/out" -v quiet >"$work/log" 2>&1 || {
    cat "$work/log"
    exit 1
}
"$build/bin/corertc" --shared --self-contained -O2 -o "$work/$name.so" "$work/out/$name.dll"
sources=$(echo "$example"/*.c)
# shellcheck disable=SC2086
"$cc" -std=c11 -O1 -I"$include" -o "$work/host-dynamic" $sources -L"$build/lib" -lcorert -Wl,-rpath,"$build/lib"
# shellcheck disable=SC2086
"$cc" -std=c11 -O1 -I"$include" -o "$work/host-static" $sources "$build/lib/libcorert.a" -lpthread -ldl -lm
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
