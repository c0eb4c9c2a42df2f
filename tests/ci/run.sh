#!/bin/sh
# tests/ci/run.sh .CI/RUN - what .ci/run makes of tests that pass, fail, and fail once; with its own scripts
# replaced by a ctest of four tests.
set -u
script=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failures=0
mkdir -p "$dir/.ci" "$dir/scripts" "$dir/build/release" "$dir/build/threads"
cp "$script" "$dir/.ci/run"
cat >"$dir/scripts/test.sh" <<END
#!/bin/sh
[ ! -e "$dir/no_setup" ] || exit 3
exec ctest --test-dir "$dir/build/release" --output-on-failure
END
cat >"$dir/scripts/sanitize.sh" <<END
#!/bin/sh
echo "\$@" >"$dir/sanitized"
exec ctest --test-dir "$dir/build/threads" --output-on-failure
END
cat >"$dir/once" <<END
#!/bin/sh
# Fails the first time.
[ -e "$dir/tried" ] || { touch "$dir/tried"; exit 1; }
END
chmod +x "$dir/scripts/test.sh" "$dir/scripts/sanitize.sh" "$dir/once"

expect() { # NAME CODE LAST-LINE
    code=0
    "$dir/.ci/run" >"$dir/out" 2>&1 || code=$?
    [ "$code" -eq "$2" ] || { echo "FAILED $1: exit code $code"; failures=$((failures + 1)); }
    [ "$(tail -n 1 "$dir/out")" = "$3" ] || { echo "FAILED $1: ends with '$(tail -n 1 "$dir/out")'"; failures=$((failures + 1)); }
}

says() { # NAME LINE COUNT
    [ "$(grep -cxF "$2" "$dir/out")" -eq "$3" ] || { echo "FAILED $1: '$2'"; failures=$((failures + 1)); }
}

tests() { # FOLDER NAME COMMAND...
    : >"$dir/build/$1/CTestTestfile.cmake"
    folder=$1
    shift
    while [ $# -gt 0 ]; do
        echo "add_test($1 \"$2\")" >>"$dir/build/$folder/CTestTestfile.cmake"
        shift 2
    done
}

tests release good true other true
tests threads races true
expect good 0 "100% tests passed, 0 tests failed out of 3"
grep -q "^tsan --engine" "$dir/sanitized" || { echo "FAILED good: no thread sanitizer"; failures=$((failures + 1)); }
says good "unsteady: other" 0

tests release good true shaky "$dir/once" other true
expect shaky 0 "100% tests passed, 0 tests failed out of 4"
says shaky "unsteady: shaky" 1
says shaky "unsteady: good" 0

rm -f "$dir/tried" "$dir/sanitized"
tests release good true shaky "$dir/once" bad false
expect bad 8 "75% tests passed, 1 tests failed out of 4"
says bad "unsteady: shaky" 1
says bad "unsteady: bad" 0
says bad "failed: bad" 1
[ -e "$dir/sanitized" ] || { echo "FAILED bad: no thread sanitizer"; failures=$((failures + 1)); }

rm -f "$dir/tried"
tests release good true
tests threads shaky "$dir/once" races true
expect races 8 "66% tests passed, 1 tests failed out of 3"
says races "failed: shaky" 1
says races "unsteady: shaky" 0

rm -f "$dir/sanitized"
touch "$dir/no_setup"
code=0
"$dir/.ci/run" >"$dir/out" 2>&1 || code=$?
[ "$code" -eq 3 ] && [ ! -e "$dir/sanitized" ] || { echo "FAILED without a build: exit code $code"; failures=$((failures + 1)); }
[ "$failures" -eq 0 ] && echo "all cases pass"
[ "$failures" -eq 0 ]
