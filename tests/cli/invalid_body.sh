#!/bin/sh
# tests/cli/invalid_body.sh CORERTC ILASM INVALID_BODY.il - design 4.4: a body that cannot be compiled is a
# warning with method and offset, and throws when called; with --strict the first is an error.
set -u
corertc=$1
ilasm=$2
source=$3
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failures=0

"$ilasm" -quiet "$source" "-output=$dir/invalid_body.dll" >"$dir/log" 2>&1 || { cat "$dir/log"; exit 1; }
for level in -O0 -O2; do
    rm -f "$dir/out"
    "$corertc" --exe "$level" -o "$dir/out" "$dir/invalid_body.dll" >"$dir/stdout" 2>"$dir/err"
    code=$?
    if [ "$code" -ne 0 ] || [ -s "$dir/stdout" ] || grep -qv '^corertc: warning: ' "$dir/err"; then
        echo "FAILED $level: exit code $code"
        cut -c 1-300 "$dir/err"
        failures=$((failures + 1))
        continue
    fi
    for name in $(grep -oE 'Bodies::[A-Za-z]+' "$source" | sort -u); do
        if ! grep -qE "Bodies[.:]+${name#Bodies::}\(.*IL_[0-9a-f]{4}" "$dir/err"; then
            echo "FAILED $level: no warning about $name"
            failures=$((failures + 1))
        fi
    done
    # Each says where it comes from and what helps.
    if grep -v '; needed by Program.Try(System.Int32) <- Program.Main().*; fix: ' "$dir/err"; then
        echo "FAILED $level: a warning without its chain or fix"
        failures=$((failures + 1))
    fi
    "$dir/out"
    code=$?
    if [ "$code" -ne 0 ]; then
        echo "FAILED $level: the program ends with $code: body number $((code - 1)) did not throw what it must"
        failures=$((failures + 1))
    fi
done
rm -f "$dir/out"
"$corertc" --exe --strict -o "$dir/out" "$dir/invalid_body.dll" >"$dir/stdout" 2>"$dir/err"
code=$?
if [ "$code" -ne 1 ] || [ -e "$dir/out" ] || [ "$(grep -c '^corertc: error: .*Bodies' "$dir/err")" -ne 1 ]; then
    echo "FAILED --strict: exit code $code"
    cut -c 1-300 "$dir/err"
    failures=$((failures + 1))
fi
[ "$failures" -eq 0 ] && echo "all cases pass"
exit "$failures"
