#!/bin/sh
# tests/cli/unmanaged_callers.sh CORERTC ILASM UNMANAGED_CALLERS.il - a method for unmanaged callers whose parameter is not
# plain data: one line that names method and parameter, exit code 1, no output.
set -u
corertc=$1
ilasm=$2
source=$3
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

"$ilasm" -dll -quiet "$source" "-output=$dir/unmanaged_callers.dll" >"$dir/log" 2>&1 || { cat "$dir/log"; exit 1; }
"$corertc" --self-contained -O0 -o "$dir/out.so" "$dir/unmanaged_callers.dll" >"$dir/stdout" 2>"$dir/err"
code=$?
if [ "$code" -ne 1 ] || [ -e "$dir/out.so" ] || [ -s "$dir/stdout" ] || [ "$(wc -l <"$dir/err")" -ne 1 ] ||
    ! grep -q "Exports.Length(.*parameter #2 'text' of type System.String" "$dir/err"; then
    echo "FAILED: exit code $code"
    cut -c 1-300 "$dir/err"
    exit 1
fi
