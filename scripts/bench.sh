#!/usr/bin/env bash
# Compares corertc with the real NativeAOT 9.0.18 on tests/bench/*.cs: same sources, same processor setting, runs alternated
# in one session, medians. Checks that both print the same, then prints a table with ratios and goals.
#
#   scripts/bench.sh [--runs N] [--cpu NAME] [--callgrind] [--build DIR] [--chart FILE.html] [PROGRAM...]
#
#   --runs N      runs of each executable (default 7)
#   --cpu NAME    processor to compile both for (default native; with --callgrind x86-64-v2, all that valgrind knows)
#   --callgrind   count instructions with small arguments instead of timing: exact, for changes of a few per cent
#   --build DIR   where corertc is (default build/release)
#   --chart FILE  draws the table's ratios as well: one HTML file that needs nothing else
#
# Where perf can count instructions, a timed run has them as a further row, which the machine's load hardly changes.
# Needs the .NET SDK, clang-19, and for --callgrind valgrind. Work files: CORERT_BENCH_DIR, else below the build folder.
set -euo pipefail
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 LC_ALL=C.UTF-8

top=$(cd "$(dirname "$0")/.." && pwd)
bench=$top/tests/bench
runs=7 cpu= callgrind= chart= build=$top/build/release
while [ $# -gt 0 ]; do
    case $1 in
    --runs) runs=$2; shift ;;
    --cpu) cpu=$2; shift ;;
    --callgrind) callgrind=1 ;;
    --build) build=$2; shift ;;
    --chart) chart=$2; shift ;;
    -*) sed -n '2,16s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
    *) break ;;
    esac
    shift
