#!/bin/sh
# scripts/fuzz.sh [TARGET|all [AMOUNT]] - fuzzes with libFuzzer and the address and undefined-behaviour
# sanitizers. AMOUNT is a number of executions (100000 unless given) or of seconds, as in 600s.
# TARGET is one of tests/fuzz (il_body, blobs, types, pdb, metadata, signature, documents, module_file,
# module_image), or `api`: calls of the embedding API, or `flips`: every byte and every cut of a module,
# or `mutants`: damaged assemblies through corertc itself (AMOUNT is not used for these two). Builds what
# is missing: build/fuzz, for api, flips and mutants build/release. CORERT_FUZZ_BUILD and CORERT_RELEASE_BUILD name other build folders.
# What is found stays in the build folder's fuzz/found; the last lines say how to run it again.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
target=${1:-all}
amount=${2:-100000}
fuzz=${CORERT_FUZZ_BUILD:-$here/build/fuzz}
release=${CORERT_RELEASE_BUILD:-$here/build/release}
parsers="metadata signature documents pdb module_file module_image il_body blobs types"
failures=0

export ASAN_OPTIONS=detect_stack_use_after_return=0:allocator_may_return_null=1:malloc_context_size=4

configure() { # FOLDER PRESET
    [ -e "$1/build.ninja" ] || cmake -S "$here" --preset "$2" -B "$1" >/dev/null
}

parser() { # NAME
    configure "$fuzz" fuzz
    cmake --build "$fuzz" --target "fuzz_$1" >/dev/null || exit 1
    program=$fuzz/fuzz/fuzz_$1
    corpus=$fuzz/fuzz/corpus/$1
    found=$fuzz/fuzz/found
    mkdir -p "$corpus" "$found"
    CORERT_FUZZ_SEEDS=$corpus "$program"
    case $amount in
    *s) limit=-max_total_time=${amount%s} ;;
    *) limit=-runs=$amount ;;
    esac
    echo "== fuzz_$1 $limit"
    : >"$found/.begin-$1"
    if ! "$program" "$corpus" "$limit" -max_len=3000 -timeout=60 -rss_limit_mb=4096 -detect_leaks=0 -print_final_stats=1 \
        -artifact_prefix="$found/$1-" >"$found/$1.log" 2>&1; then
        failures=$((failures + 1))
        tail -n 40 "$found/$1.log"
        file=$(find "$found" -name "$1-*" -newer "$found/.begin-$1" | head -n 1)
        if [ -n "$file" ]; then
            echo "again: $program $file"
        else
            echo "it ended without a file: killed, or no memory? All it said: $found/$1.log"
        fi
    fi
    grep -E "number_of_executed_units|DONE" "$found/$1.log" | tail -n 2
}

# The module that fuzz_api calls is compiled by a corertc without libFuzzer.
api() {
    configure "$release" release
    cmake --build "$release" --target corertc corert_companion >/dev/null || exit 1
    cmake -S "$here" --preset fuzz -B "$fuzz" -DCORERT_HOST_CORERTC="$release/bin/corertc" >/dev/null
    cmake --build "$fuzz" --target fuzz_api corert_classlib >/dev/null || exit 1
    (cd "$fuzz" && ctest -R '^host_module.guest$' >/dev/null) || exit 1
    parser api
}

flips() {
    configure "$release" release
    cmake --build "$release" >/dev/null || exit 1
    (cd "$release" && ctest -R '^host_module.guest$' >/dev/null) || exit 1
    echo "== every bit and every cut of a module made by hand"
    "$release/tests/module_flips" "$release/tests/modules/good.so" 1 || failures=$((failures + 1))
    echo "== a bit of every byte, and every cut, of a real one"
    "$release/tests/module_flips" "$release/tests/host/guest.so" 1 1 64 || failures=$((failures + 1))
}

mutants() {
    configure "$release" release
    cmake --build "$release" >/dev/null || exit 1
    for file in tests/cli/small.dll tests/fuzz/SubjectB.dll tests/reach/cases.dll tests/host/guest.dll tests/emit/shapes.dll; do
        [ -e "$release/$file" ] || continue
        name=$(basename "$file" .dll)
        folder=$release/fuzz/found/$name
        mkdir -p "$folder"
        kind=--exe
        case $name in SubjectB | guest) kind=--self-contained ;; esac
        echo "== $file, 1000 damaged copies"
        if ! "$release/tests/mutate" "$release/bin/corertc" "$release/$file" "$folder" "1000:$(date +%s)" $kind -O0 --cache "$folder/cache"; then
            failures=$((failures + 1))
            echo "again: $release/bin/corertc $kind -O0 -o /tmp/out $folder/fault-*.dll (one at a time)"
        fi
    done
}

case $target in
all)
    for name in $parsers; do
        parser "$name"
    done
    api
    flips
    mutants
    ;;
api) api ;;
flips) flips ;;
mutants) mutants ;;
*)
    case " $parsers " in
    *" $target "*) parser "$target" ;;
    *)
        echo "fuzz.sh: no target $target: one of $parsers api flips mutants all" >&2
        exit 2
        ;;
    esac
    ;;
esac
echo "$failures failed"
[ "$failures" -eq 0 ]
