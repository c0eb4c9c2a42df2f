#!/bin/sh
# tests/install/getting_started.sh DOCUMENT PREFIX WORK - does what the document says: writes the files of its
# blocks (```LANGUAGE FILE), runs its commands (```sh) in one shell and compares what the last of them
# printed with the block ```text behind it. Blocks ```sh once set up the machine: PREFIX stands for that,
# behind a corertc that adds -O0, for time.
set -eu
document=$1 prefix=$2 work=$3
rm -rf "$work"
mkdir -p "$work/home/corert/bin"
ln -s "$prefix/include" "$prefix/lib" "$work/home/corert/"
printf '#!/bin/sh\nexec "%s/bin/corertc" "$@" -O0\n' "$prefix" >"$work/home/corert/bin/corertc"
chmod +x "$work/home/corert/bin/corertc"

# One script: each block in turn. A "text" block reads what the block before it printed.
awk -v here="$work" '
    /^```/ && !inside {
        inside = 1
        language = substr($1, 4)
        if (language == "sh" && $2 == "once") kind = "skip"
        else if (language == "sh") { kind = "sh"; print "{" }
        else if (language == "text") { kind = "text"; print "cat >\"" here "/expected\" <<\"END_OF_BLOCK\"" }
        else if (NF > 1) { kind = "file"; print "cat >\"" $2 "\" <<\"END_OF_BLOCK\"" }
        else kind = "skip"
        next
    }
    /^```$/ && inside {
        inside = 0
        if (kind == "sh") print "} >\"" here "/printed\""
        if (kind == "file") print "END_OF_BLOCK"
        if (kind == "text") {
            print "END_OF_BLOCK"
            print "tail -n \"$(wc -l <\"" here "/expected\")\" \"" here "/printed\" | diff \"" here "/expected\" -"
            print "compared=$((compared + 1))"
        }
        next
    }
    inside && kind != "skip" { print }
    END { print "[ \"$compared\" -eq 3 ] && echo \"$compared outputs as written\"" }' "$document" >"$work/commands"
[ "$(grep -c END_OF_BLOCK "$work/commands")" -ge 12 ] || { echo "FAILED: the document has fewer blocks than expected"; exit 1; }
cd "$work"
# dotnet leaves folders in TMPDIR, whose path must be short.
TMPDIR=$(mktemp -d)
trap 'rm -rf "$TMPDIR"' EXIT
HOME=$work/home TMPDIR=$TMPDIR DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false \
    NUGET_PACKAGES=${NUGET_PACKAGES:-$HOME/.nuget/packages} compared=0 sh -eu "$work/commands" || {
    cat "$work/printed"
    exit 1
}
