#!/bin/sh
# tests/cli/results.sh CORERTC EXPORTS.dll - the results of a run (-o, --header, --map, --depfile) appear together or
# not at all: after an error, a full disk, a signal or a change of names that fails half way, older results
# are as they were and nothing else is there. Pipes, devices and /dev/stdout are written to.
set -u
corertc=$1
input=$2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failures=0
mkdir "$dir/tmp" "$dir/out"
TMPDIR=$dir/tmp
export TMPDIR

fail() {
    echo "FAILED $*"
    [ ! -s "$dir/err" ] || head -c 2000 "$dir/err"
    failures=$((failures + 1))
}

# compile options...: all four results into out/.
compile() {
    "$corertc" --self-contained -O0 --cache "$dir/cache" --name m --header "$dir/out/m.h" --map "$dir/out/m.json" --depfile "$dir/out/m.d" -o "$dir/out/m.so" "$@" "$input" >/dev/null 2>"$dir/err"
    code=$?
}

older() { # makes older results, that the next run must not touch
    rm -rf "$dir/out"
    mkdir "$dir/out"
    for name in m.so m.h m.json m.d; do
        echo "older $name" >"$dir/out/$name"
    done
}

# untouched NAME: out/ is as older() made it, and no temporary file is left.
untouched() {
    for name in m.so m.h m.json m.d; do
        [ "$(cat "$dir/out/$name" 2>&1)" = "older $name" ] || fail "$1: $name was changed"
    done
    [ "$(ls -A "$dir/out" | wc -l)" -eq 4 ] || fail "$1: left beside: $(ls -A "$dir/out" | tr '\n' ' ')"
    [ -z "$(ls -A "$dir/tmp")" ] || fail "$1: left in TMPDIR: $(ls -A "$dir/tmp")"
}

# refused NAME WORDS: exit code 1 and the last line says WORDS.
refused() {
    [ "$code" -eq 1 ] && tail -n 1 "$dir/err" | grep -q "^corertc: error: .*$2" || fail "$1: exit code $code, expected '$2'"
}

wait_for() { # COMMAND...: until it succeeds
    for _ in $(seq 3000); do
        "$@" 2>/dev/null && return
        sleep 0.1
    done
    fail "$* never came true"
}

compile
[ "$code" -eq 0 ] || { fail "a plain run"; exit 1; }
[ "$(ls -A "$dir/out" | tr '\n' ' ')" = "m.d m.h m.json m.so " ] || fail "a plain run makes $(ls -A "$dir/out" | tr '\n' ' ')"
[ -x "$dir/out/m.so" ] && [ ! -x "$dir/out/m.h" ] || fail "modes: $(ls -l "$dir/out")"
cp "$dir/out/m.so" "$dir/image"
cp "$dir/out/m.h" "$dir/header"
older
compile
[ "$code" -eq 0 ] && cmp -s "$dir/out/m.so" "$dir/image" && cmp -s "$dir/out/m.h" "$dir/header" || fail "a second run"
[ "$(ls -A "$dir/out" | wc -l)" -eq 4 ] || fail "a second run leaves $(ls -A "$dir/out" | tr '\n' ' ')"

older
compile --linker /bin/false
refused failing_linker "/bin/false failed"
untouched failing_linker

