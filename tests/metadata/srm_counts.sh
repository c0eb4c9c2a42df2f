#!/bin/sh
# Compares the row counts of every class library assembly with System.Reflection.Metadata.
# usage: srm_counts.sh MD_COUNTS PROJECT_FOLDER CLASSLIB_DIR WORK_FOLDER; exit 77 = skipped
set -eu
md_counts=$1 project=$2 classlib=$3 work=$4

command -v dotnet >/dev/null || { echo "skipped: no dotnet"; exit 77; }
mkdir -p "$work/project"
# A copy, so that the SDK's obj folder stays out of the source tree.
cp "$project"/Program.cs "$project"/srm-counts.csproj "$work/project/"
# Nothing of the SDK stays running.
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false
"$(dirname "$0")/../../scripts/dotnet.sh" build -v quiet -c Release -o "$work/bin" "$work/project/srm-counts.csproj"

"$md_counts" "$classlib"/sdk/*.dll "$classlib"/framework/*.dll >"$work/ours.txt"
dotnet "$work/bin/srm-counts.dll" "$classlib"/sdk/*.dll "$classlib"/framework/*.dll >"$work/theirs.txt"
cmp "$work/ours.txt" "$work/theirs.txt"
echo "$(grep -c '^==' "$work/ours.txt") assemblies agree"
