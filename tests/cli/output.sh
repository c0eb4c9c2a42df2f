#!/bin/sh
# tests/cli/output.sh CORERTC SMALL.dll - where output cannot be written: exit code 1, an error line at
# the end that names the place, no partial output, no temporary folder left.
set -u
corertc=$1
small=$2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failures=0
export TMPDIR="$dir/tmp"
mkdir "$TMPDIR"

# refused NAME WORDS OUTPUT - judges the run that left $code and $dir/err.
refused() {
    if [ "$code" -ne 1 ] || ! tail -n 1 "$dir/err" | grep -q "^corertc: error: .*$2" || { [ -e "$3" ] && [ -f "$3" ]; }; then
        echo "FAILED $1: exit code $code, expected '$2':"
        head -c 2000 "$dir/err"
        failures=$((failures + 1))
    fi
    if [ -n "$(ls "$dir/tmp")" ]; then
        echo "FAILED $1: left behind: $(ls "$dir/tmp")"
        rm -rf "$dir/tmp"/*
        failures=$((failures + 1))
    fi
}

compile() { # OUTPUT
    "$corertc" --exe -O0 --cache "$dir/cache" -o "$1" "$small" >/dev/null 2>"$dir/err"
    code=$?
}

compile "$dir/good"
[ "$code" -eq 0 ] || { cat "$dir/err"; exit 1; }
cp "$dir/good" "$dir/before"

"$corertc" --self-contained --header "$dir/both" -o "$dir/both" "$small" >/dev/null 2>"$dir/err"
code=$?
refused two_results_in_one_file "both: .*two results" "$dir/both"
"$corertc" --self-contained --header "" -o "$dir/both" "$small" >/dev/null 2>"$dir/err"
code=$?
refused no_name "--header: needs FILE" "$dir/both"
"$corertc" --exe -O0 --linker /bin/true --cache "$dir/cache" -o "$dir/both" "$small" >/dev/null 2>"$dir/err"
code=$?
refused linker_that_makes_nothing "/bin/true made nothing" "$dir/both"
"$corertc" --self-contained -O0 --linker /bin/false --cache "$dir/cache" --header "$dir/both" -o "$dir/both.so" "$small" >/dev/null 2>"$dir/err"
code=$?
refused header_of_a_failed_run "linker /bin/false failed" "$dir/both"

compile "$dir/none/out"
refused missing_folder "none/out" "$dir/none/out"
mkdir "$dir/folder"
compile "$dir/folder"
refused folder_as_output "folder" "$dir/folder"
compile "$dir/good/out"
refused file_as_folder "good/out" "$dir/good/out"
if [ "$(id -u)" -ne 0 ]; then
    mkdir "$dir/locked"
    chmod 555 "$dir/locked"
    compile "$dir/locked/out"
    refused read_only_folder "locked/out" "$dir/locked/out"
fi
TMPDIR=$dir/none compile "$dir/out"
refused no_temporary_folder "temporary" "$dir/out"
export TMPDIR="$dir/tmp"

cp "$small" "$dir/small"
code=0
(cd "$dir" && "$corertc" --exe -O0 small) >/dev/null 2>"$dir/err" && code=1
if [ "$code" -ne 0 ] || ! cmp -s "$small" "$dir/small" || ! grep -q "it is the input" "$dir/err"; then
    echo "FAILED: the input was written over"
    failures=$((failures + 1))
fi
# A device is written to; a new file does not take its place.
ln -s /dev/null "$dir/device"
compile "$dir/device"
if [ "$code" -ne 0 ] || [ ! -L "$dir/device" ]; then
    echo "FAILED: a device as output: exit code $code"
    failures=$((failures + 1))
fi

# A device that fills up: the size of every file is limited. First objects do not fit, then the image.
limited() { # BLOCKS: of 512 bytes
    (
        trap '' XFSZ
        ulimit -f "$1"
        "$corertc" --exe -O0 -o "$dir/out" "$small" >/dev/null 2>"$dir/err"
    )
    code=$?
}
limited 10
refused objects_do_not_fit "cannot be written" "$dir/out"
blocks=$(($(wc -c <"$dir/good") / 512 - 10))
limited "$blocks"
refused image_does_not_fit "" "$dir/out"

# A failed run leaves an older output alone.
cp "$dir/good" "$dir/out"
limited 10
if ! cmp -s "$dir/out" "$dir/before"; then
    echo "FAILED: a failed run changed the older output"
    failures=$((failures + 1))
fi
# An unusable cache is no error: a warning, and the same output.
echo "a file" >"$dir/nocache"
rm -f "$dir/out"
"$corertc" --exe -O0 --cache "$dir/nocache" -o "$dir/out" "$small" >/dev/null 2>"$dir/err"
if [ $? -ne 0 ] || [ "$(grep -c "^corertc: warning: .*nocache" "$dir/err")" -ne 1 ] || ! cmp -s "$dir/out" "$dir/before"; then
    echo "FAILED unusable_cache"
    cat "$dir/err"
    failures=$((failures + 1))
fi
# A damaged cache entry must not spoil the output.
for f in "$dir"/cache/*.o; do
    head -c 100 "$f" >"$f.cut" && mv "$f.cut" "$f"
done
compile "$dir/out"
if [ "$code" -eq 0 ]; then
    if ! cmp -s "$dir/out" "$dir/before"; then
        echo "FAILED: a damaged cache entry changed the output"
        failures=$((failures + 1))
    fi
else
    echo "FAILED damaged_cache: exit code $code"
    tail -n 3 "$dir/err" | cut -c 1-300
    failures=$((failures + 1))
fi
[ "$failures" -eq 0 ] && echo "all cases pass"
exit "$failures"
