#!/bin/sh
# tests/cli/options.sh CORERTC - --help lists every option of the table once and fits a terminal;
# --version is one line. Both go to standard output with exit code 0.
set -u
corertc=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failures=0

check() { # NAME CONDITION...
    name=$1
    shift
    if ! "$@"; then
        echo "FAILED $name"
        failures=$((failures + 1))
    fi
}

"$corertc" --help >"$dir/help" 2>"$dir/err"
check help_exit_code test $? -eq 0
check help_is_silent_on_stderr test ! -s "$dir/err"
check help_begins_with_usage sh -c "head -n 1 '$dir/help' | grep -q '^usage: corertc '"
for option in -o -r --exe --shared --self-contained -O0 -O1 -O2 -Os -g --cpu --jobs --cache --linker --feature --direct-pinvoke --link --strict --drop-in --direct-pinvoke --link --no-stack-check --static --name --header --map --depfile --why --quiet --dump --time-report --help --version; do
    check "help_lists_$option" test "$(grep -c -- "^  $option " "$dir/help")" -eq 1
done
check help_lines_are_short test "$(awk 'length($0) > 110' "$dir/help" | wc -l)" -eq 0
"$corertc" --version >"$dir/version" 2>"$dir/err"
check version_exit_code test $? -eq 0
check version_is_one_line test "$(wc -l <"$dir/version")" -eq 1
check version_names_the_program grep -qE '^corertc [0-9]+\.[0-9]+' "$dir/version"
check short_help sh -c "'$corertc' -h | cmp -s - '$dir/help'"
# They win over what follows and need no input.
check help_needs_no_sense sh -c "'$corertc' --help --frobnicate >/dev/null 2>&1"
check unknown_cpu sh -c "'$corertc' --cpu nocpu --exe x.dll 2>&1 | grep -q -- '^corertc: error: --cpu nocpu: '"
check cpu_of_32_bits sh -c "'$corertc' --cpu i686 --exe x.dll 2>&1 | grep -q -- '^corertc: error: --cpu i686: '"
[ "$failures" -eq 0 ] && echo "all cases pass"
exit "$failures"
