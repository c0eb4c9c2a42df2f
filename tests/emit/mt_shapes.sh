#!/bin/sh
# tests/emit/mt_shapes.sh MT_DUMP IMAGE SOURCE-FOLDER [--record] - MethodTables of shapes.cs against
# shapes.expected; shapes_names.txt lists them.
set -u
dump=$1
image=$2
source=$3
out=$(mktemp)
trap 'rm -f "$out"' EXIT
xargs -d '\n' "$dump" "$image" <"$source/shapes_names.txt" >"$out" || exit 1
if [ "${4:-}" = --record ]; then
    cp "$out" "$source/shapes.expected"
    exit 0
fi
grep -E 'WRONG|NOT THERE' "$out" && exit 1
diff "$source/shapes.expected" "$out" && echo "$(wc -l <"$out") lines agree"
