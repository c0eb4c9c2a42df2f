#!/bin/sh
# scripts/sanitize.sh asan|tsan|valgrind [--engine] [ctest options] - builds the tree's C suites for a
# sanitizer, in build/KIND, and runs all of them: base, pal, metadata, types, codegen, loader, gc, engine, and
# the hosts with real modules. Ends with ctest's exit code. --engine leaves the compiler and the hosts out:
# two minutes, which CI has.
# asan is the address and undefined-behaviour sanitizers. What a kind cannot watch is left out by
# tests/*/CMakeLists.txt with the reason; built for valgrind the collector says itself which words it reads by intent, so nothing is suppressed.
# The modules are compiled by CORERTC, by default build/release's: a sanitized corertc is slow.
# CORERT_BUILD=DIR builds there instead.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
kind=${1:-}
case $kind in
asan | tsan | valgrind) shift ;;
*) sed -n '2,10s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
compiler=ON
part=$kind
if [ "${1:-}" = --engine ]; then
    compiler=OFF
    part=$kind-engine
    shift
fi
build=${CORERT_BUILD:-$top/build/$part}
corertc=${CORERTC:-$top/build/release/bin/corertc}
[ -x "$corertc" ] || corertc=

cd "$top"
cmake --preset "$kind" -B "$build" -DCORERT_COMPILER=$compiler -DCORERT_HOST_CORERTC="$corertc" ${CORERT_THIRD_PARTY:+-DCORERT_THIRD_PARTY="$CORERT_THIRD_PARTY"}
cmake --build "$build" --target c_suites
# Fixtures compile the modules first. One suite after the other: a sanitizer's memory counts.
exec ctest --test-dir "$build" -L c_suite --output-on-failure "$@"
