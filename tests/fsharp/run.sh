#!/bin/sh
# tests/fsharp/run.sh CORERTC WORK 'corertc options' - builds the F# program, runs it with CoreCLR and
# compiled, and compares output and exit code. Exit 77 (skip): its packages cannot be had.
set -u
here=$(cd "$(dirname "$0")" && pwd)
corertc=$1
work=$2
options=$3
# Nothing of the SDK stays running.
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false

mkdir -p "$work" || exit 1
cp "$here/fsharp.fsproj" "$here/Program.fs" "$work/"
"$here/../../scripts/dotnet.sh" restore "$work/fsharp.fsproj" -v quiet >"$work/restore.log" 2>&1 || {
    cat "$work/restore.log"
    exit 77
}
"$here/../../scripts/dotnet.sh" build "$work/fsharp.fsproj" --no-restore -c Release -o "$work/out" -v quiet >"$work/build.log" 2>&1 || {
    cat "$work/build.log"
    exit 1
}
dotnet "$work/out/fsharp.dll" >"$work/expected.txt"
want=$?
# shellcheck disable=SC2086 # options are words
"$corertc" --exe $options -r "$work/out" -o "$work/fsharp" "$work/out/fsharp.dll" || exit 1
"$work/fsharp" >"$work/got.txt"
got=$?
[ -s "$work/expected.txt" ] || { echo "CoreCLR printed nothing"; exit 1; }
diff "$work/expected.txt" "$work/got.txt" || exit 1
[ "$want" = "$got" ] || { echo "exit code $got, CoreCLR's is $want"; exit 1; }
