#!/bin/sh
# tests/bench/check_cost.sh CORERTC CLASSLIB WORK [NAME...] - what the one check costs (docs/abi.md): builds benchmark
# programs with and without it and prints instructions (valgrind's count, small inputs) and milliseconds of processor time (full inputs,
# median and least of CORERT_ROUNDS runs, 9, taken in turn).
set -eu
corertc=$1
classlib=$2
work=$3
shift 3
[ $# -gt 0 ] || set -- NBody SpectralNorm Fannkuch Dispatch Collections
here=$(cd "$(dirname "$0")" && pwd)
rounds=${CORERT_ROUNDS:-9}
mkdir -p "$work"

small_input() # NAME
{
    case $1 in
    NBody) echo 50000 ;;
    SpectralNorm) echo 300 ;;
    Fannkuch) echo 9 ;;
    esac
}

instructions() # PROGRAM [arguments]
{
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" 2>&1 | awk '/I +refs:/ { gsub(",", "", $NF); print $NF }'
}

# Of processor time: what other programs do on the machine matters less.
milliseconds() # PROGRAM
{
    bash -c 'TIMEFORMAT=%U; time "$1" >/dev/null 2>&1' bash "$1" 2>&1 | awk '{ print 1000 * $1 }'
}

percent() # WITH WITHOUT
{
    awk -v a="$1" -v b="$2" 'BEGIN { printf "%+.1f %%", b ? 100 * (a / b - 1) : 0 }'
}

median()
{
    sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

for name; do
    "$here/../compile_cs.sh" "$classlib" "$work/$name.dll" "$here/$name.cs"
    "$corertc" --exe -O2 -o "$work/$name.with" "$work/$name.dll"
    "$corertc" --exe -O2 --no-stack-check -o "$work/$name.without" "$work/$name.dll"
    if command -v valgrind >/dev/null; then
        # shellcheck disable=SC2046 # no input for some
        with=$(instructions "$work/$name.with" $(small_input "$name"))
        # shellcheck disable=SC2046
        without=$(instructions "$work/$name.without" $(small_input "$name"))
        echo "$name instructions $with without $without $(percent "$with" "$without")"
    fi
    : >"$work/with.ms"
    : >"$work/without.ms"
    round=0
    while [ "$round" -lt "$rounds" ]; do
        milliseconds "$work/$name.with" >>"$work/with.ms"
        milliseconds "$work/$name.without" >>"$work/without.ms"
        round=$((round + 1))
    done
    with=$(median "$work/with.ms") without=$(median "$work/without.ms")
    least_with=$(sort -n "$work/with.ms" | head -n 1) least_without=$(sort -n "$work/without.ms" | head -n 1)
    echo "$name cpu-ms median $with without $without $(percent "$with" "$without"), least $least_with without $least_without $(percent "$least_with" "$least_without")"
    echo "$name bytes $(wc -c <"$work/$name.with") without $(wc -c <"$work/$name.without") $(percent "$(wc -c <"$work/$name.with")" "$(wc -c <"$work/$name.without")")"
done
