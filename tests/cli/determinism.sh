#!/bin/sh
# tests/cli/determinism.sh CORERTC SMALL.dll - the same bytes for any --jobs, input folder, output folder,
# TMPDIR and environment, and from a cache, which must also be quicker.
set -u
corertc=$1
small=$2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failures=0

same() { # NAME FILE
    if ! cmp "$dir/reference" "$2"; then
        echo "FAILED $1"
        failures=$((failures + 1))
    fi
}

milliseconds() { # COMMAND...
    start=$(date +%s%N)
    "$@" || return 1
    echo $((($(date +%s%N) - start) / 1000000))
}

options="--exe -O1"
# shellcheck disable=SC2086
"$corertc" $options --jobs 1 -o "$dir/reference" "$small" || exit 1
"$dir/reference" >/dev/null || { echo "FAILED: the program does not run"; exit 1; }
# shellcheck disable=SC2086
"$corertc" $options --jobs 2 -o "$dir/two" "$small" || exit 1
same jobs "$dir/two"

mkdir -p "$dir/other place/in" "$dir/other place/tmp"
cp "$small" "$dir/other place/in/"
cd "$dir/other place" || exit 1
# shellcheck disable=SC2086
env -i PATH="$PATH" TMPDIR="$dir/other place/tmp" HOME=/ LANG=tr_TR.UTF-8 TZ=Asia/Tokyo \
    "$corertc" $options --jobs 2 -o out "in/$(basename "$small")" || exit 1
same folder_and_environment out

# shellcheck disable=SC2086
first=$(milliseconds "$corertc" $options --cache "$dir/cache" -o "$dir/cold" "$small") || exit 1
same cold_cache "$dir/cold"
[ -n "$(ls "$dir/cache")" ] || { echo "FAILED: the cache is empty"; failures=$((failures + 1)); }
# shellcheck disable=SC2086
second=$(milliseconds "$corertc" $options --cache "$dir/cache" -o "$dir/warm" "$small") || exit 1
same warm_cache "$dir/warm"
echo "without the cache's objects $first ms, with them $second ms"
[ "$second" -lt "$first" ] || { echo "FAILED: the cache does not help"; failures=$((failures + 1)); }
# Other options are another entry, not a wrong hit.
"$corertc" --exe -O0 --cache "$dir/cache" -o "$dir/o0" "$small" || exit 1
"$corertc" --exe -O0 -o "$dir/o0_plain" "$small" || exit 1
cmp "$dir/o0" "$dir/o0_plain" || failures=$((failures + 1))
[ "$failures" -eq 0 ] && echo "all cases pass"
exit "$failures"
