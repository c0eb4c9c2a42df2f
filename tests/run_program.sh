#!/usr/bin/env bash
# Compiles a conformance program with corertc, runs it and compares with what CoreCLR printed.
#
#   run_program.sh NAME MODE             runs NAME from its group's executable, compiling the group if it is out of date
#   run_program.sh NAME MODE --single    compiles NAME alone (debugging: small, and nothing else can break it)
#   run_program.sh --compile GROUP MODE  only compiles the group (a ctest fixture)
#   run_program.sh --all MODE            every program, with a summary
#   run_program.sh --stress GROUP MODE   each program of the group while the collector runs at every 97th allocation, moves
#                                        whatever can move and checks the heap; those of programs/gcstress-1.txt also at
#                                        every allocation; and all with every other collection one that marks beside
#                                        the program, the heap and the marks checked
#
# Environment: CORERTC (default: corertc from PATH), CORERT_TEST_DIR for work files (default: ./programs-work),
# CORERT_FLAGS for more compiler options, CORERT_RUN for a wrapper of the program, as "valgrind -q".
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck disable=SC2034 # program_lib.sh reads it
programs=$here/programs
corertc=${CORERTC:-corertc}
work=${CORERT_TEST_DIR:-programs-work}
# shellcheck source=program_lib.sh
. "$here/program_lib.sh"

# What a mode means: the C# compiler's optimisation (which of the two assemblies) and corertc's options.
mode_set() # MODE
{
    case $1 in
    O2) dll=release flags=(-O2) ;;
    O0g) dll=debug flags=(-O0 -g) ;;
    all-slots) dll=release flags=(-O1 --all-slots) ;;
    *) echo "run_program.sh: no mode $1 (O2, O0g, all-slots)" >&2; exit 2 ;;
    esac
}

# Compiles STEM.dll (a group, or single/NAME) unless the executable is newer than assembly and compiler.
compile() # STEM MODE
{
    local exe=$work/$2/$1 in compiler
    mode_set "$2"
    in=$work/dll/$dll/$1.dll
    mkdir -p "$(dirname "$exe")"
    case $1 in
    single/*) "$here/build_programs.sh" "$work/dll" --single "${1#single/}" ;;
    *) "$here/build_programs.sh" "$work/dll" --group "$1" ;;
    esac
    compiler=$(command -v "$corertc") || { echo "run_program.sh: $corertc not found; set CORERTC" >&2; exit 2; }
    if [ -e "$exe" ] && [ ! "$in" -nt "$exe" ] && [ ! "$compiler" -nt "$exe" ]; then return 0; fi
    rm -f "$exe"
    # shellcheck disable=SC2086
    "$corertc" --exe "${flags[@]}" ${CORERT_FLAGS:-} -o "$exe" "$in"
}

run() # NAME MODE [single]
{
    local stem group exe result
    group=$(program_group "$1")
    if [ -n "${3:-}" ]; then stem=single/$1; else stem=$group; fi
    exe=$work/$2/$stem
    mkdir -p "$work/$2/out"
    if [ -n "${CORERT_PROGRAMS_COMPILED:-}" ]; then
        [ -e "$exe" ] || { echo "$1: $exe was not made" >&2; return 1; }
    else
        compile "$stem" "$2" || return 1
    fi
    # The same program may run at the same time with other settings.
    result=$work/$2/out/$1${CORERT_GCSTRESS:+.stress}${CORERT_NOTHREADS:+.nothreads}
    # shellcheck disable=SC2086
    program_run "$1" "$result" ${CORERT_RUN:-} "$exe"
    program_compare "$1" "$result" "$2"
}

# Collects at every n-th allocation. A program's file `gcstress` says another n than 97, or 0 and why not at all.
run_stressed() # NAME MODE N
(
    local n=$3 own
    own=$(program_dir "$1")/gcstress
    if [ "$n" = 97 ] && [ -e "$own" ]; then read -r n _ < "$own"; fi
    [ "$n" != 0 ] || return 0
    export CORERT_GCSTRESS=$n CORERT_VERIFYHEAP=1
    CORERT_GCSTRESS_EVACUATE=1 run "$1" "$2" ||
        { echo "$1: failed with CORERT_GCSTRESS=$n CORERT_GCSTRESS_EVACUATE=1 CORERT_VERIFYHEAP=1"; return 1; }
    [ "$n" != 1 ] || return 0
    CORERT_GCSTRESS_CONCURRENT=1 run "$1" "$2" ||
        { echo "$1: failed with CORERT_GCSTRESS=$n CORERT_GCSTRESS_CONCURRENT=1 CORERT_VERIFYHEAP=1"; return 1; }
)

stress_group() # GROUP MODE
{
    local name failed=0
    for name in $(program_names "$1"); do
        run_stressed "$name" "$2" 97 || failed=1
        if grep -qx "$name" "$programs/gcstress-1.txt"; then run_stressed "$name" "$2" 1 || failed=1; fi
    done
    return $failed
}

run_all() # MODE
{
    local name group passed=0 failed=()
    for group in $(program_groups); do compile "$group" "$1" || echo "$group does not compile in mode $1" >&2; done
    export CORERT_PROGRAMS_COMPILED=1
    for name in $(program_all); do
        if run "$name" "$1"; then passed=$((passed + 1)); else failed+=("$name"); fi
    done
    echo "$1: $passed passed, ${#failed[@]} failed${failed[*]:+: ${failed[*]}}"
    [ ${#failed[@]} = 0 ]
}

[ $# -ge 2 ] || { sed -n '2,15s/^# \{0,1\}//p' "$0" >&2; exit 2; }
mkdir -p "$work"
work=$(cd "$work" && pwd)
case $1 in
--compile) compile "$2" "${3:?mode}" ;;
--all) run_all "$2" ;;
--stress) stress_group "$2" "${3:?mode}" ;;
*) run "$1" "$2" "${3:+single}" ;;
esac
