#!/bin/sh
# tests/limits/run.sh CORERTC CLASSLIB WORK - compiles limits.cs and compares its answers with expected.txt.
# tests/limits/run.sh --coreclr CLASSLIB WORK ORACLE - writes coreclr.txt; ORACLE is scripts/record.sh's program.
set -u
here=$(cd "$(dirname "$0")" && pwd)
coreclr=
if [ "$1" = --coreclr ]; then
    coreclr=$4
    classlib=$2
else
    corertc=$1
    classlib=$2
fi
work=$3
mkdir -p "$work"
"$here/../compile_cs.sh" "$classlib" "$work/limits.dll" -unsafe "$here/limits.cs" || exit $?
if [ -n "$coreclr" ]; then
    "$coreclr" "$work/limits.dll" >"$here/coreclr.txt"
    exit
fi
for options in "-O2" "-O0 -g"; do
    # shellcheck disable=SC2086
    "$corertc" --exe $options -o "$work/limits" "$work/limits.dll" || exit 1
    "$work/limits" >"$work/out" || exit 1
    if ! diff "$here/expected.txt" "$work/out"; then
        echo "limits: the answers differ ($options). If something was built, docs/limits.md changes too."
        exit 1
    fi
done
# What is in the list is a difference.
while IFS= read -r line; do
    if grep -qxF "$line" "$here/coreclr.txt"; then
        echo "limits: CoreCLR answers \"$line\" as well: it is no limit"
        exit 1
    fi
done <"$here/expected.txt"
