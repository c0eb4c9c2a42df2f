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
"$work/$name" "$@" >"$work/$name.out" 2>"$work/$name.err" || { echo "exit code $?"; cat "$work/$name.err"; exit 1; }
cat "$work/$name.err"
if [ "${CORERT_BENCH_STRESS:-0}" != 0 ]; then
    # The same with collections all the time that move whatever can move.
    CORERT_GCSTRESS=$CORERT_BENCH_STRESS CORERT_GCSTRESS_EVACUATE=1 CORERT_VERIFYHEAP=1 \
        "$work/$name" "$@" >"$work/$name.stress" 2>"$work/$name.err" || { echo "stress: exit code $?"; cat "$work/$name.err"; exit 1; }
    diff "$work/$name.stress" "$here/expected/$name.txt"
fi
diff "$work/$name.out" "$here/expected/$name.txt"
