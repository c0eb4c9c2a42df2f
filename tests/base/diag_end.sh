#!/bin/sh
# tests/base/diag_end.sh PROGRAM - exit code, output and removed temporary files of each way out.
set -u
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
failed=0

# expect WAY CODE PATTERN: standard error has exactly one line with PATTERN besides the warning.
expect() {
    mkdir -p "$work/temp/deep"
    echo x >"$work/temp/deep/file"
    "$1" "$2" "$work/temp" >"$work/out" 2>"$work/err"
    code=$?
    [ "$code" = "$3" ] || { echo "$2: exit code $code, expected $3"; failed=1; }
    [ "$(cat "$work/out")" = before ] || { echo "$2: standard output was lost"; failed=1; }
    [ -e "$work/temp" ] && { echo "$2: the temporary folder is still there"; failed=1; }
    grep -q "$4" "$work/err" || { echo "$2: no line with $4:"; cat "$work/err"; failed=1; }
    [ "$(wc -l <"$work/err")" = "$5" ] || { echo "$2: not $5 lines:"; cat "$work/err"; failed=1; }
}

expect "$1" none 0 '^corertc: warning: one 1$' 1
expect "$1" fatal 1 '^corertc: error: x.dll: method 06000012: line?break$' 2
expect "$1" bug 1 '^corertc: error: internal: .*diag_end.c:[0-9]*: argc == 0$' 2
expect "$1" memory 1 '^corertc: error: out of memory' 2
exit "$failed"
