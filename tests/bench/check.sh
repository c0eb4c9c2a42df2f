#!/bin/sh
# tests/bench/check.sh CORERTC CLASSLIB NAME WORK [arguments] - builds one benchmark program with -O2
# and compares its standard output with the recorded one.
# tests/bench/check.sh --stress N NAME WORK [arguments] - runs what that built with a collection at every
# N-th allocation that moves whatever can move, and checks of the heap.
set -eu
here=$(cd "$(dirname "$0")" && pwd)

# Runs the program, in WORK/OUT.out; the argument OUT names the expectation too.
run()
{
    out=$1
    shift
    LD_LIBRARY_PATH=$work "$work/$name" "$@" >"$work/$out.out" 2>"$work/$out.err" || { echo "exit code $?"; cat "$work/$out.err"; exit 1; }
}

if [ "$1" = --stress ]; then
    n=$2
    name=$3
    work=$4
    shift 4
    export CORERT_GCSTRESS="$n" CORERT_GCSTRESS_EVACUATE=1 CORERT_VERIFYHEAP=1
    run "$name-stress-$n" "$@"
    exec diff "$here/expected/$name-stress-$n.txt" "$work/$name-stress-$n.out"
fi

corertc=$1
classlib=$2
name=$3
work=$4
shift 4
mkdir -p "$work"
code=0
"$here/../compile_cs.sh" "$classlib" "$work/$name.dll" "$here/$name.cs" || code=$?
[ "$code" -eq 0 ] || exit "$code"
"$corertc" --exe -O2 -o "$work/$name" "$work/$name.dll"
if [ "$name" = Calls ]; then # what it calls
    "${CC:-cc}" -O2 -fPIC -shared -o "$work/libcorert_interop_calls.so" "$here/../programs/native/corert_interop_calls.c" -lpthread
fi
run "$name" "$@"
cat "$work/$name.err"
diff "$here/expected/$name.txt" "$work/$name.out"
if [ "$name" = Calls ]; then # and its export, called by a C host
    "$corertc" --shared --self-contained -O2 -o "$work/$name.so" "$work/$name.dll"
    "${CC:-cc}" -O2 -o "$work/calls_host" "$here/calls_host.c" -ldl
    LD_LIBRARY_PATH=$work "$work/calls_host" "$work/$name.so" "$(dirname "$corertc")/../lib/libcorert.so" "$1" >>"$work/$name.out"
    diff "$here/expected/Calls-export.txt" "$work/$name.out"
fi
