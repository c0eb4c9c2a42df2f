#!/bin/sh
# tests/cli/odd_input.sh CORERTC ILASM ODD_INPUT.il - names with the linker's version mark make a module that links; sizes that
# overflow 32 bits and fields of interfaces are refused by a warning each.
set -u
corertc=$1
ilasm=$2
source=$3
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

"$ilasm" -dll -quiet "$source" "-output=$dir/odd_input.dll" >"$dir/log" 2>&1 || { cat "$dir/log"; exit 1; }
"$corertc" --self-contained -O0 -o "$dir/out.so" "$dir/odd_input.dll" >"$dir/stdout" 2>"$dir/err"
code=$?
for name in Wide Long; do
    if ! grep -q "^corertc: warning: Exports.Take$name.*too large" "$dir/err"; then
        echo "FAILED $name"
        code=1
    fi
done
grep -q "^corertc: warning: Exports.TakeFilled.*instance field" "$dir/err" || { echo "FAILED Filled"; code=1; }
grep -q "Exports.TakeFar\|'Far'\|Far" "$dir/err" || { echo "FAILED Far"; code=1; }
if [ "$code" -ne 0 ] || [ ! -e "$dir/out.so" ] || [ -s "$dir/stdout" ] || grep -v "^corertc: warning: " "$dir/err"; then
    echo "FAILED: exit code $code"
    cut -c 1-300 "$dir/err"
    exit 1
fi
