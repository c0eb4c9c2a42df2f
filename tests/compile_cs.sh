#!/bin/sh
# tests/compile_cs.sh CLASSLIB OUT.dll [csc options] SOURCE.cs... - compiles C# for the compiler's
# own tests against the class library itself, so that it needs no package and no project.
# exe unless -target says otherwise. Prints csc's messages only when it fails; exit 77 (skip)
# without the .NET SDK.
set -u
classlib=$1
out=$2
shift 2
command -v dotnet >/dev/null || exit 77
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
sdk=$(dotnet --list-sdks | tail -n 1 | sed -E 's/^([^ ]+) \[(.*)\]$/\2\/\1/')
csc=$sdk/Roslyn/bincore/csc.dll
[ -e "$csc" ] || exit 77
rsp=$(mktemp)
trap 'rm -f "$rsp"' EXIT
{
    echo "-nologo -nostdlib+ -unsafe+ -nullable:disable -deterministic+ -warn:0 -optimize+"
    echo "-target:exe"
    echo "-out:\"$out\""
    for r in "$classlib"/sdk/System.Private.CoreLib.dll "$classlib"/framework/System*.dll; do
        echo "-r:\"$r\""
    done
} >"$rsp"
if ! text=$(dotnet exec "$csc" -noconfig "@$rsp" "$@" 2>&1); then
    printf '%s\n' "$text" >&2
    exit 1
fi
