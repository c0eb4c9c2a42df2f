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

# Optimised code, which also copies bodies between units, by one thread here and by two elsewhere.
"$corertc" --exe -O1 --jobs 1 -o "$dir/reference" "$small" || exit 1
"$dir/reference" >/dev/null || { echo "FAILED: the program does not run"; exit 1; }
mkdir -p "$dir/other place/in" "$dir/other place/tmp"
cp "$small" "$dir/other place/in/"
(
    cd "$dir/other place" || exit 1
    env -i PATH="$PATH" TMPDIR="$dir/other place/tmp" HOME=/ LANG=tr_TR.UTF-8 TZ=Asia/Tokyo \
        "$corertc" --exe -O1 --jobs 2 -o out "in/$(basename "$small")"
) || exit 1
same jobs_folder_and_environment "$dir/other place/out"

first=$(milliseconds "$corertc" --exe -O0 --cache "$dir/cache" -o "$dir/reference" "$small") || exit 1
[ -n "$(ls "$dir/cache")" ] || { echo "FAILED: the cache is empty"; failures=$((failures + 1)); }
second=$(milliseconds "$corertc" --exe -O0 --cache "$dir/cache" -o "$dir/warm" "$small") || exit 1
same warm_cache "$dir/warm"
"$corertc" --exe -O0 -o "$dir/plain" "$small" || exit 1
same no_cache "$dir/plain"
echo "without the cache's objects $first ms, with them $second ms"
[ "$second" -lt "$first" ] || { echo "FAILED: the cache does not help"; failures=$((failures + 1)); }
# Another level is another entry, not a wrong hit.
"$corertc" --exe -O1 --cache "$dir/cache" -o "$dir/o1" "$small" || exit 1
cmp -s "$dir/o1" "$dir/warm" && { echo "FAILED: -O1 was taken from the cache of -O0"; failures=$((failures + 1)); }
[ "$failures" -eq 0 ] && echo "all cases pass"
exit "$failures"
