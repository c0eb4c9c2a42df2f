#!/bin/sh
# embed-examples/run_static.sh EXAMPLE INCLUDE BUILD CC WORK - one executable of host, module and engine,
# linked with the linkers there are; each must print expected.txt. Shows whose names the object lets out.
set -eu
example=$1
include=$2
build=$3
cc=$4
work=$5

rm -rf "$work"
mkdir -p "$work"
cp "$example"/*.cs "$example"/*.csproj "$work"
"$(dirname "$0")/../scripts/dotnet.sh" build "$work/static.csproj" -c Release -o "$work/out" -v quiet >"$work/log" 2>&1 || {
    cat "$work/log"
    exit 1
}
"$build/bin/corertc" --static --self-contained -O2 --header "$work/counter.h" -o "$work/counter.o" "$work/out/counter.dll"
failures=0
names=$(nm -g --defined-only "$work/counter.o" | awk '{print $3}' | sort | tr '\n' ' ')
if [ "$names" != "corert_module_header_counter counter_each counter_number counter_words " ]; then
    echo "FAILED: global names of the object: $names"
    failures=$((failures + 1))
fi
for linker in bfd gold lld-19; do
    linker_path=$(command -v "ld.$linker") || continue
    for extra in "" "-no-pie" "-Wl,--gc-sections"; do
        compiler=$cc choice=-fuse-ld=$linker
        if [ "$linker" = lld-19 ]; then # gcc knows ld.lld by one name only
            compiler=$(command -v clang-19) || continue
            choice=--ld-path=$linker_path
        fi
        # shellcheck disable=SC2086
        "$compiler" -std=c11 -O1 "$choice" $extra -I"$include" -I"$work" -o "$work/host" "$example/host.c" "$work/counter.o" \
            "$build/lib/libcorert.a" -lpthread -ldl -lm 2>"$work/log" || {
            cat "$work/log"
            echo "FAILED to link with $linker $extra"
            failures=$((failures + 1))
            continue
        }
        if [ -s "$work/log" ]; then
            cat "$work/log"
            echo "FAILED: $linker $extra is not content"
            failures=$((failures + 1))
        fi
        code=0
        "$work/host" >"$work/printed" || code=$?
        if [ "$code" -ne 0 ] || ! diff "$example/expected.txt" "$work/printed"; then
            echo "FAILED $linker $extra: exit code $code"
            failures=$((failures + 1))
        else
            echo "$linker $extra: $(wc -c <"$work/host") bytes"
        fi
    done
done
exit "$failures"
