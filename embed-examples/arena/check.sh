#!/bin/sh
# embed-examples/arena/check.sh WORK [stress] - both hosts draw the known picture; with `stress` a smaller
# world while the collector runs at every 97th allocation, moves what it can and checks the heap.
set -eu
work=$1
here=$(dirname "$0")

if [ "${2:-}" = stress ]; then
    for host in "$work"/host-*; do
        "$host" "$work/arena.so" "$work/calm.png" 40 400 >"$work/calm" 2>"$work/calm.err"
        CORERT_ARENA_STRESS=97 "$host" "$work/arena.so" "$work/stress.png" 40 400 >"$work/stressed" 2>"$work/stressed.err"
        grep -q '^40 frames' "$work/stressed"
        diff "$work/calm" "$work/stressed"
        cmp "$work/calm.png" "$work/stress.png"
    done
    # It did collect: hundreds of times.
    grep -Eq 'collector: [0-9]{3,} collections' "$work/stressed.err" || { cat "$work/stressed.err"; exit 1; }
    exit
fi
${CC:-cc} -O1 -o "$work/check_picture" "$here/check_picture.c" -lpng
for host in "$work"/host-*; do
    "$host" "$work/arena.so" "$work/arena.png" >"$work/printed"
    diff "$here/expected.txt" "$work/printed"
    "$work/check_picture" "$work/arena.png"
done
echo "$work/arena.png"
