#!/bin/sh
# tests/cli/terminal.sh CORERTC SMALL.dll - progress is one rewritten line, on a terminal only and not with --quiet; a run
# that a signal ends leaves nothing in TMPDIR and ends by that signal.
set -u
corertc=$1
small=$2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failures=0
mkdir "$dir/tmp"
TMPDIR=$dir/tmp
export TMPDIR

fail() {
    echo "FAILED $*"
    failures=$((failures + 1))
}

if script -qec true /dev/null >/dev/null 2>&1 </dev/null; then # a root without /dev/pts has no terminals
    script -qec "'$corertc' --exe -O0 --cache '$dir/cache' -o '$dir/out' '$small'" /dev/null >"$dir/seen" 2>&1 </dev/null || fail "run on a terminal"
    grep -q "$(printf '\033')\[Kcode" "$dir/seen" || fail "no progress on a terminal"
    [ "$(tail -c 4 "$dir/seen")" = "$(printf '\r\033[K')" ] || fail "the progress line stays"
    [ "$(wc -l <"$dir/seen")" -eq 0 ] || fail "progress takes more than one line"
    script -qec "'$corertc' --quiet --exe -O0 --cache '$dir/cache' -o '$dir/out' '$small'" /dev/null >"$dir/seen" 2>&1 </dev/null || fail "--quiet"
    [ ! -s "$dir/seen" ] || fail "--quiet is not quiet"
fi
"$corertc" --exe -O0 --cache "$dir/cache" -o "$dir/out" "$small" 2>"$dir/seen" || fail "run"
[ ! -s "$dir/seen" ] || fail "progress where there is no terminal"

# A linker that waits makes sure that the temporary folder is there when the signal comes.
cat >"$dir/linker" <<END
#!/bin/sh
echo \$\$ >"$dir/started"
exec sleep 1000
END
chmod +x "$dir/linker"
for signal in INT TERM HUP; do
    rm -f "$dir/started"
    # A shell without job control would make SIGINT ignored in the background.
    (
        trap - INT
        exec env "--default-signal=$signal" "$corertc" --exe -O0 --cache "$dir/cache" --linker "$dir/linker" -o "$dir/never" "$small"
    ) 2>"$dir/err" &
    run=$!
    while [ ! -s "$dir/started" ] && kill -0 "$run" 2>/dev/null; do
        sleep 0.2
    done
    ls "$dir/tmp" | grep -q '^corertc\.' || fail "$signal: no temporary folder to begin with"
    kill -s "$signal" "$run"
    wait "$run"
    code=$?
    [ "$code" -gt 128 ] && [ "$(kill -l "$code")" = "$signal" ] || fail "$signal: exit code $code"
    [ -z "$(ls "$dir/tmp")" ] || fail "$signal leaves $(ls "$dir/tmp")"
    [ ! -s "$dir/err" ] || { fail "$signal: messages"; cat "$dir/err"; }
    [ ! -e "$dir/never" ] || fail "$signal: output"
    kill "$(cat "$dir/started")" 2>/dev/null
done
# Ignored signals stay ignored, as nohup wants it.
cat >"$dir/hup" <<END
#!/bin/sh
kill -s HUP \$PPID
exec $(command -v ld.lld-19 || command -v ld.lld) "\$@"
END
chmod +x "$dir/hup"
(
    trap '' HUP
    exec "$corertc" --exe -O0 --cache "$dir/cache" --linker "$dir/hup" -o "$dir/out2" "$small"
) || fail "an ignored SIGHUP ends the run"
[ "$failures" -eq 0 ] && echo "all cases pass"
exit "$failures"
