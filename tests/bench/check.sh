#!/bin/sh
# tests/bench/check.sh CORERTC CLASSLIB NAME WORK [arguments] - builds one benchmark program with -O2
# and compares its standard output with the recorded one.
set -eu
corertc=$1
classlib=$2
name=$3
work=$4
shift 4
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$work"
code=0
"$here/../compile_cs.sh" "$classlib" "$work/$name.dll" "$here/$name.cs" || code=$?
[ "$code" -eq 0 ] || exit "$code"
"$corertc" --exe -O2 -o "$work/$name" "$work/$name.dll"
if [ "$name" = Calls ]; then # what it calls
    "${CC:-cc}" -O2 -fPIC -shared -o "$work/libcorert_interop_calls.so" "$here/../programs/native/corert_interop_calls.c" -lpthread
    LD_LIBRARY_PATH=$work
    export LD_LIBRARY_PATH
fi
"$work/$name" "$@" >"$work/$name.out" 2>"$work/$name.err" || { echo "exit code $?"; cat "$work/$name.err"; exit 1; }
cat "$work/$name.err"
if [ "${CORERT_BENCH_STRESS:-0}" != 0 ]; then
    # The same with collections all the time that move whatever can move.
    CORERT_GCSTRESS=$CORERT_BENCH_STRESS CORERT_GCSTRESS_EVACUATE=1 CORERT_VERIFYHEAP=1 \
        "$work/$name" "$@" >"$work/$name.stress" 2>"$work/$name.err" || { echo "stress: exit code $?"; cat "$work/$name.err"; exit 1; }
    diff "$work/$name.stress" "$here/expected/$name.txt"
fi
if [ "$name" = Calls ]; then # and its export, called by a C host
    "$corertc" --shared --self-contained -O2 -o "$work/$name.so" "$work/$name.dll"
    "${CC:-cc}" -O2 -o "$work/calls_host" "$here/calls_host.c" -ldl
    "$work/calls_host" "$work/$name.so" "$(dirname "$corertc")/../lib/libcorert.so" "$1" >>"$work/$name.out"
    diff "$work/$name.out" "$here/expected/Calls-export.txt"
    exit
fi
diff "$work/$name.out" "$here/expected/$name.txt"
