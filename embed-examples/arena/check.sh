#!/bin/sh
# embed-examples/arena/check.sh WORK - both hosts draw the known picture; one under the collector's
# stress.
set -eu
work=$1
here=$(dirname "$0")

${CC:-cc} -O1 -o "$work/check_picture" "$here/check_picture.c" -lpng
for host in "$work"/host-*; do
    "$host" "$work/arena.so" "$work/arena.png" >"$work/printed"
    diff "$here/expected.txt" "$work/printed"
    "$work/check_picture" "$work/arena.png"
done
CORERT_ARENA_STRESS=50 "$work/host-dynamic" "$work/arena.so" "$work/stress.png" 40 400 >"$work/printed"
grep -q '^40 frames' "$work/printed"
echo "$work/arena.png"