done
: "${cpu:=${callgrind:+x86-64-v2}}"
: "${cpu:=native}"
corertc=${CORERTC:-$build/bin/corertc}
[ -x "$corertc" ] || { echo "bench: no $corertc; build first or give --build" >&2; exit 2; }
work=${CORERT_BENCH_DIR:-$build/bench}/$cpu
mkdir -p "$work"
work=$(cd "$work" && pwd)
programs=("$@")
if [ ${#programs[@]} = 0 ]; then
    for f in "$bench"/*.cs; do programs+=("$(basename "$f" .cs)"); done
fi

die() { echo "bench: $*" >&2; exit 1; }

# The project both sides are built from; NativeAOT's settings do nothing to the assembly.
project() # NAME
{
    local text
    mkdir -p "$work/$1"
    text="<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net9.0</TargetFramework>
<AssemblyName>$1</AssemblyName><EnableDefaultCompileItems>false</EnableDefaultCompileItems><RuntimeIdentifier>linux-x64</RuntimeIdentifier>
<RuntimeFrameworkVersion>9.0.18</RuntimeFrameworkVersion><PublishAot>true</PublishAot><OptimizationPreference>Speed</OptimizationPreference>
<IlcInstructionSet>$cpu</IlcInstructionSet><InvariantGlobalization>true</InvariantGlobalization><AllowUnsafeBlocks>true</AllowUnsafeBlocks><StripSymbols>true</StripSymbols>
<CppCompilerAndLinker>clang-19</CppCompilerAndLinker></PropertyGroup>
<ItemGroup><Compile Include=\"$bench/$1.cs\" /></ItemGroup></Project>"
    [ -e "$work/$1/$1.csproj" ] && [ "$(cat "$work/$1/$1.csproj")" = "$text" ] || echo "$text" > "$work/$1/$1.csproj"
}

build_one() # NAME
{
    local aot=$work/$1/aot/$1 ours=$work/$1/corert dll=$work/$1/obj/Release/net9.0/linux-x64/$1.dll
    project "$1"
    if [ ! -x "$aot" ] || [ "$bench/$1.cs" -nt "$aot" ] || [ "$work/$1/$1.csproj" -nt "$aot" ]; then
        "$top/scripts/dotnet.sh" publish "$work/$1/$1.csproj" -c Release -o "$work/$1/aot" -v q --nologo -clp:ErrorsOnly >&2 || die "NativeAOT cannot build $1"
        touch "$aot"
    fi
    if [ ! -x "$ours" ] || [ "$dll" -nt "$ours" ] || [ "$corertc" -nt "$ours" ] || [ "${corertc%/bin/*}/lib/libcorert.a" -nt "$ours" ]; then
        "$corertc" --exe -O2 --cpu "$cpu" -o "$ours" "$dll" || die "corertc cannot build $1"
    fi
    strip -o "$work/$1/corert.stripped" "$ours"
    strip -o "$work/$1/aot.stripped" "$aot"
}

# What Calls calls, on the loader's path while programs run.
natives()
{
    "${CC:-cc}" -O2 -fPIC -shared -fvisibility=hidden -o "$work/libcorert_interop_calls.so" "$top/tests/programs/native/corert_interop_calls.c" -lpthread
    export LD_LIBRARY_PATH=$work
}

# NAME as a library of both sides, and the C host that measures it.
libraries() # NAME HOST.c
{
    local dir=$work/$1
    "${CC:-cc}" -O2 -o "$dir/host" "$bench/$2" -ldl
    "$corertc" --shared --self-contained -O2 --cpu "$cpu" -o "$dir/export-corert.so" "$dir/obj/Release/net9.0/linux-x64/$1.dll"
    if [ ! -e "$dir/library/$1.so" ]; then
        mkdir -p "$dir/library-project"
        sed 's/<OutputType>Exe/<NativeLib>Shared<\/NativeLib><OutputType>Library/' "$dir/$1.csproj" > "$dir/library-project/$1.csproj"
        dotnet publish "$dir/library-project/$1.csproj" -c Release -o "$dir/library" -v q --nologo -clp:ErrorsOnly >&2 || die "NativeAOT cannot build $1 as a library"
    fi
}

# What a C host waits for a module's first answer; each run is the median of many processes.
start_time()
{
    local dir=$work/Start m
    libraries Start start_host.c
    "$dir/host" "$dir/export-corert.so" "${corertc%/bin/*}/lib/libcorert.so" $((runs * 30)) 2>&1 > /dev/null | metrics > "$dir/export-corert.all"
    "$dir/host" "$dir/library/Start.so" - $((runs * 30)) 2>&1 > /dev/null | metrics > "$dir/export-aot.all"
    for m in start-first start-engine start-process start-again; do
        row Start $m us "$(median "$dir/export-corert.all" $m)" "$(median "$dir/export-aot.all" $m)"
    done
}

# Calls as a library of both sides, called by a C host.
export_time()
{
    local dir=$work/Calls i side
    libraries Calls calls_host.c
    rm -f "$dir"/export-{corert,aot}.all
    for ((i = 0; i < runs; i++)); do
        "$dir/host" "$dir/export-corert.so" "${corertc%/bin/*}/lib/libcorert.so" 2>&1 > /dev/null | metrics >> "$dir/export-corert.all"
        "$dir/host" "$dir/library/Calls.so" 2>&1 > /dev/null | metrics >> "$dir/export-aot.all"
    done
    row Calls export ns "$(median "$dir/export-corert.all" export)" "$(median "$dir/export-aot.all" export)"
}

goal_of() # PROGRAM METRIC -> "GOAL-KIND GOAL FLOOR-KIND FLOOR"
{
    awk -v p="$1" -v m="$2" '!/^#/ && $1 == p && $2 == m { print $3, $4, $5, $6 }' "$bench/goals.txt"
}

small_args() # PROGRAM
{
    awk -v p="$1" '!/^#/ && $1 == p && $2 == "args" { $1 = $2 = ""; print }' "$bench/goals.txt"
}

# Turns what a program wrote on standard error into lines METRIC VALUE UNIT.
metrics()
{
    awk '$1 == "ms" { print "total", $2, "ms"; next }
         $1 == "frame-us" { print "frame-p50", $3, "us"; print "frame-p99", $5, "us"; print "frame-max", $7, "us"; next }
         $2 == "ms" || $2 == "us" || $2 == "ns" || $2 == "ratio" || $2 == "KiB" { print $1, $3, $2 }'
}

# GNU time tells the peak memory; it would be part of Hello's time.
run_once() # NAME SIDE
{
    local exe=$work/$1/$2.stripped begin end peak=()
    [ "$1" = Hello ] || [ ! -x /usr/bin/time ] || peak=(/usr/bin/time -a -o "$work/$1/$2.all" -f "memory %M KiB")
    begin=${EPOCHREALTIME/./}
    "${peak[@]}" "$exe" > "$work/$1/$2.out" 2> "$work/$1/$2.err" || die "$1 ($2) failed: $(tail -n 3 "$work/$1/$2.err")"
    end=${EPOCHREALTIME/./}
    { metrics < "$work/$1/$2.err"; echo "process $((end - begin)) us"; } >> "$work/$1/$2.all"
}

# Of one run, in user mode; nothing where the processor's counters cannot be read.
perf_instructions() # NAME SIDE
{
    [ -n "$counters" ] || return 0
    perf stat -x ' ' -e instructions:u -o "$work/$1/$2.perf" "$work/$1/$2.stripped" > /dev/null 2> /dev/null || return 0
    awk '$1 ~ /^[0-9]+$/ { print $1; exit }' "$work/$1/$2.perf"
}

median() # FILE METRIC
{
    awk -v m="$2" '$1 == m { print $2 }' "$1" | sort -g | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

row() # PROGRAM METRIC UNIT OURS THEIRS
{
    # shellcheck disable=SC2046
    set -- "$@" $(goal_of "$1" "$2")
    awk -v p="$1" -v m="$2" -v u="$3" -v a="$4" -v b="$5" -v gk="${6:--}" -v goal="${7:--}" -v fk="${8:--}" -v floor="${9:--}" '
        function bar(kind, limit) { return kind == "-" ? "" : (kind == "ratio" ? limit "x" : limit) ((kind == "ratio" ? r : a) <= limit ? " met" : " missed") }
        BEGIN {
            r = b > 0 ? a / b : 0
            printf "| %-12s | %-14s | %12s %-5s | %12s | %6.2f | %-14s | %-14s |\n", p, m, a, u, b, r, bar(fk, floor), bar(gk, goal)
        }' | tee -a "$work/table"
}

# The table's rows as bars: ours beside NativeAOT = 1, cut off at 2.
draw() # FILE
{
    awk -F ' *[|] *' -v title="$title" '
        function text(x, y, s, more) { printf "<text x=\"%d\" y=\"%d\"%s>%s</text>\n", x, y, more, s }
        { program[NR] = $2; metric[NR] = $3; ours[NR] = $4; theirs[NR] = $5; ratio[NR] = $6; floors[NR] = $7 }
        END {
            print "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>corertc beside NativeAOT</title><style>body{font:14px sans-serif;margin:2em}text{font:13px sans-serif}</style></head><body>"
            print "<h1>corertc beside NativeAOT 9.0.18</h1><p>" title "</p><p>A bar is corertc divided by NativeAOT: shorter is better, the line is 1. Red: the floor is missed; green: it is met.</p>"
            printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1060\" height=\"%d\">\n", NR * 22 + 30
            for (i = 1; i <= NR; i++) {
                y = i * 22
                colour = floors[i] ~ /missed/ ? "#c0392b" : floors[i] ~ /met/ ? "#2e8b57" : "#5b7a99"
                text(0, y + 12, program[i] " " metric[i], "")
                printf "<rect x=\"200\" y=\"%d\" width=\"%.0f\" height=\"16\" fill=\"%s\"/>\n", y, (ratio[i] > 2 ? 2 : ratio[i]) * 250, colour
                text(710, y + 12, sprintf("%.2f", ratio[i]), "")
                text(760, y + 12, ours[i] " / " theirs[i] (floors[i] != "" ? ", floor " floors[i] : ""), "")
            }
            printf "<line x1=\"450\" x2=\"450\" y1=\"12\" y2=\"%d\" stroke=\"#222\" stroke-dasharray=\"4 3\"/>\n</svg></body></html>\n", NR * 22 + 26
        }' "$work/table" > "$1"
    echo "chart: $1"
}

header()
{
    echo "| program      | metric         |            corert  |    NativeAOT |  ratio | floor          | goal           |"
    echo "| ------------ | -------------- | -----------------: | -----------: | -----: | -------------- | -------------- |"
}

time_one() # NAME
{
    local i m unit n=$runs
    [ "$1" != Hello ] || n=$((runs * 15))
    rm -f "$work/$1"/{corert,aot}.all
    for ((i = 0; i < n; i++)); do
        run_once "$1" corert
        run_once "$1" aot
        cmp -s "$work/$1/corert.out" "$work/$1/aot.out" || die "$1: the two sides print differently"
    done
    awk '{ print $1, $3 }' "$work/$1/corert.all" | awk '!seen[$1]++' | while read -r m unit; do
        [ "$m" != process ] || [ "$1" = Hello ] || continue
        row "$1" "$m" "$unit" "$(median "$work/$1/corert.all" "$m")" "$(median "$work/$1/aot.all" "$m")"
    done
    [ "$1" != Calls ] || export_time
    [ "$1" != Start ] || start_time
    m=$(perf_instructions "$1" corert) n=$(perf_instructions "$1" aot)
    [ -z "$m" ] || [ -z "$n" ] || row "$1" instructions "" "$m" "$n"
    row "$1" size B "$(stat -c %s "$work/$1/corert.stripped")" "$(stat -c %s "$work/$1/aot.stripped")"
}

instructions() # NAME SIDE
{
    local out=$work/$1/callgrind.$2
    # shellcheck disable=SC2046
    valgrind --tool=callgrind --callgrind-out-file="$out" "$work/$1/$3" $(small_args "$1") > /dev/null 2> "$out.log" || die "$1 ($2) failed under callgrind: $(tail -n 3 "$out.log")"
    awk '/^summary:|^totals:/ { print $2; exit }' "$out"
}

count_one() # NAME
{
    row "$1" instructions "" "$(instructions "$1" corert corert)" "$(instructions "$1" aot "aot/$1")"
}

natives
for p in "${programs[@]}"; do
    [ -e "$bench/$p.cs" ] || die "no tests/bench/$p.cs"
    build_one "$p"
done
counters=$(perf stat -x ' ' -e instructions:u true 2>&1 > /dev/null | grep -E '^[0-9]+ ' || true)
title="$(date -u +%F), cpu $cpu, runs $runs, $(nproc) processors, load $(cut -d' ' -f1 /proc/loadavg)"
echo "$title"
: > "$work/table"
header
for p in "${programs[@]}"; do
    if [ -n "$callgrind" ]; then count_one "$p"; else time_one "$p"; fi
done
[ -z "$callgrind" ] || echo "details: callgrind_annotate $work/PROGRAM/callgrind.{corert,aot}"
[ -z "$chart" ] || draw "$chart"
