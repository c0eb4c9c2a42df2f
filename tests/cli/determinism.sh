#!/bin/sh
# tests/cli/determinism.sh CORERTC SMALL.dll EXPORTS.dll [all] - the same bytes for any --jobs, folder of
# input, output and temporary files, environment, address layout and number of compilers at work, and
# from a cache, which must also be quicker. `all`: every kind of output at every level.
set -u
corertc=$1
small=$2
exports=$3
extent=${4:-some}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failures=0

fail() { # TEXT
    echo "FAILED $1"
    failures=$((failures + 1))
}

same() { # NAME FILE FILE
    cmp "$2" "$3" || fail "$1"
}

# The second run differs in all that must not matter; its two threads start in any order.
other=$dir/other\ place
mkdir -p "$other/in" "$other/tmp" "$dir/here"
cp "$small" "$exports" "$other/in/"
for pdb in "${small%.dll}.pdb" "${exports%.dll}.pdb"; do
    [ ! -e "$pdb" ] || cp "$pdb" "$other/in/"
done

twice() { # NAME INPUT options...
    name=$1 input=$2
    shift 2
    echo "$name"
    fixed=
    setarch -R true 2>/dev/null && fixed="setarch -R" # addresses that are always the same
    $fixed "$corertc" "$@" --jobs 1 --map "$dir/here/map" -o "$dir/here/$name" "$input" 2>"$dir/here/said" || fail "$name: exit code"
    (
        cd "$other" || exit 1
        umask 077
        env -i PATH="$PATH" TMPDIR="$other/tmp" HOME=/ LANG=tr_TR.UTF-8 LC_ALL=tr_TR.UTF-8 TZ=Asia/Tokyo COLUMNS=20 SOURCE_DATE_EPOCH=1 \
            "$corertc" "$@" --jobs 2 --map map -o out "in/$(basename "$input")" 2>said
    ) || fail "$name: exit code elsewhere"
    same "$name" "$dir/here/$name" "$other/out"
    same "$name: map" "$dir/here/map" "$other/map"
    # Messages name the input as it was given.
    sed "s|$input|in/$(basename "$input")|" "$dir/here/said" | cmp - "$other/said" || fail "$name: messages"
}

if [ "$extent" = all ]; then
    for level in -O0 -O1 -O2 -Os; do
        for debug in "" -g; do
            twice "exe$level$debug" "$small" --exe $level $debug
            twice "shared$level$debug" "$exports" --self-contained --shared $level $debug
            twice "static$level$debug" "$exports" --self-contained --static $level $debug
            twice "drop-in$level$debug" "$exports" --self-contained --drop-in $level $debug
        done
    done
    twice "slots" "$exports" --self-contained --shared -O2 --all-slots
    twice "linked" "$exports" --self-contained --shared -O2 --direct-pinvoke libc
else
    # Optimised code also copies bodies between units; -g has paths; each kind has a link of its own.
    twice exe-O2 "$small" --exe -O2
    twice shared-O0-g "$exports" --self-contained --shared -O0 -g
    twice static-O1 "$exports" --self-contained --static -O1
    twice drop-in-O0 "$exports" --self-contained --drop-in -O0
fi

# Several at once, on one cache.
reference=$dir/reference
"$corertc" --exe -O0 --cache "$dir/cache" -o "$reference" "$small" || exit 1
"$reference" >/dev/null || { echo "FAILED: the program does not run"; exit 1; }
stored=$(ls -i "$dir/cache")
[ -n "$stored" ] || fail "the cache is empty"
"$corertc" --exe -O0 --cache "$dir/cache" -o "$dir/warm" "$small" || exit 1
# What is compiled is stored, as a new file.
[ "$(ls -i "$dir/cache")" = "$stored" ] || fail "the cache does not help"
same warm_cache "$reference" "$dir/warm"
pids=
for n in 1 2 3; do
    "$corertc" --exe -O0 --jobs 2 --cache "$dir/cold" -o "$dir/parallel$n" "$small" &
    pids="$pids $!"
done
for pid in $pids; do
    wait "$pid" || fail "one of three at once: exit code"
done
for n in 1 2 3; do
    same "parallel$n" "$reference" "$dir/parallel$n"
done
# Another level is another entry, not a wrong hit.
"$corertc" --exe -O1 --cache "$dir/cache" -o "$dir/o1" "$small" || exit 1
cmp -s "$dir/o1" "$dir/warm" && fail "-O1 was taken from the cache of -O0"
[ "$failures" -eq 0 ] && echo "all cases pass"
[ "$failures" -eq 0 ]
