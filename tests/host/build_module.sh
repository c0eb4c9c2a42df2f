#!/bin/sh
# tests/host/build_module.sh CORERTC CLASSLIB OUT.so OPTIONS SOURCE.cs... - C# to a module,
# unless that is newer than its sources and the compiler.
set -eu
here=$(dirname "$0")
corertc=$1
classlib=$2
out=$3
options=$4
shift 4

stale()
{
    [ -e "$out" ] || return 0
    for from in "$corertc" "$here/build_module.sh" "$@"; do
        [ "$out" -nt "$from" ] || return 0
    done
    return 1
}

stale "$@" || exit 0
dll=${out%.so}.dll
sh "$here/../compile_cs.sh" "$classlib" "$dll" -target:library "$@"
# shellcheck disable=SC2086 # options are words
exec "$corertc" --shared --self-contained $options -o "$out" "$dll"
