#!/bin/sh
# tests/reach/check.sh CORERTC CLASSLIB SOURCE.cs FOLDER [corertc options] - compiles the program, checks
# what --dump=reach lists against the "//! has" and "//! no" lines of its source, runs it: exit code 0.
set -u
corertc=$1
classlib=$2
source=$3
folder=$4
shift 4
name=$(basename "$source" .cs)
mkdir -p "$folder"
"$(dirname "$0")/../compile_cs.sh" "$classlib" "$folder/$name.dll" "$source" || exit $?
rm -f "$folder/$name"
"$corertc" --exe -O0 --dump=reach "$@" -o "$folder/$name" "$folder/$name.dll" >"$folder/$name.reach" || exit 1
awk '
FNR == NR { sub(/ <- .*/, ""); lines[$0] = 1; next } # without what brought it
!match($0, /\/\/! (has|no) /) { next }
{
    wanted = substr($0, RSTART + 4, 3) == "has"
    text = substr($0, RSTART + RLENGTH)
    found = text in lines
    if (text ~ /\.\.\.$/) {
        head = substr(text, 1, length(text) - 3)
        for (line in lines)
            if (index(line, head) == 1)
                found = 1
    }
    count++
    if (found != wanted) {
        printf "%s:%d: %s: %s\n", FILENAME, FNR, wanted ? "missing" : "not expected", text
        wrong++
    }
}
END { printf "%d expectations, %d wrong\n", count, wrong; exit wrong > 0 || count == 0 }
' "$folder/$name.reach" "$source" || exit 1
"$folder/$name"
