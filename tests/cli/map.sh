#!/bin/sh
# tests/cli/map.sh CORERTC SMALL.dll - --map: items add up to their sections, which are those of the image; every
# function of the image is there; the same bytes for any --jobs; chains end at a root. --why prints
# them, and refuses what is no map.
set -u
corertc=$1
small=$2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failures=0

fail() {
    echo "FAILED $*"
    failures=$((failures + 1))
}

"$corertc" --exe -O0 --jobs 1 --cache "$dir/cache" --map "$dir/map.json" -o "$dir/out" "$small" || exit 1
"$corertc" --exe -O0 --jobs 2 --cache "$dir/cache" --map "$dir/again.json" -o "$dir/again" "$small" || exit 1
cmp "$dir/map.json" "$dir/again.json" || fail "another map for the same program"

# One item a line: sum of bytes by section, against the map's list of sections and readelf's.
items() {
    sed -n '/^"items":/,/^"nodes":/p' "$dir/map.json" | grep '^{"kind"'
}
items | sed -n 's/.*"section":"\([^"]*\)","bytes":\([0-9]*\).*/\1 \2/p' | awk '$2 { sum[$1] += $2 } END { for (s in sum) print s, sum[s] }' | sort >"$dir/sums"
sed -n '/^"sections":/,/^"totals":/p' "$dir/map.json" | sed -n 's/^{"name":"\([^"]*\)","bytes":\([0-9]*\).*/\1 \2/p' | sort >"$dir/sections"
readelf -SW "$dir/out" | sed 's/^ *\[ *[0-9]*\] *//' | awk '$1 ~ /^\./ && $7 ~ /A/ { print $1, $5 }' |
    while read -r name size; do echo "$name $((0x$size))"; done | sort >"$dir/elf"
cmp "$dir/sums" "$dir/sections" || fail "items do not add up"
grep -v ' 0$' "$dir/elf" | cmp - "$dir/sections" || fail "the sections are not the image's"
for which in assembly namespace kind; do
    sed -n "/\"$which\":\\[/,/\\]/p" "$dir/map.json" | grep -o '"bytes":[0-9]*' | cut -d : -f 2 | awk '{ s += $1 } END { print s }' >"$dir/total"
    awk '{ s += $2 } END { print s }' "$dir/sums" | cmp - "$dir/total" || fail "totals by $which"
done

nm --defined-only "$dir/out" | awk '$2 ~ /[tT]/ { sub(/^[0-9a-f]* . /, ""); print }' | sort -u >"$dir/functions"
items | sed -n 's/.*"symbol":"\([^"]*\)".*/\1/p' | sort -u >"$dir/symbols"
comm -23 "$dir/functions" "$dir/symbols" >"$dir/missing"
[ ! -s "$dir/missing" ] || { fail "functions that are not in the map"; head "$dir/missing"; }
grep -q '"kind":"method","name":"Square.Area()"' "$dir/map.json" || fail "Square.Area"
# Every method of ours has a node, and every node leads somewhere.
items | grep -E '"kind":"(inlined )?method"' | grep -v '"node":' >"$dir/lost"
[ ! -s "$dir/lost" ] || { fail "methods without a chain"; head -n 3 "$dir/lost"; }
sed -n '/^"nodes":/,$p' "$dir/map.json" | grep '^{' | grep -vE '"(from":[0-9]+|root":"[^"]+")' && fail "nodes that lead nowhere"

"$corertc" --why Square.Area "$dir/map.json" >"$dir/why" 2>"$dir/err" || fail "--why: exit code"
grep -q '^Square.Area()$' "$dir/why" || fail "--why: name"
grep -q 'of small, [0-9]* bytes in .text$' "$dir/why" || fail "--why: size"
grep -q 'because of instances of type Square$' "$dir/why" || fail "--why: chain"
grep -q 'because of method Small.Main(System.String\[\])$' "$dir/why" || fail "--why: Main"
grep -q '^    root: Main$' "$dir/why" || fail "--why: root"
[ "$failures" -eq 0 ] || cat "$dir/why"

refuse() { # NAME WORDS ARGUMENTS...
    name=$1 words=$2
    shift 2
    if "$corertc" --why "$@" >"$dir/stdout" 2>"$dir/err" || [ -s "$dir/stdout" ] || [ "$(wc -l <"$dir/err")" -ne 1 ] || ! grep -q "$words" "$dir/err"; then
        fail "$name: $(head -c 300 "$dir/err")"
    fi
}
refuse unknown_name "named Nonsense" Nonsense "$dir/map.json"
refuse no_map "not a map" Main "$small"
refuse no_file "cannot be read" Main "$dir/none"
size=$(wc -c <"$dir/map.json")
for part in 1 2 3 5 7 11; do
    head -c $((size * part / 13)) "$dir/map.json" >"$dir/cut.json"
    refuse "cut_$part" "not a map" Main "$dir/cut.json"
done
awk 'BEGIN { for (i = 0; i < 100000; i++) printf "[" }' >"$dir/deep.json"
refuse deep "not a map" Main "$dir/deep.json"
[ "$failures" -eq 0 ] && echo "all cases pass"
exit "$failures"