# The header's place becomes a folder during the run: found when the image has its name already.
cat >"$dir/linker" <<END
#!/bin/sh
rm -f "$dir/out/m.h"
mkdir -p "$dir/out/m.h"
echo kept >"$dir/out/m.h/file"
exec $(command -v ld.lld-19 || command -v ld.lld) "\$@"
END
chmod +x "$dir/linker"
older
compile --linker "$dir/linker"
refused half_way "m.h: cannot be written"
[ "$(cat "$dir/out/m.h/file" 2>&1)" = kept ] || fail "half_way: the folder was changed"
rm -rf "$dir/out/m.h"
echo "older m.h" >"$dir/out/m.h"
untouched half_way
rm -f "$dir"/out/*
compile --linker "$dir/linker"
refused half_way_new "m.h: cannot be written"
[ "$(ls -A "$dir/out")" = m.h ] || fail "half_way_new: there is $(ls -A "$dir/out" | tr '\n' ' ')"

# A signal while all files wait beside their targets for a pipe that nobody reads.
mkfifo "$dir/pipe"
for signal in INT TERM; do
    older
    (
        trap - INT
        exec env "--default-signal=$signal" "$corertc" --self-contained -O0 --cache "$dir/cache" --name m --header "$dir/out/m.h" --map "$dir/pipe" --depfile "$dir/out/m.d" -o "$dir/out/m.so" "$input" >/dev/null 2>"$dir/err"
    ) &
    run=$!
    wait_for sh -c "[ \"\$(ls -A '$dir/out' | wc -l)\" -eq 7 ]"
    kill -s "$signal" "$run"
    wait "$run"
    code=$?
    [ "$code" -gt 128 ] && [ "$(kill -l "$code")" = "$signal" ] || fail "$signal: exit code $code"
    untouched "$signal"
done
# The same when the reader goes away, and when it reads.
older
(exec 3<"$dir/pipe"; exec 3<&-) &
compile --map "$dir/pipe"
wait
refused reader_gone "pipe: cannot be written"
untouched reader_gone
cat "$dir/pipe" >"$dir/read" &
compile --map "$dir/pipe"
wait
[ "$code" -eq 0 ] && [ -p "$dir/pipe" ] && grep -q corertc_map "$dir/read" && [ "$(cat "$dir/out/m.json")" = "older m.json" ] || fail "a pipe as map"

# Standard output as a file, a pipe, something to append to; and another descriptor.
stdout() { # OUTPUT
    "$corertc" --self-contained -O0 --cache "$dir/cache" --name m --header "$1" -o "$dir/out/m.so" "$input" 2>"$dir/err" || fail "--header $1"
}
same_header() { # FILE: but for the line with its name
    sed 1d "$dir/header" | cmp -s - "$1"
}
stdout /dev/stdout >"$dir/seen"
sed -i 1d "$dir/seen"
same_header "$dir/seen" || fail "/dev/stdout, a file"
stdout /dev/stdout | sed 1d >"$dir/seen"
same_header "$dir/seen" || fail "/dev/stdout, a pipe"
echo first >"$dir/seen"
stdout /dev/fd/3 3>>"$dir/seen"
[ "$(head -n 1 "$dir/seen")" = first ] && tail -n +3 "$dir/seen" >"$dir/rest" && same_header "$dir/rest" || fail "/dev/fd/3, appended"
[ -L /dev/stdout ] || fail "/dev/stdout is no link any more"

# A file that this run has read is no place for a result.
cp "$input" "$dir/out/copy.dll"
"$corertc" --self-contained -O0 --cache "$dir/cache" -r "$dir/out" -o "$dir/out/copy.xml" "$dir/out/copy.dll" 2>"$dir/err" || fail "no documentation"
echo '<doc/>' >"$dir/out/copy.xml"
"$corertc" --self-contained -O0 --cache "$dir/cache" -o "$dir/m.so" --header "$dir/m.h" --map "$dir/out/copy.xml" "$dir/out/copy.dll" 2>"$dir/err"
code=$?
refused result_over_an_input "copy.xml: .*has read it"
[ "$(cat "$dir/out/copy.xml")" = '<doc/>' ] && [ ! -e "$dir/m.so" ] && [ ! -e "$dir/m.h" ] || fail "result_over_an_input"

# A size limit that ends other programs by a signal.
older
(
    ulimit -f 10
    compile --cache "$dir/cache2"
    exit "$code"
)
code=$?
refused limit "cannot be written"
untouched limit

# A disk that fills up, where we may make one; TMPDIR is on another one.
if unshare -rm sh -c "mount -t tmpfs -o size=64k none '$dir/out'" 2>/dev/null; then
    older
    # shellcheck disable=SC2016
    unshare -rm sh -c 'mount -t tmpfs -o size=64k none "$1/out" && echo "older m.so" >"$1/out/m.so" || exit 9
        "$2" --self-contained -O0 --cache "$1/cache" --header "$1/out/m.h" -o "$1/out/m.so" "$3" 2>"$1/err"
        code=$?
        [ "$(ls -A "$1/out")" = m.so ] && [ "$(cat "$1/out/m.so")" = "older m.so" ] || code=8
        exit "$code"' sh "$dir" "$corertc" "$input"
    code=$?
    refused full_disk "m.so: cannot be written"
else
    echo "no disk of its own here"
fi
[ "$failures" -eq 0 ] && echo "all cases pass"
exit "$failures"
