#!/bin/sh
# tests/host/headers.sh INCLUDE CC... - every public header alone: C11 and C++17, without a warning,
# by each compiler there is; and twice in one file.
set -u
include=$1
shift
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
flags="-Wall -Wextra -Werror -pedantic -Wconversion -Wundef -I$include -fsyntax-only"
bad=0 seen=0

for compiler in "$@"; do
    command -v "$compiler" >/dev/null || continue
    case $compiler in
    *++*) language="-x c++ -std=c++17" ;;
    *) language="-x c -std=c11 -Wshadow -Wstrict-prototypes" ;;
    esac
    for header in "$include"/*.h; do
        name=$(basename "$header")
        printf '#include "%s"\n#include "%s"\nstatic const corert_status s = CORERT_OK;\nint f(void);\nint f(void) { return (int)s; }\n' \
            "$name" "$name" >"$dir/one"
        # shellcheck disable=SC2086
        "$compiler" $language $flags "$dir/one" || { echo "$name: not clean with $compiler"; bad=1; }
        seen=$((seen + 1))
    done
done
[ "$seen" -gt 0 ] || bad=1
exit $bad
