#!/bin/sh
# tests/ends/run.sh CORERTC CLASSLIB WORK - compiles Ends.cs and compares exit code and output of every
# case with cases.txt.
# tests/ends/run.sh --command COMMAND... - the same for a command that runs the program elsewhere (the
# oracle of tests/programs with Ends.dll), without the cases that are `ours`.
set -u
here=$(cd "$(dirname "$0")" && pwd)
if [ "$1" = --command ]; then
    shift
    ours=0
    work=$(mktemp -d)
else
    corertc=$1
    classlib=$2
    work=$3
    ours=1
    mkdir -p "$work"
    "$here/../compile_cs.sh" "$classlib" "$work/Ends.dll" "$here/Ends.cs" || exit $?
    "$corertc" --exe -O1 -o "$work/Ends" "$work/Ends.dll" || exit 1
    set -- "$work/Ends"
fi
failures=0
cases=0

fail()
{
    echo "FAILED $place $kind: $1"
    head -n 5 "$work/err"
    failures=$((failures + 1))
}

one_case()
{
    code=0
    if [ "$place" = start ]; then
        ENDS_START=$kind timeout 300 "$@" main none >"$work/out" 2>"$work/err" || code=$?
    else
        timeout 300 "$@" "$place" "$kind" >"$work/out" 2>"$work/err" || code=$?
    fi
    printed=$(tr '\n ' ',_' <"$work/out")
    [ "$printed" != "" ] || printed=-,
    [ "$code" = "$want" ] || fail "exit code $code, not $want"
    [ "$printed" = "$output," ] || fail "prints $printed not $output,"
    if [ "$text" = - ]; then
        [ ! -s "$work/err" ] || fail "writes to standard error"
    else
        grep -qF "$text" "$work/err" || fail "does not say '$text'"
    fi
    cases=$((cases + 1))
}

while read -r first rest; do
    case $first in "" | "#"*) continue ;; esac
    if [ "$first" = ours ]; then
        [ "$ours" = 1 ] || continue
        line=$rest
    else
        line="$first $rest"
    fi
    read -r place kind want output text <<LINE
$line
LINE
    one_case "$@" 2>/dev/null
done <"$here/cases.txt"
echo "$cases cases, $failures failures"
[ "$failures" = 0 ] && [ "$cases" -gt 20 ]
